//! The same for machines. Numbers are exact decimals; `docs/across.md` says what each key holds.

use rust_decimal::Decimal;
use serde_json::{Number, Value as Json, json};

use crate::model::across::{Across, Entry, Matched, Programme, SetCompared, Total};
use crate::model::scoreboard::Status;
use crate::model::value::Value;

pub fn json(across: &Across) -> Json {
    let name = |at: usize| across.programmes[at].name.as_str();
    let alone = across
        .alone
        .iter()
        .map(|(at, code, title)| json!({ "programme": name(*at), "indicator": code.as_str(), "title": title }));
    json!({
        "schema": 1,
        "title": across.title,
        "audience": across.audience.as_str(),
        "programmes": across.programmes.iter().map(programme).collect::<Vec<_>>(),
        "matched": across.matched.iter().map(|one| matched(across, one)).collect::<Vec<_>>(),
        "sets": across.sets.iter().map(|one| set(across, one)).collect::<Vec<_>>(),
        "alone": alone.collect::<Vec<_>>(),
    })
}

fn number(value: Decimal) -> Json {
    Json::Number(Number::from_string_unchecked(value.normalize().to_string()))
}

fn maybe(value: Option<Decimal>) -> Json {
    value.map_or(Json::Null, number)
}

fn programme(one: &Programme) -> Json {
    let report = one.report.as_ref().map(|report| {
        let statuses: serde_json::Map<String, Json> =
            report.statuses.iter().map(|(status, count)| (status.as_str().to_owned(), json!(count))).collect();
        json!({
            "code": report.code,
            "title": report.title,
            "run": report.run,
            "indicators": report.indicators,
            "statuses": statuses,
            "rows_kept_out": report.rows_kept_out,
        })
    });
    json!({
        "name": one.name,
        "code": one.code,
        "title": one.title,
        "start": one.start.to_string(),
        "end": one.end.to_string(),
        "as_of": one.as_of.to_string(),
        "currency": one.currency,
        "partners": one.partners,
        "report": report,
    })
}

fn matched(across: &Across, one: &Matched) -> Json {
    let name = |at: usize| across.programmes[one.entries[at].programme].name.as_str();
    let total = match &one.total {
        Total::Sum { value, known, of } => json!({ "value": number(*value), "known": known, "of": of, "why": null }),
        Total::Not(why) => json!({ "value": null, "known": null, "of": one.entries.len(), "why": why.says() }),
    };
    let once = one.once.as_ref().map(|once| {
        let shared = (once.shared.iter())
            .map(|(first, second, both)| json!({ "first": name(*first), "second": name(*second), "both": both }));
        let several = once.names.iter().map(|(identity, who)| {
            json!({ "identity": identity, "programmes": who.iter().map(|at| name(*at)).collect::<Vec<_>>() })
        });
        json!({
            "together": once.together,
            "at_least": once.at_least,
            "in_several": once.several,
            "shared": shared.collect::<Vec<_>>(),
            "several": several.collect::<Vec<_>>(),
        })
    });
    json!({
        "code": one.code,
        "title": one.title,
        "matched_by": one.by.as_str(),
        "entries": one.entries.iter().map(|entry| self::entry(across, entry)).collect::<Vec<_>>(),
        "total": total,
        "differences": one.differences,
        "once": once,
    })
}

fn entry(across: &Across, entry: &Entry) -> Json {
    let programme = &across.programmes[entry.programme];
    let why = if let Value::NotComputable(why) = &entry.value { Some(why.to_string()) } else { None };
    json!({
        "programme": programme.name,
        "run": programme.report.as_ref().map(|report| &report.run),
        "indicator": entry.indicator.as_str(),
        "title": entry.title,
        "level": entry.level.as_str(),
        "unit": entry.unit.as_str(),
        "accumulation": entry.accumulation.as_str(),
        "value": maybe(entry.value.known()),
        "state": entry.value.state(),
        "why": why,
        "upper": maybe(entry.upper),
        "coverage": { "reported": entry.coverage.reported, "due": entry.coverage.due },
        "cut_off": entry.cut_off.map(|day| day.to_string()),
        "target": maybe(entry.target.map(|target| target.value)),
        "progress": maybe(entry.progress),
        "status": entry.status.map(Status::as_str),
    })
}

fn set(across: &Across, one: &SetCompared) -> Json {
    let side = |(at, code): &(usize, crate::model::code::IndicatorCode)| json!({ "programme": across.programmes[*at].name, "indicator": code.as_str() });
    let published = one.published.iter().map(|published| {
        json!({
            "of": published.part.as_str(),
            "value": number(published.said.value),
            "relation": published.said.relation.as_str(),
            "rows": published.said.rows.as_str(),
            "source": published.said.source,
            "note": published.said.note,
            "found": one.count(published.part),
            "outcome": published.outcome.as_str(),
        })
    });
    json!({
        "title": one.title,
        "by": one.field,
        "first": side(&one.first),
        "second": side(&one.second),
        "kept": one.kept,
        "dropped": one.dropped,
        "added": one.added,
        "published": published.collect::<Vec<_>>(),
        "account": one.account.map(|account| json!({ "makes": number(account.makes), "second": number(account.second) })),
    })
}
