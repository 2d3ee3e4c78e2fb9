//! A store beside another one: it begins as that one is, and leaves it alone. For looking at what would come of something.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Store, StoreError, ledger, look};

/// How often, and how long apart, a folder that cannot be taken away is tried again.
const TRIES: u32 = 50;
const PAUSE: std::time::Duration = std::time::Duration::from_millis(10);

static NEXT: AtomicUsize = AtomicUsize::new(0);

/// A folder that goes when it is dropped.
pub(super) struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self, StoreError> {
        let temporary = std::env::temp_dir();
        loop {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let path = temporary.join(format!("scoreboard-{}-{number}", std::process::id()));
            match make(&path) {
                Ok(()) => return Ok(Self(path)),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(StoreError::io("make the folder", &path)(error)),
            }
        }
    }

    /// One with the places of a store in it.
    pub(super) fn with_places() -> Result<(Self, PathBuf), StoreError> {
        let folder = Self::new()?;
        let root = folder.0.clone();
        for name in ["files", "rows"] {
            let inside = root.join(name);
            fs::create_dir_all(&inside).map_err(StoreError::io("make the folder", &inside))?;
        }
        Ok((folder, root))
    }
}

/// Nobody else may look into it: what partners sent lies there for a while.
fn make(path: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        fs::DirBuilder::new().mode(0o700).create(path)
    }
    #[cfg(not(unix))]
    fs::create_dir(path)
}

impl Drop for Folder {
    fn drop(&mut self) {
        // The database closes its file a moment later, and Windows takes away no open file. What is left after all is in
        // nobody's way.
        for _ in 0..TRIES {
            if fs::remove_dir_all(&self.0).is_ok() || !self.0.exists() {
                return;
            }
            std::thread::sleep(PAUSE);
        }
    }
}

impl Store {
    /// Opens a store beside the one in a folder, which may not be there yet. It begins with what the ledger of that one
    /// says now; what is written goes into a folder of its own and is gone afterwards. It needs no lock: others may
    /// write to the other one meanwhile, where nothing is ever changed or taken away that the ledger names.
    pub fn aside(base: &Path) -> Result<Self, StoreError> {
        let (folder, root) = Folder::with_places()?;
        look::copy_ledger(base, &root)?;
        let ledger = ledger::Ledger::open(&root.join("ledger.sqlite"))?;
        Ok(Self { root, base: Some(base.to_owned()), ledger, _lock: None, _aside: Some(folder) })
    }

    /// Opens the store in a folder; where somebody else is writing to it, one beside it, so that a question can be
    /// answered meanwhile.
    pub fn open_or_aside(root: &Path) -> Result<Self, StoreError> {
        match Self::open(root) {
            Err(StoreError::Busy(_)) => Self::aside(root),
            opened => opened,
        }
    }

    /// Opens an empty store that is gone when it is dropped.
    pub fn passing() -> Result<Self, StoreError> {
        let (folder, root) = Folder::with_places()?;
        let ledger = ledger::Ledger::open(&root.join("ledger.sqlite"))?;
        Ok(Self { root, base: None, ledger, _lock: None, _aside: Some(folder) })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::store::{Kind, hash_of};

    #[test]
    fn a_store_beside_another_knows_what_that_one_knows_and_leaves_it_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("store");
        let mut store = Store::open(&root).expect("opened");
        let at = "2016-06-30T06:00:00Z".parse().expect("an instant");
        store.keep_file(&hash_of(b"one"), b"one").expect("kept");
        store.ledger_mut().append(at, &[(Kind::Received, json!({}))]).expect("appended");
        drop(store);
        let mut aside = Store::aside(&root).expect("opened");
        let mut writing = Store::open(&root).expect("others may write meanwhile");
        writing.ledger_mut().append(at, &[(Kind::Read, json!({}))]).expect("appended");
        let mut answering = Store::open_or_aside(&root).expect("a question is answered meanwhile");
        assert_eq!(answering.ledger_mut().entries().expect("read").len(), 2);
        drop((answering, writing));
        let own = aside.root.clone();
        aside.keep_file(&hash_of(b"one"), b"one").expect("known");
        aside.keep_file(&hash_of(b"two"), b"two").expect("kept");
        aside.ledger_mut().append(at, &[(Kind::Run, json!({}))]).expect("appended");
        for bytes in [b"one", b"two"] {
            assert_eq!(aside.files().get(&hash_of(bytes)).expect("read"), bytes);
        }
        assert_eq!(aside.ledger_mut().entries().expect("read").len(), 2);
        assert!(!own.join("files").join(&hash_of(b"one")[..2]).exists());
        drop(aside);
        assert!(!own.exists(), "the folder goes");
        let mut store = Store::open(&root).expect("opened");
        assert_eq!(store.ledger_mut().entries().expect("read").len(), 2, "without what was written beside it");
        assert!(store.files().get(&hash_of(b"two")).is_err());
        drop(store);
        // Beside a store that is not there yet.
        let none = folder.path().join("none");
        assert!(Store::aside(&none).expect("opened").ledger_mut().entries().expect("read").is_empty());
        assert!(!none.exists());
    }
}
