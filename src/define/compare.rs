//! `compare_with`: two indicators of one thing, of which one is counted from rows and the other estimated from a survey.

use super::catalog::{How, Indicator};
use super::reader::{Findings, Table};
use crate::finding::suggest::nearest;
use crate::finding::{Finding, Place, rules};
use crate::model::code::IndicatorCode;

/// The other indicator that tells the same in another way.
#[derive(Debug, Clone)]
pub struct CompareWith {
    pub code: IndicatorCode,
    /// Where it stands, for the finding when the two cannot be compared.
    pub place: Place,
}

pub fn read(table: &Table<'_>) -> Option<CompareWith> {
    let text = table.text("compare_with")?;
    let code = table.make_code(&text, IndicatorCode::new)?.value;
    Some(CompareWith { code, place: table.place(&text.span) })
}

/// Whether the two can be compared, which is known when all indicators are.
pub fn check(indicators: &[(Place, Indicator)], findings: &Findings) {
    let all = || indicators.iter().map(|(_, indicator)| indicator);
    for indicator in all() {
        let Some(CompareWith { code, place }) = &indicator.compare_with else { continue };
        let Some(other) = all().find(|other| other.code == *code) else {
            let message = format!("no indicator is called `{code}`");
            let finding = Finding::error(&rules::UNKNOWN_INDICATOR, place.clone(), message);
            findings.borrow_mut().push(finding.suggest(nearest(code.as_str(), all().map(|one| one.code.as_str()))));
            continue;
        };
        let bad = |message: String, help: &str| {
            findings.borrow_mut().push(Finding::error(&rules::BAD_VALUE, place.clone(), message).help(help));
        };
        let counted = |one: &Indicator| matches!(one.how, How::Rows { .. });
        let estimated = |one: &Indicator| matches!(one.how, How::Survey { .. });
        if !(counted(indicator) && estimated(other) || estimated(indicator) && counted(other)) {
            bad(
                format!("`{}` and `{code}` are not a count and an estimate", indicator.code),
                "Compare an indicator counted from rows with one estimated from a survey.",
            );
        } else if indicator.unit != other.unit {
            bad(
                format!(
                    "`{}` is in {}, `{code}` in {}: they cannot be compared",
                    indicator.code, indicator.unit, other.unit
                ),
                "Give both the same unit.",
            );
        }
    }
}
