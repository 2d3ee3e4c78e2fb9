//! Organisations: counts with their ranges, how many each two partners report, undecided pairs, decisions.

use maud::{Markup, html};
use rust_decimal::Decimal;

use super::page::{Head, Page, folded, percent, table, theirs};
use crate::model::code::IndicatorCode;
use crate::model::number::quotient;
use crate::model::organisations::{CountryDecided, Decided, List, Named, Organisations, Pair};
use crate::report::organisations as told;
use crate::report::sheets::number_format;
use crate::report::style::NumberFormat;
use crate::report::words;

pub fn part(page: &Page) -> Option<Markup> {
    let all = page.board.organisations.as_ref()?;
    Some(html! {
        p.note { (page.say(told::ABOUT)) }
        @for (at, list) in all.lists.iter().enumerate() {
            section.part {
                h3 { (page.say(told::title(list))) }
                (counts(page, all, at, list))
                @if list.overlaps() { (overlap(page, at, list)) }
            }
        }
        @if !all.lists.is_empty() || !all.pairs.is_empty() {
            section.part { h3 { (page.say(told::PAIRS)) } (pairs(page, &all.pairs)) }
        }
        @if !all.decisions.is_empty() {
            section.part { h3 { (page.say(told::DECISIONS)) } (decisions(page, &all.decisions)) }
        }
        @if !all.countries.is_empty() {
            section.part { h3 { (page.say(told::COUNTRIES)) } (countries(page, &all.countries)) }
        }
    })
}

fn counts(page: &Page, all: &Organisations, at: usize, list: &List) -> Markup {
    let right = |text| Head::right(page.say(text));
    let heads = [
        Head::left(page.say(told::WHAT)),
        right(told::WRITTEN),
        right(told::ONCE),
        right(told::LEAST),
        right(told::MOST),
        Head::left(page.say(told::WHY)),
    ];
    let none = || page.absent(words::NONE);
    let body = html! {
        tr {
            th scope="row" { (page.say(told::ALL_ROWS)) }
            td.num { (page.count(list.written)) }
            td.num { (page.count(list.once)) }
            td.num { @if list.least < list.once { (page.count(list.least)) } @else { (none()) } }
            td.num { (none()) }
            td { (page.say(told::why(list))) }
        }
        @for code in &list.counted_by { (figure(page, code, all.is_over_several(code))) }
    };
    table(&format!("t-once-{at}"), &html! { (page.say(told::title(list))) }, true, &heads, &body, None)
}

fn figure(page: &Page, code: &IndicatorCode, several: bool) -> Markup {
    let Some(one) = page.board.indicators.iter().find(|one| one.code == *code) else { return html! {} };
    let number = number_format(one);
    let upper = one.total.upper.filter(|upper| Some(*upper) > one.total.value.known());
    html! {
        tr {
            th scope="row" { a href=(format!("#i-{}", one.code)) { (theirs(&one.title)) } }
            td.num { (page.absent(words::NONE)) }
            td.num { strong { (page.traced(one, None, page.value(&one.total.value, number))) } }
            td.num { (page.optional(one.total.lower, words::NONE, number)) }
            td.num { (page.optional(upper, words::NONE, number)) }
            td { (page.say(told::why_of(&one.total, several))) }
        }
    }
}

