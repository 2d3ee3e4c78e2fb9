//! What moved since the run published before: each figure with the causes and their amounts, which add up.

use maud::{Markup, html};
use rust_decimal::Decimal;

use super::page::{Head, Page, folded, table, theirs};
use crate::model::changes::{Aspect, Cause, Changes, Moved};
use crate::report::language::own;
use crate::report::prose;
use crate::report::style::NumberFormat;
use crate::report::words::{self, head, page as ours, part};

pub fn section(page: &Page, changes: &Changes) -> Markup {
    html! {
        p { (page.say(prose::since(&own(&changes.since), changes.since_as_of))) }
        @if changes.moved.is_empty() {
            p.headline { (page.say(prose::NOTHING_MOVED)) }
        } @else {
            @let (totals, lines): (Vec<&Moved>, Vec<&Moved>) = changes.moved.iter().partition(|one| one.by.is_empty());
            @if !totals.is_empty() { (moved(page, changes, "changes-table", &totals)) }
            @if !lines.is_empty() {
                (folded(None, &html! { (page.say(ours::lines(lines.len()))) }, &moved(page, changes, "changes-lines", &lines)))
            }
            p.note { (page.say(prose::MOVED_LEGEND)) }
        }
        h3 { (page.say(part::CAUSES)) }
        @if changes.causes.is_empty() {
            p { (page.say(prose::NO_CAUSE)) }
        } @else {
            ul.causes { @for (at, one) in changes.causes.iter().enumerate() { li id=(format!("cause-{at}")) { (cause(page, one)) } } }
        }
        @for note in &changes.notes { p.note { (page.say(note)) } }
    }
}

fn moved(page: &Page, changes: &Changes, id: &str, all: &[&Moved]) -> Markup {
    let heads = [
        Head::left(page.say(head::FIGURE)),
        Head::right(page.say(head::BEFORE)),
        Head::right(page.say(head::AFTER)),
        Head::right(page.say(head::DIFFERENCE)),
        Head::left(page.say(ours::WHY)),
    ];
    let body = html! { @for one in all { (line(page, changes, one)) } };
    table(id, &html! { (page.say(words::CHANGES)) }, true, &heads, &body, None)
}

fn line(page: &Page, changes: &Changes, one: &Moved) -> Markup {
    let known = [one.before.known(), one.after.known()];
    let number = NumberFormat::telling(&one.unit, known.into_iter().flatten());
    html! {
        tr .line[!one.by.is_empty()] {
            th scope="row" {
                a href=(format!("#i-{}", one.indicator)) { (theirs(&one.title)) }
                @if !one.name.is_empty() { ", " (theirs(&one.name)) }
                small {
                    @if one.aspect == Aspect::Target { (page.say(head::TARGET)) " · " }
                    (theirs(one.unit.as_str()))
                }
            }
            td.num { (page.value(&one.before, number)) }
            td.num { strong { (page.value(&one.after, number)) } }
            td.num {
                @match one.difference {
                    Some(difference) => (signed(page, difference)),
                    None => (page.absent(words::NONE)),
                }
            }
            td.long {
                @if let Some((before, after)) = one.status.filter(|(before, after)| before != after) {
                    p {
                        @if let Some(before) = before { (page.status(before)) }
                        " → "
                        @if let Some(after) = after { (page.status(after)) }
                    }
                }
                ul.due {
                    @for due in &one.due {
                        @if let Some(one) = changes.causes.get(due.cause) {
                            li {
                                @if let Some(amount) = due.amount { strong.num { (signed(page, amount)) } " " }
                                a href=(format!("#cause-{}", due.cause)) { (page.say(words::cause(one.kind))) }
                                @if let Some(partner) = &one.partner { ", " (partner_name(page, partner)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn cause(page: &Page, one: &Cause) -> Markup {
    html! {
        span.cause { (page.say(words::cause(one.kind))) } " "
        @if let Some(partner) = &one.partner { (partner_name(page, partner)) ": " }
        (page.say(&one.says))
    }
}

fn partner_name(page: &Page, code: &str) -> Markup {
    let partners = &page.board.programme.partners;
    theirs(partners.iter().find(|one| one.code.as_str() == code).map_or(code, |one| &one.name))
}

/// All digits, with a sign.
fn signed(page: &Page, value: Decimal) -> String {
    let sign = if value.is_sign_negative() { "−" } else { "+" };
    format!("{sign}{}", page.exact(value.abs()))
}
