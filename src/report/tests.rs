//! Tests of the report as a whole, on a scoreboard small enough to read.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::book::{Book, Cell, Placed};
use super::large::large;
use super::measure;
use super::style::Look;
use super::{book, json, workbook};
use crate::finding::{CellRef, Finding, Place, rules};
use crate::model::audience::Audience;
use crate::model::code::{IndicatorCode, PartnerCode, ReportCode};
use crate::model::scoreboard::*;
use crate::model::target::{Declared, Direction, ResolvedTarget, Target, TargetValue, Targets};
use crate::model::trace::{Brings, Made, Standing, Taking};
use crate::model::unit::Unit;
use crate::model::value::{Coverage, Value};

pub fn d(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub fn day(text: &str) -> chrono::NaiveDate {
    text.parse().unwrap()
}

pub fn figure(value: Value) -> Figure {
    Figure {
        indicator: IndicatorCode::new("volume").unwrap(),
        by: Vec::new(),
        value,
        coverage: Coverage { reported: 1, due: 2 },
        numerator: None,
        denominator: None,
        rows: 2,
        upper: None,
        lower: None,
        unit: Unit::new("EUR"),
        baseline: Some(Decimal::ZERO),
        target: None,
        cut_off: Some(day("2016-05-31")),
        expected: None,
        progress: None,
        achievement: None,
        status: None,
        reason: String::new(),
    }
}

fn point(on: &str, label: &str, actual: Option<&str>, expected: &str) -> TrajectoryPoint {
    let (actual, expected) = (actual.map(d), Some(d(expected)));
    TrajectoryPoint {
        on: day(on),
        label: label.into(),
        actual,
        withheld: false,
        expected,
        original: None,
        milestone: None,
        target: None,
    }
}

/// One sum with a breakdown, of which one partner has not reported.
pub fn volume() -> IndicatorResult {
    let on = day("2016-09-30");
    let target = Target { value: TargetValue::Value(d("500")), on, illustrative: true, decided: None, because: None };
    let mut total = figure(Value::Known(d("120.5")));
    total.target = Some(ResolvedTarget { value: d("500"), to: None, on });
    total.expected = Some(d("300"));
    total.progress = Some(d("0.241"));
    total.achievement = Some(d("0.241"));
    total.status = Some(Status::OffTrack);
    total.reason = "Off track: EUR 121 on 31 May 2016 is 40 % of the EUR 300 expected by then (from EUR 0).".into();
    let line = |partner: &str, value: Value| Figure { by: vec![("partner".into(), partner.into())], ..figure(value) };
    IndicatorResult {
        code: IndicatorCode::new("volume").unwrap(),
        title: "Volume of cooperation projects between members".into(),
        definition: "Sum of the value of signed agreements.".into(),
        level: Level::Result,
        unit: Unit::new("EUR"),
        accumulation: Accumulation::Flow,
        direction: Direction::Increase,
        made: Made::Rows(Taking::Sum),
        declared: Declared::default(),
        method: vec!["Measure: SUM(value).".into()],
        sql: vec!["SELECT SUM(value) FROM agreements".into()],
        source: None,
        evidence: None,
        responsible: None,
        common: None,
        catalogue: None,
        illustrative: Vec::new(),
        baseline: None,
        targets: Targets::Declared(vec![target.clone()]),
        target: Some(target),
        milestones: Vec::new(),
        total,
        since_then: Some(d("9.5")),
        breakdowns: vec![Breakdown {
            field: "partner".into(),
            label: "Partner".into(),
            figures: vec![line("litek", Value::Known(d("120.5"))), line("hts", Value::NotReported)],
            additive: true,
            note: None,
            names: vec!["LITEK".into(), "HTS".into()],
            estimates: Vec::new(),
        }],
        trajectory: vec![
            point("2016-02-29", "P4", Some("100"), "200"),
            point("2016-05-31", "P5", Some("120.5"), "300"),
            point("2016-09-30", "Target", None, "500"),
        ],
        pace: None,
        committed: None,
        breaks: Vec::new(),
        corrections: Vec::new(),
        year_ends: Vec::new(),
        estimate: None,
        published: Vec::new(),
    }
}

/// Nothing reported, a target still to be declared, and a title whose beginning is that of the first.
fn silent() -> IndicatorResult {
    let mut one = volume();
    one.code = IndicatorCode::new("silent").unwrap();
    one.title = "Volume of cooperation projects: seen from afar".into();
    one.total = figure(Value::NotReported);
    one.total.indicator = one.code.clone();
    one.total.status = Some(Status::NoTarget);
    one.total.baseline = None;
    one.targets = Targets::ToBeDeclared;
    (one.target, one.since_then) = (None, None);
    (one.breakdowns, one.trajectory) = (Vec::new(), Vec::new());
    one
}

pub fn scoreboard() -> Scoreboard {
    let partner = |code: &str, name: &str| PartnerFacts {
        code: PartnerCode::new(code).unwrap(),
        name: name.into(),
        country: "LT".into(),
    };
    let place = Place::Cell { file: "a.xlsx".into(), sheet: "S".into(), cell: CellRef::parse("C7") };
    let row = |amount: &str| EvidenceRow {
        indicator: IndicatorCode::new("volume").unwrap(),
        partner: "litek".into(),
        collection: "agreements".into(),
        date: Some(day("2016-04-01")),
        key: "=1+1".into(),
        amount: Some(d(amount)),
        says: "status = signed".into(),
        file: "a.xlsx".into(),
        sheet: "S".into(),
        cell: CellRef::new(4, 2),
        counted: true,
        standing: Standing::Counts,
        by: vec!["litek".into()],
        brings: Brings { counts: true, amount: Some(d(amount)), ..Brings::default() },
        below: None,
        from_day: Some(day("2016-04-01")),
        source: None,
    };
    Scoreboard {
        audience: Audience::Internal,
        report: ReportCode::new("small").unwrap(),
        title: "Small".into(),
        programme: ProgrammeFacts {
            code: "small".into(),
            title: "A small programme".into(),
            start: day("2015-03-01"),
            end: day("2016-09-30"),
            as_of: day("2016-06-30"),
            calendar: crate::model::period::Calendar {
                start: day("2015-03-01"),
                end: day("2016-09-30"),
                unit: crate::model::period::PeriodUnit::Quarter,
                from_start: true,
            },
            currency: "EUR".into(),
            language: "en".into(),
            illustrative: None,
            partners: vec![partner("litek", "LITEK"), partner("hts", "HTS")],
        },
        run: "abc123".into(),
        known_at: None,
        ledger_head: "00ff".into(),
        definitions_hash: "11ee".into(),
        thresholds: Thresholds { on_track: d("0.9"), at_risk: d("0.7") },
        presentation: crate::model::presentation::Presentation::default(),
        changes: None,
        indicators: vec![volume(), silent()],
        surveys: Vec::new(),
        comparisons: Vec::new(),
        matrices: Vec::new(),
        chains: Vec::new(),
        organisations: None,
        findings: vec![
            Finding::warning(&rules::NUMBER_AS_TEXT, place, "a number stored as text")
                .found("=HYPERLINK(\"http://evil.example\")\u{7}")
                .partner(Some("litek")),
        ],
        kept_out_total: 1,
        kept_out: vec![KeptOut {
            partner: Some("litek".into()),
            collection: "agreements".into(),
            file: "a.xlsx".into(),
            sheet: "S".into(),
            row: 9,
            reasons: vec![("not-a-number".into(), "text where a number is expected".into())],
            cells: vec![("Value".into(), "+ca. 40".into())],
        }],
        reporting: vec![Reporting {
            partner: PartnerCode::new("litek").unwrap(),
            collection: "agreements".into(),
            collection_title: "Agreements".into(),
            due: Some("P5".into()),
            due_on: Some(day("2016-06-15")),
            latest: Some("P5".into()),
            reporting_date: Some(day("2016-06-08")),
            file: Some("a.xlsx".into()),
            rows: 2,
            kept_out: 1,
            state: ReportingState::Reported,
        }],
        evidence: Evidence { rows: vec![row("100.5"), row("20")], total: 3, ..Evidence::default() },
        inputs: vec![InputFile { name: "a.xlsx".into(), hash: "ab".into(), partner: Some("litek".into()) }],
    }
}

pub fn cells(book: &Book) -> Vec<(String, CellRef, &Placed)> {
    book.sheets.iter().flat_map(|s| s.cells().map(|(at, placed)| (s.name.clone(), at, placed))).collect()
}

#[test]
fn a_public_book_has_no_rows_and_says_what_is_suppressed() {
    let mut board = scoreboard();
    board.audience = Audience::Public;
    board.indicators[0].total.value = Value::Suppressed;
    board.indicators[0].trajectory[0].actual = None;
    board.indicators[0].trajectory[0].withheld = true;
    let names: Vec<String> = book(&board).sheets.into_iter().map(|sheet| sheet.name).collect();
    assert!(names.iter().all(|name| !["Findings", "Kept out", "Evidence"].contains(&name.as_str())), "{names:?}");
    let text = book(&board).to_text();
    assert!(text.contains("⊘ suppressed") && text.contains("P4 ⊘") && text.contains("· public ·"), "{text}");
    let told: serde_json::Value = serde_json::from_slice(&json(&board)).unwrap();
    assert_eq!(told["report"]["audience"], "public");
    for figure in told["figures"].as_array().unwrap() {
        assert!(figure["rows"].is_null());
    }
    assert!(told["findings"].as_array().unwrap().iter().all(|one| one["message"].is_null() && one["place"].is_null()));
    assert!(workbook(&board).is_ok());
}

#[test]
fn a_small_scoreboard_makes_this_book() {
    let text = book(&scoreboard()).to_text().replace(env!("CARGO_PKG_VERSION"), "VERSION");
    let wanted = include_str!("snapshot.txt");
    for (line, (made, wanted)) in text.lines().zip(wanted.lines()).enumerate() {
        assert_eq!(made, wanted, "line {} of src/report/snapshot.txt; all of what was made:\n{text}", line + 1);
    }
    assert_eq!(text.lines().count(), wanted.lines().count(), "all of what was made:\n{text}");
}

#[test]
fn equal_scoreboards_give_equal_bytes() {
    assert_eq!(workbook(&scoreboard()).unwrap(), workbook(&scoreboard()).unwrap());
    assert_eq!(json(&scoreboard()), json(&scoreboard()));
}

#[test]
fn what_partners_wrote_stays_text() {
    let book = book(&scoreboard());
    let text = |wanted: &str| cells(&book).iter().any(|(_, _, placed)| placed.cell == Cell::Text(wanted.into()));
    assert!(text("=HYPERLINK(\"http://evil.example\")"), "and its control character is gone");
    assert!(text("=1+1") && text("Value: +ca. 40"));
    for (sheet, at, placed) in cells(&book) {
        if let Cell::Formula { text, .. } = &placed.cell {
            let ours = ["=SUM(", "=SUBTOTAL(", "=COUNTIF(", "=(", "=100*"].iter().any(|begin| text.starts_with(begin));
            let cells = text.chars().skip(1).all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || "-/".contains(c));
            assert!(ours || cells, "{sheet}!{at}: {text}");
        }
    }
}

