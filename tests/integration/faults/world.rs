//! A programme with everything that can break, and the servers around it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use scoreboard::notify::history::{Record, Stage};
use scoreboard::store::{Entry, Kind, Store, hash_of};
use serde_json::{Value, json};

use crate::project::{Answer, Project, answer, figure};
use crate::server::{Fault, Reply, Seen, Server};
use crate::shelves::{dav, etag};
use crate::smtp::Smtp;

/// The day before the first week; since then the schedule counts.
pub const BEGIN: &str = "2016-04-03T12:00:00Z";
/// The Mondays on which something is due.
pub const FIRST: &str = "2016-04-04T06:00:30Z";
pub const SECOND: &str = "2016-04-18T06:00:30Z";
pub const THIRD: &str = "2016-04-25T06:00:30Z";

const HEAD: &[&str] = &["No.", "Signed on", "Status", "Value"];

/// What goes wrong with a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    None,
    /// It answers that it is out of order.
    Down,
    /// What is asked for ends in the middle.
    CutOff,
    /// It keeps what it is sent, and the line is cut before it says so.
    Silent,
    /// It says nothing for longer than anybody waits.
    Slow,
}

type Held = BTreeMap<String, Vec<u8>>;

/// What the web server holds.
struct Web {
    trouble: Trouble,
    /// By path: what lies in folders, at addresses, on shelves.
    held: Held,
    /// Answers of the survey.
    answers: usize,
}

pub struct Servers {
    pub web: Server,
    pub smtp: Smtp,
    state: Arc<Mutex<Web>>,
}

impl Servers {
    pub fn start() -> Self {
        let state = Arc::new(Mutex::new(Web { trouble: Trouble::None, held: Held::new(), answers: 2 }));
        let inside = Arc::clone(&state);
        let web = Server::start(move |seen| serve(seen, &mut inside.lock().expect("not poisoned")));
        Self { web, smtp: Smtp::plain(), state }
    }

    pub fn trouble(&self, trouble: Trouble) {
        self.state.lock().expect("not poisoned").trouble = trouble;
    }

    /// Puts a file where a source looks.
    pub fn put(&self, path: &str, rows: &[(&str, u32)]) {
        self.state.lock().expect("not poisoned").held.insert(path.to_owned(), csv(rows).into_bytes());
    }

    pub fn answers(&self, count: usize) {
        self.state.lock().expect("not poisoned").answers = count;
    }

    /// Everything that it holds.
    pub fn held(&self) -> Held {
        self.state.lock().expect("not poisoned").held.clone()
    }

    /// As it was, with no mail in it.
    pub fn reset(&self, held: &Held) {
        let mut state = self.state.lock().expect("not poisoned");
        state.held.clone_from(held);
        state.trouble = Trouble::None;
        drop(state);
        self.smtp.forget();
    }

    /// What was delivered here.
    pub fn delivered(&self) -> Held {
        let of = |path: &String| path.starts_with("/dav/out/") || path.starts_with("/shelf/");
        self.held().into_iter().filter(|(path, _)| of(path)).collect()
    }
}

fn serve(seen: &Seen, web: &mut Web) -> Reply {
    let trouble = web.trouble;
    if trouble == Trouble::Down {
        return Reply::status(503);
    }
    let path = seen.path.split('?').next().unwrap_or_default();
    let reply = if path.starts_with("/dav/") {
        dav(seen, &mut web.held, 201)
    } else if path.starts_with("/api/") {
        kobo(seen, web.answers)
    } else {
        shelf(seen, path, &mut web.held)
    };
    match trouble {
        Trouble::CutOff if seen.method == "GET" => reply.fault(Fault::CutOff),
        Trouble::Silent if seen.method != "GET" => reply.fault(Fault::Silent),
        Trouble::Slow => reply.fault(Fault::Slow(Duration::from_secs(3))),
        _ => reply,
    }
}

