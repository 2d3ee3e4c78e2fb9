//! Numbers before they are published: each with the enterprises that it comes from, and what links it to others.
//!
//! A [`Quantity`] is one thing counted, by what it is and not by who shows it: two indicators that count the same rows
//! the same way share it. A [`Snapshot`] is everything that one run's outputs for an audience are made of.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use rust_decimal::Decimal;

use crate::model::code::IndicatorCode;

/// A number and the enterprises it comes from, with what each contributes. Enterprises are hashes: nothing here names one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cell {
    pub value: Decimal,
    pub from: BTreeMap<u64, Decimal>,
}

/// A total of money in which one enterprise has more than this is its own affair.
pub const DOMINANCE: Decimal = Decimal::from_parts(85, 0, 0, false, 2);

impl Cell {
    /// From fewer than three enterprises, or of money nearly all from one.
    pub fn is_unsafe(&self, money: bool) -> bool {
        if self.from.is_empty() {
            return false;
        }
        self.from.len() < super::protect::FEWEST || (money && dominated(self.from.values().copied()))
    }

    /// What is different in another: the enterprises whose part changed, and by how much.
    pub fn since(&self, before: &Self) -> Self {
        let value = self.value.checked_sub(before.value).unwrap_or_default();
        let part = |cell: &Self, who: &u64| cell.from.get(who).copied().unwrap_or_default();
        let all: BTreeSet<&u64> = self.from.keys().chain(before.from.keys()).collect();
        let changed = all.into_iter().filter_map(|who| {
            let by = part(self, who).checked_sub(part(before, who)).unwrap_or_default();
            let moved = self.from.contains_key(who) != before.from.contains_key(who) || !by.is_zero();
            moved.then_some((*who, by))
        });
        Self { value, from: changed.collect() }
    }
}

/// Whether one amount is more than 85 % of all.
pub fn dominated(amounts: impl Iterator<Item = Decimal>) -> bool {
    let (mut sum, mut largest) = (Decimal::ZERO, Decimal::ZERO);
    for amount in amounts {
        let Some(more) = sum.checked_add(amount.abs()) else { return true };
        sum = more;
        largest = largest.max(amount.abs());
    }
    sum.checked_mul(DOMINANCE).is_none_or(|most| largest > most)
}

/// A number of a quantity: at a state (`at 2016-05-31`), in a line (`market=japan`), or grown (`to 2016-05-31`).
pub type Place = String;

/// The lines of a breakdown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lines {
    pub cells: BTreeMap<Place, Cell>,
    /// They add up to the last state; else no line is larger than it, and together they are no smaller.
    pub add_up: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own, and all combinations occur")]
pub struct Quantity {
    pub money: bool,
    /// A count.
    pub whole: bool,
    /// Nothing in it is negative.
    pub floor: bool,
    /// It adds up over time: from output to output it does not fall.
    pub flow: bool,
    /// What has grown is no cell of its own: of distinct things, that there is one more tells nothing else of it; of a
    /// stock whose rows name no enterprise nobody can say whose part has changed.
    pub free_growth: bool,
    /// In time, the last is what the figure says.
    pub states: Vec<(Place, Cell)>,
    /// Of each state: what came since the one before.
    pub grown: Vec<(Place, Cell)>,
    /// Lines by period, where they are not what has grown: distinct enterprises of each.
    pub periods: Vec<(Place, Cell)>,
    pub lines: Vec<Lines>,
}

impl Quantity {
    pub fn cells(&self) -> impl Iterator<Item = (&Place, &Cell)> {
        let in_time = self.states.iter().chain(&self.grown).chain(&self.periods).map(|(place, cell)| (place, cell));
        in_time.chain(self.lines.iter().flat_map(|lines| &lines.cells))
    }

    pub fn last(&self) -> Option<&(Place, Cell)> {
        self.states.last()
    }
}

/// A number's name: quantity and place.
pub type Name = (String, Place);

/// Where a figure stands: what is withheld or not as one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slot {
    /// An indicator's total.
    Total(IndicatorCode),
    /// Its total at the end of a period, on the trajectory.
    At(IndicatorCode, chrono::NaiveDate),
    /// A line of a breakdown: field and value.
    Line(IndicatorCode, String, String),
    /// One estimate of an indicator, by its position.
    Wave(IndicatorCode, usize),
    /// A count of a survey: survey, wave, what is counted, stratum or question.
    Count(String, String, String, String),
}

impl Slot {
    /// Whose figure it is; None for the counts of a survey.
    pub fn indicator(&self) -> Option<&IndicatorCode> {
        match self {
            Self::Total(code) | Self::At(code, _) | Self::Line(code, ..) | Self::Wave(code, _) => Some(code),
            Self::Count(..) => None,
        }
    }
}

impl fmt::Display for Slot {
    /// As records keep it: once written, read for ever.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Total(code) => write!(f, "total {code}"),
            Self::At(code, on) => write!(f, "at {on} {code}"),
            Self::Line(code, field, value) => write!(f, "line {code} {field}={value}"),
            Self::Wave(code, at) => write!(f, "wave {at} {code}"),
            Self::Count(survey, wave, what, of) => write!(f, "count {survey} {wave} {what} {of}"),
        }
    }
}

/// Parts of one number that are numbers themselves: `whole = Σ parts`.
pub type Sum = (Name, Vec<Name>);

/// What the outputs of one run are made of.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    pub quantities: BTreeMap<String, Quantity>,
    /// The numbers that each figure tells.
    pub tells: BTreeMap<Slot, BTreeSet<Name>>,
    /// Figures that are withheld for what they are, whatever is known beside them.
    pub never: BTreeSet<Slot>,
    /// Relations between quantities.
    pub sums: Vec<Sum>,
    /// The enterprises behind figures that no relation holds (medians, estimates): those must not differ by one or two
    /// from the same figure published before.
    pub behind: BTreeMap<Slot, BTreeMap<u64, Decimal>>,
}

impl Snapshot {
    pub fn cell(&self, name: &Name) -> Option<&Cell> {
        self.quantities.get(&name.0)?.cells().find(|(place, _)| **place == name.1).map(|(_, cell)| cell)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(parts: &[(u64, i64)]) -> Cell {
        let from: BTreeMap<u64, Decimal> = parts.iter().map(|(who, amount)| (*who, Decimal::from(*amount))).collect();
        Cell { value: from.values().copied().sum(), from }
    }

    #[test]
    fn two_enterprises_and_one_that_has_nearly_all_are_unsafe() {
        assert!(cell(&[(1, 5), (2, 5)]).is_unsafe(false));
        assert!(!cell(&[(1, 5), (2, 5), (3, 5)]).is_unsafe(true));
        assert!(!cell(&[(1, 85), (2, 10), (3, 5)]).is_unsafe(true), "exactly 85 % is not above it");
        assert!(cell(&[(1, 86), (2, 9), (3, 5)]).is_unsafe(true));
        assert!(!cell(&[(1, 86), (2, 9), (3, 5)]).is_unsafe(false), "jobs are no money");
        assert!(!cell(&[]).is_unsafe(true), "nobody's zero");
    }

    #[test]
    fn a_difference_names_who_changed() {
        let more = cell(&[(1, 5), (2, 7), (4, 1)]).since(&cell(&[(1, 5), (2, 5), (3, 5)]));
        assert_eq!(more, cell(&[(2, 2), (3, -5), (4, 1)]));
    }
}
