//! Figures that stand beside the actual one: pace, what is committed, means. Each on rows that can be added up in the head.

use serde_json::{Value, json};

use crate::project::{Project, figure};

const GRANTS: &str = r#"schema = 1
[collection]
code = "grants"
title = "Grants"
key = ["no"]
date = "paid_on"
[[collection.field]]
code = "no"
label = "No."
kind = "text"
required = true
[[collection.field]]
code = "approved_on"
label = "Approved on"
kind = "date"
[[collection.field]]
code = "paid_on"
label = "Paid on"
kind = "date"
[[collection.field]]
code = "planned"
label = "Planned"
kind = "money"
[[collection.field]]
code = "paid"
label = "Paid"
kind = "money"
"#;

const INDICATORS: &str = r#"schema = 1
[[indicator]]
code = "paid"
unit = "EUR"
from = "grants"
measure = "SUM(paid)"
committed = { measure = "SUM(planned)", where = "planned < 1000", date = "approved_on" }
by = ["partner"]
target = { value = 1000 }
partner_target = { alpha = 700 }
[[indicator]]
code = "each"
unit = "EUR"
from = "grants"
mean = "paid"
by = ["partner"]
[[indicator.example]]
given = [{ paid = 1 }, { paid = 1 }, { paid = 0.5 }, {}]
expect = 0.833333333333
[[indicator]]
code = "large"
unit = "EUR"
from = "grants"
where = "paid > 1000"
mean = "paid"
[[indicator]]
code = "twice"
unit = "EUR"
derived = { sum = ["paid", "paid"] }
"#;

const PUBLIC: &str = "schema = 1\n[[report]]\ncode = \"all\"\ntitle = \"All\"\n[[report]]\ncode = \"open\"\ntitle = \"Open\"\naudience = \"public\"\n";

fn project() -> Project {
    let project = Project::small();
    project.replace("scoreboard.toml", "as_of = 2016-06-30", "as_of = 2016-06-30\nperiod = \"month\"");
    project.file("pipelines/grants.toml", GRANTS).file("indicators/a.toml", INDICATORS);
    let rows: &[&[&str]] = &[
        &["No.", "Approved on", "Paid on", "Planned", "Paid"],
        &["'1", "2016-01-10", "2016-02-10", "400", "380"],
        &["'2", "2016-03-01", "2016-03-20", "300", "300"],
        &["'3", "2016-05-05", "", "150", ""],
        &["'4", "2016-06-10", "", "100", ""],
        &["'5", "2016-04-01", "", "5000", ""],
    ];
    project.workbook("alpha_2016-05_2016-06-12_r1.xlsx", "Grants", rows);
    project
}

fn indicator<'a>(board: &'a Value, code: &str) -> &'a Value {
    let mut all = board["indicators"].as_array().expect("indicators").iter();
    all.find(|one| one["code"] == code).expect("the indicator")
}

#[test]
fn target_committed_and_achieved_stand_side_by_side() {
    let board = project().scoreboard();
    let committed = &indicator(&board, "paid")["committed"];
    // 400 + 300 + 150: the fourth was approved after the cut-off, the fifth is left out by its condition.
    let facts = |figure: &Value| {
        (figure["value"].to_string(), figure["achievement"].to_string(), figure["coverage"]["reported"].to_string())
    };
    assert_eq!(facts(committed), ("850".into(), "0.85".into(), "1".into()));
    assert_eq!((&committed["cut_off"], &committed["rows"]), (&json!("2016-05-31"), &json!(3)));
    assert_eq!(facts(figure(&board, "paid", &[])), ("680".into(), "0.68".into(), "1".into()));
    assert_eq!(committed["reason"], "Committed: EUR 850, 85 % of the target of EUR 1\u{202f}000.");
    let method = indicator(&board, "paid")["method"].to_string();
    assert!(
        method.contains("Committed: SUM(planned); from grants: rows where planned < 1000, dated by approved_on."),
        "{method}"
    );
    assert_eq!(indicator(&board, "each")["committed"], Value::Null);
}

