//! Surveys with a form, through the program: questions, kinds of no answer, doubts. And forms and exports of other people
//! (`../shared/corpus`), where they are at hand.

use std::collections::BTreeMap;
use std::fs;

use rust_xlsxwriter::Workbook;
use serde_json::Value;

use scoreboard::app::form::read as open;
use scoreboard::define::form::questions::questions;
use scoreboard::define::form::{Form, read};
use scoreboard::finding::Finding;
use scoreboard::ingest::{self, Options, Sandbox};

use crate::project::{Project, figure, places};

const HEAD: &str = r#"schema = 1
[programme]
code = "p"
title = "P"
start = 2015-01-01
end = 2016-12-31
as_of = 2016-06-30
[[partner]]
code = "alpha"
name = "Alpha"
country = "LT"
[submission]
file_names = ["{partner}_*.csv"]
"#;

const SURVEY: &str = r#"schema = 1
[collection]
code = "members"
title = "Members"
[[collection.field]]
code = "firm"
label = "Firm"
kind = "enterprise"
required = true
[survey]
code = "turnover"
title = "Turnover"
frame = "members"
match = "firm"
respondent = "vat"
submitted = "sent_on"
lonely = "adjust"
[[survey.wave]]
code = "baseline"
role = "baseline"
on = 2015-05-31
files = "answers1*"
[[survey.wave]]
code = "follow_up"
role = "follow_up"
on = 2016-05-31
files = "answers2*"
[[survey.question]]
code = "sent_on"
label = "_submission_time"
kind = "date"
"#;

/// A programme with a survey: `more` is added to its pipeline, `shares` are indicators.
fn project(more: &str, estimates: &[(&str, &str)], members: &[String]) -> Project {
    let project = Project::empty();
    // Keys of `[survey]` stand before its tables.
    let (keys, tables) = more.split_once("----").unwrap_or(("", more));
    let survey = SURVEY.replace("lonely = \"adjust\"\n", &format!("lonely = \"adjust\"\n{keys}"));
    let indicators: String = estimates
        .iter()
        .map(|(code, estimate)| {
            let unit = if estimate.contains("share") || estimate.contains("ratio") { "%" } else { "units" };
            format!(
                "[[indicator]]\ncode = \"{code}\"\nunit = \"{unit}\"\nsurvey = \"turnover\"\nestimate = {estimate}\n"
            )
        })
        .collect();
    project
        .file("scoreboard.toml", HEAD)
        .file("pipelines/a.toml", survey + tables)
        .file("indicators/a.toml", format!("schema = 1\n{indicators}"))
        .file("data/inbox/alpha_members.csv", format!("Firm\n{}\n", members.join("\n")));
    project
}

fn firms(count: usize) -> Vec<String> {
    (1..=count).map(|at| format!("LT1000000{at:02}")).collect()
}

type Rows<'a> = &'a [&'a [&'a str]];

/// A workbook; numbers are numbers, all else is text.
fn workbook(sheets: &[(&str, Rows<'_>)]) -> Vec<u8> {
    let mut book = Workbook::new();
    for (name, rows) in sheets {
        let page = book.add_worksheet();
        page.set_name(*name).expect("a name");
        for (r, row) in (0u32..).zip(*rows) {
            for (c, cell) in (0u16..).zip(*row) {
                match cell.parse::<f64>() {
                    Ok(number) => drop(page.write_number(r, c, number).expect("written")),
                    Err(_) if cell.is_empty() => {}
                    Err(_) => drop(page.write_string(r, c, *cell).expect("written")),
                }
            }
        }
    }
    book.save_to_buffer().expect("saved")
}

const QUESTIONS: Rows<'_> = &[
    &["type", "name", "label::English (en)", "required", "relevant"],
    &["begin_group", "firm"],
    &["text", "vat", "VAT number", "yes"],
    &["select_one yn", "exports", "Do you export?", "yes"],
    &["select_multiple c or_other", "markets", "Where to?", "yes", "${exports} = 'yes'"],
    &["end_group"],
    &["integer", "turnover", "Turnover"],
    &["begin_repeat", "staff", "Staff"],
    &["text", "person", "Name"],
    &["end_repeat"],
];
const CHOICES: Rows<'_> = &[
    &["list_name", "name", "label::English (en)"],
    &["yn", "yes", "Yes"],
    &["yn", "no", "No"],
    &["yn", "99", "I would rather not say"],
    &["c", "de", "Germany"],
    &["c", "fr", "France"],
];

