//! People are told what they have to know, each thing once: against mail servers and web servers of the tests' own.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use chrono::{NaiveDate, NaiveTime, TimeDelta};
use scoreboard::app::attempt::{Attempt, Outcome, Trigger};
use scoreboard::app::notify::{Options, run};
use scoreboard::finding::{Finding, Place, rules};
use scoreboard::store::{Kind, Store};
use serde_json::Value;

use crate::project::{Answer, Project, answer};
use crate::server::{Fault as WebFault, Reply, Server};
use crate::smtp::{Fault, Smtp, Tls};

const HEAD: &[&str] = &["No.", "Signed on", "Status", "Value"];
/// Beta owes its report of the first quarter, which was due on 15 April.
const LATE: &str = "2016-04-18T06:00:00Z";
const LATER: &str = "2016-04-25T06:00:00Z";

const OPEN: &str = r#"schema = 1
[[report]]
code = "scoreboard"
title = "Inside"
[[report]]
code = "open"
title = "Open"
audience = "public"
"#;

/// A programme that goes on; Alpha has reported the first quarter, Beta has not.
fn project(notify: &str) -> Project {
    let project = Project::small();
    project.file("reports/open.toml", OPEN);
    project
        .replace("scoreboard.toml", "as_of = 2016-06-30\n", "")
        .replace("scoreboard.toml", "locale = \"de-AT\"\n", "locale = \"de-AT\"\ncontact = \"a@alpha.example\"\n")
        .replace(
            "scoreboard.toml",
            "country = \"FR\"\n",
            "country = \"FR\"\nlanguage = \"fr\"\ncontact = \"b@beta.example\"\n",
        )
        .file("pipelines/notify.toml", format!("schema = 1\n{notify}"))
        .workbook("alpha_2016-Q1.xlsx", "Agreements", &[HEAD, &["'A-1", "2016-02-01", "signed", "100"]]);
    at(&project, "2016-04-04T06:00:00Z", &["run"]).expect(0);
    project
}

fn mail(server: &Smtp) -> String {
    format!(
        "[mail]\nserver = \"127.0.0.1\"\nport = {}\nsecurity = \"none\"\nfrom = \"Monitoring <m@small.example>\"\ntimeout_seconds = 2\n",
        server.port
    )
}

const REMINDERS: &str = "[reminders]\nsteps = [{ days = -7 }, { days = 3 }, { days = 10 }]\n";

fn at(project: &Project, now: &str, args: &[&str]) -> Answer {
    answer(&project.command(args).env("SCOREBOARD_NOW", now).output().expect("the command runs"))
}

fn json(answer: &Answer) -> Value {
    serde_json::from_str(&answer.out).unwrap_or_else(|error| panic!("{error}: {}\n{}", answer.out, answer.err))
}

/// The outcome of `notify`, whatever it is.
fn notify(project: &Project, now: &str) -> Value {
    json(&at(project, now, &["notify", "--format", "json"]))
}

fn count(answer: &Value, list: &str) -> usize {
    answer[list].as_array().map_or(0, Vec::len)
}

/// Messages of a channel of files.
fn files(project: &Project, folder: &str) -> Vec<Value> {
    let Ok(entries) = fs::read_dir(project.path().join(folder)) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths.iter().map(|path| serde_json::from_slice(&fs::read(path).expect("read")).expect("JSON")).collect()
}

#[test]
fn a_partner_that_is_late_is_reminded_once_a_step_in_its_language() {
    let server = Smtp::plain();
    let project = project(&(mail(&server) + REMINDERS));
    assert_eq!(count(&notify(&project, "2016-04-10T06:00:00Z"), "notices"), 1, "the day is near");
    server.forget();
    let answer = notify(&project, LATE);
    assert_eq!((count(&answer, "notices"), &answer["failed"]), (1, &Value::from(0)), "{answer:#}");
    let seen = server.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].to, ["b@beta.example"]);
    assert_eq!(seen[0].subject(), "A small programme : Agreements pour 2016-Q1, était à remettre le 15 avril 2016");
    assert!(seen[0].body().contains("Chers collègues de Beta Cluster"), "{}", seen[0].body());
    assert!(seen[0].text.contains("small_beta_2016-Q1.xlsx"), "the template goes along");
    assert!(!seen[0].body().contains("Alpha"), "nothing of another partner");
    assert_eq!(seen[0].header("Auto-Submitted"), "auto-generated");
    for _ in 0..2 {
        assert_eq!(count(&notify(&project, "2016-04-19T06:00:00Z"), "notices"), 0);
    }
    assert_eq!(server.seen().len(), 1, "once a step");
    notify(&project, LATER);
    assert_eq!(server.seen().len(), 2, "the next step");
    assert_ne!(server.seen()[0].header("Message-ID"), server.seen()[1].header("Message-ID"));
}

