//! `scoreboard answer`.

use serde_json::{Value, json};

use super::Exit;
use super::args::AnswerArgs;
use super::output::{Output, bold, plain, weight};
use super::progress::Progress;
use crate::app::answer::{Answer, Changes, Given, Request, give};
use crate::app::project::Project;
use crate::app::{Stopped, answer};
use crate::finding::to_json;
use crate::model::code::PartnerCode;
use crate::model::letter::Letter;

pub fn main(args: &AnswerArgs, output: &Output) -> Result<Exit, Stopped> {
    let project = Project::open(&args.common.project)?.reading_apart();
    let request = Request { files: args.files.clone(), partner: args.partner.clone() };
    let progress = Progress::new(output.is_json());
    let answers = answer::run(&project, &request, &|stage, done, of| progress.tell(stage, done, of))?;
    let out = args.out.clone().unwrap_or_else(|| project.out().join("answers"));
    let mut given = Vec::with_capacity(answers.len());
    for (answer, subject) in answers {
        let workbook = if args.no_workbook { Given::default() } else { give(&project, &answer, &subject, &out)? };
        given.push((answer, workbook));
    }
    drop(progress);
    if output.is_json() {
        output.json(
            &json!({ "answers": given.iter().map(|(answer, given)| as_json(answer, given)).collect::<Vec<_>>() }),
        );
    } else {
        if given.is_empty() {
            output.line("Nothing was received that an answer could be given to.");
        }
        for (answer, given) in &given {
            tell(&answer.letter, output);
            if let Some(path) = &given.path {
                output.line(&format!("→ {}", path.display()));
            }
            for line in &given.said {
                output.line(line);
            }
            output.line("");
        }
    }
    let errors = given.iter().any(|(answer, _)| answer.findings.iter().any(|told| told.finding.is_error()));
    Ok(if args.strict && errors { Exit::Attention } else { Exit::Fine })
}

fn as_json(answer: &Answer, given: &Given) -> Value {
    let findings = answer.findings.iter().map(|told| {
        let mut value = to_json(&told.finding);
        value["column"] = json!(told.column);
        value
    });
    json!({
        "file": answer.file, "hash": answer.hash, "partner": answer.partner.as_ref().map(PartnerCode::as_str),
        "language": answer.language, "verdict": answer.verdict, "received": answer.received,
        "summary": answer.letter.heading, "findings": findings.collect::<Vec<_>>(),
        "tables": answer.tables.iter().map(|table| json!({
            "collection": table.code, "title": table.title, "sheet": table.sheet, "period": table.period,
            "rows_accepted": table.accepted, "rows_kept_out": table.kept_out, "counts": table.counts,
            "changes": table.changes.as_ref().map(changes),
        })).collect::<Vec<_>>(),
        "put_right": answer.put_right.as_ref().map(|(file, count)| json!({ "since": file, "findings": count })),
        "workbook": given.path.as_ref().map(|path| path.display().to_string()), "copy_because": given.copy_because,
    })
}

fn changes(changes: &Changes) -> Value {
    let row = |row: &answer::RowChange| json!({ "key": row.key, "cell": row.cell.map(|cell| cell.to_string()), "kept_out": row.kept_out });
    json!({
        "since": changes.since, "rows_before": changes.before, "rows_now": changes.now,
        "new": changes.new.iter().map(row).collect::<Vec<_>>(), "gone": changes.gone.iter().map(row).collect::<Vec<_>>(),
        "corrected": changes.corrected.iter().map(|cell| json!({
            "key": cell.key, "cell": cell.cell.map(|cell| cell.to_string()), "column": cell.column,
            "before": cell.before, "now": cell.now,
        })).collect::<Vec<_>>(),
        "not_listed": changes.more,
    })
}

/// The letter on a terminal: sheet by sheet, cell by cell.
fn tell(letter: &Letter, output: &Output) {
    output.line(&bold(&plain(&letter.heading)));
    for line in &letter.lines {
        output.line(&format!("  {}", plain(line)));
    }
    let mut sheet = None;
    for remark in &letter.remarks {
        if remark.sheet != sheet {
            sheet.clone_from(&remark.sheet);
            output.line("");
            if let Some(name) = sheet.as_ref().filter(|name| !name.is_empty()) {
                output.line(&format!("  {}", bold(&plain(name))));
            }
        }
        let [said, _, column, found, wrong, help] = remark.cells.each_ref().map(|cell| plain(cell));
        let cell = remark.cell.map_or_else(String::new, |cell| cell.to_string());
        let place = [cell, column].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ");
        let place = if place.is_empty() { String::new() } else { format!(" {place}") };
        let found = if found.is_empty() { String::new() } else { format!("  {}: {found}", plain(&letter.columns[3])) };
        output.line(&format!("  {}{place}{found}", weight(remark.severity, &said)));
        output.line(&format!("      {wrong}"));
        if !help.is_empty() {
            output.line(&format!("      {help}"));
        }
    }
    if let Some(changes) = &letter.changes {
        output.line("");
        output.line(&format!("  {}", bold(&plain(&changes.heading))));
        for row in &changes.rows {
            let cells: Vec<String> = row.iter().filter(|cell| !cell.is_empty()).map(|cell| plain(cell)).collect();
            output.line(&format!("    {}", cells.join(" | ")));
        }
    }
}
