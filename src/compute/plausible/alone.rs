//! One answer by itself: declared checks, parts beyond their whole, one number everywhere, one option everywhere, too fast.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDateTime};

use super::{Held, median};
use crate::define::catalog::{Estimate, FieldKind, How, Indicator};
use crate::finding::{Finding, Severity, rules};
use crate::sql::frame::{query, text};

/// Questions that must have the same answer before it is odd.
const ALIKE_NUMBERS: usize = 4;
const ALIKE_CHOICES: usize = 5;
/// Against the median of the wave, of at least so many.
const FAST: f64 = 1.0 / 3.0;
const ENOUGH: usize = 10;

/// Answers for which a declared check is false; where a value is missing it passes.
pub fn checks(held: &Held<'_>) -> Result<Vec<Finding>, String> {
    let survey = held.survey;
    if survey.checks.is_empty() || held.input.rows.height() == 0 {
        return Ok(Vec::new());
    }
    let columns: Vec<String> =
        survey.checks.iter().enumerate().map(|(i, check)| format!("({}) AS c{i}__", check.expect.sql)).collect();
    let sql = format!("SELECT section, {} FROM wave__", columns.join(", "));
    let answer = query(&[("wave__", &held.input.rows)], &sql).map_err(|error| error.to_string())?;
    let mut findings = Vec::new();
    for (i, check) in survey.checks.iter().enumerate() {
        let used = || survey.questions.iter().filter(|field| check.expect.fields.contains(field.code.as_str()));
        // The first that the expression names.
        let first = used().min_by_key(|field| check.expect.source.find(field.code.as_str()));
        let field = first.map_or(survey.respondent.as_str(), |field| field.code.as_str());
        for row in held.matched.answers.values() {
            if text(&answer, &format!("c{i}__"), *row).as_deref() != Some("false") {
                continue;
            }
            let message = check.message.get(held.language()).to_owned();
            let mut finding = held.warn(&rules::CHECK_FAILED, *row, field, message);
            finding.help = Some(format!("Declared check `{}`: {}.", check.code, check.expect.source));
            // An answer that somebody gave is not taken away: an error in it is told as one, and it counts.
            finding.severity = check.severity.min(Severity::Warning);
            findings.push(finding);
        }
    }
    Ok(findings)
}

/// Where a ratio of unit % is estimated, the part must not exceed the whole.
pub fn parts(held: &Held<'_>, indicators: &[Indicator]) -> Vec<Finding> {
    let pairs: BTreeSet<(&str, &str)> = indicators
        .iter()
        .filter(|indicator| indicator.unit.is_percent())
        .filter_map(|indicator| match &indicator.how {
            How::Survey { survey, estimate: Estimate::Ratio { of, to }, .. } if *survey == held.survey.code => {
                Some((of.as_str(), to.as_str()))
            }
            _ => None,
        })
        .collect();
    let mut findings = Vec::new();
    for (part, whole) in pairs {
        let label = |code: &str| held.survey.question(code).map_or_else(String::new, |field| held.label(field));
        for row in held.matched.answers.values() {
            let (Some(small), Some(large)) = (held.number(part, *row), held.number(whole, *row)) else { continue };
            if small > large {
                let shown = held.text(whole, *row).unwrap_or_default();
                let message = format!("a part is larger than its whole: `{}` is {shown}", label(whole));
                findings.push(held.warn(&rules::PART_ABOVE_WHOLE, *row, part, message));
            }
        }
    }
    findings
}

/// The same number, not zero, in every question for a number.
pub fn same_number(held: &Held<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for row in held.matched.answers.values() {
        let given: Vec<(&str, String)> = held
            .numeric()
            .filter_map(|field| Some((field.code.as_str(), held.text(field.code.as_str(), *row)?)))
            .collect();
        let distinct: BTreeSet<&str> = given.iter().map(|(_, text)| text.as_str()).collect();
        if let ([(first, number), ..], 1) = (given.as_slice(), distinct.len())
            && given.len() >= ALIKE_NUMBERS
            && number != "0"
        {
            let message = format!("all {} questions for a number are answered with {number}", given.len());
            findings.push(held.warn(&rules::SAME_NUMBER, *row, first, message));
        }
    }
    findings
}

