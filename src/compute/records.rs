//! Rows that count, as tables for the SQL engine: of each partner's current submissions, and each record once.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use polars::prelude::{
    BooleanChunked, Column as FrameColumn, DataFrame, IdxCa, IntoSeries, NewChunkedArray as _, PolarsError, Series,
};

use super::currency;
use super::organisations::Organisations;
use crate::define::Catalog;
use crate::define::catalog::{Collection, FieldKind, OnConflict};
use crate::finding::{CellRef, Finding, Place, rules};
use crate::model::fold::fold_key;
use crate::model::submission::Submission;
use crate::sql::frame::{Exact, decimals, exact, integer, text, to_unix};

/// Tables by the names that plans use.
#[derive(Debug, Default)]
pub struct Records {
    pub tables: BTreeMap<String, DataFrame>,
    pub organisations: Organisations,
    pub findings: Vec<Finding>,
}

impl Records {
    /// From the current rows of each collection. Rows dated after `as_of` are not looked at, and said.
    ///
    /// # Errors
    /// What Polars refuses, as text.
    pub fn new(
        catalog: &Catalog,
        rows: &BTreeMap<String, DataFrame>,
        submissions: &[Submission],
        as_of: NaiveDate,
    ) -> Result<Self, String> {
        let mut records = Self::default();
        let start = catalog.programme.calendar.start;
        let by_section: BTreeMap<i64, &Submission> = submissions.iter().map(|s| (s.section, s)).collect();
        let mut frames = Vec::new();
        for collection in &catalog.collections {
            // A collection without rows is a table all the same: its figures are zero, or not reported.
            let empty;
            let frame = if let Some(frame) = rows.get(collection.code.as_str()) {
                frame
            } else {
                empty = super::example::frame(catalog, collection, &[]).map_err(|error| error.to_string())?;
                &empty
            };
            let frame =
                records.up_to(collection, frame, (start, as_of), &by_section).map_err(|error| error.to_string())?;
            let frame = records.convert(catalog, collection, frame, &by_section).map_err(|error| error.to_string())?;
            frames.push((collection, frame));
        }
        records.organisations = Organisations::of(catalog, &frames);
        let unknown = std::mem::take(&mut records.organisations.findings);
        records.findings.extend(unknown);
        for (collection, mut frame) in frames {
            records.organisations.put_into(&mut frame, &collection.fields).map_err(|error| error.to_string())?;
            if collection.shared_key {
                let (reported, once) =
                    records.once(catalog, collection, frame, &by_section).map_err(|error| error.to_string())?;
                records.tables.insert(format!("{}__reported", collection.code), reported);
                records.tables.insert(collection.code.to_string(), once);
            } else {
                records.tables.insert(collection.code.to_string(), frame);
            }
        }
        records.tables.insert("submissions".into(), submissions_table(submissions).map_err(|error| error.to_string())?);
        Ok(records)
    }

    pub(super) fn place(field: &str, frame: &DataFrame, row: usize, sections: &BTreeMap<i64, &Submission>) -> Place {
        let submission = integer(frame, "section", row).and_then(|section| sections.get(&section));
        let at = integer(frame, "place", row).and_then(|place| u32::try_from(place).ok()).unwrap_or(0);
        submission.map_or(Place::Project, |submission| Place::Cell {
            file: submission.name.clone(),
            sheet: submission.sheet.clone(),
            cell: Some(submission.cell(field, at).unwrap_or(CellRef::new(at, 0))),
        })
    }

