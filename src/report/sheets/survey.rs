//! The survey sheet: who was asked, who answered, which questions were left out, for each wave.

use rust_decimal::Decimal;

use super::{Context, TOP, heading, heads, live, number_format, optional_cell, section, value_cell};
use crate::finding::CellRef;
use crate::model::absent::Absent;
use crate::model::number::quotient;
use crate::model::presentation::ChartUse;
use crate::model::scoreboard::{EstimateFacts, IndicatorResult, StratumResponse, SurveyResult, WaveResponse};
use crate::model::trace::{Bound, Counted, Number, Part};
use crate::model::unit::Unit;
use crate::model::value::Value;
use crate::report::axis::Axis;
use crate::report::book::{Area, Cell, Chart, ChartKind, Role, Series, Sheet};
use crate::report::canvas::{Canvas, MARGIN, between, fixed};
use crate::report::language::own;
use crate::report::prose;
use crate::report::style::{Look, NumberFormat, Rule};
use crate::report::words::{self, head, part};

const NAME: u16 = 1;
const POPULATION: u16 = 2;
const ASKED: u16 = 3;
const INELIGIBLE: u16 = 4;
const COMPLETE: u16 = 5;
const RATE: u16 = 6;
const CHART: (u16, u16) = (8, 12);
const LAST: u16 = 12;

pub fn sheet(context: Context) -> Sheet {
    let mut widths = vec![MARGIN, between(220, 330)];
    widths.extend([between(84, 110); 5]);
    widths.push(fixed(24));
    widths.extend([fixed(88); 5]);
    let mut canvas = Canvas::new(context.tongue, words::SURVEY, widths);
    heading(&mut canvas, context, LAST, words::SURVEY, prose::SURVEY);
    super::frozen(&mut canvas, 3, 0);
    for survey in &context.scoreboard.surveys {
        canvas.gap(12);
        about(&mut canvas, survey);
        estimates(&mut canvas, context, survey);
        for (at, wave) in survey.waves.iter().enumerate() {
            let of = |line, what| response(&survey.code, at, line, what);
            strata(&mut canvas, context, wave, &of);
            items(&mut canvas, wave, &of);
            super::panel::coded(&mut canvas, wave, LAST, &of);
        }
        if let Some(panel) = &survey.panel {
            super::panel::part(&mut canvas, panel, LAST, &|wave, line, what| response(&survey.code, wave, line, what));
        }
    }
    super::compare::all(&mut canvas, context, LAST);
    canvas.draw_only(|usage| context.draws(usage));
    canvas.finish()
}

fn about(canvas: &mut Canvas, survey: &SurveyResult) {
    let start = canvas.at();
    section(canvas, LAST, &own(&survey.title));
    canvas.gap(6);
    for line in &survey.method {
        canvas.span(NAME, LAST, Cell::text(line), Look::Prose.plain()).end();
    }
    canvas.span(NAME, LAST, Cell::text(prose::RESPONSE), Look::Note.plain()).end();
    canvas.gap(10);
    canvas.keep_from(start);
}

/// What is estimated from this survey, with the way to each indicator's sheet, where it is drawn.
fn estimates(canvas: &mut Canvas, context: Context, survey: &SurveyResult) {
    let all = context.scoreboard.indicators.iter().zip(context.names);
    let estimated: Vec<(&IndicatorResult, &EstimateFacts, &String)> = all
        .filter_map(|(one, name)| Some((one, one.estimate.as_ref()?, name)))
        .filter(|(_, facts, _)| facts.survey == survey.title)
        .collect();
    if estimated.is_empty() {
        return;
    }
    let start = canvas.at();
    section(canvas, LAST, part::ESTIMATES);
    if estimated.iter().any(|(_, facts, _)| facts.change.is_some()) {
        for (column, text) in [(8, head::CHANGE), (9, head::LOWER), (10, head::UPPER), (11, head::UNIT)] {
            canvas.text(column, text, Look::HeadRight);
        }
    }
    heads(
        canvas,
        NAME,
        &[
            (head::INDICATOR, Look::Head),
            (head::UNIT, Look::HeadRight),
            (head::ESTIMATE, Look::HeadRight),
            (head::LOWER, Look::HeadRight),
            (head::UPPER, Look::HeadRight),
            (head::ANSWERS, Look::HeadRight),
        ],
    );
    for (one, facts, name) in estimated {
        let number = number_format(one);
        canvas.put(NAME, Cell::link(name, TOP, own(&one.title)), Look::Link.plain());
        canvas.verbatim(2, one.unit.as_str(), Look::NoteRight);
        let (cell, style) = value_cell(&one.total.value, Look::StrongFigure.with(number));
        canvas.put(3, cell, style).of(Number::total(one, Part::Value));
        let change = facts.change.as_ref();
        let format = change.map_or(number, |change| NumberFormat::of_unit(&Unit::new(&change.unit), true));
        let level = |bound| Number::estimate(&one.total, false, bound);
        let moved = |bound| Number::estimate(&one.total, true, bound);
        let bounds = [(4, facts.lower, number, level(Bound::Lower)), (5, facts.upper, number, level(Bound::Upper))];
        let changes = change.map(|change| {
            [
                (8, Some(change.value), format, moved(Bound::Value)),
                (9, change.lower, format, moved(Bound::Lower)),
                (10, change.upper, format, moved(Bound::Upper)),
            ]
        });
        for (column, bound, number, of) in bounds.into_iter().chain(changes.into_iter().flatten()) {
            let (cell, style) = optional_cell(bound, words::NONE, Look::Figure.with(number));
            canvas.put(column, cell, style).of(of);
        }
        if one.total.value == Value::Suppressed {
            canvas.text(6, words::NONE, Look::Absent);
        } else {
            canvas.put(6, Cell::count(facts.answers), Look::FaintFigure.with(NumberFormat::WHOLE));
            canvas.of(level(Bound::Answers));
        }
        if let Some(change) = change {
            canvas.text(11, words::change_unit(&change.unit), Look::NoteRight);
        }
        canvas.end_ruled(NAME, LAST, Rule::Hair);
    }
    canvas.span(NAME, LAST, Cell::text(prose::ESTIMATES), Look::Note.plain()).end();
    canvas.gap(18);
    canvas.keep_from(start);
}

