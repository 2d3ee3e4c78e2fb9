//! `scoreboard layout`: what is proposed for workbooks that nobody declared.

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use serde_json::{Value, json};

use super::project::{Answer, Project};

/// A sheet of texts, numbers and dates, written as they look.
fn sheet(book: &mut Workbook, name: &str, rows: &[&[&str]]) {
    let sheet = book.add_worksheet();
    sheet.set_name(name).expect("a name");
    let date = Format::new().set_num_format("yyyy-mm-dd");
    for (r, row) in (0u32..).zip(rows) {
        for (c, cell) in (0u16..).zip(*row) {
            if let Some(text) = cell.strip_prefix('\'') {
                sheet.write_string(r, c, text).expect("written");
            } else if let Ok(number) = cell.parse::<f64>() {
                sheet.write_number(r, c, number).expect("written");
            } else if cell.parse::<chrono::NaiveDate>().is_ok() {
                let day = ExcelDateTime::parse_from_str(cell).expect("a date");
                sheet.write_datetime_with_format(r, c, &day, &date).expect("written");
            } else if !cell.is_empty() {
                sheet.write_string(r, c, *cell).expect("written");
            }
        }
    }
}

/// A project without collections, or the small one, and a file beside its inbox.
fn look(project: &Project, mut book: Workbook, format: &str) -> Answer {
    project.file("unknown.xlsx", book.save_to_buffer().expect("saved"));
    let file = project.path().join("unknown.xlsx").display().to_string();
    project.run(&["layout", &file, "--format", format])
}

fn proposed(book: Workbook) -> Value {
    let answer = look(&Project::empty(), book, "json").expect(0);
    serde_json::from_str(&answer.out).expect("JSON")
}

fn field<'a>(table: &'a Value, code: &str) -> &'a Value {
    let fields = table["fields"].as_array().expect("fields");
    fields.iter().find(|field| field["code"] == code).unwrap_or_else(|| panic!("no field {code} in {table:#}"))
}

const GRANTS: &[&[&str]] = &[
    &["Grants 2016, all regions"],
    &[],
    &["Ref. no.", "Region", "Approved on", "Amount (EUR)", "Co-financing rate", "Approved?", "Remarks"],
    &["G-001", "North", "2016-01-05", "'1.200,50", "0.5", "yes", ""],
    &["G-002", "South", "2016-02-11", "'300,00", "0.25", "no", "late"],
    &["G-003", "North", "2016-03-01", "n/a", "0.75", "yes", ""],
    &["G-004", "South ", "soon", "'2.000", "0.1", "yes", "see the letter"],
    &["G-005", "North", "2016-03-09", "'10,25", "0.1", "yes", ""],
    &["G-006", "South", "2016-03-09", "'10,25", "0.1", "no", ""],
    &["G-007", "North", "2016-04-09", "'10,25", "0.1", "no", ""],
    &["G-008", "North", "2016-05-09", "'10,25", "0.1", "no", ""],
    &["G-009", "North", "2016-06-09", "'10,25", "0.1", "no", ""],
    &["G-010", "South", "2016-06-10", "'10,25", "0.1", "no", ""],
    &["Total", "", "", "'3.551,50", "", "", ""],
    &["Source: our own books, as of June"],
];

#[test]
fn a_messy_list_becomes_a_collection_that_reads_it() {
    let mut book = Workbook::new();
    sheet(&mut book, "Grants", GRANTS);
    let proposal = proposed(book);
    let table = &proposal["tables"][0];
    assert_eq!((&table["range"], &table["rows"]), (&json!("A3:G13"), &json!(10)), "{table:#}");
    for (code, kind) in [
        ("ref_no", "text"),
        ("region", "choice"),
        ("approved_on", "date"),
        ("amount_eur", "money"),
        ("co_financing_rate", "percent"),
        ("approved", "yes_no"),
        ("remarks", "text"),
    ] {
        assert_eq!(field(table, code)["kind"], kind, "{code}");
    }
    assert_eq!(table["proposed"]["key"], "ref_no");
    let toml = proposal["toml"].as_str().expect("a text");
    for line in [
        "not_reported = [\"n/a\"]",
        "locale = \"de-DE\"",
        "scale = \"fraction\"",
        "skip = [\"Total\"]",
        "until = [\"Source: our own books,*\"]",
        "options = [\"North\", \"South\"]",
        "1 of 10 cells is no date: see row 7",
    ] {
        assert!(toml.contains(line), "no `{line}` in\n{toml}");
    }
    // The row of the word `soon` is kept out, as the comment says; all others are read.
    assert_eq!((&table["trial"]["accepted"], &table["trial"]["kept_out"]), (&json!(9), &json!(1)), "{table:#}");
}

