//! One breakdown of an indicator: a table with its total, and its chart.

use rust_decimal::Decimal;

use super::{by_field, field_label, heads, line_name, live, optional_cell, progress, section, value_cell};
use crate::finding::CellRef;
use crate::model::number::{percentage, quotient};
use crate::model::presentation::ChartUse;
use crate::model::scoreboard::{Breakdown, Figure, IndicatorResult, Status};
use crate::model::trace::{Number, Part};
use crate::report::axis;
use crate::report::book::{Area, Cell, Chart, ChartKind, Role, Series};
use crate::report::canvas::Canvas;
use crate::report::language::own;
use crate::report::prose;
use crate::report::style::{Look, NumberFormat, Rule, Tone};
use crate::report::words::{self, head};

const NAME: u16 = 1;
const FIRST: u16 = 2;
/// Columns beside the name that stand left of the chart.
const ROOM: usize = 5;
const CHART: (u16, u16) = (8, 13);
/// Lines that a chart can show and still be read.
const MOST: usize = 24;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Value,
    Upper,
    Numerator,
    Denominator,
    Target,
    Progress,
    Status,
    Rows,
}

/// What can be said of this breakdown's lines, the most telling first, as far as there is room.
fn columns(breakdown: &Breakdown) -> Vec<Column> {
    let any = |test: &dyn Fn(&Figure) -> bool| breakdown.figures.iter().any(test);
    let mut columns = vec![Column::Value];
    if any(&|figure| figure.upper > figure.value.known()) {
        columns.push(Column::Upper);
    }
    let ratio = any(&|figure| figure.denominator.is_some());
    if ratio {
        columns.extend([Column::Numerator, Column::Denominator]);
    }
    if any(&|figure| figure.target.is_some()) {
        columns.extend([Column::Target, Column::Progress]);
        if any(&|figure| figure.status.is_some()) {
            columns.push(Column::Status);
        }
    }
    if !ratio && any(&|figure| figure.rows > 0) {
        columns.push(Column::Rows);
    }
    columns.truncate(ROOM);
    columns
}

pub fn part(canvas: &mut Canvas, one: &IndicatorResult, breakdown: &Breakdown, number: NumberFormat, last: u16) {
    let start = canvas.at();
    section(canvas, last, &by_field(canvas.tongue(), breakdown));
    let columns = columns(breakdown);
    let (label, unit) = (field_label(breakdown), own(one.unit.as_str()));
    let mut names = vec![(label.as_str(), Look::Head)];
    names.extend(columns.iter().map(|column| match column {
        Column::Value => (unit.as_str(), Look::HeadRight),
        Column::Upper => (head::UP_TO, Look::HeadRight),
        Column::Numerator => (head::NUMERATOR, Look::HeadRight),
        Column::Denominator => (head::DENOMINATOR, Look::HeadRight),
        Column::Target => (head::TARGET, Look::HeadRight),
        Column::Progress => (head::PROGRESS, Look::HeadRight),
        Column::Status => (head::STATUS, Look::Head),
        Column::Rows => (head::ROWS, Look::HeadRight),
    }));
    let top = heads(canvas, NAME, &names);
    let first = canvas.at();
    let table = Table { one, columns: &columns, number };
    for (figure, name) in breakdown.figures.iter().zip(&breakdown.names) {
        canvas.text(NAME, line_name(name), Look::Text);
        table.line(canvas, figure, None);
        canvas.end_ruled(NAME, NAME + table.width(), Rule::Hair);
    }
    let end = canvas.at().saturating_sub(1);
    if end >= first {
        let label = if breakdown.additive { words::TOTAL } else { words::RECOMPUTED };
        canvas.text(NAME, label, Look::Strong);
        table.line(canvas, &one.total, Some(Lines { breakdown, first, end }));
        canvas.end_ruled(NAME, NAME + table.width(), Rule::Above);
    }
    if let Some(position) = columns.iter().position(|column| *column == Column::Progress) {
        let column = FIRST + u16::try_from(position).unwrap_or(0);
        canvas.sheet().bars.push(Area::column(column, first, end + 1));
    }
    let note = breakdown.note.as_deref().or((!breakdown.additive).then_some(prose::RECOMPUTED));
    if let Some(note) = note {
        canvas.span(NAME, NAME + table.width().max(3), Cell::text(note), Look::Note.plain()).end();
    }
    let spacer = canvas.gap(18);
    chart(canvas, one, breakdown, number, Frame { top, first, spacer });
    canvas.keep_from(start);
}

