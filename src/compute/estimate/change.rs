//! The change of a ratio between two waves, on the enterprises that answered both.
//!
//! Pairs share what does not change about an enterprise, so their interval is narrower than that of two separate
//! samples. Baseline and follow-up given here are those of the pairs: they fit the change, and differ from the figures
//! of all who answered one wave. Not here: waves without pairs, changes of totals, Wilson's interval for the two levels
//! of a share.
//!
//! Formulas: Särndal, Swensson, Wretman (1992), 5.5, a smooth function of totals: for points u = u₁ − u₀, for per cent
//! u = u₁/R₀ − R₁u₀/R₀². Lumley (2010), 2.2 and 5.1.

use super::ratio::{point, ratio_of};
use super::sample::{Point, Row, Sample};
use super::{Estimate, Lonely, Pair, Stratum, Why};

/// In which terms a change is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// R₁ − R₀: 0.05 is five percentage points where R is a share.
    Points,
    /// (R₁ − R₀) / R₀: 0.05 is five per cent of the baseline.
    Percent,
}

/// Both levels and the change, all on the same pairs.
#[derive(Debug, Clone, PartialEq)]
pub struct PairedChange {
    pub baseline: Estimate,
    pub follow_up: Estimate,
    /// Cautions about skewness stand with the two levels.
    pub change: Estimate,
    /// Pairs in the domain.
    pub pairs: usize,
}

/// The change of Σwy / Σwx from wave 0 to wave 1. Of means and shares, x₀ = x₁ = 1.
///
/// Weights are `N_h` over the pairs of the stratum, unless given.
pub fn paired_change(pairs: &[Pair], strata: &[Stratum], change: Change, lonely: Lonely) -> Result<PairedChange, Why> {
    let row = |pair: &Pair| Row { stratum: pair.stratum, weight: pair.weight, in_domain: pair.in_domain };
    let sample = Sample::new(pairs.iter().map(row).collect(), strata)?;
    let y0 = sample.column(pairs.iter().map(|pair| pair.y0))?;
    let x0 = sample.column(pairs.iter().map(|pair| pair.x0))?;
    let y1 = sample.column(pairs.iter().map(|pair| pair.y1))?;
    let x1 = sample.column(pairs.iter().map(|pair| pair.x1))?;
    let moved = difference(&point(&sample, &y0, &x0)?, &point(&sample, &y1, &x1)?, change)?;
    Ok(PairedChange {
        baseline: ratio_of(&sample, &y0, &x0, lonely)?,
        follow_up: ratio_of(&sample, &y1, &x1, lonely)?,
        change: sample.estimate(&moved, lonely)?,
        pairs: sample.in_domain(),
    })
}

/// The change from one ratio to the other, with its u.
fn difference(before: &Point, after: &Point, change: Change) -> Result<Point, Why> {
    let (r0, r1) = (before.value(), after.value());
    let both = before.influence.iter().zip(&after.influence);
    match change {
        Change::Points => {
            Ok(Point { numerator: r1 - r0, denominator: 1.0, influence: both.map(|(u0, u1)| u1 - u0).collect() })
        }
        Change::Percent if r0 == 0.0 => Err(Why::ZeroDenominator),
        Change::Percent => {
            // u₁/R₀ − R₁u₀/R₀², with one division less.
            let influence = both.map(|(u0, u1)| (u1 - r1 / r0 * u0) / r0).collect();
            Ok(Point { numerator: r1 - r0, denominator: r0, influence })
        }
    }
}

#[cfg(test)]
#[path = "change_tests.rs"]
mod tests;
