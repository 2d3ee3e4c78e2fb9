//! What a funder and the public may not learn: held by a linear system over what was really written, and by looking for
//! words of the inbox in it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Cursor, Read};
use std::sync::atomic::{AtomicUsize, Ordering};

use calamine::{Data, Reader, open_workbook_auto_from_rs};
use serde_json::Value;

use crate::intruder::Intruder;
use crate::project::{Project, answer, figure};

/// A die that falls the same way every time (`SplitMix64`).
struct Die(u64);

impl Die {
    fn below(&mut self, sides: u64) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % sides).expect("small")
    }
}

const PROGRAMME: &str = r#"schema = 1
[programme]
code = "small"
title = "A small programme"
start = 2016-01-01
end = 2016-12-31
period = "quarter"
[[partner]]
code = "alpha"
name = "Alpha Cluster"
country = "AT"
contact = "alpha@cluster.example"
[[partner]]
code = "beta"
name = "Beta Cluster"
country = "FR"
[submission]
file_names = ["{partner}_{period}*"]
"#;

const DEALS: &str = r#"schema = 1
[collection]
code = "deals"
title = "Deals"
key = ["no"]
date = "signed_on"
due_days = 0
[[collection.field]]
code = "no"
label = "No."
kind = "text"
required = true
[[collection.field]]
code = "firm"
label = "Firm"
kind = "enterprise"
[[collection.field]]
code = "signed_on"
label = "Signed on"
kind = "date"
required = true
[[collection.field]]
code = "region"
label = "Region"
kind = "choice"
options = ["north", "south", "east"]
[[collection.field]]
code = "branch"
label = "Branch"
kind = "choice"
options = ["supply", "research", "licence"]
[[collection.field]]
code = "abroad"
label = "Abroad"
kind = "yes_no"
[[collection.field]]
code = "amount"
label = "Amount"
kind = "money"
minimum = 0
"#;

const INDICATORS: &str = r#"schema = 1
[[indicator]]
code = "volume"
unit = "EUR"
from = "deals"
measure = "SUM(amount)"
by = ["region", "branch", "period", "partner"]
target = { value = 5000 }
[[indicator]]
code = "deals"
unit = "deals"
from = "deals"
measure = "COUNT(*)"
by = ["region", "branch", "period"]
[[indicator]]
code = "firms"
unit = "firms"
from = "deals"
measure = "COUNT(DISTINCT firm)"
by = ["region", "branch", "period"]
[[indicator]]
code = "abroad"
unit = "%"
from = "deals"
ratio = { of = "COUNT(*) FILTER (WHERE abroad = 'yes')", to = "COUNT(*)" }
by = ["region", "branch"]
"#;

struct Deal {
    partner: &'static str,
    firm: usize,
    line: String,
    region: &'static str,
    branch: &'static str,
}

/// Deals of one quarter.
fn quarter(die: &mut Die, quarter: usize, most: u64) -> Vec<Deal> {
    (0..die.below(most) + 2)
        .map(|at| {
            let partner = ["alpha", "beta"][die.below(2)];
            let region = ["north", "south", "east"][die.below(3)];
            let branch = ["supply", "research", "licence"][die.below(3)];
            let firm = die.below(9);
            let amount = if die.below(8) == 0 { 900 } else { 0 } + die.below(100) + 1;
            let abroad = ["yes", "no"][die.below(2)];
            let month = (quarter - 1) * 3 + die.below(3) + 1;
            let line = format!(
                "{partner}-{quarter}-{at};FR1234567890{firm};2016-{month:02}-10;{region};{branch};{abroad};{amount}"
            );
            Deal { partner, firm, line, region, branch }
        })
        .collect()
}

