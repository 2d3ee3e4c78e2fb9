//! How old data is against what `[[freshness]]` declares, on a day. In outputs ages are days of the scoreboard's own day,
//! so that the same run gives the same bytes.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use super::attempt::{Attempt, Outcome};
use super::produce::gate_finding;
use super::project::Project;
use super::sources;
use super::state::State;
use crate::define::catalog::Partner;
use crate::finding::{Finding, Place, Severity, rules};
use crate::model::code::{CollectionCode, PartnerCode};
use crate::model::freshness::{Freshness, Judged, Of};
use crate::store::{Entry, Kind};

/// One thing whose age is declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Age {
    /// A collection, a source, or `scoreboard`.
    pub of: String,
    pub partner: Option<PartnerCode>,
    /// The day of its latest; None: there was none yet, and its age counts from the programme's first day.
    pub latest: Option<NaiveDate>,
    pub days: i64,
    pub judged: Judged,
    /// In a sentence.
    says: String,
}

impl Age {
    /// What is to be said of it; None where it is fresh.
    pub fn finding(&self) -> Option<Finding> {
        let severity = match self.judged {
            Judged::Fresh => return None,
            Judged::Warn(_) => Severity::Warning,
            Judged::Fail(_) => Severity::Error,
        };
        let partner = self.partner.as_ref().map(PartnerCode::as_str);
        let finding = Finding::new(&rules::DATA_STALE, severity, Place::Project, self.says.clone());
        Some(finding.help(rules::DATA_STALE.fix).partner(partner))
    }

    pub fn gate(&self) -> Option<Finding> {
        matches!(self.judged, Judged::Fail(_)).then(|| gate_finding(self.says.clone()))
    }
}

/// What is declared, judged on a day from what was known by then: collections and sources.
pub fn judge(project: &Project, entries: &[Entry], state: &State, as_of: NaiveDate) -> Vec<Age> {
    project.catalog.freshness.iter().flat_map(|one| judge_one(project, one, entries, state, as_of)).collect()
}

/// The age of the scoreboard itself, which no output can tell.
pub fn of_scoreboard(project: &Project, entries: &[Entry], as_of: NaiveDate) -> Vec<Age> {
    let zone = project.catalog.programme.time_zone;
    let done = |entry: &&Entry| match entry.kind {
        Kind::Run => true,
        Kind::Attempt => Attempt::of(entry).is_some_and(|attempt| {
            matches!(attempt.outcome, Outcome::Published | Outcome::Unchanged | Outcome::Attention)
        }),
        _ => false,
    };
    let latest = entries.iter().rev().find(done).map(|entry| entry.at.with_timezone(&zone).date_naive());
    let declared = project.catalog.freshness.iter().filter(|one| one.of == Of::Scoreboard);
    let one = |declared: &Freshness| {
        age(project, declared, ("scoreboard", None), latest, as_of, |days, most| match latest {
            Some(_) => format!("the last scoreboard is {days} days old; at most {most} are declared"),
            None => format!(
                "no scoreboard was published yet, and the programme began {days} days ago; at most {most} are declared"
            ),
        })
    };
    declared.map(one).collect()
}

fn judge_one(project: &Project, declared: &Freshness, entries: &[Entry], state: &State, as_of: NaiveDate) -> Vec<Age> {
    match &declared.of {
        Of::Scoreboard => Vec::new(),
        Of::Source(source) => {
            let latest = last_success(project, entries, source.as_str(), state.known_at);
            vec![age(project, declared, (source.as_str(), None), latest, as_of, |days, most| match latest {
                Some(_) => format!("what was fetched from `{source}` is {days} days old; at most {most} are declared"),
                None => format!(
                    "nothing was ever fetched from `{source}`, and the programme began {days} days ago; at most {most} \
                     are declared"
                ),
            })]
        }
        Of::Collection { code, each } => {
            let latest = latest(project, state, code);
            if !each {
                let newest = latest.values().max().copied();
                return vec![age(project, declared, (code.as_str(), None), newest, as_of, |days, most| match newest {
                    Some(_) => format!("the newest of `{code}` is {days} days old; at most {most} are declared"),
                    None => format!(
                        "nothing has come for `{code}`, and the programme began {days} days ago; at most {most} are \
                         declared"
                    ),
                })];
            }
            let partners = project.catalog.partners.iter().filter(|partner| partner.takes_part(code));
            let one = |partner: &Partner| {
                let own = latest.get(&partner.code).copied();
                let name = &partner.name;
                age(project, declared, (code.as_str(), Some(&partner.code)), own, as_of, |days, most| match own {
                    Some(_) => format!("the latest `{code}` of {name} is {days} days old; at most {most} are declared"),
                    None => format!(
                        "nothing has come for `{code}` from {name}, and the programme began {days} days ago; at most \
                         {most} are declared"
                    ),
                })
            };
            partners.map(one).collect()
        }
    }
}

fn age(
    project: &Project,
    declared: &Freshness,
    (of, partner): (&str, Option<&PartnerCode>),
    latest: Option<NaiveDate>,
    as_of: NaiveDate,
    says: impl Fn(i64, i64) -> String,
) -> Age {
    let since = latest.unwrap_or(project.catalog.programme.calendar.start);
    // What came after the day of the scoreboard is new on it.
    let days = (as_of - since).num_days().max(0);
    let judged = declared.judge(days);
    let most = match judged {
        Judged::Fresh => 0,
        Judged::Warn(most) | Judged::Fail(most) => most,
    };
    Age { of: of.to_owned(), partner: partner.cloned(), latest, days, judged, says: says(days, most) }
}

/// The day of each partner's latest accepted submission: the one that it states, else the one on which it came.
fn latest(project: &Project, state: &State, code: &CollectionCode) -> BTreeMap<PartnerCode, NaiveDate> {
    let zone = project.catalog.programme.time_zone;
    let mut latest = BTreeMap::new();
    for submission in state.submissions().into_iter().filter(|one| one.collection == *code) {
        let came = submission.received.with_timezone(&zone).date_naive();
        let day = submission.reporting_date.unwrap_or(came);
        let known = latest.entry(submission.partner).or_insert(day);
        *known = day.max(*known);
    }
    latest
}

/// The day on which a source was last fetched.
fn last_success(
    project: &Project,
    entries: &[Entry],
    source: &str,
    known_at: Option<DateTime<Utc>>,
) -> Option<NaiveDate> {
    let zone = project.catalog.programme.time_zone;
    let ages = sources::ages_by(entries, &project.catalog, known_at);
    let age = ages.into_iter().find(|age| age.code == source)?;
    age.last_success.map(|at| at.with_timezone(&zone).date_naive())
}
