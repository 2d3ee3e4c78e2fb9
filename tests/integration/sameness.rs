//! The same again: whatever the machine, the order in which files came, and what has come since.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::project::{Project, answer, figure};

const HEAD: &[&str] = &["No.", "Signed on", "Status", "Value"];

/// A command at some hour.
fn at(project: &Project, now: &str, args: &[&str]) -> crate::project::Answer {
    answer(&project.command(args).env("SCOREBOARD_NOW", now).output().expect("runs"))
}

/// Everything of a folder and its folders, relative to it, sorted.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("listed").flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else {
                found.push(entry.path().strip_prefix(folder).expect("inside").to_string_lossy().into_owned());
            }
        }
    }
    found.sort();
    found
}

#[test]
fn files_received_in_another_order_and_at_other_times_give_the_same_bytes() {
    let (once, by_and_by) = (Project::laser_go(), Project::laser_go());
    once.run(&["run"]).expect(0);
    let inbox = by_and_by.path().join("data/inbox");
    let away = by_and_by.path().join("away");
    fs::rename(&inbox, &away).expect("moved");
    let mut names = files(&away);
    names.reverse();
    for (day, some) in (26..).zip(names.chunks(names.len().div_ceil(4))) {
        for name in some {
            let bytes = fs::read(away.join(name)).expect("read");
            by_and_by.file(&format!("data/inbox/{name}"), bytes);
        }
        at(&by_and_by, &format!("2016-06-{day}T07:30:00Z"), &["ingest"]).expect(0);
    }
    by_and_by.run(&["run"]).expect(0);
    let (left, right) = (once.outputs(), by_and_by.outputs());
    assert_eq!(once.json()["run"], by_and_by.json()["run"], "the code of the run");
    for ((name, left), (other, right)) in left.iter().zip(&right) {
        assert!(name == other && left == right, "{name} differs");
    }
    assert_eq!(left.len(), right.len());
}

#[test]
fn another_zone_language_folder_and_number_of_threads_give_the_same_bytes() {
    let (here, there) = (Project::laser_go(), Project::laser_go());
    here.run(&["run"]).expect(0);
    let mut command = there.command(&["run"]);
    command
        .current_dir(std::env::temp_dir())
        .env("TZ", "Pacific/Kiritimati")
        .env("LANG", "lt_LT.UTF-8")
        .env("LC_ALL", "tr_TR.UTF-8")
        .env("RAYON_NUM_THREADS", "2")
        .env("POLARS_MAX_THREADS", "1");
    answer(&command.output().expect("runs")).expect(0);
    assert!(here.outputs() == there.outputs(), "the outputs differ");
}

#[test]
fn what_came_after_the_instant_is_not_known() {
    let project = Project::small();
    project.replace("scoreboard.toml", "as_of = 2016-06-30", "as_of = 2016-06-30\ntime_zone = \"Europe/Vienna\"");
    project.workbook("alpha_2016-Q1.xlsx", "Agreements", &[HEAD, &["'A-1", "2016-02-01", "signed", "100"]]);
    at(&project, "2016-04-10T21:59:59Z", &["run"]).expect(0);
    let first = project.outputs();
    let before = project.json();
    project.workbook("beta_2016-Q1.xlsx", "Agreements", &[HEAD, &["'B-1", "2016-02-01", "signed", "7"]]);
    at(&project, "2016-04-10T23:00:00Z", &["run"]).expect(0);
    assert_eq!(figure(&project.json(), "volume", &[])["value"], 107);

    // By day and by instant; a look at the past goes elsewhere.
    let then = project.path().join("then");
    let out = then.display().to_string();
    let look = |known_at: &str| -> Value {
        project.run(&["run", "--known-at", known_at, "--out", &out]).expect(0);
        serde_json::from_slice(&fs::read(then.join("scoreboard.json")).expect("read")).expect("JSON")
    };
    let known = look("2016-04-10T23:59:59+02:00");
    assert_eq!((&known["figures"], &known["ledger_head"]), (&before["figures"], &before["ledger_head"]));
    assert_eq!(known["known_at"], "2016-04-10T21:59:59Z");
    assert_ne!(known["run"], before["run"], "the instant is part of the code");
    assert_eq!(figure(&look("2016-04-10"), "volume", &[])["value"], 100, "the whole day in the programme's zone");
    assert_eq!(figure(&look("2016-04-11"), "volume", &[])["value"], 107);
    let nothing = look("2010-01-01");
    assert_eq!(figure(&nothing, "volume", &[])["state"], "not_reported");
    assert!(nothing["reporting"].as_array().expect("lines").iter().all(|line| line["state"] == "missing"));
    assert_eq!(figure(&project.json(), "volume", &[])["value"], 107, "what is published stands");

    project.run(&["status", "--known-at", "2016-04-10T21:59:59Z"]).expect(0).says("✗ missing");
    project.run(&["explain", "volume", "--known-at", "2016-04-10T21:59:59Z"]).expect(0).says("EUR 100");
    project.run(&["run", "--known-at", "yesterday"]).expect(2).says("write a day");
    // Without the instant everything is known again, and what was published first comes back under its own.
    at(&project, "2016-04-11T00:00:00Z", &["run"]).expect(0);
    project.run(&["run", "--known-at", "2016-04-10T21:59:59Z"]).expect(0);
    let names = |outputs: &[(String, Vec<u8>)]| outputs.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&project.outputs()), names(&first), "the same names");
}
