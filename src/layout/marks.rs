//! The sheets of our own workbooks that hold no table: what their first cell says, or what they are called.

use crate::finding::CellRef;
use crate::ingest::{Cell, Sheet};

/// The hidden sheet that says whose a workbook is.
pub const HIDDEN_SHEET: &str = "_scoreboard";
/// The hidden sheet that holds the lists of choices.
pub const LISTS_SHEET: &str = "_scoreboard_lists";
/// In the first cell of the sheet that says what to fill in.
pub const GUIDE: &str = "_scoreboard_guide";
/// In the first cell of the sheet that asks for totals.
pub const TOTALS: &str = "_scoreboard_totals";
/// In the first cell of the sheet that an answer adds.
pub const FINDINGS: &str = "_scoreboard_findings";
/// In the hidden column of the guide, beside the cell with the day of the report.
pub const REPORTING_DATE: &str = "reporting_date";
/// In the hidden column of the totals, behind a collection's code: the number of its rows.
pub const ROWS: &str = "*";

/// Whether a sheet is one that our workbooks add beside the tables.
pub fn is_ours(sheet: &Sheet) -> bool {
    [HIDDEN_SHEET, LISTS_SHEET].iter().any(|name| is_called(sheet, name))
        || [GUIDE, TOTALS, FINDINGS].iter().any(|mark| bears(sheet, mark))
}

/// By the name as it is, but for capitals: a collection may well be called “Scoreboard”.
pub fn is_called(sheet: &Sheet, name: &str) -> bool {
    sheet.name.trim().eq_ignore_ascii_case(name)
}

/// Whether a sheet bears a mark in its first cell.
pub fn bears(sheet: &Sheet, mark: &str) -> bool {
    match sheet.cell(CellRef::new(0, 0)) {
        Some(Cell::Text(id)) => sheet.text(id).trim() == mark,
        _ => false,
    }
}
