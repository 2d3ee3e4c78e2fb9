//! `scoreboard status`.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

use super::Exit;
use super::args::StatusArgs;
use super::output::{Output, bold, count, findings_json, plain, table};
use super::runs::notice;
use super::standing;
use crate::app::freshness::Age;
use crate::app::project::Project;
use crate::app::punctual::{Arrival, DueReport, Tally};
use crate::app::sources::SourceAge;
use crate::app::status::{Options, SentBack, Status};
use crate::app::{Stopped, status};
use crate::finding::{Finding, shorten};
use crate::model::freshness::Judged;
use crate::model::scoreboard::{Reporting, ReportingState};
use crate::schedule::standing::{Standing, look};

/// So many lines of a list are told to people.
const LISTED: usize = 20;

pub fn main(args: &StatusArgs, output: &Output) -> Result<Exit, Stopped> {
    let project = Project::open(&args.common.project)?;
    let options = Options {
        as_of: args.as_of,
        known_at: args.known_at,
        partner: args.partner.clone(),
        collection: args.collection.clone(),
        period: args.period.clone(),
    };
    let status = status::run(&project, &options)?;
    let schedules = look(&project, 1)?;
    if output.is_json() {
        let mut answer = answer(&status, args.late);
        answer["schedules"] = json!(standing::json(&schedules));
        output.json(&answer);
    } else {
        tell(&status, &schedules, project.catalog.programme.time_zone, args.late, output);
    }
    let stale = status.ages.iter().any(|age| matches!(age.judged, Judged::Fail(_)));
    Ok(if status.inbox.is_some() || (args.check && stale) { Exit::Attention } else { Exit::Fine })
}

fn is_late(line: &Reporting) -> bool {
    matches!(line.state, ReportingState::Late | ReportingState::Missing)
}

fn answer(status: &Status, late: bool) -> Value {
    let lines = status.lines.iter().filter(|line| !late || is_late(line)).map(|line| {
        json!({
            "partner": line.partner.as_str(), "collection": line.collection, "state": line.state.as_str(),
            "due": line.due, "due_on": line.due_on.map(|day| day.to_string()), "latest": line.latest,
            "reporting_date": line.reporting_date.map(|day| day.to_string()), "file": line.file,
            "rows": line.rows, "rows_kept_out": line.kept_out,
        })
    });
    let reports = status.reports.iter().filter(|one| !late || one.arrival == Arrival::Owed).map(|one| {
        let (state, came) = arrival(one.arrival);
        json!({
            "partner": one.partner.as_str(), "collection": one.collection.as_str(), "period": one.label,
            "due_on": one.due_on.to_string(), "state": state, "came_on": came.map(|day| day.to_string()),
            "days_late": one.days_late,
        })
    });
    let closed = status
        .closed
        .iter()
        .map(|one| json!({ "period": one.label, "run": one.run, "because": one.because, "who": one.who }));
    let tallies = |of: fn(&DueReport) -> &str| {
        let codes: BTreeSet<&str> = status.reports.iter().map(of).collect();
        let one = |code: &str| (code.to_owned(), tally_json(tally(status, |report| of(report) == code)));
        codes.into_iter().map(one).collect::<serde_json::Map<String, Value>>()
    };
    let found: Vec<Finding> = status.inbox.iter().cloned().chain(status.ages.iter().filter_map(Age::finding)).collect();
    json!({
        "as_of": status.as_of.to_string(), "waiting": status.waiting.len(), "waiting_files": status.waiting,
        "reporting": lines.collect::<Vec<_>>(), "closed": closed.collect::<Vec<_>>(),
        "reports": reports.collect::<Vec<_>>(),
        "totals": {
            "all": tally_json(tally(status, |_| true)),
            "partners": tallies(|report| report.partner.as_str()),
            "collections": tallies(|report| report.collection.as_str()),
        },
        "sent_back": status.sent_back.iter().map(|one| json!({
            "file": one.file, "partner": one.partner, "collection": one.collection,
            "received": one.received.to_rfc3339(), "refused": one.rows_kept_out == 0,
            "rows_kept_out": one.rows_kept_out, "says": one.says,
        })).collect::<Vec<_>>(),
        "sources": status.sources.iter().map(|one| json!({
            "source": one.code, "last_success": one.last_success.map(|at| at.to_rfc3339()),
            "last_try": one.last_try.map(|at| at.to_rfc3339()), "failed": one.failed,
        })).collect::<Vec<_>>(),
        "freshness": status.ages.iter().map(age_json).collect::<Vec<_>>(),
        "findings": findings_json(&found),
        "may_not_have_arrived": status.unknown.iter().map(notice).collect::<Vec<_>>(),
    })
}

