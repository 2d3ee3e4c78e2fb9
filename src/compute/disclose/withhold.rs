//! A scoreboard without what stays back: no value, and nothing beside a value that would tell it.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};

use super::cells::Slot;
use super::respondents::PAIRS;
use crate::define::Catalog;
use crate::define::catalog::{Derived, FieldKind, How, Indicator};
use crate::finding::{Finding, Place, rules};
use crate::model::absent::Absent;
use crate::model::code::IndicatorCode;
use crate::model::hash::hex;
use crate::model::published::Outcome;
use crate::model::scoreboard::{
    EstimateFacts, Evidence, Figure, IndicatorResult, Scoreboard, Status, StratumResponse, SurveyResult,
};
use crate::model::value::{Coverage, Value, Why};

/// Takes out what a restricted audience does not see: these figures, and whatever tells of single rows and files.
pub fn withhold(board: &mut Scoreboard, catalog: &Catalog, slots: &BTreeSet<Slot>) {
    let order = Order { report: board.report.to_string(), run: board.run.clone() };
    surveys(&mut board.surveys, slots);
    board.comparisons = Vec::new();
    // Single rows stand in their cells, by name.
    (board.matrices, board.chains) = (Vec::new(), Vec::new());
    // Who reports whom, by name.
    board.organisations = None;
    board.changes = None;
    let silent = silent(board, catalog);
    for one in &mut board.indicators {
        let mut own = slots.clone();
        if silent.contains(&one.code) {
            let waves = one.estimate.as_ref().map_or(0, |facts| facts.waves.len());
            own.insert(Slot::Total(one.code.clone()));
            own.extend((0..waves).map(|at| Slot::Wave(one.code.clone(), at)));
            own.extend(one.trajectory.iter().map(|point| Slot::At(one.code.clone(), point.on)));
        }
        if let Some(indicator) = catalog.indicator(&one.code) {
            result(one, indicator, catalog, &own, &order);
        }
    }
    board.evidence = Evidence::default();
    board.kept_out = Vec::new();
    // It stands beside the figures that are shown; how many there are would tell of those that are not.
    board.findings.retain(|finding| finding.rule.id != rules::PUBLISHED_CONTRADICTED.id);
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

/// Indicators that rest on a survey of which not even the number of answers is told: it stands beside every estimate.
fn silent(board: &Scoreboard, catalog: &Catalog) -> BTreeSet<IndicatorCode> {
    let surveys: BTreeSet<&str> =
        board.surveys.iter().filter(|survey| is_withheld_whole(survey)).map(|survey| survey.code.as_str()).collect();
    let mut silent: BTreeSet<IndicatorCode> = BTreeSet::new();
    loop {
        let rests = |how: &How| match how {
            How::Survey { survey, .. } => surveys.contains(survey.as_str()),
            How::Derived(Derived::Ratio { of, to }) => silent.contains(of) || silent.contains(to),
            How::Derived(Derived::Sum(parts)) => parts.iter().any(|part| silent.contains(part)),
            How::Rows { .. } => false,
        };
        let all = catalog.indicators.iter().filter(|one| rests(&one.how));
        let all: BTreeSet<IndicatorCode> = all.map(|one| one.code.clone()).collect();
        // Parts may be derived themselves.
        if all.len() == silent.len() {
            return silent;
        }
        silent = all;
    }
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

fn result(one: &mut IndicatorResult, indicator: &Indicator, catalog: &Catalog, slots: &BTreeSet<Slot>, order: &Order) {
    let code = one.code.clone();
    // What came early came from few.
    one.since_then = None;
    // Increments of single periods, and a second count of the same few: neither stands in the intruder's system.
    (one.pace, one.committed) = (None, None);
    // A line of a closed period is an older figure than the pattern knows; beside the rows of now it would tell the change.
    let corrected = !std::mem::take(&mut one.corrections).is_empty();
    one.year_ends = Vec::new();
    let estimated = one.estimate.is_some();
    if estimated {
        // Groups are small, and each differs from the whole by few.
        one.breakdowns = Vec::new();
    }
    figure(&mut one.total, slots.contains(&Slot::Total(code.clone())), estimated);
    for point in &mut one.trajectory {
        if point.actual.is_some() && (corrected || slots.contains(&Slot::At(code.clone(), point.on))) {
            (point.actual, point.withheld) = (None, true);
        }
        if estimated && one.total.value == Value::Suppressed {
            // The path begins at the baseline, which rests on the same answers.
            (point.expected, point.original, point.target) = (None, None, None);
        }
    }
    for breakdown in &mut one.breakdowns {
        for line in &mut breakdown.figures {
            let value = line.by.last().map(|(_, value)| value.clone()).unwrap_or_default();
            let held = corrected && breakdown.field == "period"
                || slots.contains(&Slot::Line(code.clone(), breakdown.field.clone(), value));
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
        estimate(facts, &code, slots, &one.total.value);
    }
    published(one);
}

/// What was published is known to all; whether the rows give it would tell what is withheld.
fn published(one: &mut IndicatorResult) {
    let code = one.code.clone();
    for published in &mut one.published {
        let shown = match &published.said.by {
            None => published.said.on.is_none().then_some(&one.total),
            Some((field, value)) => one
                .breakdowns
                .iter()
                .filter(|breakdown| breakdown.field == *field)
                .flat_map(|breakdown| &breakdown.figures)
                .find(|figure| figure.by.last().is_some_and(|(_, own)| own == value)),
        };
        if shown.is_none_or(|figure| figure.value == Value::Suppressed || figure.indicator != code) {
            (published.found, published.outcome) = (Value::Suppressed, Outcome::NotCompared);
        }
    }
}

/// Fields into which partners write what they like: a name may stand there.
fn may_hold_names(indicator: &Indicator, catalog: &Catalog, field: &str) -> bool {
    let How::Rows { from, .. } = &indicator.how else { return false };
    let collection = from.first().and_then(|from| catalog.collection(&from.collection));
    let kind = collection.and_then(|collection| collection.field(field)).map(|field| field.kind);
    matches!(kind, Some(FieldKind::Text | FieldKind::Enterprise | FieldKind::Integer))
}

/// Why a figure whose ends are withheld is neither achieved nor missed.
const RANGE: &str = "Uncertain: the figure is a range that lies on both sides of what it is held against; how far it \
    reaches is withheld from this audience.";

fn figure(figure: &mut Figure, held: bool, estimated: bool) {
    figure.rows = 0;
    // It tells how many are known by name only, be it one.
    figure.upper = None;
    figure.lower = None;
    if estimated {
        (figure.numerator, figure.denominator) = (None, None);
    }
    if figure.status == Some(Status::Uncertain) {
        // It names the ends.
        RANGE.clone_into(&mut figure.reason);
    }
    if let Value::NotComputable(why @ Why::Estimate(_)) = &mut figure.value {
        *why = Why::Estimate("the answers do not allow it".into());
        "No data: it cannot be computed.".clone_into(&mut figure.reason);
    }
    if let Value::NotComputable(Why::NoRate(of)) = &mut figure.value {
        // It names the currency and the month of a single row.
        of.clear();
        figure.reason = figure.status.map_or_else(String::new, |_| "No data: it cannot be computed.".into());
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

fn estimate(facts: &mut EstimateFacts, code: &IndicatorCode, slots: &BTreeSet<Slot>, total: &Value) {
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
    // It is one enterprise's weight.
    facts.without_largest = None;
    // Notes name strata with one answer, or none; and with a mean, its spread and its skewness three answers are known.
    facts.notes.retain(|note| !note.contains(|c: char| c.is_ascii_digit()) && !note.contains("stratum"));
    if *total == Value::Suppressed {
        (facts.lower, facts.upper, facts.standard_error, facts.change) = (None, None, None, None);
        (facts.answers, facts.degrees) = (0, 0);
        facts.notes.clear();
        "Withheld from this audience: it might tell of single enterprises.".clone_into(&mut facts.method);
    } else if total.known().is_none() {
        // Why not would name strata and categories.
        facts.notes.clear();
        "Nothing could be estimated.".clone_into(&mut facts.method);
    } else if facts.change.is_some() {
        // How many answered both, of whom how many are in the population asked for.
        let method = if facts.waves.iter().any(|wave| wave.title.ends_with(PAIRS)) {
            "Baseline, follow-up, change and progress all rest on the enterprises that answered both waves."
        } else {
            "The answers of the two waves are taken for two separate samples."
        };
        method.clone_into(&mut facts.method);
    }
}

/// Whether even the counts of all strata together are withheld.
fn is_withheld_whole(survey: &SurveyResult) -> bool {
    let mut lines = survey.waves.iter().flat_map(|wave| &wave.strata);
    lines.any(|line| line.name == "all" && line.rate == Value::Suppressed)
}

/// Counts of surveys.
fn surveys(surveys: &mut [SurveyResult], slots: &BTreeSet<Slot>) {
    for survey in surveys {
        let code = survey.code.clone();
        for wave in &mut survey.waves {
            let slot = |what: &str, of: &str| Slot::Count(code.clone(), wave.code.clone(), what.into(), of.into());
            for line in &mut wave.strata {
                if ["population", "asked", "ineligible", "complete"]
                    .iter()
                    .any(|what| slots.contains(&slot(what, &line.name)))
                {
                    *line = StratumResponse {
                        name: line.name.clone(),
                        population: 0,
                        asked: 0,
                        ineligible: 0,
                        complete: 0,
                        rate: Value::Suppressed,
                    };
                }
            }
            for (at, item) in wave.items.iter_mut().enumerate() {
                // Why somebody did not answer may tell who it is.
                let without: usize = item.absent.iter().map(|(_, count)| count).sum();
                item.absent = if without > 0 { vec![(Absent::Unknown, without)] } else { Vec::new() };
                if slots.contains(&slot("item", &at.to_string())) {
                    (item.answered, item.absent, item.suppressed) = (0, Vec::new(), true);
                }
            }
            wave.files = Vec::new();
            wave.coded = Vec::new();
            (wave.incomplete, wave.superseded, wave.unmatched, wave.unasked) = (0, 0, 0, 0);
        }
        // One sentence counts those who answered twice, another the population: less than the table where some are known
        // not to belong to it, and then it tells how many.
        let all = survey.waves.first().and_then(|wave| wave.strata.last());
        let told = all.filter(|_| !is_withheld_whole(survey)).map(|all| format!(" {} enterprises of ", all.population));
        survey.method.retain(|line| {
            let population =
                !line.starts_with("The population is") || told.as_ref().is_some_and(|told| line.contains(told));
            population && !line.starts_with(|first: char| first.is_ascii_digit())
        });
        (survey.pairs, survey.panel) = (0, None);
    }
}
