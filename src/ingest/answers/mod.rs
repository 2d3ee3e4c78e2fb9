//! Answers in the form in which survey servers give them (JSON, XML, archives) → sheets, one row an answer.
//!
//! The same code reads what partners drop into the inbox and what `fetch` brought, which keeps each server's own form.
//! Repeated groups become sheets of their own, which name the answer that they belong to. A question that was not
//! answered is an empty cell. Start with [`table::Table`], which all formats fill.

mod eusurvey;
mod json;
mod kobo;
mod limesurvey;
mod lsa;
mod odk;
mod table;

use serde_json::Value;

use super::grid::{FileKind, Note, Sheet, Workbook};
use super::guard::Package;
use super::{Limits, Refusal};
use table::Table;

pub(super) use lsa::is_archive;

/// A document of answers, recognised.
pub(super) enum Document {
    Kobo(Value),
    Odk(Value),
    LimeSurvey(Value),
    /// The text as it is: its prolog was looked at.
    EuSurvey(String),
}

impl Document {
    /// Of a text that begins and ends as JSON does. None: no export of a survey server.
    pub fn from_json(text: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(text).ok()?;
        let first = |list: &Value| list.as_array().and_then(|rows| rows.first()).cloned().unwrap_or(Value::Null);
        if kobo::is_record(&first(&value)) {
            return Some(Self::Kobo(serde_json::json!({ "results": value })));
        }
        if limesurvey::is_record(&first(&value)) {
            return Some(Self::LimeSurvey(serde_json::json!({ "responses": value })));
        }
        let fields = value.as_object()?;
        let list = |key: &str| fields.get(key).is_some_and(Value::is_array);
        if list("results") && (fields.contains_key("count") || kobo::is_record(&first(&value["results"]))) {
            return Some(Self::Kobo(value));
        }
        if list("value") && (fields.contains_key("@odata.context") || first(&value["value"]).get("__id").is_some()) {
            return Some(Self::Odk(value));
        }
        list("responses").then_some(Self::LimeSurvey(value))
    }

    /// Of XML without a document type. None: no results of `EUSurvey`.
    pub fn from_xml(text: &str) -> Option<Self> {
        eusurvey::is_results(text).then(|| Self::EuSurvey(text.to_owned()))
    }

    pub fn kind(&self) -> FileKind {
        if matches!(self, Self::EuSurvey(_)) { FileKind::Xml } else { FileKind::Json }
    }
}

pub(super) fn read(document: &Document, limits: &Limits) -> Result<Workbook, Refusal> {
    let (tables, notes) = match document {
        Document::Kobo(value) => (kobo::read(value)?, Vec::new()),
        Document::Odk(value) => (odk::read(value)?, Vec::new()),
        Document::LimeSurvey(value) => (limesurvey::read(value), Vec::new()),
        Document::EuSurvey(text) => eusurvey::read(text)?,
    };
    workbook(document.kind(), tables, notes, limits)
}

/// A `LimeSurvey` archive: questionnaire and responses in one zip.
pub(super) fn read_archive(package: Package<'_>, limits: &Limits) -> Result<Workbook, Refusal> {
    workbook(FileKind::Lsa, lsa::read(package)?, Vec::new(), limits)
}

fn workbook(kind: FileKind, tables: Vec<Table>, notes: Vec<Note>, limits: &Limits) -> Result<Workbook, Refusal> {
    let mut sheets: Vec<Sheet> = Vec::new();
    let mut cells = 0;
    for table in tables {
        let sheet = table.into_sheet(limits, cells)?;
        cells += sheet.cells.len();
        sheets.push(sheet);
    }
    Ok(Workbook { kind, signed: false, sheets, notes })
}

#[cfg(test)]
mod tests;
