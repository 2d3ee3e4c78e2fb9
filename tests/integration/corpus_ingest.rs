//! Real files of other people, through the whole program: each with a declared layout (`tests/corpus_layouts/`) or the
//! one that `scoreboard layout` proposes, then `ingest` and `run`, against what the catalogue of the corpus says that a
//! correct reader gets. Where the corpus is not at hand the test says so and passes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rust_decimal::Decimal;
use serde_json::Value;

use super::corpus_cases::CASES;
use super::project::{Project, repository};

const CORPUS: &str = "../shared/corpus";
/// Of the process that reads a file: what an ordinary file may take.
const MEMORY_MB: u32 = 300;

use Outcome::{Gets, Refused};

/// What a file must come to.
pub enum Outcome {
    /// Figures of its rows: collection, measure and condition, value with as many decimals as are known.
    Gets(&'static [(&'static str, &'static str, &'static str)]),
    /// No row, and this rule says why.
    Refused(&'static str),
}

pub struct Case {
    /// How its name begins.
    pub id: &'static str,
    /// Beside EUR.
    pub currency: &'static str,
    pub outcome: Outcome,
    /// Rules that must be told, and how often.
    pub told: &'static [(&'static str, usize)],
    /// What the catalogue calls special about the file, where it is read with that.
    pub special: &'static str,
}

