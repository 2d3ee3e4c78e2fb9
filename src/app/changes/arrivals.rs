//! What came since: each file with what it is (a first report, a late one, a correction, answers), told in a sentence.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};

use super::super::Stopped;
use super::super::answer::{self, Changes as RowChanges};
use super::super::reading::{Belongs, covers};
use super::super::state::State;
use super::facts;
use super::scenario::{Files, Stage};
use crate::define::Catalog;
use crate::define::catalog::Collection;
use crate::model::changes::CauseKind;
use crate::model::submission::{Submission, Tie};

/// A file that came.
#[derive(Debug, Clone)]
pub struct Arrival {
    pub hash: String,
    pub name: String,
    pub kind: CauseKind,
    pub partner: Option<String>,
    pub says: String,
    /// The collections and surveys that it speaks of.
    pub things: BTreeSet<String>,
    /// Whether anything of it counts now.
    pub counts: bool,
}

/// Rows told one by one in a cause.
const TOLD: usize = 3;
/// Of more files than these no rows are looked at.
const LOOKED_INTO: usize = 24;

/// Every file that is there now and was not before, or not since then, in the order of names. Refused ones are passed
/// over: nothing was ever counted of them.
pub fn arrivals(stage: &Stage<'_>, before: &Files, now: &Files) -> Result<Vec<Arrival>, Stopped> {
    let catalog = &stage.project.catalog;
    let came: Vec<&String> =
        now.iter().filter(|(hash, at)| before.get(*hash) != Some(at)).map(|(hash, _)| hash).collect();
    if came.is_empty() {
        return Ok(Vec::new());
    }
    let state = stage.state(now);
    let all = state.submissions();
    let earlier = stage.state(before).submissions();
    let (current, ties) = state.current(catalog);
    let held = Held { stage, state: &state, all: &all, earlier: &earlier, current: &current, ties: &ties };
    let look = came.len() <= LOOKED_INTO;
    let mut arrivals =
        came.into_iter().filter_map(|hash| held.arrival(hash, look).transpose()).collect::<Result<Vec<_>, _>>()?;
    arrivals.sort_by(|a: &Arrival, b| (&a.name, &a.hash).cmp(&(&b.name, &b.hash)));
    Ok(arrivals)
}

struct Held<'a> {
    stage: &'a Stage<'a>,
    state: &'a State,
    /// Of now, whether they count or not.
    all: &'a [Submission],
    /// Of before, all of them.
    earlier: &'a [Submission],
    current: &'a [Submission],
    ties: &'a [Tie],
}

