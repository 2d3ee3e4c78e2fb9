//! Answers by their stable key: put together into one document, and compared with what was fetched before.

use std::collections::{BTreeMap, BTreeSet};

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use serde_json::{Map, Value, json};

use crate::http::Failure;
use crate::model::hash::hash_of;
use crate::model::source::SurveyKind;

/// What is different from the fetch before, by the keys of the answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    pub new: Vec<String>,
    pub edited: Vec<String>,
    pub deleted: Vec<String>,
}

/// Compares two documents of one kind. A document that cannot be read holds no answers.
pub(super) fn compare(kind: SurveyKind, old: &[u8], new: &[u8]) -> Changes {
    let (old, new) = (by_key(kind, old), by_key(kind, new));
    let only = |some: &BTreeMap<String, String>, other: &BTreeMap<String, String>| {
        some.keys().filter(|key| !other.contains_key(*key)).cloned().collect()
    };
    let edited = new.iter().filter(|(key, text)| old.get(*key).is_some_and(|before| before != *text));
    Changes { new: only(&new, &old), edited: edited.map(|(key, _)| key.clone()).collect(), deleted: only(&old, &new) }
}

/// The hash of each answer by its key.
fn by_key(kind: SurveyKind, document: &[u8]) -> BTreeMap<String, String> {
    if kind == SurveyKind::EuSurvey {
        let split = split(&String::from_utf8_lossy(document));
        let mut answers = BTreeMap::new();
        for set in split.map(|split| split.sets).unwrap_or_default() {
            // Without keys of their own, equal answers are told apart by how many there are.
            let hash = hash_of(set.text.as_bytes());
            let mut key = if set.is_anonymous() { hash.clone() } else { set.id };
            while answers.contains_key(&key) {
                key.push('+');
            }
            answers.insert(key, hash);
        }
        return answers;
    }
    let document: Value = serde_json::from_slice(document).unwrap_or(Value::Null);
    let rows = document[list_of(kind)].as_array().into_iter().flatten();
    rows.filter_map(|row| Some((key(kind, row.as_object()?)?, hash_of(row.to_string().as_bytes())))).collect()
}

/// Where a document of JSON holds its answers.
fn list_of(kind: SurveyKind) -> &'static str {
    match kind {
        SurveyKind::Kobo => "results",
        SurveyKind::Odk => "value",
        SurveyKind::LimeSurvey | SurveyKind::EuSurvey => "responses",
    }
}

