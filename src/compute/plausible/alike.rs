//! Answers that are the same where they should differ: of two enterprises, or of one enterprise twice.

use std::collections::BTreeMap;

use super::Held;
use crate::finding::{Finding, rules};

/// Numbers, not zero, that two enterprises must share before it is odd.
const NUMBERS: usize = 3;
/// In all of them together: short numbers, such as marks from 1 to 5, agree by chance.
const DIGITS: usize = 8;
/// Answers of any kind that must be the same; of choices alone it takes more.
const ANSWERS: usize = 8;

/// Two enterprises with the same series of numbers, or with all answers the same.
pub fn enterprises(held: &Held<'_>) -> Vec<Finding> {
    let mut numbers: BTreeMap<Vec<(String, String)>, usize> = BTreeMap::new();
    let mut whole: BTreeMap<Vec<(String, String)>, usize> = BTreeMap::new();
    let mut findings = Vec::new();
    for row in held.matched.answers.values().copied() {
        let content = held.content(row);
        let named =
            |(field, text): &(&crate::define::catalog::Field, String)| (field.code.as_str().to_owned(), text.clone());
        let figures: Vec<(String, String)> =
            content.iter().filter(|(field, _)| field.kind.sql().is_number()).map(named).collect();
        let all: Vec<(String, String)> = content.iter().map(named).collect();
        let meaning = figures.iter().filter(|(_, number)| number != "0").count();
        let distinct: std::collections::BTreeSet<&String> = figures.iter().map(|(_, number)| number).collect();
        let digits: usize = figures.iter().map(|(_, number)| number.len()).sum();
        let same_figures = (meaning >= NUMBERS && distinct.len() >= NUMBERS && digits >= DIGITS)
            .then(|| *numbers.entry(figures.clone()).or_insert(row))
            .filter(|first| *first != row);
        let same_all =
            (all.len() >= ANSWERS).then(|| *whole.entry(all.clone()).or_insert(row)).filter(|first| *first != row);
        let field = figures.first().or(all.first()).map_or(held.survey.respondent.as_str(), |(code, _)| code.as_str());
        let message = match (same_all, same_figures) {
            (Some(first), _) => {
                format!("all answers are those of {} too ({})", held.who(first), held.place(first, field))
            }
            (None, Some(first)) => {
                let count = figures.len();
                format!("the same {count} numbers as those of {} ({})", held.who(first), held.place(first, field))
            }
            (None, None) => continue,
        };
        findings.push(held.warn(&rules::ANSWER_COPIED, row, field, message));
    }
    findings
}

/// The same answer sent twice by one enterprise: told at the one that does not count.
pub fn again(held: &Held<'_>) -> Vec<Finding> {
    let content = |row: usize| -> Vec<(String, String)> {
        held.content(row).into_iter().map(|(field, text)| (field.code.as_str().to_owned(), text)).collect()
    };
    let same = held.matched.again.iter().filter(|(counts, other)| {
        let first = content(*counts);
        !first.is_empty() && first == content(*other)
    });
    let respondent = held.survey.respondent.as_str();
    same.map(|(counts, other)| {
        let message = format!("the same answers were sent again ({})", held.place(*counts, respondent));
        Finding::info(&rules::ANSWER_REPEATED, held.place(*other, respondent), message)
            .found(held.who(*other))
            .help(rules::ANSWER_REPEATED.fix)
    })
    .collect()
}
