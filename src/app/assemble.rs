//! From what the store holds to a [`Scoreboard`]: which rows count, the figures, and all that stands beside them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use polars::prelude::{DataFrame, Int64Chunked, IntoSeries as _, NewChunkedArray as _, SortMultipleOptions};
use sha2::{Digest, Sha256};

use super::project::Project;
use super::state::{FileState, State, latest_day};
use super::{Stopped, answer, closing, copies, fault};
use crate::compute::Origin;
use crate::compute::evidence::Gathered;
use crate::compute::{self, Inputs, Records, WaveInput};
use crate::define::catalog::{Collection, Partner, Report};
use crate::finding::{self, Finding, Place, rules};
use crate::model::export::Format;
use crate::model::hash::hex;
use crate::model::scoreboard::{
    InputFile, KeptOut, PartnerFacts, ProgrammeFacts, Reporting, ReportingState, Scoreboard,
};
use crate::model::submission::{Submission, Tie};
use crate::sql::frame::{integer, keep};
use crate::store::Store;

/// The code of a run: inputs, definitions, program and instants, twelve characters.
pub fn run_code(project: &Project, state: &State, as_of: NaiveDate) -> String {
    let mut hasher = Sha256::new();
    hasher.update(env!("CARGO_PKG_VERSION"));
    hasher.update(&project.catalog.hash);
    hasher.update(as_of.to_string());
    hasher.update(state.known_at.map(|instant| instant.to_rfc3339()).unwrap_or_default());
    for (hash, file) in &state.files {
        hasher.update(hash);
        // A file that says nothing of its partner belongs to whom its name says.
        hasher.update(&file.received.name);
    }
    // Which of them counts: a server's answers may become what they were before, and then no file is new.
    for hash in state.fetched().into_values() {
        hasher.update(hash);
    }
    for closed in &state.closed {
        hasher.update(closing::to_json(closed).to_string());
    }
    hex(&hasher.finalize()).chars().take(12).collect()
}

/// What counts: the data that every figure is computed from.
pub struct Counting {
    /// As the store numbers their sections.
    pub stored: Vec<Submission>,
    /// The same, numbered as rows and figures have them.
    pub submissions: Vec<Submission>,
    pub ties: Vec<Tie>,
    pub records: Records,
    pub waves: Vec<WaveInput>,
}

/// Gathers what counts on a day.
pub fn counting(project: &Project, store: &Store, state: &State, as_of: NaiveDate) -> Result<Counting, Stopped> {
    let catalog = &project.catalog;
    let (stored, ties) = state.current(catalog);
    let order = Order::of(state);
    let rows = rows(store, state, &stored, &order)?;
    let mut submissions = stored.clone();
    for submission in &mut submissions {
        submission.section = order.place(submission.section);
    }
    submissions.sort_by_key(|submission| submission.section);
    let records = Records::new(catalog, &rows, &submissions, as_of)
        .map_err(|error| fault("rows cannot be put together", error))?;
    let mut waves = waves(project, store, state, &order)?;
    for wave in &mut waves {
        let Some(survey) = catalog.survey(&wave.survey) else { continue };
        let organisations = &records.organisations;
        organisations
            .put_into_answers(&mut wave.rows, survey.respondent.as_str())
            .map_err(|error| fault("answers cannot be matched", error))?;
    }
    Ok(Counting { stored, submissions, ties, records, waves })
}

/// Sections numbered as if all files had come at once, sorted by name. The store numbers them as they came; but the
/// order of rows decides which of two stands first, so what came in another order must have the same.
struct Order(BTreeMap<i64, i64>);

impl Order {
    fn of(state: &State) -> Self {
        let mut files: Vec<&FileState> = state.files.values().collect();
        files.sort_by_key(|file| (&file.received.name, &file.received.file));
        let sections = files.into_iter().flat_map(|file| file.read.iter()).flat_map(|read| {
            let mut sections: Vec<i64> = read.tables.iter().map(|table| table.section).collect();
            sections.sort_unstable();
            sections
        });
        Self(sections.zip(1..).collect())
    }

    fn place(&self, section: i64) -> i64 {
        self.0.get(&section).copied().unwrap_or(section)
    }
}

