//! Ledger entries of work: what set it off, how long it took, what came of it. The shape is a promise: old entries must
//! be read for ever.
//!
//! Scheduled work has two entries, one when it begins and one when it ends: a beginning without its end was cut short.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::project::Project;
use crate::clock::{self, Stopwatch};
use crate::finding::{Finding, from_json, to_json};
use crate::store::{Entry, Kind, Store};

/// What set the work off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// Somebody typed the command.
    Command(String),
    /// It was due.
    Schedule {
        /// The schedule's code.
        schedule: String,
        /// The instant at which it was due; of several that were missed, the one that this stands for.
        due: DateTime<Utc>,
    },
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It has begun.
    Begun,
    /// All was done, and something new was published.
    Published,
    /// All was done, and nothing had changed.
    Unchanged,
    /// Published, but a gate failed or a source, a destination or a message did.
    Attention,
    /// Nothing was published.
    Failed,
    /// It was asked to stop, and stopped between two steps.
    Abandoned,
    /// It was missed while nothing ran, and its schedule says to let it be.
    Skipped,
}

/// One stage of the work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepRecord {
    /// `fetch`, `run`, `publish` or `notify`.
    pub step: String,
    pub done: bool,
    pub milliseconds: u64,
    /// One line for people.
    pub said: String,
}

/// One entry.
#[derive(Debug, Clone)]
pub struct Attempt {
    pub trigger: Trigger,
    pub began: DateTime<Utc>,
    pub outcome: Outcome,
    pub milliseconds: u64,
    pub steps: Vec<StepRecord>,
    /// The code of the run, where there was one.
    pub run: Option<String>,
    pub errors: u64,
    pub warnings: u64,
    pub kept_out: u64,
    /// What stopped it, failed gates, what could not be fetched, delivered or sent.
    pub findings: Vec<Finding>,
}

#[derive(Serialize, Deserialize)]
struct Body {
    trigger: Trigger,
    began: DateTime<Utc>,
    outcome: Outcome,
    #[serde(default)]
    milliseconds: u64,
    #[serde(default)]
    steps: Vec<StepRecord>,
    run: Option<String>,
    #[serde(default)]
    errors: u64,
    #[serde(default)]
    warnings: u64,
    #[serde(default)]
    kept_out: u64,
    #[serde(default)]
    findings: Vec<Value>,
}

impl Attempt {
    /// At its beginning.
    pub fn begun(trigger: Trigger, began: DateTime<Utc>) -> Self {
        Self {
            trigger,
            began,
            outcome: Outcome::Begun,
            milliseconds: 0,
            steps: Vec::new(),
            run: None,
            errors: 0,
            warnings: 0,
            kept_out: 0,
            findings: Vec::new(),
        }
    }

    /// Ends work of one step.
    pub fn end(&mut self, outcome: Outcome, watch: &Stopwatch, step: &str, said: &str) {
        self.outcome = outcome;
        self.milliseconds = u64::try_from(watch.elapsed().as_millis()).unwrap_or(u64::MAX);
        let done = outcome != Outcome::Failed;
        let (step, said, milliseconds) = (step.to_owned(), said.to_owned(), self.milliseconds);
        self.steps.push(StepRecord { step, done, milliseconds, said });
    }

    /// Writes work that failed into the ledger, where there is one that can be written to; a store is not made for it,
    /// and nothing is added to a history that is damaged.
    pub fn record(&self, project: &Project) {
        if !project.store().join("ledger.sqlite").is_file() {
            return;
        }
        if let Ok(mut store) = Store::open(&project.store())
            && store.ledger_mut().entries().is_ok()
        {
            // A disk that is full is what stopped the work already, and that was told.
            let _ = store.ledger_mut().append(clock::now(), &[(Kind::Attempt, self.to_json())]);
        }
    }

    pub fn to_json(&self) -> Value {
        json!(Body {
            trigger: self.trigger.clone(),
            began: self.began,
            outcome: self.outcome,
            milliseconds: self.milliseconds,
            steps: self.steps.clone(),
            run: self.run.clone(),
            errors: self.errors,
            warnings: self.warnings,
            kept_out: self.kept_out,
            findings: self.findings.iter().map(to_json).collect(),
        })
    }

    /// None for an entry that is none.
    pub fn of(entry: &Entry) -> Option<Self> {
        if entry.kind != Kind::Attempt {
            return None;
        }
        let body = Body::deserialize(&entry.body).ok()?;
        Some(Self {
            trigger: body.trigger,
            began: body.began,
            outcome: body.outcome,
            milliseconds: body.milliseconds,
            steps: body.steps,
            run: body.run,
            errors: body.errors,
            warnings: body.warnings,
            kept_out: body.kept_out,
            findings: body.findings.iter().filter_map(from_json).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Place, rules};

    #[test]
    fn what_is_written_comes_back() {
        let at = DateTime::from_timestamp(1_467_280_800, 0).expect("an instant");
        let mut one = Attempt::begun(Trigger::Schedule { schedule: "weekly".into(), due: at }, at);
        one.outcome = Outcome::Attention;
        one.steps.push(StepRecord { step: "fetch".into(), done: false, milliseconds: 7, said: "no answer".into() });
        one.findings.push(Finding::warning(&rules::FILE_IGNORED, Place::Project, "not a regular file"));
        let entry = Entry { seq: 1, at, kind: Kind::Attempt, body: one.to_json(), hash: String::new() };
        assert_eq!(format!("{:?}", Attempt::of(&entry)), format!("{:?}", Some(one)));
    }

    #[test]
    fn an_entry_that_says_less_is_read_too() {
        let body = json!({ "trigger": { "command": "run" }, "began": "2016-06-30T10:00:00Z", "outcome": "failed", "run": null });
        let entry = Entry { seq: 1, at: DateTime::default(), kind: Kind::Attempt, body, hash: String::new() };
        let read = Attempt::of(&entry).expect("an attempt");
        assert_eq!((read.outcome, read.steps.len()), (Outcome::Failed, 0));
    }
}
