//! A [`Scoreboard`] as files: a workbook and a page for people, JSON for machines.
//!
//! `Scoreboard` → [`book::Book`], a pure grid of typed cells, → xlsx bytes. Everything is decided in `sheets/`; `style`
//! is the only place that knows a colour, `words` and `prose` the only ones that know English, `xlsx` and `draw` the
//! only ones that know the file format. No clock, no path, no connection: equal scoreboards give equal bytes.
//!
//! What partners wrote is always text, never a formula. A live formula is written only where it gives the figure
//! that was computed; `.ci/recalculate.py` holds each against what `LibreOffice` makes of it.

mod across;
mod axis;
pub mod book;
mod canvas;
mod chain;
mod draw;
mod format;
mod html;
mod illustrative;
mod json;
pub mod language;
mod matrix;
pub mod measure;
mod organisations;
mod prose;
mod published;
mod sheets;
pub mod style;
pub mod words;
pub mod xlsx;

#[cfg(test)]
pub mod large;
#[cfg(test)]
mod sheet_tests;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

pub use across::{book as across_book, json as across_json, title as across_title};
pub use html::{across as across_page, html};
pub use json::{changes as changes_json, json};

use crate::finding::CellRef;
use crate::model::across::Across;
use crate::model::code::IndicatorCode;
use crate::model::scoreboard::Scoreboard;
use crate::model::trace::{Number, Part};
use book::Book;

/// The workbook could not be written.
#[derive(Debug)]
pub struct ReportError(rust_xlsxwriter::XlsxError);

impl fmt::Display for ReportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the workbook could not be written: {}", self.0)
    }
}

impl std::error::Error for ReportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

/// The workbook as bytes.
pub fn workbook(scoreboard: &Scoreboard) -> Result<Vec<u8>, ReportError> {
    xlsx::bytes(&book(scoreboard)).map_err(ReportError)
}

/// Several programmes side by side, as bytes.
pub fn across_workbook(across: &Across) -> Result<Vec<u8>, ReportError> {
    xlsx::bytes(&across_book(across)).map_err(ReportError)
}

/// The sheet and cell of each indicator's figure in the workbook: in the summary, else where it stands first.
pub fn cells_of_figures(scoreboard: &Scoreboard) -> BTreeMap<IndicatorCode, (String, CellRef)> {
    let mut found = BTreeMap::new();
    for sheet in &book(scoreboard).sheets {
        for (at, placed) in sheet.cells() {
            if let Some(Number::Figure { indicator, by, part: Part::Value }) = &placed.of
                && by.is_empty()
            {
                found.entry(indicator.clone()).or_insert_with(|| (sheet.name.clone(), at));
            }
        }
    }
    found
}

/// The workbook before it is a file.
pub fn book(scoreboard: &Scoreboard) -> Book {
    sheets::book(scoreboard)
}

/// By code, what people call each partner.
fn partner_names(scoreboard: &Scoreboard) -> BTreeMap<&str, &str> {
    scoreboard.programme.partners.iter().map(|partner| (partner.code.as_str(), partner.name.as_str())).collect()
}
