//! `scoreboard notify`.

use serde_json::{Value, json};

use super::Exit;
use super::args::NotifyArgs;
use super::output::{Output, bold, findings_json, plain};
use super::progress::Progress;
use crate::app::Stopped;
use crate::app::notify::{Again, Coming, Notice, Options, Outlook, Pending, again, outlook, run};
use crate::app::project::Project;

/// Lines of a message that a dry run shows.
const SHOWN: usize = 12;

pub fn main(args: &NotifyArgs, output: &Output) -> Result<Exit, Stopped> {
    let project = Project::open(&args.common.project)?.reading_apart();
    let progress = Progress::new(output.is_json());
    let tell = |stage: &str, done, of| progress.tell(stage, done, of);
    let (notices, settled) = match &args.again {
        Some(key) => match again(&project, key, &tell)? {
            Again::Sent(notices) => (notices, None),
            Again::Settled(pending) => (Vec::new(), Some(pending)),
        },
        None => (run(&project, &Options { dry_run: args.dry_run, attempt: None }, &tell)?, None),
    };
    let outlook = outlook(&project, &tell)?;
    drop(progress);
    let failed = notices.iter().filter(|notice| notice.result.is_err()).count();
    if output.is_json() {
        let notices: Vec<Value> = notices.iter().map(answer).collect();
        output.json(&json!({
            "dry_run": args.dry_run, "failed": failed, "notices": notices,
            "settled": settled.as_ref().map(waiting), "pending": pending(&outlook), "coming": coming(&outlook),
        }));
    } else {
        tell_all(&project, args.dry_run, (&notices, settled.as_ref()), &outlook, output);
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
    outlook.pending.iter().map(waiting).collect()
}

fn waiting(one: &Pending) -> Value {
    let again = one.again.map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true));
    let state = if again.is_some() { "waiting" } else { "unknown" };
    json!({
        "key": one.keys.first(), "keys": one.keys, "to": one.to, "subject": one.subject, "state": state, "again": again,
    })
}

fn coming(outlook: &Outlook) -> Vec<Value> {
    let one = |one: &Coming| {
        json!({
            "on": one.on.to_string(), "partner": one.partner, "collection": one.collection, "period": one.period,
            "key": one.key,
        })
    };
    outlook.coming.iter().map(one).collect()
}

fn tell_all(
    project: &Project,
    dry_run: bool,
    (notices, settled): (&[Notice], Option<&Pending>),
    outlook: &Outlook,
    output: &Output,
) {
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
    if let Some(one) = settled {
        output.line(&format!("{} to {}: out of date", plain(&one.subject), plain(&one.to)));
        output.line("All that it told is over. Nothing was sent, and it is not asked about again.");
    } else if notices.is_empty() {
        output.line("Nothing is to be told now.");
    }
    let zone = project.catalog.programme.time_zone;
    for one in &outlook.pending {
        let when = match one.again {
            Some(at) => format!("is tried again from {}", at.with_timezone(&zone).format("%-d %b %H:%M")),
            None => format!("may not have arrived: {}", one.command()),
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
