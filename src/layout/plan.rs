//! What a partner's template holds, as plain values: which sheets, which columns, where header and data stand.
//!
//! Labels, options and sheet names are those that [`super::labels`] looks for: one truth for both ways.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;

use crate::define::catalog::{Bound, Catalog, Collection, Field, FieldCurrency, FieldKind, Partner};
use crate::model::fold::fold;
use crate::model::hash::hash_of;
use crate::model::period::Period;

/// Characters that a sheet's name may have.
pub const LONGEST_SHEET_NAME: usize = 31;
/// Where the header of a collection's sheet stands, counted from zero: below title, help, unit, help and example.
pub const HEADER_ROW: u32 = 5;
/// Empty rows below the rows reported already, at least.
const SPARE_ROWS: usize = 200;
/// Rows of a sheet.
const ROWS: u32 = 1_048_576;
/// Raised whenever sheets are laid out differently.
const LAYOUT_VERSION: u32 = 1;

/// One partner's template.
#[derive(Debug, Clone)]
pub struct TemplatePlan {
    pub period: Period,
    pub language: String,
    /// Of everything that decides the shape of the sheets.
    pub version: String,
    pub sheets: Vec<SheetPlan>,
}

/// The sheet of one collection.
#[derive(Debug, Clone)]
pub struct SheetPlan {
    pub collection: String,
    pub name: String,
    pub title: String,
    /// What belongs here; empty if nobody says.
    pub help: String,
    /// The last day on which it is in time.
    pub due: Option<NaiveDate>,
    /// Each period has rows of its own; else the whole list comes each time.
    pub by_period: bool,
    /// Columns that tell a row from every other.
    pub key: Vec<u16>,
    pub columns: Vec<ColumnPlan>,
}

/// One column. Texts are empty where nobody says.
#[derive(Debug, Clone)]
pub struct ColumnPlan {
    pub field: String,
    pub label: String,
    pub unit: String,
    pub help: String,
    pub example: String,
    pub kind: FieldKind,
    pub required: bool,
    /// Options as they stand in the list.
    pub options: Vec<String>,
    pub lowest: Option<Decimal>,
    pub highest: Option<Decimal>,
    pub first_day: Option<NaiveDate>,
    pub last_day: Option<NaiveDate>,
    /// The column that will do where this one is empty: the name of an enterprise without a number.
    pub instead: Option<u16>,
    pub total: bool,
}

impl TemplatePlan {
    pub fn new(catalog: &Catalog, partner: &Partner, period: Period, language: &str) -> Self {
        let names = sheet_names(catalog.collections.iter(), language);
        let sheets = catalog
            .collections
            .iter()
            .zip(names)
            .filter(|(collection, _)| partner.takes_part(&collection.code))
            .map(|(collection, name)| SheetPlan::new(collection, name, &period, language))
            .collect();
        Self { period, language: language.to_owned(), version: version(catalog), sheets }
    }
}

impl SheetPlan {
    fn new(collection: &Collection, name: String, period: &Period, language: &str) -> Self {
        let place = |code: &str| {
            let at = collection.fields.iter().position(|field| field.code.as_str() == code)?;
            u16::try_from(at).ok()
        };
        let columns = collection.fields.iter().map(|field| {
            let instead = field.name.as_ref().and_then(|name| place(name.as_str()));
            let mut column = ColumnPlan::new(field, instead, language);
            // Whoever types amounts in the currency that the row names must not convert them first.
            if let (true, Some(FieldCurrency::Field(code))) = (column.unit.is_empty(), &field.currency) {
                let named = collection.field(code.as_str()).map_or("", |field| field.label.get(language));
                column.unit = format!("→ {named}");
            }
            column
        });
        Self {
            collection: collection.code.as_str().to_owned(),
            name,
            title: collection.title.get(language).to_owned(),
            help: collection.help.get(language).to_owned(),
            due: period.last.checked_add_days(Days::new(collection.due_days)),
            by_period: collection.by_period,
            key: collection.key.iter().filter_map(|code| place(code.as_str())).collect(),
            columns: columns.collect(),
        }
    }

    /// How many rows the table has room for, where so many are filled: it cannot grow on a protected sheet.
    pub fn room(filled: usize) -> u32 {
        let wanted = u32::try_from((filled + SPARE_ROWS).max(2 * filled)).unwrap_or(u32::MAX);
        wanted.min(ROWS - HEADER_ROW - 1)
    }
}

impl ColumnPlan {
    /// A column of this kind, and nothing else said of it.
    pub fn of_kind(kind: FieldKind) -> Self {
        let [field, label, unit, help, example] = [const { String::new() }; 5];
        Self {
            field,
            label,
            unit,
            help,
            example,
            kind,
            required: false,
            options: Vec::new(),
            lowest: None,
            highest: None,
            first_day: None,
            last_day: None,
            instead: None,
            total: false,
        }
    }

