//! What makes an answer doubtful: each is a warning at the answer's cell. Nothing is corrected, and every answer counts.
//!
//! Looked at are the answers that count, in the order of the frame. `alone` holds one answer against itself and its wave,
//! `between` against the wave before, `alike` against other enterprises.

mod alike;
mod alone;
mod between;

use std::collections::BTreeMap;

use super::WaveInput;
use super::wave::{Matched, place_of};
use crate::define::catalog::{Field, FieldKind, Indicator, Survey, Wave};
use crate::finding::{Finding, Place, Rule};
use crate::sql::frame::{Exact, exact, text};

/// Of one kind in one wave this many are told one by one; the last says how many more there are.
const TOLD: usize = 25;

/// One wave, with the answers that count.
pub(super) struct Held<'a> {
    survey: &'a Survey,
    wave: &'a Wave,
    input: &'a WaveInput,
    matched: &'a Matched,
}

impl Held<'_> {
    fn number(&self, field: &str, row: usize) -> Option<f64> {
        let Exact::Number(number) = exact(&self.input.rows, field, row) else { return None };
        number.to_string().parse().ok()
    }

    fn text(&self, field: &str, row: usize) -> Option<String> {
        text(&self.input.rows, field, row)
    }

    fn place(&self, row: usize, field: &str) -> Place {
        place_of(self.input, row, field)
    }

    fn language(&self) -> &str {
        &self.survey.language
    }

    fn label(&self, field: &Field) -> String {
        crate::finding::shorten(field.label.get(self.language()), 60)
    }

    /// Questions for a number.
    fn numeric(&self) -> impl Iterator<Item = &Field> {
        self.survey.questions.iter().filter(|field| {
            matches!(field.kind, FieldKind::Integer | FieldKind::Decimal | FieldKind::Money | FieldKind::Percent)
        })
    }

    /// Everything that was answered to the questions themselves: not who, when and how fast.
    fn content(&self, row: usize) -> Vec<(&Field, String)> {
        let aside = [
            Some(&self.survey.respondent),
            Some(&self.survey.submitted),
            self.survey.began.as_ref(),
            self.survey.ended.as_ref(),
        ];
        let questions = self.survey.questions.iter().filter(|field| {
            let of_respondent = self.survey.question(self.survey.respondent.as_str()).is_some_and(|respondent| {
                respondent.name.as_ref() == Some(&field.code) || respondent.country.as_ref() == Some(&field.code)
            });
            !aside.contains(&Some(&field.code)) && !of_respondent && field.kind != FieldKind::Enterprise
        });
        questions.filter_map(|field| Some((field, self.text(field.code.as_str(), row)?))).collect()
    }

    /// Who answered, in words.
    fn who(&self, row: usize) -> String {
        let respondent = self.survey.respondent.as_str();
        let found = self.text(respondent, row).or_else(|| self.text(&format!("{respondent}__name"), row));
        found.unwrap_or_default()
    }

    fn warn(&self, rule: &'static Rule, row: usize, field: &str, message: String) -> Finding {
        let finding = Finding::warning(rule, self.place(row, field), message).help(rule.fix);
        match self.text(field, row) {
            Some(found) => finding.found(found),
            None => finding,
        }
    }
}

/// Every doubt about the answers of a survey.
///
/// # Errors
/// What the SQL engine refuses, as text.
pub(super) fn findings(
    survey: &Survey,
    waves: &[(&Wave, Option<&WaveInput>, Matched)],
    indicators: &[Indicator],
) -> Result<Vec<Finding>, String> {
    let held: Vec<Held<'_>> = waves
        .iter()
        .filter_map(|(wave, input, matched)| Some(Held { survey, wave, input: (*input)?, matched }))
        .collect();
    let mut findings = Vec::new();
    for one in &held {
        findings.extend(alone::checks(one)?);
        findings.extend(alone::parts(one, indicators));
        findings.extend(alone::same_number(one));
        findings.extend(alone::straight_lines(one));
        findings.extend(alone::speed(one));
        findings.extend(alike::enterprises(one));
        findings.extend(alike::again(one));
    }
    for pair in held.windows(2) {
        findings.extend(between::moved(&pair[0], &pair[1]));
    }
    Ok(shortened(findings))
}

/// The first of each kind, and how many more there are.
fn shortened(findings: Vec<Finding>) -> Vec<Finding> {
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in &findings {
        *times.entry(finding.rule.id).or_default() += 1;
    }
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut kept = Vec::new();
    for mut finding in findings {
        let id = finding.rule.id;
        let at = seen.entry(id).or_default();
        *at += 1;
        let all = times.get(id).copied().unwrap_or(0);
        if *at < TOLD || all == TOLD {
            kept.push(finding);
        } else if *at == TOLD {
            finding.message = format!("and {} more answers like it: {}", all + 1 - TOLD, finding.message);
            kept.push(finding);
        }
    }
    kept
}

/// The middle of some numbers; None of none.
fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        length if length % 2 == 1 => values.get(middle).copied(),
        _ => Some(f64::midpoint(values[middle - 1], values[middle])),
    }
}
