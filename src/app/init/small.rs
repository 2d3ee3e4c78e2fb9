//! The small project of `init`: one programme, its partners, one table, three indicators, and what partners might have sent.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{Datelike as _, Days, Months, NaiveDate};

use super::{Options, Stopped};
use crate::app::fault;
use crate::define::{self, Catalog, SourceFile};
use crate::finding::{Finding, Place, rules};
use crate::layout::plan::TemplatePlan;
use crate::model::code::is_code;
use crate::model::fold::fold;
use crate::store::definitions::Files;
use crate::template::{FilledCell, FilledRow, Template, Value, workbook};

/// A partner as it is written into `scoreboard.toml`.
struct Partner {
    code: String,
    name: String,
    country: String,
}

/// All files; and whether the programme has yet to begin, so that nothing can have been sent.
pub fn files(folder: &Path, options: &Options, today: NaiveDate) -> Result<(Files, bool), Stopped> {
    // `.` is called as the folder that it is.
    let whole = if folder.file_name().is_none() { folder.canonicalize().ok() } else { None };
    let name = whole.as_deref().unwrap_or(folder).file_name();
    let name = name.map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let code = code(&name).unwrap_or_else(|| "programme".to_owned());
    let title = options.title.clone().unwrap_or_else(|| titled(&code));
    let (start, end) = days(options, today)?;
    let partners = partners(&options.partners)?;
    let mut files = Files::new();
    let mut put = |name: &str, text: String| files.insert(name.to_owned(), text.into_bytes());
    put("scoreboard.toml", programme(&code, &title, (start, end), &partners));
    put("pipelines/activities.toml", ACTIVITIES.to_owned());
    put("pipelines/unattended.toml", UNATTENDED.to_owned());
    put("indicators/indicators.toml", INDICATORS.replace("END", &end.to_string()));
    put("reports/scoreboard.toml", format!("schema = 1\n\n[report]\ncode = \"{code}\"\ntitle = {}\n", quoted(&title)));
    put("README.md", readme(&title, &code, partners.first().map_or("", |partner| &partner.code)));
    let text = |(name, bytes): (&String, &Vec<u8>)| SourceFile {
        name: name.clone(),
        text: String::from_utf8_lossy(bytes).into_owned(),
    };
    let definitions: Vec<SourceFile> = files.iter().filter(|(name, _)| *name != "README.md").map(text).collect();
    let (catalog, findings) = define::load(&definitions);
    let catalog = catalog.ok_or(Stopped(findings))?;
    let is_to_begin = today < start;
    if !is_to_begin {
        for (at, partner) in catalog.partners.iter().enumerate() {
            let (name, bytes) = sent(&catalog, partner, at, today.min(end))?;
            files.insert(format!("data/inbox/{name}"), bytes);
        }
    }
    Ok((files, is_to_begin))
}

/// First and last day, as asked or around today.
fn days(options: &Options, today: NaiveDate) -> Result<(NaiveDate, NaiveDate), Stopped> {
    let ago = today.checked_sub_months(Months::new(6)).unwrap_or(today);
    let quarter = NaiveDate::from_ymd_opt(ago.year(), ago.month0() / 3 * 3 + 1, 1);
    let start = options.start.or(quarter).unwrap_or(today);
    let two_years = || start.checked_add_months(Months::new(24)).and_then(|day| day.pred_opt());
    match options.end.or_else(two_years) {
        Some(end) if end > start && (1900..=9999).contains(&start.year()) && end.year() <= 9999 => Ok((start, end)),
        Some(end) => {
            Err(bad(format!("a programme cannot last from {start} to {end}"), "Give another --start or --end."))
        }
        None => Err(bad(format!("{start} is no day on which a programme can begin"), "Give another --start.")),
    }
}

fn partners(asked: &[String]) -> Result<Vec<Partner>, Stopped> {
    if asked.is_empty() {
        let made_up = |code: &str, name: &str, country: &str| Partner {
            code: code.to_owned(),
            name: name.to_owned(),
            country: country.to_owned(),
        };
        return Ok(vec![made_up("north", "Partner North", "NL"), made_up("south", "Partner South", "IT")]);
    }
    let mut partners: Vec<Partner> = Vec::new();
    for (at, text) in asked.iter().enumerate() {
        let split = text.rsplit_once(':').map(|(name, country)| (name.trim(), country.trim().to_uppercase()));
        let known = |country: &str| country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase());
        let Some((name, country)) = split.filter(|(name, country)| !name.is_empty() && known(country)) else {
            let help = "Write name, colon and the two letters of the country: --partner \"City Museum:BE\".";
            return Err(bad(format!("`{text}` is not a partner and its country"), help));
        };
        let mut code = code(name).unwrap_or_else(|| format!("partner_{}", at + 1));
        if partners.iter().any(|partner| partner.code == code) {
            code = format!("partner_{}", at + 1);
        }
        partners.push(Partner { code, name: name.to_owned(), country });
    }
    Ok(partners)
}

