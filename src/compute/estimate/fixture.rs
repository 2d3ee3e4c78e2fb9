//! Samples for the tests of this module: short to write, and random ones that are the same on every run.

use super::{Answer, Stratum};

/// Strata called `a`, `b`, `c`, …, of these sizes.
pub(super) fn strata(populations: &[Option<u64>]) -> Vec<Stratum> {
    let names = ('a'..='z').map(String::from);
    populations.iter().zip(names).map(|(population, name)| Stratum { name, population: *population }).collect()
}

/// Answers without weights, all in the domain: stratum, y, x.
pub(super) fn answers(rows: &[(usize, f64, f64)]) -> Vec<Answer> {
    rows.iter().map(|&(stratum, y, x)| Answer { stratum, weight: None, y, x, in_domain: true }).collect()
}

pub(super) fn assert_near(found: f64, wanted: f64) {
    assert!((found - wanted).abs() <= 1e-12 * wanted.abs().max(1e-3), "{found} instead of {wanted}");
}

/// Steele and others (2014), `SplitMix64`: enough to draw samples, and no dependency.
pub(super) struct Random(pub u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Uniform, from 0 up to 1.
    pub fn uniform(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / 9_007_199_254_740_992.0
    }

    /// `n` of the values, without replacement, in the order drawn.
    pub fn draw<T: Copy>(&mut self, n: usize, values: &[T]) -> Vec<T> {
        let mut left = values.to_vec();
        (0..n).map(|_| left.swap_remove(usize::try_from(self.bits() % left.len() as u64).unwrap())).collect()
    }
}
