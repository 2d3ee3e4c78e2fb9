//! Partners' files fetched from folders, addresses, `WebDAV` and object stores, faults included.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::project::{Answer, Project, answer, figure, places};
use crate::server::{Fault, Reply, Server};
use crate::shelves::{Dav, Store};

const SECRET: &str = "hunter22";

fn rows(rows: &[(&str, u32)]) -> String {
    let line = |(no, value): &(&str, u32)| format!("{no},2016-02-01,signed,{value}\n");
    format!("No.,Signed on,Status,Value\n{}", rows.iter().map(line).collect::<String>())
}

/// The small programme with a source.
fn project(source: &str) -> Project {
    let project = Project::small();
    project.file("pipelines/source.toml", format!("schema = 1\n[[source]]\ncode = \"far\"\n{source}\n"));
    project
}

fn at(project: &Project, args: &[&str], now: &str) -> Answer {
    let mut command = project.command(args);
    command.env("WHO", "user").env("PASS", SECRET).env("KEY_ID", "KEYID123").env("SCOREBOARD_NOW", now);
    let said = answer(&command.output().expect("the command runs"));
    let shown = format!("{}{}", said.out, said.err);
    for secret in [SECRET, "dXNlcjpodW50ZXIyMg", "X-Amz-Signature", "KEYID123"] {
        assert!(!shown.contains(secret), "{secret} is shown: {shown}");
    }
    said
}

fn fetch(project: &Project, day: &str) -> Answer {
    at(project, &["fetch"], &format!("2016-{day}T06:00:00Z"))
}

/// The volume after a run, without the digits behind the point.
fn volume(project: &Project, day: &str) -> String {
    at(project, &["run"], &format!("2016-{day}T07:00:00Z")).expect(0);
    figure(&project.json(), "volume", &[])["value"].to_string()
}

fn no_secret_lies_in(folder: &Path) {
    for entry in fs::read_dir(folder).expect("listed").flatten() {
        if entry.path().is_dir() {
            no_secret_lies_in(&entry.path());
        } else {
            let bytes = fs::read(entry.path()).expect("read");
            let holds = bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes());
            assert!(!holds, "{} holds the secret", entry.path().display());
        }
    }
}

#[test]
fn a_folder_gives_what_is_whole_and_new() {
    let share = tempfile::tempdir().expect("a folder");
    let project = project(&format!("kind = \"folder\"\npath = '{}'\nsubfolders = true\n", share.path().display()));
    let file = |name: &str, text: &str| {
        let path = share.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        scoreboard::store::atomic::write(&path, text.as_bytes()).expect("written");
    };
    file("alpha_2016-Q1.csv", &rows(&[("A-1", 100)]));
    file("french/beta_2016-Q1.csv", &rows(&[("B-1", 20)]));
    file("~$beta_2016-Q1.xlsx", "lock");
    file("gamma.xlsx.tmp", "half");
    file("empty.csv", "");
    fetch(&project, "06-01")
        .expect(0)
        .says("2 new files")
        .says("lock file of Excel")
        .says("its name says so")
        .says("is empty");
    assert_eq!(volume(&project, "06-01"), "120");
    fetch(&project, "06-02").expect(0).says("0 new files (0 kB), 2 unchanged, 3 left");

    file("alpha_2016-Q1.csv", &rows(&[("A-1", 300)]));
    fetch(&project, "06-03").expect(0).says("1 new file ").says("1 unchanged");
    assert_eq!(volume(&project, "06-03"), "320", "what came later counts");
    // Back to what it was: the same bytes as before are the latest again.
    file("alpha_2016-Q1.csv", &rows(&[("A-1", 100)]));
    fetch(&project, "06-04").expect(0).says("1 new file ");
    assert_eq!(volume(&project, "06-04"), "120");

    fs::remove_file(share.path().join("french/beta_2016-Q1.csv")).expect("removed");
    fetch(&project, "06-05").expect(0).says("0 new files");
    assert_eq!(volume(&project, "06-05"), "120", "what was received stays");
    assert_eq!(places(&project.json(), "source-failed"), [""; 0]);
}

