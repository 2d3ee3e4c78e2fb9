//! Keys of a declared layout that `layouts.rs` does not hold, one small file each, made after files that people sent.

use encoding_rs::WINDOWS_1250;
use serde_json::json;

use super::layouts::{FILE, Given};

#[test]
fn a_declared_header_row_is_taken_though_another_row_fits_as_well() {
    let rows: &[&[&str]] = &[
        &["Area", "Month", "Value"],
        &["a region", "Jan to Dec", "0"],
        &[],
        &["Area", "Month", "Value"],
        &["North", "Jan", "10"],
        &["South", "Mar", "20"],
    ];
    let board =
        Given::new("[[collection.layout]]\nsheets = \"Data\"\nheader_row = 4\n").sheet("Data", rows, &[]).run(FILE);
    assert_eq!((board.total("rows"), board.total("volume")), (2.into(), 30.into()));
}

#[test]
fn a_table_can_end_at_its_first_blank_row() {
    let rows: &[&[&str]] = &[
        &["Area", "Month", "Value"],
        &["North", "Jan", "10"],
        &["South", "Mar", "20"],
        &[],
        &["", "", "30"],
        &["compiled by hand", "", "7"],
    ];
    let layout = "[[collection.layout]]\nsheets = \"Data\"\nends_at_blank_row = true\n";
    let board = Given::new(layout).sheet("Data", rows, &[]).run(FILE);
    assert_eq!((board.total("rows"), board.total("volume")), (2.into(), 30.into()));
    let board = Given::new(&layout.replace("true", "false")).sheet("Data", rows, &[]).run(FILE);
    assert_eq!(board.total("volume"), 67, "without the key all is read");
}

#[test]
fn columns_that_become_rows_can_be_told_by_patterns_of_labels() {
    let layout = r#"[[collection.layout]]
sheets = "Data"
[collection.layout.across]
labels = ["Ja*", "Mar"]
into = "month"
value = "value"
"#;
    let rows: &[&[&str]] = &[
        &["Area", "Jan", "Total", "Mar", "January last year"],
        &["North", "1", "4", "3", "100"],
        &["South", "10", "40", "", ""],
    ];
    let board = Given::new(layout).sheet("Data", rows, &[]).run(FILE);
    assert_eq!((board.total("volume"), board.total("in_march"), board.total("rows")), (114.into(), 3.into(), 4.into()));
}

#[test]
fn a_declared_encoding_reads_letters_that_windows_1252_does_not_have() {
    let layout = "[[collection.layout]]\nfile = \"*.csv\"\nencoding = \"windows-1250\"\n";
    let text = "Area;Month;Value\nŁódź;Mar;12\nKraków;Jan;5\n";
    let (bytes, _, _) = WINDOWS_1250.encode(text);
    let given = |layout: &str| {
        let given = Given::new(layout);
        given.project.replace("indicators/a.toml", "month = 'Mar'", "area = 'Łódź'");
        given
    };
    let board = given(layout).run_with("alpha_P2_2016-06-15_r1.csv", &bytes);
    assert_eq!(board.total("in_march"), 12);
    let board = given("").run_with("alpha_P2_2016-06-15_r1.csv", &bytes);
    assert_eq!(board.total("in_march"), 0, "without the key the name of the town is another");
    board.finding("encoding");
}

#[test]
fn a_text_can_mean_nothing_in_one_field_and_something_in_another() {
    let rows: &[&[&str]] =
        &[&["Area", "Month", "Value"], &["C", "Mar", "10"], &["D", "Mar", "C"], &["E", "Jan", "n/a"]];
    let layout = "[[collection.layout]]\nsheets = \"Data\"\nnot_reported = { value = [\"C\", \"n/a\"] }\n";
    let given = |layout: &str| {
        let given = Given::new(layout);
        given.project.replace("indicators/a.toml", "month = 'Mar'", "area = 'C'");
        given.sheet("Data", rows, &[])
    };
    let board = given(layout).run(FILE);
    assert_eq!((board.total("rows"), board.total("in_march")), (3.into(), 10.into()));
    let everywhere = layout.replace("{ value = ", "").replace(" }", "");
    assert_eq!(given(&everywhere).run(FILE).total("in_march"), 0, "a list speaks of every field");
}

