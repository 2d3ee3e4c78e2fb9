//! A wave's answers as they come in, and as they are matched to the frame.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use polars::prelude::DataFrame;

use super::survey::Frame;
use crate::define::catalog::{Survey, Wave};
use crate::finding::{CellRef, Finding, Place, rules};
use crate::model::absent::Absent;
use crate::model::code::{SurveyCode, WaveCode};
use crate::sql::frame::{date, integer, text};

/// The rows of one wave, and where they come from.
#[derive(Debug, Clone)]
pub struct WaveInput {
    pub survey: SurveyCode,
    pub wave: WaveCode,
    pub rows: DataFrame,
    /// File, sheet and columns of each section.
    pub origins: BTreeMap<i64, Origin>,
}

#[derive(Debug, Clone)]
pub struct Origin {
    pub file: String,
    pub sheet: String,
    pub columns: BTreeMap<String, u16>,
}

/// One wave, matched: the complete answer that counts of each member, and what was left aside.
#[derive(Debug, Default)]
pub struct Matched {
    /// Member of the frame → row of the wave.
    pub answers: BTreeMap<usize, usize>,
    pub incomplete: usize,
    pub superseded: usize,
    pub unmatched: usize,
    /// Complete answers of one enterprise: the one that counts, and one that does not.
    pub again: Vec<(usize, usize)>,
    pub findings: Vec<Finding>,
}

/// Names of members without their country; None where two members are called so.
fn bare_names(frame: &Frame) -> BTreeMap<&str, Option<usize>> {
    let mut bare: BTreeMap<&str, Option<usize>> = BTreeMap::new();
    for (name, member) in &frame.by_name {
        let name = name.rsplit_once('|').map_or(name.as_str(), |(name, _)| name);
        bare.entry(name).and_modify(|known| *known = known.filter(|known| known == member)).or_insert(Some(*member));
    }
    bare
}

/// The member of a name: few questionnaires ask for the country, so without it a name that only one member has will do.
fn member_called(name: &str, frame: &Frame, bare: &BTreeMap<&str, Option<usize>>) -> Option<usize> {
    let without = || bare.get(name.strip_suffix("|?")?).copied().flatten();
    frame.by_name.get(name).copied().or_else(without)
}

/// Where an answer to a question stands.
pub(super) fn place_of(input: &WaveInput, row: usize, field: &str) -> Place {
    let origin = integer(&input.rows, "section", row).and_then(|section| input.origins.get(&section));
    let at = integer(&input.rows, "place", row).and_then(|place| u32::try_from(place).ok()).unwrap_or(0);
    origin.map_or(Place::Project, |origin| Place::Cell {
        file: origin.file.clone(),
        sheet: origin.sheet.clone(),
        cell: Some(CellRef::new(at, origin.columns.get(field).copied().unwrap_or(0))),
    })
}

/// Matches answers by number, else by name; the latest complete one of each enterprise counts.
pub fn matched(survey: &Survey, wave: &Wave, input: &WaveInput, frame: &Frame) -> Matched {
    let mut result = Matched::default();
    let respondent = survey.respondent.as_str();
    let place = |row: usize, field: &str| place_of(input, row, field);
    let required: Vec<&str> =
        survey.questions.iter().filter(|question| question.required).map(|question| question.code.as_str()).collect();
    let bare = bare_names(frame);
    let mut by_member: BTreeMap<usize, Vec<(Option<NaiveDate>, usize)>> = BTreeMap::new();
    for row in 0..input.rows.height() {
        let number = text(&input.rows, respondent, row);
        let name = text(&input.rows, &format!("{respondent}__name"), row);
        let shown = number.clone().or_else(|| name.clone()).unwrap_or_default();
        let by_number = number.as_ref().and_then(|number| frame.by_number.get(number)).copied();
        let by_name =
            if by_number.is_none() { name.as_ref().and_then(|name| member_called(name, frame, &bare)) } else { None };
        let Some(member) = by_number.or(by_name) else {
            result.unmatched += 1;
            let message = format!("an answer from {shown}, which is not in the population of `{}`", survey.code);
            result.findings.push(
                Finding::warning(&rules::ANSWER_UNMATCHED, place(row, respondent), message)
                    .found(shown)
                    .help("It does not count. Correct the number here, or in the list of members."),
            );
            continue;
        };
        if by_name.is_some() {
            let message = format!("matched to a member of the population by name only: {shown}");
            result.findings.push(
                Finding::warning(&rules::ENTERPRISE_BY_NAME, place(row, respondent), message)
                    .found(shown.clone())
                    .help("Add its number."),
            );
        }
        let missing = required.iter().find(|question| {
            // Of an enterprise its name will do. Who was not asked, or said why not, left nothing out.
            let state = text(&input.rows, &format!("{question}__state"), row);
            let accounted = state.as_deref().and_then(Absent::parse).is_some_and(Absent::is_accounted_for);
            text(&input.rows, question, row).is_none() && !accounted && !(**question == respondent && name.is_some())
        });
        if missing.is_some() {
            result.incomplete += 1;
            continue;
        }
        by_member.entry(member).or_default().push((date(&input.rows, survey.submitted.as_str(), row), row));
    }
    for (member, mut answers) in by_member {
        answers.sort_by(|a, b| b.cmp(a));
        for (_, row) in &answers[1..] {
            result.superseded += 1;
            result.again.push((answers[0].1, *row));
            let latest = place(answers[0].1, respondent);
            let message =
                format!("answered again in {}: the latest complete answer counts ({latest})", wave.title.get("en"));
            result.findings.push(
                Finding::info(&rules::ANSWER_SUPERSEDED, place(*row, respondent), message)
                    .help("This answer does not count."),
            );
        }
        result.answers.insert(member, answers[0].1);
    }
    result
}
