//! What the estimators say, in words: why there is no figure, and what must stand beside one.

use rust_decimal::Decimal;

use super::estimate::{Note, Why};
use super::status::{decimals, shown};
use crate::define::catalog::Indicator;
use crate::model::number::{display, from_estimate};
use crate::model::scoreboard::{Figure, WaveEstimate};

/// Whether the interval of a level excludes the target, in a sentence; empty where there is no target or no interval.
pub fn against_interval(wave: &WaveEstimate, total: &Figure, indicator: &Indicator) -> String {
    let (Some(target), Some((low, high))) = (total.target, wave.lower.zip(wave.upper)) else { return String::new() };
    let word = if low <= target.value && target.value <= high { "does not exclude" } else { "excludes" };
    let digits = decimals(&indicator.unit).max(1);
    format!(
        " 95 % interval {} to {}: it {word} the target of {}.",
        display(low, digits),
        display(high, digits),
        shown(target.value, &indicator.unit)
    )
}

/// A change in a sentence, and whether its interval excludes the change that is wanted.
pub fn changed_by(
    change: Decimal,
    interval: Option<(Decimal, Decimal)>,
    wanted: Option<Decimal>,
    unit: &str,
) -> String {
    let sign = |value: Decimal| format!("{}{}", if value.is_sign_negative() { "" } else { "+" }, display(value, 1));
    let Some((low, high)) = interval else {
        return format!(" {} {unit} since the baseline; there is no interval.", sign(change));
    };
    let sentence =
        format!(" {} {unit} since the baseline, 95 % interval {} to {}", sign(change), sign(low), sign(high));
    match wanted {
        Some(wanted) => {
            let word = if low <= wanted && wanted <= high { "does not exclude" } else { "excludes" };
            format!("{sentence}: the interval {word} the target of {} {unit}.", sign(wanted))
        }
        None => format!("{sentence}."),
    }
}

/// Why there is no estimate, in words.
pub fn told(why: &Why) -> String {
    match why {
        Why::NoAnswers => "no answer can be used".into(),
        Why::ZeroDenominator => "the denominator is zero".into(),
        Why::LonelyStratum { stratum } => {
            format!("the stratum {stratum} has a single answer; declare `lonely`, or merge strata")
        }
        Why::EmptyStratum { stratum } => {
            format!("the stratum {stratum} has no answer; merge it with another (`collapse`)")
        }
        Why::NoDegrees => "there are too few answers to measure their spread".into(),
        Why::TooFewAnswers { answers, minimum } => {
            format!("{answers} answers are fewer than the {minimum} that the survey asks for")
        }
        Why::NotWeighted => "an answer has no weight, or one that is no positive number".into(),
        Why::UnknownCategory { margin } => format!("an answer has a {margin} of which no total is known"),
        Why::EmptyCategory { margin, category } => {
            format!("nobody answered who could stand for {category} ({margin}), whose number is known")
        }
        Why::CategoryOfNobody { margin, category } => {
            format!("there are answers from {category} ({margin}), whose known number is zero")
        }
        Why::MarginsDiffer { margin, total, other, other_total } => {
            format!("the known numbers by {margin} add up to {total}, those by {other} to {other_total}")
        }
        Why::NotConverged { rounds } => {
            format!("raking does not settle in {rounds} rounds: no weights of these answers meet all known numbers")
        }
        other => format!("the answers do not allow it ({other:?})"),
    }
}

/// What stands beside an estimate, in words.
pub fn notes(notes: &[Note]) -> Vec<String> {
    notes
        .iter()
        .map(|note| match note {
            Note::LonelyStratum { stratum, treated_as } => {
                format!("The stratum {stratum} has a single answer, treated as `{}`.", format!("{treated_as:?}").to_lowercase())
            }
            Note::EmptyStratum { stratum, population } => {
                format!("Nobody answered in the stratum {stratum} ({population} enterprises): the figure does not speak of it.")
            }
            Note::UncoveredShare(share) => {
                let percent = from_estimate(share * 100.0).map_or_else(String::new, |share| display(share, 1));
                format!("{percent} % of the population lies in strata without answers.")
            }
            Note::MoreAnswersThanFrame { stratum, answers, population } => {
                format!("The stratum {stratum} has {answers} answers but {population} enterprises in the frame.")
            }
            Note::Skewed { of, skewness } => {
                let skewness = from_estimate(*skewness).map_or_else(String::new, |skewness| display(skewness, 1));
                format!("Caution: the {of} is skewed ({skewness}); intervals of skewed totals cover less than they say.")
            }
            Note::OverlapIgnored => {
                "The two waves are taken for separate samples: that some answered both is ignored, so the interval of the change \
                 is wider than it need be."
                    .into()
            }
            Note::NoInterval => "No interval: the answers are too few, or show no spread.".into(),
            Note::Wilson => "The interval is Wilson's: the share is near 0 or 1, or the answers are few.".into(),
        })
        .collect()
}
