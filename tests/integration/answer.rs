//! What a partner is told: verdict, cells, changes, in its language; and that a look receives nothing.

use std::fs;
use std::io::{Cursor, Read as _, Write as _};

use scoreboard::finding::CellRef;
use scoreboard::ingest::{Options, Workbook, read};
use serde_json::Value;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::project::Project;

const HEADER: &[&str] = &["Nr.", "Unterzeichnet am", "Status", "Wert"];

fn answers(project: &Project, args: &[&str]) -> Vec<Value> {
    let all = [&["answer", "--format", "json"], args].concat();
    let answer = project.run(&all).expect(0);
    let value: Value = serde_json::from_str(&answer.out).expect("JSON");
    value["answers"].as_array().expect("answers").clone()
}

fn texts<'a>(list: &'a Value, key: &str) -> Vec<&'a str> {
    list.as_array().expect("a list").iter().map(|one| one[key].as_str().unwrap_or_default()).collect()
}

fn with_mistakes() -> Project {
    let project = Project::small();
    project.workbook(
        "alpha_P1_2016-04-05_r1.xlsx",
        "Vereinbarungen",
        &[
            HEADER,
            &["A-1", "2016-02-01", "signed", "100"],
            &["A-2", "2016-02-02", "sigend", "200"],
            &["A-3", "2016-02-03", "signed", "'1.234"],
            &["A-4", "2016-02-04", "cancelled", "50"],
        ],
    );
    project.replace("scoreboard.toml", "end = 2016-12-31", "end = 2016-12-31\nperiod_from = \"start\"");
    project
}

#[test]
fn a_partner_is_told_each_cell_in_its_language() {
    let project = with_mistakes();
    let answer = &answers(&project, &[])[0];
    assert_eq!((answer["verdict"].as_str(), answer["language"].as_str()), (Some("partly_accepted"), Some("de")));
    let table = &answer["tables"][0];
    assert_eq!((table["rows_accepted"].as_u64(), table["rows_kept_out"].as_u64()), (Some(2), Some(2)));
    let findings = answer["findings"].as_array().expect("findings");
    let errors: Vec<&Value> = findings.iter().filter(|finding| finding["severity"] == "error").collect();
    let cells: Vec<(&str, &str)> = errors
        .iter()
        .map(|finding| (finding["place"]["cell"].as_str().unwrap(), finding["column"].as_str().unwrap()))
        .collect();
    assert_eq!(cells, [("C5", "Status"), ("D6", "Wert")]);
    assert_eq!(errors[0]["suggestion"], "signed");
    assert!(errors[1]["message"].as_str().unwrap().contains("1,234 oder 1234"), "{}", errors[1]);
    project
        .run(&["answer"])
        .expect(0)
        .says("alpha_P1_2016-04-05_r1.xlsx wurde teilweise angenommen")
        .says("C5 Status  Gefunden: sigend")
        .says("Vereinbarungen");
}

#[test]
fn the_programmes_own_messages_come_in_the_partners_language_and_in_the_programmes_to_the_lead() {
    let project = Project::laser_go();
    let answer = &answers(&project, &["--partner", "opticsvalley", "--no-workbook"])[0];
    let findings = answer["findings"].as_array().unwrap();
    let check =
        findings.iter().find(|finding| finding["place"]["sheet"] == "Accords" && finding["place"]["cell"] == "C20");
    assert_eq!(check.expect("a check failed")["message"], "un accord signé doit porter la date de sa signature");
    let scoreboard = project.scoreboard();
    let findings = scoreboard["findings"].as_array().unwrap();
    assert!(
        findings.iter().any(|finding| finding["message"] == "a signed agreement needs the date on which it was signed")
    );
}

