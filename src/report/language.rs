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

use crate::finding::patterns::{PIECES, Tables};
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

    /// A finding in this language, without marks: for other outputs than a canvas, which has [`Self::marked`].
    pub fn finding(self, finding: &Finding) -> Finding {
        translate::translate(finding, self.code)
    }

    /// What a rule of findings says of itself, in this language.
    pub fn rule(self, rule: &'static Rule) -> RuleTexts<'static> {
        translate::rule(rule, self.code)
    }

    /// A text that has been translated by other tables is not looked up again; one that they lack is noted as untold.
    pub fn marked(told: &str, english: &str) -> String {
        if told == english { english.to_owned() } else { own(told) }
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
        // While a text is looked up, one character stands for each piece between marks.
        if let Some(place) = PIECES.clone().nth(pieces.len()) {
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
        let at = if PIECES.contains(&c) { Some(u32::from(c) - u32::from(*PIECES.start())) } else { None };
        match at.and_then(|at| pieces.get(usize::try_from(at).ok()?)) {
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
        let told = self.tables.tell_sentence(text).or_else(|| translate::message(text, self.tongue.code));
        // What is not ours behind a text, such as the place of a definition, is no part of its pattern.
        told.or_else(|| {
            let ours = text.trim_end_matches(|c| PIECES.contains(&c));
            let told = if ours.len() < text.len() { self.tables.tell_sentence(ours) } else { None };
            told.map(|told| told + &text[ours.len()..])
        })
    }

    /// A sentence of several clauses between semicolons, each of which is known.
    fn clauses(&self, sentence: &str) -> Option<String> {
        let clauses = sentence.strip_suffix('.')?;
        let told: Option<Vec<String>> = clauses.split("; ").map(|clause| self.look_up(clause)).collect();
        told.map(|told| format!("{}.", told.join("; ")))
    }

    fn text(&self, text: &str, untold: &mut Vec<String>) -> String {
        // Room around a text is the business of who puts it together.
        let ours = text.trim_matches(' ');
        if ours.len() < text.len() {
            let told = self.text(ours, untold);
            let begin = text.len() - text.trim_start_matches(' ').len();
            return format!("{}{told}{}", &text[..begin], &text[begin + ours.len()..]);
        }
        if let Some(told) = self.look_up(text) {
            return told;
        }
        for between in ["\n", " · "] {
            if text.contains(between) {
                let before = untold.len();
                let parts: Vec<String> = text.split(between).map(|part| self.text(part, untold)).collect();
                // The name of a stratum has such marks too.
                if untold.len() > before
                    && let Some(whole) = self.tables.tell(text)
                {
                    untold.truncate(before);
                    return whole;
                }
                return parts.join(between);
            }
        }
        // A sign before a text, such as that a figure was made once more.
        if let Some(rest) = text.strip_prefix("✓ ") {
            return format!("✓ {}", self.text(rest, untold));
        }
        self.sentences(text, untold)
    }

    /// One after the other, each as short as can be.
    fn sentences(&self, text: &str, untold: &mut Vec<String>) -> String {
        let mut told = Vec::new();
        let mut rest = text;
        let before = untold.len();
        while !rest.is_empty() {
            let inner = rest.match_indices(". ").chain(rest.match_indices("? ")).map(|(at, _)| at + 1);
            let mut ends: Vec<usize> = inner.take(2 * AHEAD).collect();
            ends.sort_unstable();
            ends.truncate(AHEAD);
            ends.push(rest.len());
            let found = ends.iter().find_map(|end| {
                let sentence = rest.get(..*end)?;
                Some((self.look_up(sentence).or_else(|| self.clauses(sentence))?, *end))
            });
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
        // A full stop within what is not ours, such as the title of a wave.
        if untold.len() > before
            && let Some(whole) = self.tables.tell(text)
        {
            untold.truncate(before);
            return whole;
        }
        told.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::finding::patterns::{Piece, parse};
    use crate::finding::sources::{between, can_give, literals};
    use crate::report::words;

    /// The keys and translations of a table, in the order of its file.
    fn in_order(at: usize) -> Vec<(String, String)> {
        let lines = SOURCES[at].1.lines().filter(|line| line.starts_with('"') || line.starts_with('['));
        let read = |line: &str| {
            let pair = toml::from_str::<BTreeMap<String, String>>(line).ok().and_then(|pair| pair.into_iter().next());
            // The head of a table is no pair.
            pair.unwrap_or_else(|| (line.to_owned(), line.to_owned()))
        };
        lines.map(read).collect()
    }

    fn slots(text: &str) -> Vec<usize> {
        let pieces = parse(text);
        let slots = pieces.iter().filter_map(|piece| if let Piece::Slot(slot, _) = piece { Some(*slot) } else { None });
        let mut slots: Vec<usize> = slots.collect();
        slots.sort_unstable();
        slots
    }

    #[test]
    fn tables_have_the_same_keys_in_the_same_order_with_the_same_placeholders() {
        for (at, (language, source)) in SOURCES.iter().enumerate() {
            let whole: Source = toml::from_str(source).expect(language);
            assert!(whole.texts.len() > 300 && whole.phrases.len() > 30, "{language}");
            for ((first, _), (key, translation)) in in_order(0).iter().zip(in_order(at)) {
                assert_eq!(*first, key, "{language}");
                let expected: Vec<usize> = (0..slots(&key).len()).collect();
                assert_eq!((slots(&key), slots(&translation)), (expected.clone(), expected), "{language}: {key}");
                let pieces = parse(&key);
                let touch = |pair: &[Piece]| matches!(pair, [Piece::Slot(..), Piece::Slot(..)]);
                assert!(!pieces.windows(2).any(touch), "{key}: nothing stands between two values");
                assert_eq!(key.ends_with('.'), translation.ends_with('.'), "{language}: {key}: sentence or phrase");
            }
            assert_eq!(in_order(0).len(), in_order(at).len(), "{language}");
        }
    }

    #[test]
    fn names_of_sheets_fit_and_differ_in_every_language() {
        for (language, _) in SOURCES {
            let tongue = Tongue::of(language);
            let names: BTreeSet<String> =
                words::SHEETS.iter().map(|name| words::sheet_name(tongue, name).to_lowercase()).collect();
            assert_eq!(names.len(), words::SHEETS.len(), "{language}");
            assert!(
                names.iter().all(|name| name.chars().count() <= 31 && !name.contains(['/', ':', '?'])),
                "{names:?}"
            );
            let mut untold = Vec::new();
            for name in words::SHEETS {
                tongue.tell(name, &mut untold);
            }
            assert_eq!(untold, [""; 0], "{language}");
        }
    }

    #[test]
    fn every_translation_is_of_a_text_of_the_sources() {
        fn collect(folder: &Path, all: &mut BTreeSet<String>) {
            for entry in fs::read_dir(folder).expect("a folder of sources") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    collect(&path, all);
                } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
                    for literal in literals(&fs::read_to_string(&path).expect("text")) {
                        // Told part by part.
                        for line in literal.split(['\n', '·']) {
                            all.insert(line.trim().to_owned());
                            all.extend(line.split_inclusive(". ").map(|sentence| sentence.trim().to_owned()));
                        }
                        all.insert(literal);
                    }
                }
            }
        }
        let mut all = BTreeSet::new();
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        for folder in ["report", "compute", "model", "linkage", "app"] {
            collect(&source.join(folder), &mut all);
        }
        all.extend(literals(&fs::read_to_string(source.join("finding/rules.rs")).expect("text")));
        let letters = |text: &str| between(text).concat().chars().filter(|c| c.is_alphabetic()).count();
        let whole = |text: &&String| letters(text) >= 2 || matches!(text.as_str(), "{} {}" | "{count} {noun}{}");
        let all: Vec<&String> = all.iter().filter(whole).collect();
        let says = |key: &str| all.iter().any(|text| can_give(text, key) || can_give(text, &format!(" {key}")));
        let source: Source = toml::from_str(SOURCES[0].1).expect("a table");
        let keys = source.texts.keys().chain(source.phrases.keys());
        let dead: Vec<&String> = keys.filter(|key| letters(key) > 1 && !says(key)).collect();
        assert!(dead.is_empty(), "nothing says these any more, take them out of all files: {dead:#?}");
    }

    #[test]
    fn a_text_is_told_whole_by_lines_by_parts_and_by_sentences() {
        let german = Tongue::of("de-AT");
        let reason = "At risk: 40.5 SMEs on 2 Jul 2015 is 80 % of the 50 SMEs expected by then (from 0 SMEs). \
                      Needs 60 SMEs more by 31 Dec 2015; 10 a month against 7 until now. On track from 45 SMEs: 5 SMEs away.";
        let told = "Gefährdet: 40,5 SMEs am 2. Juli 2015 sind 80 % der bis dahin erwarteten 50 SMEs (von 0 SMEs aus). \
                    Nötig sind 60 SMEs mehr bis 31. Dez. 2015; 10 im Monat gegenüber bisher 7. \
                    Im Plan ab 45 SMEs: noch 5 SMEs entfernt.";
        assert_eq!(german.say(reason), told);
        // The last pattern would take all of it for the name of a period.
        let pace = "16 SMEs a quarter over the last 5 complete periods; no target is declared. At this pace 1.5 SMEs on \
                    30 Sep 2016, with 80 % probability between 1 SMEs and 2 SMEs. P7 counts with 30 of its 91 days.";
        let told = "16 SMEs je Quartal über die letzten 5 vollständigen Zeiträume; es ist kein Zielwert festgelegt. Bei \
                    diesem Tempo 1,5 SMEs am 30. Sept. 2016, mit 80 % Wahrscheinlichkeit zwischen 1 SMEs und 2 SMEs. P7 \
                    zählt mit 30 seiner 91 Tage.";
        assert_eq!(german.say(pace), told);
        let clauses = "the definition of volume: `measure` was A and is B; `unit` is new: EUR.";
        assert_eq!(german.say(clauses), "die Definition von volume: „measure“ war A und ist B; „unit“ ist neu: EUR.");
        assert_eq!(german.say("Target\nActual"), "Zielwert\nIst");
        let lines = "From A (a): rows where b = 'c'.\nA rate: never added.";
        assert_eq!(german.say(lines), "Aus A (a): Zeilen mit b = 'c'.\nEine Quote: nie addiert.");
        let about = format!("{} · by 1 May 2016 · ≈ illustrative", own("Target"));
        assert_eq!(german.say(&about), "Target · bis 1. Mai 2016 · ≈ zur Veranschaulichung");
        assert_eq!(say("xx", &about), "Target · by 1 May 2016 · ≈ illustrative");
        let about = format!("Output indicator in {} · a flow: adds up over periods · more is better", own("EUR"));
        let told = "Outputindikator in EUR · eine Stromgröße: summiert sich über die Zeiträume · mehr ist besser";
        assert_eq!(german.say(&about), told);
        assert_eq!(
            german.say("The stratum LT · small has a single answer, treated as `certainty`."),
            "Die Schicht LT · small hat nur eine Antwort, behandelt als `certainty`."
        );
    }

    #[test]
    fn what_is_not_ours_is_left_alone_and_what_is_not_known_is_noted() {
        let french = Tongue::of("fr");
        let mut untold = Vec::new();
        assert_eq!(french.tell(&own("Summary\u{e001} of \u{e100} Target"), &mut untold), "Summary of \u{e100} Target");
        assert_eq!(french.tell(&format!("Trend: {}", own("Target. Actual · By period")), &mut untold), {
            "Tendance : Target. Actual · By period"
        });
        assert_eq!((french.tell("–", &mut untold), untold.len()), ("–".to_owned(), 0));
        assert_eq!(french.tell("A flow: never heard of. A rate: never added.", &mut untold), {
            "A flow: never heard of. Un taux : jamais additionné."
        });
        assert_eq!(untold, ["A flow: never heard of."]);
        // A text that only looks like marks.
        for text in ["\u{e000}", "\u{e001}", "a\u{e000}b", "\u{e000}\u{e000}a\u{e001}\u{e001}", "\u{f8ff}"] {
            assert!(french.say(text).chars().all(|c| !matches!(c, OPEN | CLOSE)), "{text:?}");
        }
        let long = own("x").repeat(7_000);
        assert_eq!(french.say(&long), "x".repeat(7_000));
    }

    #[test]
    fn a_label_in_a_sentence_is_small_where_the_language_wants_it() {
        for (language, told) in [("en", "By market"), ("fr", "Par market"), ("de", "Nach Market")] {
            let tongue = Tongue::of(language);
            assert_eq!(tongue.say(&format!("By {}", own(tongue.inside("Market")))), told);
            assert_eq!(tongue.inside("VAT number"), "VAT number");
        }
    }
}
