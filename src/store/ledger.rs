//! The ledger: a chain of entries in `SQLite`, added to in one transaction at a time.

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteRow, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, Row as _};
use tokio::runtime::Runtime;

use super::{StoreError, fault, hash_of};

/// What an entry records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file came: hash, name, size, channel.
    Received,
    /// A file was read under some definitions: verdict, findings, tables.
    Read,
    /// A scoreboard was published: definitions, inputs, outputs with hashes, outcome.
    Run,
    /// Answers were fetched from a survey server: its pages, how many answers, what was edited and deleted.
    Fetched,
    /// A period was closed: with which run, why, and the figures that stand.
    Closed,
    /// What a run tells funders and the public, and what it withholds: written before the outputs are.
    Disclosed,
    /// Work began or ended, on its schedule or by command: what set it off, how long it took, what came of it.
    Attempt,
    /// An output was delivered to a destination: which bytes, where, what the receiver said.
    Delivered,
    /// Somebody is told something: what was about to be sent, and what became of it.
    Notice,
    /// Somebody decided whether two organisations are one: who, why, when.
    Decided,
}

impl Kind {
    const NAMES: [(&'static str, Self); 10] = [
        ("received", Self::Received),
        ("read", Self::Read),
        ("run", Self::Run),
        ("fetched", Self::Fetched),
        ("disclosed", Self::Disclosed),
        ("closed", Self::Closed),
        ("attempt", Self::Attempt),
        ("delivered", Self::Delivered),
        ("notice", Self::Notice),
        ("decided", Self::Decided),
    ];

    pub fn as_str(self) -> &'static str {
        Self::NAMES.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }
}

/// One entry of the chain.
#[derive(Debug, Clone)]
pub struct Entry {
    pub seq: i64,
    pub at: DateTime<Utc>,
    pub kind: Kind,
    pub body: Value,
    pub hash: String,
}

/// An entry as it is written: what its hash is taken of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub seq: i64,
    pub at: String,
    pub kind: String,
    /// JSON, as text: other spaces in it would be another hash.
    pub body: String,
    pub previous: String,
    pub hash: String,
}

/// What is said of an entry that is not the next link of its chain.
pub const BROKEN: &str = "does not follow from the one before: the history was changed";

impl Line {
    /// Whether it is the next link: of this number, after the entry of this hash, and its own hash is right.
    pub fn follows(&self, seq: i64, previous: &str) -> bool {
        let link = link(self.seq, &self.at, &self.kind, &self.body, &self.previous);
        self.seq == seq && self.previous == previous && self.hash == link
    }

    /// What it says.
    ///
    /// # Errors
    /// Why it says nothing that this program knows, as the end of a sentence.
    pub fn entry(&self) -> Result<Entry, &'static str> {
        let kind = Kind::NAMES.iter().find(|(name, _)| *name == self.kind).ok_or("is of an unknown kind")?.1;
        let at = DateTime::parse_from_rfc3339(&self.at).map_err(|_| "has no instant")?.to_utc();
        let body = serde_json::from_str(&self.body).map_err(|_| "is not JSON")?;
        Ok(Entry { seq: self.seq, at, kind, body, hash: self.hash.clone() })
    }
}

fn line(row: &SqliteRow) -> Option<Line> {
    let text = |column: usize| row.try_get::<String, _>(column).ok();
    let seq = row.try_get(0).ok()?;
    Some(Line { seq, at: text(1)?, kind: text(2)?, body: text(3)?, previous: text(4)?, hash: text(5)? })
}

/// The chain's beginning.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// How long a reader waits for a transaction that is being written.
const PATIENCE: Duration = Duration::from_secs(20);

pub struct Ledger {
    path: PathBuf,
    runtime: Runtime,
    connection: SqliteConnection,
}

