//! Figures that stand beside the actual one: pace, what is committed, means. Each on rows that can be added up in the head.

use std::fs::{self, File};
use std::io::Read as _;

use serde_json::{Value, json};

use crate::project::{Project, figure};

const GRANTS: &str = r#"schema = 1
[collection]
code = "grants"
title = "Grants"
key = ["no"]
date = "paid_on"
[[collection.field]]
code = "no"
label = "No."
kind = "text"
required = true
[[collection.field]]
code = "approved_on"
label = "Approved on"
kind = "date"
[[collection.field]]
code = "paid_on"
label = "Paid on"
kind = "date"
[[collection.field]]
code = "planned"
label = "Planned"
kind = "money"
[[collection.field]]
code = "paid"
label = "Paid"
kind = "money"
"#;

const INDICATORS: &str = r#"schema = 1
[[indicator]]
code = "paid"
unit = "EUR"
from = "grants"
measure = "SUM(paid)"
committed = { measure = "SUM(planned)", where = "planned < 1000", date = "approved_on" }
by = ["partner"]
target = { value = 1000 }
partner_target = { alpha = 700 }
[[indicator]]
code = "each"
unit = "EUR"
from = "grants"
mean = "paid"
by = ["partner"]
[[indicator.example]]
given = [{ paid = 1 }, { paid = 1 }, { paid = 0.5 }, {}]
expect = 0.833333333333
[[indicator]]
code = "large"
unit = "EUR"
from = "grants"
where = "paid > 1000"
mean = "paid"
[[indicator]]
code = "twice"
unit = "EUR"
derived = { sum = ["paid", "paid"] }
"#;

const PUBLIC: &str = "schema = 1\n[[report]]\ncode = \"all\"\ntitle = \"All\"\n[[report]]\ncode = \"open\"\ntitle = \"Open\"\naudience = \"public\"\n";

/// Grants of one partner: what is planned, and what was paid.
pub fn grants() -> Project {
    let project = Project::small();
    project.replace("scoreboard.toml", "as_of = 2016-06-30", "as_of = 2016-06-30\nperiod = \"month\"");
    project.file("pipelines/grants.toml", GRANTS).file("indicators/a.toml", INDICATORS);
    let rows: &[&[&str]] = &[
        &["No.", "Approved on", "Paid on", "Planned", "Paid"],
        &["'1", "2016-01-10", "2016-02-10", "400", "380"],
        &["'2", "2016-03-01", "2016-03-20", "300", "300"],
        &["'3", "2016-05-05", "", "150", ""],
        &["'4", "2016-06-10", "", "100", ""],
        &["'5", "2016-04-01", "", "5000", ""],
    ];
    project.workbook("alpha_2016-05_2016-06-12_r1.xlsx", "Grants", rows);
    project
}

fn indicator<'a>(board: &'a Value, code: &str) -> &'a Value {
    let mut all = board["indicators"].as_array().expect("indicators").iter();
    all.find(|one| one["code"] == code).expect("the indicator")
}

#[test]
fn target_committed_and_achieved_stand_side_by_side() {
    let board = grants().scoreboard();
    let committed = &indicator(&board, "paid")["committed"];
    // 400 + 300 + 150: the fourth was approved after the cut-off, the fifth is left out by its condition.
    let facts = |figure: &Value| {
        (figure["value"].to_string(), figure["achievement"].to_string(), figure["coverage"]["reported"].to_string())
    };
    assert_eq!(facts(committed), ("850".into(), "0.85".into(), "1".into()));
    assert_eq!((&committed["cut_off"], &committed["rows"]), (&json!("2016-05-31"), &json!(3)));
    assert_eq!(facts(figure(&board, "paid", &[])), ("680".into(), "0.68".into(), "1".into()));
    assert_eq!(committed["reason"], "Committed: EUR 850, 85 % of the target of EUR 1\u{202f}000.");
    let method = indicator(&board, "paid")["method"].to_string();
    assert!(
        method.contains("Committed: SUM(planned); from grants: rows where planned < 1000, dated by approved_on."),
        "{method}"
    );
    assert_eq!(indicator(&board, "each")["committed"], Value::Null);
}

