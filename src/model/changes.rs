//! What moved since an earlier run, and why: docs/methods.md, "What changed, and why".

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::code::IndicatorCode;
use super::scoreboard::Status;
use super::unit::Unit;
use super::value::Value;

/// Two runs compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// The earlier run's code, and the day that it speaks of.
    pub since: String,
    pub since_as_of: NaiveDate,
    /// Every cause that was found, in the order of its kind; also those that moved nothing.
    pub causes: Vec<Cause>,
    /// Every figure that moved, in the order of the scoreboard.
    pub moved: Vec<Moved>,
    /// Figures that are new, or no longer there, in words.
    pub notes: Vec<String>,
}

/// One reason why figures moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    pub kind: CauseKind,
    pub partner: Option<String>,
    /// What happened, in a sentence: the file that came, the definition that was changed and how.
    pub says: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CauseKind {
    Program,
    Definition,
    Target,
    AsOf,
    Decision,
    Waiver,
    /// A partner's first report of a period.
    NewSubmission,
    /// The same, after its day had passed.
    LateData,
    /// Another report of what had been reported.
    Correction,
    /// Survey answers that came, changed or went.
    Answers,
}

impl CauseKind {
    pub const NAMES: [(&'static str, Self); 10] = [
        ("program", Self::Program),
        ("definition", Self::Definition),
        ("target", Self::Target),
        ("as_of", Self::AsOf),
        ("decision", Self::Decision),
        ("waiver", Self::Waiver),
        ("new_submission", Self::NewSubmission),
        ("late_data", Self::LateData),
        ("correction", Self::Correction),
        ("answers", Self::Answers),
    ];

    pub fn as_str(self) -> &'static str {
        Self::NAMES.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }
}

/// One figure that moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    pub indicator: IndicatorCode,
    pub title: String,
    /// Field and value; empty for the total.
    pub by: Vec<(String, String)>,
    /// How the line is called; empty for the total.
    pub name: String,
    pub unit: Unit,
    pub aspect: Aspect,
    pub before: Value,
    pub after: Value,
    /// None where one of the two is not known.
    pub difference: Option<Decimal>,
    /// Of a total's value: the status then and now.
    pub status: Option<(Option<Status>, Option<Status>)>,
    /// Amounts add up to the difference.
    pub due: Vec<Due>,
}

/// Which number of a figure moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aspect {
    Value,
    Target,
}

impl Aspect {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Target => "target",
        }
    }
}

/// A cause's part in one move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Position among [`Changes::causes`].
    pub cause: usize,
    /// None where the figure was not known before or is not now: then the cause is told without an amount.
    pub amount: Option<Decimal>,
}

/// A day from which on a series no longer means what it meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Break {
    pub on: NaiveDate,
    pub says: String,
}
