//! A project folder made for one test, and the command run in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook};
use serde_json::Value;
use tempfile::TempDir;

/// The repository's root, which is a project of its own.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub struct Project {
    folder: TempDir,
}

/// What a command answered, with all that helps to see why a test failed.
pub struct Answer {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Answer {
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "exit code\n--- stdout ---\n{}\n--- stderr ---\n{}", self.out, self.err);
        self
    }

    pub fn says(self, text: &str) -> Self {
        assert!(
            self.out.contains(text) || self.err.contains(text),
            "does not say: {text}\n--- stdout ---\n{}\n--- stderr ---\n{}",
            self.out,
            self.err
        );
        self
    }
}

impl Project {
    /// An empty folder.
    pub fn empty() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    /// A small programme: two partners, one collection of agreements, one indicator.
    pub fn small() -> Self {
        let project = Self::empty();
        project
            .file("scoreboard.toml", SMALL)
            .file("pipelines/agreements.toml", AGREEMENTS)
            .file("indicators/a.toml", VOLUME);
        fs::create_dir_all(project.path().join("data/inbox")).expect("an inbox");
        project
    }

    /// A copy of a project's folder, without what was made of it.
    pub fn copy_of(folder: &Path) -> Self {
        let project = Self::empty();
        for name in ["scoreboard.toml", "decisions.toml", "indicators", "pipelines", "reports", "data/inbox"] {
            if folder.join(name).exists() {
                copy(&folder.join(name), &project.path().join(name));
            }
        }
        project
    }

    /// A copy of a project's folder, with its store and all that was made of it.
    pub fn whole(folder: &Path) -> Self {
        let project = Self::empty();
        copy(folder, project.path());
        project
    }

    /// Copies a project's folder into this one; false where there is no room for it.
    pub fn fill(&self, folder: &Path) -> bool {
        let copied = Command::new("cp").arg("-r").arg(folder.join(".")).arg(self.path()).output();
        copied.is_ok_and(|done| done.status.success())
    }

    /// A copy of the repository's own project.
    pub fn laser_go() -> Self {
        let project = Self::empty();
        for name in ["scoreboard.toml", "indicators", "pipelines", "reports", "data/inbox"] {
            copy(&repository().join(name), &project.path().join(name));
        }
        project
    }

    /// A copy of one of the folders below `examples/`.
    pub fn example(name: &str) -> Self {
        let project = Self::empty();
        let from = repository().join("examples").join(name);
        for part in ["scoreboard.toml", "decisions.toml", "indicators", "pipelines", "reports", "data/inbox"] {
            if from.join(part).exists() {
                copy(&from.join(part), &project.path().join(part));
            }
        }
        project
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn inbox(&self, name: &str) -> PathBuf {
        self.path().join("data/inbox").join(name)
    }

    /// Writes a file, with its folders.
    pub fn file(&self, name: &str, text: impl AsRef<[u8]>) -> &Self {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        #[allow(clippy::disallowed_methods, reason = "a fixture, not the store")]
        fs::write(path, text).expect("written");
        self
    }

    /// Replaces text in a file; it must be there.
    pub fn replace(&self, name: &str, from: &str, to: &str) -> &Self {
        let text = fs::read_to_string(self.path().join(name)).expect("read");
        assert!(text.contains(from), "{name} does not hold {from}");
        self.file(name, text.replace(from, to))
    }

    /// A partner's workbook in the inbox: one sheet with a title row, a header and rows of texts, numbers or dates.
    pub fn workbook(&self, name: &str, sheet: &str, rows: &[&[&str]]) -> &Self {
        let mut book = Workbook::new();
        // The library stamps the hour into the file: the same rows must be the same bytes.
        let created = ExcelDateTime::from_ymd(2016, 1, 1).expect("a day");
        book.set_properties(&DocProperties::new().set_creation_datetime(&created));
        let page = book.add_worksheet();
        page.set_name(sheet).expect("a name");
        page.write_string(0, 0, "Filled in by hand").expect("written");
        let date = Format::new().set_num_format("yyyy-mm-dd");
        for (r, row) in (2u32..).zip(rows) {
            for (c, cell) in (0u16..).zip(*row) {
                // '…' is text, #…# an Excel error as a formula's result, a date a date, a number a number.
                if let Some(text) = cell.strip_prefix('\'') {
                    page.write_string(r, c, text).expect("written");
                } else if cell.is_empty() {
                } else if let Ok(number) = cell.parse::<f64>() {
                    page.write_number(r, c, number).expect("written");
                } else if cell.parse::<chrono::NaiveDate>().is_ok() {
                    let day = ExcelDateTime::parse_from_str(cell).expect("a date");
                    page.write_datetime_with_format(r, c, &day, &date).expect("written");
                } else {
                    page.write_string(r, c, *cell).expect("written");
                }
            }
        }
        let bytes = book.save_to_buffer().expect("saved");
        self.file(&format!("data/inbox/{name}"), bytes)
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_scoreboard"));
        command
            .args(args)
            .args(["--project"])
            .arg(self.path())
            .env("SCOREBOARD_NOW", "2016-06-30T06:00:00Z")
            .env_remove("SCOREBOARD_CRASH_AT");
        command
    }

    /// A command that knows no project, started in the folder.
    pub fn bare(&self, args: &[&str]) -> Answer {
        let mut command = Command::new(env!("CARGO_BIN_EXE_scoreboard"));
        command.args(args).current_dir(self.path()).env("SCOREBOARD_NOW", "2016-06-30T06:00:00Z");
        answer(&command.output().expect("the command runs"))
    }

    pub fn run(&self, args: &[&str]) -> Answer {
        answer(&self.command(args).output().expect("the command runs"))
    }

    /// The same, on a day after every example has ended: what its partners sent has arrived.
    pub fn run_later(&self, args: &[&str]) -> Answer {
        answer(&self.command(args).env("SCOREBOARD_NOW", "2026-01-15T06:00:00Z").output().expect("the command runs"))
    }

    /// The JSON output of a run that must succeed.
    pub fn scoreboard(&self) -> Value {
        self.run(&["run"]).expect(0);
        self.json()
    }

    /// The JSON of the internal report.
    pub fn json(&self) -> Value {
        self.json_for("internal")
    }

    /// The JSON of the report for an audience.
    pub fn json_for(&self, audience: &str) -> Value {
        let outputs =
            self.outputs().into_iter().filter(|(name, _)| Path::new(name).extension().is_some_and(|e| e == "json"));
        let mut boards = outputs.map(|(_, bytes)| serde_json::from_slice::<Value>(&bytes).expect("JSON"));
        boards.find(|board| board["report"]["audience"] == audience).expect("a json for this audience")
    }

    /// The bytes of every output, by name.
    pub fn outputs(&self) -> Vec<(String, Vec<u8>)> {
        let mut files: Vec<_> = fs::read_dir(self.path().join("data/out"))
            .expect("an output")
            .flatten()
            .filter(|entry| entry.path().is_file())
            .map(|entry| (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).expect("read")))
            .collect();
        files.sort();
        files
    }
}

