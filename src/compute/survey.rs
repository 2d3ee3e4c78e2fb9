//! Surveys: waves matched to their populations, response, who answered again, and the method in words. Indicators are
//! estimated in `estimation`.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::population::{Member, frame};
use super::wave::{Matched, matched};
use super::{Inputs, WaveInput, panel, themes};
use crate::define::catalog::{Collection, Survey, Wave, WaveRole};
use crate::finding::Finding;
use crate::model::absent::Absent;
use crate::model::number::percentage;
use crate::model::scoreboard::{ItemResponse, StratumResponse, SurveyResult, WaveResponse};
use crate::model::value::{Value, Why};
use crate::sql::frame::text;

/// A wave with its answers as they came and as they count.
pub(super) type Held<'a> = (&'a Wave, Option<&'a WaveInput>, Matched);

/// A survey with its matched waves.
pub struct Prepared<'a> {
    pub(super) survey: &'a Survey,
    pub(super) waves: Vec<Held<'a>>,
    /// Who answered the baseline and the last follow-up: member of the baseline's frame, and the row of either wave.
    pub(super) pairs: Vec<(usize, usize, usize)>,
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
    let language = &inputs.catalog.programme.language;
    let by_period = inputs.catalog.collection(&survey.frame).is_some_and(|collection| collection.by_period);
    let mut waves: Vec<Held<'a>> = Vec::new();
    let mut responses = Vec::new();
    for wave in survey.waves.iter().filter(|wave| wave.on <= inputs.as_of) {
        let input = inputs.waves.iter().find(|input| input.survey == survey.code && input.wave == wave.code);
        let frame = frame(inputs, survey, Some(wave), &mut findings)?;
        let baseline =
            waves.iter().find(|(wave, input, _)| by_period && input.is_some() && wave.role == WaveRole::Baseline);
        let mut held = match input {
            Some(input) => matched(survey, wave, input, frame, baseline.map(|(.., matched)| &matched.frame)),
            None => Matched::silent(survey, frame),
        };
        findings.append(&mut held.findings);
        responses.push(response(survey, wave, input, &held, language));
        waves.push((wave, input, held));
    }
    findings.extend(super::plausible::findings(survey, &waves, &inputs.catalog.indicators)?);
    let pairs = ends(&waves).map_or_else(Vec::new, |(first, last)| pairs(&waves[first].2, &waves[last].2));
    let result = SurveyResult {
        code: survey.code.to_string(),
        title: survey.title.get(language).to_owned(),
        method: method(inputs, survey, &waves, pairs.len())?,
        waves: responses,
        pairs: pairs.len(),
        panel: panel::panel(&waves, language),
    };
    Ok(Prepared { survey, waves, pairs, result, findings })
}

/// Who answered both, in the order of the baseline's frame. Who has left the population since still speaks of it.
fn pairs(before: &Matched, after: &Matched) -> Vec<(usize, usize, usize)> {
    let pair = |(at, row): (usize, usize)| {
        let later = match after.frame.again(&before.frame.members[at]) {
            Some(again) => after.answers.get(&again).filter(|_| after.frame.members[again].is_eligible()),
            None => after.left.get(&at),
        };
        later.map(|later| (at, row, *later))
    };
    before.complete().filter_map(pair).collect()
}

/// The baseline and the last follow-up, as positions.
pub(super) fn ends(waves: &[Held<'_>]) -> Option<(usize, usize)> {
    let first = waves.iter().position(|(wave, ..)| wave.role == WaveRole::Baseline)?;
    let last = waves.iter().rposition(|(wave, ..)| wave.role == WaveRole::FollowUp)?;
    Some((first, last))
}

fn response(
    survey: &Survey,
    wave: &Wave,
    input: Option<&WaveInput>,
    matched: &Matched,
    language: &str,
) -> WaveResponse {
    let frame = &matched.frame;
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
            let (mut answered, mut absent) = (0, BTreeMap::<Absent, usize>::new());
            for (_, row) in matched.complete() {
                let Some(input) = input else { continue };
                let code = question.code.as_str();
                if text(&input.rows, code, row).is_some() {
                    answered += 1;
                } else {
                    let state = text(&input.rows, &format!("{code}__state"), row);
                    *absent.entry(state.as_deref().and_then(Absent::parse).unwrap_or(Absent::Unknown)).or_default() +=
                        1;
                }
            }
            let question = question.label.get(language).to_owned();
            ItemResponse { question, answered, absent: absent.into_iter().collect(), suppressed: false }
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
        unasked: matched.answers.len() - matched.complete().count(),
        items,
        coded: input.map_or_else(Vec::new, |input| themes::coded(survey, input, matched, language)),
    }
}

