//! Organisations counted once: decisions, rules of countries, ranges while nobody has decided, codes of countries.

use serde_json::Value;

use crate::project::Project;

const MEMBERS: &str = r#"schema = 1
[collection]
code = "members"
title = "Members"
[[collection.field]]
code = "name"
label = "Name"
kind = "text"
required = true
organisation = true
country = "land"
[[collection.field]]
code = "land"
label = "Land"
kind = "country"
unreadable = "warning"
"#;

const FIRMS: &str = r#"schema = 1
[collection]
code = "firms"
title = "Firms"
[[collection.field]]
code = "vat"
label = "VAT"
kind = "enterprise"
name = "called"
country = "seat"
[[collection.field]]
code = "called"
label = "Called"
kind = "text"
[[collection.field]]
code = "seat"
label = "Seat"
kind = "country"
"#;

const INDICATORS: &str = r#"schema = 1
[[indicator]]
code = "members"
title = "Members"
unit = "organisations"
from = "members"
measure = "COUNT(DISTINCT name)"
accumulation = "stock"
by = ["land", "partner"]
[[indicator]]
code = "firms"
title = "Firms"
unit = "enterprises"
from = "firms"
measure = "COUNT(DISTINCT vat)"
accumulation = "stock"
"#;

/// Seven names of at least five organisations, and three firms under five numbers.
pub fn project() -> Project {
    let project = Project::small();
    project
        .file("pipelines/agreements.toml", MEMBERS)
        .file("pipelines/firms.toml", FIRMS)
        .file("indicators/a.toml", INDICATORS);
    project.workbook(
        "alpha_2016-Q1_2016-04-10_r1.xlsx",
        "Members",
        &[
            &["Name", "Land"],
            &["POINTEX - Polo Innovazione Tessile", "IT"],
            &["SCS - Secured Communicating Solutions cluster", "FR"],
            &["Cluster Lucano di Bioeconomia", "IT"],
            &["Railway Cluster", "SBR"],
        ],
    );
    project.workbook(
        "beta_2016-Q1_2016-04-10_r1.xlsx",
        "Members",
        &[
            &["Name", "Land"],
            &["Polo Innovazione Tessile (POINTEX)", "IT"],
            &["Minalogic", "FR"],
            &["Railway Cluster", "SRB"],
            &["Secured Communicating Solutions cluster", "FR"],
        ],
    );
    project.workbook(
        "alpha_firms_2016-04-10.xlsx",
        "Firms",
        &[
            &["VAT", "Called", "Seat"],
            &["FR40303265045", "Acme", "FR"],
            &["'303265045", "Acme SARL", "FR"],
            &["FI20774740", "Muu", "FI"],
            &["LT119511515", "Kita", "LT"],
        ],
    );
    project.replace("scoreboard.toml", "\"{partner}_{period}*\"", "\"{partner}_{period}*\", \"{partner}_firms*\"");
    project
}

fn book(project: &Project, report: &str) -> calamine::Xlsx<std::io::Cursor<Vec<u8>>> {
    let bytes = std::fs::read(project.path().join("data/out").join(format!("{report}.xlsx"))).expect("a workbook");
    calamine::Reader::new(std::io::Cursor::new(bytes)).expect("a workbook")
}

fn total<'a>(board: &'a Value, code: &str) -> &'a Value {
    let all = board["figures"].as_array().expect("figures");
    let is_total =
        |one: &&Value| one["indicator"] == code && one["by"].as_object().is_some_and(serde_json::Map::is_empty);
    all.iter().find(is_total).expect("the total")
}

/// Value and lower end.
fn range(board: &Value, code: &str) -> (Option<i64>, Option<i64>) {
    let total = total(board, code);
    (total["value"].as_i64(), total["lower"].as_i64())
}

pub const DECIDED: &str = r#"schema = 1
[[decision]]
pair = ["POINTEX - Polo Innovazione Tessile", "Polo Innovazione Tessile (POINTEX)"]
verdict = "same"
by = "A. Lead"
because = "the same two parts in another order"
on = 2016-05-02
[[country]]
written = "SBR"
is = "RS"
by = "A. Lead"
because = "RS is Serbia"
on = 2016-05-02
"#;

