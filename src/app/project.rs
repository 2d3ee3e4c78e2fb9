//! The project folder: its definition files as a catalogue.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use super::Stopped;
use crate::clock;
use crate::define::{self, Catalog, SourceFile};
use crate::finding::{Finding, Place, rules};
use crate::ingest::Sandbox;

/// A project whose definitions are sound.
#[derive(Debug)]
pub struct Project {
    pub root: PathBuf,
    pub catalog: Catalog,
    /// Warnings about definitions.
    pub findings: Vec<Finding>,
    /// What reads the files that come: in this process, unless told otherwise.
    pub reader: Sandbox,
}

impl Project {
    /// Reads the definitions of a folder.
    ///
    /// # Errors
    /// All problems of all files.
    pub fn open(root: &Path) -> Result<Self, Stopped> {
        let files = sources(root)?;
        let (catalog, findings) = define::load_with(&files, &|name| super::form::open(root, name), &|name| super::form::picture(root, name));
        match catalog {
            Some(catalog) => Ok(Self { root: root.to_owned(), catalog, findings, reader: Sandbox::here() }),
            None => Err(Stopped(findings)),
        }
    }

    /// From now on files are read in processes of their own, started from this very program.
    #[must_use]
    pub fn reading_apart(mut self) -> Self {
        self.reader = std::env::current_exe().map_or_else(|_| Sandbox::here(), Sandbox::of);
        self
    }

    pub fn inbox(&self) -> PathBuf {
        self.root.join(&self.catalog.programme.folders.inbox)
    }

    pub fn store(&self) -> PathBuf {
        self.root.join(&self.catalog.programme.folders.store)
    }

    pub fn out(&self) -> PathBuf {
        self.root.join(&self.catalog.programme.folders.out)
    }

    /// The day of the scoreboard: as asked, else as declared, else today in the programme's zone.
    pub fn as_of(&self, asked: Option<NaiveDate>) -> NaiveDate {
        let programme = &self.catalog.programme;
        asked.or(programme.as_of).unwrap_or_else(|| clock::now().with_timezone(&programme.time_zone).date_naive())
    }
}

/// The definition files, sorted by name: `scoreboard.toml`, then every `.toml` of the three folders.
pub(super) fn sources(root: &Path) -> Result<Vec<SourceFile>, Stopped> {
    let head = root.join("scoreboard.toml");
    if !head.is_file() {
        let message = format!("there is no scoreboard.toml in {}", root.display());
        let finding = Finding::error(&rules::PROJECT_MISSING, Place::Project, message);
        return Err(Stopped::one(
            finding.help("Change to the project folder, or name it: scoreboard run --project DIR."),
        ));
    }
    let mut names = vec!["scoreboard.toml".to_owned()];
    for folder in ["indicators", "pipelines", "reports"] {
        let mut inside: Vec<String> = fs::read_dir(root.join(folder))
            .into_iter()
            .flatten()
            .flatten()
            .filter(|entry| entry.path().extension().is_some_and(|extension| extension == "toml"))
            .map(|entry| format!("{folder}/{}", entry.file_name().to_string_lossy()))
            .collect();
        inside.sort();
        names.extend(inside);
    }
    let mut failed = Vec::new();
    let mut files = Vec::new();
    for name in names {
        match fs::read_to_string(root.join(&name)) {
            Ok(text) => {
                files.push(SourceFile { text: text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned(), name });
            }
            Err(error) => {
                let finding = Finding::error(
                    &rules::FILE_UNREADABLE,
                    Place::File { file: name },
                    format!("cannot be read: {error}"),
                );
                failed.push(finding.help("Look at its permissions; a definition file is text in UTF-8."));
            }
        }
    }
    if failed.is_empty() { Ok(files) } else { Err(Stopped(failed)) }
}