const WITH_FORM: &str = r#"form = "questionnaires/turnover.xlsx"
no_answer = { refused = ["99", "refused"], dont_know = "dk", not_applicable = "n/a" }
----
[[survey.question]]
code = "vat"
kind = "enterprise"
[[survey.question]]
code = "turnover"
kind = "money"
no_answer = { refused = "-99" }
"#;

fn items(scoreboard: &Value) -> BTreeMap<String, Value> {
    let items = scoreboard["surveys"][0]["waves"][0]["items"].as_array().expect("items");
    items.iter().map(|item| (item["question"].as_str().unwrap().to_owned(), item.clone())).collect()
}

#[test]
fn a_form_tells_questions_and_every_kind_of_no_answer_stays_apart() {
    let project = project(
        WITH_FORM,
        &[("exporters", "{ share = \"exports = 'yes'\" }"), ("german", "{ share = \"markets_is_de = 'yes'\" }")],
        &firms(9),
    );
    project.file("questionnaires/turnover.xlsx", workbook(&[("survey", QUESTIONS), ("choices", CHOICES)]));
    let answers: Rows<'_> = &[
        &[
            "firm/vat",
            "firm/exports",
            "firm/markets",
            "firm/markets/de",
            "firm/markets/fr",
            "firm/markets/other",
            "firm/markets_other",
            "turnover",
            "_submission_time",
            "_index",
        ],
        &["LT100000001", "yes", "de fr", "1", "1", "0", "", "1000", "2015-05-01T10:00:00", "1"],
        &["LT100000002", "no", "", "", "", "", "", "-99", "2015-05-01T10:00:00", "2"],
        // As ODK writes what nobody saw: no in every column.
        &["LT100000003", "I would rather not say", "", "0", "0", "0", "", "", "2015-05-01T10:00:00", "3"],
        &["LT100000004", "yes", "other", "0", "0", "1", "Mars", "0", "2015-05-01T10:00:00", "4"],
        &["LT100000005", "no", "", "", "", "", "", "dk", "2015-05-01T10:00:00", "5"],
        &["LT100000006", "no", "", "", "", "", "", "N/A", "2015-05-01T10:00:00", "6"],
        // Exported, and left empty what was asked then: not complete.
        &["LT100000007", "yes", "", "", "", "", "", "5", "2015-05-01T10:00:00", "7"],
    ];
    let staff: Rows<'_> = &[
        &["staff/person", "_index", "_parent_table_name", "_parent_index"],
        &["x", "1", "Answers", "1"],
        &["y", "2", "Answers", "1"],
    ];
    project.file("data/inbox/answers1.xlsx", workbook(&[("Answers", answers), ("staff", staff)]));
    let scoreboard = project.scoreboard();
    let wave = &scoreboard["surveys"][0]["waves"][0];
    assert_eq!((&wave["incomplete"], &wave["strata"][0]["complete"]), (&Value::from(1), &Value::from(6)));
    let items = items(&scoreboard);
    let of = |question: &str| (items[question]["answered"].as_u64().unwrap(), items[question]["absent"].clone());
    assert_eq!(of("Do you export?"), (5, serde_json::json!({ "refused": 1 })));
    assert_eq!(of("Where to?"), (2, serde_json::json!({ "not_asked": 4 })));
    assert_eq!(items["Where to?"]["left_out"], 0, "who was not asked left nothing out");
    let turnover = serde_json::json!({ "dont_know": 1, "not_answered": 1, "not_applicable": 1, "refused": 1 });
    assert_eq!(of("Turnover"), (2, turnover), "zero is an answer");
    assert_eq!(figure(&scoreboard, "exporters", &[])["value"], 40);
    assert_eq!(figure(&scoreboard, "german", &[])["value"], 50);
    let repeats: Vec<&Value> = scoreboard["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["rule"] == "repeat-unread")
        .collect();
    assert_eq!(repeats.len(), 1);
    assert_eq!(repeats[0]["message"], "a repeat with 2 rows of 1 answers");
}

