//! The change between two waves: of a ratio or a total on the enterprises that answered both, of any figure between two
//! separate samples.
//!
//! Pairs share what does not change about an enterprise, so their interval is narrower than that of two separate
//! samples. Baseline and follow-up of a paired change are those of the pairs: they fit the change, and differ from the
//! figures of all who answered one wave. Not here: paired changes of medians, Wilson's interval for the two
//! levels of a share, and the covariance that an overlap would bring to an unpaired change.
//!
//! Formulas: Särndal, Swensson, Wretman (1992), 5.5, a smooth function of totals: for points u = u₁ − u₀, for per
//! cent u = u₁/R₀ − R₁u₀/R₀². Lumley (2010), 2.2 and 5.1. Two separate samples are two sets of strata, so their variances
//! and their degrees add up.

use super::ratio::{point, ratio_of, total_of, total_point};
use super::sample::{Point, Row, Sample, student};
use super::{Design, Estimate, Note, Pair, Why};

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
pub fn paired_change(pairs: &[Pair], design: &Design, change: Change) -> Result<PairedChange, Why> {
    let sample = sample_of_pairs(pairs, design)?;
    let y0 = sample.column(pairs.iter().map(|pair| pair.y0))?;
    let x0 = sample.column(pairs.iter().map(|pair| pair.x0))?;
    let y1 = sample.column(pairs.iter().map(|pair| pair.y1))?;
    let x1 = sample.column(pairs.iter().map(|pair| pair.x1))?;
    let moved = difference(&point(&sample, &y0, &x0)?, &point(&sample, &y1, &x1)?, change)?;
    Ok(PairedChange {
        baseline: ratio_of(&sample, &y0, &x0)?,
        follow_up: ratio_of(&sample, &y1, &x1)?,
        change: sample.estimate(&moved)?,
        pairs: sample.in_domain(),
    })
}

/// The change of Σwy. x is not looked at. Refused, as a total is, where a part of the frame has no pair.
pub fn paired_total_change(pairs: &[Pair], design: &Design, change: Change) -> Result<PairedChange, Why> {
    let sample = sample_of_pairs(pairs, design)?;
    let y0 = sample.column(pairs.iter().map(|pair| pair.y0))?;
    let y1 = sample.column(pairs.iter().map(|pair| pair.y1))?;
    let moved = difference(&total_point(&sample, &y0)?, &total_point(&sample, &y1)?, change)?;
    Ok(PairedChange {
        baseline: total_of(&sample, &y0)?,
        follow_up: total_of(&sample, &y1)?,
        change: sample.estimate(&moved)?,
        pairs: sample.in_domain(),
    })
}

pub(super) fn sample_of_pairs<'a>(pairs: &[Pair], design: &Design<'a>) -> Result<Sample<'a>, Why> {
    let row = |pair: &Pair| Row { stratum: pair.stratum, weight: pair.weight, in_domain: pair.in_domain };
    Sample::new(pairs.iter().map(row).collect(), design)
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

/// The change from one estimate to another, as if nobody had answered both; in the unit of the figures, or a part of the
/// baseline.
///
/// Any two estimates of the same figure will do. Points: V = V₀ + V₁; per cent: V = V₁/R₀² + R₁²V₀/R₀⁴; degrees are added.
/// There is no interval if one of the two has none, or shows no spread although not everybody was asked (a share of 0).
pub fn unpaired_change(before: &Estimate, after: &Estimate, change: Change) -> Result<Estimate, Why> {
    let (r0, r1) = (before.value, after.value);
    if change == Change::Percent && r0 == 0.0 {
        return Err(Why::ZeroDenominator);
    }
    let degrees = before.degrees + after.degrees;
    let mut notes = vec![Note::OverlapIgnored];
    let error = spread(before).zip(spread(after)).map(|(v0, v1)| match change {
        Change::Points => libm::hypot(v0, v1),
        Change::Percent => libm::hypot(v1, r1 / r0 * v0) / r0.abs(),
    });
    let denominator = if change == Change::Percent { r0 } else { 1.0 };
    let value = (r1 - r0) / denominator;
    let reach = error.map(|error| if error > 0.0 { student(degrees) * error } else { 0.0 });
    if error.is_none() {
        notes.push(Note::NoInterval);
    }
    if ![value, reach.unwrap_or(0.0)].into_iter().all(f64::is_finite) {
        return Err(Why::NotFinite);
    }
    Ok(Estimate {
        value,
        standard_error: error,
        interval: reach.map(|reach| (value - reach, value + reach)),
        degrees,
        answers: before.answers + after.answers,
        numerator: r1 - r0,
        denominator,
        design_effect: None,
        notes,
    })
}

