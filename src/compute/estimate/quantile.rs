//! Quantiles, the median first, with Woodruff's interval.
//!
//! The p-quantile is the smallest value that at least p of the weight does not exceed: always a value that somebody
//! gave. For equal weights and p = ½ that is the value at position ⌈n / 2⌉, as for medians of rows. Its interval is that
//! of the share of enterprises not above it, read back through the same rule. Not here: interpolation between values.
//!
//! Source: Woodruff (1952); Särndal, Swensson, Wretman (1992), 5.11; R's `svyquantile(qrule = "math", interval.type =
//! "mean")`. R differs in one place: below the weight of the smallest value its `qrule_math` gives the second smallest.
//! By the definition of both it is the smallest, as here.

use super::ratio::{point, sample};
use super::{Answer, Design, Estimate, Note, Why};

/// A share of the weight that misses p by no more than this reached it: sums of weights are off by a last digit.
const REACHED: f64 = 1e-12;

/// The median of y in the domain, in its unit. x is not looked at.
pub fn median(answers: &[Answer], design: &Design) -> Result<Estimate, Why> {
    quantile(answers, design, 0.5)
}

/// The value of y that a part `p` of the domain does not exceed, in the unit of y. x is not looked at.
///
/// The standard error is the length of the interval over 2 t. Both are missing where an end would lie below the smallest
/// or above the largest value.
pub fn quantile(answers: &[Answer], design: &Design, p: f64) -> Result<Estimate, Why> {
    if !(0.0..=1.0).contains(&p) {
        return Err(Why::NoSuchQuantile);
    }
    let sample = sample(answers, design)?;
    let y = sample.column(answers.iter().map(|answer| answer.y))?;
    let mut values = sample.weighted_values(&y);
    values.sort_by(|a, b| a.0.total_cmp(&b.0));
    let value = at(&values, p);
    let below = sample.column(y.iter().map(|y| f64::from(u8::from(*y <= value))))?;
    let ones = sample.column(answers.iter().map(|_| 1.0))?;
    let below = sample.estimate(&point(&sample, &below, &ones)?)?;
    let interval = below.interval.filter(|(lower, upper)| *lower >= 0.0 && *upper <= 1.0 + REACHED);
    let interval = interval.map(|(lower, upper)| (at(&values, lower), at(&values, upper)));
    let mut notes = below.notes;
    let standard_error = match interval {
        Some((lower, upper)) if lower < upper => Some((upper - lower) / (2.0 * sample.student())),
        Some(_) => Some(0.0),
        None => {
            notes.push(Note::NoInterval);
            None
        }
    };
    Ok(Estimate {
        value,
        standard_error,
        interval,
        numerator: value,
        denominator: 1.0,
        design_effect: None,
        notes,
        ..below
    })
}

/// The smallest of the sorted values that a part `p` of the weight does not exceed.
fn at(values: &[(f64, f64)], p: f64) -> f64 {
    let mut sums = Vec::with_capacity(values.len());
    let mut sum = super::sum::Sum::default();
    for (_, weight) in values {
        sum.add(*weight);
        sums.push(sum.value());
    }
    let wanted = (p - REACHED) * sum.value();
    let reached = sums.iter().position(|sum| *sum >= wanted);
    // A sample has an answer in its domain; of nothing there is no quantile.
    reached.or_else(|| values.len().checked_sub(1)).map_or(f64::NAN, |at| values[at].0)
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "exactness is what is tested")]
mod tests {
    use super::super::fixture::{answers, assert_near, strata};
    use super::super::{Lonely, Stratum, student_quantile};
    use super::*;

    fn values(values: &[f64]) -> Vec<Answer> {
        answers(&values.iter().map(|value| (0, *value, f64::NAN)).collect::<Vec<_>>())
    }

    fn found(rows: &[Answer], frame: &[Stratum], p: f64) -> Estimate {
        quantile(rows, &Design::of(frame, Lonely::Fail), p).unwrap()
    }

    #[test]
    fn it_is_a_value_that_somebody_gave() {
        let frame = strata(&[Some(400)]);
        let rows = values(&[9.0, 1.0, 5.0, 3.0, 7.0, 11.0]);
        for (p, wanted) in
            [(0.5, 5.0), (0.51, 7.0), (1.0 / 6.0, 1.0), (0.17, 3.0), (0.0, 1.0), (0.05, 1.0), (1.0, 11.0)]
        {
            assert_eq!(found(&rows, &frame, p).value, wanted, "{p}");
        }
        assert_eq!(found(&rows[..5], &frame, 0.5).value, 5.0);
    }