    fn up_to(
        &mut self,
        collection: &Collection,
        frame: &DataFrame,
        (start, as_of): (NaiveDate, NaiveDate),
        sections: &BTreeMap<i64, &Submission>,
    ) -> Result<DataFrame, PolarsError> {
        let Some(field) = collection.placing_date() else { return Ok(frame.clone()) };
        let days = frame.column(field)?.date()?;
        let limit = to_unix(as_of);
        let begin = to_unix(start);
        let early: Vec<usize> = days
            .physical()
            .iter()
            .enumerate()
            .filter(|(_, day)| day.is_some_and(|day| day < begin))
            .map(|(row, _)| row)
            .collect();
        if let Some(first) = early.first() {
            let place = Self::place(field, frame, *first, sections);
            let message = format!(
                "{} of `{}` dated before the programme began on {start}",
                count(early.len(), "row", "rows"),
                collection.code
            );
            let finding = Finding::warning(&rules::DATE_BEFORE_START, place, message);
            self.findings.push(finding.help("They count. The first stands here: correct its date if it is wrong."));
        }
        let late: Vec<usize> = days
            .physical()
            .iter()
            .enumerate()
            .filter(|(_, day)| day.is_some_and(|day| day > limit))
            .map(|(row, _)| row)
            .collect();
        let Some(first) = late.first() else { return Ok(frame.clone()) };
        let place = Self::place(field, frame, *first, sections);
        let message = format!(
            "{} of `{}` dated after {as_of} are not counted yet",
            count(late.len(), "row", "rows"),
            collection.code
        );
        self.findings.push(
            Finding::info(&rules::DATE_AFTER_AS_OF, place, message)
                .help("The first stands here. Nothing to do if the dates are right."),
        );
        let keep = BooleanChunked::from_iter_options(
            "keep".into(),
            days.physical().iter().map(|day| Some(day.is_none_or(|day| day <= limit))),
        );
        frame.filter(&keep)
    }

    /// Amounts in the programme's currency; those that have no rate are said.
    fn convert(
        &mut self,
        catalog: &Catalog,
        collection: &Collection,
        frame: DataFrame,
        sections: &BTreeMap<i64, &Submission>,
    ) -> Result<DataFrame, PolarsError> {
        let (frame, missing) = currency::convert(catalog, collection, frame)?;
        for ((field, of), (times, first)) in missing {
            let place = Self::place(&field, &frame, first, sections);
            let message = format!(
                "{} of `{}` without a rate of exchange: {of}",
                count(times, "amount", "amounts"),
                collection.code
            );
            let finding = Finding::error(&rules::RATE_MISSING, place, message);
            self.findings.push(
                finding
                    .help("The first stands here. Figures that need it are not computed.")
                    .partner(text(&frame, "partner", first)),
            );
        }
        Ok(frame)
    }

    /// Rows of several partners with one key are one record. Gives each partner's rows with `counted` beside them,
    /// and the records.
    fn once(
        &mut self,
        catalog: &Catalog,
        collection: &Collection,
        frame: DataFrame,
        sections: &BTreeMap<i64, &Submission>,
    ) -> Result<(DataFrame, DataFrame), PolarsError> {
        let order: BTreeMap<&str, usize> =
            catalog.partners.iter().enumerate().map(|(at, partner)| (partner.code.as_str(), at)).collect();
        let key_of = |row: usize| -> Option<Vec<String>> {
            collection.key.iter().map(|code| text(&frame, code.as_str(), row).map(|text| fold_key(&text))).collect()
        };
        let mut groups: BTreeMap<Vec<String>, Vec<usize>> = BTreeMap::new();
        let mut keep = vec![true; frame.height()];
        for row in 0..frame.height() {
            // A row without its key is a record of its own.
            if let Some(key) = key_of(row) {
                groups.entry(key).or_default().push(row);
            }
        }
        let partner_at = |row: usize| {
            text(&frame, "partner", row).and_then(|code| order.get(code.as_str()).copied()).unwrap_or(usize::MAX)
        };
        let mut decided: BTreeMap<(usize, usize), Option<i128>> = BTreeMap::new();
        let mut blanked: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for rows in groups.values_mut().filter(|rows| rows.len() > 1) {
            rows.sort_by_key(|row| (partner_at(*row), *row));
            for row in &rows[1..] {
                keep[*row] = false;
            }
            let others =
                collection.fields.iter().enumerate().filter(|(_, field)| !collection.key.contains(&field.code));
            for (f, field) in others {
                let name = field.code.as_str();
                let values: Vec<Option<String>> = rows.iter().map(|row| text(&frame, name, *row)).collect();
                if values.iter().all(|value| *value == values[0]) {
                    continue;
                }
                self.conflict(collection, &frame, name, rows, &values, sections);
                match collection.on_conflict {
                    OnConflict::Minimum if field.kind.sql().is_number() => {
                        let least = rows.iter().filter_map(|row| millionths(exact(&frame, name, *row))).min();
                        decided.insert((f, rows[0]), least);
                    }
                    OnConflict::FirstPartner | OnConflict::Minimum => {}
                    OnConflict::None => blanked.entry(f).or_default().push(rows[0]),
                }
            }
        }
        let mut merged = frame.clone();
        for (f, field) in collection.fields.iter().enumerate() {
            let name = field.code.as_str();
            let changes: Vec<(usize, Option<i128>)> =
                decided.iter().filter(|((field, _), _)| *field == f).map(|((_, row), value)| (*row, *value)).collect();
            let blank = blanked.get(&f);
            if changes.is_empty() && blank.is_none() {
                continue;
            }
            let series = changed(&merged, name, field.kind, &changes, blank.map_or(&[][..], Vec::as_slice))?;
            merged.replace(name, series)?;
        }
        let mut reported = frame;
        let counted = BooleanChunked::from_iter_options("counted".into(), keep.iter().map(|keep| Some(*keep)));
        let records = merged.filter(&counted)?;
        reported.with_column(counted.into_series().into())?;
        Ok((reported, records))
    }

