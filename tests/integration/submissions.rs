//! Whose a file is, which of two counts, what a row shared by partners counts for.

use std::fs;

use crate::project::{Project, figure, places};

const HEAD: &[&str] = &["No.", "Signed on", "Status", "Value"];

#[test]
fn the_later_report_replaces_the_earlier_whatever_came_first() {
    let project = Project::small();
    project.workbook(
        "alpha_2016-Q2_2016-06-20_r1.xlsx",
        "Agreements",
        &[HEAD, &["'A-1", "2016-05-01", "signed", "500"]],
    );
    let scoreboard = project.scoreboard();
    // Q2 is not due yet; Q1 is the cut-off and holds nothing.
    assert_eq!(figure(&scoreboard, "volume", &[])["value"].to_string(), "0");
    project.workbook(
        "alpha_2016-Q1_2016-04-10_r1.xlsx",
        "Agreements",
        &[HEAD, &["'A-2", "2016-02-01", "signed", "300"]],
    );
    let scoreboard = project.scoreboard();
    assert_eq!(figure(&scoreboard, "volume", &[])["value"].to_string(), "0", "the report of June still counts");
    project.workbook(
        "alpha_2016-Q2_2016-06-20_r2.xlsx",
        "Agreements",
        &[HEAD, &["'A-2", "2016-02-01", "signed", "310"]],
    );
    assert_eq!(figure(&project.scoreboard(), "volume", &[])["value"].to_string(), "310");
}

#[test]
fn on_a_tie_the_earlier_figure_stands_and_it_is_an_error() {
    let project = Project::small();
    project.workbook(
        "alpha_2016-Q1_2016-04-01_r1.xlsx",
        "Agreements",
        &[HEAD, &["'A-1", "2016-02-01", "signed", "100"]],
    );
    project.workbook(
        "alpha_2016-Q1_2016-04-08_r1.xlsx",
        "Agreements",
        &[HEAD, &["'A-1", "2016-02-01", "signed", "200"]],
    );
    project.workbook(
        "Alpha Cluster 2016-Q1 2016-04-08 r1.xlsx",
        "Agreements",
        &[HEAD, &["'A-1", "2016-02-01", "signed", "250"]],
    );
    let scoreboard = project.scoreboard();
    assert_eq!(figure(&scoreboard, "volume", &[])["value"].to_string(), "100");
    assert_eq!(places(&scoreboard, "submission-tie").len(), 1);
}

#[test]
fn the_same_file_twice_changes_nothing() {
    let project = Project::small();
    project.workbook(
        "alpha_2016-Q1_2016-04-01_r1.xlsx",
        "Agreements",
        &[HEAD, &["'A-1", "2016-02-01", "signed", "100"]],
    );
    project.scoreboard();
    let before = project.outputs();
    fs::copy(project.inbox("alpha_2016-Q1_2016-04-01_r1.xlsx"), project.inbox("copy of it.xlsx")).expect("copied");
    project.run(&["run"]).expect(0).says("Nothing has changed");
    assert!(project.outputs() == before, "the outputs differ");
}

#[test]
fn a_record_of_two_partners_counts_once_and_once_for_each() {
    let project = Project::small();
    project.workbook(
        "alpha_2016-Q1_2016-04-01_r1.xlsx",
        "Agreements",
        &[HEAD, &["'A-1", "2016-02-01", "signed", "100"]],
    );
    project.workbook(
        "beta_2016-Q1_2016-04-01_r1.xlsx",
        "Agreements",
        &[HEAD, &["'a-1 ", "2016-02-01", "signed", "120"], &["'B-1", "2016-02-02", "signed", "7"]],
    );
    let scoreboard = project.scoreboard();
    assert_eq!(figure(&scoreboard, "volume", &[])["value"].to_string(), "107");
    assert_eq!(figure(&scoreboard, "volume", &[("partner", "alpha")])["value"].to_string(), "100");
    assert_eq!(figure(&scoreboard, "volume", &[("partner", "beta")])["value"].to_string(), "127");
    assert_eq!(places(&scoreboard, "conflicting-values"), ["beta_2016-Q1_2016-04-01_r1.xlsx › Agreements › D4"]);
    for (rule, total) in [("minimum", "107"), ("none", "7")] {
        let text = format!("key_scope = \"programme\"\non_conflict = \"{rule}\"");
        let other = Project::small();
        other.replace("pipelines/agreements.toml", "key_scope = \"programme\"", &text);
        for name in ["alpha_2016-Q1_2016-04-01_r1.xlsx", "beta_2016-Q1_2016-04-01_r1.xlsx"] {
            fs::copy(project.inbox(name), other.inbox(name)).expect("copied");
        }
        assert_eq!(figure(&other.scoreboard(), "volume", &[])["value"].to_string(), total, "{rule}");
    }
}

