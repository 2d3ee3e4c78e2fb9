//! Questions of one or several versions of a form → fields, which reading, checks and estimates share with declared ones.

use std::collections::{BTreeMap, BTreeSet};

use super::relevant::{Named, Relevance, parse};
use super::{Answer, Form, Item};
use crate::define::catalog::{ChoiceOption, Field, FieldKind, FormQuestion, Future, Guidance, Numbers};
use crate::finding::suggest::nearest;
use crate::finding::{Finding, Place, Severity, rules};
use crate::model::code::FieldCode;
use crate::model::fold::fold;
use crate::model::words::Words;
use crate::sql::is_taken;

/// A question of a form.
#[derive(Debug, Clone)]
pub struct Asked {
    pub place: Place,
    pub field: Field,
    /// Otherwise it is a question only where a `[[survey.question]]` names it: what a device notes, files, calculations.
    pub by_default: bool,
}

/// A question in all versions of the form.
struct Merged<'a> {
    /// Its name, or its path where the name alone would not do.
    key: String,
    code: FieldCode,
    /// As the latest version has it.
    item: &'a Item,
    versions: Vec<(&'a Form, &'a Item)>,
}

/// The questions of a form, whose versions stand in the order of time. Those in repeats are left to the server.
pub fn questions(forms: &[Form], findings: &mut Vec<Finding>) -> Vec<Asked> {
    let merged = merged(forms, findings);
    let names = column_names(&merged);
    let mut asked = Vec::new();
    for (one, names) in merged.iter().zip(names) {
        let relevant = relevant(one, &merged, forms, findings);
        let options = options(one, findings);
        let label = if one.item.label == Words::default() {
            Words::plain(one.item.name.replace('_', " "))
        } else {
            one.item.label.clone()
        };
        let kind = match one.item.answer {
            Answer::Integer => FieldKind::Integer,
            Answer::Decimal => FieldKind::Decimal,
            Answer::Date => FieldKind::Date,
            Answer::One if !options.is_empty() => FieldKind::Choice,
            Answer::Several if !options.is_empty() => FieldKind::Choices,
            _ => FieldKind::Text,
        };
        let bare = one.key == one.item.name;
        let form = FormQuestion {
            names,
            bare: bare.then(|| one.item.name.clone()),
            relevant: relevant.clone(),
            list: one.item.list.clone().filter(|_| kind == FieldKind::Choice),
        };
        let mut question = field(one.code.clone(), label, kind, Some(form));
        question.required = one.item.required;
        question.guidance.help = one.item.hint.clone();
        question.options = options;
        let by_default = one.item.answer != Answer::Noted;
        asked.push(Asked { place: one.item.place.clone(), field: question, by_default });
        if one.item.other
            && let Some(code) = FieldCode::new(&format!("{}_other", one.code))
            && merged.iter().all(|known| known.code != code)
        {
            let paths = one.versions.iter().map(|(_, item)| format!("{}_other", item.path()));
            let names: BTreeSet<String> = paths.chain([format!("{}_other", one.item.name)]).collect();
            // Asked where "other" was chosen, which is another answer of the same row.
            let form = FormQuestion {
                names: names.into_iter().collect(),
                bare: bare.then(|| format!("{}_other", one.item.name)),
                relevant: relevant
                    .and(Relevance::Selected(super::relevant::Operand::Question(one.code.clone()), OTHER.to_owned())),
                list: None,
            };
            let label = Words::plain(format!("{}: other", one.item.name.replace('_', " ")));
            let field = field(code, label, FieldKind::Text, Some(form));
            asked.push(Asked { place: one.item.place.clone(), field, by_default });
        }
    }
    asked
}

