//! What a run publishes, as values and bytes: the same for a run of today and for one that is made again. Delivers nothing.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::assemble::assemble;
use super::changes::{History, Shown};
use super::outputs::{self, Output, Outputs};
use super::project::Project;
use super::state::State;
use super::{Progress, Stopped, partner};
use crate::compute::disclose::{self, Slot};
use crate::define::catalog::Report;
use crate::finding::{Finding, Place, Severity, rules};
use crate::model::scoreboard::{ReportingState, Scoreboard, Status};
use crate::store::Store;

/// What is reported on.
pub struct Moment<'a> {
    pub project: &'a Project,
    pub store: &'a Store,
    pub state: &'a State,
    pub as_of: NaiveDate,
    /// About the inbox as it lay.
    pub inbox: &'a [Finding],
    /// From funders and the public.
    pub withheld: &'a BTreeSet<Slot>,
    /// What came before.
    pub history: &'a History,
}

/// What of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    Files,
    Figures,
}

/// One report.
pub struct Produced {
    pub scoreboard: Scoreboard,
    /// Its figures before anything was withheld, for the run that comes next.
    pub shown: Shown,
    pub files: Vec<Output>,
    /// Figures that do not fit a format.
    pub refused: Vec<Finding>,
    /// Gates that are not met. They and the counts are the lead's: they know everything, whatever the audience.
    pub gates: Vec<Finding>,
    pub errors: u64,
    pub warnings: u64,
    pub kept_out: u64,
}

impl Moment<'_> {
    /// One report's scoreboard for internal readers.
    pub fn scoreboard(&self, report: &Report) -> Result<Scoreboard, Stopped> {
        let (mut scoreboard, _) = assemble(self.project, self.store, self.state, report, self.as_of, self.inbox)?;
        let Self { project, store, state, as_of, .. } = *self;
        self.history.tell(project, store, state, as_of, &mut scoreboard)?;
        Ok(scoreboard)
    }

    /// Computes one report and writes its files into memory. `writing` is called in between.
    pub fn report(&self, report: &Report, wanted: Wanted, writing: &dyn Fn()) -> Result<Produced, Stopped> {
        let (mut scoreboard, mut whole) =
            assemble(self.project, self.store, self.state, report, self.as_of, self.inbox)?;
        let shown = Shown::of(&scoreboard);
        let Self { project, store, state, as_of, .. } = *self;
        self.history.tell(project, store, state, as_of, &mut scoreboard)?;
        writing();
        let gates = gate(report, &scoreboard);
        let count = |severity| scoreboard.findings.iter().filter(|finding| finding.severity == severity).count() as u64;
        let (errors, warnings, kept_out) =
            (count(Severity::Error), count(Severity::Warning), scoreboard.kept_out_total);
        if report.audience.is_restricted() {
            disclose::withhold(&mut scoreboard, &self.project.catalog, self.withheld);
            whole = None;
        }
        if wanted == Wanted::Figures {
            let (files, refused) = (Vec::new(), Vec::new());
            return Ok(Produced { scoreboard, shown, files, refused, gates, errors, warnings, kept_out });
        }
        let Outputs { mut files, refused } = outputs::render(report, &scoreboard, whole)?;
        if report.per_partner {
            files.extend(self.for_partners(report, &scoreboard)?);
        }
        Ok(Produced { scoreboard, shown, files, refused, gates, errors, warnings, kept_out })
    }

    /// The files of each partner's own scoreboard, under the run of the whole.
    fn for_partners(&self, report: &Report, whole: &Scoreboard) -> Result<Vec<Output>, Stopped> {
        let mut files = Vec::new();
        for one in &self.project.catalog.partners {
            let Some(own) = partner::own(self.project, self.state, report, one) else { continue };
            let found = partner::findings(self.inbox, one);
            let (mut board, rows) = assemble(&own.project, self.store, &own.state, &own.report, self.as_of, &found)?;
            board.run.clone_from(&whole.run);
            let named = outputs::render(&own.report, &board, rows)?.files.into_iter();
            files.extend(named.filter_map(|output| {
                partner::name(&output, report, one).map(|name| Output { name, bytes: output.bytes })
            }));
        }
        Ok(files)
    }

    /// Every report, in the order of the definitions.
    pub fn reports(
        &self,
        wanted: Wanted,
        progress: Progress<'_>,
        mut each: impl FnMut(&Report, Produced) -> Result<(), Stopped>,
    ) -> Result<(), Stopped> {
        let reports = &self.project.catalog.reports;
        for (at, report) in reports.iter().enumerate() {
            progress("computing", at + 1, reports.len());
            each(report, self.report(report, wanted, &|| progress("writing", at + 1, reports.len()))?)?;
        }
        Ok(())
    }
}

/// A gate that is not met, as a finding.
pub fn gate_finding(message: impl Into<String>) -> Finding {
    Finding::warning(&rules::GATE_FAILED, Place::Project, message)
        .help("The scoreboard is published; the gate stands in the report's definition.")
}

/// Gates that are not met.
fn gate(report: &Report, scoreboard: &Scoreboard) -> Vec<Finding> {
    let gate = &report.gate;
    let mut failed = Vec::new();
    let kept_out = scoreboard.kept_out_total;
    if let Some(most) = gate.rows_kept_out.filter(|most| kept_out > *most) {
        failed.push(gate_finding(format!("{kept_out} rows are kept out; the gate allows {most}")));
    }
    let missing: BTreeSet<&str> = scoreboard
        .reporting
        .iter()
        .filter(|line| matches!(line.state, ReportingState::Missing | ReportingState::Late))
        .map(|line| line.partner.as_str())
        .collect();
    if let Some(most) = gate.partners_missing.filter(|most| missing.len() as u64 > *most) {
        let names: Vec<&str> = missing.iter().copied().collect();
        failed.push(gate_finding(format!("{} have not reported; the gate allows {most}", names.join(", "))));
    }
    let groups = scoreboard.findings.iter().filter(|finding| finding.rule.id == rules::GROUP_CHECK_FAILED.id).count();
    if let Some(most) = gate.groups_failed.filter(|most| groups as u64 > *most) {
        failed.push(gate_finding(format!("{groups} groups of rows fail a check; the gate allows {most}")));
    }
    for indicator in &scoreboard.indicators {
        if let Some(status) = indicator.total.status.filter(|status: &Status| gate.status.contains(status)) {
            failed.push(gate_finding(format!("{} is {}", indicator.code, status.as_str())));
        }
    }
    failed
}
