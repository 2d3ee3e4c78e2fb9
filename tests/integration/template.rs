//! The workbook that a partner fills in: what stands in it, and that what comes back is read as it was meant.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read as _, Write as _};
use std::path::Path;
use std::process::Command;

use scoreboard::app;
use scoreboard::app::state::State;
use scoreboard::sql::frame;
use scoreboard::store::Store;
use serde_json::Value;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::project::{Project, figure, places, repository};

/// A workbook as its parts, in their order.
struct Book(Vec<(String, String)>);

impl Book {
    fn open(path: &Path) -> Self {
        let mut archive = ZipArchive::new(Cursor::new(fs::read(path).expect("read"))).expect("a zip");
        let each = (0..archive.len()).map(|at| {
            let mut part = archive.by_index(at).expect("a part");
            let mut text = String::new();
            part.read_to_string(&mut text).expect("text");
            (part.name().expect("a name").into_owned(), text)
        });
        Self(each.collect())
    }

    fn part(&self, name: &str) -> &str {
        &self.0.iter().find(|(part, _)| part == name).unwrap_or_else(|| panic!("no part {name}")).1
    }

    /// The names of the sheets, with whether each is hidden.
    fn sheets(&self) -> Vec<(String, bool)> {
        let tags = self.part("xl/workbook.xml").split("<sheet ").skip(1);
        tags.map(|tag| (attribute(tag, "name"), tag.split("/>").next().expect("a tag").contains("hidden"))).collect()
    }

    fn names(&self) -> Vec<String> {
        self.sheets().into_iter().map(|(name, _)| name).collect()
    }

    fn part_of(&self, sheet: &str) -> String {
        let at = self.names().iter().position(|name| name == sheet).unwrap_or_else(|| panic!("no sheet {sheet}"));
        format!("xl/worksheets/sheet{}.xml", at + 1)
    }

    fn sheet(&self, name: &str) -> &str {
        self.part(&self.part_of(name))
    }

    /// Types into cells, as `Project::workbook` reads its texts; an empty text empties the cell.
    fn fill(&mut self, sheet: &str, cells: &[(&str, &str)]) -> &mut Self {
        let part = self.part_of(sheet);
        let (_, text) = self.0.iter_mut().find(|(name, _)| *name == part).expect("the sheet");
        for (cell, value) in cells {
            let start = text.find(&format!("<c r=\"{cell}\" ")).unwrap_or_else(|| panic!("no cell {cell} on {sheet}"));
            let tag = start + text[start..].find('>').expect("an end");
            let end =
                if text[..tag].ends_with('/') { tag + 1 } else { tag + text[tag..].find("</c>").expect("an end") + 4 };
            let style = attribute(&text[start..tag], "s");
            let new = if value.is_empty() {
                format!("<c r=\"{cell}\" s=\"{style}\"/>")
            } else if let Ok(number) = value.parse::<f64>() {
                format!("<c r=\"{cell}\" s=\"{style}\"><v>{number}</v></c>")
            } else if let Ok(day) = value.parse::<chrono::NaiveDate>() {
                let epoch = chrono::NaiveDate::from_ymd_opt(1899, 12, 30).expect("a day");
                format!("<c r=\"{cell}\" s=\"{style}\"><v>{}</v></c>", (day - epoch).num_days())
            } else {
                let typed = value.trim_start_matches('\'').replace('&', "&amp;").replace('<', "&lt;");
                format!("<c r=\"{cell}\" s=\"{style}\" t=\"inlineStr\"><is><t>{typed}</t></is></c>")
            };
            text.replace_range(start..end, &new);
        }
        self
    }

    fn save(&self, path: &Path) {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in &self.0 {
            writer.start_file(name, SimpleFileOptions::default()).expect("begun");
            writer.write_all(text.as_bytes()).expect("written");
        }
        #[allow(clippy::disallowed_methods, reason = "a fixture, not the store")]
        fs::write(path, writer.finish().expect("finished").into_inner()).expect("written");
    }
}

fn attribute(tag: &str, name: &str) -> String {
    let value = tag.split(&format!("{name}=\"")).nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
    value.replace("&apos;", "'").replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// The texts between two marks, each time.
fn between<'t>(text: &'t str, from: &str, to: &str) -> Vec<&'t str> {
    text.split(from).skip(1).map(|rest| rest.split(to).next().unwrap_or_default()).collect()
}

