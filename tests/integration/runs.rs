//! What was done and what is owed, told without the lock and without a change.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use scoreboard::store::{Kind, Store, hash_of};
use serde_json::{Value, json};

use crate::project::{Answer, Project, answer};

const HEAD: &[&str] = &["No.", "Signed on", "Status", "Value"];

fn on(project: &Project, now: &str, args: &[&str]) -> Answer {
    answer(&project.command(args).env("SCOREBOARD_NOW", now).output().expect("the command runs"))
}

fn json_of(answer: &Answer) -> Value {
    serde_json::from_str(&answer.out).unwrap_or_else(|error| panic!("{error}: {}", answer.out))
}

fn everything(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("listed").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(everything(&path));
            found.insert(path, "a folder".to_owned());
        } else {
            found.insert(path.clone(), hash_of(&fs::read(&path).expect("read")));
        }
    }
    found
}

/// Two runs: alpha in time, beta late and with a row kept out.
fn project() -> Project {
    let project = Project::small();
    project.replace("pipelines/agreements.toml", "date = \"signed_on\"", "date = \"signed_on\"\ndue_days = 15");
    project.workbook("alpha_2016-Q1.xlsx", "Agreements", &[HEAD, &["'A-1", "2016-02-01", "signed", "100"]]);
    on(&project, "2016-04-12T06:00:00Z", &["run", "--as-of", "2016-04-12"]).expect(0);
    project.workbook(
        "beta_2016-Q1.xlsx",
        "Agreements",
        &[HEAD, &["'B-1", "2016-03-01", "signed", "7"], &["'B-2", "", "signed", "9"]],
    );
    on(&project, "2016-05-02T06:00:00Z", &["run", "--as-of", "2016-05-02"]).expect(0);
    project
}

#[test]
fn runs_tell_when_why_of_what_and_what_came_of_it() {
    let project = project();
    let all = json_of(&project.run(&["runs", "--format", "json"]).expect(0));
    let runs = all["runs"].as_array().expect("runs");
    assert_eq!(runs.len(), 2, "{all:#}");
    let (last, first) = (&runs[0], &runs[1]);
    assert_eq!((&last["command"], &last["outcome"]), (&json!("run"), &json!("published")));
    assert_eq!(last["began"], "2016-05-02T06:00:00+00:00");
    assert_eq!((&last["published"]["inputs"], &last["published"]["new"]), (&json!(2), &json!(["beta_2016-Q1.xlsx"])));
    assert_eq!(first["published"]["new"], json!(["alpha_2016-Q1.xlsx"]));
    assert!(last["milliseconds"].is_u64() && last["errors"].as_u64() > Some(0), "{last:#}");
    assert_eq!(last["findings"][0]["severity"], "error", "the gravest are there: {last:#}");
    let since = |run: &Value| run["published"]["outputs"][0]["since"].clone();
    assert_eq!((since(last), since(first)), (json!("as published"), json!("replaced by a later run")));
    project.file("data/out/scoreboard.json", "changed");
    fs::remove_file(project.path().join("data/out/scoreboard.html")).expect("removed");
    let shown =
        project.run(&["runs", "last"]).expect(0).says("changed since").says("missing").says("beta_2016-Q1.xlsx");
    assert!(shown.out.contains("command run"), "{}", shown.out);
    let code = last["run"].as_str().expect("a code");
    project.run(&["runs", &code[..6]]).expect(0).says(code);
    let number = first["number"].to_string();
    project.run(&["runs", &number]).expect(0).says(&format!("No. {number}"));
    project.run(&["runs", "zz"]).expect(2).says("no run is called `zz`");
    let table = project.run(&["runs"]).expect(0);
    assert!(table.out.lines().all(|line| line.chars().count() <= 100), "{}", table.out);
    let one = project.run(&["runs", "--last", "1"]).expect(0).says("1 run before that");
    assert!(!one.out.contains(first["run"].as_str().expect("a code")), "{}", one.out);
    Project::small().run(&["runs"]).expect(0).says("Nothing was run yet");
}

