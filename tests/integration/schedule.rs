//! Work that is done by itself, through the binary: due, caught up, one at a time, stopped and killed.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::project::{Answer, Project, answer};
use crate::server::{Fault, Reply, Server};

const WEEKLY: &str = "schema = 1\n[[schedule]]\ncode = \"weekly\"\ncron = \"0 6 * * MON\"\n";
const DAILY: &str = "schema = 1\n[[schedule]]\ncode = \"daily\"\ncron = \"0 6 * * *\"\n";
/// 6:00 on Monday 4 July 2016, in UTC, which is the zone of the small programme.
const MONDAY: &str = "2016-07-04T06:00:10Z";

/// The small programme with one report in its inbox and a schedule.
fn scheduled(schedule: &str) -> Project {
    let project = Project::small();
    let rows: &[&[&str]] = &[&["No.", "Signed on", "Status", "Value"], &["A-1", "2016-02-01", "signed", "400"]];
    project.workbook("alpha_2016-Q1.xlsx", "Agreements", rows).file("pipelines/schedule.toml", schedule);
    project
}

fn at(project: &Project, now: &str, args: &[&str]) -> Answer {
    answer(&project.command(args).env("SCOREBOARD_NOW", now).output().expect("the command runs"))
}

/// The bodies of the ledger's entries of work, in their order, without those that only say since when a schedule counts.
fn attempts(project: &Project) -> Vec<Value> {
    let path = project.path().join("data/store/ledger.sqlite");
    let bodies = tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(async {
        use sqlx::{ConnectOptions as _, Row as _};
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path).busy_timeout(Duration::from_secs(20));
        let mut connection = options.connect().await.expect("the ledger");
        let query = sqlx::query("SELECT body FROM entry WHERE kind = 'attempt' ORDER BY seq");
        let rows = query.fetch_all(&mut connection).await.expect("entries");
        rows.iter().map(|row| row.get::<String, _>(0)).collect::<Vec<_>>()
    });
    let all = bodies.iter().map(|body| serde_json::from_str::<Value>(body).expect("JSON"));
    all.filter(|body| body["steps"][0]["step"] != "schedule").collect()
}

/// `DUE OUTCOME` of each.
fn outcomes(project: &Project) -> Vec<String> {
    let of = |body: &Value| {
        let due = body["trigger"]["schedule"]["due"].as_str().unwrap_or("by command");
        format!("{due} {}", body["outcome"].as_str().unwrap_or(""))
    };
    attempts(project).iter().map(of).collect()
}

#[test]
fn once_does_what_is_due_and_says_when_something_will_be() {
    let project = scheduled(WEEKLY);
    at(&project, "2016-07-03T12:00:00Z", &["schedule", "--once"])
        .expect(0)
        .says("nothing is due until Mon 4 Jul 2016 06:00 (weekly)");
    at(&project, MONDAY, &["schedule", "--once"]).expect(0).says("weekly, due 2016-07-04 06:00 UTC");
    assert_eq!(outcomes(&project), ["2016-07-04T06:00:00Z begun", "2016-07-04T06:00:00Z published"]);
    assert!(project.path().join("data/out/scoreboard.xlsx").is_file());
    at(&project, MONDAY, &["schedule", "--once"]).expect(0).says("nothing is due until Mon 11 Jul 2016 06:00 (weekly)");
    at(&project, "2016-07-11T06:00:00Z", &["schedule", "--once"]).expect(0);
    assert_eq!(outcomes(&project)[2..], ["2016-07-11T06:00:00Z begun", "2016-07-11T06:00:00Z unchanged"]);
    at(&project, MONDAY, &["schedule", "--list"])
        .expect(0)
        .says("every Monday at 06:00, UTC")
        .says("Mon 11 Jul 2016 06:00, Mon 18 Jul 2016 06:00, Mon 25 Jul 2016 06:00");
    at(&project, MONDAY, &["schedule", "--now", "weekly"]).expect(0);
    assert_eq!(outcomes(&project).last().map(String::as_str), Some("by command unchanged"));
    at(&project, MONDAY, &["schedule", "--now", "wekly"]).expect(2).says("weekly");
}

