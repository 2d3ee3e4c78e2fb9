//! A small panel worked by hand: waves with populations of their own, who answered again, estimates by group, themes, and
//! a count beside an estimate.
//!
//! Micro: 1, 2, 3, 11, 12. Small: 4, 5, 6, 13, 14; since the autumn 7 in place of 6.

use std::io::Read as _;

use serde_json::{Value, json};

use crate::project::{Project, figure, places};

const HEAD: &str = r#"schema = 1
[programme]
code = "panel"
title = "A panel of members"
start = 2015-01-01
end = 2015-12-31
as_of = 2015-12-31
[[partner]]
code = "alpha"
name = "Alpha Cluster"
country = "LT"
[[partner]]
code = "beta"
name = "Beta Cluster"
country = "LT"
[submission]
file_names = ["{partner}_{period}*"]
"#;

const PIPELINES: &str = r#"schema = 1
[[collection]]
code = "members"
title = "Members"
key = ["enterprise"]
submission = "period"
[[collection.field]]
code = "enterprise"
label = "Enterprise"
kind = "enterprise"
required = true
[[collection.field]]
code = "size"
label = "Size"
kind = "choice"
options = [{ code = "micro", label = "Micro" }, { code = "small", label = "Small" }]
[[collection]]
code = "created"
title = "Jobs created"
date = "since"
due_days = 0
[[collection.field]]
code = "employer"
label = "Employer"
kind = "enterprise"
[[collection.field]]
code = "jobs_new"
label = "New jobs"
kind = "integer"
[[collection.field]]
code = "since"
label = "Since"
kind = "date"
required = true
[[survey]]
code = "jobs"
title = "Survey of jobs"
frame = "members"
match = "enterprise"
strata = ["size"]
respondent = "enterprise"
submitted = "submitted_on"
[[survey.wave]]
code = "before"
title = "Baseline"
role = "baseline"
on = 2015-03-15
files = "before*.csv"
[[survey.wave]]
code = "after"
title = "Follow-up"
role = "follow_up"
on = 2015-11-30
files = "after*.csv"
[[survey.wave]]
code = "later"
title = "Later"
role = "follow_up"
on = 2016-05-31
files = "later*.csv"
asked = "size = 'micro'"
[[survey.question]]
code = "enterprise"
label = "Company"
kind = "enterprise"
required = true
[[survey.question]]
code = "submitted_on"
label = "Submitted on"
kind = "date"
required = true
[[survey.question]]
code = "jobs"
label = "Jobs"
kind = "integer"
required = true
[[survey.question]]
code = "exports"
label = "Exports"
kind = "yes_no"
[[survey.question]]
code = "why_not"
label = "What keeps you from growing?"
kind = "text"
[[survey.theme]]
question = "why_not"
code = "price"
label = "Prices"
terms = ["price", "Preis"]
[[survey.theme]]
question = "why_not"
code = "staff"
label = "Staff"
terms = ["skilled people", "staff"]
"#;

const INDICATORS: &str = r#"schema = 1
[[indicator]]
code = "jobs_reported"
title = "Jobs created, as partners report them"
unit = "jobs"
from = "created"
measure = "SUM(jobs_new)"
compare_with = "jobs_gained"
[[indicator]]
code = "jobs_gained"
title = "Jobs in the members' enterprises"
unit = "jobs"
survey = "jobs"
estimate = { total = "jobs" }
change = "percentage_points"
by = ["size"]
[[indicator]]
code = "jobs_mean"
title = "Jobs in an enterprise"
unit = "jobs"
survey = "jobs"
estimate = { mean = "jobs" }
by = ["size", "partner", "exports"]
"#;

