//! Surveys: the frame with its strata, waves matched to it, and response. Indicators are estimated in
//! `estimation`.

use std::collections::BTreeMap;

use polars::prelude::DataFrame;
use rust_decimal::Decimal;

use super::estimate::Stratum;
use super::wave::{Matched, matched};
use super::{Inputs, WaveInput};
use crate::define::catalog::{Survey, Wave, WaveRole};
use crate::finding::{Finding, Place, rules};
use crate::model::number::percentage;
use crate::model::scoreboard::{StratumResponse, SurveyResult, WaveResponse};
use crate::model::value::{Value, Why};
use crate::sql::Expression;
use crate::sql::frame::{query, text};

/// The population: members sorted by identity, each once.
#[derive(Debug, Default)]
pub struct Frame {
    pub members: Vec<Member>,
    pub strata: Vec<Stratum>,
    pub by_number: BTreeMap<String, usize>,
    pub by_name: BTreeMap<String, usize>,
    /// The rows of the frame's collection, for populations of indicators.
    pub(super) rows: DataFrame,
}

#[derive(Debug)]
pub struct Member {
    pub(super) row: usize,
    pub(super) stratum: usize,
    pub(super) asked: bool,
    pub(super) ineligible: bool,
}

/// A survey with its frame and matched waves.
pub struct Prepared<'a> {
    pub(super) survey: &'a Survey,
    pub(super) frame: Frame,
    pub(super) waves: Vec<(&'a Wave, Option<&'a WaveInput>, Matched)>,
    pub result: SurveyResult,
    pub findings: Vec<Finding>,
}

/// Every survey of the catalogue.
///
/// # Errors
/// What the SQL engine refuses, as text.
pub fn prepare<'a>(inputs: &'a Inputs<'a>) -> Result<Vec<Prepared<'a>>, String> {
    inputs.catalog.surveys.iter().map(|survey| one(inputs, survey)).collect()
}

fn one<'a>(inputs: &'a Inputs<'a>, survey: &'a Survey) -> Result<Prepared<'a>, String> {
    let mut findings = Vec::new();
    let frame = frame(inputs, survey, &mut findings)?;
    let mut waves = Vec::new();
    let mut responses = Vec::new();
    for wave in survey.waves.iter().filter(|wave| wave.on <= inputs.as_of) {
        let input = inputs.waves.iter().find(|input| input.survey == survey.code && input.wave == wave.code);
        let mut matched = input.map_or_else(
            || Matched { answers: BTreeMap::new(), incomplete: 0, superseded: 0, unmatched: 0, findings: Vec::new() },
            |input| matched(survey, wave, input, &frame),
        );
        findings.append(&mut matched.findings);
        responses.push(response(survey, wave, input, &frame, &matched, &inputs.catalog.programme.language));
        waves.push((wave, input, matched));
    }
    let pairs = match ends(&waves) {
        Some((first, last)) => {
            waves[first].2.answers.keys().filter(|member| waves[last].2.answers.contains_key(member)).count()
        }
        None => 0,
    };
    let result = SurveyResult {
        code: survey.code.to_string(),
        title: survey.title.get(&inputs.catalog.programme.language).to_owned(),
        method: method(survey, &frame, &waves, pairs),
        waves: responses,
        pairs,
    };
    Ok(Prepared { survey, frame, waves, result, findings })
}

/// The baseline and the last follow-up, as positions.
pub(super) fn ends(waves: &[(&Wave, Option<&WaveInput>, Matched)]) -> Option<(usize, usize)> {
    let first = waves.iter().position(|(wave, ..)| wave.role == WaveRole::Baseline)?;
    let last = waves.iter().rposition(|(wave, ..)| wave.role == WaveRole::FollowUp)?;
    Some((first, last))
}

pub(super) fn truths(frame: &DataFrame, expression: Option<&Expression>, otherwise: bool) -> Result<Vec<bool>, String> {
    let Some(expression) = expression else { return Ok(vec![otherwise; frame.height()]) };
    if frame.height() == 0 {
        return Ok(Vec::new());
    }
    let sql = format!("SELECT partner, ({}) AS truth__ FROM frame__", expression.sql);
    let answer = query(&[("frame__", frame)], &sql).map_err(|error| error.to_string())?;
    Ok((0..frame.height()).map(|row| text(&answer, "truth__", row).as_deref() == Some("true")).collect())
}

