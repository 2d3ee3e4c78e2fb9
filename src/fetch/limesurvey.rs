//! `LimeSurvey`, `RemoteControl` 2: calls by JSON-RPC, answers by ranges of their numbers, two counts around them.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::answers::Rows;
use super::spool::Spool;
use super::{Gathered, Trouble};
use crate::finding::rules;
use crate::http::client::{Client, Request, is_json};
use crate::http::{Credentials, Failure};
use crate::model::source::{Completion, SurveyKind, SurveySource};

/// Ranges without an answer in a row: each is twice as wide as the one before, so they cover every number there is.
const EMPTY_RANGES: u32 = 24;

pub(super) fn gather(
    source: &SurveySource,
    credentials: &Credentials,
    client: &mut Client<'_>,
    spool: &mut Spool<'_>,
) -> Result<Gathered, Trouble> {
    let mut remote = Remote { client, path: path(&source.url) };
    let user = credentials.user.as_ref().map_or("", |user| user.reveal());
    let session = remote.call("get_session_key", &json!([user, credentials.secret.reveal()]), "sign in")?;
    let Some(session) = session.as_str().filter(|key| !key.is_empty()).map(str::to_owned) else {
        return Err(Failure::new(&rules::FETCH_REFUSED, "the server gives no session").into());
    };
    remote.client.hide(&session);
    let result = Export { source, session: &session, remote: &mut remote, spool }.gather();
    // Whatever became of it: sessions that stay open may lock the account out.
    let release = rpc("release_session_key", &json!([session]));
    let path = remote.path;
    let _ = remote.client.send(&Request::post(path, release, is_json).once());
    result
}

/// Where calls go: the address of the installation, or that of its remote control.
fn path(url: &str) -> &'static str {
    if url.ends_with("/remotecontrol") {
        ""
    } else if url.ends_with("/index.php") {
        "/admin/remotecontrol"
    } else {
        "/index.php/admin/remotecontrol"
    }
}

fn rpc(method: &str, params: &Value) -> String {
    json!({ "method": method, "params": params, "id": 1 }).to_string()
}

struct Remote<'c, 'a> {
    client: &'c mut Client<'a>,
    path: &'static str,
}

impl Remote<'_, '_> {
    /// A call whose result is not an error in disguise: those come with status 200, as `error` or as `result.status`.
    fn call(&mut self, method: &str, params: &Value, what: &str) -> Result<Value, Failure> {
        let body = self.client.send(&Request::post(self.path, rpc(method, params), is_json))?.body;
        self.result(&body, what)
    }

    fn result(&self, body: &[u8], what: &str) -> Result<Value, Failure> {
        let mut answer: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
        let refused = |words: &str| {
            let message = format!("the server refuses to {what}: “{}”", self.client.quote(words.as_bytes()));
            Failure::new(&rules::FETCH_REFUSED, message)
                .help("Look at the variables that `user` and `secret` name, at `form`, and at the rights of the user.")
        };
        match &answer["error"] {
            Value::Null => {}
            Value::String(text) => return Err(refused(text)),
            other => return Err(refused(&other.to_string())),
        }
        if let Some(status) = answer["result"]["status"].as_str().filter(|status| !status.eq_ignore_ascii_case("ok")) {
            return Err(refused(status));
        }
        if answer.get("result").is_none() {
            let message = format!("the server gives no result but “{}”", self.client.quote(body));
            return Err(Failure::strange(message));
        }
        Ok(answer["result"].take())
    }
}

struct Export<'e, 'c, 'a, 's> {
    source: &'e SurveySource,
    session: &'e str,
    remote: &'e mut Remote<'c, 'a>,
    spool: &'e mut Spool<'s>,
}

