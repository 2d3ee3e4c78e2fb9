//! Several tables on one sheet: where the next one begins, and one that stands beside another.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::header::Header;
use super::labels::Labels;
use super::table::{HeaderAt, scores};
use crate::ingest::{Cell, Sheet};

/// So many labels in one row of nothing but texts are a header, not data that happen to read like it.
const ENOUGH: usize = 3;

/// The next header from a row on, with the target that it fits best. The first of equals: its table is then refused or
/// read by name like any other.
pub(super) fn next_header(sheet: &Sheet, labels: &Labels<'_>, from: u32) -> Option<(usize, HeaderAt)> {
    let first = sheet.rows.partition_point(|row| row.index < from);
    (first..sheet.rows.len()).find_map(|i| {
        let cells = sheet.row(i);
        // Nearly every row of data ends here, at its first number or date.
        if cells.len() < 2 || !cells.iter().all(|(_, cell)| matches!(cell, Cell::Text(_))) {
            return None;
        }
        let at = HeaderAt { row: sheet.rows[i].index, rows: 1 };
        let scores = scores(&Header::read(sheet, at.row, at.rows), labels);
        let (target, _) = scores
            .into_iter()
            .filter(|(target, score)| *score >= enough(labels, *target))
            .max_by_key(|(target, score)| (*score, std::cmp::Reverse(*target)))?;
        Some((target, at))
    })
}

fn enough(labels: &Labels<'_>, target: usize) -> usize {
    labels.targets[target].fields().len().clamp(2, ENOUGH)
}

/// The kept rows from one header to the next. A title of the next table, between a blank row and its header, is no row.
pub(super) fn rows_between(sheet: &Sheet, from: u32, next: Option<u32>) -> Range<usize> {
    let first = sheet.rows.partition_point(|row| row.index < from);
    let Some(next) = next else { return first..sheet.rows.len() };
    let end = sheet.rows.partition_point(|row| row.index < next);
    let title = (first..end).rev().take_while(|i| sheet.row(*i).len() == 1).last().unwrap_or(end);
    let after_gap = (title..end).find(|i| *i > first && sheet.rows[*i].index > sheet.rows[*i - 1].index + 1);
    first..after_gap.unwrap_or(end)
}

/// Another target that columns which are none of ours fit, and the first of them.
pub(super) fn beside<'a>(labels: &Labels<'a>, ours: usize, unknown: &[(u16, String)]) -> Option<(&'a str, u16)> {
    let mut fields: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    let mut first: BTreeMap<usize, u16> = BTreeMap::new();
    for (column, label) in unknown {
        for (target, field) in labels.fields(label).iter().chain(labels.codes(label)).filter(|(t, _)| *t != ours) {
            fields.entry(*target).or_default().insert(*field);
            first.entry(*target).or_insert(*column);
        }
    }
    let (target, _) = fields.iter().find(|(target, fields)| fields.len() >= enough(labels, **target))?;
    Some((labels.targets[*target].name(), *first.get(target)?))
}
