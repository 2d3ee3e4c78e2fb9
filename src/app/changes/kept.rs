//! What is kept of a run, so that a later one can be held against it: the figures as published, which files were known
//! and since when, and the definitions as facts. A file of the store, named by the run's entry; its shape is a promise.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

use super::super::state::State;
use super::facts::Facts;
use crate::model::code::IndicatorCode;
use crate::model::scoreboard::{IndicatorResult, Scoreboard, Status};
use crate::model::value::{Value, Why};

/// An indicator and a line: field and value; of the total empty.
pub type Key = (IndicatorCode, Vec<(String, String)>);

/// What can move of a figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbers {
    pub value: Value,
    pub target: Option<Decimal>,
}

/// Figures by indicator and line.
pub type Figures = BTreeMap<Key, Numbers>;

/// A run as a later one sees it.
#[derive(Debug, Clone, Default)]
pub struct Kept {
    pub as_of: NaiveDate,
    /// The version of the program.
    pub program: String,
    /// Hash of each received file → when it came.
    pub files: BTreeMap<String, DateTime<Utc>>,
    pub facts: Facts,
    pub figures: Figures,
    /// Report → indicator → status of the total.
    pub statuses: BTreeMap<String, BTreeMap<String, Status>>,
    /// Indicator → actual figure at the end of periods.
    pub paths: BTreeMap<String, BTreeMap<NaiveDate, Decimal>>,
    /// Indicator → what it is broken down by.
    pub fields: BTreeMap<String, BTreeSet<String>>,
}

/// What a report shows, before anything of it is withheld.
#[derive(Debug)]
pub struct Shown {
    report: String,
    figures: Figures,
    statuses: BTreeMap<String, Status>,
    paths: BTreeMap<String, BTreeMap<NaiveDate, Decimal>>,
    fields: BTreeMap<String, BTreeSet<String>>,
}

impl Shown {
    pub fn of(scoreboard: &Scoreboard) -> Self {
        let all = &scoreboard.indicators;
        let path =
            |one: &IndicatorResult| one.trajectory.iter().filter_map(|point| Some((point.on, point.actual?))).collect();
        Self {
            report: scoreboard.report.to_string(),
            figures: figures(all),
            statuses: all.iter().filter_map(|one| Some((one.code.to_string(), one.total.status?))).collect(),
            paths: all.iter().map(|one| (one.code.to_string(), path(one))).collect(),
            fields: all
                .iter()
                .map(|one| (one.code.to_string(), one.breakdowns.iter().map(|by| by.field.clone()).collect()))
                .collect(),
        }
    }
}

impl Kept {
    pub fn new(as_of: NaiveDate, state: &State, facts: Facts) -> Self {
        Self {
            as_of,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            files: state.files.iter().map(|(hash, file)| (hash.clone(), file.at)).collect(),
            facts,
            ..Self::default()
        }
    }

    /// Adds what a report shows.
    pub fn add(&mut self, shown: Shown) {
        self.figures.extend(shown.figures);
        self.paths.extend(shown.paths);
        self.fields.extend(shown.fields);
        self.statuses.insert(shown.report, shown.statuses);
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        let figures = self.figures.iter().map(|((indicator, by), numbers)| {
            json!([indicator.as_str(), by, value_json(&numbers.value), numbers.target.map(|target| target.to_string())])
        });
        let instant = |at: &DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let statuses = |of: &BTreeMap<String, Status>| -> BTreeMap<String, &str> {
            of.iter().map(|(code, status)| (code.clone(), status.as_str())).collect()
        };
        let path = |path: &BTreeMap<NaiveDate, Decimal>| -> BTreeMap<String, String> {
            path.iter().map(|(on, value)| (on.to_string(), value.to_string())).collect()
        };
        let body = json!({
            "kept": 1, "as_of": self.as_of.to_string(), "program": self.program, "facts": self.facts,
            "files": self.files.iter().map(|(hash, at)| (hash, instant(at))).collect::<BTreeMap<_, _>>(),
            "figures": figures.collect::<Vec<_>>(),
            "statuses": self.statuses.iter().map(|(report, of)| (report, statuses(of))).collect::<BTreeMap<_, _>>(),
            "fields": self.fields, "paths": self.paths.iter().map(|(code, of)| (code, path(of))).collect::<BTreeMap<_, _>>(),
        });
        body.to_string().into_bytes()
    }

