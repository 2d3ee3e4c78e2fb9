//! Rates of exchange: `[currency]` of `scoreboard.toml`, the table that it names, and the fields that it is for.
//!
//! A rate says how many units of a currency one unit of the programme's currency was worth in a month, as the European
//! Central Bank and `InforEuro` publish it. A month that is not there is not guessed.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::catalog::{Catalog, Collection, Field, FieldKind};
use super::form::{FormFile, FormSheet, OpenForm};
use super::reader::{Findings, Table};
use crate::finding::suggest::nearest;
use crate::finding::{CellRef, Finding, Place, rules};
use crate::model::code::FieldCode;
use crate::model::fold::fold;

/// The columns of the table, in any order.
const COLUMNS: [&str; 4] = ["currency", "month", "rate", "source"];

/// Rates by currency and month.
#[derive(Debug, Clone, Default)]
pub struct Rates {
    /// The table's name and hash.
    pub file: (String, String),
    known: BTreeMap<(String, String), Rate>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rate {
    /// Units of the currency for one of the programme's.
    pub rate: Decimal,
    /// Who says so.
    pub source: String,
}

impl Rates {
    /// The rate of the month that holds a day.
    pub fn of(&self, currency: &str, day: NaiveDate) -> Option<&Rate> {
        self.known.get(&(currency.to_owned(), month_of(day)))
    }
}

/// In which currency a field's amounts are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldCurrency {
    Fixed(String),
    /// As a field of the same row says.
    Field(FieldCode),
}

impl Catalog {
    /// Whether amounts of a field of this name are converted in some collection.
    pub fn converts(&self, name: &str) -> bool {
        self.collections.iter().filter_map(|one| one.field(name)).any(|field| field.currency.is_some())
    }
}

impl Field {
    /// The currency that an amount should be in, where a cell shows another.
    pub fn instead_of<'a>(&'a self, shown: &str, programme: &'a str) -> Option<&'a str> {
        let wanted = match &self.currency {
            None => programme,
            Some(FieldCurrency::Fixed(code)) => code,
            Some(FieldCurrency::Field(_)) => return None,
        };
        (shown != wanted).then_some(wanted)
    }
}

/// `2016-05`.
pub fn month_of(day: NaiveDate) -> String {
    day.format("%Y-%m").to_string()
}

pub fn is_currency(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|b| b.is_ascii_uppercase())
}

/// The rates that the programme declares; None without.
pub fn read(root: &Table<'_>, open: OpenForm<'_>) -> Option<Rates> {
    let table = root.table("currency")?;
    let name = table.required_text("rates");
    table.finish();
    let name = name?;
    match open(&name.value) {
        Ok(file) => Some(Reader { file: &file, findings: root.findings() }.rates()),
        Err(fault) => {
            let message = format!("the table of rates {} {}", name.value, fault.message);
            let help = "Name a csv or a workbook in the project's folder, for example pipelines/rates.csv.";
            table.report(table.error(&rules::FILE_UNREADABLE, &name.span, message).help(help));
            None
        }
    }
}

struct Reader<'a> {
    file: &'a FormFile,
    findings: &'a Findings,
}

impl Reader<'_> {
    fn bad(&self, sheet: &FormSheet, row: u32, column: u16, message: String, help: &str) {
        let cell = Some(CellRef::new(row, column));
        let place = Place::Cell { file: self.file.name.clone(), sheet: sheet.name.clone(), cell };
        self.findings.borrow_mut().push(Finding::error(&rules::BAD_VALUE, place, message).help(help));
    }

    fn rates(&self) -> Rates {
        let mut rates = Rates { file: (self.file.name.clone(), self.file.hash.clone()), known: BTreeMap::new() };
        let Some(sheet) = self.file.sheets.first() else { return rates };
        let mut rows = sheet.rows.iter();
        let head = "The first row names the columns: currency, month, rate, source.";
        let Some((top, header)) = rows.next() else {
            self.bad(sheet, 0, 0, "the table of rates is empty".into(), head);
            return rates;
        };
        let find = |name: &str| header.iter().find(|(_, text)| fold(text) == name).map(|(column, _)| *column);
        let columns: Vec<Option<u16>> = COLUMNS.iter().map(|name| find(name)).collect();
        for (name, _) in COLUMNS.iter().zip(&columns).filter(|(_, column)| column.is_none()) {
            self.bad(sheet, *top, 0, format!("the table of rates has no column `{name}`"), head);
        }
        let [Some(currency), Some(month), Some(rate), Some(source)] = columns[..] else { return rates };
        for (row, cells) in rows {
            let text = |column: u16| cells.get(&column).map_or("", |text| text.trim());
            // A decimal comma in a csv that is parted by commas makes one column more, and another rate.
            if let Some((column, text)) = cells.iter().find(|(column, _)| !header.contains_key(column)) {
                let help = "Write rates with a decimal point, and one value in each column.";
                self.bad(sheet, *row, *column, format!("`{text}` stands in a column without a name"), help);
                continue;
            }
            let code = text(currency);
            if !is_currency(code) {
                let help = "Use its ISO code, for example USD.";
                self.bad(sheet, *row, currency, format!("`{code}` is not a currency"), help);
                continue;
            }
            let Some(of) = month_written(text(month)) else {
                let help = "Write year and month, for example 2016-05.";
                self.bad(sheet, *row, month, format!("`{}` is not a month", text(month)), help);
                continue;
            };
            let Some(value) = rate_written(text(rate)) else {
                let help =
                    "Write how many units of the currency one of the programme's is worth, with a decimal point.";
                self.bad(sheet, *row, rate, format!("`{}` is not a rate", text(rate)), help);
                continue;
            };
            let one = Rate { rate: value, source: text(source).to_owned() };
            if rates.known.insert((code.to_owned(), of.clone()), one).is_some() {
                let message = format!("the rate of {code} for {of} stands twice");
                self.bad(sheet, *row, currency, message, "Take one of them out.");
            }
        }
        rates
    }
}

