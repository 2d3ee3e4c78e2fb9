//! The project folder: its definition files as a catalogue.

use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, Utc};

use super::Stopped;
use super::definitions::Definitions;
use super::known::KnownAt;
use crate::clock;
use crate::define::{self, Catalog};
use crate::finding::Finding;
use crate::ingest::Sandbox;
use crate::store::definitions::Files;

/// A project whose definitions are sound.
#[derive(Debug)]
pub struct Project {
    pub root: PathBuf,
    pub catalog: Catalog,
    /// Warnings about definitions.
    pub findings: Vec<Finding>,
    /// Every file that the catalogue was read from, forms among them.
    pub definitions: Files,
    /// What reads the files that come: in this process, unless told otherwise.
    pub reader: Sandbox,
}

impl Project {
    /// Reads the definitions of a folder.
    ///
    /// # Errors
    /// All problems of all files.
    pub fn open(root: &Path) -> Result<Self, Stopped> {
        Self::load(root, Definitions::of(root), Sandbox::here())
    }

    /// The same folder under definitions that were kept. Where things lie is told by those of today.
    ///
    /// # Errors
    /// All problems of all files, such as a key that this program no longer knows.
    pub fn under(&self, definitions: Files) -> Result<Self, Stopped> {
        let mut project = Self::load(&self.root, Definitions::kept(definitions), self.reader.another())?;
        project.catalog.programme.folders = self.catalog.programme.folders.clone();
        Ok(project)
    }

    /// Definitions that came from elsewhere, such as with a bundle: what their `[folders]` say must not be used.
    ///
    /// # Errors
    /// All problems of all files.
    pub fn of_files(root: &Path, definitions: Files, reader: Sandbox) -> Result<Self, Stopped> {
        Self::load(root, Definitions::kept(definitions), reader)
    }

    fn load(root: &Path, definitions: Definitions, reader: Sandbox) -> Result<Self, Stopped> {
        let files = definitions.sources()?;
        let open = define::Open {
            form: &|name| super::form::open(&definitions, &reader, name),
            picture: &|name| super::form::picture(&definitions, name),
            entry: &|name| definitions.entry(name),
        };
        let (catalog, findings) = define::load_with(&files, open);
        let catalog = catalog.ok_or_else(|| Stopped(findings.clone()))?;
        Ok(Self { root: root.to_owned(), catalog, findings, definitions: definitions.into_read(), reader })
    }

    /// From now on files are read in processes of their own, started from this very program.
    #[must_use]
    pub fn reading_apart(mut self) -> Self {
        self.reader = Self::apart();
        self
    }

    /// What reads files in processes of their own.
    pub fn apart() -> Sandbox {
        std::env::current_exe().map_or_else(|_| Sandbox::here(), Sandbox::of)
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

    /// The instant up to which receipts are known, if one was asked for.
    pub fn known_at(&self, asked: Option<KnownAt>) -> Option<DateTime<Utc>> {
        asked.map(|known| known.instant(self.catalog.programme.time_zone))
    }

    /// The day of the scoreboard: as asked, else as declared, else today in the programme's zone.
    pub fn as_of(&self, asked: Option<NaiveDate>) -> NaiveDate {
        let programme = &self.catalog.programme;
        asked.or(programme.as_of).unwrap_or_else(|| clock::now().with_timezone(&programme.time_zone).date_naive())
    }
}
