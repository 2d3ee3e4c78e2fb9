//! One scheduler at a time for each store: whoever holds the lock works, and the lock ends with its process.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use crate::app::Stopped;
use crate::finding::{Finding, Place, rules};

/// Held until it is dropped.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Somebody else holds it.
#[derive(Debug)]
pub struct Held {
    path: PathBuf,
    by: String,
}

impl Held {
    pub fn finding(&self) -> Finding {
        let by = if self.by.is_empty() { String::new() } else { format!(" ({})", self.by) };
        let message = format!("another scheduler works on this store{by}");
        Finding::error(&rules::SCHEDULER_RUNNING, Place::File { file: self.path.display().to_string() }, message)
            .help("One at a time does the work. End the other one, or start this one with --wait to take over from it.")
    }
}

/// Takes the lock, or says who has it.
///
/// # Errors
/// Where the store's folder cannot be written.
pub fn take(store: &Path) -> Result<Result<Lock, Held>, Stopped> {
    let path = store.join("scheduler.lock");
    let disk = |error: std::io::Error| {
        let message = format!("cannot lock {}: {error}", path.display());
        let place = Place::File { file: path.display().to_string() };
        Stopped(vec![
            Finding::error(&rules::DISK, place, message).help("Look at the permissions and at the free space."),
        ])
    };
    fs::create_dir_all(store).map_err(disk)?;
    let mut file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(&path).map_err(disk)?;
    match file.try_lock() {
        Ok(()) => {
            // Who it is, for whoever comes second. Of no consequence where it cannot be written.
            let _ = file.set_len(0).and_then(|()| write!(file, "process {}", std::process::id()));
            Ok(Ok(Lock { _file: file }))
        }
        Err(TryLockError::WouldBlock) => {
            let mut by = String::new();
            // Windows lets nobody read a locked file.
            let _ = file.seek(SeekFrom::Start(0)).and_then(|_| file.read_to_string(&mut by));
            Ok(Err(Held { path, by }))
        }
        Err(TryLockError::Error(error)) => Err(disk(error)),
    }
}
