//! Several programmes side by side: matched by code, added up only where that gives a figure, organisations counted once.
//!
//! Works on finished scoreboards, of which each is withheld from whoever must not see it: nothing here looks into rows
//! that an output does not show.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::published::outcome;
use crate::define::Catalog;
use crate::define::across::{AcrossPlan, SetPlan};
use crate::model::across::{
    Account, Across, Entry, Matched, MatchedBy, NotAdded, Once, Programme, Reported, SetCompared, SetPart,
    SetPublished, Total,
};
use crate::model::audience::Audience;
use crate::model::code::IndicatorCode;
use crate::model::fold::fold;
use crate::model::published::Relation;
use crate::model::scoreboard::{Accumulation, IndicatorResult, Scoreboard, Status};
use crate::model::trace::{Made, Taking};
use crate::model::value::Value;

/// Names of those that stand in several programmes: more are counted and not listed.
const NAMED: usize = 500;

/// One programme with its report, if it has one for this audience.
pub struct Side<'a> {
    /// The folder's name.
    pub name: &'a str,
    pub catalog: &'a Catalog,
    pub as_of: NaiveDate,
    pub board: Option<&'a Scoreboard>,
}

/// What these programmes have in common.
pub fn compare(sides: &[Side<'_>], plan: &AcrossPlan, title: String, audience: Audience) -> Across {
    let mut taken: BTreeSet<(usize, IndicatorCode)> = BTreeSet::new();
    let mut matched = Vec::new();
    for one in &plan.matches {
        let entries: Vec<(usize, &IndicatorResult)> = (sides.iter().enumerate())
            .filter_map(|(at, side)| Some((at, find(side, one.of.get(side.name)?)?)))
            .collect();
        taken.extend(entries.iter().map(|(at, result)| (*at, result.code.clone())));
        matched.extend(matching(sides, one.code.clone(), one.title.clone(), MatchedBy::Declared, &entries));
    }
    // By the codes that they bear themselves. What follows the catalogue bears the EU's code of its entry too.
    let mut borne: BTreeMap<&str, Vec<(usize, &IndicatorResult)>> = BTreeMap::new();
    for (at, side) in sides.iter().enumerate() {
        for result in side.board.iter().flat_map(|board| &board.indicators) {
            if !taken.contains(&(at, result.code.clone()))
                && let Some(code) = result.common.as_ref().or(result.catalogue.as_ref())
            {
                borne.entry(code).or_default().push((at, result));
            }
        }
    }
    for (code, entries) in borne {
        let programmes: BTreeSet<usize> = entries.iter().map(|(at, _)| *at).collect();
        if programmes.len() > 1 {
            taken.extend(entries.iter().map(|(at, result)| (*at, result.code.clone())));
            let first = entries[0].1;
            let alike =
                first.catalogue.as_ref().filter(|_| entries.iter().all(|(_, one)| one.catalogue == first.catalogue));
            let (code, by) = match alike {
                Some(name) => (name.as_str(), MatchedBy::Catalogue),
                None => (code, MatchedBy::Common),
            };
            matched.extend(matching(sides, code.to_owned(), first.title.clone(), by, &entries));
        }
    }
    let alone = sides.iter().enumerate().flat_map(|(at, side)| {
        side.board.iter().flat_map(|board| &board.indicators).map(move |one| (at, one.code.clone(), one.title.clone()))
    });
    let alone = alone.filter(|(at, code, _)| !taken.contains(&(*at, code.clone()))).collect();
    let sets = plan.sets.iter().filter_map(|set| compared(sides, set)).collect();
    Across { title, audience, programmes: sides.iter().map(programme).collect(), matched, sets, alone }
}

fn find<'a>(side: &Side<'a>, code: &IndicatorCode) -> Option<&'a IndicatorResult> {
    side.board?.indicators.iter().find(|one| one.code == *code)
}

fn programme(side: &Side<'_>) -> Programme {
    let programme = &side.catalog.programme;
    let report = side.board.map(|board| {
        let of = |status: Status| board.indicators.iter().filter(|one| one.total.status == Some(status)).count();
        Reported {
            code: board.report.to_string(),
            title: board.title.clone(),
            run: board.run.clone(),
            indicators: board.indicators.len(),
            statuses: Status::NAMES.iter().map(|(_, status)| (*status, of(*status))).filter(|(_, n)| *n > 0).collect(),
            rows_kept_out: board.kept_out_total,
        }
    });
    Programme {
        name: side.name.to_owned(),
        code: programme.code.clone(),
        title: programme.title.clone(),
        start: programme.calendar.start,
        end: programme.calendar.end,
        as_of: side.as_of,
        currency: programme.currency.clone(),
        partners: side.catalog.partners.len(),
        report,
    }
}

