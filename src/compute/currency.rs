//! Amounts in other currencies, converted at the rate of their month: in the tables that figures are counted from, so that
//! every engine sees the same numbers. The store keeps what was reported.
//!
//! Beside a converted column stand three of text and number: `<field>__given`, the amount as reported;
//! `<field>__rate`, what it was converted by; and `<field>__norate`, the currency and month where there is no rate.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use polars::prelude::{DataFrame, IntoSeries as _, NewChunkedArray as _, PolarsError, StringChunked};
use rust_decimal::Decimal;

use crate::define::Catalog;
use crate::define::catalog::{Collection, Field, FieldCurrency, month_of};
use crate::model::number::SCALE;
use crate::sql::frame::{Exact, date, decimals, exact, integer, text};

/// The names of the columns beside a converted one.
pub fn given(field: &str) -> String {
    format!("{field}__given")
}

pub fn rate(field: &str) -> String {
    format!("{field}__rate")
}

pub fn no_rate(field: &str) -> String {
    format!("{field}__norate")
}

/// Whether a name of a column is one of those.
pub fn is_beside(name: &str) -> bool {
    ["__given", "__rate", "__norate"].iter().any(|end| name.ends_with(end))
}

/// Rows that have no rate, by what is missing: how many, and the first.
pub type Missing = BTreeMap<(String, String), (usize, usize)>;

/// What became of one amount.
#[derive(Debug, Default, Clone)]
struct Converted {
    value: Option<i128>,
    given: Option<i128>,
    rate: Option<String>,
    missing: Option<String>,
}

/// The rows with their amounts in the programme's currency; and by field and currency what could not be converted.
///
/// # Errors
/// What Polars refuses.
pub fn convert(
    catalog: &Catalog,
    collection: &Collection,
    mut frame: DataFrame,
) -> Result<(DataFrame, Missing), PolarsError> {
    let mut missing = Missing::new();
    let fields: Vec<&Field> = collection.fields.iter().filter(|field| catalog.converts(field.code.as_str())).collect();
    for field in fields {
        let name = field.code.as_str();
        let rows: Vec<Converted> = match &field.currency {
            None => vec![Converted::default(); frame.height()],
            Some(currency) => {
                (0..frame.height()).map(|row| one(catalog, collection, &frame, field, currency, row)).collect()
            }
        };
        for (row, why) in rows.iter().enumerate().filter_map(|(row, one)| Some((row, one.missing.clone()?))) {
            missing.entry((name.to_owned(), why)).or_insert((0, row)).0 += 1;
        }
        if field.currency.is_some() {
            let values = decimals(name, rows.iter().map(|one| one.value))?;
            frame.replace(name, values.into())?;
        }
        let texts = |name: String, pick: fn(&Converted) -> Option<&str>| {
            StringChunked::from_iter_options(name.into(), rows.iter().map(pick)).into_series()
        };
        frame.with_column(decimals(&given(name), rows.iter().map(|one| one.given))?.into())?;
        frame.with_column(texts(rate(name), |one| one.rate.as_deref()).into())?;
        frame.with_column(texts(no_rate(name), |one| one.missing.as_deref()).into())?;
    }
    Ok((frame, missing))
}

fn one(
    catalog: &Catalog,
    collection: &Collection,
    frame: &DataFrame,
    field: &Field,
    currency: &FieldCurrency,
    row: usize,
) -> Converted {
    let Exact::Number(mut amount) = exact(frame, field.code.as_str(), row) else { return Converted::default() };
    amount.rescale(SCALE);
    let currency = match currency {
        FieldCurrency::Fixed(code) => Some(code.clone()),
        FieldCurrency::Field(code) => text(frame, code.as_str(), row).map(|code| code.trim().to_uppercase()),
    };
    let Some(currency) = currency.filter(|code| !code.is_empty()) else {
        return lacking(amount, "no currency is given".to_owned());
    };
    if currency == catalog.programme.currency {
        return Converted { value: Some(amount.mantissa()), ..Converted::default() };
    }
    let Some(day) = day(catalog, collection, frame, row) else {
        return lacking(amount, format!("{currency} without a date"));
    };
    let month = month_of(day);
    let known = catalog.rates.as_ref().and_then(|rates| rates.of(&currency, day));
    match known.and_then(|known| Some((known, divided(amount.mantissa(), known.rate)?))) {
        Some((known, value)) => Converted {
            value: Some(value),
            given: Some(amount.mantissa()),
            rate: Some(format!("{currency} at {} of {month}, {}", known.rate, known.source)),
            missing: None,
        },
        None => lacking(amount, format!("{currency} {month}")),
    }
}

fn lacking(amount: Decimal, missing: String) -> Converted {
    Converted { given: Some(amount.mantissa()), missing: Some(missing), ..Converted::default() }
}

/// The row's date; of what is reported by period without one, the period's last day.
fn day(catalog: &Catalog, collection: &Collection, frame: &DataFrame, row: usize) -> Option<NaiveDate> {
    let of_period = || {
        let number = integer(frame, "period", row).filter(|_| collection.by_period)?;
        catalog.programme.calendar.period(number).map(|period| period.last)
    };
    collection.date.as_ref().and_then(|field| date(frame, field.as_str(), row)).or_else(of_period)
}

/// Millionths divided by a rate, rounded half-even to a whole millionth: once a row.
fn divided(millionths: i128, rate: Decimal) -> Option<i128> {
    let by = rate.mantissa();
    let all = millionths.checked_mul(10_i128.checked_pow(rate.scale())?)?;
    let (whole, rest) = (all.div_euclid(by), all.rem_euclid(by));
    let up = match rest.checked_mul(2)?.cmp(&by) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Equal => whole % 2 != 0,
        std::cmp::Ordering::Greater => true,
    };
    whole.checked_add(i128::from(up))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_divided_once_and_halves_go_to_the_even_neighbour() {
        let at = |millionths: i128, rate: &str| divided(millionths, rate.parse().expect("a rate"));
        // USD 100 at 1.1311: 88.409513 (88.4095128…).
        assert_eq!(at(100_000_000, "1.1311"), Some(88_409_513));
        assert_eq!((at(1, "2"), at(3, "2"), at(-1, "2"), at(-3, "2")), (Some(0), Some(2), Some(0), Some(-2)));
        assert_eq!(at(-100_000_000, "1.1311"), Some(-88_409_513));
        assert_eq!(at(i128::MAX, "1.5"), None);
    }
}
