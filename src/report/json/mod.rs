//! The scoreboard for machines. Every number is the exact decimal, as a number literal; `docs/scoreboard.schema.json`
//! says what each key holds.

mod beside;

use std::collections::BTreeMap;

use chrono::{NaiveDate, SecondsFormat};
use rust_decimal::Decimal;
use serde_json::{Map, Number, Value as Json, json};

use crate::finding;
use crate::model::changes::{Changes, Moved};
use crate::model::pace::{Projected, Projection};
use crate::model::scoreboard::{
    Breakdown, ChangeFacts, Coded, Comparison, EstimateFacts, Figure, IndicatorResult, KeptOut, Panel, PanelStratum,
    PanelWave, Reporting, Scoreboard, Status, SurveyResult, WaveResponse,
};
use crate::model::target::{Direction, ResolvedTarget, Target, TargetValue, Targets};
use crate::model::value::Value;

/// The whole scoreboard but for the evidence, which stands in the workbook and beside it.
pub fn json(scoreboard: &Scoreboard) -> Vec<u8> {
    let programme = &scoreboard.programme;
    let restricted = scoreboard.audience.is_restricted();
    let figures = scoreboard.indicators.iter().flat_map(|one| {
        let lines = one.breakdowns.iter().flat_map(|breakdown| &breakdown.figures);
        std::iter::once(&one.total).chain(lines).map(|line| figure(line, restricted, one.estimate.is_some()))
    });
    let partners: Vec<Json> = programme
        .partners
        .iter()
        .map(|one| json!({ "code": one.code.as_str(), "name": one.name, "country": one.country }))
        .collect();
    let all = json!({
        "schema": 1,
        "report": {
            "code": scoreboard.report.as_str(),
            "title": scoreboard.title,
            "audience": scoreboard.audience.as_str(),
        },
        "programme": {
            "code": programme.code,
            "title": programme.title,
            "start": day(programme.start),
            "end": day(programme.end),
            "currency": programme.currency,
            "language": programme.language,
            "illustrative": programme.illustrative,
            "partners": partners,
        },
        "as_of": day(programme.as_of),
        "run": scoreboard.run,
        "known_at": scoreboard.known_at.map(|instant| instant.to_rfc3339_opts(SecondsFormat::Secs, true)),
        "ledger_head": scoreboard.ledger_head,
        "definitions_hash": scoreboard.definitions_hash,
        "thresholds": {
            "on_track": number(scoreboard.thresholds.on_track),
            "at_risk": number(scoreboard.thresholds.at_risk),
        },
        "figures": figures.collect::<Vec<_>>(),
        "indicators": scoreboard.indicators.iter().map(indicator).collect::<Vec<_>>(),
        "changes": scoreboard.changes.as_ref().map(changes),
        "surveys": scoreboard.surveys.iter().map(|one| survey(one, restricted)).collect::<Vec<_>>(),
        "matrices": scoreboard.matrices.iter().map(beside::matrix).collect::<Vec<_>>(),
        "chains": scoreboard.chains.iter().map(beside::chain).collect::<Vec<_>>(),
        "organisations": scoreboard.organisations.as_ref().map(beside::organisations),
        "comparisons": scoreboard.comparisons.iter().map(comparison).collect::<Vec<_>>(),
        "findings": findings(scoreboard),
        "kept_out_total": scoreboard.kept_out_total,
        "kept_out": scoreboard.kept_out.iter().map(kept_out).collect::<Vec<_>>(),
        "reporting": scoreboard.reporting.iter().map(|line| reporting(line, restricted)).collect::<Vec<_>>(),
        "inputs": scoreboard
            .inputs
            .iter()
            .map(|input| json!({ "name": (!restricted).then_some(&input.name), "hash": input.hash, "partner": input.partner }))
            .collect::<Vec<_>>(),
    });
    let mut bytes = format!("{all:#}").into_bytes();
    bytes.push(b'\n');
    bytes
}

