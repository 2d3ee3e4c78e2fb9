//! Any bytes, read as text under names of tables, with and without a declared encoding.
//!
//! Where a text has no quotation marks, what it holds can be told in three lines of code: split at line breaks, then
//! at the separator. The reader must put each field where those lines do.
#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use scoreboard_fuzz::finding::CellRef;
use scoreboard_fuzz::ingest::{Cell, FileKind, Options, Sheet, Workbook};
use scoreboard_fuzz::{hold, watch};

const NAMES: [&str; 5] = ["a.csv", "a.txt", "a.TSV", "a", "a.xls"];
const ENCODINGS: [Option<&str>; 7] =
    [None, None, Some("windows-1250"), Some("utf-8"), Some("utf-16le"), Some("shift_jis"), Some("no such encoding")];

fuzz_target!(init: watch(), |data: &[u8]| {
    let encoding = ENCODINGS[data.len() / NAMES.len() % ENCODINGS.len()];
    let options = Options { limits: hold::limits(), encoding: encoding.map(str::to_owned) };
    let Some(workbook) = hold::sound(NAMES[data.len() % NAMES.len()], data, &options) else { return };
    if workbook.kind == FileKind::Csv
        && let Ok(text) = str::from_utf8(data)
        && matches!(encoding, None | Some("utf-8" | "no such encoding"))
        && !text.contains('"')
    {
        stands_where_lines_say(&workbook, text.strip_prefix('\u{feff}').unwrap_or(text));
    }
});

fn stands_where_lines_say(workbook: &Workbook, text: &str) {
    let [sheet] = workbook.sheets.as_slice() else { panic!("a csv is one sheet") };
    let read = cells(sheet);
    let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
    let declared = line.trim_end_matches('\r').chars().last().filter(|_| line.to_ascii_lowercase().starts_with("sep="));
    let fits = [(',', text), (';', text), ('\t', text)]
        .into_iter()
        .chain(declared.map(|separator| (separator, rest)))
        .any(|(separator, text)| plain(text, separator) == read);
    assert!(fits, "no separator gives what was read: {read:?}");
}

fn cells(sheet: &Sheet) -> BTreeMap<(u32, u16), String> {
    let mut cells = BTreeMap::new();
    for (i, row) in sheet.rows.iter().enumerate() {
        for (column, cell) in sheet.row(i) {
            let Cell::Text(id) = cell else { panic!("{} of a csv is no text", CellRef::new(row.index, *column)) };
            cells.insert((row.index, *column), sheet.text(*id).to_owned());
        }
    }
    cells
}

fn plain(text: &str, separator: char) -> BTreeMap<(u32, u16), String> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut cells = BTreeMap::new();
    for (row, line) in (0..).zip(text.split('\n')) {
        for (column, field) in (0..).zip(line.split(separator)) {
            if !field.trim().is_empty() {
                cells.insert((row, column), field.to_owned());
            }
        }
    }
    cells
}
