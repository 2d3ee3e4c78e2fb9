//! The weekly refresh on a large programme's inbox, as whole processes: cold, warm, and after one workbook changed.
//!
//!     cargo bench --bench refresh                                     # a workload of its own: 60 partners, 400 rows
//!     SCOREBOARD_BENCH=DIR cargo bench --bench refresh                # DIR/inbox with partner-0000.xlsx …
//!
//! With a DIR/expected.json beside the inbox, the figures are held against it too: a fast wrong answer is worth nothing.
//! Says medians of three and the peak memory of the cold run; asserts no times.

#![allow(clippy::expect_used, clippy::print_stdout, clippy::disallowed_methods, reason = "a bench, not the program")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use scoreboard::app::ingest;
use scoreboard::app::project::Project;
use scoreboard::ingest::Sandbox;
use scoreboard::store::Store;
use serde_json::Value;

const ROUNDS: usize = 3;

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let given = std::env::var_os("SCOREBOARD_BENCH").map(PathBuf::from);
    let source = given.clone().unwrap_or_else(|| generate(&folder.path().join("workload"), 60, 400));
    let project = folder.path().join("project");
    let partners = lay_out(&source, &project);
    println!(
        "{partners} partner workbooks from {}",
        given.map_or("a workload of our own".into(), |path| path.display().to_string())
    );

    let mut cold = Vec::new();
    let mut memory = 0;
    for _ in 0..ROUNDS {
        let _ = fs::remove_dir_all(project.join("data/store"));
        let _ = fs::remove_dir_all(project.join("data/out"));
        let (time, peak) = refresh(&project);
        cold.push(time);
        memory = memory.max(peak);
    }
    check(&source, &project);
    let warm: Vec<Duration> = (0..ROUNDS).map(|_| refresh(&project).0).collect();
    let changed: Vec<Duration> = (0..ROUNDS)
        .map(|round| {
            workbook(&project.join("data/inbox/partner-0000.xlsx"), 0, 400, u64::try_from(round).expect("small") + 77);
            refresh(&project).0
        })
        .collect();
    println!("cold, empty store to finished workbook: {:.2} s, peak memory {} MB", median(cold), memory / 1024);
    println!("warm, nothing new:                      {:.3} s", median(warm));
    println!("one workbook changed:                   {:.2} s", median(changed));
    // Turn about, so that a machine that slows down slows both.
    let (mut apart, mut here) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        apart.push(ingest(&project, Sandbox::of(env!("CARGO_BIN_EXE_scoreboard").into())));
        here.push(ingest(&project, Sandbox::here()));
    }
    println!("ingest alone, read in worker processes: {:.2} s; in this process: {:.2} s", median(apart), median(here));
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64()
}

