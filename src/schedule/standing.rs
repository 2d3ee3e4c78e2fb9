//! How the schedules stand, for people: what was done, what waits, what comes. Looks only: no lock, no change.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::due::{Act, due, next};
use super::history::History;
use crate::app::Stopped;
use crate::app::attempt::Attempt;
use crate::app::project::Project;
use crate::define::Catalog;
use crate::model::schedule::Schedule;
use crate::store::{Entry, Store};

/// A schedule as it stands.
#[derive(Debug, Clone)]
pub struct Standing {
    pub code: String,
    /// When it is due, in words.
    pub words: String,
    pub zone: Tz,
    /// The next instants of its lines.
    pub next: Vec<DateTime<Utc>>,
    /// What is due now, and not done.
    pub waits: Option<Waits>,
    /// The last time failed, and what was tried so often is tried again then.
    pub again: Option<(u32, DateTime<Utc>)>,
    /// No scheduler has seen it, or these times of it, yet: they count from the minute in which one does.
    pub unseen: bool,
    /// The last work, and when it ended.
    pub last: Option<(DateTime<Utc>, Attempt)>,
    /// When something was last published, or had not changed.
    pub success: Option<DateTime<Utc>>,
}

impl Standing {
    /// When something is to be done next: a time of its lines, or another try.
    pub fn next_work(&self) -> Option<DateTime<Utc>> {
        self.next.first().copied().into_iter().chain(self.again.map(|(_, at)| at)).min()
    }
}

/// What is due and waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waits {
    pub due: DateTime<Utc>,
    /// Earlier times that were missed, too.
    pub missed: usize,
    /// How often it began without an end: it may be under way.
    pub begun: u32,
}

/// All schedules of a project, each with so many coming instants.
///
/// # Errors
/// A store that cannot be read.
pub fn look(project: &Project, coming: usize) -> Result<Vec<Standing>, Stopped> {
    let history = History::of(&entries(project)?);
    Ok(of(&project.catalog, &history, super::now(), coming))
}

/// What the ledger holds. A store is not made for it, and nobody is kept from writing.
pub(super) fn entries(project: &Project) -> Result<Vec<Entry>, Stopped> {
    Ok(Store::look(&project.store())?.ledger_mut().entries()?)
}

/// How they stand at an instant, by what was done.
pub fn of(catalog: &Catalog, history: &History, now: DateTime<Utc>, coming: usize) -> Vec<Standing> {
    let zone = catalog.programme.time_zone;
    let one = |schedule: &Schedule| {
        let past = history.past(schedule.code.as_str());
        let open = due(std::slice::from_ref(schedule), zone, &|_| past.clone(), now);
        let work = open.iter().filter(|one| matches!(one.act, Act::Work | Act::GiveUp));
        let waits = work.clone().next_back().map(|latest| Waits {
            due: latest.due,
            missed: work.clone().map(|one| one.missed + 1).sum::<usize>() - 1,
            begun: past.begun.get(&latest.due).copied().unwrap_or(0),
        });
        // What failed is the latest of all times, or a newer one has taken its place.
        let latest = past.ended.range(..=now).next_back();
        let failed = past.failed.range(..=now).next_back().filter(|(due, _)| Some(*due) > latest && open.is_empty());
        let first = next(schedule, zone, now);
        Standing {
            code: schedule.code.as_str().to_owned(),
            words: schedule.words(zone),
            zone,
            next: std::iter::successors(first, |before| next(schedule, zone, *before)).take(coming).collect(),
            waits,
            again: failed.and_then(|(_, failed)| Some((failed.tries, failed.again()?))),
            unseen: open.iter().any(|one| one.act == Act::Begin),
            last: past.last,
            success: past.success,
        }
    };
    catalog.schedules.iter().map(one).collect()
}