#[test]
fn a_step_that_was_missed_is_not_sent_afterwards_and_a_report_ends_it() {
    let server = Smtp::plain();
    let project = project(&(mail(&server) + REMINDERS));
    notify(&project, LATER);
    assert_eq!(server.seen().len(), 1, "only the latest step");
    let project = self::project(&(mail(&server) + REMINDERS));
    project.workbook("beta_2016-Q1.xlsx", "Agreements", &[HEAD, &["'B-1", "2016-02-01", "signed", "5"]]);
    at(&project, LATE, &["run"]).expect(0);
    assert_eq!(count(&notify(&project, LATER), "notices"), 0);
}

#[test]
fn a_file_that_was_sent_back_is_asked_for_again_with_its_cells_marked() {
    let server = Smtp::plain();
    let project = project(&(mail(&server) + "[reminders]\nsteps = [{ days = 300 }]\nsent_back = [{ days = 2 }]\n"));
    project.workbook(
        "beta_2016-Q1.xlsx",
        "Agreements",
        &[HEAD, &["'B-1", "2016-02-01", "signed", "5"], &["'B-2", "", "signed", "5"]],
    );
    at(&project, LATE, &["run"]).expect(0);
    assert_eq!(count(&notify(&project, "2016-04-19T06:00:00Z"), "notices"), 0, "too early");
    notify(&project, "2016-04-20T06:00:00Z");
    let seen = server.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].subject(), "A small programme : merci de corriger beta_2016-Q1.xlsx");
    assert!(
        seen[0].text.contains("Content-Disposition: attachment; filename=\"beta_2016-Q1.xlsx\""),
        "{}",
        seen[0].text
    );
    project.workbook(
        "beta_2016-Q1_2016-04-20_r2.xlsx",
        "Agreements",
        &[HEAD, &["'B-1", "2016-02-01", "signed", "5"], &["'B-2", "2016-02-02", "signed", "5"]],
    );
    at(&project, "2016-04-21T06:00:00Z", &["run"]).expect(0);
    assert_eq!(count(&notify(&project, "2016-05-01T06:00:00Z"), "notices"), 0, "it was corrected");
}

#[test]
fn a_dry_run_shows_what_would_be_sent_and_changes_nothing() {
    let server = Smtp::plain();
    let project = project(&(mail(&server) + REMINDERS));
    let ledger = || fs::read(project.path().join("data/store/ledger.sqlite")).expect("a ledger");
    let before = ledger();
    let shown = at(&project, LATE, &["notify", "--dry-run"]).expect(0);
    let shown = shown.says("b@beta.example").says("would be sent").says("reminder/beta/agreements/2016-Q1/late-3");
    shown.says("small_beta_2016-Q1.xlsx").says("25 Apr 2016: beta").says("8 Jul 2016: alpha");
    assert!(server.seen().is_empty() && ledger() == before);
    notify(&project, LATE);
    assert_eq!(server.seen().len(), 1, "and then it is sent");
}

#[test]
fn a_kill_at_any_point_sends_no_mail_twice_and_what_may_not_have_arrived_is_told() {
    let (mut points, mut unknown) = (0, 0);
    for point in 1..200 {
        let server = Smtp::plain();
        let project = project(&(mail(&server) + REMINDERS));
        let mut command = project.command(&["notify"]);
        command.env("SCOREBOARD_NOW", LATE).env("SCOREBOARD_CRASH_AT", point.to_string());
        let output = command.output().expect("runs");
        if output.status.success() {
            break;
        }
        assert!(output.status.code().is_none(), "point {point}: {}", answer(&output).err);
        points = point;
        let after = notify(&project, LATE);
        let arrived = server.seen().len();
        assert!(arrived <= 1, "a kill at point {point} sent it {arrived} times");
        let told = count(&after, "pending");
        unknown += told;
        assert!(arrived == 1 || told == 1, "a kill at point {point} lost it in silence: {after:#}");
        at(&project, LATE, &["verify"]).expect(0);
    }
    assert!(points >= 8, "only {points} points were passed");
    assert!(unknown >= 2, "some kills leave it unknown");
}

#[test]
fn what_may_not_have_arrived_is_sent_again_when_somebody_asks() {
    for hangs in [false, true] {
        sent_again_when_somebody_asks(hangs);
    }
}

fn sent_again_when_somebody_asks(hangs: bool) {
    let server = Smtp::plain();
    let project = project(&(mail(&server) + REMINDERS));
    server.fault(if hangs { Fault::HangsAfterText } else { Fault::DropsAfterText });
    let answer = notify(&project, LATE);
    assert_eq!(answer["notices"][0]["findings"][0]["rule"], "notice-unknown", "{answer:#}");
    assert_eq!(answer["pending"][0]["state"], "unknown");
    server.fault(Fault::None);
    assert_eq!(count(&notify(&project, LATE), "notices"), 0, "not by itself");
    let key = answer["pending"][0]["key"].as_str().expect("a key").to_owned();
    at(&project, LATE, &["notify", "--again", &key]).expect(0).says("sent");
    let ids: Vec<String> = server.seen().iter().map(|seen| seen.header("Message-ID")).collect();
    assert_eq!(ids.len(), 2);
    assert_eq!(ids[0], ids[1], "a reader can tell that it is one");
    assert_eq!(count(&notify(&project, LATE), "pending"), 0);
    at(&project, LATE, &["notify", "--again", "reminder/x"]).expect(2).says("notice-key");
}

