//! Periods that are closed: what was published for them stands. docs/methods.md, "Closing a period".

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rust_decimal::Decimal;

/// A period whose figures are frozen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    pub period: i64,
    pub label: String,
    /// Its last day.
    pub last: NaiveDate,
    /// The code of the run that published what stands.
    pub run: String,
    pub because: Option<String>,
    pub who: Option<String>,
    /// Hashes of the files that were known then.
    pub files: BTreeSet<String>,
    /// By the code of the indicator.
    pub figures: BTreeMap<String, Frozen>,
}

/// What stands of one indicator.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frozen {
    /// Lines of the breakdown by period, by their labels: of this period, and of days before the programme's first.
    pub lines: BTreeMap<String, Decimal>,
    /// The actual figure at the end of the period.
    pub at: Option<Decimal>,
}

/// A closed period whose rows give something else by now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    pub label: String,
    pub closed: Decimal,
    /// What the rows give; None where they give no figure any more.
    pub now: Option<Decimal>,
    /// The period in which the difference stands, of flows that add up; None where the closed figure just stands.
    pub stands_in: Option<String>,
    /// All of it in a sentence, with the files that came since.
    pub says: String,
}
