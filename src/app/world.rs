//! The world as requests see it: the clock, chance, and secrets by the names of environment variables.

use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::Progress;
use crate::clock::{self, Stopwatch};
use crate::finding::{Finding, Place, rules};
use crate::http::{Credentials, Secret, Surroundings};

/// Secrets from the environment. `place` is what they are for.
pub fn credentials(place: &Place, user: Option<&str>, secret: &str) -> Result<Credentials, Box<Finding>> {
    let read = |name: &str| {
        std::env::var(name).ok().and_then(|text| Secret::new(&text)).ok_or_else(|| {
            let message = format!("the environment variable {name} is not set, or is not one line of text");
            Box::new(Finding::error(&rules::SECRET_MISSING, place.clone(), message).help(rules::SECRET_MISSING.fix))
        })
    };
    Ok(Credentials { user: user.map(read).transpose()?, secret: read(secret)? })
}

/// The world outside, as it is.
pub struct World<'a> {
    watch: Stopwatch,
    /// What progress is told of.
    stage: &'a str,
    progress: Progress<'a>,
}

impl<'a> World<'a> {
    /// Time counts from now.
    pub fn new(stage: &'a str, progress: Progress<'a>) -> Self {
        Self { watch: Stopwatch::start(), stage, progress }
    }
}

impl Surroundings for World<'_> {
    fn now(&self) -> DateTime<Utc> {
        clock::now()
    }

    fn elapsed(&self) -> Duration {
        self.watch.elapsed()
    }

    fn pause(&self, time: Duration) {
        std::thread::sleep(time);
    }

    fn chance(&self) -> f64 {
        // Its keys are new each time, which is all that is needed here.
        f64::from(u32::try_from(RandomState::new().hash_one(0) >> 32).unwrap_or(0)) / f64::from(u32::MAX)
    }

    fn progress(&self, answers: u64, of: u64) {
        let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        (self.progress)(self.stage, count(answers), count(of));
    }
}
