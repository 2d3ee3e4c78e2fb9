//! One indicator as several programmes have it, and what they make together.

use rust_decimal::Decimal;

use super::words::{self, head};
use super::{heading, heads, section, tongue, value_cell};
use crate::finding::CellRef;
use crate::model::across::{Across, Entry, Matched, Once, Total};
use crate::report::book::{Cell, Sheet};
use crate::report::canvas::{Canvas, MARGIN, between};
use crate::report::language::own;
use crate::report::style::{Look, NumberFormat, Rule, Tone};
use crate::report::words::{NONE, status};

const NAME: u16 = 1;
const FIGURE: u16 = 3;
const LAST: u16 = 12;

/// Where an indicator's figures stand.
pub struct Place {
    pub sheet: String,
    /// In the order of the entries.
    pub entries: Vec<CellRef>,
    /// The sum, or how many each counted once.
    total: Option<CellRef>,
}

impl Place {
    /// What the programmes make together, as a cell that follows the one of the indicator's sheet.
    pub fn total_cell(&self, one: &Matched) -> Cell {
        let value = match (&one.total, &one.once) {
            (_, Some(once)) => Decimal::from(once.together),
            (Total::Sum { value, .. }, None) => *value,
            (Total::Not(why), None) => return Cell::text(why.says()),
        };
        self.total
            .map_or(Cell::Number(value), |at| Cell::Formula { text: format!("='{}'!{at}", self.sheet), cached: value })
    }
}

pub fn sheet(across: &Across, one: &Matched, name: &str) -> (Sheet, Place) {
    let mut widths = vec![MARGIN, between(180, 240), between(180, 260), between(86, 150)];
    widths.extend([between(70, 110), between(80, 130), between(80, 130), between(76, 90), between(104, 140)]);
    widths.extend([between(72, 96), between(88, 110), between(170, 240), between(104, 120)]);
    let mut canvas = Canvas::new(tongue(across), name, widths);
    heading(&mut canvas, across, LAST, &own(&one.title), &words::matched_about(one));
    let looks = [
        (head::PROGRAMME, Look::Head),
        (head::ITS_INDICATOR, Look::Head),
        (head::FIGURE, Look::HeadRight),
        (head::UNIT, Look::Head),
        (head::RANGE, Look::HeadRight),
        (head::TARGET, Look::HeadRight),
        (head::PROGRESS, Look::HeadRight),
        (head::STATUS, Look::Head),
        (head::COVERAGE, Look::HeadRight),
        (head::DAY, Look::HeadRight),
        (head::FOUND, Look::Head),
        (head::RUN, Look::Head),
    ];
    let top = heads(&mut canvas, &looks);
    canvas.sheet().print.repeat = Some((top, top));
    let formats = words::formats(one);
    let mut entries = Vec::new();
    for (entry, format) in one.entries.iter().zip(&formats) {
        entries.push(CellRef::new(canvas.at(), FIGURE));
        line(&mut canvas, across, entry, *format);
    }
    if let (Some(first), Some(last)) = (entries.first(), entries.last()) {
        let bars = crate::report::book::Area::column(7, first.row, last.row);
        canvas.sheet().bars.push(bars);
    }
    let total = together(&mut canvas, one, formats[0], &entries);
    canvas.gap(14);
    if !one.differences.is_empty() {
        section(&mut canvas, LAST, words::BEFORE);
        for each in &one.differences {
            let said = words::difference(across, each, canvas.tongue());
            canvas.span(NAME, LAST, Cell::text(said), Look::Prose.plain()).end();
        }
        canvas.gap(14);
    }
    if let Some(once) = &one.once {
        shared(&mut canvas, across, one, once);
    }
    section(&mut canvas, LAST, words::DEFINED);
    for entry in &one.entries {
        canvas.verbatim(NAME, &across.programmes[entry.programme].name, Look::StrongTop);
        let text = [entry.definition.as_str()].into_iter().chain(entry.method.iter().map(String::as_str));
        canvas.span(2, LAST, Cell::verbatim_lines(text.collect::<Vec<_>>().join("\n")), Look::Prose.plain());
        canvas.end_ruled(NAME, LAST, Rule::Hair);
    }
    (canvas.finish(), Place { sheet: name.to_owned(), entries, total })
}

