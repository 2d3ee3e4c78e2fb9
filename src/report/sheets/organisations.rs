//! Organisations: how many each two partners report, the counts with their ranges, pairs that nobody has decided, and
//! what was decided.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{Context, TITLE, heading, number_format, section};
use crate::model::code::IndicatorCode;
use crate::model::organisations::{CountryDecided, Decided, List, Organisations, Pair};
use crate::model::trace::{Counted, Listed, Number, Part};
use crate::report::book::{Cell, Sheet};
use crate::report::canvas::{Canvas, MARGIN, between, fixed};
use crate::report::language::own;
use crate::report::organisations as told;
use crate::report::style::{Look, NumberFormat, Rule, Style, Tone};
use crate::report::words;

const NAME: u16 = 1;
/// The matrix needs many narrow columns; everything else reaches over several of them.
const NARROW: u32 = 46;
const COLUMNS: u16 = 24;
/// Narrow columns of what a partner shares, and of a column of the matrix that has a name.
const SHARED: u16 = 2;
const WIDEST: u16 = 3;

/// First and last column of each part of a table; the last part reaches to the edge of the sheet.
type Spans<const N: usize> = [(u16, u16); N];

const EDGE: u16 = u16::MAX;
const COUNTS: Spans<5> = [(2, 4), (5, 7), (8, 10), (11, 13), (14, EDGE)];
const PAIR: Spans<4> = [(1, 6), (7, 14), (15, 16), (17, EDGE)];
const DECIDED: Spans<6> = [(1, 4), (5, 10), (11, 13), (14, 16), (17, 18), (19, EDGE)];
const COUNTRY: Spans<6> = [(1, 1), (2, 4), (5, 7), (8, 11), (12, 13), (14, EDGE)];

pub fn sheet(context: Context) -> Option<Sheet> {
    let all = context.scoreboard.organisations.as_ref()?;
    let most = all.lists.iter().map(|list| told::side_by_side(list).len()).max().unwrap_or(0);
    let columns = COLUMNS.max(SHARED + u16::try_from(if most > told::NAMED { most } else { 0 }).unwrap_or(0));
    let edge = NAME + columns;
    let mut widths = vec![MARGIN, between(210, 260)];
    widths.extend(std::iter::repeat_n(fixed(NARROW), columns.into()));
    let mut canvas = Canvas::new(context.tongue, words::ORGANISATIONS, widths);
    heading(&mut canvas, context, edge, words::ORGANISATIONS, told::ABOUT);
    super::frozen(&mut canvas, 3, 2);
    canvas.gap(10);
    for (at, list) in all.lists.iter().enumerate() {
        counts(&mut canvas, context, all, (at, list), edge);
        overlap(&mut canvas, context, (at, list), edge);
    }
    if !all.lists.is_empty() || !all.pairs.is_empty() {
        pairs(&mut canvas, context, &all.pairs, edge);
    }
    decisions(&mut canvas, &all.decisions, edge);
    countries(&mut canvas, &all.countries, edge);
    Some(canvas.finish())
}

/// The heads of a table; the first column may have its own already.
fn spans<const N: usize>(canvas: &mut Canvas, spans: Spans<N>, heads: [(&str, Look); N], edge: u16) {
    for ((first, last), (text, look)) in spans.into_iter().zip(heads) {
        canvas.span(first, last.min(edge), Cell::text(text), look.plain());
    }
    canvas.end_ruled(NAME, edge, Rule::Below);
}

fn whole(count: usize) -> Cell {
    Cell::Number(Decimal::from(count))
}

/// The count with its range: of all rows, then of each indicator that counts them once.
fn counts(canvas: &mut Canvas, context: Context, all: &Organisations, (at, list): (usize, &List), edge: u16) {
    let start = canvas.at();
    section(canvas, edge, &told::title(list));
    canvas.text(NAME, told::WHAT, Look::Head);
    let right = |text| (text, Look::HeadRight);
    let heads =
        [right(told::WRITTEN), right(told::ONCE), right(told::LEAST), right(told::MOST), (told::WHY, Look::Head)];
    spans(canvas, COUNTS, heads, edge);
    canvas.text(NAME, told::ALL_ROWS, Look::Text);
    let least = (list.least < list.once).then_some((list.least, Listed::Least));
    let cells = [Some((list.written, Listed::Written)), Some((list.once, Listed::Once)), least, None];
    for ((first, last), cell) in COUNTS.into_iter().zip(cells) {
        match cell {
            Some((count, what)) => {
                canvas.span(first, last, whole(count), Look::Figure.with(NumberFormat::WHOLE));
                canvas.of(Number::Counted(Counted::Organisations { list: at, what }))
            }
            None => canvas.span(first, last, Cell::text(words::NONE), Look::Absent.plain()),
        };
    }
    why(canvas, &told::why(list), edge);
    for code in &list.counted_by {
        figure(canvas, context, code, all.is_over_several(code), edge);
    }
    canvas.gap(12);
    canvas.keep_from(start);
}

