//! Many figures at a glance: indicators by partner and by country, pace and projection, funnels.

use maud::{Markup, html};
use rust_decimal::Decimal;

use super::page::{Head, Page, percent, table, theirs};
use crate::model::number::quotient;
use crate::model::pace::{Pace, Projection};
use crate::model::presentation::Funnel;
use crate::model::scoreboard::{Figure, IndicatorResult};
use crate::report::prose;
use crate::report::sheets::{number_format, outlook};
use crate::report::style::{NumberFormat, Tone};
use crate::report::words::{self, Outlook, head, page as ours};

/// More columns than this are no longer seen at a glance: the tables of the indicators have them as lines.
const WIDEST: usize = 60;

/// Indicators down, the values of a field across: partners or countries.
pub struct Grid<'a> {
    field: &'static str,
    columns: Vec<(String, String)>,
    lines: Vec<&'a IndicatorResult>,
}

pub fn partners<'a>(page: &Page<'a>) -> Option<Grid<'a>> {
    let lines = with(page, "partner");
    let partners = &page.board.programme.partners;
    let columns = partners.iter().map(|one| (one.code.as_str().to_owned(), one.name.clone())).collect();
    (!lines.is_empty() && (2..=WIDEST).contains(&partners.len())).then_some(Grid { field: "partner", columns, lines })
}

pub fn countries<'a>(page: &Page<'a>) -> Option<Grid<'a>> {
    let lines = with(page, "country");
    let mut columns: Vec<(String, String)> = Vec::new();
    for breakdown in lines.iter().flat_map(|one| &one.breakdowns).filter(|breakdown| breakdown.field == "country") {
        for (figure, name) in breakdown.figures.iter().zip(&breakdown.names) {
            let Some((_, value)) = figure.by.last() else { continue };
            if !columns.iter().any(|(known, _)| known == value) {
                columns.push((value.clone(), name.clone()));
            }
        }
    }
    columns.sort_by(|a, b| a.1.cmp(&b.1));
    (1..=WIDEST).contains(&columns.len()).then_some(Grid { field: "country", columns, lines })
}

fn with<'a>(page: &Page<'a>, field: &str) -> Vec<&'a IndicatorResult> {
    let has = |one: &&IndicatorResult| one.breakdowns.iter().any(|breakdown| breakdown.field == field);
    page.board.indicators.iter().filter(has).collect()
}

pub fn grid(page: &Page, grid: &Grid, id: &str, caption: &str, legend: &str) -> Markup {
    let mut heads = vec![Head::left(page.say(head::INDICATOR))];
    heads.extend(grid.columns.iter().map(|(_, name)| Head::theirs_right(name)));
    heads.push(Head::right(page.say(words::TOTAL)));
    let body = html! { @for one in &grid.lines { (grid_line(page, grid, one)) } };
    html! {
        div.grid { (table(id, &html! { (page.say(caption)) }, true, &heads, &body, None)) }
        p.note { (page.say(legend)) }
    }
}

fn grid_line(page: &Page, grid: &Grid, one: &IndicatorResult) -> Markup {
    let number = number_format(one);
    let breakdown = one.breakdowns.iter().find(|breakdown| breakdown.field == grid.field);
    let figure = |code: &str| {
        let figures = breakdown.iter().flat_map(|breakdown| &breakdown.figures);
        figures.into_iter().find(|figure| figure.by.last().is_some_and(|(_, value)| value == code))
    };
    let additive = breakdown.is_some_and(|breakdown| breakdown.additive);
    let whole = one.total.value.known().filter(|_| additive);
    html! {
        tr {
            th scope="row" { a href=(format!("#i-{}", one.code)) { (theirs(&one.title)) } small { (theirs(one.unit.as_str())) } }
            @for (code, _) in &grid.columns {
                @match figure(code) {
                    Some(figure) => {
                        td.num.heat style=[heat(figure, whole).map(|heat| format!("--heat:{}%", percent(heat)))] {
                            @let number = figure.progress.map_or(number, |progress| number.marked(sign(progress)));
                            (page.traced(one, Some((grid.field, code)), page.value(&figure.value, number)))
                            @if let Some(status) = figure.status.filter(|_| figure.target.is_some()) {
                                small { (page.status(status)) " " (page.optional(figure.progress, words::NONE, NumberFormat::SHARE)) }
                            }
                        }
                    }
                    None => { td.num { (page.absent(words::NONE)) } }
                }
            }
            td.num { strong { (page.traced(one, None, page.value(&one.total.value, number))) } }
        }
    }
}

/// Progress towards an own target; else the part of a sum.
fn heat(figure: &Figure, whole: Option<Decimal>) -> Option<Decimal> {
    figure.progress.or_else(|| quotient(figure.value.known()?, whole?))
}

/// How many quarters of the way are done: the same as the shade, for those who do not see it.
fn sign(progress: Decimal) -> char {
    let quarters = [25, 50, 75, 100].into_iter().filter(|step| progress >= Decimal::new(*step, 2)).count();
    ['○', '◔', '◑', '◕', '●'].get(quarters).copied().unwrap_or('●')
}

