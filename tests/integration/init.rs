//! New projects: they run at once, small or like an example.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use scoreboard::app::init::all_examples;
use serde_json::Value;

use crate::project::{Project, repository};

fn json(project: &Project, path: &str) -> Value {
    let text = fs::read_to_string(project.path().join(path)).expect("published");
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn a_new_project_runs_at_once() {
    let place = Project::empty();
    place.bare(&["init", "museum network"]).expect(0).says("scoreboard run --project \"museum network\"");
    let answer = place.bare(&["check", "--project", "museum network"]).expect(0).says("3 indicators");
    assert!(!answer.out.contains("warning"), "{}", answer.out);
    let answer = place.bare(&["run", "--project", "museum network"]).expect(0);
    let answer = answer.says("0 errors, 0 warnings; 0 rows kept out");
    assert!(answer.out.matches("on track").count() + answer.out.matches("achieved").count() == 3, "{}", answer.out);
    let board = json(&place, "museum network/data/out/museum_network.json");
    let figures = board["figures"].as_array().expect("figures");
    let total = |code: &str| figures.iter().find(|one| one["indicator"] == code).expect("its total")["value"].clone();
    assert_eq!((total("activities_held"), total("participations")), (7.into(), 104.into()));
    assert_eq!(board["programme"]["title"], "Museum network");
    place.bare(&["status", "--project", "museum network"]).expect(0);
    place.bare(&["template", "--all", "--project", "museum network"]).expect(0);
    place.bare(&["answer", "--project", "museum network"]).expect(0);
}

#[test]
fn the_schedule_and_the_channel_of_a_new_project_work_once_their_signs_are_taken_away() {
    let place = Project::empty();
    place.bare(&["init", "museums"]).expect(0);
    place.bare(&["schedule", "--list", "--project", "museums"]).expect(0).says("no schedule is declared");
    let path = "museums/pipelines/unattended.toml";
    let text = fs::read_to_string(place.path().join(path)).expect("read");
    let is_definition = |line: &str| line.starts_with("[[") || line.split(' ').nth(1) == Some("=");
    let taken = |line: &str| match line.strip_prefix("# ") {
        Some(rest) if is_definition(rest) => format!("{rest}\n"),
        _ => format!("{line}\n"),
    };
    place.file(path, text.lines().map(taken).collect::<String>());
    let checked = place.bare(&["check", "--project", "museums"]).expect(0);
    assert!(!checked.out.contains("warning"), "{}", checked.out);
    place.bare(&["schedule", "--list", "--project", "museums"]).expect(0).says("every Monday at 06:00, UTC");
    place.bare(&["schedule", "--now", "weekly", "--project", "museums"]).expect(0).says("1 of 1 messages sent");
    let messages = fs::read_dir(place.path().join("museums/data/messages")).expect("a folder").flatten();
    let told: Vec<String> = messages.map(|file| fs::read_to_string(file.path()).expect("read")).collect();
    assert!(told.len() == 1 && told[0].contains("Museums: new scoreboard as of"), "{told:?}");
}

#[test]
fn title_days_and_partners_are_as_asked() {
    let place = Project::empty();
    let asked = ["init", "trees", "--title", "Trees \"for\" all", "--start", "2015-01-01", "--end", "2017-12-31"];
    let partners = ["--partner", "Forêt d’Anlier:be", "--partner", "Waldhilfe: Eifel:DE"];
    place.bare(&[&asked[..], &partners[..]].concat()).expect(0);
    place.bare(&["run", "--project", "trees"]).expect(0);
    let board = json(&place, "trees/data/out/trees.json");
    assert_eq!(
        (&board["programme"]["title"], &board["programme"]["end"]),
        (&"Trees \"for\" all".into(), &"2017-12-31".into())
    );
    let partners = board["programme"]["partners"].as_array().expect("partners");
    let codes: Vec<&str> = partners.iter().filter_map(|one| one["code"].as_str()).collect();
    assert_eq!(codes, ["foret_d_anlier", "waldhilfe_eifel"]);
    for (wrong, says) in [
        (&["--partner", "Nobody"][..], "is not a partner and its country"),
        (&["--start", "2016-01-01", "--end", "2015-01-01"][..], "cannot last from"),
        (&["--start", "2016-01-32"][..], "invalid value"),
    ] {
        place.bare(&[&["init", "other"], wrong].concat()).expect(2).says(says);
        assert!(!place.path().join("other").exists());
    }
}

#[test]
fn a_programme_that_begins_later_has_an_empty_inbox_and_templates() {
    let place = Project::empty();
    let answer = place.bare(&["init", "later", "--start", "2017-01-01"]).expect(0);
    answer.says("has not begun").says("scoreboard template --all --project later");
    assert_eq!(fs::read_dir(place.path().join("later/data/inbox")).expect("listed").count(), 0);
    place.bare(&["template", "--all", "--project", "later"]).expect(0);
}

#[test]
fn nothing_that_lies_there_is_touched() {
    let place = Project::empty();
    place.file("full/notes.txt", "mine");
    place.bare(&["init", "full"]).expect(2).says("folder-taken").says("notes.txt lies there");
    place.bare(&["init", "full/notes.txt"]).expect(2).says("is a file");
    assert_eq!(fs::read(place.path().join("full/notes.txt")).expect("read"), b"mine");
    fs::create_dir(place.path().join("empty")).expect("made");
    place.bare(&["init", "empty"]).expect(0);
    assert!(place.path().join("empty/scoreboard.toml").is_file());
    place.bare(&["init", "x", "--like", "rocke"]).expect(2).says("did you mean `rocket`?");
    place.bare(&["init", "--list"]).expect(0).says("reina_plus").says("laser_go");
    assert_eq!(fs::read_dir(place.path()).expect("listed").count(), 2, "nothing is left beside them");
    let here = Project::empty();
    here.bare(&["init", "."]).expect(0).says("scoreboard run --project .");
    assert_eq!(fs::read_dir(here.path()).expect("listed").count(), 7, "a folder that one stands in is filled");
}

/// Runs a project as the example and as its copy; both must end alike and publish the same bytes.
fn alike(name: &str) {
    let place = Project::empty();
    place.bare(&["init", "copy", "--like", name]).expect(0);
    let example = if name == "laser_go" { Project::laser_go() } else { Project::example(name) };
    let copy = Project::copy_of(&place.path().join("copy"));
    let codes = [&copy, &example].map(|project| project.run_later(&["run"]).code);
    assert_eq!(codes[0], codes[1], "{name}");
    assert!(codes[0] < 2 && copy.outputs() == example.outputs(), "{name} publishes something else than its copy");
}

#[test]
fn a_copy_of_an_example_runs_as_the_example_does() {
    alike("rocket");
}

#[test]
#[ignore = "runs every example twice"]
fn a_copy_of_each_example_runs_as_the_example_does() {
    for example in all_examples() {
        alike(example.name);
    }
}

/// What git knows of the examples, as far as a project needs it.
fn listed() -> Vec<String> {
    let mut files = Vec::new();
    let mut folders: Vec<String> =
        ["indicators", "pipelines", "reports", "data", "examples"].map(str::to_owned).to_vec();
    files.push("scoreboard.toml".to_owned());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(repository().join(&folder)).expect("listed").flatten() {
            let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
            let made =
                ["/data/store", "/data/out", "/data/templates"].iter().any(|end| format!("/{name}").ends_with(end));
            if entry.path().is_dir() {
                if !made && name != "indicators/catalogue" && name != "examples/inboxes" {
                    folders.push(name);
                }
            } else if name.matches('/').count() > usize::from(name.starts_with("examples/")) {
                let is_script = Path::new(&name).extension().is_some_and(|extension| extension == "py");
                if !is_script && !entry.file_name().to_string_lossy().starts_with('.') {
                    files.push(name);
                }
            }
        }
    }
    files.sort();
    files
}

