//! Bytes → [`Workbook`]: sheets of cells, each with its place and the kind of value that its format gives it.
//!
//! Knows no definitions and no partners: which sheet is which table is told by `layout`. Deliberately does not
//! guess: a number stays a number, text stays text with its spaces, and the texts of a csv are not read as numbers.
//! What cannot be read whole is refused by name ([`Refusal`]); what is read all the same is said ([`Note`]).
//!
//! The way of a file: `sniff` tells what it is by its bytes, then by its name; `guard` opens a zip within [`Limits`];
//! `xlsx` (with `outline` and `scan`), `xls` (with `biff`), `xlsb`, `ods`, `csv` (with `encoding`) or `answers` (exports
//! of survey servers) fills a [`Sheet`] through `builder`. What comes from outside is read in a worker process ([`Sandbox`], `worker`, `wire`). Start with
//! `grid` for what comes out.

mod answers;
mod biff;
mod builder;
mod csv;
mod encoding;
mod grid;
pub(crate) mod guard;
mod notes;
mod ods;
mod outline;
mod sandbox;
mod scan;
mod shown;
mod sniff;
mod wire;
mod worker;
mod xls;
mod xlsb;
mod xlsx;

use std::panic::{AssertUnwindSafe, catch_unwind};

use thiserror::Error;

use crate::finding::{Rule, Severity, rules};

pub use grid::{Cell, Currency, ErrorKind, FileKind, Merge, Note, Row, Sheet, TextId, Workbook};
pub use sandbox::{Bounds, Other, Sandbox, WORKER_COMMAND};
use sniff::Format;
pub use worker::serve;

/// How large a file may be, in each of the ways in which files grow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Of the file as it came.
    pub file_bytes: u64,
    /// Of everything in it, unpacked.
    pub unzipped_bytes: u64,
    /// How many times larger a part may be unpacked than packed.
    pub ratio: u64,
    /// Rows and columns of a sheet: no cell that holds something may stand beyond.
    pub rows: u32,
    pub columns: u16,
}

impl Default for Limits {
    fn default() -> Self {
        Self { file_bytes: 50_000_000, unzipped_bytes: 500_000_000, ratio: 200, rows: 1_048_576, columns: 1_024 }
    }
}

/// What reading is told beforehand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    pub limits: Limits,
    /// The encoding of a csv, by a name such as `windows-1250`; otherwise it is told from its bytes.
    pub encoding: Option<String>,
}

/// Why a file is not read. `message` is a lower-case phrase without a full stop, as in a finding.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct Refusal {
    pub rule: &'static Rule,
    pub message: String,
    /// What to do, where the fix of the rule does not say it.
    pub help: Option<String>,
}

impl Refusal {
    fn new(rule: &'static Rule, message: impl Into<String>) -> Self {
        Self { rule, message: message.into(), help: None }
    }

    /// Cut off, or written by a program that does not know the format.
    fn damaged(message: impl Into<String>) -> Self {
        Self::new(&rules::FILE_TRUNCATED, message)
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Reads a file. `name` is what it was called when it came; it helps to tell texts apart, and is never opened.
///
/// Memory and time are bounded by the limits, as far as the libraries that read the formats keep to them: [`Sandbox`]
/// holds them to it.
pub fn read(name: &str, bytes: &[u8], options: &Options) -> Result<Workbook, Refusal> {
    // A panic in a library that reads the format must cost this file only, not the run. `xlsx` takes the causes
    // that are known out of the way beforehand; this is for those that are not.
    catch_unwind(AssertUnwindSafe(|| read_as_found(name, bytes, options)))
        .unwrap_or_else(|_| Err(Refusal::damaged("is damaged in a way that its reader does not survive")))
}

fn read_as_found(name: &str, bytes: &[u8], options: &Options) -> Result<Workbook, Refusal> {
    let limits = &options.limits;
    let size = bytes.len() as u64;
    if size > limits.file_bytes {
        let message = format!("is {} MB large; the limit is {} MB", size / 1_000_000, limits.file_bytes / 1_000_000);
        return Err(Refusal::new(&rules::FILE_TOO_LARGE, message));
    }
    let format = sniff::identify(name, bytes, options)?;
    let misnamed = format.misnamed(name);
    let mut workbook = match format {
        Format::Xlsx(package) => xlsx::read(package, limits)?,
        Format::Csv(text) => csv::read(&text, limits)?,
        Format::Xls => xls::read(bytes, limits)?,
        Format::Xlsb(package) => xlsb::read(package, bytes, limits)?,
        Format::Ods(package) => ods::read(package, limits)?,
        Format::Answers(document) => answers::read(&document, limits)?,
        Format::Lsa(package) => answers::read_archive(package, limits)?,
    };
    if let Some(message) = misnamed {
        let note = Note { rule: &rules::FILE_TYPE, severity: Severity::Warning, message, sheet: None, cell: None };
        workbook.notes.insert(0, note);
    }
    Ok(workbook)
}

#[cfg(test)]
mod tests;
