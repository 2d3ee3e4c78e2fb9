//! Worked examples of an indicator: a few rows and the figure that they give, which `scoreboard check` runs.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::finding::Place;
use crate::model::code::CollectionCode;

/// A row of a worked example: the collection it stands in, and the cells it gives.
#[derive(Debug, Clone)]
pub struct ExampleRow {
    pub collection: CollectionCode,
    pub cells: BTreeMap<String, ExampleCell>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExampleCell {
    Text(String),
    Number(Decimal),
    Day(NaiveDate),
}

#[derive(Debug, Clone)]
pub struct Example {
    pub given: Vec<ExampleRow>,
    pub expect: Decimal,
    /// Where it stands, for the finding when it fails.
    pub place: Place,
}