#[test]
fn the_public_is_not_told_why_a_question_has_no_answer_nor_of_whom_it_was_not_asked() {
    let project = project(WITH_FORM, &[("median", "{ median = \"turnover\" }")], &firms(12));
    project
        .file("reports/in.toml", "schema = 1\n[report]\ncode = \"in\"\ntitle = \"In\"\n")
        .file("reports/out.toml", "schema = 1\n[report]\ncode = \"out\"\ntitle = \"Out\"\naudience = \"public\"\n");
    project.file("questionnaires/turnover.xlsx", workbook(&[("survey", QUESTIONS), ("choices", CHOICES)]));
    let mut text = "vat,exports,markets,markets/de,markets/fr,turnover,_submission_time\n".to_owned();
    for (at, turnover) in (1..).zip(["10", "20", "30", "40", "50", "-99", "dk", "", ""]) {
        let markets = if at < 5 { "yes,de,1,0" } else { "no,,," };
        text.push_str(&format!("LT1000000{at:02},{markets},{turnover},2015-05-01\n"));
    }
    project.file("data/inbox/answers1.csv", text);
    let inside = project.scoreboard();
    let out = project.json_for("public");
    let told = |board: &Value, question: &str| {
        let item = items(board)[question].clone();
        (item["answered"].clone(), item["left_out"].clone(), item["absent"].clone())
    };
    let kinds = serde_json::json!({ "refused": 1, "dont_know": 1, "not_answered": 2 });
    assert_eq!(told(&inside, "Turnover"), (5.into(), 4.into(), kinds));
    assert_eq!(told(&out, "Turnover"), (5.into(), 4.into(), serde_json::json!({ "unknown": 4 })));
    assert_eq!(told(&inside, "Where to?"), (4.into(), 0.into(), serde_json::json!({ "not_asked": 5 })));
    assert_eq!(told(&out, "Where to?"), (Value::Null, Value::Null, Value::Null));
    assert_eq!(told(&out, "Do you export?"), (9.into(), 0.into(), serde_json::json!({})));
    // Five answers: two on one side of the median.
    assert_eq!(figure(&inside, "median", &[])["value"], 30);
    assert_eq!(figure(&out, "median", &[])["state"], "suppressed");
}

#[test]
fn two_columns_of_one_answer_must_agree() {
    let project = project(WITH_FORM, &[("exporters", "{ share = \"exports = 'yes'\" }")], &firms(9));
    project.file("questionnaires/turnover.xlsx", workbook(&[("survey", QUESTIONS), ("choices", CHOICES)]));
    let answers: Rows<'_> = &[
        &["vat", "exports", "old/markets", "markets/de", "turnover", "_submission_time", "new/turnover"],
        &["LT100000001", "yes", "de", "1", "1000", "2015-05-01", "1000"],
        &["LT100000002", "yes", "fr", "1", "", "2015-05-01", "77"],
        &["LT100000003", "yes", "fr", "0", "1000", "2015-05-01", "77"],
        &["LT100000004", "yes", "dee", "", "1000", "2015-05-01", ""],
    ];
    project.file("data/inbox/answers1.xlsx", workbook(&[("Answers", answers)]));
    let scoreboard = project.scoreboard();
    assert_eq!(
        places(&scoreboard, "options-disagree"),
        ["answers1.xlsx › Answers › D3", "answers1.xlsx › Answers › G4"]
    );
    let unknown =
        scoreboard["findings"].as_array().unwrap().iter().find(|finding| finding["rule"] == "unknown-option").unwrap();
    assert_eq!((&unknown["place"]["cell"], &unknown["suggestion"]), (&Value::from("C5"), &Value::from("de")));
    assert_eq!(scoreboard["surveys"][0]["waves"][0]["strata"][0]["complete"], 1);
}

