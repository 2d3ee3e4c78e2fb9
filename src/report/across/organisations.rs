//! Organisations in several programmes: who they are, which pairs may be one, what was decided.

use super::words::{self, head};
use super::{folders, heading, heads, section, tongue};
use crate::model::across::{Across, Named};
use crate::report::book::{Cell, Sheet};
use crate::report::canvas::{Canvas, MARGIN, between};
use crate::report::language::own;
use crate::report::style::{Look, NumberFormat, Rule};

const NAME: u16 = 1;

/// Those that stand in several programmes, by name.
pub fn overlap(across: &Across) -> Option<Sheet> {
    let any = across.matched.iter().any(|one| one.once.as_ref().is_some_and(|once| once.several > 0));
    if !any {
        return None;
    }
    let last = 3;
    let widths = vec![MARGIN, between(300, 420), between(220, 300), between(380, 460)];
    let mut canvas = Canvas::new(tongue(across), words::OVERLAP, widths);
    heading(&mut canvas, across, last, words::OVERLAP, words::OVERLAP_ABOUT);
    for one in &across.matched {
        let Some(once) = one.once.as_ref().filter(|once| once.several > 0) else { continue };
        section(&mut canvas, last, &own(&one.title));
        canvas.span(NAME, last, Cell::text(words::overlap(one, once)), Look::Note.plain()).end();
        heads(&mut canvas, &[(head::KNOWN_AS, Look::Head), (head::IN, Look::Head), (head::ALSO, Look::Head)]);
        for standing in &once.names {
            canvas.verbatim(NAME, &standing.identity, Look::Text);
            let programmes: Vec<usize> = standing.entries.iter().map(|at| one.entries[*at].programme).collect();
            canvas.verbatim(2, folders(across, &programmes), Look::Text);
            let also: Vec<String> = standing.also.iter().map(|(name, why)| also(name, why)).collect();
            canvas.put(3, Cell::verbatim_lines(also.join("\n")), Look::Text.plain());
            canvas.end_ruled(NAME, last, Rule::Hair);
        }
        if once.several > once.names.len() {
            let more = words::more(once.several - once.names.len());
            canvas.span(NAME, last, Cell::text(more), Look::Note.plain()).end();
        }
        canvas.gap(14);
    }
    Some(canvas.finish())
}

/// A name with the words of whoever decided it.
fn also(name: &str, why: &str) -> String {
    if why.is_empty() { name.to_owned() } else { format!("{name}: {why}") }
}

/// Pairs that nobody has decided, the likeliest first, and what was decided.
pub fn decisions(across: &Across) -> Option<Sheet> {
    let open =
        across.open.as_ref().filter(|open| open.all > 0 || !open.decisions.is_empty() || !open.within.is_empty())?;
    let last = 6;
    let mut widths = vec![MARGIN, between(64, 90)];
    widths.extend([between(230, 270), between(230, 270), between(200, 250), between(180, 220), between(280, 330)]);
    let mut canvas = Canvas::new(tongue(across), words::DECISIONS, widths);
    heading(&mut canvas, across, last, words::DECISIONS, words::DECISIONS_ABOUT);
    if open.all > 0 || !open.within.is_empty() {
        section(&mut canvas, last, words::UNDECIDED);
        for within in &open.within {
            canvas.span(NAME, last, Cell::text(words::within(across, *within)), Look::Note.plain()).end();
        }
    }
    if open.all > 0 {
        canvas.span(NAME, last, Cell::text(words::TO_DECIDE), Look::Note.plain()).end();
        let looks = [
            (head::LIKELY, Look::HeadRight),
            (head::ONE, Look::Head),
            (head::OTHER, Look::Head),
            (head::REASONS, Look::Head),
            (head::INDICATOR, Look::Head),
            (head::LINE, Look::Head),
        ];
        let top = heads(&mut canvas, &looks);
        canvas.sheet().print.repeat = Some((top, top));
        for pair in &open.pairs {
            canvas.put(NAME, Cell::Number(pair.probability), Look::Figure.with(NumberFormat::FINE_SHARE));
            canvas.verbatim(2, named(across, &pair.one), Look::Text);
            canvas.verbatim(3, named(across, &pair.other), Look::Text);
            let reasons = words::reasons(pair, |reason| canvas.say(reason));
            canvas.verbatim(4, reasons, Look::Text);
            let titles: Vec<&str> = pair.matched.iter().map(|at| across.matched[*at].title.as_str()).collect();
            canvas.verbatim(5, titles.join(", "), Look::Text);
            canvas.verbatim(6, words::line(pair), Look::Text);
            canvas.end_ruled(NAME, last, Rule::Hair);
        }
        if open.all > open.pairs.len() {
            let more = words::more(open.all - open.pairs.len());
            canvas.span(NAME, last, Cell::text(more), Look::Note.plain()).end();
        }
    }
    canvas.gap(14);
    if !open.decisions.is_empty() {
        section(&mut canvas, last, words::DECIDED);
        let looks =
            [head::VERDICT, head::ONE, head::OTHER, head::BY, head::ON, head::BECAUSE].map(|text| (text, Look::Head));
        heads(&mut canvas, &looks);
        for one in &open.decisions {
            canvas.text(NAME, if one.same { words::SAME } else { words::DIFFERENT }, Look::Text);
            canvas.verbatim(2, &one.pair[0], Look::Text);
            canvas.verbatim(3, &one.pair[1], Look::Text);
            canvas.verbatim(4, &one.by, Look::Text);
            let day = canvas.tongue().short_day(one.on);
            canvas.verbatim(5, day, Look::Text);
            canvas.verbatim(6, &one.because, Look::Text);
            canvas.end_ruled(NAME, last, Rule::Hair);
        }
    }
    Some(canvas.finish())
}

/// Who it is, and where it stands.
pub fn named(across: &Across, one: &Named) -> String {
    let names = if one.names.is_empty() { String::new() } else { format!(" ({})", one.names.join(", ")) };
    format!("{}{names}: {}", one.identity, folders(across, &one.programmes))
}
