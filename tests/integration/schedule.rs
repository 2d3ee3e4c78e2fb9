//! Work that is done by itself, through the binary: due, caught up, one at a time, stopped and killed.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use scoreboard::store::Store;

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

const CHANNEL: &str =
    "schema = 1\n[[channel]]\ncode = \"lead\"\nkind = \"file\"\npath = \"data/messages\"\non = [\"failure\"]\n";

/// Messages in the folder of the channel, in the order of their subjects.
fn messages(project: &Project) -> Vec<Value> {
    let folder = fs::read_dir(project.path().join("data/messages")).into_iter().flatten().flatten();
    let paths = folder.map(|file| file.path()).filter(|path| path.extension().is_some_and(|ending| ending == "json"));
    let mut all: Vec<Value> =
        paths.filter_map(|path| serde_json::from_slice(&fs::read(path).expect("read")).ok()).collect();
    all.sort_by_key(|message| message["subject"].to_string());
    all
}

fn subjects(project: &Project) -> Vec<String> {
    let of = |message: &Value| message["subject"].as_str().unwrap_or_default().to_owned();
    messages(project).iter().map(of).collect()
}

#[test]
fn work_that_makes_no_scoreboard_asks_for_a_look_once_a_week_and_never_says_that_none_was_published() {
    let project = scheduled(&format!("{DAILY}steps = [\"fetch\", \"notify\"]\n"));
    project.file("pipelines/notify.toml", CHANNEL.replace("[\"failure\"]", "[\"failure\", \"attention\"]"));
    project.file(
        "pipelines/sources.toml",
        "schema = 1\n[[source]]\ncode = \"share\"\nkind = \"folder\"\npath = \"not-there\"\n",
    );
    at(&project, "2016-07-03T12:00:00Z", &["schedule", "--once"]);
    for day in ["04", "05", "06", "07"] {
        at(&project, &format!("2016-07-{day}T06:00:10Z"), &["schedule", "--once"]);
    }
    assert_eq!(outcomes(&project).last().map(String::as_str), Some("2016-07-07T06:00:00Z attention"));
    let told = subjects(&project);
    assert_eq!(told, ["A small programme: something needs attention"]);
}

#[test]
fn what_moved_is_told_with_the_name_of_its_indicator() {
    let project = scheduled(WEEKLY);
    project.file("pipelines/notify.toml", CHANNEL.replace("[\"failure\"]", "[\"success\"]"));
    at(&project, "2016-07-03T12:00:00Z", &["schedule", "--once"]).expect(0);
    at(&project, MONDAY, &["schedule", "--once"]).expect(0);
    let rows: &[&[&str]] = &[&["No.", "Signed on", "Status", "Value"], &["B-1", "2016-02-01", "signed", "70"]];
    project.workbook("beta_2016-Q1.xlsx", "Agreements", rows);
    at(&project, "2016-07-11T06:00:10Z", &["schedule", "--once"]).expect(0);
    let told = messages(&project);
    let moved = told.iter().flat_map(|message| message["sections"].as_array().into_iter().flatten());
    let moved = moved.filter(|section| section["title"] == "What moved").collect::<Vec<_>>();
    let text = serde_json::to_string(&moved).expect("JSON");
    assert!(!moved.is_empty() && text.contains("Volume") && !text.contains("[\"\","), "{told:#?}");
}

#[test]
fn what_failed_is_tried_again_and_people_are_told_once_and_that_it_went_right_after_all() {
    let project = scheduled(WEEKLY);
    project.file("pipelines/notify.toml", CHANNEL);
    at(&project, "2016-07-03T12:00:00Z", &["schedule", "--once"]).expect(0);
    let (inbox, away) = (project.path().join("data/inbox"), project.path().join("data/away"));
    fs::rename(&inbox, &away).expect("moved");
    at(&project, MONDAY, &["schedule", "--once"])
        .expect(2)
        .says("nothing more is due until Mon 4 Jul 2016 06:15 (weekly)");
    at(&project, "2016-07-04T06:15:00Z", &["schedule", "--once"]).expect(0).says("nothing is due until");
    fs::rename(&away, &inbox).expect("moved");
    at(&project, MONDAY, &["status"])
        .expect(0)
        .says("on Mon 4 Jul 2016 06:15, as try 2 of 3")
        .says("✗ failed at Mon 4 Jul");
    fs::rename(&inbox, &away).expect("moved");
    at(&project, "2016-07-04T06:15:10Z", &["schedule", "--once"]).expect(2).says("until Mon 4 Jul 2016 07:15 (weekly)");
    assert_eq!(subjects(&project), ["A small programme: no scoreboard was published"]);
    fs::rename(&away, &inbox).expect("moved");
    at(&project, "2016-07-04T07:15:10Z", &["schedule", "--once"]).expect(0).says("due 2016-07-04 06:00 UTC");
    let of = |outcome: &str| format!("2016-07-04T06:00:00Z {outcome}");
    assert_eq!(outcomes(&project), ["begun", "failed", "begun", "failed", "begun", "published"].map(of));
    assert_eq!(
        subjects(&project),
        ["A small programme: it works again", "A small programme: no scoreboard was published"]
    );
    at(&project, MONDAY, &["runs", "last"]).expect(0).says("tried 2 times before");
    at(&project, "2016-07-04T12:00:00Z", &["schedule", "--once"]).expect(0).says("until Mon 11 Jul 2016 06:00");
}

