//! `scoreboard ingest`.

use serde_json::{Value, json};

use super::Exit;
use super::args::Ingest;
use super::output::{Output, bold, count, findings_json};
use super::progress::Progress;
use crate::app::project::Project;
use crate::app::state::FileState;
use crate::app::{Stopped, ingest};
use crate::finding::Finding;
use crate::finding::translate::translate;
use crate::store::Store;

pub fn main(args: &Ingest, output: &Output) -> Result<Exit, Stopped> {
    let project = Project::open(&args.common.project)?.reading_apart();
    ingest::precondition(&project)?;
    let mut store = Store::open(&project.store())?;
    let progress = Progress::new(output.is_json());
    let ingested = ingest::run(&project, &mut store, &|stage, done, of| progress.tell(stage, done, of))?;
    drop(progress);
    let mut files: Vec<&FileState> =
        ingested.state.files.values().filter(|file| ingested.new.contains(&file.received.name)).collect();
    files.sort_by(|a, b| a.received.name.cmp(&b.received.name));
    let told = |finding: &Finding| {
        if args.partner_language { in_partners_language(finding, &project) } else { finding.clone() }
    };
    let errors = files
        .iter()
        .flat_map(|file| &file.read)
        .flat_map(|read| &read.findings)
        .filter(|finding| finding.is_error())
        .count()
        + ingested.findings.iter().filter(|finding| finding.is_error()).count();
    if output.is_json() {
        output.json(&json!({
            "new": files.iter().map(|file| answer(file, &told)).collect::<Vec<_>>(), "read": ingested.read,
            "errors": errors, "findings": findings_json(&ingested.findings),
        }));
    } else {
        output.list(&ingested.findings);
        for file in &files {
            tell(file, output, &told);
        }
        let known = ingested.state.files.len() - files.len();
        output.line(&format!("{}; {} known before.", count(files.len() as u64, "new file", "new files"), known));
    }
    Ok(if args.strict && errors > 0 { Exit::Attention } else { Exit::Fine })
}

/// In the language of the partner who sent what it is about.
fn in_partners_language(finding: &Finding, project: &Project) -> Finding {
    let partner =
        project.catalog.partners.iter().find(|partner| Some(partner.code.as_str()) == finding.partner.as_deref());
    partner.map_or_else(|| finding.clone(), |partner| translate(finding, &partner.language))
}

fn answer(file: &FileState, told: &dyn Fn(&Finding) -> Finding) -> Value {
    let read = file.read.as_ref();
    json!({
        "name": file.received.name, "hash": file.received.file,
        "verdict": read.map(|read| read.verdict),
        "rows_accepted": read.map(|read| read.tables.iter().map(|table| table.accepted).sum::<u64>()),
        "rows_kept_out": read.map(|read| read.tables.iter().map(|table| table.kept_out_count).sum::<u64>()),
        "findings": read.map(|read| findings_json(&read.findings.iter().map(told).collect::<Vec<_>>())),
    })
}

fn tell(file: &FileState, output: &Output, told: &dyn Fn(&Finding) -> Finding) {
    let Some(read) = &file.read else { return };
    let accepted: u64 = read.tables.iter().map(|table| table.accepted).sum();
    let kept: u64 = read.tables.iter().map(|table| table.kept_out_count).sum();
    let rows = format!("{} accepted, {kept} kept out", count(accepted, "row", "rows"));
    output.line(&format!("{}: {}, {rows}", bold(&file.received.name), read.verdict.replace('_', " ")));
    let worth: Vec<Finding> =
        read.findings.iter().filter(|finding| finding.severity > crate::finding::Severity::Info).map(told).collect();
    output.list(&worth);
}
