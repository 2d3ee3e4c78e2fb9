//! A spreadsheet of `LibreOffice` (ods) → sheets, read in one pass over its content as it is unpacked.
//!
//! A reader of our own, because the one at hand drops runs of spaces, percent signs, currencies, hidden rows and
//! merged cells. Cells say their kind and value in attributes; what is shown stands in paragraphs below them.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::builder::{Extras, SheetBuilder};
use super::grid::{Cell, Currency, ErrorKind, FileKind, Merge, Workbook};
use super::guard::Package;
use super::notes::note_hidden;
use super::scan::check_prolog;
use super::shown::{Shown, as_displayed, number};
use super::{Limits, Refusal};
use crate::finding::{CellRef, rules};

const CONTENT: &str = "content.xml";
/// Characters of one cell; Excel holds 32,767.
const LONGEST_TEXT: usize = 1 << 20;

pub(super) fn read(mut package: Package<'_>, limits: &Limits) -> Result<Workbook, Refusal> {
    let signed = package.find("META-INF/documentsignatures.xml").is_some();
    let index = package.find(CONTENT).ok_or_else(|| Refusal::damaged("lacks its part content.xml: cut off"))?;
    let bytes = package.unpack(index)?;
    check_prolog(&bytes)?;
    let mut content = Content {
        limits,
        workbook: Workbook { kind: FileKind::Ods, signed, ..Workbook::default() },
        hidden_styles: BTreeSet::new(),
        style: None,
        table: None,
        cells: 0,
    };
    let mut reader = Reader::from_reader(bytes.as_slice());
    loop {
        match reader.read_event() {
            Ok(Event::Start(element)) => content.start(&element),
            Ok(Event::Empty(element)) => {
                content.start(&element);
                content.end(element.local_name().as_ref())?;
            }
            Ok(Event::End(element)) => content.end(element.local_name().as_ref())?,
            Ok(Event::Text(text)) => content.text(&text.xml_content(XmlVersion::Implicit1_0)),
            Ok(Event::CData(text)) => content.text(&text.xml_content(XmlVersion::Implicit1_0)),
            Ok(Event::GeneralRef(name)) => content.text(&entity(&name.xml_content(XmlVersion::Implicit1_0))),
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(error) => return Err(Refusal::damaged(format!("holds a damaged part {CONTENT} ({error})"))),
        }
    }
    if content.table.is_some() {
        return Err(Refusal::damaged("is cut off in the middle of a sheet"));
    }
    if content.workbook.sheets.is_empty() {
        return Err(Refusal::new(&rules::FILE_TYPE, "holds no sheet"));
    }
    Ok(content.workbook)
}

struct Content<'a> {
    limits: &'a Limits,
    workbook: Workbook,
    /// Styles of tables that are not displayed.
    hidden_styles: BTreeSet<String>,
    /// The style that is being declared.
    style: Option<String>,
    table: Option<Table<'a>>,
    cells: usize,
}

struct Table<'a> {
    name: String,
    extras: Extras,
    builder: SheetBuilder<'a>,
    row: u32,
    /// How often the row at hand stands there, and the cells that it holds.
    repeat: u32,
    cells: Vec<(u16, u16, Held)>,
    /// Formulas among the cells of the table that were never calculated, and others, are told apart below.
    column: u32,
    columns_declared: u32,
    cell: Option<Open>,
    /// Tables inside cells and annotations are none of ours.
    depth: u32,
}

/// A cell at hand.
struct Open {
    kind: Kind,
    repeat: u32,
    paragraphs: u32,
    text: String,
    /// Inside an annotation.
    aside: u32,
}

enum Kind {
    Value(Held),
    /// What is shown is the value.
    Text,
    Error,
    Nothing,
}

#[derive(Clone)]
enum Held {
    Cell(Cell),
    Text(String),
}

impl Content<'_> {
    fn start(&mut self, element: &BytesStart<'_>) {
        let name = element.local_name();
        match name.as_ref() {
            "style" if self.table.is_none() => self.style = attribute(element, "name"),
            "table-properties" if attribute(element, "display").is_some_and(|value| value == "false") => {
                self.hidden_styles.extend(self.style.clone());
            }
            "table" => self.open_table(element),
            other => {
                if let Some(table) = &mut self.table
                    && table.depth == 0
                {
                    table.start(other, element, self.limits);
                }
            }
        }
    }

    fn open_table(&mut self, element: &BytesStart<'_>) {
        if let Some(table) = &mut self.table {
            table.depth += 1;
            return;
        }
        let name = attribute(element, "name").unwrap_or_default();
        let hidden = attribute(element, "style-name").is_some_and(|style| self.hidden_styles.contains(&style));
        self.table = Some(Table {
            builder: SheetBuilder::new(&name, self.limits, self.cells),
            name,
            extras: Extras { hidden, ..Extras::default() },
            row: 0,
            repeat: 1,
            cells: Vec::new(),
            column: 0,
            columns_declared: 0,
            cell: None,
            depth: 0,
        });
    }

    fn end(&mut self, name: &str) -> Result<(), Refusal> {
        let Some(table) = &mut self.table else { return Ok(()) };
        if name == "table" {
            if table.depth > 0 {
                table.depth -= 1;
                return Ok(());
            }
            if let Some(table) = self.table.take() {
                if self.workbook.sheets.iter().any(|sheet| sheet.name == table.name) {
                    return Err(Refusal::damaged(format!("holds the sheet “{}” twice", table.name)));
                }
                let sheet = table.builder.finish(table.extras);
                note_hidden(&mut self.workbook.notes, &sheet);
                self.cells += sheet.cells.len();
                self.workbook.sheets.push(sheet);
            }
            return Ok(());
        }
        if table.depth == 0 { table.end(name) } else { Ok(()) }
    }

    fn text(&mut self, text: &str) {
        if let Some(table) = &mut self.table
            && table.depth == 0
            && let Some(cell) = &mut table.cell
            && cell.aside == 0
            && cell.paragraphs > 0
            && cell.text.len() + text.len() <= LONGEST_TEXT
        {
            cell.text.push_str(text);
        }
    }
}

