//! The causes of what moved, and those of them that act on data: the players among whom a joint effect is shared.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::arrivals::Arrival;
use super::facts;
use super::scenario::{Files, made_of};
use crate::define::Catalog;
use crate::model::changes::{Cause, CauseKind};
use crate::model::code::IndicatorCode;

/// How finely files are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grain {
    File,
    PartnerAndKind,
    Kind,
}

/// One cause that acts on data: files that come or go together, or the day that moves.
#[derive(Debug, Clone)]
pub struct Player {
    /// Position among the causes.
    pub cause: usize,
    /// The collections and surveys that it acts on; None: on all.
    pub things: Option<BTreeSet<String>>,
    pub files: BTreeSet<String>,
    pub moves_as_of: bool,
}

impl Player {
    pub fn acts_on(&self, made_of: &BTreeSet<String>) -> bool {
        self.things.as_ref().is_none_or(|things| !things.is_disjoint(made_of))
    }
}

/// Definitions that changed, as causes: things on which one figure rests together are one cause.
#[derive(Debug, Default)]
pub struct Defined {
    /// Thing → position among the causes.
    pub of_thing: BTreeMap<String, usize>,
    pub program: Option<usize>,
}

impl Defined {
    /// The cause of what changed definitions did to an indicator; of its target, if that is asked for.
    pub fn of(&self, made_of: &BTreeSet<String>, target: Option<&IndicatorCode>) -> Option<usize> {
        let own = target.and_then(|code| self.of_thing.get(&facts::target(code.as_str())));
        let all = || self.of_thing.iter().find(|(thing, _)| facts::concerns_all(thing)).map(|(_, cause)| cause);
        let found = own.or_else(|| made_of.iter().find_map(|thing| self.of_thing.get(thing))).or_else(all);
        found.copied().or(self.program)
    }
}

/// Puts the causes of definitions and of the program before all others. `differences` are those of facts.
pub fn defined(
    catalog: &Catalog,
    shown: &[IndicatorCode],
    differences: &BTreeMap<String, String>,
    program: Option<String>,
    causes: &mut Vec<Cause>,
) -> Defined {
    let mut found = Defined::default();
    if let Some(says) = program {
        found.program = Some(causes.len());
        causes.push(Cause { kind: CauseKind::Program, partner: None, says });
    }
    // Things of one figure cannot be told apart without reading the old data under half of the new definitions.
    let mut groups: Vec<BTreeSet<&String>> = Vec::new();
    for code in shown {
        let made_of = made_of(catalog, code);
        let concerns = |thing: &&String| made_of.contains(*thing) || facts::concerns_all(thing);
        let mut group: BTreeSet<&String> = differences.keys().filter(concerns).collect();
        if group.is_empty() {
            continue;
        }
        groups.retain(|other| {
            let apart = other.is_disjoint(&group);
            if !apart {
                group.extend(other);
            }
            apart
        });
        groups.push(group);
    }
    for group in groups {
        let says: Vec<String> =
            group.iter().map(|thing| format!("{}: {}", named(thing), differences[*thing])).collect();
        // What was decided together with a definition cannot be told apart from it.
        let decided = group.iter().all(|thing| facts::is_decided(thing));
        let kind = if decided { CauseKind::Decision } else { CauseKind::Definition };
        found.of_thing.extend(group.into_iter().map(|thing| (thing.clone(), causes.len())));
        causes.push(Cause { kind, partner: None, says: format!("{}.", says.join("; ")) });
    }
    for code in shown {
        let thing = facts::target(code.as_str());
        if let Some(difference) = differences.get(&thing) {
            let says = format!("what {code} is held against: {difference}.");
            found.of_thing.insert(thing, causes.len());
            causes.push(Cause { kind: CauseKind::Target, partner: None, says });
        }
    }
    found
}

fn named(thing: &str) -> String {
    match thing.split_once(' ') {
        Some(("indicator", code)) => format!("the definition of {code}"),
        Some(("countries", code)) => format!("the decisions on countries of {code}"),
        Some((kind, code)) => format!("the {kind} {code}"),
        None if thing == facts::COUNTRIES => "the decisions on countries".to_owned(),
        None => format!("the {thing}"),
    }
}

