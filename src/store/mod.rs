//! The store: received files by hash, a chained ledger, rows as Parquet. Never edited by hand, never lost.
//!
//! [`Store::open`] takes the lock: one writer at a time. A crash at any instant leaves the state before or after a
//! write, because every file is written beside its name, synced and renamed, and the ledger is written last, in one
//! transaction: what it does not name does not exist.

mod aside;
pub mod atomic;
pub mod definitions;
pub mod fault;
pub mod ledger;
mod look;
mod rows;
pub mod spool;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

pub use crate::model::hash::hash_of;
pub use ledger::{Entry, Kind};
pub use rows::parquet;

/// What the world did to the store.
#[derive(Debug, Error)]
pub enum StoreError {
    #[error("another run is writing to {}", .0.display())]
    Busy(PathBuf),
    #[error("cannot {doing} {}: {source}", .path.display())]
    Io { doing: &'static str, path: PathBuf, source: io::Error },
    #[error("the store is damaged: {0}")]
    Damaged(String),
}

impl StoreError {
    /// Of something that the ledger names: that it is not there is no fault of the disk.
    fn reading(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| match source.kind() {
            io::ErrorKind::NotFound => Self::Damaged(format!("{} is missing", path.display())),
            _ => Self::Io { doing: "read", path, source },
        }
    }

    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { doing, path, source }
    }
}

/// An open store, locked for this process until it is dropped.
pub struct Store {
    root: PathBuf,
    /// Where else is looked for what is not there: the store that this one stands beside.
    base: Option<PathBuf>,
    ledger: ledger::Ledger,
    /// Held, not read: the lock ends with the file.
    _lock: Option<fs::File>,
    /// Of a store beside another one: its folder, which goes with it, after the ledger is closed.
    _aside: Option<aside::Folder>,
}

impl Store {
    /// Opens the store in a folder, making what is missing; and clears away what a crash left half written.
    pub fn open(root: &Path) -> Result<Self, StoreError> {
        for folder in ["files", "rows", "definitions"] {
            let folder = root.join(folder);
            fs::create_dir_all(&folder).map_err(StoreError::io("make the folder", &folder))?;
        }
        let path = root.join("lock");
        let lock = fs::OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(StoreError::io("open", &path))?;
        hold(&lock, root, &path)?;
        look::not_lost(root)?;
        let ledger = ledger::Ledger::open(&root.join("ledger.sqlite"))?;
        let store = Self { root: root.to_owned(), base: None, ledger, _lock: Some(lock), _aside: None };
        store.sweep();
        Ok(store)
    }

    pub fn ledger(&self) -> &ledger::Ledger {
        &self.ledger
    }

    pub fn ledger_mut(&mut self) -> &mut ledger::Ledger {
        &mut self.ledger
    }

    /// Keeps a received file under its hash. Keeping the same bytes twice changes nothing.
    pub fn keep_file(&self, hash: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let files = self.files();
        if files.has(hash) {
            return Ok(());
        }
        atomic::write(&Files::path(&self.root, hash), bytes)
    }

    /// The received files, for reading them from several threads.
    pub fn files(&self) -> Files {
        Files { root: self.root.clone(), base: self.base.clone() }
    }

    /// Removes half-written files. Failing at it is no trouble: they are in nobody's way.
    fn sweep(&self) {
        let mut folders = ["files", "rows", "definitions"].map(|folder| self.root.join(folder)).to_vec();
        while let Some(folder) = folders.pop() {
            atomic::sweep(&folder, &|_| true);
            let inside = fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path());
            folders.extend(inside.filter(|path| path.is_dir()));
        }
    }
}

/// Takes the lock of a store, or says who has it.
fn hold(lock: &fs::File, root: &Path, path: &Path) -> Result<(), StoreError> {
    match lock.try_lock() {
        Ok(()) => Ok(()),
        Err(fs::TryLockError::WouldBlock) => Err(StoreError::Busy(root.to_owned())),
        Err(fs::TryLockError::Error(error)) => Err(StoreError::io("lock", path)(error)),
    }
}

/// Received files by hash.
pub struct Files {
    root: PathBuf,
    base: Option<PathBuf>,
}

impl Files {
    fn path(root: &Path, hash: &str) -> PathBuf {
        root.join("files").join(hash.get(..2).unwrap_or("xx")).join(hash)
    }

    fn roots(&self) -> impl Iterator<Item = &Path> {
        std::iter::once(self.root.as_path()).chain(self.base.as_deref())
    }

    /// The names of all that lie there.
    pub fn hashes(&self) -> Vec<String> {
        let folders = fs::read_dir(self.root.join("files")).into_iter().flatten().flatten();
        let inside = folders.flat_map(|folder| fs::read_dir(folder.path()).into_iter().flatten().flatten());
        let mut names: Vec<String> = inside.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// Whether a received file is there at all.
    pub fn has(&self, hash: &str) -> bool {
        self.roots().any(|root| Self::path(root, hash).is_file())
    }

    /// A received file, checked against its name.
    pub fn get(&self, hash: &str) -> Result<Vec<u8>, StoreError> {
        let own = Self::path(&self.root, hash);
        let path = self.roots().map(|root| Self::path(root, hash)).find(|path| path.is_file()).unwrap_or(own);
        let bytes = fs::read(&path).map_err(StoreError::reading(&path))?;
        if hash_of(&bytes) == hash {
            Ok(bytes)
        } else {
            Err(StoreError::Damaged(format!("the file {hash} is not what was received")))
        }
    }
}
