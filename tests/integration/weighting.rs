//! Surveys weighted in every declared way, through the program, held against what R's `survey` makes of the same answers.
//!
//! The population is `tests/populations/enterprises.csv`; `tests/r/estimates.R` draws the same samples from it and prints
//! its figures under `project`.

use std::fs;

use serde_json::Value;

use crate::project::{Project, figure, repository};

const HEAD: &str = r#"schema = 1
[programme]
code = "weighed"
title = "A weighed survey"
start = 2015-01-01
end = 2016-12-31
as_of = 2016-06-30
[[partner]]
code = "alpha"
name = "Alpha Cluster"
country = "AT"
[submission]
file_names = ["{partner}_{period}*"]
"#;

const SURVEY: &str = r#"schema = 1
[collection]
code = "members"
title = "Members"
key = ["enterprise"]
submission = "cumulative"
[[collection.field]]
code = "enterprise"
label = "Enterprise"
kind = "enterprise"
required = true
[[collection.field]]
code = "size"
label = "Size"
kind = "choice"
options = ["micro", "small", "medium"]
[[collection.field]]
code = "region"
label = "Region"
kind = "choice"
options = ["north", "south", "east"]
[[collection.field]]
code = "age"
label = "Age"
kind = "text"
[survey]
code = "turnover"
title = "Turnover survey"
frame = "members"
match = "enterprise"
strata = ["size"]
respondent = "enterprise"
submitted = "submitted_on"
# weighting
[[survey.wave]]
code = "before"
role = "baseline"
on = 2015-05-31
files = "before*.csv"
[[survey.wave]]
code = "after"
role = "follow_up"
on = 2016-05-31
files = "after*.csv"
[[survey.question]]
code = "enterprise"
label = "Enterprise"
kind = "enterprise"
required = true
[[survey.question]]
code = "submitted_on"
label = "Submitted on"
kind = "date"
required = true
[[survey.question]]
code = "turnover"
label = "Turnover"
kind = "money"
[[survey.question]]
code = "abroad"
label = "Abroad"
kind = "money"
[[survey.question]]
code = "weight"
label = "Weight"
kind = "decimal"
"#;

