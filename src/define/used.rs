//! `use = "cosme/turnover_share"`: what an indicator takes from the catalogue, and what it may say otherwise.

use std::collections::BTreeMap;
use std::ops::Range;

use super::reader::{At, Table};
use super::standard::{self, Entry, OpenEntry, Way, meant};
use crate::finding::suggest::nearest;
use crate::finding::{Finding, rules};
use crate::model::scoreboard::{Accumulation, Level};

/// What the key `use` says.
pub enum Used {
    Nothing,
    /// A name that the catalogue does not have: it was reported.
    Unknown,
    Entry {
        entry: Box<Entry>,
        at: Range<usize>,
    },
}

impl Used {
    pub fn entry(&self) -> Option<&Entry> {
        if let Self::Entry { entry, .. } = self { Some(entry.as_ref()) } else { None }
    }
}

pub fn read(table: &Table<'_>, open: OpenEntry<'_>) -> Used {
    let Some(name) = table.text("use") else {
        return if table.has("use") { Used::Unknown } else { Used::Nothing };
    };
    if let Some(entry) = open(&name.value).and_then(|text| standard::parse(&name.value, &text)) {
        return Used::Entry { entry: Box::new(entry), at: name.span };
    }
    let message = format!("the catalogue has no `{}`", name.value);
    let finding = table.error(&rules::UNKNOWN_STANDARD, &name.span, message).suggest(meant(&name.value));
    table.report(finding.help("`scoreboard catalogue` lists the names, and finds them by words."));
    Used::Unknown
}

/// What the catalogue says, and behind it what the project adds.
pub fn definition(table: &Table<'_>, entry: Option<&Entry>) -> String {
    let own = table.text("definition").map(|at| at.value);
    match (entry, own) {
        (Some(entry), Some(own)) => format!("{} {own}", entry.definition),
        (Some(entry), None) => entry.definition.clone(),
        (None, own) => own.unwrap_or_default(),
    }
}

/// What an indicator that does not say itself how it is counted takes from the catalogue.
pub enum Pattern {
    Nothing,
    /// It cannot be known: that was reported.
    Unknown,
    Measure(At<String>),
}

/// The measure of the entry with the project's fields, standing where `use` stands.
pub fn pattern(table: &Table<'_>, used: &Used) -> Pattern {
    let fields = fields(table, used);
    match used {
        Used::Nothing => Pattern::Nothing,
        Used::Unknown => Pattern::Unknown,
        Used::Entry { entry, at } => {
            let Some(fields) = fields else { return Pattern::Unknown };
            let measure = entry.measure_of(|role| fields.get(role).cloned());
            measure.map_or(Pattern::Nothing, |value| Pattern::Measure(At { value, span: at.clone() }))
        }
    }
}

/// Whether the indicator itself says how it is counted.
pub fn says_how(table: &Table<'_>) -> bool {
    ["measure", "ratio", "mean", "median", "estimate", "derived"].into_iter().any(|key| table.has(key))
}

/// `fields = { enterprise = "vat" }`: what the project calls what the catalogue's measure names. None if that cannot be used.
fn fields(table: &Table<'_>, used: &Used) -> Option<BTreeMap<String, String>> {
    let (mut named, mut sound) = (BTreeMap::new(), true);
    let Some(fields) = table.table("fields") else { return Some(named) };
    let roles: Vec<&str> = used.entry().map_or_else(Vec::new, |e| e.needs.iter().map(|n| n.role.as_str()).collect());
    let counted = says_how(table);
    let has_pattern = used.entry().is_some_and(|entry| entry.measure.is_some());
    if !matches!(used, Used::Unknown) && (counted || !has_pattern) {
        let help = "It names the fields of the catalogue's own measure: take it out, or take your measure out.";
        table.bad(&table.span_of("fields"), "`fields` has no effect here", help);
    }
    for (role, value) in fields.entries() {
        if used.entry().is_some() && !roles.contains(&role.value.as_str()) {
            let message = format!("the catalogue's measure has no `{}`", role.value);
            let finding = fields.error(&rules::UNKNOWN_KEY, &role.span, message);
            fields.report(finding.suggest(nearest(&role.value, roles.iter().copied())));
            sound = false;
            continue;
        }
        if let Some(field) = value.get_ref().as_str() {
            named.insert(role.value, field.to_owned());
        } else {
            fields.bad(&value.span(), format!("`{}` must name a field", role.value), "Write it in quotes.");
            sound = false;
        }
    }
    sound.then_some(named)
}

/// Says where an indicator departs from what its name promises: figures of two programmes would not be of one kind.
pub fn differences(table: &Table<'_>, entry: &Entry, accumulation: Accumulation) {
    let told = |key: &'static str| table.has(key).then(|| table.span_of(key));
    let tell = |key: &'static str, own: String, standard: &str| {
        if let Some(span) = told(key)
            && own != standard
        {
            let message = format!("`{key}` is {own} here and {standard} in `{}`", entry.name);
            let finding = Finding::warning(&rules::STANDARD_DIFFERS, table.place(&span), message);
            table.report(finding.help("Take the key out; or take `use` out, if the indicator counts something else."));
        }
    };
    let text = |key| table.text(key).map_or_else(String::new, |at| at.value);
    tell("unit", text("unit"), &entry.unit);
    let level = table.choice("level", &Level::NAMES).map_or(entry.level, |at| at.value);
    tell("level", level.as_str().to_owned(), entry.level.as_str());
    let same = entry.or_stock && accumulation == Accumulation::Stock;
    let own = if same { entry.accumulation } else { accumulation };
    tell("accumulation", own.as_str().to_owned(), entry.accumulation.as_str());
    let way = table.choice("direction", &Way::NAMES).map_or(entry.direction, |at| at.value);
    tell("direction", way.as_str().to_owned(), entry.direction.as_str());
    tell("common", text("common"), entry.common.as_deref().unwrap_or("none"));
}
