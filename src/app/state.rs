//! What the ledger says, as of some instant: which files came, how they were read, what counts.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use super::closing;
use super::reading::{Belongs, covers};
use super::record::{Read, Received, TableRecord};
use crate::define::Catalog;
use crate::model::closing::Closed;
use crate::model::code::{CollectionCode, PartnerCode};
use crate::model::submission::{Submission, Tie, current};
use crate::store::ledger::GENESIS;
use crate::store::{Entry, Kind, hash_of};

/// A received file with its latest reading under the definitions of today.
#[derive(Debug, Clone)]
pub struct FileState {
    pub received: Received,
    /// When it came, by the clock of then, which may have been wrong.
    pub at: DateTime<Utc>,
    /// Which receipt it came with, counted from one: what counts as later. All of one instant in a row are one.
    pub receipt: u32,
    /// All that it ever came with, in order: what was fetched may become again what it was.
    pub receipts: Vec<(DateTime<Utc>, u32)>,
    /// None: not read under these definitions yet.
    pub read: Option<Read>,
}

/// How the channel of a survey server begins.
const FETCHED: &str = "fetch:";

impl FileState {
    /// Of files with one name the greatest counts: the later receipt.
    pub fn order(&self) -> (u32, &str) {
        (self.receipt, &self.received.file)
    }

    /// As it stood when it had come at an instant.
    #[must_use]
    pub fn back_to(mut self, at: DateTime<Utc>) -> Self {
        self.at = at;
        if let Some((_, receipt)) = self.receipts.iter().rev().find(|(then, _)| *then == at) {
            self.receipt = *receipt;
        }
        self
    }
}

/// The last day that a report could speak of when it came, anywhere on earth.
pub fn latest_day(file: &FileState) -> NaiveDate {
    let day = file.at.date_naive();
    day.succ_opt().unwrap_or(day)
}

/// The ledger, replayed.
#[derive(Debug)]
pub struct State {
    /// By hash.
    pub files: BTreeMap<String, FileState>,
    /// What outputs print of the ledger: `head` of the files that are known.
    pub head: String,
    pub next_section: i64,
    /// The last receipt: its instant and its number.
    pub receipt: Option<(DateTime<Utc>, u32)>,
    /// The last run's body, if there was one.
    pub last_run: Option<serde_json::Value>,
    /// Nothing that came later is known; None: everything is.
    pub known_at: Option<DateTime<Utc>>,
    /// In the order of their periods.
    pub closed: Vec<Closed>,
}

/// What of the ledger is known. How a file was read is known whenever it was: reading is a pure function of its bytes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Known {
    /// Only what was entered before this entry.
    pub before: Option<i64>,
    /// Only what had been received by this instant.
    pub at: Option<DateTime<Utc>>,
}

impl Known {
    /// All that had been received by an instant; everything where none is given.
    pub fn by(at: Option<DateTime<Utc>>) -> Self {
        Self { before: None, at }
    }

    fn entered(&self, entry: &Entry) -> bool {
        self.before.is_none_or(|before| entry.seq < before)
    }

    fn received(&self, entry: &Entry) -> bool {
        self.entered(entry) && self.at.is_none_or(|at| entry.at <= at)
    }
}

impl State {
    /// Replays the entries, in their order.
    pub fn replay(entries: &[Entry], reading_hash: &str) -> Self {
        Self::replay_known(entries, reading_hash, Known::default())
    }

    /// Replays what is known of them.
    pub fn replay_known(entries: &[Entry], reading_hash: &str, known: Known) -> Self {
        let mut state = Self { known_at: known.at, ..Self::nothing() };
        for entry in entries {
            match entry.kind {
                Kind::Received if known.received(entry) => state.receive(entry),
                Kind::Received => state.receipt = Some((entry.at, state.receipt_at(entry.at))),
                Kind::Read => {
                    if let Some(read) = Read::from_json(&entry.body) {
                        let last = read.tables.iter().map(|table| table.section).max().unwrap_or(0);
                        state.next_section = state.next_section.max(last + 1);
                        if read.definitions == reading_hash
                            && let Some(file) = state.files.get_mut(&read.file)
                        {
                            file.read = Some(read);
                        }
                    }
                }
                Kind::Run if known.entered(entry) => state.last_run = Some(entry.body.clone()),
                Kind::Closed if known.received(entry) => state.closed.extend(closing::from_json(&entry.body)),
                Kind::Closed | Kind::Run | Kind::Fetched | Kind::Disclosed
                // They tell of work and people, and decide no figure.
                | Kind::Attempt | Kind::Delivered | Kind::Notice | Kind::Decided => {}
            }
        }
        state.closed.sort_by_key(|closed| closed.period);
        state.head = head(&state);
        state
    }

    fn nothing() -> Self {
        let (files, closed) = (BTreeMap::new(), Vec::new());
        let (receipt, last_run, known_at) = (None, None, None);
        Self { files, head: GENESIS.to_owned(), next_section: 1, receipt, last_run, known_at, closed }
    }

    fn receive(&mut self, entry: &Entry) {
        let Some(received) = Received::from_json(&entry.body) else { return };
        let receipt = self.receipt_at(entry.at);
        self.receipt = Some((entry.at, receipt));
        let file = FileState { at: entry.at, receipt, receipts: Vec::new(), read: None, received };
        let known = self.files.entry(file.received.file.clone()).or_insert_with(|| file.clone());
        known.receipts.push((file.at, receipt));
        // Answers may become what they were before: then the same bytes are the latest again.
        if file.received.channel.starts_with(FETCHED) {
            known.at = file.at;
            known.receipt = receipt;
        }
    }

