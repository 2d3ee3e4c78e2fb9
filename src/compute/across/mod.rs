//! Several programmes side by side: matched by code, added up only where that gives a figure, organisations counted once.
//!
//! Works on finished scoreboards, of which each is withheld from whoever must not see it: nothing here looks into rows
//! that an output does not show.

mod once;

pub use once::of_programme;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use self::once::Crowd;
use super::published::outcome;
use crate::define::Catalog;
use crate::define::across::{AcrossPlan, SetPlan};
use crate::define::catalog::Decision;
use crate::finding::Finding;
use crate::model::across::{
    Account, Across, Difference, Entry, Found, Matched, MatchedBy, NotAdded, Programme, Reported, SetCompared, SetPart,
    SetPublished, Total,
};
use crate::model::audience::Audience;
use crate::model::code::IndicatorCode;
use crate::model::published::Relation;
use crate::model::scoreboard::{Accumulation, IndicatorResult, ReportingState, Scoreboard, Status};
use crate::model::trace::{Made, Taking};
use crate::model::value::Value;

/// One programme with its report, if it has one for this audience.
pub struct Side<'a> {
    /// The folder's name.
    pub name: &'a str,
    pub catalog: &'a Catalog,
    pub as_of: NaiveDate,
    pub board: Option<&'a Scoreboard>,
    /// Where its figures stand in its own workbook.
    pub found: &'a BTreeMap<IndicatorCode, Found>,
}

/// What is asked of all of them.
pub struct Asked<'a> {
    pub plan: &'a AcrossPlan,
    /// Of organisations in several programmes.
    pub decisions: &'a [Decision],
    pub title: String,
    pub audience: Audience,
}

/// What these programmes have in common; and decisions that fit nothing in them.
pub fn compare(sides: &[Side<'_>], asked: &Asked<'_>) -> (Across, Vec<Finding>) {
    let plan = asked.plan;
    let mut taken: BTreeSet<(usize, IndicatorCode)> = BTreeSet::new();
    let mut matched = Vec::new();
    let mut counted = Vec::new();
    for one in &plan.matches {
        let entries: Vec<(usize, &IndicatorResult)> = (sides.iter().enumerate())
            .filter_map(|(at, side)| Some((at, find(side, one.of.get(side.name)?)?)))
            .collect();
        taken.extend(entries.iter().map(|(at, result)| (*at, result.code.clone())));
        if let Some(one) = matching(sides, one.code.clone(), one.title.clone(), MatchedBy::Declared, &entries) {
            matched.push(one);
            counted.push(entries);
        }
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
            if let Some(one) = matching(sides, code.to_owned(), first.title.clone(), by, &entries) {
                matched.push(one);
                counted.push(entries);
            }
        }
    }
    let alone = sides.iter().enumerate().flat_map(|(at, side)| {
        side.board.iter().flat_map(|board| &board.indicators).map(move |one| (at, one.code.clone(), one.title.clone()))
    });
    let alone = alone.filter(|(at, code, _)| !taken.contains(&(*at, code.clone()))).collect();
    let sets = plan.sets.iter().filter_map(|set| compared(sides, set)).collect();
    let (mut open, mut findings) = (None, Vec::new());
    if !asked.audience.is_restricted() {
        let crowd = Crowd::of(sides, &counted, asked.decisions);
        for (at, (one, entries)) in matched.iter_mut().zip(&counted).enumerate() {
            one.once = crowd.once(sides, at, entries);
        }
        open = Some(crowd.open(&counted, asked.decisions));
        findings = crowd.findings;
    }
    let across = Across {
        title: asked.title.clone(),
        audience: asked.audience,
        language: plan.language.clone(),
        programmes: sides.iter().map(programme).collect(),
        matched,
        sets,
        alone,
        open,
    };
    (across, findings)
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
            head: board.ledger_head.clone(),
            behind: behind(board),
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

/// Partners that should have reported by now, and have not reported everything.
fn behind(board: &Scoreboard) -> usize {
    let late = board.reporting.iter().filter(|one| matches!(one.state, ReportingState::Late | ReportingState::Missing));
    late.map(|one| one.partner.as_str()).collect::<BTreeSet<&str>>().len()
}

/// None where fewer than two programmes have it. Whom it counts once is counted when all are known.
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
    let entries: Vec<Entry> =
        found.iter().map(|(at, result)| entry(*at, result, sides[*at].found.get(&result.code))).collect();
    let mut differences = differences(sides, &entries);
    let total = total(sides, found);
    if counts_once(found) && !at_hand(sides, found) {
        differences.push(Difference::TooManyRows);
    }
    Some(Matched { code, title, by, entries, total, differences, once: None })
}

fn counts_once(found: &[(usize, &IndicatorResult)]) -> bool {
    found.iter().all(|(_, result)| result.made == Made::Rows(Taking::Distinct))
}

/// Whether all rows can be looked through.
fn at_hand(sides: &[Side<'_>], found: &[(usize, &IndicatorResult)]) -> bool {
    let whole = |at: usize| sides[at].board.is_some_and(|board| board.evidence.rows.len() >= board.evidence.total);
    found.iter().all(|(at, _)| whole(*at))
}

fn entry(programme: usize, one: &IndicatorResult, found: Option<&Found>) -> Entry {
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
        lower: total.lower,
        upper: total.upper,
        coverage: total.coverage,
        cut_off: total.cut_off,
        target: total.target,
        progress: total.progress,
        status: total.status,
        found: found.cloned(),
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
fn differences(sides: &[Side<'_>], entries: &[Entry]) -> Vec<Difference> {
    fn each<T: PartialEq>(entries: &[Entry], of: impl Fn(&Entry) -> T) -> Option<Vec<(usize, T)>> {
        let all: Vec<(usize, T)> = entries.iter().map(|entry| (entry.programme, of(entry))).collect();
        all.iter().any(|(_, one)| *one != all[0].1).then_some(all)
    }
    let mut all = Vec::new();
    all.extend(each(entries, |entry| entry.unit.clone()).map(Difference::Units));
    all.extend(each(entries, |entry| entry.level).map(Difference::Levels));
    all.extend(each(entries, |entry| entry.accumulation).map(Difference::Accumulations));
    all.extend(each(entries, |entry| entry.cut_off.unwrap_or(sides[entry.programme].as_of)).map(Difference::Days));
    if entries.iter().any(|entry| entry.definition.trim() != entries[0].definition.trim()) {
        all.push(Difference::Definitions);
    }
    let short = entries.iter().filter(|entry| entry.coverage.reported < entry.coverage.due);
    all.extend(short.map(|entry| Difference::Coverage(entry.programme, entry.coverage)));
    all
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
