//! `scoreboard bundle`: one zip for the evaluator, from which a run can be computed again.

pub mod manifest;
pub mod pack;

mod decisions;
mod readme;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::{Value, json};

use super::changes::History;
use super::produce::{Moment, Produced, Wanted};
use super::project::Project;
use super::rebuild::{self, Rebuilt};
use super::record::Received;
use super::runs::{self, Run};
use super::{Progress, Stopped, disclosed, fault};
use crate::finding::{Finding, Place, rules, to_json};
use crate::model::audience::Audience;
use crate::store::ledger::Line;
use crate::store::{Entry, Kind, Store, atomic, hash_of};
use manifest::{
    DECISIONS, DEFINITIONS, EARLIER, FINDINGS, INPUTS, Input, LEDGER, MANIFEST, Manifest, Member, OUTPUTS, OutputFile,
    README, RUNS,
};
use pack::Files;

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The run's code, a beginning of it, `last` or `previous`.
    pub run: String,
    pub to: Option<PathBuf>,
    pub audience: Audience,
}

/// A bundle that was written.
#[derive(Debug)]
pub struct Bundled {
    pub path: PathBuf,
    /// Of the zip.
    pub hash: String,
    pub manifest: Manifest,
    /// What is not as the run published it, in sentences.
    pub differs: Vec<String>,
}

/// Writes the bundle of a run: everything is computed again, and held against what was published.
///
/// # Errors
/// No such run; or what keeps it from being computed again.
pub fn run(project: &Project, request: &Request, progress: Progress<'_>) -> Result<Bundled, Stopped> {
    if !project.store().join("ledger.sqlite").is_file() {
        runs::find(&[], &request.run)?;
    }
    let mut store = Store::open(&project.store())?;
    let then = rebuild::at(project, &mut store, &request.run)?;
    let produced = reports(&then, &mut store, request.audience, progress)?;
    let mut contents = Contents::of(&then, request.audience);
    contents.outputs(&then, &produced);
    if request.audience == Audience::Internal {
        let lines = store.ledger_mut().lines()?;
        contents.everything(&then, &store, &lines, &produced)?;
    }
    let (manifest, differs, bytes) = contents.packed(&then)?;
    // The name says for whom it is: the one for internal use must never go out for another.
    let programme = &then.project.catalog.programme.code;
    let name = format!("{programme}_{}_{}_{}.zip", then.as_of, then.entry.code, request.audience.as_str());
    let path = request.to.clone().unwrap_or_else(|| project.out().join("bundles").join(name));
    atomic::write(&path, &bytes)?;
    Ok(Bundled { path, hash: hash_of(&bytes), manifest, differs })
}

/// The reports of a run for an audience, computed again; for internal use all of them.
pub fn reports(
    then: &Rebuilt,
    store: &mut Store,
    audience: Audience,
    progress: Progress<'_>,
) -> Result<Vec<(String, Produced)>, Stopped> {
    let Rebuilt { project, state, as_of, entry, .. } = then;
    let withheld = if project.catalog.reports.iter().any(|report| report.audience.is_restricted()) {
        disclosed::decide(project, store, state, &entry.code, *as_of)?
    } else {
        BTreeSet::new()
    };
    let history = History::of(project, store, state, &entry.code, *as_of)?;
    let moment =
        Moment { project, store, state, as_of: *as_of, inbox: &entry.inbox, withheld: &withheld, history: &history };
    let mut made = Vec::new();
    moment.reports(Wanted::Files, progress, |report, produced| {
        if audience == Audience::Internal || report.audience == audience {
            made.push((report.code.as_str().to_owned(), produced));
        }
        Ok(())
    })?;
    if made.is_empty() {
        let message = format!("run {} has no report for the audience {}", entry.code, audience.as_str());
        let finding = Finding::error(&rules::UNKNOWN_RUN, Place::Project, message);
        return Err(Stopped::one(
            finding.help("Reports say their audience in reports/; leave --audience out for all."),
        ));
    }
    Ok(made)
}

