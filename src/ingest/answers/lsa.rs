//! A `LimeSurvey` archive (`.lsa`): the questionnaire (`.lss`) tells what the columns of the responses (`.lsr`) are called.

use std::collections::BTreeMap;

use quick_xml::events::Event;
use quick_xml::{Reader, XmlVersion};
use serde_json::{Map, Value, json};

use super::super::Refusal;
use super::super::guard::Package;
use super::super::scan::check_prolog;
use super::limesurvey;
use super::table::Table;

const RESPONSES: &str = "_responses.lsr";

/// Whether the parts of a zip are those of an archive.
pub(in super::super) fn is_archive<'a>(mut paths: impl Iterator<Item = &'a str>) -> bool {
    paths.any(|path| path.ends_with(RESPONSES))
}

/// A row of a table of the archive.
type Fields = BTreeMap<String, Option<String>>;

pub(super) fn read(mut package: Package<'_>) -> Result<Vec<Table>, Refusal> {
    let mut part = |end: &str| -> Result<Vec<u8>, Refusal> {
        let path = package.paths().find(|path| path.ends_with(end)).map(str::to_owned);
        let index = path.and_then(|path| package.find(&path));
        package.unpack(index.ok_or_else(|| Refusal::damaged(format!("lacks its part {end}: cut off, or no workbook")))?)
    };
    let (questionnaire, responses) = (part(".lss")?, part(RESPONSES)?);
    let tables = rows(&questionnaire, ".lss", &["questions", "subquestions"])?;
    let questions = Questions::new(&tables);
    let mut records = Vec::new();
    for fields in rows(&responses, RESPONSES, &["responses"])?.remove("responses").unwrap_or_default() {
        let named: Map<String, Value> =
            fields.into_iter().map(|(name, value)| (questions.code(&name), json!(value))).collect();
        records.push(Value::Object(named));
    }
    let document = json!({ "responses": records, "scoreboard": { "select_multiple": questions.multiple() } });
    Ok(limesurvey::read(&document))
}

/// The questions of a questionnaire by their numbers.
struct Questions {
    /// Number → code and type.
    questions: BTreeMap<String, (String, String)>,
    /// Number of the question → codes of its parts.
    parts: BTreeMap<String, Vec<String>>,
}

impl Questions {
    fn new(tables: &BTreeMap<String, Vec<Fields>>) -> Self {
        let text = |row: &Fields, key: &str| row.get(key).cloned().flatten().unwrap_or_default();
        let list = |name: &str| tables.get(name).map_or(&[][..], Vec::as_slice);
        let questions =
            list("questions").iter().map(|row| (text(row, "qid"), (text(row, "title"), text(row, "type")))).collect();
        let mut parts: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for row in list("subquestions") {
            let codes = parts.entry(text(row, "parent_qid")).or_default();
            let code = text(row, "title");
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
        Self { questions, parts }
    }

    /// `841748X3X3SQ001`, survey, group and question and part, as `Q03[SQ001]`. Other columns keep their names.
    fn code(&self, column: &str) -> String {
        let mut numbers = column.trim_start_matches('_').splitn(3, 'X');
        let (Some(_), Some(_), Some(rest)) = (numbers.next(), numbers.next(), numbers.next()) else {
            return column.to_owned();
        };
        let fits = |(number, (code, _)): (&String, &(String, String))| {
            let part = rest.strip_prefix(number.as_str())?;
            let known = |part: &str| self.parts.get(number).is_some_and(|codes| codes.iter().any(|code| code == part));
            let sound = part.is_empty()
                || part == "other"
                || part == "comment"
                || known(part)
                || part.strip_suffix("comment").is_some_and(known)
                || part.split(['_', '#']).all(|half| known(half) || half.bytes().all(|byte| byte.is_ascii_digit()));
            sound.then(|| if part.is_empty() { code.clone() } else { format!("{code}[{part}]") })
        };
        // The longest number that fits: `12` and part `3` may look like question `123`.
        self.questions.iter().rev().find_map(fits).unwrap_or_else(|| column.to_owned())
    }

    /// Types M and P are questions with several answers.
    fn multiple(&self) -> BTreeMap<&str, &[String]> {
        let several = self.questions.iter().filter(|(_, (_, kind))| kind == "M" || kind == "P");
        several
            .map(|(number, (code, _))| (code.as_str(), self.parts.get(number).map_or(&[][..], Vec::as_slice)))
            .collect()
    }
}

/// The rows of some tables: `<TABLE><rows><row><FIELD>text</FIELD>…`. An empty field is an empty text; a field that is
/// not there was null.
fn rows(bytes: &[u8], part: &str, wanted: &[&str]) -> Result<BTreeMap<String, Vec<Fields>>, Refusal> {
    check_prolog(bytes)?;
    let damaged = |error: String| Refusal::damaged(format!("holds a damaged part {part} ({error})"));
    let mut reader = Reader::from_reader(bytes);
    let mut path: Vec<String> = Vec::new();
    let mut tables: BTreeMap<String, Vec<Fields>> = BTreeMap::new();
    loop {
        let event = reader.read_event().map_err(|error| damaged(error.to_string()))?;
        let table = path.get(1).filter(|name| wanted.contains(&name.as_str())).cloned();
        let in_rows = table.is_some() && path.get(2).is_some_and(|name| name == "rows");
        match event {
            Event::Start(element) => {
                let name = element.name().as_ref().to_owned();
                if let Some(table) = table.filter(|_| in_rows) {
                    let rows = tables.entry(table).or_default();
                    match path.len() {
                        3 => rows.push(Fields::new()),
                        4 => drop(rows.last_mut().map(|row| row.insert(name.clone(), Some(String::new())))),
                        _ => {}
                    }
                }
                path.push(name);
            }
            Event::Empty(element) if in_rows && path.len() == 4 => {
                let row = table.and_then(|table| tables.get_mut(&table)?.last_mut());
                drop(row.map(|row| row.insert(element.name().as_ref().to_owned(), Some(String::new()))));
            }
            Event::End(_) => drop(path.pop()),
            Event::Text(text) if in_rows => {
                add(&mut tables, table.as_deref(), &path, &text.xml_content(XmlVersion::Implicit1_0));
            }
            Event::CData(text) if in_rows => {
                add(&mut tables, table.as_deref(), &path, &text.xml_content(XmlVersion::Implicit1_0));
            }
            Event::GeneralRef(name) if in_rows => {
                let text = super::super::ods::entity(&name.xml_content(XmlVersion::Implicit1_0));
                add(&mut tables, table.as_deref(), &path, &text);
            }
            Event::Eof if path.is_empty() => return Ok(tables),
            Event::Eof => return Err(damaged("cut off".to_owned())),
            _ => {}
        }
    }
}

fn add(tables: &mut BTreeMap<String, Vec<Fields>>, table: Option<&str>, path: &[String], text: &str) {
    let [_, _, _, _, field] = path else { return };
    let row = table.and_then(|table| tables.get_mut(table)?.last_mut());
    if let Some(Some(value)) = row.and_then(|row| row.get_mut(field)) {
        value.push_str(text);
    }
}
