//! What channels are told: a function of the ledger, the work that has just ended and the reports that are due. Each part
//! has a key; the same trouble again has the same key for a day or a week, so that nobody is told of it at every try.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike as _, NaiveDate, TimeDelta, Utc};
use serde_json::Value;

use super::super::Stopped;
use super::super::attempt::{Attempt, Outcome, Trigger};
use super::super::project::Project;
use super::super::runs::{Run, kept_figures};
use super::trouble;
use crate::finding::{Finding, rules};
use crate::model::hash::hash_of;
use crate::model::notify::{Channel, Event};
use crate::model::scoreboard::Status;
use crate::notify::due::Deadline;
use crate::notify::history::{History, Known, Verdict};
use crate::store::{Entry, Kind, Store};

/// What happened longer ago is no news.
const NEWS: TimeDelta = TimeDelta::days(14);

/// One thing to tell.
#[derive(Debug, Clone)]
pub struct Part {
    pub key: String,
    pub tells: Tells,
}

#[derive(Debug, Clone)]
pub enum Tells {
    Failed {
        attempt: Attempt,
        /// How often the same time was tried; None: it is not tried again by itself.
        tries: Option<u32>,
    },
    Recovered {
        attempt: Attempt,
        /// It was another try of the time that had failed.
        again: bool,
    },
    Attention(Attempt),
    /// Nothing can be done any more; `of_store`: because of the store, and not of the definitions.
    Trouble {
        findings: Vec<Finding>,
        of_store: bool,
    },
    /// What kept everything from being done is mended.
    Mended,
    Turned {
        indicator: String,
        before: Status,
        after: Status,
    },
    Success,
    Unchanged,
    Missed(Deadline),
    Near(Deadline),
    /// A message of this key may not have arrived, or never will.
    Undelivered {
        key: String,
        known: Known,
        unknown: bool,
    },
}

/// Everything that parts are made of.
pub struct Facts<'f> {
    pub project: &'f Project,
    pub entries: &'f [Entry],
    /// The work that has just ended, which the ledger may not tell yet.
    pub attempt: Option<&'f Attempt>,
    pub deadlines: &'f [Deadline],
    pub now: DateTime<Utc>,
}

