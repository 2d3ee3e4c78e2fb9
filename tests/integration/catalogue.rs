//! Standard indicators: used by name, shown on the command line, written down in `docs/catalogue.md`.

use std::fs;

use scoreboard::app::project::Project as Opened;
use scoreboard::define::standard;
use serde_json::Value;

use crate::project::{Project, repository};

const HEAD: &[&str] = &["No.", "Signed on", "Status", "Value"];

/// The small project with an indicator that the catalogue defines.
fn using(keys: &str) -> Project {
    let project = Project::small();
    project.file("indicators/b.toml", format!("schema = 1\n[[indicator]]\n{keys}\n"));
    project.workbook(
        "alpha_2016-Q1.xlsx",
        "Agreements",
        &[HEAD, &["'A-1", "2016-02-01", "signed", "100"], &["'A-2", "2016-02-01", "signed", "50"]],
    );
    project
}

const VOLUME: &str = "use = \"cosme/cooperation_volume\"\nfrom = \"agreements\"\ntarget = { value = 900 }";

fn indicators(board: &Value) -> Vec<Value> {
    board["indicators"].as_array().expect("indicators").clone()
}

#[test]
fn an_indicator_takes_from_the_catalogue_what_it_does_not_say_itself() {
    let project = using(VOLUME);
    project.run(&["check"]).expect(0);
    let board = project.scoreboard();
    let all = indicators(&board);
    let one = all.iter().find(|one| one["code"] == "cooperation_volume").expect("it is there");
    assert_eq!(one["catalogue"], "cosme/cooperation_volume");
    assert_eq!((&one["title"], &one["unit"]), (&"Volume of cooperation projects".into(), &"EUR".into()));
    assert_eq!((&one["level"], &one["accumulation"]), (&"result".into(), &"flow".into()));
    let figures = board["figures"].as_array().expect("figures");
    let total = figures.iter().find(|one| one["indicator"] == "cooperation_volume").expect("its total");
    assert_eq!(total["value"].to_string(), "150", "the measure of the catalogue, over the field `value`");
    assert!(one["source"].as_str().is_some_and(|source| source.starts_with("Smart Guide")));
    let other = all.iter().find(|one| one["code"] == "volume").expect("the project's own");
    assert!(other["catalogue"].is_null());
    project
        .run(&["trace", "cooperation_volume"])
        .expect(0)
        .says("defined as cosme/cooperation_volume of the catalogue [indicators/b.toml:2]");
    project.run(&["explain", "cooperation_volume"]).expect(0).says("Defined as cosme/cooperation_volume");
    project.run(&["export", "csv"]).expect(0);
}

#[test]
fn what_an_indicator_says_itself_goes_before_and_a_departure_is_told() {
    let own = format!(
        "{VOLUME}\ncode = \"money\"\ntitle = \"Money\"\ndefinition = \"Here: all of it.\"\nevidence = \"Ours\""
    );
    let project = using(&own);
    let answer = project.run(&["check"]).expect(0);
    assert!(!answer.out.contains("standard-differs"), "{}", answer.out);
    let all = indicators(&project.scoreboard());
    let one = all.iter().find(|one| one["code"] == "money").expect("it is there");
    assert_eq!((&one["title"], &one["evidence"]), (&"Money".into(), &"Ours".into()));
    let definition = one["definition"].as_str().expect("a text");
    assert!(
        definition.starts_with("Total value of the cooperation projects") && definition.ends_with("Here: all of it.")
    );
    // A count of what is counted once may be taken from a list as it stands.
    let listed = "use = \"cosme/organisations_benefiting\"\nfrom = \"agreements\"\naccumulation = \"stock\"";
    let answer = using(&format!("{listed}\nfields = {{ organisation = \"no\" }}")).run(&["check"]).expect(0);
    assert!(!answer.out.contains("standard-differs"), "{}", answer.out);
    for (key, says) in [
        ("unit = \"USD\"", "`unit` is USD here and EUR in `cosme/cooperation_volume`"),
        ("level = \"output\"", "`level` is output here and result"),
        ("accumulation = \"stock\"", "`accumulation` is stock here and flow"),
        ("common = \"RCO01\"", "`common` is RCO01 here and none"),
    ] {
        using(&format!("{VOLUME}\n{key}")).run(&["check"]).expect(0).says("warning[standard-differs]").says(says);
    }
}

