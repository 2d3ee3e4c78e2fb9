//! The population of a survey as it stands for one wave: the members of the frame, each once, by stratum, with who was
//! asked.
//!
//! A list that partners report by period is taken as it was on the wave's day; a cumulative one has no past, so it is
//! the current one for every wave.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use polars::prelude::DataFrame;

use super::Inputs;
use super::estimate::Stratum;
use super::plan::{Grain, table};
use super::weighting::NOT_GIVEN;
use crate::define::catalog::{Collection, Survey, Wave};
use crate::finding::{Finding, Place, rules};
use crate::sql::Expression;
use crate::sql::frame::{integer, keep, query, text};

/// Members sorted by stratum, then identity.
#[derive(Debug, Default)]
pub struct Frame {
    pub members: Vec<Member>,
    pub strata: Vec<Stratum>,
    by_number: BTreeMap<String, usize>,
    by_name: BTreeMap<String, usize>,
    /// Names without their country; None where two members are called so.
    by_bare_name: BTreeMap<String, Option<usize>>,
    /// The rows of the frame's collection, for populations of indicators.
    pub(super) rows: DataFrame,
    /// Partners whose list of another period had to do: code and period.
    pub(super) stand_ins: Vec<(String, i64)>,
}

#[derive(Debug)]
pub struct Member {
    pub(super) row: usize,
    pub(super) stratum: usize,
    pub(super) asked: bool,
    pub(super) ineligible: bool,
    number: Option<String>,
    name: Option<String>,
}

impl Member {
    /// Was asked, and belongs to the population as far as is known.
    pub(super) fn is_eligible(&self) -> bool {
        self.asked && !self.ineligible
    }

    /// Its number, else its name.
    pub(super) fn identity(&self) -> &str {
        self.number.as_deref().or(self.name.as_deref()).unwrap_or_default()
    }
}

impl Frame {
    /// The member with this number, else with this name; and whether it was found by its name alone.
    pub(super) fn find(&self, number: Option<&str>, name: Option<&str>) -> Option<(usize, bool)> {
        let by_number = number.and_then(|number| self.by_number.get(number));
        let by_name = |name: &str| {
            // Few questionnaires ask for the country, so without it a name that only one member has will do.
            let bare = || self.by_bare_name.get(name.strip_suffix("|?")?).copied().flatten();
            self.by_name.get(name).copied().or_else(bare)
        };
        by_number.map(|at| (*at, false)).or_else(|| name.and_then(by_name).map(|at| (at, true)))
    }

    /// Where a member of another wave's frame stands in this one.
    pub(super) fn again(&self, member: &Member) -> Option<usize> {
        self.find(member.number.as_deref(), member.name.as_deref()).map(|(at, _)| at)
    }

    /// How many belong to the population.
    pub(super) fn size(&self) -> u64 {
        self.strata.iter().filter_map(|stratum| stratum.population).sum()
    }
}

