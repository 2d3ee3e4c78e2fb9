//! Two figures of one thing side by side: what partners' tables count, and what a survey estimates.
//!
//! The count lies within the estimate's interval, or beyond it; or the two speak of different enterprises and cannot be
//! held against each other. Which of the two is right is not for a program to say.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::Inputs;
use super::plan::{Grain, table};
use super::population::truths;
use super::status::shown;
use super::survey::{Prepared, ends};
use crate::define::catalog::{FieldKind, How, Indicator, Pairing};
use crate::finding::{Finding, Place, rules};
use crate::model::code::IndicatorCode;
use crate::model::number::{display, percentage};
use crate::model::scoreboard::{Accumulation, Comparison, Figure, IndicatorResult, Verdict};
use crate::model::value::Value;
use crate::sql::frame::{date, text};

/// Every declared comparison of which a report shows at least one side, with a warning for each that does not hold.
///
/// # Errors
/// What the SQL engine refuses, as text.
pub fn comparisons(
    inputs: &Inputs<'_>,
    surveys: &[Prepared<'_>],
    results: &BTreeMap<IndicatorCode, IndicatorResult>,
    chosen: &[IndicatorCode],
) -> Result<(Vec<Comparison>, Vec<Finding>), String> {
    let (mut all, mut findings) = (Vec::new(), Vec::new());
    let mut seen = BTreeSet::new();
    for indicator in &inputs.catalog.indicators {
        let other = indicator.compare_with.as_ref().and_then(|with| inputs.catalog.indicator(&with.code));
        let Some(other) = other else { continue };
        let (counted, estimated) =
            if matches!(indicator.how, How::Survey { .. }) { (other, indicator) } else { (indicator, other) };
        // Each of the two may name the other.
        if !seen.insert((&counted.code, &estimated.code))
            || !(chosen.contains(&counted.code) || chosen.contains(&estimated.code))
        {
            continue;
        }
        let (Some(count), Some(estimate)) = (results.get(&counted.code), results.get(&estimated.code)) else {
            continue;
        };
        let apart = apart(inputs, surveys, counted, estimated, &count.total)?;
        let one = compare((counted, count), (estimated, estimate), apart);
        if one.verdict == Verdict::Beyond {
            let message = format!("`{}` lies beyond the interval of `{}`: {}", one.counted, one.estimated, one.says);
            findings.push(
                Finding::warning(&rules::FIGURES_APART, Place::Project, message.trim_end_matches('.').to_owned()).help(
                    "Ask partners how they count, and look at who did not answer. Both figures stand as they are.",
                ),
            );
        }
        all.push(one);
    }
    Ok((all, findings))
}

/// Whether both figures speak of the same enterprises, as far as the rows tell.
#[derive(Clone, Copy)]
enum Apart {
    /// The rows name no enterprises.
    Unseen,
    Together,
    /// So many of so many enterprises counted are not in the population of the estimate.
    Outside(usize, usize),
}

fn apart(
    inputs: &Inputs<'_>,
    surveys: &[Prepared<'_>],
    counted: &Indicator,
    estimated: &Indicator,
    count: &Figure,
) -> Result<Apart, String> {
    let (How::Rows { from, .. }, How::Survey { survey, population, change, .. }) = (&counted.how, &estimated.how)
    else {
        return Ok(Apart::Unseen);
    };
    let Some(prepared) = surveys.iter().find(|one| one.survey.code == *survey) else { return Ok(Apart::Unseen) };
    let latest = prepared.waves.iter().rposition(|(_, input, _)| input.is_some());
    // Pairs speak of the baseline's population.
    let wave = match change {
        Some((_, Pairing::Paired)) => ends(&prepared.waves).map(|(first, _)| first),
        _ => latest,
    };
    let Some((.., held)) = wave.map(|wave| &prepared.waves[wave]) else { return Ok(Apart::Unseen) };
    let domain = truths(&held.frame.rows, population.as_ref(), true)?;
    let (mut all, mut outside) = (BTreeSet::new(), BTreeSet::new());
    for from in from {
        let Some(collection) = inputs.catalog.collection(&from.collection) else { continue };
        let Some(field) = collection.fields.iter().find(|field| field.kind == FieldKind::Enterprise) else { continue };
        let Some(rows) = inputs.records.tables.get(&table(collection, Grain::Record)) else { continue };
        let counts = truths(rows, from.condition.as_ref(), true)?;
        for row in (0..rows.height()).filter(|row| counts[*row]) {
            let on = collection.date.as_ref().and_then(|field| date(rows, field.as_str(), row));
            if on.zip(count.cut_off).is_some_and(|(on, cut_off)| on > cut_off) {
                continue;
            }
            let number = text(rows, field.code.as_str(), row);
            let name = text(rows, &format!("{}__name", field.code), row);
            let Some(identity) = number.clone().or_else(|| name.clone()) else { continue };
            let member = held.frame.find(number.as_deref(), name.as_deref()).map(|(at, _)| &held.frame.members[at]);
            if !member.is_some_and(|member| !member.ineligible && domain[member.row]) {
                outside.insert(identity.clone());
            }
            all.insert(identity);
        }
    }
    Ok(match (all.len(), outside.len()) {
        (0, _) => Apart::Unseen,
        (_, 0) => Apart::Together,
        (all, outside) => Apart::Outside(outside, all),
    })
}

fn compare(
    (counted, count): (&Indicator, &IndicatorResult),
    (estimated, estimate): (&Indicator, &IndicatorResult),
    apart: Apart,
) -> Comparison {
    let facts = estimate.estimate.as_ref();
    // What has come about since the start is held against what has changed since the baseline.
    let change = facts
        .and_then(|facts| facts.change.as_ref())
        .filter(|change| counted.accumulation == Accumulation::Flow && change.unit == counted.unit.as_str());
    let (value, lower, upper) = match (change, facts) {
        (Some(change), _) => (Value::Known(change.value), change.lower, change.upper),
        (None, Some(facts)) => (estimate.total.value.clone(), facts.lower, facts.upper),
        (None, None) => (estimate.total.value.clone(), None, None),
    };
    let both = count.total.value.known().zip(value.known());
    let difference = both.and_then(|(count, estimate)| count.checked_sub(estimate));
    let relative = both.zip(difference).and_then(|((_, estimate), difference)| percentage(difference, estimate.abs()));
    let verdict = match (apart, both, lower.zip(upper)) {
        (_, None, _) => Verdict::Unknown,
        (Apart::Outside(..), ..) => Verdict::NotComparable,
        (_, _, None) => Verdict::Unknown,
        (_, Some((count, _)), Some((low, high))) if low <= count && count <= high => Verdict::Within,
        _ => Verdict::Beyond,
    };
    let mut notes = Vec::new();
    if change.is_some() {
        notes.push("The count since the start is held against the change since the baseline.".to_owned());
    }
    let coverage = count.total.coverage;
    if coverage.reported < coverage.due {
        notes.push(format!("The count is that of {coverage} partners; the others have not reported."));
    }
    let held_on = facts.and_then(|facts| if facts.change.is_some() { facts.waves.get(1) } else { facts.waves.last() });
    if let Some((counted_on, wave)) = count.total.cut_off.zip(held_on)
        && counted_on != wave.on
    {
        let day = |day: chrono::NaiveDate| day.format("%-d %B %Y").to_string();
        notes.push(format!("The count stands for {}, the survey for {}.", day(counted_on), day(wave.on)));
    }
    if matches!(apart, Apart::Unseen) {
        notes.push(
            "The rows counted name no enterprises: whether both speak of the same ones cannot be seen.".to_owned(),
        );
    }
    let mut one = Comparison {
        counted: counted.code.clone(),
        counted_title: counted.title.clone(),
        estimated: estimated.code.clone(),
        estimated_title: estimated.title.clone(),
        unit: counted.unit.clone(),
        count: count.total.value.clone(),
        estimate: value,
        of_change: change.is_some(),
        lower,
        upper,
        difference,
        relative,
        verdict,
        says: String::new(),
        notes,
    };
    one.says = says(&one, apart);
    one
}

/// The comparison in a sentence.
fn says(one: &Comparison, apart: Apart) -> String {
    let what = if one.of_change { "the survey's change" } else { "the survey's estimate" };
    let Some((count, estimate)) = one.count.known().zip(one.estimate.known()) else {
        let missing = if one.count.known().is_none() { "the count" } else { what };
        return format!("There is nothing to compare: {missing} is not known.");
    };
    let plain = |value: Decimal| shown(value.abs(), &one.unit);
    let shown = |value: Decimal| format!("{}{}", if value.is_sign_negative() { "−" } else { "" }, plain(value));
    let interval = one
        .lower
        .zip(one.upper)
        .map_or_else(String::new, |(low, high)| format!(" (95 % interval {} to {})", shown(low), shown(high)));
    let relative = one
        .relative
        .map_or_else(String::new, |share| format!(" ({} % of the estimate)", signed(&display(share.abs(), 1), share)));
    let difference = one.difference.map_or_else(String::new, |gap| {
        let points = one.unit.is_percent().then(|| format!("{} points", display(gap.abs(), 1)));
        signed(&points.unwrap_or_else(|| plain(gap)), gap)
    });
    let verdict = match (one.verdict, apart) {
        (Verdict::NotComparable, Apart::Outside(outside, all)) => format!(
            "not comparable, since {outside} of the {all} enterprises counted are not in the population of the survey"
        ),
        (Verdict::Within, _) => "within the interval".to_owned(),
        (Verdict::Beyond, _) => "beyond the interval".to_owned(),
        _ => "and no interval to judge it by".to_owned(),
    };
    format!(
        "Partners count {}, {what} is {}{interval}: a difference of {difference}{relative}, {verdict}.",
        shown(count),
        shown(estimate)
    )
}

fn signed(shown: &str, value: Decimal) -> String {
    let sign = if value.is_zero() {
        ""
    } else if value.is_sign_negative() {
        "−"
    } else {
        "+"
    };
    format!("{sign}{shown}")
}
