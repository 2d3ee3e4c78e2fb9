//! `refers_to` of a field, and `[[report.chain]]`: records, and what became of them.

use super::catalog::{Collection, FieldKind};
use super::collection::{known_field, literals};
use super::reader::{Findings, Table};
use crate::finding::suggest::nearest;
use crate::finding::{Finding, Place, rules};
use crate::model::code::{CollectionCode, FieldCode};
use crate::sql::Expression;
use crate::sql::expression::condition;

/// The record of another collection that a field names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefersTo {
    pub collection: CollectionCode,
    pub field: FieldCode,
    /// Where it is declared, for the finding when there is no such field.
    pub place: Place,
}

/// `refers_to = "contacts.contact_no"`.
pub fn refers_to(table: &Table<'_>) -> Option<RefersTo> {
    let text = table.text("refers_to")?;
    let parts = text.value.split_once('.');
    let codes = parts.and_then(|(collection, field)| Some((CollectionCode::new(collection)?, FieldCode::new(field)?)));
    let Some((collection, field)) = codes else {
        let help = "Name a collection and its key, for example refers_to = \"contacts.contact_no\".";
        table.bad(&text.span, format!("`{}` names no field of a collection", text.value), help);
        return None;
    };
    Some(RefersTo { collection, field, place: table.place(&text.span) })
}

/// Whether every field that is referred to is the key of its collection, which is known when all are read.
pub fn check(collections: &[Collection], findings: &Findings) {
    for field in collections.iter().flat_map(|collection| &collection.fields) {
        let Some(RefersTo { collection, field: key, place }) = &field.refers_to else { continue };
        let Some(other) = collections.iter().find(|one| one.code == *collection) else {
            let names = collections.iter().map(|one| one.code.as_str());
            let message = format!("no collection is called `{collection}`");
            let finding = Finding::error(&rules::UNKNOWN_COLLECTION, place.clone(), message);
            findings.borrow_mut().push(finding.suggest(nearest(collection.as_str(), names)));
            continue;
        };
        if other.key != [key.clone()] {
            let message = format!("`{key}` is not the key of `{collection}`");
            let suggestion = other.key.first().map(|key| format!("{collection}.{key}"));
            let finding = Finding::error(&rules::BAD_VALUE, place.clone(), message);
            findings
                .borrow_mut()
                .push(finding.help("A field refers to the one field that identifies a record.").suggest(suggestion));
        }
    }
}

/// A chain as declared.
#[derive(Debug, Clone)]
pub struct ChainPlan {
    pub title: String,
    pub from: CollectionCode,
    pub condition: Option<Expression>,
    /// What the first step is called.
    pub begins: String,
    pub open_after: u64,
    pub steps: Vec<StepPlan>,
}

#[derive(Debug, Clone)]
pub struct StepPlan {
    pub title: String,
    pub reached: Reached,
}

/// When a record has reached a step.
#[derive(Debug, Clone)]
pub enum Reached {
    /// Its own row says so: by a date, a condition, or both.
    Row { date: Option<FieldCode>, condition: Option<Expression> },
    /// A row of another collection names it.
    Named { collection: CollectionCode, by: FieldCode, condition: Option<Expression> },
}

pub fn read(table: &Table<'_>, collections: &[Collection]) -> Vec<ChainPlan> {
    table.tables("chain").iter().filter_map(|one| chain(one, collections)).collect()
}

fn chain(table: &Table<'_>, collections: &[Collection]) -> Option<ChainPlan> {
    let title = table.required_text("title");
    let begins = table.required_text("begins");
    let open_after = u64::try_from(table.bounded("open_after_days", 60, 0..=3_650)).unwrap_or(60);
    let collection = named(table, collections, true);
    let condition = collection.map(|collection| chosen(table, collection));
    let tables = table.tables("step");
    if tables.is_empty() {
        table.bad(&table.span_of("step"), "a chain needs at least one `step`", "Write [[report.chain.step]].");
    }
    let count = tables.len();
    let steps: Vec<StepPlan> = match collection {
        Some(start) => tables.iter().filter_map(|one| step(one, start, collections)).collect(),
        None => Vec::new(),
    };
    table.finish();
    let start = collection?;
    if start.date.is_none() || start.key.len() != 1 {
        let help = "Its date says when a record began, its key how others name it.";
        table.bad(&table.span_of("from"), format!("`{}` needs a `date` and a `key` of one field", start.code), help);
        return None;
    }
    let Ok(condition) = condition? else { return None };
    (steps.len() == count && count > 0).then_some(())?;
    Some(ChainPlan {
        title: title?.value,
        from: start.code.clone(),
        condition,
        begins: begins?.value,
        open_after,
        steps,
    })
}

fn named<'c>(table: &Table<'_>, collections: &'c [Collection], required: bool) -> Option<&'c Collection> {
    let text = if required { table.required_text("from") } else { table.text("from") }?;
    let found = collections.iter().find(|one| one.code.as_str() == text.value);
    if found.is_none() {
        let names = collections.iter().map(|one| one.code.as_str());
        let message = format!("no collection is called `{}`", text.value);
        let finding = table.error(&rules::UNKNOWN_COLLECTION, &text.span, message);
        table.report(finding.suggest(nearest(&text.value, names)));
    }
    found
}

/// Which rows; an error where the condition is in error.
fn chosen(table: &Table<'_>, collection: &Collection) -> Result<Option<Expression>, ()> {
    let Some(text) = table.text("where") else { return Ok(None) };
    literals(table, &text, |name| collection.field(name));
    match condition(&text.value, &collection.scope()) {
        Ok(expression) => Ok(Some(expression)),
        Err(problems) => {
            table.problems(&text, problems);
            Err(())
        }
    }
}

fn step(table: &Table<'_>, start: &Collection, collections: &[Collection]) -> Option<StepPlan> {
    let title = table.required_text("title");
    let other = if table.has("from") { Some(named(table, collections, false)) } else { None };
    let rows = match other {
        Some(other) => other?,
        None => start,
    };
    let condition = chosen(table, rows);
    let date = table.text("date").map(|text| (known_field(table, &text, &rows.fields), text));
    table.finish();
    let condition = condition.ok()?;
    let head = table.span.start..table.span.start + 1;
    let reached = if other.is_some() {
        let refers =
            |field: &&super::catalog::Field| field.refers_to.as_ref().is_some_and(|to| to.collection == start.code);
        let Some(by) = rows.fields.iter().find(refers) else {
            let help = "Add refers_to = \"…\" to the field that names the record.";
            table.bad(&head, format!("no field of `{}` refers to `{}`", rows.code, start.code), help);
            return None;
        };
        Reached::Named { collection: rows.code.clone(), by: by.code.clone(), condition }
    } else {
        let date = match date {
            Some((found, text)) => {
                let field = found?;
                if rows.field(field.as_str()).is_some_and(|field| field.kind != FieldKind::Date) {
                    table.bad(&text.span, format!("the field `{field}` is not of kind date"), "Name a date.");
                    return None;
                }
                Some(field)
            }
            None => None,
        };
        if date.is_none() && condition.is_none() {
            table.bad(&head, "a step needs `date`, `where` or `from`", "Say when a record has reached it.");
            return None;
        }
        Reached::Row { date, condition }
    };
    Some(StepPlan { title: title?.value, reached })
}
