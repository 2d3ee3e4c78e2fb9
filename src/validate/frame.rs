//! Accepted rows as frames: the one place where columns become the types of store and plan.
//!
//! Integers are Int64, decimals Decimal(38, 6), dates Date, all else text. `partner`, `country` (where no field is
//! called so) and `period` stand beside the fields; `section` and `place` say where each row comes from. Beside answers to a
//! survey stand the kinds of no answer (`question__state`) and yes or no for each of several choices.

use polars::prelude::{
    DataFrame, DataType, Int32Chunked, Int64Chunked, IntoSeries, NamedFrom as _, NewChunkedArray as _, PolarsResult,
    Series, StringChunked,
};

use super::rows::{Column, Rows};
use crate::define::catalog::{Field, FieldKind, option_columns};
use crate::model::period::Calendar;
use crate::sql::frame::{decimals, from_unix};

/// One table's rows with what stands beside them.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    pub rows: &'a Rows,
    pub section: i64,
    pub partner: Option<&'a str>,
    pub country: Option<&'a str>,
    /// The period that the submission reports, for rows without a date.
    pub period: Option<i64>,
}

/// How rows of one collection become a frame.
#[derive(Debug, Clone, Copy)]
pub struct Shape<'a> {
    pub fields: &'a [Field],
    /// The field that places a row in time.
    pub date: Option<&'a str>,
    pub calendar: &'a Calendar,
    /// Answers to a survey: why a value is missing stands beside it, and each of several choices too.
    pub answers: bool,
}

/// The rows of several tables, one below the other.
///
/// # Errors
/// What Polars refuses: a fault of this program.
pub fn frame(parts: &[Part<'_>], shape: Shape<'_>) -> PolarsResult<DataFrame> {
    let height: usize = parts.iter().map(|part| part.rows.len()).sum();
    let mut columns: Vec<Series> = Vec::new();
    let each = |part: &Part<'_>| part.rows.len();
    let repeat = |value: &dyn Fn(&Part<'_>) -> Option<String>| -> Vec<Option<String>> {
        parts.iter().flat_map(|part| std::iter::repeat_n(value(part), each(part))).collect()
    };
    let sections = parts.iter().flat_map(|part| std::iter::repeat_n(Some(part.section), each(part)));
    columns.push(Int64Chunked::from_iter_options("section".into(), sections).into_series());
    let places = parts.iter().flat_map(|part| part.rows.places.iter().map(|place| Some(i64::from(*place))));
    columns.push(Int64Chunked::from_iter_options("place".into(), places).into_series());
    columns.push(Series::new("partner".into(), repeat(&|part| part.partner.map(str::to_owned))));
    if !shape.fields.iter().any(|field| field.code.as_str() == "country") {
        columns.push(Series::new("country".into(), repeat(&|part| part.country.map(str::to_owned))));
    }
    let periods = parts.iter().flat_map(|part| {
        let dates = shape.date.and_then(|name| part.rows.column(name));
        (0..part.rows.len()).map(move |row| match dates {
            Some(dates) => dates.day(row).and_then(from_unix).map(|day| shape.calendar.number_of(day)),
            None => part.period,
        })
    });
    columns.push(Int64Chunked::from_iter_options("period".into(), periods).into_series());
    for field in shape.fields {
        let name = field.code.as_str();
        columns.push(column(parts, name, field.kind)?);
        if field.kind == FieldKind::Enterprise {
            columns.push(column(parts, &format!("{name}__name"), FieldKind::Text)?);
        }
    }
    if shape.answers {
        for field in shape.fields {
            columns.push(column(parts, &super::absent::column_of(field), FieldKind::Text)?);
        }
        for one in option_columns(shape.fields) {
            let field = &shape.fields[one.field];
            let ticked = parts.iter().flat_map(|part| {
                let column = part.rows.column(field.code.as_str());
                let code = &field.options[one.option].code;
                let ticked = move |text: &str| if text.split(' ').any(|word| word == code) { "yes" } else { "no" };
                (0..part.rows.len()).map(move |row| column.and_then(|column| column.text(row)).map(ticked))
            });
            columns.push(StringChunked::from_iter_options(one.name.as_str().into(), ticked).into_series());
        }
    }
    DataFrame::new(height, columns.into_iter().map(Into::into).collect())
}

fn column(parts: &[Part<'_>], name: &str, kind: FieldKind) -> PolarsResult<Series> {
    let of = |part: &Part<'_>| part.rows.column(name).cloned();
    let series = match kind {
        FieldKind::Integer => {
            let values = parts.iter().flat_map(|part| match of(part) {
                Some(Column::Integer(values)) => values,
                _ => vec![None; part.rows.len()],
            });
            Int64Chunked::from_iter_options(name.into(), values).into_series()
        }
        FieldKind::Decimal | FieldKind::Money | FieldKind::Percent => {
            let values = parts.iter().flat_map(|part| match of(part) {
                Some(Column::Decimal(values)) => values,
                _ => vec![None; part.rows.len()],
            });
            decimals(name, values)?
        }
        FieldKind::Date => {
            let values = parts.iter().flat_map(|part| match of(part) {
                Some(Column::Date(values)) => values,
                _ => vec![None; part.rows.len()],
            });
            Int32Chunked::from_iter_options(name.into(), values).into_series().cast(&DataType::Date)?
        }
        FieldKind::Text
        | FieldKind::Choice
        | FieldKind::Choices
        | FieldKind::YesNo
        | FieldKind::Enterprise
        | FieldKind::Country => {
            let texts = parts.iter().flat_map(|part| {
                let column = part.rows.column(name);
                (0..part.rows.len()).map(move |row| column.and_then(|column| column.text(row)))
            });
            StringChunked::from_iter_options(name.into(), texts).into_series()
        }
    };
    Ok(series)
}
