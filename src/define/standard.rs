//! The catalogue of standard indicators, which projects use by name: `use = "cosme/turnover_share"`.
//!
//! Its texts lie in `indicators/catalogue/` and are part of the program. A project that uses an entry keeps the entry's
//! text with its definitions, so that a later program with another wording changes no run of the past.

use toml::de::DeTable;

use super::indicator::is_common;
use super::reader::{Findings, Table};
use super::source::SourceFile;
use crate::finding::suggest::nearest;
use crate::model::code::is_code;
use crate::model::scoreboard::{Accumulation, Level};
use crate::model::words::Words;

/// The text of an entry by its name, as it was kept or as this program has it.
pub type OpenEntry<'a> = &'a dyn Fn(&str) -> Option<String>;

const TEXTS: [(&str, &str); 2] = [
    ("cosme", include_str!("../../indicators/catalogue/cosme.toml")),
    ("interreg", include_str!("../../indicators/catalogue/interreg.toml")),
];

/// Where each entry begins.
const HEAD: &str = "[[entry]]";

/// The languages that a title may be given in.
pub const LANGUAGES: [&str; 5] = ["en", "de", "fr", "nl", "lt"];

/// A family of entries, with where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set {
    pub code: String,
    pub title: String,
    pub about: String,
}

/// Which way an indicator is meant to move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Increase,
    Decrease,
    Maintain,
}

impl Way {
    pub const NAMES: [(&'static str, Self); 3] =
        [("increase", Self::Increase), ("decrease", Self::Decrease), ("maintain", Self::Maintain)];

    pub fn as_str(self) -> &'static str {
        Self::NAMES.iter().find(|(_, way)| *way == self).map_or("", |(name, _)| name)
    }
}

/// What a count needs of its rows: a name that `measure` uses, and what stands in the field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    pub role: String,
    pub what: String,
}

/// A standard indicator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Set and code: `cosme/turnover_share`.
    pub name: String,
    pub title: Words,
    pub unit: String,
    pub level: Level,
    /// What it is, in words of ours.
    pub definition: String,
    pub counts: String,
    pub does_not_count: String,
    /// How double counting is avoided, and what is added up over what.
    pub counting: String,
    pub accumulation: Accumulation,
    /// A list as it stands gives the same: what is counted once stays counted.
    pub or_stock: bool,
    pub direction: Way,
    /// When it is measured.
    pub measured: String,
    /// Its code among the EU's common indicators.
    pub common: Option<String>,
    /// What the EU or the call wants it split by.
    pub split: Vec<String>,
    /// Of an output: the results that are expected of it. Of a result: the outputs that it comes from.
    pub links: Vec<String>,
    /// Of a result: it cannot be more than its outputs together.
    pub at_most_outputs: bool,
    pub needs: Vec<Need>,
    /// How it is counted, where that is clear: `COUNT(DISTINCT {enterprise})`, with the names of `needs` in braces.
    pub measure: Option<String>,
    pub evidence: String,
    /// Document and section.
    pub source: String,
    /// Whether name and rule were read in a text that follows the source.
    pub confirmed: bool,
    /// What is not certain, or differs between texts.
    pub note: Option<String>,
}

impl Entry {
    /// The part of the name behind the set: an indicator's code, unless it says another.
    pub fn code(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or(&self.name)
    }

    /// The measure with fields of the project in place of the names in braces; a field that is not named is called as the
    /// catalogue calls it.
    pub fn measure_of(&self, field: impl Fn(&str) -> Option<String>) -> Option<String> {
        let mut measure = self.measure.clone()?;
        for need in &self.needs {
            let name = field(&need.role).unwrap_or_else(|| need.role.clone());
            measure = measure.replace(&format!("{{{}}}", need.role), &name);
        }
        Some(measure)
    }
}

/// The sets of this program.
pub fn sets() -> Vec<Set> {
    let set = |(code, text): &(&str, &str)| {
        // What stands above the first entry: two lines of comment, a title and what it is.
        let head = text.split(HEAD).next().unwrap_or_default();
        let mut lines = head.lines().filter_map(|line| line.strip_prefix("# "));
        let title = lines.next().unwrap_or_default().trim_end_matches('.').to_owned();
        Set { code: (*code).to_owned(), title, about: lines.collect::<Vec<_>>().join(" ") }
    };
    TEXTS.iter().map(set).collect()
}

