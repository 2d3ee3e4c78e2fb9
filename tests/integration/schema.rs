//! The JSON schemas of the definition files, made of what the readers ask for while they read files that hold every table:
//! the root programme's, and the samples below. No list of keys is written by hand.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use scoreboard::define::form::{FormFault, FormFile, FormSheet};
use scoreboard::define::observe::{Observed, Shape, TableKeys};
use scoreboard::define::{Open, SourceFile, load_with, observe_with, standard};
use serde_json::{Map, Value, json};

use crate::project::repository;

const KINDS: [(&str, &str); 5] = [
    ("scoreboard", "scoreboard.toml: the programme"),
    ("indicators", "indicators/*.toml: what is measured"),
    ("pipelines", "pipelines/*.toml: collections, surveys and their sources"),
    ("reports", "reports/*.toml: which scoreboards come out"),
    ("decisions", "decisions.toml, decisions/*.toml: which organisations are one, which country was meant"),
];

/// The rows of a table as a form or a table of rates would have them.
fn sheet(rows: &[&[&str]]) -> FormSheet {
    let row = |(at, cells): (usize, &&[&str])| {
        let cells =
            cells.iter().enumerate().map(|(column, text)| (u16::try_from(column).expect("few"), (*text).to_owned()));
        (u32::try_from(at).expect("few"), cells.collect::<BTreeMap<u16, String>>())
    };
    FormSheet { name: "survey".into(), rows: rows.iter().enumerate().map(row).collect() }
}

#[allow(clippy::unnecessary_wraps, reason = "the shape of what opens files")]
fn open(name: &str) -> Result<FormFile, FormFault> {
    let rows: &[&[&str]] = if name == "rates.csv" {
        &[&["currency", "month", "rate", "source"], &["USD", "2016-05", "1.1311", "ECB"]]
    } else {
        &[
            &["type", "name", "label"],
            &["text", "firm", "VAT number"],
            &["date", "answered", "Date"],
            &["decimal", "turnover", "Turnover"],
            &["text", "remarks", "Remarks"],
        ]
    };
    Ok(FormFile { name: name.into(), hash: "0".into(), sheets: vec![sheet(rows)] })
}

/// The least PNG that is whole.
#[allow(clippy::unnecessary_wraps, reason = "the shape of what opens files")]
fn picture(_: &str) -> Result<Vec<u8>, FormFault> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, body) in [(b"IHDR", [&[0, 0, 0, 1, 0, 0, 0, 1][..], &[8, 0, 0, 0, 0]].concat()), (b"IEND", Vec::new())] {
        bytes.extend(u32::try_from(body.len()).expect("small").to_be_bytes());
        bytes.extend(kind);
        bytes.extend(body);
        bytes.extend([0; 4]);
    }
    Ok(bytes)
}

fn opening() -> Open<'static> {
    Open { form: &open, picture: &picture, entry: &standard::text }
}

/// Definitions that hold every table, and every way to write what can be written in several.
fn samples() -> Vec<SourceFile> {
    let files = [
        ("scoreboard.toml", HEAD),
        ("pipelines/tables.toml", TABLES),
        ("pipelines/surveys.toml", SURVEYS),
        ("pipelines/notify.toml", NOTIFY),
        ("indicators/all.toml", INDICATORS),
        ("reports/all.toml", REPORTS),
        ("decisions.toml", DECISIONS),
    ];
    files.iter().map(|(name, text)| SourceFile { name: (*name).into(), text: (*text).into() }).collect()
}

/// The definition files of a project's folder.
fn files_of(folder: &Path) -> Vec<PathBuf> {
    let mut files = vec![folder.join("scoreboard.toml")];
    files.extend(Some(folder.join("decisions.toml")).filter(|path| path.exists()));
    for part in ["indicators", "pipelines", "reports"] {
        let inside = fs::read_dir(folder.join(part)).into_iter().flatten().flatten().map(|entry| entry.path());
        files.extend(inside.filter(|path| path.extension().is_some_and(|extension| extension == "toml")));
    }
    files.sort();
    files
}

