//! `published`: figures of an indicator that somebody else published.

use super::reader::Table;
use crate::finding::suggest::nearest;
use crate::finding::{Place, rules};
use crate::model::published::{Held, Relation, Statement};

/// What was published, and where that is declared. `by` are the breakdowns of the indicator.
pub fn read(table: &Table<'_>, by: &[String]) -> Vec<(Place, Statement)> {
    table.tables("published").iter().filter_map(|one| statement(one, by)).collect()
}

fn statement(table: &Table<'_>, breakdowns: &[String]) -> Option<(Place, Statement)> {
    let value = table.required_decimal("value");
    let relation = table.choice("relation", &Relation::NAMES).map_or(Relation::Is, |at| at.value);
    let by = table.table("by").map(|lines| line(&lines, breakdowns));
    let on = table.date("on").map(|at| at.value);
    let source = table.required_text("source");
    let note = table.text("note").map(|at| at.value);
    let rows = table.choice("rows", &Held::NAMES).map_or(Held::Real, |at| at.value);
    let parts = table.numbers("parts");
    table.finish();
    // A line that cannot be read is no line of the total.
    let by = match by {
        Some(line) => Some(line?),
        None => None,
    };
    let statement = Statement { value: value?.value, relation, by, on, source: source?.value, note, rows, parts };
    Some((table.place(&(table.span.start..table.span.start + 1)), statement))
}

/// `{ country = "FR" }`.
fn line(table: &Table<'_>, breakdowns: &[String]) -> Option<(String, String)> {
    let entries: Vec<_> = table.entries().collect();
    let [(field, value)] = entries.as_slice() else {
        table.bad(&table.span, "`by` names one field and its value", "For example by = { country = \"FR\" }.");
        return None;
    };
    let Some(text) = value.get_ref().as_str() else {
        table.bad(&value.span(), "the value of a line is text", "Write by = { country = \"FR\" }.");
        return None;
    };
    if !breakdowns.contains(&field.value) {
        let message = format!("the indicator has no breakdown by `{}`", field.value);
        let finding = table.error(&rules::UNKNOWN_FIELD, &field.span, message);
        let help = "Add the field to `by` of the indicator, or leave this one out.";
        table.report(finding.help(help).suggest(nearest(&field.value, breakdowns.iter().map(String::as_str))));
        return None;
    }
    Some((field.value.clone(), text.to_owned()))
}