/// Files at addresses, which tell their version.
fn shelf(seen: &Seen, path: &str, held: &mut Held) -> Reply {
    match (seen.method.as_str(), held.get(path)) {
        ("PUT", _) => {
            held.insert(path.to_owned(), seen.bytes.clone());
            Reply::status(201).header("etag", &etag(&seen.bytes))
        }
        (_, None) => Reply::status(404),
        (_, Some(bytes)) if seen.header("if-none-match") == Some(etag(bytes).as_str()) => Reply::status(304),
        ("HEAD", Some(bytes)) => Reply::text("").header("etag", &etag(bytes)),
        (_, Some(bytes)) => Reply::text(bytes.clone()).header("etag", &etag(bytes)),
    }
}

fn kobo(seen: &Seen, count: usize) -> Reply {
    if seen.path.contains("/data/") {
        let number = |name: &str| seen.query(name).and_then(|text| text.parse().ok()).unwrap_or(0);
        let (start, limit): (usize, usize) = (number("start"), number("limit"));
        let of = |id: usize| json!({ "_id": id, "_uuid": format!("u{id}"), "meta/rootUuid": format!("uuid:{id}"), "vat": format!("LT10000000000{id}"), "sent_on": "2016-04-01" });
        let page: Vec<Value> = (1..=count).skip(start).take(limit).map(of).collect();
        return Reply::json(&json!({ "count": count, "next": null, "previous": null, "results": page }));
    }
    Reply::json(&json!({ "content": { "survey": [], "choices": [] } }))
}

fn csv(rows: &[(&str, u32)]) -> String {
    let line = |(no, value): &(&str, u32)| format!("{no},2016-02-01,signed,{value}\n");
    format!("No.,Signed on,Status,Value\n{}", rows.iter().map(line).collect::<String>())
}

/// The programme, before anything came.
pub fn programme(servers: &Servers, cron: &str) -> Project {
    let project = Project::small();
    let partners: String = [("gamma", "NL"), ("delta", "LT"), ("late", "DE")]
        .iter()
        .map(|(code, country)| {
            format!("[[partner]]\ncode = \"{code}\"\nname = \"{code} Cluster\"\ncountry = \"{country}\"\ncontact = \"{code}@cluster.example\"\n")
        })
        .collect();
    project
        .replace("scoreboard.toml", "as_of = 2016-06-30\n", "")
        .replace("scoreboard.toml", "[submission]\n", &format!("{partners}[submission]\n"))
        .replace("scoreboard.toml", "locale = \"de-AT\"\n", "locale = \"de-AT\"\ncontact = \"alpha@cluster.example\"\n")
        .replace("scoreboard.toml", "country = \"FR\"\n", "country = \"FR\"\ncontact = \"beta@cluster.example\"\n")
        .file("pipelines/sources.toml", SOURCES.replace("URL", &servers.web.url))
        .file("pipelines/notify.toml", NOTIFY.replace("PORT", &servers.smtp.port.to_string()))
        .file("pipelines/schedule.toml", format!("schema = 1\n[[schedule]]\ncode = \"weekly\"\ncron = \"{cron}\"\n"))
        .file("reports/all.toml", REPORTS.replace("URL", &servers.web.url));
    fs::create_dir_all(project.path().join("data/share")).expect("made");
    project
}

const WEEKLY: &str = "0 6 * * MON";

/// The programme after its first Monday: some reports came, one was refused in part, two are missing.
pub fn begun(servers: &Servers) -> Project {
    let project = programme(servers, WEEKLY);
    project.workbook("alpha_2016-Q1.xlsx", "Agreements", &[HEAD, &["'A-1", "2016-02-01", "signed", "100"]]).workbook(
        "beta_2016-Q1.xlsx",
        "Agreements",
        &[HEAD, &["'B-1", "2016-03-01", "signed", "7"], &["'B-2", "", "signed", "5"]],
    );
    servers.put("/files/gamma.csv", &[("G-1", 40)]);
    once(&project, BEGIN, &[]).expect(0);
    let first = once(&project, FIRST, &[]);
    assert!(first.code < 2, "{}{}", first.out, first.err);
    project
}

