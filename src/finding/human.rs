//! Findings as a person reads them on a terminal. No colour here: `cli` adds it where there is a terminal.

use std::fmt::Write as _;

use super::{Finding, Place};

/// One finding as text: rule and message, the place with its line of definition, what was found, what to do.
///
/// Control characters of what partners sent are shown as `·`, so that no cell can drive a terminal.
pub fn render(finding: &Finding) -> String {
    let mut out = format!("{}[{}]: {}", finding.severity.as_str(), finding.rule.id, clean(&finding.message));
    match &finding.place {
        Place::Definition { file, line, column, width, snippet } => {
            let margin = line.to_string().len();
            let blank = " ".repeat(margin);
            let lead: String = snippet.chars().take(column - 1).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
            let _ = write!(out, "\n{blank}--> {}:{line}:{column}\n{blank} |\n{line} | {}", clean(file), clean(snippet));
            let _ = write!(out, "\n{blank} | {lead}{}", "^".repeat((*width).max(1)));
        }
        Place::Project => {}
        place => {
            let _ = write!(out, "\n  --> {}", clean(&place.to_string()));
        }
    }
    if let Some(found) = &finding.found {
        let _ = write!(out, "\n  = found: {}", clean(&shorten(found, 120)));
    }
    if let Some(suggestion) = &finding.suggestion {
        let _ = write!(out, "\n  = did you mean `{}`?", clean(suggestion));
    }
    if let Some(help) = &finding.help {
        let _ = write!(out, "\n  = help: {}", clean(help));
    }
    out
}

/// Without control characters, shown as `·`.
pub fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\t' { '·' } else { c }).collect()
}

/// The first `limit` characters, with an ellipsis where something was cut.
pub fn shorten(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit { text.to_owned() } else { text.chars().take(limit).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use super::super::{Finding, Place, rules};
    use super::render;

    #[test]
    fn a_definition_is_shown_with_its_line_and_a_mark_below_it() {
        let place = Place::Definition {
            file: "reports/monthly.toml".into(),
            line: 14,
            column: 15,
            width: 13,
            snippet: "indicators = [\"water_acess\"]".into(),
        };
        let finding = Finding::error(&rules::UNKNOWN_INDICATOR, place, "no indicator is called `water_acess`")
            .suggest(Some("water_access"));
        assert_eq!(
            render(&finding),
            "error[unknown-indicator]: no indicator is called `water_acess`\n  --> reports/monthly.toml:14:15\n   |\n14 | \
             indicators = [\"water_acess\"]\n   |               ^^^^^^^^^^^^^\n  = did you mean `water_access`?"
        );
    }

    #[test]
    fn a_cell_cannot_drive_the_terminal() {
        let place = Place::Cell { file: "a\u{1b}[31m.xlsx".into(), sheet: "S".into(), cell: None };
        let finding = Finding::error(&rules::NOT_A_NUMBER, place, "not a number").found("\u{1b}]0;owned\u{7}");
        assert!(!render(&finding).contains('\u{1b}'));
    }
}
