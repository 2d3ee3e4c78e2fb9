//! README.md, held to its word.

use std::fs;

use crate::project::{Project, figure, repository};

fn readme() -> String {
    fs::read_to_string(repository().join("README.md")).expect("README.md")
}

/// The fenced blocks of a language, in order.
fn blocks(text: &str, language: &str) -> Vec<String> {
    text.split(&format!("```{language}\n"))
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap_or("").to_owned())
        .collect()
}

#[test]
fn the_files_of_a_new_programme_run_at_once() {
    let project = Project::empty();
    let mut files = 0;
    for block in blocks(&readme(), "toml") {
        if let Some(name) = block
            .lines()
            .next()
            .and_then(|line| line.strip_prefix("# "))
            .filter(|name| name.rsplit('.').next() == Some("toml"))
        {
            project.file(name, &block);
            files += 1;
        }
    }
    // Its three files, and the schedule that makes it run by itself.
    assert_eq!(files, 4);
    project.run(&["check"]).expect(0).says("The definitions are sound");
    project.file("data/inbox/alpha_2026-Q1.csv", "Datum;Teilnehmende\n2026-02-03;120\n04.03.2026;35\n");
    project.run(&["run", "--as-of", "2026-06-30"]).expect(0);
    assert_eq!(figure(&project.json(), "participants", &[])["value"].to_string(), "155");
}

#[test]
fn the_indicator_shown_is_one_that_works() {
    let project = Project::laser_go();
    let shown = blocks(&readme(), "toml").into_iter().next().expect("the indicator");
    project.file("indicators/laser_go.toml", format!("schema = 1\n{shown}"));
    // It names indicators that are not shown here.
    fs::remove_file(project.path().join("reports/public.toml")).expect("removed");
    project.file("reports/scoreboard.toml", "schema = 1\n[report]\ncode = \"laser_go\"\ntitle = \"LASER-GO\"\n");
    project.run(&["check"]).expect(0);
    project.run(&["run"]).expect(0);
    let scoreboard = project.json();
    let total = figure(&scoreboard, "cooperation_volume", &[]);
    assert_eq!((total["value"].to_string().as_str(), total["status"].as_str()), ("4049100", Some("on_track")));
    assert_eq!(total["expected"].to_string(), "3500000");
    let sentence = total["reason"].as_str().expect("a sentence").replace('\u{202f}', " ");
    let quoted: String = readme().lines().filter_map(|line| line.strip_prefix("> ")).collect::<Vec<_>>().join(" ");
    assert_eq!(quoted, sentence);
}

#[test]
fn the_error_shown_is_the_error_told() {
    let project = Project::laser_go();
    project.replace("indicators/laser_go.toml", "measure = \"SUM(value)\"", "measure = \"SUM(vlaue)\"");
    let shown = blocks(&readme(), "text").into_iter().find(|block| block.contains("vlaue")).expect("the error");
    project.run(&["check"]).expect(1).says(shown.trim_end());
}

#[test]
fn the_speed_is_measured_and_every_file_named_exists() {
    let text = readme();
    assert!(!text.contains("SPEED") && !text.contains("PANDAS"));
    for rest in text.split("](").skip(1) {
        let target = rest.split(')').next().unwrap_or("");
        assert!(target.starts_with("http") || repository().join(target).exists(), "README.md names {target}");
    }
}
