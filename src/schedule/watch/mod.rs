//! Whoever watches the scheduler: what it last saw, told as health, readiness and metrics.

mod facts;
mod metrics;
pub mod server;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use self::facts::Facts;
use super::scheduler::Scheduler;
use crate::clock::Stopwatch;
use crate::finding::{Finding, clean};

/// The loop has stopped when it has not looked for as many of its own distances, and at least for [`LEAST`].
const WAKES: u32 = 4;
const LEAST: Duration = Duration::from_secs(10);
/// Facts that are asked of the disk are no older than this, nor younger.
const AGE: Duration = Duration::from_secs(5);

/// What is known, shared between the loop, its work and those who ask.
pub struct Board {
    period: Duration,
    known: Mutex<Known>,
}

struct Known {
    ticked: Stopwatch,
    holds_lock: bool,
    /// Why nothing is done: definitions that are broken, a store that cannot be read.
    trouble: Vec<String>,
    facts: Option<(Stopwatch, Arc<Facts>)>,
}

impl Board {
    pub fn new(period: Duration) -> Self {
        let known = Known { ticked: Stopwatch::start(), holds_lock: false, trouble: Vec::new(), facts: None };
        Self { period, known: Mutex::new(known) }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The loop has come round.
    pub fn tick(&self) {
        self.known().ticked = Stopwatch::start();
    }

    pub fn holds_the_lock(&self) {
        self.known().holds_lock = true;
    }

    /// All could be read. Whether it was otherwise before.
    pub fn sound(&self) -> bool {
        !std::mem::take(&mut self.known().trouble).is_empty()
    }

    /// Nothing can be done. Whether this is new.
    pub fn trouble(&self, findings: &[Finding]) -> bool {
        let told = findings.iter().filter(|finding| finding.is_error());
        let told: Vec<String> = told.map(|one| clean(&format!("{}: {}", one.place, one.message))).collect();
        let mut known = self.known();
        let new = known.trouble != told;
        known.trouble = told;
        new
    }

    /// Looks at ledger and inbox, unless it has just done so.
    pub fn look(&self, scheduler: &mut Scheduler) {
        if self.known().facts.as_ref().is_some_and(|(at, _)| at.elapsed() < AGE) {
            return;
        }
        if let Ok(facts) = Facts::gather(scheduler) {
            self.known().facts = Some((Stopwatch::start(), Arc::new(facts)));
        }
    }

    /// Whether the loop comes round.
    fn alive(&self) -> Result<(), String> {
        let since = self.known().ticked.elapsed();
        let most = (self.period * WAKES).max(LEAST);
        if since <= most {
            return Ok(());
        }
        Err(format!("the loop last came round {} s ago", since.as_secs()))
    }

    /// Why it would not do what comes due; empty: it would.
    fn reasons(&self) -> Vec<String> {
        let known = self.known();
        let mut reasons = known.trouble.clone();
        if !known.holds_lock {
            reasons.push("another scheduler works on this store: standing by".to_owned());
        }
        reasons
    }

    fn facts(&self) -> Option<Arc<Facts>> {
        self.known().facts.as_ref().map(|(_, facts)| Arc::clone(facts))
    }
}
