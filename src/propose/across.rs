//! Columns side by side whose labels are years, months, quarters, days or countries: one value a column, not one
//! field a column.

use std::collections::BTreeSet;

use super::Field;
use super::detect::Area;
use super::grid::{Class, class, is_month, is_quarter};
use super::kinds::{Column, Guess};
use crate::define::catalog::FieldKind;
use crate::ingest::{Cell, Sheet};
use crate::layout::header::Header;
use crate::model::country::{CountryMatch, read_country};
use crate::validate::read::date::DateEvidence;
use crate::validate::read::number::Evidence;

/// Fewer columns are fields of their own.
const FEWEST: usize = 4;

/// A run of such columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    pub first: u16,
    pub last: u16,
    /// In words: "years".
    pub what: &'static str,
    /// The code of the field that takes the labels.
    pub code: &'static str,
    kind: FieldKind,
}

impl Labels {
    /// The field that takes the labels.
    pub fn field(&self, code: &str, taken: &BTreeSet<String>) -> Field {
        let mut label = code.replace('_', " ");
        if let Some(first) = label.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        if taken.contains(&label.to_lowercase()) {
            label.push_str(" of the column");
        }
        let guess = Guess {
            kind: self.kind,
            scale: None,
            options: Vec::new(),
            required: false,
            names_rows: false,
            decimal: Evidence::None,
            order: DateEvidence::None,
            currency: None,
            says: vec![format!("takes the label of each of the {} side by side", self.what)],
        };
        Field { code: code.to_owned(), label, column: None, guess, cells: 0 }
    }
}

/// What labels may be: in words, the name of the field that takes them, its kind, and how they are known.
type Sort = (&'static str, &'static str, FieldKind, fn(&str) -> bool);

/// What the labels of a run are.
const SORTS: [Sort; 6] = [
    ("years", "year", FieldKind::Integer, is_year),
    ("years", "year", FieldKind::Text, is_split_year),
    ("months", "month", FieldKind::Text, is_month),
    ("quarters", "quarter", FieldKind::Text, is_quarter),
    ("days", "day", FieldKind::Date, is_day),
    ("countries", "country", FieldKind::Country, is_country),
];

/// The longest run of an area, if it has one.
pub fn find(sheet: &Sheet, area: &Area, header: &Header, columns: &[Column<'_>]) -> Option<Labels> {
    area.header?;
    let lowest = |column: u16| {
        let at = header.cell(column)?;
        Some(sheet.display(sheet.cell(at)?).split_whitespace().collect::<Vec<_>>().join(" "))
    };
    let mut best: Option<Labels> = None;
    for (what, code, kind, fits) in SORTS {
        let mut run: Vec<(u16, String)> = Vec::new();
        for column in columns.iter().map(Some).chain([None]) {
            let label = column.and_then(|column| lowest(column.at)).filter(|label| fits(label));
            let goes_on = column.zip(label).filter(|(column, label)| {
                let beside = run.last().is_none_or(|(before, _)| before + 1 == column.at);
                beside && !run.iter().any(|(_, other)| other == label) && is_of_numbers(column)
            });
            if let Some((column, label)) = goes_on {
                run.push((column.at, label));
                continue;
            }
            let longest = best.as_ref().map_or(FEWEST, |best| usize::from(best.last - best.first) + 2);
            if run.len() >= longest
                && let (Some((first, _)), Some((last, _))) = (run.first(), run.last())
            {
                best = Some(Labels { first: *first, last: *last, what, code, kind });
            }
            run.clear();
        }
    }
    // Labels of another line that differ within the run would be lost: then the columns stay fields of their own.
    best.filter(|best| {
        let upper: BTreeSet<Vec<String>> = (best.first..=best.last).map(|column| upper_lines(header, column)).collect();
        upper.len() == 1
    })
}

/// The lines of a label above the lowest.
fn upper_lines(header: &Header, column: u16) -> Vec<String> {
    let names = header.names(column);
    let (Some(whole), Some(low)) = (names.first(), names.last()) else { return Vec::new() };
    whole.strip_suffix(low.as_str()).map(|upper| vec![upper.to_owned()]).unwrap_or_default()
}

/// Whether no cell is a word: values stand there, whatever some of them lack.
fn is_of_numbers(column: &Column<'_>) -> bool {
    let (mut numbers, mut words) = (0, 0);
    for (sheet, _, cell) in &column.cells {
        match class(sheet, *cell) {
            Class::Number => numbers += 1,
            Class::Text if matches!(cell, Cell::Text(_)) => words += 1,
            _ => {}
        }
    }
    column.cells.is_empty() || numbers > words * 4
}

fn is_year(label: &str) -> bool {
    label.parse::<u16>().is_ok_and(|year| (1950..=2100).contains(&year))
}

/// `2009-10`, `2009/2010`.
fn is_split_year(label: &str) -> bool {
    let Some((first, second)) = label.split_once(['-', '/', '–']) else { return false };
    is_year(first.trim()) && matches!(second.trim().len(), 2 | 4) && second.trim().bytes().all(|b| b.is_ascii_digit())
}

fn is_day(label: &str) -> bool {
    chrono::NaiveDate::parse_from_str(label, "%Y-%m-%d").is_ok()
}

fn is_country(label: &str) -> bool {
    matches!(read_country(label), CountryMatch::Name(_) | CountryMatch::Code(_) | CountryMatch::EuCode(_))
}