/// A programme with two outputs: at the end of the first quarter, then of the second. The intruder has read both.
fn two_outputs(seed: u64) -> (Project, Intruder, Vec<Deal>) {
    let project = Project::empty();
    project
        .file("scoreboard.toml", PROGRAMME)
        .file("pipelines/deals.toml", DEALS)
        .file("indicators/all.toml", INDICATORS)
        .file("reports/inside.toml", "schema = 1\n[report]\ncode = \"inside\"\ntitle = \"Inside\"\n")
        .file("reports/out.toml", "schema = 1\n[report]\ncode = \"out\"\ntitle = \"Out\"\naudience = \"public\"\n");
    let mut die = Die(seed);
    let mut deals = quarter(&mut die, 1, 20);
    let mut intruder = Intruder::default();
    for (output, name, day) in [(0, "2016-Q1", "2016-04-30"), (1, "2016-Q2", "2016-07-31")] {
        if output == 1 {
            // Sometimes little is new; and sometimes a deal of the first quarter comes late.
            let most = if seed.is_multiple_of(3) { 2 } else { 16 };
            deals.extend(quarter(&mut die, 2, most));
            if seed.is_multiple_of(4) {
                let mut late = quarter(&mut die, 1, 1);
                for deal in &mut late {
                    deal.line = deal.line.replacen("-1-", "-late-", 1);
                }
                deals.extend(late);
            }
        }
        for partner in ["alpha", "beta"] {
            let mut text = "No.;Firm;Signed on;Region;Branch;Abroad;Amount\n".to_owned();
            for deal in deals.iter().filter(|deal| deal.partner == partner) {
                text.push_str(&format!("{}\n", deal.line));
            }
            project.file(&format!("data/inbox/{partner}_{name}.csv"), text);
        }
        // A day apart: of two files received together none would count.
        let now = format!("{day}T06:00:00Z");
        let ran = project.command(&["run", "--as-of", day]).env("SCOREBOARD_NOW", now).output().expect("runs");
        answer(&ran).expect(0);
        let (inside, out) = (project.json(), project.json_for("public"));
        no_more_in_the_workbook(&project, "out", &out);
        no_more_on_the_page(&project, "out", &out);
        intruder.read(output, &inside, &out);
    }
    intruder.same("abroad", "denominator", "deals", "value");
    intruder.across();
    (project, intruder, deals)
}

/// Every number in the cells of a workbook stands in the JSON beside it: so what is told by the one is told by the other.
fn no_more_in_the_workbook(project: &Project, report: &str, json: &Value) {
    let mut allowed: BTreeSet<String> = BTreeSet::new();
    numbers(json, &mut allowed);
    let bytes = fs::read(project.path().join(format!("data/out/{report}.xlsx"))).expect("a workbook");
    let mut book = open_workbook_auto_from_rs(Cursor::new(bytes)).expect("opened");
    let names = book.sheet_names();
    for sheet in names {
        // Counts of findings and of statuses, which are added up there.
        if ["Data quality", "Method"].contains(&sheet.as_str()) {
            continue;
        }
        for ((row, column), cell) in book
            .worksheet_range(&sheet)
            .expect("a sheet")
            .cells()
            .map(|(r, c, cell)| ((r, c), cell))
            .filter(|((row, _), _)| sheet != "Summary" || *row > 8)
        {
            let (Data::Float(_) | Data::Int(_)) = cell else { continue };
            let shown = cell.to_string().parse::<f64>().expect("a number");
            // A share of one in a cell is per cent in the JSON.
            let known = [shown, 100.0 * shown].iter().any(|one| allowed.contains(&rounded(*one))) || shown == 0.0;
            assert!(known, "{sheet} {row}:{column} tells {shown}, which the JSON does not");
        }
    }
}

/// Every number on a page stands in the JSON or the workbook beside it, as exactly as it is shown.
fn no_more_on_the_page(project: &Project, report: &str, json: &Value) {
    let read = |kind: &str| fs::read(project.path().join(format!("data/out/{report}.{kind}"))).expect("an output");
    let mut known: Vec<f64> = Vec::new();
    told_by(json, &mut known);
    let mut book = open_workbook_auto_from_rs(Cursor::new(read("xlsx"))).expect("opened");
    for sheet in book.sheet_names() {
        for (_, _, cell) in book.worksheet_range(&sheet).expect("a sheet").cells() {
            match cell {
                Data::Float(_) | Data::Int(_) => known.push(cell.to_string().parse().expect("a number")),
                Data::String(text) => known.extend(numbers_in(text).into_iter().map(|(number, _)| number)),
                _ => {}
            }
        }
    }
    for one in &mut known {
        *one = one.abs();
    }
    // A share of one is shown in per cent.
    let shares: Vec<f64> = known.iter().filter(|one| **one < 20.0).map(|one| 100.0 * one).collect();
    known.extend(shares);
    known.sort_by(f64::total_cmp);
    let text = text_of(&String::from_utf8(read("html")).expect("text"));
    let shown = numbers_in(&text);
    assert!(shown.len() > 100, "{} numbers: the test tests nothing", shown.len());
    for (number, decimals) in shown {
        let half = 0.5 * 10f64.powi(-decimals) + 1e-9;
        let near = known.partition_point(|one| *one < number - half);
        assert!(known.get(near).is_some_and(|one| *one <= number + half), "the page tells {number}, nothing else does");
    }
}

