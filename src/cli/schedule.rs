//! `scoreboard schedule`.

use std::thread;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::Exit;
use super::args::ScheduleArgs;
use super::output::{Output, bold, plain};
use super::standing::{self, instant};
use crate::app::Stopped;
use crate::app::attempt::{Attempt, Outcome};
use crate::finding::{Finding, Place, rules};
use crate::schedule::daemon::{self, Settings, Stop};
use crate::schedule::lock;
use crate::schedule::scheduler::{Scheduler, outcome};
use crate::schedule::standing::Standing;

/// How many coming instants are listed.
const COMING: usize = 3;
/// How often `--once` looks again at a store that somebody else is writing to.
const LOOKS: u32 = 600;
const PAUSE: Duration = Duration::from_millis(500);

pub fn main(args: &ScheduleArgs, output: &Output) -> Result<Exit, Stopped> {
    let mut scheduler = Scheduler::new(&args.common.project);
    if args.list {
        return list(&mut scheduler, output);
    }
    super::log::start(args.log);
    let stop = Stop::on_signals()?;
    if let Some(code) = &args.now {
        let attempt = scheduler.now(code, &|| stop.asked())?;
        return Ok(answer(std::slice::from_ref(&attempt), None, output));
    }
    if args.once {
        return once(&mut scheduler, &stop, output);
    }
    if let Some(address) = args.listen
        && !address.ip().is_loopback()
        && !args.listen_anywhere
    {
        let message = format!("{address} can be reached by other machines, and nobody is asked for a password there");
        let finding = Finding::error(&rules::SCHEDULER_STOPPED, Place::Project, message);
        let help = "Listen on 127.0.0.1, or add --listen-anywhere where a firewall stands before it.";
        return Err(Stopped(vec![finding.help(help)]));
    }
    let settings = Settings { root: args.common.project.clone(), wait: args.wait, listen: args.listen };
    daemon::run(&settings, &stop)?;
    Ok(Exit::Fine)
}

fn once(scheduler: &mut Scheduler, stop: &Stop, output: &Output) -> Result<Exit, Stopped> {
    let store = match scheduler.project() {
        Ok(project) => project.store(),
        Err(Stopped(findings)) => {
            scheduler.cannot(&findings, TimeDelta::zero());
            return Err(Stopped(findings));
        }
    };
    let _lock = match lock::take(&store)? {
        Ok(lock) => lock,
        Err(held) => return Err(Stopped(vec![held.finding()])),
    };
    let mut attempts = Vec::new();
    for look in 0.. {
        let woken = scheduler.wake(&|| stop.asked())?;
        attempts.extend(woken.attempts);
        if !woken.busy || stop.asked() {
            break;
        }
        if look == LOOKS {
            return Err(Stopped::from(crate::store::StoreError::Busy(store)));
        }
        thread::sleep(PAUSE);
    }
    let next = scheduler.standing(1)?.into_iter().filter_map(|one| Some((one.next_work()?, one)));
    let next = next.min_by_key(|(at, _)| *at);
    Ok(answer(&attempts, next.as_ref().map(|(at, standing)| (*at, standing)), output))
}

/// As `run` would exit: the worst that came of any of them.
fn answer(attempts: &[Attempt], next: Option<(DateTime<Utc>, &Standing)>, output: &Output) -> Exit {
    if output.is_json() {
        let done: Vec<Value> = attempts.iter().map(Attempt::to_json).collect();
        let next = next.map(|(at, standing)| json!({ "schedule": standing.code, "at": at }));
        output.json(&json!({ "attempts": done, "next": next }));
    } else {
        for attempt in attempts {
            tell(attempt, output);
        }
        let when = next.map(|(at, standing)| format!(" until {} ({})", instant(at, standing.zone), standing.code));
        if attempts.is_empty() {
            output.line(&format!("nothing is due{}", when.unwrap_or_else(|| ": no schedule is declared".into())));
        } else if let Some(when) = when {
            output.line(&format!("nothing more is due{when}"));
        }
    }
    let of = |attempt: &Attempt| match attempt.outcome {
        Outcome::Published | Outcome::Unchanged | Outcome::Skipped => Exit::Fine,
        Outcome::Attention | Outcome::Abandoned => Exit::Attention,
        Outcome::Failed | Outcome::Begun => Exit::Stopped,
    };
    attempts.iter().map(of).max_by_key(|exit| *exit as u8).unwrap_or(Exit::Fine)
}

fn tell(attempt: &Attempt, output: &Output) {
    let name = match &attempt.trigger {
        crate::app::attempt::Trigger::Schedule { schedule, due } => {
            format!("{schedule}, due {}", due.format("%Y-%m-%d %H:%M UTC"))
        }
        crate::app::attempt::Trigger::Command(command) => command.clone(),
    };
    output.line(&format!("{}: {}", bold(&name), outcome(attempt.outcome)));
    for step in &attempt.steps {
        let mark = match (attempt.outcome, step.done) {
            (Outcome::Skipped, _) => "–",
            (_, true) => "✓",
            (_, false) => "✗",
        };
        output.line(&format!("  {mark} {}: {}", step.step, plain(&step.said)));
    }
    output.list(&attempt.findings);
}

fn list(scheduler: &mut Scheduler, output: &Output) -> Result<Exit, Stopped> {
    let standing = scheduler.standing(COMING)?;
    if output.is_json() {
        output.json(&json!({ "schedules": standing::json(&standing) }));
        return Ok(Exit::Fine);
    }
    if standing.is_empty() {
        output.line("no schedule is declared: docs/scheduling.md shows one");
    }
    standing::tell(&standing, output);
    Ok(Exit::Fine)
}
