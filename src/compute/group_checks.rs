//! Declared checks over groups of rows: over all that count, whichever files and partners they came from.
//!
//! Rows of several files cannot be kept out while one of them is read, so a group that fails is told and counts.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::DataFrame;

use super::Inputs;
use super::plan::{Grain, table};
use super::population::truths;
use super::records::Records;
use crate::define::catalog::{Collection, GroupCheck};
use crate::finding::{Finding, Place, rules};
use crate::model::submission::Submission;
use crate::sql::frame::{query, text};
use crate::sql::group::column;

/// So many groups of one check are told each by itself.
const TOLD: usize = 1_000;
/// Cells of a group that are named.
const CELLS: usize = 3;

/// The query of the groups that fail, with what was counted in each.
pub fn plan(collection: &Collection, check: &GroupCheck) -> String {
    let keys: Vec<String> = check.by.iter().enumerate().map(|(at, field)| format!("{field} AS by_{at}")).collect();
    let values: Vec<String> =
        check.expect.measures.iter().enumerate().map(|(at, one)| format!("{} AS {}", one.sql(), column(at))).collect();
    let names: Vec<String> = (0..keys.len()).map(|at| format!("by_{at}")).collect();
    let columns: Vec<String> = names.iter().cloned().chain((0..values.len()).map(column)).collect();
    let mut rows: Vec<String> = check.by.iter().map(|field| format!("{field} IS NOT NULL")).collect();
    rows.extend(check.condition.as_ref().map(|condition| format!("({})", condition.sql)));
    format!(
        "SELECT {}, row_count FROM (SELECT {}, {}, COUNT(*) AS row_count FROM {} WHERE {} GROUP BY {}) AS groups__ \
         WHERE NOT ({}) ORDER BY {}",
        columns.join(", "),
        keys.join(", "),
        values.join(", "),
        table(collection, Grain::Partner),
        rows.join(" AND "),
        check.by.join(", "),
        check.expect.sql,
        names.iter().map(|name| format!("{name} NULLS LAST")).collect::<Vec<_>>().join(", ")
    )
}

/// A finding for each group that fails.
///
/// # Errors
/// What the SQL engine refuses, as text: a fault of the plan.
pub fn findings(inputs: &Inputs<'_>) -> Result<Vec<Finding>, String> {
    let sections: BTreeMap<i64, &Submission> = inputs.submissions.iter().map(|one| (one.section, one)).collect();
    let mut findings = Vec::new();
    for collection in &inputs.catalog.collections {
        let name = table(collection, Grain::Partner);
        let Some(rows) = inputs.records.tables.get(&name) else { continue };
        for check in &collection.group_checks {
            let failed =
                query(&[(name.as_str(), rows)], &plan(collection, check)).map_err(|error| error.to_string())?;
            let language = &inputs.catalog.programme.language;
            findings.extend(told(check, language, rows, &failed, &sections)?);
        }
    }
    Ok(findings)
}

fn told(
    check: &GroupCheck,
    language: &str,
    rows: &DataFrame,
    failed: &DataFrame,
    sections: &BTreeMap<i64, &Submission>,
) -> Result<Vec<Finding>, String> {
    let count = failed.height();
    if count == 0 {
        return Ok(Vec::new());
    }
    let columns: Vec<String> = (0..check.by.len()).map(|at| format!("by_{at}")).collect();
    let key = |frame: &DataFrame, names: &[String], row: usize| -> Option<Vec<String>> {
        names.iter().map(|name| text(frame, name, row)).collect()
    };
    let mut members: BTreeMap<Vec<String>, Vec<usize>> = BTreeMap::new();
    for row in 0..count.min(TOLD) {
        members.extend(key(failed, &columns, row).map(|key| (key, Vec::new())));
    }
    let looked_at = truths(rows, check.condition.as_ref(), true)?;
    for row in (0..rows.height()).filter(|row| looked_at[*row]) {
        if let Some(list) = key(rows, &check.by, row).and_then(|key| members.get_mut(&key)) {
            list.push(row);
        }
    }
    let help = format!("Declared check `{}`: {}.", check.code, check.expect.source);
    let says = check.message.get(language);
    let mut findings = Vec::new();
    for row in 0..count.min(TOLD) {
        let Some(own) = key(failed, &columns, row) else { continue };
        let list = members.get(&own).map_or(&[][..], Vec::as_slice);
        let place = |row: usize| Records::place(&check.by[0], rows, row, sections);
        let cells: Vec<String> = list.iter().take(CELLS).map(|row| place(*row).to_string()).collect();
        let more = if list.len() > CELLS { "; …" } else { "" };
        let rows_of = format!("{} {}", list.len(), if list.len() == 1 { "row" } else { "rows" });
        let message = format!("group {}: {says} ({rows_of}: {}{more})", own.join(" · "), cells.join("; "));
        let values: Vec<String> = (check.expect.measures.iter().enumerate())
            .map(|(at, one)| format!("{} = {}", one.source, text(failed, &column(at), row).unwrap_or_default()))
            .collect();
        let partners: BTreeSet<String> = list.iter().filter_map(|row| text(rows, "partner", *row)).collect();
        let first = list.first().map_or(Place::Project, |row| place(*row));
        let finding = Finding::new(&rules::GROUP_CHECK_FAILED, check.severity, first, message);
        // Of several partners nobody knows who can mend it.
        let alone = partners.first().filter(|_| partners.len() == 1).cloned();
        findings.push(finding.found(values.join(", ")).help(&help).partner(alone));
    }
    if count > TOLD {
        let message = format!("and {} more groups that fail the same check", count - TOLD);
        findings.push(Finding::new(&rules::GROUP_CHECK_FAILED, check.severity, Place::Project, message).help(help));
    }
    Ok(findings)
}
