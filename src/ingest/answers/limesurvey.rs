//! `LimeSurvey`: `{"responses": […]}` with question codes as names and short answers.
//!
//! An empty text is a question that was shown and left empty, null one that was not shown. Number and date columns hold
//! null in both cases: so null is told apart only in columns that hold an empty text or a word somewhere.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::json::Aside;
use super::table::{Held, Table, is_plain_number};

/// Whether this looks like a response.
pub(super) fn is_record(value: &Value) -> bool {
    value.get("id").is_some() && (value.get("submitdate").is_some() || value.get("startlanguage").is_some())
}

pub(super) fn read(document: &Value) -> Vec<Table> {
    let rows: Vec<&Map<String, Value>> =
        document["responses"].as_array().into_iter().flatten().filter_map(record).collect();
    let aside = Aside::of(document);
    let texts: BTreeSet<&str> = rows
        .iter()
        .flat_map(|row| row.iter())
        .filter(|(_, value)| value.as_str().is_some_and(|text| text.is_empty() || !is_figure(text)))
        .map(|(key, _)| key.as_str())
        .collect();
    let mut table = Table::of_answers();
    for row in rows {
        let at = table.row();
        let answered = answered(row, &aside.multiple);
        for (key, value) in row {
            let column = table.column(key, key);
            let multiple = option_of(key, &aside.multiple);
            let held = match (value, multiple) {
                (Value::String(text), Some(question)) if text.is_empty() || text == "Y" => {
                    answered.contains(question).then(|| Held::Number(f64::from(u8::from(text == "Y"))))
                }
                (Value::String(text), _) => (!text.is_empty()).then(|| Held::Text(text.clone())),
                (Value::Number(number), _) => number.as_f64().map(Held::Number),
                (Value::Bool(truth), _) => Some(Held::Bool(*truth)),
                (Value::Null, _) if texts.contains(key.as_str()) => aside.not_asked.clone().map(Held::Text),
                _ => None,
            };
            if let Some(held) = held {
                table.set(at, column, held);
            }
        }
    }
    vec![table]
}

/// A response, also one level deeper under its number, as some versions write it; not the blank one of an empty survey.
fn record(value: &Value) -> Option<&Map<String, Value>> {
    let fields = value.as_object()?;
    let fields = match fields.iter().next() {
        Some((_, Value::Object(inner))) if fields.len() == 1 => inner,
        _ => fields,
    };
    let blank = |id: &Value| id.is_null() || id.as_str().is_some_and(|text| text.trim().is_empty());
    (!fields.get("id").is_none_or(blank)).then_some(fields)
}

/// A number or a date: what a column holds that cannot hold an empty text.
fn is_figure(text: &str) -> bool {
    let date = text.len() >= 10 && text.bytes().take(10).all(|byte| byte.is_ascii_digit() || byte == b'-');
    is_plain_number(text) || date
}

/// The question with several answers whose option stands in this column: `Q1` of `Q1[SQ002]`.
fn option_of<'k>(key: &'k str, multiple: &BTreeMap<String, Vec<String>>) -> Option<&'k str> {
    let (question, option) = key.split_once('[')?;
    let option = option.strip_suffix(']')?;
    multiple.get(question).filter(|_| option != "other" && !option.ends_with("comment")).map(|_| question)
}

/// Questions with several answers of which at least one was ticked, or another one written: the others were seen and
/// not ticked.
pub(super) fn answered<'r>(row: &'r Map<String, Value>, multiple: &BTreeMap<String, Vec<String>>) -> BTreeSet<&'r str> {
    row.iter()
        .filter(|(_, value)| value.as_str().is_some_and(|text| !text.is_empty()))
        .filter_map(|(key, _)| key.split_once('[').map(|(question, _)| question))
        .filter(|question| multiple.contains_key(*question))
        .collect()
}
