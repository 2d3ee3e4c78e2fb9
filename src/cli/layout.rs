//! `scoreboard layout`.

use serde_json::{Value, json};

use super::Exit;
use super::args::LayoutArgs;
use super::output::{Output, count};
use crate::app::Stopped;
use crate::app::layout::{Laid, run};
use crate::propose::{Becomes, Table};

pub fn main(args: &LayoutArgs, output: &Output) -> Result<Exit, Stopped> {
    let laid = run(&args.file, &args.common.project, args.sheet.as_deref())?;
    if output.is_json() {
        let tables: Vec<Value> = laid.proposal.tables.iter().map(|table| answer(table, &laid)).collect();
        let aside: Vec<Value> =
            laid.proposal.aside.iter().map(|one| json!({ "sheet": one.sheet, "why": one.why })).collect();
        output.json(&json!({ "file": laid.proposal.file, "tables": tables, "aside": aside, "toml": laid.toml }));
        return Ok(Exit::Fine);
    }
    output.text(&laid.toml);
    for line in summary(&laid) {
        output.aside(&line);
    }
    Ok(Exit::Fine)
}

fn answer(table: &Table, laid: &Laid) -> Value {
    let mut answer = json!({
        "sheets": table.sheets, "sheet": table.sheets.first().cloned().unwrap_or_default(),
        "range": format!("{}:{}", table.range.0, table.range.1), "header": table.header,
        "rows": table.rows, "says": table.says,
    });
    match &table.becomes {
        Becomes::New { code, title, fields, key } => {
            let tried = laid.trial.get(code);
            answer["proposed"] = json!({ "code": code, "title": title, "key": key });
            answer["fields"] = fields
                .iter()
                .map(|field| json!({ "code": field.code, "label": field.label, "kind": field.guess.kind.name(), "says": field.guess.says }))
                .collect();
            answer["trial"] = tried.map_or(
                Value::Null,
                |tried| json!({ "accepted": tried.accepted, "kept_out": tried.kept_out, "rules": tried.rules }),
            );
        }
        Becomes::Known { code, matched, missing, .. } => {
            answer["collection"] = json!(code);
            answer["matched"] = matched
                .iter()
                .map(|one| json!({ "field": one.field.as_str(), "label": one.label, "instead_of": one.instead_of }))
                .collect();
            answer["missing"] = json!(missing);
        }
    }
    answer
}

/// A line a table and a line a sheet that is none, for whoever redirects the declaration into a file.
fn summary(laid: &Laid) -> Vec<String> {
    let mut lines = Vec::new();
    for table in &laid.proposal.tables {
        let sheets = match table.sheets.as_slice() {
            [] => String::new(),
            [one] => format!("{one} "),
            several => format!("{} sheets, {} ", several.len(), several[0]),
        };
        let place = format!("{sheets}{}:{}", table.range.0, table.range.1);
        let rows = count(table.rows as u64, "row", "rows");
        lines.push(match &table.becomes {
            Becomes::New { code, fields, .. } => {
                let fields = count(fields.len() as u64, "field", "fields");
                let read = laid.trial.get(code).map_or_else(String::new, |tried| {
                    let told: Vec<String> = tried.rules.iter().map(|(rule, times)| format!("{times} {rule}")).collect();
                    let told = if told.is_empty() { String::new() } else { format!(" ({})", told.join(", ")) };
                    format!("; read so, {} are accepted and {} kept out{told}", tried.accepted, tried.kept_out)
                });
                format!("{place}: {rows}, proposed as `{code}` with {fields}{read}")
            }
            Becomes::Known { code, matched, missing, .. } => {
                let found = format!("{} of {} fields", matched.len(), matched.len() + missing.len());
                format!("{place}: {rows}, fits `{code}`: {found} found")
            }
        });
    }
    for aside in &laid.proposal.aside {
        let sheet = if aside.sheet.is_empty() { "the file" } else { &aside.sheet };
        lines.push(format!("{sheet}: no table, {}", aside.why));
    }
    lines
}
