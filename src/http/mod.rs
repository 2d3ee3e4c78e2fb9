//! Requests with bounds, to one host, with secrets that show themselves nowhere. Knows nothing of what is sent.
//!
//! [`client::Client`] is the only place that sees the network. No clock and no chance of its own: see [`Surroundings`].
//! It blocks, with a runtime of its own, and must not be called from an asynchronous task.

pub mod client;
pub mod guard;
pub mod s3;
mod secret;
pub mod xml;

use std::time::Duration;

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::finding::{Rule, rules};
pub use secret::Secret;

/// What a request needs of the world besides the network.
pub trait Surroundings {
    fn now(&self) -> DateTime<Utc>;
    /// Since the work began, by a clock that never goes back.
    fn elapsed(&self) -> Duration;
    fn pause(&self, time: Duration);
    /// A number from 0 to 1, another one each time.
    fn chance(&self) -> f64;
    fn progress(&self, done: u64, of: u64);
}

/// Who signs in.
pub struct Credentials {
    pub user: Option<Secret>,
    pub secret: Secret,
}

/// What it takes to reach a place: who signs in, the address where that is a secret, and which hosts may be reached.
pub struct Access {
    pub login: Option<Credentials>,
    pub address: Option<Secret>,
    pub guard: guard::Guard,
}

/// A server, and how long it is waited for.
#[derive(Debug, Clone, Copy)]
pub struct Endpoint<'a> {
    /// Without a slash at its end; paths are put behind it.
    pub url: &'a str,
    /// For one request.
    pub timeout: Duration,
    /// For all of them.
    pub total: Duration,
    /// What it does not know when it answers 404, and what to look at then.
    pub unknown: (&'static str, &'static str),
}

/// Why nothing came of it. `message` is a lower-case phrase without a full stop, without secrets.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct Failure {
    pub rule: &'static Rule,
    pub message: String,
    pub help: Option<String>,
}

impl Failure {
    pub fn new(rule: &'static Rule, message: impl Into<String>) -> Self {
        Self { rule, message: message.into(), help: None }
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The server did not give what it says it has.
    pub fn incomplete(message: impl Into<String>) -> Self {
        Self::new(&rules::FETCH_INCOMPLETE, message)
    }

    /// The server answers in a way that is not documented.
    pub fn strange(message: impl Into<String>) -> Self {
        Self::new(&rules::FETCH_UNREADABLE, message)
    }
}