/// Numbers of a document, and those within its texts.
fn told_by(json: &Value, all: &mut Vec<f64>) {
    match json {
        Value::Number(number) => all.push(number.to_string().parse().expect("a number")),
        Value::String(text) => all.extend(numbers_in(text).into_iter().map(|(number, _)| number)),
        Value::Array(list) => list.iter().for_each(|one| told_by(one, all)),
        Value::Object(map) => map.values().for_each(|one| told_by(one, all)),
        _ => {}
    }
}

/// Numbers as people write them, with how many decimals each shows.
fn numbers_in(text: &str) -> Vec<(f64, i32)> {
    let text = text.replace(['\u{202f}', '\u{a0}'], "");
    text.split(|c: char| !c.is_ascii_digit() && c != '.')
        .map(|part| part.trim_matches('.'))
        .filter_map(|part| {
            let decimals = part.split_once('.').map_or(0, |(_, fraction)| fraction.len());
            Some((part.parse().ok()?, i32::try_from(decimals).ok()?))
        })
        .collect()
}

/// What a reader sees of a page, but for the figures along axes, which are nobody's.
fn text_of(page: &str) -> String {
    let mut text = String::new();
    let mut rest = page;
    while let Some((before, from)) = rest.split_once('<') {
        text.push_str(before);
        let (tag, behind) = from.split_once('>').expect("a tag ends");
        let name = tag.split(char::is_whitespace).next().unwrap_or_default();
        rest = behind;
        if ["script", "style"].contains(&name) || tag.contains("class=\"tick\"") {
            rest = behind.split_once(&format!("</{name}>")).expect("closed").1;
        }
        text.push(' ');
    }
    text
}

fn rounded(value: f64) -> String {
    format!("{value:.6e}")
}

fn numbers(json: &Value, all: &mut BTreeSet<String>) {
    match json {
        Value::Number(number) => {
            all.insert(rounded(number.to_string().parse().expect("a number")));
        }
        Value::Array(list) => list.iter().for_each(|one| numbers(one, all)),
        Value::Object(map) => {
            map.values().for_each(|one| numbers(one, all));
            // How far an interval reaches, which its picture is drawn from.
            let of =
                |key: &str| map.get(key).and_then(Value::as_number).and_then(|one| one.to_string().parse::<f64>().ok());
            if let (Some(value), Some(lower), Some(upper)) = (of("value"), of("lower"), of("upper")) {
                all.extend([rounded(value - lower), rounded(upper - value)]);
            }
        }
        _ => {}
    }
}

#[test]
fn nothing_withheld_can_be_computed_from_two_public_outputs() {
    let seeds: Vec<u64> = (0..200).collect();
    let (withheld, told) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for part in seeds.chunks(100) {
            let (withheld, told) = (&withheld, &told);
            scope.spawn(move || {
                for seed in part {
                    let (_, intruder, _) = two_outputs(*seed);
                    let found = intruder.found();
                    assert!(found.is_empty(), "seed {seed}: {found:?}");
                    withheld.fetch_add(intruder.withheld().len(), Ordering::Relaxed);
                    told.fetch_add(intruder.told(), Ordering::Relaxed);
                }
            });
        }
    });
    let (withheld, told) = (withheld.into_inner(), told.into_inner());
    assert!(withheld > 3000 && told > 1000, "{withheld} numbers withheld and {told} told: the test tests nothing");
}

