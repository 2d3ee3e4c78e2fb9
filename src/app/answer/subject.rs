//! Which files are answered, and what is known of each: received ones from the ledger, others read on the spot.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use polars::prelude::DataFrame;

use super::super::assemble::mended;
use super::super::project::Project;
use super::super::reading::{Belongs, FileReading, read};
use super::super::record::{Read, Received, TableRecord};
use super::super::state::{FileState, State};
use super::super::{Progress, Stopped, fault, ingest};
use super::{Request, read_of};
use crate::clock;
use crate::finding::suggest::nearest;
use crate::finding::{Finding, Place, rules};
use crate::model::code::PartnerCode;
use crate::model::submission::Submission;
use crate::store::{Store, hash_of};
use crate::validate::frame::{Part, Shape, frame};

/// A file to be answered.
#[derive(Debug)]
pub struct Subject {
    pub name: String,
    pub hash: String,
    pub bytes: Vec<u8>,
    pub(super) received: bool,
    pub(super) read: Read,
    /// Rows that are not in the store, by section.
    pub(super) rows: BTreeMap<i64, DataFrame>,
}

type Found = (Vec<Subject>, Option<Store>, State);

/// The files that are asked about, with the store (none where nothing was ever received) and what it says.
pub(super) fn find(project: &Project, request: &Request, progress: Progress<'_>) -> Result<Found, Stopped> {
    let partner = request.partner.as_deref().map(|code| known_partner(project, code)).transpose()?;
    let looks: Vec<&String> = request.files.iter().filter(|name| is_outside(project, name)).collect();
    // A look at files from elsewhere receives nothing.
    let looks_only = !request.files.is_empty() && looks.len() == request.files.len();
    let catalog = &project.catalog;
    let (store, mut state) = if looks_only {
        let known = project.store().join("ledger.sqlite").is_file();
        let mut store = if known { Some(Store::open(&project.store())?) } else { None };
        let entries = store.as_mut().map_or_else(|| Ok(Vec::new()), |store| store.ledger_mut().entries())?;
        (store, State::replay(&entries, &catalog.reading_hash))
    } else {
        ingest::precondition(project)?;
        let mut store = Store::open(&project.store())?;
        let state = ingest::run(project, &mut store, progress)?.state;
        (Some(store), state)
    };
    let mut subjects = Vec::new();
    for name in &request.files {
        if looks.contains(&name) {
            subjects.push(look(project, Path::new(name), &mut state)?);
        } else {
            let file = by_name(&state, name)?;
            subjects.extend(received(store.as_ref(), &state, &file)?);
        }
    }
    if request.files.is_empty() {
        for hash in matter_still(project, &state) {
            subjects.extend(received(store.as_ref(), &state, &hash)?);
        }
    }
    if let Some(partner) = &partner {
        subjects.retain(|subject| sender(&subject.read) == Some(partner.as_str()));
    }
    let order = |subject: &Subject| {
        let sender = sender(&subject.read).map(str::to_owned);
        let place = catalog.partners.iter().position(|partner| Some(partner.code.as_str()) == sender.as_deref());
        (place.unwrap_or(usize::MAX), subject.name.clone())
    };
    subjects.sort_by_key(order);
    Ok((subjects, store, state))
}

pub(super) fn sender(read: &Read) -> Option<&str> {
    let of_tables = read.tables.iter().find_map(|table| table.partner.as_deref());
    of_tables.or_else(|| read.findings.iter().find_map(|finding| finding.partner.as_deref()))
}

fn known_partner(project: &Project, code: &str) -> Result<PartnerCode, Stopped> {
    let partners = &project.catalog.partners;
    partners.iter().find(|partner| partner.code.as_str() == code).map(|partner| partner.code.clone()).ok_or_else(|| {
        let names: Vec<&str> = partners.iter().map(|partner| partner.code.as_str()).collect();
        let finding = Finding::error(&rules::UNKNOWN_PARTNER, Place::Project, format!("no partner is called `{code}`"));
        let near = nearest(code, names.iter().copied()).map(str::to_owned);
        Stopped::one(finding.suggest(near).help(format!("The partners are {}.", names.join(", "))))
    })
}

/// Whether a name is that of a file elsewhere than in the inbox.
fn is_outside(project: &Project, name: &str) -> bool {
    let path = Path::new(name);
    let within = |path: &Path| {
        let (Ok(path), Ok(inbox)) = (path.canonicalize(), project.inbox().canonicalize()) else { return false };
        path.starts_with(inbox)
    };
    path.is_file() && !within(path)
}

/// The received file of this name, with or without folders; of several the one that came last.
fn by_name(state: &State, name: &str) -> Result<String, Stopped> {
    let bare = |name: &str| name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    let of = |wanted: &dyn Fn(&str) -> bool| {
        let named = state.files.values().filter(|file| wanted(&file.received.name));
        named.max_by_key(|file| (file.receipt, file.received.name.clone())).map(|file| file.received.file.clone())
    };
    of(&|known| known == name).or_else(|| of(&|known| bare(known) == bare(name))).ok_or_else(|| {
        let names: BTreeSet<String> = state.files.values().map(|file| bare(&file.received.name)).collect();
        let message = format!("no file of this name was received, and none lies there: {name}");
        let finding = Finding::error(&rules::FILE_UNREADABLE, Place::Project, message)
            .suggest(nearest(&bare(name), names.iter().map(String::as_str)))
            .help("Give the name of a file of the inbox, or the path of a file to look at.");
        Stopped::one(finding)
    })
}

