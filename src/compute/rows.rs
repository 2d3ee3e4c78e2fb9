//! Indicators counted from rows: total, breakdowns, trajectory.

use chrono::NaiveDate;
use polars::prelude::DataFrame;
use rust_decimal::Decimal;

use super::derived::{ResultParts, pace, result};
use super::pace::{Course, Point};
use super::plan::{Plan, Until};
use super::score::{self, Against, Measured, against, against_partner, figure, taking_part, trajectory};
use super::status::shown;
use super::{Inputs, Tables};
use crate::define::catalog::{Collection, Committed, FieldKind, From, How, Indicator, Partner, RowMeasure};
use crate::model::number::{percentage, quotient};
use crate::model::period::Period;
use crate::model::scoreboard::{Accumulation, Breakdown, Figure, IndicatorResult};
use crate::model::submission::Submission;
use crate::model::value::{Coverage, Value, Why};
use crate::sql::Function;
use crate::sql::frame::{Exact, exact, integer, query, text};

/// How a missing value of a breakdown is called.
pub(super) const NOT_GIVEN: &str = "(not given)";

pub(super) struct Rows<'a> {
    inputs: &'a Inputs<'a>,
    indicator: &'a Indicator,
    pub(super) plan: Plan<'a>,
    measure: &'a RowMeasure,
    collections: Vec<&'a Collection>,
    partners: Vec<&'a Partner>,
    pub(super) tables: Tables<'a>,
    /// The latest period whose reports are due; None where there are no periods, or none is due yet.
    pub(super) cut_off: Option<Period>,
    pub(super) has_periods: bool,
}

/// An indicator with everything that its sheet shows, and how it went from period to period, where it has any.
///
/// # Errors
/// What the SQL engine refuses, as text.
pub fn compute(inputs: &Inputs<'_>, indicator: &Indicator) -> Result<(IndicatorResult, Option<Course>), String> {
    Rows::new(inputs, indicator)?.result()
}

/// The total alone, up to some day: for worked examples.
///
/// # Errors
/// As [`compute`].
pub fn value_at(inputs: &Inputs<'_>, indicator: &Indicator, until: Until) -> Result<Value, String> {
    Ok(Rows::new(inputs, indicator)?.total(until)?.value)
}

impl<'a> Rows<'a> {
    pub(super) fn new(inputs: &'a Inputs<'a>, indicator: &'a Indicator) -> Result<Self, String> {
        let How::Rows { from, measure } = &indicator.how else {
            return Err(format!("{} is not counted from rows", indicator.code));
        };
        Ok(Self::of(inputs, indicator, from, measure))
    }

    fn of(inputs: &'a Inputs<'a>, indicator: &'a Indicator, from: &'a [From], measure: &'a RowMeasure) -> Self {
        let catalog = inputs.catalog;
        let plan = Plan { catalog, from, measure, accumulation: indicator.accumulation };
        let collections: Vec<&Collection> = plan.collections().map(|(_, collection)| collection).collect();
        let has_periods = collections.iter().any(|collection| collection.has_periods());
        // Judged when the slowest of its collections is due.
        let cut_off = collections
            .iter()
            .filter(|collection| collection.has_periods())
            .map(|collection| catalog.programme.calendar.latest_due(inputs.as_of, collection.due_days))
            .min_by_key(|period| period.as_ref().map_or(0, |period| period.number))
            .flatten();
        Rows {
            inputs,
            indicator,
            measure,
            partners: taking_part(inputs, &collections),
            tables: inputs.records.tables.iter().map(|(name, frame)| (name.as_str(), frame)).collect(),
            collections,
            cut_off,
            has_periods,
            plan,
        }
    }

    fn result(&self) -> Result<(IndicatorResult, Option<Course>), String> {
        let until = self.until();
        let judged_on =
            if self.has_periods { self.cut_off.as_ref().map(|period| period.last) } else { Some(self.inputs.as_of) };
        let held = against(self.indicator, None, judged_on);
        let total = self.total(until)?;
        let total = figure(self.inputs, self.indicator, Vec::new(), total, self.coverage(), &held);
        let breakdowns =
            self.indicator.by.iter().map(|field| self.breakdown(field, until)).collect::<Result<Vec<_>, _>>()?;
        let course = self.course()?;
        let actuals = Self::actuals(until, course.as_ref(), &total);
        let parts = ResultParts {
            since_then: self.since_then(until)?,
            breakdowns,
            trajectory: trajectory(self.inputs, self.indicator, &held, &actuals),
            pace: course.as_ref().map(|course| pace(self.inputs, self.indicator, course, &held)),
            committed: self.committed(until, &held)?,
            sql: self.sql(until),
            method: self.method(),
        };
        Ok((result(self.indicator, total, parts), course))
    }

