//! A lead's mistakes in definitions: each named, at its file, line and column, all at once.

use crate::project::Project;

/// Breaks the small project in one place; the answer of `check` must say each text.
fn broken(file: &str, from: &str, to: &str, says: &[&str]) {
    let project = Project::small();
    project.replace(file, from, to);
    let mut answer = project.run(&["check"]).expect(1);
    for text in says {
        answer = answer.says(text);
    }
    project.run(&["run"]).expect(2);
}

const PIPELINE: &str = "pipelines/agreements.toml";
const INDICATOR: &str = "indicators/a.toml";
const HEAD: &str = "scoreboard.toml";

#[test]
fn every_mistake_has_its_line_and_a_suggestion() {
    let broken_ones: &[(&str, &str, &str, &[&str])] = &[
        (
            INDICATOR,
            "target = { value = 1000 }",
            "target = 1000",
            &["wrong-type", "did you mean `{ value = 1000 }`?", "1 error in"],
        ),
        (INDICATOR, "from = \"agreements\"\nwhere", "where", &["missing-key", "where its rows come from"]),
        (HEAD, "schema = 1\n", "", &["schema-version", "scoreboard.toml:1:1"]),
        (HEAD, "end = 2016-12-31", "end = \"2016-12-31\"", &["wrong-type", "scoreboard.toml:6:7", "without quotes"]),
        (HEAD, "as_of =", "asof =", &["unknown-key", "did you mean `as_of`?"]),
        (HEAD, "code = \"beta\"", "code = \"Beta Cluster\"", &["bad-code", "did you mean `beta_cluster`?"]),
        (HEAD, "code = \"beta\"", "code = \"alpha\"", &["duplicate-code", "The first stands at scoreboard.toml:9:8"]),
        (HEAD, "end = 2016-12-31", "end = 2015-12-31", &["bad-value", "ends before it starts"]),
        (HEAD, "title = \"A small programme\"\n", "", &["missing-key", "needs `title`"]),
        (HEAD, "title = \"A small programme\"", "title = \"A small", &["toml-syntax", "scoreboard.toml:4"]),
        (HEAD, "country = \"FR\"", "country = \"FRA\"", &["bad-value", "did you mean `FR`?"]),
        (HEAD, "locale = \"de-AT\"", "locale = \"de-XX\"", &["bad-value", "no locale is called"]),
        (PIPELINE, "kind = \"money\"", "kind = \"mony\"", &["bad-value", "did you mean `money`?", "1 error in the"]),
        (PIPELINE, "code = \"agreements\"", "code = \"Agreements\"", &["bad-code", "did you mean `agreements`?"]),
        (PIPELINE, "date = \"signed_on\"", "date = \"signed\"", &["unknown-field", "did you mean `signed_on`?"]),
        (
            PIPELINE,
            "status <> 'signed'",
            "statsu <> 'signed'",
            &["unknown-field", "pipelines/agreements.toml:29:11", "did you mean `status`?"],
        ),
        (PIPELINE, "code = \"no\"", "code = \"select\"", &["bad-code"]),
        (
            INDICATOR,
            "measure = \"SUM(value)\"",
            "measure = \"SUM(value) / COUNT(*)\"",
            &["expression-not-allowed", "ratio"],
        ),
        (INDICATOR, "measure = \"SUM(value)\"", "measure = \"AVG(value)\"", &["expression-not-allowed", "AVG"]),
        (
            INDICATOR,
            "where = \"status = 'signed'\"",
            "where = \"SUM(value) > 1\"",
            &["expression-not-allowed", "indicators/a.toml:7:10"],
        ),
        (
            INDICATOR,
            "where = \"status = 'signed'\"",
            "where = \"status = \"",
            &["expression-syntax", "indicators/a.toml:7"],
        ),
        (INDICATOR, "where = \"status = 'signed'\"", "where = \"value = 'signed'\"", &["expression-type"]),
        (
            INDICATOR,
            "where = \"status = 'signed'\"",
            "where = \"status = 'Signed'\"",
            &["unknown-option", "indicators/a.toml:7:19", "did you mean `signed`?"],
        ),
        (PIPELINE, "status <> 'signed'", "status <> 'sigend'", &["unknown-option", "did you mean `signed`?"]),
        (
            INDICATOR,
            "from = \"agreements\"",
            "from = \"agreement\"",
            &["unknown-collection", "did you mean `agreements`?"],
        ),
        (INDICATOR, "by = [\"partner\"", "by = [\"partnr\"", &["unknown-field", "did you mean `partner`?"]),
        (
            INDICATOR,
            "target = { value = 1000 }",
            "target = { vlaue = 1000 }",
            &["unknown-key", "did you mean `value`?"],
        ),
        (
            INDICATOR,
            "target = { value = 1000 }",
            "target = { value = 1000 }\npartner_target = { alpa = 1 }",
            &["unknown-partner", "did you mean `alpha`?"],
        ),
        (
            INDICATOR,
            "target = { value = 1000 }",
            "target = { value = 1000 }\nmilestone = [{ value = 1, on = 2017-05-01 }]",
            &["target-order"],
        ),
        (
            INDICATOR,
            "expect = 2",
            "expect = 3",
            &["example-failed", "gives 2 for these rows, not 3", "indicators/a.toml:13:10"],
        ),
        (
            INDICATOR,
            "measure = \"SUM(value)\"",
            "ratio = { of = \"SUM(value)\", to = \"COUNT(*)\" }\naccumulation = \"flow\"",
            &["rate-summed"],
        ),
    ];
    for (file, from, to, says) in broken_ones {
        // A broken example is no reason not to publish: it is an error of `check` alone.
        if says[0] == "example-failed" {
            let project = Project::small();
            project.replace(file, from, to);
            let mut answer = project.run(&["check"]).expect(1);
            for text in *says {
                answer = answer.says(text);
            }
        } else {
            broken(file, from, to, says);
        }
    }
}

#[test]
fn a_cycle_of_derived_indicators_is_printed() {
    let project = Project::small();
    let derived = |code: &str, of: &str| {
        format!("[[indicator]]\ncode = \"{code}\"\nunit = \"EUR\"\nderived = {{ sum = [\"{of}\"] }}\n")
    };
    project.file(
        "indicators/b.toml",
        format!("schema = 1\n{}{}{}", derived("a1", "b1"), derived("b1", "c1"), derived("c1", "a1")),
    );
    project.run(&["check"]).expect(1).says("cycle").says("a1 → b1 → c1 → a1");
}

#[test]
fn problems_of_all_files_come_at_once() {
    let project = Project::small();
    project.replace(HEAD, "as_of =", "asof =").replace(PIPELINE, "kind = \"money\"", "kind = \"mony\"").replace(
        INDICATOR,
        "unit = \"EUR\"",
        "unti = \"EUR\"",
    );
    project
        .run(&["check"])
        .expect(1)
        .says("scoreboard.toml:7")
        .says("pipelines/agreements.toml:2")
        .says("indicators/a.toml:5");
}

#[test]
fn the_repository_s_own_definitions_are_sound() {
    Project::laser_go().run(&["check"]).expect(0).says("The definitions are sound");
}
