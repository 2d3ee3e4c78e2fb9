//! A csv → one sheet of texts. Numbers and dates in them are for `validate`, which knows the locale and the column.

use std::collections::BTreeMap;

use ::csv::{Reader, ReaderBuilder, StringRecord};

use super::builder::{Extras, SheetBuilder};
use super::encoding::Decoded;
use super::grid::{FileKind, Note, Sheet, Workbook};
use super::{Limits, Refusal};
use crate::finding::{CellRef, Rule, Severity, rules};

/// Records that the separator is told from, and bytes.
const SAMPLE: usize = 50;
const SAMPLE_BYTES: usize = 1 << 20;
/// Separators in a line. The csv crate holds a record whole, and fifty million empty fields take a gigabyte.
const MAX_SEPARATORS: usize = 1 << 16;
/// Ragged rows that are told one by one.
const MAX_RAGGED: usize = 20;
const SEPARATORS: [u8; 3] = *b",;\t";

pub(super) fn read(decoded: &Decoded<'_>, limits: &Limits) -> Result<Workbook, Refusal> {
    let (declared, text) = separator_line(&decoded.text);
    let separator = declared.or_else(|| guess(text).map(|guess| guess.separator)).unwrap_or(b',');
    // Only a line that is long can hold many.
    let is_wide = |line: &str| {
        line.len() > MAX_SEPARATORS && line.bytes().filter(|byte| *byte == separator).count() > MAX_SEPARATORS
    };
    if text.split(['\n', '\r']).any(is_wide) {
        return Err(Refusal::new(&rules::FILE_TOO_LARGE, format!("has a row of more than {MAX_SEPARATORS} columns")));
    }
    let mut notes = Vec::new();
    if decoded.guessed {
        let message = "is neither UTF-8 nor marked as UTF-16; it was read as Windows-1252".to_owned();
        notes.push(note(&rules::ENCODING, message, None));
    }
    let sheet = fill(text, separator, limits, &mut notes)?;
    Ok(Workbook { kind: FileKind::Csv, signed: false, sheets: vec![sheet], notes })
}

fn fill(text: &str, separator: u8, limits: &Limits, notes: &mut Vec<Note>) -> Result<Sheet, Refusal> {
    let mut builder = SheetBuilder::new("", limits, 0);
    let mut reader = reader(text, separator);
    let mut record = StringRecord::new();
    // How many cells a row has, as told by the first with more than one: a row of one cell above it is a title.
    let mut width = None;
    let mut ragged = 0;
    let mut row = 0;
    loop {
        let start = offset(&reader);
        let read = reader.read_record(&mut record);
        if !read.map_err(|error| Refusal::damaged(format!("cannot be read as csv ({error})")))? {
            break;
        }
        row += blank_lines(text, start);
        let is_last = offset(&reader) >= text.len();
        if is_last && record.iter().any(|field| field.contains('\n')) && text.matches('"').count() % 2 == 1 {
            return Err(Refusal::damaged(format!("opens a quotation mark in row {} that is never closed", row + 1)));
        }
        for (column, field) in record.iter().enumerate() {
            if let Some(cell) = builder.text(field) {
                builder.push(CellRef::new(row, u16::try_from(column).unwrap_or(u16::MAX)), cell)?;
            }
        }
        if width.is_none() && record.len() > 1 {
            width = Some(record.len());
        }
        if let Some(width) = width.filter(|width| *width != record.len()) {
            ragged += 1;
            if ragged <= MAX_RAGGED {
                let message = format!("the row has {}; the first has {width}", cells(record.len()));
                notes.push(note(&rules::RAGGED_ROW, message, Some(CellRef::new(row, 0))));
            }
        }
        row += 1;
    }
    if ragged > MAX_RAGGED {
        let message = format!("{} more rows do not have as many cells as the first", ragged - MAX_RAGGED);
        notes.push(note(&rules::RAGGED_ROW, message, None));
    }
    Ok(builder.finish(Extras::default()))
}

/// Whether a text is a table beyond doubt: most of its first rows have the same number of cells, two at least.
pub(super) fn is_table(text: &str) -> bool {
    let (declared, text) = separator_line(text);
    declared.is_some() || guess(text).is_some_and(|guess| guess.records > 1 && guess.agreeing * 2 > guess.records)
}

/// The separator that Excel is told by a first line `sep=;`, and the text after it.
fn separator_line(text: &str) -> (Option<u8>, &str) {
    let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
    let line = line.trim_end_matches('\r').trim_matches('"').as_bytes();
    match line {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', separator]
            if separator.is_ascii() && !separator.is_ascii_alphanumeric() =>
        {
            (Some(*separator), rest)
        }
        _ => (None, text),
    }
}

/// How well a separator fits: of the first records, how many agree in their number of fields.
#[derive(Clone, Copy)]
struct Guess {
    separator: u8,
    agreeing: usize,
    fields: usize,
    records: usize,
}

/// The separator by which most records have the same number of fields; of two, the one that gives more fields.
fn guess(text: &str) -> Option<Guess> {
    let text = &text[..text.floor_char_boundary(SAMPLE_BYTES)];
    SEPARATORS
        .into_iter()
        .rev()
        .filter_map(|separator| fit(text, separator))
        .max_by_key(|guess| (guess.agreeing, guess.fields))
}

/// None where no record has two fields.
fn fit(text: &str, separator: u8) -> Option<Guess> {
    let mut times: BTreeMap<usize, usize> = BTreeMap::new();
    let mut records = 0;
    for record in reader(text, separator).into_records().take(SAMPLE) {
        records += 1;
        *times.entry(record.ok()?.len()).or_default() += 1;
    }
    let (fields, agreeing) =
        times.into_iter().filter(|(fields, _)| *fields > 1).max_by_key(|(fields, times)| (*times, *fields))?;
    Some(Guess { separator, agreeing, fields, records })
}

fn reader(text: &str, separator: u8) -> Reader<&[u8]> {
    ReaderBuilder::new().delimiter(separator).has_headers(false).flexible(true).from_reader(text.as_bytes())
}

/// Where in the text the reader stands.
fn offset(reader: &Reader<&[u8]>) -> usize {
    usize::try_from(reader.position().byte()).unwrap_or(usize::MAX)
}

/// Blank lines where a record was looked for: the csv crate passes over them, Excel shows them as rows.
fn blank_lines(text: &str, start: usize) -> u32 {
    let bytes = text.as_bytes();
    let mut rest = bytes.get(start..).unwrap_or(&[]);
    if start > 0 && bytes.get(start - 1) == Some(&b'\r') {
        // The second half of the line break before.
        rest = rest.strip_prefix(b"\n").unwrap_or(rest);
    }
    let mut lines = 0;
    while let Some(after) = rest.strip_prefix(b"\r\n").or(rest.strip_prefix(b"\n")).or(rest.strip_prefix(b"\r")) {
        lines += 1;
        rest = after;
    }
    lines
}

fn cells(count: usize) -> String {
    if count == 1 { "1 cell".to_owned() } else { format!("{count} cells") }
}

fn note(rule: &'static Rule, message: String, cell: Option<CellRef>) -> Note {
    Note { rule, severity: Severity::Warning, message, sheet: None, cell }
}
