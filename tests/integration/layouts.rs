//! Foreign workbooks by declaration: where a table stands, how it is read, and what is said when it does not fit.

use rust_xlsxwriter::{Format, Workbook};
use serde_json::Value;

use super::project::Project;

const COLLECTION: &str = r#"schema = 1
[collection]
code = "grants"
title = "Grants"
submission = "cumulative"
[[collection.field]]
code = "area"
label = "Area"
kind = "text"
[[collection.field]]
code = "month"
label = "Month"
kind = "text"
[[collection.field]]
code = "value"
label = "Value"
kind = "money"
"#;

const INDICATORS: &str = r#"schema = 1
[[indicator]]
code = "volume"
title = "Volume"
definition = "Sum of all grants."
level = "output"
unit = "EUR"
from = "grants"
measure = "SUM(value)"
accumulation = "stock"
by = ["partner"]
[[indicator]]
code = "rows"
title = "Rows"
definition = "Grants counted."
level = "output"
unit = "grants"
from = "grants"
measure = "COUNT(*)"
accumulation = "stock"
[[indicator]]
code = "in_march"
title = "In March"
definition = "Sum of the grants of March."
level = "output"
unit = "EUR"
from = "grants"
where = "month = 'Mar'"
measure = "SUM(value)"
accumulation = "stock"
"#;

/// A project with one declared layout, and a workbook made of rows: texts, numbers, and `=` for cells left out.
pub struct Given {
    pub project: Project,
    book: Workbook,
}

impl Given {
    pub fn new(layout: &str) -> Self {
        let project = Project::small();
        project.file("pipelines/agreements.toml", format!("{COLLECTION}{layout}"));
        project.file("indicators/a.toml", INDICATORS);
        Self { project, book: Workbook::new() }
    }

    pub fn sheet(mut self, name: &str, rows: &[&[&str]], merges: &[(u32, u16, u32, u16, &str)]) -> Self {
        let sheet = self.book.add_worksheet();
        sheet.set_name(name).expect("a name");
        for (r, row) in (0u32..).zip(rows) {
            for (c, cell) in (0u16..).zip(*row) {
                if let Ok(number) = cell.parse::<f64>() {
                    sheet.write_number(r, c, number).expect("written");
                } else if !cell.is_empty() {
                    sheet.write_string(r, c, *cell).expect("written");
                }
            }
        }
        for (top, left, bottom, right, text) in merges {
            sheet.merge_range(*top, *left, *bottom, *right, text, &Format::new()).expect("merged");
        }
        self
    }

    /// Ingests and computes; the board, whatever the exit code.
    pub fn run(mut self, file: &str) -> Board {
        let bytes = self.book.save_to_buffer().expect("saved");
        self.run_with(file, bytes)
    }

    /// The same with a file of other bytes.
    pub fn run_with(self, file: &str, bytes: impl AsRef<[u8]>) -> Board {
        self.project.file(&format!("data/inbox/{file}"), bytes);
        self.project.run(&["run"]).expect(0);
        Board(self.project.json())
    }
}

pub struct Board(Value);

impl Board {
    pub fn total(&self, indicator: &str) -> Value {
        self.figure(indicator, &serde_json::json!({}))
    }

    pub fn figure(&self, indicator: &str, by: &Value) -> Value {
        let figures = self.0["figures"].as_array().expect("figures");
        let found = figures.iter().find(|f| f["indicator"] == indicator && f["by"] == *by);
        found.unwrap_or_else(|| panic!("no figure {indicator} {by} in {:#}", self.0["figures"]))["value"].clone()
    }

    pub fn finding(&self, rule: &str) -> Value {
        let findings = self.0["findings"].as_array().expect("findings");
        let found = findings.iter().find(|finding| finding["rule"] == rule);
        found.unwrap_or_else(|| panic!("no finding {rule} in {findings:#?}")).clone()
    }
}

pub const FILE: &str = "alpha_P2_2016-06-15_r1.xlsx";

#[test]
fn titles_notes_and_totals_around_a_table_are_no_rows() {
    let layout = r#"[[collection.layout]]
sheets = "Table *"
below = "Table 2*"
columns = { area = "Region", value = "Amount / 2016" }
header_rows = 2
skip = ["Subtotal*"]
until = ["Source*"]
not_reported = ["n/a"]
"#;
    let rows: &[&[&str]] = &[
        &["Table 1: last year"],
        &["Region", "Amount"],
        &["North", "999"],
        &[],
        &["Table 2: this year"],
        &["Region", "Amount", ""],
        &["", "2015", "2016"],
        &["North", "1", "100"],
        &["South", "2", "200"],
        &["Subtotal south", "", "200"],
        &["West", "3", "n/a"],
        &["Source: our books, 2016"],
        &["East", "4", "5000"],
    ];
    let board = Given::new(layout).sheet("Table A", rows, &[(5, 1, 5, 2, "Amount")]).run(FILE);
    assert_eq!((board.total("volume"), board.total("rows")), (300.into(), 3.into()));
}

