//! `scoreboard fetch`: answers from survey servers into the store, received as if they lay in the inbox.
//!
//! The store is open only before and after: a server may take minutes. Each source stands for itself; one that fails
//! leaves what was fetched before as it is.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::project::Project;
use super::record::Received;
use super::state::State;
use super::world::{World, credentials};
use super::{Progress, Stopped};
use crate::clock;
use crate::fetch::{self, Fetched, Pages, Previous};
use crate::finding::suggest::nearest;
use crate::finding::{Finding, Place, rules};
use crate::http::Failure;
use crate::model::source::Source;
use crate::store::spool::Spool;
use crate::store::{Kind, Store, StoreError, hash_of};

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Codes; none: all that are declared.
    pub sources: Vec<String>,
    /// Fetch and compare, and write nothing.
    pub dry_run: bool,
}

/// What came of one source.
#[derive(Debug)]
pub struct Outcome {
    pub source: String,
    pub result: Result<Summary, Finding>,
}

#[derive(Debug)]
pub struct Summary {
    pub answers: u64,
    pub new: usize,
    pub edited: usize,
    pub deleted: usize,
    pub requests: u32,
    /// Worth knowing.
    pub findings: Vec<Finding>,
}

/// Fetches the sources, one after another.
///
/// # Errors
/// When there is no such source. What keeps one source from being fetched stands in its outcome.
pub fn run(project: &Project, options: &Options, progress: Progress<'_>) -> Result<Vec<Outcome>, Stopped> {
    let sources = selected(project, &options.sources)?;
    let mut outcomes = Vec::with_capacity(sources.len());
    for source in sources {
        let fetched = previous(project, source)
            .and_then(|previous| one(project, source, previous.as_ref(), options.dry_run, progress));
        // A store that is busy or full ends one source, and the pages that came wait for the next run.
        let result = match fetched {
            Ok(result) => result,
            Err(Stopped(findings)) => match findings.into_iter().next() {
                Some(finding) => Err(finding),
                None => continue,
            },
        };
        outcomes.push(Outcome { source: source.code.as_str().to_owned(), result });
    }
    Ok(outcomes)
}

fn selected<'p>(project: &'p Project, asked: &[String]) -> Result<Vec<&'p Source>, Stopped> {
    let declared = &project.catalog.sources;
    if declared.is_empty() {
        let finding = Finding::error(&rules::BAD_VALUE, Place::Project, "no `[[source]]` is declared in pipelines/");
        return Err(Stopped::one(finding.help("docs/definitions.md says how; without one nothing is fetched.")));
    }
    if asked.is_empty() {
        return Ok(declared.iter().collect());
    }
    let (mut found, mut unknown) = (Vec::new(), Vec::new());
    for code in asked {
        match declared.iter().find(|source| source.code.as_str() == code) {
            Some(source) if found.iter().any(|known: &&Source| known.code == source.code) => {}
            Some(source) => found.push(source),
            None => {
                let names: Vec<&str> = declared.iter().map(|source| source.code.as_str()).collect();
                let message = format!("no source is called `{code}`");
                let finding = Finding::error(&rules::BAD_VALUE, Place::Project, message);
                unknown.push(
                    finding
                        .help(format!("Declared are {}.", names.join(", ")))
                        .suggest(nearest(code, names.iter().copied())),
                );
            }
        }
    }
    if unknown.is_empty() { Ok(found) } else { Err(Stopped(unknown)) }
}

/// What the ledger says was fetched last. Looks only: a store is not made for it.
fn previous(project: &Project, source: &Source) -> Result<Option<Previous>, Stopped> {
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
    source: &Source,
    previous: Option<&Previous>,
    dry_run: bool,
    progress: Progress<'_>,
) -> Result<Result<Summary, Finding>, Stopped> {
    let place = Place::File { file: source.file_name() };
    let credentials = match credentials(&place, source.user.as_deref(), &source.secret) {
        Ok(credentials) => credentials,
        Err(finding) => return Ok(Err(*finding)),
    };
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
                findings: fetched.notes.into_iter().map(note).collect(),
            })
        }
        Err(Failure { rule, message, help }) => {
            Err(Finding::error(rule, place, message).help(help.unwrap_or_else(|| rule.fix.to_owned())))
        }
    })
}

/// Keeps every page and the whole, and records them: in one transaction, after all files are there.
fn receive(project: &Project, source: &Source, fetched: &Fetched) -> Result<(), Stopped> {
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
        let received = Received { file: hash, name, bytes, channel: source.channel() };
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
