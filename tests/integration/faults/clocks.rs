//! The clock is set back, by a day and by a year, and forward again.

use std::collections::BTreeMap;

use scoreboard::app::attempt::{Attempt, Outcome, Trigger};

use super::world::{SECOND, Stand, THIRD, at, entries, hold, mailed, no_half, once};
use crate::project::{Project, figure};

/// How often each time of the schedule was begun.
fn begun(project: &Project) -> BTreeMap<String, usize> {
    let mut times = BTreeMap::new();
    for attempt in entries(project).iter().filter_map(Attempt::of) {
        if let Trigger::Schedule { due, .. } = &attempt.trigger
            && attempt.outcome == Outcome::Begun
        {
            *times.entry(due.to_rfc3339()).or_default() += 1;
        }
    }
    times
}

#[test]
fn a_clock_that_goes_back_and_forth_runs_nothing_twice_and_skips_nothing() {
    let stand = Stand::new();
    for wrong in ["2016-04-17T06:00:30Z", "2015-04-18T06:00:30Z", "2017-04-18T06:00:30Z"] {
        let project = stand.again();
        let what = format!("set to {wrong}");
        once(&project, SECOND, &[]);
        let right = begun(&project);
        assert_eq!(right.get("2016-04-18T06:00:00+00:00"), Some(&1));
        let astray = once(&project, wrong, &[]);
        assert!(astray.code < 2, "{what}: {}{}", astray.out, astray.err);
        at(&project, wrong, &["verify"]).expect(0);
        // Right again: what is due is due once, and the next week comes.
        once(&project, SECOND, &[]);
        once(&project, THIRD, &[]);
        once(&project, THIRD, &[]);
        let times = begun(&project);
        assert!(times.values().all(|times| *times == 1), "{what}: {times:?}");
        assert!(times.contains_key("2016-04-25T06:00:00+00:00"), "{what}: the next week was skipped: {times:?}");
        assert!(mailed(&stand.servers, &entries(&project)).values().all(|times| *times == 1), "{what}");
        at(&project, THIRD, &["verify"]).expect(0);
        no_half(&what, &stand.servers, &project);
    }
}

#[test]
fn a_clock_that_was_wrong_for_a_moment_changes_no_scoreboard() {
    let stand = Stand::new();
    for wrong in ["2016-04-17T06:00:30Z", "2015-04-18T06:00:30Z"] {
        let project = stand.again();
        once(&project, wrong, &[]);
        once(&project, SECOND, &[]);
        let after = at(&project, SECOND, &["schedule", "--now", "weekly"]);
        assert!(after.code < 2, "{wrong}: {}{}", after.out, after.err);
        let entries = entries(&project);
        assert_eq!(super::world::received(&entries), stand.calm.seen.received, "{wrong}");
        assert!(mailed(&stand.servers, &entries).values().all(|times| *times == 1), "{wrong}");
    }
    let project = stand.again();
    once(&project, SECOND, &[]);
    hold("never wrong", &stand.servers, &project, &stand.calm);
}

#[test]
fn of_two_reports_the_one_that_came_later_counts_whatever_the_clock_said() {
    let head: &[&str] = &["No.", "Signed on", "Status", "Value"];
    let project = Project::small();
    let volume = |now: &str| {
        let mut command = project.command(&["run"]);
        let done = command.env("SCOREBOARD_NOW", now).output().expect("runs");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        figure(&project.json(), "volume", &[])["value"].to_string()
    };
    project.workbook("alpha_2016-Q1.xlsx", "Agreements", &[head, &["'A-1", "2016-02-01", "signed", "100"]]);
    assert_eq!(volume("2016-04-05T06:00:00Z"), "100");
    project.workbook("alpha_2016-Q1.xlsx", "Agreements", &[head, &["'A-1", "2016-02-01", "signed", "150"]]);
    assert_eq!(volume("2016-04-04T06:00:00Z"), "150", "the clock was set back by a day");
    project.workbook("alpha_2016-Q1.xlsx", "Agreements", &[head, &["'A-1", "2016-02-01", "signed", "170"]]);
    assert_eq!(volume("2015-04-04T06:00:00Z"), "170", "by a year");
    project.workbook("alpha_2016-Q1.xlsx", "Agreements", &[head, &["'A-1", "2016-02-01", "signed", "180"]]);
    assert_eq!(volume("2016-04-06T06:00:00Z"), "180", "and it is right again");
}
