//! Decisions in the ledger: each when a run first follows it, and when one is taken back or changed.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Stopped;
use crate::clock;
use crate::define::Catalog;
use crate::store::{Kind, Store};

/// Records what is new among the decisions that a run follows, and what it no longer follows.
pub fn record(catalog: &Catalog, store: &mut Store) -> Result<(), Stopped> {
    let now = decisions(catalog);
    let mut then: BTreeMap<String, Value> = BTreeMap::new();
    for entry in store.ledger_mut().entries()?.into_iter().filter(|entry| entry.kind == Kind::Decided) {
        let subject = entry.body["subject"].as_str().unwrap_or_default().to_owned();
        if entry.body["taken_back"] == true {
            then.remove(&subject);
        } else {
            then.insert(subject, entry.body);
        }
    }
    let gone = then.keys().filter(|subject| !now.contains_key(*subject));
    let mut new: Vec<(Kind, Value)> =
        gone.map(|subject| (Kind::Decided, json!({ "subject": subject, "taken_back": true }))).collect();
    let changed = now.iter().filter(|(subject, body)| then.get(*subject) != Some(*body));
    new.extend(changed.map(|(_, body)| (Kind::Decided, body.clone())));
    store.ledger_mut().append(clock::now(), &new)?;
    Ok(())
}

/// By what they are about: two organisations, or a country's code.
fn decisions(catalog: &Catalog) -> BTreeMap<String, Value> {
    let organisations = catalog.decisions.iter().map(|one| {
        let subject = format!("{} | {}", one.keys.0, one.keys.1);
        let body = json!({
            "subject": subject, "pair": [one.one, one.other], "verdict": one.verdict(),
            "by": one.by, "because": one.because, "on": one.on.to_string(),
        });
        (subject, body)
    });
    let countries = catalog.countries.iter().map(|one| {
        let subject = format!("country {} {}", one.of.as_deref().unwrap_or("everywhere"), one.folded);
        let body = json!({
            "subject": subject, "written": one.written, "is": one.is, "of": one.of,
            "by": one.by, "because": one.because, "on": one.on.to_string(),
        });
        (subject, body)
    });
    organisations.chain(countries).collect()
}
