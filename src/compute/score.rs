//! Figures put together: value and state, coverage, what they are held against, and the judgement.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::Inputs;
use super::status::{Case, Judgement, expected, judge, shown};
use crate::define::catalog::{Indicator, Partner};
use crate::model::code::PartnerCode;
use crate::model::number::{display, quotient};
use crate::model::period::Period;
use crate::model::scoreboard::{Accumulation, Figure, TrajectoryPoint};
use crate::model::target::{Milestone, ResolvedTarget, Targets};
use crate::model::value::{Coverage, Value};

/// A value with all that stands beside it, before it is judged.
#[derive(Debug, Clone)]
pub struct Measured {
    pub value: Value,
    pub numerator: Option<Decimal>,
    pub denominator: Option<Decimal>,
    pub rows: u64,
    pub upper: Option<Decimal>,
    pub lower: Option<Decimal>,
}

impl Measured {
    pub fn absent(value: Value) -> Self {
        Self { value, numerator: None, denominator: None, rows: 0, upper: None, lower: None }
    }
}

/// What a figure is held against.
#[derive(Debug, Clone, Copy)]
pub struct Against<'a> {
    /// None: not known for this figure, so there is no progress.
    pub baseline: Option<Decimal>,
    pub target: Option<ResolvedTarget>,
    pub milestones: &'a [Milestone],
    pub cut_off: Option<NaiveDate>,
}

/// The programme's baseline and target of an indicator.
pub fn against(indicator: &Indicator, baseline: Option<Decimal>, cut_off: Option<NaiveDate>) -> Against<'_> {
    let base = baseline.or(indicator.baseline.as_ref().map(|baseline| baseline.value)).unwrap_or(Decimal::ZERO);
    let target = indicator.targets.current().and_then(|target| target.resolve(base));
    Against { baseline: Some(base), target, milestones: &indicator.milestones, cut_off }
}

/// A figure, judged. `by` is empty for the total.
pub fn figure(
    inputs: &Inputs<'_>,
    indicator: &Indicator,
    by: Vec<(String, String)>,
    measured: Measured,
    coverage: Coverage,
    against: &Against<'_>,
) -> Figure {
    let total = by.is_empty();
    let judged: Option<Judgement> = (total || against.target.is_some()).then(|| {
        let range = (measured.lower, measured.upper);
        judge(&Case { range, ..case(inputs, indicator, &measured.value, against) })
    });
    let judged = judged.filter(|_| against.baseline.is_some());
    Figure {
        indicator: indicator.code.clone(),
        by,
        coverage,
        numerator: measured.numerator,
        denominator: measured.denominator,
        rows: measured.rows,
        upper: measured.upper,
        lower: measured.lower,
        unit: indicator.unit.clone(),
        baseline: against.baseline.filter(|_| total || against.target.is_some()),
        target: against.target,
        cut_off: against.cut_off,
        expected: judged.as_ref().and_then(|judged| judged.expected),
        progress: judged.as_ref().and_then(|judged| judged.progress),
        achievement: judged.as_ref().and_then(|judged| judged.achievement),
        status: judged.as_ref().map(|judged| judged.status),
        reason: judged.map_or_else(String::new, |judged| judged.reason),
        value: measured.value,
    }
}

/// What is decided or contracted, beside the target; not judged by itself.
pub fn committed(indicator: &Indicator, measured: Measured, coverage: Coverage, against: &Against<'_>) -> Figure {
    let unit = &indicator.unit;
    let target = against.target;
    let achievement = measured.value.known().zip(target).and_then(|(value, target)| quotient(value, target.value));
    let reason = match (measured.value.known(), target, achievement) {
        (Some(value), Some(target), Some(share)) => {
            let share = display(share * Decimal::ONE_HUNDRED, 0);
            format!("Committed: {}, {share} % of the target of {}.", shown(value, unit), shown(target.value, unit))
        }
        (Some(value), ..) => format!("Committed: {}.", shown(value, unit)),
        _ => String::new(),
    };
    Figure {
        indicator: indicator.code.clone(),
        by: Vec::new(),
        coverage,
        numerator: measured.numerator,
        denominator: measured.denominator,
        rows: measured.rows,
        upper: measured.upper,
        lower: measured.lower,
        unit: unit.clone(),
        baseline: None,
        target,
        cut_off: against.cut_off,
        expected: None,
        progress: None,
        achievement,
        status: None,
        reason,
        value: measured.value,
    }
}

