//! A table as csv (RFC 4180): comma, point, ISO dates, UTF-8 with the mark by which Excel knows it.
//!
//! What a partner wrote may begin as a formula does. A spreadsheet that opens the file would run it, so such a text gets
//! an apostrophe in front, as OWASP advises; numbers are numbers and stay.

use super::digits;
use super::table::{Cell, Table};

/// The bytes of the file.
pub fn csv(table: &Table) -> Vec<u8> {
    let mut out = String::from('\u{feff}');
    line(&mut out, table.columns.iter().map(|(name, _)| (*name).to_owned()));
    for cells in &table.lines {
        line(&mut out, cells.iter().map(shown));
    }
    out.into_bytes()
}

fn line(out: &mut String, fields: impl Iterator<Item = String>) {
    for (at, field) in fields.enumerate() {
        if at > 0 {
            out.push(',');
        }
        if field.contains(['"', ',', '\r', '\n']) {
            out.push('"');
            out.push_str(&field.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(&field);
        }
    }
    out.push_str("\r\n");
}

fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Missing => String::new(),
        Cell::Text(text) => harmless(text),
        Cell::Number(number) => digits(*number),
        Cell::Whole(count) => count.to_string(),
        Cell::Day(day) => day.to_string(),
    }
}

fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { format!("'{text}") } else { text.to_owned() }
}
