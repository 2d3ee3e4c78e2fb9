//! The weights that an estimate used, one for each answer: what a trace shows beside it.

use super::change::sample_of_pairs;
use super::ratio::sample;
use super::{Answer, Design, Pair, Why};

/// Of answers, in their order.
pub fn weights(answers: &[Answer], design: &Design) -> Result<Vec<f64>, Why> {
    sample(answers, design).map(super::sample::Sample::into_weights)
}

/// Of pairs, in their order.
pub fn pair_weights(pairs: &[Pair], design: &Design) -> Result<Vec<f64>, Why> {
    sample_of_pairs(pairs, design).map(super::sample::Sample::into_weights)
}
