//! What the ledger says of deliveries and messages, as far as every reader of it needs to know: the bodies belong to
//! those who write them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::store::{Entry, Kind};

/// An output that was delivered to a destination.
#[derive(Debug, Clone)]
pub struct Delivered {
    pub seq: i64,
    pub at: DateTime<Utc>,
    pub destination: String,
    pub output: String,
    pub hash: Option<String>,
    /// Where it lies, for people.
    pub place: Option<String>,
    pub run: Option<String>,
    pub body: Value,
}

/// What is known of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Sent,
    Failed,
    /// It was about to be sent, and nothing says what became of it: it may not have arrived.
    Unknown,
    /// It was not known whether it arrived, and what it told is over: nothing is owed any more.
    Settled,
}

impl State {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Settled => "settled",
        }
    }
}

/// A message to somebody.
#[derive(Debug, Clone)]
pub struct Notice {
    pub seq: i64,
    pub at: DateTime<Utc>,
    /// What it tells; each is told once.
    pub keys: Vec<String>,
    pub to: Option<String>,
    pub subject: Option<String>,
    pub state: State,
    pub run: Option<String>,
    pub body: Value,
}

fn text(body: &Value, key: &str) -> Option<String> {
    match &body[key] {
        Value::String(text) => Some(text.clone()),
        Value::Array(list) => Some(list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")),
        _ => None,
    }
}

/// Every delivery, in its order.
pub fn delivered(entries: &[Entry]) -> Vec<Delivered> {
    let of_kind = entries.iter().filter(|entry| entry.kind == Kind::Delivered);
    let one = |entry: &Entry| Delivered {
        seq: entry.seq,
        at: entry.at,
        destination: text(&entry.body, "destination").unwrap_or_default(),
        output: text(&entry.body, "output").unwrap_or_default(),
        hash: text(&entry.body, "hash"),
        place: text(&entry.body, "place"),
        run: text(&entry.body, "run"),
        body: entry.body.clone(),
    };
    of_kind.map(one).collect()
}

/// Every message with the last that is known of it, in the order in which they were begun.
pub fn notices(entries: &[Entry]) -> Vec<Notice> {
    let mut notices: Vec<Notice> = Vec::new();
    let mut open: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.kind == Kind::Notice) {
        let keys = entry.body["keys"].as_array().into_iter().flatten();
        let keys: Vec<String> = keys.filter_map(Value::as_str).map(str::to_owned).collect();
        let about_to = entry.body["state"] == "about_to";
        let state = match entry.body["state"].as_str() {
            Some("sent") => State::Sent,
            Some("settled") => State::Settled,
            Some("about_to" | "unknown") => State::Unknown,
            _ => State::Failed,
        };
        if let Some(begun) = open.remove(&keys).filter(|_| !about_to)
            && let Some(known) = notices.get_mut(begun)
        {
            known.state = state;
            continue;
        }
        if about_to {
            open.insert(keys.clone(), notices.len());
        }
        let (to, subject, run) = (text(&entry.body, "to"), text(&entry.body, "subject"), text(&entry.body, "run"));
        notices.push(Notice { seq: entry.seq, at: entry.at, keys, to, subject, state, run, body: entry.body.clone() });
    }
    notices
}

/// Messages of which it is not known whether they arrived, as long as something that they tell was not told again since.
pub fn unknown(entries: &[Entry]) -> Vec<Notice> {
    let mut last: BTreeMap<String, i64> = BTreeMap::new();
    let notices = notices(entries);
    for notice in &notices {
        last.extend(notice.keys.iter().map(|key| (key.clone(), notice.seq)));
    }
    let latest = |notice: &Notice| notice.keys.iter().any(|key| last.get(key) == Some(&notice.seq));
    notices.into_iter().filter(|notice| notice.state == State::Unknown && latest(notice)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entry(seq: i64, body: Value) -> Entry {
        Entry { seq, at: DateTime::default(), kind: Kind::Notice, body, hash: String::new() }
    }

    #[test]
    fn a_message_without_its_end_is_unknown_until_it_was_sent_again() {
        let told = |key: &str, state: &str| json!({ "keys": [key], "to": ["a@example.org"], "state": state });
        let mut entries = vec![
            entry(1, told("a", "about_to")),
            entry(2, told("a", "sent")),
            entry(3, told("b", "about_to")),
            entry(4, told("c", "about_to")),
            entry(5, told("c", "failed")),
        ];
        let states: Vec<_> = notices(&entries).iter().map(|one| (one.keys[0].clone(), one.state)).collect();
        let expected = [("a", State::Sent), ("b", State::Unknown), ("c", State::Failed)];
        assert_eq!(states, expected.map(|(key, state)| (key.to_owned(), state)));
        assert_eq!(unknown(&entries).iter().map(|one| one.keys[0].as_str()).collect::<Vec<_>>(), ["b"]);
        entries.push(entry(6, told("b", "about_to")));
        entries.push(entry(7, told("b", "sent")));
        assert!(unknown(&entries).is_empty());
    }
}
