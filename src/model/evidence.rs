//! The rows and answers behind the figures, the sheets that they came from, and copies of these sheets.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::code::IndicatorCode;
use super::trace::{Brings, Standing};
use crate::finding::CellRef;

/// The rows and answers behind the figures, by indicator, then origin.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    pub rows: Vec<EvidenceRow>,
    /// How many there are in all; more than `rows` where the workbook's limit cut them.
    pub total: usize,
    /// Every sheet that counts, with rows or without, in the order of the store.
    pub sources: Vec<SourceSheet>,
    /// Of surveys: one for each enterprise, wave and indicator.
    pub answers: Vec<AnswerRow>,
    /// Sheets as they came, where the report has room for them.
    pub copies: Vec<SheetCopy>,
    /// Cells of all sheets that count, where they are more than the report takes copies of.
    pub not_copied: Option<u64>,
    /// The organisations that rows name: what those of other programmes are held against.
    pub organisations: Vec<KnownAs>,
}

/// An organisation as rows name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownAs {
    /// Its number, or its name with the country; of a field of texts what is written.
    pub identity: String,
    pub number: Option<String>,
    pub names: BTreeSet<String>,
    /// By ISO; empty if not known.
    pub country: String,
}

/// A sheet that rows came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceSheet {
    pub file: String,
    /// SHA-256 of the file, in hexadecimal.
    pub hash: String,
    pub sheet: String,
    pub partner: String,
    pub collection: String,
    /// The last day of the period that it was reported for; None where a report covers all periods.
    pub covers: Option<NaiveDate>,
    /// Columns by field.
    pub columns: BTreeMap<String, u16>,
    /// Fields whose value stands in one cell for every row.
    pub cells: BTreeMap<String, CellRef>,
    pub rows: u64,
}

impl SourceSheet {
    /// Where a field's value stands for a row, counted from zero.
    pub fn cell(&self, field: &str, row: u32) -> Option<CellRef> {
        let in_row = self.columns.get(field).map(|column| CellRef::new(row, *column));
        in_row.or_else(|| self.cells.get(field).copied())
    }
}

/// An answer as an estimate uses it.
#[derive(Debug, Clone, PartialEq)]
pub struct AnswerRow {
    pub indicator: IndicatorCode,
    /// Taken for the change on pairs; else for the figure of its wave by itself.
    pub paired: bool,
    /// Position of the wave among the survey's.
    pub wave: usize,
    pub wave_title: String,
    pub on: NaiveDate,
    /// As the frame has it: number, else name.
    pub enterprise: String,
    pub stratum: String,
    /// Enterprises of the frame in its stratum.
    pub population: Option<u64>,
    /// How many enterprises it stands for.
    pub weight: Decimal,
    pub y: Decimal,
    /// What y is held against in a ratio.
    pub x: Option<Decimal>,
    /// Outside the population that the indicator speaks of, y and x count as zero.
    pub inside: bool,
    /// The values of the fields that the indicator is broken down by, in the order of its breakdowns.
    pub by: Vec<String>,
    pub file: String,
    pub sheet: String,
    /// The fields of y and x with their cells.
    pub cells: Vec<(String, CellRef)>,
}

#[derive(Debug, Clone)]
pub struct EvidenceRow {
    pub indicator: IndicatorCode,
    pub partner: String,
    pub collection: String,
    pub date: Option<NaiveDate>,
    /// The record's key, or the counted-once identity.
    pub key: String,
    /// What the row adds to a sum, or the value that it brings to a median; None for counts.
    pub amount: Option<Decimal>,
    /// The fields used, as `field = value`, in the order of the definition.
    pub says: String,
    pub file: String,
    pub sheet: String,
    /// The cell of the amount, else of the first field used.
    pub cell: CellRef,
    /// Counted in the total; false for a record that another partner's row already stands for.
    pub counted: bool,
    pub standing: Standing,
    /// The values of the fields that the indicator is broken down by, in the order of its breakdowns and as figures
    /// name them.
    pub by: Vec<String>,
    /// To the figure, or to the numerator of a ratio.
    pub brings: Brings,
    /// To the denominator of a ratio.
    pub below: Option<Brings>,
    /// It counts from this day on: its date, or the end of the period that it was reported for. None: always.
    pub from_day: Option<NaiveDate>,
    /// Position of its sheet among [`Evidence::sources`].
    pub source: Option<usize>,
}

/// A sheet as it came, cell by cell.
#[derive(Debug, Clone, PartialEq)]
pub struct SheetCopy {
    pub file: String,
    pub sheet: String,
    /// Whose it is and what it holds: `litek agreements`, `litek P1 cluster capacity`.
    pub title: String,
    /// In the order of rows, then columns.
    pub cells: Vec<(CellRef, CopiedCell)>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum CopiedCell {
    Text(String),
    Number(Decimal),
    /// As a share of one.
    Percent(Decimal),
    Date(NaiveDate),
}
