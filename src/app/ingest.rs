//! Everything in the inbox into the store: kept by hash, read in parallel, written once, recorded in one transaction.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::project::Project;
use super::reading::{Belongs, FileReading, TableReading, read};
use super::record::{Read, Received, TableRecord};
use super::state::State;
use super::{Progress, Stopped, fault};
use crate::clock;
use crate::define::Catalog;
use crate::finding::{Finding, Place, rules};
use crate::model::code::PartnerCode;
use crate::store::{Kind, Store, hash_of};
use crate::validate::frame::{Part, Shape, frame};

/// What an ingest did.
#[derive(Debug)]
pub struct Ingested {
    pub state: State,
    /// Files that were new, by name.
    pub new: Vec<String>,
    /// Files that were read, new ones among them.
    pub read: usize,
    /// About the inbox as it lies: files that cannot be opened, or are none of ours.
    pub findings: Vec<Finding>,
}

/// Files that are read at once: their rows are in memory together.
const BATCH: usize = 96;

/// A file of the inbox that is not in the store yet.
struct Arrived {
    hash: String,
    name: String,
    bytes: Vec<u8>,
}

/// Checks that there is an inbox, and something to work on: before anything is made or changed.
pub fn precondition(project: &Project) -> Result<(), Stopped> {
    reachable(project)?;
    let inbox = project.inbox();
    if !project.store().join("ledger.sqlite").is_file() && list(&inbox).0.is_empty() {
        let shown = project.catalog.programme.folders.inbox.display().to_string();
        let finding = Finding::error(
            &rules::INBOX_EMPTY,
            Place::Project,
            format!("the inbox {shown} is empty and nothing was ever received"),
        );
        return Err(Stopped::one(finding.help("Put the partners' workbooks into it, then run again.")));
    }
    Ok(())
}

/// Checks that there is an inbox that can be opened, whatever lies in it.
pub fn reachable(project: &Project) -> Result<(), Stopped> {
    let inbox = project.inbox();
    let shown = project.catalog.programme.folders.inbox.display().to_string();
    if !inbox.is_dir() {
        let finding =
            Finding::error(&rules::INBOX_MISSING, Place::Project, format!("the inbox {shown} does not exist"));
        return Err(Stopped::one(
            finding.help(format!("Make the folder {shown} and put the partners' workbooks into it.")),
        ));
    }
    if let Err(error) = fs::read_dir(&inbox) {
        let finding = Finding::error(
            &rules::FILE_UNREADABLE,
            Place::Project,
            format!("the inbox {shown} cannot be opened: {error}"),
        );
        return Err(Stopped::one(finding.help("Look at the folder's permissions, then run again.")));
    }
    Ok(())
}

/// Receives and reads what is new. Reads again what was read under other definitions.
pub fn run(project: &Project, store: &mut Store, progress: Progress<'_>) -> Result<Ingested, Stopped> {
    let catalog = &project.catalog;
    let entries = store.ledger_mut().entries()?;
    let state = State::replay(&entries, &catalog.reading_hash);
    let (paths, mut findings) = list(&project.inbox());
    let mut received: Vec<Received> = Vec::new();
    let kept = store.files();
    let known = |hash: &str| state.files.contains_key(hash) && kept.has(hash);
    for some in paths.chunks(BATCH) {
        let (arrived, unreadable) = arrivals(&project.inbox(), some, &known, catalog);
        findings.extend(unreadable);
        for file in arrived {
            // What was received once and got lost in the store is put back, and was not received again.
            if state.files.contains_key(&file.hash) {
                store.keep_file(&file.hash, &file.bytes)?;
                continue;
            }
            if received.iter().any(|known| known.file == file.hash) {
                continue;
            }
            store.keep_file(&file.hash, &file.bytes)?;
            let bytes = file.bytes.len() as u64;
            received.push(Received { file: file.hash, name: file.name, bytes, channel: "inbox".into() });
        }
    }

    // What is known but was read under other definitions is read again, from the store as the new ones are.
    let again = state.files.values().filter(|file| file.read.is_none());
    let mut work: Vec<(String, String)> =
        again.map(|file| (file.received.name.clone(), file.received.file.clone())).collect();
    let new: Vec<String> = received.iter().map(|file| file.name.clone()).collect();
    if received.is_empty() && work.is_empty() {
        return Ok(Ingested { state, new, read: 0, findings });
    }
    work.extend(received.iter().map(|file| (file.name.clone(), file.file.clone())));
    let total = work.len();
    let reads = read_all(project, store, work, state.next_section, progress)?;
    let mut entries: Vec<(Kind, serde_json::Value)> =
        received.iter().map(|file| (Kind::Received, file.to_json())).collect();
    entries.sort_by(|a, b| a.1["name"].as_str().cmp(&b.1["name"].as_str()));
    entries.extend(reads.iter().map(|read| (Kind::Read, read.to_json())));
    store.ledger_mut().append(clock::now(), &entries)?;
    let entries = store.ledger_mut().entries()?;
    let state = State::replay(&entries, &catalog.reading_hash);
    Ok(Ingested { state, new, read: total, findings })
}

