//! The examples: every folder runs as it stands, and every figure that was published for its programme has its outcome.
//!
//! `examples/published.csv` holds the published figures, each with the outcome that it is known to have. The counts in
//! `examples/README.md` are made from it; `SCOREBOARD_REFRESH=1` in the environment writes them anew.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use serde_json::Value;

use crate::across::across;
use crate::project::{Project, repository};

/// One line of `examples/published.csv`.
struct Published {
    programme: String,
    indicator: String,
    breakdown: String,
    figure: String,
    relation: String,
    value: f64,
    rows: String,
    outcome: String,
    source: String,
    note: String,
}

impl Published {
    fn name(&self) -> String {
        let by = if self.breakdown.is_empty() { String::new() } else { format!(" [{}]", self.breakdown) };
        format!("{} {}{by} {} {}", self.programme, self.indicator, self.relation, self.value)
    }

    /// The outcome by the rules of the README: what became of it stands in the programme's own scoreboard.
    fn judged(&self, computed: Option<f64>, scoreboard: &Value) -> &'static str {
        let same = computed.is_some_and(|computed| (computed - self.value).abs() <= self.value.abs() * 1e-9);
        let told = match (self.figure.as_str(), self.rows.as_str()) {
            ("actual", _) => self.told(scoreboard),
            ("set", _) => self.told_of_set(scoreboard),
            // There are no rows at all, or only some of what was published is named.
            ("none", "none") => return "open",
            ("to_be_declared", "partial") if !same => return "open",
            // What the definitions hold must be what was published.
            (_, "declared") if same => return "declared",
            (_, "illustrative") if same => return "illustrated",
            _ => return "contradicted",
        };
        let told = told.unwrap_or_else(|| panic!("{}: not declared as published", self.name()));
        match (told["outcome"].as_str().expect("an outcome"), self.rows.as_str()) {
            ("agrees", "illustrative") => "illustrated",
            ("agrees", _) => "reproduced",
            ("contradicted", _) => "contradicted",
            ("open", _) => "open",
            (other, _) => panic!("{}: {other}", self.name()),
        }
    }

    /// What the scoreboard says of it, where its indicator declares the very same.
    fn told<'a>(&self, scoreboard: &'a Value) -> Option<&'a Value> {
        let indicators = scoreboard["indicators"].as_array().expect("indicators");
        let own = indicators.iter().find(|one| one["code"] == *self.indicator)?;
        own["published"].as_array().expect("published figures").iter().find(|one| self.is_told_by(one))
    }

    /// The same of a comparison of two programmes, in a report over both.
    fn told_of_set<'a>(&self, across: &'a Value) -> Option<&'a Value> {
        let set = across["sets"].as_array().expect("sets").iter().find(|one| one["title"] == *self.indicator)?;
        set["published"].as_array().expect("published figures").iter().find(|one| self.is_told_by(one))
    }

    fn is_told_by(&self, one: &Value) -> bool {
        let line = match (one["of"].as_str(), one["by"].as_object()) {
            (Some(part), _) => part.to_owned(),
            (None, by) => {
                let by = by.expect("a line").iter();
                by.map(|(field, value)| format!("{field}={}", value.as_str().expect("a text")))
                    .collect::<Vec<_>>()
                    .join(",")
            }
        };
        one["value"].as_f64() == Some(self.value)
            && one["relation"] == *self.relation
            && one["source"] == *self.source
            && one["note"].as_str().unwrap_or_default() == self.note
            && one["rows"] == *self.rows
            && line == self.breakdown
    }
}

fn published() -> Vec<Published> {
    let path = repository().join("examples/published.csv");
    let mut reader = csv::Reader::from_path(path).expect("examples/published.csv");
    let lines = reader.deserialize::<BTreeMap<String, String>>();
    lines
        .map(|line| {
            let mut line = line.expect("a line");
            let mut take = |column: &str| line.remove(column).expect(column);
            Published {
                programme: take("programme"),
                indicator: take("indicator"),
                breakdown: take("breakdown"),
                figure: take("figure"),
                relation: take("relation"),
                value: take("value").parse().expect("a number"),
                rows: take("rows"),
                outcome: take("outcome"),
                source: take("source"),
                note: take("note"),
            }
        })
        .collect()
}

/// The folders below `examples/` that are projects.
pub fn folders() -> Vec<String> {
    let entries = fs::read_dir(repository().join("examples")).expect("examples");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("an entry"))
        .filter(|entry| entry.path().join("scoreboard.toml").exists())
        .map(|entry| entry.file_name().into_string().expect("a name"))
        .collect();
    names.sort();
    names
}

