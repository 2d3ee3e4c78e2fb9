//! What moved since the run before, and why: a small programme over some weeks, the amounts recomputed by hand.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::project::{Answer, Project, answer, figure};

const HEAD: &[&str] = &["No.", "Signed on", "Status", "Value"];
const MAY: &str = "2016-05-02T06:00:00Z";
const JUNE: &str = "2016-06-30T06:00:00Z";

fn on(project: &Project, now: &str, args: &[&str]) -> Answer {
    answer(&project.command(args).env("SCOREBOARD_NOW", now).output().expect("the command runs"))
}

/// Runs on a day, and gives the scoreboard.
fn run(project: &Project, now: &str, as_of: &str) -> Value {
    on(project, now, &["run", "--as-of", as_of]).expect(0);
    project.json()
}

/// Alpha has reported the first quarter, beta has not.
fn first_week() -> (Project, Value) {
    let project = Project::small();
    project.workbook(
        "alpha_2016-Q1_2016-04-10_r1.xlsx",
        "Agreements",
        &[HEAD, &["'A-1", "2016-02-01", "signed", "100"], &["'A-2", "2016-03-01", "cancelled", "40"]],
    );
    let board = run(&project, MAY, "2016-05-02");
    (project, board)
}

fn corrected(project: &Project) {
    project.workbook(
        "alpha_2016-Q1_2016-05-20_r2.xlsx",
        "Agreements",
        &[HEAD, &["'A-1", "2016-02-01", "signed", "90"], &["'A-2", "2016-03-01", "cancelled", "40"]],
    );
}

fn late(project: &Project) {
    project.workbook(
        "beta_2016-Q1_2016-05-30_r1.xlsx",
        "Agreements",
        &[HEAD, &["'B-1", "2016-03-10", "signed", "7.5"]],
    );
}

/// What moved of a figure: difference, and amounts by the kind of their causes.
fn moved(
    board: &Value,
    indicator: &str,
    by: &[(&str, &str)],
    aspect: &str,
) -> Option<(String, BTreeMap<String, String>)> {
    let changes = &board["changes"];
    let wanted: serde_json::Map<String, Value> =
        by.iter().map(|(field, value)| ((*field).to_owned(), Value::from(*value))).collect();
    let one = changes["moved"].as_array().expect("moved").iter().find(|one| {
        one["indicator"] == indicator && one["by"].as_object() == Some(&wanted) && one["aspect"] == aspect
    })?;
    let causes = changes["causes"].as_array().expect("causes");
    let due = one["due"].as_array().expect("due").iter().map(|due| {
        let cause = &causes[usize::try_from(due["cause"].as_u64().expect("a position")).expect("small")];
        (cause["kind"].as_str().expect("a kind").to_owned(), due["amount"].to_string())
    });
    Some((one["difference"].to_string(), due.collect()))
}

fn amounts(all: &[(&str, &str)]) -> BTreeMap<String, String> {
    all.iter().map(|(kind, amount)| ((*kind).to_owned(), (*amount).to_owned())).collect()
}

fn says(board: &Value, kind: &str) -> String {
    let causes = board["changes"]["causes"].as_array().expect("causes");
    let found: Vec<&str> =
        causes.iter().filter(|cause| cause["kind"] == kind).filter_map(|cause| cause["says"].as_str()).collect();
    found.join("\n")
}

#[test]
fn the_first_run_has_nothing_to_be_held_against() {
    let (_, board) = first_week();
    assert_eq!(board["changes"], Value::Null);
    assert_eq!(figure(&board, "volume", &[])["value"].to_string(), "100");
}

