//! Matrices: what is counted by two fields, with every declared value, so that a gap is seen.

use std::collections::BTreeMap;

use polars::prelude::DataFrame;
use rust_decimal::Decimal;

use super::Inputs;
use super::plan::{Grain, table};
use super::population::truths;
use crate::define::catalog::{Collection, FieldKind, MatrixPlan};
use crate::model::code::PartnerCode;
use crate::model::matrix::{Matrix, MatrixCell, MatrixPart};
use crate::model::value::Coverage;
use crate::sql::frame::{Exact, exact, query, text};

/// The query of a matrix: of the whole, or with its parts.
pub fn plan(collection: &Collection, matrix: &MatrixPlan, split: bool) -> String {
    let grain = if axes(matrix).any(|field| field == "partner") { Grain::Partner } else { Grain::Record };
    let mut keys = vec![(&matrix.rows, "by_row"), (&matrix.columns, "by_column")];
    keys.extend(matrix.split.iter().filter(|_| split).map(|field| (field, "by_part")));
    let named: Vec<String> = keys.iter().map(|(field, name)| format!("{field} AS {name}")).collect();
    let fields: Vec<&str> = keys.iter().map(|(field, _)| field.as_str()).collect();
    let order: Vec<String> = keys.iter().map(|(_, name)| format!("{name} NULLS LAST")).collect();
    let chosen = matrix.condition.as_ref().map_or_else(String::new, |condition| format!(" WHERE {}", condition.sql));
    format!(
        "SELECT {}, {} AS value, COUNT(*) AS row_count FROM {}{chosen} GROUP BY {} ORDER BY {}",
        named.join(", "),
        matrix.measure.sql(),
        table(collection, grain),
        fields.join(", "),
        order.join(", ")
    )
}

fn axes(matrix: &MatrixPlan) -> impl Iterator<Item = &str> {
    [&matrix.rows, &matrix.columns].into_iter().chain(&matrix.split).map(String::as_str)
}

/// Every matrix that a report declares.
///
/// # Errors
/// What the SQL engine refuses, as text: a fault of the plan.
pub fn matrices(inputs: &Inputs<'_>, plans: &[MatrixPlan]) -> Result<Vec<Matrix>, String> {
    plans
        .iter()
        .filter_map(|plan| Some((plan, inputs.catalog.collection(&plan.from)?)))
        .map(|(plan, collection)| matrix(inputs, plan, collection))
        .collect()
}

