//! The terminal: colour only there, and a closed pipe is no error.

use std::io::Write as _;

use anstyle::{AnsiColor, Style};

use super::args::Format;
use crate::finding::{Finding, Severity, clean, render, shorten, to_json};

/// Where answers go: results to standard output, findings of a stop to standard error.
pub struct Output {
    format: Format,
}

impl Output {
    pub fn new(format: Format) -> Self {
        Self { format }
    }

    pub fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// A line of the answer.
    #[allow(clippy::unused_self, reason = "one way out, whatever is said")]
    pub fn line(&self, text: &str) {
        // Whoever reads us may have read enough: `scoreboard status | head -1`.
        let _ = writeln!(anstream::stdout(), "{text}");
    }

    /// An answer that is a file of its own, as it stands.
    #[allow(clippy::unused_self, reason = "one way out, whatever is said")]
    pub fn text(&self, text: &str) {
        let _ = write!(anstream::stdout(), "{text}");
    }

    /// A line beside the answer, which may be redirected into a file. Names from files may hold anything.
    #[allow(clippy::unused_self, reason = "one way out, whatever is said")]
    pub fn aside(&self, text: &str) {
        let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let _ = writeln!(anstream::stderr(), "{plain}");
    }

    #[allow(clippy::unused_self, reason = "one way out, whatever is said")]
    pub fn json(&self, value: &serde_json::Value) {
        let text = serde_json::to_string_pretty(value).unwrap_or_default();
        let _ = writeln!(anstream::stdout(), "{text}");
    }

    /// Findings with their places, on standard error.
    #[allow(clippy::unused_self, reason = "one way out, whatever is said")]
    pub fn findings(&self, findings: &[Finding]) {
        for finding in findings {
            let _ = writeln!(anstream::stderr(), "{}\n", coloured(finding));
        }
    }

    /// Findings as part of the answer.
    pub fn list(&self, findings: &[Finding]) {
        for finding in findings {
            self.line(&format!("{}\n", coloured(finding)));
        }
    }
}

/// The first word in the colour of its weight.
fn coloured(finding: &Finding) -> String {
    let text = render(finding);
    let word = finding.severity.as_str();
    format!("{}{}", weight(finding.severity, word), &text[word.len()..])
}

/// A word in the colour of a weight.
pub fn weight(severity: Severity, word: &str) -> String {
    let colour = match severity {
        Severity::Error => AnsiColor::Red,
        Severity::Warning => AnsiColor::Yellow,
        Severity::Info => AnsiColor::Blue,
    };
    let style = Style::new().bold().fg_color(Some(colour.into()));
    format!("{style}{word}{style:#}")
}

/// A partner's text that cannot drive the terminal, cut where it is long.
pub fn plain(text: &str) -> String {
    shorten(&clean(text), 300)
}

pub fn bold(text: &str) -> String {
    let style = Style::new().bold();
    format!("{style}{text}{style:#}")
}

pub fn findings_json(findings: &[Finding]) -> Vec<serde_json::Value> {
    findings.iter().map(to_json).collect()
}

/// `1 row`, `2 rows`.
pub fn count(number: impl Into<u64>, one: &str, several: &str) -> String {
    let number = number.into();
    format!("{number} {}", if number == 1 { one } else { several })
}

/// Columns padded to their widest cell, two spaces apart.
pub fn table(rows: &[Vec<String>]) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    rows.iter()
        .map(|row| {
            let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        })
        .collect()
}
