//! `[[freshness]]`: how old what partners send, what is fetched or the scoreboard may be.

use super::catalog::Collection;
use super::reader::Table;
use crate::finding::rules;
use crate::finding::suggest::nearest;
use crate::model::freshness::{Freshness, Of};
use crate::model::source::Source;

/// What stands for the scoreboard itself. No collection or source may be called so where it matters.
const SCOREBOARD: &str = "scoreboard";
/// Ten years.
const LONGEST: i64 = 3_660;

pub fn read(table: &Table<'_>, collections: &[Collection], sources: &[Source]) -> Option<Freshness> {
    let of = table.required_text("of");
    let per = table.choice("per", &[("partner", true), ("newest", false)]);
    let days = |key: &'static str| {
        let days = table.integer(key)?;
        if !(0..=LONGEST).contains(&days.value) {
            let message = format!("`{key}` must lie between 0 and {LONGEST}");
            table.bad(&days.span, message, "Write whole days.");
        }
        Some(days.value)
    };
    let (warn_after, fail_after) = (days("warn_after_days"), days("fail_after_days"));
    if warn_after.is_none() && fail_after.is_none() {
        let span = table.span.start..table.span.start + 1;
        table.report(
            table
                .error(&rules::MISSING_KEY, &span, "`freshness` needs `warn_after_days` or `fail_after_days`")
                .help("Write after how many days it should be said, or fail the gate."),
        );
    }
    if let (Some(warn), Some(fail)) = (warn_after, fail_after)
        && warn >= fail
    {
        table.bad(
            &table.span_of("warn_after_days"),
            format!("{warn} days is no warning before {fail} days"),
            "Let `warn_after_days` be smaller than `fail_after_days`, or leave it out.",
        );
    }
    table.finish();
    let of = of?;
    let collection = collections.iter().find(|one| one.code.as_str() == of.value);
    let found = if let Some(collection) = collection {
        Of::Collection { code: collection.code.clone(), each: per.as_ref().is_none_or(|at| at.value) }
    } else if let Some(source) = sources.iter().find(|one| one.code().as_str() == of.value) {
        Of::Source(source.code().clone())
    } else if of.value == SCOREBOARD {
        Of::Scoreboard
    } else {
        let codes = collections.iter().map(|one| one.code.as_str());
        let names: Vec<&str> = codes.chain(sources.iter().map(|one| one.code().as_str())).chain([SCOREBOARD]).collect();
        let message = format!("no collection and no source is called `{}`", of.value);
        let finding = table.error(&rules::BAD_VALUE, &of.span, message);
        let help = format!("Known are {}.", names.join(", "));
        table.report(finding.suggest(nearest(&of.value, names.iter().copied())).help(help));
        return None;
    };
    if let (Some(at), false) = (&per, matches!(found, Of::Collection { .. })) {
        table.bad(&at.span, "`per` is said of a collection alone", "Take the line out.");
    }
    if warn_after.is_none() && fail_after.is_none() {
        return None;
    }
    Some(Freshness { of: found, warn_after, fail_after })
}
