//! Nothing can be done any more: the definitions cannot be read, or the store cannot be used. People are told once, and
//! once that it is mended.

use chrono::{DateTime, TimeDelta, Utc};
use tracing::{debug, info};

use super::scheduler::{Scheduler, warn_of};
use crate::app::definitions::Definitions;
use crate::app::notify::{self, Notice};
use crate::app::project::Project;
use crate::app::{Stopped, cycle, rebuild};
use crate::clock;
use crate::finding::Finding;

/// Whoever is editing definitions, and a share that is away for a moment, are given so long.
pub const PATIENCE: TimeDelta = TimeDelta::minutes(10);
/// What could not be told is tried again so often, if the ledger lets it.
const AGAIN: TimeDelta = TimeDelta::minutes(10);
/// A store that comes and goes is told of no more often.
const SELDOM: TimeDelta = TimeDelta::days(1);

/// What is known of it in this process.
#[derive(Debug, Default)]
pub struct Trouble {
    /// What it is, and since when.
    standing: Option<(String, DateTime<Utc>)>,
    /// When people were last to be told of definitions, and that they are mended.
    asked: Option<DateTime<Utc>>,
    mended: Option<DateTime<Utc>>,
    /// Since when the store could not be used, where people were told of it without a word in the ledger.
    of_store: Option<DateTime<Utc>>,
    /// When that was.
    told: Option<DateTime<Utc>>,
}

impl Trouble {
    /// `project` is as it was when its definitions were sound.
    fn of_definitions(&mut self, project: &Project, state: &str, findings: &[Finding], now: DateTime<Utc>) {
        // With the definitions the store may have gone: a share that is not there.
        let told = project.store().join("ledger.sqlite").is_file().then(|| notify::trouble(project, state, findings));
        match told {
            Some(Ok(notices)) => tell(&notices),
            Some(Err(Stopped(busy))) if cycle::busy(&busy) => self.asked = None,
            Some(Err(_)) | None => self.of_store(project, now, findings, now),
        }
    }

    /// Nothing can be written down, so what this process remembers must do.
    fn of_store(&mut self, project: &Project, since: DateTime<Utc>, findings: &[Finding], now: DateTime<Utc>) {
        if self.of_store.is_some() || self.told.is_some_and(|told| !is_over(told, SELDOM, now)) {
            return;
        }
        let (messages, failed) = notify::trouble_of_store(project, since, findings);
        info!(messages, "people are told that nothing can be done");
        warn_of(&failed);
        (self.of_store, self.told) = (Some(since), Some(now));
    }
}

/// Whether so much time has gone by, or the clock was set back.
fn is_over(since: DateTime<Utc>, time: TimeDelta, now: DateTime<Utc>) -> bool {
    now - since >= time || now < since
}

impl Scheduler {
    /// Nothing can be done because of these: people are told if it lasts for some time.
    pub fn cannot(&mut self, findings: &[Finding], patience: TimeDelta) {
        if cycle::busy(findings) {
            return;
        }
        let now = clock::now();
        let of_store = self.known().is_some();
        let state = if of_store { "store".to_owned() } else { Definitions::of(&self.root).state() };
        let standing = self.trouble.standing.take().filter(|(known, _)| *known == state).unwrap_or((state, now));
        let (state, since) = self.trouble.standing.insert(standing).clone();
        if !is_over(since, patience, now) {
            return;
        }
        let Self { root, project, sound, trouble, .. } = self;
        if let Some((_, project)) = project {
            trouble.of_store(project, since, findings, now);
            return;
        }
        if trouble.asked.is_some_and(|asked| !is_over(asked, AGAIN, now)) {
            return;
        }
        trouble.asked = Some(now);
        *sound = sound.take().or_else(|| rebuild::last_known(root));
        match sound {
            Some(project) => trouble.of_definitions(project, &state, findings, now),
            None => debug!("nobody can be told: no definitions are known that were sound"),
        }
    }

    /// Everything that was due could be done, or nothing was.
    pub(super) fn can(&mut self) {
        (self.trouble.standing, self.trouble.asked) = (None, None);
        let now = clock::now();
        let since = self.trouble.of_store;
        let troubled = self.history().is_ok_and(|history| history.troubled);
        let is_time = self.trouble.mended.is_none_or(|mended| is_over(mended, AGAIN, now));
        let Some(project) = self.known().filter(|_| is_time && (troubled || since.is_some())) else { return };
        match notify::mended(project, since) {
            Ok(notices) => {
                tell(&notices);
                self.trouble.of_store = None;
            }
            // Somebody is writing: at the next look.
            Err(Stopped(findings)) if cycle::busy(&findings) => return,
            Err(Stopped(findings)) => warn_of(&findings),
        }
        self.trouble.mended = Some(now);
        self.forget();
    }
}

fn tell(notices: &[Notice]) {
    for notice in notices {
        match &notice.result {
            Ok(()) => info!(to = notice.to, "{}", notice.subject),
            Err(finding) => warn_of(std::slice::from_ref(finding)),
        }
    }
}
