//! The rows behind each total, with the cell that each came from.

use std::collections::BTreeMap;

use polars::prelude::{
    BooleanChunked, ChunkFull as _, DataFrame, DataType, Int64Chunked, IntoSeries as _, NewChunkedArray as _,
    PlSmallStr, PolarsResult, StringChunked,
};

use super::currency;
use super::plan::{Grain, Plan, Until};
use super::records::day_of;
use super::{Inputs, Tables};
use crate::define::catalog::{Collection, How, Indicator};
use crate::finding::CellRef;
use crate::model::code::IndicatorCode;
use crate::model::number::SCALE;
use crate::model::scoreboard::{Evidence, EvidenceRow, IndicatorResult};
use crate::model::submission::Submission;
use crate::sql::frame::{Exact, decimals, exact, integer, query, text};

/// The rows for the workbook, and all of them as a table: where the workbook's limit cut them, or where asked for.
pub struct Gathered {
    pub evidence: Evidence,
    /// `indicator`, `collection`, `partner`, `file`, `sheet`, `row` (from one), `amount`, `counted`.
    pub whole: Option<DataFrame>,
}

/// Evidence of these results, in their order, then by origin; at most `limit` rows, with how many there are in all.
///
/// # Errors
/// What the SQL engine refuses, as text.
pub fn evidence(
    inputs: &Inputs<'_>,
    results: &[IndicatorResult],
    limit: usize,
    whole: bool,
) -> Result<Gathered, String> {
    let sections: BTreeMap<i64, &Submission> = inputs.submissions.iter().map(|s| (s.section, s)).collect();
    let tables: Tables<'_> = inputs.records.tables.iter().map(|(name, frame)| (name.as_str(), frame)).collect();
    let mut evidence = Evidence::default();
    let mut parts: Vec<DataFrame> = Vec::new();
    for result in results {
        let Some(indicator) = inputs.catalog.indicator(&result.code) else { continue };
        let How::Rows { from, measure } = &indicator.how else { continue };
        let plan = Plan { catalog: inputs.catalog, from, measure, accumulation: indicator.accumulation };
        let calendar = &inputs.catalog.programme.calendar;
        let day = result.total.cut_off.unwrap_or(inputs.as_of);
        let until = Until { day, period: calendar.number_of(day) };
        for (from, collection) in plan.collections() {
            let grains: &[Grain] =
                if collection.shared_key { &[Grain::Record, Grain::Partner] } else { &[Grain::Record] };
            for grain in grains {
                let sql = plan.evidence(from, collection, until, *grain);
                let frame = query(&tables, &sql).map_err(|error| format!("{}: {error} in {sql}", indicator.code))?;
                evidence.total += frame.height();
                let room = limit.saturating_sub(evidence.rows.len()).min(frame.height());
                let counted = *grain == Grain::Record;
                let reader = Reader { indicator, collection, frame: &frame, sections: &sections, counted };
                evidence.rows.extend((0..room).map(|row| reader.row(row)));
                parts.push(reader.table().map_err(|error| format!("{}: {error}", indicator.code))?);
            }
        }
    }
    // Collections were taken one after the other; a reader looks by origin. Stable, so equal origins keep their order.
    let order: BTreeMap<&IndicatorCode, usize> =
        results.iter().enumerate().map(|(at, result)| (&result.code, at)).collect();
    evidence.rows.sort_by(|a, b| {
        let key = |row: &EvidenceRow| {
            (order.get(&row.indicator).copied(), row.file.clone(), row.sheet.clone(), row.cell.row, row.cell.column)
        };
        key(a).cmp(&key(b))
    });
    let cut = evidence.total > evidence.rows.len();
    let whole = if cut || whole { together(parts).map_err(|error| error.to_string())? } else { None };
    Ok(Gathered { evidence, whole })
}

fn together(parts: Vec<DataFrame>) -> PolarsResult<Option<DataFrame>> {
    let mut parts = parts.into_iter();
    let Some(mut whole) = parts.next() else { return Ok(None) };
    for part in parts {
        whole.vstack_mut(&part)?;
    }
    Ok(Some(whole))
}

struct Reader<'a> {
    indicator: &'a Indicator,
    collection: &'a Collection,
    frame: &'a DataFrame,
    sections: &'a BTreeMap<i64, &'a Submission>,
    counted: bool,
}