    /// Which receipt it is that comes next, at this instant. A clock that was set back makes no later one earlier.
    pub fn receipt_at(&self, at: DateTime<Utc>) -> u32 {
        match self.receipt {
            Some((last, number)) if last == at => number,
            Some((_, number)) => number + 1,
            None => 1,
        }
    }

    fn tables(&self) -> impl Iterator<Item = (&FileState, &TableRecord)> {
        self.files
            .values()
            .flat_map(|file| file.read.iter().flat_map(move |read| read.tables.iter().map(move |table| (file, table))))
    }

    /// Every submission of a partner, whether it counts or not.
    pub fn submissions(&self) -> Vec<Submission> {
        let mut submissions: Vec<Submission> = self
            .tables()
            .filter_map(|(file, table)| {
                let Belongs::Collection(collection) = &table.belongs else { return None };
                Some(Submission {
                    section: table.section,
                    file: file.received.file.clone(),
                    name: file.received.name.clone(),
                    sheet: table.sheet.clone(),
                    partner: PartnerCode::new(table.partner.as_deref()?)?,
                    collection: CollectionCode::new(collection)?,
                    period: table.period,
                    // A day after the receipt is a slip, and must not outrank every later report.
                    reporting_date: table.reporting_date.filter(|day| *day <= latest_day(file)),
                    revision: table.revision,
                    received: file.at,
                    receipt: file.receipt,
                    columns: table.columns.clone(),
                    cells: table.cells.clone(),
                    rows_accepted: table.accepted,
                    rows_kept_out: table.kept_out_count,
                })
            })
            .collect();
        submissions.sort_by_key(|submission| submission.section);
        submissions
    }

    /// Those that count, with the period that each covers put in; and ties.
    pub fn current(&self, catalog: &Catalog) -> (Vec<Submission>, Vec<Tie>) {
        let by_period = |code: &CollectionCode| catalog.collection(code).is_some_and(|collection| collection.by_period);
        let (mut chosen, ties) = current(&self.submissions(), by_period);
        for submission in &mut chosen {
            let day = submission.received.with_timezone(&catalog.programme.time_zone).date_naive();
            submission.period = Some(covers(catalog, submission.period, submission.reporting_date, day));
        }
        (chosen, ties)
    }

    /// The tables of a wave that count: of exports with one name the later receipt, all of other names.
    pub fn wave(&self, survey: &str, wave: &str) -> Vec<(&FileState, &TableRecord)> {
        let of_wave = |table: &TableRecord| matches!(&table.belongs, Belongs::Wave { survey: s, wave: w } if s == survey && w == wave);
        let mut by_name: BTreeMap<&str, (&FileState, Vec<&TableRecord>)> = BTreeMap::new();
        for (file, table) in self.tables().filter(|(_, table)| of_wave(table)) {
            let entry = by_name.entry(&file.received.name).or_insert((file, Vec::new()));
            let later = file.order() > entry.0.order();
            if later {
                *entry = (file, Vec::new());
            }
            if entry.0.received.file == file.received.file {
                entry.1.push(table);
            }
        }
        by_name.into_values().flat_map(|(file, tables)| tables.into_iter().map(move |table| (file, table))).collect()
    }

    /// Of what was fetched from survey servers, the hash of the document that counts, by its name.
    pub fn fetched(&self) -> BTreeMap<&str, &str> {
        let mut latest: BTreeMap<&str, &FileState> = BTreeMap::new();
        for file in self.files.values().filter(|file| file.received.channel.starts_with(FETCHED)) {
            let known = latest.entry(&file.received.name).or_insert(file);
            if file.order() > known.order() {
                *known = file;
            }
        }
        latest.into_iter().map(|(name, file)| (name, file.received.file.as_str())).collect()
    }

    /// Where the rows of a section lie.
    pub fn parts(&self) -> BTreeMap<i64, &str> {
        self.tables().filter_map(|(_, table)| Some((table.section, table.part.as_deref()?))).collect()
    }

    pub fn table(&self, section: i64) -> Option<&TableRecord> {
        self.tables().map(|(_, table)| table).find(|table| table.section == section)
    }
}

/// The hash of what is known: every file by content and name, which of fetched answers count, and what was closed with
/// which figures. It does not tell when anything came, so another store that received and closed the same prints the
/// same.
fn head(state: &State) -> String {
    if state.files.is_empty() && state.closed.is_empty() {
        return GENESIS.to_owned();
    }
    let mut lines: Vec<String> =
        state.files.values().map(|file| format!("{} {}\n", file.received.file, file.received.name)).collect();
    lines.sort();
    lines.extend(state.fetched().into_iter().map(|(name, hash)| format!("{name} {hash}\n")));
    lines.extend(state.closed.iter().map(|closed| format!("closed {}\n", closing::to_json(closed))));
    hash_of(lines.concat().as_bytes())
}

/// Every head that an output can have printed, each with the entry up to which it speaks of everything; first that of
/// an empty ledger.
pub fn heads(entries: &[Entry]) -> Vec<(i64, String)> {
    let mut state = State::nothing();
    let mut heads = vec![(0, state.head.clone())];
    let told: Vec<&Entry> =
        entries.iter().filter(|entry| matches!(entry.kind, Kind::Received | Kind::Closed)).collect();
    for (at, entry) in told.iter().enumerate() {
        match entry.kind {
            Kind::Closed => {
                state.closed.extend(closing::from_json(&entry.body));
                state.closed.sort_by_key(|closed| closed.period);
            }
            _ => state.receive(entry),
        }
        // What came at one instant came together.
        if told.get(at + 1).is_none_or(|next| next.at != entry.at || next.seq != entry.seq + 1) {
            heads.push((entry.seq, head(&state)));
        }
    }
    heads
}