fn project() -> Project {
    let project = Project::empty();
    let members = |micro: &[u32], small: &[u32]| {
        let line = |size: &'static str| move |at: &u32| format!("LT3000000{at:02},{size}\n");
        let lines = micro.iter().map(line("Micro")).chain(small.iter().map(line("Small")));
        format!("Enterprise,Size\n{}", lines.collect::<String>())
    };
    let created = |rows: &[(u32, u32)]| {
        let lines = rows.iter().map(|(at, jobs)| format!("LT3000000{at:02},{jobs},2015-06-01\n"));
        format!("Employer,New jobs,Since\n{}", lines.collect::<String>())
    };
    let wave = |day: &str, rows: &[(u32, u32, &str, &str)]| {
        let line = |(at, jobs, exports, why): &(u32, u32, &str, &str)| {
            format!("LT3000000{at:02},{day},{jobs},{exports},{why}\n")
        };
        let lines: String = rows.iter().map(line).collect();
        format!("Company,Submitted on,Jobs,Exports,What keeps you from growing?\n{lines}")
    };
    let after = wave(
        "2015-11-20",
        &[
            (1, 3, "no", "\"Prices, and skilled people are rare\""),
            (2, 4, "yes", ""),
            (3, 8, "yes", "Die Preise"),
            (4, 14, "yes", "staffing"),
            (6, 22, "no", ""),
            (14, 40, "yes", "Too little demand in the enterprise's home market"),
            (7, 9, "", ""),
            (99, 7, "no", ""),
        ],
    );
    project
        .file("scoreboard.toml", HEAD)
        .file("pipelines/all.toml", PIPELINES)
        .file("indicators/all.toml", INDICATORS)
        .file("data/inbox/alpha_2015-Q1.csv", members(&[1, 2, 3], &[4, 5, 6]))
        .file("data/inbox/alpha_2015-Q4.csv", members(&[1, 2, 3], &[4, 5, 7]))
        .file("data/inbox/beta_2015-Q2.csv", members(&[11, 12], &[13, 14]))
        .file("data/inbox/alpha_2015-Q4_jobs.csv", created(&[(1, 1), (4, 4)]))
        .file("data/inbox/beta_2015-Q4_jobs.csv", created(&[(13, 10)]))
        .file(
            "data/inbox/before.csv",
            wave(
                "2015-03-01",
                &[
                    (1, 2, "no", ""),
                    (2, 4, "no", "The price of energy"),
                    (11, 6, "yes", ""),
                    (4, 10, "yes", "We find no skilled people"),
                    (6, 20, "yes", ""),
                    (13, 30, "no", ""),
                ],
            ),
        )
        // An earlier answer of 1, which the later one replaces.
        .file("data/inbox/after.csv", format!("{after}LT300000001,2015-11-02,9,no,Nothing\n"))
        .file(
            "data/inbox/later.csv",
            wave(
                "2016-05-20",
                &[(1, 5, "no", ""), (2, 4, "", ""), (3, 9, "", ""), (11, 6, "", ""), (4, 15, "yes", "")],
            ),
        );
    project
}

fn later(project: &Project) -> Value {
    project.replace("scoreboard.toml", "as_of = 2015-12-31", "as_of = 2016-06-30");
    project.scoreboard()
}

fn indicator<'a>(scoreboard: &'a Value, code: &str) -> &'a Value {
    let of = |one: &&Value| one["code"] == code;
    scoreboard["indicators"].as_array().expect("indicators").iter().find(of).expect("the indicator")
}

fn line<'a>(scoreboard: &'a Value, code: &str, field: &str, value: &str) -> &'a Value {
    let breakdowns = indicator(scoreboard, code)["breakdowns"].as_array().expect("breakdowns");
    let breakdown = breakdowns.iter().find(|one| one["field"] == field).expect("the breakdown");
    breakdown["values"].as_array().expect("lines").iter().find(|one| one["value"] == value).expect("the line")
}

fn near(ours: &Value, by_hand: f64) {
    let ours = ours.to_string().parse::<f64>().expect("a number");
    assert!((ours - by_hand).abs() <= 1e-4 * by_hand.abs().max(1.0), "{ours} is not {by_hand}");
}

