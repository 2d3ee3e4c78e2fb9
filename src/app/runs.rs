//! Runs as the ledger tells them. Entries of older programs say less, and are read for ever.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};

use super::Stopped;
use crate::finding::suggest::nearest;
use crate::finding::{Finding, Place, from_json, rules, to_json};
use crate::store::{Entry, Kind};

/// One run of the past.
#[derive(Debug, Clone)]
pub struct Run {
    pub seq: i64,
    pub at: DateTime<Utc>,
    /// Its code.
    pub code: String,
    /// The version of the program and what tells its builds apart.
    pub program: String,
    pub as_of: NaiveDate,
    /// Only what had been received by then was used; None: all that had come.
    pub known_at: Option<DateTime<Utc>>,
    /// The catalogue's hash.
    pub definitions: String,
    /// By which name the store keeps the definition files; None for runs of programs that did not keep them.
    pub kept: Option<String>,
    /// What was found about the inbox as it lay, which no file of the store tells.
    pub inbox: Vec<Finding>,
    pub outputs: Vec<RunOutput>,
    /// Its outputs went to a folder that was named for this run, not to where scoreboards are published.
    pub elsewhere: bool,
}

/// A file that a run delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunOutput {
    pub report: String,
    /// Relative to the folder of scoreboards.
    pub name: String,
    pub hash: String,
}

impl Run {
    /// None for an entry that is no run.
    pub fn of(entry: &Entry) -> Option<Self> {
        if entry.kind != Kind::Run {
            return None;
        }
        let body = &entry.body;
        let text = |value: &Value, key: &str| value[key].as_str().map(str::to_owned);
        let list = |key: &str| body[key].as_array().into_iter().flatten();
        Some(Self {
            seq: entry.seq,
            at: entry.at,
            code: text(body, "run")?,
            program: text(body, "program").unwrap_or_default(),
            as_of: body["as_of"].as_str()?.parse().ok()?,
            known_at: body["known_at"].as_str().and_then(instant),
            definitions: text(body, "definitions")?,
            kept: text(body, "kept"),
            inbox: list("inbox").filter_map(from_json).collect(),
            outputs: list("outputs")
                .filter_map(|one| {
                    Some(RunOutput { report: text(one, "report")?, name: text(one, "name")?, hash: text(one, "hash")? })
                })
                .collect(),
            elsewhere: body["elsewhere"].as_bool().unwrap_or(false),
        })
    }

    /// All of them, in their order.
    pub fn all(entries: &[Entry]) -> Vec<Self> {
        entries.iter().filter_map(Self::of).collect()
    }

    /// Whether it delivered a file of these bytes for a report.
    pub fn published(&self, report: &str, hash: &str) -> bool {
        self.outputs.iter().any(|output| output.report == report && output.hash == hash)
    }

    /// The version alone.
    pub fn version(&self) -> &str {
        self.program.split(' ').next().unwrap_or("")
    }
}

/// The latest run that is meant: by its code, by how its code begins, or as `last` or `previous` (another code than the last).
///
/// # Errors
/// No run or several are meant; the finding lists the runs.
pub fn find(runs: &[Run], meant: &str) -> Result<Run, Stopped> {
    let last = runs.last();
    let found = match meant {
        "last" => last,
        "previous" => runs.iter().rev().find(|run| last.is_some_and(|last| last.code != run.code)),
        code => {
            let of = |run: &&Run| run.code.starts_with(code) && !code.is_empty();
            let codes: BTreeSet<&str> = runs.iter().filter(of).map(|run| run.code.as_str()).collect();
            if codes.len() > 1 && !codes.contains(code) {
                let message = format!("several runs begin with `{code}`");
                let finding = Finding::error(&rules::UNKNOWN_RUN, Place::Project, message);
                return Err(Stopped::one(finding.help(format!("Write more of it. {}", list(runs)))));
            }
            runs.iter().rev().filter(of).max_by_key(|run| (run.code == code, run.seq))
        }
    };
    found.cloned().ok_or_else(|| {
        let message = match meant {
            "last" => "nothing was published yet".to_owned(),
            "previous" => "there is no run before the last one".to_owned(),
            code => format!("no run is called `{code}`"),
        };
        let finding = Finding::error(&rules::UNKNOWN_RUN, Place::Project, message);
        let suggestion = nearest(meant, runs.iter().map(|run| run.code.as_str()));
        Stopped::one(finding.suggest(suggestion).help(list(runs)))
    })
}

