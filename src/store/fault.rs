//! Places where a crash would be worst, for the test that crashes there.
//!
//! Every write, sync, rename and commit passes through [`point`]. With `SCOREBOARD_CRASH_AT=n` in the environment the
//! process aborts at the n-th of them, as if the power went; without it this costs one look at a number.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// The environment variable that says at which point to crash.
pub const CRASH_AT: &str = "SCOREBOARD_CRASH_AT";

static PASSED: AtomicU64 = AtomicU64::new(0);

/// Passes one point, or crashes there.
pub fn point() {
    static CRASH: OnceLock<Option<u64>> = OnceLock::new();
    let crash = CRASH.get_or_init(|| std::env::var(CRASH_AT).ok().and_then(|text| text.parse().ok()));
    if let Some(at) = crash
        && PASSED.fetch_add(1, Ordering::SeqCst) + 1 == *at
    {
        std::process::abort();
    }
}