#[test]
fn what_fails_three_times_is_let_be_until_its_next_time() {
    let project = scheduled(WEEKLY);
    project.file("pipelines/notify.toml", CHANNEL);
    at(&project, "2016-07-03T12:00:00Z", &["schedule", "--once"]).expect(0);
    let (inbox, away) = (project.path().join("data/inbox"), project.path().join("data/away"));
    fs::rename(&inbox, &away).expect("moved");
    for now in [MONDAY, "2016-07-04T06:20:00Z", "2016-07-04T08:00:00Z"] {
        at(&project, now, &["schedule", "--once"]).expect(2);
    }
    fs::rename(&away, &inbox).expect("moved");
    at(&project, "2016-07-04T12:00:00Z", &["schedule", "--once"]).expect(0).says("until Mon 11 Jul 2016 06:00");
    assert_eq!(subjects(&project).len(), 1, "once, not once a try");
    at(&project, "2016-07-11T06:00:00Z", &["schedule", "--once"]).expect(0).says("published");
    assert_eq!(subjects(&project).len(), 2);
}

#[test]
fn status_shows_how_the_schedules_stand_without_the_lock() {
    let project = scheduled(WEEKLY);
    let schedules = |now: &str| {
        let answer = at(&project, now, &["status", "--format", "json"]).expect(0);
        let listed = at(&project, now, &["schedule", "--list", "--format", "json"]).expect(0);
        let read = |text: &str| serde_json::from_str::<Value>(text).expect("JSON")["schedules"][0].clone();
        let (mut here, mut there) = (read(&answer.out), read(&listed.out));
        for one in [&mut here, &mut there] {
            one["next"] = one["next"][0].clone();
        }
        assert_eq!(here, there, "the same in both");
        here
    };
    let unseen = schedules("2016-07-03T12:00:00Z");
    assert_eq!((&unseen["seen"], &unseen["next"]), (&false.into(), &"2016-07-04T06:00:00Z".into()));
    at(&project, "2016-07-03T12:00:00Z", &["status"]).expect(0).says("Schedules").says("once a scheduler has seen it");
    at(&project, "2016-07-03T12:00:00Z", &["schedule", "--once"]).expect(0);
    let _writing = Store::open(&project.path().join("data/store")).expect("opened");
    assert_eq!(schedules("2016-07-03T13:00:00Z")["waits"], Value::Null);
    let waits = schedules("2016-07-18T09:00:00Z")["waits"].clone();
    assert_eq!(waits, serde_json::json!({ "due": "2016-07-18T06:00:00Z", "missed": 2, "begun": 0 }));
    at(&project, "2016-07-18T09:00:00Z", &["status"])
        .expect(0)
        .says("! since Mon 18 Jul 2016 06:00 (and 2 times before); waits: no scheduler has begun it")
        .says("Mon 25 Jul 2016 06:00");
}

#[test]
fn times_that_were_let_be_are_told_as_what_they_are() {
    let project = scheduled(&format!("{DAILY}catch_up = \"none\"\n"));
    at(&project, "2016-07-04T12:00:00Z", &["schedule", "--once"]).expect(0);
    at(&project, "2016-07-07T12:00:00Z", &["schedule", "--once"]).expect(0);
    let list = at(&project, MONDAY, &["runs"]).expect(0).says("– let be");
    assert_eq!(list.out.matches("schedule daily").count(), 1, "{}", list.out);
    let one = at(&project, MONDAY, &["runs", "--format", "json"]).expect(0);
    let number = serde_json::from_str::<Value>(&one.out).expect("JSON")["runs"][0]["number"].to_string();
    let told = at(&project, MONDAY, &["runs", &number]).expect(0);
    let told = told.says("due Thu 7 Jul 2016 06:00:00").says("nothing ran at this time, nor at the 2 before it");
    assert!(!told.out.contains("step") && !told.out.contains("0 errors"), "{}", told.out);
}

