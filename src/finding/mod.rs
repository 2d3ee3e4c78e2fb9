//! Everything wrong with data or definitions, as one type.
//!
//! A [`Finding`] carries data, never rendered text with escapes: `human` draws it for a terminal, `json` for
//! machines, the report for a sheet. What each rule means is told once, in [`rules`].

mod human;
mod json;
pub mod patterns;
pub mod rules;
#[cfg(test)]
pub mod sources;
pub mod suggest;
pub mod translate;
pub mod written;

use std::fmt;

pub use human::{clean, render, shorten};
pub use json::{from_json, to_json};
pub use rules::Rule;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; nothing changes.
    Info,
    /// Let in, and said.
    Warning,
    /// Kept out: a definition that cannot be used, a file or a row that no figure counts.
    Error,
}

impl Severity {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Info, Self::Warning, Self::Error].into_iter().find(|s| s.as_str() == text)
    }
}

/// A cell as its reader sees it: `B17`. Rows and columns count from zero inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CellRef {
    pub row: u32,
    pub column: u16,
}

impl CellRef {
    pub fn new(row: u32, column: u16) -> Self {
        Self { row, column }
    }

    /// Reads `B17` or `$B$17`; lower case is fine.
    pub fn parse(text: &str) -> Option<Self> {
        let text: String = text.trim().chars().filter(|c| *c != '$').collect();
        let split = text.find(|c: char| c.is_ascii_digit())?;
        let (letters, digits) = text.split_at(split);
        if letters.is_empty() || letters.len() > 3 {
            return None;
        }
        let mut column: u32 = 0;
        for letter in letters.chars() {
            let letter = letter.to_ascii_uppercase();
            if !letter.is_ascii_uppercase() {
                return None;
            }
            column = column * 26 + (u32::from(letter) - u32::from('A') + 1);
        }
        let row: u32 = digits.parse().ok()?;
        Some(Self { row: row.checked_sub(1)?, column: u16::try_from(column - 1).ok()? })
    }
}

/// The letters of a column: 0 is `A`, 26 is `AA`.
pub fn column_letters(column: u16) -> String {
    let mut letters = Vec::new();
    let mut rest = u32::from(column) + 1;
    while rest > 0 {
        let digit = (rest - 1) % 26;
        letters.push(char::from(b'A' + u8::try_from(digit).unwrap_or(0)));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

impl fmt::Display for CellRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", column_letters(self.column), self.row + 1)
    }
}

/// Where a finding stands, in its reader's coordinates.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The project as a whole.
    Project,
    /// A file as a whole, as it was called when it came.
    File { file: String },
    /// A definition file; line and column count from one, `width` is in characters, `snippet` is the line.
    Definition { file: String, line: usize, column: usize, width: usize, snippet: String },
    /// A cell, or a sheet where no single cell is to blame. The sheet of a csv file is empty.
    Cell { file: String, sheet: String, cell: Option<CellRef> },
}

impl Place {
    /// The file, where there is one.
    pub fn file(&self) -> Option<&str> {
        match self {
            Self::Project => None,
            Self::File { file } | Self::Definition { file, .. } | Self::Cell { file, .. } => Some(file),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Project => f.write_str("the project"),
            Self::File { file } => f.write_str(file),
            Self::Definition { file, line, column, .. } => write!(f, "{file}:{line}:{column}"),
            Self::Cell { file, sheet, cell } => {
                f.write_str(file)?;
                if !sheet.is_empty() {
                    write!(f, " › {sheet}")?;
                }
                cell.map_or(Ok(()), |cell| write!(f, " › {cell}"))
            }
        }
    }
}

/// One thing wrong, or worth knowing.
///
/// `message` is a lower-case phrase without a full stop; `help` is a sentence that says what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub rule: &'static Rule,
    pub severity: Severity,
    pub message: String,
    pub place: Place,
    /// What stood there.
    pub found: Option<String>,
    /// What to do about it.
    pub help: Option<String>,
    /// What was probably meant, ready to be typed.
    pub suggestion: Option<String>,
    /// The partner who can mend it, by code.
    pub partner: Option<String>,
}

impl Finding {
    pub fn new(rule: &'static Rule, severity: Severity, place: Place, message: impl Into<String>) -> Self {
        Self {
            rule,
            severity,
            message: message.into(),
            place,
            found: None,
            help: None,
            suggestion: None,
            partner: None,
        }
    }

    pub fn error(rule: &'static Rule, place: Place, message: impl Into<String>) -> Self {
        Self::new(rule, Severity::Error, place, message)
    }

    pub fn warning(rule: &'static Rule, place: Place, message: impl Into<String>) -> Self {
        Self::new(rule, Severity::Warning, place, message)
    }

    pub fn info(rule: &'static Rule, place: Place, message: impl Into<String>) -> Self {
        Self::new(rule, Severity::Info, place, message)
    }

    #[must_use]
    pub fn found(mut self, found: impl Into<String>) -> Self {
        self.found = Some(found.into());
        self
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    #[must_use]
    pub fn suggest(mut self, suggestion: Option<impl Into<String>>) -> Self {
        self.suggestion = suggestion.map(Into::into);
        self
    }

    #[must_use]
    pub fn partner(mut self, partner: Option<impl Into<String>>) -> Self {
        self.partner = partner.map(Into::into);
        self
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// The order in which findings are listed: by place, then by weight, so that a partner reads down a sheet.
pub fn sort(findings: &mut [Finding]) {
    findings.sort_by(|a, b| {
        (&a.place, std::cmp::Reverse(a.severity), a.rule.id, &a.message).cmp(&(
            &b.place,
            std::cmp::Reverse(b.severity),
            b.rule.id,
            &b.message,
        ))
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_reads_and_prints_as_its_reader_sees_it() {
        for (text, row, column) in [("A1", 0, 0), ("Z9", 8, 25), ("AA10", 9, 26), ("XFD1048576", 1_048_575, 16_383)] {
            assert_eq!(CellRef::parse(text), Some(CellRef::new(row, column)));
            assert_eq!(CellRef::new(row, column).to_string(), text);
        }
        assert_eq!(CellRef::parse("$b$2"), Some(CellRef::new(1, 1)));
        assert_eq!(CellRef::parse("17"), None);
        assert_eq!(CellRef::parse("A0"), None);
    }
}