#[test]
fn fixed_and_sent_again_the_findings_are_gone_and_what_changed_is_listed() {
    let project = with_mistakes();
    answers(&project, &["--no-workbook"]);
    project.workbook(
        "alpha_P1_2016-04-06_r1.xlsx",
        "Vereinbarungen",
        &[
            HEADER,
            &["A-1", "2016-02-01", "signed", "150"],
            &["A-2", "2016-02-02", "signed", "200"],
            &["A-3", "2016-02-03", "signed", "1234"],
        ],
    );
    let answer = &answers(&project, &["--no-workbook"])[0];
    assert_eq!(answer["verdict"], "accepted", "{answer}");
    assert_eq!(answer["put_right"]["since"], "alpha_P1_2016-04-05_r1.xlsx");
    assert_eq!(answer["put_right"]["findings"], 2);
    let changes = &answer["tables"][0]["changes"];
    assert_eq!((texts(&changes["new"], "key"), texts(&changes["gone"], "key")), (vec!["A-2", "A-3"], vec!["A-4"]));
    let corrected = &changes["corrected"][0];
    let cells = ["key", "cell", "column", "before", "now"].map(|key| corrected[key].as_str().unwrap());
    assert_eq!(cells, ["A-1", "D4", "Wert", "100", "150"]);
    // The row that is gone is said, to the partner and in the scoreboard.
    assert_eq!(texts(&answer["findings"], "rule"), ["rows-missing"]);
    assert!(answer["findings"][0]["message"].as_str().unwrap().ends_with(": A-4"), "{answer}");
    let scoreboard = project.scoreboard();
    assert_eq!(texts(&scoreboard["findings"], "rule").iter().filter(|rule| **rule == "rows-missing").count(), 1);
}

#[test]
fn a_row_that_is_kept_out_now_is_not_told_as_missing() {
    let project = with_mistakes();
    answers(&project, &["--no-workbook"]);
    project.workbook(
        "alpha_P1_2016-04-06_r1.xlsx",
        "Vereinbarungen",
        &[HEADER, &["A-1", "2016-02-01", "signed", "viel"], &["A-4", "2016-02-04", "cancelled", "50"]],
    );
    let answer = &answers(&project, &["--no-workbook"])[0];
    let gone = &answer["tables"][0]["changes"]["gone"];
    assert_eq!((gone[0]["key"].as_str(), gone[0]["kept_out"].as_bool()), (Some("A-1"), Some(true)));
    assert!(!texts(&answer["findings"], "rule").contains(&"rows-missing"), "{answer}");
}

#[test]
fn a_look_at_a_file_from_elsewhere_receives_nothing() {
    let project = with_mistakes();
    let elsewhere = project.path().join("alpha_P1_2016-04-07_r1.xlsx");
    fs::rename(project.inbox("alpha_P1_2016-04-05_r1.xlsx"), &elsewhere).unwrap();
    let path = elsewhere.to_string_lossy().into_owned();
    let answer = &answers(&project, &[&path, "--no-workbook"])[0];
    assert_eq!((answer["received"].as_bool(), answer["verdict"].as_str()), (Some(false), Some("partly_accepted")));
    assert!(!project.path().join("data/store").exists(), "a look leaves no store");

    // Where something was received before, the look tells what would change.
    fs::copy(&elsewhere, project.inbox("alpha_P1_2016-04-05_r1.xlsx")).unwrap();
    project.run(&["ingest"]).expect(0);
    project.workbook("alpha_P1_2016-04-08_r1.xlsx", "Vereinbarungen", &[HEADER, &["A-1", "2016-02-01", "signed", "1"]]);
    let next = project.path().join("alpha_P1_2016-04-08_r1.xlsx");
    fs::rename(project.inbox("alpha_P1_2016-04-08_r1.xlsx"), &next).unwrap();
    let answer = &answers(&project, &[&next.to_string_lossy(), "--no-workbook"])[0];
    assert_eq!(answer["tables"][0]["changes"]["corrected"][0]["now"], "1");
    assert_eq!(texts(&answer["tables"][0]["changes"]["gone"], "key"), ["A-4"]);
    assert_eq!(answers(&project, &["--no-workbook"]).len(), 1, "it was not received");
}

#[test]
fn a_refused_file_is_answered_by_name_until_something_better_came() {
    let project = Project::small();
    project.file("data/inbox/beta_2016-Q1.xlsx", "no workbook at all");
    let answer = &answers(&project, &["--no-workbook"])[0];
    assert_eq!((answer["verdict"].as_str(), answer["partner"].as_str()), (Some("refused"), Some("beta")));
    project.run(&["answer", "--partner", "alpha"]).expect(0).says("Nothing was received");
    project.run(&["answer", "--partner", "alpa"]).expect(2).says("did you mean `alpha`?");
    project.run(&["answer", "beta_2016-Q2.xlsx"]).expect(2).says("did you mean `beta_2016-Q1.xlsx`?");
}

