//! How fast a figure moves, how fast it must, and where it arrives at that pace: docs/methods.md, "Pace and projection".

use chrono::NaiveDate;
use rust_decimal::Decimal;

/// Pace and projection of one indicator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pace {
    /// Complete periods that it was taken from: 4 to 8.
    pub periods: usize,
    /// Of a flow the mean increment a period, else the slope a period; in the indicator's unit.
    pub recent: Decimal,
    /// What each period left must bring to meet the target; None without a target, or without a period left.
    pub required: Option<Decimal>,
    /// Periods between the cut-off and the target's day.
    pub left: usize,
    /// The target's day, else the programme's end.
    pub on: NaiveDate,
    /// Projected to that day, with its 80 % prediction interval.
    pub projected: Projected,
    /// From the period after the cut-off on.
    pub path: Vec<Projected>,
    /// How many earlier intervals held; None with fewer than four to look at.
    pub back_test: Option<BackTest>,
    /// All of it in a sentence.
    pub says: String,
}

/// A value that is not there yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Projected {
    pub on: NaiveDate,
    pub label: String,
    pub value: Decimal,
    pub lower: Decimal,
    pub upper: Decimal,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackTest {
    pub held: usize,
    pub of: usize,
}

/// A pace, or in words why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Projection {
    Known(Pace),
    Refused(String),
}
