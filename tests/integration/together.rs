//! Rules over groups of rows, matrices with their gaps, and published figures beside what rows give.

use std::fs;

use calamine::Reader as _;
use serde_json::Value;

use crate::project::{Project, places};

const MEMBERS: &str = r#"schema = 1
[collection]
code = "members"
title = "Members"
key = ["project_no", "firm"]
date = "joined_on"
[[collection.field]]
code = "project_no"
label = "Project"
kind = "text"
[[collection.field]]
code = "firm"
label = "Firm"
kind = "text"
[[collection.field]]
code = "joined_on"
label = "Joined on"
kind = "date"
[[collection.field]]
code = "side"
label = "Side"
kind = "choice"
options = ["east", "west"]
[[collection.field]]
code = "step"
label = "Step"
kind = "choice"
options = ["trl_5", "trl_6", "trl_7"]
[[collection.group_check]]
code = "both_sides"
by = ["project_no"]
expect = "COUNT(DISTINCT side) >= 2"
message = "a project has members on both sides"
"#;

const COUNT: &str = r#"schema = 1
[[indicator]]
code = "members"
title = "Members"
unit = "members"
from = "members"
measure = "COUNT(*)"
by = ["partner", "side"]
"#;

const HEAD: &[&str] = &["Project", "Firm", "Joined on", "Side", "Step"];

/// Two partners, each of which lists the members on its side.
fn members() -> Project {
    let project = Project::small();
    fs::remove_file(project.path().join("pipelines/agreements.toml")).unwrap();
    project.file("pipelines/members.toml", MEMBERS).file("indicators/a.toml", COUNT);
    project.workbook(
        "alpha_2016-05_2016-06-12_r1.xlsx",
        "Members",
        &[
            HEAD,
            &["'P-1", "Ada", "2016-02-01", "east", "trl_5"],
            &["'P-2", "Bea", "2016-02-01", "east", "trl_5"],
            &["'P-2", "Cleo", "2016-02-01", "east", "trl_7"],
        ],
    );
    project
}

fn failed(board: &Value) -> Vec<&Value> {
    let findings = board["findings"].as_array().unwrap();
    findings.iter().filter(|finding| finding["rule"] == "group-check-failed").collect()
}

#[test]
fn a_group_is_judged_over_the_rows_of_all_partners() {
    let project = members();
    let alone = project.scoreboard();
    assert_eq!(failed(&alone).len(), 2, "{alone}");
    assert_eq!(
        places(&alone, "group-check-failed"),
        ["alpha_2016-05_2016-06-12_r1.xlsx › Members › A4", "alpha_2016-05_2016-06-12_r1.xlsx › Members › A5"]
    );
    let second = failed(&alone)[1];
    let message = second["message"].as_str().unwrap();
    assert!(message.starts_with("group P-2: a project has members on both sides (2 rows: alpha_2016"), "{message}");
    assert_eq!(second["found"], "COUNT(DISTINCT side) = 1");
    assert_eq!(second["partner"], "alpha", "all of its rows are one partner's");
    assert_eq!(second["severity"], "warning");
    // Nothing is kept out: each row is right by itself.
    assert_eq!(alone["kept_out_total"], 0);

    project.workbook(
        "beta_2016-05_2016-06-12_r1.xlsx",
        "Members",
        &[HEAD, &["'P-1", "Dora", "2016-03-01", "west", "trl_6"], &["'P-3", "Eva", "2016-03-01", "west", "trl_6"]],
    );
    let both = project.scoreboard();
    let groups: Vec<String> = failed(&both)
        .iter()
        .map(|one| one["message"].as_str().unwrap().split(':').next().unwrap().to_owned())
        .collect();
    assert_eq!(groups, ["group P-2", "group P-3"], "P-1 has members on both sides now");
}

#[test]
fn a_gate_bounds_how_many_groups_may_fail() {
    let project = members();
    project.file("reports/a.toml", "schema = 1\n[report]\ncode = \"a\"\ntitle = \"A\"\ngate = { groups_failed = 1 }\n");
    project.run(&["run"]).expect(1).says("2 groups of rows fail a check; the gate allows 1");
    project.replace("reports/a.toml", "groups_failed = 1", "groups_failed = 2");
    project.run(&["run"]).expect(0);
}

#[test]
fn mistakes_in_a_group_check_point_at_their_own_characters() {
    let project = members();
    project.replace("pipelines/members.toml", "COUNT(DISTINCT side) >= 2", "COUNT(DISTINCT sied) >= 2");
    project.run(&["check"]).expect(1).says("unknown-field").says("pipelines/members.toml:32:26").says("side");
    let project = members();
    project.replace("pipelines/members.toml", "COUNT(DISTINCT side) >= 2", "side = 'east'");
    project.run(&["check"]).expect(1).says("stands outside an aggregate");
}

