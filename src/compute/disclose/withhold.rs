//! A scoreboard without what stays back: no value, and nothing beside a value that would tell it.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};

use super::cells::Slot;
use super::protect::FEWEST;
use crate::define::Catalog;
use crate::define::catalog::{FieldKind, How, Indicator};
use crate::finding::{Finding, Place};
use crate::model::hash::hex;
use crate::model::scoreboard::{
    EstimateFacts, Evidence, Figure, IndicatorResult, Scoreboard, Status, StratumResponse, SurveyResult,
};
use crate::model::value::{Coverage, Value, Why};

/// Takes out what a restricted audience does not see: these figures, and whatever tells of single rows and files.
pub fn withhold(board: &mut Scoreboard, catalog: &Catalog, slots: &BTreeSet<Slot>) {
    let order = Order { report: board.report.to_string(), run: board.run.clone() };
    let strata = surveys(&mut board.surveys, slots);
    let whole = |survey: &SurveyResult| is_withheld_whole(survey).then(|| survey.title.clone());
    let silent: BTreeSet<String> = board.surveys.iter().filter_map(whole).collect();
    for one in &mut board.indicators {
        let mut own = slots.clone();
        if let Some(facts) = one.estimate.as_ref().filter(|facts| silent.contains(&facts.survey)) {
            // How many answered stands beside every estimate.
            own.insert(Slot::Total(one.code.clone()));
            own.extend((0..facts.waves.len()).map(|at| Slot::Wave(one.code.clone(), at)));
            own.extend(one.trajectory.iter().map(|point| Slot::At(one.code.clone(), point.on)));
        }
        if let Some(indicator) = catalog.indicator(&one.code) {
            result(one, indicator, catalog, &own, &order, &strata);
        }
    }
    board.evidence = Evidence::default();
    board.kept_out = Vec::new();
    // That something was found, by rule and partner; not where, and not what.
    for finding in &mut board.findings {
        let bare =
            Finding { severity: finding.severity, ..Finding::info(finding.rule, Place::Project, finding.rule.title) };
        *finding = bare.partner(finding.partner.clone());
    }
    for line in &mut board.reporting {
        line.file = None;
        (line.rows, line.kept_out) = (0, 0);
    }
    for input in &mut board.inputs {
        input.name = String::new();
    }
    board.inputs.sort_by(|a, b| a.hash.cmp(&b.hash));
}

/// Stands for names that stay back: their order differs by output, and tells nothing of them.
struct Order {
    report: String,
    run: String,
}

impl Order {
    /// A number from one for each of these names.
    fn of(&self, names: &BTreeSet<String>) -> BTreeMap<String, usize> {
        let key = |name: &String| hex(&Sha256::digest(format!("{}\n{}\n{name}", self.report, self.run).as_bytes()));
        let mut sorted: Vec<&String> = names.iter().collect();
        sorted.sort_by_key(|name| key(name));
        sorted.into_iter().enumerate().map(|(at, name)| (name.clone(), at + 1)).collect()
    }
}

fn result(
    one: &mut IndicatorResult,
    indicator: &Indicator,
    catalog: &Catalog,
    slots: &BTreeSet<Slot>,
    order: &Order,
    strata: &BTreeSet<String>,
) {
    let code = one.code.clone();
    // What came early came from few.
    one.since_then = None;
    let estimated = one.estimate.is_some();
    figure(&mut one.total, slots.contains(&Slot::Total(code.clone())), estimated);
    for point in &mut one.trajectory {
        if point.actual.is_some() && slots.contains(&Slot::At(code.clone(), point.on)) {
            (point.actual, point.withheld) = (None, true);
        }
        if estimated && one.total.value == Value::Suppressed {
            // The path begins at the baseline, which rests on the same answers.
            (point.expected, point.target) = (None, None);
        }
    }
    for breakdown in &mut one.breakdowns {
        for line in &mut breakdown.figures {
            let value = line.by.last().map(|(_, value)| value.clone()).unwrap_or_default();
            let held = slots.contains(&Slot::Line(code.clone(), breakdown.field.clone(), value));
            figure(line, held, estimated);
        }
        if !may_hold_names(indicator, catalog, &breakdown.field) {
            continue;
        }
        let held = |figure: &&Figure| figure.value == Value::Suppressed;
        let own = |figure: &Figure| figure.by.last().map(|(_, value)| value.clone()).unwrap_or_default();
        let names = order.of(&breakdown.figures.iter().filter(held).map(own).collect());
        for (line, name) in breakdown.figures.iter_mut().zip(&mut breakdown.names) {
            if let Some(number) = names.get(&own(line)).filter(|_| line.value == Value::Suppressed) {
                *name = format!("withheld {number}");
                if let Some((_, value)) = line.by.last_mut() {
                    value.clone_from(name);
                }
            }
        }
    }
    if let Some(facts) = &mut one.estimate {
        estimate(facts, &code, slots, one.total.value == Value::Suppressed, strata);
    }
}

