//! Records of JSON → rows: groups are flattened, repeats become tables of their own, points become numbers.

use std::collections::BTreeMap;

use serde_json::{Map, Number, Value};

use super::table::{Held, Table, is_plain_number, ticks};

/// Under this name `fetch` adds what the questionnaire tells and the answers do not.
pub(super) const ASIDE: &str = "scoreboard";

/// What the questionnaire tells.
#[derive(Debug, Default)]
pub(super) struct Aside {
    /// Questions with several answers, by path, with their options.
    pub multiple: BTreeMap<String, Vec<String>>,
    /// What stands for a question that was never shown.
    pub not_asked: Option<String>,
}

impl Aside {
    pub fn of(document: &Value) -> Self {
        let aside = &document[ASIDE];
        let multiple = aside["select_multiple"].as_object().into_iter().flatten();
        let options = |value: &Value| -> Vec<String> {
            value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        Self {
            multiple: multiple.map(|(path, value)| (path.clone(), options(value))).collect(),
            not_asked: aside["not_asked"].as_str().filter(|text| !text.is_empty()).map(str::to_owned),
        }
    }
}

/// How a server writes records.
pub(super) struct Shape {
    /// The key that identifies an answer.
    pub id: &'static str,
    /// Keys at the top that are passed over.
    pub skipped: &'static [&'static str],
    /// Endings of keys that are passed over.
    pub skipped_ends: &'static [&'static str],
}

/// Records being turned into tables.
pub(super) struct Records<'a> {
    shape: &'a Shape,
    aside: Aside,
    tables: Vec<Table>,
    by_path: BTreeMap<String, usize>,
}

/// Where a record goes: its table and row, the path before its keys, the repeat that it stands in, and the answer that
/// it belongs to.
struct Spot<'s> {
    table: usize,
    row: usize,
    prefix: String,
    repeat: String,
    answer: &'s Value,
}

impl<'a> Records<'a> {
    pub fn new(shape: &'a Shape, aside: Aside) -> Self {
        Self { shape, aside, tables: vec![Table::of_answers()], by_path: BTreeMap::new() }
    }

    pub fn add(&mut self, record: &Map<String, Value>) {
        let answer = record.get(self.shape.id).unwrap_or(&Value::Null);
        let row = self.tables[0].row();
        self.fill(&Spot { table: 0, row, prefix: String::new(), repeat: String::new(), answer }, record);
    }

    pub fn finish(self) -> Vec<Table> {
        self.tables
    }

    fn fill(&mut self, spot: &Spot<'_>, record: &Map<String, Value>) {
        for (key, value) in record {
            let top = spot.table == 0 && spot.prefix.is_empty();
            if (top && self.shape.skipped.contains(&key.as_str()))
                || self.shape.skipped_ends.iter().any(|end| key.ends_with(end))
            {
                continue;
            }
            let path = format!("{}{key}", spot.prefix);
            match value {
                Value::Null => {
                    // Its column is there all the same: nobody answered it, but it was a question.
                    self.tables[spot.table].column(&path, bare(&path));
                }
                Value::Bool(truth) => self.set(spot, &path, Held::Bool(*truth)),
                Value::Number(number) => self.set(spot, &path, held(number)),
                Value::String(text) => self.text(spot, &path, text),
                Value::Array(items) => self.list(spot, &path, items),
                Value::Object(fields) => match point(fields) {
                    Some(parts) => {
                        for (part, number) in parts {
                            self.set(spot, &format!("{path}-{part}"), held(number));
                        }
                    }
                    None => {
                        self.fill(&Spot { prefix: format!("{path}/"), repeat: spot.repeat.clone(), ..*spot }, fields);
                    }
                },
            }
        }
    }

    fn set(&mut self, spot: &Spot<'_>, path: &str, held: Held) {
        let table = &mut self.tables[spot.table];
        let column = table.column(path, bare(path));
        table.set(spot.row, column, held);
    }

