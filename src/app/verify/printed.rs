//! What an output of ours prints of itself: the code of its run and the head of the ledger.

use std::path::Path;

use serde_json::Value;

use super::compare::BOUNDS;
use crate::ingest::{Limits, Options, Sandbox};
use crate::report::{language, words};

/// As it stands in a workbook, a page or a JSON file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    pub run: String,
    pub head: String,
    /// Inputs that it names, by hash, with their names where it tells them.
    pub inputs: Vec<(String, Option<String>)>,
}

/// Languages in which the labels may stand.
const LANGUAGES: [&str; 4] = ["en", "de", "fr", "nl"];

/// Reads it, whatever the file is called.
///
/// # Errors
/// Why it prints nothing of the kind, as the end of a sentence.
pub fn of(path: &Path, bytes: &[u8], reader: &Sandbox) -> Result<Printed, String> {
    if bytes.starts_with(b"PK") {
        return workbook(path, bytes, reader);
    }
    if let Ok(board) = serde_json::from_slice::<Value>(bytes) {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let inputs = board["inputs"].as_array().into_iter().flatten();
        let inputs = inputs.filter_map(|one| Some((text(&one["hash"])?, text(&one["name"])))).collect();
        let printed = text(&board["run"]).zip(text(&board["ledger_head"]));
        let (run, head) = printed.ok_or("is JSON, but no scoreboard of this program")?;
        return Ok(Printed { run, head, inputs });
    }
    let page = std::str::from_utf8(bytes).map_err(|_| "is no workbook, page or JSON file")?;
    let after = |label: &str| {
        let dt = format!("<dt>{label}</dt>");
        let rest = &page[page.find(&dt)? + dt.len()..];
        let code = rest.strip_prefix("<dd><code>")?;
        Some(code[..code.find('<')?].to_owned())
    };
    found(after)
}

fn found(after: impl Fn(&str) -> Option<String>) -> Result<Printed, String> {
    let printed = |label: &str| LANGUAGES.iter().find_map(|code| after(&language::say(code, label)));
    let (run, head) = printed(words::label::RUN).zip(printed(words::label::LEDGER)).ok_or(
        "prints no run and no head of the ledger: it is no output of this program, or of a form that has none",
    )?;
    Ok(Printed { run, head, inputs: Vec::new() })
}

fn workbook(path: &Path, bytes: &[u8], reader: &Sandbox) -> Result<Printed, String> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let options = Options { limits: Limits { columns: 16_384, ..Limits::default() }, encoding: None };
    let book = reader.read(&name, bytes, &options, BOUNDS).map_err(|error| error.to_string())?;
    let book = book.map_err(|refusal| refusal.message)?;
    let after = |label: &str| {
        book.sheets.iter().find_map(|sheet| {
            (0..sheet.rows.len()).find_map(|at| {
                let cells = sheet.row(at).iter().map(|(_, cell)| sheet.display(*cell));
                cells.skip_while(|text| text != label).skip(1).find(|text| !text.is_empty())
            })
        })
    };
    found(after)
}
