//! Our only reader of the wall clock. What is computed never asks it: instants come in as arguments.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

/// The environment variable that sets the clock: for tests of what depends on the hour.
pub const OVERRIDE: &str = "SCOREBOARD_NOW";

/// Now, to the second; or the RFC 3339 instant in [`OVERRIDE`].
pub fn now() -> DateTime<Utc> {
    let set = std::env::var(OVERRIDE).ok().and_then(|text| DateTime::parse_from_rfc3339(&text).ok());
    #[allow(clippy::disallowed_methods, reason = "the one place where the clock is read")]
    let now = set.map_or_else(Utc::now, |instant| instant.to_utc());
    DateTime::from_timestamp(now.timestamp(), 0).unwrap_or(now)
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
