//! A report in the language of its readers.
//!
//! Words and sentences are written in English, once. [`Tongue`] translates what is about to be shown by the patterns of
//! `translations/` (machinery: [`crate::finding::patterns`]); what a finding says has its own tables. Text is looked up
//! whole, then line by line, between ` · `, and sentence by sentence. What fits nothing stays English and is told, so
//! that a test can ask for it.
//!
//! Words of the programme and of partners are nobody's to translate: [`own`] marks them, alone or within a text of ours.

use std::sync::OnceLock;

use chrono::NaiveDate;
use serde::Deserialize;
use std::collections::BTreeMap;

use crate::finding::patterns::Tables;
use crate::finding::translate;
use crate::finding::translate::RuleTexts;
use crate::finding::written::Writing;
use crate::finding::{Finding, Rule};

/// All but English, in which the texts are written.
const SOURCES: [(&str, &str); 3] = [
    ("de", include_str!("translations/de.toml")),
    ("fr", include_str!("translations/fr.toml")),
    ("nl", include_str!("translations/nl.toml")),
];

/// Around words that are not ours. Characters for private use, which no text needs.
const OPEN: char = '\u{e000}';
const CLOSE: char = '\u{e001}';
/// While a text is looked up, each piece between marks is one of these.
const PIECES: std::ops::RangeInclusive<u32> = 0xe100..=0xf8ff;
/// So many sentences on, the end of one is looked for: a sentence may hold full stops that are not ours.
const AHEAD: usize = 6;

/// Words that stay as they are, whatever the language: what a programme or a partner wrote.
pub fn own(text: impl AsRef<str>) -> String {
    format!("{OPEN}{}{CLOSE}", plain(text.as_ref()))
}

/// Without marks.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !matches!(*c, OPEN | CLOSE)).collect()
}

/// A text of ours in this language.
pub fn say(language: &str, text: &str) -> String {
    Tongue::of(language).say(text)
}

/// The language of one report.
#[derive(Debug, Clone, Copy)]
pub struct Tongue {
    code: &'static str,
    writing: Writing,
    tables: Option<&'static Tables>,
}

impl Tongue {
    /// Of a tag such as `de` or `de-AT`; English for a language that the program does not speak.
    pub fn of(language: &str) -> Self {
        static TABLES: [OnceLock<Tables>; SOURCES.len()] = [const { OnceLock::new() }; SOURCES.len()];
        let primary = language.split(['-', '_']).next().unwrap_or_default();
        let found = SOURCES.iter().zip(&TABLES).find(|((code, _), _)| code.eq_ignore_ascii_case(primary));
        let Some(((code, source), tables)) = found else {
            return Self { code: "en", writing: Writing::English, tables: None };
        };
        let tables = tables.get_or_init(|| {
            // A file that cannot be read would leave all texts English; a test holds that each can.
            let source: Source = toml::from_str(source).unwrap_or_default();
            Tables::new(source.texts, source.phrases, code)
        });
        Self { code, writing: Writing::of(code), tables: Some(tables) }
    }