#[test]
fn a_correction_and_a_late_report_are_told_apart() {
    let (project, _) = first_week();
    corrected(&project);
    late(&project);
    let board = run(&project, JUNE, "2016-05-02");
    assert_eq!(figure(&board, "volume", &[])["value"].to_string(), "97.5");
    let both = amounts(&[("correction", "-10"), ("late_data", "7.5")]);
    assert_eq!(moved(&board, "volume", &[], "value"), Some(("-2.5".into(), both)));
    // Each line has its own; what did not move is not told.
    let alpha = moved(&board, "volume", &[("partner", "alpha")], "value");
    assert_eq!(alpha, Some(("-10".into(), amounts(&[("correction", "-10")]))));
    assert_eq!(moved(&board, "volume", &[("status", "cancelled")], "value"), None);
    // Beta had not reported: no amount, but the cause.
    let beta = moved(&board, "volume", &[("partner", "beta")], "value");
    assert_eq!(beta, Some(("null".into(), amounts(&[("late_data", "null")]))));
    let correction = says(&board, "correction");
    assert!(correction.contains("Alpha Cluster corrected its report of Agreements for 2016-Q1"), "{correction}");
    assert!(correction.contains("in place of alpha_2016-Q1_2016-04-10_r1.xlsx"), "{correction}");
    assert!(correction.contains("Value of A-1 was 100") && correction.contains("is 90"), "{correction}");
    let late = says(&board, "late_data");
    assert!(late.contains("Beta Cluster reported Agreements for 2016-Q1, 76 days late"), "{late}");
}

#[test]
fn a_joint_effect_is_shared_by_shapley_values() {
    let project = Project::small();
    project.replace(
        "pipelines/agreements.toml",
        "key_scope = \"programme\"",
        "key_scope = \"programme\"\non_conflict = \"minimum\"",
    );
    project.workbook(
        "alpha_2016-Q1_2016-04-10_r1.xlsx",
        "Agreements",
        &[HEAD, &["'A-1", "2016-02-01", "signed", "100"]],
    );
    run(&project, MAY, "2016-05-02");
    project.workbook(
        "alpha_2016-Q1_2016-05-20_r2.xlsx",
        "Agreements",
        &[HEAD, &["'A-1", "2016-02-01", "signed", "90"]],
    );
    project.workbook("beta_2016-Q1_2016-05-30_r1.xlsx", "Agreements", &[HEAD, &["'A-1", "2016-02-01", "signed", "80"]]);
    let board = run(&project, JUNE, "2016-05-02");
    // The lower of the two counts: 100; the correction alone 90, beta alone 80, both 80.
    // Correction: (90 − 100)/2 + (80 − 80)/2 = −5. Beta: (80 − 100)/2 + (80 − 90)/2 = −15.
    let shared = amounts(&[("correction", "-5"), ("late_data", "-15")]);
    assert_eq!(moved(&board, "volume", &[], "value"), Some(("-20".into(), shared)));
}

#[test]
fn a_target_that_moved_is_a_cause_of_its_own_and_the_first_one_stays_in_sight() {
    let (project, _) = first_week();
    project.replace(
        "indicators/a.toml",
        "target = { value = 1000 }",
        "target = [{ value = 1000, on = 2016-12-31, decided = 2016-01-01, because = \"the grant\" }, { value = 1200, on = 2016-12-31, decided = 2016-05-15, because = \"more partners\" }]",
    );
    let board = run(&project, JUNE, "2016-05-02");
    assert_eq!(moved(&board, "volume", &[], "target"), Some(("200".into(), amounts(&[("target", "200")]))));
    assert_eq!(moved(&board, "volume", &[], "value"), None);
    let target = says(&board, "target");
    assert!(target.contains("and is 1\u{202f}200 by 31 December 2016, decided 15 May 2016: more partners"), "{target}");
    assert!(board["indicators"][0]["breaks"].as_array().expect("breaks").is_empty());
    // By 31 March 90 of 365 days have passed: 1000 · 90 / 365 and 1200 · 90 / 365.
    let point = &board["indicators"][0]["trajectory"][0];
    assert_eq!(
        (point["original"].to_string(), point["expected"].to_string()),
        ("246.575342466".into(), "295.890410959".into())
    );
}

