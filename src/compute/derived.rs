//! Results put together: what the definition says beside the figures; and indicators derived from others.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::Inputs;
use super::pace::{Aim, Course, Point, project};
use super::rows::divide;
use super::score::{Against, Measured, against, figure, trajectory};
use crate::define::catalog::{Derived, How, Indicator};
use crate::model::code::IndicatorCode;
use crate::model::pace::Projection;
use crate::model::scoreboard::{Accumulation, Breakdown, Figure, IndicatorResult, TrajectoryPoint};
use crate::model::target::Targets;
use crate::model::value::{Value, Why};

/// What varies between ways of counting.
pub struct ResultParts {
    pub since_then: Option<Decimal>,
    pub breakdowns: Vec<Breakdown>,
    pub trajectory: Vec<TrajectoryPoint>,
    pub pace: Option<Projection>,
    pub committed: Option<Figure>,
    pub sql: Vec<String>,
    pub method: Vec<String>,
}

/// A result with what the definition says put beside the figures.
pub fn result(indicator: &Indicator, total: Figure, parts: ResultParts) -> IndicatorResult {
    IndicatorResult {
        code: indicator.code.clone(),
        title: indicator.title.clone(),
        definition: indicator.definition.clone(),
        level: indicator.level,
        unit: indicator.unit.clone(),
        accumulation: indicator.accumulation,
        direction: indicator.direction,
        made: super::answers::made(indicator),
        declared: indicator.declared.clone(),
        method: parts.method,
        sql: parts.sql,
        source: indicator.source.clone(),
        evidence: indicator.evidence.clone(),
        responsible: indicator.responsible.clone(),
        common: indicator.common.clone(),
        catalogue: indicator.catalogue.clone(),
        illustrative: Vec::new(),
        baseline: indicator.baseline.clone(),
        targets: indicator.targets.clone(),
        target: indicator.targets.current().cloned(),
        milestones: indicator.milestones.clone(),
        total,
        since_then: parts.since_then,
        breakdowns: parts.breakdowns,
        trajectory: parts.trajectory,
        pace: parts.pace,
        committed: parts.committed,
        breaks: Vec::new(),
        corrections: Vec::new(),
        year_ends: Vec::new(),
        estimate: None,
        published: Vec::new(),
    }
}

/// A derived indicator; None while a part is not computed yet.
pub fn derived(
    inputs: &Inputs<'_>,
    indicator: &Indicator,
    done: &BTreeMap<IndicatorCode, IndicatorResult>,
    courses: &BTreeMap<IndicatorCode, Course>,
) -> Option<(IndicatorResult, Option<Course>)> {
    let How::Derived(derived) = &indicator.how else { return None };
    let codes: Vec<&IndicatorCode> = match derived {
        Derived::Ratio { of, to } => vec![of, to],
        Derived::Sum(parts) => parts.iter().collect(),
    };
    let parts: Vec<&IndicatorResult> = codes.iter().map(|code| done.get(code)).collect::<Option<_>>()?;
    let values: Vec<&Value> = parts.iter().map(|part| &part.total.value).collect();
    let percent = indicator.unit.is_percent();
    let combine = |values: &[Option<Decimal>]| -> Option<Measured> {
        let known: Vec<Decimal> = values.iter().copied().collect::<Option<_>>()?;
        Some(match derived {
            Derived::Ratio { .. } => Measured {
                numerator: known.first().copied(),
                denominator: known.get(1).copied(),
                ..Measured::absent(divide(known.first().copied(), known.get(1).copied(), percent))
            },
            Derived::Sum(_) => {
                let sum = known.iter().try_fold(Decimal::ZERO, |sum, value| sum.checked_add(*value));
                Measured::absent(sum.map_or(Value::NotComputable(Why::Overflow), Value::Known))
            }
        })
    };
    let measured = Value::first_absent(values.iter().copied()).map(Measured::absent);
    let measured = measured.or_else(|| combine(&values.iter().map(|value| value.known()).collect::<Vec<_>>()))?;
    let range = measured.value.known().map_or((None, None), |value| range(derived, &parts, value, percent));
    let measured = Measured { lower: range.0, upper: range.1, ..measured };
    let cut_off = parts.iter().map(|part| part.total.cut_off).min().flatten();
    let coverage = parts.iter().map(|part| part.total.coverage).min_by_key(|coverage| coverage.reported)?;
    let held = against(indicator, None, cut_off);
    let days: Vec<(NaiveDate, String)> = parts[0]
        .trajectory
        .iter()
        .filter(|point| point.actual.is_some())
        .map(|point| (point.on, point.label.clone()))
        .collect();
    let actuals: Vec<(NaiveDate, String, Option<Decimal>)> = days
        .into_iter()
        .map(|(on, label)| {
            let at: Vec<Option<Decimal>> = parts
                .iter()
                .map(|part| part.trajectory.iter().find(|point| point.on == on).and_then(|point| point.actual))
                .collect();
            (on, label, combine(&at).and_then(|measured| measured.value.known()))
        })
        .collect();
    let trajectory = trajectory(inputs, indicator, &held, &actuals);
    let known = |values: &[Option<Decimal>]| combine(values).and_then(|measured| measured.value.known());
    let course = codes.iter().map(|code| courses.get(code)).collect::<Option<Vec<_>>>();
    let course = course.map(|parts| together(&parts, indicator, cut_off, &known));
    let total = figure(inputs, indicator, Vec::new(), measured, coverage, &held);
    let method = vec![match derived {
        Derived::Ratio { of, to } => format!("Derived: {of} divided by {to}, as computed here."),
        Derived::Sum(parts) => {
            format!("Derived: the sum of {}.", parts.iter().map(IndicatorCode::as_str).collect::<Vec<_>>().join(", "))
        }
    }];
    let pace = course.as_ref().map(|course| pace(inputs, indicator, course, &held));
    let parts = ResultParts {
        since_then: None,
        breakdowns: Vec::new(),
        trajectory,
        pace,
        committed: None,
        sql: Vec::new(),
        method,
    };
    Some((result(indicator, total, parts), course))
}