/// Reads what is known and was never read under these definitions. Says whether there was something.
pub fn read_unread(project: &Project, store: &mut Store, state: &State) -> Result<bool, Stopped> {
    let unread = state.files.values().filter(|file| file.read.is_none());
    let work: Vec<(String, String)> =
        unread.map(|file| (file.received.name.clone(), file.received.file.clone())).collect();
    if work.is_empty() {
        return Ok(false);
    }
    let reads = read_all(project, store, work, state.next_section, &|_, _, _| {})?;
    let entries: Vec<_> = reads.iter().map(|read| (Kind::Read, read.to_json())).collect();
    store.ledger_mut().append(clock::now(), &entries)?;
    Ok(true)
}

/// Reads files of the store by name and hash, and writes their rows; what is to be recorded of each.
fn read_all(
    project: &Project,
    store: &Store,
    mut work: Vec<(String, String)>,
    mut next_section: i64,
    progress: Progress<'_>,
) -> Result<Vec<Read>, Stopped> {
    let catalog = &project.catalog;
    // The order of the ledger depends on what came, not on how the folder was listed.
    work.sort();
    let (done, total) = (AtomicUsize::new(0), work.len());
    let mut reads = Vec::with_capacity(total);
    // A batch at a time: the rows of a large inbox need not all be in memory.
    let files = store.files();
    for batch in work.chunks(BATCH) {
        let readings: Vec<FileReading> = batch
            .par_iter()
            .map(|(name, hash)| {
                let reading = read(name, &files.get(hash)?, catalog, &project.reader)?;
                progress("reading", done.fetch_add(1, Ordering::Relaxed) + 1, total);
                Ok(reading)
            })
            .collect::<Result<_, Stopped>>()?;
        reads.extend(write(store, catalog, batch, &readings, &mut next_section)?);
    }
    Ok(reads)
}

