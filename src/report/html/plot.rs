//! The geometry of drawings: days and figures as places in per cent, so that a drawing is as wide as its page while
//! letters and lines keep their size.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::model::number::quotient;
use crate::report::axis;

/// What lies between the edges of a drawing and its first and last place, in per cent.
const SIDE: (i64, i64) = (7, 96);
const UPRIGHT: (i64, i64) = (8, 88);

/// A stretch of numbers that a drawing shows.
#[derive(Debug, Clone)]
pub struct Span {
    pub low: Decimal,
    pub high: Decimal,
    /// Where lines are drawn across, from below.
    pub ticks: Vec<Decimal>,
}

impl Span {
    /// From zero at round numbers; or closely around values that all lie far from it, so that a change is seen.
    pub fn of(values: &[Decimal], from_zero: bool) -> Option<Self> {
        let (low, high) = (values.iter().min()?, values.iter().max()?);
        let far = !from_zero && *low > high.checked_div(Decimal::TWO)?;
        let zero = (!far).then_some(Decimal::ZERO);
        let Some(axis) = axis::around(values.iter().copied().chain(zero)) else {
            // All the same, which may be nothing at all.
            let high = if high.is_zero() { Decimal::ONE } else { high.checked_add(high.abs())? };
            return Some(Self { low: Decimal::ZERO.min(*low), high, ticks: vec![Decimal::ZERO] });
        };
        let step = axis.step?;
        let mut ticks = vec![axis.low];
        while let Some(next) = ticks.last().and_then(|last| last.checked_add(step)).filter(|next| *next <= axis.high) {
            ticks.push(next);
        }
        Some(Self { low: axis.low, high: axis.high, ticks })
    }

    /// 0 at its low end, 1 at its high end.
    pub fn share(&self, value: Decimal) -> Option<Decimal> {
        quotient(value.checked_sub(self.low)?, self.high.checked_sub(self.low)?)
    }
}

/// Days across, figures upwards.
pub struct Frame {
    first: NaiveDate,
    days: i64,
    pub up: Span,
}

impl Frame {
    pub fn new(days: impl Iterator<Item = NaiveDate> + Clone, up: Span) -> Option<Self> {
        let (first, last) = (days.clone().min()?, days.max()?);
        let days = last.signed_duration_since(first).num_days();
        (days > 0).then_some(Self { first, days, up })
    }

    /// From the left edge, in hundredths of a per cent.
    pub fn across(&self, day: NaiveDate) -> i64 {
        let at = day.signed_duration_since(self.first).num_days().clamp(0, self.days);
        SIDE.0 * 100 + (SIDE.1 - SIDE.0) * 100 * at / self.days
    }

    pub fn x(&self, day: NaiveDate) -> String {
        hundredths(self.across(day))
    }

    /// From the upper edge, in per cent.
    pub fn y(&self, value: Decimal) -> String {
        let share = self.up.share(value).unwrap_or_default().clamp(Decimal::ZERO, Decimal::ONE);
        let room = Decimal::from(UPRIGHT.1 - UPRIGHT.0);
        (Decimal::from(UPRIGHT.1) - share * room).round_dp(2).normalize().to_string()
    }

    /// The corners of a line, for `points`.
    pub fn points(&self, line: &[(NaiveDate, Decimal)]) -> String {
        line.iter().map(|(day, value)| format!("{},{}", self.x(*day), self.y(*value))).collect::<Vec<_>>().join(" ")
    }
}

fn hundredths(value: i64) -> String {
    Decimal::new(value, 2).normalize().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn places_lie_within_the_drawing() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let up = Span::of(&[d("0"), d("500")], false).unwrap();
        let frame = Frame::new([day("2015-03-01"), day("2016-03-01")].into_iter(), up).unwrap();
        assert_eq!((frame.x(day("2015-03-01")), frame.x(day("2016-03-01"))), ("7".to_owned(), "96".to_owned()));
        assert_eq!(frame.x(day("2019-01-01")), "96", "a day beyond stays at the edge");
        assert_eq!(frame.y(d("0")), "88");
        assert!(frame.y(d("500")).parse::<f64>().unwrap() >= 8.0);
        assert!(Frame::new([day("2015-03-01")].into_iter(), Span::of(&[d("1")], true).unwrap()).is_none());
    }

    #[test]
    fn a_span_holds_its_values_and_has_few_lines() {
        for values in [vec!["0", "5000000"], vec!["19.9", "30.8"], vec!["-7", "12"], vec!["0"], vec!["-3"], vec!["42"]]
        {
            let values: Vec<Decimal> = values.into_iter().map(d).collect();
            let span = Span::of(&values, false).unwrap();
            assert!(values.iter().all(|value| span.low <= *value && *value <= span.high), "{values:?} {span:?}");
            assert!(span.low < span.high && (1..=8).contains(&span.ticks.len()), "{values:?} {span:?}");
        }
        assert!(Span::of(&[], false).is_none());
    }
}
