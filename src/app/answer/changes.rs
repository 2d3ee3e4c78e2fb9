//! What a submission changes of the one before: rows by their key, cell by cell.
//!
//! Rows that are accepted are held against rows that were. A row that is kept out now is told as such, not as gone.

use std::collections::BTreeMap;

use polars::prelude::DataFrame;

use crate::define::catalog::{Collection, Field, FieldKind};
use crate::finding::CellRef;
use crate::layout::labels::fold_label;
use crate::model::fold::fold_key;
use crate::model::phrases::Phrases;
use crate::model::scoreboard::KeptOut;
use crate::model::submission::Submission;
use crate::sql::frame::{integer, text};

/// Of the rows that differ, this many are told one by one.
const TOLD: usize = 200;

/// The difference between two submissions of one collection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// The name of the file before.
    pub since: String,
    /// Rows accepted then and now.
    pub before: usize,
    pub now: usize,
    /// Keys, or nothing where the collection declares none.
    pub new: Vec<RowChange>,
    pub gone: Vec<RowChange>,
    pub corrected: Vec<Correction>,
    /// Changes beyond those that are listed.
    pub more: usize,
}

impl Changes {
    pub fn is_empty(&self) -> bool {
        self.new.is_empty() && self.gone.is_empty() && self.corrected.is_empty() && self.before == self.now
    }

    /// Rows that were there and are in no way there any more.
    pub fn missing(&self) -> impl Iterator<Item = &RowChange> {
        self.gone.iter().filter(|row| !row.kept_out)
    }
}

/// A row that came or went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowChange {
    /// Its key, as people write it.
    pub key: String,
    /// Where it stands now.
    pub cell: Option<CellRef>,
    /// It is there still, and kept out.
    pub kept_out: bool,
}

/// A cell that says something else now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    pub key: String,
    pub cell: Option<CellRef>,
    /// The label of its column.
    pub column: String,
    pub before: Option<String>,
    pub now: Option<String>,
}

/// Rows of one submission, which may stand in several sections.
pub struct Side<'a> {
    rows: Option<&'a DataFrame>,
    /// By section, for the places of cells.
    sections: BTreeMap<i64, &'a Submission>,
}

impl<'a> Side<'a> {
    pub fn new(rows: Option<&'a DataFrame>, submissions: &[&'a Submission]) -> Self {
        Self { rows, sections: submissions.iter().map(|submission| (submission.section, *submission)).collect() }
    }

    fn height(&self) -> usize {
        self.rows.map_or(0, DataFrame::height)
    }

    fn cell(&self, field: &str, row: usize) -> Option<CellRef> {
        let frame = self.rows?;
        let place = u32::try_from(integer(frame, "place", row)?).ok()?;
        self.sections.get(&integer(frame, "section", row)?)?.cell(field, place)
    }

    /// Rows by their folded key; of one key the first.
    fn by_key(&self, key: &[&Field]) -> BTreeMap<Vec<String>, usize> {
        let mut rows = BTreeMap::new();
        let Some(frame) = self.rows else { return rows };
        for row in 0..frame.height() {
            let of = |field: &&Field| fold_key(&text(frame, field.code.as_str(), row).unwrap_or_default());
            rows.entry(key.iter().map(of).collect()).or_insert(row);
        }
        rows
    }
}

/// A language, and our texts in it.
pub type Told<'a> = (&'a str, &'a Phrases);

/// Holds two submissions of a collection against each other. Labels and options are told in a language.
pub fn compare(
    collection: &Collection,
    (before, now): (&Side<'_>, &Side<'_>),
    since: &str,
    kept_out: &[&KeptOut],
    told: Told<'_>,
) -> Changes {
    let mut changes =
        Changes { since: since.to_owned(), before: before.height(), now: now.height(), ..Changes::default() };
    let key: Vec<&Field> = collection.key.iter().filter_map(|code| collection.field(code.as_str())).collect();
    if key.is_empty() {
        return changes;
    }
    let (old, new) = (before.by_key(&key), now.by_key(&key));
    let name = |side: &Side<'_>, row: usize| {
        let frame = side.rows;
        let parts = key.iter().filter_map(|field| said(frame?, field, row, told));
        parts.collect::<Vec<_>>().join(" · ")
    };
    let kept: Vec<Vec<String>> = kept_out.iter().map(|row| key_of_kept_out(row, &key)).collect();
    for (id, row) in &old {
        let Some(there) = new.get(id) else {
            let kept_out = kept.contains(id);
            changes.gone.push(RowChange { key: name(before, *row), cell: None, kept_out });
            continue;
        };
        for field in collection.fields.iter().filter(|field| !collection.key.contains(&field.code)) {
            let value = |side: &Side<'_>, row| side.rows.and_then(|frame| said(frame, field, row, told));
            let (was, is) = (value(before, *row), value(now, *there));
            if was != is {
                let (cell, column) = (now.cell(field.code.as_str(), *there), field.label.get(told.0).to_owned());
                changes.corrected.push(Correction { key: name(now, *there), cell, column, before: was, now: is });
            }
        }
    }
    for (_, row) in new.iter().filter(|(id, _)| !old.contains_key(*id)) {
        let cell = key.first().and_then(|field| now.cell(field.code.as_str(), *row));
        changes.new.push(RowChange { key: name(now, *row), cell, kept_out: false });
    }
    let mut room = TOLD;
    let mut cut = |length: usize| {
        let kept = length.min(room);
        room -= kept;
        changes.more += length - kept;
        kept
    };
    let (gone, corrected, new) = (cut(changes.gone.len()), cut(changes.corrected.len()), cut(changes.new.len()));
    changes.gone.truncate(gone);
    changes.corrected.truncate(corrected);
    changes.new.truncate(new);
    changes
}

/// The key of a row that was kept out, as far as its cells tell it.
fn key_of_kept_out(row: &KeptOut, key: &[&Field]) -> Vec<String> {
    let of = |field: &&Field| {
        let names: Vec<String> = field.names().map(fold_label).collect();
        let cell = row.cells.iter().find(|(label, _)| names.contains(&fold_label(label)));
        cell.map_or_else(String::new, |(_, text)| fold_key(text))
    };
    key.iter().map(of).collect()
}

/// A value as the partner would write it.
fn said(frame: &DataFrame, field: &Field, row: usize, (language, words): Told<'_>) -> Option<String> {
    let value = text(frame, field.code.as_str(), row);
    match field.kind {
        FieldKind::Choice => {
            let value = value?;
            let option = field.options.iter().find(|option| option.code == value);
            Some(option.map_or(value.as_str(), |option| option.label.get(language)).to_owned())
        }
        FieldKind::YesNo => value.map(|value| words.get(&value)),
        // `vat:LT300123456` and `reg:LT:30012345`, or nothing but a name.
        FieldKind::Enterprise => {
            let number = value.map(|value| value.rsplit(':').next().unwrap_or_default().to_owned());
            let name = || text(frame, &format!("{}__name", field.code), row);
            number.or_else(|| Some(name()?.split('|').next().unwrap_or_default().to_owned()))
        }
        _ => value,
    }
}