impl Table<'_> {
    fn start(&mut self, name: &str, element: &BytesStart<'_>, limits: &Limits) {
        match name {
            "table-column" => {
                let repeat = repeated(element, "number-columns-repeated");
                if is_hidden(element) {
                    let column = |column: u32| u16::try_from(column).unwrap_or(u16::MAX);
                    let last = self.columns_declared.saturating_add(repeat - 1);
                    self.extras.hidden_columns.push((column(self.columns_declared), column(last)));
                }
                self.columns_declared = self.columns_declared.saturating_add(repeat);
            }
            "table-row" => {
                self.repeat = repeated(element, "number-rows-repeated");
                self.column = 0;
                self.cells.clear();
                if is_hidden(element) {
                    let last = self.row.saturating_add(self.repeat.min(10_000));
                    self.extras.hidden_rows.extend(self.row..last);
                }
            }
            "table-cell" | "covered-table-cell" if self.cell.is_none() => self.open_cell(element, limits),
            "annotation" => {
                if let Some(cell) = &mut self.cell {
                    cell.aside += 1;
                }
            }
            "p" | "s" | "tab" | "line-break" => {
                if let Some(cell) = self.cell.as_mut().filter(|cell| cell.aside == 0) {
                    let (with, times) = match name {
                        "p" => {
                            cell.paragraphs += 1;
                            ("\n", u32::from(cell.paragraphs > 1))
                        }
                        "s" => (" ", attribute(element, "c").and_then(|count| count.parse().ok()).unwrap_or(1)),
                        "tab" => ("\t", 1),
                        _ => ("\n", 1),
                    };
                    if cell.text.len() + times as usize <= LONGEST_TEXT {
                        cell.text.push_str(&with.repeat(times as usize));
                    }
                }
            }
            _ => {}
        }
    }

    fn open_cell(&mut self, element: &BytesStart<'_>, limits: &Limits) {
        let spans = |name| attribute(element, name).and_then(|span| span.parse::<u32>().ok()).unwrap_or(1).max(1);
        let (rows, columns) = (spans("number-rows-spanned"), spans("number-columns-spanned"));
        if rows > 1 || columns > 1 {
            let place =
                |row: u32, column: u32| CellRef::new(row.min(limits.rows), u16::try_from(column).unwrap_or(u16::MAX));
            self.extras.merges.push(Merge {
                first: place(self.row, self.column),
                last: place(self.row.saturating_add(rows - 1), self.column.saturating_add(columns - 1)),
            });
        }
        self.cell = Some(Open {
            kind: kind(element),
            repeat: repeated(element, "number-columns-repeated"),
            paragraphs: 0,
            text: String::new(),
            aside: 0,
        });
    }

    fn end(&mut self, name: &str) -> Result<(), Refusal> {
        match name {
            "annotation" => {
                if let Some(cell) = &mut self.cell {
                    cell.aside = cell.aside.saturating_sub(1);
                }
            }
            "table-cell" | "covered-table-cell" => {
                if let Some(cell) = self.cell.take_if(|cell| cell.aside == 0) {
                    self.close_cell(cell)?;
                }
            }
            "table-row" => self.close_row()?,
            _ => {}
        }
        Ok(())
    }

    fn close_cell(&mut self, cell: Open) -> Result<(), Refusal> {
        let Open { kind, repeat, text, .. } = cell;
        let first = self.column;
        self.column = self.column.saturating_add(repeat);
        let held = match kind {
            Kind::Value(held) => displayed(&held, &text).map_or(held, Held::Text),
            Kind::Error => Held::Cell(Cell::Error(ErrorKind::parse(text.trim()))),
            Kind::Text | Kind::Nothing => Held::Text(text),
        };
        if matches!(&held, Held::Text(text) if text.trim().is_empty()) {
            return Ok(());
        }
        let last = first.saturating_add(repeat - 1);
        let (Ok(first), Ok(last)) = (u16::try_from(first), u16::try_from(last)) else {
            return Err(Refusal::new(&rules::FILE_TOO_LARGE, format!("fills column {last} of sheet “{}”", self.name)));
        };
        self.cells.push((first, last, held));
        Ok(())
    }

    /// A row that repeats is held against the limits by each of its cells.
    fn close_row(&mut self) -> Result<(), Refusal> {
        let first = self.row;
        self.row = self.row.saturating_add(self.repeat);
        if self.cells.is_empty() {
            return Ok(());
        }
        for row in first..self.row {
            for (from, to, held) in &self.cells {
                let cell = match held {
                    Held::Cell(cell) => Some(*cell),
                    Held::Text(text) => self.builder.text(text),
                };
                let Some(cell) = cell else { continue };
                for column in *from..=*to {
                    self.builder.push(CellRef::new(row, column), cell)?;
                }
            }
        }
        self.cells.clear();
        Ok(())
    }
}