/// All digits, none for show.
fn number(value: Decimal) -> Json {
    let text = if value.is_zero() { "0".to_owned() } else { value.normalize().to_string() };
    Json::Number(Number::from_string_unchecked(text))
}

fn maybe(value: Option<Decimal>) -> Json {
    value.map_or(Json::Null, number)
}

fn day(day: NaiveDate) -> Json {
    Json::String(day.to_string())
}

fn maybe_day(on: Option<NaiveDate>) -> Json {
    on.map_or(Json::Null, day)
}

fn why(value: &Value) -> Option<String> {
    if let Value::NotComputable(why) = value { Some(why.to_string()) } else { None }
}

fn resolved(target: ResolvedTarget) -> Json {
    match target.to {
        Some(to) => json!({ "from": number(target.value), "to": number(to) }),
        None => number(target.value),
    }
}

/// What was found; of a restricted audience, by which rules and for whom alone.
fn findings(scoreboard: &Scoreboard) -> Vec<Json> {
    if !scoreboard.audience.is_restricted() {
        return scoreboard.findings.iter().map(finding::to_json).collect();
    }
    let mut counts: BTreeMap<(&str, &str, Option<&str>), usize> = BTreeMap::new();
    for one in &scoreboard.findings {
        *counts.entry((one.rule.id, one.severity.as_str(), one.partner.as_deref())).or_default() += 1;
    }
    let line = |((rule, severity, partner), count): ((&str, &str, Option<&str>), usize)| json!({ "rule": rule, "severity": severity, "partner": partner, "count": count });
    counts.into_iter().map(line).collect()
}

fn figure(figure: &Figure, restricted: bool, estimated: bool) -> Json {
    let uncovered = restricted && estimated && figure.value == Value::Suppressed;
    let by: Map<String, Json> =
        figure.by.iter().map(|(field, value)| (field.clone(), Json::String(value.clone()))).collect();
    json!({
        "indicator": figure.indicator.as_str(),
        "by": by,
        "value": maybe(figure.value.known()),
        "state": figure.value.state(),
        "why": why(&figure.value),
        "coverage": (!uncovered)
            .then(|| json!({ "reported": figure.coverage.reported, "due": figure.coverage.due })),
        "numerator": maybe(figure.numerator),
        "denominator": maybe(figure.denominator),
        "rows": (!restricted).then_some(figure.rows),
        "upper": maybe(figure.upper),
        "lower": maybe(figure.lower),
        "unit": figure.unit.as_str(),
        "baseline": maybe(figure.baseline),
        "target": figure.target.map_or(Json::Null, resolved),
        "target_on": maybe_day(figure.target.map(|target| target.on)),
        "cut_off": maybe_day(figure.cut_off),
        "expected": maybe(figure.expected),
        "progress": maybe(figure.progress),
        "achievement": maybe(figure.achievement),
        "status": figure.status.map(Status::as_str),
        "reason": figure.reason,
    })
}

