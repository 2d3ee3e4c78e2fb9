//! What metrics are made of. All of it comes from ledger and inbox, so that it survives a new start.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::app::attempt::{Attempt, Outcome, Trigger};
use crate::app::{Stopped, sources, status};
use crate::model::scoreboard::ReportingState;
use crate::schedule::scheduler::{Scheduler, outcome};
use crate::schedule::standing::{Standing, entries};
use crate::store::Kind;

/// What work by command is called among the schedules: no code begins so.
pub const BY_COMMAND: &str = "-";

#[derive(Debug, Default)]
pub struct Facts {
    pub standing: Vec<Standing>,
    /// By schedule and outcome.
    pub attempts: BTreeMap<(String, &'static str), u64>,
    /// Seconds of each ended work, by schedule.
    pub seconds: BTreeMap<String, Vec<f64>>,
    /// Of the last refresh: by severity.
    pub findings: [(&'static str, u64); 2],
    pub kept_out: u64,
    /// When a source last gave all that it had.
    pub fetched: BTreeMap<String, DateTime<Utc>>,
    pub waiting: usize,
    /// Reports that were due, and those of them that came.
    pub due: usize,
    pub received: usize,
    /// By destination.
    pub delivered: BTreeMap<String, u64>,
    /// By what is known of them.
    pub notices: BTreeMap<String, u64>,
}

impl Facts {
    pub fn gather(scheduler: &mut Scheduler) -> Result<Self, Stopped> {
        let standing = scheduler.standing(1)?;
        let project = scheduler.project()?;
        let mut facts = Self { standing, findings: [("error", 0), ("warning", 0)], ..Self::default() };
        let entries = entries(project)?;
        let ages = sources::ages(&entries, &project.catalog).into_iter();
        facts.fetched = ages.filter_map(|age| Some((age.code, age.last_success?))).collect();
        for entry in &entries {
            let text = |key: &str| entry.body[key].as_str().map(str::to_owned);
            match entry.kind {
                Kind::Attempt => {
                    if let Some(attempt) = Attempt::of(entry) {
                        facts.attempt(&attempt);
                    }
                }
                Kind::Run => {
                    let count = |key: &str| entry.body[key].as_u64().unwrap_or(0);
                    facts.findings = [("error", count("errors")), ("warning", count("warnings"))];
                    facts.kept_out = count("kept_out");
                }
                Kind::Delivered => {
                    *facts.delivered.entry(text("destination").unwrap_or_default()).or_default() += 1;
                }
                // Each message has a second entry when it is known what became of it.
                Kind::Notice if entry.body["state"] != "about_to" => {
                    *facts.notices.entry(text("state").unwrap_or_default()).or_default() += 1;
                }
                _ => {}
            }
        }
        // Without an inbox there is nobody whose report could be missing.
        if let Ok(status) = status::run(project, &status::Options::default()) {
            facts.waiting = status.waiting.len();
            let of =
                |wanted: &[ReportingState]| status.lines.iter().filter(|line| wanted.contains(&line.state)).count();
            facts.received = of(&[ReportingState::Reported]);
            facts.due = of(&[ReportingState::Reported, ReportingState::Late, ReportingState::Missing]);
        }
        Ok(facts)
    }

    fn attempt(&mut self, attempt: &Attempt) {
        let schedule = match &attempt.trigger {
            Trigger::Schedule { schedule, .. } => schedule.clone(),
            Trigger::Command(_) => BY_COMMAND.to_owned(),
        };
        let since_only = attempt.steps.iter().any(|step| step.step == "schedule");
        if attempt.outcome == Outcome::Begun || since_only {
            return;
        }
        if attempt.outcome != Outcome::Skipped {
            let milliseconds = u32::try_from(attempt.milliseconds).unwrap_or(u32::MAX);
            self.seconds.entry(schedule.clone()).or_default().push(f64::from(milliseconds) / 1_000.0);
        }
        *self.attempts.entry((schedule, outcome(attempt.outcome))).or_default() += 1;
    }
}