/// What the figure may be at least and at most, where a part of it is a range: each part moves by itself. Nothing where
/// the denominator may be zero.
fn range(
    derived: &Derived,
    parts: &[&IndicatorResult],
    value: Decimal,
    percent: bool,
) -> (Option<Decimal>, Option<Decimal>) {
    let ends = |part: &&IndicatorResult| {
        let total = &part.total;
        let value = total.value.known()?;
        Some((total.lower.unwrap_or(value).min(value), total.upper.unwrap_or(value).max(value)))
    };
    let Some(ends) = parts.iter().map(ends).collect::<Option<Vec<_>>>() else { return (None, None) };
    let all: Option<Vec<Decimal>> = match (derived, ends.as_slice()) {
        (Derived::Ratio { .. }, [(low, high), (least, most)]) => {
            let corners = [(low, least), (low, most), (high, least), (high, most)];
            let apart = least.is_sign_negative() == most.is_sign_negative() && !least.is_zero() && !most.is_zero();
            let quotient = |(of, to): (&Decimal, &Decimal)| divide(Some(*of), Some(*to), percent).known();
            apart.then(|| corners.into_iter().map(quotient).collect()).flatten()
        }
        (Derived::Ratio { .. }, _) => None,
        (Derived::Sum(_), ends) => {
            let sum = |of: &dyn Fn(&(Decimal, Decimal)) -> Decimal| {
                ends.iter().try_fold(Decimal::ZERO, |sum, end| sum.checked_add(of(end)))
            };
            sum(&|end| end.0).zip(sum(&|end| end.1)).map(|(low, high)| vec![low, high])
        }
    };
    let all = all.unwrap_or_default();
    let (low, high) = (all.iter().min().copied(), all.iter().max().copied());
    (low.filter(|low| *low < value), high.filter(|high| *high > value))
}

/// The course of a figure made of others: where all of them have the period, and reported where all are.
fn together(
    parts: &[&Course],
    indicator: &Indicator,
    cut_off: Option<NaiveDate>,
    combine: &dyn Fn(&[Option<Decimal>]) -> Option<Decimal>,
) -> Course {
    let first = parts.first().map_or(&[][..], |course| &course.points);
    let up_to = first.iter().filter(|point| cut_off.is_some_and(|cut_off| point.period.last <= cut_off));
    let points = up_to.filter_map(|point| {
        let same = |course: &&Course| course.points.iter().find(|other| other.period == point.period).cloned();
        let all: Vec<Point> = parts.iter().map(same).collect::<Option<_>>()?;
        Some(Point {
            period: point.period.clone(),
            value: combine(&all.iter().map(|one| one.value).collect::<Vec<_>>()),
            reported: all.iter().all(|one| one.reported),
        })
    });
    let points = points.collect();
    let before = combine(&parts.iter().map(|course| course.before).collect::<Vec<_>>());
    Course { flow: indicator.accumulation == Accumulation::Flow, before, points }
}

/// Pace and projection of a course, held against what the figure is held against.
pub fn pace(inputs: &Inputs<'_>, indicator: &Indicator, course: &Course, held: &Against<'_>) -> Projection {
    let aim = Aim {
        unit: &indicator.unit,
        direction: indicator.direction,
        target: held.target,
        to_be_declared: indicator.targets == Targets::ToBeDeclared,
    };
    project(course, &inputs.catalog.programme.calendar, &aim)
}
