//! A store that somebody tampered with who knows the program: links are made anew, files are renamed to fit. What an
//! output printed before finds each of it, or it is said here what it cannot prove.

use std::fs;
use std::path::PathBuf;

use polars::prelude::{NamedFrom as _, ParquetReader, ParquetWriter, SerReader as _, Series};
use scoreboard::store::ledger::{GENESIS, Line};
use scoreboard::store::{Store, hash_of};
use serde_json::Value;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use crate::project::{Answer, Project, answer};

const HEAD: &[&str] = &["No.", "Signed on", "Status", "Value"];

/// Two runs with a closing between them, and the outputs of the second kept elsewhere.
struct Case {
    project: Project,
    head: String,
}

fn on(project: &Project, now: &str, args: &[&str]) -> Answer {
    answer(&project.command(args).env("SCOREBOARD_NOW", now).output().expect("the command runs"))
}

impl Case {
    fn new() -> Self {
        let project = Project::small();
        project.workbook("alpha_2016-Q1.xlsx", "Agreements", &[HEAD, &["'A-1", "2016-02-01", "signed", "100"]]);
        on(&project, "2016-05-02T06:00:00Z", &["run", "--as-of", "2016-05-02"]).expect(0);
        on(&project, "2016-05-03T06:00:00Z", &["close", "2016-Q1"]).expect(0);
        project.workbook("beta_2016-Q2.xlsx", "Agreements", &[HEAD, &["'B-1", "2016-05-01", "signed", "7"]]);
        on(&project, "2016-07-31T06:00:00Z", &["run", "--as-of", "2016-07-31"]).expect(0);
        for name in ["scoreboard.xlsx", "scoreboard.json", "scoreboard.html"] {
            let kept = fs::read(project.path().join("data/out").join(name)).expect("read");
            project.file(&format!("kept/{name}"), kept);
        }
        let head = project.json()["ledger_head"].as_str().expect("a head").to_owned();
        // What lies in the folder of scoreboards is as easily changed as the store.
        fs::remove_dir_all(project.path().join("data/out")).expect("removed");
        Self { project, head }
    }

    fn store(&self) -> PathBuf {
        self.project.path().join("data/store")
    }

    /// From the head alone.
    fn by_head(&self) -> Answer {
        self.project.run(&["verify", "--head", &self.head[..16]])
    }

    /// From a whole output.
    fn by_output(&self, name: &str) -> Answer {
        let path = self.project.path().join("kept").join(name);
        self.project.run(&["verify", "--output", &path.display().to_string()])
    }

    fn finds(&self, says: &str) {
        // Outputs are gone in every case; what is asked is what the head says.
        let by_head = self.by_head().expect(1);
        assert!(by_head.out.contains(says), "the head does not find: {says}\n{}", by_head.out);
    }

    /// Entries rewritten and linked anew.
    fn forge(&self, change: impl FnOnce(&mut Vec<Line>)) {
        let mut lines = Store::look(&self.store()).expect("opened").ledger_mut().lines().expect("read");
        change(&mut lines);
        let mut previous = GENESIS.to_owned();
        for (line, seq) in lines.iter_mut().zip(1..) {
            line.seq = seq;
            line.previous.clone_from(&previous);
            let Line { at, kind, body, .. } = &*line;
            line.hash = hash_of(format!("{}\n{seq}\n{at}\n{kind}\n{}\n{body}", line.previous, body.len()).as_bytes());
            previous.clone_from(&line.hash);
        }
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let options = SqliteConnectOptions::new().filename(self.store().join("ledger.sqlite"));
            let mut ledger = options.connect().await.expect("opened");
            for statement in [
                "DROP TRIGGER IF EXISTS entry_is_never_changed",
                "DROP TRIGGER IF EXISTS entry_is_never_deleted",
                "DELETE FROM entry",
            ] {
                sqlx::query(statement).execute(&mut ledger).await.expect("done");
            }
            for line in lines {
                let query = "INSERT INTO entry (seq, at, kind, body, previous, hash) VALUES (?, ?, ?, ?, ?, ?)";
                let query = sqlx::query(query).bind(line.seq).bind(line.at).bind(line.kind).bind(line.body);
                query.bind(line.previous).bind(line.hash).execute(&mut ledger).await.expect("written");
            }
            ledger.close().await.expect("closed");
        });
    }

    fn body(line: &Line) -> Value {
        serde_json::from_str(&line.body).expect("JSON")
    }

    fn at(lines: &[Line], kind: &str, nth: usize) -> usize {
        lines.iter().enumerate().filter(|(_, line)| line.kind == kind).nth(nth).expect("an entry").0
    }
}

const NOT_THERE: &str = "is not in this ledger";