const TROUBLE: &str = "A small programme: nothing can be done any more";
const MENDED: &str = "A small programme: the work goes on again";

#[test]
fn people_are_told_once_that_definitions_cannot_be_read_and_once_that_they_are_mended() {
    let project = scheduled(WEEKLY);
    project.file("pipelines/notify.toml", CHANNEL);
    let broken = |word: &str| project.file("pipelines/schedule.toml", WEEKLY.replace("MON", word));
    broken("MOON");
    at(&project, "2016-07-03T11:00:00Z", &["schedule", "--once"]).expect(2);
    assert_eq!(subjects(&project), Vec::<String>::new(), "no definitions are known that were sound");
    broken("MON");
    at(&project, "2016-07-03T12:00:00Z", &["schedule", "--once"]).expect(0);
    at(&project, MONDAY, &["schedule", "--once"]).expect(0);
    broken("MOON");
    // A file that came must not be read by definitions that are those no longer.
    let rows: &[&[&str]] = &[&["No.", "Signed on", "Status", "Value"], &["B-1", "2016-02-01", "signed", "7"]];
    project.workbook("beta_2016-Q1.xlsx", "Agreements", rows);
    for hour in 10..13 {
        at(&project, &format!("2016-07-05T{hour}:00:00Z"), &["schedule", "--once"]).expect(2).says("`MOON` is no day");
    }
    assert_eq!(subjects(&project), [TROUBLE], "once a state");
    let text = messages(&project)[0]["text"].as_str().expect("a text").to_owned();
    assert!(text.contains("`MOON` is no day of the week") && text.contains("pipelines/schedule.toml:4:17"), "{text}");
    at(&project, MONDAY, &["status"]).expect(2);
    broken("NOON");
    at(&project, "2016-07-05T13:00:00Z", &["schedule", "--once"]).expect(2);
    assert_eq!(subjects(&project), [TROUBLE, TROUBLE], "another state");
    broken("MON");
    for hour in 14..16 {
        at(&project, &format!("2016-07-05T{hour}:00:00Z"), &["schedule", "--once"]).expect(0);
    }
    assert_eq!(subjects(&project), [TROUBLE, TROUBLE, MENDED]);
    at(&project, MONDAY, &["status"]).expect(0).says("1 file in the inbox not read yet");
    broken("MOON");
    at(&project, "2016-07-06T10:00:00Z", &["schedule", "--once"]).expect(2);
    assert_eq!(subjects(&project).len(), 4, "broken anew");
    at(&project, MONDAY, &["verify", "--project", &project.path().display().to_string()]).expect(2);
    broken("MON");
    at(&project, MONDAY, &["verify"]).expect(0);
}

#[test]
fn a_scheduler_that_stays_tells_people_of_what_lasts_of_definitions_and_of_a_store() {
    let project = scheduled(WEEKLY);
    project.file("pipelines/notify.toml", CHANNEL);
    // Ten minutes in a second; nothing is due for days.
    let mut daemon = Daemon::start(&mut running(&project, &clock("2016-07-05T00:00:00Z", 600), &[]));
    daemon.says("its times are new");
    project.file("pipelines/schedule.toml", WEEKLY.replace("MON", "MOON"));
    until("the broken definitions are told", || subjects(&project) == [TROUBLE]);
    project.file("pipelines/schedule.toml", WEEKLY);
    until("that they are mended is told", || subjects(&project) == [TROUBLE, MENDED]);
    let ledger = project.path().join("data/store/ledger.sqlite");
    let whole = fs::read(&ledger).expect("read");
    // In one step, so that nobody finds it empty.
    let put = |bytes: &[u8]| {
        project.file("data/other", bytes);
        fs::rename(project.path().join("data/other"), &ledger).expect("moved");
    };
    put("no ledger\n".repeat(500).as_bytes());
    until("the broken store is told", || subjects(&project) == [TROUBLE, TROUBLE, MENDED]);
    assert!(messages(&project).iter().any(|message| message["text"].to_string().contains("The store cannot be used")));
    put(&whole);
    until("that it is mended is told", || subjects(&project) == [TROUBLE, TROUBLE, MENDED, MENDED]);
    daemon.kill();
    at(&project, MONDAY, &["verify"]).expect(0);
}

