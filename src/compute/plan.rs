//! The plan: SQL of an indicator's figures, from the catalogue alone. What is planned here runs unchanged on another
//! SQL engine; `docs/methods.md` shows the shapes.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{currency, organisations};
use crate::define::Catalog;
use crate::define::catalog::{Collection, Field, FieldKind, From, RowMeasure};
use crate::model::scoreboard::Accumulation;
use crate::sql::unknown::careful;
use crate::sql::{Expression, Function, Measure};

/// Up to when rows count: a day, and the period that it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Until {
    pub day: NaiveDate,
    pub period: i64,
}

/// Which rows of a collection shared by partners: each record once, or each partner's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grain {
    Record,
    Partner,
}

/// The name of a collection's table: of records, or of rows as each partner reported them.
pub fn table(collection: &Collection, grain: Grain) -> String {
    if collection.shared_key && grain == Grain::Partner {
        format!("{}__reported", collection.code)
    } else {
        collection.code.to_string()
    }
}

/// A planned indicator over rows.
pub struct Plan<'a> {
    pub catalog: &'a Catalog,
    pub from: &'a [From],
    pub measure: &'a RowMeasure,
    pub accumulation: Accumulation,
}

impl<'a> Plan<'a> {
    pub fn collections(&self) -> impl Iterator<Item = (&'a From, &'a Collection)> + use<'a> {
        let catalog = self.catalog;
        self.from.iter().filter_map(move |from| Some((from, catalog.collection(&from.collection)?)))
    }

    /// The total.
    pub fn total(&self, until: Until) -> String {
        format!("SELECT {} FROM {}", self.select(), self.source(until, Grain::Record, &[], None))
    }

    /// One line a value of a field.
    pub fn by(&self, field: &str, until: Until) -> String {
        let grain = if field == "partner" { Grain::Partner } else { Grain::Record };
        let source = self.source(until, grain, &[field], None);
        format!(
            "SELECT {field} AS by_value, {} FROM {source} GROUP BY {field} ORDER BY by_value NULLS LAST",
            self.select()
        )
    }

    /// The middle values of a median come from the rows themselves, in order.
    pub fn values(&self, field: &str, by: Option<&str>, until: Until) -> String {
        let grain = if by == Some("partner") { Grain::Partner } else { Grain::Record };
        let extra: Vec<&str> = by.into_iter().collect();
        let source = self.source(until, grain, &extra, Some(field));
        let by = by.map_or_else(String::new, |by| format!("{by} AS by_value, "));
        let lacking: Vec<String> = self
            .converted()
            .iter()
            .enumerate()
            .map(|(at, f)| format!(", {} AS norate_{at}", currency::no_rate(f)))
            .collect();
        let lacking = lacking.concat();
        let order = if by.is_empty() { "value NULLS LAST" } else { "by_value NULLS LAST, value NULLS LAST" };
        format!("SELECT {by}{field} AS value{lacking} FROM {source} ORDER BY {order}")
    }

    /// Every query of the plan: total, breakdowns, evidence. For holding one engine against another.
    pub fn all(&self, by: &[String], until: Until) -> Vec<String> {
        let mut queries = Vec::new();
        if let RowMeasure::Median(value) = self.measure {
            queries.push(self.values(value.as_str(), None, until));
            queries.extend(by.iter().map(|field| self.values(value.as_str(), Some(field), until)));
        } else {
            queries.push(self.total(until));
            queries.extend(by.iter().map(|field| self.by(field, until)));
        }
        for (from, collection) in self.collections() {
            queries.push(self.evidence(from, collection, until, Grain::Record, by));
            if collection.shared_key {
                queries.push(self.evidence(from, collection, until, Grain::Partner, by));
            }
        }
        queries
    }

    fn measures(&self) -> Vec<&Measure> {
        match self.measure {
            RowMeasure::One(measure) => vec![measure],
            RowMeasure::Ratio { of, to } | RowMeasure::Mean { of, to, .. } => vec![of, to],
            RowMeasure::Median(_) => Vec::new(),
        }
    }

    /// The enterprise field whose numbers are counted once, if one is.
    pub fn counted_enterprise(&self) -> Option<&str> {
        let RowMeasure::One(measure) = self.measure else { return None };
        let field = measure.distinct_field()?;
        let enterprise = self
            .collections()
            .all(|(_, collection)| collection.field(field).is_some_and(|field| field.kind == FieldKind::Enterprise));
        enterprise.then_some(field)
    }

    /// The field whose organisations are counted once, if one is: an enterprise, or a text that names organisations.
    pub fn counted_organisation(&self) -> Option<&str> {
        let RowMeasure::One(measure) = self.measure else { return None };
        let field = measure.distinct_field()?;
        let all =
            |(_, collection): (&From, &Collection)| collection.field(field).is_some_and(Field::names_organisations);
        self.collections().all(all).then_some(field)
    }

    /// What a reader of the lines of a distinct count must know, by what is counted.
    pub fn in_several_rows(&self) -> &'static str {
        if self.counted_enterprise().is_some() {
            "An enterprise may stand in several rows; the total counts it once."
        } else if self.counted_organisation().is_some() {
            "An organisation may stand in several rows; the total counts it once."
        } else {
            "What is counted may stand in several rows; the total counts it once."
        }
    }

    fn select(&self) -> String {
        let mut columns = match self.measure {
            RowMeasure::One(measure) => vec![format!("{} AS value", measure.sql())],
            RowMeasure::Ratio { of, to } | RowMeasure::Mean { of, to, .. } => {
                vec![format!("{} AS numerator", of.sql()), format!("{} AS denominator", to.sql())]
            }
            RowMeasure::Median(_) => Vec::new(),
        };
        if let (Some(field), RowMeasure::One(measure)) = (self.counted_enterprise(), self.measure) {
            let and = measure.filter.as_ref().map_or_else(String::new, |filter| format!(" AND ({})", filter.sql));
            columns.push(format!("COUNT(DISTINCT {field}__name) FILTER (WHERE {field} IS NULL{and}) AS unnumbered"));
        }
        if let (Some(field), RowMeasure::One(measure)) = (self.counted_organisation(), self.measure) {
            let and = measure.filter.as_ref().map_or_else(String::new, |filter| format!(" AND ({})", filter.sql));
            let least = organisations::least(field);
            columns.push(format!("COUNT(DISTINCT {least}) FILTER (WHERE {field} IS NOT NULL{and}) AS least"));
        }
        columns.push("COUNT(*) AS row_count".to_owned());
        columns.extend(self.without_rate().into_iter().enumerate().map(|(at, sql)| format!("{sql} AS norate_{at}")));
        columns.join(", ")
    }

    /// The fields used whose amounts are converted, in measures or conditions.
    fn converted(&self) -> Vec<String> {
        let mut used: BTreeSet<String> = self.measures().into_iter().flat_map(Measure::fields).collect();
        if let RowMeasure::Median(field) = self.measure {
            used.insert(field.as_str().to_owned());
        }
        let conditions = self.from.iter().filter_map(|from| from.condition.as_ref());
        used.extend(conditions.flat_map(|condition| condition.fields.iter().cloned()));
        used.into_iter().filter(|name| self.catalog.converts(name)).collect()
    }

    /// For each converted field: an amount without a rate among the rows that matter, or NULL. What a filter leaves out
    /// whatever the amount is does not matter.
    fn without_rate(&self) -> Vec<String> {
        let converted = self.converted();
        let in_conditions = |name: &String| {
            self.from.iter().filter_map(|from| from.condition.as_ref()).any(|condition| condition.fields.contains(name))
        };
        let mut all = Vec::new();
        for name in &converted {
            let column = currency::no_rate(name);
            let using: Vec<&Measure> =
                self.measures().into_iter().filter(|measure| measure.fields().contains(name)).collect();
            if in_conditions(name) || using.is_empty() || using.iter().any(|measure| measure.filter.is_none()) {
                all.push(format!("MIN({column})"));
                continue;
            }
            let filters = using.iter().filter_map(|measure| measure.filter.as_ref());
            all.extend(filters.map(|filter| {
                // What the engine counts as it stands, and what nobody can tell.
                format!("MIN({column}) FILTER (WHERE {} OR ({}))", self.may_hold(filter), filter.sql)
            }));
        }
        all
    }

    /// Whether one of these fields lacks a rate, as a condition; None where none is converted.
    fn lacking<'f>(&self, fields: impl Iterator<Item = &'f String>) -> Option<String> {
        let converted = fields.filter(|name| self.catalog.converts(name));
        let each: Vec<String> = converted.map(|name| format!("{} IS NOT NULL", currency::no_rate(name))).collect();
        (!each.is_empty()).then(|| each.join(" OR "))
    }

    /// A condition; where it rests on an amount without a rate, also the rows for which nobody can tell.
    fn may_hold(&self, condition: &Expression) -> String {
        let Some(lacking) = self.lacking(condition.fields.iter()) else { return format!("({})", condition.sql) };
        let marker = |field: &str| self.catalog.converts(field).then(|| currency::no_rate(field));
        let condition = careful(&condition.sql, &marker);
        format!("(({condition}) OR (({condition}) IS NULL AND ({lacking})))")
    }

    /// Every field that the measures use, with the name beside an enterprise's number.
    fn fields(&self) -> BTreeSet<String> {
        let mut fields: BTreeSet<String> = self.measures().into_iter().flat_map(Measure::fields).collect();
        if let Some(field) = self.counted_enterprise() {
            fields.insert(format!("{field}__name"));
        }
        fields.extend(self.counted_organisation().map(organisations::least));
        fields.extend(self.converted().iter().map(|field| currency::no_rate(field)));
        fields
    }

    /// What the figure is made of in one collection: fields of measures and of its condition.
    pub fn fields_of(&self, collection: &Collection) -> BTreeSet<String> {
        let mut fields = self.fields();
        if let RowMeasure::Median(field) = self.measure {
            fields.insert(field.as_str().to_owned());
        }
        let from = self.from.iter().find(|from| from.collection == collection.code);
        fields.extend(
            from.and_then(|from| from.condition.as_ref()).iter().flat_map(|condition| condition.fields.clone()),
        );
        fields
    }

    /// The rows: of one table, or of several put one below the other with what is used of them.
    fn source(&self, until: Until, grain: Grain, extra: &[&str], value: Option<&str>) -> String {
        let collections: Vec<_> = self.collections().collect();
        if let [(from, collection)] = collections.as_slice() {
            return self.table_with_conditions(from, collection, until, grain);
        }
        let mut fields = self.fields();
        fields.extend(extra.iter().map(|field| (*field).to_owned()));
        fields.extend(value.map(str::to_owned));
        let mut list: Vec<String> = fields.into_iter().collect();
        // COUNT(*) uses no field: one has to stand there all the same.
        if list.is_empty() {
            list.push("partner".into());
        }
        let list = list.join(", ");
        let parts: Vec<String> = collections
            .iter()
            .map(|(from, collection)| {
                format!("SELECT {list} FROM {}", self.table_with_conditions(from, collection, until, grain))
            })
            .collect();
        format!("({}) AS together", parts.join(" UNION ALL "))
    }

    pub(super) fn table_with_conditions(
        &self,
        from: &From,
        collection: &Collection,
        until: Until,
        grain: Grain,
    ) -> String {
        let name = table(collection, grain);
        let condition = from.condition.iter();
        let mut conditions: Vec<String> = condition.map(|condition| self.may_hold(condition)).collect();
        conditions.extend(Self::time(from, collection, until));
        let latest = self.accumulation == Accumulation::Stock && collection.by_period;
        let source = if latest {
            // Each partner's latest period counts, be it with rows or without: so the submissions say which it is.
            format!(
                "{name} JOIN (SELECT partner AS latest_partner, MAX(period) AS latest_period FROM submissions \
                 WHERE collection = '{}' AND period <= {} GROUP BY partner) AS latest \
                 ON {name}.partner = latest.latest_partner AND {name}.period = latest.latest_period",
                collection.code, until.period
            )
        } else {
            name
        };
        if conditions.is_empty() { source } else { format!("{source} WHERE {}", conditions.join(" AND ")) }
    }

    /// What places a row in time: its date, or the period it was reported for; nothing, where only the present counts.
    fn time(from: &From, collection: &Collection, until: Until) -> Option<String> {
        match (collection.by_period, from.date.as_ref().or(collection.date.as_ref())) {
            (true, _) => Some(format!("period <= {}", until.period)),
            (false, Some(date)) => Some(format!("{date} <= DATE '{}'", until.day)),
            (false, None) => None,
        }
    }

    /// What the rows behind a figure are told by: its fields, the keys and the date.
    pub fn told_by(&self, from: &From, collection: &Collection) -> BTreeSet<String> {
        let mut fields: BTreeSet<String> = self.fields();
        fields.extend(from.condition.iter().flat_map(|condition| condition.fields.iter().cloned()));
        fields.extend(collection.key.iter().map(|code| code.as_str().to_owned()));
        fields.extend(from.date.iter().chain(&collection.date).map(|code| code.as_str().to_owned()));
        if let RowMeasure::Median(field) = self.measure {
            fields.insert(field.as_str().to_owned());
        }
        for field in self.converted().into_iter().filter(|field| collection.field(field).is_some()) {
            fields.extend([currency::given(&field), currency::rate(&field)]);
        }
        if let Some(field) = self.counted_organisation() {
            fields.remove(&organisations::least(field));
            fields.insert(organisations::joined(field));
        }
        fields.remove("partner");
        fields.remove("period");
        fields
    }

    /// The rows behind the figures, in the order of their origin, with what each brings. Of a stock the earlier states
    /// come along: the figures of earlier periods are made of them.
    pub fn evidence(&self, from: &From, collection: &Collection, until: Until, grain: Grain, by: &[String]) -> String {
        let mut columns: Vec<String> = ["section", "place", "partner", "period"].map(str::to_owned).into();
        let mut fields = self.told_by(from, collection);
        fields.extend(by.iter().cloned());
        fields.remove("partner");
        fields.remove("period");
        columns.extend(fields);
        if grain == Grain::Partner && collection.shared_key {
            columns.push("counted".to_owned());
        }
        match self.measure {
            RowMeasure::One(measure) => columns.extend(brought(measure, "")),
            RowMeasure::Ratio { of, to } | RowMeasure::Mean { of, to, .. } => {
                columns.extend(brought(of, ""));
                columns.extend(brought(to, "below_"));
            }
            RowMeasure::Median(field) => columns.push(format!("{field} AS amount__")),
        }
        if let (Some(field), RowMeasure::One(measure)) = (self.counted_enterprise(), self.measure) {
            let filter = measure.filter.as_ref().map_or_else(String::new, |filter| format!("({}) AND ", filter.sql));
            columns.push(format!("CASE WHEN {filter}{field} IS NULL THEN {field}__name END AS named__"));
        }
        let all = Plan { accumulation: Accumulation::Flow, ..*self };
        let source = all.table_with_conditions(from, collection, until, grain);
        format!("SELECT {} FROM {source} ORDER BY section NULLS LAST, place NULLS LAST", columns.join(", "))
    }
}

/// What a row brings to a measure: whether it counts at all, and its amount or what is counted once.
fn brought(measure: &Measure, prefix: &str) -> Vec<String> {
    let mut columns = Vec::new();
    let argument = measure.argument.as_ref().map(|argument| argument.sql.as_str());
    let mut conditions: Vec<String> = measure.filter.iter().map(|filter| format!("({})", filter.sql)).collect();
    if let (Function::Count, Some(argument)) = (measure.function, argument) {
        conditions.push(format!("({argument}) IS NOT NULL"));
    }
    if !conditions.is_empty() {
        let all = conditions.join(" AND ");
        columns.push(format!("CASE WHEN {all} THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END AS {prefix}counts__"));
    }
    let name = match measure.function {
        Function::Count => return columns,
        Function::CountDistinct => "identity__",
        Function::Sum | Function::Min | Function::Max => "amount__",
    };
    if let Some(argument) = argument {
        let value = measure
            .filter
            .as_ref()
            .map_or_else(|| argument.to_owned(), |filter| format!("CASE WHEN {} THEN {argument} END", filter.sql));
        columns.push(format!("({value}) AS {prefix}{name}"));
    }
    columns
}
