//! Repeats of a form: sheets whose rows belong to rows of another sheet. They are known, counted and linked, not read.

use std::collections::BTreeSet;

use crate::finding::CellRef;
use crate::ingest::Sheet;

/// A repeat, counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeat {
    pub rows: usize,
    /// Different answers, or rows of another repeat, that they belong to.
    pub parents: usize,
    /// Rows whose answer is not there. None: the answers stand in another file.
    pub lost: Option<usize>,
}

/// What names the answer that a row belongs to, and what the answer is named by.
const LINKS: [(&str, &str); 3] = [("_parent_index", "_index"), ("PARENT_KEY", "KEY"), ("__Submissions-id", "__id")];

/// Whether a sheet holds a repeat of a form, and what its rows belong to.
pub fn repeat(sheet: &Sheet, all: &[Sheet]) -> Option<Repeat> {
    let (link, key) = LINKS.iter().find_map(|(link, key)| Some((column(sheet, link)?, *key)))?;
    let table = column(sheet, "_parent_table_name");
    let shown = |sheet: &Sheet, row: u32, column: u16| {
        sheet.cell(CellRef::new(row, column)).map(|cell| sheet.display(cell)).filter(|text| !text.trim().is_empty())
    };
    let rows: Vec<u32> = sheet.rows.iter().skip(1).map(|row| row.index).collect();
    let parents: Vec<(String, Option<String>)> = rows
        .iter()
        .map(|row| (table.and_then(|table| shown(sheet, *row, table)).unwrap_or_default(), shown(sheet, *row, link)))
        .collect();
    // Exports of old name the answers themselves so, with -1 for "of nothing".
    if parents.iter().all(|(_, parent)| parent.as_deref().is_none_or(|parent| parent == "-1")) {
        return None;
    }
    let others = all.iter().filter(|other| !std::ptr::eq(*other, sheet));
    let known: BTreeSet<(&str, String)> = others
        .flat_map(|other| {
            let keys = column(other, key);
            let rows = other.rows.iter().skip(1);
            rows.filter_map(move |row| Some((other.name.as_str(), shown(other, row.index, keys?)?)))
        })
        .collect();
    let first = all.first().map_or("", |first| first.name.as_str());
    let is_known = |(table, parent): &(String, Option<String>)| {
        let Some(parent) = parent else { return false };
        if table.is_empty() {
            // Keys are unique in all sheets; an index counts the answers, which stand first.
            return known.iter().any(|(name, known)| known == parent && (key != "_index" || *name == first));
        }
        // Names of sheets are cut at 31 characters, names of repeats are not.
        known.iter().any(|(name, known)| known == parent && !name.is_empty() && table.starts_with(*name))
    };
    let lost = (!known.is_empty()).then(|| parents.iter().filter(|parent| !is_known(parent)).count());
    let distinct: BTreeSet<&(String, Option<String>)> = parents.iter().collect();
    Some(Repeat { rows: rows.len(), parents: distinct.len(), lost })
}

/// The column of this name in the first row.
fn column(sheet: &Sheet, name: &str) -> Option<u16> {
    sheet.rows.first()?;
    sheet.row(0).iter().find(|(_, cell)| sheet.display(*cell).trim() == name).map(|(column, _)| *column)
}
