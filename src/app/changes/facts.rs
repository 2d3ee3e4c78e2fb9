//! Definitions as facts in words: what decides what is counted, by thing and key. Two catalogues differ in what their
//! facts differ in; titles and other words that change no figure are no facts.

use std::collections::BTreeMap;

use crate::define::Catalog;
use crate::define::catalog::{
    Bound, Collection, Derived, Estimate, Field, FieldKind, How, Indicator, Partner, Rates, RowMeasure, Survey,
};
use crate::model::code::{CollectionCode, FieldCode, IndicatorCode};
use crate::model::number::display;
use crate::model::target::{Direction, Target, TargetValue, Targets, Trajectory};

/// Thing → key → text. A thing is a kind and a code: `indicator volume`.
pub type Facts = BTreeMap<String, BTreeMap<String, String>>;

/// Longer texts are not told.
const SHOWN: usize = 160;

/// What an indicator counts, by its code.
pub fn indicator(code: &str) -> String {
    format!("indicator {code}")
}

/// What an indicator is held against.
pub fn target(code: &str) -> String {
    format!("target {code}")
}

pub fn collection(code: &str) -> String {
    format!("collection {code}")
}

pub fn survey(code: &str) -> String {
    format!("survey {code}")
}

/// Whether a thing concerns every figure: partners and the programme.
pub fn concerns_all(thing: &str) -> bool {
    thing == "programme" || thing.starts_with("partner ")
}

/// All of a catalogue.
pub fn of(catalog: &Catalog) -> Facts {
    let mut facts = Facts::new();
    for one in &catalog.indicators {
        facts.insert(indicator(one.code.as_str()), counted(one));
        facts.insert(target(one.code.as_str()), held_against(one));
    }
    for one in &catalog.collections {
        facts.insert(collection(one.code.as_str()), of_collection(one, catalog.rates.as_ref()));
    }
    for one in &catalog.surveys {
        facts.insert(survey(one.code.as_str()), of_survey(one));
    }
    for one in &catalog.partners {
        facts.insert(format!("partner {}", one.code), of_partner(one));
    }
    facts.insert("programme".into(), of_programme(catalog));
    if !catalog.decisions.is_empty() {
        facts.insert(DECISIONS.into(), of_decisions(catalog));
    }
    let collections = catalog.collections.iter().map(|one| (one.code.as_str(), one.fields.as_slice()));
    let surveys = catalog.surveys.iter().map(|one| (one.code.as_str(), one.questions.as_slice()));
    for (code, _) in collections.chain(surveys).filter(|(_, fields)| fields.iter().any(is_country)) {
        for (thing, of) in [(countries(code), Some(code)), (COUNTRIES.to_owned(), None)] {
            let decided = of_countries(catalog, of);
            if !decided.is_empty() {
                facts.insert(thing, decided);
            }
        }
    }
    facts
}

/// Which organisations are one, as somebody decided.
pub const DECISIONS: &str = "decisions";

/// What country a code stands for everywhere, as somebody decided.
pub const COUNTRIES: &str = "countries";

/// The same in a collection or survey alone.
pub fn countries(code: &str) -> String {
    format!("countries {code}")
}

/// Whether a thing is what somebody decided, rather than how something is defined.
pub fn is_decided(thing: &str) -> bool {
    thing == DECISIONS || thing == COUNTRIES || thing.starts_with("countries ")
}

fn is_country(field: &Field) -> bool {
    field.kind == FieldKind::Country
}

fn of_countries(catalog: &Catalog, of: Option<&str>) -> Keys {
    let mut keys = Keys::new();
    for one in catalog.countries.iter().filter(|one| one.of.as_deref() == of) {
        let on = one.on.format("%-d %B %Y");
        put(&mut keys, &one.written, format!("{}, {} on {on}: {}", one.is, one.by, one.because));
    }
    keys
}

/// As it is read, without what was decided of its countries: that is told as decided.
fn reading(field: &Field) -> String {
    unsaid(&format!("{:?}", Field { meant: BTreeMap::new(), ..field.for_reading() }))
}

fn of_decisions(catalog: &Catalog) -> Keys {
    let mut keys = Keys::new();
    for one in &catalog.decisions {
        let text = format!("{}, {} on {}: {}", one.verdict(), one.by, one.on.format("%-d %B %Y"), one.because);
        put(&mut keys, &format!("{} and {}", one.one, one.other), text);
    }
    keys
}

