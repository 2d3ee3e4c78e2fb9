//! `scoreboard template`: for each partner a workbook to fill in, with what it has reported already.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::NaiveDate;

use super::prefill::Prefill;
use super::project::Project;
use super::state::State;
use super::{Progress, Stopped, fault, ingest};
use crate::clock;
use crate::define::catalog::Partner;
use crate::finding::suggest::nearest;
use crate::finding::{Finding, Place, rules};
use crate::layout::plan::TemplatePlan;
use crate::model::period::Period;
use crate::publish::folder::{Receipt, deliver};
use crate::store::Store;
use crate::template::{FilledRow, Template, workbook};

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// None: every partner.
    pub partner: Option<String>,
    /// None: the latest period that has ended, else the first.
    pub period: Option<String>,
    /// None: the project's folder for templates.
    pub out: Option<PathBuf>,
    /// None: the partner's own.
    pub language: Option<String>,
}

/// One workbook.
#[derive(Debug)]
pub struct Made {
    pub partner: String,
    pub period: String,
    pub language: String,
    pub version: String,
    pub reporting_date: NaiveDate,
    pub revision: i64,
    pub receipt: Receipt,
    /// Rows reported already and rows kept out, by collection.
    pub rows: Vec<(String, usize, usize)>,
}

/// Makes the templates. Reads what is new in the inbox first, as a run does.
///
/// # Errors
/// No such partner or period; or what keeps the store from being read or a workbook from being written.
pub fn run(project: &Project, options: &Options, progress: Progress<'_>) -> Result<Vec<Made>, Stopped> {
    let catalog = &project.catalog;
    let partners: Vec<&Partner> = match &options.partner {
        None => catalog.partners.iter().collect(),
        Some(code) => vec![partner(project, code)?],
    };
    let today = clock::now().with_timezone(&catalog.programme.time_zone).date_naive();
    let period = period(project, options.period.as_deref(), today)?;
    // A programme that begins has no inbox yet, and its partners need templates all the same.
    let known = project.store().join("ledger.sqlite").is_file() || ingest::precondition(project).is_ok();
    let received = if known {
        let mut store = Store::open_or_aside(&project.store())?;
        let state = ingest::run(project, &mut store, progress)?.state;
        Some((store, state))
    } else {
        None
    };
    let mut prefill = received.as_ref().map(|(store, state)| Prefill::new(project, store, state));
    let state = received.as_ref().map(|(_, state)| state);
    let folder = options.out.clone().unwrap_or_else(|| project.root.join(&catalog.programme.folders.templates));
    let mut made = Vec::with_capacity(partners.len());
    for (at, partner) in partners.iter().enumerate() {
        progress("writing", at + 1, partners.len());
        let language = options.language.as_deref().unwrap_or(&partner.language);
        let written = write(project, (prefill.as_mut(), state), (partner, &period), (language, today))?;
        made.push(Made {
            partner: partner.code.as_str().to_owned(),
            period: period.label.clone(),
            language: written.language,
            version: written.version,
            reporting_date: today,
            revision: written.revision,
            receipt: deliver(&folder, &written.name, &written.bytes)?,
            rows: written.rows,
        });
    }
    Ok(made)
}

/// A workbook before it lies anywhere.
pub(super) struct Written {
    pub name: String,
    pub bytes: Vec<u8>,
    language: String,
    version: String,
    revision: i64,
    rows: Vec<(String, usize, usize)>,
}

/// Writes one partner's workbook for a period, made today. Nothing is received, and nothing is kept of it.
pub(super) fn write(
    project: &Project,
    (prefill, state): (Option<&mut Prefill<'_>>, Option<&State>),
    (partner, period): (&Partner, &Period),
    (language, today): (&str, NaiveDate),
) -> Result<Written, Stopped> {
    let catalog = &project.catalog;
    // Texts are given by language, whatever the country: `de` for `de-AT`.
    let language = language.split(['-', '_']).next().unwrap_or(language);
    let plan = TemplatePlan::new(catalog, partner, period.clone(), language);
    let mut rows: BTreeMap<String, Vec<FilledRow>> = BTreeMap::new();
    if let Some(prefill) = prefill {
        for collection in catalog.collections.iter().filter(|collection| partner.takes_part(&collection.code)) {
            let filled = prefill.rows(&partner.code, collection, period.number, language)?;
            rows.insert(collection.code.as_str().to_owned(), filled);
        }
    }
    let counts =
        rows.iter().map(|(code, rows)| (code.clone(), rows.len(), rows.iter().filter(|row| row.kept_out).count()));
    let counts = counts.collect();
    let revision = revision(state, partner, period.number, today);
    let template = Template { catalog, partner, plan: &plan, made: today, revision, rows };
    let bytes = workbook(&template).map_err(|error| fault("the template cannot be written", error))?;
    let name = format!("{}_{}_{}.xlsx", catalog.programme.code, partner.code, period.label);
    Ok(Written { name, bytes, language: language.to_owned(), version: plan.version, revision, rows: counts })
}

fn partner<'p>(project: &'p Project, code: &str) -> Result<&'p Partner, Stopped> {
    let partners = &project.catalog.partners;
    partners.iter().find(|partner| partner.code.as_str() == code).ok_or_else(|| {
        let names: Vec<&str> = partners.iter().map(|partner| partner.code.as_str()).collect();
        let finding =
            Finding::error(&rules::UNKNOWN_PARTNER, Place::Project, format!("no partner has the code `{code}`"));
        let finding = finding.suggest(nearest(code, names.iter().copied()));
        Stopped::one(finding.help(format!("The partners are {}.", names.join(", "))))
    })
}

/// The period that is asked for, else the latest that has ended by a day, else the first.
fn period(project: &Project, asked: Option<&str>, today: NaiveDate) -> Result<Period, Stopped> {
    let calendar = &project.catalog.programme.calendar;
    let number = match asked {
        Some(text) => calendar.parse(text),
        None => Some(calendar.latest_due(today, 0).map_or(1, |period| period.number)),
    };
    number.and_then(|number| calendar.period(number)).ok_or_else(|| {
        let message = format!("the programme has no period `{}`", asked.unwrap_or_default());
        let label = |number| calendar.period(number).map_or_else(String::new, |period| period.label);
        let last = calendar.number_of(calendar.end);
        let finding = Finding::error(&rules::BAD_VALUE, Place::Project, message);
        Stopped::one(finding.help(format!("Its periods are {} to {}.", label(1), label(last))))
    })
}

/// One more than the highest that the partner has sent for the period with the same reporting date: so what comes back
/// counts before it.
fn revision(state: Option<&State>, partner: &Partner, period: i64, today: NaiveDate) -> i64 {
    let submissions = state.map(State::submissions).unwrap_or_default();
    let same = submissions.iter().filter(|submission| {
        submission.partner == partner.code
            && submission.period == Some(period)
            && submission.reporting_date == Some(today)
    });
    same.filter_map(|submission| submission.revision).max().unwrap_or(0).saturating_add(1)
}
