//! Where a project's files lie, how large they may be, and how one that does not say so tells whose it is.

use std::path::PathBuf;

/// Where the store lies if nothing else is said.
pub const STORE: &str = "data/store";

/// Where `scoreboard.toml` says that the store lies, also if it could not be used for anything else.
pub fn store_of(text: &str) -> Option<PathBuf> {
    let head: toml::Table = toml::from_str(text).ok()?;
    let declared = head.get("folders").and_then(|folders| folders.get("store")).and_then(toml::Value::as_str);
    Some(declared.unwrap_or(STORE).into())
}

#[derive(Debug, Clone)]
pub struct Folders {
    pub inbox: PathBuf,
    pub store: PathBuf,
    pub out: PathBuf,
    /// Of the workbooks that partners fill in.
    pub templates: PathBuf,
}

/// Above these a file is refused.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub file_bytes: u64,
    pub unzipped_bytes: u64,
    pub ratio: u64,
    pub rows: u32,
    pub columns: u16,
    /// Of the process that reads a file.
    pub memory_bytes: u64,
    pub seconds: u64,
}

/// How a file without a hidden sheet tells whose it is.
#[derive(Debug, Clone, Default)]
pub struct SubmissionRules {
    pub file_names: Vec<String>,
    pub partner_cell: Option<String>,
    pub period_cell: Option<String>,
    pub reporting_date_cell: Option<String>,
    pub revision_cell: Option<String>,
}