/// What a bundle says beside outputs, which can be told again from the same.
pub fn said(then: &Rebuilt, produced: &[(String, Produced)]) -> [(&'static str, Value); 2] {
    let findings = produced.iter().map(|(report, produced)| {
        let list = |findings: &[Finding]| findings.iter().map(to_json).collect::<Vec<_>>();
        let all = json!({ "findings": list(&produced.scoreboard.findings), "gates": list(&produced.gates),
            "rows_kept_out": produced.kept_out });
        (report.as_str(), all)
    });
    [(FINDINGS, json!(findings.collect::<BTreeMap<_, _>>())), (DECISIONS, decisions::of(then))]
}

/// The text for whoever opens the bundle.
pub fn introduction(then: &Rebuilt, audience: Audience) -> String {
    readme::text(then, audience)
}

/// The files of a bundle, and what the manifest says of them.
struct Contents {
    files: Files,
    inputs: Vec<Input>,
    outputs: Vec<OutputFile>,
    chain_head: Option<String>,
    audience: Audience,
}

impl Contents {
    fn of(then: &Rebuilt, audience: Audience) -> Self {
        let files = [(README.to_owned(), introduction(then, audience).into_bytes())].into();
        Self { files, inputs: Vec::new(), outputs: Vec::new(), chain_head: None, audience }
    }

    fn outputs(&mut self, then: &Rebuilt, produced: &[(String, Produced)]) {
        for (report, produced) in produced {
            for file in &produced.files {
                let path = format!("{OUTPUTS}{}", pack::readable(&file.name));
                let sha256 = hash_of(&file.bytes);
                let as_published = then.entry.published(report, &sha256);
                self.outputs.push(OutputFile { path: path.clone(), report: report.clone(), sha256, as_published });
                self.files.insert(path, file.bytes.clone());
            }
        }
    }

    /// Inputs, definitions, ledger, findings, decisions: for internal use only.
    fn everything(
        &mut self,
        then: &Rebuilt,
        store: &Store,
        lines: &[Line],
        produced: &[(String, Produced)],
    ) -> Result<(), Stopped> {
        let lines: Vec<&Line> = lines.iter().filter(|line| line.seq <= then.entry.seq).collect();
        self.chain_head = lines.last().map(|line| line.hash.clone());
        let mut text = String::new();
        for line in &lines {
            text.push_str(&json!(line).to_string());
            text.push('\n');
        }
        self.files.insert(LEDGER.to_owned(), text.into_bytes());
        for (name, bytes) in &then.project.definitions {
            self.files.insert(format!("{DEFINITIONS}{name}"), bytes.clone());
        }
        let entries: Vec<Entry> = lines.iter().filter_map(|line| line.entry().ok()).collect();
        let earlier: BTreeSet<String> = Run::all(&entries).into_iter().filter_map(|run| run.kept).collect();
        for kept in earlier.iter().filter(|kept| Some(*kept) != then.entry.kept.as_ref()) {
            for (name, bytes) in store.definitions(kept)? {
                self.files.insert(format!("{EARLIER}{kept}/{name}"), bytes);
            }
        }
        self.received(&entries, store)?;
        self.before(&entries, store)?;
        for (name, value) in said(then, produced) {
            self.json(name, &value);
        }
        Ok(())
    }

    /// Every file that the ledger names, once.
    fn received(&mut self, entries: &[Entry], store: &Store) -> Result<(), Stopped> {
        let mut seen = BTreeSet::new();
        let mut names: BTreeSet<String> = BTreeSet::new();
        for entry in entries.iter().filter(|entry| entry.kind == Kind::Received) {
            let Some(file) = Received::from_json(&entry.body).filter(|file| seen.insert(file.file.clone())) else {
                continue;
            };
            let mut path = format!("{INPUTS}{}", pack::readable(&file.name));
            // Two files of one name, and names that differ in capital letters only, which some systems take for one.
            if !names.insert(path.to_lowercase()) {
                let hash = file.file.get(..12).unwrap_or(&file.file);
                let (stem, extension) = path.rsplit_once('.').unwrap_or((&path, "bin"));
                path = format!("{stem} ({hash}).{extension}");
                names.insert(path.to_lowercase());
            }
            let bytes = store.files().get(&file.file)?;
            self.files.insert(path.clone(), bytes);
            let received = runs::written(entry.at);
            self.inputs.push(Input { path, name: file.name, sha256: file.file, received });
        }
        Ok(())
    }

    /// What was kept of the run that this one was held against.
    fn before(&mut self, entries: &[Entry], store: &Store) -> Result<(), Stopped> {
        for hash in runs::held_against(entries) {
            self.files.insert(format!("{RUNS}{hash}.json"), store.files().get(&hash)?);
        }
        Ok(())
    }

    fn json(&mut self, name: &str, value: &Value) {
        let text = serde_json::to_string_pretty(value).unwrap_or_default();
        self.files.insert(name.to_owned(), (text + "\n").into_bytes());
    }

    fn packed(mut self, then: &Rebuilt) -> Result<(Manifest, Vec<String>, Vec<u8>), Stopped> {
        let member = |(path, bytes): (&String, &Vec<u8>)| Member {
            path: path.clone(),
            bytes: bytes.len() as u64,
            sha256: hash_of(bytes),
        };
        let programme = &then.project.catalog.programme;
        let manifest = Manifest {
            what: manifest::WHAT.into(),
            schema: manifest::SCHEMA,
            program: then.entry.version().to_owned(),
            programme: programme.title.clone(),
            run: then.entry.code.clone(),
            as_of: then.as_of.to_string(),
            known_at: then.known_at.map(runs::written),
            audience: self.audience.as_str().to_owned(),
            ledger_head: then.state.head.clone(),
            chain_head: self.chain_head.take(),
            definitions: then.entry.kept.clone().filter(|_| self.audience == Audience::Internal),
            inputs: std::mem::take(&mut self.inputs),
            outputs: std::mem::take(&mut self.outputs),
            files: self.files.iter().map(member).collect(),
        };
        let mut differs: Vec<String> = manifest
            .outputs
            .iter()
            .filter(|output| !output.as_published)
            .map(|output| format!("{} is not what the run published", output.path.trim_start_matches(OUTPUTS)))
            .collect();
        if !differs.is_empty() {
            differs.push(because(&then.entry));
        }
        self.json(MANIFEST, &json!(manifest));
        let bytes = pack::pack(&self.files).map_err(|error| fault("the bundle cannot be written", error))?;
        Ok((manifest, differs, bytes))
    }
}

/// Why an output may differ from the published one.
fn because(run: &Run) -> String {
    let here = env!("CARGO_PKG_VERSION");
    if run.version() == here {
        "The program says that it is of the same version: another build of it may write other bytes.".to_owned()
    } else {
        format!("The run was made by version {} of the program, and this is {here}.", run.version())
    }
}
