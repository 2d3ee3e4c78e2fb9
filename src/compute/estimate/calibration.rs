//! Weights brought to known totals: by post-stratification where one margin is known, by raking where several are; and
//! what those totals take out of the variance.
//!
//! After it, each category weighs as many enterprises as the frame has. Not here: bounds on weights, and totals of
//! amounts (a margin counts enterprises).
//!
//! Formulas: Deming and Stephan (1940) for raking; Särndal, Swensson, Wretman (1992), 7.6 (post-strata) and 6.6 (variance
//! by residuals); Lumley (2010), 7.2–7.3. The residuals are those of R's `postStratify` and `rake`, which differ: from the
//! mean of the category, weighted as drawn, for one margin; for several from its plain mean, ten times over all margins.

use std::borrow::Cow;

use super::sum::{Sum, apart};
use super::{Margin, Why};

/// Each category is met to this part of its total.
const SETTLED: f64 = 1e-12;
/// Raking that shrinks what is left by three per cent a round settles within so many.
const ROUNDS: usize = 1000;
/// R's `rake` stops taking out margins after as many sweeps.
const SWEEPS: usize = 10;

pub(super) struct Calibration<'a> {
    margins: &'a [Margin],
    /// The weights before.
    drawn: Vec<f64>,
}

impl<'a> Calibration<'a> {
    /// With the weights after it, one an answer.
    pub fn new(margins: &'a [Margin], drawn: Vec<f64>) -> Result<(Self, Vec<f64>), Why> {
        check(margins, drawn.len())?;
        let mut weights = drawn.clone();
        if !margins.is_empty() {
            rake(margins, &mut weights)?;
        }
        Ok((Self { margins, drawn }, weights))
    }

    /// What is left of a linearised variable after what the categories explain of it.
    pub fn residuals<'v>(&self, influence: &'v [f64]) -> Cow<'v, [f64]> {
        match self.margins {
            [] => Cow::Borrowed(influence),
            [margin] => Cow::Owned(less_means(margin, influence, &self.drawn)),
            margins => {
                let alike = vec![1.0; influence.len()];
                let mut left = influence.to_vec();
                for margin in std::iter::repeat_n(margins, SWEEPS).flatten() {
                    left = less_means(margin, &left, &alike);
                }
                Cow::Owned(left)
            }
        }
    }
}

/// Each margin divides all answers into parts of known size, and all speak of one frame.
fn check(margins: &[Margin], answers: usize) -> Result<(), Why> {
    for margin in margins {
        if margin.of.len() != answers || margin.of.iter().any(|at| *at >= margin.categories.len()) {
            return Err(Why::UnknownCategory { margin: margin.name.clone() });
        }
        for (at, (category, total)) in margin.categories.iter().enumerate() {
            let is_answered = margin.of.contains(&at);
            let (margin, category) = (margin.name.clone(), category.clone());
            match (*total > 0, is_answered) {
                (true, false) => return Err(Why::EmptyCategory { margin, category }),
                (false, true) => return Err(Why::CategoryOfNobody { margin, category }),
                _ => {}
            }
        }
    }
    let frame = |margin: &Margin| margin.categories.iter().fold(0_u64, |sum, (_, total)| sum.saturating_add(*total));
    match margins.iter().find(|margin| frame(margin) != frame(&margins[0])) {
        None => Ok(()),
        Some(margin) => Err(Why::MarginsDiffer {
            margin: margins[0].name.clone(),
            total: frame(&margins[0]),
            other: margin.name.clone(),
            other_total: frame(margin),
        }),
    }
}

/// Iterative proportional fitting; for a single margin one round is exact.
fn rake(margins: &[Margin], weights: &mut [f64]) -> Result<(), Why> {
    for _ in 0..ROUNDS {
        for margin in margins {
            let sums = sums(margin, weights.iter().copied());
            for (weight, at) in weights.iter_mut().zip(&margin.of) {
                *weight *= margin.categories[*at].1 as f64 / sums[*at];
            }
        }
        let is_met = |margin: &Margin| {
            let pairs = sums(margin, weights.iter().copied()).into_iter().zip(&margin.categories);
            // Weights that shrank to nothing are no number here, and meet no total.
            pairs.into_iter().all(|(sum, (_, total))| (sum - *total as f64).abs() <= SETTLED * *total as f64)
        };
        if margins.iter().all(is_met) {
            return Ok(());
        }
    }
    Err(Why::NotConverged { rounds: ROUNDS })
}

