//! The trajectory of an indicator: its table, the chart beside it, and where the summary finds its line.

use rust_decimal::Decimal;

use super::{heads, point_name, section, target_format};
use crate::finding::CellRef;
use crate::model::scoreboard::{IndicatorResult, TrajectoryPoint};
use crate::report::axis::{self, Axis};
use crate::report::book::{Area, Cell, Chart, ChartKind, Role, Series};
use crate::report::canvas::Canvas;
use crate::report::language::own;
use crate::report::prose;
use crate::report::style::{Look, NumberFormat, Rule, Style};
use crate::report::words::{head, part};

const POINT: u16 = 1;
const DAY: u16 = 2;
/// The first column of figures.
const FIRST: u16 = 3;
const CHART: (u16, u16) = (8, 13);

/// Days and actual figures, for the line on the summary.
#[derive(Debug, Clone, Copy)]
pub struct Trend {
    pub days: Area,
    pub actual: Area,
}

/// Writes the part and says where its figures stand; None where there is no line to draw.
pub fn part(canvas: &mut Canvas, one: &IndicatorResult, number: NumberFormat, last: u16) -> Option<Trend> {
    if one.trajectory.is_empty() {
        return None;
    }
    let start = canvas.at();
    let roles = roles(one);
    let edge = DAY + u16::try_from(roles.len()).unwrap_or(0);
    section(canvas, last, part::TRAJECTORY);
    let mut names = vec![(head::POINT, Look::Head), (head::DAY, Look::HeadRight)];
    names.extend(roles.iter().map(|role| (name(*role), Look::HeadRight)));
    let top = heads(canvas, POINT, &names);
    let first = canvas.at();
    for point in &one.trajectory {
        let name = point_name(&point.label);
        let label = if point.withheld { prose::point_withheld(&name) } else { name };
        canvas.text(POINT, label, Look::Text);
        canvas.put(DAY, Cell::Date(point.on), Look::FaintFigure.with(NumberFormat::DAY));
        for (column, role) in (FIRST..).zip(&roles) {
            // Cells without a figure stay empty here: a chart would draw a word as zero. What is withheld is said behind.
            if let Some((value, style)) = value(one, point, *role, number) {
                canvas.put(column, Cell::Number(value), style);
            }
        }
        canvas.end_ruled(POINT, edge, Rule::Hair);
    }
    let end = canvas.at().saturating_sub(1);
    canvas.span(POINT, edge.max(6), Cell::text(note(one)), Look::Note.plain()).end();
    let spacer = canvas.gap(16);
    let column = |column| Area::column(column, first, end);
    // The actual line last, so that it is drawn over all others.
    let mut series: Vec<Series> = (FIRST..)
        .zip(&roles)
        .map(|(at, role)| Series {
            name: name(*role).to_owned(),
            values: column(at),
            role: *role,
            interval: None,
            absent: Vec::new(),
        })
        .collect();
    series.reverse();
    if one.trajectory.len() > 1 && !series.is_empty() {
        canvas.chart(Chart {
            kind: ChartKind::Days { months: months(one) },
            sheet: None,
            first: CellRef::new(top, CHART.0),
            last_column: CHART.1,
            last_row: spacer,
            height: 290,
            title: own(one.unit.as_str()),
            alt: prose::alt_trajectory(&own(&one.title)),
            categories: column(DAY),
            series,
            number,
            axis: axis(one),
        });
    }
    canvas.keep_from(start);
    let drawn = one.trajectory.iter().filter(|point| point.actual.is_some()).count() > 1;
    drawn.then(|| Trend { days: column(DAY), actual: column(FIRST) })
}

/// The columns that hold something, the actual figures first.
fn roles(one: &IndicatorResult) -> Vec<Role> {
    let any = |part: fn(&TrajectoryPoint) -> Option<Decimal>| one.trajectory.iter().any(|point| part(point).is_some());
    let mut roles = Vec::new();
    for (role, present) in [
        (Role::Actual, any(|point| point.actual)),
        (Role::Expected, any(|point| point.expected)),
        (Role::Original, any(|point| point.original)),
        (Role::Milestone, any(|point| point.milestone)),
        (Role::Target, one.total.target.is_some() || any(|point| point.target)),
    ] {
        if present {
            roles.push(role);
        }
    }
    roles
}

fn name(role: Role) -> &'static str {
    match role {
        Role::Actual => head::ACTUAL,
        Role::Expected => head::EXPECTED_THEN,
        Role::Original => head::ORIGINAL,
        Role::Milestone => head::MILESTONE,
        Role::Target => head::TARGET,
    }
}

fn value(one: &IndicatorResult, point: &TrajectoryPoint, role: Role, number: NumberFormat) -> Option<(Decimal, Style)> {
    match role {
        Role::Actual => Some((point.actual?, Look::StrongFigure.with(number))),
        Role::Expected => Some((point.expected?, Look::FaintFigure.with(number))),
        Role::Original => Some((point.original?, Look::FaintFigure.with(number))),
        Role::Milestone => {
            let illustrative = one.milestones.iter().any(|m| m.on == point.on && m.illustrative);
            Some((point.milestone?, Look::Figure.with(number.illustrative(illustrative))))
        }
        // On every day, for the line of the chart; in black where it is due.
        Role::Target => {
            let format = target_format(one, number);
            point
                .target
                .map(|target| (target, Look::Figure.with(format)))
                .or_else(|| one.total.target.map(|target| (target.value, Look::FaintFigure.with(format))))
        }
    }
}

/// From one mark of the axis of days to the next: about eight in all.
fn months(one: &IndicatorResult) -> u32 {
    let days = one.trajectory.iter().map(|point| point.on);
    let span = days.clone().max().zip(days.min()).map_or(0, |(last, first)| (last - first).num_days());
    [1, 3, 6, 12, 24].into_iter().find(|months| span <= i64::from(*months) * 30 * 8).unwrap_or(60)
}

/// Lines that all run far above zero are drawn around where they run, so that a change is seen.
fn axis(one: &IndicatorResult) -> Option<Axis> {
    let target = one.total.target.map(|target| target.value);
    let points =
        one.trajectory.iter().flat_map(|point| [point.actual, point.expected, point.original, point.milestone]);
    let all: Vec<Decimal> = points.chain([target]).flatten().collect();
    let (low, high) = (all.iter().min()?, all.iter().max()?);
    if *low > high.checked_div(Decimal::TWO)? { axis::around(all.into_iter()) } else { None }
}

fn note(one: &IndicatorResult) -> String {
    let marked = one.milestones.iter().any(|milestone| milestone.illustrative)
        || one.target.as_ref().is_some_and(|target| target.illustrative);
    let path = if one.total.target.is_some() { prose::TRAJECTORY } else { prose::TRAJECTORY_WITHOUT_TARGET };
    let mut note = path.to_owned();
    if one.trajectory.iter().any(|point| point.original.is_some()) {
        note = format!("{note} {}", prose::TRAJECTORY_ORIGINAL);
    }
    if marked {
        note = format!("{note} {}", prose::MARK);
    }
    if one.trajectory.iter().any(|point| point.withheld) {
        note = format!("{note} {}", prose::POINTS_WITHHELD);
    }
    note
}
