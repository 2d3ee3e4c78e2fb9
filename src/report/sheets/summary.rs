//! The summary: all indicators on one landscape page, two lines each: the figures, and the sentence that says why.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::trajectory::Trend;
use super::{
    Context, TITLE, TOP, bounds, live, no_target, number_format, optional_cell, progress, target_format, value_cell,
};
use crate::finding::{CellRef, Severity};
use crate::model::scoreboard::{IndicatorResult, ReportingState, Scoreboard, Status};
use crate::report::book::{Area, Cell, Chart, ChartKind, Role, Scale, Series, Sheet};
use crate::report::canvas::{Canvas, MARGIN, between, fixed};
use crate::report::language::own;
use crate::report::prose;
use crate::report::style::{Look, NumberFormat, Rule, Tone};
use crate::report::words::{self, head};

// Columns.
const INDICATOR: u16 = 1;
const LEVEL: u16 = 2;
const UNIT: u16 = 3;
const BASELINE: u16 = 4;
const TARGET: u16 = 5;
const BY: u16 = 6;
const ACTUAL: u16 = 7;
const BOUNDS: u16 = 8;
const EXPECTED: u16 = 9;
const COVERAGE: u16 = 10;
const PROGRESS: u16 = 11;
const STATUS: u16 = 12;
const TREND: u16 = 13;

/// `trends` says for each indicator where its figures over time stand on its sheet.
pub fn sheet(context: Context, trends: &[Option<Trend>]) -> Sheet {
    let board = context.scoreboard;
    let mut canvas = Canvas::new(
        context.tongue,
        words::SUMMARY,
        vec![
            MARGIN,
            fixed(236),
            between(52, 70),
            between(60, 104),
            between(70, 120),
            between(84, 140),
            between(84, 100),
            between(84, 140),
            between(104, 130),
            between(88, 140),
            between(78, 100),
            fixed(100),
            fixed(104),
            fixed(118),
        ],
    );
    let header = top(&mut canvas, board);
    super::frozen(&mut canvas, header + 1, LEVEL);
    let first = header + 1;
    for ((one, name), trend) in board.indicators.iter().zip(context.names).zip(trends) {
        indicator(&mut canvas, one, name, *trend);
    }
    let last = canvas.at().saturating_sub(1);
    if last >= first {
        canvas.sheet().bars.push(Area::column(PROGRESS, first, last));
    }
    feet(&mut canvas, board);
    let sheet = canvas.sheet();
    sheet.accent = true;
    sheet.print.scale = Scale::OnePage;
    sheet.print.repeat = None;
    canvas.finish()
}

/// Everything above the first indicator. Gives the row of the table's heads.
fn top(canvas: &mut Canvas, board: &Scoreboard) -> u32 {
    let programme = &board.programme;
    canvas.gap(8);
    canvas.verbatim(INDICATOR, &board.title, Look::Title).end_at(38);
    canvas.span(INDICATOR, TREND, Cell::verbatim(&programme.title), Look::Subtitle.plain()).end();
    let facts = prose::facts(programme.as_of, words::audience(board.audience), &board.run);
    // Each by itself: the first may hold a full stop that is not ours.
    let about = format!("{}. {}", canvas.say(&facts), canvas.say(&cut_off(board)));
    canvas.span(INDICATOR, TREND, Cell::text(about), Look::Note.plain()).end();
    canvas.gap(8);
    tally(canvas, board);
    canvas.gap(10);
    let looks = [
        (head::INDICATOR, Look::Head),
        (head::LEVEL, Look::Head),
        (head::UNIT, Look::Head),
        (head::BASELINE, Look::HeadRight),
        (head::TARGET, Look::HeadRight),
        (head::BY, Look::HeadRight),
        (head::ACTUAL, Look::HeadRight),
        (head::BOUNDS, Look::HeadRight),
        (head::EXPECTED_THEN, Look::HeadRight),
        (head::COVERAGE, Look::HeadRight),
        (head::PROGRESS, Look::HeadRight),
        (head::STATUS, Look::Head),
        (head::TREND, Look::Head),
    ];
    super::heads(canvas, INDICATOR, &looks)
}