#[test]
fn a_cell_of_two_firms_is_withheld_and_one_of_three_is_shown_somewhere() {
    let (mut small, mut shown) = (0, 0);
    for seed in 1000..1015 {
        let (project, _, deals) = two_outputs(seed);
        let (inside, out) = (project.json(), project.json_for("public"));
        let mut firms: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
        for deal in &deals {
            firms.entry(deal.region).or_default().insert(deal.firm);
            firms.entry(deal.branch).or_default().insert(deal.firm);
        }
        for (of, firms) in firms {
            let field = if ["north", "south", "east"].contains(&of) { "region" } else { "branch" };
            let line = figure(&out, "volume", &[(field, of)]);
            assert_eq!(figure(&inside, "volume", &[(field, of)])["state"], "known");
            if firms.len() < 3 {
                assert_eq!(line["state"], "suppressed", "seed {seed} {of}");
                for key in ["value", "numerator", "rows", "progress", "upper"] {
                    assert!(line[key].is_null(), "seed {seed} {of} {key}");
                }
                small += 1;
            }
            shown += usize::from(line["state"] == "known");
        }
    }
    assert!(small >= 5 && shown >= 5, "{small} small, {shown} shown: the test tests nothing");
}

#[test]
fn a_weak_suppression_is_found() {
    // Where only the small cells stay back, and nothing beside them, the intruder must find them.
    let mut found = 0;
    let mut tried = 0;
    for seed in 2000..2012 {
        let (_, mut intruder, _) = two_outputs(seed);
        for field in ["region=", "branch="] {
            let withheld = intruder.withheld().into_iter().filter(|key| key.1 == "volume" && key.3.starts_with(field));
            let places: Vec<String> = withheld.map(|key| key.3.clone()).collect();
            let [small, others @ ..] = places.as_slice() else { continue };
            for place in others {
                intruder.tell("volume", place);
            }
            intruder.tell("volume", "");
            tried += 1;
            found += usize::from(intruder.found().iter().any(|(key, ..)| key.3 == *small));
        }
    }
    assert!(tried >= 5 && found == tried, "{found} of {tried} were found");
}

#[test]
fn the_same_state_gives_the_same_public_bytes_whatever_came_between() {
    let (project, ..) = two_outputs(7);
    let later = project.outputs();
    fs::remove_dir_all(project.path().join("data/out")).expect("removed");
    project.run(&["run", "--as-of", "2016-07-31"]).expect(0);
    assert!(project.outputs() == later, "made again it is another");
}

/// Everything that stands in a workbook, unpacked.
fn unpacked(bytes: Vec<u8>) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a zip");
    let mut all = String::new();
    for at in 0..archive.len() {
        let mut text = String::new();
        if archive.by_index(at).expect("a part").read_to_string(&mut text).is_ok() {
            all.push_str(&text);
        }
    }
    all
}

/// Names and numbers of enterprises, as they stand in the files of the inbox.
fn words_of_the_inbox(project: &Project) -> BTreeSet<String> {
    let heads = ["Įmonė", "Vadovaujanti įmonė", "Enterprise", "Lead enterprise", "Entreprise", "Chef de file"];
    let german = ["Unternehmen", "Federführendes Unternehmen", "Société", "Company", "Firma"];
    let mut words = BTreeSet::new();
    for entry in fs::read_dir(project.path().join("data/inbox")).expect("an inbox").flatten() {
        words.insert(entry.file_name().to_string_lossy().into_owned());
        let path = entry.path();
        if path.extension().is_none_or(|extension| extension != "xlsx") {
            continue;
        }
        let mut book = open_workbook_auto_from_rs(Cursor::new(fs::read(&path).expect("read"))).expect("opened");
        for sheet in book.sheet_names() {
            let range = book.worksheet_range(&sheet).expect("a sheet");
            let mut columns: BTreeSet<usize> = BTreeSet::new();
            for row in range.rows() {
                for (column, cell) in row.iter().enumerate() {
                    let Data::String(text) = cell else { continue };
                    let text = text.trim();
                    let number = text.len() > 7
                        && text.chars().take(2).all(|c| c.is_ascii_uppercase())
                        && text.chars().filter(char::is_ascii_digit).count() > 6;
                    if number || (columns.contains(&column) && text.len() > 5) {
                        words.insert(text.to_owned());
                    }
                    if heads.iter().chain(&german).any(|head| head.eq_ignore_ascii_case(text)) {
                        columns.insert(column);
                    }
                }
            }
        }
    }
    words
}