#[test]
fn a_count_has_its_range_while_pairs_are_undecided_and_decisions_narrow_it() {
    let project = project();
    let board = project.scoreboard();
    assert_eq!(range(&board, "members"), (Some(7), Some(5)));
    // A VAT number that holds the register number is one firm with it; nobody has to decide that.
    assert_eq!(range(&board, "firms"), (Some(3), None));

    project.file("decisions.toml", DECIDED);
    let board = project.scoreboard();
    assert_eq!(range(&board, "members"), (Some(6), Some(5)));
    let causes = board["changes"]["causes"].as_array().expect("causes");
    assert!(
        causes
            .iter()
            .any(|cause| cause["says"].as_str().is_some_and(|says| says.contains("SBR") || says.contains("POINTEX"))),
        "{causes:?}"
    );

    let apart = DECIDED.replace("verdict = \"same\"", "verdict = \"different\"");
    project.file("decisions.toml", apart);
    let board = project.scoreboard();
    assert_eq!(range(&board, "members"), (Some(7), Some(6)));
    let kinds: Vec<&str> =
        board["changes"]["causes"].as_array().expect("causes").iter().filter_map(|one| one["kind"].as_str()).collect();
    assert_eq!(kinds, ["decision"], "what was decided is a cause of its own");
}

#[test]
fn a_row_says_why_its_organisation_is_counted_with_another() {
    let project = project();
    project.file("decisions.toml", DECIDED);
    project.run(&["run"]).expect(0);
    project
        .run(&["trace", "members"])
        .expect(0)
        .says("counted as one with another: decided by A. Lead on 2 May 2016: the same two parts in another order");
    project.run(&["trace", "firms"]).expect(0).says("two numbers of one organisation, by the rule of its country");
}

#[test]
fn decisions_that_contradict_each_other_are_told_with_their_chain() {
    let project = project();
    let pair = |one: &str, other: &str, verdict: &str| {
        format!(
            "[[decision]]\npair = [\"{one}\", \"{other}\"]\nverdict = \"{verdict}\"\nby = \"A\"\nbecause = \"B\"\non = 2016-05-02\n"
        )
    };
    let text = format!(
        "schema = 1\n{}{}{}",
        pair("A (FR)", "B (FR)", "same"),
        pair("b (fr)", "C (FR)", "same"),
        pair("A (FR)", "C (FR)", "different")
    );
    project.file("decisions.toml", text);
    project
        .run(&["check"])
        .expect(1)
        .says("decision-contradicts")
        .says("`A (FR)` and `C (FR)` are decided to be two, and to be one")
        .says("A (FR) = B (FR) (decisions.toml:3:9), b (fr) = C (FR)");
    project.file(
        "decisions.toml",
        format!("schema = 1\n{}", pair("Polo Inovazione Tessile (POINTEX)", "Minalogic", "same")),
    );
    project.run(&["organisations"]).says("no row names the organisation `Polo Inovazione Tessile (POINTEX)`");
    project.file("decisions.toml", "schema = 1\n[[decision]]\npair = [\"A\"]\nverdict = \"sam\"\n");
    project.run(&["check"]).expect(1).says("`pair` names two organisations").says("did you mean `same`?");
}

#[test]
fn pairs_are_listed_with_reasons_and_cells_and_a_proposal_decides_nothing() {
    let project = project();
    project
        .run(&["organisations", "--matrix"])
        .expect(0)
        .says("one name holds the first letters of the other's words")
        .says("Secured Communicating Solutions cluster, by beta, beta_2016-Q1_2016-04-10_r1.xlsx");
    let answer = project.run(&["organisations", "--format", "json"]).expect(0);
    let told: Value = serde_json::from_str(&answer.out).expect("JSON");
    assert_eq!(told["pairs"].as_array().map(Vec::len), Some(2), "{told}");
    let before = range(&project.scoreboard(), "members");
    let written = || std::fs::read_to_string(project.path().join("decisions.toml")).expect("decisions");
    let propose = || project.run(&["organisations", "--propose"]).expect(0);
    project.file("decisions.toml", "# Ours\nschema = 1");
    propose().says("2 pairs added to decisions.toml, as comments");
    let proposed = written();
    assert!(
        proposed.starts_with("# Ours\nschema = 1\n\n# ") && proposed.contains("# [[decision]]\n# pair = [\""),
        "{proposed}"
    );
    project.run(&["check"]).expect(0);
    assert_eq!(range(&project.scoreboard(), "members"), before, "nothing is decided by a proposal");
    propose().says("2 pairs stand in decisions.toml already");
    assert_eq!(written(), proposed);
    // Half a decision is told at its line.
    let begun = proposed.replacen("# [[decision]]", "[[decision]]", 1).replacen("# pair", "pair", 1);
    let begun = begun.replacen("# verdict = \"\"", "verdict = \"same\"", 1).replacen("# by", "by", 1);
    let begun = begun.replacen("# because", "because", 1).replacen("# on = ", "on = 2026-11-27", 1);
    project.file("decisions.toml", &begun);
    project.run(&["check"]).expect(1).says("`by` is empty").says("`because` is empty").says("decisions.toml:9");
    project.file(
        "decisions.toml",
        begun.replace("by = \"\" ", "by = \"M\" ").replacen("because = \"\"", "because = \"seen\"", 1),
    );
    propose().says("1 pair stands in decisions.toml already");
    assert_ne!(range(&project.scoreboard(), "members"), before);
}