type Keys = BTreeMap<String, String>;

fn put(keys: &mut Keys, key: &str, text: impl Into<String>) {
    let text = text.into();
    if !text.is_empty() {
        keys.insert(key.to_owned(), text);
    }
}

fn counted(one: &Indicator) -> Keys {
    let mut keys = Keys::new();
    put(&mut keys, "unit", one.unit.as_str());
    put(&mut keys, "accumulation", one.accumulation.as_str());
    match &one.how {
        How::Rows { from, measure } => {
            if let [from] = from.as_slice() {
                put(&mut keys, "from", from.collection.as_str());
                put(&mut keys, "where", from.condition.as_ref().map_or("", |condition| &condition.source));
            } else {
                let each = from.iter().map(|from| match &from.condition {
                    Some(condition) => format!("{} where {}", from.collection, condition.source),
                    None => from.collection.to_string(),
                });
                put(&mut keys, "from", each.collect::<Vec<_>>().join(" and "));
            }
            match measure {
                RowMeasure::One(measure) => put(&mut keys, "measure", &measure.source),
                RowMeasure::Ratio { of, to } => put(&mut keys, "ratio", format!("{} to {}", of.source, to.source)),
                RowMeasure::Mean { field, .. } => put(&mut keys, "mean", field.as_str()),
                RowMeasure::Median(field) => put(&mut keys, "median", field.as_str()),
            }
        }
        How::Survey { survey, estimate, population, change } => {
            put(&mut keys, "survey", survey.as_str());
            let estimate = match estimate {
                Estimate::Ratio { of, to } => format!("ratio of {of} to {to}"),
                Estimate::Total(field) => format!("total of {field}"),
                Estimate::Mean(field) => format!("mean of {field}"),
                Estimate::Share(condition) => format!("share with {}", condition.source),
                Estimate::Median(field) => format!("median of {field}"),
            };
            put(&mut keys, "estimate", estimate);
            put(&mut keys, "population", population.as_ref().map_or("", |condition| &condition.source));
            put(&mut keys, "change", change.map_or_else(String::new, |change| format!("{change:?}")));
        }
        How::Derived(Derived::Ratio { of, to }) => put(&mut keys, "ratio", format!("{of} to {to}")),
        How::Derived(Derived::Sum(parts)) => {
            put(&mut keys, "sum", parts.iter().map(IndicatorCode::as_str).collect::<Vec<_>>().join(" + "));
        }
    }
    keys
}

fn held_against(one: &Indicator) -> Keys {
    let mut keys = Keys::new();
    if let Some(baseline) = &one.baseline {
        let on = baseline.on.map_or_else(String::new, |on| format!(" on {}", on.format("%-d %B %Y")));
        put(&mut keys, "baseline", format!("{}{on}", number(baseline.value)));
    }
    let milestones = one.milestones.iter().map(|m| format!("{} by {}", number(m.value), m.on.format("%-d %B %Y")));
    put(&mut keys, "milestone", milestones.collect::<Vec<_>>().join(", "));
    match &one.targets {
        Targets::None => {}
        Targets::ToBeDeclared => put(&mut keys, "target", "to be declared"),
        Targets::Declared(_) => put(&mut keys, "target", one.targets.current().map_or_else(String::new, declared)),
    }
    let partners = one.partner_targets.iter().map(|(code, value)| format!("{code} {}", number(*value)));
    put(&mut keys, "partner_target", partners.collect::<Vec<_>>().join(", "));
    if one.trajectory == Trajectory::Steps {
        put(&mut keys, "trajectory", "steps");
    }
    match one.direction {
        Direction::Increase => {}
        Direction::Decrease => put(&mut keys, "direction", "decrease"),
        Direction::Maintain { tolerance } => put(&mut keys, "direction", format!("maintain ± {}", number(tolerance))),
    }
    keys
}

fn number(value: rust_decimal::Decimal) -> String {
    display(value, value.normalize().scale())
}