/// `2016-05`, or a day of it.
fn month_written(text: &str) -> Option<String> {
    let (month, day) = (text.get(..7)?, text.get(7..)?);
    let first = format!("{month}-01").parse::<NaiveDate>().ok()?;
    let is_whole = day.is_empty() || text.get(..10).is_some_and(|day| day.parse::<NaiveDate>().is_ok());
    is_whole.then(|| month_of(first))
}

/// Above zero, with at most ten decimals.
fn rate_written(text: &str) -> Option<Decimal> {
    let rate = text.parse::<Decimal>().ok()?.normalize();
    (rate > Decimal::ZERO && rate.scale() <= 10 && rate < Decimal::from(1_000_000_000)).then_some(rate)
}

/// What a field of kind money says of its currency; `kind` is the field's.
pub fn of_field(table: &Table<'_>, kind: FieldKind, of_survey: bool) -> Option<FieldCurrency> {
    let (fixed, named) = (table.text("currency"), table.text("currency_field"));
    for (key, at) in [("currency", &fixed), ("currency_field", &named)] {
        let Some(at) = at else { continue };
        if kind != FieldKind::Money {
            table.bad(&at.span, format!("`{key}` goes with kind money only"), "Take it out, or change the kind.");
        } else if of_survey {
            let help = "Ask for the amount in the programme's currency.";
            table.bad(&at.span, format!("`{key}` goes with fields of collections only"), help);
        }
    }
    match (fixed, named) {
        (Some(at), Some(_)) => {
            table.bad(&at.span, "the field says twice in which currency it is", "Keep `currency` or `currency_field`.");
            None
        }
        (Some(at), None) if !is_currency(&at.value) => {
            table.bad(&at.span, format!("`{}` is not a currency", at.value), "Use its ISO code, for example USD.");
            None
        }
        (Some(at), None) => Some(FieldCurrency::Fixed(at.value)),
        (None, Some(at)) => {
            if table.boolean("total") == Some(true) {
                let help = "Take `total` out: amounts in several currencies have no total.";
                table.bad(&at.span, "`currency_field` does not go with `total`", help);
            }
            table.make_code(&at, FieldCode::new).map(|code| FieldCurrency::Field(code.value))
        }
        (None, None) => None,
    }
}

/// What can be told of fields with a currency only once all is read: the field that names it, a date, the rates.
pub fn check(table: &Table<'_>, collections: &[Collection], programme: &str, rates: Option<&Rates>) {
    let code = table.text("code").map(|at| at.value);
    let Some(collection) = collections.iter().find(|one| Some(one.code.as_str()) == code.as_deref()) else { return };
    for field in table.tables("field") {
        let key = if field.has("currency") { "currency" } else { "currency_field" };
        let Some(at) = field.text(key) else { continue };
        if rates.is_none() && at.value != programme {
            let help = "Add [currency] with rates = \"pipelines/rates.csv\" to scoreboard.toml.";
            field.bad(&at.span, format!("`{key}` needs rates of exchange"), help);
        }
        if !collection.has_periods() {
            let help = "Declare `date` in the collection, or submission = \"period\".";
            field.bad(&at.span, "an amount is converted at the rate of its month, and the rows have no date", help);
        }
        if key == "currency" {
            continue;
        }
        let text = |kind: FieldKind| matches!(kind, FieldKind::Text | FieldKind::Choice);
        match collection.field(&at.value) {
            Some(named) if text(named.kind) => {}
            Some(_) => {
                let help = "Its values are ISO codes such as USD.";
                field.bad(&at.span, format!("`{}` is of no kind text or choice", at.value), help);
            }
            None => {
                let names = collection.fields.iter().map(|field| field.code.as_str());
                let finding =
                    field.error(&rules::UNKNOWN_FIELD, &at.span, format!("no field is called `{}`", at.value));
                field.report(finding.suggest(nearest(&at.value, names)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_written_in_full_and_a_rate_is_above_zero() {
        let month = |text| month_written(text);
        assert_eq!((month("2016-05"), month("2016-05-31")), (Some("2016-05".into()), Some("2016-05".into())));
        assert_eq!(month("2016-05-31 00:00:00"), Some("2016-05".into()));
        for text in ["", "2016", "2016-13", "05/2016", "2016-05-32", "2016-05x", "May 2016"] {
            assert_eq!(month(text), None, "{text}");
        }
        assert_eq!(rate_written("1.1300"), "1.13".parse().ok());
        for text in ["", "0", "-1", "1,13", "1.12345678901", "n/a", "1000000000"] {
            assert_eq!(rate_written(text), None, "{text}");
        }
    }
}
