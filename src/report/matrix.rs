//! What a report says of a matrix and of its gaps: what workbook and page share.

use super::language::own;
use super::words;
use crate::model::matrix::{Matrix, MatrixPart};

pub const ABOUT: &str = "What is there by two things at once, and what is missing";
pub const LEGEND: &str = "Every declared value has its row or column, whether anything stands there or not. ○ gap: nothing \
    was reported for both together. Below each count stand the names of what is counted.";
/// The way there from the summary.
pub const TO_MAP: &str = "What is there, and what is missing →";
pub const GAPS: &str = "Gaps";
pub const GAP: &str = "○ gap";
pub const NO_GAP: &str = "There is no gap: something stands in every cell.";

/// What is counted, and how much of it can be placed.
pub fn lines(matrix: &Matrix) -> Vec<String> {
    let rows = match &matrix.condition {
        Some(condition) => {
            format!("Rows of {} with {}: {}.", own(&matrix.collection), own(condition), own(&matrix.measure))
        }
        None => format!("Rows of {}: {}.", own(&matrix.collection), own(&matrix.measure)),
    };
    let mut lines = vec![rows];
    if matrix.coverage.reported < matrix.coverage.due {
        lines.push(format!("{} partners have reported: a gap may be theirs.", matrix.coverage));
    }
    if matrix.unplaced > 0 {
        lines.push(format!(
            "{} do not say where they belong.",
            words::counted(usize::try_from(matrix.unplaced).unwrap_or(0), "row")
        ));
    }
    lines
}

/// A part by its name, with how much of it is covered.
pub fn part(matrix: &Matrix, part: &MatrixPart) -> String {
    let name = match (&matrix.split_by, part.name.is_empty()) {
        (Some(_), true) => words::ALL.to_owned(),
        (_, true) => own(&matrix.title),
        _ => own(&part.name),
    };
    if !part.reported {
        return format!("{name} · not reported");
    }
    let (covered, of) = part.covered();
    format!("{name} · {covered} of {of} cells covered")
}

/// Over the names of the rows.
pub fn axes(matrix: &Matrix) -> String {
    own(format!("{} ↓ · {} →", matrix.rows_by, matrix.columns_by))
}

/// What stands where nothing was counted.
pub fn absence(part: &MatrixPart) -> &'static str {
    if part.reported { GAP } else { "not reported" }
}
