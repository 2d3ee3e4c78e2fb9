//! Left running over simulated weeks with a fast clock: partners late, twice and corrected, servers down, the process
//! killed at random.

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Child, Stdio};
use std::thread;
use std::time::Duration;

use scoreboard::app::attempt::{Attempt, Outcome, Trigger};
use scoreboard::notify::history::Stage;
use serde_json::Value;

use super::world::{Servers, Trouble, at, entries, files, mailed, no_half, programme, received, told};
use crate::drift::dice::Dice;
use crate::project::{Project, figure};
use crate::smtp;

/// The simulated time: six weeks and a half, from the end of the first quarter on.
const FROM: &str = "2016-04-01T12:00:00Z";
const AFTER: &str = "2016-05-18T09:00:00Z";
const DAYS: u32 = 47;
/// A simulated day takes as many milliseconds.
const DAY: u32 = 450;

const HEAD: &[&str] = &["No.", "Signed on", "Status", "Value"];

/// What happens on some day: names and rows of files, which come in the order of the days.
const ARRIVALS: [(u32, &str, &[&[&str]]); 6] = [
    (3, "alpha_2016-Q1.xlsx", &[HEAD, &["'A-1", "2016-02-01", "signed", "100"]]),
    (8, "gamma_2016-Q1.xlsx", &[HEAD, &["'G-1", "2016-03-01", "signed", "40"], &["'G-2", "", "signed", "9"]]),
    (12, "again/alpha_2016-Q1.xlsx", &[HEAD, &["'A-1", "2016-02-01", "signed", "100"]]),
    (17, "alpha_2016-Q1_2016-04-18_r2.xlsx", &[HEAD, &["'A-1", "2016-02-01", "signed", "130"]]),
    (24, "beta_2016-Q1.xlsx", &[HEAD, &["'B-1", "2016-02-15", "signed", "25"]]),
    (
        30,
        "gamma_2016-Q1_2016-05-01_r2.xlsx",
        &[HEAD, &["'G-1", "2016-03-01", "signed", "40"], &["'G-2", "2016-03-02", "signed", "9"]],
    ),
];

fn daemon(project: &Project, clock: &str) -> Child {
    let mut command = super::world::command(project, FROM, &["schedule"]);
    command.env_remove("SCOREBOARD_NOW").env("SCOREBOARD_CLOCK", clock);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("started")
}

fn weeks(seed: u64) {
    let mut dice = Dice::new(seed);
    let servers = Servers::start();
    let project = programme(&servers, "0 6 * * *");
    servers.put("/files/gamma.csv", &[("X-1", 3)]);
    at(&project, FROM, &["schedule", "--once"]).expect(0);
    #[allow(clippy::disallowed_methods, reason = "the true clock is what the fast one is set by")]
    let now = chrono::Utc::now();
    let clock = format!("{FROM} at {} times {}", now.to_rfc3339(), 86_400_000 / DAY);
    let (mut child, mut kills) = (daemon(&project, &clock), 0);
    for day in 0..DAYS {
        for (_, name, rows) in ARRIVALS.iter().filter(|(on, ..)| *on == day) {
            project.workbook(name, "Agreements", rows);
        }
        match day {
            10 => servers.put("/dav/in/delta_2016-Q1.csv", &[("D-1", 60)]),
            20 => servers.put("/files/gamma.csv", &[("X-1", 3), ("X-2", 4)]),
            28 => servers.answers(6),
            _ => {}
        }
        let troubles = [Trouble::None, Trouble::None, Trouble::Down, Trouble::CutOff, Trouble::Silent];
        servers.trouble(dice.pick(&troubles));
        let posts =
            [smtp::Fault::None, smtp::Fault::None, smtp::Fault::Greets("421 busy"), smtp::Fault::DropsAfterText];
        servers.smtp.fault(posts[dice.roll(posts.len())].clone());
        let killed = dice.roll(3) > 0;
        let pause = if killed { dice.below(DAY) } else { DAY };
        thread::sleep(Duration::from_millis(u64::from(pause)));
        if killed {
            // Wherever it is just now.
            child.kill().expect("killed");
            child.wait().expect("ended");
            kills += 1;
            thread::sleep(Duration::from_millis(u64::from(DAY - pause)));
            child = daemon(&project, &clock);
        }
    }
    child.kill().expect("killed");
    child.wait().expect("ended");
    servers.trouble(Trouble::None);
    servers.smtp.fault(smtp::Fault::None);
    settled(seed, kills, &servers, &project);
}

