//! What is there by two things at once, and what is missing: a matrix with its gaps, such as support measures by value
//! chain and step.

use rust_decimal::Decimal;

use super::value::Coverage;

#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    pub title: String,
    /// How the table of its rows is called.
    pub collection: String,
    /// The aggregate of each cell, as written; and which rows it takes.
    pub measure: String,
    pub condition: Option<String>,
    /// What rows, columns and parts are: labels of fields.
    pub rows_by: String,
    pub columns_by: String,
    pub split_by: Option<String>,
    /// All declared values, whether anything stands there or not.
    pub rows: Vec<String>,
    pub columns: Vec<String>,
    /// The whole; then, where it is split, one for each value.
    pub parts: Vec<MatrixPart>,
    /// Rows that do not say where they belong.
    pub unplaced: u64,
    /// Partners that have reported.
    pub coverage: Coverage,
    /// The query of the whole.
    pub sql: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct MatrixPart {
    /// Empty for the whole.
    pub name: String,
    /// False of a partner that has reported nothing: then nothing is known to be missing.
    pub reported: bool,
    /// By row, then by column.
    pub cells: Vec<Vec<MatrixCell>>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct MatrixCell {
    /// None where nothing stands: a gap.
    pub value: Option<Decimal>,
    /// What stands there, each once.
    pub names: Vec<String>,
}

impl MatrixPart {
    /// Cells with something in them, of all.
    pub fn covered(&self) -> (usize, usize) {
        let all = || self.cells.iter().flatten();
        (all().filter(|cell| cell.value.is_some()).count(), all().count())
    }

    /// Of each row that has any, the columns in which nothing stands.
    pub fn gaps(&self) -> Vec<(usize, Vec<usize>)> {
        if !self.reported {
            return Vec::new();
        }
        let of_row = |cells: &Vec<MatrixCell>| -> Vec<usize> {
            cells.iter().enumerate().filter(|(_, cell)| cell.value.is_none()).map(|(at, _)| at).collect()
        };
        self.cells.iter().map(of_row).enumerate().filter(|(_, gaps)| !gaps.is_empty()).collect()
    }
}