#[test]
fn an_honest_store_is_found_to_be_what_its_outputs_say() {
    let case = Case::new();
    case.by_head().expect(1).says("is still there, under its name and with its content").says("2 files read again");
    for name in ["scoreboard.xlsx", "scoreboard.json", "scoreboard.html"] {
        case.by_output(name).says("byte by byte").says("made again from the store, it gives this very file");
    }
    // Whole again, nothing differs at all.
    on(&case.project, "2016-07-31T06:00:00Z", &["run", "--as-of", "2016-07-31"]).expect(0);
    case.by_head().expect(0);
    case.by_output("scoreboard.xlsx").expect(0);
    on(&case.project, "2016-07-31T06:00:00Z", &["verify", "--deep"]).expect(0);
}

#[test]
fn whatever_was_received_and_cut_changed_or_renamed_is_found_from_the_head_alone() {
    let cut = |lines: &mut Vec<Line>, kind: &str, nth: usize| {
        let at = Case::at(lines, kind, nth);
        lines.remove(at);
    };
    // The last that was received, with all that followed.
    let case = Case::new();
    case.forge(|lines| lines.truncate(Case::at(lines, "received", 1)));
    case.finds(NOT_THERE);
    case.by_output("scoreboard.json").expect(1).says("was made of beta_2016-Q2.xlsx");
    // One in the middle, with its reading.
    let case = Case::new();
    case.forge(|lines| {
        cut(lines, "received", 0);
        cut(lines, "read", 0);
    });
    case.finds(NOT_THERE);
    // Another name, in two ways.
    let case = Case::new();
    case.forge(|lines| {
        let at = Case::at(lines, "received", 0);
        lines[at].body = lines[at].body.replace("alpha_2016-Q1", "beta_2016-Q1");
    });
    case.finds(NOT_THERE);
    let case = Case::new();
    case.forge(|lines| {
        let (one, other) = (Case::at(lines, "received", 0), Case::at(lines, "received", 1));
        let (one_name, other_name) = ("alpha_2016-Q1.xlsx", "beta_2016-Q2.xlsx");
        lines[one].body = lines[one].body.replace(one_name, other_name);
        lines[other].body = lines[other].body.replace(other_name, one_name);
    });
    case.finds(NOT_THERE);
    // Another file in place of one that was received, under its own hash.
    let case = Case::new();
    let other = b"another";
    let store = Store::open(&case.store()).expect("opened");
    store.keep_file(&hash_of(other), other).expect("kept");
    drop(store);
    case.forge(|lines| {
        let at = Case::at(lines, "received", 0);
        let mut body = Case::body(&lines[at]);
        body["file"] = Value::from(hash_of(other));
        lines[at].body = body.to_string();
    });
    case.finds(NOT_THERE);
    // A closing that never was; and one with other figures.
    let case = Case::new();
    case.forge(|lines| cut(lines, "closed", 0));
    case.finds(NOT_THERE);
    let case = Case::new();
    case.forge(|lines| {
        let at = Case::at(lines, "closed", 0);
        assert!(lines[at].body.contains("\"100\""), "{}", lines[at].body);
        lines[at].body = lines[at].body.replace("\"100\"", "\"90\"");
    });
    case.finds(NOT_THERE);
}

#[test]
fn a_history_that_was_not_linked_anew_and_files_that_were_touched_are_found_without_any_head() {
    let case = Case::new();
    let path = case.store().join("ledger.sqlite");
    let bytes = fs::read(&path).expect("read");
    let mut changed = bytes.clone();
    // Wherever the database has written it, also in pages that it has freed since.
    let written = |at: &usize| bytes[*at..].starts_with(b"alpha_2016-Q1");
    for at in (0..bytes.len()).filter(written) {
        changed[at] = b'o';
    }
    case.project.file("data/store/ledger.sqlite", &changed);
    case.project.run(&["verify"]).expect(1).says("does not follow from the one before");
    case.project.file("data/store/ledger.sqlite", &bytes);
    for folder in ["files", "rows"] {
        let mut left: Vec<PathBuf> = vec![case.store().join(folder)];
        while let Some(path) = left.pop() {
            if path.is_dir() {
                left.extend(fs::read_dir(&path).expect("listed").flatten().map(|entry| entry.path()));
                continue;
            }
            let name = path.strip_prefix(case.project.path()).expect("inside").to_string_lossy().into_owned();
            let bytes = fs::read(&path).expect("read");
            let mut changed = bytes.clone();
            *changed.last_mut().expect("bytes") ^= 1;
            case.project.file(&name, &changed);
            case.project.run(&["verify"]).expect(1).says("is not what was");
            fs::remove_file(&path).expect("removed");
            case.project.run(&["verify"]).expect(1).says("is missing");
            case.project.file(&name, &bytes);
        }
    }
}

