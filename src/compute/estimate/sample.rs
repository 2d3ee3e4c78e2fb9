//! The sample behind an estimate: its strata, its weights, and the variance of a weighted sum over it. All estimators
//! go through here, so that weights, lonely and empty strata mean the same everywhere.
//!
//! It does not know what is estimated: y, x and u come as columns, one value a row, already zero outside the domain.
//!
//! Formulas: Särndal, Swensson, Wretman (1992), 3.7 (stratified sampling), 5.5 (linearisation); Lumley (2010), 2.2 and
//! 3.2 (single-element strata). Design effect as R's `survey`.

use super::calibration::Calibration;
use super::sum::{Sum, apart, skewness, sum};
use super::{CONFIDENCE, Design, Estimate, Lonely, Note, SKEWNESS_LIMIT, Stratum, Why, student_quantile};

/// What the design says of one answer or pair.
pub(super) struct Row {
    pub stratum: usize,
    pub weight: Option<f64>,
    pub in_domain: bool,
}

/// A figure before its accuracy: a quotient and its linearised variable u, one value a row.
pub(super) struct Point {
    pub numerator: f64,
    pub denominator: f64,
    pub influence: Vec<f64>,
}

impl Point {
    pub fn value(&self) -> f64 {
        self.numerator / self.denominator
    }
}

/// The t of a 95 % interval with so many degrees.
pub(super) fn student(degrees: i64) -> f64 {
    student_quantile(f64::midpoint(1.0, CONFIDENCE), degrees as f64)
}

pub(super) struct Sample<'a> {
    rows: Vec<Row>,
    strata: &'a [Stratum],
    lonely: Lonely,
    /// `n_h`, by stratum.
    answers: Vec<usize>,
    /// w, by row: given, or `N_h / n_h`, or 1; then brought to the margins.
    weights: Vec<f64>,
    calibration: Calibration<'a>,
    /// False: all weights are 1 because nothing better is known. True where totals are known.
    weighted: bool,
}

impl<'a> Sample<'a> {
    pub fn new(rows: Vec<Row>, design: &Design<'a>) -> Result<Self, Why> {
        let strata = design.strata;
        let mut answers = vec![0_usize; strata.len()];
        for row in &rows {
            *answers.get_mut(row.stratum).ok_or(Why::UnknownStratum { index: row.stratum })? += 1;
        }
        match rows.iter().filter(|row| row.in_domain).count() {
            0 => return Err(Why::NoAnswers),
            answers if answers < design.minimum => {
                return Err(Why::TooFewAnswers { answers, minimum: design.minimum });
            }
            _ => {}
        }
        let given = rows.iter().any(|row| row.weight.is_some());
        let weighted = given || strata.iter().all(|stratum| stratum.population.is_some());
        let weights = if given {
            let positive = |weight: &f64| weight.is_finite() && *weight > 0.0;
            let weights: Option<Vec<f64>> = rows.iter().map(|row| row.weight.filter(positive)).collect();
            // To take a missing weight for 1 would be a guess, and a zero weight is no answer.
            weights.ok_or(Why::NotWeighted)?
        } else if weighted {
            let expand =
                |row: &Row| strata[row.stratum].population.map_or(1.0, |n| n as f64 / answers[row.stratum] as f64);
            rows.iter().map(expand).collect()
        } else {
            vec![1.0; rows.len()]
        };
        let (calibration, weights) = Calibration::new(design.margins, weights)?;
        let weighted = weighted || !design.margins.is_empty();
        Ok(Self { rows, strata, lonely: design.lonely, answers, weights, calibration, weighted })
    }

    /// A total adds up the frame, so each part of it must be there.
    pub fn check_total(&self) -> Result<(), Why> {
        if !self.weighted {
            return Err(Why::NotWeighted);
        }
        match self.empty().next() {
            Some((stratum, _)) => Err(Why::EmptyStratum { stratum: stratum.name.clone() }),
            None => Ok(()),
        }
    }

