//! Everything that is done on a schedule, in its order: fetch, refresh, publish, tell people.
//!
//! A step that fails stops no later one, nor does one that panics. The ledger says when it began and what came of it; what
//! began and has no end was cut short, and is done again: each step does nothing twice.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::Duration;

use tracing::{error, info, info_span, warn};

use super::attempt::{Attempt, Outcome, StepRecord, Trigger};
use super::project::Project;
use super::{Progress, Stopped, fetch, notify, publish, refresh};
use crate::clock::{self, Stopwatch};
use crate::finding::{Finding, Place, rules};
use crate::model::schedule::Step;
use crate::store::{Kind, Store};

/// What is to be done.
#[derive(Debug, Clone)]
pub struct Work {
    pub trigger: Trigger,
    pub steps: Vec<Step>,
    /// Sources by code; empty: all.
    pub sources: Vec<String>,
}

/// How often a step that finds the store busy looks again, and for how long in all.
const LOOKS: u32 = 600;
const PAUSE: Duration = Duration::from_millis(500);

/// What came of one step.
struct Came {
    done: bool,
    said: String,
    findings: Vec<Finding>,
    /// Something is new because of it.
    news: bool,
}

/// Does the work. `stop` is asked between two steps.
///
/// # Errors
/// Where the ledger cannot be written: nothing is done then, or it is not known that it was, and it will be done again.
pub fn run(
    project: &Project,
    work: &Work,
    stop: &dyn Fn() -> bool,
    progress: Progress<'_>,
) -> Result<Attempt, Stopped> {
    let watch = Stopwatch::start();
    let mut attempt = Attempt::begun(work.trigger.clone(), clock::now());
    record(project, &attempt)?;
    let (mut news, mut stopped) = (false, false);
    for step in &work.steps {
        if stop() {
            attempt.outcome = Outcome::Abandoned;
            break;
        }
        let span = info_span!("step", step = step.as_str());
        let _entered = span.enter();
        let clocked = Stopwatch::start();
        if *step == Step::Notify {
            attempt.outcome = outcome(&attempt, stopped, news);
            attempt.milliseconds = milliseconds(&watch);
        }
        let came = patiently(stop, &mut || guarded(*step, project, work, &mut attempt, progress));
        tell(&came, clocked.elapsed());
        stopped |= *step == Step::Run && !came.done;
        news |= came.news;
        attempt.findings.extend(came.findings);
        attempt.steps.push(StepRecord {
            step: step.as_str().to_owned(),
            done: came.done,
            milliseconds: milliseconds(&clocked),
            said: came.said,
        });
    }
    if attempt.outcome != Outcome::Abandoned {
        attempt.outcome = outcome(&attempt, stopped, news);
    }
    attempt.milliseconds = milliseconds(&watch);
    let mut looks = 0;
    while let Err(Stopped(findings)) = record(project, &attempt) {
        looks += 1;
        if !busy(&findings) || looks > LOOKS {
            return Err(Stopped(findings));
        }
        thread::sleep(PAUSE);
    }
    Ok(attempt)
}

/// Writes an entry of work into the ledger.
pub fn record(project: &Project, attempt: &Attempt) -> Result<(), Stopped> {
    let mut store = Store::open(&project.store())?;
    store.ledger_mut().append(clock::now(), &[(Kind::Attempt, attempt.to_json())])?;
    Ok(())
}

/// Whether somebody else was writing to the store, and nothing else was wrong.
pub fn busy(findings: &[Finding]) -> bool {
    !findings.is_empty() && findings.iter().all(|finding| finding.rule == &rules::STORE_BUSY)
}

