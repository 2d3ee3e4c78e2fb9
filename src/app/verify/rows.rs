//! The rows that figures are computed from, held against the files that were received: each file is read again, and
//! what comes out must be what the store keeps. So neither a changed row nor a changed reading stays unseen.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::DataFrame;
use rayon::prelude::*;

use super::{Difference, Verdict};
use crate::app::project::Project;
use crate::app::reading::{FileReading, read};
use crate::app::record::{Read, TableRecord};
use crate::app::runs::Run;
use crate::app::state::State;
use crate::app::{Progress, Stopped, fault, ingest};
use crate::finding::{clean, shorten};
use crate::sql::frame::integer;
use crate::store::{Entry, Store};
use crate::validate::frame::frame;

/// Files that are read at once: their rows are in memory together.
const BATCH: usize = 96;

/// Reads every file again under the definitions of today and of the last run, `deep`: of every run.
pub fn again(
    project: &Project,
    store: &Store,
    entries: &[Entry],
    deep: bool,
    progress: Progress<'_>,
    verdict: &mut Verdict,
) -> Result<(), Stopped> {
    let runs = Run::all(entries);
    let kept: BTreeSet<&String> =
        runs.iter().rev().filter_map(|run| run.kept.as_ref()).take(if deep { usize::MAX } else { 1 }).collect();
    let mut done = BTreeSet::new();
    let (mut tables, mut files) = (0, 0);
    let before = verdict.differences.len();
    let mut one = |then: &Project, verdict: &mut Verdict| -> Result<(), Stopped> {
        if done.insert(then.catalog.reading_hash.clone()) {
            let state = State::replay(entries, &then.catalog.reading_hash);
            let (read, found) = under(then, store, &state, progress, verdict)?;
            (files, tables) = (files + read, tables + found);
        }
        Ok(())
    };
    one(project, verdict)?;
    for name in kept {
        // Where they are damaged or of an older program, that was told or is no fault of the rows.
        if let Ok(definitions) = store.definitions(name)
            && let Ok(then) = project.under(definitions)
        {
            one(&then, verdict)?;
        }
    }
    if verdict.differences.len() == before && files > 0 {
        verdict.sound.push(format!("{files} files read again: {tables} tables have the rows that the store keeps"));
    }
    Ok(())
}

/// How many files and tables were held against what was kept under these definitions.
fn under(
    project: &Project,
    store: &Store,
    state: &State,
    progress: Progress<'_>,
    verdict: &mut Verdict,
) -> Result<(usize, usize), Stopped> {
    let known =
        state.files.values().filter_map(|file| Some((&file.received.name, &file.received.file, file.read.as_ref()?)));
    let mut known: Vec<(&String, &String, &Read)> = known.collect();
    // Files that were written together share a part.
    known.sort_by_key(|(name, _, read)| (read.tables.iter().find_map(|table| table.part.clone()), *name));
    let (mut files, mut tables) = (0, 0);
    let mut parts = Parts { store, open: BTreeMap::new() };
    for batch in known.chunks(BATCH) {
        let originals = store.files();
        let readings: Vec<Option<FileReading>> = batch
            .par_iter()
            // A file that is missing or changed is told elsewhere.
            .map(|(name, hash, _)| match originals.get(hash) {
                Ok(bytes) => read(name, &bytes, &project.catalog, &project.reader).map(Some),
                Err(_) => Ok(None),
            })
            .collect::<Result<_, Stopped>>()?;
        progress("reading again", files + batch.len(), known.len());
        parts.only(batch.iter().flat_map(|(_, _, read)| &read.tables).filter_map(|table| table.part.as_deref()));
        for ((name, _, read), reading) in batch.iter().zip(readings) {
            let Some(reading) = reading else { continue };
            files += 1;
            tables += reading.tables.len();
            file(project, name, read, &reading, &mut parts, verdict)?;
        }
    }
    Ok((files, tables))
}

fn file(
    project: &Project,
    name: &str,
    kept: &Read,
    reading: &FileReading,
    parts: &mut Parts<'_>,
    verdict: &mut Verdict,
) -> Result<(), Stopped> {
    if kept.tables.len() != reading.tables.len() {
        let says = format!("gives {} tables, and the ledger says {}", reading.tables.len(), kept.tables.len());
        verdict.differs(name, says);
        return Ok(());
    }
    for (record, table) in kept.tables.iter().zip(&reading.tables) {
        let place = format!("{name} › {}", table.sheet);
        let again = TableRecord::new(record.section, table, record.part.clone());
        if let Some(what) = record.differs_from(&again) {
            verdict.differs(place, format!("gives something else than the ledger says of {what}"));
            continue;
        }
        let Some(part) = &record.part else { continue };
        let Some((_, shape)) = ingest::shape(&project.catalog, &table.belongs) else { continue };
        let own = frame(&[ingest::part(&project.catalog, table, record.section)], shape)
            .map_err(|error| fault("rows cannot be put together", error))?;
        // A part that cannot be read is told elsewhere.
        let Some(stored) = parts.rows(part, record.section) else { continue };
        if !stored.equals_missing(&own) {
            verdict.differences.push(Difference { place, says: first(&stored, &own) });
        }
    }
    Ok(())
}

/// The first thing in which rows differ.
fn first(stored: &DataFrame, own: &DataFrame) -> String {
    if stored.height() != own.height() {
        return format!("gives {} rows, and the store keeps {}", own.height(), stored.height());
    }
    for column in own.columns() {
        let Ok(other) = stored.column(column.name()) else {
            return format!("gives a column {}, which the store does not keep", column.name());
        };
        for row in 0..own.height() {
            let (ours, theirs) = (column.get(row), other.get(row));
            if let (Ok(ours), Ok(theirs)) = (ours, theirs)
                && ours != theirs
            {
                let place = integer(own, "place", row).map_or_else(|| (row + 1).to_string(), |place| place.to_string());
                let shown = |value: String| shorten(&clean(&value), 60);
                let (ours, theirs) = (shown(ours.to_string()), shown(theirs.to_string()));
                return format!("gives {ours} for {} in row {place}, and the store keeps {theirs}", column.name());
            }
        }
    }
    "gives other columns than the store keeps".to_owned()
}

/// A part, and the first row and number of rows of each of its sections.
type Open = (DataFrame, BTreeMap<i64, (i64, usize)>);

/// Parts that are open, with where each section of them lies.
struct Parts<'s> {
    store: &'s Store,
    open: BTreeMap<String, Option<Open>>,
}

impl Parts<'_> {
    /// Closes all others.
    fn only<'n>(&mut self, names: impl Iterator<Item = &'n str>) {
        let wanted: BTreeSet<&str> = names.collect();
        self.open.retain(|name, _| wanted.contains(name.as_str()));
    }

    /// The rows of a section, None where the part cannot be read.
    fn rows(&mut self, part: &str, section: i64) -> Option<DataFrame> {
        let open = || {
            let frame = self.store.read_part(part).ok()?;
            let mut places: BTreeMap<i64, (i64, usize)> = BTreeMap::new();
            for row in 0..frame.height() {
                let place = places.entry(integer(&frame, "section", row)?).or_insert((i64::try_from(row).ok()?, 0));
                place.1 += 1;
            }
            Some((frame, places))
        };
        if !self.open.contains_key(part) {
            let opened = open();
            self.open.insert(part.to_owned(), opened);
        }
        let (frame, places) = self.open.get(part)?.as_ref()?;
        let (first, length) = places.get(&section).copied().unwrap_or((0, 0));
        Some(frame.slice(first, length))
    }
}