/// What the project gives beside the published figure; none where it holds no rows of it.
fn computed(scoreboard: &Value, one: &Published) -> Option<f64> {
    let indicators = || scoreboard["indicators"].as_array().expect("indicators");
    match one.figure.as_str() {
        "none" => {
            assert!(!indicators().iter().any(|own| own["code"] == *one.indicator), "{}: there are rows", one.name());
            return None;
        }
        // Published is a number of objectives; here stand those that are named, each waiting for its target.
        "to_be_declared" => {
            return Some(indicators().iter().map(|own| f64::from(own["targets"] == "to_be_declared")).sum());
        }
        "set" => return one.told_of_set(scoreboard).and_then(|told| told["found"].as_f64()),
        _ => {}
    }
    let figures = scoreboard["figures"].as_array().expect("figures");
    let found = figures.iter().find(|figure| {
        let by = figure["by"].as_object().expect("a breakdown");
        figure["indicator"] == *one.indicator
            && match one.breakdown.split_once('=') {
                Some((field, value)) => by.len() == 1 && by.get(field).is_some_and(|here| *here == *value),
                None => by.is_empty(),
            }
    });
    let found = found.unwrap_or_else(|| panic!("no figure for {}", one.name()));
    let number = |value: &Value| value.as_f64().unwrap_or_else(|| panic!("{}: {found}", one.name()));
    Some(match one.figure.as_str() {
        "actual" => number(&found["value"]),
        "target" => number(&found["target"]),
        "target_increase" => number(&found["target"]) - number(&found["baseline"]),
        "target_from" => number(&found["target"]["from"]),
        "target_to" => number(&found["target"]["to"]),
        "due" => number(&found["coverage"]["due"]),
        other => panic!("{}: no figure is called {other}", one.name()),
    })
}

