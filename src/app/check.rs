//! `scoreboard check`: definitions and worked examples, without looking at any data.

use std::path::Path;

use super::Stopped;
use super::project::Project;
use super::world::exposed;
use crate::compute::example;
use crate::finding::Finding;

/// What was checked, and all that was found.
#[derive(Debug)]
pub struct Checked {
    pub findings: Vec<Finding>,
    pub indicators: usize,
    pub collections: usize,
    pub surveys: usize,
    pub examples: usize,
}

/// Checks a project folder.
///
/// # Errors
/// Only where there is no project to check; problems of definitions are findings.
pub fn run(root: &Path) -> Result<Checked, Stopped> {
    let project = match Project::open(root) {
        Ok(project) => project,
        Err(stopped) if stopped.0.iter().any(|finding| finding.rule.id == "project-missing") => return Err(stopped),
        Err(Stopped(findings)) => {
            return Ok(Checked { findings, indicators: 0, collections: 0, surveys: 0, examples: 0 });
        }
    };
    let catalog = &project.catalog;
    let examples = catalog.indicators.iter().map(|indicator| indicator.examples.len()).sum();
    let failed = example::run(catalog);
    let (indicators, collections, surveys) =
        (catalog.indicators.len(), catalog.collections.len(), catalog.surveys.len());
    let exposed = exposed(root, catalog);
    let findings = project.findings.into_iter().chain(exposed).chain(failed).collect();
    Ok(Checked { findings, indicators, collections, surveys, examples })
}
