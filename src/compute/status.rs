//! Expected, progress and status: pure functions of target, baseline and actual, each with its sentence.
//!
//! The rules are tried in the order of [`Status`]; docs/methods.md has them as formulas. A figure that is a range is
//! judged at both of its ends: where they differ, neither status is certain.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::model::number::{display, quotient};
use crate::model::scoreboard::{Status, Thresholds};
use crate::model::target::{Direction, Milestone, ResolvedTarget, Trajectory};
use crate::model::unit::Unit;
use crate::model::value::Value;

/// What a figure is judged by.
#[derive(Debug, Clone)]
pub struct Case<'a> {
    pub value: &'a Value,
    /// What a counted figure is at least and at most, where that is not the value.
    pub range: (Option<Decimal>, Option<Decimal>),
    pub unit: &'a Unit,
    pub baseline: Decimal,
    pub start: NaiveDate,
    pub target: Option<ResolvedTarget>,
    /// A target that is still to be declared.
    pub to_be_declared: bool,
    pub milestones: &'a [Milestone],
    pub trajectory: Trajectory,
    pub direction: Direction,
    /// The day at which the figure is judged; None if no report was due yet.
    pub cut_off: Option<NaiveDate>,
    pub thresholds: Thresholds,
    /// Whether the way from the baseline says how fast it moves: not of a rate that began at no declared baseline.
    pub paced: bool,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    pub expected: Option<Decimal>,
    pub progress: Option<Decimal>,
    pub achievement: Option<Decimal>,
    pub status: Status,
    pub reason: String,
}

/// The expected value on a day: piecewise linear through start, milestones and target, or the last step passed.
/// None if a point is too large to interpolate exactly.
pub fn expected(case: &Case<'_>, day: NaiveDate) -> Option<Decimal> {
    let target = case.target?;
    let mut points = vec![(case.start, case.baseline)];
    points.extend(case.milestones.iter().map(|milestone| (milestone.on, milestone.value)));
    points.push((target.on, target.value));
    if day >= target.on {
        return Some(target.value);
    }
    let after = points.iter().position(|(on, _)| *on > day)?;
    if after == 0 {
        return Some(case.baseline);
    }
    let ((from, low), (to, high)) = (points[after - 1], points[after]);
    if case.trajectory == Trajectory::Steps {
        return Some(low);
    }
    let (passed, all) = ((day - from).num_days(), (to - from).num_days());
    // low + (high − low) · passed / all, divided once.
    let rise = high.checked_sub(low)?.checked_mul(Decimal::from(passed))?;
    quotient(low.checked_mul(Decimal::from(all))?.checked_add(rise)?, Decimal::from(all))
}

/// How many decimals a reader wants to see of a unit.
pub fn decimals(unit: &Unit) -> u32 {
    u32::from(unit.is_percent() || unit.as_str() == "FTE")
}

/// A value in words: `EUR 4 049 100`, `33.9 %`, `80 SMEs`.
pub fn shown(value: Decimal, unit: &Unit) -> String {
    let fraction = match (value.fract().is_zero(), unit.is_money()) {
        (true, _) => 0,
        (false, true) => 2,
        (false, false) => decimals(unit).max(1),
    };
    let number = display(value, if unit.is_percent() { 1 } else { fraction });
    if unit.is_money() { format!("{unit} {number}") } else { format!("{number} {unit}") }
}

/// Judges a figure.
pub fn judge(case: &Case<'_>) -> Judgement {
    let known = case.value.known();
    let at = case.cut_off;
    let expected = at.and_then(|day| expected(case, day));
    let progress = known.zip(case.target).and_then(|(actual, target)| {
        quotient(actual.checked_sub(case.baseline)?, target.value.checked_sub(case.baseline)?)
    });
    let achievement = known.zip(case.target).and_then(|(actual, target)| quotient(actual, target.value));
    let (status, reason) = decide(case, known, expected);
    let open = known.and_then(|actual| uncertain(case, actual, expected, status));
    let (status, reason) = open.map_or((status, reason), |reason| (Status::Uncertain, reason));
    Judgement { expected, progress, achievement, status, reason }
}

