//! `scoreboard diff`: a run held against another one, or against what a run would give now. Writes nothing.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::assemble::run_code;
use super::changes::History;
use super::produce::Moment;
use super::project::Project;
use super::rebuild;
use super::runs::{self, Run};
use super::state::State;
use super::{Progress, Stopped, fault, ingest};
use crate::define::catalog::Report;
use crate::model::audience::Audience;
use crate::model::changes::Changes;
use crate::store::Store;

/// Two states of things compared.
#[derive(Debug)]
pub struct Compared {
    /// The code of the later one; of what was never published, the code that it would have.
    pub run: String,
    pub as_of: NaiveDate,
    pub changes: Changes,
}

/// Compares run `earlier` with run `later`, by their codes, beginnings of them, `last` or `previous`; without `later`
/// with what a run would give now, of the inbox as it lies.
///
/// # Errors
/// No such run; or what keeps one of them from being made again.
pub fn run(
    project: &Project,
    earlier: &str,
    later: Option<&str>,
    as_of: Option<NaiveDate>,
    progress: Progress<'_>,
) -> Result<Compared, Stopped> {
    let mut store = Store::aside(&project.store())?;
    let entries = store.ledger_mut().entries()?;
    let all = Run::all(&entries);
    let before = runs::find(&all, earlier)?;
    let later = later.map(|later| runs::find(&all, later)).transpose()?;
    let Some(later) = later else {
        ingest::precondition(project)?;
        let ingested = ingest::run(project, &mut store, progress)?;
        let as_of = project.as_of(as_of);
        let run = run_code(project, &ingested.state, as_of);
        let changes = compare(project, &mut store, (project, &ingested.state, as_of), &before)?;
        return Ok(Compared { run, as_of, changes });
    };
    let (run, as_of) = (later.code.clone(), later.as_of);
    let then = rebuild::rebuild(project, &mut store, later)?;
    let changes = compare(project, &mut store, (&then.project, &then.state, as_of), &before)?;
    Ok(Compared { run, as_of, changes })
}

/// What moved from a run up to some state of things.
fn compare(
    project: &Project,
    store: &mut Store,
    (then, state, as_of): (&Project, &State, NaiveDate),
    before: &Run,
) -> Result<Changes, Stopped> {
    let history = History::since(project, store, then, before, as_of)?;
    let report = everything(then)?;
    let nothing = BTreeSet::new();
    let moment = Moment { project: then, store, state, as_of, inbox: &[], withheld: &nothing, history: &history };
    let scoreboard = moment.scoreboard(&report)?;
    scoreboard.changes.ok_or_else(|| fault("nothing was compared with", &before.code))
}

/// All that any report shows, as one for internal readers.
fn everything(project: &Project) -> Result<Report, Stopped> {
    let catalog = &project.catalog;
    let internal = catalog.reports.iter().find(|report| !report.audience.is_restricted());
    let mut report =
        internal.or(catalog.reports.first()).cloned().ok_or_else(|| fault("the project has no report", ""))?;
    let shown: BTreeSet<_> = catalog.reports.iter().flat_map(|report| &report.indicators).collect();
    let in_order = catalog.indicators.iter().map(|one| &one.code).filter(|code| shown.contains(code));
    report.indicators = in_order.cloned().collect();
    report.audience = Audience::Internal;
    Ok(report)
}