#[test]
fn a_ledger_that_cannot_be_written_is_told_of_too() {
    let server = Server::start(|_| Reply::status(202));
    let project = scheduled(WEEKLY);
    project.file(
        "pipelines/notify.toml",
        CHANNEL.replace("\"file\"\npath = \"data/messages", "\"json\"\nurl = \"URL").replace("URL", &server.url),
    );
    let mut command = running(&project, &clock("2016-07-05T00:00:00Z", 600), &[]);
    // It can be read all the time; only what is to be written down finds no room.
    let mut daemon = Daemon::start(command.env("SCOREBOARD_FULL_AT", "1.."));
    until("it is told", || server.asked("") > 0);
    daemon.kill();
    let told = server.seen().iter().map(|seen| seen.json()["text"].to_string()).collect::<Vec<_>>();
    assert!(told.len() == 1 && told[0].contains("The store cannot be used"), "{told:?}");
}

#[test]
fn broken_definitions_are_told_and_nothing_is_done_with_the_old_ones() {
    let project = scheduled(WEEKLY);
    at(&project, "2016-07-03T12:00:00Z", &["schedule", "--once"]).expect(0);
    project.file("pipelines/schedule.toml", WEEKLY.replace("MON", "MOON"));
    at(&project, MONDAY, &["schedule", "--once"])
        .expect(2)
        .says("`MOON` is no day of the week")
        .says("pipelines/schedule.toml:4:17");
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

/// A scheduler that works until it is stopped, and what it says.
struct Daemon {
    child: Child,
    lines: Receiver<String>,
    said: Vec<String>,
}

impl Daemon {
    fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("started");
        let (sender, lines) = channel();
        let stderr = BufReader::new(child.stderr.take().expect("piped"));
        thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        Self { child, lines, said: Vec::new() }
    }

    /// Waits for a line with this text.
    fn says(&mut self, text: &str) -> String {
        loop {
            let line = self
                .lines
                .recv_timeout(Duration::from_mins(2))
                .unwrap_or_else(|_| panic!("never said {text}: {:#?}", self.said));
            self.said.push(line.clone());
            if line.contains(text) {
                return line;
            }
        }
    }

    #[cfg(unix)]
    fn signal(&self, name: &str) {
        let status = Command::new("kill").args([name, &self.child.id().to_string()]).status().expect("kill");
        assert!(status.success());
    }

    fn ends(&mut self) -> Option<i32> {
        let code = self.child.wait().expect("ended").code();
        self.said.extend(self.lines.iter());
        code
    }

    fn kill(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("ended");
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until something holds that only another process can bring about.
fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_mins(2), "never: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// A clock that shows `from` when this is called, and runs `times` as fast.
fn clock(from: &str, times: u32) -> String {
    #[allow(clippy::disallowed_methods, reason = "the true clock is what the other one is set by")]
    let now = chrono::Utc::now();
    format!("{from} at {} times {times}", now.to_rfc3339())
}

fn running(project: &Project, clock: &str, more: &[&str]) -> Command {
    let mut command = project.command(&[&["schedule"], more].concat());
    command.env_remove("SCOREBOARD_NOW").env("SCOREBOARD_CLOCK", clock);
    command
}

#[cfg(unix)]
#[test]
fn a_second_scheduler_is_refused_or_stands_by_and_takes_over() {
    let project = scheduled(WEEKLY);
    let clock = clock("2016-07-03T12:00:00Z", 1);
    let mut first = Daemon::start(&mut running(&project, &clock, &[]));
    first.says("the scheduler works");
    let second = answer(&running(&project, &clock, &[]).output().expect("the command runs")).expect(2);
    second.says("another scheduler works on this store").says(&format!("process {}", first.child.id()));
    at(&project, MONDAY, &["schedule", "--once"]).expect(2).says("another scheduler works on this store");
    let mut third = Daemon::start(&mut running(&project, &clock, &["--wait"]));
    third.says("standing by");
    first.signal("-TERM");
    assert_eq!(first.ends(), Some(0), "{:#?}", first.said);
    third.says("the scheduler works");
    third.signal("-INT");
    assert_eq!(third.ends(), Some(0));
}

#[test]
fn a_busy_store_is_waited_for() {
    let project = scheduled(WEEKLY);
    at(&project, "2016-07-03T12:00:00Z", &["schedule", "--once"]).expect(0);
    let store = Store::open(&project.path().join("data/store")).expect("opened");
    let mut waiting = Daemon::start(project.command(&["schedule", "--once"]).env("SCOREBOARD_NOW", MONDAY));
    waiting.says("what is due waits");
    drop(store);
    assert_eq!(waiting.ends(), Some(0), "{:#?}", waiting.said);
    assert_eq!(outcomes(&project), ["2016-07-04T06:00:00Z begun", "2016-07-04T06:00:00Z published"]);
}

const SURVEY: &str = r#"schema = 1
[collection]
code = "members"
title = "Members"
[[collection.field]]
code = "firm"
label = "Firm"
kind = "enterprise"
[survey]
code = "turnover"
title = "Turnover"
frame = "members"
match = "firm"
respondent = "vat"
submitted = "sent_on"
[[survey.wave]]
code = "baseline"
role = "baseline"
on = 2016-05-31
[[survey.question]]
code = "vat"
label = "VAT"
kind = "enterprise"
[[survey.question]]
code = "sent_on"
label = "Sent on"
kind = "date"
[[source]]
code = "kobo_eu"
kind = "kobo"
url = "URL"
form = "aXyZ12"
secret = "KOBO_TOKEN"
survey = "turnover"
wave = "baseline"
"#;

#[cfg(unix)]
#[test]
fn asked_to_stop_in_the_middle_it_ends_its_step_and_the_rest_is_done_at_the_next_start() {
    let server = Server::start(|_| Reply::status(404).fault(Fault::Slow(Duration::from_secs(2))));
    let project = scheduled(WEEKLY);
    project.file("pipelines/survey.toml", SURVEY.replace("URL", &server.url));
    at(&project, "2016-07-03T12:00:00Z", &["schedule", "--once"]).expect(0);
    let mut daemon = Daemon::start(running(&project, &clock(MONDAY, 1), &[]).env("KOBO_TOKEN", "t"));
    until("the server is asked", || server.asked("") > 0);
    daemon.signal("-TERM");
    assert_eq!(daemon.ends(), Some(0), "{:#?}", daemon.said);
    assert_eq!(outcomes(&project), ["2016-07-04T06:00:00Z begun", "2016-07-04T06:00:00Z abandoned"]);
    assert!(!project.path().join("data/out").exists(), "nothing of it was published");
    at(&project, MONDAY, &["schedule", "--once"]).expect(1).says("due 2016-07-04 06:00 UTC").says("kobo_eu");
    assert_eq!(outcomes(&project).last().map(String::as_str), Some("2016-07-04T06:00:00Z attention"));
    assert!(project.path().join("data/out/scoreboard.xlsx").is_file(), "a source that fails keeps nothing back");
}

/// Status and body of an answer.
fn get(address: &str, path: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).expect("connected");
    write!(stream, "GET {path} HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n").expect("asked");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("answered");
    let status = text.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, text.split_once("\r\n\r\n").map_or_else(String::new, |(_, body)| body.to_owned()))
}