/// All is well again, some days after.
fn settled(seed: u64, kills: u32, servers: &Servers, project: &Project) {
    let what = format!("seed {seed}");
    for _ in 0..2 {
        at(project, AFTER, &["schedule", "--once"]);
    }
    let last = at(project, AFTER, &["schedule", "--now", "weekly"]);
    assert!(last.code < 2, "{what}: {}{}", last.out, last.err);
    at(project, AFTER, &["verify"]).expect(0);
    no_half(&what, servers, project);

    let entries = entries(project);
    let mut times: BTreeMap<String, u32> = BTreeMap::new();
    let mut work = 0;
    for attempt in entries.iter().filter_map(Attempt::of) {
        if let Trigger::Schedule { due, .. } = &attempt.trigger {
            work += 1;
            if !matches!(attempt.outcome, Outcome::Begun) {
                *times.entry(due.to_rfc3339()).or_default() += 1;
            }
        }
    }
    assert!(times.values().all(|ended| *ended == 1), "{what}: a time was run to its end twice: {times:?}");

    let mails = mailed(servers, &entries);
    let twice: Vec<_> = mails.iter().filter(|(_, times)| **times > 1).collect();
    assert!(twice.is_empty(), "{what}: {twice:?}");
    let stages = told(&entries);
    let open: Vec<_> = stages.iter().filter(|(_, stage)| **stage == Stage::Failed).collect();
    let unknown = stages.values().filter(|stage| matches!(stage, Stage::AboutTo | Stage::Unknown)).count();
    // Whoever is late is reminded, or it is said that it is not known.
    assert!(stages.keys().any(|key| key.starts_with("reminder/late/agreements/2016-Q1/late-")), "{what}: {stages:?}");
    let shown = at(project, AFTER, &["notify", "--dry-run", "--format", "json"]).expect(0);
    let shown: Value = serde_json::from_str(&shown.out).expect("JSON");
    assert_eq!(shown["notices"].as_array().map(Vec::len), Some(0), "{what}: something is due still: {shown:#}");

    // The same programme without any disturbance, which is told of everything in the end.
    let calm = programme(servers, "0 6 * * *");
    for (_, name, rows) in ARRIVALS {
        calm.workbook(name, "Agreements", rows);
        at(&calm, AFTER, &["ingest"]);
    }
    at(&calm, AFTER, &["fetch"]).expect(0);
    // The same bytes under two names are received under the one that was seen first.
    let hashes = |project: &Project| -> BTreeSet<String> {
        received(&super::world::entries(project)).into_iter().map(|(_, hash, _)| hash).collect()
    };
    let lost: Vec<_> = hashes(&calm).difference(&hashes(project)).cloned().collect();
    assert!(lost.is_empty(), "{what}: {lost:?}");
    at(&calm, AFTER, &["run"]);
    assert_eq!(figure(&project.json(), "volume", &[]), figure(&calm.json(), "volume", &[]), "{what}");
    let out = files(&project.path().join("data/out"));
    assert_eq!(out.get("scoreboard.xlsx"), servers.delivered().get("/dav/out/scoreboard.xlsx"), "{what}");
    println!(
        "seed {seed}: {kills} kills, {work} pieces of work, {} times ended, {} keys mailed, {unknown} unknown, {} failed",
        times.len(),
        mails.len(),
        open.len()
    );
}

#[test]
fn six_weeks_with_late_partners_broken_servers_and_kills_at_random() {
    weeks(1);
}

#[test]
#[ignore = "takes minutes: more seeds"]
fn six_weeks_many_times() {
    for seed in 2..6 {
        weeks(seed);
    }
}
