//! `scoreboard init`: a project folder that runs at once, small or a copy of an example. All of it is made beside its place
//! and put there in one step.

mod examples;
mod small;

use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use super::Stopped;
use crate::clock;
use crate::finding::suggest::nearest;
use crate::finding::{Finding, Place, rules};
use crate::store::definitions::Files;
use crate::store::{StoreError, atomic};

pub use examples::all as all_examples;

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// None: a small project.
    pub like: Option<String>,
    /// Of a small one; None: made of the folder's name.
    pub title: Option<String>,
    pub start: Option<NaiveDate>,
    pub end: Option<NaiveDate>,
    /// Each a name, a colon and a country: `City Museum:BE`.
    pub partners: Vec<String>,
}

/// What was made.
#[derive(Debug)]
pub struct Made {
    pub folder: PathBuf,
    /// Paths in it, with `/`.
    pub files: Vec<String>,
    /// Nothing is in the inbox yet: the programme has not begun.
    pub is_to_begin: bool,
}

/// Never into a project's folder: written by whatever runs there.
const IGNORED: &str = "/data/store/\n/data/out/\n/data/templates/\n/data/messages/\n";

/// Makes the folder.
///
/// # Errors
/// Something lies there already; no such example; dates or partners that cannot be; what keeps files from being written.
pub fn run(folder: &Path, options: &Options) -> Result<Made, Stopped> {
    free(folder)?;
    let today = clock::now().date_naive();
    let (mut files, is_to_begin) = match &options.like {
        Some(name) => (like(name)?, false),
        None => small::files(folder, options, today)?,
    };
    files.insert(".gitignore".to_owned(), IGNORED.as_bytes().to_vec());
    let half = beside(folder);
    let done = write(&half, &files).and_then(|()| put(&half, folder));
    if done.is_err() {
        let _ = fs::remove_dir_all(&half);
    }
    done?;
    Ok(Made { folder: folder.to_owned(), files: files.into_keys().collect(), is_to_begin })
}

/// That nothing lies in the folder, or what does.
fn free(folder: &Path) -> Result<(), Stopped> {
    let taken = |message: String, help: &str| {
        let place = Place::File { file: folder.display().to_string() };
        Err(Stopped::one(Finding::error(&rules::FOLDER_TAKEN, place, message).help(help)))
    };
    if folder.file_name().is_none() && !folder.is_dir() {
        return taken("is no name for a folder".to_owned(), "Name the folder to make, for example my_programme.");
    }
    if folder.exists() && !folder.is_dir() {
        return taken("is a file".to_owned(), "Name a folder that does not exist yet.");
    }
    let mut names: Vec<String> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    if names.is_empty() {
        return Ok(());
    }
    let more = names.len().saturating_sub(5);
    names.truncate(5);
    let rest = if more == 0 { String::new() } else { format!(" and {more} more") };
    let lie = if names.len() == 1 { "lies" } else { "lie" };
    taken(
        format!("is not empty: {}{rest} {lie} there", names.join(", ")),
        "Name a folder that does not exist yet; nothing of yours is touched.",
    )
}

fn like(name: &str) -> Result<Files, Stopped> {
    let all = all_examples();
    let Some(example) = all.iter().find(|example| example.name == name) else {
        let names: Vec<&str> = all.iter().map(|example| example.name).collect();
        let message = format!("no example is called `{name}`");
        let finding = Finding::error(&rules::BAD_VALUE, Place::Project, message);
        let finding = finding.suggest(nearest(name, names.iter().copied()));
        return Err(Stopped::one(finding.help(format!("The examples are {}.", names.join(", ")))));
    };
    Ok(example.files.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())).collect())
}

/// Where the folder is made before it is put into its place: on the same disk.
fn beside(folder: &Path) -> PathBuf {
    let name = folder.file_name().map_or_else(|| "project".into(), |name| name.to_string_lossy().into_owned());
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    parent.join(format!(".{name}.{}.half", std::process::id()))
}

fn write(half: &Path, files: &Files) -> Result<(), Stopped> {
    for (name, bytes) in files {
        atomic::write(&half.join(name), bytes)?;
    }
    let inbox = half.join("data/inbox");
    fs::create_dir_all(&inbox).map_err(StoreError::io("make the folder", &inbox))?;
    Ok(())
}

/// An empty folder gives way, if it can: the one that somebody stands in is filled instead.
fn put(half: &Path, folder: &Path) -> Result<(), Stopped> {
    if folder.is_dir() && fs::remove_dir(folder).is_err() {
        for entry in fs::read_dir(half).map_err(StoreError::io("read", half))?.flatten() {
            let to = folder.join(entry.file_name());
            fs::rename(entry.path(), &to).map_err(StoreError::io("put into place", &to))?;
        }
        fs::remove_dir(half).map_err(StoreError::io("remove", half))?;
        return Ok(());
    }
    fs::rename(half, folder).map_err(StoreError::io("put into place", folder))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_with_anything_in_it_is_refused_and_named() {
        let folder = tempfile::tempdir().expect("a folder");
        atomic::write(&folder.path().join("mine.txt"), b"x").expect("written");
        let Err(Stopped(findings)) = run(folder.path(), &Options::default()) else { panic!("it was overwritten") };
        assert!(findings[0].message.contains("mine.txt lies there"), "{}", findings[0].message);
        assert_eq!(fs::read_dir(folder.path()).expect("listed").count(), 1);
    }

    #[test]
    fn a_folder_is_made_whole_and_nothing_is_left_beside_it() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = place.path().join("deep/museums");
        let made = run(&folder, &Options::default()).expect("made");
        assert!(made.files.contains(&"scoreboard.toml".to_owned()) && folder.join(".gitignore").is_file());
        assert_eq!(fs::read_dir(folder.parent().expect("a folder")).expect("listed").count(), 1);
        let unknown = Options { like: Some("reina_pus".into()), ..Options::default() };
        let Err(Stopped(findings)) = run(&place.path().join("other"), &unknown) else { panic!("it is no example") };
        assert_eq!(findings[0].suggestion.as_deref(), Some("reina_plus"));
        assert!(!place.path().join("other").exists());
    }
}
