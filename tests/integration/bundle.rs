//! Bundles that an evaluator gets: honest ones agree to the last byte, and whatever was done to one is said.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read as _, Write as _};
use std::path::PathBuf;
use std::process::Command;

use scoreboard::store::hash_of;
use scoreboard::store::ledger::{GENESIS, Line};
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::project::{Answer, Project, answer};

const HEAD: &[&str] = &["No.", "Signed on", "Status", "Value"];
const ALPHA: &str = "inputs/alpha_2016-Q1.xlsx";
const BETA: &str = "inputs/beta_2016-Q1.xlsx";

/// Two partners, two runs, and a report for the public beside the internal one.
fn project() -> Project {
    let project = Project::small();
    project.file(
        "reports/r.toml",
        "schema = 1\n[[report]]\ncode = \"small\"\ntitle = \"Small\"\n[[report]]\ncode = \"open\"\ntitle = \"Open\"\naudience = \"public\"\n",
    );
    project.workbook("alpha_2016-Q1.xlsx", "Agreements", &[HEAD, &["'A-1", "2016-02-01", "signed", "100"]]);
    // A lock file is told of the inbox as it lies.
    project.file("data/inbox/~$alpha.xlsx", "x");
    project.run(&["run"]).expect(0);
    project.replace("indicators/a.toml", "value = 1000", "value = 2000");
    project.workbook("beta_2016-Q1.xlsx", "Agreements", &[HEAD, &["'B-1", "2016-03-01", "signed", "7"]]);
    project.run(&["run"]).expect(0);
    project
}

/// The files of a zip, to be changed.
struct Bundle {
    files: BTreeMap<String, Vec<u8>>,
}

fn unzip(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).expect("a zip");
    let mut files = BTreeMap::new();
    for index in 0..zip.len() {
        let mut part = zip.by_index(index).expect("a part");
        let mut content = Vec::new();
        part.read_to_end(&mut content).expect("unpacked");
        files.insert(part.name().expect("a name").into_owned(), content);
    }
    files
}

fn zipped(files: &BTreeMap<String, Vec<u8>>) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(name.as_str(), SimpleFileOptions::default()).expect("begun");
        zip.write_all(bytes).expect("written");
    }
    zip.finish().expect("finished").into_inner()
}

impl Bundle {
    fn of(project: &Project, run: &str) -> Self {
        let path = project.path().join("b.zip");
        project.run(&["bundle", run, "--to", &path.display().to_string()]).expect(0);
        Self { files: unzip(&fs::read(path).expect("read")) }
    }

    fn json(&self, name: &str) -> Value {
        serde_json::from_slice(&self.files[name]).expect("JSON")
    }

    fn text(&self, name: &str) -> String {
        String::from_utf8(self.files[name].clone()).expect("text")
    }

    fn change(&mut self, name: &str, from: &str, to: &str) {
        let text = self.text(name);
        assert!(text.contains(from), "{name} does not hold {from}");
        self.files.insert(name.into(), text.replacen(from, to, 1).into_bytes());
    }

    /// Makes the manifest fit what lies there now, as whoever tampers would.
    fn cover_up(&mut self) {
        let mut manifest = self.json("manifest.json");
        let hash = |path: &Value| self.files.get(path.as_str().expect("a path")).map(|bytes| json!(hash_of(bytes)));
        for list in ["inputs", "outputs"] {
            let list = manifest[list].as_array_mut().expect("a list");
            list.retain(|one| hash(&one["path"]).is_some());
            for one in list {
                one["sha256"] = hash(&one["path"]).unwrap_or_default();
            }
        }
        let members = self.files.iter().filter(|(path, _)| *path != "manifest.json");
        let members: Vec<Value> = members
            .map(|(path, bytes)| json!({ "path": path, "bytes": bytes.len(), "sha256": hash_of(bytes) }))
            .collect();
        manifest["files"] = json!(members);
        self.files.insert("manifest.json".into(), manifest.to_string().into_bytes());
    }

    fn lines(&self) -> Vec<Line> {
        self.text("ledger.jsonl").lines().map(|line| serde_json::from_str(line).expect("an entry")).collect()
    }

