//! The repository's own programme against a recomputation that shares no code with it: `tests/recompute/recompute.py`
//! reads the same inbox with openpyxl and decimal, and `.ci/run` checks that its answers are current.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::project::{Project, figure, places, repository};

fn recomputed() -> Value {
    let path = repository().join("tests/recompute/laser_go.json");
    serde_json::from_slice(&fs::read(path).expect("read")).expect("JSON")
}

/// Both sides as text without trailing zeros.
fn plain(value: &Value) -> Option<String> {
    let text = match value {
        Value::Null => return None,
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    Some(if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text })
}

#[test]
fn every_figure_is_what_an_independent_recomputation_gives() {
    let scoreboard = Project::laser_go().scoreboard();
    let expected = recomputed();
    let mut compared = 0;
    for (code, one) in expected["indicators"].as_object().expect("indicators") {
        if code == "international_turnover_share" {
            continue;
        }
        let total = figure(&scoreboard, code, &[]);
        for key in ["value", "numerator", "denominator"] {
            if one["total"].get(key).is_some() {
                assert_eq!(plain(&total[key]), plain(&one["total"][key]), "{code} {key}");
                compared += 1;
            }
        }
        assert_eq!(total["coverage"]["reported"], one["total"]["coverage"][0], "{code}");
        assert_eq!(total["coverage"]["due"], one["total"]["coverage"][1], "{code}");
        let stock = code == "internationalisation_staff";
        let shown = scoreboard["figures"].as_array().expect("figures");
        for (field, lines) in one["by"].as_object().expect("breakdowns") {
            // The recomputation breaks everything down by period; the definition may not ask for it.
            if !shown.iter().any(|figure| figure["indicator"] == *code && figure["by"].get(field).is_some()) {
                assert_eq!(field, "period", "{code} is not broken down by {field}");
                continue;
            }
            // The recomputation shows what was reported for a period; we show a stock as it stood at its end.
            let lines = if stock && field == "period" { &one["up_to"] } else { lines };
            for (value, line) in lines.as_object().expect("lines") {
                let value = if value.is_empty() { "(not given)" } else { value };
                let ours = figure(&scoreboard, code, &[(field, value)]);
                assert_eq!(plain(&ours["value"]), plain(&line["value"]), "{code} by {field} {value}");
                compared += 1;
            }
        }
    }
    assert!(compared > 150, "only {compared} figures were compared");
}

#[test]
fn the_survey_is_estimated_as_recomputed() {
    let scoreboard = Project::laser_go().scoreboard();
    let expected = &recomputed()["indicators"]["international_turnover_share"]["total"];
    let total = figure(&scoreboard, "international_turnover_share", &[]);
    let near = |ours: &Value, theirs: &Value| {
        let number = |value: &Value| plain(value).expect("a number").parse::<f64>().expect("a number");
        let (ours, theirs) = (number(ours), number(theirs));
        assert!((ours - theirs).abs() <= theirs.abs() * 1e-9, "{ours} is not {theirs}");
    };
    near(&total["value"], &expected["actual"]);
    near(&total["baseline"], &expected["baseline"]);
    near(&total["target"], &expected["target"]);
    near(&total["progress"], &expected["progress"]);
    let of = |one: &&Value| one["code"] == "international_turnover_share";
    let indicator = scoreboard["indicators"].as_array().expect("indicators").iter().find(of).expect("the indicator");
    let change = &indicator["estimate"]["change"];
    near(&change["value"], &expected["value"]);
    near(&change["standard_error"], &expected["se"]);
    near(&change["lower"], &expected["interval"][0]);
    near(&change["upper"], &expected["interval"][1]);
    assert_eq!(scoreboard["surveys"][0]["pairs"], expected["pairs"]);
    let mut groups = 0;
    for (field, lines) in
        recomputed()["indicators"]["international_turnover_share"]["by"].as_object().expect("breakdowns")
    {
        let of = |one: &&Value| one["field"] == **field;
        let breakdown = indicator["breakdowns"].as_array().expect("a list").iter().find(of).expect("the breakdown");
        for (value, line) in lines.as_object().expect("lines") {
            let of = |one: &&Value| one["value"] == **value;
            let ours = breakdown["values"].as_array().expect("lines").iter().find(of).expect("the line");
            let ours = &ours["estimate"];
            assert_eq!(ours["answers"], line["n"], "{field} {value}");
            near(&figure(&scoreboard, "international_turnover_share", &[(field, value)])["value"], &line["actual"]);
            near(&ours["change"]["value"], &line["change"]["value"]);
            groups += 1;
            if line["n"] == 1 {
                // One answer shows no spread, so there is no interval.
                assert!(ours["lower"].is_null() && ours["change"]["lower"].is_null(), "{field} {value}");
                continue;
            }
            near(&ours["lower"], &line["actual_interval"][0]);
            near(&ours["upper"], &line["actual_interval"][1]);
            near(&ours["change"]["standard_error"], &line["change"]["se"]);
            near(&ours["change"]["lower"], &line["change"]["interval"][0]);
            near(&ours["change"]["upper"], &line["change"]["interval"][1]);
        }
    }
    assert_eq!(groups, 8, "three size classes and five countries");
}