fn figure(canvas: &mut Canvas, context: Context, code: &IndicatorCode, several: bool, edge: u16) {
    let Some((one, sheet)) = context.step(code) else { return };
    canvas.put(NAME, Cell::live_link(sheet, TITLE, own(&one.title)), Look::Link.plain());
    let number = number_format(one);
    let upper = one.total.upper.filter(|upper| Some(*upper) > one.total.value.known());
    let cells = [
        (None, Part::Rows),
        (one.total.value.known(), Part::Value),
        (one.total.lower, Part::Lower),
        (upper, Part::Upper),
    ];
    for ((first, last), (value, part)) in COUNTS.into_iter().zip(cells) {
        match value {
            Some(value) => {
                let look = if part == Part::Value { Look::StrongFigure } else { Look::Figure };
                canvas.span(first, last, Cell::Number(value), look.with(number));
                canvas.of(Number::total(one, part))
            }
            None => canvas.span(first, last, Cell::text(words::NONE), Look::Absent.plain()),
        };
    }
    why(canvas, &told::why_of(&one.total, several), edge);
}

fn why(canvas: &mut Canvas, says: &str, edge: u16) {
    let [.., (first, _)] = COUNTS;
    canvas.span(first, edge, Cell::text(says), Look::Text.plain());
    canvas.end_ruled(NAME, edge, Rule::Hair);
}

/// How many organisations each two partners report.
fn overlap<'a>(canvas: &mut Canvas, context: Context<'a>, (at, list): (usize, &'a List), edge: u16) {
    if !list.overlaps() {
        return;
    }
    let start = canvas.at();
    let shown = told::side_by_side(list);
    let named = shown.len() <= told::NAMED;
    let wide = if named { WIDEST.min((COLUMNS - SHARED) / u16::try_from(shown.len().max(1)).unwrap_or(1)) } else { 1 };
    let place = |column: usize| {
        let first = NAME + 1 + SHARED + wide * u16::try_from(column).unwrap_or(0);
        (first, first + wide - 1)
    };
    let right = place(shown.len().saturating_sub(1)).1;
    canvas.text(NAME, told::OVERLAP, Look::Head);
    canvas.span(NAME + 1, NAME + SHARED, Cell::text(told::SHARED), Look::HeadRight.plain());
    for (column, partner) in shown.iter().enumerate() {
        let (first, last) = place(column);
        let name = told::head(context.partner(&list.partners[*partner]), column, named);
        canvas.span(first, last, Cell::text(name), Look::HeadRight.plain());
    }
    canvas.end_ruled(NAME, right, Rule::Below);
    let of = |what| Number::Counted(Counted::Organisations { list: at, what });
    for (row, one) in shown.iter().copied().enumerate() {
        let code = &list.partners[one];
        canvas.text(NAME, told::line(context.partner(code), row, named), Look::Text);
        canvas.span(NAME + 1, NAME + SHARED, whole(list.shared[one]), Look::FaintFigure.with(NumberFormat::WHOLE));
        canvas.of(of(Listed::Shared(code.clone())));
        for (column, other) in shown.iter().copied().enumerate() {
            let (first, last) = place(column);
            let count = list.overlap[one][other];
            if count == 0 {
                canvas.span(first, last, Cell::text("·"), Look::Absent.plain());
            } else {
                canvas.span(first, last, whole(count), cell_style(list, one, other));
                canvas.of(of(Listed::Both(code.clone(), list.partners[other].clone())));
            }
        }
        canvas.end_ruled(NAME, right, Rule::Hair);
    }
    let left = list.partners.len() - shown.len();
    if left > 0 {
        canvas.text(NAME, told::more(left), Look::Note).end();
    }
    canvas.span(NAME, edge, Cell::text(told::legend(named)), Look::Note.plain()).end();
    canvas.gap(16);
    canvas.keep_from(start);
}

fn cell_style(list: &List, one: usize, other: usize) -> Style {
    if one == other {
        return Look::StrongFigure.with(NumberFormat::WHOLE);
    }
    Look::Heat(told::shade(list, one, other)).with(NumberFormat::WHOLE)
}

