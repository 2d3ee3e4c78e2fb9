//! People are told that nothing can be done any more, and that it is mended: by the channels of the last definitions that
//! were sound. No file is read and nothing is computed for it.
//!
//! Of definitions that cannot be read each state is told once, as the ledger says; its key is open until it was told that
//! it is mended. Where the store cannot be used nothing can be written down, so who asks must see to it that it is once.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};

use super::super::Stopped;
use super::super::project::Project;
use super::super::state::State;
use super::super::world::World;
use super::compose::{self, Beside};
use super::events::{Part, Tells};
use super::post::{Message, To, Ways};
use super::{Notice, PATIENCE, Work, message_key, not_sent};
use crate::clock;
use crate::finding::Finding;
use crate::model::notify::{Channel, Event};
use crate::notify::history::{History, Stage};
use crate::store::{Entry, Store};

/// Of what was told longer ago nobody waits to hear that it is mended.
const NEWS: TimeDelta = TimeDelta::days(60);
/// How the keys begin.
const TROUBLE: &str = "trouble/";
const MENDED: &str = "mended/";

/// Tells that definitions cannot be read as they are now. `state` tells one state of them from another.
///
/// # Errors
/// When the store cannot be used.
pub fn trouble(project: &Project, state: &str, findings: &[Finding]) -> Result<Vec<Notice>, Stopped> {
    let Some(mut work) = plain(project)? else { return Ok(Vec::new()) };
    let short = state.get(..12).unwrap_or(state);
    let now = written(work.now);
    each(&mut work, |channel, history| {
        // The same state is told under the key that it has already, as long as it was not mended in between.
        let known = keys(history, TROUBLE, channel).find(|key| {
            key.starts_with(&format!("{TROUBLE}{short}/")) && !is_told(history, &key.replacen(TROUBLE, MENDED, 1))
        });
        let key = known.unwrap_or_else(|| format!("{TROUBLE}{short}/{now}@{}", channel.code));
        vec![Part { key, tells: Tells::Trouble { findings: findings.to_vec(), of_store: false } }]
    })
}

/// Tells that it is mended: whatever was told and not called off; and `since`, of a store that could not be used from
/// then on.
///
/// # Errors
/// When the store cannot be used.
pub fn mended(project: &Project, since: Option<DateTime<Utc>>) -> Result<Vec<Notice>, Stopped> {
    let Some(mut work) = plain(project)? else { return Ok(Vec::new()) };
    each(&mut work, |channel, history| {
        let mut parts = mended_parts(channel, history);
        for part in &mut parts {
            part.key = format!("{}@{}", part.key, channel.code);
        }
        let of_store = since.map(|since| format!("{MENDED}store/{}@{}", written(since), channel.code));
        parts.extend(of_store.map(|key| Part { key, tells: Tells::Mended }));
        parts
    })
}

/// Tells that the store cannot be used since some instant. The ledger does not know of it. Gives how many were told, and
/// what was not sent.
pub fn trouble_of_store(project: &Project, since: DateTime<Utc>, findings: &[Finding]) -> (usize, Vec<Finding>) {
    let progress = |_: &str, _: usize, _: usize| {};
    let mut ways = Ways::new(project, World::new("telling", &progress));
    let (mut told, mut failed) = (0, Vec::new());
    for channel in project.catalog.telling.channels.iter().filter(|channel| wants(channel)) {
        let key = format!("{TROUBLE}store/{}@{}", written(since), channel.code);
        let tells = Tells::Trouble { findings: findings.to_vec(), of_store: true };
        let message = message(project, channel, &[Part { key, tells }]);
        match ways.send(&message, &mut || Ok(())) {
            Ok(_) => told += 1,
            Err(refused) => {
                let to = message.receivers().into_iter().next().unwrap_or_default();
                failed.push(not_sent(&to, message_key(&message.keys), &refused));
            }
        }
    }
    (told, failed)
}

/// Whether a trouble was told of which nobody knows yet that it is mended.
pub fn is_open(entries: &[Entry]) -> bool {
    let history = History::of(entries);
    let Some(last) = entries.last().map(|entry| entry.at) else { return false };
    history.all().any(|(key, known)| {
        let is_news = last - known.last <= NEWS;
        let mended = || key.replacen(TROUBLE, MENDED, 1);
        key.starts_with(TROUBLE) && is_news && is_told(&history, key) && !is_told(&history, &mended())
    })
}

/// That each trouble is mended which this channel was told of, told already or not. Keys are without the channel.
pub(super) fn mended_parts(channel: &Channel, history: &History) -> Vec<Part> {
    let told = keys(history, TROUBLE, channel).filter(|key| is_told(history, key));
    let part = |key: String| {
        let own = key.rsplit_once('@').map_or(key.as_str(), |(own, _)| own);
        Part { key: own.replacen(TROUBLE, MENDED, 1), tells: Tells::Mended }
    };
    told.map(part).collect()
}

fn wants(channel: &Channel) -> bool {
    channel.on.contains(&Event::Failure)
}

/// Also where it may not have arrived.
fn is_told(history: &History, key: &str) -> bool {
    history.get(key).is_some_and(|known| known.record.state != Stage::Failed)
}

fn keys<'h>(history: &'h History, start: &'h str, channel: &Channel) -> impl Iterator<Item = String> + use<'h> {
    let end = format!("@{}", channel.code);
    history.all().filter(move |(key, _)| key.starts_with(start) && key.ends_with(&end)).map(|(key, _)| key.to_owned())
}

/// An instant within a key.
fn written(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Work that looks at the ledger alone.
fn plain(project: &Project) -> Result<Option<Work<'_>>, Stopped> {
    if !project.catalog.telling.channels.iter().any(wants) || !project.store().join("ledger.sqlite").is_file() {
        return Ok(None);
    }
    let mut store = Store::open(&project.store())?;
    let entries = store.ledger_mut().entries()?;
    let state = State::replay(&entries, &project.catalog.reading_hash);
    let history = History::of(&entries);
    let (now, today) = (clock::now(), project.as_of(None));
    Ok(Some(Work {
        project,
        store,
        entries,
        state,
        history,
        now,
        today,
        dry_run: false,
        patience: PATIENCE,
        lost: None,
    }))
}

/// Tells each channel that wants to know of failures what it was not told yet.
fn each(work: &mut Work<'_>, parts: impl Fn(&Channel, &History) -> Vec<Part>) -> Result<Vec<Notice>, Stopped> {
    let project = work.project;
    let progress = |_: &str, _: usize, _: usize| {};
    let mut ways = Ways::new(project, World::new("telling", &progress));
    let mut notices = Vec::new();
    for channel in project.catalog.telling.channels.iter().filter(|channel| wants(channel)) {
        let mut parts = parts(channel, &work.history);
        parts.retain(|part| work.may(&part.key));
        if !parts.is_empty() {
            notices.extend(work.send(&mut ways, &message(project, channel, &parts))?);
        }
    }
    Ok(notices)
}

fn message<'c>(project: &Project, channel: &'c Channel, parts: &[Part]) -> Message<'c> {
    Message {
        channel: &channel.code,
        way: To::Channel(channel),
        keys: parts.iter().map(|part| part.key.clone()).collect(),
        id: None,
        note: compose::summary(project, channel, parts, None, &Beside::default()),
        attachments: Vec::new(),
        about: json!({ "programme": project.catalog.programme.code, "run": Value::Null, "as_of": Value::Null }),
        receipts: Vec::new(),
    }
}
