//! `[[collection.group_check]]`: what is expected of rows together, such as a project with members from two countries.

use super::catalog::Collection;
use super::collection::literals;
use super::reader::Table;
use crate::finding::suggest::nearest;
use crate::finding::{Place, Severity, rules};
use crate::model::code::is_code;
use crate::model::words::Words;
use crate::sql::expression::condition;
use crate::sql::group::{self, GroupCondition};
use crate::sql::{Expression, Kind};

/// A rule over the rows of one key, whichever files and partners they come from.
#[derive(Debug, Clone)]
pub struct GroupCheck {
    pub code: String,
    /// Rows that agree in these are one group; rows without one of them are in none.
    pub by: Vec<String>,
    /// Which rows are looked at.
    pub condition: Option<Expression>,
    pub expect: GroupCondition,
    pub severity: Severity,
    pub message: Words,
}

pub fn read(table: &Table<'_>, collection: &Collection) -> Vec<GroupCheck> {
    let read: Vec<(Place, GroupCheck)> =
        table.tables("group_check").iter().filter_map(|check| one(check, collection)).collect();
    super::unique(read.iter().map(|(at, check)| (check.code.as_str(), at)), "group check", table.findings());
    read.into_iter().map(|(_, check)| check).collect()
}

fn one(table: &Table<'_>, collection: &Collection) -> Option<(Place, GroupCheck)> {
    let scope = collection.scope();
    let find = |name: &str| collection.field(name);
    let code = table.code("code", |text| is_code(text).then(|| text.to_owned()));
    let texts = table.texts("by");
    let by: Vec<String> = texts
        .iter()
        .filter_map(|text| {
            let fits = scope.get(&text.value).is_some_and(|kind| matches!(kind, Kind::Text | Kind::Integer));
            if !fits {
                let message = format!("`{}` is no field to group by", text.value);
                let names = scope.iter().filter(|(_, kind)| matches!(kind, Kind::Text | Kind::Integer));
                let suggestion = nearest(&text.value, names.map(|(name, _)| name.as_str()));
                table.report(table.error(&rules::UNKNOWN_FIELD, &text.span, message).suggest(suggestion));
            }
            fits.then(|| text.value.clone())
        })
        .collect();
    if texts.is_empty() {
        table.bad(&table.span_of("by"), "a group check needs `by`", "Name the fields that make rows one group.");
    }
    let severity = table
        .choice("severity", &[("error", Severity::Error), ("warning", Severity::Warning)])
        .map_or(Severity::Warning, |at| at.value);
    let mut sound = true;
    let chosen = table.text("where").and_then(|text| {
        literals(table, &text, find);
        condition(&text.value, &scope).map_err(|problems| table.problems(&text, problems)).ok().or_else(|| {
            sound = false;
            None
        })
    });
    let expect = table.required_text("expect").and_then(|text| {
        literals(table, &text, find);
        group::check(&text.value, &scope).map_err(|problems| table.problems(&text, problems)).ok()
    });
    let message = table.required_words("message");
    table.finish();
    let code = code?;
    if !sound || by.is_empty() || by.len() < texts.len() {
        return None;
    }
    let check = GroupCheck { code: code.value, by, condition: chosen, expect: expect?, severity, message: message? };
    Some((table.place(&code.span), check))
}
