//! Which programmes stand side by side, their figures in one table, and what must be known of all of it.

use super::{BESIDE, NOTES, TOP, formats, heading, heads, section, statuses, tongue, value_cell};
use crate::model::across::{Across, MatchedBy, Total};
use crate::report::book::{Cell, Sheet};
use crate::report::canvas::{Canvas, MARGIN, between, fixed};
use crate::report::language::own;
use crate::report::style::{Look, NumberFormat, Rule};
use crate::report::words::{self, counted};

const NAME: u16 = 1;

pub fn programmes(across: &Across) -> Sheet {
    let last = 10;
    let mut widths = vec![MARGIN, between(240, 340), between(110, 150)];
    widths.extend([
        fixed(92),
        fixed(92),
        fixed(92),
        fixed(70),
        fixed(76),
        fixed(82),
        between(200, 290),
        between(150, 200),
    ]);
    let mut canvas = Canvas::new(tongue(), super::SUMMARY, widths);
    canvas.sheet().accent = true;
    canvas.span(NAME, last, Cell::text(own(&across.title)), Look::Title.plain()).end();
    let about = format!(
        "{} side by side · {} by several · {}",
        counted(across.programmes.len(), "programme"),
        counted(across.matched.len(), "indicator"),
        words::audience_word(across.audience)
    );
    canvas.span(NAME, last, Cell::text(about), Look::Subtitle.plain()).end();
    canvas.gap(10);
    let looks = [
        ("Programme", Look::Head),
        ("Folder", Look::Head),
        ("Start", Look::HeadRight),
        ("End", Look::HeadRight),
        ("As of", Look::HeadRight),
        ("Partners", Look::HeadRight),
        ("Currency", Look::Head),
        ("Indicators", Look::HeadRight),
        ("How they stand", Look::Head),
        ("Report and run", Look::Head),
    ];
    let top = heads(&mut canvas, &looks);
    canvas.sheet().print.repeat = Some((top, top));
    for one in &across.programmes {
        canvas.verbatim(NAME, &one.title, Look::Strong);
        canvas.verbatim(2, &one.name, Look::Text);
        for (column, day) in [(3, one.start), (4, one.end), (5, one.as_of)] {
            canvas.put(column, Cell::Date(day), Look::Figure.with(NumberFormat::DAY));
        }
        canvas.put(6, Cell::count(one.partners), Look::Figure.plain());
        canvas.verbatim(7, &one.currency, Look::Text);
        match &one.report {
            Some(report) => {
                canvas.put(8, Cell::count(report.indicators), Look::Figure.plain());
                canvas.text(9, statuses(&report.statuses), Look::Text);
                canvas.verbatim(10, format!("{} · run {}", report.code, report.run), Look::Text);
            }
            None => {
                canvas.span(8, 10, Cell::text("no report for this audience"), Look::AbsentText.plain());
            }
        }
        canvas.end_ruled(NAME, last, Rule::Hair);
    }
    canvas.gap(14);
    for (sheet, text) in [(BESIDE, "Figures side by side →"), (NOTES, "What must be known of them →")] {
        if sheet != BESIDE || !across.matched.is_empty() {
            canvas.span(NAME, 3, Cell::link(sheet, TOP, text), Look::BackLink.plain()).end();
        }
    }
    canvas.finish()
}