#[test]
fn what_was_missed_is_caught_up_as_declared() {
    for (catch_up, expected) in [("latest", 1), ("all", 3), ("none", 0)] {
        let project = scheduled(&format!("{DAILY}catch_up = \"{catch_up}\"\n"));
        at(&project, "2016-07-04T12:00:00Z", &["schedule", "--once"]).expect(0);
        at(&project, "2016-07-07T12:00:00Z", &["schedule", "--once"]).expect(0);
        let begun = outcomes(&project).iter().filter(|line| line.ends_with("begun")).count();
        assert_eq!(begun, expected, "{catch_up}: {:?}", outcomes(&project));
        at(&project, "2016-07-07T12:00:00Z", &["schedule", "--once"]).expect(0).says("nothing is due until");
    }
}

#[test]
fn broken_definitions_are_told_and_nothing_is_done_with_the_old_ones() {
    let project = scheduled(WEEKLY);
    at(&project, "2016-07-03T12:00:00Z", &["schedule", "--once"]).expect(0);
    project.file("pipelines/schedule.toml", WEEKLY.replace("MON", "MOON"));
    at(&project, MONDAY, &["schedule", "--once"]).expect(2).says("`MOON` is no day of the week").says("pipelines/schedule.toml:4:17");
    assert_eq!(outcomes(&project), Vec::<String>::new());
}

#[test]
fn what_was_cut_short_is_done_again_and_gives_the_same_bytes() {
    let calm = scheduled(WEEKLY);
    at(&calm, "2016-07-03T12:00:00Z", &["schedule", "--once"]).expect(0);
    at(&calm, MONDAY, &["schedule", "--once"]).expect(0);
    let project = scheduled(WEEKLY);
    at(&project, "2016-07-03T12:00:00Z", &["schedule", "--once"]).expect(0);
    let crash = |point: &str| {
        let mut command = project.command(&["schedule", "--once"]);
        command.env("SCOREBOARD_NOW", MONDAY).env("SCOREBOARD_CRASH_AT", point).output().expect("the command runs")
    };
    // The third point is right behind the entry that says that it began; the others are in the middle of the work.
    for point in ["3", "12"] {
        assert!(!crash(point).status.success());
    }
    assert_eq!(outcomes(&project), ["2016-07-04T06:00:00Z begun", "2016-07-04T06:00:00Z begun"]);
    at(&project, MONDAY, &["schedule", "--once"]).expect(0);
    assert_eq!(outcomes(&project).last().map(String::as_str), Some("2016-07-04T06:00:00Z published"));
    assert_eq!(project.outputs(), calm.outputs());
}

#[test]
fn what_never_ends_is_given_up_at_the_third_time() {
    let project = scheduled(WEEKLY);
    at(&project, "2016-07-03T12:00:00Z", &["schedule", "--once"]).expect(0);
    for _ in 0..3 {
        let mut command = project.command(&["schedule", "--once"]);
        command.env("SCOREBOARD_NOW", MONDAY).env("SCOREBOARD_CRASH_AT", "3").output().expect("the command runs");
    }
    at(&project, MONDAY, &["schedule", "--once"]).expect(2).says("began 3 times and never ended");
    at(&project, MONDAY, &["schedule", "--once"]).expect(0).says("nothing is due");
    at(&project, "2016-07-11T06:00:00Z", &["schedule", "--once"]).expect(0).says("due 2016-07-11 06:00 UTC");
}

#[test]
fn two_at_the_same_time_do_it_once() {
    let project = scheduled(WEEKLY);
    at(&project, "2016-07-03T12:00:00Z", &["schedule", "--once"]).expect(0);
    let start = || {
        let mut command = project.command(&["schedule", "--once"]);
        command.env("SCOREBOARD_NOW", MONDAY).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started")
    };
    let both: Vec<Child> = (0..2).map(|_| start()).collect();
    for child in both {
        let ended = child.wait_with_output().expect("ended");
        let told = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert!(ended.status.success() || told.contains("another scheduler works on this store"), "{told}");
    }
    assert_eq!(outcomes(&project), ["2016-07-04T06:00:00Z begun", "2016-07-04T06:00:00Z published"]);
}
