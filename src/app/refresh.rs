//! `scoreboard run`: the weekly refresh, end to end.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};

use super::assemble::run_code;
use super::attempt::{Attempt, Outcome, Trigger};
use super::changes::History;
use super::freshness::{self, Age};
use super::known::KnownAt;
use super::produce::{Moment, Wanted, gate_finding};
use super::project::Project;
use super::runs::{self, Run, RunOutput};
use super::state::{Known, State};
use super::{Progress, Stopped, decided, disclosed, ingest, sources};
use crate::clock::{self, Stopwatch};
use crate::define::catalog::Report;
use crate::finding::{Finding, to_json};
use crate::model::scoreboard::Scoreboard;
use crate::publish::folder::{Receipt, deliver};
use crate::store::{Kind, Store, hash_of};

/// So many findings are written down with the work.
const GRAVEST: usize = 5;

/// What a run is asked to do.
#[derive(Debug, Clone, Default)]
pub struct Options {
    pub as_of: Option<NaiveDate>,
    pub known_at: Option<KnownAt>,
    /// Where outputs go, if not to where the project's scoreboards are published.
    pub out: Option<PathBuf>,
    /// Receive nothing and publish nothing: say what would come of it.
    pub dry_run: bool,
    /// What set it off, where nobody else writes that into the ledger: then the run does.
    pub trigger: Option<Trigger>,
    /// Compute even where nothing has changed since the last run.
    pub anew: bool,
    /// Of a dry run: no file is wanted, so none is written into memory.
    pub figures_alone: bool,
}

/// One published report.
#[derive(Debug)]
pub struct Published {
    /// In the order of `outputs::render`.
    pub files: Vec<PathBuf>,
    /// Names that had to do where a file was held open.
    pub instead: Vec<(PathBuf, PathBuf)>,
    /// Figures that do not fit a format, of a run that wrote it.
    pub refused: Vec<Finding>,
    /// None where nothing had changed since the last run and nothing was computed again.
    pub scoreboard: Option<Scoreboard>,
}

/// What a refresh did.
#[derive(Debug)]
pub struct Refreshed {
    pub run: String,
    pub as_of: NaiveDate,
    pub new_files: Vec<String>,
    /// How many files the last run did not have, whenever they came.
    pub added: usize,
    pub files_read: usize,
    pub published: Vec<Published>,
    /// Errors among the findings of data.
    pub errors: u64,
    pub warnings: u64,
    pub kept_out: u64,
    pub gates: Vec<Finding>,
    /// Nothing had changed: what was published stands.
    pub unchanged: bool,
    /// Nothing was received, nothing is published.
    pub dry_run: bool,
}

/// Refreshes a project.
///
/// # Errors
/// Whatever keeps a scoreboard from being published; then nothing was.
pub fn run(project: &Project, options: &Options, progress: Progress<'_>) -> Result<Refreshed, Stopped> {
    let (began, watch) = (clock::now(), Stopwatch::start());
    let done = refresh(project, options, (began, &watch), progress);
    if let (Err(stopped), Some(trigger), false) = (&done, &options.trigger, options.dry_run) {
        let mut attempt = Attempt::begun(trigger.clone(), began);
        attempt.end(Outcome::Failed, &watch, "run", stopped.0.first().map_or("", |finding| &finding.message));
        attempt.findings.clone_from(&stopped.0);
        attempt.record(project);
    }
    done
}

