//! The same for machines. Numbers are exact decimals; `docs/across.md` says what each key holds.

use rust_decimal::Decimal;
use serde_json::{Number, Value as Json, json};

use super::words;
use crate::model::across::{
    Across, Decided, Difference, Entry, Matched, Named, Open, Programme, SetCompared, Total, Undecided,
};
use crate::model::scoreboard::Status;
use crate::model::value::Value;
use crate::report::language::Tongue;

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
        "language": across.language,
        "programmes": across.programmes.iter().map(programme).collect::<Vec<_>>(),
        "matched": across.matched.iter().map(|one| matched(across, one)).collect::<Vec<_>>(),
        "sets": across.sets.iter().map(|one| set(across, one)).collect::<Vec<_>>(),
        "alone": alone.collect::<Vec<_>>(),
        "organisations": across.open.as_ref().map(|open| self::open(across, open)),
    })
}

/// What is undecided, and what the report's own file decides.
fn open(across: &Across, open: &Open) -> Json {
    let names = |all: &[usize]| all.iter().map(|at| across.programmes[*at].name.as_str()).collect::<Vec<_>>();
    let named =
        |one: &Named| json!({ "identity": one.identity, "names": one.names, "programmes": names(&one.programmes) });
    let pair = |pair: &Undecided| {
        json!({
            "one": named(&pair.one),
            "other": named(&pair.other),
            "probability": number(pair.probability),
            "bits": number(pair.bits),
            "reasons": pair.reasons,
            "matched": pair.matched.iter().map(|at| across.matched[*at].code.as_str()).collect::<Vec<_>>(),
            "line": words::line(pair),
        })
    };
    let decided = |one: &Decided| {
        json!({
            "pair": one.pair,
            "verdict": if one.same { "same" } else { "different" },
            "by": one.by,
            "because": one.because,
            "on": one.on.to_string(),
        })
    };
    let within =
        open.within.iter().map(|(at, pairs)| json!({ "programme": across.programmes[*at].name, "pairs": pairs }));
    json!({
        "undecided": open.all,
        "pairs": open.pairs.iter().map(pair).collect::<Vec<_>>(),
        "within": within.collect::<Vec<_>>(),
        "decisions": open.decisions.iter().map(decided).collect::<Vec<_>>(),
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
            "ledger_head": report.head,
            "indicators": report.indicators,
            "statuses": statuses,
            "rows_kept_out": report.rows_kept_out,
            "partners_behind": report.behind,
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
        let also = |(identity, why): &(String, String)| json!({ "identity": identity, "why": why });
        let several = once.names.iter().map(|standing| {
            json!({
                "identity": standing.identity,
                "programmes": standing.entries.iter().map(|at| name(*at)).collect::<Vec<_>>(),
                "also": standing.also.iter().map(also).collect::<Vec<_>>(),
            })
        });
        json!({
            "together": once.together,
            "at_least": once.at_least,
            "at_most": once.at_most,
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
        "differences": one.differences.iter().map(|each| difference(across, each)).collect::<Vec<_>>(),
        "once": once,
    })
}

/// In English, as everything for machines.
fn difference(across: &Across, one: &Difference) -> String {
    let english = Tongue::of("en");
    english.say(&words::difference(across, one, english))
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
        "lower": maybe(entry.lower),
        "upper": maybe(entry.upper),
        "coverage": { "reported": entry.coverage.reported, "due": entry.coverage.due },
        "cut_off": entry.cut_off.map(|day| day.to_string()),
        "target": maybe(entry.target.map(|target| target.value)),
        "progress": maybe(entry.progress),
        "status": entry.status.map(Status::as_str),
        "found": entry.found.as_ref().map(|one| json!({ "file": one.file, "sheet": one.sheet, "cell": one.cell.to_string() })),
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
