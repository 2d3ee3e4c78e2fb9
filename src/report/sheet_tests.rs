//! Tests of the sheets that tell more than the figures, of what a report chooses, and that all of it can be read.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::book::{Area, Book, Cell, ChartKind, Role, Sheet};
use super::language::Tongue;
use super::large::large;
use super::measure;
use super::style::{Look, Palette};
use super::tests::{cells, d, day, scoreboard};
use super::{book, canvas, words, workbook};
use crate::finding::CellRef;
use crate::model::changes::{Break, Changes};
use crate::model::pace::Projection;
use crate::model::presentation::{ChartUse, Logo, LogoKind, SheetKind, SummaryColumn};
use crate::model::scoreboard::Scoreboard;
use crate::model::target::Targets;
use crate::model::value::Value;

/// Scoreboards that are hard to lay out.
fn hard() -> Vec<(&'static str, Scoreboard)> {
    let mut empty = scoreboard();
    (empty.indicators, empty.findings, empty.kept_out) = (Vec::new(), Vec::new(), Vec::new());
    (empty.reporting, empty.inputs) = (Vec::new(), Vec::new());
    let mut alone = large();
    alone.programme.partners.truncate(1);
    for one in &mut alone.indicators {
        one.breakdowns[0].figures.truncate(1);
        one.breakdowns[0].names.truncate(1);
    }
    let mut aimless = large();
    for one in &mut aimless.indicators {
        (one.targets, one.target, one.total.target) = (Targets::None, None, None);
        (one.total.expected, one.total.progress, one.total.status) = (None, None, None);
    }
    let mut silent = large();
    for one in &mut silent.indicators {
        one.total.value = Value::NotReported;
        for line in one.breakdowns.iter_mut().flat_map(|by| &mut by.figures) {
            line.value = Value::NotReported;
        }
        for point in &mut one.trajectory {
            point.actual = None;
        }
        one.pace = Some(Projection::Refused("nothing is known".into()));
    }
    vec![
        ("small", scoreboard()),
        ("large", large()),
        ("empty", empty),
        ("one partner", alone),
        ("no targets", aimless),
        ("nothing reported", silent),
    ]
}

fn sheet<'a>(book: &'a Book, name: &str) -> Option<&'a Sheet> {
    book.sheets.iter().find(|sheet| sheet.name == name)
}

/// The last row and column of each cell that reaches over others.
fn spans(sheet: &Sheet) -> BTreeMap<(u32, u16), (u32, u16)> {
    let of = |span: &Area| ((span.first.row, span.first.column), (span.last.row, span.last.column));
    sheet.spans.iter().map(of).collect()
}

#[test]
fn every_number_and_date_fits_its_column() {
    for (which, board) in hard() {
        for sheet in &book(&board).sheets {
            let spans = spans(sheet);
            for (at, placed) in sheet.cells().filter(|(_, placed)| placed.cell.is_rigid()) {
                let last = spans.get(&(at.row, at.column)).map_or(at.column, |(_, column)| *column);
                let face = placed.style.look.face();
                let shown = placed.cell.shown(placed.style.number);
                let needs = measure::width(&shown, face) + measure::margins(face);
                let room = canvas::sum(&sheet.columns, at.column, last);
                assert!(needs <= room, "{which}, {}!{at}: {shown} needs {needs} of {room} pixels", sheet.name);
            }
        }
    }
}

#[test]
fn every_text_fits_its_rows() {
    for (which, board) in hard() {
        for sheet in &book(&board).sheets {
            let spans = spans(sheet);
            for (at, placed) in sheet.cells() {
                let face = placed.style.look.face();
                let (Cell::Text(text) | Cell::Link { text, .. }, true) = (&placed.cell, face.wrap) else { continue };
                let (row, column) = spans.get(&(at.row, at.column)).copied().unwrap_or((at.row, at.column));
                let lines = measure::lines(text, face, canvas::sum(&sheet.columns, at.column, column));
                let needs = lines * measure::line_height(face);
                let rows = sheet.rows.iter().take(row as usize + 1).skip(at.row as usize);
                let room: u32 = rows.map(|row| row.height).sum();
                // What a spreadsheet cannot show of one row is cut by every one of them.
                assert!(needs <= room || room >= 540, "{which}, {}!{at}: {text} needs {needs} of {room}", sheet.name);
            }
        }
    }
}

