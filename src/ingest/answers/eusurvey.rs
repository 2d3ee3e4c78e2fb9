//! `EUSurvey`: `<Results><Survey><Elements>` (the questions) `</Survey><Answers><AnswerSet>` (who ticked and wrote what).
//!
//! A question is called by its short name, where somebody gave it one, else by its text. So are answers that can be
//! ticked. One `<Answer>` is one tick; a question without any is not answered.

use std::collections::BTreeMap;

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::super::Refusal;
use super::super::grid::Note;
use super::super::ods::{attribute, entity};
use super::super::scan::check_prolog;
use super::table::{Held, Table, ticks};

const ROOT: &str = "Results";
/// Between several answers to one question, as in the export for Excel.
const JOINT: &str = "; ";

pub(super) fn is_results(text: &str) -> bool {
    let end = text.char_indices().map(|(at, _)| at).take_while(|at| *at <= 4096).last().unwrap_or(0);
    text[..end].contains("<Results") && text[..end].contains("<Survey")
}

/// A question, or an answer that can be ticked.
#[derive(Debug, Default, Clone)]
struct Element {
    id: String,
    kind: String,
    short: String,
    title: String,
}

impl Element {
    fn new(tag: &BytesStart<'_>) -> Self {
        let text = |name: &str| attribute(tag, name).unwrap_or_default();
        Self { id: text("id"), kind: text("type"), short: text("bid"), title: String::new() }
    }

    /// Its short name, unless the server made it up (`ID12`); else its text.
    fn name(&self) -> String {
        let made_up = self.short.strip_prefix("ID").is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()));
        let title = plain(&self.title);
        if self.short.is_empty() || (made_up && !title.is_empty()) { title } else { self.short.clone() }
    }
}

/// An answer in an answer set.
#[derive(Debug, Default)]
struct Given {
    question: String,
    ticked: String,
    text: String,
}

#[derive(Debug, Default)]
struct Contribution {
    attributes: Vec<(&'static str, String)>,
    given: Vec<Given>,
}

#[derive(Debug, Default)]
struct Results {
    questions: Vec<Element>,
    /// Answers that can be ticked, by the question that they stand under; those of tables under their id alone.
    options: BTreeMap<String, Vec<Element>>,
    by_id: BTreeMap<String, Element>,
    contributions: Vec<Contribution>,
}

const ATTRIBUTES: [&str; 6] = ["id", "create", "last", "lang", "user", "invitation"];

pub(super) fn read(text: &str) -> Result<(Vec<Table>, Vec<Note>), Refusal> {
    let results = parse(text)?;
    let mut table = Table::of_answers();
    let meta: Vec<usize> = ATTRIBUTES.iter().map(|name| table.column(name, name)).collect();
    let mut columns: BTreeMap<&str, (String, String)> = BTreeMap::new();
    for question in &results.questions {
        let bare = question.name();
        let path = if question.short.is_empty() { question.id.clone() } else { format!("{bare} ({})", question.short) };
        columns.insert(&question.id, (path, bare));
    }
    for contribution in &results.contributions {
        let row = table.row();
        for (name, value) in &contribution.attributes {
            let at = ATTRIBUTES.iter().position(|known| known == name).unwrap_or(0);
            let value = if matches!(*name, "create" | "last") { instant(value) } else { value.clone() };
            if !value.is_empty() {
                table.set(row, meta[at], Held::Text(value));
            }
        }
        let mut by_question: BTreeMap<&str, Vec<&Given>> = BTreeMap::new();
        for given in &contribution.given {
            by_question.entry(&given.question).or_default().push(given);
        }
        // In the order of the questionnaire; what is answered but no question any more comes last.
        let known = results.questions.iter().map(|question| (question.id.as_str(), question.kind.as_str()));
        let unknown: Vec<_> = by_question.keys().filter(|id| !columns.contains_key(*id)).map(|id| (*id, "")).collect();
        for (id, kind) in known.chain(unknown) {
            let (path, bare) = columns.get(id).cloned().unwrap_or_else(|| (id.to_owned(), id.to_owned()));
            let given = by_question.get(id).map_or(&[][..], Vec::as_slice);
            if kind == "Table Question" {
                for cell in given.iter().filter(|given| !given.text.trim().is_empty()) {
                    let column = results.by_id.get(&cell.ticked).map_or_else(|| cell.ticked.clone(), Element::name);
                    let at = table.column(&format!("{path} / {column}"), &format!("{bare} / {column}"));
                    table.set(row, at, Held::Text(cell.text.clone()));
                }
                continue;
            }
            let at = table.column(&path, &bare);
            let name = |given: &Given| match results.by_id.get(&given.ticked) {
                Some(option) => option.name(),
                None if given.ticked.is_empty() => value(kind, &given.text),
                None => given.ticked.clone(),
            };
            let answers: Vec<String> = given.iter().map(|given| name(given)).filter(|text| !text.is_empty()).collect();
            if !answers.is_empty() {
                table.set(row, at, Held::Text(answers.join(JOINT)));
            }
            if kind.starts_with("Multiple Choice") || kind == "MultipleChoice" {
                let options: Vec<String> = results.options_of(id).iter().map(Element::name).collect();
                let ticked: Vec<&str> = answers.iter().map(String::as_str).collect();
                ticks(&mut table, row, &path, &bare, &ticked, &options);
            }
        }
    }
    Ok((vec![table], Vec::new()))
}

impl Results {
    /// The options of a question stand under it; those of a matrix under the matrix, after its rows.
    fn options_of(&self, id: &str) -> &[Element] {
        self.options.get(id).map_or(&[], Vec::as_slice)
    }

