//! Pace and projection: how fast each figure moves, how fast it must, where it arrives; and a chart of each.

use super::trajectory::Trend;
use super::{Context, TITLE, heading, number_format, optional_cell, section, target_format, value_cell};
use crate::finding::CellRef;
use crate::model::pace::{Pace, Projection};
use crate::model::presentation::ChartUse;
use crate::model::scoreboard::IndicatorResult;
use crate::model::target::Direction;
use crate::model::trace::{Number, Paced, Part};
use crate::report::book::{Cell, Chart, ChartKind, Role, Sheet};
use crate::report::canvas::{Canvas, MARGIN, between, fixed};
use crate::report::language::own;
use crate::report::prose;
use crate::report::style::{Look, NumberFormat, Rule, Tone};
use crate::report::words::{self, Outlook, head, part};

const INDICATOR: u16 = 1;
const LAST: u16 = 12;
/// The columns of the two charts that stand side by side.
const HALVES: [(u16, u16); 2] = [(1, 5), (6, 12)];

/// None where no indicator has a pace, nor a reason why not.
pub fn sheet(context: Context, trends: &[Option<Trend>]) -> Option<Sheet> {
    let board = context.scoreboard;
    let all = || board.indicators.iter().zip(context.names).zip(trends);
    let mut shown = all().filter_map(|((one, name), trend)| Some((one, name, trend.as_ref(), one.pace.as_ref()?)));
    let first = shown.next()?;
    let mut widths = vec![MARGIN, fixed(250), between(60, 104)];
    widths.extend([between(84, 120); 3]);
    widths.push(between(58, 84));
    widths.extend([between(84, 120); 4]);
    widths.extend([between(76, 100), fixed(132)]);
    let mut canvas = Canvas::new(context.tongue, words::PACE, widths);
    heading(&mut canvas, context, LAST, words::PACE, prose::PACE);
    canvas.gap(10);
    let heads = [
        (head::INDICATOR, Look::Head),
        (head::UNIT, Look::Head),
        (head::ACTUAL, Look::HeadRight),
        (head::RECENT, Look::HeadRight),
        (head::REQUIRED, Look::HeadRight),
        (head::LEFT, Look::HeadRight),
        (head::TARGET, Look::HeadRight),
        (head::PROJECTED, Look::HeadRight),
        (head::BAND_FROM, Look::HeadRight),
        (head::BAND_TO, Look::HeadRight),
        (head::HELD, Look::HeadRight),
        (head::OUTLOOK, Look::Head),
    ];
    let top = super::heads(&mut canvas, INDICATOR, &heads);
    super::frozen(&mut canvas, top + 1, 2);
    let mut charts = Vec::new();
    for (one, name, trend, projection) in std::iter::once(first).chain(shown) {
        line(&mut canvas, one, name, projection);
        if let (Some(trend), Projection::Known(_)) = (trend, projection) {
            charts.push((one, name, trend));
        }
    }
    canvas.gap(8);
    canvas.span(INDICATOR, LAST, Cell::text(prose::PACE_LEGEND), Look::Note.plain()).end();
    if context.draws(ChartUse::Projection) && context.shows_indicators() && !charts.is_empty() {
        canvas.gap(12);
        draw(&mut canvas, &charts);
    }
    super::repeat(canvas.sheet(), top);
    Some(canvas.finish())
}

/// The figures, and below them the sentence that puts them together.
fn line(canvas: &mut Canvas, one: &IndicatorResult, name: &str, projection: &Projection) {
    let number = number_format(one);
    let row = canvas.at();
    canvas.put(INDICATOR, Cell::live_link(name, TITLE, own(&one.title)), Look::Link.plain());
    canvas.verbatim(2, one.unit.as_str(), Look::Text);
    let (cell, style) = value_cell(&one.total.value, Look::StrongFigure.with(number));
    canvas.put(3, cell, style).of(Number::total(one, Part::Value));
    let target = one.total.target.map(|target| target.value);
    let (cell, style) = optional_cell(target, super::no_target(one), Look::Figure.with(target_format(one, number)));
    canvas.put(7, cell, style).of(Number::total(one, Part::Target));
    let says = match projection {
        Projection::Known(pace) => {
            known(canvas, one, pace, number);
            pace.says.clone()
        }
        Projection::Refused(why) => {
            for column in [4, 5, 6, 8, 9, 10, 11] {
                canvas.text(column, words::NONE, Look::Absent);
            }
            prose::no_projection(why)
        }
    };
    canvas.end_at(25);
    canvas.span(2, LAST, Cell::text(says), Look::Reason.plain());
    canvas.join((row, INDICATOR), INDICATOR);
    canvas.end_ruled(INDICATOR, LAST, Rule::Hair);
    canvas.keep_from(row);
}