pub fn answer(output: &Output) -> Answer {
    Answer {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).expect("made");
        for entry in fs::read_dir(from).expect("listed").flatten() {
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        fs::create_dir_all(to.parent().expect("a folder")).expect("made");
        fs::copy(from, to).expect("copied");
    }
}

/// The figure of an indicator and a breakdown line (empty: the total).
pub fn figure<'a>(scoreboard: &'a Value, indicator: &str, by: &[(&str, &str)]) -> &'a Value {
    let wanted: serde_json::Map<String, Value> =
        by.iter().map(|(field, value)| ((*field).to_owned(), Value::from(*value))).collect();
    let figures = scoreboard["figures"].as_array().expect("figures");
    let found =
        figures.iter().find(|figure| figure["indicator"] == indicator && figure["by"].as_object() == Some(&wanted));
    found.unwrap_or_else(|| panic!("no figure {indicator} {by:?}"))
}

/// Findings of a rule as `file › sheet › cell`.
pub fn places(scoreboard: &Value, rule: &str) -> Vec<String> {
    let findings = scoreboard["findings"].as_array().expect("findings");
    let of = |finding: &Value| {
        let place = &finding["place"];
        [&place["file"], &place["sheet"], &place["cell"]]
            .iter()
            .filter_map(|part| part.as_str())
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" › ")
    };
    findings.iter().filter(|finding| finding["rule"] == rule).map(of).collect()
}

const SMALL: &str = r#"schema = 1
[programme]
code = "small"
title = "A small programme"
start = 2016-01-01
end = 2016-12-31
as_of = 2016-06-30
[[partner]]
code = "alpha"
name = "Alpha Cluster"
country = "AT"
language = "de"
locale = "de-AT"
[[partner]]
code = "beta"
name = "Beta Cluster"
country = "FR"
[submission]
file_names = ["{partner}_{period}_{reporting_date}_r{revision}.*", "{partner}_{period}*"]
"#;

const AGREEMENTS: &str = r#"schema = 1
[collection]
code = "agreements"
title = { en = "Agreements", de = "Vereinbarungen" }
key = ["no"]
key_scope = "programme"
date = "signed_on"
[[collection.field]]
code = "no"
label = { en = "No.", de = "Nr." }
kind = "text"
required = true
[[collection.field]]
code = "signed_on"
label = { en = "Signed on", de = "Unterzeichnet am" }
kind = "date"
[[collection.field]]
code = "status"
label = "Status"
kind = "choice"
options = ["signed", "cancelled"]
[[collection.field]]
code = "value"
label = { en = "Value", de = "Wert" }
kind = "money"
minimum = 0
[[collection.check]]
code = "signed_needs_date"
expect = "status <> 'signed' OR signed_on IS NOT NULL"
message = "a signed agreement needs its date"
"#;

const VOLUME: &str = r#"schema = 1
[[indicator]]
code = "volume"
title = "Volume"
unit = "EUR"
from = "agreements"
where = "status = 'signed'"
measure = "SUM(value)"
by = ["partner", "status", "period"]
target = { value = 1000 }
[[indicator.example]]
given = [{ status = "signed", value = 2 }, { status = "cancelled", value = 1 }]
expect = 2
"#;
