//! A count beside an estimate of the same thing: on the sheets of both indicators, and all of them on the survey's sheet.

use rust_decimal::Decimal;

use super::{Context, heads, live, optional_cell, section, value_cell};
use crate::finding::CellRef;
use crate::model::scoreboard::{Comparison, IndicatorResult, Verdict};
use crate::model::trace::{Counted, Number};
use crate::report::book::Cell;
use crate::report::canvas::Canvas;
use crate::report::language::own;
use crate::report::prose;
use crate::report::style::{Look, NumberFormat, Rule, Style, Tone};
use crate::report::words::{self, head, label, part as title};

const NAME: u16 = 1;
const TABLE: u16 = 6;

/// Where the indicator is one of the two.
pub fn part(canvas: &mut Canvas, context: Context, one: &IndicatorResult, last: u16) {
    for (at_comparison, comparison) in context.scoreboard.comparisons.iter().enumerate() {
        if comparison.counted != one.code && comparison.estimated != one.code {
            continue;
        }
        let start = canvas.at();
        section(canvas, last, title::COMPARED);
        heads(
            canvas,
            NAME,
            &[
                (head::SOURCE, Look::Head),
                (head::FIGURE, Look::HeadRight),
                (head::LOWER, Look::HeadRight),
                (head::UPPER, Look::HeadRight),
                (head::RELATIVE, Look::HeadRight),
            ],
        );
        let of = |what| Number::Counted(Counted::Comparison { at: at_comparison, what });
        let number = number(comparison);
        let count_row = canvas.at();
        let figures = [
            (label::COUNTED, &comparison.counted_title, &comparison.count, None, "count"),
            (
                if comparison.of_change { label::CHANGED } else { label::ESTIMATED },
                &comparison.estimated_title,
                &comparison.estimate,
                Some((comparison.lower, comparison.upper)),
                "estimate",
            ),
        ];
        for (what, name, value, bounds, which) in figures {
            canvas.text(NAME, format!("{what}: {}", own(name)), Look::Text);
            let (cell, style) = value_cell(value, Look::Figure.with(number));
            canvas.put(2, cell, style).of(of(which));
            if let Some((lower, upper)) = bounds {
                for (column, bound, which) in [(3, lower, "lower"), (4, upper, "upper")] {
                    let (cell, style) = optional_cell(bound, words::NONE, Look::FaintFigure.with(number));
                    canvas.put(column, cell, style).of(of(which));
                }
            }
            canvas.end_ruled(NAME, 5, Rule::Hair);
        }
        canvas.text(NAME, label::DIFFERENCE, Look::Strong);
        let at = |row| CellRef::new(row, 2);
        let (cell, style) = difference(comparison, at(count_row), at(count_row + 1), number);
        canvas.put(2, cell, style).of(of("difference"));
        let (cell, style) = optional_cell(comparison.relative, words::NONE, Look::StrongFigure.with(percent()));
        canvas.put(5, cell, style).of(of("relative"));
        canvas.end_ruled(NAME, 5, Rule::Above);
        canvas.gap(6);
        canvas.text(NAME, words::verdict(comparison.verdict), mark(comparison.verdict));
        canvas.span(2, last, Cell::text(sentence(comparison)), Look::Text.plain()).end();
        canvas.gap(18);
        canvas.keep_from(start);
    }
}

/// All of them, a line each.
pub fn all(canvas: &mut Canvas, context: Context, last: u16) {
    let comparisons = &context.scoreboard.comparisons;
    if comparisons.is_empty() {
        return;
    }
    let start = canvas.at();
    section(canvas, last, title::TRIANGULATION);
    canvas.span(NAME, last, Cell::text(prose::TRIANGULATION), Look::Note.plain()).end();
    canvas.text(8, head::RELATIVE, Look::HeadRight);
    canvas.span(10, last, Cell::text(head::VERDICT), Look::Head.plain());
    heads(
        canvas,
        NAME,
        &[
            (head::INDICATOR, Look::Head),
            (head::COUNT_OF, Look::HeadRight),
            (head::ESTIMATE, Look::HeadRight),
            (head::LOWER, Look::HeadRight),
            (head::UPPER, Look::HeadRight),
            (head::DIFFERENCE, Look::HeadRight),
        ],
    );
    for (at, one) in comparisons.iter().enumerate() {
        let of = |what| Number::Counted(Counted::Comparison { at, what });
        let row = canvas.at();
        let number = number(one);
        canvas.text(NAME, own(prose::compared(&one.counted_title, one.unit.as_str())), Look::Text);
        for (column, value, what) in [(2, &one.count, "count"), (3, &one.estimate, "estimate")] {
            let (cell, style) = value_cell(value, Look::Figure.with(number));
            canvas.put(column, cell, style).of(of(what));
        }
        for (column, bound, what) in [(4, one.lower, "lower"), (5, one.upper, "upper")] {
            let (cell, style) = optional_cell(bound, words::NONE, Look::FaintFigure.with(number));
            canvas.put(column, cell, style).of(of(what));
        }
        let (cell, style) = difference(one, CellRef::new(row, 2), CellRef::new(row, 3), number);
        canvas.put(TABLE, cell, style).of(of("difference"));
        let (cell, style) = optional_cell(one.relative, words::NONE, Look::Figure.with(percent()));
        canvas.put(8, cell, style).of(of("relative"));
        canvas.span(10, last, Cell::text(words::verdict(one.verdict)), mark(one.verdict).plain());
        canvas.end_ruled(NAME, last, Rule::Hair);
        canvas.span(NAME, last, Cell::text(sentence(one)), Look::Reason.plain()).end();
    }
    canvas.gap(18);
    canvas.keep_from(start);
}

fn difference(one: &Comparison, count: CellRef, estimate: CellRef, number: NumberFormat) -> (Cell, Style) {
    let style = Look::StrongFigure.with(number);
    match one.difference {
        Some(gap) => {
            let by_formula = one.count.known().zip(one.estimate.known()).and_then(|(a, b)| a.checked_sub(b));
            (live(format!("={count}-{estimate}"), gap, by_formula), style)
        }
        None => optional_cell(None, words::NONE, style),
    }
}

fn sentence(one: &Comparison) -> String {
    let notes = one.notes.iter().map(String::as_str);
    std::iter::once(one.says.as_str()).chain(notes).collect::<Vec<_>>().join(" ")
}

fn number(one: &Comparison) -> NumberFormat {
    let values = [one.count.known(), one.estimate.known()];
    NumberFormat::of_unit(&one.unit, values.into_iter().flatten().any(|value: Decimal| !value.fract().is_zero()))
}

fn percent() -> NumberFormat {
    NumberFormat::of_unit(&crate::model::unit::Unit::new("%"), true)
}

fn mark(verdict: Verdict) -> Look {
    Look::Mark(match verdict {
        Verdict::Within => Tone::Good,
        Verdict::Beyond => Tone::Fair,
        Verdict::NotComparable | Verdict::Unknown => Tone::Quiet,
    })
}
