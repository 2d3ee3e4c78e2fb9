//! What a reader must not be led to believe: that a verdict is certain where the figure is a range, that rows are real which
//! somebody made up, that published figures agree which do not.

use serde_json::Value;

use crate::project::{Project, figure};
use crate::reports::parts;

const TRAVELLERS: &str = r#"schema = 1
[collection]
code = "travellers"
title = "Travellers"
[[collection.field]]
code = "vat"
label = "VAT"
kind = "enterprise"
name = "called"
[[collection.field]]
code = "called"
label = "Called"
kind = "text"
[[collection.field]]
code = "contracts"
label = "Contracts"
kind = "integer"
"#;

const INDICATORS: &str = r#"schema = 1
[[indicator]]
code = "smes"
title = "Enterprises on missions"
unit = "SMEs"
from = "travellers"
measure = "COUNT(DISTINCT vat)"
accumulation = "stock"
by = ["partner"]
target = { value = 6, on = 2016-06-30 }
partner_target = { alpha = 3 }
published = [{ value = 9, source = "Guide, box 1" }, { value = 8, source = "Guide, annex" }]
[[indicator]]
code = "contracts"
title = "Contracts"
unit = "contracts"
from = "travellers"
measure = "SUM(contracts)"
accumulation = "stock"
[[indicator]]
code = "contracts_by_enterprise"
title = "Contracts by enterprise"
unit = "contracts"
derived = { of = "contracts", to = "smes" }
"#;

const REPORTS: &str = r#"schema = 1
[[report]]
code = "inner"
title = "Inner view"
[[report]]
code = "outer"
title = "Outer view"
audience = "public"
[[report]]
code = "innen"
title = "Innensicht"
language = "de"
"#;

/// Four enterprises by number and three by name alone: four, at most seven, of six on the target's day.
fn project() -> Project {
    let project = Project::small();
    project
        .file("pipelines/agreements.toml", TRAVELLERS)
        .file("indicators/a.toml", INDICATORS)
        .file("reports/r.toml", REPORTS);
    project.workbook(
        "alpha_2016-Q1_2016-04-10_r1.xlsx",
        "Travellers",
        &[
            &["VAT", "Called", "Contracts"],
            &["ATU11111111", "One", "2"],
            &["ATU22222222", "Two", "2"],
            &["", "Lone Wolf", "2"],
            &["", "Grey Mouse", "2"],
        ],
    );
    project.workbook(
        "beta_2016-Q1_2016-04-10_r1.xlsx",
        "Travellers",
        &[
            &["VAT", "Called", "Contracts"],
            &["FR33333333333", "Trois", "2"],
            &["FR44444444444", "Quatre", "2"],
            &["", "Chat Noir", "2"],
        ],
    );
    project
}

/// All texts of a workbook, those of links among them.
fn texts(project: &Project, name: &str) -> String {
    parts(&project.path().join("data/out").join(name)).into_iter().map(|(_, text)| text).collect()
}

fn page(project: &Project, name: &str) -> String {
    std::fs::read_to_string(project.path().join("data/out").join(name)).expect("a page")
}

fn board(project: &Project, name: &str) -> Value {
    let outputs = project.outputs();
    let (_, bytes) = outputs.iter().find(|(file, _)| file == name).expect("a JSON");
    serde_json::from_slice(bytes).expect("JSON")
}

#[test]
fn a_range_across_the_target_is_called_uncertain_wherever_it_stands() {
    let project = project();
    project
        .run(&["run"])
        .expect(0)
        .says("inner (internal): Inner view")
        .says("4 SMEs (to 7)")
        .says("uncertain")
        .says("if all enterprises without a number are different");
    let inner = board(&project, "inner.json");
    let total = figure(&inner, "smes", &[]);
    assert_eq!((&total["value"], &total["upper"]), (&4.into(), &7.into()));
    assert_eq!(total["status"], "uncertain");
    assert_eq!(
        total["reason"],
        "Uncertain: 4 SMEs to 7 SMEs on 30 Jun 2016, target 6 SMEs by 30 Jun 2016; missed with 4 SMEs; achieved with 7 SMEs."
    );
    assert_eq!(figure(&inner, "smes", &[("partner", "alpha")])["status"], "uncertain", "a partner's own line as well");
    let rate = figure(&inner, "contracts_by_enterprise", &[]);
    let number = |key: &str| rate[key].as_f64();
    assert_eq!((number("value"), number("upper")), (Some(3.5), None), "14 contracts of four");
    assert_eq!(number("lower"), Some(2.0), "14 contracts of seven");
    assert!(texts(&project, "inner.xlsx").contains("◐ uncertain"));
    assert!(page(&project, "inner.html").contains("missed with 4 SMEs; achieved with 7 SMEs."));
    let german = texts(&project, "innen.xlsx");
    assert!(german.contains("◐ unsicher") && german.contains("verfehlt bei 4 SMEs; erreicht bei 7 SMEs."));
    // Others learn that it is open, not how far.
    let outer = board(&project, "outer.json");
    let total = figure(&outer, "smes", &[]);
    assert_eq!((&total["status"], &total["upper"]), (&"uncertain".into(), &Value::Null));
    let reason = total["reason"].as_str().expect("a sentence");
    assert!(reason.starts_with("Uncertain: ") && !reason.contains(|c: char| c.is_ascii_digit()), "{reason}");

    // Two of them turn out to be one: the whole range misses.
    project.replace("indicators/a.toml", "value = 6,", "value = 8,");
    let inner = {
        project.run(&["run"]).expect(0);
        board(&project, "inner.json")
    };
    assert_eq!(figure(&inner, "smes", &[])["status"], "missed");
}

