//! The sheet of choices: lists of options, with labels in several languages.

use std::collections::BTreeMap;

use super::sheet::{Head, is_yes, setting};
use super::{Choice, FormFile, FormSheet};
use crate::finding::{Finding, rules};

pub fn read(
    file: &FormFile,
    sheet: &FormSheet,
    settings: Option<&FormSheet>,
    findings: &mut Vec<Finding>,
) -> BTreeMap<String, Vec<Choice>> {
    let mut lists: BTreeMap<String, Vec<Choice>> = BTreeMap::new();
    let Some(head) = Head::of(sheet) else { return lists };
    for wanted in ["list_name", "name"] {
        if head.column(wanted).is_none() {
            let message = format!("the sheet `{}` has no column `{wanted}`", sheet.name);
            let near = crate::finding::suggest::nearest(wanted, head.names()).map(|_| wanted);
            findings.push(
                Finding::error(&rules::FORM_INVALID, file.place(&sheet.name, head.row, 0), message)
                    .help(format!("Call the column {wanted}."))
                    .suggest(near),
            );
        }
    }
    let duplicates =
        settings.and_then(|sheet| setting(sheet, "allow_choice_duplicates")).is_some_and(|text| is_yes(&text));
    for (row, cells) in sheet.rows.iter().skip(1) {
        let (list, name) = (head.text(cells, "list_name"), head.text(cells, "name"));
        let label = head.words(cells, "label");
        let (Some(list), Some(name)) = (list, name) else {
            if list.is_none() && name.is_none() && label == crate::model::words::Words::default() {
                continue;
            }
            let lacks = if list.is_none() { "list_name" } else { "name" };
            let place = file.place(&sheet.name, *row, head.column(lacks).unwrap_or(0));
            let message = format!("a choice without `{lacks}` belongs to no question");
            findings
                .push(Finding::warning(&rules::FORM_UNREAD, place, message).help("Complete the row, or take it out."));
            continue;
        };
        let choices = lists.entry(list.to_owned()).or_default();
        match choices.iter_mut().find(|choice| choice.name == name) {
            Some(first) => {
                let known: Vec<&str> = first.label.all().collect();
                let further: Vec<String> =
                    label.all().filter(|text| !known.contains(text)).map(str::to_owned).collect();
                first.further.extend(further);
                if !duplicates {
                    let place = file.place(&sheet.name, *row, head.column("name").unwrap_or(0));
                    let message = format!("the list `{list}` has the choice `{name}` twice");
                    findings.push(
                        Finding::warning(&rules::FORM_UNREAD, place, message)
                            .help("Both are read as one. Rename one of the two, or take it out."),
                    );
                }
            }
            None => choices.push(Choice { name: name.to_owned(), label, further: Vec::new() }),
        }
    }
    lists
}
