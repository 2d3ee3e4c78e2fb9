//! `scoreboard status`.

use serde_json::json;

use super::Exit;
use super::args::StatusArgs;
use super::output::{Output, bold, count, plain, table};
use crate::app::project::Project;
use crate::app::{Stopped, status};
use crate::model::scoreboard::ReportingState;

pub fn main(args: &StatusArgs, output: &Output) -> Result<Exit, Stopped> {
    let project = Project::open(&args.common.project)?;
    let status = status::run(&project, args.as_of, args.known_at)?;
    if output.is_json() {
        let lines: Vec<_> = status
            .lines
            .iter()
            .map(|line| {
                json!({
                    "partner": line.partner.as_str(), "collection": line.collection, "state": line.state.as_str(),
                    "due": line.due, "due_on": line.due_on.map(|day| day.to_string()), "latest": line.latest,
                    "reporting_date": line.reporting_date.map(|day| day.to_string()), "file": line.file,
                    "rows": line.rows, "rows_kept_out": line.kept_out,
                })
            })
            .collect();
        let closed: Vec<_> = status
            .closed
            .iter()
            .map(|one| json!({ "period": one.label, "run": one.run, "because": one.because, "who": one.who }))
            .collect();
        output.json(&json!({ "as_of": status.as_of.to_string(), "waiting": status.waiting, "reporting": lines, "closed": closed }));
        return Ok(Exit::Fine);
    }
    output.line(&bold(&format!("Reports as of {}", status.as_of.format("%-d %B %Y"))));
    let mut rows = vec![
        ["partner", "collection", "state", "due", "latest", "rows", "kept out", "file"].map(str::to_owned).to_vec(),
    ];
    for line in &status.lines {
        let mark = match line.state {
            ReportingState::Reported => "✓ reported",
            ReportingState::Late => "! late",
            ReportingState::Missing => "✗ missing",
            ReportingState::NotTakingPart => "– not taking part",
        };
        let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".into());
        rows.push(vec![
            line.partner.to_string(),
            line.collection.clone(),
            mark.to_owned(),
            or_dash(&line.due),
            or_dash(&line.latest),
            line.rows.to_string(),
            line.kept_out.to_string(),
            or_dash(&line.file),
        ]);
    }
    for line in table(&rows) {
        output.line(&line);
    }
    for closed in &status.closed {
        let by = closed.who.as_ref().map_or_else(String::new, |who| format!(" by {}", plain(who)));
        let because = closed.because.as_ref().map_or_else(String::new, |because| format!(": {}", plain(because)));
        output.line(&format!("{} is closed as run {} published it{by}{because}", closed.label, closed.run));
    }
    if status.waiting > 0 {
        output.line("");
        output.line(&format!(
            "{} in the inbox not read yet: scoreboard run",
            count(status.waiting as u64, "file", "files")
        ));
    }
    Ok(Exit::Fine)
}
