//! An xlsx or xlsm → sheets, with calamine reading the cells.
//!
//! calamine gets an archive of our own making: a workbook part that names the sheets by number, formats, shared
//! texts, and the sheets, each unpacked once (and so measured), looked over by `scan` and stored as it is. So it sees
//! nothing that was not checked, unpacks nothing itself, and needs no relationships of the sender's.

use std::cell::OnceCell;
use std::fmt::Write as _;
use std::io::Cursor;

use calamine::{DataRef, Reader as _, Style, Xlsx, XlsxError};
use chrono::NaiveDate;
use zip::ZipWriter;

use super::builder::SheetBuilder;
use super::grid::{Cell, Currency, ErrorKind, Note, Sheet, Workbook};
use super::guard::{Package, store};
use super::outline::{self, Outline, SheetPart};
use super::scan::{self, Facts};
use super::{Limits, Refusal};
use crate::finding::{CellRef, Rule, Severity, rules};

/// Larger sheets stay packed, so as not to stand in memory whole. They are not looked over by `scan`: their hidden
/// rows and formulas without a value are not told, and an error value that calamine does not know refuses the file.
const LARGE_SHEET: u64 = 64 << 20;

type Archive = Xlsx<Cursor<Vec<u8>>>;

pub(super) fn read(mut package: Package<'_>, limits: &Limits) -> Result<Workbook, Refusal> {
    let outline = outline::read(&mut package)?;
    let (bytes, facts) = repack(&mut package, &outline)?;
    let mut archive: Archive = Xlsx::new(Cursor::new(bytes)).map_err(|error| damaged("", &error))?;
    let mut workbook = Workbook::default();
    let mut cells = 0;
    let styles = OnceCell::new();
    for (number, (part, facts)) in outline.sheets.iter().zip(facts).enumerate() {
        let mut builder = SheetBuilder::new(&part.name, limits, cells);
        builder.reserve(facts.rows, facts.cells);
        note_formulas(&mut workbook.notes, &part.name, &facts);
        let builder = fill(&mut archive, number, outline.epoch_1904, &styles, builder, &part.name)?;
        let sheet = builder.finish(part.hidden, facts.hidden_rows);
        note_hidden_rows(&mut workbook.notes, &sheet);
        cells += sheet.cells.len();
        workbook.sheets.push(sheet);
    }
    Ok(workbook)
}

/// The archive for calamine, and what `scan` saw in each sheet.
fn repack(package: &mut Package<'_>, outline: &Outline) -> Result<(Vec<u8>, Vec<Facts>), Refusal> {
    let mut parts = outline.sheets.iter().map(|part| part.index).chain(outline.strings).chain(outline.styles);
    let size = parts.try_fold(1 << 12, |size, index| Ok(size + package.measure(index)?.min(LARGE_SHEET)))?;
    let mut archive = ZipWriter::new(Cursor::new(Vec::with_capacity(usize::try_from(size).unwrap_or(0))));
    let mut facts = Vec::with_capacity(outline.sheets.len());
    let (book, relations) = workbook_parts(outline);
    store(&mut archive, "_rels/.rels", ROOT.as_bytes())?;
    store(&mut archive, "xl/workbook.xml", book.as_bytes())?;
    store(&mut archive, "xl/_rels/workbook.xml.rels", relations.as_bytes())?;
    if let Some(index) = outline.styles {
        let bytes = package.unpack_small(index)?;
        scan::check_prolog(&bytes)?;
        store(&mut archive, "xl/styles.xml", &bytes)?;
    }
    if let Some(index) = outline.strings {
        let mut bytes = package.unpack(index)?;
        scan::check_prolog(&bytes)?;
        scan::mend_strings(&mut bytes)?;
        store(&mut archive, "xl/sharedStrings.xml", &bytes)?;
    }
    for (number, SheetPart { index, .. }) in outline.sheets.iter().enumerate() {
        let name = format!("xl/{number}.xml");
        if package.measure(*index)? > LARGE_SHEET {
            scan::check_prolog(&package.peek(*index, 1 << 16)?)?;
            package.copy_packed(*index, &mut archive, &name)?;
            facts.push(Facts::default());
        } else {
            let mut bytes = package.unpack(*index)?;
            scan::check_prolog(&bytes)?;
            facts.push(scan::scan_sheet(&mut bytes)?);
            store(&mut archive, &name, &bytes)?;
        }
    }
    let bytes = archive.finish().map_err(|error| Refusal::damaged(format!("cannot be read ({error})")))?;
    Ok((bytes.into_inner(), facts))
}

const ROOT: &str = r#"<Relationships><Relationship Id="r" Type="/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;

