//! What must hold of everything that the readers give, whatever the file.

use std::collections::BTreeSet;

use crate::finding::CellRef;
use crate::ingest::{Cell, Limits, Note, Options, Refusal, Sheet, TextId, Workbook, read};

/// Small, so that a run is spent on many files and not on large ones.
pub fn limits() -> Limits {
    Limits { file_bytes: 4_000_000, unzipped_bytes: 8_000_000, ratio: 200, rows: 4_096, columns: 256 }
}

/// Reads a file, holds what comes out, and holds that reading it again gives the same.
pub fn sound(name: &str, bytes: &[u8], options: &Options) -> Option<Workbook> {
    let once = read(name, bytes, options);
    match &once {
        Ok(workbook) => sound_workbook(workbook, &options.limits),
        Err(refusal) => sound_refusal(refusal),
    }
    if bytes.len() < 20_000 {
        let again = read(name, bytes, options);
        assert_eq!(format!("{once:?}"), format!("{again:?}"), "one file, two readings");
    }
    once.ok()
}

fn sound_refusal(refusal: &Refusal) {
    sound_message(&refusal.message);
    if let Some(help) = &refusal.help {
        assert!(help.ends_with('.') && help.starts_with(char::is_uppercase), "a help is a sentence: {help:?}");
    }
}

/// Messages are phrases that go on after the name of the file.
fn sound_message(message: &str) {
    assert!(message.starts_with(|c: char| c.is_lowercase() || c.is_ascii_digit()), "begins in capitals: {message:?}");
    assert!(!message.ends_with('.') || message.ends_with("…"), "ends with a stop: {message:?}");
}

fn sound_workbook(workbook: &Workbook, limits: &Limits) {
    let names: BTreeSet<&str> = workbook.sheets.iter().map(|sheet| sheet.name.as_str()).collect();
    assert!(!names.is_empty(), "a workbook without sheets");
    assert_eq!(names.len(), workbook.sheets.len(), "two sheets of one name");
    for sheet in &workbook.sheets {
        sound_sheet(sheet, limits);
    }
    for Note { message, sheet, cell, .. } in &workbook.notes {
        sound_message(message);
        assert!(
            sheet.as_deref().is_none_or(|sheet| names.contains(sheet)),
            "a note on a sheet that is none: {sheet:?}"
        );
        cell.iter().for_each(|cell| sound_place(*cell));
    }
}

fn sound_place(place: CellRef) {
    assert_eq!(CellRef::parse(&place.to_string()), Some(place), "{place} is not read as it is written");
}

fn sound_sheet(sheet: &Sheet, limits: &Limits) {
    assert!(sheet.rows.is_sorted_by(|a, b| a.index < b.index), "rows out of order");
    let mut columns_with_data = BTreeSet::new();
    let mut texts_met = BTreeSet::new();
    for (i, row) in sheet.rows.iter().enumerate() {
        let cells = sheet.row(i);
        assert!(!cells.is_empty(), "row {} is kept and holds nothing", row.index);
        assert!(row.index < limits.rows, "row {} beyond the limit", row.index);
        assert!(cells.is_sorted_by(|(a, _), (b, _)| a < b), "columns out of order in row {}", row.index);
        for (column, cell) in cells {
            assert!(*column < limits.columns, "column {column} beyond the limit");
            let place = CellRef::new(row.index, *column);
            sound_place(place);
            sound_cell(sheet, *cell);
            assert_eq!(sheet.cell(place), Some(*cell), "{place} is not found");
            columns_with_data.insert(*column);
            if let Cell::Text(id) = cell {
                texts_met.insert(*id);
            }
        }
    }
    let texts: BTreeSet<&str> = texts_met.iter().map(|id| sheet.text(*id)).collect();
    assert_eq!(texts.len(), texts_met.len(), "one text under two ids");
    assert!(sheet.hidden_rows.is_sorted_by(|a, b| a < b), "hidden rows out of order");
    assert!(sheet.hidden_columns.is_sorted_by(|a, b| a < b), "hidden columns out of order");
    for hidden in &sheet.hidden_rows {
        assert!(sheet.rows.binary_search_by_key(hidden, |row| row.index).is_ok(), "an empty row is called hidden");
    }
    for hidden in &sheet.hidden_columns {
        assert!(columns_with_data.contains(hidden), "an empty column is called hidden");
    }
    for merge in &sheet.merges {
        assert!(merge.covers(merge.first) && merge.covers(merge.last), "an inverted merge: {merge:?}");
    }
}

fn sound_cell(sheet: &Sheet, cell: Cell) {
    match cell {
        Cell::Text(id) => {
            assert!((id.0 as usize) < sheet.texts_len(), "a text that the sheet does not hold");
            assert!(!sheet.text(id).trim().is_empty(), "a blank text is kept");
            assert_eq!(sheet.text(TextId(u32::MAX)), "");
        }
        Cell::Number(value) | Cell::Percent(value) | Cell::Money(value, _) => {
            assert!(value.is_finite(), "a number that is none: {value}");
            assert!(
                sheet.display(cell).starts_with(|c: char| c == '-' || c.is_ascii_digit()),
                "{}",
                sheet.display(cell)
            );
        }
        Cell::Date(_) | Cell::Bool(_) | Cell::Error(_) | Cell::Uncalculated => {
            assert!(!sheet.display(cell).is_empty());
        }
    }
}