/// What comes in the weeks after it: corrections, reports elsewhere, more answers.
pub fn news(servers: &Servers, project: &Project) {
    project.workbook(
        "alpha_2016-Q1_2016-04-15_r2.xlsx",
        "Agreements",
        &[
            HEAD,
            &["'A-1", "2016-02-01", "signed", "120"],
            &["'A-2", "2016-03-01", "signed", "30"],
            &["'A-3", "", "signed", "1"],
        ],
    );
    project.file("data/inbox/same/alpha_2016-Q1.csv", csv(&[("A-1", 100)]));
    servers.put("/files/gamma.csv", &[("G-1", 45), ("G-2", 5)]);
    servers.put("/dav/in/delta_2016-Q1.csv", &[("D-1", 60)]);
    servers.put("/dav/in/delta_2015-Q4.csv", &[("D-0", 6)]);
    servers.answers(5);
}

fn environment<'c>(command: &'c mut Command, now: &str) -> &'c mut Command {
    command.env("WHO", "user").env("PASS", "hunter22").env("KOBO_TOKEN", "t").env("SCOREBOARD_NOW", now)
}

/// A command on some day, with what it needs to sign in.
pub fn command(project: &Project, now: &str, args: &[&str]) -> Command {
    let mut command = project.command(args);
    environment(&mut command, now);
    command
}

pub fn at(project: &Project, now: &str, args: &[&str]) -> Answer {
    answer(&command(project, now, args).output().expect("the command runs"))
}

/// What is due then, done with something in the environment.
pub fn once(project: &Project, now: &str, environment: &[(&str, &str)]) -> Answer {
    answer(&once_raw(project, now, environment))
}

pub fn once_raw(project: &Project, now: &str, environment: &[(&str, &str)]) -> Output {
    let mut command = command(project, now, &["schedule", "--once"]);
    command.envs(environment.iter().copied()).output().expect("the command runs")
}

/// The ledger as it is. Without the lock: a process that another thread of the test is just starting may hold it still.
pub fn entries(project: &Project) -> Vec<Entry> {
    Store::look(&project.path().join("data/store")).expect("opened").ledger_mut().entries().expect("a chain")
}

/// Every file below a folder, by its path there.
pub fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open: Vec<PathBuf> = vec![folder.to_owned()];
    while let Some(inside) = open.pop() {
        for entry in fs::read_dir(&inside).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("inside").to_string_lossy().replace('\\', "/");
                found.insert(name, fs::read(&path).expect("read"));
            }
        }
    }
    found
}

/// All that the outside sees of a programme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight {
    /// Hashes of scoreboards, of the shared folder, and of what lies on servers.
    pub outputs: BTreeMap<String, String>,
    /// Received files: name, hash, channel.
    pub received: BTreeSet<(String, String, String)>,
}

impl Sight {
    pub fn of(servers: &Servers, project: &Project) -> Self {
        let hashes = |files: BTreeMap<String, Vec<u8>>, before: &str| -> Vec<(String, String)> {
            files.into_iter().map(|(name, bytes)| (format!("{before}{name}"), hash_of(&bytes))).collect()
        };
        let mut outputs: BTreeMap<String, String> = BTreeMap::new();
        outputs.extend(hashes(files(&project.path().join("data/out")), "out/"));
        outputs.extend(hashes(files(&project.path().join("data/share")), "share/"));
        outputs.extend(hashes(servers.delivered(), "web"));
        Self { outputs, received: received(&entries(project)) }
    }
}

pub fn received(entries: &[Entry]) -> BTreeSet<(String, String, String)> {
    let text = |body: &Value, key: &str| body[key].as_str().unwrap_or_default().to_owned();
    let received = entries.iter().filter(|entry| entry.kind == Kind::Received);
    received.map(|entry| (text(&entry.body, "name"), text(&entry.body, "file"), text(&entry.body, "channel"))).collect()
}

/// Keys of messages by what is known of them in the end.
pub fn told(entries: &[Entry]) -> BTreeMap<String, Stage> {
    let records = entries.iter().filter_map(Record::of);
    records.flat_map(|record| record.keys.into_iter().map(move |key| (key, record.state))).collect()
}

/// Keys that mails told, each as often as it was told: by the Message-IDs that the server has and what the ledger says
/// of them.
pub fn mailed(servers: &Servers, entries: &[Entry]) -> BTreeMap<String, usize> {
    let of: BTreeMap<String, Vec<String>> =
        entries.iter().filter_map(Record::of).map(|record| (record.message_id, record.keys)).collect();
    let mut times = BTreeMap::new();
    for mail in servers.smtp.seen() {
        let id = mail.header("Message-ID");
        let keys =
            of.get(&id).unwrap_or_else(|| panic!("a mail that the ledger does not know: {id} {}", mail.subject()));
        for key in keys {
            *times.entry(key.clone()).or_default() += 1;
        }
    }
    times
}