/// A workbook part and its relationships, with sheets called by their numbers.
fn workbook_parts(outline: &Outline) -> (String, String) {
    let mut book = format!(r#"<workbook><workbookPr date1904="{}"/><sheets>"#, u8::from(outline.epoch_1904));
    let mut relations = String::from("<Relationships>");
    for number in 0..outline.sheets.len() {
        let _ = write!(book, r#"<sheet name="{number}" id="{number}"/>"#);
        let _ = write!(relations, r#"<Relationship Id="{number}" Type="/worksheet" Target="{number}.xml"/>"#);
    }
    (book + "</sheets></workbook>", relations + "</Relationships>")
}

/// Reads the cells of a sheet, in one pass.
fn fill<'a>(
    archive: &mut Archive,
    sheet: usize,
    epoch_1904: bool,
    styles: &OnceCell<Vec<Shown>>,
    mut builder: SheetBuilder<'a>,
    name: &str,
) -> Result<SheetBuilder<'a>, Refusal> {
    let mut reader = match archive.worksheet_cells_reader(&sheet.to_string()) {
        Ok(reader) => reader,
        // A part that is no worksheet although the workbook says so, such as a chart: it holds no cells.
        Err(XlsxError::NotAWorksheet(_)) => return Ok(builder),
        Err(error) => return Err(damaged(name, &error)),
    };
    let styles = styles.get_or_init(|| reader.styles().iter().map(shown).collect());
    let mut last = None;
    loop {
        let (cell, style) = match reader.next_cell_with_style_id() {
            Ok(Some(found)) => found,
            Ok(None) => return Ok(builder),
            Err(error) => return Err(damaged(&place(name, last), &error)),
        };
        let shown = || styles.get(style).copied().unwrap_or(Shown::Plain);
        let value = match cell.get_value() {
            DataRef::Empty => None,
            DataRef::SharedString(text) => builder.shared_text(text),
            DataRef::String(text) | DataRef::DurationIso(text) => builder.text(text),
            DataRef::Float(value) => Some(number(*value, shown())),
            DataRef::Int(value) => Some(number(*value as f64, shown())),
            DataRef::DateTime(value) if value.is_duration() => Some(number(value.as_f64(), Shown::Plain)),
            DataRef::DateTime(value) => Some(date(value.as_f64(), epoch_1904)),
            DataRef::DateTimeIso(text) => iso_date(text).or_else(|| builder.text(text)),
            DataRef::Bool(value) => Some(Cell::Bool(*value)),
            DataRef::Error(error) => Some(Cell::Error(ErrorKind::parse(&error.to_string()))),
        };
        if let Some(value) = value {
            let (row, column) = cell.get_position();
            let column = u16::try_from(column).unwrap_or(u16::MAX);
            last = Some(CellRef::new(row, column));
            builder.push(CellRef::new(row, column), value)?;
        }
    }
}

/// What a number's format adds to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Plain,
    Percent,
    Money(Currency),
}

/// Excel has no infinite numbers, but calamine reads the word `inf`.
fn number(value: f64, shown: Shown) -> Cell {
    match shown {
        _ if !value.is_finite() => Cell::Error(ErrorKind::parse("#NUM!")),
        Shown::Percent => Cell::Percent(value),
        Shown::Money(currency) => Cell::Money(value, currency),
        Shown::Plain => Cell::Number(value),
    }
}

/// A serial number of days as a date, or as the number that it is where it is no date of Excel's: a time of day, a
/// day after 9999, and 29 February 1900, which Excel believes in.
fn date(serial: f64, epoch_1904: bool) -> Cell {
    // Days from 1 January of year 1 to the day before the epoch.
    let (epoch, end) = if epoch_1904 { (695_056, 2_957_004.0) } else { (693_594, 2_958_466.0) };
    if !(1.0..end).contains(&serial) {
        return number(serial, Shown::Plain);
    }
    #[allow(clippy::cast_possible_truncation, reason = "lies within the range above")]
    let days = serial as i32;
    let missing = match days {
        60 if !epoch_1904 => return Cell::Number(serial),
        1..60 if !epoch_1904 => 1,
        _ => 0,
    };
    NaiveDate::from_num_days_from_ce_opt(epoch + days + missing).map_or(Cell::Number(serial), Cell::Date)
}

/// A cell of type `d`: a date of strict OOXML, or an error value that `scan` let through.
fn iso_date(text: &str) -> Option<Cell> {
    let day = text.get(..10).filter(|_| text.len() == 10 || text.as_bytes().get(10) == Some(&b'T'));
    if let Some(Ok(date)) = day.map(|day| NaiveDate::parse_from_str(day, "%Y-%m-%d")) {
        return Some(Cell::Date(date));
    }
    (text.starts_with('#') || text.starts_with("Err:")).then(|| Cell::Error(ErrorKind::parse(text)))
}

