//! What calamine does not tell of an .xls: formats of numbers, hidden rows and columns, a password.
//!
//! Records of the workbook stream, MS-XLS: a type and a length in two bytes each, then data. Unknown ones are passed
//! over. Nothing is allocated by a length that the file claims.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use super::shown::Shown;

/// Where a sheet begins is written in its BOUNDSHEET record; its facts are found by that order.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub password: bool,
    pub sheets: Vec<SheetFacts>,
}

#[derive(Debug, Default)]
pub(super) struct SheetFacts {
    pub hidden_rows: Vec<u32>,
    pub hidden_columns: Vec<(u16, u16)>,
    /// Cells whose numbers are shown as percentages, as money or beside a word that multiplies; those of other formats are not listed.
    pub shown: BTreeMap<(u32, u16), Shown>,
    /// Places from the first cell to the last, empty ones among them: calamine makes room for each.
    pub area: u64,
}

/// The corners of what a sheet fills.
#[derive(Default)]
struct Extent(Option<[u16; 4]>);

impl Extent {
    fn add(&mut self, row: u16, column: u16) {
        let [top, left, bottom, right] = self.0.unwrap_or([row, column, row, column]);
        self.0 = Some([top.min(row), left.min(column), bottom.max(row), right.max(column)]);
    }

    fn area(&self) -> u64 {
        let side = |first: u16, last: u16| u64::from(last - first) + 1;
        self.0.map_or(0, |[top, left, bottom, right]| side(top, bottom) * side(left, right))
    }
}

/// No .xls has more places on a sheet; calamine makes room for as many as a sheet claims to have.
const MOST_PLACES: u64 = 1 << 24;

/// None where the file's directory cannot be read.
pub(super) fn read(bytes: &[u8]) -> Option<Facts> {
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes)).ok()?;
    let name = if file.is_stream("/Workbook") { "/Workbook" } else { "/Book" };
    let mut stream = Vec::new();
    // A stream cannot be longer than the file that holds it.
    file.open_stream(name).ok()?.take(bytes.len() as u64).read_to_end(&mut stream).ok()?;
    Some(facts(&stream))
}

const BOF: u16 = 0x0809;
const EOF: u16 = 0x000A;

fn facts(stream: &[u8]) -> Facts {
    let mut facts = Facts::default();
    let mut formats: BTreeMap<u16, Shown> = BTreeMap::new();
    let mut styles: Vec<u16> = Vec::new();
    let mut offsets: Vec<usize> = Vec::new();
    let mut wide = true;
    for (kind, data) in Records(stream) {
        match kind {
            BOF => wide = word(data, 0) == Some(0x0600),
            0x002F => facts.password = true,
            0x041E => {
                if let (Some(number), Some(format)) = (word(data, 0), format(data, wide)) {
                    formats.insert(number, Shown::of(&format));
                }
            }
            0x00E0 => styles.extend(word(data, 2)),
            0x0085 => offsets.extend(double(data, 0).map(|offset| offset as usize)),
            EOF => break,
            _ => {}
        }
    }
    let styles: Vec<Shown> = styles
        .into_iter()
        .map(|number| formats.get(&number).copied().unwrap_or_else(|| Shown::builtin(number)))
        .collect();
    facts.sheets = offsets.iter().map(|offset| sheet(stream.get(*offset..).unwrap_or(&[]), &styles)).collect();
    facts
}

fn sheet(stream: &[u8], styles: &[Shown]) -> SheetFacts {
    let mut facts = SheetFacts::default();
    let mut extent = Extent::default();
    // Charts inside a sheet are sheets inside a sheet.
    let mut depth = 0_u32;
    for (kind, data) in Records(stream) {
        match kind {
            BOF => depth += 1,
            EOF if depth <= 1 => break,
            EOF => depth -= 1,
            _ if depth > 1 => {}
            0x0200 if claimed(data) > MOST_PLACES => facts.area = u64::MAX,
            0x0208 if word(data, 12).is_some_and(|flags| flags & 0x20 != 0) => {
                facts.hidden_rows.extend(word(data, 0).map(u32::from));
            }
            0x007D if word(data, 8).is_some_and(|flags| flags & 1 != 0) => {
                facts.hidden_columns.extend(word(data, 0).zip(word(data, 2)));
            }
            // A text, a text of the table of texts, one with formats, true or false or an error.
            0x0204 | 0x00FD | 0x00D6 | 0x0205 => {
                if let (Some(row), Some(column)) = (word(data, 0), word(data, 2)) {
                    extent.add(row, column);
                }
            }
            // A number, a packed number, a formula.
            0x0203 | 0x027E | 0x0006 => facts.see(data, 4, 0, styles, &mut extent),
            0x00BD => {
                let count = data.len().saturating_sub(6) / 6;
                (0..count).for_each(|i| facts.see(data, 4 + 6 * i, u16::try_from(i).unwrap_or(0), styles, &mut extent));
            }
            _ => {}
        }
    }
    facts.area = facts.area.max(extent.area());
    facts
}

/// Rows times columns that a sheet says it has, as calamine computes them: an end before the beginning is very far away.
fn claimed(dimensions: &[u8]) -> u64 {
    let at = |at| word(dimensions, at).map(u32::from);
    let (first, end, columns) = match dimensions.len() {
        10 => (at(0), at(2), at(6)),
        _ => (double(dimensions, 0), double(dimensions, 4), at(10)),
    };
    let (Some(first), Some(end), Some(columns)) = (first, end, columns) else { return 0 };
    if end == 0 { 0 } else { u64::from(end.wrapping_sub(first)) * u64::from(columns) }
}

impl SheetFacts {
    /// Notes the format of the cell whose style stands at `style`, `next` columns after the record's own.
    fn see(&mut self, data: &[u8], style: usize, next: u16, styles: &[Shown], extent: &mut Extent) {
        let (Some(row), Some(column), Some(style)) = (word(data, 0), word(data, 2), word(data, style)) else { return };
        extent.add(row, column.saturating_add(next));
        let shown = styles.get(usize::from(style)).copied().unwrap_or(Shown::Plain);
        if shown != Shown::Plain {
            self.shown.insert((u32::from(row), column.saturating_add(next)), shown);
        }
    }
}

/// A format's text: after its number come the length and, since Excel 97, a byte that says how wide letters are.
fn format(data: &[u8], wide: bool) -> Option<String> {
    if !wide {
        let length = usize::from(*data.get(2)?);
        return Some(data.get(3..3 + length)?.iter().map(|byte| char::from(*byte)).collect());
    }
    let length = usize::from(word(data, 2)?);
    if data.get(4)? & 1 == 0 {
        return Some(data.get(5..5 + length)?.iter().map(|byte| char::from(*byte)).collect());
    }
    let letters: Vec<u16> = (0..length).map(|i| word(data, 5 + 2 * i)).collect::<Option<_>>()?;
    Some(String::from_utf16_lossy(&letters))
}

fn word(data: &[u8], at: usize) -> Option<u16> {
    data.get(at..at + 2)?.try_into().ok().map(u16::from_le_bytes)
}

fn double(data: &[u8], at: usize) -> Option<u32> {
    data.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)
}

struct Records<'a>(&'a [u8]);

impl<'a> Iterator for Records<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (kind, length) = (word(self.0, 0)?, usize::from(word(self.0, 2)?));
        let data = self.0.get(4..4 + length)?;
        self.0 = &self.0[4 + length..];
        Some((kind, data))
    }
}