/// Which day the figures stand for, in one sentence.
fn cut_off(board: &Scoreboard) -> String {
    let as_of = board.programme.as_of;
    let mut days: BTreeMap<NaiveDate, usize> = BTreeMap::new();
    for day in board.indicators.iter().filter_map(|one| one.total.cut_off).filter(|day| *day != as_of) {
        *days.entry(day).or_default() += 1;
    }
    prose::cut_off(as_of, &days)
}

/// How many stand how: live counts over the column of statuses.
fn tally(canvas: &mut Canvas, board: &Scoreboard) {
    let status = |one: &IndicatorResult| one.total.status.unwrap_or(Status::NoData);
    let judged = [Status::Achieved, Status::OnTrack, Status::AtRisk, Status::OffTrack, Status::Missed];
    let of = board.indicators.iter().filter(|one| judged.contains(&status(one))).count();
    let well = board.indicators.iter().filter(|one| Tone::of_status(status(one)) == Tone::Good).count();
    // Where the table will stand: the counts come before it.
    let first = canvas.at() + 4;
    let last = first + u32::try_from(board.indicators.len()).unwrap_or(0) * 2;
    let range = Area::column(STATUS, first, last.saturating_sub(1).max(first));
    let order = [
        Status::Achieved,
        Status::OnTrack,
        Status::AtRisk,
        Status::OffTrack,
        Status::Missed,
        Status::NotDue,
        Status::NoTarget,
        Status::NoData,
    ];
    let present: Vec<(Status, usize)> = order
        .into_iter()
        .map(|wanted| (wanted, board.indicators.iter().filter(|one| status(one) == wanted).count()))
        .filter(|(_, count)| *count > 0)
        .collect();
    let top = canvas.at();
    canvas.put(INDICATOR, Cell::text(prose::headline(well, of, board.indicators.len())), Look::Headline.plain());
    for (column, (status, count)) in (TARGET..).zip(&present) {
        let text = format!("=COUNTIF({range},\"{}\")", canvas.tongue().say(&words::status(*status)));
        let look = Look::Chip(Tone::of_status(*status));
        canvas.put(column, Cell::Formula { text, cached: (*count).into() }, look.with(NumberFormat::WHOLE));
    }
    canvas.end_at(34);
    for (column, (status, _)) in (TARGET..).zip(&present) {
        canvas.text(column, words::status(*status), Look::ChipWord(Tone::of_status(*status)));
    }
    canvas.join((top, INDICATOR), BASELINE);
    canvas.end_at(20);
}