    /// Other entries, linked anew as whoever forges a history would.
    fn forge(&mut self, lines: Vec<Line>) {
        let (mut text, mut previous) = (String::new(), GENESIS.to_owned());
        for (mut line, seq) in lines.into_iter().zip(1..) {
            line.seq = seq;
            line.previous.clone_from(&previous);
            let Line { at, kind, body, .. } = &line;
            line.hash = hash_of(format!("{}\n{seq}\n{at}\n{kind}\n{}\n{body}", line.previous, body.len()).as_bytes());
            previous.clone_from(&line.hash);
            text.push_str(&serde_json::to_string(&line).expect("JSON"));
            text.push('\n');
        }
        self.files.insert("ledger.jsonl".into(), text.into_bytes());
        let mut manifest = self.json("manifest.json");
        manifest["chain_head"] = json!(previous);
        self.files.insert("manifest.json".into(), manifest.to_string().into_bytes());
    }

    fn verify(&self) -> Answer {
        verify(&zipped(&self.files), &[])
    }
}

/// Verifies bytes far from any project.
fn verify(bytes: &[u8], more: &[&str]) -> Answer {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bundle.zip");
    #[allow(clippy::disallowed_methods, reason = "a fixture, not the store")]
    fs::write(&path, bytes).expect("written");
    let mut command = Command::new(env!("CARGO_BIN_EXE_scoreboard"));
    command
        .arg("verify")
        .arg(&path)
        .args(more)
        .current_dir(folder.path())
        .env("SCOREBOARD_NOW", "2031-01-01T00:00:00Z");
    answer(&command.output().expect("runs"))
}

/// The bytes of a workbook with other rows.
fn workbook(rows: &[&[&str]]) -> Vec<u8> {
    let other = Project::small();
    other.workbook("x.xlsx", "Agreements", rows);
    fs::read(other.inbox("x.xlsx")).expect("read")
}

#[test]
fn an_honest_bundle_agrees_to_the_last_byte_far_from_its_project() {
    let project = project();
    let bundle = Bundle::of(&project, "last");
    bundle.verify().expect(0).says("every figure agrees").says("byte by byte").says("2 inputs");
    let manifest = bundle.json("manifest.json");
    assert_eq!(manifest["program"], env!("CARGO_PKG_VERSION"));
    let names: Vec<&str> = bundle.files.keys().map(String::as_str).collect();
    for name in [
        ALPHA,
        BETA,
        "definitions/scoreboard.toml",
        "definitions/indicators/a.toml",
        "ledger.jsonl",
        "findings.json",
        "decisions.json",
        "README.txt",
        "outputs/small.xlsx",
        "outputs/small.json",
        "outputs/open.xlsx",
    ] {
        assert!(names.contains(&name), "{name} is not in {names:?}");
    }
    assert!(names.iter().any(|name| name.starts_with("definitions-earlier/")), "what the run before was made of");
    // The head of the outputs, and that of the chain, are in it.
    let head = project.json()["ledger_head"].as_str().expect("a head").to_owned();
    let bytes = zipped(&bundle.files);
    verify(&bytes, &["--head", &head]).expect(0);
    verify(&bytes, &["--head", manifest["chain_head"].as_str().expect("a hash")]).expect(0);
    verify(&bytes, &["--head", &"ab".repeat(32)]).expect(1).says("is not in this ledger");
    let decided = bundle.json("decisions.json");
    assert_eq!(decided["submissions"].as_array().expect("a list").len(), 2);
}

#[test]
fn corrections_under_one_name_and_for_whom_a_bundle_is_do_not_get_mixed_up() {
    let project = project();
    for value in ["8", "9", "10", "11"] {
        project.workbook("beta_2016-Q1.xlsx", "Agreements", &[HEAD, &["'B-1", "2016-03-01", "signed", value]]);
        project.run(&["run"]).expect(0);
    }
    let bundle = Bundle::of(&project, "last");
    verify(&zipped(&bundle.files), &[]).expect(0).says("every figure agrees");
    for audience in ["internal", "public"] {
        project.run(&["bundle", "--audience", audience]).expect(0);
    }
    let made = fs::read_dir(project.path().join("data/out/bundles")).expect("bundles").flatten();
    let mut made: Vec<String> = made.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    made.sort();
    assert!(made.len() == 2 && made[0].ends_with("_internal.zip") && made[1].ends_with("_public.zip"), "{made:?}");
}

