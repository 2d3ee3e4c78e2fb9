//! Which panics end the fuzzer.
//!
//! `ingest::read` catches panics, so that one file costs one file. Under the fuzzer those of our own code must be seen
//! all the same: a hook ends the process before anything is caught. calamine panics on damaged .xls and .xlsb by
//! design of its code (it indexes records that may be too short); there its panics are what the catching is for, and
//! are passed over. In the other formats they are not.

use std::cell::Cell;
use std::panic;

thread_local! {
    static FORGIVING: Cell<bool> = const { Cell::new(false) };
}

/// From now on, a panic ends the process unless it is forgiven.
pub fn watch() {
    panic::set_hook(Box::new(|info| {
        let foreign = info.location().is_none_or(|place| place.file().starts_with('/'));
        if foreign && FORGIVING.get() {
            return;
        }
        eprintln!("{info}\n{}", std::backtrace::Backtrace::force_capture());
        std::process::abort();
    }));
}

/// Runs `work` with the panics of libraries forgiven, where `forgive` says so.
pub fn forgive_libraries<T>(forgive: bool, work: impl FnOnce() -> T) -> T {
    FORGIVING.set(forgive);
    let done = work();
    FORGIVING.set(false);
    done
}
