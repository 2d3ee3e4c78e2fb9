//! A folder for one verification: nobody else may look into it, and it goes when the verification ends.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Names that are tried: a crash may have left some.
const TRIES: u32 = 1_000;

pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new() -> io::Result<Self> {
        let parent = std::env::temp_dir();
        for number in 0..TRIES {
            let folder = parent.join(format!("scoreboard-verify-{}-{number}", std::process::id()));
            match make(&folder) {
                Ok(()) => return Ok(Self(folder)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

/// What partners sent lies in it for a while.
fn make(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