/// Indicators with a pace to tell.
pub fn paces<'a>(page: &Page<'a>) -> Vec<(&'a IndicatorResult, &'a Pace)> {
    let known = |one: &'a IndicatorResult| match &one.pace {
        Some(Projection::Known(pace)) => Some((one, pace)),
        _ => None,
    };
    page.board.indicators.iter().filter_map(known).collect()
}

pub fn pace(page: &Page, lines: &[(&IndicatorResult, &Pace)]) -> Markup {
    let heads = [
        Head::left(page.say(head::INDICATOR)),
        Head::right(page.say(head::ACTUAL)),
        Head::right(page.say(head::RECENT)),
        Head::right(page.say(head::REQUIRED)),
        Head::right(page.say(head::PROJECTED)),
        Head::right(page.say(ours::BAND)),
        Head::right(page.say(head::TARGET)),
        Head::right(page.say(head::HELD)),
        Head::left(page.say(head::OUTLOOK)),
    ];
    let body = html! {
        @for (one, pace) in lines {
            @let number = number_format(one);
            // A pace is a difference: it shows a decimal where whole numbers would hide it.
            @let fine = if one.unit.is_money() { number } else { NumberFormat::of_unit(&one.unit, true) };
            tr {
                th scope="row" { a href=(format!("#i-{}", one.code)) { (theirs(&one.title)) } small { (theirs(one.unit.as_str())) } }
                td.num { (page.value(&one.total.value, number)) }
                td.num { (page.number(pace.recent, fine)) }
                td.num { (page.optional(pace.required, words::NONE, fine)) }
                td.num { strong { (page.number(pace.projected.value, number)) } small { (page.day(pace.projected.on)) } }
                td.num { (page.number(pace.projected.lower, number)) " – " (page.number(pace.projected.upper, number)) }
                td.num { (page.optional(one.total.target.map(|target| target.value), words::NONE, number)) }
                td.num {
                    @match pace.back_test {
                        Some(test) => (page.say(prose::held(test.held, test.of))),
                        None => (page.absent(words::NONE)),
                    }
                }
                td.state {
                    @match outlook(one, pace) {
                        Some(outlook) => (page.mark(words::outlook(outlook), arrives(outlook))),
                        None => (page.absent(words::NONE)),
                    }
                }
            }
        }
    };
    html! {
        p { (page.say(prose::PACE)) }
        (table("pace-table", &html! { (page.say(words::PACE)) }, true, &heads, &body, None))
        p.note { (page.say(prose::PACE_LEGEND)) }
    }
}

fn arrives(outlook: Outlook) -> Tone {
    match outlook {
        Outlook::Reaches => Tone::Good,
        Outlook::May => Tone::Fair,
        Outlook::Misses => Tone::Bad,
    }
}

pub fn funnels(page: &Page) -> Markup {
    html! {
        p { (page.say(prose::FUNNEL)) }
        @for (at, one) in page.board.presentation.funnels.iter().enumerate() { (funnel(page, one, at)) }
        @if !page.board.presentation.funnels.is_empty() { p.note { (page.say(prose::FUNNEL_LEGEND)) } }
        @for (at, one) in page.board.chains.iter().enumerate() { (super::chain::part(page, one, at)) }
    }
}

/// Steps, each of which counts what became of the one before.
fn funnel(page: &Page, funnel: &Funnel, at: usize) -> Markup {
    let steps: Vec<&IndicatorResult> =
        funnel.steps.iter().filter_map(|code| page.board.indicators.iter().find(|one| one.code == *code)).collect();
    let first = steps.first().and_then(|one| one.total.value.known());
    let heads = [
        Head::left(page.say(head::STEP)),
        Head::right(page.say(head::FIGURE)),
        Head::right(page.say(head::OF_STEP)),
        Head::right(page.say(head::OF_FIRST)),
    ];
    let share = |one: &IndicatorResult, of: Option<Decimal>| quotient(one.total.value.known()?, of?);
    let body = html! {
        @for (at, one) in steps.iter().enumerate() {
            @let before = at.checked_sub(1).and_then(|at| steps[at].total.value.known());
            tr {
                th scope="row" { a href=(format!("#i-{}", one.code)) { (theirs(&one.title)) } small { (theirs(one.unit.as_str())) } }
                td.num.lead {
                    @if let Some(share) = share(one, first) {
                        span.bar aria-hidden="true" { span style=(format!("width:{}%", percent(share))) {} }
                    }
                    span.figure { (page.traced(one, None, page.value(&one.total.value, number_format(one)))) }
                }
                td.num { @if at > 0 { (page.optional(share(one, before), words::NONE, NumberFormat::FINE_SHARE)) } }
                td.num { @if at > 0 { (page.optional(share(one, first), words::NONE, NumberFormat::FINE_SHARE)) } }
            }
        }
    };
    html! {
        h3 { (theirs(&funnel.title)) }
        div.bars { (table(&format!("funnel-{at}"), &theirs(&funnel.title), true, &heads, &body, None)) }
    }
}
