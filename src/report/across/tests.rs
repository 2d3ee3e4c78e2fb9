//! Tests of workbook and page over several programmes: every kind of thing that they tell, in every language.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{book, words};
use crate::finding::CellRef;
use crate::model::across::{
    Account, Across, Decided, Difference, Entry, Found, Matched, MatchedBy, Named, NotAdded, Once, Open, Programme,
    Reported, SetCompared, SetPart, SetPublished, Standing, Total, Undecided,
};
use crate::model::audience::Audience;
use crate::model::code::IndicatorCode;
use crate::model::published::{Held, Outcome, Relation, Statement};
use crate::model::scoreboard::{Accumulation, Level, Status};
use crate::model::unit::Unit;
use crate::model::value::{Coverage, Value, Why};
use crate::report::book::Cell;
use crate::report::language::Tongue;
use crate::report::measure;
use crate::report::style::Look;

/// What a partner might write to break a page or a workbook.
pub const HOSTILE: &str = "=1+1<script>alert('x')</script>\u{202e}\"&";

fn day(month: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, 1).unwrap()
}

fn code(text: &str) -> IndicatorCode {
    IndicatorCode::new(text).unwrap()
}

fn programme(name: &str, reports: bool) -> Programme {
    let statuses = Status::NAMES.iter().map(|(_, status)| (*status, 2)).collect();
    let report = Reported {
        code: "steering".into(),
        title: "Steering".into(),
        run: "0123456789ab".into(),
        head: "00ff".into(),
        indicators: 16,
        statuses,
        rows_kept_out: 3,
        behind: 1,
    };
    Programme {
        name: name.into(),
        code: name.into(),
        title: format!("Programme {HOSTILE}"),
        start: day(1),
        end: day(12),
        as_of: day(6),
        currency: "EUR".into(),
        partners: 4,
        report: reports.then_some(report),
    }
}

fn entry(programme: usize, value: Value) -> Entry {
    Entry {
        programme,
        indicator: code("firms"),
        title: HOSTILE.into(),
        definition: HOSTILE.into(),
        level: Level::Output,
        unit: Unit::new("firms"),
        accumulation: Accumulation::Stock,
        method: vec!["Measure: COUNT(*).".into()],
        value,
        lower: Some(Decimal::from(8)),
        upper: Some(Decimal::from(20)),
        coverage: Coverage { reported: 1, due: 2 },
        cut_off: Some(day(5)),
        target: None,
        progress: Some(Decimal::new(5, 1)),
        status: Some(Status::AtRisk),
        found: Some(Found { file: "steering.xlsx".into(), sheet: "Summary".into(), cell: CellRef::new(11, 3) }),
    }
}

fn matched(by: MatchedBy, total: Total, once: Option<Once>) -> Matched {
    Matched {
        code: "cosme/firms".into(),
        title: HOSTILE.into(),
        by,
        entries: vec![entry(0, Value::Known(Decimal::from(10))), entry(1, Value::Known(Decimal::from(1013)))],
        total,
        differences: Vec::new(),
        once,
    }
}

/// Everything that can be told.
pub fn across(language: &str) -> Across {
    let once = Once {
        each: vec![Some(10), Some(1013)],
        together: 1020,
        at_least: 1019,
        at_most: 1024,
        shared: vec![(0, 1, 3)],
        names: vec![Standing {
            identity: HOSTILE.into(),
            entries: vec![0, 1],
            also: vec![(HOSTILE.into(), "decided by A on 1 May 2026: B".into())],
        }],
        several: 3,
    };
    let sum = Total::Sum { value: Decimal::from(10), known: 1, of: 2 };
    let mut added = matched(MatchedBy::Declared, sum, None);
    added.entries[1].value = Value::NotComputable(Why::ZeroDenominator);
    let both = |one: &str, other: &str| vec![(0, Unit::new(one)), (1, Unit::new(other))];
    added.differences = vec![
        Difference::Units(both("firms", "jobs")),
        Difference::Levels(vec![(0, Level::Output), (1, Level::Impact)]),
        Difference::Accumulations(vec![(0, Accumulation::Stock), (1, Accumulation::Flow)]),
        Difference::Days(vec![(0, day(3)), (1, day(4))]),
        Difference::Definitions,
        Difference::Coverage(0, Coverage { reported: 1, due: 2 }),
        Difference::TooManyRows,
    ];
    let not = [
        NotAdded::Rate,
        NotAdded::Extreme,
        NotAdded::Distinct,
        NotAdded::Units,
        NotAdded::NothingKnown,
        NotAdded::TooLarge,
    ];
    let mut all = vec![added, matched(MatchedBy::Catalogue, Total::Not(NotAdded::Distinct), Some(once))];
    all.extend(not.map(|why| matched(MatchedBy::Common, Total::Not(why), None)));
    let said = |value: i64| Statement {
        by: None,
        on: None,
        value: Decimal::from(value),
        relation: Relation::Is,
        source: HOSTILE.into(),
        note: Some(HOSTILE.into()),
        rows: Held::Partial,
        parts: Vec::new(),
    };
    let set = SetCompared {
        title: HOSTILE.into(),
        first: (0, code("firms")),
        second: (1, code("firms")),
        field: "market".into(),
        kept: vec![HOSTILE.into()],
        dropped: vec!["us".into()],
        added: Vec::new(),
        published: vec![SetPublished { part: SetPart::First, said: said(2), outcome: Outcome::Agrees }],
        account: Some(Account { makes: Decimal::from(31), second: Decimal::from(32) }),
    };
    let reasons = vec![
        "the names have the same words",
        "the names differ in spelling only",
        "one name is a part of the other",
        "one name holds all words of the other that tell them from others",
        "the names share words that few others have",
        "one name holds the first letters of the other's words",
        "both names hold the same abbreviation",
        "the numbers differ in one digit, or in the order of two",
        "same country",
        "their numbers are of two registers",
        "the names share hardly a word",
        "two numbers of one register",
        "two countries",
    ];
    let pair = Undecided {
        one: Named { identity: HOSTILE.into(), names: vec![HOSTILE.into()], programmes: vec![0] },
        other: Named { identity: "Acme (LT)".into(), names: Vec::new(), programmes: vec![0, 1] },
        probability: Decimal::new(998, 3),
        bits: Decimal::new(91, 1),
        reasons,
        matched: vec![1],
    };
    let decided = |same| Decided {
        pair: [HOSTILE.into(), "b".into()],
        same,
        by: HOSTILE.into(),
        because: HOSTILE.into(),
        on: day(7),
    };
    Across {
        title: HOSTILE.into(),
        audience: Audience::Internal,
        language: language.into(),
        programmes: vec![programme("one", true), programme("two", true), programme("three", false)],
        matched: all,
        sets: vec![set],
        alone: vec![(0, code("jobs"), HOSTILE.into())],
        open: Some(Open {
            pairs: vec![pair],
            all: 2,
            within: vec![(0, 4)],
            decisions: vec![decided(true), decided(false)],
        }),
    }
}

