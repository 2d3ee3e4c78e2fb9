//! What was computed, ready to be shown: the one input of `report`.
//!
//! Everything here is a value. No connection, no frame, no path: two equal scoreboards give the same bytes.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use super::absent::Absent;
use super::audience::Audience;
use super::chain::Chain;
use super::changes::{Break, Changes};
use super::closing::Correction;
use super::code::{IndicatorCode, PartnerCode, ReportCode};
use super::matrix::Matrix;
use super::organisations::Organisations;
use super::pace::Projection;
use super::period::Calendar;
use super::presentation::Presentation;
use super::published::Published;
use super::target::{Baseline, Declared, Direction, Milestone, ResolvedTarget, Target, Targets};
use super::trace::Made;

pub use super::evidence::{AnswerRow, CopiedCell, Evidence, EvidenceRow, SheetCopy, SourceSheet};
use super::unit::Unit;
use super::value::{Coverage, Value};
use crate::finding::Finding;

/// Every sheet's content.
#[derive(Debug, Clone)]
pub struct Scoreboard {
    pub report: ReportCode,
    pub audience: Audience,
    pub title: String,
    pub programme: ProgrammeFacts,
    /// The hash of inputs, definitions and instants, twelve characters: names this state of things.
    pub run: String,
    /// Only what had been received by then was used; None: all that had come.
    pub known_at: Option<DateTime<Utc>>,
    /// The hash of all files that had been received, in hexadecimal: by it a shortened history is found out.
    pub ledger_head: String,
    /// Of the definitions as run, in hexadecimal.
    pub definitions_hash: String,
    pub thresholds: Thresholds,
    pub presentation: Presentation,
    pub indicators: Vec<IndicatorResult>,
    /// Against the run published before; None where there is none, or where it must not be told.
    pub changes: Option<Changes>,
    pub surveys: Vec<SurveyResult>,
    /// What is there by two things at once, and what is missing; nothing for a restricted audience.
    pub matrices: Vec<Matrix>,
    /// What became of records; nothing for a restricted audience.
    pub chains: Vec<Chain>,
    /// Who reports which organisations; None where there is nothing to tell, and for a restricted audience or one partner.
    pub organisations: Option<Organisations>,
    /// Counts beside estimates of the same thing.
    pub comparisons: Vec<Comparison>,
    /// All findings of data, in the order of [`crate::finding::sort`].
    pub findings: Vec<Finding>,
    /// Rows that no figure counts; of very many in one table the first.
    pub kept_out: Vec<KeptOut>,
    /// All of them.
    pub kept_out_total: u64,
    /// One line for each partner and collection.
    pub reporting: Vec<Reporting>,
    pub evidence: Evidence,
    /// The files that count, by name: name, hash, partner.
    pub inputs: Vec<InputFile>,
}

#[derive(Debug, Clone)]
pub struct ProgrammeFacts {
    pub code: String,
    pub title: String,
    pub start: NaiveDate,
    pub end: NaiveDate,
    pub as_of: NaiveDate,
    /// Its reporting periods.
    pub calendar: Calendar,
    pub currency: String,
    pub language: String,
    pub partners: Vec<PartnerFacts>,
    /// Why all its rows were made up, where they were.
    pub illustrative: Option<String>,
}

