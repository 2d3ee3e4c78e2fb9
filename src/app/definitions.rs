//! The files that a project's definitions are read from: as they lie in its folder, or as they were kept with a run.
//! Whatever is read through here is remembered, so that all of it can be kept.

use std::cell::RefCell;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::Stopped;
use crate::define::{SourceFile, standard};
use crate::finding::{Finding, Place, rules};
use crate::store::definitions::{Files, definitions_hash};

/// The folders of definitions beside `scoreboard.toml`.
const FOLDERS: [&str; 4] = ["decisions", "indicators", "pipelines", "reports"];
pub const HEAD: &str = "scoreboard.toml";
/// What was decided of organisations and countries, where it is one file.
pub const DECISIONS: &str = "decisions.toml";

/// Where definition files come from, and what was read so far.
pub struct Definitions {
    from: Origin,
    read: RefCell<Files>,
}

enum Origin {
    Folder(PathBuf),
    Kept(Files),
}

impl Definitions {
    /// Those of a project's folder.
    pub fn of(root: &Path) -> Self {
        Self { from: Origin::Folder(root.to_owned()), read: RefCell::default() }
    }

    /// Those that were kept.
    pub fn kept(files: Files) -> Self {
        Self { from: Origin::Kept(files), read: RefCell::default() }
    }

    /// A file by its path in the project, with `/`.
    ///
    /// # Errors
    /// Why it cannot be read: also a path that leads out of the project.
    pub fn bytes(&self, name: &str) -> io::Result<Vec<u8>> {
        let inside = Path::new(name).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if name.is_empty() || !inside {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a path inside the project"));
        }
        let bytes = match &self.from {
            Origin::Folder(root) => fs::read(root.join(name))?,
            Origin::Kept(files) => files.get(name).cloned().ok_or(io::ErrorKind::NotFound)?,
        };
        self.read.borrow_mut().insert(name.to_owned(), bytes.clone());
        Ok(bytes)
    }

    /// The text of an entry of the catalogue: this program's, and of definitions that were kept, the one that was kept.
    pub fn entry(&self, name: &str) -> Option<String> {
        let file = standard::file(name);
        let text = match &self.from {
            Origin::Folder(_) => standard::text(name)?,
            Origin::Kept(files) => String::from_utf8(files.get(&file)?.clone()).ok()?,
        };
        self.read.borrow_mut().insert(file, text.clone().into_bytes());
        Some(text)
    }

    /// `scoreboard.toml`, `decisions.toml` where it is there, then every `.toml` of the four folders, sorted by name.
    ///
    /// # Errors
    /// That there is no project, or files that cannot be read.
    pub fn sources(&self) -> Result<Vec<SourceFile>, Stopped> {
        let (mut failed, mut files) = (Vec::new(), Vec::new());
        for name in self.names()? {
            let read = self.bytes(&name).and_then(|bytes| {
                String::from_utf8(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
            });
            match read {
                Ok(text) => {
                    files.push(SourceFile { text: text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned(), name });
                }
                Err(error) => {
                    let place = Place::File { file: name };
                    let finding = Finding::error(&rules::FILE_UNREADABLE, place, format!("cannot be read: {error}"));
                    failed.push(finding.help("Look at its permissions; a definition file is text in UTF-8."));
                }
            }
        }
        if failed.is_empty() { Ok(files) } else { Err(Stopped(failed)) }
    }

    fn names(&self) -> Result<Vec<String>, Stopped> {
        let is_toml = |name: &str| Path::new(name).extension().is_some_and(|extension| extension == "toml");
        let (is_there, decided, root, inside): (bool, bool, String, Vec<Vec<String>>) = match &self.from {
            Origin::Folder(root) => {
                let listed = |folder: &&str| {
                    let entries = fs::read_dir(root.join(folder)).into_iter().flatten().flatten();
                    entries.map(|entry| format!("{folder}/{}", entry.file_name().to_string_lossy())).collect()
                };
                let is_file = |name: &str| root.join(name).is_file();
                (is_file(HEAD), is_file(DECISIONS), root.display().to_string(), FOLDERS.iter().map(listed).collect())
            }
            Origin::Kept(files) => {
                let of = |folder: &&str| {
                    let in_it = |name: &&String| name.rsplit_once('/').is_some_and(|(parent, _)| parent == *folder);
                    files.keys().filter(in_it).cloned().collect()
                };
                (
                    files.contains_key(HEAD),
                    files.contains_key(DECISIONS),
                    "what was kept".to_owned(),
                    FOLDERS.iter().map(of).collect(),
                )
            }
        };
        if !is_there {
            let message = format!("there is no scoreboard.toml in {root}");
            let finding = Finding::error(&rules::PROJECT_MISSING, Place::Project, message);
            return Err(Stopped::one(
                finding.help("Change to the project folder, or name it: scoreboard run --project DIR."),
            ));
        }
        let mut names = vec![HEAD.to_owned()];
        names.extend(decided.then(|| DECISIONS.to_owned()));
        for mut folder in inside {
            folder.retain(|name| is_toml(name));
            folder.sort();
            names.extend(folder);
        }
        Ok(names)
    }

    /// What tells one state of them from another, also where they cannot be read.
    pub fn state(&self) -> String {
        let names = self.names().unwrap_or_default();
        let of = |name: String| {
            let bytes = self.bytes(&name).unwrap_or_else(|error| error.to_string().into_bytes());
            (name, bytes)
        };
        definitions_hash(&names.into_iter().map(of).collect())
    }

    /// All that was read.
    pub fn into_read(self) -> Files {
        self.read.into_inner()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_is_read_as_it_was_in_the_folder_and_nothing_outside() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| crate::store::atomic::write(&folder.path().join(name), text.as_bytes());
        for (name, text) in
            [("scoreboard.toml", "a"), ("reports/b.toml", "b"), ("indicators/c.toml", "c"), ("indicators/note.txt", "")]
        {
            write(name, text).expect("written");
        }
        let definitions = Definitions::of(folder.path());
        let names = |definitions: &Definitions| -> Vec<String> {
            definitions.sources().expect("read").into_iter().map(|file| file.name).collect()
        };
        let first = names(&definitions);
        assert_eq!(first, ["scoreboard.toml", "indicators/c.toml", "reports/b.toml"]);
        assert!(definitions.bytes("../other").is_err() && definitions.bytes("").is_err());
        let kept = Definitions::kept(definitions.into_read());
        assert_eq!(names(&kept), first);
        assert!(kept.bytes("indicators/note.txt").is_err(), "it was never read");
    }
}
