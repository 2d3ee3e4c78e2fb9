//! Places where a crash or a full disk would be worst, for the tests that bring them about there.
//!
//! Every write, sync, rename, removal, commit, request and mail passes through [`point`], every write to the disk through
//! [`room`], too. With [`CRASH_AT`] in the environment the process aborts at the n-th point, as if the power went; with
//! [`FULL_AT`] the disk is full at the n-th write. Without them this costs one look at a number.

use std::io;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// The environment variable that says at which point to crash.
pub const CRASH_AT: &str = "SCOREBOARD_CRASH_AT";
/// The environment variable that says which write finds the disk full: `7` the seventh alone, `7..` it and all after it.
pub const FULL_AT: &str = "SCOREBOARD_FULL_AT";

static PASSED: AtomicU64 = AtomicU64::new(0);
static WRITTEN: AtomicU64 = AtomicU64::new(0);

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

/// Passes one write.
///
/// # Errors
/// The disk is full, as it is at the write that [`FULL_AT`] names.
pub fn room() -> io::Result<()> {
    static FULL: OnceLock<Option<Full>> = OnceLock::new();
    let full = FULL.get_or_init(|| std::env::var(FULL_AT).ok().and_then(|text| Full::parse(&text)));
    match full {
        Some(full) if full.at(WRITTEN.fetch_add(1, Ordering::SeqCst) + 1) => {
            Err(io::Error::from(io::ErrorKind::StorageFull))
        }
        _ => Ok(()),
    }
}

/// Since which write the disk is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Full {
    from: u64,
    /// And stays so.
    on: bool,
}

impl Full {
    fn parse(text: &str) -> Option<Self> {
        let (number, on) = text.strip_suffix("..").map_or((text, false), |number| (number, true));
        Some(Self { from: number.parse().ok()?, on })
    }

    fn at(self, write: u64) -> bool {
        write == self.from || (self.on && write > self.from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_is_full_for_one_write_or_from_then_on() {
        let full = |text: &str| (1..=4).filter(|write| Full::parse(text).is_some_and(|full| full.at(*write))).collect();
        let (once, on, never): (Vec<u64>, Vec<u64>, Vec<u64>) = (full("2"), full("3.."), full("soon"));
        assert_eq!((once, on, never), (vec![2], vec![3, 4], vec![]));
    }
}
