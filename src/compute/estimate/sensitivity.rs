//! How much a figure hangs on one enterprise: the estimate with and without the one that weighs most in it.
//!
//! It names an enterprise's part in a figure, so it is for internal outputs only. Without the enterprise means as if it
//! had not answered: the frame stays, the others of its stratum stand for it, and weights are computed anew. Given
//! weights stay as they are. Not a robust estimate: the figure without is shown beside the other, never instead of it.

use super::change::sample_of_pairs;
use super::ratio::sample;
use super::{Answer, Change, Design, Estimate, Margin, Pair, PairedChange, Why};

/// A figure with and without one enterprise.
#[derive(Debug, Clone, PartialEq)]
pub struct Sensitivity {
    pub with: Estimate,
    /// Refused where the others alone give no figure.
    pub without: Result<Estimate, Why>,
    /// Position of the answer or pair left out.
    pub left_out: usize,
}

/// A figure of answers, such as [`super::total`], with and without the answer of the largest |w · y| in the domain (the
/// first of equal ones).
pub fn sensitivity(
    answers: &[Answer],
    design: &Design,
    estimator: fn(&[Answer], &Design) -> Result<Estimate, Why>,
) -> Result<Sensitivity, Why> {
    let with = estimator(answers, design)?;
    let sample = sample(answers, design)?;
    let left_out = sample.largest(&sample.column(answers.iter().map(|answer| answer.y))?);
    let without = leave_out(answers, design, left_out, estimator);
    Ok(Sensitivity { with, without, left_out })
}

/// A paired change with and without the pair of the largest |w · y₁| in the domain.
pub fn paired_sensitivity(
    pairs: &[Pair],
    design: &Design,
    change: Change,
    estimator: fn(&[Pair], &Design, Change) -> Result<PairedChange, Why>,
) -> Result<Sensitivity, Why> {
    let changed = |pairs: &[Pair], design: &Design| estimator(pairs, design, change).map(|found| found.change);
    let with = changed(pairs, design)?;
    let sample = sample_of_pairs(pairs, design)?;
    let left_out = sample.largest(&sample.column(pairs.iter().map(|pair| pair.y1))?);
    let without = leave_out(pairs, design, left_out, changed);
    Ok(Sensitivity { with, without, left_out })
}

/// The figure of all rows but one.
fn leave_out<T: Clone>(
    rows: &[T],
    design: &Design,
    left_out: usize,
    estimator: impl Fn(&[T], &Design) -> Result<Estimate, Why>,
) -> Result<Estimate, Why> {
    let mut rows = rows.to_vec();
    rows.remove(left_out);
    let mut margins: Vec<Margin> = design.margins.to_vec();
    for margin in &mut margins {
        margin.of.remove(left_out);
    }
    estimator(&rows, &Design { margins: &margins, ..*design })
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{answers, assert_near, strata};
    use super::super::{Lonely, mean, median, paired_change, ratio, total};
    use super::*;

    #[test]
    fn the_largest_weighted_answer_is_left_out_as_if_it_had_not_answered() {
        // Weights 4 and 10: 4 · 20 is less than 10 · 9.
        let rows = answers(&[(0, 20.0, 1.0), (0, 1.0, 1.0), (1, 9.0, 1.0), (1, 2.0, 1.0), (1, 4.0, 1.0)]);
        let strata = strata(&[Some(8), Some(30)]);
        let design = Design::of(&strata, Lonely::Fail);
        let found = sensitivity(&rows, &design, total).unwrap();
        assert_eq!((found.left_out, &found.with), (2, &total(&rows, &design).unwrap()));
        let without = found.without.unwrap();
        assert_near(without.value, 8.0 * 10.5 + 30.0 * 3.0);
        assert_eq!((without.answers, without.degrees), (4, 2));
    }

    #[test]
    fn a_loss_counts_by_its_size_and_only_in_the_domain() {
        let mut rows = answers(&[(0, 5.0, 1.0), (0, -7.0, 1.0), (0, 6.0, 1.0), (0, 7.0, 1.0), (0, 1.0, 1.0)]);
        let strata = strata(&[Some(30)]);
        let design = Design::of(&strata, Lonely::Fail);
        assert_eq!(sensitivity(&rows, &design, mean).unwrap().left_out, 1, "the first of equal ones");
        rows[1].in_domain = false;
        rows[3].in_domain = false;
        assert_eq!(sensitivity(&rows, &design, median).unwrap().left_out, 2);
        for row in &mut rows {
            row.y = 0.0;
        }
        rows[0].in_domain = false;
        assert_eq!(sensitivity(&rows, &design, mean).unwrap().left_out, 2, "nothing, but in the domain");
    }

    #[test]
    fn where_the_others_give_no_figure_it_is_said_why() {
        let rows = answers(&[(0, 5.0, 1.0), (0, 7.0, 1.0)]);
        let strata = strata(&[Some(30)]);
        let found = sensitivity(&rows, &Design::of(&strata, Lonely::Fail), mean).unwrap();
        assert_eq!(found.without, Err(Why::LonelyStratum { stratum: "a".into() }));
        let refused = sensitivity(&rows, &Design { minimum: 3, ..Design::of(&strata, Lonely::Fail) }, mean);
        assert_eq!(refused, Err(Why::TooFewAnswers { answers: 2, minimum: 3 }));
    }

    #[test]
    fn known_totals_are_met_again_by_the_others() {
        let rows = answers(&[(0, 5.0, 9.0), (0, 70.0, 99.0), (0, 6.0, 8.0), (0, 7.0, 9.0), (0, 1.0, 9.0)]);
        let strata = strata(&[Some(30)]);
        let margins = [Margin {
            name: "size".into(),
            categories: vec![("s".into(), 12), ("l".into(), 18)],
            of: vec![0, 1, 0, 1, 1],
        }];
        let design = Design { margins: &margins, ..Design::of(&strata, Lonely::Fail) };
        let found = sensitivity(&rows, &design, ratio).unwrap();
        assert_eq!(found.left_out, 1);
        let without = found.without.unwrap();
        assert_near(without.numerator, 12.0 * 5.5 + 18.0 * 4.0);
        assert_near(without.denominator, 12.0 * 8.5 + 18.0 * 9.0);
    }

    #[test]
    fn of_pairs_the_largest_follow_up_is_left_out() {
        let pair = |y0, y1| Pair { stratum: 0, weight: None, y0, x0: 1.0, y1, x1: 1.0, in_domain: true };
        let pairs = [pair(90.0, 1.0), pair(2.0, 3.0), pair(1.0, 80.0), pair(4.0, 6.0)];
        let strata = strata(&[Some(40)]);
        let found =
            paired_sensitivity(&pairs, &Design::of(&strata, Lonely::Fail), Change::Points, paired_change).unwrap();
        assert_eq!(found.left_out, 2);
        assert_near(found.with.value, 90.0 / 4.0 - 97.0 / 4.0);
        assert_near(found.without.unwrap().value, 10.0 / 3.0 - 96.0 / 3.0);
    }
}
