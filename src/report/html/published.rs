//! What others published of an indicator, beside what its rows give.

use maud::{Markup, html};

use super::page::{Head, Page, table, theirs, tone_class};
use crate::model::scoreboard::IndicatorResult;
use crate::report::published as told;
use crate::report::style::NumberFormat;
use crate::report::words::{head, part as titles};

pub fn part(page: &Page, one: &IndicatorResult, number: NumberFormat) -> Markup {
    if one.published.is_empty() {
        return html! {};
    }
    let heads = [
        Head::left(page.say(head::FIGURE)),
        Head::right(page.say(head::PUBLISHED)),
        Head::right(page.say(head::ROWS_GIVE)),
        Head::left(page.say(head::OUTCOME)),
        Head::left(page.say(head::SOURCE)),
    ];
    let body = html! {
        @for published in &one.published {
            tr {
                th scope="row" { (page.say(told::name(published))) }
                td.num { (page.say(told::shown(published, number))) }
                td.num { (page.value(&published.found, number)) }
                td { span.(tone_class(told::tone(published))) { (page.say(told::outcome(published))) } }
                td {
                    (page.say(told::source(published)))
                    @for disagreement in &published.disagrees { div { (page.say(told::disagrees(disagreement, number))) } }
                }
            }
        }
    };
    let caption = html! { (page.say(titles::PUBLISHED)) ": " (theirs(&one.title)) };
    html! {
        section.part {
            h4 { (page.say(titles::PUBLISHED)) }
            (table(&format!("t-{}-published", one.code), &caption, true, &heads, &body, None))
            p.note { (page.say(told::ABOUT)) }
        }
    }
}