fn known(canvas: &mut Canvas, one: &IndicatorResult, pace: &Pace, number: NumberFormat) {
    let values = [Some(pace.recent), pace.required].into_iter().flatten();
    let steps = NumberFormat::telling(&one.unit, values);
    let of = |paced| Number::total(one, Part::Pace(paced));
    canvas.put(4, Cell::Number(pace.recent), Look::Figure.with(steps.signed())).of(of(Paced::Recent));
    let (cell, style) = optional_cell(pace.required, words::NONE, Look::Figure.with(steps.signed()));
    canvas.put(5, cell, style).of(of(Paced::Required));
    let (end, on) = (&pace.projected, pace.projected.on);
    canvas.put(6, Cell::count(pace.left), Look::FaintFigure.with(NumberFormat::WHOLE)).of(of(Paced::Left));
    canvas.put(8, Cell::Number(end.value), Look::StrongFigure.with(number)).of(of(Paced::Value(on)));
    canvas.put(9, Cell::Number(end.lower), Look::FaintFigure.with(number)).of(of(Paced::Lower(on)));
    canvas.put(10, Cell::Number(end.upper), Look::FaintFigure.with(number)).of(of(Paced::Upper(on)));
    match pace.back_test {
        Some(test) => canvas.text(11, prose::held(test.held, test.of), Look::NoteRight),
        None => canvas.text(11, words::NONE, Look::Absent),
    };
    if let Some(outlook) = outlook(one, pace) {
        let tone = match outlook {
            Outlook::Reaches => Tone::Good,
            Outlook::May => Tone::Fair,
            Outlook::Misses => Tone::Bad,
        };
        canvas.text(12, words::outlook(outlook), Look::Mark(tone));
    }
}

/// Whether the interval lies beyond the target, around it, or short of it.
pub fn outlook(one: &IndicatorResult, pace: &Pace) -> Option<Outlook> {
    let target = one.total.target?.value;
    let band = &pace.projected;
    let (worst, best) = match one.direction {
        Direction::Increase => (band.lower >= target, band.upper >= target),
        Direction::Decrease => (band.upper <= target, band.lower <= target),
        Direction::Maintain { tolerance } => {
            let (low, high) = (target.checked_sub(tolerance)?, target.checked_add(tolerance)?);
            (low <= band.lower && band.upper <= high, band.lower <= high && low <= band.upper)
        }
    };
    Some(match (worst, best) {
        (true, _) => Outlook::Reaches,
        (false, true) => Outlook::May,
        (false, false) => Outlook::Misses,
    })
}

/// Two charts side by side, over the figures of the indicators' own sheets.
fn draw(canvas: &mut Canvas, charts: &[(&IndicatorResult, &String, &Trend)]) {
    let mut start = canvas.at();
    section(canvas, LAST, part::PROJECTIONS);
    for pair in charts.chunks(2) {
        let row = canvas.at();
        for ((one, name, trend), (first, last)) in pair.iter().zip(HALVES) {
            let series = trend.series.iter().filter(|series| series.role != Role::Milestone).cloned().collect();
            canvas.chart(Chart {
                kind: ChartKind::Days { months: trend.months },
                usage: ChartUse::Projection,
                sheet: Some((*name).clone()),
                first: CellRef::new(row, first),
                last_column: last,
                last_row: row,
                height: 250,
                title: own(format!("{} ({})", one.title, one.unit)),
                alt: prose::alt_projection(&own(&one.title)),
                categories: trend.days,
                series,
                number: trend.number,
                axis: trend.axis,
            });
        }
        canvas.gap(1);
        canvas.keep_from(start);
        start = canvas.at();
    }
}
