//! How the programmes stand and what they make together, their figures in one table, and what must be known of all of it.

use super::matched::Place;
use super::words::{self, head};
use super::{TOP, folders, heading, heads, section, tongue, value_cell};
use crate::model::across::{Across, Total};
use crate::report::book::{Cell, Lead, Sheet};
use crate::report::canvas::{Canvas, MARGIN, between, fixed};
use crate::report::language::own;
use crate::report::style::{Look, NumberFormat, Rule, Style, Tone};
use crate::report::words::NONE;

const NAME: u16 = 1;
/// Of the first sheet.
const EDGE: u16 = 10;

/// What a funder wants to know first.
pub fn programmes(across: &Across, places: &[Place]) -> Sheet {
    let mut widths = vec![MARGIN, between(300, 400), between(120, 160)];
    widths.extend([fixed(86), fixed(86), fixed(86), fixed(86), fixed(92), fixed(92), fixed(96), between(190, 220)]);
    let mut canvas = Canvas::new(tongue(across), words::PROGRAMMES, widths);
    canvas.sheet().accent = true;
    canvas.span(NAME, EDGE, Cell::verbatim(&across.title), Look::Title.plain()).end();
    canvas.span(NAME, EDGE, Cell::text(words::about(across)), Look::Subtitle.plain()).end();
    canvas.gap(10);
    stand(&mut canvas, across);
    canvas.gap(14);
    together(&mut canvas, across, places);
    canvas.gap(14);
    for (sheet, text) in [(words::BESIDE, words::TO_FIGURES), (words::NOTES, words::TO_NOTES)] {
        if sheet != words::BESIDE || !across.matched.is_empty() {
            canvas.span(NAME, 5, Cell::link(sheet, TOP, text), Look::BackLink.plain()).end();
        }
    }
    canvas.sheet().print.repeat = None;
    canvas.finish()
}

fn stand(canvas: &mut Canvas, across: &Across) {
    section(canvas, EDGE, words::STAND);
    let looks = [
        (head::PROGRAMME, Look::Head),
        (head::FOLDER, Look::Head),
        (head::WELL, Look::Head),
        (head::FAIR, Look::Head),
        (head::BAD, Look::Head),
        (head::UNJUDGED, Look::Head),
        (head::BEHIND, Look::HeadRight),
        (head::KEPT_OUT, Look::HeadRight),
        (head::AS_OF, Look::HeadRight),
        (head::RUNS, Look::Head),
    ];
    heads(canvas, &looks);
    for one in &across.programmes {
        canvas.verbatim(NAME, &one.title, Look::Strong);
        canvas.verbatim(2, &one.name, Look::Text);
        if let Some(report) = &one.report {
            let tones = [Tone::Good, Tone::Fair, Tone::Bad, Tone::Quiet];
            for ((column, count), tone) in (3..).zip(words::standing(&report.statuses)).zip(tones) {
                counted(canvas, column, count, Some(tone));
            }
            if report.behind > 0 {
                let said = format!("{} of {}", report.behind, one.partners);
                canvas.text(7, said, Look::Figure);
            } else {
                canvas.text(7, NONE, Look::Absent);
            }
            counted(canvas, 8, usize::try_from(report.rows_kept_out).unwrap_or(usize::MAX), None);
        } else {
            canvas.span(3, 8, Cell::text(words::NO_REPORT), Look::AbsentText.plain());
        }
        canvas.put(9, Cell::Date(one.as_of), Look::Figure.with(NumberFormat::DAY));
        let day = |day| canvas.tongue().short_day(day);
        let span = format!("{} – {}", day(one.start), day(one.end));
        canvas.verbatim(10, span, Look::Text);
        canvas.end_ruled(NAME, EDGE, Rule::Hair);
    }
    canvas.span(NAME, EDGE, Cell::text(words::LEGEND), Look::Note.plain()).end();
}

/// How many, in the colour of what it means; a dash for none.
fn counted(canvas: &mut Canvas, column: u16, count: usize, tone: Option<Tone>) {
    let (look, absent) = tone.map_or((Look::Figure, Look::Absent), |tone| (Look::Mark(tone), Look::AbsentText));
    if count == 0 {
        canvas.text(column, NONE, absent);
    } else {
        canvas.put(column, Cell::count(count), look.with(NumberFormat::WHOLE));
    }
}