fn template(project: &Project, args: &[&str]) -> Vec<Value> {
    let all: Vec<&str> = ["template", "--format", "json"].into_iter().chain(args.iter().copied()).collect();
    let answer: Value = serde_json::from_str(&project.run(&all).expect(0).out).expect("JSON");
    answer["templates"].as_array().expect("templates").clone()
}

fn book(project: &Project, name: &str) -> Book {
    Book::open(&project.path().join("data/templates").join(name))
}

/// Every row that counts, by partner and collection, as texts; without where it came from.
fn accepted(project: &Project) -> BTreeMap<(String, String), Vec<Vec<Option<String>>>> {
    let project = app::project::Project::open(project.path()).expect("a project");
    let mut store = Store::open(&project.store()).expect("a store");
    let entries = store.ledger_mut().entries().expect("entries");
    let state = State::replay(&entries, &project.catalog.reading_hash);
    let parts = state.parts();
    let mut rows: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for submission in state.current(&project.catalog).0 {
        let Some(part) = parts.get(&submission.section) else { continue };
        let stored = store.read_part(part).expect("a part");
        let names: Vec<String> = stored.get_column_names().iter().map(ToString::to_string).collect();
        let of = (submission.partner.to_string(), submission.collection.to_string());
        for row in
            (0..stored.height()).filter(|row| frame::integer(&stored, "section", *row) == Some(submission.section))
        {
            let told = names.iter().filter(|name| !["section", "place"].contains(&name.as_str()));
            rows.entry(of.clone()).or_default().push(told.map(|name| frame::text(&stored, name, row)).collect());
        }
    }
    rows
}

fn figures(scoreboard: &Value) -> Vec<String> {
    let figures = scoreboard["figures"].as_array().expect("figures").iter();
    figures.map(|f| format!("{} {} {} {}", f["indicator"], f["by"], f["value"], f["upper"])).collect()
}

fn kept_out(scoreboard: &Value) -> Vec<String> {
    let rows = scoreboard["kept_out"].as_array().expect("rows").iter();
    let mut rows: Vec<String> = rows
        .map(|row| format!("{} {} {}", row["partner"], row["collection"], row["reasons"][0]["rule"]))
        // An error value comes back as the text that the partner saw.
        .map(|row| row.replace("error-value", "not-a-number"))
        .collect();
    rows.sort();
    rows
}

/// The templates of LASER-GO's partners for the last period that each has reported, with their file names.
const REPORTED: [(&str, &str, &str); 3] = [
    ("litek", "P5", "laser_go_litek_P5.xlsx"),
    ("opticsvalley", "P5", "laser_go_opticsvalley_P5.xlsx"),
    ("human_technology", "P4", "laser_go_human_technology_P4.xlsx"),
];

#[test]
fn a_template_sent_back_as_it_is_changes_no_row_and_no_figure() {
    let project = Project::laser_go();
    let before = project.scoreboard();
    let rows = accepted(&project);
    for (partner, period, name) in REPORTED {
        template(&project, &["--partner", partner, "--period", period]);
        fs::copy(project.path().join("data/templates").join(name), project.inbox(name)).expect("copied");
    }
    let after = project.scoreboard();
    let counting: Vec<&str> =
        after["reporting"].as_array().expect("reporting").iter().filter_map(|line| line["file"].as_str()).collect();
    assert!(counting.iter().all(|file| file.starts_with("laser_go_")), "the templates count: {counting:?}");
    assert_eq!(figures(&after), figures(&before));
    assert_eq!(kept_out(&after), kept_out(&before));
    let again = accepted(&project);
    assert_eq!(again.keys().collect::<Vec<_>>(), rows.keys().collect::<Vec<_>>());
    for (of, rows) in &rows {
        assert_eq!(again[of], *rows, "{of:?}");
    }
    for rule in ["hidden-columns", "hidden-sheet", "sheet-not-recognised", "layout-tolerated", "template-older"] {
        let told: Vec<String> =
            places(&after, rule).into_iter().filter(|place| place.starts_with("laser_go_")).collect();
        assert!(told.is_empty(), "{rule}: {told:?}");
    }
}

#[test]
fn the_same_template_is_the_same_bytes() {
    let project = Project::laser_go();
    let read = || fs::read(project.path().join("data/templates/laser_go_litek_P5.xlsx")).expect("read");
    template(&project, &["--partner", "litek", "--period", "P5"]);
    let first = read();
    fs::remove_file(project.path().join("data/templates/laser_go_litek_P5.xlsx")).expect("removed");
    template(&project, &["--all", "--period", "P5"]);
    assert!(read() == first, "the bytes differ");
}

