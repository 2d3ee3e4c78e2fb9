//! The trajectory of an indicator: its table, the chart beside it, and where the summary's sparkline finds it.

use super::{heads, section, target_format};
use crate::finding::CellRef;
use crate::model::scoreboard::{IndicatorResult, TrajectoryPoint};
use crate::report::book::{Area, Cell, Chart, ChartKind, Role, Series};
use crate::report::canvas::Canvas;
use crate::report::prose;
use crate::report::style::{Look, NumberFormat, Rule};
use crate::report::words::{self, head};

const POINT: u16 = 1;
const DAY: u16 = 2;
const ACTUAL: u16 = 3;
const EXPECTED: u16 = 4;
const MILESTONE: u16 = 5;
const TARGET: u16 = 6;
const CHART: (u16, u16) = (8, 13);

/// Writes the part and gives the cells of the actual figures, for the sparkline; None where there is no line to draw.
pub fn part(canvas: &mut Canvas, one: &IndicatorResult, number: NumberFormat, last: u16) -> Option<Area> {
    if one.trajectory.is_empty() {
        return None;
    }
    let start = canvas.at();
    section(canvas, last, "Trajectory");
    let top = heads(
        canvas,
        POINT,
        &[
            (head::POINT, Look::Head),
            (head::DAY, Look::HeadRight),
            (head::ACTUAL, Look::HeadRight),
            (head::EXPECTED_THEN, Look::HeadRight),
            (head::MILESTONE, Look::HeadRight),
            (head::TARGET, Look::HeadRight),
        ],
    );
    let first = canvas.at();
    for point in &one.trajectory {
        line(canvas, one, point, number);
    }
    let end = canvas.at().saturating_sub(1);
    canvas.span(POINT, TARGET, Cell::text(note(one)), Look::Note.plain()).end();
    let spacer = canvas.gap(16);
    let column = |column| Area::column(column, first, end);
    let mut series = Vec::new();
    // The target first, so that the actual line is drawn over all others.
    for (name, at, role, any) in [
        (head::TARGET, TARGET, Role::Target, one.total.target.is_some()),
        (head::EXPECTED_THEN, EXPECTED, Role::Expected, one.trajectory.iter().any(|p| p.expected.is_some())),
        (head::MILESTONE, MILESTONE, Role::Milestone, one.trajectory.iter().any(|p| p.milestone.is_some())),
        (head::ACTUAL, ACTUAL, Role::Actual, one.trajectory.iter().any(|p| p.actual.is_some())),
    ] {
        if any {
            let values = column(at);
            series.push(Series { name: name.to_owned(), values, role, interval: None, absent: Vec::new() });
        }
    }
    if one.trajectory.len() > 1 && !series.is_empty() {
        canvas.chart(Chart {
            kind: ChartKind::Days,
            first: CellRef::new(top, CHART.0),
            last_column: CHART.1,
            last_row: spacer,
            height: 290,
            title: one.unit.as_str().to_owned(),
            alt: format!("Actual against expected: {}", one.title),
            categories: column(DAY),
            series,
            number,
        });
    }
    canvas.keep_from(start);
    (one.trajectory.iter().filter(|point| point.actual.is_some()).count() > 1).then(|| column(ACTUAL))
}

fn note(one: &IndicatorResult) -> String {
    let marked = one.milestones.iter().any(|milestone| milestone.illustrative)
        || one.target.as_ref().is_some_and(|target| target.illustrative);
    if marked { format!("{} {}", prose::TRAJECTORY, prose::SHARE_ILLUSTRATIVE) } else { prose::TRAJECTORY.to_owned() }
}

/// Cells without a figure stay empty here: a chart would draw a word as zero.
fn line(canvas: &mut Canvas, one: &IndicatorResult, point: &TrajectoryPoint, number: NumberFormat) {
    canvas.text(POINT, &point.label, Look::Text);
    canvas.put(DAY, Cell::Date(point.on), Look::FaintFigure.with(NumberFormat::DAY));
    if let Some(actual) = point.actual {
        canvas.put(ACTUAL, Cell::Number(actual), Look::StrongFigure.with(number));
    }
    if let Some(expected) = point.expected {
        canvas.put(EXPECTED, Cell::Number(expected), Look::FaintFigure.with(number));
    }
    if let Some(milestone) = point.milestone {
        let illustrative = one.milestones.iter().any(|m| m.on == point.on && m.illustrative);
        canvas.put(MILESTONE, Cell::Number(milestone), Look::Figure.with(number.illustrative(illustrative)));
    }
    let format = target_format(one, number);
    if let Some(target) = point.target {
        canvas.put(TARGET, Cell::Number(target), Look::Figure.with(format));
    } else if let Some(target) = one.total.target {
        canvas.put(TARGET, Cell::Number(target.value), Look::FaintFigure.with(format));
    }
    canvas.end_ruled(POINT, TARGET, Rule::Hair);
}