/// What was kept of the runs that the last of these entries was held against, by hash.
pub fn held_against(entries: &[Entry]) -> BTreeSet<String> {
    let runs = || entries.iter().filter(|entry| entry.kind == Kind::Run).map(|entry| &entry.body);
    let Some(since) = runs().next_back().and_then(|own| own["since"].as_str()) else { return BTreeSet::new() };
    runs().filter(|body| body["run"] == since).filter_map(kept_figures).collect()
}

/// Where what was kept of a run's figures lies, by hash.
pub fn kept_figures(body: &Value) -> Option<String> {
    body["figures"].as_str().map(str::to_owned)
}

/// How many runs are listed where one is not found.
const LISTED: usize = 12;

fn list(runs: &[Run]) -> String {
    let mut seen = BTreeSet::new();
    let latest = runs.iter().rev().filter(|run| seen.insert(run.code.as_str()));
    let shown: Vec<String> = latest.take(LISTED).map(|run| format!("{} (as of {})", run.code, run.as_of)).collect();
    match shown.len() {
        0 => "There is none: `scoreboard run` makes the first.".to_owned(),
        LISTED => format!("The latest are {}.", shown.join(", ")),
        _ => format!("The runs are, the latest first: {}.", shown.join(", ")),
    }
}

/// What a run says of itself, apart from what came of it.
pub fn asked(run: &Run) -> Value {
    json!({
        "run": run.code, "program": run.program, "as_of": run.as_of.to_string(),
        "known_at": run.known_at.map(written), "definitions": run.definitions, "kept": run.kept,
        "inbox": run.inbox.iter().map(to_json).collect::<Vec<_>>(), "elsewhere": run.elsewhere,
        "outputs": run.outputs.iter()
            .map(|output| json!({ "report": output.report, "name": output.name, "hash": output.hash }))
            .collect::<Vec<_>>(),
    })
}

/// An instant as the ledger writes it.
pub fn written(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

fn instant(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|instant| instant.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(seq: i64, code: &str) -> Run {
        let entry = Entry {
            seq,
            at: DateTime::default(),
            kind: Kind::Run,
            // As the first programs wrote it.
            body: json!({ "run": code, "program": "0.1.0 1 2", "as_of": "2016-06-30", "definitions": "d",
                "inputs": [], "outputs": [{ "report": "r", "name": "r.json", "hash": "h" }] }),
            hash: String::new(),
        };
        Run::of(&entry).expect("a run")
    }

    #[test]
    fn a_run_is_found_by_its_code_its_beginning_and_its_place() {
        let runs = [run(1, "aa11"), run(2, "ab22"), run(3, "cc33"), run(4, "cc33"), run(5, "cc")];
        let seq = |meant: &str| find(&runs, meant).map(|run| run.seq).map_err(|stopped| stopped.0[0].message.clone());
        assert_eq!(seq("last"), Ok(5));
        assert_eq!(seq("previous"), Ok(4));
        assert_eq!(seq("cc3"), Ok(4));
        assert_eq!(seq("cc"), Ok(5), "a whole code before the beginning of another");
        assert_eq!(seq("ab"), Ok(2));
        assert_eq!(seq("a"), Err("several runs begin with `a`".into()));
        assert_eq!(seq("zz"), Err("no run is called `zz`".into()));
        assert_eq!(
            find(&[], "last").map_err(|stopped| stopped.0[0].message.clone()).err().as_deref(),
            Some("nothing was published yet")
        );
    }

    #[test]
    fn an_entry_of_an_older_program_is_a_run_without_kept_definitions() {
        let old = run(7, "aa");
        assert_eq!((old.kept, old.known_at, old.elsewhere, old.outputs.len()), (None, None, false, 1));
    }

    #[test]
    fn what_is_written_comes_back() {
        let mut one = run(3, "aa");
        one.kept = Some("k".into());
        one.known_at = DateTime::from_timestamp(1_467_280_800, 0);
        one.inbox = vec![Finding::warning(&rules::FILE_IGNORED, Place::Project, "not a regular file")];
        let entry = Entry { seq: 3, at: one.at, kind: Kind::Run, body: asked(&one), hash: String::new() };
        assert_eq!(format!("{:?}", Run::of(&entry)), format!("{:?}", Some(one)));
    }
}
