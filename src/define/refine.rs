//! Where a declaration says more of a question that a form asks, and which answers are none.

use std::collections::BTreeMap;

use super::catalog::{ChoiceOption, Field, FieldKind, FormQuestion, Survey, option_columns};
use super::form::relevant::{Operand, Relevance};
use super::reader::{At, Table};
use crate::finding::{Finding, rules};
use crate::model::absent::Absent;
use crate::model::code::FieldCode;
use crate::model::fold::fold;
use crate::model::words::Words;
use crate::sql::comparisons::comparisons;

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
        let at = options.iter().position(|option| option.code == one.code).unwrap_or(options.len());
        if let Some(known) = options.get_mut(at) {
            known.also_called.extend(one.also_called);
            if has_label {
                known.also_called.extend(known.label.all().map(str::to_owned).collect::<Vec<_>>());
                known.label = one.label;
            }
        } else {
            options.push(one);
        }
        let Some(known) = options.get_mut(at) else { continue };
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

/// A column of an option says yes or no: whatever else it is compared with is never true.
pub fn option_literals(table: &Table<'_>, text: &At<String>, survey: &Survey) {
    let columns = option_columns(&survey.questions);
    for compared in comparisons(&text.value) {
        let is_option = columns.iter().any(|column| column.name == compared.field);
        if is_option && !matches!(compared.text.as_str(), "yes" | "no") {
            let place = table.file.place_inside(text.span.clone(), &text.value, compared.start, compared.width);
            let message = format!("`{}` is never '{}'", compared.field, compared.text);
            table.report(Finding::error(&rules::UNKNOWN_OPTION, place, message).help("Its values are yes, no."));
        }
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
    // What another version called an option: stored is its code.
    let mut renamed: BTreeMap<(FieldCode, String), String> = BTreeMap::new();
    for field in &survey.questions {
        for option in &field.options {
            let others =
                option.also_called.iter().filter(|name| field.options.iter().all(|known| known.code != **name));
            renamed.extend(others.map(|name| ((field.code.clone(), name.clone()), option.code.clone())));
        }
    }
    for question in &mut survey.questions {
        if let Some(form) = &mut question.form {
            settled(&mut form.relevant, &rewritten, &renamed);
        }
    }
}

fn settled(relevance: &mut Relevance, rewritten: &[String], renamed: &BTreeMap<(FieldCode, String), String>) {
    let is = |operand: &Operand| matches!(operand, Operand::Question(code) if rewritten.iter().any(|known| known == code.as_str()));
    let rename = |code: &FieldCode, text: &mut String| {
        if let Some(stored) = renamed.get(&(code.clone(), text.clone())) {
            text.clone_from(stored);
        }
    };
    match relevance {
        Relevance::All(parts) | Relevance::Any(parts) => {
            for part in parts {
                settled(part, rewritten, renamed);
            }
        }
        Relevance::Not(inner) => settled(inner, rewritten, renamed),
        Relevance::Compare(left, _, right) if is(left) || is(right) => *relevance = Relevance::Unknown,
        Relevance::Selected(of, _) if is(of) => *relevance = Relevance::Unknown,
        Relevance::Compare(Operand::Question(code), _, Operand::Text(text))
        | Relevance::Compare(Operand::Text(text), _, Operand::Question(code))
        | Relevance::Selected(Operand::Question(code), text) => rename(code, text),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::define::form::relevant::Sign;

    fn option(code: &str, label: &str, also: &[&str]) -> ChoiceOption {
        let also_called = also.iter().map(|name| (*name).to_owned()).collect();
        ChoiceOption { code: code.into(), label: Words::plain(label), also_called }
    }

    #[test]
    fn conditions_speak_of_what_is_stored() {
        let code = |text: &str| FieldCode::new(text).unwrap();
        let renamed = BTreeMap::from([((code("size"), "small".to_owned()), "sme".to_owned())]);
        let of = |field: &str, text: &str| {
            Relevance::Compare(Operand::Question(code(field)), Sign::Equal, Operand::Text(text.into()))
        };
        let mut both = Relevance::All(vec![of("size", "small"), of("vat", "LT1")]);
        settled(&mut both, &["vat".to_owned()], &renamed);
        assert_eq!(both, Relevance::All(vec![of("size", "sme"), Relevance::Unknown]));
    }

    #[test]
    fn declared_options_add_names_and_take_in_those_that_were_renamed() {
        let code = FieldCode::new("size").unwrap();
        let asked = crate::define::form::questions::field(code, Words::plain("Size"), FieldKind::Choice, None);
        let asked = Field { options: vec![option("s", "Small", &[]), option("sme", "SME", &[])], ..asked };
        let merged = options(vec![option("sme", "sme", &["s"]), option("large", "Large", &[])], Some(&asked));
        let told: Vec<(&str, &str, &[String])> =
            merged.iter().map(|one| (one.code.as_str(), one.label.get("en"), one.also_called.as_slice())).collect();
        assert_eq!(told, [("sme", "SME", &["s".to_owned(), "Small".to_owned()][..]), ("large", "Large", &[])]);
    }

    #[test]
    fn a_number_is_no_answer_only_where_it_is_an_option_or_the_question_says_so() {
        let of = |kind: FieldKind| {
            let code = FieldCode::new("q").unwrap();
            crate::define::form::questions::field(code, Words::plain("Q"), kind, None)
        };
        let mut fields = vec![of(FieldKind::Integer), of(FieldKind::Choice), of(FieldKind::Integer)];
        fields[1].options = vec![option("99", "I would rather not say", &[])];
        fields[2].absent = BTreeMap::from([("-1".to_owned(), Absent::Refused)]);
        let survey = BTreeMap::from([("99".to_owned(), Absent::Refused), ("dk".to_owned(), Absent::DontKnow)]);
        spread(&mut fields, &survey);
        let known = |at: usize| fields[at].absent.keys().map(String::as_str).collect::<Vec<_>>();
        assert_eq!(known(0), ["dk"]);
        assert_eq!(known(1), ["99", "dk", "i would rather not say"]);
        assert_eq!(known(2), ["-1", "dk"]);
    }
}