/// A second collection, so that one reminder tells of two reports.
fn with_people(project: &Project) {
    let agreements = fs::read_to_string(project.path().join("pipelines/agreements.toml")).expect("read");
    let people = agreements
        .replace("code = \"agreements\"", "code = \"people\"")
        .replace("{ en = \"Agreements\", de = \"Vereinbarungen\" }", "\"People\"");
    project.file("pipelines/people.toml", people);
}

#[test]
fn a_lost_message_is_listed_once_and_sent_again_as_a_whole_by_any_of_its_keys() {
    let server = Smtp::plain();
    let lead = "[[channel]]\ncode = \"lead\"\nkind = \"file\"\npath = \"data/messages\"\non = [\"attention\"]\n";
    let project = project(&(mail(&server) + REMINDERS + lead));
    with_people(&project);
    // Beta's reminder alone is of interest.
    project.replace("scoreboard.toml", "contact = \"a@alpha.example\"\n", "collections = [\"agreements\"]\n");
    server.fault(Fault::DropsAfterText);
    let lost = notify(&project, LATE);
    let keys = ["reminder/beta/agreements/2016-Q1/late-3", "reminder/beta/people/2016-Q1/late-3"];
    assert_eq!(count(&lost, "pending"), 1, "{lost:#}");
    assert_eq!(lost["pending"][0]["keys"], serde_json::json!(keys));
    let told = files(&project, "data/messages");
    assert_eq!(told[0]["sections"][0]["rows"].as_array().map(Vec::len), Some(1), "{told:#?}");
    server.fault(Fault::None);
    at(&project, LATE, &["notify", "--again", keys[1]]).expect(0).says("sent").says(keys[0]).says(keys[1]);
    let seen = server.seen();
    assert_eq!((seen.len(), seen[0].header("Message-ID")), (2, seen[1].header("Message-ID")));
    assert_eq!(
        (seen[0].subject(), seen[0].body().contains("People")),
        (seen[1].subject(), seen[1].body().contains("People"))
    );
    let after = notify(&project, LATE);
    assert_eq!((count(&after, "pending"), count(&after, "notices")), (0, 0), "{after:#}");
}

#[test]
fn of_a_lost_message_what_is_over_is_left_out_and_where_all_is_over_it_is_settled() {
    let server = Smtp::plain();
    let project = project(&(mail(&server) + REMINDERS));
    with_people(&project);
    project.replace("scoreboard.toml", "contact = \"a@alpha.example\"\n", "collections = [\"agreements\"]\n");
    server.fault(Fault::DropsAfterText);
    notify(&project, LATE);
    let keys = ["reminder/beta/agreements/2016-Q1/late-3", "reminder/beta/people/2016-Q1/late-3"];
    project.workbook("beta_2016-Q1.xlsx", "Agreements", &[HEAD, &["'B-1", "2016-02-01", "signed", "5"]]);
    let again = json(&at(&project, LATE, &["notify", "--again", keys[0], "--format", "json"]));
    assert_eq!(again["pending"][0]["keys"], serde_json::json!(keys), "lost once more, and it is the same message");
    let seen = server.seen();
    assert_eq!((seen.len(), seen[0].header("Message-ID")), (2, seen[1].header("Message-ID")));
    assert!(seen[0].body().contains("Agreements") && !seen[1].body().contains("Agreements"), "{}", seen[1].body());
    server.fault(Fault::None);
    project.workbook("beta_2016-Q1_2016-04-18_r2.xlsx", "People", &[HEAD, &["'P-1", "2016-02-01", "signed", "5"]]);
    at(&project, LATE, &["notify"]).expect(0).says("may not have arrived: scoreboard notify --again");
    let settled = at(&project, LATE, &["notify", "--again", keys[0]]).expect(0).says("out of date");
    assert!(!settled.out.contains("--again"), "{}", settled.out);
    assert_eq!((server.seen().len(), count(&notify(&project, LATE), "pending")), (2, 0));
    let status = at(&project, LATE, &["status"]).expect(0);
    assert!(!status.out.contains("may not have arrived"), "{}", status.out);
    at(&project, LATE, &["notify", "--again", keys[1]]).expect(2).says("notice-key");
    at(&project, LATE, &["verify"]).expect(0);
}

