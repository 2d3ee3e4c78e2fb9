//! `scoreboard runs`.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

use super::Exit;
use super::args::RunsArgs;
use super::output::{Output, bold, count, findings_json, plain, table};
use crate::app::Stopped;
use crate::app::attempt::{Outcome, Trigger};
use crate::app::project::Project;
use crate::app::told::{Delivered, Notice};
use crate::app::work::{self, Ending, Publication, Work};
use crate::finding::shorten;

/// So many are listed for people, unless they ask for more.
const LISTED: usize = 20;
/// New files that are named.
const NAMED: usize = 6;

pub fn main(args: &RunsArgs, output: &Output) -> Result<Exit, Stopped> {
    let project = Project::open(&args.common.project)?;
    let zone = project.catalog.programme.time_zone;
    let works = work::all(&project)?;
    if let Some(meant) = &args.run {
        let one = work::find(&project, &works, meant)?;
        if output.is_json() {
            output.json(&answer(one, zone));
        } else {
            tell(one, zone, output);
        }
        return Ok(Exit::Fine);
    }
    let shown = args.last.unwrap_or(if output.is_json() { usize::MAX } else { LISTED });
    if output.is_json() {
        output.json(&json!({
            "programme": project.catalog.programme.code, "time_zone": zone.name(), "all": works.works.len(),
            "runs": works.works.iter().take(shown).map(|work| answer(work, zone)).collect::<Vec<_>>(),
            "delivered_otherwise": works.delivered.iter().map(delivered).collect::<Vec<_>>(),
            "told_otherwise": works.notices.iter().map(notice).collect::<Vec<_>>(),
        }));
        return Ok(Exit::Fine);
    }
    if works.works.is_empty() {
        output.line("Nothing was run yet: `scoreboard run` makes the first scoreboard.");
        return Ok(Exit::Fine);
    }
    output.line(&bold(&format!(
        "Runs of {}, the newest first; times of {}",
        project.catalog.programme.code,
        zone.name()
    )));
    let head = ["no.", "when", "set off by", "outcome", "took", "files", "errors", "run"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(works.works.iter().take(shown).map(|work| row(work, zone)));
    for line in table(&rows) {
        output.line(&line);
    }
    let more = works.works.len().saturating_sub(shown);
    output.line("");
    if more > 0 {
        output.line(&format!("{} before that: --last {}", count(more as u64, "run", "runs"), works.works.len()));
    }
    output.line("All of one: scoreboard runs NO., or its code.");
    Ok(Exit::Fine)
}

/// `files` are new ones and all.
fn row(work: &Work, zone: Tz) -> Vec<String> {
    let skipped = is_skipped(work);
    let files = work.published.as_ref().map_or_else(
        || "–".to_owned(),
        |one| if one.new.is_empty() { one.inputs.to_string() } else { format!("{} (+{})", one.inputs, one.new.len()) },
    );
    vec![
        work.number.to_string(),
        work.began
            .or(work.ended)
            .map_or_else(String::new, |at| at.with_timezone(&zone).format("%-d %b %Y %H:%M").to_string()),
        shorten(&set_off(work), 16),
        came(work),
        work.milliseconds.filter(|_| !skipped).map_or_else(|| "–".to_owned(), took),
        files,
        if skipped { "–".to_owned() } else { work.errors.to_string() },
        work.run.clone().unwrap_or_else(|| "–".to_owned()),
    ]
}

/// A time that was let be: nothing was done.
fn is_skipped(work: &Work) -> bool {
    work.ending == Ending::Outcome(Outcome::Skipped)
}

fn set_off(work: &Work) -> String {
    match &work.trigger {
        None => "–".to_owned(),
        Some(Trigger::Command(command)) => format!("command {}", plain(command)),
        Some(Trigger::Schedule { schedule, .. }) => format!("schedule {}", plain(schedule)),
    }
}

/// What came of it, of work that was cut short after its scoreboard lay there too.
fn came(work: &Work) -> String {
    match work.ending {
        Ending::CutShort if work.published.is_some() => "! published, cut short".to_owned(),
        ending => format!("{} {}", symbol(ending), word(ending)),
    }
}

/// For schedules too.
pub fn symbol(ending: Ending) -> &'static str {
    match ending {
        Ending::Outcome(Outcome::Published) => "✓",
        Ending::Outcome(Outcome::Unchanged) => "=",
        Ending::Outcome(Outcome::Attention) => "!",
        Ending::Outcome(Outcome::Failed) | Ending::CutShort => "✗",
        Ending::Outcome(Outcome::Abandoned | Outcome::Skipped) => "–",
        Ending::Outcome(Outcome::Begun) => "…",
    }
}

fn word(ending: Ending) -> String {
    match ending {
        Ending::Outcome(Outcome::Begun) => "not ended".to_owned(),
        Ending::Outcome(Outcome::Skipped) => "let be".to_owned(),
        other => other.as_str().replace('_', " "),
    }
}

fn times(count: u32) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

fn took(milliseconds: u64) -> String {
    match milliseconds {
        0..100 => format!("{milliseconds} ms"),
        100..60_000 => format!("{}.{} s", milliseconds / 1000, milliseconds % 1000 / 100),
        _ => format!("{} min {} s", milliseconds / 60_000, milliseconds % 60_000 / 1000),
    }
}

