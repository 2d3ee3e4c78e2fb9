//! Ledger entries of files as JSON, and back. The shapes here are a promise: old entries must be read for ever.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::reading::{Belongs, TableReading};
use crate::finding::{CellRef, Finding, from_json, to_json};
use crate::model::scoreboard::KeptOut;

/// A file that came.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Received {
    /// Its SHA-256.
    pub file: String,
    /// What it was called, with folders of the inbox before it.
    pub name: String,
    pub bytes: u64,
    /// How it came: `inbox`, or `fetch:` and the code of a source.
    pub channel: String,
}

impl Received {
    pub fn to_json(&self) -> Value {
        json!(self)
    }

    pub fn from_json(body: &Value) -> Option<Self> {
        Self::deserialize(body).ok()
    }
}

/// A row kept out, as it is written down.
#[derive(Debug, Serialize, Deserialize)]
struct KeptOutRecord {
    partner: Option<String>,
    collection: String,
    file: String,
    sheet: String,
    row: u32,
    reasons: Vec<(String, String)>,
    cells: Vec<(String, String)>,
}

/// One table of a file, as it was read.
#[derive(Debug, Clone)]
pub struct TableRecord {
    pub section: i64,
    pub belongs: Belongs,
    pub partner: Option<String>,
    pub period: Option<i64>,
    pub reporting_date: Option<NaiveDate>,
    pub revision: Option<i64>,
    pub sheet: String,
    pub columns: BTreeMap<String, u16>,
    /// Fields whose value stands in one cell for every row.
    pub cells: BTreeMap<String, CellRef>,
    pub accepted: u64,
    pub kept_out_count: u64,
    pub kept_out: Vec<KeptOut>,
    /// Where its rows lie; None if it has none.
    pub part: Option<String>,
}

impl TableRecord {
    pub fn new(section: i64, table: &TableReading, part: Option<String>) -> Self {
        Self {
            section,
            belongs: table.belongs.clone(),
            partner: table.identity.partner.as_ref().map(|code| code.as_str().to_owned()),
            period: table.identity.period,
            reporting_date: table.identity.reporting_date,
            revision: table.identity.revision,
            sheet: table.sheet.clone(),
            columns: table.columns.clone(),
            cells: table.cells.clone(),
            accepted: table.rows.len() as u64,
            kept_out_count: table.kept_out_count as u64,
            kept_out: table.kept_out.clone(),
            part,
        }
    }

    /// What another reading of the same table says differently; the rows themselves lie elsewhere.
    pub fn differs_from(&self, other: &Self) -> Option<&'static str> {
        let what = [
            (self.belongs == other.belongs, "what it belongs to"),
            (self.partner == other.partner, "its partner"),
            (self.period == other.period, "its period"),
            (self.reporting_date == other.reporting_date, "its reporting date"),
            (self.revision == other.revision, "its revision"),
            (self.sheet == other.sheet, "its sheet"),
            (self.columns == other.columns && self.cells == other.cells, "where its values stand"),
            (self.accepted == other.accepted, "how many rows count"),
            (self.kept_out_count == other.kept_out_count, "how many rows are kept out"),
        ];
        what.into_iter().find(|(same, _)| !same).map(|(_, what)| what)
    }

    fn to_json(&self) -> Value {
        let (collection, survey, wave) = match &self.belongs {
            Belongs::Collection(code) => (Some(code), None, None),
            Belongs::Wave { survey, wave } => (None, Some(survey), Some(wave)),
        };
        json!({
            "section": self.section, "collection": collection, "survey": survey, "wave": wave,
            "partner": self.partner, "period": self.period,
            "reporting_date": self.reporting_date.map(|day| day.to_string()), "revision": self.revision,
            "sheet": self.sheet, "columns": self.columns,
            "cells": self.cells.iter().map(|(field, cell)| (field, cell.to_string())).collect::<BTreeMap<_, _>>(),
            "accepted": self.accepted, "kept_out_count": self.kept_out_count,
            "kept_out": self.kept_out.iter().map(kept_out_json).collect::<Vec<_>>(), "part": self.part,
        })
    }

    fn from_json(body: &Value) -> Option<Self> {
        let belongs = match (text(body, "collection"), text(body, "survey"), text(body, "wave")) {
            (Some(code), ..) => Belongs::Collection(code),
            (None, Some(survey), Some(wave)) => Belongs::Wave { survey, wave },
            _ => return None,
        };
        let columns = body.get("columns")?.as_object()?;
        Some(Self {
            section: body.get("section")?.as_i64()?,
            belongs,
            partner: text(body, "partner"),
            period: body.get("period").and_then(Value::as_i64),
            reporting_date: text(body, "reporting_date").and_then(|day| day.parse().ok()),
            revision: body.get("revision").and_then(Value::as_i64),
            sheet: text(body, "sheet")?,
            columns: columns
                .iter()
                .filter_map(|(name, at)| Some((name.clone(), u16::try_from(at.as_u64()?).ok()?)))
                .collect(),
            // Entries of older programs have none.
            cells: body
                .get("cells")
                .and_then(Value::as_object)
                .into_iter()
                .flatten()
                .filter_map(|(name, at)| Some((name.clone(), CellRef::parse(at.as_str()?)?)))
                .collect(),
            accepted: body.get("accepted")?.as_u64()?,
            kept_out_count: body.get("kept_out_count")?.as_u64()?,
            kept_out: body.get("kept_out")?.as_array()?.iter().filter_map(kept_out).collect(),
            part: text(body, "part"),
        })
    }
}

/// A file read under some definitions.
#[derive(Debug, Clone)]
pub struct Read {
    pub file: String,
    /// The reading hash of the definitions.
    pub definitions: String,
    pub verdict: &'static str,
    pub findings: Vec<Finding>,
    pub tables: Vec<TableRecord>,
}

impl Read {
    /// `accepted`, `partly_accepted` (rows were kept out, or a table) or `refused`.
    pub fn verdict(tables: &[TableRecord], findings: &[Finding]) -> &'static str {
        match (tables.is_empty(), findings.iter().any(Finding::is_error)) {
            (true, _) => "refused",
            (false, true) => "partly_accepted",
            (false, false) => "accepted",
        }
    }

    pub fn to_json(&self) -> Value {
        json!({
            "file": self.file, "definitions": self.definitions, "verdict": self.verdict,
            "findings": self.findings.iter().map(to_json).collect::<Vec<_>>(),
            "tables": self.tables.iter().map(TableRecord::to_json).collect::<Vec<_>>(),
        })
    }

    pub fn from_json(body: &Value) -> Option<Self> {
        let findings: Vec<Finding> = body.get("findings")?.as_array()?.iter().filter_map(from_json).collect();
        let tables: Vec<TableRecord> =
            body.get("tables")?.as_array()?.iter().map(TableRecord::from_json).collect::<Option<_>>()?;
        Some(Self {
            file: text(body, "file")?,
            definitions: text(body, "definitions")?,
            verdict: Self::verdict(&tables, &findings),
            findings,
            tables,
        })
    }
}

fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key).and_then(Value::as_str).map(str::to_owned)
}

fn kept_out_json(row: &KeptOut) -> Value {
    let KeptOut { partner, collection, file, sheet, row, reasons, cells } = row.clone();
    json!(KeptOutRecord { partner, collection, file, sheet, row, reasons, cells })
}

fn kept_out(body: &Value) -> Option<KeptOut> {
    let KeptOutRecord { partner, collection, file, sheet, row, reasons, cells } =
        KeptOutRecord::deserialize(body).ok()?;
    Some(KeptOut { partner, collection, file, sheet, row, reasons, cells })
}