/// The same option in every question of one list of choices.
pub fn straight_lines(held: &Held<'_>) -> Vec<Finding> {
    // Questions of a form share a list by its name, others by its options.
    let mut lists: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for field in held.survey.questions.iter().filter(|field| field.kind == FieldKind::Choice) {
        let named = field.form.as_ref().and_then(|form| form.list.clone());
        let codes: Vec<&str> = field.options.iter().map(|option| option.code.as_str()).collect();
        lists.entry(named.unwrap_or_else(|| codes.join("\u{1f}"))).or_default().push(field.code.as_str());
    }
    let mut findings = Vec::new();
    for questions in lists.values().filter(|questions| questions.len() >= ALIKE_CHOICES) {
        for row in held.matched.answers.values() {
            let given: Vec<(&str, String)> =
                questions.iter().filter_map(|code| Some((*code, held.text(code, *row)?))).collect();
            let distinct: BTreeSet<&str> = given.iter().map(|(_, text)| text.as_str()).collect();
            if let ([(first, option), ..], 1) = (given.as_slice(), distinct.len())
                && given.len() >= ALIKE_CHOICES
            {
                let message =
                    format!("all {} questions with the same options are answered with `{option}`", given.len());
                findings.push(held.warn(&rules::STRAIGHT_LINE, *row, first, message));
            }
        }
    }
    findings
}

/// Faster than a third of the median of the wave, and than the declared minutes.
pub fn speed(held: &Held<'_>) -> Vec<Finding> {
    let (Some(began), Some(ended)) = (&held.survey.began, &held.survey.ended) else { return Vec::new() };
    let minutes = |row: usize| {
        let both = moment(&held.text(began.as_str(), row)?).zip(moment(&held.text(ended.as_str(), row)?));
        let taken = both.map(|(from, to)| (to - from).num_seconds() as f64 / 60.0);
        taken.filter(|minutes| *minutes >= 0.0)
    };
    let taken: Vec<(usize, f64)> =
        held.matched.answers.values().filter_map(|row| Some((*row, minutes(*row)?))).collect();
    let Some(middle) = median(&mut taken.iter().map(|(_, minutes)| *minutes).collect::<Vec<f64>>()) else {
        return Vec::new();
    };
    let by_median = if taken.len() >= ENOUGH { Some(middle * FAST) } else { None };
    let least = held.survey.minimum_minutes.map(f64::from);
    // Both must hold where both are known.
    let Some(limit) = [by_median, least].into_iter().flatten().reduce(f64::min) else { return Vec::new() };
    taken
        .into_iter()
        .filter(|(_, minutes)| *minutes < limit)
        .map(|(row, minutes)| {
            let message = format!("answered in {minutes:.1} minutes; half of all took longer than {middle:.1}");
            held.warn(&rules::ANSWER_TOO_FAST, row, ended.as_str(), message)
        })
        .collect()
}

/// A moment as servers write it, with or without zone.
fn moment(text: &str) -> Option<NaiveDateTime> {
    let text = text.trim();
    if let Ok(moment) =
        DateTime::parse_from_rfc3339(text).or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z"))
    {
        return Some(moment.naive_utc());
    }
    ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
}

#[cfg(test)]
mod tests {
    use super::moment;

    #[test]
    fn moments_are_read_as_servers_write_them() {
        let seconds = |from: &str, to: &str| (moment(to).unwrap() - moment(from).unwrap()).num_seconds();
        assert_eq!(seconds("2023-05-18T14:48:32.447-00:00", "2023-05-18T16:48:40.447+02:00"), 8);
        assert_eq!(seconds("2013-02-14 15:37:21", "2013-02-14T15:38:21"), 60);
        assert_eq!(moment("2013-02-14"), None);
    }
}