fn bad(message: String, help: &str) -> Stopped {
    Stopped::one(Finding::error(&rules::BAD_VALUE, Place::Project, message).help(help))
}

/// The code that a name makes, if it makes one.
fn code(name: &str) -> Option<String> {
    let folded: String = fold(name).chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let parts: Vec<&str> = folded.split('_').filter(|part| !part.is_empty()).collect();
    let code: String = parts.join("_").chars().take(40).collect();
    let code = code.trim_end_matches('_').to_owned();
    is_code(&code).then_some(code)
}

/// `museum_network` as a title: `Museum network`.
fn titled(code: &str) -> String {
    let words = code.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A text as a string of TOML.
fn quoted(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("\"{}\"", plain.replace('\\', "\\\\").replace('"', "\\\""))
}

fn programme(code: &str, title: &str, (start, end): (NaiveDate, NaiveDate), partners: &[Partner]) -> String {
    let mut text = PROGRAMME
        .replace("CODE", code)
        .replace("START", &start.to_string())
        .replace("END", &end.to_string())
        // Last, since a title may hold any of these words.
        .replace("\"TITLE\"", &quoted(title));
    for partner in partners {
        text.push_str(&format!(
            "\n[[partner]]\ncode = \"{}\"\nname = {}\ncountry = \"{}\"\n",
            partner.code,
            quoted(&partner.name),
            partner.country
        ));
    }
    text
}

/// What a partner might have sent by a day: its template, filled in.
fn sent(
    catalog: &Catalog,
    partner: &define::catalog::Partner,
    at: usize,
    today: NaiveDate,
) -> Result<(String, Vec<u8>), Stopped> {
    let calendar = &catalog.programme.calendar;
    let number = calendar.latest_due(today, 0).map_or(1, |period| period.number);
    let Some(period) = calendar.period(number) else {
        return Err(bad("the programme has no period".to_owned(), "Give a later --end."));
    };
    let label = period.label.clone();
    let plan = TemplatePlan::new(catalog, partner, period, "en");
    let span = (today - calendar.start).num_days().max(0).unsigned_abs();
    // Steps of their own for each partner, so that not everything happens on one day.
    let rows = ROWS.iter().enumerate().skip(at % 2).map(|(row, (kind, people, satisfied))| {
        let part = span * (2 * row as u64 + 1 + at as u64 % 2) / (2 * ROWS.len() as u64 + 1);
        let texts = [format!("A-{:02}", row + 1), (*kind).to_owned()];
        let [number, kind] = texts.map(Value::Text);
        let day = Value::Day(calendar.start + Days::new(part));
        let cells = [number, day, kind, Value::Number((*people).into()), Value::Number((*satisfied).into())];
        FilledRow { cells: cells.map(|value| FilledCell { value, notes: Vec::new() }).into(), kept_out: false }
    });
    let rows = BTreeMap::from([("activities".to_owned(), rows.collect())]);
    let template = Template { catalog, partner, plan: &plan, made: today, revision: 1, rows };
    let bytes = workbook(&template).map_err(|error| fault("the workbook cannot be written", error))?;
    Ok((format!("{}_{}_{label}.xlsx", catalog.programme.code, partner.code), bytes))
}

/// Kind, participants, satisfied ones.
const ROWS: [(&str, i64, i64); 6] = [
    ("Workshop", 18, 15),
    ("Exchange", 7, 7),
    ("Workshop", 24, 19),
    ("Training", 12, 11),
    ("Exchange", 9, 8),
    ("Training", 15, 12),
];

const PROGRAMME: &str = r#"# What the programme is and who takes part. `scoreboard check` tells every mistake with its line.
schema = 1

[programme]
code = "CODE"
title = "TITLE"
start = START
end = END
currency = "EUR"
period = "quarter"            # or week, month, half_year, year: how often partners report
time_zone = "UTC"             # or Europe/Brussels: where a day begins
language = "en"               # of the scoreboard: en, de, fr or nl
# contact = "monitoring@example.org"

# Who reports. `language` and `locale` of each say how its template speaks and how it writes numbers.
"#;

const ACTIVITIES: &str = r#"# The table that partners fill in: one row for each activity. `scoreboard template --all` makes their workbooks of it.
schema = 1

[[collection]]
code = "activities"
title = "Activities"
help = "One row for each activity that has taken place."
illustrative = "These rows were made up, so that there is something to see."   # out with this line once the rows are yours
key = ["activity_no"]          # two rows with one key are one activity
date = "held_on"               # places a row in its period
submission = "cumulative"      # each workbook holds everything since the beginning; "period": only what is new
due_days = 30                  # after the end of a period

[[collection.field]]
code = "activity_no"
label = "Activity no."
kind = "text"
required = true
example = "A-01"

[[collection.field]]
code = "held_on"
label = "Held on"
kind = "date"
required = true

[[collection.field]]
code = "kind_of_activity"
label = "Kind"
kind = "choice"
options = [
  { code = "workshop", label = "Workshop" },
  { code = "training", label = "Training" },
  { code = "exchange", label = "Exchange" },
]
required = true

[[collection.field]]
code = "participants"
label = "Participants"
kind = "integer"
minimum = 0
required = true

[[collection.field]]
code = "satisfied"
label = "Of them satisfied"
kind = "integer"
minimum = 0

[[collection.check]]
code = "no_more_satisfied_than_there"
severity = "error"
expect = "satisfied <= participants"
message = "more satisfied participants than participants"
"#;

const UNATTENDED: &str = r#"# What is done by itself, and who is told what came of it. Take `# ` away from the lines that you want, then run
# `scoreboard check`. `scoreboard schedule` does what is due for as long as it runs; `scoreboard schedule --list` shows when.
schema = 1

# [[schedule]]
# code = "weekly"
# cron = "0 6 * * MON"          # minute, hour, day of the month, month, day of the week; in the programme's time_zone
# catch_up = "latest"           # Mondays that were missed while the machine was down: one run for all of them

# Messages as files in a folder; kind "mail", "teams" or "slack" sends them.

# [[channel]]
# code = "lead"
# kind = "file"
# path = "data/messages"
# on = ["success", "failure", "attention", "status_turned", "deadline_missed"]
"#;

const INDICATORS: &str = r#"# What is measured. Numbers of targets are made up: put yours in their place, and take `illustrative` out.
schema = 1

[[indicator]]
code = "activities_held"
title = "Activities held"
definition = "Number of activities that have taken place. One activity is one row, whatever the number of its days."
level = "output"
unit = "activities"
from = "activities"
measure = "COUNT(*)"
by = ["partner", "kind_of_activity", "period"]
target = { value = 20, on = END, illustrative = true }

[[indicator.example]]          # `scoreboard check` runs it
given = [{ activity_no = "A-01" }, { activity_no = "A-02" }]
expect = 2

# Unit, definition, counting rule and measure come from the catalogue: `scoreboard catalogue interreg/rco81`.
[[indicator]]
use = "interreg/rco81"
code = "participations"
from = "activities"
by = ["partner", "kind_of_activity", "period"]
target = { value = 300, on = END, illustrative = true }

[[indicator]]
code = "satisfaction"
title = "Satisfied participants"
definition = "Of the participants of activities that asked, the share that was satisfied."
level = "result"
unit = "%"
from = "activities"
where = "satisfied IS NOT NULL"
ratio = { of = "SUM(satisfied)", to = "SUM(participants)" }
by = ["partner", "kind_of_activity"]
target = { value = 80, on = END, illustrative = true }

[[indicator.example]]
given = [{ participants = 20, satisfied = 15 }, { participants = 10 }]
expect = 75
"#;

fn readme(title: &str, code: &str, partner: &str) -> String {
    README.replace("CODE", code).replace("PARTNER", partner).replace("TITLE", &title.replace(['\n', '\r'], " "))
}

const README: &str = "# TITLE

A project of `scoreboard`. What lies in `data/inbox` was made up by `scoreboard init`, so that there is something to see:

    scoreboard run

writes `data/out/CODE.xlsx`, `CODE.json` and `CODE.html`. Run the commands in this folder, or add `--project DIR`.

## The next six steps

1. **Say what the programme is.** `scoreboard.toml`: title, dates, how often partners report, who they are.
2. **Say what partners report.** `pipelines/activities.toml`: the columns of their table. One file may hold several tables.
3. **Say what is measured.** `indicators/indicators.toml`: unit, rows, measure, target. `scoreboard catalogue WORDS` finds
   standard indicators that are used by name. After each change `scoreboard check` tells what is wrong, with line and
   suggestion, and runs the worked examples.
4. **Begin with your own data.** Delete the workbooks in `data/inbox`, the folder `data/store`, and the line `illustrative` of
   `pipelines/activities.toml`. Then
   `scoreboard template --all` writes a workbook for each partner into `data/templates`; what comes back filled in goes
   into `data/inbox`. Partners have workbooks of their own? `scoreboard layout FILE` proposes how to read them.
5. **Run, and answer.** `scoreboard run` makes the scoreboard; `scoreboard status` shows who has reported;
   `scoreboard answer --partner PARTNER` says what a partner should mend, and marks the cells in its own workbook.
6. **Let it run by itself.** `pipelines/unattended.toml` has a schedule and a channel to try: take the `# ` away from their
   lines. `scoreboard schedule --now weekly` does the work at once, `scoreboard schedule` whenever it is due.

## What lies where

| folder | what |
|---|---|
| `scoreboard.toml`, `pipelines/`, `indicators/`, `reports/` | the definitions: yours to change |
| `data/inbox/` | what partners sent, as they sent it |
| `data/store/` | everything that was received, for ever: do not change it by hand |
| `data/out/`, `data/templates/`, `data/messages/` | what is made: may be deleted |
";