#[cfg(unix)]
#[test]
fn no_link_leads_out_of_a_folder() {
    let (share, outside) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    scoreboard::store::atomic::write(&outside.path().join("alpha_2016-Q1.csv"), rows(&[("A-1", 1)]).as_bytes())
        .expect("written");
    std::os::unix::fs::symlink(outside.path().join("alpha_2016-Q1.csv"), share.path().join("alpha_2016-Q1.csv"))
        .expect("linked");
    std::os::unix::fs::symlink(outside.path(), share.path().join("more")).expect("linked");
    let project = project(&format!("kind = \"folder\"\npath = '{}'\nsubfolders = true\n", share.path().display()));
    fetch(&project, "06-01").expect(0).says("0 new files (0 kB), 0 unchanged, 2 left").says("no link is followed");
}

#[test]
fn a_source_that_fails_stops_no_other_and_the_scoreboard_says_how_old_it_is() {
    let share = tempfile::tempdir().expect("a folder");
    let path = share.path().join("alpha_2016-Q1.csv");
    scoreboard::store::atomic::write(&path, rows(&[("A-1", 100)]).as_bytes()).expect("written");
    let project = project(&format!("kind = \"folder\"\npath = '{}'\n", share.path().display()));
    project
        .file("pipelines/z.toml", "schema = 1\n[[source]]\ncode = \"gone\"\nkind = \"folder\"\npath = \"not/there\"\n");
    fetch(&project, "06-01").expect(1).says("1 new file").says("the folder not/there cannot be opened");
    assert_eq!(volume(&project, "06-01"), "100");
    let told = |rule: &str| -> Vec<Value> {
        let findings = project.json()["findings"].as_array().expect("findings").clone();
        findings
            .into_iter()
            .filter(|finding| finding["rule"] == rule)
            .map(|finding| finding["message"].clone())
            .collect()
    };
    assert_eq!(told("source-never-fetched"), ["could not be fetched on 2016-06-01, and never was before"]);
    let moved = share.path().with_extension("away");
    fs::rename(share.path(), &moved).expect("moved");
    fetch(&project, "06-08").expect(2);
    assert_eq!(volume(&project, "06-08"), "100");
    let message = "could not be fetched on 2016-06-08; what stands here came on 2016-06-01 or before";
    assert_eq!(told("source-failed"), [message]);
    let outputs = project.outputs();
    at(&project, &["run"], "2016-06-09T07:00:00Z").expect(0);
    assert_eq!(project.outputs(), outputs, "the same store gives the same bytes");
    let out = project.path().join("then").display().to_string();
    at(&project, &["run", "--known-at", "2016-06-02", "--out", &out], "2016-06-09T07:00:00Z").expect(0);
    let then: Value =
        serde_json::from_slice(&fs::read(project.path().join("then/scoreboard.json")).expect("read")).expect("JSON");
    assert_eq!(places(&then, "source-failed"), [""; 0], "it had not failed by then");
    at(&project, &["verify"], "2016-06-09T08:00:00Z").expect(0);
    fs::rename(&moved, share.path()).expect("moved back");
    fetch(&project, "06-10").expect(1);
    assert_eq!(volume(&project, "06-10"), "100");
    assert_eq!(told("source-failed"), [""; 0]);
}

#[test]
fn a_file_at_an_address_comes_once_and_again_when_it_changes() {
    let text = Arc::new(Mutex::new(rows(&[("A-1", 100)])));
    let inside = Arc::clone(&text);
    let server = Server::start(move |seen| {
        let text = inside.lock().expect("text").clone();
        let etag = crate::shelves::etag(text.as_bytes());
        if seen.header("if-none-match") == Some(&etag) {
            return Reply::status(304);
        }
        let named = "attachment; filename*=UTF-8''alpha_2016-Q1.csv";
        Reply::text(text).header("etag", &etag).header("content-disposition", named).header("content-type", "text/csv")
    });
    let project = project(&format!("kind = \"url\"\nurl = \"{}/get?year=2016\"\nallow_private = true", server.url));
    fetch(&project, "06-01").expect(0).says("1 new file").says("alpha_2016-Q1.csv");
    assert_eq!(volume(&project, "06-01"), "100");
    fetch(&project, "06-02").expect(0).says("0 new files (0 kB), 1 unchanged");
    *text.lock().expect("text") = rows(&[("A-1", 100), ("A-2", 11)]);
    fetch(&project, "06-03").expect(0).says("1 new file");
    assert_eq!(volume(&project, "06-03"), "111");
    // What one address said is not held against another.
    project.replace("pipelines/source.toml", "year=2016", "year=2017");
    fetch(&project, "06-04").expect(0);
    assert!(server.seen().last().expect("asked").header("if-none-match").is_none());
}

