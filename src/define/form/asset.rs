//! A form as `KoboToolbox` gives it by its API: JSON → the same sheets as in an `XLSForm`.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{FormFile, FormSheet};

/// The sheets of an asset. None: no asset.
pub fn sheets(text: &str) -> Option<Vec<FormSheet>> {
    let value: Value = serde_json::from_str(text).ok()?;
    let content = value.get("content").unwrap_or(&value);
    let rows = |key: &str| content.get(key).and_then(Value::as_array).map(Vec::as_slice);
    let languages: Vec<Option<&str>> =
        content.get("translations").and_then(Value::as_array).into_iter().flatten().map(Value::as_str).collect();
    let survey = sheet("survey", rows("survey")?, &languages);
    let choices = sheet("choices", rows("choices").unwrap_or_default(), &languages);
    let settings = content.get("settings").cloned().into_iter().collect::<Vec<_>>();
    Some(vec![survey, choices, sheet("settings", &settings, &languages)])
}

impl FormFile {
    /// A form of the API.
    pub fn of_asset(name: &str, hash: String, text: &str) -> Option<Self> {
        Some(Self { name: name.to_owned(), hash, sheets: sheets(text)? })
    }
}

fn sheet(name: &str, rows: &[Value], languages: &[Option<&str>]) -> FormSheet {
    let mut columns: Vec<String> = Vec::new();
    let mut sheet = FormSheet { name: name.to_owned(), rows: Vec::new() };
    for row in rows.iter().filter_map(Value::as_object) {
        let mut cells = BTreeMap::new();
        let mut set = |column: String, text: String| {
            let at = columns.iter().position(|known| *known == column).unwrap_or_else(|| {
                columns.push(column);
                columns.len() - 1
            });
            cells.insert(u16::try_from(at).unwrap_or(u16::MAX), text);
        };
        for (key, value) in row {
            match value {
                Value::Array(texts) => {
                    for (at, text) in texts.iter().enumerate().filter_map(|(at, text)| Some((at, text.as_str()?))) {
                        let language = languages.get(at).copied().flatten();
                        let column = language.map_or_else(|| key.clone(), |language| format!("{key}::{language}"));
                        set(column, text.to_owned());
                    }
                }
                Value::String(text) if key == "type" => set(key.clone(), whole_type(text, row)),
                Value::String(text) => set(key.clone(), text.clone()),
                Value::Bool(_) | Value::Number(_) => set(key.clone(), value.to_string()),
                Value::Null | Value::Object(_) => {}
            }
        }
        // Below the header, which is row 1.
        let index = u32::try_from(sheet.rows.len() + 1).unwrap_or(u32::MAX);
        sheet.rows.push((index, cells));
    }
    let header = (0..).zip(columns).collect();
    sheet.rows.insert(0, (0, header));
    sheet
}

/// `select_one` and its list, which stand apart here.
fn whole_type(text: &str, row: &Map<String, Value>) -> String {
    let list =
        row.get("select_from_list_name").and_then(Value::as_str).map_or_else(String::new, |list| format!(" {list}"));
    let other = row.get("_or_other").is_some_and(|value| value == true || value == "true");
    format!("{text}{list}{}", if other { " or_other" } else { "" })
}
