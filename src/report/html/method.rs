//! How figures are computed, what this state of things is made of, and the files that count.

use chrono::SecondsFormat;
use maud::{Markup, html};

use super::page::{Head, Page, table, theirs};
use crate::report::prose;
use crate::report::sheets::PROGRAM;
use crate::report::words::{self, head, label, page as ours, part};

pub fn section(page: &Page) -> Markup {
    let board = page.board;
    html! {
        p { (page.say(prose::METHOD)) }
        (facts(page))
        @for (title, paragraphs) in prose::method(board.thresholds, board.audience) {
            h3 { (page.say(title)) }
            @for paragraph in paragraphs { p { (page.say(paragraph)) } }
        }
    }
}

/// What identifies this state of things.
fn facts(page: &Page) -> Markup {
    let board = page.board;
    let programme = &board.programme;
    let known_at = board.known_at.map(|instant| instant.to_rfc3339_opts(SecondsFormat::Secs, true));
    let lines = [
        (
            label::PROGRAMME,
            html! {
                (theirs(&programme.title)) " (" (theirs(&programme.code)) "), "
                (page.say(format!("{} to {}", words::day(programme.start), words::day(programme.end))))
            },
        ),
        (
            label::PARTNERS,
            html! {
                ul.plain { @for one in &programme.partners { li { (theirs(&one.name)) " (" (theirs(&one.country)) ")" } } }
            },
        ),
        (label::AS_OF, page.long_day(programme.as_of)),
        (label::KNOWN_AT, html! { (known_at.unwrap_or_default()) }),
        (label::AUDIENCE, html! { (page.say(words::audience(board.audience))) }),
        (label::MONEY, theirs(&programme.currency)),
        (label::RUN, html! { code { (board.run) } }),
        (label::DEFINITIONS, html! { code { (board.definitions_hash) } }),
        (label::LEDGER, html! { code { (board.ledger_head) } }),
        (label::MADE_BY, html! { (PROGRAM) }),
    ];
    html! { dl.lines { @for (label, text) in lines.into_iter().filter(|(label, _)| *label != label::KNOWN_AT || board.known_at.is_some()) { div { dt { (page.say(label)) } dd { (text) } } } } }
}

pub fn files(page: &Page) -> Markup {
    if page.board.inputs.is_empty() {
        return html! { p { (page.say(ours::NO_FILES)) } };
    }
    let heads =
        [Head::left(page.say(head::PARTNER)), Head::left(page.say(head::FILE)), Head::left(page.say(head::HASH))];
    let body = html! {
        @for input in &page.board.inputs {
            tr {
                td { @match input.partner.as_deref() { Some(code) => (theirs(page.partner(code))), None => (page.absent(words::NONE)) } }
                td { @if page.restricted() || input.name.is_empty() { (page.absent(words::NONE)) } @else { (theirs(&input.name)) } }
                td { code.hash { (input.hash) } }
            }
        }
    };
    table("files-table", &html! { (page.say(part::FILES)) }, true, &heads, &body, None)
}
