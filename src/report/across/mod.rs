//! A report over several programmes as a workbook: side by side, one sheet for each indicator, who stands in several.
//!
//! It is told in English: the programmes have languages of their own. Every figure names its folder, its indicator and
//! the run that gives it, so that it is found again with all its rows in the programme's own scoreboard.

mod json;
mod matched;
mod sets;
mod summary;

pub use json::json;

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::book::{Book, Cell};
use super::canvas::Canvas;
use super::language::{Tongue, own};
use super::sheets::PROGRAM;
use super::style::{Look, NumberFormat, Rule, Style};
use super::words;
use crate::finding::CellRef;
use crate::model::across::{Across, Matched};
use crate::model::scoreboard::Status;
use crate::model::unit::Unit;
use crate::model::value::Value;

pub const SUMMARY: &str = "Programmes";
const BESIDE: &str = "Side by side";
const OVERLAP: &str = "Overlap";
const SETS: &str = "Dropped and new";
const NOTES: &str = "Notes";
/// Where links lead.
const TOP: CellRef = CellRef { row: 0, column: 0 };

/// The workbook before it is a file.
pub fn book(across: &Across) -> Book {
    let names = names(across);
    let mut sheets = vec![summary::programmes(across)];
    if !across.matched.is_empty() {
        sheets.push(summary::side_by_side(across, &names));
    }
    sheets.extend(across.matched.iter().zip(&names).map(|(one, name)| matched::sheet(across, one, name)));
    sheets.extend(matched::overlap(across, &names));
    sheets.extend(sets::sheet(across));
    sheets.push(summary::notes(across));
    let created = across.programmes.iter().map(|one| one.as_of).max().unwrap_or_default();
    let audience = words::audience_word(across.audience);
    Book {
        title: across.title.clone(),
        subject: format!("{} programmes", across.programmes.len()),
        author: PROGRAM.to_owned(),
        created,
        foot: [across.title.clone(), format!("{} programmes · {audience}", across.programmes.len())],
        accent: None,
        page: words::PAGE.to_owned(),
        writing: tongue().writing(),
        sheets,
    }
}

fn tongue() -> Tongue {
    Tongue::of("en")
}

/// A name for the sheet of each indicator: the beginning of its title, unlike every other.
fn names(across: &Across) -> Vec<String> {
    let mut taken: BTreeSet<String> = [SUMMARY, BESIDE, OVERLAP, SETS, NOTES, "History"].map(str::to_lowercase).into();
    let mut names = Vec::new();
    for one in &across.matched {
        let short = super::sheets::short_name(&one.title).unwrap_or_else(|| one.code.chars().take(31).collect());
        let begin: String = short.chars().take(27).collect();
        let name = std::iter::once(short.clone())
            .chain((2..=across.matched.len() + 6).map(|number| format!("{begin} {number}")))
            .find(|name| !taken.contains(&name.to_lowercase()))
            .unwrap_or(short);
        taken.insert(name.to_lowercase());
        names.push(name);
    }
    names
}

/// The head of a sheet: the way back, its title, a line about it.
fn heading(canvas: &mut Canvas, across: &Across, last: u16, title: &str, about: &str) {
    canvas.put(1, Cell::link(SUMMARY, TOP, "← Programmes"), Look::BackLink.plain());
    let facts = format!("{} · {}", own(&across.title), words::audience_word(across.audience));
    canvas.span(3, last, Cell::text(facts), Look::NoteRight.plain()).end();
    canvas.span(1, last, Cell::text(title), Look::SheetTitle.plain()).end();
    canvas.span(1, last, Cell::text(about), Look::Subtitle.plain()).end();
    canvas.sheet().freeze = (3, 0);
    canvas.gap(10);
}

fn section(canvas: &mut Canvas, last: u16, title: &str) {
    canvas.span(1, last, Cell::text(title), Look::Section.with(NumberFormat::GENERAL));
    canvas.end_ruled(1, last, Rule::Below);
}

fn heads(canvas: &mut Canvas, heads: &[(&str, Look)]) -> u32 {
    for (column, (text, look)) in (1..).zip(heads) {
        canvas.text(column, text, *look);
    }
    canvas.end_ruled(1, u16::try_from(heads.len()).unwrap_or(1), Rule::Below)
}

fn value_cell(value: &Value, style: Style) -> (Cell, Style) {
    match (value.known(), words::absent(value)) {
        (Some(known), _) => (Cell::Number(known), style),
        (None, word) => (Cell::text(word.unwrap_or_default()), Look::Absent.plain()),
    }
}

/// One format for all figures of a unit.
fn format_of(unit: &Unit, values: impl Iterator<Item = Decimal>) -> NumberFormat {
    NumberFormat::telling(unit, values)
}

fn formats(one: &Matched) -> Vec<NumberFormat> {
    let known = |unit: &Unit| {
        let same = one.entries.iter().filter(|entry| entry.unit == *unit);
        let values: Vec<Decimal> = same.filter_map(|entry| entry.value.known()).collect();
        format_of(unit, values.into_iter())
    };
    one.entries.iter().map(|entry| known(&entry.unit)).collect()
}

/// `✓ 3 achieved, ▲ 1 at risk`.
fn statuses(all: &[(Status, usize)]) -> String {
    let each = all.iter().map(|(status, count)| {
        let word = words::status(*status);
        let (symbol, word) = word.split_once(' ').unwrap_or(("", &word));
        format!("{symbol} {count} {word}")
    });
    each.collect::<Vec<_>>().join(", ")
}

/// A figure with its unit, for a sentence.
fn amount(value: Decimal, unit: &Unit) -> String {
    words::with_unit(&format_of(unit, std::iter::once(value)).shown(value), unit)
}