/// The files of a folder and its folders, sorted, with findings about what is passed over.
fn list(inbox: &Path) -> (Vec<PathBuf>, Vec<Finding>) {
    let (mut files, mut findings, mut folders) = (Vec::new(), Vec::new(), vec![inbox.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with('.') || name == "Thumbs.db" || name == "desktop.ini" {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if !path.is_file() && path.exists() {
                let finding = Finding::warning(&rules::FILE_IGNORED, Place::File { file: name }, "not a regular file");
                findings.push(finding.help("Only files are read; take it out of the inbox."));
            } else if name.starts_with("~$") {
                let finding = Finding::info(
                    &rules::FILE_IGNORED,
                    Place::File { file: name },
                    "a lock file of Excel, not a workbook",
                );
                findings.push(finding.help("It goes away when the workbook is closed in Excel."));
            } else {
                files.push(path);
            }
        }
    }
    files.sort();
    (files, findings)
}

/// The name of a file relative to the inbox, with `/`.
fn relative(inbox: &Path, path: &Path) -> String {
    let parts = path.strip_prefix(inbox).unwrap_or(path).components();
    parts.map(|part| part.as_os_str().to_string_lossy().into_owned()).collect::<Vec<_>>().join("/")
}

/// Files whose hashes are not known, once each however often they lie there.
fn arrivals(
    inbox: &Path,
    paths: &[PathBuf],
    known: &(dyn Fn(&str) -> bool + Sync),
    catalog: &Catalog,
) -> (Vec<Arrived>, Vec<Finding>) {
    let limit = catalog.programme.limits.file_bytes;
    let opened: Vec<(String, Result<Arrived, Finding>)> = paths
        .par_iter()
        .map(|path| {
            let name = relative(inbox, path);
            let place = || Place::File { file: name.clone() };
            let size = fs::metadata(path).map_or(0, |metadata| metadata.len());
            if size > limit {
                let message = format!("is {} MB large; the limit is {} MB", size / 1_000_000, limit / 1_000_000);
                let finding = Finding::error(&rules::FILE_TOO_LARGE, place(), message);
                return (name.clone(), Err(finding.help(rules::FILE_TOO_LARGE.fix)));
            }
            let read = fs::read(path).map_err(|error| {
                let finding = Finding::error(&rules::FILE_UNREADABLE, place(), format!("cannot be opened: {error}"));
                finding.help("Look at its permissions, and whether another program has it open.")
            });
            let arrived = read.map(|bytes| Arrived { hash: hash_of(&bytes), name: name.clone(), bytes });
            (
                name.clone(),
                arrived.map(|mut arrived| {
                    // Bytes that are known are let go at once: a warm run must not hold the inbox in memory.
                    if known(&arrived.hash) {
                        arrived.bytes = Vec::new();
                    }
                    arrived
                }),
            )
        })
        .collect();
    let (mut arrived, mut findings, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    for (_, result) in opened {
        match result {
            Ok(file) if !known(&file.hash) && seen.insert(file.hash.clone()) => arrived.push(file),
            Ok(_) => {}
            Err(finding) => findings.push(finding),
        }
    }
    (arrived, findings)
}

/// How rows become a frame, and how their part is called; None for what is not declared any more.
pub(super) fn shape<'c>(catalog: &'c Catalog, belongs: &Belongs) -> Option<(String, Shape<'c>)> {
    let calendar = &catalog.programme.calendar;
    match belongs {
        Belongs::Collection(code) => {
            let collection = catalog.collections.iter().find(|one| one.code.as_str() == code)?;
            let date = collection.placing_date();
            Some((code.clone(), Shape { fields: &collection.fields, date, calendar, answers: false }))
        }
        Belongs::Wave { survey, wave } => {
            let found = catalog.surveys.iter().find(|one| one.code.as_str() == survey)?;
            let shape = Shape { fields: &found.questions, date: None, calendar, answers: true };
            Some((format!("{survey}.{wave}"), shape))
        }
    }
}

/// One table's rows with what stands beside them.
pub(super) fn part<'r>(catalog: &'r Catalog, table: &'r TableReading, section: i64) -> Part<'r> {
    let partner = table.identity.partner.as_ref();
    Part {
        rows: &table.rows,
        section,
        partner: partner.map(PartnerCode::as_str),
        country: partner.and_then(|code| catalog.partner(code)).map(|partner| partner.country.as_str()),
        period: table.identity.period,
    }
}

/// Writes the rows of all readings, one part for each collection and wave, and gives the entries to record.
fn write(
    store: &Store,
    catalog: &Catalog,
    work: &[(String, String)],
    readings: &[FileReading],
    next: &mut i64,
) -> Result<Vec<Read>, Stopped> {
    let mut sections: BTreeMap<Belongs, Vec<(i64, &TableReading)>> = BTreeMap::new();
    let mut numbered: Vec<Vec<i64>> = Vec::with_capacity(readings.len());
    for reading in readings {
        let mut numbers = Vec::new();
        for table in &reading.tables {
            sections.entry(table.belongs.clone()).or_default().push((*next, table));
            numbers.push(*next);
            *next += 1;
        }
        numbered.push(numbers);
    }
    let mut parts: BTreeMap<&Belongs, String> = BTreeMap::new();
    for (belongs, tables) in &sections {
        let Some((name, shape)) = shape(catalog, belongs) else { continue };
        let rows: Vec<Part<'_>> = tables
            .iter()
            .filter(|(_, table)| !table.rows.is_empty())
            .map(|(section, table)| part(catalog, table, *section))
            .collect();
        if rows.is_empty() {
            continue;
        }
        let mut frame = frame(&rows, shape).map_err(|error| fault("rows cannot be put together", error))?;
        parts.insert(belongs, store.write_part(&name, &mut frame)?);
    }
    let reads = work
        .iter()
        .zip(readings)
        .zip(numbered)
        .map(|(((_, hash), reading), numbers)| {
            let record = |(section, table): (i64, &TableReading)| {
                let part = parts.get(&table.belongs).filter(|_| !table.rows.is_empty()).cloned();
                TableRecord::new(section, table, part)
            };
            let tables: Vec<TableRecord> = numbers.into_iter().zip(&reading.tables).map(record).collect();
            let verdict = Read::verdict(&tables, &reading.findings);
            Read {
                file: hash.clone(),
                definitions: catalog.reading_hash.clone(),
                verdict,
                findings: reading.findings.clone(),
                tables,
            }
        })
        .collect();
    Ok(reads)
}

/// The files of the inbox that were never received, by name.
pub fn waiting(project: &Project, state: &State) -> Vec<String> {
    let (paths, _) = list(&project.inbox());
    let (arrived, _) = arrivals(&project.inbox(), &paths, &|hash| state.files.contains_key(hash), &project.catalog);
    arrived.into_iter().map(|file| file.name).collect()
}