#[test]
fn where_nothing_was_ever_received_those_who_owe_are_reminded_and_shown() {
    let server = Smtp::plain();
    let project = project(&(mail(&server) + REMINDERS));
    fs::remove_dir_all(project.path().join("data")).expect("removed");
    fs::create_dir_all(project.path().join("data/inbox")).expect("made");
    let shown = at(&project, LATE, &["status"]).expect(0).says("Owed").says("3 days late");
    assert!(!shown.out.contains("inbox-"), "{}", shown.out);
    at(&project, LATE, &["notify", "--dry-run"]).expect(0).says("b@beta.example").says("would be sent");
    assert!(!project.path().join("data/store").exists(), "a dry run makes nothing");
    assert_eq!(count(&notify(&project, LATE), "notices"), 2);
    assert_eq!((server.seen().len(), count(&notify(&project, LATE), "notices")), (2, 0), "each once");
    fs::remove_dir_all(project.path().join("data/inbox")).expect("removed");
    at(&project, LATE, &["status"]).expect(1).says("inbox-missing").says("Owed");
    let json = json(&at(&project, LATE, &["status", "--format", "json"]).expect(1));
    assert_eq!((&json["findings"][0]["rule"], count(&json, "reports")), (&Value::from("inbox-missing"), 2));
}

#[test]
fn what_was_certainly_not_taken_is_tried_again_later() {
    for fault in [
        Fault::Greets("421 4.3.2 busy"),
        Fault::Recipient("beta", "450 4.7.1 greylisted, come back"),
        Fault::AfterText("451 4.3.0 later"),
        Fault::Hangs,
    ] {
        let server = Smtp::plain();
        let project = project(&(mail(&server) + REMINDERS));
        server.fault(fault.clone());
        let failed = notify(&project, LATE);
        assert_eq!(failed["notices"][0]["findings"][0]["rule"], "notice-failed", "{fault:?}: {failed:#}");
        assert_eq!(failed["pending"][0]["state"], "waiting", "{fault:?}");
        server.fault(Fault::None);
        server.forget();
        assert_eq!(count(&notify(&project, "2016-04-18T06:05:00Z"), "notices"), 0, "{fault:?}: too early");
        assert_eq!(notify(&project, "2016-04-18T06:10:00Z")["failed"], 0, "{fault:?}");
        assert_eq!(server.seen().len(), 1, "{fault:?}");
    }
}

#[test]
fn nobody_listens_and_it_is_tried_again_later() {
    let port = Smtp::plain().port;
    let project = project(&format!(
        "[mail]\nserver = \"127.0.0.1\"\nport = {port}\nsecurity = \"none\"\nfrom = \"m@small.example\"\n{REMINDERS}"
    ));
    let failed = notify(&project, LATE);
    assert_eq!(failed["notices"][0]["findings"][0]["rule"], "notice-failed", "{failed:#}");
    assert_eq!(failed["pending"][0]["state"], "waiting");
}

#[test]
fn an_address_that_is_refused_for_good_is_told_and_not_tried_again() {
    let server = Smtp::plain();
    let channel = "[[channel]]\ncode = \"lead\"\nkind = \"file\"\npath = \"data/messages\"\non = [\"attention\"]\n";
    let project = project(&(mail(&server) + REMINDERS + channel));
    server.fault(Fault::Recipient("beta", "550 5.1.1 no such person"));
    let failed = notify(&project, LATE);
    assert_eq!(failed["failed"], 1);
    assert!(
        failed["notices"][0]["findings"][0]["message"].as_str().is_some_and(|text| text.contains("no such person"))
    );
    server.fault(Fault::None);
    assert_eq!(count(&notify(&project, "2016-04-19T06:00:00Z"), "notices"), 0);
    let told = files(&project, "data/messages");
    assert_eq!(told.len(), 1, "those who run the programme know");
    assert!(told[0]["text"].as_str().is_some_and(|text| text.contains("b@beta.example")), "{:#}", told[0]);
}

#[test]
fn a_partner_without_a_contact_is_told_once_to_those_who_run_the_programme() {
    let server = Smtp::plain();
    let channel = "[[channel]]\ncode = \"lead\"\nkind = \"file\"\npath = \"data/messages\"\non = [\"attention\"]\n";
    let project = project(&(mail(&server) + REMINDERS + channel));
    project.replace("scoreboard.toml", "contact = \"b@beta.example\"\n", "");
    let told = notify(&project, LATE);
    assert_eq!(told["notices"][0]["findings"][0]["rule"], "no-contact", "{told:#}");
    assert_eq!(files(&project, "data/messages").len(), 1);
    assert_eq!(count(&notify(&project, "2016-04-19T06:00:00Z"), "notices"), 0);
    assert!(server.seen().is_empty());
}