#[test]
fn every_sheet_is_locked_but_for_its_entry_cells() {
    let project = Project::laser_go();
    template(&project, &["--partner", "opticsvalley", "--period", "P5"]);
    let book = book(&project, "laser_go_opticsvalley_P5.xlsx");
    let shown: Vec<String> = book.sheets().into_iter().filter(|(_, hidden)| !hidden).map(|(name, _)| name).collect();
    assert_eq!(
        shown,
        [
            "Mode d’emploi",
            "Accords de coopération",
            "Équipe du cluster",
            "Contacts noués en mission",
            "Membres du cluster",
            "Appui aux PME",
            "Totaux"
        ]
    );
    let hidden: Vec<String> = book.sheets().into_iter().filter(|(_, hidden)| *hidden).map(|(name, _)| name).collect();
    assert_eq!(hidden, ["_scoreboard", "_scoreboard_lists"]);
    let styles = book.part("xl/styles.xml");
    let formats: Vec<&str> = between(styles.split("<cellXfs").nth(1).expect("formats"), "<xf ", "<xf ");
    let open: Vec<bool> = formats.iter().map(|format| format.contains("locked=\"0\"")).collect();
    for name in book.names() {
        let sheet = book.sheet(&name);
        assert!(sheet.contains("<sheetProtection sheet=\"1\""), "{name} is not protected");
        // A row is an entry row exactly where all its cells are open.
        let is_table = sheet.contains("<tableParts");
        for row in between(sheet, "<row ", "</row>").into_iter().filter(|_| is_table) {
            let number: u32 = attribute(row, "r").parse().expect("a row");
            for cell in between(row, "<c ", ">") {
                let style: usize = attribute(cell, " s").parse().unwrap_or(0);
                assert_eq!(open[style], number > 6, "{name} {}", attribute(cell, "r"));
            }
        }
    }
    let agreements = book.sheet("Accords de coopération");
    assert!(agreements.contains("sort=\"0\" autoFilter=\"0\"") && agreements.contains("deleteRows=\"0\""));
    assert!(agreements.contains("topLeftCell=\"B7\""), "headers and key are frozen");
    assert!(agreements.contains("orientation=\"landscape\"") && agreements.contains("fitToHeight=\"0\""));
}

#[test]
fn columns_know_what_may_be_typed_and_say_so_in_the_partners_language() {
    let project = Project::laser_go();
    template(&project, &["--partner", "human_technology", "--period", "P4"]);
    let book = book(&project, "laser_go_human_technology_P4.xlsx");
    let sheet = book.sheet("Kooperationsvereinbarungen");
    let rules = between(sheet, "<dataValidation ", "</dataValidation>");
    let of = |column: &str| -> &str {
        let found = rules.iter().find(|rule| attribute(rule, "sqref").starts_with(&format!("{column}7:")));
        found.unwrap_or_else(|| panic!("no rule for {column}"))
    };
    assert_eq!(rules.len(), 11);
    assert!(of("A").contains("type=\"textLength\"") && of("A").contains("<formula1>1000</formula1>"));
    assert!(of("B").contains("type=\"date\"") && of("B").contains("<formula1>42064</formula1>"), "from 1 March 2015");
    assert!(attribute(of("B"), "error").contains("ab dem 01.03.2015"), "{}", of("B"));
    assert!(of("C").contains("<formula1>choices__agreements__agreement_type</formula1>"));
    assert!(of("G").contains("<formula1>countries</formula1>"));
    assert!(of("J").contains("type=\"decimal\"") && of("J").contains("<formula1>0</formula1>"));
    assert_eq!(
        attribute(of("J"), "error"),
        "Bitte geben Sie eine Zahl, nicht unter 0 ein: nur Ziffern, keine Einheit."
    );
    assert!(attribute(of("J"), "prompt").starts_with("Der ganze Wert in Euro"));
    for rule in &rules {
        assert!(attribute(rule, "promptTitle").chars().count() <= 32, "{rule}");
        assert!(attribute(rule, "prompt").chars().count() <= 255 && attribute(rule, "error").chars().count() <= 255);
        assert!(!attribute(rule, "error").is_empty() && !attribute(rule, "prompt").is_empty(), "{rule}");
    }
    // The columns of each table are its header cells.
    let table = book.part("xl/tables/table1.xml");
    let columns: Vec<String> =
        between(table, "<tableColumn ", "/>").into_iter().map(|tag| attribute(tag, "name")).collect();
    assert_eq!(columns[..3], ["Vereinbarungs-Nr.", "Unterzeichnet am", "Art der Kooperation"]);
    assert!(table.contains("ref=\"A6:K216\""), "ten rows, and room for two hundred: {table}");
    let marks = between(sheet, "<conditionalFormatting ", "</conditionalFormatting>");
    assert!(marks.iter().any(|mark| mark.contains("COUNTA($A7:$K7)&gt;0")) && sheet.contains("SUMPRODUCT"));
}