fn observed() -> Observed {
    let named = |path: &PathBuf| SourceFile {
        name: path.strip_prefix(repository()).expect("inside").to_string_lossy().replace('\\', "/"),
        text: fs::read_to_string(path).expect("read"),
    };
    let own: Vec<SourceFile> = files_of(repository()).iter().map(named).collect();
    let mut all = observe_with(&samples(), opening());
    for (at, table) in observe_with(&own, opening()) {
        let into = all.entry(at).or_default();
        into.read += table.read;
        into.is_open |= table.is_open;
        for (name, key) in table.keys {
            let known = into.keys.entry(name).or_default();
            known.shapes.extend(key.shapes);
            known.required += key.required;
        }
    }
    all
}

fn shape(shape: &Shape, at: &str) -> Value {
    let texts = json!({ "type": "array", "items": { "type": "string" } });
    let table = || json!({ "$ref": format!("#/$defs/{at}") });
    match shape {
        Shape::Text => json!({ "type": "string" }),
        Shape::Code => json!({ "type": "string", "pattern": "^[a-z][a-z0-9]*(_[a-z0-9]+)*$", "maxLength": 60 }),
        Shape::Words => json!({ "anyOf": [
            { "type": "string" },
            { "type": "object", "patternProperties": { "^..$": { "type": "string" } }, "additionalProperties": false },
        ] }),
        Shape::Whole(None) => json!({ "type": "integer" }),
        Shape::Whole(Some((least, most))) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Shape::Number => json!({ "type": "number" }),
        Shape::Truth => json!({ "type": "boolean" }),
        Shape::Day => json!({ "type": "string", "format": "date" }),
        Shape::Choice(words) => json!({ "enum": words }),
        Shape::Texts => json!({ "anyOf": [{ "type": "string" }, texts] }),
        Shape::Numbers => json!({ "type": "array", "items": { "type": "number" } }),
        Shape::Groups => json!({ "type": "array", "items": texts }),
        Shape::Table => table(),
        Shape::Tables => json!({ "anyOf": [table(), { "type": "array", "items": table() }] }),
    }
}

fn table(observed: &Observed, at: &str, says: &BTreeMap<(String, String), String>) -> Value {
    let table: &TableKeys = &observed[at];
    let mut properties = Map::new();
    // What is asked for only to be refused has no shape.
    for (name, key) in table.keys.iter().filter(|(_, key)| !key.shapes.is_empty()) {
        let inside = format!("{at}.{name}");
        let mut shapes: Vec<Value> = key.shapes.iter().map(|one| shape(one, &inside)).collect();
        let mut value = if shapes.len() == 1 { shapes.remove(0) } else { json!({ "anyOf": shapes }) };
        if let (Some(says), Some(value)) = (says.get(&(at.to_owned(), (*name).to_owned())), value.as_object_mut()) {
            value.insert("description".into(), says.as_str().into());
        }
        properties.insert((*name).to_owned(), value);
    }
    let inside = format!("{at}.*");
    let others = if observed.contains_key(&inside) {
        json!({ "$ref": format!("#/$defs/{inside}") })
    } else {
        json!(table.is_open)
    };
    let required: Vec<&str> =
        table.keys.iter().filter(|(_, key)| key.required == table.read).map(|(name, _)| *name).collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": others,
    })
}

