//! One indicator's sheet: the figure and why it stands so, the trajectory, the estimate, the breakdowns, the definition.

use rust_decimal::Decimal;

use super::{Context, amount, bounds, evidence, heading, no_target, number_format, section, target_format};
use crate::finding::CellRef;
use crate::model::pace::Projection;
use crate::model::presentation::ChartUse;
use crate::model::scoreboard::{IndicatorResult, Status};
use crate::model::target::{Direction, Targets};
use crate::model::trace::{Number, Part};
use crate::model::unit::Unit;
use crate::model::value::Value;
use crate::report::axis::Axis;
use crate::report::book::{Area, Cell, Chart, ChartKind, Role, Series, Sheet};
use crate::report::canvas::{Canvas, MARGIN, between, fixed};
use crate::report::illustrative;
use crate::report::language::own;
use crate::report::measure;
use crate::report::prose;
use crate::report::style::{Look, NumberFormat, Style, Tone};
use crate::report::words::{self, head, label, part};

const LABEL: u16 = 1;
const LAST: u16 = 13;
/// The right edge of running text: a line of more letters is hard to read.
const TEXT: u16 = 11;
/// Of a line of figures.
const TABLE: u16 = 6;

/// The sheet, and where the summary finds its trend.
pub fn sheet(context: Context, one: &IndicatorResult, name: &str) -> (Sheet, Option<super::trajectory::Trend>) {
    let mut widths = vec![MARGIN, between(150, 230)];
    widths.extend([between(86, 130); 5]);
    widths.push(fixed(24));
    widths.extend([fixed(88); 6]);
    let mut canvas = Canvas::new(context.tongue, name, widths);
    let number = number_format(one);
    let about = format!(
        "{} indicator in {} · {} · {}",
        capital(words::level(one.level)),
        own(one.unit.as_str()),
        words::accumulation(one.accumulation),
        words::direction(one.direction, number)
    );
    heading(&mut canvas, context, LAST, &own(&one.title), &about);
    super::frozen(&mut canvas, 3, 0);
    canvas.gap(10);
    let figures = strip(&mut canvas, one, number);
    canvas.gap(8);
    bullet(&mut canvas, one, number, figures);
    canvas.span(LABEL, LAST, Cell::text(&one.total.reason), Look::Prose.plain()).end();
    if super::any_suppressed(one) {
        canvas.span(LABEL, LAST, Cell::text(prose::SUPPRESSED_LEGEND), Look::Note.plain()).end();
    }
    remarks(&mut canvas, context, one, number);
    canvas.gap(12);
    let trend = super::trajectory::part(&mut canvas, context, one, number, LAST);
    if one.estimate.is_some() {
        super::estimate::part(&mut canvas, one, number, LAST);
    }
    super::compare::part(&mut canvas, context, one, LAST);
    super::published::part(&mut canvas, one, LAST);
    definition(&mut canvas, one, number);
    for breakdown in &one.breakdowns {
        let part = if breakdown.estimates.is_empty() { super::breakdown::part } else { super::groups::part };
        part(&mut canvas, one, breakdown, number, LAST);
    }
    canvas.draw_only(|usage| context.draws(usage));
    (canvas.finish(), trend)
}

/// The row of the strip's figures, and the columns of actual, target and expected in it: the same on every sheet.
pub const STRIP: (u32, u16, u16, u16) = (5, 1, 3, 5);

