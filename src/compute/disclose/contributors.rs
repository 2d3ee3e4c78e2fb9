//! Whose rows stand behind each figure: the same rows as the plan counts, kept apart by enterprise.
//!
//! An enterprise is its number; a row with a name alone belongs to the number that stands beside that name elsewhere, else
//! to the name. Rows of a collection that declares no enterprise each stand for one of their own.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::DataFrame;
use rust_decimal::Decimal;
use sha2::{Digest as _, Sha256};

use super::cells::{Cell, Lines, Name, Quantity, Slot, Snapshot};
use crate::compute::Inputs;
use crate::compute::plan::{Grain, Plan, Until, table};
use crate::compute::rows::{NOT_GIVEN, Rows};
use crate::define::catalog::{Collection, FieldKind, From, How, Indicator, RowMeasure};
use crate::model::code::IndicatorCode;
use crate::model::scoreboard::{Accumulation, IndicatorResult};
use crate::sql::frame::{Exact, exact, integer, query, text};
use crate::sql::{Function, Measure};

/// A median tells one enterprise's value: at least three must stand on either side.
pub const FEWEST_OF_A_MEDIAN: usize = 6;

/// Sixty-four bits of a hash: enough to tell enterprises apart, and nothing to read.
pub fn hashed(who: &str) -> u64 {
    let digest = Sha256::digest(who.as_bytes());
    digest.iter().take(8).fold(0, |hash, byte| hash << 8 | u64::from(*byte))
}

/// Adds an indicator that is counted from rows.
///
/// # Errors
/// What the SQL engine refuses, as text.
pub fn add(
    snapshot: &mut Snapshot,
    inputs: &Inputs<'_>,
    indicator: &Indicator,
    result: &IndicatorResult,
) -> Result<(), String> {
    let How::Rows { from, measure } = &indicator.how else { return Ok(()) };
    let rows = Rows::new(inputs, indicator)?;
    let reader = Reader { inputs, indicator, rows: &rows };
    let parts: Vec<(String, Part<'_>)> = match measure {
        RowMeasure::One(one) => vec![(one.sql(), Part::Measure(one))],
        RowMeasure::Ratio { of, to } | RowMeasure::Mean { of, to, .. } => {
            let mut parts = vec![(of.sql(), Part::Measure(of)), (to.sql(), Part::Measure(to))];
            if let Some((filter, plain)) = is_part(of, to) {
                parts.push((format!("{plain} less {filter}"), Part::Rest(of)));
            }
            parts
        }
        RowMeasure::Median(field) => vec![(format!("MEDIAN({field})"), Part::Median(field.as_str()))],
    };
    let source = source(from, indicator.accumulation);
    let code = &indicator.code;
    let mut names: Vec<String> = Vec::new();
    for (sql, part) in &parts {
        let key = format!("{sql} | {source}");
        let (quantity, slots) = reader.quantity(part)?;
        let single = matches!(part, Part::Median(_))
            || matches!(part, Part::Measure(one) if matches!(one.function, Function::Min | Function::Max));
        let fewest = if matches!(part, Part::Median(_)) { Some(FEWEST_OF_A_MEDIAN) } else { None };
        for (slot, place) in slots {
            let cell = quantity.cells().find(|(at, _)| **at == place).map(|(_, cell)| cell);
            if single {
                let from = cell.map(|cell| cell.from.clone()).unwrap_or_default();
                // The smallest and the largest are always one enterprise's own.
                if !from.is_empty() && fewest.is_none_or(|fewest| from.len() < fewest) {
                    snapshot.never.insert(slot.clone());
                }
                snapshot.behind.insert(slot, from);
            } else if !matches!(part, Part::Rest(_)) {
                snapshot.tells.entry(slot).or_default().insert((key.clone(), place));
            }
        }
        if !single {
            snapshot.quantities.entry(key.clone()).and_modify(|known| merge(known, &quantity)).or_insert(quantity);
            names.push(key);
        }
    }
    if let [of, to, rest] = names.as_slice() {
        parted(snapshot, of, to, rest);
    }
    if let (RowMeasure::One(one), [key]) = (measure, names.as_slice())
        && !matches!(one.function, Function::Min | Function::Max)
    {
        doubted(snapshot, code, key, result);
    }
    Ok(())
}