#[test]
fn an_address_as_a_secret_is_shown_nowhere() {
    let project = project("kind = \"url\"\nurl_secret = \"LINK\"\nallow_private = true");
    let server = Server::start(|_| Reply::status(500).fault(Fault::None));
    let mut command = project.command(&["fetch", "--format", "json"]);
    let said = answer(&command.env("LINK", format!("{}/s/t0ps3cr3t?e=1", server.url)).output().expect("runs"));
    assert!(said.code == 2 && !said.out.contains("t0ps3cr3t") && !said.err.contains("t0ps3cr3t"), "{}", said.out);
    let ledger = fs::read(project.path().join("data/store/ledger.sqlite")).expect("read");
    assert!(!String::from_utf8_lossy(&ledger).contains("t0ps3cr3t"));
}

/// What a fetch of an address says that a server answers so.
fn said_of(
    reply: impl FnMut(&crate::server::Seen) -> Reply + Send + 'static,
    more: &str,
) -> (Answer, Vec<crate::server::Seen>) {
    let server = Server::start(reply);
    let project = project(&format!("kind = \"url\"\nurl = \"{}/a.csv\"\nallow_private = true\n{more}", server.url));
    (fetch(&project, "06-01"), server.seen())
}

#[test]
fn a_redirect_is_followed_within_bounds_only() {
    let here = |seen: &crate::server::Seen| {
        if seen.path == "/a.csv" {
            return Reply::status(302)
                .header("location", "/b/alpha_2016-Q1.csv")
                .header("set-cookie", "let=in; HttpOnly");
        }
        if seen.header("cookie") == Some("let=in") { Reply::text(rows(&[("A-1", 1)])) } else { Reply::status(403) }
    };
    let (said, seen) = said_of(here, "user = \"WHO\"\nsecret = \"PASS\"");
    said.expect(0).says("alpha_2016-Q1.csv");
    assert!(seen[1].header("authorization").is_some(), "the same host");

    let (said, seen) = said_of(|_| Reply::status(302).header("location", "/a.csv"), "");
    said.expect(2).says("sends on more than 5 times");
    assert_eq!(seen.len(), 6);

    let (said, _) = said_of(|_| Reply::status(302).header("location", "file:///etc/passwd"), "");
    said.expect(2).says("not followed");
}

#[test]
fn no_redirect_leads_to_an_inner_address_or_another_host_with_the_secret() {
    // Leave is given for the server that is named, not for where it sends.
    for inner in [
        "http://169.254.169.254/latest",
        "http://127.0.0.2:9/",
        "http://[::1]:9/",
        "http://10.0.0.1/",
        "http://localhost:9/",
    ] {
        let (said, seen) = said_of(move |_| Reply::status(302).header("location", inner), "");
        said.expect(2).says("inner network, which is not allowed");
        assert_eq!(seen.len(), 1, "what is refused is not tried again");
    }
    // Without leave no inner address is asked at all, however it is spelt.
    for inner in ["http://127.0.0.1:9/a", "http://localhost:9/a", "http://[::1]:9/a"] {
        let project = project(&format!("kind = \"url\"\nurl = \"{inner}\""));
        fetch(&project, "06-01").expect(2).says("inner network");
    }
    // Another server, be it on the same machine, gets no secret.
    let other = Server::start(|_| Reply::text(rows(&[("A-1", 1)])));
    let to = format!("{}/alpha_2016-Q1.csv", other.url);
    let (said, _) = said_of(move |_| Reply::status(302).header("location", &to), "user = \"WHO\"\nsecret = \"PASS\"");
    said.expect(0);
    assert!(other.seen()[0].header("authorization").is_none());
}