    /// What is decided or contracted by the cut-off, held against the target alone.
    fn committed(&self, until: Until, held: &Against<'_>) -> Result<Option<Figure>, String> {
        let Some(committed) = &self.indicator.committed else { return Ok(None) };
        let rows = Rows::of(self.inputs, self.indicator, &committed.from, &committed.measure);
        Ok(Some(score::committed(self.indicator, rows.total(until)?, rows.coverage(), held)))
    }

    /// Up to the cut-off; up to as-of where nothing is due yet or nothing has periods.
    pub(super) fn until(&self) -> Until {
        match &self.cut_off {
            Some(period) if self.has_periods => Until { day: period.last, period: period.number },
            _ => self.now(),
        }
    }

    fn now(&self) -> Until {
        let as_of = self.inputs.as_of;
        Until { day: as_of, period: self.inputs.catalog.programme.calendar.number_of(as_of) }
    }

    fn run(&self, sql: &str) -> Result<DataFrame, String> {
        query(&self.tables, sql).map_err(|error| format!("{}: {error} in {sql}", self.indicator.code))
    }

    fn sql(&self, until: Until) -> Vec<String> {
        match self.measure {
            RowMeasure::Median(field) => vec![self.plan.values(field.as_str(), None, until)],
            _ => vec![self.plan.total(until)],
        }
    }

    // Who has reported.

    /// Whether a submission has the columns that the figure is made of: without them it says nothing, not zero.
    fn speaks(&self, submission: &Submission, collection: &Collection) -> bool {
        let used = self.plan.fields_of(collection);
        let mut fields = collection.fields.iter().filter(|field| used.contains(field.code.as_str()));
        // Of an enterprise the name beside it will do.
        fields.all(|field| field.kind == FieldKind::Enterprise || submission.holds(field.code.as_str()))
    }

