//! Does what is due, one thing after another, and leaves what is not.
//!
//! It looks at the disk and works; when it is woken, and whether it goes on, is the affair of `daemon`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use chrono::TimeDelta;
use tracing::{error, info, info_span, warn};

use super::due::{Act, BEGINNINGS, Due, due};
use super::history::{History, since};
use super::standing::{self, Standing, entries};
use super::trouble::Trouble;
use crate::app::attempt::{Attempt, Outcome, StepRecord, Trigger};
use crate::app::project::Project;
use crate::app::{Stopped, cycle, notify};
use crate::clock;
use crate::finding::suggest::nearest;
use crate::finding::{Finding, Place, rules};
use crate::model::schedule::{PAUSES, Schedule, TRIES};

/// Length and last change of files, by name: where it is the same, nothing was changed.
pub(super) type Stamp = BTreeMap<PathBuf, (u64, Option<SystemTime>)>;

/// What came of a look.
#[derive(Debug, Default)]
pub struct Woken {
    /// The work that was done, and what was let be or given up.
    pub attempts: Vec<Attempt>,
    /// Somebody else is writing to the store: what is due waits.
    pub busy: bool,
}

impl Woken {
    fn waits(&mut self) {
        info!("somebody else is writing to the store: what is due waits");
        self.busy = true;
    }
}

/// The schedules of one project.
pub struct Scheduler {
    pub(super) root: PathBuf,
    pub(super) project: Option<(Stamp, Project)>,
    /// The last definitions that were sound, while those of now are not.
    pub(super) sound: Option<Project>,
    pub(super) trouble: Trouble,
    history: Option<(Stamp, History)>,
    /// It was said that the clock goes wrong.
    said: bool,
}

/// A clock that is behind the ledger by less than this is not told.
const BEHIND: TimeDelta = TimeDelta::minutes(10);