#[test]
fn the_bundle_of_a_run_is_the_same_bytes_whatever_came_since() {
    let project = project();
    let path = |name: &str| -> PathBuf { project.path().join(name) };
    let bundle = |run: &str, name: &str| {
        project.run(&["bundle", run, "--to", &path(name).display().to_string()]).expect(0);
        fs::read(path(name)).expect("read")
    };
    let code = project.json()["run"].as_str().expect("a code").to_owned();
    let first = bundle("last", "1.zip");
    project.replace("pipelines/agreements.toml", "minimum = 0", "minimum = 50");
    project.workbook("alpha_2016-Q2.xlsx", "Agreements", &[HEAD, &["'A-9", "2016-05-01", "signed", "900"]]);
    project.run(&["run"]).expect(0);
    assert!(bundle(&code, "2.zip") == first, "the same run, the same bundle");
    let earlier = bundle("previous", "3.zip");
    assert!(earlier == first, "the run before the last");
    verify(&earlier, &[]).expect(0);
    let known = project.path().join("known").display().to_string();
    project.run(&["run", "--known-at", "2016-06-30T05:00:00Z", "--out", &known]).expect(0);
    verify(&bundle("last", "4.zip"), &[]).expect(0).says("figures computed again");
}

#[test]
fn the_bundle_of_laser_go_agrees() {
    let project = Project::laser_go();
    project.run(&["run"]).expect(0);
    Bundle::of(&project, "last").verify().expect(0).says("17 inputs").says("every figure agrees").says("byte by byte");
}

#[test]
fn a_tampered_input_is_told_with_the_figures_that_it_changes() {
    let mut bundle = Bundle::of(&project(), "last");
    bundle.files.insert(ALPHA.into(), workbook(&[HEAD, &["'A-1", "2016-02-01", "signed", "93"]]));
    let told = |bundle: &Bundle| {
        bundle
            .verify()
            .expect(1)
            .says(&format!("{ALPHA}: is not what the ledger names"))
            .says("figure volume: bundle 107, recomputed 100")
    };
    told(&bundle).says(&format!("{ALPHA}: is not what the manifest names"));
    bundle.cover_up();
    told(&bundle);
    bundle.files.remove(ALPHA);
    bundle.cover_up();
    bundle.verify().expect(1).says("alpha_2016-Q1.xlsx: was received, says the ledger, and is not in the bundle");
}

#[test]
fn two_inputs_that_changed_places_are_told() {
    let mut bundle = Bundle::of(&project(), "last");
    let (alpha, beta) = (bundle.files[ALPHA].clone(), bundle.files[BETA].clone());
    bundle.files.insert(ALPHA.into(), beta);
    bundle.files.insert(BETA.into(), alpha);
    bundle
        .verify()
        .expect(1)
        .says(&format!("{ALPHA}: is not what the ledger names"))
        .says(&format!("{BETA}: is not what the ledger names"));
    // With names that fit: whose is which decides the partners' figures.
    bundle.cover_up();
    bundle.verify().expect(1).says("figure volume (partner = alpha): bundle 100, recomputed 7");
}

#[test]
fn a_tampered_definition_is_told_with_the_figures_that_it_changes() {
    let mut bundle = Bundle::of(&project(), "last");
    bundle.change("definitions/indicators/a.toml", "value = 2000", "value = 107");
    bundle.cover_up();
    bundle
        .verify()
        .expect(1)
        .says("definitions/: are not the definitions that the run names")
        .says("figure volume, target")
        .says("figure volume, status");
    bundle.change("definitions/indicators/a.toml", "measure", "mesure");
    bundle.cover_up();
    bundle.verify().expect(1).says("the definitions cannot be used").says("mesure");
}

#[test]
fn a_tampered_figure_in_the_json_is_told() {
    let mut bundle = Bundle::of(&project(), "last");
    let mut board = bundle.json("outputs/small.json");
    board["figures"][0]["value"] = json!(170);
    bundle.files.insert("outputs/small.json".into(), serde_json::to_vec_pretty(&board).expect("JSON"));
    bundle.cover_up();
    bundle
        .verify()
        .expect(1)
        .says("figure volume: bundle 170, recomputed 107")
        .says("outputs/small.json: is not what the run published, says the ledger");
}

#[test]
fn tampered_findings_and_decisions_are_told() {
    let mut bundle = Bundle::of(&project(), "last");
    bundle.change("decisions.json", "\"counts\": true", "\"counts\": false");
    bundle.change("findings.json", "\"rows_kept_out\": 0", "\"rows_kept_out\": 4");
    bundle.change("README.txt", "What you can do with it", "Nothing to do");
    bundle.cover_up();
    bundle
        .verify()
        .expect(1)
        .says("decisions.json › submissions[0].counts: bundle false, recomputed true")
        .says("rows_kept_out: bundle 4, recomputed 0")
        .says("README.txt, line");
}

