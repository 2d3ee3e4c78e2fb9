//! Scoreboards delivered to folders and servers: each once, whole, with a receipt; faults included.

use std::fs;
use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::project::{Answer, Project, answer};
use crate::server::{Fault, Reply, Seen, Server};
use crate::shelves::{Dav, Store, etag};

const SECRET: &str = "hunter22";

fn project(destination: &str) -> Project {
    let project = Project::small();
    project.file("reports/a.toml", format!("schema = 1\n[report]\ncode = \"kpi\"\ntitle = \"KPI\"\n{destination}"));
    project.file("data/inbox/alpha_2016-Q1.csv", "No.,Signed on,Status,Value\nA-1,2016-02-01,signed,100\n");
    project.run(&["run"]).expect(0);
    project
}

fn run(project: &Project, args: &[&str]) -> Answer {
    let mut command = project.command(args);
    command.env("WHO", "user").env("PASS", SECRET).env("KEY_ID", "KEYID123");
    let said = answer(&command.output().expect("the command runs"));
    for secret in [SECRET, "dXNlcjpodW50ZXIyMg", "X-Amz-Signature", "KEYID123"] {
        assert!(
            !said.out.contains(secret) && !said.err.contains(secret),
            "{secret} is shown: {} {}",
            said.out,
            said.err
        );
    }
    said
}

fn publish(project: &Project) -> Answer {
    run(project, &["publish"])
}

/// A new version of the scoreboard.
fn change(project: &Project) {
    project.file("data/inbox/beta_2016-Q1.csv", "No.,Signed on,Status,Value\nB-1,2016-02-01,signed,7\n");
    project.run(&["run"]).expect(0);
}

fn workbook(project: &Project) -> Vec<u8> {
    fs::read(project.path().join("data/out/kpi.xlsx")).expect("read")
}

fn receipts(project: &Project) -> usize {
    // By entries: in the file of the database what was moved may stand twice.
    let mut store = scoreboard::store::Store::open(&project.path().join("data/store")).expect("a store");
    let entries = store.ledger_mut().entries().expect("read");
    entries.iter().filter(|entry| entry.kind == scoreboard::store::Kind::Delivered).count()
}

#[test]
fn a_folder_gets_each_version_once_dated_and_latest() {
    let folder = tempfile::tempdir().expect("a folder");
    let to = format!(
        "[[report.destination]]\ncode = \"share\"\nkind = \"folder\"\npath = '{}'\nfiles = [\"xlsx\", \"json\"]\n",
        folder.path().display()
    );
    let project = project(&to);
    run(&project, &["publish", "--dry-run"]).expect(0).says("kpi.xlsx (internal) would be delivered");
    assert_eq!(fs::read_dir(folder.path()).expect("listed").count(), 0);
    publish(&project).expect(0).says("share: kpi_2016-06-30.xlsx (internal) delivered to");
    let names = || {
        let mut names: Vec<String> = fs::read_dir(folder.path())
            .expect("listed")
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names(), ["kpi.json", "kpi.xlsx", "kpi_2016-06-30.json", "kpi_2016-06-30.xlsx"]);
    assert_eq!(fs::read(folder.path().join("kpi.xlsx")).expect("read"), workbook(&project));
    let before = receipts(&project);
    assert_eq!(before, 4);
    publish(&project).expect(0).says("there already");
    assert_eq!(receipts(&project), before, "nothing was sent, so there is no receipt");
    // What somebody took away or changed comes back.
    fs::remove_file(folder.path().join("kpi.xlsx")).expect("removed");
    publish(&project).expect(0).says("kpi.xlsx (internal) delivered");
    change(&project);
    publish(&project).expect(0);
    assert_eq!(fs::read(folder.path().join("kpi_2016-06-30.xlsx")).expect("read"), workbook(&project));
    assert_eq!(names().len(), 4, "a second version of a day replaces the first");
}

#[test]
fn one_destination_that_fails_stops_no_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let to = format!(
        "[[report.destination]]\ncode = \"gone\"\nkind = \"folder\"\npath = \"not/there\"\nnames = \"latest\"\n\
         [[report.destination]]\ncode = \"share\"\nkind = \"folder\"\npath = '{}'\nnames = \"latest\"\n",
        folder.path().display()
    );
    let project = project(&to);
    let said = run(&project, &["publish", "--format", "json"]).expect(1);
    let said: Value = serde_json::from_str(&said.out).expect("JSON");
    assert_eq!(said["deliveries"][0]["findings"][0]["rule"], "delivery-failed");
    assert_eq!((&said["deliveries"][1]["sent"], &said["failed"]), (&Value::Bool(true), &Value::from(1)));
    assert!(folder.path().join("kpi.xlsx").is_file() && !project.path().join("not").exists());
    fs::remove_file(project.path().join("data/out/kpi.xlsx")).expect("removed");
    publish(&project).expect(2).says("does not lie in the folder of scoreboards as the run left it");
}