/// A figure that is not what its contributors add up to would be protected in vain: it stays back.
fn doubted(snapshot: &mut Snapshot, code: &IndicatorCode, key: &str, result: &IndicatorResult) {
    let slots = snapshot.tells.iter().filter(|(_, names)| names.iter().any(|(quantity, _)| quantity == key));
    let doubtful: Vec<Slot> = slots
        .filter(|(slot, names)| {
            let figure = match slot {
                Slot::Total(one) if one == code => result.total.value.known(),
                Slot::At(one, on) if one == code => {
                    result.trajectory.iter().find(|point| point.on == *on).and_then(|point| point.actual)
                }
                Slot::Line(one, field, value) if one == code => result
                    .breakdowns
                    .iter()
                    .filter(|breakdown| breakdown.field == *field)
                    .flat_map(|breakdown| &breakdown.figures)
                    .find(|figure| figure.by.last().is_some_and(|(_, own)| own == value))
                    .and_then(|figure| figure.value.known()),
                _ => return false,
            };
            let cell = names.iter().next().and_then(|name| snapshot.cell(name));
            figure.zip(cell).is_some_and(|(figure, cell)| figure != cell.value)
        })
        .map(|(slot, _)| slot.clone())
        .collect();
    snapshot.never.extend(doubtful);
}

/// Whether the first counts a part of what the second counts.
fn is_part<'m>(of: &'m Measure, to: &Measure) -> Option<(&'m str, String)> {
    let filter = of.filter.as_ref()?;
    let argument = |measure: &Measure| measure.argument.as_ref().map(|argument| argument.sql.clone());
    let alike = of.function == to.function && argument(of) == argument(to) && to.filter.is_none();
    (alike && of.function.is_additive()).then(|| (filter.sql.as_str(), to.sql()))
}

/// At every place: the whole is the part and the rest.
fn parted(snapshot: &mut Snapshot, of: &str, to: &str, rest: &str) {
    let Some(whole) = snapshot.quantities.get(to) else { return };
    let places: BTreeSet<String> = whole.cells().map(|(place, _)| place.clone()).collect();
    let name = |key: &str, place: &String| -> Name { (key.to_owned(), place.clone()) };
    let sums = places.iter().map(|place| (name(to, place), vec![name(of, place), name(rest, place)]));
    let mut sums: Vec<_> = sums.collect();
    snapshot.sums.append(&mut sums);
}

/// Two indicators may break one quantity down differently.
fn merge(known: &mut Quantity, other: &Quantity) {
    for lines in &other.lines {
        if !known.lines.contains(lines) {
            known.lines.push(lines.clone());
        }
    }
    known.money |= other.money;
}

fn source(from: &[From], accumulation: Accumulation) -> String {
    let parts: Vec<String> = from
        .iter()
        .map(|from| {
            let condition = from.condition.as_ref().map_or("", |condition| condition.sql.as_str());
            format!("{} where {condition}", from.collection)
        })
        .collect();
    // A flow and a part of a rate count the same rows.
    let when = if accumulation == Accumulation::Stock { "latest" } else { "so far" };
    format!("{} | {when}", parts.join(" + "))
}

