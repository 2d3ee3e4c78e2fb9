//! Schedules as they stand, for `schedule --list` and `status`.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

use super::output::{Output, bold, count, table};
use super::runs::symbol;
use crate::app::work::Ending;
use crate::model::schedule::TRIES;
use crate::schedule::scheduler::outcome;
use crate::schedule::standing::{Standing, Waits};

/// `Mon 7 Dec 2026 06:00`, as the clocks of the zone show it.
pub fn instant(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%a %-d %b %Y %H:%M").to_string()
}

pub fn tell(standing: &[Standing], output: &Output) {
    for one in standing {
        output.line(&format!("{}: {}", bold(&one.code), one.words));
        let mut rows: Vec<Vec<String>> = Vec::new();
        let mut row = |what: &str, says: String| rows.push(vec![format!("  {what}"), says]);
        if let Some(waiting) = &one.waits {
            row("due", format!("! {}", waits(waiting, one.zone)));
        }
        if let Some((tried, at)) = one.again {
            row("again", format!("on {}, as try {} of {TRIES}", instant(at, one.zone), tried + 1));
        }
        let next: Vec<String> = one.next.iter().map(|at| instant(*at, one.zone)).collect();
        let unseen = if one.unseen { "; once a scheduler has seen it" } else { "" };
        row("next", format!("{}{unseen}", next.join(", ")));
        let last = one.last.as_ref().map_or_else(
            || "never".to_owned(),
            |(at, attempt)| {
                let symbol = symbol(Ending::Outcome(attempt.outcome));
                format!("{symbol} {} at {}", outcome(attempt.outcome), instant(*at, one.zone))
            },
        );
        row("last", last);
        for line in table(&rows) {
            output.line(&line);
        }
    }
}

fn waits(one: &Waits, zone: Tz) -> String {
    let earlier = match one.missed {
        0 => String::new(),
        missed => format!(" (and {} before)", count(missed as u64, "time", "times")),
    };
    let what = match one.begun {
        0 => "waits: no scheduler has begun it".to_owned(),
        1 => "has begun and not ended".to_owned(),
        begun => format!("has begun {begun} times and not ended"),
    };
    format!("since {}{earlier}; {what}", instant(one.due, zone))
}

pub fn json(standing: &[Standing]) -> Vec<Value> {
    let of = |one: &Standing| {
        json!({
            "schedule": one.code, "words": one.words, "time_zone": one.zone.name(), "next": one.next,
            "waits": one.waits.map(|waits| json!({ "due": waits.due, "missed": waits.missed, "begun": waits.begun })),
            "tried_again": one.again.map(|(tried, at)| json!({ "at": at, "tried": tried })),
            "seen": !one.unseen,
            "last": one.last.as_ref().map(|(at, attempt)| json!({ "ended": at, "attempt": attempt.to_json() })),
            "last_success": one.success,
        })
    };
    standing.iter().map(of).collect()
}