impl Export<'_, '_, '_, '_> {
    fn gather(&mut self) -> Result<Gathered, Trouble> {
        let expected = self.count()?;
        let mut rows = Rows::new(SurveyKind::LimeSurvey);
        let mut notes = Vec::new();
        let (mut from, mut width, mut empty) = (1_u64, u64::from(self.source.page), 0);
        while rows.len() < expected && empty < EMPTY_RANGES {
            let before = rows.len();
            for row in self.range(from, from + width - 1, &mut notes)? {
                rows.add(Value::Object(row))?;
            }
            from += width;
            if rows.len() == before {
                (empty, width) = (empty + 1, width * 2);
            } else {
                (empty, width) = (0, u64::from(self.source.page));
            }
            self.remote.client.surroundings().progress(rows.len(), expected);
        }
        let (gathered, after) = (rows.len(), self.count()?);
        if after != expected {
            let message = format!("the server said {expected} answers, and while they were fetched {after}");
            return Err(Trouble::Changed(Failure::incomplete(message)));
        }
        if gathered != expected {
            let message = format!("the server said {expected} answers and gave {gathered}");
            return Err(Failure::incomplete(message).into());
        }
        let params = json!([self.session, self.form()]);
        let request = Request::post(self.remote.path, rpc("list_questions", &params), is_json).once();
        let listed =
            self.remote.client.send(&request).and_then(|answer| self.remote.result(&answer.body, "list the questions"));
        let multiple = match listed {
            Ok(questions) => multiple(&questions),
            Err(failure) => {
                notes.push(format!("which questions have several answers is not known: {failure}"));
                BTreeMap::new()
            }
        };
        let document = rows.document(self.source.code.as_str(), &multiple, self.source.not_asked.as_deref());
        Ok(Gathered { document, answers: gathered, notes, deleted: None })
    }

    fn form(&self) -> Value {
        self.source.form.parse::<u64>().map_or_else(|_| json!(self.source.form), |number| json!(number))
    }