#[test]
fn the_examples_of_init_are_those_of_the_repository() {
    let path = repository().join("src/app/init/examples.rs");
    let text = fs::read_to_string(&path).expect("read");
    let (head, _) = text.split_once("= files![\n").expect("the list");
    let lines: String = listed().iter().map(|name| format!("    \"{name}\",\n")).collect();
    let made = format!("{head}= files![\n{lines}];\n");
    if std::env::var_os("REFRESH_EXAMPLES").is_some() {
        #[allow(clippy::disallowed_methods, reason = "a source of the repository, not the store")]
        fs::write(&path, &made).expect("written");
    }
    let there = fs::read_to_string(&path).expect("read").replace("\r\n", "\n");
    assert!(
        there == made,
        "the list is not that of the folders: REFRESH_EXAMPLES=1 cargo test --test integration the_examples_of_init, and build again"
    );
    let bytes: usize = all_examples().iter().flat_map(|example| &example.files).map(|(_, bytes)| bytes.len()).sum();
    assert!(bytes < 2_500_000, "{bytes} bytes of examples are part of the program");
    let titles: BTreeMap<&str, String> = all_examples().into_iter().map(|one| (one.name, one.title)).collect();
    let told = |files: &[(&str, &[u8])]| files.iter().any(|(path, _)| *path == "README.md");
    assert!(all_examples().iter().all(|one| told(&one.files)), "an example without a README");
    assert!(titles.values().all(|title| !title.is_empty()), "{titles:?}");
}