/// One report's scoreboard; and all its evidence as a table, where the workbook has room for a part only.
pub fn assemble(
    project: &Project,
    store: &Store,
    state: &State,
    report: &Report,
    as_of: NaiveDate,
    inbox: &[Finding],
) -> Result<(Scoreboard, Option<DataFrame>), Stopped> {
    let catalog = &project.catalog;
    let Counting { stored, submissions, ties, records, waves } = counting(project, store, state, as_of)?;
    let inputs = Inputs {
        catalog,
        as_of,
        thresholds: report.thresholds,
        submissions: &submissions,
        records: &records,
        waves: &waves,
    };
    let mut computed =
        compute::compute(&inputs, &report.indicators).map_err(|error| fault("a figure cannot be computed", error))?;
    closing::apply(catalog, state, &submissions, &mut computed.indicators);
    let matrices = compute::matrix::matrices(&inputs, &report.matrices)
        .map_err(|error| fault("a matrix cannot be computed", error))?;
    let chains =
        compute::chain::chains(&inputs, &report.chains).map_err(|error| fault("a chain cannot be followed", error))?;
    // Decisions name organisations of all partners: nothing for one of them.
    let whole_programme = report.presentation.partner.is_none();
    let organisations = if whole_programme { compute::overlap::told(&inputs, &report.indicators) } else { None };
    let all = report.exports.formats.contains(&Format::Parquet);
    let limit = report.evidence_rows;
    let Gathered { mut evidence, whole } =
        compute::evidence::evidence(&inputs, &computed.indicators, computed.answers, limit, all)
            .map_err(|error| fault("evidence cannot be gathered", error))?;

    if !report.audience.is_restricted() {
        copies::gather(project, store, state, &mut evidence, report.copies)?;
    }

    let counted: BTreeSet<i64> = stored.iter().map(|submission| submission.section).collect();
    let reporting = reporting(project, &submissions, as_of);
    let mut findings: Vec<Finding> = project.findings.clone();
    findings.extend(inbox.iter().cloned());
    findings.extend(file_findings(state, &counted, &submissions));
    findings.extend(ties.iter().map(tie));
    findings.extend(computed.findings);
    findings.extend(answer::missing_rows(project, store, state, &stored)?);
    findings.extend(not_reported(project, &reporting));
    // What it names may be another partner's.
    findings.retain(|finding| whole_programme || finding.rule.id != rules::DECISION_UNKNOWN.id);
    finding::sort(&mut findings);
    findings.dedup();
    let live = || {
        let tables = state.files.values().flat_map(|file| file.read.iter().flat_map(|read| read.tables.iter()));
        tables.filter(|table| counted.contains(&table.section) || table.partner.is_none())
    };
    let mut kept_out: Vec<KeptOut> = live().flat_map(|table| table.kept_out.iter().cloned()).collect();
    let kept_out_total = live().map(|table| table.kept_out_count).sum();
    kept_out.sort_by(|a, b| (&a.file, &a.sheet, a.row).cmp(&(&b.file, &b.sheet, b.row)));
    let programme = &catalog.programme;
    let scoreboard = Scoreboard {
        report: report.code.clone(),
        audience: report.audience,
        title: report.title.clone(),
        programme: ProgrammeFacts {
            code: programme.code.clone(),
            title: programme.title.clone(),
            start: programme.calendar.start,
            end: programme.calendar.end,
            as_of,
            calendar: programme.calendar.clone(),
            currency: programme.currency.clone(),
            language: programme.language.clone(),
            illustrative: programme.illustrative.clone(),
            partners: catalog
                .partners
                .iter()
                .map(|partner| PartnerFacts {
                    code: partner.code.clone(),
                    name: partner.name.clone(),
                    country: partner.country.clone(),
                })
                .collect(),
        },
        run: run_code(project, state, as_of),
        known_at: state.known_at,
        ledger_head: state.head.clone(),
        definitions_hash: catalog.hash.clone(),
        thresholds: report.thresholds,
        presentation: report.presentation.clone(),
        indicators: computed.indicators,
        changes: None,
        surveys: computed.surveys,
        matrices,
        chains,
        organisations,
        comparisons: computed.comparisons,
        findings,
        kept_out,
        kept_out_total,
        reporting,
        evidence,
        inputs: input_files(state, &counted),
    };
    Ok((scoreboard, whole))
}

/// The rows of the submissions that count, by collection, in the order of section and place.
fn rows(
    store: &Store,
    state: &State,
    submissions: &[Submission],
    order: &Order,
) -> Result<BTreeMap<String, DataFrame>, Stopped> {
    let parts = state.parts();
    let mut wanted: BTreeMap<&str, BTreeMap<&str, BTreeSet<i64>>> = BTreeMap::new();
    for submission in submissions {
        if let Some(part) = parts.get(&submission.section) {
            wanted
                .entry(submission.collection.as_str())
                .or_default()
                .entry(part)
                .or_default()
                .insert(submission.section);
        }
    }
    let mut tables = BTreeMap::new();
    for (collection, parts) in wanted {
        if let Some(frame) = gather(store, &parts)? {
            tables.insert(collection.to_owned(), ordered(frame, order)?);
        }
    }
    Ok(tables)
}