/// A field of which nothing more is said.
pub(in crate::define) fn field(code: FieldCode, label: Words, kind: FieldKind, form: Option<FormQuestion>) -> Field {
    Field {
        code,
        label,
        also_called: Vec::new(),
        kind,
        required: false,
        minimum: None,
        maximum: None,
        options: Vec::new(),
        scale: None,
        future: Future::Allow,
        name: None,
        country: None,
        organisation: false,
        numbers: Numbers::AsWritten,
        unreadable: Severity::Error,
        meant: BTreeMap::new(),
        total: false,
        currency: None,
        guidance: Guidance::default(),
        refers_to: None,
        form,
        absent: BTreeMap::new(),
    }
}

/// The choice that `or_other` adds to a list.
const OTHER: &str = "other";

fn merged<'a>(forms: &'a [Form], findings: &mut Vec<Finding>) -> Vec<Merged<'a>> {
    let items = |form: &'a Form| form.items.iter().filter(|item| !item.repeated);
    let mut shared: BTreeSet<&str> = BTreeSet::new();
    for form in forms {
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        shared.extend(items(form).map(|item| item.name.as_str()).filter(|name| !seen.insert(name)));
    }
    let mut merged: Vec<Merged<'a>> = Vec::new();
    for form in forms {
        for item in items(form) {
            let key = if shared.contains(item.name.as_str()) { item.path() } else { item.name.clone() };
            if let Some(known) = merged.iter_mut().find(|known| known.key == key) {
                if known.item.answer != item.answer {
                    let message =
                        format!("the question `{key}` is answered differently in another version of the form");
                    findings.push(Finding::warning(&rules::FORM_UNREAD, item.place.clone(), message).help(
                        "It is read as in the last version of `forms`. Declare its `kind` if that does not fit.",
                    ));
                }
                known.item = item;
                known.versions.push((form, item));
                continue;
            }
            let Some(code) = code(&key) else {
                let message = format!("no code can be made of the name `{key}`");
                findings.push(
                    Finding::error(&rules::FORM_INVALID, item.place.clone(), message)
                        .help("Use letters from a to z, digits and `_`, at most 60."),
                );
                continue;
            };
            if let Some(other) = merged.iter().find(|known| known.code == code) {
                let message = format!("the names `{key}` and `{}` make the same code `{code}`", other.key);
                findings.push(
                    Finding::error(&rules::FORM_INVALID, item.place.clone(), message).help("Rename one of the two."),
                );
                continue;
            }
            merged.push(Merged { key, code, item, versions: vec![(form, item)] });
        }
    }
    merged
}

/// `Topic_title` → `topic_title`, `_1` → `q_1`, `end` → `q_end`.
fn code(name: &str) -> Option<FieldCode> {
    let lower: String = name.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let parts: Vec<&str> = lower.split('_').filter(|part| !part.is_empty()).collect();
    let plain = parts.join("_");
    let taken = is_taken(&plain);
    let begins = plain.starts_with(|c: char| c.is_ascii_lowercase());
    FieldCode::new(&if taken || !begins { format!("q_{plain}") } else { plain })
}

/// Every column name of each question: its name, its paths, and labels that mean no other question.
fn column_names(merged: &[Merged<'_>]) -> Vec<Vec<String>> {
    let mut owners: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    let folded = |text: &str| fold(text.trim().trim_end_matches(['*', ':', ' ']));
    let labels = |one: &Merged<'_>| -> Vec<String> {
        one.versions.iter().flat_map(|(_, item)| item.label.all()).map(str::to_owned).collect()
    };
    let own = |one: &Merged<'_>| -> Vec<String> {
        let paths = one.versions.iter().map(|(_, item)| item.path());
        [one.key.clone()].into_iter().chain(paths).collect()
    };
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for (at, one) in merged.iter().enumerate() {
        taken.extend(own(one).iter().map(|name| folded(name)));
        for label in labels(one) {
            owners.entry(folded(&label)).or_default().insert(at);
        }
    }
    merged
        .iter()
        .map(|one| {
            let mine: BTreeSet<String> = own(one).iter().map(|name| folded(name)).collect();
            let free = |label: &String| {
                let label = folded(label);
                let alone = owners.get(&label).is_some_and(|owners| owners.len() == 1);
                !label.is_empty() && (mine.contains(&label) || (alone && !taken.contains(&label)))
            };
            let mut names = own(one);
            names.extend(labels(one).into_iter().filter(free));
            names.dedup();
            names
        })
        .collect()
}