fn arrival(arrival: Arrival) -> (&'static str, Option<NaiveDate>) {
    match arrival {
        Arrival::InTime(day) => ("in_time", Some(day)),
        Arrival::Late(day) => ("late", Some(day)),
        Arrival::Undated => ("received", None),
        Arrival::Owed => ("owed", None),
    }
}

fn tally(status: &Status, which: impl Fn(&DueReport) -> bool) -> Tally {
    Tally::of(status.reports.iter().filter(|report| which(report)))
}

fn tally_json(tally: Tally) -> Value {
    json!({ "due": tally.due, "received": tally.received, "in_time": tally.in_time, "late": tally.late,
        "timed": tally.timed() })
}

fn age_json(age: &Age) -> Value {
    let (state, declared) = match age.judged {
        Judged::Fresh => ("fresh", None),
        Judged::Warn(days) => ("warn", Some(days)),
        Judged::Fail(days) => ("fail", Some(days)),
    };
    json!({ "of": age.of, "partner": age.partner.as_ref().map(ToString::to_string), "days": age.days,
        "latest": age.latest.map(|day| day.to_string()), "state": state, "at_most": declared })
}

fn tell(status: &Status, schedules: &[Standing], zone: Tz, late: bool, output: &Output) {
    output.line(&bold(&format!("Reports as of {}", status.as_of.format("%-d %B %Y"))));
    reporting(status, late, output);
    if !late {
        tallies(status, output);
    }
    owed(status, output);
    sent_back(&status.sent_back, zone, output);
    if !late && !status.sources.is_empty() {
        output.line("");
        output.line(&bold("Sources"));
        let rows: Vec<Vec<String>> = status.sources.iter().map(|one| source(one, status.as_of, zone)).collect();
        lines(&rows, output);
    }
    if !late && !schedules.is_empty() {
        output.line("");
        output.line(&bold("Schedules"));
        standing::tell(schedules, output);
    }
    let found: Vec<Finding> = status.inbox.iter().cloned().chain(status.ages.iter().filter_map(Age::finding)).collect();
    if !found.is_empty() {
        output.line("");
        output.list(&found);
    }
    for closed in status.closed.iter().filter(|_| !late) {
        let by = closed.who.as_ref().map_or_else(String::new, |who| format!(" by {}", plain(who)));
        let because = closed.because.as_ref().map_or_else(String::new, |because| format!(": {}", plain(because)));
        output.line(&format!("{} is closed as run {} published it{by}{because}", closed.label, closed.run));
    }
    for one in &status.unknown {
        let to = one.to.as_deref().map_or_else(String::new, |to| format!(" to {}", plain(to)));
        output.line(&format!(
            "! may not have arrived{to}: {} ({})",
            plain(one.subject.as_deref().unwrap_or("")),
            plain(&one.keys.join(", "))
        ));
    }
    if !status.waiting.is_empty() {
        let waiting = count(status.waiting.len() as u64, "file", "files");
        output.line("");
        output.line(&format!("{waiting} in the inbox not read yet: scoreboard run"));
    }
}

fn lines(rows: &[Vec<String>], output: &Output) {
    for line in table(rows) {
        output.line(&line);
    }
}