#[test]
fn work_that_failed_is_told_and_what_changed_nothing_is_not() {
    let project = project();
    let count = || json_of(&project.run(&["runs", "--format", "json"]))["runs"].as_array().expect("runs").len();
    on(&project, "2016-05-02T07:00:00Z", &["run", "--as-of", "2016-05-02"]).expect(0).says("Nothing has changed");
    assert_eq!(count(), 2);
    let inbox = project.path().join("data/inbox");
    fs::rename(&inbox, project.path().join("data/away")).expect("moved");
    on(&project, "2016-05-03T06:00:00Z", &["run"]).expect(2);
    project.run(&["runs", "--last", "1"]).expect(0).says("✗ failed");
    let last = json_of(&project.run(&["runs", "--format", "json"]))["runs"][0].clone();
    assert_eq!((&last["outcome"], &last["run"]), (&json!("failed"), &Value::Null));
    assert_eq!((&last["findings"][0]["rule"], &last["steps"][0]["done"]), (&json!("inbox-missing"), &json!(false)));
    assert_eq!(count(), 3);
    // A dry run is no work.
    fs::rename(project.path().join("data/away"), &inbox).expect("moved");
    project.run(&["run", "--dry-run"]).expect(0);
    assert_eq!(count(), 3);
    project.run(&["verify"]).expect(0);
}

#[test]
fn work_that_was_cut_short_and_messages_that_may_not_have_arrived_are_told() {
    let project = project();
    let mut store = Store::open(&project.path().join("data/store")).expect("opened");
    let at = "2016-05-09T04:00:00Z";
    let begun = |due: &str| json!({ "trigger": { "schedule": { "schedule": "weekly", "due": due } }, "began": due, "outcome": "begun", "run": null });
    let run = json_of(&project.run(&["runs", "--format", "json"]))["runs"][0]["run"].clone();
    let entries = [
        (Kind::Attempt, begun("2016-05-09T04:00:00Z")),
        (
            Kind::Delivered,
            json!({ "destination": "share", "output": "scoreboard.xlsx", "place": "/share/scoreboard.xlsx", "run": run }),
        ),
        (
            Kind::Notice,
            json!({ "keys": ["reminder/beta/late-3"], "to": ["b@example.org"], "subject": "Q1 is late", "state": "about_to" }),
        ),
        (Kind::Attempt, begun("2016-05-16T04:00:00Z")),
    ];
    store.ledger_mut().append(at.parse().expect("an instant"), &entries).expect("appended");
    drop(store);
    let runs = json_of(&project.run(&["runs", "--format", "json"]))["runs"].clone();
    assert_eq!((&runs[0]["outcome"], &runs[1]["outcome"]), (&json!("begun"), &json!("cut_short")));
    assert_eq!(runs[1]["schedule"], "weekly");
    assert_eq!(runs[1]["delivered"][0]["place"], "/share/scoreboard.xlsx");
    assert_eq!(runs[1]["told"][0]["state"], "unknown");
    project.run(&["status"]).expect(0).says("may not have arrived to b@example.org: Q1 is late");
}

#[test]
fn a_run_that_was_published_before_its_work_was_cut_short_is_told_as_published() {
    let project = project();
    let mut store = Store::open(&project.path().join("data/store")).expect("opened");
    let run = store.ledger_mut().entries().expect("read").into_iter().rev().find(|entry| entry.kind == Kind::Run);
    let mut body = run.expect("a run").body;
    body["errors"] = json!(4);
    let begun = |due: &str| json!({ "trigger": { "schedule": { "schedule": "weekly", "due": due } }, "began": due, "outcome": "begun", "run": null });
    let entries = [
        (Kind::Attempt, begun("2016-05-09T04:00:00Z")),
        (Kind::Run, body),
        (Kind::Attempt, begun("2016-05-16T04:00:00Z")),
    ];
    store.ledger_mut().append("2016-05-09T04:00:00Z".parse().expect("an instant"), &entries).expect("appended");
    drop(store);
    let runs = json_of(&project.run(&["runs", "--format", "json"]).expect(0))["runs"].clone();
    assert_eq!((&runs[1]["outcome"], &runs[1]["errors"]), (&json!("cut_short"), &json!(4)));
    assert!(runs[1]["published"]["outputs"].is_array(), "{:#}", runs[1]);
    let list = project.run(&["runs"]).expect(0).says("! published, cut short");
    assert!(!list.out.contains("✗"), "{}", list.out);
    let number = runs[1]["number"].to_string();
    project.run(&["runs", &number]).expect(0).says("! published, cut short; 4 errors");
}