fn overlap<'a>(page: &Page<'a>, at: usize, list: &'a List) -> Markup {
    let shown = told::side_by_side(list);
    let named = shown.len() <= told::NAMED;
    let partner = |at: usize| page.partner(&list.partners[at]);
    let mut heads = vec![Head::left(page.say(told::OVERLAP)), Head::right(page.say(told::SHARED))];
    heads.extend(shown.iter().enumerate().map(|(at, one)| Head::right(page.say(told::head(partner(*one), at, named)))));
    let body = html! {
        @for (row, one) in shown.iter().copied().enumerate() {
            tr {
                th scope="row" { (page.say(told::line(partner(one), row, named))) }
                td.num { (page.count(list.shared[one])) }
                @for other in shown.iter().copied() {
                    @let count = list.overlap[one][other];
                    @if count == 0 { td.num { span.absent { "·" } } }
                    @else if one == other { td.num { strong { (page.count(count)) } } }
                    @else { td.num.heat style=[heat(list, one, other).map(|heat| format!("--heat:{}%", percent(heat)))] { (page.count(count)) } }
                }
            }
        }
    };
    let left = list.partners.len() - shown.len();
    html! {
        div.grid {
            (table(&format!("t-overlap-{at}"), &html! { (page.say(told::OVERLAP)) }, true, &heads, &body, None))
        }
        @if left > 0 { p.note { (page.say(told::more(left))) } }
        p.note { (page.say(told::legend(named))) }
    }
}

/// The part of what the smaller of the two reports.
fn heat(list: &List, one: usize, other: usize) -> Option<Decimal> {
    let smaller = list.overlap[one][one].min(list.overlap[other][other]);
    quotient(Decimal::from(list.overlap[one][other]), Decimal::from(smaller))
}

fn pairs(page: &Page, pairs: &[Pair]) -> Markup {
    if pairs.is_empty() {
        return html! { p { (page.say(told::NO_PAIR)) } };
    }
    let heads = [
        Head::left(page.say(told::ONE)),
        Head::left(page.say(told::OTHER)),
        Head::right(page.say(told::LIKELY)),
        Head::left(page.say(told::REASONS)),
    ];
    let body = html! {
        @for pair in pairs.iter().take(told::SHOWN) {
            tr {
                td { (named(page, &pair.one)) }
                td { (named(page, &pair.other)) }
                td.num { (page.number(pair.probability, NumberFormat::FINE_SHARE)) }
                td { (page.say(told::reasons(pair))) }
            }
        }
    };
    html! {
        (table("t-pairs", &html! { (page.say(told::PAIRS)) }, true, &heads, &body, None))
        @if pairs.len() > told::SHOWN { p.note { (page.say(told::more(pairs.len() - told::SHOWN))) } }
        p.note { (page.say(told::PAIRS_LEGEND)) }
    }
}

fn named<'a>(page: &Page<'a>, one: &'a Named) -> Markup {
    html! { (theirs(told::called(one))) br; small { (theirs(told::found(one, |code| page.partner(code)))) } }
}

fn decided_heads(page: &Page, first: [&str; 3]) -> Vec<Head> {
    first.into_iter().chain([told::BY, told::ON, told::BECAUSE]).map(|text| Head::left(page.say(text))).collect()
}

fn decisions(page: &Page, all: &[Decided]) -> Markup {
    let heads = decided_heads(page, [told::ONE, told::OTHER, told::VERDICT]);
    let body = html! {
        @for one in all {
            tr {
                td { (theirs(&one.one)) }
                td { (theirs(&one.other)) }
                td { (page.say(told::verdict(one.same))) }
                td { (theirs(&one.by)) }
                td { (page.day(one.on)) }
                td { (theirs(&one.because)) }
            }
        }
    };
    let shown = table("t-decisions", &html! { (page.say(told::DECISIONS)) }, true, &heads, &body, None);
    // Of many the reader asks.
    if all.len() > told::SHOWN { folded(None, &html! { (page.say(told::DECISIONS)) }, &shown) } else { shown }
}

fn countries(page: &Page, all: &[CountryDecided]) -> Markup {
    let heads = decided_heads(page, [told::AS_PRINTED, told::IS, told::WHERE]);
    let body = html! {
        @for one in all {
            tr {
                td { (theirs(&one.written)) }
                td { strong { (theirs(&one.is)) } }
                td { (page.say(told::holds_in(one))) }
                td { (theirs(&one.by)) }
                td { (page.day(one.on)) }
                td { (theirs(&one.because)) }
            }
        }
    };
    table("t-countries-decided", &html! { (page.say(told::COUNTRIES)) }, true, &heads, &body, None)
}