    /// Values by row, zero outside the domain whatever stands there.
    pub fn column(&self, values: impl IntoIterator<Item = f64>) -> Result<Vec<f64>, Why> {
        let column: Vec<f64> =
            self.rows.iter().zip(values).map(|(row, value)| if row.in_domain { value } else { 0.0 }).collect();
        if column.iter().all(|value| value.is_finite()) { Ok(column) } else { Err(Why::NotFinite) }
    }

    /// One for each row.
    pub fn into_weights(self) -> Vec<f64> {
        self.weights
    }

    /// Σ w v.
    pub fn weighted_sum(&self, values: &[f64]) -> f64 {
        sum(self.weights.iter().zip(values).map(|(weight, value)| weight * value))
    }

    /// The values in the domain with their weights, in order.
    pub fn weighted_values(&self, values: &[f64]) -> Vec<(f64, f64)> {
        let rows = self.rows.iter().zip(values).zip(&self.weights);
        rows.filter(|((row, _), _)| row.in_domain).map(|((_, value), weight)| (*value, *weight)).collect()
    }

    /// Position of the row of the domain with the largest |w · v|, the first of equal ones.
    pub fn largest(&self, values: &[f64]) -> usize {
        let rows = self.rows.iter().zip(&self.weights).zip(values).enumerate();
        let parts = rows.filter(|(_, ((row, _), _))| row.in_domain).map(|(at, ((_, w), v))| (at, (w * v).abs()));
        let larger = |best: (usize, f64), one: (usize, f64)| if one.1 > best.1 { one } else { best };
        parts.fold((0, -1.0), larger).0
    }

    /// Answers in the domain.
    pub fn in_domain(&self) -> usize {
        self.rows.iter().filter(|row| row.in_domain).count()
    }

    /// Everybody answered, in each stratum with an answer: there is nothing left to be uncertain about.
    pub fn is_census(&self) -> bool {
        self.answers.iter().enumerate().all(|(h, n)| *n == 0 || self.is_complete(h))
    }

    /// (Σw)² / Σw² in the domain: how many answers of equal weight tell as much (Kish).
    pub fn effective_answers(&self) -> f64 {
        let weights = || self.domain_weights();
        let total = sum(weights());
        total * total / sum(weights().map(|weight| weight * weight))
    }

    /// A figure with standard error, interval and what must be said of the design.
    pub fn estimate(&self, point: &Point) -> Result<Estimate, Why> {
        let mut notes = self.design_notes();
        let variance = self.variance(&point.influence, &mut notes)?;
        let (value, degrees) = (point.value(), self.degrees());
        let error = libm::sqrt(variance);
        let reach = if self.is_census() {
            // Nothing is uncertain, so no degree of freedom is needed to say how much.
            0.0
        } else if degrees > 0 {
            self.student() * error
        } else {
            return Err(Why::NoDegrees);
        };
        if ![value, reach, point.numerator, point.denominator].into_iter().all(f64::is_finite) {
            return Err(Why::NotFinite);
        }
        Ok(Estimate {
            value,
            standard_error: Some(error),
            interval: Some((value - reach, value + reach)),
            degrees,
            answers: self.in_domain(),
            numerator: point.numerator,
            denominator: point.denominator,
            design_effect: self.design_effect(&point.influence, variance),
            notes,
        })
    }

    /// A caution if the values in the domain are skewed.
    pub fn skew_note(&self, of: &'static str, column: &[f64]) -> Option<Note> {
        let inside: Vec<f64> =
            self.rows.iter().zip(column).filter(|(row, _)| row.in_domain).map(|(_, value)| *value).collect();
        let skewness = skewness(&inside).filter(|skewness| skewness.abs() > SKEWNESS_LIMIT)?;
        Some(Note::Skewed { of, skewness })
    }

    /// The t of the 95 % interval.
    pub fn student(&self) -> f64 {
        student(self.degrees())
    }

    /// n − H. The rows outside the domain count: they, too, show how the sample was drawn.
    fn degrees(&self) -> i64 {
        let strata = self.answers.iter().filter(|n| **n > 0).count();
        // H is at most n, as each of these strata has a row.
        i64::try_from(self.rows.len() - strata).unwrap_or(i64::MAX)
    }