    /// What a partner has sent that the figure can be taken from.
    fn sent<'s>(&'s self, partner: &'s Partner) -> impl Iterator<Item = (&'s Submission, &'s Collection)> {
        self.inputs.submissions.iter().filter(|s| s.partner == partner.code).filter_map(|s| {
            let collection = self.collections.iter().find(|collection| collection.code == s.collection)?;
            self.speaks(s, collection).then_some((s, *collection))
        })
    }

    fn submitted(&self, partner: &Partner) -> bool {
        self.sent(partner).next().is_some()
    }

    /// Whether a partner has sent anything that speaks of a period or an earlier one.
    fn submitted_by(&self, partner: &Partner, period: i64) -> bool {
        self.sent(partner)
            .any(|(s, collection)| !collection.by_period || s.period.is_some_and(|covered| covered <= period))
    }

    /// Whether a partner's reports reach a period, in every collection that it takes part in.
    fn reached(&self, partner: &Partner, period: i64) -> bool {
        let of = |wanted: &&Collection| {
            self.sent(partner).filter(|(_, collection)| collection.code == wanted.code).any(|(s, collection)| {
                s.period.is_some_and(|covered| if collection.by_period { covered == period } else { covered >= period })
            })
        };
        self.collections.iter().filter(|collection| partner.takes_part(&collection.code)).all(of)
    }

    fn has_reported(&self, partner: &Partner) -> bool {
        match &self.cut_off {
            Some(period) if self.has_periods => self.reached(partner, period.number),
            _ => self.submitted(partner),
        }
    }

    fn coverage(&self) -> Coverage {
        Coverage {
            reported: self.partners.iter().filter(|partner| self.has_reported(partner)).count(),
            due: self.partners.len(),
        }
    }

    // Values.

    fn total(&self, until: Until) -> Result<Measured, String> {
        if !self.partners.iter().any(|partner| self.submitted_by(partner, until.period)) {
            return Ok(Measured::absent(Value::NotReported));
        }
        if let RowMeasure::Median(field) = self.measure {
            let values = self.run(&self.plan.values(field.as_str(), None, until))?;
            return Ok(median(&values, 0..values.height()));
        }
        let frame = self.run(&self.plan.total(until))?;
        Ok(self.read(&frame, 0))
    }

    /// The measured value in a row of a result.
    fn read(&self, frame: &DataFrame, row: usize) -> Measured {
        let rows = integer(frame, "row_count", row).and_then(|count| u64::try_from(count).ok()).unwrap_or(0);
        if let Some(missing) = no_rate(frame, row) {
            return Measured { rows, ..Measured::absent(Value::NotComputable(Why::NoRate(missing))) };
        }
        if matches!(self.measure, RowMeasure::Ratio { .. } | RowMeasure::Mean { .. }) {
            let part = |name: &str| match exact(frame, name, row) {
                Exact::Number(number) => Some(number),
                // A sum over no value is nothing, not unknown.
                Exact::Missing => Some(Decimal::ZERO),
                Exact::TooLarge => None,
            };
            let (of, to) = (part("numerator"), part("denominator"));
            return Measured {
                value: self.divide(of, to),
                numerator: of,
                denominator: to,
                rows,
                upper: None,
                lower: None,
            };
        }
        let RowMeasure::One(measure) = self.measure else { return Measured::absent(Value::NotComputable(Why::NoRows)) };
        let value = match (exact(frame, "value", row), measure.function) {
            (Exact::Number(number), _) => Value::Known(number),
            (Exact::TooLarge, _) => Value::NotComputable(Why::Overflow),
            (Exact::Missing, Function::Min | Function::Max) => Value::NotComputable(Why::NoRows),
            (Exact::Missing, _) => Value::Known(Decimal::ZERO),
        };
        let mut measured = Measured { value, numerator: None, denominator: None, rows, upper: None, lower: None };
        if self.plan.counted_enterprise().is_some() {
            let numbers = measured.value.known().unwrap_or(Decimal::ZERO);
            let names = integer(frame, "unnumbered", row).map_or(Decimal::ZERO, Decimal::from);
            measured.upper = Some(numbers + names);
            // Somebody was there, if only by name.
            if numbers.is_zero() && !names.is_zero() {
                measured.value = Value::Known(Decimal::ONE);
            }
        }
        if self.plan.counted_organisation().is_some() {
            let least = integer(frame, "least", row).map(Decimal::from);
            measured.lower = least.filter(|least| !least.is_zero() && Some(*least) < measured.value.known());
        }
        measured
    }

    fn divide(&self, of: Option<Decimal>, to: Option<Decimal>) -> Value {
        match self.measure {
            RowMeasure::Mean { .. } if to.is_some_and(|to| to.is_zero()) => Value::NotComputable(Why::NoRows),
            // A mean of percentages is one already.
            RowMeasure::Mean { .. } => divide(of, to, false),
            _ => divide(of, to, self.indicator.unit.is_percent()),
        }
    }

    /// What a line without rows is worth, once somebody has reported.
    fn empty(&self) -> Measured {
        match self.measure {
            RowMeasure::One(measure) if !matches!(measure.function, Function::Min | Function::Max) => Measured {
                value: Value::Known(Decimal::ZERO),
                upper: self.plan.counted_enterprise().map(|_| Decimal::ZERO),
                ..Measured::absent(Value::NotReported)
            },
            RowMeasure::Ratio { .. } | RowMeasure::Mean { .. } => Measured {
                numerator: Some(Decimal::ZERO),
                denominator: Some(Decimal::ZERO),
                ..Measured::absent(self.divide(Some(Decimal::ZERO), Some(Decimal::ZERO)))
            },
            _ => Measured::absent(Value::NotComputable(Why::NoRows)),
        }
    }

    // Breakdowns.

    /// The values of a field with what is measured for each, in the order of SQL.
    fn groups(&self, field: &str, until: Until) -> Result<Vec<(Option<String>, Measured)>, String> {
        if let RowMeasure::Median(value) = self.measure {
            let frame = self.run(&self.plan.values(value.as_str(), Some(field), until))?;
            let mut groups: Vec<(Option<String>, std::ops::Range<usize>)> = Vec::new();
            for row in 0..frame.height() {
                let name = text(&frame, "by_value", row);
                match groups.last_mut() {
                    Some((last, range)) if *last == name => range.end = row + 1,
                    _ => groups.push((name, row..row + 1)),
                }
            }
            return Ok(groups.into_iter().map(|(name, range)| (name, median(&frame, range))).collect());
        }
        let frame = self.run(&self.plan.by(field, until))?;
        Ok((0..frame.height()).map(|row| (text(&frame, "by_value", row), self.read(&frame, row))).collect())
    }

    fn breakdown(&self, field: &str, until: Until) -> Result<Breakdown, String> {
        let lines = match field {
            "partner" => self.by_partner(until)?,
            "period" => self.by_period(until)?,
            _ => self.by_field(field, until)?,
        };
        let (names, figures) = lines.into_iter().unzip();
        let (additive, mut note) = self.addition(field);
        if let Some(sum) = (field == "partner").then(|| self.partner_targets(additive)).flatten() {
            note = Some(note.map_or_else(|| sum.clone(), |note| format!("{note} {sum}")));
        }
        let definition = self.collections.first().and_then(|collection| collection.field(field));
        let label = definition.map_or_else(
            || {
                match field {
                    "partner" => "Partner",
                    "country" => "Country",
                    "period" => "Period",
                    other => other,
                }
                .to_owned()
            },
            |field| field.label.get(&self.inputs.catalog.programme.language).to_owned(),
        );
        Ok(Breakdown { field: field.to_owned(), label, figures, additive, note, names, estimates: Vec::new() })
    }

    /// Whether the lines add up to the total, and what a reader must know if they do not.
    fn addition(&self, field: &str) -> (bool, Option<String>) {
        let note = match self.measure {
            RowMeasure::Ratio { .. } | RowMeasure::Mean { .. } | RowMeasure::Median(_) => {
                "Rates are never added: the total is computed from all rows again."
            }
            RowMeasure::One(measure) if measure.function == Function::CountDistinct => self.plan.in_several_rows(),
            RowMeasure::One(measure) if !measure.function.is_additive() => {
                "The total is taken from all rows, not added."
            }
            _ if field == "period" && self.indicator.accumulation == Accumulation::Stock => {
                "A stock is not added over time: each line is the state at the period's end."
            }
            _ if field == "partner" && self.collections.iter().any(|collection| collection.shared_key) => {
                "A record that several partners report counts for each of them here, and once in the total."
            }
            RowMeasure::One(_) => return (true, None),
        };
        (false, Some(note.to_owned()))
    }

    /// What the partners' targets add up to, where that need not be the programme's target.
    fn partner_targets(&self, additive: bool) -> Option<String> {
        let targets = &self.indicator.partner_targets;
        let base = self.indicator.baseline.as_ref().map_or(Decimal::ZERO, |baseline| baseline.value);
        let own = self.indicator.targets.current().and_then(|target| target.resolve(base));
        if targets.is_empty() || (additive && targets.len() == self.inputs.catalog.partners.len()) {
            return None;
        }
        let sum = targets.values().try_fold(Decimal::ZERO, |sum, one| sum.checked_add(*one))?;
        let unit = &self.indicator.unit;
        let beside =
            own.map_or_else(String::new, |own| format!("; the programme's target is {}", shown(own.value, unit)));
        Some(format!("The partners' targets add up to {}{beside}.", shown(sum, unit)))
    }

    fn by_partner(&self, until: Until) -> Result<Vec<(String, Figure)>, String> {
        let groups = self.groups("partner", until)?;
        let cut_off =
            self.cut_off.as_ref().map(|period| period.last).or(Some(self.inputs.as_of).filter(|_| !self.has_periods));
        let end = self.inputs.catalog.programme.calendar.end;
        let lines = self.inputs.catalog.partners.iter().map(|partner| {
            let part = self.partners.iter().any(|other| other.code == partner.code);
            let found = groups.iter().find(|(name, _)| name.as_deref() == Some(partner.code.as_str()));
            let measured = match (part, self.submitted(partner), found) {
                (false, ..) => Measured::absent(Value::NotApplicable),
                (_, false, _) => Measured::absent(Value::NotReported),
                (_, _, Some((_, measured))) => measured.clone(),
                _ => self.empty(),
            };
            let coverage =
                Coverage { reported: usize::from(part && self.has_reported(partner)), due: usize::from(part) };
            let held = against_partner(self.indicator, &partner.code, cut_off, end);
            let by = vec![("partner".to_owned(), partner.code.to_string())];
            (partner.name.clone(), figure(self.inputs, self.indicator, by, measured, coverage, &held))
        });
        Ok(lines.collect())
    }

    fn by_period(&self, until: Until) -> Result<Vec<(String, Figure)>, String> {
        let calendar = &self.inputs.catalog.programme.calendar;
        let groups =
            if self.indicator.accumulation == Accumulation::Stock { Vec::new() } else { self.groups("period", until)? };
        let first = groups.iter().filter_map(|(name, _)| name.as_ref()?.parse::<i64>().ok()).min().unwrap_or(1).min(1);
        let mut lines = Vec::new();
        for number in first..=until.period {
            let Some(period) = calendar.period(number) else { continue };
            let reported = self.partners.iter().filter(|partner| self.reached(partner, number)).count();
            let measured = if self.indicator.accumulation == Accumulation::Stock {
                self.total(Until { day: period.last, period: number })?
            } else {
                let found = groups.iter().find(|(name, _)| name.as_deref() == Some(&number.to_string()));
                match found {
                    Some((_, measured)) => measured.clone(),
                    None if reported == 0 => Measured::absent(Value::NotReported),
                    None => self.empty(),
                }
            };
            let coverage = Coverage { reported, due: self.partners.len() };
            lines.push((period.label.clone(), self.line("period", period.label, measured, coverage)));
        }
        Ok(lines)
    }

    fn by_field(&self, field: &str, until: Until) -> Result<Vec<(String, Figure)>, String> {
        let groups = self.groups(field, until)?;
        let language = &self.inputs.catalog.programme.language;
        let definition = self.collections.first().and_then(|collection| collection.field(field));
        let submitted = self.partners.iter().any(|partner| self.submitted(partner));
        let mut lines: Vec<(String, String, Measured)> = Vec::new();
        let find = |code: &str| {
            groups.iter().find(|(name, _)| name.as_deref() == Some(code)).map(|(_, measured)| measured.clone())
        };
        match definition {
            // Options in their declared order, those without rows too: nothing is said of them otherwise.
            Some(definition) if definition.kind == FieldKind::Choice && submitted => {
                for option in &definition.options {
                    let measured = find(&option.code).unwrap_or_else(|| self.empty());
                    lines.push((option.label.get(language).to_owned(), option.code.clone(), measured));
                }
            }
            _ => {
                for (name, measured) in groups.iter().filter_map(|(name, measured)| Some((name.as_ref()?, measured))) {
                    lines.push((name.clone(), name.clone(), measured.clone()));
                }
            }
        }
        if let Some((_, measured)) = groups.iter().find(|(name, _)| name.is_none()) {
            lines.push((NOT_GIVEN.into(), NOT_GIVEN.into(), measured.clone()));
        }
        let coverage = self.coverage();
        Ok(lines
            .into_iter()
            .map(|(name, value, measured)| (name, self.line(field, value, measured, coverage)))
            .collect())
    }

    fn line(&self, field: &str, value: String, measured: Measured, coverage: Coverage) -> Figure {
        let nothing = Against {
            baseline: None,
            target: None,
            milestones: &[],
            cut_off: self.cut_off.as_ref().map(|period| period.last).filter(|_| self.has_periods),
        };
        figure(self.inputs, self.indicator, vec![(field.to_owned(), value)], measured, coverage, &nothing)
    }

    // Over time.

    /// The total at the end of each period up to the cut-off; None without periods.
    fn course(&self) -> Result<Option<Course>, String> {
        if !self.has_periods {
            return Ok(None);
        }
        let calendar = &self.inputs.catalog.programme.calendar;
        let at = |period: &Period| {
            Ok::<_, String>(self.total(Until { day: period.last, period: period.number })?.value.known())
        };
        let last = self.cut_off.as_ref().map_or(0, |period| period.number);
        let points = (1..=last).filter_map(|number| calendar.period(number)).map(|period| {
            let reported = self.partners.iter().any(|partner| self.reached(partner, period.number));
            Ok(Point { value: at(&period)?, reported, period })
        });
        let points = points.collect::<Result<Vec<_>, String>>()?;
        let flow = self.indicator.accumulation == Accumulation::Flow;
        let before = match calendar.period(0) {
            Some(period) if flow && last > 0 => at(&period)?,
            _ => None,
        };
        Ok(Some(Course { flow, before, points }))
    }

    /// What the trajectory shows: each period's end, or the one day that there is.
    fn actuals(until: Until, course: Option<&Course>, total: &Figure) -> Vec<(NaiveDate, String, Option<Decimal>)> {
        match course {
            Some(course) if !course.points.is_empty() => course.actuals(),
            _ => vec![(until.day, "as of".into(), total.value.known())],
        }
    }

    /// What came after the cut-off: the figure as of today less the figure at the cut-off.
    fn since_then(&self, until: Until) -> Result<Option<Decimal>, String> {
        let now = self.now();
        if self.indicator.accumulation != Accumulation::Flow || self.cut_off.is_none() || now.day <= until.day {
            return Ok(None);
        }
        let (later, then) = (self.total(now)?.value.known(), self.total(until)?.value.known());
        Ok(later.zip(then).and_then(|(later, then)| later.checked_sub(then)).filter(|more| !more.is_zero()))
    }

    fn committed_method(committed: &Committed) -> String {
        let RowMeasure::One(measure) = &committed.measure else { return String::new() };
        let of = committed.from.iter().map(|from| {
            let rows =
                from.condition.as_ref().map_or("all rows".to_owned(), |one| format!("rows where {}", one.source));
            let dated = from.date.as_ref().map_or_else(String::new, |date| format!(", dated by {date}"));
            format!("{}: {rows}{dated}", from.collection)
        });
        format!("Committed: {}; from {}.", measure.source, of.collect::<Vec<_>>().join("; "))
    }

    /// How it is counted, in words.
    fn method(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (from, collection) in self.plan.collections() {
            let title = collection.title.get(&self.inputs.catalog.programme.language);
            let condition = from
                .condition
                .as_ref()
                .map_or_else(|| "all rows".to_owned(), |condition| format!("rows where {}", condition.source));
            lines.push(format!("From {title} ({}): {condition}.", collection.code));
            if collection.shared_key {
                let key: Vec<&str> = collection.key.iter().map(super::super::model::code::FieldCode::as_str).collect();
                lines.push(format!("Rows of several partners with the same {} are one record.", key.join(", ")));
            }
        }
        lines.push(match self.measure {
            RowMeasure::One(measure) => format!("Measure: {}.", measure.source),
            RowMeasure::Ratio { of, to } => {
                let times = if self.indicator.unit.is_percent() { ", times 100" } else { "" };
                format!(
                    "Ratio of {} to {}{times}; totals are computed from rows, never from ratios.",
                    of.source, to.source
                )
            }
            RowMeasure::Mean { field, .. } => {
                format!("Mean of {field}: its sum, divided by how many rows give it.")
            }
            RowMeasure::Median(field) => {
                format!("Median of {field}: the smallest value that half of the rows do not exceed.")
            }
        });
        lines.push(match self.indicator.accumulation {
            Accumulation::Flow => "A flow: adds up over periods and partners.".to_owned(),
            Accumulation::Stock => "A stock: each partner's latest period counts.".to_owned(),
            Accumulation::Rate => "A rate: never added.".to_owned(),
        });
        if let Some(committed) = &self.indicator.committed {
            lines.push(Self::committed_method(committed));
        }
        if self.plan.counted_enterprise().is_some() {
            lines.push(
                "Enterprises are counted once by VAT or register number; the upper bound adds those known by name only.".into(),
            );
        } else if self.plan.counted_organisation().is_some() {
            lines.push(
                "Organisations are counted once by name, as written, and by what was decided of two names.".into(),
            );
        }
        lines
    }
}

