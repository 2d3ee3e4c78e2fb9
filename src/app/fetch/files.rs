//! One place with files: what is new there, received as the inbox's files are.
//!
//! The store is open only while a batch is written: a server may take minutes. What came before a failure stays.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize as _;
use serde_json::{Map, Value, json};

use super::{Files, Summary, failed};
use crate::app::project::Project;
use crate::app::record::Received;
use crate::app::world::{World, access};
use crate::app::{Progress, Stopped};
use crate::clock;
use crate::fetch::files::{self, Arrived, Asked, Mark, Seen};
use crate::finding::{Finding, Place, rules};
use crate::http::Failure;
use crate::layout::pattern::glob;
use crate::model::place::Place as Spot;
use crate::model::source::{FileSource, channel};
use crate::store::{Kind, Store, hash_of};

/// What is written in one transaction, at most.
const BATCH_FILES: usize = 96;
const BATCH_BYTES: u64 = 64_000_000;

/// Fetches what is new, and receives it.
pub(super) fn fetch(
    project: &Project,
    source: &FileSource,
    dry_run: bool,
    progress: Progress<'_>,
) -> Result<Result<Summary, Finding>, Stopped> {
    let place = Place::File { file: channel(&source.code) };
    let access = match access(project, &place, &source.from) {
        Ok(access) => access,
        Err(finding) => return Ok(Err(*finding)),
    };
    let known = known(project, source)?;
    let marks = known.iter().map(|(name, (mark, _))| (name.clone(), mark.clone())).collect();
    let world = World::new(source.code.as_str(), progress);
    let asked = Asked {
        source,
        root: &project.root,
        access: &access,
        surroundings: &world,
        file_bytes: project.catalog.programme.limits.file_bytes,
        known: &marks,
        wanted: &|name| source.files.is_empty() || source.files.iter().any(|pattern| glob(pattern, name)),
    };
    let mut batch = Batch { project, source, known: &known, dry_run, waiting: Vec::new(), came: Files::default() };
    let result = files::fetch(&asked, &mut |arrived| batch.take(arrived));
    let seen = match result {
        Ok(seen) => seen,
        Err(failure) => {
            batch.write(None)?;
            return Ok(Err(failed(&place, failure)));
        }
    };
    batch.write(Some(&seen))?;
    let mut came = batch.came;
    came.unchanged += seen.unchanged;
    came.left = seen.left.iter().map(|left| left.name.clone()).collect();
    let left = |left: &files::Left| {
        let place = Place::File { file: source.file_name(&left.name) };
        Finding::info(&rules::FILE_LEFT, place, left.why.clone()).help(rules::FILE_LEFT.fix)
    };
    let findings = seen.left.iter().map(left).collect();
    let (new, requests) = (came.received.len(), seen.requests);
    Ok(Ok(Summary { answers: 0, new, edited: 0, deleted: 0, requests, files: Some(came), findings }))
}

/// What came from a source until now: by name its mark, and the hash of what it was. Looks only.
fn known(project: &Project, source: &FileSource) -> Result<BTreeMap<String, (Mark, String)>, Stopped> {
    let mut known = BTreeMap::new();
    if !project.store().join("ledger.sqlite").is_file() {
        return Ok(known);
    }
    let mut store = Store::open(&project.store())?;
    for entry in store.ledger_mut().entries()? {
        if entry.kind != Kind::Fetched || entry.body["source"] != source.code.as_str() {
            continue;
        }
        // What another place said of its files says nothing of this one's.
        let here = entry.body["from"] == fingerprint(source).as_str();
        for (name, file) in entry.body["files"].as_object().into_iter().flatten() {
            if let (Ok(mark), Some(hash)) = (Mark::deserialize(file), file["file"].as_str()) {
                if matches!(source.from.place, Spot::Url { .. }) {
                    // There is one file, whatever it was called before.
                    known.clear();
                }
                known.insert(name.clone(), (if here { mark } else { Mark::default() }, hash.to_owned()));
            }
        }
    }
    Ok(known)
}

/// What tells a place from another one under the same code. Places of secrets are in it, secrets are not.
fn fingerprint(source: &FileSource) -> String {
    hash_of(format!("{:?}", source.from.place).as_bytes()).chars().take(16).collect()
}

/// Files that came and are not written yet.
struct Batch<'a> {
    project: &'a Project,
    source: &'a FileSource,
    known: &'a BTreeMap<String, (Mark, String)>,
    dry_run: bool,
    waiting: Vec<Arrived>,
    came: Files,
}

impl Batch<'_> {
    fn take(&mut self, arrived: Arrived) -> Result<(), Failure> {
        self.waiting.push(arrived);
        let bytes: u64 = self.waiting.iter().map(|file| file.bytes.len() as u64).sum();
        if self.waiting.len() < BATCH_FILES && bytes < BATCH_BYTES {
            return Ok(());
        }
        self.write(None).map_err(|Stopped(findings)| match findings.into_iter().next() {
            Some(finding) => Failure { rule: finding.rule, message: finding.message, help: finding.help },
            None => Failure::new(&rules::DISK, "what came cannot be written"),
        })
    }

    /// Keeps what waits, and records it: files first, then one transaction. With `seen` it is all that there is.
    fn write(&mut self, seen: Option<&Seen>) -> Result<(), Stopped> {
        let waiting = std::mem::take(&mut self.waiting);
        if waiting.is_empty() && seen.is_none() {
            return Ok(());
        }
        if self.dry_run {
            for file in waiting {
                let hash = hash_of(&file.bytes);
                self.note(&file, &hash);
            }
            return Ok(());
        }
        let mut store = Store::open(&self.project.store())?;
        let entries = store.ledger_mut().entries()?;
        let received = entries.iter().filter(|entry| entry.kind == Kind::Received);
        let mut there: BTreeSet<String> =
            received.filter_map(|entry| entry.body["file"].as_str().map(str::to_owned)).collect();
        let (mut new, mut marks) = (Vec::new(), Map::new());
        for file in &waiting {
            let hash = hash_of(&file.bytes);
            store.keep_file(&hash, &file.bytes)?;
            let changed = self.note(file, &hash);
            let mut mark = json!(file.mark);
            mark["file"] = json!(hash);
            marks.insert(file.name.clone(), mark);
            // What became again what it was counts as the latest; what is known from elsewhere came there first.
            if there.insert(hash.clone()) || changed {
                let (name, bytes) = (self.source.file_name(&file.name), file.bytes.len() as u64);
                let received = Received { file: hash, name, bytes, channel: channel(&self.source.code) };
                new.push((Kind::Received, received.to_json()));
            }
        }
        let (code, from) = (self.source.code.as_str(), fingerprint(self.source));
        let mut body = json!({ "source": code, "from": from, "files": Value::Object(marks) });
        match seen {
            Some(seen) => {
                body["received"] = json!(self.came.received.len());
                body["unchanged"] = json!(self.came.unchanged + seen.unchanged);
                body["left"] = json!(seen.left.len());
            }
            None => body["part"] = json!(true),
        }
        new.push((Kind::Fetched, body));
        store.ledger_mut().append(clock::now(), &new)?;
        Ok(())
    }

    /// Counts a file; says whether it was another one before, under this name.
    fn note(&mut self, file: &Arrived, hash: &str) -> bool {
        let before = self.known.get(&file.name).map(|(_, hash)| hash.as_str());
        if before == Some(hash) {
            self.came.unchanged += 1;
        } else {
            self.came.received.push(file.name.clone());
            self.came.bytes += file.bytes.len() as u64;
        }
        before.is_some_and(|before| before != hash)
    }
}
