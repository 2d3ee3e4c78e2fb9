//! Figures in the forms that other systems read: what is written, what is refused by name, what a server says of it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

use scoreboard::model::period::{Calendar, PeriodUnit};
use serde_json::{Value, json};

use super::project::{Answer, Project, answer, repository};
use super::server::{Reply, Seen, Server};

const IATI: &str = r#"
[report.iati]
identifier = "XM-EXAMPLE-SMALL"
description = "Two clusters <and> their members."
reporting_org = { ref = "AT-EXAMPLE-1", type = "90", name = "Alpha & Co" }
participating_org = [{ name = "Beta Cluster", role = "4" }]
recipient_country = [{ code = "AT", percentage = 40 }, { code = "FR", percentage = 60 }]
sector = { code = "32130" }
"#;

/// Two partners, of which one has reported: 300.50 in the first quarter, 99.50 in the second.
fn project(report: &str) -> Project {
    let project = Project::small();
    project.replace("indicators/a.toml", "unit = \"EUR\"", "unit = \"EUR\"\ncommon = \"RCR02\"\nlevel = \"result\"");
    project.file("reports/r.toml", format!("schema = 1\n[report]\ncode = \"small\"\ntitle = \"Small\"\n{report}"));
    let rows: &[&[&str]] = &[
        &["No.", "Signed on", "Status", "Value"],
        &["'=1+1", "2016-02-01", "signed", "300.5"],
        &["'a2", "2016-03-31", "cancelled", "7"],
        &["'a3", "2016-05-02", "signed", "99.5"],
    ];
    project.workbook("alpha_2016-Q1_2016-04-02_r1.xlsx", "Agreements", rows);
    project.workbook("alpha_2016-Q2_2016-06-29_r1.xlsx", "Agreements", rows);
    project
}

fn output(project: &Project, name: &str) -> String {
    let all = project.outputs();
    let (_, bytes) = all.iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("no {name}"));
    String::from_utf8(bytes.clone()).expect("text")
}

/// The lines of a csv file as maps by column.
fn lines(text: &str) -> Vec<Value> {
    let bare = text.strip_prefix('\u{feff}').expect("the mark of UTF-8");
    let mut reader = csv::Reader::from_reader(bare.as_bytes());
    let heads: Vec<String> = reader.headers().expect("heads").iter().map(str::to_owned).collect();
    let map = |row: csv::StringRecord| {
        Value::Object(heads.iter().cloned().zip(row.iter().map(|cell| Value::from(cell.to_owned()))).collect())
    };
    reader.records().map(|row| map(row.expect("a row"))).collect()
}

#[test]
fn every_figure_stands_in_the_csv_as_in_the_json() {
    let project = project("formats = [\"csv\"]");
    let board = project.scoreboard();
    let figures = lines(&output(&project, "small.figures.csv"));
    let all = board["figures"].as_array().expect("figures");
    assert_eq!(figures.len(), all.len());
    for (line, figure) in figures.iter().zip(all) {
        for key in ["value", "baseline", "target", "expected", "progress", "achievement", "numerator"] {
            let number = figure[key].as_number().map_or_else(String::new, ToString::to_string);
            assert_eq!(line[key], number, "{key} of {figure}");
        }
        for key in ["state", "status", "reason"] {
            assert_eq!(line[key], figure[key].as_str().unwrap_or(""), "{key} of {figure}");
        }
        let by = figure["by"].as_object().expect("by").values().next().and_then(Value::as_str).unwrap_or("");
        assert_eq!(line["by_value"], by);
    }
    assert_eq!(
        (&figures[0]["value"], &figures[0]["reported"], &figures[0]["due"]),
        (&json!("300.5"), &json!("1"), &json!("2"))
    );
    assert_eq!(figures[0]["common"], "RCR02");
}