#[test]
fn mail_goes_in_secret_or_not_at_all() {
    for (tls, security) in [(Tls::Whole, "tls"), (Tls::Start, "starttls")] {
        let server = Smtp::start(tls, Some(("lead", "hunter2!")));
        let to = |more: &str| {
            format!(
                "[mail]\nserver = \"localhost\"\nport = {}\nsecurity = \"{security}\"\nfrom = \"m@small.example\"\n\
                 timeout_seconds = 2\nuser = \"MAIL_USER\"\nsecret = \"MAIL_SECRET\"\n{more}{REMINDERS}",
                server.port
            )
        };
        let sent = |project: &Project, secret: &str| {
            let mut command = project.command(&["notify", "--format", "json"]);
            command.env("SCOREBOARD_NOW", LATE).env("MAIL_USER", "lead").env("MAIL_SECRET", secret);
            let answer = answer(&command.output().expect("runs"));
            assert!(!format!("{}{}", answer.out, answer.err).contains(secret), "a secret is shown: {}", answer.out);
            json(&answer)
        };
        let trusting = project(&to("ca_file = \"ca.pem\"\n"));
        trusting.file("ca.pem", &server.certificate);
        let answer = sent(&trusting, "hunter2!");
        assert_eq!(answer["failed"], 0, "{security}: {answer:#}");
        assert!(server.seen()[0].in_secret);
        server.forget();

        let refused = sent(&project(&to("")), "hunter2!");
        assert_eq!(refused["failed"], 1, "{security}: a certificate that nobody vouches for");
        let wrong = project(&to("ca_file = \"ca.pem\"\n"));
        wrong.file("ca.pem", &server.certificate);
        let refused = sent(&wrong, "wrong-hunter");
        assert!(
            refused["notices"][0]["findings"][0]["message"].as_str().is_some_and(|text| text.contains("sign-in")),
            "{refused:#}"
        );
        assert_eq!(server.seen().len(), 0);
    }
}

#[test]
fn without_starttls_nothing_is_said_in_plain() {
    let server = Smtp::start(Tls::No, Some(("lead", "hunter2!")));
    let project = project(&format!(
        "[mail]\nserver = \"127.0.0.1\"\nport = {}\nsecurity = \"starttls\"\nfrom = \"m@small.example\"\n{REMINDERS}",
        server.port
    ));
    let refused = notify(&project, LATE);
    assert!(
        refused["notices"][0]["findings"][0]["message"].as_str().is_some_and(|text| text.contains("STARTTLS")),
        "{refused:#}"
    );
    let said: Vec<String> =
        server.commands().iter().map(|line| line.split(' ').next().unwrap_or_default().to_owned()).collect();
    assert!(said.iter().all(|word| matches!(word.as_str(), "EHLO" | "QUIT")), "{said:?}");
}

#[test]
fn a_channel_gets_the_news_once_with_the_workbook() {
    let server = Smtp::plain();
    let channel = "[[channel]]\ncode = \"lead\"\nkind = \"mail\"\nto = [\"lead@small.example\", \"chief@small.example\"]\n\
                   on = [\"success\", \"status_turned\", \"deadline_missed\"]\nattach = [\"xlsx\"]\n";
    let project = project(&(mail(&server) + channel));
    notify(&project, "2016-04-04T07:00:00Z");
    let seen = server.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].to, ["lead@small.example", "chief@small.example"]);
    assert_eq!(seen[0].subject(), "A small programme: new scoreboard as of 4 April 2016");
    assert!(seen[0].text.contains("scoreboard.xlsx"), "{}", seen[0].text);
    assert!(seen[0].body().contains("Volume: EUR"), "{}", seen[0].body());
    at(&project, LATE, &["run"]).expect(0);
    notify(&project, LATE);
    let seen = server.seen();
    assert_eq!(seen.len(), 2, "one mail for all that happened");
    assert!(seen[1].body().contains("Beta Cluster"), "who is late: {}", seen[1].body());
    assert!(seen[1].body().contains("Not reported yet"));
    assert_eq!(count(&notify(&project, LATE), "notices"), 0);
}

#[test]
fn a_status_that_turned_is_told_with_what_it_was() {
    let channel = "[[channel]]\ncode = \"lead\"\nkind = \"file\"\npath = \"data/messages\"\non = [\"status_turned\"]\n";
    let project = project(channel);
    assert!(files(&project, "data/messages").is_empty());
    project.workbook(
        "alpha_2016-Q1_2016-04-10_r2.xlsx",
        "Agreements",
        &[HEAD, &["'A-1", "2016-02-01", "signed", "1200"]],
    );
    at(&project, LATE, &["run"]).expect(0);
    notify(&project, LATE);
    let told = files(&project, "data/messages");
    assert_eq!(told.len(), 1);
    assert!(told[0]["subject"].as_str().is_some_and(|text| text.contains("Volume is now")), "{:#}", told[0]);
    assert!(told[0]["keys"][0].as_str().is_some_and(|key| key.starts_with("status/volume/") && key.ends_with("@lead")));
}

/// Work of a schedule that began so many minutes into a day.
fn work(day: NaiveDate, minutes: i64, outcome: Outcome, why: &str) -> Attempt {
    let at = day.and_time(NaiveTime::MIN).and_utc() + TimeDelta::minutes(minutes);
    let mut work = Attempt::begun(Trigger::Schedule { schedule: "weekly".into(), due: at }, at);
    work.outcome = outcome;
    if !why.is_empty() {
        work.findings.push(Finding::error(&rules::FETCH_UNREACHABLE, Place::Project, why));
    }
    work
}

