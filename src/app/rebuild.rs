//! A run of the past, as it was: the definitions of then, and what was known then.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, Utc};

use super::definitions::HEAD;
use super::project::Project;
use super::runs::{self, Run};
use super::state::{Known, State};
use super::{Stopped, ingest};
use crate::define::{STORE, store_of};
use crate::finding::{Finding, Place, rules};
use crate::store::Store;

/// What a past run was made of.
#[derive(Debug)]
pub struct Rebuilt {
    /// Under the definitions of then.
    pub project: Project,
    /// What was known then, read under them.
    pub state: State,
    pub as_of: NaiveDate,
    pub known_at: Option<DateTime<Utc>>,
    pub entry: Run,
}

/// The run that is meant: its code, a beginning of it, `last` or `previous`.
///
/// Files that this program has not read under the definitions of then are read now, and the ledger says so; nothing
/// else is written.
///
/// # Errors
/// No such run; or its definitions were not kept, and are not those of today.
pub fn at(project: &Project, store: &mut Store, run: &str) -> Result<Rebuilt, Stopped> {
    let entries = store.ledger_mut().entries()?;
    let entry = runs::find(&Run::all(&entries), run)?;
    rebuild(project, store, entry)
}

/// A project as its last run knew it, for when its definitions cannot be read any more: whole, or not at all.
pub fn last_known(root: &Path) -> Option<Project> {
    let text = fs::read_to_string(root.join(HEAD)).ok();
    let folder = text.as_deref().and_then(store_of).unwrap_or_else(|| PathBuf::from(STORE));
    let mut store = Store::look(&root.join(&folder)).ok()?;
    let entries = store.ledger_mut().entries().ok()?;
    let kept = entries.iter().rev().find_map(Run::of)?.kept?;
    let project = Project::of_files(root, store.definitions(&kept).ok()?, Project::apart()).ok()?;
    // Else it is the store of another project, or of other times.
    (project.catalog.programme.folders.store == folder).then_some(project)
}

/// A run that was found.
///
/// # Errors
/// As [`at`].
pub fn rebuild(project: &Project, store: &mut Store, entry: Run) -> Result<Rebuilt, Stopped> {
    let definitions = match &entry.kept {
        Some(kept) => store.definitions(kept)?,
        None if entry.definitions == project.catalog.hash => project.definitions.clone(),
        None => {
            let message =
                format!("the definitions of run {} were not kept, and are no longer those of today", entry.code);
            let finding = Finding::error(&rules::DEFINITIONS_NOT_KEPT, Place::Project, message);
            return Err(Stopped::one(finding.help(rules::DEFINITIONS_NOT_KEPT.fix)));
        }
    };
    let then = project.under(definitions)?;
    let known = Known { before: Some(entry.seq), at: entry.known_at };
    let entries = store.ledger_mut().entries()?;
    let mut state = State::replay_known(&entries, &then.catalog.reading_hash, known);
    if ingest::read_unread(&then, store, &state)? {
        let entries = store.ledger_mut().entries()?;
        state = State::replay_known(&entries, &then.catalog.reading_hash, known);
    }
    Ok(Rebuilt { project: then, state, as_of: entry.as_of, known_at: entry.known_at, entry })
}