/// Actual on the way to the target, and behind it what should be there by now. None where there is nothing to draw: no
/// target, or figures below zero.
pub fn bullet_series(one: &IndicatorResult) -> Option<Vec<Series>> {
    let (row, actual, target, expected) = STRIP;
    let total = &one.total;
    let figures = [total.target.map(|target| target.value), total.value.known()];
    if figures.iter().any(|figure| figure.is_none_or(|figure| figure.is_sign_negative())) {
        return None;
    }
    let series = |name: &str, column, role| Series {
        name: name.to_owned(),
        values: Area::column(column, row, row),
        role,
        interval: None,
        absent: Vec::new(),
    };
    let (target, actual) = (series(head::TARGET, target, Role::Target), series(head::ACTUAL, actual, Role::Actual));
    if one.direction == Direction::Decrease {
        // What is to go yet stands out beyond the target.
        return Some(vec![actual, target]);
    }
    let expected = series(head::EXPECTED, expected, Role::Expected);
    let due = total.expected.is_some_and(|expected| expected > Decimal::ZERO);
    Some(if due { vec![target, expected, actual] } else { vec![target, actual] })
}

/// From zero to a little beyond the largest.
pub fn bullet_axis(one: &IndicatorResult) -> Option<Axis> {
    let total = &one.total;
    let figures = [total.target.map(|target| target.value), total.value.known(), total.expected];
    let high = figures.into_iter().flatten().max().filter(|high| *high > Decimal::ZERO)?;
    Some(Axis { low: Decimal::ZERO, high: high.checked_mul(Decimal::new(104, 2))?, step: None })
}

fn bullet(canvas: &mut Canvas, one: &IndicatorResult, number: NumberFormat, row: u32) {
    let (Some(series), Some(axis)) = (bullet_series(one), bullet_axis(one)) else { return };
    let at = canvas.at();
    canvas.chart(Chart {
        kind: ChartKind::Bullet { wide: true },
        usage: ChartUse::Bullet,
        sheet: None,
        first: CellRef::new(at, LABEL),
        last_column: LAST,
        last_row: at,
        height: 74,
        title: String::new(),
        alt: prose::alt_bullet(&own(&one.title)),
        categories: Area::column(LABEL, row, row),
        series,
        number,
        axis: Some(axis),
    });
    canvas.gap(1);
}

/// The figure, large, and what it is held against.
fn strip(canvas: &mut Canvas, one: &IndicatorResult, number: NumberFormat) -> u32 {
    let total = &one.total;
    let spans = [(1, 2), (3, 4), (5, 6), (7, 9), (10, 11), (12, 13)];
    let labels = [head::ACTUAL, head::TARGET, head::EXPECTED, head::PROGRESS, head::COVERAGE, head::STATUS];
    for ((first, last), label) in spans.into_iter().zip(labels) {
        canvas.span(first, last, Cell::text(label), Look::KpiLabel.plain());
    }
    canvas.end_at(24);
    let absent = |word: &str| (Cell::text(word), Look::KpiAbsent.plain());
    let figure = |value, number| (Cell::Number(value), Look::Kpi.with(number));
    let status = total.status.unwrap_or(Status::NoData);
    let values: [(Cell, Style); 6] = [
        total.value.known().map_or_else(
            || absent(words::absent(&total.value).unwrap_or_default()),
            |value| {
                let wide = measure::width(&number.shown(value), Look::Hero.face()) > 220;
                (
                    Cell::Number(value),
                    if wide { Look::SmallHero } else { Look::Hero }.with(illustrative::marked(one, number)),
                )
            },
        ),
        total.target.map_or_else(|| absent(no_target(one)), |target| figure(target.value, target_format(one, number))),
        total.expected.map_or_else(|| absent(words::NONE), |expected| figure(expected, number)),
        total.progress.map_or_else(|| absent(words::NONE), |progress| figure(progress, NumberFormat::SHARE)),
        (Cell::text(super::coverage(one)), Look::Kpi.plain()),
        (Cell::text(words::status(status)), Look::KpiMark(Tone::of_status(status)).plain()),
    ];
    let parts = [Part::Value, Part::Target, Part::Expected, Part::Progress].map(Some).into_iter().chain([None, None]);
    for (((first, last), (cell, style)), part) in spans.into_iter().zip(values).zip(parts) {
        canvas.span(first, last, cell, style);
        if let Some(part) = part {
            canvas.of(Number::total(one, part));
        }
    }
    let row = canvas.end_at(46);
    for ((first, last), note) in spans.into_iter().zip(notes(one, number)) {
        canvas.span(first, last, Cell::text(note), Look::KpiLabel.plain());
    }
    canvas.end();
    row
}

