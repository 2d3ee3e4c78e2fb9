//! The catalogue: everything a programme declares, resolved. Past this type no text stands for a code, and no
//! look-up can fail for a definition's fault.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use chrono_tz::Tz;
use rust_decimal::Decimal;

pub use super::asked::{FormQuestion, Wave, WaveRole, option_columns};
pub use super::chain::{ChainPlan, Reached, RefersTo};
pub use super::compare::CompareWith;
pub use super::currency::{FieldCurrency, Rates, month_of};
pub use super::decided::{CountryDecision, Decision};
pub use super::example::{Example, ExampleCell, ExampleRow};
pub use super::folders::{Folders, Limits, SubmissionRules};
pub use super::group_check::GroupCheck;
pub use super::matrix::MatrixPlan;
pub use super::theme::Theme;
pub use super::weighting::{KnownMargin, SurveyColumn, Weighting};
use crate::finding::{CellRef, Place, Severity};
use crate::model::absent::Absent;
use crate::model::audience::Audience;
use crate::model::code::{CollectionCode, FieldCode, IndicatorCode, PartnerCode, ReportCode, SurveyCode};
use crate::model::destination::{Destination, Mailing};
use crate::model::export::Exports;
use crate::model::freshness::Freshness;
use crate::model::notify::Telling;
use crate::model::period::Calendar;
use crate::model::presentation::Presentation;
use crate::model::published::Statement;
use crate::model::schedule::Schedule;
use crate::model::scoreboard::{Accumulation, Level, Status, Thresholds};
use crate::model::source::Source;
use crate::model::target::{Baseline, Declared, Direction, Milestone, Targets, Trajectory};
use crate::model::unit::Unit;
use crate::model::words::Words;
use crate::sql::{Expression, Kind as SqlKind, Measure, Scope};

/// A programme's definitions, immutable.
#[derive(Debug, Clone)]
pub struct Catalog {
    pub programme: Programme,
    /// In the order of `scoreboard.toml`, which is the order of every table.
    pub partners: Vec<Partner>,
    pub collections: Vec<Collection>,
    pub surveys: Vec<Survey>,
    pub sources: Vec<Source>,
    pub freshness: Vec<Freshness>,
    /// When work is done by itself.
    pub schedules: Vec<Schedule>,
    /// Of exchange, where the programme declares any.
    pub rates: Option<Rates>,
    /// In the order of the files' names, then of their lines.
    pub indicators: Vec<Indicator>,
    pub reports: Vec<Report>,
    /// Which organisations are one, in the order of the files.
    pub decisions: Vec<Decision>,
    pub countries: Vec<CountryDecision>,
    /// Who is told what.
    pub telling: Telling,
    /// SHA-256 of all definition files.
    pub hash: String,
    /// SHA-256 of what decides how files are read; when it changes, files are read again.
    pub reading_hash: String,
}

#[derive(Debug, Clone)]
pub struct Programme {
    pub code: String,
    pub title: String,
    /// As declared; None means today.
    pub as_of: Option<NaiveDate>,
    pub currency: String,
    pub calendar: Calendar,
    pub time_zone: Tz,
    pub language: String,
    pub folders: Folders,
    pub limits: Limits,
    pub submission: SubmissionRules,
    /// Patterns of the hosts that definitions may name; empty: every host.
    pub hosts: Vec<String>,
    /// Whom partners ask, and where they send their workbooks.
    pub contact: Option<String>,
    /// Why its rows were made up, where all of them were; in its language.
    pub illustrative: Option<String>,
}

#[derive(Debug, Clone)]
pub struct Partner {
    pub code: PartnerCode,
    pub name: String,
    pub country: String,
    pub language: String,
    pub locale: String,
    pub contact: Option<String>,
    pub also_called: Vec<String>,
    /// None: all.
    pub collections: Option<Vec<CollectionCode>>,
}