#[test]
fn an_absent_figure_is_a_word() {
    let book = book(&scoreboard());
    let at = |sheet: &str, cell: &str| {
        let all = cells(&book);
        let found = all.iter().find(|(name, at, _)| name == sheet && at.to_string() == cell).map(|(_, _, p)| &p.cell);
        found.cloned().unwrap_or(Cell::Blank)
    };
    assert_eq!(at("Summary", "H12"), Cell::text("not reported"));
    assert_eq!(at("Summary", "F12"), Cell::text("to be declared"));
    assert_eq!(at("Summary", "E12"), Cell::text("none"));
    let summary = book.sheets.first().unwrap();
    assert!(!summary.cells().any(|(at, placed)| at.row > 10 && placed.cell == Cell::Number(Decimal::ZERO)));
}

#[test]
fn the_names_of_sheets_are_valid_and_all_different() {
    let mut board = scoreboard();
    board.indicators.extend((0..12).map(|_| volume()));
    for title in ["Summary", "history", "[]:*?/\\", "'quoted'", "x".repeat(80).as_str()] {
        let mut one = volume();
        one.title = title.to_owned();
        board.indicators.push(one);
    }
    let book = book(&board);
    let names: BTreeSet<String> = book.sheets.iter().map(|sheet| sheet.name.to_lowercase()).collect();
    assert_eq!(names.len(), book.sheets.len());
    for name in &names {
        assert!((1..=31).contains(&name.chars().count()), "{name}");
        assert!(!name.contains(['[', ']', ':', '*', '?', '/', '\\']) && !name.starts_with('\''), "{name}");
    }
    assert!(workbook(&board).is_ok());
}