impl Scheduler {
    pub fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            project: None,
            sound: None,
            trouble: Trouble::default(),
            history: None,
            said: false,
        }
    }

    /// The definitions as they are now. Those of before are not used once they have changed.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn project(&mut self) -> Result<&Project, Stopped> {
        let stamp = self.stamp();
        if self.project.as_ref().is_none_or(|(known, _)| *known != stamp) {
            self.sound = self.project.take().map(|(_, project)| project).or_else(|| self.sound.take());
            let project = Project::open(&self.root)?.reading_apart();
            self.sound = None;
            // Files that definitions name are known only now.
            let mut stamp = stamp;
            stamp.extend(stamps(project.definitions.keys().map(|name| self.root.join(name))));
            self.project = Some((stamp, project));
        }
        let missing = || Stopped(vec![Finding::error(&rules::PROJECT_MISSING, Place::Project, "there is no project")]);
        self.project.as_ref().map(|(_, project)| project).ok_or_else(missing)
    }

    /// None where its definitions cannot be read.
    pub(super) fn known(&self) -> Option<&Project> {
        self.project.as_ref().map(|(_, project)| project)
    }

    fn stamp(&self) -> Stamp {
        let mut files = ["scoreboard.toml", "decisions.toml"].map(|name| self.root.join(name)).to_vec();
        for part in ["decisions", "indicators", "pipelines", "reports"] {
            let inside = fs::read_dir(self.root.join(part)).into_iter().flatten().flatten().map(|entry| entry.path());
            files.extend(inside.filter(|path| path.extension().is_some_and(|extension| extension == "toml")));
        }
        if let Some((known, _)) = &self.project {
            files.extend(known.keys().cloned());
        }
        stamps(files.into_iter())
    }

    /// What the ledger says was done, read anew where it was written to.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn history(&mut self) -> Result<&History, Stopped> {
        let stamp = stamps([self.project()?.store().join("ledger.sqlite")].into_iter());
        if self.history.as_ref().is_none_or(|(known, _)| *known != stamp) {
            self.history = Some((stamp, History::of(&entries(self.project()?)?)));
        }
        let unread = || Stopped(vec![Finding::error(&rules::STORE_DAMAGED, Place::Project, "the ledger was not read")]);
        self.history.as_ref().map(|(_, history)| history).ok_or_else(unread)
    }

    /// The ledger was written to: a file system may not tell two writes of one moment apart.
    pub(super) fn forget(&mut self) {
        self.history = None;
    }

    fn due(&mut self) -> Result<Vec<Due>, Stopped> {
        let history = self.history()?.clone();
        let now = clock::now();
        let behind = history.written.filter(|written| *written - now > BEHIND);
        if let Some(written) = behind.filter(|_| !self.said) {
            warn!(%written, %now, "the clock was set back: the ledger has entries of a later hour");
        }
        self.said = behind.is_some();
        let catalog = &self.project()?.catalog;
        let past = |schedule: &Schedule| history.past(schedule.code.as_str());
        Ok(due(&catalog.schedules, catalog.programme.time_zone, &past, now))
    }

    /// Does everything that is due, until nothing is.
    ///
    /// # Errors
    /// Definitions that are broken, and a store that cannot be read or written: then what is due stays due.
    pub fn wake(&mut self, stop: &dyn Fn() -> bool) -> Result<Woken, Stopped> {
        let woken = self.work_off(stop)?;
        // Only now: what can be read may not be written to.
        if !woken.busy && !stop() {
            self.can();
        }
        Ok(woken)
    }

    fn work_off(&mut self, stop: &dyn Fn() -> bool) -> Result<Woken, Stopped> {
        let mut woken = Woken::default();
        while !stop() {
            let first = match self.due() {
                Ok(due) => due.into_iter().next(),
                Err(Stopped(findings)) if cycle::busy(&findings) => {
                    woken.waits();
                    break;
                }
                Err(stopped) => return Err(stopped),
            };
            let Some(first) = first else { break };
            let did = self.act(&first, stop);
            self.forget();
            match did {
                Ok(None) => {}
                Ok(Some(attempt)) => woken.attempts.push(attempt),
                Err(Stopped(findings)) if cycle::busy(&findings) => {
                    woken.waits();
                    break;
                }
                Err(stopped) => return Err(stopped),
            }
        }
        Ok(woken)
    }

    fn act(&mut self, first: &Due, stop: &dyn Fn() -> bool) -> Result<Option<Attempt>, Stopped> {
        let project = self.project()?;
        let Some(schedule) = project.catalog.schedules.get(first.at) else { return Ok(None) };
        let (code, due) = (schedule.code.as_str(), first.due);
        let trigger = Trigger::Schedule { schedule: code.to_owned(), due };
        let span = info_span!("run", schedule = code, due = %due.format("%Y-%m-%dT%H:%M:%SZ"));
        let _entered = span.enter();
        if first.missed > 0 && first.act != Act::Begin {
            warn!(missed = first.missed, "earlier times were missed");
        }
        match first.act {
            Act::Begin => {
                let zone = project.catalog.programme.time_zone;
                info!("new, or its times are new: {}", schedule.words(zone));
                cycle::record(project, &since(code, schedule.times(zone), due))?;
                Ok(None)
            }
            Act::LetBe => {
                let mut attempt = Attempt::begun(trigger, clock::now());
                attempt.outcome = Outcome::Skipped;
                let before = match first.missed {
                    0 => String::new(),
                    1 => ", nor at the one before it".to_owned(),
                    missed => format!(", nor at the {missed} before it"),
                };
                let said = format!("nothing ran at this time{before}; the schedule does not catch up");
                attempt.steps.push(StepRecord { step: "missed".to_owned(), done: true, milliseconds: 0, said });
                cycle::record(project, &attempt)?;
                info!("missed, and let be");
                Ok(Some(attempt))
            }
            Act::GiveUp => {
                let mut attempt = Attempt::begun(trigger, clock::now());
                attempt.outcome = Outcome::Failed;
                let message = format!("the work of the schedule `{code}` began {BEGINNINGS} times and never ended");
                let finding = Finding::error(&rules::SCHEDULE_GIVEN_UP, Place::Project, message);
                attempt.findings.push(finding.help(rules::SCHEDULE_GIVEN_UP.fix));
                cycle::record(project, &attempt)?;
                error!("given up: it began {BEGINNINGS} times and never ended");
                // Written down first: if it is telling people that ends the program, this is the last time.
                let options = notify::Options { attempt: Some(attempt.clone()), ..notify::Options::default() };
                if let Err(Stopped(findings)) = notify::run(project, &options, &|_, _, _| {}) {
                    warn_of(&findings);
                }
                Ok(Some(attempt))
            }
            Act::Work => {
                let sources = schedule.sources.iter().map(|source| source.as_str().to_owned()).collect();
                let work = cycle::Work { trigger, steps: schedule.steps.clone(), sources };
                if first.tried > 0 {
                    info!(tried = first.tried, "it failed, and is tried again");
                }
                let attempt = cycle::run(project, &work, stop, &|_, _, _| {})?;
                told(&attempt);
                if attempt.outcome == Outcome::Failed {
                    match PAUSES.get(usize::try_from(first.tried).unwrap_or(usize::MAX)) {
                        Some(pause) => warn!(minutes = pause.num_minutes(), "it is tried again after a pause"),
                        None => error!("it failed {TRIES} times: nothing is done until its next time"),
                    }
                }
                Ok(Some(attempt))
            }
        }
    }

    /// Does the work of one schedule, whatever the hour.
    ///
    /// # Errors
    /// Where no schedule has this code, or the ledger cannot be written.
    pub fn now(&mut self, code: &str, stop: &dyn Fn() -> bool) -> Result<Attempt, Stopped> {
        let project = self.project()?;
        let schedules = &project.catalog.schedules;
        let Some(schedule) = schedules.iter().find(|schedule| schedule.code.as_str() == code) else {
            let message = format!("no schedule is called `{code}`");
            let names: Vec<&str> = schedules.iter().map(|schedule| schedule.code.as_str()).collect();
            let finding = Finding::error(&rules::BAD_VALUE, Place::Project, message);
            let help = format!("Declared are {}.", names.join(", "));
            return Err(Stopped(vec![finding.help(help).suggest(nearest(code, names.iter().copied()))]));
        };
        let work = cycle::Work {
            trigger: Trigger::Command(format!("schedule --now {code}")),
            steps: schedule.steps.clone(),
            sources: schedule.sources.iter().map(|source| source.as_str().to_owned()).collect(),
        };
        let span = info_span!("run", schedule = code);
        let _entered = span.enter();
        let attempt = cycle::run(project, &work, stop, &|_, _, _| {})?;
        told(&attempt);
        Ok(attempt)
    }

    /// All schedules, with what was done and what comes.
    ///
    /// # Errors
    /// As for [`Self::history`].
    pub fn standing(&mut self, coming: usize) -> Result<Vec<Standing>, Stopped> {
        let history = self.history()?.clone();
        Ok(standing::of(&self.project()?.catalog, &history, clock::now(), coming))
    }
}

