//! Several programmes side by side: figures of one kind, what may be added up and what may not, and who stands in several.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::audience::Audience;
use super::code::IndicatorCode;
use super::published::{Outcome, Statement};
use super::scoreboard::{Accumulation, Level, Status};
use super::target::ResolvedTarget;
use super::unit::Unit;
use super::value::{Coverage, Value};

/// A report over several project folders.
#[derive(Debug, Clone)]
pub struct Across {
    pub title: String,
    pub audience: Audience,
    pub programmes: Vec<Programme>,
    /// Indicators that more than one programme has.
    pub matched: Vec<Matched>,
    pub sets: Vec<SetCompared>,
    /// Indicators of one programme alone, by its position.
    pub alone: Vec<(usize, IndicatorCode, String)>,
}

#[derive(Debug, Clone)]
pub struct Programme {
    /// The folder's name, by which matches speak of it.
    pub name: String,
    pub code: String,
    pub title: String,
    pub start: NaiveDate,
    pub end: NaiveDate,
    pub as_of: NaiveDate,
    pub currency: String,
    pub partners: usize,
    /// None where it has no report for this audience: then nothing of it is told.
    pub report: Option<Reported>,
}

/// The report of a programme that figures were taken from.
#[derive(Debug, Clone)]
pub struct Reported {
    pub code: String,
    pub title: String,
    /// The code of the run that gives these figures.
    pub run: String,
    pub indicators: usize,
    /// How many indicators stand so, in the order of the rules; those that none has are left out.
    pub statuses: Vec<(Status, usize)>,
    pub rows_kept_out: u64,
}

/// One indicator as several programmes have it.
#[derive(Debug, Clone)]
pub struct Matched {
    /// A code of the catalogue, a common code of the EU, or a name that the report declares.
    pub code: String,
    pub title: String,
    pub by: MatchedBy,
    pub entries: Vec<Entry>,
    pub total: Total,
    /// What must be known before the figures are held against each other.
    pub differences: Vec<String>,
    /// Who stands in several programmes, where organisations are counted.
    pub once: Option<Once>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatchedBy {
    Catalogue,
    Common,
    Declared,
}

impl MatchedBy {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Catalogue => "catalogue",
            Self::Common => "common",
            Self::Declared => "declared",
        }
    }
}

/// A programme's figure.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Position of the programme.
    pub programme: usize,
    pub indicator: IndicatorCode,
    pub title: String,
    pub definition: String,
    pub level: Level,
    pub unit: Unit,
    pub accumulation: Accumulation,
    /// How it is counted, a line each.
    pub method: Vec<String>,
    pub value: Value,
    pub upper: Option<Decimal>,
    pub coverage: Coverage,
    pub cut_off: Option<NaiveDate>,
    pub target: Option<ResolvedTarget>,
    pub progress: Option<Decimal>,
    pub status: Option<Status>,
}

/// What the programmes make together.
#[derive(Debug, Clone, PartialEq)]
pub enum Total {
    /// The sum of what is known, of so many programmes.
    Sum { value: Decimal, known: usize, of: usize },
    /// Why there is none.
    Not(NotAdded),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAdded {
    /// A rate, a mean, a median, an estimate of a share: recomputed from rows, never added up.
    Rate,
    /// The smallest or the largest.
    Extreme,
    /// What stands in two programmes would count twice; counted once it stands beside.
    Distinct,
    Units,
    NothingKnown,
    TooLarge,
}

impl NotAdded {
    pub fn says(self) -> &'static str {
        match self {
            Self::Rate => "not added up: a rate, a mean or an estimate is recomputed from its own rows",
            Self::Extreme => "not added up: the smallest or the largest of each",
            Self::Distinct => "not added up: whoever stands in two programmes would count twice",
            Self::Units => "not added up: the programmes count in different units",
            Self::NothingKnown => "nothing is known",
            Self::TooLarge => "too large to be exact",
        }
    }
}

/// Organisations counted once over all programmes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once {
    /// By programme, in the order of the entries: how many different ones. None where its rows are not all at hand.
    pub each: Vec<Option<usize>>,
    /// Different ones over all.
    pub together: usize,
    /// The same where spellings that differ in nothing but capitals, accents and marks are taken for one.
    pub at_least: usize,
    /// Of each pair of entries, how many stand in both.
    pub shared: Vec<(usize, usize, usize)>,
    /// Those that stand in several, with the positions of their entries; the first of them.
    pub names: Vec<(String, Vec<usize>)>,
    /// How many stand in several.
    pub several: usize,
}

/// The values of a breakdown in two programmes.
#[derive(Debug, Clone)]
pub struct SetCompared {
    pub title: String,
    /// First and second: position of the programme, the indicator, its breakdown.
    pub first: (usize, IndicatorCode),
    pub second: (usize, IndicatorCode),
    pub field: String,
    /// In both; in the first and no more in the second; in the second for the first time.
    pub kept: Vec<String>,
    pub dropped: Vec<String>,
    pub added: Vec<String>,
    pub published: Vec<SetPublished>,
    /// Published numbers that cannot all be right: first less dropped plus added is not the second.
    pub account: Option<Account>,
}

impl SetCompared {
    /// How many values a part has.
    pub fn count(&self, part: SetPart) -> usize {
        match part {
            SetPart::First => self.kept.len() + self.dropped.len(),
            SetPart::Second => self.kept.len() + self.added.len(),
            SetPart::Kept => self.kept.len(),
            SetPart::Dropped => self.dropped.len(),
            SetPart::Added => self.added.len(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SetPart {
    First,
    Second,
    Kept,
    Dropped,
    Added,
}

impl SetPart {
    pub const NAMES: [(&'static str, Self); 5] = [
        ("first", Self::First),
        ("second", Self::Second),
        ("kept", Self::Kept),
        ("dropped", Self::Dropped),
        ("added", Self::Added),
    ];

    pub fn as_str(self) -> &'static str {
        Self::NAMES.iter().find(|(_, part)| *part == self).map_or("", |(name, _)| name)
    }
}

/// A number that was published of such a comparison.
#[derive(Debug, Clone)]
pub struct SetPublished {
    pub part: SetPart,
    pub said: Statement,
    pub outcome: Outcome,
}

/// first − dropped + added, beside second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Account {
    pub makes: Decimal,
    pub second: Decimal,
}