#[test]
fn exactly_the_planted_mistakes_keep_rows_out() {
    let scoreboard = Project::laser_go().scoreboard();
    let row = |one: &Value| {
        format!("{} › {} › {}", one["file"].as_str().expect("a file"), one["sheet"].as_str().unwrap_or(""), one["row"])
    };
    // The recomputation lists partners' rows; of the survey it says who answered.
    let of_partners = |one: &&Value| !one["partner"].is_null();
    let ours: BTreeSet<String> =
        scoreboard["kept_out"].as_array().expect("rows").iter().filter(of_partners).map(row).collect();
    let theirs: BTreeSet<String> = recomputed()["kept_out"].as_array().expect("rows").iter().map(row).collect();
    assert_eq!(ours, theirs);
}

#[test]
fn a_look_alike_a_conflict_and_a_late_partner_are_said() {
    let scoreboard = Project::laser_go().scoreboard();
    assert!(
        places(&scoreboard, "option-look-alike")
            .contains(&"litek_ataskaita_P5.xlsx › Bendradarbiavimo sutartys › D18".to_owned())
    );
    // LG-014 in its value; LG-017 in its status and its date.
    assert_eq!(places(&scoreboard, "conflicting-values").len(), 3);
    assert_eq!(places(&scoreboard, "not-reported").len(), 1);
    assert_eq!(places(&scoreboard, "number-ambiguous"), ["litek_ataskaita_P5.xlsx › Bendradarbiavimo sutartys › J17"]);
}

#[test]
fn two_runs_give_the_same_bytes_and_write_nothing_twice() {
    let project = Project::laser_go();
    project.run(&["run"]).expect(0);
    let first = project.outputs();
    let ledger = fs::read(project.path().join("data/store/ledger.sqlite")).expect("read");
    project.run(&["run"]).expect(0).says("Nothing has changed");
    assert!(project.outputs() == first, "the outputs differ");
    assert!(
        fs::read(project.path().join("data/store/ledger.sqlite")).expect("read") == ledger,
        "the ledger was written"
    );
    // And when it has to compute again.
    fs::remove_dir_all(project.path().join("data/out")).expect("removed");
    project.run(&["run"]).expect(0);
    assert!(project.outputs() == first, "computed again, the outputs differ");
}

#[test]
fn one_thread_gives_the_same_bytes_as_many() {
    let (one, many) = (Project::laser_go(), Project::laser_go());
    let run = |project: &Project, threads: &str| {
        let output = project
            .command(&["run"])
            .env("RAYON_NUM_THREADS", threads)
            .env("POLARS_MAX_THREADS", threads)
            .output()
            .expect("runs");
        crate::project::answer(&output).expect(0);
    };
    run(&one, "1");
    run(&many, "4");
    assert!(one.outputs() == many.outputs(), "the outputs differ");
}

#[test]
fn explain_tells_definition_sql_value_and_why() {
    let project = Project::laser_go();
    project
        .run(&["explain", "cooperation_volume"])
        .expect(0)
        .says("SELECT SUM(value) AS value")
        .says("EUR 4\u{202f}049\u{202f}100")
        .says("On track");
    project.run(&["explain", "cooperation_volme"]).expect(2).says("did you mean `cooperation_volume`?");
    project.run(&["explain", "number-ambiguous"]).expect(0).says("one country");
}

#[test]
fn status_names_who_is_late() {
    let project = Project::laser_go();
    project.run(&["status"]).expect(0).says("17 files in the inbox not read yet");
    project.run(&["ingest"]).expect(0);
    project.run(&["status"]).expect(0).says("human_technology").says("! late");
}

#[test]
fn evidence_beyond_the_limit_stands_as_parquet_beside_the_workbook() {
    let project = Project::laser_go();
    let report = fs::read_to_string(project.path().join("reports/scoreboard.toml")).expect("read");
    project.file(
        "reports/scoreboard.toml",
        report.replace("code = \"laser_go\"", "code = \"laser_go\"\nevidence_rows = 10"),
    );
    project.run(&["run"]).expect(0);
    let names: Vec<String> = project.outputs().into_iter().map(|(name, _)| name).collect();
    let usual = ["html", "json", "xlsx"];
    let of = |report: &str| usual.map(|ending| format!("{report}.{ending}"));
    let whole = [vec!["laser_go.evidence.parquet".to_owned()], of("laser_go").to_vec(), of("laser_go_public").to_vec()];
    assert_eq!(names, whole.concat());
    project.run(&["run"]).expect(0).says("Nothing has changed");
}
