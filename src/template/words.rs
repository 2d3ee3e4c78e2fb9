//! What a template says beside the definitions, in each language: one table a language, all with the same keys.

use std::sync::OnceLock;

use chrono::{Datelike as _, NaiveDate};
use rust_decimal::Decimal;
use serde::Deserialize;

/// English first: other languages than these have it.
const SOURCES: [(&str, &str); 5] = [
    ("en", include_str!("words/en.toml")),
    ("de", include_str!("words/de.toml")),
    ("fr", include_str!("words/fr.toml")),
    ("nl", include_str!("words/nl.toml")),
    ("lt", include_str!("words/lt.toml")),
];

/// The texts of one language. Names in braces stand for values: see [`fill`].
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    pub yes: String,
    pub no: String,
    pub guide: Guide,
    pub table: Table,
    pub units: Units,
    pub input: Input,
    pub note: Note,
    pub totals: Totals,
    pub print: Print,
    pub dates: Dates,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guide {
    pub sheet: String,
    pub title: String,
    pub partner: String,
    pub period: String,
    pub days: String,
    pub as_of: String,
    pub as_of_help: String,
    pub send: String,
    pub send_help: String,
    pub ask: String,
    pub fill: String,
    pub due: String,
    pub whole_list: String,
    pub by_period: String,
    pub counted: String,
    pub how: String,
    pub advice: Vec<String>,
    pub colours: String,
    pub head_required: String,
    pub head_optional: String,
    pub missing: String,
    pub twice: String,
    pub kept_out: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    pub required: String,
    pub optional: String,
    pub example: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Units {
    pub text: String,
    pub integer: String,
    pub decimal: String,
    pub percent: String,
    pub date: String,
    pub list: String,
    pub enterprise: String,
    pub country: String,
}

/// Said when something is typed that does not fit.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    pub title: String,
    pub list: String,
    pub country: String,
    pub date: String,
    pub integer: String,
    pub number: String,
    pub text: String,
    pub days_between: String,
    pub days_from: String,
    pub days_to: String,
    pub numbers_between: String,
    pub numbers_from: String,
    pub numbers_to: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    pub row: String,
    pub mend: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Totals {
    pub sheet: String,
    pub title: String,
    pub sentence: String,
    pub table: String,
    pub what: String,
    pub yours: String,
    pub rows_say: String,
    pub difference: String,
    pub rows: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Print {
    pub page: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dates {
    /// The number format of a cell.
    pub code: String,
    /// In a sentence.
    pub day: String,
    pub months: Vec<String>,
    /// As it is typed.
    pub short: String,
    /// The first day of a month, in a sentence.
    pub first: String,
    pub decimal: String,
}

/// The texts of a language, also for `de-AT`; English where there are none.
pub fn texts(language: &str) -> &'static Texts {
    static BOOKS: [OnceLock<Texts>; SOURCES.len()] = [const { OnceLock::new() }; SOURCES.len()];
    let primary = language.split(['-', '_']).next().unwrap_or_default();
    let at = SOURCES.iter().position(|(code, _)| code.eq_ignore_ascii_case(primary)).unwrap_or(0);
    // A test holds that each table can be read.
    BOOKS[at].get_or_init(|| toml::from_str(SOURCES[at].1).unwrap_or_default())
}

/// A text with its values put in.
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    // Once through, so that a brace within a value stays one.
    while let Some((before, behind)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, after)) = behind.split_once('}') else { break };
        filled.push_str(values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value));
        rest = after;
    }
    filled + rest
}

impl Texts {
    /// A day in a sentence: `15 June 2016`.
    pub fn day(&self, day: NaiveDate) -> String {
        self.dated(&self.dates.day, day)
    }

    /// A day as it is typed into a cell: `15.06.2016`.
    pub fn typed_day(&self, day: NaiveDate) -> String {
        // Months that are words are cut as the cell's format cuts them.
        let text = self.dated(&self.dates.short, day);
        let month = self.month(day);
        text.replace(month, &month.chars().take(3).collect::<String>())
    }