fn milliseconds(watch: &Stopwatch) -> u64 {
    u64::try_from(watch.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// Work fails where no scoreboard could be made; where none was to be made, whatever went wrong needs a look.
fn outcome(attempt: &Attempt, stopped: bool, news: bool) -> Outcome {
    if stopped {
        return Outcome::Failed;
    }
    let troubles = |finding: &Finding| finding.is_error() || finding.rule == &rules::GATE_FAILED;
    let trouble = attempt.findings.iter().any(troubles) || attempt.steps.iter().any(|step| !step.done);
    match (trouble, news) {
        (true, _) => Outcome::Attention,
        (false, true) => Outcome::Published,
        (false, false) => Outcome::Unchanged,
    }
}

/// A step that finds somebody else writing waits until he has ended, and does not fail.
fn patiently(stop: &dyn Fn() -> bool, step: &mut dyn FnMut() -> Came) -> Came {
    for _ in 0..LOOKS {
        let came = step();
        if !busy(&came.findings) || stop() {
            return came;
        }
        thread::sleep(PAUSE);
    }
    step()
}

/// A step, in which a fault of ours is a finding like any other.
fn guarded(step: Step, project: &Project, work: &Work, attempt: &mut Attempt, progress: Progress<'_>) -> Came {
    let result = catch_unwind(AssertUnwindSafe(|| match step {
        Step::Fetch => fetched(project, work, progress),
        Step::Run => refreshed(project, attempt, progress),
        Step::Publish => published(project, progress),
        Step::Notify => notified(project, attempt, progress),
    }));
    match result {
        Ok(Ok(came)) => came,
        Ok(Err(Stopped(findings))) => failed(findings),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no reason was given");
            let message = format!("the step `{}` broke: {text}", step.as_str());
            failed(vec![Finding::error(&rules::STEP_BROKE, Place::Project, message).help(rules::STEP_BROKE.fix)])
        }
    }
}

fn failed(findings: Vec<Finding>) -> Came {
    let said = findings.first().map_or_else(String::new, |finding| finding.message.clone());
    Came { done: false, said, findings, news: false }
}

fn fetched(project: &Project, work: &Work, progress: Progress<'_>) -> Result<Came, Stopped> {
    if project.catalog.sources.is_empty() {
        return Ok(Came { done: true, said: "no source is declared".into(), findings: Vec::new(), news: false });
    }
    let options = fetch::Options { sources: work.sources.clone(), ..fetch::Options::default() };
    let outcomes = fetch::run(project, &options, progress)?;
    let (mut findings, mut came) = (Vec::new(), 0);
    for outcome in &outcomes {
        match &outcome.result {
            Ok(_) => {
                came += 1;
                info!(source = outcome.source, "fetched");
            }
            Err(finding) => {
                warn!(source = outcome.source, rule = finding.rule.id, "{}", finding.message);
                findings.push(finding.clone());
            }
        }
    }
    let said = format!("{came} of {} sources fetched", outcomes.len());
    Ok(Came { done: findings.is_empty(), said, findings, news: false })
}

fn refreshed(project: &Project, attempt: &mut Attempt, progress: Progress<'_>) -> Result<Came, Stopped> {
    let refreshed = refresh::run(project, &refresh::Options::default(), progress)?;
    attempt.run = Some(refreshed.run.clone());
    attempt.errors = refreshed.errors;
    attempt.warnings = refreshed.warnings;
    attempt.kept_out = refreshed.kept_out;
    info!(
        run = refreshed.run,
        new_files = refreshed.new_files.len(),
        errors = refreshed.errors,
        warnings = refreshed.warnings,
        rows_kept_out = refreshed.kept_out,
        "refreshed"
    );
    let said = if refreshed.unchanged {
        format!("run {}: nothing had changed", refreshed.run)
    } else {
        let files = if refreshed.added == 1 { "new file" } else { "new files" };
        format!("run {}: {} {files}", refreshed.run, refreshed.added)
    };
    Ok(Came { done: true, said, news: !refreshed.unchanged, findings: refreshed.gates })
}

fn published(project: &Project, progress: Progress<'_>) -> Result<Came, Stopped> {
    let deliveries = publish::run(project, &publish::Options::default(), progress)?;
    let (mut findings, mut sent) = (Vec::new(), 0);
    for one in &deliveries {
        match &one.result {
            Ok(receipt) => {
                sent += usize::from(receipt.sent);
                info!(destination = one.destination, output = one.output, sent = receipt.sent, "delivered");
            }
            Err(finding) => {
                warn!(
                    destination = one.destination,
                    output = one.output,
                    rule = finding.rule.id,
                    "{}",
                    finding.message
                );
                findings.push(finding.clone());
            }
        }
    }
    let said = format!("{sent} of {} outputs sent, {} failed", deliveries.len(), findings.len());
    Ok(Came { done: findings.is_empty(), said, findings, news: sent > 0 })
}

fn notified(project: &Project, attempt: &Attempt, progress: Progress<'_>) -> Result<Came, Stopped> {
    let options = notify::Options { attempt: Some(attempt.clone()), ..notify::Options::default() };
    let notices = notify::run(project, &options, progress)?;
    let failures: Vec<Finding> = notices.iter().filter_map(|notice| notice.result.as_ref().err().cloned()).collect();
    for finding in &failures {
        warn!(rule = finding.rule.id, "{}", finding.message);
    }
    let said = format!("{} of {} messages sent", notices.len() - failures.len(), notices.len());
    Ok(Came { done: failures.is_empty(), said, findings: failures, news: false })
}

fn tell(came: &Came, took: Duration) {
    let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    if came.done {
        info!(milliseconds, "{}", came.said);
    } else {
        let rules: Vec<&str> = came.findings.iter().map(|finding| finding.rule.id).collect();
        error!(milliseconds, findings = rules.join(" "), "{}", came.said);
    }
}
