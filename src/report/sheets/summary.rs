//! The summary: all indicators on one landscape page, two lines each: the figures, and the sentence that says why.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::indicator::{STRIP, bullet_axis, bullet_series};
use super::trajectory::Trend;
use super::{
    Context, TITLE, TOP, bounds, live, no_target, number_format, optional_cell, progress, target_format, value_cell,
};
use crate::finding::{CellRef, Severity};
use crate::model::pace::{Pace, Projection};
use crate::model::presentation::{ChartUse, SummaryColumn};
use crate::model::published::disputed;
use crate::model::scoreboard::{IndicatorResult, ReportingState, Scoreboard, Status};
use crate::model::trace::{Counted, Number, Paced, Part};
use crate::report::book::{Area, Cell, Chart, ChartKind, Picture, Scale, Sheet};
use crate::report::canvas::{Canvas, MARGIN, Width, between, fixed};
use crate::report::illustrative;
use crate::report::language::own;
use crate::report::prose;
use crate::report::published;
use crate::report::style::{Look, NumberFormat, Rule, Tone};
use crate::report::words::{self, head};

const INDICATOR: u16 = 1;
/// The first of the columns that a report chooses.
const FIRST: u16 = 2;
/// The table is as wide as the head needs, however few columns are chosen.
const LEAST: u16 = 11;
/// More indicators than these cannot be read on one page.
const ONE_PAGE: usize = 18;
/// A logo's room, in pixels.
const LOGO: (u32, u32) = (220, 58);

/// The columns of the table, in the order that the report wants, as far as there is anything to show.
struct Layout {
    columns: Vec<SummaryColumn>,
}

impl Layout {
    fn new(context: Context) -> Self {
        let board = context.scoreboard;
        let pace = |one: &IndicatorResult| pace(one).is_some();
        let shows = |column: &SummaryColumn| match column {
            SummaryColumn::Committed => board.indicators.iter().any(|one| one.committed.is_some()),
            SummaryColumn::Pace | SummaryColumn::Projected => board.indicators.iter().any(pace),
            SummaryColumn::Trend => context.draws(ChartUse::Trend) && context.shows_indicators(),
            SummaryColumn::Bullet => {
                let any = board.indicators.iter().any(|one| bullet_series(one).is_some());
                any && context.draws(ChartUse::Bullet) && context.shows_indicators()
            }
            _ => true,
        };
        Self { columns: board.presentation.columns.iter().copied().filter(shows).collect() }
    }

    fn at(&self, wanted: SummaryColumn) -> Option<u16> {
        let position = self.columns.iter().position(|column| *column == wanted)?;
        u16::try_from(position).ok().map(|position| FIRST + position)
    }

    fn last(&self) -> u16 {
        FIRST + u16::try_from(self.columns.len()).unwrap_or(0) - 1
    }

    /// The right edge of everything beside the table.
    fn edge(&self) -> u16 {
        self.last().max(LEAST)
    }

    /// Charts at the end of the table are as high as both lines of an indicator; the sentence ends before them.
    fn reason_ends(&self) -> u16 {
        let charts = self.columns.iter().rev().take_while(|column| is_chart(**column)).count();
        self.last() - u16::try_from(charts).unwrap_or(0)
    }

    fn widths(&self) -> Vec<Width> {
        let mut widths = vec![MARGIN, fixed(236)];
        widths.extend(self.columns.iter().map(|column| width(*column)));
        while widths.len() <= usize::from(LEAST) {
            widths.push(fixed(90));
        }
        widths
    }
}

fn is_chart(column: SummaryColumn) -> bool {
    matches!(column, SummaryColumn::Bullet | SummaryColumn::Trend)
}