fn line(canvas: &mut Canvas, across: &Across, entry: &Entry, format: NumberFormat) {
    let programme = &across.programmes[entry.programme];
    canvas.verbatim(NAME, &programme.title, Look::Strong);
    canvas.verbatim(2, format!("{} ({}: {})", entry.title, programme.name, entry.indicator), Look::Text);
    let (cell, style) = value_cell(&entry.value, Look::StrongFigure.with(format));
    canvas.put(FIGURE, cell, style);
    canvas.verbatim(4, entry.unit.as_str(), Look::Text);
    let optional = |canvas: &mut Canvas, column, value: Option<Decimal>, format: NumberFormat| {
        match value {
            Some(value) => canvas.put(column, Cell::Number(value), Look::Figure.with(format)),
            None => canvas.text(column, NONE, Look::Absent),
        };
    };
    let range = words::range(entry, format);
    if range.is_empty() {
        canvas.text(5, NONE, Look::Absent)
    } else {
        canvas.text(5, range, Look::Figure)
    };
    let target = entry.target.map(|target| target.value);
    optional(canvas, 6, target, format.up_to(entry.target.and_then(|target| target.to)));
    optional(canvas, 7, entry.progress, NumberFormat::SHARE);
    match entry.status {
        Some(one) => canvas.text(8, status(one), Look::Mark(Tone::of_status(one))),
        None => canvas.text(8, NONE, Look::Absent),
    };
    canvas.text(9, entry.coverage.to_string(), Look::Figure);
    canvas.put(10, Cell::Date(entry.cut_off.unwrap_or(programme.as_of)), Look::Figure.with(NumberFormat::DAY));
    canvas.text(11, words::found(entry.found.as_ref()), Look::Text);
    canvas.verbatim(12, programme.report.as_ref().map_or("", |report| &report.run), Look::Text);
    canvas.end_ruled(NAME, LAST, Rule::Hair);
}

/// The sum of what is known, over the cells above; or why there is none. Where it stands.
fn together(canvas: &mut Canvas, one: &Matched, format: NumberFormat, entries: &[CellRef]) -> Option<CellRef> {
    let unit = one.entries[0].unit.as_str();
    let mut at = None;
    canvas.text(NAME, head::TOGETHER, Look::Strong);
    match (&one.total, entries) {
        (Total::Sum { value, .. }, [first, .., last]) => {
            canvas.text(2, words::of_known(&one.total), Look::Note);
            at = Some(CellRef::new(canvas.at(), FIGURE));
            let text = format!("=SUM({first}:{last})");
            canvas.put(FIGURE, Cell::Formula { text, cached: *value }, Look::StrongFigure.with(format));
            canvas.verbatim(4, unit, Look::Text);
        }
        (Total::Not(why), _) => {
            canvas.span(4, LAST, Cell::text(why.says()), Look::AbsentText.plain());
        }
        (Total::Sum { value, .. }, _) => {
            canvas.put(FIGURE, Cell::Number(*value), Look::StrongFigure.with(format));
        }
    }
    canvas.end_ruled(NAME, LAST, Rule::Above);
    if let Some(once) = &one.once {
        canvas.text(NAME, head::ONCE, Look::Strong);
        canvas.text(2, words::in_several(once), Look::Note);
        at = Some(CellRef::new(canvas.at(), FIGURE));
        canvas.put(FIGURE, Cell::count(once.together), Look::StrongFigure.with(NumberFormat::WHOLE));
        canvas.verbatim(4, unit, Look::Text);
        canvas.text(5, words::once_range(once), Look::Figure);
        canvas.end();
    }
    at
}

/// How many stand in both of each two.
fn shared(canvas: &mut Canvas, across: &Across, one: &Matched, once: &Once) {
    let start = canvas.at();
    section(canvas, LAST, words::TWO_AT_ONCE);
    let fit = one.entries.len().min(usize::from(LAST) - 2);
    let last = u16::try_from(fit).unwrap_or(0) + 2;
    let name = |at: usize| across.programmes[one.entries[at].programme].name.as_str();
    canvas.text(NAME, head::FOLDER, Look::Head);
    for (column, at) in (FIGURE..).zip(0..fit) {
        canvas.verbatim(column, name(at).replace('_', " "), Look::HeadRight);
    }
    canvas.end_ruled(NAME, last, Rule::Below);
    for row in 0..one.entries.len() {
        canvas.verbatim(NAME, name(row), Look::Text);
        for (column, at) in (FIGURE..).zip(0..fit) {
            let pair = |one: &&(usize, usize, usize)| (one.0, one.1) == (row.min(at), row.max(at));
            match (row == at, once.each.get(row).copied().flatten(), once.shared.iter().find(pair)) {
                (true, Some(own), _) => {
                    canvas.put(column, Cell::count(own), Look::FaintFigure.with(NumberFormat::WHOLE))
                }
                (false, _, Some((.., both))) if *both > 0 => {
                    canvas.put(column, Cell::count(*both), Look::Heat(2).with(NumberFormat::WHOLE))
                }
                _ => canvas.text(column, NONE, Look::Absent),
            };
        }
        canvas.end_ruled(NAME, last, Rule::Hair);
    }
    canvas.gap(14);
    canvas.keep_from(start);
}
