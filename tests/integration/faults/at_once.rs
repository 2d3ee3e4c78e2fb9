//! Two schedulers, two refreshes and two ingests at the same time, as processes: one works, the others wait or say so.

use std::process::{Child, Stdio};

use scoreboard::app::attempt::{Attempt, Outcome, Trigger};

use super::world::{SECOND, Stand, at, command, entries, hold, mailed, no_half, received};
use crate::project::{Project, figure};

/// Rounds of each kind.
const ROUNDS: usize = 5;

#[test]
fn two_of_everything_at_once_do_it_once() {
    let stand = Stand::new();
    let once: &[&str] = &["schedule", "--once"];
    for round in 0..ROUNDS {
        let what = format!("round {round}");
        let project = at_the_same_time(&what, &stand, round, &[once, &["ingest"], once, &["ingest"], &["notify"]]);
        hold(&what, &stand.servers, &project, &stand.calm);
        at(&project, SECOND, &["verify"]).expect(0);
    }
    // A refresh between fetch and refresh is a run of its own, which the scoreboard after it is held against.
    for round in 0..ROUNDS {
        let what = format!("round {round} with refreshes");
        let project = at_the_same_time(&what, &stand, round, &[&["run"], once, &["run"], &["ingest"], once]);
        let entries = entries(&project);
        assert_eq!(received(&entries), stand.calm.seen.received, "{what}");
        let mails = mailed(&stand.servers, &entries);
        assert!(mails.values().all(|times| *times == 1), "{what}: {mails:?}");
        assert_eq!(figure(&project.json(), "volume", &[])["value"], stand.volume, "{what}");
        at(&project, SECOND, &["verify"]).expect(0);
        no_half(&what, &stand.servers, &project);
    }
}

/// Starts all of these, another one first each time, and lets what is left be done when they have ended.
fn at_the_same_time(what: &str, stand: &Stand, round: usize, commands: &[&[&str]]) -> Project {
    let project = stand.again();
    let start = |args: &[&str]| -> Child {
        command(&project, SECOND, args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started")
    };
    let turned = commands.iter().cycle().skip(round).take(commands.len());
    let all: Vec<(&[&str], Child)> = turned.map(|args| (*args, start(args))).collect();
    for (args, child) in all {
        let ended = child.wait_with_output().expect("ended");
        let text = format!("{}{}", String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
        let busy = text.contains("store-busy") || text.contains("another scheduler works on this store");
        match ended.status.code() {
            Some(0 | 1) => {}
            Some(2) if busy => {}
            code => panic!("{what}: {args:?} ended with {code:?}: {text}"),
        }
    }
    let began = entries(&project);
    let new = began.iter().filter(|entry| entry.seq > stand.last).filter_map(Attempt::of);
    let ended: Vec<Outcome> = new
        .filter(|attempt| matches!(attempt.trigger, Trigger::Schedule { .. }))
        .map(|attempt| attempt.outcome)
        .collect();
    assert!(ended.len() == 2 && ended[0] == Outcome::Begun, "{what}: its time was run once: {ended:?}");
    let after = at(&project, SECOND, &["schedule", "--now", "weekly"]);
    assert!(after.code < 2, "{what}: {}{}", after.out, after.err);
    project
}