fn dav_project(dav: &Dav) -> Project {
    project(&format!(
        "[[report.destination]]\ncode = \"cloud\"\nkind = \"webdav\"\nurl = \"{}/dav/out\"\nuser = \"WHO\"\nsecret = \"PASS\"\nallow_private = true\n",
        dav.server.url
    ))
}

fn puts(server: &Server) -> usize {
    server.seen().iter().filter(|seen| seen.method == "PUT").count()
}

#[test]
fn webdav_gets_a_file_under_a_half_name_that_is_moved() {
    let dav = Dav::start(201);
    let project = dav_project(&dav);
    publish(&project).expect(0).says("/dav/out/kpi.xlsx");
    assert_eq!(dav.names(), ["/dav/out/kpi.xlsx", "/dav/out/kpi_2016-06-30.xlsx"]);
    assert_eq!(dav.held.lock().expect("held")["/dav/out/kpi.xlsx"], workbook(&project));
    assert_eq!(puts(&dav.server), 2);
    publish(&project).expect(0).says("there already");
    assert_eq!(puts(&dav.server), 2, "a second delivery sends nothing");
    // Gone, or another one: it is brought again.
    dav.held.lock().expect("held").remove("/dav/out/kpi.xlsx");
    dav.put("/dav/out/kpi_2016-06-30.xlsx", "other");
    publish(&project).expect(0);
    assert_eq!((puts(&dav.server), dav.names().len()), (4, 2));
    run(&project, &["publish", "--again"]).expect(0);
    assert_eq!(puts(&dav.server), 6);
}

#[test]
fn where_nothing_is_moved_it_is_written_at_once() {
    let dav = Dav::start(405);
    let project = dav_project(&dav);
    publish(&project).expect(0);
    assert_eq!(dav.names(), ["/dav/out/kpi.xlsx", "/dav/out/kpi_2016-06-30.xlsx"], "no half is left");
    assert_eq!(dav.held.lock().expect("held")["/dav/out/kpi.xlsx"], workbook(&project));
}

#[test]
fn an_object_store_gets_a_file_with_a_signature() {
    let store = Store::start();
    let project = project(&format!(
        "[[report.destination]]\ncode = \"bucket\"\nkind = \"s3\"\nendpoint = \"{}\"\nbucket = \"kpi\"\nprefix = \"out\"\nuser = \"KEY_ID\"\nsecret = \"PASS\"\nnames = \"latest\"\nallow_private = true\n",
        store.server.url
    ));
    publish(&project).expect(0).says("s3://kpi/out/kpi.xlsx");
    assert_eq!(store.held.lock().expect("held")["out/kpi.xlsx"], workbook(&project));
    publish(&project).expect(0).says("there already");
    assert_eq!(puts(&store.server), 1);
    let mut command = project.command(&["publish", "--again"]);
    let said = answer(&command.env("KEY_ID", "OTHER").env("PASS", SECRET).output().expect("runs"));
    said.expect(2).says("InvalidAccessKeyId");
}

/// A server that takes files by PUT and knows conditions.
fn shelf(mut fault: impl FnMut(&Seen) -> Option<Reply> + Send + 'static) -> (Server, Arc<Mutex<Option<Vec<u8>>>>) {
    let held: Arc<Mutex<Option<Vec<u8>>>> = Arc::default();
    let inside = Arc::clone(&held);
    let server = Server::start(move |seen| {
        if let Some(reply) = fault(seen) {
            return reply;
        }
        let mut held = inside.lock().expect("held");
        let there = held.as_deref().map(etag);
        match seen.method.as_str() {
            "GET" => Reply::text(held.clone().unwrap_or_default()).header("etag", &there.unwrap_or_default()),
            "HEAD" => there.map_or_else(|| Reply::status(404), |there| Reply::text("").header("etag", &there)),
            "PUT" if seen.header("if-match").is_some_and(|wanted| there.as_deref() != Some(wanted)) => {
                Reply::status(412)
            }
            _ => {
                *held = Some(seen.bytes.clone());
                Reply::text("").with(201).header("etag", &etag(&seen.bytes))
            }
        }
    });
    (server, held)
}

