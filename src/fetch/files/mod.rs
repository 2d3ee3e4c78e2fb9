//! Files of folders, addresses, `WebDAV` and object stores: what is new there, one file after the other.
//!
//! A place gives a list with a mark for each file; only what bears another mark than last time is fetched. What cannot be
//! taken now is left for the next time, and said.

mod folder;
mod s3;
mod url;
mod webdav;

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::finding::rules;
use crate::http::client::Client;
use crate::http::{Access, Endpoint, Failure, Surroundings};
use crate::model::place::{Address, Place};
use crate::model::source::FileSource;

/// By what a file is told from what it was before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
}

impl Mark {
    /// Whether it says that nothing changed. A mark that says nothing never does.
    fn same(&self, before: &Self) -> bool {
        match (&self.etag, &before.etag) {
            (Some(now), Some(before)) => now == before,
            _ => self.modified.is_some() && self.modified == before.modified && self.bytes == before.bytes,
        }
    }
}

/// A file that came.
#[derive(Debug)]
pub struct Arrived {
    /// With folders of the place before it, and `/`.
    pub name: String,
    pub mark: Mark,
    pub bytes: Vec<u8>,
}

/// A file that was left, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    pub name: String,
    pub why: String,
}

/// What was seen besides what came.
#[derive(Debug, Default)]
pub struct Seen {
    pub unchanged: usize,
    pub left: Vec<Left>,
    pub requests: u32,
}

/// What is asked for.
pub struct Asked<'a> {
    pub source: &'a FileSource,
    /// Of the project, where relative paths begin.
    pub root: &'a Path,
    pub access: &'a Access,
    pub surroundings: &'a dyn Surroundings,
    /// Of one file.
    pub file_bytes: u64,
    /// What came earlier, by name.
    pub known: &'a BTreeMap<String, Mark>,
    /// Whether a file of this name is wanted.
    pub wanted: &'a dyn Fn(&str) -> bool,
}

/// What takes the files that come. It may refuse, which ends the fetch.
pub type Receive<'r> = &'r mut dyn FnMut(Arrived) -> Result<(), Failure>;

/// Fetches what is new.
///
/// # Errors
/// When the place cannot be reached, refuses, or holds more than may come. What came until then was received.
pub fn fetch(asked: &Asked<'_>, receive: Receive<'_>) -> Result<Seen, Failure> {
    match &asked.source.from.place {
        Place::Folder(path) => walk(asked, &mut folder::Shelf::open(asked, path)?, receive),
        Place::Url { address, .. } => url::fetch(asked, address, receive),
        Place::WebDav { url, .. } => walk(asked, &mut webdav::Shelf::open(asked, url)?, receive),
        Place::S3(bucket) => s3::fetch(asked, bucket, receive),
    }
}

/// One file of a list.
struct Item {
    name: String,
    mark: Mark,
    /// What the place calls it.
    address: String,
}

/// What became of asking for one file.
enum Got {
    File(Vec<u8>, Mark),
    Left(String),
}

/// A place that lists what it holds.
trait Shelf {
    fn list(&mut self, left: &mut Vec<Left>) -> Result<Vec<Item>, Failure>;
    fn get(&mut self, item: &Item) -> Result<Got, Failure>;
    fn requests(&self) -> u32;
}

fn walk(asked: &Asked<'_>, shelf: &mut dyn Shelf, receive: Receive<'_>) -> Result<Seen, Failure> {
    let mut seen = Seen::default();
    let mut items = shelf.list(&mut seen.left)?;
    // The order of what is received depends on what lies there, not on how it was listed.
    items.sort_by(|a, b| a.name.cmp(&b.name));
    let mut new = Vec::new();
    for item in items {
        match judge(asked, &item) {
            Judged::Passed => {}
            Judged::Unchanged => seen.unchanged += 1,
            Judged::Left(why) => seen.left.push(Left { name: item.name, why }),
            Judged::New => new.push(item),
        }
    }
    let (count, mut came) = (new.len() as u64, 0_u64);
    for (item, done) in new.iter().zip(1..) {
        match shelf.get(item)? {
            Got::Left(why) => seen.left.push(Left { name: item.name.clone(), why }),
            Got::File(bytes, _) if bytes.is_empty() => {
                seen.left.push(Left { name: item.name.clone(), why: EMPTY.to_owned() });
            }
            Got::File(bytes, mark) => {
                came += bytes.len() as u64;
                bounded(asked, came)?;
                receive(Arrived { name: item.name.clone(), mark, bytes })?;
            }
        }
        asked.surroundings.progress(done, count);
    }
    seen.left.sort_by(|a, b| a.name.cmp(&b.name));
    seen.requests = shelf.requests();
    Ok(seen)
}

const EMPTY: &str = "is empty: it may be on its way";