/// Rows of some sections from some parts.
pub(super) fn gather(store: &Store, parts: &BTreeMap<&str, BTreeSet<i64>>) -> Result<Option<DataFrame>, Stopped> {
    let mut whole: Option<DataFrame> = None;
    for (part, sections) in parts {
        let frame = store.read_part(part)?;
        let truth: Vec<bool> = (0..frame.height())
            .map(|row| integer(&frame, "section", row).is_some_and(|section| sections.contains(&section)))
            .collect();
        let frame = keep(&frame, truth.into_iter()).map_err(|error| fault("rows cannot be read", error))?;
        match &mut whole {
            None => whole = Some(frame),
            Some(whole) => {
                whole.vstack_mut(&frame).map_err(|error| fault("rows cannot be put together", error))?;
            }
        }
    }
    let Some(mut whole) = whole else { return Ok(None) };
    whole.rechunk_mut();
    sorted(&whole).map(Some)
}

fn sorted(rows: &DataFrame) -> Result<DataFrame, Stopped> {
    rows.sort(["section", "place"], SortMultipleOptions::default().with_maintain_order(true))
        .map_err(|error| fault("rows cannot be sorted", error))
}

/// Rows with their sections numbered anew, and sorted by that.
fn ordered(mut rows: DataFrame, order: &Order) -> Result<DataFrame, Stopped> {
    if order.0.iter().all(|(section, place)| section == place) {
        return Ok(rows);
    }
    let places = (0..rows.height()).map(|row| integer(&rows, "section", row).map(|section| order.place(section)));
    let places = Int64Chunked::from_iter_options("section".into(), places).into_series();
    rows.replace("section", places.into()).map_err(|error| fault("rows cannot be numbered", error))?;
    sorted(&rows)
}

fn waves(project: &Project, store: &Store, state: &State, order: &Order) -> Result<Vec<WaveInput>, Stopped> {
    let mut inputs = Vec::new();
    for survey in &project.catalog.surveys {
        for wave in &survey.waves {
            let tables = state.wave(survey.code.as_str(), wave.code.as_str());
            let mut parts: BTreeMap<&str, BTreeSet<i64>> = BTreeMap::new();
            let mut origins = BTreeMap::new();
            for (file, table) in &tables {
                let origin = Origin {
                    file: file.received.name.clone(),
                    sheet: table.sheet.clone(),
                    columns: table.columns.clone(),
                };
                origins.insert(order.place(table.section), origin);
                if let Some(part) = &table.part {
                    parts.entry(part).or_default().insert(table.section);
                }
            }
            if let Some(rows) = gather(store, &parts)? {
                let rows = ordered(rows, order)?;
                inputs.push(WaveInput { survey: survey.code.clone(), wave: wave.code.clone(), rows, origins });
            }
        }
    }
    Ok(inputs)
}

/// Findings of files as far as they matter still: not of sheets that a later submission replaced.
fn file_findings(state: &State, counting: &BTreeSet<i64>, submissions: &[Submission]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in state.files.values() {
        let Some(read) = &file.read else { continue };
        if let Some(day) =
            read.tables.iter().filter_map(|table| table.reporting_date).find(|day| *day > latest_day(file))
        {
            let place = Place::File { file: file.received.name.clone() };
            let message = format!("the reporting date {day} lies after the day on which the file came");
            let partner = read.tables.iter().find_map(|table| table.partner.clone());
            let finding = Finding::error(&rules::DATE_FUTURE, place, message).partner(partner);
            findings.push(
                finding.help(
                    "It is passed over, so any dated report counts before this one. Correct it and send it again.",
                ),
            );
        }
        let live = |section: i64, partner: Option<&str>| counting.contains(&section) || partner.is_none();
        let counts = read.tables.iter().any(|table| live(table.section, table.partner.as_deref()));
        for finding in &read.findings {
            let keep = match &finding.place {
                Place::Cell { sheet, .. } => match read.tables.iter().find(|table| table.sheet == *sheet) {
                    Some(table) => live(table.section, table.partner.as_deref()),
                    None => counts || !mended(file, finding, submissions),
                },
                _ => counts || !mended(file, finding, submissions),
            };
            if keep {
                findings.push(finding.clone());
            }
        }
    }
    findings
}

/// Whether its partner has sent something since that counts.
pub(super) fn mended(file: &FileState, finding: &Finding, submissions: &[Submission]) -> bool {
    let Some(partner) = &finding.partner else { return false };
    submissions.iter().any(|submission| submission.partner.as_str() == partner && submission.receipt > file.receipt)
}

