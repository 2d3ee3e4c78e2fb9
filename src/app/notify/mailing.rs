//! Destinations of kind `mail`: a report's files go to people, one mail for each run, with a receipt for each file.

use std::collections::BTreeSet;

use serde_json::json;

use super::super::project::Project;
use super::super::publish::{Delivery, Receipt};
use super::super::runs::Run;
use super::super::world::World;
use super::super::{Progress, Stopped};
use super::board::Board;
use super::events::{Part, Tells};
use super::post::Ways;
use super::{Notice, Work};
use crate::define::catalog::Report;
use crate::finding::{Finding, Place, rules};
use crate::model::destination::Mailing;
use crate::model::notify::{Channel, Way};
use crate::notify::history::Verdict;
use crate::store::Kind;

/// Mails what was not mailed yet of the last run.
///
/// # Errors
/// When the store cannot be read, or what is sent cannot be written down.
pub fn mail_outputs(
    project: &Project,
    (dry_run, again): (bool, bool),
    progress: Progress<'_>,
) -> Result<Vec<Delivery>, Stopped> {
    let reports = &project.catalog.reports;
    let mailings: Vec<(&Report, &Mailing)> =
        reports.iter().flat_map(|report| report.mailings.iter().map(move |mailing| (report, mailing))).collect();
    if mailings.is_empty() || !project.store().join("ledger.sqlite").is_file() {
        return Ok(Vec::new());
    }
    let Some(mut work) = Work::open(project, dry_run, progress)? else { return Ok(Vec::new()) };
    let runs = work.entries.iter().rev().filter(|entry| entry.kind == Kind::Run);
    let run = runs.filter_map(|entry| Some((Run::of(entry)?, entry.body.clone()))).find(|(run, _)| !run.elsewhere);
    let Some(run) = run else { return Ok(Vec::new()) };
    let mut ways = Ways::new(project, World::new("telling", progress));
    let mut deliveries = Vec::new();
    for (report, mailing) in mailings {
        let channel = Channel {
            code: mailing.code.as_str().to_owned(),
            way: Way::Mail(mailing.to.clone()),
            on: BTreeSet::new(),
            attach: mailing.files.clone(),
            report: report.code.clone(),
            language: project.catalog.programme.language.clone(),
        };
        let key = format!("mailed/{}/{}", mailing.code, run.0.code);
        let place = format!("mail to {}", mailing.to.join(", "));
        let board = Board::of(project, &channel, &run.0);
        let files = board.as_ref().map(|board| board.files(&channel.attach)).unwrap_or_default();
        let delivery = |output: &str, result| Delivery {
            destination: mailing.code.as_str().to_owned(),
            output: output.to_owned(),
            audience: report.audience,
            result,
        };
        if files.is_empty() {
            let message = format!("no file of {} lies in the folder of scoreboards as the run left it", report.code);
            let finding = Finding::error(&rules::DELIVERY_FAILED, Place::Project, message);
            let help = "Run scoreboard run, which writes it again, and publish then.";
            deliveries.push(delivery(report.code.as_str(), Err(finding.help(help))));
            continue;
        }
        let verdict = if again { Verdict::Yes } else { work.history.verdict(&key, work.now) };
        if verdict != Verdict::Yes {
            let result = match verdict {
                Verdict::Told => Ok(Receipt { place: place.clone(), sent: false }),
                verdict => Err(not_mailed(mailing, verdict)),
            };
            deliveries.extend(files.iter().map(|(output, _)| delivery(&output.name, result.clone())));
            continue;
        }
        let parts = [Part { key, tells: Tells::Success }];
        let mut message = work.message(&channel, &parts, Some(&run));
        let named = |name: &str| message.attachments.iter().any(|file| file.name == name);
        let receipts = files.iter().filter(|(_, file)| named(&file.name)).map(|(output, file)| {
            json!({
                "destination": mailing.code.as_str(), "kind": "mail", "report": report.code.as_str(),
                "output": output.name, "name": file.name, "hash": output.hash, "place": place, "etag": null,
                "audience": report.audience.as_str(), "run": run.0.code, "as_of": run.0.as_of.to_string(),
            })
        });
        message.receipts = receipts.collect();
        for Notice { result, .. } in work.send(&mut ways, &message)? {
            let each = |output: &str| {
                let sent = result.clone().map(|()| Receipt { place: place.clone(), sent: true });
                delivery(output, sent)
            };
            deliveries.extend(files.iter().map(|(output, _)| each(&output.name)));
        }
    }
    Ok(deliveries)
}

/// Why it does not go now.
fn not_mailed(mailing: &Mailing, verdict: Verdict) -> Finding {
    let (rule, what) = match verdict {
        Verdict::Unknown => (&rules::NOTICE_UNKNOWN, "may not have arrived, and is not sent again by itself"),
        Verdict::From(_) => (&rules::NOTICE_FAILED, "was not taken, and is tried again later"),
        _ => (&rules::NOTICE_FAILED, "was not taken, and is not tried again"),
    };
    let message = format!("the mail of the destination `{}` {what}", mailing.code);
    Finding::warning(rule, Place::Project, message).help("scoreboard publish --again sends it once more.")
}
