//! Work that is done by itself: what is due, and the process that does it.
//!
//! [`due`] decides and does nothing; [`scheduler::Scheduler`] does what is due and decides nothing; [`standing`] tells people
//! how it stands.

pub mod daemon;
pub mod due;
pub mod history;
pub mod lock;
pub mod scheduler;
pub mod standing;
mod trouble;
pub mod watch;

use chrono::{DateTime, Utc};

/// The hour by which work is done.
pub fn now() -> DateTime<Utc> {
    crate::clock::now()
}