#[test]
fn every_chart_draws_figures_of_a_sheet_that_is_there() {
    for (which, board) in hard() {
        let book = book(&board);
        for (own, chart) in book.sheets.iter().flat_map(|sheet| sheet.charts.iter().map(move |chart| (sheet, chart))) {
            let over = chart.sheet.as_ref().map_or(Some(own), |name| sheet(&book, name));
            let over = over.unwrap_or_else(|| panic!("{which}, {}: {:?} is over no sheet", own.name, chart.kind));
            for series in &chart.series {
                let inside = |at: &CellRef| {
                    (series.values.first.row..=series.values.last.row).contains(&at.row)
                        && at.column == series.values.first.column
                };
                let any = over.cells().any(|(at, placed)| inside(&at) && placed.cell.is_rigid());
                assert!(any || series.role != Role::Actual, "{which}, {}: {} has no figure", own.name, series.name);
            }
        }
        assert!(workbook(&board).is_ok(), "{which}");
    }
}

#[test]
fn a_matrix_tells_the_way_to_each_target_by_sign_and_shade() {
    let book = book(&large());
    let matrix = sheet(&book, "Partners").unwrap();
    let formats: Vec<_> = matrix.cells().filter(|(_, placed)| matches!(placed.style.look, Look::Heat(_))).collect();
    for (mark, level) in [('○', 0), ('◔', 1), ('◑', 2), ('◕', 3), ('●', 4)] {
        let with: Vec<_> = formats.iter().filter(|(_, placed)| placed.style.number.mark == Some(mark)).collect();
        assert!(!with.is_empty() && with.iter().all(|(_, one)| one.style.look == Look::Heat(level)), "{mark}");
    }
    for word in ["not reported", "not applicable", "not computable"] {
        assert!(matrix.cells().any(|(_, placed)| placed.cell == Cell::text(word)), "{word}");
    }
    // All 25 indicators, in blocks, and their sums live.
    let sums = matrix
        .cells()
        .filter(|(_, placed)| matches!(&placed.cell, Cell::Formula { text, .. } if text.starts_with("=SUM(")));
    assert_eq!(sums.count(), 25);
    let mut alone = large();
    alone.programme.partners.truncate(1);
    assert!(sheet(&super::book(&alone), "Partners").is_none(), "it would only repeat the summary");
}

#[test]
fn countries_stand_by_name_in_the_order_of_the_alphabet() {
    let book = book(&large());
    let countries = sheet(&book, "Countries").unwrap();
    let names = ["Austria", "Bosnia and Herzegovina", "Lithuania", "United States", "(not given)"];
    let row = |name: &str| countries.cells().find(|(_, placed)| placed.cell == Cell::text(name)).map(|(at, _)| at.row);
    let rows: Vec<u32> = names.iter().map(|name| row(name).unwrap_or_else(|| panic!("{name}"))).collect();
    assert!(rows.is_sorted(), "{rows:?}");
    assert!(sheet(&super::book(&scoreboard()), "Countries").is_none());
}

#[test]
fn a_funnel_tells_what_became_of_each_step() {
    let book = book(&large());
    let funnel = sheet(&book, "Funnel").unwrap();
    let shares = funnel.cells().filter_map(|(at, placed)| match &placed.cell {
        Cell::Formula { text, cached } if at.row < 12 => Some((text.clone(), cached.round_dp(3))),
        _ => None,
    });
    let shares: Vec<_> = shares.collect();
    assert_eq!(shares.len(), 6, "two for each step after the first: {shares:?}");
    assert_eq!(shares[0], ("=C8/C7".into(), d("1.137")));
    assert!(funnel.charts.iter().any(|chart| chart.kind == ChartKind::Bars));
    assert!(funnel.cells().any(|(_, placed)| placed.cell == Cell::text("By partner")));
}

