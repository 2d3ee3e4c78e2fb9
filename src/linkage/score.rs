//! The method of Fellegi and Sunter (1969): how much the agreement of two records in each field speaks for their being
//! one, with the probabilities estimated from the pairs themselves by expectation and maximisation (Winkler 1988).
//!
//! A field agrees at a level, from 0 (not at all) upwards, or has nothing to compare. Of a few pairs nothing can be
//! estimated: what is expected of each level counts as so many pairs seen before.

use std::collections::BTreeMap;

/// A field without a value on one side: it speaks neither for nor against.
pub const NOTHING: u8 = u8::MAX;

/// What is expected of a field before any pair is seen.
#[derive(Debug, Clone)]
pub struct Field {
    /// How often pairs of one organisation reach each level.
    pub same: Vec<f64>,
    /// How often pairs of two do, among those that are compared at all.
    pub other: Vec<f64>,
}

impl Field {
    pub fn new(same: &[f64], other: &[f64]) -> Self {
        Self { same: same.to_vec(), other: other.to_vec() }
    }
}

/// Pairs by the levels of their fields.
pub type Patterns = BTreeMap<Vec<u8>, u64>;

/// Probabilities as estimated.
#[derive(Debug, Clone)]
pub struct Model {
    fields: Vec<Field>,
    /// Which part of the compared pairs are one.
    share: f64,
}

/// What is expected weighs as much as so many pairs.
const SEEN_BEFORE: f64 = 40.0;
const TURNS: usize = 200;
const ENOUGH: f64 = 1e-9;

impl Model {
    /// As expected, without any pair.
    pub fn expected(fields: Vec<Field>, share: f64) -> Self {
        Self { fields, share }
    }

    /// Estimated from pairs. The same pairs give the same, in whatever order they were found.
    #[must_use]
    pub fn fitted(self, patterns: &Patterns) -> Self {
        let expected = self.clone();
        let mut model = self;
        for _ in 0..TURNS {
            let next = model.turn(&expected, patterns);
            let moved = (next.share - model.share).abs();
            model = next;
            if moved < ENOUGH {
                break;
            }
        }
        model
    }

    fn turn(&self, expected: &Self, patterns: &Patterns) -> Self {
        let zero = |field: &Field| Field::new(&vec![0.0; field.same.len()], &vec![0.0; field.other.len()]);
        let mut seen: Vec<Field> = self.fields.iter().map(zero).collect();
        let (mut same, mut all) = (0.0, 0.0);
        for (levels, times) in patterns {
            let times = *times as f64;
            let is_same = self.probability(levels);
            same += is_same * times;
            all += times;
            for (field, level) in seen.iter_mut().zip(levels).filter(|(_, level)| **level != NOTHING) {
                let level = usize::from(*level);
                field.same[level] += is_same * times;
                field.other[level] += (1.0 - is_same) * times;
            }
        }
        let fields = seen.iter().zip(&expected.fields).map(|(seen, expected)| Field {
            same: shares(&seen.same, &expected.same),
            other: shares(&seen.other, &expected.other),
        });
        Self { fields: fields.collect(), share: (same + expected.share * SEEN_BEFORE) / (all + SEEN_BEFORE) }
    }

    /// log2 of how much likelier the levels are in a pair of one than of two, added up over fields.
    pub fn bits(&self, levels: &[u8]) -> f64 {
        let of_fields = self.fields.iter().zip(levels).filter(|(_, level)| **level != NOTHING).map(|(field, level)| {
            let level = usize::from(*level);
            libm::log2(field.same[level] / field.other[level])
        });
        of_fields.sum()
    }

    /// That a pair with these levels is one.
    pub fn probability(&self, levels: &[u8]) -> f64 {
        let odds = libm::exp2(self.bits(levels)) * self.share / (1.0 - self.share);
        odds / (1.0 + odds)
    }
}

/// What was seen, with what is expected, as parts of one.
fn shares(seen: &[f64], expected: &[f64]) -> Vec<f64> {
    let all: f64 = seen.iter().sum();
    seen.iter().zip(expected).map(|(seen, expected)| (seen + expected * SEEN_BEFORE) / (all + SEEN_BEFORE)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model() -> Model {
        let field = || Field::new(&[0.1, 0.9], &[0.8, 0.2]);
        Model::expected(vec![field(), field(), field()], 0.2)
    }

    #[test]
    fn agreement_speaks_for_one_and_disagreement_for_two() {
        let model = model();
        assert!((model.bits(&[1, 1, 1]) - 3.0 * libm::log2(4.5)).abs() < 1e-12);
        assert!(model.probability(&[1, 1, 1]) > 0.95 && model.probability(&[0, 0, 0]) < 0.01);
        assert!(model.bits(&[NOTHING, NOTHING, NOTHING]).abs() < 1e-12, "nothing speaks for nothing");
    }

    #[test]
    fn probabilities_are_found_again_in_pairs_that_were_drawn_with_them() {
        // 1000 pairs of one with 95 % agreement, 9000 of two with 10 %, in three fields that know nothing of each other.
        let mut patterns = Patterns::new();
        for code in 0..8_u8 {
            let levels: Vec<u8> = (0..3).map(|bit| code >> bit & 1).collect();
            let chance = |agree: f64| levels.iter().map(|l| if *l == 1 { agree } else { 1.0 - agree }).product::<f64>();
            let times = (1000.0 * chance(0.95) + 9000.0 * chance(0.1)).round();
            patterns.insert(levels, format!("{times}").parse().expect("a count"));
        }
        let fitted = model().fitted(&patterns);
        assert!((fitted.share - 0.1).abs() < 0.01, "{}", fitted.share);
        for field in &fitted.fields {
            assert!((field.same[1] - 0.95).abs() < 0.02 && (field.other[1] - 0.1).abs() < 0.02, "{field:?}");
        }
    }

    #[test]
    fn of_few_pairs_what_is_expected_stays() {
        let fitted = model().fitted(&[(vec![1, 1, 1], 1)].into());
        assert!((fitted.fields[0].same[1] - 0.9).abs() < 0.01 && (fitted.share - 0.2).abs() < 0.03);
    }
}
