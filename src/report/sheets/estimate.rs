//! The estimate behind a survey indicator: its waves with their intervals, as a table and as dots with whiskers.

use rust_decimal::Decimal;

use super::{heads, optional_cell, point_name, section, value_cell};
use crate::finding::CellRef;
use crate::model::presentation::ChartUse;
use crate::model::scoreboard::IndicatorResult;
use crate::model::trace::{Bound, Number};
use crate::model::value::Value;
use crate::report::axis;
use crate::report::book::{Area, Cell, Chart, ChartKind, Role, Series};
use crate::report::canvas::Canvas;
use crate::report::language::own;
use crate::report::prose;
use crate::report::style::{Look, NumberFormat, Rule};
use crate::report::words::{self, head, part};

const WAVE: u16 = 1;
const TABLE: u16 = 6;

pub fn part(canvas: &mut Canvas, one: &IndicatorResult, number: NumberFormat, last: u16) {
    let Some(facts) = &one.estimate else { return };
    let start = canvas.at();
    section(canvas, last, part::ESTIMATE);
    let looks = [
        (head::WAVE, Look::Head),
        (head::DAY, Look::HeadRight),
        (head::ESTIMATE, Look::HeadRight),
        (head::LOWER, Look::HeadRight),
        (head::UPPER, Look::HeadRight),
        (head::ANSWERS, Look::HeadRight),
    ];
    reach_heads(canvas);
    heads(canvas, WAVE, &looks);
    let first = canvas.at();
    let mut absent = Vec::new();
    for (at, wave) in facts.waves.iter().enumerate() {
        canvas.text(WAVE, point_name(&wave.title), Look::Text);
        canvas.put(2, Cell::Date(wave.on), Look::FaintFigure.with(NumberFormat::DAY));
        let (cell, style) = value_cell(&wave.value, Look::StrongFigure.with(number));
        canvas.put(3, cell, style).of(Number::wave(one, at, Bound::Value));
        absent.push(wave.value.known().is_none());
        for (column, bound, which) in [(4, wave.lower, Bound::Lower), (5, wave.upper, Bound::Upper)] {
            let (cell, style) = optional_cell(bound, words::NONE, Look::Figure.with(number));
            canvas.put(column, cell, style).of(Number::wave(one, at, which));
        }
        if wave.value == Value::Suppressed {
            canvas.text(6, words::NONE, Look::Absent);
        } else {
            canvas.put(6, Cell::count(wave.answers), Look::FaintFigure.with(NumberFormat::WHOLE));
            canvas.of(Number::wave(one, at, Bound::Answers));
        }
        let figures = (wave.value.known(), wave.lower, wave.upper);
        reach(canvas, (3, 4, 5), figures, number, |bound| Number::wave(one, at, bound));
        canvas.end_ruled(WAVE, TABLE, Rule::Hair);
    }
    let end = canvas.at().saturating_sub(1);
    canvas.gap(10);
    let mut notes = vec![facts.method.clone()];
    if let Some(error) = facts.standard_error {
        notes.push(prose::standard_error(error, facts.degrees));
    }
    if let Some(change) = &facts.change {
        notes.push(prose::change(change));
    }
    if let Some(without) = &facts.without_largest {
        notes.push(prose::without_largest(without, facts.change.as_ref().map(|change| change.unit.as_str())));
    }
    notes.extend(facts.notes.iter().cloned());
    let row = canvas.at();
    canvas.span(8, last, Cell::lines(notes.join("\n\n")), Look::Prose.plain()).end();
    canvas.gap(14);
    canvas.keep_from(start);
    if end < first || absent.iter().all(|absent| *absent) {
        return;
    }
    let column = |column| Area::column(column, first, end);
    canvas.chart(Chart {
        kind: ChartKind::Intervals,
        usage: ChartUse::Interval,
        sheet: None,
        first: CellRef::new(row, WAVE),
        last_column: TABLE,
        last_row: row,
        height: 240,
        title: prose::with_interval(&own(one.unit.as_str())),
        alt: prose::alt_estimate(&own(&one.title)),
        categories: column(WAVE),
        series: vec![Series {
            name: head::ESTIMATE.to_owned(),
            values: column(3),
            role: Role::Actual,
            interval: Some((column(REACH.1), column(REACH.0))),
            absent,
        }],
        number,
        axis: axis::around(facts.waves.iter().flat_map(|wave| [wave.lower, wave.upper, wave.value.known()]).flatten()),
    });
}

/// How far an interval reaches below and above its figure: what a chart draws as whiskers.
pub const REACH: (u16, u16) = (8, 9);

pub fn reach_heads(canvas: &mut Canvas) {
    canvas.text(REACH.0, head::BELOW, Look::HeadRight).text(REACH.1, head::ABOVE, Look::HeadRight);
}

/// In the row that is being written, from the columns of the figure and its bounds.
pub fn reach(
    canvas: &mut Canvas,
    (value, lower, upper): (u16, u16, u16),
    figures: (Option<Decimal>, Option<Decimal>, Option<Decimal>),
    number: NumberFormat,
    of: impl Fn(Bound) -> Number,
) {
    let (Some(figure), Some(low), Some(high)) = figures else { return };
    let row = canvas.at();
    let at = |column| CellRef::new(row, column);
    for (column, (from, more), (to, less), bound) in [
        (REACH.0, (value, figure), (lower, low), Bound::Below),
        (REACH.1, (upper, high), (value, figure), Bound::Above),
    ] {
        if let Some(cached) = more.checked_sub(less) {
            let text = format!("={}-{}", at(from), at(to));
            canvas.put(column, Cell::Formula { text, cached }, Look::FaintFigure.with(number)).of(of(bound));
        }
    }
}