#[test]
fn fields_of_the_measure_are_named_as_the_project_calls_them() {
    let named = VOLUME.replace("cosme/cooperation_volume", "interreg/rco96");
    using(&named).run(&["check"]).expect(1).says("no field is called `amount`").says("indicators/b.toml:3:7");
    using(&format!("{named}\nfields = {{ amount = \"value\" }}")).run(&["check"]).expect(0);
    let answer = using(&format!("{named}\nfields = {{ amuont = \"value\" }}")).run(&["check"]).expect(1);
    let answer = answer.says("the catalogue's measure has no `amuont`").says("did you mean `amount`?");
    assert!(answer.out.contains("1 error in"), "{}", answer.out);
    let counted = format!("{named}\nfields = {{ amount = \"value\" }}\nmeasure = \"SUM(value)\"");
    using(&counted).run(&["check"]).expect(1).says("`fields` has no effect here");
    using(&named.replace("target", "measure = \"SUM(value)\"\ntarget")).run(&["check"]).expect(0);
}

#[test]
fn a_name_that_the_catalogue_does_not_have_gets_a_suggestion() {
    for (wrong, right) in [
        ("cosme/cooperation_volum", "cosme/cooperation_volume"),
        ("RCO87", "interreg/rco87"),
        ("turnover_share", "cosme/turnover_share"),
        ("interreg/RCR104", "interreg/rcr104"),
    ] {
        let project = using(&VOLUME.replace("cosme/cooperation_volume", wrong));
        let answer = project.run(&["check"]).expect(1);
        let answer = answer.says(&format!("the catalogue has no `{wrong}`")).says(&format!("did you mean `{right}`?"));
        assert!(!answer.out.contains("needs `unit`") && answer.out.contains("1 error in"), "{}", answer.out);
    }
}

#[test]
fn a_result_without_its_output_and_more_results_than_outputs_are_told() {
    let result = "use = \"interreg/rcr79\"\nfrom = \"agreements\"\ntarget = { value = 5 }";
    let answer = using(result).run(&["check"]).expect(0);
    answer.says("warning[standard-link]").says("no output that it comes from is counted").says("interreg/rco83");
    let output = |target: u32| {
        format!(
            "{result}\n[[indicator]]\nuse = \"interreg/rco83\"\nfrom = \"agreements\"\ntarget = {{ value = {target} }}"
        )
    };
    let answer = using(&output(4)).run(&["check"]).expect(0);
    answer.says("the target of `rcr79` is 5, more than the 4 of `rco83`");
    assert!(!using(&output(5)).run(&["check"]).expect(0).out.contains("standard-link"));
}

#[test]
fn a_run_keeps_the_words_of_the_catalogue_that_it_used() {
    let project = using(VOLUME);
    project.run(&["run"]).expect(0);
    let opened = Opened::open(project.path()).expect("a project");
    let name = "catalogue/cosme/cooperation_volume.toml";
    let kept: Vec<&String> = opened.definitions.keys().filter(|name| name.starts_with("catalogue/")).collect();
    assert_eq!(kept, [name], "the entry that is used, and no other");
    // As a program of another version would have had it: the words of then count.
    let mut then = opened.definitions.clone();
    let text = String::from_utf8(then[name].clone()).expect("text").replace("in euro.", "in euro, without VAT.");
    then.insert(name.to_owned(), text.into_bytes());
    let before = opened.under(then).expect("definitions of then");
    let definition = |opened: &Opened| {
        let one = opened.catalog.indicators.iter().find(|one| one.code.as_str() == "cooperation_volume");
        one.expect("it is there").definition.clone()
    };
    assert!(definition(&before).ends_with("in euro, without VAT.") && !definition(&opened).contains("VAT"));
    assert_ne!(before.catalog.hash, opened.catalog.hash, "other words are other definitions");
    let mut without = opened.definitions.clone();
    without.remove(name);
    assert!(opened.under(without).is_err(), "what was not kept is not made up");
    let bundle = project.path().join("all.zip");
    project.run(&["bundle", "--to", &bundle.display().to_string()]).expect(0);
    project.run(&["verify", &bundle.display().to_string()]).expect(0);
}