impl Ledger {
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            // One file, and nothing left beside it between runs.
            .journal_mode(SqliteJournalMode::Delete)
            .synchronous(SqliteSynchronous::Full);
        Self::connect(path, options)?.made()
    }

    /// Opens it for reading alone: no lock is taken, nothing on the disk changes, and others may write meanwhile.
    pub(super) fn look(path: &Path) -> Result<Self, StoreError> {
        Self::connect(path, SqliteConnectOptions::new().filename(path).read_only(true))
    }

    /// An empty one that is nowhere.
    pub(super) fn nowhere() -> Result<Self, StoreError> {
        Self::connect(Path::new("memory"), SqliteConnectOptions::new().in_memory(true))?.made()
    }

    /// With its tables, which are made where they are not there yet.
    fn made(mut self) -> Result<Self, StoreError> {
        let made = self.runtime.block_on(sqlx::migrate!("src/store/migrations").run(&mut self.connection));
        made.map_err(|error| damaged(&self.path, &sqlx::Error::from(error)))?;
        Ok(self)
    }

    fn connect(path: &Path, options: SqliteConnectOptions) -> Result<Self, StoreError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .map_err(StoreError::io("start the database for", path))?;
        let options = options.disable_statement_logging().busy_timeout(PATIENCE);
        let connection = runtime.block_on(options.connect()).map_err(|error| damaged(path, &error))?;
        Ok(Self { path: path.to_owned(), runtime, connection })
    }

    /// Whether it was made whole: a store that is made just now has none.
    pub(super) fn is_made(&mut self) -> Result<bool, StoreError> {
        let query = sqlx::query("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'entry'");
        let row = self.runtime.block_on(query.fetch_optional(&mut self.connection));
        Ok(row.map_err(|error| damaged(&self.path, &error))?.is_some())
    }

    /// Writes a copy of it as it is at one instant, whoever writes meanwhile.
    pub(super) fn copy_to(&mut self, path: &Path) -> Result<(), StoreError> {
        let query = sqlx::query("VACUUM INTO ?").bind(path.to_string_lossy().into_owned());
        let copied = self.runtime.block_on(query.execute(&mut self.connection));
        copied.map(|_| ()).map_err(|error| damaged(&self.path, &error))
    }

    /// All entries, in order, with every link of the chain checked.
    pub fn entries(&mut self) -> Result<Vec<Entry>, StoreError> {
        let rows = self
            .runtime
            .block_on(
                sqlx::query("SELECT seq, at, kind, body, previous, hash FROM entry ORDER BY seq")
                    .fetch_all(&mut self.connection),
            )
            .map_err(|error| damaged(&self.path, &error))?;
        let mut entries = Vec::with_capacity(rows.len());
        let mut previous = GENESIS.to_owned();
        for (row, expected) in rows.iter().zip(1..) {
            let broken = |what: &str| StoreError::Damaged(format!("ledger entry {expected} {what}"));
            let line = line(row).ok_or_else(|| broken("cannot be read"))?;
            if !line.follows(expected, &previous) {
                return Err(broken(BROKEN));
            }
            entries.push(line.entry().map_err(broken)?);
            previous = line.hash;
        }
        Ok(entries)
    }

    /// All entries as they are written, whether or not they make a chain.
    pub fn lines(&mut self) -> Result<Vec<Line>, StoreError> {
        let query = sqlx::query("SELECT seq, at, kind, body, previous, hash FROM entry ORDER BY seq");
        let rows = self
            .runtime
            .block_on(query.fetch_all(&mut self.connection))
            .map_err(|error| damaged(&self.path, &error))?;
        let read = |row| line(row).ok_or_else(|| StoreError::Damaged("a ledger entry cannot be read".to_owned()));
        rows.iter().map(read).collect()
    }

    /// Adds entries in one transaction: all of them or none.
    pub fn append(&mut self, at: DateTime<Utc>, new: &[(Kind, Value)]) -> Result<(), StoreError> {
        if new.is_empty() {
            return Ok(());
        }
        let at = at.to_rfc3339_opts(SecondsFormat::Secs, true);
        fault::point();
        fault::room().map_err(StoreError::io("write", &self.path))?;
        let connection = &mut self.connection;
        let appended = self.runtime.block_on(async {
            let mut transaction = connection.begin().await?;
            let last = sqlx::query("SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1")
                .fetch_optional(&mut *transaction)
                .await?;
            let (mut seq, mut previous) = match last {
                Some(row) => (row.try_get::<i64, _>(0)?, row.try_get::<String, _>(1)?),
                None => (0, GENESIS.to_owned()),
            };
            for (kind, body) in new {
                seq += 1;
                let body = body.to_string();
                let hash = link(seq, &at, kind.as_str(), &body, &previous);
                sqlx::query("INSERT INTO entry (seq, at, kind, body, previous, hash) VALUES (?, ?, ?, ?, ?, ?)")
                    .bind(seq)
                    .bind(&at)
                    .bind(kind.as_str())
                    .bind(body)
                    .bind(&previous)
                    .bind(&hash)
                    .execute(&mut *transaction)
                    .await?;
                previous = hash;
                fault::point();
            }
            transaction.commit().await
        });
        appended.map_err(|error| damaged(&self.path, &error))?;
        fault::point();
        Ok(())
    }
}

