//! What moved since the last published run, and why: every figure with its causes, whose amounts add up.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{Context, TITLE, heading, heads, line_name, live, section, value_cell};
use crate::finding::CellRef;
use crate::model::changes::{Aspect, Changes, Moved};
use crate::model::trace::{Counted, Moving, Number};
use crate::report::book::{Area, Cell, Sheet};
use crate::report::canvas::{Canvas, MARGIN, between, fixed};
use crate::report::language::own;
use crate::report::prose;
use crate::report::style::{Look, NumberFormat, Rule, Tone};
use crate::report::words::{self, head, part};

const NAME: u16 = 1;
const UNIT: u16 = 2;
const BEFORE: u16 = 3;
const AFTER: u16 = 4;
const DIFFERENCE: u16 = 5;
const STATUS: u16 = 6;
const LAST: u16 = 6;

/// None where there is neither an earlier run nor a break to tell of.
pub fn sheet(context: Context) -> Option<Sheet> {
    let board = context.scoreboard;
    let breaks = board.indicators.iter().any(|one| !one.breaks.is_empty());
    if board.changes.is_none() && !breaks {
        return None;
    }
    let widths =
        vec![MARGIN, fixed(460), between(64, 120), between(100, 150), between(100, 150), between(100, 150), fixed(230)];
    let mut canvas = Canvas::new(context.tongue, words::CHANGES, widths);
    let about = board
        .changes
        .as_ref()
        .map_or_else(|| prose::NO_EARLIER_RUN.to_owned(), |changes| prose::since(&changes.since, changes.since_as_of));
    heading(&mut canvas, context, LAST, words::CHANGES, &about);
    super::frozen(&mut canvas, 3, 0);
    canvas.gap(10);
    if let Some(changes) = &board.changes {
        causes(&mut canvas, context, changes);
        moved(&mut canvas, context, changes);
        notes(&mut canvas, changes);
    }
    series(&mut canvas, context);
    Some(canvas.finish())
}

/// Everything that happened, numbered: the figures below name the numbers.
fn causes(canvas: &mut Canvas, context: Context, changes: &Changes) {
    let start = canvas.at();
    section(canvas, LAST, part::CAUSES);
    if changes.causes.is_empty() {
        canvas.span(NAME, LAST, Cell::text(prose::NO_CAUSE), Look::Prose.plain()).end();
    }
    for (number, cause) in (1..).zip(&changes.causes) {
        let kind = format!("{number}. {}", words::cause(cause.kind));
        let partner = cause.partner.as_deref().map(|code| own(context.partner(code)));
        let kind = partner.map_or(kind.clone(), |partner| format!("{kind}: {partner}"));
        canvas.text(NAME, kind, Look::Text);
        canvas.span(UNIT, LAST, Cell::text(&cause.says), Look::Text.plain());
        canvas.end_ruled(NAME, LAST, Rule::Hair);
    }
    canvas.gap(16);
    canvas.keep_from(start);
}

fn moved(canvas: &mut Canvas, context: Context, changes: &Changes) {
    let mut start = canvas.at();
    section(canvas, LAST, part::MOVED);
    if changes.moved.is_empty() {
        canvas.span(NAME, LAST, Cell::text(prose::NOTHING_MOVED), Look::Prose.plain()).end();
        canvas.gap(16);
        canvas.keep_from(start);
        return;
    }
    let looks = [
        (head::FIGURE, Look::Head),
        (head::UNIT, Look::Head),
        (head::BEFORE, Look::HeadRight),
        (head::AFTER, Look::HeadRight),
        (head::DIFFERENCE, Look::HeadRight),
        (head::STATUS_CHANGE, Look::Head),
    ];
    heads(canvas, NAME, &looks);
    let formats = formats(changes);
    for (at, one) in changes.moved.iter().enumerate() {
        let number = formats.get(one.indicator.as_str()).copied().unwrap_or(NumberFormat::GENERAL);
        figure(canvas, context, changes, (at, one), number);
        // The heads stay with the first figure, and each figure with its causes.
        canvas.keep_from(start);
        start = canvas.at();
    }
    canvas.gap(6);
    canvas.span(NAME, LAST, Cell::text(prose::MOVED_LEGEND), Look::Note.plain()).end();
    canvas.gap(16);
}

/// One format for all that is told of an indicator, so that its amounts are seen to add up.
fn formats(changes: &Changes) -> BTreeMap<&str, NumberFormat> {
    let mut formats = BTreeMap::new();
    for one in &changes.moved {
        if formats.contains_key(one.indicator.as_str()) {
            continue;
        }
        let of = changes.moved.iter().filter(|other| other.indicator == one.indicator);
        let values = of.flat_map(|one| {
            let amounts = one.due.iter().filter_map(|due| due.amount);
            amounts.chain(one.before.known()).chain(one.after.known())
        });
        formats.insert(one.indicator.as_str(), NumberFormat::telling(&one.unit, values));
    }
    formats
}