#[test]
fn rows_that_do_not_count_stand_there_with_the_reason_in_the_partners_language() {
    let project = Project::laser_go();
    let made = template(&project, &["--partner", "litek", "--period", "P5"]);
    let of = |code: &str| {
        let all = made[0]["prefilled"].as_array().expect("counts");
        let found = all.iter().find(|one| one["collection"] == code).expect("the collection");
        (found["rows"].as_u64(), found["kept_out"].as_u64())
    };
    assert_eq!(of("agreements"), (Some(16), Some(3)));
    let book = book(&project, "laser_go_litek_P5.xlsx");
    let notes: String =
        book.0.iter().filter(|(name, _)| name.starts_with("xl/comments")).map(|(_, text)| text.as_str()).collect();
    assert_eq!(notes.matches("<comment ").count(), 4);
    assert!(notes.contains("Ši eilutė dar neįskaityta:"), "{notes}");
    assert!(notes.contains("ref=\"J20\"") && notes.contains("48,5"), "the ambiguous text keeps its cell: {notes}");
}

#[test]
fn a_partner_who_has_reported_nothing_gets_an_empty_template() {
    let project = Project::small();
    fs::remove_dir_all(project.path().join("data")).expect("no inbox yet");
    let made = template(&project, &["--partner", "beta"]);
    assert_eq!((made[0]["period"].as_str(), made[0]["revision"].as_i64()), (Some("2016-Q2"), Some(1)));
    assert_eq!(made[0]["reporting_date"], "2016-06-30");
    let book = book(&project, "small_beta_2016-Q2.xlsx");
    assert_eq!(book.names(), ["Guide", "Agreements", "_scoreboard", "_scoreboard_lists"], "nobody asks for totals");
    assert!(!project.path().join("data/store").exists(), "nothing else is made");
}

#[test]
fn every_partner_gets_one_in_its_own_language_or_the_one_asked_for() {
    let project = Project::small();
    assert_eq!(template(&project, &["--all"]).len(), 2);
    assert_eq!(book(&project, "small_alpha_2016-Q2.xlsx").names()[..2], ["Anleitung", "Vereinbarungen"]);
    assert_eq!(book(&project, "small_beta_2016-Q2.xlsx").names()[..2], ["Guide", "Agreements"]);
    let out = project.path().join("elsewhere");
    let out = out.to_str().expect("a path");
    template(&project, &["--partner", "alpha", "--language", "fr", "--out", out, "--period", "1"]);
    let french = Book::open(&Path::new(out).join("small_alpha_2016-Q1.xlsx"));
    assert_eq!(french.names()[..2], ["Mode d’emploi", "Agreements"], "labels that nobody gave stay English");
    project.run(&["template", "--partner", "alpa"]).expect(2).says("did you mean `alpha`?");
    project.run(&["template", "--partner", "alpha", "--period", "P9"]).expect(2).says("2016-Q1 to 2016-Q4");
    project.run(&["template"]).expect(2);
}

#[test]
fn a_partner_is_asked_only_for_what_it_takes_part_in() {
    let project = Project::small();
    let fields = "[[collection.field]]\ncode = \"town\"\nlabel = \"Town\"\nkind = \"text\"\n";
    project.file(
        "pipelines/fairs.toml",
        format!("schema = 1\n[collection]\ncode = \"fairs\"\ntitle = \"Fairs\"\n{fields}"),
    );
    project.replace("scoreboard.toml", "country = \"FR\"", "country = \"FR\"\ncollections = [\"fairs\"]");
    template(&project, &["--all"]);
    assert_eq!(book(&project, "small_beta_2016-Q2.xlsx").names(), ["Guide", "Fairs", "_scoreboard"]);
    assert_eq!(book(&project, "small_alpha_2016-Q2.xlsx").names()[1..3], ["Vereinbarungen", "Fairs"]);
}