#[test]
fn a_text_that_begins_like_a_formula_is_no_formula() {
    let project = project("formats = [\"csv\"]");
    project.scoreboard();
    let evidence = lines(&output(&project, "small.evidence.csv"));
    let keys: Vec<&str> = evidence.iter().filter_map(|row| row["key"].as_str()).collect();
    assert!(keys.contains(&"'=1+1"), "{keys:?}");
    assert_eq!(evidence[0]["amount"], "300.5");
}

#[test]
fn parquet_holds_every_digit() {
    use polars::prelude::{ParquetReader, SerReader as _};
    let project = project("");
    project.run(&["export", "parquet"]).expect(0);
    let all = project.outputs();
    let names: Vec<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["small.evidence.parquet", "small.figures.parquet"]);
    let frame = ParquetReader::new(std::io::Cursor::new(all[1].1.clone())).finish().expect("a table");
    let shown = |column: &str| frame.column(column).expect("a column").get(0).expect("a value").to_string();
    assert_eq!((shown("value").as_str(), shown("cut_off").as_str()), ("300.500000000000000000", "2016-03-31"));
    // 300.5 of 1000 by the cut-off, as the JSON has it.
    assert_eq!(shown("progress"), "0.300500000000000000");
}

#[test]
fn an_iati_file_has_what_is_known_and_says_what_is_not() {
    let project = project(&format!("formats = [\"iati\"]\n{IATI}"));
    project
        .run(&["run"])
        .expect(0)
        .says("volume, partner = beta: it is not reported, and an actual of IATI has a number");
    let xml = output(&project, "small.iati.xml");
    for part in [
        "<iati-identifier>XM-EXAMPLE-SMALL</iati-identifier>",
        "Two clusters &lt;and&gt; their members.",
        "Alpha &amp; Co",
        r#"<recipient-country code="AT" percentage="40"/>"#,
        r#"<activity-date type="2" iso-date="2016-01-01"/>"#,
        r#"<result type="2""#,
        r#"<indicator measure="1" ascending="1""#,
        r#"<reference vocabulary="99" code="RCR02" indicator-uri="http://data.europa.eu/eli/reg/2021/1058/oj"/>"#,
        r#"<period-end iso-date="2016-12-31"/>"#,
        r#"<target value="1000">"#,
        r#"<actual value="300.5">"#,
        r#"<dimension name="partner" value="alpha"/>"#,
    ] {
        assert!(xml.contains(part), "{part}\n{xml}");
    }
    // The programme has not ended, beta has not reported, and periods are no dimension.
    for part in [r#"type="4""#, r#"value="beta""#, r#"name="period""#] {
        assert!(!xml.contains(part), "{part}\n{xml}");
    }
}

#[test]
fn a_range_is_no_target_of_iati() {
    let project = project(IATI);
    project.replace("indicators/a.toml", "target = { value = 1000 }", "target = { from = 500, to = 900 }");
    project.run(&["export", "iati"]).expect(0).says("its target is a range, 500 to 900");
    assert!(!output(&project, "small.iati.xml").contains("<target"));
    project.run(&["export", "iati", "--strict"]).expect(1);
}

#[test]
#[ignore = "needs xmllint and ../shared/schemas"]
fn iati_files_are_valid_against_the_official_schema() {
    let schema = repository().join("../shared/schemas/iati-2.03/iati-activities-schema.xsd");
    if !schema.is_file() {
        println!("not tried: {} is not at hand", schema.display());
        return;
    }
    let small = project(IATI);
    let whole = Project::laser_go();
    let report = std::fs::read_to_string(whole.path().join("reports/scoreboard.toml")).expect("read");
    whole.file("reports/scoreboard.toml", format!("{report}{IATI}"));
    let public = std::fs::read_to_string(whole.path().join("reports/public.toml")).expect("read");
    whole.file("reports/public.toml", format!("{public}{IATI}"));
    let mut files: Vec<PathBuf> = Vec::new();
    for (project, report) in [(&small, "small"), (&whole, "laser_go"), (&whole, "laser_go_public")] {
        project.run(&["export", "iati", "--report", report]).expect(0);
        files.push(project.path().join(format!("data/out/{report}.iati.xml")));
    }
    for file in &files {
        assert!(validate(&schema, file).0, "{}: {}", file.display(), validate(&schema, file).1);
    }
    // What the schema refuses is noticed.
    let broken = std::fs::read_to_string(&files[0]).expect("read").replace("<activity-status code=\"2\"/>", "");
    small.file("broken.xml", broken);
    assert!(!validate(&schema, &small.path().join("broken.xml")).0);
}

