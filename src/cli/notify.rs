//! `scoreboard notify`.

use serde_json::{Value, json};

use super::Exit;
use super::args::NotifyArgs;
use super::output::{Output, bold, findings_json, plain};
use super::progress::Progress;
use crate::app::Stopped;
use crate::app::notify::{Notice, Options, Outlook, again, outlook, run};
use crate::app::project::Project;

/// Lines of a message that a dry run shows.
const SHOWN: usize = 12;

pub fn main(args: &NotifyArgs, output: &Output) -> Result<Exit, Stopped> {
    let project = Project::open(&args.common.project)?.reading_apart();
    let progress = Progress::new(output.is_json());
    let tell = |stage: &str, done, of| progress.tell(stage, done, of);
    let notices = match &args.again {
        Some(key) => again(&project, key, &tell)?,
        None => run(&project, &Options { dry_run: args.dry_run, attempt: None }, &tell)?,
    };
    let outlook = outlook(&project, &tell)?;
    drop(progress);
    let failed = notices.iter().filter(|notice| notice.result.is_err()).count();
    if output.is_json() {
        let notices: Vec<Value> = notices.iter().map(answer).collect();
        output.json(&json!({
            "dry_run": args.dry_run, "failed": failed, "notices": notices, "pending": pending(&outlook),
            "coming": coming(&outlook),
        }));
    } else {
        tell_all(&project, args.dry_run, &notices, &outlook, output);
    }
    Ok(if failed == 0 { Exit::Fine } else { Exit::Attention })
}

fn answer(notice: &Notice) -> Value {
    let findings =
        notice.result.as_ref().err().map_or_else(Vec::new, |finding| findings_json(std::slice::from_ref(finding)));
    json!({
        "to": notice.to, "subject": notice.subject, "keys": notice.keys, "attached": notice.attached,
        "text": notice.text, "findings": findings,
    })
}

fn pending(outlook: &Outlook) -> Vec<Value> {
    let one = |one: &crate::app::notify::Pending| {
        let again = one.again.map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true));
        let state = if again.is_some() { "waiting" } else { "unknown" };
        json!({ "key": one.key, "to": one.to, "subject": one.subject, "state": state, "again": again })
    };
    outlook.pending.iter().map(one).collect()
}

fn coming(outlook: &Outlook) -> Vec<Value> {
    let one = |one: &crate::app::notify::Coming| {
        json!({
            "on": one.on.to_string(), "partner": one.partner, "collection": one.collection, "period": one.period,
            "key": one.key,
        })
    };
    outlook.coming.iter().map(one).collect()
}

fn tell_all(project: &Project, dry_run: bool, notices: &[Notice], outlook: &Outlook, output: &Output) {
    if project.catalog.telling.is_empty() {
        output.line("Nobody is to be told: no file declares [[channel]] or [reminders] (docs/notifications.md).");
        return;
    }
    for notice in notices {
        let done = match (&notice.result, dry_run) {
            (Err(_), _) => "not sent",
            (Ok(()), true) => "would be sent",
            (Ok(()), false) => "sent",
        };
        output.line(&format!("{}: {done}", bold(&plain(&notice.subject))));
        output.line(&format!("  to        {}", plain(&notice.to)));
        if !notice.attached.is_empty() {
            output.line(&format!("  attached  {}", plain(&notice.attached.join(", "))));
        }
        output.line(&format!("  because   {}", notice.keys.join(", ")));
        if dry_run {
            for line in notice.text.lines().filter(|line| !line.is_empty()).take(SHOWN) {
                output.line(&format!("  │ {}", plain(line)));
            }
        }
        if let Err(finding) = &notice.result {
            output.list(std::slice::from_ref(finding));
        }
        output.line("");
    }
    if notices.is_empty() {
        output.line("Nothing is to be told now.");
    }
    let zone = project.catalog.programme.time_zone;
    for one in &outlook.pending {
        let when = match one.again {
            Some(at) => format!("is tried again from {}", at.with_timezone(&zone).format("%-d %b %H:%M")),
            None => format!("may not have arrived: scoreboard notify --again {}", one.key),
        };
        output.line(&format!("{} to {} {when}", plain(&one.subject), plain(&one.to)));
    }
    if !outlook.coming.is_empty() {
        output.line("Next reminders, if nothing comes before:");
        for one in &outlook.coming {
            output.line(&format!(
                "  {}: {}, {} for {}",
                one.on.format("%-d %b %Y"),
                one.partner,
                one.collection,
                one.period
            ));
        }
    }
    if dry_run {
        output.line("Nothing was sent: this was a dry run.");
    }
}
