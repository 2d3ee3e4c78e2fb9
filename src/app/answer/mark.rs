//! Marking a partner's file is work on a file from outside, so a worker process does it: the request and the answer
//! as bytes, and what the worker does with them.

use serde::{Deserialize, Serialize};

use crate::finding::{CellRef, Severity};
use crate::ingest::Limits;
use crate::template::patch::{FindingsSheet, Mark, Remark, Returned, patch};

/// What came of it.
pub(super) enum Marked {
    Bytes(Vec<u8>),
    /// The file cannot be marked without risk.
    Not,
}

const DONE: u8 = 1;
const NOT: u8 = 0;

/// The request, without the file's bytes.
#[derive(Serialize, Deserialize)]
struct Request {
    limits: (u64, u64, u64, u32, u16),
    marks: Vec<MarkDto>,
    name: String,
    language: String,
    heading: String,
    lines: Vec<String>,
    columns: Vec<String>,
    rows: Vec<RemarkDto>,
    changes_heading: String,
    changes: Vec<Vec<String>>,
}

#[derive(Serialize, Deserialize)]
struct MarkDto {
    sheet: String,
    cell: String,
    severity: String,
    text: String,
}

#[derive(Serialize, Deserialize)]
struct RemarkDto {
    severity: String,
    sheet: Option<String>,
    cell: Option<String>,
    cells: Vec<String>,
}

pub(super) fn request(returned: &Returned, limits: &Limits, bytes: &[u8]) -> Vec<u8> {
    let sheet = &returned.sheet;
    let mark = |mark: &Mark| MarkDto {
        sheet: mark.sheet.clone(),
        cell: mark.cell.to_string(),
        severity: mark.severity.as_str().to_owned(),
        text: mark.text.clone(),
    };
    let row = |row: &Remark| RemarkDto {
        severity: row.severity.as_str().to_owned(),
        sheet: row.sheet.clone(),
        cell: row.cell.map(|cell| cell.to_string()),
        cells: row.cells.clone(),
    };
    let Limits { file_bytes, unzipped_bytes, ratio, rows, columns } = *limits;
    let head = Request {
        limits: (file_bytes, unzipped_bytes, ratio, rows, columns),
        marks: returned.marks.iter().map(mark).collect(),
        name: sheet.name.clone(),
        language: sheet.language.clone(),
        heading: sheet.heading.clone(),
        lines: sheet.lines.clone(),
        columns: sheet.columns.clone(),
        rows: sheet.rows.iter().map(row).collect(),
        changes_heading: sheet.changes_heading.clone(),
        changes: sheet.changes.clone(),
    };
    // Texts and numbers always are JSON.
    let head = serde_json::to_vec(&head).unwrap_or_default();
    [&(head.len() as u64).to_le_bytes(), head.as_slice(), bytes].concat()
}

/// What the worker does: marks the file, or says that it cannot.
pub fn mark(request: &[u8]) -> Vec<u8> {
    let done = read(request).and_then(|(returned, limits, bytes)| patch(bytes, &returned, &limits).ok());
    match done {
        Some(bytes) => [&[DONE], bytes.as_slice()].concat(),
        None => vec![NOT],
    }
}

fn read(request: &[u8]) -> Option<(Returned, Limits, &[u8])> {
    let (length, rest) = request.split_first_chunk::<8>()?;
    let (head, bytes) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
    let head: Request = serde_json::from_slice(head).ok()?;
    let (file_bytes, unzipped_bytes, ratio, rows, columns) = head.limits;
    let limits = Limits { file_bytes, unzipped_bytes, ratio, rows, columns };
    let mark = |mark: MarkDto| {
        let (cell, severity) = (CellRef::parse(&mark.cell)?, Severity::parse(&mark.severity)?);
        Some(Mark { sheet: mark.sheet, cell, severity, text: mark.text })
    };
    let row = |row: RemarkDto| {
        let severity = Severity::parse(&row.severity)?;
        let cell = row.cell.as_deref().and_then(CellRef::parse);
        Some(Remark { severity, sheet: row.sheet, cell, cells: row.cells })
    };
    let returned = Returned {
        marks: head.marks.into_iter().map(mark).collect::<Option<_>>()?,
        sheet: FindingsSheet {
            name: head.name,
            language: head.language,
            heading: head.heading,
            lines: head.lines,
            columns: head.columns,
            rows: head.rows.into_iter().map(row).collect::<Option<_>>()?,
            changes_heading: head.changes_heading,
            changes: head.changes,
        },
    };
    Some((returned, limits, bytes))
}

/// What a worker answered; None for bytes that no worker of ours sends.
pub(super) fn understand(answer: &[u8]) -> Option<Marked> {
    match answer.split_first()? {
        (&DONE, bytes) => Some(Marked::Bytes(bytes.to_vec())),
        (&NOT, []) => Some(Marked::Not),
        _ => None,
    }
}
