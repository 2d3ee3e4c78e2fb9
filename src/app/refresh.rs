//! `scoreboard run`: the weekly refresh, end to end.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::assemble::{assemble, run_code};
use super::outputs::Output;
use super::project::Project;
use super::state::State;
use super::{Progress, Stopped, disclosed, ingest, outputs, partner};
use crate::clock;
use crate::compute::disclose;
use crate::define::catalog::Report;
use crate::finding::{Finding, Place, Severity, rules};
use crate::model::scoreboard::{ReportingState, Scoreboard, Status};
use crate::publish::folder::{Receipt, deliver};
use crate::store::{Kind, Store, hash_of};

/// What a run is asked to do.
#[derive(Debug, Clone, Default)]
pub struct Options {
    pub as_of: Option<NaiveDate>,
}

/// One published report.
#[derive(Debug)]
pub struct Published {
    /// In the order of [`outputs::render`].
    pub files: Vec<PathBuf>,
    /// Names that had to do where a file was held open.
    pub instead: Vec<(PathBuf, PathBuf)>,
    /// None where nothing had changed since the last run and nothing was computed again.
    pub scoreboard: Option<Scoreboard>,
}

/// What a refresh did.
#[derive(Debug)]
pub struct Refreshed {
    pub run: String,
    pub as_of: NaiveDate,
    pub new_files: Vec<String>,
    pub files_read: usize,
    pub published: Vec<Published>,
    /// Errors among the findings of data.
    pub errors: u64,
    pub warnings: u64,
    pub kept_out: u64,
    pub gates: Vec<Finding>,
    /// Nothing had changed: what was published stands.
    pub unchanged: bool,
}

/// Refreshes a project.
///
/// # Errors
/// Whatever keeps a scoreboard from being published; then nothing was.
pub fn run(project: &Project, options: &Options, progress: Progress<'_>) -> Result<Refreshed, Stopped> {
    ingest::precondition(project)?;
    let as_of = project.as_of(options.as_of);
    let mut store = Store::open(&project.store())?;
    let ingested = ingest::run(project, &mut store, progress)?;
    let state = &ingested.state;
    let run = run_code(project, state, as_of);
    let program = program();
    if ingested.findings.is_empty()
        && let Some(last) = &state.last_run
        && let Some(unchanged) = unchanged(project, last, &run, &program, as_of)
    {
        return Ok(unchanged);
    }
    let mut published = Vec::new();
    let (mut gates, mut delivered) = (Vec::new(), Vec::new());
    let mut counts = (0, 0, 0);
    let out = project.out();
    let reports = &project.catalog.reports;
    let withheld = if reports.iter().any(|report| report.audience.is_restricted()) {
        disclosed::decide(project, &mut store, state, &run, as_of)?
    } else {
        BTreeSet::new()
    };
    for (at, report) in reports.iter().enumerate() {
        progress("computing", at + 1, reports.len());
        let (mut scoreboard, mut whole) = assemble(project, &store, state, report, as_of, &ingested.findings)?;
        progress("writing", at + 1, reports.len());
        // Gates and counts are the lead's: they know everything.
        gates.extend(gate(report, &scoreboard));
        let count = |severity| scoreboard.findings.iter().filter(|finding| finding.severity == severity).count() as u64;
        counts = (count(Severity::Error), count(Severity::Warning), scoreboard.kept_out_total);
        if report.audience.is_restricted() {
            disclose::withhold(&mut scoreboard, &project.catalog, &withheld);
            whole = None;
            // It may have been internal once, and have left its rows here.
            let _ = fs::remove_file(out.join(format!("{}.evidence.parquet", report.code)));
        }
        let mut files = outputs::render(report, &scoreboard, whole)?;
        if report.per_partner {
            files.extend(for_partners(project, &store, state, report, &scoreboard, &ingested.findings)?);
        }
        let receipts =
            files.iter().map(|file| deliver(&out, &file.name, &file.bytes)).collect::<Result<Vec<_>, _>>()?;
        delivered.extend(receipts.iter().map(|receipt| output(project, report, receipt)));
        let instead = receipts.iter().filter_map(|one| Some((one.instead_of.clone()?, one.path.clone()))).collect();
        let files = receipts.into_iter().map(|receipt| receipt.path).collect();
        published.push(Published { files, instead, scoreboard: Some(scoreboard) });
    }
    let body = json!({
        "run": run, "program": program, "as_of": as_of.to_string(), "definitions": project.catalog.hash,
        "inputs": state.files.keys().collect::<Vec<_>>(), "outputs": delivered,
        "errors": counts.0, "warnings": counts.1, "kept_out": counts.2,
        "gates": gates.iter().map(|gate| gate.message.clone()).collect::<Vec<_>>(),
    });
    if state.last_run.as_ref() != Some(&body) {
        store.ledger_mut().append(clock::now(), &[(Kind::Run, body)])?;
    }
    Ok(Refreshed {
        run,
        as_of,
        new_files: ingested.new,
        files_read: ingested.read,
        published,
        errors: counts.0,
        warnings: counts.1,
        kept_out: counts.2,
        gates,
        unchanged: false,
    })
}