fn pairs<'a>(canvas: &mut Canvas, context: Context<'a>, pairs: &'a [Pair], edge: u16) {
    let mut start = canvas.at();
    section(canvas, edge, told::PAIRS);
    if pairs.is_empty() {
        canvas.span(NAME, edge, Cell::text(told::NO_PAIR), Look::Text.plain()).end();
        canvas.gap(16);
        canvas.keep_from(start);
        return;
    }
    let heads = [
        (told::ONE, Look::Head),
        (told::OTHER, Look::Head),
        (told::LIKELY, Look::HeadRight),
        (told::REASONS, Look::Head),
    ];
    spans(canvas, PAIR, heads, edge);
    for (at, pair) in pairs.iter().take(told::SHOWN).enumerate() {
        let [one, other, likely, reasons] = PAIR;
        for ((first, last), named) in [(one, &pair.one), (other, &pair.other)] {
            let found = told::found(named, |code| context.partner(code));
            let text = format!("{}\n{found}", told::called(named));
            canvas.span(first, last.min(edge), Cell::verbatim_lines(text), Look::Text.plain());
        }
        let style = Look::Figure.with(NumberFormat::FINE_SHARE);
        canvas.span(likely.0, likely.1, Cell::Number(pair.probability), style);
        canvas.of(Number::Counted(Counted::Likely { pair: at }));
        canvas.span(reasons.0, edge, Cell::text(told::reasons(pair)), Look::Text.plain());
        canvas.end_ruled(NAME, edge, Rule::Hair);
        // The heads stay with the first pair, and no pair is cut.
        canvas.keep_from(start);
        start = canvas.at();
    }
    if pairs.len() > told::SHOWN {
        canvas.span(NAME, edge, Cell::text(told::more(pairs.len() - told::SHOWN)), Look::Note.plain()).end();
    }
    canvas.span(NAME, edge, Cell::text(told::PAIRS_LEGEND), Look::Note.plain()).end();
    canvas.gap(16);
}

fn decisions(canvas: &mut Canvas, all: &[Decided], edge: u16) {
    if all.is_empty() {
        return;
    }
    let mut start = canvas.at();
    section(canvas, edge, told::DECISIONS);
    let heads = [told::ONE, told::OTHER, told::VERDICT, told::BY, told::ON, told::BECAUSE].map(plain_head);
    spans(canvas, DECIDED, heads, edge);
    for one in all {
        let tone = if one.same { Tone::Good } else { Tone::Quiet };
        let verdict = (Cell::text(told::verdict(one.same)), Look::Mark(tone).plain());
        line(canvas, DECIDED, [theirs(&one.one), theirs(&one.other), verdict], (&one.by, one.on, &one.because), edge);
        canvas.keep_from(start);
        start = canvas.at();
    }
    canvas.gap(16);
}

fn countries(canvas: &mut Canvas, all: &[CountryDecided], edge: u16) {
    if all.is_empty() {
        return;
    }
    let mut start = canvas.at();
    section(canvas, edge, told::COUNTRIES);
    let heads = [told::AS_PRINTED, told::IS, told::WHERE, told::BY, told::ON, told::BECAUSE].map(plain_head);
    spans(canvas, COUNTRY, heads, edge);
    for one in all {
        let is = (Cell::verbatim(&one.is), Look::Strong.plain());
        let holds_in = (Cell::text(told::holds_in(one)), Look::Text.plain());
        line(canvas, COUNTRY, [theirs(&one.written), is, holds_in], (&one.by, one.on, &one.because), edge);
        canvas.keep_from(start);
        start = canvas.at();
    }
    canvas.gap(16);
}

fn plain_head(text: &str) -> (&str, Look) {
    (text, Look::Head)
}

fn theirs(text: &str) -> (Cell, Style) {
    (Cell::verbatim(text), Look::Text.plain())
}

/// What was decided, then by whom, when and why.
fn line(
    canvas: &mut Canvas,
    spans: Spans<6>,
    what: [(Cell, Style); 3],
    (by, on, because): (&str, NaiveDate, &str),
    edge: u16,
) {
    let on = (Cell::Date(on), Look::Text.with(NumberFormat::DAY));
    let cells = what.into_iter().chain([theirs(by), on, theirs(because)]);
    for ((first, last), (cell, style)) in spans.into_iter().zip(cells) {
        canvas.span(first, last.min(edge), cell, style);
    }
    canvas.end_ruled(NAME, edge, Rule::Hair);
}