#[test]
fn a_partner_is_held_against_its_own_target_and_their_sum_is_told() {
    let board = grants().scoreboard();
    let alpha = figure(&board, "paid", &[("partner", "alpha")]);
    let told = ["target", "progress", "achievement", "status"].map(|key| alpha[key].to_string());
    assert_eq!(told, ["700", "0.971428571429", "0.971428571429", "\"on_track\""]);
    assert_eq!(figure(&board, "paid", &[("partner", "beta")])["status"], Value::Null);
    let note = &indicator(&board, "paid")["breakdowns"][0]["note"];
    assert_eq!(note, "The partners' targets add up to EUR 700; the programme's target is EUR 1\u{202f}000.");
}

#[test]
fn a_mean_is_a_sum_over_how_many_rows_give_it_and_no_row_has_none() {
    let project = grants();
    project.run(&["check"]).expect(0);
    let board = project.scoreboard();
    let of = |code: &str, by: &[(&str, &str)], key: &str| figure(&board, code, by)[key].to_string();
    assert_eq!(
        (of("each", &[], "value"), of("each", &[], "numerator"), of("each", &[], "denominator")),
        ("340".into(), "680".into(), "2".into())
    );
    assert_eq!(of("each", &[("partner", "alpha")], "value"), "340");
    assert_eq!(of("large", &[], "state"), "\"not_computable\"");
    assert_eq!(of("large", &[], "why"), "\"no row to take it from\"");
}

#[test]
fn a_pace_is_taken_from_the_periods_and_kept_from_the_public() {
    let project = grants();
    project.file("reports/all.toml", PUBLIC);
    let board = project.scoreboard();
    // 0, 380, 300, 0, 0: 136 a month; seven months are left of the year.
    let pace = &indicator(&board, "paid")["pace"];
    let told = ["periods", "recent", "required", "left"].map(|key| pace[key].to_string());
    assert_eq!(told, ["5", "136", "45.7142857143", "7"]);
    assert_eq!(pace["projected"]["value"], json!(1632));
    assert_eq!(pace["path"].as_array().map(Vec::len), Some(7));
    assert_eq!((&pace["path"][0]["label"], &pace["path"][0]["value"]), (&json!("2016-06"), &json!(816)));
    assert_eq!(indicator(&board, "twice")["pace"]["recent"], json!(272));
    // A mean is known in two months: the running mean from February on.
    assert_eq!(indicator(&board, "each")["pace"]["periods"], json!(4));
    let board = project.json_for("public");
    assert_eq!(
        (&indicator(&board, "paid")["pace"], &indicator(&board, "paid")["committed"]),
        (&Value::Null, &Value::Null)
    );
}

#[test]
fn what_cannot_be_committed_or_averaged_is_told_in_its_line() {
    let told = |from: &str, to: &str, says: &[&str]| {
        let project = grants();
        project.replace("indicators/a.toml", from, to);
        let mut answer = project.run(&["check"]).expect(1);
        for text in says {
            answer = answer.says(text);
        }
    };
    told("SUM(planned)", "COUNT(DISTINCT no)", &["must add up", "indicators/a.toml:7:25"]);
    told("SUM(planned)", "SUM(planed)", &["did you mean `planned`?"]);
    told("date = \"approved_on\"", "date = \"no\"", &["`no` is not a date"]);
    told("where = \"planned < 1000\"", "were = \"planned < 1000\"", &["did you mean `where`?"]);
    told("mean = \"paid\"\nby", "mean = \"no\"\nby", &["`no` is not a number", "A mean needs"]);
    told(
        "mean = \"paid\"\nby",
        "mean = \"paid\"\ncommitted = { measure = \"COUNT(*)\" }\nby",
        &["goes with a `measure`"],
    );
}

const RATES: &str =
    "currency,month,rate,source\nUSD,2016-02,1.1093,ECB\nUSD,2016-03,1.11,ECB\nCHF,2016-03,1.0920,ECB\n";

