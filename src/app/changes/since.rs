//! The run that a scoreboard is held against: the one published before. A run that is repeated is held against the same
//! one as the first time, so that it gives the same bytes; its entry says which.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde_json::{Value as Json, json};

use super::super::Stopped;
use super::facts::{self, Facts};
use super::kept::Kept;
use super::scenario::made_of;
use crate::define::Catalog;
use crate::model::changes::Break;
use crate::model::scoreboard::IndicatorResult;
use crate::store::{Entry, Kind, Store};

/// Indicator → where its series changed its meaning.
pub type Breaks = BTreeMap<String, Vec<Break>>;

/// Keys of a collection that change what one row means; others change which rows are read.
const MEANING: [&str; 5] = ["key", "key_scope", "on_conflict", "date", "submission"];

/// A run published before.
#[derive(Debug)]
pub struct Earlier {
    pub code: String,
    /// None: it was made by a program that kept nothing.
    pub kept: Option<Kept>,
    breaks: Breaks,
}

impl Earlier {
    /// From the body of a run's entry.
    pub fn of(store: &Store, body: &Json) -> Result<Self, Stopped> {
        let kept = match body["figures"].as_str() {
            Some(hash) => Kept::from_bytes(&store.files().get(hash)?),
            None => None,
        };
        let code = body["run"].as_str().unwrap_or_default().to_owned();
        Ok(Self { code, kept, breaks: breaks_of(body).unwrap_or_default() })
    }

    /// The run that `run` is held against; None for the first.
    pub fn than(run: &str, entries: &[Entry], store: &Store) -> Result<Option<Self>, Stopped> {
        let runs: Vec<&Json> =
            entries.iter().filter(|entry| entry.kind == Kind::Run).map(|entry| &entry.body).collect();
        let body = match runs.iter().find(|body| body["run"] == run) {
            Some(own) => runs.iter().rev().find(|body| own["since"].is_string() && body["run"] == own["since"]),
            None => runs.iter().rev().find(|body| body["elsewhere"] != true),
        };
        body.map(|body| Self::of(store, body)).transpose()
    }

    /// Where series broke up to now: as known then, and where definitions differ since.
    pub fn breaks(&self, catalog: &Catalog, facts: &Facts, as_of: NaiveDate) -> Breaks {
        let mut breaks = self.breaks.clone();
        let Some(kept) = &self.kept else { return breaks };
        let differences = facts::differences(&meaning(&kept.facts), &meaning(facts));
        for one in &catalog.indicators {
            if !kept.facts.contains_key(&facts::indicator(one.code.as_str())) {
                continue;
            }
            let things: BTreeSet<String> = made_of(catalog, &one.code);
            let says: Vec<&str> =
                things.iter().filter_map(|thing| differences.get(thing)).map(String::as_str).collect();
            if !says.is_empty() {
                let says = format!("The definition was changed: {}.", says.join("; "));
                breaks.entry(one.code.to_string()).or_default().push(Break { on: as_of, says });
            }
        }
        breaks
    }
}

/// Puts the breaks beside the figures.
pub fn mark(indicators: &mut [IndicatorResult], breaks: &Breaks) {
    for one in indicators {
        if let Some(own) = breaks.get(one.code.as_str()) {
            one.breaks.clone_from(own);
        }
    }
}

/// The facts that say what is counted.
fn meaning(facts: &Facts) -> Facts {
    let of = |(thing, keys): (&String, &BTreeMap<String, String>)| {
        let mut keys = keys.clone();
        if thing.starts_with("collection ") {
            keys.retain(|key, _| MEANING.contains(&key.as_str()));
        }
        let kept = thing.starts_with("collection ") || thing.starts_with("indicator ");
        kept.then(|| (thing.clone(), keys))
    };
    facts.iter().filter_map(of).collect()
}

pub fn breaks_json(breaks: &Breaks) -> Json {
    let list = |all: &Vec<Break>| all.iter().map(|one| json!([one.on.to_string(), one.says])).collect::<Vec<_>>();
    json!(breaks.iter().map(|(code, all)| (code, list(all))).collect::<BTreeMap<_, _>>())
}

fn breaks_of(body: &Json) -> Option<Breaks> {
    let one =
        |pair: &Json| Some(Break { on: pair.get(0)?.as_str()?.parse().ok()?, says: pair.get(1)?.as_str()?.to_owned() });
    let all = body.get("breaks")?.as_object()?.iter();
    all.map(|(code, list)| Some((code.clone(), list.as_array()?.iter().map(one).collect::<Option<_>>()?))).collect()
}