#[test]
fn the_link_to_the_evidence_lands_on_its_first_row() {
    let book = book(&scoreboard());
    let all = cells(&book);
    let link = all.iter().find_map(|(_, _, placed)| match &placed.cell {
        Cell::Link { sheet, cell, .. } if sheet == "Evidence" => Some(*cell),
        _ => None,
    });
    let first = all.iter().find(|(sheet, at, _)| sheet == "Evidence" && Some(*at) == link);
    assert_eq!(first.map(|(_, _, placed)| placed.cell.clone()), Some(Cell::text("Volume of cooperation projects")));
}

#[test]
fn a_formula_that_does_not_give_the_figure_is_not_written() {
    let mut board = scoreboard();
    // A progress by another rule than (actual − baseline) / (target − baseline).
    board.indicators[0].total.progress = Some(d("0.5"));
    let book = book(&board);
    let summary = book.sheets.first().unwrap();
    let formulas = |placed: &Placed| matches!(&placed.cell, Cell::Formula { text, .. } if text.starts_with("=("));
    assert!(!summary.cells().any(|(_, placed)| formulas(placed)));
    assert!(summary.cells().any(|(_, placed)| placed.cell == Cell::Number(d("0.5"))));
}

#[test]
fn json_holds_exact_decimals() {
    let text = String::from_utf8(json(&scoreboard())).unwrap();
    let read: serde_json::Value = serde_json::from_str(&text).unwrap();
    let figure = &read["figures"][0];
    assert_eq!(figure["value"].to_string(), "120.5");
    assert_eq!(figure["target"].to_string(), "500");
    assert_eq!(figure["by"], serde_json::json!({}));
    assert_eq!((figure["state"].as_str(), figure["status"].as_str()), (Some("known"), Some("off_track")));
    let missing = &read["figures"][2];
    assert_eq!(missing["by"], serde_json::json!({ "partner": "hts" }));
    assert!(missing["value"].is_null());
    assert_eq!(missing["state"], "not_reported");
}