    fn new(field: &Field, instead: Option<u16>, language: &str) -> Self {
        let number = |bound: Option<Bound>| if let Some(Bound::Number(number)) = bound { Some(number) } else { None };
        let day = |bound: Option<Bound>| if let Some(Bound::Day(day)) = bound { Some(day) } else { None };
        let options = field.options.iter().map(|option| option.label.get(language).to_owned());
        Self {
            field: field.code.as_str().to_owned(),
            label: field.label.get(language).to_owned(),
            unit: unit(field, language),
            help: field.guidance.help.get(language).to_owned(),
            example: field.guidance.example.get(language).to_owned(),
            kind: field.kind,
            required: field.required,
            options: options.collect(),
            lowest: number(field.minimum),
            highest: number(field.maximum),
            first_day: day(field.minimum),
            last_day: day(field.maximum),
            instead,
            total: field.total,
        }
    }
}

/// What the sheets of collections are called in a language: their titles, cut to what a sheet's name may be, each once.
/// It depends on all collections, whoever takes part in which.
pub fn sheet_names<'a>(collections: impl Iterator<Item = &'a Collection>, language: &str) -> Vec<String> {
    let titles: Vec<String> = collections.map(|collection| fitting(collection.title.get(language))).collect();
    let mut taken: BTreeSet<String> = BTreeSet::new();
    titles
        .iter()
        .map(|title| {
            let numbered = (2..).map(|number| {
                let ending = format!(" {number}");
                format!("{}{ending}", cut(title, LONGEST_SHEET_NAME - ending.len()))
            });
            let name = std::iter::once(title.clone()).chain(numbered).find(|name| taken.insert(fold(name)));
            name.unwrap_or_default()
        })
        .collect()
}

/// A title without what a sheet's name cannot hold.
fn fitting(title: &str) -> String {
    let sound: String = title.chars().map(|c| if "[]:*?/\\".contains(c) || c.is_control() { ' ' } else { c }).collect();
    let sound = sound.split_whitespace().collect::<Vec<_>>().join(" ");
    let cut = cut(&sound, LONGEST_SHEET_NAME);
    // Excel keeps this name for itself.
    if cut.is_empty() || cut.eq_ignore_ascii_case("history") { format!("{cut} 1").trim().to_owned() } else { cut }
}

/// At most so many characters, as Excel counts them; no apostrophe and no space at the ends.
fn cut(text: &str, most: usize) -> String {
    let mut units = 0;
    let kept: String = text
        .chars()
        .take_while(|c| {
            units += c.len_utf16();
            units <= most
        })
        .collect();
    kept.trim_matches(['\'', ' ']).to_owned()
}

/// As declared, else the currency that amounts are typed in where it is not the programme's.
fn unit(field: &Field, language: &str) -> String {
    let declared = field.guidance.unit.get(language);
    match &field.currency {
        Some(FieldCurrency::Fixed(code)) if declared.is_empty() => code.clone(),
        _ => declared.to_owned(),
    }
}

/// The version of the templates that these definitions give: the same for every partner, period and language.
pub fn version(catalog: &Catalog) -> String {
    let mut facts = format!("{LAYOUT_VERSION}");
    for collection in &catalog.collections {
        let Collection { code, title, key, by_period, fields, .. } = collection;
        facts.push_str(&format!("\n{code:?} {title:?} {key:?} {by_period}"));
        for field in fields {
            let Field { code, label, kind, required, minimum, maximum, options, scale, total, .. } = field;
            let options: Vec<_> = options.iter().map(|option| (&option.code, &option.label)).collect();
            facts.push_str(&format!(
                "\n{code:?} {label:?} {kind:?} {required} {minimum:?} {maximum:?} {options:?} {scale:?} {total}"
            ));
        }
    }
    hash_of(facts.as_bytes()).chars().take(12).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_cut_to_what_a_sheets_name_may_be() {
        assert_eq!(fitting("Accords / contrats: [2016]?"), "Accords contrats 2016");
        assert_eq!(fitting("'History'"), "History 1");
        assert_eq!(fitting("Kooperationsvereinbarungen zwischen Mitgliedern").chars().count(), 31);
        assert_eq!(fitting("\u{1f600}".repeat(20).as_str()).chars().count(), 15, "Excel counts UTF-16");
    }

    #[test]
    fn there_is_room_for_as_much_again() {
        assert_eq!((SheetPlan::room(0), SheetPlan::room(50), SheetPlan::room(900)), (200, 250, 1800));
        assert_eq!(SheetPlan::room(900_000), 1_048_570, "no more than a sheet has");
    }
}
