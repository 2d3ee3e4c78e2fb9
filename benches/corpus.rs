//! What reading each file of the corpus costs: `ingest` as whole processes, in seconds and peak memory.
//!
//!     cargo bench --bench corpus
//!
//! Each file goes into a project of its own, by the layout that `scoreboard layout` proposes; a file that is refused is
//! measured too. Memory is the sum of the peaks of the program and of its reader (Linux). Asserts nothing; says which
//! files go beyond what an ordinary file may cost.

#![allow(clippy::expect_used, clippy::print_stdout, clippy::disallowed_methods, reason = "a bench, not the program")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const CORPUS: &str = "../shared/corpus";
/// What an ordinary file may cost.
const SECONDS: f64 = 2.0;
const MEGABYTES: u64 = 300;

const PROGRAMME: &str = r#"schema = 1
[programme]
code = "corpus"
title = "Corpus"
start = 2000-01-01
end = 2030-12-31
[[partner]]
code = "sender"
name = "Sender"
country = "BE"
[submission]
file_names = ["{partner}__*"]
"#;
const COLLECTION: &str = r#"schema = 1
[collection]
code = "anything"
title = "Anything at all"
[[collection.field]]
code = "a"
label = "Anything at all"
kind = "text"
"#;
const INDICATOR: &str = r#"schema = 1
[[indicator]]
code = "rows"
unit = "rows"
from = "anything"
measure = "COUNT(*)"
accumulation = "stock"
"#;

fn main() {
    if !Path::new(CORPUS).is_dir() {
        println!("corpus absent: {CORPUS} is not there, so nothing is measured");
        return;
    }
    let mut beyond = Vec::new();
    println!("{:>8} {:>6} {:>9}  file", "seconds", "MB", "bytes");
    for path in files() {
        let folder = tempfile::tempdir().expect("a folder");
        let project = folder.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let put = |file: &str, text: &[u8]| {
            let to = project.join(file);
            fs::create_dir_all(to.parent().expect("a folder")).expect("made");
            fs::write(to, text).expect("written");
        };
        put("scoreboard.toml", PROGRAMME.as_bytes());
        put("pipelines/anything.toml", COLLECTION.as_bytes());
        put("indicators/rows.toml", INDICATOR.as_bytes());
        let bytes = fs::read(&path).expect("read");
        put(&format!("data/inbox/sender__{name}"), &bytes);
        let file = project.join(format!("data/inbox/sender__{name}"));
        let proposed = command(project).arg("layout").arg(file).output().expect("run");
        if proposed.status.success() {
            put("pipelines/proposed.toml", &proposed.stdout);
        }
        let (time, memory) = measured(command(project).arg("ingest"));
        println!("{:>8.2} {:>6} {:>9}  {name}", time.as_secs_f64(), memory, bytes.len());
        if time.as_secs_f64() > SECONDS || memory > MEGABYTES {
            beyond.push(name);
        }
    }
    println!(
        "beyond {SECONDS} s or {MEGABYTES} MB: {}",
        if beyond.is_empty() { "none".into() } else { beyond.join(", ") }
    );
}

fn files() -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![PathBuf::from(CORPUS)]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("listed").flatten() {
            let path = entry.path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.retain(|path| path.file_name().is_some_and(|name| name != "CATALOGUE.md"));
    found.sort();
    found
}

fn command(project: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_scoreboard"));
    command.current_dir(project);
    command
}

/// Runs a command; how long it took, and the sum of the peaks of its processes in MB where the system tells.
fn measured(command: &mut Command) -> (Duration, u64) {
    let begin = Instant::now();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("started");
    let mut peaks: BTreeMap<u32, u64> = BTreeMap::new();
    loop {
        for id in [vec![child.id()], children(child.id())].concat() {
            if let Some(peak) = peak_kb(id) {
                peaks.insert(id, peak);
            }
        }
        if child.try_wait().expect("waited").is_some() {
            return (begin.elapsed(), peaks.values().sum::<u64>() / 1_000);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn peak_kb(id: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.split_whitespace().next()?.parse().ok()
}

fn children(id: u32) -> Vec<u32> {
    let tasks = fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten().flatten();
    let lists = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<u32>>()).collect()
}
