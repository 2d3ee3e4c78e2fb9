//! `scoreboard status`: who has reported what, for which period. Changes nothing and computes no figure.

use chrono::NaiveDate;

use super::assemble::reporting;
use super::known::KnownAt;
use super::project::Project;
use super::state::{Known, State};
use super::{Stopped, ingest};
use crate::model::closing::Closed;
use crate::model::scoreboard::Reporting;
use crate::store::Store;

/// The state of reporting on a day.
#[derive(Debug)]
pub struct Status {
    pub as_of: NaiveDate,
    pub lines: Vec<Reporting>,
    /// Files of the inbox that were never read: the next run will.
    pub waiting: usize,
    /// Periods that are closed, in their order.
    pub closed: Vec<Closed>,
}

/// Looks at what was received.
///
/// # Errors
/// Where there is no inbox or no store that could be read.
pub fn run(project: &Project, as_of: Option<NaiveDate>, known_at: Option<KnownAt>) -> Result<Status, Stopped> {
    ingest::precondition(project)?;
    let as_of = project.as_of(as_of);
    let mut store = Store::open(&project.store())?;
    let entries = store.ledger_mut().entries()?;
    let state = State::replay(&entries, &project.catalog.reading_hash);
    let waiting = ingest::waiting(project, &state);
    let known = Known::by(project.known_at(known_at));
    let state = State::replay_known(&entries, &project.catalog.reading_hash, known);
    let (submissions, _) = state.current(&project.catalog);
    Ok(Status { as_of, lines: reporting(project, &submissions, as_of), waiting, closed: state.closed })
}