fn indicator(one: &IndicatorResult) -> Json {
    let (direction, tolerance) = match one.direction {
        Direction::Increase => ("increase", None),
        Direction::Decrease => ("decrease", None),
        Direction::Maintain { tolerance } => ("maintain", Some(tolerance)),
    };
    let targets = match &one.targets {
        Targets::None => json!([]),
        Targets::ToBeDeclared => json!("to_be_declared"),
        Targets::Declared(versions) => versions.iter().map(target).collect(),
    };
    let baseline = one.baseline.as_ref().map(
        |baseline| json!({ "value": number(baseline.value), "on": maybe_day(baseline.on), "source": baseline.source }),
    );
    let milestones: Vec<Json> = one
        .milestones
        .iter()
        .map(|m| json!({ "value": number(m.value), "on": day(m.on), "illustrative": m.illustrative }))
        .collect();
    let trajectory: Vec<Json> = one
        .trajectory
        .iter()
        .map(|point| {
            json!({
                "on": day(point.on),
                "label": point.label,
                "actual": maybe(point.actual),
                "suppressed": point.withheld,
                "expected": maybe(point.expected),
                "original": maybe(point.original),
                "milestone": maybe(point.milestone),
                "target": maybe(point.target),
            })
        })
        .collect();
    json!({
        "code": one.code.as_str(),
        "title": one.title,
        "definition": one.definition,
        "level": one.level.as_str(),
        "unit": one.unit.as_str(),
        "accumulation": one.accumulation.as_str(),
        "direction": direction,
        "tolerance": maybe(tolerance),
        "method": one.method,
        "sql": one.sql,
        "source": one.source,
        "evidence": one.evidence,
        "responsible": one.responsible,
        "common": one.common,
        "catalogue": one.catalogue,
        "illustrative": one.illustrative,
        "baseline": baseline,
        "targets": targets,
        "milestones": milestones,
        "since_then": maybe(one.since_then),
        "trajectory": trajectory,
        "pace": one.pace.as_ref().map(pace),
        "committed": one.committed.as_ref().map(|committed| figure(committed, false, false)),
        "breakdowns": one.breakdowns.iter().map(breakdown).collect::<Vec<_>>(),
        "breaks": one.breaks.iter().map(|one| json!({ "on": day(one.on), "says": one.says })).collect::<Vec<_>>(),
        "corrections": one
            .corrections
            .iter()
            .map(|one| {
                json!({
                    "period": one.label,
                    "closed": number(one.closed),
                    "now": maybe(one.now),
                    "stands_in": one.stands_in,
                    "says": one.says,
                })
            })
            .collect::<Vec<_>>(),
        "published": one.published.iter().map(beside::published).collect::<Vec<_>>(),
        "estimate": one.estimate.as_ref().map(|facts| estimate(facts, one.total.value == Value::Suppressed)),
    })
}

fn pace(pace: &Projection) -> Json {
    let pace = match pace {
        Projection::Known(pace) => pace,
        Projection::Refused(why) => return json!({ "refused": why }),
    };
    let projected = |one: &Projected| {
        json!({
            "on": day(one.on),
            "label": one.label,
            "value": number(one.value),
            "lower": number(one.lower),
            "upper": number(one.upper),
        })
    };
    json!({
        "periods": pace.periods,
        "recent": number(pace.recent),
        "required": maybe(pace.required),
        "left": pace.left,
        "on": day(pace.on),
        "projected": projected(&pace.projected),
        "path": pace.path.iter().map(projected).collect::<Vec<_>>(),
        "back_test": pace.back_test.map(|test| json!({ "held": test.held, "of": test.of })),
        "says": pace.says,
    })
}

/// What moved since another run. Amounts of one figure add up to its difference.
pub fn changes(changes: &Changes) -> Json {
    let causes = changes
        .causes
        .iter()
        .map(|cause| json!({ "kind": cause.kind.as_str(), "partner": cause.partner, "says": cause.says }));
    json!({
        "since": { "run": changes.since, "as_of": day(changes.since_as_of) },
        "causes": causes.collect::<Vec<_>>(),
        "moved": changes.moved.iter().map(moved).collect::<Vec<_>>(),
        "notes": changes.notes,
    })
}

fn moved(moved: &Moved) -> Json {
    let by: Map<String, Json> =
        moved.by.iter().map(|(field, value)| (field.clone(), Json::String(value.clone()))).collect();
    let side = |value: &Value| json!({ "value": maybe(value.known()), "state": value.state(), "why": why(value) });
    let name = |status: Option<Status>| status.map(Status::as_str);
    json!({
        "indicator": moved.indicator.as_str(),
        "by": by,
        "name": moved.name,
        "unit": moved.unit.as_str(),
        "aspect": moved.aspect.as_str(),
        "before": side(&moved.before),
        "after": side(&moved.after),
        "difference": maybe(moved.difference),
        "status": moved.status.map(|(before, after)| json!({ "before": name(before), "after": name(after) })),
        "due": moved
            .due
            .iter()
            .map(|due| json!({ "cause": due.cause, "amount": maybe(due.amount) }))
            .collect::<Vec<_>>(),
    })
}

