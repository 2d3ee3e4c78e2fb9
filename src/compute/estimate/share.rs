//! The share of enterprises of which something is true, with an interval that stays between 0 and 1.
//!
//! Near 0 and 1, and on few answers, p̂ ± t·SE covers too little and may leave the range; there the interval is
//! Wilson's, on the number of answers of a simple random sample that would be as accurate. Not for ratios of amounts,
//! even where they cannot exceed 1.
//!
//! Formulas: the share is a mean of 0 and 1, Särndal, Swensson, Wretman (1992), 5.8; Lumley (2010), 2.2. The interval:
//! Wilson (1927) with the effective sample size p̂(1 − p̂)/V̂ and t for z, as Korn and Graubard (1998) do for exact limits.

use super::ratio::{point, sample};
use super::sample::Sample;
use super::{Answer, Estimate, Lonely, Note, Stratum, Why, round_significant};

/// Shares nearer than this to 0 or 1 get Wilson's interval.
const EDGE: f64 = 0.1;
/// Fewer answers in the domain than this: Wilson's interval.
const FEW: usize = 30;

/// The share of the domain with y ≠ 0, a fraction. x is not looked at.
///
/// A census gets the interval of no width: there is nobody left who could change the share.
pub fn share(answers: &[Answer], strata: &[Stratum], lonely: Lonely) -> Result<Estimate, Why> {
    let sample = sample(answers, strata)?;
    let y = sample.column(answers.iter().map(|answer| answer.y))?;
    let y: Vec<f64> = y.iter().map(|y| f64::from(u8::from(*y != 0.0))).collect();
    let x = sample.column(answers.iter().map(|_| 1.0))?;
    let mut estimate = sample.estimate(&point(&sample, &y, &x)?, lonely)?;
    if let Some(interval) = wilson_interval(&sample, &estimate) {
        estimate.interval = Some(interval);
        estimate.notes.push(Note::Wilson);
    }
    Ok(estimate)
}

/// Wilson's interval, where the plain one should not be used.
fn wilson_interval(sample: &Sample, estimate: &Estimate) -> Option<(f64, f64)> {
    let p = estimate.value;
    let error = estimate.standard_error?;
    // At 0 and 1, and where each stratum is of one mind, the sample shows no spread and V̂ says nothing: the interval
    // p̂ ± 0 would claim to be sure of everybody who was not asked. Then the weights alone say what the answers are worth.
    let is_flat = error == 0.0;
    // Rounded, so that 3 of 30 is 0.1 whatever the weights do to the last digit.
    let rounded = round_significant(p, 12);
    let is_plain = (EDGE..=1.0 - EDGE).contains(&rounded) && estimate.answers >= FEW;
    if sample.is_census() || (is_plain && !is_flat) {
        return None;
    }
    let effective = if is_flat { sample.effective_answers() } else { p * (1.0 - p) / (error * error) };
    Some(wilson(p, effective, sample.student()))
}

/// Wilson's interval for a share p of n answers, at the quantile t.
fn wilson(p: f64, n: f64, t: f64) -> (f64, f64) {
    let square = t * t / n;
    let centre = (p + square / 2.0) / (1.0 + square);
    let reach = t / (1.0 + square) * libm::sqrt((p * (1.0 - p) + square / 4.0) / n);
    // At the ends, centre and reach are equal but for a last digit.
    let lower = if p <= 0.0 { 0.0 } else { (centre - reach).max(0.0) };
    let upper = if p >= 1.0 { 1.0 } else { (centre + reach).min(1.0) };
    (lower, upper)
}

#[cfg(test)]
#[path = "share_tests.rs"]
mod tests;