/// What a figure that is a range would be at its ends, where that is not the same; None where it is.
fn uncertain(case: &Case<'_>, actual: Decimal, expected: Option<Decimal>, status: Status) -> Option<String> {
    let judged = [Status::Achieved, Status::Missed, Status::OnTrack, Status::AtRisk, Status::OffTrack];
    let (target, cut_off) = (case.target?, case.cut_off.filter(|_| judged.contains(&status))?);
    let (low, high) = (case.range.0.unwrap_or(actual).min(actual), case.range.1.unwrap_or(actual).max(actual));
    let at = |value| (value, decide(case, Some(value), expected).0);
    let (lowest, highest) = (at(low), at(high));
    let ends = match (lowest.1 == highest.1, lowest.1 == status) {
        (true, true) => return None,
        // Within a band that both ends lie outside of.
        (true, false) => vec![lowest, (actual, status), highest],
        _ => vec![lowest, highest],
    };
    let unit = case.unit;
    let ends: Vec<String> =
        ends.iter().map(|(value, status)| format!("{} with {}", word(*status), shown(*value, unit))).collect();
    Some(format!(
        "Uncertain: {} to {} on {}, target {} by {}; {}.",
        shown(low, unit),
        shown(high, unit),
        cut_off.format("%-d %b %Y"),
        shown(target.value, unit),
        target.on.format("%-d %b %Y"),
        ends.join("; ")
    ))
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Achieved => "achieved",
        Status::Missed => "missed",
        Status::OnTrack => "on track",
        Status::AtRisk => "at risk",
        Status::OffTrack => "off track",
        Status::NoTarget | Status::NoData | Status::Uncertain | Status::NotDue => "not due yet",
    }
}

fn decide(case: &Case<'_>, known: Option<Decimal>, expected: Option<Decimal>) -> (Status, String) {
    let Some(target) = case.target else {
        let why = if case.to_be_declared { "the target is still to be declared" } else { "no target is declared" };
        let actual = known.map_or_else(String::new, |actual| format!("; {} so far", shown(actual, case.unit)));
        return (Status::NoTarget, format!("No status: {why}{actual}."));
    };
    let Some(actual) = known else {
        let why = match case.value {
            Value::NotReported => "nobody whose report was due has reported".to_owned(),
            Value::NotApplicable => "the partner does not take part".to_owned(),
            Value::NotComputable(why) => format!("it cannot be computed: {why}"),
            Value::Suppressed | Value::Known(_) => "it is withheld from this audience".to_owned(),
        };
        return (Status::NoData, format!("No data: {why}."));
    };
    let unit = case.unit;
    let Some(cut_off) = case.cut_off else {
        return (Status::NotDue, format!("Not due: no report is due yet; {} so far.", shown(actual, unit)));
    };
    let goal = shown(target.value, unit);
    let on = target.on.format("%-d %b %Y");
    let here = format!("{} on {}", shown(actual, unit), cut_off.format("%-d %b %Y"));
    if let Direction::Maintain { tolerance } = case.direction {
        let inside = (actual - target.value).abs() <= tolerance;
        let band = format!("{goal} ± {}", display(tolerance, decimals(unit)));
        return match (inside, cut_off >= target.on) {
            (true, true) => (Status::Achieved, format!("Achieved: {here} lies within {band}.")),
            (true, false) => (Status::OnTrack, format!("On track: {here} lies within {band}.")),
            (false, true) => (Status::Missed, format!("Missed: {here} lies outside {band}.")),
            (false, false) => {
                (Status::OffTrack, format!("Off track: {here} lies outside {band}; it must come back by {on}."))
            }
        };
    }
    let decreasing = case.direction == Direction::Decrease;
    let meets = if decreasing { actual <= target.value } else { actual >= target.value };
    if meets {
        let above = target.to.is_some_and(|to| actual > to);
        let range = if above { ", above range" } else { "" };
        let word = if decreasing { "is at or below" } else { "meets" };
        return (Status::Achieved, format!("Achieved{range}: {here} {word} the target of {goal}."));
    }
    let gap = (target.value - actual).abs();
    if cut_off >= target.on {
        let missing = shown(gap, unit);
        let word = if decreasing { "above" } else { "short of" };
        return (Status::Missed, format!("Missed: {here}, {missing} {word} the target of {goal} by {on}."));
    }
    let Some(expected) = expected.filter(|expected| *expected != case.baseline) else {
        return (
            Status::NotDue,
            format!(
                "Not due: nothing is expected by {}; {} so far, target {goal} by {on}.",
                cut_off.format("%-d %b %Y"),
                shown(actual, unit)
            ),
        );
    };
    let ratio = quotient(actual - case.baseline, expected - case.baseline).unwrap_or(Decimal::ZERO);
    let status = if ratio >= case.thresholds.on_track {
        Status::OnTrack
    } else if ratio >= case.thresholds.at_risk {
        Status::AtRisk
    } else {
        Status::OffTrack
    };
    let word = match status {
        Status::OnTrack => "On track",
        Status::AtRisk => "At risk",
        _ => "Off track",
    };
    let share = display(ratio * Decimal::ONE_HUNDRED, 0);
    let (wanted, base) = (shown(expected, unit), shown(case.baseline, unit));
    let mut reason = if case.baseline.is_zero() {
        format!("{word}: {here} is {share} % of the {wanted} expected by then (from {base}).")
    } else {
        format!("{word}: {here} is {share} % of the way from {base} to the {wanted} expected by then.")
    };
    reason.push(' ');
    reason.push_str(&needs(case, actual, gap, target, cut_off, status));
    (status, reason)
}

