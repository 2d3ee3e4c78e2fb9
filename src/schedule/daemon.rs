//! The process that does what is due until it is asked to stop.
//!
//! One job of tokio-cron-scheduler wakes it: what is due is decided by `due`, by our own clock. It works on a thread of
//! its own, one thing at a time, so that it can be watched and stopped meanwhile.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use chrono::TimeDelta;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use tokio_cron_scheduler::{Job, JobScheduler};
use tracing::{info, warn};

use super::lock::{self, Lock};
use super::scheduler::{Scheduler, warn_of};
use super::trouble::PATIENCE;
use super::watch::{Board, server};
use crate::app::Stopped;
use crate::clock::{self, Stopwatch};
use crate::finding::{Finding, Place, rules};

/// How often it looks what is due, by our clock.
const WAKES: Duration = Duration::from_secs(30);
/// A clock that runs faster wakes it no more often than this.
const LEAST: Duration = Duration::from_millis(20);
/// How long a step may go on that was under way when it was asked to stop.
pub const GRACE: Duration = Duration::from_secs(30);
/// Another signal ends the process at once with this code.
const CUT: i32 = 1;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Settings {
    pub root: PathBuf,
    /// Stand by while another one works, and take over when it ends.
    pub wait: bool,
    /// Where health and metrics are told.
    pub listen: Option<SocketAddr>,
}

/// Set by the first signal.
#[derive(Debug, Clone)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// From now on the first SIGTERM or interrupt asks to stop, and the second ends the process.
    ///
    /// # Errors
    /// Where the system allows no such thing.
    pub fn on_signals() -> Result<Self, Stopped> {
        let asked = Arc::new(AtomicBool::new(false));
        for signal in [SIGTERM, SIGINT] {
            flag::register_conditional_shutdown(signal, CUT, Arc::clone(&asked))
                .and_then(|_| flag::register(signal, Arc::clone(&asked)))
                .map_err(|error| cannot("cannot listen for signals", &error))?;
        }
        Ok(Self(asked))
    }

    pub fn asked(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

fn cannot(what: &str, error: &dyn std::fmt::Display) -> Stopped {
    let finding = Finding::error(&rules::SCHEDULER_STOPPED, Place::Project, format!("{what}: {error}"));
    Stopped(vec![finding.help(rules::SCHEDULER_STOPPED.fix)])
}

/// Works until it is asked to stop.
///
/// # Errors
/// What keeps it from starting: definitions that are broken, another scheduler, an address that is taken.
pub fn run(settings: &Settings, stop: &Stop) -> Result<(), Stopped> {
    let mut scheduler = Scheduler::new(&settings.root);
    let project = match scheduler.project() {
        Ok(project) => project,
        Err(Stopped(findings)) => {
            // It will not stay to see whether it lasts.
            scheduler.cannot(&findings, TimeDelta::zero());
            return Err(Stopped(findings));
        }
    };
    let store = project.store();
    if project.catalog.schedules.is_empty() {
        warn!("no schedule is declared: nothing will be due until one is");
    }
    let board = Arc::new(Board::new(period()));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| cannot("cannot start", &error))?;
    runtime.block_on(async {
        if let Some(address) = settings.listen {
            let at = server::start(address, Arc::clone(&board)).await;
            let at = at.map_err(|error| cannot(&format!("cannot listen on {address}"), &error))?;
            info!(address = %at, "health and metrics");
        }
        let Some(_lock) = hold(settings, &store, stop, &board).await? else { return Ok(()) };
        let woken = Arc::new(AtomicBool::new(true));
        let mut jobs = wakes(Arc::clone(&woken)).await.map_err(|error| cannot("cannot be woken", &error))?;
        info!(process = std::process::id(), "the scheduler works");
        work(scheduler, settings, stop, &board, &woken).await;
        let _ = jobs.shutdown().await;
        info!("the scheduler has stopped");
        Ok(())
    })
}

/// Takes the lock, or waits for it. None: it was asked to stop before it had it.
async fn hold(
    settings: &Settings,
    store: &std::path::Path,
    stop: &Stop,
    board: &Board,
) -> Result<Option<Lock>, Stopped> {
    let mut said = false;
    while !stop.asked() {
        match lock::take(store)? {
            Ok(lock) => {
                board.holds_the_lock();
                return Ok(Some(lock));
            }
            Err(held) if settings.wait => {
                if !said {
                    info!("standing by: {}", held.finding().message);
                    said = true;
                }
                board.tick();
                tokio::time::sleep(Duration::from_millis(250)).await;
            }
            Err(held) => return Err(Stopped(vec![held.finding()])),
        }
    }
    Ok(None)
}

/// The one job: it only says that it is time to look.
async fn wakes(woken: Arc<AtomicBool>) -> Result<JobScheduler, tokio_cron_scheduler::JobSchedulerError> {
    let jobs = JobScheduler::new().await?;
    jobs.add(Job::new_repeated(WAKES, move |_, _| woken.store(true, Ordering::SeqCst))?).await?;
    jobs.start().await?;
    Ok(jobs)
}

/// How long from one look to the next, in true time.
fn period() -> Duration {
    (WAKES / clock::rate()).max(LEAST)
}

async fn work(scheduler: Scheduler, settings: &Settings, stop: &Stop, board: &Arc<Board>, woken: &AtomicBool) {
    let fast = clock::rate() > 1;
    // The job goes by the clock of the machine: where that is set back, it would not come for as long.
    let at_most = if fast { period() } else { WAKES * 2 };
    let pause = at_most.min(Duration::from_millis(200));
    let (mut idle, mut working): (Option<Scheduler>, Option<JoinHandle<Scheduler>>) = (Some(scheduler), None);
    let mut since = Stopwatch::start();
    while !stop.asked() {
        if let Some(ended) = working.take_if(|thread| thread.is_finished()) {
            idle = Some(ended.join().unwrap_or_else(|_| Scheduler::new(&settings.root)));
        }
        if woken.swap(false, Ordering::SeqCst) || since.elapsed() >= at_most {
            since = Stopwatch::start();
            board.tick();
            if let Some(mut scheduler) = idle.take() {
                let (stop, board, listening) = (stop.clone(), Arc::clone(board), settings.listen.is_some());
                working = Some(thread::spawn(move || {
                    look(&mut scheduler, &stop, &board, listening);
                    scheduler
                }));
            }
        }
        tokio::time::sleep(pause).await;
    }
    info!("asked to stop");
    let asked = Stopwatch::start();
    while working.as_ref().is_some_and(|thread| !thread.is_finished()) {
        if asked.elapsed() > GRACE {
            warn!("the step did not end in {} s: it is cut short, and done again at the next start", GRACE.as_secs());
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn look(scheduler: &mut Scheduler, stop: &Stop, board: &Board, listening: bool) {
    match scheduler.wake(&|| stop.asked()) {
        Ok(_) => {
            if board.sound() {
                info!("all is in order again");
            }
        }
        Err(Stopped(findings)) => {
            if board.trouble(&findings) {
                warn_of(&findings);
                warn!("nothing is done until this is mended");
            }
            scheduler.cannot(&findings, PATIENCE);
        }
    }
    if listening {
        board.look(scheduler);
    }
}
