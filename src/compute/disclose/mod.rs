//! What may be told to a funder or the public: no cell from fewer than three enterprises, no total of money that is nearly
//! all one's, and nothing from which such a cell could be computed, in this output and the ones before it.
//!
//! Start with [`snapshot`] (what the figures are made of), [`decide`] (what stays back) and [`withhold`] (a scoreboard
//! without it). `protect` and `simplex` are pure arithmetic; `contributors` and `respondents` look into the rows.

mod cells;
mod contributors;
mod protect;
mod respondents;
mod simplex;
mod system;
mod withhold;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

pub use cells::{Name, Slot, Snapshot};
pub use system::{Earlier, decide};
pub use withhold::withhold;

use super::Inputs;
use crate::define::catalog::{Derived, How};
use crate::model::code::IndicatorCode;
use crate::model::scoreboard::IndicatorResult;

/// Everything that outputs with these indicators are made of.
///
/// # Errors
/// What the SQL engine refuses, as text.
pub fn snapshot(inputs: &Inputs<'_>, shown: &BTreeSet<IndicatorCode>) -> Result<Snapshot, String> {
    let catalog = inputs.catalog;
    let all: Vec<IndicatorCode> = catalog.indicators.iter().map(|indicator| indicator.code.clone()).collect();
    let computed = super::compute(inputs, &all)?;
    let results: BTreeMap<&IndicatorCode, &IndicatorResult> =
        computed.indicators.iter().map(|result| (&result.code, result)).collect();
    let mut snapshot = Snapshot::default();
    for indicator in &catalog.indicators {
        let Some(result) = results.get(&indicator.code) else { continue };
        contributors::add(&mut snapshot, inputs, indicator, result)?;
    }
    respondents::add(&mut snapshot, inputs, &results)?;
    derived(&mut snapshot, inputs, &results);
    let is_shown = |slot: &Slot| slot.indicator().is_none_or(|code| shown.contains(code));
    snapshot.tells.retain(|slot, _| is_shown(slot));
    snapshot.never.retain(is_shown);
    snapshot.behind.retain(|slot, _| is_shown(slot));
    Ok(snapshot)
}

/// A derived figure tells what its parts tell.
fn derived(snapshot: &mut Snapshot, inputs: &Inputs<'_>, results: &BTreeMap<&IndicatorCode, &IndicatorResult>) {
    // Parts may be derived themselves: as many rounds as there are indicators are enough.
    for _ in &inputs.catalog.indicators {
        for indicator in &inputs.catalog.indicators {
            let How::Derived(derived) = &indicator.how else { continue };
            let parts: Vec<&IndicatorCode> = match derived {
                Derived::Ratio { of, to } => vec![of, to],
                Derived::Sum(parts) => parts.iter().collect(),
            };
            let days = results.get(&indicator.code).map_or(&[][..], |result| &result.trajectory);
            let own = std::iter::once(None).chain(days.iter().map(|point| Some(point.on)));
            for on in own {
                let slot = |code: &IndicatorCode| match on {
                    None => Slot::Total(code.clone()),
                    Some(on) => Slot::At(code.clone(), on),
                };
                for part in &parts {
                    if snapshot.never.contains(&slot(part)) {
                        snapshot.never.insert(slot(&indicator.code));
                    }
                    let names = snapshot.tells.get(&slot(part)).cloned().unwrap_or_default();
                    snapshot.tells.entry(slot(&indicator.code)).or_default().extend(names);
                    let behind = snapshot.behind.get(&slot(part)).cloned().unwrap_or_default();
                    if !behind.is_empty() {
                        snapshot.behind.entry(slot(&indicator.code)).or_default().extend(behind);
                    }
                }
            }
        }
    }
}

/// What an output tells once these figures are withheld: numbers by name, and figures that no relation holds.
pub fn told(snapshot: &Snapshot, withheld: &BTreeSet<Slot>) -> (BTreeMap<Name, Decimal>, BTreeSet<Slot>) {
    let names = snapshot.tells.iter().filter(|(slot, _)| !withheld.contains(slot)).flat_map(|(_, names)| names);
    let numbers = names.filter_map(|name| Some((name.clone(), snapshot.cell(name)?.value))).collect();
    let figures = snapshot.behind.keys().filter(|slot| !withheld.contains(slot)).cloned().collect();
    (numbers, figures)
}