    /// Two letters.
    pub fn code(self) -> &'static str {
        self.code
    }

    pub fn writing(self) -> Writing {
        self.writing
    }

    /// A text of ours in this language, as far as there are translations; without marks.
    pub fn say(self, text: &str) -> String {
        self.tell(text, &mut Vec::new())
    }

    /// The same, noting what stays English because no table has it.
    pub fn tell(self, text: &str, untold: &mut Vec<String>) -> String {
        let Some(tables) = self.tables else { return plain(text) };
        let (bare, pieces) = lift(text);
        let mut missing = Vec::new();
        let told = Teller { tables, tongue: self }.text(&bare, &mut missing);
        untold.extend(missing.iter().map(|text| put_back(text, &pieces)));
        put_back(&told, &pieces)
    }

    /// A finding in this language.
    pub fn finding(self, finding: &Finding) -> Finding {
        translate::translate(finding, self.code)
    }

    /// What a rule of findings says of itself, in this language.
    pub fn rule(self, rule: &'static Rule) -> RuleTexts<'static> {
        translate::rule(rule, self.code)
    }

    /// A day beside figures.
    pub fn short_day(self, day: NaiveDate) -> String {
        self.writing.short_day(day)
    }

    /// A label of the programme within a sentence of ours: small, except where the language writes nouns with a capital
    /// letter. Names that are written in capitals stay.
    pub fn inside(self, label: &str) -> String {
        let mut chars = label.chars();
        match (chars.next(), chars.as_str()) {
            (Some(first), rest)
                if self.writing != Writing::German && rest.chars().next().is_none_or(char::is_lowercase) =>
            {
                first.to_lowercase().chain(rest.chars()).collect()
            }
            _ => label.to_owned(),
        }
    }
}

/// A file of translations as it stands.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    texts: BTreeMap<String, String>,
    phrases: BTreeMap<String, String>,
}

/// Pieces that are not ours out of a text, and one character in the place of each.
fn lift(text: &str) -> (String, Vec<String>) {
    let (mut bare, mut pieces) = (String::with_capacity(text.len()), Vec::new());
    let mut rest = text;
    while let Some((before, from)) = rest.split_once(OPEN) {
        bare.push_str(before);
        let (inside, behind) = from.split_once(CLOSE).unwrap_or((from, ""));
        let place = u32::try_from(pieces.len()).ok().and_then(|at| at.checked_add(*PIECES.start()));
        if let Some(place) = place.filter(|place| PIECES.contains(place)).and_then(char::from_u32) {
            bare.push(place);
            pieces.push(inside.to_owned());
        } else {
            bare.push_str(inside);
        }
        rest = behind;
    }
    bare.push_str(rest);
    (bare, pieces)
}

fn put_back(text: &str, pieces: &[String]) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let at = u32::from(c).checked_sub(*PIECES.start()).and_then(|at| usize::try_from(at).ok());
        match at.and_then(|at| pieces.get(at)) {
            Some(piece) => out.push_str(piece),
            None => out.push(c),
        }
    }
    plain(&out)
}

struct Teller {
    tables: &'static Tables,
    tongue: Tongue,
}

impl Teller {
    fn look_up(&self, text: &str) -> Option<String> {
        if !text.chars().any(char::is_alphabetic) {
            return Some(self.tongue.writing.numbers(text));
        }
        self.tables.tell(text).or_else(|| translate::message(text, self.tongue.code))
    }

    fn text(&self, text: &str, untold: &mut Vec<String>) -> String {
        if let Some(told) = self.look_up(text) {
            return told;
        }
        for between in ["\n", " · "] {
            if text.contains(between) {
                let parts: Vec<String> = text.split(between).map(|part| self.text(part, untold)).collect();
                return parts.join(between);
            }
        }
        self.sentences(text, untold)
    }

    /// One after the other, each as short as can be.
    fn sentences(&self, text: &str, untold: &mut Vec<String>) -> String {
        let mut told = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let inner = rest.match_indices(". ").chain(rest.match_indices("? ")).map(|(at, _)| at + 1);
            let mut ends: Vec<usize> = inner.take(2 * AHEAD).collect();
            ends.sort_unstable();
            ends.truncate(AHEAD);
            ends.push(rest.len());
            let found = ends.iter().find_map(|end| Some((self.look_up(rest.get(..*end)?)?, *end)));
            let end = found.as_ref().map_or(ends[0], |(_, end)| *end);
            let (sentence, behind) = rest.split_at(end);
            told.push(found.map_or_else(
                || {
                    untold.push(sentence.to_owned());
                    sentence.to_owned()
                },
                |(sentence, _)| sentence,
            ));
            rest = behind.strip_prefix(' ').unwrap_or(behind);
        }
        told.join(" ")
    }
}