#[test]
fn every_text_of_ours_is_told_in_every_language() {
    for language in ["de", "fr", "nl"] {
        let book = book(&across(language));
        let untold: Vec<&String> = book.sheets.iter().flat_map(|sheet| &sheet.untold).collect();
        assert!(untold.is_empty(), "{language}: put these into src/report/translations: {untold:#?}");
        let names: Vec<&str> = book.sheets.iter().map(|sheet| sheet.name.as_str()).collect();
        assert!(names.iter().all(|name| *name != words::BESIDE), "{language}: {names:?}");
        let all: std::collections::BTreeSet<String> = names.iter().map(|name| name.to_lowercase()).collect();
        assert_eq!(all.len(), names.len(), "{language}: no two sheets have one name: {names:?}");
    }
}

#[test]
fn links_and_formulas_lead_to_sheets_that_are_there() {
    for language in ["en", "de", "fr", "nl"] {
        let book = book(&across(language));
        let names: Vec<&str> = book.sheets.iter().map(|sheet| sheet.name.as_str()).collect();
        for sheet in &book.sheets {
            for (at, placed) in sheet.cells() {
                let to = match &placed.cell {
                    Cell::Link { sheet, .. } => Some(sheet.as_str()),
                    Cell::Formula { text, .. } => text.strip_prefix("='").and_then(|text| text.split('\'').next()),
                    _ => placed.to.as_ref().map(|to| to.sheet.as_str()),
                };
                assert!(to.is_none_or(|to| names.contains(&to)), "{language}: {} {at}: {to:?}", sheet.name);
            }
        }
        assert!(crate::report::across_workbook(&across(language)).is_ok());
    }
}

#[test]
fn a_sum_is_a_formula_over_the_figures_above_it() {
    let book = book(&across("en"));
    let sheet = &book.sheets[2];
    let sums: Vec<(CellRef, &str)> = sheet
        .cells()
        .filter_map(|(at, placed)| match &placed.cell {
            Cell::Formula { text, cached } if *cached == Decimal::from(10) => Some((at, text.as_str())),
            _ => None,
        })
        .collect();
    let [(at, text)] = sums.as_slice() else { panic!("one sum: {sums:?}") };
    let row = at.row;
    assert_eq!(*text, format!("=SUM({}:{})", CellRef::new(row - 2, at.column), CellRef::new(row - 1, at.column)));
}

#[test]
fn nothing_of_organisations_stands_where_nothing_may_be_told() {
    let mut across = across("en");
    across.open = None;
    for one in &mut across.matched {
        one.once = None;
    }
    let book = book(&across);
    assert!(book.sheets.iter().all(|sheet| sheet.name != words::OVERLAP && sheet.name != words::DECISIONS));
    assert_eq!(super::json(&across)["organisations"], serde_json::Value::Null);
}

#[test]
fn days_and_levels_are_written_as_the_language_writes_them() {
    let across = across("de");
    let german = Tongue::of("de");
    let days = words::difference(&across, &Difference::Days(vec![(0, day(3)), (1, day(4))]), german);
    assert_eq!(german.say(&days), "Sie stehen für verschiedene Tage: 1. März 2026 (one), 1. Apr. 2026 (two).");
}

#[test]
fn no_word_of_a_heading_is_broken_in_any_language() {
    let mut broken = std::collections::BTreeSet::new();
    for language in ["en", "de", "fr", "nl"] {
        for sheet in book(&across(language)).sheets {
            for (at, placed) in sheet.cells().filter(|(at, _)| !sheet.spans.iter().any(|span| span.first == *at)) {
                let (Cell::Text(text), face) = (&placed.cell, placed.style.look.face()) else { continue };
                let head = matches!(placed.style.look, Look::Head | Look::HeadRight);
                let wanted = measure::longest_word(text, face) + measure::margins(face);
                if head && sheet.columns.get(usize::from(at.column)).is_some_and(|width| *width < wanted) {
                    broken.insert(format!("{language}: {}: {text}", sheet.name));
                }
            }
        }
    }
    assert!(broken.is_empty(), "shorter words are needed, or wider columns: {broken:#?}");
}
