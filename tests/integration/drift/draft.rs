//! A partner's workbook as a model: cells that know which known value they stand for, wherever they are moved to.
//!
//! A drift changes the model and says in it what must come of that; [`Draft::save`] writes the file.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use scoreboard::finding::{CellRef, Rule, Severity};

use super::known::{PARTNERS, Partner, Value, rows};
use super::template;

/// Which known value a cell stands for; of a header, `row` is [`HEADER`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    pub table: usize,
    pub row: usize,
    pub field: &'static str,
}

pub const HEADER: usize = usize::MAX;

#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    Text(String),
    /// A text with the mark that makes Excel keep it a text.
    Quoted(String),
    Number(f64),
    Day(NaiveDate),
    Truth(bool),
    /// A formula and the number that it gave, if a program ever calculated it.
    Formula(&'static str, Option<f64>),
    Error(&'static str),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    pub content: Content,
    pub format: Option<&'static str>,
    pub origin: Option<Origin>,
}

impl Cell {
    pub fn text(text: impl Into<String>) -> Self {
        Self { content: Content::Text(text.into()), format: None, origin: None }
    }

    pub fn number(number: f64) -> Self {
        Self { content: Content::Number(number), format: None, origin: None }
    }
}

#[derive(Debug, Clone, Default)]
pub struct Page {
    pub name: String,
    pub hidden: bool,
    pub cells: BTreeMap<(u32, u16), Cell>,
    /// First and last row and column.
    pub merges: Vec<(u32, u16, u32, u16)>,
    pub hidden_rows: BTreeSet<u32>,
    pub hidden_columns: BTreeSet<u16>,
    pub filtered: bool,
    pub protected: bool,
}

/// How the file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Xlsx,
    /// The first table as text: its separator and encoding.
    Csv {
        separator: char,
        encoding: Encoding,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Utf8WithMark,
    Utf16,
    Windows1252,
}

/// What must come of a known row that is not read as it is known.
#[derive(Debug, Clone)]
pub struct Strike {
    pub origin: Origin,
    pub rule: &'static Rule,
}

#[derive(Clone)]
pub struct Draft {
    pub partner: &'static Partner,
    /// Whose the rows are.
    pub owner: &'static str,
    pub file: String,
    pub pages: Vec<Page>,
    pub form: Form,
    pub epoch_1904: bool,
    /// Texts replaced in parts of the zip: part, from, to.
    pub edits: Vec<(&'static str, String, String)>,
    /// What must come of it: rows kept out by a finding at the cell.
    pub strikes: Vec<Strike>,
    /// Tables that are not read, and the rule that says so.
    pub refused: BTreeMap<usize, &'static Rule>,
    /// Fields that no row has, by a finding that names the column.
    pub lost: BTreeSet<(usize, &'static str)>,
    /// What must be said.
    pub raises: Vec<(&'static Rule, Severity)>,
}

impl Draft {
    /// The template of a partner, filled in with all that is known.
    pub fn filled(partner: usize) -> Self {
        let pages = template::filled(partner);
        let partner = &PARTNERS[partner];
        Self {
            partner,
            owner: partner.code,
            file: format!("{}_report.xlsx", partner.code),
            pages,
            form: Form::Xlsx,
            epoch_1904: false,
            edits: Vec::new(),
            strikes: Vec::new(),
            refused: BTreeMap::new(),
            lost: BTreeSet::new(),
            raises: Vec::new(),
        }
    }

    pub fn raise(&mut self, rule: &'static Rule, severity: Severity) {
        self.raises.push((rule, severity));
    }

    pub fn strike(&mut self, origin: Origin, rule: &'static Rule) {
        self.strikes.push(Strike { origin, rule });
    }

    pub fn refuse(&mut self, table: usize, rule: &'static Rule) {
        self.refused.insert(table, rule);
    }

    /// The page that holds a table; None when it was taken out.
    pub fn page_of(&mut self, table: usize) -> Option<&mut Page> {
        self.pages.iter_mut().find(|page| page.header_of(table).is_some())
    }

    /// The cells of a field, each with the known value that it stands for. Those that another drift emptied are gone.
    pub fn cells(&mut self, table: usize, field: &'static str) -> Vec<(Origin, Value, &mut Cell)> {
        let known = rows(table);
        let all = self.pages.iter_mut().flat_map(|page| page.cells.values_mut());
        let ours = all.filter_map(|cell| {
            let origin = cell.origin.filter(|origin| origin.table == table && origin.field == field)?;
            let value = known.get(origin.row)?.get(field)?.clone();
            Some((origin, value, cell))
        });
        ours.collect()
    }

    /// Where each known value stands: sheet and place → origin.
    pub fn origins(&self) -> BTreeMap<(String, CellRef), Origin> {
        let mut origins = BTreeMap::new();
        for page in &self.pages {
            let name = if self.form == Form::Xlsx { page.name.clone() } else { String::new() };
            for ((row, column), cell) in &page.cells {
                if let Some(origin) = cell.origin.filter(|origin| origin.row != HEADER) {
                    origins.insert((name.clone(), CellRef::new(*row, *column)), origin);
                }
            }
        }
        origins
    }
}

impl Page {
    pub fn header_of(&self, table: usize) -> Option<u32> {
        let is_header = |cell: &Cell| cell.origin.is_some_and(|origin| origin.table == table && origin.row == HEADER);
        self.cells.iter().filter(|(_, cell)| is_header(cell)).map(|((row, _), _)| *row).max()
    }

    pub fn header_cell(&mut self, field: &'static str) -> Option<&mut Cell> {
        let is = |cell: &Cell| cell.origin.is_some_and(|origin| origin.row == HEADER && origin.field == field);
        self.cells.values_mut().find(|cell| is(cell))
    }

    pub fn column_of(&self, field: &str) -> Option<u16> {
        let is = |cell: &Cell| cell.origin.is_some_and(|origin| origin.row == HEADER && origin.field == field);
        self.cells.iter().find(|(_, cell)| is(cell)).map(|((_, column), _)| *column)
    }

    pub fn last_row(&self) -> u32 {
        self.cells.keys().map(|(row, _)| *row).max().unwrap_or(0)
    }

    pub fn columns(&self) -> u16 {
        self.cells.keys().map(|(_, column)| *column + 1).max().unwrap_or(0)
    }

    /// Moves each cell; where the answer is None it goes.
    pub fn move_cells(&mut self, to: impl Fn(u32, u16) -> Option<(u32, u16)>) {
        let cells = std::mem::take(&mut self.cells);
        self.cells = cells.into_iter().filter_map(|((row, column), cell)| Some((to(row, column)?, cell))).collect();
        let merges = std::mem::take(&mut self.merges);
        self.merges = merges
            .into_iter()
            .filter_map(|(top, left, bottom, right)| {
                let ((top, left), (bottom, right)) = (to(top, left)?, to(bottom, right)?);
                Some((top.min(bottom), left.min(right), top.max(bottom), left.max(right)))
            })
            .collect();
        self.hidden_rows = self.hidden_rows.iter().filter_map(|row| Some(to(*row, 0)?.0)).collect();
        self.hidden_columns = self.hidden_columns.iter().filter_map(|column| Some(to(0, *column)?.1)).collect();
    }

    pub fn insert_rows(&mut self, at: u32, count: u32) {
        self.move_cells(|row, column| Some((if row >= at { row + count } else { row }, column)));
    }

    pub fn insert_columns(&mut self, at: u16, count: u16) {
        self.move_cells(|row, column| Some((row, if column >= at { column + count } else { column })));
    }

    pub fn delete_column(&mut self, at: u16) {
        self.move_cells(|row, column| match column {
            column if column == at => None,
            column => Some((row, column - u16::from(column > at))),
        });
    }

    pub fn put(&mut self, row: u32, column: u16, cell: Cell) {
        self.cells.insert((row, column), cell);
    }
}