#[derive(Debug, Clone)]
pub struct PartnerFacts {
    pub code: PartnerCode,
    pub name: String,
    pub country: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thresholds {
    pub on_track: Decimal,
    pub at_risk: Decimal,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Output,
    Result,
    Impact,
}

impl Level {
    pub const NAMES: [(&'static str, Self); 3] =
        [("output", Self::Output), ("result", Self::Result), ("impact", Self::Impact)];

    pub fn as_str(self) -> &'static str {
        Self::NAMES.iter().find(|(_, level)| *level == self).map_or("", |(name, _)| name)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accumulation {
    Flow,
    Stock,
    Rate,
}

impl Accumulation {
    pub const NAMES: [(&'static str, Self); 3] = [("flow", Self::Flow), ("stock", Self::Stock), ("rate", Self::Rate)];

    pub fn as_str(self) -> &'static str {
        Self::NAMES.iter().find(|(_, a)| *a == self).map_or("", |(name, _)| name)
    }
}

/// The rules of status, in the order in which they are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    NoTarget,
    NoData,
    /// The figure is a range, and its ends do not stand alike.
    Uncertain,
    Achieved,
    Missed,
    NotDue,
    OnTrack,
    AtRisk,
    OffTrack,
}

impl Status {
    pub const NAMES: [(&'static str, Self); 9] = [
        ("no_target", Self::NoTarget),
        ("no_data", Self::NoData),
        ("uncertain", Self::Uncertain),
        ("achieved", Self::Achieved),
        ("missed", Self::Missed),
        ("not_due", Self::NotDue),
        ("on_track", Self::OnTrack),
        ("at_risk", Self::AtRisk),
        ("off_track", Self::OffTrack),
    ];

    pub fn as_str(self) -> &'static str {
        Self::NAMES.iter().find(|(_, status)| *status == self).map_or("", |(name, _)| name)
    }
}

/// One figure: an indicator's total, or one line of a breakdown.
#[derive(Debug, Clone)]
pub struct Figure {
    pub indicator: IndicatorCode,
    /// Field and value; empty for the total. A missing value of a field is `(not given)`.
    pub by: Vec<(String, String)>,
    pub value: Value,
    pub coverage: Coverage,
    /// Of a ratio or an estimate.
    pub numerator: Option<Decimal>,
    pub denominator: Option<Decimal>,
    /// Rows that the figure was taken from; nothing for a restricted audience, as in `Reporting`.
    pub rows: u64,
    /// Counted-once enterprises: at most this many, if those without a number are all different. What is derived from
    /// such figures: at most this much.
    pub upper: Option<Decimal>,
    /// Counted-once organisations: at least this many, if all that may be one are; None where nothing is undecided. What
    /// is derived from figures with a range: at least this much.
    pub lower: Option<Decimal>,
    pub unit: Unit,
    pub baseline: Option<Decimal>,
    pub target: Option<ResolvedTarget>,
    pub cut_off: Option<NaiveDate>,
    pub expected: Option<Decimal>,
    /// `(a − b) / (t − b)`, 1 is the target.
    pub progress: Option<Decimal>,
    /// `a / t`, as EU funds report it.
    pub achievement: Option<Decimal>,
    pub status: Option<Status>,
    /// The sentence that says why: rule, inputs, what would turn it green.
    pub reason: String,
}

/// One indicator with everything that its sheet shows.
#[derive(Debug, Clone)]
pub struct IndicatorResult {
    pub code: IndicatorCode,
    pub title: String,
    pub definition: String,
    pub level: Level,
    pub unit: Unit,
    pub accumulation: Accumulation,
    pub direction: Direction,
    /// What its figures are made of.
    pub made: Made,
    /// Where baseline, targets and milestones are declared.
    pub declared: Declared,
    /// How it is counted, in words and expressions: one line each.
    pub method: Vec<String>,
    /// The planned SQL of the total, one query a line of text.
    pub sql: Vec<String>,
    pub source: Option<String>,
    pub evidence: Option<String>,
    pub responsible: Option<String>,
    /// Its code among the EU's common indicators.
    pub common: Option<String>,
    /// The entry of the catalogue that it follows, such as `cosme/turnover_share`: what programmes are matched by.
    pub catalogue: Option<String>,
    /// What is said of the rows behind it that are not real; nothing where all are.
    pub illustrative: Vec<String>,
    pub baseline: Option<Baseline>,
    pub targets: Targets,
    /// The current target, as declared.
    pub target: Option<Target>,
    pub milestones: Vec<Milestone>,
    pub total: Figure,
    /// Counted after the cut-off up to as-of; None where nothing was, or where there is no cut-off before as-of.
    pub since_then: Option<Decimal>,
    pub breakdowns: Vec<Breakdown>,
    pub trajectory: Vec<TrajectoryPoint>,
    /// None where a projection makes no sense, such as without periods.
    pub pace: Option<Projection>,
    /// Of the three figures that EU funds keep, the one between target and achieved: what is decided or contracted.
    pub committed: Option<Figure>,
    /// Where its series changed its meaning, in the order of days.
    pub breaks: Vec<Break>,
    /// Closed periods whose rows give something else by now.
    pub corrections: Vec<Correction>,
    /// The total on each 31 December before the cut-off: of the EU's common indicators only.
    pub year_ends: Vec<(NaiveDate, Value)>,
    pub estimate: Option<EstimateFacts>,
    /// What others published of it.
    pub published: Vec<Published>,
}

/// One table of a breakdown, in the order of its values (partners: of the definitions; periods: of time).
#[derive(Debug, Clone)]
pub struct Breakdown {
    pub field: String,
    pub label: String,
    pub figures: Vec<Figure>,
    /// Whether the lines add up to the total.
    pub additive: bool,
    /// What a reader must know before adding up.
    pub note: Option<String>,
    /// How each value is shown, in the order of `figures`: a partner's name, a period's label, an option's label.
    pub names: Vec<String>,
    /// What stands beside each line of an estimate, in the order of `figures`; empty where rows are counted.
    pub estimates: Vec<LineEstimate>,
}

/// What stands beside an estimate of one group.
#[derive(Debug, Clone)]
pub struct LineEstimate {
    pub lower: Option<Decimal>,
    pub upper: Option<Decimal>,
    pub standard_error: Option<Decimal>,
    /// Enterprises that the line rests on.
    pub answers: usize,
    /// Follow-up against baseline, within the group.
    pub change: Option<ChangeFacts>,
    pub notes: Vec<String>,
}

/// Two figures of one thing: one counted from what partners report, one estimated from a survey.
#[derive(Debug, Clone)]
pub struct Comparison {
    pub counted: IndicatorCode,
    pub counted_title: String,
    pub estimated: IndicatorCode,
    pub estimated_title: String,
    pub unit: Unit,
    pub count: Value,
    /// The estimate, or its change where `of_change`.
    pub estimate: Value,
    pub of_change: bool,
    pub lower: Option<Decimal>,
    pub upper: Option<Decimal>,
    /// Count less estimate.
    pub difference: Option<Decimal>,
    /// The difference in per cent of the estimate.
    pub relative: Option<Decimal>,
    pub verdict: Verdict,
    /// All of it in a sentence.
    pub says: String,
    /// What a reader must know before comparing.
    pub notes: Vec<String>,
}

/// Where a count lies beside an estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Within,
    Beyond,
    /// They speak of different enterprises.
    NotComparable,
    /// One of the two, or the interval, is not known.
    Unknown,
}

impl Verdict {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Within => "within",
            Self::Beyond => "beyond",
            Self::NotComparable => "not_comparable",
            Self::Unknown => "unknown",
        }
    }
}

/// A day of the trajectory: a period's end, a milestone's day or the target's.
#[derive(Debug, Clone)]
pub struct TrajectoryPoint {
    pub on: NaiveDate,
    pub label: String,
    /// Known up to the cut-off only.
    pub actual: Option<Decimal>,
    /// There is an actual figure, and it is suppressed.
    pub withheld: bool,
    pub expected: Option<Decimal>,
    /// Expected on the way to the target as it was first decided; None where it was never amended.
    pub original: Option<Decimal>,
    pub milestone: Option<Decimal>,
    pub target: Option<Decimal>,
}

/// What stands beside an estimate.
#[derive(Debug, Clone)]
pub struct EstimateFacts {
    pub survey: String,
    /// In words: who was asked, who answered, how it was weighted.
    pub method: String,
    pub lower: Option<Decimal>,
    pub upper: Option<Decimal>,
    pub standard_error: Option<Decimal>,
    /// Enterprises the estimate rests on: pairs for a change on pairs, else those of the follow-up.
    pub answers: usize,
    pub degrees: i64,
    /// Of a change: baseline and follow-up on the pairs, then the cross-sections beside them.
    pub waves: Vec<WaveEstimate>,
    /// Follow-up against baseline. The bounds above are those of the follow-up's level.
    pub change: Option<ChangeFacts>,
    /// For internal outputs only: it tells what one enterprise weighs.
    pub without_largest: Option<WithoutLargest>,
    pub notes: Vec<String>,
}

/// The same figure as if the enterprise of the largest weighted amount had not answered.
#[derive(Debug, Clone)]
pub struct WithoutLargest {
    /// It is the change that is told without it, not the level.
    pub of_change: bool,
    pub value: Value,
    pub lower: Option<Decimal>,
    pub upper: Option<Decimal>,
}

/// A change between two waves, with its own interval.
#[derive(Debug, Clone)]
pub struct ChangeFacts {
    pub value: Decimal,
    pub lower: Option<Decimal>,
    pub upper: Option<Decimal>,
    pub standard_error: Option<Decimal>,
    /// `points`, `%`, or the indicator's unit.
    pub unit: String,
}

#[derive(Debug, Clone)]
pub struct WaveEstimate {
    /// `Baseline, on the pairs`.
    pub title: String,
    pub on: NaiveDate,
    pub value: Value,
    pub lower: Option<Decimal>,
    pub upper: Option<Decimal>,
    pub answers: usize,
}

/// One survey with its response rates.
#[derive(Debug, Clone)]
pub struct SurveyResult {
    pub code: String,
    pub title: String,
    pub waves: Vec<WaveResponse>,
    /// Enterprises that answered both the baseline and the follow-up.
    pub pairs: usize,
    pub method: Vec<String>,
    /// Where two waves have answers.
    pub panel: Option<Panel>,
}

/// Who answered again.
#[derive(Debug, Clone)]
pub struct Panel {
    /// Position of the baseline among `waves`.
    pub first: usize,
    /// Waves with answers, in the order of their days.
    pub waves: Vec<PanelWave>,
    /// Of those who answered the baseline, by its strata; then the whole under the name `all`.
    pub strata: Vec<PanelStratum>,
}

#[derive(Debug, Clone)]
pub struct PanelWave {
    pub title: String,
    pub on: NaiveDate,
    /// Enterprises with a complete answer.
    pub answered: usize,
    /// Of them: had answered the wave before.
    pub again: usize,
    /// Had answered an earlier wave, but not the one before.
    pub rejoined: usize,
    /// Had never answered.
    pub new: usize,
    /// Answered the wave before, and not this one.
    pub dropped: usize,
}

#[derive(Debug, Clone)]
pub struct PanelStratum {
    pub name: String,
    /// The baseline.
    pub answered: usize,
    /// Of them, each wave after the baseline.
    pub kept: Vec<usize>,
}

#[derive(Debug, Clone)]
pub struct WaveResponse {
    pub code: String,
    pub title: String,
    pub on: NaiveDate,
    pub files: Vec<String>,
    /// One a stratum, then the whole under the name `all`.
    pub strata: Vec<StratumResponse>,
    pub incomplete: usize,
    pub superseded: usize,
    pub unmatched: usize,
    /// Complete answers of members who were not asked, or do not belong to the population.
    pub unasked: usize,
    pub items: Vec<ItemResponse>,
    /// Answers in people's own words. For internal outputs only: they tell who said them.
    pub coded: Vec<Coded>,
}

/// One question in people's own words.
#[derive(Debug, Clone)]
pub struct Coded {
    pub question: String,
    /// Label, and how many answers speak of it. One answer may speak of several.
    pub themes: Vec<(String, usize)>,
    /// Answers that speak of none.
    pub without: usize,
    /// In the order of the alphabet.
    pub answers: Vec<CodedAnswer>,
}

#[derive(Debug, Clone)]
pub struct CodedAnswer {
    pub text: String,
    pub themes: Vec<String>,
}

/// How often a question was answered in complete answers, and why not where it was not.
#[derive(Debug, Clone)]
pub struct ItemResponse {
    pub question: String,
    pub answered: usize,
    /// In the order of [`Absent`]; kinds that do not occur are left out.
    pub absent: Vec<(Absent, usize)>,
    /// Withheld from a restricted audience; the counts are nothing then.
    pub suppressed: bool,
}

impl ItemResponse {
    /// Of those who were asked and to whom it applies.
    pub fn left_out(&self) -> usize {
        let due = self.absent.iter().filter(|(kind, _)| !matches!(kind, Absent::NotAsked | Absent::NotApplicable));
        due.map(|(_, count)| count).sum()
    }

