//! What others published of an indicator, beside its figures: on its sheet.

use super::{heads, number_format, section, value_cell};
use crate::model::published::Published;
use crate::model::scoreboard::{Figure, IndicatorResult};
use crate::model::trace::{Number, Part};
use crate::model::value::Value;
use crate::report::book::Cell;
use crate::report::canvas::Canvas;
use crate::report::published as told;
use crate::report::style::{Look, Rule};
use crate::report::words::{self, head, part as title};

const NAME: u16 = 1;
/// Of source and note.
const SOURCE: (u16, u16) = (8, 13);

pub fn part(canvas: &mut Canvas, one: &IndicatorResult, last: u16) {
    if one.published.is_empty() {
        return;
    }
    let start = canvas.at();
    section(canvas, last, title::PUBLISHED);
    canvas.span(NAME, last, Cell::text(told::ABOUT), Look::Note.plain()).end();
    canvas.span(4, 6, Cell::text(head::OUTCOME), Look::Head.plain());
    canvas.span(SOURCE.0, SOURCE.1, Cell::text(head::SOURCE), Look::Head.plain());
    heads(
        canvas,
        NAME,
        &[(head::FIGURE, Look::Head), (head::PUBLISHED, Look::HeadRight), (head::ROWS_GIVE, Look::HeadRight)],
    );
    let number = number_format(one);
    for published in &one.published {
        canvas.text(NAME, told::name(published), Look::Text);
        canvas.text(2, told::shown(published, number), Look::Figure);
        let (cell, style) = value_cell(&published.found, Look::Figure.with(number));
        canvas.put(3, absent(cell, published), style);
        if published.found.known().is_some() {
            canvas.of(number_of(one, published));
        }
        canvas.span(4, 6, Cell::text(told::outcome(published)), Look::Mark(told::tone(published)).plain());
        canvas.span(SOURCE.0, SOURCE.1, Cell::text(told::source(published)), Look::Text.plain());
        canvas.end_ruled(NAME, last, Rule::Hair);
        for disagreement in &published.disagrees {
            canvas.span(2, last, Cell::text(told::disagrees(disagreement, number)), Look::Reason.plain()).end();
        }
    }
    canvas.gap(18);
    canvas.keep_from(start);
}

/// Where there is no figure for that line or day at all, nothing applies.
fn absent(cell: Cell, published: &Published) -> Cell {
    if published.found == Value::NotApplicable { Cell::text(words::NONE) } else { cell }
}

/// What stands in the rows' column: a figure, or the state on an earlier day.
fn number_of(one: &IndicatorResult, published: &Published) -> Number {
    let line = |(field, value): &(String, String)| {
        let lines = one.breakdowns.iter().filter(|breakdown| breakdown.field == *field);
        let mut figures = lines.flat_map(|breakdown| &breakdown.figures);
        figures.find(|figure: &&Figure| figure.by.last().is_some_and(|(_, own)| own == value))
    };
    if let Some(figure) = published.said.by.as_ref().and_then(line) {
        return Number::of(figure, Part::Value);
    }
    let on_that_day = published.said.on.filter(|_| published.found != one.total.value);
    Number::total(one, on_that_day.map_or(Part::Value, Part::Actual))
}