#[test]
fn the_rules_of_two_examples_hold_in_their_rows_and_fail_where_they_are_broken() {
    let rocket = Project::example("rocket");
    rocket.run_later(&["run"]).expect(0);
    assert_eq!(failed(&rocket.json()).len(), 0);
    // Without one network's reports no project has members on its side.
    let rocket = Project::example("rocket");
    for entry in fs::read_dir(rocket.path().join("data/inbox")).unwrap().flatten() {
        if entry.file_name().to_string_lossy().contains("Netwerk Oost") {
            fs::remove_file(entry.path()).unwrap();
        }
    }
    rocket.run_later(&["run"]);
    assert_eq!(failed(&rocket.json()).len(), 17);

    let groups = Project::example("eu4sports");
    groups.run_later(&["run"]).expect(0);
    assert_eq!(failed(&groups.json()).len(), 0);
    // Of the three groups one has members of two clusters.
    groups.replace(
        "pipelines/export_groups.toml",
        "COUNT(DISTINCT partner) >= 2 AND",
        "COUNT(DISTINCT partner) >= 3 AND",
    );
    groups.run_later(&["run"]).expect(0);
    let board = groups.json();
    let broken = failed(&board);
    assert_eq!(broken.len(), 1);
    assert!(
        broken[0]["message"].as_str().unwrap().starts_with("group G2: an export group has members"),
        "{}",
        broken[0]
    );
    assert_eq!(broken[0]["partner"], Value::Null, "nobody knows which of the two can mend it");
}

const MATRIX: &str = r#"schema = 1
[report]
code = "a"
title = "A"
[[report.matrix]]
title = "Sides by step"
from = "members"
rows = "side"
columns = "step"
split = "partner"
measure = "COUNT(DISTINCT firm)"
names = "firm"
"#;

#[test]
fn a_matrix_shows_every_declared_value_and_its_gaps() {
    let project = members();
    project.file("reports/a.toml", MATRIX);
    let board = project.scoreboard();
    let matrix = &board["matrices"][0];
    assert_eq!(matrix["rows"], serde_json::json!(["east", "west"]));
    assert_eq!(matrix["columns"], serde_json::json!(["trl 5", "trl 6", "trl 7"]));
    let parts = matrix["parts"].as_array().unwrap();
    assert_eq!(parts[0]["cells"][0][0], serde_json::json!({ "value": 2, "names": ["Ada", "Bea"] }));
    assert_eq!(parts[0]["cells"][0][1], serde_json::json!({ "value": null, "names": [] }));
    assert_eq!((&parts[0]["covered"], &parts[0]["of"]), (&Value::from(2), &Value::from(6)));
    // Of whom has not reported nothing is known to be missing.
    assert_eq!((&parts[2]["name"], &parts[2]["reported"]), (&Value::from("Beta Cluster"), &Value::from(false)));

    let path = project.path().join("data/out/a.xlsx");
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(path).unwrap();
    let range = book.worksheet_range("Matrix").unwrap();
    let texts: Vec<String> = range.used_cells().map(|(_, _, cell)| cell.to_string()).collect();
    for text in
        ["2\nAda, Bea", "○ gap", "All · 2 of 6 cells covered", "Beta Cluster · not reported", "Alpha Cluster · west"]
    {
        assert!(texts.iter().any(|one| one == text), "{text} is not in {texts:?}");
    }
    assert!(!texts.iter().any(|one| one.starts_with("Beta Cluster · west")), "{texts:?}");
}

#[test]
fn funders_and_the_public_get_no_matrix() {
    let project = members();
    project.file("reports/a.toml", MATRIX.replace("title = \"A\"", "title = \"A\"\naudience = \"public\""));
    project.run(&["run"]).expect(0);
    assert_eq!(project.json_for("public")["matrices"], serde_json::json!([]));
}

#[test]
fn gaps_are_seen_among_declared_values_only() {
    let project = members();
    project.file("reports/a.toml", MATRIX.replace("columns = \"step\"", "columns = \"firm\""));
    project.run(&["check"]).expect(1).says("the values of `firm` are not declared, so no gap among them can be seen");
}

