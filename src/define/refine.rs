//! Where a declaration says more of a question that a form asks, and which answers are none.

use std::collections::BTreeMap;

use super::catalog::{ChoiceOption, Field, FieldKind, FormQuestion, Survey};
use super::form::relevant::{Operand, Relevance};
use super::reader::Table;
use crate::finding::rules;
use crate::model::absent::Absent;
use crate::model::fold::fold;
use crate::model::words::Words;

/// Declared options beside those of the form: other names are added, and an option that was renamed becomes one with
/// its old name.
pub fn options(declared: Vec<ChoiceOption>, asked: Option<&Field>) -> Vec<ChoiceOption> {
    let Some(asked) = asked else { return declared };
    let mut options = asked.options.clone();
    for one in declared {
        let renamed: Vec<ChoiceOption> = options
            .iter()
            .filter(|option| option.code != one.code && one.also_called.contains(&option.code))
            .cloned()
            .collect();
        options.retain(|option| renamed.iter().all(|old| old.code != option.code));
        // A label that nobody declared is the code.
        let has_label = one.label.all().any(|label| label != one.code && label != one.code.replace('_', " "));
        let known = match options.iter_mut().find(|option| option.code == one.code) {
            Some(known) => {
                known.also_called.extend(one.also_called);
                if has_label {
                    known.also_called.extend(known.label.all().map(str::to_owned).collect::<Vec<_>>());
                    known.label = one.label;
                }
                known
            }
            None => {
                options.push(one);
                let Some(last) = options.last_mut() else { continue };
                last
            }
        };
        for old in renamed {
            known.also_called.extend(old.label.all().map(str::to_owned));
            known.also_called.extend(old.also_called);
        }
    }
    options
}

/// What the form says, as far as the declared kind leaves it.
pub fn form(asked: &Field, label: Option<&Words>, kind: FieldKind) -> Option<FormQuestion> {
    let mut form = asked.form.clone()?;
    form.names.extend(label.into_iter().flat_map(Words::all).map(str::to_owned));
    form.list = form.list.filter(|_| kind == asked.kind);
    Some(form)
}

/// `no_answer = { refused = ["99"], … }`: folded texts and what they say.
pub fn absent(table: &Table<'_>) -> BTreeMap<String, Absent> {
    let Some(declared) = table.table("no_answer") else { return BTreeMap::new() };
    let mut kinds: BTreeMap<String, Absent> = BTreeMap::new();
    for (key, kind) in Absent::NAMES {
        for text in declared.texts(key) {
            if kinds.insert(fold(&text.value), kind).is_some_and(|other| other != kind) {
                let message = format!("`{}` stands for two kinds of no answer", text.value);
                declared.report(
                    declared.error(&rules::DUPLICATE_CODE, &text.span, message).help("Name it under one of them."),
                );
            }
        }
    }
    declared.finish();
    kinds
}

/// Each question with the texts that are no answer to it: those of the survey and its own, with the labels of options.
///
/// A number that stands for no answer in the whole survey may be an amount in another question: so it counts there only
/// where it is an option, and a question for a number has to name it itself.
pub fn spread(questions: &mut [Field], survey: &BTreeMap<String, Absent>) {
    for question in questions {
        let is_number = |text: &str| text.trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit());
        let of_choices = matches!(question.kind, FieldKind::Choice | FieldKind::Choices);
        let shared = survey.iter().filter(|(text, _)| of_choices || !is_number(text));
        let mut absent: BTreeMap<String, Absent> = shared.map(|(text, kind)| (text.clone(), *kind)).collect();
        absent.append(&mut question.absent);
        let mut labels: BTreeMap<String, Absent> = BTreeMap::new();
        for option in &question.options {
            if let Some(kind) = absent.get(&fold(&option.code)) {
                let names = option.label.all().chain(option.also_called.iter().map(String::as_str));
                labels.extend(names.map(|name| (fold(name), *kind)));
            }
        }
        // A label never takes away what another option is called.
        let codes: Vec<String> = question.options.iter().map(|option| fold(&option.code)).collect();
        labels.retain(|label, _| !codes.contains(label));
        absent.extend(labels);
        question.absent = absent;
    }
}

/// Conditions that rest on a question whose answers are stored otherwise than the form has them cannot be told.
pub fn settle(survey: &mut Survey) {
    let rewritten: Vec<String> = survey
        .questions
        .iter()
        .filter(|field| {
            matches!(field.kind, FieldKind::YesNo | FieldKind::Country | FieldKind::Enterprise | FieldKind::Percent)
        })
        .map(|field| field.code.as_str().to_owned())
        .collect();
    for question in &mut survey.questions {
        if let Some(form) = &mut question.form {
            unknown_where(&mut form.relevant, &rewritten);
        }
    }
}

fn unknown_where(relevance: &mut Relevance, rewritten: &[String]) {
    let is = |operand: &Operand| matches!(operand, Operand::Question(code) if rewritten.iter().any(|known| known == code.as_str()));
    match relevance {
        Relevance::All(parts) | Relevance::Any(parts) => {
            parts.iter_mut().for_each(|part| unknown_where(part, rewritten))
        }
        Relevance::Not(inner) => unknown_where(inner, rewritten),
        Relevance::Compare(left, _, right) if is(left) || is(right) => *relevance = Relevance::Unknown,
        Relevance::Selected(of, _) if is(of) => *relevance = Relevance::Unknown,
        _ => {}
    }
}