fn case<'a>(inputs: &Inputs<'_>, indicator: &'a Indicator, value: &'a Value, against: &Against<'a>) -> Case<'a> {
    let calendar = &inputs.catalog.programme.calendar;
    Case {
        value,
        range: (None, None),
        unit: &indicator.unit,
        baseline: against.baseline.unwrap_or(Decimal::ZERO),
        start: indicator.baseline.as_ref().and_then(|baseline| baseline.on).unwrap_or(calendar.start),
        target: against.target,
        to_be_declared: indicator.targets == Targets::ToBeDeclared,
        milestones: against.milestones,
        trajectory: indicator.trajectory,
        direction: indicator.direction,
        cut_off: against.cut_off,
        thresholds: inputs.thresholds,
        // Zero stands in for a baseline that nobody declared; no rate began there.
        paced: indicator.accumulation != Accumulation::Rate
            || indicator.baseline.is_some()
            || against.baseline.is_some_and(|baseline| !baseline.is_zero()),
    }
}

/// The days of the trajectory: period ends up to the target's day, milestones, and the target's day itself.
/// `actuals` are days with their values.
pub fn trajectory(
    inputs: &Inputs<'_>,
    indicator: &Indicator,
    against: &Against<'_>,
    actuals: &[(NaiveDate, String, Option<Decimal>)],
) -> Vec<TrajectoryPoint> {
    let calendar = &inputs.catalog.programme.calendar;
    let value = Value::NotReported;
    let case = case(inputs, indicator, &value, against);
    let first = first_target(indicator, against);
    let on_the_way = first.map_or_else(Vec::new, |first| milestones_before(indicator, case.baseline, first));
    let original = first.map(|first| Case { target: Some(first), milestones: &on_the_way, ..case.clone() });
    let mut points: Vec<TrajectoryPoint> = Vec::new();
    let mut add = |on: NaiveDate, label: String| {
        if let Some(at) = points.iter().position(|point| point.on == on) {
            return at;
        }
        points.push(TrajectoryPoint {
            on,
            label,
            actual: None,
            withheld: false,
            expected: expected(&case, on),
            original: original.as_ref().and_then(|original| expected(original, on)),
            milestone: None,
            target: None,
        });
        points.len() - 1
    };
    let last = against.target.map_or(calendar.end, |target| target.on);
    let periods: Vec<Period> =
        (1..=400).map_while(|number| calendar.period(number)).take_while(|period| period.first <= last).collect();
    if periods.len() <= 60 {
        for period in periods {
            add(period.last.min(last), period.label);
        }
    }
    let mut marks: Vec<(usize, Mark)> = Vec::new();
    for (on, label, actual) in actuals {
        marks.push((add(*on, label.clone()), Mark::Actual(*actual)));
    }
    for milestone in against.milestones {
        marks.push((add(milestone.on, "milestone".into()), Mark::Milestone(milestone.value)));
    }
    if let Some(target) = against.target {
        marks.push((add(target.on, "target".into()), Mark::Target(target.value)));
    }
    for (at, mark) in marks {
        match mark {
            Mark::Actual(value) => points[at].actual = value,
            Mark::Milestone(value) => points[at].milestone = Some(value),
            Mark::Target(value) => points[at].target = Some(value),
        }
    }
    points.sort_by_key(|point| point.on);
    points
}

/// The target as it was first decided, where it was amended since in value or day.
fn first_target(indicator: &Indicator, against: &Against<'_>) -> Option<ResolvedTarget> {
    let Targets::Declared(versions) = &indicator.targets else { return None };
    let first = versions.first()?.resolve(against.baseline?)?;
    let current = against.target?;
    (first != current).then_some(first)
}

/// Milestones have no versions. Those that do not lie on the way to a first target were set for a later one.
fn milestones_before(indicator: &Indicator, baseline: Decimal, first: ResolvedTarget) -> Vec<Milestone> {
    let (low, high) = (baseline.min(first.value), baseline.max(first.value));
    let fits = |one: &&Milestone| one.on < first.on && low <= one.value && one.value <= high;
    indicator.milestones.iter().filter(fits).cloned().collect()
}

enum Mark {
    Actual(Option<Decimal>),
    Milestone(Decimal),
    Target(Decimal),
}

/// What a partner is held against: its own target, if one is declared.
pub fn against_partner<'a>(
    indicator: &'a Indicator,
    partner: &PartnerCode,
    cut_off: Option<NaiveDate>,
    end: NaiveDate,
) -> Against<'a> {
    let on = indicator.targets.current().map_or(end, |target| target.on);
    let target = indicator.partner_targets.get(partner).map(|value| ResolvedTarget { value: *value, to: None, on });
    // A programme that began at zero began at zero everywhere; any other baseline is not known by partner.
    let zero = indicator.baseline.as_ref().is_none_or(|baseline| baseline.value.is_zero());
    Against { baseline: zero.then_some(Decimal::ZERO), target, milestones: &[], cut_off }
}

/// Who reports to any of these collections.
pub fn taking_part<'a>(inputs: &Inputs<'a>, collections: &[&crate::define::catalog::Collection]) -> Vec<&'a Partner> {
    let catalog = inputs.catalog;
    catalog
        .partners
        .iter()
        .filter(|partner| collections.iter().any(|collection| partner.takes_part(&collection.code)))
        .collect()
}
