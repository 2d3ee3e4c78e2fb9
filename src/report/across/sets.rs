//! What the second of two programmes has and the first had not, and the other way round.

use super::{SETS, heading, heads, section, tongue};
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
    let mut canvas = Canvas::new(tongue(), SETS, widths);
    heading(&mut canvas, across, LAST, SETS, "What one programme has and the other has not, as far as their rows tell");
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
        ("Part", Look::Head),
        ("Rows give", Look::HeadRight),
        ("Published", Look::HeadRight),
        ("Outcome", Look::Head),
        ("Source", Look::Head),
        ("Note", Look::Head),
    ];
    heads(canvas, &looks);
    for (_, part) in SetPart::NAMES {
        let said: Vec<&SetPublished> = set.published.iter().filter(|one| one.part == part).collect();
        for published in said.iter().copied().map(Some).chain(said.is_empty().then_some(None)) {
            canvas.text(NAME, label(part, name(set.first.0), name(set.second.0)), Look::Text);
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
        let said = format!(
            "▲ What was published does not come out: the first, less the dropped, plus the new, makes {}; published for the \
             second was {}.",
            account.makes.normalize(),
            account.second.normalize()
        );
        canvas.span(NAME, LAST, Cell::text(said), Look::Reason.plain()).end();
    }
    canvas.gap(8);
    for (part, values) in [(SetPart::Kept, &set.kept), (SetPart::Dropped, &set.dropped), (SetPart::Added, &set.added)] {
        canvas.text(NAME, label(part, name(set.first.0), name(set.second.0)), Look::StrongTop);
        let text = if values.is_empty() { "none".to_owned() } else { own(values.join(", ")) };
        canvas.span(2, LAST, Cell::text(text), Look::Prose.plain()).end();
    }
    canvas.gap(16);
    canvas.keep_from(start);
}

fn label(part: SetPart, first: &str, second: &str) -> String {
    match part {
        SetPart::First => format!("in {}", own(first)),
        SetPart::Second => format!("in {}", own(second)),
        SetPart::Kept => "in both".to_owned(),
        SetPart::Dropped => format!("dropped: in {} and not in {}", own(first), own(second)),
        SetPart::Added => format!("new: in {} and not in {}", own(second), own(first)),
    }
}

fn tone(outcome: Outcome) -> Tone {
    match outcome {
        Outcome::Agrees => Tone::Good,
        Outcome::Contradicted => Tone::Fair,
        Outcome::Open | Outcome::NotCompared => Tone::Quiet,
    }
}
