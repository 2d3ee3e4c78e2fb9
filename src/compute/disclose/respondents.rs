//! Whose answers stand behind the counts and estimates of a survey.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::DataFrame;
use rust_decimal::Decimal;

use super::cells::{Cell, Lines, Quantity, Slot, Snapshot, dominated};
use super::contributors::{FEWEST_OF_A_MEDIAN, hashed};
use super::protect::FEWEST;
use crate::compute::pick::{Pick, pick};
use crate::compute::population::{Member, truths};
use crate::compute::survey::{Held, Prepared, ends, prepare};
use crate::compute::wave::Matched;
use crate::compute::{Inputs, WaveInput};
use crate::define::catalog::{Estimate, FieldKind, How, Indicator};
use crate::model::absent::Absent;
use crate::model::code::IndicatorCode;
use crate::model::scoreboard::{IndicatorResult, WaveEstimate};
use crate::sql::frame::{Exact, exact, text};

/// In a smaller domain a share of nobody or of everybody tells of each.
const FEWEST_OF_A_SHARE: usize = 10;
/// How an estimate on those who answered both waves is called.
pub const PAIRS: &str = "on the pairs";

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
    let moves =
        |survey: &Prepared<'_>| inputs.catalog.collection(&survey.survey.frame).is_some_and(|frame| frame.by_period);
    for survey in &prepared {
        if moves(survey) {
            // The population differs by wave, and what one wave tells of another is not looked into: nothing is told.
            let mut own = Snapshot::default();
            counts(&mut own, survey);
            snapshot.never.extend(own.tells.into_keys().chain(own.never));
        } else {
            counts(snapshot, survey);
        }
    }
    // Of one wave and the same questions: estimates over sets that differ by one or two would tell of those.
    let mut seen: Vec<(String, Slot, BTreeMap<u64, Decimal>)> = Vec::new();
    for indicator in &inputs.catalog.indicators {
        let How::Survey { survey, estimate, population, change } = &indicator.how else { continue };
        let Some(survey) = prepared.iter().find(|one| one.survey.code == *survey) else { continue };
        let Some(facts) = results.get(&indicator.code).and_then(|result| result.estimate.as_ref()) else { continue };
        let domains = survey.waves.iter().map(|(.., matched)| truths(&matched.frame.rows, population.as_ref(), true));
        let domains = domains.collect::<Result<Vec<Vec<bool>>, String>>()?;
        let respondents =
            Respondents { survey, estimate, fields: fields(estimate), pick: pick(estimate, survey)?, domains };
        for (at, wave) in facts.waves.iter().enumerate() {
            let slot = Slot::Wave(indicator.code.clone(), at);
            let (from, few) = respondents.of(wave);
            let alone = few || small_share(estimate, wave) || (wave.answers > 0 && wave.answers < FEWEST);
            let of = format!("{} {} {}", survey.survey.code, wave.on, respondents.fields.join(" "));
            let near = seen
                .iter()
                .any(|(other, slot, set)| *other == of && !snapshot.never.contains(slot) && differs_by_few(&from, set));
            // How many answered stands beside every estimate.
            if alone || near || moves(survey) {
                snapshot.never.insert(slot.clone());
            }
            seen.push((of, slot.clone(), from.clone()));
            // A change tells its two levels; what stands beside them is no figure.
            if change.is_none() || at < 2 {
                figures(snapshot, indicator, wave, at + 1 == facts.waves.len() || change.is_some(), &slot, &from);
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
        // Of a change both levels stand behind it: whoever answers one of them anew has changed.
        let behind = snapshot.behind.entry(own).or_default();
        for (who, amount) in from {
            let sum = behind.entry(*who).or_default();
            *sum = sum.saturating_add(*amount).saturating_add(Decimal::ONE);
        }
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
        Estimate::Total(of) | Estimate::Mean(of) | Estimate::Median(of) => vec![of.to_string()],
        Estimate::Share(condition) => condition.fields.iter().cloned().collect(),
    }
}

struct Respondents<'a> {
    survey: &'a Prepared<'a>,
    estimate: &'a Estimate,
    fields: Vec<String>,
    pick: Pick<'a>,
    /// Of each wave, by row of its frame: whether the figure speaks of it.
    domains: Vec<Vec<bool>>,
}

