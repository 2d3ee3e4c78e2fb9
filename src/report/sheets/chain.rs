//! Chains, below the funnels: cohorts with their steps, and what is open.

use super::section;
use crate::model::chain::Chain;
use crate::report::book::Cell;
use crate::report::canvas::Canvas;
use crate::report::chain as told;
use crate::report::language::own;
use crate::report::style::{Look, Rule};

const NAME: u16 = 1;
const FIRST: u16 = 2;
/// Beyond these there is no room beside each other.
const STEPS: usize = 5;

pub fn part(canvas: &mut Canvas, chain: &Chain, last: u16) {
    let start = canvas.at();
    section(canvas, last, &own(&chain.title));
    for line in told::lines(chain) {
        canvas.span(NAME, last, Cell::text(line), Look::Note.plain()).end();
    }
    canvas.text(NAME, told::BEGAN, Look::Head);
    let edge = NAME + u16::try_from(chain.steps.len().min(STEPS)).unwrap_or(0);
    for (column, step) in (FIRST..=edge).zip(&chain.steps) {
        canvas.verbatim(column, step, Look::HeadRight);
    }
    canvas.end_ruled(NAME, edge, Rule::Below);
    for cohort in &chain.cohorts {
        let all = cohort.label.is_empty();
        canvas.text(NAME, told::cohort(cohort), if all { Look::Strong } else { Look::Text });
        canvas.verbatim(FIRST, cohort.began.to_string(), Look::Figure);
        for (step, column) in (FIRST + 1..=edge).enumerate() {
            canvas.text(column, told::reached(cohort, step), Look::Figure);
        }
        canvas.end_ruled(NAME, edge, if all { Rule::Above } else { Rule::Hair });
    }
    canvas.gap(6);
    canvas.span(NAME, last, Cell::text(told::open(chain)), Look::Reason.plain()).end();
    for one in &chain.open {
        canvas.verbatim(NAME, &one.partner, Look::Text);
        canvas.span(FIRST, last, Cell::text(told::open_line(one)), Look::Prose.plain()).end();
    }
    canvas.span(NAME, last, Cell::text(told::LEGEND), Look::Note.plain()).end();
    canvas.gap(18);
    canvas.keep_from(start);
}
