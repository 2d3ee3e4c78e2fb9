//! Forms of surveys, and pictures of reports: files of the project → what `define` reads.

use std::io;
use std::time::Duration;

use super::definitions::Definitions;
use crate::define::form::{FormFault, FormFile, FormSheet};
use crate::ingest::{self, Bounds, Options, Sandbox, Workbook};
use crate::model::hash::hash_of;

/// What reading a form may cost, where it is read apart.
const BOUNDS: Bounds = Bounds { memory_bytes: 1 << 30, time: Duration::from_mins(1) };

/// A form of the project by its name, which is a path relative to it.
///
/// # Errors
/// Why it cannot be read.
pub fn open(definitions: &Definitions, reader: &Sandbox, name: &str) -> Result<FormFile, FormFault> {
    let help = "Name the form as it lies in the project, for example questionnaires/turnover.xlsx.";
    read(name, &bytes(definitions, name, help)?, reader)
}

/// A picture of the project by its name.
///
/// # Errors
/// Why it cannot be read.
pub fn picture(definitions: &Definitions, name: &str) -> Result<Vec<u8>, FormFault> {
    bytes(definitions, name, "Name the picture as it lies in the project, for example reports/logo.png.")
}

fn bytes(definitions: &Definitions, name: &str, help: &str) -> Result<Vec<u8>, FormFault> {
    let fault = |message: String, help: &str| FormFault { message, help: help.to_owned() };
    definitions.bytes(name).map_err(|error| {
        if error.kind() == io::ErrorKind::InvalidInput {
            fault("is not a path inside the project".into(), "Put the file into the project's folder.")
        } else {
            fault(format!("cannot be read: {error}"), help)
        }
    })
}

/// A form from its bytes: a workbook, or the JSON of a Kobo asset.
///
/// # Errors
/// Why it cannot be read.
pub fn read(name: &str, bytes: &[u8], reader: &Sandbox) -> Result<FormFile, FormFault> {
    let hash = hash_of(bytes);
    if bytes.first() == Some(&b'{')
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        return FormFile::of_asset(name, hash, text).ok_or_else(|| FormFault {
            message: "is JSON, but no form of KoboToolbox".into(),
            help: "Give the asset as its API has it, with `content`, or the XLSForm.".into(),
        });
    }
    let bare = name.rsplit('/').next().unwrap_or(name);
    let read = reader.read(bare, bytes, &Options::default(), BOUNDS).map_err(|error| FormFault {
        message: format!("cannot be read: {error}"),
        help: "No process can be started that reads it; look at the memory that is free.".into(),
    })?;
    match read {
        Ok(workbook) => Ok(FormFile { name: name.to_owned(), hash, sheets: sheets(&workbook) }),
        Err(refusal) => Err(FormFault {
            message: refusal.message,
            help: refusal.help.unwrap_or_else(|| refusal.rule.fix.to_owned()),
        }),
    }
}

fn sheets(workbook: &Workbook) -> Vec<FormSheet> {
    let sheet = |sheet: &ingest::Sheet| FormSheet {
        name: sheet.name.clone(),
        rows: (0..sheet.rows.len())
            .map(|i| {
                let cells = sheet.row(i).iter().map(|(column, cell)| (*column, sheet.display(*cell))).collect();
                (sheet.rows[i].index, cells)
            })
            .collect(),
    };
    workbook.sheets.iter().map(sheet).collect()
}
