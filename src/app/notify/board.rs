//! A published report as messages tell it: read from the very file that was published, so that a message holds nothing
//! that its readers do not see there.

use rust_decimal::Decimal;
use serde_json::Value;

use super::super::project::Project;
use super::super::runs::{Run, RunOutput};
use crate::compute::status::shown;
use crate::define::catalog::Report;
use crate::model::notify::Channel;
use crate::model::scoreboard::Status;
use crate::model::unit::Unit;
use crate::notify::mail::Attachment;
use crate::notify::texts::Words;
use crate::report::language::Tongue;
use crate::report::words;
use crate::store::hash_of;

/// One report of the last run.
pub struct Board<'b> {
    pub run: &'b Run,
    report: &'b Report,
    project: &'b Project,
    json: Value,
    tongue: Tongue,
    words: Words,
}

impl<'b> Board<'b> {
    /// None where the published file is not there any more, or is another one.
    pub fn of(project: &'b Project, channel: &Channel, run: &'b Run) -> Option<Self> {
        let report = project.catalog.reports.iter().find(|report| report.code == channel.report)?;
        let bytes = bytes(project, output(run, report, "json")?)?;
        let json = serde_json::from_slice(&bytes).ok()?;
        Some(Self {
            run,
            report,
            project,
            json,
            tongue: Tongue::of(&channel.language),
            words: Words::for_lead(&channel.language),
        })
    }

    pub fn is_restricted(&self) -> bool {
        self.report.audience.is_restricted()
    }

    /// The beginning of what the report prints of the ledger.
    pub fn head(&self) -> String {
        self.json["ledger_head"].as_str().unwrap_or_default().chars().take(12).collect()
    }

    /// Each indicator with its figure, its target and its status.
    pub fn figures(&self) -> Vec<Vec<String>> {
        let list = |key: &str| self.json[key].as_array().into_iter().flatten();
        let row = |indicator: &Value| {
            let code = indicator["code"].as_str()?;
            let is_total = |figure: &&Value| {
                figure["indicator"] == code && figure["by"].as_object().is_some_and(serde_json::Map::is_empty)
            };
            let total = list("figures").find(is_total)?;
            let unit = Unit::new(total["unit"].as_str().unwrap_or_default());
            let mut value = self.value(total, &unit);
            if let Some(target) = number(&total["target"]) {
                let target = self.tongue.writing().numbers(&shown(target, &unit));
                value = self.words.say("of", &[("value", &value), ("target", &target)]);
            }
            let status = total["status"].as_str().and_then(status).map(|status| self.status(status));
            Some(vec![indicator["title"].as_str().unwrap_or(code).to_owned(), value, status.unwrap_or_default()])
        };
        list("indicators").filter_map(row).collect()
    }

    /// What moved since the run before, in totals.
    pub fn moved(&self) -> Vec<Vec<String>> {
        let of = |moved: &Value| {
            let total = moved["by"].as_object().is_some_and(serde_json::Map::is_empty) && moved["aspect"] == "value";
            let unit = Unit::new(moved["unit"].as_str().unwrap_or_default());
            let side = |key: &str| self.value(&moved[key], &unit);
            total.then(|| {
                vec![
                    self.title(moved["indicator"].as_str().unwrap_or_default()),
                    format!("{} → {}", side("before"), side("after")),
                ]
            })
        };
        self.json["changes"]["moved"].as_array().into_iter().flatten().filter_map(of).collect()
    }

    /// Why, a sentence each.
    pub fn causes(&self) -> Vec<Vec<String>> {
        let says = |cause: &Value| Some(vec![self.tongue.say(cause["says"].as_str()?)]);
        self.json["changes"]["causes"].as_array().into_iter().flatten().filter_map(says).collect()
    }

    pub fn title(&self, indicator: &str) -> String {
        let of = |one: &&Value| one["code"] == indicator;
        let found = self.json["indicators"].as_array().into_iter().flatten().find(of);
        found.and_then(|one| one["title"].as_str()).unwrap_or(indicator).to_owned()
    }

    /// Symbol and word.
    pub fn status(&self, status: Status) -> String {
        self.tongue.say(&words::status(status))
    }

    /// The report's own files whose names end so, as they were published.
    pub fn files(&self, endings: &[String]) -> Vec<(&'b RunOutput, Attachment)> {
        let code = self.report.code.as_str();
        let start = format!("{code}.");
        let mut files = Vec::new();
        for ending in endings {
            let ends = |name: &str| name.rsplit_once('.').is_some_and(|(_, last)| last == ending);
            let own = self.run.outputs.iter().filter(|output| output.report == code);
            let mut plain: Vec<(&RunOutput, String)> = own
                .filter(|output| output.name.starts_with(&start) && ends(&output.name))
                .map(|output| (output, output.name.clone()))
                .collect();
            if plain.is_empty() {
                // One that could not take its name, because a file was open there.
                plain.extend(output(self.run, self.report, ending).map(|output| (output, format!("{start}{ending}"))));
            }
            let whole = plain
                .into_iter()
                .filter_map(|(output, name)| Some((output, Attachment { name, bytes: bytes(self.project, output)? })));
            files.extend(whole);
        }
        files
    }

    fn value(&self, figure: &Value, unit: &Unit) -> String {
        match number(&figure["value"]) {
            Some(value) => self.tongue.writing().numbers(&shown(value, unit)),
            None => self.tongue.say(&figure["state"].as_str().unwrap_or_default().replace('_', " ")),
        }
    }
}

fn number(value: &Value) -> Option<Decimal> {
    match value {
        Value::Number(number) => number.to_string().parse().ok(),
        Value::String(text) => text.parse().ok(),
        // A range is told by where it begins.
        Value::Object(range) => number(range.get("value").or(range.get("from"))?),
        _ => None,
    }
}

fn status(name: &str) -> Option<Status> {
    Status::NAMES.iter().find(|(known, _)| *known == name).map(|(_, status)| *status)
}

/// The report's own file of an ending; of partners' files, which bear its code too, none.
fn output<'r>(run: &'r Run, report: &Report, ending: &str) -> Option<&'r RunOutput> {
    let own = || run.outputs.iter().filter(|output| output.report == report.code.as_str());
    let name = format!("{}.{ending}", report.code);
    // A file that was open has another name, with a number in it.
    let beside = |output: &&RunOutput| {
        let middle = output.name.strip_prefix(report.code.as_str()).and_then(|rest| rest.strip_suffix(ending));
        middle.is_some_and(|middle| {
            middle.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '.' | '(' | ')' | '_' | '-'))
        })
    };
    own().find(|output| output.name == name).or_else(|| own().find(beside))
}

fn bytes(project: &Project, output: &RunOutput) -> Option<Vec<u8>> {
    std::fs::read(project.out().join(&output.name)).ok().filter(|bytes| hash_of(bytes) == output.hash)
}