#[test]
fn a_mistake_in_a_form_stops_at_its_cell_and_a_changed_form_reads_again() {
    let project = project(WITH_FORM, &[("exporters", "{ share = \"exports = 'yes'\" }")], &firms(2));
    project.run(&["check"]).expect(1).says("the form `questionnaires/turnover.xlsx` cannot be read");
    let bad: Rows<'_> =
        &[&["type", "name"], &["text", "vat"], &["select_one ynn", "exports"], &["integer", "turnover"]];
    project.file("questionnaires/turnover.xlsx", workbook(&[("survey", bad), ("choices", CHOICES)]));
    project
        .run(&["check"])
        .expect(1)
        .says("questionnaires/turnover.xlsx › survey › A3")
        .says("no list of choices is called `ynn`")
        .says("yn");
    project.file("questionnaires/turnover.xlsx", workbook(&[("survey", QUESTIONS), ("choices", CHOICES)]));
    project.file(
        "data/inbox/answers1.csv",
        "vat,exports,markets,turnover,_submission_time\nLT100000001,ja,,,2015-05-01\n",
    );
    let before = project.scoreboard();
    assert_eq!(places(&before, "unknown-option").len(), 1);
    let more: Vec<&[&str]> = CHOICES.iter().copied().chain([&["yn", "ja", "Yes indeed"][..]]).collect();
    project.file("questionnaires/turnover.xlsx", workbook(&[("survey", QUESTIONS), ("choices", &more)]));
    let after = project.scoreboard();
    assert_eq!(places(&after, "unknown-option").len(), 0);
    assert_ne!(before["definitions_hash"], after["definitions_hash"]);
}

#[test]
fn a_question_that_came_later_was_not_asked_before() {
    let project = project(WITH_FORM, &[("exporters", "{ share = \"exports = 'yes'\" }")], &firms(2));
    project.file("questionnaires/turnover.xlsx", workbook(&[("survey", QUESTIONS), ("choices", CHOICES)]));
    project.file("data/inbox/answers1.csv", "vat,turnover,_submission_time\nLT100000001,12,2015-05-01\n");
    let scoreboard = project.scoreboard();
    let items = items(&scoreboard);
    assert_eq!(items["Do you export?"]["absent"], serde_json::json!({ "not_asked": 1 }));
    // Nobody knows whether it would have been asked.
    assert_eq!(items["markets: other"]["absent"], serde_json::json!({ "unknown": 1 }));
    assert_eq!(scoreboard["surveys"][0]["waves"][0]["strata"][0]["complete"], 1);
}

const DOUBTS: &str = r#"began = "start"
ended = "end_at"
minimum_minutes = 5
----
[[survey.question]]
code = "vat"
label = "VAT"
kind = "enterprise"
required = true
[[survey.question]]
code = "start"
label = "start"
kind = "text"
[[survey.question]]
code = "end_at"
label = "end"
kind = "text"
[[survey.question]]
code = "turnover"
label = "Turnover"
kind = "money"
[[survey.question]]
code = "abroad"
label = "of which abroad"
kind = "money"
[[survey.question]]
code = "jobs"
label = "Jobs"
kind = "integer"
[[survey.question]]
code = "grants"
label = "Grants"
kind = "money"
[[survey.check]]
code = "grants_within_turnover"
expect = "grants <= turnover"
message = "the grants are more than the turnover"
"#;

