//! ODK Central: the answers of `.svc/Submissions`, with repeats where they were asked for by `$expand=*`.

use serde_json::Value;

use super::super::Refusal;
use super::json::{Aside, Records, Shape};
use super::table::Table;

const SHAPE: Shape = Shape { id: "__id", skipped: &[], skipped_ends: &["@odata.navigationLink"] };

pub(super) fn read(document: &Value) -> Result<Vec<Table>, Refusal> {
    let records = document["value"].as_array().map_or(&[][..], Vec::as_slice);
    let (held, count) = (records.len(), document["@odata.count"].as_u64());
    if document.get("@odata.nextLink").is_some() || count.is_some_and(|count| count > held as u64) {
        let message = match count {
            Some(count) => format!("holds {held} answers of the {count} that it counts: one page, not all"),
            None => format!("holds {held} answers and says that more follow: one page, not all"),
        };
        return Err(Refusal::damaged(message).help("Export all answers into one file, or let scoreboard fetch them."));
    }
    let mut tables = Records::new(&SHAPE, Aside::of(document));
    for record in records.iter().filter_map(Value::as_object) {
        tables.add(record);
    }
    let mut tables = tables.finish();
    tables[0].join_moved("__system/formVersion");
    Ok(tables)
}