/// What `docs/definitions.md` says of a key, by table and key.
fn said(observed: &Observed) -> BTreeMap<(String, String), String> {
    let text = fs::read_to_string(repository().join("docs/definitions.md")).expect("read");
    let (mut kind, mut at) = ("", String::new());
    let mut says = BTreeMap::new();
    for line in text.lines() {
        if let Some(heading) = line.strip_prefix("## ").or_else(|| line.strip_prefix("### ")) {
            kind = KINDS
                .iter()
                .map(|(kind, _)| *kind)
                .find(|kind| heading.starts_with(&format!("`{kind}")))
                .unwrap_or(kind);
            at = match heading.split('`').nth(1).filter(|name| name.starts_with('[')) {
                Some(name) => format!("{kind}.{}", name.trim_matches(['[', ']'])),
                None => kind.to_owned(),
            };
            continue;
        }
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, keys, what, ..] = cells[..] else { continue };
        for named in keys.split('`').skip(1).step_by(2) {
            let mut name = named;
            if let Some((table, rest)) = named.strip_prefix('[').and_then(|named| named.split_once(']')) {
                at = format!("{kind}.{}", table.trim_start_matches('['));
                name = rest.trim_start_matches(']').trim();
            }
            // A row further down may speak of an outer table again.
            let mut inside = at.clone();
            while !inside.is_empty() {
                let known = observed.get(&inside).is_some_and(|table| table.keys.contains_key(name));
                if known {
                    says.entry((inside.clone(), name.to_owned())).or_insert_with(|| what.to_owned());
                }
                inside = inside.rsplit_once('.').map_or(String::new(), |(outer, _)| outer.to_owned());
            }
        }
    }
    says
}

fn schema(kind: &str, title: &str, observed: &Observed, says: &BTreeMap<(String, String), String>) -> String {
    let inside = format!("{kind}.");
    let defs: Map<String, Value> = observed
        .iter()
        .filter(|(at, _)| at.starts_with(&inside))
        .map(|(at, _)| (at.clone(), table(observed, at, says)))
        .collect();
    let mut root = table(observed, kind, says);
    let root_keys = root.as_object_mut().expect("an object");
    root_keys.insert("$schema".into(), "https://json-schema.org/draft/2020-12/schema".into());
    root_keys.insert("title".into(), title.into());
    root_keys.insert("$defs".into(), defs.into());
    // Checked apart from the readers.
    root_keys.insert("required".into(), json!(["schema"]));
    root_keys["properties"]["schema"] =
        json!({ "const": 1, "description": "Which version of this format the file follows." });
    format!("{root:#}\n")
}

fn path(kind: &str) -> PathBuf {
    repository().join(format!("docs/schema/{kind}.schema.json"))
}

#[test]
fn the_schemas_of_definitions_are_what_the_readers_ask_for() {
    let (_, findings) = load_with(&samples(), opening());
    let told: Vec<String> = findings.iter().map(|finding| format!("{} {}", finding.place, finding.message)).collect();
    assert!(told.is_empty(), "the samples are unsound: {told:#?}");
    let observed = observed();
    let says = said(&observed);
    for (kind, title) in KINDS {
        let made = schema(kind, title, &observed, &says);
        if std::env::var_os("REFRESH_SCHEMAS").is_some() {
            #[allow(clippy::disallowed_methods, reason = "a document of the repository, not the store")]
            fs::write(path(kind), &made).expect("written");
        }
        let kept = fs::read_to_string(path(kind)).unwrap_or_default();
        assert!(
            kept == made,
            "docs/schema/{kind}.schema.json is not what the readers ask for; make it anew with\n  \
             REFRESH_SCHEMAS=1 cargo test --release --test integration the_schemas_of_definitions"
        );
    }
    // Of a table that no sample holds nobody knows the keys; nor what a key takes that is looked for and never read.
    let refused = ["token", "password", "api_key", "key", "login", "username"];
    let refusing = ["pipelines.source", "pipelines.mail", "pipelines.channel", "reports.report.destination"];
    let mut untold: Vec<String> = Vec::new();
    for (at, table) in &observed {
        let shapeless = table.keys.iter().filter(|(_, key)| key.shapes.is_empty()).map(|(name, _)| *name);
        let shapeless = shapeless.filter(|name| !refusing.contains(&at.as_str()) || !refused.contains(name));
        untold.extend(shapeless.map(|name| format!("{at}.{name}")));
        for (name, key) in &table.keys {
            let is_table = key.shapes.iter().any(|shape| matches!(shape, Shape::Table | Shape::Tables));
            if is_table && !observed.contains_key(&format!("{at}.{name}")) {
                untold.push(format!("{at}.{name}"));
            }
        }
    }
    assert!(untold.is_empty(), "no sample gives these a value: {untold:?}");
}

