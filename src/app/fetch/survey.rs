//! One survey on a server: its answers, kept as pages and as one document.
//!
//! The store is open only before and after: a server may take minutes.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Summary, failed};
use crate::app::project::Project;
use crate::app::record::Received;
use crate::app::state::State;
use crate::app::world::{World, credentials, permitted};
use crate::app::{Progress, Stopped};
use crate::clock;
use crate::fetch::{self, Fetched, Pages, Previous};
use crate::finding::{Finding, Place, rules};
use crate::model::source::{SurveySource, channel};
use crate::store::spool::Spool;
use crate::store::{Kind, Store, StoreError, hash_of};

/// Fetches it, and receives what came.
pub(super) fn fetch(
    project: &Project,
    source: &SurveySource,
    dry_run: bool,
    progress: Progress<'_>,
) -> Result<Result<Summary, Finding>, Stopped> {
    let previous = previous(project, source)?;
    one(project, source, previous.as_ref(), dry_run, progress)
}

/// What the ledger says was fetched last. Looks only: a store is not made for it.
fn previous(project: &Project, source: &SurveySource) -> Result<Option<Previous>, Stopped> {
    if !project.store().join("ledger.sqlite").is_file() {
        return Ok(None);
    }
    let mut store = Store::open(&project.store())?;
    let entries = store.ledger_mut().entries()?;
    let of_source = |body: &Value| body["source"] == source.code.as_str() && body["survey"] == source.survey.as_str();
    let last = entries.iter().rev().find(|entry| entry.kind == Kind::Fetched && of_source(&entry.body));
    let Some((entry, hash)) = last.and_then(|entry| Some((entry, entry.body["file"].as_str()?))) else {
        return Ok(None);
    };
    Ok(Some(Previous { document: store.files().get(hash)?, at: entry.at }))
}

fn one(
    project: &Project,
    source: &SurveySource,
    previous: Option<&Previous>,
    dry_run: bool,
    progress: Progress<'_>,
) -> Result<Result<Summary, Finding>, Stopped> {
    let place = Place::File { file: source.file_name() };
    let credentials = match credentials(&project.root, &place, source.user.as_ref(), &source.secret) {
        Ok(credentials) => credentials,
        Err(finding) => return Ok(Err(*finding)),
    };
    if let Err(finding) = permitted(&project.catalog, &place, &source.url) {
        return Ok(Err(*finding));
    }
    let world = World::new(source.code.as_str(), progress);
    let limit = project.catalog.programme.limits.file_bytes;
    let result = if dry_run {
        fetch::fetch(source, &credentials, &world, &InMemory::default(), previous, limit)
    } else {
        let spool = Spool::open(&project.store(), source.code.as_str())?;
        let fetched = fetch::fetch(source, &credentials, &world, &OnDisk(&spool), previous, limit);
        if let Ok(fetched) = &fetched {
            receive(project, source, fetched)?;
            spool.clear()?;
        }
        fetched
    };
    Ok(match result {
        Ok(fetched) => {
            let note = |note| Finding::warning(&rules::FETCH_NOTE, place.clone(), note).help(rules::FETCH_NOTE.fix);
            Ok(Summary {
                answers: fetched.answers,
                new: fetched.changes.new.len(),
                edited: fetched.changes.edited.len(),
                deleted: fetched.changes.deleted.len(),
                requests: fetched.requests,
                files: None,
                findings: fetched.notes.into_iter().map(note).collect(),
            })
        }
        Err(failure) => Err(failed(&place, failure)),
    })
}

/// Keeps every page and the whole, and records them: in one transaction, after all files are there.
fn receive(project: &Project, source: &SurveySource, fetched: &Fetched) -> Result<(), Stopped> {
    let mut store = Store::open(&project.store())?;
    let hash = hash_of(&fetched.document);
    let mut pages = Vec::new();
    for page in &fetched.pages {
        let hash = hash_of(&page.bytes);
        store.keep_file(&hash, &page.bytes)?;
        pages.push(json!({ "label": page.label, "file": hash, "bytes": page.bytes.len() }));
    }
    store.keep_file(&hash, &fetched.document)?;
    let changes = &fetched.changes;
    let body = json!({
        "source": source.code.as_str(), "survey": source.survey.as_str(), "wave": source.wave.as_str(),
        "file": hash, "pages": pages, "answers": fetched.answers,
        "new": changes.new.len(), "edited": changes.edited, "deleted": changes.deleted,
    });
    let entries = store.ledger_mut().entries()?;
    let state = State::replay(&entries, &project.catalog.reading_hash);
    let name = source.file_name();
    let mut new = Vec::new();
    if state.fetched().get(name.as_str()) != Some(&hash.as_str()) {
        let bytes = fetched.document.len() as u64;
        let received = Received { file: hash, name, bytes, channel: channel(&source.code) };
        new.push((Kind::Received, received.to_json()));
    }
    new.push((Kind::Fetched, body));
    store.ledger_mut().append(clock::now(), &new)?;
    Ok(())
}

struct OnDisk<'a>(&'a Spool);

impl Pages for OnDisk<'_> {
    fn read(&self, name: &str) -> Option<Vec<u8>> {
        self.0.read(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), String> {
        self.0.write(name, bytes).map_err(|error: StoreError| error.to_string())
    }

    fn clear(&self) -> Result<(), String> {
        self.0.clear().map_err(|error| error.to_string())
    }
}

/// For a dry run, which leaves nothing behind.
#[derive(Default)]
struct InMemory(RefCell<BTreeMap<String, Vec<u8>>>);

impl Pages for InMemory {
    fn read(&self, name: &str) -> Option<Vec<u8>> {
        self.0.borrow().get(name).cloned()
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), String> {
        self.0.borrow_mut().insert(name.to_owned(), bytes.to_vec());
        Ok(())
    }

    fn clear(&self) -> Result<(), String> {
        self.0.borrow_mut().clear();
        Ok(())
    }
}