fn matrix(inputs: &Inputs<'_>, declared: &MatrixPlan, collection: &Collection) -> Result<Matrix, String> {
    let (rows, columns) =
        (Axis::of(inputs, collection, &declared.rows), Axis::of(inputs, collection, &declared.columns));
    let split = declared.split.as_ref().map(|field| Axis::of(inputs, collection, field));
    let ask = |parts: bool| -> Result<(String, DataFrame), String> {
        let sql = plan(collection, declared, parts);
        let named = inputs.records.tables.iter().map(|(name, frame)| (name.as_str(), frame));
        let tables: Vec<(&str, &DataFrame)> =
            named.filter(|(name, _)| name.starts_with(collection.code.as_str())).collect();
        let found = query(&tables, &sql).map_err(|error| error.to_string())?;
        Ok((sql, found))
    };
    let (sql, whole) = ask(false)?;
    let names = names(inputs, declared, collection)?;
    let empty = || vec![vec![MatrixCell::default(); columns.codes.len()]; rows.codes.len()];
    let fill = |found: &DataFrame, part: Option<&str>| -> (Vec<Vec<MatrixCell>>, u64) {
        let (mut cells, mut unplaced) = (empty(), 0);
        for at in 0..found.height() {
            if part.is_some_and(|part| text(found, "by_part", at).as_deref() != Some(part)) {
                continue;
            }
            let place = |axis: &Axis, column: &str| text(found, column, at).and_then(|code| axis.place(&code));
            let (Some(row), Some(column)) = (place(&rows, "by_row"), place(&columns, "by_column")) else {
                if let Exact::Number(count) = exact(found, "row_count", at) {
                    unplaced += u64::try_from(count).unwrap_or(0);
                }
                continue;
            };
            let value = if let Exact::Number(value) = exact(found, "value", at) { Some(value) } else { None };
            let key = [part.unwrap_or_default(), &rows.codes[row], &columns.codes[column]].map(str::to_owned);
            let names = names.get(&key).cloned().unwrap_or_default();
            // A sum of nothing is nothing; a row that counts none is there all the same.
            cells[row][column] = MatrixCell { value: Some(value.unwrap_or(Decimal::ZERO)), names };
        }
        (cells, unplaced)
    };
    let (cells, unplaced) = fill(&whole, None);
    let has_reported = |code: &PartnerCode| {
        inputs.submissions.iter().any(|one| one.partner == *code && one.collection == collection.code)
    };
    let takes: Vec<&PartnerCode> = (inputs.catalog.partners.iter())
        .filter(|partner| partner.takes_part(&collection.code))
        .map(|partner| &partner.code)
        .collect();
    let coverage = Coverage { reported: takes.iter().filter(|code| has_reported(code)).count(), due: takes.len() };
    let mut parts = vec![MatrixPart { name: String::new(), reported: coverage.reported > 0, cells }];
    if let Some(axis) = &split {
        let (_, found) = ask(true)?;
        for (code, label) in axis.codes.iter().zip(&axis.labels) {
            let partner = PartnerCode::new(code).filter(|_| declared.split.as_deref() == Some("partner"));
            let reported = partner.map_or(coverage.reported > 0, |code| has_reported(&code));
            let (cells, _) = fill(&found, Some(code));
            parts.push(MatrixPart { name: label.clone(), reported, cells });
        }
    }
    let language = &inputs.catalog.programme.language;
    Ok(Matrix {
        title: declared.title.clone(),
        collection: collection.title.get(language).to_owned(),
        measure: declared.measure.source.clone(),
        condition: declared.condition.as_ref().map(|condition| condition.source.clone()),
        rows_by: rows.label,
        columns_by: columns.label,
        split_by: split.map(|axis| axis.label),
        rows: rows.labels,
        columns: columns.labels,
        parts,
        unplaced,
        coverage,
        sql,
    })
}

/// What stands in each cell, by part (empty for the whole), row and column: each name once, in the order of the rows.
fn names(
    inputs: &Inputs<'_>,
    declared: &MatrixPlan,
    collection: &Collection,
) -> Result<BTreeMap<[String; 3], Vec<String>>, String> {
    let mut all: BTreeMap<[String; 3], Vec<String>> = BTreeMap::new();
    let Some(field) = &declared.names else { return Ok(all) };
    let grain = if axes(declared).any(|field| field == "partner") { Grain::Partner } else { Grain::Record };
    let Some(rows) = inputs.records.tables.get(&table(collection, grain)) else { return Ok(all) };
    let chosen = truths(rows, declared.condition.as_ref(), true)?;
    for at in (0..rows.height()).filter(|at| chosen[*at]) {
        let of = |name: &str| text(rows, name, at);
        let (Some(name), Some(row), Some(column)) = (of(field.as_str()), of(&declared.rows), of(&declared.columns))
        else {
            continue;
        };
        let part = declared.split.as_ref().and_then(|split| of(split));
        for part in part.into_iter().chain([String::new()]) {
            let here = all.entry([part, row.clone(), column.clone()]).or_default();
            if !here.contains(&name) {
                here.push(name.clone());
            }
        }
    }
    Ok(all)
}

/// All declared values of a field, in their order.
struct Axis {
    label: String,
    codes: Vec<String>,
    labels: Vec<String>,
}

impl Axis {
    fn of(inputs: &Inputs<'_>, collection: &Collection, name: &str) -> Self {
        let language = &inputs.catalog.programme.language;
        let Some(field) = collection.field(name) else {
            let partners = inputs.catalog.partners.iter().filter(|partner| partner.takes_part(&collection.code));
            let (codes, labels) = partners.map(|partner| (partner.code.to_string(), partner.name.clone())).unzip();
            return Self { label: "Partner".into(), codes, labels };
        };
        let (codes, labels) = if field.kind == FieldKind::YesNo {
            ["yes", "no"].map(|word| (word.to_owned(), word.to_owned())).into_iter().unzip()
        } else {
            field.options.iter().map(|option| (option.code.clone(), option.label.get(language).to_owned())).unzip()
        };
        Self { label: field.label.get(language).to_owned(), codes, labels }
    }

    fn place(&self, code: &str) -> Option<usize> {
        self.codes.iter().position(|known| known == code)
    }
}
