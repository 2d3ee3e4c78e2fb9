//! The method: how everything is computed, in words; the definitions as run; and what they were run on.

use chrono::SecondsFormat;

use super::{Context, PROGRAM, heading, heads, section};
use crate::report::book::{Cell, Sheet};
use crate::report::canvas::{Canvas, MARGIN, fixed};
use crate::report::language::own;
use crate::report::measure;
use crate::report::prose;
use crate::report::style::{Look, Rule};
use crate::report::words::{self, head, label, part};

const LABEL: u16 = 1;
const TEXT: u16 = 2;
const LAST: u16 = 3;
/// Of the second and third column.
const WIDTHS: (u32, u32) = (430, 520);
/// Lines of one row at most: more would not be seen.
const MOST: u32 = 24;

pub fn sheet(context: Context) -> Sheet {
    let mut canvas =
        Canvas::new(context.tongue, words::METHOD, vec![MARGIN, fixed(190), fixed(WIDTHS.0), fixed(WIDTHS.1)]);
    heading(&mut canvas, context, LAST, words::METHOD, prose::METHOD);
    super::frozen(&mut canvas, 3, 0);
    canvas.gap(12);
    facts(&mut canvas, context);
    words_about(&mut canvas, context);
    definitions(&mut canvas, context);
    inputs(&mut canvas, context);
    canvas.finish()
}

/// What identifies this state of things.
fn facts(canvas: &mut Canvas, context: Context) {
    let board = context.scoreboard;
    let programme = &board.programme;
    section(canvas, LAST, part::THIS);
    canvas.gap(6);
    let runs = format!("{} to {}", words::day(programme.start), words::day(programme.end));
    let partners: Vec<String> =
        programme.partners.iter().map(|partner| format!("{} ({})", partner.name, partner.country)).collect();
    let known_at = board.known_at.map(|instant| instant.to_rfc3339_opts(SecondsFormat::Secs, true));
    for (label, text, look) in [
        (
            label::PROGRAMME,
            format!("{}, {runs}", own(format!("{} ({})", programme.title, programme.code))),
            Look::Prose,
        ),
        (label::PARTNERS, own(partners.join(", ")), Look::Prose),
        (label::AS_OF, words::day(programme.as_of), Look::Prose),
        (label::KNOWN_AT, known_at.map(own).unwrap_or_default(), Look::Prose),
        (label::AUDIENCE, words::audience(board.audience).to_owned(), Look::Prose),
        (label::MONEY, own(&programme.currency), Look::Prose),
        (label::RUN, own(&board.run), Look::Mono),
        (label::DEFINITIONS, own(&board.definitions_hash), Look::Mono),
        (label::LEDGER, own(&board.ledger_head), Look::Mono),
        (label::MADE_BY, own(PROGRAM), Look::Prose),
    ]
    .into_iter()
    .filter(|(_, text, _)| !text.is_empty())
    {
        canvas.text(LABEL, label, Look::Label);
        canvas.span(TEXT, LAST, Cell::text(text), look.plain()).end();
    }
    canvas.gap(18);
}

fn words_about(canvas: &mut Canvas, context: Context) {
    section(canvas, LAST, part::COMPUTED);
    canvas.gap(6);
    for (title, paragraphs) in prose::method(context.scoreboard.thresholds, context.scoreboard.audience) {
        for (index, paragraph) in paragraphs.iter().enumerate() {
            if index == 0 {
                canvas.text(LABEL, title, Look::StrongTop);
            }
            canvas.span(TEXT, LAST, Cell::text(paragraph), Look::Prose.plain()).end();
        }
        canvas.gap(8);
    }
    canvas.gap(18);
}

fn definitions(canvas: &mut Canvas, context: Context) {
    section(canvas, LAST, part::AS_RUN);
    heads(canvas, LABEL, &[(head::INDICATOR, Look::Head), (head::COUNTED_AS, Look::Head), (head::SQL, Look::Head)]);
    canvas.gap(6);
    for (one, name) in context.scoreboard.indicators.iter().zip(context.names) {
        let counted = one.method.join("\n");
        let queries = one.sql.iter().flat_map(|query| measure::pieces(query, Look::Mono.face(), WIDTHS.1, MOST));
        let mut queries: Vec<String> = queries.collect();
        if queries.is_empty() {
            queries.push(String::new());
        }
        for (index, query) in queries.into_iter().enumerate() {
            if index == 0 {
                canvas.put(LABEL, Cell::verbatim_lines(format!("{name}\n{}", one.code)), Look::Label.plain());
                canvas.put(TEXT, Cell::lines(&counted), Look::Prose.plain());
            }
            canvas.put(LAST, Cell::verbatim_lines(query), Look::Mono.plain());
            canvas.end();
        }
        canvas.gap(8);
    }
    canvas.gap(10);
}

fn inputs(canvas: &mut Canvas, context: Context) {
    section(canvas, LAST, part::FILES);
    heads(canvas, LABEL, &[(head::PARTNER, Look::Head), (head::FILE, Look::Head), (head::HASH, Look::Head)]);
    for input in &context.scoreboard.inputs {
        let partner = input.partner.as_deref().map_or(words::NONE, |code| context.partner(code));
        canvas.verbatim(LABEL, partner, Look::Text);
        let name = if input.name.is_empty() { words::NONE } else { &input.name };
        canvas.verbatim(TEXT, name, Look::Text);
        canvas.verbatim(LAST, &input.hash, Look::Mono);
        canvas.end_ruled(LABEL, LAST, Rule::Hair);
    }
}
