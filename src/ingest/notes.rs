//! What is said of a sheet that was read all the same.

use super::grid::{Cell, Note, Sheet, Workbook};
use crate::finding::{CellRef, Rule, Severity, column_letters, rules};

pub(super) fn note(rule: &'static Rule, message: String, sheet: &str, cell: Option<CellRef>) -> Note {
    Note { rule, severity: Severity::Warning, message, sheet: Some(sheet.to_owned()), cell }
}

pub(super) fn stale(sheet: &str, formulas: u32) -> Note {
    let message = format!(
        "{} may be out of date: the workbook is to be calculated anew when it is opened",
        if formulas == 1 {
            "the result of a formula".to_owned()
        } else {
            format!("the results of {formulas} formulas")
        }
    );
    note(&rules::STALE_FORMULAS, message, sheet, None)
}

/// Said where dates were read: they are right, but not in every workbook that they are copied into.
pub(super) fn note_epoch(workbook: &mut Workbook, epoch_1904: bool) {
    let holds_days = |sheet: &Sheet| sheet.cells.iter().any(|(_, cell)| matches!(cell, Cell::Date(_)));
    if epoch_1904 && workbook.sheets.iter().any(holds_days) {
        let message = "counts its days from 1904; they were read so".to_owned();
        let rule = &rules::OLD_MAC_DAYS;
        workbook.notes.push(Note { rule, severity: Severity::Info, message, sheet: None, cell: None });
    }
}

/// Hidden rows and columns that hold something, said once a sheet each.
pub(super) fn note_hidden(notes: &mut Vec<Note>, sheet: &Sheet) {
    let said = |one: &str, several: &str, names: Vec<String>| {
        let more = names.len().saturating_sub(10);
        let shown = names.iter().take(10).cloned().collect::<Vec<_>>().join(", ");
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let (what, are) =
            if names.len() == 1 { (one, "is hidden and holds") } else { (several, "are hidden and hold") };
        format!("{what} {shown}{more} {are} data")
    };
    if let Some(first) = sheet.hidden_rows.first() {
        let names = sheet.hidden_rows.iter().map(|row| (row + 1).to_string()).collect();
        let message = said("row", "rows", names);
        notes.push(note(&rules::HIDDEN_ROW, message, &sheet.name, Some(CellRef::new(*first, 0))));
    }
    if let Some(first) = sheet.hidden_columns.first() {
        let names = sheet.hidden_columns.iter().map(|column| column_letters(*column)).collect();
        let message = said("column", "columns", names);
        notes.push(note(&rules::HIDDEN_COLUMN, message, &sheet.name, Some(CellRef::new(0, *first))));
    }
}