/// A partner types three rows and another day; the rows are those that were typed.
#[test]
fn what_is_typed_into_a_template_is_what_is_read() {
    for (language, sheet, guide, signed) in [
        ("en", "Agreements", "Guide", "signed"),
        ("de", "Vereinbarungen", "Anleitung", "signed"),
        ("fr", "Agreements", "Mode d’emploi", "signed"),
    ] {
        let project = Project::small();
        template(&project, &["--partner", "alpha", "--language", language]);
        let mut book = book(&project, "small_alpha_2016-Q2.xlsx");
        book.fill(sheet, &[("A7", "'3-5"), ("B7", "2016-05-01"), ("C7", signed), ("D7", "500.25")]);
        // A blank row is none, and is said.
        book.fill(sheet, &[("A9", "A-2"), ("B9", "2016-06-29"), ("C9", "cancelled"), ("D9", "7")]);
        book.fill(sheet, &[("A10", "A-3"), ("B10", "2016-06-30"), ("C10", signed)]);
        let day = entry_of(book.sheet(guide));
        book.fill(guide, &[(&day, "2016-06-29")]);
        book.save(&project.inbox("sent back.xlsx"));
        let answer = project.run(&["ingest", "--format", "json"]).expect(0).out;
        let answer: Value = serde_json::from_str(&answer).expect("JSON");
        let told: Vec<&str> = answer["new"][0]["findings"]
            .as_array()
            .expect("findings")
            .iter()
            .filter_map(|f| f["rule"].as_str())
            .collect();
        let expected = ["layout-tolerated", "date-in-the-future"];
        assert_eq!(told, expected, "{language}: the day on the guide goes before the hidden one");
        let rows = accepted(&project);
        let rows = &rows[&("alpha".to_owned(), "agreements".to_owned())];
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(rows.len(), 2, "{language}");
        assert_eq!(rows[0][3..], [text("3-5"), text("2016-05-01"), text("signed"), text("500.25")], "{language}");
        assert_eq!(rows[1][3..], [text("A-2"), text("2016-06-29"), text("cancelled"), text("7")], "{language}");
    }
}

#[test]
fn a_day_of_the_report_that_cannot_be_read_is_said() {
    let project = Project::small();
    template(&project, &["--partner", "alpha", "--period", "1"]);
    let mut book = book(&project, "small_alpha_2016-Q1.xlsx");
    let day = entry_of(book.sheet("Anleitung"));
    book.fill("Anleitung", &[(&day, "end of June")]);
    book.fill("Vereinbarungen", &[("A7", "A-1"), ("B7", "2016-02-01"), ("C7", "signed"), ("D7", "100")]);
    book.save(&project.inbox("back.xlsx"));
    let scoreboard = project.scoreboard();
    assert_eq!(places(&scoreboard, "not-a-date"), [format!("back.xlsx › Anleitung › {day}")]);
    assert_eq!(figure(&scoreboard, "volume", &[])["value"].to_string(), "100");
}

/// The one entry cell of the guide, which is the one with a rule.
fn entry_of(sheet: &str) -> String {
    let entry = between(sheet, "<dataValidation ", ">");
    attribute(entry.first().expect("one rule on the guide"), "sqref")
}

#[test]
fn a_copy_sent_twice_with_one_date_and_revision_counts_as_it_came_last() {
    let project = Project::small();
    template(&project, &["--partner", "alpha", "--period", "1"]);
    let mut book = book(&project, "small_alpha_2016-Q1.xlsx");
    book.fill("Vereinbarungen", &[("A7", "A-1"), ("B7", "2016-02-01"), ("C7", "signed"), ("D7", "100")]);
    book.save(&project.inbox("first.xlsx"));
    assert_eq!(figure(&project.scoreboard(), "volume", &[])["value"].to_string(), "100");
    book.fill("Vereinbarungen", &[("D7", "150")]);
    book.save(&project.inbox("corrected.xlsx"));
    // An hour later, on the same day.
    let mut later = project.command(&["run"]);
    assert!(later.env("SCOREBOARD_NOW", "2016-06-30T07:00:00Z").output().expect("runs").status.success());
    assert_eq!(figure(&project.json(), "volume", &[])["value"].to_string(), "150");
    // A template made now has a revision of its own, and what was reported.
    let made = template(&project, &["--partner", "alpha", "--period", "1"]);
    assert_eq!((made[0]["revision"].as_i64(), made[0]["prefilled"][0]["rows"].as_u64()), (Some(2), Some(1)));
}