fn declared(target: &Target) -> String {
    let value = match target.value {
        TargetValue::Value(value) => number(value),
        TargetValue::Increase(by) => format!("{} above the baseline", number(by)),
        TargetValue::IncreasePercent(by) => format!("{} % above the baseline", number(by)),
        TargetValue::Range { from, to } => format!("{} to {}", number(from), number(to)),
    };
    let mut says = format!("{value} by {}", target.on.format("%-d %B %Y"));
    if let Some(decided) = target.decided {
        says = format!("{says}, decided {}", decided.format("%-d %B %Y"));
    }
    target.because.as_ref().map_or_else(|| says.clone(), |because| format!("{says}: {because}"))
}

fn of_collection(one: &Collection, rates: Option<&Rates>) -> Keys {
    let mut keys = Keys::new();
    let one = one.for_reading();
    put(&mut keys, "key", one.key.iter().map(FieldCode::as_str).collect::<Vec<_>>().join(", "));
    put(&mut keys, "key_scope", if one.shared_key { "programme" } else { "partner" });
    put(&mut keys, "on_conflict", format!("{:?}", one.on_conflict));
    put(&mut keys, "date", one.date.as_ref().map_or("", FieldCode::as_str));
    put(&mut keys, "submission", if one.by_period { "period" } else { "cumulative" });
    put(&mut keys, "due_days", one.due_days.to_string());
    for field in &one.fields {
        of_field(&mut keys, field);
    }
    for check in &one.checks {
        let text = format!("{} ({})", check.expect.source, check.severity.as_str());
        put(&mut keys, &format!("check {}", check.code), text);
    }
    if let Some(rates) = rates.filter(|_| one.fields.iter().any(|field| field.currency.is_some())) {
        put(&mut keys, "rates of exchange", unsaid(&rates.file.1));
    }
    // How tables are found: told as changed, not how.
    put(&mut keys, "layout", unsaid(&format!("{:?} {:?} {:?}", one.layouts, one.title, one.also_called)));
    keys
}

fn of_field(keys: &mut Keys, field: &Field) {
    let bound = |bound: Option<Bound>| match bound {
        Some(Bound::Number(value)) => number(value),
        Some(Bound::Day(day)) => day.to_string(),
        None => "none".into(),
    };
    let mut text = format!("{}{}", field.kind.name(), if field.required { ", required" } else { "" });
    if field.minimum.is_some() || field.maximum.is_some() {
        text = format!("{text}, from {} to {}", bound(field.minimum), bound(field.maximum));
    }
    if !field.options.is_empty() {
        let codes: Vec<&str> = field.options.iter().map(|option| option.code.as_str()).collect();
        text = format!("{text}, one of {}", codes.join(", "));
    }
    put(keys, &format!("field {}", field.code), text);
    put(keys, &format!("reading of {}", field.code), reading(field));
}

fn of_survey(one: &Survey) -> Keys {
    let mut keys = Keys::new();
    put(&mut keys, "frame", format!("{} by {}", one.frame, one.match_on));
    put(&mut keys, "strata", one.strata.iter().map(FieldCode::as_str).collect::<Vec<_>>().join(", "));
    put(&mut keys, "asked", one.asked.as_ref().map_or("", |condition| &condition.source));
    put(&mut keys, "ineligible", one.ineligible.as_ref().map_or("", |condition| &condition.source));
    put(&mut keys, "lonely", format!("{:?}", one.lonely));
    put(&mut keys, "weighting", unsaid(&format!("{:?}", one.weighting)));
    for wave in &one.waves {
        put(&mut keys, &format!("wave {}", wave.code), unsaid(&format!("{wave:?}")));
    }
    for question in &one.questions {
        put(&mut keys, &format!("question {}", question.code), reading(question));
    }
    keys
}

fn of_partner(one: &Partner) -> Keys {
    let mut keys = Keys::new();
    put(&mut keys, "country", one.country.as_str());
    put(&mut keys, "locale", one.locale.as_str());
    let taken = one.collections.as_ref().map_or_else(
        || "all".to_owned(),
        |taken| taken.iter().map(CollectionCode::as_str).collect::<Vec<_>>().join(", "),
    );
    put(&mut keys, "collections", taken);
    put(&mut keys, "also_called", one.also_called.join(", "));
    keys
}