fn width(column: SummaryColumn) -> Width {
    match column {
        SummaryColumn::Level => between(52, 70),
        SummaryColumn::Unit => between(60, 104),
        SummaryColumn::Baseline => between(70, 120),
        SummaryColumn::By => between(84, 100),
        SummaryColumn::Target | SummaryColumn::Committed | SummaryColumn::Actual | SummaryColumn::Projected => {
            between(84, 140)
        }
        SummaryColumn::Bounds => between(104, 130),
        SummaryColumn::Expected => between(88, 140),
        SummaryColumn::Coverage => between(78, 100),
        SummaryColumn::Progress | SummaryColumn::Achievement => fixed(100),
        SummaryColumn::Pace => fixed(130),
        SummaryColumn::Status => fixed(104),
        SummaryColumn::Bullet => fixed(128),
        SummaryColumn::Trend => fixed(118),
    }
}

fn title(column: SummaryColumn) -> (&'static str, Look) {
    match column {
        SummaryColumn::Level => (head::LEVEL, Look::Head),
        SummaryColumn::Unit => (head::UNIT, Look::Head),
        SummaryColumn::Baseline => (head::BASELINE, Look::HeadRight),
        SummaryColumn::Target => (head::TARGET, Look::HeadRight),
        SummaryColumn::By => (head::BY, Look::HeadRight),
        SummaryColumn::Committed => (head::COMMITTED, Look::HeadRight),
        SummaryColumn::Actual => (head::ACTUAL, Look::HeadRight),
        SummaryColumn::Bounds => (head::BOUNDS, Look::HeadRight),
        SummaryColumn::Expected => (head::EXPECTED_THEN, Look::HeadRight),
        SummaryColumn::Coverage => (head::COVERAGE, Look::HeadRight),
        SummaryColumn::Progress => (head::PROGRESS, Look::HeadRight),
        SummaryColumn::Achievement => (head::ACHIEVEMENT, Look::HeadRight),
        SummaryColumn::Pace => (head::PACE, Look::HeadRight),
        SummaryColumn::Projected => (head::PROJECTED, Look::HeadRight),
        SummaryColumn::Bullet => (head::BULLET, Look::Head),
        SummaryColumn::Status => (head::STATUS, Look::Head),
        SummaryColumn::Trend => (head::TREND, Look::Head),
    }
}

fn pace(one: &IndicatorResult) -> Option<&Pace> {
    if let Some(Projection::Known(pace)) = &one.pace { Some(pace) } else { None }
}

/// `trends` says for each indicator where its figures over time stand on its sheet, `others` which sheets there are.
pub fn sheet(context: Context, trends: &[Option<Trend>], others: &[&str]) -> Sheet {
    let board = context.scoreboard;
    let layout = Layout::new(context);
    let mut canvas = Canvas::new(context.tongue, words::SUMMARY, layout.widths());
    let header = top(&mut canvas, context, &layout);
    super::frozen(&mut canvas, header + 1, FIRST);
    let first = header + 1;
    for ((one, name), trend) in board.indicators.iter().zip(context.names).zip(trends) {
        indicator(&mut canvas, &layout, one, name, trend.as_ref());
    }
    let last = canvas.at().saturating_sub(1);
    if let Some(column) = layout.at(SummaryColumn::Progress).filter(|_| last >= first) {
        canvas.sheet().bars.push(Area::column(column, first, last));
    }
    feet(&mut canvas, board, &layout, others);
    let sheet = canvas.sheet();
    sheet.accent = true;
    if board.indicators.len() > ONE_PAGE {
        sheet.print.repeat = Some((header, header));
    } else {
        sheet.print.scale = Scale::OnePage;
        sheet.print.repeat = None;
    }
    canvas.finish()
}