#[test]
fn every_key_of_a_definition_is_documented() {
    let read = |name: &str| fs::read_to_string(repository().join(name)).expect("read");
    let text = read("docs/definitions.md") + &read("docs/exports.md") + &read("docs/sources.md");
    let words: std::collections::BTreeSet<&str> =
        text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    let missing: Vec<String> = observed()
        .iter()
        .flat_map(|(at, table)| {
            table.keys.iter().filter(|(_, key)| !key.shapes.is_empty()).map(move |(name, _)| (at, *name))
        })
        .filter(|(_, name)| !words.contains(name))
        .map(|(at, name)| format!("{at}.{name}"))
        .collect();
    assert!(missing.is_empty(), "docs/definitions.md and docs/exports.md do not name {missing:?}");
}

#[test]
#[ignore = "needs jsonschema"]
fn definitions_are_valid_against_their_schemas() {
    let mut projects = vec![repository().to_owned(), repository().join("benches/project")];
    let examples =
        fs::read_dir(repository().join("examples")).into_iter().flatten().flatten().map(|entry| entry.path());
    projects.extend(examples.filter(|path| path.join("scoreboard.toml").is_file()));
    let mut by_kind: BTreeMap<&str, Vec<PathBuf>> = BTreeMap::new();
    for file in projects.iter().flat_map(|project| files_of(project)) {
        let folder = file.parent().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
        let stem = file.file_stem().map(|name| name.to_string_lossy().into_owned());
        let named = |kind: &&str| folder.as_deref() == Some(kind) || stem.as_deref() == Some(kind);
        let kind = KINDS.iter().map(|(kind, _)| *kind).find(named);
        by_kind.entry(kind.unwrap_or("scoreboard")).or_default().push(file);
    }
    let checked: usize = by_kind.values().map(Vec::len).sum();
    let script = repository().join(".ci/schema_check.py");
    for (kind, files) in by_kind {
        let status = std::process::Command::new("python3").arg(&script).arg(path(kind)).args(files).status();
        assert!(
            status.expect("python3").success(),
            "definitions depart from docs/schema/{kind}.schema.json; see above"
        );
    }
    assert!(checked > 10, "only {checked} files");
}

const HEAD: &str = r#"schema = 1
[programme]
code = "sample"
title = "Sample"
start = 2016-01-01
end = 2016-12-31
[[partner]]
code = "alpha"
name = "Alpha"
country = "AT"
collections = ["grants", "firms"]
[folders]
inbox = "data/inbox"
[limits]
seconds = 60
[network]
hosts = ["*.example", "*.example.org", "*.example.eu", "eu.kobotoolbox.org"]
[submission]
file_names = ["{partner}*"]
cells = { partner = "B1", period = "B2", reporting_date = "B3", revision = "B4" }
[currency]
rates = "rates.csv"
"#;

const DECISIONS: &str = r#"schema = 1
[[decision]]
pair = ["LT119511515", "Acme (LT)"]
verdict = "same"
by = "A. Lead"
because = "the register says so"
on = 2016-05-02
[[country]]
written = "SBR"
is = "RS"
of = "grants"
by = "A. Lead"
because = "a slip for SRB"
on = 2016-05-02
"#;