#[test]
fn a_table_reported_by_period_is_prefilled_for_that_period_only() {
    let project = Project::small();
    project.replace("pipelines/agreements.toml", "date = \"signed_on\"", "submission = \"period\"");
    project.workbook(
        "alpha_2016-Q1_2016-04-10_r1.xlsx",
        "Agreements",
        &[&["No.", "Signed on", "Status", "Value"], &["A-1", "2016-02-01", "signed", "300"]],
    );
    let rows = |period: &str| {
        template(&project, &["--partner", "alpha", "--period", period])[0]["prefilled"][0]["rows"].as_u64()
    };
    assert_eq!((rows("2016-Q1"), rows("2016-Q2")), (Some(1), Some(0)));
}

#[test]
fn every_kind_of_value_comes_back_as_it_was() {
    let project = Project::small();
    let kinds = [
        ("id", "text", "required = true"),
        ("whole", "integer", ""),
        ("part", "decimal", ""),
        ("worth", "money", ""),
        ("share", "percent", "scale = \"percent\""),
        ("day", "date", ""),
        ("is_new", "yes_no", ""),
        ("firm", "enterprise", "name = \"firm_name\"\ncountry = \"seat\""),
        ("firm_name", "text", ""),
        ("seat", "country", ""),
    ];
    let field = |(code, kind, more): &(&str, &str, &str)| {
        format!("[[collection.field]]\ncode = \"{code}\"\nlabel = \"{code}\"\nkind = \"{kind}\"\n{more}\n")
    };
    let fields: String = kinds.iter().map(field).collect();
    // Its title is nearly the name of the hidden sheet.
    project.file(
        "pipelines/all.toml",
        format!("schema = 1\n[collection]\ncode = \"everything\"\ntitle = \"Scoreboard\"\n{fields}"),
    );
    project.file(
        "data/inbox/beta_2016-Q1_2016-04-10_r1.csv",
        "id;whole;part;worth;share;day;is_new;firm;firm_name;seat\n\
         001;-3;0,000001;1234567,89;28,55%;2016-02-29;oui;FR 40 303 265 045;Lumilens;FR\n\
         =1+1;1000000;-2,5;0;0,5%;2016-01-01;non;FN 12345 a;Photon Med GmbH;AT\n\
         3-5;;;;100%;;;Nameless GmbH;;LT\n",
    );
    project.scoreboard();
    let before = accepted(&project);
    let made = template(&project, &["--partner", "beta", "--period", "1"]);
    assert_eq!(made[0]["prefilled"][1]["rows"], 3);
    fs::copy(project.path().join("data/templates/small_beta_2016-Q1.xlsx"), project.inbox("back.xlsx"))
        .expect("copied");
    let scoreboard = project.scoreboard();
    let counts = scoreboard["reporting"].as_array().expect("reporting").iter().any(|line| line["file"] == "back.xlsx");
    assert!(counts, "{}", scoreboard["reporting"]);
    let of = ("beta".to_owned(), "everything".to_owned());
    assert_eq!(before[&of].len(), 3);
    assert_eq!(accepted(&project)[&of], before[&of]);
}

#[test]
fn long_titles_and_long_lists_of_odd_options_come_back_right() {
    let project = Project::small();
    let options: Vec<String> =
        (0..400).map(|i| format!("{{ code = \"o{i}\", label = 'no. {i}, \"quoted\" & <odd>' }}")).collect();
    let title = |ending: &str| format!("Cooperation agreements between members of {ending}");
    let collection = |code: &str, ending: &str| {
        format!(
            "schema = 1\n[collection]\ncode = \"{code}\"\ntitle = \"{}\"\n[[collection.field]]\ncode = \"no\"\nlabel = \"No.\"\nkind = \"text\"\nrequired = true\n[[collection.field]]\ncode = \"kind\"\nlabel = \"Kind\"\nkind = \"choice\"\noptions = [{}]\n",
            title(ending),
            options.join(", ")
        )
    };
    project.file("pipelines/one.toml", collection("one", "one cluster"));
    project.file("pipelines/two.toml", collection("two", "two clusters"));
    template(&project, &["--partner", "beta"]);
    let mut book = book(&project, "small_beta_2016-Q2.xlsx");
    let names = book.names();
    assert_eq!(names[2..4], ["Cooperation agreements between", "Cooperation agreements betwee 2"], "{names:?}");
    assert!(book.part("xl/workbook.xml").contains("$400</definedName>"));
    let last = "no. 399, \"quoted\" & <odd>";
    book.fill(&names[2], &[("A7", "X-1"), ("B7", last)]).fill(&names[3], &[("A7", "Y-1"), ("B7", last), ("A8", "Y-2")]);
    book.save(&project.inbox("back.xlsx"));
    let answer: Value =
        serde_json::from_str(&project.run(&["ingest", "--format", "json"]).expect(0).out).expect("JSON");
    let told: Vec<&str> =
        answer["new"][0]["findings"].as_array().expect("findings").iter().filter_map(|f| f["rule"].as_str()).collect();
    assert_eq!(told, ["submission-empty"], "nothing but the empty sheet of agreements is said");
    let rows = accepted(&project);
    let of = |code: &str| {
        rows[&("beta".to_owned(), code.to_owned())].iter().map(|row| row[3..].to_vec()).collect::<Vec<_>>()
    };
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(of("one"), [vec![text("X-1"), text("o399")]]);
    assert_eq!(of("two"), [vec![text("Y-1"), text("o399")], vec![text("Y-2"), None]]);
}

