//! Closed periods: what was published stands, what came since stands in the next period, and the total is what the rows
//! give. Recomputed by hand.

use serde_json::Value;

use crate::project::{Answer, Project, answer, figure};

const HEAD: &[&str] = &["No.", "Signed on", "Status", "Value"];

fn on(project: &Project, now: &str, args: &[&str]) -> Answer {
    answer(&project.command(args).env("SCOREBOARD_NOW", now).output().expect("the command runs"))
}

fn run(project: &Project, now: &str, as_of: &str) -> Value {
    on(project, now, &["run", "--as-of", as_of]).expect(0);
    project.json()
}

fn value(board: &Value, by: &[(&str, &str)]) -> String {
    figure(board, "volume", by)["value"].to_string()
}

fn actual(board: &Value, on: &str) -> String {
    let points = board["indicators"][0]["trajectory"].as_array().expect("points");
    points.iter().find(|point| point["on"] == on).map(|point| point["actual"].to_string()).expect("a point")
}

/// The first quarter is published with 100.
fn published() -> Project {
    let project = Project::small();
    project.workbook(
        "alpha_2016-Q1_2016-04-10_r1.xlsx",
        "Agreements",
        &[HEAD, &["'A-1", "2016-02-01", "signed", "100"]],
    );
    run(&project, "2016-05-02T06:00:00Z", "2016-05-02");
    project
}

fn closed() -> Project {
    let project = published();
    on(&project, "2016-05-03T06:00:00Z", &["close", "2016-Q1", "--who", "Ona", "--because", "reported to the funder"])
        .expect(0)
        .says("2016-Q1 is closed");
    project
}

#[test]
fn what_comes_later_stands_in_the_next_period_with_its_cause() {
    let project = closed();
    let board = run(&project, "2016-05-04T06:00:00Z", "2016-05-02");
    assert_eq!(board["changes"]["moved"], Value::Array(Vec::new()), "closing moves nothing");
    project.workbook(
        "alpha_2016-Q1_2016-05-20_r2.xlsx",
        "Agreements",
        &[HEAD, &["'A-1", "2016-02-01", "signed", "90"]],
    );
    // The second quarter is not due yet: the correction stands there all the same, so that the lines add up.
    let board = run(&project, "2016-05-21T06:00:00Z", "2016-05-02");
    assert_eq!((value(&board, &[]), value(&board, &[("period", "2016-Q1")])), ("90".into(), "100".into()));
    assert_eq!(value(&board, &[("period", "2016-Q2")]), "-10");
    assert_eq!(actual(&board, "2016-03-31"), "100");
    let says = board["indicators"][0]["corrections"][0]["says"].as_str().expect("said").to_owned();
    assert!(says.contains("2016-Q1 is closed with EUR 100") && says.contains("give EUR 90"), "{says}");
    assert!(says.contains("EUR -10 stands in 2016-Q2. Came since: alpha_2016-Q1_2016-05-20_r2.xlsx."), "{says}");
    let moved = board["changes"]["moved"].as_array().expect("moved");
    assert!(moved.iter().all(|one| one["by"] != serde_json::json!({ "period": "2016-Q1" })), "it stands: {moved:#?}");
    // Once it is due, it holds its own rows and the correction, and the total is what the rows give.
    project.workbook(
        "alpha_2016-Q2_2016-07-10_r1.xlsx",
        "Agreements",
        &[HEAD, &["'A-1", "2016-02-01", "signed", "90"], &["'A-2", "2016-05-01", "signed", "30"]],
    );
    let board = run(&project, "2016-07-31T06:00:00Z", "2016-07-31");
    assert_eq!((value(&board, &[]), value(&board, &[("period", "2016-Q1")])), ("120".into(), "100".into()));
    assert_eq!(value(&board, &[("period", "2016-Q2")]), "20");
    assert_eq!((actual(&board, "2016-03-31"), actual(&board, "2016-06-30")), ("100".into(), "120".into()));
    // Closed in its turn with 20, it does not move either: 80 now, so 100 + 20 − 10 in the third.
    on(&project, "2016-08-01T06:00:00Z", &["close", "2016-Q2"]).expect(0);
    project.workbook(
        "alpha_2016-Q2_2016-08-10_r2.xlsx",
        "Agreements",
        &[HEAD, &["'A-1", "2016-02-01", "signed", "80"], &["'A-2", "2016-05-01", "signed", "30"]],
    );
    let board = run(&project, "2016-08-11T06:00:00Z", "2016-07-31");
    let lines = ["2016-Q1", "2016-Q2", "2016-Q3"].map(|label| value(&board, &[("period", label)]));
    assert_eq!((lines, value(&board, &[])), (["100".into(), "20".into(), "-10".into()], "110".into()));
}