/// The key that an answer keeps when it is edited.
pub(super) fn key(kind: SurveyKind, row: &Map<String, Value>) -> Option<String> {
    let text = |name: &str| match row.get(name)? {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    match kind {
        // `_uuid` changes with every edit; old servers do not have the other.
        SurveyKind::Kobo => text("meta/rootUuid").or_else(|| text("_id")),
        SurveyKind::Odk => text("__id"),
        SurveyKind::LimeSurvey | SurveyKind::EuSurvey => text("id"),
    }
}

/// A page of JSON: how many answers there are in all, those on it, and what else it says.
pub(super) struct Page {
    pub count: u64,
    pub rows: Vec<Value>,
    pub rest: Map<String, Value>,
}

impl Page {
    /// None where it is no page.
    pub fn read(bytes: &[u8], count: &str, rows: &str) -> Option<Self> {
        let mut rest: Map<String, Value> = serde_json::from_slice(bytes).ok()?;
        let Some(Value::Array(rows)) = rest.remove(rows) else { return None };
        Some(Self { count: rest.get(count)?.as_u64()?, rows, rest })
    }
}

/// Answers while they are gathered: each once.
pub(super) struct Rows {
    kind: SurveyKind,
    ordered: BTreeMap<(u64, String), Value>,
    ids: BTreeSet<String>,
}

impl Rows {
    pub fn new(kind: SurveyKind) -> Self {
        Self { kind, ordered: BTreeMap::new(), ids: BTreeSet::new() }
    }

    pub fn len(&self) -> u64 {
        self.ordered.len() as u64
    }

    /// Adds an answer. One that comes twice means that pages overlap: then others are missing.
    pub fn add(&mut self, row: Value) -> Result<(), Failure> {
        let fields = row.as_object().ok_or_else(|| Failure::strange("an answer of the server is no record"))?;
        let key = key(self.kind, fields).ok_or_else(|| Failure::strange("an answer of the server has no key"))?;
        let number = |name: &str| match fields.get(name) {
            Some(Value::Number(number)) => number.as_u64(),
            Some(Value::String(text)) => text.parse().ok(),
            _ => None,
        };
        let order = match self.kind {
            SurveyKind::Kobo => number("_id"),
            SurveyKind::LimeSurvey => number("id"),
            SurveyKind::Odk | SurveyKind::EuSurvey => None,
        };
        let twice = |key: &str| Failure::incomplete(format!("the answer {key} came on two pages"));
        // Kobo's number is looked at besides the key: two answers must share neither.
        let id =
            fields.get("_id").filter(|_| self.kind == SurveyKind::Kobo).map_or_else(|| key.clone(), Value::to_string);
        if !self.ids.insert(format!("key {key}")) || !self.ids.insert(format!("id {id}")) {
            return Err(twice(&key));
        }
        self.ordered.insert((order.unwrap_or(0), key), row);
        Ok(())
    }

    /// The distinct words that stand at a path, also inside repeats: options that were ticked.
    pub fn words(&self, path: &str) -> Vec<String> {
        let parts: Vec<&str> = path.split('/').collect();
        let mut words = BTreeSet::new();
        self.ordered.values().for_each(|row| collect(row, &parts, &mut words));
        words.into_iter().collect()
    }

    /// One document in the server's own form, with what the questionnaire tells beside it.
    pub fn document(self, source: &str, multiple: &BTreeMap<String, Vec<String>>, not_asked: Option<&str>) -> Vec<u8> {
        let count = self.len();
        let mut document = match self.kind {
            SurveyKind::Kobo => json!({ "count": count, "next": null, "previous": null }),
            SurveyKind::Odk => json!({ "@odata.count": count }),
            SurveyKind::LimeSurvey | SurveyKind::EuSurvey => json!({}),
        };
        document[list_of(self.kind)] = self.ordered.into_values().collect();
        // By its source no two documents are the same bytes, not even of two surveys without an answer.
        let mut aside = Map::from_iter([("source".to_owned(), json!(source))]);
        if !multiple.is_empty() {
            aside.insert("select_multiple".into(), json!(multiple));
        }
        if let Some(text) = not_asked {
            aside.insert("not_asked".into(), json!(text));
        }
        document["scoreboard"] = Value::Object(aside);
        let mut bytes = document.to_string().into_bytes();
        bytes.push(b'\n');
        bytes
    }
}

fn collect(value: &Value, path: &[&str], words: &mut BTreeSet<String>) {
    match (value, path) {
        (Value::Array(items), _) => items.iter().for_each(|item| collect(item, path, words)),
        (Value::Object(fields), [first, rest @ ..]) => {
            if let Some(inner) = fields.get(*first) {
                collect(inner, rest, words);
            }
        }
        (Value::String(text), []) => words.extend(text.split_whitespace().map(str::to_owned)),
        _ => {}
    }
}

/// An answer set of `EUSurvey` as it stands in the results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AnswerSet {
    pub id: String,
    pub created: String,
    pub last: String,
    pub text: String,
}

impl AnswerSet {
    pub fn is_anonymous(&self) -> bool {
        self.id.is_empty() || self.id == "Anonymous"
    }
}

/// Results of `EUSurvey`, cut into the questionnaire and the answer sets.
#[derive(Debug, Default)]
pub(super) struct Split {
    pub survey: String,
    pub sets: Vec<AnswerSet>,
}

/// Cuts results. None: they are not whole.
pub(super) fn split(text: &str) -> Option<Split> {
    let mut reader = Reader::from_str(text);
    let (mut split, mut depth, mut begun, mut results) = (Split::default(), 0_u32, 0, false);
    let mut set: Option<AnswerSet> = None;
    let position = |reader: &Reader<&[u8]>| usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
    loop {
        let before = position(&reader);
        match reader.read_event().ok()? {
            Event::Start(tag) => {
                depth += 1;
                match (depth, tag.name().as_ref()) {
                    (1, name) => results = name == "Results",
                    (2, "Survey") => begun = before,
                    (3, "AnswerSet") => (begun, set) = (before, Some(answer_set(&tag))),
                    _ => {}
                }
            }
            Event::Empty(tag) if depth == 2 && tag.name().as_ref() == "AnswerSet" => {
                let text = text.get(before..position(&reader))?.to_owned();
                split.sets.push(AnswerSet { text, ..answer_set(&tag) });
            }
            Event::End(tag) => {
                let whole = || text.get(begun..position(&reader)).map(str::to_owned);
                match (depth, tag.name().as_ref()) {
                    (2, "Survey") => split.survey = whole()?,
                    (3, "AnswerSet") => split.sets.push(AnswerSet { text: whole()?, ..set.take()? }),
                    _ => {}
                }
                depth = depth.checked_sub(1)?;
            }
            Event::DocType(_) => return None,
            Event::Eof => return (depth == 0 && results).then_some(split),
            _ => {}
        }
    }
}