/// What a number is, by the position of its line and a word.
pub type Of<'a> = &'a dyn Fn(usize, &'static str) -> Number;

fn response(survey: &str, wave: usize, line: usize, what: &'static str) -> Number {
    Number::Counted(Counted::Response { survey: survey.to_owned(), wave, line, what })
}

/// The line for the whole stands last; the others are its strata.
fn strata(canvas: &mut Canvas, context: Context, wave: &WaveResponse, of: Of<'_>) {
    let start = canvas.at();
    section(canvas, LAST, &prose::wave_on(&own(&wave.title), wave.on));
    let top = heads(
        canvas,
        NAME,
        &[
            (head::STRATUM, Look::Head),
            (head::POPULATION, Look::HeadRight),
            (head::ASKED, Look::HeadRight),
            (head::INELIGIBLE, Look::HeadRight),
            (head::COMPLETE, Look::HeadRight),
            (head::RATE, Look::HeadRight),
        ],
    );
    let (strata, whole): (Vec<_>, Vec<_>) = wave.strata.iter().partition(|stratum| stratum.name != "all");
    let line = |one: &StratumResponse| wave.strata.iter().position(|stratum| stratum.name == one.name).unwrap_or(0);
    let first = canvas.at();
    for stratum in &strata {
        canvas.text(NAME, super::line_name(&stratum.name), Look::Text);
        counts(canvas, stratum, |_, count| Cell::Number(count), Look::Figure, &|what| of(line(stratum), what));
        canvas.end_ruled(NAME, RATE, Rule::Hair);
    }
    let end = canvas.at().saturating_sub(1);
    for all in whole {
        canvas.text(NAME, words::ALL, Look::Strong);
        let sum = |column: u16, count: Decimal| {
            let pick = |stratum: &StratumResponse| match column {
                POPULATION => stratum.population,
                ASKED => stratum.asked,
                INELIGIBLE => stratum.ineligible,
                _ => stratum.complete,
            };
            let total: Decimal = strata.iter().map(|stratum| Decimal::from(pick(stratum))).sum();
            let whole = end >= first && strata.iter().all(|stratum| stratum.rate != Value::Suppressed);
            live(format!("=SUM({})", Area::column(column, first, end)), count, whole.then_some(total))
        };
        counts(canvas, all, sum, Look::StrongFigure, &|what| of(line(all), what));
        canvas.end_ruled(NAME, RATE, Rule::Above);
    }
    let rows = canvas.at().saturating_sub(1);
    canvas.sheet().bars.push(Area::column(RATE, first, rows));
    if !context.scoreboard.audience.is_restricted() {
        canvas.span(NAME, RATE, Cell::text(prose::aside(wave)), Look::Note.plain()).end();
    } else if wave.strata.iter().any(|stratum| stratum.rate == Value::Suppressed)
        || wave.items.iter().any(|item| item.suppressed)
    {
        canvas.span(NAME, RATE, Cell::text(prose::SUPPRESSED_LEGEND), Look::Note.plain()).end();
    }
    let spacer = canvas.gap(16);
    if end >= first {
        response_chart(canvas, wave, &strata, top, (first, end, spacer));
    }
    canvas.keep_from(start);
}

fn counts(
    canvas: &mut Canvas,
    stratum: &StratumResponse,
    cell: impl Fn(u16, Decimal) -> Cell,
    look: Look,
    of: &dyn Fn(&'static str) -> Number,
) {
    let row = canvas.at();
    if stratum.rate == Value::Suppressed {
        for column in POPULATION..RATE {
            canvas.text(column, words::NONE, Look::Absent);
        }
        canvas.text(RATE, words::SUPPRESSED, Look::Absent);
        return;
    }
    for (column, count, what) in [
        (POPULATION, stratum.population, "population"),
        (ASKED, stratum.asked, "asked"),
        (INELIGIBLE, stratum.ineligible, "ineligible"),
        (COMPLETE, stratum.complete, "complete"),
    ] {
        canvas.put(column, cell(column, Decimal::from(count)), look.with(NumberFormat::WHOLE)).of(of(what));
    }
    let eligible = stratum.asked.saturating_sub(stratum.ineligible);
    let rate = quotient(Decimal::from(stratum.complete), Decimal::from(eligible));
    let at = |column| CellRef::new(row, column);
    let text = format!("={}/({}-{})", at(COMPLETE), at(ASKED), at(INELIGIBLE));
    match (words::absent(&stratum.rate), rate) {
        (None, Some(cached)) => {
            canvas.put(RATE, Cell::Formula { text, cached }, look.with(NumberFormat::FINE_SHARE)).of(of("rate"));
        }
        (word, _) => {
            canvas.text(RATE, word.unwrap_or(words::NOT_COMPUTABLE), Look::Absent);
        }
    }
}

fn items(canvas: &mut Canvas, wave: &WaveResponse, of: Of<'_>) {
    if wave.items.is_empty() {
        return;
    }
    let start = canvas.at();
    // A kind that no question has needs no column; where nobody can tell the kinds apart, there is none.
    let mut kinds: Vec<(Absent, &str)> =
        words::ABSENT.into_iter().filter(|(kind, _)| wave.items.iter().any(|item| item.of(*kind) > 0)).collect();
    if kinds.iter().all(|(kind, _)| *kind == Absent::Unknown) {
        kinds.clear();
    }
    let mut titles = vec![
        (head::QUESTION, Look::Head),
        (head::WITH, Look::HeadRight),
        (head::WITHOUT, Look::HeadRight),
        (head::ITEM_RATE, Look::HeadRight),
    ];
    // The seventh column is the gap beside the charts.
    let mut columns: Vec<(u16, Absent)> = Vec::new();
    for (kind, word) in &kinds {
        if columns.len() == 2 {
            titles.push(("", Look::Head));
        }
        titles.push((*word, Look::HeadRight));
        columns.push((u16::try_from(titles.len()).unwrap_or(0), *kind));
    }
    heads(canvas, NAME, &titles);
    let last = columns.last().map_or(4, |(column, _)| *column);
    for (line, item) in wave.items.iter().enumerate() {
        let (question, with, without) = (&item.question, item.answered, item.left_out());
        let row = canvas.at();
        let at = |column| CellRef::new(row, column);
        canvas.verbatim(NAME, question, Look::Text);
        if item.suppressed {
            canvas.text(2, words::NONE, Look::Absent).text(3, words::NONE, Look::Absent);
            canvas.text(4, words::SUPPRESSED, Look::Absent).end_ruled(NAME, last, Rule::Hair);
            continue;
        }
        canvas.put(2, Cell::count(with), Look::Figure.with(NumberFormat::WHOLE)).of(of(line, "item_answered"));
        canvas.put(3, Cell::count(without), Look::Figure.with(NumberFormat::WHOLE)).of(of(line, "item_left_out"));
        if let Some(cached) = quotient(Decimal::from(without), Decimal::from(with + without)) {
            let text = format!("={1}/({0}+{1})", at(2), at(3));
            canvas.put(4, Cell::Formula { text, cached }, Look::Figure.with(NumberFormat::FINE_SHARE));
            canvas.of(of(line, "item_rate"));
        } else {
            canvas.text(4, words::NOT_COMPUTABLE, Look::Absent);
        }
        for (column, kind) in &columns {
            canvas.put(*column, Cell::count(item.of(*kind)), Look::Figure.with(NumberFormat::WHOLE));
            canvas.of(of(line, kind.as_str()));
        }
        canvas.end_ruled(NAME, last, Rule::Hair);
    }
    canvas.gap(18);
    canvas.keep_from(start);
}

fn response_chart(
    canvas: &mut Canvas,
    wave: &WaveResponse,
    strata: &[&StratumResponse],
    top: u32,
    (first, end, spacer): (u32, u32, u32),
) {
    let lines = u32::try_from(strata.len()).unwrap_or(0);
    canvas.chart(Chart {
        kind: ChartKind::Bars,
        usage: ChartUse::Breakdown,
        sheet: None,
        first: CellRef::new(top, CHART.0),
        last_column: CHART.1,
        last_row: spacer,
        height: (50 + 27 * lines).clamp(150, 520),
        title: head::RATE.to_owned(),
        alt: prose::alt_response(&own(&wave.title)),
        categories: Area::column(NAME, first, end),
        series: vec![Series {
            name: head::RATE.to_owned(),
            values: Area::column(RATE, first, end),
            role: Role::Actual,
            interval: None,
            absent: strata.iter().map(|stratum| stratum.rate.known().is_none()).collect(),
        }],
        number: NumberFormat::FINE_SHARE,
        axis: Some(Axis { low: Decimal::ZERO, high: Decimal::ONE, step: None }),
    });
}