fn refresh(
    project: &Project,
    options: &Options,
    (began, watch): (DateTime<Utc>, &Stopwatch),
    progress: Progress<'_>,
) -> Result<Refreshed, Stopped> {
    ingest::precondition(project)?;
    let as_of = project.as_of(options.as_of);
    let mut store = if options.dry_run { Store::aside(&project.store())? } else { Store::open(&project.store())? };
    let ingested = ingest::run(project, &mut store, progress)?;
    let (state, mut inbox) = known(project, &mut store, ingested.state, ingested.findings, options)?;
    if !project.catalog.sources.is_empty() {
        let entries = store.ledger_mut().entries()?;
        inbox.extend(sources::findings(&entries, &project.catalog, state.known_at));
    }
    let state = &state;
    let ages = ages(project, &mut store, state, as_of)?;
    inbox.extend(ages.iter().filter_map(Age::finding));
    let out = options.out.clone().unwrap_or_else(|| project.out());
    let run = run_code(project, state, as_of);
    let program = program();
    if !options.anew
        && let Some(last) = &state.last_run
        && told_before(last, &inbox)
        && let Some(unchanged) = unchanged(project, &out, last, &run, &program, as_of)
    {
        return Ok(Refreshed { dry_run: options.dry_run, ..unchanged });
    }
    let withheld = if project.catalog.reports.iter().any(|report| report.audience.is_restricted()) {
        disclosed::decide(project, &mut store, state, &run, as_of)?
    } else {
        BTreeSet::new()
    };
    let history = History::of(project, &mut store, state, &run, as_of)?;
    let mut kept = history.keep(state, as_of);
    let moment = Moment { project, store: &store, state, as_of, inbox: &inbox, withheld: &withheld, history: &history };
    let wanted = if options.dry_run && options.figures_alone { Wanted::Figures } else { Wanted::Files };
    let (mut published, mut outputs) = (Vec::new(), Vec::new());
    let mut gates: Vec<Finding> = ages.iter().filter_map(Age::gate).collect();
    let mut counts = (0, 0, 0);
    moment.reports(wanted, progress, |report, produced| {
        gates.extend(produced.gates);
        counts = (produced.errors, produced.warnings, produced.kept_out);
        kept.add(produced.shown);
        if options.dry_run {
            let (files, instead) = (Vec::new(), Vec::new());
            published.push(Published {
                files,
                instead,
                refused: produced.refused,
                scoreboard: Some(produced.scoreboard),
            });
            return Ok(());
        }
        if report.audience.is_restricted() {
            // It may have been internal once, and have left its rows here.
            let _ = fs::remove_file(out.join(format!("{}.evidence.parquet", report.code)));
        }
        let receipts =
            produced.files.iter().map(|file| deliver(&out, &file.name, &file.bytes)).collect::<Result<Vec<_>, _>>()?;
        outputs.extend(receipts.iter().map(|receipt| output(&out, report, receipt)));
        let instead = receipts.iter().filter_map(|one| Some((one.instead_of.clone()?, one.path.clone()))).collect();
        let files = receipts.into_iter().map(|receipt| receipt.path).collect();
        published.push(Published { files, instead, refused: produced.refused, scoreboard: Some(produced.scoreboard) });
        Ok(())
    })?;
    let of = |gate: &Finding| gate.message.clone();
    let answer = Refreshed {
        run: run.clone(),
        as_of,
        new_files: ingested.new,
        added: added(state),
        files_read: ingested.read,
        published,
        errors: counts.0,
        warnings: counts.1,
        kept_out: counts.2,
        gates,
        unchanged: false,
        dry_run: options.dry_run,
    };
    if options.dry_run {
        return Ok(answer);
    }
    let record = Run {
        // The ledger gives these two.
        seq: 0,
        at: clock::now(),
        code: run,
        program,
        as_of,
        known_at: state.known_at,
        definitions: project.catalog.hash.clone(),
        kept: Some(store.keep_definitions(&project.definitions)?),
        inbox,
        outputs,
        elsewhere: options.out.is_some(),
    };
    let mut body = runs::asked(&record);
    body["inputs"] = json!(state.files.keys().collect::<Vec<_>>());
    body["errors"] = json!(answer.errors);
    body["warnings"] = json!(answer.warnings);
    body["kept_out"] = json!(answer.kept_out);
    body["gates"] = json!(answer.gates.iter().map(of).collect::<Vec<_>>());
    history.record(&store, &kept, &mut body)?;
    decided::record(&project.catalog, &mut store)?;
    if state.last_run.as_ref() != Some(&body) {
        let mut new = vec![(Kind::Run, body)];
        if let Some(trigger) = &options.trigger {
            let begun = Attempt::begun(trigger.clone(), began);
            new.push((Kind::Attempt, ended(begun, &answer, watch).to_json()));
        }
        store.ledger_mut().append(clock::now(), &new)?;
    }
    Ok(answer)
}

