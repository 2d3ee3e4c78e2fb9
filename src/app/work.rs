//! `scoreboard runs`: what was done, what set it off, what came of it, and who got it. Looks only: it needs no lock and
//! changes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;

use super::attempt::{Attempt, Outcome, StepRecord, Trigger};
use super::produce::gate_finding;
use super::project::Project;
use super::record::Received;
use super::runs::{self, Run, RunOutput};
use super::{Stopped, told};
use crate::finding::Finding;
use crate::store::{Entry, Kind, Store, hash_of};

/// How a piece of work ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// As its last entry says; `Begun`: it has not ended yet, or was cut short just now.
    Outcome(Outcome),
    /// It began, and other work began after it: it was killed, or the power went.
    CutShort,
}

impl Ending {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Outcome(Outcome::Begun) => "begun",
            Self::Outcome(Outcome::Published) => "published",
            Self::Outcome(Outcome::Unchanged) => "unchanged",
            Self::Outcome(Outcome::Attention) => "attention",
            Self::Outcome(Outcome::Failed) => "failed",
            Self::Outcome(Outcome::Abandoned) => "abandoned",
            Self::Outcome(Outcome::Skipped) => "skipped",
            Self::CutShort => "cut_short",
        }
    }
}

/// What became of an output since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// It lies there as it was published.
    AsPublished,
    /// A later run published another one under this name.
    Replaced,
    /// What lies there is nothing that a run published.
    Changed,
    Missing,
    /// It went to a folder that was named for this run alone.
    Elsewhere,
}

impl Since {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AsPublished => "as published",
            Self::Replaced => "replaced by a later run",
            Self::Changed => "changed since",
            Self::Missing => "missing",
            Self::Elsewhere => "elsewhere",
        }
    }
}

/// A scoreboard that was published.
#[derive(Debug, Clone)]
pub struct Publication {
    pub as_of: NaiveDate,
    pub known_at: Option<DateTime<Utc>>,
    pub version: String,
    /// How many files it was made of.
    pub inputs: usize,
    /// Those that the run before did not have, by name.
    pub new: Vec<String>,
    pub outputs: Vec<(RunOutput, Since)>,
}

/// One piece of work.
#[derive(Debug, Clone)]
pub struct Work {
    /// The ledger's number of its last entry.
    pub number: i64,
    /// None for runs of programs that did not write it down.
    pub trigger: Option<Trigger>,
    /// None where only its end is known.
    pub began: Option<DateTime<Utc>>,
    /// When its last entry was written.
    pub ended: Option<DateTime<Utc>>,
    pub ending: Ending,
    /// How often the same time of a schedule had failed before.
    pub tried: u32,
    pub milliseconds: Option<u64>,
    pub steps: Vec<StepRecord>,
    pub errors: u64,
    pub warnings: u64,
    pub kept_out: u64,
    pub findings: Vec<Finding>,
    /// The run's code, also where it had changed nothing.
    pub run: Option<String>,
    pub published: Option<Publication>,
    pub delivered: Vec<told::Delivered>,
    pub notices: Vec<told::Notice>,
    /// The entries between its first and its last.
    first: i64,
}

/// All of it, the newest first.
#[derive(Debug)]
pub struct Works {
    pub works: Vec<Work>,
    /// What was delivered and told outside of any of it.
    pub delivered: Vec<told::Delivered>,
    pub notices: Vec<told::Notice>,
}

/// Tells what was done in a project.
///
/// # Errors
/// A store that cannot be read.
pub fn all(project: &Project) -> Result<Works, Stopped> {
    let mut store = Store::look(&project.store())?;
    let entries = store.ledger_mut().entries()?;
    let mut works = of(&entries);
    standing(project, &mut works.works);
    Ok(works)
}