fn validate(schema: &Path, file: &Path) -> (bool, String) {
    let run = Command::new("xmllint").args(["--nonet", "--noout", "--schema"]).arg(schema).arg(file).output();
    let run = run.expect("xmllint is installed");
    (run.status.success(), String::from_utf8_lossy(&run.stderr).into_owned())
}

#[test]
fn the_eu_table_is_cumulative_by_year() {
    let project = project("formats = [\"eu_table\"]");
    // A year that is over, one under way, one to come.
    project.replace("scoreboard.toml", "start = 2016-01-01", "start = 2015-02-01");
    project.replace("scoreboard.toml", "end = 2016-12-31", "end = 2017-12-31");
    project.workbook(
        "beta_2016-Q1_2016-04-03_r1.xlsx",
        "Agreements",
        &[
            &["No.", "Signed on", "Status", "Value"],
            &["'b1", "2015-12-31", "signed", "10"],
            &["'b2", "2016-01-01", "signed", "1"],
        ],
    );
    project.scoreboard();
    let table = lines(&output(&project, "small.eu_table.csv"));
    let told: Vec<Vec<&str>> = table
        .iter()
        .map(|line| {
            ["common", "year", "implemented", "implemented_on", "provisional", "target", "target_year", "state"]
                .iter()
                .map(|key| line[*key].as_str().expect("text"))
                .collect()
        })
        .collect();
    assert_eq!(
        told,
        [
            ["RCR02", "2015", "10", "2015-12-31", "no", "1000", "2017", "known"],
            ["RCR02", "2016", "311.5", "2016-03-31", "yes", "1000", "2017", "known"],
            ["RCR02", "2017", "", "", "no", "1000", "2017", "not_due"],
        ]
    );
}

#[test]
fn years_that_end_within_a_period_are_refused_to_a_restricted_audience() {
    let project = project("audience = \"funder\"\nformats = [\"eu_table\"]");
    project.replace("scoreboard.toml", "start = 2016-01-01", "start = 2015-02-01\nperiod_from = \"start\"");
    project.run(&["run"]).expect(0).says("RCR02 (volume), 2015: there is no figure for 31 December");
}

#[test]
fn a_project_without_common_indicators_has_no_eu_table() {
    let project = project("");
    project.replace("indicators/a.toml", "common = \"RCR02\"\n", "");
    project.run(&["export", "eu-table"]).expect(2).says("no indicator of `small` is one of the EU's common indicators");
    project.run(&["export", "dhis2"]).expect(2).says("does not say what its figures are called there");
}

/// A report with a mapping to this server.
fn mapped(url: &str, more: &str) -> Project {
    project(&format!(
        r#"
[report.dhis2]
url = "{url}"
secret = "DHIS2_TOKEN"
data_set = "DS1"
org_unit = "OU1"
partner_org_unit = {{ alpha = "OUA" }}
scheme = "code"
[report.dhis2.element.volume]
actual = "VOL"
target = "VOL_T"
{more}
"#
    ))
}

fn send(project: &Project, more: &[&str]) -> Answer {
    let args: Vec<&str> = ["export", "dhis2", "--send"].iter().chain(more).copied().collect();
    answer(&project.command(&args).env("DHIS2_TOKEN", "d2pat_secret").output().expect("the command runs"))
}

