//! `XLSForm`s: the sheets survey, choices and settings of a questionnaire → the questions that it asks.
//!
//! A form is a definition, so what is wrong with it is told at its cell. What belongs to the asking alone (appearance,
//! constraints, filters of choices) is left to the server that asks. Nothing here opens a file: [`FormFile`] comes in.
//! Start with [`read`]; `questions` makes fields of what it gives.

pub mod asset;
mod choices;
mod kinds;
pub mod questions;
pub mod relevant;
mod rows;
mod sheet;

use std::collections::BTreeMap;

use crate::finding::{CellRef, Finding, Place, rules};
use crate::model::words::Words;

pub use kinds::Answer;

/// A form as it stands in its file: texts in cells.
#[derive(Debug, Clone, Default)]
pub struct FormFile {
    /// Relative to the project.
    pub name: String,
    /// SHA-256 of its bytes.
    pub hash: String,
    pub sheets: Vec<FormSheet>,
}

#[derive(Debug, Clone, Default)]
pub struct FormSheet {
    pub name: String,
    /// Rows that hold something, with their places, counted from zero; in each the texts by column.
    pub rows: Vec<(u32, BTreeMap<u16, String>)>,
}

/// Why a form cannot be opened: what goes on after its name, and what to do.
#[derive(Debug, Clone)]
pub struct FormFault {
    pub message: String,
    pub help: String,
}

/// Gives the form of a name relative to the project.
pub type OpenForm<'a> = &'a dyn Fn(&str) -> Result<FormFile, FormFault>;

impl FormFile {
    fn place(&self, sheet: &str, row: u32, column: u16) -> Place {
        Place::Cell { file: self.name.clone(), sheet: sheet.to_owned(), cell: Some(CellRef::new(row, column)) }
    }
}

/// A form, read.
#[derive(Debug, Clone, Default)]
pub struct Form {
    pub title: Option<String>,
    pub id: Option<String>,
    pub version: Option<String>,
    pub items: Vec<Item>,
    /// By name of the list.
    pub lists: BTreeMap<String, Vec<Choice>>,
    pub repeats: Vec<String>,
    /// Rows that hold something, without headers.
    pub survey_rows: usize,
    pub choice_rows: usize,
}

/// What a row of the survey sheet asks.
#[derive(Debug, Clone)]
pub struct Item {
    pub name: String,
    /// The groups and repeats around it, from the outside.
    pub groups: Vec<String>,
    /// Whether it is asked again and again.
    pub repeated: bool,
    pub answer: Answer,
    pub list: Option<String>,
    /// Whether another answer may be written beside the list.
    pub other: bool,
    pub label: Words,
    pub hint: Words,
    pub required: bool,
    /// Its own condition and those of the groups around it, as written, with their cells.
    pub relevant: Vec<(String, Place)>,
    pub place: Place,
}

impl Item {
    /// `group/question`.
    pub fn path(&self) -> String {
        let parts: Vec<&str> = self.groups.iter().chain([&self.name]).map(String::as_str).collect();
        parts.join("/")
    }
}

#[derive(Debug, Clone)]
pub struct Choice {
    pub name: String,
    pub label: Words,
    /// Labels of further rows of the same name, as choices that depend on another answer have them.
    pub further: Vec<String>,
}

/// Reads a form. What is wrong with it is in `findings`; what can be read is read all the same.
pub fn read(file: &FormFile, findings: &mut Vec<Finding>) -> Form {
    let find = |name: &str| file.sheets.iter().find(|sheet| sheet.name.trim().eq_ignore_ascii_case(name));
    let mut form = Form::default();
    let Some(survey) = find("survey") else {
        let place = Place::File { file: file.name.clone() };
        let finding = Finding::error(&rules::FORM_INVALID, place, "the form has no sheet `survey`");
        let near = file.sheets.iter().map(|sheet| sheet.name.as_str());
        let near = crate::finding::suggest::nearest("survey", near).map(|_| "survey");
        findings.push(finding.help("An XLSForm has the sheets survey, choices and settings.").suggest(near));
        return form;
    };
    if let Some(sheet) = find("choices") {
        form.choice_rows = sheet.rows.len().saturating_sub(1);
        form.lists = choices::read(file, sheet, find("settings"), findings);
    }
    if let Some(sheet) = find("settings") {
        let of = |key: &str| sheet::setting(sheet, key);
        (form.title, form.id, form.version) = (of("form_title"), of("form_id"), of("version"));
    }
    form.survey_rows = survey.rows.len().saturating_sub(1);
    rows::read(file, survey, &mut form, findings);
    form
}

#[cfg(test)]
mod tests;