/// Holds what is there against an undisturbed programme.
///
/// No key was mailed twice, each that is due was mailed or is listed as unknown, all bytes are the same, nothing is half.
pub fn hold(what: &str, servers: &Servers, project: &Project, calm: &Calm) {
    let entries = entries(project);
    let times = mailed(servers, &entries);
    let twice: Vec<&String> = times.iter().filter(|(_, times)| **times > 1).map(|(key, _)| key).collect();
    assert!(twice.is_empty(), "{what}: mailed twice: {twice:?}");
    let told = told(&entries);
    for key in &calm.told {
        let unknown = matches!(told.get(key), Some(Stage::AboutTo | Stage::Unknown));
        let sent = told.get(key) == Some(&Stage::Sent);
        assert!(sent || unknown, "{what}: {key} was lost in silence: {:?}", told.get(key));
        let mailed = !calm.mailed.contains(key) || times.get(key) == Some(&1);
        assert!(mailed || unknown, "{what}: {key} should be with the mail server");
    }
    let seen = Sight::of(servers, project);
    assert_eq!(seen.received, calm.seen.received, "{what}: what was received");
    let differ: Vec<_> = seen
        .outputs
        .iter()
        .filter(|(name, hash)| calm.seen.outputs.get(*name) != Some(hash))
        .map(|(name, _)| name)
        .collect();
    assert!(differ.is_empty(), "{what}: other bytes: {differ:?}");
    assert_eq!(seen.outputs.len(), calm.seen.outputs.len(), "{what}: as many files");
    no_half(what, servers, project);
}

/// Holds what is there where a scoreboard came out without a source that was down: the next one tells its changes from
/// that one, so its bytes are others than those of an undisturbed programme. All the rest is the same.
pub fn come_back(what: &str, stand: &Stand, project: &Project) {
    let entries = entries(project);
    assert_eq!(received(&entries), stand.calm.seen.received, "{what}: what was received");
    no_half(what, &stand.servers, project);
    at(project, SECOND, &["verify"]).expect(0);
    let times = mailed(&stand.servers, &entries);
    assert!(times.values().all(|times| *times == 1), "{what}: {times:?}");
    // Every receiver has what the last run published, whole.
    let out = files(&project.path().join("data/out"));
    let held = stand.servers.delivered();
    assert_eq!(held.get("/dav/out/scoreboard.xlsx"), out.get("scoreboard.xlsx"), "{what}");
    assert_eq!(held.get("/shelf/scoreboard.json"), out.get("scoreboard.json"), "{what}");
    // What turned is told once, under whichever of the two runs.
    let turn = |key: &str| -> Option<(String, String)> {
        let parts: Vec<&str> = key.split('/').collect();
        (parts.first() == Some(&"status")).then(|| (parts[1].to_owned(), parts[3].to_owned()))
    };
    let told: BTreeSet<_> =
        told(&entries).iter().filter(|(_, stage)| **stage == Stage::Sent).filter_map(|(key, _)| turn(key)).collect();
    for key in stand.calm.told.iter().filter_map(|key| turn(key)) {
        assert!(told.contains(&key), "{what}: {key:?} was told by nobody");
    }
}

/// Codes of runs, each once.
pub fn runs(project: &Project) -> BTreeSet<String> {
    let entries = entries(project).into_iter().filter(|entry| entry.kind == Kind::Run);
    entries.filter_map(|entry| Some(entry.body["run"].as_str()?.to_owned())).collect()
}

pub fn no_half(what: &str, servers: &Servers, project: &Project) {
    let here = files(&project.path().join("data")).into_keys();
    let half: Vec<String> = here
        .chain(servers.held().into_keys())
        .filter(|name| scoreboard::store::atomic::is_temporary(Path::new(name)))
        .collect();
    assert!(half.is_empty(), "{what}: {half:?}");
}

