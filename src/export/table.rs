//! Figures and evidence as flat tables: one line a figure, one line a row behind it. `docs/exports.md` has each column.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::model::scoreboard::{EvidenceRow, Figure, IndicatorResult, LineEstimate, Scoreboard, Status};
use crate::model::value::Value;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Number,
    Whole,
    Day,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    Missing,
    Text(String),
    Number(Decimal),
    Whole(i64),
    Day(NaiveDate),
}

/// Columns with their kinds, and lines as long as there are columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub columns: Vec<(&'static str, Kind)>,
    pub lines: Vec<Vec<Cell>>,
}

/// A column: its name, its kind, and how a line gives it.
type Column<T> = (&'static str, Kind, fn(&T) -> Cell);

fn table<T>(columns: &[Column<T>], lines: impl Iterator<Item = T>) -> Table {
    Table {
        columns: columns.iter().map(|(name, kind, _)| (*name, *kind)).collect(),
        lines: lines.map(|line| columns.iter().map(|(_, _, cell)| cell(&line)).collect()).collect(),
    }
}

fn text(text: impl Into<String>) -> Cell {
    Cell::Text(text.into())
}

fn some(text: Option<&str>) -> Cell {
    text.map_or(Cell::Missing, |text| Cell::Text(text.to_owned()))
}

fn number(value: Option<Decimal>) -> Cell {
    value.map_or(Cell::Missing, Cell::Number)
}

fn whole(count: usize) -> Cell {
    i64::try_from(count).map_or(Cell::Missing, Cell::Whole)
}

fn day(day: Option<NaiveDate>) -> Cell {
    day.map_or(Cell::Missing, Cell::Day)
}

/// A figure with all that its line tells.
struct Line<'a> {
    board: &'a Scoreboard,
    one: &'a IndicatorResult,
    figure: &'a Figure,
    /// How its value of the breakdown is shown; empty for a total.
    name: &'a str,
    estimate: Option<&'a LineEstimate>,
}

impl Line<'_> {
    /// Not where it is withheld: its coverage is that of few enterprises.
    fn covered(&self) -> bool {
        !(self.board.audience.is_restricted() && self.one.estimate.is_some() && self.figure.value == Value::Suppressed)
    }

    fn bounds(&self) -> (Option<Decimal>, Option<Decimal>) {
        match (self.estimate, &self.one.estimate) {
            (Some(line), _) => (line.lower, line.upper),
            (None, Some(facts)) if self.figure.by.is_empty() => (facts.lower, facts.upper),
            _ => (self.figure.lower, self.figure.upper),
        }
    }

    fn committed(&self) -> Option<&Figure> {
        self.one.committed.as_ref().filter(|_| self.figure.by.is_empty())
    }
}

/// Every figure: totals, and the lines of their breakdowns.
pub fn figures(board: &Scoreboard) -> Table {
    let columns: &[Column<Line<'_>>] =
        &[
            ("programme", Kind::Text, |line| text(&line.board.programme.code)),
            ("report", Kind::Text, |line| text(line.board.report.as_str())),
            ("run", Kind::Text, |line| text(&line.board.run)),
            ("as_of", Kind::Day, |line| Cell::Day(line.board.programme.as_of)),
            ("indicator", Kind::Text, |line| text(line.one.code.as_str())),
            ("title", Kind::Text, |line| text(&line.one.title)),
            ("common", Kind::Text, |line| some(line.one.common.as_deref())),
            ("catalogue", Kind::Text, |line| some(line.one.catalogue.as_deref())),
            ("level", Kind::Text, |line| text(line.one.level.as_str())),
            ("unit", Kind::Text, |line| text(line.one.unit.as_str())),
            ("accumulation", Kind::Text, |line| text(line.one.accumulation.as_str())),
            ("by", Kind::Text, |line| some(line.figure.by.last().map(|(field, _)| field.as_str()))),
            ("by_value", Kind::Text, |line| some(line.figure.by.last().map(|(_, value)| value.as_str()))),
            ("by_name", Kind::Text, |line| some(Some(line.name).filter(|name| !name.is_empty()))),
            ("value", Kind::Number, |line| number(line.figure.value.known())),
            ("state", Kind::Text, |line| text(line.figure.value.state())),
            ("why", Kind::Text, |line| match &line.figure.value {
                Value::NotComputable(why) => text(why.to_string()),
                _ => Cell::Missing,
            }),
            ("lower", Kind::Number, |line| number(line.bounds().0)),
            ("upper", Kind::Number, |line| number(line.bounds().1)),
            ("numerator", Kind::Number, |line| number(line.figure.numerator)),
            ("denominator", Kind::Number, |line| number(line.figure.denominator)),
            ("reported", Kind::Whole, |line| {
                if line.covered() { whole(line.figure.coverage.reported) } else { Cell::Missing }
            }),
            ("due", Kind::Whole, |line| if line.covered() { whole(line.figure.coverage.due) } else { Cell::Missing }),
            ("baseline", Kind::Number, |line| number(line.figure.baseline)),
            ("target", Kind::Number, |line| number(line.figure.target.map(|target| target.value))),
            ("target_to", Kind::Number, |line| number(line.figure.target.and_then(|target| target.to))),
            ("target_on", Kind::Day, |line| day(line.figure.target.map(|target| target.on))),
            ("committed", Kind::Number, |line| number(line.committed().and_then(|figure| figure.value.known()))),
            ("cut_off", Kind::Day, |line| day(line.figure.cut_off)),
            ("expected", Kind::Number, |line| number(line.figure.expected)),
            ("progress", Kind::Number, |line| number(line.figure.progress)),
            ("achievement", Kind::Number, |line| number(line.figure.achievement)),
            ("status", Kind::Text, |line| some(line.figure.status.map(Status::as_str))),
            ("reason", Kind::Text, |line| some(Some(line.figure.reason.as_str()).filter(|reason| !reason.is_empty()))),
        ];
    let lines = board.indicators.iter().flat_map(|one| {
        let total = Line { board, one, figure: &one.total, name: "", estimate: None };
        let parts = one.breakdowns.iter().flat_map(move |breakdown| {
            breakdown.figures.iter().enumerate().map(move |(at, figure)| Line {
                board,
                one,
                figure,
                name: breakdown.names.get(at).map_or("", String::as_str),
                estimate: breakdown.estimates.get(at),
            })
        });
        std::iter::once(total).chain(parts)
    });
    table(columns, lines)
}

/// The rows behind the totals, as far as the workbook holds them; none for a restricted audience.
pub fn evidence(board: &Scoreboard) -> Table {
    let columns: &[Column<&EvidenceRow>] = &[
        ("indicator", Kind::Text, |row| text(row.indicator.as_str())),
        ("partner", Kind::Text, |row| text(&row.partner)),
        ("collection", Kind::Text, |row| text(&row.collection)),
        ("date", Kind::Day, |row| day(row.date)),
        ("key", Kind::Text, |row| text(&row.key)),
        ("amount", Kind::Number, |row| number(row.amount)),
        ("says", Kind::Text, |row| text(&row.says)),
        ("file", Kind::Text, |row| text(&row.file)),
        ("sheet", Kind::Text, |row| text(&row.sheet)),
        ("cell", Kind::Text, |row| text(row.cell.to_string())),
        ("counted", Kind::Text, |row| text(if row.counted { "yes" } else { "no" })),
    ];
    table(columns, board.evidence.rows.iter())
}