    fn conflict(
        &mut self,
        collection: &Collection,
        frame: &DataFrame,
        field: &str,
        rows: &[usize],
        values: &[Option<String>],
        sections: &BTreeMap<i64, &Submission>,
    ) {
        let key: Vec<String> = collection.key.iter().filter_map(|code| text(frame, code.as_str(), rows[0])).collect();
        let label = collection.field(field).map_or(field, |field| field.label.get("en"));
        let said: Vec<String> = rows
            .iter()
            .zip(values)
            .map(|(row, value)| {
                let partner = text(frame, "partner", *row).unwrap_or_default();
                format!(
                    "{partner} {} ({})",
                    value.as_deref().unwrap_or("nothing"),
                    Self::place(field, frame, *row, sections)
                )
            })
            .collect();
        let counts = match collection.on_conflict {
            OnConflict::FirstPartner => {
                format!("{} counts, as the first partner", text(frame, "partner", rows[0]).unwrap_or_default())
            }
            OnConflict::Minimum => "the smallest number counts, other values are the first partner's".to_owned(),
            OnConflict::None => "no value counts until they agree".to_owned(),
        };
        let place = Self::place(field, frame, *rows.last().unwrap_or(&0), sections);
        let message = format!("{} has different values of `{label}`: {}", key.join(" "), said.join("; "));
        let finding = Finding::warning(&rules::KEY_CONFLICT, place, message)
            .help(format!("Ask the partners which is right; {counts}."));
        self.findings.push(finding.found(values.last().cloned().flatten().unwrap_or_default()).partner(text(
            frame,
            "partner",
            *rows.last().unwrap_or(&0),
        )));
    }
}

fn count(number: usize, one: &str, several: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { several })
}

fn millionths(value: Exact) -> Option<i128> {
    let Exact::Number(mut number) = value else { return None };
    number.rescale(crate::model::number::SCALE);
    Some(number.mantissa())
}

/// A column with some rows set and some blanked.
fn changed(
    frame: &DataFrame,
    name: &str,
    kind: FieldKind,
    set: &[(usize, Option<i128>)],
    blank: &[usize],
) -> Result<FrameColumn, PolarsError> {
    let column = frame.column(name)?;
    if kind.sql().is_number() {
        let value = |row: usize| {
            let chosen = set.iter().find(|(at, _)| *at == row).map(|(_, value)| *value);
            let own = || millionths(exact(frame, name, row));
            if blank.contains(&row) { None } else { chosen.unwrap_or_else(own) }
        };
        let series = decimals(name, (0..frame.height()).map(value))?;
        return Ok(series.cast(column.dtype())?.into());
    }
    // Taking a row that does not exist gives NULL.
    let index = |row: usize| if blank.contains(&row) { None } else { u32::try_from(row).ok() };
    let rows = IdxCa::from_iter_options("rows".into(), (0..frame.height()).map(index));
    column.take(&rows)
}

/// Which partner covers which period of which collection: what a stock's latest period is taken from.
fn submissions_table(submissions: &[Submission]) -> Result<DataFrame, PolarsError> {
    use polars::prelude::NamedFrom as _;
    let of = |get: &dyn Fn(&Submission) -> String| submissions.iter().map(get).collect::<Vec<_>>();
    let columns: Vec<FrameColumn> = vec![
        Series::new("collection".into(), of(&|s| s.collection.to_string())).into(),
        Series::new("partner".into(), of(&|s| s.partner.to_string())).into(),
        Series::new("period".into(), submissions.iter().map(|s| s.period.unwrap_or(0)).collect::<Vec<i64>>()).into(),
    ];
    DataFrame::new(submissions.len(), columns)
}
