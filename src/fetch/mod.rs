//! Survey servers → answers, whole or not at all. One file a server: `kobo`, `odk`, `limesurvey`, `eusurvey`.
//!
//! What was fetched must equal what the server says it has, or the fetch fails with the reason. Pages are kept as they
//! came (`spool`), so that an interrupted fetch goes on where it ended; put together they are one document in the
//! server's own form, sorted by the key of the answer: the same answers give the same bytes. `ingest` reads it as it
//! reads the same server's file exports. Requests go through [`crate::http`].

mod answers;
mod eusurvey;
pub mod files;
mod kobo;
mod limesurvey;
mod odk;
mod spool;

use chrono::{DateTime, Utc};

use crate::finding::rules;
use crate::http::client::Client;
use crate::http::{Credentials, Endpoint, Failure, Surroundings};
use crate::model::source::{SurveyKind, SurveySource};
pub use answers::Changes;
use answers::compare;
pub use spool::Pages;
use spool::Spool;

/// What was fetched before: the document, and when.
pub struct Previous {
    pub document: Vec<u8>,
    pub at: DateTime<Utc>,
}

/// A page as it came.
pub struct Page {
    /// What it answers.
    pub label: String,
    pub bytes: Vec<u8>,
}

/// All answers of a server.
pub struct Fetched {
    /// In the server's own form, sorted.
    pub document: Vec<u8>,
    pub pages: Vec<Page>,
    /// Equal to what the server said it has.
    pub answers: u64,
    pub changes: Changes,
    pub requests: u32,
    /// What is worth knowing: lower-case phrases without a full stop.
    pub notes: Vec<String>,
}

/// How often a fetch begins anew when the number of answers changes meanwhile.
const ROUNDS: u32 = 3;

/// From so many answers on it is worth a word when most of them are gone.
const MANY: u64 = 10;

/// What a connector brings: pages stay in the spool.
struct Gathered {
    document: Vec<u8>,
    answers: u64,
    notes: Vec<String>,
    /// Keys that the server itself lists as deleted, where it keeps such a list.
    deleted: Option<Vec<String>>,
}

/// Why a round ended without a result.
enum Trouble {
    /// The server's number of answers changed: the next round may come through.
    Changed(Failure),
    Final(Failure),
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self::Final(failure)
    }
}

/// Fetches all answers of a source. `bytes` bounds each page and the whole.
///
/// # Errors
/// When the server cannot be reached, refuses, or does not give all that it says it has. Pages that came stay in `pages`
/// where going on later makes sense.
pub fn fetch(
    source: &SurveySource,
    credentials: &Credentials,
    surroundings: &dyn Surroundings,
    pages: &dyn Pages,
    previous: Option<&Previous>,
    bytes: u64,
) -> Result<Fetched, Failure> {
    let endpoint = Endpoint {
        url: &source.url,
        timeout: source.timeout,
        total: source.total,
        unknown: ("the form", "Compare `url` and `form` of the source with the address of the form in a browser."),
    };
    let mut client = Client::new(endpoint, credentials, surroundings, bytes)?;
    match source.kind {
        SurveyKind::Kobo => client.authorize(&format!("Token {}", credentials.secret.reveal()))?,
        SurveyKind::EuSurvey => client.authorize_by_password()?,
        SurveyKind::Odk | SurveyKind::LimeSurvey => {}
    }
    let mut spool = Spool::open(pages, source, surroundings.now());
    let mut round = 1;
    let gathered = loop {
        let result = match source.kind {
            SurveyKind::Kobo => kobo::gather(source, &mut client, &mut spool),
            SurveyKind::Odk => odk::gather(source, credentials, &mut client, &mut spool),
            SurveyKind::LimeSurvey => limesurvey::gather(source, credentials, &mut client, &mut spool),
            SurveyKind::EuSurvey => eusurvey::gather(source, &mut client, &mut spool, previous),
        };
        match result {
            Ok(gathered) => break gathered,
            Err(Trouble::Changed(_)) if round < ROUNDS => {
                round += 1;
                spool.begin_anew()?;
            }
            Err(Trouble::Changed(failure) | Trouble::Final(failure)) => {
                // Going on later helps against a broken line; not where the pages themselves contradict each other.
                if failure.rule != &rules::FETCH_UNREACHABLE {
                    spool.begin_anew()?;
                }
                return Err(failure);
            }
        }
    };
    if gathered.document.len() as u64 > bytes {
        return Err(client.too_large());
    }
    let old = previous.map_or(&b""[..], |previous| &previous.document);
    let changes = compare(source.kind, old, &gathered.document);
    let mut notes = gathered.notes;
    let gone = changes.deleted.len() as u64;
    let before = (gathered.answers + gone).saturating_sub(changes.new.len() as u64);
    if gone >= MANY && gone * 2 > before {
        notes.push(format!(
            "{gone} of the {before} answers of the last fetch are gone: did somebody lose a right to see them?"
        ));
    }
    if let Some(listed) = &gathered.deleted {
        let unlisted = changes.deleted.iter().filter(|key| !listed.contains(key)).count();
        let gone = if unlisted == 1 { "answer is gone" } else { "answers are gone" };
        if unlisted > 0 {
            notes.push(format!("{unlisted} {gone} that the server does not list as deleted"));
        }
    }
    Ok(Fetched {
        document: gathered.document,
        pages: spool.pages(),
        answers: gathered.answers,
        changes,
        requests: client.requests(),
        notes,
    })
}
