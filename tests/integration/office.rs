//! The workbook as an office program sees it: `LibreOffice` recalculates every formula to the cached value, and
//! JSON follows its schema, and the recomputation that figures are held against is current.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use crate::project::{Project, repository};

fn python(script: &str, args: &[&std::path::Path]) {
    let status = Command::new("python3").arg(repository().join(script)).args(args).status().expect("python3");
    assert!(status.success(), "{script} failed; see above");
}

#[test]
#[ignore = "needs libreoffice"]
fn libreoffice_recalculates_every_formula_to_its_cached_value() {
    let project = Project::laser_go();
    project.replace("reports/scoreboard.toml", "code = \"laser_go\"", "code = \"laser_go\"\nper_partner = true");
    // A run before it, so that there are changes with causes that add up.
    project.run(&["run", "--as-of", "2016-03-31"]).expect(0);
    project.run(&["run"]).expect(0);
    for report in ["laser_go", "laser_go_public", "partners/laser_go.litek"] {
        let workbook = project.path().join(format!("data/out/{report}.xlsx"));
        python(".ci/recalculate.py", &[&workbook]);
        python(".ci/recalculate.py", &["--prove".as_ref(), &workbook]);
    }
}

/// Partners save as what their program offers: the rows, and so the figures, are the same.
#[test]
#[ignore = "needs libreoffice"]
fn workbooks_saved_as_ods_or_xls_give_the_same_figures() {
    let figures = |project: &Project| -> Vec<Value> {
        let board = project.scoreboard();
        let kept_out = board["kept_out"].as_array().expect("rows").len();
        let figures = board["figures"].as_array().expect("figures").iter();
        figures.map(|f| json!([f["indicator"], f["by"], f["value"], f["upper"]])).chain([json!(kept_out)]).collect()
    };
    let original = figures(&Project::laser_go());
    for kind in ["ods", "xls"] {
        let project = Project::laser_go();
        // The declared file names end in .xlsx.
        project.replace("scoreboard.toml", "_rev{revision}.xlsx", "_rev{revision}.*");
        let inbox = project.path().join("data/inbox");
        let books: Vec<PathBuf> = fs::read_dir(&inbox)
            .expect("an inbox")
            .map(|entry| entry.expect("a file").path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "xlsx"))
            .filter(|path| !path.to_string_lossy().contains("turnover"))
            .collect();
        let profile = format!("-env:UserInstallation=file://{}", project.path().join("profile").display());
        let status = Command::new("soffice")
            .args([&profile, "--headless", "--convert-to", kind, "--outdir"])
            .arg(&inbox)
            .args(&books)
            .output()
            .expect("soffice runs")
            .status;
        assert!(status.success(), "soffice could not convert to {kind}");
        for book in &books {
            assert!(book.with_extension(kind).is_file(), "{} was not converted", book.display());
            fs::remove_file(book).expect("removed");
        }
        assert_eq!(figures(&project), original, "saved as {kind}");
    }
}

#[test]
#[ignore = "needs python"]
fn the_json_follows_its_schema() {
    let project = Project::laser_go();
    project.run(&["run"]).expect(0);
    for report in ["laser_go", "laser_go_public"] {
        let json = project.path().join(format!("data/out/{report}.json"));
        python(".ci/schema_check.py", &[&repository().join("docs/scoreboard.schema.json"), &json]);
    }
}

#[test]
#[ignore = "needs python"]
fn the_recomputation_is_current() {
    python("tests/recompute/recompute.py", &["--check".as_ref()]);
}
