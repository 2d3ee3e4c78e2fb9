//! `scoreboard answer`: what a partner is told about what it sent, cell by cell, and what changed since last time.
//!
//! Start with [`run`]. A file that was received is answered from the ledger; another one is looked at as if it had
//! come just now, and nothing is kept of it.

mod changes;
mod give;
mod mark;
mod subject;
mod tell;

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::DataFrame;

use super::assemble::gather;
use super::project::Project;
use super::reading::Belongs;
use super::record::{Read, TableRecord};
use super::state::State;
use super::{Progress, Stopped};
use crate::define::Catalog;
use crate::define::catalog::{Check, Collection};
use crate::finding::translate::translate;
use crate::finding::{Finding, Place, Severity, rules};
use crate::model::code::{CollectionCode, PartnerCode};
use crate::model::letter::Letter;
use crate::model::scoreboard::KeptOut;
use crate::model::submission::{Claim, Submission, before, claim};
use crate::store::Store;

pub use changes::{Changes, Correction, RowChange};
use changes::{Side, compare};
pub use give::{Given, give};
pub use mark::mark;
pub use subject::Subject;

/// Which answers are wanted.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Names of received files, or paths of files to look at; none: every file that matters still.
    pub files: Vec<String>,
    /// Only this partner's.
    pub partner: Option<String>,
}

/// The answer to one file.
#[derive(Debug, Clone)]
pub struct Answer {
    /// As it was called when it came, with folders of the inbox before it.
    pub file: String,
    /// Its SHA-256.
    pub hash: String,
    pub partner: Option<PartnerCode>,
    /// The partner's, else the programme's.
    pub language: String,
    /// `accepted`, `partly_accepted` or `refused`.
    pub verdict: &'static str,
    /// False: the file was looked at, not received.
    pub received: bool,
    pub tables: Vec<AnsweredTable>,
    /// In the partner's language where there is a translation.
    pub findings: Vec<ToldFinding>,
    /// The file before that this one mends, and how many of its errors and warnings are gone.
    pub put_right: Option<(String, usize)>,
    /// All of it as the partner reads it.
    pub letter: Letter,
}

/// One table of the file.
#[derive(Debug, Clone)]
pub struct AnsweredTable {
    /// The code of its collection or survey.
    pub code: String,
    /// In the partner's language.
    pub title: String,
    pub sheet: String,
    /// The label of the period that it reports.
    pub period: Option<String>,
    pub accepted: u64,
    pub kept_out: u64,
    /// False where a later submission stands in its place.
    pub counts: bool,
    /// None where nothing was sent before.
    pub changes: Option<Changes>,
}

/// A finding with the label of the column in which it stands.
#[derive(Debug, Clone)]
pub struct ToldFinding {
    pub finding: Finding,
    pub column: Option<String>,
}

/// Answers files, in the order of partners and names. Reads what is new in the inbox first.
///
/// # Errors
/// A name that no file has; or what keeps files from being read.
pub fn run(project: &Project, request: &Request, progress: Progress<'_>) -> Result<Vec<(Answer, Subject)>, Stopped> {
    let (subjects, store, state) = subject::find(project, request, progress)?;
    let total = subjects.len();
    let mut answers = Vec::with_capacity(total);
    for (at, subject) in subjects.into_iter().enumerate() {
        let answer = Answering { project, store: store.as_ref(), state: &state, subject: &subject }.answer()?;
        progress("answering", at + 1, total);
        answers.push((answer, subject));
    }
    Ok(answers)
}

/// The answer to one file that was received and read; None for a file that was not.
///
/// # Errors
/// When the store cannot be read.
pub fn to_received(
    project: &Project,
    store: &Store,
    state: &State,
    hash: &str,
) -> Result<Option<(Answer, Subject)>, Stopped> {
    let Some(subject) = subject::received(Some(store), state, hash)? else { return Ok(None) };
    let answer = Answering { project, store: Some(store), state, subject: &subject }.answer()?;
    Ok(Some((answer, subject)))
}

