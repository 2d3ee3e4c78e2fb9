//! Baseline, milestones, targets: what an indicator is held against.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::catalog::{Partner, Programme};
use super::reader::{At, Table, exact};
use crate::finding::rules;
use crate::finding::suggest::nearest;
use crate::model::code::PartnerCode;
use crate::model::period::Calendar;
use crate::model::target::{Baseline, Direction, Milestone, Target, TargetValue, Targets, Trajectory};
use crate::model::unit::Unit;

/// Everything that is held against the actual.
pub struct Held {
    pub direction: Direction,
    pub baseline: Option<Baseline>,
    pub milestones: Vec<Milestone>,
    pub targets: Targets,
    pub trajectory: Trajectory,
    pub partner_targets: BTreeMap<PartnerCode, Decimal>,
}

/// `adds_up`: whether partner figures add up to the total, so that partner targets must too.
pub fn read(table: &Table<'_>, unit: &Unit, programme: &Programme, partners: &[Partner], adds_up: bool) -> Held {
    let direction = direction(table);
    let baseline = table.table("baseline").and_then(|baseline| {
        let value = baseline.required_decimal("value");
        let on = baseline.date("on").map(|at| at.value);
        let source = baseline.text("source").map(|at| at.value);
        baseline.finish();
        Some(Baseline { value: value?.value, on, source })
    });
    let targets = targets(table, unit, &programme.calendar);
    let from = baseline.as_ref().and_then(|baseline| baseline.on).unwrap_or(programme.calendar.start);
    let milestones = milestones(table, from, programme.calendar.end, targets.current());
    let trajectory = table
        .choice("trajectory", &[("linear", Trajectory::Linear), ("steps", Trajectory::Steps)])
        .map_or(Trajectory::Linear, |at| at.value);
    let partner_targets = partner_targets(table, partners, targets.current(), adds_up);
    if let Some(target) = targets.current() {
        against_direction(table, direction, baseline.as_ref(), target);
    }
    Held { direction, baseline, milestones, targets, trajectory, partner_targets }
}

fn direction(table: &Table<'_>) -> Direction {
    let tolerance = table.decimal("tolerance");
    match table.choice("direction", &[("increase", 0), ("decrease", 1), ("maintain", 2)]).map(|at| at.value) {
        Some(1) => Direction::Decrease,
        Some(2) => {
            if tolerance.is_none() {
                table.bad(
                    &table.span_of("direction"),
                    "`maintain` needs a `tolerance`",
                    "Say how far from the target is still fine.",
                );
            }
            Direction::Maintain { tolerance: tolerance.map_or(Decimal::ZERO, |at| at.value) }
        }
        _ => {
            if tolerance.is_some() {
                table.bad(
                    &table.span_of("tolerance"),
                    "`tolerance` goes with `direction = \"maintain\"` only",
                    "Take it out.",
                );
            }
            Direction::Increase
        }
    }
}

fn against_direction(table: &Table<'_>, direction: Direction, baseline: Option<&Baseline>, target: &Target) {
    let base = baseline.map_or(Decimal::ZERO, |baseline| baseline.value);
    let Some(resolved) = target.resolve(base) else { return };
    let (wrong, word) = match direction {
        Direction::Increase => (resolved.value < base, "below"),
        Direction::Decrease => (resolved.value > base, "above"),
        Direction::Maintain { .. } => (false, ""),
    };
    if wrong {
        let message = format!("the target {} lies {word} the baseline {base}", resolved.value);
        let finding = table.error(&rules::TARGET_ORDER, &table.span_of("target"), message);
        table.report(finding.help("Check the target, the baseline and `direction`."));
    }
}

fn targets(table: &Table<'_>, unit: &Unit, calendar: &Calendar) -> Targets {
    if table.is_text("target") {
        return match table.text("target") {
            Some(text) if text.value == "to_be_declared" => Targets::ToBeDeclared,
            Some(text) => {
                table.bad(
                    &text.span,
                    format!("`target` cannot be `{}`", text.value),
                    "Write target = \"to_be_declared\", or target = { value = 90, on = 2016-09-30 }.",
                );
                Targets::None
            }
            None => Targets::None,
        };
    }
    if let Some(number) = table.misplaced_number("target") {
        let message = "`target` must be a table, this is a number";
        let finding = table.error(&rules::WRONG_TYPE, &number.span, message);
        let written = format!("{{ value = {} }}", number.value);
        table.report(finding.suggest(Some(written)).help("It may say by which day: { value = 90, on = 2016-09-30 }."));
        return Targets::None;
    }
    let several = table.array_holds_tables("target");
    let mut versions: Vec<Target> =
        table.tables("target").iter().filter_map(|version| target(version, unit, calendar, several)).collect();
    if versions.is_empty() {
        return Targets::None;
    }
    versions.sort_by_key(|version| version.decided);
    Targets::Declared(versions)
}

