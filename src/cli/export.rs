//! `scoreboard export`.

use serde_json::json;

use super::Exit;
use super::args::{Export, ExportForm};
use super::output::{Output, count, findings_json};
use super::progress::Progress;
use crate::app::Stopped;
use crate::app::export::{Form, Options, run};
use crate::app::project::Project;
use crate::model::export::Format;

pub fn main(args: &Export, output: &Output) -> Result<Exit, Stopped> {
    let project = Project::open(&args.common.project)?.reading_apart();
    let progress = Progress::new(output.is_json());
    let options = Options {
        form: match args.form {
            ExportForm::Csv => Form::File(Format::Csv),
            ExportForm::Parquet => Form::File(Format::Parquet),
            ExportForm::Iati => Form::File(Format::Iati),
            ExportForm::EuTable => Form::File(Format::EuTable),
            ExportForm::Dhis2 => Form::Dhis2,
        },
        report: args.report.clone(),
        as_of: args.as_of,
        to: args.to.clone(),
        send: args.send,
        dry_run: args.dry_run,
    };
    let exported = run(&project, &options, &|stage, done, of| progress.tell(stage, done, of))?;
    drop(progress);
    let rejected = exported.sent.as_ref().map_or(0, |(_, summary)| summary.findings.len());
    if output.is_json() {
        output.json(&json!({
            "report": exported.report, "files": exported.files, "refused": findings_json(&exported.refused),
            "sent": exported.sent.as_ref().map(|(values, summary)| json!({
                "dry_run": args.dry_run, "values": values, "status": summary.status, "imported": summary.imported,
                "updated": summary.updated, "deleted": summary.deleted, "unchanged": summary.unchanged,
                "rejected": findings_json(&summary.findings),
            })),
        }));
    } else {
        for file in &exported.files {
            output.line(&format!("→ {}", file.display()));
        }
        if let Some((values, summary)) = &exported.sent {
            output.line(&format!(
                "{} sent: {} new, {} updated, {} as before, {rejected} not taken",
                count(*values as u64, "value", "values"),
                summary.imported,
                summary.updated,
                summary.unchanged
            ));
            if args.dry_run {
                output.line("The server kept nothing: this was a dry run.");
            }
            output.list(&summary.findings);
        }
        output.list(&exported.refused);
    }
    let attention = rejected > 0 || (args.strict && !exported.refused.is_empty());
    Ok(if attention { Exit::Attention } else { Exit::Fine })
}