/// What an undisturbed programme gives.
pub struct Calm {
    pub code: i32,
    pub seen: Sight,
    /// Keys of all messages.
    pub told: BTreeSet<String>,
    /// Keys of mails.
    pub mailed: BTreeSet<String>,
}

impl Calm {
    pub fn of(code: i32, servers: &Servers, project: &Project, before: &[Entry]) -> Self {
        let entries = entries(project);
        let earlier = told(before);
        let told: BTreeSet<String> = told(&entries).into_keys().filter(|key| !earlier.contains_key(key)).collect();
        let times = mailed(servers, &entries);
        assert!(times.values().all(|times| *times == 1), "{times:?}");
        let mailed = times.into_keys().filter(|key| told.contains(key)).collect();
        Self { code, seen: Sight::of(servers, project), told, mailed }
    }
}

/// A programme that stands before its second Monday, and what that gives when nothing disturbs it.
pub struct Stand {
    pub servers: Servers,
    before: Project,
    held: Held,
    pub calm: Calm,
    /// The last entry of the ledger before that Monday.
    pub last: i64,
    /// The figure that everything leads to.
    pub volume: Value,
}

impl Stand {
    pub fn new() -> Self {
        let servers = Servers::start();
        let before = begun(&servers);
        news(&servers, &before);
        let (held, entries) = (servers.held(), entries(&before));
        servers.smtp.forget();
        let project = Project::whole(before.path());
        let done = once(&project, SECOND, &[]);
        assert!(done.code < 2, "{}{}", done.out, done.err);
        at(&project, SECOND, &["verify"]).expect(0);
        let calm = Calm::of(done.code, &servers, &project, &entries);
        let volume = figure(&project.json(), "volume", &[])["value"].clone();
        let last = entries.last().map_or(0, |entry| entry.seq);
        Self { servers, before, held, calm, last, volume }
    }

    /// The programme once more as it stood, the servers too.
    pub fn again(&self) -> Project {
        self.servers.reset(&self.held);
        Project::whole(self.before.path())
    }
}

const SOURCES: &str = r#"schema = 1
[[source]]
code = "file"
kind = "url"
url = "URL/files/gamma.csv"
name = "gamma_2016-Q1.csv"
allow_private = true
timeout_seconds = 1
total_seconds = 1
[[source]]
code = "cloud"
kind = "webdav"
url = "URL/dav/in"
user = "WHO"
secret = "PASS"
allow_private = true
timeout_seconds = 1
total_seconds = 1
[[source]]
code = "kobo_eu"
kind = "kobo"
url = "URL"
form = "aXyZ12"
secret = "KOBO_TOKEN"
survey = "turnover"
wave = "baseline"
page = 2
timeout_seconds = 1
total_seconds = 1
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
"#;

const NOTIFY: &str = r#"schema = 1
[mail]
server = "127.0.0.1"
port = PORT
security = "none"
from = "Monitoring <m@small.example>"
timeout_seconds = 2
[reminders]
steps = [{ days = -7 }, { days = 3 }, { days = 10 }]
sent_back = [{ days = 3 }, { days = 10 }]
[[channel]]
code = "lead"
kind = "mail"
to = ["lead@small.example"]
on = ["success", "failure", "attention", "status_turned", "deadline_missed"]
report = "scoreboard"
attach = ["xlsx"]
[[channel]]
code = "log"
kind = "file"
path = "data/messages"
on = ["success", "deadline_missed"]
report = "scoreboard"
"#;

const REPORTS: &str = r#"schema = 1
[[report]]
code = "scoreboard"
title = "Inside"
per_partner = true
formats = ["csv", "parquet"]
[[report.destination]]
code = "share"
kind = "folder"
path = "data/share"
files = ["xlsx", "json"]
[[report.destination]]
code = "cloud_out"
kind = "webdav"
url = "URL/dav/out"
user = "WHO"
secret = "PASS"
files = ["xlsx", "html"]
allow_private = true
timeout_seconds = 1
total_seconds = 1
[[report.destination]]
code = "shelf"
kind = "put"
url = "URL/shelf"
files = ["json"]
allow_private = true
timeout_seconds = 1
total_seconds = 1
[[report]]
code = "open"
title = "Open"
audience = "public"
"#;