fn reporting(status: &Status, late: bool, output: &Output) {
    let mut rows = vec![
        ["partner", "collection", "state", "due", "latest", "rows", "kept out", "file"].map(str::to_owned).to_vec(),
    ];
    for line in status.lines.iter().filter(|line| !late || is_late(line)) {
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
    if rows.len() == 1 && late {
        output.line("Nobody is late.");
    } else {
        lines(&rows, output);
    }
}

/// Reports that were due: how many came, and how many in time.
fn tallies(status: &Status, output: &Output) {
    if status.reports.is_empty() {
        return;
    }
    let mut rows = vec![["reports due", "due", "received", "in time", "late", "owed"].map(str::to_owned).to_vec()];
    let mut add = |name: &str, tally: Tally| {
        let share = |part: u64, of: u64| {
            if of == 0 { "–".to_owned() } else { format!("{part} ({} %)", (part * 200 + of) / (of * 2)) }
        };
        let owed = (tally.due - tally.received).to_string();
        let (received, in_time) = (share(tally.received, tally.due), share(tally.in_time, tally.timed()));
        rows.push(vec![name.to_owned(), tally.due.to_string(), received, in_time, tally.late.to_string(), owed]);
    };
    let mut seen = BTreeSet::new();
    for of in [|report: &DueReport| report.partner.to_string(), |report: &DueReport| report.collection.to_string()] {
        for report in &status.reports {
            let code = of(report);
            if seen.insert(code.clone()) {
                add(&code, tally(status, |other| of(other) == code));
            }
        }
    }
    let all = tally(status, |_| true);
    add("all", all);
    output.line("");
    lines(&rows, output);
    if all.undated > 0 {
        let reports = count(all.undated, "report came", "reports came");
        output.line(&format!("{reports} on a day that is not known: it is in no count of reports in time."));
    }
}

fn owed(status: &Status, output: &Output) {
    let owed: Vec<&DueReport> = status.reports.iter().filter(|one| one.arrival == Arrival::Owed).collect();
    if owed.is_empty() {
        return;
    }
    output.line("");
    output.line(&bold("Owed"));
    let row = |one: &&DueReport| {
        vec![
            one.partner.to_string(),
            one.collection.to_string(),
            one.label.clone(),
            format!("due {}", one.due_on.format("%-d %b %Y")),
            format!("{} late", count(one.days_late.unsigned_abs(), "day", "days")),
        ]
    };
    lines(&owed.iter().take(LISTED).map(row).collect::<Vec<_>>(), output);
    if owed.len() > LISTED {
        output.line(&format!("and {} more: --format json", owed.len() - LISTED));
    }
}

fn sent_back(sent_back: &[SentBack], zone: Tz, output: &Output) {
    if sent_back.is_empty() {
        return;
    }
    output.line("");
    output.line(&bold("Refused or with rows kept out, and not corrected yet"));
    let row = |one: &SentBack| {
        let what = if one.rows_kept_out == 0 {
            "refused".to_owned()
        } else {
            count(one.rows_kept_out, "row kept out", "rows kept out")
        };
        vec![
            one.partner.clone().unwrap_or_else(|| "–".to_owned()),
            shorten(&plain(&one.file), 32),
            one.received.with_timezone(&zone).format("%-d %b %Y").to_string(),
            what,
            shorten(&plain(&one.says), 40),
        ]
    };
    lines(&sent_back.iter().take(LISTED).map(row).collect::<Vec<_>>(), output);
    if sent_back.len() > LISTED {
        output.line(&format!("and {} more: --format json", sent_back.len() - LISTED));
    }
}

fn source(one: &SourceAge, as_of: NaiveDate, zone: Tz) -> Vec<String> {
    let day = |at: DateTime<Utc>| at.with_timezone(&zone).date_naive();
    let age = one.last_success.map_or_else(
        || "never fetched".to_owned(),
        |at| {
            let days = (as_of - day(at)).num_days().max(0).unsigned_abs();
            format!("{} old, of {}", count(days, "day", "days"), day(at).format("%-d %b %Y"))
        },
    );
    let failed = one.failed.as_ref().zip(one.last_try).map_or_else(String::new, |(why, at)| {
        format!("! failed on {}: {}", day(at).format("%-d %b %Y"), shorten(&plain(why), 48))
    });
    vec![one.code.clone(), age, failed]
}
