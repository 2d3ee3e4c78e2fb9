//! What became of records: cohorts by the period in which they began, and what is open.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use polars::prelude::DataFrame;

use super::Inputs;
use super::plan::{Grain, table};
use super::population::truths;
use super::records::Records;
use crate::define::catalog::{ChainPlan, Collection, Reached};
use crate::finding::{Finding, rules};
use crate::model::chain::{Chain, Cohort, Open};
use crate::model::fold::fold_key;
use crate::model::submission::Submission;
use crate::model::value::Coverage;
use crate::sql::frame::{date, text};

/// Keys of open records that are named.
const NAMED: usize = 30;
/// Cells of orphans that are named.
const CELLS: usize = 3;

/// A record by its number, and by its partner where numbers are each partner's own.
type Key = (Option<String>, String);

fn key(collection: &Collection, rows: &DataFrame, field: &str, row: usize) -> Option<Key> {
    let partner = if collection.shared_key { None } else { text(rows, "partner", row) };
    Some((partner, fold_key(&text(rows, field, row)?)))
}

/// Every chain that a report declares.
///
/// # Errors
/// What the SQL engine refuses, as text: a fault of the plan.
pub fn chains(inputs: &Inputs<'_>, plans: &[ChainPlan]) -> Result<Vec<Chain>, String> {
    let found = plans.iter().filter_map(|plan| Some((plan, inputs.catalog.collection(&plan.from)?)));
    found.map(|(plan, collection)| chain(inputs, plan, collection)).collect()
}

/// When a record reached a step: nothing, without a day, or on a day.
type When = Option<Option<NaiveDate>>;

fn chain(inputs: &Inputs<'_>, plan: &ChainPlan, collection: &Collection) -> Result<Chain, String> {
    let empty = DataFrame::empty();
    let rows = inputs.records.tables.get(&table(collection, Grain::Record)).unwrap_or(&empty);
    let looked_at = truths(rows, plan.condition.as_ref(), true)?;
    let (began_on, number) = (collection.date.as_ref(), collection.key.first());
    let mut steps: Vec<Vec<When>> = Vec::new();
    for step in &plan.steps {
        steps.push(match &step.reached {
            Reached::Row { date: field, condition } => {
                let holds = truths(rows, condition.as_ref(), true)?;
                let when = |row: usize| -> When {
                    let on = field.as_ref().map(|field| date(rows, field.as_str(), row));
                    match on {
                        // Later than the scoreboard's day is not yet.
                        Some(on) => on.filter(|on| holds[row] && *on <= inputs.as_of).map(Some),
                        None => holds[row].then_some(None),
                    }
                };
                (0..rows.height()).map(when).collect()
            }
            Reached::Named { collection: other, by, condition } => {
                let named = named_by(inputs, other, by.as_str(), condition.as_ref(), collection)?;
                let own = |row: usize| key(collection, rows, number?.as_str(), row);
                (0..rows.height()).map(|row| own(row).and_then(|key| named.get(&key).copied())).collect()
            }
        });
    }
    let calendar = &inputs.catalog.programme.calendar;
    let mut members: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    let began = |row: usize| began_on.and_then(|field| date(rows, field.as_str(), row));
    for row in (0..rows.height()).filter(|row| looked_at[*row]) {
        if let Some(day) = began(row) {
            members.entry(calendar.number_of(day)).or_default().push(row);
        }
    }
    let cohort = |label: String, rows: &[usize]| {
        let reached = steps.iter().map(|step| rows.iter().filter(|row| step[**row].is_some()).count()).collect();
        let days = steps.iter().map(|step| {
            let taken = rows.iter().filter_map(|row| Some((step[*row].flatten()? - began(*row)?).num_days()));
            median(taken.collect())
        });
        Cohort { label, began: rows.len(), reached, days: days.collect() }
    };
    let mut cohorts: Vec<Cohort> = members
        .iter()
        .map(|(number, rows)| cohort(calendar.period(*number).map_or(String::new(), |one| one.label), rows))
        .collect();
    let all: Vec<usize> = members.values().flatten().copied().collect();
    cohorts.push(cohort(String::new(), &all));
    // Oldest first.
    let mut waiting: BTreeMap<String, Vec<(NaiveDate, String)>> = BTreeMap::new();
    for row in all {
        let (Some(on), Some(partner)) = (began(row), text(rows, "partner", row)) else { continue };
        let age = u64::try_from((inputs.as_of - on).num_days()).unwrap_or(0);
        if steps.first().is_some_and(|step| step[row].is_none()) && age > plan.open_after {
            let name = number.and_then(|field| text(rows, field.as_str(), row)).unwrap_or_default();
            waiting.entry(partner).or_default().push((on, name));
        }
    }
    let open = inputs.catalog.partners.iter().filter_map(|partner| {
        let mut list = waiting.remove(partner.code.as_str())?;
        list.sort();
        let longest = list.first().map_or(0, |(on, _)| (inputs.as_of - *on).num_days());
        let keys = list.iter().take(NAMED).map(|(_, name)| name.clone()).collect();
        Some(Open { partner: partner.name.clone(), count: list.len(), keys, longest })
    });
    let open = open.collect();
    let takes = || inputs.catalog.partners.iter().filter(|partner| partner.takes_part(&collection.code));
    let reported = takes().filter(|partner| {
        inputs.submissions.iter().any(|one| one.partner == partner.code && one.collection == collection.code)
    });
    Ok(Chain {
        title: plan.title.clone(),
        collection: collection.title.get(&inputs.catalog.programme.language).to_owned(),
        steps: std::iter::once(&plan.begins).chain(plan.steps.iter().map(|step| &step.title)).cloned().collect(),
        cohorts,
        open_after: plan.open_after,
        open,
        coverage: Coverage { reported: reported.count(), due: takes().count() },
    })
}

