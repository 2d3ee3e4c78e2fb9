//! What stands beside the figures: what others published, matrices with their gaps, chains, organisations.

use serde_json::{Map, Value as Json, json};

use super::{day, maybe, maybe_day, number};
use crate::model::chain::Chain;
use crate::model::code::IndicatorCode;
use crate::model::matrix::{Matrix, MatrixCell, MatrixPart};
use crate::model::organisations::{CountryDecided, Decided, List, Named, Organisations, Pair};
use crate::model::published::{Disagreement, Published};

/// What others published, and what became of it.
pub fn published(one: &Published) -> Json {
    let by: Map<String, Json> =
        one.said.by.iter().map(|(field, value)| (field.clone(), Json::String(value.clone()))).collect();
    let disagrees = one.disagrees.iter().map(|disagreement| match disagreement {
        Disagreement::Other { value, source } => json!({ "with": source, "value": number(*value) }),
        Disagreement::Parts { sum } => json!({ "with": "its parts", "value": number(*sum) }),
        Disagreement::Lines { label, sum } => json!({ "with": format!("its lines by {label}"), "value": number(*sum) }),
    });
    json!({
        "by": by,
        "value": number(one.said.value),
        "relation": one.said.relation.as_str(),
        "on": maybe_day(one.said.on),
        "source": one.said.source,
        "note": one.said.note,
        "rows": one.said.rows.as_str(),
        "parts": one.said.parts.iter().copied().map(number).collect::<Vec<_>>(),
        "found": maybe(one.found.known()),
        "outcome": one.outcome.as_str(),
        "disagrees": disagrees.collect::<Vec<_>>(),
    })
}

/// What is there by two things at once.
pub fn matrix(one: &Matrix) -> Json {
    json!({
        "title": one.title,
        "measure": one.measure,
        "where": one.condition,
        "rows_by": one.rows_by,
        "columns_by": one.columns_by,
        "split_by": one.split_by,
        "rows": one.rows,
        "columns": one.columns,
        "unplaced": one.unplaced,
        "coverage": { "reported": one.coverage.reported, "due": one.coverage.due },
        "sql": one.sql,
        "parts": one.parts.iter().map(part).collect::<Vec<_>>(),
    })
}

fn part(one: &MatrixPart) -> Json {
    let (covered, of) = one.covered();
    let cell = |cell: &MatrixCell| json!({ "value": maybe(cell.value), "names": cell.names });
    let cells: Vec<Vec<Json>> = one.cells.iter().map(|row| row.iter().map(cell).collect()).collect();
    json!({ "name": one.name, "reported": one.reported, "covered": covered, "of": of, "cells": cells })
}

/// What became of records.
pub fn chain(one: &Chain) -> Json {
    let cohorts = one.cohorts.iter().map(
        |cohort| json!({ "label": cohort.label, "began": cohort.began, "reached": cohort.reached, "median_days": cohort.days }),
    );
    let open = one.open.iter().map(
        |open| json!({ "partner": open.partner, "count": open.count, "keys": open.keys, "longest_days": open.longest }),
    );
    json!({
        "title": one.title,
        "steps": one.steps,
        "cohorts": cohorts.collect::<Vec<_>>(),
        "open_after_days": one.open_after,
        "open": open.collect::<Vec<_>>(),
        "coverage": { "reported": one.coverage.reported, "due": one.coverage.due },
    })
}

/// Who reports the same organisations, which may be one, and what was decided.
pub fn organisations(all: &Organisations) -> Json {
    json!({
        "lists": all.lists.iter().map(list).collect::<Vec<_>>(),
        "pairs": all.pairs.iter().map(pair).collect::<Vec<_>>(),
        "decisions": all.decisions.iter().map(decided).collect::<Vec<_>>(),
        "countries": all.countries.iter().map(country).collect::<Vec<_>>(),
    })
}

fn list(one: &List) -> Json {
    json!({
        "collection": one.collection,
        "field": one.field,
        "written": one.written,
        "once": one.once,
        "least": one.least,
        "by_name": one.by_name,
        "partners": one.partners,
        "shared": one.shared,
        "overlap": one.overlap,
        "counted_by": one.counted_by.iter().map(IndicatorCode::as_str).collect::<Vec<_>>(),
    })
}

fn pair(one: &Pair) -> Json {
    let named = |one: &Named| {
        json!({
            "identity": one.identity,
            "names": one.names,
            "partners": one.partners,
            "place": one.place.as_ref().map(ToString::to_string),
        })
    };
    json!({
        "one": named(&one.one),
        "other": named(&one.other),
        "probability": number(one.probability),
        "bits": number(one.bits),
        "reasons": one.reasons,
    })
}

fn decided(one: &Decided) -> Json {
    json!({
        "pair": [one.one, one.other],
        "verdict": if one.same { "same" } else { "different" },
        "by": one.by,
        "because": one.because,
        "on": day(one.on),
    })
}

fn country(one: &CountryDecided) -> Json {
    json!({
        "written": one.written,
        "is": one.is,
        "of": one.of,
        "by": one.by,
        "because": one.because,
        "on": day(one.on),
    })
}