impl Respondents<'_> {
    /// Those behind an estimate, with what they said; and whether they are too few, or one of them nearly all.
    fn of(&self, wave: &WaveEstimate) -> (BTreeMap<u64, Decimal>, bool) {
        let rows = self.rows(wave).unwrap_or_default();
        let mut from = BTreeMap::new();
        let mut amounts: Vec<Vec<Decimal>> = vec![Vec::new(); self.fields.len()];
        for (who, input, row) in rows {
            let said: Vec<Decimal> =
                self.fields.iter().map(|field| said(input, field, row).unwrap_or_default()).collect();
            for (all, own) in amounts.iter_mut().zip(&said) {
                all.push(*own);
            }
            from.insert(who, said.into_iter().fold(Decimal::ZERO, Decimal::saturating_add));
        }
        let question = |code: &String| self.survey.survey.question(code);
        let of_one = self.fields.iter().zip(&amounts).any(|(code, all)| {
            question(code).is_some_and(|question| question.kind == FieldKind::Money)
                && !all.is_empty()
                && dominated(all.iter().copied())
        });
        let fewest = if matches!(self.estimate, Estimate::Median(_)) { FEWEST_OF_A_MEDIAN } else { FEWEST };
        let few = (1..fewest).contains(&from.len());
        (from, few || of_one)
    }

    /// The answers that the estimate uses: whose, and where they stand.
    fn rows(&self, wave: &WaveEstimate) -> Option<Vec<(u64, &WaveInput, usize)>> {
        let waves = &self.survey.waves;
        let at = waves.iter().position(|(own, ..)| own.on == wave.on)?;
        if !wave.title.ends_with(PAIRS) {
            let input = waves[at].1?;
            let matched = &waves[at].2;
            let inside = |member: &Member, row| self.domains[at][member.row] && (self.pick)(input, row).is_some();
            let own = matched.complete().map(|(member, row)| (&matched.frame.members[member], row));
            let own = own.filter(|(member, row)| inside(member, *row));
            return Some(own.map(|(member, row)| (who(self.survey, matched, member), input, row)).collect());
        }
        // Pairs speak of the baseline's population.
        let (first, last) = ends(waves)?;
        let (before, after, base) = (waves[first].1?, waves[last].1?, &waves[first].2);
        let both = self.survey.pairs.iter().filter_map(|(member, row, later)| {
            let member = &base.frame.members[*member];
            (self.pick)(before, *row)?;
            (self.pick)(after, *later)?;
            let (input, row) = if at == first { (before, *row) } else { (after, *later) };
            self.domains[first][member.row].then(|| (who(self.survey, base, member), input, row))
        });
        Some(both.collect())
    }
}

/// What an answer says to a question, as a number; of texts only that there is one.
fn said(input: &WaveInput, field: &str, row: usize) -> Option<Decimal> {
    match exact(&input.rows, field, row) {
        Exact::Number(number) => Some(number),
        _ => text(&input.rows, field, row).map(|said| Decimal::from(hashed(&said) >> 32)),
    }
}

fn who(survey: &Prepared<'_>, matched: &Matched, member: &Member) -> u64 {
    let rows: &DataFrame = &matched.frame.rows;
    let field = survey.survey.match_on.as_str();
    let number = text(rows, field, member.row);
    hashed(&number.or_else(|| text(rows, &format!("{field}__name"), member.row)).unwrap_or_default())
}

/// Response as tables: what is counted, by stratum; and complete answers with and without each question.
fn counts(snapshot: &mut Snapshot, survey: &Prepared<'_>) {
    let code = survey.survey.code.as_str();
    for (at, held) in survey.waves.iter().enumerate() {
        let table = Table { survey, held, code };
        let own = held.0.code.as_str();
        // Waves that ask the same members have these numbers in common: the one would tell what the other withholds.
        let asks = |held: &Held<'_>| -> BTreeSet<u64> {
            let asked = held.2.frame.members.iter().filter(|one| one.asked);
            asked.map(|one| who(survey, &held.2, one)).collect()
        };
        let now = asks(held);
        let alike =
            survey.waves[..at].iter().find(|other| asks(other) == now).map_or(own, |(wave, ..)| wave.code.as_str());
        let population = table.add(snapshot, format!("{code} population"), Some("population"), &|_, _| true);
        let asked = table.add(snapshot, format!("{code} {alike} asked"), Some("asked"), &|_, one| one.asked);
        let unasked = table.add(snapshot, format!("{code} {alike} unasked"), None, &|_, one| !one.asked);
        let out = format!("{code} {alike} ineligible");
        let ineligible = table.add(snapshot, out, Some("ineligible"), &|_, one| one.asked && one.ineligible);
        let answered = |at: usize| held.2.answers.contains_key(&at);
        let complete = table.add(snapshot, format!("{code} {own} complete"), Some("complete"), &|at, one| {
            one.is_eligible() && answered(at)
        });
        let silent =
            table.add(snapshot, format!("{code} {own} silent"), None, &|at, one| one.is_eligible() && !answered(at));
        for place in table.places() {
            let name = |key: &String| (key.clone(), place.clone());
            snapshot.sums.push((name(&population), vec![name(&asked), name(&unasked)]));
            snapshot.sums.push((name(&asked), vec![name(&ineligible), name(&complete), name(&silent)]));
        }
        table.items(snapshot, &complete);
    }
}