/// The records that rows of another collection name, with the earliest day of such a row.
fn named_by(
    inputs: &Inputs<'_>,
    other: &crate::model::code::CollectionCode,
    by: &str,
    condition: Option<&crate::sql::Expression>,
    start: &Collection,
) -> Result<BTreeMap<Key, Option<NaiveDate>>, String> {
    let mut named: BTreeMap<Key, Option<NaiveDate>> = BTreeMap::new();
    let Some(collection) = inputs.catalog.collection(other) else { return Ok(named) };
    let Some(rows) = inputs.records.tables.get(&table(collection, Grain::Record)) else { return Ok(named) };
    let holds = truths(rows, condition, true)?;
    for row in (0..rows.height()).filter(|row| holds[*row]) {
        let Some(key) = key(start, rows, by, row) else { continue };
        let on = collection.date.as_ref().and_then(|field| date(rows, field.as_str(), row));
        let known = named.entry(key).or_insert(on);
        *known = match (*known, on) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }
    Ok(named)
}

/// The smallest value that half of them do not exceed, as medians of rows are taken.
fn median(mut values: Vec<i64>) -> Option<i64> {
    values.sort_unstable();
    values.get(values.len().div_ceil(2).checked_sub(1)?).copied()
}

/// Rows that name a record which is not there: one finding for each field and partner.
pub fn orphans(inputs: &Inputs<'_>) -> Vec<Finding> {
    let sections: BTreeMap<i64, &Submission> = inputs.submissions.iter().map(|one| (one.section, one)).collect();
    let mut findings = Vec::new();
    for collection in &inputs.catalog.collections {
        let Some(rows) = inputs.records.tables.get(&table(collection, Grain::Partner)) else { continue };
        for field in &collection.fields {
            let Some(to) = &field.refers_to else { continue };
            let Some(parent) = inputs.catalog.collection(&to.collection) else { continue };
            let Some(parents) = inputs.records.tables.get(&table(parent, Grain::Partner)) else { continue };
            let there: std::collections::BTreeSet<Key> =
                (0..parents.height()).filter_map(|row| key(parent, parents, to.field.as_str(), row)).collect();
            let mut lost: BTreeMap<String, Vec<usize>> = BTreeMap::new();
            for row in 0..rows.height() {
                let missing = key(parent, rows, field.code.as_str(), row).is_some_and(|key| !there.contains(&key));
                if missing && let Some(partner) = text(rows, "partner", row) {
                    lost.entry(partner).or_default().push(row);
                }
            }
            for (partner, list) in lost {
                let name = field.code.as_str();
                let place = |row: usize| Records::place(name, rows, row, &sections);
                let said: Vec<String> = list
                    .iter()
                    .take(CELLS)
                    .map(|row| format!("{} ({})", text(rows, name, *row).unwrap_or_default(), place(*row)))
                    .collect();
                let more = if list.len() > CELLS { "; …" } else { "" };
                let count = format!("{} {}", list.len(), if list.len() == 1 { "row" } else { "rows" });
                let message = format!(
                    "{count} of `{}` without its record in `{}`: {}{more}",
                    collection.code,
                    parent.code,
                    said.join("; ")
                );
                let finding = Finding::warning(&rules::ORPHAN, place(list[0]), message);
                let found = text(rows, name, list[0]).unwrap_or_default();
                findings.push(
                    finding
                        .help("Correct the number, or report the record. The rows count.")
                        .found(found)
                        .partner(Some(partner)),
                );
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn a_median_is_a_value_that_is_there() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![30, 10, 20]), Some(20));
        assert_eq!(median(vec![40, 10, 20, 30]), Some(20));
    }
}