/// The value of a line of metrics, by name and labels as they are written.
fn metric(text: &str, name: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
    line.parse().ok()
}

#[test]
fn health_readiness_and_metrics_tell_how_it_goes() {
    let project = scheduled(WEEKLY);
    let clock = clock("2016-07-04T05:59:00Z", 60);
    let listening = ["--listen", "127.0.0.1:0"];
    let mut daemon = Daemon::start(&mut running(&project, &clock, &listening));
    let line: Value = serde_json::from_str(&daemon.says("health and metrics")).expect("a log of JSON");
    let address = line["address"].as_str().expect("an address").to_owned();
    daemon.says("the work ended");
    assert_eq!(get(&address, "/healthz").0, 200);
    until("it is ready", || get(&address, "/readyz") == (200, "{\"ready\":true,\"reasons\":[]}\n".to_owned()));
    let published = "scoreboard_attempts_total{schedule=\"weekly\",outcome=\"published\"}";
    until("the metrics tell of it", || metric(&get(&address, "/metrics").1, published) == Some(1.0));
    let text = get(&address, "/metrics").1;
    assert_eq!(metric(&text, "scoreboard_next_due_timestamp_seconds{schedule=\"weekly\"}"), Some(1_468_216_800.0));
    assert!(metric(&text, "scoreboard_last_success_timestamp_seconds{schedule=\"weekly\"}") >= Some(1_467_612_000.0));
    assert_eq!(metric(&text, "scoreboard_attempt_duration_seconds_count{schedule=\"weekly\"}"), Some(1.0));
    assert_eq!(metric(&text, "scoreboard_scheduler_ready"), Some(1.0));
    assert_eq!(metric(&text, "scoreboard_files_waiting"), Some(0.0));
    assert!(metric(&text, "scoreboard_reports_due") > Some(0.0));
    exposition(&text);
    // A definition that is broken stops the work, not the process; mended, it goes on.
    project.file("pipelines/schedule.toml", WEEKLY.replace("MON", "MOON"));
    until("it is not ready", || {
        let (status, body) = get(&address, "/readyz");
        status == 503 && body.contains("`MOON` is no day of the week")
    });
    assert_eq!(metric(&get(&address, "/metrics").1, "scoreboard_scheduler_ready"), Some(0.0));
    assert_eq!(get(&address, "/healthz").0, 200);
    project.file("pipelines/schedule.toml", WEEKLY);
    until("it is ready again", || get(&address, "/readyz").0 == 200);
    daemon.kill();
    let far = answer(&running(&project, &clock, &["--listen", "0.0.0.0:0"]).output().expect("the command runs"));
    far.expect(2).says("--listen-anywhere");
}