#[test]
fn a_published_figure_stands_beside_what_the_rows_give() {
    let project = members();
    let published = r#"published = [
  { value = 4, source = "Guide, 2.1" },
  { value = 3, source = "Guide, 2.2" },
  { value = 3, relation = "at_least", by = { side = "east" }, source = "Guide, 3" },
  { value = 9, rows = "partial", by = { partner = "alpha" }, parts = [4, 4], source = "Guide, 4" },
  { value = 9, relation = "about", rows = "partial", by = { side = "west" }, source = "Guide, 5" },
  { value = 9, relation = "about", rows = "illustrative", by = { side = "west" }, source = "Guide, 6" },
]
"#;
    project.file("indicators/a.toml", format!("{COUNT}{published}"));
    let board = project.scoreboard();
    let told = board["indicators"][0]["published"].as_array().unwrap();
    let outcomes: Vec<&str> = told.iter().map(|one| one["outcome"].as_str().unwrap()).collect();
    // Of the fourth the parts do not add up; rows of a part, and rows that somebody wrote, contradict nothing.
    assert_eq!(outcomes, ["contradicted", "agrees", "agrees", "contradicted", "open", "open"]);
    assert_eq!(told[0]["found"], 3);
    let of = |rule: &str| -> Vec<String> {
        let findings = board["findings"].as_array().unwrap().iter().filter(|one| one["rule"] == rule);
        findings.map(|one| one["message"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(of("published-contradicted"), ["`members`: the rows give 3, published was 4 (Guide, 2.1)"]);
    assert_eq!(
        of("published-disagree"),
        [
            "`members`: published was 4 (Guide, 2.1), while its figures by “Partner” add up to 9",
            "`members`: published was 3 (Guide, 2.2), and 4 (Guide, 2.1)",
            "`members`: published was 3 (Guide, 2.2), while its figures by “Partner” add up to 9",
            "`members` [Alpha Cluster]: published was 9 (Guide, 4), of which the parts add up to 8",
        ]
    );
    let path = project.path().join("data/out/scoreboard.xlsx");
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(path).unwrap();
    let range = book.worksheet_range("Members").unwrap();
    let texts: Vec<String> = range.used_cells().map(|(_, _, cell)| cell.to_string()).collect();
    for text in [
        "Published elsewhere",
        "at least 3",
        "▲ contradicted",
        "▲ published figures disagree",
        "□ open: the rows are a part",
        "□ open: illustrative rows differ",
    ] {
        assert!(texts.iter().any(|one| one == text), "{text} is not in {texts:?}");
    }
}

#[test]
fn whether_rows_give_what_was_published_does_not_tell_what_is_withheld() {
    let project = members();
    project
        .replace(
            "pipelines/members.toml",
            "code = \"firm\"\nlabel = \"Firm\"\nkind = \"text\"",
            "code = \"firm\"\nlabel = \"Firm\"\nkind = \"enterprise\"",
        )
        .file(
            "indicators/a.toml",
            format!("{COUNT}published = [{{ value = 4, by = {{ side = \"east\" }}, source = \"Guide\" }}]\n"),
        )
        .file("reports/a.toml", "schema = 1\n[report]\ncode = \"a\"\ntitle = \"A\"\naudience = \"public\"\n");
    project.run(&["run"]);
    let board = project.json_for("public");
    let told = &board["indicators"][0]["published"][0];
    let line = crate::project::figure(&board, "members", &[("side", "east")]);
    let expected = if line["state"] == "suppressed" { "not_compared" } else { "contradicted" };
    assert_eq!(told["outcome"], expected);
    let rules: Vec<&Value> = board["findings"].as_array().unwrap().iter().map(|one| &one["rule"]).collect();
    assert!(!rules.contains(&&Value::from("published-contradicted")), "{rules:?}");
}

#[test]
fn a_line_that_the_indicator_does_not_have_cannot_have_been_published() {
    let project = members();
    project.file(
        "indicators/a.toml",
        format!("{COUNT}published = [{{ value = 4, by = {{ sied = \"east\" }}, source = \"Guide\" }}]\n"),
    );
    project.run(&["check"]).expect(1).says("the indicator has no breakdown by `sied`").says("side");
}

const CONTACTS: &str = r#"schema = 1
[[collection]]
code = "contacts"
title = "Contacts"
key = ["contact_no"]
date = "met_on"
[[collection.field]]
code = "contact_no"
label = "Contact"
kind = "text"
[[collection.field]]
code = "met_on"
label = "Met on"
kind = "date"
[[collection.field]]
code = "followed_up_on"
label = "Followed up on"
kind = "date"
[[collection]]
code = "deals"
title = "Deals"
key = ["deal_no"]
date = "signed_on"
[[collection.field]]
code = "deal_no"
label = "Deal"
kind = "text"
[[collection.field]]
code = "signed_on"
label = "Signed on"
kind = "date"
[[collection.field]]
code = "of_contact"
label = "Of contact"
kind = "text"
refers_to = "contacts.contact_no"
"#;

const CHAIN: &str = r#"schema = 1
[report]
code = "a"
title = "A"
[[report.chain]]
title = "What became of contacts"
from = "contacts"
begins = "Contacts"
open_after_days = 60
[[report.chain.step]]
title = "Followed up"
date = "followed_up_on"
[[report.chain.step]]
title = "Deal"
from = "deals"
"#;

/// Contacts of two quarters, two of them with a deal, and a deal of nobody's contact.
fn contacts() -> Project {
    let project = Project::small();
    fs::remove_file(project.path().join("pipelines/agreements.toml")).unwrap();
    let count = COUNT.replace("members", "contacts").replace("by = [\"partner\", \"side\"]", "by = [\"partner\"]");
    project.file("pipelines/contacts.toml", CONTACTS).file("indicators/a.toml", count).file("reports/a.toml", CHAIN);
    project.replace("scoreboard.toml", "as_of = 2016-06-30", "as_of = 2016-06-30\nperiod = \"quarter\"");
    project.workbook(
        "alpha_2016-Q2_2016-06-12_r1.xlsx",
        "Contacts",
        &[
            &["Contact", "Met on", "Followed up on"],
            &["'C-1", "2016-01-10", "2016-01-20"],
            &["'C-2", "2016-02-01", "2016-03-02"],
            &["'C-3", "2016-03-01", ""],
            &["'C-4", "2016-05-02", ""],
        ],
    );
    project.workbook(
        "alpha_2016-Q2_2016-06-11_r1.xlsx",
        "Deals",
        &[
            &["Deal", "Signed on", "Of contact"],
            &["'D-1", "2016-04-10", "'C-1"],
            &["'D-2", "2016-05-01", "'c-1"],
            &["'D-3", "2016-06-01", "'C-4"],
            &["'D-4", "2016-06-01", "'C-9"],
        ],
    );
    project
}

#[test]
fn a_chain_follows_each_quarters_contacts_to_their_outcome() {
    let board = contacts().scoreboard();
    let chain = &board["chains"][0];
    assert_eq!(chain["steps"], serde_json::json!(["Contacts", "Followed up", "Deal"]));
    assert_eq!(
        chain["cohorts"],
        serde_json::json!([
            { "label": "2016-Q1", "began": 3, "reached": [2, 1], "median_days": [10, 91] },
            { "label": "2016-Q2", "began": 1, "reached": [0, 1], "median_days": [null, 30] },
            { "label": "", "began": 4, "reached": [2, 2], "median_days": [10, 30] },
        ])
    );
    // The one of May has waited for 59 days only.
    assert_eq!(
        chain["open"],
        serde_json::json!([{ "partner": "Alpha Cluster", "count": 1, "keys": ["C-3"], "longest_days": 121 }])
    );
}

#[test]
fn a_row_that_names_a_record_nobody_reported_is_told_and_counts() {
    let board = contacts().scoreboard();
    let findings = board["findings"].as_array().unwrap();
    let orphans: Vec<&Value> = findings.iter().filter(|one| one["rule"] == "orphan").collect();
    assert_eq!(orphans.len(), 1, "{orphans:?}");
    let message = orphans[0]["message"].as_str().unwrap();
    assert!(message.starts_with("1 row of `deals` without its record in `contacts`: C-9 (alpha_"), "{message}");
    assert_eq!(orphans[0]["partner"], "alpha");
    assert_eq!(board["kept_out_total"], 0);
}

#[test]
fn what_is_referred_to_must_be_a_key() {
    let project = contacts();
    project.replace("pipelines/contacts.toml", "contacts.contact_no", "contacts.met_on");
    project.run(&["check"]).expect(1).says("`met_on` is not the key of `contacts`").says("contacts.contact_no");
    let project = contacts();
    project.replace("pipelines/contacts.toml", "refers_to = \"contacts.contact_no\"\n", "");
    project.run(&["check"]).expect(1).says("no field of `deals` refers to `contacts`");
}

#[test]
fn what_stands_beside_the_figures_is_told_in_the_language_of_the_report() {
    let project = members();
    project
        .file(
            "indicators/a.toml",
            format!("{COUNT}published = [{{ value = 4, relation = \"at_least\", source = \"Guide\" }}]\n"),
        )
        .file("reports/a.toml", MATRIX.replace("title = \"A\"", "title = \"A\"\nlanguage = \"de\""));
    project.run(&["run"]).expect(0);
    let path = project.path().join("data/out/a.xlsx");
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(path).unwrap();
    let mut texts: Vec<String> = Vec::new();
    for name in book.sheet_names() {
        let range = book.worksheet_range(&name).unwrap();
        texts.extend(range.used_cells().map(|(_, _, cell)| cell.to_string()));
    }
    for text in [
        "○ Lücke",
        "Alle · 2 von 6 Zellen besetzt",
        "Beta Cluster · nicht gemeldet",
        "Anderswo veröffentlicht",
        "mindestens 4",
        "▲ widersprochen",
        "„members“: die Zeilen ergeben 3, veröffentlicht wurde mindestens 4 (Guide)",
    ] {
        assert!(texts.iter().any(|one| one == text), "{text} is not in {texts:?}");
    }
    assert!(
        texts.iter().any(|one| one.starts_with("Gruppe P-2: a project has members on both sides (2 Zeilen: ")),
        "{texts:?}"
    );
}