    fn text(&mut self, spot: &Spot<'_>, path: &str, text: &str) {
        // Some servers write paths inside a repeat from the top, some from the repeat.
        let whole = format!("{}{path}", spot.repeat);
        let options = self.aside.multiple.get(path).or_else(|| self.aside.multiple.get(&whole)).cloned();
        self.set(spot, path, Held::Text(text.to_owned()));
        if let Some(options) = options {
            let ticked: Vec<&str> = text.split_whitespace().collect();
            ticks(&mut self.tables[spot.table], spot.row, path, bare(path), &ticked, &options);
        }
    }

    /// A list of records is a repeat; any other list stands in one cell.
    fn list(&mut self, spot: &Spot<'_>, path: &str, items: &[Value]) {
        if !items.is_empty() && items.iter().all(Value::is_object) {
            for item in items.iter().filter_map(Value::as_object) {
                self.child(spot, path, item);
            }
            return;
        }
        let texts: Vec<String> = items
            .iter()
            .filter_map(|item| match item {
                Value::String(text) => Some(text.clone()),
                Value::Number(number) => Some(number.to_string()),
                Value::Bool(truth) => Some(truth.to_string()),
                _ => None,
            })
            .collect();
        if texts.is_empty() {
            self.tables[spot.table].column(path, bare(path));
        } else {
            self.set(spot, path, Held::Text(texts.join(" ")));
        }
    }

    fn child(&mut self, spot: &Spot<'_>, path: &str, record: &Map<String, Value>) {
        let table = self.table_of(path);
        let parent = self.tables[spot.table].name().to_owned();
        let row = self.tables[table].row();
        let repeat = format!("{}{path}/", spot.repeat);
        let below = Spot { table, row, prefix: String::new(), repeat, answer: spot.answer };
        let number = |row: usize| Held::Number((row + 1) as f64);
        self.set(&below, "_index", number(row));
        self.set(&below, "_parent_table_name", Held::Text(parent));
        self.set(&below, "_parent_index", number(spot.row));
        match spot.answer {
            Value::String(text) => self.set(&below, "_submission__id", Held::Text(text.clone())),
            Value::Number(id) => self.set(&below, "_submission__id", held(id)),
            _ => {}
        }
        self.fill(&below, record);
    }

    fn table_of(&mut self, path: &str) -> usize {
        if let Some(at) = self.by_path.get(path) {
            return *at;
        }
        let taken = self.tables.iter().any(|table| table.name() == bare(path));
        self.tables.push(Table::of_repeat(if taken { path } else { bare(path) }));
        self.by_path.insert(path.to_owned(), self.tables.len() - 1);
        self.tables.len() - 1
    }
}

/// A question's own name, without its groups. What a server adds keeps its whole path: it must not be taken for a
/// question of the same name.
fn bare(path: &str) -> &str {
    if path.starts_with('_') || path.starts_with("meta/") || path.starts_with("formhub/") {
        return path;
    }
    path.rsplit('/').next().unwrap_or(path)
}

fn held(number: &Number) -> Held {
    let text = number.to_string();
    let fraction = text.contains(['.', 'e', 'E']);
    match number.as_f64().filter(|value| value.is_finite() && (fraction || is_plain_number(&text))) {
        Some(value) => Held::Number(value),
        // More digits than a cell keeps: an identifier.
        None => Held::Text(text),
    }
}

/// A point of `GeoJSON`, which has its longitude first.
fn point(fields: &Map<String, Value>) -> Option<Vec<(&'static str, &Number)>> {
    if fields.get("type")?.as_str()? != "Point" {
        return None;
    }
    let coordinates = fields.get("coordinates")?.as_array()?;
    let at = |index: usize| coordinates.get(index).and_then(Value::as_number);
    let accuracy = fields.get("properties").and_then(|properties| properties.get("accuracy")?.as_number());
    let parts = [("Latitude", at(1)), ("Longitude", at(0)), ("Altitude", at(2)), ("Accuracy", accuracy)];
    Some(parts.into_iter().filter_map(|(name, number)| Some((name, number?))).collect())
}
