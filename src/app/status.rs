//! `scoreboard status`: who has reported what, for which period, in time or not; what was sent back; how old everything
//! is. Looks only: it needs no lock, changes nothing and computes no figure.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};

use super::assemble::{mended, reporting};
use super::freshness::{self, Age};
use super::known::KnownAt;
use super::project::Project;
use super::punctual::{self, DueReport};
use super::reading::Belongs;
use super::sources::{self, SourceAge};
use super::state::{FileState, Known, State};
use super::told::{self, Notice};
use super::{Stopped, ingest};
use crate::finding::suggest::nearest;
use crate::finding::{Finding, Place, Rule, rules};
use crate::model::closing::Closed;
use crate::model::code::PartnerCode;
use crate::model::scoreboard::Reporting;
use crate::model::submission::Submission;
use crate::store::Store;

/// What is looked at.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The day by which reports are due.
    pub as_of: Option<NaiveDate>,
    pub known_at: Option<KnownAt>,
    /// Only of this partner, this collection, this period.
    pub partner: Option<String>,
    pub collection: Option<String>,
    pub period: Option<String>,
}

/// The state of reporting on a day.
#[derive(Debug)]
pub struct Status {
    pub as_of: NaiveDate,
    pub lines: Vec<Reporting>,
    /// Every report that was due.
    pub reports: Vec<DueReport>,
    /// What partners have to correct still.
    pub sent_back: Vec<SentBack>,
    /// Why nobody can look into the inbox.
    pub inbox: Option<Finding>,
    /// Files of the inbox that were never read, by name: the next run will.
    pub waiting: Vec<String>,
    pub sources: Vec<SourceAge>,
    pub ages: Vec<Age>,
    /// Messages that may not have arrived.
    pub unknown: Vec<Notice>,
    /// Periods that are closed, in their order.
    pub closed: Vec<Closed>,
}

/// What a partner sent, and was told to correct.
#[derive(Debug, Clone)]
pub struct SentBack {
    pub file: String,
    pub partner: Option<String>,
    /// None where the whole file was refused.
    pub collection: Option<String>,
    /// When the file came.
    pub received: DateTime<Utc>,
    /// Rows that are kept out; 0 where the whole file was refused.
    pub rows_kept_out: u64,
    /// The first of what is wrong.
    pub says: String,
}

/// Looks at what was received.
///
/// # Errors
/// Where the store cannot be read, or there is nothing of what is asked for.
pub fn run(project: &Project, options: &Options) -> Result<Status, Stopped> {
    let as_of = project.as_of(options.as_of);
    let only = Only::of(project, options)?;
    let mut store = Store::look(&project.store())?;
    let entries = store.ledger_mut().entries()?;
    let state = State::replay(&entries, &project.catalog.reading_hash);
    let inbox = ingest::reachable(project).err().and_then(|stopped| stopped.0.into_iter().next());
    let waiting = ingest::waiting(project, &state);
    let known = Known::by(project.known_at(options.known_at));
    let state = State::replay_known(&entries, &project.catalog.reading_hash, known);
    let (submissions, _) = state.current(&project.catalog);
    let mut lines = reporting(project, &submissions, as_of);
    lines.retain(|line| only.covers(Some(line.partner.as_str()), Some(&line.collection)));
    let mut reports = punctual::reports(project, &state, as_of);
    reports.retain(|one| {
        only.covers(Some(one.partner.as_str()), Some(one.collection.as_str()))
            && only.period.is_none_or(|period| period == one.period)
    });
    let mut sent_back = sent_back(&state, &submissions);
    sent_back.retain(|one| only.covers(one.partner.as_deref(), one.collection.as_deref()));
    let mut ages = freshness::judge(project, &entries, &state, as_of);
    ages.extend(freshness::of_scoreboard(project, &entries, as_of));
    ages.retain(|age| only.covers(age.partner.as_ref().map(PartnerCode::as_str), Some(&age.of)));
    let sources = sources::ages_by(&entries, &project.catalog, known.at);
    let unknown = told::unknown(&entries);
    Ok(Status { as_of, lines, reports, sent_back, inbox, waiting, sources, ages, unknown, closed: state.closed })
}

