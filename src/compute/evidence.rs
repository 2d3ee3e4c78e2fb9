//! The rows behind each figure, with the cell that each came from.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use polars::prelude::{
    BooleanChunked, ChunkFull as _, DataFrame, DataType, Int64Chunked, IntoSeries as _, NewChunkedArray as _,
    PlSmallStr, PolarsResult, StringChunked,
};

use super::plan::{Grain, Plan, Until};
use super::rows::NOT_GIVEN;
use super::{Inputs, Tables};
use super::{currency, organisations};
use crate::define::catalog::{Collection, FieldKind, How, Indicator, OnConflict, RowMeasure};
use crate::finding::CellRef;
use crate::model::code::{FieldCode, IndicatorCode};
use crate::model::number::SCALE;
use crate::model::scoreboard::{Accumulation, AnswerRow, Evidence, EvidenceRow, IndicatorResult, SourceSheet};
use crate::model::submission::Submission;
use crate::model::trace::{Brings, Standing};
use crate::sql::frame::{Exact, date, decimals, exact, integer, keep, query, text};
use crate::sql::{Function, Measure};

/// How evidence begins to say why an organisation is counted with another.
pub const JOINED: &str = "counted as one with another: ";

/// The rows for the workbook, and all of them as a table: where the workbook's limit cut them, or where asked for.
pub struct Gathered {
    pub evidence: Evidence,
    /// `indicator`, `collection`, `partner`, `file`, `sheet`, `row` (from one), `amount`, `counted`, `standing`.
    pub whole: Option<DataFrame>,
}

