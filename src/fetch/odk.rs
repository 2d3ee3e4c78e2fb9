//! ODK Central: `OData` with a cursor, a count on each page, and a list of what was deleted.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::answers::{Page, Rows, key};
use super::spool::Spool;
use super::{Gathered, Trouble};
use crate::finding::rules;
use crate::http::client::{Client, Request, encoded, is_anything, is_json};
use crate::http::{Credentials, Failure};
use crate::model::source::{SurveyKind, SurveySource};

pub(super) fn gather(
    source: &SurveySource,
    credentials: &Credentials,
    client: &mut Client<'_>,
    spool: &mut Spool<'_>,
) -> Result<Gathered, Trouble> {
    sign_in(credentials, client)?;
    let result = signed_in(source, client, spool);
    // Otherwise the session lives on for a day.
    let end = Request { method: reqwest::Method::DELETE, ..Request::get("/v1/sessions/current", is_anything) };
    let _ = client.send(&end.once().statuses(&[204]));
    result
}

fn sign_in(credentials: &Credentials, client: &mut Client<'_>) -> Result<(), Failure> {
    let user = credentials.user.as_ref().map_or("", |user| user.reveal());
    let body = json!({ "email": user, "password": credentials.secret.reveal() }).to_string();
    let answer = client.send(&Request::post("/v1/sessions", body, is_json).statuses(&[404]))?;
    if answer.status == 404 {
        // Servers without sessions take the password with every request.
        return client.authorize_by_password();
    }
    let session: Value = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
    let Some(token) = session["token"].as_str().filter(|token| !token.is_empty()) else {
        return Err(Failure::new(&rules::FETCH_REFUSED, "the server gives no session"));
    };
    client.hide(token);
    client.authorize(&format!("Bearer {token}"))
}

fn signed_in(source: &SurveySource, client: &mut Client<'_>, spool: &mut Spool<'_>) -> Result<Gathered, Trouble> {
    let (project, form) = source.form.split_once('/').unwrap_or(("", &source.form));
    let form = format!("/v1/projects/{}/forms/{}", encoded(project), encoded(form));
    let mut rows = Rows::new(SurveyKind::Odk);
    let mut notes = Vec::new();
    let mut expected = None;
    let mut cursor = String::new();
    let mut seen = BTreeSet::new();
    loop {
        let path = format!("{form}.svc/Submissions?%24top={}&%24count=true&%24expand=*{cursor}", source.page);
        let label = format!("Submissions {}", cursor.trim_start_matches('&'));
        let bytes = spool.ask(client, &label, &path)?;
        let Some(page) = Page::read(&bytes, "@odata.count", "value") else {
            let message = format!("the server gives no answers but “{}”", client.quote(&bytes));
            return Err(Failure::strange(message).into());
        };
        let count = page.count;
        let before = *expected.get_or_insert(count);
        if count != before {
            let message = format!("the server said {before} answers, and while they were fetched {count}");
            return Err(Trouble::Changed(Failure::incomplete(message)));
        }
        let given = page.rows.len() as u64;
        for row in page.rows {
            rows.add(row)?;
        }
        client.surroundings().progress(rows.len(), count);
        let Some(next) = page.rest.get("@odata.nextLink").and_then(Value::as_str) else { break };
        if given < u64::from(source.page) && notes.is_empty() {
            notes.push(format!("the server gives {given} answers a page where {} were asked for", source.page));
        }
        // Only its cursor is taken: a link may lead to any host.
        cursor = next_cursor(next).ok_or_else(|| Failure::strange("the link to the next page has no cursor"))?;
        if !seen.insert(cursor.clone()) {
            return Err(Failure::incomplete("the server leads to the same page again and again").into());
        }
    }
    let (expected, gathered) = (expected.unwrap_or(0), rows.len());
    if gathered != expected {
        let message = format!("the server said {expected} answers and gave {gathered}");
        return Err(Failure::incomplete(message).into());
    }
    let deleted = deleted(&form, source, client);
    let multiple = match client.send(&Request::get(&format!("{form}/fields?odata=true"), is_json).once()) {
        Ok(answer) => multiple(&serde_json::from_slice(&answer.body).unwrap_or(Value::Null), &rows),
        Err(failure) => {
            notes.push(format!("which questions have several answers is not known: {failure}"));
            BTreeMap::new()
        }
    };
    Ok(Gathered { document: rows.document(source.code.as_str(), &multiple, None), answers: gathered, notes, deleted })
}

/// `&%24skiptoken=…` of a link, or `&%24skip=…` of older servers.
fn next_cursor(link: &str) -> Option<String> {
    let (_, query) = link.split_once('?')?;
    let named = |name: &'static str| {
        let of = move |part: &str| {
            let (key, value) = part.split_once('=')?;
            let key = key.replace("%24", "$");
            let sound = value.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'#' | b'?' | b'/'));
            (key == name && sound && !value.is_empty()).then(|| format!("&%24{}={value}", &name[1..]))
        };
        query.split('&').find_map(of)
    };
    named("$skiptoken").or_else(|| named("$skip"))
}

/// Keys that the server lists as deleted. None where it keeps no such list: before version 2024.3.
fn deleted(form: &str, source: &SurveySource, client: &mut Client<'_>) -> Option<Vec<String>> {
    let (mut keys, mut cursor) = (Vec::new(), String::new());
    for _ in 0..1_000 {
        let path = format!(
            "{form}.svc/Submissions?%24filter=__system%2FdeletedAt%20ne%20null&%24select=__id&%24top={}{cursor}",
            source.page
        );
        let answer = client.send(&Request::get(&path, is_json).once()).ok()?;
        let page: Value = serde_json::from_slice(&answer.body).ok()?;
        let rows = page["value"].as_array()?.iter();
        keys.extend(rows.filter_map(|row| key(SurveyKind::Odk, row.as_object()?)));
        match page["@odata.nextLink"].as_str().and_then(next_cursor) {
            Some(next) if next != cursor => cursor = next,
            _ => return Some(keys),
        }
    }
    None
}

/// Questions with several answers, with the options that somebody ticked: the server does not list the others.
fn multiple(fields: &Value, rows: &Rows) -> BTreeMap<String, Vec<String>> {
    let several = fields.as_array().into_iter().flatten().filter(|field| field["selectMultiple"] == true);
    let paths = several.filter_map(|field| Some(field["path"].as_str()?.trim_start_matches('/').to_owned()));
    paths.map(|path| (path.clone(), rows.words(&path))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_link_only_the_cursor_is_taken() {
        let link = "https://evil.example/x?%24skiptoken=01eyJyZXBlYXRJZCI6MX0%3D&%24top=2";
        assert_eq!(next_cursor(link).as_deref(), Some("&%24skiptoken=01eyJyZXBlYXRJZCI6MX0%3D"));
        assert_eq!(next_cursor("x?$skip=250").as_deref(), Some("&%24skip=250"));
        assert_eq!(next_cursor("x?$top=2"), None);
        assert_eq!(next_cursor("x"), None);
    }
}
