//! The share of enterprises of which something is true, with an interval that stays between 0 and 1.
//!
//! Near 0 and 1, and on few answers, p̂ ± t·SE covers too little and may leave the range; there the interval is
//! Wilson's, on the number of answers of a simple random sample that would be as accurate. Not for ratios of amounts,
//! even where they cannot exceed 1.
//!
//! Formulas: the share is a mean of 0 and 1, Särndal, Swensson, Wretman (1992), 5.8; Lumley (2010), 2.2. The interval:
//! Wilson (1927) with the effective sample size p̂(1 − p̂)/V̂ and t for z, as Korn and Graubard (1998) do for exact
//! limits.

use super::ratio::{point, sample};
use super::sample::Sample;
use super::{Answer, Design, Estimate, Note, Why, round_significant};

/// Shares nearer than this to 0 or 1 get Wilson's interval.
const EDGE: f64 = 0.1;
/// Fewer answers in the domain than this: Wilson's interval.
const FEW: usize = 30;

/// The share of the domain with y ≠ 0, a fraction. x is not looked at.
///
/// A census gets the interval of no width: there is nobody left who could change the share.
pub fn share(answers: &[Answer], design: &Design) -> Result<Estimate, Why> {
    let sample = sample(answers, design)?;
    let y = sample.column(answers.iter().map(|answer| answer.y))?;
    let y: Vec<f64> = y.iter().map(|y| f64::from(u8::from(*y != 0.0))).collect();
    let x = sample.column(answers.iter().map(|_| 1.0))?;
    let mut estimate = sample.estimate(&point(&sample, &y, &x)?)?;
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
#[allow(clippy::float_cmp, reason = "exactness is what is tested")]
mod tests {
    use super::super::fixture::{answers, assert_near, strata};
    use super::super::{Lonely, mean, student_quantile};
    use super::*;

    /// `yes` of `n` say yes, in one stratum.
    fn poll(yes: usize, n: usize) -> Vec<Answer> {
        let rows: Vec<_> = (0..n).map(|i| (0, f64::from(u8::from(i < yes)), f64::NAN)).collect();
        answers(&rows)
    }

    #[test]
    fn wilson_agrees_with_the_textbook() {
        // Newcombe (1998), Statistics in Medicine 17, table I: method 3 at z = 1.96 rounded to four places.
        for (yes, n, lower, upper) in
            [(81.0, 263.0, 0.2553, 0.3662), (15.0, 148.0, 0.0624, 0.1605), (0.0, 20.0, 0.0, 0.1611)]
        {
            let found = wilson(yes / n, n, 1.959_963_984_540_054);
            assert!((found.0 - lower).abs() < 5e-5 && (found.1 - upper).abs() < 5e-5, "{yes} of {n}: {found:?}");
        }
        assert!((wilson(1.0, 29.0, 1.96).0 - 0.8830).abs() < 5e-5);
    }

    #[test]
    fn in_the_middle_and_with_many_answers_it_is_a_mean() {
        let strata = strata(&[Some(200)]);
        let found = share(&poll(12, 40), &Design::of(&strata, Lonely::Fail)).unwrap();
        assert_eq!(found, mean(&poll(12, 40), &Design::of(&strata, Lonely::Fail)).unwrap());
        assert_near(found.standard_error.unwrap(), libm::sqrt(0.8 * 0.3 * 0.7 / 39.0));
    }

    #[test]
    fn the_rule_names_its_edges() {
        let strata = strata(&[Some(2000)]);
        for (yes, n, wilson) in
            [(4, 40, false), (3, 40, true), (36, 40, false), (37, 40, true), (15, 30, false), (15, 29, true)]
        {
            let found = share(&poll(yes, n), &Design::of(&strata, Lonely::Fail)).unwrap();
            assert_eq!(found.notes.contains(&Note::Wilson), wilson, "{yes} of {n}");
        }
    }

    #[test]
    fn a_tenth_is_a_tenth_whatever_the_weights_do_to_its_last_digit() {
        for population in 31..200 {
            let found = share(&poll(3, 30), &Design::of(&strata(&[Some(population)]), Lonely::Fail)).unwrap();
            assert_eq!(found.notes, [], "3 of 30 for {population}");
        }
    }

    #[test]
    fn few_answers_count_as_many_as_they_are_worth() {
        // 19 of 23: the variance is that of p(1 − p) on so many answers.
        let found = share(&poll(10, 19), &Design::of(&strata(&[Some(23)]), Lonely::Fail)).unwrap();
        let worth = 18.0 / (1.0 - 19.0 / 23.0);
        let wanted = wilson(10.0 / 19.0, worth, student_quantile(0.975, 18.0));
        assert_near(found.interval.unwrap().0, wanted.0);
        assert_near(found.interval.unwrap().1, wanted.1);
    }

    #[test]
    fn none_and_all_still_leave_doubt() {
        let strata = strata(&[Some(400)]);
        let t = student_quantile(0.975, 39.0);
        let none = share(&poll(0, 40), &Design::of(&strata, Lonely::Fail)).unwrap();
        assert_eq!((none.value, none.standard_error), (0.0, Some(0.0)));
        assert_eq!(none.interval.unwrap().0, 0.0);
        assert_near(none.interval.unwrap().1, t * t / (40.0 + t * t));
        let all = share(&poll(40, 40), &Design::of(&strata, Lonely::Fail)).unwrap();
        assert_near(all.interval.unwrap().0, 40.0 / (40.0 + t * t));
        assert_eq!(all.interval.unwrap().1, 1.0);
    }

    #[test]
    fn unequal_weights_are_worth_fewer_answers() {
        let mut rows = poll(0, 40);
        rows.iter_mut().enumerate().for_each(|(i, row)| row.weight = Some(if i < 20 { 1.0 } else { 9.0 }));
        let found = share(&rows, &Design::of(&strata(&[None]), Lonely::Fail)).unwrap();
        let (t, worth) = (student_quantile(0.975, 39.0), 200.0 * 200.0 / (20.0 + 20.0 * 81.0));
        assert_near(found.interval.unwrap().1, t * t / (worth + t * t));
    }

    #[test]
    fn strata_of_one_mind_do_not_make_it_certain() {
        let rows: Vec<_> = (0..49).map(|i| (usize::from(i >= 20), f64::from(u8::from(i >= 20)), 1.0)).collect();
        let found = share(&answers(&rows), &Design::of(&strata(&[Some(70), Some(90)]), Lonely::Fail)).unwrap();
        let (lower, upper) = found.interval.unwrap();
        assert_eq!(found.standard_error, Some(0.0));
        assert!(found.notes.contains(&Note::Wilson) && lower < 0.5 && upper > 0.6, "{lower} to {upper}");
    }

    #[test]
    fn a_census_leaves_no_doubt() {
        for yes in [0, 2, 5] {
            let found = share(&poll(yes, 5), &Design::of(&strata(&[Some(5)]), Lonely::Fail)).unwrap();
            assert_eq!(found.interval, Some((found.value, found.value)));
            assert_eq!(found.notes, []);
        }
    }

    /// Exact, by going through all samples of 40 from a frame of 500, for each number that would say yes. The interval
    /// holds on average; for a single number it cannot, as a count moves in steps (Brown and others 2001).
    #[test]
    fn intervals_cover_what_they_say() {
        let (n, population) = (40, 500_usize);
        let strata = strata(&[Some(500)]);
        let intervals: Vec<(f64, f64)> = (0..=n)
            .map(|yes| share(&poll(yes, n), &Design::of(&strata, Lonely::Fail)).unwrap().interval.unwrap())
            .collect();
        let choose = |n: usize, k: usize| {
            libm::lgamma(n as f64 + 1.0) - libm::lgamma(k as f64 + 1.0) - libm::lgamma((n - k) as f64 + 1.0)
        };
        let coverage = |all: usize| -> f64 {
            let truth = all as f64 / population as f64;
            (n.saturating_sub(population - all)..=n.min(all))
                .filter(|yes| (intervals[*yes].0..=intervals[*yes].1).contains(&truth))
                .map(|yes| libm::exp(choose(all, yes) + choose(population - all, n - yes) - choose(population, n)))
                .sum()
        };
        let covered: Vec<f64> = (0..=population).map(coverage).collect();
        let average = covered.iter().sum::<f64>() / covered.len() as f64;
        assert!((0.95..0.97).contains(&average), "{average}");
        assert!(covered[50..=450].iter().all(|covered| *covered > 0.91), "{covered:?}");
    }
}