#[test]
fn the_causes_of_a_change_add_up_in_the_sheet() {
    let board = large();
    let book = book(&board);
    let changes = sheet(&book, "Changes").unwrap();
    let numbers: BTreeMap<(u32, u16), Decimal> = changes
        .cells()
        .filter_map(|(at, placed)| match &placed.cell {
            Cell::Number(value) | Cell::Formula { cached: value, .. } => Some(((at.row, at.column), *value)),
            _ => None,
        })
        .collect();
    let mut sums = 0;
    for (at, placed) in changes.cells() {
        let Cell::Formula { text, cached } = &placed.cell else { continue };
        assert_eq!(*text, format!("=SUM(F{}:F{})", at.row + 2, at.row + 3));
        let parts = numbers[&(at.row + 1, 5)] + numbers[&(at.row + 2, 5)];
        assert_eq!(parts, *cached);
        assert_eq!(numbers[&(at.row, 4)] - numbers[&(at.row, 3)], *cached, "after less before");
        sums += 1;
    }
    assert_eq!(sums, 7, "of eight that moved one was not known before");
    let text = book.to_text();
    assert!(text.contains("Since the last run, as of 31 May 2016: 8 figures moved, 4 statuses changed →"), "{text}");
    assert!(text.contains("▲ at risk → ▼ off track") && text.contains("not reported"));
}

#[test]
fn where_nothing_moved_it_says_so() {
    let mut board = scoreboard();
    assert!(sheet(&book(&board), "Changes").is_none(), "there is no earlier run");
    board.changes = Some(Changes {
        since: "abc".into(),
        since_as_of: day("2016-05-31"),
        causes: Vec::new(),
        moved: Vec::new(),
        notes: Vec::new(),
    });
    let text = book(&board).to_text();
    assert!(text.contains("Nothing moved: every figure and every target is what it was."));
    assert!(text.contains("as of 31 May 2016: nothing moved →"));
    board.changes = None;
    board.indicators[0].breaks = vec![Break { on: day("2016-01-01"), says: "counted anew".into() }];
    let text = book(&board).to_text();
    assert!(text.contains("There is no earlier run to compare with") && text.contains("Break on 1 January 2016"));
}

#[test]
fn a_projection_joins_the_line_of_what_happened() {
    let book = book(&large());
    let first = book.sheets.iter().find(|sheet| sheet.charts.iter().any(|c| matches!(c.kind, ChartKind::Days { .. })));
    let chart = first.unwrap().charts.iter().find(|chart| chart.usage == ChartUse::Projection).unwrap();
    let over = sheet(&book, chart.sheet.as_deref().unwrap()).unwrap();
    let column = |role| {
        let area = chart.series.iter().find(|series| series.role == role).unwrap().values;
        let inside =
            move |at: &CellRef| at.column == area.first.column && (area.first.row..=area.last.row).contains(&at.row);
        let all = over.cells().filter(move |(at, _)| inside(at));
        all.filter_map(|(at, one)| if let Cell::Number(value) = one.cell { Some((at.row, value)) } else { None })
            .collect::<Vec<_>>()
    };
    let (actual, projected, bound) = (column(Role::Actual), column(Role::Projected), column(Role::Bound));
    assert_eq!(actual.last(), projected.first(), "it begins where the actual figures end");
    assert_eq!(bound.first(), projected.first(), "without a width");
    assert!(projected.len() > 1 && bound.last().unwrap().1 > projected.last().unwrap().1);
    assert!(chart.series.iter().any(|series| series.role == Role::Original));
}