impl Reader<'_> {
    /// A field's value; of an amount that was converted also what was reported.
    fn says(&self, field: &str, row: usize) -> Option<String> {
        let beside = |name: String| text(self.frame, &name, row);
        let (value, given) = (text(self.frame, field, row), beside(currency::given(field)));
        match (value, given, beside(currency::rate(field))) {
            (Some(value), Some(given), Some(rate)) => Some(format!("{field} = {value} ({given} {rate})")),
            (None, Some(given), _) => {
                let missing = beside(currency::no_rate(field)).unwrap_or_default();
                Some(format!("{field}: {given}, no rate of exchange: {missing}"))
            }
            (value, ..) => Some(format!("{field} = {}", value?)),
        }
    }

    /// All rows of the query with their origins, column by column.
    fn table(&self) -> PolarsResult<DataFrame> {
        let (frame, height) = (self.frame, self.frame.height());
        let sections = frame.column("section")?.i64()?;
        let origin = |get: fn(&Submission) -> &str| {
            let of =
                sections.iter().map(|section| section.and_then(|section| self.sections.get(&section)).map(|s| get(s)));
            StringChunked::from_iter_options(PlSmallStr::EMPTY, of).into_series()
        };
        let same = |text: &str| StringChunked::full(PlSmallStr::EMPTY, text, height).into_series();
        let rows = frame.column("place")?.i64()?.iter().map(|place| place.map(|place| place + 1));
        let amount = match frame.column("amount__") {
            Ok(amount) => amount.as_materialized_series().cast(&DataType::Decimal(38, SCALE as usize))?,
            Err(_) => decimals("amount", std::iter::repeat_n(None, height))?,
        };
        let columns = [
            ("indicator", same(self.indicator.code.as_str())),
            ("collection", same(self.collection.code.as_str())),
            ("partner", frame.column("partner")?.as_materialized_series().clone()),
            ("file", origin(|submission| &submission.name)),
            ("sheet", origin(|submission| &submission.sheet)),
            ("row", Int64Chunked::from_iter_options(PlSmallStr::EMPTY, rows).into_series()),
            ("amount", amount),
            ("counted", BooleanChunked::full(PlSmallStr::EMPTY, self.counted, height).into_series()),
        ];
        DataFrame::new(height, columns.into_iter().map(|(name, series)| series.with_name(name.into()).into()).collect())
    }

    fn row(&self, row: usize) -> EvidenceRow {
        let frame = self.frame;
        let submission = integer(frame, "section", row).and_then(|section| self.sections.get(&section));
        let place = integer(frame, "place", row).and_then(|place| u32::try_from(place).ok()).unwrap_or(0);
        let names: Vec<&str> = frame.get_column_names().into_iter().map(PlSmallStr::as_str).collect();
        let fields: Vec<&str> = names
            .into_iter()
            .filter(|name| !["section", "place", "partner", "period", "amount__"].contains(name))
            .collect();
        let key: Vec<String> = self.collection.key.iter().filter_map(|code| text(frame, code.as_str(), row)).collect();
        let enterprise = || {
            fields.iter().find_map(|field| {
                let kind = self.collection.field(field)?.kind;
                if kind != crate::define::catalog::FieldKind::Enterprise {
                    return None;
                }
                text(frame, field, row).or_else(|| text(frame, &format!("{field}__name"), row))
            })
        };
        let date = self.collection.date.as_ref().map(super::super::model::code::FieldCode::as_str);
        let says: Vec<String> = fields
            .iter()
            .filter(|field| {
                !field.ends_with("__name")
                    && !currency::is_beside(field)
                    && Some(**field) != date
                    && !self.collection.key.iter().any(|code| code.as_str() == **field)
            })
            .filter_map(|field| self.says(field, row))
            .collect();
        let amount = if let Exact::Number(number) = exact(frame, "amount__", row) { Some(number) } else { None };
        // The cell of what is measured, else of the first field that stands in the sheet.
        let columns = submission.map(|submission| &submission.columns);
        let measured = match &self.indicator.how {
            How::Rows { measure: crate::define::catalog::RowMeasure::One(measure), .. } => {
                measure.argument.as_ref().and_then(|a| a.fields.iter().next().cloned())
            }
            How::Rows {
                measure:
                    crate::define::catalog::RowMeasure::Median(field)
                    | crate::define::catalog::RowMeasure::Mean { field, .. },
                ..
            } => Some(field.as_str().to_owned()),
            _ => None,
        };
        let order = measured
            .iter()
            .map(String::as_str)
            .chain(self.collection.key.iter().map(super::super::model::code::FieldCode::as_str))
            .chain(fields.iter().copied());
        let column =
            columns.and_then(|columns| order.into_iter().find_map(|field| columns.get(field).copied())).unwrap_or(0);
        EvidenceRow {
            indicator: self.indicator.code.clone(),
            partner: text(frame, "partner", row).unwrap_or_default(),
            collection: self.collection.code.to_string(),
            date: day_of(self.collection, frame, row),
            key: if key.is_empty() { enterprise().unwrap_or_default() } else { key.join(" ") },
            amount,
            says: says.join("; "),
            file: submission.map_or_else(String::new, |submission| submission.name.clone()),
            sheet: submission.map_or_else(String::new, |submission| submission.sheet.clone()),
            cell: CellRef::new(place, column),
            counted: self.counted,
        }
    }
}
