//! What the cells of a sheet look like, told apart as far as that helps to see where a table begins and ends.

use crate::ingest::{Cell, Sheet};
use crate::model::fold::fold;
use crate::validate::read::date::{DateText, parse_date};
use crate::validate::read::number::{NumberText, parse_number};

/// What a cell looks like. Texts that read as numbers or dates count as such: a csv has nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    Text,
    Number,
    Date,
    Truth,
    /// An error value, a formula without a result, or a text that stands for no value.
    Nothing,
}

impl Class {
    /// Whether it is the stuff of data, not of headers.
    pub fn is_data(self) -> bool {
        matches!(self, Self::Number | Self::Date | Self::Truth)
    }
}

/// Texts by which people say that there is no value, in small letters.
const PLACEHOLDERS: &[&str] = &[
    "n/a", "na", "n.a.", "nan", "null", "nil", "-", "--", "–", "—", "..", "...", "…", ":", "x", "c", "k.a.", "k. a.",
    "n.v.", "nd", "n.d.", "s.o.", "(blank)", "unknown", "tbd", "tbc", "?", "#", "*", "**",
];
/// Those that are no word of anything else, wherever they stand.
const CLEAR: &[&str] = &["n/a", "n.a.", "k.a.", "k. a.", "(blank)"];

/// Whether a text usually stands for no value. A single letter does only beside numbers: the caller looks.
pub fn is_placeholder(text: &str) -> bool {
    PLACEHOLDERS.contains(&text.trim().to_lowercase().as_str())
}

/// Whether a text stands for no value in a column of words too.
pub fn is_clear_placeholder(text: &str) -> bool {
    CLEAR.contains(&text.trim().to_lowercase().as_str())
}

fn is_letter(text: &str) -> bool {
    text.trim().len() == 1 && text.trim().starts_with(char::is_alphabetic)
}

pub fn class(sheet: &Sheet, cell: Cell) -> Class {
    match cell {
        Cell::Number(_) | Cell::Percent(_) | Cell::Money(..) => Class::Number,
        Cell::Date(_) => Class::Date,
        Cell::Bool(_) => Class::Truth,
        Cell::Error(_) | Cell::Uncalculated => Class::Nothing,
        Cell::Text(id) => {
            let text = sheet.text(id);
            // A single letter may be a value: only a column of numbers tells.
            if is_placeholder(text) && !is_letter(text) {
                Class::Nothing
            } else if parse_number(text).reading != NumberText::NotANumber {
                Class::Number
            } else if parse_date(text).0 != DateText::NotADate {
                Class::Date
            } else {
                Class::Text
            }
        }
    }
}

/// A number that may be a year, as the labels of side-by-side columns are.
pub fn year(sheet: &Sheet, cell: Cell) -> Option<u16> {
    let value = match cell {
        Cell::Number(value) => value.to_string(),
        Cell::Text(id) => sheet.text(id).trim().to_owned(),
        _ => return None,
    };
    let year: u16 = value.parse().ok()?;
    (1950..=2100).contains(&year).then_some(year)
}

/// Whether a label names a month, alone or with a year.
pub fn is_month(label: &str) -> bool {
    let word = label.trim();
    // A bare number is no month, whatever it becomes with a day before it.
    if !word.chars().any(char::is_alphabetic) {
        return false;
    }
    let is_date = |text: &str| !matches!(parse_date(text).0, DateText::NotADate);
    is_date(&format!("1 {word} 2015")) || is_date(&format!("1 {word}"))
}

/// Whether a label names a quarter: `Q1`, `Q1 2015`, `2015-Q3`, `1. Quartal`, `T2`.
pub fn is_quarter(label: &str) -> bool {
    let folded = fold(label);
    let mut quarter = false;
    for word in folded.split(' ') {
        let rest = word.strip_prefix(['q', 't']).unwrap_or(word);
        let is_number = matches!(rest, "1" | "2" | "3" | "4");
        let is_year = rest.len() == 4 && rest.bytes().all(|b| b.is_ascii_digit());
        let is_word = matches!(word, "quartal" | "quarter" | "trimestre" | "ketv" | "ketvirtis" | "kwartaal");
        quarter |= is_word || (is_number && rest.len() < word.len());
        if !(is_number || is_year || is_word) {
            return false;
        }
    }
    quarter
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_side_by_side_columns_are_known() {
        for month in ["Jan", "Februar", "mars", "Dec 2015", "gruodis"] {
            assert!(is_month(month), "{month}");
        }
        for other in ["Total", "Area", "12", "2015", "Q1", "1 Jan 2015"] {
            assert!(!is_month(other), "{other}");
        }
        for quarter in ["Q1", "2015-Q3", "Q4 2016", "1. Quartal", "T2"] {
            assert!(is_quarter(quarter), "{quarter}");
        }
        for other in ["Q5", "2015", "Quality", "1", "T"] {
            assert!(!is_quarter(other), "{other}");
        }
    }
}