/// The internal and the public scoreboard.
fn inside_and_out(project: &Project) -> (Value, Value) {
    project
        .file("reports/in.toml", "schema = 1\n[report]\ncode = \"in\"\ntitle = \"In\"\n")
        .file("reports/out.toml", "schema = 1\n[report]\ncode = \"out\"\ntitle = \"Out\"\naudience = \"public\"\n");
    (project.scoreboard(), project.json_for("public"))
}

#[test]
fn the_public_is_told_nothing_of_groups_panels_own_words_and_comparisons() {
    let project = project();
    // One list for all waves: the latest of each partner.
    project.replace("pipelines/all.toml", "submission = \"period\"\n", "");
    std::fs::remove_file(project.inbox("alpha_2015-Q1.csv")).expect("removed");
    let (inside, out) = inside_and_out(&project);
    let survey = |board: &Value| board["surveys"][0].clone();
    let coded = |board: &Value| survey(board)["waves"][1]["coded"].as_array().expect("questions").len();
    let groups = |board: &Value| indicator(board, "jobs_mean")["breakdowns"].as_array().expect("tables").len();
    let compared = |board: &Value| board["comparisons"].as_array().expect("comparisons").len();
    assert_eq!((coded(&inside), groups(&inside), compared(&inside)), (1, 3, 1));
    assert_eq!((coded(&out), groups(&out), compared(&out)), (0, 0, 0));
    assert!(survey(&inside)["panel"].is_object() && survey(&out)["panel"].is_null());
    let estimate = |board: &Value| indicator(board, "jobs_mean")["estimate"].clone();
    assert!(estimate(&inside)["without_largest"].is_object() && estimate(&out)["without_largest"].is_null());
    assert!(survey(&out)["waves"][1]["unasked"].is_null());
    assert_eq!(figure(&out, "jobs_mean", &[])["state"], "known");
    let method = survey(&out)["method"].to_string();
    assert!(survey(&inside)["method"].to_string().contains("answered both") && !method.contains("answered both"));
    assert!(!out.to_string().contains("skilled people"));
}

#[test]
fn of_a_survey_whose_population_moves_the_public_is_told_no_count_and_no_estimate() {
    let (inside, out) = inside_and_out(&project());
    assert_eq!(figure(&inside, "jobs_mean", &[])["state"], "known");
    for code in ["jobs_mean", "jobs_gained"] {
        let total = figure(&out, code, &[]);
        assert_eq!((&total["state"], &total["coverage"]), (&"suppressed".into(), &Value::Null), "{code}");
        let estimate = &indicator(&out, code)["estimate"];
        assert!(estimate["answers"].is_null() && estimate["change"].is_null(), "{estimate}");
        let waves = estimate["waves"].as_array().expect("waves");
        assert!(waves.iter().all(|wave| wave["value"].is_null() && wave["answers"].is_null()), "{estimate}");
    }
    let survey = &out["surveys"][0];
    for wave in survey["waves"].as_array().expect("waves") {
        for line in wave["strata"].as_array().expect("strata") {
            assert!(line["population"].is_null() && line["complete"].is_null(), "{line}");
        }
        assert!(wave["items"].as_array().expect("items").iter().all(|item| item["answered"].is_null()));
    }
    assert!(!survey["method"].to_string().contains("10 enterprises"), "{survey}");
}

