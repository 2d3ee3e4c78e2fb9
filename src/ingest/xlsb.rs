//! An Excel binary workbook → sheets: values by calamine; formats, merges and what is hidden from its records, MS-XLSB.

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{DataRef, Reader as _, SheetType, SheetVisible, Xlsb};

use super::builder::{Extras, SheetBuilder};
use super::grid::{Cell, ErrorKind, FileKind, Merge, Workbook};
use super::guard::Package;
use super::notes::{note_epoch, note_hidden};
use super::outline;
use super::shown::{Shown, date, number};
use super::{Limits, Refusal};
use crate::finding::{CellRef, rules};

pub(super) fn read(mut package: Package<'_>, bytes: &[u8], limits: &Limits) -> Result<Workbook, Refusal> {
    // Everything is measured before calamine unpacks anything.
    package.measure_all()?;
    let damaged =
        |error: String| Refusal::damaged(format!("is damaged: it cannot be read as a binary workbook ({error})"));
    let mut archive: Xlsb<_> = Xlsb::new(Cursor::new(bytes)).map_err(|error| damaged(error.to_string()))?;
    let epoch_1904 = archive.has_1904_epoch();
    let styles = styles(&mut package);
    let paths = outline::binary_sheets(&mut package)?;
    let signed = package.paths().any(|path| path.starts_with("_xmlsignatures/"));
    let mut workbook = Workbook { kind: FileKind::Xlsb, signed, ..Workbook::default() };
    let mut cells = 0;
    for sheet in archive.sheets_metadata().to_vec() {
        if sheet.typ != SheetType::WorkSheet {
            continue;
        }
        if workbook.sheets.iter().any(|other| other.name == sheet.name) {
            return Err(Refusal::damaged(format!("holds the sheet “{}” twice", sheet.name)));
        }
        let part = paths.get(&sheet.name).and_then(|path| package.find(path));
        let facts = match part {
            Some(index) => facts(&package.unpack(index)?, &styles, sheet.visible != SheetVisible::Visible),
            None => Facts::default(),
        };
        let mut builder = SheetBuilder::new(&sheet.name, limits, cells);
        let mut reader = archive.worksheet_cells_reader(&sheet.name).map_err(|error| damaged(error.to_string()))?;
        while let Some(cell) = reader.next_cell().map_err(|error| damaged(error.to_string()))? {
            let (row, column) = cell.get_position();
            let at = CellRef::new(row, u16::try_from(column).unwrap_or(u16::MAX));
            let shown = || facts.shown.get(&at).copied().unwrap_or(Shown::Plain);
            let held = match cell.get_value() {
                DataRef::Empty => None,
                DataRef::SharedString(text) => builder.text(text),
                DataRef::String(text) | DataRef::DurationIso(text) | DataRef::DateTimeIso(text) => builder.text(text),
                DataRef::Float(value) => builder.number(*value, shown()),
                DataRef::Int(value) => builder.number(*value as f64, shown()),
                DataRef::DateTime(value) if value.is_duration() => Some(number(value.as_f64(), Shown::Plain)),
                DataRef::DateTime(value) => Some(date(value.as_f64(), epoch_1904)),
                DataRef::Bool(value) => Some(Cell::Bool(*value)),
                DataRef::Error(error) => Some(Cell::Error(ErrorKind::parse(&error.to_string()))),
            };
            if let Some(held) = held {
                builder.push(at, held)?;
            }
        }
        for (at, error) in facts.errors {
            builder.push(at, Cell::Error(error))?;
        }
        let sheet = builder.finish(facts.extras);
        note_hidden(&mut workbook.notes, &sheet);
        cells += sheet.cells.len();
        workbook.sheets.push(sheet);
    }
    if workbook.sheets.is_empty() {
        return Err(Refusal::new(&rules::FILE_TYPE, "holds no worksheet, only charts or macros"));
    }
    note_epoch(&mut workbook, epoch_1904);
    Ok(workbook)
}

#[derive(Default)]
struct Facts {
    extras: Extras,
    /// Cells shown as percentages, as money or beside a word that multiplies.
    shown: BTreeMap<CellRef, Shown>,
    /// Formulas that give an error, which calamine passes over.
    errors: Vec<(CellRef, ErrorKind)>,
}