impl Partner {
    pub fn takes_part(&self, collection: &CollectionCode) -> bool {
        self.collections.as_ref().is_none_or(|taken| taken.contains(collection))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnConflict {
    FirstPartner,
    Minimum,
    None,
}

#[derive(Debug, Clone)]
pub struct Collection {
    pub code: CollectionCode,
    pub title: Words,
    /// What belongs here and what does not; empty if nobody says.
    pub help: Words,
    pub also_called: Vec<String>,
    /// Why its rows were made up, where they were.
    pub illustrative: Option<Words>,
    pub key: Vec<FieldCode>,
    /// Two partners with one key mean one record.
    pub shared_key: bool,
    pub on_conflict: OnConflict,
    pub date: Option<FieldCode>,
    /// Each period has its own submission; otherwise a new one replaces the earlier.
    pub by_period: bool,
    pub due_days: u64,
    pub layouts: Vec<Layout>,
    pub fields: Vec<Field>,
    pub checks: Vec<Check>,
    /// Over all rows that count together; reading knows nothing of them.
    pub group_checks: Vec<GroupCheck>,
}

/// Where a table stands in a workbook that is not our template. Rows and columns count from zero.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    /// Patterns of file names; empty: any.
    pub files: Vec<String>,
    /// Patterns of sheet names; empty: any.
    pub sheets: Vec<String>,
    /// The header stands below a text like this.
    pub below: Option<String>,
    pub header_row: Option<u32>,
    pub header_rows: Option<u32>,
    pub first_row: Option<u32>,
    pub last_row: Option<u32>,
    /// The table ends above a row that begins like one of these.
    pub until: Vec<String>,
    pub ends_at_blank_row: bool,
    /// Rows that begin like one of these are passed over.
    pub skip: Vec<String>,
    pub columns: BTreeMap<FieldCode, String>,
    pub letters: BTreeMap<FieldCode, u16>,
    pub cells: BTreeMap<FieldCode, CellRef>,
    pub fill_down: Vec<FieldCode>,
    pub repeat_merged: bool,
    pub not_reported: Vec<String>,
    /// The same of one field only.
    pub not_reported_in: BTreeMap<FieldCode, Vec<String>>,
    pub locale: Option<String>,
    pub encoding: Option<String>,
    pub partner: Belonging,
    pub period: Belonging,
    pub across: Option<Across>,
}

impl Layout {
    /// Whether it says more than which files are looked at: otherwise the table is found as in any file.
    pub fn declares_a_table(&self) -> bool {
        let Self { files: _, sheets, below, header_row, header_rows, first_row, last_row, until, skip, .. } = self;
        let rows = [header_row, header_rows, first_row, last_row].iter().any(|row| row.is_some());
        let placed = !(self.columns.is_empty() && self.letters.is_empty() && self.cells.is_empty());
        let lists = [sheets, until, skip, &self.not_reported].iter().any(|list| !list.is_empty());
        let belongs = self.partner != Belonging::File || self.period != Belonging::File;
        let values = !self.not_reported_in.is_empty()
            || !self.fill_down.is_empty()
            || self.repeat_merged
            || self.locale.is_some()
            || self.across.is_some();
        rows || placed || lists || belongs || values || below.is_some() || self.ends_at_blank_row
    }
}

/// What says whose a row is, or of which period.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Belonging {
    /// The file as a whole.
    #[default]
    File,
    /// The column of this label.
    Column(String),
    Cell(CellRef),
    /// The sheet's name.
    Sheet,
}

/// Columns of one kind side by side, such as months: each becomes rows of its own.
#[derive(Debug, Clone)]
pub struct Across {
    pub columns: AcrossColumns,
    /// The field that takes the column's label.
    pub into: FieldCode,
    /// The field that takes the cell.
    pub value: FieldCode,
}

#[derive(Debug, Clone)]
pub enum AcrossColumns {
    Letters(u16, u16),
    /// Patterns of labels.
    Labels(Vec<String>),
}

impl Collection {
    /// Without what only a template says: what decides how files are read.
    #[must_use]
    pub fn for_reading(&self) -> Self {
        let fields = self.fields.iter().map(Field::for_reading).collect();
        Self { help: Words::default(), illustrative: None, fields, group_checks: Vec::new(), ..self.clone() }
    }

    pub fn field(&self, code: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.code.as_str() == code)
    }

    /// The names that expressions over its rows may use.
    pub fn scope(&self) -> Scope {
        let mut scope: Scope = [("partner", SqlKind::Text), ("country", SqlKind::Text), ("period", SqlKind::Integer)]
            .map(|(name, kind)| (name.to_owned(), kind))
            .into();
        scope.extend(self.fields.iter().map(|field| (field.code.as_str().to_owned(), field.kind.sql())));
        scope
    }

    /// The field that places a row in a period. What is reported by period belongs to the period it was reported for.
    pub fn placing_date(&self) -> Option<&str> {
        self.date.as_ref().filter(|_| !self.by_period).map(FieldCode::as_str)
    }

    /// Whether its rows are judged at the end of reporting periods.
    pub fn has_periods(&self) -> bool {
        self.by_period || self.date.is_some()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    Text,
    Integer,
    Decimal,
    Money,
    Percent,
    Date,
    Choice,
    YesNo,
    Enterprise,
    Country,
    /// Any number of options: their codes in alphabetical order, with spaces between them. Of surveys only.
    Choices,
}

