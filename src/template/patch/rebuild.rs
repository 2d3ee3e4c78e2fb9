//! A workbook that cannot be patched, written anew: the values as they were read, then marked like any other.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook as Book, Worksheet, XlsxError};

use super::book::free_name;
use super::{COLUMNS, Mark, ROWS, Remark, Returned, Unpatchable, patch};
use crate::finding::CellRef;
use crate::ingest::{Cell, Limits, Sheet, Workbook};

/// The writer holds all cells in memory.
const MOST_CELLS: usize = 3_000_000;
/// What Excel takes in a cell, as it counts.
const MOST_UNITS: usize = 32_767;

/// An xlsx of what was read of a file of another kind, with marks, comments and the sheet of findings. A sheet without
/// a name (that of a csv) or with one that Excel does not take gets one, and marks find it.
pub fn rebuild(workbook: &Workbook, returned: &Returned) -> Result<Vec<u8>, Unpatchable> {
    let cells: usize =
        workbook.sheets.iter().map(|sheet| (0..sheet.rows.len()).map(|i| sheet.row(i).len()).sum::<usize>()).sum();
    if cells > MOST_CELLS {
        return Err(Unpatchable::TooLarge);
    }
    let mut book = Book::new();
    // A fixed day, so that the same answer is the same bytes.
    let created = ExcelDateTime::from_ymd(2000, 1, 1).map_err(failed)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&created));
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let mut taken: Vec<String> = Vec::new();
    let shown = workbook.sheets.iter().position(|sheet| !sheet.hidden);
    for (at, sheet) in workbook.sheets.iter().enumerate() {
        let wish = if sheet.name.trim().is_empty() { "Data" } else { &sheet.name };
        let name = free_name(wish, &taken);
        taken.push(name.to_lowercase());
        names.insert(sheet.name.clone(), name.clone());
        let worksheet = book.add_worksheet();
        worksheet.set_name(&name).map_err(failed)?;
        worksheet.set_hidden(sheet.hidden && shown.is_some());
        worksheet.set_active(shown.unwrap_or(0) == at);
        write(worksheet, sheet).map_err(failed)?;
    }
    let bytes = book.save_to_buffer().map_err(failed)?;
    // Of our own making: there is nothing to be wary of.
    let limits = Limits { file_bytes: u64::MAX, unzipped_bytes: u64::MAX, ratio: u64::MAX, ..Limits::default() };
    patch(&bytes, &renamed(returned, &names), &limits)
}

fn failed(error: XlsxError) -> Unpatchable {
    Unpatchable::Damaged(error.to_string())
}

/// What is returned, with the names that the sheets have now.
fn renamed(returned: &Returned, names: &BTreeMap<String, String>) -> Returned {
    let name = |sheet: &String| names.get(sheet).unwrap_or(sheet).clone();
    let marks = returned.marks.iter().map(|mark| Mark { sheet: name(&mark.sheet), ..mark.clone() }).collect();
    let rows = returned.sheet.rows.iter();
    let rows = rows.map(|row| Remark { sheet: row.sheet.as_ref().map(name), ..row.clone() }).collect();
    let mut sheet = returned.sheet.clone();
    sheet.rows = rows;
    Returned { marks, sheet }
}

fn write(worksheet: &mut Worksheet, sheet: &Sheet) -> Result<(), XlsxError> {
    let plain = Format::new();
    let date = Format::new().set_num_format("yyyy-mm-dd");
    let percent = Format::new().set_num_format("0.##%");
    for merge in sheet.merges.iter().filter(|merge| merge.first != merge.last) {
        // Ranges that overlap are a mistake of the program that wrote them: the first counts.
        if fits(merge.last) {
            let _ = worksheet.merge_range(
                merge.first.row,
                merge.first.column,
                merge.last.row,
                merge.last.column,
                "",
                &plain,
            );
        }
    }
    let mut widths: BTreeMap<u16, usize> = BTreeMap::new();
    for (i, row) in sheet.rows.iter().enumerate() {
        for (column, cell) in sheet.row(i) {
            if !fits(CellRef::new(row.index, *column)) {
                continue;
            }
            let (row, column) = (row.index, *column);
            match *cell {
                Cell::Number(value) => worksheet.write_number(row, column, value)?,
                Cell::Percent(value) => worksheet.write_number_with_format(row, column, value, &percent)?,
                Cell::Money(value, currency) => {
                    let money = Format::new().set_num_format(format!("#,##0.00 [${}]", currency.as_str()));
                    worksheet.write_number_with_format(row, column, value, &money)?
                }
                Cell::Date(day) => worksheet.write_number_with_format(row, column, serial(day), &date)?,
                Cell::Bool(value) => worksheet.write_boolean(row, column, value)?,
                // A string also where it looks like a formula, and an error as the text that it shows.
                Cell::Text(_) | Cell::Error(_) | Cell::Uncalculated => {
                    worksheet.write_string(row, column, within(sheet.display(*cell)))?
                }
            };
            if i < 200 {
                let width = widths.entry(column).or_default();
                *width = (*width).max(sheet.display(*cell).lines().map(|line| line.chars().count()).max().unwrap_or(0));
            }
        }
    }
    for (column, width) in widths {
        worksheet.set_column_width(column, width.clamp(8, 40) as f64 + 1.0)?;
    }
    for row in sheet.hidden_rows.iter().filter(|row| **row < ROWS) {
        worksheet.set_row_hidden(*row)?;
    }
    for column in sheet.hidden_columns.iter().filter(|column| **column < COLUMNS) {
        worksheet.set_column_hidden(*column)?;
    }
    Ok(())
}

fn fits(cell: CellRef) -> bool {
    cell.row < ROWS && cell.column < COLUMNS
}

fn within(text: String) -> String {
    if text.len() <= MOST_UNITS || text.chars().count() <= MOST_UNITS {
        return text;
    }
    text.chars().take(MOST_UNITS - 1).chain(['…']).collect()
}

/// The number of a day, with the 29 February 1900 that Excel believes in.
fn serial(day: NaiveDate) -> f64 {
    let days = NaiveDate::from_ymd_opt(1899, 12, 30).map_or(0, |first| day.signed_duration_since(first).num_days());
    (if days < 61 { days - 1 } else { days }) as f64
}