/// What programmes make together: a sum, each counted once, or the reason for neither.
fn together(canvas: &mut Canvas, across: &Across, places: &[Place]) {
    let start = canvas.at();
    section(canvas, EDGE, words::ALL_TOGETHER);
    if across.matched.is_empty() {
        canvas.span(NAME, EDGE, Cell::text(words::NOTHING_IN_COMMON), Look::Note.plain()).end();
        return;
    }
    canvas.text(NAME, head::INDICATOR, Look::Head).text(2, head::UNIT, Look::Head);
    canvas.text(3, words::PROGRAMMES, Look::HeadRight).text(4, head::TOGETHER, Look::HeadRight);
    canvas.text(5, head::SEVERAL, Look::HeadRight);
    canvas.span(6, EDGE, Cell::Blank, Look::Head.plain());
    canvas.end_ruled(NAME, EDGE, Rule::Below);
    for (one, place) in across.matched.iter().zip(places) {
        let formats = words::formats(one);
        canvas.put(NAME, Cell::link(&place.sheet, TOP, own(&one.title)), Look::Link.plain());
        canvas.verbatim(2, units(one), Look::Text);
        canvas.put(3, Cell::count(one.entries.len()), Look::Figure.with(NumberFormat::WHOLE));
        let mut said = words::of_known(&one.total);
        match (&one.total, &one.once) {
            (Total::Not(why), None) => {
                canvas.text(4, NONE, Look::Absent);
                why.says().clone_into(&mut said);
            }
            (_, Some(once)) => {
                canvas.put(4, place.total_cell(one), Look::StrongFigure.with(NumberFormat::WHOLE));
                counted(canvas, 5, once.several, None);
                said = [words::ONCE_WORD.to_owned(), words::once_range(once)]
                    .into_iter()
                    .filter(|text| !text.is_empty())
                    .collect::<Vec<_>>()
                    .join(" · ");
            }
            (Total::Sum { .. }, None) => {
                canvas.put(4, place.total_cell(one), Look::StrongFigure.with(formats[0]));
            }
        }
        canvas.span(6, EDGE, Cell::text(said), Look::Note.plain());
        canvas.end_ruled(NAME, EDGE, Rule::Hair);
    }
    canvas.keep_from(start);
}

fn units(one: &crate::model::across::Matched) -> String {
    let units: std::collections::BTreeSet<&str> = one.entries.iter().map(|entry| entry.unit.as_str()).collect();
    units.into_iter().collect::<Vec<_>>().join(", ")
}

/// One line for each indicator, one column for each programme that has one of them.
pub fn side_by_side(across: &Across, places: &[Place]) -> Sheet {
    let columns: Vec<usize> = (0..across.programmes.len())
        .filter(|at| across.matched.iter().any(|one| one.entries.iter().any(|entry| entry.programme == *at)))
        .collect();
    let last = 3 + u16::try_from(columns.len()).unwrap_or(0);
    let mut widths = vec![MARGIN, between(200, 280), between(80, 120)];
    widths.extend(columns.iter().map(|_| between(84, 132)));
    widths.push(between(110, 240));
    let mut canvas = Canvas::new(tongue(across), words::BESIDE, widths);
    heading(&mut canvas, across, last, words::BESIDE, words::BESIDE_ABOUT);
    canvas.text(NAME, head::INDICATOR, Look::Head).text(2, head::UNIT, Look::Head);
    for (column, at) in (3..).zip(&columns) {
        // Broken after a part of the name, where it is long.
        canvas.verbatim(column, across.programmes[*at].name.replace('_', " "), Look::HeadRight);
    }
    canvas.text(last, head::TOGETHER, Look::HeadRight);
    let top = canvas.end_ruled(NAME, last, Rule::Below);
    canvas.sheet().freeze = (top + 1, 2);
    canvas.sheet().print.repeat = Some((top, top));
    for (one, place) in across.matched.iter().zip(places) {
        let formats = words::formats(one);
        canvas.put(NAME, Cell::link(&place.sheet, TOP, own(&one.title)), Look::Link.plain());
        canvas.verbatim(2, units(one), Look::Text);
        for (column, programme) in (3..).zip(&columns) {
            // A programme may count one thing in two ways; the sheet has both.
            let found =
                one.entries.iter().zip(&formats).enumerate().find(|(_, (entry, _))| entry.programme == *programme);
            match found {
                Some((at, (entry, format))) => {
                    let (cell, style) = value_cell(&entry.value, Look::Figure.with(*format));
                    let lead =
                        Lead { sheet: place.sheet.clone(), cell: place.entries[at], tip: words::tip(across, entry) };
                    canvas.put(column, cell, style).leads(lead)
                }
                None => canvas.text(column, NONE, Look::Absent),
            };
        }
        let style: Style = match &one.total {
            Total::Sum { .. } => Look::StrongFigure.with(formats[0]),
            Total::Not(_) => Look::StrongFigure.with(NumberFormat::WHOLE),
        };
        match (&one.total, &one.once) {
            (Total::Not(why), None) => canvas.text(last, why.says(), Look::AbsentText),
            _ => canvas.put(last, place.total_cell(one), style),
        };
        canvas.end_ruled(NAME, last, Rule::Hair);
    }
    canvas.finish()
}

