//! Whose answers stand behind the counts and estimates of a survey.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::DataFrame;
use rust_decimal::Decimal;

use super::cells::{Cell, Lines, Quantity, Slot, Snapshot, dominated};
use super::contributors::hashed;
use super::protect::FEWEST;
use crate::compute::survey::{Member, Prepared, prepare, truths};
use crate::compute::{Inputs, WaveInput};
use crate::define::catalog::{Estimate, FieldKind, How, Indicator};
use crate::model::code::IndicatorCode;
use crate::model::scoreboard::{IndicatorResult, WaveEstimate};
use crate::sql::frame::{Exact, exact, text};

/// In a smaller domain a share of nobody or of everybody tells of each.
const FEWEST_OF_A_SHARE: usize = 10;
/// How an estimate on those who answered both waves is called.
const PAIRS: &str = "on the pairs";

/// Adds every survey, and the indicators estimated from it.
///
/// # Errors
/// What the SQL engine refuses, as text.
pub fn add(
    snapshot: &mut Snapshot,
    inputs: &Inputs<'_>,
    results: &BTreeMap<&IndicatorCode, &IndicatorResult>,
) -> Result<(), String> {
    let prepared = prepare(inputs)?;
    for survey in &prepared {
        counts(snapshot, survey);
    }
    // Of one wave and the same questions: estimates over sets that differ by one or two would tell of those.
    let mut seen: Vec<(String, Slot, BTreeMap<u64, Decimal>)> = Vec::new();
    for indicator in &inputs.catalog.indicators {
        let How::Survey { survey, estimate, population, .. } = &indicator.how else { continue };
        let Some(survey) = prepared.iter().find(|one| one.survey.code == *survey) else { continue };
        let Some(facts) = results.get(&indicator.code).and_then(|result| result.estimate.as_ref()) else { continue };
        let domain = truths(&survey.frame.rows, population.as_ref(), true)?;
        let respondents = Respondents { survey, fields: fields(estimate), domain };
        let on_pairs = facts.waves.iter().any(|wave| wave.title.ends_with(PAIRS));
        for (at, wave) in facts.waves.iter().enumerate() {
            let slot = Slot::Wave(indicator.code.clone(), at);
            let (from, few) = respondents.of(wave);
            let alone = few || small_share(estimate, wave) || (wave.answers > 0 && wave.answers < FEWEST);
            let of = format!("{} {} {}", survey.survey.code, wave.on, respondents.fields.join(" "));
            let near = seen
                .iter()
                .any(|(other, slot, set)| *other == of && !snapshot.never.contains(slot) && differs_by_few(&from, set));
            if alone || near {
                snapshot.never.insert(slot.clone());
            }
            seen.push((of, slot.clone(), from.clone()));
            if !on_pairs || wave.title.ends_with(PAIRS) {
                figures(snapshot, indicator, wave, at + 1 == facts.waves.len() || on_pairs, &slot, &from);
            }
            snapshot.behind.insert(slot, from);
        }
    }
    Ok(())
}

/// The figures that rest on an estimate: the point of its day, and the total if it is the one judged.
fn figures(
    snapshot: &mut Snapshot,
    indicator: &Indicator,
    wave: &WaveEstimate,
    judged: bool,
    slot: &Slot,
    from: &BTreeMap<u64, Decimal>,
) {
    let total = judged.then(|| Slot::Total(indicator.code.clone()));
    for own in total.into_iter().chain([Slot::At(indicator.code.clone(), wave.on)]) {
        if snapshot.never.contains(slot) {
            snapshot.never.insert(own.clone());
        }
        snapshot.behind.entry(own).or_default().extend(from.iter().map(|(who, amount)| (*who, *amount)));
    }
}

fn small_share(estimate: &Estimate, wave: &WaveEstimate) -> bool {
    let all_or_none = wave
        .value
        .known()
        .is_some_and(|share| share.is_zero() || share == Decimal::ONE_HUNDRED || share == Decimal::ONE);
    matches!(estimate, Estimate::Share(_)) && all_or_none && wave.answers < FEWEST_OF_A_SHARE
}

fn differs_by_few(one: &BTreeMap<u64, Decimal>, other: &BTreeMap<u64, Decimal>) -> bool {
    let alone =
        |a: &BTreeMap<u64, Decimal>, b: &BTreeMap<u64, Decimal>| a.keys().filter(|who| !b.contains_key(who)).count();
    (1..FEWEST).contains(&(alone(one, other) + alone(other, one)))
}

