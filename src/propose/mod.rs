//! An unknown workbook → a declaration that can be saved as `pipelines/NAME.toml`, with what to check in comments.
//!
//! `detect` finds tables, `kinds` reads their columns with the readers of `validate`, `table` puts both together,
//! `known` holds them against collections that are declared already, `trial` reads the file by the proposal and firms
//! it up where that gives other rows, `toml` writes it. No input, no output, no clock: start with [`propose`].

mod across;
pub mod detect;
pub mod encoding;
mod grid;
mod kinds;
mod known;
mod names;
mod table;
mod toml;
pub mod trial;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use crate::define::catalog::Collection;
use crate::finding::CellRef;
use crate::ingest::{Sheet, Workbook};
use crate::model::code::FieldCode;
use detect::Area;
use kinds::Guess;

/// What is known besides the workbook.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Without folders.
    pub file_name: &'a str,
    /// Collections of the project, if there is one.
    pub collections: &'a [Collection],
    /// The currency of the programme, if there is one.
    pub currency: Option<&'a str>,
    /// The encoding that the workbook was read in, where it has to be said.
    pub encoding: Option<&'a str>,
}

/// What is proposed for one file.
#[derive(Debug, Clone)]
pub struct Proposal {
    pub file: String,
    pub tables: Vec<Table>,
    pub aside: Vec<Aside>,
}

impl Proposal {
    /// The one currency that cells show.
    pub fn currency(&self) -> Option<&'static str> {
        let fields = self.tables.iter().flat_map(|table| match &table.becomes {
            Becomes::New { fields, .. } => fields.as_slice(),
            Becomes::Known { .. } => &[],
        });
        let shown: BTreeSet<&'static str> = fields.filter_map(|field| field.guess.currency).collect();
        if shown.len() == 1 { shown.into_iter().next() } else { None }
    }
}

/// A visible sheet without a table, and what it seems to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aside {
    pub sheet: String,
    pub why: String,
}

/// A table, or several of the same columns on several sheets.
#[derive(Debug, Clone)]
pub struct Table {
    /// Names of its sheets; empty for a csv.
    pub sheets: Vec<String>,
    /// On its first sheet, with the header.
    pub range: (CellRef, CellRef),
    pub header: Vec<String>,
    /// Of data, on all its sheets.
    pub rows: usize,
    /// What a person should know about it.
    pub says: Vec<String>,
    pub becomes: Becomes,
    pub layout: Layout,
}

/// A new collection, or another layout of one that is declared.
#[derive(Debug, Clone)]
pub enum Becomes {
    New { code: String, title: String, fields: Vec<Field>, key: Option<String> },
    Known { code: String, title: String, matched: Vec<Matched>, missing: Vec<String> },
}

/// A field of a new collection.
#[derive(Debug, Clone)]
pub struct Field {
    pub code: String,
    pub label: String,
    /// None: it takes the labels of side-by-side columns.
    pub column: Option<u16>,
    pub guess: Guess,
    /// How many cells were looked at.
    pub cells: usize,
}

/// A field of a known collection, and the column that seems to be it.
#[derive(Debug, Clone)]
pub struct Matched {
    pub field: FieldCode,
    pub column: u16,
    pub label: String,
    /// The field's own label, where the file has another that is near.
    pub instead_of: Option<String>,
}

/// The layout to be declared. Rows and columns count from zero.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    pub file: String,
    pub sheets: Vec<String>,
    pub below: Option<String>,
    pub header_row: Option<u32>,
    pub header_rows: u32,
    pub first_row: Option<u32>,
    pub last_row: Option<u32>,
    pub until: Vec<String>,
    pub ends_at_blank_row: bool,
    pub skip: Vec<String>,
    pub columns: Vec<(String, String)>,
    pub letters: Vec<(String, u16)>,
    pub fill_down: Vec<String>,
    pub repeat_merged: bool,
    pub not_reported: Vec<String>,
    /// By field, where a text that stands for no value in one is a value in another.
    pub not_reported_in: Vec<(String, Vec<String>)>,
    pub locale: Option<&'static str>,
    pub encoding: Option<String>,
    pub across: Option<Across>,
}

/// Columns side by side that become rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Across {
    pub first: u16,
    pub last: u16,
    pub into: String,
    pub value: String,
}

/// The areas of one table: on one sheet, or one on each of several.
struct Group<'a> {
    parts: Vec<(&'a Sheet, Area)>,
    /// Other tables stand on the same sheet.
    shares_sheet: bool,
}

/// Looks at every visible sheet, or at the one of this name, and proposes a declaration.
pub fn propose(workbook: &Workbook, only: Option<&str>, context: &Context<'_>) -> Proposal {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut by_columns: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    let mut aside = Vec::new();
    for sheet in workbook.sheets.iter().filter(|sheet| looked_at(sheet, only)) {
        let areas = detect::areas(sheet);
        if areas.is_empty() {
            aside.push(Aside { sheet: sheet.name.clone(), why: what_else(sheet) });
        }
        let shares_sheet = areas.len() > 1;
        for area in areas {
            // Sheets of the same columns, one a year or a partner, are one table.
            let columns = (!shares_sheet).then(|| table::labels(sheet, &area)).filter(|labels| !labels.is_empty());
            if let Some(at) = columns.as_ref().and_then(|columns| by_columns.get(columns)) {
                groups[*at].parts.push((sheet, area));
                continue;
            }
            if let Some(columns) = columns {
                by_columns.insert(columns, groups.len());
            }
            groups.push(Group { parts: vec![(sheet, area)], shares_sheet });
        }
    }
    let mut codes: BTreeSet<String> = context.collections.iter().map(|one| one.code.as_str().to_owned()).collect();
    let mut tables = Vec::new();
    for group in &groups {
        let mut table = table::of(group, &mut codes, context);
        trial::firm_up(&mut table, group, context);
        tables.push(table);
    }
    Proposal { file: context.file_name.to_owned(), tables, aside }
}

fn looked_at(sheet: &Sheet, only: Option<&str>) -> bool {
    match only {
        Some(name) => sheet.name.trim().to_lowercase() == name.trim().to_lowercase(),
        None => !sheet.hidden,
    }
}

/// What a sheet without a table seems to be.
fn what_else(sheet: &Sheet) -> String {
    let cells: usize = (0..sheet.rows.len()).map(|i| sheet.row(i).len()).sum();
    let widest = (0..sheet.rows.len()).map(|i| sheet.row(i).len()).max().unwrap_or(0);
    match (sheet.rows.len(), widest) {
        (0, _) => "it is empty".to_owned(),
        (rows, 1) => format!("one cell in each of {rows} rows: a list, or text"),
        (1, _) => format!("one row of {cells} cells: a header has no rows below it"),
        (rows, _) => format!("{cells} cells in {rows} rows, but no header above rows of one kind: text, or a form"),
    }
}