#[test]
fn a_changed_definition_is_measured_on_the_old_data_and_breaks_the_series() {
    let (project, _) = first_week();
    project.replace(
        "indicators/a.toml",
        "where = \"status = 'signed'\"",
        "where = \"status IN ('signed', 'cancelled')\"",
    );
    project.replace("indicators/a.toml", "expect = 2", "expect = 3");
    corrected(&project);
    let board = run(&project, JUNE, "2016-05-02");
    // 100 signed and 40 cancelled, then 90: 140 under the new definition, 130 now.
    let shared = amounts(&[("definition", "40"), ("correction", "-10")]);
    assert_eq!(moved(&board, "volume", &[], "value"), Some(("30".into(), shared)));
    let definition = says(&board, "definition");
    assert!(
        definition.contains("the definition of volume: `where` was status = 'signed' and is status IN"),
        "{definition}"
    );
    let breaks = board["indicators"][0]["breaks"].as_array().expect("breaks").clone();
    assert_eq!((breaks.len(), &breaks[0]["on"]), (1, &Value::from("2016-05-02")));
    // The break stays, also when nothing is changed any more.
    late(&project);
    let board = run(&project, JUNE, "2016-05-09");
    assert_eq!(board["indicators"][0]["breaks"].as_array().expect("breaks"), &breaks);
    assert!(says(&board, "definition").is_empty());
}

#[test]
fn everything_at_once_adds_up_to_the_last_digit() {
    let (project, _) = first_week();
    project.replace(
        "indicators/a.toml",
        "where = \"status = 'signed'\"",
        "where = \"status IN ('signed', 'cancelled')\"",
    );
    project.replace("indicators/a.toml", "expect = 2", "expect = 3");
    project.replace("indicators/a.toml", "{ value = 1000 }", "{ value = 1100 }");
    corrected(&project);
    late(&project);
    // The first report of the second quarter, which becomes due.
    project.workbook(
        "beta_2016-Q2_2016-07-05_r1.xlsx",
        "Agreements",
        &[HEAD, &["'B-1", "2016-03-10", "signed", "7.5"], &["'B-2", "2016-05-05", "signed", "33.333333"]],
    );
    let board = run(&project, "2016-07-06T06:00:00Z", "2016-07-31");
    assert_eq!(figure(&board, "volume", &[])["value"].to_string(), "170.833333");
    let (difference, due) = moved(&board, "volume", &[], "value").expect("moved");
    assert_eq!(difference, "70.833333");
    // Definition: 40. Correction: −10. Beta: 7.5 in any order; 33.333333 of the second quarter counts only once the day
    // has moved and the report is there: half of it for each, and what rounding leaves for the largest.
    let expected =
        [("definition", "40"), ("correction", "-10"), ("as_of", "16.666666"), ("new_submission", "24.166667")];
    assert_eq!(due, amounts(&expected));
    for one in board["changes"]["moved"].as_array().expect("moved") {
        let known = one["difference"].as_f64();
        let sum: f64 = one["due"].as_array().expect("due").iter().filter_map(|due| due["amount"].as_f64()).sum();
        assert!(known.is_none_or(|known| (known - sum).abs() < 1e-9), "{one:#}");
    }
    // Beta's report of the first quarter was replaced before it was ever published.
    assert!(says(&board, "late_data").contains("It does not count"), "{}", says(&board, "late_data"));
    assert!(says(&board, "as_of").contains("was 2016-Q1 and is 2016-Q2"), "{}", says(&board, "as_of"));
}

#[test]
fn a_run_that_is_repeated_is_held_against_the_same_run_and_gives_the_same_bytes() {
    let (project, _) = first_week();
    corrected(&project);
    let board = run(&project, JUNE, "2016-05-02");
    let first = project.outputs();
    late(&project);
    run(&project, JUNE, "2016-05-09");
    std::fs::remove_dir_all(project.path().join("data/out")).expect("removed");
    let again = run(&project, JUNE, "2016-05-09");
    assert_ne!(again["changes"]["since"]["run"], board["changes"]["since"]["run"]);
    let second = project.outputs();
    std::fs::remove_dir_all(project.path().join("data/out")).expect("removed");
    run(&project, JUNE, "2016-05-09");
    assert!(project.outputs() == second, "the same run gives other bytes");
    // The run before, made again after another one: what is known has grown since, so it is another run.
    assert!(first != second);
}