/// The one that is meant: by its number, else by its run as [`runs::find`] says.
///
/// # Errors
/// None or several are meant.
pub fn find<'w>(project: &Project, works: &'w Works, meant: &str) -> Result<&'w Work, Stopped> {
    let number = meant.trim_start_matches('#').parse::<i64>().ok();
    if let Some(one) = works.works.iter().find(|work| Some(work.number) == number) {
        return Ok(one);
    }
    let mut store = Store::look(&project.store())?;
    let run = runs::find(&Run::all(&store.ledger_mut().entries()?), meant)?;
    let has = |work: &&Work| work.run.as_deref() == Some(run.code.as_str()) && work.published.is_some();
    let found = works.works.iter().find(has);
    found.ok_or_else(|| super::fault("a run that no entry tells of", &run.code))
}

/// What ledger entries tell, without a look at what lies where today.
pub fn of(entries: &[Entry]) -> Works {
    let mut told = Telling::default();
    for entry in entries {
        match entry.kind {
            Kind::Received => told.names.extend(Received::from_json(&entry.body).map(|file| (file.file, file.name))),
            Kind::Run => told.run(entry),
            Kind::Attempt => {
                // That a schedule has its times since then is no work.
                let since_only = |attempt: &Attempt| attempt.steps.iter().any(|step| step.step == "schedule");
                if let Some(attempt) = Attempt::of(entry).filter(|attempt| !since_only(attempt)) {
                    told.attempt(entry, attempt);
                }
            }
            _ => {}
        }
    }
    told.settle();
    let mut works = told.works;
    works.sort_by_key(|work| work.number);
    count_tries(&mut works);
    works.reverse();
    let latest = works.iter().map(|work| work.first).max();
    for work in &mut works {
        if work.ending == Ending::Outcome(Outcome::Begun) && Some(work.first) != latest {
            work.ending = Ending::CutShort;
        }
    }
    let (mut delivered, mut notices) = (Vec::new(), Vec::new());
    for one in told::delivered(entries) {
        match owner(&mut works, one.seq, one.run.as_deref()) {
            Some(work) => work.delivered.push(one),
            None => delivered.push(one),
        }
    }
    for one in told::notices(entries) {
        match owner(&mut works, one.seq, one.run.as_deref()) {
            Some(work) => work.notices.push(one),
            None => notices.push(one),
        }
    }
    Works { works, delivered, notices }
}

/// How often each time of a schedule had failed before, of work in its order.
fn count_tries(works: &mut [Work]) {
    let mut failed: BTreeMap<(String, DateTime<Utc>), u32> = BTreeMap::new();
    for work in works {
        let Some(Trigger::Schedule { schedule, due }) = &work.trigger else { continue };
        let count = failed.entry((schedule.clone(), *due)).or_default();
        work.tried = *count;
        *count += u32::from(work.ending == Ending::Outcome(Outcome::Failed));
    }
}

/// The work that something belongs to: in whose course it stands, else the last before it that published its run.
fn owner<'w>(works: &'w mut [Work], seq: i64, run: Option<&str>) -> Option<&'w mut Work> {
    let latest = works.iter().map(|work| work.first).filter(|first| *first < seq).max();
    // What began and has no end reaches to whatever began next.
    let endless = |work: &Work| matches!(work.ending, Ending::CutShort | Ending::Outcome(Outcome::Begun));
    let within = |work: &Work| work.first < seq && (seq < work.number || (endless(work) && Some(work.first) == latest));
    let of_run = |work: &Work| work.published.is_some() && work.run.as_deref() == run && work.number < seq;
    let at = works.iter().position(within).or_else(|| run.and_then(|_| works.iter().position(of_run)))?;
    works.get_mut(at)
}

/// The ledger, as far as it has been told.
#[derive(Default)]
struct Telling {
    works: Vec<Work>,
    /// Files by hash.
    names: BTreeMap<String, String>,
    /// Of the run before.
    inputs: BTreeSet<String>,
    /// A run whose work is not known yet.
    pending: Option<(Entry, Publication)>,
}