const ROWS: &str = r#"schema = 1
[[indicator]]
code = "rows"
unit = "grants"
from = "grants"
measure = "COUNT(*)"
accumulation = "stock"
"#;

#[test]
fn what_is_proposed_can_be_redirected_into_a_file_and_passes_check() {
    let mut book = Workbook::new();
    sheet(&mut book, "Grants", GRANTS);
    let project = Project::empty();
    project.file(
        "scoreboard.toml",
        "schema = 1\n[programme]\ncode = \"p\"\ntitle = \"P\"\nstart = 2016-01-01\nend = 2016-12-31\n",
    );
    // A shell makes the file before the command runs.
    project.file("pipelines/grants.toml", "");
    let answer = look(&project, book, "human").expect(0);
    project.file("indicators/a.toml", ROWS);
    assert!(answer.err.contains("proposed as `grants` with 7 fields"), "{}", answer.err);
    project.file("pipelines/grants.toml", &answer.out);
    project.run(&["check"]).expect(0).says("1 collection");
}

#[test]
fn tables_below_each_other_and_beside_each_other_are_told_apart() {
    let mut book = Workbook::new();
    let rows: &[&[&str]] = &[
        &["Table 1: staff"],
        &["Name", "Hours", "", "", ""],
        &["Ann", "10", "", "", ""],
        &["Ben", "20", "", "", ""],
        &[],
        &["Table 2: costs"],
        &["Item", "Cost", "", "", ""],
        &["Paper", "1", "", "", ""],
        &["Pens", "2", "", "", ""],
        &["Ink", "3", "", "", ""],
    ];
    sheet(&mut book, "Both", rows);
    let proposal = proposed(book);
    let ranges: Vec<&Value> = proposal["tables"].as_array().expect("tables").iter().map(|t| &t["range"]).collect();
    assert_eq!(ranges, [&json!("A2:B4"), &json!("A7:B10")], "{proposal:#}");
    let trials: Vec<&Value> =
        proposal["tables"].as_array().expect("tables").iter().map(|t| &t["trial"]["accepted"]).collect();
    assert_eq!(trials, [&json!(2), &json!(3)]);
}

#[test]
fn months_side_by_side_and_values_given_once_become_rows() {
    let mut book = Workbook::new();
    let rows: &[&[&str]] = &[
        &["Region", "Kind", "Jan", "Feb", "Mar", "Apr"],
        &["North", "new", "1", "2", "3", "4"],
        &["", "old", "5", "6", "", "8"],
        &["South", "new", "9", "10", "11", "12"],
        &["", "old", "13", "14", "15", "16"],
    ];
    sheet(&mut book, "Jobs", rows);
    let proposal = proposed(book);
    let table = &proposal["tables"][0];
    assert_eq!(field(table, "value")["kind"], "integer");
    assert_eq!(table["trial"]["accepted"], 15, "{table:#}");
    let toml = proposal["toml"].as_str().expect("a text");
    for line in ["fill_down = [\"region\"]", "letters = \"C:F\"", "into = \"month\""] {
        assert!(toml.contains(line), "no `{line}` in\n{toml}");
    }
}

#[test]
fn a_header_of_two_rows_and_labels_that_repeat_are_told_by_lines_and_letters() {
    let mut book = Workbook::new();
    let rows: &[&[&str]] = &[
        &["", "Women", "", "Men", ""],
        &["Site", "asked", "answered", "asked", "answered"],
        &["North", "10", "5", "20", "6"],
        &["South", "30", "7", "40", "8"],
    ];
    sheet(&mut book, "Survey", rows);
    let centre = Format::new();
    let page = book.worksheet_from_index(0).expect("the sheet");
    page.merge_range(0, 1, 0, 2, "Women", &centre).expect("merged");
    page.merge_range(0, 3, 0, 4, "Men", &centre).expect("merged");
    let proposal = proposed(book);
    let table = &proposal["tables"][0];
    assert_eq!(table["header"][1], "Women / asked", "{table:#}");
    assert_eq!(table["trial"]["accepted"], 2, "{table:#}");
    assert!(proposal["toml"].as_str().expect("a text").contains("header_rows = 2"));
    let mut book = Workbook::new();
    sheet(&mut book, "Plain", &[&["Site", "Value", "Value", ""], &["North", "1", "2", "3"], &["South", "4", "5", "6"]]);
    let proposal = proposed(book);
    let toml = proposal["toml"].as_str().expect("a text");
    assert!(toml.contains("letters = { value = \"B\", value_2 = \"C\", column_d = \"D\" }"), "{toml}");
    assert_eq!(proposal["tables"][0]["trial"]["accepted"], 2);
}

