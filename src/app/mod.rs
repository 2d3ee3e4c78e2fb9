//! One file an operation: the only place that orders the stages, and the only one that reads the project folder.
//!
//! Start with [`refresh::run`]: define → ingest → compute → report → publish.

pub mod across;
pub mod answer;
pub mod assemble;
pub mod attempt;
pub mod bundle;
pub mod changes;
pub mod check;
pub mod closing;
pub mod cycle;
pub mod definitions;
pub mod diff;
pub mod explain;
pub mod export;
pub mod fetch;
pub mod form;
pub mod freshness;
pub mod ingest;
pub mod init;
pub mod known;
pub mod layout;
pub mod notify;
pub mod organisations;
mod outputs;
mod partner;
pub mod project;
pub mod proposals;
pub mod publish;
pub mod punctual;
pub mod rebuild;
pub mod refresh;
pub mod runs;
pub mod sources;
pub mod standards;
pub mod state;
pub mod status;
pub mod template;
pub mod told;
pub mod trace;
pub mod verify;
pub mod work;

mod copies;
mod decided;
mod disclosed;
mod formula;
mod prefill;
mod produce;
mod reading;
mod record;
mod totals;
mod world;

use crate::finding::{Finding, Place, rules};
use crate::store::StoreError;

/// Why nothing was published: findings that say it, and what to do.
#[derive(Debug)]
pub struct Stopped(pub Vec<Finding>);

impl Stopped {
    fn one(finding: Finding) -> Self {
        Self(vec![finding])
    }
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        let message = error.to_string();
        Self::one(match error {
            StoreError::Busy(_) => Finding::error(&rules::STORE_BUSY, Place::Project, message)
                .help("Wait until it has ended, then run again. Nothing was changed."),
            StoreError::Io { path, .. } => {
                Finding::error(&rules::DISK, Place::File { file: path.display().to_string() }, message).help(
                    "Free some space or look at the permissions, then run again: it completes whatever is missing.",
                )
            }
            StoreError::Damaged(_) => {
                Finding::error(&rules::STORE_DAMAGED, Place::Project, message).help(rules::STORE_DAMAGED.fix)
            }
        })
    }
}

/// A fault of this program, told as one.
fn fault(what: &str, error: impl std::fmt::Display) -> Stopped {
    let finding = Finding::error(&rules::STORE_DAMAGED, Place::Project, format!("{what}: {error}"));
    Stopped::one(finding.help("This is a fault of the program. Please report it with this line."))
}

/// Told while long work goes on: the stage, how far, and of how much.
pub type Progress<'a> = &'a (dyn Fn(&str, usize, usize) + Sync);