fn shown(number: f64) -> String {
    let text = format!("{number:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The report over both generations, which holds figures that no folder holds alone.
const ACROSS: &str = "across_generations";

const OUTCOMES: [&str; 5] = ["reproduced", "illustrated", "contradicted", "open", "declared"];

/// The part of `examples/README.md` that is made from the outcomes.
fn tables(judged: &[(&Published, Option<f64>, &'static str)]) -> String {
    let mut programmes: Vec<&str> = judged.iter().map(|(one, _, _)| one.programme.as_str()).collect();
    programmes.sort_unstable();
    programmes.dedup();
    let mut text = String::from(
        "| programme | reproduced | illustrated | contradicted | open | declared |\n|---|---|---|---|---|---|\n",
    );
    for programme in programmes.iter().copied().map(Some).chain([None]) {
        let name = match programme {
            Some("laser_go") => "[laser_go](../README.md)".to_owned(),
            Some(ACROSS) => format!("[{ACROSS}]({ACROSS}.toml)"),
            Some(name) => format!("[{name}]({name}/README.md)"),
            None => "**all**".to_owned(),
        };
        let count = |outcome: &str| {
            let of = |(one, _, found): &&(&Published, Option<f64>, &str)| {
                *found == outcome && programme.is_none_or(|name| one.programme == name)
            };
            match judged.iter().filter(of).count() {
                0 => String::new(),
                n => n.to_string(),
            }
        };
        let cells: Vec<String> = OUTCOMES.iter().map(|outcome| count(outcome)).collect();
        writeln!(text, "| {name} | {} |", cells.join(" | ")).expect("written");
    }
    for (title, outcome, why) in
        [("Contradicted", "contradicted", "what disagrees"), ("Open", "open", "what is missing")]
    {
        write!(text, "\n### {title}\n\n| figure | published | rows give | {why} | source |\n|---|---|---|---|---|\n")
            .expect("written");
        for (one, found, _) in judged.iter().filter(|(_, _, found)| *found == outcome) {
            let by = if one.breakdown.is_empty() { String::new() } else { format!(", {}", one.breakdown) };
            let about =
                if one.relation == "=" { String::new() } else { format!("{} ", one.relation.replace('_', " ")) };
            writeln!(
                text,
                "| {}: `{}`{by} | {about}{} | {} | {} | {} |",
                one.programme,
                one.indicator,
                shown(one.value),
                found.map_or_else(|| "no rows".to_owned(), shown),
                one.note,
                one.source
            )
            .expect("written");
        }
    }
    text
}

/// Checks and runs one example; its JSON.
fn run(name: &str) -> Value {
    let project = Project::example(name);
    project.run_later(&["check"]).expect(0);
    project.run_later(&["run"]).expect(0);
    project.json()
}

#[test]
fn every_example_runs_and_every_published_figure_has_its_outcome() {
    let all = published();
    // Side by side: each is a process that mostly waits for its readers and for the disk.
    let mut scoreboards: BTreeMap<String, Value> = std::thread::scope(|scope| {
        let started: Vec<_> = folders().into_iter().map(|name| scope.spawn(move || (run(&name), name))).collect();
        started
            .into_iter()
            .map(|one| one.join().expect("the example runs"))
            .map(|(found, name)| (name, found))
            .collect()
    });
    scoreboards.insert("laser_go".to_owned(), Project::laser_go().scoreboard());
    let file = repository().join(format!("examples/{ACROSS}.toml"));
    let both = across(&[file.to_str().expect("a path"), "--format", "json"]).expect(0);
    let both: Value = serde_json::from_str(&both.out).expect("JSON");
    let judged: Vec<(&Published, Option<f64>, &'static str)> = all
        .iter()
        .map(|one| {
            let scoreboard = match one.programme.as_str() {
                ACROSS => &both,
                name => scoreboards.get(name).unwrap_or_else(|| panic!("no folder {name}")),
            };
            let found = computed(scoreboard, one);
            (one, found, one.judged(found, scoreboard))
        })
        .collect();
    let wrong: Vec<String> = judged
        .iter()
        .filter(|(one, _, found)| one.outcome != *found)
        .map(|(one, computed, found)| format!("{}: {computed:?}, so {found}, not {}", one.name(), one.outcome))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for (one, _, found) in &judged {
        let wants = matches!(*found, "contradicted" | "open");
        assert!(!wants || !one.note.is_empty(), "{}: the note must say what disagrees, or is missing", one.name());
    }
    for name in scoreboards.keys() {
        // What the guide says of an evaluation holds no figure, nor does the page of the renewable energy clusters.
        let has = all.iter().any(|one| one.programme == *name);
        assert_eq!(
            has,
            !matches!(name.as_str(), "evaluation" | "ret_clusters"),
            "{name} and its figures in examples/published.csv"
        );
    }

    // Nothing is declared as published that the list does not have.
    for (name, scoreboard) in &scoreboards {
        for indicator in scoreboard["indicators"].as_array().expect("indicators") {
            for declared in indicator["published"].as_array().expect("published figures") {
                let listed = all.iter().any(|one| {
                    one.programme == *name && indicator["code"] == *one.indicator && one.is_told_by(declared)
                });
                assert!(listed, "{name} {}: {declared} is not in examples/published.csv", indicator["code"]);
            }
        }
    }

    for set in both["sets"].as_array().expect("sets") {
        for declared in set["published"].as_array().expect("published figures") {
            let listed = all.iter().any(|one| one.programme == ACROSS && one.is_told_by(declared));
            assert!(listed, "{ACROSS}: {declared} is not in examples/published.csv");
        }
    }

    let path = repository().join("examples/README.md");
    let readme = fs::read_to_string(&path).expect("examples/README.md");
    let (before, rest) = readme.split_once("<!-- outcomes -->\n").expect("a place for the outcomes");
    let (_, after) = rest.split_once("<!-- end of outcomes -->").expect("its end");
    let fresh = format!("{before}<!-- outcomes -->\n{}<!-- end of outcomes -->{after}", tables(&judged));
    if std::env::var_os("SCOREBOARD_REFRESH").is_some() {
        #[allow(clippy::disallowed_methods, reason = "refreshes a committed file")]
        fs::write(&path, &fresh).expect("written");
    }
    assert!(
        fresh == readme || std::env::var_os("SCOREBOARD_REFRESH").is_some(),
        "examples/README.md is not current: SCOREBOARD_REFRESH=1 cargo test --release --test integration examples"
    );
}

#[test]
fn the_overview_holds_the_comparison_of_the_generations_as_it_stands_alone() {
    let published = |name: &str| {
        let text = fs::read_to_string(repository().join("examples").join(name)).expect("read");
        let file = scoreboard::define::SourceFile { name: name.into(), text };
        let plan = scoreboard::define::across::read(&file).unwrap_or_else(|findings| panic!("{name}: {findings:?}"));
        plan.sets.into_iter().flat_map(|set| set.published).collect::<Vec<_>>()
    };
    let alone = published("across_generations.toml");
    assert_eq!(alone.len(), 4);
    assert_eq!(published("across.toml"), alone);
}

#[test]
fn the_annex_is_copied_whole() {
    let lines = |name: &str| {
        let text = fs::read_to_string(repository().join("examples").join(name)).expect("read");
        text.lines().count() - 1
    };
    assert_eq!(lines("escp_4i_first/data/inbox/annex_1_partners_2017.csv"), 91);
    assert_eq!(lines("escp_4i_second/data/inbox/annex_1_partners_2018.csv"), 133);
    assert_eq!(lines("escp_4i_second/data/inbox/annex_1_table_2_2018.csv"), 25);
    assert_eq!(lines("escp_s3/data/inbox/annex_1_partners_2018.csv"), 62);
}
