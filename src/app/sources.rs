//! How old what each source gave is, as the ledger tells it; and what a scoreboard says of a source that failed.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::define::Catalog;
use crate::finding::{Finding, Place, rules};
use crate::store::{Entry, Kind};

/// One declared source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceAge {
    pub code: String,
    /// When all that it holds was seen last.
    pub last_success: Option<DateTime<Utc>>,
    pub last_try: Option<DateTime<Utc>>,
    /// Why the last try came to nothing, if it did.
    pub failed: Option<String>,
}

/// Every declared source, in the order of the definitions.
pub fn ages(entries: &[Entry], catalog: &Catalog) -> Vec<SourceAge> {
    ages_by(entries, catalog, None)
}

/// The same as it was known by an instant.
pub fn ages_by(entries: &[Entry], catalog: &Catalog, known_at: Option<DateTime<Utc>>) -> Vec<SourceAge> {
    let known = |entry: &&Entry| entry.kind == Kind::Fetched && known_at.is_none_or(|at| entry.at <= at);
    let tries: Vec<&Entry> = entries.iter().filter(known).collect();
    let age = |code: &str| {
        let own = || tries.iter().rev().filter(|entry| entry.body["source"] == code && ends(&entry.body));
        SourceAge {
            code: code.to_owned(),
            last_success: own().find(|entry| failure(&entry.body).is_none()).map(|entry| entry.at),
            last_try: own().next().map(|entry| entry.at),
            failed: own().next().and_then(|entry| failure(&entry.body)),
        }
    };
    catalog.sources.iter().map(|source| age(source.code().as_str())).collect()
}

/// The body of an entry for a try that came to nothing.
pub fn failed(source: &str, finding: &Finding) -> Value {
    json!({ "source": source, "failed": { "rule": finding.rule.id, "message": finding.message } })
}

/// Why a try came to nothing; None for one that did not.
fn failure(body: &Value) -> Option<String> {
    let failed = body.get("failed")?;
    Some(failed["message"].as_str().unwrap_or("it is not known why").to_owned())
}

/// Whether an entry tells the end of a try, not a part of what came on the way.
fn ends(body: &Value) -> bool {
    body["part"] != true
}

/// What a scoreboard says of sources whose last try failed, or that were never asked. Days, not instants.
pub fn findings(entries: &[Entry], catalog: &Catalog, known_at: Option<DateTime<Utc>>) -> Vec<Finding> {
    let day = |at: DateTime<Utc>| at.with_timezone(&catalog.programme.time_zone).date_naive();
    let told = |age: SourceAge| {
        let place = Place::File { file: format!("fetch:{}", age.code) };
        let tried = age.last_try.filter(|_| age.failed.is_some());
        let (rule, message) = match (tried, age.last_success) {
            (Some(tried), Some(came)) => {
                let (tried, came) = (day(tried), day(came));
                let message = format!("could not be fetched on {tried}; what stands here came on {came} or before");
                (&rules::SOURCE_FAILED, message)
            }
            (Some(tried), None) => {
                let tried = day(tried);
                (&rules::SOURCE_NEVER_FETCHED, format!("could not be fetched on {tried}, and never was before"))
            }
            (None, None) => (&rules::SOURCE_NEVER_FETCHED, "was never fetched".to_owned()),
            (None, Some(_)) => return None,
        };
        Some(Finding::warning(rule, place, message).help(rule.fix))
    };
    ages_by(entries, catalog, known_at).into_iter().filter_map(told).collect()
}