#[test]
fn a_code_that_is_no_country_is_told_with_a_suggestion_and_counts_as_written_until_it_is_decided() {
    let project = project();
    let board = project.scoreboard();
    let told = board["findings"].as_array().expect("findings");
    let of: Vec<&Value> = told.iter().filter(|one| one["rule"] == "unknown-country").collect();
    assert_eq!(of.len(), 2, "{of:?}");
    assert!(of.iter().all(|one| one["severity"] == "warning" && one["suggestion"] == "RS"), "{of:?}");
    let lands = |board: &Value| -> Vec<String> {
        let all = board["figures"].as_array().expect("figures").iter().filter(|one| one["indicator"] == "members");
        all.filter_map(|line| line["by"]["land"].as_str().map(str::to_owned)).collect()
    };
    assert_eq!(lands(&board), ["FR", "IT", "SBR", "SRB"]);
    project.file("decisions.toml", DECIDED);
    assert_eq!(lands(&project.scoreboard()), ["FR", "IT", "RS", "SRB"]);
}

#[test]
fn wrong_check_digits_are_told_with_what_may_have_been_meant_and_count_as_written() {
    let project = project();
    project.replace("pipelines/firms.toml", "kind = \"enterprise\"", "kind = \"enterprise\"\ncheck_digits = true");
    let rows: &[&[&str]] = &[&["VAT", "Called", "Seat"], &["DK13585682", "Acme", "DK"], &["FI20774740", "Muu", "FI"]];
    project.workbook("alpha_firms_2016-04-10.xlsx", "Firms", rows);
    let board = project.scoreboard();
    let told: Vec<&Value> =
        board["findings"].as_array().expect("findings").iter().filter(|one| one["rule"] == "number-checksum").collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!((&told[0]["severity"], &told[0]["suggestion"]), (&"warning".into(), &"DK13585628".into()));
    assert_eq!(range(&board, "firms"), (Some(2), None));
}

/// Cells with findings about check digits in a project with these firms, and how many are counted.
fn told_of_digits(key: &str, firms: &[&[&str]]) -> (Vec<String>, Option<i64>) {
    let project = project();
    project.replace("pipelines/firms.toml", "kind = \"enterprise\"", &format!("kind = \"enterprise\"\n{key}"));
    let head: &[&str] = &["VAT", "Called", "Seat"];
    let rows: Vec<&[&str]> = std::iter::once(head).chain(firms.iter().copied()).collect();
    project.workbook("alpha_firms_2016-04-10.xlsx", "Firms", &rows);
    let board = project.scoreboard();
    let all = board["findings"].as_array().expect("findings").iter().filter(|one| one["rule"] == "number-checksum");
    (all.map(|one| one["found"].as_str().expect("a cell").to_owned()).collect(), range(&board, "firms").0)
}

#[test]
fn a_wrong_number_among_right_ones_is_told_and_a_column_of_placeholders_is_not() {
    let firms: &[&[&str]] = &[
        &["DK13585682", "Slip", "DK"],
        &["FI20774740", "Muu", "FI"],
        &["LT119511515", "Kita", "LT"],
        &["FR40303265045", "Acme", "FR"],
    ];
    let slip = vec!["DK13585682".to_owned()];
    assert_eq!(told_of_digits("", firms), (slip.clone(), Some(4)), "it counts as it is written");
    assert_eq!(told_of_digits("", &firms[..3]), (Vec::new(), Some(3)), "two right ones are too few to tell a slip");
    assert_eq!(told_of_digits("check_digits = true", &firms[..3]), (slip, Some(3)));
    assert_eq!(told_of_digits("check_digits = false", firms), (Vec::new(), Some(4)));
}

#[test]
fn a_decision_on_a_country_is_told_as_a_decision() {
    let project = project();
    project.scoreboard();
    let country = DECIDED.split_once("[[country]]").expect("a country").1;
    project.file("decisions.toml", format!("schema = 1\n[[country]]{country}"));
    let board = project.scoreboard();
    let causes = board["changes"]["causes"].as_array().expect("causes");
    assert_eq!(causes.len(), 1, "{causes:?}");
    assert_eq!(causes[0]["kind"], "decision");
    let says = "the decisions on countries: `SBR` is new: RS, A. Lead on 2 May 2016: RS is Serbia.";
    assert_eq!(causes[0]["says"], says);
}