#[test]
fn rows_that_somebody_made_up_are_said_to_be() {
    let project = project();
    project.run(&["run"]).expect(0);
    let before = board(&project, "inner.json");
    assert_eq!(before["programme"]["illustrative"], Value::Null);
    assert!(!page(&project, "inner.html").contains("Illustrative rows"));

    let why = "illustrative = { en = \"Made up <by us>.\", de = \"Erfunden.\" }\n[[collection.field]]\ncode = \"vat\"";
    project.replace("pipelines/agreements.toml", "[[collection.field]]\ncode = \"vat\"", why);
    project.run(&["run"]).expect(0).says("≈ illustrative rows behind the figures marked so").says("≈ 4 SMEs (to 7)");
    let inner = board(&project, "inner.json");
    for one in inner["indicators"].as_array().expect("indicators") {
        assert_eq!(one["illustrative"], serde_json::json!(["Made up <by us>."]), "{}", one["code"]);
    }
    let values = |board: &Value| {
        let figures = board["figures"].as_array().expect("figures").clone();
        figures.iter().map(|one| [one["value"].clone(), one["status"].clone()]).collect::<Vec<_>>()
    };
    assert_eq!(values(&before), values(&inner), "no figure changes");
    let head = "≈ Illustrative rows behind 3 of 3 indicators, whose figures are marked ≈: Made up &lt;by us&gt;.";
    assert!(texts(&project, "inner.xlsx").contains(head));
    let page_of = page(&project, "inner.html");
    assert!(page_of.contains("≈ Illustrative rows behind 3 of 3 indicators") && !page_of.contains("<by us>"));
    assert!(page(&project, "outer.html").contains("≈ Illustrative rows behind"), "the public is told too");
    assert!(texts(&project, "innen.xlsx").contains("≈ Zeilen zur Veranschaulichung hinter 3 von 3 Indikatoren"));

    project.replace("scoreboard.toml", "title = \"A small programme\"", "title = \"A\"\nillustrative = \"All of it.\"");
    project.run(&["run"]).expect(0).says("≈ illustrative rows behind every figure: All of it.");
    assert_eq!(board(&project, "inner.json")["programme"]["illustrative"], "All of it.");
    assert!(page(&project, "inner.html").contains("≈ Illustrative rows behind every figure: "));
}

#[test]
fn contradictions_between_published_figures_stand_at_the_top() {
    let project = project();
    project
        .run(&["run"])
        .expect(0)
        .says("Published figures contradict each other or these rows: 2, see Enterprises on missions.");
    let text = "▲ Published figures contradict each other or these rows: 2, see";
    assert!(texts(&project, "inner.xlsx").contains(&format!("{text} Enterprises on missions")));
    let page = page(&project, "inner.html");
    let (_, after) = page.split_once(text).expect("at the top");
    assert!(after.split("</p>").next().expect("a paragraph").contains("href=\"#i-smes\""));
    assert!(
        texts(&project, "innen.xlsx").contains("▲ Veröffentlichte Werte widersprechen einander oder diesen Zeilen: 2")
    );
    project.replace(
        "indicators/a.toml",
        "published = [{ value = 9, source = \"Guide, box 1\" }, { value = 8, source = \"Guide, annex\" }]",
        "",
    );
    let told = project.run(&["run"]).expect(0);
    assert!(!told.out.contains("Published figures contradict"), "{}", told.out);
}
