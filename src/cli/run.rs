//! `scoreboard run`.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use serde_json::json;

use super::Exit;
use super::args::Run;
use super::output::{Output, bold, count, findings_json, table};
use super::progress::Progress;
use crate::app::Stopped;
use crate::app::attempt::Trigger;
use crate::app::project::Project;
use crate::app::refresh::{Options, Published, Refreshed, run};
use crate::compute::status::{decimals, shown};
use crate::finding::Finding;
use crate::model::number::display;
use crate::model::published::disputed;
use crate::model::scoreboard::{IndicatorResult, Scoreboard};

pub fn main(args: &Run, output: &Output) -> Result<Exit, Stopped> {
    let project = Project::open(&args.common.project)?.reading_apart();
    let options = Options {
        as_of: args.as_of,
        known_at: args.known_at,
        out: args.out.clone(),
        dry_run: args.dry_run,
        trigger: Some(Trigger::Command("run".to_owned())),
        figures_alone: false,
        anew: false,
    };
    let progress = Progress::new(output.is_json());
    let refreshed = run(&project, &options, &|stage, done, of| progress.tell(stage, done, of))?;
    drop(progress);
    if output.is_json() {
        output.json(&answer(&refreshed));
    } else {
        tell(&project, &refreshed, output);
    }
    let attention = !refreshed.gates.is_empty() || (args.strict && refreshed.errors > 0);
    Ok(if attention { Exit::Attention } else { Exit::Fine })
}

fn answer(refreshed: &Refreshed) -> serde_json::Value {
    let changes = refreshed.published.iter().find_map(|one| one.scoreboard.as_ref()?.changes.as_ref());
    json!({
        "dry_run": refreshed.dry_run, "changes": changes.map(super::changes::answer),
        "run": refreshed.run, "as_of": refreshed.as_of.to_string(), "unchanged": refreshed.unchanged,
        "new_files": refreshed.new_files, "files_read": refreshed.files_read,
        "errors": refreshed.errors, "warnings": refreshed.warnings, "rows_kept_out": refreshed.kept_out,
        "published": refreshed.published.iter().map(files).collect::<Vec<_>>(),
        "gates": findings_json(&refreshed.gates),
    })
}

/// Where a report's files lie; the two that every report has also by name.
fn files(published: &Published) -> serde_json::Value {
    let of = |wanted: &str| published.files.iter().find(|file| file.extension().is_some_and(|it| it == wanted));
    json!({ "workbook": of("xlsx"), "json": of("json"), "files": published.files })
}

fn tell(project: &Project, refreshed: &Refreshed, output: &Output) {
    let programme = &project.catalog.programme;
    output.line(&bold(&programme.title));
    let files = if refreshed.new_files.is_empty() {
        "nothing new in the inbox".to_owned()
    } else {
        count(refreshed.new_files.len() as u64, "new file", "new files")
    };
    output.line(&format!("as of {} · {files} · run {}", refreshed.as_of.format("%-d %B %Y"), refreshed.run));
    output.line("");
    for published in &refreshed.published {
        if let Some(scoreboard) = &published.scoreboard {
            figures(scoreboard, output);
        }
    }
    let boards = refreshed.published.iter().filter_map(|published| published.scoreboard.as_ref());
    for changes in boards.clone().filter_map(|scoreboard| scoreboard.changes.as_ref()) {
        if refreshed.dry_run {
            super::changes::tell(changes, output);
        } else {
            super::changes::hint(changes, output);
        }
    }
    if refreshed.dry_run {
        let errors: Vec<Finding> = boards
            .clone()
            .filter(|scoreboard| !scoreboard.audience.is_restricted())
            .flat_map(|scoreboard| scoreboard.findings.iter().filter(|finding| finding.is_error()).cloned())
            .collect();
        output.list(&errors);
    }
    if refreshed.unchanged {
        output.line("Nothing has changed since the last run: the scoreboard stands as it is.");
    }
    if let Some((disputed, of)) = boards.map(|board| disputed(&board.indicators)).max_by_key(|(count, _)| *count)
        && disputed > 0
    {
        let titles: Vec<&str> = of.iter().map(|one| one.title.as_str()).collect();
        let titles = titles.join("; ");
        output.line(&format!("Published figures contradict each other or these rows: {disputed}, see {titles}."));
    }
    let kept = count(refreshed.kept_out, "row", "rows");
    let errors = count(refreshed.errors, "error", "errors");
    let warnings = count(refreshed.warnings, "warning", "warnings");
    output.line(&format!("{errors}, {warnings}; {kept} kept out. The sheet Data quality names every cell."));
    if refreshed.dry_run {
        output.line("A dry run: nothing was received and nothing is published.");
    }
    for published in &refreshed.published {
        for (wanted, path) in &published.instead {
            output.line(&format!(
                "{} could not be replaced, it is probably open in Excel; the new one is {}",
                wanted.display(),
                path.display()
            ));
        }
        for file in &published.files {
            output.line(&format!("→ {}", file.display()));
        }
        output.list(&published.refused);
    }
    if !refreshed.gates.is_empty() {
        output.line("");
        output.list(&refreshed.gates);
    }
}