#[test]
fn a_changed_row_is_found_though_its_part_was_named_and_linked_anew() {
    let case = Case::new();
    let mut named = None;
    case.forge(|lines| {
        let at = Case::at(lines, "read", 0);
        let part = Case::body(&lines[at])["tables"][0]["part"].as_str().expect("a part").to_owned();
        let path = case.store().join("rows").join(&part);
        let mut rows = ParquetReader::new(fs::File::open(&path).expect("opened")).finish().expect("read");
        let value = rows.column("value").expect("a column").as_materialized_series().clone();
        let dearer = Series::new("value".into(), [1000i64]).cast(value.dtype()).expect("money");
        rows.replace("value", dearer.into()).expect("replaced");
        let mut bytes = Vec::new();
        ParquetWriter::new(&mut bytes).finish(&mut rows).expect("written");
        let name = format!("agreements-{}.parquet", &hash_of(&bytes)[..16]);
        case.project.file(&format!("data/store/rows/{name}"), bytes);
        lines[at].body = lines[at].body.replace(&part, &name);
        named = Some(name);
    });
    let found = case.by_head().expect(1);
    found.says("alpha_2016-Q1.xlsx › Agreements: gives 100").says("and the store keeps 1000");
    case.by_output("scoreboard.json").expect(1).says("is not what the store gives now");
}

#[test]
fn a_reading_that_leaves_rows_out_is_found_though_it_was_linked_anew() {
    let case = Case::new();
    case.forge(|lines| {
        let at = Case::at(lines, "read", 0);
        let mut body = Case::body(&lines[at]);
        body["tables"][0]["part"] = Value::Null;
        body["tables"][0]["accepted"] = Value::from(0);
        lines[at].body = body.to_string();
    });
    case.by_head().expect(1).says("gives something else than the ledger says of how many rows count");
}

/// What outputs do not print, their head cannot prove: instants are left out so that another store that received the same
/// prints the same. docs/methods.md, section 16, says so. The whole output finds them where they decide a figure or a run.
#[test]
fn runs_and_instants_are_found_from_the_whole_output_and_not_from_its_head() {
    let case = Case::new();
    case.forge(|lines| {
        let at = Case::at(lines, "run", 1);
        lines.truncate(at);
    });
    case.by_head().says("is still there");
    case.by_output("scoreboard.xlsx").expect(1).says("which no ledger entry tells of: it was cut");
    // Another hash in a run's entry.
    let case = Case::new();
    case.forge(|lines| {
        let at = Case::at(lines, "run", 1);
        let mut body = Case::body(&lines[at]);
        for output in body["outputs"].as_array_mut().expect("outputs") {
            output["hash"] = Value::from("0".repeat(64));
        }
        lines[at].body = body.to_string();
    });
    case.by_output("scoreboard.xlsx").expect(1).says("it was changed, or the ledger was");
    // An output that was changed.
    let case = Case::new();
    case.project.replace("kept/scoreboard.json", "\"value\": 107", "\"value\": 108");
    case.by_output("scoreboard.json").expect(1).says("it was changed, or the ledger was");
    // An instant: nothing prints it, and here it decides nothing. The chain's own head alone, which bundles hold, proves it.
    let case = Case::new();
    let mut last = String::new();
    case.forge(|lines| last = lines.last().expect("entries").hash.clone());
    case.project.run(&["verify", "--head", &last]).says("it and all before it stand as they were written");
    case.forge(|lines| {
        let at = Case::at(lines, "received", 0);
        lines[at].at = "2016-05-01T06:00:00Z".into();
    });
    case.by_head().says("is still there");
    case.project.run(&["verify", "--head", &last]).expect(1).says(NOT_THERE);
}

#[test]
fn what_is_no_head_and_no_output_is_said() {
    let case = Case::new();
    // What is no head says nothing of the store.
    let refused = |head: &str| case.project.run(&["verify", "--head", head]).expect(2);
    refused("00ff").says("no-head").says("at least 12 hexadecimal digits");
    refused("not a head at all").says("no-head");
    let kept = std::fs::read(case.project.path().join("kept/scoreboard.json")).expect("an output");
    let kept: Value = serde_json::from_slice(&kept).expect("JSON");
    let run = kept["run"].as_str().expect("a code").to_owned();
    refused(&run).says("is the code of a run, not a head");
    case.project.file("kept/a.csv", "a,b\n1,2\n");
    case.by_output("a.csv").expect(2).says("prints no run and no head");
    case.by_output("none.xlsx").expect(2).says("cannot be opened");
}