fn of_programme(catalog: &Catalog) -> Keys {
    let programme = &catalog.programme;
    let calendar = &programme.calendar;
    let mut keys = Keys::new();
    put(&mut keys, "start", calendar.start.to_string());
    put(&mut keys, "end", calendar.end.to_string());
    put(&mut keys, "period", calendar.unit.as_str());
    put(&mut keys, "period_from", if calendar.from_start { "start" } else { "calendar" });
    put(&mut keys, "currency", programme.currency.as_str());
    put(&mut keys, "time_zone", programme.time_zone.name());
    put(&mut keys, "submission", unsaid(&format!("{:?}", programme.submission)));
    let order: Vec<&str> = catalog.partners.iter().map(|partner| partner.code.as_str()).collect();
    put(&mut keys, "order of partners", order.join(", "));
    keys
}

/// A text that nobody wants to read: kept as its hash.
fn unsaid(text: &str) -> String {
    format!("#{}", crate::model::hash::hash_of(text.as_bytes()))
}

/// What differs between two facts of things that both have, by thing: one sentence each. `added` and `gone` things are
/// told as such.
pub fn differences(before: &Facts, after: &Facts) -> BTreeMap<String, String> {
    let things = before.keys().chain(after.keys());
    let mut told: BTreeMap<String, String> = BTreeMap::new();
    // Where nothing was decided there is no such thing, and nothing that could be new.
    let undecided = Keys::new();
    for thing in things {
        let of = |facts: &'_ Facts| facts.get(thing).cloned().or(is_decided(thing).then(|| undecided.clone()));
        let says = match (of(before).as_ref(), of(after).as_ref()) {
            (Some(before), Some(after)) => difference(before, after),
            (None, Some(_)) => Some("is new".to_owned()),
            (Some(_), None) => Some("is gone".to_owned()),
            (None, None) => None,
        };
        if let Some(says) = says {
            told.insert(thing.clone(), says);
        }
    }
    told
}

fn difference(before: &Keys, after: &Keys) -> Option<String> {
    let mut keys: Vec<&String> = before.keys().chain(after.keys()).collect();
    keys.sort();
    keys.dedup();
    let shown = |text: &&String| !text.starts_with('#') && text.chars().count() <= SHOWN;
    let mut said: Vec<String> = Vec::new();
    for key in keys {
        let (was, is) = (before.get(key), after.get(key));
        if was == is {
            continue;
        }
        // A field tells of itself; its reading only where nothing else does.
        if let Some(field) = key.strip_prefix("reading of ")
            && (before.get(&format!("field {field}")) != after.get(&format!("field {field}")))
        {
            continue;
        }
        said.push(match (was.filter(shown), is.filter(shown), was, is) {
            (Some(was), Some(is), ..) => format!("`{key}` was {was} and is {is}"),
            (None, Some(is), None, _) => format!("`{key}` is new: {is}"),
            (Some(was), None, _, None) => format!("`{key}` was {was} and is gone"),
            (.., None, _) => format!("`{key}` is new"),
            (.., None) => format!("`{key}` is gone"),
            _ => format!("`{key}` was changed"),
        });
    }
    (!said.is_empty()).then(|| said.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(all: &[(&str, &str)]) -> Keys {
        all.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn a_change_is_told_by_key_with_what_was_and_what_is() {
        let before = keys(&[("where", "status = 'signed'"), ("measure", "SUM(value)"), ("layout", "#1")]);
        let after = keys(&[("measure", "COUNT(*)"), ("unit", "EUR"), ("layout", "#2")]);
        let says = difference(&before, &after).expect("a difference");
        let expected = "`layout` was changed; `measure` was SUM(value) and is COUNT(*); `unit` is new: EUR; `where` was \
             status = 'signed' and is gone";
        assert_eq!(says, expected);
        assert_eq!(difference(&before, &before), None);
    }

    #[test]
    fn a_field_is_told_once() {
        let before = keys(&[("field value", "money"), ("reading of value", "#1")]);
        let after = keys(&[("field value", "money, required"), ("reading of value", "#2")]);
        assert_eq!(difference(&before, &after), Some("`field value` was money and is money, required".into()));
        let after = keys(&[("field value", "money"), ("reading of value", "#2")]);
        assert_eq!(difference(&before, &after), Some("`reading of value` was changed".into()));
    }
}