/// Fields into which partners write what they like: a name may stand there.
fn may_hold_names(indicator: &Indicator, catalog: &Catalog, field: &str) -> bool {
    let How::Rows { from, .. } = &indicator.how else { return false };
    let collection = from.first().and_then(|from| catalog.collection(&from.collection));
    let kind = collection.and_then(|collection| collection.field(field)).map(|field| field.kind);
    matches!(kind, Some(FieldKind::Text | FieldKind::Enterprise | FieldKind::Integer))
}

fn figure(figure: &mut Figure, held: bool, estimated: bool) {
    figure.rows = 0;
    // It tells how many are known by name only, be it one.
    figure.upper = None;
    if estimated {
        (figure.numerator, figure.denominator) = (None, None);
    }
    if let Value::NotComputable(why @ Why::Estimate(_)) = &mut figure.value {
        *why = Why::Estimate("the answers do not allow it".into());
        "No data: it cannot be computed.".clone_into(&mut figure.reason);
    }
    if !held || matches!(figure.value, Value::NotReported | Value::NotApplicable) {
        return;
    }
    figure.value = Value::Suppressed;
    (figure.numerator, figure.denominator) = (None, None);
    (figure.progress, figure.achievement) = (None, None);
    if estimated {
        // Of a change the baseline is measured on the same answers, and the target may stand above it.
        (figure.baseline, figure.target, figure.expected) = (None, None, None);
        figure.coverage = Coverage { reported: 0, due: 0 };
    }
    figure.status = figure.status.map(|status| if status == Status::NoTarget { status } else { Status::NoData });
    figure.reason = match figure.status {
        None => String::new(),
        Some(Status::NoTarget) => {
            "No status: there is no target, and the figure is withheld from this audience.".into()
        }
        Some(_) => "No data: it is withheld from this audience.".into(),
    };
}

fn estimate(
    facts: &mut EstimateFacts,
    code: &crate::model::code::IndicatorCode,
    slots: &BTreeSet<Slot>,
    all: bool,
    strata: &BTreeSet<String>,
) {
    for (at, wave) in facts.waves.iter_mut().enumerate() {
        if let Value::NotComputable(why @ Why::Estimate(_)) = &mut wave.value {
            *why = Why::Estimate("the answers do not allow it".into());
            wave.answers = 0;
        }
        if slots.contains(&Slot::Wave(code.clone(), at)) {
            wave.value = Value::Suppressed;
            (wave.lower, wave.upper, wave.answers) = (None, None, 0);
        }
    }
    // Notes name strata with one answer, or none, and say how much of the population lies in them.
    let tells =
        |note: &str| strata.iter().any(|name| note.contains(name.as_str()) || note.contains("% of the population"));
    facts.notes.retain(|note| !tells(note));
    if all {
        (facts.lower, facts.upper, facts.standard_error, facts.change) = (None, None, None, None);
        (facts.answers, facts.degrees) = (0, 0);
        facts.notes.clear();
        "Withheld from this audience: it rests on few answers.".clone_into(&mut facts.method);
    }
}

/// Whether even the counts of all strata together are withheld.
fn is_withheld_whole(survey: &SurveyResult) -> bool {
    let mut lines = survey.waves.iter().flat_map(|wave| &wave.strata);
    lines.any(|line| line.name == "all" && line.rate == Value::Suppressed)
}

/// Counts of surveys. Gives the strata of which something is withheld.
fn surveys(surveys: &mut [SurveyResult], slots: &BTreeSet<Slot>) -> BTreeSet<String> {
    let mut strata = BTreeSet::new();
    for survey in surveys {
        let code = survey.code.clone();
        for wave in &mut survey.waves {
            let slot = |what: &str, of: &str| Slot::Count(code.clone(), wave.code.clone(), what.into(), of.into());
            for line in &mut wave.strata {
                if ["population", "asked", "ineligible", "complete"]
                    .iter()
                    .any(|what| slots.contains(&slot(what, &line.name)))
                {
                    strata.insert(line.name.clone());
                    let name = line.name.clone();
                    *line = StratumResponse {
                        name,
                        population: 0,
                        asked: 0,
                        ineligible: 0,
                        complete: 0,
                        rate: Value::Suppressed,
                    };
                }
            }
            for (at, (_, counts)) in wave.items.iter_mut().enumerate() {
                if slots.contains(&slot("item", &at.to_string())) {
                    *counts = None;
                }
            }
            wave.files = Vec::new();
            (wave.incomplete, wave.superseded, wave.unmatched) = (0, 0, 0);
        }
        // One sentence counts the population, one those who answered twice.
        if is_withheld_whole(survey) || (1..FEWEST).contains(&survey.pairs) {
            survey.method.retain(|line| {
                !line.starts_with(|first: char| first.is_ascii_digit()) && !line.starts_with("The population is")
            });
        }
        survey.pairs = 0;
    }
    strata
}
