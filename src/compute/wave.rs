//! A wave's answers as they come in, and as they are matched to the frame.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use polars::prelude::DataFrame;

use super::population::Frame;
use super::weighting::Weights;
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

/// One wave, matched to its population: the complete answer that counts of each member, and what was left aside.
#[derive(Debug)]
pub struct Matched {
    pub frame: Frame,
    pub weights: Weights,
    /// Member of the frame → row of the wave.
    pub answers: BTreeMap<usize, usize>,
    /// Answers of enterprises that have left the population since the baseline: member of the baseline's frame → row.
    pub left: BTreeMap<usize, usize>,
    pub incomplete: usize,
    pub superseded: usize,
    pub unmatched: usize,
    /// Complete answers of one enterprise: the one that counts, and one that does not.
    pub again: Vec<(usize, usize)>,
    pub findings: Vec<Finding>,
}

impl Matched {
    /// Before any answer came.
    pub fn silent(survey: &Survey, frame: Frame) -> Self {
        Self {
            weights: Weights::new(survey, &frame),
            frame,
            answers: BTreeMap::new(),
            left: BTreeMap::new(),
            incomplete: 0,
            superseded: 0,
            unmatched: 0,
            again: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// Complete answers of members who were asked and belong to the population: member → row.
    pub fn complete(&self) -> impl Iterator<Item = (usize, usize)> {
        let eligible = |(at, _): &(&usize, &usize)| self.frame.members[**at].is_eligible();
        self.answers.iter().filter(eligible).map(|(at, row)| (*at, *row))
    }
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

/// A member of the wave's own frame, or of the baseline's alone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Whose {
    Member(usize),
    Left(usize),
}

/// Matches answers by number, else by name; the latest complete one of each enterprise counts. `baseline` is the frame of
/// the baseline, where it is another.
pub fn matched(survey: &Survey, wave: &Wave, input: &WaveInput, frame: Frame, baseline: Option<&Frame>) -> Matched {
    let mut result = Matched::silent(survey, frame);
    let respondent = survey.respondent.as_str();
    let place = |row: usize, field: &str| place_of(input, row, field);
    let required: Vec<&str> =
        survey.questions.iter().filter(|question| question.required).map(|question| question.code.as_str()).collect();
    let mut answers_of: BTreeMap<Whose, Vec<(Option<NaiveDate>, usize)>> = BTreeMap::new();
    for row in 0..input.rows.height() {
        let number = text(&input.rows, respondent, row);
        let name = text(&input.rows, &format!("{respondent}__name"), row);
        let shown = number.clone().or_else(|| name.clone()).unwrap_or_default();
        let find = |frame: &Frame| frame.find(number.as_deref(), name.as_deref());
        let found = find(&result.frame).map(|(at, by_name)| (Whose::Member(at), by_name));
        let found = found.or_else(|| {
            let (at, by_name) = find(baseline?)?;
            Some((Whose::Left(at), by_name))
        });
        let Some((whose, by_name)) = found else {
            result.unmatched += 1;
            let message = format!("an answer from {shown}, which is not in the population of `{}`", survey.code);
            result.findings.push(
                Finding::warning(&rules::ANSWER_UNMATCHED, place(row, respondent), message)
                    .found(shown)
                    .help("It does not count. Correct the number here, or in the list of members."),
            );
            continue;
        };
        if by_name {
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
        answers_of.entry(whose).or_default().push((date(&input.rows, survey.submitted.as_str(), row), row));
    }
    for (whose, mut answers) in answers_of {
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
        let row = answers[0].1;
        match whose {
            Whose::Member(at) => result.answers.insert(at, row),
            Whose::Left(at) => {
                let message = "an answer of an enterprise that has left the population since the baseline";
                result.findings.push(Finding::info(&rules::ANSWER_LEFT, place(row, respondent), message).help(
                    "It counts in changes on pairs, which speak of the baseline's population, and nowhere else.",
                ));
                result.left.insert(at, row)
            }
        };
    }
    result
}
