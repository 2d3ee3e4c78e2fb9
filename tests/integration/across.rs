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
            "at_most": 4,
            "in_several": 1,
            "shared": [{ "first": "one", "second": "two", "both": 1 }],
            "several": [{ "identity": "B2", "programmes": ["one", "two"], "also": [] }],
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
    // Its own output prints the head, and each figure stands where the report says.
    let out = whole.path().join("one/data/out");
    let entry = &matched(&report, "jobs")["entries"][0];
    let found = |key: &str| entry["found"][key].as_str().unwrap();
    let json = out.join(found("file").replace(".xlsx", ".json"));
    let board: Value = serde_json::from_str(&fs::read_to_string(json).unwrap()).unwrap();
    assert_eq!(report["programmes"][0]["report"]["ledger_head"], board["ledger_head"]);
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(out.join(found("file"))).unwrap();
    let range = book.worksheet_range(found("sheet")).unwrap();
    let (column, row) = found("cell").split_at(1);
    let at = (row.parse::<u32>().unwrap() - 1, u32::from(column.as_bytes()[0] - b'A'));
    assert_eq!(range.get_value(at), Some(&calamine::Data::Float(7.0)), "{entry}");
    let mut command = Command::new(env!("CARGO_BIN_EXE_scoreboard"));
    let head = board["ledger_head"].as_str().unwrap();
    command.args(["verify", "--head", head, "--project"]).arg(whole.path().join("one"));
    answer(&command.output().unwrap()).expect(0);
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

/// Two folders that count organisations by name, in several spellings.
fn named() -> Project {
    let whole = two();
    let field = "code = \"vat\"\nlabel = \"VAT\"\nkind = \"text\"\norganisation = true";
    let rows: [(&str, &[&[&str]]); 2] = [
        ("one", &[&["Acme Group (LT)", "3", "us"], &["Nordwind Photonics (LV)", "4", "cn"]]),
        (
            "two",
            &[&["ACME Group (LT)", "10", "cn"], &["Nordwind Photonics SIA (LV)", "5", "br"], &["Zeta (DE)", "1", "br"]],
        ),
    ];
    for (name, rows) in rows {
        whole.replace(
            &format!("{name}/pipelines/firms.toml"),
            "code = \"vat\"\nlabel = \"VAT\"\nkind = \"text\"",
            field,
        );
        let small = Project::small();
        let mut table: Vec<&[&str]> = vec![&["VAT", "Jobs", "Market"]];
        table.extend(rows);
        small.workbook("alpha_2016-05_2016-06-12_r1.xlsx", "Firms", &table);
        let path = "data/inbox/alpha_2016-05_2016-06-12_r1.xlsx";
        whole.file(&format!("{name}/{path}"), fs::read(small.path().join(path)).unwrap());
    }
    whole.replace(
        "across.toml",
        "title = \"Two programmes\"",
        "title = \"Two programmes\"\ndecisions = \"decided.toml\"",
    );
    whole.file("decided.toml", "schema = 1\n");
    whole
}

fn decision(one: &str, other: &str, verdict: &str) -> String {
    let who = "by = \"A. Lead\"\nbecause = \"seen in the register\"\non = 2026-05-02\n";
    format!("[[decision]]\npair = [\"{one}\", \"{other}\"]\nverdict = \"{verdict}\"\n{who}")
}

#[test]
fn a_count_over_programmes_has_its_range_until_pairs_are_decided() {
    let whole = named();
    let open = report(&whole, &[]);
    let once = |report: &Value| {
        let once = &matched(report, "RCO01")["once"];
        ["at_least", "together", "at_most", "in_several"].map(|key| once[key].as_u64().unwrap())
    };
    assert_eq!(once(&open), [3, 5, 5, 0]);
    let pairs = open["organisations"]["pairs"].as_array().unwrap();
    assert_eq!((open["organisations"]["undecided"].as_u64(), pairs.len()), (Some(2), 2), "{pairs:?}");
    let acme = pairs.iter().find(|pair| pair["one"]["identity"] == "ACME Group (LT)").expect("found by its name");
    assert_eq!(acme["line"], "pair = [\"ACME Group (LT)\", \"Acme Group (LT)\"]");
    assert_eq!((&acme["one"]["programmes"], &acme["matched"]), (&json!(["two"]), &json!(["RCO01"])));
    assert!(acme["reasons"].as_array().unwrap().contains(&json!("the names have the same words")), "{acme}");

    let same = decision("Acme Group (LT)", "ACME Group (LT)", "same");
    let apart = decision("Nordwind Photonics (LV)", "Nordwind Photonics SIA (LV)", "different");
    whole.file("decided.toml", format!("schema = 1\n{same}{apart}"));
    let decided = report(&whole, &[]);
    assert_eq!(once(&decided), [4, 4, 4, 1]);
    assert_eq!(decided["organisations"]["pairs"], json!([]));
    let several = &matched(&decided, "RCO01")["once"]["several"][0];
    assert_eq!(several["programmes"], json!(["one", "two"]));
    assert_eq!(several["also"][0]["why"], "decided by A. Lead on 2 May 2026: seen in the register");
    assert_eq!(decided["organisations"]["decisions"].as_array().unwrap().len(), 2);
    // What each programme counts by itself is as it was.
    let values: Vec<&Value> =
        matched(&decided, "RCO01")["entries"].as_array().unwrap().iter().map(|one| &one["value"]).collect();
    assert_eq!(values, [2, 3]);
}