/// The latest of each partner's files that count, and those that were refused with nothing come after.
fn matter_still(project: &Project, state: &State) -> Vec<String> {
    let (current, _) = state.current(&project.catalog);
    let mut latest: BTreeMap<_, &Submission> = BTreeMap::new();
    for submission in &current {
        let entry = latest.entry((&submission.partner, &submission.collection)).or_insert(submission);
        if submission.period >= entry.period {
            *entry = submission;
        }
    }
    let counts = |file: &FileState| latest.values().any(|submission| submission.file == file.received.file);
    let lingers = |file: &FileState| {
        let Some(read) = &file.read else { return false };
        let waves = !read.tables.is_empty() && read.tables.iter().all(|table| table.partner.is_none());
        let troubled = read.findings.iter().any(|finding| finding.is_error() && !mended(file, finding, &current));
        !waves && troubled && read.tables.is_empty()
    };
    let files = state.files.values().filter(|file| counts(file) || lingers(file));
    files.map(|file| file.received.file.clone()).collect()
}

pub(super) fn received(store: Option<&Store>, state: &State, hash: &str) -> Result<Option<Subject>, Stopped> {
    let (Some(store), Some(file), Some(read)) = (store, state.files.get(hash), read_of(state, hash)) else {
        return Ok(None);
    };
    Ok(Some(Subject {
        name: file.received.name.clone(),
        hash: hash.to_owned(),
        bytes: store.files().get(hash)?,
        received: true,
        read,
        rows: BTreeMap::new(),
    }))
}

/// Reads a file as if it had come just now, and puts it into the state, not into the store.
fn look(project: &Project, path: &Path, state: &mut State) -> Result<Subject, Stopped> {
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let unreadable = |message: String| {
        let finding = Finding::error(&rules::FILE_UNREADABLE, Place::File { file: name.clone() }, message);
        Stopped::one(finding.help("Look at its permissions, and whether another program has it open."))
    };
    let limit = project.catalog.programme.limits.file_bytes;
    let size = fs::metadata(path).map_or(0, |metadata| metadata.len());
    if size > limit {
        let message = format!("is {} MB large; the limit is {} MB", size / 1_000_000, limit / 1_000_000);
        let finding = Finding::error(&rules::FILE_TOO_LARGE, Place::File { file: name.clone() }, message);
        return Err(Stopped::one(finding.help(rules::FILE_TOO_LARGE.fix)));
    }
    let bytes = fs::read(path).map_err(|error| unreadable(format!("cannot be opened: {error}")))?;
    let hash = hash_of(&bytes);
    if let (Some(file), Some(read)) = (state.files.get(&hash), read_of(state, &hash)) {
        // The very bytes were received: what is known of them is the answer.
        let name = file.received.name.clone();
        return Ok(Subject { name, hash, bytes, received: true, read, rows: BTreeMap::new() });
    }
    let FileReading { tables, findings } = read(&name, &bytes, &project.catalog, &project.reader)?;
    let (mut records, mut rows) = (Vec::new(), BTreeMap::new());
    for (section, table) in (state.next_section..).zip(&tables) {
        records.push(TableRecord::new(section, table, None));
        let Belongs::Collection(code) = &table.belongs else { continue };
        let catalog = &project.catalog;
        let Some(collection) = catalog.collections.iter().find(|collection| collection.code.as_str() == code) else {
            continue;
        };
        let partner = table.identity.partner.as_ref();
        let part = Part {
            rows: &table.rows,
            section,
            partner: partner.map(PartnerCode::as_str),
            country: partner.and_then(|code| catalog.partner(code)).map(|partner| partner.country.as_str()),
            period: table.identity.period,
        };
        let date = collection.placing_date();
        let shape = Shape { fields: &collection.fields, date, calendar: &catalog.programme.calendar, answers: false };
        let frame = frame(&[part], shape).map_err(|error| fault("rows cannot be put together", error))?;
        rows.insert(section, frame);
    }
    state.next_section += i64::try_from(tables.len()).unwrap_or(0);
    let read = Read {
        file: hash.clone(),
        definitions: project.catalog.reading_hash.clone(),
        verdict: Read::verdict(&records, &findings),
        findings,
        tables: records,
    };
    let received = Received { file: hash.clone(), name: name.clone(), bytes: size, channel: "look".into() };
    let at = clock::now();
    let receipt = state.receipt_at(at);
    let file = FileState { received, at, receipt, receipts: Vec::new(), read: Some(read.clone()) };
    state.files.insert(hash.clone(), file);
    Ok(Subject { name, hash, bytes, received: false, read, rows })
}