enum Judged {
    /// None of ours.
    Passed,
    Unchanged,
    Left(String),
    New,
}

fn judge(asked: &Asked<'_>, item: &Item) -> Judged {
    let bare = item.name.rsplit('/').next().unwrap_or(&item.name);
    let ending = bare.rsplit_once('.').map_or("", |(_, ending)| ending).to_lowercase();
    if item.name.split('/').any(|part| part.starts_with('.')) || matches!(bare, "Thumbs.db" | "desktop.ini") {
        return Judged::Passed;
    }
    if bare.starts_with("~$") {
        return Judged::Left("is a lock file of Excel: the workbook is open somewhere".to_owned());
    }
    if matches!(ending.as_str(), "tmp" | "part" | "partial" | "crdownload" | "half") {
        return Judged::Left("is on its way: its name says so".to_owned());
    }
    if !(asked.wanted)(bare) {
        return Judged::Passed;
    }
    match item.mark.bytes {
        Some(0) => Judged::Left(EMPTY.to_owned()),
        Some(bytes) if bytes > asked.file_bytes => Judged::Left(too_large(bytes, asked.file_bytes)),
        _ if asked.known.get(&item.name).is_some_and(|before| item.mark.same(before)) => Judged::Unchanged,
        _ => Judged::New,
    }
}

fn too_large(bytes: u64, most: u64) -> String {
    format!("is {} MB large; the limit is {} MB", bytes / 1_000_000, most / 1_000_000)
}

fn bounded(asked: &Asked<'_>, came: u64) -> Result<(), Failure> {
    let most = asked.source.most_bytes;
    if came <= most {
        return Ok(());
    }
    let message = format!("gives more than {} MB at one time", most / 1_000_000);
    Err(Failure::new(&rules::FETCH_UNREADABLE, message).help("Raise `total_mb` of the source if that is right."))
}

/// Refuses a list that is longer than may be.
fn counted(asked: &Asked<'_>, count: usize) -> Result<(), Failure> {
    let most = asked.source.most_files;
    if count <= most as usize {
        return Ok(());
    }
    let help = "Name a folder with fewer files, or raise `most_files` of the source.";
    Err(Failure::new(&rules::FETCH_UNREADABLE, format!("holds more than {most} files")).help(help))
}

/// A name as it can be received: folders and a file, none of which leads elsewhere. None where there is none.
fn sound(name: &str) -> Option<String> {
    let part = |part: &str| {
        !part.is_empty()
            && !matches!(part, "." | "..")
            && part.chars().count() <= 200
            && !part.chars().any(|letter| letter.is_control() || letter == '\\')
    };
    (name.chars().count() <= 600 && name.split('/').all(part)).then(|| name.to_owned())
}

/// A client for one server.
fn client<'c>(asked: &'c Asked<'_>, origin: &'c str) -> Result<Client<'c>, Failure> {
    let from = &asked.source.from;
    let endpoint = Endpoint {
        url: origin,
        timeout: from.timeout,
        total: from.total,
        unknown: ("the file or folder", "Compare the address of the source with the one in a browser."),
    };
    let bytes = (asked.file_bytes, asked.source.most_bytes.saturating_mul(2));
    let access = asked.access;
    let mut client = Client::guarded(endpoint, access.login.as_ref(), asked.surroundings, bytes, access.guard.clone())?;
    let signs = !matches!(from.place, Place::S3(_));
    match &access.login {
        Some(login) if signs && login.user.is_some() => client.authorize_by_password()?,
        Some(login) if signs => client.authorize(&format!("Bearer {}", login.secret.reveal()))?,
        _ => {}
    }
    if let (Place::Url { address: Address::Secret(_), .. }, Some(address)) = (&from.place, &access.address) {
        client.hide(address.reveal());
    }
    Ok(client)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_elsewhere_are_none() {
        assert_eq!(sound("q2/LITEK März.xlsx").as_deref(), Some("q2/LITEK März.xlsx"));
        for bad in ["../a.xlsx", "a/../b", "/etc/passwd", "a//b", "a\\b", "a\nb", "", "."] {
            assert_eq!(sound(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_mark_that_says_nothing_is_never_the_same() {
        let mark = |etag: Option<&str>, modified: Option<&str>, bytes| Mark {
            etag: etag.map(str::to_owned),
            modified: modified.map(str::to_owned),
            bytes,
        };
        assert!(mark(Some("1"), None, None).same(&mark(Some("1"), Some("x"), None)));
        assert!(!mark(Some("1"), Some("x"), Some(2)).same(&mark(Some("2"), Some("x"), Some(2))));
        assert!(mark(None, Some("x"), Some(2)).same(&mark(None, Some("x"), Some(2))));
        assert!(!mark(None, Some("x"), Some(2)).same(&mark(None, Some("x"), Some(3))));
        assert!(!Mark::default().same(&Mark::default()));
    }
}
