//! Several programmes side by side: what is matched, what is added up and what is not, who stands in several.

use std::fs;
use std::process::Command;

use calamine::Reader as _;
use serde_json::{Value, json};

use crate::project::{Answer, Project, answer, repository};

pub fn across(arguments: &[&str]) -> Answer {
    let mut command = Command::new(env!("CARGO_BIN_EXE_scoreboard"));
    command.arg("across").args(arguments).env("SCOREBOARD_NOW", "2026-01-15T06:00:00Z");
    answer(&command.output().expect("the command runs"))
}

const FIRMS: &str = r#"schema = 1
[collection]
code = "firms"
title = "Firms"
key = ["vat"]
[[collection.field]]
code = "vat"
label = "VAT"
kind = "text"
[[collection.field]]
code = "jobs"
label = "Jobs"
kind = "integer"
[[collection.field]]
code = "market"
label = "Market"
kind = "choice"
options = ["us", "cn", "br"]
"#;

const COUNTED: &str = r#"schema = 1
[[indicator]]
code = "firms"
title = "Firms"
unit = "firms"
from = "firms"
measure = "COUNT(DISTINCT vat)"
accumulation = "stock"
by = ["market"]
common = "RCO01"
[[indicator]]
code = "jobs"
title = "Jobs"
unit = "jobs"
from = "firms"
measure = "SUM(jobs)"
accumulation = "stock"
[[indicator]]
code = "jobs_a_firm"
title = "Jobs a firm"
unit = "jobs"
from = "firms"
ratio = { of = "SUM(jobs)", to = "COUNT(*)" }
"#;

const FILE: &str = r#"schema = 1
[across]
title = "Two programmes"
projects = ["one", "two"]
[[across.match]]
code = "jobs"
title = "Jobs"
of = { one = "jobs", two = "jobs" }
[[across.match]]
code = "jobs_a_firm"
title = "Jobs a firm"
of = { one = "jobs_a_firm", two = "jobs_a_firm" }
[[across.set]]
title = "Markets"
by = "market"
of = { one = "firms", two = "firms" }
published = [
  { of = "first", value = 2, source = "Guide" },
  { of = "second", value = 3, source = "Guide" },
  { of = "dropped", value = 1, source = "Guide" },
  { of = "added", value = 1, source = "Guide" },
]
"#;

/// Two folders with a firm in common.
fn two() -> Project {
    let whole = Project::empty();
    let rows: [(&str, &[&[&str]]); 2] = [
        ("one", &[&["'A1", "3", "us"], &["'B2", "4", "cn"]]),
        ("two", &[&["'B2", "10", "cn"], &["'C3", "5", "br"], &["'D4", "1", "br"]]),
    ];
    for (name, rows) in rows {
        let small = Project::small();
        fs::remove_file(small.path().join("pipelines/agreements.toml")).unwrap();
        small.file("pipelines/firms.toml", FIRMS).file("indicators/a.toml", COUNTED);
        let mut table: Vec<&[&str]> = vec![&["VAT", "Jobs", "Market"]];
        table.extend(rows);
        small.workbook("alpha_2016-05_2016-06-12_r1.xlsx", "Firms", &table);
        for part in [
            "scoreboard.toml",
            "pipelines/firms.toml",
            "indicators/a.toml",
            "data/inbox/alpha_2016-05_2016-06-12_r1.xlsx",
        ] {
            whole.file(&format!("{name}/{part}"), fs::read(small.path().join(part)).unwrap());
        }
    }
    whole.file("across.toml", FILE);
    whole
}

fn report(whole: &Project, more: &[&str]) -> Value {
    let file = whole.path().join("across.toml");
    let file = file.to_str().unwrap();
    let arguments: Vec<&str> = [file, "--format", "json"].into_iter().chain(more.iter().copied()).collect();
    serde_json::from_str(&across(&arguments).expect(0).out).expect("JSON")
}

fn matched<'a>(report: &'a Value, code: &str) -> &'a Value {
    report["matched"].as_array().unwrap().iter().find(|one| one["code"] == code).unwrap_or_else(|| panic!("no {code}"))
}

