//! Ways of counting, each on rows that can be added up in the head.

use crate::project::{Project, figure};

const STAFF: &str = r#"schema = 1
[collection]
code = "staff"
title = "Staff"
submission = "period"
[[collection.field]]
code = "person"
label = "Person"
kind = "text"
required = true
[[collection.field]]
code = "fte"
label = "FTE"
kind = "decimal"
[[collection.field]]
code = "team"
label = "Team"
kind = "choice"
options = ["north", "south"]
"#;

const INDICATORS: &str = r#"schema = 1
[[indicator]]
code = "staff_fte"
unit = "FTE"
from = "staff"
measure = "SUM(fte)"
accumulation = "stock"
by = ["partner", "period", "team"]
target = { from = 2, to = 3 }
[[indicator]]
code = "heads"
unit = "persons"
from = "staff"
measure = "COUNT(*)"
accumulation = "stock"
direction = "maintain"
tolerance = 1
target = { value = 4 }
[[indicator]]
code = "fte_each"
unit = "FTE"
derived = { of = "staff_fte", to = "heads" }
[[indicator]]
code = "per_cent_north"
unit = "%"
from = "staff"
accumulation = "stock"
ratio = { of = "SUM(fte) FILTER (WHERE team = 'north')", to = "SUM(fte)" }
[[indicator]]
code = "middle"
unit = "FTE"
from = "staff"
median = "fte"
accumulation = "stock"
[[indicator]]
code = "nothing"
unit = "%"
from = "agreements"
ratio = { of = "COUNT(*)", to = "SUM(value)" }
[[indicator]]
code = "most"
unit = "EUR"
from = "agreements"
measure = "MAX(value)"
"#;

fn project() -> Project {
    let project = Project::small();
    project.file("pipelines/staff.toml", STAFF).file("indicators/staff.toml", INDICATORS);
    let head: &[&str] = &["Person", "FTE", "Team"];
    // As of 30 June both have reported the first quarter; Alpha's second is not due yet.
    project.workbook("alpha_2016-Q1.xlsx", "Staff", &[head, &["'a", "1", "north"], &["'b", "0.5", "south"]]);
    project.workbook("beta_2016-Q1.xlsx", "Staff", &[head, &["'c", "1", "south"], &["'d", "0.25", ""]]);
    project.workbook("alpha_2016-Q2.xlsx", "Staff", &[head, &["'a", "1", "north"]]);
    project
}

#[test]
fn a_stock_takes_each_partners_latest_period_up_to_the_cut_off() {
    let scoreboard = project().scoreboard();
    let staff = |by: &[(&str, &str)]| figure(&scoreboard, "staff_fte", by)["value"].to_string();
    assert_eq!(staff(&[]), "2.75");
    assert_eq!(staff(&[("partner", "alpha")]), "1.5");
    assert_eq!(staff(&[("period", "2016-Q1")]), "2.75");
    assert_eq!(staff(&[("team", "south")]), "1.5");
    assert_eq!(staff(&[("team", "(not given)")]), "0.25");
}

#[test]
fn a_range_is_judged_against_its_lower_end_and_maintain_by_its_tolerance() {
    let scoreboard = project().scoreboard();
    let total = figure(&scoreboard, "staff_fte", &[]);
    assert_eq!(
        (total["status"].as_str(), total["target"].to_string()),
        (Some("achieved"), r#"{"from":2,"to":3}"#.into())
    );
    assert_eq!(figure(&scoreboard, "heads", &[])["status"], "on_track");
}

#[test]
fn derived_ratio_and_median_keep_their_parts() {
    let scoreboard = project().scoreboard();
    let of = |code: &str, key: &str| figure(&scoreboard, code, &[])[key].to_string();
    assert_eq!(
        (of("fte_each", "value"), of("fte_each", "numerator"), of("fte_each", "denominator")),
        ("0.6875".into(), "2.75".into(), "4".into())
    );
    assert_eq!(of("per_cent_north", "value"), "36.3636363636");
    // The smallest value that half of 0.25, 0.5, 1, 1 do not exceed.
    assert_eq!(of("middle", "value"), "0.5");
}

#[test]
fn no_denominator_and_no_row_are_states_and_never_zero() {
    let scoreboard = project().scoreboard();
    for code in ["nothing", "most"] {
        let total = figure(&scoreboard, code, &[]);
        assert!(total["value"].is_null());
        assert_eq!(total["state"], "not_reported", "nobody sent agreements");
    }
    let project = project();
    project.workbook("beta_2016-Q1_2016-04-02_r1.xlsx", "Agreements", &[&["No.", "Signed on", "Status", "Value"]]);
    let scoreboard = project.scoreboard();
    for code in ["nothing", "most"] {
        assert_eq!(figure(&scoreboard, code, &[])["state"], "not_computable", "{code}");
    }
}