/// Grants in several currencies: 100 EUR in January, 200 USD in February, 50 CHF in March.
pub fn in_currencies(more: &[&[&str]]) -> Project {
    let project = Project::small();
    project.replace("scoreboard.toml", "as_of = 2016-06-30", "as_of = 2016-06-30\nperiod = \"month\"");
    project.replace("scoreboard.toml", "[submission]", "[currency]\nrates = \"pipelines/rates.csv\"\n[submission]");
    let named = "code = \"paid\"\nlabel = \"Paid\"\nkind = \"money\"\ncurrency_field = \"currency\"\n[[collection.field]]\n\
                 code = \"currency\"\nlabel = \"Currency\"\nkind = \"text\"";
    let grants = GRANTS.replace("code = \"paid\"\nlabel = \"Paid\"\nkind = \"money\"", named);
    let grants = grants
        .replace("label = \"Planned\"\nkind = \"money\"", "label = \"Planned\"\nkind = \"money\"\ncurrency = \"USD\"");
    let indicators = r#"schema = 1
[[indicator]]
code = "paid"
unit = "EUR"
from = "grants"
measure = "SUM(paid)"
by = ["currency", "period"]
[[indicator]]
code = "francs"
unit = "EUR"
from = "grants"
measure = "SUM(paid) FILTER (WHERE currency = 'CHF')"
[[indicator]]
code = "large"
unit = "grants"
from = "grants"
where = "currency <> 'DKK' AND paid > 90"
measure = "COUNT(*)"
[[indicator]]
code = "middle"
unit = "EUR"
from = "grants"
median = "paid"
[[indicator]]
code = "planned"
unit = "EUR"
from = "grants"
measure = "SUM(planned)"
[[indicator]]
code = "share"
unit = "%"
derived = { of = "francs", to = "paid" }
[[indicator]]
code = "filled"
unit = "EUR"
from = "grants"
where = "paid IS NOT NULL"
measure = "SUM(paid)"
[[indicator]]
code = "some"
unit = "EUR"
from = "grants"
where = "COALESCE(paid, 0) > 0"
measure = "SUM(paid)"
[[indicator]]
code = "cells"
unit = "grants"
from = "grants"
measure = "COUNT(*) FILTER (WHERE NOT (paid IS NULL) AND currency <> 'USD')"
[[indicator]]
code = "empty"
unit = "grants"
from = "grants"
where = "paid IS NULL"
measure = "COUNT(*)"
[[indicator]]
code = "split"
unit = "EUR"
from = "grants"
where = "CASE WHEN paid IS NULL THEN 'none' ELSE 'some' END = 'some'"
median = "paid"
"#;
    project
        .file("pipelines/grants.toml", grants)
        .file("pipelines/rates.csv", RATES)
        .file("indicators/a.toml", indicators);
    let mut rows: Vec<&[&str]> = vec![
        &["No.", "Paid on", "Paid", "Currency", "Planned"],
        &["'1", "2016-01-10", "100", "EUR", ""],
        &["'2", "2016-02-10", "200", "usd", "100"],
        &["'3", "2016-03-20", "50", "CHF", ""],
    ];
    rows.extend(more);
    project.workbook("alpha_2016-05_2016-06-12_r1.xlsx", "Grants", &rows);
    project
}

#[test]
fn amounts_are_converted_at_the_rate_of_their_month() {
    let project = in_currencies(&[]);
    project.run(&["check"]).expect(0);
    let board = project.scoreboard();
    let of = |code: &str, by: &[(&str, &str)]| figure(&board, code, by)["value"].to_string();
    // 200 / 1.1093 = 180.29387902…; 50 / 1.092 = 45.78754578…: each rounded to six decimals.
    assert_eq!(of("paid", &[]), "326.081425");
    assert_eq!(of("paid", &[("currency", "usd")]), "180.293879");
    assert_eq!(
        (of("francs", &[]), of("large", &[]), of("middle", &[])),
        ("45.787546".into(), "2".into(), "100".into())
    );
    // A fixed currency: 100 / 1.1093 = 90.14693951…
    assert_eq!(of("planned", &[]), "90.14694");
    let before = board["definitions_hash"].clone();
    project.file("pipelines/rates.csv", RATES.replace("1.1093", "1.25"));
    let board = project.scoreboard();
    assert_eq!(figure(&board, "planned", &[])["value"], json!(80));
    assert_ne!(board["definitions_hash"], before, "rates are definitions");
}

