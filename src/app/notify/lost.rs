//! Messages of the past without a good end: what waits, what may not have arrived, and how one of them is sent again.

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::super::project::Project;
use super::super::runs::Run;
use super::super::{Progress, Stopped};
use super::{Notice, Work, message_key};
use crate::finding::{Finding, Place, rules};
use crate::notify::due;
use crate::notify::history::{Known, Record, Stage, Verdict};

/// So far ahead reminders are shown that will come.
const AHEAD: u64 = 92;
/// How keys of a report's mail begin, which `publish` sends.
const MAILED: &str = "mailed/";

/// A message that is sent once more.
pub(super) struct Lost {
    /// All that it told, as far as nothing became of it since.
    pub keys: Vec<String>,
    /// Its Message-ID, where it was on its way before.
    pub id: Option<String>,
}

/// What came of sending something once more.
#[derive(Debug)]
pub enum Again {
    Sent(Vec<Notice>),
    /// All that it told is over: nothing was sent, and it is not asked about again.
    Settled(Pending),
}

/// A message of the past.
#[derive(Debug, PartialEq, Eq)]
pub struct Pending {
    /// What it tells.
    pub keys: Vec<String>,
    pub to: String,
    pub subject: String,
    /// It is tried again then; None: it may have arrived, and is not sent again by itself.
    pub again: Option<DateTime<Utc>>,
}

impl Pending {
    fn of(record: &Record, keys: Vec<String>, again: Option<DateTime<Utc>>) -> Self {
        Self { keys, to: record.to.join(", "), subject: record.subject.clone(), again }
    }

    /// The command that sends it once more.
    pub fn command(&self) -> String {
        match message_key(&self.keys) {
            key if key.starts_with(MAILED) => "scoreboard publish --again".to_owned(),
            key => format!("scoreboard notify --again {key}"),
        }
    }
}

/// A reminder that comes if nothing is received before.
#[derive(Debug, PartialEq, Eq)]
pub struct Coming {
    pub on: NaiveDate,
    pub partner: String,
    pub collection: String,
    pub period: String,
    pub key: String,
}

/// What is not sent now.
#[derive(Debug, Default)]
pub struct Outlook {
    pub pending: Vec<Pending>,
    pub coming: Vec<Coming>,
}

/// Sends once more, as a whole, the message of a key that may have arrived, or was given up. It is made anew of what is
/// still true of it, and stays the same message: by its keys and its Message-ID.
///
/// # Errors
/// As [`run`](super::run); and when there is nothing to say under this key, and never was.
pub fn again(project: &Project, key: &str, progress: Progress<'_>) -> Result<Again, Stopped> {
    let nothing = || refused(format!("there is nothing to say under the key `{key}` now"), rules::NOTICE_KEY.fix);
    let is_new = !project.store().join("ledger.sqlite").is_file();
    let opened = if is_new { None } else { Work::open(project, false, progress)? };
    let mut work = opened.ok_or_else(nothing)?;
    if let Some((_, run)) = key.strip_prefix(MAILED).and_then(|rest| rest.rsplit_once('/')) {
        let mut runs = work.entries.iter().rev().filter_map(Run::of).filter(|run| !run.elsewhere);
        if runs.next().is_some_and(|last| last.code == run) {
            let message = format!("`{key}` is a report's own mail, and publish sends it");
            return Err(refused(message, "scoreboard publish --again sends it once more."));
        }
    }
    let lost = work.history.get(key).map(|known| known.record.clone());
    let keys = match &lost {
        Some(record) => work.history.keys_of(record).cloned().collect(),
        None => vec![key.to_owned()],
    };
    let id = lost.as_ref().map(|record| record.message_id.clone()).filter(|id| !id.is_empty());
    work.lost = Some(Lost { keys: keys.clone(), id });
    let notices = work.all(None, progress)?;
    if !notices.is_empty() {
        return Ok(Again::Sent(notices));
    }
    // What was told, or settled before, has its end already.
    let record = lost.filter(|_| work.history.verdict(key, work.now) != Verdict::Told).ok_or_else(nothing)?;
    let ended = Record { keys, state: Stage::Settled, why: None, permanent: false, not_before: None, ..record };
    work.record(&ended)?;
    Ok(Again::Settled(Pending::of(&ended, ended.keys.clone(), None)))
}

fn refused(message: String, help: &str) -> Stopped {
    Stopped::one(Finding::error(&rules::NOTICE_KEY, Place::Project, message).help(help))
}

/// What waits, what may not have arrived, each message once, and which reminders come in the next weeks.
///
/// # Errors
/// When the store cannot be read.
pub fn outlook(project: &Project, progress: Progress<'_>) -> Result<Outlook, Stopped> {
    let Some(work) = Work::open(project, true, progress)? else { return Ok(Outlook::default()) };
    let mut outlook = Outlook { pending: pending(&work), coming: Vec::new() };
    if let Some(reminders) = &project.catalog.telling.reminders {
        let until = work.today.checked_add_days(Days::new(AHEAD)).unwrap_or(work.today);
        let steps = due::upcoming(&work.expected(), &reminders.steps, work.today, until);
        outlook.coming = steps
            .into_iter()
            .map(|step| Coming {
                key: step.key(),
                on: step.on,
                partner: step.partner,
                collection: step.collection,
                period: step.period,
            })
            .collect();
    }
    Ok(outlook)
}

fn pending(work: &Work<'_>) -> Vec<Pending> {
    let verdict = |key: &str| work.history.verdict(key, work.now);
    let message = |(key, known): (&str, &Known)| {
        let is_open = |key: &String| matches!(verdict(key), Verdict::From(_) | Verdict::Unknown);
        let keys: Vec<String> = work.history.keys_of(&known.record).filter(|key| is_open(key)).cloned().collect();
        let instant = |key: &String| if let Verdict::From(instant) = verdict(key) { Some(instant) } else { None };
        let again = keys.iter().filter_map(instant).min();
        keys.first().is_some_and(|first| first == key).then(|| Pending::of(&known.record, keys, again))
    };
    work.history.all().filter_map(message).collect()
}