/// The workbook that an answer gave back.
fn returned(answer: &Value) -> (String, Vec<u8>) {
    let path = answer["workbook"].as_str().expect("a workbook");
    (path.to_owned(), fs::read(path).expect("read"))
}

#[test]
fn the_partner_gets_its_own_file_back_and_sends_it_again_corrected() {
    let project = with_mistakes();
    let sent = fs::read(project.inbox("alpha_P1_2016-04-05_r1.xlsx")).unwrap();
    let answer = &answers(&project, &[])[0];
    let (path, bytes) = returned(answer);
    assert!(path.ends_with("data/out/answers/alpha/alpha_P1_2016-04-05_r1.xlsx"), "{path}");
    let [before, now] = [&sent, &bytes].map(|bytes| read("a.xlsx", bytes, &Options::default()).expect("readable"));
    assert_eq!(now.sheets.len(), before.sheets.len() + 1);
    assert_eq!(now.sheets.last().expect("a sheet").name, "Befunde");
    let cells = |workbook: &Workbook| {
        let sheet = &workbook.sheets[0];
        let rows =
            (0..sheet.rows.len()).flat_map(|i| sheet.row(i).iter().map(move |(column, cell)| (i, *column, *cell)));
        rows.map(|(i, column, cell)| (i, column, sheet.display(cell))).collect::<Vec<_>>()
    };
    assert_eq!(cells(&before), cells(&now));

    // Its user corrects two cells in Excel; here, their texts in the file.
    let corrected = edit(&bytes, &[("sigend", "signed"), (">1.234<", ">1234,50<")]);
    project.file("data/inbox/alpha_P1_2016-04-06_r1.xlsx", corrected);
    let answer = &answers(&project, &[])[0];
    assert_eq!(answer["verdict"], "accepted", "{answer}");
    assert_eq!(answer["put_right"]["findings"], 2);
    let rules = texts(&answer["findings"], "rule");
    assert_eq!(rules, ["number-as-text"], "our own sheet is passed over: {answer}");
    // Marked again, it bears the marks of today and no others.
    let again = read("a.xlsx", &returned(answer).1, &Options::default()).expect("readable");
    assert_eq!(again.sheets.iter().filter(|sheet| sheet.name.starts_with("Befunde")).count(), 1);
}

#[test]
fn a_file_of_another_format_comes_back_as_a_copy_that_says_so() {
    let project = Project::small();
    project.file("data/inbox/beta_2016-Q1.csv", "No.;Signed on;Status;Value\nB-1;2016-02-01;signd;12\n");
    let answer = &answers(&project, &[])[0];
    let (path, bytes) = returned(answer);
    assert!(path.ends_with("answers/beta/beta_2016-Q1.xlsx"), "{path}");
    assert!(answer["copy_because"].as_str().unwrap().contains("format"), "{answer}");
    let workbook = read("a.xlsx", &bytes, &Options::default()).expect("readable");
    let sheet = &workbook.sheets[0];
    let cell = sheet.cell(CellRef::parse("C2").unwrap()).expect("a cell");
    assert_eq!(sheet.display(cell), "signd");
    project.run(&["answer"]).expect(0).says("This is a copy with the values as they were read");
}

#[test]
fn a_hostile_file_is_answered_without_a_workbook() {
    let project = Project::small();
    project.file("data/inbox/beta_2016-Q1.xlsx", &b"PK\x03\x04 and nothing that is a workbook"[..]);
    let answer = &answers(&project, &[])[0];
    assert_eq!((answer["verdict"].as_str(), &answer["workbook"]), (Some("refused"), &Value::Null));
}

/// A workbook with texts replaced in all of its parts.
fn edit(bytes: &[u8], replace: &[(&str, &str)]) -> Vec<u8> {
    let mut from = ZipArchive::new(Cursor::new(bytes)).expect("a zip");
    let mut to = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..from.len() {
        let mut part = from.by_index(index).expect("a part");
        let name = part.name().expect("a name").into_owned();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).expect("read");
        if let Ok(mut text) = String::from_utf8(bytes.clone()) {
            for (old, new) in replace.iter().filter(|_| name.contains("sharedStrings")) {
                assert!(text.contains(old), "no {old} in {text}");
                text = text.replace(old, new);
            }
            bytes = text.into_bytes();
        }
        to.start_file(name, SimpleFileOptions::default()).expect("started");
        to.write_all(&bytes).expect("written");
    }
    to.finish().expect("finished").into_inner()
}
