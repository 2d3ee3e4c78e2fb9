//! `decisions.json`: which submission counts in each place, which do not, and by which rule.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::app::rebuild::Rebuilt;
use crate::app::runs::written;
use crate::model::code::CollectionCode;
use crate::model::submission::{Submission, claim};

/// What was decided about the submissions of a run.
pub fn of(then: &Rebuilt) -> Value {
    let catalog = &then.project.catalog;
    let by_period = |code: &CollectionCode| catalog.collection(code).is_some_and(|collection| collection.by_period);
    let (current, ties) = then.state.current(catalog);
    let counts: BTreeSet<i64> = current.iter().map(|submission| submission.section).collect();
    let tied: BTreeSet<i64> =
        ties.iter().flat_map(|tie| &tie.contenders).map(|submission| submission.section).collect();
    let all = then.state.submissions();
    let mut standing: BTreeMap<_, &Submission> = BTreeMap::new();
    for submission in all.iter().filter(|submission| counts.contains(&submission.section)) {
        standing.insert(claim(submission, by_period), submission);
    }
    let mut lines: Vec<_> = all
        .iter()
        .map(|submission| {
            let other = standing.get(&claim(submission, by_period)).map(|standing| standing.name.as_str());
            let because = match (counts.contains(&submission.section), tied.contains(&submission.section), other) {
                (true, ..) => "counts".to_owned(),
                (_, true, None) => "a tie: another says the same reporting date and revision, and none counts".to_owned(),
                (_, true, Some(other)) => {
                    format!("a tie: another says the same reporting date and revision, and {other} stands")
                }
                (_, _, other) => format!("replaced by {}", other.unwrap_or("a later one")),
            };
            json!({
                "partner": submission.partner.as_str(), "collection": submission.collection.as_str(),
                "period": submission.period.and_then(|number| catalog.programme.calendar.period(number)).map(|period| period.label),
                "file": submission.name, "sha256": submission.file, "sheet": submission.sheet,
                "reporting_date": submission.reporting_date.map(|day| day.to_string()),
                "revision": submission.revision, "received": written(submission.received),
                "rows": submission.rows_accepted, "rows_kept_out": submission.rows_kept_out,
                "counts": counts.contains(&submission.section), "because": because,
            })
        })
        .collect();
    // Down to the contents: a correction may come under the very name of what it corrects, at the same instant too.
    let key = |line: &Value| {
        ["partner", "collection", "file", "sheet", "received", "sha256"]
            .map(|key| line[key].as_str().unwrap_or("").to_owned())
    };
    lines.sort_by_key(key);
    let refused: Vec<_> = then
        .state
        .files
        .values()
        .filter_map(|file| {
            let read = file.read.as_ref().filter(|read| read.tables.is_empty())?;
            let why = read.findings.iter().filter(|finding| finding.is_error()).map(|finding| finding.message.as_str());
            Some(
                json!({ "file": file.received.name, "sha256": file.received.file, "because": why.collect::<Vec<_>>() }),
            )
        })
        .collect();
    json!({ "submissions": lines, "files_refused": refused })
}