/// Sums by category of one value an answer.
fn sums(margin: &Margin, values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut sums = vec![Sum::default(); margin.categories.len()];
    for (at, value) in margin.of.iter().zip(values) {
        sums[*at].add(value);
    }
    sums.into_iter().map(Sum::value).collect()
}

/// Each value less the mean of its category.
fn less_means(margin: &Margin, values: &[f64], weights: &[f64]) -> Vec<f64> {
    let weighted = sums(margin, values.iter().zip(weights).map(|(value, weight)| value * weight));
    let all = sums(margin, weights.iter().copied());
    values.iter().zip(&margin.of).map(|(value, at)| apart(*value, weighted[*at] / all[*at])).collect()
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{answers, assert_near, strata};
    use super::super::{Answer, Design, Lonely, Stratum, mean, ratio, share, total};
    use super::*;

    fn margin(name: &str, totals: &[u64], of: &[usize]) -> Margin {
        let names = ('p'..='z').map(String::from);
        Margin { name: name.into(), categories: names.zip(totals.iter().copied()).collect(), of: of.to_vec() }
    }

    fn six() -> Vec<Answer> {
        answers(&[(0, 1.0, 2.0), (0, 2.0, 5.0), (0, 6.0, 8.0), (0, 4.0, 9.0), (0, 10.0, 30.0), (0, 20.0, 40.0)])
    }

    fn known<'a>(strata: &'a [Stratum], margins: &'a [Margin]) -> Design<'a> {
        Design { margins, ..Design::of(strata, Lonely::Fail) }
    }

    /// 6 of 60 asked; of the 60, 45 are p and 15 are q, where the sample has 3 and 3.
    #[test]
    fn post_stratification_is_the_sum_of_the_means_times_their_sizes() {
        let (strata, margins) = (strata(&[Some(60)]), [margin("size", &[45, 15], &[0, 0, 0, 1, 1, 1])]);
        let found = total(&six(), &known(&strata, &margins)).unwrap();
        // Means 3 and 34/3.
        assert_near(found.value, 45.0 * 3.0 + 15.0 * 34.0 / 3.0);
        // Residuals from these means, with weights 15 and 5; their mean over the stratum is zero.
        let squares = 225.0 * (4.0 + 1.0 + 9.0) + 25.0 * (22.0 * 22.0 + 4.0 * 4.0 + 26.0 * 26.0) / 9.0;
        assert_near(found.standard_error.unwrap(), libm::sqrt(0.9 * 6.0 / 5.0 * squares));
        assert_eq!(found.degrees, 5);
    }

    #[test]
    fn known_totals_make_a_total_where_the_frame_gives_none() {
        let (strata, margins) = (strata(&[None]), [margin("size", &[45, 15], &[0, 0, 0, 1, 1, 1])]);
        assert_eq!(total(&six(), &Design::of(&strata, Lonely::Fail)), Err(Why::NotWeighted));
        assert_near(total(&six(), &known(&strata, &margins)).unwrap().value, 305.0);
    }

    #[test]
    fn totals_that_the_weights_meet_already_change_no_value() {
        let (strata, margins) = (strata(&[Some(60)]), [margin("size", &[30, 30], &[0, 0, 0, 1, 1, 1])]);
        let plain = mean(&six(), &Design::of(&strata, Lonely::Fail)).unwrap();
        let found = mean(&six(), &known(&strata, &margins)).unwrap();
        assert_near(found.value, plain.value);
        assert!(found.standard_error.unwrap() < plain.standard_error.unwrap(), "the size explains part of y");
    }

    /// 2 × 2 with one answer a cell and a fifth in the first: the fitted cells have the odds ratio of the sample.
    #[test]
    fn raking_meets_both_margins_and_keeps_the_odds() {
        let size = margin("size", &[60, 40], &[0, 0, 0, 1, 1]);
        let country = margin("country", &[50, 50], &[0, 0, 1, 0, 1]);
        let mut weights = vec![20.0; 5];
        rake(&[size, country], &mut weights).unwrap();
        assert_near(weights[0] + weights[1] + weights[2], 60.0);
        assert_near(weights[0] + weights[1] + weights[3], 50.0);
        assert_near((weights[0] + weights[1]) * weights[4] / (weights[2] * weights[3]), 2.0);
        assert_near(weights[0], weights[1]);
    }

    /// A figure that is the sum of an effect of the size and one of the country is known from the totals.
    #[test]
    fn what_the_margins_explain_is_certain() {
        let margins =
            [margin("size", &[60, 40], &[0, 0, 0, 1, 1, 1]), margin("country", &[50, 50], &[0, 0, 1, 0, 1, 1])];
        let rows: Vec<_> =
            margins[0].of.iter().zip(&margins[1].of).map(|(a, b)| (0, (3 * a + 7 * b) as f64, 1.0)).collect();
        let strata = strata(&[Some(100)]);
        let found = total(&answers(&rows), &known(&strata, &margins)).unwrap();
        assert_near(found.value, 3.0 * 40.0 + 7.0 * 50.0);
        let plain = total(&answers(&rows), &Design::of(&strata, Lonely::Fail)).unwrap();
        assert!(found.standard_error.unwrap() < 1e-3 * plain.standard_error.unwrap(), "{found:?}");
    }

    #[test]
    fn raking_that_cannot_settle_is_refused() {
        // Nobody small in the second country, but more of it than there are large ones.
        let margins = [margin("size", &[80, 20], &[0, 0, 1, 1]), margin("country", &[50, 50], &[0, 0, 0, 1])];
        let strata = strata(&[Some(100)]);
        let rows = &six()[..4];
        assert_eq!(ratio(rows, &known(&strata, &margins)), Err(Why::NotConverged { rounds: 1000 }));
    }

    #[test]
    fn margins_that_do_not_fit_are_refused_by_name() {
        let strata = strata(&[Some(60)]);
        let refused = |margins: &[Margin]| ratio(&six(), &known(&strata, margins)).unwrap_err();
        let of = [0, 0, 0, 1, 1, 1];
        let (margin_name, other) = ("size".to_owned(), "country".to_owned());
        assert_eq!(
            refused(&[margin("size", &[40, 15, 5], &of)]),
            Why::EmptyCategory { margin: margin_name.clone(), category: "r".into() }
        );
        assert_eq!(
            refused(&[margin("size", &[60, 0], &of)]),
            Why::CategoryOfNobody { margin: margin_name.clone(), category: "q".into() }
        );
        assert_eq!(refused(&[margin("size", &[60], &of)]), Why::UnknownCategory { margin: margin_name.clone() });
        assert_eq!(
            refused(&[margin("size", &[40, 20], &of[1..])]),
            Why::UnknownCategory { margin: margin_name.clone() }
        );
        assert_eq!(
            refused(&[margin("size", &[40, 20], &of), margin("country", &[40, 21], &of)]),
            Why::MarginsDiffer { margin: margin_name, total: 60, other, other_total: 61 }
        );
        let nobody_and_none = [margin("size", &[40, 20, 0], &of)];
        assert!(ratio(&six(), &known(&strata, &nobody_and_none)).is_ok());
    }

    #[test]
    fn a_share_that_the_margin_explains_still_leaves_doubt() {
        let (strata, margins) = (strata(&[Some(60)]), [margin("size", &[45, 15], &[0, 0, 0, 1, 1, 1])]);
        let rows: Vec<_> = margins[0].of.iter().map(|at| (0, *at as f64, 1.0)).collect();
        let found = share(&answers(&rows), &known(&strata, &margins)).unwrap();
        assert_near(found.value, 0.25);
        let (lower, upper) = found.interval.unwrap();
        assert!(found.standard_error == Some(0.0) && lower < 0.2 && upper > 0.3, "{found:?}");
    }
}
