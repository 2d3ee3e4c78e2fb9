//! Files that are there whole or not at all: written beside their name, synced, renamed, and the folder synced.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::{StoreError, fault};

const SUFFIX: &str = ".half";

/// Whether a file is the half of one that a crash left.
pub fn is_temporary(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == &SUFFIX[1..])
}

/// Writes a file so that a crash leaves the old one or the new one.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(StoreError::io("make the folder", folder))?;
    let temporary = beside(path);
    fault::point();
    let written = fault::room().and_then(|()| File::create(&temporary)).and_then(|mut file| {
        // The name takes room as well as the bytes.
        fault::room()?;
        file.write_all(bytes)?;
        fault::point();
        file.sync_all()
    });
    if let Err(error) = written {
        // A full disk: take back what was begun, so that the space is free again.
        let _ = fs::remove_file(&temporary);
        return Err(StoreError::io("write", path)(error));
    }
    fault::point();
    fs::rename(&temporary, path).map_err(|error| {
        let _ = fs::remove_file(&temporary);
        StoreError::io("replace", path)(error)
    })?;
    fault::point();
    sync_folder(folder)
}

/// Takes away the half of a file that a crash left and that nobody will write again.
pub fn clear(path: &Path) {
    let _ = fs::remove_file(beside(path));
}

/// Takes away what crashes left half written in a folder, of the files whose names are ours. Failing at it is no trouble:
/// a half is in nobody's way.
pub fn sweep(folder: &Path, ours: &dyn Fn(&str) -> bool) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if is_temporary(&entry.path()) && entry.file_name().to_str().is_some_and(ours) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().map(std::ffi::OsStr::to_owned).unwrap_or_default();
    name.push(SUFFIX);
    path.with_file_name(name)
}

/// A rename lasts once its folder is synced. Windows has no such call, and needs none.
fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    if cfg!(unix) {
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(StoreError::io("sync the folder", folder))?;
        fault::point();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("deep/a.txt");
        write(&path, b"one").expect("written");
        write(&path, b"two").expect("written");
        assert_eq!(fs::read(&path).expect("read"), b"two");
        assert_eq!(fs::read_dir(path.parent().expect("a folder")).expect("listed").count(), 1);
    }
}
