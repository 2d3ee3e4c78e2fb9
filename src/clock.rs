//! Our only reader of the wall clock. What is computed never asks it: instants come in as arguments.

use std::time::{Duration, Instant};

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};

/// The environment variable that sets the clock to one instant and stops it: for tests of what depends on the hour.
pub const OVERRIDE: &str = "SCOREBOARD_NOW";

/// The environment variable that lets the clock run faster, for weeks in seconds: `INSTANT at INSTANT times N`, such as
/// `2026-03-02T00:00:00Z at 2026-11-26T23:00:00Z times 3600`. At the second instant of the true clock it is the first
/// one, and from then on each second is N. Processes that are given the same text live in the same time.
pub const FASTER: &str = "SCOREBOARD_CLOCK";

/// Now, to the second; or what [`OVERRIDE`] or [`FASTER`] make of it.
pub fn now() -> DateTime<Utc> {
    let set = std::env::var(OVERRIDE).ok().and_then(|text| DateTime::parse_from_rfc3339(&text).ok());
    let now = match (set, faster()) {
        (Some(instant), _) => instant.to_utc(),
        (None, Some(faster)) => faster.at(true_now()),
        (None, None) => true_now(),
    };
    now.trunc_subsecs(0)
}

/// How many seconds of our clock go by in one: 1, unless [`FASTER`] says otherwise.
pub fn rate() -> u32 {
    if std::env::var_os(OVERRIDE).is_some() { 1 } else { faster().map_or(1, |faster| faster.times) }
}

#[allow(clippy::disallowed_methods, reason = "the one place where the clock is read")]
fn true_now() -> DateTime<Utc> {
    Utc::now()
}

fn faster() -> Option<Faster> {
    Faster::parse(&std::env::var(FASTER).ok()?)
}

/// A clock that runs faster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Faster {
    here: DateTime<Utc>,
    there: DateTime<Utc>,
    times: u32,
}

impl Faster {
    fn parse(text: &str) -> Option<Self> {
        let (here, rest) = text.split_once(" at ")?;
        let (there, times) = rest.split_once(" times ")?;
        let instant = |text: &str| DateTime::parse_from_rfc3339(text.trim()).ok().map(|instant| instant.to_utc());
        let times: u32 = times.trim().parse().ok().filter(|times| (1..=1_000_000).contains(times))?;
        Some(Self { here: instant(here)?, there: instant(there)?, times })
    }

    fn at(self, now: DateTime<Utc>) -> DateTime<Utc> {
        let gone = (now - self.there).num_milliseconds().saturating_mul(i64::from(self.times));
        self.here.checked_add_signed(TimeDelta::milliseconds(gone)).unwrap_or(now)
    }
}

/// Counts how long something takes, whatever the clock on the wall does meanwhile.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    pub fn start() -> Self {
        Self(Instant::now())
    }

    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_faster_clock_is_the_same_for_everybody_who_is_given_the_same_text() {
        let clock = Faster::parse("2026-03-02T00:00:00Z at 2026-11-26T23:00:00Z times 3600").expect("a clock");
        let at = |text: &str| clock.at(text.parse().expect("an instant")).to_rfc3339();
        assert_eq!(at("2026-11-26T23:00:00Z"), "2026-03-02T00:00:00+00:00");
        assert_eq!(at("2026-11-26T23:00:01.500Z"), "2026-03-02T01:30:00+00:00");
        assert_eq!(at("2026-11-26T22:59:59Z"), "2026-03-01T23:00:00+00:00");
        for bad in [
            "",
            "2026-03-02T00:00:00Z",
            "2026-03-02T00:00:00Z at noon times 2",
            "2026-03-02T00:00:00Z at 2026-11-26T23:00:00Z times 0",
        ] {
            assert_eq!(Faster::parse(bad), None, "{bad}");
        }
    }
}
