//! What surveys have beside the fields that collections have too: waves, questions of a form, columns of options.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::catalog::{Field, FieldKind, Survey};
use super::form::relevant::Relevance;
use crate::model::code::WaveCode;
use crate::model::words::Words;
use crate::sql::{Expression, Kind, Scope};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaveRole {
    Baseline,
    FollowUp,
}

#[derive(Debug, Clone)]
pub struct Wave {
    pub code: WaveCode,
    pub title: Words,
    pub role: WaveRole,
    pub on: NaiveDate,
    pub files: Vec<String>,
    /// Who was asked, where it differs from the survey's own condition.
    pub asked: Option<Expression>,
}

/// What a form says of a question, beyond its kind.
#[derive(Debug, Clone)]
pub struct FormQuestion {
    /// Of its column: name, path with groups, labels that mean no other question.
    pub names: Vec<String>,
    /// Its name without groups, where no other question of the form has it: then it is found in any group.
    pub bare: Option<String>,
    pub relevant: Relevance,
    /// The list of choices that it shares with other questions.
    pub list: Option<String>,
}

/// A column of yes and no, as expressions name it: an option of a question with several choices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionColumn {
    /// `pets_is_dog`
    pub name: String,
    pub field: usize,
    pub option: usize,
}

/// The columns of options, of all questions with several choices. Of two that would have one name neither exists.
pub fn option_columns(fields: &[Field]) -> Vec<OptionColumn> {
    let mut columns: Vec<OptionColumn> = Vec::new();
    let mut taken: BTreeSet<String> = fields.iter().map(|field| field.code.as_str().to_owned()).collect();
    for (at, field) in fields.iter().enumerate().filter(|(_, field)| field.kind == FieldKind::Choices) {
        for (option, choice) in field.options.iter().enumerate() {
            let plain: String =
                choice.code.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
            let parts: Vec<&str> = plain.split('_').filter(|part| !part.is_empty()).collect();
            let name = format!("{}_is_{}", field.code, parts.join("_"));
            if !taken.insert(name.clone()) {
                columns.retain(|known| known.name != name);
                continue;
            }
            columns.push(OptionColumn { name, field: at, option });
        }
    }
    columns
}

impl Survey {
    /// Without what only a template says, and what is done with answers that were read.
    #[must_use]
    pub fn for_reading(&self) -> Self {
        let questions = self.questions.iter().map(Field::for_reading).collect();
        Self { questions, checks: Vec::new(), minimum_minutes: None, themes: Vec::new(), ..self.clone() }
    }

    pub fn question(&self, code: &str) -> Option<&Field> {
        self.questions.iter().find(|field| field.code.as_str() == code)
    }

    /// The names that expressions over answers may use.
    pub fn scope(&self) -> Scope {
        let fields = self.questions.iter().map(|field| (field.code.as_str().to_owned(), field.kind.sql()));
        let mut scope: Scope = fields.collect();
        scope.extend(option_columns(&self.questions).into_iter().map(|column| (column.name, Kind::Text)));
        scope
    }
}