    pub fn of(&self, kind: Absent) -> usize {
        self.absent.iter().find(|(known, _)| *known == kind).map_or(0, |(_, count)| *count)
    }
}

/// Response rate = complete / (asked − ineligible), AAPOR RR1.
#[derive(Debug, Clone)]
pub struct StratumResponse {
    pub name: String,
    pub population: usize,
    pub asked: usize,
    pub ineligible: usize,
    pub complete: usize,
    /// Suppressed with all counts of its line, which are nothing then.
    pub rate: Value,
}

/// A row that no figure counts, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptOut {
    pub partner: Option<String>,
    pub collection: String,
    pub file: String,
    pub sheet: String,
    /// As the reader of the sheet numbers it, from one.
    pub row: u32,
    /// Rule ids and messages of its errors.
    pub reasons: Vec<(String, String)>,
    /// Label and text of its cells, as they came.
    pub cells: Vec<(String, String)>,
}

/// Who has reported what.
#[derive(Debug, Clone)]
pub struct Reporting {
    pub partner: PartnerCode,
    pub collection: String,
    pub collection_title: String,
    /// The latest period whose report is due.
    pub due: Option<String>,
    pub due_on: Option<NaiveDate>,
    /// The latest period reported, and the file that counts.
    pub latest: Option<String>,
    pub reporting_date: Option<NaiveDate>,
    pub file: Option<String>,
    pub rows: u64,
    pub kept_out: u64,
    pub state: ReportingState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportingState {
    Reported,
    /// Something came, but not for the latest period that is due.
    Late,
    Missing,
    NotTakingPart,
}

impl ReportingState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reported => "reported",
            Self::Late => "late",
            Self::Missing => "missing",
            Self::NotTakingPart => "not_taking_part",
        }
    }
}

#[derive(Debug, Clone)]
pub struct InputFile {
    /// Empty for a restricted audience: a name may hold anything.
    pub name: String,
    pub hash: String,
    pub partner: Option<String>,
}
