//! Worked examples: rows as definitions give them, through the same plan and the same engine as real ones.

use std::collections::BTreeMap;

use polars::prelude::{
    Column, DataFrame, DataType, Int32Chunked, Int64Chunked, IntoSeries, NewChunkedArray as _, PolarsError,
    StringChunked,
};
use rust_decimal::Decimal;

use super::plan::Until;
use super::records::Records;
use super::{Inputs, rows};
use crate::define::Catalog;
use crate::define::catalog::{Collection, Example, ExampleCell, ExampleRow, FieldKind, Indicator};
use crate::finding::{Finding, rules};
use crate::model::code::PartnerCode;
use crate::model::number::SCALE;
use crate::model::scoreboard::Thresholds;
use crate::model::submission::Submission;
use crate::model::value::Value;
use crate::sql::Kind;
use crate::sql::frame::{decimals, to_unix};

/// Runs every example of every indicator: a finding for each that does not give what it says.
pub fn run(catalog: &Catalog) -> Vec<Finding> {
    let each = catalog
        .indicators
        .iter()
        .flat_map(|indicator| indicator.examples.iter().map(move |example| (indicator, example)));
    each.filter_map(|(indicator, example)| {
        let failed = |message: String| {
            Finding::error(&rules::EXAMPLE_FAILED, example.place.clone(), message)
                .help("Compare the rows with the definition, and correct one of them.")
        };
        match value(catalog, indicator, example) {
            Ok(Value::Known(value)) if value == example.expect => None,
            Ok(Value::Known(value)) => Some(
                failed(format!("`{}` gives {value} for these rows, not {}", indicator.code, example.expect))
                    .found(value.to_string()),
            ),
            Ok(other) => Some(failed(format!(
                "`{}` gives no figure for these rows: {}",
                indicator.code,
                other.state().replace('_', " ")
            ))),
            Err(error) => Some(failed(format!("`{}` cannot be computed: {error}", indicator.code))),
        }
    })
    .collect()
}

fn value(catalog: &Catalog, indicator: &Indicator, example: &Example) -> Result<Value, String> {
    // The last day of the programme, when everything was reported: a row without a date stands on its first day.
    let end = catalog.programme.calendar.end;
    let last = catalog.programme.calendar.number_of(end);
    let partner = catalog.partners.first().map(|partner| partner.code.clone());
    let partner = partner.or_else(|| PartnerCode::new("example")).ok_or("no partner")?;
    let mut tables: BTreeMap<String, DataFrame> = BTreeMap::new();
    let mut submissions = Vec::new();
    for collection in &catalog.collections {
        let given: Vec<&ExampleRow> = example.given.iter().filter(|row| row.collection == collection.code).collect();
        tables.insert(
            collection.code.to_string(),
            frame(catalog, collection, &given).map_err(|error| error.to_string())?,
        );
        submissions.push(submission(collection, partner.clone(), last));
    }
    let records = Records::new(catalog, &tables, &submissions, end)?;
    let thresholds = Thresholds { on_track: Decimal::ONE, at_risk: Decimal::ONE };
    let inputs = Inputs { catalog, as_of: end, thresholds, submissions: &submissions, records: &records, waves: &[] };
    rows::value_at(&inputs, indicator, Until { day: end, period: last })
}

fn submission(collection: &Collection, partner: PartnerCode, period: i64) -> Submission {
    Submission {
        section: 1,
        file: String::new(),
        name: "example".into(),
        sheet: String::new(),
        partner,
        collection: collection.code.clone(),
        period: Some(period),
        reporting_date: None,
        revision: None,
        received: chrono::DateTime::UNIX_EPOCH,
        receipt: 1,
        cells: BTreeMap::new(),
        columns: collection.fields.iter().map(|field| (field.code.as_str().to_owned(), 0)).collect(),
        rows_accepted: 0,
        rows_kept_out: 0,
    }
}

/// Rows of an example as a table: what they do not say is missing, but for what a row must have to be counted at all.
///
/// # Errors
/// What Polars refuses.
pub fn frame(catalog: &Catalog, collection: &Collection, rows: &[&ExampleRow]) -> Result<DataFrame, PolarsError> {
    let calendar = &catalog.programme.calendar;
    let last = calendar.number_of(calendar.end);
    let first = catalog.partners.first();
    let partner = first.map_or("example", |partner| partner.code.as_str());
    let country = first.map(|partner| partner.country.clone());
    let text = |row: &ExampleRow, name: &str| match row.cells.get(name) {
        Some(ExampleCell::Text(text)) => Some(text.clone()),
        _ => None,
    };
    let number = |row: &ExampleRow, name: &str| match row.cells.get(name) {
        Some(ExampleCell::Number(number)) => Some(*number),
        _ => None,
    };
    let texts = |name: &str, values: Vec<Option<String>>| -> Column {
        StringChunked::from_iter_options(name.into(), values.into_iter()).into_series().into()
    };
    let mut columns: Vec<Column> = Vec::new();
    let places = (0..rows.len()).map(|place| i64::try_from(place).ok());
    columns.push(Int64Chunked::from_iter_options("section".into(), rows.iter().map(|_| Some(1))).into_series().into());
    columns.push(Int64Chunked::from_iter_options("place".into(), places).into_series().into());
    columns.push(texts(
        "partner",
        rows.iter().map(|row| text(row, "partner").or_else(|| Some(partner.to_string()))).collect(),
    ));
    if collection.field("country").is_none() {
        columns
            .push(texts("country", rows.iter().map(|row| text(row, "country").or_else(|| country.clone())).collect()));
    }
    let periods =
        rows.iter().map(|row| number(row, "period").and_then(|number| i64::try_from(number).ok()).or(Some(last)));
    columns.push(Int64Chunked::from_iter_options("period".into(), periods).into_series().into());
    for field in &collection.fields {
        let name = field.code.as_str();
        let column: Column = match field.kind.sql() {
            Kind::Integer => {
                let values = rows.iter().map(|row| number(row, name).and_then(|number| i64::try_from(number).ok()));
                Int64Chunked::from_iter_options(name.into(), values).into_series().into()
            }
            Kind::Decimal => {
                let values = rows.iter().map(|row| {
                    let mut number = number(row, name)?.round_dp(SCALE);
                    number.rescale(SCALE);
                    Some(number.mantissa())
                });
                decimals(name, values)?.into()
            }
            Kind::Date => {
                let placing = collection.placing_date() == Some(name);
                let days = rows.iter().map(|row| match row.cells.get(name) {
                    Some(ExampleCell::Day(day)) => Some(to_unix(*day)),
                    _ => placing.then(|| to_unix(catalog.programme.calendar.start)),
                });
                Int32Chunked::from_iter_options(name.into(), days).into_series().cast(&DataType::Date)?.into()
            }
            _ => texts(name, rows.iter().map(|row| text(row, name)).collect()),
        };
        columns.push(column);
        if field.kind == FieldKind::Enterprise {
            columns.push(texts(&format!("{name}__name"), vec![None; rows.len()]));
        }
    }
    // Rows that name no key are records of their own: Records leaves a missing key alone.
    DataFrame::new(rows.len(), columns)
}