fn stamps(files: impl Iterator<Item = PathBuf>) -> Stamp {
    let of = |path: PathBuf| {
        let metadata = fs::metadata(&path).ok()?;
        Some((path, (metadata.len(), metadata.modified().ok())))
    };
    files.filter_map(of).collect()
}

fn told(attempt: &Attempt) {
    let outcome = outcome(attempt.outcome);
    let (milliseconds, findings) = (attempt.milliseconds, attempt.findings.len());
    match attempt.outcome {
        Outcome::Failed => error!(outcome, milliseconds, findings, "the work ended"),
        Outcome::Attention | Outcome::Abandoned => warn!(outcome, milliseconds, findings, "the work ended"),
        _ => info!(outcome, milliseconds, findings, "the work ended"),
    }
}

/// Findings into the log.
pub(super) fn warn_of(findings: &[Finding]) {
    for finding in findings {
        warn!(rule = finding.rule.id, place = %finding.place, "{}", finding.message);
    }
}

/// The word that the ledger has for it.
pub fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Begun => "begun",
        Outcome::Published => "published",
        Outcome::Unchanged => "unchanged",
        Outcome::Attention => "attention",
        Outcome::Failed => "failed",
        Outcome::Abandoned => "abandoned",
        Outcome::Skipped => "skipped",
    }
}