impl Held<'_> {
    fn catalog(&self) -> &Catalog {
        &self.stage.project.catalog
    }

    fn covered(&self, submission: &Submission) -> i64 {
        let day = submission.received.with_timezone(&self.catalog().programme.time_zone).date_naive();
        covers(self.catalog(), submission.period, submission.reporting_date, day)
    }

    fn arrival(&self, hash: &str, look: bool) -> Result<Option<Arrival>, Stopped> {
        let Some(file) = self.state.files.get(hash) else { return Ok(None) };
        let tables = file.read.iter().flat_map(|read| &read.tables);
        let things: BTreeSet<String> = tables
            .map(|table| match &table.belongs {
                Belongs::Collection(code) => facts::collection(code),
                Belongs::Wave { survey, .. } => facts::survey(survey),
            })
            .collect();
        let own: Vec<&Submission> = self.all.iter().filter(|one| one.file == hash).collect();
        let name = file.received.name.clone();
        let waves = self.waves(hash);
        let (kind, partner, says) = if let Some(first) = own.first() {
            let (kind, says) = self.submission(&own, first, &name, look)?;
            (kind, Some(first.partner.to_string()), says)
        } else if let Some(titles) = &waves {
            (CauseKind::Answers, None, format!("answers to {titles} came: {name}"))
        } else {
            return Ok(None);
        };
        let counted = self.current.iter().any(|one| one.file == hash);
        let tied = self.ties.iter().any(|tie| tie.contenders.iter().any(|one| one.file == hash));
        let counts = counted || tied || waves.is_some();
        let says = match (counts, counted || !tied) {
            (false, _) => format!("{says}. It does not count: another report stands in its place"),
            (true, false) => format!("{says}. It ties with another report, so both are put aside"),
            _ => says,
        };
        Ok(Some(Arrival { hash: hash.to_owned(), name, kind, partner, says: format!("{says}."), things, counts }))
    }

    /// The waves whose answers a file holds, in words; None where it holds none that count.
    fn waves(&self, hash: &str) -> Option<String> {
        let language = &self.catalog().programme.language;
        let mut titles = Vec::new();
        for survey in &self.catalog().surveys {
            for wave in &survey.waves {
                let counting = self.state.wave(survey.code.as_str(), wave.code.as_str());
                if counting.iter().any(|(file, _)| file.received.file == hash) {
                    titles.push(format!("{}, {}", survey.title.get(language), wave.title.get(language)));
                }
            }
        }
        (!titles.is_empty()).then(|| titles.join("; "))
    }

    /// Of the tables of a partner's file what they are together, and a sentence.
    fn submission(
        &self,
        own: &[&Submission],
        first: &Submission,
        name: &str,
        look: bool,
    ) -> Result<(CauseKind, String), Stopped> {
        let catalog = self.catalog();
        let mut kind = CauseKind::Correction;
        let mut late = 0;
        let mut of: Vec<(String, String)> = Vec::new();
        for submission in own {
            let Some(collection) = catalog.collection(&submission.collection) else { continue };
            let covered = self.covered(submission);
            if !self.reported(submission, collection, covered) {
                late = late.max(self.days_late(submission, collection, covered));
                kind = if late > 0 { CauseKind::LateData } else { CauseKind::NewSubmission };
            }
            let period =
                catalog.programme.calendar.period(covered).filter(|_| collection.has_periods() && covered >= 1);
            let title = collection.title.get(&catalog.programme.language).to_owned();
            let line = (period.map_or_else(String::new, |period| period.label), title);
            if !of.contains(&line) {
                of.push(line);
            }
        }
        let partner = catalog.partner(&first.partner).map_or(first.partner.as_str(), |partner| &partner.name);
        let what = listed(&of);
        let rows = if look { self.rows(own)? } else { None };
        let rows = rows.map_or_else(String::new, |rows| format!(": {rows}"));
        let says = match kind {
            CauseKind::Correction => {
                let instead = self.instead(first).map_or_else(String::new, |old| format!(" in place of {old}"));
                format!("{partner} corrected its report of {what} ({name}{instead}){rows}")
            }
            CauseKind::LateData => {
                let days = if late == 1 { "day" } else { "days" };
                format!("{partner} reported {what}, {late} {days} late ({name}){rows}")
            }
            _ => format!("{partner} reported {what} ({name}){rows}"),
        };
        Ok((kind, says))
    }

    /// Whether a partner had reported this before.
    fn reported(&self, submission: &Submission, collection: &Collection, covered: i64) -> bool {
        self.earlier.iter().any(|one| {
            one.file != submission.file
                && one.partner == submission.partner
                && one.collection == submission.collection
                && (!collection.has_periods() || self.covered(one) == covered)
        })
    }

    fn days_late(&self, submission: &Submission, collection: &Collection, covered: i64) -> i64 {
        let programme = &self.catalog().programme;
        let due: Option<NaiveDate> = programme
            .calendar
            .period(covered)
            .filter(|_| collection.has_periods() && covered >= 1)
            .and_then(|period| period.last.checked_add_days(Days::new(collection.due_days)));
        let day = submission.received.with_timezone(&programme.time_zone).date_naive();
        due.map_or(0, |due| (day - due).num_days().max(0))
    }

    /// The name of the file that counted in its place before.
    fn instead(&self, submission: &Submission) -> Option<&str> {
        let same = |one: &&Submission| {
            one.partner == submission.partner
                && one.collection == submission.collection
                && self.covered(one) == self.covered(submission)
        };
        let latest =
            self.earlier.iter().filter(same).max_by_key(|one| (one.reporting_date, one.revision, one.receipt))?;
        Some(&latest.name)
    }

    /// Rows and cells that are not what they were in the report before; new rows are counted only.
    fn rows(&self, own: &[&Submission]) -> Result<Option<String>, Stopped> {
        let Stage { project, store, .. } = self.stage;
        let mut told: Vec<String> = Vec::new();
        let (mut more, mut new) = (0, 0);
        let mut seen = BTreeSet::new();
        for submission in own {
            // Several sheets of one file are one submission.
            if !seen.insert((&submission.collection, submission.period)) {
                continue;
            }
            let difference = answer::difference(project, store, self.state, self.all, submission)?;
            let Some(RowChanges { new: came, gone, corrected, more: others, .. }) = difference else { continue };
            new += came.len();
            more += others;
            let empty = || "nothing".to_owned();
            let cells = corrected.into_iter().map(|one| {
                let (was, is) = (one.before.unwrap_or_else(empty), one.now.unwrap_or_else(empty));
                format!("{} of {} was {was} and is {is}", one.column, one.key)
            });
            let gone = gone
                .into_iter()
                .map(|row| format!("{} is {}", row.key, if row.kept_out { "kept out now" } else { "gone" }));
            told.extend(cells.chain(gone));
        }
        more += told.len().saturating_sub(TOLD);
        told.truncate(TOLD);
        if more > 0 {
            told.push(format!("{more} more changes"));
        }
        match new {
            0 => {}
            1 => told.push("1 row is new".into()),
            _ => told.push(format!("{new} rows are new")),
        }
        Ok((!told.is_empty()).then(|| told.join("; ")))
    }
}

/// `Agreements and Contacts of 2016-Q1`.
fn listed(of: &[(String, String)]) -> String {
    let mut periods: Vec<&str> = of.iter().map(|(period, _)| period.as_str()).collect();
    periods.dedup();
    let each = periods.into_iter().map(|period| {
        let titles: Vec<&str> =
            of.iter().filter(|(other, _)| other == period).map(|(_, title)| title.as_str()).collect();
        let titles = match titles.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
            _ => titles.join(""),
        };
        if period.is_empty() { titles } else { format!("{titles} for {period}") }
    });
    each.collect::<Vec<_>>().join("; ")
}