/// Code, unit, and what is estimated.
const INDICATORS: [(&str, &str, &str); 8] = [
    ("abroad_total", "EUR", r#"{ total = "abroad" }"#),
    ("abroad_mean", "EUR", r#"{ mean = "abroad" }"#),
    ("abroad_median", "EUR", r#"{ median = "abroad" }"#),
    ("abroad_share", "%", r#"{ ratio = ["abroad", "turnover"] }"#),
    ("share_change", "%", "{ ratio = [\"abroad\", \"turnover\"] }\nchange = \"percentage_points\""),
    ("total_growth", "EUR", "{ total = \"abroad\" }\nchange = \"percent\""),
    (
        "share_change_unpaired",
        "%",
        "{ ratio = [\"abroad\", \"turnover\"] }\nchange = \"percentage_points\"\npairing = \"unpaired\"\ntarget = { increase = 5 }",
    ),
    ("median_growth_unpaired", "EUR", "{ median = \"abroad\" }\nchange = \"percent\"\npairing = \"unpaired\""),
];

fn population() -> Vec<Vec<String>> {
    let text = fs::read_to_string(repository().join("tests/populations/enterprises.csv")).expect("the population");
    text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

fn number(at: usize) -> String {
    format!("LT{}", 300_000_000 + at)
}

/// The project with some keys of the survey; `medium` says whether medium enterprises answered.
fn project(weighting: &str, medium: bool) -> Project {
    let project = Project::empty();
    let indicators = INDICATORS.map(|(code, unit, estimate)| {
        format!("[[indicator]]\ncode = \"{code}\"\nunit = \"{unit}\"\nsurvey = \"turnover\"\nestimate = {estimate}\n")
    });
    project
        .file("scoreboard.toml", HEAD)
        .file("pipelines/survey.toml", SURVEY.replace("# weighting", weighting))
        .file("indicators/all.toml", format!("schema = 1\n{}", indicators.concat()));
    let all = population();
    let mut rows = vec![["Enterprise", "Size", "Region", "Age"].map(str::to_owned)];
    rows.extend(all.iter().enumerate().map(|(at, row)| {
        let age = if at % 7 < 3 { "old" } else { "young" };
        [number(at), row[0].clone(), ["north", "south", "east"][at % 3].into(), age.into()]
    }));
    let rows: Vec<Vec<&str>> = rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
    let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
    project.workbook("alpha_2016-Q1.xlsx", "Members", &rows);
    let tenths = |cell: &str| (cell.parse::<f64>().expect("a number") * 10.0).round();
    let wave = |day: &str, asked: &dyn Fn(usize) -> bool, abroad: &dyn Fn(&[String]) -> f64| {
        let mut text = "Enterprise;Submitted on;Turnover;Abroad;Weight\n".to_owned();
        for (at, row) in all.iter().enumerate().filter(|(at, row)| asked(*at) && (medium || row[0] != "medium")) {
            let weight = 1.5 + (at % 4) as f64;
            text.push_str(&format!("{};{day};{};{:.1};{weight}\n", number(at), row[6], abroad(row) / 10.0));
        }
        text
    };
    let before = wave("2015-05-20", &|at| at * 37 % 400 < 60, &|row| tenths(&row[7]));
    let after = wave("2016-05-20", &|at| at * 37 % 400 < 40 || (at * 53 + 11) % 400 < 40, &|row| {
        2.0 * tenths(&row[7]) + 3.0 * tenths(&row[4])
    });
    project.file("data/inbox/before.csv", before).file("data/inbox/after.csv", after);
    project
}

fn estimate<'a>(scoreboard: &'a Value, code: &str) -> &'a Value {
    let of = |one: &&Value| one["code"] == code;
    &scoreboard["indicators"].as_array().expect("indicators").iter().find(of).expect("the indicator")["estimate"]
}

/// Every figure that R prints for a way of weighting.
fn agrees_with_r(weighting: &str, keys: &str) {
    let file: Value = serde_json::from_str(include_str!("../r/estimates.json")).expect("JSON");
    let of = |one: &&Value| one["weighting"] == weighting;
    let by_r = file["project"].as_array().expect("a list").iter().find(of).expect("the way of weighting");
    let scoreboard = project(keys, true).scoreboard();
    for (code, expected) in by_r["figures"].as_object().expect("figures") {
        let is_change = code.contains("change") || code.contains("growth");
        let (ours, value) = match code.as_str() {
            "without_largest" => {
                let found = &estimate(&scoreboard, "abroad_total")["without_largest"];
                (found, &found["value"])
            }
            code if is_change => {
                (&estimate(&scoreboard, code)["change"], &estimate(&scoreboard, code)["change"]["value"])
            }
            code => (estimate(&scoreboard, code), &figure(&scoreboard, code, &[])["value"]),
        };
        let scale = if is_change || code == "abroad_share" { 100.0 } else { 1.0 };
        let near = |what: &str, ours: &Value, theirs: &Value| {
            let number = |value: &Value| value.to_string().parse::<f64>().expect("a number");
            let (ours, theirs) = (number(ours), number(theirs) * scale);
            let agree = (ours - theirs).abs() <= 1e-9 * theirs.abs();
            assert!(agree, "{weighting}, {code}: {what} is {ours}, R says {theirs}");
        };
        near("value", value, &expected["value"]);
        near("lower end", &ours["lower"], &expected["interval"][0]);
        near("upper end", &ours["upper"], &expected["interval"][1]);
        if code != "without_largest" {
            near("standard error", &ours["standard_error"], &expected["standard_error"]);
        }
    }
}

#[test]
fn every_estimate_of_a_stratified_survey_agrees_with_r() {
    agrees_with_r("plain", "");
}

#[test]
fn post_strata_counted_in_the_frame_agree_with_r() {
    agrees_with_r("post_strata", "post_strata = [\"region\"]");
}

#[test]
fn raking_to_declared_totals_agrees_with_r() {
    agrees_with_r(
        "rake",
        "rake = { region = { north = 134, south = 133, east = 133 }, age = { old = 172, young = 228 } }",
    );
}

#[test]
fn given_weights_agree_with_r() {
    agrees_with_r("weights", "weights = \"weight\"");
}

#[test]
fn the_sentences_say_how_it_was_weighted() {
    let scoreboard = project("rake = [\"region\", \"age\"]\nminimum_answers = 10", true).scoreboard();
    let method = scoreboard["surveys"][0]["method"].to_string();
    for text in ["brought to the known numbers by region and by age (raking)", "Fewer than 10 answers give no estimate"]
    {
        assert!(method.contains(text), "{method}");
    }
    let total = figure(&scoreboard, "share_change_unpaired", &[]);
    let reason = total["reason"].to_string();
    assert!(reason.contains("excludes the target of +5.0 points"), "{reason}");
    let notes = estimate(&scoreboard, "share_change_unpaired")["notes"].to_string();
    assert!(notes.contains("taken for separate samples"), "{notes}");
    assert!(estimate(&scoreboard, "abroad_total")["notes"].to_string().contains("Caution: the numerator is skewed"));
}

#[test]
fn an_empty_stratum_stops_a_total_until_it_is_merged() {
    let scoreboard = project("", false).scoreboard();
    let total = figure(&scoreboard, "abroad_total", &[]);
    assert_eq!((total["value"].is_null(), total["state"].as_str()), (true, Some("not_computable")));
    assert!(total["why"].to_string().contains("the stratum medium has no answer"), "{}", total["why"]);
    let notes = estimate(&scoreboard, "abroad_share")["notes"].to_string();
    assert!(notes.contains("20.0 % of the population lies in strata without answers"), "{notes}");
    let scoreboard = project("collapse = [[\"small\", \"medium\", \"large\"]]", false).scoreboard();
    assert_eq!(figure(&scoreboard, "abroad_total", &[])["state"], "known");
    let method = scoreboard["surveys"][0]["method"].to_string();
    assert!(method.contains("Strata merged, as declared: medium + small."), "{method}");
    assert!(method.contains("`collapse` names `large`, but no enterprise is in such a stratum."), "{method}");
}

#[test]
fn what_the_answers_do_not_allow_is_said_with_its_reason() {
    for (keys, why) in [
        ("minimum_answers = 80", "73 answers are fewer than the 80 that the survey asks for"),
        (
            "post_strata = { region = { north = 200, south = 200 } }",
            "an answer has a region of which no total is known",
        ),
    ] {
        let scoreboard = project(keys, true).scoreboard();
        let total = figure(&scoreboard, "abroad_mean", &[]);
        assert!(total["why"].to_string().contains(why), "{keys}: {}", total["why"]);
    }
}

#[test]
fn mistakes_in_weighting_are_told_at_their_place() {
    for (keys, says) in [
        ("weights = \"wieght\"", "did you mean `weight`?"),
        ("weights = \"region\"", "`region` is not a number"),
        ("post_strata = [\"regoin\"]", "did you mean `region`?"),
        ("post_strata = [\"enterprises\"]", "no field is called `enterprises`"),
        ("post_strata = { region = { nort = 3 } }", "did you mean `north`?"),
        ("post_strata = { region = 3 }", "the totals of `region` must be a table"),
        ("post_strata = { region = { north = 1.5 } }", "the total of `north` must be a whole number"),
        (
            "post_strata = { region = { north = 1 }, age = { old = 1 } }",
            "`post_strata` has totals of more than one field",
        ),
        ("post_strata = { weight = { one = 1 } }", "`weight` does not divide the population into parts"),
        ("rake = [\"region\"]", "`rake` needs two fields or more"),
        ("rake = [\"region\", \"age\"]\npost_strata = [\"age\"]", "`post_strata` and `rake` exclude each other"),
        (
            "rake = { region = { north = 3, south = 4 }, age = { old = 8 } }",
            "the totals of `age` add up to 8, those of `region` to 7",
        ),
        ("collapse = [\"small\"]", "`collapse` must be a list of lists of texts"),
        ("collapse = [[\"small\"]]", "one stratum alone cannot be merged"),
        (
            "collapse = [[\"small\", \"micro\"], [\"small\", \"medium\"]]",
            "the stratum `small` stands twice in `collapse`",
        ),
        ("minimum_answers = 0", "`minimum_answers` must lie between 1 and 1000000"),
    ] {
        project(keys, true).run(&["check"]).expect(1).says("pipelines/survey.toml:34").says(says);
    }
    for (from, to, says) in [
        (
            "change = \"percent\"\npairing = \"unpaired\"",
            "change = \"percent\"",
            "the change of a median is not computed on pairs",
        ),
        (
            "estimate = { mean = \"abroad\" }",
            "estimate = { mean = \"abroad\", total = \"abroad\" }",
            "an estimate is one of",
        ),
        (
            "estimate = { mean = \"abroad\" }",
            "estimate = { mean = \"abroad\" }\npairing = \"paired\"",
            "`pairing` has no effect without `change`",
        ),
    ] {
        let project = project("", true);
        project.replace("indicators/all.toml", from, to);
        project.run(&["check"]).expect(1).says(says);
    }
}