/// The lines that a total stands under.
#[derive(Clone, Copy)]
struct Lines<'a> {
    breakdown: &'a Breakdown,
    first: u32,
    end: u32,
}

impl Lines<'_> {
    /// A live sum where the lines add up to the figure.
    fn sum(self, column: u16, figure: Decimal, of: impl Fn(&Figure) -> Option<Decimal>) -> Cell {
        let mut lines = self.breakdown.figures.iter().filter_map(of);
        let sum = lines.try_fold(Decimal::ZERO, Decimal::checked_add);
        live(format!("=SUM({})", Area::column(column, self.first, self.end)), figure, sum)
    }
}

struct Table<'a> {
    one: &'a IndicatorResult,
    columns: &'a [Column],
    number: NumberFormat,
}

impl Table<'_> {
    fn width(&self) -> u16 {
        u16::try_from(self.columns.len()).unwrap_or(0)
    }

    fn at(&self, row: u32, wanted: Column) -> Option<CellRef> {
        let position = self.columns.iter().position(|column| *column == wanted)?;
        Some(CellRef::new(row, FIRST + u16::try_from(position).ok()?))
    }

    /// One line, or the total where the lines above it are given.
    fn line(&self, canvas: &mut Canvas, figure: &Figure, total: Option<Lines>) {
        let row = canvas.at();
        for (column, what) in (FIRST..).zip(self.columns) {
            let plain = if total.is_some() { Look::StrongFigure } else { Look::Figure };
            let (cell, style) = match what {
                Column::Value => self.value(row, column, figure, total),
                Column::Upper => optional_cell(figure.upper, words::NONE, Look::FaintFigure.with(self.number)),
                Column::Numerator => self.part(column, figure.numerator, total, |figure| figure.numerator),
                Column::Denominator => self.part(column, figure.denominator, total, |figure| figure.denominator),
                Column::Target => {
                    let target = figure.target.map(|target| target.value);
                    let (cell, style) = optional_cell(target, words::NONE, plain.with(self.number));
                    match (total, target) {
                        (Some(lines), Some(target)) => {
                            (lines.sum(column, target, |figure| figure.target.map(|target| target.value)), style)
                        }
                        _ => (cell, style),
                    }
                }
                Column::Progress => self.progress(row, figure, plain),
                Column::Status => {
                    let status = figure.status.unwrap_or(Status::NoTarget);
                    (Cell::text(words::status(status)), Look::Mark(Tone::of_status(status)).plain())
                }
                Column::Rows => {
                    let rows = Decimal::from(figure.rows);
                    let cell = total.map_or(Cell::Number(rows), |lines| {
                        lines.sum(column, rows, |figure| Some(Decimal::from(figure.rows)))
                    });
                    (cell, Look::FaintFigure.with(NumberFormat::WHOLE))
                }
            };
            canvas.put(column, cell, style);
            let part = match what {
                Column::Value => Part::Value,
                Column::Upper => Part::Upper,
                Column::Numerator => Part::Numerator,
                Column::Denominator => Part::Denominator,
                Column::Target => Part::Target,
                Column::Progress => Part::Progress,
                Column::Rows => Part::Rows,
                Column::Status => continue,
            };
            canvas.of(Number::of(figure, part));
        }
    }

    /// A quotient is live over its parts, an additive total over its lines.
    fn value(
        &self,
        row: u32,
        column: u16,
        figure: &Figure,
        total: Option<Lines>,
    ) -> (Cell, crate::report::style::Style) {
        let look = if total.is_some() { Look::StrongFigure } else { Look::Figure };
        let (cell, style) = value_cell(&figure.value, look.with(self.number));
        let Some(value) = figure.value.known() else { return (cell, style) };
        if let Some(lines) = total.filter(|lines| lines.breakdown.additive) {
            return (lines.sum(column, value, |figure| figure.value.known()), style);
        }
        let cells = self.at(row, Column::Numerator).zip(self.at(row, Column::Denominator));
        match (cells, figure.numerator.zip(figure.denominator)) {
            (Some((above, below)), Some((n, d))) if self.one.unit.is_percent() => {
                (live(format!("=100*{above}/{below}"), value, percentage(n, d)), style)
            }
            (Some((above, below)), Some((n, d))) => (live(format!("={above}/{below}"), value, quotient(n, d)), style),
            _ => (cell, style),
        }
    }

    fn part(
        &self,
        column: u16,
        value: Option<Decimal>,
        total: Option<Lines>,
        of: impl Fn(&Figure) -> Option<Decimal>,
    ) -> (Cell, crate::report::style::Style) {
        let whole = value.is_none_or(|value| value.fract().is_zero());
        let number = if whole { NumberFormat::WHOLE } else { NumberFormat::of_unit(&self.one.unit, true) };
        let number = if self.one.unit.is_percent() && !whole { NumberFormat::WHOLE } else { number };
        let (cell, style) = optional_cell(value, words::NONE, Look::FaintFigure.with(number));
        match (total, value) {
            (Some(lines), Some(value)) => (lines.sum(column, value, of), style),
            _ => (cell, style),
        }
    }

    fn progress(&self, row: u32, figure: &Figure, look: Look) -> (Cell, crate::report::style::Style) {
        let style = look.with(NumberFormat::SHARE);
        let Some(share) = figure.progress else { return (Cell::text(words::NONE), Look::Absent.plain()) };
        let baseline = figure.baseline.unwrap_or_default();
        let cells = self.at(row, Column::Value).zip(self.at(row, Column::Target));
        let (Some((actual, target)), true) = (cells, baseline.is_zero()) else { return (Cell::Number(share), style) };
        let parts = figure.value.known().zip(figure.target);
        let recomputed = parts.and_then(|(actual, target)| progress(actual, Decimal::ZERO, target.value));
        (live(format!("={actual}/{target}"), share, recomputed), style)
    }
}