pub fn notes(across: &Across) -> Sheet {
    let last = 5;
    let widths =
        vec![MARGIN, between(200, 280), between(130, 190), between(160, 240), between(120, 160), between(420, 470)];
    let mut canvas = Canvas::new(tongue(across), words::NOTES, widths);
    heading(&mut canvas, across, last, words::NOTES, words::NOTES_ABOUT);
    section(&mut canvas, last, words::PUT_TOGETHER);
    for line in words::METHOD {
        canvas.span(NAME, last, Cell::text(line), Look::Prose.plain()).end();
    }
    canvas.gap(14);
    let start = canvas.at();
    section(&mut canvas, last, words::COME_FROM);
    canvas.span(NAME, last, Cell::text(words::VERIFY), Look::Note.plain()).end();
    let looks = [head::PROGRAMME, head::FOLDER, head::REPORT, head::RUN, head::HEAD].map(|text| (text, Look::Head));
    heads(&mut canvas, &looks);
    for one in &across.programmes {
        canvas.verbatim(NAME, &one.title, Look::Text);
        canvas.verbatim(2, &one.name, Look::Text);
        if let Some(report) = &one.report {
            canvas.verbatim(3, format!("{}.xlsx", report.code), Look::Text);
            canvas.verbatim(4, &report.run, Look::Text);
            canvas.verbatim(5, &report.head, Look::Text);
        } else {
            canvas.span(3, last, Cell::text(words::NO_REPORT), Look::AbsentText.plain());
        }
        canvas.end_ruled(NAME, last, Rule::Hair);
    }
    canvas.keep_from(start);
    canvas.gap(14);
    section(&mut canvas, last, words::WHAT_MATCHED);
    canvas.text(NAME, head::INDICATOR, Look::Head).text(2, head::MATCHED_BY, Look::Head);
    canvas.span(4, last, Cell::text(words::PROGRAMMES), Look::Head.plain());
    canvas.end_ruled(NAME, last, Rule::Below);
    for one in &across.matched {
        let who: Vec<String> = (one.entries.iter())
            .map(|entry| format!("{}: {}", across.programmes[entry.programme].name, entry.indicator))
            .collect();
        canvas.verbatim(NAME, &one.title, Look::Text);
        canvas.span(2, 3, Cell::text(words::matched_by(one)), Look::Text.plain());
        canvas.span(4, last, Cell::verbatim(who.join(", ")), Look::Text.plain());
        canvas.end_ruled(NAME, last, Rule::Hair);
    }
    canvas.gap(14);
    section(&mut canvas, last, words::ALONE);
    canvas.text(NAME, head::FOLDER, Look::Head);
    canvas.span(2, 4, Cell::text(head::INDICATOR), Look::Head.plain());
    canvas.text(last, head::CODE, Look::Head).end_ruled(NAME, last, Rule::Below);
    for (at, code, title) in &across.alone {
        canvas.verbatim(NAME, folders(across, [at]), Look::Text);
        canvas.span(2, 4, Cell::verbatim(title), Look::Text.plain());
        canvas.verbatim(last, code.as_str(), Look::Text);
        canvas.end_ruled(NAME, last, Rule::Hair);
    }
    canvas.finish()
}