#[test]
fn a_tampered_cell_of_the_workbook_is_told() {
    let mut bundle = Bundle::of(&project(), "last");
    let mut parts = unzip(&bundle.files["outputs/small.xlsx"]);
    let sheet = parts.iter().find(|(name, bytes)| {
        name.starts_with("xl/worksheets/sheet") && String::from_utf8_lossy(bytes).contains("<v>107</v>")
    });
    let (name, text) =
        sheet.map(|(name, bytes)| (name.clone(), String::from_utf8_lossy(bytes).into_owned())).expect("a cell");
    parts.insert(name, text.replacen("<v>107</v>", "<v>1070</v>", 1).into_bytes());
    bundle.files.insert("outputs/small.xlsx".into(), zipped(&parts));
    bundle.cover_up();
    bundle.verify().expect(1).says("outputs/small.xlsx › ").says("bundle 1070, recomputed 107");
    bundle.files.insert("outputs/small.xlsx".into(), b"PK\x03\x04nothing".to_vec());
    bundle.cover_up();
    bundle.verify().expect(1).says("outputs/small.xlsx: is not what was computed, and cannot be read");
}

#[test]
fn a_ledger_entry_that_was_taken_out_or_changed_is_told() {
    let mut bundle = Bundle::of(&project(), "last");
    let lines = bundle.lines();
    let received = lines.iter().position(|line| line.body.contains("beta_2016-Q1")).expect("received");
    let mut without = lines.clone();
    without.remove(received);
    let text: String = without.iter().map(|line| serde_json::to_string(line).expect("JSON") + "\n").collect();
    bundle.files.insert("ledger.jsonl".into(), text.into_bytes());
    bundle.cover_up();
    let place = format!("ledger entry {}: does not follow from the one before", received + 1);
    bundle.verify().expect(1).says(&place).says(&format!("{BETA}: is not what the ledger names"));
    // Linked anew: nothing in the chain tells, the figures do.
    bundle.forge(without);
    bundle.cover_up();
    bundle
        .verify()
        .expect(1)
        .says("figure volume: bundle 107, recomputed 100")
        .says("names another head of the ledger");
    // A receipt dated back.
    let mut dated = lines;
    dated[received].at = "2016-01-01T00:00:00Z".into();
    let text: String = dated.iter().map(|line| serde_json::to_string(line).expect("JSON") + "\n").collect();
    bundle.files.insert("ledger.jsonl".into(), text.into_bytes());
    bundle.cover_up();
    bundle.verify().expect(1).says(&place);
}

#[test]
fn a_bundle_of_another_version_is_held_to_its_figures_alone() {
    let mut bundle = Bundle::of(&project(), "last");
    let here = format!("\"program\":\"{} ", env!("CARGO_PKG_VERSION"));
    let mut lines = bundle.lines();
    for line in lines.iter_mut().filter(|line| line.kind == "run") {
        assert!(line.body.contains(&here), "{}", line.body);
        line.body = line.body.replace(&here, "\"program\":\"0.0.1 ");
    }
    bundle.forge(lines);
    let mut manifest = bundle.json("manifest.json");
    manifest["program"] = json!("0.0.1");
    bundle.files.insert("manifest.json".into(), manifest.to_string().into_bytes());
    bundle.cover_up();
    bundle.verify().expect(0).says("version 0.0.1").says("bytes need not agree").says("every figure agrees");
    let mut board = bundle.json("outputs/small.json");
    board["figures"][0]["value"] = json!(108);
    bundle.files.insert("outputs/small.json".into(), serde_json::to_vec(&board).expect("JSON"));
    bundle.cover_up();
    bundle.verify().expect(1).says("figure volume: bundle 108, recomputed 107");
}

