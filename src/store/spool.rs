//! What a fetch has so far: a folder beside the store's files, for one process at a time, emptied when all is received.

use std::fs;
use std::path::{Path, PathBuf};

use super::{StoreError, atomic, fault};

/// The folder of one source, locked until it is dropped. It needs no open [`Store`](super::Store): a fetch may take
/// minutes, in which others may write.
pub struct Spool {
    folder: PathBuf,
    _lock: fs::File,
}

impl Spool {
    /// Opens the folder of a source, whose code is a file name.
    pub fn open(store: &Path, source: &str) -> Result<Self, StoreError> {
        let folder = store.join("spool").join(source);
        fs::create_dir_all(&folder).map_err(StoreError::io("make the folder", &folder))?;
        let path = folder.join("lock");
        let mut options = fs::OpenOptions::new();
        let lock = options.create(true).truncate(false).write(true).open(&path);
        let lock = lock.map_err(StoreError::io("open", &path))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { folder, _lock: lock }),
            Err(fs::TryLockError::WouldBlock) => Err(StoreError::Busy(folder)),
            Err(fs::TryLockError::Error(error)) => Err(StoreError::io("lock", &path)(error)),
        }
    }

    /// None where it is not there, or cannot be read: then it is fetched again.
    pub fn read(&self, name: &str) -> Option<Vec<u8>> {
        fs::read(self.folder.join(name)).ok()
    }

    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        atomic::write(&self.folder.join(name), bytes)
    }

    /// Takes all away but the lock.
    pub fn clear(&self) -> Result<(), StoreError> {
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if entry.file_name() != "lock" {
                fault::point();
                fs::remove_file(&path).map_err(StoreError::io("remove", &path))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_fetch_has_so_far_is_there_for_the_next_and_for_one_at_a_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let spool = Spool::open(folder.path(), "kobo_eu").expect("opened");
        spool.write("page", b"rows").expect("written");
        assert!(matches!(Spool::open(folder.path(), "kobo_eu"), Err(StoreError::Busy(_))));
        assert!(Spool::open(folder.path(), "odk").is_ok());
        drop(spool);
        let spool = Spool::open(folder.path(), "kobo_eu").expect("opened again");
        assert_eq!(spool.read("page").as_deref(), Some(b"rows".as_slice()));
        spool.clear().expect("cleared");
        assert_eq!(spool.read("page"), None);
    }
}
