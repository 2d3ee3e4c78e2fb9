//! Columns and sheets found by their labels, wherever they stand.

use crate::project::{Project, figure, places};

#[test]
fn columns_are_found_by_label_in_any_language_and_any_order() {
    let project = Project::small();
    project.workbook(
        "alpha_2016-Q1.xlsx",
        "Tabelle1",
        &[&["Note", "WERT:", "status *", "Unterzeichnet  am", "Nr."], &["x", "10", "signed", "2016-02-01", "'A-1"]],
    );
    let scoreboard = project.scoreboard();
    assert_eq!(figure(&scoreboard, "volume", &[])["value"].to_string(), "10");
    assert_eq!(places(&scoreboard, "column-not-recognised"), ["alpha_2016-Q1.xlsx › Tabelle1 › A3"]);
}

#[test]
fn a_misspelt_column_is_suggested_and_never_taken() {
    let project = Project::small();
    project.workbook(
        "alpha_2016-Q1.xlsx",
        "Agreements",
        &[&["No.", "Signed on", "Status", "Valeu"], &["'A-1", "2016-02-01", "signed", "10"]],
    );
    let scoreboard = project.scoreboard();
    // Without its column the figure is not reported: nobody said that it is zero.
    assert_eq!(figure(&scoreboard, "volume", &[])["state"], "not_reported");
    let finding = scoreboard["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .find(|f| f["rule"] == "column-missing")
        .expect("told");
    assert_eq!((finding["found"].as_str(), finding["suggestion"].as_str()), (Some("Valeu"), Some("Value")));
}

#[test]
fn without_a_required_column_the_table_is_not_read_and_the_earlier_one_stands() {
    let project = Project::small();
    project.workbook(
        "alpha_2016-Q1_2016-04-01_r1.xlsx",
        "Agreements",
        &[&["No.", "Signed on", "Status", "Value"], &["'A-1", "2016-02-01", "signed", "10"]],
    );
    project.scoreboard();
    project.workbook(
        "alpha_2016-Q1_2016-04-02_r1.xlsx",
        "Agreements",
        &[&["Nmbr", "Signed on", "Status", "Value"], &["'A-1", "2016-02-01", "signed", "99"]],
    );
    let scoreboard = project.scoreboard();
    assert_eq!(figure(&scoreboard, "volume", &[])["value"].to_string(), "10");
    assert_eq!(places(&scoreboard, "column-missing").len(), 1);
}

#[test]
fn a_csv_is_read_like_a_sheet() {
    let project = Project::small();
    project.file(
        "data/inbox/beta_2016-Q1.csv",
        "No.;Signed on;Status;Value\nB-1;2016-02-01;signed;1 200,50\nB-2;2016-02-02;cancelled;3\n",
    );
    let scoreboard = project.scoreboard();
    assert_eq!(figure(&scoreboard, "volume", &[])["value"].to_string(), "1200.5");
    assert_eq!(figure(&scoreboard, "volume", &[("status", "cancelled")])["value"].to_string(), "0");
}
