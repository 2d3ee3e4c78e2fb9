//! `KoboToolbox`, API version 2: pages by `start` and `limit`, a count on each.

use std::collections::BTreeMap;

use serde_json::Value;

use super::answers::{Page, Rows};
use super::spool::Spool;
use super::{Gathered, Trouble};
use crate::http::Failure;
use crate::http::client::{Client, Request, encoded, is_json};
use crate::model::source::{SurveyKind, SurveySource};

pub(super) fn gather(
    source: &SurveySource,
    client: &mut Client<'_>,
    spool: &mut Spool<'_>,
) -> Result<Gathered, Trouble> {
    let asset = format!("/api/v2/assets/{}/", encoded(&source.form));
    let mut rows = Rows::new(SurveyKind::Kobo);
    let mut notes = Vec::new();
    let mut expected = None;
    let mut start = 0;
    loop {
        // In the order of receipt: what is sent in meanwhile comes last.
        let path = format!("{asset}data/?format=json&start={start}&limit={}&sort=%7B%22_id%22%3A1%7D", source.page);
        let label = format!("data start={start}");
        let bytes = spool.ask(client, &label, &path)?;
        let Some(Page { count, rows: given_rows, .. }) = Page::read(&bytes, "count", "results") else {
            let message = format!("the server gives no answers but “{}”", client.quote(&bytes));
            return Err(Failure::strange(message).into());
        };
        let before = *expected.get_or_insert(count);
        if count != before {
            let message = format!("the server said {before} answers, and while they were fetched {count}");
            return Err(Trouble::Changed(Failure::incomplete(message)));
        }
        let given = given_rows.len() as u64;
        for row in given_rows {
            rows.add(row)?;
        }
        start += given;
        client.surroundings().progress(rows.len(), count);
        if start >= count || given == 0 {
            break;
        }
        if given < u64::from(source.page) && notes.is_empty() {
            notes.push(format!("the server gives {given} answers a page where {} were asked for", source.page));
        }
    }
    let (expected, gathered) = (expected.unwrap_or(0), rows.len());
    if gathered != expected {
        let message = format!("the server said {expected} answers and gave {gathered}");
        return Err(Failure::incomplete(message).into());
    }
    let multiple = match client.send(&Request::get(&format!("{asset}?format=json"), is_json).once()) {
        Ok(answer) => multiple(&serde_json::from_slice(&answer.body).unwrap_or(Value::Null)),
        Err(failure) => {
            notes.push(format!("which questions have several answers is not known: {failure}"));
            BTreeMap::new()
        }
    };
    Ok(Gathered {
        document: rows.document(source.code.as_str(), &multiple, None),
        answers: gathered,
        notes,
        deleted: None,
    })
}

/// Questions with several answers, by path, with their options in the order of the form.
fn multiple(asset: &Value) -> BTreeMap<String, Vec<String>> {
    let rows = |name: &str| asset["content"][name].as_array().cloned().unwrap_or_default();
    let text = |row: &Value, names: &[&str]| {
        names.iter().find_map(|name| row[*name].as_str()).map(str::to_owned).unwrap_or_default()
    };
    let choices = rows("choices");
    let mut groups: Vec<String> = Vec::new();
    let mut found = BTreeMap::new();
    for row in rows("survey") {
        let kind = text(&row, &["type"]);
        let name = text(&row, &["name", "$autoname"]);
        if kind.starts_with("begin_") || kind.starts_with("begin ") {
            groups.push(name);
        } else if kind.starts_with("end_") || kind.starts_with("end ") {
            groups.pop();
        } else if kind.split_whitespace().next() == Some("select_multiple") {
            let list = kind.split_whitespace().nth(1).map(str::to_owned);
            let list = list.unwrap_or_else(|| text(&row, &["select_from_list_name"]));
            let options = choices
                .iter()
                .filter(|choice| text(choice, &["list_name"]) == list)
                .map(|choice| text(choice, &["name", "$autovalue"]))
                .filter(|option| !option.is_empty())
                .collect();
            let path =
                row["$xpath"].as_str().map_or_else(|| [groups.as_slice(), &[name]].concat().join("/"), str::to_owned);
            found.insert(path, options);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn questions_with_several_answers_are_told_by_the_form() {
        let asset = json!({ "content": {
            "survey": [
                { "type": "begin_group", "name": "firm" },
                { "type": "select_multiple", "name": "markets", "select_from_list_name": "m" },
                { "type": "end_group" },
                { "type": "select_multiple pets", "$autoname": "pets" },
                { "type": "text", "name": "other" },
            ],
            "choices": [
                { "list_name": "m", "name": "us" }, { "list_name": "pets", "$autovalue": "1" }, { "list_name": "m", "name": "jp" },
            ],
        } });
        let found = multiple(&asset);
        assert_eq!(found["firm/markets"], ["us", "jp"]);
        assert_eq!(found["pets"], ["1"]);
        assert_eq!(found.len(), 2);
    }
}