    /// How many answers the server says it has, of those that are asked for.
    fn count(&mut self) -> Result<u64, Failure> {
        let params = json!([self.session, self.form(), "all"]);
        let summary = self.remote.call("get_summary", &params, "count the answers")?;
        let name = match self.source.completion {
            Completion::Complete => "completed_responses",
            Completion::All => "full_responses",
        };
        let count = match &summary[name] {
            Value::Number(number) => number.as_u64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        count.ok_or_else(|| Failure::strange(format!("the server's summary has no number of {name}")))
    }

    /// The answers with numbers in a range.
    fn range(&mut self, from: u64, to: u64, notes: &mut Vec<String>) -> Result<Vec<Map<String, Value>>, Failure> {
        let bytes = self.page(from, to, "json")?;
        let Some(decoded) = self.decoded(&bytes)? else { return Ok(Vec::new()) };
        if let Some(rows) = responses(&decoded) {
            return Ok(rows);
        }
        // One answer that is not UTF-8 breaks the whole document; as csv it can be had.
        let bytes = self.page(from, to, "csv")?;
        let Some(decoded) = self.decoded(&bytes)? else { return Ok(Vec::new()) };
        let note = "some answers came as csv, in which a question not shown looks like one left empty";
        if !notes.iter().any(|known| known == note) {
            notes.push(note.to_owned());
        }
        table(&decoded)
            .ok_or_else(|| Failure::strange(format!("answers {from} to {to} can be read neither as JSON nor as csv")))
    }

    fn page(&mut self, from: u64, to: u64, form: &str) -> Result<Vec<u8>, Failure> {
        let label = format!("responses {from}-{to} {form}");
        if let Some(bytes) = self.spool.page(&label) {
            return Ok(bytes);
        }
        let completion = match self.source.completion {
            Completion::Complete => "complete",
            Completion::All => "all",
        };
        let params = json!([self.session, self.form(), form, null, completion, "code", "short", from, to]);
        let request = rpc("export_responses", &params);
        let body = self.remote.client.send(&Request::post(self.remote.path, request, is_json))?.body;
        self.spool.keep(&label, &body)?;
        Ok(body)
    }

    /// The export inside an answer. None: there is none in this range.
    fn decoded(&self, body: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        let answer: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
        if answer["result"]["status"].as_str().is_some_and(|status| status.starts_with("No Data")) {
            return Ok(None);
        }
        let result = self.remote.result(body, "export answers")?;
        let text: String = result.as_str().unwrap_or_default().split_whitespace().collect();
        let decoded = STANDARD.decode(&text).ok().filter(|_| result.is_string());
        decoded.map(Some).ok_or_else(|| {
            let message = format!("the server gives no answers but “{}”", self.remote.client.quote(body));
            Failure::strange(message)
        })
    }
}

/// The records of an export, those without a number left out: an empty survey gives one of blanks. None: broken.
fn responses(bytes: &[u8]) -> Option<Vec<Map<String, Value>>> {
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if text.iter().all(u8::is_ascii_whitespace) {
        return Some(Vec::new());
    }
    let document: Value = serde_json::from_slice(text).ok()?;
    let list = match &document {
        Value::Array(list) => list,
        _ => document["responses"].as_array()?,
    };
    let mut rows = Vec::new();
    for item in list {
        let fields = item.as_object()?;
        // Some versions put each record below its number.
        let fields = match fields.iter().next() {
            Some((_, Value::Object(inner))) if fields.len() == 1 => inner,
            _ => fields,
        };
        let blank = match fields.get("id") {
            None | Some(Value::Null) => true,
            Some(Value::String(text)) => text.trim().is_empty(),
            Some(_) => false,
        };
        if !blank {
            rows.push(fields.clone());
        }
    }
    Some(rows)
}

/// The records of an export as csv. None: it has no column `id`.
fn table(bytes: &[u8]) -> Option<Vec<Map<String, Value>>> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_start_matches('\u{feff}');
    // The separator is declared nowhere; the heading of the first column is `id`.
    let separator = text.trim_start_matches('"').strip_prefix("id")?.trim_start_matches('"').bytes().next()?;
    let mut reader = csv::ReaderBuilder::new().delimiter(separator).flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().ok()?.clone();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.ok()?;
        let row: Map<String, Value> =
            header.iter().zip(record.iter()).map(|(name, value)| (name.to_owned(), json!(value))).collect();
        if row.get("id").and_then(Value::as_str).is_some_and(|id| !id.trim().is_empty()) {
            rows.push(row);
        }
    }
    Some(rows)
}

/// Questions of types M and P have several answers, each with a column of its own.
fn multiple(questions: &Value) -> BTreeMap<String, Vec<String>> {
    let is_top = |question: &Value| {
        let parent = &question["parent_qid"];
        parent.is_null() || *parent == json!(0) || *parent == json!("0")
    };
    let list = questions.as_array().into_iter().flatten();
    let several = list.filter(|question| is_top(question) && matches!(question["type"].as_str(), Some("M" | "P")));
    several.filter_map(|question| Some((question["title"].as_str()?.to_owned(), Vec::new()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_in_two_forms_and_a_blank_one_is_none() {
        let flat = br#"{"responses":[{"id":"1","Q":"a"},{"id":null,"Q":null}]}"#;
        let deep = br#"{"responses":[{"1":{"id":"1","Q":"a"}}]}"#;
        assert_eq!(responses(flat), responses(deep));
        assert_eq!(responses(flat).map(|rows| rows.len()), Some(1));
        assert_eq!(responses(b" \n").map(|rows| rows.len()), Some(0));
        assert!(responses(br#"{"responses":[{"id":"1"},]}"#).is_none());
    }

    #[test]
    fn csv_is_read_by_whatever_separates_its_columns() {
        for text in ["\u{feff}\"id\",\"Q[1]\"\n\"7\",\"a\nb\"\n", "id;Q[1]\n7;\"a\nb\"\n"] {
            let rows = table(text.as_bytes()).expect("a table");
            assert_eq!(rows.len(), 1);
            assert_eq!(rows[0]["Q[1]"], "a\nb");
        }
        assert!(table(b"<html>").is_none());
    }
}