#[test]
fn the_closed_figure_of_a_rate_stands_and_the_correction_is_told() {
    let project = published();
    project.replace(
        "indicators/a.toml",
        "measure = \"SUM(value)\"",
        "ratio = { of = \"SUM(value)\", to = \"COUNT(*)\" }\naccumulation = \"rate\"",
    );
    run(&project, "2016-05-02T07:00:00Z", "2016-05-02");
    on(&project, "2016-05-03T06:00:00Z", &["close", "2016-Q1"]).expect(0);
    project.workbook(
        "alpha_2016-Q1_2016-05-20_r2.xlsx",
        "Agreements",
        &[HEAD, &["'A-1", "2016-02-01", "signed", "90"]],
    );
    let board = run(&project, "2016-05-21T06:00:00Z", "2016-05-02");
    assert_eq!((value(&board, &[]), value(&board, &[("period", "2016-Q1")])), ("90".into(), "100".into()));
    let correction = &board["indicators"][0]["corrections"][0];
    assert_eq!((&correction["stands_in"], correction["closed"].to_string()), (&Value::Null, "100".into()));
    assert!(correction["says"].as_str().expect("said").contains("the closed figure stands"));
}

#[test]
fn a_period_is_closed_once_in_order_and_only_when_it_was_due() {
    let project = Project::small();
    on(&project, "2016-05-02T06:00:00Z", &["close", "2016-Q1"]).expect(2).says("nothing was published");
    let project = published();
    let refused = |period: &str, why: &str| {
        on(&project, "2016-05-03T06:00:00Z", &["close", period]).expect(2).says("close-refused").says(why);
    };
    refused("2017-Q9", "the programme has no period `2017-Q9`");
    refused("2016-Q2", "2016-Q2 is not over");
    run(&project, "2016-07-01T06:00:00Z", "2016-07-01");
    refused("2016-Q2", "2016-Q2 was not due yet");
    run(&project, "2016-07-31T06:00:00Z", "2016-07-31");
    refused("2016-Q2", "Close 2016-Q1 first");
    on(&project, "2016-08-01T06:00:00Z", &["close", "2016-Q1", "--who", "Ona"]).expect(0);
    refused("2016-Q1", "closed already");
    on(&project, "2016-08-01T06:00:00Z", &["status"]).expect(0).says("2016-Q1 is closed as run").says("by Ona");
}

#[test]
fn funders_and_the_public_see_no_line_that_would_tell_a_correction() {
    let project = published();
    project.file(
        "reports/both.toml",
        "schema = 1\n[[report]]\ncode = \"all\"\ntitle = \"All\"\n[[report]]\ncode = \"open\"\ntitle = \"Open\"\naudience = \"public\"\n",
    );
    run(&project, "2016-05-02T07:00:00Z", "2016-05-02");
    on(&project, "2016-05-03T06:00:00Z", &["close", "2016-Q1"]).expect(0);
    project.workbook(
        "alpha_2016-Q1_2016-05-20_r2.xlsx",
        "Agreements",
        &[HEAD, &["'A-1", "2016-02-01", "signed", "90"]],
    );
    run(&project, "2016-05-21T06:00:00Z", "2016-05-02");
    let board = project.json_for("public");
    assert_eq!(board["changes"], Value::Null);
    assert_eq!(board["indicators"][0]["corrections"], Value::Array(Vec::new()));
    let lines = board["figures"].as_array().expect("figures").iter().filter(|one| one["by"].get("period").is_some());
    assert!(lines.clone().count() > 0 && lines.clone().all(|one| one["state"] == "suppressed"), "a line is open");
    let points = board["indicators"][0]["trajectory"].as_array().expect("points");
    assert!(points.iter().all(|point| point["actual"] == Value::Null));
}