    #[test]
    fn weights_move_it() {
        let frame = strata(&[Some(1000), Some(10)]);
        let rows = answers(&[(0, 1.0, 1.0), (0, 2.0, 1.0), (1, 50.0, 1.0), (1, 60.0, 1.0), (1, 70.0, 1.0)]);
        assert_eq!(median(&rows, &Design::of(&frame, Lonely::Fail)).unwrap().value, 2.0);
        let even = strata(&[Some(20), Some(30)]);
        assert_eq!(median(&rows, &Design::of(&even, Lonely::Fail)).unwrap().value, 50.0);
    }

    /// The smallest value carries more than half of the weight: it is the median, though R's rule gives the second.
    #[test]
    fn one_heavy_answer_is_the_median() {
        let mut rows = values(&[1.0, 100.0, 120.0]);
        for (row, weight) in rows.iter_mut().zip([10.0, 2.0, 1.0]) {
            row.weight = Some(weight);
        }
        assert_eq!(median(&rows, &Design::of(&strata(&[None]), Lonely::Fail)).unwrap().value, 1.0);
    }

    /// 1 to 25 of 100: the share at the median is 13/25, its variance 0.75 · p(1 − p)/24.
    #[test]
    fn the_interval_is_that_of_the_share_read_back() {
        let rows = values(&(1..=25).map(f64::from).collect::<Vec<_>>());
        let estimate = found(&rows, &strata(&[Some(100)]), 0.5);
        let (t, error) = (student_quantile(0.975, 24.0), libm::sqrt(0.75 * 0.52 * 0.48 / 24.0));
        // 0.52 ± 0.1823 of 25 are 8.44 and 17.56.
        assert!((0.337..0.338).contains(&(0.52 - t * error)), "{}", 0.52 - t * error);
        assert_eq!((estimate.value, estimate.interval), (13.0, Some((9.0, 18.0))));
        assert_near(estimate.standard_error.unwrap(), 9.0 / (2.0 * t));
        assert_eq!((estimate.numerator, estimate.denominator, estimate.degrees), (13.0, 1.0, 24));
    }

    #[test]
    fn of_few_answers_there_is_no_interval() {
        let estimate = found(&values(&[1.0, 2.0, 3.0]), &strata(&[Some(100)]), 0.5);
        assert_eq!((estimate.value, estimate.standard_error, estimate.interval), (2.0, None, None));
        assert_eq!(estimate.notes, [Note::NoInterval]);
        // A tenth of 20 is below its interval's reach, nine tenths above it: each lacks one end.
        let rows = values(&(1..=20).map(f64::from).collect::<Vec<_>>());
        for (p, value) in [(0.1, 2.0), (0.9, 18.0)] {
            let estimate = found(&rows, &strata(&[Some(100)]), p);
            assert_eq!((estimate.value, estimate.interval), (value, None), "{p}");
        }
    }

    #[test]
    fn a_census_and_equal_answers_are_sure_of_themselves() {
        for (rows, frame) in [(values(&[1.0, 2.0, 3.0, 4.0]), Some(4)), (values(&[2.0; 20]), Some(100))] {
            let estimate = found(&rows, &strata(&[frame]), 0.5);
            assert_eq!((estimate.value, estimate.interval), (2.0, Some((2.0, 2.0))));
            assert_eq!(estimate.standard_error, Some(0.0));
        }
    }

    #[test]
    fn a_domain_keeps_its_rows() {
        let frame = strata(&[Some(100)]);
        let mut rows = values(&(1..=40).map(f64::from).collect::<Vec<_>>());
        for row in &mut rows[20..] {
            (row.in_domain, row.y) = (false, f64::NAN);
        }
        let estimate = found(&rows, &frame, 0.5);
        assert_eq!((estimate.value, estimate.answers, estimate.degrees), (10.0, 20, 39));
    }

    #[test]
    fn there_is_no_quantile_outside_nought_and_one() {
        let frame = strata(&[Some(100)]);
        for p in [-0.1, 1.1, f64::NAN] {
            let refused = quantile(&values(&[1.0, 2.0]), &Design::of(&frame, Lonely::Fail), p);
            assert_eq!(refused, Err(Why::NoSuchQuantile));
        }
    }
}