/// Every entry of this program, set by set.
pub fn all() -> Vec<Entry> {
    let of = |(set, text): &(&'static str, &'static str)| {
        pieces(text).filter_map(|piece| parse(&format!("{set}/{}", code_of(piece)?), piece)).collect::<Vec<_>>()
    };
    TEXTS.iter().flat_map(of).collect()
}

/// The text of one entry of this program, with the same ends of lines on every system.
pub fn text(name: &str) -> Option<String> {
    let (set, code) = name.split_once('/')?;
    let (_, text) = TEXTS.iter().find(|(known, _)| *known == set)?;
    pieces(text).find(|piece| code_of(piece) == Some(code)).map(|piece| piece.replace("\r\n", "\n"))
}

/// The name that was meant: with the set left out, in capitals, or with a slip of the keys.
pub fn meant(name: &str) -> Option<String> {
    let entries = all();
    let folded = name.to_lowercase();
    let bare = folded.rsplit('/').next().unwrap_or(&folded);
    let exact = entries.iter().find(|entry| entry.name == folded || entry.code() == bare);
    let near = || nearest(&folded, entries.iter().map(|entry| entry.name.as_str())).map(str::to_owned);
    let by_code = || {
        let code = nearest(bare, entries.iter().map(Entry::code))?.to_owned();
        entries.iter().find(|entry| entry.code() == code).map(|entry| entry.name.clone())
    };
    exact.map(|entry| entry.name.clone()).or_else(near).or_else(by_code)
}

/// Under which name an entry is kept with the definitions that use it.
pub fn file(name: &str) -> String {
    format!("catalogue/{name}.toml")
}