#[test]
fn values_go_to_dhis2_by_period_with_the_target_beside_them() {
    let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
    let kept = Arc::clone(&seen);
    let server = Server::start(move |request| {
        kept.lock().expect("not poisoned").push(request.clone());
        Reply::json(
            &json!({ "status": "SUCCESS", "importCount": { "imported": 1, "updated": 1, "ignored": 0, "deleted": 0 } }),
        )
    });
    let project = mapped(&server.url, "");
    send(&project, &["--dry-run"]).expect(0).says("2 values sent: 1 new, 1 updated").says("kept nothing");
    send(&project, &[]).expect(0);
    let seen = seen.lock().expect("not poisoned");
    assert!(seen[0].path.contains("dryRun=true") && seen[1].path.contains("dryRun=false"), "{}", seen[0].path);
    assert!(seen[0].path.contains("dataElementIdScheme=code") && seen[0].head.contains("ApiToken d2pat_secret"));
    assert_eq!(
        seen[1].json(),
        json!({
            "dataSet": "DS1",
            "dataValues": [
                { "dataElement": "VOL", "period": "2016Q1", "orgUnit": "OU1", "value": "300.5" },
                { "dataElement": "VOL_T", "period": "2016Q1", "orgUnit": "OU1", "value": "1000" },
            ],
        })
    );
    // What was sent lies beside the scoreboard, without the secret.
    assert!(!output(&project, "small.dhis2.json").contains("d2pat_secret"));
}

#[test]
fn totals_go_by_partner_and_category() {
    let project = mapped(
        "http://127.0.0.1:9",
        "series = \"total\"\nby = \"status\"\ncategory_option_combo = { signed = \"COC1\" }",
    );
    project
        .run(&["export", "dhis2"])
        .expect(0)
        .says("volume, partner = beta: no organisation unit is given for this partner");
    let sent: Value = serde_json::from_str(&output(&project, "small.dhis2.json")).expect("JSON");
    let values = sent["dataValues"].as_array().expect("values");
    let told: Vec<(&str, &str, &str)> = values
        .iter()
        .map(|value| {
            let text = |key: &str| value[key].as_str().unwrap_or("");
            (text("orgUnit"), text("categoryOptionCombo"), text("value"))
        })
        .collect();
    assert_eq!(told, [("OU1", "", "300.5"), ("OUA", "", "300.5"), ("OU1", "COC1", "300.5"), ("OU1", "", "1000")]);
}

#[test]
fn what_a_server_does_not_take_is_told_by_our_name() {
    // As of 2.43: all is "updated", reasons bear codes, positions stand in the conflict.
    let new = json!({
        "httpStatus": "Conflict", "httpStatusCode": 409, "status": "WARNING",
        "response": {
            "responseType": "ImportSummary", "status": "WARNING",
            "importCount": { "imported": 0, "updated": 1, "ignored": 1, "deleted": 0 },
            "conflicts": [{ "object": "VOL_T", "value": "Data element not in data set", "errorCode": "E8023", "indexes": [1] }],
            "rejectedIndexes": [1],
        },
    });
    // Before: the summary alone.
    let old = json!({
        "status": "WARNING", "importCount": { "imported": 1, "updated": 0, "ignored": 1, "deleted": 0 },
        "conflicts": [{ "object": "VOL_T", "value": "Period not open for this data set" }],
    });
    for (reply, name, says) in [
        (new, "volume, target (2016Q1)", "Data element not in data set (E8023)"),
        (old, "the server", "Period not open for this data set"),
    ] {
        let server = Server::start(move |_| Reply { status: 409, ..Reply::json(&reply) });
        let project = mapped(&server.url, "");
        send(&project, &[]).expect(1).says(&format!("{name}: {says}"));
    }
}