#[test]
fn the_sheet_tells_who_reports_the_same_which_may_be_one_and_what_was_decided() {
    let project = project();
    project.file("decisions.toml", DECIDED);
    let board = project.scoreboard();
    let told = &board["organisations"];
    let members = told["lists"].as_array().expect("lists").iter().find(|list| list["collection"] == "members");
    let members = members.expect("members");
    let counts = ["written", "once", "least"].map(|key| members[key].as_i64().expect("a number"));
    assert_eq!(counts, [7, 6, 5]);
    assert_eq!(members["overlap"], serde_json::json!([[4, 2], [2, 4]]), "Pointex by decision, and the Railway Cluster");
    assert_eq!(members["counted_by"], serde_json::json!(["members"]));
    assert_eq!(told["pairs"].as_array().map(Vec::len), Some(1));
    assert_eq!(told["decisions"][0]["by"], "A. Lead");
    assert_eq!(told["countries"][0]["is"], "RS");
    let mut book = book(&project, "scoreboard");
    let range = calamine::Reader::worksheet_range(&mut book, "Organisations").expect("the sheet");
    let texts: Vec<String> = range.used_cells().map(|(_, _, data)| data.to_string()).collect();
    for wanted in ["Pairs that nobody has decided", "= the same", "the same two parts in another order", "RS is Serbia"]
    {
        assert!(texts.iter().any(|text| text == wanted), "{wanted}: {texts:?}");
    }
}

#[test]
fn without_anything_to_tell_there_is_no_sheet_of_organisations() {
    let project = Project::small();
    let rows: &[&[&str]] = &[&["No.", "Signed on", "Status", "Value"], &["A", "2016-03-01", "signed", "100"]];
    project.workbook("alpha_2016-Q1_2016-04-10_r1.xlsx", "Agreements", rows);
    let board = project.scoreboard();
    assert_eq!(board["organisations"], Value::Null);
    let names = calamine::Reader::sheet_names(&book(&project, "scoreboard"));
    assert!(!names.iter().any(|name| name == "Organisations"), "{names:?}");
}

#[test]
fn neither_funders_nor_a_single_partner_are_told_of_organisations() {
    let project = project();
    let decided = DECIDED.replace("Polo Innovazione Tessile (POINTEX)\"]", "Nobody Has Reported This\"]");
    assert_ne!(decided, DECIDED);
    project.file("decisions.toml", decided);
    let report = |code: &str, more: &str| {
        project.file(
            &format!("reports/{code}.toml"),
            format!("schema = 1\n[report]\ncode = \"{code}\"\ntitle = \"T\"\n{more}\n"),
        );
    };
    report("all", "per_partner = true");
    report("open", "audience = \"public\"");
    project.run(&["run"]).expect(0);
    let text = |name: &str| std::fs::read_to_string(project.path().join("data/out").join(name)).expect("an output");
    let told = |name: &str| {
        serde_json::from_str::<Value>(&text(&format!("{name}.json"))).expect("JSON")["organisations"].clone()
    };
    assert!(told("all").is_object());
    assert!(text("all.html").contains("Nobody Has Reported This"));
    for name in ["open", "partners/all.alpha", "partners/all.beta"] {
        assert_eq!(told(name), Value::Null, "{name}");
        for kind in ["json", "html"] {
            let text = text(&format!("{name}.{kind}"));
            assert!(
                !text.contains("Nobody Has Reported This"),
                "{name}: a decision names what another may have reported"
            );
        }
    }
}

#[test]
fn each_decision_is_in_the_ledger_once_and_so_is_its_taking_back() {
    let project = project();
    let entries = || {
        let answer = project.run(&["verify"]).expect(0);
        answer.out
    };
    project.file("decisions.toml", DECIDED);
    project.run(&["run"]).expect(0);
    let with = decided(&project);
    assert_eq!(with.len(), 2, "{with:?}");
    assert!(with.iter().any(|one| one["verdict"] == "same" && one["by"] == "A. Lead"), "{with:?}");
    project.run(&["run"]).expect(0);
    assert_eq!(decided(&project).len(), 2, "following it again is nothing new");
    project.file("decisions.toml", "schema = 1\n");
    project.run(&["run"]).expect(0);
    let after = decided(&project);
    assert_eq!(after.len(), 4);
    assert!(after[2..].iter().all(|one| one["taken_back"] == true), "{after:?}");
    assert!(!entries().is_empty(), "the chain is whole");
}

fn decided(project: &Project) -> Vec<Value> {
    let mut store = scoreboard::store::Store::open(&project.path().join("data/store")).expect("a store");
    let entries = store.ledger_mut().entries().expect("entries");
    entries.into_iter().filter(|entry| entry.kind == scoreboard::store::Kind::Decided).map(|entry| entry.body).collect()
}
