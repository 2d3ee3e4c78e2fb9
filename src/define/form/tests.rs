//! Forms as people write them: rows of text cells.

use super::questions::questions;
use super::relevant::{Relevance, Told};
use super::*;
use crate::define::catalog::{Field, FieldKind};
use crate::finding::render;

type Rows<'a> = &'a [&'a [&'a str]];

fn sheet(name: &str, rows: Rows<'_>) -> FormSheet {
    let row = |(index, cells): (usize, &&[&str])| {
        let cells =
            (0..).zip(cells.iter()).filter(|(_, text)| !text.is_empty()).map(|(at, text)| (at, (*text).to_owned()));
        (u32::try_from(index).unwrap(), cells.collect())
    };
    FormSheet { name: name.into(), rows: rows.iter().enumerate().map(row).collect() }
}

fn file(survey: Rows<'_>, choices: Rows<'_>) -> FormFile {
    FormFile {
        name: "form.xlsx".into(),
        hash: String::new(),
        sheets: vec![sheet("survey", survey), sheet("choices", choices)],
    }
}

fn fields(forms: &[FormFile]) -> (Vec<Field>, Vec<Finding>) {
    let mut findings = Vec::new();
    let forms: Vec<Form> = forms.iter().map(|file| read(file, &mut findings)).collect();
    let asked = questions(&forms, &mut findings);
    (asked.into_iter().filter(|asked| asked.by_default).map(|asked| asked.field).collect(), findings)
}

fn find<'f>(fields: &'f [Field], code: &str) -> &'f Field {
    fields.iter().find(|field| field.code.as_str() == code).unwrap_or_else(|| panic!("no question {code}"))
}

const CHOICES: Rows<'_> = &[
    &["list name", "name", "label::English (en)", "label::French"],
    &["yn", "yes", "Yes", "Oui"],
    &["yn", "no", "No", "Non"],
    &["m", "de", "Germany", "Allemagne"],
];

#[test]
fn a_form_gives_questions_with_codes_labels_options_and_groups() {
    let survey: Rows<'_> = &[
        &["type", "name", "label:English", "label:French", "required", "bind:relevant"],
        &["start", "start"],
        &["begin_group", "Firm", "", "", "", "${exports} = 'yes'"],
        &["select one from yn", "Exports", "Do you export?", "Exportez-vous ?", "TRUE"],
        &["select_multiple  m or_other", "markets", "Where?", "Où ?", "", "selected(${Exports}, 'yes')"],
        &["end group"],
        &["int", "_1", "Jobs"],
        &["note", "thanks", "Thank you"],
        &["begin repeat", "staff"],
        &["text", "person", "Name"],
        &["end_repeat"],
        &["date", "end", "Until when?"],
    ];
    let (fields, findings) = fields(&[file(survey, CHOICES)]);
    let codes: Vec<&str> = fields.iter().map(|field| field.code.as_str()).collect();
    assert_eq!(
        codes,
        ["exports", "markets", "markets_other", "q_1", "q_end"],
        "no note, no repeat, nothing noted by a device"
    );
    let exports = find(&fields, "exports");
    assert_eq!((exports.kind, exports.required), (FieldKind::Choice, true));
    assert_eq!((exports.label.get("fr"), exports.options[1].label.get("fr")), ("Exportez-vous ?", "Non"));
    let names: Vec<&str> = exports.names().collect();
    assert_eq!(names, ["Exports", "Firm/Exports", "Do you export?", "Exportez-vous ?"]);
    let markets = find(&fields, "markets");
    assert_eq!(markets.kind, FieldKind::Choices);
    assert_eq!(markets.options.last().unwrap().code, "other");
    // Names in conditions are written as in the form: here one is not.
    assert_eq!(findings.len(), 1);
    let shown = render(&findings[0]);
    assert!(shown.contains("form.xlsx › survey › F3") && shown.contains("Exports"), "{shown}");
}

#[test]
fn a_condition_of_a_group_holds_for_what_stands_in_it() {
    let survey: Rows<'_> = &[
        &["type", "name", "relevant"],
        &["select_one yn", "exports"],
        &["begin group", "more", "${exports} = 'yes'"],
        &["integer", "share", "${exports} != 'no'"],
        &["end group"],
    ];
    let (fields, findings) = fields(&[file(survey, CHOICES)]);
    assert_eq!(findings, []);
    let relevant = &find(&fields, "share").form.as_ref().unwrap().relevant;
    let told = |answer: &'static str| relevant.holds(&move |_| Told::Text(answer.into()));
    assert_eq!((told("yes"), told("no"), told("99")), (Some(true), Some(false), Some(false)));
    assert_eq!(find(&fields, "exports").form.as_ref().unwrap().relevant, Relevance::Always);
}

