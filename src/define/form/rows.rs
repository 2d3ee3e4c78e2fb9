//! The survey sheet: questions in their groups and repeats.

use std::collections::{BTreeMap, BTreeSet};

use super::kinds::{Answer, Kind, kind};
use super::sheet::{Head, is_yes};
use super::{Form, FormFile, FormSheet, Item};
use crate::finding::suggest::nearest;
use crate::finding::{Finding, Place, rules};

/// A group or repeat that is open.
struct Open {
    name: String,
    repeat: bool,
    relevant: Option<(String, Place)>,
    place: Place,
}

pub fn read(file: &FormFile, sheet: &FormSheet, form: &mut Form, findings: &mut Vec<Finding>) {
    let Some(head) = Head::of(sheet) else { return };
    for wanted in ["type", "name"] {
        if head.column(wanted).is_none() {
            let message = format!("the sheet `{}` has no column `{wanted}`", sheet.name);
            let near = nearest(wanted, head.names()).map(|_| wanted);
            findings.push(
                Finding::error(&rules::FORM_INVALID, file.place(&sheet.name, head.row, 0), message)
                    .help(format!("Call the column {wanted}."))
                    .suggest(near),
            );
            return;
        }
    }
    let mut rows = Rows { file, sheet, head, open: Vec::new(), names: BTreeSet::new(), form, findings };
    for (row, cells) in sheet.rows.iter().skip(1) {
        rows.row(*row, cells);
    }
    for open in std::mem::take(&mut rows.open) {
        let what = if open.repeat { "repeat" } else { "group" };
        let finding =
            Finding::error(&rules::FORM_INVALID, open.place, format!("the {what} `{}` is never closed", open.name));
        rows.findings.push(finding.help(format!("Add a row of type end_{what}.")));
    }
}

struct Rows<'a> {
    file: &'a FormFile,
    sheet: &'a FormSheet,
    head: Head,
    open: Vec<Open>,
    /// Paths that are taken.
    names: BTreeSet<String>,
    form: &'a mut Form,
    findings: &'a mut Vec<Finding>,
}

impl Rows<'_> {
    fn place(&self, row: u32, column: &str) -> Place {
        self.file.place(&self.sheet.name, row, self.head.column(column).unwrap_or(0))
    }

    fn wrong(&mut self, row: u32, column: &str, message: String, help: &str) {
        let place = self.place(row, column);
        self.findings.push(Finding::error(&rules::FORM_INVALID, place, message).help(help));
    }

    fn row(&mut self, row: u32, cells: &BTreeMap<u16, String>) {
        let Some(text) = self.head.text(cells, "type") else { return };
        match kind(text) {
            Kind::Note => {}
            Kind::BeginGroup => self.begin(row, cells, false),
            Kind::BeginRepeat => self.begin(row, cells, true),
            Kind::EndGroup => self.end(row, false),
            Kind::EndRepeat => self.end(row, true),
            Kind::Unknown { suggestion } => {
                let place = self.place(row, "type");
                let finding =
                    Finding::error(&rules::FORM_INVALID, place, format!("no question is of the type `{text}`"));
                self.findings.push(
                    finding
                        .found(text)
                        .help("Write a type of XLSForm, such as text, integer, decimal, date or select_one LIST.")
                        .suggest(suggestion),
                );
            }
            Kind::Question { answer, list, other } => self.question(row, cells, answer, (list, other)),
        }
    }

    fn begin(&mut self, row: u32, cells: &BTreeMap<u16, String>, repeat: bool) {
        let Some(name) = self.name(row, cells) else {
            // It is opened all the same, so that its end finds it.
            self.open.push(Open { name: String::new(), repeat, relevant: None, place: self.place(row, "type") });
            return;
        };
        if repeat {
            self.form.repeats.push(name.clone());
        }
        let relevant = self.head.text(cells, "relevant").map(|text| (text.to_owned(), self.place(row, "relevant")));
        self.open.push(Open { name, repeat, relevant, place: self.place(row, "type") });
    }

    fn end(&mut self, row: u32, repeat: bool) {
        let what = if repeat { "repeat" } else { "group" };
        match self.open.pop() {
            Some(open) if open.repeat == repeat => {}
            Some(open) => {
                let other = if open.repeat { "repeat" } else { "group" };
                let message = format!("the {other} `{}` ends as a {what}", open.name);
                self.wrong(row, "type", message, "Close the inner one first, with the end of its own kind.");
            }
            None => {
                let message = format!("a {what} ends that did not begin");
                self.wrong(row, "type", message, "Take the row out, or add the row that begins it.");
            }
        }
    }

    fn name(&mut self, row: u32, cells: &BTreeMap<u16, String>) -> Option<String> {
        let Some(name) = self.head.text(cells, "name").map(str::to_owned) else {
            self.wrong(row, "name", "a row that asks something has no name".to_owned(), "Give it a name of its own.");
            return None;
        };
        if name.contains(char::is_whitespace) || name.contains('/') {
            let message = format!("`{name}` is not a name");
            let place = self.place(row, "name");
            let suggestion: String = name.split(|c: char| c.is_whitespace() || c == '/').collect::<Vec<_>>().join("_");
            self.findings.push(
                Finding::error(&rules::FORM_INVALID, place, message)
                    .help("Names have letters, digits, `_`, `-` and `.`.")
                    .suggest(Some(suggestion)),
            );
            return None;
        }
        let path = self.open.iter().map(|open| open.name.as_str()).chain([name.as_str()]).collect::<Vec<_>>().join("/");
        if !self.names.insert(path) {
            self.wrong(row, "name", format!("the name `{name}` stands twice in its group"), "Rename one of the two.");
            return None;
        }
        Some(name)
    }

    fn question(
        &mut self,
        row: u32,
        cells: &BTreeMap<u16, String>,
        answer: Answer,
        (list, other): (Option<String>, bool),
    ) {
        let Some(name) = self.name(row, cells) else { return };
        if let Some(list) = &list {
            // A list may be made of the answers to a repeated question.
            let made = list.starts_with("${");
            if !made && !self.form.lists.contains_key(list) {
                let message = format!("no list of choices is called `{list}`");
                let near = nearest(list, self.form.lists.keys().map(String::as_str)).map(str::to_owned);
                let place = self.place(row, "type");
                self.findings.push(
                    Finding::error(&rules::FORM_INVALID, place, message)
                        .found(list.clone())
                        .help("The sheet choices names its lists in the column list_name.")
                        .suggest(near),
                );
            }
        }
        let own = self.head.text(cells, "relevant").map(|text| (text.to_owned(), self.place(row, "relevant")));
        let relevant = self.open.iter().filter_map(|open| open.relevant.clone()).chain(own).collect();
        let item = Item {
            groups: self.open.iter().map(|open| open.name.clone()).collect(),
            repeated: self.open.iter().any(|open| open.repeat),
            answer,
            list,
            other,
            label: self.head.words(cells, "label"),
            hint: self.head.words(cells, "hint"),
            required: self.head.text(cells, "required").is_some_and(is_yes),
            relevant,
            place: self.place(row, "name"),
            name,
        };
        self.form.items.push(item);
    }
}
