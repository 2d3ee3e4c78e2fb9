//! What a report says of figures that others published: words, and what workbook and page share.

use super::language::own;
use super::style::{NumberFormat, Tone};
use super::words;
use crate::model::published::{Disagreement, Held, Outcome, Published, Relation};

pub const ABOUT: &str = "What others published of this indicator, beside what the rows give. Both stand as they are: \
    reproduced, real rows give it; illustrated, rows that were written for it add up to it; contradicted, real rows give \
    something else, or published figures disagree; open, the rows are a part of the whole, or illustrative and give something \
    else.";

/// What became of a published figure. Rows that somebody wrote to show the arithmetic prove nothing else, so it is not they
/// that contradict it, nor rows of a part, where published figures disagree.
pub fn outcome(published: &Published) -> &'static str {
    let Published { said, outcome, disagrees, .. } = published;
    if *outcome == Outcome::Contradicted && said.rows != Held::Real && !disagrees.is_empty() {
        return "▲ published figures disagree";
    }
    named(*outcome, said.rows)
}

pub fn named(outcome: Outcome, rows: Held) -> &'static str {
    match (outcome, rows) {
        (Outcome::Agrees, Held::Illustrative) => "≈ illustrated",
        (Outcome::Agrees, _) => "✓ reproduced",
        (Outcome::Contradicted, _) => "▲ contradicted",
        (Outcome::Open, Held::Sample) => "□ open: rows of a part only",
        (Outcome::Open, Held::Illustrative) => "□ open: illustrative rows differ",
        (Outcome::Open, _) => "□ open: the rows are a part",
        (Outcome::NotCompared, _) => "□ not compared",
    }
}

/// A published number as it is meant: `135`, `at least 200`.
pub fn meant(relation: Relation, shown: &str) -> String {
    match relation {
        Relation::Is => shown.to_owned(),
        Relation::About => format!("about {shown}"),
        Relation::AtLeast => format!("at least {shown}"),
        Relation::MoreThan => format!("more than {shown}"),
        Relation::AtMost => format!("at most {shown}"),
    }
}

/// The total, or a line of a breakdown.
pub fn name(published: &Published) -> String {
    if published.said.by.is_none() { words::ALL.to_owned() } else { own(&published.name) }
}

/// The published number.
pub fn shown(published: &Published, number: NumberFormat) -> String {
    let value = published.said.value;
    // Of a figure that is counted whole an average may be published.
    let text = if value.fract().is_zero() { number.shown(value) } else { value.normalize().to_string() };
    meant(published.said.relation, &text)
}

pub fn source(published: &Published) -> String {
    let note = published.said.note.as_ref().map_or_else(String::new, |note| format!(": {note}"));
    own(format!("{}{note}", published.said.source))
}

pub fn disagrees(disagreement: &Disagreement, number: NumberFormat) -> String {
    match disagreement {
        Disagreement::Other { value, source } => too(&number.shown(*value), source),
        Disagreement::Parts { sum } => parts_make(&number.shown(*sum)),
        Disagreement::Lines { label, sum } => lines_make(label, &number.shown(*sum)),
    }
}

pub fn tone(published: &Published) -> Tone {
    match published.outcome {
        Outcome::Agrees => Tone::Good,
        Outcome::Contradicted => Tone::Fair,
        Outcome::Open | Outcome::NotCompared => Tone::Quiet,
    }
}

/// At the top of a report: how many published figures are contradicted, and of which indicators.
pub fn disputed(count: usize, titles: &[&str]) -> String {
    format!("▲ Published figures contradict each other or these rows: {count}, see {}", own(titles.join("; ")))
}

/// The same before the names of the indicators, each of which leads to its figures.
pub fn disputed_in(count: usize) -> String {
    format!("▲ Published figures contradict each other or these rows: {count}, see")
}

/// A second number for the same thing.
fn too(shown: &str, source: &str) -> String {
    format!("{shown} was published too ({}).", own(source))
}

fn parts_make(shown: &str) -> String {
    format!("Its published parts add up to {shown}.")
}

fn lines_make(label: &str, shown: &str) -> String {
    format!("Its published figures by {} add up to {shown}.", own(label))
}