/// Everything above the first indicator. Gives the row of the table's heads.
fn top(canvas: &mut Canvas, context: Context, layout: &Layout) -> u32 {
    let board = context.scoreboard;
    let programme = &board.programme;
    let edge = layout.edge();
    canvas.gap(8);
    canvas.verbatim(INDICATOR, &board.title, Look::Title).end_at(38);
    // The lines beside a logo end before it.
    let room = if board.presentation.logo.is_some() { edge.saturating_sub(3) } else { edge };
    canvas.span(INDICATOR, room, Cell::verbatim(&programme.title), Look::Subtitle.plain()).end();
    if let Some(text) = illustrative::line(board) {
        canvas.span(INDICATOR, room, Cell::text(text), Look::Strong.plain()).end();
    }
    let facts = prose::facts(programme.as_of, words::audience(board.audience), &board.run);
    // Each by itself: the first may hold a full stop that is not ours.
    let about = format!("{}. {}", canvas.say(&facts), canvas.say(&cut_off(board)));
    canvas.span(INDICATOR, edge, Cell::text(about), Look::Note.plain()).end();
    if let Some(partner) = &board.presentation.partner {
        let text = prose::by_partner_alone(&own(context.partner(partner.as_str())));
        canvas.span(INDICATOR, edge, Cell::text(text), Look::Note.plain()).end();
    }
    if let Some(changes) = &board.changes {
        let totals = changes.moved.iter().filter(|one| one.by.is_empty());
        let statuses = totals.filter(|one| one.status.is_some_and(|(before, after)| before != after)).count();
        let text = prose::changed(changes.since_as_of, changes.moved.len(), statuses);
        canvas.span(INDICATOR, edge, Cell::link(words::CHANGES, TOP, text), Look::BackLink.plain()).end();
    }
    contradictions(canvas, context, edge);
    logo(canvas, board, edge);
    canvas.gap(8);
    tally(canvas, board, layout);
    canvas.gap(10);
    let mut heads = vec![(head::INDICATOR, Look::Head)];
    heads.extend(layout.columns.iter().map(|column| title(*column)));
    super::heads(canvas, INDICATOR, &heads)
}

/// How many published figures are contradicted, with the way to the first indicator of which one is.
fn contradictions(canvas: &mut Canvas, context: Context, edge: u16) {
    let all = &context.scoreboard.indicators;
    let (count, of) = disputed(all);
    let Some(first) = of.first() else { return };
    let titles: Vec<&str> = of.iter().map(|one| one.title.as_str()).collect();
    let text = published::disputed(count, &titles);
    let mut names = all.iter().zip(context.names).filter(|(one, _)| one.code == first.code);
    let cell = match names.next().filter(|_| context.shows_indicators()) {
        Some((_, name)) => Cell::live_link(name, TITLE, text),
        None => Cell::text(text),
    };
    canvas.span(INDICATOR, edge, cell, Look::Mark(Tone::Fair).plain()).end();
}

