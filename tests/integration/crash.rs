//! Killed at every write, sync, rename and commit: the next run uses the store and gives the same bytes.

use crate::project::{Project, answer};

const HEAD: &[&str] = &["No.", "Signed on", "Status", "Value"];

fn project() -> Project {
    let project = Project::small();
    project.workbook(
        "alpha_2016-Q1.xlsx",
        "Agreements",
        &[HEAD, &["'A-1", "2016-02-01", "signed", "100"], &["'A-2", "", "signed", "5"]],
    );
    project.workbook(
        "beta_2016-Q1.xlsx",
        "Agreements",
        &[HEAD, &["'A-1", "2016-02-01", "signed", "90"], &["'B-1", "2016-03-01", "signed", "7"]],
    );
    project
}

#[test]
fn a_crash_at_any_point_loses_nothing() {
    let undisturbed = project();
    undisturbed.run(&["run"]).expect(0);
    let expected = undisturbed.outputs();
    let mut points = 0;
    for at in 1..500 {
        let project = project();
        let output = project.command(&["run"]).env("SCOREBOARD_CRASH_AT", at.to_string()).output().expect("runs");
        if output.status.success() {
            break;
        }
        assert!(output.status.code().is_none(), "point {at} should abort: {}", answer(&output).err);
        points = at;
        project.run(&["run"]).expect(0);
        assert!(project.outputs() == expected, "after a crash at point {at} the outputs differ");
        let left: Vec<_> = walk(&project.path().join("data"))
            .into_iter()
            .filter(|path| path.to_string_lossy().ends_with(".half"))
            .collect();
        assert!(left.is_empty(), "after a crash at point {at}: {left:?}");
    }
    assert!(points >= 25, "only {points} points were passed");
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    std::fs::read_dir(folder)
        .expect("listed")
        .flatten()
        .flat_map(|entry| if entry.path().is_dir() { walk(&entry.path()) } else { vec![entry.path()] })
        .collect()
}
