//! Figures: plan (catalogue → SQL, no data), execute (Polars), estimate, judge. Receives values, never a connection.
//!
//! Start with [`compute`]. Aggregates of exact types run as SQL; estimators run in Rust over sorted answers, on one
//! thread; a figure's state, progress and status are decided in `score` and `status`.

pub mod across;
mod answers;
pub mod chain;
pub mod closing;
mod currency;
mod derived;
pub mod disclose;
pub mod estimate;
mod estimation;
pub mod evidence;
pub mod example;
pub mod group_checks;
mod groups;
pub mod matrix;
pub mod organisations;
pub mod overlap;
mod pace;
mod panel;
mod pick;
pub mod plan;
mod plausible;
mod population;
mod published;
pub mod records;
mod rows;
mod score;
pub mod status;
pub mod survey;
mod themes;
mod told;
mod triangulation;
mod wave;
mod weighting;
mod years;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use polars::prelude::DataFrame;
use rayon::prelude::*;

use crate::define::Catalog;
use crate::define::catalog::{How, Indicator};
use crate::finding::Finding;
use crate::model::code::IndicatorCode;
use crate::model::scoreboard::{AnswerRow, Comparison, IndicatorResult, SurveyResult, Thresholds};
use crate::model::submission::Submission;

use pace::Course;
pub use records::Records;
pub use wave::{Origin, WaveInput};

/// What figures are computed from.
pub struct Inputs<'a> {
    pub catalog: &'a Catalog,
    pub as_of: NaiveDate,
    pub thresholds: Thresholds,
    /// Those that count; each covers the period it names.
    pub submissions: &'a [Submission],
    pub records: &'a Records,
    pub waves: &'a [WaveInput],
}

/// What came of it.
pub struct Computed {
    pub indicators: Vec<IndicatorResult>,
    pub surveys: Vec<SurveyResult>,
    pub comparisons: Vec<Comparison>,
    pub findings: Vec<Finding>,
    /// Behind the estimates of the indicators.
    pub answers: Vec<AnswerRow>,
}

/// Computes the indicators named, in their order.
///
/// # Errors
/// What the SQL engine refuses, as text: a fault of the plan.
pub fn compute(inputs: &Inputs<'_>, chosen: &[IndicatorCode]) -> Result<Computed, String> {
    let surveys = survey::prepare(inputs)?;
    let catalog = inputs.catalog;
    // Everything that is not derived, in parallel; what others derive from comes along even if it is not shown.
    let plain: Vec<&Indicator> = catalog.indicators.iter().filter(|i| !matches!(i.how, How::Derived(_))).collect();
    let computed: Vec<(IndicatorCode, IndicatorResult, Option<Course>)> = plain
        .par_iter()
        .map(|indicator| {
            let (mut result, course) = match &indicator.how {
                How::Rows { .. } => rows::compute(inputs, indicator)?,
                _ => (estimation::compute(inputs, &surveys, indicator)?, None),
            };
            result.year_ends = years::year_ends(inputs, indicator, result.total.cut_off)?;
            Ok((indicator.code.clone(), result, course))
        })
        .collect::<Result<_, String>>()?;
    let mut results: BTreeMap<IndicatorCode, IndicatorResult> = BTreeMap::new();
    let mut courses: BTreeMap<IndicatorCode, Course> = BTreeMap::new();
    for (code, result, course) in computed {
        courses.extend(course.map(|course| (code.clone(), course)));
        results.insert(code, result);
    }
    // Derived ones in turns: the catalogue has no circles, so each turn finishes one at least.
    let mut waiting: Vec<&Indicator> = catalog.indicators.iter().filter(|i| matches!(i.how, How::Derived(_))).collect();
    while !waiting.is_empty() {
        let before = waiting.len();
        waiting.retain(|indicator| match derived::derived(inputs, indicator, &results, &courses) {
            Some((result, course)) => {
                courses.extend(course.map(|course| (indicator.code.clone(), course)));
                results.insert(indicator.code.clone(), result);
                false
            }
            None => true,
        });
        if waiting.len() == before {
            return Err("derived indicators wait for each other".into());
        }
    }
    let (comparisons, apart) = triangulation::comparisons(inputs, &surveys, &results, chosen)?;
    let mut answers = Vec::new();
    for indicator in chosen.iter().filter_map(|code| catalog.indicator(code)) {
        if matches!(indicator.how, How::Survey { .. }) {
            answers.extend(estimation::evidence(inputs, &surveys, indicator)?);
        }
    }
    let mut indicators: Vec<IndicatorResult> = chosen.iter().filter_map(|code| results.remove(code)).collect();
    for one in &mut indicators {
        one.illustrative = catalog.illustrative(&one.code);
    }
    let mut findings: Vec<Finding> = surveys.iter().flat_map(|survey| survey.findings.iter().cloned()).collect();
    findings.extend(inputs.records.findings.iter().cloned());
    findings.extend(apart);
    findings.extend(group_checks::findings(inputs)?);
    findings.extend(chain::orphans(inputs));
    findings.extend(published::judge(catalog, &mut indicators));
    let surveys = surveys.into_iter().map(|survey| survey.result).collect();
    Ok(Computed { indicators, surveys, comparisons, findings, answers })
}

/// A named table for the SQL engine.
type Tables<'a> = Vec<(&'a str, &'a DataFrame)>;