/// The files of each partner's own scoreboard, under the run of the whole.
fn for_partners(
    project: &Project,
    store: &Store,
    state: &State,
    report: &Report,
    whole: &Scoreboard,
    inbox: &[Finding],
) -> Result<Vec<Output>, Stopped> {
    let mut files = Vec::new();
    for one in &project.catalog.partners {
        let Some(own) = partner::own(project, state, report, one) else { continue };
        let found = partner::findings(inbox, one);
        let (mut board, rows) =
            assemble(&own.project, store, &own.state, &own.report, whole.programme.as_of, &found)?;
        board.run.clone_from(&whole.run);
        let named = outputs::render(&own.report, &board, rows)?.into_iter();
        files.extend(named.filter_map(|output| {
            partner::name(&output, report, one).map(|name| Output { name, bytes: output.bytes })
        }));
    }
    Ok(files)
}

/// What tells this program from another of the same version: a new build computes anew.
fn program() -> String {
    let metadata = std::env::current_exe().and_then(fs::metadata);
    let modified = metadata.as_ref().ok().and_then(|metadata| metadata.modified().ok());
    let since = modified.and_then(|instant| instant.duration_since(std::time::SystemTime::UNIX_EPOCH).ok());
    format!(
        "{} {} {}",
        env!("CARGO_PKG_VERSION"),
        metadata.map_or(0, |metadata| metadata.len()),
        since.map_or(0, |since| since.as_nanos())
    )
}

fn output(project: &Project, report: &Report, receipt: &Receipt) -> Value {
    let name = receipt.path.strip_prefix(project.out()).unwrap_or(&receipt.path);
    json!({ "report": report.code.as_str(), "name": name.to_string_lossy(), "hash": receipt.hash })
}

/// The last run, if it was this one and all that it published lies there still.
fn unchanged(project: &Project, last: &Value, run: &str, program: &str, as_of: NaiveDate) -> Option<Refreshed> {
    if last["run"] != run || last["program"] != program {
        return None;
    }
    let out = project.out();
    let outputs = last["outputs"].as_array()?;
    let intact = outputs.iter().all(|output| {
        let (Some(name), Some(hash)) = (output["name"].as_str(), output["hash"].as_str()) else { return false };
        fs::read(out.join(name)).is_ok_and(|bytes| hash_of(&bytes) == hash)
    });
    let of = |report: &Report| -> Vec<PathBuf> {
        let own = outputs.iter().filter(|output| output["report"] == report.code.as_str());
        own.filter_map(|output| Some(out.join(output["name"].as_str()?))).collect()
    };
    let published = project.catalog.reports.iter().map(|report| Published {
        files: of(report),
        instead: Vec::new(),
        scoreboard: None,
    });
    let published: Vec<Published> = published.collect();
    if !intact || published.iter().any(|one| one.files.is_empty()) {
        return None;
    }
    let count = |key: &str| last[key].as_u64().unwrap_or(0);
    let gates = last["gates"].as_array()?.iter().filter_map(|gate| gate.as_str()).map(gate_finding).collect();
    Some(Refreshed {
        run: run.to_owned(),
        as_of,
        new_files: Vec::new(),
        files_read: 0,
        published,
        errors: count("errors"),
        warnings: count("warnings"),
        kept_out: count("kept_out"),
        gates,
        unchanged: true,
    })
}

fn gate_finding(message: impl Into<String>) -> Finding {
    Finding::warning(&rules::GATE_FAILED, Place::Project, message)
        .help("The scoreboard is published; the gate stands in the report's definition.")
}

/// Gates that are not met.
fn gate(report: &Report, scoreboard: &Scoreboard) -> Vec<Finding> {
    let gate = &report.gate;
    let mut failed = Vec::new();
    let kept_out = scoreboard.kept_out_total;
    if let Some(most) = gate.rows_kept_out.filter(|most| kept_out > *most) {
        failed.push(gate_finding(format!("{kept_out} rows are kept out; the gate allows {most}")));
    }
    let missing: BTreeSet<&str> = scoreboard
        .reporting
        .iter()
        .filter(|line| matches!(line.state, ReportingState::Missing | ReportingState::Late))
        .map(|line| line.partner.as_str())
        .collect();
    if let Some(most) = gate.partners_missing.filter(|most| missing.len() as u64 > *most) {
        let names: Vec<&str> = missing.iter().copied().collect();
        failed.push(gate_finding(format!("{} have not reported; the gate allows {most}", names.join(", "))));
    }
    for indicator in &scoreboard.indicators {
        if let Some(status) = indicator.total.status.filter(|status: &Status| gate.status.contains(status)) {
            failed.push(gate_finding(format!("{} is {}", indicator.code, status.as_str())));
        }
    }
    failed
}