enum Part<'m> {
    Measure(&'m Measure),
    /// Of a measure with a filter: what the filter leaves out.
    Rest(&'m Measure),
    Median(&'m str),
}

impl Part<'_> {
    fn function(&self) -> Function {
        match self {
            Self::Measure(measure) | Self::Rest(measure) => measure.function,
            Self::Median(_) => Function::Min,
        }
    }

    /// What a row brings, as SQL; NULL where it brings nothing.
    fn sql(&self) -> String {
        let one = "CAST(1 AS BIGINT)".to_owned();
        let (measure, left_out) = match self {
            Self::Median(field) => return format!("CASE WHEN {field} IS NOT NULL THEN {one} END"),
            Self::Measure(measure) => (measure, false),
            Self::Rest(measure) => (measure, true),
        };
        let argument = measure.argument.as_ref().map(|argument| argument.sql.clone());
        let filter = measure.filter.as_ref().map(|filter| {
            // A filter that is not known lets nothing in.
            if left_out { format!("COALESCE(NOT ({}), TRUE)", filter.sql) } else { format!("({})", filter.sql) }
        });
        let (mut conditions, value) = (
            Vec::from_iter(filter),
            match measure.function {
                Function::Sum | Function::CountDistinct => argument.clone().unwrap_or_else(|| one.clone()),
                _ => one,
            },
        );
        if !matches!(measure.function, Function::Sum | Function::CountDistinct)
            && let Some(argument) = argument
        {
            conditions.push(format!("({argument}) IS NOT NULL"));
        }
        if conditions.is_empty() { value } else { format!("CASE WHEN {} THEN {value} END", conditions.join(" AND ")) }
    }
}

/// What one row brings to one quantity.
struct Entry {
    who: u64,
    period: i64,
    by: Vec<String>,
    partner: String,
    brings: Brings,
}

enum Brings {
    Amount(Decimal),
    /// A distinct value: itself, and whether it counts (of enterprises: those with a number).
    Value(String, bool),
}

/// A cell in the making.
#[derive(Debug, Clone, Default)]
struct Sum {
    cell: Cell,
    values: BTreeMap<String, bool>,
}

impl Sum {
    fn add(&mut self, entry: &Entry) {
        match &entry.brings {
            Brings::Amount(amount) => {
                self.cell.value = self.cell.value.checked_add(*amount).unwrap_or(Decimal::MAX);
                let own = self.cell.from.entry(entry.who).or_default();
                *own = own.checked_add(*amount).unwrap_or(Decimal::MAX);
            }
            Brings::Value(value, counts) => {
                self.values.insert(value.clone(), *counts);
                self.cell.from.insert(entry.who, Decimal::ONE);
            }
        }
    }

    fn finish(&self) -> Cell {
        let mut cell = self.cell.clone();
        if !self.values.is_empty() {
            let counted = self.values.values().filter(|counts| **counts).count();
            // Somebody was there, if only by name.
            cell.value = Decimal::from(counted.max(1));
        }
        cell
    }
}

struct Reader<'a> {
    inputs: &'a Inputs<'a>,
    indicator: &'a Indicator,
    rows: &'a Rows<'a>,
}