/// The text below a number, where its words multiply it.
fn displayed(held: &Held, text: &str) -> Option<String> {
    match held {
        Held::Cell(Cell::Number(value) | Cell::Money(value, _)) => as_displayed(*value, text),
        _ => None,
    }
}

/// What a cell's attributes say that it holds.
fn kind(element: &BytesStart<'_>) -> Kind {
    let get = |name| attribute(element, name);
    // LibreOffice marks errors in its own attribute of the same name, which comes after the standard's.
    if kinds(element).any(|kind| kind == "error") {
        return Kind::Error;
    }
    let value = || get("value").and_then(|value| value.parse::<f64>().ok());
    let of = |shown| value().map_or(Kind::Nothing, |value| Kind::Value(Held::Cell(number(value, shown))));
    match get("value-type").as_deref() {
        Some("float") => of(Shown::Plain),
        Some("percentage") => of(Shown::Percent),
        Some("currency") => {
            of(get("currency").and_then(|code| Currency::parse(&code)).map_or(Shown::Plain, Shown::Money))
        }
        Some("date") => get("date-value").map_or(Kind::Nothing, |text| Kind::Value(date(&text))),
        Some("time") => get("time-value").map_or(Kind::Nothing, |text| Kind::Value(time(&text))),
        Some("boolean") => {
            Kind::Value(Held::Cell(Cell::Bool(get("boolean-value").is_some_and(|value| value == "true"))))
        }
        Some("string") => get("string-value").map_or(Kind::Text, |text| Kind::Value(Held::Text(text))),
        _ if get("formula").is_some() => Kind::Value(Held::Cell(Cell::Uncalculated)),
        _ => Kind::Nothing,
    }
}

fn date(text: &str) -> Held {
    let day = text.get(..10).and_then(|day| NaiveDate::parse_from_str(day, "%Y-%m-%d").ok());
    day.map_or_else(|| Held::Text(text.to_owned()), |day| Held::Cell(Cell::Date(day)))
}

/// `PT255H10M10S` as days.
fn time(text: &str) -> Held {
    let mut seconds = 0.0;
    let mut digits = String::new();
    for letter in text.trim_start_matches('-').trim_start_matches("PT").chars() {
        if letter.is_ascii_digit() || letter == '.' {
            digits.push(letter);
            continue;
        }
        let unit = match letter {
            'H' => 3_600.0,
            'M' => 60.0,
            'S' => 1.0,
            _ => return Held::Text(text.to_owned()),
        };
        seconds += digits.parse::<f64>().unwrap_or(0.0) * unit;
        digits.clear();
    }
    let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
    Held::Cell(number(sign * seconds / 86_400.0, Shown::Plain))
}

fn kinds<'e>(element: &'e BytesStart<'_>) -> impl Iterator<Item = String> + 'e {
    let mut attributes = element.attributes();
    attributes.with_checks(false);
    attributes.flatten().filter(|attribute| attribute.key.local_name().as_ref() == "value-type").filter_map(
        |attribute| attribute.normalized_value(XmlVersion::Implicit1_0).ok().map(std::borrow::Cow::into_owned),
    )
}

/// The attribute of this name, whatever its namespace.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = element.attributes();
    let mut named =
        attributes.with_checks(false).flatten().filter(|attribute| attribute.key.local_name().as_ref() == name);
    named.next()?.normalized_value(XmlVersion::Implicit1_0).ok().map(std::borrow::Cow::into_owned)
}

fn repeated(element: &BytesStart<'_>, name: &str) -> u32 {
    attribute(element, name).and_then(|count| count.parse::<u32>().ok()).unwrap_or(1).max(1)
}

fn is_hidden(element: &BytesStart<'_>) -> bool {
    attribute(element, "visibility").is_some_and(|value| value == "collapse" || value == "filter")
}

/// The predefined entities and characters by number; any other would need a declaration, which is refused.
pub(super) fn entity(name: &str) -> String {
    match name {
        "amp" => "&".to_owned(),
        "lt" => "<".to_owned(),
        "gt" => ">".to_owned(),
        "quot" => "\"".to_owned(),
        "apos" => "'".to_owned(),
        _ => {
            let number = name.strip_prefix('#').map(|digits| match digits.strip_prefix('x') {
                Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
                None => digits.parse(),
            });
            number.and_then(Result::ok).and_then(char::from_u32).map_or_else(String::new, String::from)
        }
    }
}