#[test]
fn a_file_that_is_no_bundle_or_attacks_is_not_opened() {
    let bundle = Bundle::of(&project(), "last");
    let whole = zipped(&bundle.files);
    verify(&whole[..whole.len() / 2], &[]).expect(2).says("cut off");
    verify(b"nothing", &[]).expect(2).says("bundle-unreadable");
    let with = |name: &str, bytes: Vec<u8>| {
        let mut files = bundle.files.clone();
        files.insert(name.into(), bytes);
        zipped(&files)
    };
    verify(&with("../../evil.sh", b"x".to_vec()), &[]).expect(2).says("leads out of it");
    verify(&with("inputs/bomb.xlsx", vec![0; 50_000_000]), &[]).expect(2).says("as in attacks");
    verify(&with("manifest.json", b"{}".to_vec()), &[]).expect(2).says("no manifest that can be read");
    verify(&with("ledger.jsonl", Vec::new()), &[]).expect(2).says("no ledger that names its run");
    verify(&with("inputs/more.xlsx", b"x".to_vec()), &[])
        .expect(1)
        .says("inputs/more.xlsx: is not named by the manifest");
}

#[test]
fn a_bundle_for_the_public_holds_no_input_and_says_that_it_cannot_be_computed_again() {
    let project = project();
    let path = project.path().join("p.zip");
    project
        .run(&["bundle", "--audience", "public", "--to", &path.display().to_string()])
        .expect(0)
        .says("for public use");
    let mut bundle = Bundle { files: unzip(&fs::read(&path).expect("read")) };
    let names: Vec<&str> = bundle.files.keys().map(String::as_str).collect();
    assert_eq!(names, ["README.txt", "manifest.json", "outputs/open.html", "outputs/open.json", "outputs/open.xlsx"]);
    let all = bundle.files.values().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect::<String>();
    assert!(!all.contains("alpha_2016") && !all.contains("A-1"), "a word of the inbox");
    bundle.verify().expect(2).says("nothing can be computed again");
    bundle.files.insert("outputs/open.json".into(), b"{}".to_vec());
    bundle.verify().expect(1).says("outputs/open.json: is not what the manifest names");
    project.run(&["bundle", "--audience", "funder"]).expect(2).says("has no report for the audience funder");
}

#[test]
fn the_store_is_verified_file_by_file() {
    let project = project();
    let head = project.json()["ledger_head"].as_str().expect("a head").to_owned();
    let sound = project.run(&["verify", "--head", &head]).expect(0);
    sound.says("4 files of the store").says("outputs of run").says("is still there");
    project.run(&["verify", "--head", &"00ff".repeat(16)]).expect(1).says("is not in this ledger");
    let store = project.path().join("data/store");
    let one = |folder: &str| {
        let mut folders = vec![store.join(folder)];
        while let Some(next) = folders.pop() {
            let mut entries: Vec<PathBuf> =
                fs::read_dir(next).expect("listed").flatten().map(|entry| entry.path()).collect();
            entries.sort();
            match entries.iter().find(|path| path.is_file()) {
                Some(path) => return path.clone(),
                None => folders.extend(entries),
            }
        }
        panic!("nothing in {folder}")
    };
    for (path, says) in [
        (one("files"), "is not what was received"),
        (one("rows"), "is not what was written"),
        (one("definitions"), "definitions"),
        (project.path().join("data/out/small.json"), "is not what run"),
    ] {
        let bytes = fs::read(&path).expect("read");
        let name = path.strip_prefix(project.path()).expect("inside").to_string_lossy().into_owned();
        project.file(&name, [&bytes[..], b" "].concat());
        if !name.ends_with("zip") {
            project.run(&["verify"]).expect(1).says(says);
        }
        fs::remove_file(&path).expect("removed");
        project.run(&["verify"]).expect(1).says("✗");
        project.file(&name, bytes);
    }
    project.run(&["verify"]).expect(0);
}

#[test]
fn a_store_that_was_put_back_to_an_earlier_day_is_found_out_by_what_was_published() {
    let project = Project::small();
    project.workbook("alpha_2016-Q1.xlsx", "Agreements", &[HEAD, &["'A-1", "2016-02-01", "signed", "100"]]);
    project.run(&["run"]).expect(0);
    let ledger = fs::read(project.path().join("data/store/ledger.sqlite")).expect("read");
    project.workbook("beta_2016-Q1.xlsx", "Agreements", &[HEAD, &["'B-1", "2016-03-01", "signed", "7"]]);
    project.run(&["run"]).expect(0);
    project.file("data/store/ledger.sqlite", ledger);
    project
        .run(&["verify"])
        .expect(1)
        .says("prints a head that is not in this ledger")
        .says("2 files lie in the store that no ledger entry names");
}
