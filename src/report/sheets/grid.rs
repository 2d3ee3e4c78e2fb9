//! A grid of figures: lines such as partners or countries down, indicators across, in blocks that a page can hold.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::{TITLE, line_name, live, number_format, value_cell};
use crate::model::number::quotient;
use crate::model::scoreboard::{Breakdown, Figure, IndicatorResult};
use crate::model::trace::{Number, Part};
use crate::report::book::{Area, Cell};
use crate::report::canvas::{Canvas, MARGIN, Width, between};
use crate::report::language::own;
use crate::report::prose;
use crate::report::style::{Look, Rule, Style};
use crate::report::words::{self, head};

const NAME: u16 = 1;
const FIRST: u16 = 2;
/// Indicators side by side: more would need a magnifier on paper.
const MOST: usize = 9;

/// An indicator with the breakdown that gives its column.
#[derive(Clone, Copy)]
pub struct Column<'a> {
    pub one: &'a IndicatorResult,
    pub sheet: &'a str,
    pub breakdown: &'a Breakdown,
}

/// A line: the value of the breakdown, and how people call it.
pub struct Line<'a> {
    pub value: &'a str,
    pub name: &'a str,
}

pub struct Grid<'a> {
    /// Over the names of the lines.
    pub head: String,
    pub lines: Vec<Line<'a>>,
    pub columns: Vec<Column<'a>>,
}

/// The last column of a sheet with grids of so many indicators.
pub fn last(columns: usize) -> u16 {
    // A heading needs some room, however few indicators there are.
    FIRST + u16::try_from(block(columns).max(5)).unwrap_or(0) - 1
}

pub fn widths(columns: usize) -> Vec<Width> {
    let mut widths = vec![MARGIN, between(150, 230)];
    widths.extend((0..block(columns).max(5)).map(|_| between(98, 124)));
    widths
}

/// Indicators of one block: as many in each as can be.
fn block(columns: usize) -> usize {
    columns.div_ceil(columns.div_ceil(MOST).max(1))
}

pub fn write(canvas: &mut Canvas, grid: &Grid<'_>) {
    let size = block(grid.columns.len()).max(1);
    let blocks = grid.columns.len().div_ceil(size);
    let top = canvas.at();
    for (at, columns) in grid.columns.chunks(size).enumerate() {
        let start = canvas.at();
        if blocks > 1 {
            canvas.text(NAME, prose::part_of(at + 1, blocks), Look::Note).end();
        }
        part(canvas, grid, columns);
        canvas.gap(16);
        // The first begins below the heading, however long it is.
        if at > 0 {
            canvas.keep_from(start);
        }
    }
    // Titles and units stand again on every page, where they are the same on each.
    if blocks == 1 {
        canvas.sheet().print.repeat = Some((top, top + 1));
    }
}

fn part(canvas: &mut Canvas, grid: &Grid<'_>, columns: &[Column<'_>]) {
    let edge = FIRST + u16::try_from(columns.len()).unwrap_or(0) - 1;
    canvas.text(NAME, &grid.head, Look::Head);
    for (at, column) in (FIRST..).zip(columns) {
        canvas.put(at, Cell::live_link(column.sheet, TITLE, own(&column.one.title)), Look::HeadRight.plain());
    }
    canvas.end();
    for (at, column) in (FIRST..).zip(columns) {
        canvas.verbatim(at, column.one.unit.as_str(), Look::NoteRight);
    }
    canvas.end_ruled(NAME, edge, Rule::Below);
    let first = canvas.at();
    for line in &grid.lines {
        canvas.text(NAME, line_name(line.name), Look::Text);
        for (at, column) in (FIRST..).zip(columns) {
            match figure(column.breakdown, line.value) {
                Some(figure) => {
                    let (cell, style) = value_cell(&figure.value, heat(column, figure));
                    canvas.put(at, cell, style).of(Number::of(figure, Part::Value))
                }
                None => canvas.text(at, words::NONE, Look::Absent),
            };
        }
        canvas.end_ruled(NAME, edge, Rule::Hair);
    }
    let end = canvas.at().saturating_sub(1);
    canvas.text(NAME, words::ALL, Look::Strong);
    for (at, column) in (FIRST..).zip(columns) {
        let style = Look::StrongFigure.with(number_format(column.one));
        let (cell, style) = value_cell(&column.one.total.value, style);
        canvas.put(at, total(column, &grid.lines, Area::column(at, first, end)).unwrap_or(cell), style);
        canvas.of(Number::total(column.one, Part::Value));
    }
    canvas.end_ruled(NAME, edge, Rule::Above);
    let targets = columns.iter().any(|column| column.one.total.target.is_some());
    if targets {
        canvas.text(NAME, head::TARGET, Look::Note);
        for (at, column) in (FIRST..).zip(columns) {
            match column.one.total.target {
                Some(target) => {
                    let format = super::target_format(column.one, number_format(column.one));
                    canvas.put(at, Cell::Number(target.value), Look::FaintFigure.with(format));
                    canvas.of(Number::total(column.one, Part::Target))
                }
                None => canvas.text(at, super::no_target(column.one), Look::Absent),
            };
        }
        canvas.end();
    }
}

fn figure<'a>(breakdown: &'a Breakdown, value: &str) -> Option<&'a Figure> {
    breakdown.figures.iter().find(|figure| key(figure) == value)
}

/// What tells a line of a breakdown from the others.
pub fn key(figure: &Figure) -> &str {
    figure.by.last().map_or("", |(_, value)| value)
}

/// A live sum, where the lines that are shown give the total.
fn total(column: &Column<'_>, lines: &[Line<'_>], area: Area) -> Option<Cell> {
    let total = column.one.total.value.known().filter(|_| column.breakdown.additive)?;
    let values = lines.iter().filter_map(|line| figure(column.breakdown, line.value)?.value.known());
    let sum = values.into_iter().try_fold(Decimal::ZERO, Decimal::checked_add);
    Some(live(format!("=SUM({area})"), total, sum))
}

/// How much of the way is done, else how much of the whole it is.
fn heat(column: &Column<'_>, figure: &Figure) -> Style {
    let number = number_format(column.one);
    if let Some(progress) = figure.progress {
        let (level, mark) = steps(progress, [25, 50, 75, 100], ['○', '◔', '◑', '◕', '●']);
        return Look::Heat(level).with(number.marked(mark));
    }
    let share = figure.value.known().zip(column.one.total.value.known()).filter(|_| column.breakdown.additive);
    match share.and_then(|(value, total)| quotient(value, total)) {
        Some(share) if share > Decimal::ZERO => Look::Heat(steps(share, [10, 25, 40, 60], [' '; 5]).0).with(number),
        _ => Look::Figure.with(number),
    }
}

/// How many of these hundredths it reaches, and the sign for that.
fn steps(share: Decimal, hundredths: [i64; 4], marks: [char; 5]) -> (u8, char) {
    let reached = hundredths.iter().filter(|step| share >= Decimal::new(**step, 2)).count();
    (u8::try_from(reached).unwrap_or(0), marks.get(reached).copied().unwrap_or(' '))
}

/// The lines of several breakdowns of one kind, in the order in which they come first.
pub fn lines<'a>(columns: &[Column<'a>]) -> Vec<Line<'a>> {
    let mut seen = BTreeSet::new();
    let mut lines = Vec::new();
    for column in columns {
        for (figure, name) in column.breakdown.figures.iter().zip(&column.breakdown.names) {
            if seen.insert(key(figure)) {
                lines.push(Line { value: key(figure), name });
            }
        }
    }
    lines
}
