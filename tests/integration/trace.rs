//! `scoreboard trace`: a figure and the cells that it came from.

use serde_json::Value;

use crate::project::Project;

fn json(project: &Project, args: &[&str]) -> Value {
    let answer = project.run(&[&["trace"], args, &["--format", "json"]].concat()).expect(0);
    serde_json::from_str(&answer.out).expect("JSON")
}

fn count(traced: &Value) -> usize {
    traced["rows"].as_array().map_or(0, Vec::len)
}

#[test]
fn a_figure_is_told_with_its_formula_its_cells_and_what_does_not_count() {
    let volume = json(&Project::laser_go(), &["cooperation_volume"]);
    assert_eq!((volume["value"].as_str(), volume["again"].as_str()), (Some("4049100"), Some("4049100")));
    assert_eq!(count(&volume), 23);
    let ninth = volume["rows"].as_array().unwrap().iter().find(|row| row["key"] == "LG-009").expect("LG-009");
    let cell = ninth["cells"].as_array().unwrap().iter().find(|cell| cell["field"] == "value").expect("its value");
    // As the partner typed it, and as it counts.
    assert_eq!((cell["cell"].as_str(), cell["text"].as_str()), (Some("J7"), Some("86.400,00")));
    assert_eq!(ninth["brings"]["amount"], "86400");
    let sub_totals = volume["sub_totals"].as_array().unwrap().iter();
    let sum: f64 = sub_totals.map(|one| one["value"].as_str().unwrap().parse::<f64>().unwrap()).sum();
    assert!((sum - 4_049_100.0).abs() < 1e-6, "{sum}");
    let asides = volume["not_counted"].as_array().unwrap().iter();
    let why: Vec<&str> = asides.filter_map(|one| one["why"].as_str()).collect();
    assert!(why.iter().any(|why| why.starts_with("the same record as litek_ataskaita_P5.xlsx › ")), "{why:?}");
    assert!(why.iter().any(|why| why.starts_with("kept out: ")), "{why:?}");
    let held = volume["held"].to_string();
    assert!(held.contains("by 2016-09-30 (indicators/laser_go.toml:"), "{held}");
}

#[test]
fn a_line_of_a_breakdown_is_its_own_rows_and_several_fields_are_what_they_have_in_common() {
    let project = Project::laser_go();
    let own = json(&project, &["cooperation_volume", "--by", "partner=opticsvalley"]);
    assert_eq!((own["value"].as_str(), own["again"].as_str()), (Some("3000200"), Some("3000200")));
    let both = json(&project, &["cooperation_volume", "--by", "market=United States", "--by", "country=LT"]);
    let market = json(&project, &["cooperation_volume", "--by", "market=usa"]);
    assert!(0 < count(&both) && count(&both) < count(&market), "{} of {}", count(&both), count(&market));
    let wrong = project.run(&["trace", "cooperation_volume", "--by", "market=uas"]).expect(2);
    wrong.says("no line of `market` is called `uas`").says("did you mean `usa`?");
    project.run(&["trace", "cooperation_volum"]).expect(2).says("did you mean `cooperation_volume`?");
}

#[test]
fn an_estimate_is_told_by_stratum_with_its_answers_and_weights() {
    let traced = json(&Project::laser_go(), &["international_turnover_share"]);
    assert_eq!(traced["value"], traced["again"]);
    let answers = traced["answers"].as_array().expect("answers");
    let pairs = answers.iter().filter(|one| one["paired"] == true).count();
    assert_eq!((answers.len() - pairs, pairs), (182 + 171, 2 * 151));
    assert!(traced["formula"].to_string().contains("Σ w·x"));
}

#[test]
fn those_who_see_no_rows_see_hashes_and_no_name_of_a_file() {
    let project = Project::laser_go();
    project.run(&["trace", "cooperation_volume", "--audience", "public"]).expect(2).says("Run `scoreboard run` first");
    project.run(&["run"]).expect(0);
    let answer = project.run(&["trace", "cooperation_volume", "--audience", "public"]).expect(0);
    let answer = answer.says("The files that count, by SHA-256").says("4049100");
    for name in ["litek_ataskaita", "Vereinbarungen", "LG-0", "turnover_baseline"] {
        assert!(!answer.out.contains(name), "{name} in {}", answer.out);
    }
}

#[test]
fn a_run_of_the_past_is_traced_as_it_was() {
    let project = Project::laser_go();
    let late = project.inbox("litek_ataskaita_P5.xlsx");
    let bytes = std::fs::read(&late).expect("a workbook");
    std::fs::remove_file(&late).expect("removed");
    assert!(project.run(&["run"]).code < 2);
    let before = json(&project, &["cooperation_volume"])["value"].clone();
    assert_ne!(before, "4049100");
    project.file("data/inbox/litek_ataskaita_P5.xlsx", &bytes);
    project.run(&["run"]).expect(0);
    assert_eq!(json(&project, &["cooperation_volume"])["value"], "4049100");
    let then = json(&project, &["cooperation_volume", "--run", "previous"]);
    assert_eq!((&then["value"], &then["again"]), (&before, &before));
}
