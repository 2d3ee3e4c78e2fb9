//! The trajectory of an indicator: its table, the chart beside it, and where the summary finds its line.

use chrono::{Datelike as _, NaiveDate};
use rust_decimal::Decimal;

use super::{Context, point_name, section, target_format};
use crate::finding::CellRef;
use crate::model::pace::Projection;
use crate::model::presentation::ChartUse;
use crate::model::scoreboard::{IndicatorResult, TrajectoryPoint};
use crate::model::trace::{Number, Paced, Part};
use crate::report::axis::{self, Axis};
use crate::report::book::{Area, Cell, Chart, ChartKind, Role, Series};
use crate::report::canvas::Canvas;
use crate::report::language::own;
use crate::report::prose;
use crate::report::style::{Look, NumberFormat, Rule, Style};
use crate::report::words::{head, part};

const POINT: u16 = 1;
const DAY: u16 = 2;
/// Columns of figures beside the chart; a part with more of them has its chart below.
const BESIDE: usize = 4;
const CHART: (u16, u16) = (8, 13);
/// The gap between the two halves of a sheet of an indicator.
const GUTTER: u16 = 7;

/// Where the figures of a trajectory stand, for charts of other sheets.
#[derive(Debug, Clone)]
pub struct Trend {
    pub days: Area,
    pub series: Vec<Series>,
    pub months: Option<u32>,
    pub axis: Option<Axis>,
    pub number: NumberFormat,
}

impl Trend {
    pub fn actual(&self) -> Option<&Series> {
        self.series.iter().find(|series| series.role == Role::Actual)
    }
}

/// One line of the table: a point of the trajectory, one of the projection, or both.
struct Line<'a> {
    on: NaiveDate,
    label: &'a str,
    point: Option<&'a TrajectoryPoint>,
    projected: Option<Band>,
}

#[derive(Clone, Copy)]
struct Band {
    value: Decimal,
    lower: Decimal,
    upper: Decimal,
}

/// A column of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Actual,
    Expected,
    Milestone,
    Target,
    Original,
    Projected,
    Lower,
    Upper,
}

/// Writes the part and says where its figures stand; None where there is no line to draw.
pub fn part(
    canvas: &mut Canvas,
    context: Context,
    one: &IndicatorResult,
    number: NumberFormat,
    last: u16,
) -> Option<Trend> {
    if one.trajectory.is_empty() {
        return None;
    }
    let start = canvas.at();
    let lines = lines(one, context.draws(ChartUse::Projection));
    let columns = columns(one, &lines);
    let below = columns.len() > BESIDE;
    let places: Vec<u16> = (DAY + 1..).filter(|at| *at != GUTTER).take(columns.len()).collect();
    let edge = places.last().copied().unwrap_or(DAY);
    section(canvas, last, part::TRAJECTORY);
    canvas.text(POINT, head::POINT, Look::Head).text(DAY, head::DAY, Look::HeadRight);
    for (at, column) in places.iter().zip(&columns) {
        canvas.text(*at, head_of(*column), Look::HeadRight);
    }
    let top = canvas.end_ruled(POINT, edge, Rule::Below);
    let first = canvas.at();
    for line in &lines {
        let withheld = line.point.is_some_and(|point| point.withheld);
        let name = point_name(line.label);
        let label = if withheld { prose::point_withheld(&name) } else { name };
        canvas.text(POINT, label, Look::Text);
        canvas.put(DAY, Cell::Date(line.on), Look::FaintFigure.with(NumberFormat::DAY));
        for (at, column) in places.iter().zip(&columns) {
            // Cells without a figure stay empty here: a chart would draw a word as zero. What is withheld is said behind.
            if let Some((value, style)) = value(one, line, *column, number) {
                canvas.put(*at, Cell::Number(value), style).of(Number::total(one, part_of(*column, line.on)));
            }
        }
        canvas.end_ruled(POINT, edge, Rule::Hair);
    }
    let end = canvas.at().saturating_sub(1);
    canvas.span(POINT, edge.max(6), Cell::text(note(one, &columns)), Look::Note.plain()).end();
    let chart_row = if below { canvas.at() } else { top };
    let spacer = canvas.gap(16);
    let column = |column| Area::column(column, first, end);
    // The actual line last, so that it is drawn over all others.
    let mut series: Vec<Series> = places
        .iter()
        .zip(&columns)
        .map(|(at, what)| Series {
            name: head_of(*what).to_owned(),
            values: column(*at),
            role: role(*what),
            interval: None,
            absent: Vec::new(),
        })
        .collect();
    series.reverse();
    let band = lines.iter().filter_map(|line| line.projected).flat_map(|band| [band.lower, band.upper]);
    let trend = Trend { days: column(DAY), series, months: months(&lines), axis: axis(one, band), number };
    if lines.len() > 1 && !columns.is_empty() {
        canvas.chart(Chart {
            kind: ChartKind::Days { months: trend.months },
            usage: ChartUse::Trajectory,
            sheet: None,
            first: CellRef::new(chart_row, if below { POINT } else { CHART.0 }),
            last_column: CHART.1,
            last_row: spacer,
            height: if below { 280 } else { 290 },
            title: own(one.unit.as_str()),
            alt: prose::alt_trajectory(&own(&one.title)),
            categories: trend.days,
            series: trend.series.clone(),
            number,
            axis: trend.axis,
        });
    }
    canvas.keep_from(start);
    trend.actual().is_some().then_some(trend)
}

