//! How a report wants to be shown: sheets, order, language, colours. Nothing here changes a figure.

use std::collections::BTreeSet;

use super::code::{IndicatorCode, PartnerCode};

/// The languages that a report can speak.
pub const LANGUAGES: [&str; 4] = ["en", "de", "fr", "nl"];

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presentation {
    /// Two letters: the language of everything that the program says itself.
    pub language: String,
    /// In their order.
    pub sheets: Vec<SheetKind>,
    /// Of the summary's table, in their order.
    pub columns: Vec<SummaryColumn>,
    /// What is drawn; cells stand there without their chart too.
    pub charts: BTreeSet<ChartUse>,
    /// On the first page.
    pub logo: Option<Logo>,
    /// Red, green and blue in one number; None: the usual one.
    pub accent: Option<u32>,
    /// From first contact to outcome: each is a part of the funnel sheet.
    pub funnels: Vec<Funnel>,
    /// The one partner that this output is for: nothing in it is another's.
    pub partner: Option<PartnerCode>,
}

impl Default for Presentation {
    fn default() -> Self {
        Self {
            language: "en".to_owned(),
            sheets: SheetKind::USUAL.to_vec(),
            columns: SummaryColumn::USUAL.to_vec(),
            charts: ChartUse::NAMES.iter().map(|(_, chart)| *chart).collect(),
            logo: None,
            accent: None,
            funnels: Vec::new(),
            partner: None,
        }
    }
}

impl Presentation {
    pub fn draws(&self, chart: ChartUse) -> bool {
        self.charts.contains(&chart)
    }
}

/// A picture as its file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logo {
    pub kind: LogoKind,
    pub bytes: Vec<u8>,
    /// In pixels.
    pub width: u32,
    pub height: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogoKind {
    Png,
    Jpeg,
}

/// A column of the summary's table, beside the indicator's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SummaryColumn {
    Level,
    Unit,
    Baseline,
    Target,
    /// The target's day.
    By,
    /// Decided or contracted; shown where any indicator has it.
    Committed,
    Actual,
    /// Of an estimate its interval, of what is counted once at most how many.
    Bounds,
    Expected,
    Coverage,
    Progress,
    Achievement,
    /// The recent pace beside the required one.
    Pace,
    /// Projected to the target's day.
    Projected,
    /// A bar against what is expected and the target.
    Bullet,
    Status,
    /// A line of the figures over time.
    Trend,
}

impl SummaryColumn {
    pub const NAMES: [(&'static str, Self); 17] = [
        ("level", Self::Level),
        ("unit", Self::Unit),
        ("baseline", Self::Baseline),
        ("target", Self::Target),
        ("by", Self::By),
        ("committed", Self::Committed),
        ("actual", Self::Actual),
        ("bounds", Self::Bounds),
        ("expected", Self::Expected),
        ("coverage", Self::Coverage),
        ("progress", Self::Progress),
        ("achievement", Self::Achievement),
        ("pace", Self::Pace),
        ("projected", Self::Projected),
        ("bullet", Self::Bullet),
        ("status", Self::Status),
        ("trend", Self::Trend),
    ];

    /// What a report shows that does not say.
    pub const USUAL: [Self; 14] = [
        Self::Level,
        Self::Unit,
        Self::Baseline,
        Self::Target,
        Self::By,
        Self::Committed,
        Self::Actual,
        Self::Bounds,
        Self::Expected,
        Self::Coverage,
        Self::Progress,
        Self::Status,
        Self::Bullet,
        Self::Trend,
    ];
}

/// A kind of chart that a report may leave out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChartUse {
    /// The small lines of the summary.
    Trend,
    /// Actual against expected and target.
    Bullet,
    Trajectory,
    /// Where the pace leads to, with its band.
    Projection,
    /// Bars of breakdowns and response rates.
    Breakdown,
    /// Estimates with their error bars.
    Interval,
    Funnel,
}

impl ChartUse {
    pub const NAMES: [(&'static str, Self); 7] = [
        ("trend", Self::Trend),
        ("bullet", Self::Bullet),
        ("trajectory", Self::Trajectory),
        ("projection", Self::Projection),
        ("breakdown", Self::Breakdown),
        ("interval", Self::Interval),
        ("funnel", Self::Funnel),
    ];
}

/// Indicators of which each counts what became of the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Funnel {
    pub title: String,
    pub steps: Vec<IndicatorCode>,
}

/// What a sheet shows. Sheets that would be empty are left out, whoever asked for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SheetKind {
    Summary,
    /// What moved since the last published run, and why.
    Changes,
    /// Partners × indicators.
    Matrix,
    /// Pace and projection.
    Pace,
    Funnel,
    Countries,
    /// The matrices that the report declares.
    Map,
    /// Organisations that several partners report, pairs that may be one, decisions.
    Organisations,
    /// One sheet for each indicator.
    Indicators,
    Survey,
    Quality,
    Findings,
    KeptOut,
    Evidence,
    Method,
    /// The submissions as they came, one sheet for each.
    Submissions,
}

impl SheetKind {
    pub const NAMES: [(&'static str, Self); 16] = [
        ("summary", Self::Summary),
        ("changes", Self::Changes),
        ("matrix", Self::Matrix),
        ("pace", Self::Pace),
        ("funnel", Self::Funnel),
        ("countries", Self::Countries),
        ("map", Self::Map),
        ("organisations", Self::Organisations),
        ("indicators", Self::Indicators),
        ("survey", Self::Survey),
        ("quality", Self::Quality),
        ("findings", Self::Findings),
        ("kept_out", Self::KeptOut),
        ("evidence", Self::Evidence),
        ("method", Self::Method),
        ("submissions", Self::Submissions),
    ];

    /// What a report shows that does not say.
    pub const USUAL: [Self; 16] = [
        Self::Summary,
        Self::Changes,
        Self::Matrix,
        Self::Pace,
        Self::Funnel,
        Self::Countries,
        Self::Map,
        Self::Organisations,
        Self::Indicators,
        Self::Survey,
        Self::Quality,
        Self::Findings,
        Self::KeptOut,
        Self::Evidence,
        Self::Method,
        Self::Submissions,
    ];

    pub fn as_str(self) -> &'static str {
        Self::NAMES.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }
}
