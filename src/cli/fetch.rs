//! `scoreboard fetch`.

use serde_json::{Value, json};

use super::Exit;
use super::args::Fetch;
use super::output::{Output, bold, count, findings_json};
use super::progress::Progress;
use crate::app::Stopped;
use crate::app::fetch::{Options, Outcome, Summary, run};
use crate::app::project::Project;

pub fn main(args: &Fetch, output: &Output) -> Result<Exit, Stopped> {
    let project = Project::open(&args.common.project)?;
    let progress = Progress::new(output.is_json());
    let options = Options { sources: args.sources.clone(), dry_run: args.dry_run };
    let outcomes = run(&project, &options, &|stage, done, of| progress.tell(stage, done, of))?;
    drop(progress);
    let failed = outcomes.iter().filter(|outcome| outcome.result.is_err()).count();
    if output.is_json() {
        output.json(&json!({
            "dry_run": args.dry_run, "failed": failed, "sources": outcomes.iter().map(answer).collect::<Vec<_>>(),
        }));
    } else {
        for outcome in &outcomes {
            tell(outcome, output);
        }
        if failed < outcomes.len() {
            output.line(if args.dry_run {
                "Nothing was written: this was a dry run."
            } else {
                "scoreboard run reads what was fetched."
            });
        }
    }
    Ok(match failed {
        0 => Exit::Fine,
        _ if failed < outcomes.len() => Exit::Attention,
        _ => Exit::Stopped,
    })
}

fn answer(outcome: &Outcome) -> Value {
    match &outcome.result {
        Ok(Summary { files: Some(files), requests, findings, .. }) => json!({
            "source": outcome.source, "received": files.received, "bytes": files.bytes, "unchanged": files.unchanged,
            "left": files.left, "requests": requests, "findings": findings_json(findings),
        }),
        Ok(summary) => json!({
            "source": outcome.source, "answers": summary.answers, "new": summary.new, "edited": summary.edited,
            "deleted": summary.deleted, "requests": summary.requests, "findings": findings_json(&summary.findings),
        }),
        Err(finding) => {
            json!({ "source": outcome.source, "findings": findings_json(std::slice::from_ref(finding)) })
        }
    }
}

fn tell(outcome: &Outcome, output: &Output) {
    match &outcome.result {
        Ok(Summary { files: Some(files), findings, .. }) => {
            let new = count(files.received.len() as u64, "new file", "new files");
            let kilobytes = files.bytes.div_ceil(1_000);
            let (unchanged, left) = (files.unchanged, files.left.len());
            let name = bold(&outcome.source);
            output.line(&format!("{name}: {new} ({kilobytes} kB), {unchanged} unchanged, {left} left"));
            for name in &files.received {
                output.line(&format!("  {name}"));
            }
            output.list(findings);
        }
        Ok(Summary { answers, new, edited, deleted, findings, .. }) => {
            let answers = count(*answers, "answer", "answers");
            output
                .line(&format!("{}: {answers} ({new} new, {edited} edited, {deleted} deleted)", bold(&outcome.source)));
            output.list(findings);
        }
        Err(finding) => {
            output.line(&format!("{}: not fetched", bold(&outcome.source)));
            output.list(std::slice::from_ref(finding));
        }
    }
}
