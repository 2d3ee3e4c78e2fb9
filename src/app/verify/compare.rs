//! Two outputs of one name: where they say different things, figure by figure and cell by cell.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Difference;
use crate::finding::{CellRef, clean, shorten};
use crate::ingest::{Bounds, Limits, Options, Sandbox};

/// So many cells or lines of one file are told.
const TOLD: usize = 20;
/// What reading a workbook of the bundle may cost.
pub const BOUNDS: Bounds = Bounds { memory_bytes: 4 << 30, time: std::time::Duration::from_mins(10) };

fn shown(text: &str) -> String {
    if text.is_empty() { "nothing".to_owned() } else { shorten(&clean(text), 80) }
}

fn says(bundle: &str, recomputed: &str) -> String {
    format!("bundle {}, recomputed {}", shown(bundle), shown(recomputed))
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// How many figures a board holds.
pub fn count(board: &Value) -> usize {
    board["figures"].as_array().map_or(0, Vec::len)
}

fn figures(board: &Value) -> BTreeMap<String, &Value> {
    let name = |figure: &Value| {
        let by: Vec<String> = figure["by"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(field, value)| format!("{field} = {}", text(value)))
            .collect();
        let code = text(&figure["indicator"]);
        if by.is_empty() { code } else { format!("{code} ({})", by.join(", ")) }
    };
    board["figures"].as_array().into_iter().flatten().map(|figure| (name(figure), figure)).collect()
}

/// Figures that differ. `all` compares everything that stands beside them too, else what every version says of one.
pub fn of_figures(bundle: &Value, recomputed: &Value, all: bool) -> Vec<Difference> {
    const EVERY_VERSION: [&str; 5] = ["value", "state", "coverage", "status", "target"];
    let (theirs, ours) = (figures(bundle), figures(recomputed));
    let mut found = Vec::new();
    let names: BTreeSet<&String> = theirs.keys().chain(ours.keys()).collect();
    for name in names {
        let place = format!("figure {name}");
        match (theirs.get(name), ours.get(name)) {
            (Some(theirs), Some(ours)) => {
                let keys: BTreeSet<&str> =
                    if all { keys(theirs).chain(keys(ours)).collect() } else { EVERY_VERSION.into() };
                for key in keys.into_iter().filter(|key| theirs[*key] != ours[*key]) {
                    let what = if key == "value" { place.clone() } else { format!("{place}, {key}") };
                    found.push(Difference { place: what, says: says(&text(&theirs[key]), &text(&ours[key])) });
                }
            }
            (Some(_), None) => {
                found.push(Difference { place, says: "stands in the bundle, and nothing gives it".into() });
            }
            (None, _) => found.push(Difference { place, says: "is not in the bundle, and was computed".into() }),
        }
    }
    found
}

fn keys(value: &Value) -> impl Iterator<Item = &str> {
    value.as_object().into_iter().flat_map(|object| object.keys().map(String::as_str))
}

/// Everything else of two boards that differs, by where it stands.
pub fn of_boards(name: &str, bundle: &Value, recomputed: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    for key in keys(bundle).chain(keys(recomputed)).filter(|key| *key != "figures").collect::<BTreeSet<_>>() {
        values(&format!("{name} › {key}"), &bundle[key], &recomputed[key], &mut found);
    }
    found
}

fn values(path: &str, theirs: &Value, ours: &Value, found: &mut Vec<Difference>) {
    if theirs == ours || found.len() >= TOLD {
        return;
    }
    match (theirs, ours) {
        (Value::Object(_), Value::Object(_)) => {
            for key in keys(theirs).chain(keys(ours)).collect::<BTreeSet<_>>() {
                values(&format!("{path}.{key}"), &theirs[key], &ours[key], found);
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (at, (left, right)) in left.iter().zip(right).enumerate() {
                values(&format!("{path}[{at}]"), left, right, found);
            }
        }
        (Value::Array(left), Value::Array(right)) => {
            let says = says(&format!("{} entries", left.len()), &format!("{} entries", right.len()));
            found.push(Difference { place: path.to_owned(), says });
        }
        _ => found.push(Difference { place: path.to_owned(), says: says(&text(theirs), &text(ours)) }),
    }
}

/// Cells of two workbooks that differ. An error says why one of them cannot be read.
pub fn of_workbooks(name: &str, bundle: &[u8], recomputed: &[u8], reader: &Sandbox) -> Result<Vec<Difference>, String> {
    let (theirs, ours) = (cells(name, bundle, reader)?, cells(name, recomputed, reader)?);
    let mut found = Vec::new();
    for place in theirs.keys().chain(ours.keys()).collect::<BTreeSet<_>>() {
        let (left, right) = (theirs.get(place).map_or("", String::as_str), ours.get(place).map_or("", String::as_str));
        if left != right {
            let (sheet, cell) = place;
            found.push(Difference { place: format!("{name} › {sheet} › {cell}"), says: says(left, right) });
        }
    }
    found.truncate(TOLD);
    Ok(found)
}

fn cells(name: &str, bytes: &[u8], reader: &Sandbox) -> Result<BTreeMap<(String, CellRef), String>, String> {
    let options = Options { limits: Limits { columns: 16_384, ..Limits::default() }, encoding: None };
    let book = reader.read(name, bytes, &options, BOUNDS).map_err(|error| error.to_string())?;
    let book = book.map_err(|refusal| refusal.message)?;
    let mut cells = BTreeMap::new();
    for sheet in &book.sheets {
        for (at, row) in sheet.rows.iter().enumerate() {
            for (column, cell) in sheet.row(at) {
                cells.insert((sheet.name.clone(), CellRef::new(row.index, *column)), sheet.display(*cell));
            }
        }
    }
    Ok(cells)
}

/// Lines of two texts that differ.
pub fn of_texts(name: &str, bundle: &str, recomputed: &str) -> Vec<Difference> {
    let (theirs, ours): (Vec<&str>, Vec<&str>) = (bundle.lines().collect(), recomputed.lines().collect());
    let differs = |at: &usize| theirs.get(*at) != ours.get(*at);
    let one = |at: usize| Difference {
        place: format!("{name}, line {}", at + 1),
        says: says(theirs.get(at).unwrap_or(&""), ours.get(at).unwrap_or(&"")),
    };
    (0..theirs.len().max(ours.len())).filter(differs).take(TOLD).map(one).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_figure_that_differs_is_told_with_both_values() {
        let board = |value: u32, status: &str| {
            json!({ "figures": [
                { "indicator": "volume", "by": {}, "value": value, "status": status, "rows": value },
                { "indicator": "volume", "by": { "partner": "alpha" }, "value": 1, "status": null, "rows": 1 } ] })
        };
        let found = of_figures(&board(80, "on_track"), &board(79, "at_risk"), false);
        let said: Vec<String> = found.iter().map(|one| format!("{}: {}", one.place, one.says)).collect();
        assert_eq!(
            said,
            ["figure volume, status: bundle on_track, recomputed at_risk", "figure volume: bundle 80, recomputed 79"]
        );
        assert_eq!(of_figures(&board(80, "x"), &board(79, "x"), true).len(), 2, "the rows differ too");
        assert!(of_figures(&board(1, "x"), &board(1, "x"), true).is_empty());
        let without = json!({ "figures": [] });
        assert_eq!(of_figures(&without, &board(1, "x"), false).len(), 2);
    }

    #[test]
    fn what_stands_beside_figures_is_told_by_its_place() {
        let (left, right) =
            (json!({ "a": [{ "b": 1 }, { "b": 2 }], "c": "x" }), json!({ "a": [{ "b": 1 }, { "b": 3 }] }));
        let said: Vec<String> =
            of_boards("r.json", &left, &right).iter().map(|one| format!("{}: {}", one.place, one.says)).collect();
        assert_eq!(said, ["r.json › a[1].b: bundle 2, recomputed 3", "r.json › c: bundle x, recomputed nothing"]);
    }
}