#[test]
fn doubtful_answers_are_told_at_their_cells_and_count_all_the_same() {
    let project = project(DOUBTS, &[("abroad", "{ ratio = [\"abroad\", \"turnover\"] }")], &firms(12));
    let head = "VAT,start,end,Turnover,of which abroad,Jobs,Grants,_submission_time\n";
    let row = |at: usize, minutes: usize, numbers: &str, day: &str| {
        format!("LT1000000{at:02},2015-05-01T10:00:00Z,2015-05-01T10:{minutes:02}:00Z,{numbers},{day}\n")
    };
    let plain =
        |at: usize, year: usize| format!("{},{},{at},{}", 100_000 + 1_000 * at * year, 2_000 * at, 10 * at + year);
    let mut first = head.to_owned();
    let mut second = head.to_owned();
    for at in 1..=12 {
        first.push_str(&row(at, 20, &plain(at, 1), "2015-05-02"));
        let (minutes, numbers) = match at {
            // In thousands; forty times as many jobs; a part above its whole; grants above the turnover.
            1 => (20, "103,2,1,12".to_owned()),
            2 => (20, "104000,4000,80,22".to_owned()),
            3 => (20, "106000,206000,3,32".to_owned()),
            4 => (20, "108000,8000,4,208000".to_owned()),
            // The answer of 6; one number everywhere; too fast.
            5 => (20, plain(6, 2)),
            7 => (20, "7,7,7,7".to_owned()),
            8 => (2, plain(8, 2)),
            _ => (20, plain(at, 2)),
        };
        second.push_str(&row(at, minutes, &numbers, "2016-05-02"));
    }
    // Sent twice.
    second.push_str(&row(9, 20, &plain(9, 2), "2016-05-01"));
    project.file("data/inbox/answers1.csv", first).file("data/inbox/answers2.csv", second);
    let scoreboard = project.scoreboard();
    let told = |rule: &str| -> Vec<String> {
        places(&scoreboard, rule).iter().map(|place| place.trim_start_matches("answers2.csv › ").to_owned()).collect()
    };
    assert_eq!(told("unit-doubtful"), ["D2", "E2"]);
    assert_eq!(told("jump-doubtful"), ["F3", "E4", "G5", "D8", "E8", "G8"]);
    assert_eq!(told("part-above-whole"), ["E4"]);
    assert_eq!(told("check-failed"), ["G5"]);
    assert_eq!(told("answer-copied"), ["D7"]);
    assert_eq!(told("same-number"), ["D8"]);
    assert_eq!(told("answer-too-fast"), ["C9"]);
    assert_eq!(told("answer-repeated"), ["A14"]);
    let wave = &scoreboard["surveys"][0]["waves"][1];
    assert_eq!(wave["strata"][0]["complete"], 12, "all of them count");
    assert_eq!(scoreboard["kept_out_total"], 0);
}

#[test]
fn one_option_from_top_to_bottom_is_told() {
    let questions: String = (1..=5)
        .map(|at| format!("[[survey.question]]\ncode = \"q{at}\"\nlabel = \"Q{at}\"\nkind = \"choice\"\noptions = [\"1\", \"2\", \"3\"]\n"))
        .collect();
    let more =
        format!("----\n[[survey.question]]\ncode = \"vat\"\nlabel = \"VAT\"\nkind = \"enterprise\"\n{questions}");
    let project = project(&more, &[("ones", "{ share = \"q1 = '1'\" }")], &firms(4));
    project.file(
        "data/inbox/answers1.csv",
        "VAT,Q1,Q2,Q3,Q4,Q5,_submission_time\nLT100000001,1,1,1,1,1,2015-05-01\nLT100000002,1,1,2,1,1,2015-05-01\nLT100000003,1,1,1,1,,2015-05-01\n",
    );
    assert_eq!(places(&project.scoreboard(), "straight-line"), ["answers1.csv › B2"]);
}

const CORPUS: &str = "../shared/corpus/01-survey-exports";

/// The name and bytes of a file of the corpus. None: it is not at hand.
fn corpus(start: &str) -> Option<(String, Vec<u8>)> {
    let path = fs::read_dir(CORPUS)
        .ok()?
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(start)))?;
    let name = path.file_name()?.to_string_lossy().into_owned();
    Some((name, fs::read(path).expect("read")))
}

