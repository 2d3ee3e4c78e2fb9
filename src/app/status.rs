//! `scoreboard status`: who has reported what, for which period. Changes nothing and computes no figure.

use chrono::NaiveDate;

use super::assemble::reporting;
use super::project::Project;
use super::state::State;
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
pub fn run(project: &Project, as_of: Option<NaiveDate>) -> Result<Status, Stopped> {
    ingest::precondition(project)?;
    let as_of = project.as_of(as_of);
    let mut store = Store::open(&project.store())?;
    let entries = store.ledger_mut().entries()?;
    let state = State::replay(&entries, &project.catalog.reading_hash);
    let (submissions, _) = state.current(&project.catalog);
    let waiting = ingest::waiting(project, &state);
    Ok(Status { as_of, lines: reporting(project, &submissions, as_of), waiting, closed: state.closed })
}
