//! Where the axis of a chart begins and ends, where a spreadsheet's own choice would hide or cut something.

use rust_decimal::Decimal;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Axis {
    pub low: Decimal,
    pub high: Decimal,
    /// From one line to the next.
    pub step: Option<Decimal>,
}

/// From zero to a third beyond the longest bar, so that its figure fits behind it. None where a bar reaches below zero,
/// or where there is none.
pub fn from_zero(values: impl Iterator<Item = Decimal>) -> Option<Axis> {
    let (low, high) = ends(values)?;
    if low.is_sign_negative() || high.is_zero() {
        return None;
    }
    Some(Axis { low: Decimal::ZERO, high: high.checked_mul(Decimal::new(135, 2))?, step: None })
}

/// Closely around the values, at round numbers.
pub fn around(values: impl Iterator<Item = Decimal>) -> Option<Axis> {
    let (low, high) = ends(values)?;
    let span = high.checked_sub(low).filter(|span| !span.is_zero())?;
    // Steps of 1, 2 or 5 times a power of ten, about five of them.
    let fifth = span.checked_div(Decimal::from(5))?;
    let mut power = Decimal::ONE;
    while power > fifth && power.scale() < 12 {
        power = power.checked_div(Decimal::TEN)?;
    }
    while power.checked_mul(Decimal::TEN)? <= fifth {
        power = power.checked_mul(Decimal::TEN)?;
    }
    let step = [1, 2, 5, 10].into_iter().map(|n| power * Decimal::from(n)).find(|step| *step >= fifth)?;
    let below = low.checked_div(step)?.floor().checked_mul(step)?;
    let above = high.checked_div(step)?.ceil().checked_mul(step)?;
    let below = if below == low && !below.is_zero() { below.checked_sub(step)? } else { below };
    let above = if above == high { above.checked_add(step)? } else { above };
    Some(Axis { low: below, high: above, step: Some(step) })
}

fn ends(values: impl Iterator<Item = Decimal>) -> Option<(Decimal, Decimal)> {
    values.fold(None, |ends, value| match ends {
        None => Some((value, value)),
        Some((low, high)) => Some((value.min(low), value.max(high))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_ends_at_round_numbers_outside_the_values() {
        let around = |values: &[&str]| {
            around(values.iter().map(|value| value.parse().unwrap()))
                .map(|axis| (axis.low.normalize().to_string(), axis.high.normalize().to_string()))
        };
        let pair = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
        assert_eq!(around(&["19.9", "30.8"]), pair("15", "35"));
        assert_eq!(around(&["20.1", "33.2"]), pair("20", "35"));
        assert_eq!(around(&["0.21", "0.24"]), pair("0.2", "0.25"));
        assert_eq!(around(&["1200000", "2900000"]), pair("1000000", "3000000"));
        assert_eq!(around(&["5", "5"]), None);
    }

    #[test]
    fn bars_begin_at_zero() {
        let ends = from_zero([Decimal::from(50), Decimal::from(10)].into_iter());
        assert_eq!(ends, Some(Axis { low: Decimal::ZERO, high: Decimal::new(675, 1), step: None }));
        assert_eq!(from_zero([Decimal::from(-1), Decimal::from(10)].into_iter()), None);
    }
}