fn target(target: &Target) -> Json {
    let value = match target.value {
        TargetValue::Value(value) => json!({ "value": number(value) }),
        TargetValue::Increase(by) => json!({ "increase": number(by) }),
        TargetValue::IncreasePercent(by) => json!({ "increase_percent": number(by) }),
        TargetValue::Range { from, to } => json!({ "from": number(from), "to": number(to) }),
    };
    json!({
        "declared": value,
        "on": day(target.on),
        "illustrative": target.illustrative,
        "decided": maybe_day(target.decided),
        "because": target.because,
    })
}

/// What the lines of a breakdown are called; the lines themselves are figures.
fn breakdown(breakdown: &Breakdown) -> Json {
    let value = |figure: &Figure| figure.by.last().map(|(_, value)| value.clone());
    let lines = breakdown.figures.iter().zip(&breakdown.names).enumerate();
    let values: Vec<Json> = lines
        .map(|(at, (figure, name))| {
            let estimate = breakdown.estimates.get(at).map(|one| {
                json!({
                    "lower": maybe(one.lower),
                    "upper": maybe(one.upper),
                    "standard_error": maybe(one.standard_error),
                    "answers": one.answers,
                    "change": one.change.as_ref().map(change),
                    "notes": one.notes,
                })
            });
            json!({ "value": value(figure), "name": name, "estimate": estimate })
        })
        .collect();
    json!({
        "field": breakdown.field,
        "label": breakdown.label,
        "additive": breakdown.additive,
        "note": breakdown.note,
        "values": values,
    })
}

fn estimate(estimate: &EstimateFacts, suppressed: bool) -> Json {
    let waves: Vec<Json> = estimate
        .waves
        .iter()
        .map(|wave| {
            json!({
                "title": wave.title,
                "on": day(wave.on),
                "value": maybe(wave.value.known()),
                "state": wave.value.state(),
                "why": why(&wave.value),
                "lower": maybe(wave.lower),
                "upper": maybe(wave.upper),
                "answers": (wave.value != Value::Suppressed).then_some(wave.answers),
            })
        })
        .collect();
    let without_largest = estimate.without_largest.as_ref().map(|one| {
        json!({
            "of": if one.of_change { "change" } else { "level" },
            "value": maybe(one.value.known()),
            "why": why(&one.value),
            "lower": maybe(one.lower),
            "upper": maybe(one.upper),
        })
    });
    json!({
        "survey": estimate.survey,
        "method": estimate.method,
        "lower": maybe(estimate.lower),
        "upper": maybe(estimate.upper),
        "standard_error": maybe(estimate.standard_error),
        "answers": (!suppressed).then_some(estimate.answers),
        "degrees": (!suppressed).then_some(estimate.degrees),
        "waves": waves,
        "change": estimate.change.as_ref().map(change),
        "without_largest": without_largest,
        "notes": estimate.notes,
    })
}

fn change(change: &ChangeFacts) -> Json {
    json!({
        "value": number(change.value),
        "lower": maybe(change.lower),
        "upper": maybe(change.upper),
        "standard_error": maybe(change.standard_error),
        "unit": change.unit,
    })
}

fn comparison(one: &Comparison) -> Json {
    json!({
        "counted": one.counted.as_str(),
        "estimated": one.estimated.as_str(),
        "unit": one.unit.as_str(),
        "count": maybe(one.count.known()),
        "estimate": maybe(one.estimate.known()),
        "of": if one.of_change { "change" } else { "level" },
        "lower": maybe(one.lower),
        "upper": maybe(one.upper),
        "difference": maybe(one.difference),
        "relative": maybe(one.relative),
        "verdict": one.verdict.as_str(),
        "says": one.says,
        "notes": one.notes,
    })
}