#[test]
fn nobody_reported_is_not_zero() {
    let project = Project::small();
    project.workbook("alpha_2016-Q1_2016-04-01_r1.xlsx", "Agreements", &[HEAD]);
    let scoreboard = project.scoreboard();
    let total = figure(&scoreboard, "volume", &[]);
    assert_eq!((total["value"].to_string().as_str(), total["coverage"]["reported"].as_u64()), ("0", Some(1)));
    let beta = figure(&scoreboard, "volume", &[("partner", "beta")]);
    assert_eq!((beta["state"].as_str(), beta["value"].is_null()), (Some("not_reported"), true));
    assert_eq!(places(&scoreboard, "submission-empty").len(), 1);
}

#[test]
fn a_file_of_nobody_counts_for_nobody() {
    let project = Project::small();
    project.workbook("report.xlsx", "Agreements", &[HEAD, &["'A-1", "2016-02-01", "signed", "100"]]);
    let scoreboard = project.scoreboard();
    assert_eq!(figure(&scoreboard, "volume", &[])["state"], "not_reported");
    assert_eq!(places(&scoreboard, "submission-without-partner"), ["report.xlsx"]);
}

#[test]
fn a_changed_definition_reads_the_files_again() {
    let project = Project::small();
    project.workbook("alpha_2016-Q1_2016-04-01_r1.xlsx", "Agreements", &[HEAD, &["'A-1", "2016-02-01", "done", "100"]]);
    assert_eq!(figure(&project.scoreboard(), "volume", &[])["value"].to_string(), "0");
    project.replace(
        "pipelines/agreements.toml",
        "options = [\"signed\", \"cancelled\"]",
        "options = [{ code = \"signed\", also_called = [\"done\"] }, { code = \"cancelled\" }]",
    );
    assert_eq!(figure(&project.scoreboard(), "volume", &[])["value"].to_string(), "100");
}

#[test]
fn what_was_received_stays_when_it_leaves_the_inbox() {
    let project = Project::small();
    project.workbook(
        "alpha_2016-Q1_2016-04-01_r1.xlsx",
        "Agreements",
        &[HEAD, &["'A-1", "2016-02-01", "signed", "100"]],
    );
    project.scoreboard();
    fs::remove_file(project.inbox("alpha_2016-Q1_2016-04-01_r1.xlsx")).expect("removed");
    assert_eq!(figure(&project.scoreboard(), "volume", &[])["value"].to_string(), "100");
}

#[test]
fn a_file_that_the_store_lost_is_named_and_put_back_from_the_inbox() {
    let project = Project::small();
    let name = "alpha_2016-Q1_2016-04-01_r1.xlsx";
    project.workbook(name, "Agreements", &[HEAD, &["'A-1", "2016-02-01", "signed", "100"]]);
    let sent = fs::read(project.inbox(name)).expect("sent");
    project.scoreboard();
    let file = project.path().join("data/store/files");
    let file = fs::read_dir(file).expect("files").flatten().next().expect("one").path();
    let file = fs::read_dir(file).expect("files").flatten().next().expect("one").path();
    fs::remove_file(&file).expect("lost");
    fs::remove_file(project.inbox(name)).expect("gone from the inbox too");
    // Whoever needs it is told what is missing; space on the disk is not the trouble.
    project.replace("pipelines/agreements.toml", "code = \"no\"\n", "code = \"no\"\nhelp = \"As in the register\"\n");
    project.run(&["run"]).expect(2).says("store-damaged").says("is missing").says("from a backup");
    project.file(&format!("data/inbox/{name}"), sent);
    assert_eq!(figure(&project.scoreboard(), "volume", &[])["value"].to_string(), "100");
    assert!(file.is_file());
    project.run(&["verify"]).expect(0);
}

#[test]
fn a_template_of_another_period_is_told_before_it_replaces_what_was_reported() {
    let first = Project::small();
    let project = &first;
    project.run(&["template", "--all", "--period", "2016-Q1"]).expect(0);
    let made = fs::read_dir(project.path().join("data/templates")).expect("templates").flatten();
    let made = made.map(|entry| entry.path()).find(|path| path.to_string_lossy().contains("alpha")).expect("alpha's");
    fs::copy(&made, project.inbox("alpha_2016-Q1.xlsx")).expect("sent");
    let told = project.run(&["ingest"]).expect(0).out;
    assert!(!told.contains("the file name says"), "{told}");
    let project = Project::small();
    fs::copy(&made, project.inbox("alpha_2016-Q2.xlsx")).expect("sent");
    project
        .run(&["ingest"])
        .says("alpha_2016-Q2.xlsx")
        .says("the hidden sheet says 2016-Q1, the file name says 2016-Q2")
        .says("replaces what was reported for it");
}

#[test]
fn findings_are_told_in_the_language_of_whom_they_concern() {
    let project = Project::small();
    let rows: &[&[&str]] = &[&["Nr.", "Status", "Unterzeichnet am", "Wert"], &["1", "signed", "2016-03-04", "-5"]];
    project.workbook("alpha_P2_2016-06-15_r1.xlsx", "Vereinbarungen", rows);
    let answer = project.run(&["ingest", "--partner-language"]).expect(0);
    assert!(answer.out.contains("-5 liegt unter dem Mindestwert 0"), "{}", answer.out);
    assert!(answer.out.contains("alpha_P2_2016-06-15_r1.xlsx › Vereinbarungen › D4"), "{}", answer.out);
}
