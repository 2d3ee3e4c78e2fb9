//! Exact decimals, and the one division.
//!
//! Sums and products of what partners reported are exact. A quotient is rounded half-even to twelve significant
//! digits, once, here; numerator and denominator stay beside it.

use rust_decimal::Decimal;

/// Significant digits of a quotient.
pub const QUOTIENT_DIGITS: usize = 12;
/// Decimals of a stored decimal or amount: the scale of Decimal(38, 6).
pub const SCALE: u32 = 6;

/// `numerator / denominator`, rounded half-even to twelve significant digits. None for a zero denominator, or where
/// the operands are too large to divide exactly.
///
/// ```
/// use scoreboard::model::number::quotient;
///
/// let third = quotient(1.into(), 3.into()).map(|value| value.to_string());
/// assert_eq!(third.as_deref(), Some("0.333333333333"));
/// assert_eq!(quotient(1.into(), 0.into()), None);
/// ```
pub fn quotient(numerator: Decimal, denominator: Decimal) -> Option<Decimal> {
    if denominator.is_zero() {
        return None;
    }
    let negative = numerator.is_sign_negative() != denominator.is_sign_negative();
    let (mut n, mut d) = (numerator.mantissa().unsigned_abs(), denominator.mantissa().unsigned_abs());
    if n == 0 {
        return Some(Decimal::ZERO);
    }
    // n / 10^a divided by d / 10^b is n·10^b / (d·10^a).
    n = n.checked_mul(10u128.checked_pow(denominator.scale())?)?;
    d = d.checked_mul(10u128.checked_pow(numerator.scale())?)?;
    let (mut digits, mut rest) = (n / d, n % d);
    let mut scale: u32 = 0;
    let limit = 10u128.pow(u32::try_from(QUOTIENT_DIGITS).ok()?);
    // Long division: one more digit at a time, until there are twelve that count or nothing is left.
    while rest != 0 && digits < limit / 10 && scale < 28 {
        rest = rest.checked_mul(10)?;
        digits = digits * 10 + rest / d;
        rest %= d;
        scale += 1;
    }
    // More than twelve digits before the point: cut at twelve, remembering whether anything was cut.
    let mut unit: u128 = 1;
    while digits / unit >= limit {
        unit *= 10;
    }
    let (kept, cut) = (digits / unit, digits % unit);
    let half = if unit == 1 {
        rest.checked_mul(2)?.cmp(&d)
    } else {
        (cut * 2).cmp(&unit).then(if rest == 0 { std::cmp::Ordering::Equal } else { std::cmp::Ordering::Greater })
    };
    let up = half.is_gt() || (half.is_eq() && kept % 2 == 1);
    let rounded = (kept + u128::from(up)).checked_mul(unit)?;
    let signed = i128::try_from(rounded).ok()?;
    Decimal::try_from_i128_with_scale(if negative { -signed } else { signed }, scale).ok().map(|d| d.normalize())
}

/// A hundred times a quotient, for per cent: exact before the one rounding.
pub fn percentage(numerator: Decimal, denominator: Decimal) -> Option<Decimal> {
    quotient(numerator.checked_mul(Decimal::ONE_HUNDRED)?, denominator)
}

/// An estimate as a decimal: the twelve significant digits of an `f64`. None if it is not finite or out of range.
pub fn from_estimate(value: f64) -> Option<Decimal> {
    if !value.is_finite() {
        return None;
    }
    Decimal::from_scientific(&format!("{value:.11e}")).ok().map(|d| d.normalize())
}

/// For people: thousands grouped with a thin no-break space, at most `decimals` decimals, trailing zeros kept.
pub fn display(value: Decimal, decimals: u32) -> String {
    let rounded = value.round_dp(decimals);
    let text = format!("{:.1$}", rounded.abs(), decimals as usize);
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut out = String::new();
    if rounded.is_sign_negative() && !rounded.is_zero() {
        out.push('-');
    }
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Decimal {
        text.parse().expect("a decimal")
    }

    #[test]
    fn a_quotient_has_twelve_significant_digits_rounded_half_even() {
        for (n, by, expect) in [
            ("1", "3", "0.333333333333"),
            ("2", "3", "0.666666666667"),
            ("1", "8", "0.125"),
            ("-7", "2", "-3.5"),
            ("0", "5", "0"),
            ("10", "0.5", "20"),
            // Exactly half of the last digit: to the even neighbour.
            ("1000000000005", "10000000000000", "0.1"),
            ("1000000000015", "10000000000000", "0.100000000002"),
            ("1234567890125", "1", "1234567890120"),
            ("1234567890135", "1", "1234567890140"),
            ("12345678901251", "10", "1234567890130"),
            ("0.000001", "3", "0.000000333333333333"),
        ] {
            assert_eq!(quotient(d(n), d(by)), Some(d(expect)), "{n} / {by}");
        }
        assert_eq!(quotient(d("1"), d("0")), None);
    }

    #[test]
    fn a_percentage_is_rounded_once() {
        assert_eq!(percentage(d("1"), d("3")), Some(d("33.3333333333")));
    }

    #[test]
    fn an_estimate_keeps_twelve_digits() {
        assert_eq!(from_estimate(1.0 / 3.0), Some(d("0.333333333333")));
        assert_eq!(from_estimate(f64::NAN), None);
    }

    #[test]
    fn a_number_is_grouped_for_people() {
        assert_eq!(display(d("1234567.891"), 2), "1\u{202f}234\u{202f}567.89");
        assert_eq!(display(d("-0.001"), 2), "0.00");
        assert_eq!(display(d("999"), 0), "999");
    }
}