    fn element(&mut self, tag: &str, element: Element, block: &mut Block) {
        match tag {
            "Question" | "RatingQuestion" | "RankingItem" | "TableQuestion" | "Cell" => {
                block.question.clone_from(&element.id);
                self.by_id.insert(element.id.clone(), element.clone());
                // Texts on the page are no questions, and a rating is asked by its parts.
                if !matches!(
                    element.kind.as_str(),
                    "Rating" | "Line" | "File Download" | "Ranking Item" | "Empty" | "StaticText"
                ) || tag == "RatingQuestion"
                {
                    self.questions.push(element);
                }
            }
            "MatrixTitle" | "TableTitle" | "ComplexTableTitle" => block.rows.clear(),
            "MatrixQuestion" => {
                block.rows.push(element.id.clone());
                self.by_id.insert(element.id.clone(), element.clone());
                self.questions.push(element);
            }
            "Answer" => {
                self.by_id.insert(element.id.clone(), element.clone());
                self.options.entry(block.question.clone()).or_default().push(element);
            }
            "MatrixAnswer" | "TableAnswer" => {
                self.by_id.insert(element.id.clone(), element.clone());
                for row in &block.rows {
                    self.options.entry(row.clone()).or_default().push(element.clone());
                }
            }
            _ => {}
        }
    }
}

/// Under what the element at hand stands.
#[derive(Debug, Default)]
struct Block {
    question: String,
    rows: Vec<String>,
}

/// What is open while the document is read.
enum Open {
    Nothing,
    /// An element of the questionnaire with its tag; `aside` while in a child that is not its title.
    Element(String, Element),
    Given(Given),
}

fn parse(text: &str) -> Result<Results, Refusal> {
    check_prolog(text.as_bytes())?;
    let damaged = |error: &str| Refusal::damaged(format!("holds a damaged part {ROOT} ({error})"));
    let mut reader = Reader::from_str(text);
    let (mut results, mut block, mut open) = (Results::default(), Block::default(), Open::Nothing);
    // Every language repeats the questionnaire; the first is the one in which it was written.
    let (mut languages, mut answers, mut depth, mut cell_title) = (0_u32, false, 0_u32, false);
    loop {
        match reader.read_event().map_err(|error| damaged(&error.to_string()))? {
            Event::Start(tag) => {
                depth += 1;
                let name = tag.name().as_ref().to_owned();
                match name.as_str() {
                    "Elements" => languages += 1,
                    "Answers" => answers = true,
                    "CellTitle" => cell_title = true,
                    _ => start(&tag, &name, answers, languages == 1, &mut results, &mut block, &mut open),
                }
            }
            Event::Empty(tag) => {
                let name = tag.name().as_ref().to_owned();
                if name == "Answers" {
                    answers = true;
                    continue;
                }
                start(&tag, &name, answers, languages == 1, &mut results, &mut block, &mut open);
                end(&name, &mut results, &mut block, &mut open);
            }
            Event::End(tag) => {
                depth = depth.saturating_sub(1);
                match tag.name().as_ref() {
                    "CellTitle" => cell_title = false,
                    name => end(name, &mut results, &mut block, &mut open),
                }
            }
            Event::Text(text) if !cell_title => add(&mut open, &text.xml_content(XmlVersion::Implicit1_0)),
            Event::CData(text) if !cell_title => add(&mut open, &text.xml_content(XmlVersion::Implicit1_0)),
            Event::GeneralRef(name) if !cell_title => {
                add(&mut open, &entity(&name.xml_content(XmlVersion::Implicit1_0)));
            }
            Event::Eof if depth == 0 => return Ok(results),
            Event::Eof => return Err(damaged("cut off")),
            _ => {}
        }
    }
}

fn start(
    tag: &BytesStart<'_>,
    name: &str,
    answers: bool,
    first_language: bool,
    results: &mut Results,
    block: &mut Block,
    open: &mut Open,
) {
    let text = |name: &str| attribute(tag, name).unwrap_or_default();
    if answers {
        match name {
            "AnswerSet" => {
                let attributes = ATTRIBUTES.iter().filter_map(|name| Some((*name, attribute(tag, name)?))).collect();
                results.contributions.push(Contribution { attributes, given: Vec::new() });
            }
            "Answer" => *open = Open::Given(Given { question: text("qid"), ticked: text("aid"), text: String::new() }),
            _ => {}
        }
        return;
    }
    if !first_language || matches!(name, "ResultText" | "Results" | "Survey") {
        return;
    }
    // The answers of a cell stand inside it: the cell ends where its first answer begins.
    if let Open::Element(outer, element) = std::mem::replace(open, Open::Nothing) {
        results.element(&outer, element, block);
    }
    *open = Open::Element(name.to_owned(), Element::new(tag));
}

fn end(name: &str, results: &mut Results, block: &mut Block, open: &mut Open) {
    let ends = match open {
        Open::Element(tag, _) => tag == name,
        Open::Given(_) => name == "Answer",
        Open::Nothing => false,
    };
    if !ends {
        return;
    }
    match std::mem::replace(open, Open::Nothing) {
        Open::Element(tag, element) => results.element(&tag, element, block),
        Open::Given(given) => {
            if let Some(contribution) = results.contributions.last_mut() {
                contribution.given.push(given);
            }
        }
        Open::Nothing => {}
    }
}

fn add(open: &mut Open, text: &str) {
    match open {
        Open::Element(_, element) => element.title.push_str(text),
        Open::Given(given) => given.text.push_str(text),
        Open::Nothing => {}
    }
}

/// Titles are HTML: without tags, with one space between words.
fn plain(title: &str) -> String {
    let (mut text, mut inside) = (String::with_capacity(title.len()), false);
    for letter in title.chars() {
        match letter {
            '<' => inside = true,
            '>' if inside => {
                inside = false;
                text.push(' ');
            }
            _ if !inside => text.push(letter),
            _ => {}
        }
    }
    let text = text.replace("&nbsp;", " ").replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `2016-05-04_10-00-00` as an instant that others read too.
fn instant(text: &str) -> String {
    match text.split_once('_') {
        Some((day, time)) if day.len() == 10 && time.len() == 8 => format!("{day} {}", time.replace('-', ":")),
        _ => text.to_owned(),
    }
}

/// The server writes the days of its date questions as `31/12/2015`, in every language.
fn value(kind: &str, text: &str) -> String {
    let parts: Vec<&str> = text.trim().split('/').collect();
    match parts.as_slice() {
        [day, month, year] if kind == "Date" && year.len() == 4 => format!("{year}-{month:0>2}-{day:0>2}"),
        _ => text.to_owned(),
    }
}
