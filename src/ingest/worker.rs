//! The worker: a process of this program that reads files for another one, and may die of any of them.
//!
//! It bounds its own memory, opens no file and no connection: bytes come on standard input, cells go out on standard
//! output, until the input ends.

use std::io::{self, Read as _, Write as _};

use super::sandbox::Other;
use super::wire::{self, Job};
use super::{Refusal, read};
use crate::finding::rules;

/// Makes workers fail on purpose, for tests: `abort:NAME`, `loop:NAME`, `allocate:NAME` or `panic:NAME`, where NAME is
/// part of the file's name.
pub(super) const FAULT: &str = "SCOREBOARD_READER_FAULT";

/// Serves until standard input ends. `memory_bytes` bounds what the process may allocate; `other` does what is asked
/// beside reading.
///
/// # Errors
/// When the pipes to the parent break, which is how a parent that died is noticed.
pub fn serve(memory_bytes: u64, other: Other<'_>) -> io::Result<()> {
    bound_memory(memory_bytes);
    // A panic is told to the parent as a refusal; its text would only fill the pipe.
    std::panic::set_hook(Box::new(|_| {}));
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    loop {
        let mut length = [0; 8];
        if let Err(error) = input.read_exact(&mut length) {
            return if error.kind() == io::ErrorKind::UnexpectedEof { Ok(()) } else { Err(error) };
        }
        let mut bytes = Vec::new();
        (&mut input).take(u64::from_le_bytes(length)).read_to_end(&mut bytes)?;
        let job = wire::read_job(&bytes).ok_or_else(|| io::Error::other("a request that is none"))?;
        let done = match job {
            Job::Read(request) => Err(request),
            Job::Other(request) => Ok(other(request)),
        };
        // The request has its own copy: while a file is read, it must not stand in memory twice.
        drop(bytes);
        let answer = match done {
            Ok(answer) => answer,
            Err(request) => {
                fault(&request.name);
                wire::answer(&read(&request.name, &request.bytes, &request.options))
            }
        };
        output.write_all(&(answer.len() as u64).to_le_bytes())?;
        output.write_all(&answer)?;
        output.flush()?;
    }
}

#[cfg(unix)]
fn bound_memory(bytes: u64) {
    // Where the system does not know the limit, the parent's clock and the limits of `guard` remain.
    let _ = rlimit::Resource::DATA.set(bytes, bytes);
}

#[cfg(windows)]
fn bound_memory(bytes: u64) {
    let limit = || {
        let mut info = win32job::ExtendedLimitInfo::new();
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        info.limit_working_memory(1 << 20, bytes).limit_kill_on_job_close();
        let job = win32job::Job::create_with_limit_info(&info).ok()?;
        job.assign_current_process().ok()?;
        // The job must live as long as the process: letting it go would end both.
        std::mem::forget(job);
        Some(())
    };
    let _ = limit();
}

#[cfg(not(any(unix, windows)))]
fn bound_memory(_: u64) {}

fn fault(name: &str) {
    let Ok(fault) = std::env::var(FAULT) else { return };
    let Some((kind, part)) = fault.split_once(':') else { return };
    if !name.contains(part) {
        return;
    }
    match kind {
        "abort" => std::process::abort(),
        "loop" => loop {
            std::thread::sleep(std::time::Duration::from_secs(1));
        },
        "allocate" => {
            // More than any limit; the allocator ends the process.
            let all: Vec<Vec<u8>> = (0..1_000_000).map(|_| vec![1; 1 << 24]).collect();
            drop(std::hint::black_box(all));
        }
        _ => {}
    }
}

/// What a dead worker's last words and its end say about the file.
pub(super) fn autopsy(last_words: &str, memory_bytes: u64) -> Refusal {
    if last_words.contains("memory allocation") {
        let message = format!("needs more than {} MB of memory to be read", memory_bytes / 1_000_000);
        return Refusal::new(&rules::FILE_TOO_LARGE, message).help(
            "Delete empty formatted rows and columns and save again; or raise `memory_mb` of `[limits]` in scoreboard.toml.",
        );
    }
    Refusal::damaged("is damaged in a way that its reader does not survive")
}