#[test]
fn an_empty_scoreboard_is_a_workbook_too() {
    let mut board = scoreboard();
    (board.indicators, board.findings, board.kept_out) = (Vec::new(), Vec::new(), Vec::new());
    (board.reporting, board.inputs, board.evidence) = (Vec::new(), Vec::new(), Evidence::default());
    assert!(workbook(&board).is_ok());
}

#[test]
fn every_text_of_ours_is_told_in_every_language() {
    for language in ["de", "fr", "nl"] {
        for audience in [Audience::Internal, Audience::Funder, Audience::Public] {
            let mut board = scoreboard();
            board.audience = audience;
            board.presentation.language = language.to_owned();
            let book = book(&board);
            let untold: Vec<&String> = book.sheets.iter().flat_map(|sheet| &sheet.untold).collect();
            assert!(
                untold.is_empty(),
                "{language}: put these into all files of src/report/translations, or mark what \
                is not ours with `own` or `Cell::verbatim`: {untold:#?}"
            );
        }
    }
}

#[test]
fn a_german_book_speaks_german_and_leaves_the_words_of_others() {
    let mut board = scoreboard();
    board.presentation.language = "de".to_owned();
    let text = book(&board).to_text();
    for wanted in [
        "== Übersicht ==",
        "B1 BackLink: \"← Übersicht\" → Übersicht!A1",
        "\"▼ nicht im Plan\") → 1",
        "\"Nach Partner\"",
        "\"noch festzulegen\"",
        "30. Juni 2016",
        "\"Volume of cooperation projects between members\"",
        "\"eine als Text gespeicherte Zahl",
    ] {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
    assert!(workbook(&board).is_ok());
}

#[test]
fn no_word_of_a_heading_is_broken_in_any_language() {
    let mut broken = BTreeSet::new();
    let boards = ["en", "de", "fr", "nl"].into_iter().flat_map(|one| [(one, scoreboard()), (one, large())]);
    for (language, mut board) in boards {
        language.clone_into(&mut board.presentation.language);
        for sheet in book(&board).sheets {
            let spanned = |at: CellRef| sheet.spans.iter().any(|span| span.first == at);
            for (at, placed) in sheet.cells().filter(|(at, _)| !spanned(*at)) {
                let (Cell::Text(text), face) = (&placed.cell, placed.style.look.face()) else { continue };
                let head = matches!(placed.style.look, Look::Head | Look::HeadRight | Look::HeadFilter);
                let wanted = measure::longest_word(text, face) + measure::margins(face);
                // Titles of the programme may be as long as they like.
                let ours = !text.starts_with("Kooperationsvereinbarungen");
                if head && ours && sheet.columns.get(usize::from(at.column)).is_some_and(|width| *width < wanted) {
                    broken.insert(format!("{language}: {}: {text}", sheet.name));
                }
            }
        }
    }
    assert!(broken.is_empty(), "shorter words are needed, or wider columns: {broken:#?}");
}
