//! `scoreboard fetch`: answers from survey servers and files from places into the store, received as if they lay in the inbox.
//!
//! Each source stands for itself; one that fails leaves what was fetched before as it is, and the ledger says so.

mod files;
mod survey;

use super::project::Project;
use super::{Progress, Stopped, sources};
use crate::clock;
use crate::finding::suggest::nearest;
use crate::finding::{Finding, Place, rules};
use crate::http::Failure;
use crate::model::source::Source;
use crate::store::{Kind, Store};

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Codes; none: all that are declared.
    pub sources: Vec<String>,
    /// Fetch and compare, and write nothing.
    pub dry_run: bool,
}

/// What came of one source.
#[derive(Debug)]
pub struct Outcome {
    pub source: String,
    pub result: Result<Summary, Finding>,
}

#[derive(Debug)]
pub struct Summary {
    pub answers: u64,
    pub new: usize,
    pub edited: usize,
    pub deleted: usize,
    pub requests: u32,
    /// Of a place with files: what came. `new` counts them.
    pub files: Option<Files>,
    /// Worth knowing.
    pub findings: Vec<Finding>,
}

/// What came of a place with files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Files {
    /// Names of those that are new or changed.
    pub received: Vec<String>,
    /// Their bytes.
    pub bytes: u64,
    pub unchanged: usize,
    /// Those that wait for the next time; the findings say why.
    pub left: Vec<String>,
}

/// Fetches the sources, one after another.
///
/// # Errors
/// When there is no such source. What keeps one source from being fetched stands in its outcome.
pub fn run(project: &Project, options: &Options, progress: Progress<'_>) -> Result<Vec<Outcome>, Stopped> {
    let sources = selected(project, &options.sources)?;
    let mut outcomes = Vec::with_capacity(sources.len());
    for source in sources {
        let fetched = match source {
            Source::Survey(survey) => survey::fetch(project, survey, options.dry_run, progress),
            Source::Files(files) => files::fetch(project, files, options.dry_run, progress),
        };
        // A store that is busy or full ends one source, and the pages that came wait for the next run.
        let result = match fetched {
            Ok(result) => result,
            Err(Stopped(findings)) => match findings.into_iter().next() {
                Some(finding) => Err(finding),
                None => continue,
            },
        };
        let code = source.code().as_str();
        if let Err(finding) = &result
            && !options.dry_run
        {
            // Where the store cannot be written to either, the outcome alone tells.
            let _ = record(project, code, finding);
        }
        outcomes.push(Outcome { source: code.to_owned(), result });
    }
    Ok(outcomes)
}

/// Writes down that a source could not be fetched.
fn record(project: &Project, source: &str, finding: &Finding) -> Result<(), Stopped> {
    let mut store = Store::open(&project.store())?;
    store.ledger_mut().append(clock::now(), &[(Kind::Fetched, sources::failed(source, finding))])?;
    Ok(())
}

/// What a failure is called among findings.
fn failed(place: &Place, failure: Failure) -> Finding {
    let help = failure.help.unwrap_or_else(|| failure.rule.fix.to_owned());
    Finding::error(failure.rule, place.clone(), failure.message).help(help)
}

fn selected<'p>(project: &'p Project, asked: &[String]) -> Result<Vec<&'p Source>, Stopped> {
    let declared = &project.catalog.sources;
    if declared.is_empty() {
        let finding = Finding::error(&rules::BAD_VALUE, Place::Project, "no `[[source]]` is declared in pipelines/");
        return Err(Stopped::one(finding.help("docs/definitions.md says how; without one nothing is fetched.")));
    }
    if asked.is_empty() {
        return Ok(declared.iter().collect());
    }
    let (mut found, mut unknown) = (Vec::new(), Vec::new());
    for code in asked {
        match declared.iter().find(|source| source.code().as_str() == code) {
            Some(source) if found.iter().any(|known: &&Source| known.code() == source.code()) => {}
            Some(source) => found.push(source),
            None => {
                let names: Vec<&str> = declared.iter().map(|source| source.code().as_str()).collect();
                let message = format!("no source is called `{code}`");
                let finding = Finding::error(&rules::BAD_VALUE, Place::Project, message);
                unknown.push(
                    finding
                        .help(format!("Declared are {}.", names.join(", ")))
                        .suggest(nearest(code, names.iter().copied())),
                );
            }
        }
    }
    if unknown.is_empty() { Ok(found) } else { Err(Stopped(unknown)) }
}