#[test]
fn sums_are_added_up_and_rates_and_what_is_counted_once_are_not() {
    let report = report(&two(), &[]);
    assert_eq!(matched(&report, "jobs")["total"], json!({ "value": 23, "known": 2, "of": 2, "why": null }));
    let rate = matched(&report, "jobs_a_firm");
    assert_eq!(rate["total"]["value"], Value::Null);
    assert!(rate["total"]["why"].as_str().unwrap().starts_with("not added up: a rate"), "{rate}");
    // By the code that both bear.
    let firms = matched(&report, "RCO01");
    assert_eq!((&firms["matched_by"], &firms["total"]["value"]), (&json!("common"), &Value::Null));
    assert_eq!(
        firms["once"],
        json!({
            "together": 4,
            "at_least": 4,
            "in_several": 1,
            "shared": [{ "first": "one", "second": "two", "both": 1 }],
            "several": [{ "identity": "B2", "programmes": ["one", "two"] }],
        })
    );
    // Every figure says which run of which folder gives it.
    for entry in report["matched"].as_array().unwrap().iter().flat_map(|one| one["entries"].as_array().unwrap()) {
        assert_eq!(entry["run"].as_str().unwrap().len(), 12, "{entry}");
    }
}

#[test]
fn a_run_code_is_that_of_the_programme_itself() {
    let whole = two();
    let report = report(&whole, &[]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_scoreboard"));
    command.args(["run", "--format", "json", "--project"]).arg(whole.path().join("one"));
    let own = answer(&command.env("SCOREBOARD_NOW", "2026-01-15T06:00:00Z").output().unwrap()).expect(0);
    let own: Value = serde_json::from_str(&own.out).unwrap();
    assert_eq!(report["programmes"][0]["report"]["run"], own["run"]);
    // And when it has run, its figures are told all the same.
    assert_eq!(matched(&self::report(&whole, &[]), "jobs")["total"]["value"], 23);
}

#[test]
fn what_one_has_and_the_other_has_not_is_told_with_what_was_published() {
    let report = report(&two(), &[]);
    let set = &report["sets"][0];
    assert_eq!((&set["kept"], &set["dropped"], &set["added"]), (&json!(["cn"]), &json!(["us"]), &json!(["br"])));
    let outcomes: Vec<&Value> = set["published"].as_array().unwrap().iter().map(|one| &one["outcome"]).collect();
    assert_eq!(outcomes, ["agrees", "contradicted", "agrees", "agrees"]);
    assert_eq!(set["account"], json!({ "makes": 2, "second": 3 }), "2 less 1 and 1 more is not 3");
}

#[test]
fn nothing_is_left_in_the_folders_that_are_looked_at() {
    let whole = two();
    report(&whole, &[]);
    for name in ["one", "two"] {
        let data: Vec<_> = fs::read_dir(whole.path().join(name).join("data")).unwrap().flatten().collect();
        assert_eq!(data.len(), 1, "{name}: {data:?}");
    }
}

#[test]
fn what_differs_between_programmes_is_said() {
    let whole = two();
    whole.replace(
        "two/indicators/a.toml",
        "unit = \"jobs\"\nfrom = \"firms\"\nmeasure",
        "unit = \"FTE\"\nfrom = \"firms\"\nmeasure",
    );
    let report = report(&whole, &[]);
    let jobs = matched(&report, "jobs");
    assert_eq!(jobs["total"]["why"], "not added up: the programmes count in different units");
    let said: Vec<&str> = jobs["differences"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
    assert!(said.contains(&"They count in different units: jobs (one), FTE (two)."), "{said:?}");
    assert!(said.contains(&"In one only 1 of 2 have reported."), "{said:?}");
}

#[test]
fn a_programme_without_a_report_for_an_audience_tells_that_audience_nothing() {
    let whole = two();
    whole.file("two/reports/a.toml", "schema = 1\n[report]\ncode = \"a\"\ntitle = \"A\"\naudience = \"public\"\n");
    let report = report(&whole, &["--audience", "public"]);
    assert_eq!(report["programmes"][0]["report"], Value::Null);
    assert_eq!(report["programmes"][1]["report"]["code"], "a");
    assert_eq!(report["matched"], json!([]), "only one of them tells anything");
    let text = report.to_string();
    assert!(!text.contains("B2") && !text.contains("A1"), "{text}");
}

#[test]
fn mistakes_in_the_file_are_told_with_what_was_meant() {
    let whole = two();
    whole.replace("across.toml", "two = \"jobs\" }", "two = \"jbos\" }");
    let file = whole.path().join("across.toml");
    across(&[file.to_str().unwrap()]).expect(2).says("`two` has no indicator `jbos`").says("jobs");
    let whole = two();
    whole.replace("across.toml", "by = \"market\"", "by = \"country\"");
    let file = whole.path().join("across.toml");
    across(&[file.to_str().unwrap()]).expect(2).says("`firms` of `one` has no breakdown by `country`");
    across(&[whole.path().join("one").to_str().unwrap()]).expect(2).says("needs at least two");
}

#[test]
fn the_workbook_names_folder_indicator_and_run_beside_each_figure() {
    let whole = two();
    let out = whole.path().join("overview.xlsx");
    let (one, two, out) = (whole.path().join("one"), whole.path().join("two"), out.to_str().unwrap().to_owned());
    let folders = [one.to_str().unwrap(), two.to_str().unwrap(), "--out", &out];
    across(&folders).expect(0).says("Firms").says("4 counted once, 1 in several");
    let bytes = fs::read(&out).unwrap();
    across(&folders).expect(0);
    assert_eq!(fs::read(&out).unwrap(), bytes, "the same folders give the same bytes");
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(&out).unwrap();
    assert_eq!(book.sheet_names(), ["Programmes", "Side by side", "Firms", "Overlap", "Notes"]);
    let range = book.worksheet_range("Firms").unwrap();
    let texts: Vec<String> = range.used_cells().map(|(_, _, cell)| cell.to_string()).collect();
    for text in ["Firms (one: firms)", "Firms (two: firms)", "Each counted once", "1 of them in several programmes"] {
        assert!(texts.iter().any(|one| one == text), "{text} is not in {texts:?}");
    }
}

#[test]
fn the_examples_side_by_side_show_what_their_documents_dispute() {
    let file = repository().join("examples/across_generations.toml");
    let report: Value =
        serde_json::from_str(&across(&[file.to_str().unwrap(), "--format", "json"]).expect(0).out).unwrap();
    let set = &report["sets"][0];
    assert_eq!(set["account"], json!({ "makes": 31, "second": 32 }), "26 less 7 and 12 more is 31");
    let organisations = matched(&report, "cosme/organisations_benefiting");
    let values: Vec<&Value> = organisations["entries"].as_array().unwrap().iter().map(|one| &one["value"]).collect();
    assert_eq!(values, [88, 125]);
    let once = &organisations["once"];
    let together = once["together"].as_u64().unwrap();
    assert_eq!(together, 88 + 125 - once["in_several"].as_u64().unwrap());
    assert!(once["at_least"].as_u64().unwrap() < together, "the annex spells some in two ways");
    assert_eq!(matched(&report, "markets_per_partnership")["total"]["value"], Value::Null);
}

#[test]
fn the_overview_of_all_examples_names_folders_that_are_there() {
    for name in ["across.toml", "across_generations.toml"] {
        let text = fs::read_to_string(repository().join("examples").join(name)).expect("read");
        let file = scoreboard::define::SourceFile { name: name.into(), text };
        let plan = scoreboard::define::across::read(&file).unwrap_or_else(|findings| panic!("{name}: {findings:?}"));
        for project in &plan.projects {
            let there = repository().join("examples").join(project).join("scoreboard.toml");
            assert!(there.exists(), "{name}: {}", there.display());
        }
    }
}