/// In the upper right corner, as large as fits.
fn logo(canvas: &mut Canvas, board: &Scoreboard, edge: u16) {
    let Some(logo) = &board.presentation.logo else { return };
    let (width, height) = (logo.width.max(1), logo.height.max(1));
    // By the side that reaches its edge first; never larger than the picture is.
    let (width, height) = if LOGO.0 * height <= LOGO.1 * width {
        let drawn = width.min(LOGO.0);
        (drawn, (height * drawn / width).max(1))
    } else {
        let drawn = height.min(LOGO.1);
        ((width * drawn / height).max(1), drawn)
    };
    let picture =
        Picture { logo: logo.clone(), last_column: edge, row: 1, width, height, alt: prose::ALT_LOGO.to_owned() };
    canvas.sheet().pictures.push(picture);
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
fn tally(canvas: &mut Canvas, board: &Scoreboard, layout: &Layout) {
    let status = |one: &IndicatorResult| one.total.status.unwrap_or(Status::NoData);
    let judged = [Status::Achieved, Status::OnTrack, Status::AtRisk, Status::OffTrack, Status::Missed];
    let of = board.indicators.iter().filter(|one| judged.contains(&status(one))).count();
    let well = board.indicators.iter().filter(|one| Tone::of_status(status(one)) == Tone::Good).count();
    // Where the table will stand: the counts come before it.
    let first = canvas.at() + 4;
    let last = first + u32::try_from(board.indicators.len()).unwrap_or(0) * 2;
    let column = layout.at(SummaryColumn::Status);
    let range = column.map(|column| Area::column(column, first, last.saturating_sub(1).max(first)));
    let order = [
        Status::Achieved,
        Status::OnTrack,
        Status::AtRisk,
        Status::OffTrack,
        Status::Missed,
        Status::Uncertain,
        Status::NotDue,
        Status::NoTarget,
        Status::NoData,
    ];
    let present: Vec<(Status, usize)> = order
        .into_iter()
        .map(|wanted| (wanted, board.indicators.iter().filter(|one| status(one) == wanted).count()))
        .filter(|(_, count)| *count > 0)
        .collect();
    let (top, tongue) = (canvas.at(), canvas.tongue());
    // Right of the headline, which takes what they leave.
    let chips = layout.edge().saturating_sub(u16::try_from(present.len()).unwrap_or(0)).clamp(FIRST, FIRST + 3);
    canvas.put(INDICATOR, Cell::text(prose::headline(well, of, board.indicators.len())), Look::Headline.plain());
    for (column, (status, count)) in (chips..).zip(&present) {
        let cached = (*count).into();
        let cell = range.map_or(Cell::Number(cached), |range| Cell::Formula {
            text: format!("=COUNTIF({range},\"{}\")", tongue.say(&words::status(*status))),
            cached,
        });
        canvas
            .put(column, cell, Look::Chip(Tone::of_status(*status)).with(NumberFormat::WHOLE))
            .of(Number::Counted(Counted::Status(status.as_str().to_owned())));
    }
    canvas.end_at(34);
    for (column, (status, _)) in (chips..).zip(&present) {
        canvas.text(column, words::status(*status), Look::ChipWord(Tone::of_status(*status)));
    }
    canvas.join((top, INDICATOR), chips - 1);
    canvas.end_at(20);
}

fn indicator(canvas: &mut Canvas, layout: &Layout, one: &IndicatorResult, name: &str, trend: Option<&Trend>) {
    let row = canvas.at();
    canvas.put(INDICATOR, Cell::live_link(name, TITLE, own(&one.title)), Look::Link.plain());
    let reason_ends = layout.reason_ends();
    for (at, column) in (FIRST..).zip(&layout.columns) {
        // Two lines high where nothing but charts follow.
        let height = if at > reason_ends { 40 } else { 25 };
        match column {
            SummaryColumn::Bullet => bullet(canvas, one, name, (row, at), height),
            SummaryColumn::Trend => trend_line(canvas, one, name, trend, (row, at), height),
            _ => figure(canvas, layout, one, *column, at),
        }
    }
    canvas.end_at(25);
    // The second line: why it stands so.
    if reason_ends >= FIRST {
        canvas.span(FIRST, reason_ends, Cell::text(&one.total.reason), Look::Reason.plain());
    }
    canvas.join((row, INDICATOR), INDICATOR);
    canvas.end_ruled(INDICATOR, layout.last(), Rule::Hair);
    canvas.keep_from(row);
}

fn figure(canvas: &mut Canvas, layout: &Layout, one: &IndicatorResult, column: SummaryColumn, at: u16) {
    let number = number_format(one);
    let total = &one.total;
    let (faint, plain) = (Look::FaintFigure.with(number), Look::Figure.with(number));
    let none = || (Cell::text(words::NONE), Look::Absent.plain());
    let text = |text: &str, look: Look| (Cell::text(text), look.plain());
    let (cell, style) = match column {
        SummaryColumn::Level => text(words::level(one.level), Look::Text),
        SummaryColumn::Unit => text(&own(one.unit.as_str()), Look::Text),
        SummaryColumn::Baseline => optional_cell(total.baseline, words::NO_BASELINE, faint),
        SummaryColumn::Target => {
            let target = total.target.map(|target| target.value);
            optional_cell(target, no_target(one), Look::Figure.with(target_format(one, number)))
        }
        SummaryColumn::By => match total.target {
            Some(target) => (Cell::Date(target.on), Look::FaintFigure.with(NumberFormat::DAY)),
            None => return,
        },
        SummaryColumn::Committed => one.committed.as_ref().map_or_else(none, |figure| value_cell(&figure.value, plain)),
        SummaryColumn::Actual => value_cell(&total.value, Look::StrongFigure.with(illustrative::marked(one, number))),
        SummaryColumn::Bounds => text(&bounds(one, number), Look::NoteRight),
        SummaryColumn::Expected => optional_cell(total.expected, words::NONE, faint),
        SummaryColumn::Coverage => text(&super::coverage(one), Look::NoteRight),
        SummaryColumn::Progress => match total.progress {
            Some(share) => (progress_cell(layout, one, canvas.at(), share), Look::Figure.with(NumberFormat::SHARE)),
            None => none(),
        },
        SummaryColumn::Achievement => match total.achievement {
            Some(share) => {
                let actual = total.value.known().zip(total.target).map(|(actual, target)| (actual, target.value));
                let by = actual.and_then(|(actual, target)| crate::model::number::quotient(actual, target));
                let cells = layout.at(SummaryColumn::Actual).zip(layout.at(SummaryColumn::Target));
                let row = canvas.at();
                let cell = cells.map_or(Cell::Number(share), |(actual, target)| {
                    live(format!("={}/{}", CellRef::new(row, actual), CellRef::new(row, target)), share, by)
                });
                (cell, Look::Figure.with(NumberFormat::SHARE))
            }
            None => none(),
        },
        SummaryColumn::Pace => match pace(one) {
            Some(pace) => {
                let steps = [Some(pace.recent), pace.required].into_iter().flatten();
                let format = NumberFormat::telling(&one.unit, steps);
                let required = pace.required.map(|value| format.shown(value));
                text(&prose::pace(&format.shown(pace.recent), required.as_deref()), Look::NoteRight)
            }
            None => none(),
        },
        SummaryColumn::Projected => optional_cell(pace(one).map(|pace| pace.projected.value), words::NONE, faint),
        SummaryColumn::Status => {
            let status = total.status.unwrap_or(Status::NoData);
            text(&words::status(status), Look::Mark(Tone::of_status(status)))
        }
        SummaryColumn::Bullet | SummaryColumn::Trend => return,
    };
    canvas.put(at, cell, style);
    let part = match column {
        SummaryColumn::Baseline => Part::Baseline,
        SummaryColumn::Target => Part::Target,
        SummaryColumn::Committed => Part::Committed,
        SummaryColumn::Actual => Part::Value,
        SummaryColumn::Expected => Part::Expected,
        SummaryColumn::Progress => Part::Progress,
        SummaryColumn::Achievement => Part::Achievement,
        SummaryColumn::Projected => match pace(one) {
            Some(pace) => Part::Pace(Paced::Value(pace.projected.on)),
            None => return,
        },
        _ => return,
    };
    canvas.of(Number::total(one, part));
}

/// `(actual − baseline) / (target − baseline)`, live where all three stand in the row.
fn progress_cell(layout: &Layout, one: &IndicatorResult, row: u32, figure: rust_decimal::Decimal) -> Cell {
    let total = &one.total;
    let at = |column| layout.at(column).map(|column| CellRef::new(row, column));
    let (actual, target) = (at(SummaryColumn::Actual), at(SummaryColumn::Target));
    let (Some(actual), Some(target)) = (actual, target) else { return Cell::Number(figure) };
    let formula = match (total.baseline, at(SummaryColumn::Baseline)) {
        (Some(_), Some(baseline)) => format!("=({actual}-{baseline})/({target}-{baseline})"),
        (Some(baseline), None) if !baseline.is_zero() => return Cell::Number(figure),
        _ => format!("={actual}/{target}"),
    };
    let recomputed = total
        .value
        .known()
        .zip(total.target)
        .and_then(|(actual, target)| progress(actual, total.baseline.unwrap_or_default(), target.value));
    live(formula, figure, recomputed)
}

/// Actual against target and expected, over the figures of the indicator's own sheet.
fn bullet(canvas: &mut Canvas, one: &IndicatorResult, name: &str, (row, column): (u32, u16), height: u32) {
    let (Some(series), Some(axis)) = (bullet_series(one), bullet_axis(one)) else {
        canvas.text(column, words::NONE, Look::AbsentText);
        return;
    };
    canvas.chart(Chart {
        kind: ChartKind::Bullet { wide: false },
        usage: ChartUse::Bullet,
        sheet: Some(name.to_owned()),
        first: CellRef::new(row, column),
        last_column: column,
        last_row: row,
        height,
        title: String::new(),
        alt: prose::alt_bullet(&own(&one.title)),
        categories: Area::column(STRIP.1, STRIP.0, STRIP.0),
        series,
        number: NumberFormat::GENERAL,
        axis: Some(axis),
    });
}

/// The actual figures as a line over the days of the programme.
fn trend_line(
    canvas: &mut Canvas,
    one: &IndicatorResult,
    name: &str,
    trend: Option<&Trend>,
    (row, column): (u32, u16),
    height: u32,
) {
    let Some((trend, actual)) = trend.and_then(|trend| Some((trend, trend.actual()?))) else {
        let withheld = one.trajectory.iter().any(|point| point.withheld);
        canvas.text(column, if withheld { words::SUPPRESSED } else { words::NO_TREND }, Look::AbsentText);
        return;
    };
    canvas.chart(Chart {
        kind: ChartKind::Trend,
        usage: ChartUse::Trend,
        sheet: Some(name.to_owned()),
        first: CellRef::new(row, column),
        last_column: column,
        last_row: row + 1,
        height,
        title: String::new(),
        alt: prose::alt_trend(&own(&one.title)),
        categories: trend.days,
        series: vec![actual.clone()],
        number: NumberFormat::GENERAL,
        axis: None,
    });
}

/// What a reader of the page must know, and where to go on.
fn feet(canvas: &mut Canvas, board: &Scoreboard, layout: &Layout, others: &[&str]) {
    let edge = layout.edge();
    canvas.gap(10);
    canvas.span(INDICATOR, edge, Cell::text(prose::SUMMARY_LEGEND), Look::Note.plain()).end();
    if board.indicators.iter().any(super::any_suppressed) {
        canvas.span(INDICATOR, edge, Cell::text(prose::SUPPRESSED_LEGEND), Look::Note.plain()).end();
    }
    let count = |severity| board.findings.iter().filter(|finding| finding.severity == severity).count();
    let missing = |state| board.reporting.iter().filter(|line| line.state == state).count();
    let text = prose::quality(
        [Severity::Error, Severity::Warning, Severity::Info].map(|severity| (severity, count(severity))),
        usize::try_from(board.kept_out_total).unwrap_or(usize::MAX),
        missing(ReportingState::Late),
        missing(ReportingState::Missing),
    );
    canvas.span(INDICATOR, edge, Cell::link(words::QUALITY, TOP, text), Look::BackLink.plain()).end();
    let ways = [
        (words::MATRIX, prose::TO_MATRIX),
        (words::PACE, prose::TO_PACE),
        (words::FUNNEL, prose::TO_FUNNEL),
        (words::COUNTRIES, prose::TO_COUNTRIES),
        (words::MAP, super::super::matrix::TO_MAP),
        (words::ORGANISATIONS, super::super::organisations::TO_ORGANISATIONS),
    ];
    let tongue = canvas.tongue();
    let there = |sheet: &str| others.contains(&words::sheet_name(tongue, sheet).as_str());
    for (sheet, text) in ways.into_iter().filter(|(sheet, _)| there(sheet)) {
        canvas.span(INDICATOR, edge, Cell::link(sheet, TOP, text), Look::BackLink.plain()).end();
    }
}