/// How many files the last run did not have.
fn added(state: &State) -> usize {
    let before = state.last_run.as_ref().and_then(|body| body["inputs"].as_array());
    let known = |hash: &String| before.is_some_and(|before| before.iter().any(|one| one == hash.as_str()));
    state.files.keys().filter(|hash| !known(hash)).count()
}

/// The end of work that published something: what it counted, gates that are not met, and the gravest of what was found.
fn ended(mut attempt: Attempt, done: &Refreshed, watch: &Stopwatch) -> Attempt {
    let outcome = if done.gates.is_empty() { Outcome::Published } else { Outcome::Attention };
    let files: usize = done.published.iter().map(|one| one.files.len()).sum();
    attempt.end(outcome, watch, "run", &format!("{files} files published, as of {}", done.as_of));
    attempt.run = Some(done.run.clone());
    (attempt.errors, attempt.warnings, attempt.kept_out) = (done.errors, done.warnings, done.kept_out);
    attempt.findings.clone_from(&done.gates);
    let boards = done.published.iter().filter_map(|one| one.scoreboard.as_ref());
    if let Some(board) = boards.into_iter().find(|board| !board.audience.is_restricted()) {
        attempt.findings.extend(board.findings.iter().filter(|finding| finding.is_error()).take(GRAVEST).cloned());
    }
    attempt
}

/// What is known, and what of the inbox belongs to it: how it lies today was not known at an earlier instant.
fn known(
    project: &Project,
    store: &mut Store,
    state: State,
    inbox: Vec<Finding>,
    options: &Options,
) -> Result<(State, Vec<Finding>), Stopped> {
    let known_at = project.known_at(options.known_at);
    if known_at.is_none() {
        return Ok((state, inbox));
    }
    let entries = store.ledger_mut().entries()?;
    Ok((State::replay_known(&entries, &project.catalog.reading_hash, Known::by(known_at)), Vec::new()))
}

/// How old everything is that may not grow old.
fn ages(project: &Project, store: &mut Store, state: &State, as_of: NaiveDate) -> Result<Vec<Age>, Stopped> {
    if project.catalog.freshness.is_empty() {
        return Ok(Vec::new());
    }
    Ok(freshness::judge(project, &store.ledger_mut().entries()?, state, as_of))
}

/// Whether the last run said the same of the inbox, of sources and of the age of data.
fn told_before(last: &Value, inbox: &[Finding]) -> bool {
    let told = last["inbox"].as_array().map_or(&[][..], Vec::as_slice);
    told.len() == inbox.len() && told.iter().zip(inbox).all(|(told, now)| *told == to_json(now))
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

fn output(out: &Path, report: &Report, receipt: &Receipt) -> RunOutput {
    let name = receipt.path.strip_prefix(out).unwrap_or(&receipt.path).to_string_lossy().into_owned();
    RunOutput { report: report.code.as_str().to_owned(), name, hash: receipt.hash.clone() }
}

/// The last run, if it was this one and all that it published lies there still.
fn unchanged(
    project: &Project,
    out: &Path,
    last: &Value,
    run: &str,
    program: &str,
    as_of: NaiveDate,
) -> Option<Refreshed> {
    if last["run"] != run || last["program"] != program {
        return None;
    }
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
        refused: Vec::new(),
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
        added: 0,
        files_read: 0,
        published,
        errors: count("errors"),
        warnings: count("warnings"),
        kept_out: count("kept_out"),
        gates,
        unchanged: true,
        dry_run: false,
    })
}
