//! Checked SQL run on frames by Polars, and the few types that frames are made of.
//!
//! Integers are Int64, decimals Decimal(38, 6), dates Date, all else text.

use std::sync::Once;

use chrono::{Datelike as _, NaiveDate};
use polars::prelude::{
    AnyValue, BooleanChunked, DataFrame, Int128Chunked, IntoLazy, IntoSeries, NewChunkedArray as _, PolarsError,
    PolarsResult, Series,
};
use polars::sql::SQLContext;
use rust_decimal::Decimal;

use crate::model::number::SCALE;

/// Days from the common era to 1970-01-01, as chrono counts them.
const UNIX_EPOCH_FROM_CE: i32 = 719_163;

/// Runs one planned query over named tables.
///
/// # Errors
/// Whatever Polars refuses: since every expression was checked, that is a fault of the plan.
pub fn query(tables: &[(&str, &DataFrame)], sql: &str) -> Result<DataFrame, PolarsError> {
    quiet();
    let mut context = SQLContext::new();
    for (name, frame) in tables {
        context.register(name, (*frame).clone().lazy());
    }
    context.execute(sql)?.collect()
}

/// Polars warns on standard error about its own handling of date literals; that is nothing to a lead.
fn quiet() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| polars::error::set_warning_function(|_, _| {}));
}

/// Millionths as Decimal(38, 6).
///
/// # Errors
/// None that these arguments can bring about.
pub fn decimals(name: &str, values: impl Iterator<Item = Option<i128>>) -> PolarsResult<Series> {
    Ok(Int128Chunked::from_iter_options(name.into(), values).into_decimal(38, SCALE as usize)?.into_series())
}

/// A day from the days since 1970-01-01.
pub fn from_unix(days: i32) -> Option<NaiveDate> {
    NaiveDate::from_num_days_from_ce_opt(days.checked_add(UNIX_EPOCH_FROM_CE)?)
}

/// The days since 1970-01-01.
pub fn to_unix(day: NaiveDate) -> i32 {
    day.num_days_from_ce() - UNIX_EPOCH_FROM_CE
}

/// A cell of a result as an exact number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exact {
    Missing,
    Number(Decimal),
    /// Larger than a decimal can hold exactly.
    TooLarge,
}

/// The exact number in a cell of a result.
pub fn exact(frame: &DataFrame, column: &str, row: usize) -> Exact {
    let Some(value) = frame.column(column).ok().and_then(|column| column.get(row).ok()) else { return Exact::Missing };
    let of = |value: i128, scale: u32| {
        Decimal::try_from_i128_with_scale(value, scale)
            .map_or(Exact::TooLarge, |number| Exact::Number(number.normalize()))
    };
    match value {
        AnyValue::Int64(value) => of(i128::from(value), 0),
        AnyValue::UInt32(value) => of(i128::from(value), 0),
        AnyValue::Decimal(value, _, scale) => u32::try_from(scale).map_or(Exact::TooLarge, |scale| of(value, scale)),
        _ => Exact::Missing,
    }
}

/// The text in a cell; numbers as written.
pub fn text(frame: &DataFrame, column: &str, row: usize) -> Option<String> {
    match frame.column(column).ok()?.get(row).ok()? {
        AnyValue::String(text) => Some(text.to_owned()),
        AnyValue::StringOwned(text) => Some(text.to_string()),
        AnyValue::Date(days) => from_unix(days).map(|day| day.to_string()),
        AnyValue::Null => None,
        AnyValue::Boolean(truth) => Some(truth.to_string()),
        _ => match exact(frame, column, row) {
            Exact::Number(number) => Some(number.to_string()),
            _ => None,
        },
    }
}

/// A whole number in a cell.
pub fn integer(frame: &DataFrame, column: &str, row: usize) -> Option<i64> {
    if let Exact::Number(number) = exact(frame, column, row) { i64::try_from(number).ok() } else { None }
}

/// A date in a cell.
pub fn date(frame: &DataFrame, column: &str, row: usize) -> Option<NaiveDate> {
    match frame.column(column).ok()?.get(row).ok()? {
        AnyValue::Date(days) => from_unix(days),
        _ => None,
    }
}

/// The rows for which it says true.
///
/// # Errors
/// If there are not as many truths as rows.
pub fn keep(frame: &DataFrame, truths: impl Iterator<Item = bool>) -> PolarsResult<DataFrame> {
    frame.filter(&BooleanChunked::from_iter_options("keep".into(), truths.map(Some)))
}
