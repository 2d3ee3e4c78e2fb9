//! Rows in error count nowhere, and each says at its cell what to write instead.

use crate::project::{Project, figure, places};

const HEAD: &[&str] = &["Nr.", "Unterzeichnet am", "Status", "Wert"];

#[test]
fn each_kind_of_mistake_is_told_at_its_cell() {
    let project = Project::small();
    project.workbook(
        "alpha_2016-Q1_2016-04-01_r1.xlsx",
        "Vereinbarungen",
        &[
            HEAD,
            &["'A-1", "2016-02-01", "signed", "100"],
            &["", "2016-02-01", "signed", "1"],
            &["'A-3", "2016-02-01", "sigend", "1"],
            &["'A-4", "2061-02-01", "signed", "1"],
            &["'A-5", "", "signed", "1"],
            &["'A-6", "2016-02-01", "signed", "'12 families"],
            &["'A-7", "2016-02-01", "signed", "-1"],
            &["'a-1", "2016-02-01", "signed", "1"],
            &["'A-9", "'03/04/2016", "signed", "1"],
            &["'A-10", "2016-02-01", "Signed ", "'20,50"],
            &["'Summe", "", "", "121"],
        ],
    );
    let scoreboard = project.scoreboard();
    let at = |rule: &str| {
        places(&scoreboard, rule)
            .iter()
            .map(|place| place.rsplit(' ').next().unwrap_or("").to_owned())
            .collect::<Vec<_>>()
    };
    for (rule, cell) in [
        ("required-missing", "A5"),
        ("unknown-option", "C6"),
        ("date-in-the-future", "B7"),
        ("check-failed", "B8"),
        ("not-a-number", "D9"),
        ("below-minimum", "D10"),
        ("duplicate-key", "A11"),
        ("date-ambiguous", "B12"),
        ("option-look-alike", "C13"),
        ("number-as-text", "D13"),
        ("totals-row", "A14"),
    ] {
        assert_eq!(at(rule), [cell], "{rule}");
    }
    assert_eq!(scoreboard["kept_out"].as_array().map(Vec::len), Some(8));
    assert_eq!(figure(&scoreboard, "volume", &[])["value"].to_string(), "120.5");
}

#[test]
fn a_number_with_two_readings_needs_the_column_to_decide() {
    let run = |cells: &[&str]| {
        let project = Project::small();
        let rows: Vec<Vec<String>> = cells
            .iter()
            .enumerate()
            .map(|(at, cell)| vec![format!("'A-{at}"), "2016-02-01".into(), "signed".into(), format!("'{cell}")])
            .collect();
        let rows: Vec<Vec<&str>> = rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
        let mut all: Vec<&[&str]> = vec![HEAD];
        all.extend(rows.iter().map(Vec::as_slice));
        project.workbook("alpha_2016-Q1_2016-04-01_r1.xlsx", "Vereinbarungen", &all);
        let scoreboard = project.scoreboard();
        (figure(&scoreboard, "volume", &[])["value"].to_string(), places(&scoreboard, "number-ambiguous").len())
    };
    assert_eq!(run(&["1.234"]), ("0".into(), 1), "nothing decides");
    assert_eq!(run(&["1.234", "2,5"]), ("1236.5".into(), 0), "the comma is the decimal mark here, as in the locale");
    assert_eq!(run(&["1.234", "2.5"]), ("2.5".into(), 1), "the column contradicts the locale");
}

#[test]
fn with_strict_errors_make_the_exit_code_one() {
    let project = Project::small();
    project.workbook(
        "alpha_2016-Q1_2016-04-01_r1.xlsx",
        "Vereinbarungen",
        &[HEAD, &["'A-1", "2016-02-01", "sigend", "1"]],
    );
    project.run(&["run"]).expect(0);
    project.run(&["run", "--strict"]).expect(1);
    project.run(&["ingest", "--strict"]).expect(0);
}

#[test]
fn a_gate_that_is_not_met_makes_the_exit_code_one() {
    let project = Project::small();
    project.file(
        "reports/r.toml",
        "schema = 1\n[report]\ncode = \"weekly\"\ntitle = \"Weekly\"\ngate = { partners_missing = 0 }\n",
    );
    project.workbook(
        "alpha_2016-Q1_2016-04-01_r1.xlsx",
        "Vereinbarungen",
        &[HEAD, &["'A-1", "2016-02-01", "signed", "1"]],
    );
    project.run(&["run"]).expect(1).says("gate-failed").says("weekly.xlsx");
}

#[test]
fn an_amount_shown_in_another_currency_is_not_added() {
    use rust_xlsxwriter::{Format, Workbook};
    let total = |format: &str| {
        let project = Project::small();
        let mut book = Workbook::new();
        let page = book.add_worksheet();
        for (column, label) in (0u16..).zip(HEAD) {
            page.write_string(0, column, *label).expect("written");
        }
        page.write_string(1, 0, "A-1").expect("written");
        page.write_string(1, 1, "2016-02-01").expect("written");
        page.write_string(1, 2, "signed").expect("written");
        page.write_number_with_format(1, 3, 1000.0, &Format::new().set_num_format(format)).expect("written");
        project.file("data/inbox/alpha_2016-Q1.xlsx", book.save_to_buffer().expect("saved"));
        let scoreboard = project.scoreboard();
        (figure(&scoreboard, "volume", &[])["value"].to_string(), places(&scoreboard, "currency-other").len())
    };
    for other in ["[$$-409]#,##0.00", "\"USD\" #,##0", "#,##0 [$CHF]", "#,##0 [$£-809]", "$#,##0;($#,##0)"] {
        assert_eq!(total(other), ("0".into(), 1), "{other}");
    }
    for own in ["#,##0.00 [$€-407]", "#,##0 \"EUR\"", "_-* #,##0.00\\ \"€\"_-", "#,##0.00", "#,##0;[Red]-#,##0"] {
        assert_eq!(total(own), ("1000".into(), 0), "{own}");
    }
}