impl Facts<'_> {
    /// The last run that was published where scoreboards are, if it is news.
    pub fn run(&self) -> Option<(Run, &Value)> {
        let runs = self.entries.iter().rev().filter(|entry| entry.kind == Kind::Run);
        let (run, body) =
            runs.filter_map(|entry| Some((Run::of(entry)?, &entry.body))).find(|(run, _)| !run.elsewhere)?;
        self.is_news(run.at).then_some((run, body))
    }

    fn is_news(&self, at: DateTime<Utc>) -> bool {
        self.now - at <= NEWS
    }

    /// What a channel asks to be told, told already or not.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn parts(&self, channel: &Channel, store: &Store, history: &History) -> Result<Vec<Part>, Stopped> {
        let wants = |event: Event| channel.on.contains(&event);
        let mut parts = Vec::new();
        for (name, work) in self.work() {
            let Work { latest, before, tries } = work;
            // All tries of one time are of one day.
            let day = due(&latest).with_timezone(&self.project.catalog.programme.time_zone).date_naive();
            match latest.outcome {
                Outcome::Failed if wants(Event::Failure) => {
                    let key = format!("failure/{name}/{}/{day}", fingerprint(&latest.findings));
                    parts.push(Part { key, tells: Tells::Failed { attempt: latest, tries } });
                }
                Outcome::Published | Outcome::Unchanged | Outcome::Attention => {
                    if wants(Event::Failure) && before == Some(Outcome::Failed) {
                        let key = format!("recovered/{name}/{}", instant(&latest));
                        let tells = Tells::Recovered { attempt: latest.clone(), again: tries.is_some() };
                        parts.push(Part { key, tells });
                    }
                    if wants(Event::Attention) && latest.outcome == Outcome::Attention {
                        let key = format!("attention/{name}/{}/{}", fingerprint(&latest.findings), week(day));
                        parts.push(Part { key, tells: Tells::Attention(latest.clone()) });
                    }
                    if wants(Event::Always) && latest.outcome == Outcome::Unchanged {
                        let key = format!("unchanged/{name}/{}", instant(&latest));
                        parts.push(Part { key, tells: Tells::Unchanged });
                    }
                }
                _ => {}
            }
        }
        if wants(Event::Failure) {
            parts.extend(trouble::mended_parts(channel, history));
        }
        if let Some((run, body)) = self.run() {
            if wants(Event::StatusTurned) {
                parts.extend(self.turned(&run, body, channel, store)?);
            }
            if wants(Event::Success) || wants(Event::Always) {
                parts.push(Part { key: format!("success/{}", run.code), tells: Tells::Success });
            }
        }
        for deadline in self.deadlines {
            let (event, tells) = match deadline.near {
                Some(_) => (Event::DeadlineNear, Tells::Near(deadline.clone())),
                None => (Event::DeadlineMissed, Tells::Missed(deadline.clone())),
            };
            if wants(event) {
                parts.push(Part { key: deadline.key(), tells });
            }
        }
        if wants(Event::Attention) {
            parts.extend(self.undelivered(history));
        }
        for part in &mut parts {
            part.key = format!("{}@{}", part.key, channel.code);
        }
        Ok(parts)
    }

    /// The latest work of each schedule that has ended and is news, with what came of the work before.
    fn work(&self) -> BTreeMap<String, Work> {
        let mut all: BTreeMap<String, Work> = BTreeMap::new();
        let ended = self.entries.iter().filter_map(Attempt::of).filter(is_ended);
        // Who types a command sees what comes of it.
        let scheduled = ended.filter(|attempt| matches!(attempt.trigger, Trigger::Schedule { .. }));
        for attempt in scheduled.chain(self.attempt.filter(|attempt| is_ended(attempt)).cloned()) {
            let name = match &attempt.trigger {
                Trigger::Schedule { schedule, .. } => schedule.clone(),
                Trigger::Command(_) => "command".to_owned(),
            };
            let mut work = Work { tries: tries(&attempt, None), before: None, latest: attempt };
            if let Some(known) = all.remove(&name) {
                let is_known = known.latest.trigger == work.latest.trigger && known.latest.began == work.latest.began;
                if is_known {
                    // The ledger tells it already.
                    (work.before, work.tries) = (known.before, known.tries);
                } else {
                    work.tries = tries(&work.latest, Some(&known));
                    work.before = Some(known.latest.outcome);
                }
            }
            all.insert(name, work);
        }
        all.retain(|_, work| self.is_news(work.latest.began));
        all
    }

    fn turned(&self, run: &Run, body: &Value, channel: &Channel, store: &Store) -> Result<Vec<Part>, Stopped> {
        let Some(since) = body["since"].as_str() else { return Ok(Vec::new()) };
        let bodies = self.entries.iter().rev().filter(|entry| entry.kind == Kind::Run).map(|entry| &entry.body);
        let before = bodies.filter(|earlier| earlier["run"] == since).find_map(kept_figures);
        let (Some(before), Some(now)) = (before, kept_figures(body)) else { return Ok(Vec::new()) };
        let statuses = |hash: &str| -> Result<BTreeMap<String, Status>, Stopped> {
            let kept: Value = serde_json::from_slice(&store.files().get(hash)?).unwrap_or(Value::Null);
            let of = kept["statuses"][channel.report.as_str()].as_object();
            let read = |(code, name): (&String, &Value)| {
                let name = name.as_str()?;
                Some((code.clone(), Status::NAMES.iter().find(|(known, _)| *known == name)?.1))
            };
            Ok(of.into_iter().flatten().filter_map(read).collect())
        };
        let (before, now) = (statuses(&before)?, statuses(&now)?);
        let turned = |(code, after): (&String, &Status)| {
            let was = before.get(code).filter(|was| *was != after)?;
            Some(Part {
                key: format!("status/{code}/{}/{}..{}", run.code, was.as_str(), after.as_str()),
                tells: Tells::Turned { indicator: code.clone(), before: *was, after: *after },
            })
        };
        Ok(now.iter().filter_map(turned).collect())
    }

    fn undelivered(&self, history: &History) -> Vec<Part> {
        let became = |key: &str| match history.verdict(key, self.now) {
            Verdict::Unknown => Some(true),
            Verdict::GivenUp => Some(false),
            _ => None,
        };
        let part = |(key, known): (&str, &Known)| {
            // Of what tells of others nothing is told again.
            let is_own = |key: &str| !key.starts_with("undelivered/");
            let unknown = became(key).filter(|_| is_own(key) && self.is_news(known.last))?;
            // A message is told once, however much it tells.
            let mut same = history.keys_of(&known.record).filter(|one| is_own(one) && became(one) == Some(unknown));
            let first = same.next().is_some_and(|first| first == key);
            let short = hash_of(key.as_bytes())[..12].to_owned();
            first.then(|| Part {
                key: format!("undelivered/{short}"),
                tells: Tells::Undelivered { key: key.to_owned(), known: known.clone(), unknown },
            })
        };
        history.all().filter_map(part).collect()
    }
}

