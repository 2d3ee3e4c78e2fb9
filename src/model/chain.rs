//! What became of records, step by step: contacts, their follow-up, their outcome.

use super::value::Coverage;

/// A chain over the records of one collection.
#[derive(Debug, Clone, PartialEq)]
pub struct Chain {
    pub title: String,
    /// How its first table is called.
    pub collection: String,
    /// The heads of the steps, the first among them.
    pub steps: Vec<String>,
    /// Records by the period in which they began; then all of them, under an empty label.
    pub cohorts: Vec<Cohort>,
    /// A record without the first step after so many days is open.
    pub open_after: u64,
    /// Open records, one line for each partner that has any.
    pub open: Vec<Open>,
    /// Partners that have reported the first table.
    pub coverage: Coverage,
}

/// Records that began in one period, and what became of them up to the day of the scoreboard.
#[derive(Debug, Clone, PartialEq)]
pub struct Cohort {
    pub label: String,
    pub began: usize,
    /// For each step after the first: how many reached it.
    pub reached: Vec<usize>,
    /// For each step after the first: the median of the days until then, where its days are known.
    pub days: Vec<Option<i64>>,
}

/// What one partner has left open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    pub partner: String,
    pub count: usize,
    /// Keys, the oldest first; of very many the first.
    pub keys: Vec<String>,
    /// Days since the oldest began.
    pub longest: i64,
}