#[test]
fn hosts_narrow_what_definitions_and_this_machine_may_reach() {
    let project = project("kind = \"url\"\nurl = \"https://files.example.org/a.csv\"");
    project.replace("scoreboard.toml", "[submission]", "[network]\nhosts = [\"*.example.eu\"]\n[submission]");
    project.run(&["check"]).expect(1).says("files.example.org is not among `hosts`").says("pipelines/source.toml:5");
    project.replace("scoreboard.toml", "*.example.eu", "*.example.org");
    project.run(&["check"]).expect(0);
    let mut command = project.command(&["fetch"]);
    let said = answer(&command.env("SCOREBOARD_HOSTS", "other.example.org").output().expect("runs"));
    said.expect(2).says("files.example.org is not among the allowed hosts");
}

#[test]
fn what_a_server_does_wrong_costs_one_try_or_the_source_and_nothing_more() {
    let mut tries = 0;
    let (said, seen) = said_of(
        move |_| {
            tries += 1;
            if tries < 3 { Reply::status(503).header("retry-after", "0") } else { Reply::text(rows(&[("A-1", 1)])) }
        },
        "",
    );
    said.expect(0).says("1 new file");
    assert_eq!(seen.len(), 3);

    let mut cut = 0;
    let (said, _) = said_of(
        move |_| {
            cut += 1;
            Reply::text(rows(&[("A-1", 1)])).fault(if cut == 1 { Fault::CutOff } else { Fault::None })
        },
        "",
    );
    said.expect(0).says("1 new file");

    let (said, _) = said_of(|_| Reply::text("").fault(Fault::Endless), "");
    said.expect(2).says("gives more than");
    let (said, _) = said_of(|_| Reply::text("<html>Sign in</html>").header("content-type", "text/html"), "");
    said.expect(2).says("gives a web page in place of a file");
    let (said, _) = said_of(|_| Reply::status(404), "");
    said.expect(2).says("does not know the file or folder");
}

fn dav_project(dav: &Dav, more: &str) -> Project {
    project(&format!(
        "kind = \"webdav\"\nurl = \"{}/dav/in\"\nuser = \"WHO\"\nsecret = \"PASS\"\nallow_private = true\n{more}",
        dav.server.url
    ))
}

#[test]
fn a_webdav_folder_is_walked_and_only_what_is_new_is_asked_for() {
    let dav = Dav::start(201);
    dav.put("/dav/in/alpha_2016-Q1.csv", rows(&[("A-1", 100)]));
    dav.put("/dav/in/sub/beta_2016-Q1.csv", rows(&[("B-1", 20)]));
    dav.put("/dav/in/notes.txt", "not wanted");
    let project = dav_project(&dav, "subfolders = true\nfiles = [\"*.csv\"]");
    fetch(&project, "06-01").expect(0).says("2 new files").says("lies outside of the folder");
    assert_eq!(volume(&project, "06-01"), "120");
    let gets = || dav.server.seen().iter().filter(|seen| seen.method == "GET").count();
    assert_eq!(gets(), 2);
    fetch(&project, "06-02").expect(0).says("0 new files (0 kB), 2 unchanged");
    assert_eq!(gets(), 2);
    dav.put("/dav/in/alpha_2016-Q1.csv", rows(&[("A-1", 101)]));
    fetch(&project, "06-03").expect(0).says("1 new file").says("1 unchanged");
    assert_eq!((gets(), volume(&project, "06-03")), (3, "121".to_owned()));
    no_secret_lies_in(project.path());

    let mut command = project.command(&["fetch"]);
    let said = answer(&command.env("WHO", "user").env("PASS", "wrong").output().expect("runs"));
    said.expect(2).says("refuses the sign-in (status 401)");
}