#[test]
fn each_wave_has_the_population_of_its_day_and_pairs_that_of_the_baseline() {
    let scoreboard = project().scoreboard();
    let survey = &scoreboard["surveys"][0];
    let method = survey["method"].to_string();
    assert!(method.contains("10 enterprises at Baseline, 10 enterprises at Follow-up"), "{method}");
    // Its first list came for the second quarter.
    assert!(
        method.contains("Baseline: Beta Cluster had not listed its members by then; its list for 2015-Q2 stands in.")
    );
    // 7 is new and counts in its wave; 6 has left and counts on pairs alone; 99 is nobody.
    assert_eq!(survey["waves"][1]["strata"][2]["complete"], 6);
    assert_eq!(places(&scoreboard, "answer-left"), ["after.csv › A6"]);
    assert_eq!(places(&scoreboard, "answer-unmatched").len(), 1);
    assert_eq!(places(&scoreboard, "answer-superseded").len(), 1);
    // 5/3 · (3 + 4 + 8) + 5/3 · (14 + 40 + 9) = 130 jobs in 10 enterprises.
    near(&figure(&scoreboard, "jobs_mean", &[])["value"], 13.0);
    // Pairs 1, 2, 4, 6 with weights 5/2: 2.5 · 36 before, 2.5 · 43 after.
    let change = &indicator(&scoreboard, "jobs_gained")["estimate"]["change"];
    near(&figure(&scoreboard, "jobs_gained", &[])["value"], 107.5);
    near(&change["value"], 17.5);
    // V = 0.6 · 2 · (2 · 1.25² + 2 · 2.5²), two degrees.
    near(&change["standard_error"], 18.75_f64.sqrt());
    near(&change["upper"], 17.5 + 4.302_652_73 * 18.75_f64.sqrt());
    assert_eq!(survey["pairs"], 4);
}

#[test]
fn who_was_asked_may_differ_by_wave_and_a_wave_may_come_after_the_end() {
    let scoreboard = later(&project());
    let survey = &scoreboard["surveys"][0];
    let counts = |stratum: usize| {
        let line = &survey["waves"][2]["strata"][stratum];
        json!([line["name"], line["asked"], line["complete"], line["state"]])
    };
    assert_eq!(counts(0), json!(["micro", 5, 4, "known"]));
    assert_eq!(counts(1), json!(["small", 0, 0, "not_computable"]));
    assert_eq!(counts(2), json!(["all", 5, 4, "known"]));
    // 4 answered without being asked.
    assert_eq!(survey["waves"][2]["unasked"], 1);
    assert_eq!(survey["waves"][2]["items"][0]["answered"], 4);
    let method = survey["method"].to_string();
    assert!(method.contains("Later: those were asked where size = 'micro'."), "{method}");
    assert!(
        method.contains("Later was held on 31 May 2016, after the end of the programme on 31 December 2015"),
        "{method}"
    );
    let mean = figure(&scoreboard, "jobs_mean", &[]);
    near(&mean["value"], 6.0);
    assert_eq!(mean["cut_off"], "2016-06-30");
}

#[test]
fn the_panel_says_who_came_went_and_returned() {
    let scoreboard = later(&project());
    let panel = &scoreboard["surveys"][0]["panel"];
    let wave = |at: usize| {
        let wave = &panel["waves"][at];
        json!([wave["answered"], wave["again"], wave["rejoined"], wave["new"], wave["dropped"]])
    };
    assert_eq!(wave(0), json!([6, 0, 0, 6, 0]));
    // 1, 2, 4, 6 again; 3, 7, 14 new; 11 and 13 no longer.
    assert_eq!(wave(1), json!([7, 4, 0, 3, 2]));
    // 1, 2, 3 again; 11 is back; 4, 6, 7, 14 no longer.
    assert_eq!(wave(2), json!([4, 3, 1, 0, 4]));
    let strata = json!([
        {"name": "micro", "answered": 3, "answered_later": [2, 3]},
        {"name": "small", "answered": 3, "answered_later": [2, 0]},
        {"name": "all", "answered": 6, "answered_later": [4, 3]},
    ]);
    assert_eq!(panel["strata"], strata);
}