    /// `Σ_h (1 − f_h) · n_h/(n_h − 1) · Σ_i (z_hi − z̄_h)²` with z = w·u, in the squared unit of the figure. Where totals
    /// are known, u is what is left of it after what they explain.
    fn variance(&self, influence: &[f64], notes: &mut Vec<Note>) -> Result<f64, Why> {
        let influence = self.calibration.residuals(influence);
        let z: Vec<f64> = self.weights.iter().zip(influence.iter()).map(|(weight, u)| weight * u).collect();
        let mut sums = vec![Sum::default(); self.strata.len()];
        for (row, z) in self.rows.iter().zip(&z) {
            sums[row.stratum].add(*z);
        }
        let mut centres = Vec::with_capacity(self.strata.len());
        for (h, total) in sums.iter().enumerate() {
            let stratum = || self.strata[h].name.clone();
            let is_lonely = self.answers[h] == 1 && !self.is_complete(h);
            centres.push(match self.lonely {
                Lonely::Fail if is_lonely => return Err(Why::LonelyStratum { stratum: stratum() }),
                Lonely::Adjust if is_lonely => 0.0,
                // That of a single answer is the answer itself: certainty.
                _ => total.value() / self.answers[h].max(1) as f64,
            });
            if is_lonely {
                notes.push(Note::LonelyStratum { stratum: stratum(), treated_as: self.lonely });
            }
        }
        let mut squares = vec![Sum::default(); self.strata.len()];
        for (row, z) in self.rows.iter().zip(&z) {
            let deviation = apart(*z, centres[row.stratum]);
            squares[row.stratum].add(deviation * deviation);
        }
        let parts = squares.iter().enumerate().map(|(h, squares)| {
            let n = self.answers[h] as f64;
            // A lonely answer has no n − 1 to make up for.
            let scale = if self.answers[h] > 1 { n / (n - 1.0) } else { 1.0 };
            (1.0 - self.fraction(h)) * scale * squares.value()
        });
        let variance = sum(parts);
        if variance.is_finite() { Ok(variance) } else { Err(Why::NotFinite) }
    }

    /// `f_h`, the part of the stratum that answered: 0 when its size is unknown, never more than 1.
    fn fraction(&self, h: usize) -> f64 {
        match self.strata[h].population {
            None => 0.0,
            Some(_) if self.is_complete(h) => 1.0,
            Some(population) => self.answers[h] as f64 / population as f64,
        }
    }

    /// At least as many answers as enterprises.
    fn is_complete(&self, h: usize) -> bool {
        self.strata[h].population.is_some_and(|population| self.answers[h] as u64 >= population)
    }

    /// Strata of the frame in which nobody answered, with their size.
    fn empty(&self) -> impl Iterator<Item = (&Stratum, u64)> {
        let pairs = self.strata.iter().zip(&self.answers).filter(|(_, n)| **n == 0);
        pairs.filter_map(|(stratum, _)| stratum.population.filter(|n| *n > 0).map(|n| (stratum, n)))
    }

    fn design_notes(&self) -> Vec<Note> {
        let mut notes: Vec<Note> = self
            .empty()
            .map(|(stratum, population)| Note::EmptyStratum { stratum: stratum.name.clone(), population })
            .collect();
        if !notes.is_empty() {
            let frame = sum(self.strata.iter().filter_map(|stratum| stratum.population).map(|n| n as f64));
            notes.push(Note::UncoveredShare(sum(self.empty().map(|(_, n)| n as f64)) / frame));
        }
        for (stratum, answers) in self.strata.iter().zip(&self.answers) {
            if let Some(population) = stratum.population.filter(|population| *answers as u64 > *population) {
                let stratum = stratum.name.clone();
                notes.push(Note::MoreAnswersThanFrame { stratum, answers: *answers, population });
            }
        }
        notes
    }

    fn domain_weights(&self) -> impl Iterator<Item = f64> {
        self.rows.iter().zip(&self.weights).filter(|(row, _)| row.in_domain).map(|(_, weight)| *weight)
    }