#[test]
fn everything_of_a_partners_place_is_that_partners() {
    let dav = Dav::start(201);
    dav.put("/dav/in/numbers.csv", rows(&[("A-1", 100)]));
    dav.put("/dav/in/beta_2016-Q1.csv", rows(&[("B-1", 20)]));
    let project = dav_project(&dav, "partner = \"alpha\"");
    fetch(&project, "06-01").expect(0).says("2 new files");
    at(&project, &["run"], "2016-06-01T07:00:00Z").expect(0);
    let json = project.json();
    assert_eq!(figure(&json, "volume", &[("partner", "alpha")])["value"], json!(100));
    assert_eq!(places(&json, "submission-without-partner"), ["fetch:far/beta_2016-Q1.csv"]);
}

#[test]
fn an_object_store_is_listed_page_by_page() {
    let store = Store::start();
    for n in 1..=5 {
        store.put(&format!("in/alpha_2016-Q1 {n}.csv"), rows(&[("A-1", n)]));
    }
    store.put("out/alpha.csv", "elsewhere");
    let source = format!(
        "kind = \"s3\"\nendpoint = \"{}\"\nbucket = \"kpi\"\nprefix = \"in\"\nuser = \"KEY_ID\"\nsecret = \"PASS\"\nallow_private = true",
        store.server.url
    );
    let project = project(&source);
    fetch(&project, "06-01").expect(0).says("5 new files").says("alpha_2016-Q1 5.csv");
    assert_eq!(store.server.asked("continuation-token"), 2);
    fetch(&project, "06-02").expect(0).says("0 new files (0 kB), 5 unchanged");
    no_secret_lies_in(project.path());

    let mut command = project.command(&["fetch"]);
    let said = answer(&command.env("KEY_ID", "OTHER").env("PASS", SECRET).output().expect("runs"));
    said.expect(2).says("InvalidAccessKeyId").says("Compare the access key");
}

#[test]
fn a_dry_run_of_files_writes_nothing() {
    let dav = Dav::start(201);
    dav.put("/dav/in/alpha_2016-Q1.csv", rows(&[("A-1", 100)]));
    let project = dav_project(&dav, "");
    at(&project, &["fetch", "--dry-run"], "2016-06-01T06:00:00Z").expect(0).says("1 new file");
    assert!(!project.path().join("data/store").exists());
}

#[test]
fn a_kill_at_any_point_of_a_fetch_of_files_loses_nothing() {
    let dav = Dav::start(201);
    dav.put("/dav/in/alpha_2016-Q1.csv", rows(&[("A-1", 100)]));
    dav.put("/dav/in/beta_2016-Q1.csv", rows(&[("B-1", 20)]));
    let mut points = 0;
    for at_point in 1..200 {
        let project = dav_project(&dav, "");
        let mut command = project.command(&["fetch"]);
        command.env("WHO", "user").env("PASS", SECRET).env("SCOREBOARD_CRASH_AT", at_point.to_string());
        if command.output().expect("runs").status.success() {
            break;
        }
        points = at_point;
        fetch(&project, "06-02").expect(0);
        assert_eq!(volume(&project, "06-02"), "120", "after a kill at point {at_point}");
    }
    assert!(points >= 8, "only {points} points were passed");
}

#[test]
fn a_secret_in_a_file_is_read_and_one_that_all_can_read_is_told() {
    let dav = Dav::start(201);
    dav.put("/dav/in/alpha_2016-Q1.csv", rows(&[("A-1", 100)]));
    let project = dav_project(&dav, "");
    project.file("secrets/pass", format!("{SECRET}\n"));
    project.replace("pipelines/source.toml", "secret = \"PASS\"", "secret_file = \"./secrets/pass\"");
    fetch(&project, "06-01").expect(0).says("1 new file");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let path = project.path().join("secrets/pass");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("set");
        project.run(&["check"]).expect(0).says("secret-exposed");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("set");
        let said = project.run(&["check"]).expect(0);
        assert!(!said.out.contains("secret-exposed") && !said.err.contains("secret-exposed"));
    }
    fs::remove_file(project.path().join("secrets/pass")).expect("removed");
    fetch(&project, "06-02").expect(2).says("cannot be read, or is not one line of text");
}
