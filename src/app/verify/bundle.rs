//! A bundle: hashes, chain, and every figure computed again from what it holds. It comes from outside: nothing of it is
//! trusted, nothing is written where it says, and its files are read within bounds of our own.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{Difference, Verdict, chain, compare};
use crate::app::assemble::run_code;
use crate::app::bundle::manifest::{self, DEFINITIONS, EARLIER, LEDGER, MANIFEST, Manifest, OUTPUTS, README, RUNS};
use crate::app::bundle::pack::{self, Files};
use crate::app::bundle::{introduction, reports, said};
use crate::app::produce::Produced;
use crate::app::project::Project;
use crate::app::rebuild::{self, Rebuilt};
use crate::app::record::Received;
use crate::app::runs::{self, Run, written};
use crate::app::{Progress, Stopped};
use crate::finding::{Finding, Place, rules};
use crate::ingest::Sandbox;
use crate::model::audience::Audience;
use crate::store::ledger::Line;
use crate::store::{Entry, Kind, Store, hash_of};

/// Verifies a bundle, with a reader for what it holds.
///
/// # Errors
/// It is no bundle, or cannot be opened.
pub fn bundle(path: &Path, reader: Sandbox, head: Option<&str>, progress: Progress<'_>) -> Result<Verdict, Stopped> {
    let shown = path.display().to_string();
    let unreadable = |why: String| {
        let finding = Finding::error(&rules::BUNDLE_UNREADABLE, Place::File { file: shown.clone() }, why);
        Stopped::one(finding.help(rules::BUNDLE_UNREADABLE.fix))
    };
    let size = fs::metadata(path).map_err(|error| unreadable(format!("cannot be opened: {error}")))?.len();
    if size > pack::LARGEST {
        return Err(unreadable(format!(
            "is {} MB large; the limit is {} MB",
            size / 1_000_000,
            pack::LARGEST / 1_000_000
        )));
    }
    let bytes = fs::read(path).map_err(|error| unreadable(format!("cannot be opened: {error}")))?;
    let files = pack::open(&bytes).map_err(unreadable)?;
    drop(bytes);
    let manifest = files.get(MANIFEST).and_then(|bytes| serde_json::from_slice::<Manifest>(bytes).ok());
    let manifest = manifest
        .filter(|manifest| manifest.what == manifest::WHAT)
        .ok_or_else(|| unreadable("is no bundle of this program: it has no manifest that can be read".to_owned()))?;
    if manifest.schema != manifest::SCHEMA {
        return Err(unreadable(format!("follows schema {}, which this program does not know", manifest.schema)));
    }
    let mut verdict = Verdict {
        of: format!("the bundle of run {}: {}, as of {}", manifest.run, manifest.programme, manifest.as_of),
        ..Verdict::default()
    };
    members(&files, &manifest, &mut verdict);
    if manifest.audience != Audience::Internal.as_str() {
        verdict.remarks.push(format!(
            "This bundle is for {} use: it holds no inputs, so nothing can be computed again from it.",
            manifest.audience
        ));
        return Ok(verdict.cut());
    }
    let bundle =
        Bundle { files: &files, manifest: &manifest, same_version: manifest.program == env!("CARGO_PKG_VERSION") };
    bundle.verify(reader, head, progress, &mut verdict).map_err(|stopped| match stopped {
        Trouble::Stopped(stopped) => stopped,
        Trouble::NoLedger => unreadable("holds no ledger that names its run".to_owned()),
    })?;
    Ok(verdict.cut())
}

/// Every file against the manifest.
fn members(files: &Files, manifest: &Manifest, verdict: &mut Verdict) {
    let named: BTreeMap<&str, &str> =
        manifest.files.iter().map(|member| (member.path.as_str(), member.sha256.as_str())).collect();
    let before = verdict.differences.len();
    for (path, hash) in &named {
        match files.get(*path) {
            None => verdict.differs(*path, "is named by the manifest, and is not in the bundle"),
            Some(bytes) if hash_of(bytes) != *hash => {
                verdict.differs(*path, "is not what the manifest names: it was changed");
            }
            Some(_) => {}
        }
    }
    for path in files.keys().filter(|path| *path != MANIFEST && !named.contains_key(path.as_str())) {
        verdict.differs(path, "is not named by the manifest");
    }
    if verdict.differences.len() == before {
        verdict.sound.push(format!("{} files: as the manifest names them", named.len()));
    }
}

enum Trouble {
    Stopped(Stopped),
    NoLedger,
}

impl<E> From<E> for Trouble
where
    Stopped: From<E>,
{
    fn from(error: E) -> Self {
        Self::Stopped(error.into())
    }
}