fn indicator(canvas: &mut Canvas, one: &IndicatorResult, name: &str, trend: Option<Trend>) {
    let number = number_format(one);
    let total = &one.total;
    let row = canvas.at();
    canvas.put(INDICATOR, Cell::live_link(name, TITLE, own(&one.title)), Look::Link.plain());
    canvas.text(LEVEL, words::level(one.level), Look::Text);
    canvas.verbatim(UNIT, one.unit.as_str(), Look::Text);
    let (cell, style) = optional_cell(total.baseline, words::NO_BASELINE, Look::FaintFigure.with(number));
    canvas.put(BASELINE, cell, style);
    let target = total.target.map(|target| target.value);
    let (cell, style) = optional_cell(target, no_target(one), Look::Figure.with(target_format(one, number)));
    canvas.put(TARGET, cell, style);
    if let Some(target) = total.target {
        canvas.put(BY, Cell::Date(target.on), Look::FaintFigure.with(NumberFormat::DAY));
    }
    let (cell, style) = value_cell(&total.value, Look::StrongFigure.with(number));
    canvas.put(ACTUAL, cell, style);
    canvas.text(BOUNDS, bounds(one, number), Look::NoteRight);
    let (cell, style) = optional_cell(total.expected, words::NONE, Look::FaintFigure.with(number));
    canvas.put(EXPECTED, cell, style);
    canvas.text(COVERAGE, super::coverage(one), Look::NoteRight);
    progress_cell(canvas, one, row);
    let status = total.status.unwrap_or(Status::NoData);
    canvas.text(STATUS, words::status(status), Look::Mark(Tone::of_status(status)));
    if let Some(trend) = trend {
        canvas.chart(trend_chart(one, name, row, trend));
    } else {
        let withheld = one.trajectory.iter().any(|point| point.withheld);
        canvas.text(TREND, if withheld { words::SUPPRESSED } else { words::NO_TREND }, Look::AbsentText);
    }
    canvas.end_at(25);
    // The second line: why it stands so.
    canvas.span(LEVEL, STATUS, Cell::text(&total.reason), Look::Reason.plain());
    canvas.join((row, INDICATOR), INDICATOR);
    canvas.end_ruled(INDICATOR, TREND, Rule::Hair);
}

/// The actual figures as a line over the days of the programme, as high as the indicator's two rows.
fn trend_chart(one: &IndicatorResult, name: &str, row: u32, trend: Trend) -> Chart {
    Chart {
        kind: ChartKind::Trend,
        sheet: Some(name.to_owned()),
        first: CellRef::new(row, TREND),
        last_column: TREND,
        last_row: row + 1,
        height: 40,
        title: String::new(),
        alt: prose::alt_trend(&own(&one.title)),
        categories: trend.days,
        series: vec![Series {
            name: head::ACTUAL.to_owned(),
            values: trend.actual,
            role: Role::Actual,
            interval: None,
            absent: Vec::new(),
        }],
        number: NumberFormat::GENERAL,
        axis: None,
    }
}

fn progress_cell(canvas: &mut Canvas, one: &IndicatorResult, row: u32) {
    let total = &one.total;
    let Some(figure) = total.progress else {
        canvas.text(PROGRESS, words::NONE, Look::Absent);
        return;
    };
    let at = |column| CellRef::new(row, column);
    let formula = if total.baseline.is_some() {
        let (actual, baseline, target) = (at(ACTUAL), at(BASELINE), at(TARGET));
        format!("=({actual}-{baseline})/({target}-{baseline})")
    } else {
        format!("={}/{}", at(ACTUAL), at(TARGET))
    };
    let recomputed = total
        .value
        .known()
        .zip(total.target)
        .and_then(|(actual, target)| progress(actual, total.baseline.unwrap_or_default(), target.value));
    canvas.put(PROGRESS, live(formula, figure, recomputed), Look::Figure.with(NumberFormat::SHARE));
}

/// What a reader of the page must know, and where to go on.
fn feet(canvas: &mut Canvas, board: &Scoreboard) {
    canvas.gap(10);
    canvas.span(INDICATOR, TREND, Cell::text(prose::SUMMARY_LEGEND), Look::Note.plain()).end();
    if board.indicators.iter().any(super::any_suppressed) {
        canvas.span(INDICATOR, TREND, Cell::text(prose::SUPPRESSED_LEGEND), Look::Note.plain()).end();
    }
    let count = |severity| board.findings.iter().filter(|finding| finding.severity == severity).count();
    let missing = |state| board.reporting.iter().filter(|line| line.state == state).count();
    let text = prose::quality(
        [Severity::Error, Severity::Warning, Severity::Info].map(|severity| (severity, count(severity))),
        usize::try_from(board.kept_out_total).unwrap_or(usize::MAX),
        missing(ReportingState::Late),
        missing(ReportingState::Missing),
    );
    canvas.span(INDICATOR, TREND, Cell::link(words::QUALITY, TOP, text), Look::BackLink.plain()).end();
}