impl Reader<'_> {
    fn plan(&self) -> &Plan<'_> {
        &self.rows.plan
    }

    /// The quantity, and which slot tells which of its places.
    fn quantity(&self, part: &Part<'_>) -> Result<(Quantity, Vec<(Slot, String)>), String> {
        let until = self.rows.until();
        let calendar = &self.inputs.catalog.programme.calendar;
        let code = || self.indicator.code.clone();
        let entries = self.entries(part, until, Grain::Record)?;
        let stock = self.indicator.accumulation == Accumulation::Stock;
        let latest = stock && self.plan().collections().any(|(_, collection)| collection.by_period);
        let named = self.plan().collections().all(|(_, collection)| enterprise_of(collection, part).is_some());
        let in_time = self.rows.has_periods && self.rows.cut_off.is_some();
        let distinct = part.function() == Function::CountDistinct;
        let mut quantity = Quantity {
            money: self.indicator.unit.is_money(),
            whole: matches!(part.function(), Function::Count | Function::CountDistinct),
            flow: !stock,
            free_growth: distinct || (stock && !named),
            floor: entries.iter().all(|entry| !matches!(&entry.brings, Brings::Amount(a) if a.is_sign_negative())),
            ..Quantity::default()
        };
        let mut slots = Vec::new();
        if in_time {
            let first = entries.iter().map(|entry| entry.period).min().unwrap_or(1).min(1);
            let mut so_far = Sum::default();
            for number in first..=until.period {
                let Some(period) = calendar.period(number) else { continue };
                let mut own = Sum::default();
                let before = so_far.clone();
                if latest {
                    so_far = Sum::default();
                    let then = Until { day: period.last, period: number };
                    self.entries(part, then, Grain::Record)?.iter().for_each(|entry| so_far.add(entry));
                } else {
                    for entry in entries.iter().filter(|entry| entry.period == number) {
                        own.add(entry);
                        so_far.add(entry);
                    }
                }
                let at = format!("at {}", period.last);
                let (state, own) = (so_far.finish(), own.finish());
                slots.push((Slot::At(code(), period.last), at.clone()));
                let line = Slot::Line(code(), "period".into(), period.label);
                let to = format!("to {}", period.last);
                if stock {
                    slots.push((line, at.clone()));
                    // Without names nobody can tell whose part has changed.
                    if named {
                        quantity.grown.push((to, state.since(&before.finish())));
                    }
                } else if distinct {
                    let place = format!("in {}", period.last);
                    slots.push((line, place.clone()));
                    quantity.grown.push((to, state.since(&before.finish())));
                    quantity.periods.push((place, own));
                } else {
                    slots.push((line, to.clone()));
                    quantity.grown.push((to, own));
                }
                quantity.states.push((at, state));
            }
        } else {
            let mut all = Sum::default();
            for entry in &entries {
                all.add(entry);
            }
            quantity.states.push(("at -".into(), all.finish()));
            slots.push((Slot::At(code(), until.day), "at -".into()));
        }
        if let Some((place, _)) = quantity.last() {
            slots.push((Slot::Total(code()), place.clone()));
        }
        let partners = self.entries(part, until, Grain::Partner)?;
        let shared = self.plan().collections().any(|(_, collection)| collection.shared_key);
        for (at, field) in self.indicator.by.iter().enumerate().filter(|(_, field)| *field != "period") {
            let of_partners = field == "partner";
            let mut sums: BTreeMap<&str, Sum> = BTreeMap::new();
            for entry in if of_partners { &partners } else { &entries } {
                let value = if of_partners { entry.partner.as_str() } else { entry.by[at].as_str() };
                sums.entry(value).or_default().add(entry);
            }
            let mut cells = BTreeMap::new();
            for (value, sum) in sums {
                let place = format!("{field}={value}");
                slots.push((Slot::Line(code(), field.clone(), value.to_owned()), place.clone()));
                cells.insert(place, sum.finish());
            }
            let add_up = part.function().is_additive() && !(of_partners && shared);
            quantity.lines.push(Lines { cells, add_up });
        }
        Ok((quantity, slots))
    }

    fn entries(&self, part: &Part<'_>, until: Until, grain: Grain) -> Result<Vec<Entry>, String> {
        let mut frames: Vec<(DataFrame, &Collection)> = Vec::new();
        for (from, collection) in self.plan().collections() {
            let grain = if collection.shared_key { grain } else { Grain::Record };
            // With its table, for the join of a stock; and a field may be called like a word of SQL.
            let own = |name: &str, alias: &str| format!("{}.{name} AS {alias}", table(collection, grain));
            let mut columns = vec![own("partner", "partner__"), own("period", "period__")];
            if let Some(field) = enterprise_of(collection, part) {
                columns.push(own(field, "who__"));
                columns.push(own(&format!("{field}__name"), "who_name__"));
            }
            for (at, field) in self.indicator.by.iter().enumerate() {
                columns.push(own(field, &format!("by_{at}__")));
            }
            for (at, field) in collection.key.iter().enumerate() {
                columns.push(own(field.as_str(), &format!("key_{at}__")));
            }
            columns.push(format!("{} AS brings__", part.sql()));
            let source = self.plan().table_with_conditions(from, collection, until, grain);
            let sql = format!("SELECT {} FROM {source}", columns.join(", "));
            let frame =
                query(&self.rows.tables, &sql).map_err(|error| format!("{}: {error} in {sql}", self.indicator.code))?;
            frames.push((frame, collection));
        }
        let numbers = numbers(&frames);
        let mut entries = Vec::new();
        for (frame, collection) in &frames {
            let field = enterprise_of(collection, part);
            let counted = field.filter(|field| counts_enterprises(part, field));
            let mut alike: BTreeMap<String, usize> = BTreeMap::new();
            for row in 0..frame.height() {
                let partner = text(frame, "partner__", row).unwrap_or_default();
                let number = text(frame, "who__", row);
                let name = text(frame, "who_name__", row);
                let by: Vec<String> = (0..self.indicator.by.len())
                    .map(|at| text(frame, &format!("by_{at}__"), row).unwrap_or_else(|| NOT_GIVEN.to_owned()))
                    .collect();
                let who = match (field, &number, &name) {
                    (None, ..) => {
                        // The same row in a later submission is the same one: by its key, else by what it says.
                        let key = (0..collection.key.len()).map(|at| text(frame, &format!("key_{at}__"), row));
                        let says = key.collect::<Option<Vec<String>>>().filter(|key| !key.is_empty());
                        let says = says.unwrap_or_else(|| {
                            let brings = exact_or_text(frame, row).unwrap_or_default();
                            let period = text(frame, "period__", row).unwrap_or_default();
                            by.iter().cloned().chain([period, brings]).collect()
                        });
                        let row = format!("row {} {partner} {}", collection.code, says.join(" "));
                        let count = alike.entry(row.clone()).or_default();
                        *count += 1;
                        format!("{row} {count}")
                    }
                    (_, Some(number), _) => number.clone(),
                    (_, None, Some(name)) => numbers.get(name).cloned().unwrap_or_else(|| format!("name {name}")),
                    // Who says neither may all be one.
                    _ => "nobody".to_owned(),
                };
                let brings = if counted.is_some() && part.function() == Function::CountDistinct {
                    let here = exact_or_text(frame, row);
                    match (here, number.is_none(), name) {
                        (Some(value), ..) => Brings::Value(value, true),
                        (None, true, Some(name)) if self.passes(part) => Brings::Value(format!("name {name}"), false),
                        _ => continue,
                    }
                } else if part.function() == Function::CountDistinct {
                    let Some(value) = exact_or_text(frame, row) else { continue };
                    Brings::Value(value, true)
                } else {
                    match exact(frame, "brings__", row) {
                        Exact::Number(amount) => Brings::Amount(amount),
                        Exact::TooLarge => Brings::Amount(Decimal::MAX),
                        Exact::Missing => continue,
                    }
                };
                entries.push(Entry {
                    who: hashed(&who),
                    period: integer(frame, "period__", row).unwrap_or(i64::MAX),
                    by,
                    partner,
                    brings,
                });
            }
        }
        Ok(entries)
    }

    /// Whether a row without a number may count by its name: where a filter stands before it, that is not looked into, and
    /// the figure is doubted rather than shown.
    fn passes(&self, part: &Part<'_>) -> bool {
        matches!(part, Part::Measure(measure) if measure.filter.is_none()) && self.plan().counted_enterprise().is_some()
    }
}

fn exact_or_text(frame: &DataFrame, row: usize) -> Option<String> {
    text(frame, "brings__", row)
}

/// Names that stand beside a number somewhere.
fn numbers(frames: &[(DataFrame, &Collection)]) -> BTreeMap<String, String> {
    let mut numbers = BTreeMap::new();
    for (frame, _) in frames {
        for row in 0..frame.height() {
            if let (Some(number), Some(name)) = (text(frame, "who__", row), text(frame, "who_name__", row)) {
                numbers.entry(name).or_insert(number);
            }
        }
    }
    numbers
}

/// The field that says whose a row is: the one that is counted, else the first of its kind.
fn enterprise_of<'c>(collection: &'c Collection, part: &Part<'_>) -> Option<&'c str> {
    let mut fields = collection.fields.iter().filter(|field| field.kind == FieldKind::Enterprise);
    let counted = |code: &str| counts_enterprises(part, code);
    let all: Vec<&str> = fields.by_ref().map(|field| field.code.as_str()).collect();
    all.iter().copied().find(|code| counted(code)).or_else(|| all.first().copied())
}

fn counts_enterprises(part: &Part<'_>, field: &str) -> bool {
    matches!(part, Part::Measure(measure) if measure.distinct_field() == Some(field))
}