fn tell(work: &Work, zone: Tz, output: &Output) {
    let instant = |at: DateTime<Utc>| at.with_timezone(&zone).format("%a %-d %b %Y %H:%M:%S").to_string();
    let of = work.run.as_ref().map_or_else(String::new, |run| format!(": run {run}"));
    output.line(&bold(&format!("No. {}{of}", work.number)));
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut row = |what: &str, says: String| rows.push(vec![what.to_owned(), says]);
    let due = match &work.trigger {
        Some(Trigger::Schedule { due, .. }) if work.tried > 0 => {
            format!(", due {}, tried {} before", instant(*due), times(work.tried))
        }
        Some(Trigger::Schedule { due, .. }) => format!(", due {}", instant(*due)),
        _ => String::new(),
    };
    row("set off by", format!("{}{due}", set_off(work)));
    if is_skipped(work) {
        row("found", work.began.map_or_else(String::new, instant));
        row("outcome", format!("{} {}", symbol(work.ending), word(work.ending)));
        row("why", work.steps.first().map_or_else(String::new, |step| plain(&step.said)));
        for line in table(&rows) {
            output.line(&line);
        }
        return;
    }
    if let Some(began) = work.began {
        row("began", format!("{} ({})", instant(began), zone.name()));
    }
    if let Some(ended) = work.ended {
        let took = work.milliseconds.map_or_else(String::new, |time| format!(", took {}", took(time)));
        row("ended", format!("{}{took}", instant(ended)));
    }
    let (errors, warnings) = (count(work.errors, "error", "errors"), count(work.warnings, "warning", "warnings"));
    let kept = count(work.kept_out, "row kept out", "rows kept out");
    row("outcome", format!("{}; {errors}, {warnings}, {kept}", came(work)));
    for step in &work.steps {
        let mark = if step.done { "✓" } else { "✗" };
        row("step", format!("{mark} {} ({}): {}", step.step, took(step.milliseconds), plain(&step.said)));
    }
    if let Some(one) = &work.published {
        publication(one, zone, &mut row);
    }
    for one in &work.delivered {
        let place = one.place.as_ref().map_or_else(String::new, |place| format!(": {}", plain(place)));
        row("delivered", format!("{} → {}{place}", plain(&one.output), plain(&one.destination)));
    }
    for one in &work.notices {
        let to = one.to.as_deref().map_or_else(String::new, |to| format!(" to {}", plain(to)));
        let subject = one.subject.as_deref().map_or_else(|| plain(&one.keys.join(", ")), plain);
        row("told", format!("{}{to}: {subject}", one.state.as_str()));
    }
    for line in table(&rows) {
        output.line(&line);
    }
    if !work.findings.is_empty() {
        output.line("");
        output.list(&work.findings);
    }
}

fn publication(one: &Publication, zone: Tz, row: &mut impl FnMut(&str, String)) {
    let known = one
        .known_at
        .map_or_else(String::new, |at| format!(", known by {}", at.with_timezone(&zone).format("%-d %b %Y %H:%M:%S")));
    row("as of", format!("{}{known}; version {} of the program", one.as_of.format("%-d %B %Y"), plain(&one.version)));
    let mut files = count(one.inputs as u64, "file", "files");
    if !one.new.is_empty() {
        let named: Vec<String> = one.new.iter().take(NAMED).map(|name| plain(name)).collect();
        let more = one.new.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        files = format!("{files}; new: {}{more}", named.join(", "));
    }
    row("inputs", files);
    for (output, since) in &one.outputs {
        row("output", format!("{} {} ({})", output.hash.get(..12).unwrap_or(""), plain(&output.name), since.as_str()));
    }
}

fn answer(work: &Work, zone: Tz) -> Value {
    let instant = |at: Option<DateTime<Utc>>| at.map(|at| at.with_timezone(&zone).to_rfc3339());
    let (trigger, schedule, due) = match &work.trigger {
        None => (None, None, None),
        Some(Trigger::Command(command)) => (Some(command.clone()), None, None),
        Some(Trigger::Schedule { schedule, due }) => (None, Some(schedule.clone()), instant(Some(*due))),
    };
    let steps: Vec<Value> = work.steps.iter().map(|step| json!(step)).collect();
    json!({
        "number": work.number, "command": trigger, "schedule": schedule, "due": due, "tried_before": work.tried,
        "began": instant(work.began), "ended": instant(work.ended), "milliseconds": work.milliseconds,
        "outcome": work.ending.as_str(), "run": work.run,
        "errors": work.errors, "warnings": work.warnings, "rows_kept_out": work.kept_out,
        "findings": findings_json(&work.findings), "steps": steps,
        "published": work.published.as_ref().map(|one| json!({
            "as_of": one.as_of.to_string(), "known_at": instant(one.known_at), "program": one.version,
            "inputs": one.inputs, "new": one.new,
            "outputs": one.outputs.iter().map(|(output, since)| json!({
                "report": output.report, "name": output.name, "sha256": output.hash, "since": since.as_str(),
            })).collect::<Vec<_>>(),
        })),
        "delivered": work.delivered.iter().map(delivered).collect::<Vec<_>>(),
        "told": work.notices.iter().map(notice).collect::<Vec<_>>(),
    })
}

fn delivered(one: &Delivered) -> Value {
    json!({ "at": one.at.to_rfc3339(), "destination": one.destination, "output": one.output, "sha256": one.hash,
        "place": one.place, "run": one.run, "entry": one.body })
}

/// For `status` too.
pub fn notice(one: &Notice) -> Value {
    json!({ "at": one.at.to_rfc3339(), "keys": one.keys, "to": one.to, "subject": one.subject,
        "state": one.state.as_str(), "run": one.run, "entry": one.body })
}