#[test]
fn estimates_by_group_are_domains_of_the_whole_sample() {
    let scoreboard = project().scoreboard();
    near(&figure(&scoreboard, "jobs_mean", &[("size", "micro")])["value"], 5.0);
    // z = (y − 5) / 3: V = (1 − 3/5) · 3/2 · 14/9, four degrees.
    let micro = &line(&scoreboard, "jobs_mean", "size", "micro")["estimate"];
    let error = (0.6_f64 * 14.0 / 9.0).sqrt();
    near(&micro["standard_error"], error);
    near(&micro["lower"], 5.0 - 2.776_445_105 * error);
    assert_eq!((&micro["answers"], &micro["change"]), (&json!(3), &Value::Null));
    let small = figure(&scoreboard, "jobs_mean", &[("size", "small")]);
    near(&small["value"], 21.0);
    assert_eq!(small["coverage"], json!({"reported": 3, "due": 5}));
    // Of a change its own change: 2.5 · (5 + 4) − 2.5 · (2 + 4), and (14 + 22) against (10 + 20).
    near(&line(&scoreboard, "jobs_gained", "size", "micro")["estimate"]["change"]["value"], 2.5);
    near(&line(&scoreboard, "jobs_gained", "size", "small")["estimate"]["change"]["value"], 15.0);
    let pairs = figure(&scoreboard, "jobs_gained", &[("size", "small")]);
    assert_eq!(pairs["coverage"], json!({"reported": 2, "due": 5}));
    // A field that nobody declares, and a question.
    near(&figure(&scoreboard, "jobs_mean", &[("partner", "alpha")])["value"], 7.6);
    near(&figure(&scoreboard, "jobs_mean", &[("exports", "yes")])["value"], 16.5);
    near(&figure(&scoreboard, "jobs_mean", &[("exports", "(not given)")])["value"], 9.0);
    // One answer shows no spread.
    let beta = &line(&scoreboard, "jobs_mean", "partner", "beta")["estimate"];
    assert_eq!((&beta["answers"], &beta["lower"], &beta["standard_error"]), (&json!(1), &Value::Null, &Value::Null));
    let note = indicator(&scoreboard, "jobs_mean")["breakdowns"][1]["note"].to_string();
    assert!(note.contains("to be read with care: Alpha Cluster (5), Beta Cluster (1)"), "{note}");
}

#[test]
fn answers_in_own_words_are_counted_by_theme_and_listed() {
    let scoreboard = project().scoreboard();
    let coded = &scoreboard["surveys"][0]["waves"][1]["coded"][0];
    assert_eq!(coded["themes"], json!([{"theme": "Prices", "answers": 2}, {"theme": "Staff", "answers": 2}]));
    assert_eq!(coded["without"], 1);
    let first = json!({"text": "Prices, and skilled people are rare", "themes": ["Prices", "Staff"]});
    assert_eq!(coded["answers"][1], first);
    // "enterprise's" holds "price", but no word of it begins so.
    assert_eq!(coded["answers"][3]["themes"], json!([]));
}

#[test]
fn a_count_is_held_against_the_estimate() {
    let scoreboard = project().scoreboard();
    let one = &scoreboard["comparisons"][0];
    assert_eq!(json!([one["count"], one["estimate"], one["of"]]), json!([15, 17.5, "change"]));
    assert_eq!(json!([one["difference"], one["verdict"]]), json!([-2.5, "within"]));
    near(&one["relative"], -2.5 / 17.5 * 100.0);
    assert!(places(&scoreboard, "figures-apart").is_empty());
    let changed = |from: &str, to: &str| {
        let project = project();
        project.replace("data/inbox/beta_2015-Q4_jobs.csv", from, to);
        project.scoreboard()
    };
    // Sixty jobs lie beyond 36.1.
    let scoreboard = changed(",10,", ",55,");
    assert_eq!(scoreboard["comparisons"][0]["verdict"], "beyond");
    assert_eq!(places(&scoreboard, "figures-apart").len(), 1);
    // 99 is no member: the two speak of different enterprises, so there is no finding.
    let scoreboard = changed("LT300000013,10", "LT300000099,55");
    let one = &scoreboard["comparisons"][0];
    assert_eq!(one["verdict"], "not_comparable");
    assert!(one["says"].to_string().contains("since 1 of the 3 enterprises counted"), "{}", one["says"]);
    assert!(places(&scoreboard, "figures-apart").is_empty());
    // On pairs the last wave has no small enterprise left, so there is no total to compare with.
    assert_eq!(later(&project())["comparisons"][0]["verdict"], "unknown");
}