/// One line for each indicator, one column for each programme that has one of them.
pub fn side_by_side(across: &Across, names: &[String]) -> Sheet {
    let columns: Vec<usize> = (0..across.programmes.len())
        .filter(|at| across.matched.iter().any(|one| one.entries.iter().any(|entry| entry.programme == *at)))
        .collect();
    let last = 3 + u16::try_from(columns.len()).unwrap_or(0);
    let mut widths = vec![MARGIN, between(200, 300), between(80, 120)];
    widths.extend(columns.iter().map(|_| between(92, 132)));
    widths.push(between(110, 220));
    let mut canvas = Canvas::new(tongue(), BESIDE, widths);
    heading(
        &mut canvas,
        across,
        last,
        BESIDE,
        "Each figure with all that belongs to it stands on the indicator's own sheet",
    );
    let mut looks = vec![("Indicator", Look::Head), ("Unit", Look::Head)];
    looks.extend(columns.iter().map(|at| (across.programmes[*at].name.as_str(), Look::HeadRight)));
    looks.push(("Together", Look::HeadRight));
    let top = heads(&mut canvas, &looks);
    canvas.sheet().freeze = (top + 1, 2);
    canvas.sheet().print.repeat = Some((top, top));
    for (one, name) in across.matched.iter().zip(names) {
        let formats = formats(one);
        canvas.put(NAME, Cell::link(name, TOP, own(&one.title)), Look::Link.plain());
        let units: std::collections::BTreeSet<&str> = one.entries.iter().map(|entry| entry.unit.as_str()).collect();
        canvas.verbatim(2, units.into_iter().collect::<Vec<_>>().join(", "), Look::Text);
        for (column, programme) in (3..).zip(&columns) {
            // A programme may count one thing in two ways; the sheet has both.
            let found = one.entries.iter().zip(&formats).find(|(entry, _)| entry.programme == *programme);
            match found {
                Some((entry, format)) => {
                    let (cell, style) = value_cell(&entry.value, Look::Figure.with(*format));
                    canvas.put(column, cell, style)
                }
                None => canvas.text(column, words::NONE, Look::Absent),
            };
        }
        match (&one.total, &one.once) {
            (Total::Sum { value, .. }, _) => {
                canvas.put(last, Cell::Number(*value), Look::StrongFigure.with(formats[0]));
            }
            (Total::Not(_), Some(once)) => {
                canvas.put(last, Cell::count(once.together), Look::StrongFigure.plain());
            }
            (Total::Not(why), None) => {
                canvas.text(last, why.says(), Look::AbsentText);
            }
        }
        canvas.end_ruled(NAME, last, Rule::Hair);
    }
    canvas.finish()
}

pub fn notes(across: &Across) -> Sheet {
    let last = 4;
    let widths = vec![MARGIN, between(170, 260), between(200, 320), between(200, 320), between(160, 260)];
    let mut canvas = Canvas::new(tongue(), NOTES, widths);
    heading(&mut canvas, across, last, NOTES, "How this report came about, and what it leaves out");
    section(&mut canvas, last, "How figures are put together");
    for line in METHOD {
        canvas.span(NAME, last, Cell::text(line), Look::Prose.plain()).end();
    }
    canvas.gap(14);
    section(&mut canvas, last, "What was matched, and by what");
    heads(&mut canvas, &[("Indicator", Look::Head), ("Matched by", Look::Head), ("Programmes", Look::Head)]);
    for one in &across.matched {
        let by = matched_by(one.by);
        let who: Vec<String> = (one.entries.iter())
            .map(|entry| format!("{}: {}", across.programmes[entry.programme].name, entry.indicator))
            .collect();
        canvas.verbatim(NAME, &one.title, Look::Text);
        canvas.text(2, format!("{by}{}", own(&one.code)), Look::Text);
        canvas.span(3, last, Cell::verbatim(who.join(", ")), Look::Text.plain());
        canvas.end_ruled(NAME, last, Rule::Hair);
    }
    canvas.gap(14);
    section(&mut canvas, last, "Indicators of one programme alone");
    heads(&mut canvas, &[("Folder", Look::Head), ("Indicator", Look::Head), ("Code", Look::Head)]);
    for (at, code, title) in &across.alone {
        canvas.verbatim(NAME, &across.programmes[*at].name, Look::Text);
        canvas.verbatim(2, title, Look::Text);
        canvas.verbatim(3, code.as_str(), Look::Mono);
        canvas.end_ruled(NAME, 3, Rule::Hair);
    }
    canvas.finish()
}

/// Before the code.
pub fn matched_by(by: MatchedBy) -> &'static str {
    match by {
        MatchedBy::Catalogue => "the catalogue's code ",
        MatchedBy::Common => "the EU's common code ",
        MatchedBy::Declared => "the declaration ",
    }
}

const METHOD: [&str; 5] = [
    "Each programme is computed from its own folder, as `scoreboard run` would publish it on its day. The code of the run \
     stands beside each figure: the programme's own scoreboard of that run has its rows.",
    "Indicators are matched by the code of the catalogue or by the EU's common code that they bear, or by declaration. What \
     differs between them is told on their sheet.",
    "Only sums and counts of rows in one unit are added up. Rates, means, medians, estimates, the smallest and the largest \
     never are; what counts each organisation once is counted again over all programmes.",
    "Two programmes speak of one organisation where both know it by the same identity: its number, else its name as counted.",
    "Programmes end on different days and figures stand for different days: a sum of them is no state of any one day.",
];
