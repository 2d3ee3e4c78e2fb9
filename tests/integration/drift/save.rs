//! A [`Draft`] as the bytes of a file.

use std::io::{Cursor, Read as _, Write as _};

use chrono::{Datelike as _, NaiveDate};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Formula, Workbook, Worksheet};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::draft::{Cell, Content, Draft, Encoding, Form, Page};
use super::known::{AGREEMENTS, hundredths_text};

/// Stands for a stored result that is taken out again.
const NEVER_CALCULATED: f64 = 987_654_321.25;

pub fn save(draft: &Draft) -> Vec<u8> {
    match draft.form {
        Form::Xlsx => xlsx(draft),
        Form::Csv { separator, encoding } => encoded(&csv(draft, separator), encoding),
    }
}

fn xlsx(draft: &Draft) -> Vec<u8> {
    let mut book = Workbook::new();
    let created = ExcelDateTime::from_ymd(2016, 12, 31).expect("a day");
    book.set_properties(&DocProperties::new().set_creation_datetime(&created));
    let visible = draft.pages.iter().position(|page| !page.hidden).unwrap_or(0);
    for (at, page) in draft.pages.iter().enumerate() {
        let sheet = book.add_worksheet();
        sheet.set_name(&page.name).expect("a name");
        if at == visible {
            sheet.set_active(true);
        }
        sheet.set_hidden(page.hidden);
        fill(sheet, page, draft.epoch_1904);
    }
    let bytes = book.save_to_buffer().expect("saved");
    let never = format!("<v>{NEVER_CALCULATED}</v>");
    edited(&bytes, |name, text| {
        let mut text = text.replace(&never, "");
        if draft.epoch_1904 && name == "xl/workbook.xml" {
            text = text.replace("<workbookPr ", "<workbookPr date1904=\"1\" ");
        }
        for (part, from, to) in draft.edits.iter().filter(|(part, ..)| name.starts_with(part)) {
            assert!(text.contains(from) || *part != name, "{part} does not hold {from}");
            text = text.replace(from, to);
        }
        text
    })
}

fn fill(sheet: &mut Worksheet, page: &Page, epoch_1904: bool) {
    for (top, left, bottom, right) in &page.merges {
        // Two drifts may merge the same cells: the first counts.
        let _ = sheet.merge_range(*top, *left, *bottom, *right, "", &Format::new());
    }
    for ((row, column), cell) in &page.cells {
        let mut format = cell.format.map_or_else(Format::new, |format| Format::new().set_num_format(format));
        if matches!(cell.content, Content::Quoted(_)) {
            format = format.set_quote_prefix();
        }
        let written = match &cell.content {
            Content::Text(text) | Content::Quoted(text) => sheet.write_string_with_format(*row, *column, text, &format),
            Content::Number(number) => sheet.write_number_with_format(*row, *column, *number, &format),
            Content::Day(day) => sheet.write_number_with_format(*row, *column, serial(*day, epoch_1904), &format),
            Content::Truth(yes) => sheet.write_boolean_with_format(*row, *column, *yes, &format),
            Content::Formula(formula, result) => {
                let result = result.unwrap_or(NEVER_CALCULATED).to_string();
                sheet.write_formula_with_format(*row, *column, Formula::new(*formula).set_result(result), &format)
            }
            Content::Error(error) => {
                sheet.write_formula_with_format(*row, *column, Formula::new("1/0").set_result(*error), &format)
            }
        };
        written.expect("written");
    }
    for row in &page.hidden_rows {
        sheet.set_row_hidden(*row).expect("a row");
    }
    for column in &page.hidden_columns {
        sheet.set_column_hidden(*column).expect("a column");
    }
    if page.filtered {
        let header = page.cells.iter().find(|(_, cell)| cell.origin.is_some()).map_or(0, |((row, _), _)| *row);
        sheet.autofilter(header, 0, page.last_row(), page.columns() - 1).expect("a filter");
    }
    if page.protected {
        sheet.protect_with_password("secret");
    }
}

/// The number that stands for a day.
pub fn serial(day: NaiveDate, epoch_1904: bool) -> f64 {
    let epoch = if epoch_1904 { 695_056 } else { 693_594 };
    f64::from(day.num_days_from_ce() - epoch)
}

/// The zip with each of its parts passed through `edit`.
pub fn edited(bytes: &[u8], edit: impl Fn(&str, String) -> String) -> Vec<u8> {
    let mut from = ZipArchive::new(Cursor::new(bytes)).expect("a zip");
    let mut to = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..from.len() {
        let mut part = from.by_index(index).expect("a part");
        let name = part.name().expect("a name").into_owned();
        let mut content = String::new();
        part.read_to_string(&mut content).expect("text");
        to.start_file(name.as_str(), SimpleFileOptions::default()).expect("a part");
        to.write_all(edit(&name, content).as_bytes()).expect("written");
    }
    to.finish().expect("a zip").into_inner()
}

/// The page of the agreements as its partner's Excel exports it.
fn csv(draft: &Draft, separator: char) -> String {
    let page = draft.pages.iter().find(|page| page.header_of(AGREEMENTS).is_some()).expect("the agreements");
    let columns = page.columns();
    let mut text = String::new();
    for row in 0..=page.last_row() {
        let fields: Vec<String> = (0..columns)
            .map(|column| {
                let shown =
                    page.cells.get(&(row, column)).map_or(String::new(), |cell| shown(cell, draft.partner.decimal));
                if shown.contains([separator, '"', '\n']) {
                    format!("\"{}\"", shown.replace('"', "\"\""))
                } else {
                    shown
                }
            })
            .collect();
        text += &fields.join(&separator.to_string());
        text += "\r\n";
    }
    text
}

#[allow(clippy::cast_possible_truncation, reason = "hundredths of small amounts")]
fn shown(cell: &Cell, decimal: char) -> String {
    match &cell.content {
        Content::Text(text) | Content::Quoted(text) => text.clone(),
        Content::Number(number) if cell.format.is_some_and(|format| format.contains('%')) => {
            hundredths_text((number * 10_000.0).round() as i64, decimal) + "%"
        }
        Content::Number(number) => number.to_string().replace('.', &decimal.to_string()),
        Content::Day(day) => day.format("%d.%m.%Y").to_string(),
        Content::Truth(yes) => yes.to_string().to_uppercase(),
        // A program that exports a csv and cannot calculate writes an error.
        Content::Formula(_, result) => result.map_or("#N/A".to_owned(), |result| result.to_string()),
        Content::Error(error) => (*error).to_owned(),
    }
}

fn encoded(text: &str, encoding: Encoding) -> Vec<u8> {
    match encoding {
        Encoding::Utf8 => text.as_bytes().to_vec(),
        Encoding::Utf8WithMark => [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
        Encoding::Utf16 => {
            [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(|unit: u16| unit.to_le_bytes()).collect()
        }
        Encoding::Windows1252 => {
            let (bytes, _, lossy) = encoding_rs::WINDOWS_1252.encode(text);
            assert!(!lossy, "a text that Windows-1252 cannot hold");
            bytes.into_owned()
        }
    }
}
