//! Which organisations partners report, how many of them they share, which may be one, and what somebody decided.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::code::IndicatorCode;
use crate::finding::Place;

/// All that is told of organisations.
#[derive(Debug, Clone, PartialEq)]
pub struct Organisations {
    /// One for each field that names them, in the order of the definitions.
    pub lists: Vec<List>,
    /// Pairs that may be one and that nobody has decided, the likeliest first.
    pub pairs: Vec<Pair>,
    pub decisions: Vec<Decided>,
    pub countries: Vec<CountryDecided>,
}

impl Organisations {
    /// Whether an indicator counts the organisations of several lists together.
    pub fn is_over_several(&self, code: &IndicatorCode) -> bool {
        self.lists.iter().filter(|list| list.counted_by.contains(code)).count() > 1
    }
}

/// The organisations that one field of a collection names, in the rows that count on the day.
#[derive(Debug, Clone, PartialEq)]
pub struct List {
    pub collection: String,
    pub field: String,
    /// How people call the two.
    pub title: String,
    pub label: String,
    /// As rows write them; once rules and decisions are followed; and if every undecided pair is one.
    pub written: usize,
    pub once: usize,
    pub least: usize,
    /// Of those counted once: known by a name although the field asks for a number.
    pub by_name: usize,
    /// Codes of those who report any, in the order of the definitions.
    pub partners: Vec<String>,
    /// Of each partner: how many of its organisations another reports too.
    pub shared: Vec<usize>,
    /// How many each two of them report; with itself: all that one reports.
    pub overlap: Vec<Vec<usize>>,
    /// Indicators of the report that count them once.
    pub counted_by: Vec<IndicatorCode>,
}

impl List {
    /// Whether two partners report one organisation.
    pub fn overlaps(&self) -> bool {
        self.shared.iter().any(|shared| *shared > 0)
    }
}

/// One of a pair, as its rows name it.
#[derive(Debug, Clone, PartialEq)]
pub struct Named {
    /// As a decision writes it.
    pub identity: String,
    pub names: Vec<String>,
    /// Codes.
    pub partners: Vec<String>,
    /// The first cell that names it.
    pub place: Option<Place>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    pub one: Named,
    pub other: Named,
    /// From nothing to one, and how much the comparison speaks for it; with three decimals.
    pub probability: Decimal,
    pub bits: Decimal,
    pub reasons: Vec<&'static str>,
}

/// What somebody decided of two organisations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    pub one: String,
    pub other: String,
    pub same: bool,
    pub by: String,
    pub because: String,
    pub on: NaiveDate,
}

/// What somebody decided a country's code to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountryDecided {
    pub written: String,
    pub is: String,
    /// Of one collection or survey alone.
    pub of: Option<String>,
    pub by: String,
    pub because: String,
    pub on: NaiveDate,
}