/// The standard error, where it tells what is not known: none of zero beside an interval that has a width.
fn spread(estimate: &Estimate) -> Option<f64> {
    let (error, (lower, upper)) = (estimate.standard_error?, estimate.interval?);
    (error > 0.0 || lower >= upper).then_some(error)
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "exactness is what is tested")]
mod tests {
    use super::super::fixture::{answers, assert_near, strata};
    use super::super::{Answer, Lonely, Stratum, ratio, share, student_quantile};
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
        let found = paired_change(&pairs(), &Design::of(&frame(), Lonely::Fail), Change::Points).unwrap();
        let before = ratio(&wave(&pairs(), |p| p.y0, |p| p.x0), &Design::of(&frame(), Lonely::Fail)).unwrap();
        let after = ratio(&wave(&pairs(), |p| p.y1, |p| p.x1), &Design::of(&frame(), Lonely::Fail)).unwrap();
        assert_near(found.change.value, after.value - before.value);
        assert_eq!((found.baseline, found.follow_up, found.pairs), (before, after, 5));
    }

    #[test]
    fn points_and_per_cent_tell_the_same_change() {
        let points = paired_change(&pairs(), &Design::of(&frame(), Lonely::Fail), Change::Points).unwrap();
        let percent = paired_change(&pairs(), &Design::of(&frame(), Lonely::Fail), Change::Percent).unwrap();
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
            let found = paired_change(&still, &Design::of(&frame(), Lonely::Fail), change).unwrap();
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
        let percent = paired_change(&grown, &Design::of(&frame(), Lonely::Fail), Change::Percent).unwrap().change;
        assert_near(percent.value, 0.25);
        assert!(percent.standard_error.unwrap() < 1e-15);
        let points = paired_change(&grown, &Design::of(&frame(), Lonely::Fail), Change::Points).unwrap();
        assert_near(points.change.standard_error.unwrap(), 0.25 * points.baseline.standard_error.unwrap());
    }

    #[test]
    fn a_baseline_of_zero_has_no_per_cent() {
        let mut none = pairs();
        for pair in &mut none {
            pair.y0 = 0.0;
        }
        assert_eq!(
            paired_change(&none, &Design::of(&frame(), Lonely::Fail), Change::Percent),
            Err(Why::ZeroDenominator)
        );
        assert!(paired_change(&none, &Design::of(&frame(), Lonely::Fail), Change::Points).is_ok());
        none[0].x1 = f64::NAN;
        assert_eq!(paired_change(&none, &Design::of(&frame(), Lonely::Fail), Change::Points), Err(Why::NotFinite));
    }

    #[test]
    fn what_is_wrong_with_the_design_is_said_of_all_three() {
        let pairs = &pairs()[..4];
        assert_eq!(
            paired_change(pairs, &Design::of(&frame(), Lonely::Fail), Change::Points),
            Err(Why::LonelyStratum { stratum: "b".into() })
        );
        let found = paired_change(pairs, &Design::of(&frame(), Lonely::Adjust), Change::Points).unwrap();
        let note = Note::LonelyStratum { stratum: "b".into(), treated_as: Lonely::Adjust };
        for estimate in [found.baseline, found.follow_up, found.change] {
            assert!(estimate.notes.contains(&note));
        }
    }

    /// R₀ = 0.2 ± 0.03 and R₁ = 0.25 ± 0.04, with 18 and 22 degrees.
    #[test]
    fn two_separate_samples_add_their_variances() {
        let at = |value: f64, error: f64, degrees| Estimate {
            value,
            standard_error: Some(error),
            interval: Some((value - 2.0 * error, value + 2.0 * error)),
            degrees,
            answers: 20,
            numerator: value,
            denominator: 1.0,
            design_effect: None,
            notes: vec![],
        };
        let (before, after) = (at(0.2, 0.03, 18), at(0.25, 0.04, 22));
        let points = unpaired_change(&before, &after, Change::Points).unwrap();
        assert_near(points.value, 0.05);
        assert_near(points.standard_error.unwrap(), 0.05);
        assert_near(points.interval.unwrap().0, 0.05 - student_quantile(0.975, 40.0) * 0.05);
        assert_eq!((points.degrees, points.answers, points.notes), (40, 40, vec![Note::OverlapIgnored]));
        let percent = unpaired_change(&before, &after, Change::Percent).unwrap();
        assert_near(percent.value, 0.25);
        // V₁/R₀² + R₁²V₀/R₀⁴ = 0.04 + 0.03515625.
        assert_near(percent.standard_error.unwrap(), libm::sqrt(0.075_156_25));
        assert_eq!((percent.numerator / percent.denominator, percent.denominator), (percent.value, 0.2));
        assert_eq!(unpaired_change(&at(0.0, 0.0, 3), &after, Change::Percent), Err(Why::ZeroDenominator));
        assert_eq!(unpaired_change(&at(1e-308, 1.0, 3), &after, Change::Percent), Err(Why::NotFinite));
    }

    #[test]
    fn a_total_grows_in_per_cent_as_its_mean_does() {
        let mut pairs = pairs();
        for pair in &mut pairs {
            (pair.x0, pair.x1) = (1.0, 1.0);
        }
        let frame = frame();
        let design = Design::of(&frame, Lonely::Fail);
        let totals = paired_total_change(&pairs, &design, Change::Percent).unwrap();
        let means = paired_change(&pairs, &design, Change::Percent).unwrap();
        assert_near(totals.change.value, means.change.value);
        assert_near(totals.change.standard_error.unwrap(), means.change.standard_error.unwrap());
        // 4 · 6 + 2.5 · 50 before, 4 · 10 + 2.5 · 61 after.
        let points = paired_total_change(&pairs, &design, Change::Points).unwrap();
        assert_near(points.change.value, 43.5);
        assert_near(points.baseline.value, 149.0);
        let empty = strata(&[Some(12), Some(5), Some(2)]);
        let refused = paired_total_change(&pairs, &Design::of(&empty, Lonely::Fail), Change::Points);
        assert_eq!(refused, Err(Why::EmptyStratum { stratum: "c".into() }));
    }

    #[test]
    fn pairs_taken_for_separate_samples_are_less_sure() {
        let before = ratio(&wave(&pairs(), |p| p.y0, |p| p.x0), &Design::of(&frame(), Lonely::Fail)).unwrap();
        let after = ratio(&wave(&pairs(), |p| p.y1, |p| p.x1), &Design::of(&frame(), Lonely::Fail)).unwrap();
        let unpaired = unpaired_change(&before, &after, Change::Points).unwrap();
        let paired = paired_change(&pairs(), &Design::of(&frame(), Lonely::Fail), Change::Points).unwrap().change;
        assert_near(unpaired.value, paired.value);
        assert_eq!((unpaired.degrees, paired.degrees), (6, 3));
        // The covariance of the two levels is what is missing.
        let (u0, u1) = (before.standard_error.unwrap(), after.standard_error.unwrap());
        assert_near(unpaired.standard_error.unwrap(), libm::sqrt(u0 * u0 + u1 * u1));
    }

    #[test]
    fn a_level_without_spread_gives_the_change_no_interval() {
        let all = |n: usize, population| {
            let rows: Vec<_> = (0..n).map(|_| (0, 1.0, 1.0)).collect();
            share(&answers(&rows), &Design::of(&strata(&[Some(population)]), Lonely::Fail)).unwrap()
        };
        let sampled = unpaired_change(&all(20, 100), &all(30, 100), Change::Points).unwrap();
        assert_eq!((sampled.value, sampled.standard_error, sampled.interval), (0.0, None, None));
        assert_eq!(sampled.notes, [Note::OverlapIgnored, Note::NoInterval]);
        let census = unpaired_change(&all(1, 1), &all(1, 1), Change::Points).unwrap();
        assert_eq!((census.standard_error, census.interval, census.degrees), (Some(0.0), Some((0.0, 0.0)), 0));
    }
}
