//! A run of the past is made again from what the store kept: the definitions of then and what was known then.

use scoreboard::app::assemble::run_code;
use scoreboard::app::project::Project as Opened;
use scoreboard::app::rebuild;
use scoreboard::store::{Kind, Store};
use serde_json::{Value, json};

use crate::project::Project;

const HEAD: &[&str] = &["No.", "Signed on", "Status", "Value"];

fn run(project: &Project) -> String {
    let answer = project.run(&["run", "--format", "json"]).expect(0);
    let answer: Value = serde_json::from_str(&answer.out).expect("JSON");
    answer["run"].as_str().expect("a code").to_owned()
}

fn open(project: &Project) -> (Opened, Store) {
    let opened = Opened::open(project.path()).expect("a project");
    let store = Store::open(&opened.store()).expect("a store");
    (opened, store)
}

#[test]
fn a_run_of_the_past_comes_back_with_its_definitions_and_its_files() {
    let project = Project::small();
    project.workbook("alpha_2016-Q1.xlsx", "Agreements", &[HEAD, &["'A-1", "2016-02-01", "signed", "100"]]);
    let first = run(&project);
    // Another way of reading, another target, another file.
    project.replace("pipelines/agreements.toml", "minimum = 0", "minimum = 1");
    project.replace("indicators/a.toml", "value = 1000", "value = 2000");
    project.workbook("beta_2016-Q1.xlsx", "Agreements", &[HEAD, &["'B-1", "2016-02-01", "signed", "7"]]);
    let second = run(&project);
    assert_ne!(first, second);

    let (opened, mut store) = open(&project);
    for (meant, code, files) in
        [(first.as_str(), &first, 1), (&first[..6], &first, 1), ("previous", &first, 1), ("last", &second, 2)]
    {
        let then = rebuild::at(&opened, &mut store, meant).expect("rebuilt");
        assert_eq!((&then.entry.code, then.state.files.len()), (code, files));
        assert_eq!(&run_code(&then.project, &then.state, then.as_of), code);
        assert!(then.state.files.values().all(|file| file.read.is_some()), "every file was read under {meant}");
        assert_eq!(then.project.catalog.hash, then.entry.definitions);
    }
    let unknown = rebuild::at(&opened, &mut store, "ffff").expect_err("no such run");
    assert_eq!(unknown.0[0].rule.id, "unknown-run");
    assert!(unknown.0[0].help.as_ref().is_some_and(|help| help.contains(&first) && help.contains(&second)));
}

#[test]
fn a_run_of_a_program_that_kept_no_definitions_is_told_or_rebuilt_from_those_of_today() {
    let project = Project::small();
    project.workbook("alpha_2016-Q1.xlsx", "Agreements", &[HEAD, &["'A-1", "2016-02-01", "signed", "100"]]);
    run(&project);
    let (opened, mut store) = open(&project);
    let entry = |code: &str, definitions: &str| {
        let body = json!({ "run": code, "program": "0.0.9 1 2", "as_of": "2016-05-31", "definitions": definitions,
            "inputs": [], "outputs": [], "errors": 0, "warnings": 0, "kept_out": 0, "gates": [] });
        (Kind::Run, body)
    };
    let now = chrono::DateTime::from_timestamp(1_467_280_800, 0).expect("an instant");
    store.ledger_mut().append(now, &[entry("00a", "gone"), entry("00b", &opened.catalog.hash)]).expect("appended");
    let gone = rebuild::at(&opened, &mut store, "00a").expect_err("not kept");
    assert_eq!(gone.0[0].rule.id, "definitions-not-kept");
    let same = rebuild::at(&opened, &mut store, "00b").expect("rebuilt");
    assert_eq!((same.as_of.to_string().as_str(), same.state.files.len()), ("2016-05-31", 1));
}

#[test]
fn files_are_read_again_where_nobody_has_read_them_under_the_definitions_of_then() {
    let project = Project::small();
    project.workbook("alpha_2016-Q1.xlsx", "Agreements", &[HEAD, &["'A-1", "2016-02-01", "signed", "100"]]);
    run(&project);
    let (opened, mut store) = open(&project);
    // Definitions under which nothing was read, as after a change of this program's readers.
    let text = String::from_utf8(opened.definitions["pipelines/agreements.toml"].clone()).expect("text");
    let mut other = opened.definitions.clone();
    other.insert("pipelines/agreements.toml".into(), text.replace("minimum = 0", "minimum = 500").into_bytes());
    let kept = store.keep_definitions(&other).expect("kept");
    let body = json!({ "run": "00c", "program": "0.0.9 1 2", "as_of": "2016-05-31", "definitions": "x", "kept": kept });
    let now = chrono::DateTime::from_timestamp(1_467_280_800, 0).expect("an instant");
    store.ledger_mut().append(now, &[(Kind::Run, body)]).expect("appended");
    let then = rebuild::at(&opened, &mut store, "00c").expect("rebuilt");
    let read = then.state.files.values().next().and_then(|file| file.read.as_ref()).expect("read");
    assert_eq!((read.tables[0].accepted, read.tables[0].kept_out_count), (0, 1), "below the minimum of then");
    // What today's definitions give is as it was, and outputs print the same of the ledger.
    drop(store);
    let before = project.outputs();
    std::fs::remove_dir_all(project.path().join("data/out")).expect("removed");
    project.run(&["run"]).expect(0);
    assert!(project.outputs() == before, "the outputs differ");
}
