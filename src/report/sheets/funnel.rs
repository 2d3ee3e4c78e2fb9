//! Funnels: what became of each step, from the first contact to the outcome; for the whole and for each group.

use super::grid::key;
use super::{
    Context, TITLE, by_field, field_label, heading, heads, line_name, live, number_format, section, value_cell,
};
use crate::finding::CellRef;
use crate::model::number::quotient;
use crate::model::presentation::{ChartUse, Funnel};
use crate::model::scoreboard::{Breakdown, Figure, IndicatorResult};
use crate::model::trace::{Number, Part};
use crate::model::value::Value;
use crate::report::axis;
use crate::report::book::{Area, Cell, Chart, ChartKind, Role, Series, Sheet};
use crate::report::canvas::{Canvas, MARGIN, between, fixed};
use crate::report::language::own;
use crate::report::prose;
use crate::report::style::{Look, NumberFormat, Rule, Style};
use crate::report::words::{self, head};

const NAME: u16 = 1;
const FIRST: u16 = 2;
const LAST: u16 = 13;
const CHART: (u16, u16) = (8, 13);
/// Groups of a step are told up to so many steps side by side: below the chart's columns there is room for no more.
const STEPS: usize = 5;

/// A step: its indicator, and the sheet of that.
type Step<'a> = (&'a IndicatorResult, &'a str);

