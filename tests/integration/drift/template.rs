//! The template that the program writes for a partner, as pages of a draft, and the known rows typed into it.

use std::sync::LazyLock;

use scoreboard::app::project::Project as Opened;
use scoreboard::app::template;
use scoreboard::finding::CellRef;
use scoreboard::ingest::{self, Options, Sheet};

use super::draft::{Cell, Content, HEADER, Origin, Page};
use super::known::{Field, OPTIONS, PARTNERS, Partner, Row, TABLES, Value, definitions, rows};
use crate::project::Project;

/// The pages of a partner's template, filled in.
pub fn filled(partner: usize) -> Vec<Page> {
    static FILLED: LazyLock<Vec<Vec<Page>>> = LazyLock::new(|| PARTNERS.iter().map(make).collect());
    FILLED[partner].clone()
}

fn make(partner: &Partner) -> Vec<Page> {
    let folder = Project::empty();
    for (name, text) in definitions() {
        folder.file(&name, text);
    }
    let project = Opened::open(folder.path()).unwrap_or_else(|stopped| panic!("{:#?}", stopped.0));
    let out = folder.path().join("templates");
    let options =
        template::Options { partner: Some(partner.code.into()), out: Some(out.clone()), ..Default::default() };
    template::run(&project, &options, &|_, _, _| ()).unwrap_or_else(|stopped| panic!("{:#?}", stopped.0));
    let file = std::fs::read_dir(out).expect("a folder").next().expect("a template").expect("a file").path();
    let bytes = std::fs::read(file).expect("read");
    let workbook = ingest::read("template.xlsx", &bytes, &Options::default()).expect("a workbook");
    let mut pages: Vec<Page> = workbook.sheets.iter().map(page).collect();
    for (table, facts) in TABLES.iter().enumerate() {
        let title = facts.titles[partner.language];
        let page = pages.iter_mut().find(|page| page.name == title).expect("a sheet for each table");
        fill(page, table, facts.fields, partner.language);
    }
    pages
}

fn page(sheet: &Sheet) -> Page {
    let mut page = Page { name: sheet.name.clone(), hidden: sheet.hidden, ..Page::default() };
    for (i, row) in sheet.rows.iter().enumerate() {
        for (column, cell) in sheet.row(i) {
            let (content, format) = match *cell {
                ingest::Cell::Number(number) => (Content::Number(number), None),
                ingest::Cell::Percent(number) => (Content::Number(number), Some("0.00%")),
                ingest::Cell::Money(number, _) => (Content::Number(number), Some("#,##0.00")),
                ingest::Cell::Date(day) => (Content::Day(day), Some("yyyy-mm-dd")),
                ingest::Cell::Bool(yes) => (Content::Truth(yes), None),
                other => (Content::Text(sheet.display(other)), None),
            };
            page.put(row.index, *column, Cell { content, format, origin: None });
        }
    }
    page.hidden_rows.extend(&sheet.hidden_rows);
    page.hidden_columns.extend(&sheet.hidden_columns);
    page
}

fn fill(page: &mut Page, table: usize, fields: &[Field], language: usize) {
    let is_header = |cell: &Cell| cell.content == Content::Text(fields[0].labels[language].to_owned());
    let header = page.cells.iter().filter(|(_, cell)| is_header(cell)).map(|((row, _), _)| *row).max();
    let header = header.expect("a header");
    for (column, field) in (0..).zip(fields) {
        let cell = page.cells.get_mut(&(header, column)).expect("a label for each field");
        assert_eq!(cell.content, Content::Text(field.labels[language].to_owned()), "{}", CellRef::new(header, column));
        cell.origin = Some(Origin { table, row: HEADER, field: field.code });
    }
    for (at, row) in rows(table).iter().enumerate() {
        let place = header + 1 + u32::try_from(at).expect("few rows");
        for (column, field) in (0..).zip(fields) {
            if let Some((content, format)) = typed(row, field.code, language) {
                let origin = Some(Origin { table, row: at, field: field.code });
                page.put(place, column, Cell { content, format, origin });
            }
        }
    }
}

/// A value as it is typed into the template: numbers and dates as such, choices in the partner's language.
#[allow(clippy::cast_precision_loss, reason = "hundredths of small amounts")]
fn typed(row: &Row, field: &str, language: usize) -> Option<(Content, Option<&'static str>)> {
    Some(match row.get(field)? {
        Value::Text(text) => (Content::Text(text.clone()), None),
        Value::Whole(number) => (Content::Number(*number as f64), Some("#,##0")),
        Value::Exact(hundredths) => (Content::Number(*hundredths as f64 / 100.0), Some("#,##0.00")),
        Value::Percent(hundredths) => (Content::Number(*hundredths as f64 / 10_000.0), Some("0.00%")),
        Value::Day(day) => (Content::Day(*day), Some("dd.mm.yyyy")),
        Value::Choice(option) => (Content::Text(OPTIONS[*option].1[language].to_owned()), None),
        Value::Truth(yes) => {
            let words = [["no", "nein", "non", "ne"], ["yes", "ja", "oui", "taip"]];
            (Content::Text(words[usize::from(*yes)][language].to_owned()), None)
        }
        Value::Country(code) => (Content::Text((*code).to_owned()), None),
        Value::Nothing => return None,
    })
}