#[test]
fn a_dry_run_tells_what_would_change_and_leaves_everything_as_it_is() {
    let (project, _) = first_week();
    corrected(&project);
    let before = everything(project.path());
    on(&project, JUNE, &["run", "--dry-run", "--as-of", "2016-05-02"])
        .expect(0)
        .says("correction")
        .says("EUR 100 → EUR 90")
        .says("[1] -10")
        .says("A dry run");
    assert!(everything(project.path()) == before, "something was written");
    let json = on(&project, JUNE, &["run", "--dry-run", "--as-of", "2016-05-02", "--format", "json"]).expect(0);
    let told: Value = serde_json::from_str(&json.out).expect("JSON");
    let board = run(&project, JUNE, "2016-05-02");
    assert_eq!(told["changes"], board["changes"], "the run then tells the same");
    // Also where there is no store yet.
    let fresh = Project::small();
    corrected(&fresh);
    let before = everything(fresh.path());
    on(&fresh, JUNE, &["run", "--dry-run"]).expect(0).says("A dry run");
    assert!(everything(fresh.path()) == before, "something was written");
}

/// Every file below a folder, with its bytes; and the folders.
fn everything(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).expect("listed").flatten() {
            let path = entry.path();
            let name = path.to_string_lossy().into_owned();
            if path.is_dir() {
                all.insert(name, Vec::new());
                open.push(path);
            } else {
                all.insert(name, std::fs::read(&path).expect("read"));
            }
        }
    }
    all
}

#[test]
fn any_two_runs_are_compared_and_a_run_with_what_would_come_now() {
    let (project, first) = first_week();
    corrected(&project);
    run(&project, JUNE, "2016-05-02");
    late(&project);
    let board = run(&project, JUNE, "2016-05-02");
    // From the first to the last run: both causes.
    let first = first["run"].as_str().expect("a run");
    let whole = on(&project, JUNE, &["diff", first, "last", "--format", "json"]).expect(0);
    let whole: Value = serde_json::from_str(&whole.out).expect("JSON");
    let both = amounts(&[("correction", "-10"), ("late_data", "7.5")]);
    assert_eq!(moved(&whole, "volume", &[], "value"), Some(("-2.5".into(), both)));
    let step = on(&project, JUNE, &["diff", "previous", "last", "--format", "json"]).expect(0);
    let step: Value = serde_json::from_str(&step.out).expect("JSON");
    assert_eq!(step["changes"]["moved"], board["changes"]["moved"]);
    assert_eq!(step["changes"]["causes"], board["changes"]["causes"]);
    // Back in time: the same amounts with the other sign, due to what is not known any more.
    let back = on(&project, JUNE, &["diff", "last", first, "--format", "json"]).expect(0);
    let back: Value = serde_json::from_str(&back.out).expect("JSON");
    assert_eq!(moved(&back, "volume", &[], "value"), Some(("2.5".into(), amounts(&[("as_of", "2.5")]))));
    // Under definitions of then, although those of today differ.
    project.replace(
        "indicators/a.toml",
        "where = \"status = 'signed'\"",
        "where = \"status IN ('signed', 'cancelled')\"",
    );
    project.replace("indicators/a.toml", "expect = 2", "expect = 3");
    let again = on(&project, JUNE, &["diff", "previous", "last", "--format", "json"]).expect(0);
    let again: Value = serde_json::from_str(&again.out).expect("JSON");
    assert_eq!(again, step);
    let before = everything(project.path());
    on(&project, JUNE, &["diff", "last", "--as-of", "2016-05-02"])
        .expect(0)
        .says("definition")
        .says("EUR 97.50 → EUR 137.50");
    assert!(everything(project.path()) == before, "something was written");
}