#[test]
fn estimates_are_drawn_with_their_intervals_and_sheets_say_the_rest() {
    let project = project();
    project.run(&["run"]).expect(0);
    let outputs = project.outputs();
    let (_, bytes) = outputs.iter().find(|(name, _)| name == "scoreboard.xlsx").expect("the workbook");
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a zip archive");
    let names: Vec<String> = archive.file_names().map(|name| name.expect("a name").into_owned()).collect();
    let mut read = |name: &str| {
        let mut text = String::new();
        archive.by_name(name).expect("a part").read_to_string(&mut text).expect("text");
        text
    };
    let charts: Vec<String> =
        names.iter().filter(|name| name.starts_with("xl/charts/chart")).map(|name| read(name)).collect();
    let with_bars: Vec<&String> = charts.iter().filter(|chart| chart.contains("<c:errBars>")).collect();
    // By wave for both indicators, by size for both, by partner and by exports.
    assert_eq!(with_bars.len(), 6);
    for chart in with_bars {
        assert!(chart.contains("<c:errValType val=\"cust\"/>") && chart.contains("<c:plus><c:numRef>"), "{chart}");
    }
    let strings = read("xl/sharedStrings.xml");
    for text in [
        "By exports",
        "Who answered again",
        "In their own words: What keeps you from growing? (Follow-up)",
        "Count and estimate",
        "Triangulation",
        "✓ within the interval",
        "Estimates from this survey",
    ] {
        assert!(strings.contains(text), "the workbook does not say: {text}");
    }
}

#[test]
fn what_cannot_be_compared_grouped_or_coded_is_told_at_its_place() {
    for (file, from, to, says) in [
        (
            "indicators/all.toml",
            "compare_with = \"jobs_gained\"",
            "compare_with = \"jobs_gaind\"",
            "did you mean `jobs_gained`?",
        ),
        (
            "indicators/all.toml",
            "unit = \"jobs\"\nfrom",
            "unit = \"FTE\"\nfrom",
            "`jobs_reported` is in FTE, `jobs_gained` in jobs: they cannot be compared",
        ),
        (
            "indicators/all.toml",
            "change = \"percentage_points\"",
            "compare_with = \"jobs_mean\"",
            "`jobs_gained` and `jobs_mean` are not a count and an estimate",
        ),
        ("indicators/all.toml", "by = [\"size\"]", "by = [\"sise\"]", "did you mean `size`?"),
        ("indicators/all.toml", "by = [\"size\"]", "by = [\"period\"]", "`period` is no field to break down by"),
        (
            "indicators/all.toml",
            "by = [\"size\"]",
            "by = [\"enterprise\"]",
            "`enterprise` is no field to break down by",
        ),
        ("pipelines/all.toml", "asked = \"size", "asked = \"sise", "did you mean `size`?"),
        (
            "pipelines/all.toml",
            "question = \"why_not\"\ncode = \"price\"",
            "question = \"jobs\"\ncode = \"price\"",
            "`jobs` is not a question of kind text",
        ),
        ("pipelines/all.toml", "code = \"staff\"", "code = \"price\"", "the theme `price` is defined twice"),
        (
            "pipelines/all.toml",
            "terms = [\"price\", \"Preis\"]",
            "terms = [\"…\", \".\"]",
            "the theme needs `terms`, none of them empty",
        ),
    ] {
        let project = project();
        project.replace(file, from, to);
        project.run(&["check"]).expect(1).says(says).says(file);
    }
}