#[test]
fn unchanged_values_are_no_error_and_a_lost_server_is() {
    let server = Server::start(|_| {
        Reply::json(
            &json!({ "status": "SUCCESS", "importCount": { "imported": 0, "updated": 0, "ignored": 2, "deleted": 0 } }),
        )
    });
    send(&mapped(&server.url, ""), &[]).expect(0).says("2 as before, 0 not taken");
    let server = Server::start(|_| Reply::text("<html>Sign in</html>"));
    let project = mapped(&server.url, "timeout_seconds = 1");
    // `timeout_seconds` belongs to the server, not to the element.
    send(&project, &[]).expect(2).says("has no key `timeout_seconds`");
    let server = Server::start(|_| Reply { status: 401, ..Reply::text("no") });
    send(&mapped(&server.url, ""), &[]).expect(2).says("the server refuses the sign-in");
    let project = mapped("http://127.0.0.1:9", "");
    project.run(&["export", "dhis2", "--send"]).expect(2).says("DHIS2_TOKEN is not set");
}

#[test]
fn periods_and_fractions_that_do_not_fit_are_refused_by_name() {
    let project = mapped("http://127.0.0.1:9", "whole = true");
    project.run(&["export", "dhis2"]).expect(0).says("volume, period = 2016-Q1: 300.5 is no whole number");
    let project = mapped("http://127.0.0.1:9", "");
    project.replace("scoreboard.toml", "start = 2016-01-01", "start = 2015-12-15\nperiod_from = \"start\"");
    project
        .run(&["export", "dhis2"])
        .expect(0)
        .says("volume, period = P1: P1 from 2015-12-15 to 2016-03-14 is no period of DHIS2");
}

#[test]
fn periods_are_named_as_dhis2_names_them() {
    let day = |text: &str| text.parse::<chrono::NaiveDate>().expect("a day");
    let named = |unit, start: &str, from_start, number| {
        let calendar = Calendar { start: day(start), end: day("2030-12-31"), unit, from_start };
        scoreboard::export::dhis2::period(&calendar.period(number).expect("a period"))
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(named(PeriodUnit::Month, "2016-03-01", false, 1), some("201603"));
    assert_eq!(named(PeriodUnit::Quarter, "2016-01-01", false, 4), some("2016Q4"));
    assert_eq!(named(PeriodUnit::HalfYear, "2016-01-01", false, 2), some("2016S2"));
    assert_eq!(named(PeriodUnit::HalfYear, "2016-04-01", true, 2), some("2016AprilS2"));
    assert_eq!(named(PeriodUnit::Year, "2016-01-01", false, 1), some("2016"));
    assert_eq!(named(PeriodUnit::Year, "2016-10-01", true, 1), some("2016Oct"));
    assert_eq!(named(PeriodUnit::Week, "2015-12-28", false, 1), some("2015W53"));
    assert_eq!(named(PeriodUnit::Quarter, "2015-03-01", true, 1), None);
    assert_eq!(named(PeriodUnit::Month, "2016-03-15", true, 1), None);
}

#[test]
fn mistakes_in_mappings_are_told_with_their_line() {
    let tries: &[(&str, &str)] = &[
        ("formats = [\"parket\"]", "no format is called `parket`"),
        ("formats = [\"iati\"]", "an IATI file needs `[report.iati]`"),
        ("[report.iati]\nidentifier = \"X\"", "`iati` needs `description`"),
        ("[report.iati]\nstatus = \"seven\"", "`status` is no code of the code list ActivityStatus"),
        ("[report.dhis2]\nurl = \"http://dhis2.example\"\nsecret = \"T\"", "`url` begins with http://"),
        ("[report.dhis2]\nsecret = \"d2pat_abc\"", "`secret` must be the name of an environment variable"),
        ("[report.dhis2.element.volum]\nactual = \"A\"", "no indicator is called `volum`"),
        (
            "[report.dhis2.element.volume]\nactual = \"A\"\nby = \"market\"",
            "the indicator has no breakdown by `market`",
        ),
    ];
    for (text, says) in tries {
        project(text).run(&["check"]).expect(1).says(says).says("reports/r.toml:");
    }
    let project = project("");
    project.replace("indicators/a.toml", "RCR02", "RC02");
    project.run(&["check"]).expect(1).says("`RC02` is no code of the EU's common indicators");
}