impl FieldKind {
    pub const NAMES: [(&'static str, Self); 11] = [
        ("text", Self::Text),
        ("integer", Self::Integer),
        ("decimal", Self::Decimal),
        ("money", Self::Money),
        ("percent", Self::Percent),
        ("date", Self::Date),
        ("choice", Self::Choice),
        ("yes_no", Self::YesNo),
        ("enterprise", Self::Enterprise),
        ("country", Self::Country),
        ("choices", Self::Choices),
    ];

    /// As definitions write it.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| *name)
    }

    pub fn sql(self) -> SqlKind {
        match self {
            Self::Integer => SqlKind::Integer,
            Self::Decimal | Self::Money | Self::Percent => SqlKind::Decimal,
            Self::Date => SqlKind::Date,
            Self::Text | Self::Choice | Self::Choices | Self::YesNo | Self::Enterprise | Self::Country => SqlKind::Text,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PercentScale {
    Percent,
    Fraction,
}

/// Whether wrong check digits of a number are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbers {
    AsWritten,
    /// Wrong check digits are told where most of the column's numbers are right: there they are slips, else placeholders.
    Slips,
    Checked,
}

/// What happens to a date after the reporting date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Future {
    Refuse,
    Warn,
    Allow,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    Number(Decimal),
    Day(NaiveDate),
}

#[derive(Debug, Clone)]
pub struct ChoiceOption {
    pub code: String,
    pub label: Words,
    pub also_called: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct Field {
    pub code: FieldCode,
    pub label: Words,
    pub also_called: Vec<String>,
    pub kind: FieldKind,
    pub required: bool,
    pub minimum: Option<Bound>,
    pub maximum: Option<Bound>,
    pub options: Vec<ChoiceOption>,
    pub scale: Option<PercentScale>,
    pub future: Future,
    /// Of an enterprise: the fields with its name and its country.
    pub name: Option<FieldCode>,
    pub country: Option<FieldCode>,
    /// Of a text: it names organisations, which are counted once however decisions spell them.
    pub organisation: bool,
    /// Of an enterprise: what is looked for in its number.
    pub numbers: Numbers,
    /// Of a country: what is said of a code that does not exist. As a warning the row counts with what is written.
    pub unreadable: Severity,
    /// Of a country: what was decided of codes that do not exist, folded, and the code that each stands for.
    pub meant: BTreeMap<String, String>,
    /// Partners are asked for the total that they know from their own books.
    pub total: bool,
    /// Of money: another currency than the programme's, or whatever the row says.
    pub currency: Option<FieldCurrency>,
    pub guidance: Guidance,
    /// The record of another collection that it names.
    pub refers_to: Option<RefersTo>,
    /// Of a question that a form asks.
    pub form: Option<FormQuestion>,
    /// Texts that stand for no answer, folded, and what each says of it. Of surveys only.
    pub absent: BTreeMap<String, Absent>,
}

/// What a template says of a field. Reading knows nothing of it.
#[derive(Debug, Clone, Default)]
pub struct Guidance {
    pub help: Words,
    /// As a partner would type it.
    pub example: Words,
    pub unit: Words,
}

impl Field {
    /// Whether its values are organisations, which decisions and rules of countries may join.
    pub fn names_organisations(&self) -> bool {
        self.organisation || self.kind == FieldKind::Enterprise
    }

    /// Without what only a template says.
    #[must_use]
    pub fn for_reading(&self) -> Self {
        Self { guidance: Guidance::default(), refers_to: None, ..self.clone() }
    }