/// The points of the trajectory and of the projection, in the order of their days. The projection begins at the last
/// actual figure, so that a chart joins the two.
fn lines(one: &IndicatorResult, projection: bool) -> Vec<Line<'_>> {
    let mut lines: Vec<Line<'_>> = one
        .trajectory
        .iter()
        .map(|point| Line { on: point.on, label: &point.label, point: Some(point), projected: None })
        .collect();
    let Some(Projection::Known(pace)) = one.pace.as_ref().filter(|_| projection) else { return lines };
    let last = one.trajectory.iter().rev().find_map(|point| Some((point.on, point.actual?)));
    if let Some((on, value)) = last
        && let Some(line) = lines.iter_mut().find(|line| line.on == on)
    {
        line.projected = Some(Band { value, lower: value, upper: value });
    }
    for next in pace.path.iter().chain([&pace.projected]) {
        let band = Some(Band { value: next.value, lower: next.lower, upper: next.upper });
        match lines.iter_mut().find(|line| line.on == next.on) {
            Some(line) => line.projected = band,
            None => lines.push(Line { on: next.on, label: &next.label, point: None, projected: band }),
        }
    }
    lines.sort_by_key(|line| line.on);
    lines
}

/// The columns that hold something, the actual figures first.
fn columns(one: &IndicatorResult, lines: &[Line<'_>]) -> Vec<Column> {
    let any = |part: fn(&TrajectoryPoint) -> Option<Decimal>| one.trajectory.iter().any(|point| part(point).is_some());
    let projected = lines.iter().any(|line| line.projected.is_some());
    [
        (Column::Actual, any(|point| point.actual)),
        (Column::Expected, any(|point| point.expected)),
        (Column::Milestone, any(|point| point.milestone)),
        (Column::Target, one.total.target.is_some() || any(|point| point.target)),
        (Column::Original, any(|point| point.original)),
        (Column::Projected, projected),
        (Column::Lower, projected),
        (Column::Upper, projected),
    ]
    .into_iter()
    .filter(|(_, present)| *present)
    .map(|(column, _)| column)
    .collect()
}

fn head_of(column: Column) -> &'static str {
    match column {
        Column::Actual => head::ACTUAL,
        Column::Expected => head::EXPECTED_THEN,
        Column::Milestone => head::MILESTONE,
        Column::Target => head::TARGET,
        Column::Original => head::ORIGINAL,
        Column::Projected => head::PROJECTED,
        Column::Lower => head::BAND_FROM,
        Column::Upper => head::BAND_TO,
    }
}

fn role(column: Column) -> Role {
    match column {
        Column::Actual => Role::Actual,
        Column::Expected => Role::Expected,
        Column::Milestone => Role::Milestone,
        Column::Target => Role::Target,
        Column::Original => Role::Original,
        Column::Projected => Role::Projected,
        Column::Lower | Column::Upper => Role::Bound,
    }
}