fn tie(tie: &Tie) -> Finding {
    let names: Vec<&str> = tie.contenders.iter().map(|submission| submission.name.as_str()).collect();
    let (first, partner) =
        tie.contenders.first().map_or(("", ""), |one| (one.collection.as_str(), one.partner.as_str()));
    let standing = tie
        .standing
        .as_ref()
        .map_or_else(|| "none of them counts".to_owned(), |standing| format!("{} stands", standing.name));
    let message = format!(
        "{} say the same reporting date and revision for `{first}` of {partner}: {standing}",
        names.join(" and ")
    );
    Finding::error(
        &rules::SUBMISSION_TIE,
        Place::File { file: names.first().copied().unwrap_or("").to_owned() },
        message,
    )
    .help("Raise the reporting date or the revision in the right one, and send it again.")
    .partner(Some(partner))
}

/// One line for each partner and collection.
pub fn reporting(project: &Project, submissions: &[Submission], as_of: NaiveDate) -> Vec<Reporting> {
    let catalog = &project.catalog;
    let each = catalog
        .partners
        .iter()
        .flat_map(|partner| catalog.collections.iter().map(move |collection| (partner, collection)));
    each.map(|(partner, collection)| one_reporting(project, partner, collection, submissions, as_of)).collect()
}

fn one_reporting(
    project: &Project,
    partner: &Partner,
    collection: &Collection,
    submissions: &[Submission],
    as_of: NaiveDate,
) -> Reporting {
    let programme = &project.catalog.programme;
    let calendar = &programme.calendar;
    let due = calendar.latest_due(as_of, collection.due_days).filter(|_| collection.has_periods());
    let own: Vec<&Submission> =
        submissions.iter().filter(|s| s.partner == partner.code && s.collection == collection.code).collect();
    let latest = own.iter().max_by_key(|s| (s.period, s.section)).copied();
    let covered = latest.and_then(|latest| latest.period);
    let state = match (partner.takes_part(&collection.code), latest, &due) {
        (false, ..) => ReportingState::NotTakingPart,
        (_, None, _) => ReportingState::Missing,
        (_, Some(_), Some(due)) if covered.is_none_or(|covered| covered < due.number) => ReportingState::Late,
        _ => ReportingState::Reported,
    };
    Reporting {
        partner: partner.code.clone(),
        collection: collection.code.to_string(),
        collection_title: collection.title.get(&programme.language).to_owned(),
        due_on: due.as_ref().and_then(|due| due.last.checked_add_days(chrono::Days::new(collection.due_days))),
        due: due.map(|due| due.label),
        latest: covered
            .filter(|number| *number >= 1)
            .and_then(|number| calendar.period(number))
            .map(|period| period.label),
        reporting_date: latest.and_then(|latest| latest.reporting_date),
        file: latest.map(|latest| latest.name.clone()),
        rows: own.iter().map(|s| s.rows_accepted).sum(),
        kept_out: own.iter().map(|s| s.rows_kept_out).sum(),
        state,
    }
}

/// One finding for each partner that owes a report.
fn not_reported(project: &Project, reporting: &[Reporting]) -> Vec<Finding> {
    let of = |partner: &Partner| {
        let owed: Vec<&Reporting> = reporting
            .iter()
            .filter(|line| {
                line.partner == partner.code && matches!(line.state, ReportingState::Late | ReportingState::Missing)
            })
            .collect();
        let first = owed.first()?;
        let what: Vec<&str> = owed.iter().map(|line| line.collection_title.as_str()).collect();
        let since = first.due_on.map_or_else(String::new, |day| format!(", due on {}", day.format("%-d %B %Y")));
        let period = first.due.clone().unwrap_or_else(|| "anything".into());
        let message = format!("{} has not reported {period}{since}: {}", partner.name, what.join(", "));
        let finding =
            Finding::warning(&rules::NO_SUBMISSION, Place::Project, message).partner(Some(partner.code.as_str()));
        let contact = partner.contact.as_ref().map_or_else(String::new, |contact| format!(" at {contact}"));
        Some(finding.help(format!("Ask {}{contact} for its workbook.", partner.name)))
    };
    project.catalog.partners.iter().filter_map(of).collect()
}

fn input_files(state: &State, counting: &BTreeSet<i64>) -> Vec<InputFile> {
    let mut files: Vec<InputFile> = state
        .files
        .values()
        .filter_map(|file| {
            let read = file.read.as_ref()?;
            let table =
                read.tables.iter().find(|table| counting.contains(&table.section) || table.partner.is_none())?;
            Some(InputFile {
                name: file.received.name.clone(),
                hash: file.received.file.clone(),
                partner: table.partner.clone(),
            })
        })
        .collect();
    files.sort_by(|a, b| (&a.name, &a.hash).cmp(&(&b.name, &b.hash)));
    files
}
