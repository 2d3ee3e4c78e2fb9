//! What restricted outputs may tell, run after run: the ledger remembers what each told, for no figure can be taken back.
//!
//! All reports for funders and the public are decided together, since a funder reads what is public too. A record is
//! written before its outputs are: after a crash in between, the next run of the same code decides the same.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::assemble::counting;
use super::project::Project;
use super::state::State;
use super::{Stopped, fault};
use crate::clock;
use crate::compute::disclose::{self, Earlier, Name, Slot, Snapshot};
use crate::compute::{Inputs, Records};
use crate::model::scoreboard::Thresholds;
use crate::store::{Kind, Store};

/// Of the rules by which is decided: a record of other rules is no pattern to repeat.
const RULES: u64 = 1;
/// So many outputs are looked back at. A figure that was withheld last time may have been published the time before.
const LOOK_BACK: usize = 3;

/// The figures that this run withholds from funders and the public; recorded, if it is the first of its code.
pub fn decide(
    project: &Project,
    store: &mut Store,
    state: &State,
    run: &str,
    as_of: NaiveDate,
) -> Result<BTreeSet<Slot>, Stopped> {
    let snapshot = snapshot(project, store, state, as_of)?;
    let records: Vec<Value> = store
        .ledger_mut()
        .entries()?
        .into_iter()
        .filter(|entry| entry.kind == Kind::Disclosed)
        .map(|entry| entry.body)
        .collect();
    // It was decided when it was published first; what has come out since was decided knowing it.
    if let Some(withheld) = decided(&records, &snapshot, run) {
        return Ok(withheld);
    }
    let mut before = Vec::new();
    for record in records.iter().rev().filter(|record| record["run"] != run).take(LOOK_BACK) {
        before.push(earlier(project, store, state, record)?);
    }
    let withheld = disclose::decide(&snapshot, &before);
    let body = record(&snapshot, &withheld, state, run, as_of);
    store.ledger_mut().append(clock::now(), &[(Kind::Disclosed, body)])?;
    Ok(withheld)
}

/// The same without deciding anything: None where nothing has been decided for this run.
pub fn recall(
    project: &Project,
    store: &mut Store,
    state: &State,
    run: &str,
    as_of: NaiveDate,
) -> Result<Option<BTreeSet<Slot>>, Stopped> {
    let entries = store.ledger_mut().entries()?.into_iter();
    let records: Vec<Value> = entries.filter(|entry| entry.kind == Kind::Disclosed).map(|entry| entry.body).collect();
    let snapshot = snapshot(project, store, state, as_of)?;
    Ok(decided(&records, &snapshot, run))
}

fn decided(records: &[Value], snapshot: &Snapshot, run: &str) -> Option<BTreeSet<Slot>> {
    let own = records.iter().rev().find(|record| record["run"] == run && record["rules"] == RULES)?;
    let withheld: BTreeSet<&str> = own["withheld"].as_array()?.iter().filter_map(Value::as_str).collect();
    Some(slots(snapshot).filter(|slot| withheld.contains(slot.to_string().as_str())).cloned().collect())
}

fn slots(snapshot: &Snapshot) -> impl Iterator<Item = &Slot> {
    snapshot.tells.keys().chain(&snapshot.never).chain(snapshot.behind.keys())
}

/// What the outputs of a state of things are made of.
fn snapshot(project: &Project, store: &Store, state: &State, as_of: NaiveDate) -> Result<Snapshot, Stopped> {
    let catalog = &project.catalog;
    let counting = counting(project, store, state, as_of)?;
    let records: &Records = &counting.records;
    let inputs = Inputs {
        catalog,
        as_of,
        thresholds: Thresholds { on_track: 1.into(), at_risk: 1.into() },
        submissions: &counting.submissions,
        records,
        waves: &counting.waves,
    };
    let restricted = catalog.reports.iter().filter(|report| report.audience.is_restricted());
    let shown = restricted.flat_map(|report| report.indicators.iter().cloned()).collect();
    disclose::snapshot(&inputs, &shown).map_err(|error| fault("contributors cannot be told apart", error))
}

/// An output of before, made again from the files that it was made of.
fn earlier(project: &Project, store: &Store, state: &State, record: &Value) -> Result<Earlier, Stopped> {
    let texts = |key: &str| -> BTreeSet<String> {
        record[key].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let inputs = texts("inputs");
    let files = state.files.iter().filter(|(hash, _)| inputs.contains(*hash));
    let then = State {
        files: files.map(|(hash, file)| (hash.clone(), file.clone())).collect(),
        head: state.head.clone(),
        next_section: state.next_section,
        receipt: state.receipt,
        last_run: None,
        closed: Vec::new(),
        known_at: None,
    };
    let as_of = record["as_of"].as_str().and_then(|day| day.parse().ok()).unwrap_or_default();
    let told: BTreeMap<Name, _> = record["told"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|one| {
            let part = |at: usize| one.get(at).and_then(Value::as_str);
            Some(((part(0)?.to_owned(), part(1)?.to_owned()), part(2)?.parse().ok()?))
        })
        .collect();
    Ok(Earlier { snapshot: snapshot(project, store, &then, as_of)?, told, figures: texts("figures") })
}

fn record(snapshot: &Snapshot, withheld: &BTreeSet<Slot>, state: &State, run: &str, as_of: NaiveDate) -> Value {
    let (told, figures) = disclose::told(snapshot, withheld);
    json!({
        "run": run, "rules": RULES, "as_of": as_of.to_string(),
        "inputs": state.files.keys().collect::<Vec<_>>(),
        "told": told
            .iter()
            .map(|((quantity, place), value)| json!([quantity, place, value.to_string()]))
            .collect::<Vec<_>>(),
        "figures": figures.iter().map(Slot::to_string).collect::<Vec<_>>(),
        "withheld": withheld.iter().map(Slot::to_string).collect::<Vec<_>>(),
    })
}