/// The hash of an entry. Lengths keep two neighbours from running into each other.
fn link(seq: i64, at: &str, kind: &str, body: &str, previous: &str) -> String {
    hash_of(format!("{previous}\n{seq}\n{at}\n{kind}\n{}\n{body}", body.len()).as_bytes())
}

/// A full disk is the disk's fault, everything else the database's.
fn damaged(path: &Path, error: &sqlx::Error) -> StoreError {
    if let sqlx::Error::Database(database) = error {
        let code = database.code().and_then(|code| code.parse::<i32>().ok()).map_or(0, |code| code & 0xff);
        // SQLITE_FULL, SQLITE_IOERR, SQLITE_READONLY, SQLITE_CANTOPEN.
        if [13, 10, 8, 14].contains(&code) {
            let source = std::io::Error::other(database.message().to_owned());
            return StoreError::Io { doing: "write", path: path.to_owned(), source };
        }
        if code == 5 {
            return StoreError::Busy(path.to_owned());
        }
    }
    StoreError::Damaged(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn instant() -> DateTime<Utc> {
        DateTime::from_timestamp(1_467_280_800, 0).expect("an instant")
    }

    #[test]
    fn entries_come_back_in_order_with_their_chain() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ledger.sqlite");
        let mut ledger = Ledger::open(&path).expect("opened");
        ledger
            .append(instant(), &[(Kind::Received, json!({"a": 1})), (Kind::Read, json!({"b": 2}))])
            .expect("appended");
        drop(ledger);
        let mut ledger = Ledger::open(&path).expect("opened again");
        ledger.append(instant(), &[(Kind::Run, json!({}))]).expect("appended");
        let entries = ledger.entries().expect("read");
        assert_eq!(
            entries.iter().map(|e| (e.seq, e.kind)).collect::<Vec<_>>(),
            [(1, Kind::Received), (2, Kind::Read), (3, Kind::Run)]
        );
        assert_eq!(entries[0].at, instant());
    }

    #[test]
    fn history_cannot_be_changed_unseen() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ledger.sqlite");
        let mut ledger = Ledger::open(&path).expect("opened");
        ledger
            .append(instant(), &[(Kind::Received, json!({"a": 1})), (Kind::Read, json!({"b": 2}))])
            .expect("appended");
        let run = |ledger: &mut Ledger, sql: &'static str| {
            ledger.runtime.block_on(sqlx::query(sql).execute(&mut ledger.connection))
        };
        assert!(run(&mut ledger, "UPDATE entry SET body = '{}' WHERE seq = 1").is_err(), "the trigger refuses");
        run(&mut ledger, "DROP TRIGGER entry_is_never_changed").expect("dropped");
        run(&mut ledger, "UPDATE entry SET body = '{}' WHERE seq = 1").expect("changed behind its back");
        assert!(matches!(ledger.entries(), Err(StoreError::Damaged(_))));
    }
}