/// Evidence of these results, in their order, then by origin; at most `limit` rows, with how many there are in all.
///
/// # Errors
/// What the SQL engine refuses, as text.
pub fn evidence(
    inputs: &Inputs<'_>,
    results: &[IndicatorResult],
    answers: Vec<AnswerRow>,
    limit: usize,
    whole: bool,
) -> Result<Gathered, String> {
    let calendar = &inputs.catalog.programme.calendar;
    let sections: Sections<'_> = inputs.submissions.iter().enumerate().map(|(at, s)| (s.section, (at, s))).collect();
    let tables: Tables<'_> = inputs.records.tables.iter().map(|(name, frame)| (name.as_str(), frame)).collect();
    let sources = inputs.submissions.iter().map(|submission| source(inputs, submission)).collect();
    let organisations = inputs.records.organisations.known();
    let mut evidence = Evidence { sources, answers, organisations, ..Evidence::default() };
    let mut parts: Vec<DataFrame> = Vec::new();
    for result in results {
        let Some(indicator) = inputs.catalog.indicator(&result.code) else { continue };
        let How::Rows { from, measure } = &indicator.how else { continue };
        let told = |error: String| format!("{}: {error}", indicator.code);
        let cut_off = result.total.cut_off.unwrap_or(inputs.as_of);
        // What came after the cut-off stands beside a flow.
        let day = if indicator.accumulation == Accumulation::Flow { inputs.as_of } else { cut_off };
        let until = Until { day, period: calendar.number_of(day) };
        let achieved = Plan { catalog: inputs.catalog, from, measure, accumulation: indicator.accumulation };
        let committed = indicator.committed.as_ref().map(|committed| Plan {
            from: &committed.from,
            measure: &committed.measure,
            ..achieved
        });
        let plans = [Some((&achieved, false)), committed.as_ref().map(|plan| (plan, true))];
        let sources = plans.into_iter().flatten().flat_map(|(plan, is_committed)| {
            plan.collections().map(move |(from, collection)| (plan, from, collection, is_committed))
        });
        for (plan, from, collection, is_committed) in sources {
            let ask = |grain| {
                let sql = plan.evidence(from, collection, until, grain, &indicator.by);
                query(&tables, &sql).map_err(|error| told(format!("{error} in {sql}")))
            };
            let latest = (indicator.accumulation == Accumulation::Stock && collection.by_period)
                .then(|| latest_periods(inputs, collection, calendar.number_of(cut_off)));
            let own = if collection.shared_key && !is_committed { Some(ask(Grain::Partner)?) } else { None };
            let records = ask(Grain::Record)?;
            let shown = plan.told_by(from, collection);
            let date = from.date.as_ref().or(collection.date.as_ref());
            let measure = plan.measure;
            let reader = |frame| Reader {
                inputs,
                indicator,
                collection,
                measure,
                date,
                frame,
                sections: &sections,
                shown: &shown,
            };
            let (records, own) = (reader(&records), own.as_ref().map(reader));
            let mut standings: Vec<Option<Standing>> = (0..records.frame.height())
                .map(|row| {
                    if day > cut_off && records.is_after(row, cut_off) {
                        // What is committed is told at the cut-off alone.
                        return (!is_committed).then_some(Standing::After);
                    }
                    let later = latest.as_ref().is_some_and(|latest| !records.is_of_latest(row, latest));
                    match (is_committed, later) {
                        (true, true) => None,
                        (true, false) => Some(Standing::Committed),
                        (false, true) => Some(Standing::Earlier),
                        (false, false) => Some(Standing::Counts),
                    }
                })
                .collect();
            let of_partners = own.as_ref().map(|own| own.beside(&records, &mut standings, cut_off));
            let both = [(Some(&records), Some(standings)), (own.as_ref(), of_partners)];
            for (reader, standings) in both.into_iter().filter_map(|(reader, standings)| Some((reader?, standings?))) {
                let chosen: Vec<(usize, Standing)> =
                    standings.iter().enumerate().filter_map(|(row, standing)| Some((row, (*standing)?))).collect();
                evidence.total += chosen.len();
                let room = limit.saturating_sub(evidence.rows.len()).min(chosen.len());
                evidence.rows.extend(chosen[..room].iter().map(|(row, standing)| reader.row(*row, *standing)));
                parts.push(reader.table(&standings).map_err(|error| told(error.to_string()))?);
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

/// A sheet that counts, with rows or without.
fn source(inputs: &Inputs<'_>, submission: &Submission) -> SourceSheet {
    let catalog = inputs.catalog;
    let by_period = catalog.collection(&submission.collection).is_some_and(|collection| collection.by_period);
    let period = submission.period.filter(|_| by_period).and_then(|number| catalog.programme.calendar.period(number));
    SourceSheet {
        file: submission.name.clone(),
        hash: submission.file.clone(),
        sheet: submission.sheet.clone(),
        partner: submission.partner.to_string(),
        collection: submission.collection.to_string(),
        covers: period.map(|period| period.last),
        columns: submission.columns.clone(),
        cells: submission.cells.clone(),
        rows: submission.rows_accepted,
    }
}

/// The latest period up to this one that each partner has reported, be it with rows or without.
fn latest_periods<'a>(inputs: &Inputs<'a>, collection: &Collection, until: i64) -> BTreeMap<&'a str, i64> {
    let mut latest = BTreeMap::new();
    let of = inputs.submissions.iter().filter(|submission| submission.collection == collection.code);
    for (partner, period) in of.filter_map(|submission| Some((submission.partner.as_str(), submission.period?))) {
        if period <= until {
            let known = latest.entry(partner).or_insert(period);
            *known = period.max(*known);
        }
    }
    latest
}

fn together(parts: Vec<DataFrame>) -> PolarsResult<Option<DataFrame>> {
    let mut parts = parts.into_iter();
    let Some(mut whole) = parts.next() else { return Ok(None) };
    for part in parts {
        whole.vstack_mut(&part)?;
    }
    Ok(Some(whole))
}

/// Submissions by section, with their positions.
type Sections<'a> = BTreeMap<i64, (usize, &'a Submission)>;

struct Reader<'a> {
    inputs: &'a Inputs<'a>,
    indicator: &'a Indicator,
    collection: &'a Collection,
    measure: &'a RowMeasure,
    /// What places its rows in time.
    date: Option<&'a FieldCode>,
    frame: &'a DataFrame,
    sections: &'a Sections<'a>,
    /// The fields that tell what the row is.
    shown: &'a BTreeSet<String>,
}

