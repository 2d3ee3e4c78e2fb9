//! Where a report's outputs are delivered, as the report declares it.

use super::code::SourceCode;
use super::place::Remote;

/// A `[[report.destination]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    pub code: SourceCode,
    pub to: Remote,
    /// Ends of the names of outputs: `xlsx`, `html`, `json` and so on.
    pub files: Vec<String>,
    pub names: Names,
}

/// A `[[report.destination]]` of kind `mail`: one mail a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailing {
    pub code: SourceCode,
    pub to: Vec<String>,
    /// Ends of the names of outputs.
    pub files: Vec<String>,
}

/// Under which names outputs are delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// `kpi_2016-05-31.xlsx`: one for each day of a scoreboard.
    Dated,
    /// `kpi.xlsx`: always the latest.
    Latest,
    Both,
}

impl Names {
    pub const ALL: [(&'static str, Self); 3] = [("dated", Self::Dated), ("latest", Self::Latest), ("both", Self::Both)];
}
