//! What was told, as the ledger says it: each key once. The shape of the entries is a promise.
//!
//! A message has two entries: one right before it is on its way, one of what became of it. Where the second is missing,
//! nobody knows whether it arrived: it is not sent again, but it is said.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::store::{Entry, Kind};

/// Before the second try; doubled before each later one.
const FIRST_PAUSE: TimeDelta = TimeDelta::minutes(10);
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(12);
/// However long a server asks to be left alone, it is asked again after this.
const LONGEST_WISH: TimeDelta = TimeDelta::days(1);
/// So often a message is tried, and for so long.
const TRIES: u32 = 8;
const PATIENCE: TimeDelta = TimeDelta::days(30);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// It is about to be sent. Without an entry after it: it may have arrived.
    AboutTo,
    Sent,
    /// It certainly was not taken.
    Failed,
    /// The line broke after it had been sent: it may have arrived.
    Unknown,
    /// Somebody asked for it once more, and all that it told was over: nothing was sent, and nothing is owed.
    Settled,
}

/// The body of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// What it tells.
    pub keys: Vec<String>,
    pub state: Stage,
    /// `reminders`, or the code of a channel.
    pub channel: String,
    /// People or places, without secrets.
    pub to: Vec<String>,
    pub subject: String,
    #[serde(default)]
    pub message_id: String,
    /// The hash of its text.
    #[serde(default)]
    pub body: String,
    /// Why it failed.
    #[serde(default)]
    pub why: Option<String>,
    /// It is not tried again.
    #[serde(default)]
    pub permanent: bool,
    /// The server asks not to be asked before then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<DateTime<Utc>>,
}

impl Record {
    pub fn to_json(&self) -> Value {
        json!(self)
    }

    /// None for an entry that is none.
    pub fn of(entry: &Entry) -> Option<Self> {
        (entry.kind == Kind::Notice).then(|| Self::deserialize(&entry.body).ok()).flatten()
    }
}

/// What is known of a key.
#[derive(Debug, Clone)]
pub struct Known {
    /// Of the latest entry that has the key.
    pub record: Record,
    pub last: DateTime<Utc>,
    first: DateTime<Utc>,
    /// How often it failed.
    tries: u32,
}

/// Whether a key may be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Yes,
    /// It failed, and is tried again then.
    From(DateTime<Utc>),
    Told,
    /// Nobody knows whether it arrived.
    Unknown,
    /// It failed for good.
    GivenUp,
}

/// What was told so far.
#[derive(Debug, Default)]
pub struct History(BTreeMap<String, Known>);

impl History {
    pub fn of(entries: &[Entry]) -> Self {
        let mut history = Self::default();
        for entry in entries {
            if let Some(record) = Record::of(entry) {
                history.add(&record, entry.at);
            }
        }
        history
    }

    pub fn add(&mut self, record: &Record, at: DateTime<Utc>) {
        for key in &record.keys {
            let known = self.0.entry(key.clone()).or_insert_with(|| Known {
                record: record.clone(),
                last: at,
                first: at,
                tries: 0,
            });
            known.record.clone_from(record);
            known.last = at;
            known.tries += u32::from(record.state == Stage::Failed);
        }
    }

    pub fn verdict(&self, key: &str, now: DateTime<Utc>) -> Verdict {
        let Some(known) = self.0.get(key) else { return Verdict::Yes };
        match known.record.state {
            Stage::Sent | Stage::Settled => Verdict::Told,
            Stage::AboutTo | Stage::Unknown => Verdict::Unknown,
            Stage::Failed if known.record.permanent || known.tries >= TRIES => Verdict::GivenUp,
            Stage::Failed if now - known.first > PATIENCE => Verdict::GivenUp,
            Stage::Failed => {
                let next = known.last + pause(known.tries);
                let next = known.record.not_before.map_or(next, |asked| asked.min(known.last + LONGEST_WISH).max(next));
                // A clock that was set back must not keep people waiting.
                if next <= now || now < known.last { Verdict::Yes } else { Verdict::From(next) }
            }
        }
    }

    /// The keys of a message of which nothing else is known since, in its order.
    pub fn keys_of<'r>(&self, record: &'r Record) -> impl Iterator<Item = &'r String> {
        record.keys.iter().filter(move |key| self.0.get(*key).is_some_and(|known| known.record == *record))
    }

    pub fn get(&self, key: &str) -> Option<&Known> {
        self.0.get(key)
    }

    /// Every key, in their order.
    pub fn all(&self) -> impl Iterator<Item = (&str, &Known)> {
        self.0.iter().map(|(key, known)| (key.as_str(), known))
    }
}