fn form(start: &str) -> Option<(Form, usize, Vec<Finding>)> {
    let (name, bytes) = corpus(start)?;
    let mut findings = Vec::new();
    let file = open(&name, &bytes, &Sandbox::here()).unwrap_or_else(|fault| panic!("{start}: {}", fault.message));
    let form = read(&file, &mut findings);
    let asked = questions(std::slice::from_ref(&form), &mut findings);
    let count = asked.iter().filter(|asked| asked.by_default).count();
    Some((form, count, findings))
}

#[test]
fn forms_of_other_people_are_read_as_the_catalogue_says() {
    // Rows of survey and choices, and questions outside repeats that somebody answers.
    for (start, survey, choices, asked) in [
        ("S02f", 17, 4, 0),
        ("S03f", 6, 0, 1),
        ("S10f", 9, 2, 4),
        ("S11a", 9, 8, 5),
        ("S12a", 5, 5, 2),
        ("S25_", 40, 18, 27),
        ("S26_", 56, 4, 16),
        ("S27_", 2, 5, 3),
        ("S28_", 3, 14, 3),
        ("S30_", 12, 22, 7),
    ] {
        let Some((form, questions, findings)) = form(start) else { return };
        assert_eq!((form.survey_rows, form.choice_rows, questions), (survey, choices, asked), "{start}");
        let errors: Vec<&Finding> = findings.iter().filter(|finding| finding.is_error()).collect();
        assert!(errors.is_empty(), "{start}: {errors:#?}");
        let told: Vec<String> = findings.iter().map(|finding| finding.place.to_string()).collect();
        let expected: &[&str] = if start == "S30_" { &["choices › A4"] } else { &[] };
        assert!(
            told.len() == expected.len() && told.iter().zip(expected).all(|(told, end)| told.ends_with(end)),
            "{start}: {told:?}"
        );
    }
}

/// The texts of a column of an export, which name its respondents.
fn respondents(name: &str, bytes: &[u8], label: &str) -> Vec<String> {
    let book = ingest::read(name, bytes, &Options::default()).expect("read");
    let sheet = &book.sheets[0];
    let at = sheet.row(0).iter().find(|(_, cell)| sheet.display(*cell) == label).expect("a column").0;
    (1..sheet.rows.len())
        .filter_map(|i| sheet.row(i).iter().find(|(column, _)| *column == at).map(|(_, cell)| sheet.display(*cell)))
        .collect()
}

/// An export of other people with its form, as a survey of whoever answered.
fn survey_of(
    form: Option<&str>,
    export: &str,
    respondent: (&str, &str),
    more: &str,
    estimates: &[(&str, &str)],
) -> Option<Value> {
    let (code, label) = respondent;
    let (name, bytes) = corpus(export)?;
    let mut keys = String::new();
    let form = form.map(|form| corpus(form).expect("a form"));
    if let Some((name, _)) = &form {
        keys = format!("form = \"{name}\"\n");
    }
    let more = format!(
        "{keys}----\n[[survey.question]]\ncode = \"{code}\"\nlabel = \"{label}\"\nkind = \"enterprise\"\n{more}"
    );
    let project = project(&more, estimates, &respondents(&name, &bytes, label));
    let pipeline = fs::read_to_string(project.path().join("pipelines/a.toml")).expect("read");
    project.file("pipelines/a.toml", pipeline.replace("respondent = \"vat\"", &format!("respondent = \"{code}\"")));
    if let Some((name, bytes)) = form {
        project.file(&name, bytes);
    }
    let ending = name.rsplit('.').next().expect("an ending");
    project.file(&format!("data/inbox/answers1.{ending}"), bytes);
    Some(project.scoreboard())
}