struct Bundle<'a> {
    files: &'a Files,
    manifest: &'a Manifest,
    same_version: bool,
}

impl Bundle<'_> {
    fn verify(
        &self,
        reader: Sandbox,
        head: Option<&str>,
        progress: Progress<'_>,
        verdict: &mut Verdict,
    ) -> Result<(), Trouble> {
        let lines = self.lines(verdict)?;
        let entries = chain::check(&lines, verdict);
        let run = Run::all(&entries).into_iter().next_back().filter(|run| run.code == self.manifest.run);
        let run = run.ok_or(Trouble::NoLedger)?;
        self.identity(&run, &lines, verdict);
        if let Some(head) = head {
            chain::asked(head, &entries, verdict)?;
        }
        let mut store = Store::passing()?;
        self.import(&store, &entries, verdict)?.append(&mut store)?;
        let Some(then) = self.rebuilt(&mut store, &run, reader.at_most(compare::BOUNDS), verdict)? else {
            return Ok(());
        };
        if then.state.head != self.manifest.ledger_head {
            verdict.differs("manifest.json", "names another head of the ledger than its files give");
        }
        if self.same_version && run_code(&then.project, &then.state, then.as_of) != run.code {
            verdict.differs(format!("run {}", run.code), "is not the code of these inputs, definitions and days");
        }
        if !self.same_version {
            verdict.remarks.push(format!(
                "The run was made by version {} of the program, and this is {}: figures are compared, bytes need not agree.",
                self.manifest.program,
                env!("CARGO_PKG_VERSION")
            ));
        }
        match reports(&then, &mut store, Audience::Internal, progress) {
            Ok(produced) => self.outputs(&then, &run, &produced, verdict),
            Err(Stopped(findings)) => told("the scoreboards cannot be computed again", &findings, verdict),
        }
        Ok(())
    }

    fn lines(&self, verdict: &mut Verdict) -> Result<Vec<Line>, Trouble> {
        let text = self.files.get(LEDGER).and_then(|bytes| std::str::from_utf8(bytes).ok()).ok_or(Trouble::NoLedger)?;
        let mut lines = Vec::new();
        for (at, line) in text.lines().enumerate() {
            match serde_json::from_str(line) {
                Ok(line) => lines.push(line),
                Err(_) => verdict.differs(format!("{LEDGER}, line {}", at + 1), "is no ledger entry"),
            }
        }
        Ok(lines)
    }

    /// What the manifest says of the run against what the ledger says.
    fn identity(&self, run: &Run, lines: &[Line], verdict: &mut Verdict) {
        let manifest = self.manifest;
        let last = lines.last().map(|line| line.hash.clone());
        let known_at = run.known_at.map(written);
        for (what, says, is) in [
            ("the day of the run", Some(&manifest.as_of), Some(&run.as_of.to_string())),
            ("up to when receipts were known", manifest.known_at.as_ref(), known_at.as_ref()),
            ("the version of the program", Some(&manifest.program), Some(&run.version().to_owned())),
            ("the last entry of the ledger", manifest.chain_head.as_ref(), last.as_ref()),
            ("the definitions", manifest.definitions.as_ref(), run.kept.as_ref()),
        ] {
            if says != is {
                let none = "none".to_owned();
                let (says, is) = (says.unwrap_or(&none), is.unwrap_or(&none));
                verdict.differs("manifest.json", format!("says of {what}: {says}; the ledger says: {is}"));
            }
        }
    }

    /// Puts inputs and definitions into a store, and gives the entries to put beside them. What the ledger says of how
    /// files were read is left out: they are read again.
    fn import(&self, store: &Store, entries: &[Entry], verdict: &mut Verdict) -> Result<Import, Trouble> {
        let mut used: BTreeSet<&str> = BTreeSet::new();
        let before = verdict.differences.len();
        let mut kept = Vec::new();
        for entry in entries.iter().filter(|entry| entry.kind != Kind::Read) {
            let mut body = entry.body.clone();
            if entry.kind == Kind::Received
                && let Some(file) = Received::from_json(&entry.body)
            {
                let input = self.input(&file, &used);
                let Some((path, bytes)) = input.and_then(|input| Some((&input.path, self.files.get(&input.path)?)))
                else {
                    verdict.differs(&file.name, "was received, says the ledger, and is not in the bundle");
                    continue;
                };
                let hash = hash_of(bytes);
                if hash != file.file && used.insert(path) {
                    verdict.differs(path, "is not what the ledger names: another file came under this name");
                }
                used.insert(path);
                store.keep_file(&hash, bytes)?;
                // Read as it lies here, so that it can be told which figures that changes.
                body["file"] = Value::from(hash);
            }
            kept.push((entry.at, entry.kind, body));
        }
        for input in self.manifest.inputs.iter().filter(|input| !used.contains(input.path.as_str())) {
            verdict.differs(&input.path, "is not what the ledger names: nothing of this name and content was received");
        }
        if verdict.differences.len() == before {
            verdict.sound.push(format!("{} inputs: as the ledger names them", used.len()));
        }
        self.before(store, entries, verdict)?;
        self.earlier(store, verdict)?;
        Ok(Import(kept))
    }

    /// The file of the bundle that the ledger means: of its name and content, else of its name, else of its content.
    fn input(&self, file: &Received, used: &BTreeSet<&str>) -> Option<&manifest::Input> {
        let inputs = &self.manifest.inputs;
        let (named, same) =
            (|input: &&manifest::Input| input.name == file.name, |input: &&manifest::Input| input.sha256 == file.file);
        let both = inputs.iter().find(|input| named(input) && same(input));
        let unused = || inputs.iter().find(|input| named(input) && !used.contains(input.path.as_str()));
        both.or_else(unused).or_else(|| inputs.iter().find(same))
    }

    /// What was kept of the run that this one was held against.
    fn before(&self, store: &Store, entries: &[Entry], verdict: &mut Verdict) -> Result<(), Trouble> {
        for hash in runs::held_against(entries) {
            let path = format!("{RUNS}{hash}.json");
            match self.files.get(&path) {
                Some(bytes) if hash_of(bytes) == hash => store.keep_file(&hash, bytes)?,
                Some(_) => verdict.differs(path, "is not what the ledger names"),
                None => verdict.differs(path, "is named by the ledger, and is not in the bundle"),
            }
        }
        Ok(())
    }

    fn earlier(&self, store: &Store, verdict: &mut Verdict) -> Result<(), Trouble> {
        let mut sets: BTreeMap<&str, Files> = BTreeMap::new();
        for (path, bytes) in self.files {
            if let Some((name, file)) = path.strip_prefix(EARLIER).and_then(|rest| rest.split_once('/')) {
                sets.entry(name).or_default().insert(file.to_owned(), bytes.clone());
            }
        }
        for (name, files) in sets {
            if store.keep_definitions(&files)? != name {
                verdict.differs(format!("{EARLIER}{name}"), "are not the definitions of this name");
            }
        }
        Ok(())
    }

    /// The run under the definitions of the bundle; None where they cannot be used, which is told.
    fn rebuilt(
        &self,
        store: &mut Store,
        run: &Run,
        reader: Sandbox,
        verdict: &mut Verdict,
    ) -> Result<Option<Rebuilt>, Trouble> {
        let own = self.files.iter().filter_map(|(path, bytes)| Some((path.strip_prefix(DEFINITIONS)?, bytes)));
        let definitions: Files = own.map(|(name, bytes)| (name.to_owned(), bytes.clone())).collect();
        let kept = store.keep_definitions(&definitions)?;
        let same = match &run.kept {
            Some(name) => *name == kept,
            None => true,
        };
        let project = match Project::of_files(Path::new(""), definitions, reader) {
            Ok(project) => project,
            Err(Stopped(findings)) => {
                told("the definitions cannot be used", &findings, verdict);
                return Ok(None);
            }
        };
        if same && (project.catalog.hash == run.definitions || !self.same_version) {
            verdict.sound.push(format!("{} definition files: those that the run names", project.definitions.len()));
        } else {
            verdict.differs(
                DEFINITIONS,
                "are not the definitions that the run names: a file was changed, added or taken away",
            );
        }
        let entries = store.ledger_mut().entries()?;
        let entry = Run::all(&entries).into_iter().next_back().ok_or(Trouble::NoLedger)?;
        match rebuild::rebuild(&project, store, Run { kept: Some(kept), ..entry }) {
            Ok(then) => Ok(Some(then)),
            Err(Stopped(findings)) => {
                told("the run cannot be made again", &findings, verdict);
                Ok(None)
            }
        }
    }

    fn outputs(&self, then: &Rebuilt, run: &Run, produced: &[(String, Produced)], verdict: &mut Verdict) {
        let before = verdict.differences.len();
        let (mut figures, mut expected) = (0, BTreeSet::new());
        for (report, produced) in produced {
            for file in &produced.files {
                let path = format!("{OUTPUTS}{}", pack::readable(&file.name));
                if let Some(board) = board(&path, &file.bytes) {
                    figures += compare::count(&board);
                }
                match self.files.get(&path) {
                    None => verdict.differs(&path, "was computed, and is not in the bundle"),
                    Some(bytes) => {
                        verdict.differences.extend(self.one(&path, bytes, &file.bytes, &then.project.reader));
                        self.published(report, &path, bytes, run, verdict);
                    }
                }
                expected.insert(path);
            }
        }
        if self.same_version {
            for path in self.files.keys().filter(|path| path.starts_with(OUTPUTS) && !expected.contains(*path)) {
                verdict.differs(path, "stands in the bundle, and nothing computed gives it");
            }
        }
        if self.same_version {
            self.said(then, produced, verdict);
        }
        verdict.figures = Some(figures);
        if verdict.differences.len() == before {
            verdict.sound.push(format!("{figures} figures computed again: every figure agrees"));
            if self.same_version {
                verdict.sound.push(format!("{} outputs: the same, byte by byte", expected.len()));
            }
        }
    }

    /// What stands beside the outputs, told again.
    fn said(&self, then: &Rebuilt, produced: &[(String, Produced)], verdict: &mut Verdict) {
        for (name, ours) in said(then, produced) {
            let theirs =
                self.files.get(name).and_then(|bytes| serde_json::from_slice(bytes).ok()).unwrap_or(Value::Null);
            verdict.differences.extend(compare::of_boards(name, &theirs, &ours));
        }
        let theirs =
            self.files.get(README).map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default();
        verdict.differences.extend(compare::of_texts(README, &theirs, &introduction(then, Audience::Internal)));
        if self.manifest.programme != then.project.catalog.programme.title {
            verdict.differs(MANIFEST, "names another programme than the definitions");
        }
    }

    /// An output against what the ledger says was published.
    fn published(&self, report: &str, path: &str, bytes: &[u8], run: &Run, verdict: &mut Verdict) {
        if run.published(report, &hash_of(bytes)) {
            return;
        }
        let said = self.manifest.outputs.iter().any(|output| output.path == path && !output.as_published);
        if said {
            verdict.remarks.push(format!(
                "{path} was not what the run had published when the bundle was made, as its manifest says."
            ));
        } else {
            verdict.differs(path, "is not what the run published, says the ledger");
        }
    }

    /// One output against what came out now.
    fn one(&self, path: &str, bundle: &[u8], recomputed: &[u8], reader: &Sandbox) -> Vec<Difference> {
        if bundle == recomputed {
            return Vec::new();
        }
        let boards = board(path, bundle).zip(board(path, recomputed));
        if let Some((theirs, ours)) = &boards {
            let mut found = compare::of_figures(theirs, ours, self.same_version);
            if self.same_version {
                found.extend(compare::of_boards(path, theirs, ours));
            }
            if !found.is_empty() {
                return found;
            }
        }
        if !self.same_version {
            return Vec::new();
        }
        let plain = |says: String| vec![Difference { place: path.to_owned(), says }];
        let found = if ends_in(path, "xlsx") {
            match compare::of_workbooks(path, bundle, recomputed, reader) {
                Ok(found) => found,
                Err(why) => return plain(format!("is not what was computed, and cannot be read: it {why}")),
            }
        } else if let (Ok(theirs), Ok(ours), None) =
            (std::str::from_utf8(bundle), std::str::from_utf8(recomputed), &boards)
        {
            compare::of_texts(path, theirs, ours)
        } else {
            Vec::new()
        };
        if found.is_empty() { plain("is not the same byte by byte, though it says the same".to_owned()) } else { found }
    }
}

/// Entries for a store of its own: in their order, at their instants.
struct Import(Vec<(chrono::DateTime<chrono::Utc>, Kind, Value)>);

impl Import {
    fn append(self, store: &mut Store) -> Result<(), Stopped> {
        let mut entries = self.0.into_iter().peekable();
        while let Some((at, kind, body)) = entries.next() {
            let mut together = vec![(kind, body)];
            while let Some((_, kind, body)) = entries.next_if(|(next, ..)| *next == at) {
                together.push((kind, body));
            }
            store.ledger_mut().append(at, &together)?;
        }
        Ok(())
    }
}

fn ends_in(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|own| own == extension)
}

/// An output with figures.
fn board(path: &str, bytes: &[u8]) -> Option<Value> {
    if !ends_in(path, "json") {
        return None;
    }
    let board: Value = serde_json::from_slice(bytes).ok()?;
    board["figures"].is_array().then_some(board)
}

fn told(what: &str, findings: &[Finding], verdict: &mut Verdict) {
    for finding in findings {
        verdict.differs(what, format!("{} ({})", finding.message, finding.place));
    }
}