#[test]
fn a_cell_says_whose_the_rows_of_its_sheet_are() {
    let layout = "[[collection.layout]]\nfile = \"all*\"\npartner_cell = \"B1\"\nheader_row = 3\n";
    let sheet = |given: Given, name: &str, partner: &str, value: &str| {
        given.sheet(name, &[&["Partner", partner], &[], &["Area", "Month", "Value"], &["North", "Jan", value]], &[])
    };
    let given = sheet(Given::new(layout), "First", "Beta Cluster", "10");
    let given = sheet(given, "Second", "alpha", "5");
    let board = sheet(given, "Third", "nobody", "500").run("all_2016.xlsx");
    assert_eq!(board.figure("volume", &json!({"partner": "beta"})), 10);
    assert_eq!(board.figure("volume", &json!({"partner": "alpha"})), 5);
    let finding = board.finding("submission-without-partner");
    assert_eq!((&finding["place"]["sheet"], &finding["place"]["cell"]), (&json!("Third"), &json!("B1")));
}

#[test]
fn rows_of_an_unknown_partner_are_not_counted_for_the_sender() {
    let rows: &[&[&str]] = &[&["Partner", "nobody"], &[], &["Area", "Month", "Value"], &["North", "Jan", "500"]];
    let layout = "[[collection.layout]]\nsheets = \"Data\"\npartner_cell = \"B1\"\nheader_row = 3\n";
    let board = Given::new(layout).sheet("Data", rows, &[]).run(FILE);
    assert_ne!(board.total("volume"), 500);
    assert_eq!(board.finding("submission-without-partner")["place"]["cell"], "B1");
}

#[test]
fn the_name_of_a_sheet_says_whose_its_rows_are() {
    let rows: &[&[&str]] = &[&["Area", "Month", "Value"], &["North", "Jan", "10"]];
    let more: &[&[&str]] = &[&["Area", "Month", "Value"], &["South", "Jan", "7"], &["South", "Mar", "1"]];
    let board = Given::new("[[collection.layout]]\nfile = \"all*\"\npartner_sheet = true\n")
        .sheet("Alpha Cluster", rows, &[])
        .sheet("beta", more, &[])
        .run("all_2016.xlsx");
    assert_eq!(board.figure("volume", &json!({"partner": "alpha"})), 10);
    assert_eq!(board.figure("volume", &json!({"partner": "beta"})), 8);
}

/// A collection that is reported by period, with the figures of each period.
fn by_period(layout: &str) -> Given {
    let given = Given::new(layout);
    given.project.replace("pipelines/agreements.toml", "submission = \"cumulative\"", "submission = \"period\"");
    given.project.replace("scoreboard.toml", "as_of = 2016-06-30", "as_of = 2016-09-30");
    given.project.replace("indicators/a.toml", "by = [\"partner\"]", "by = [\"period\"]");
    given.project.replace("indicators/a.toml", "accumulation = \"stock\"", "accumulation = \"flow\"");
    given
}

#[test]
fn a_column_a_cell_or_the_sheet_says_of_which_period_rows_are() {
    let header: &[&str] = &["Area", "Month", "Value", "Quarter"];
    let first: &[&str] = &["North", "Jan", "10", "P1"];
    let second: &[&str] = &["North", "Apr", "20", "2016-Q2"];
    let file = "alpha.xlsx";
    let prepare = |layout: &str| {
        let given = by_period(layout);
        given.project.replace("scoreboard.toml", "\"{partner}_{period}*\"", "\"{partner}.*\"");
        given
    };
    let figures = |board: &super::layouts::Board| {
        [1, 2].map(|number| board.figure("volume", &json!({"period": format!("2016-Q{number}")})))
    };
    let board = prepare("[[collection.layout]]\nfile = \"alpha*\"\nperiod_column = \"Quarter\"\n")
        .sheet("Data", &[header, first, second], &[])
        .run(file);
    assert_eq!(figures(&board), [json!(10), json!(20)], "by column");
    let at =
        |period: &'static str, row: &'static [&'static str]| [vec!["Period", period], header.to_vec(), row.to_vec()];
    let (one, two) = (at("P1", &["North", "Jan", "10", ""]), at("2016-Q2", &["North", "Apr", "20", ""]));
    let board = prepare("[[collection.layout]]\nfile = \"alpha*\"\nperiod_cell = \"B1\"\nheader_row = 2\n")
        .sheet("One", &[&one[0], &one[1], &one[2]], &[])
        .sheet("Two", &[&two[0], &two[1], &two[2]], &[])
        .run(file);
    assert_eq!(figures(&board), [json!(10), json!(20)], "by cell");
    let board = prepare("[[collection.layout]]\nfile = \"alpha*\"\nperiod_sheet = true\n")
        .sheet("2016-Q1", &[header, first], &[])
        .sheet("2016-Q2", &[header, second], &[])
        .run(file);
    assert_eq!(figures(&board), [json!(10), json!(20)], "by sheet");
}
