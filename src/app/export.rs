//! `scoreboard export`: a report in the form that another system reads, and to DHIS2 if asked.

use std::collections::BTreeSet;
use std::path::PathBuf;

use chrono::NaiveDate;

use super::assemble::{assemble, run_code};
use super::outputs::{Output, Outputs};
use super::project::Project;
use super::state::State;
use super::world::{World, credentials, permitted};
use super::{Progress, Stopped, disclosed, ingest};
use crate::compute::disclose;
use crate::define::catalog::Report;
use crate::export::dhis2::{self, Summary};
use crate::finding::suggest::nearest;
use crate::finding::{Finding, Place, rules};
use crate::model::export::{Dhis2, Format};
use crate::publish;
use crate::publish::folder::deliver;
use crate::store::Store;

/// Which form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    File(Format),
    Dhis2,
}

#[derive(Debug, Clone)]
pub struct Options {
    pub form: Form,
    /// The report; none: the first that says what its figures are called there, else the first internal one.
    pub report: Option<String>,
    pub as_of: Option<NaiveDate>,
    /// The folder for the files; none: that of scoreboards.
    pub to: Option<PathBuf>,
    /// DHIS2: send what was written.
    pub send: bool,
    /// With `send`: the server checks and keeps nothing.
    pub dry_run: bool,
}

/// What came of it.
#[derive(Debug)]
pub struct Exported {
    pub report: String,
    pub files: Vec<PathBuf>,
    /// Figures that do not fit, by name.
    pub refused: Vec<Finding>,
    /// What the server made of the values: how many there were, and its summary.
    pub sent: Option<(usize, Summary)>,
}

/// Reads what is new, computes the report as a run does, and writes it in this form. Publishes nothing else.
///
/// # Errors
/// Whatever keeps a scoreboard from being computed; a form that the report does not declare; a server that does not answer.
pub fn run(project: &Project, options: &Options, progress: Progress<'_>) -> Result<Exported, Stopped> {
    let report = report(project, options)?;
    let server = match options.form {
        Form::Dhis2 => Some(report.exports.dhis2.as_ref().ok_or_else(|| undeclared(report, "dhis2"))?),
        Form::File(Format::Iati) if report.exports.iati.is_none() => return Err(undeclared(report, "iati")),
        Form::File(Format::EuTable) if !has_common(project, report) => {
            let message = format!("no indicator of `{}` is one of the EU's common indicators", report.code);
            let finding = Finding::error(&rules::MISSING_KEY, Place::Project, message);
            return Err(Stopped::one(finding.help("Write common = \"RCO01\" into each indicator that is one.")));
        }
        Form::File(_) => None,
    };
    ingest::precondition(project)?;
    let mut store = Store::open(&project.store())?;
    let ingested = ingest::run(project, &mut store, progress)?;
    let state: &State = &ingested.state;
    let as_of = project.as_of(options.as_of);
    let mut wanted = report.clone();
    if options.form == Form::File(Format::Parquet) && !wanted.exports.formats.contains(&Format::Parquet) {
        wanted.exports.formats.push(Format::Parquet);
    }
    progress("computing", 1, 1);
    let withheld = if report.audience.is_restricted() {
        disclosed::decide(project, &mut store, state, &run_code(project, state, as_of), as_of)?
    } else {
        BTreeSet::new()
    };
    let (mut board, mut whole) = assemble(project, &store, state, &wanted, as_of, &ingested.findings)?;
    if report.audience.is_restricted() {
        disclose::withhold(&mut board, &project.catalog, &withheld);
        whole = None;
    }
    let mut outputs = Outputs::default();
    let mut payload = None;
    match (options.form, server) {
        (Form::File(format), _) => {
            outputs.format(report, &board, format)?;
            if let Some(whole) = whole.as_mut().filter(|_| format == Format::Parquet) {
                let bytes = crate::store::parquet(whole)?;
                outputs.files.push(Output { name: format!("{}.evidence.parquet", report.code), bytes });
            }
        }
        (Form::Dhis2, Some(server)) => {
            let made = dhis2::payload(&board, server);
            let mut bytes = format!("{:#}", made.json).into_bytes();
            bytes.push(b'\n');
            outputs.files.push(Output { name: format!("{}.dhis2.json", report.code), bytes });
            outputs.refused.extend(made.refused.iter().cloned());
            payload = Some((server, made));
        }
        (Form::Dhis2, None) => {}
    }
    // A server may take minutes, and nobody else should wait for the store.
    drop(store);
    let folder = options.to.clone().unwrap_or_else(|| project.out());
    let mut files = Vec::new();
    for file in &outputs.files {
        files.push(deliver(&folder, &file.name, &file.bytes)?.path);
    }
    let sent = match payload {
        Some((server, made)) if options.send => {
            Some((made.names.len(), send(project, server, &made, options.dry_run, progress)?))
        }
        _ => None,
    };
    Ok(Exported { report: report.code.to_string(), files, refused: outputs.refused, sent })
}

fn has_common(project: &Project, report: &Report) -> bool {
    let of = |code| project.catalog.indicator(code).is_some_and(|indicator| indicator.common.is_some());
    report.indicators.iter().any(of)
}

fn report<'p>(project: &'p Project, options: &Options) -> Result<&'p Report, Stopped> {
    let reports = &project.catalog.reports;
    let maps = |report: &&Report| match options.form {
        Form::Dhis2 => report.exports.dhis2.is_some(),
        Form::File(Format::Iati) => report.exports.iati.is_some(),
        Form::File(format) => report.exports.formats.contains(&format),
    };
    let internal = || reports.iter().find(|report| !report.audience.is_restricted());
    let found = match &options.report {
        Some(code) => reports.iter().find(|report| report.code.as_str() == code),
        None => reports.iter().find(maps).or_else(internal).or(reports.first()),
    };
    found.ok_or_else(|| {
        let code = options.report.as_deref().unwrap_or_default();
        let names: Vec<&str> = reports.iter().map(|report| report.code.as_str()).collect();
        let finding = Finding::error(&rules::BAD_VALUE, Place::Project, format!("no report is called `{code}`"));
        let finding = finding.help(format!("The reports are {}.", names.join(", ")));
        Stopped::one(finding.suggest(nearest(code, names.iter().copied())))
    })
}

fn undeclared(report: &Report, form: &str) -> Stopped {
    let message = format!("the report `{}` does not say what its figures are called there", report.code);
    let finding = Finding::error(&rules::MISSING_KEY, Place::Project, message);
    Stopped::one(finding.help(format!("Declare [report.{form}] in its file; docs/exports.md shows one.")))
}

fn send(
    project: &Project,
    server: &Dhis2,
    payload: &dhis2::Payload,
    dry_run: bool,
    progress: Progress<'_>,
) -> Result<Summary, Stopped> {
    let place = Place::File { file: server.url.clone() };
    let credentials = credentials(&project.root, &place, server.user.as_ref(), &server.secret)
        .map_err(|finding| Stopped::one(*finding))?;
    permitted(&project.catalog, &place, &server.url).map_err(|finding| Stopped::one(*finding))?;
    let world = World::new("sending", progress);
    publish::dhis2::send(server, payload, &credentials, &world, dry_run).map_err(|failure| {
        let help = failure.help.unwrap_or_else(|| failure.rule.fix.to_owned());
        Stopped::one(Finding::error(failure.rule, place, failure.message).help(help))
    })
}
