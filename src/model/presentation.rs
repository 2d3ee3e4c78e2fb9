//! How a report wants to be shown: sheets, order, language, colours. Nothing here changes a figure.

use super::code::{IndicatorCode, PartnerCode};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presentation {
    /// Two letters: the language of everything that the program says itself.
    pub language: String,
    /// In their order.
    pub sheets: Vec<SheetKind>,
    /// From first contact to outcome: each is a part of the funnel sheet.
    pub funnels: Vec<Funnel>,
    /// The one partner that this output is for: nothing in it is another's.
    pub partner: Option<PartnerCode>,
}

impl Default for Presentation {
    fn default() -> Self {
        Self { language: "en".to_owned(), sheets: SheetKind::USUAL.to_vec(), funnels: Vec::new(), partner: None }
    }
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
    pub const NAMES: [(&'static str, Self); 14] = [
        ("summary", Self::Summary),
        ("changes", Self::Changes),
        ("matrix", Self::Matrix),
        ("pace", Self::Pace),
        ("funnel", Self::Funnel),
        ("countries", Self::Countries),
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
    pub const USUAL: [Self; 14] = [
        Self::Summary,
        Self::Changes,
        Self::Matrix,
        Self::Pace,
        Self::Funnel,
        Self::Countries,
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