fn method(inputs: &Inputs<'_>, survey: &Survey, waves: &[Held<'_>], pairs: usize) -> Result<Vec<String>, String> {
    let language = &inputs.catalog.programme.language;
    let first = ends(waves).map_or(0, |(first, _)| first);
    let none;
    let base = if let Some((.., matched)) = waves.get(first) {
        matched
    } else {
        none = Matched::silent(survey, frame(inputs, survey, None, &mut Vec::new())?);
        &none
    };
    let strata = if survey.strata.is_empty() {
        String::new()
    } else {
        let names: Vec<String> = survey.strata.iter().map(|field| field.as_str().replace('_', " ")).collect();
        format!(", in strata by {}", names.join(" and "))
    };
    let population = base.frame.size();
    let collection = inputs.catalog.collection(&survey.frame);
    let by_period = collection.filter(|collection| collection.by_period);
    let mut lines = match by_period {
        Some(collection) if !waves.is_empty() => by_day(inputs, collection, waves, &strata),
        _ => vec![format!("The population is the {population} enterprises of `{}`{strata}.", survey.frame)],
    };
    if by_period.is_none() && waves.len() > 1 {
        lines[0].push_str(" It is the partners' current list, for all waves alike.");
    }
    for (wave, ..) in waves {
        if let Some(asked) = &wave.asked {
            lines.push(format!("{}: those were asked where {}.", wave.title.get(language), asked.source));
        }
    }
    if ends(waves).is_some() {
        lines.push(format!("{pairs} of {population} enterprises answered both the baseline and the last follow-up."));
    }
    let end = inputs.catalog.programme.calendar.end;
    for (wave, ..) in waves.iter().filter(|(wave, ..)| wave.on > end) {
        lines.push(format!(
            "{} was held on {}, after the end of the programme on {}: its figures are judged as they stand on {}.",
            wave.title.get(language),
            day(wave.on),
            day(end),
            day(inputs.as_of)
        ));
    }
    let mut told = base.weights.told(survey);
    // What is assumed stands with the weights, which rest on it.
    let assumed = "Non-response is assumed to be random within strata: nothing in the data can show whether it is.";
    if let Some(first) = told.first_mut() {
        first.push_str(&format!(" {assumed}"));
    }
    lines.append(&mut told);
    Ok(lines)
}

fn day(day: chrono::NaiveDate) -> String {
    day.format("%-d %B %Y").to_string()
}

/// Of a list that is reported by period: how large the population was at each wave, and whose list had to stand in.
fn by_day(inputs: &Inputs<'_>, collection: &Collection, waves: &[Held<'_>], strata: &str) -> Vec<String> {
    let language = &inputs.catalog.programme.language;
    let sizes: Vec<String> = waves
        .iter()
        .map(|(wave, _, matched)| format!("{} enterprises at {}", matched.frame.size(), wave.title.get(language)))
        .collect();
    let mut lines = vec![format!(
        "The population is that of `{}` as partners had listed it by each wave's day{strata}: {}. Changes on pairs speak of \
         the baseline's.",
        collection.code,
        sizes.join(", ")
    )];
    for (wave, _, matched) in waves {
        for (partner, period) in &matched.frame.stand_ins {
            let partners = &inputs.catalog.partners;
            let name = partners.iter().find(|one| one.code.as_str() == partner).map_or(partner, |one| &one.name);
            let label = inputs.catalog.programme.calendar.period(*period).map_or_else(String::new, |one| one.label);
            lines.push(format!(
                "{}: {name} had not listed its members by then; its list for {label} stands in.",
                wave.title.get(language)
            ));
        }
    }
    lines
}