const TABLES: &str = r#"schema = 1
[collection]
code = "grants"
title = "Grants"
key = ["no"]
date = "paid_on"
[collection.layout]
file = "*.xls"
not_reported = ["-"]
columns = { no = "Number" }
header_row = 2
header_rows = 1
first_row = 3
last_row = 90
[[collection.field]]
code = "no"
label = "No."
kind = "text"
[[collection.field]]
code = "paid_on"
label = "Paid on"
kind = "date"
minimum = 2016-01-01
maximum = 2030-12-31
[[collection.field]]
code = "paid"
label = "Paid"
kind = "money"
minimum = 0
maximum = 1000
currency = "USD"
[[collection.field]]
code = "region"
label = "Region"
kind = "choice"
options = ["north", "south"]
[[collection.field]]
code = "firm"
label = "Firm"
kind = "enterprise"
check_digits = true
[[collection.field]]
code = "member"
label = "Member"
kind = "text"
organisation = true
country = "land"
[[collection.field]]
code = "land"
label = "Land"
kind = "country"
unreadable = "warning"
[[collection.field]]
code = "year"
label = "Year"
kind = "integer"
[[collection.check]]
code = "early"
expect = "paid >= 0"
message = "negative"
[[collection.group_check]]
code = "several"
by = ["partner"]
where = "paid > 0"
expect = "COUNT(*) >= 2"
message = "one grant alone"
"#;

const SURVEYS: &str = r#"schema = 1
[collection]
code = "firms"
title = "Firms"
[[collection.layout]]
file = ["a*.xls", "b*.xls"]
letters = { firm = "A" }
cells = { region = "B2" }
not_reported = { size = ["-"] }
[collection.layout.across]
labels = ["20*"]
into = "size"
value = "staff"
[[collection.field]]
code = "firm"
label = "Company"
kind = "enterprise"
[[collection.field]]
code = "grant_no"
label = "Grant"
kind = "text"
refers_to = "grants.no"
[[collection.field]]
code = "region"
label = "Part"
kind = "choice"
options = [{ code = "north", label = "North" }, { code = "south", label = { en = "South", de = "Süd" } }]
[[collection.field]]
code = "size"
label = "Size"
kind = "choice"
options = ["small", "medium"]
[[collection.field]]
code = "staff"
label = "Staff"
kind = "integer"

[[survey]]
code = "counted"
title = "Counted"
frame = "firms"
match = "firm"
strata = ["size"]
respondent = "firm"
submitted = "answered"
form = "form.xlsx"
rake = ["region", "size"]
no_answer = { refused = ["99"] }
[[survey.wave]]
code = "first"
role = "baseline"
on = 2016-03-31
files = ["first*"]
[[survey.question]]
code = "firm"
kind = "enterprise"
[[survey.question]]
code = "size_now"
label = "Size now"
kind = "choice"
options = ["small", "medium"]
no_answer = { dont_know = "dk" }
[[survey.theme]]
question = "remarks"
code = "price"
terms = ["price"]
[[survey.check]]
code = "sane"
expect = "turnover >= 0"
message = "negative"

[[survey]]
code = "declared"
title = "Declared"
frame = "firms"
match = "firm"
strata = ["size"]
collapse = [["small", "medium"]]
respondent = "who"
submitted = "answered"
post_strata = { region = { north = 10, south = 20 } }
began = "started"
ended = "finished"
minimum_minutes = 5
[[survey.question]]
code = "started"
label = "Started"
kind = "text"
[[survey.question]]
code = "finished"
label = "Finished"
kind = "text"
[[survey.wave]]
code = "first"
role = "baseline"
on = 2016-03-31
[[survey.question]]
code = "who"
label = "Who"
kind = "enterprise"
[[survey.question]]
code = "answered"
label = "Answered"
kind = "date"
minimum = 2016-01-01
maximum = 2030-12-31
[[survey.question]]
code = "part"
label = "Part"
kind = "choice"
options = [{ code = "north", label = "North" }]
[[survey.question]]
code = "staff_now"
label = "Staff now"
kind = "integer"
minimum = 0
maximum = 1000

[[survey]]
code = "raked"
title = "Raked"
frame = "firms"
match = "firm"
respondent = "who"
submitted = "answered"
rake = { region = { north = 10, south = 20 }, size = { small = 12, medium = 18 } }
[[survey.wave]]
code = "first"
role = "baseline"
on = 2016-03-31
files = ["second*"]
[[survey.question]]
code = "who"
label = "Who"
kind = "enterprise"
[[survey.question]]
code = "answered"
label = "Answered"
kind = "date"