#[test]
fn a_total_is_compared_with_its_rows_and_never_counted() {
    let project = Project::small();
    project.replace(
        "pipelines/agreements.toml",
        "kind = \"money\"\nminimum = 0",
        "kind = \"money\"\nminimum = 0\ntotal = true",
    );
    template(&project, &["--partner", "alpha", "--period", "1"]);
    let mut book = book(&project, "small_alpha_2016-Q1.xlsx");
    assert!(
        book.sheet("Summen").contains("<f>SUM(Vereinbarungen!$D$7:$D$206)</f><v>0</v>"),
        "{}",
        book.sheet("Summen")
    );
    book.fill("Vereinbarungen", &[("A7", "A-1"), ("B7", "2016-02-01"), ("C7", "signed"), ("D7", "100.10")]);
    // Kept out: without its date. Its amount is in the partner's books all the same.
    book.fill("Vereinbarungen", &[("A8", "A-2"), ("C8", "signed"), ("D8", "50")]);
    book.fill("Summen", &[("D5", "2"), ("D6", "150.10")]);
    book.save(&project.inbox("right.xlsx"));
    let scoreboard = project.scoreboard();
    assert_eq!(places(&scoreboard, "total-differs"), Vec::<String>::new());
    assert_eq!(figure(&scoreboard, "volume", &[])["value"].to_string(), "100.1");
    book.fill("Summen", &[("D5", "3"), ("D6", "'150,20"), ("D6", "'151,10")]);
    book.save(&project.inbox("wrong.xlsx"));
    let mut later = project.command(&["run"]);
    assert!(later.env("SCOREBOARD_NOW", "2016-06-30T07:00:00Z").output().expect("runs").status.success());
    let scoreboard = project.json();
    assert_eq!(places(&scoreboard, "total-differs"), ["wrong.xlsx › Summen › D5", "wrong.xlsx › Summen › D6"]);
    let findings = scoreboard["findings"].as_array().expect("findings");
    let told = findings.iter().find(|f| f["rule"] == "total-differs" && f["place"]["cell"] == "D6").expect("told");
    assert_eq!(told["message"], "the rows of this table add up to 150.1; one of them is kept out");
    assert_eq!(told["found"], "151,10");
    assert_eq!(figure(&scoreboard, "volume", &[])["value"].to_string(), "100.1");
}

#[test]
fn a_workbook_from_an_older_template_is_read_by_its_labels_and_it_is_said() {
    let project = Project::small();
    template(&project, &["--partner", "alpha", "--period", "1"]);
    let mut book = book(&project, "small_alpha_2016-Q1.xlsx");
    book.fill("Vereinbarungen", &[("A7", "A-1"), ("B7", "2016-02-01"), ("C7", "signed"), ("D7", "100")]);
    book.save(&project.inbox("old.xlsx"));
    project.replace(
        "pipelines/agreements.toml",
        "de = \"Wert\" }",
        "de = \"Auftragswert\" }\nalso_called = [\"Wert\"]",
    );
    let scoreboard = project.scoreboard();
    assert_eq!(figure(&scoreboard, "volume", &[])["value"].to_string(), "100");
    assert_eq!(places(&scoreboard, "template-older"), ["old.xlsx › _scoreboard › B5"]);
}

