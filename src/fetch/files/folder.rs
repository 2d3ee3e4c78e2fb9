//! A folder of this machine: a share, or what a program keeps in step with the cloud.
//!
//! No link is followed. A file that changes between two looks is being written, and is left for the next time.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use super::{Asked, Got, Item, Left, Mark, counted, sound};
use crate::finding::rules;
use crate::http::Failure;

/// Between two looks at files that are new.
const PAUSE: Duration = Duration::from_secs(1);
/// Folders within folders.
const DEEPEST: usize = 12;

pub(super) struct Shelf<'a> {
    asked: &'a Asked<'a>,
    folder: PathBuf,
    paused: bool,
}

impl<'a> Shelf<'a> {
    pub fn open(asked: &'a Asked<'a>, path: &Path) -> Result<Self, Failure> {
        let folder = asked.root.join(path);
        fs::read_dir(&folder).map_err(|error| {
            let message = format!("the folder {} cannot be opened: {error}", path.display());
            let help = "Look whether the share is connected, and may be read by the account that runs scoreboard.";
            Failure::new(&rules::FETCH_UNREACHABLE, message).help(help)
        })?;
        Ok(Self { asked, folder, paused: false })
    }
}

fn mark(metadata: &Metadata) -> Mark {
    let modified = metadata.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    Mark { etag: None, modified: modified.map(|at| at.as_nanos().to_string()), bytes: Some(metadata.len()) }
}

impl super::Shelf for Shelf<'_> {
    fn list(&mut self, left: &mut Vec<Left>) -> Result<Vec<Item>, Failure> {
        let (mut items, mut folders) = (Vec::new(), vec![(self.folder.clone(), String::new(), 0)]);
        while let Some((folder, before, depth)) = folders.pop() {
            let entries = fs::read_dir(&folder).map_err(|error| {
                let message = format!("the folder {before} within cannot be opened: {error}");
                Failure::new(&rules::FETCH_UNREACHABLE, message)
            })?;
            for entry in entries.flatten() {
                let name = format!("{before}{}", entry.file_name().to_string_lossy());
                let Ok(metadata) = fs::symlink_metadata(entry.path()) else { continue };
                if sound(&name).is_none() {
                    left.push(Left { name, why: "has a name that cannot be used".to_owned() });
                } else if metadata.is_symlink() {
                    left.push(Left { name, why: "is a link, and no link is followed".to_owned() });
                } else if metadata.is_dir() {
                    let hidden = entry.file_name().to_string_lossy().starts_with('.');
                    if self.asked.source.subfolders && !hidden && depth < DEEPEST {
                        folders.push((entry.path(), format!("{name}/"), depth + 1));
                    }
                } else if metadata.is_file() {
                    let address = entry.path().to_string_lossy().into_owned();
                    items.push(Item { name, mark: mark(&metadata), address });
                    counted(self.asked, items.len())?;
                }
            }
        }
        Ok(items)
    }

    fn get(&mut self, item: &Item) -> Result<Got, Failure> {
        if !self.paused {
            self.asked.surroundings.pause(PAUSE);
            self.paused = true;
        }
        let path = self.folder.join(&item.name);
        let look = || fs::symlink_metadata(&path).ok().filter(Metadata::is_file).map(|metadata| mark(&metadata));
        let changed = || Got::Left("is being written: it changed while it was looked at".to_owned());
        if look().as_ref() != Some(&item.mark) {
            return Ok(changed());
        }
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) => return Ok(Got::Left(format!("cannot be opened: {error}"))),
        };
        if look().as_ref() != Some(&item.mark) || item.mark.bytes != Some(bytes.len() as u64) {
            return Ok(changed());
        }
        Ok(Got::File(bytes, item.mark.clone()))
    }

    fn requests(&self) -> u32 {
        0
    }
}
