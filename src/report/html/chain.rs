//! Chains: cohorts with their steps, and what is open.

use maud::{Markup, html};

use super::page::{Head, Page, table, theirs};
use crate::model::chain::Chain;
use crate::report::chain as told;

pub fn part(page: &Page, chain: &Chain, at: usize) -> Markup {
    let mut heads = vec![Head::left(page.say(told::BEGAN))];
    heads.extend(chain.steps.iter().map(Head::theirs_right));
    let body = html! {
        @for cohort in &chain.cohorts {
            tr {
                th scope="row" { (page.say(told::cohort(cohort))) }
                td.num { (cohort.began) }
                @for step in 0..cohort.reached.len() { td.num { (page.say(told::reached(cohort, step))) } }
            }
        }
    };
    html! {
        section.part {
            h3 { (theirs(&chain.title)) }
            @for line in told::lines(chain) { p.note { (page.say(line)) } }
            (table(&format!("t-chain-{at}"), &html! { (theirs(&chain.title)) }, true, &heads, &body, None))
            p.remark { (page.say(told::open(chain))) }
            @for one in &chain.open { p { (theirs(&one.partner)) ": " (page.say(told::open_line(one))) } }
            p.note { (page.say(told::LEGEND)) }
        }
    }
}
