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

use super::builder::{Extras, SheetBuilder};
use super::grid::{Cell, ErrorKind, FileKind, Workbook};
use super::guard::{Package, store};
use super::notes::{note, note_epoch, note_hidden, stale};
use super::outline::{self, Outline, SheetPart};
use super::scan::{self, Facts};
use super::shown::{Shown, date, number};
use super::{Limits, Refusal};
use crate::finding::{CellRef, rules};

/// Larger sheets stay packed, so as not to stand in memory whole. They are not looked over by `scan`: their hidden
/// rows and formulas without a value are not told, and an error value that calamine does not know refuses the file.
const LARGE_SHEET: u64 = 64 << 20;

type Archive = Xlsx<Cursor<Vec<u8>>>;

pub(super) fn read(mut package: Package<'_>, limits: &Limits) -> Result<Workbook, Refusal> {
    let outline = outline::read(&mut package)?;
    let (bytes, facts) = repack(&mut package, &outline)?;
    let mut archive: Archive = Xlsx::new(Cursor::new(bytes)).map_err(|error| damaged("", &error))?;
    let kind = if package.find("xl/vbaProject.bin").is_some() { FileKind::Xlsm } else { FileKind::Xlsx };
    let signed = package.paths().any(|path| path.starts_with("_xmlsignatures/"));
    let mut workbook = Workbook { kind, signed, ..Workbook::default() };
    let mut cells = 0;
    let styles = OnceCell::new();
    for (number, (part, facts)) in outline.sheets.iter().zip(facts).enumerate() {
        let mut builder = SheetBuilder::new(&part.name, limits, cells);
        builder.reserve(facts.rows, facts.cells);
        let mut builder = fill(&mut archive, number, outline.epoch_1904, &styles, builder, &part.name)?;
        for at in &facts.uncalculated {
            builder.push(*at, Cell::Uncalculated)?;
        }
        if outline.may_be_stale && facts.formulas > 0 {
            workbook.notes.push(stale(&part.name, facts.formulas));
        }
        if !facts.looked {
            let message = "is so large that hidden rows, merged cells and formulas without values were not looked for";
            workbook.notes.push(note(&rules::HIDDEN_ROW, message.to_owned(), &part.name, None));
        }
        let sheet = builder.finish(Extras {
            hidden: part.hidden,
            hidden_rows: facts.hidden_rows,
            hidden_columns: facts.hidden_columns,
            merges: facts.merges,
        });
        note_hidden(&mut workbook.notes, &sheet);
        cells += sheet.cells.len();
        workbook.sheets.push(sheet);
    }
    note_epoch(&mut workbook, outline.epoch_1904);
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
    let styles = styles.get_or_init(|| reader.styles().iter().map(shown_by).collect());
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
            DataRef::Float(value) => builder.number(*value, shown()),
            DataRef::Int(value) => builder.number(*value as f64, shown()),
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

fn shown_by(style: &Style) -> Shown {
    style.number_format.as_ref().map_or(Shown::Plain, |format| Shown::of(format.format_code.as_ref()))
}

/// A cell of type `d`: a date of strict OOXML, or an error value that `scan` let through.
fn iso_date(text: &str) -> Option<Cell> {
    let day = text.get(..10).filter(|_| text.len() == 10 || text.as_bytes().get(10) == Some(&b'T'));
    if let Some(Ok(date)) = day.map(|day| NaiveDate::parse_from_str(day, "%Y-%m-%d")) {
        return Some(Cell::Date(date));
    }
    (text.starts_with('#') || text.starts_with("Err:")).then(|| Cell::Error(ErrorKind::parse(text)))
}

fn place(sheet: &str, last: Option<CellRef>) -> String {
    last.map_or_else(|| sheet.to_owned(), |cell| format!("{sheet}, after cell {cell}"))
}

fn damaged(place: &str, error: &XlsxError) -> Refusal {
    let place = if place.is_empty() { "workbook".to_owned() } else { format!("sheet “{place}”") };
    Refusal::damaged(format!("is damaged: its {place} cannot be read ({error})"))
}
