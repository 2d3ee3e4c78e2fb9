//! `KoboToolbox`: a page of `/data.json`, or all pages put together.

use serde_json::Value;

use super::super::Refusal;
use super::json::{Aside, Records, Shape};
use super::table::Table;

const SHAPE: Shape = Shape {
    id: "_id",
    // Addresses of pictures, which change.
    skipped: &["_attachments"],
    skipped_ends: &[],
};

/// Whether this looks like an answer of Kobo.
pub(super) fn is_record(value: &Value) -> bool {
    let has = |key: &str| value.get(key).is_some();
    has("_id") && (has("_uuid") || has("meta/instanceID") || has("formhub/uuid"))
}

pub(super) fn read(document: &Value) -> Result<Vec<Table>, Refusal> {
    let records = document["results"].as_array().map_or(&[][..], Vec::as_slice);
    if let Some(count) = document["count"].as_u64().filter(|count| *count > records.len() as u64) {
        let message = format!("holds {} answers of the {count} that it counts: one page, not all", records.len());
        return Err(Refusal::damaged(message).help("Export all answers into one file, or let scoreboard fetch them."));
    }
    let mut tables = Records::new(&SHAPE, Aside::of(document));
    for record in records.iter().filter_map(Value::as_object) {
        tables.add(record);
    }
    let mut tables = tables.finish();
    tables[0].join_moved("__version__");
    Ok(tables)
}