#[derive(Clone, Copy)]
struct Frame {
    top: u32,
    first: u32,
    spacer: u32,
}

fn chart(canvas: &mut Canvas, one: &IndicatorResult, breakdown: &Breakdown, number: NumberFormat, frame: Frame) {
    let all = breakdown.figures.len();
    let drawn = all.min(MOST);
    let absent: Vec<bool> = breakdown.figures.iter().take(drawn).map(|f| f.value.known().is_none()).collect();
    if absent.iter().all(|absent| *absent) {
        return;
    }
    let periods = breakdown.field == "period";
    let lines = u32::try_from(drawn).unwrap_or(0);
    let last = frame.first + lines - 1;
    let unit = own(one.unit.as_str());
    canvas.chart(Chart {
        kind: if periods { ChartKind::Columns } else { ChartKind::Bars },
        usage: ChartUse::Breakdown,
        sheet: None,
        first: CellRef::new(frame.top, CHART.0),
        last_column: CHART.1,
        last_row: frame.spacer,
        height: if periods { 220 } else { (50 + 27 * lines).clamp(180, 520) },
        title: if drawn < all { prose::first_of(&unit, drawn, all) } else { unit.clone() },
        alt: prose::alt_breakdown(&own(&one.title), &field_label(breakdown)),
        categories: Area::column(NAME, frame.first, last),
        series: vec![Series {
            name: unit,
            values: Area::column(FIRST, frame.first, last),
            role: Role::Actual,
            interval: None,
            absent,
        }],
        number,
        axis: axis::from_zero(breakdown.figures.iter().filter_map(|figure| figure.value.known())),
    });
}
