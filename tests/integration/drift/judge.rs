//! Reads drafts through the program, and holds every value that it accepted against what is known.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::AnyValue;
use rust_decimal::Decimal;
use scoreboard::app::ingest;
use scoreboard::app::project::Project as Opened;
use scoreboard::finding::{CellRef, Finding, Place, Rule, Severity, rules};
use scoreboard::model::scoreboard::KeptOut;
use scoreboard::store::{Store, hash_of};

use super::draft::{Draft, HEADER, Origin};
use super::known::{TABLES, definitions, rows};
use super::sheets::COPY;
use crate::project::Project;

/// A row that was accepted.
#[derive(Debug)]
pub struct Accepted {
    pub table: usize,
    pub sheet: String,
    pub row: u32,
    pub partner: String,
    pub values: BTreeMap<String, String>,
}

/// What came of a file.
#[derive(Debug)]
pub struct Reading {
    pub accepted: Vec<Accepted>,
    pub kept_out: Vec<KeptOut>,
    pub findings: Vec<Finding>,
}

/// Ingests all files at once, as a project's inbox would bring them, and reads their rows back from the store.
pub fn read_all(files: &[(String, Vec<u8>)]) -> Vec<Reading> {
    let folder = Project::empty();
    for (name, text) in definitions() {
        folder.file(&name, text);
    }
    for (number, (name, bytes)) in files.iter().enumerate() {
        folder.file(&format!("data/inbox/{number}/{name}"), bytes);
    }
    let project = Opened::open(folder.path()).unwrap_or_else(|stopped| panic!("{:#?}", stopped.0));
    let mut store = Store::open(&project.store()).expect("a store");
    let ingested =
        ingest::run(&project, &mut store, &|_, _, _| ()).unwrap_or_else(|stopped| panic!("{:#?}", stopped.0));
    let mut parts = BTreeMap::new();
    let one = |(_, bytes): &(String, Vec<u8>)| {
        let state = &ingested.state.files[&hash_of(bytes)];
        let read = state.read.as_ref().expect("read");
        let mut reading = Reading { accepted: Vec::new(), kept_out: Vec::new(), findings: read.findings.clone() };
        for record in &read.tables {
            reading.kept_out.extend(record.kept_out.iter().cloned());
            let Some(part) = &record.part else { continue };
            let table = TABLES.iter().position(|table| part.starts_with(table.code)).expect("a table");
            let frame = parts.entry(part.clone()).or_insert_with(|| store.read_part(part).expect("a part"));
            for row in 0..frame.height() {
                let values: BTreeMap<String, String> = frame
                    .columns()
                    .iter()
                    .map(|column| (column.name().to_string(), written(&column.get(row).expect("a row"))))
                    .collect();
                if values["section"] == record.section.to_string() {
                    let (sheet, partner) = (record.sheet.clone(), values["partner"].clone());
                    let row = values["place"].parse().expect("a place");
                    reading.accepted.push(Accepted { table, sheet, row, partner, values });
                }
            }
        }
        reading
    };
    files.iter().map(one).collect()
}

fn written(value: &AnyValue<'_>) -> String {
    match value {
        AnyValue::Null => String::new(),
        AnyValue::String(text) => (*text).to_owned(),
        AnyValue::StringOwned(text) => text.to_string(),
        AnyValue::Decimal(millionths, _, scale) => {
            Decimal::from_i128_with_scale(*millionths, u32::try_from(*scale).expect("few")).normalize().to_string()
        }
        other => other.to_string(),
    }
}

fn found_at(finding: &Finding) -> Option<(&str, Option<CellRef>)> {
    match &finding.place {
        Place::Cell { sheet, cell, .. } => Some((sheet, *cell)),
        _ => None,
    }
}

/// What was read as something else than it is, and what went missing without a word. Held whatever the drift.
pub fn misread(draft: &Draft, reading: &Reading) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut places: BTreeMap<(String, u32, usize), usize> = BTreeMap::new();
    for ((sheet, cell), origin) in draft.origins() {
        places.insert((sheet, cell.row, origin.table), origin.row);
    }
    let mut met: BTreeSet<(usize, usize)> = BTreeSet::new();
    let mut accepted: BTreeSet<(String, u32, usize)> = BTreeSet::new();
    for row in &reading.accepted {
        let place = (row.sheet.clone(), row.row, row.table);
        let here = format!("{} {}!{}", TABLES[row.table].code, row.sheet, row.row + 1);
        let Some(origin) = places.get(&place) else {
            wrong.push(format!("{here}: a row that nobody knows was accepted: {:?}", row.values));
            continue;
        };
        let origin = origin % COPY;
        if !met.insert((row.table, origin)) {
            wrong.push(format!("{here}: known row {origin} was accepted twice"));
        }
        accepted.insert(place);
        if row.partner != draft.owner {
            wrong.push(format!("{here}: of {}, not of {}", row.partner, draft.owner));
        }
        let known = &rows(row.table)[origin];
        for field in TABLES[row.table].fields {
            let mut expected = known[field.code].stored();
            if field.code == "company" {
                expected.insert_str(0, "vat:");
            }
            let read = row.values[field.code].replace('’', "'");
            let is_said_to_be_missing = read.is_empty() && says_missing(reading, &row.sheet, field.labels[0]);
            if read != expected && !is_said_to_be_missing {
                wrong.push(format!("{here}: {} is “{expected}”, was read as “{read}”", field.code));
            }
        }
    }
    for ((sheet, row, table), origin) in &places {
        let is_kept_out = reading.kept_out.iter().any(|kept| kept.sheet == *sheet && kept.row == row + 1);
        if accepted.contains(&(sheet.clone(), *row, *table)) || is_kept_out || is_refused(draft, reading, sheet, *table)
        {
            continue;
        }
        wrong.push(format!("{} {sheet}!{}: known row {origin} is gone without a word", TABLES[*table].code, row + 1));
    }
    wrong
}