fn target(table: &Table<'_>, unit: &Unit, calendar: &Calendar, several: bool) -> Option<Target> {
    let (value, increase, percent) =
        (table.decimal("value"), table.decimal("increase"), table.decimal("increase_percent"));
    let (from, to) = (table.decimal("from"), table.decimal("to"));
    let on = table.date("on").map_or(calendar.end, |at| at.value);
    let illustrative = table.boolean("illustrative").unwrap_or(false);
    let decided = table.date("decided").map(|at| at.value);
    let because = table.text("because").map(|at| at.value);
    table.finish();
    let head = table.span.start..table.span.start + 1;
    if several && (decided.is_none() || because.is_none()) {
        table.report(
            table
                .error(&rules::MISSING_KEY, &head, "each version of a target says when and why it was decided")
                .help("Add `decided = 2016-01-31` and `because = \"…\"`."),
        );
    }
    if on < calendar.start {
        let finding = table.error(
            &rules::TARGET_ORDER,
            &table.span_of("on"),
            "the target's day lies before the programme's start",
        );
        table.report(finding.help("Correct `on`."));
    }
    let ways = [value.is_some(), increase.is_some(), percent.is_some(), from.is_some() || to.is_some()];
    if ways.iter().filter(|given| **given).count() != 1 {
        table.bad(
            &head,
            "a target has exactly one of `value`, `increase`, `increase_percent`, or `from` and `to`",
            "For example { value = 90, on = 2016-09-30 }.",
        );
        return None;
    }
    let value = match (value, increase, percent, from, to) {
        (Some(value), ..) => TargetValue::Value(value.value),
        (_, Some(by), ..) => TargetValue::Increase(by.value),
        (_, _, Some(by), ..) => {
            if unit.is_percent() {
                table.bad(
                    &by.span,
                    "`increase_percent` of a percentage is easily misread",
                    "Use `increase`, in percentage points.",
                );
            }
            TargetValue::IncreasePercent(by.value)
        }
        (.., Some(from), Some(to)) => {
            if to.value <= from.value {
                table.bad(&to.span, "the range ends before it begins", "Put the smaller number into `from`.");
            }
            TargetValue::Range { from: from.value, to: to.value }
        }
        _ => {
            table.bad(&head, "a range needs both `from` and `to`", "For example { from = 50, to = 170 }.");
            return None;
        }
    };
    Some(Target { value, on, illustrative, decided, because })
}

fn milestones(table: &Table<'_>, start: NaiveDate, last: NaiveDate, target: Option<&Target>) -> Vec<Milestone> {
    let read: Vec<(At<NaiveDate>, Milestone)> = table
        .tables("milestone")
        .iter()
        .filter_map(|milestone| {
            let value = milestone.required_decimal("value");
            let on = milestone.required_date("on");
            let illustrative = milestone.boolean("illustrative").unwrap_or(false);
            milestone.finish();
            let on = on?;
            Some((on.clone(), Milestone { value: value?.value, on: on.value, illustrative }))
        })
        .collect();
    let end = target.map_or(last, |target| target.on);
    let mut earlier = start;
    for (at, milestone) in &read {
        let message = if milestone.on <= start || milestone.on >= end {
            Some(format!("the milestone of {} does not lie between the start and the target's day", milestone.on))
        } else if milestone.on <= earlier && earlier != start {
            Some(format!("the milestone of {} stands after that of {earlier}", milestone.on))
        } else {
            None
        };
        if let Some(message) = message {
            let finding = table.error(&rules::TARGET_ORDER, &at.span, message);
            table.report(finding.help(format!("Milestones lie between {start} and {end}, in order.")));
        }
        earlier = milestone.on;
    }
    read.into_iter().map(|(_, milestone)| milestone).collect()
}

fn partner_targets(
    table: &Table<'_>,
    partners: &[Partner],
    target: Option<&Target>,
    adds_up: bool,
) -> BTreeMap<PartnerCode, Decimal> {
    let Some(declared) = table.table("partner_target") else { return BTreeMap::new() };
    let mut targets = BTreeMap::new();
    for (name, value) in declared.entries() {
        let Some(partner) = partners.iter().find(|partner| partner.code.as_str() == name.value) else {
            let message = format!("no partner is called `{}`", name.value);
            let suggestion = nearest(&name.value, partners.iter().map(|partner| partner.code.as_str()));
            declared.report(declared.error(&rules::UNKNOWN_PARTNER, &name.span, message).suggest(suggestion));
            continue;
        };
        match exact(value.get_ref()) {
            Some(number) => {
                targets.insert(partner.code.clone(), number);
            }
            None => declared.report(
                declared
                    .error(
                        &rules::WRONG_TYPE,
                        &value.span(),
                        format!("the target of `{}` must be a number", name.value),
                    )
                    .help("Write it bare, for example 1_000_000."),
            ),
        }
    }
    if let Some(Target { value: TargetValue::Value(total), .. }) = target
        && adds_up
        && targets.len() == partners.len()
    {
        let sum: Decimal = targets.values().sum();
        if sum != *total {
            let message = format!("the partner targets add up to {sum}, the programme's target is {total}");
            let finding = declared.error(&rules::PARTNER_TARGET_SUM, &declared.span, message);
            declared.report(finding.help("Change one of them; partner figures of this indicator add up to the total."));
        }
    }
    targets
}
