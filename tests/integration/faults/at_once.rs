//! Two schedulers, two refreshes and two ingests at the same time, as processes: one works, the others wait or say so.

use std::collections::BTreeMap;
use std::process::{Child, Stdio};

use scoreboard::app::attempt::{Attempt, Outcome};

use super::world::{SECOND, Stand, at, command, entries, hold};

const ROUNDS: u32 = 8;

#[test]
fn two_of_everything_at_once_do_it_once() {
    let stand = Stand::new();
    let commands: [&[&str]; 6] =
        [&["schedule", "--once"], &["ingest"], &["schedule", "--once"], &["run"], &["ingest"], &["notify"]];
    let mut said: BTreeMap<String, u32> = BTreeMap::new();
    for round in 0..ROUNDS {
        let project = stand.again();
        let start = |args: &&[&str]| -> Child {
            command(&project, SECOND, args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started")
        };
        // Another one is the first each time.
        let turned = commands.iter().cycle().skip(round as usize).take(commands.len());
        let all: Vec<(&&[&str], Child)> = turned.map(|args| (args, start(args))).collect();
        for (args, child) in all {
            let ended = child.wait_with_output().expect("ended");
            let text = format!("{}{}", String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
            let busy = text.contains("store-busy") || text.contains("another scheduler works on this store");
            match ended.status.code() {
                Some(0 | 1) => {}
                Some(2) if busy => {}
                code => panic!("round {round}: {args:?} ended with {code:?}: {text}"),
            }
            *said.entry(format!("{} {}", args[0], if busy { "said that it is busy" } else { "worked" })).or_default() += 1;
        }
        let what = format!("round {round}");
        let ended: Vec<Outcome> = entries(&project)
            .iter()
            .filter(|entry| entry.seq > stand.entries.len() as i64)
            .filter_map(Attempt::of)
            .filter(|attempt| matches!(attempt.trigger, scoreboard::app::attempt::Trigger::Schedule { .. }))
            .map(|attempt| attempt.outcome)
            .collect();
        assert!(ended.len() == 2 && ended[0] == Outcome::Begun, "{what}: its time was run once: {ended:?}");
        let after = at(&project, SECOND, &["schedule", "--now", "weekly"]);
        assert!(after.code < 2, "{what}: {}{}", after.out, after.err);
        hold(&what, &stand.servers, &project, &stand.calm);
    }
    println!("{said:?}");
}