/// None where fewer than two programmes have it.
fn matching(
    sides: &[Side<'_>],
    code: String,
    title: String,
    by: MatchedBy,
    found: &[(usize, &IndicatorResult)],
) -> Option<Matched> {
    if found.len() < 2 {
        return None;
    }
    let entries: Vec<Entry> = found.iter().map(|(at, result)| entry(*at, result)).collect();
    let mut differences = differences(sides, &entries);
    let total = total(sides, found);
    let counts = found.iter().all(|(_, result)| result.made == Made::Rows(Taking::Distinct));
    let whole = |at: usize| sides[at].board.is_some_and(|board| board.evidence.rows.len() >= board.evidence.total);
    let at_hand = counts && found.iter().all(|(at, _)| whole(*at));
    if counts && !at_hand {
        differences.push("There are too many rows to look for organisations that stand in several programmes.".into());
    }
    let once = at_hand.then(|| once(sides, found)).flatten();
    Some(Matched { code, title, by, entries, total, differences, once })
}

fn entry(programme: usize, one: &IndicatorResult) -> Entry {
    let total = &one.total;
    Entry {
        programme,
        indicator: one.code.clone(),
        title: one.title.clone(),
        definition: one.definition.clone(),
        level: one.level,
        unit: one.unit.clone(),
        accumulation: one.accumulation,
        method: one.method.clone(),
        value: total.value.clone(),
        upper: total.upper,
        coverage: total.coverage,
        cut_off: total.cut_off,
        target: total.target,
        progress: total.progress,
        status: total.status,
    }
}

/// The sum, or why there is none.
fn total(sides: &[Side<'_>], found: &[(usize, &IndicatorResult)]) -> Total {
    for (at, one) in found {
        if let Some(why) = not_added(sides[*at].board, one, &mut BTreeSet::new()) {
            return Total::Not(why);
        }
    }
    if found.iter().any(|(_, one)| one.unit != found[0].1.unit) {
        return Total::Not(NotAdded::Units);
    }
    let values: Vec<Decimal> = found.iter().filter_map(|(_, one)| one.total.value.known()).collect();
    if values.is_empty() {
        return Total::Not(NotAdded::NothingKnown);
    }
    match values.iter().try_fold(Decimal::ZERO, |sum, value| sum.checked_add(*value)) {
        Some(value) => Total::Sum { value, known: values.len(), of: found.len() },
        None => Total::Not(NotAdded::TooLarge),
    }
}

fn not_added(
    board: Option<&Scoreboard>,
    one: &IndicatorResult,
    seen: &mut BTreeSet<IndicatorCode>,
) -> Option<NotAdded> {
    if one.accumulation == Accumulation::Rate || one.unit.is_percent() {
        return Some(NotAdded::Rate);
    }
    match &one.made {
        Made::Rows(Taking::Sum | Taking::Count) => None,
        Made::Rows(Taking::Distinct) => Some(NotAdded::Distinct),
        Made::Rows(Taking::Least | Taking::Greatest) => Some(NotAdded::Extreme),
        Made::Rows(Taking::Median) | Made::Ratio { .. } | Made::Mean | Made::Answers | Made::Quotient { .. } => {
            Some(NotAdded::Rate)
        }
        Made::Sum(parts) => parts.iter().find_map(|code| {
            let part = board?.indicators.iter().find(|other| other.code == *code);
            match part {
                Some(part) if seen.insert(code.clone()) => not_added(board, part, seen),
                // A part that the report does not show may be anything.
                Some(_) => None,
                None => Some(NotAdded::Distinct),
            }
        }),
    }
}

/// What differs between the programmes in what they count, and for when.
fn differences(sides: &[Side<'_>], entries: &[Entry]) -> Vec<String> {
    let mut all = Vec::new();
    let mut differ = |what: &str, of: &dyn Fn(&Entry) -> String| {
        let each: Vec<String> = entries.iter().map(of).collect();
        if each.iter().any(|one| *one != each[0]) {
            let said: Vec<String> = (entries.iter().zip(&each))
                .map(|(entry, text)| format!("{text} ({})", sides[entry.programme].name))
                .collect();
            all.push(format!("{what}: {}.", said.join(", ")));
        }
    };
    differ("They count in different units", &|entry| entry.unit.to_string());
    differ("They stand at different levels", &|entry| entry.level.as_str().to_owned());
    differ("They add up differently over time", &|entry| entry.accumulation.as_str().to_owned());
    let day = |on: NaiveDate| on.format("%-d %B %Y").to_string();
    differ("They stand for different days", &|entry| {
        day(entry.cut_off.unwrap_or_else(|| sides[entry.programme].as_of))
    });
    if entries.iter().any(|entry| entry.definition.trim() != entries[0].definition.trim()) {
        all.push("Their definitions are worded differently: both stand below.".into());
    }
    for entry in entries.iter().filter(|entry| entry.coverage.reported < entry.coverage.due) {
        all.push(format!("In {} only {} have reported.", sides[entry.programme].name, entry.coverage));
    }
    all
}

/// Organisations by identity, over all programmes.
fn once(sides: &[Side<'_>], found: &[(usize, &IndicatorResult)]) -> Option<Once> {
    let mut standing: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    let mut each = Vec::new();
    for (position, (at, one)) in found.iter().enumerate() {
        let board = sides[*at].board?;
        // What is not shown is not told here either.
        if board.audience.is_restricted() {
            return None;
        }
        let mut own = BTreeSet::new();
        for (_, row) in board.evidence.behind(one, &one.total) {
            if let Some(identity) = row.brings.identity.as_ref().filter(|_| row.brings.counts) {
                own.insert(identity.clone());
            }
        }
        for identity in &own {
            standing.entry(identity.clone()).or_default().insert(position);
        }
        each.push((one.total.value.known().is_some()).then_some(own.len()));
    }
    let mut shared = Vec::new();
    for first in 0..found.len() {
        for second in first + 1..found.len() {
            let both = standing.values().filter(|who| who.contains(&first) && who.contains(&second)).count();
            shared.push((first, second, both));
        }
    }
    let several: Vec<(String, Vec<usize>)> = standing
        .iter()
        .filter(|(_, who)| who.len() > 1)
        .map(|(identity, who)| (identity.clone(), who.iter().copied().collect()))
        .collect();
    Some(Once {
        each,
        together: standing.len(),
        at_least: standing.keys().map(|identity| fold(identity)).collect::<BTreeSet<String>>().len(),
        shared,
        several: several.len(),
        names: several.into_iter().take(NAMED).collect(),
    })
}

/// The values of a breakdown that have a figure above zero, with how they are called.
fn values(side: &Side<'_>, code: &IndicatorCode, field: &str) -> Option<BTreeMap<String, String>> {
    let breakdown = find(side, code)?.breakdowns.iter().find(|one| one.field == field)?;
    let lines = breakdown.figures.iter().zip(&breakdown.names);
    let there = lines.filter(|(figure, _)| figure.value.known().is_some_and(|value| value > Decimal::ZERO));
    // A row that does not say is no value.
    let named = there.filter_map(|(figure, name)| Some((figure.by.last()?.1.clone(), name.clone())));
    Some(named.filter(|(value, _)| value != super::weighting::NOT_GIVEN).collect())
}

fn compared(sides: &[Side<'_>], set: &SetPlan) -> Option<SetCompared> {
    let at = |name: &str| sides.iter().position(|side| side.name == name);
    let (first, second) = (at(&set.first.0)?, at(&set.second.0)?);
    let before = values(&sides[first], &set.first.1, &set.by)?;
    let after = values(&sides[second], &set.second.1, &set.by)?;
    let names = |chosen: &dyn Fn(&String) -> bool, of: &BTreeMap<String, String>| -> Vec<String> {
        of.iter().filter(|(value, _)| chosen(value)).map(|(_, name)| name.clone()).collect()
    };
    let mut compared = SetCompared {
        title: set.title.clone(),
        first: (first, set.first.1.clone()),
        second: (second, set.second.1.clone()),
        field: set.by.clone(),
        kept: names(&|value| after.contains_key(value), &before),
        dropped: names(&|value| !after.contains_key(value), &before),
        added: names(&|value| !before.contains_key(value), &after),
        published: Vec::new(),
        account: account(set),
    };
    compared.published = set
        .published
        .iter()
        .map(|(part, said)| SetPublished {
            part: *part,
            said: said.clone(),
            // Where the account does not come out, what it should come to is disputed.
            outcome: outcome(
                said,
                &Value::Known(Decimal::from(compared.count(*part))),
                compared.account.is_some() && *part == SetPart::Second,
            ),
        })
        .collect();
    Some(compared)
}

/// Where what was published of both does not come out.
fn account(set: &SetPlan) -> Option<Account> {
    let of = |wanted: SetPart| {
        let found = set.published.iter().find(|(part, said)| *part == wanted && said.relation == Relation::Is);
        found.map(|(_, said)| said.value)
    };
    let (first, second) = (of(SetPart::First)?, of(SetPart::Second)?);
    let makes = first.checked_sub(of(SetPart::Dropped)?)?.checked_add(of(SetPart::Added)?)?;
    (makes != second).then_some(Account { makes, second })
}
