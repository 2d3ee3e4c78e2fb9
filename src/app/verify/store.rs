//! The project's own store: the chain, every file that it names, and what was published last.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use super::{Verdict, chain, output, rows};
use crate::app::project::Project;
use crate::app::record::{Read, Received};
use crate::app::runs::Run;
use crate::app::state::heads;
use crate::app::{Progress, Stopped, runs};
use crate::store::{Entry, Kind, Store, StoreError, hash_of};

/// What is asked for beside the store itself.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Also look for this head, as an output prints it.
    pub head: Option<String>,
    /// Also hold this output against the store.
    pub output: Option<PathBuf>,
    /// Read every file again under the definitions of every run, not only of the last and of today.
    pub deep: bool,
}

/// Verifies the store, and looks for what an output printed. Looks only: it needs no lock and changes nothing.
///
/// # Errors
/// There is no store, or it cannot be opened.
pub fn store(project: &Project, asked: &Asked, progress: Progress<'_>) -> Result<Verdict, Stopped> {
    if !project.store().join("ledger.sqlite").is_file() {
        runs::find(&[], "last")?;
    }
    let mut store = Store::look(&project.store())?;
    let mut verdict = Verdict { of: format!("the store of {}", project.catalog.programme.title), ..Verdict::default() };
    let lines = store.ledger_mut().lines()?;
    let entries = chain::check(&lines, &mut verdict);
    received(&store, &entries, &mut verdict);
    parts(&store, &entries, &mut verdict);
    let runs = Run::all(&entries);
    let kept: BTreeSet<&String> = runs.iter().filter_map(|run| run.kept.as_ref()).collect();
    let all = kept.iter().all(|kept| is_sound(format!("definitions {kept}"), store.definitions(kept), &mut verdict));
    if all {
        verdict.sound.push(format!("{} kept definitions of {} runs: as they were kept", kept.len(), runs.len()));
    }
    rows::again(project, &store, &entries, asked.deep, progress, &mut verdict)?;
    published(project, &runs, &entries, &mut verdict);
    if let Some(head) = &asked.head {
        chain::asked(head, &entries, &mut verdict)?;
    }
    if let Some(output) = &asked.output {
        output::hold(project, output, &entries, progress, &mut verdict)?;
    }
    Ok(verdict.cut())
}

fn is_sound<T>(place: String, read: Result<T, StoreError>, verdict: &mut Verdict) -> bool {
    match read {
        Ok(_) => true,
        Err(StoreError::Damaged(why)) => {
            verdict.differs(place, why);
            false
        }
        Err(error) => {
            verdict.differs(place, format!("is missing, or cannot be read: {error}"));
            false
        }
    }
}

fn received(store: &Store, entries: &[Entry], verdict: &mut Verdict) {
    let mut named: BTreeSet<String> = BTreeSet::new();
    let mut all = true;
    for entry in entries {
        let files: Vec<(String, String)> = match entry.kind {
            Kind::Received => Received::from_json(&entry.body).map(|file| (file.name, file.file)).into_iter().collect(),
            // The pages as a server sent them.
            Kind::Fetched => {
                let pages = entry.body["pages"].as_array().into_iter().flatten();
                let page = |page: &Value| {
                    Some((page["label"].as_str().unwrap_or("a page").to_owned(), page["file"].as_str()?.to_owned()))
                };
                pages.filter_map(page).collect()
            }
            Kind::Run => {
                let name = format!("figures of run {}", entry.body["run"].as_str().unwrap_or(""));
                runs::kept_figures(&entry.body).map(|hash| (name, hash)).into_iter().collect()
            }
            _ => Vec::new(),
        };
        for (name, hash) in files {
            if named.insert(hash.clone()) {
                let place = format!("{name} ({})", hash.get(..12).unwrap_or(&hash));
                all &= is_sound(place, store.files().get(&hash), verdict);
            }
        }
    }
    if all {
        verdict.sound.push(format!("{} files of the store that the ledger names: each as it was kept", named.len()));
    }
    let unnamed = store.files().hashes().into_iter().filter(|hash| !named.contains(hash)).count();
    if unnamed > 0 {
        verdict.remarks.push(format!(
            "{unnamed} files lie in the store that no ledger entry names. A run that was interrupted leaves such; so does a \
             ledger that was shortened: compare its head with an output of that time (--head)."
        ));
    }
}

fn parts(store: &Store, entries: &[Entry], verdict: &mut Verdict) {
    let reads =
        entries.iter().filter(|entry| entry.kind == Kind::Read).filter_map(|entry| Read::from_json(&entry.body));
    let parts: BTreeSet<String> = reads.flat_map(|read| read.tables).filter_map(|table| table.part).collect();
    if parts.iter().all(|part| is_sound(format!("rows {part}"), store.read_part(part), verdict)) {
        verdict.sound.push(format!("{} tables of rows: as they were written", parts.len()));
    }
}

/// What the last run left in the folder of scoreboards, and whether what lies there belongs to this ledger.
fn published(project: &Project, runs: &[Run], entries: &[Entry], verdict: &mut Verdict) {
    let out = project.out();
    let heads: BTreeSet<String> = heads(entries).into_iter().map(|(_, head)| head).collect();
    let Some(last) = runs.iter().rev().find(|run| !run.elsewhere) else {
        verdict.remarks.push("Nothing was published yet.".to_owned());
        return;
    };
    let mut all = true;
    for output in &last.outputs {
        let why = match fs::read(out.join(&output.name)) {
            Ok(bytes) if hash_of(&bytes) == output.hash => None,
            Ok(bytes) => {
                let board: Option<Value> = serde_json::from_slice(&bytes).ok();
                let foreign = board
                    .as_ref()
                    .and_then(|board| board["ledger_head"].as_str())
                    .filter(|head| !heads.contains(*head));
                Some(foreign.map_or_else(
                    || format!("is not what run {} published", last.code),
                    |head| format!("prints a head that is not in this ledger, which was shortened or changed: {head}"),
                ))
            }
            Err(error) => Some(format!("cannot be read, and run {} published it: {error}", last.code)),
        };
        if let Some(why) = why {
            verdict.differs(output.name.clone(), why);
            all = false;
        }
    }
    if all {
        verdict.sound.push(format!("{} outputs of run {}: as they were published", last.outputs.len(), last.code));
    }
}
