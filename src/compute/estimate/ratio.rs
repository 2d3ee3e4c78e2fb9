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
use super::{Answer, Design, Estimate, Why};

/// Ŷ = Σ w y over the frame, in the unit of y. Refused where a part of the frame has no answer.
pub fn total(answers: &[Answer], design: &Design) -> Result<Estimate, Why> {
    let sample = sample(answers, design)?;
    let y = sample.column(answers.iter().map(|answer| answer.y))?;
    total_of(&sample, &y)
}

/// R̂ = Σ w y / Σ w x, a fraction where y is a part of x.
pub fn ratio(answers: &[Answer], design: &Design) -> Result<Estimate, Why> {
    let sample = sample(answers, design)?;
    let y = sample.column(answers.iter().map(|answer| answer.y))?;
    let x = sample.column(answers.iter().map(|answer| answer.x))?;
    ratio_of(&sample, &y, &x)
}

/// The mean of y in the domain, in its unit: a ratio with x = 1.
pub fn mean(answers: &[Answer], design: &Design) -> Result<Estimate, Why> {
    let sample = sample(answers, design)?;
    let y = sample.column(answers.iter().map(|answer| answer.y))?;
    let x = sample.column(answers.iter().map(|_| 1.0))?;
    ratio_of(&sample, &y, &x)
}

pub(super) fn sample<'a>(answers: &[Answer], design: &Design<'a>) -> Result<Sample<'a>, Why> {
    let row = |answer: &Answer| Row { stratum: answer.stratum, weight: answer.weight, in_domain: answer.in_domain };
    Sample::new(answers.iter().map(row).collect(), design)
}

/// The total of a column, with its cautions.
pub(super) fn total_of(sample: &Sample, y: &[f64]) -> Result<Estimate, Why> {
    let mut estimate = sample.estimate(&total_point(sample, y)?)?;
    estimate.notes.extend(sample.skew_note("numerator", y));
    Ok(estimate)
}

/// A total, whose linearised variable is y itself.
pub(super) fn total_point(sample: &Sample, y: &[f64]) -> Result<Point, Why> {
    sample.check_total()?;
    Ok(Point { numerator: sample.weighted_sum(y), denominator: 1.0, influence: y.to_vec() })
}

/// A ratio of two columns, with its cautions.
pub(super) fn ratio_of(sample: &Sample, y: &[f64], x: &[f64]) -> Result<Estimate, Why> {
    let mut estimate = sample.estimate(&point(sample, y, x)?)?;
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
#[allow(clippy::float_cmp, reason = "exactness is what is tested")]
mod tests {
    use super::super::fixture::{Random, answers, assert_near, strata};
    use super::super::{Lonely, Note};
    use super::*;

    #[test]
    fn a_ratio_is_that_of_the_totals() {
        let rows = answers(&[(0, 10.0, 100.0), (0, 0.0, 10.0), (0, 5.0, 10.0)]);
        let found = ratio(&rows, &Design::of(&strata(&[Some(30)]), Lonely::Fail)).unwrap();
        assert_near(found.value, 15.0 / 120.0);
        assert_near(found.numerator, 150.0);
        assert_near(found.denominator, 1200.0);
        // (1 − f) · n/(n − 1) · Σ(y − R̂x)² / (Σx)²; the mean of y − R̂x is zero.
        let squares = 2.5 * 2.5 + 1.25 * 1.25 + 3.75 * 3.75;
        assert_near(found.standard_error.unwrap(), libm::sqrt(0.9 * 1.5 * squares) / 120.0);
    }

    #[test]
    fn a_mean_takes_every_enterprise_alike() {
        let rows = answers(&[(0, 10.0, 100.0), (0, 0.0, 10.0), (0, 5.0, 10.0)]);
        let found = mean(&rows, &Design::of(&strata(&[Some(30)]), Lonely::Fail)).unwrap();
        assert_near(found.value, 5.0);
        assert_near(found.denominator, 30.0);
        assert_near(found.standard_error.unwrap(), libm::sqrt(0.9 * 25.0 / 3.0));
    }

    #[test]
    fn nothing_is_divided_by_zero() {
        let rows = answers(&[(0, 1.0, 0.0), (0, 2.0, 0.0)]);
        assert_eq!(ratio(&rows, &Design::of(&strata(&[Some(9)]), Lonely::Fail)), Err(Why::ZeroDenominator));
    }

    #[test]
    fn skewed_amounts_come_with_a_caution() {
        let mut rows = answers(&[(0, 1.0, 1.0); 12]);
        rows[11].y = 500.0;
        rows[10].y = 2.0;
        let found = ratio(&rows, &Design::of(&strata(&[Some(90)]), Lonely::Fail)).unwrap();
        assert!(matches!(found.notes[..], [Note::Skewed { of: "numerator", skewness }] if skewness > 3.0));
        rows[11].in_domain = false;
        assert_eq!(
            ratio(&rows, &Design::of(&strata(&[Some(90)]), Lonely::Fail)).unwrap().notes.len(),
            1,
            "one 2 among ones"
        );
        rows[10].in_domain = false;
        assert_eq!(ratio(&rows, &Design::of(&strata(&[Some(90)]), Lonely::Fail)).unwrap().notes, []);
    }

    #[test]
    fn the_order_of_the_strata_makes_no_difference() {
        let rows = answers(&[(0, 10.0, 90.0), (0, 0.5, 10.0), (1, 5.0, 10.0), (1, 7.0, 11.0), (1, 6.0, 31.0)]);
        let mut turned = answers(&[(0, 5.0, 10.0), (0, 7.0, 11.0), (0, 6.0, 31.0), (1, 10.0, 90.0), (1, 0.5, 10.0)]);
        turned.reverse();
        let one = ratio(&rows, &Design::of(&strata(&[Some(7), Some(20)]), Lonely::Fail)).unwrap();
        let other = ratio(&turned, &Design::of(&strata(&[Some(20), Some(7)]), Lonely::Fail)).unwrap();
        assert_near(one.value, other.value);
        assert_near(one.standard_error.unwrap(), other.standard_error.unwrap());
    }

    /// 2000 samples of 40 from a made-up frame of 300 in two strata.
    #[test]
    fn intervals_cover_what_they_say() {
        let mut random = Random(2016);
        let mut frame = |n: usize, size: f64| -> Vec<(f64, f64)> {
            let mut one = || {
                let x = size * (0.5 + random.uniform());
                (x * 0.5 * (random.uniform() + random.uniform()), x)
            };
            (0..n).map(|_| one()).collect()
        };
        let parts = [frame(200, 10.0), frame(100, 40.0)];
        let everybody = || parts.iter().flatten();
        let truth = everybody().map(|(y, _)| y).sum::<f64>() / everybody().map(|(_, x)| x).sum::<f64>();
        let strata = strata(&[Some(200), Some(100)]);
        let covered = (0..2000).filter(|_| {
            let mut rows = vec![];
            for (h, part) in parts.iter().enumerate() {
                rows.extend(random.draw(20, part).into_iter().map(|(y, x)| (h, y, x)));
            }
            let (lower, upper) = ratio(&answers(&rows), &Design::of(&strata, Lonely::Fail)).unwrap().interval.unwrap();
            (lower..=upper).contains(&truth)
        });
        let covered = covered.count();
        assert!((1880..=1940).contains(&covered), "{covered} of 2000");
    }
}
