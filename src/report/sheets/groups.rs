//! Estimates by group: a line each with its interval, as a table and as dots with whiskers. Of a change, the change.

use rust_decimal::Decimal;

use super::estimate::{REACH, reach, reach_heads};
use super::{by_field, field_label, heads, line_name, optional_cell, section, value_cell};
use crate::finding::CellRef;
use crate::model::presentation::ChartUse;
use crate::model::scoreboard::{Breakdown, Figure, IndicatorResult, LineEstimate};
use crate::model::trace::{Bound, Number, Part};
use crate::model::unit::Unit;
use crate::model::value::Value;
use crate::report::axis;
use crate::report::book::{Area, Cell, Chart, ChartKind, Role, Series};
use crate::report::canvas::Canvas;
use crate::report::language::{Tongue, own};
use crate::report::prose;
use crate::report::style::{Look, NumberFormat, Rule};
use crate::report::words::{self, head};

const NAME: u16 = 1;
/// Of the chart.
const TABLE: u16 = 6;
/// Groups that a chart can show and still be read.
const MOST: usize = 16;

/// What is drawn of a line.
struct Drawn<'a> {
    figure: &'a Figure,
    name: String,
    level: &'a Value,
    /// The change where the indicator is one, else the level.
    value: Option<Decimal>,
    lower: Option<Decimal>,
    upper: Option<Decimal>,
    answers: usize,
}

pub fn part(canvas: &mut Canvas, one: &IndicatorResult, breakdown: &Breakdown, number: NumberFormat, last: u16) {
    let Some(facts) = &one.estimate else { return };
    let change = facts.change.as_ref();
    let start = canvas.at();
    section(canvas, last, &by_field(canvas.tongue(), breakdown));
    let format = change.map_or(number, |change| NumberFormat::of_unit(&Unit::new(&change.unit), true));
    let label = field_label(breakdown);
    let mut looks = vec![(label.as_str(), Look::Head), (head::ESTIMATE, Look::HeadRight)];
    if change.is_some() {
        looks.push((head::CHANGE, Look::HeadRight));
    }
    looks.extend([(head::LOWER, Look::HeadRight), (head::UPPER, Look::HeadRight), (head::ANSWERS, Look::HeadRight)]);
    reach_heads(canvas);
    heads(canvas, NAME, &looks);
    let end_column = NAME + u16::try_from(looks.len()).unwrap_or(1) - 1;
    let first = canvas.at();
    let lines: Vec<Drawn<'_>> = breakdown
        .figures
        .iter()
        .zip(&breakdown.estimates)
        .zip(&breakdown.names)
        .map(|((figure, estimate), name)| drawn(line_name(name), figure, estimate, change.is_some()))
        .collect();
    for line in &lines {
        write(canvas, line, (number, format), (change.is_some(), false));
        canvas.end_ruled(NAME, end_column, Rule::Hair);
    }
    let whole = Drawn {
        figure: &one.total,
        name: words::ALL.to_owned(),
        level: &one.total.value,
        value: change.map_or(one.total.value.known(), |change| Some(change.value)),
        lower: change.map_or(facts.lower, |change| change.lower),
        upper: change.map_or(facts.upper, |change| change.upper),
        answers: facts.answers,
    };
    write(canvas, &whole, (number, format), (change.is_some(), true));
    let end = canvas.end_ruled(NAME, end_column, Rule::Above);
    canvas.gap(10);
    let row = canvas.at();
    let notes = notes(canvas.tongue(), breakdown, &facts.notes);
    canvas.span(8, last, Cell::lines(notes.join("\n\n")), Look::Prose.plain()).end();
    canvas.gap(14);
    canvas.keep_from(start);
    let shown = lines.len().min(MOST);
    let absent: Vec<bool> =
        lines[..shown].iter().map(|line| line.value.is_none()).chain([whole.value.is_none()]).collect();
    if lines.is_empty() || absent.iter().all(|absent| *absent) {
        return;
    }
    // The whole stands last and is drawn where all groups are.
    let all = shown == lines.len();
    let last_row = if all { end } else { first + u32::try_from(shown).unwrap_or(1) - 1 };
    let absent = if all { absent } else { absent[..shown].to_vec() };
    let column = |column| Area::column(column, first, last_row);
    let unit = change.map_or_else(|| own(one.unit.as_str()), |change| words::change_unit(&change.unit));
    let what = if change.is_some() { prose::change_with_interval(&unit) } else { prose::with_interval(&unit) };
    let values = column(if change.is_some() { 3 } else { 2 });
    canvas.chart(Chart {
        kind: ChartKind::Intervals,
        usage: ChartUse::Interval,
        sheet: None,
        first: CellRef::new(row, NAME),
        last_column: TABLE,
        last_row: row,
        height: 200,
        title: if all { what } else { prose::first_of(&what, shown, lines.len()) },
        alt: prose::alt_groups(&own(&one.title), &field_label(breakdown)),
        categories: column(NAME),
        series: vec![Series {
            name: if change.is_some() { head::CHANGE } else { head::ESTIMATE }.to_owned(),
            values,
            role: Role::Actual,
            interval: Some((column(REACH.1), column(REACH.0))),
            absent,
        }],
        number: format,
        axis: axis::around(
            lines[..shown].iter().chain([&whole]).flat_map(|line| [line.lower, line.upper, line.value]).flatten(),
        ),
    });
}