impl Reader<'_> {
    /// A field's value; of an amount that was converted also what was reported.
    fn says(&self, field: &str, row: usize) -> Option<String> {
        let beside = |name: String| text(self.frame, &name, row);
        if self.is_reason(field) {
            return text(self.frame, field, row).map(|why| format!("{JOINED}{why}"));
        }
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

    /// Whether a column says why an organisation is counted with another.
    fn is_reason(&self, column: &str) -> bool {
        let mut fields = self.collection.fields.iter();
        fields.any(|field| field.names_organisations() && organisations::joined(field.code.as_str()) == column)
    }

    /// All chosen rows of the query with their origins, column by column.
    fn table(&self, standings: &[Option<Standing>]) -> PolarsResult<DataFrame> {
        let all = self.frame.height();
        let sections = self.frame.column("section")?.i64()?;
        let origin = |get: fn(&Submission) -> &str| {
            let of = sections
                .iter()
                .map(|section| section.and_then(|section| self.sections.get(&section)).map(|(_, one)| get(one)));
            StringChunked::from_iter_options(PlSmallStr::EMPTY, of).into_series()
        };
        let same = |text: &str| StringChunked::full(PlSmallStr::EMPTY, text, all).into_series();
        let rows = self.frame.column("place")?.i64()?.iter().map(|place| place.map(|place| place + 1));
        let amount = match self.frame.column("amount__") {
            Ok(amount) => amount.as_materialized_series().cast(&DataType::Decimal(38, SCALE as usize))?,
            Err(_) => decimals("amount", std::iter::repeat_n(None, all))?,
        };
        let counted = standings.iter().map(|standing| standing.map(counts));
        let standing = standings.iter().map(|standing| standing.map(Standing::as_str));
        let whole = standings.iter().all(Option::is_some);
        let columns = [
            ("indicator", same(self.indicator.code.as_str())),
            ("collection", same(self.collection.code.as_str())),
            ("partner", self.frame.column("partner")?.as_materialized_series().clone()),
            ("file", origin(|submission| &submission.name)),
            ("sheet", origin(|submission| &submission.sheet)),
            ("row", Int64Chunked::from_iter_options(PlSmallStr::EMPTY, rows).into_series()),
            ("amount", amount),
            ("counted", BooleanChunked::from_iter_options(PlSmallStr::EMPTY, counted).into_series()),
            ("standing", StringChunked::from_iter_options(PlSmallStr::EMPTY, standing).into_series()),
        ];
        let columns = columns.into_iter().map(|(name, series)| series.with_name(name.into()).into());
        let table = DataFrame::new(all, columns.collect())?;
        if whole { Ok(table) } else { keep(&table, standings.iter().map(Option::is_some)) }
    }

    fn origin(&self, row: usize) -> (i64, i64) {
        (integer(self.frame, "section", row).unwrap_or(0), integer(self.frame, "place", row).unwrap_or(0))
    }

    /// The day from which on a row counts.
    fn day_from(&self, row: usize) -> Option<NaiveDate> {
        if self.collection.by_period {
            let calendar = &self.inputs.catalog.programme.calendar;
            return calendar.period(integer(self.frame, "period", row)?).map(|period| period.last);
        }
        date(self.frame, self.date?.as_str(), row)
    }

    fn is_after(&self, row: usize, day: NaiveDate) -> bool {
        if self.collection.by_period {
            let last = self.inputs.catalog.programme.calendar.number_of(day);
            return integer(self.frame, "period", row).is_some_and(|number| number > last);
        }
        self.date.and_then(|field| date(self.frame, field.as_str(), row)).is_some_and(|from| from > day)
    }

    fn is_of_latest(&self, row: usize, latest: &BTreeMap<&str, i64>) -> bool {
        let partner = text(self.frame, "partner", row).unwrap_or_default();
        latest.get(partner.as_str()).copied() == integer(self.frame, "period", row)
    }

    /// Of partners' own rows those that stand in no record as they are; a record that is unlike its partner's own row
    /// counts in the total alone.
    fn beside(&self, records: &Self, standings: &mut [Option<Standing>], cut_off: NaiveDate) -> Vec<Option<Standing>> {
        let mut known: BTreeMap<(i64, i64), usize> = BTreeMap::new();
        // With the first partner's values a record is that partner's row.
        let alike = self.collection.on_conflict == OnConflict::FirstPartner;
        if !alike {
            known.extend((0..records.frame.height()).map(|row| (records.origin(row), row)));
        }
        let mut own: Vec<Option<Standing>> = Vec::with_capacity(self.frame.height());
        let mut matched = vec![alike; records.frame.height()];
        for row in 0..self.frame.height() {
            let first = text(self.frame, "counted", row).is_some_and(|counted| counted == "true");
            let record = known.get(&self.origin(row)).copied();
            let same = record.is_some_and(|record| self.brought(row) == records.brought(record));
            if let Some(record) = record.filter(|_| same) {
                matched[record] = true;
            }
            let late = self.is_after(row, cut_off);
            own.push((!(late || same || alike && first)).then_some(Standing::Partner));
        }
        for (standing, matched) in standings.iter_mut().zip(matched) {
            if !matched && *standing == Some(Standing::Counts) {
                *standing = Some(Standing::Record);
            }
        }
        own
    }

    /// What the row brings to the figure, and to the denominator of a ratio.
    fn brought(&self, row: usize) -> (Brings, Option<Brings>) {
        let measures: Vec<Option<&Measure>> = match self.measure {
            RowMeasure::One(measure) => vec![Some(measure)],
            RowMeasure::Ratio { of, to } | RowMeasure::Mean { of, to, .. } => vec![Some(of), Some(to)],
            RowMeasure::Median(_) => vec![None],
        };
        let brings = |prefix: &str, measure: Option<&Measure>| {
            let frame = self.frame;
            let amount = match exact(frame, &format!("{prefix}amount__"), row) {
                Exact::Number(number) => Some(number),
                _ => None,
            };
            let passes = integer(frame, &format!("{prefix}counts__"), row).is_none_or(|one| one == 1);
            let number = text(frame, &format!("{prefix}identity__"), row);
            let by_name = number.is_none() && prefix.is_empty();
            let identity = number.or_else(|| text(frame, "named__", row).filter(|_| by_name));
            let counts = match measure.map(|measure| measure.function) {
                Some(Function::Count) => passes,
                Some(Function::CountDistinct) => identity.is_some(),
                Some(Function::Sum | Function::Min | Function::Max) | None => passes && amount.is_some(),
            };
            Brings { counts, amount, by_name: by_name && identity.is_some(), identity }
        };
        let below = measures.get(1).map(|measure| brings("below_", *measure));
        (brings("", measures[0]), below)
    }

    fn row(&self, row: usize, standing: Standing) -> EvidenceRow {
        let frame = self.frame;
        let found = integer(frame, "section", row).and_then(|section| self.sections.get(&section));
        let submission = found.map(|(_, submission)| *submission);
        let place = integer(frame, "place", row).and_then(|place| u32::try_from(place).ok()).unwrap_or(0);
        let fields: Vec<&str> = self.shown.iter().map(String::as_str).collect();
        let key: Vec<String> = self.collection.key.iter().filter_map(|code| text(frame, code.as_str(), row)).collect();
        let enterprise = || {
            fields.iter().find_map(|field| {
                let kind = self.collection.field(field)?.kind;
                if kind != FieldKind::Enterprise {
                    return None;
                }
                text(frame, field, row).or_else(|| text(frame, &format!("{field}__name"), row))
            })
        };
        let placed = self.date.map(FieldCode::as_str);
        let says: Vec<String> = fields
            .iter()
            .filter(|field| {
                !field.ends_with("__name")
                    && !currency::is_beside(field)
                    && Some(**field) != placed
                    && !self.collection.key.iter().any(|code| code.as_str() == **field)
            })
            .filter_map(|field| self.says(field, row))
            .collect();
        let (brings, below) = self.brought(row);
        // The cell of what is measured, else of the first field that stands in the sheet.
        let measured = match self.measure {
            RowMeasure::One(measure) => measure.argument.as_ref().and_then(|a| a.fields.iter().next().cloned()),
            RowMeasure::Median(field) | RowMeasure::Mean { field, .. } => Some(field.as_str().to_owned()),
            RowMeasure::Ratio { .. } => None,
        };
        let order = measured
            .iter()
            .map(String::as_str)
            .chain(self.collection.key.iter().map(FieldCode::as_str))
            .chain(fields.iter().copied());
        let columns = submission.map(|submission| &submission.columns);
        let column =
            columns.and_then(|columns| order.into_iter().find_map(|field| columns.get(field).copied())).unwrap_or(0);
        EvidenceRow {
            indicator: self.indicator.code.clone(),
            partner: text(frame, "partner", row).unwrap_or_default(),
            collection: self.collection.code.to_string(),
            date: self.date.and_then(|field| date(frame, field.as_str(), row)),
            key: if key.is_empty() { enterprise().unwrap_or_default() } else { key.join(" ") },
            amount: brings.amount,
            says: says.join("; "),
            file: submission.map_or_else(String::new, |submission| submission.name.clone()),
            sheet: submission.map_or_else(String::new, |submission| submission.sheet.clone()),
            cell: CellRef::new(place, column),
            counted: counts(standing),
            standing,
            by: self.indicator.by.iter().map(|field| self.group(field, row)).collect(),
            brings,
            below,
            from_day: self.day_from(row),
            source: found.map(|(at, _)| *at),
        }
    }

    /// The value of a field as figures name it.
    fn group(&self, field: &str, row: usize) -> String {
        let value = if field == "period" {
            let calendar = &self.inputs.catalog.programme.calendar;
            integer(self.frame, field, row).and_then(|number| calendar.period(number)).map(|period| period.label)
        } else {
            text(self.frame, field, row)
        };
        value.unwrap_or_else(|| NOT_GIVEN.to_owned())
    }
}

/// Whether it is counted in the total.
fn counts(standing: Standing) -> bool {
    matches!(standing, Standing::Counts | Standing::Record)
}
