//! Totals, ratios and means.
//!
//! The ratio is that of the totals, Σwy / Σwx: large enterprises weigh as much as they are large. The mean of the
//! enterprises' own ratios is another figure: give each its ratio as y and take [`mean`]. Not here: changes between
//! waves (`change`) and the intervals of shares (`share`).
//!
//! Formulas: Särndal, Swensson, Wretman (1992), 3.7 for the total, 5.6 for the ratio, 5.8 for the domain mean; Lumley
//! (2010), 2.2 and 5.1.

use super::sample::{Point, Row, Sample};
use super::sum::apart;
use super::{Answer, Estimate, Lonely, Stratum, Why};

/// Ŷ = Σ w y over the frame, in the unit of y. Refused where a part of the frame has no answer.
pub fn total(answers: &[Answer], strata: &[Stratum], lonely: Lonely) -> Result<Estimate, Why> {
    let sample = sample(answers, strata)?;
    sample.check_total()?;
    let y = sample.column(answers.iter().map(|answer| answer.y))?;
    let skewed = sample.skew_note("numerator", &y);
    let point = Point { numerator: sample.weighted_sum(&y), denominator: 1.0, influence: y };
    let mut estimate = sample.estimate(&point, lonely)?;
    estimate.notes.extend(skewed);
    Ok(estimate)
}

/// R̂ = Σ w y / Σ w x, a fraction where y is a part of x.
pub fn ratio(answers: &[Answer], strata: &[Stratum], lonely: Lonely) -> Result<Estimate, Why> {
    let sample = sample(answers, strata)?;
    let y = sample.column(answers.iter().map(|answer| answer.y))?;
    let x = sample.column(answers.iter().map(|answer| answer.x))?;
    ratio_of(&sample, &y, &x, lonely)
}

/// The mean of y in the domain, in its unit: a ratio with x = 1.
pub fn mean(answers: &[Answer], strata: &[Stratum], lonely: Lonely) -> Result<Estimate, Why> {
    let sample = sample(answers, strata)?;
    let y = sample.column(answers.iter().map(|answer| answer.y))?;
    let x = sample.column(answers.iter().map(|_| 1.0))?;
    ratio_of(&sample, &y, &x, lonely)
}

pub(super) fn sample<'a>(answers: &[Answer], strata: &'a [Stratum]) -> Result<Sample<'a>, Why> {
    let row = |answer: &Answer| Row { stratum: answer.stratum, weight: answer.weight, in_domain: answer.in_domain };
    Sample::new(answers.iter().map(row).collect(), strata)
}

/// A ratio of two columns, with its cautions.
pub(super) fn ratio_of(sample: &Sample, y: &[f64], x: &[f64], lonely: Lonely) -> Result<Estimate, Why> {
    let mut estimate = sample.estimate(&point(sample, y, x)?, lonely)?;
    estimate.notes.extend(sample.skew_note("numerator", y));
    estimate.notes.extend(sample.skew_note("denominator", x));
    Ok(estimate)
}

/// A ratio and its linearised variable u = (y − R̂x) / Σ w x.
pub(super) fn point(sample: &Sample, y: &[f64], x: &[f64]) -> Result<Point, Why> {
    let (numerator, denominator) = (sample.weighted_sum(y), sample.weighted_sum(x));
    if denominator == 0.0 {
        return Err(Why::ZeroDenominator);
    }
    let ratio = numerator / denominator;
    let influence = y.iter().zip(x).map(|(y, x)| apart(*y, ratio * x) / denominator).collect();
    Ok(Point { numerator, denominator, influence })
}

#[cfg(test)]
#[path = "ratio_tests.rs"]
mod tests;
