//! The workbook that goes back to the partner: its own file with the cells marked, else a copy of what was read.

use std::path::{Path, PathBuf};

use super::super::project::Project;
use super::super::reading::{bare, bounds, options, workbook};
use super::super::{Stopped, fault};
use super::mark::{Marked, request, understand};
use super::tell::words;
use super::{Answer, Subject, mark};
use crate::finding::{Place, Severity};
use crate::ingest::FileKind;
use crate::model::letter::Letter;
use crate::publish::folder::deliver;
use crate::template::patch::{FindingsSheet, Mark, Remark, Returned, rebuild};

/// What was given back.
#[derive(Debug, Default)]
pub struct Given {
    /// None where there is no workbook to give back: the file could not be read.
    pub path: Option<PathBuf>,
    /// Why it is a copy and not the partner's own file.
    pub copy_because: Option<String>,
    /// What to say beside the path, in the partner's language.
    pub said: Vec<String>,
}

/// Writes the workbook of an answer into a folder of the partner's, under the name that the file came with.
///
/// # Errors
/// When it cannot be written, or no process can be started that marks files.
pub fn give(project: &Project, answer: &Answer, subject: &Subject, out: &Path) -> Result<Given, Stopped> {
    let bare = bare(&subject.name);
    let catalog = &project.catalog;
    let Ok(workbook) = workbook(&subject.name, &subject.bytes, catalog, &project.reader)? else {
        // A file that is not read is not marked either: the letter is the answer.
        return Ok(Given::default());
    };
    let returned = returned(answer, &answer.letter);
    let words = words(&answer.language);
    let patched = match workbook.kind {
        _ if workbook.signed => Err("copy_signed"),
        FileKind::Xlsx | FileKind::Xlsm => {
            let request = request(&returned, &options(bare, catalog).limits, &subject.bytes);
            let marked = project.reader.ask(&request, bounds(catalog), &mark, understand);
            let marked = marked.map_err(|error| fault("no process can be started that marks files", error))?;
            match marked {
                Ok(Marked::Bytes(bytes)) => Ok(bytes),
                Ok(Marked::Not) | Err(_) => Err("copy_unsafe"),
            }
        }
        _ => Err("copy_format"),
    };
    let folder = out.join(answer.partner.as_ref().map_or("unknown", |code| code.as_str()));
    match patched {
        Ok(bytes) => {
            let receipt = deliver(&folder, bare, &bytes)?;
            Ok(Given { path: Some(receipt.path), ..Given::default() })
        }
        Err(why) => {
            let reason = words.get(why);
            let said = words.say("copy", &[("reason", &reason)]);
            let mut returned = returned;
            returned.sheet.lines.push(said.clone());
            let Ok(bytes) = rebuild(&workbook, &returned) else { return Ok(Given::default()) };
            let stem = bare.rsplit_once('.').map_or(bare, |(stem, _)| stem);
            let receipt = deliver(&folder, &format!("{stem}.xlsx"), &bytes)?;
            Ok(Given { path: Some(receipt.path), copy_because: Some(reason), said: vec![said] })
        }
    }
}

/// The letter as a sheet, and what is said at each cell. What is for information only stands in the sheet alone.
fn returned(answer: &Answer, letter: &Letter) -> Returned {
    let marks = answer.findings.iter().zip(&letter.remarks).filter_map(|(told, remark)| {
        let Place::Cell { sheet, cell: Some(cell), .. } = &told.finding.place else { return None };
        let [_, _, _, _, wrong, help] = &remark.cells;
        let text = format!("{wrong} {help}").trim_end().to_owned();
        (told.finding.severity > Severity::Info).then(|| Mark {
            sheet: sheet.clone(),
            cell: *cell,
            severity: told.finding.severity,
            text,
        })
    });
    let rows = letter.remarks.iter().map(|remark| Remark {
        severity: remark.severity,
        sheet: remark.sheet.clone(),
        cell: remark.cell,
        cells: remark.cells.to_vec(),
    });
    // Below place, column, found and what is wrong: the weight of a change is nobody's to tell.
    let below = |cells: &Vec<String>| [&[String::new()], cells.as_slice()].concat();
    let changes =
        letter.changes.iter().flat_map(|changes| std::iter::once(&changes.columns).chain(&changes.rows).map(below));
    Returned {
        marks: marks.collect(),
        sheet: FindingsSheet {
            name: letter.title.clone(),
            language: letter.language.clone(),
            heading: format!("{}: {}", letter.title, bare(&answer.file)),
            lines: std::iter::once(&letter.heading).chain(&letter.lines).cloned().collect(),
            columns: letter.columns.to_vec(),
            rows: rows.collect(),
            changes_heading: letter.changes.as_ref().map_or_else(String::new, |changes| changes.heading.clone()),
            changes: changes.collect(),
        },
    }
}
