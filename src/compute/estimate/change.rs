//! The change of a ratio between two waves, on the enterprises that answered both.
//!
//! Pairs share what does not change about an enterprise, so their interval is narrower than that of two separate
//! samples. Baseline and follow-up given here are those of the pairs: they fit the change, and differ from the figures
//! of all who answered one wave. Not here: waves without pairs, changes of totals, Wilson's interval for the two levels
//! of a share.
//!
//! Formulas: Särndal, Swensson, Wretman (1992), 5.5, a smooth function of totals: for points u = u₁ − u₀, for per
//! cent u = u₁/R₀ − R₁u₀/R₀². Lumley (2010), 2.2 and 5.1.

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
#[allow(clippy::float_cmp, reason = "exactness is what is tested")]
mod tests {
    use super::super::fixture::{assert_near, strata};
    use super::super::{Answer, Note, ratio};
    use super::*;

    fn pairs() -> Vec<Pair> {
        let rows = [
            (0, 1.0, 4.0, 2.0, 5.0),
            (0, 2.0, 6.0, 2.0, 7.0),
            (0, 3.0, 20.0, 6.0, 22.0),
            (1, 30.0, 80.0, 33.0, 70.0),
            (1, 20.0, 60.0, 28.0, 90.0),
        ];
        let pair = |(stratum, y0, x0, y1, x1)| Pair { stratum, weight: None, y0, x0, y1, x1, in_domain: true };
        rows.into_iter().map(pair).collect()
    }

    fn frame() -> Vec<Stratum> {
        strata(&[Some(12), Some(5)])
    }

    /// One wave of the pairs, as answers.
    fn wave(pairs: &[Pair], y: fn(&Pair) -> f64, x: fn(&Pair) -> f64) -> Vec<Answer> {
        let one = |pair: &Pair| Answer {
            stratum: pair.stratum,
            weight: pair.weight,
            y: y(pair),
            x: x(pair),
            in_domain: pair.in_domain,
        };
        pairs.iter().map(one).collect()
    }

    #[test]
    fn both_levels_are_those_of_the_pairs() {
        let found = paired_change(&pairs(), &frame(), Change::Points, Lonely::Fail).unwrap();
        let before = ratio(&wave(&pairs(), |p| p.y0, |p| p.x0), &frame(), Lonely::Fail).unwrap();
        let after = ratio(&wave(&pairs(), |p| p.y1, |p| p.x1), &frame(), Lonely::Fail).unwrap();
        assert_near(found.change.value, after.value - before.value);
        assert_eq!((found.baseline, found.follow_up, found.pairs), (before, after, 5));
    }

    #[test]
    fn points_and_per_cent_tell_the_same_change() {
        let points = paired_change(&pairs(), &frame(), Change::Points, Lonely::Fail).unwrap();
        let percent = paired_change(&pairs(), &frame(), Change::Percent, Lonely::Fail).unwrap();
        assert_near(percent.change.value, points.change.value / points.baseline.value);
        for change in [&points.change, &percent.change] {
            assert_near(change.numerator / change.denominator, change.value);
        }
        assert_eq!(points.baseline, percent.baseline);
    }

    #[test]
    fn nobody_who_stayed_the_same_makes_the_change_uncertain() {
        let mut still = pairs();
        for pair in &mut still {
            (pair.y1, pair.x1) = (pair.y0, pair.x0);
        }
        for change in [Change::Points, Change::Percent] {
            let found = paired_change(&still, &frame(), change, Lonely::Fail).unwrap();
            assert!(found.baseline.standard_error.unwrap() > 0.0);
            assert_eq!((found.change.value, found.change.interval), (0.0, Some((0.0, 0.0))));
        }
    }

    /// Where all y grow by the same factor and no x does, the factor is known, whatever the level.
    #[test]
    fn common_growth_is_certain_in_per_cent_only() {
        let mut grown = pairs();
        for pair in &mut grown {
            (pair.y1, pair.x1) = (pair.y0 * 1.25, pair.x0);
        }
        let percent = paired_change(&grown, &frame(), Change::Percent, Lonely::Fail).unwrap().change;
        assert_near(percent.value, 0.25);
        assert!(percent.standard_error.unwrap() < 1e-15);
        let points = paired_change(&grown, &frame(), Change::Points, Lonely::Fail).unwrap();
        assert_near(points.change.standard_error.unwrap(), 0.25 * points.baseline.standard_error.unwrap());
    }

    #[test]
    fn a_baseline_of_zero_has_no_per_cent() {
        let mut none = pairs();
        for pair in &mut none {
            pair.y0 = 0.0;
        }
        assert_eq!(paired_change(&none, &frame(), Change::Percent, Lonely::Fail), Err(Why::ZeroDenominator));
        assert!(paired_change(&none, &frame(), Change::Points, Lonely::Fail).is_ok());
        none[0].x1 = f64::NAN;
        assert_eq!(paired_change(&none, &frame(), Change::Points, Lonely::Fail), Err(Why::NotFinite));
    }

    #[test]
    fn what_is_wrong_with_the_design_is_said_of_all_three() {
        let pairs = &pairs()[..4];
        assert_eq!(
            paired_change(pairs, &frame(), Change::Points, Lonely::Fail),
            Err(Why::LonelyStratum { stratum: "b".into() })
        );
        let found = paired_change(pairs, &frame(), Change::Points, Lonely::Adjust).unwrap();
        let note = Note::LonelyStratum { stratum: "b".into(), treated_as: Lonely::Adjust };
        for estimate in [found.baseline, found.follow_up, found.change] {
            assert!(estimate.notes.contains(&note));
        }
    }
}