/// The day that moved, and files that count no longer because of what is known when.
pub fn as_of(
    catalog: &Catalog,
    (before, now): (NaiveDate, NaiveDate),
    gone: BTreeSet<String>,
    causes: &mut Vec<Cause>,
) -> Option<Player> {
    let moves_as_of = before != now;
    if !moves_as_of && gone.is_empty() {
        return None;
    }
    let long = |day: NaiveDate| day.format("%-d %B %Y").to_string();
    let mut says = Vec::new();
    if moves_as_of {
        says.push(format!("the scoreboard's day was {} and is {}", long(before), long(now)));
        let calendar = &catalog.programme.calendar;
        let mut moved: BTreeMap<(String, String), Vec<&str>> = BTreeMap::new();
        for one in catalog.collections.iter().filter(|one| one.has_periods()) {
            let label = |day| calendar.latest_due(day, one.due_days).map_or("none".to_owned(), |period| period.label);
            if label(before) != label(now) {
                let title = one.title.get(&catalog.programme.language);
                moved.entry((label(before), label(now))).or_default().push(title);
            }
        }
        let cut_offs = moved
            .into_iter()
            .map(|((was, is), titles)| format!("the latest period due of {} was {was} and is {is}", titles.join(", ")));
        says.extend(cut_offs);
    }
    if !gone.is_empty() {
        let files = if gone.len() == 1 { "file that had come is" } else { "files that had come are" };
        says.push(format!("{} {files} not known at this scoreboard's instant", gone.len()));
    }
    let cause = causes.len();
    causes.push(Cause { kind: CauseKind::AsOf, partner: None, says: format!("{}.", says.join("; ")) });
    Some(Player { cause, things: None, files: gone, moves_as_of })
}

/// Files as causes; those that count as players.
pub fn files(catalog: &Catalog, arrivals: &[Arrival], grain: Grain, causes: &mut Vec<Cause>) -> Vec<Player> {
    let mut sorted: Vec<&Arrival> = arrivals.iter().collect();
    sorted.sort_by_key(|arrival| arrival.kind);
    let mut groups: BTreeMap<(CauseKind, Option<&str>, usize), Vec<&Arrival>> = BTreeMap::new();
    for (at, arrival) in sorted.into_iter().enumerate() {
        let key = match grain {
            Grain::File => (arrival.kind, None, at),
            Grain::PartnerAndKind => (arrival.kind, arrival.partner.as_deref(), 0),
            Grain::Kind => (arrival.kind, None, 0),
        };
        groups.entry(key).or_default().push(arrival);
    }
    let mut players = Vec::new();
    for ((kind, ..), group) in groups {
        let cause = causes.len();
        let partner = group.first().and_then(|one| one.partner.clone()).filter(|_| grain != Grain::Kind);
        let counting: Vec<&&Arrival> = group.iter().filter(|one| one.counts).collect();
        if !counting.is_empty() {
            players.push(Player {
                cause,
                things: Some(counting.iter().flat_map(|one| one.things.iter().cloned()).collect()),
                files: counting.iter().map(|one| one.hash.clone()).collect(),
                moves_as_of: false,
            });
        }
        let says = if let [one] = group.as_slice() {
            one.says.clone()
        } else {
            together(catalog, kind, partner.as_deref(), &group)
        };
        causes.push(Cause { kind, partner, says });
    }
    players
}

/// Files named one by one in a sentence.
const NAMED: usize = 8;

fn together(catalog: &Catalog, kind: CauseKind, partner: Option<&str>, group: &[&Arrival]) -> String {
    let what = match kind {
        CauseKind::LateData => "late reports",
        CauseKind::Correction => "corrected reports",
        CauseKind::Answers => "files of answers",
        _ => "reports",
    };
    let name = catalog.partners.iter().find(|one| Some(one.code.as_str()) == partner).map(|one| one.name.as_str());
    let of = name.map_or_else(String::new, |name| format!(" of {name}"));
    let mut names: Vec<&str> = group.iter().map(|one| one.name.as_str()).take(NAMED).collect();
    if group.len() > NAMED {
        names.push("…");
    }
    format!("{} {what}{of} came: {}.", group.len(), names.join(", "))
}

/// The files of a scenario: before, with what has acted since.
pub fn files_with(before: &Files, now: &Files, acted: &[&Player]) -> Files {
    let mut files = before.clone();
    for hash in acted.iter().flat_map(|player| &player.files) {
        match now.get(hash) {
            Some(at) => files.insert(hash.clone(), *at),
            None => files.remove(hash),
        };
    }
    files
}
