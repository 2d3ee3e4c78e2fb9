//! `scoreboard organisations`: which organisations may be one, with the reasons and the cells, and how many of them each
//! two partners share. Writes nothing.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::assemble::counting;
use super::project::Project;
use super::{Progress, Stopped, ingest};
use crate::compute::organisations::Organisations;
use crate::compute::overlap;
use crate::define::catalog::Field;
use crate::finding::Finding;
use crate::model::organisations::Pair;
use crate::store::Store;

/// What the rows say of organisations.
#[derive(Debug)]
pub struct Answer {
    /// Whether any field says which organisation its row is of.
    pub declared: bool,
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
    let findings = counted.records.findings.iter().filter(|finding| finding.rule.id == "decision-unknown");
    let mut fields = project.catalog.collections.iter().flat_map(|one| &one.fields);
    Ok(Answer {
        declared: fields.any(Field::names_organisations),
        reported: organisations.nodes.len(),
        counted: organisations.counted(),
        least: organisations.at_least(),
        pairs: overlap::pairs(organisations, &counted.submissions),
        partners: project.catalog.partners.iter().map(|partner| partner.code.to_string()).collect(),
        overlap: shared(organisations),
        findings: findings.cloned().collect(),
    })
}

/// How many organisations each two partners report.
fn shared(organisations: &Organisations) -> BTreeMap<(String, String), usize> {
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
