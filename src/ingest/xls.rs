//! An Excel 97–2003 workbook (and Excel 95) → sheets: values by calamine, everything else by `biff`.

use std::io::Cursor;

use calamine::{Data, Range, Reader as _, SheetType, SheetVisible, Xls};

use super::biff;
use super::builder::{Extras, SheetBuilder};
use super::grid::{Cell, ErrorKind, FileKind, Merge, Workbook};
use super::notes::{note, note_epoch, note_hidden};
use super::shown::{Shown, date, number};
use super::{Limits, Refusal};
use crate::finding::{CellRef, rules};

/// Places, empty ones among them, of all sheets together: calamine takes about fifty bytes for each.
const MAX_AREA: u64 = 20_000_000;

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Workbook, Refusal> {
    let facts = biff::read(bytes);
    if facts.as_ref().is_some_and(|facts| facts.password) {
        return Err(Refusal::new(&rules::FILE_ENCRYPTED, "is an Excel 97–2003 workbook with a password"));
    }
    let area = facts.iter().flat_map(|facts| &facts.sheets).fold(0_u64, |area, sheet| area.saturating_add(sheet.area));
    let limit = MAX_AREA.min(u64::from(limits.rows) * u64::from(limits.columns));
    if area > limit {
        let message = format!("spreads its cells over more than {limit} places, most of them empty");
        return Err(Refusal::new(&rules::FILE_TOO_LARGE, message));
    }
    let damaged =
        |error| Refusal::damaged(format!("is damaged: it cannot be read as an Excel 97–2003 workbook ({error})"));
    let mut archive: Xls<_> = Xls::new(Cursor::new(bytes)).map_err(|error| damaged(error.to_string()))?;
    let epoch_1904 = archive.has_1904_epoch();
    let sheets = archive.sheets_metadata().to_vec();
    let known = facts.is_some();
    let mut by_order = facts.map(|facts| facts.sheets).unwrap_or_default().into_iter();
    let mut workbook = Workbook { kind: FileKind::Xls, ..Workbook::default() };
    let mut cells = 0;
    for sheet in &sheets {
        let facts = by_order.next().unwrap_or_default();
        if sheet.typ != SheetType::WorkSheet {
            continue;
        }
        if workbook.sheets.iter().any(|other| other.name == sheet.name) {
            return Err(Refusal::damaged(format!("holds the sheet “{}” twice", sheet.name)));
        }
        let range = archive.worksheet_range(&sheet.name).map_err(|error| damaged(error.to_string()))?;
        let mut builder = SheetBuilder::new(&sheet.name, limits, cells);
        fill(&mut builder, &range, epoch_1904, |row, column| {
            facts.shown.get(&(row, column)).copied().unwrap_or(Shown::Plain)
        })?;
        let merges = archive.merge_cells_by_sheet_name(&sheet.name).unwrap_or_default();
        let place = |(row, column): (u32, u32)| CellRef::new(row, u16::try_from(column).unwrap_or(u16::MAX));
        let extras = Extras {
            hidden: sheet.visible != SheetVisible::Visible,
            hidden_rows: facts.hidden_rows,
            hidden_columns: facts.hidden_columns,
            merges: merges.iter().map(|merge| Merge { first: place(merge.start), last: place(merge.end) }).collect(),
        };
        let sheet = builder.finish(extras);
        note_hidden(&mut workbook.notes, &sheet);
        cells += sheet.cells.len();
        workbook.sheets.push(sheet);
    }
    if workbook.sheets.is_empty() {
        return Err(Refusal::new(&rules::FILE_TYPE, "holds no worksheet, only charts or macros"));
    }
    note_epoch(&mut workbook, epoch_1904);
    if !known {
        let message = "formats, hidden rows and hidden columns of this file could not be read".to_owned();
        workbook.notes.push(note(&rules::HIDDEN_ROW, message, &workbook.sheets[0].name, None));
    }
    Ok(workbook)
}

