//! When work is done by itself, as a pipeline declares it.

use chrono::TimeDelta;
use chrono_tz::Tz;

use super::code::{ScheduleCode, SourceCode};
use super::cron::CronLine;

/// How long after a try that failed the next one comes, one after the other. Behind the last one a time is let be.
pub const PAUSES: [TimeDelta; 2] = [TimeDelta::minutes(15), TimeDelta::hours(1)];
/// So often the work of one time is tried, where it fails.
pub const TRIES: u32 = 3;

/// What is done about times that were missed while nothing ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CatchUp {
    /// One run for all of them.
    Latest,
    /// A run for each, in their order.
    All,
    /// Nothing.
    None,
}

impl CatchUp {
    pub const ALL: [(&'static str, Self); 3] = [("latest", Self::Latest), ("all", Self::All), ("none", Self::None)];
}

/// A stage of the work, in the order in which they are done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    Fetch,
    Run,
    Publish,
    Notify,
}

impl Step {
    pub const ALL: [(&'static str, Self); 4] =
        [("fetch", Self::Fetch), ("run", Self::Run), ("publish", Self::Publish), ("notify", Self::Notify)];

    /// As definitions and the ledger write it.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, step)| *step == self).map_or("", |(name, _)| name)
    }
}

/// A `[[schedule]]`.
#[derive(Debug, Clone)]
pub struct Schedule {
    pub code: ScheduleCode,
    /// At least one. Where two fall together the work is done once.
    pub lines: Vec<CronLine>,
    pub catch_up: CatchUp,
    /// In their order, each once.
    pub steps: Vec<Step>,
    /// Sources that are fetched; empty: all.
    pub sources: Vec<SourceCode>,
}

impl Schedule {
    /// When it is due, in words: `every Monday at 06:00, Europe/Vilnius`.
    pub fn words(&self, zone: Tz) -> String {
        let lines: Vec<String> = self.lines.iter().map(CronLine::words).collect();
        format!("{}, {zone}", lines.join("; "))
    }

    /// What its times depend on. Where this changes, the times before the change are none of its own.
    pub fn times(&self, zone: Tz) -> String {
        let lines: Vec<&str> = self.lines.iter().map(CronLine::as_str).collect();
        format!("{} {zone}", lines.join("; "))
    }
}