/// What stands in small letters below each figure of the strip.
fn notes(one: &IndicatorResult, number: NumberFormat) -> [String; 6] {
    let total = &one.total;
    let join = |parts: Vec<String>| parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
    let unit = if one.unit.is_percent() { String::new() } else { own(one.unit.as_str()) };
    let interval = bounds(one, number);
    let actual = match &total.value {
        Value::NotComputable(why) => why.to_string(),
        _ if interval.is_empty() => unit.clone(),
        _ if one.estimate.is_some() => join(vec![unit.clone(), prose::interval(&interval)]),
        _ => join(vec![unit.clone(), interval]),
    };
    let ratio =
        total.numerator.zip(total.denominator).filter(|_| one.estimate.is_none()).map_or(String::new(), |(n, d)| {
            let unit = if one.unit.is_percent() { Unit::new("") } else { one.unit.clone() };
            let parts = NumberFormat::telling(&unit, [n, d].into_iter());
            format!("{} of {}", parts.shown(n), parts.shown(d))
        });
    let target = one.target.as_ref().map_or(String::new(), |target| {
        let mut parts = vec![unit.clone(), format!("by {}", words::short_day(target.on))];
        if !matches!(target.value, crate::model::target::TargetValue::Value(_)) {
            parts.push(words::target(&target.value, &one.unit, number));
        }
        if target.illustrative {
            parts.push(words::ILLUSTRATIVE.to_owned());
        }
        join(parts)
    });
    let on = total.cut_off.map_or(String::new(), |day| format!("on {}", words::short_day(day)));
    let baseline =
        total.progress.map_or(String::new(), |_| prose::way(&number.shown(total.baseline.unwrap_or_default())));
    // With a baseline of zero the two are the same.
    let rate = total
        .achievement
        .filter(|rate| Some(*rate) != total.progress)
        .map_or(String::new(), |rate| prose::rate(&NumberFormat::SHARE.shown(rate)));
    let covered = if one.estimate.is_some() { prose::ANSWERED } else { prose::REPORTED };
    let expected = if total.expected.is_some() { on.clone() } else { String::new() };
    [join(vec![actual, ratio]), target, expected, join(vec![baseline, rate]), covered.to_owned(), on]
}

/// What else must be known of the figure, and the way to its rows.
fn remarks(canvas: &mut Canvas, context: Context, one: &IndicatorResult, number: NumberFormat) {
    let mut lines = Vec::new();
    if let Some(since) = one.since_then {
        let shown = amount(canvas.tongue(), since, &one.unit, number);
        lines.push(prose::since_then(&shown, context.scoreboard.programme.as_of));
    }
    lines.extend(super::range(one, number));
    lines.extend(illustrative::beside(one));
    if let Some(committed) = &one.committed
        && let Some(value) = committed.value.known()
    {
        let rate = committed.achievement.map(|rate| NumberFormat::SHARE.shown(rate));
        let shown = amount(canvas.tongue(), value, &one.unit, number);
        lines.push(prose::committed(&shown, rate.as_deref()));
    }
    match &one.pace {
        Some(Projection::Known(pace)) => lines.push(pace.says.clone()),
        Some(Projection::Refused(why)) => lines.push(prose::no_projection(why)),
        None => {}
    }
    for cut in &one.breaks {
        lines.push(prose::a_break(cut.on, &canvas.say(&cut.says)));
    }
    for line in lines {
        canvas.span(LABEL, LAST, Cell::text(line), Look::Reason.plain()).end();
    }
    if let Some((row, count)) = evidence::rows_of(context.scoreboard, one) {
        let text = prose::rows_behind(count);
        let cell = Cell::link(words::EVIDENCE, CellRef::new(row, 1), text);
        canvas.span(LABEL, TABLE, cell, Look::BackLink.plain()).end();
    }
}