fn drawn<'a>(name: String, figure: &'a Figure, estimate: &LineEstimate, changes: bool) -> Drawn<'a> {
    let change = estimate.change.as_ref();
    let own = |of_change: Option<Decimal>, level: Option<Decimal>| if changes { of_change } else { level };
    Drawn {
        figure,
        name,
        level: &figure.value,
        value: own(change.map(|change| change.value), figure.value.known()),
        lower: own(change.and_then(|change| change.lower), estimate.lower),
        upper: own(change.and_then(|change| change.upper), estimate.upper),
        answers: estimate.answers,
    }
}

/// One line, without its end: the level in the indicator's format, the rest in the format of what is drawn.
fn write(
    canvas: &mut Canvas,
    line: &Drawn<'_>,
    formats: (NumberFormat, NumberFormat),
    (changes, strong): (bool, bool),
) {
    let (number, format) = formats;
    let (name, figure) = if strong { (Look::Strong, Look::StrongFigure) } else { (Look::Text, Look::Figure) };
    canvas.text(NAME, &line.name, name);
    let (cell, style) = value_cell(line.level, figure.with(number));
    canvas.put(2, cell, style).of(Number::of(line.figure, Part::Value));
    let value = if changes { 3 } else { 2 };
    if changes {
        let (cell, style) = optional_cell(line.value, words::NONE, figure.with(format));
        canvas.put(value, cell, style).of(Number::estimate(line.figure, true, Bound::Value));
    }
    let (lower, upper) = (value + 1, value + 2);
    let of = |bound| Number::estimate(line.figure, changes, bound);
    for (column, bound, which) in [(lower, line.lower, Bound::Lower), (upper, line.upper, Bound::Upper)] {
        let (cell, style) = optional_cell(bound, words::NONE, Look::Figure.with(format));
        canvas.put(column, cell, style).of(of(which));
    }
    canvas.put(upper + 1, Cell::count(line.answers), Look::FaintFigure.with(NumberFormat::WHOLE));
    canvas.of(of(Bound::Answers));
    reach(canvas, (value, lower, upper), (line.value, line.lower, line.upper), format, of);
}

/// What must be read beside the lines: each remark once, with the groups that it is about; not what is said of the whole.
fn notes(tongue: Tongue, breakdown: &Breakdown, whole: &[String]) -> Vec<String> {
    let mut said: Vec<(&str, Vec<&str>)> = Vec::new();
    for (name, estimate) in breakdown.names.iter().zip(&breakdown.estimates) {
        for note in estimate.notes.iter().filter(|note| !whole.contains(note)) {
            match said.iter_mut().find(|(text, _)| text == note) {
                Some((_, names)) => names.push(name),
                None => said.push((note, vec![name])),
            }
        }
    }
    let all = breakdown.names.len();
    let about = |(text, names): (&str, Vec<&str>)| {
        if names.len() == all { text.to_owned() } else { own(format!("{}: {}", names.join(", "), tongue.say(text))) }
    };
    breakdown.note.iter().cloned().chain(said.into_iter().map(about)).collect()
}
