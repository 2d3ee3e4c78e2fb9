//! `[[report.matrix]]`: rows of a collection by two fields, and what is missing.

use super::catalog::{Collection, FieldKind};
use super::collection::{known_field, literals};
use super::reader::{At, Table};
use crate::finding::rules;
use crate::finding::suggest::nearest;
use crate::model::code::{CollectionCode, FieldCode};
use crate::sql::expression::condition;
use crate::sql::{Expression, Measure, measure};

/// A matrix as declared.
#[derive(Debug, Clone)]
pub struct MatrixPlan {
    pub title: String,
    pub from: CollectionCode,
    pub condition: Option<Expression>,
    /// What is counted in each cell.
    pub measure: Measure,
    /// The field whose values are named in a cell.
    pub names: Option<FieldCode>,
    /// `partner`, or a field with declared values.
    pub rows: String,
    pub columns: String,
    pub split: Option<String>,
}

pub fn read(table: &Table<'_>, collections: &[Collection]) -> Vec<MatrixPlan> {
    table.tables("matrix").iter().filter_map(|one| matrix(one, collections)).collect()
}

fn matrix(table: &Table<'_>, collections: &[Collection]) -> Option<MatrixPlan> {
    let title = table.required_text("title");
    let collection = table.required_text("from").and_then(|text| {
        let found = collections.iter().find(|one| one.code.as_str() == text.value);
        if found.is_none() {
            let names = collections.iter().map(|one| one.code.as_str());
            let message = format!("no collection is called `{}`", text.value);
            let finding = table.error(&rules::UNKNOWN_COLLECTION, &text.span, message);
            table.report(finding.suggest(nearest(&text.value, names)));
        }
        found
    });
    let (rows, columns) = (table.required_text("rows"), table.required_text("columns"));
    let (split, names) = (table.text("split"), table.text("names"));
    let (chosen, counted) = (table.text("where"), table.text("measure"));
    table.finish();
    let collection = collection?;
    let axis = |text: &At<String>| declared(table, text, collection);
    let (rows, columns) = (rows.as_ref().and_then(axis), columns.as_ref().and_then(axis));
    let split = match &split {
        Some(text) => Some(axis(text)?),
        None => None,
    };
    let scope = collection.scope();
    let condition = match &chosen {
        Some(text) => {
            literals(table, text, |name| collection.field(name));
            Some(condition(&text.value, &scope).map_err(|problems| table.problems(text, problems)).ok()?)
        }
        None => None,
    };
    let counted = counted.unwrap_or_else(|| At { value: "COUNT(*)".into(), span: table.span.clone() });
    let measure = measure::check(&counted.value, &scope).map_err(|problems| table.problems(&counted, problems)).ok();
    let names = match &names {
        Some(text) => Some(known_field(table, text, &collection.fields)?),
        None => None,
    };
    Some(MatrixPlan {
        title: title?.value,
        from: collection.code.clone(),
        condition,
        measure: measure?,
        names,
        rows: rows?,
        columns: columns?,
        split,
    })
}

/// What is missing can be seen only where all values are known beforehand.
fn declared(table: &Table<'_>, text: &At<String>, collection: &Collection) -> Option<String> {
    if text.value == "partner" {
        return Some(text.value.clone());
    }
    let field = known_field(table, text, &collection.fields)?;
    let kind = collection.field(field.as_str()).map(|field| field.kind);
    if matches!(kind, Some(FieldKind::Choice | FieldKind::YesNo)) {
        return Some(text.value.clone());
    }
    let message = format!("the values of `{field}` are not declared, so no gap among them can be seen");
    table.bad(&text.span, message, "Use a choice, a yes_no, or partner.");
    None
}