[[survey]]
code = "stratified"
title = "Stratified"
frame = "firms"
match = "firm"
respondent = "who"
submitted = "answered"
post_strata = ["region", "size"]
[[survey.wave]]
code = "first"
role = "baseline"
on = 2016-03-31
files = ["third*"]
[[survey.question]]
code = "who"
label = "Who"
kind = "enterprise"
[[survey.question]]
code = "answered"
label = "Answered"
kind = "date"

[[source]]
code = "server"
kind = "kobo"
url = "https://eu.kobotoolbox.org"
form = "aBc"
secret = "KOBO_TOKEN"
survey = "declared"
wave = "first"
[[source]]
code = "central"
kind = "odk"
url = "https://central.example"
form = "7/turnover"
secret_file = "./secrets/odk_password"
user_file = "/run/secrets/odk_user"
survey = "counted"
wave = "first"

[[freshness]]
of = "server"
warn_after_days = 8
fail_after_days = 30
[[freshness]]
of = "grants"
per = "newest"
fail_after_days = 120
[[source]]
code = "share"
kind = "folder"
path = "/mnt/partners"
files = ["*.xlsx"]
[[source]]
code = "open_data"
kind = "url"
url = "https://files.example.org/firms.csv?year=2016"
name = "firms.csv"
[[source]]
code = "link"
kind = "url"
url_secret = "LINK"
[[source]]
code = "cloud"
kind = "webdav"
url = "https://cloud.example/dav/in"
user = "CLOUD_USER"
secret = "CLOUD_PASSWORD"
partner = "alpha"
[[source]]
code = "bucket"
kind = "s3"
endpoint = "https://s3.example"
bucket = "kpi"
prefix = "in"
user = "S3_KEY"
secret = "S3_SECRET"
[[schedule]]
code = "weekly"
cron = ["0 6 * * MON"]
catch_up = "all"
steps = ["fetch", "run"]
sources = ["server"]
"#;

const INDICATORS: &str = r#"schema = 1
[[indicator]]
code = "paid"
unit = "EUR"
from = "grants"
where = "paid > 0"
measure = "SUM(paid)"
by = ["partner"]
committed = { measure = "COUNT(*)", where = "paid > 0", date = "paid_on" }
published = [{ value = 135, relation = "about", by = { partner = "alpha" }, on = 2016-06-30, source = "Guide", note = "x", rows = "partial", parts = [100, 35] }]
baseline = { value = 0 }
milestone = [{ value = 10, on = 2016-06-30 }]
target = [{ value = 100, on = 2016-12-31, decided = 2016-01-01, because = "agreed" }]
partner_target = { alpha = 100 }
[[indicator.example]]
given = [{ paid = 0 }]
expect = 0
[[indicator]]
code = "several"
common = "RCO01"
unit = "rows"
from = ["grants", "firms"]
where = { grants = "paid > 0", firms = "size = 'small'" }
measure = "COUNT(*)"
accumulation = "stock"
target = "to_be_declared"
committed = { measure = "COUNT(*)", where = { grants = "paid > 0" } }
[[indicator]]
code = "rate"
unit = "%"
from = "grants"
ratio = { of = "SUM(paid)", to = "COUNT(*)" }
target = { increase = 5 }
[[indicator]]
use = "interreg/rco96"
from = "grants"
fields = { amount = "paid" }
[[indicator]]
code = "average"
unit = "EUR"
from = "grants"
mean = "paid"
[[indicator]]
code = "middle"
unit = "EUR"
from = "grants"
median = "paid"
[[indicator]]
code = "estimated"
unit = "EUR"
survey = "counted"
estimate = { mean = "turnover" }
change = "percent"
[[indicator]]
code = "each"
unit = "EUR"
derived = { of = "paid", to = "several" }
"#;

