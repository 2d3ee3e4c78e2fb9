//! `scoreboard organisations`: which organisations may be one, with the reasons and the cells, and how many of them each
//! two partners share. Writes nothing.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::assemble::counting;
use super::project::Project;
use super::{Progress, Stopped, ingest};
use crate::compute::organisations::{Node, Organisations};
use crate::finding::{CellRef, Finding, Place};
use crate::linkage::pair::Candidate;
use crate::model::submission::Submission;
use crate::store::Store;

/// One of a pair, as its rows name it.
#[derive(Debug)]
pub struct Named {
    /// As a decision writes it.
    pub identity: String,
    pub names: Vec<String>,
    pub partners: Vec<String>,
    /// The first cell that names it.
    pub place: Option<Place>,
}

/// A pair that nobody has decided.
#[derive(Debug)]
pub struct Pair {
    pub one: Named,
    pub other: Named,
    pub probability: f64,
    pub bits: f64,
    pub reasons: Vec<&'static str>,
}

/// What the rows say of organisations.
#[derive(Debug)]
pub struct Answer {
    /// Identities as reported; what they are once rules and decisions are followed; at least, if all pairs are one.
    pub reported: usize,
    pub counted: usize,
    pub least: usize,
    pub pairs: Vec<Pair>,
    /// Partners in the order of their declaration, and how many organisations each two of them report; with itself:
    /// how many it reports.
    pub partners: Vec<String>,
    pub overlap: BTreeMap<(String, String), usize>,
    pub findings: Vec<Finding>,
}

/// Looks at the rows that count on a day.
///
/// # Errors
/// What keeps the rows from being read.
pub fn run(project: &Project, as_of: Option<NaiveDate>, progress: Progress<'_>) -> Result<Answer, Stopped> {
    ingest::precondition(project)?;
    let mut store = Store::aside(&project.store())?;
    let ingested = ingest::run(project, &mut store, progress)?;
    let counted = counting(project, &store, &ingested.state, project.as_of(as_of))?;
    let organisations = &counted.records.organisations;
    let named = |at: usize| named(&organisations.nodes[at], &counted.submissions);
    let pair = |candidate: &Candidate| Pair {
        one: named(candidate.pair.0),
        other: named(candidate.pair.1),
        probability: candidate.probability,
        bits: candidate.bits,
        reasons: candidate.reasons.iter().map(|reason| reason.as_str()).collect(),
    };
    let findings = counted.records.findings.iter().filter(|finding| finding.rule.id == "decision-unknown");
    Ok(Answer {
        reported: organisations.nodes.len(),
        counted: organisations.counted(),
        least: organisations.at_least(),
        pairs: organisations.candidates.iter().map(pair).collect(),
        partners: project.catalog.partners.iter().map(|partner| partner.code.to_string()).collect(),
        overlap: overlap(organisations),
        findings: findings.cloned().collect(),
    })
}

fn named(node: &Node, submissions: &[Submission]) -> Named {
    let place = node.first.as_ref().and_then(|(section, row, field)| {
        let submission = submissions.iter().find(|submission| submission.section == *section)?;
        let row = u32::try_from(*row).ok()?;
        Some(Place::Cell {
            file: submission.name.clone(),
            sheet: submission.sheet.clone(),
            cell: Some(submission.cell(field, row).unwrap_or(CellRef::new(row, 0))),
        })
    });
    Named {
        identity: node.written(),
        names: node.known.names.iter().cloned().collect(),
        partners: node.partners.iter().cloned().collect(),
        place,
    }
}

/// How many organisations each two partners report.
fn overlap(organisations: &Organisations) -> BTreeMap<(String, String), usize> {
    let mut reported: BTreeMap<&str, BTreeSet<&String>> = BTreeMap::new();
    for (at, node) in organisations.nodes.iter().enumerate() {
        reported.entry(organisations.identity(at)).or_default().extend(&node.partners);
    }
    let mut overlap = BTreeMap::new();
    for partners in reported.values() {
        for one in partners {
            for other in partners {
                *overlap.entry(((*one).clone(), (*other).clone())).or_default() += 1;
            }
        }
    }
    overlap
}