/// The values of a sheet, with the formats that stand beside them.
pub(super) fn fill(
    builder: &mut SheetBuilder<'_>,
    range: &Range<Data>,
    epoch_1904: bool,
    shown: impl Fn(u32, u16) -> Shown,
) -> Result<(), Refusal> {
    let (top, left) = range.start().unwrap_or((0, 0));
    for (row, column, value) in range.used_cells() {
        let row = top.saturating_add(u32::try_from(row).unwrap_or(u32::MAX));
        let column = u16::try_from(left as usize + column).unwrap_or(u16::MAX);
        let held = match value {
            Data::Empty => None,
            Data::String(text) | Data::DurationIso(text) | Data::DateTimeIso(text) => builder.text(text),
            Data::Float(value) => builder.number(*value, shown(row, column)),
            Data::Int(value) => builder.number(*value as f64, shown(row, column)),
            Data::DateTime(value) if value.is_duration() => Some(number(value.as_f64(), Shown::Plain)),
            Data::DateTime(value) => Some(date(value.as_f64(), epoch_1904)),
            Data::Bool(value) => Some(Cell::Bool(*value)),
            Data::Error(error) => Some(Cell::Error(ErrorKind::parse(&error.to_string()))),
        };
        if let Some(cell) = held {
            builder.push(CellRef::new(row, column), cell)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    /// A workbook of one sheet that holds these records, and a sound beginning and end.
    fn book(records: &[(u16, &[u8])]) -> Vec<u8> {
        let written = |records: &[(u16, &[u8])]| -> Vec<u8> {
            let one = |(kind, data): &(u16, &[u8])| {
                let length = u16::try_from(data.len()).unwrap();
                [&kind.to_le_bytes(), &length.to_le_bytes(), *data].concat()
            };
            records.iter().flat_map(one).collect()
        };
        let begin = |kind: u8| [0, 6, kind, 0, 0xBB, 0x0D, 0xCC, 7, 0, 0, 0, 0, 6, 0, 0, 0];
        let globals = |offset: u8| {
            let sheet = [&[offset, 0, 0, 0, 0, 0, 3, 0][..], b"One"].concat();
            written(&[(0x0809, &begin(5)), (0x0085, &sheet), (0x000A, &[])])
        };
        let mut stream = globals(u8::try_from(globals(0).len()).unwrap());
        stream.extend(written(&[(0x0809, &begin(0x10))]));
        stream.extend(written(records));
        stream.extend(written(&[(0x000A, &[])]));
        let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
        file.create_stream("/Workbook").unwrap().write_all(&stream).unwrap();
        file.into_inner().into_inner()
    }

    fn number(row: u16, column: u16) -> Vec<u8> {
        [&row.to_le_bytes(), &column.to_le_bytes(), &[0, 0][..], &1.5_f64.to_le_bytes()].concat()
    }

    #[test]
    fn cells_far_apart_are_refused_before_room_is_made_for_all_between() {
        let (first, last) = (number(0, 0), number(59_999, 199));
        let workbook = read(&book(&[(0x0203, &first), (0x0203, &last)]), &Limits::default()).unwrap();
        assert_eq!(workbook.sheets[0].cell(CellRef::new(59_999, 199)), Some(Cell::Number(1.5)));
        let narrow = Limits { rows: 1_000, columns: 100, ..Limits::default() };
        let refusal = read(&book(&[(0x0203, &first), (0x0203, &last)]), &narrow).unwrap_err();
        assert_eq!(refusal.rule, &rules::FILE_TOO_LARGE);
        assert!(refusal.message.contains("100000 places"), "{}", refusal.message);
    }

    #[test]
    fn a_sheet_that_claims_more_places_than_any_has_is_refused() {
        let far: &[u8] = &[0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0x7F, 0, 0, 0, 1, 0, 0];
        let backwards: &[u8] = &[9, 0, 0, 0, 1, 0, 0, 0, 0, 0, 6, 0, 0, 0];
        let backwards_in_excel_95: &[u8] = &[9, 0, 1, 0, 0, 0, 6, 0, 0, 0];
        for dimensions in [far, backwards, backwards_in_excel_95] {
            let bytes = book(&[(0x0200, dimensions), (0x0203, &number(0, 0))]);
            assert_eq!(read(&bytes, &Limits::default()).unwrap_err().rule, &rules::FILE_TOO_LARGE, "{dimensions:?}");
        }
    }
}
