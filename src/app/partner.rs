//! One partner's own scoreboard: computed from what that partner sent and from nothing else, so that nothing of
//! another can stand in it, not even in a difference.
//!
//! The definitions and the state are narrowed before anything is computed; what a survey tells is of all partners, so
//! it is left out.

use std::collections::{BTreeMap, BTreeSet};

use super::outputs::Output;
use super::project::Project;
use super::state::{FileState, State};
use crate::define::Catalog;
use crate::define::catalog::{Derived, How, Indicator, Partner, Report};
use crate::finding::Finding;
use crate::model::code::IndicatorCode;
use crate::model::export::Exports;
use crate::model::presentation::LANGUAGES;
use crate::model::target::{Target, TargetValue, Targets};

/// What one partner's scoreboard is made from.
pub struct Own {
    pub project: Project,
    pub state: State,
    pub report: Report,
}

/// Narrowed to one partner. None where the report shows nothing that a single partner has.
pub fn own(project: &Project, state: &State, report: &Report, partner: &Partner) -> Option<Own> {
    let catalog = catalog(&project.catalog, partner);
    let report = narrowed(report, &catalog, partner)?;
    let project = Project {
        root: project.root.clone(),
        catalog,
        findings: Vec::new(),
        definitions: project.definitions.clone(),
        reader: project.reader.another(),
    };
    Some(Own { project, state: sent(state, partner), report })
}

/// Findings that came up in this run, as far as they are this partner's.
pub fn findings(all: &[Finding], partner: &Partner) -> Vec<Finding> {
    all.iter().filter(|finding| finding.partner.as_deref() == Some(partner.code.as_str())).cloned().collect()
}

/// The name of a partner's file, from that of the report's own. None for formats that are made for the whole only.
pub fn name(output: &Output, report: &Report, partner: &Partner) -> Option<String> {
    let rest = output.name.strip_prefix(report.code.as_str())?;
    let told = [".xlsx", ".json", ".html", ".evidence.parquet"];
    told.contains(&rest).then(|| format!("{FOLDER}/{}.{}{rest}", report.code, partner.code))
}

/// Below the folder of outputs.
const FOLDER: &str = "partners";

fn catalog(all: &Catalog, partner: &Partner) -> Catalog {
    let mut own = all.clone();
    own.partners = vec![partner.clone()];
    (own.surveys, own.sources) = (Vec::new(), Vec::new());
    own.programme.language.clone_from(&partner.language);
    // Of a group it has its own rows alone; what they refer to may be another's.
    for collection in &mut own.collections {
        collection.group_checks = Vec::new();
        for field in &mut collection.fields {
            field.refers_to = None;
        }
    }
    let mut left: BTreeSet<IndicatorCode> = BTreeSet::new();
    // Parts of a derived one may be derived themselves.
    loop {
        let stays = |one: &&Indicator| match &one.how {
            How::Rows { .. } => true,
            How::Survey { .. } => false,
            How::Derived(Derived::Ratio { of, to }) => left.contains(of) && left.contains(to),
            How::Derived(Derived::Sum(parts)) => parts.iter().all(|part| left.contains(part)),
        };
        let next: BTreeSet<IndicatorCode> = own.indicators.iter().filter(stays).map(|one| one.code.clone()).collect();
        let done = next.len() == left.len();
        left = next;
        if done {
            break;
        }
    }
    own.indicators.retain(|one| left.contains(&one.code));
    for one in &mut own.indicators {
        hold_against_own(one, partner, all);
    }
    own
}

/// The partner's target in the place of the programme's, which says nothing of one partner.
fn hold_against_own(one: &mut Indicator, partner: &Partner, all: &Catalog) {
    let current = one.targets.current();
    let on = current.map_or(all.programme.calendar.end, |target| target.on);
    let illustrative = current.is_some_and(|target| target.illustrative);
    // A programme that began at zero began at zero everywhere; any other baseline is not known by partner.
    let zero = one.baseline.as_ref().is_none_or(|baseline| baseline.value.is_zero());
    let target = one.partner_targets.get(&partner.code).filter(|_| zero).map(|value| Target {
        value: TargetValue::Value(*value),
        on,
        illustrative,
        decided: None,
        because: None,
    });
    one.targets = target.map_or(Targets::None, |target| Targets::Declared(vec![target]));
    one.baseline = one.baseline.take().filter(|_| zero);
    one.milestones.clear();
    one.partner_targets = BTreeMap::new();
    one.by.retain(|field| field != "partner");
    (one.compare_with, one.examples, one.published) = (None, Vec::new(), Vec::new());
}

fn narrowed(report: &Report, catalog: &Catalog, partner: &Partner) -> Option<Report> {
    let mut own = report.clone();
    own.indicators.retain(|code| catalog.indicator(code).is_some());
    own.title = format!("{} · {}", report.title, partner.name);
    own.per_partner = false;
    (own.matrices, own.chains) = (Vec::new(), Vec::new());
    // Made for the whole only.
    own.exports = Exports::default();
    let shown = &mut own.presentation;
    shown.partner = Some(partner.code.clone());
    if LANGUAGES.contains(&partner.language.as_str()) {
        shown.language.clone_from(&partner.language);
    }
    shown.funnels.retain(|funnel| funnel.steps.iter().all(|step| own.indicators.contains(step)));
    (!own.indicators.is_empty()).then_some(own)
}

/// The files that this partner sent, and of files of several its own tables.
fn sent(state: &State, partner: &Partner) -> State {
    let files = state.files.iter().filter_map(|(hash, file)| Some((hash.clone(), own_part(file, partner)?)));
    State {
        files: files.collect(),
        head: state.head.clone(),
        next_section: state.next_section,
        receipt: state.receipt,
        last_run: None,
        known_at: state.known_at,
        // The programme's own figures stand, not a partner's part of them.
        closed: Vec::new(),
    }
}

fn own_part(file: &FileState, partner: &Partner) -> Option<FileState> {
    let code = Some(partner.code.as_str());
    let mut file = file.clone();
    let read = file.read.as_mut()?;
    // What is said of a file as a whole is its partner's, where it has one only.
    let alone = !read.tables.is_empty() && read.tables.iter().all(|table| table.partner.as_deref() == code);
    read.tables.retain(|table| table.partner.as_deref() == code);
    read.findings.retain(|finding| finding.partner.as_deref() == code || (finding.partner.is_none() && alone));
    (!read.tables.is_empty() || !read.findings.is_empty()).then_some(file)
}