    /// None where the bytes are not what [`Self::to_bytes`] gives.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let body: Json = serde_json::from_slice(bytes).ok()?;
        let map = |key: &str| body.get(key)?.as_object();
        let text = |value: &Json| value.as_str().map(str::to_owned);
        let facts = map("facts")?.iter().map(|(thing, keys)| {
            let keys = keys.as_object()?.iter().map(|(key, said)| Some((key.clone(), text(said)?)));
            Some((thing.clone(), keys.collect::<Option<_>>()?))
        });
        let files = map("files")?
            .iter()
            .map(|(hash, at)| Some((hash.clone(), DateTime::parse_from_rfc3339(at.as_str()?).ok()?.to_utc())));
        let status = |name: &str| Status::NAMES.iter().find(|(known, _)| *known == name).map(|(_, status)| *status);
        let statuses = map("statuses")?.iter().map(|(report, of)| {
            let of = of.as_object()?.iter().map(|(code, name)| Some((code.clone(), status(name.as_str()?)?)));
            Some((report.clone(), of.collect::<Option<_>>()?))
        });
        let paths = map("paths")?.iter().map(|(code, path)| {
            let path =
                path.as_object()?.iter().map(|(on, value)| Some((on.parse().ok()?, value.as_str()?.parse().ok()?)));
            Some((code.clone(), path.collect::<Option<_>>()?))
        });
        let fields = map("fields")?
            .iter()
            .map(|(code, fields)| Some((code.clone(), fields.as_array()?.iter().map(text).collect::<Option<_>>()?)));
        Some(Self {
            as_of: body.get("as_of")?.as_str()?.parse().ok()?,
            program: text(body.get("program")?)?,
            files: files.collect::<Option<_>>()?,
            facts: facts.collect::<Option<_>>()?,
            figures: body.get("figures")?.as_array()?.iter().map(figure).collect::<Option<_>>()?,
            statuses: statuses.collect::<Option<_>>()?,
            paths: paths.collect::<Option<_>>()?,
            fields: fields.collect::<Option<_>>()?,
        })
    }
}

/// Every total and every line of some results.
pub fn figures(indicators: &[IndicatorResult]) -> Figures {
    let all = indicators.iter().flat_map(|one| {
        let lines = one.breakdowns.iter().flat_map(|breakdown| &breakdown.figures);
        std::iter::once(&one.total).chain(lines)
    });
    all.map(|figure| {
        let numbers = Numbers { value: figure.value.clone(), target: figure.target.map(|target| target.value) };
        ((figure.indicator.clone(), figure.by.clone()), numbers)
    })
    .collect()
}

fn value_json(value: &Value) -> Json {
    match value {
        Value::Known(number) => json!(number.to_string()),
        Value::NotComputable(why) => json!({ "state": value.state(), "why": why.to_string() }),
        _ => json!({ "state": value.state() }),
    }
}

fn figure(body: &Json) -> Option<(Key, Numbers)> {
    let by = body
        .get(1)?
        .as_array()?
        .iter()
        .map(|pair| Some((pair.get(0)?.as_str()?.to_owned(), pair.get(1)?.as_str()?.to_owned())));
    let target = match body.get(3)? {
        Json::Null => None,
        target => Some(target.as_str()?.parse().ok()?),
    };
    let key = (IndicatorCode::new(body.get(0)?.as_str()?)?, by.collect::<Option<_>>()?);
    Some((key, Numbers { value: value(body.get(2)?)?, target }))
}

fn value(body: &Json) -> Option<Value> {
    if let Some(number) = body.as_str() {
        return number.parse().ok().map(Value::Known);
    }
    let why = || {
        let said = body.get("why").and_then(Json::as_str)?;
        let plain = [Why::ZeroDenominator, Why::NoRows, Why::Overflow];
        Some(plain.into_iter().find(|why| why.to_string() == said).unwrap_or_else(|| Why::Estimate(said.to_owned())))
    };
    let absent = [Value::NotReported, Value::NotApplicable, Value::Suppressed];
    match body.get("state")?.as_str()? {
        "not_computable" => why().map(Value::NotComputable),
        state => absent.into_iter().find(|value| value.state() == state),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_comes_back_as_it_was() {
        let code = IndicatorCode::new("volume").expect("a code");
        let mut kept = Kept { as_of: "2016-06-30".parse().expect("a day"), program: "1".into(), ..Kept::default() };
        let values = [
            Value::Known("72.7272727273".parse().expect("a number")),
            Value::NotReported,
            Value::NotApplicable,
            Value::NotComputable(Why::NoRows),
            Value::NotComputable(Why::Estimate("one answer".into())),
        ];
        for (at, value) in values.into_iter().enumerate() {
            let by = vec![("partner".to_owned(), at.to_string())];
            kept.figures.insert((code.clone(), by), Numbers { value, target: (at == 1).then_some(Decimal::TEN) });
        }
        kept.statuses.insert("r".into(), [("volume".to_owned(), Status::AtRisk)].into());
        kept.paths.insert("volume".into(), [(kept.as_of, Decimal::ONE)].into());
        kept.fields.insert("volume".into(), ["partner".to_owned()].into());
        kept.facts.insert("programme".into(), [("currency".to_owned(), "EUR".to_owned())].into());
        kept.files.insert("ab".into(), DateTime::from_timestamp(1_400_000_000, 0).expect("an instant"));
        let back = Kept::from_bytes(&kept.to_bytes()).expect("read");
        assert_eq!(back.figures, kept.figures);
        assert_eq!((back.statuses, back.paths, back.facts), (kept.statuses, kept.paths, kept.facts));
        assert_eq!(back.fields, kept.fields);
        assert_eq!((back.files, back.as_of, back.program), (kept.files, kept.as_of, kept.program));
        assert!(Kept::from_bytes(b"{}").is_none());
    }
}
