//! The definition files of past runs: one archive for each state of them, named by its content.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read as _, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use super::{Store, StoreError, atomic};
use crate::model::hash::hex;

/// Files by their path in the project.
pub type Files = BTreeMap<String, Vec<u8>>;

impl Store {
    /// Keeps definition files, and gives the name by which a run remembers them. Keeping the same twice changes nothing.
    pub fn keep_definitions(&self, files: &Files) -> Result<String, StoreError> {
        let name = definitions_hash(files);
        let path = self.definitions_path(&name);
        if !path.is_file() && !self.base.iter().any(|base| in_store(base, &name).is_file()) {
            let bytes = archive(files).map_err(|error| StoreError::Damaged(format!("definitions: {error}")))?;
            atomic::write(&path, &bytes)?;
        }
        Ok(name)
    }

    /// The definition files of this name, checked against it.
    pub fn definitions(&self, name: &str) -> Result<Files, StoreError> {
        let own = self.definitions_path(name);
        let base = self.base.as_ref().map(|base| in_store(base, name));
        let path = base.filter(|_| !own.is_file()).unwrap_or(own);
        let bytes = fs::read(&path).map_err(StoreError::io("read", &path))?;
        let files = files_of(&bytes)
            .map_err(|error| StoreError::Damaged(format!("the definitions {name} cannot be read: {error}")))?;
        if definitions_hash(&files) == name {
            Ok(files)
        } else {
            Err(StoreError::Damaged(format!("the definitions {name} are not what was kept")))
        }
    }

    fn definitions_path(&self, name: &str) -> PathBuf {
        in_store(&self.root, name)
    }
}

fn in_store(root: &Path, name: &str) -> PathBuf {
    root.join("definitions").join(format!("{name}.zip"))
}

/// Of the files themselves, not of the archive: another version of the library may pack otherwise.
pub fn definitions_hash(files: &Files) -> String {
    let mut hasher = Sha256::new();
    for (name, bytes) in files {
        // Lengths keep two neighbours from running into each other.
        hasher.update((name.len() as u64).to_le_bytes());
        hasher.update(name.as_bytes());
        hasher.update((bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    }
    hex(&hasher.finalize())
}

fn archive(files: &Files) -> Result<Vec<u8>, ZipError> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default());
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(name.as_str(), options)?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

fn files_of(bytes: &[u8]) -> Result<Files, ZipError> {
    let mut zip = ZipArchive::new(Cursor::new(bytes))?;
    let mut files = Files::new();
    for index in 0..zip.len() {
        let mut part = zip.by_index(index)?;
        let name = part.name()?.into_owned();
        let mut content = Vec::new();
        part.read_to_end(&mut content)?;
        files.insert(name, content);
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_come_back_as_they_were_and_a_change_is_noticed() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path()).expect("opened");
        let files: Files =
            [("scoreboard.toml", "schema = 1"), ("indicators/é.toml", "")].map(|(n, t)| (n.into(), t.into())).into();
        let name = store.keep_definitions(&files).expect("kept");
        assert_eq!(store.keep_definitions(&files).expect("kept again"), name);
        assert_eq!(store.definitions(&name).expect("read"), files);
        let other: Files = [("scoreboard.toml".to_owned(), b"schema = 2".to_vec())].into();
        let changed = archive(&other).expect("packed");
        atomic::write(&store.definitions_path(&name), &changed).expect("written");
        assert!(matches!(store.definitions(&name), Err(StoreError::Damaged(_))));
    }
}