    /// The variance over S² · Σw · (Σw − n) / n, all of the domain, S² being the weighted variance of u.
    fn design_effect(&self, influence: &[f64], variance: f64) -> Option<f64> {
        let (n, population) = (self.in_domain() as f64, sum(self.domain_weights()));
        // Weights that add up to the answers describe no larger population: they are all 1, or scaled to average 1.
        if n < 2.0 || population - n <= 1e-9 * population {
            return None;
        }
        let inside = || {
            let rows = self.rows.iter().zip(&self.weights).zip(influence);
            rows.filter(|((row, _), _)| row.in_domain).map(|((_, weight), u)| (*weight, *u))
        };
        let mean = sum(inside().map(|(weight, u)| weight * u)) / population;
        let squares = sum(inside().map(|(weight, u)| weight * (u - mean) * (u - mean)));
        let spread = squares / population * n / (n - 1.0);
        let effect = variance / (spread * population * (population - n) / n);
        effect.is_finite().then_some(effect)
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "exactness is what is tested")]
mod tests {
    use super::super::fixture::{answers, assert_near, strata};
    use super::super::{Answer, mean, ratio, total};
    use super::*;

    /// Two strata, 3 of 10 and 2 of 4 answered.
    fn five() -> Vec<Answer> {
        answers(&[(0, 1.0, 2.0), (0, 2.0, 5.0), (0, 6.0, 8.0), (1, 10.0, 30.0), (1, 20.0, 40.0)])
    }

    #[test]
    fn weights_are_the_frame_over_the_answers() {
        let found = total(&five(), &Design::of(&strata(&[Some(10), Some(4)]), Lonely::Fail)).unwrap();
        assert_near(found.value, 10.0 * 3.0 + 4.0 * 15.0);
        // N²(1 − f)s²/n by stratum: s² is 7 and 50.
        let variance = 100.0 * 0.7 * 7.0 / 3.0 + 16.0 * 0.5 * 50.0 / 2.0;
        assert_near(found.standard_error.unwrap(), libm::sqrt(variance));
        let reach = student_quantile(0.975, 3.0) * libm::sqrt(variance);
        assert_near(found.interval.unwrap().0, 90.0 - reach);
        assert_near(found.interval.unwrap().1, 90.0 + reach);
        assert_eq!((found.degrees, found.answers, found.notes), (3, 5, vec![]));
    }

    #[test]
    fn given_weights_win_over_the_frame() {
        let strata = strata(&[Some(10), Some(4)]);
        let mut given = five();
        for answer in &mut given {
            answer.weight = Some(2.0);
        }
        assert_near(total(&given, &Design::of(&strata, Lonely::Fail)).unwrap().value, 78.0);
    }

    #[test]
    fn weights_are_never_guessed() {
        let (known, unknown) = (strata(&[Some(10), Some(4)]), strata(&[Some(10), None]));
        assert_eq!(total(&five(), &Design::of(&unknown, Lonely::Fail)), Err(Why::NotWeighted));
        assert_near(ratio(&five(), &Design::of(&unknown, Lonely::Fail)).unwrap().value, 39.0 / 85.0);
        for weight in [None, Some(0.0), Some(-1.0), Some(f64::NAN), Some(f64::INFINITY)] {
            let mut some = five();
            for answer in &mut some {
                answer.weight = Some(2.0);
            }
            some[3].weight = weight;
            assert_eq!(ratio(&some, &Design::of(&known, Lonely::Fail)), Err(Why::NotWeighted), "{weight:?}");
        }
    }

    #[test]
    fn all_weights_twice_as_large_change_no_ratio() {
        let strata = strata(&[None, None]);
        let weighted = |factor: f64| {
            let mut rows = five();
            rows.iter_mut().zip([1.5, 2.5, 3.5, 1.25, 4.0]).for_each(|(row, w)| row.weight = Some(w * factor));
            ratio(&rows, &Design::of(&strata, Lonely::Fail)).unwrap()
        };
        let (once, twice) = (weighted(1.0), weighted(2.0));
        assert_eq!(
            (once.value, once.standard_error, once.interval),
            (twice.value, twice.standard_error, twice.interval)
        );
    }

