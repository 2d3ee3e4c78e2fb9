//! One breakdown of an indicator: a line each with a bar, its own rows, and the total they stand under.

use maud::{Markup, html};
use rust_decimal::Decimal;

use super::page::{Head, Page, folded, percent, table, theirs};
use crate::model::number::quotient;
use crate::model::presentation::ChartUse;
use crate::model::scoreboard::{Breakdown, Figure, IndicatorResult, Status};
use crate::report::prose;
use crate::report::sheets::{by_field, field_label, line_name};
use crate::report::style::NumberFormat;
use crate::report::words::{self, head, page as ours};

/// Lines that stand open; a longer table is opened by whoever wants it.
const OPEN: usize = 30;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Upper,
    Numerator,
    Denominator,
    Target,
    Progress,
    Status,
    Rows,
}

/// What can be said of this breakdown's lines beside their figure.
fn columns(breakdown: &Breakdown) -> Vec<Column> {
    let any = |test: &dyn Fn(&Figure) -> bool| breakdown.figures.iter().any(test);
    let ratio = any(&|figure| figure.denominator.is_some());
    let target = any(&|figure| figure.target.is_some());
    [
        (Column::Upper, any(&|figure| figure.upper > figure.value.known())),
        (Column::Numerator, ratio),
        (Column::Denominator, ratio),
        (Column::Target, target),
        (Column::Progress, target),
        (Column::Status, target && any(&|figure| figure.status.is_some())),
        (Column::Rows, !ratio && any(&|figure| figure.rows > 0)),
    ]
    .into_iter()
    .filter_map(|(column, present)| present.then_some(column))
    .collect()
}

pub fn part(page: &Page, one: &IndicatorResult, breakdown: &Breakdown, at: usize, number: NumberFormat) -> Markup {
    let columns = columns(breakdown);
    let mut heads = vec![Head::left(page.say(field_label(breakdown))), Head::theirs_right(one.unit.as_str())];
    heads.extend(columns.iter().map(|column| match column {
        Column::Upper => Head::right(page.say(head::UP_TO)),
        Column::Numerator => Head::right(page.say(head::NUMERATOR)),
        Column::Denominator => Head::right(page.say(head::DENOMINATOR)),
        Column::Target => Head::right(page.say(head::TARGET)),
        Column::Progress => Head::right(page.say(head::PROGRESS)),
        Column::Status => Head::left(page.say(head::STATUS)),
        Column::Rows => Head::right(page.say(head::ROWS)),
    }));
    let lines = Lines {
        page,
        one,
        columns: &columns,
        number,
        short: breakdown.figures.len() <= OPEN,
        most: most(breakdown).filter(|_| page.draws(ChartUse::Breakdown)),
    };
    let body = html! {
        @for (figure, name) in breakdown.figures.iter().zip(&breakdown.names) {
            tr { th scope="row" { bdi { (page.say(line_name(name))) } } (lines.cells(figure, false)) }
        }
    };
    let label = if breakdown.additive { words::TOTAL } else { words::RECOMPUTED };
    let foot = html! { tr { th scope="row" { (page.say(label)) } (lines.cells(&one.total, true)) } };
    let id = format!("t-{}-{at}", one.code);
    let caption = html! { (theirs(&one.title)) ": " (title(page, breakdown)) };
    let drawn = html! {
        div.bars { (table(&id, &caption, true, &heads, &body, (!breakdown.figures.is_empty()).then_some(&foot))) }
    };
    let note = breakdown.note.as_deref().or((!breakdown.additive).then_some(prose::RECOMPUTED));
    let count = breakdown.figures.len();
    html! {
        section.part {
            h4 { (title(page, breakdown)) }
            @if count > OPEN { (folded(None, &html! { (page.say(ours::lines(count))) }, &drawn)) } @else { (drawn) }
            @if let Some(note) = note { p.note { (page.say(note)) } }
        }
    }
}

pub fn title(page: &Page, breakdown: &Breakdown) -> Markup {
    html! { (page.say(by_field(page.tongue, breakdown))) }
}

/// What the longest bar stands for; None where a bar would run the other way.
fn most(breakdown: &Breakdown) -> Option<Decimal> {
    let values = || breakdown.figures.iter().filter_map(|figure| figure.value.known());
    if values().any(|value| value.is_sign_negative()) { None } else { values().max().filter(|most| !most.is_zero()) }
}

struct Lines<'a> {
    page: &'a Page<'a>,
    one: &'a IndicatorResult,
    columns: &'a [Column],
    number: NumberFormat,
    most: Option<Decimal>,
    short: bool,
}

impl Lines<'_> {
    fn cells(&self, figure: &Figure, total: bool) -> Markup {
        let page = self.page;
        let by = figure.by.last().map(|(field, value)| (field.as_str(), value.as_str()));
        let bar =
            figure.value.known().zip(self.most).filter(|_| !total).and_then(|(value, most)| quotient(value, most));
        html! {
            td.num.lead {
                @if let Some(bar) = bar { span.bar aria-hidden="true" { span style=(format!("width:{}%", percent(bar))) {} } }
                span.figure { (page.traced(self.one, by, page.value(&figure.value, self.number))) }
            }
            @for column in self.columns { (self.cell(*column, figure, by)) }
        }
    }

    /// Beside a figure: in a long table the figure alone leads to the rows, so that the page stays small.
    fn led(&self, by: Option<(&str, &str)>, shown: Markup) -> Markup {
        if self.short || by.is_none() { self.page.traced(self.one, by, shown) } else { shown }
    }

    fn cell(&self, column: Column, figure: &Figure, by: Option<(&str, &str)>) -> Markup {
        let page = self.page;
        let part = |value: Option<Decimal>| {
            let whole = self.one.unit.is_percent() || value.is_none_or(|value| value.fract().is_zero());
            let format = if whole { NumberFormat::WHOLE } else { NumberFormat::of_unit(&self.one.unit, true) };
            html! { td.num { (self.led(by, page.optional(value, words::NONE, format))) } }
        };
        match column {
            Column::Upper => html! {
                td.num { (self.led(by, page.optional(figure.upper, words::NONE, self.number))) }
            },
            Column::Numerator => part(figure.numerator),
            Column::Denominator => part(figure.denominator),
            Column::Target => {
                let target = figure.target.map(|target| target.value);
                html! { td.num { (page.optional(target, words::NONE, self.number)) } }
            }
            Column::Progress => html! {
                td.num {
                    (page.optional(figure.progress, words::NONE, NumberFormat::SHARE))
                    (page.way(figure.progress, None))
                }
            },
            Column::Status => html! { td.state { (page.status(figure.status.unwrap_or(Status::NoTarget))) } },
            Column::Rows => {
                html! { td.num { (self.led(by, html! { (page.number(Decimal::from(figure.rows), NumberFormat::WHOLE)) })) } }
            }
        }
    }
}