/// Whether a style multiplies by a hundred and adds the sign. A sign in quotes or after `\` is only a decoration.
fn shows_percent(style: &Style) -> bool {
    let Some(format) = &style.number_format else { return false };
    let mut characters = format.format_code.chars();
    let mut quoted = false;
    while let Some(character) = characters.next() {
        match character {
            '"' => quoted = !quoted,
            '\\' | '_' | '*' if !quoted => drop(characters.next()),
            '%' if !quoted => return true,
            ';' if !quoted => return false,
            _ => {}
        }
    }
    false
}

fn shown(style: &Style) -> Shown {
    if shows_percent(style) {
        return Shown::Percent;
    }
    let format = style.number_format.as_ref().map_or("", |format| format.format_code.as_ref());
    currency(format).map_or(Shown::Plain, Shown::Money)
}

/// The currency in the first section of a format: `[$€-407]`, `"USD"`, or a bare sign.
fn currency(format: &str) -> Option<Currency> {
    let mut rest = format;
    while let Some(first) = rest.chars().next() {
        let (inside, after) = match first {
            ';' => return None,
            '[' => rest[1..].split_once(']').unwrap_or((&rest[1..], "")),
            '"' => rest[1..].split_once('"').unwrap_or((&rest[1..], "")),
            _ => (&rest[..first.len_utf8()], &rest[first.len_utf8()..]),
        };
        let name = if first == '[' {
            inside.strip_prefix('$').map_or("", |name| name.split('-').next().unwrap_or(name))
        } else {
            inside
        };
        if let Some(found) = Currency::parse(name) {
            return Some(found);
        }
        rest = after;
    }
    None
}

fn note_formulas(notes: &mut Vec<Note>, sheet: &str, facts: &Facts) {
    if facts.uncalculated > 0 {
        // openpyxl writes every formula so, and XlsxWriter those whose value it was told is an empty text.
        let message = match facts.uncalculated {
            1 => "a formula has no stored value, as when no spreadsheet program calculated it; it counts as empty"
                .to_owned(),
            n => format!(
                "{n} formulas have no stored value, as when no spreadsheet program calculated them; they count as empty"
            ),
        };
        notes.push(note(&rules::ERROR_VALUE, message, sheet, facts.first_uncalculated));
    }
}

fn note_hidden_rows(notes: &mut Vec<Note>, sheet: &Sheet) {
    let rows = &sheet.hidden_rows;
    let Some(first) = rows.first() else { return };
    let shown: Vec<String> = rows.iter().take(10).map(|row| (row + 1).to_string()).collect();
    let more = if rows.len() > shown.len() { format!(" and {} more", rows.len() - shown.len()) } else { String::new() };
    let (row, are) = if rows.len() == 1 { ("row", "is hidden and holds") } else { ("rows", "are hidden and hold") };
    let message = format!("{row} {}{more} {are} data", shown.join(", "));
    notes.push(note(&rules::HIDDEN_ROW, message, &sheet.name, Some(CellRef::new(*first, 0))));
}

fn note(rule: &'static Rule, message: String, sheet: &str, cell: Option<CellRef>) -> Note {
    Note { rule, severity: Severity::Warning, message, sheet: Some(sheet.to_owned()), cell }
}

fn place(sheet: &str, last: Option<CellRef>) -> String {
    last.map_or_else(|| sheet.to_owned(), |cell| format!("{sheet}, after cell {cell}"))
}

fn damaged(place: &str, error: &XlsxError) -> Refusal {
    let place = if place.is_empty() { "workbook".to_owned() } else { format!("sheet “{place}”") };
    Refusal::damaged(format!("is damaged: its {place} cannot be read ({error})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serial_numbers_are_dates_as_excel_counts_them() {
        let day = |year, month, day| Cell::Date(NaiveDate::from_ymd_opt(year, month, day).unwrap());
        assert_eq!(date(1.0, false), day(1900, 1, 1));
        assert_eq!(date(59.0, false), day(1900, 2, 28));
        assert_eq!(date(60.0, false), Cell::Number(60.0));
        assert_eq!(date(61.0, false), day(1900, 3, 1));
        assert_eq!(date(42_551.75, false), day(2016, 6, 30));
        assert_eq!(date(2_958_465.0, false), day(9999, 12, 31));
        assert_eq!(date(2_958_466.0, false), Cell::Number(2_958_466.0));
        assert_eq!(date(1.0, true), day(1904, 1, 2));
        assert_eq!(date(35_064.0, true), day(2000, 1, 1));
        for none in [0.0, 0.75, -3.0] {
            assert_eq!(date(none, false), Cell::Number(none));
        }
        for none in [f64::NAN, f64::INFINITY] {
            assert_eq!(date(none, false), Cell::Error(ErrorKind::parse("#NUM!")));
        }
    }
}