/// What is asked for; None: all.
struct Only<'o> {
    partner: Option<&'o str>,
    collection: Option<&'o str>,
    period: Option<i64>,
}

impl<'o> Only<'o> {
    fn of(project: &Project, options: &'o Options) -> Result<Self, Stopped> {
        let catalog = &project.catalog;
        let partners: Vec<&str> = catalog.partners.iter().map(|one| one.code.as_str()).collect();
        let partner = known_code(options.partner.as_deref(), "partner", &partners, &rules::UNKNOWN_PARTNER)?;
        let collections: Vec<&str> = catalog.collections.iter().map(|one| one.code.as_str()).collect();
        let collection =
            known_code(options.collection.as_deref(), "collection", &collections, &rules::UNKNOWN_COLLECTION)?;
        let calendar = &catalog.programme.calendar;
        let period = options.period.as_deref().map(|text| {
            calendar.parse(text).ok_or_else(|| {
                let label = |number| calendar.period(number).map_or_else(String::new, |period| period.label);
                let message = format!("the programme has no period `{text}`");
                let finding = Finding::error(&rules::BAD_VALUE, Place::Project, message);
                let last = label(calendar.number_of(calendar.end));
                Stopped::one(finding.help(format!("Its periods are {} to {last}.", label(1))))
            })
        });
        Ok(Self { partner, collection, period: period.transpose()? })
    }

    fn covers(&self, partner: Option<&str>, collection: Option<&str>) -> bool {
        let partner = self.partner.is_none_or(|wanted| partner == Some(wanted));
        partner && self.collection.is_none_or(|wanted| collection.is_none_or(|is| is == wanted))
    }
}

fn known_code<'o>(
    asked: Option<&'o str>,
    what: &str,
    known: &[&str],
    rule: &'static Rule,
) -> Result<Option<&'o str>, Stopped> {
    match asked {
        Some(code) if !known.contains(&code) => {
            let finding = Finding::error(rule, Place::Project, format!("no {what} is called `{code}`"));
            let help = format!("Declared are {}.", known.join(", "));
            Err(Stopped::one(finding.suggest(nearest(code, known.iter().copied())).help(help)))
        }
        asked => Ok(asked),
    }
}

/// Files that were refused and rows that are kept out, as long as nothing came in their place.
fn sent_back(state: &State, current: &[Submission]) -> Vec<SentBack> {
    let counting: BTreeSet<i64> = current.iter().map(|submission| submission.section).collect();
    let mut found = Vec::new();
    for file in state.files.values() {
        let Some(read) = &file.read else { continue };
        let one = |partner: Option<String>, collection, rows_kept_out, says: String| SentBack {
            file: file.received.name.clone(),
            partner,
            collection,
            received: file.at,
            rows_kept_out,
            says,
        };
        if let Some(finding) = read.findings.iter().find(|finding| finding.is_error())
            && read.tables.is_empty()
            && !mended(file, finding, current)
            && !sent_again(file, state)
        {
            found.push(one(finding.partner.clone(), None, 0, finding.message.clone()));
        }
        for table in read.tables.iter().filter(|table| table.kept_out_count > 0) {
            // Sheets of nobody stand in no submission, and nothing replaces them.
            if table.partner.is_some() && !counting.contains(&table.section) {
                continue;
            }
            let first = table.kept_out.first().and_then(|row| row.reasons.first());
            let says = first.map_or_else(String::new, |(_, reason)| reason.clone());
            let collection = match &table.belongs {
                Belongs::Collection(code) => Some(code.clone()),
                Belongs::Wave { .. } => None,
            };
            found.push(one(table.partner.clone(), collection, table.kept_out_count, says));
        }
    }
    found.sort_by(|a, b| (&a.partner, a.received, &a.file).cmp(&(&b.partner, b.received, &b.file)));
    found
}

/// Whether a later file of the same name was accepted.
fn sent_again(file: &FileState, state: &State) -> bool {
    state.files.values().any(|other| {
        other.received.name == file.received.name
            && other.receipt > file.receipt
            && other.read.as_ref().is_some_and(|read| !read.tables.is_empty())
    })
}
