//! The disk is full: at every write by a hook, and for real on a small file system where that can be had.

use std::path::Path;
use std::process::Command;

use super::kills::sound;
use super::world::{SECOND, Stand, at, come_back, files, hold, once, runs};
use crate::project::Project;

/// More writes than this are not expected, and as many are asked for at least.
const MOST: u32 = 1_000;
const LEAST: u32 = 80;

#[test]
fn a_disk_that_is_full_from_any_write_on_is_told_and_loses_nothing() {
    let stand = Stand::new();
    let mut writes = 0;
    for write in 1..MOST {
        let project = stand.again();
        let what = format!("full from write {write} on");
        let full = once(&project, SECOND, &[("SCOREBOARD_FULL_AT", &format!("{write}.."))]);
        let said = format!("{}{}", full.out, full.err);
        if !said.contains("no storage space") {
            assert_eq!(full.code, stand.calm.code, "{what}: {said}");
            break;
        }
        assert!(full.code > 0, "{what}: {said}");
        writes = write;
        again(&what, &stand, &project);
    }
    println!("{writes} writes");
    assert!(writes >= LEAST, "only {writes} writes were passed");
}

#[test]
fn a_single_write_that_fails_is_told_and_loses_nothing() {
    let stand = Stand::new();
    let mut writes = 0;
    for write in (1..MOST).step_by(5) {
        let project = stand.again();
        let before = runs(&project).len();
        let what = format!("full at write {write} alone");
        let full = once(&project, SECOND, &[("SCOREBOARD_FULL_AT", &write.to_string())]);
        let said = format!("{}{}", full.out, full.err);
        if !said.contains("no storage space") {
            assert_eq!(full.code, stand.calm.code, "{what}: {said}");
            break;
        }
        assert!(full.code > 0, "{what}: {said}");
        writes = write;
        once_more(&what, &project);
        if runs(&project).len() > before + 1 {
            come_back(&what, &stand, &project);
        } else {
            hold(&what, &stand.servers, &project, &stand.calm);
        }
    }
    println!("{writes} writes");
    assert!(writes >= LEAST, "only {writes} writes were passed");
}

/// There is room again: what is due is done, and what was ended by the full disk when somebody asks for it, an hour later,
/// when messages that failed are tried again.
fn again(what: &str, stand: &Stand, project: &Project) {
    once_more(what, project);
    hold(what, &stand.servers, project, &stand.calm);
    at(project, SECOND, &["verify"]).expect(0);
}

fn once_more(what: &str, project: &Project) {
    sound(what, project);
    let after = once(project, SECOND, &[]);
    assert!(after.code < 2, "{what}: {}{}", after.out, after.err);
    let later = SECOND.replace("06:00", "07:00");
    let after = at(project, &later, &["schedule", "--now", "weekly"]);
    assert!(after.code < 2, "{what}: {}{}", after.out, after.err);
}

/// A small file system over a folder.
struct Small<'p>(&'p Path);

impl<'p> Small<'p> {
    fn mount(folder: &'p Path, kilobytes: u64) -> Option<Self> {
        let size = format!("size={kilobytes}k");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder).output();
        mounted.is_ok_and(|done| done.status.success()).then_some(Self(folder))
    }

    fn grow(&self) {
        let done = Command::new("mount").args(["-o", "remount,size=64m"]).arg(self.0).status();
        assert!(done.is_ok_and(|done| done.success()), "more room");
    }
}

impl Drop for Small<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0).status();
    }
}

#[test]
#[ignore = "needs root and a tmpfs"]
fn a_file_system_that_is_really_full_is_told_and_loses_nothing() {
    let stand = Stand::new();
    let (mut full, mut done) = (0, false);
    let room: u64 = files(stand.again().path()).values().map(|bytes| (bytes.len() as u64).div_ceil(4_096) * 4).sum();
    for more in (0u64..60).map(|step| step * 16) {
        let from = stand.again();
        let project = Project::empty();
        let Some(small) = Small::mount(project.path(), room + more) else {
            println!("skipped: no tmpfs can be mounted here");
            return;
        };
        if !project.fill(from.path()) {
            continue;
        }
        let what = format!("with room for {more} kB");
        let ended = once(&project, SECOND, &[]);
        let said = format!("{}{}", ended.out, ended.err);
        let told = said.contains("(os error 28)") || said.contains("disk is full") || said.contains("disk I/O");
        assert!(told || ended.code == stand.calm.code, "{what}: {} {said}", ended.code);
        full += u32::from(told);
        done = !told;
        small.grow();
        again(&what, &stand, &project);
        if done {
            break;
        }
    }
    println!("full {full} times");
    assert!(full >= 5 && done, "full {full} times; done: {done}");
}