#[test]
fn months_across_columns_become_rows() {
    let layout = r#"[[collection.layout]]
fill_down = ["area"]
[collection.layout.across]
letters = "B:D"
into = "month"
value = "value"
"#;
    let rows: &[&[&str]] = &[
        &["Area", "Jan", "Feb", "Mar"],
        &["North", "1", "2", "3"],
        &["", "10", "", "30"],
        &["Total", "11", "2", "33"],
    ];
    let board = Given::new(layout).sheet("Data", rows, &[]).run(FILE);
    // Nothing but its word tells the row of totals from the others: it is read, and said.
    assert_eq!((board.total("volume"), board.total("in_march")), (92.into(), 66.into()));
    assert_eq!(board.finding("totals-row")["place"]["cell"], "A4");
    let layout = layout.replace("fill_down", "skip = [\"Total\"]\nfill_down");
    let board = Given::new(&layout).sheet("Data", rows, &[]).run(FILE);
    assert_eq!((board.total("volume"), board.total("in_march"), board.total("rows")), (46.into(), 33.into(), 5.into()));
}

#[test]
fn one_workbook_for_several_partners_is_split() {
    let layout = r#"[[collection.layout]]
file = "all*"
partner_column = "Partner"
"#;
    let rows: &[&[&str]] = &[
        &["Partner", "Area", "Value"],
        &["Alpha Cluster", "North", "10"],
        &["beta", "South", "20"],
        &["alpha", "West", "30"],
        &["gamma", "West", "500"],
    ];
    let board = Given::new(layout).sheet("Data", rows, &[]).run("all_2016.xlsx");
    assert_eq!(board.figure("volume", &serde_json::json!({"partner": "alpha"})), 40);
    assert_eq!(board.figure("volume", &serde_json::json!({"partner": "beta"})), 20);
    let finding = board.finding("submission-without-partner");
    assert_eq!((&finding["place"]["cell"], &finding["found"]), (&"A5".into(), &"gamma".into()));
}

#[test]
fn merged_cells_in_the_body_are_an_error_unless_declared() {
    let rows: &[&[&str]] =
        &[&["Area", "Month", "Value"], &["", "Jan", "10"], &["", "Feb", "20"], &["South", "Jan", "5"]];
    let merged: &[(u32, u16, u32, u16, &str)] = &[(1, 0, 2, 0, "North")];
    let board = Given::new("").sheet("Grants", rows, merged).run(FILE);
    assert_eq!(board.total("volume"), 15, "the covered row is kept out");
    let finding = board.finding("merged-cells");
    assert_eq!(finding["place"]["cell"], "A3");
    let board = Given::new("[[collection.layout]]\nmerged = \"repeat\"\n").sheet("Grants", rows, merged).run(FILE);
    assert_eq!((board.total("volume"), board.total("rows")), (35.into(), 3.into()));
}

#[test]
fn fixed_cells_letters_and_locale_are_read_as_declared() {
    let layout = r#"[[collection.layout]]
first_row = 4
last_row = 5
letters = { area = "A", value = "C" }
cells = { month = "B1" }
locale = "de-DE"
"#;
    let rows: &[&[&str]] = &[
        &["Month:", "Mar"],
        &[],
        &["x", "x", "x"],
        &["North", "", "1.234"],
        &["South", "", "'1.000,50"],
        &["East", "", "7"],
    ];
    let mut given = Given::new(layout).sheet("Data", rows, &[]);
    let sheet = given.book.worksheet_from_index(0).expect("the sheet");
    sheet.write_string(4, 2, "1.000,50").expect("written");
    let board = given.run(FILE);
    // 1.234 is a number cell: one and a bit. The text is a thousand, by the declared locale.
    assert_eq!((board.total("rows"), board.total("in_march").to_string()), (2.into(), "1001.734".to_owned()));
}

#[test]
fn a_layout_that_fits_no_longer_says_what_it_found_instead() {
    let layout = "[[collection.layout]]\nsheets = \"Data\"\ncolumns = { value = \"Betrag\" }\n";
    let rows: &[&[&str]] = &[&["Area", "Month", "Betrage"], &["North", "Jan", "1"]];
    let board = Given::new(layout).sheet("Data", rows, &[]).run(FILE);
    let finding = board.finding("layout-misfit");
    assert_eq!((&finding["place"]["cell"], &finding["found"]), (&"C1".into(), &"Betrage".into()));
}

#[test]
fn two_layouts_never_count_one_row_twice() {
    let layout = "[[collection.layout]]\nsheets = \"Data\"\n[[collection.layout]]\nsheets = \"D*\"\n";
    let rows: &[&[&str]] = &[&["Area", "Month", "Value"], &["North", "Jan", "1"]];
    let board = Given::new(layout).sheet("Data", rows, &[]).run(FILE);
    assert_eq!(board.total("volume"), 1);
    board.finding("layout-misfit");
}

#[test]
fn a_header_of_two_rows_is_found_without_a_declaration() {
    let rows: &[&[&str]] =
        &[&["Where and when", "", ""], &["Area", "Month", "Value"], &["North", "Jan", "1"], &["South", "Feb", "2"]];
    let board = Given::new("").sheet("Whatever", rows, &[(0, 0, 0, 1, "Where and when")]).run(FILE);
    assert_eq!(board.total("volume"), 3);
    let said = board.finding("layout-tolerated");
    assert!(said["message"].as_str().expect("text").contains("the sheet is called `Whatever`"), "{said:#}");
}
