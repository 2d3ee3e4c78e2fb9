//! What a partner is told about what it sent, in its language: for the terminal, for machines, for the workbook that
//! goes back. Texts only; how they look is each renderer's own.

use crate::finding::{CellRef, Severity};

/// Weight, place, column, found, what is wrong, what to do.
pub const COLUMNS: usize = 6;

/// An answer as a person reads it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Letter {
    /// A language code: `de`.
    pub language: String,
    /// The name of the sheet that holds it: "Findings".
    pub title: String,
    /// The verdict, in a sentence.
    pub heading: String,
    /// Counts and what to do, a line each.
    pub lines: Vec<String>,
    /// Over the cells of [`Self::remarks`].
    pub columns: [String; COLUMNS],
    pub remarks: Vec<Remark>,
    pub changes: Option<ChangeList>,
}

/// A finding told: its cells stand under the columns of the letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    pub severity: Severity,
    pub sheet: Option<String>,
    pub cell: Option<CellRef>,
    pub cells: [String; COLUMNS],
}

/// What changed since the submission before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChangeList {
    pub heading: String,
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
}