fn corpus() -> Option<Vec<PathBuf>> {
    if !Path::new(CORPUS).is_dir() {
        println!("corpus absent: {CORPUS} is not there, so nothing is tested here");
        return None;
    }
    let (mut found, mut folders) = (Vec::new(), vec![PathBuf::from(CORPUS)]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("listed") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.retain(|path| name(path) != "CATALOGUE.md");
    found.sort();
    Some(found)
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

fn programme(currency: &str) -> String {
    format!(
        r#"schema = 1
[programme]
code = "corpus"
title = "Corpus"
start = 2000-01-01
end = 2030-12-31
as_of = 2030-12-31
currency = "{currency}"
period = "year"
[[partner]]
code = "sender"
name = "Sender"
country = "BE"
locale = "en-GB"
[submission]
file_names = ["{{partner}}__*"]
[limits]
memory_mb = {MEMORY_MB}
"#
    )
}

/// The project of one file, and where its declaration came from.
fn project(path: &Path, case: &Case) -> (Project, &'static str) {
    let project = Project::empty();
    project.file("scoreboard.toml", programme(case.currency));
    let inbox = format!("data/inbox/sender__{}", name(path));
    project.file(&inbox, fs::read(path).expect("read"));
    let declared = repository().join("tests/corpus_layouts").join(format!("{}.toml", case.id.trim_end_matches('_')));
    if let Ok(text) = fs::read_to_string(&declared) {
        project.file("pipelines/a.toml", text);
        return (project, "declared");
    }
    let answer = project.run(&["layout", &project.path().join(&inbox).display().to_string()]);
    if answer.code == 0 {
        project.file("pipelines/a.toml", answer.out);
    }
    (project, "proposed")
}

/// A project needs an indicator, and an indicator a collection.
const ANYTHING: &str = "schema = 1\n[collection]\ncode = \"anything\"\ntitle = \"Anything at all\"\n[[collection.field]]\ncode = \"a\"\nlabel = \"Anything at all\"\nkind = \"text\"\n";

/// One indicator for each figure: `MEASURE where CONDITION`. `*` is the first collection, named after the file.
fn indicators(figures: &[(&str, &str, &str)], first: &str) -> String {
    let mut text = "schema = 1\n".to_owned();
    for (i, (collection, measure, _)) in figures.iter().enumerate() {
        let collection = if *collection == "*" { first } else { collection };
        let (measure, condition) = measure.split_once(" where ").map_or((*measure, None), |(m, c)| (m, Some(c)));
        text += &format!(
            "[[indicator]]\ncode = \"f{i}\"\nunit = \"things\"\nfrom = \"{collection}\"\nmeasure = {measure:?}\naccumulation = \"stock\"\n"
        );
        if let Some(condition) = condition {
            text += &format!("where = {condition:?}\n");
        }
    }
    text
}

/// What went wrong with a case; None if nothing.
fn fails(path: &Path, case: &Case) -> Result<&'static str, String> {
    let (project, from) = project(path, case);
    let figures = match case.outcome {
        Gets(figures) => figures,
        Refused(_) => &[],
    };
    if figures.is_empty() {
        project.file("pipelines/none.toml", ANYTHING);
        project.file("indicators/a.toml", indicators(&[("anything", "COUNT(*)", "")], ""));
    } else {
        let declared = fs::read_to_string(project.path().join("pipelines/a.toml")).unwrap_or_default();
        let first = declared.lines().find_map(|line| line.strip_prefix("code = \"")?.strip_suffix('"'));
        let first = first.unwrap_or_default().to_owned();
        project.file("indicators/a.toml", indicators(figures, &first));
    }
    let check = project.run(&["check"]);
    if check.code != 0 {
        return Err(format!("{from}: the declaration does not pass `check`\n{}{}", check.out, check.err));
    }
    let ingest = project.run(&["ingest", "--format", "json"]);
    let answer: Value = serde_json::from_str(&ingest.out).map_err(|e| format!("{e}: {}{}", ingest.out, ingest.err))?;
    let mut rules: BTreeMap<String, usize> = BTreeMap::new();
    let empty = Vec::new();
    for finding in answer["new"][0]["findings"].as_array().unwrap_or(&empty) {
        *rules.entry(finding["rule"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
    }
    let mut wrong = Vec::new();
    for (rule, times) in case.told {
        if rules.get(*rule).copied().unwrap_or(0) != *times {
            wrong.push(format!("{rule} is told {} times, not {times}", rules.get(*rule).copied().unwrap_or(0)));
        }
    }
    match case.outcome {
        Refused(rule) => {
            if !rules.contains_key(rule) {
                wrong.push(format!("{rule} is not told"));
            }
            if answer["new"][0]["rows_accepted"].as_u64().unwrap_or(0) > 0 {
                wrong.push("rows were accepted".to_owned());
            }
        }
        Gets(figures) => {
            let run = project.run(&["run"]);
            if run.code != 0 {
                return Err(format!("{from}: run ended with {}\n{}{}", run.code, run.out, run.err));
            }
            let board = project.json();
            for (i, (collection, measure, expected)) in figures.iter().enumerate() {
                let found = board["figures"].as_array().and_then(|figures| {
                    figures.iter().find(|f| f["indicator"] == format!("f{i}") && f["by"] == serde_json::json!({}))
                });
                let value = found.map_or_else(String::new, |figure| figure["value"].to_string());
                let expected: Decimal = expected.parse().map_err(|e| format!("{expected}: {e}"))?;
                let same = value.parse::<Decimal>().is_ok_and(|v| v.round_dp(expected.scale()) == expected);
                if !same {
                    wrong.push(format!("{collection}: {measure} is {value}, not {expected}"));
                }
            }
        }
    }
    if wrong.is_empty() {
        return Ok(from);
    }
    Err(format!("{from}: {}\n  told: {rules:?}", wrong.join("; ")))
}

#[test]
fn every_file_of_the_corpus_gives_what_the_catalogue_says() {
    let Some(files) = corpus() else { return };
    let only = std::env::var("CORPUS_ONLY").unwrap_or_default();
    let (mut right, mut refused, mut special, mut proposed) = (0, 0, Vec::new(), 0);
    let mut wrong = Vec::new();
    for path in files.iter().filter(|path| only.split(',').any(|only| name(path).starts_with(only))) {
        let Some(case) = CASES.iter().find(|case| name(path).starts_with(case.id)) else {
            wrong.push(format!("{}: no case says what it must come to", name(path)));
            continue;
        };
        match fails(path, case) {
            Err(why) => wrong.push(format!("{} {why}", case.id)),
            Ok(from) => {
                proposed += usize::from(from == "proposed" && matches!(case.outcome, Gets(_)));
                match case.outcome {
                    Refused(_) => refused += 1,
                    Gets(_) => right += 1,
                }
                if !case.special.is_empty() {
                    special.push(format!("{} {}", case.id, case.special));
                }
            }
        }
    }
    println!(
        "{right} read right, {proposed} of them as proposed; {refused} refused by name; {} read with what is special:",
        special.len()
    );
    println!("{}", special.join("\n"));
    assert!(wrong.is_empty(), "{} of {} files:\n{}", wrong.len(), files.len(), wrong.join("\n"));
}

#[test]
fn what_is_proposed_for_any_file_passes_check() {
    let Some(files) = corpus() else { return };
    let (mut tables, mut without) = (0, 0);
    for path in files {
        let project = Project::empty();
        project.file("scoreboard.toml", programme("EUR"));
        let answer = project.run(&["layout", &path.display().to_string(), "--format", "json"]);
        if answer.code != 0 {
            // Refused as any reading refuses it: with a rule.
            assert!(answer.out.contains("\"rule\""), "{}: {}{}", path.display(), answer.out, answer.err);
            continue;
        }
        let proposal: Value = serde_json::from_str(&answer.out).expect("JSON");
        let count = proposal["tables"].as_array().map_or(0, Vec::len);
        tables += count;
        without += usize::from(count == 0);
        project.file("pipelines/a.toml", proposal["toml"].as_str().expect("a text"));
        project.file("pipelines/none.toml", ANYTHING);
        project.file("indicators/a.toml", indicators(&[("anything", "COUNT(*)", "")], ""));
        let check = project.run(&["check"]);
        assert_eq!(check.code, 0, "{}\n{}\n{}", path.display(), check.out, proposal["toml"].as_str().unwrap_or(""));
    }
    println!("{tables} tables proposed; {without} files without one");
    assert!(tables > 100, "only {tables} tables");
}

#[test]
fn a_template_without_rows_is_proposed_with_its_labels() {
    let Some(files) = corpus() else { return };
    let Some(path) = files.iter().find(|path| name(path).starts_with("I03__")) else { return };
    let answer = Project::empty().run(&["layout", &path.display().to_string(), "--format", "json"]).expect(0);
    let proposal: Value = serde_json::from_str(&answer.out).expect("JSON");
    let table = &proposal["tables"][0];
    assert_eq!((&table["range"], &table["rows"]), (&"B6:W6".into(), &0.into()));
    let fields = table["fields"].as_array().expect("fields");
    let marked = fields.iter().filter(|field| field["says"].to_string().contains("marked with *")).count();
    assert_eq!((fields.len(), marked), (22, 7));
}

#[test]
fn texts_that_look_like_formulas_stay_texts_in_what_we_write() {
    let project = Project::empty();
    let payloads =
        ["=cmd|' /C calc'!A0", "@SUM(1+9)*cmd|' /C calc'!A0", "+10+20+cmd|' /C calc'!A0", "-2+3+cmd|'/C calc'!A0"];
    project.file("scoreboard.toml", programme("EUR"));
    project.file("pipelines/a.toml", ANYTHING);
    project.file("indicators/a.toml", indicators(&[("anything", "COUNT(*)", "")], "") + "by = [\"a\"]\n");
    let text = format!("Anything at all\n{}\n", payloads.join("\n"));
    project.file("data/inbox/sender__a.csv", text);
    project.run(&["run"]).expect(0);
    let bytes = fs::read(project.path().join("data/out/scoreboard.xlsx")).expect("a workbook");
    let mut package = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a zip");
    let mut told = false;
    for i in 0..package.len() {
        let mut part = package.by_index(i).expect("a part");
        let (name, mut text) = (part.name().unwrap_or_default().into_owned(), String::new());
        if std::io::Read::read_to_string(&mut part, &mut text).is_err() {
            continue;
        }
        told |= name.contains("sharedStrings") && text.contains("cmd|");
        for formula in text.split("<f>").skip(1).filter_map(|rest| rest.split("</f>").next()) {
            assert!(!formula.contains("cmd"), "{name} holds the formula {formula}");
        }
    }
    assert!(told, "the texts stand in the workbook");
}