#[test]
fn a_ledger_that_was_emptied_begins_no_new_history() {
    let project = project();
    let ledger = project.path().join("data/store/ledger.sqlite");
    project.file("data/store/ledger.sqlite", "");
    for command in ["run", "status", "runs"] {
        project.run(&[command]).expect(2).says("store-damaged").says("is empty, though the store holds files");
    }
    assert_eq!(fs::metadata(&ledger).expect("there").len(), 0);
}

#[test]
fn status_tells_how_complete_and_how_timely_reports_are() {
    let project = project();
    let status = json_of(&project.run(&["status", "--as-of", "2016-07-20", "--format", "json"]).expect(0));
    let of = |partner: &str, period: &str| {
        let reports = status["reports"].as_array().expect("reports");
        reports.iter().find(|one| one["partner"] == partner && one["period"] == period).cloned().expect("a report")
    };
    let (alpha, beta) = (of("alpha", "2016-Q1"), of("beta", "2016-Q1"));
    assert_eq!(
        (&alpha["state"], &alpha["came_on"], &alpha["days_late"]),
        (&json!("in_time"), &json!("2016-04-12"), &json!(0))
    );
    assert_eq!(
        (&beta["state"], &beta["due_on"], &beta["days_late"]),
        (&json!("late"), &json!("2016-04-15"), &json!(17))
    );
    let owed = of("alpha", "2016-Q2");
    assert_eq!((&owed["state"], &owed["days_late"]), (&json!("owed"), &json!(5)));
    let tally = json!({ "due": 4, "received": 2, "in_time": 1, "late": 1, "timed": 4 });
    assert_eq!(status["totals"]["all"], tally);
    assert_eq!(status["totals"]["collections"]["agreements"], tally);
    assert_eq!(status["totals"]["partners"]["alpha"]["in_time"], 1);
    let back = &status["sent_back"][0];
    assert_eq!(
        (&back["file"], &back["rows_kept_out"], &back["partner"]),
        (&json!("beta_2016-Q1.xlsx"), &json!(1), &json!("beta"))
    );
    let shown = project.run(&["status", "--as-of", "2016-07-20"]).expect(0);
    let shown = shown
        .says("2 (50 %)")
        .says("5 days late")
        .says("Refused or with rows kept out, and not corrected yet")
        .says("1 row kept out");
    assert!(shown.out.lines().all(|line| line.chars().count() <= 100), "{}", shown.out);
    // Only some of it.
    let late = project
        .run(&["status", "--as-of", "2016-07-20", "--late", "--partner", "beta", "--period", "2016-Q2"])
        .expect(0);
    assert!(
        late.out.contains("2016-Q2") && !late.out.contains("alpha") && !late.out.contains("reports due"),
        "{}",
        late.out
    );
    project.run(&["status", "--partner", "bet"]).expect(2).says("did you mean `beta`?");
    project.run(&["status", "--period", "P99"]).expect(2).says("the programme has no period `P99`");
    // On a day before anything came nothing that came later is in time or late.
    let early = json_of(&project.run(&["status", "--as-of", "2016-04-16", "--format", "json"]).expect(0));
    assert_eq!(early["totals"]["all"], json!({ "due": 2, "received": 2, "in_time": 1, "late": 0, "timed": 1 }));
    // Corrected, it is no longer sent back.
    project.workbook("beta_2016-Q1_2016-05-10_r2.xlsx", "Agreements", &[HEAD, &["'B-1", "2016-03-01", "signed", "7"]]);
    on(&project, "2016-05-10T06:00:00Z", &["ingest"]).expect(0);
    let status = json_of(&project.run(&["status", "--format", "json"]).expect(0));
    assert_eq!(status["sent_back"], json!([]));
}

#[test]
fn questions_are_answered_while_somebody_writes_and_change_nothing() {
    let project = project();
    project.workbook("alpha_2016-Q2.xlsx", "Agreements", &[HEAD, &["'A-2", "2016-05-01", "signed", "3"]]);
    let before = everything(project.path());
    let writing = Store::open(&project.path().join("data/store")).expect("opened");
    project.run(&["run"]).expect(2).says("store-busy");
    project.run(&["status"]).expect(0).says("1 file in the inbox not read yet");
    project.run(&["runs"]).expect(0);
    project.run(&["verify"]).expect(0);
    project.run(&["explain", "volume"]).expect(0);
    project.run(&["trace", "volume"]).expect(0).says("7 EUR on 31 March 2016");
    project.run(&["trace", "volume", "--run", "previous"]).expect(0);
    project.run(&["diff", "last"]).expect(0);
    project.run(&["run", "--dry-run"]).expect(0);
    assert_eq!(everything(project.path()), before);
    drop(writing);
    for args in [&["status"][..], &["runs"], &["verify"], &["diff", "last"]] {
        project.run(args).expect(0);
        assert_eq!(everything(project.path()), before, "{args:?}");
    }
}

