//! `scoreboard explain`: an indicator with its value and why, or the story of a rule.

use chrono::NaiveDate;

use super::assemble::assemble;
use super::known::KnownAt;
use super::project::Project;
use super::state::{Known, State};
use super::{Progress, Stopped, ingest};
use crate::finding::suggest::nearest;
use crate::finding::{Finding, Place, Rule, rules};
use crate::model::scoreboard::{IndicatorResult, InputFile};
use crate::store::Store;

/// What was asked about.
#[derive(Debug)]
pub enum Explained {
    Rule(&'static Rule),
    Indicator { result: Box<IndicatorResult>, inputs: Vec<InputFile> },
}

/// Explains a rule: needs no project.
pub fn rule(code: &str) -> Option<Explained> {
    rules::by_id(code).map(Explained::Rule)
}

/// Explains an indicator, from all that was received; reads what is new first, as a run does, and publishes
/// nothing. `when` is the scoreboard's day, and up to when receipts are known.
///
/// # Errors
/// No indicator of this name; or what keeps a run from computing it.
pub fn indicator(
    project: &Project,
    code: &str,
    when: (Option<NaiveDate>, Option<KnownAt>),
    progress: Progress<'_>,
) -> Result<Explained, Stopped> {
    let (as_of, known_at) = when;
    let catalog = &project.catalog;
    let Some(found) = catalog.indicators.iter().find(|indicator| indicator.code.as_str() == code) else {
        let names = catalog
            .indicators
            .iter()
            .map(|indicator| indicator.code.as_str())
            .chain(rules::ALL.iter().map(|rule| rule.id));
        let finding = Finding::error(
            &rules::UNKNOWN_INDICATOR,
            Place::Project,
            format!("no indicator and no rule is called `{code}`"),
        );
        let known: Vec<&str> = catalog.indicators.iter().map(|indicator| indicator.code.as_str()).collect();
        return Err(Stopped::one(
            finding.suggest(nearest(code, names)).help(format!("The indicators are {}.", known.join(", "))),
        ));
    };
    ingest::precondition(project)?;
    let mut store = Store::open_or_aside(&project.store())?;
    ingest::run(project, &mut store, progress)?;
    let entries = store.ledger_mut().entries()?;
    let known = Known::by(project.known_at(known_at));
    let state = State::replay_known(&entries, &catalog.reading_hash, known);
    let mut report = catalog.reports.first().cloned().ok_or_else(|| super::fault("the project has no report", ""))?;
    report.indicators = vec![found.code.clone()];
    report.copies = 0;
    let (scoreboard, _) = assemble(project, &store, &state, &report, project.as_of(as_of), &[])?;
    let result =
        scoreboard.indicators.into_iter().next().ok_or_else(|| super::fault("nothing was computed for", code))?;
    Ok(Explained::Indicator { result: Box::new(result), inputs: scoreboard.inputs })
}