    fn month(&self, day: NaiveDate) -> &str {
        self.dates.months.get(day.month0() as usize).map_or("", String::as_str)
    }

    fn dated(&self, pattern: &str, day: NaiveDate) -> String {
        let values = [
            ("d", if day.day() == 1 { self.dates.first.clone() } else { day.day().to_string() }),
            ("dd", format!("{:02}", day.day())),
            ("mm", format!("{:02}", day.month())),
            ("month", self.month(day).to_owned()),
            ("y", day.year().to_string()),
        ];
        fill(pattern, &values.each_ref().map(|(name, value)| (*name, value.as_str())))
    }

    /// A number as people read it: `1 234,5`.
    pub fn number(&self, value: Decimal) -> String {
        let text = value.normalize().to_string();
        let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("−", digits));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let mut grouped = String::new();
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at).is_multiple_of(3) {
                grouped.push('\u{a0}');
            }
            grouped.push(digit);
        }
        let point = if fraction.is_empty() { "" } else { self.dates.decimal.as_str() };
        format!("{sign}{grouped}{point}{fraction}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<&str> {
        text.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect()
    }

    fn walk(path: &str, value: &toml::Value, found: &mut Vec<(String, String)>) {
        match value {
            toml::Value::Table(table) => {
                table.iter().for_each(|(key, value)| walk(&format!("{path}.{key}"), value, found));
            }
            toml::Value::Array(list) => {
                list.iter().enumerate().for_each(|(at, value)| walk(&format!("{path}.{at}"), value, found));
            }
            toml::Value::String(text) => found.push((path.to_owned(), text.clone())),
            other => panic!("{path} is {other}"),
        }
    }

    #[test]
    fn every_language_says_all_with_the_same_values() {
        let all: Vec<Vec<(String, String)>> = SOURCES
            .iter()
            .map(|(code, source)| {
                toml::from_str::<Texts>(source).unwrap_or_else(|error| panic!("{code}: {error}"));
                let mut found = Vec::new();
                walk("", &toml::from_str(source).expect("TOML"), &mut found);
                found
            })
            .collect();
        for ((code, _), texts) in SOURCES.iter().zip(&all) {
            assert_eq!(texts.len(), all[0].len(), "{code}");
            for ((key, english), (other, text)) in all[0].iter().zip(texts) {
                assert_eq!(key, other, "{code}");
                assert!(!text.trim().is_empty(), "{code}{key}");
                // How a language writes its dates is its own affair.
                if !key.starts_with(".dates") {
                    assert_eq!(names(english), names(text), "{code}{key}");
                }
            }
        }
    }

    #[test]
    fn days_and_numbers_are_written_as_the_language_does() {
        let day = NaiveDate::from_ymd_opt(2016, 6, 5).expect("a day");
        let said = |language| (texts(language).day(day), texts(language).typed_day(day));
        let both = |one: &str, other: &str| (one.to_owned(), other.to_owned());
        assert_eq!(said("en"), both("5 June 2016", "5 Jun 2016"));
        assert_eq!(said("de-AT"), both("5. Juni 2016", "05.06.2016"));
        assert_eq!(said("fr"), both("5 juin 2016", "05/06/2016"));
        let first = NaiveDate::from_ymd_opt(2015, 3, 1).expect("a day");
        assert_eq!(texts("fr").day(first), "1er mars 2015");
        assert_eq!(said("nl"), both("5 juni 2016", "05-06-2016"));
        assert_eq!(said("lt"), both("2016 m. birželio 5 d.", "2016-06-05"));
        assert_eq!(said("pl"), said("en"), "a language without texts");
        let number: Decimal = "-1234567.50".parse().expect("a number");
        assert_eq!(texts("de").number(number), "−1\u{a0}234\u{a0}567,5");
        assert_eq!(texts("en").number(Decimal::ZERO), "0");
    }

    #[test]
    fn a_value_with_braces_stays_as_it_is() {
        assert_eq!(fill("{a} and {b}", &[("a", "{b}"), ("b", "x")]), "{b} and x");
    }
}