/// The questions that an estimate uses.
fn fields(estimate: &Estimate) -> Vec<String> {
    match estimate {
        Estimate::Ratio { of, to } => vec![of.to_string(), to.to_string()],
        Estimate::Mean(of) => vec![of.to_string()],
        Estimate::Share(condition) => condition.fields.iter().cloned().collect(),
    }
}

struct Respondents<'a> {
    survey: &'a Prepared<'a>,
    fields: Vec<String>,
    domain: Vec<bool>,
}

impl Respondents<'_> {
    /// Those behind an estimate, with what they said; and whether they are too few, or one of them nearly all.
    fn of(&self, wave: &WaveEstimate) -> (BTreeMap<u64, Decimal>, bool) {
        let waves = &self.survey.waves;
        let Some(at) = waves.iter().position(|(own, ..)| own.on == wave.on) else { return (BTreeMap::new(), false) };
        let (_, Some(input), matched) = &waves[at] else { return (BTreeMap::new(), false) };
        let pairs = wave.title.ends_with(PAIRS);
        let ends = crate::compute::survey::ends(waves);
        let mut from = BTreeMap::new();
        let mut amounts: Vec<Vec<Decimal>> = vec![Vec::new(); self.fields.len()];
        for (member, row) in &matched.answers {
            let one = &self.survey.frame.members[*member];
            let both = ends.is_some_and(|(first, last)| {
                waves[first].2.answers.contains_key(member) && waves[last].2.answers.contains_key(member)
            });
            if !one.asked || one.ineligible || !self.domain[one.row] || (pairs && !both) {
                continue;
            }
            let said: Option<Vec<Decimal>> = self.fields.iter().map(|field| said(input, field, *row)).collect();
            let Some(said) = said else { continue };
            for (all, own) in amounts.iter_mut().zip(&said) {
                all.push(*own);
            }
            from.insert(
                who(self.survey, one),
                said.into_iter().fold(Decimal::ZERO, |sum, own| sum.saturating_add(own)),
            );
        }
        let question = |code: &String| self.survey.survey.question(code);
        let of_one = self.fields.iter().zip(&amounts).any(|(code, all)| {
            question(code).is_some_and(|question| question.kind == FieldKind::Money)
                && !all.is_empty()
                && dominated(all.iter().copied())
        });
        let few = (1..FEWEST).contains(&from.len());
        (from, few || of_one)
    }
}

/// What an answer says to a question, as a number; of texts only that there is one.
fn said(input: &WaveInput, field: &str, row: usize) -> Option<Decimal> {
    match exact(&input.rows, field, row) {
        Exact::Number(number) => Some(number),
        _ => text(&input.rows, field, row).map(|said| Decimal::from(hashed(&said) >> 32)),
    }
}

fn who(survey: &Prepared<'_>, member: &Member) -> u64 {
    let rows: &DataFrame = &survey.frame.rows;
    let field = survey.survey.match_on.as_str();
    let number = text(rows, field, member.row);
    hashed(&number.or_else(|| text(rows, &format!("{field}__name"), member.row)).unwrap_or_default())
}