/// The definition as a card.
fn definition(canvas: &mut Canvas, one: &IndicatorResult, number: NumberFormat) {
    let start = canvas.at();
    section(canvas, LAST, part::DEFINITION);
    canvas.gap(6);
    let tongue = canvas.tongue();
    let with_unit = |value| amount(tongue, value, &one.unit, number);
    let mut lines: Vec<(&str, String)> = Vec::new();
    lines.push((label::WHAT_COUNTS, own(&one.definition)));
    lines.push((head::COUNTED_AS, one.method.join("\n")));
    let baseline = one.baseline.as_ref().map_or_else(
        || one.total.baseline.map_or_else(|| words::NO_BASELINE.to_owned(), with_unit),
        |baseline| {
            let on = baseline.on.map_or(String::new(), |on| format!(", {}", words::day(on)));
            let source = baseline.source.as_ref().map_or(String::new(), |source| format!(". {}", own(source)));
            format!("{}{on}{source}{}", with_unit(baseline.value), declared(one, one.declared.baseline))
        },
    );
    lines.push((head::BASELINE, baseline));
    let marked = |illustrative: bool| if illustrative { format!(" ({})", words::ILLUSTRATIVE) } else { String::new() };
    let milestones: Vec<String> = one
        .milestones
        .iter()
        .enumerate()
        .map(|(at, milestone)| {
            format!(
                "{} by {}{}{}",
                with_unit(milestone.value),
                words::day(milestone.on),
                marked(milestone.illustrative),
                declared(one, one.declared.milestones.get(at).copied())
            )
        })
        .collect();
    lines.push((label::MILESTONES, milestones.join("\n")));
    let target = match &one.targets {
        Targets::None => words::NO_BASELINE.to_owned(),
        Targets::ToBeDeclared => words::TO_BE_DECLARED.to_owned(),
        Targets::Declared(versions) => {
            let line = |(at, target): (usize, &crate::model::target::Target)| {
                let place = declared(one, one.declared.targets.get(at).copied());
                let decided = target.decided.map_or(String::new(), |day| format!(", decided {}", words::day(day)));
                let because = target.because.as_ref().map_or(String::new(), |because| format!(": {}", own(because)));
                format!(
                    "{} by {}{}{decided}{because}{place}",
                    words::target(&target.value, &one.unit, number),
                    words::day(target.on),
                    marked(target.illustrative)
                )
            };
            versions.iter().enumerate().map(line).collect::<Vec<_>>().join("\n")
        }
    };
    lines.push((head::TARGET, target));
    for (label, text) in [
        (label::EVIDENCE, &one.evidence),
        (label::RESPONSIBLE, &one.responsible),
        (label::SOURCE, &one.source),
        (label::CATALOGUE, &one.catalogue),
    ] {
        lines.push((label, text.as_ref().map_or(String::new(), own)));
    }
    lines.push((head::CODE, own(one.code.as_str())));
    for (label, text) in lines.into_iter().filter(|(_, text)| !text.is_empty()) {
        let parts = match label {
            head::BASELINE => vec![Part::Baseline],
            label::MILESTONES => one.milestones.iter().map(|milestone| Part::Milestone(milestone.on)).collect(),
            head::TARGET => vec![Part::Target],
            _ => Vec::new(),
        };
        for part in parts {
            canvas.anchor(Number::total(one, part), 2);
        }
        canvas.text(LABEL, label, Look::Label);
        canvas.span(2, TEXT, Cell::lines(text), Look::Prose.plain()).end();
    }
    canvas.gap(18);
    canvas.keep_from(start);
}

/// The file and line in which something is declared.
fn declared(one: &IndicatorResult, line: Option<u32>) -> String {
    line.map_or_else(String::new, |line| own(format!(" [{}:{line}]", one.declared.file)))
}

pub fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}
