//! What the second of two programmes has and the first had not, and the other way round.

use super::words::{self, head};
use super::{heading, heads, section, tongue};
use crate::model::across::{Across, SetCompared, SetPart, SetPublished};
use crate::model::published::Outcome;
use crate::report::book::{Cell, Sheet};
use crate::report::canvas::{Canvas, MARGIN, between};
use crate::report::language::own;
use crate::report::published::{meant, named};
use crate::report::style::{Look, NumberFormat, Rule, Tone};

const NAME: u16 = 1;
const LAST: u16 = 6;

pub fn sheet(across: &Across) -> Option<Sheet> {
    if across.sets.is_empty() {
        return None;
    }
    let widths = vec![
        MARGIN,
        between(220, 320),
        between(80, 110),
        between(100, 140),
        between(150, 190),
        between(150, 200),
        between(200, 320),
    ];
    let mut canvas = Canvas::new(tongue(across), words::SETS, widths);
    heading(&mut canvas, across, LAST, words::SETS, words::SETS_ABOUT);
    for set in &across.sets {
        one(&mut canvas, across, set);
    }
    Some(canvas.finish())
}

fn one(canvas: &mut Canvas, across: &Across, set: &SetCompared) {
    let start = canvas.at();
    section(canvas, LAST, &own(&set.title));
    let name = |at: usize| across.programmes[at].name.as_str();
    let run = |at: usize| across.programmes[at].report.as_ref().map_or("", |report| report.run.as_str());
    let from = format!(
        "{} of {} ({}, run {}) against {} ({}, run {})",
        set.field,
        name(set.first.0),
        set.first.1,
        run(set.first.0),
        name(set.second.0),
        set.second.1,
        run(set.second.0)
    );
    canvas.span(NAME, LAST, Cell::verbatim(from), Look::Note.plain()).end();
    let looks = [
        (head::PART, Look::Head),
        (head::GIVES, Look::HeadRight),
        (head::PUBLISHED, Look::HeadRight),
        (head::OUTCOME, Look::Head),
        (head::SOURCE, Look::Head),
        (head::NOTE, Look::Head),
    ];
    heads(canvas, &looks);
    for (_, part) in SetPart::NAMES {
        let said: Vec<&SetPublished> = set.published.iter().filter(|one| one.part == part).collect();
        for published in said.iter().copied().map(Some).chain(said.is_empty().then_some(None)) {
            canvas.text(NAME, words::part(part, name(set.first.0), name(set.second.0)), Look::Text);
            canvas.put(2, Cell::count(set.count(part)), Look::StrongFigure.plain());
            if let Some(one) = published {
                canvas.text(3, meant(one.said.relation, &NumberFormat::WHOLE.shown(one.said.value)), Look::Figure);
                canvas.text(4, named(one.outcome, one.said.rows), Look::Mark(tone(one.outcome)));
                canvas.verbatim(5, &one.said.source, Look::Text);
                canvas.verbatim(6, one.said.note.as_deref().unwrap_or_default(), Look::Text);
            }
            canvas.end_ruled(NAME, LAST, Rule::Hair);
        }
    }
    if let Some(account) = &set.account {
        let said = words::account(account.makes, account.second);
        canvas.span(NAME, LAST, Cell::text(said), Look::Reason.plain()).end();
    }
    canvas.gap(8);
    for (part, values) in [(SetPart::Kept, &set.kept), (SetPart::Dropped, &set.dropped), (SetPart::Added, &set.added)] {
        canvas.text(NAME, words::part(part, name(set.first.0), name(set.second.0)), Look::StrongTop);
        let text = if values.is_empty() { "none".to_owned() } else { own(values.join(", ")) };
        canvas.span(2, LAST, Cell::text(text), Look::Prose.plain()).end();
    }
    canvas.gap(16);
    canvas.keep_from(start);
}

fn tone(outcome: Outcome) -> Tone {
    match outcome {
        Outcome::Agrees => Tone::Good,
        Outcome::Contradicted => Tone::Fair,
        Outcome::Open | Outcome::NotCompared => Tone::Quiet,
    }
}