#[test]
fn exports_of_other_people_are_matched_to_their_forms() {
    let share = |condition: &str| format!("{{ share = \"{condition} = 'yes'\" }}");
    let close = |scoreboard: &Value, code: &str, value: f64| {
        let found = figure(scoreboard, code, &[])["value"].as_f64().unwrap_or(f64::NAN);
        assert!((found - value).abs() < 1e-6, "{code}: {found}, not {value}");
    };
    // Three groups in three versions of the form: 4 male and 2 female of 6; dog 3, chicken 2, other 1.
    let (male, dog, other) = (share("hh_sex_is_1"), share("pet_type_is_3"), share("pet_type_is_98"));
    let estimates = [("male", male.as_str()), ("dog", &dog), ("other", &other)];
    if let Some(scoreboard) = survey_of(Some("S11a"), "S11d", ("full_name", "full_name"), "", &estimates) {
        close(&scoreboard, "male", 400.0 / 6.0);
        close(&scoreboard, "dog", 300.0 / 6.0);
        close(&scoreboard, "other", 100.0 / 6.0);
    }
    // Four of five answered: cat 3, dog 2.
    let (cat, dog) = (share("pet_type_is_4"), share("pet_type_is_3"));
    if let Some(scoreboard) =
        survey_of(Some("S12a"), "S12d", ("full_name", "full_name"), "", &[("cat", &cat), ("dog", &dog)])
    {
        close(&scoreboard, "cat", 75.0);
        close(&scoreboard, "dog", 50.0);
        let item = &items(&scoreboard)["What type of pet do you own ?"];
        assert_eq!((&item["answered"], &item["absent"]["not_answered"]), (&Value::from(4), &Value::from(1)));
    }
    // Labels in place of names and codes; seven households with twelve children in a repeat.
    let estimates = [("men", "{ share = \"m2 = '1'\" }"), ("people", "{ mean = \"m3\" }")];
    let who = ("m1", "Name of the household head");
    if let Some(scoreboard) = survey_of(Some("S10f"), "S10__", who, "", &estimates) {
        close(&scoreboard, "men", 500.0 / 7.0);
        close(&scoreboard, "people", 31.0 / 7.0);
        let findings = scoreboard["findings"].as_array().unwrap();
        let repeat = findings.iter().find(|finding| finding["rule"] == "repeat-unread").expect("a repeat");
        assert_eq!(repeat["message"], "a repeat with 12 rows of 7 answers");
    }
    // Repeats within repeats: all parents are there.
    let start = "[[survey.question]]\ncode = \"start\"\nkind = \"date\"\n";
    if let Some(scoreboard) =
        survey_of(Some("S02f"), "S02__", ("vat", "_uuid"), start, &[("n", "{ share = \"start > DATE '2000-01-01'\" }")])
    {
        let findings = scoreboard["findings"].as_array().unwrap();
        let told: Vec<&str> = findings
            .iter()
            .filter(|finding| finding["rule"] == "repeat-unread" && finding["severity"] == "info")
            .map(|finding| finding["message"].as_str().unwrap())
            .collect();
        assert_eq!(
            told,
            [
                "a repeat with 12 rows of 7 answers",
                "a repeat with 8 rows of 4 answers",
                "a repeat with 8 rows of 4 answers"
            ]
        );
        assert_eq!(scoreboard["surveys"][0]["waves"][0]["strata"][0]["complete"], 5);
    }
    // Several choices without a form, as one text and as ten columns: none, ambulance and bicycle, ambulance, taxi and other.
    let label = "transport/available_transportation_types_to_referral_facility";
    let codes = "[\"none\", \"ambulance\", \"bicycle\", \"boat_canoe\", \"bus\", \"donkey_mule_cart\", \"keke_pepe\", \"lorry\", \"motorbike\", \"taxi\", \"other\"]";
    let more = format!(
        "[[survey.question]]\ncode = \"transport\"\nlabel = \"{label}\"\nkind = \"choices\"\noptions = {codes}\n"
    );
    let (ambulance, taxi) = (share("transport_is_ambulance"), share("transport_is_taxi"));
    if let Some(scoreboard) =
        survey_of(None, "S08__", ("vat", "_uuid"), &more, &[("ambulance", &ambulance), ("taxi", &taxi)])
    {
        close(&scoreboard, "ambulance", 50.0);
        close(&scoreboard, "taxi", 25.0);
    }
}
