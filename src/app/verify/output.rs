//! One output held against the store: the head and the run that it prints, its bytes, and the run made again.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::{Verdict, chain, printed};
use crate::app::assemble::run_code;
use crate::app::bundle::reports;
use crate::app::project::Project;
use crate::app::rebuild;
use crate::app::record::Received;
use crate::app::runs::Run;
use crate::app::{Progress, Stopped};
use crate::finding::{Finding, Place, rules};
use crate::model::audience::Audience;
use crate::store::{Entry, Kind, Store, hash_of};

/// So many inputs are named.
const NAMED: usize = 6;

/// Holds a file against what the ledger says.
///
/// # Errors
/// A file that cannot be read, or prints nothing of the kind.
pub fn hold(
    project: &Project,
    path: &Path,
    entries: &[Entry],
    progress: Progress<'_>,
    verdict: &mut Verdict,
) -> Result<(), Stopped> {
    let shown = path.display().to_string();
    let unreadable = |why: String| {
        let finding = Finding::error(&rules::BUNDLE_UNREADABLE, Place::File { file: shown.clone() }, why);
        Stopped::one(finding.help("Name a workbook, a page or a JSON file that `scoreboard run` wrote."))
    };
    let bytes = fs::read(path).map_err(|error| unreadable(format!("cannot be opened: {error}")))?;
    let printed = printed::of(path, &bytes, &project.reader).map_err(unreadable)?;
    chain::find(&printed.head, entries, verdict);
    inputs(&printed.inputs, entries, &shown, verdict);
    let hash = hash_of(&bytes);
    let runs = Run::all(entries);
    let of_code = || runs.iter().rev().filter(|run| run.code == printed.run);
    let published = of_code().find_map(|run| Some((run, run.outputs.iter().find(|output| output.hash == hash)?)));
    match (published, of_code().next()) {
        (Some((run, output)), _) => {
            verdict.sound.push(format!("{shown}: what run {} published as {}, byte by byte", run.code, output.name));
            computed_again(project, run, &output.name, &bytes, progress, verdict);
        }
        (None, Some(run)) => {
            verdict
                .differs(&shown, format!("is not what run {} published: it was changed, or the ledger was", run.code));
        }
        (None, None) => {
            let says = format!("says that it is of run {}, which no ledger entry tells of: it was cut", printed.run);
            verdict.differs(&shown, says);
        }
    }
    Ok(())
}

/// What the output names, and this ledger never received: that is what was cut or changed.
fn inputs(named: &[(String, Option<String>)], entries: &[Entry], shown: &str, verdict: &mut Verdict) {
    let received = entries.iter().filter(|entry| entry.kind == Kind::Received);
    let received: BTreeSet<(String, String)> =
        received.filter_map(|entry| Received::from_json(&entry.body)).map(|file| (file.file, file.name)).collect();
    let known = |hash: &String, name: &Option<String>| {
        received.iter().any(|(file, called)| file == hash && name.as_ref().is_none_or(|name| name == called))
    };
    let missing: Vec<String> = named
        .iter()
        .filter(|(hash, name)| !known(hash, name))
        .map(|(hash, name)| format!("{} ({})", name.as_deref().unwrap_or("a file"), hash.get(..12).unwrap_or(hash)))
        .collect();
    if !missing.is_empty() {
        let more = missing.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let names = missing[..missing.len().min(NAMED)].join(", ");
        verdict.differs(shown, format!("was made of {names}{more}, which this ledger never received"));
    }
}

/// Makes the run again, from what the store holds, and compares.
fn computed_again(
    project: &Project,
    run: &Run,
    name: &str,
    bytes: &[u8],
    progress: Progress<'_>,
    verdict: &mut Verdict,
) {
    if run.version() != env!("CARGO_PKG_VERSION") {
        verdict.remarks.push(format!(
            "Run {} was made by version {} of the program, and this is {}: it is not made again.",
            run.code,
            run.version(),
            env!("CARGO_PKG_VERSION")
        ));
        return;
    }
    let made = Store::aside(&project.store()).map_err(Stopped::from).and_then(|mut store| {
        let then = rebuild::rebuild(project, &mut store, run.clone())?;
        let code = run_code(&then.project, &then.state, then.as_of);
        Ok((code, reports(&then, &mut store, Audience::Internal, progress)?))
    });
    let place = format!("run {}", run.code);
    match made {
        Ok((code, _)) if code != run.code => {
            verdict.differs(place, format!("is not the code of what the store holds now, which is {code}"));
        }
        Ok((_, produced)) => {
            let mut files = produced.iter().flat_map(|(_, produced)| &produced.files);
            match files.find(|file| file.name == name) {
                Some(file) if file.bytes == bytes => {
                    verdict.sound.push(format!("{place}: made again from the store, it gives this very file"));
                }
                Some(_) => {
                    verdict
                        .differs(name, "is not what the store gives now: rows, instants or definitions were changed");
                }
                None => verdict.differs(name, "is nothing that the store gives now"),
            }
        }
        Err(Stopped(findings)) => {
            for finding in findings {
                verdict.differs(&place, format!("cannot be made again: {}", finding.message));
            }
        }
    }
}