fn panel(panel: &Panel) -> Json {
    let wave = |wave: &PanelWave| {
        json!({
            "title": wave.title,
            "on": day(wave.on),
            "answered": wave.answered,
            "again": wave.again,
            "rejoined": wave.rejoined,
            "new": wave.new,
            "dropped": wave.dropped,
        })
    };
    let stratum =
        |one: &PanelStratum| json!({ "name": one.name, "answered": one.answered, "answered_later": one.kept });
    json!({
        "baseline": panel.first,
        "waves": panel.waves.iter().map(wave).collect::<Vec<_>>(),
        "strata": panel.strata.iter().map(stratum).collect::<Vec<_>>(),
    })
}

fn coded(coded: &Coded) -> Json {
    let themes: Vec<Json> =
        coded.themes.iter().map(|(theme, answers)| json!({ "theme": theme, "answers": answers })).collect();
    let answers: Vec<Json> =
        coded.answers.iter().map(|answer| json!({ "text": answer.text, "themes": answer.themes })).collect();
    json!({ "question": coded.question, "themes": themes, "without": coded.without, "answers": answers })
}

fn survey(survey: &SurveyResult, restricted: bool) -> Json {
    json!({
        "code": survey.code,
        "title": survey.title,
        "pairs": (!restricted).then_some(survey.pairs),
        "method": survey.method,
        "waves": survey.waves.iter().map(|one| wave(one, restricted)).collect::<Vec<_>>(),
        "panel": survey.panel.as_ref().map(panel),
    })
}

fn wave(wave: &WaveResponse, restricted: bool) -> Json {
    let strata: Vec<Json> = wave
        .strata
        .iter()
        .map(|stratum| {
            let count = |count: usize| (stratum.rate != Value::Suppressed).then_some(count);
            json!({
                "name": stratum.name,
                "population": count(stratum.population),
                "asked": count(stratum.asked),
                "ineligible": count(stratum.ineligible),
                "complete": count(stratum.complete),
                "rate": maybe(stratum.rate.known()),
                "state": stratum.rate.state(),
                "why": why(&stratum.rate),
            })
        })
        .collect();
    let items: Vec<Json> = wave
        .items
        .iter()
        .map(|item| {
            let absent: Map<String, Json> =
                item.absent.iter().map(|(kind, count)| (kind.as_str().to_owned(), json!(count))).collect();
            json!({
                "question": item.question,
                "answered": (!item.suppressed).then_some(item.answered),
                "left_out": (!item.suppressed).then(|| item.left_out()),
                "absent": (!item.suppressed).then_some(absent),
            })
        })
        .collect();
    json!({
        "code": wave.code,
        "title": wave.title,
        "on": day(wave.on),
        "files": wave.files,
        "strata": strata,
        "incomplete": (!restricted).then_some(wave.incomplete),
        "superseded": (!restricted).then_some(wave.superseded),
        "unmatched": (!restricted).then_some(wave.unmatched),
        "unasked": (!restricted).then_some(wave.unasked),
        "items": items,
        "coded": wave.coded.iter().map(coded).collect::<Vec<_>>(),
    })
}

fn kept_out(row: &KeptOut) -> Json {
    let reasons: Vec<Json> =
        row.reasons.iter().map(|(rule, message)| json!({ "rule": rule, "message": message })).collect();
    let cells: Vec<Json> = row.cells.iter().map(|(label, text)| json!({ "label": label, "text": text })).collect();
    json!({
        "partner": row.partner,
        "collection": row.collection,
        "file": row.file,
        "sheet": row.sheet,
        "row": row.row,
        "reasons": reasons,
        "cells": cells,
    })
}

fn reporting(line: &Reporting, restricted: bool) -> Json {
    json!({
        "partner": line.partner.as_str(),
        "collection": line.collection,
        "collection_title": line.collection_title,
        "state": line.state.as_str(),
        "due": line.due,
        "due_on": maybe_day(line.due_on),
        "latest": line.latest,
        "reporting_date": maybe_day(line.reporting_date),
        "file": line.file,
        "rows": (!restricted).then_some(line.rows),
        "kept_out": (!restricted).then_some(line.kept_out),
    })
}
