//! `scoreboard layout FILE`: looks at a file that nobody has declared, proposes a declaration, and reads the file by it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use super::definitions::Definitions;
use super::reading;
use super::{Stopped, fault};
use crate::define::{Catalog, load};
use crate::finding::{Finding, Place, rules};
use crate::ingest::{Bounds, Limits, Options, Refusal, Sandbox, Workbook};
use crate::propose::{Context, Proposal, encoding, propose, trial};

/// A proposal, and what came of reading the file by it.
#[derive(Debug)]
pub struct Laid {
    pub proposal: Proposal,
    pub toml: String,
    /// By collection; only of new ones.
    pub trial: BTreeMap<String, Tried>,
}

/// Rows that a proposal gives.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Tried {
    pub accepted: usize,
    pub kept_out: usize,
    /// Rules by which rows were kept out or cells were told, with how often.
    pub rules: BTreeMap<&'static str, usize>,
}

/// Looks at a file, in a process of its own. The project is optional: with one its collections are known.
///
/// # Errors
/// Where the project's definitions are in error, and where the file cannot be read.
pub fn run(file: &Path, root: &Path, sheet: Option<&str>) -> Result<Laid, Stopped> {
    let project = if root.join("scoreboard.toml").is_file() { Some(definitions(root)?) } else { None };
    let reader = std::env::current_exe().map_or_else(|_| Sandbox::here(), Sandbox::of);
    let name = file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let place = || Place::File { file: name.clone() };
    let bare = trial::catalog("schema = 1\n");
    let Some(catalog) = project.as_ref().or(bare.as_ref()) else {
        return Err(fault("the proposal", "no catalogue"));
    };
    let limit = catalog.programme.limits.file_bytes;
    let size = fs::metadata(file).map_or(0, |metadata| metadata.len());
    if size > limit {
        let message = format!("is {} MB large; the limit is {} MB", size / 1_000_000, limit / 1_000_000);
        let finding = Finding::error(&rules::FILE_TOO_LARGE, place(), message).help(rules::FILE_TOO_LARGE.fix);
        return Err(Stopped::one(finding));
    }
    let bytes = fs::read(file).map_err(|error| {
        let finding = Finding::error(&rules::FILE_UNREADABLE, place(), format!("cannot be opened: {error}"));
        Stopped::one(finding.help("Look at its name and its permissions, and whether another program has it open."))
    })?;
    let open = |encoding: Option<&str>| read(&name, &bytes, catalog, &reader, encoding);
    let mut workbook = open(None)?;
    let found = encoding::better(&workbook);
    if let Some(found) = found {
        workbook = open(Some(found))?;
    }
    if let Some(wanted) = sheet
        && !workbook.sheets.iter().any(|sheet| sheet.name.trim().eq_ignore_ascii_case(wanted.trim()))
    {
        let names: Vec<&str> = workbook.sheets.iter().map(|sheet| sheet.name.as_str()).collect();
        let finding = Finding::error(&rules::SHEET_UNKNOWN, place(), format!("no sheet is called `{wanted}`"));
        return Err(Stopped::one(finding.help(format!("Its sheets are {}.", names.join(", ")))));
    }
    let context = Context {
        file_name: &name,
        collections: project.as_ref().map_or(&[], |catalog| &catalog.collections),
        currency: project.as_ref().map(|catalog| catalog.programme.currency.as_str()),
        encoding: found,
    };
    let proposal = propose(&workbook, sheet, &context);
    let toml = proposal.to_toml();
    let trial = tried(&proposal, &toml, &bytes, &context, &reader)?;
    Ok(Laid { proposal, toml, trial })
}

/// The definitions of a project, which need not have an indicator yet: this is how many begin.
fn definitions(root: &Path) -> Result<Catalog, Stopped> {
    let mut files = Definitions::of(root).sources()?;
    // The shell has made the file that our answer goes into, before we run.
    files.retain(|file| !file.text.trim().is_empty());
    let (catalog, findings) = load(&files);
    let unfinished = |finding: &Finding| finding.rule == &rules::NO_INDICATOR || !finding.is_error();
    match catalog {
        None if findings.iter().all(unfinished) => trial::completed(files).ok_or(Stopped(findings)),
        None => Err(Stopped(findings)),
        Some(catalog) => Ok(catalog),
    }
}

fn read(
    name: &str,
    bytes: &[u8],
    catalog: &Catalog,
    reader: &Sandbox,
    encoding: Option<&str>,
) -> Result<Workbook, Stopped> {
    let limits = catalog.programme.limits;
    let options = Options {
        limits: Limits {
            file_bytes: limits.file_bytes,
            unzipped_bytes: limits.unzipped_bytes,
            ratio: limits.ratio,
            rows: limits.rows,
            columns: limits.columns,
        },
        encoding: encoding.map(str::to_owned),
    };
    let bounds = Bounds { memory_bytes: limits.memory_bytes, time: Duration::from_secs(limits.seconds) };
    let read = reader.read(name, bytes, &options, bounds);
    read.map_err(|error| fault("no process can be started that reads files", error))?.map_err(|refusal: Refusal| {
        let help = refusal.help.unwrap_or_else(|| refusal.rule.fix.to_owned());
        let place = Place::File { file: name.to_owned() };
        Stopped::one(Finding::error(refusal.rule, place, refusal.message).help(help))
    })
}

/// Reads the file as an ingest would, in a project that holds nothing but the proposal.
fn tried(
    proposal: &Proposal,
    toml: &str,
    bytes: &[u8],
    context: &Context<'_>,
    reader: &Sandbox,
) -> Result<BTreeMap<String, Tried>, Stopped> {
    let mut trial: BTreeMap<String, Tried> = BTreeMap::new();
    let currency = context.currency.or_else(|| proposal.currency());
    let Some(catalog) = trial::catalog_for(toml, currency).filter(|catalog| !catalog.collections.is_empty()) else {
        return Ok(trial);
    };
    let reading = reading::read(context.file_name, bytes, &catalog, reader)?;
    let mut sheets: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for table in &reading.tables {
        if let reading::Belongs::Collection(code) = &table.belongs {
            let entry = trial.entry(code.clone()).or_default();
            entry.accepted += table.rows.len();
            entry.kept_out += table.kept_out_count;
            sheets.entry(table.sheet.clone()).or_default().push(code.clone());
        }
    }
    for finding in reading.findings.iter().filter(|finding| finding.severity > crate::finding::Severity::Info) {
        let Place::Cell { sheet, .. } = &finding.place else { continue };
        // Of several tables on one sheet, nobody knows whose cell it is without looking.
        if let Some([code]) = sheets.get(sheet).map(Vec::as_slice)
            && let Some(entry) = trial.get_mut(code)
        {
            *entry.rules.entry(finding.rule.id).or_default() += 1;
        }
    }
    Ok(trial)
}
