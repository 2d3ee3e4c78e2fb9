//! A table of answers while it is filled: columns by the path of their question, rows by answer.
//!
//! Column names are bare question names where that is clear, else whole paths. Texts become numbers only by whole
//! columns, and only where every text of the column is a plain number with a decimal point, as servers write them.

use std::collections::{BTreeMap, BTreeSet};

use super::super::builder::{Extras, SheetBuilder};
use super::super::grid::{Cell, Sheet};
use super::super::{Limits, Refusal};
use crate::finding::CellRef;

/// What a cell will hold.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Held {
    Text(String),
    Number(f64),
    Bool(bool),
}

#[derive(Debug)]
struct Column {
    /// Unique in the table.
    path: String,
    /// What it is called where no other column is called so.
    bare: String,
}

#[derive(Debug, Default)]
pub(super) struct Table {
    name: String,
    columns: Vec<Column>,
    by_path: BTreeMap<String, usize>,
    rows: Vec<BTreeMap<usize, Held>>,
    /// Columns whose cells went over to another one.
    joined: BTreeSet<usize>,
}

impl Table {
    /// The answers themselves: a sheet without a name, like a csv, because its texts have no types either.
    pub fn of_answers() -> Self {
        Self::default()
    }

    pub fn of_repeat(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// As repeats name the table above them.
    pub fn name(&self) -> &str {
        if self.name.is_empty() { "submissions" } else { &self.name }
    }

    /// The column of a question, made where there is none: columns stand in the order in which they are first named.
    pub fn column(&mut self, path: &str, bare: &str) -> usize {
        if let Some(at) = self.by_path.get(path) {
            return *at;
        }
        let at = self.columns.len();
        self.columns.push(Column { path: path.to_owned(), bare: bare.to_owned() });
        self.by_path.insert(path.to_owned(), at);
        at
    }

    /// Begins an answer, and gives its row.
    pub fn row(&mut self) -> usize {
        self.rows.push(BTreeMap::new());
        self.rows.len() - 1
    }

    pub fn set(&mut self, row: usize, column: usize, held: Held) {
        self.rows[row].insert(column, held);
    }

    /// The text in a cell, where it is one.
    pub fn text(&self, row: usize, path: &str) -> Option<&str> {
        match self.rows.get(row)?.get(self.by_path.get(path)?)? {
            Held::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Puts the columns of one question together that stood in several groups in several versions of the form: columns
    /// of one bare name, of which no version filled two. `version` says by which version an answer was given.
    pub fn join_moved(&mut self, version: &str) {
        let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, column) in self.columns.iter().enumerate() {
            groups.entry(&column.bare).or_default().push(at);
        }
        let mut moves: BTreeMap<usize, usize> = BTreeMap::new();
        for group in groups.values().filter(|group| group.len() > 1) {
            let mut by_version: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
            for (row, cells) in self.rows.iter().enumerate() {
                let used = by_version.entry(self.text(row, version).unwrap_or_default()).or_default();
                used.extend(group.iter().filter(|at| cells.contains_key(at)));
            }
            if by_version.values().all(|used| used.len() <= 1) {
                moves.extend(group[1..].iter().map(|at| (*at, group[0])));
            }
        }
        for (from, to) in &moves {
            for cells in &mut self.rows {
                if let Some(held) = cells.remove(from) {
                    cells.insert(*to, held);
                }
            }
        }
        self.joined = moves.into_keys().collect();
    }

    /// Columns as they are shown, with their names.
    fn shown(&self) -> Vec<(usize, &str)> {
        let columns: Vec<(usize, &Column)> =
            self.columns.iter().enumerate().filter(|(at, _)| !self.joined.contains(at)).collect();
        let mut times: BTreeMap<&str, usize> = BTreeMap::new();
        for (_, column) in &columns {
            *times.entry(&column.bare).or_default() += 1;
        }
        let name = |column: &'_ Column| times.get(column.bare.as_str()).is_some_and(|times| *times == 1);
        columns.iter().map(|(at, c)| (*at, if name(c) { c.bare.as_str() } else { c.path.as_str() })).collect()
    }

    pub fn into_sheet(self, limits: &Limits, cells_before: usize) -> Result<Sheet, Refusal> {
        let shown = self.shown();
        let mut builder = SheetBuilder::new(&self.name, limits, cells_before);
        let place = |row: usize, column: usize| {
            CellRef::new(u32::try_from(row).unwrap_or(u32::MAX), u16::try_from(column).unwrap_or(u16::MAX))
        };
        for (column, (_, name)) in shown.iter().enumerate() {
            if let Some(cell) = builder.text(name) {
                builder.push(place(0, column), cell)?;
            }
        }
        let numbers: BTreeSet<usize> = shown.iter().map(|(at, _)| *at).filter(|at| self.is_of_numbers(*at)).collect();
        for (row, cells) in self.rows.iter().enumerate() {
            for (column, (at, _)) in shown.iter().enumerate() {
                let cell = match cells.get(at) {
                    Some(Held::Text(text)) if numbers.contains(at) => text.parse().ok().map(Cell::Number),
                    Some(Held::Text(text)) => builder.text(text),
                    Some(Held::Number(number)) => Some(Cell::Number(*number)),
                    Some(Held::Bool(truth)) => Some(Cell::Bool(*truth)),
                    None => None,
                };
                if let Some(cell) = cell {
                    builder.push(place(row + 1, column), cell)?;
                }
            }
        }
        Ok(builder.finish(Extras::default()))
    }

    fn is_of_numbers(&self, at: usize) -> bool {
        self.rows.iter().filter_map(|row| row.get(&at)).all(|held| match held {
            Held::Text(text) => is_plain_number(text),
            _ => true,
        })
    }
}

/// A number as programs write it: digits with a decimal point, no leading zero, no more digits than a cell keeps.
pub(super) fn is_plain_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    all_digits(whole)
        && fraction.is_none_or(all_digits)
        && (whole == "0" || !whole.starts_with('0'))
        && digits.len() <= 16
        && digits.bytes().filter(u8::is_ascii_digit).count() <= 15
}

/// Ticks of a question with several answers: 1 for what was ticked, 0 for the rest, nothing where it was not answered.
pub(super) fn ticks(table: &mut Table, row: usize, path: &str, bare: &str, ticked: &[&str], options: &[String]) {
    for option in options {
        let column = table.column(&format!("{path}/{option}"), &format!("{bare}/{option}"));
        if !ticked.is_empty() {
            let held = f64::from(u8::from(ticked.contains(&option.as_str())));
            table.set(row, column, Held::Number(held));
        }
    }
}