#[test]
fn the_catalogue_of_the_repository_is_no_indicator_of_its_project() {
    let opened = Opened::open(repository()).expect("the root");
    assert!(opened.catalog.indicators.len() < standard::all().len());
    assert!(opened.definitions.keys().all(|name| !name.starts_with("indicators/catalogue")));
}

#[test]
fn the_command_lists_finds_and_shows() {
    let project = Project::empty();
    let run = |args: &[&str]| project.bare(args);
    run(&["catalogue"]).expect(0).says("cosme/turnover_share").says("interreg/rcr104");
    let answer = run(&["catalogue", "rco87"]).expect(0).says("Counting rule").says("use = \"interreg/rco87\"");
    let longest = answer.out.lines().map(|line| line.chars().count()).max();
    assert!(longest.is_some_and(|longest| longest <= 100), "{longest:?}");
    run(&["catalogue", "Umsatz", "international"]).expect(0).says("cosme/turnover_share");
    run(&["catalogue", "nonsense", "upon", "nonsense"]).expect(2).says("unknown-standard");
    let json: Value =
        serde_json::from_str(&run(&["catalogue", "rcr79", "--format", "json"]).expect(0).out).expect("JSON");
    assert_eq!(json["entries"][0]["links"][0], "interreg/rco83");
}

/// `docs/catalogue.md`, as the entries give it.
fn written() -> String {
    let mut text = String::from(
        "# Catalogue of standard indicators\n\nMade of `indicators/catalogue/`; `scoreboard catalogue WORDS` searches it. \
         How an indicator uses an entry: [definitions.md](definitions.md).\nDefinitions are in words of ours. \
         **Not read** marks entries whose name or rule could not be read in a text that follows the source; their note says what.\n",
    );
    for set in standard::sets() {
        text.push_str(&format!("\n## {}\n\n{}\n", set.title, set.about));
        let prefix = format!("{}/", set.code);
        for entry in standard::all().iter().filter(|entry| entry.name.starts_with(&prefix)) {
            let titles = |language: &str| format!("{language}: {}", entry.title.get(language));
            let others: Vec<String> = standard::LANGUAGES.iter().skip(1).map(|language| titles(language)).collect();
            let common = entry.common.as_ref().map_or(String::new(), |code| format!(", EU code {code}"));
            text.push_str(&format!("\n### `{}`: {}\n\n{}\n\n", entry.name, entry.title.get("en"), entry.definition));
            let mut line = |label: &str, what: &str| {
                if !what.is_empty() {
                    text.push_str(&format!("- {label}: {what}\n"));
                }
            };
            let adds_up = if entry.or_stock { "flow or stock" } else { entry.accumulation.as_str() };
            line("Unit", &format!("{} ({}, {adds_up}{common})", entry.unit, entry.level.as_str()));
            line("Counts", &entry.counts);
            line("Does not count", &entry.does_not_count);
            line("Counting rule", &entry.counting);
            line("Measured", &entry.measured);
            line("Split by", &entry.split.join(", "));
            let links: Vec<String> = entry.links.iter().map(|name| format!("`{name}`")).collect();
            let bound = if entry.at_most_outputs { ", and cannot be more than these together" } else { "" };
            let label = if entry.level.as_str() == "output" { "Results of it" } else { "Comes from" };
            line(label, &if links.is_empty() { String::new() } else { format!("{}{bound}", links.join(", ")) });
            let needs = entry.needs.iter().map(|need| format!("`{}` ({})", need.role, need.what));
            line("Rows need", &needs.collect::<Vec<_>>().join(", "));
            line("Measure", &entry.measure.as_ref().map_or(String::new(), |measure| format!("`{measure}`")));
            line("Evidence", &entry.evidence);
            line("Source", &entry.source);
            let note = entry.note.clone().unwrap_or_default();
            line(if entry.confirmed { "Note" } else { "**Not read**" }, &note);
            line("Other languages", &others.join("; "));
        }
    }
    text
}

#[test]
fn the_catalogue_is_written_down() {
    let path = repository().join("docs/catalogue.md");
    let text = written();
    if std::env::var_os("REFRESH_CATALOGUE").is_some() {
        #[allow(clippy::disallowed_methods, reason = "a document of the repository, not the store")]
        fs::write(&path, &text).expect("written");
    }
    let there = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(
        there == text,
        "docs/catalogue.md is not made of the entries: REFRESH_CATALOGUE=1 cargo test --test integration the_catalogue_is_written_down"
    );
}
