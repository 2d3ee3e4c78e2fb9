//! `decisions.toml`: which organisations are one and which are two, and what a country's code was meant to be; each with
//! who decided it, why and when. Decisions that contradict each other are told with the chain that leads there.

use chrono::NaiveDate;

use super::catalog::{CountryDecision, Decision};
use super::reader::Table;
use crate::finding::{Finding, rules};
use crate::linkage::decide::chain;
use crate::linkage::read_enterprise;
use crate::model::country::{CountryMatch, read_country};
use crate::model::fold::fold;

/// The decisions of one file.
pub fn read(root: &Table<'_>) -> (Vec<Decision>, Vec<CountryDecision>) {
    let decisions = root.tables("decision").iter().filter_map(decision).collect();
    let countries = root.tables("country").iter().filter_map(country).collect();
    (decisions, countries)
}

/// Who decided, why, and when.
fn decided(table: &Table<'_>) -> (Option<String>, Option<String>, Option<NaiveDate>) {
    let by = table.required_text("by").map(|at| at.value);
    let because = table.required_text("because").map(|at| at.value);
    (by, because, table.required_date("on").map(|at| at.value))
}

fn decision(table: &Table<'_>) -> Option<Decision> {
    let pair = table.texts("pair");
    let verdict = table.required_choice("verdict", &[("same", true), ("different", false)]);
    let (by, because, on) = decided(table);
    if !table.has("pair") || pair.len() != 2 {
        let message = "`pair` names two organisations";
        table.bad(&table.span_of("pair"), message, "Write pair = [\"Acme GmbH (AT)\", \"ACME (AT)\"], or two numbers.");
    }
    table.finish();
    let [one, other] = pair.as_slice() else { return None };
    let place = table.place(&one.span);
    let pair = [one, other].map(|at| (at.value.clone(), key(&at.value)));
    if pair[0].0 == pair[1].0 {
        table.bad(&other.span, "an organisation and itself", "Name two.");
        return None;
    }
    let [(one, first), (other, second)] = pair;
    Some(Decision {
        one,
        other,
        keys: (first, second),
        same: verdict?.value,
        by: by?,
        because: because?,
        on: on?,
        place,
    })
}

/// What decisions are compared by: the number, or the name without capitals and accents with its country.
fn key(text: &str) -> String {
    let read = read_enterprise(text, None, None).ok();
    read.and_then(|read| read.number.or(read.name)).unwrap_or_else(|| text.to_owned())
}

fn country(table: &Table<'_>) -> Option<CountryDecision> {
    let written = table.required_text("written");
    let is = table.required_text("is");
    let of = table.text("of").map(|at| at.value);
    let (by, because, on) = decided(table);
    table.finish();
    let (written, is) = (written?, is?);
    let CountryMatch::Code(code) = read_country(&is.value) else {
        let finding = table.error(&rules::BAD_VALUE, &is.span, format!("no country has the code `{}`", is.value));
        table.report(
            finding.help("Write the two letters of ISO 3166, for example RS.").suggest(read_country(&is.value).code()),
        );
        return None;
    };
    let place = table.place(&written.span);
    let folded = fold(&written.value);
    Some(CountryDecision {
        written: written.value,
        folded,
        is: code.to_owned(),
        of,
        by: by?,
        because: because?,
        on: on?,
        place,
    })
}

/// Tells what contradicts what: a pair decided twice in two ways, a pair that is two while others make it one, a code
/// that is two countries.
pub fn check(decisions: &[Decision], countries: &[CountryDecision], report: &dyn Fn(Finding)) {
    let same: Vec<&Decision> = decisions.iter().filter(|one| one.same).collect();
    let pairs: Vec<(&str, &str)> = same.iter().map(|one| (one.keys.0.as_str(), one.keys.1.as_str())).collect();
    let written: Vec<(&str, &str)> = same.iter().map(|one| (one.one.as_str(), one.other.as_str())).collect();
    for apart in decisions.iter().filter(|one| !one.same) {
        // Two texts that differ in capitals or accents alone have one key, and are told apart as they are written.
        let way = if apart.keys.0 == apart.keys.1 {
            chain(&written, &apart.one, &apart.other)
        } else {
            chain(&pairs, &apart.keys.0, &apart.keys.1)
        };
        let Some(way) = way else { continue };
        let message = format!("`{}` and `{}` are decided to be two, and to be one", apart.one, apart.other);
        let steps: Vec<String> =
            way.iter().map(|at| format!("{} = {} ({})", same[*at].one, same[*at].other, same[*at].place)).collect();
        let help = format!("They are one by {}. Take one of these decisions back.", steps.join(", "));
        report(Finding::error(&rules::DECISION_CONTRADICTS, apart.place.clone(), message).help(help));
    }
    for (at, one) in countries.iter().enumerate() {
        let other = countries[..at]
            .iter()
            .find(|other| (&other.folded, &other.of) == (&one.folded, &one.of) && other.is != one.is);
        if let Some(other) = other {
            let message = format!("`{}` is decided to be {} and {}", one.written, other.is, one.is);
            let help = format!("The first stands at {}. Take one of them back.", other.place);
            report(Finding::error(&rules::DECISION_CONTRADICTS, one.place.clone(), message).help(help));
        }
    }
}
