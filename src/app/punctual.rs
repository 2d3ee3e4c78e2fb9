//! Completeness and timeliness: which reports were due, which came, and which in time. docs/methods.md, section 2.

use chrono::{Days, NaiveDate};

use super::project::Project;
use super::reading::covers;
use super::state::State;
use crate::define::catalog::{Collection, Partner};
use crate::model::code::{CollectionCode, PartnerCode};
use crate::model::submission::Submission;

/// What became of one report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// On or before the day on which it was due.
    InTime(NaiveDate),
    Late(NaiveDate),
    /// It came, and on which day is not known: it was put in after the day that is looked at, and states no date.
    Undated,
    Owed,
}

/// One report that was due: of a partner, for a collection and a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueReport {
    pub partner: PartnerCode,
    pub collection: CollectionCode,
    /// The number of the period, and what it is called.
    pub period: i64,
    pub label: String,
    pub due_on: NaiveDate,
    pub arrival: Arrival,
    /// After the day on which it was due: until it came, or until the day that is looked at. 0: in time, or not known.
    pub days_late: i64,
}

/// Reports of a partner, a collection or all of them, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub due: u64,
    pub received: u64,
    pub in_time: u64,
    pub late: u64,
    /// Received on a day that is not known: they are in no timeliness.
    pub undated: u64,
}

impl Tally {
    pub fn of<'r>(reports: impl IntoIterator<Item = &'r DueReport>) -> Self {
        let mut tally = Self::default();
        for report in reports {
            tally.due += 1;
            match report.arrival {
                Arrival::InTime(_) => tally.in_time += 1,
                Arrival::Late(_) => tally.late += 1,
                Arrival::Undated => tally.undated += 1,
                Arrival::Owed => {}
            }
        }
        tally.received = tally.in_time + tally.late + tally.undated;
        tally
    }

    /// Those of which it is known whether they were in time.
    pub fn timed(&self) -> u64 {
        self.due - self.undated
    }
}

/// Every report that was due by a day, by partner, collection and period.
pub fn reports(project: &Project, state: &State, as_of: NaiveDate) -> Vec<DueReport> {
    let catalog = &project.catalog;
    let submissions = state.submissions();
    let mut reports = Vec::new();
    for partner in &catalog.partners {
        for collection in catalog.collections.iter().filter(|one| one.has_periods() && partner.takes_part(&one.code)) {
            let own = submissions.iter().filter(|one| one.partner == partner.code && one.collection == collection.code);
            let came: Vec<(i64, Option<NaiveDate>)> = own.map(|one| came(project, one, as_of)).collect();
            reports.extend(of(project, partner, collection, &came, as_of));
        }
    }
    reports
}

/// The period that a submission covers, and the day on which it came.
fn came(project: &Project, submission: &Submission, as_of: NaiveDate) -> (i64, Option<NaiveDate>) {
    let catalog = &project.catalog;
    let received = submission.received.with_timezone(&catalog.programme.time_zone).date_naive();
    let covered = covers(catalog, submission.period, submission.reporting_date, received);
    // Files put in later, of a time before this program was used: then what they state is all that is known.
    let day = if received <= as_of { Some(received) } else { submission.reporting_date.filter(|day| *day <= as_of) };
    (covered, day)
}

fn of(
    project: &Project,
    partner: &Partner,
    collection: &Collection,
    came: &[(i64, Option<NaiveDate>)],
    as_of: NaiveDate,
) -> Vec<DueReport> {
    let calendar = &project.catalog.programme.calendar;
    let last = calendar.latest_due(as_of, collection.due_days).map_or(0, |period| period.number);
    let one = |number: i64| {
        let period = calendar.period(number)?;
        let due_on = period.last.checked_add_days(Days::new(collection.due_days)).unwrap_or(period.last);
        let speaks = |covered: i64| if collection.by_period { covered == number } else { covered >= number };
        let days = || came.iter().filter(|(covered, _)| speaks(*covered)).map(|(_, day)| *day);
        let arrival = match (days().flatten().min(), days().next()) {
            (Some(day), _) if day <= due_on => Arrival::InTime(day),
            (Some(day), _) => Arrival::Late(day),
            (None, Some(_)) => Arrival::Undated,
            (None, None) => Arrival::Owed,
        };
        let until = match arrival {
            Arrival::InTime(day) | Arrival::Late(day) => day,
            Arrival::Undated => due_on,
            Arrival::Owed => as_of,
        };
        Some(DueReport {
            partner: partner.code.clone(),
            collection: collection.code.clone(),
            period: number,
            label: period.label,
            due_on,
            arrival,
            days_late: (until - due_on).num_days().max(0),
        })
    };
    (1..=last).filter_map(one).collect()
}
