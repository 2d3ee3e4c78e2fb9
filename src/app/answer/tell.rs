//! An answer as its partner reads it: sentences, and a table of findings, in its language.

use super::{Answer, Changes, ToldFinding};
use crate::finding::{CellRef, Finding, Place, Severity, rules};
use crate::model::letter::{ChangeList, Letter, Remark};
use crate::model::phrases::Phrases;
use crate::model::submission::Submission;

/// The texts, by language.
const WORDS: [(&str, &str); 5] = [
    ("en", include_str!("words/en.toml")),
    ("de", include_str!("words/de.toml")),
    ("fr", include_str!("words/fr.toml")),
    ("nl", include_str!("words/nl.toml")),
    ("lt", include_str!("words/lt.toml")),
];

/// Of the keys that a report lacks, this many are named in one finding.
const NAMED: usize = 12;

/// The finding that rows of the report before are missing, if any are.
pub(super) fn missing(submission: &Submission, changes: &Changes) -> Option<Finding> {
    let keys: Vec<&str> = changes.missing().map(|row| row.key.as_str()).collect();
    if keys.is_empty() {
        return None;
    }
    let mut names = keys.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    if keys.len() > NAMED {
        names.push_str(", …");
    }
    let place = Place::Cell { file: submission.name.clone(), sheet: submission.sheet.clone(), cell: None };
    let message = format!("rows that stood in {} are not in this report: {names}", changes.since);
    Some(
        Finding::warning(&rules::ROWS_MISSING, place, message)
            .help(rules::ROWS_MISSING.fix)
            .partner(Some(submission.partner.as_str())),
    )
}

/// The texts in a language.
pub(super) fn words(language: &str) -> Phrases {
    Phrases::new(&WORDS, language)
}

/// The letter of an answer.
pub(super) fn letter(answer: &Answer) -> Letter {
    let words = words(&answer.language);
    let bare = answer.file.rsplit('/').next().unwrap_or_default();
    let mut lines: Vec<String> = answer.tables.iter().map(|table| counts(&words, table)).collect();
    if !answer.tables.is_empty() && answer.tables.iter().all(|table| !table.counts) {
        lines.push(words.get("replaced"));
    }
    if !answer.received {
        lines.push(words.get("not_received"));
    }
    if let Some((file, count)) = answer.put_right.as_ref().filter(|(_, count)| *count > 0) {
        lines.push(words.say("put_right", &[("file", file), ("count", &count.to_string())]));
    }
    let weighs = |told: &&ToldFinding| told.finding.severity > Severity::Info;
    if answer.findings.iter().any(|told| weighs(&told)) {
        lines.push(words.get("to_do"));
    } else {
        lines.push(words.get("nothing_found"));
    }
    let columns = ["severity", "place", "column", "found", "wrong", "help"];
    Letter {
        language: answer.language.clone(),
        title: words.get("title"),
        heading: words.say(answer.verdict, &[("file", bare)]),
        lines,
        columns: columns.map(|key| words.get(key)),
        remarks: answer.findings.iter().map(|told| remark(&words, told)).collect(),
        changes: changes(&words, answer),
    }
}

fn counts(words: &Phrases, table: &super::AnsweredTable) -> String {
    let (accepted, kept_out) = (table.accepted.to_string(), table.kept_out.to_string());
    let mut values = vec![("table", table.title.as_str()), ("accepted", &accepted), ("kept_out", &kept_out)];
    match &table.period {
        Some(period) => {
            values.push(("period", period));
            words.say("counts_period", &values)
        }
        None => words.say("counts", &values),
    }
}

fn remark(words: &Phrases, told: &ToldFinding) -> Remark {
    let finding = &told.finding;
    let (sheet, cell) = match &finding.place {
        Place::Cell { sheet, cell, .. } => (Some(sheet.clone()), *cell),
        _ => (None, None),
    };
    // What a declared check expects is SQL: its message is what the programme says to partners.
    let mut help = finding.help.clone().filter(|_| finding.rule != &rules::CHECK_FAILED).unwrap_or_default();
    if let Some(suggestion) = &finding.suggestion {
        let meant = words.say("suggestion", &[("text", suggestion)]);
        help = if help.is_empty() { meant } else { format!("{meant} {help}") };
    }
    Remark {
        severity: finding.severity,
        cells: [
            words.get(finding.severity.as_str()),
            place(sheet.as_deref(), cell),
            told.column.clone().unwrap_or_default(),
            finding.found.clone().unwrap_or_default(),
            sentence(&finding.message),
            help,
        ],
        sheet,
        cell,
    }
}

/// `Agreements › B7`; a csv has no name of a sheet.
fn place(sheet: Option<&str>, cell: Option<CellRef>) -> String {
    let cell = cell.map(|cell| cell.to_string());
    let parts = [sheet.filter(|sheet| !sheet.is_empty()), cell.as_deref()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" › ")
}

/// A message as a sentence of its own.
fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let Some(first) = letters.next() else { return String::new() };
    let mut text: String = first.to_uppercase().chain(letters).collect();
    if !text.ends_with(['.', '?', '!', '…']) {
        text.push('.');
    }
    text
}

fn changes(words: &Phrases, answer: &Answer) -> Option<ChangeList> {
    let mut list = ChangeList::default();
    let several = answer.tables.iter().filter(|table| table.changes.is_some()).count() > 1;
    for table in &answer.tables {
        let Some(changes) = table.changes.as_ref().filter(|changes| !changes.is_empty()) else { continue };
        list.heading = words.say("changes", &[("file", &changes.since)]);
        let name = |key: &str| if several { format!("{} · {key}", table.title) } else { key.to_owned() };
        let mut add = |cells: [String; 4]| list.rows.push(cells.to_vec());
        for row in &changes.gone {
            let what = words.get(if row.kept_out { "out_row" } else { "gone_row" });
            add([name(&row.key), String::new(), String::new(), what]);
        }
        for cell in &changes.corrected {
            let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| words.get("empty"));
            add([name(&cell.key), cell.column.clone(), shown(&cell.before), shown(&cell.now)]);
        }
        for row in &changes.new {
            add([name(&row.key), String::new(), String::new(), words.get("new_row")]);
        }
        if changes.new.is_empty() && changes.gone.is_empty() && changes.corrected.is_empty() {
            let values = [("before", changes.before.to_string()), ("now", changes.now.to_string())];
            let values: Vec<(&str, &str)> = values.iter().map(|(key, value)| (*key, value.as_str())).collect();
            add([table.title.clone(), String::new(), String::new(), words.say("no_key", &values)]);
        }
        if changes.more > 0 {
            add([
                words.say("more", &[("count", &changes.more.to_string())]),
                String::new(),
                String::new(),
                String::new(),
            ]);
        }
    }
    if list.rows.is_empty() {
        return None;
    }
    list.columns = ["row", "column", "before", "now"].iter().map(|key| words.get(key)).collect();
    Some(list)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::phrases::holes;

    #[test]
    fn every_language_says_everything() {
        assert_eq!(holes(&WORDS), Vec::<String>::new());
    }

    #[test]
    fn a_message_stands_as_a_sentence() {
        assert_eq!(sentence("übrig ist nichts"), "Übrig ist nichts.");
        assert_eq!(sentence(""), "");
    }
}