#[test]
fn what_only_a_template_says_does_not_read_the_files_again() {
    let project = Project::small();
    project.workbook("alpha_2016-Q1_2016-04-10_r1.xlsx", "Agreements", &[&["No.", "Value"], &["A-1", "300"]]);
    let read = || {
        let answer: Value =
            serde_json::from_str(&project.run(&["run", "--format", "json"]).expect(0).out).expect("JSON");
        answer["files_read"].as_u64()
    };
    assert_eq!(read(), Some(1));
    project.replace(
        "pipelines/agreements.toml",
        "kind = \"money\"",
        "kind = \"money\"\nhelp = \"Without VAT.\"\nexample = \"48500\"\nunit = \"EUR\"",
    );
    project.replace("pipelines/agreements.toml", "key = [\"no\"]", "key = [\"no\"]\nhelp = \"Only ours.\"");
    assert_eq!(read(), Some(0));
    project.replace("pipelines/agreements.toml", "unit = \"EUR\"", "unit = \"EUR\"\ntotal = true");
    assert_eq!(read(), Some(1));
    project.replace("pipelines/agreements.toml", "kind = \"text\"", "kind = \"text\"\ntotal = true");
    project.run(&["check"]).expect(1).says("`total` goes with kind integer, decimal or money only");
}

fn soffice(project: &Project, kind: &str, from: &Path, into: &Path) {
    let profile = format!("-env:UserInstallation=file://{}", project.path().join("profile").display());
    let output = Command::new("soffice")
        .args([&profile, "--headless", "--convert-to", kind, "--outdir"])
        .arg(into)
        .arg(from)
        .output()
        .expect("soffice runs");
    assert!(output.status.success(), "soffice could not convert to {kind}");
}

#[test]
#[ignore = "needs libreoffice"]
fn a_template_saved_by_libreoffice_changes_no_row_and_no_figure() {
    for kind in ["xlsx", "ods", "xls"] {
        let project = Project::laser_go();
        let before = project.scoreboard();
        let rows = accepted(&project);
        for (partner, period, name) in REPORTED {
            template(&project, &["--partner", partner, "--period", period]);
            soffice(
                &project,
                kind,
                &project.path().join("data/templates").join(name),
                &project.path().join("data/inbox"),
            );
        }
        let after = project.scoreboard();
        assert_eq!(figures(&after), figures(&before), "{kind}");
        assert_eq!(kept_out(&after), kept_out(&before), "{kind}");
        let counting = after["reporting"].as_array().expect("reporting");
        let by_template =
            counting.iter().filter(|line| line["file"].as_str().is_some_and(|file| file.starts_with("laser_go_")));
        assert_eq!(by_template.count(), counting.len(), "{kind}: the templates count");
        let again = accepted(&project);
        for (of, rows) in &rows {
            assert_eq!(again[of], *rows, "{kind} {of:?}");
        }
    }
}

#[test]
#[ignore = "needs libreoffice"]
fn libreoffice_recalculates_every_total_of_a_template_to_its_cached_value() {
    let project = Project::laser_go();
    for made in template(&project, &["--all", "--period", "P5"]) {
        let path = made["workbook"].as_str().expect("a path");
        let script = repository().join(".ci/recalculate.py");
        let status = Command::new("python3").arg(script).arg(path).status().expect("python3");
        assert!(status.success(), "{path}");
    }
}

/// Another program opens it, types as a partner would, and saves it.
#[test]
#[ignore = "needs python"]
fn a_template_filled_in_by_another_program_is_read_as_it_was_typed() {
    for (partner, sheet, role) in [
        ("litek", "Klasterio komanda", "Inovacijų skatinimas"),
        ("opticsvalley", "Équipe du cluster", "Appui à l'innovation"),
        ("human_technology", "Clusterteam", "Innovationsbegleitung"),
    ] {
        let project = Project::laser_go();
        let made = template(&project, &["--partner", partner, "--period", "P6"]);
        let script = "import sys, openpyxl\nbook = openpyxl.load_workbook(sys.argv[1])\nsheet = book[sys.argv[2]]\n\
                      for column, value in zip('ABC', [sys.argv[3], 4, 2.5]): sheet[f'{column}7'] = value\nbook.save(sys.argv[4])\n";
        let status = Command::new("python3")
            .args(["-c", script, made[0]["workbook"].as_str().expect("a path"), sheet, role])
            .arg(project.inbox("typed.xlsx"))
            .status()
            .expect("python3");
        assert!(status.success(), "{partner}");
        project.run(&["ingest"]).expect(0);
        let rows = accepted(&project);
        let rows = &rows[&(partner.to_owned(), "cluster_capacity".to_owned())];
        let told: Vec<&str> = rows.last().expect("a row")[2..].iter().flatten().map(String::as_str).collect();
        assert_eq!(told, ["6", "innovation", "4", "2.5"], "{partner}");
    }
}