#[test]
fn no_name_number_or_file_of_the_inbox_stands_in_the_public_output() {
    let project = Project::laser_go();
    project.run(&["run"]).expect(0);
    let out = project.path().join("data/out");
    let read = |name: &str| fs::read(out.join(name)).expect("an output");
    let json = String::from_utf8(read("laser_go_public.json")).expect("text");
    let page = String::from_utf8(read("laser_go_public.html")).expect("text");
    let public = format!("{json}{page}{}", unpacked(read("laser_go_public.xlsx")));
    let inside = unpacked(read("laser_go.xlsx"));
    let mut words = words_of_the_inbox(&project);
    assert!(words.len() > 200, "only {} words to look for", words.len());
    let of_us = words.iter().filter(|word| inside.contains(word.as_str())).count();
    assert!(of_us > 100, "the internal workbook holds {of_us} of them: the test looks for the wrong words");
    words.extend(
        ["@litek.example", "@opticsvalley.example", "@humantechnology.example", "P5.xlsx", "48.500"].map(String::from),
    );
    let told: Vec<&String> = words.iter().filter(|word| public.contains(word.as_str())).collect();
    assert!(told.is_empty(), "the public output tells {told:?}");
}

#[test]
fn the_public_report_of_laser_go_tells_nothing_back() {
    let project = Project::laser_go();
    let mut intruder = Intruder::default();
    // As the programme would have run it: each period's scoreboard, then the next.
    for (output, day) in [(0, "2016-03-31"), (1, "2016-06-30")] {
        project.run(&["run", "--as-of", day]);
        let out = project.json_for("public");
        no_more_in_the_workbook(&project, "laser_go_public", &out);
        no_more_on_the_page(&project, "laser_go_public", &out);
        intruder.read(output, &project.json(), &out);
        assert_eq!(out["surveys"][0]["pairs"], Value::Null);
        assert!(out["kept_out"].as_array().expect("rows").is_empty());
        assert!(out["findings"].as_array().expect("counts").iter().all(|one| one["message"].is_null()));
    }
    intruder.same("contact_follow_up_rate", "denominator", "contacts_made", "value");
    intruder.across();
    assert!(intruder.withheld().len() > 15, "{:?}", intruder.withheld());
    let found = intruder.found();
    let shown: Vec<String> =
        found.iter().map(|(key, low, high)| format!("{key:?} = {} in {low}..{high}", intruder.truth(key))).collect();
    assert!(found.is_empty(), "{shown:#?}");
}

#[test]
fn strata_of_one_or_two_are_withheld_with_all_that_tells_them() {
    let project = Project::laser_go();
    project.replace("pipelines/turnover.toml", "strata = [\"size_class\"]", "strata = [\"size_class\", \"country\"]");
    project.replace("pipelines/turnover.toml", "lonely = \"fail\"", "lonely = \"certainty\"");
    project.run(&["run"]).expect(0);
    let (inside, out) = (project.json(), project.json_for("public"));
    let waves = |board: &Value| board["surveys"][0]["waves"].as_array().expect("waves").clone();
    let (mut small, mut shown) = (0, 0);
    for (inside, out) in waves(&inside).iter().zip(&waves(&out)) {
        let lines = |wave: &Value| wave["strata"].as_array().expect("strata").clone();
        let (inside, out) = (lines(inside), lines(out));
        let hidden = out.iter().filter(|line| line["state"] == "suppressed").count();
        for (true_line, line) in inside.iter().zip(&out) {
            let few = ["population", "complete"]
                .iter()
                .any(|key| [1, 2].contains(&true_line[key].as_u64().expect("a count")));
            assert!(!few || line["state"] == "suppressed", "{true_line}");
            if line["state"] == "suppressed" {
                assert!(["population", "asked", "complete", "rate"].iter().all(|key| line[key].is_null()), "{line}");
            }
            small += usize::from(few);
            shown += usize::from(line["state"] == "known");
        }
        // The whole is told, so one line alone would be the rest.
        assert!(out.last().expect("all")["state"] == "known" && hidden >= 2);
    }
    assert!(small >= 6 && shown >= 6, "{small} small, {shown} shown");
    let one = out["indicators"].as_array().expect("indicators").iter().find(|one| !one["estimate"].is_null());
    let notes = one.expect("an estimate")["estimate"]["notes"].to_string();
    assert!(!notes.contains("LV") && !notes.contains("population"), "{notes}");
}