#[test]
fn the_same_failure_is_told_once_a_day_another_at_once_and_then_that_it_works_again() {
    let channel =
        "[[channel]]\ncode = \"lead\"\nkind = \"file\"\npath = \"data/messages\"\non = [\"failure\", \"attention\"]\n";
    let fixture = project(channel);
    let project = scoreboard::app::project::Project::open(fixture.path()).expect("sound");
    let after = |work: Attempt| {
        let options = Options { dry_run: false, attempt: Some(work.clone()) };
        let notices = run(&project, &options, &|_, _, _| {}).expect("told");
        // The ledger tells of it afterwards, as the scheduler writes it.
        let mut store = Store::open(&project.store()).expect("a store");
        let entry = (Kind::Attempt, work.to_json());
        store.ledger_mut().append(scoreboard::clock::now(), &[entry]).expect("written");
        notices.into_iter().map(|notice| notice.subject).collect::<Vec<_>>()
    };
    let none: [&str; 0] = [];
    // What is of today is news, whatever the hour.
    let today = scoreboard::clock::now().date_naive();
    let tell = |minutes, outcome, why: &str| after(work(today, minutes, outcome, why));
    let failed = ["A small programme: no scoreboard was published"];
    assert_eq!(tell(1, Outcome::Failed, "no answer within 30 seconds"), failed);
    assert_eq!(tell(2, Outcome::Failed, "no answer within 31 seconds"), none, "the same again");
    assert_eq!(tell(3, Outcome::Failed, "the server refuses"), failed);
    assert_eq!(tell(4, Outcome::Published, ""), ["A small programme: it works again"]);
    assert_eq!(tell(5, Outcome::Unchanged, ""), none);
    assert_eq!(tell(6, Outcome::Attention, "a gate"), ["A small programme: something needs attention"]);
    assert_eq!(tell(7, Outcome::Attention, "a gate"), none, "the same again");
    // Another try of the same time.
    let try_again = |minutes, outcome, why: &str| {
        let due = work(today, 8, outcome, why);
        after(Attempt { began: due.began + TimeDelta::minutes(minutes), ..due })
    };
    assert_eq!(try_again(0, Outcome::Failed, "no answer within 9 seconds"), none, "told today already");
    assert_eq!(try_again(15, Outcome::Failed, "no answer within 8 seconds"), none, "once, not once a try");
    assert_eq!(try_again(75, Outcome::Published, ""), ["A small programme: it works again"]);
    let told = files(&fixture, "data/messages");
    let says = |text: &str| {
        told.iter().filter(|message| message["text"].as_str().is_some_and(|all| all.contains(text))).count()
    };
    assert_eq!(
        says("after 15 minutes and once more an hour later"),
        2,
        "each time that failed says what comes: {told:#?}"
    );
    assert_eq!((says("at another try"), says("the time before it had failed")), (1, 1), "{told:#?}");
}

#[test]
fn a_channel_of_a_public_report_is_told_nothing_that_the_report_withholds() {
    let project = project(
        "[[channel]]\ncode = \"all\"\nkind = \"file\"\npath = \"data/messages\"\non = [\"success\"]\nreport = \"open\"\n",
    );
    notify(&project, "2016-04-04T07:00:00Z");
    let told = files(&project, "data/messages");
    assert_eq!(told.len(), 1);
    let text = told[0].to_string();
    for word in ["Alpha", "Beta", "A-1", "EUR 100", "Errors", "alpha"] {
        assert!(!text.contains(word), "{word}: {:#}", told[0]);
    }
    project.replace("pipelines/notify.toml", "on = [\"success\"]", "on = [\"success\", \"deadline_missed\"]");
    project.run(&["check"]).expect(1).says("`deadline_missed` tells of partners");
}

#[test]
fn a_report_is_published_by_mail_once_a_run_with_a_receipt() {
    let server = Smtp::plain();
    let project = project(&mail(&server));
    let mailed = "[[report.destination]]\ncode = \"council\"\nkind = \"mail\"\nto = [\"c@council.example\"]\nfiles = [\"xlsx\"]\n";
    project.file("reports/open.toml", format!("{OPEN}{mailed}"));
    at(&project, LATE, &["run"]).expect(0);
    let publish = || json(&at(&project, LATE, &["publish", "--format", "json"]));
    assert_eq!(json(&at(&project, LATE, &["publish", "--dry-run", "--format", "json"]))["failed"], 0);
    assert!(server.seen().is_empty());
    let answer = publish();
    assert_eq!(
        (&answer["deliveries"][0]["sent"], &answer["deliveries"][0]["audience"]),
        (&true.into(), &"public".into())
    );
    let seen = server.seen();
    assert_eq!((seen.len(), seen[0].to.as_slice()), (1, ["c@council.example".to_owned()].as_slice()));
    assert!(seen[0].text.contains("open.xlsx") && !seen[0].body().contains("Alpha"), "{}", seen[0].body());
    assert_eq!(publish()["deliveries"][0]["sent"], false);
    assert_eq!(server.seen().len(), 1, "once a run");
    let mut store = Store::open(&project.path().join("data/store")).expect("a store");
    let entries = store.ledger_mut().entries().expect("read");
    let receipts: Vec<&Value> = entries.iter().filter(|one| one.kind == Kind::Delivered).map(|one| &one.body).collect();
    assert_eq!((receipts.len(), &receipts[0]["place"]), (1, &"mail to c@council.example".into()));
    let book = fs::read(project.path().join("data/out/open.xlsx")).expect("read");
    assert_eq!(receipts[0]["hash"], scoreboard::store::hash_of(&book).as_str());
}