    #[test]
    fn a_domain_keeps_its_rows() {
        let strata = strata(&[Some(10), Some(4)]);
        let (mut outside, mut zeroed) = (five(), five());
        outside[0] = Answer { in_domain: false, y: f64::NAN, ..outside[0].clone() };
        (zeroed[0].y, zeroed[0].x) = (0.0, 0.0);
        let found = ratio(&outside, &Design::of(&strata, Lonely::Fail)).unwrap();
        let wanted = ratio(&zeroed, &Design::of(&strata, Lonely::Fail)).unwrap();
        assert_eq!((found.value, found.interval, found.degrees), (wanted.value, wanted.interval, wanted.degrees));
        assert_eq!((found.answers, wanted.answers), (4, 5));
    }

    #[test]
    fn a_lonely_answer_is_treated_as_told_and_said() {
        let strata = strata(&[Some(10), Some(4)]);
        let rows = &five()[..4];
        let refused = total(rows, &Design::of(&strata, Lonely::Fail));
        assert_eq!(refused, Err(Why::LonelyStratum { stratum: "b".into() }));
        let own = 100.0 * 0.7 * 7.0 / 3.0;
        for (lonely, added) in [(Lonely::Certainty, 0.0), (Lonely::Adjust, 0.75 * 1600.0)] {
            let found = total(rows, &Design::of(&strata, lonely)).unwrap();
            assert_near(found.standard_error.unwrap(), libm::sqrt(own + added));
            assert_eq!(found.notes, [Note::LonelyStratum { stratum: "b".into(), treated_as: lonely }]);
            assert_eq!(found.degrees, 2);
        }
    }

    #[test]
    fn the_only_enterprise_of_a_stratum_is_not_lonely() {
        let found = total(&five()[..4], &Design::of(&strata(&[Some(10), Some(1)]), Lonely::Fail)).unwrap();
        assert_near(found.standard_error.unwrap(), libm::sqrt(100.0 * 0.7 * 7.0 / 3.0));
        assert_eq!(found.notes, []);
    }

    #[test]
    fn an_empty_stratum_stops_a_total_and_is_said_of_a_ratio() {
        let strata = strata(&[Some(10), Some(4), Some(6), Some(0), None]);
        assert_eq!(
            total(&five(), &Design::of(&strata, Lonely::Fail)),
            Err(Why::NotWeighted),
            "the last size is unknown"
        );
        let strata = &strata[..4];
        assert_eq!(total(&five(), &Design::of(strata, Lonely::Fail)), Err(Why::EmptyStratum { stratum: "c".into() }));
        let found = ratio(&five(), &Design::of(strata, Lonely::Fail)).unwrap();
        assert_eq!(found, {
            let mut rest = ratio(&five(), &Design::of(&strata[..2], Lonely::Fail)).unwrap();
            rest.notes = vec![Note::EmptyStratum { stratum: "c".into(), population: 6 }, Note::UncoveredShare(0.3)];
            rest
        });
    }

    #[test]
    fn more_answers_than_the_frame_is_a_full_stratum() {
        let found = total(&five(), &Design::of(&strata(&[Some(10), Some(1)]), Lonely::Fail)).unwrap();
        assert_near(found.value, 45.0);
        assert_near(found.standard_error.unwrap(), libm::sqrt(100.0 * 0.7 * 7.0 / 3.0));
        assert_eq!(found.notes, [Note::MoreAnswersThanFrame { stratum: "b".into(), answers: 2, population: 1 }]);
    }

    #[test]
    fn a_census_is_sure_of_itself() {
        let found = mean(&five()[3..], &Design::of(&strata(&[Some(0), Some(2)]), Lonely::Fail)).unwrap();
        assert_eq!((found.value, found.standard_error, found.interval), (15.0, Some(0.0), Some((15.0, 15.0))));
        assert_eq!(found.design_effect, None);
        // No degree of freedom is left, and none is needed.
        let alone = mean(&five()[3..4], &Design::of(&strata(&[Some(0), Some(1)]), Lonely::Fail)).unwrap();
        assert_eq!((alone.interval, alone.degrees), (Some((10.0, 10.0)), 0));
    }

