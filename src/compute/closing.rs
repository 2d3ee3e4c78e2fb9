//! Closed periods put over computed figures: what was published for them stands, and what has changed since stands in
//! the first period that is open, so that a flow's total is what its rows give.

use rust_decimal::Decimal;

use super::status::shown;
use crate::model::closing::{Closed, Correction};
use crate::model::period::Calendar;
use crate::model::scoreboard::{Accumulation, Breakdown, Figure, IndicatorResult};
use crate::model::value::{Coverage, Value};

/// Files that came for a closed period since it was published, of an indicator: their names.
pub type Since<'a> = &'a dyn Fn(&IndicatorResult, &Closed) -> Vec<String>;

/// Applies closings, in the order of their periods.
pub fn apply(calendar: &Calendar, closed: &[Closed], results: &mut [IndicatorResult], since: Since<'_>) {
    let Some(last) = closed.last() else { return };
    let open = calendar.period(last.period + 1).map(|period| period.label);
    for one in results {
        let adds_up = one.accumulation == Accumulation::Flow;
        let at = one.breakdowns.iter().position(|breakdown| breakdown.field == "period");
        let additive = adds_up && at.is_some_and(|at| one.breakdowns[at].additive);
        let mut corrections: Vec<Correction> = Vec::new();
        let mut carried = Decimal::ZERO;
        for period in closed {
            let Some(frozen) = period.figures.get(one.code.as_str()) else { continue };
            for (label, value) in &frozen.lines {
                let Some(line) = at.and_then(|at| line(&mut one.breakdowns[at], label)) else { continue };
                let now = line.value.known();
                if now == Some(*value) {
                    continue;
                }
                let Some(sum) = difference(now, *value).and_then(|more| carried.checked_add(more)) else { continue };
                carried = sum;
                freeze(line, *value);
                let stands_in = open.clone().filter(|_| additive);
                corrections.push(correction(one, period, label, (*value, now), stands_in, since));
            }
            let point = one.trajectory.iter_mut().find(|point| point.on == period.last && point.actual.is_some());
            if let (Some(point), Some(value)) = (point, frozen.at) {
                let now = point.actual;
                if now != Some(value) {
                    point.actual = Some(value);
                    // Where lines by period are shown they have told it.
                    if at.is_none() {
                        corrections.push(correction(one, period, &period.label, (value, now), None, since));
                    }
                }
            }
        }
        if let (Some(at), Some(open)) = (at, open.as_ref().filter(|_| additive && !carried.is_zero())) {
            carry(&mut one.breakdowns[at], one.total.clone(), open, carried);
        }
        one.corrections = corrections;
    }
}

/// No rows are nothing, where lines add up. None where it is too large to be exact.
fn difference(now: Option<Decimal>, closed: Decimal) -> Option<Decimal> {
    now.unwrap_or(Decimal::ZERO).checked_sub(closed)
}

fn line<'a>(breakdown: &'a mut Breakdown, label: &str) -> Option<&'a mut Figure> {
    breakdown.figures.iter_mut().find(|line| line.by.last().is_some_and(|(_, value)| value == label))
}

/// A line that is what it was, whatever its parts are now.
fn freeze(line: &mut Figure, value: Decimal) {
    line.value = Value::Known(value);
    (line.numerator, line.denominator, line.upper, line.lower) = (None, None, None, None);
}

/// Puts the differences into the first open period: beside its own rows, or in a line of its own while it is not due.
fn carry(breakdown: &mut Breakdown, total: Figure, open: &str, carried: Decimal) {
    if let Some(line) = line(breakdown, open) {
        let own = line.value.known().unwrap_or(Decimal::ZERO);
        line.value = own.checked_add(carried).map_or(line.value.clone(), Value::Known);
        return;
    }
    let coverage = Coverage { reported: 0, due: total.coverage.due };
    breakdown.figures.push(Figure {
        by: vec![(breakdown.field.clone(), open.to_owned())],
        value: Value::Known(carried),
        coverage,
        numerator: None,
        denominator: None,
        rows: 0,
        upper: None,
        lower: None,
        baseline: None,
        target: None,
        expected: None,
        progress: None,
        achievement: None,
        status: None,
        reason: String::new(),
        ..total
    });
    breakdown.names.push(open.to_owned());
}

fn correction(
    one: &IndicatorResult,
    period: &Closed,
    label: &str,
    (value, now): (Decimal, Option<Decimal>),
    stands_in: Option<String>,
    since: Since<'_>,
) -> Correction {
    let unit = &one.unit;
    let rows = now.map_or_else(|| "give no figure".to_owned(), |now| format!("give {}", shown(now, unit)));
    let then = match &stands_in {
        Some(open) => {
            let more = difference(now, value).map_or_else(String::new, |more| format!(" of {}", shown(more, unit)));
            format!("the difference{more} stands in {open}")
        }
        None => "the closed figure stands".to_owned(),
    };
    let files = since(one, period);
    let because = if files.is_empty() { String::new() } else { format!(" Came since: {}.", files.join(", ")) };
    let says = format!(
        "{label} is closed with {} as run {} published it; its rows now {rows}, and {then}.{because}",
        shown(value, unit),
        period.run
    );
    Correction { label: label.to_owned(), closed: value, now, stands_in, says }
}