/// Who sent a file: as its tables say, else as its findings do.
pub fn sender(read: &Read) -> Option<&str> {
    subject::sender(read)
}

/// Rows of the report before that are in no way in the one that counts now, for each table that replaced another.
///
/// # Errors
/// When the store cannot be read.
pub fn missing_rows(
    project: &Project,
    store: &Store,
    state: &State,
    current: &[Submission],
) -> Result<Vec<Finding>, Stopped> {
    let catalog = &project.catalog;
    let none = BTreeMap::new();
    let all = state.submissions();
    let mut rivals: BTreeMap<Claim<'_>, Vec<&Submission>> = BTreeMap::new();
    for submission in &all {
        rivals.entry(claim(submission, |code| is_by_period(catalog, code))).or_default().push(submission);
    }
    let comparing = Comparing { store: Some(store), state, extra: &none };
    let counting: BTreeSet<i64> = current.iter().map(|submission| submission.section).collect();
    let mut findings = Vec::new();
    for rivals in rivals.values() {
        // Several sheets of one file are one submission.
        let Some(submission) = rivals.iter().find(|submission| counting.contains(&submission.section)) else {
            continue;
        };
        let Some(collection) = catalog.collection(&submission.collection) else { continue };
        if let Some(changes) = comparing.changes(rivals, submission, collection, &catalog.programme.language)? {
            findings.extend(tell::missing(submission, &changes));
        }
    }
    Ok(findings)
}

/// What one submission changed of the one that would count if it had never come; None where there is none. `all` are
/// the submissions of the state.
///
/// # Errors
/// When the store cannot be read.
pub fn difference(
    project: &Project,
    store: &Store,
    state: &State,
    all: &[Submission],
    submission: &Submission,
) -> Result<Option<Changes>, Stopped> {
    let catalog = &project.catalog;
    let Some(collection) = catalog.collection(&submission.collection) else { return Ok(None) };
    let own = claim(submission, |code| is_by_period(catalog, code));
    let rivals: Vec<&Submission> =
        all.iter().filter(|other| claim(other, |code| is_by_period(catalog, code)) == own).collect();
    let none = BTreeMap::new();
    let comparing = Comparing { store: Some(store), state, extra: &none };
    comparing.changes(&rivals, submission, collection, &catalog.programme.language)
}

fn is_by_period(catalog: &Catalog, code: &CollectionCode) -> bool {
    catalog.collection(code).is_some_and(|collection| collection.by_period)
}

/// The work on one file.
struct Answering<'a> {
    project: &'a Project,
    store: Option<&'a Store>,
    state: &'a State,
    subject: &'a Subject,
}