fn facts(part: &[u8], styles: &[Shown], hidden: bool) -> Facts {
    let mut facts =
        Facts { extras: Extras { hidden, ..Extras::default() }, shown: BTreeMap::new(), errors: Vec::new() };
    let mut row = 0;
    for (kind, data) in Records(part) {
        let number = |at| double(data, at);
        let column = |at| number(at).and_then(|column| u16::try_from(column).ok());
        match kind {
            0 => {
                row = number(0).unwrap_or(row);
                // Flags of BrtRowHdr: fDyZero is the fifth bit of the twelfth byte.
                if data.get(11).is_some_and(|flags| flags & 0x10 != 0) {
                    facts.extras.hidden_rows.push(row);
                }
            }
            1..=11 => {
                let style = data
                    .get(4..7)
                    .map(|bytes| usize::from(bytes[0]) | usize::from(bytes[1]) << 8 | usize::from(bytes[2]) << 16);
                let shown = style.and_then(|style| styles.get(style)).copied().unwrap_or(Shown::Plain);
                if let (Some(column), true) = (column(0), shown != Shown::Plain) {
                    facts.shown.insert(CellRef::new(row, column), shown);
                }
                if let (11, Some(column), Some(code)) = (kind, column(0), data.get(8)) {
                    facts.errors.push((CellRef::new(row, column), error(*code)));
                }
            }
            60 if data.get(16).is_some_and(|flags| flags & 1 != 0) => {
                facts.extras.hidden_columns.extend(column(0).zip(column(4)));
            }
            176 => {
                if let (Some(top), Some(bottom), Some(left), Some(right)) =
                    (number(0), number(4), column(8), column(12))
                {
                    facts
                        .extras
                        .merges
                        .push(Merge { first: CellRef::new(top, left), last: CellRef::new(bottom, right) });
                }
            }
            _ => {}
        }
    }
    facts
}

/// MS-XLSB 2.5.97.2.
fn error(code: u8) -> ErrorKind {
    ErrorKind::parse(match code {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x0F => "#VALUE!",
        0x17 => "#REF!",
        0x1D => "#NAME?",
        0x24 => "#NUM!",
        0x2A => "#N/A",
        _ => "#ERROR!",
    })
}

/// How each cell style shows numbers. Without a part of styles all are plain.
fn styles(package: &mut Package<'_>) -> Vec<Shown> {
    let part = package.find("xl/styles.bin").and_then(|index| package.unpack_small(index).ok()).unwrap_or_default();
    let mut formats: BTreeMap<u16, Shown> = BTreeMap::new();
    let (mut styles, mut inside) = (Vec::new(), false);
    for (kind, data) in Records(&part) {
        match kind {
            44 => {
                if let (Some(number), Some(format)) = (word(data, 0), wide_text(data, 2)) {
                    formats.insert(number, Shown::of(&format.0));
                }
            }
            617 => inside = true,
            618 => inside = false,
            47 if inside => {
                let number = word(data, 2).unwrap_or(0);
                styles.push(formats.get(&number).copied().unwrap_or_else(|| Shown::builtin(number)));
            }
            _ => {}
        }
    }
    styles
}

/// The names of sheets and the relationships that lead to their parts.
pub(super) fn bundle(part: &[u8]) -> Vec<(String, String)> {
    let sheets = Records(part).filter(|(kind, _)| *kind == 156);
    let one = |(_, data): (u32, &[u8])| {
        let (relation, next) = wide_text(data, 8)?;
        Some((wide_text(data, next)?.0, relation))
    };
    sheets.filter_map(one).collect()
}

/// A text that says its length in letters of two bytes, and where what follows it stands.
fn wide_text(data: &[u8], at: usize) -> Option<(String, usize)> {
    let length = usize::try_from(double(data, at)?).ok()?;
    let end = length.checked_mul(2)?.checked_add(at + 4)?;
    let letters: Vec<u16> =
        data.get(at + 4..end)?.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    Some((String::from_utf16_lossy(&letters), end))
}

fn word(data: &[u8], at: usize) -> Option<u16> {
    data.get(at..at + 2)?.try_into().ok().map(u16::from_le_bytes)
}

fn double(data: &[u8], at: usize) -> Option<u32> {
    data.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)
}

/// Records: a type of one or two bytes, a length of up to four, seven bits in each.
struct Records<'a>(&'a [u8]);

impl Records<'_> {
    fn number(&mut self, most: usize) -> Option<u32> {
        let mut number = 0;
        for i in 0..most {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            number |= u32::from(byte & 0x7F) << (7 * i);
            if byte & 0x80 == 0 {
                break;
            }
        }
        Some(number)
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = (u32, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let kind = self.number(2)?;
        let length = usize::try_from(self.number(4)?).ok()?;
        let (data, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some((kind, data))
    }
}