#[test]
fn what_lies_in_the_inbox_is_read_before_anybody_is_asked_for_it() {
    let server = Smtp::plain();
    let project = project(&(mail(&server) + REMINDERS));
    project.workbook("beta_2016-Q1.xlsx", "Agreements", &[HEAD, &["'B-1", "2016-02-01", "signed", "5"]]);
    assert_eq!(count(&notify(&project, LATE), "notices"), 0);
    // Other definitions of how files are read: what was received is read under them first.
    project.replace("scoreboard.toml", "name = \"Beta Cluster\"", "name = \"Cluster of Beta\"");
    assert_eq!(count(&notify(&project, LATE), "notices"), 0);
    assert!(server.seen().is_empty());
}

#[test]
fn webhooks_are_posted_once_and_tried_again_where_they_certainly_failed() {
    let answers: std::sync::Arc<std::sync::Mutex<Vec<Reply>>> = std::sync::Arc::default();
    let given = std::sync::Arc::clone(&answers);
    let server =
        Server::start(move |_| given.lock().expect("not poisoned").pop().unwrap_or_else(|| Reply::status(202)));
    let channels = "[[channel]]\ncode = \"team\"\nkind = \"teams\"\nurl_secret = \"TEAMS_URL\"\non = [\"success\"]\n";
    let told = |project: &Project, now: &str| {
        let mut command = project.command(&["notify", "--format", "json"]);
        command.env("SCOREBOARD_NOW", now).env("TEAMS_URL", format!("{}/workflow?sig=S3CR3T", server.url));
        let answer = answer(&command.output().expect("runs"));
        assert!(!format!("{}{}", answer.out, answer.err).contains("S3CR3T"), "{}", answer.out);
        json(&answer)
    };
    let rules: BTreeMap<&str, Reply> = BTreeMap::from([
        ("notice-failed", Reply::status(429).header("retry-after", "3600")),
        ("notice-unknown", Reply::text("ok").fault(WebFault::CutOff)),
    ]);
    for (rule, reply) in rules {
        let project = project(channels);
        answers.lock().expect("not poisoned").push(reply);
        let before = server.seen().len();
        let answer = told(&project, "2016-04-04T07:00:00Z");
        assert_eq!(answer["notices"][0]["findings"][0]["rule"], rule, "{answer:#}");
        assert_eq!(server.seen().len(), before + 1, "asked once, whatever comes");
        let again = told(&project, "2016-04-04T08:00:00Z");
        assert_eq!(count(&again, "notices"), usize::from(rule == "notice-failed"), "{rule}");
        assert_eq!(count(&told(&project, "2016-04-04T09:00:00Z"), "notices"), 0);
    }
    for reply in [Reply::status(500), Reply::status(302).header("location", "http://10.0.0.1/")] {
        let project = project(channels);
        answers.lock().expect("not poisoned").push(reply);
        assert_eq!(told(&project, "2016-04-04T07:00:00Z")["notices"][0]["findings"][0]["rule"], "notice-failed");
    }
    let card = server.seen().last().expect("asked").json();
    assert_eq!(card["attachments"][0]["contentType"], "application/vnd.microsoft.card.adaptive");
}