/// Holds a text against the form of `OpenMetrics`: every sample belongs to a declared family, is a number and stands once.
fn exposition(text: &str) {
    let mut families: Vec<(String, String)> = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    assert!(text.ends_with("# EOF\n"), "{text}");
    for line in text.lines() {
        if let Some(declared) = line.strip_prefix("# TYPE ") {
            let (name, kind) = declared.split_once(' ').expect("a name and a kind");
            families.push((name.to_owned(), kind.to_owned()));
        } else if !line.starts_with('#') {
            let (sample, value) = line.rsplit_once(' ').expect("a value");
            assert!(value.parse::<f64>().is_ok(), "{line}");
            assert!(seen.insert(sample.to_owned()), "twice: {sample}");
            let name = sample.split('{').next().unwrap_or_default();
            let (family, kind) = families.last().expect("declared before");
            let endings: &[&str] = match kind.as_str() {
                "counter" => &["_total"],
                "histogram" => &["_bucket", "_sum", "_count"],
                "info" => &["_info"],
                _ => &[""],
            };
            assert!(
                endings.iter().any(|ending| name == format!("{family}{ending}")),
                "{name} is none of {family} ({kind})"
            );
            assert!(name.starts_with("scoreboard_"), "{name}");
        }
    }
    assert!(seen.len() > 15, "only {} samples", seen.len());
}

#[test]
fn two_weeks_with_late_partners_and_kills_do_every_day_once() {
    let project = scheduled(&format!("{DAILY}catch_up = \"all\"\n"));
    at(&project, "2016-07-01T12:00:00Z", &["schedule", "--once"]).expect(0);
    // A day in a second. Each process is ended in the middle of its work or right behind it, by turns: never three times
    // in the middle of the same day, which would be given up.
    let clock = clock("2016-07-02T00:00:00Z", 86_400);
    let mut last = 0;
    for life in 0u64..60 {
        let mut daemon = Daemon::start(&mut running(&project, &clock, &[]));
        daemon.says(if life % 2 == 0 { "refreshed" } else { "the work ended" });
        if life % 3 == 2 {
            daemon.says("the work ended");
        }
        daemon.kill();
        if life == 3 {
            let rows: &[&[&str]] = &[&["No.", "Signed on", "Status", "Value"], &["B-1", "2016-03-01", "signed", "250"]];
            project.workbook("beta_2016-Q1.xlsx", "Agreements", rows);
        }
        last = outcomes(&project).len();
        if outcomes(&project).iter().any(|line| line.starts_with("2016-07-15") && !line.ends_with("begun")) {
            break;
        }
    }
    let mut ended: Vec<String> = outcomes(&project).into_iter().filter(|line| !line.ends_with("begun")).collect();
    ended.truncate(14);
    let days: Vec<&str> = ended.iter().map(|line| &line[..10]).collect();
    let expected: Vec<String> = (2..16).map(|day| format!("2016-07-{day:02}")).collect();
    assert_eq!(days, expected, "of {last} entries: {:#?}", outcomes(&project));
    assert!(ended.iter().all(|line| line.ends_with("published") || line.ends_with("unchanged")), "{ended:#?}");
    at(&project, "2016-07-20T12:00:00Z", &["verify"]).expect(0);
    assert_eq!(project.json()["figures"].as_array().map(Vec::is_empty), Some(false));
}
