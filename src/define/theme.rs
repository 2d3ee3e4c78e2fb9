//! `[[survey.theme]]`: what answers in people's own words may speak of.

use std::collections::BTreeSet;

use super::catalog::{Field, FieldKind};
use super::collection::known_field;
use super::reader::Table;
use crate::finding::rules;
use crate::model::code::FieldCode;
use crate::model::fold::fold;
use crate::model::words::Words;

/// What answers in people's own words may speak of.
#[derive(Debug, Clone)]
pub struct Theme {
    /// A question of kind text.
    pub question: FieldCode,
    pub label: Words,
    /// Folded as answers are: a word that begins with one of them speaks of the theme.
    pub terms: Vec<String>,
}

pub fn read(survey: &Table<'_>, questions: &[Field]) -> Vec<Theme> {
    let mut seen = BTreeSet::new();
    let mut themes = Vec::new();
    for table in survey.tables("theme") {
        let code = table.code("code", FieldCode::new);
        let question = table.required_text("question").and_then(|text| {
            let question = known_field(&table, &text, questions)?;
            let is_text = questions.iter().any(|field| field.code == question && field.kind == FieldKind::Text);
            if !is_text {
                table.bad(
                    &text.span,
                    format!("`{question}` is not a question of kind text"),
                    "Themes are for answers in people's own words.",
                );
            }
            is_text.then_some(question)
        });
        let label = table.words("label");
        let terms: Vec<String> = table.texts("terms").iter().map(|term| fold(&term.value)).collect();
        if terms.iter().any(String::is_empty) || terms.is_empty() {
            let message = "the theme needs `terms`, none of them empty";
            let span = table.span.start..table.span.start + 1;
            let finding = table.error(&rules::MISSING_KEY, &span, message);
            table.report(
                finding.help("Give the beginnings of words that speak of it, for example [\"price\", \"cost\"]."),
            );
        }
        table.finish();
        let (Some(code), Some(question)) = (code, question) else { continue };
        if !seen.insert((question.clone(), code.value.clone())) {
            let message = format!("the theme `{}` is defined twice", code.value);
            let finding = table.error(&rules::DUPLICATE_CODE, &code.span, message);
            table.report(finding.help("Put all its terms into one."));
            continue;
        }
        let label = label.unwrap_or_else(|| Words::plain(code.value.as_str().replace('_', " ")));
        themes.push(Theme { question, label, terms });
    }
    themes
}