fn answer_set(tag: &BytesStart<'_>) -> AnswerSet {
    let text = |name: &str| {
        let mut attributes = tag.attributes();
        let mut named = attributes.with_checks(false).flatten().filter(|attribute| attribute.key.as_ref() == name);
        let value = named.next().and_then(|attribute| attribute.normalized_value(XmlVersion::Implicit1_0).ok());
        value.map(std::borrow::Cow::into_owned).unwrap_or_default()
    };
    AnswerSet { id: text("id"), created: text("create"), last: text("last"), text: String::new() }
}

/// One document, the instant of the export left out, so that the same answers give the same bytes.
pub(super) fn joined(source: &str, survey: &str, mut sets: Vec<AnswerSet>) -> Vec<u8> {
    sets.sort_by(|a, b| (&a.created, &a.id, &a.text).cmp(&(&b.created, &b.id, &b.text)));
    let mut text = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Results source=\"{source}\">{survey}");
    text.push_str("\n<Answers>\n");
    for set in &sets {
        text.push_str(&set.text);
        text.push('\n');
    }
    text.push_str("</Answers></Results>\n");
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kobo(rows: &[Value]) -> Vec<u8> {
        let mut all = Rows::new(SurveyKind::Kobo);
        for row in rows {
            all.add(row.clone()).expect("added");
        }
        all.document("s", &BTreeMap::new(), None)
    }

    fn row(id: u64, uuid: &str, turnover: u64) -> Value {
        json!({ "_id": id, "meta/rootUuid": uuid, "turnover": turnover })
    }

    #[test]
    fn the_same_answers_give_the_same_bytes_in_whatever_order_they_came() {
        let (a, b) = (row(9, "u-a", 1), row(10, "u-b", 2));
        assert_eq!(kobo(&[a.clone(), b.clone()]), kobo(&[b, a]));
    }

    #[test]
    fn edits_and_deletions_are_seen_by_key_and_content() {
        let before = kobo(&[row(1, "a", 1), row(2, "b", 2), row(3, "c", 3)]);
        let after = kobo(&[row(1, "a", 1), row(7, "b", 5), row(4, "d", 4)]);
        let changes = compare(SurveyKind::Kobo, &before, &after);
        assert_eq!(
            (changes.new, changes.edited, changes.deleted),
            (vec!["d".into()], vec!["b".into()], vec!["c".into()])
        );
        assert_eq!(compare(SurveyKind::Kobo, &after, &after), Changes::default());
        assert_eq!(compare(SurveyKind::Kobo, b"", &after).new.len(), 3);
    }

    #[test]
    fn an_answer_on_two_pages_is_refused_by_number_and_by_key() {
        let mut rows = Rows::new(SurveyKind::Kobo);
        rows.add(row(1, "a", 1)).expect("the first");
        assert!(rows.add(row(1, "b", 1)).is_err());
        assert!(rows.add(row(2, "a", 1)).is_err());
    }

    #[test]
    fn results_are_cut_into_answer_sets_and_put_together_without_the_hour() {
        let text = "<?xml version='1.0'?>\n<Results create=\"2016-06-01_10-00-00\"><Survey id=\"1\"><Elements/></Survey><Answers>\
            <AnswerSet id=\"b\" create=\"2\" last=\"2\"><Answer qid=\"q\">x &amp; y</Answer></AnswerSet><AnswerSet id=\"a\" create=\"1\" last=\"1\"/></Answers></Results>";
        let whole = split(text).expect("whole");
        assert_eq!(whole.sets.iter().map(|set| set.id.as_str()).collect::<Vec<_>>(), ["b", "a"]);
        let document = joined("s", &whole.survey, whole.sets);
        let again = split(&String::from_utf8(document.clone()).expect("text")).expect("whole");
        assert_eq!(again.sets[0].id, "a");
        assert_eq!(joined("s", &again.survey, again.sets), document);
        for cut in ["</Results>", "</Answers></Results>", "/></Answers></Results>"] {
            assert!(split(text.strip_suffix(cut).expect("the end")).is_none(), "{cut}");
        }
    }
}