/// Runs the program; how long it took, and its peak memory in KiB where the system tells (Linux).
fn refresh(project: &Path) -> (Duration, u64) {
    let start = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_scoreboard"))
        .args(["run", "--project"])
        .arg(project)
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("the program runs");
    let status = PathBuf::from(format!("/proc/{}/status", child.id()));
    let mut peak = 0;
    let exit = loop {
        let told = fs::read_to_string(&status).unwrap_or_default();
        let line = told.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(peak).max(peak);
        if let Some(exit) = child.try_wait().expect("waited") {
            break exit;
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    assert!(exit.success(), "the refresh failed");
    (start.elapsed(), peak)
}

/// Ingest into an empty store, read by this reader: what the worker processes cost.
fn ingest(project: &Path, reader: Sandbox) -> Duration {
    let _ = fs::remove_dir_all(project.join("data/store"));
    let mut opened = Project::open(project).expect("sound definitions");
    opened.reader = reader;
    let start = Instant::now();
    let mut store = Store::open(&opened.store()).expect("a store");
    ingest::run(&opened, &mut store, &|_, _, _| {}).expect("read");
    start.elapsed()
}

/// The project folder: definitions, one partner for each workbook, and the inbox.
fn lay_out(source: &Path, project: &Path) -> usize {
    let definitions = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/project");
    for name in ["pipelines/tables.toml", "indicators/all.toml"] {
        let to = project.join(name);
        fs::create_dir_all(to.parent().expect("a folder")).expect("made");
        fs::copy(definitions.join(name), to).expect("copied");
    }
    let inbox = project.join("data/inbox");
    fs::create_dir_all(&inbox).expect("made");
    let mut head = fs::read_to_string(definitions.join("scoreboard.toml")).expect("read");
    let mut names: Vec<_> =
        fs::read_dir(source.join("inbox")).expect("an inbox").flatten().map(|entry| entry.file_name()).collect();
    names.sort();
    for name in &names {
        fs::copy(source.join("inbox").join(name), inbox.join(name)).expect("copied");
        let code = name.to_string_lossy().trim_end_matches(".xlsx").replace('-', "_");
        head.push_str(&format!("\n[[partner]]\ncode = \"{code}\"\nname = \"{code}\"\ncountry = \"AT\"\n"));
    }
    fs::write(project.join("scoreboard.toml"), head).expect("written");
    names.len()
}

/// Holds totals against expected.json, where there is one.
fn check(source: &Path, project: &Path) {
    let Ok(expected) = fs::read(source.join("expected.json")) else { return };
    let expected: Value = serde_json::from_slice(&expected).expect("JSON");
    let ours: Value =
        serde_json::from_slice(&fs::read(project.join("data/out/scoreboard.json")).expect("read")).expect("JSON");
    let mut compared = 0;
    for figure in ours["figures"]
        .as_array()
        .expect("figures")
        .iter()
        .filter(|figure| figure["by"].as_object().is_some_and(serde_json::Map::is_empty))
    {
        let code = figure["indicator"].as_str().expect("a code");
        let (Some(mine), Some(theirs)) = (figure["value"].as_f64(), expected[code].as_f64()) else { continue };
        assert!((mine - theirs).abs() < 0.005, "{code}: {mine} is not {theirs}");
        compared += 1;
    }
    println!("{compared} totals are as expected.json says");
}

/// A workload of the same shape as a partner sends: three sheets, each with a title row and a blank row.
fn generate(folder: &Path, partners: u64, rows: u32) -> PathBuf {
    fs::create_dir_all(folder.join("inbox")).expect("made");
    for partner in 0..partners {
        workbook(&folder.join(format!("inbox/partner-{partner:04}.xlsx")), partner, rows, partner + 1);
    }
    folder.to_owned()
}

fn workbook(path: &Path, partner: u64, rows: u32, seed: u64) {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut next = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut book = Workbook::new();
    let date = Format::new().set_num_format("yyyy-mm-dd");
    let day = |number: u64| ExcelDateTime::from_serial_datetime(42_370.0 + number as f64).expect("a day");
    let sheets: [(&str, &[&str], u32); 3] = [
        (
            "Enterprises supported",
            &[
                "Enterprise ID",
                "Enterprise name",
                "Country",
                "Size class",
                "Type of support",
                "Date",
                "Target market",
                "Hours",
            ],
            rows,
        ),
        ("Events", &["Event", "Date", "Type of event", "Target market", "Participants", "B2B meetings"], rows / 8),
        (
            "Cooperation agreements",
            &[
                "Agreement ID",
                "Date signed",
                "Type of agreement",
                "Status",
                "Enterprise ID",
                "Counterpart",
                "Target market",
                "Value (EUR)",
                "Jobs created (FTE)",
            ],
            rows / 2,
        ),
    ];
    for (name, header, count) in sheets {
        let sheet = book.add_worksheet();
        sheet.set_name(name).expect("a name");
        sheet.write_string(0, 0, format!("Partner {partner:04}: {name}")).expect("written");
        sheet.write_row(2, 0, header.iter().copied()).expect("written");
        for row in 3..count + 3 {
            let enterprise = next(17_000);
            let market = ["US", "CA", "CN", "BR", "JP"][usize::try_from(next(5)).expect("small")];
            for (column, label) in (0u16..).zip(header) {
                let mut text = |text: String| {
                    sheet.write_string(row, column, text).expect("written");
                };
                match *label {
                    "Enterprise ID" => text(format!("AT{}", 100_000 + enterprise)),
                    "Enterprise name" => text(format!("Enterprise {enterprise} GmbH")),
                    "Country" => text("AT".into()),
                    "Size class" => text(["micro", "small", "medium"][usize::try_from(next(3)).expect("small")].into()),
                    "Type of support" => text("coaching".into()),
                    "Type of event" => text("mission".into()),
                    "Type of agreement" => text("business contract".into()),
                    "Status" => text(["signed", "negotiating"][usize::try_from(next(2)).expect("small")].into()),
                    "Target market" => text(market.into()),
                    "Event" | "Agreement ID" => text(format!("{partner}-{row}")),
                    "Counterpart" => text(format!("Counterpart {}", next(9_999))),
                    "Date" | "Date signed" => {
                        sheet.write_datetime_with_format(row, column, day(next(730)), &date).expect("written");
                    }
                    _ => {
                        sheet.write_number(row, column, next(100_000) as f64 / 4.0 * 4.0).expect("written");
                    }
                }
            }
        }
    }
    book.save(path).expect("saved");
}
