//! What the ledger says was done on schedule.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::app::attempt::{Attempt, Outcome, StepRecord, Trigger};
use crate::app::notify;
use crate::finding::rules;
use crate::model::schedule::{PAUSES, TRIES};
use crate::store::Entry;

/// The step of an entry that says since when a schedule has its times.
const SINCE: &str = "schedule";

/// The work of one time that failed, and is to be tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failed {
    /// How often it was tried.
    pub tries: u32,
    /// When the last try ended.
    pub last: DateTime<Utc>,
}

impl Failed {
    /// When it is tried again; None: never.
    pub fn again(&self) -> Option<DateTime<Utc>> {
        let pause = usize::try_from(self.tries).ok().and_then(|tries| PAUSES.get(tries.checked_sub(1)?))?;
        Some(self.last + *pause)
    }
}

/// What was done of one schedule.
#[derive(Debug, Clone, Default)]
pub struct Past {
    /// Cron lines and zone, as they were seen last; None: never.
    pub times: Option<String>,
    /// The times that were dealt with, and the instants since when its times count.
    pub ended: BTreeSet<DateTime<Utc>>,
    /// The times that were begun and did not end, and how often.
    pub begun: BTreeMap<DateTime<Utc>, u32>,
    /// The times that failed, and are to be tried again while no newer one is due.
    pub failed: BTreeMap<DateTime<Utc>, Failed>,
    /// The last attempt that did something.
    pub last: Option<(DateTime<Utc>, Attempt)>,
    /// When something was last published, or had not changed.
    pub success: Option<DateTime<Utc>>,
}

impl Past {
    fn end(&mut self, due: DateTime<Utc>) {
        self.begun.remove(&due);
        self.failed.remove(&due);
        self.ended.insert(due);
    }
}

/// What was done of all schedules.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// By code.
    pasts: BTreeMap<String, Past>,
    /// When the ledger was last written to, whoever did it.
    pub written: Option<DateTime<Utc>>,
    /// People were told that nothing can be done, and not yet that it is mended.
    pub troubled: bool,
}

impl History {
    pub fn of(entries: &[Entry]) -> Self {
        let mut history = Self { troubled: notify::is_open(entries), ..Self::default() };
        for entry in entries {
            history.written = Some(entry.at);
            if let Some(attempt) = Attempt::of(entry) {
                history.add(entry.at, attempt);
            }
        }
        history
    }

    pub fn past(&self, code: &str) -> Past {
        self.pasts.get(code).cloned().unwrap_or_default()
    }

    fn add(&mut self, at: DateTime<Utc>, attempt: Attempt) {
        let (code, due) = match &attempt.trigger {
            Trigger::Schedule { schedule, due } => (schedule, *due),
            Trigger::Command(_) => return,
        };
        let past = self.pasts.entry(code.clone()).or_default();
        match attempt.outcome {
            Outcome::Begun => {
                *past.begun.entry(due).or_default() += 1;
                return;
            }
            // Stopped as asked: it is to be done still, and was no crash.
            Outcome::Abandoned => {
                past.begun.remove(&due);
            }
            Outcome::Failed if !is_given_up(&attempt) => {
                past.begun.remove(&due);
                let failed = past.failed.entry(due).or_insert(Failed { tries: 0, last: at });
                *failed = Failed { tries: failed.tries + 1, last: at };
                if failed.tries >= TRIES {
                    past.end(due);
                }
            }
            _ => past.end(due),
        }
        if let Some(step) = attempt.steps.iter().find(|step| step.step == SINCE) {
            past.times = Some(step.said.clone());
            return;
        }
        if matches!(attempt.outcome, Outcome::Published | Outcome::Unchanged | Outcome::Attention) {
            past.success = Some(at);
        }
        past.last = Some((at, attempt));
    }
}

/// Whether it was never done, because it had ended the program before.
fn is_given_up(attempt: &Attempt) -> bool {
    attempt.findings.iter().any(|finding| finding.rule == &rules::SCHEDULE_GIVEN_UP)
}

/// The entry that says that a schedule has these times from now on.
pub fn since(code: &str, times: String, now: DateTime<Utc>) -> Attempt {
    let mut attempt = Attempt::begun(Trigger::Schedule { schedule: code.to_owned(), due: now }, now);
    attempt.outcome = Outcome::Skipped;
    attempt.steps.push(StepRecord { step: SINCE.to_owned(), done: true, milliseconds: 0, said: times });
    attempt
}
