//! Killed at every point: fetching, reading, computing, publishing and telling.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use serde_json::Value;

use super::world::{SECOND, Stand, at, entries, hold, once, once_raw};
use crate::project::{Project, answer};

/// More points than this are not expected, and as many are asked for at least.
const MOST: u32 = 2_000;
const LEAST: u32 = 200;
/// So many programmes are disturbed at the same time.
const AT_ONCE: usize = 2;

#[test]
fn a_kill_at_any_point_of_all_the_work_loses_nothing_and_does_nothing_twice() {
    let (next, points, unknown) = (AtomicU32::new(1), AtomicU32::new(0), AtomicU32::new(0));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                let stand = Stand::new();
                loop {
                    let point = next.fetch_add(1, Ordering::SeqCst);
                    if point > MOST || !killed_at(point, &stand, &unknown) {
                        break;
                    }
                    points.fetch_max(point, Ordering::SeqCst);
                }
            });
        }
    });
    let (points, unknown) = (points.into_inner(), unknown.into_inner());
    println!("{points} points, after {unknown} of which a message may not have arrived");
    assert!(points >= LEAST, "only {points} points were passed");
    assert!(points < MOST, "it never came to its end");
}

/// False where the work was done before this point came.
fn killed_at(point: u32, stand: &Stand, unknown: &AtomicU32) -> bool {
    let project = stand.again();
    let what = format!("killed at point {point}");
    let ended = once_raw(&project, SECOND, &[("SCOREBOARD_CRASH_AT", &point.to_string())]);
    // Unix tells no code of a process that aborted, Windows one that is none of ours.
    if ended.status.code().is_some_and(|code| (0..=2).contains(&code)) {
        assert_eq!(ended.status.code(), Some(stand.calm.code), "{what}: {}", answer(&ended).err);
        hold("not killed", &stand.servers, &project, &stand.calm);
        return false;
    }
    sound(&what, &project);
    let acknowledged = entries(&project);
    let after = once(&project, SECOND, &[]);
    assert!(after.code < 2, "{what}: {}{}", after.out, after.err);
    let told = entries(&project);
    let kept = acknowledged.iter().zip(&told).all(|(before, now)| before.hash == now.hash);
    assert!(kept && told.len() >= acknowledged.len(), "{what}: history is another one");
    hold(&what, &stand.servers, &project, &stand.calm);
    // It did right after the kill; what came since is much the same whatever the point.
    if point.is_multiple_of(5) {
        at(&project, SECOND, &["verify"]).expect(0);
    }
    if super::world::told(&told).values().any(|stage| *stage == scoreboard::notify::history::Stage::AboutTo) {
        unknown.fetch_add(1, Ordering::SeqCst);
    }
    true
}

/// The store verifies at once: what differs may be scoreboards alone, which the next run writes.
pub fn sound(what: &str, project: &Project) {
    let verified = at(project, SECOND, &["verify", "--format", "json"]);
    let said: Value =
        serde_json::from_str(&verified.out).unwrap_or_else(|error| panic!("{what}: {error}: {}", verified.err));
    let out: BTreeSet<String> = super::world::files(&project.path().join("data/out")).into_keys().collect();
    for one in said["differences"].as_array().expect("a list") {
        let place = one["place"].as_str().unwrap_or_default();
        assert!(out.contains(place), "{what}: {one}");
    }
}
