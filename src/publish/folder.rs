//! Into a folder: nothing is rewritten that is the same already, and a file open in Excel is no error.

use std::fs;
use std::path::{Path, PathBuf};

use crate::store::{StoreError, atomic, hash_of};

/// Where bytes went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub path: PathBuf,
    /// Of the bytes, in hexadecimal.
    pub hash: String,
    /// The name that was wanted, where another had to do.
    pub instead_of: Option<PathBuf>,
    /// False where the same bytes lay there already.
    pub written: bool,
}

/// How many numbered names are tried beside one that cannot be replaced.
const TRIES: u32 = 20;

/// Delivers a file.
pub fn deliver(folder: &Path, name: &str, bytes: &[u8]) -> Result<Receipt, StoreError> {
    let wanted = folder.join(name);
    let hash = hash_of(bytes);
    if fs::read(&wanted).is_ok_and(|there| there == bytes) {
        // A crash in the middle of another version that never came.
        atomic::clear(&wanted);
        return Ok(Receipt { path: wanted, hash, instead_of: None, written: false });
    }
    let error = match atomic::write(&wanted, bytes) {
        Ok(()) => return Ok(Receipt { path: wanted, hash, instead_of: None, written: true }),
        Err(error) => error,
    };
    // Windows keeps an open file from being replaced, and says so as a refusal of permission.
    let held = matches!(&error, StoreError::Io { doing: "replace", source, .. } if source.kind() == std::io::ErrorKind::PermissionDenied || source.raw_os_error() == Some(32));
    if !held {
        return Err(error);
    }
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    for number in 2..TRIES {
        let path = folder.join(format!("{stem} ({number}).{extension}"));
        if atomic::write(&path, bytes).is_ok() {
            return Ok(Receipt { path, hash, instead_of: Some(wanted), written: true });
        }
    }
    Err(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_bytes_are_not_written_twice() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(deliver(folder.path(), "a.json", b"1").expect("delivered").written);
        assert!(!deliver(folder.path(), "a.json", b"1").expect("delivered").written);
        assert!(deliver(folder.path(), "a.json", b"2").expect("delivered").written);
    }

    #[test]
    fn what_a_crash_left_beside_a_file_that_stays_as_it_was_is_taken_away() {
        let folder = tempfile::tempdir().expect("a folder");
        deliver(folder.path(), "a.json", b"1").expect("delivered");
        fs::copy(folder.path().join("a.json"), folder.path().join("a.json.half")).expect("copied");
        deliver(folder.path(), "a.json", b"1").expect("delivered");
        assert_eq!(fs::read_dir(folder.path()).expect("listed").count(), 1);
    }
}
