//! Files that kill, hold up or exhaust whoever reads them: a finding that names the file, and the batch goes on.

use std::process::Command;

use serde_json::Value;

use super::project::Project;

/// Time enough for a busy machine, where time is not what is tried.
const PLENTY: u32 = 120;

fn project(seconds: u32) -> Project {
    let project = Project::small();
    let rows: &[&[&str]] = &[&["No.", "Status", "Signed on", "Value"], &["A1", "signed", "2016-05-04", "100"]];
    project.workbook("alpha_P2_2016-06-15_r1.xlsx", "Agreements", rows);
    let more: &[&[&str]] = &[&["No.", "Status", "Signed on", "Value"], &["B1", "signed", "2016-05-04", "200"]];
    project.workbook("beta_P2_2016-06-15_r1.xlsx", "Agreements", more);
    project.replace(
        "scoreboard.toml",
        "[programme]",
        &format!("[limits]\nmemory_mb = 300\nseconds = {seconds}\n\n[programme]"),
    );
    project
}

/// A project with a sound file and one whose reader fails in the way of `fault`.
fn ingest(fault: &str, seconds: u32) -> (Value, String) {
    let project = project(seconds);
    let output = Command::new(env!("CARGO_BIN_EXE_scoreboard"))
        .args(["ingest", "--format", "json", "--project"])
        .arg(project.path())
        .env("SCOREBOARD_READER_FAULT", format!("{fault}:beta"))
        .output()
        .expect("it runs");
    let text = String::from_utf8(output.stdout).expect("text");
    let answer: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}"));
    let find = |name: &str| {
        let all = answer["new"].as_array().expect("a list");
        all.iter().find(|file| file["name"].as_str().is_some_and(|n| n.starts_with(name))).expect("the file").clone()
    };
    let sound = find("alpha");
    assert_eq!(sound["rows_accepted"], 1, "the other file is read all the same: {sound:#}");
    let bad = find("beta");
    assert_eq!(bad["verdict"], "refused", "{bad:#}");
    let finding = &bad["findings"][0];
    let rule = finding["rule"].as_str().expect("a rule").to_owned();
    assert_eq!(finding["place"]["file"], "beta_P2_2016-06-15_r1.xlsx");
    (finding.clone(), rule)
}

#[test]
fn a_reader_that_aborts_costs_one_file() {
    assert_eq!(ingest("abort", PLENTY).1, "file-truncated");
}

#[test]
fn a_reader_that_never_ends_is_ended() {
    let (finding, rule) = ingest("loop", 2);
    assert_eq!(rule, "file-too-slow");
    assert_eq!(finding["message"], "takes longer than 2 seconds to be read");
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "the limit of memory is one of Linux")]
fn a_reader_that_takes_all_memory_is_stopped_by_its_limit() {
    let (finding, rule) = ingest("allocate", PLENTY);
    assert_eq!(rule, "file-too-large");
    assert_eq!(finding["message"], "needs more than 300 MB of memory to be read");
}

#[test]
#[cfg(target_os = "linux")]
fn a_reader_knows_no_secret_of_its_parent() {
    use std::fs;
    use std::time::Duration;
    let project = project(5);
    let mut parent = Command::new(env!("CARGO_BIN_EXE_scoreboard"))
        .args(["ingest", "--project"])
        .arg(project.path())
        .env("SCOREBOARD_READER_FAULT", "loop:beta")
        .env("KOBO_TOKEN", "9f4c2b7e1a8d4f60")
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("it runs");
    let read = |path: std::path::PathBuf| String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned();
    let of_reader = || {
        let folders = fs::read_dir("/proc").expect("processes").flatten().map(|entry| entry.path());
        let mut readers = folders.filter(|folder| {
            let status = read(folder.join("status"));
            let child = status.lines().any(|line| line == format!("PPid:\t{}", parent.id()));
            child && read(folder.join("cmdline")).contains("read-files")
        });
        readers.next().map(|folder| read(folder.join("environ")))
    };
    let seen = (0..300).find_map(|_| {
        std::thread::sleep(Duration::from_millis(10));
        of_reader().filter(|environment| !environment.is_empty())
    });
    parent.wait().expect("it ends");
    let seen = seen.expect("a reader");
    assert!(seen.contains("SCOREBOARD_READER_FAULT=loop:beta") && !seen.contains("KOBO_TOKEN"), "{seen}");
}