impl Answering<'_> {
    fn answer(&self) -> Result<Answer, Stopped> {
        let catalog = &self.project.catalog;
        let read = &self.subject.read;
        let partner = self.partner();
        let known = partner.as_ref().and_then(|code| catalog.partner(code));
        let language = known.map_or(&catalog.programme.language, |partner| &partner.language).clone();
        let submissions = self.state.submissions();
        let (current, _) = self.state.current(catalog);
        let comparing = Comparing { store: self.store, state: self.state, extra: &self.subject.rows };
        let mut tables = Vec::new();
        let mut compared = BTreeSet::new();
        let mut findings = read.findings.clone();
        for table in &read.tables {
            let submission = submissions.iter().find(|submission| submission.section == table.section);
            let collection = submission.and_then(|submission| catalog.collection(&submission.collection));
            let changes = match submission.zip(collection) {
                // Of several sheets of one submission the first tells what changed.
                Some((submission, collection)) if compared.insert(self.claim(submission)) => {
                    comparing.changes(&self.rivals(&submissions, submission), submission, collection, &language)?
                }
                _ => None,
            };
            if let (Some(submission), Some(changes)) = (submission, &changes) {
                findings.extend(tell::missing(submission, changes));
            }
            tables.push(self.table(table, &language, &current, changes));
        }
        crate::finding::sort(&mut findings);
        findings.dedup();
        let put_right = self.put_right(&submissions);
        let told = findings.iter().map(|finding| ToldFinding {
            finding: translate(&self.in_partners_words(finding, &language), &language),
            column: self.column(&finding.place, &language),
        });
        let mut answer = Answer {
            file: self.subject.name.clone(),
            hash: self.subject.hash.clone(),
            partner,
            verdict: read.verdict,
            received: self.subject.received,
            tables,
            findings: told.collect(),
            put_right,
            letter: Letter::default(),
            language,
        };
        answer.letter = tell::letter(&answer);
        Ok(answer)
    }

    /// Who sent it: as its tables say, else as its findings do.
    fn partner(&self) -> Option<PartnerCode> {
        let read = &self.subject.read;
        let of_tables = read.tables.iter().find_map(|table| table.partner.as_deref());
        of_tables
            .or_else(|| read.findings.iter().find_map(|finding| finding.partner.as_deref()))
            .and_then(PartnerCode::new)
    }

    fn table(
        &self,
        table: &TableRecord,
        language: &str,
        current: &[Submission],
        changes: Option<Changes>,
    ) -> AnsweredTable {
        let catalog = &self.project.catalog;
        let (code, title, of_survey) = match &table.belongs {
            Belongs::Collection(code) => {
                let found = catalog.collections.iter().find(|collection| collection.code.as_str() == code);
                (code, found.map(|collection| &collection.title), false)
            }
            Belongs::Wave { survey, .. } => {
                let found = catalog.surveys.iter().find(|known| known.code.as_str() == survey);
                (survey, found.map(|survey| &survey.title), true)
            }
        };
        AnsweredTable {
            code: code.clone(),
            title: title.map_or(code.as_str(), |title| title.get(language)).to_owned(),
            sheet: table.sheet.clone(),
            period: table
                .period
                .and_then(|number| catalog.programme.calendar.period(number))
                .map(|period| period.label),
            accepted: table.accepted,
            kept_out: table.kept_out_count,
            counts: of_survey || current.iter().any(|submission| submission.section == table.section),
            changes,
        }
    }

    /// The message of a declared check, in the partner's language where the programme gives it in several.
    fn in_partners_words(&self, finding: &Finding, language: &str) -> Finding {
        let mut told = finding.clone();
        let catalog = &self.project.catalog;
        let Place::Cell { sheet, .. } = &finding.place else { return told };
        let tables = self.subject.read.tables.iter().filter(|table| table.sheet == *sheet);
        let collections = tables.filter_map(|table| match &table.belongs {
            Belongs::Collection(code) => catalog.collections.iter().find(|known| known.code.as_str() == code),
            Belongs::Wave { .. } => None,
        });
        let mut checks = collections.flat_map(|collection| &collection.checks);
        // "and 3 more like it: …" ends with the message.
        let of = |check: &Check| finding.message.strip_suffix(check.message.get(&catalog.programme.language));
        if finding.rule == &rules::CHECK_FAILED
            && let Some((before, check)) = checks.find_map(|check| Some((of(check)?, check)))
        {
            told.message = format!("{before}{}", check.message.get(language));
        }
        told
    }

    /// The label of the column in which a finding stands.
    fn column(&self, place: &Place, language: &str) -> Option<String> {
        let Place::Cell { sheet, cell: Some(cell), .. } = place else { return None };
        let catalog = &self.project.catalog;
        self.subject.read.tables.iter().filter(|table| table.sheet == *sheet).find_map(|table| {
            let in_column = table.columns.iter().find(|(_, column)| **column == cell.column).map(|(field, _)| field);
            let field = in_column.or_else(|| table.cells.iter().find(|(_, at)| *at == cell).map(|(field, _)| field))?;
            let found = match &table.belongs {
                Belongs::Collection(code) => {
                    catalog.collections.iter().find(|collection| collection.code.as_str() == code)?.field(field)
                }
                Belongs::Wave { survey, .. } => {
                    catalog.surveys.iter().find(|known| known.code.as_str() == survey)?.question(field)
                }
            };
            Some(found?.label.get(language).to_owned())
        })
    }

    /// The file before, and how many of its errors and warnings this one has not.
    fn put_right(&self, submissions: &[Submission]) -> Option<(String, usize)> {
        let mut ours = submissions.iter().filter(|submission| submission.file == self.subject.hash);
        let before = ours.find_map(|one| before(&self.rivals(submissions, one), one).pop())?;
        let old = self.state.files.get(&before.file)?;
        let weighs = |finding: &&Finding| finding.severity > Severity::Info;
        // Rows move: a mistake is known by what stands in the cell, one of a whole sheet by the sheet.
        let same = |finding: &Finding| {
            let whole = match &finding.place {
                Place::Cell { sheet, cell: None, .. } => Some(sheet.clone()),
                _ => None,
            };
            (finding.rule.id, finding.found.clone(), whole)
        };
        let mut left: Vec<_> = self.subject.read.findings.iter().filter(weighs).map(same).collect();
        let mut gone = 0;
        for finding in old.read.as_ref()?.findings.iter().filter(weighs) {
            match left.iter().position(|other| *other == same(finding)) {
                Some(at) => drop(left.swap_remove(at)),
                None => gone += 1,
            }
        }
        Some((before.name.clone(), gone))
    }

    fn claim<'s>(&self, submission: &'s Submission) -> Claim<'s> {
        claim(submission, |code| is_by_period(&self.project.catalog, code))
    }

    /// Everything that was ever sent for the place of a submission, itself among it.
    fn rivals<'s>(&self, all: &'s [Submission], of: &Submission) -> Vec<&'s Submission> {
        all.iter().filter(|other| self.claim(other) == self.claim(of)).collect()
    }
}