/// What would turn it green, and at which pace.
fn needs(
    case: &Case<'_>,
    actual: Decimal,
    gap: Decimal,
    target: ResolvedTarget,
    cut_off: NaiveDate,
    status: Status,
) -> String {
    let unit = case.unit;
    let on = target.on.format("%-d %b %Y");
    let verb = if case.direction == Direction::Decrease { "Must fall by" } else { "Needs" };
    let more = if case.direction == Direction::Decrease { "" } else { " more" };
    let amount = if unit.is_percent() { format!("{} points", display(gap, 1)) } else { shown(gap, unit) };
    let mut sentence = format!("{verb} {amount}{more} by {on}");
    // Pace by the month of 365.25 / 12 days, for orientation.
    let month = Decimal::new(304_375, 4);
    let passed = Decimal::from((cut_off - case.start).num_days());
    let left = Decimal::from((target.on - cut_off).num_days());
    let pace = |amount: Decimal, days: Decimal| quotient(amount.checked_mul(month)?, days);
    let moved = if case.direction == Direction::Decrease { case.baseline - actual } else { actual - case.baseline };
    if let (true, Some(needed), Some(now)) = (case.paced, pace(gap, left), pace(moved, passed)) {
        let digits = u32::from(needed < Decimal::TEN && now.abs() < Decimal::TEN);
        sentence.push_str(&format!("; {} a month against {} until now", display(needed, digits), display(now, digits)));
    }
    sentence.push('.');
    if status != Status::OnTrack
        && let Some(expected) = expected(case, cut_off)
    {
        let green = case.baseline + (expected - case.baseline) * case.thresholds.on_track;
        let distance = (green - actual).abs();
        let amount = if unit.is_percent() { format!("{} points", display(distance, 1)) } else { shown(distance, unit) };
        sentence.push_str(&format!(" On track from {}: {amount} away.", shown(green, unit)));
    }
    sentence
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Decimal {
        text.parse().expect("a decimal")
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    struct Setting {
        value: Value,
        unit: Unit,
        milestones: Vec<Milestone>,
    }

    fn setting(value: &str) -> Setting {
        Setting { value: Value::Known(d(value)), unit: Unit::new("SMEs"), milestones: Vec::new() }
    }

    fn case<'a>(setting: &'a Setting, baseline: &str, target: &str) -> Case<'a> {
        Case {
            value: &setting.value,
            range: (None, None),
            unit: &setting.unit,
            baseline: d(baseline),
            start: day("2015-01-01"),
            target: Some(ResolvedTarget { value: d(target), to: None, on: day("2015-12-31") }),
            to_be_declared: false,
            milestones: &setting.milestones,
            trajectory: Trajectory::Linear,
            direction: Direction::Increase,
            cut_off: Some(day("2015-07-02")),
            thresholds: Thresholds { on_track: d("0.9"), at_risk: d("0.7") },
            paced: true,
        }
    }

    #[test]
    fn expected_is_linear_between_points_and_exact() {
        let mut one = setting("0");
        let half = case(&one, "0", "100");
        assert_eq!(expected(&half, day("2015-07-02")), Some(d("50")));
        assert_eq!(expected(&half, day("2015-01-01")), Some(d("0")));
        assert_eq!(expected(&half, day("2016-05-01")), Some(d("100")));
        one.milestones = vec![Milestone { value: d("80"), on: day("2015-07-02"), illustrative: false }];
        let bent = case(&one, "0", "100");
        assert_eq!(expected(&bent, day("2015-04-02")), Some(d("40")));
        assert_eq!(expected(&Case { trajectory: Trajectory::Steps, ..bent.clone() }, day("2015-04-02")), Some(d("0")));
        assert_eq!(expected(&Case { trajectory: Trajectory::Steps, ..bent }, day("2015-08-01")), Some(d("80")));
    }

    #[test]
    fn rules_are_tried_in_their_order() {
        let status = |value: &str, change: &dyn Fn(Case<'_>) -> Status| change(case(&setting(value), "0", "100"));
        let plain = |case: Case<'_>| judge(&case).status;
        assert_eq!(status("45", &plain), Status::OnTrack);
        assert_eq!(status("44.9", &plain), Status::AtRisk);
        assert_eq!(status("35", &plain), Status::AtRisk);
        assert_eq!(status("34.9", &plain), Status::OffTrack);
        assert_eq!(status("100", &plain), Status::Achieved);
        assert_eq!(
            status("99", &|case| judge(&Case { cut_off: Some(day("2015-12-31")), ..case }).status),
            Status::Missed
        );
        assert_eq!(status("1", &|case| judge(&Case { target: None, ..case }).status), Status::NoTarget);
        assert_eq!(status("1", &|case| judge(&Case { cut_off: None, ..case }).status), Status::NotDue);
        assert_eq!(status("0", &|case| judge(&Case { value: &Value::NotReported, ..case }).status), Status::NoData);
        let late = |case: Case<'_>| judge(&Case { trajectory: Trajectory::Steps, ..case }).status;
        assert_eq!(status("5", &late), Status::NotDue);
    }

    #[test]
    fn a_decreasing_target_works_the_same_way() {
        let setting = setting("30");
        let falling = Case { direction: Direction::Decrease, ..case(&setting, "45", "15") };
        let judgement = judge(&falling);
        assert_eq!(judgement.progress, Some(d("0.5")));
        assert_eq!(judgement.status, Status::OnTrack);
        assert_eq!(judge(&Case { baseline: d("40"), ..falling }).progress, Some(d("0.4")));
    }

    #[test]
    fn maintain_has_a_band() {
        let setting = setting("98");
        let kept = Case { direction: Direction::Maintain { tolerance: d("2") }, ..case(&setting, "100", "100") };
        assert_eq!(judge(&kept).status, Status::OnTrack);
        assert_eq!(judge(&Case { cut_off: Some(day("2015-12-31")), ..kept.clone() }).status, Status::Achieved);
        assert_eq!(
            judge(&Case { direction: Direction::Maintain { tolerance: d("1") }, ..kept }).status,
            Status::OffTrack
        );
    }

    #[test]
    fn a_range_across_the_target_is_neither_missed_nor_achieved() {
        let setting = setting("10");
        let over = Case { cut_off: Some(day("2015-12-31")), ..case(&setting, "0", "25") };
        let with =
            |low: Option<&str>, high: Option<&str>| judge(&Case { range: (low.map(d), high.map(d)), ..over.clone() });
        let open = with(None, Some("28"));
        assert_eq!(open.status, Status::Uncertain);
        assert_eq!(
            open.reason,
            "Uncertain: 10 SMEs to 28 SMEs on 31 Dec 2015, target 25 SMEs by 31 Dec 2015; missed with 10 SMEs; \
             achieved with 28 SMEs."
        );
        assert_eq!(open.progress, Some(d("0.4")), "progress is that of the value");
        assert_eq!(with(None, Some("24")).status, Status::Missed, "the whole range misses");
        assert_eq!(with(Some("9"), Some("10")).status, Status::Missed);
        let achieved = Case { range: (Some(d("24")), Some(d("30"))), target: over.target, ..case(&setting, "0", "25") };
        let thirty = Value::Known(d("30"));
        assert_eq!(judge(&Case { value: &thirty, ..achieved.clone() }).status, Status::Uncertain);
        assert_eq!(judge(&Case { value: &thirty, range: (Some(d("25")), None), ..achieved }).status, Status::Achieved);
    }

    #[test]
    fn a_range_across_what_is_expected_is_uncertain_and_one_that_is_not_due_yet_stays_so() {
        let setting = setting("35");
        let half = Case { range: (None, Some(d("45"))), ..case(&setting, "0", "100") };
        let open = judge(&half);
        assert_eq!(open.status, Status::Uncertain);
        assert!(open.reason.ends_with("; at risk with 35 SMEs; on track with 45 SMEs."), "{}", open.reason);
        assert_eq!(judge(&Case { trajectory: Trajectory::Steps, ..half.clone() }).status, Status::NotDue);
        let band = Direction::Maintain { tolerance: d("2") };
        let kept = Case { direction: band, range: (Some(d("30")), Some(d("40"))), ..case(&setting, "35", "35") };
        let open = judge(&kept);
        assert!(
            open.reason.ends_with("; off track with 30 SMEs; on track with 35 SMEs; off track with 40 SMEs."),
            "{}",
            open.reason
        );
    }

    #[test]
    fn a_sentence_says_what_would_turn_it_green() {
        let sentence = judge(&case(&setting("40"), "0", "100")).reason;
        assert_eq!(
            sentence,
            "At risk: 40 SMEs on 2 Jul 2015 is 80 % of the 50 SMEs expected by then (from 0 SMEs). \
             Needs 60 SMEs more by 31 Dec 2015; 10 a month against 7 until now. On track from 45 SMEs: 5 SMEs away."
        );
    }

    #[test]
    fn a_rate_without_a_baseline_has_no_pace() {
        let setting = Setting { unit: Unit::new("%"), ..setting("40") };
        let sentence = judge(&Case { paced: false, ..case(&setting, "0", "100") }).reason;
        assert!(sentence.contains("Needs 60.0 points more by 31 Dec 2015. On track from"), "{sentence}");
    }
}