#[test]
fn versions_of_a_form_become_one() {
    let first: Rows<'_> = &[
        &["type", "name", "label"],
        &["begin group", "a"],
        &["select_one size", "size", "How large?"],
        &["end group"],
    ];
    let second: Rows<'_> = &[
        &["type", "name", "label"],
        &["begin group", "b"],
        &["select_one size", "size", "How many people?"],
        &["integer", "jobs", "Jobs"],
        &["end group"],
    ];
    let old: Rows<'_> = &[&["list_name", "name", "label"], &["size", "s", "Small"], &["size", "l", "Large"]];
    let new: Rows<'_> = &[&["list_name", "name", "label"], &["size", "s", "Up to 49"], &["size", "xl", "More"]];
    let (fields, findings) = fields(&[file(first, old), file(second, new)]);
    assert_eq!(findings, []);
    let size = find(&fields, "size");
    let names: Vec<&str> = size.names().collect();
    assert_eq!(names, ["size", "a/size", "b/size", "How large?", "How many people?"]);
    let options: Vec<(&str, &[String])> =
        size.options.iter().map(|option| (option.code.as_str(), option.also_called.as_slice())).collect();
    assert_eq!(options, [("s", &["Small".to_owned()][..]), ("xl", &[]), ("l", &[])]);
    assert_eq!(size.label.get("en"), "How many people?");
    assert_eq!(fields.len(), 2);
}

#[test]
fn a_label_of_two_questions_names_neither_and_a_name_in_two_groups_needs_its_group() {
    let survey: Rows<'_> = &[
        &["type", "name", "label"],
        &["begin group", "own"],
        &["integer", "jobs", "How many?"],
        &["end group"],
        &["begin group", "partners"],
        &["integer", "jobs", "How many?"],
        &["end group"],
    ];
    let (fields, findings) = fields(&[file(survey, &[])]);
    assert_eq!(findings, []);
    assert_eq!(find(&fields, "own_jobs").names().collect::<Vec<_>>(), ["own/jobs"]);
    assert!(find(&fields, "partners_jobs").form.as_ref().unwrap().bare.is_none());
}

#[test]
fn every_mistake_of_a_form_is_told_at_its_cell_with_what_was_meant() {
    let survey: Rows<'_> = &[
        &["type", "name", "relevant"],
        &["select_one yno", "exports"],
        &["intger", "jobs"],
        &["text", "my name"],
        &["text", "note", "${export} = 'yes'"],
        &["end group"],
        &["begin repeat", "staff"],
        &["text"],
        &["text", "note"],
        &["text", "note"],
    ];
    let choices: Rows<'_> =
        &[&["list_name", "name", "label"], &["yn", "yes", "Yes"], &["", "", "No"], &["yn", "yes", "Y"]];
    let (_, mut findings) = fields(&[file(survey, choices)]);
    crate::finding::sort(&mut findings);
    let told: Vec<(String, &str, Option<&str>)> = findings
        .iter()
        .map(|finding| (finding.place.to_string(), finding.message.as_str(), finding.suggestion.as_deref()))
        .collect();
    let told: Vec<(&str, &str, Option<&str>)> = told
        .iter()
        .map(|(place, message, suggestion)| (place.trim_start_matches("form.xlsx › "), *message, *suggestion))
        .collect();
    assert_eq!(
        told,
        [
            ("choices › A3", "a choice without `list_name` belongs to no question", None),
            ("choices › B4", "the list `yn` has the choice `yes` twice", None),
            ("survey › A2", "no list of choices is called `yno`", Some("yn")),
            ("survey › A3", "no question is of the type `intger`", Some("integer")),
            ("survey › B4", "`my name` is not a name", Some("my_name")),
            ("survey › C5", "nothing in the form is called `export`", Some("exports")),
            ("survey › A6", "a group ends that did not begin", None),
            ("survey › A7", "the repeat `staff` is never closed", None),
            ("survey › B8", "a row that asks something has no name", None),
            ("survey › B10", "the name `note` stands twice in its group", None),
        ]
    );
}

#[test]
fn the_json_of_an_asset_is_the_same_form() {
    let text = r#"{"content": {"translations": ["English (en)", null], "settings": {"version": "3"},
        "survey": [{"type": "begin_group", "name": "v0"},
                   {"type": "select_multiple", "name": "sex", "label": ["Sex?", "?"], "select_from_list_name": "s", "_or_other": true},
                   {"type": "end_group"}],
        "choices": [{"list_name": "s", "name": "1", "label": ["male", null]}]}}"#;
    let file = FormFile::of_asset("form.json", String::new(), text).unwrap();
    let mut findings = Vec::new();
    let form = read(&file, &mut findings);
    assert_eq!((findings.len(), form.version.as_deref(), form.survey_rows, form.choice_rows), (0, Some("3"), 3, 1));
    let (fields, _) = fields(&[file]);
    assert_eq!(find(&fields, "sex").names().collect::<Vec<_>>(), ["sex", "v0/sex", "?", "Sex?"]);
    assert_eq!(find(&fields, "sex").options[0].label.get("en"), "male");
}