#[test]
fn a_table_of_a_known_collection_gets_a_layout_for_it() {
    let mut book = Workbook::new();
    let rows: &[&[&str]] = &[
        &["Nr.", "Signed on", "Status", "Valeu", "Notes"],
        &["A1", "2016-03-01", "signed", "10", ""],
        &["A2", "2016-03-02", "cancelled", "20", "x"],
    ];
    sheet(&mut book, "Other name", rows);
    let project = Project::small();
    let answer = look(&project, book, "json").expect(0);
    let proposal: Value = serde_json::from_str(&answer.out).expect("JSON");
    let table = &proposal["tables"][0];
    assert_eq!(table["collection"], "agreements", "{proposal:#}");
    let toml = proposal["toml"].as_str().expect("a text");
    assert!(
        toml.contains("`Valeu` is a guess for `Value`") && toml.contains("columns = { value = \"Valeu\" }"),
        "{toml}"
    );
    // Put below its collection it passes, and reads the file.
    let path = project.path().join("pipelines/agreements.toml");
    let declared = std::fs::read_to_string(path).expect("read");
    project.file("pipelines/agreements.toml", declared + toml);
    project.run(&["check"]).expect(0);
    let bytes = std::fs::read(project.path().join("unknown.xlsx")).expect("read");
    project.replace("pipelines/agreements.toml", "file = \"unknown.xlsx\"", "file = \"alpha*\"");
    project.file("data/inbox/alpha_P1_2016-06-15_r1.xlsx", bytes);
    let board = project.scoreboard();
    let volume = board["figures"].as_array().expect("figures").iter().find(|f| f["by"] == json!({})).expect("a total");
    assert_eq!(volume["value"], 10);
}

#[test]
fn a_sheet_of_text_is_named_as_what_it_is() {
    let mut book = Workbook::new();
    sheet(&mut book, "Read me", &[&["How to fill in this workbook"], &["Please do it in time."]]);
    sheet(&mut book, "Empty", &[]);
    let proposal = proposed(book);
    assert_eq!(proposal["tables"], json!([]));
    assert_eq!(proposal["aside"][0], json!({"sheet": "Read me", "why": "one cell in each of 2 rows: a list, or text"}));
    assert_eq!(proposal["aside"][1]["why"], "it is empty");
    assert!(proposal["toml"].as_str().expect("a text").contains("No table was found"));
}

#[test]
fn a_csv_in_another_encoding_is_proposed_with_it() {
    let (bytes, _, _) = encoding_rs::WINDOWS_1250.encode(
        "Projekt;Wartość;Województwo\nBudowa drogi;1200.50;łódzkie\nŚcieżka;300.25;śląskie\nMost przez Wisłę;1000.00;łódzkie\n",
    );
    let project = Project::empty();
    project.file("lista.csv", &bytes);
    let file = project.path().join("lista.csv").display().to_string();
    let answer = project.run(&["layout", &file, "--format", "json"]).expect(0);
    let proposal: Value = serde_json::from_str(&answer.out).expect("JSON");
    assert_eq!(proposal["tables"][0]["header"], json!(["Projekt", "Wartość", "Województwo"]));
    assert!(proposal["toml"].as_str().expect("a text").contains("encoding = \"windows-1250\""));
}

#[test]
fn a_file_that_cannot_be_read_stops_with_its_reason() {
    let project = Project::empty();
    project.file("page.xls", "<html><body><table></table></body></html>");
    let file = project.path().join("page.xls").display().to_string();
    project.run(&["layout", &file]).expect(2).says("file-type");
}
