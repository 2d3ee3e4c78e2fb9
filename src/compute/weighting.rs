//! How the answers of a survey are weighted: merged strata, weights that are given, and totals that are known.
//!
//! Turns what a survey declares into what the estimators take, for one list of answers at a time: `n_h` and the weights are
//! those of the answers usable for one estimate, so nothing of it can be computed beforehand but the frame's side.

use std::collections::BTreeMap;

use polars::prelude::DataFrame;

use super::estimate::{Collapsed, Design, Lonely, Margin, Stratum, collapse};
use super::population::{Frame, Member};
use crate::define::catalog::{self, KnownMargin, Survey, SurveyColumn};
use crate::model::number::SCALE;
use crate::sql::frame::{Exact, exact, text};

/// What stands for a value that is not there, in strata and categories alike.
pub const NOT_GIVEN: &str = "(not given)";

/// The frame's side of a survey's weights.
#[derive(Debug)]
pub struct Weights {
    collapsed: Collapsed,
    /// The categories of each margin, with their sizes.
    totals: Vec<Vec<(String, u64)>>,
}

/// An answer: the row of its member in the frame, the wave's rows, and its own among them.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    pub frame_row: usize,
    pub wave: &'a DataFrame,
    pub row: usize,
}

impl Weights {
    pub fn new(survey: &Survey, frame: &Frame) -> Self {
        let totals = survey.weighting.margins.iter().map(|margin| match &margin.totals {
            Some(totals) => totals.clone(),
            None => counted(margin, frame),
        });
        Self { collapsed: collapse(&frame.strata, &survey.weighting.collapse), totals: totals.collect() }
    }

    /// Strata after merging.
    pub fn strata(&self) -> &[Stratum] {
        &self.collapsed.strata
    }

    /// The stratum of a member after merging.
    pub fn stratum(&self, member: &Member) -> usize {
        self.collapsed.of[member.stratum]
    }

    pub fn design<'a>(&'a self, survey: &Survey, margins: &'a [Margin]) -> Design<'a> {
        let lonely = match survey.lonely {
            catalog::Lonely::Fail => Lonely::Fail,
            catalog::Lonely::Certainty => Lonely::Certainty,
            catalog::Lonely::Adjust => Lonely::Adjust,
        };
        Design { margins, minimum: survey.weighting.minimum_answers, ..Design::of(self.strata(), lonely) }
    }

    /// The margins of these answers.
    pub fn margins(&self, survey: &Survey, frame: &Frame, places: &[Place<'_>]) -> Vec<Margin> {
        let margin = |(margin, totals): (&KnownMargin, &Vec<(String, u64)>)| {
            let at = |place: &Place<'_>| {
                let category = category(margin, frame, place.frame_row, Some(place));
                // Past the end: the estimators refuse an answer that no total speaks of.
                totals.iter().position(|(name, _)| *name == category).unwrap_or(totals.len())
            };
            Margin { name: margin.name.clone(), categories: totals.clone(), of: places.iter().map(at).collect() }
        };
        survey.weighting.margins.iter().zip(&self.totals).map(margin).collect()
    }

    /// How answers are weighted, in sentences.
    pub fn told(&self, survey: &Survey) -> Vec<String> {
        let weighting = &survey.weighting;
        let names: Vec<&str> = weighting.margins.iter().map(|margin| margin.name.as_str()).collect();
        let drawn = match &weighting.weights {
            Some(column) => format!("Weights are given by `{}`", column.code()),
            None => "Weights are frame size over usable answers in each stratum, for each estimate anew".to_owned(),
        };
        let mut lines = vec![match names.as_slice() {
            [] => format!("{drawn}."),
            [one] => format!("{drawn}, then brought to the known numbers by {one} (post-stratification)."),
            several => format!("{drawn}, then brought to the known numbers by {} (raking).", several.join(" and by ")),
        }];
        let parts = |at: usize| self.collapsed.of.iter().filter(|into| **into == at).count();
        let merged = self.strata().iter().enumerate().filter(|(at, _)| parts(*at) > 1);
        lines.extend(merged.map(|(_, stratum)| format!("Strata merged, as declared: {}.", stratum.name)));
        let unknown = self.collapsed.unknown.iter();
        lines.extend(unknown.map(|name| format!("`collapse` names `{name}`, but no enterprise is in such a stratum.")));
        if weighting.minimum_answers > 1 {
            lines.push(format!("Fewer than {} answers give no estimate.", weighting.minimum_answers));
        }
        lines
    }
}

/// The weight of an answer: None where none is given. NaN, which the estimators refuse, where one is missing.
pub fn weight(survey: &Survey, frame: &Frame, place: Place<'_>) -> Option<f64> {
    let column = survey.weighting.weights.as_ref()?;
    let weight = match column {
        SurveyColumn::Frame(code) => number(&frame.rows, code.as_str(), place.frame_row),
        SurveyColumn::Question(code) => number(place.wave, code.as_str(), place.row),
    };
    Some(weight.unwrap_or(f64::NAN))
}

/// A number of a table as the nearest float.
pub fn number(rows: &DataFrame, field: &str, row: usize) -> Option<f64> {
    let Exact::Number(mut number) = exact(rows, field, row) else { return None };
    number.rescale(SCALE);
    // One correctly rounded division of an integer: the nearest f64 to the exact value.
    Some(number.mantissa() as f64 / 1e6)
}

/// How many members of each category the frame has.
fn counted(margin: &KnownMargin, frame: &Frame) -> Vec<(String, u64)> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for member in frame.members.iter().filter(|member| !member.ineligible) {
        *counts.entry(category(margin, frame, member.row, None)).or_default() += 1;
    }
    counts.into_iter().collect()
}

/// The category of a member: the values of the margin's columns together.
fn category(margin: &KnownMargin, frame: &Frame, frame_row: usize, place: Option<&Place<'_>>) -> String {
    let value = |column: &SurveyColumn| match column {
        SurveyColumn::Frame(code) => text(&frame.rows, code.as_str(), frame_row),
        SurveyColumn::Question(code) => place.and_then(|place| text(place.wave, code.as_str(), place.row)),
    };
    let parts = margin.by.iter().map(|column| value(column).unwrap_or_else(|| NOT_GIVEN.to_owned()));
    parts.collect::<Vec<_>>().join(" · ")
}