const REPORTS: &str = r##"schema = 1
[[report]]
code = "all"
title = "All"
thresholds = { on_track = 0.9, at_risk = 0.7 }
gate = { rows_kept_out = 5 }
indicators = ["several", "paid"]
sheets = ["summary"]
columns = ["actual"]
charts = ["trend"]
accent = "#0F5E6E"
logo = "logo.png"
[[report.matrix]]
title = "Sizes"
from = "firms"
rows = "size"
columns = "partner"
split = "size"
where = "size = 'small'"
measure = "COUNT(*)"
names = "size"
[[report.chain]]
title = "After"
from = "grants"
begins = "Paid"
where = "paid > 0"
open_after_days = 30
[[report.chain.step]]
title = "Seen"
date = "paid_on"
where = "paid > 1"
[[report.chain.step]]
title = "Firm"
from = "firms"
[[report.funnel]]
title = "Way"
steps = ["several", "paid"]
[[report]]
code = "others"
title = "Others"
charts = { bullet = false }
formats = ["csv", "iati"]
[report.iati]
identifier = "XM-EXAMPLE-1"
description = "An example."
reporting_org = { ref = "LT-EXAMPLE-1", type = "90", name = "LITEK" }
participating_org = [{ name = "European Commission", role = "1", type = "15" }]
recipient_country = [{ code = "LT", percentage = 40 }, { code = "FR", percentage = 60 }]
recipient_region = { code = "89" }
sector = { code = "32130" }
[report.dhis2]
url = "https://dhis2.example.org"
secret_file = "/run/secrets/dhis2"
user_file = "/run/secrets/dhis2_user"
org_unit = "O6uvpzGd5pu"
partner_org_unit = { alpha = "fdc6uOvgoji" }
[report.dhis2.element.paid]
actual = "s46m5MS0hxu"
by = "partner"
category_option_combo = { alpha = "V6L425pT3A0" }
[[report.destination]]
code = "folder"
kind = "folder"
path = "out"
files = ["xlsx", "html"]
names = "latest"
[[report.destination]]
code = "council"
kind = "mail"
to = ["council@example.eu"]
files = ["xlsx"]
[[report.destination]]
code = "put"
kind = "put"
url_secret_file = "/run/secrets/put"
[[report.destination]]
code = "link"
kind = "put"
url_secret = "PUT_LINK"
[[report.destination]]
code = "cloud"
kind = "webdav"
url = "https://cloud.example/dav/out"
[[report.destination]]
code = "bucket"
kind = "s3"
endpoint = "https://s3.example"
bucket = "kpi"
prefix = "out"
user = "S3_KEY"
secret = "S3_SECRET"
"##;

/// Who is told what: every key, and each kind of channel.
const NOTIFY: &str = r#"schema = 1
[mail]
server = "smtp.example.eu"
port = 587
security = "starttls"
allow_plain = false
user = "MAIL_USER"
secret = "MAIL_SECRET"
from = "Monitoring <monitoring@example.eu>"
reply_to = "lead@example.eu"
ca_file = "certificates/ca.pem"
timeout_seconds = 30
attach_mb = 10
[[channel]]
code = "lead"
kind = "mail"
to = ["lead@example.eu"]
on = ["success", "failure", "attention", "status_turned", "deadline_near", "deadline_missed", "always"]
attach = ["xlsx"]
language = "de"
[[channel]]
code = "team"
kind = "teams"
url_secret = "TEAMS_URL"
on = ["failure"]
[[channel]]
code = "chat"
kind = "slack"
url_secret_file = "/run/secrets/slack"
on = ["failure"]
[[channel]]
code = "desk"
kind = "json"
url = "https://desk.example.eu/hooks/scoreboard"
allow_http = false
secret = "DESK_TOKEN"
on = ["failure"]
[[channel]]
code = "folder"
kind = "file"
path = "data/messages"
on = ["success"]
[reminders]
steps = [{ days = -7 }, { days = 3 }]
sent_back = [{ days = 3 }]
attach_template = true
cc = ["lead@example.eu"]
"#;