/// The whole of a table.
const ALL: &str = "at -";

/// Counts of one wave.
struct Table<'a> {
    survey: &'a Prepared<'a>,
    held: &'a Held<'a>,
    code: &'a str,
}

impl Table<'_> {
    fn places(&self) -> Vec<String> {
        let strata = self.held.2.frame.strata.iter().map(|stratum| format!("stratum={}", stratum.name));
        strata.chain([ALL.to_owned()]).collect()
    }

    fn slot(&self, what: &str, of: &str) -> Slot {
        Slot::Count(self.code.to_owned(), self.held.0.code.to_string(), what.to_owned(), of.to_owned())
    }

    /// Members by stratum, under a name; `what` is what they are called where they are shown.
    fn add(
        &self,
        snapshot: &mut Snapshot,
        key: String,
        what: Option<&str>,
        of: &dyn Fn(usize, &Member) -> bool,
    ) -> String {
        let (.., matched) = self.held;
        let strata = &matched.frame.strata;
        let cell = |stratum: Option<usize>| {
            let members = matched.frame.members.iter().enumerate();
            let inside =
                members.filter(|(at, one)| stratum.is_none_or(|stratum| one.stratum == stratum) && of(*at, one));
            counted(inside.map(|(_, one)| who(self.survey, matched, one)))
        };
        let lines = strata.iter().enumerate();
        let cells = lines.map(|(at, stratum)| (format!("stratum={}", stratum.name), cell(Some(at)))).collect();
        if let Some(what) = what {
            let mut tell = |of: &str, place: String| {
                snapshot.tells.entry(self.slot(what, of)).or_default().insert((key.clone(), place));
            };
            tell("all", ALL.into());
            for stratum in strata {
                tell(&stratum.name, format!("stratum={}", stratum.name));
            }
        }
        let quantity = Quantity {
            whole: true,
            floor: true,
            states: vec![(ALL.into(), cell(None))],
            lines: vec![Lines { cells, add_up: true }],
            ..Quantity::default()
        };
        snapshot.quantities.insert(key.clone(), quantity);
        key
    }

    /// Complete answers with and without each question.
    fn items(&self, snapshot: &mut Snapshot, complete: &str) {
        let (wave, Some(input), matched) = self.held else { return };
        let asked = self.survey.survey.questions.iter();
        let asked =
            asked.filter(|one| one.code != self.survey.survey.respondent && one.code != self.survey.survey.submitted);
        for (at, question) in asked.enumerate() {
            let field = question.code.as_str();
            // One line of the table tells both.
            let slot = self.slot("item", &at.to_string());
            // Of whom it was not asked, or to whom it does not apply, is a third part, which is not told.
            let state = |row: usize| text(&input.rows, &format!("{field}__state"), row);
            let has = |row: usize| text(&input.rows, field, row).is_some();
            let parted = |row: usize| {
                let kind = state(row).as_deref().and_then(Absent::parse);
                !has(row) && matches!(kind, Some(Absent::NotAsked | Absent::NotApplicable))
            };
            if matched.complete().any(|(_, row)| parted(row)) {
                snapshot.never.insert(slot);
                continue;
            }
            let mut add = |what: &str, with: bool| {
                let own = matched.complete().filter(|(_, row)| has(*row) == with);
                let cell = counted(own.map(|(member, _)| who(self.survey, matched, &matched.frame.members[member])));
                let key = format!("{} {} {what} {field}", self.code, wave.code);
                let states = vec![(ALL.to_owned(), cell)];
                let quantity = Quantity { whole: true, floor: true, states, ..Quantity::default() };
                snapshot.quantities.insert(key.clone(), quantity);
                (key, ALL.to_owned())
            };
            let both = [add("with", true), add("without", false)];
            snapshot.sums.push(((complete.to_owned(), ALL.to_owned()), both.to_vec()));
            snapshot.tells.insert(slot, BTreeSet::from(both));
        }
    }
}

/// So many, each for one.
fn counted(all: impl Iterator<Item = u64>) -> Cell {
    let from: BTreeMap<u64, Decimal> = all.map(|who| (who, Decimal::ONE)).collect();
    Cell { value: Decimal::from(from.len()), from }
}