/// The frame of a wave; without one, of the day of the scoreboard.
///
/// # Errors
/// What the SQL engine refuses, as text.
pub fn frame(
    inputs: &Inputs<'_>,
    survey: &Survey,
    wave: Option<&Wave>,
    findings: &mut Vec<Finding>,
) -> Result<Frame, String> {
    let Some(collection) = inputs.catalog.collection(&survey.frame) else { return Ok(Frame::default()) };
    // A member that two partners list is one record; but a list by period needs every partner's rows of every period.
    let grain = if collection.by_period { Grain::Partner } else { Grain::Record };
    let Some(all) = inputs.records.tables.get(&table(collection, grain)) else { return Ok(Frame::default()) };
    let day = wave.map_or(inputs.as_of, |wave| wave.on);
    let (rows, stand_ins) =
        if collection.by_period { listed_on(inputs, collection, all, day)? } else { (all.clone(), Vec::new()) };
    let asked = truths(&rows, wave.and_then(|wave| wave.asked.as_ref()).or(survey.asked.as_ref()), true)?;
    let ineligible = truths(&rows, survey.ineligible.as_ref(), false)?;
    let match_on = survey.match_on.as_str();
    let name_column = format!("{match_on}__name");
    let mut listed: Vec<(String, String, usize)> = Vec::new();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut twice = 0;
    let mut order: Vec<usize> = (0..rows.height()).collect();
    if collection.by_period {
        // Of a member that several partners list, the first partner's row counts, as in a record.
        let partners = &inputs.catalog.partners;
        let rank = |code: &str| partners.iter().position(|partner| partner.code.as_str() == code);
        order.sort_by_cached_key(|row| text(&rows, "partner", *row).and_then(|code| rank(&code)));
    }
    for row in order {
        let Some(identity) = text(&rows, match_on, row).or_else(|| text(&rows, &name_column, row)) else { continue };
        if !seen.insert(identity.clone()) {
            twice += 1;
            continue;
        }
        let stratum: Vec<String> = survey
            .strata
            .iter()
            .map(|field| text(&rows, field.as_str(), row).unwrap_or_else(|| NOT_GIVEN.into()))
            .collect();
        let stratum = if stratum.is_empty() { "all members".to_owned() } else { stratum.join(" · ") };
        listed.push((stratum, identity, row));
    }
    if twice > 0 && !(collection.by_period && collection.shared_key) {
        let message = format!("{twice} enterprises stand in the population of `{}` more than once", survey.code);
        let finding = Finding::warning(&rules::FRAME_TWICE, Place::Project, message)
            .help("Each counts once, in the stratum of its first listing. Agree which partner lists it.");
        // Waves of one frame find the same.
        if !findings.contains(&finding) {
            findings.push(finding);
        }
    }
    // By stratum, then identity: the order of every sum.
    listed.sort();
    let mut frame = Frame { stand_ins, ..Frame::default() };
    for (stratum, _, row) in listed {
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
        let (number, name) = (text(&rows, match_on, row), text(&rows, &name_column, row));
        if let Some(number) = &number {
            frame.by_number.insert(number.clone(), member);
        }
        if let Some(name) = &name {
            frame.by_name.entry(name.clone()).or_insert(member);
            let bare = name.rsplit_once('|').map_or(name.as_str(), |(name, _)| name).to_owned();
            let known = frame.by_bare_name.entry(bare);
            known.and_modify(|known| *known = known.filter(|known| *known == member)).or_insert(Some(member));
        }
        let (asked, ineligible) = (asked[row], ineligible[row]);
        frame.members.push(Member { row, stratum: at, asked, ineligible, number, name });
    }
    frame.rows = rows;
    Ok(frame)
}

/// The rows of a list as it was on a day: of each partner those of the latest period that it had reported by then, else of
/// the first that it reported at all.
fn listed_on(
    inputs: &Inputs<'_>,
    collection: &Collection,
    all: &DataFrame,
    day: NaiveDate,
) -> Result<(DataFrame, Vec<(String, i64)>), String> {
    let until = inputs.catalog.programme.calendar.number_of(day);
    let mut reported: BTreeMap<&str, BTreeSet<i64>> = BTreeMap::new();
    for submission in inputs.submissions.iter().filter(|one| one.collection == collection.code) {
        reported.entry(submission.partner.as_str()).or_default().extend(submission.period);
    }
    let (mut chosen, mut stand_ins) = (BTreeMap::new(), Vec::new());
    for (partner, periods) in reported {
        let by_then = periods.range(..=until).next_back();
        let Some(period) = by_then.or(periods.first()).copied() else { continue };
        if by_then.is_none() {
            stand_ins.push((partner.to_owned(), period));
        }
        chosen.insert(partner.to_owned(), period);
    }
    let fits = |row: usize| {
        let partner = text(all, "partner", row).unwrap_or_default();
        integer(all, "period", row).is_some_and(|period| chosen.get(&partner) == Some(&period))
    };
    let rows = keep(all, (0..all.height()).map(fits)).map_err(|error| error.to_string())?;
    Ok((rows, stand_ins))
}

/// For each row whether a condition holds; `otherwise` where there is no condition.
///
/// # Errors
/// What the SQL engine refuses, as text.
pub(super) fn truths(frame: &DataFrame, expression: Option<&Expression>, otherwise: bool) -> Result<Vec<bool>, String> {
    let Some(expression) = expression else { return Ok(vec![otherwise; frame.height()]) };
    if frame.height() == 0 {
        return Ok(Vec::new());
    }
    let sql = format!("SELECT partner, ({}) AS truth__ FROM frame__", expression.sql);
    let answer = query(&[("frame__", frame)], &sql).map_err(|error| error.to_string())?;
    Ok((0..frame.height()).map(|row| text(&answer, "truth__", row).as_deref() == Some("true")).collect())
}
