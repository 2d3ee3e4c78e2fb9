//! The sample behind an estimate: its strata, its weights, and the variance of a weighted sum over it. All estimators
//! go through here, so that weights, lonely and empty strata mean the same everywhere.
//!
//! It does not know what is estimated: y, x and u come as columns, one value a row, already zero outside the domain.
//!
//! Formulas: Särndal, Swensson, Wretman (1992), 3.7 (stratified sampling), 5.5 (linearisation); Lumley (2010), 2.2 and
//! 3.2 (single-element strata). Design effect as R's `survey`.

use super::sum::{Sum, apart, skewness, sum};
use super::{CONFIDENCE, Estimate, Lonely, Note, SKEWNESS_LIMIT, Stratum, Why, student_quantile};

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

pub(super) struct Sample<'a> {
    rows: Vec<Row>,
    strata: &'a [Stratum],
    /// `n_h`, by stratum.
    answers: Vec<usize>,
    /// w, by row: given, or `N_h / n_h`, or 1.
    weights: Vec<f64>,
    /// False: all weights are 1 because nothing better is known.
    weighted: bool,
}

impl<'a> Sample<'a> {
    pub fn new(rows: Vec<Row>, strata: &'a [Stratum]) -> Result<Self, Why> {
        let mut answers = vec![0_usize; strata.len()];
        for row in &rows {
            *answers.get_mut(row.stratum).ok_or(Why::UnknownStratum { index: row.stratum })? += 1;
        }
        if !rows.iter().any(|row| row.in_domain) {
            return Err(Why::NoAnswers);
        }
        let given = rows.iter().any(|row| row.weight.is_some());
        let weighted = given || strata.iter().all(|stratum| stratum.population.is_some());
        let weights = if given {
            let positive = |weight: &f64| weight.is_finite() && *weight > 0.0;
            let weights: Option<Vec<f64>> = rows.iter().map(|row| row.weight.filter(positive)).collect();
            // To take a missing weight for 1 would be a guess, and a zero weight is no answer.
            weights.ok_or(Why::NotWeighted)?
        } else if weighted {
            let expand = |row: &Row| strata[row.stratum].population.map_or(1.0, |n| n as f64 / answers[row.stratum] as f64);
            rows.iter().map(expand).collect()
        } else {
            vec![1.0; rows.len()]
        };
        Ok(Self { rows, strata, answers, weights, weighted })
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

    /// Σ w v.
    pub fn weighted_sum(&self, values: &[f64]) -> f64 {
        sum(self.weights.iter().zip(values).map(|(weight, value)| weight * value))
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
    pub fn estimate(&self, point: &Point, lonely: Lonely) -> Result<Estimate, Why> {
        let mut notes = self.design_notes();
        let variance = self.variance(&point.influence, lonely, &mut notes)?;
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
        if !(value.is_finite() && reach.is_finite()) {
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
        student_quantile(f64::midpoint(1.0, CONFIDENCE), self.degrees() as f64)
    }

    /// n − H. The rows outside the domain count: they, too, show how the sample was drawn.
    fn degrees(&self) -> i64 {
        let strata = self.answers.iter().filter(|n| **n > 0).count();
        // H is at most n, as each of these strata has a row.
        i64::try_from(self.rows.len() - strata).unwrap_or(i64::MAX)
    }

    /// Σ_h (1 − f_h) · n_h/(n_h − 1) · Σ_i (z_hi − z̄_h)² with z = w·u, in the squared unit of the figure.
    fn variance(&self, influence: &[f64], lonely: Lonely, notes: &mut Vec<Note>) -> Result<f64, Why> {
        let z: Vec<f64> = self.weights.iter().zip(influence).map(|(weight, u)| weight * u).collect();
        let mut sums = vec![Sum::default(); self.strata.len()];
        for (row, z) in self.rows.iter().zip(&z) {
            sums[row.stratum].add(*z);
        }
        let mut centres = Vec::with_capacity(self.strata.len());
        for (h, total) in sums.iter().enumerate() {
            centres.push(match (self.answers[h], lonely) {
                (1, _) if self.is_complete(h) => total.value(),
                (1, Lonely::Fail) => return Err(Why::LonelyStratum { stratum: self.strata[h].name.clone() }),
                (1, Lonely::Certainty) => total.value(),
                (1, Lonely::Adjust) => 0.0,
                (n, _) => total.value() / n.max(1) as f64,
            });
            if self.answers[h] == 1 && !self.is_complete(h) {
                notes.push(Note::LonelyStratum { stratum: self.strata[h].name.clone(), treated_as: lonely });
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
#[path = "sample_tests.rs"]
mod tests;