fn pause(tries: u32) -> TimeDelta {
    let doubled = FIRST_PAUSE.checked_mul(1 << tries.saturating_sub(1).min(10)).unwrap_or(LONGEST_PAUSE);
    doubled.min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_467_280_800 + minutes * 60, 0).expect("an instant")
    }

    fn record(state: Stage) -> Record {
        Record {
            keys: vec!["a".into(), "b".into()],
            state,
            channel: "lead".into(),
            to: vec!["lead@example.eu".into()],
            subject: "S".into(),
            message_id: "<1@example.eu>".into(),
            body: "ab".into(),
            why: None,
            permanent: false,
            not_before: None,
        }
    }

    fn history(steps: &[(Stage, i64)]) -> History {
        let mut history = History::default();
        for (state, minutes) in steps {
            history.add(&record(*state), at(*minutes));
        }
        history
    }

    #[test]
    fn what_is_written_comes_back() {
        let one = record(Stage::Failed);
        let entry = Entry { seq: 1, at: at(0), kind: Kind::Notice, body: one.to_json(), hash: String::new() };
        assert_eq!(Record::of(&entry), Some(one));
        let short = json!({ "keys": ["a"], "state": "sent", "channel": "c", "to": [], "subject": "s" });
        assert!(Record::of(&Entry { body: short, ..entry.clone() }).is_some());
        assert!(Record::of(&Entry { kind: Kind::Run, ..entry }).is_none());
    }

    #[test]
    fn a_key_is_told_once() {
        assert_eq!(history(&[]).verdict("a", at(0)), Verdict::Yes);
        assert_eq!(history(&[(Stage::AboutTo, 0), (Stage::Sent, 0)]).verdict("b", at(99_999)), Verdict::Told);
    }

    #[test]
    fn where_nobody_knows_it_is_not_told_again() {
        assert_eq!(history(&[(Stage::AboutTo, 0)]).verdict("a", at(99_999)), Verdict::Unknown);
        assert_eq!(history(&[(Stage::AboutTo, 0), (Stage::Unknown, 0)]).verdict("a", at(9)), Verdict::Unknown);
    }

    #[test]
    fn what_was_settled_is_owed_to_nobody_and_keys_told_since_are_no_longer_of_the_message() {
        let mut history = history(&[(Stage::Unknown, 0)]);
        let lost = record(Stage::Unknown);
        assert_eq!(history.keys_of(&lost).collect::<Vec<_>>(), ["a", "b"]);
        history.add(&Record { keys: vec!["a".into()], ..record(Stage::Sent) }, at(1));
        assert_eq!(history.keys_of(&lost).collect::<Vec<_>>(), ["b"]);
        history.add(&Record { keys: vec!["b".into()], ..record(Stage::Settled) }, at(2));
        assert_eq!(history.verdict("b", at(99)), Verdict::Told);
        assert_eq!(history.keys_of(&lost).count(), 0);
    }

    #[test]
    fn a_failure_is_tried_again_later_and_not_for_ever() {
        let once = history(&[(Stage::Failed, 0)]);
        assert_eq!(once.verdict("a", at(9)), Verdict::From(at(10)));
        assert_eq!(once.verdict("a", at(10)), Verdict::Yes);
        assert_eq!(once.verdict("a", at(-60)), Verdict::Yes, "the clock was set back");
        let twice = history(&[(Stage::Failed, 0), (Stage::Failed, 10)]);
        assert_eq!(twice.verdict("a", at(29)), Verdict::From(at(30)));
        let often: Vec<(Stage, i64)> = (0..8).map(|try_| (Stage::Failed, try_ * 1_000)).collect();
        assert_eq!(history(&often).verdict("a", at(60_000)), Verdict::GivenUp);
        assert_eq!(history(&often[..7]).verdict("a", at(8_000)), Verdict::Yes);
        assert_eq!(once.verdict("a", at(31 * 24 * 60)), Verdict::GivenUp);
        let asked = |minutes| {
            let mut history = History::default();
            history.add(&Record { not_before: Some(at(minutes)), ..record(Stage::Failed) }, at(0));
            history
        };
        assert_eq!(asked(45).verdict("a", at(44)), Verdict::From(at(45)), "not before the server asks for");
        assert_eq!(asked(3).verdict("a", at(5)), Verdict::From(at(10)), "nor sooner than else");
        assert_eq!(asked(99_999).verdict("a", at(24 * 60)), Verdict::Yes, "nor never");
        let mut ever = History::default();
        ever.add(&Record { permanent: true, ..record(Stage::Failed) }, at(0));
        assert_eq!(ever.verdict("a", at(99_999)), Verdict::GivenUp);
    }
}