#[test]
fn data_that_grows_old_is_told_and_fails_the_gate_when_it_is_too_old() {
    let project = Project::small();
    let text = fs::read_to_string(project.path().join("pipelines/agreements.toml")).expect("read");
    project.file(
        "pipelines/agreements.toml",
        format!("{text}[[freshness]]\nof = \"agreements\"\nwarn_after_days = 30\nfail_after_days = 60\n"),
    );
    project.file("pipelines/ages.toml", "schema = 1\n[[freshness]]\nof = \"scoreboard\"\nfail_after_days = 7\n");
    let rows: &[&[&str]] = &[HEAD, &["'A-1", "2016-02-01", "signed", "100"]];
    project.workbook("alpha_2016-Q1_2016-04-10_r1.xlsx", "Agreements", rows);
    project.workbook("beta_2016-Q1_2016-04-30_r1.xlsx", "Agreements", &[HEAD, &["'B-1", "2016-03-01", "signed", "7"]]);
    let run = |now: &str, day: &str| on(&project, now, &["run", "--as-of", day]);
    run("2016-05-05T06:00:00Z", "2016-05-05").expect(0);
    assert!(!project.json().to_string().contains("data-stale"));
    on(&project, "2016-05-05T06:00:00Z", &["status", "--as-of", "2016-05-05", "--check"]).expect(0);
    // 35 and 15 days.
    run("2016-05-15T06:00:00Z", "2016-05-15").expect(0);
    let findings = project.json()["findings"].as_array().expect("findings").clone();
    let stale: Vec<&Value> = findings.iter().filter(|one| one["rule"] == "data-stale").collect();
    assert_eq!(stale.len(), 1);
    assert_eq!(stale[0]["message"], "the latest `agreements` of Alpha Cluster is 35 days old; at most 30 are declared");
    assert_eq!((&stale[0]["severity"], &stale[0]["partner"]), (&json!("warning"), &json!("alpha")));
    run("2016-05-15T07:00:00Z", "2016-05-15").expect(0).says("Nothing has changed");
    // 71 and 51 days.
    let failed = run("2016-06-20T06:00:00Z", "2016-06-20").expect(1);
    failed.says("gate-failed").says("the latest `agreements` of Alpha Cluster is 71 days old; at most 60 are declared");
    let outputs = project.outputs();
    run("2016-06-20T07:00:00Z", "2016-06-20").expect(1).says("Nothing has changed");
    assert!(project.outputs() == outputs);
    let last = json_of(&project.run(&["runs", "--format", "json"]))["runs"][0].clone();
    assert_eq!((&last["outcome"], &last["findings"][0]["rule"]), (&json!("attention"), &json!("gate-failed")));
    on(&project, "2016-06-20T08:00:00Z", &["status", "--as-of", "2016-06-20"]).expect(0).says("71 days old");
    on(&project, "2016-06-20T08:00:00Z", &["status", "--as-of", "2016-06-20", "--check"]).expect(1);
    let last = on(&project, "2016-07-01T08:00:00Z", &["status", "--as-of", "2016-07-01", "--check"]).expect(1);
    last.says("the last scoreboard is 11 days old; at most 7 are declared");
    // The past comes back as it was, with what was said of its age.
    project.run(&["bundle", "last", "--to", &project.path().join("b.zip").display().to_string()]).expect(0);
    project.run(&["verify", &project.path().join("b.zip").display().to_string()]).expect(0).says("byte by byte");
    // What is declared must make sense.
    project.file(
        "pipelines/ages.toml",
        "schema = 1\n[[freshness]]\nof = \"agrements\"\nwarn_after_days = 9\nfail_after_days = 7\n[[freshness]]\nof = \"scoreboard\"\n",
    );
    let wrong = project.run(&["check"]).expect(1);
    let wrong = wrong.says("no collection and no source is called `agrements`").says("did you mean `agreements`?");
    wrong.says("9 days is no warning before 7 days").says("needs `warn_after_days` or `fail_after_days`");
}