/// Each entry with its head, without the comments and empty lines that follow it.
fn pieces(text: &'static str) -> impl Iterator<Item = &'static str> {
    let starts: Vec<usize> = text.match_indices(HEAD).map(|(at, _)| at).collect();
    let ends: Vec<usize> = starts.iter().skip(1).copied().chain([text.len()]).collect();
    starts.into_iter().zip(ends).map(move |(start, end)| {
        let mut piece = text[start..end].trim_end();
        while let Some((before, last)) = piece.rsplit_once('\n')
            && last.starts_with('#')
        {
            piece = before.trim_end();
        }
        piece
    })
}

fn code_of(piece: &str) -> Option<&str> {
    piece.lines().find_map(|line| line.strip_prefix("code = \"")?.strip_suffix('"'))
}

/// An entry from its text. None where it cannot be used, as a text from elsewhere may not be.
pub fn parse(name: &str, text: &str) -> Option<Entry> {
    let (document, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        return None;
    }
    let source = SourceFile { name: file(name), text: text.to_owned() };
    let findings = Findings::default();
    let root = Table::new(&source, document.get_ref(), 0..1, ("catalogue", "catalogue"), &findings);
    let mut tables = root.tables("entry");
    root.finish();
    let entry = tables.pop().filter(|_| tables.is_empty()).and_then(|table| read(&table, name));
    entry.filter(|_| findings.borrow_mut().is_empty())
}

fn read(table: &Table<'_>, name: &str) -> Option<Entry> {
    let text = |key| table.required_text(key).map(|at| at.value);
    let code = text("code");
    let title = table.required_words("title");
    let unit = text("unit");
    let level = table.required_choice("level", &Level::NAMES);
    let definition = text("definition");
    let (counts, does_not_count, counting) = (text("counts"), text("does_not_count"), text("counting"));
    let accumulation = table.required_choice("accumulation", &Accumulation::NAMES);
    let or_stock = table.boolean("or_stock").unwrap_or(false);
    let direction = table.required_choice("direction", &Way::NAMES);
    let measured = text("measured");
    let common = table.text("common").map(|at| at.value);
    let split = table.texts("split").into_iter().map(|at| at.value).collect();
    let links = table.texts("links").into_iter().map(|at| at.value).collect();
    let at_most_outputs = table.boolean("at_most_outputs").unwrap_or(false);
    let needs: Vec<Option<Need>> = table.tables("need").iter().map(need).collect();
    let measure = table.text("measure").map(|at| at.value);
    let (evidence, source) = (text("evidence"), text("source"));
    let confirmed = table.boolean("confirmed").unwrap_or(true);
    let note = table.text("note").map(|at| at.value);
    table.finish();
    let sound = code.is_some_and(|code| is_code(&code) && name.rsplit('/').next() == Some(code.as_str()))
        && common.as_deref().is_none_or(is_common);
    let entry = Entry {
        name: name.to_owned(),
        title: title?,
        unit: unit?,
        level: level?.value,
        definition: definition?,
        counts: counts?,
        does_not_count: does_not_count?,
        counting: counting?,
        accumulation: accumulation?.value,
        or_stock,
        direction: direction?.value,
        measured: measured?,
        common,
        split,
        links,
        at_most_outputs,
        needs: needs.into_iter().collect::<Option<_>>()?,
        measure,
        evidence: evidence?,
        source: source?,
        confirmed,
        note,
    };
    sound.then_some(entry)
}

fn need(table: &Table<'_>) -> Option<Need> {
    let role = table.required_text("role").map(|at| at.value).filter(|role| is_code(role));
    let what = table.required_text("what").map(|at| at.value);
    table.finish();
    Some(Need { role: role?, what: what? })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_entry_loads_and_each_has_a_name_of_its_own() {
        let entries = all();
        let heads: usize = TEXTS.iter().map(|(_, text)| text.matches(HEAD).count()).sum();
        assert_eq!(entries.len(), heads, "an entry that does not load is left out");
        let names: BTreeSet<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names.len(), entries.len());
        let commons: Vec<&str> = entries.iter().filter_map(|entry| entry.common.as_deref()).collect();
        assert_eq!(commons.iter().collect::<BTreeSet<_>>().len(), commons.len());
        for entry in &entries {
            assert_eq!(text(&entry.name).and_then(|text| parse(&entry.name, &text)).as_ref(), Some(entry));
            if let Some(common) = &entry.common {
                assert_eq!(common.to_lowercase(), entry.code(), "{}", entry.name);
                let level = if common.starts_with("RCO") { Level::Output } else { Level::Result };
                assert_eq!(entry.level, level, "{}", entry.name);
            }
        }
    }

    #[test]
    fn every_link_leads_from_an_output_to_a_result_and_back() {
        let entries = all();
        for entry in &entries {
            for link in &entry.links {
                let other = entries.iter().find(|other| other.name == *link);
                let other = other.unwrap_or_else(|| panic!("{} links to {link}, which is not there", entry.name));
                assert!(other.links.contains(&entry.name), "{link} does not link back to {}", entry.name);
                let levels = [entry.level, other.level];
                assert!(levels.contains(&Level::Output) && levels[0] != levels[1], "{} and {link}", entry.name);
            }
            assert!(
                !entry.at_most_outputs || (entry.level != Level::Output && !entry.links.is_empty()),
                "{}",
                entry.name
            );
        }
    }

    #[test]
    fn titles_are_in_every_language_and_texts_are_sentences() {
        for entry in all() {
            let languages: BTreeSet<&str> = entry.title.languages().collect();
            assert_eq!(languages, LANGUAGES.into_iter().collect(), "{}", entry.name);
            for text in [&entry.definition, &entry.counts, &entry.does_not_count, &entry.counting, &entry.measured] {
                assert!(text.ends_with('.') && !text.contains('\n'), "{}: {text}", entry.name);
            }
            assert!(entry.confirmed || entry.note.is_some(), "{} does not say what is uncertain", entry.name);
        }
    }

    #[test]
    fn what_a_measure_names_is_what_the_rows_need() {
        for entry in all() {
            let Some(measure) = &entry.measure else { continue };
            let named = measure.split('{').skip(1).filter_map(|part| part.split('}').next());
            for role in named {
                assert!(entry.needs.iter().any(|need| need.role == role), "{}: {role}", entry.name);
            }
        }
        let entry =
            all().into_iter().find(|entry| entry.measure.as_deref().is_some_and(|m| m.contains("{enterprise}")));
        let measure = entry.and_then(|entry| entry.measure_of(|role| (role == "enterprise").then(|| "vat".into())));
        assert_eq!(measure.as_deref(), Some("COUNT(DISTINCT vat)"));
    }

    #[test]
    fn a_text_that_is_no_entry_is_none() {
        let (name, good) =
            all().first().map(|entry| (entry.name.clone(), text(&entry.name).unwrap_or_default())).unwrap();
        assert!(parse(&name, &good).is_some());
        assert!(parse("cosme/other", &good).is_none(), "the name is not its own");
        assert!(parse(&name, &format!("{good}\ncolour = \"red\"")).is_none(), "a key that nobody knows");
        assert!(parse(&name, &format!("{good}\n{good}")).is_none(), "two of them");
        assert!(parse(&name, "[[entry]]\n").is_none() && parse(&name, "= 1").is_none() && parse(&name, "").is_none());
    }
}