#[test]
fn a_report_chooses_its_sheets_columns_and_charts() {
    let mut board = large();
    let shown = &mut board.presentation;
    shown.sheets = vec![SheetKind::Pace, SheetKind::Summary];
    shown.columns = vec![SummaryColumn::Status, SummaryColumn::Actual, SummaryColumn::Projected, SummaryColumn::Trend];
    let book = book(&board);
    let names: Vec<&str> = book.sheets.iter().map(|sheet| sheet.name.as_str()).collect();
    assert_eq!(names, ["Pace", "Summary"]);
    assert!(book.sheets.iter().all(|sheet| sheet.charts.is_empty()), "their figures stand on sheets that are left out");
    let all = cells(&book);
    let heads: Vec<&Cell> = all
        .iter()
        .filter(|(sheet, _, placed)| sheet == "Summary" && matches!(placed.style.look, Look::Head | Look::HeadRight))
        .map(|(_, _, placed)| &placed.cell)
        .collect();
    assert_eq!(
        heads,
        [&Cell::text("Indicator"), &Cell::text("Status"), &Cell::text("Actual"), &Cell::text("Projected")]
    );
    for (sheet, at, placed) in &all {
        if let Cell::Link { sheet: to, .. } = &placed.cell {
            assert!(names.contains(&to.as_str()), "{sheet}!{at} leads to {to}");
        }
    }
    assert!(workbook(&board).is_ok());
    board = large();
    board.presentation.charts.remove(&ChartUse::Bullet);
    board.presentation.charts.remove(&ChartUse::Projection);
    for chart in super::book(&board).sheets.iter().flat_map(|sheet| &sheet.charts) {
        assert!(!matches!(chart.kind, ChartKind::Bullet { .. }));
        assert!(chart.series.iter().all(|series| series.role != Role::Projected));
    }
}

#[test]
fn every_sheet_can_stand_alone() {
    for (name, kind) in SheetKind::NAMES {
        let mut board = large();
        board.presentation.sheets = vec![kind];
        let made = book(&board);
        assert!(!made.sheets.is_empty() && workbook(&board).is_ok(), "{name}");
    }
}

#[test]
fn organisations_are_shown_as_far_as_there_is_room_and_in_every_language() {
    let mut board = large();
    let text = book(&board).to_text();
    for wanted in [
        "\"and 5 more\"",
        "\"and 20 more\"",
        "\"40 · partner_44\"",
        "\"≠ different\"",
        "\"50 fewer, if every undecided",
    ] {
        assert!(text.contains(wanted), "{wanted}");
    }
    let sixth = format!("\"1 · {}\"", board.programme.partners[5].name);
    assert!(text.contains(&sixth), "those who share most are shown: {sixth}");
    for language in ["de", "fr", "nl"] {
        language.clone_into(&mut board.presentation.language);
        let name = words::sheet_name(Tongue::of(language), words::ORGANISATIONS);
        let made = book(&board);
        let sheet = sheet(&made, &name).expect("the sheet");
        assert!(sheet.untold.is_empty(), "{language}: {:?}", sheet.untold);
    }
}

#[test]
fn an_accent_and_a_logo_are_those_of_the_report() {
    let plain = workbook(&scoreboard()).unwrap();
    let holds = |bytes: &[u8], name: &str| bytes.windows(name.len()).any(|part| part == name.as_bytes());
    assert!(!holds(&plain, "xl/media/image1.png"));
    let mut board = scoreboard();
    let bytes = include_bytes!("logo.png").to_vec();
    board.presentation.logo = Some(Logo { kind: LogoKind::Png, bytes, width: 40, height: 10 });
    board.presentation.accent = Some(0x7A_00_3C);
    let own = workbook(&board).unwrap();
    assert!(holds(&own, "xl/media/image1.png"));
    let palette = Palette(board.presentation.accent);
    assert_eq!(palette.of(super::style::ACCENT), 0x7A_00_3C);
    assert_ne!(palette.of(super::style::ACCENT_PALE), super::style::ACCENT_PALE);
    assert_eq!(palette.of(super::style::BAD), super::style::BAD, "what tells a status stays");
    let picture = &book(&board).sheets[0].pictures[0];
    assert_eq!((picture.width, picture.height), (40, 10), "no larger than it is");
    assert_eq!(workbook(&board).unwrap(), own);
}

#[test]
fn a_long_summary_takes_several_pages_and_a_short_one_one() {
    use super::book::Scale;
    let scale = |board: &Scoreboard| {
        let print = &sheet(&book(board), "Summary").unwrap().print.clone();
        (print.scale, print.breaks.is_empty())
    };
    assert_eq!(scale(&scoreboard()), (Scale::OnePage, true));
    assert_eq!(scale(&large()), (Scale::OnePageWide, false));
}