fn options(one: &Merged<'_>, findings: &mut Vec<Finding>) -> Vec<ChoiceOption> {
    let mut options: Vec<ChoiceOption> = Vec::new();
    // The latest version leads: its order, its labels.
    for (form, item) in one.versions.iter().rev() {
        let choices = item.list.as_ref().and_then(|list| form.lists.get(list)).map_or(&[][..], Vec::as_slice);
        for choice in choices {
            if item.answer == Answer::Several && choice.name.contains(char::is_whitespace) {
                let message = format!("the choice `{}` has a space, which parts several answers", choice.name);
                findings.push(
                    Finding::error(&rules::FORM_INVALID, item.place.clone(), message)
                        .help("Rename it without a space."),
                );
            }
            let wordings = choice.label.all().map(str::to_owned).chain(choice.further.iter().cloned());
            match options.iter_mut().find(|option| option.code == choice.name) {
                Some(known) => {
                    let own: Vec<String> = known.label.all().map(str::to_owned).collect();
                    let more: Vec<String> =
                        wordings.filter(|text| !own.contains(text) && !known.also_called.contains(text)).collect();
                    known.also_called.extend(more);
                }
                None => options.push(ChoiceOption {
                    code: choice.name.clone(),
                    label: if choice.label == Words::default() {
                        Words::plain(choice.name.replace('_', " "))
                    } else {
                        choice.label.clone()
                    },
                    also_called: choice.further.clone(),
                }),
            }
        }
    }
    if one.item.other && !options.is_empty() && options.iter().all(|option| option.code != OTHER) {
        options.push(ChoiceOption { code: OTHER.to_owned(), label: Words::plain("Other"), also_called: Vec::new() });
    }
    options
}

/// When it was asked: as all versions say alike, else nobody knows.
fn relevant(one: &Merged<'_>, merged: &[Merged<'_>], forms: &[Form], findings: &mut Vec<Finding>) -> Relevance {
    let named = |name: &str| {
        let question = merged.iter().find(|known| known.item.name == name && known.key == known.item.name);
        match question {
            Some(known) if known.item.answer != Answer::Noted => Named::Question(known.code.clone()),
            Some(_) => Named::Unread,
            None if is_of_form(name, forms) => Named::Unread,
            None => Named::Nothing,
        }
    };
    let mut versions: Vec<Relevance> = Vec::new();
    for (_, item) in &one.versions {
        let mut whole = Relevance::Always;
        for (text, place) in &item.relevant {
            match parse(text, &named) {
                Ok(part) => whole = whole.and(part),
                Err(name) => {
                    let names = merged.iter().map(|known| known.item.name.as_str());
                    let message = format!("nothing in the form is called `{name}`");
                    let finding = Finding::error(&rules::FORM_INVALID, place.clone(), message);
                    findings.push(
                        finding
                            .found(text.clone())
                            .help("Names in ${…} are those of the column name.")
                            .suggest(nearest(&name, names)),
                    );
                    whole = Relevance::Unknown;
                }
            }
        }
        versions.push(whole);
    }
    // A condition of a group would be told once for each question in it.
    let mut seen: Vec<Finding> = Vec::new();
    findings.retain(|finding| {
        let again = seen.contains(finding);
        if !again {
            seen.push(finding.clone());
        }
        !again
    });
    let alike = versions.windows(2).all(|pair| pair[0] == pair[1]);
    versions.pop().filter(|_| alike).unwrap_or(Relevance::Unknown)
}

/// Groups, repeats and what stands in them: known, and not read as one answer.
fn is_of_form(name: &str, forms: &[Form]) -> bool {
    forms.iter().any(|form| {
        form.items.iter().any(|item| item.name == name || item.groups.iter().any(|group| group == name))
            || form.repeats.iter().any(|repeat| repeat == name)
    })
}