/// What the number of a column is on a day.
fn part_of(column: Column, on: NaiveDate) -> Part {
    match column {
        Column::Actual => Part::Actual(on),
        Column::Expected => Part::ExpectedOn(on),
        Column::Original => Part::OriginalOn(on),
        Column::Milestone => Part::Milestone(on),
        Column::Target => Part::Target,
        Column::Projected => Part::Pace(Paced::Value(on)),
        Column::Lower => Part::Pace(Paced::Lower(on)),
        Column::Upper => Part::Pace(Paced::Upper(on)),
    }
}

fn value(one: &IndicatorResult, line: &Line<'_>, column: Column, number: NumberFormat) -> Option<(Decimal, Style)> {
    let faint = Look::FaintFigure.with(number);
    let point = line.point;
    match column {
        Column::Actual => Some((point?.actual?, Look::StrongFigure.with(number))),
        Column::Expected => Some((point?.expected?, faint)),
        Column::Original => Some((point?.original?, faint)),
        Column::Milestone => {
            let illustrative = one.milestones.iter().any(|m| m.on == line.on && m.illustrative);
            Some((point?.milestone?, Look::Figure.with(number.illustrative(illustrative))))
        }
        // On every day, for the line of the chart; in black where it is due.
        Column::Target => {
            let format = target_format(one, number);
            point
                .and_then(|point| point.target)
                .map(|target| (target, Look::Figure.with(format)))
                .or_else(|| one.total.target.map(|target| (target.value, Look::FaintFigure.with(format))))
        }
        Column::Projected => Some((line.projected?.value, Look::Figure.with(number))),
        Column::Lower => Some((line.projected?.lower, faint)),
        Column::Upper => Some((line.projected?.upper, faint)),
    }
}

/// From one mark of the axis of days to the next: about eight in all. None where no two points lie in one year:
/// a spreadsheet such as `LibreOffice` then draws each on the first of January of its year, and the last day of a year would bear the wrong name.
fn months(lines: &[Line<'_>]) -> Option<u32> {
    if !lines.windows(2).any(|two| two[0].on.year() == two[1].on.year()) {
        return None;
    }
    let span = lines.first().zip(lines.last()).map_or(0, |(first, last)| (last.on - first.on).num_days());
    Some([1, 3, 6, 12, 24].into_iter().find(|months| span <= i64::from(*months) * 30 * 8).unwrap_or(60))
}

/// Lines that all run far above zero are drawn around where they run, so that a change is seen.
fn axis(one: &IndicatorResult, band: impl Iterator<Item = Decimal>) -> Option<Axis> {
    let target = one.total.target.map(|target| target.value);
    let points =
        one.trajectory.iter().flat_map(|point| [point.actual, point.expected, point.original, point.milestone]);
    let all: Vec<Decimal> = points.chain([target]).flatten().chain(band).collect();
    let (low, high) = (all.iter().min()?, all.iter().max()?);
    if *low > high.checked_div(Decimal::TWO)? { axis::around(all.into_iter()) } else { None }
}

fn note(one: &IndicatorResult, columns: &[Column]) -> String {
    let marked = one.milestones.iter().any(|milestone| milestone.illustrative)
        || one.target.as_ref().is_some_and(|target| target.illustrative);
    let path = if one.total.target.is_some() { prose::TRAJECTORY } else { prose::TRAJECTORY_WITHOUT_TARGET };
    let more = [
        (columns.contains(&Column::Original), prose::ORIGINAL_PATH),
        (columns.contains(&Column::Projected), prose::PROJECTION),
        (marked, prose::MARK),
        (one.trajectory.iter().any(|point| point.withheld), prose::POINTS_WITHHELD),
    ];
    let told = more.into_iter().filter(|(told, _)| *told).map(|(_, text)| text);
    let corrections = one.corrections.iter().map(|correction| correction.says.as_str());
    std::iter::once(path).chain(told).chain(corrections).collect::<Vec<_>>().join(" ")
}