#[test]
fn a_partner_is_held_against_its_own_target_and_their_sum_is_told() {
    let board = project().scoreboard();
    let alpha = figure(&board, "paid", &[("partner", "alpha")]);
    let told = ["target", "progress", "achievement", "status"].map(|key| alpha[key].to_string());
    assert_eq!(told, ["700", "0.971428571429", "0.971428571429", "\"on_track\""]);
    assert_eq!(figure(&board, "paid", &[("partner", "beta")])["status"], Value::Null);
    let note = &indicator(&board, "paid")["breakdowns"][0]["note"];
    assert_eq!(note, "The partners' targets add up to EUR 700; the programme's target is EUR 1\u{202f}000.");
}

#[test]
fn a_mean_is_a_sum_over_how_many_rows_give_it_and_no_row_has_none() {
    let project = project();
    project.run(&["check"]).expect(0);
    let board = project.scoreboard();
    let of = |code: &str, by: &[(&str, &str)], key: &str| figure(&board, code, by)[key].to_string();
    assert_eq!(
        (of("each", &[], "value"), of("each", &[], "numerator"), of("each", &[], "denominator")),
        ("340".into(), "680".into(), "2".into())
    );
    assert_eq!(of("each", &[("partner", "alpha")], "value"), "340");
    assert_eq!(of("large", &[], "state"), "\"not_computable\"");
    assert_eq!(of("large", &[], "why"), "\"no row to take it from\"");
}

#[test]
fn a_pace_is_taken_from_the_periods_and_kept_from_the_public() {
    let project = project();
    project.file("reports/all.toml", PUBLIC);
    let board = project.scoreboard();
    // 0, 380, 300, 0, 0: 136 a month; seven months are left of the year.
    let pace = &indicator(&board, "paid")["pace"];
    let told = ["periods", "recent", "required", "left"].map(|key| pace[key].to_string());
    assert_eq!(told, ["5", "136", "45.7142857143", "7"]);
    assert_eq!(pace["projected"]["value"], json!(1632));
    assert_eq!(pace["path"].as_array().map(Vec::len), Some(7));
    assert_eq!((&pace["path"][0]["label"], &pace["path"][0]["value"]), (&json!("2016-06"), &json!(816)));
    assert_eq!(indicator(&board, "twice")["pace"]["recent"], json!(272));
    // A mean is known in two months: the running mean from February on.
    assert_eq!(indicator(&board, "each")["pace"]["periods"], json!(4));
    let board = project.json_for("public");
    assert_eq!(
        (&indicator(&board, "paid")["pace"], &indicator(&board, "paid")["committed"]),
        (&Value::Null, &Value::Null)
    );
}

#[test]
fn what_cannot_be_committed_or_averaged_is_told_in_its_line() {
    let told = |from: &str, to: &str, says: &[&str]| {
        let project = project();
        project.replace("indicators/a.toml", from, to);
        let mut answer = project.run(&["check"]).expect(1);
        for text in says {
            answer = answer.says(text);
        }
    };
    told("SUM(planned)", "COUNT(DISTINCT no)", &["must add up", "indicators/a.toml:7:25"]);
    told("SUM(planned)", "SUM(planed)", &["did you mean `planned`?"]);
    told("date = \"approved_on\"", "date = \"no\"", &["`no` is not a date"]);
    told("where = \"planned < 1000\"", "were = \"planned < 1000\"", &["did you mean `where`?"]);
    told("mean = \"paid\"\nby", "mean = \"no\"\nby", &["`no` is not a number", "A mean needs"]);
    told(
        "mean = \"paid\"\nby",
        "mean = \"paid\"\ncommitted = { measure = \"COUNT(*)\" }\nby",
        &["goes with a `measure`"],
    );
}
