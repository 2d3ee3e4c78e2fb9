//! One indicator as several programmes have it; and who stands in several of them.

use super::{OVERLAP, amount, formats, heading, heads, section, tongue, value_cell};
use crate::model::across::{Across, Entry, Matched, Once, Total};
use crate::report::book::{Cell, Sheet};
use crate::report::canvas::{Canvas, MARGIN, between};
use crate::report::language::own;
use crate::report::style::{Look, NumberFormat, Rule, Tone};
use crate::report::words;

const NAME: u16 = 1;
const LAST: u16 = 11;

pub fn sheet(across: &Across, one: &Matched, name: &str) -> Sheet {
    let mut widths =
        vec![MARGIN, between(170, 240), between(170, 250), between(100, 150), between(80, 120), between(86, 130)];
    widths.extend([
        between(86, 130),
        between(76, 90),
        between(110, 150),
        between(76, 96),
        between(92, 110),
        between(110, 140),
    ]);
    let mut canvas = Canvas::new(tongue(), name, widths);
    let about = format!("Matched by {}{}", super::summary::matched_by(one.by), own(&one.code));
    heading(&mut canvas, across, LAST, &own(&one.title), &about);
    let looks = [
        ("Programme", Look::Head),
        ("Its indicator", Look::Head),
        ("Figure", Look::HeadRight),
        ("Unit", Look::Head),
        ("At most", Look::HeadRight),
        ("Target", Look::HeadRight),
        ("Progress", Look::HeadRight),
        ("Status", Look::Head),
        ("Coverage", Look::HeadRight),
        ("Stands for", Look::HeadRight),
        ("Run", Look::Head),
    ];
    heads(&mut canvas, &looks);
    let formats = formats(one);
    for (entry, format) in one.entries.iter().zip(&formats) {
        line(&mut canvas, across, entry, *format);
    }
    together(&mut canvas, one, formats[0]);
    canvas.gap(14);
    if !one.differences.is_empty() {
        section(&mut canvas, LAST, "Before the figures are held against each other");
        for line in &one.differences {
            canvas.span(NAME, LAST, Cell::text(line), Look::Prose.plain()).end();
        }
        canvas.gap(14);
    }
    if let Some(once) = &one.once {
        shared(&mut canvas, across, one, once);
    }
    section(&mut canvas, LAST, "How each programme defines and counts it");
    for entry in &one.entries {
        canvas.verbatim(NAME, &across.programmes[entry.programme].name, Look::StrongTop);
        let text = [entry.definition.as_str()].into_iter().chain(entry.method.iter().map(String::as_str));
        canvas.span(2, LAST, Cell::verbatim_lines(text.collect::<Vec<_>>().join("\n")), Look::Prose.plain());
        canvas.end_ruled(NAME, LAST, Rule::Hair);
    }
    canvas.finish()
}

fn line(canvas: &mut Canvas, across: &Across, entry: &Entry, format: NumberFormat) {
    let programme = &across.programmes[entry.programme];
    canvas.verbatim(NAME, &programme.title, Look::Strong);
    canvas.verbatim(2, format!("{} ({}: {})", entry.title, programme.name, entry.indicator), Look::Text);
    let (cell, style) = value_cell(&entry.value, Look::StrongFigure.with(format));
    canvas.put(3, cell, style);
    canvas.verbatim(4, entry.unit.as_str(), Look::Text);
    let optional = |canvas: &mut Canvas, column, value: Option<rust_decimal::Decimal>, format: NumberFormat| {
        match value {
            Some(value) => canvas.put(column, Cell::Number(value), Look::Figure.with(format)),
            None => canvas.text(column, words::NONE, Look::Absent),
        };
    };
    optional(canvas, 5, entry.upper.filter(|upper| Some(*upper) > entry.value.known()), format);
    optional(
        canvas,
        6,
        entry.target.map(|target| target.value),
        format.up_to(entry.target.and_then(|target| target.to)),
    );
    optional(canvas, 7, entry.progress, NumberFormat::SHARE);
    match entry.status {
        Some(status) => canvas.text(8, words::status(status), Look::Mark(Tone::of_status(status))),
        None => canvas.text(8, words::NONE, Look::Absent),
    };
    canvas.text(9, entry.coverage.to_string(), Look::Figure);
    canvas.put(10, Cell::Date(entry.cut_off.unwrap_or(programme.as_of)), Look::Figure.with(NumberFormat::DAY));
    canvas.verbatim(11, programme.report.as_ref().map_or("", |report| &report.run), Look::Text);
    canvas.end_ruled(NAME, LAST, Rule::Hair);
}