pub fn sheet(context: Context) -> Option<Sheet> {
    let board = context.scoreboard;
    let funnels: Vec<(&Funnel, Vec<Step<'_>>)> = board
        .presentation
        .funnels
        .iter()
        .map(|funnel| (funnel, funnel.steps.iter().filter_map(|code| context.step(code)).collect::<Vec<_>>()))
        .filter(|(_, steps)| steps.len() > 1)
        .collect();
    if funnels.is_empty() && board.chains.is_empty() {
        return None;
    }
    let mut widths = vec![MARGIN, between(220, 300)];
    widths.extend([between(92, 124); 5]);
    widths.push(fixed(24));
    widths.extend([fixed(88); 6]);
    let mut canvas = Canvas::new(context.tongue, words::FUNNEL, widths);
    heading(&mut canvas, context, LAST, words::FUNNEL, prose::FUNNEL);
    super::frozen(&mut canvas, 3, 0);
    canvas.gap(10);
    for (funnel, steps) in &funnels {
        whole(&mut canvas, &funnel.title, steps);
        for breakdown in steps[0].0.breakdowns.iter().filter(|breakdown| breakdown.field != "period") {
            groups(&mut canvas, breakdown, &steps[..steps.len().min(STEPS)]);
        }
    }
    if !funnels.is_empty() {
        canvas.span(NAME, LAST, Cell::text(prose::FUNNEL_LEGEND), Look::Note.plain()).end();
        canvas.gap(14);
    }
    for chain in &board.chains {
        super::chain::part(&mut canvas, chain, LAST);
    }
    canvas.draw_only(|usage| context.draws(usage));
    Some(canvas.finish())
}

fn whole(canvas: &mut Canvas, title: &str, steps: &[Step<'_>]) {
    let start = canvas.at();
    section(canvas, LAST, &own(title));
    let looks = [
        (head::STEP, Look::Head),
        (head::FIGURE, Look::HeadRight),
        (head::UNIT, Look::Head),
        (head::OF_STEP, Look::HeadRight),
        (head::OF_FIRST, Look::HeadRight),
    ];
    let top = heads(canvas, NAME, &looks);
    let first = canvas.at();
    for (at, (one, sheet)) in steps.iter().enumerate() {
        let row = canvas.at();
        canvas.put(NAME, Cell::live_link(sheet, TITLE, own(&one.title)), Look::Link.plain());
        let (cell, style) = value_cell(&one.total.value, Look::StrongFigure.with(number_format(one)));
        canvas.put(FIRST, cell, style).of(Number::total(one, Part::Value));
        canvas.verbatim(FIRST + 1, one.unit.as_str(), Look::Text);
        let before = at.checked_sub(1).and_then(|before| steps.get(before)).map(|(one, _)| &one.total);
        for (column, against, line) in
            [(FIRST + 2, before, row.saturating_sub(1)), (FIRST + 3, Some(&steps[0].0.total), first)]
        {
            if at > 0 {
                let cells = (CellRef::new(row, FIRST), CellRef::new(line, FIRST));
                let (cell, style) = share(&one.total.value, against.map(|figure| &figure.value), cells);
                canvas.put(column, cell, style);
                if let Some(against) = against {
                    canvas.of(part_of(&one.total, against));
                }
            }
        }
        canvas.end_ruled(NAME, FIRST + 3, Rule::Hair);
    }
    let end = canvas.at().saturating_sub(1);
    let spacer = canvas.gap(18);
    canvas.keep_from(start);
    let absent: Vec<bool> = steps.iter().map(|(one, _)| one.total.value.known().is_none()).collect();
    if absent.iter().all(|absent| *absent) {
        return;
    }
    let lines = u32::try_from(steps.len()).unwrap_or(1);
    canvas.chart(Chart {
        kind: ChartKind::Bars,
        usage: ChartUse::Funnel,
        sheet: None,
        first: CellRef::new(top, CHART.0),
        last_column: CHART.1,
        last_row: spacer,
        height: (40 + 40 * lines).clamp(150, 420),
        title: String::new(),
        alt: prose::alt_funnel(&own(title)),
        categories: Area::column(NAME, first, end),
        series: vec![Series {
            name: head::FIGURE.to_owned(),
            values: Area::column(FIRST, first, end),
            role: Role::Actual,
            interval: None,
            absent,
        }],
        number: NumberFormat::WHOLE,
        axis: axis::from_zero(steps.iter().filter_map(|(one, _)| one.total.value.known())),
    });
}

/// One figure as a part of another.
fn part_of(above: &Figure, below: &Figure) -> Number {
    let value = |figure| Box::new(Number::of(figure, Part::Value));
    Number::Share { above: value(above), below: value(below) }
}

/// A part of what stands in another cell, live.
fn share(part: &Value, whole: Option<&Value>, (above, below): (CellRef, CellRef)) -> (Cell, Style) {
    let figures = part.known().zip(whole.and_then(Value::known));
    match figures.and_then(|(part, whole)| quotient(part, whole)) {
        Some(share) => {
            let style = Look::Figure.with(NumberFormat::FINE_SHARE);
            (live(format!("={above}/{below}"), share, Some(share)), style)
        }
        None => (Cell::text(words::NONE), Look::Absent.plain()),
    }
}

/// One line a group: the figure of each step, and how much of the first came to the last. Only where every step has it.
fn groups(canvas: &mut Canvas, breakdown: &Breakdown, steps: &[Step<'_>]) {
    let all: Option<Vec<&Breakdown>> =
        steps.iter().map(|(one, _)| one.breakdowns.iter().find(|other| other.field == breakdown.field)).collect();
    let Some(all) = all else { return };
    let start = canvas.at();
    section(canvas, LAST, &by_field(canvas.tongue(), breakdown));
    canvas.text(NAME, field_label(breakdown), Look::Head);
    // Past the gap in the middle of the sheet.
    let places: Vec<u16> = (FIRST..).take(steps.len()).collect();
    for (at, (one, _)) in places.iter().zip(steps) {
        canvas.verbatim(*at, &one.title, Look::HeadRight);
    }
    let result = CHART.0;
    canvas.span(result, result + 1, Cell::text(head::OF_FIRST), Look::HeadRight.plain());
    canvas.end_ruled(NAME, result + 1, Rule::Below);
    for (line, name) in breakdown.figures.iter().zip(&breakdown.names) {
        let row = canvas.at();
        canvas.text(NAME, line_name(name), Look::Text);
        let mut values: Vec<Option<&Figure>> = Vec::new();
        for ((at, (one, _)), breakdown) in places.iter().zip(steps).zip(&all) {
            let figure = breakdown.figures.iter().find(|figure| key(figure) == key(line));
            match figure {
                Some(figure) => {
                    let (cell, style) = value_cell(&figure.value, Look::Figure.with(number_format(one)));
                    canvas.put(*at, cell, style).of(Number::of(figure, Part::Value));
                }
                // A group without a row has counted none, where its partner reported; no figure says so.
                None => {
                    canvas.text(*at, words::NONE, Look::Absent);
                }
            }
            values.push(figure);
        }
        if let (Some(Some(first)), Some(Some(last)), Some(end)) = (values.first(), values.last(), places.last()) {
            let (cell, style) =
                share(&last.value, Some(&first.value), (CellRef::new(row, *end), CellRef::new(row, FIRST)));
            canvas.span(result, result + 1, cell, style).of(part_of(last, first));
        }
        canvas.end_ruled(NAME, result + 1, Rule::Hair);
    }
    canvas.gap(18);
    canvas.keep_from(start);
}
