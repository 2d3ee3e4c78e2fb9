//! Closed periods in the ledger; and `scoreboard close`, which adds one.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

use super::Stopped;
use super::changes::{Earlier, made_of};
use super::project::Project;
use super::runs::Run;
use super::state::State;
use crate::clock;
use crate::compute::closing;
use crate::define::Catalog;
use crate::finding::{Finding, Place, rules};
use crate::model::closing::{Closed, Frozen};
use crate::model::scoreboard::IndicatorResult;
use crate::model::submission::Submission;
use crate::store::{Kind, Store};

/// Before the first period so many are looked at, for rows dated before the programme began.
const EARLY: i64 = 40;
/// Files named one by one.
const NAMED: usize = 4;

pub fn to_json(closed: &Closed) -> Json {
    let frozen = |frozen: &Frozen| {
        let lines: BTreeMap<&String, String> =
            frozen.lines.iter().map(|(label, value)| (label, value.to_string())).collect();
        json!({ "lines": lines, "at": frozen.at.map(|value| value.to_string()) })
    };
    json!({
        "period": closed.period, "label": closed.label, "last": closed.last.to_string(), "run": closed.run,
        "because": closed.because, "who": closed.who, "files": closed.files,
        "figures": closed.figures.iter().map(|(code, one)| (code, frozen(one))).collect::<BTreeMap<_, _>>(),
    })
}

/// None for what is no closing.
pub fn from_json(body: &Json) -> Option<Closed> {
    let text = |key: &str| body[key].as_str().map(str::to_owned);
    let number = |value: &Json| value.as_str()?.parse::<Decimal>().ok();
    let frozen = |one: &Json| {
        let lines = one["lines"].as_object()?.iter().map(|(label, value)| Some((label.clone(), number(value)?)));
        Some(Frozen { lines: lines.collect::<Option<_>>()?, at: number(&one["at"]) })
    };
    let figures = body["figures"].as_object()?.iter().map(|(code, one)| Some((code.clone(), frozen(one)?)));
    Some(Closed {
        period: body["period"].as_i64()?,
        label: text("label")?,
        last: body["last"].as_str()?.parse().ok()?,
        run: text("run")?,
        because: text("because"),
        who: text("who"),
        files: body["files"].as_array()?.iter().filter_map(Json::as_str).map(str::to_owned).collect(),
        figures: figures.collect::<Option<_>>()?,
    })
}

/// Puts closed periods over computed figures. `current` are the submissions that count.
pub fn apply(catalog: &Catalog, state: &State, current: &[Submission], results: &mut [IndicatorResult]) {
    let since = |one: &IndicatorResult, closed: &Closed| {
        let things = made_of(catalog, &one.code);
        let came = current.iter().filter(|submission| {
            let in_it = submission.period.is_some_and(|covered| {
                let by_period =
                    catalog.collection(&submission.collection).is_some_and(|collection| collection.by_period);
                if by_period { covered == closed.period } else { covered >= closed.period }
            });
            in_it
                && things.contains(&format!("collection {}", submission.collection))
                && !closed.files.contains(&submission.file)
        });
        let names: BTreeSet<&str> = came.map(|submission| submission.name.as_str()).collect();
        let more = names.len().saturating_sub(NAMED);
        let mut named: Vec<String> = names.into_iter().take(NAMED).map(str::to_owned).collect();
        if more > 0 {
            named.push(format!("and {more} more"));
        }
        named
    };
    closing::apply(&catalog.programme.calendar, &state.closed, results, &since);
}

/// Who closes a period, and why.
#[derive(Debug, Clone, Default)]
pub struct Request {
    pub period: String,
    pub because: Option<String>,
    pub who: Option<String>,
}