fn together(canvas: &mut Canvas, one: &Matched, format: NumberFormat) {
    canvas.text(NAME, "Together", Look::Strong);
    match &one.total {
        Total::Sum { value, known, of } => {
            if known < of {
                canvas.text(2, format!("of {known} of {of} programmes"), Look::Note);
            }
            canvas.put(3, Cell::Number(*value), Look::StrongFigure.with(format));
            canvas.verbatim(4, one.entries[0].unit.as_str(), Look::Text);
        }
        Total::Not(why) => {
            canvas.span(4, LAST, Cell::text(why.says()), Look::AbsentText.plain());
        }
    }
    canvas.end_ruled(NAME, LAST, Rule::Above);
    if let Some(once) = &one.once {
        canvas.text(NAME, "Each counted once", Look::Strong);
        let spelt = if once.at_least < once.together {
            format!("; {} if spellings that differ in marks alone are one", once.at_least)
        } else {
            String::new()
        };
        canvas.text(2, format!("{} of them in several programmes{spelt}", once.several), Look::Note);
        canvas.put(3, Cell::count(once.together), Look::StrongFigure.plain());
        canvas.verbatim(4, one.entries[0].unit.as_str(), Look::Text);
        canvas.end();
    }
}

/// How many stand in both of each two.
fn shared(canvas: &mut Canvas, across: &Across, one: &Matched, once: &Once) {
    let start = canvas.at();
    section(canvas, LAST, "In two programmes at once");
    let fit = one.entries.len().min(usize::from(LAST) - 1);
    let name = |at: usize| across.programmes[one.entries[at].programme].name.as_str();
    canvas.text(NAME, "Folder", Look::Head);
    for (column, at) in (2..).zip(0..fit) {
        canvas.verbatim(column, name(at), Look::HeadRight);
    }
    canvas.end_ruled(NAME, u16::try_from(fit).unwrap_or(0) + 1, Rule::Below);
    for row in 0..one.entries.len() {
        canvas.verbatim(NAME, name(row), Look::Text);
        for (column, at) in (2..).zip(0..fit) {
            let pair = |one: &&(usize, usize, usize)| (one.0, one.1) == (row.min(at), row.max(at));
            match (row == at, once.each.get(row).copied().flatten(), once.shared.iter().find(pair)) {
                (true, Some(own), _) => canvas.put(column, Cell::count(own), Look::FaintFigure.plain()),
                (false, _, Some((.., 0))) | (true, None, _) => canvas.text(column, words::NONE, Look::Absent),
                (false, _, Some((.., both))) => canvas.put(column, Cell::count(*both), Look::Heat(2).plain()),
                _ => canvas.text(column, words::NONE, Look::Absent),
            };
        }
        canvas.end_ruled(NAME, u16::try_from(fit).unwrap_or(0) + 1, Rule::Hair);
    }
    canvas.gap(14);
    canvas.keep_from(start);
}

/// Those that stand in several programmes, by name.
pub fn overlap(across: &Across, names: &[String]) -> Option<Sheet> {
    let any = across.matched.iter().any(|one| one.once.as_ref().is_some_and(|once| once.several > 0));
    if !any {
        return None;
    }
    let last = 3;
    let widths = vec![MARGIN, between(260, 420), between(260, 420), between(180, 260)];
    let mut canvas = Canvas::new(tongue(), OVERLAP, widths);
    heading(
        &mut canvas,
        across,
        last,
        OVERLAP,
        "Who stands in several programmes, each counted once in all of them together",
    );
    for (one, sheet) in across.matched.iter().zip(names) {
        let Some(once) = one.once.as_ref().filter(|once| once.several > 0) else { continue };
        section(&mut canvas, last, &own(&one.title));
        let said = format!(
            "{} in {} programmes; {} of them in several. See {}.",
            amount(rust_decimal::Decimal::from(once.together), &one.entries[0].unit),
            one.entries.len(),
            once.several,
            own(sheet)
        );
        canvas.span(NAME, last, Cell::text(said), Look::Note.plain()).end();
        heads(&mut canvas, &[("Known as", Look::Head), ("In", Look::Head)]);
        for (identity, who) in &once.names {
            let folders: Vec<&str> =
                who.iter().map(|at| across.programmes[one.entries[*at].programme].name.as_str()).collect();
            canvas.verbatim(NAME, identity, Look::Text);
            canvas.span(2, last, Cell::verbatim(folders.join(", ")), Look::Text.plain());
            canvas.end_ruled(NAME, last, Rule::Hair);
        }
        if once.several > once.names.len() {
            let more = format!("and {} more", once.several - once.names.len());
            canvas.span(NAME, last, Cell::text(more), Look::Note.plain()).end();
        }
        canvas.gap(14);
    }
    Some(canvas.finish())
}
