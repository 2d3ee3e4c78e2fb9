//! Pages of a fetch that is under way, and the small list that says which they are.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Page;
use crate::finding::rules;
use crate::http::Failure;
use crate::http::client::{Client, Request, is_json};
use crate::model::hash::hash_of;
use crate::model::source::SurveySource;

/// Where pages are kept. What is written is there whole or not at all.
pub trait Pages {
    fn read(&self, name: &str) -> Option<Vec<u8>>;
    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), String>;
    /// Takes all away.
    fn clear(&self) -> Result<(), String>;
}

const STATE: &str = "state.json";

/// A fetch that was interrupted goes on within this time; later it begins anew, because answers on old pages may have
/// been edited since.
const FRESH: i64 = 3_600;

#[derive(Debug, Default, Serialize, Deserialize)]
struct State {
    /// What was asked for.
    asked: String,
    /// Seconds since 1970.
    started: i64,
    pages: Vec<Kept>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    label: String,
    hash: String,
}

pub(super) struct Spool<'a> {
    pages: &'a dyn Pages,
    state: State,
    now: i64,
}

impl<'a> Spool<'a> {
    /// Goes on with what is there, if it is of the same question and fresh.
    pub fn open(pages: &'a dyn Pages, source: &SurveySource, now: DateTime<Utc>) -> Self {
        let asked = format!("{:?} {} {} {} {:?}", source.kind, source.url, source.form, source.page, source.completion);
        let now = now.timestamp();
        let known: Option<State> = pages.read(STATE).and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let state = known
            .filter(|state| state.asked == asked && (0..FRESH).contains(&now.saturating_sub(state.started)))
            .unwrap_or(State { asked, started: now, pages: Vec::new() });
        Self { pages, state, now }
    }

    /// A page that came already.
    pub fn page(&self, label: &str) -> Option<Vec<u8>> {
        let kept = self.state.pages.iter().find(|kept| kept.label == label)?;
        self.pages.read(&kept.hash).filter(|bytes| hash_of(bytes) == kept.hash)
    }

    /// A page of JSON: as it came before, or asked for and kept.
    pub fn ask(&mut self, client: &mut Client<'_>, label: &str, path: &str) -> Result<Vec<u8>, Failure> {
        if let Some(bytes) = self.page(label) {
            return Ok(bytes);
        }
        let body = client.send(&Request::get(path, is_json))?.body;
        self.keep(label, &body)?;
        Ok(body)
    }

    /// Keeps a page as it came.
    pub fn keep(&mut self, label: &str, bytes: &[u8]) -> Result<(), Failure> {
        let hash = hash_of(bytes);
        self.pages.write(&hash, bytes).map_err(unwritable)?;
        self.state.pages.retain(|kept| kept.label != label);
        self.state.pages.push(Kept { label: label.to_owned(), hash });
        let state = serde_json::to_vec(&self.state).map_err(|error| unwritable(error.to_string()))?;
        self.pages.write(STATE, &state).map_err(unwritable)
    }

    pub fn begin_anew(&mut self) -> Result<(), Failure> {
        self.state.pages.clear();
        self.state.started = self.now;
        self.pages.clear().map_err(unwritable)
    }

    /// All pages in the order in which they came.
    pub fn pages(&self) -> Vec<Page> {
        let kept = self.state.pages.iter();
        kept.filter_map(|kept| Some(Page { label: kept.label.clone(), bytes: self.page(&kept.label)? })).collect()
    }
}

fn unwritable(error: String) -> Failure {
    Failure::new(&rules::DISK, error)
}
