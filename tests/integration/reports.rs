//! What a report file chooses: each key, each mistake in it, and one workbook for each partner.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;
use std::path::Path;

use serde_json::Value;

use crate::project::{Project, repository};

const REPORT: &str = "reports/small.toml";
const PLAIN: &str = "schema = 1\n[report]\ncode = \"small\"\ntitle = \"Small\"\n";

/// The small project with a second indicator, and a report of these lines.
fn with_report(lines: &str) -> Project {
    let project = Project::small();
    let count = "\n[[indicator]]\ncode = \"number\"\nunit = \"agreements\"\nfrom = \"agreements\"\nmeasure = \"COUNT(*)\"\n\
                 by = [\"partner\"]\n";
    project.replace("indicators/a.toml", "[[indicator.example]]", &format!("{count}[[indicator.example]]"));
    project.replace("indicators/a.toml", "expect = 2", "expect = 2");
    project.file(REPORT, format!("{PLAIN}{lines}"));
    project
}

/// One pixel.
const PNG: &[u8] = &[
    0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0, 0, 1, 8,
    2, 0, 0, 0, 0x90, 0x77, 0x53, 0xde, 0, 0, 0, 12, b'I', b'D', b'A', b'T', 0x78, 0x9c, 0x63, 0x60, 0x60, 0x60, 0, 0,
    0, 4, 0, 1, 0xf6, 0x17, 0x38, 0x55, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82,
];

/// Every part of a workbook, as text.
pub fn parts(path: &Path) -> Vec<(String, String)> {
    let mut archive = zip::ZipArchive::new(fs::File::open(path).expect("a workbook")).expect("a zip");
    let mut parts = Vec::new();
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).expect("a part");
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).expect("read");
        parts.push((part.name().expect("a name").into_owned(), String::from_utf8_lossy(&bytes).into_owned()));
    }
    parts
}

