//! A look at a store: no lock, nothing changes on the disk, and somebody else may be writing.

use std::fs;
use std::path::Path;

use super::aside::Folder;
use super::ledger::Ledger;
use super::{Store, StoreError};

/// Files of a ledger: of a database that a crash left, also what undoes its last transaction.
const LEDGER: [&str; 2] = ["ledger.sqlite", "ledger.sqlite-journal"];

impl Store {
    /// Opens the store in a folder for reading alone. One that is not there reads as empty.
    pub fn look(root: &Path) -> Result<Self, StoreError> {
        let path = root.join(LEDGER[0]);
        let store = |ledger, aside| Self { root: root.to_owned(), base: None, ledger, _lock: None, _aside: aside };
        if !path.is_file() {
            return Ok(store(Ledger::nowhere()?, None));
        }
        match whole(&path) {
            Ok(Some(ledger)) => Ok(store(ledger, None)),
            Ok(None) => {
                not_lost(root)?;
                Ok(store(Ledger::nowhere()?, None))
            }
            // A crash left a transaction half written. Undoing it is a change, so it is done in a copy.
            Err(StoreError::Io { .. }) => {
                let (folder, copy) = Folder::with_places()?;
                copy_files(root, &copy)?;
                Ok(store(Ledger::open(&copy.join(LEDGER[0]))?, Some(folder)))
            }
            Err(error) => Err(error),
        }
    }
}

/// None where it is being made just now.
fn whole(path: &Path) -> Result<Option<Ledger>, StoreError> {
    let mut ledger = Ledger::look(path)?;
    Ok(ledger.is_made()?.then_some(ledger))
}

/// Refuses a store whose ledger is empty though something was kept: the ledger is made before anything is, so it was lost,
/// and a new history must not begin in its place.
pub(super) fn not_lost(root: &Path) -> Result<(), StoreError> {
    let path = root.join(LEDGER[0]);
    let is_empty = fs::metadata(&path).is_ok_and(|metadata| metadata.len() == 0);
    // What undoes a transaction may hold it still.
    let is_lost = is_empty && !root.join(LEDGER[1]).is_file();
    let kept = |folder: &str| fs::read_dir(root.join(folder)).is_ok_and(|mut entries| entries.next().is_some());
    if is_lost && ["files", "rows", "definitions"].into_iter().any(kept) {
        let message = format!("{} is empty, though the store holds files", path.display());
        return Err(StoreError::Damaged(message));
    }
    Ok(())
}

/// Copies what the ledger of one store says into the folder of another; nothing where there is none yet.
pub(super) fn copy_ledger(from: &Path, to: &Path) -> Result<(), StoreError> {
    let path = from.join(LEDGER[0]);
    if !path.is_file() {
        return Ok(());
    }
    match whole(&path) {
        Ok(Some(mut ledger)) => ledger.copy_to(&to.join(LEDGER[0])),
        Ok(None) => not_lost(from),
        Err(StoreError::Io { .. }) => copy_files(from, to),
        Err(error) => Err(error),
    }
}

fn copy_files(from: &Path, to: &Path) -> Result<(), StoreError> {
    for name in LEDGER {
        let from = from.join(name);
        if from.is_file() {
            fs::copy(&from, to.join(name)).map_err(StoreError::io("read", &from))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::PathBuf;

    use serde_json::json;

    use super::*;
    use crate::store::{Kind, hash_of};

    fn everything(folder: &Path) -> BTreeMap<PathBuf, String> {
        let mut found = BTreeMap::new();
        for entry in fs::read_dir(folder).expect("listed").flatten() {
            let path = entry.path();
            if path.is_dir() {
                found.extend(everything(&path));
                found.insert(path, "a folder".to_owned());
            } else {
                found.insert(path.clone(), hash_of(&fs::read(&path).expect("read")));
            }
        }
        found
    }

    fn at() -> chrono::DateTime<chrono::Utc> {
        chrono::DateTime::from_timestamp(1_467_280_800, 0).expect("an instant")
    }

    #[test]
    fn an_empty_ledger_beside_kept_files_begins_no_new_history() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("store");
        fs::create_dir_all(&root).expect("made");
        fs::File::create(root.join("ledger.sqlite")).expect("emptied");
        let mut new = Store::open(&root).expect("a store that was cut short as it was made");
        new.ledger_mut().append(at(), &[(Kind::Run, json!({}))]).expect("appended");
        new.keep_file(&hash_of(b"x"), b"x").expect("kept");
        drop(new);
        fs::File::create(root.join("ledger.sqlite")).expect("emptied");
        let is_damaged = |error: Option<StoreError>| matches!(error, Some(StoreError::Damaged(_)));
        assert!(is_damaged(Store::open(&root).err()));
        assert!(is_damaged(Store::look(&root).err()));
        assert!(is_damaged(Store::aside(&root).err()));
        assert_eq!(fs::metadata(root.join("ledger.sqlite")).expect("there").len(), 0, "it is left as it is");
    }

    #[test]
    fn a_look_needs_no_lock_and_changes_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("store");
        assert!(Store::look(&root).expect("opened").ledger_mut().entries().expect("read").is_empty());
        assert!(!root.exists(), "a store is not made for it");
        let mut writing = Store::open(&root).expect("opened");
        writing.ledger_mut().append(at(), &[(Kind::Run, json!({}))]).expect("appended");
        let before = everything(&root);
        let mut looking = Store::look(&root).expect("opened beside a writer");
        assert_eq!(looking.ledger_mut().entries().expect("read").len(), 1);
        assert!(looking.ledger_mut().append(at(), &[(Kind::Run, json!({}))]).is_err(), "it cannot write");
        assert_eq!(everything(&root), before);
        writing.ledger_mut().append(at(), &[(Kind::Run, json!({}))]).expect("a look keeps nobody from writing");
        assert_eq!(looking.ledger_mut().entries().expect("read").len(), 2);
    }
}