#[test]
fn without_a_rate_nothing_is_guessed_and_only_what_needs_the_row_is_lost() {
    let board =
        in_currencies(&[&["'4", "2016-04-20", "70", "USD", ""], &["'5", "2016-04-21", "9", "DKK", ""]]).scoreboard();
    let of = |code: &str, by: &[(&str, &str)]| {
        let figure = figure(&board, code, by);
        (figure["state"].as_str().expect("a state").to_owned(), figure["why"].as_str().unwrap_or("").to_owned())
    };
    let lost = |of: &str| ("not_computable".to_owned(), format!("no rate of exchange: {of}"));
    assert_eq!(of("paid", &[]), lost("DKK 2016-04"));
    assert_eq!(of("paid", &[("currency", "USD")]), lost("USD 2016-04"));
    assert_eq!(of("middle", &[]), lost("DKK 2016-04"));
    assert_eq!(of("share", &[]), lost("DKK 2016-04"));
    // Whatever 70 USD are, nobody knows whether they are more than 90; that 9 DKK do not count is known.
    assert_eq!(of("large", &[]), lost("USD 2016-04"));
    // An amount that nobody can convert is there all the same: what asks for empty cells must not take it for one.
    for code in ["filled", "some", "cells", "split"] {
        assert_eq!(of(code, &[]), lost("DKK 2016-04"), "{code}");
    }
    assert_eq!(
        (of("empty", &[]).0.as_str(), figure(&board, "empty", &[])["value"].to_string().as_str()),
        ("known", "0")
    );
    for known in [("paid", &[("currency", "usd")][..]), ("paid", &[("period", "2016-03")]), ("francs", &[])] {
        assert_eq!(of(known.0, known.1).0, "known", "{known:?}");
    }
    let cells: Vec<String> = crate::project::places(&board, "rate-missing");
    assert_eq!(
        cells,
        ["alpha_2016-05_2016-06-12_r1.xlsx › Grants › C7", "alpha_2016-05_2016-06-12_r1.xlsx › Grants › C8"]
    );
}

#[test]
fn a_template_asks_for_amounts_in_the_currency_that_the_row_names() {
    let project = in_currencies(&[]);
    project.run(&["template", "--all"]).expect(0);
    let made = fs::read_dir(project.path().join("data/templates")).expect("templates").flatten().next();
    let file = File::open(made.expect("a template").path()).expect("opened");
    let mut zip = zip::ZipArchive::new(file).expect("a zip");
    let mut texts = String::new();
    zip.by_name("xl/sharedStrings.xml").expect("texts").read_to_string(&mut texts).expect("read");
    assert!(texts.contains("→ Currency · ") && texts.contains("USD · "), "{texts}");
}

#[test]
fn a_cell_that_shows_another_currency_than_its_row_says_is_kept_out() {
    let board =
        in_currencies(&[&["'4", "2016-03-20", "'USD 70", "CHF", ""], &["'5", "2016-03-21", "'USD 11", "USD", ""]])
            .scoreboard();
    assert_eq!(crate::project::places(&board, "currency-other"), ["alpha_2016-05_2016-06-12_r1.xlsx › Grants › C7"]);
    assert_eq!(figure(&board, "paid", &[("currency", "USD")])["value"].to_string(), "9.90991");
}

#[test]
fn a_table_of_rates_and_fields_in_currencies_are_checked() {
    let told = |file: &str, from: &str, to: &str, says: &[&str]| {
        let project = in_currencies(&[]);
        project.replace(file, from, to);
        let mut answer = project.run(&["check"]).expect(1);
        for text in says {
            answer = answer.says(text);
        }
    };
    let (rates, grants) = ("pipelines/rates.csv", "pipelines/grants.toml");
    told(rates, "USD,2016-03", "US$,2016-03", &["`US$` is not a currency"]);
    told(rates, "CHF,2016-03", "CHF,03/2016", &["`03/2016` is not a month"]);
    told(rates, "1.0920", "1,0920", &["`ECB` stands in a column without a name", "decimal point"]);
    told(rates, "1.0920", "n/a", &["`n/a` is not a rate"]);
    told(rates, "USD,2016-03", "USD,2016-02", &["stands twice"]);
    told(rates, "currency,month,rate,source", "currency,month,kurs,source", &["has no column `rate`"]);
    told("scoreboard.toml", "rates.csv", "rate.csv", &["the table of rates pipelines/rate.csv"]);
    told("scoreboard.toml", "[currency]\nrates = \"pipelines/rates.csv\"\n", "", &["needs rates of exchange"]);
    told(grants, "currency_field = \"currency\"", "currency_field = \"curency\"", &["did you mean `currency`?"]);
    told(grants, "currency = \"USD\"", "currency = \"dollars\"", &["`dollars` is not a currency"]);
    told(grants, "date = \"paid_on\"\n", "", &["the rows have no date"]);
}