fn frame(inputs: &Inputs<'_>, survey: &Survey, findings: &mut Vec<Finding>) -> Result<Frame, String> {
    let Some(rows) = inputs.records.tables.get(survey.frame.as_str()) else { return Ok(Frame::default()) };
    let asked = truths(rows, survey.asked.as_ref(), true)?;
    let ineligible = truths(rows, survey.ineligible.as_ref(), false)?;
    let match_on = survey.match_on.as_str();
    let name_column = format!("{match_on}__name");
    let mut listed: Vec<(String, String, usize)> = Vec::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut names: BTreeMap<usize, String> = BTreeMap::new();
    let mut twice = 0;
    for row in 0..rows.height() {
        let (number, name) = (text(rows, match_on, row), text(rows, &name_column, row));
        let Some(identity) = number.clone().or_else(|| name.clone()) else { continue };
        if let Some(name) = name {
            names.insert(row, name);
        }
        if seen.insert(identity.clone(), row).is_some() {
            twice += 1;
            continue;
        }
        let stratum: Vec<String> = survey
            .strata
            .iter()
            .map(|field| text(rows, field.as_str(), row).unwrap_or_else(|| "(not given)".into()))
            .collect();
        let stratum = if stratum.is_empty() { "all members".to_owned() } else { stratum.join(" · ") };
        listed.push((stratum, identity, row));
    }
    if twice > 0 {
        let message = format!("{twice} enterprises stand in the population of `{}` more than once", survey.code);
        findings.push(
            Finding::warning(&rules::FRAME_TWICE, Place::Project, message)
                .help("Each counts once, in the stratum of its first listing. Agree which partner lists it."),
        );
    }
    // By stratum, then identity: the order of every sum.
    listed.sort();
    let mut frame = Frame { rows: rows.clone(), ..Frame::default() };
    for (stratum, identity, row) in listed {
        if frame.strata.last().is_none_or(|last| last.name != stratum) {
            frame.strata.push(Stratum { name: stratum, population: Some(0) });
        }
        let at = frame.strata.len() - 1;
        // Who is known not to belong is no part of the population.
        if !ineligible[row]
            && let Some(count) = &mut frame.strata[at].population
        {
            *count += 1;
        }
        let member = frame.members.len();
        if identity.starts_with("vat:") || identity.starts_with("reg:") {
            frame.by_number.insert(identity.clone(), member);
        }
        if let Some(name) = names.get(&row) {
            frame.by_name.entry(name.clone()).or_insert(member);
        }
        frame.members.push(Member { row, stratum: at, asked: asked[row], ineligible: ineligible[row] });
    }
    Ok(frame)
}

fn response(
    survey: &Survey,
    wave: &Wave,
    input: Option<&WaveInput>,
    frame: &Frame,
    matched: &Matched,
    language: &str,
) -> WaveResponse {
    let line = |name: &str, of: &dyn Fn(&Member) -> bool| {
        let members: Vec<(usize, &Member)> =
            frame.members.iter().enumerate().filter(|(_, member)| of(member)).collect();
        let asked = members.iter().filter(|(_, member)| member.asked).count();
        let ineligible = members.iter().filter(|(_, member)| member.asked && member.ineligible).count();
        let complete = members
            .iter()
            .filter(|(at, member)| member.asked && !member.ineligible && matched.answers.contains_key(at))
            .count();
        let rate = percentage(Decimal::from(complete), Decimal::from(asked - ineligible));
        StratumResponse {
            name: name.to_owned(),
            population: members.len(),
            asked,
            ineligible,
            complete,
            rate: rate.map_or(Value::NotComputable(Why::ZeroDenominator), Value::Known),
        }
    };
    let mut strata: Vec<StratumResponse> = frame
        .strata
        .iter()
        .enumerate()
        .map(|(at, stratum)| line(&stratum.name, &|member| member.stratum == at))
        .collect();
    strata.push(line("all", &|_| true));
    let items = survey
        .questions
        .iter()
        .filter(|question| question.code != survey.respondent && question.code != survey.submitted)
        .map(|question| {
            let with = matched
                .answers
                .values()
                .filter(|row| input.is_some_and(|input| text(&input.rows, question.code.as_str(), **row).is_some()))
                .count();
            (question.label.get(language).to_owned(), Some((with, matched.answers.len() - with)))
        })
        .collect();
    let mut files: Vec<String> =
        input.map(|input| input.origins.values().map(|origin| origin.file.clone()).collect()).unwrap_or_default();
    files.sort();
    files.dedup();
    WaveResponse {
        code: wave.code.to_string(),
        title: wave.title.get(language).to_owned(),
        on: wave.on,
        files,
        strata,
        incomplete: matched.incomplete,
        superseded: matched.superseded,
        unmatched: matched.unmatched,
        items,
    }
}

fn method(survey: &Survey, frame: &Frame, waves: &[(&Wave, Option<&WaveInput>, Matched)], pairs: usize) -> Vec<String> {
    let population: u64 = frame.strata.iter().filter_map(|stratum| stratum.population).sum();
    let mut lines = vec![format!(
        "The population is the {population} enterprises of `{}`{}.",
        survey.frame,
        if survey.strata.is_empty() {
            String::new()
        } else {
            format!(
                ", in strata by {}",
                survey.strata.iter().map(|field| field.as_str().replace('_', " ")).collect::<Vec<_>>().join(" and ")
            )
        }
    )];
    if ends(waves).is_some() {
        lines.push(format!("{pairs} of {population} enterprises answered both the baseline and the last follow-up."));
    }
    lines.push(
        "Weights are frame size over usable answers in each stratum, for each estimate anew. Non-response is assumed to be random \
         within strata: nothing in the data can show whether it is."
            .into(),
    );
    lines
}