/// The names of its sheets, in their order.
fn sheets(path: &Path) -> Vec<String> {
    let parts = parts(path);
    let (_, book) = parts.iter().find(|(name, _)| name == "xl/workbook.xml").expect("a workbook");
    let names = book.split("<sheet name=\"").skip(1).filter_map(|rest| rest.split_once('"'));
    names.map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn every_mistake_in_a_report_is_told_at_its_place() {
    let cases: &[(&str, &[&str])] = &[
        ("sheets = [\"summary\", \"matrx\"]", &["bad-value", "no sheet is called `matrx`", "did you mean `matrix`?"]),
        ("sheets = [\"pace\", \"pace\"]", &["the sheet `pace` is named twice", "reports/small.toml:5:19"]),
        ("sheets = 3", &["wrong-type"]),
        ("columns = [\"targt\"]", &["no column is called `targt`", "did you mean `target`?"]),
        ("charts = [\"bulet\"]", &["no chart is called `bulet`", "did you mean `bullet`?"]),
        ("charts = { bulet = false }", &["unknown-key", "did you mean `bullet`?"]),
        ("charts = { bullet = \"no\" }", &["wrong-type"]),
        ("language = \"it\"", &["`language` cannot be `it`", "en, de, fr, nl"]),
        ("accent = \"petrol\"", &["`petrol` is not a colour", "#0F5E6E"]),
        ("accent = \"#FFCC00\"", &["is too pale", "contrast with white is 1.5", "reports/small.toml:5:10"]),
        ("logo = \"reports/none.png\"", &["bad-value", "the logo `reports/none.png` cannot be read"]),
        ("logo = \"../logo.png\"", &["is not a path inside the project"]),
        ("logo = \"reports/small.toml\"", &["is neither PNG nor JPEG"]),
        ("per_partner = \"yes\"", &["wrong-type"]),
        ("per_partner = true\naudience = \"public\"", &["a report for each partner holds its rows", "`public`"]),
        ("[[report.funnel]]\nsteps = [\"volume\", \"number\"]", &["missing-key", "needs `title`"]),
        ("[[report.funnel]]\ntitle = \"F\"\nsteps = [\"volume\"]", &["a funnel needs at least two `steps`"]),
        (
            "[[report.funnel]]\ntitle = \"F\"\nsteps = [\"volume\", \"numbr\"]",
            &["unknown-indicator", "the report has no indicator `numbr`", "did you mean `number`?"],
        ),
        (
            "[[report.funnel]]\ntitle = \"F\"\nstep = [\"volume\", \"number\"]",
            &["unknown-key", "did you mean `steps`?"],
        ),
    ];
    let project = with_report("");
    project.run(&["check"]).expect(0);
    for (lines, says) in cases {
        project.file(REPORT, format!("{PLAIN}{lines}\n"));
        let mut answer = project.run(&["check"]).expect(1);
        for text in *says {
            answer = answer.says(text);
        }
    }
}

#[test]
fn a_damaged_picture_is_refused_before_anything_runs() {
    let project = with_report("logo = \"reports/logo.png\"\n");
    project.file("reports/logo.png", &PNG[..PNG.len() - 12]);
    project.run(&["check"]).expect(1).says("is a damaged picture");
    project.file("reports/logo.png", vec![0; 1_000_001]);
    project.run(&["check"]).expect(1).says("is larger than 1 000 000 bytes");
    project.file("reports/logo.png", PNG);
    project.run(&["check"]).expect(0);
}

#[test]
fn a_report_has_the_sheets_that_it_names_and_its_logo() {
    let project = with_report(
        "sheets = [\"method\", \"summary\", \"funnel\", \"matrix\", \"countries\"]\ncharts = { trend = false }\n\
         accent = \"#7A003C\"\nlogo = \"reports/logo.png\"\nlanguage = \"en\"\n\
         [[report.funnel]]\ntitle = \"From number to value\"\nsteps = [\"number\", \"volume\"]\n",
    );
    project.file("reports/logo.png", PNG);
    let header: &[&str] = &["No.", "Signed on", "Status", "Value"];
    project.workbook("alpha_Q2_2016-06-20_r1.xlsx", "Agreements", &[header, &["'A1", "2016-04-01", "signed", "100"]]);
    project.workbook("beta_Q2_2016-06-20_r1.xlsx", "Agreements", &[header, &["'B1", "2016-04-02", "signed", "50"]]);
    project.run(&["run"]).expect(0);
    let workbook = project.path().join("data/out/small.xlsx");
    // No indicator is counted by country.
    assert_eq!(sheets(&workbook), ["Method", "Summary", "Funnel", "Partners"]);
    let parts = parts(&workbook);
    assert!(parts.iter().any(|(name, _)| name == "xl/media/image1.png"));
    let (_, styles) = parts.iter().find(|(name, _)| name == "xl/styles.xml").expect("styles");
    assert!(styles.contains("FF7A003C") && !styles.contains("FF0F5E6E"), "the accent is the report's own");
    // The picture is part of the definitions: another one is another run.
    let before = project.json()["run"].clone();
    let mut other = PNG.to_vec();
    other.push(0);
    project.file("reports/logo.png", other);
    project.run(&["run"]).expect(0);
    assert_ne!(project.json()["run"], before);
}

#[test]
fn each_partner_gets_its_own_figures_and_nothing_of_another() {
    let project = Project::laser_go();
    project.replace(
        "reports/scoreboard.toml",
        "title = \"LASER-GO scoreboard\"",
        "title = \"LASER-GO scoreboard\"\nper_partner = true",
    );
    // The definitions, which all partners agreed on, name who answers for an indicator.
    for name in ["LITEK", "OpticsValley", "Human.technology Styria"] {
        project.replace("indicators/laser_go.toml", &format!("responsible = \"{name}\""), "responsible = \"all\"");
    }
    project.run(&["run"]).expect(0);
    let out = project.path().join("data/out");
    let whole: Value = project.json();
    let partners = ["litek", "opticsvalley", "human_technology"];
    let read = |partner: &str| -> Value {
        let bytes = fs::read(out.join(format!("partners/laser_go.{partner}.json"))).expect("a json");
        serde_json::from_slice(&bytes).expect("JSON")
    };
    // Everything that stands in the rows of a partner, by partner: names, numbers of agreements, places of files.
    let words = |board: &Value| -> BTreeSet<String> {
        let files = board["inputs"].as_array().expect("inputs").iter();
        files.filter_map(|input| input["name"].as_str()).map(str::to_owned).collect()
    };
    let mut compared = 0;
    for partner in partners {
        let own = read(partner);
        for figure in
            own["figures"].as_array().expect("figures").iter().filter(|one| one["by"] == serde_json::json!({}))
        {
            let line = whole["figures"].as_array().expect("figures").iter().find(|one| {
                one["indicator"] == figure["indicator"] && one["by"] == serde_json::json!({ "partner": partner })
            });
            if let Some(line) = line {
                for key in ["value", "state", "target", "progress"] {
                    assert_eq!(figure[key], line[key], "{partner}: {} of {}", key, figure["indicator"]);
                }
                compared += 1;
            }
        }
        let workbook = out.join(format!("partners/laser_go.{partner}.xlsx"));
        let text: String = parts(&workbook).into_iter().map(|(_, text)| text).collect();
        let told = own.to_string();
        for other in partners.into_iter().filter(|other| *other != partner) {
            let name = whole["programme"]["partners"].as_array().expect("partners").iter();
            let name = name.filter(|one| one["code"] == other).find_map(|one| one["name"].as_str()).expect("a name");
            for word in words(&read(other)).into_iter().chain([name.to_owned()]) {
                assert!(!text.contains(&word) && !told.contains(&word), "{partner} is told of {word}");
            }
        }
        assert!(!sheets(&workbook).iter().any(|name| name == "Partners" || name == "Survey"));
        assert_eq!(own["surveys"], serde_json::json!([]));
        assert_eq!(own["run"], whole["run"]);
    }
    assert!(compared >= 20, "{compared} figures compared");
    // The same again is the same.
    let before: Vec<Vec<u8>> =
        partners.iter().map(|one| fs::read(out.join(format!("partners/laser_go.{one}.xlsx"))).expect("read")).collect();
    fs::remove_file(out.join("partners/laser_go.litek.xlsx")).expect("removed");
    project.run(&["run"]).expect(0);
    let after: Vec<Vec<u8>> =
        partners.iter().map(|one| fs::read(out.join(format!("partners/laser_go.{one}.xlsx"))).expect("read")).collect();
    assert!(before == after, "a file that is gone is made again, the same");
}

/// Texts that stand in the workbooks of one partner only.
#[test]
fn no_text_of_another_partners_inbox_stands_in_a_partners_workbook() {
    let project = Project::laser_go();
    project.replace(
        "reports/scoreboard.toml",
        "title = \"LASER-GO scoreboard\"",
        "title = \"LASER-GO scoreboard\"\nper_partner = true",
    );
    project.run(&["run"]).expect(0);
    let inbox = repository().join("data/inbox");
    let texts = |partner: &str| -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for file in fs::read_dir(&inbox).expect("an inbox").flatten() {
            let name = file.file_name().to_string_lossy().to_lowercase();
            let is = |code: &str| match code {
                "litek" => name.contains("litek"),
                "opticsvalley" => name.contains("optics"),
                _ => name.contains("hts") || name.contains("human") || name.contains("styria"),
            };
            if !is(partner) || file.path().extension().is_none_or(|extension| extension != "xlsx") {
                continue;
            }
            for (part, text) in parts(&file.path()) {
                if part == "xl/sharedStrings.xml" {
                    let items = text.split("<t").skip(1).filter_map(|rest| rest.split_once('>')?.1.split_once("</t>"));
                    found.extend(items.map(|(item, _)| item.to_owned()).filter(|item| item.chars().count() >= 6));
                }
            }
        }
        found
    };
    let partners = ["litek", "opticsvalley", "human_technology"];
    let mut looked_for = 0;
    for partner in partners {
        let own = texts(partner);
        let workbook = project.path().join(format!("data/out/partners/laser_go.{partner}.xlsx"));
        let told: String = parts(&workbook).into_iter().map(|(_, text)| text).collect();
        for other in partners.into_iter().filter(|other| *other != partner) {
            // What stands in the partner's own files too, or in the definitions, tells nothing of another.
            let shared = [&own].into_iter().flatten().cloned().collect::<BTreeSet<_>>();
            let definitions: String = [
                "indicators/laser_go.toml",
                "pipelines/agreements.toml",
                "pipelines/contacts.toml",
                "pipelines/members.toml",
                "pipelines/support.toml",
                "pipelines/cluster_capacity.toml",
            ]
            .iter()
            .map(|name| fs::read_to_string(repository().join(name)).expect("read"))
            .collect();
            for text in texts(other).difference(&shared).filter(|text| !definitions.contains(text.as_str())) {
                looked_for += 1;
                assert!(!told.contains(text.as_str()), "{partner} is told “{text}”, which {other} sent");
            }
        }
    }
    assert!(looked_for > 200, "{looked_for} texts looked for");
}