fn put_project(server: &Server) -> Project {
    project(&format!(
        "[[report.destination]]\ncode = \"web\"\nkind = \"put\"\nurl = \"{}/in\"\nsecret = \"PASS\"\nnames = \"latest\"\nallow_private = true\n",
        server.url
    ))
}

#[test]
fn put_replaces_what_it_brought_and_nothing_else() {
    let (server, held) = shelf(|_| None);
    let project = put_project(&server);
    publish(&project).expect(0).says("/in/kpi.xlsx");
    assert_eq!(server.seen()[0].header("authorization"), Some("Bearer hunter22"));
    change(&project);
    publish(&project).expect(0).says("delivered");
    assert_eq!(held.lock().expect("held").as_deref(), Some(workbook(&project).as_slice()));
    *held.lock().expect("held") = Some(b"somebody else's".to_vec());
    project.file("data/inbox/beta_2016-Q2.csv", "No.,Signed on,Status,Value\nB-2,2016-05-01,signed,8\n");
    project.run(&["run"]).expect(0);
    publish(&project).expect(2).says("somebody else changed it there");
    assert_eq!(held.lock().expect("held").as_deref(), Some(b"somebody else's".as_slice()));
    run(&project, &["publish", "--again"]).expect(0);
    assert_eq!(held.lock().expect("held").as_deref(), Some(workbook(&project).as_slice()));
}

#[test]
fn a_server_that_is_busy_is_asked_again_and_one_that_refuses_is_not() {
    let mut tries = 0;
    let (server, held) = shelf(move |_| {
        tries += 1;
        (tries < 3).then(|| Reply::status(503).header("retry-after", "0"))
    });
    publish(&put_project(&server)).expect(0);
    assert!(held.lock().expect("held").is_some());
    let (server, _) = shelf(|_| Some(Reply::text(format!("no {SECRET}")).with(403)));
    let project = put_project(&server);
    publish(&project).expect(2).says("refuses the sign-in (status 403)");
    assert_eq!((server.seen().len(), receipts(&project)), (1, 0));
    let (server, _) = shelf(|_| Some(Reply::status(302).header("location", "http://10.0.0.1/")));
    publish(&put_project(&server)).expect(2).says("which is not followed");
    let (server, _) = shelf(|_| Some(Reply::text("").fault(Fault::Endless)));
    publish(&put_project(&server)).expect(2);
}

#[test]
fn a_kill_between_the_place_and_the_receipt_is_made_good() {
    let mut points = 0;
    for at in 1..100 {
        let (server, held) = shelf(|_| None);
        let project = put_project(&server);
        let mut command = project.command(&["publish"]);
        command.env("PASS", SECRET).env("SCOREBOARD_CRASH_AT", at.to_string());
        if command.output().expect("runs").status.success() {
            break;
        }
        points = at;
        publish(&project).expect(0);
        assert_eq!(held.lock().expect("held").as_deref(), Some(workbook(&project).as_slice()), "point {at}");
        let sent = puts(&server);
        publish(&project).expect(0).says("there already");
        assert_eq!((puts(&server), receipts(&project)), (sent, 1), "point {at}");
    }
    assert!(points >= 3, "only {points} points were passed");
}

#[test]
fn a_kill_before_the_receipt_of_a_second_version_is_made_good() {
    let (server, held) = shelf(|_| None);
    let project = put_project(&server);
    publish(&project).expect(0);
    change(&project);
    let mut killed = 0;
    for at in 1..100 {
        let mut command = project.command(&["publish"]);
        command.env("PASS", SECRET).env("SCOREBOARD_CRASH_AT", at.to_string());
        if command.output().expect("runs").status.success() {
            break;
        }
        killed = at;
    }
    // The condition that the first receipt gives does not hold any more; what lies there is ours all the same.
    assert!(killed >= 2, "only {killed} points were passed");
    publish(&project).expect(0).says("there already");
    assert_eq!(held.lock().expect("held").as_deref(), Some(workbook(&project).as_slice()));
}

#[test]
fn a_run_to_another_folder_is_not_delivered() {
    let (server, _) = shelf(|_| None);
    let project = put_project(&server);
    change(&project);
    let latest = workbook(&project);
    let out = project.path().join("other").display().to_string();
    project.run(&["run", "--as-of", "2016-03-31", "--out", &out]).expect(0);
    publish(&project).expect(0);
    assert_eq!(server.seen().iter().find(|seen| seen.method == "PUT").expect("sent").bytes, latest);
}