/// Response as tables: what is counted, by stratum; and complete answers with and without each question.
fn counts(snapshot: &mut Snapshot, survey: &Prepared<'_>) {
    let code = survey.survey.code.to_string();
    let members = &survey.frame.members;
    let strata: Vec<&str> = survey.frame.strata.iter().map(|stratum| stratum.name.as_str()).collect();
    let mut table = |key: String, slots: &[(&str, &str)], of: &dyn Fn(usize, &Member) -> bool| {
        let cell = |stratum: Option<usize>| {
            let inside = members
                .iter()
                .enumerate()
                .filter(|(at, one)| stratum.is_none_or(|stratum| one.stratum == stratum) && of(*at, one));
            let from: BTreeMap<u64, Decimal> = inside.map(|(_, one)| (who(survey, one), Decimal::ONE)).collect();
            Cell { value: Decimal::from(from.len()), from }
        };
        let cells = strata.iter().enumerate().map(|(at, name)| (format!("stratum={name}"), cell(Some(at)))).collect();
        let quantity = Quantity {
            whole: true,
            floor: true,
            states: vec![("at -".into(), cell(None))],
            lines: vec![Lines { cells, add_up: true }],
            ..Quantity::default()
        };
        for (wave, what) in slots {
            let slot = |of: &str| Slot::Count(code.clone(), (*wave).into(), (*what).into(), of.into());
            let mut tell = |slot: Slot, place: String| {
                snapshot.tells.entry(slot).or_default().insert((key.clone(), place));
            };
            tell(slot("all"), "at -".into());
            strata.iter().for_each(|name| tell(slot(name), format!("stratum={name}")));
        }
        snapshot.quantities.insert(key.clone(), quantity);
        key
    };
    let waves: Vec<&str> = survey.waves.iter().map(|(wave, ..)| wave.code.as_str()).collect();
    let every = |what: &'static str| -> Vec<(&str, &str)> { waves.iter().map(|wave| (*wave, what)).collect() };
    let population = table(format!("{code} population"), &every("population"), &|_, _| true);
    let asked = table(format!("{code} asked"), &every("asked"), &|_, one| one.asked);
    let unasked = table(format!("{code} unasked"), &[], &|_, one| !one.asked);
    let ineligible = table(format!("{code} ineligible"), &every("ineligible"), &|_, one| one.asked && one.ineligible);
    let mut sums = vec![(population, vec![asked.clone(), unasked])];
    for (wave, _, matched) in &survey.waves {
        let wave = wave.code.as_str();
        let eligible = |one: &Member| one.asked && !one.ineligible;
        let answered = |at: usize| matched.answers.contains_key(&at);
        let complete =
            table(format!("{code} {wave} complete"), &[(wave, "complete")], &|at, one| eligible(one) && answered(at));
        let silent = table(format!("{code} {wave} silent"), &[], &|at, one| eligible(one) && !answered(at));
        sums.push((asked.clone(), vec![ineligible.clone(), complete, silent]));
    }
    let places: BTreeSet<String> =
        strata.iter().map(|name| format!("stratum={name}")).chain(["at -".to_owned()]).collect();
    for (whole, parts) in sums {
        for place in &places {
            let parts = parts.iter().map(|part| (part.clone(), place.clone())).collect();
            snapshot.sums.push(((whole.clone(), place.clone()), parts));
        }
    }
    items(snapshot, survey, &code);
}

fn items(snapshot: &mut Snapshot, survey: &Prepared<'_>, code: &str) {
    for (wave, input, matched) in &survey.waves {
        let Some(input) = input else { continue };
        let wave = wave.code.as_str();
        let cell = |of: &dyn Fn(usize) -> bool| {
            let members = matched.answers.iter().filter(|(_, row)| of(**row)).map(|(member, _)| *member);
            let from: BTreeMap<u64, Decimal> =
                members.map(|member| (who(survey, &survey.frame.members[member]), Decimal::ONE)).collect();
            Cell { value: Decimal::from(from.len()), from }
        };
        let mut add = |key: &str, cell: Cell| {
            let states = vec![("at -".to_owned(), cell)];
            let quantity = Quantity { whole: true, floor: true, states, ..Quantity::default() };
            snapshot.quantities.insert(key.to_owned(), quantity);
        };
        let all = format!("{code} {wave} answers");
        add(&all, cell(&|_| true));
        let mut sums = Vec::new();
        let mut tells = Vec::new();
        let asked = survey.survey.questions.iter();
        let asked = asked.filter(|one| one.code != survey.survey.respondent && one.code != survey.survey.submitted);
        for (at, question) in asked.enumerate() {
            let has = |row: usize| text(&input.rows, question.code.as_str(), row).is_some();
            let (with, without) =
                (format!("{code} {wave} with {}", question.code), format!("{code} {wave} without {}", question.code));
            add(&with, cell(&has));
            add(&without, cell(&|row| !has(row)));
            let name = |key: &str| (key.to_owned(), "at -".to_owned());
            sums.push((name(&all), vec![name(&with), name(&without)]));
            // One line of the table tells both.
            let slot = Slot::Count(code.to_owned(), wave.to_owned(), "item".into(), at.to_string());
            tells.push((slot, BTreeSet::from([name(&with), name(&without)])));
        }
        snapshot.sums.extend(sums);
        snapshot.tells.extend(tells);
    }
}