#[test]
fn a_server_that_asks_for_patience_is_given_it() {
    let answers: std::sync::Arc<std::sync::Mutex<Vec<Reply>>> = std::sync::Arc::default();
    let given = std::sync::Arc::clone(&answers);
    let server =
        Server::start(move |_| given.lock().expect("not poisoned").pop().unwrap_or_else(|| Reply::status(202)));
    let channel =
        format!("[[channel]]\ncode = \"hook\"\nkind = \"json\"\nurl = \"{}/in\"\non = [\"success\"]\n", server.url);
    let asks = |status: u16, time: &str| Reply::status(status).header("retry-after", time);
    let now = "2016-04-04T07:00:00Z";
    // A short time is waited for at once; what is sent in the end is told.
    let short = project(&channel);
    *answers.lock().expect("not poisoned") = vec![asks(503, "Mon, 04 Apr 2016 07:00:01 GMT"), asks(429, "1")];
    assert_eq!(notify(&short, now)["failed"], 0);
    assert_eq!(server.seen().len(), 3, "asked until it took it");
    assert_eq!(count(&notify(&short, "2016-04-04T09:00:00Z"), "notices"), 0, "and told once");
    let mut store = Store::open(&short.path().join("data/store")).expect("a store");
    let entries = store.ledger_mut().entries().expect("read");
    let states: Vec<&str> =
        entries.iter().filter(|one| one.kind == Kind::Notice).filter_map(|one| one.body["state"].as_str()).collect();
    assert_eq!(
        states,
        ["about_to", "failed", "about_to", "failed", "about_to", "sent"],
        "whoever is killed while it waits knows that it was not taken"
    );
    // A long one is not: the message stays open, and the server is left alone until then.
    let before = server.seen().len();
    let long = project(&channel);
    answers.lock().expect("not poisoned").push(asks(503, "7200"));
    let failed = notify(&long, now);
    let message = failed["notices"][0]["findings"][0]["message"].as_str().expect("a message");
    assert!(message.contains("it asks to wait 7200 seconds"), "{message}");
    assert_eq!(failed["pending"][0]["again"], "2016-04-04T09:00:00Z", "{failed:#}");
    assert_eq!(count(&notify(&long, "2016-04-04T08:59:00Z"), "notices"), 0, "not before its time");
    assert_eq!(server.seen().len(), before + 1);
    assert_eq!(notify(&long, "2016-04-04T09:00:00Z")["failed"], 0);
    assert_eq!(server.seen().len(), before + 2);
    // Nor is one that asks for a moment again and again, for ever.
    let endless = project(&channel);
    *answers.lock().expect("not poisoned") = vec![asks(429, "0"); 9];
    assert_eq!(notify(&endless, now)["failed"], 1);
    assert_eq!(server.seen().len(), before + 5);
}

#[test]
fn nobody_listens_to_a_webhook_and_it_is_tried_again_later() {
    let project =
        project("[[channel]]\ncode = \"hook\"\nkind = \"json\"\nurl = \"http://127.0.0.1:9\"\non = [\"success\"]\n");
    let failed = notify(&project, "2016-04-04T07:00:00Z");
    assert_eq!(failed["notices"][0]["findings"][0]["rule"], "notice-failed", "{failed:#}");
    assert_eq!(failed["pending"][0]["state"], "waiting", "{failed:#}");
}

#[test]
fn mail_can_be_left_in_a_folder() {
    let project = project(&format!("[mail]\noutbox = \"data/outbox\"\nfrom = \"m@small.example\"\n{REMINDERS}"));
    notify(&project, LATE);
    notify(&project, LATE);
    let mut names = fs::read_dir(project.path().join("data/outbox")).expect("a folder").flatten();
    let path = names.next().expect("a mail").path();
    assert!(names.next().is_none());
    assert_eq!(path.extension().and_then(|ending| ending.to_str()), Some("eml"));
    assert!(fs::read_to_string(path).expect("read").contains("To: b@beta.example"));
}

#[test]
fn two_at_once_send_one_mail() {
    let server = Smtp::plain();
    let project = project(&(mail(&server) + REMINDERS));
    let both: Vec<_> =
        (0..4).map(|_| project.command(&["notify"]).env("SCOREBOARD_NOW", LATE).spawn().expect("started")).collect();
    for mut one in both {
        one.wait().expect("ended");
    }
    notify(&project, LATE);
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn mistakes_in_definitions_are_told_at_their_place() {
    for (text, says) in [
        ("[reminders]\n", "`[reminders]` needs `[mail]`"),
        ("[mail]\nserver = \"smtp.example.eu\"\nfrom = \"nobody\"\n", "`nobody` of `from` is no mail address"),
        ("[mail]\nserver = \"smtp.example.eu\"\nfrom = \"m@a.eu\"\nsecurity = \"none\"\n", "without TLS everybody"),
        ("[mail]\nserver = \"smtp.example.eu\"\nfrom = \"m@a.eu\"\npassword = \"hunter2\"\n", "secret-in-definition"),
        ("[[channel]]\ncode = \"a\"\nkind = \"teams\"\non = [\"succes\"]\n", "`on` cannot hold `succes`"),
        ("[[channel]]\ncode = \"a\"\nkind = \"teams\"\non = [\"success\"]\n", "`channel` needs `url_secret`"),
        (
            "[[channel]]\ncode = \"a\"\nkind = \"file\"\npath = \"x\"\non = [\"success\"]\nattach = [\"xlsx\"]\n",
            "only mail has attachments",
        ),
        (
            "[[channel]]\ncode = \"a\"\nkind = \"file\"\npath = \"x\"\non = [\"success\"]\nreport = \"x\"\n",
            "no report is called `x`",
        ),
    ] {
        let project = Project::small();
        project.file("pipelines/notify.toml", format!("schema = 1\n{text}"));
        let answer = project.run(&["check"]).says(says).says("pipelines/notify.toml:");
        assert!(!answer.err.contains("hunter2") && !answer.out.contains("hunter2"));
    }
}