fn figure(canvas: &mut Canvas, context: Context, changes: &Changes, (at, one): (usize, &Moved), number: NumberFormat) {
    let row = canvas.at();
    let total = one.by.is_empty();
    let mut name = own(&one.title);
    if !total {
        name = format!("{name}: {}", line_name(&one.name));
    }
    if one.aspect == Aspect::Target {
        name = prose::target_of(&name);
    }
    let sheet = context.indicator(one.indicator.as_str());
    let look = if total { Look::Link } else { Look::Text };
    if total && one.aspect == Aspect::Value && sheet != one.indicator.as_str() {
        canvas.put(NAME, Cell::live_link(sheet, TITLE, name), look.plain());
    } else {
        canvas.text(NAME, name, if total { Look::Strong } else { look });
    }
    canvas.verbatim(UNIT, one.unit.as_str(), Look::Text);
    let (cell, style) = value_cell(&one.before, Look::Figure.with(number));
    let of = |what| Number::Counted(Counted::Change { at, what });
    canvas.put(BEFORE, cell, style).of(of(Moving::Before));
    let (cell, style) = value_cell(&one.after, Look::StrongFigure.with(number));
    canvas.put(AFTER, cell, style).of(of(Moving::After));
    if let Some(difference) = one.difference {
        canvas.put(DIFFERENCE, sum(one, row, difference), Look::StrongFigure.with(number.signed()));
        canvas.of(of(Moving::Difference));
    } else {
        canvas.text(DIFFERENCE, words::NONE, Look::Absent);
    }
    if let Some((before, after)) = one.status.filter(|(before, after)| before != after) {
        let tone = after.map_or(Tone::Quiet, Tone::of_status);
        canvas.text(STATUS, words::status_change(before, after), Look::Mark(tone));
    }
    let rule = if one.due.is_empty() { Rule::Hair } else { Rule::None };
    canvas.end_ruled(NAME, LAST, rule);
    for (part, due) in one.due.iter().enumerate() {
        let cause = changes.causes.get(due.cause);
        let says = cause.map_or_else(String::new, |cause| format!("{}. {}", due.cause + 1, words::cause(cause.kind)));
        let partner = cause.and_then(|cause| cause.partner.as_deref()).map(|code| own(context.partner(code)));
        let says = partner.map_or(says.clone(), |partner| format!("{says}: {partner}"));
        canvas.span(NAME, AFTER, Cell::text(says), Look::Because.plain());
        match due.amount {
            Some(amount) => {
                canvas.put(DIFFERENCE, Cell::Number(amount), Look::FaintFigure.with(number.signed()));
                canvas.of(of(Moving::Due(part)))
            }
            None => canvas.text(DIFFERENCE, words::NONE, Look::Absent),
        };
        let rule = if part + 1 == one.due.len() { Rule::Hair } else { Rule::None };
        canvas.end_ruled(NAME, LAST, rule);
    }
}

/// The amounts below it, live; without amounts the two figures before it.
fn sum(one: &Moved, row: u32, difference: Decimal) -> Cell {
    let amounts: Option<Vec<Decimal>> = one.due.iter().map(|due| due.amount).collect();
    let amounts = amounts.filter(|amounts| !amounts.is_empty());
    match (amounts, one.before.known().zip(one.after.known())) {
        (Some(amounts), _) => {
            let last = row + u32::try_from(amounts.len()).unwrap_or(0);
            let sum = amounts.into_iter().try_fold(Decimal::ZERO, Decimal::checked_add);
            live(format!("=SUM({})", Area::column(DIFFERENCE, row + 1, last)), difference, sum)
        }
        (None, Some((before, after))) => {
            let (from, to) = (CellRef::new(row, BEFORE), CellRef::new(row, AFTER));
            live(format!("={to}-{from}"), difference, after.checked_sub(before))
        }
        (None, None) => Cell::Number(difference),
    }
}

fn notes(canvas: &mut Canvas, changes: &Changes) {
    if changes.notes.is_empty() {
        return;
    }
    let start = canvas.at();
    section(canvas, LAST, part::NOT_COMPARED);
    for note in &changes.notes {
        canvas.span(NAME, LAST, Cell::text(note), Look::Prose.plain()).end();
    }
    canvas.gap(16);
    canvas.keep_from(start);
}

/// Days from which on a series no longer means what it meant.
fn series(canvas: &mut Canvas, context: Context) {
    let all = context.scoreboard.indicators.iter().zip(context.names);
    let mut breaks = all.flat_map(|(one, name)| one.breaks.iter().map(move |cut| (one, name, cut))).peekable();
    if breaks.peek().is_none() {
        return;
    }
    let start = canvas.at();
    section(canvas, LAST, part::BREAKS);
    canvas.text(NAME, head::INDICATOR, Look::Head).text(BEFORE, head::SINCE, Look::HeadRight);
    canvas.span(AFTER, LAST, Cell::text(head::MEANING), Look::Head.plain());
    canvas.end_ruled(NAME, LAST, Rule::Below);
    for (one, name, cut) in breaks {
        canvas.put(NAME, Cell::live_link(name, TITLE, own(&one.title)), Look::Link.plain());
        canvas.put(BEFORE, Cell::Date(cut.on), Look::Figure.with(NumberFormat::DAY));
        canvas.span(AFTER, LAST, Cell::text(&cut.says), Look::Text.plain());
        canvas.end_ruled(NAME, LAST, Rule::Hair);
    }
    canvas.span(NAME, LAST, Cell::text(prose::BREAKS), Look::Note.plain()).end();
    canvas.gap(16);
    canvas.keep_from(start);
}
