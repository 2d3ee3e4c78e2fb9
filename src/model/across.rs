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
use crate::finding::CellRef;

/// A report over several project folders.
#[derive(Debug, Clone)]
pub struct Across {
    pub title: String,
    pub audience: Audience,
    /// Of what the report says itself.
    pub language: String,
    pub programmes: Vec<Programme>,
    /// Indicators that more than one programme has.
    pub matched: Vec<Matched>,
    pub sets: Vec<SetCompared>,
    /// Indicators of one programme alone, by its position.
    pub alone: Vec<(usize, IndicatorCode, String)>,
    /// What is open and what is decided of organisations in several programmes; None where nothing may be told of them.
    pub open: Option<Open>,
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
    /// The head of what had been received, as the programme's own outputs print it.
    pub head: String,
    pub indicators: usize,
    /// How many indicators stand so, in the order of the rules; those that none has are left out.
    pub statuses: Vec<(Status, usize)>,
    pub rows_kept_out: u64,
    /// Partners with a report that is late or missing.
    pub behind: usize,
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
    pub differences: Vec<Difference>,
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

/// What differs between programmes in what they count, and for when: of each its position, and what it has.
#[derive(Debug, Clone, PartialEq)]
pub enum Difference {
    Units(Vec<(usize, Unit)>),
    Levels(Vec<(usize, Level)>),
    Accumulations(Vec<(usize, Accumulation)>),
    Days(Vec<(usize, NaiveDate)>),
    Definitions,
    /// Not everybody has reported.
    Coverage(usize, Coverage),
    /// More rows than can be looked through for organisations in several programmes.
    TooManyRows,
}

/// A cell of a programme's own workbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The file that its run writes.
    pub file: String,
    pub sheet: String,
    pub cell: CellRef,
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
    /// At least, and at most, where that is not the figure itself.
    pub lower: Option<Decimal>,
    pub upper: Option<Decimal>,
    pub coverage: Coverage,
    pub cut_off: Option<NaiveDate>,
    pub target: Option<ResolvedTarget>,
    pub progress: Option<Decimal>,
    pub status: Option<Status>,
    /// Where the figure stands in the programme's own workbook.
    pub found: Option<Found>,
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

/// Organisations counted once over all programmes, as numbers that a country's rule links and decisions make them one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once {
    /// By programme, in the order of the entries: how many different ones. None where its figure is not known.
    pub each: Vec<Option<usize>>,
    /// Different ones over all.
    pub together: usize,
    /// The same, if all pairs that may be one and that nobody has decided were one.
    pub at_least: usize,
    /// The same, with those that are known by name alone: they may be others.
    pub at_most: usize,
    /// Of each pair of entries, how many stand in both.
    pub shared: Vec<(usize, usize, usize)>,
    /// Those that stand in several; the first of them.
    pub names: Vec<Standing>,
    /// How many stand in several.
    pub several: usize,
}

/// An organisation in several programmes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub identity: String,
    /// Positions of entries.
    pub entries: Vec<usize>,
    /// Other identities that are counted with it, each with the reason.
    pub also: Vec<(String, String)>,
}

/// What is undecided between programmes, and what the report's own file decides.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Open {
    /// The likeliest first; the first of them.
    pub pairs: Vec<Undecided>,
    /// How many there are.
    pub all: usize,
    /// Pairs within one programme, which are decided there: its position, and how many.
    pub within: Vec<(usize, usize)>,
    pub decisions: Vec<Decided>,
}

/// Two organisations of different programmes that may be one.
#[derive(Debug, Clone, PartialEq)]
pub struct Undecided {
    pub one: Named,
    pub other: Named,
    /// That they are one: a part of one, to three places.
    pub probability: Decimal,
    pub bits: Decimal,
    pub reasons: Vec<&'static str>,
    /// Positions of the matched indicators that count both.
    pub matched: Vec<usize>,
}

/// The line of a decision that names a pair.
pub fn decision_line(one: &str, other: &str) -> String {
    let quoted = |text: &str| serde_json::Value::String(text.to_owned()).to_string();
    format!("pair = [{}, {}]", quoted(one), quoted(other))
}

/// An organisation and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// As a decision writes it.
    pub identity: String,
    /// Other names that its number came with.
    pub names: Vec<String>,
    /// Positions of programmes.
    pub programmes: Vec<usize>,
}

/// A decision of the report's own file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    pub pair: [String; 2],
    pub same: bool,
    pub by: String,
    pub because: String,
    pub on: NaiveDate,
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