/// Work of one schedule.
struct Work {
    latest: Attempt,
    before: Option<Outcome>,
    /// Of work that failed: how often the same time failed by now, if it is tried again at all. Of other work: how often
    /// it had failed before it went right.
    tries: Option<u32>,
}

/// How often the time of some work failed by now, with what is known of the work before it.
fn tries(attempt: &Attempt, before: Option<&Work>) -> Option<u32> {
    let is_given_up = attempt.findings.iter().any(|finding| finding.rule == &rules::SCHEDULE_GIVEN_UP);
    if is_given_up || matches!(attempt.trigger, Trigger::Command(_)) {
        return None;
    }
    let same = before.filter(|work| work.latest.trigger == attempt.trigger && work.latest.outcome == Outcome::Failed);
    let earlier = same.and_then(|work| work.tries);
    match attempt.outcome {
        Outcome::Failed => Some(earlier.unwrap_or(0) + 1),
        _ => earlier,
    }
}

fn is_ended(attempt: &Attempt) -> bool {
    matches!(attempt.outcome, Outcome::Published | Outcome::Unchanged | Outcome::Attention | Outcome::Failed)
}

/// The instant that work stands for.
fn due(attempt: &Attempt) -> DateTime<Utc> {
    match attempt.trigger {
        Trigger::Schedule { due, .. } => due,
        Trigger::Command(_) => attempt.began,
    }
}

fn instant(attempt: &Attempt) -> String {
    due(attempt).to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

fn week(day: NaiveDate) -> String {
    format!("{}-W{:02}", day.iso_week().year(), day.iso_week().week())
}

/// What tells one trouble from another: rules, places and words, but no numbers, which differ each time. That a message
/// was not sent is no trouble of its own here: it would be told by a message.
fn fingerprint(findings: &[Finding]) -> String {
    let about_messages = [&rules::NOTICE_FAILED, &rules::NOTICE_UNKNOWN];
    let words = |text: &str| text.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
    let mut lines: Vec<String> = findings
        .iter()
        .filter(|finding| !about_messages.contains(&finding.rule))
        .map(|finding| format!("{} {} {}", finding.rule.id, finding.place, words(&finding.message)))
        .collect();
    lines.sort();
    lines.dedup();
    hash_of(lines.join("\n").as_bytes())[..8].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Place;

    #[test]
    fn the_same_trouble_is_the_same_whatever_its_numbers() {
        let of = |message: &str| fingerprint(&[Finding::warning(&rules::FETCH_UNREACHABLE, Place::Project, message)]);
        assert_eq!(of("no answer within 30 seconds"), of("no answer within 31 seconds"));
        assert_ne!(of("no answer within 30 seconds"), of("the server refuses"));
    }

    #[test]
    fn a_message_that_failed_is_no_other_trouble() {
        let other = Finding::warning(&rules::FETCH_UNREACHABLE, Place::Project, "no answer");
        let message = Finding::error(&rules::NOTICE_FAILED, Place::Project, "not sent");
        assert_eq!(fingerprint(&[other.clone(), message]), fingerprint(&[other]));
    }
}
