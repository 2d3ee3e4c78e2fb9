//! A report over several programmes as a workbook: how they stand, side by side, one sheet for each indicator, who stands in
//! several, which pairs are undecided.
//!
//! Every figure names its folder, its indicator, the run that gives it and its cell in the programme's own workbook, so that
//! it is found again with all its rows. The page of the same report is `html/across.rs`.

mod json;
mod matched;
mod organisations;
mod sets;
mod summary;
#[cfg(test)]
pub mod tests;
pub mod words;

pub use json::json;
pub use words::SHEETS;

use std::collections::BTreeSet;

use super::book::{Book, Cell};
use super::canvas::Canvas;
use super::language::{Tongue, own};
use super::sheets::PROGRAM;
use super::style::{Look, NumberFormat, Rule, Style};
use super::words::{PAGE, absent, audience_word, sheet_name};
use crate::finding::CellRef;
use crate::model::across::Across;
use crate::model::value::Value;
use words::PROGRAMMES;

/// Where links lead.
const TOP: CellRef = CellRef { row: 0, column: 0 };

/// What a report is called that says nothing of its title.
pub fn title(language: &str) -> String {
    Tongue::of(language).say(words::TITLE)
}

/// The workbook before it is a file.
pub fn book(across: &Across) -> Book {
    let tongue = tongue(across);
    let names = names(across, tongue);
    let (own_sheets, places): (Vec<_>, Vec<_>) =
        across.matched.iter().zip(&names).map(|(one, name)| matched::sheet(across, one, name)).unzip();
    let mut sheets = vec![summary::programmes(across, &places)];
    if !across.matched.is_empty() {
        sheets.push(summary::side_by_side(across, &places));
    }
    sheets.extend(own_sheets);
    sheets.extend(organisations::overlap(across));
    sheets.extend(organisations::decisions(across));
    sheets.extend(sets::sheet(across));
    sheets.push(summary::notes(across));
    let about = tongue.say(&words::about(across));
    Book {
        title: across.title.clone(),
        subject: about.clone(),
        author: PROGRAM.to_owned(),
        created: across.programmes.iter().map(|one| one.as_of).max().unwrap_or_default(),
        foot: [across.title.clone(), about],
        accent: None,
        page: tongue.say(PAGE),
        writing: tongue.writing(),
        sheets,
    }
}

fn tongue(across: &Across) -> Tongue {
    Tongue::of(&across.language)
}

/// A name for the sheet of each indicator: the beginning of its title, unlike every other.
fn names(across: &Across, tongue: Tongue) -> Vec<String> {
    let fixed = SHEETS.into_iter().flat_map(|name| [name.to_owned(), sheet_name(tongue, name)]);
    let mut taken: BTreeSet<String> = fixed.chain(["History".to_owned()]).map(|name| name.to_lowercase()).collect();
    let most = across.matched.len() + taken.len();
    let mut names = Vec::new();
    for one in &across.matched {
        let short = super::sheets::short_name(&one.title).unwrap_or_else(|| one.code.chars().take(31).collect());
        let begin: String = short.chars().take(27).collect();
        let name = std::iter::once(short.clone())
            .chain((2..=most).map(|number| format!("{begin} {number}")))
            .find(|name| !taken.contains(&name.to_lowercase()))
            .unwrap_or(short);
        taken.insert(name.to_lowercase());
        names.push(name);
    }
    names
}

/// The head of a sheet: the way back, its title, a line about it.
fn heading(canvas: &mut Canvas, across: &Across, last: u16, title: &str, about: &str) {
    canvas.put(1, Cell::link(PROGRAMMES, TOP, words::BACK), Look::BackLink.plain());
    let facts = format!("{} · {}", own(&across.title), audience_word(across.audience));
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
    match (value.known(), absent(value)) {
        (Some(known), _) => (Cell::Number(known), style),
        (None, word) => (Cell::text(word.unwrap_or_default()), Look::Absent.plain()),
    }
}

/// Names of programmes' folders.
fn folders<'a>(across: &'a Across, all: impl IntoIterator<Item = &'a usize>) -> String {
    all.into_iter().map(|at| across.programmes[*at].name.as_str()).collect::<Vec<_>>().join(", ")
}