fn says_missing(reading: &Reading, sheet: &str, label: &str) -> bool {
    let message = format!("the column `{label}` is missing");
    reading.findings.iter().any(|finding| {
        finding.rule == &rules::COLUMN_MISSING
            && finding.message.starts_with(&message)
            && found_at(finding).is_some_and(|(at, _)| at == sheet)
    })
}

/// Whether something says that a table as a whole is not read: an error about the file, the sheet or its header.
fn is_refused(draft: &Draft, reading: &Reading, sheet: &str, table: usize) -> bool {
    let is_header = |origin: Option<Origin>| origin.is_some_and(|origin| origin.table == table && origin.row == HEADER);
    let pages = draft.pages.iter().filter(|page| page.name == sheet);
    let headers: BTreeSet<u32> = pages
        .flat_map(|page| &page.cells)
        .filter(|(_, cell)| is_header(cell.origin))
        .map(|((row, _), _)| *row)
        .collect();
    let about_headers = [&rules::COLUMN_MISSING, &rules::COLUMN_TWICE, &rules::COLUMN_UNKNOWN];
    reading.findings.iter().any(|finding| match found_at(finding) {
        None => finding.is_error(),
        Some((at, None)) => at == sheet && (finding.is_error() || finding.rule == &rules::SHEET_UNKNOWN),
        Some((at, Some(cell))) => {
            let is_near = headers.is_empty() || headers.iter().any(|row| row.abs_diff(cell.row) <= 1);
            at == sheet && finding.is_error() && about_headers.contains(&finding.rule) && is_near
        }
    })
}

/// What the case promised and did not come.
pub fn broken_promises(draft: &Draft, reading: &Reading) -> Vec<String> {
    let mut wrong = Vec::new();
    let origins = draft.origins();
    let struck: BTreeSet<(usize, usize)> =
        draft.strikes.iter().map(|strike| (strike.origin.table, strike.origin.row)).collect();
    let expected: BTreeSet<(String, u32, usize)> = origins
        .iter()
        .filter(|(_, origin)| {
            !struck.contains(&(origin.table, origin.row)) && !draft.refused.contains_key(&origin.table)
        })
        .map(|((sheet, cell), origin)| (sheet.clone(), cell.row, origin.table))
        .collect();
    let accepted: BTreeSet<(String, u32, usize)> =
        reading.accepted.iter().map(|row| (row.sheet.clone(), row.row, row.table)).collect();
    for (sheet, row, table) in expected.difference(&accepted) {
        wrong.push(format!("{} {sheet}!{} should be accepted", TABLES[*table].code, row + 1));
    }
    for (sheet, row, table) in accepted.difference(&expected) {
        wrong.push(format!("{} {sheet}!{} should be kept out", TABLES[*table].code, row + 1));
    }
    for strike in &draft.strikes {
        let Some(((sheet, cell), _)) = origins.iter().find(|(_, origin)| **origin == strike.origin) else {
            wrong.push(format!("{:?} stands nowhere", strike.origin));
            continue;
        };
        let is_told = reading.findings.iter().any(|finding| {
            finding.is_error()
                && finding.rule == strike.rule
                && found_at(finding) == Some((sheet.as_str(), Some(*cell)))
        });
        if !is_told {
            wrong.push(format!("{sheet}!{cell}: no error {}", strike.rule.id));
        }
    }
    for (table, rule) in &draft.refused {
        if !reading.findings.iter().any(|finding| finding.is_error() && finding.rule == *rule) {
            wrong.push(format!("{} is not refused by {}", TABLES[*table].code, rule.id));
        }
    }
    for (table, field) in &draft.lost {
        let rows = reading.accepted.iter().filter(|row| row.table == *table);
        if rows.into_iter().any(|row| !row.values[*field].is_empty()) {
            wrong.push(format!("{field} was read though its column is not there"));
        }
    }
    for (rule, severity) in &draft.raises {
        if !raises(reading, rule, *severity) {
            wrong.push(format!("nothing says {} as {}", rule.id, severity.as_str()));
        }
    }
    wrong
}

fn raises(reading: &Reading, rule: &Rule, severity: Severity) -> bool {
    reading.findings.iter().any(|finding| finding.rule.id == rule.id && finding.severity == severity)
}

/// What was said, for reading a failure.
pub fn told(reading: &Reading) -> String {
    let lines = reading.findings.iter().take(12).map(|finding| {
        let (rule, severity) = (finding.rule.id, finding.severity.as_str());
        format!("    {severity}[{rule}] {}: {} ({:?})", finding.place, finding.message, finding.found)
    });
    lines.collect::<Vec<_>>().join("\n")
}