    #[test]
    fn one_answer_in_each_stratum_shows_no_spread() {
        let rows = [five()[0].clone(), five()[3].clone()];
        for lonely in [Lonely::Adjust, Lonely::Certainty] {
            assert_eq!(mean(&rows, &Design::of(&strata(&[Some(10), Some(4)]), lonely)), Err(Why::NoDegrees));
        }
    }

    #[test]
    fn without_answers_there_is_no_figure() {
        let strata = strata(&[Some(10), Some(4)]);
        assert_eq!(total(&[], &Design::of(&strata, Lonely::Fail)), Err(Why::NoAnswers));
        let mut rows = five();
        for row in &mut rows {
            row.in_domain = false;
        }
        assert_eq!(total(&rows, &Design::of(&strata, Lonely::Fail)), Err(Why::NoAnswers));
    }

    #[test]
    fn fewer_answers_than_asked_for_give_no_figure() {
        let strata = strata(&[Some(10), Some(4)]);
        let mut rows = five();
        let least = |minimum| Design { minimum, ..Design::of(&strata, Lonely::Fail) };
        assert!(ratio(&rows, &least(5)).is_ok());
        assert_eq!(ratio(&rows, &least(6)), Err(Why::TooFewAnswers { answers: 5, minimum: 6 }));
        rows[0].in_domain = false;
        assert_eq!(ratio(&rows, &least(5)), Err(Why::TooFewAnswers { answers: 4, minimum: 5 }), "those of the domain");
        for row in &mut rows {
            row.in_domain = false;
        }
        assert_eq!(ratio(&rows, &least(5)), Err(Why::NoAnswers));
    }

    #[test]
    fn nothing_that_is_no_number_comes_out() {
        let strata = strata(&[Some(10), Some(4)]);
        for y in [f64::NAN, f64::INFINITY, 1e308, 1e200] {
            let mut rows = five();
            rows[1].y = y;
            assert_eq!(total(&rows, &Design::of(&strata, Lonely::Fail)), Err(Why::NotFinite), "{y}");
        }
        let mut rows = five();
        (rows[0].x, rows[1].x) = (1e308, 1e308);
        assert_eq!(ratio(&rows, &Design::of(&strata, Lonely::Fail)), Err(Why::NotFinite), "the sum of x");
        assert_eq!(total(&five(), &Design::of(&strata[..1], Lonely::Fail)), Err(Why::UnknownStratum { index: 1 }));
    }

    #[test]
    fn equal_answers_have_no_spread_at_all() {
        let rows = answers(&[(0, 0.1, 0.3); 49]);
        let frame = strata(&[Some(1000)]);
        for found in [total(&rows, &Design::of(&frame, Lonely::Fail)), ratio(&rows, &Design::of(&frame, Lonely::Fail))]
        {
            let found = found.unwrap();
            assert_eq!((found.standard_error, found.design_effect, found.notes), (Some(0.0), None, vec![]));
        }
        // Here the mean of three times the same is not the same.
        let found = total(&answers(&[(0, 0.1, 0.3); 3]), &Design::of(&strata(&[Some(5)]), Lonely::Fail)).unwrap();
        assert_eq!((found.standard_error, found.design_effect), (Some(0.0), None));
    }

    #[test]
    fn a_simple_random_sample_has_design_effect_one() {
        let rows = answers(&[(0, 1.0, 2.0), (0, 2.0, 5.0), (0, 6.0, 8.0)]);
        for found in [
            total(&rows, &Design::of(&strata(&[Some(10)]), Lonely::Fail)),
            ratio(&rows, &Design::of(&strata(&[Some(10)]), Lonely::Fail)),
        ] {
            assert_near(found.unwrap().design_effect.unwrap(), 1.0);
        }
    }
    #[test]
    fn weights_that_average_one_describe_no_population() {
        let mut rows = five();
        // Their sum is five and a last digit.
        for (row, weight) in rows.iter_mut().zip([1.0, 9.0, 1.0, 4.0, 8.0]) {
            row.weight = Some(weight / 4.6);
        }
        assert_eq!(ratio(&rows, &Design::of(&strata(&[None, None]), Lonely::Fail)).unwrap().design_effect, None);
    }
}