fn figures(scoreboard: &Scoreboard, output: &Output) {
    output.line(&format!("{} ({}): {}", scoreboard.report, scoreboard.audience.as_str(), scoreboard.title));
    if let Some(why) = illustrative(scoreboard) {
        output.line(&why);
    }
    let mut rows = Vec::new();
    for indicator in &scoreboard.indicators {
        rows.push(vec![
            indicator.title.clone(),
            if indicator.illustrative.is_empty() { value(indicator) } else { format!("≈ {}", value(indicator)) },
            indicator
                .total
                .target
                .map_or_else(|| "–".to_owned(), |target| format!("of {}", shown(target.value, &indicator.unit))),
            indicator.total.coverage.to_string(),
            indicator.total.status.map_or("", |status| status.as_str()).replace('_', " "),
        ]);
    }
    for line in table(&rows) {
        output.line(&line);
    }
    if scoreboard.indicators.iter().any(|one| one.total.lower.is_some() || value(one).contains("(to ")) {
        output.line(RANGE);
    }
    output.line("");
}

/// What is said of rows that somebody made up.
fn illustrative(scoreboard: &Scoreboard) -> Option<String> {
    if let Some(why) = &scoreboard.programme.illustrative {
        return Some(format!("≈ illustrative rows behind every figure: {why}"));
    }
    let whys: BTreeSet<&String> = scoreboard.indicators.iter().flat_map(|one| &one.illustrative).collect();
    let whys: Vec<&str> = whys.into_iter().map(String::as_str).collect();
    (!whys.is_empty()).then(|| format!("≈ illustrative rows behind the figures marked so: {}", whys.join(" ")))
}

/// What both ends mean.
const RANGE: &str =
    "at least, to: if all organisations that may be one are one, and if all enterprises without a number are different";

/// The value in words, with the ends of its range.
pub fn value(indicator: &IndicatorResult) -> String {
    let total = &indicator.total;
    let known = total.value.known().map(|value| shown(value, &indicator.unit));
    let value = known.unwrap_or_else(|| total.value.state().replace('_', " "));
    let plain = |end: Decimal| display(end, decimals(&indicator.unit).min(end.normalize().scale()));
    let upper = total.upper.filter(|upper| total.value.known().is_some_and(|value| *upper > value));
    match (total.lower, upper) {
        (Some(lower), Some(upper)) => format!("{value} (at least {}, to {})", plain(lower), plain(upper)),
        (Some(lower), None) => format!("{value} (at least {})", plain(lower)),
        (None, Some(upper)) => format!("{value} (to {})", plain(upper)),
        (None, None) => value,
    }
}