#[test]
fn a_decision_of_one_programme_holds_across_and_may_not_be_contradicted() {
    let whole = named();
    let same = decision("Acme Group (LT)", "ACME Group (LT)", "same");
    // One of its names stands in the other programme alone.
    whole.file("one/decisions.toml", format!("schema = 1\n{same}"));
    assert_eq!(matched(&report(&whole, &[]), "RCO01")["once"]["together"], 4);
    let apart = decision("Acme Group (LT)", "ACME Group (LT)", "different");
    whole.file("decided.toml", format!("schema = 1\n{apart}"));
    let file = whole.path().join("across.toml");
    across(&[file.to_str().unwrap()]).expect(2).says("are decided to be two, and to be one").says("one/decisions.toml");
}

#[test]
fn mistakes_in_decisions_across_programmes_are_told_at_their_line() {
    let whole = named();
    let file = whole.path().join("across.toml");
    let file = file.to_str().unwrap();
    let out = whole.path().join("a.json");
    let arguments = [file, "--out", out.to_str().unwrap()];
    whole.file("decided.toml", format!("schema = 1\n{}", decision("Acme Grup (LT)", "ACME Group (LT)", "same")));
    across(&arguments).expect(0).says("no row names the organisation `Acme Grup (LT)`").says("decided.toml:3");
    whole.file("decided.toml", "schema = 1\n[[decisions]]\n");
    across(&arguments).expect(2).says("decision");
    fs::remove_file(whole.path().join("decided.toml")).unwrap();
    across(&arguments).expect(2).says("cannot be read").says("decided.toml");
}

#[test]
fn what_is_undecided_is_written_as_decisions_that_nobody_has_made() {
    let whole = named();
    let file = whole.path().join("across.toml");
    let file = file.to_str().unwrap();
    let proposed = across(&[file, "--propose"]).expect(0).out.clone();
    assert!(proposed.contains("# pair = [\"ACME Group (LT)\", \"Acme Group (LT)\"]"), "{proposed}");
    whole.file("decided.toml", format!("schema = 1\n{proposed}"));
    assert_eq!(across(&[file, "--propose"]).expect(0).out, proposed, "nothing is decided by a proposal");
    whole.file("decided.toml", format!("schema = 1\n{}", proposed.replace("\n# ", "\n").replacen('\n', "\n# ", 2)));
    across(&[file, "--propose"]).expect(2).says("decided.toml");
}

#[test]
fn names_and_decisions_are_for_internal_readers_alone() {
    let whole = named();
    for name in ["one", "two"] {
        let text = "schema = 1\n[report]\ncode = \"a\"\ntitle = \"A\"\naudience = \"funder\"\n";
        whole.file(&format!("{name}/reports/a.toml"), text);
    }
    whole.file("decided.toml", format!("schema = 1\n{}", decision("Acme Group (LT)", "ACME Group (LT)", "same")));
    let page = whole.path().join("funder.html");
    let file = whole.path().join("across.toml");
    across(&[file.to_str().unwrap(), "--audience", "funder", "--out", page.to_str().unwrap()]).expect(0);
    let page = fs::read_to_string(page).unwrap();
    let json = report(&whole, &["--audience", "funder"]);
    assert_eq!(json["organisations"], Value::Null);
    for text in [page, json.to_string()] {
        assert!(!["Acme", "ACME", "Nordwind", "A. Lead"].iter().any(|name| text.contains(name)), "{text}");
    }
}

#[test]
fn the_report_speaks_the_language_that_its_file_asks_for() {
    let whole = named();
    whole.replace("across.toml", "title = \"Two programmes\"", "title = \"Two programmes\"\nlanguage = \"de\"");
    let file = whole.path().join("across.toml");
    let (page, out) = (whole.path().join("a.html"), whole.path().join("a.xlsx"));
    across(&[file.to_str().unwrap(), "--out", page.to_str().unwrap()]).expect(0);
    across(&[file.to_str().unwrap(), "--out", out.to_str().unwrap()]).expect(0);
    let page = fs::read_to_string(page).unwrap();
    assert!(
        page.contains("<html lang=\"de\"") && page.contains("Wie die Programme stehen") && page.contains("ACME Group"),
        "{page}"
    );
    let book: calamine::Xlsx<_> = calamine::open_workbook(&out).unwrap();
    assert_eq!(book.sheet_names()[..2], ["Programme", "Nebeneinander"]);
    whole.replace("across.toml", "language = \"de\"", "language = \"da\"");
    across(&[file.to_str().unwrap()]).expect(2).says("language");
}

#[test]
#[ignore = "needs libreoffice"]
fn libreoffice_recalculates_every_formula_over_programmes() {
    let whole = named();
    let file = whole.path().join("across.toml");
    let out = whole.path().join("across.xlsx");
    across(&[file.to_str().unwrap(), "--out", out.to_str().unwrap()]).expect(0);
    for arguments in [vec![], vec!["--prove"]] {
        let script = repository().join(".ci/recalculate.py");
        let status = Command::new("python3").arg(script).args(arguments).arg(&out).status().expect("python3");
        assert!(status.success());
    }
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
    assert!(report["organisations"]["undecided"].as_u64().unwrap() > 0, "of these generations nothing is decided");
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
        if let Some(name) = plan.decisions {
            let text = fs::read_to_string(repository().join("examples").join(&name)).expect("read");
            let file = scoreboard::define::SourceFile { name, text };
            assert!(!scoreboard::define::across::decisions(&file).expect("sound").is_empty());
        }
    }
}