/// Closes a period with what the last run published for it.
///
/// # Errors
/// A period that the programme does not have, that is not over, not due or closed already; or nothing was published.
pub fn close(project: &Project, request: &Request) -> Result<Closed, Stopped> {
    let calendar = &project.catalog.programme.calendar;
    let mut store = Store::open(&project.store())?;
    let entries = store.ledger_mut().entries()?;
    let state = State::replay(&entries, &project.catalog.reading_hash);
    let label = |number| calendar.period(number).map_or_else(String::new, |period| period.label);
    let Some(period) = calendar.parse(&request.period).and_then(|number| calendar.period(number)) else {
        let last = label(calendar.number_of(calendar.end));
        let help = format!("Its periods are {} to {last}.", label(1));
        return Err(refused(format!("the programme has no period `{}`", request.period), help));
    };
    if let Some(known) = state.closed.iter().find(|known| known.period == period.number) {
        let help = format!("It stands as run {} published it; what came since stands in a later period.", known.run);
        return Err(refused(format!("{} is closed already", period.label), help));
    }
    let runs = Run::all(&entries);
    let Some(run) = runs.iter().rev().find(|run| !run.elsewhere) else {
        return Err(refused("nothing was published that could be closed".into(), "Run `scoreboard run` first.".into()));
    };
    let due = due_on(&project.catalog, period.last);
    let long = |day: NaiveDate| day.format("%-d %B %Y");
    if run.as_of <= period.last {
        let message = format!("{} is not over: the last scoreboard speaks of {}", period.label, long(run.as_of));
        return Err(refused(message, format!("It ends on {}. Publish a scoreboard after that.", long(period.last))));
    }
    if run.as_of < due {
        let message = format!(
            "{} was not due yet when the last scoreboard was published, as of {}",
            period.label,
            long(run.as_of)
        );
        return Err(refused(message, format!("Its reports are due on {}. Publish a scoreboard then.", long(due))));
    }
    let before = period.number - 1;
    if before >= 1 && !state.closed.iter().any(|known| known.period == before) {
        let help = format!("Close {} first: corrections go into the first period that is open.", label(before));
        return Err(refused(format!("{} before it is still open", label(before)), help));
    }
    let body = entries.iter().find(|entry| entry.seq == run.seq).map_or(&Json::Null, |entry| &entry.body);
    let Some(kept) = Earlier::of(&store, body)?.kept else {
        let help = "Run `scoreboard run` again, then close it.".to_owned();
        return Err(refused("the last scoreboard was published by an older version of this program".into(), help));
    };
    // The first closing also holds what lies before the programme's first day.
    let first = if period.number == 1 { 1 - EARLY } else { period.number };
    let labels: BTreeSet<String> = (first..=period.number).map(label).collect();
    let mut figures: BTreeMap<String, Frozen> = BTreeMap::new();
    for ((code, by), numbers) in &kept.figures {
        if let ([(field, value)], Some(number)) = (by.as_slice(), numbers.value.known())
            && field == "period"
            && labels.contains(value)
        {
            figures.entry(code.to_string()).or_default().lines.insert(value.clone(), number);
        }
    }
    for (code, path) in &kept.paths {
        if let Some(value) = path.get(&period.last) {
            figures.entry(code.clone()).or_default().at = Some(*value);
        }
    }
    let closed = Closed {
        period: period.number,
        label: period.label,
        last: period.last,
        run: run.code.clone(),
        because: request.because.clone(),
        who: request.who.clone(),
        files: kept.files.into_keys().collect(),
        figures,
    };
    store.ledger_mut().append(clock::now(), &[(Kind::Closed, to_json(&closed))])?;
    Ok(closed)
}

/// The day on which the last report of a period that ends on a day is due.
fn due_on(catalog: &Catalog, last: NaiveDate) -> NaiveDate {
    let days = catalog.collections.iter().filter(|one| one.has_periods()).map(|one| one.due_days).max().unwrap_or(0);
    last.checked_add_days(Days::new(days)).unwrap_or(last)
}

fn refused(message: String, help: String) -> Stopped {
    Stopped::one(Finding::error(&rules::CLOSE_REFUSED, Place::Project, message).help(help))
}
