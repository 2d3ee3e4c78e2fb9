//! The workbook as an office program sees it: `LibreOffice` recalculates every formula to the cached value, and
//! JSON follows its schema, and the recomputation that figures are held against is current.

use std::process::Command;

use crate::project::{Project, repository};

fn python(script: &str, args: &[&std::path::Path]) {
    let status = Command::new("python3").arg(repository().join(script)).args(args).status().expect("python3");
    assert!(status.success(), "{script} failed; see above");
}

#[test]
#[ignore = "needs libreoffice"]
fn libreoffice_recalculates_every_formula_to_its_cached_value() {
    let project = Project::laser_go();
    project.run(&["run"]).expect(0);
    let workbook = project.path().join("data/out/laser_go.xlsx");
    python(".ci/recalculate.py", &[&workbook]);
    python(".ci/recalculate.py", &["--prove".as_ref(), &workbook]);
}

#[test]
#[ignore = "needs python"]
fn the_json_follows_its_schema() {
    let project = Project::laser_go();
    project.run(&["run"]).expect(0);
    python(
        ".ci/schema_check.py",
        &[&repository().join("docs/scoreboard.schema.json"), &project.path().join("data/out/laser_go.json")],
    );
}

#[test]
#[ignore = "needs python"]
fn the_recomputation_is_current() {
    python("tests/recompute/recompute.py", &["--check".as_ref()]);
}
