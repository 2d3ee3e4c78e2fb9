//! Labels of columns, from header rows of one line or several, merged cells spread over what they cover.

use std::collections::BTreeMap;

use crate::finding::CellRef;
use crate::ingest::{Cell, Sheet};

/// Longer texts are no labels.
const LONGEST_LABEL: usize = 300;
/// Between the lines of a label that stands in several rows.
const JOINT: &str = " / ";

/// The labels of one header: for each column its lines from top to bottom, each once.
#[derive(Debug, Default)]
pub struct Header {
    lines: BTreeMap<u16, Vec<String>>,
    /// Where each column's lowest line stands.
    cells: BTreeMap<u16, CellRef>,
}

impl Header {
    /// Reads `rows` rows from `first` on, as Excel counts them but from zero.
    pub fn read(sheet: &Sheet, first: u32, rows: u32) -> Self {
        let mut header = Self::default();
        let last = first.saturating_add(rows.saturating_sub(1));
        // Merges that touch the header; those of the body are no concern here.
        let merges: Vec<_> =
            sheet.merges.iter().filter(|merge| merge.first.row <= last && merge.last.row >= first).collect();
        for row in first..=last {
            let mut line: BTreeMap<u16, CellRef> = BTreeMap::new();
            for merge in merges.iter().filter(|merge| (merge.first.row..=merge.last.row).contains(&row)) {
                // A title over the whole sheet is no label of its columns: it covers more than a header spans.
                for column in merge.first.column..=merge.last.column.min(merge.first.column.saturating_add(400)) {
                    line.insert(column, merge.first);
                }
            }
            if let Ok(i) = sheet.rows.binary_search_by_key(&row, |row| row.index) {
                for (column, _) in sheet.row(i) {
                    line.insert(*column, CellRef::new(row, *column));
                }
            }
            for (column, at) in line {
                if let Some(label) = label(sheet, at) {
                    header.add(column, at, label);
                }
            }
        }
        header
    }

    fn add(&mut self, column: u16, at: CellRef, label: String) {
        let lines = self.lines.entry(column).or_default();
        if lines.last() != Some(&label) {
            lines.push(label);
        }
        self.cells.insert(column, at);
    }

    /// Columns with their joined labels, from the left.
    pub fn columns(&self) -> impl Iterator<Item = (u16, String)> {
        self.lines.iter().map(|(column, lines)| (*column, lines.join(JOINT)))
    }

    pub fn cell(&self, column: u16) -> Option<CellRef> {
        self.cells.get(&column).copied()
    }

    /// What a column may be called: its lines joined, and the lowest alone.
    pub fn names(&self, column: u16) -> Vec<String> {
        let Some(lines) = self.lines.get(&column) else { return Vec::new() };
        let mut names = vec![lines.join(JOINT)];
        if lines.len() > 1 {
            names.push(lines.join(" "));
            names.extend(lines.last().cloned());
        }
        names
    }
}

/// A cell's text as a label: one line, one space between words. A number is a label too: years often are.
fn label(sheet: &Sheet, at: CellRef) -> Option<String> {
    let text = match sheet.cell(at)? {
        Cell::Text(id) => sheet.text(id).to_owned(),
        cell @ (Cell::Number(_) | Cell::Date(_)) => sheet.display(cell),
        _ => return None,
    };
    let label = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!label.is_empty() && label.len() <= LONGEST_LABEL).then_some(label)
}
