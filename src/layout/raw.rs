//! A table that was found: where each value stands. Nothing here reads a value; `validate` does.

use std::collections::{BTreeMap, BTreeSet};

use super::labels::{Target, fold_label};
use crate::finding::CellRef;
use crate::ingest::{Cell, Sheet};
use crate::model::code::PartnerCode;

/// Where a field's values stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// In each row, in this column.
    Column(u16),
    /// In one cell, for every row.
    Cell(CellRef),
}

impl Source {
    /// The place of its value for a row of the sheet.
    pub fn at(self, row: u32) -> CellRef {
        match self {
            Self::Column(column) => CellRef::new(row, column),
            Self::Cell(cell) => cell,
        }
    }
}

/// A table. Fields and rows are indices: of the target's fields, of the sheet's kept rows.
#[derive(Debug)]
pub struct RawTable<'a> {
    pub target: Target<'a>,
    pub sheet: &'a Sheet,
    pub columns: BTreeMap<usize, Source>,
    /// Further columns of a question that stood in another group in another version of its form.
    pub moved: BTreeMap<usize, Vec<u16>>,
    /// Of several choices: options and the columns that say yes or no of each.
    pub parts: BTreeMap<usize, Vec<(usize, u16)>>,
    /// The header's label of every column, for showing rows that are kept out.
    pub header: BTreeMap<u16, String>,
    pub rows: Vec<usize>,
    /// Fields whose empty cells take the value above them.
    pub fill_down: Vec<usize>,
    /// Cells of our columns that a merge covers → the cell that holds the value.
    pub covered: BTreeMap<CellRef, CellRef>,
    /// Whether a covered cell takes the value of the merge. Otherwise it cannot be read.
    pub repeat_merged: bool,
    /// Texts that stand for no value, folded.
    pub not_reported: Vec<String>,
    /// The same of one field only.
    pub not_reported_in: BTreeMap<usize, Vec<String>>,
    /// How the file writes numbers and dates, where the declaration says it.
    pub locale: Option<&'a str>,
    /// Whose the rows are and of which period, where the table says it, not the file.
    pub partner: Option<PartnerCode>,
    pub period: Option<i64>,
}

/// A value's cell, and where it stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Held {
    Empty,
    Value(Cell),
    /// Covered by a merge: nobody knows whether its value is meant here too.
    Covered(CellRef),
}

impl<'a> RawTable<'a> {
    /// A table whose values stand in columns, as in our template.
    pub fn plain(target: Target<'a>, sheet: &'a Sheet) -> Self {
        Self {
            target,
            sheet,
            columns: BTreeMap::new(),
            moved: BTreeMap::new(),
            parts: BTreeMap::new(),
            header: BTreeMap::new(),
            rows: Vec::new(),
            fill_down: Vec::new(),
            covered: BTreeMap::new(),
            repeat_merged: false,
            not_reported: Vec::new(),
            not_reported_in: BTreeMap::new(),
            locale: None,
            partner: None,
            period: None,
        }
    }

    /// The row of the sheet, counted from zero, of a row of the table.
    pub fn place(&self, row: usize) -> u32 {
        self.rows.get(row).and_then(|i| self.sheet.rows.get(*i)).map_or(0, |row| row.index)
    }

    /// What a field holds, row by row.
    pub fn cells(&self, field: usize) -> Vec<Held> {
        let Some(source) = self.columns.get(&field).copied() else { return vec![Held::Empty; self.rows.len()] };
        let nothing = self.not_reported_in.get(&field).map_or(&[][..], Vec::as_slice);
        let fills = self.fill_down.contains(&field);
        let mut above = Held::Empty;
        let each = |i: &usize| {
            let held = match source {
                Source::Cell(at) => self.held(self.sheet.cell(at), nothing),
                Source::Column(column) => {
                    let cells = self.sheet.row(*i);
                    let found = cells.binary_search_by_key(&column, |(at, _)| *at).ok().map(|at| cells[at].1);
                    match self.held(found, nothing) {
                        Held::Empty if !self.covered.is_empty() => self.under(*i, column, nothing),
                        held => held,
                    }
                }
            };
            if fills && held == Held::Empty {
                return above;
            }
            above = held;
            held
        };
        self.rows.iter().map(each).collect()
    }

    /// What a column holds, row by row.
    pub fn column(&self, column: u16) -> Vec<Held> {
        let cell = |i: &usize| {
            let cells = self.sheet.row(*i);
            self.held(cells.binary_search_by_key(&column, |(at, _)| *at).ok().map(|at| cells[at].1), &[])
        };
        self.rows.iter().map(cell).collect()
    }

    /// Whether two tables of one collection take values from the same cells: what they share would count twice.
    pub fn shares_values_with(&self, other: &Self) -> bool {
        let columns = |table: &Self| -> BTreeSet<Source> {
            table.columns.values().filter(|source| matches!(source, Source::Column(_))).copied().collect()
        };
        self.target.name() == other.target.name()
            && columns(self) == columns(other)
            && self.rows.iter().any(|i| other.rows.binary_search(i).is_ok())
    }

    fn held(&self, cell: Option<Cell>, nothing: &[String]) -> Held {
        match cell {
            None => Held::Empty,
            Some(Cell::Text(id)) if self.stands_for_nothing(self.sheet.text(id), nothing) => Held::Empty,
            Some(cell) => Held::Value(cell),
        }
    }

    /// `nothing` are those of the field.
    fn stands_for_nothing(&self, text: &str, nothing: &[String]) -> bool {
        if self.not_reported.is_empty() && nothing.is_empty() {
            return false;
        }
        let folded = fold_label(text);
        self.not_reported.contains(&folded) || nothing.contains(&folded)
    }

    fn under(&self, i: usize, column: u16, nothing: &[String]) -> Held {
        let Some(row) = self.sheet.rows.get(i) else { return Held::Empty };
        match self.covered.get(&CellRef::new(row.index, column)) {
            Some(first) if self.repeat_merged => self.held(self.sheet.cell(*first), nothing),
            Some(first) => Held::Covered(*first),
            None => Held::Empty,
        }
    }

    /// Notes which cells of our columns, in our rows, a merge covers.
    pub fn note_merges(&mut self) {
        // Overlapping merges, which no program writes, must not cost more than the sheet has cells.
        let mut steps = 4 * self.rows.len().saturating_mul(self.columns.len()) + 1_000;
        let columns: Vec<u16> = self
            .columns
            .values()
            .filter_map(|source| if let Source::Column(column) = source { Some(*column) } else { None })
            .collect();
        for merge in &self.sheet.merges {
            let from = self.rows.partition_point(|i| self.sheet.rows[*i].index < merge.first.row);
            for i in &self.rows[from..] {
                let row = self.sheet.rows[*i].index;
                if row > merge.last.row {
                    break;
                }
                for column in columns.iter().filter(|c| (merge.first.column..=merge.last.column).contains(c)) {
                    let at = CellRef::new(row, *column);
                    if at != merge.first {
                        self.covered.insert(at, merge.first);
                    }
                    steps = steps.saturating_sub(1);
                }
                steps = steps.saturating_sub(1);
                if steps == 0 {
                    return;
                }
            }
        }
    }
}