/// What is needed to hold a submission against the one before.
struct Comparing<'a> {
    store: Option<&'a Store>,
    state: &'a State,
    /// Rows that are not in the store, by section.
    extra: &'a BTreeMap<i64, DataFrame>,
}

impl Comparing<'_> {
    fn changes(
        &self,
        rivals: &[&Submission],
        submission: &Submission,
        collection: &Collection,
        language: &str,
    ) -> Result<Option<Changes>, Stopped> {
        let before = before(rivals, submission);
        let Some(first) = before.first() else { return Ok(None) };
        let now: Vec<&Submission> = rivals.iter().filter(|other| other.file == submission.file).copied().collect();
        let kept_out: Vec<&KeptOut> =
            now.iter().filter_map(|one| self.state.table(one.section)).flat_map(|table| &table.kept_out).collect();
        let (old, new) = (self.rows(&before)?, self.rows(&now)?);
        let sides = (&Side::new(old.as_ref(), &before), &Side::new(new.as_ref(), &now));
        Ok(Some(compare(collection, sides, &first.name, &kept_out, (language, &tell::words(language)))))
    }

    fn rows(&self, submissions: &[&Submission]) -> Result<Option<DataFrame>, Stopped> {
        if let Some(rows) = submissions.iter().find_map(|submission| self.extra.get(&submission.section)) {
            let mut others = submissions.iter().filter_map(|submission| self.extra.get(&submission.section)).skip(1);
            return others
                .try_fold(rows.clone(), |all, more| all.vstack(more))
                .map(Some)
                .map_err(|error| super::fault("rows cannot be put together", error));
        }
        let Some(store) = self.store else { return Ok(None) };
        let parts = self.state.parts();
        let mut wanted: BTreeMap<&str, BTreeSet<i64>> = BTreeMap::new();
        for submission in submissions {
            if let Some(part) = parts.get(&submission.section) {
                wanted.entry(part).or_default().insert(submission.section);
            }
        }
        gather(store, &wanted)
    }
}

/// What a reading says of a file as a whole.
fn read_of(state: &State, hash: &str) -> Option<Read> {
    state.files.get(hash)?.read.clone()
}