impl Telling {
    fn run(&mut self, entry: &Entry) {
        self.settle();
        let Some(run) = Run::of(entry) else { return };
        let listed = entry.body["inputs"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let inputs: BTreeSet<String> = listed.map(str::to_owned).collect();
        let name = |hash: &String| self.names.get(hash).cloned().unwrap_or_else(|| hash.clone());
        let mut new: Vec<String> = inputs.difference(&self.inputs).map(name).collect();
        new.sort();
        let outputs = run.outputs.iter().cloned();
        let outputs = outputs.map(|output| (output, if run.elsewhere { Since::Elsewhere } else { Since::Missing }));
        let publication = Publication {
            as_of: run.as_of,
            known_at: run.known_at,
            version: run.version().to_owned(),
            inputs: inputs.len(),
            new,
            outputs: outputs.collect(),
        };
        self.inputs = inputs;
        self.pending = Some((entry.clone(), publication));
    }

    /// Finds the work of a run that no end tells of: it was cut short after it published, or an older program wrote the
    /// run alone.
    fn settle(&mut self) {
        let Some((entry, publication)) = self.pending.take() else { return };
        let count = |key: &str| entry.body[key].as_u64().unwrap_or(0);
        if let Some(open) = self.works.last_mut().filter(|work| work.ending == Ending::Outcome(Outcome::Begun)) {
            open.run = entry.body["run"].as_str().map(str::to_owned);
            open.published = Some(publication);
            (open.errors, open.warnings, open.kept_out) = (count("errors"), count("warnings"), count("kept_out"));
            return;
        }
        let gates = entry.body["gates"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let findings: Vec<Finding> = gates.map(gate_finding).collect();
        let outcome = if findings.is_empty() { Outcome::Published } else { Outcome::Attention };
        self.works.push(Work {
            number: entry.seq,
            trigger: None,
            began: None,
            ended: Some(entry.at),
            ending: Ending::Outcome(outcome),
            tried: 0,
            milliseconds: None,
            steps: Vec::new(),
            errors: count("errors"),
            warnings: count("warnings"),
            kept_out: count("kept_out"),
            findings,
            run: entry.body["run"].as_str().map(str::to_owned),
            published: Some(publication),
            delivered: Vec::new(),
            notices: Vec::new(),
            first: entry.seq,
        });
    }

    fn attempt(&mut self, entry: &Entry, attempt: Attempt) {
        let begun = attempt.outcome == Outcome::Begun;
        if begun {
            self.settle();
        }
        let own = self.pending.as_ref().is_some_and(|(run, _)| run.body["run"].as_str() == attempt.run.as_deref());
        let published = if own && !begun { self.pending.take() } else { None };
        let first = published.as_ref().map_or(entry.seq, |(run, _)| run.seq);
        let mut work = Work {
            number: entry.seq,
            trigger: Some(attempt.trigger),
            began: Some(attempt.began),
            ended: (!begun).then_some(entry.at),
            ending: Ending::Outcome(attempt.outcome),
            tried: 0,
            milliseconds: (!begun).then_some(attempt.milliseconds),
            steps: attempt.steps,
            errors: attempt.errors,
            warnings: attempt.warnings,
            kept_out: attempt.kept_out,
            findings: attempt.findings,
            run: attempt.run,
            published: published.map(|(_, publication)| publication),
            delivered: Vec::new(),
            notices: Vec::new(),
            first,
        };
        let open = |known: &&mut Work| {
            known.ending == Ending::Outcome(Outcome::Begun)
                && known.trigger == work.trigger
                && known.began == work.began
        };
        match self.works.iter_mut().rev().find(open).filter(|_| !begun) {
            Some(known) => {
                work.first = known.first;
                *known = work;
            }
            None => self.works.push(work),
        }
    }
}

/// Looks which outputs lie there as they were published.
fn standing(project: &Project, works: &mut [Work]) {
    let out = project.out();
    let mut there: BTreeMap<String, Option<String>> = BTreeMap::new();
    // From the newest on: names under which something has been published since.
    let mut later: BTreeSet<String> = BTreeSet::new();
    for work in works {
        let Some(publication) = &mut work.published else { continue };
        for (output, since) in &mut publication.outputs {
            if *since == Since::Elsewhere {
                continue;
            }
            let look = || fs::read(out.join(&output.name)).ok().map(|bytes| hash_of(&bytes));
            let now = there.entry(output.name.clone()).or_insert_with(look);
            *since = match now {
                None => Since::Missing,
                Some(hash) if *hash == output.hash => Since::AsPublished,
                Some(_) if later.contains(&output.name) => Since::Replaced,
                Some(_) => Since::Changed,
            };
            later.insert(output.name.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_467_280_800 + seconds, 0).expect("an instant")
    }

    fn attempt(seq: i64, outcome: Outcome, due: i64, run: Option<&str>) -> Entry {
        let mut one = Attempt::begun(Trigger::Schedule { schedule: "weekly".into(), due: at(due) }, at(due));
        (one.outcome, one.run, one.milliseconds) = (outcome, run.map(str::to_owned), 7);
        Entry { seq, at: at(seq), kind: Kind::Attempt, body: one.to_json(), hash: String::new() }
    }

    fn run(seq: i64, code: &str, inputs: &[&str]) -> Entry {
        let body = json!({ "run": code, "program": "0.1.0 1 2", "as_of": "2016-06-30", "definitions": "d",
            "inputs": inputs, "errors": 2, "outputs": [{ "report": "r", "name": "r.json", "hash": code }] });
        Entry { seq, at: at(seq), kind: Kind::Run, body, hash: String::new() }
    }

    fn entry(seq: i64, kind: Kind, body: Value) -> Entry {
        Entry { seq, at: at(seq), kind, body, hash: String::new() }
    }

    fn shown(works: &Works) -> Vec<(i64, &'static str, Option<&str>, bool)> {
        let one = |work: &'_ Work| (work.number, work.ending.as_str(), work.published.is_some());
        works.works.iter().map(|work| (one(work).0, one(work).1, work.run.as_deref(), one(work).2)).collect()
    }

    #[test]
    fn each_run_stands_with_the_work_that_made_it() {
        let entries = [
            run(1, "old", &["a"]),
            attempt(2, Outcome::Begun, 0, None),
            run(3, "one", &["a", "b"]),
            attempt(4, Outcome::Published, 0, Some("one")),
            attempt(5, Outcome::Begun, 10, None),
            attempt(6, Outcome::Unchanged, 10, Some("one")),
            attempt(7, Outcome::Begun, 20, None),
            run(8, "cut", &["a", "b"]),
            attempt(9, Outcome::Begun, 30, None),
        ];
        let works = of(&entries);
        assert_eq!(
            shown(&works),
            [
                (9, "begun", None, false),
                (7, "cut_short", Some("cut"), true),
                (6, "unchanged", Some("one"), false),
                (4, "published", Some("one"), true),
                (1, "published", Some("old"), true),
            ]
        );
        assert_eq!(works.works[1].errors, 2, "what it counted is known");
        let new = |at: usize| works.works[at].published.as_ref().expect("published").new.clone();
        assert_eq!((new(4), new(3), new(1)), (vec!["a".to_owned()], vec!["b".to_owned()], Vec::<String>::new()));
    }

    #[test]
    fn what_was_delivered_and_told_stands_with_its_work_or_its_run() {
        let delivered = |seq, run: &str| {
            entry(seq, Kind::Delivered, json!({ "destination": "share", "output": "r.json", "run": run }))
        };
        let entries = [
            attempt(1, Outcome::Begun, 0, None),
            run(2, "one", &[]),
            delivered(3, "one"),
            entry(4, Kind::Notice, json!({ "keys": ["success/one"], "state": "about_to" })),
            attempt(5, Outcome::Published, 0, Some("one")),
            delivered(6, "one"),
            delivered(7, "other"),
        ];
        let works = of(&entries);
        let work = &works.works[0];
        assert_eq!(work.delivered.iter().map(|one| one.seq).collect::<Vec<_>>(), [3, 6]);
        assert_eq!(work.notices[0].state, told::State::Unknown);
        assert_eq!(works.delivered.iter().map(|one| one.seq).collect::<Vec<_>>(), [7]);
    }
}
