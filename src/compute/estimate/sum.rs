//! Sums that lose nothing to their order of magnitude, the skewness built on them, and the rounding of what is
//! written.
//!
//! Not for money or counts: those are exact decimals and integers elsewhere. Sources: Neumaier (1974), compensated
//! summation; Joanes and Gill (1998), G₁, the skewness of Excel's `SKEW`.

/// A running sum that keeps beside it what rounding cut off.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sum {
    sum: f64,
    lost: f64,
}

impl Sum {
    pub fn add(&mut self, value: f64) {
        let next = self.sum + value;
        // The smaller operand is the one whose last digits were cut.
        self.lost += if self.sum.abs() >= value.abs() { (self.sum - next) + value } else { (value - next) + self.sum };
        self.sum = next;
    }

    pub fn value(self) -> f64 {
        self.sum + self.lost
    }
}

/// The sum, in the order given.
pub(super) fn sum(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut total = Sum::default();
    for value in values {
        total.add(value);
    }
    total.value()
}

/// `a − b`, or nothing where they differ in the last digits only: that much is rounding, and squared and summed it would
/// pass for a spread among equal values.
pub(super) fn apart(a: f64, b: f64) -> f64 {
    let difference = a - b;
    if difference.abs() <= 1e-15 * a.abs() { 0.0 } else { difference }
}

/// Sample skewness G₁, unweighted, without unit. None for fewer than three values, or if all are the same.
pub(super) fn skewness(values: &[f64]) -> Option<f64> {
    let first = values.first()?;
    // Equal values have no spread, but their computed mean may be off by a last digit, and that would pass for one.
    if values.len() < 3 || values.iter().all(|value| apart(*value, *first) == 0.0) {
        return None;
    }
    let n = values.len() as f64;
    let mean = sum(values.iter().copied()) / n;
    let second = sum(values.iter().map(|value| (value - mean) * (value - mean))) / n;
    let third = sum(values.iter().map(|value| (value - mean) * (value - mean) * (value - mean))) / n;
    let skewness = third / (second * libm::sqrt(second)) * libm::sqrt(n * (n - 1.0)) / (n - 2.0);
    skewness.is_finite().then_some(skewness)
}

/// `value` at so many significant digits (1 to 17; an `f64` has no more), ties of its exact expansion to even. Twice
/// is as good as once. What is not finite stays; a negative zero becomes zero, so that none is ever written.
pub fn round_significant(value: f64, digits: u32) -> f64 {
    if value == 0.0 {
        return 0.0;
    }
    let decimals = digits.clamp(1, 17) as usize - 1;
    format!("{value:.decimals$e}").parse().unwrap_or(value)
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "exactness is what is tested")]
mod tests {
    use super::*;

    #[test]
    fn a_small_value_survives_between_large_ones() {
        assert_eq!(sum([1.0, 1e100, 1.0, -1e100]), 2.0);
        assert_eq!(sum([0.1; 10]), 1.0);
        assert_eq!(sum([]), 0.0);
    }

    #[test]
    fn equal_but_for_rounding_is_equal() {
        assert_eq!(apart(0.1 + 0.2, 0.3), 0.0);
        assert_eq!(apart(1.0 + 1e-14, 1.0), (1.0 + 1e-14) - 1.0);
        assert_eq!(apart(0.0, 1e-300), -1e-300);
    }

    #[test]
    fn skewness_is_that_of_excel() {
        // The example in Excel's help on SKEW.
        let skew = skewness(&[3.0, 4.0, 5.0, 2.0, 3.0, 4.0, 5.0, 6.0, 4.0, 7.0]).unwrap();
        assert!((skew - 0.359_543_071_406_797).abs() < 1e-14, "{skew}");
        assert_eq!(skewness(&[0.1; 49]), None);
        assert_eq!(skewness(&[1.0, 2.0]), None);
        assert_eq!(skewness(&[]), None);
    }

    #[test]
    fn rounding_keeps_digits_not_decimals() {
        assert_eq!(round_significant(1.0 / 3.0, 12), 0.333_333_333_333);
        assert_eq!(round_significant(-123_456_789.123_456_7, 12), -123_456_789.123);
        assert_eq!(round_significant(9.999_999_999_999_9, 12), 10.0);
        assert_eq!(round_significant(2.5, 1), 2.0, "a true tie goes to even");
        assert_eq!(round_significant(1e300 / 7.0, 3), 1.43e299);
        assert_eq!(round_significant(0.1 + 0.2, 12), 0.3);
    }

    #[test]
    fn rounding_is_stable_and_never_fails() {
        for value in [1.0 / 3.0, 1e-310, f64::MAX, -2.0 / 3.0, 0.1 + 0.2] {
            let once = round_significant(value, 12);
            assert_eq!(round_significant(once, 12), once);
        }
        assert!(round_significant(f64::NAN, 12).is_nan());
        assert_eq!(round_significant(f64::INFINITY, 12), f64::INFINITY);
        assert!(round_significant(-0.0, 12).is_sign_positive());
        assert_eq!(round_significant(0.1, 0), 0.1);
        assert_eq!(round_significant(0.1, u32::MAX), 0.1);
    }
}