pub(super) fn divide(of: Option<Decimal>, to: Option<Decimal>, percent: bool) -> Value {
    match of.zip(to) {
        None => Value::NotComputable(Why::Overflow),
        Some((_, to)) if to.is_zero() => Value::NotComputable(Why::ZeroDenominator),
        Some((of, to)) => {
            let divided = if percent { percentage(of, to) } else { quotient(of, to) };
            divided.map_or(Value::NotComputable(Why::Overflow), Value::Known)
        }
    }
}

/// The currency and month of an amount that could not be converted, if there is one in a row of a result.
fn no_rate(frame: &DataFrame, row: usize) -> Option<String> {
    (0..)
        .map(|at| format!("norate_{at}"))
        .take_while(|name| frame.column(name).is_ok())
        .find_map(|name| text(frame, &name, row))
}

/// The smallest value that half of the values do not exceed (R: `qrule = "math"`), over sorted rows; missing ones last.
fn median(frame: &DataFrame, rows: std::ops::Range<usize>) -> Measured {
    if let Some(missing) = rows.clone().filter_map(|row| no_rate(frame, row)).min() {
        let rows = (rows.end - rows.start) as u64;
        return Measured { rows, ..Measured::absent(Value::NotComputable(Why::NoRate(missing))) };
    }
    let values: Vec<Decimal> = rows
        .filter_map(|row| if let Exact::Number(number) = exact(frame, "value", row) { Some(number) } else { None })
        .collect();
    let count = values.len() as u64;
    let value = values.get(values.len().div_ceil(2).saturating_sub(1)).copied();
    Measured { rows: count, ..Measured::absent(value.map_or(Value::NotComputable(Why::NoRows), Value::Known)) }
}