    /// Every declared name of its column: labels and other names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let labels = self.form.is_none().then(|| self.label.all()).into_iter().flatten();
        let of_form = self.form.iter().flat_map(|form| form.names.iter().map(String::as_str));
        labels.chain(of_form).chain(self.also_called.iter().map(String::as_str))
    }
}

#[derive(Debug, Clone)]
pub struct Check {
    pub code: String,
    pub severity: Severity,
    pub expect: Expression,
    pub message: Words,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lonely {
    Fail,
    Certainty,
    Adjust,
}

#[derive(Debug, Clone)]
pub struct Survey {
    pub code: SurveyCode,
    pub title: Words,
    pub frame: CollectionCode,
    /// The enterprise field of the frame.
    pub match_on: FieldCode,
    pub strata: Vec<FieldCode>,
    pub asked: Option<Expression>,
    pub ineligible: Option<Expression>,
    pub respondent: FieldCode,
    pub submitted: FieldCode,
    pub language: String,
    pub locale: String,
    pub lonely: Lonely,
    pub weighting: Weighting,
    pub waves: Vec<Wave>,
    pub questions: Vec<Field>,
    pub themes: Vec<Theme>,
    pub checks: Vec<Check>,
    /// The questions that hold when the answering began and ended.
    pub began: Option<FieldCode>,
    pub ended: Option<FieldCode>,
    /// Whoever answers faster has not read the questions.
    pub minimum_minutes: Option<u32>,
    /// Names and hashes of its forms, in the order of their versions.
    pub forms: Vec<(String, String)>,
}

/// A collection that an indicator counts from, with its own condition.
#[derive(Debug, Clone)]
pub struct From {
    pub collection: CollectionCode,
    pub condition: Option<Expression>,
    /// What places its rows in time, in place of the collection's own date.
    pub date: Option<FieldCode>,
}

/// What is decided or contracted: counted from the collections of the indicator, with conditions of its own.
#[derive(Debug, Clone)]
pub struct Committed {
    pub from: Vec<From>,
    pub measure: RowMeasure,
}

#[derive(Debug, Clone)]
pub enum RowMeasure {
    One(Measure),
    Ratio {
        of: Measure,
        to: Measure,
    },
    /// The sum of a field over how many rows give it.
    Mean {
        field: FieldCode,
        of: Measure,
        to: Measure,
    },
    Median(FieldCode),
}

#[derive(Debug, Clone)]
pub enum Estimate {
    Ratio {
        of: FieldCode,
        to: FieldCode,
    },
    Total(FieldCode),
    Mean(FieldCode),
    /// The share of those for whom the condition holds.
    Share(Expression),
    Median(FieldCode),
}

/// Whether a change rests on the enterprises that answered both waves, or on two separate samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pairing {
    Paired,
    Unpaired,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    PercentagePoints,
    Percent,
}

#[derive(Debug, Clone)]
pub enum Derived {
    Ratio { of: IndicatorCode, to: IndicatorCode },
    Sum(Vec<IndicatorCode>),
}

/// How an indicator comes about.
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant, reason = "there are a few dozen of these in a programme")]
pub enum How {
    Rows {
        from: Vec<From>,
        measure: RowMeasure,
    },
    Survey {
        survey: SurveyCode,
        estimate: Estimate,
        population: Option<Expression>,
        change: Option<(ChangeKind, Pairing)>,
    },
    Derived(Derived),
}

#[derive(Debug, Clone)]
pub struct Indicator {
    pub code: IndicatorCode,
    pub title: String,
    pub definition: String,
    /// How it is counted, as partners read it in their template; empty if nobody says.
    pub help: Words,
    pub level: Level,
    pub unit: Unit,
    pub how: How,
    pub committed: Option<Committed>,
    pub accumulation: Accumulation,
    pub direction: Direction,
    pub by: Vec<String>,
    pub baseline: Option<Baseline>,
    pub milestones: Vec<Milestone>,
    pub targets: Targets,
    pub trajectory: Trajectory,
    pub partner_targets: BTreeMap<PartnerCode, Decimal>,
    /// Where all of this stands.
    pub declared: Declared,
    pub evidence: Option<String>,
    pub source: Option<String>,
    pub responsible: Option<String>,
    pub compare_with: Option<CompareWith>,
    /// What others published of it, and where that is declared.
    pub published: Vec<(Place, Statement)>,
    /// Its code among the EU's common indicators, such as `RCO01`; its entry of the catalogue, such as `cosme/jobs_fte`.
    pub common: Option<String>,
    pub catalogue: Option<String>,
    pub examples: Vec<Example>,
}

#[derive(Debug, Clone, Default)]
pub struct Gate {
    pub rows_kept_out: Option<u64>,
    pub partners_missing: Option<u64>,
    /// Groups that fail a check over groups.
    pub groups_failed: Option<u64>,
    pub status: Vec<Status>,
}

#[derive(Debug, Clone)]
pub struct Report {
    pub code: ReportCode,
    pub title: String,
    pub indicators: Vec<IndicatorCode>,
    pub thresholds: Thresholds,
    pub evidence_rows: usize,
    /// The workbook holds copies of what came where it is no more cells than this.
    pub copies: u64,
    pub audience: Audience,
    pub gate: Gate,
    pub presentation: Presentation,
    pub matrices: Vec<MatrixPlan>,
    pub chains: Vec<ChainPlan>,
    /// Name and hash of the picture of its head.
    pub logo_file: Option<(String, String)>,
    /// One more workbook for each partner, with its own figures.
    pub per_partner: bool,
    pub exports: Exports,
    /// Where its outputs are delivered.
    pub destinations: Vec<Destination>,
    pub mailings: Vec<Mailing>,
}
