//! Findings in the partner's language.
//!
//! Code writes its texts in English, once. A table for each other language holds the English texts as patterns, with
//! placeholders for the values: `"{0} more rows"` = `"{0} weitere Zeilen"`; [`super::patterns`] says how they are used.
//! What fits no pattern stays English, and so does a text of the programme's own, which comes in the partner's language
//! already.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use super::patterns::Tables;
use super::{Finding, Rule};

/// The languages in which findings can be told.
pub const LANGUAGES: [&str; 5] = ["en", "de", "fr", "nl", "lt"];

/// All but English, in which the texts are written.
const SOURCES: [(&str, &str); 4] = [
    ("de", include_str!("translations/de.toml")),
    ("fr", include_str!("translations/fr.toml")),
    ("nl", include_str!("translations/nl.toml")),
    ("lt", include_str!("translations/lt.toml")),
];

/// The texts of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleTexts<'a> {
    pub title: &'a str,
    pub why: &'a str,
    pub fix: &'a str,
}

/// The finding with message and help in this language, as far as there are translations.
pub fn translate(finding: &Finding, language: &str) -> Finding {
    let mut translated = finding.clone();
    let Some(book) = book(language) else { return translated };
    if let Some(message) = book.tables.tell(&finding.message) {
        translated.message = message;
    }
    if let Some(help) = &finding.help {
        // Where the help is the rule's own, its translation is too, whatever another rule says in the same words.
        let own = book.rules.get(finding.rule.id).filter(|_| help == finding.rule.fix).map(|texts| texts.fix.clone());
        translated.help = own.or_else(|| book.tables.tell(help)).or(translated.help);
    }
    translated
}

/// One message or help in this language; None where there is no translation, as for English itself.
pub fn message(text: &str, language: &str) -> Option<String> {
    book(language)?.tables.tell(text)
}

/// The texts of a rule in this language, else in English.
pub fn rule(rule: &'static Rule, language: &str) -> RuleTexts<'static> {
    match book(language).and_then(|book| book.rules.get(rule.id)) {
        Some(texts) => RuleTexts { title: &texts.title, why: &texts.why, fix: &texts.fix },
        None => RuleTexts { title: rule.title, why: rule.why, fix: rule.fix },
    }
}

/// The translations into `de`, also for `de-AT`.
fn book(language: &str) -> Option<&'static Book> {
    static BOOKS: [OnceLock<Book>; SOURCES.len()] = [const { OnceLock::new() }; SOURCES.len()];
    let primary = language.split(['-', '_']).next().unwrap_or_default();
    let at = SOURCES.iter().position(|(code, _)| code.eq_ignore_ascii_case(primary))?;
    // A file that cannot be read would leave all texts English; a test holds that each can.
    Some(BOOKS.get(at)?.get_or_init(|| Book::new(toml::from_str(SOURCES[at].1).unwrap_or_default(), primary)))
}

/// A file of translations as it stands.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    messages: BTreeMap<String, String>,
    phrases: BTreeMap<String, String>,
    rules: BTreeMap<String, Texts>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Texts {
    title: String,
    why: String,
    fix: String,
}

/// The translations into one language, ready to be looked up.
#[derive(Debug)]
struct Book {
    tables: Tables,
    rules: BTreeMap<String, Texts>,
}

impl Book {
    fn new(source: Source, language: &str) -> Self {
        let mut tables = Tables::new(source.messages, source.phrases, language);
        // Many messages are the title of their rule, and many helps the fix of one.
        for rule in super::rules::ALL {
            if let Some(texts) = source.rules.get(rule.id) {
                for (from, to) in [(rule.title, &texts.title), (rule.why, &texts.why), (rule.fix, &texts.fix)] {
                    tables.add(from, to);
                }
            }
        }
        Self { tables, rules: source.rules }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::{Path, PathBuf};

    use proptest::prelude::*;

    use super::super::patterns::{JOINT, Kind, Piece, parse};
    use super::super::sources::{between, can_give, literals};
    use super::super::{Place, rules};
    use super::*;

    fn source(at: usize) -> Source {
        toml::from_str(SOURCES[at].1).expect(SOURCES[at].0)
    }

    fn other_languages() -> impl Iterator<Item = &'static str> {
        LANGUAGES.into_iter().filter(|language| *language != "en")
    }

    fn slots(text: &str) -> Vec<usize> {
        let mut slots: Vec<usize> =
            parse(text).iter().filter_map(|p| if let Piece::Slot(n, _) = p { Some(*n) } else { None }).collect();
        slots.sort_unstable();
        slots
    }

    #[test]
    fn every_language_has_a_file_with_the_same_keys() {
        assert_eq!(other_languages().collect::<Vec<_>>(), SOURCES.map(|(language, _)| language));
        let keys = |source: &Source| {
            let [messages, phrases] = [&source.messages, &source.phrases].map(|table| table.keys().cloned().collect());
            [messages, phrases, source.rules.keys().cloned().collect::<BTreeSet<String>>()]
        };
        let first = keys(&source(0));
        for (at, (language, _)) in SOURCES.iter().enumerate() {
            for (first, here) in first.iter().zip(keys(&source(at))) {
                assert_eq!(first.symmetric_difference(&here).collect::<Vec<_>>(), [""; 0], "{language}");
            }
        }
    }

    #[test]
    fn placeholders_are_the_same_and_can_be_told_apart() {
        for (at, (language, _)) in SOURCES.iter().enumerate() {
            let Source { messages, phrases, .. } = source(at);
            for (text, translation) in messages.iter().chain(&phrases) {
                let expected: Vec<usize> = (0..slots(text).len()).collect();
                assert_eq!((slots(text), slots(translation)), (expected.clone(), expected), "{language}: {text}");
                let pieces = parse(text);
                let touch = |pair: &[Piece]| matches!(pair, [Piece::Slot(..), Piece::Slot(..)]);
                assert!(!pieces.windows(2).any(touch), "{text}: nothing stands between two values");
                let sentence = |text: &str| text.ends_with('.');
                assert_eq!(sentence(text), sentence(translation), "{language}: {text}: sentence or phrase");
                assert_eq!(translation.trim().is_empty(), text.trim().is_empty(), "{language}: {text}");
            }
        }
    }

    #[test]
    fn every_rule_that_partners_meet_has_its_texts_in_every_language() {
        let of_partners = rules::ALL
            .iter()
            .skip_while(|rule| rule.id != rules::INBOX_MISSING.id)
            .take_while(|rule| rule.id != rules::KEY_CONFLICT.id)
            .copied()
            .chain([&rules::ANSWER_INCOMPLETE]);
        for one in of_partners {
            for language in other_languages() {
                let texts = rule(one, language);
                for (english, here) in [(one.title, texts.title), (one.why, texts.why), (one.fix, texts.fix)] {
                    assert_ne!(english, here, "{language}: {}", one.id);
                    assert_eq!(english.ends_with('.'), here.ends_with('.'), "{language}: {}: {here}", one.id);
                }
            }
            assert_eq!(rule(one, "en"), RuleTexts { title: one.title, why: one.why, fix: one.fix });
        }
        for id in source(0).rules.keys() {
            assert!(rules::by_id(id).is_some(), "there is no rule `{id}`: take it out of all files");
        }
    }

    /// Messages as the code makes them, with the values in them.
    const MADE: &[(&str, &[&str])] = &[
        ("-5 is below the minimum 0", &["-5", "0"]),
        ("1200.5 is above the maximum 100", &["1200.5", "100"]),
        ("2031-01-05 is after 2016-09-30", &["2031-01-05", "2016-09-30"]),
        ("1915-03-01 is before 2015-03-01", &["1915-03-01", "2015-03-01"]),
        ("2026-06-30 lies after 2016-06-30, the day of the report", &["2026-06-30", "2016-06-30"]),
        ("It must be at least 0.5.", &["0.5"]),
        ("It must not be before 2015-03-01; look at the year.", &["2015-03-01"]),
        ("`N° d'accord` is empty", &["N° d'accord"]),
        ("read as `Išmoka „A“`", &["Išmoka „A“"]),
        ("Pick `signed` from the list.", &["signed"]),
        ("Write one of: negotiating, signed, cancelled.", &["negotiating, signed, cancelled"]),
        ("a number stored as text, read as 1200", &["1200"]),
        ("Type 1200 as a number.", &["1200"]),
        ("this text can mean 1.234 or 1234", &["1.234", "1234"]),
        ("a date stored as text, read as 2016-06-30", &["2016-06-30"]),
        ("Type 2016-04-03 or 2016-03-04.", &["2016-04-03", "2016-03-04"]),
        ("Write 0.5 % if it is per cent, or format the cell as a percentage.", &["0.5"]),
        ("rounded to six decimals: 0.333333", &["0.333333"]),
        ("the amount is in USD, not in EUR", &["USD", "EUR"]),
        ("Convert it to EUR and note the rate.", &["EUR"]),
        ("the cell shows the error #REF!", &["#REF!"]),
        ("the same `Agreement no.` stands in B17: that row counts, this one does not", &["Agreement no.", "B17"]),
        ("the same `No.` stands on Old sheet in B17: that row counts, this one does not", &["Old sheet", "B17"]),
        ("The check `signed_needs_date` expects: a <> 'b' OR c", &["signed_needs_date", "a <> 'b' OR c"]),
        ("and 12 more cells like it in this column: a whole number is expected", &["12"]),
        ("and 3 more cells like it in this column: -1 is below the minimum 0", &["3", "-1", "0"]),
        ("the column `Value (EUR)` is missing", &["Value (EUR)"]),
        ("the column `Market` is missing: none of the rows has one", &["Market"]),
        ("The table is not read. Give the column the label `Value (EUR)`.", &["Value (EUR)"]),
        ("the column `Bemerkung` is not read", &["Bemerkung"]),
        ("columns C and AB are both called `Wert`", &["C", "AB", "Wert"]),
        ("the sheet fits `agreements` and `support` equally well", &["agreements", "support"]),
        ("no sheet has the columns of agreements, support", &["agreements, support"]),
        (
            "Human Technology Styria does not take part in `support`: the sheet is not read",
            &["Human Technology Styria"],
        ),
        ("the hidden sheet says litek, the file name says opticsvalley", &["litek", "opticsvalley"]),
        ("the hidden sheet's `reporting date` cannot be read", &["reporting date"]),
        ("`agreements` is reported by period, and the file does not say which", &["agreements"]),
        ("the row has 1 cell; the first has 7", &["7"]),
        ("the row has 12 cells; the first has 7", &["12", "7"]),
        ("is 61 MB large; the limit is 50 MB", &["61", "50"]),
        ("cell B9 of sheet “Détail” lies beyond the limit of 8 rows and 4 columns", &["B9", "Détail", "8", "4"]),
        ("cell B9 lies beyond the limit of 8 rows and 4 columns", &["B9", "8", "4"]),
        ("is damaged: its sheet “Données, after cell C4” cannot be read (eof)", &["Données", "C4", "eof"]),
        ("is a web page (HTML), not a workbook or a csv", &["HTML"]),
        ("is plain text under the name .doc, not a workbook or a csv", &[".doc"]),
        ("is plain text (.csv), though it is named .xls; it was read as what it is", &[".csv", ".xls"]),
        ("opens a quotation mark in row 2 that is never closed", &["2"]),
        ("rows 5, 6, 9 and 14 more are hidden and hold data", &["5, 6, 9", "14"]),
        ("row 5 is hidden and holds data", &["5"]),
        ("columns B, AA are hidden and hold data", &["B, AA"]),
        (
            "the results of 12 formulas may be out of date: the workbook is to be calculated anew when it is opened",
            &["12"],
        ),
        ("the cell is merged with A5, which alone holds a value", &["A5"]),
        (
            "the declared layout of `grants` does not fit: no cell reads like `Table 2*`, below which the table should stand",
            &["grants", "Table 2*"],
        ),
        ("read as `grants` although the sheet is called `Liste`, and its header has 2 rows", &["grants", "Liste", "2"]),
    ];

    #[test]
    fn real_messages_are_told_in_every_language_with_their_values() {
        for (text, values) in MADE {
            for language in other_languages() {
                let told = message(text, language).unwrap_or_else(|| panic!("{language}: {text}"));
                assert_ne!(told, *text, "{language}");
                for value in *values {
                    assert!(told.contains(value), "{language}: {told}: without {value}");
                }
            }
        }
    }

    #[test]
    fn a_message_inside_a_message_is_told_in_the_same_language() {
        let text = "and 3 more cells like it in this column: the row has 1 cell; the first has 7";
        let german = "und 3 weitere solche Zellen in dieser Spalte: die Zeile hat 1 Zelle, die erste hat 7";
        assert_eq!(message(text, "de").as_deref(), Some(german));
        // The words of a declared check come in the partner's language.
        let text = "and 3 more cells like it in this column: sutarčiai reikia datos";
        assert!(message(text, "lt").is_some_and(|told| told.ends_with(": sutarčiai reikia datos")));
        let text = "read as `grants` although the sheet is called `Liste`, and its columns stand in another order";
        let german =
            "als „grants“ gelesen, obwohl das Blatt „Liste“ heißt und die Spalten in anderer Reihenfolge stehen";
        assert_eq!(message(text, "de").as_deref(), Some(german));
        // What is cut out of a message is not translated where it only looks like a text of ours.
        assert_eq!(message("the column `a number is expected` is missing", "nl").as_deref(), {
            Some("de kolom “a number is expected” ontbreekt")
        });
    }

    #[test]
    fn what_is_not_known_stays_as_it_is() {
        for text in ["", " ", "`", "signed before it was negotiated", "is a cake, not a workbook or a csv"] {
            assert_eq!(message(text, "de"), None, "{text}");
        }
        // Words of a declared check that look like ours but hold no days.
        assert_eq!(message("the signature is before the start", "fr"), None);
        for language in ["en", "en-GB", "", "xx", "d"] {
            assert_eq!(message("a number is expected", language), None, "{language}");
        }
        for language in ["de", "de-AT", "de_CH", "DE"] {
            let told = message("a number is expected", language);
            assert_eq!(told.as_deref(), Some("hier wird eine Zahl erwartet"), "{language}");
        }
    }

    #[test]
    fn a_finding_keeps_all_but_its_texts() {
        let place = Place::File { file: "a.xlsx".into() };
        let english = Finding::error(&rules::BELOW_MINIMUM, place, "-5 is below the minimum 0")
            .help("It must be at least 0.")
            .found("-5")
            .suggest(Some("5"))
            .partner(Some("litek"));
        let german = translate(&english, "de");
        assert_eq!(german.message, "-5 liegt unter dem Mindestwert 0");
        assert_eq!(german.help.as_deref(), Some("Der Wert muss mindestens 0 sein."));
        let back = Finding { message: english.message.clone(), help: english.help.clone(), ..german };
        assert_eq!(back, english);
        assert_eq!(translate(&english, "en"), english);
        let of_rule = english.help(rules::BELOW_MINIMUM.fix);
        assert_eq!(translate(&of_rule, "fr").help.as_deref(), Some("Corrigez la valeur."));
    }

    #[test]
    fn hostile_texts_take_no_longer_than_they_are_long() {
        let nested = "and 1 more cells like it in this column: ".repeat(20_000);
        assert!(message(&nested, "de").is_some_and(|told| told.len() > nested.len()));
        for unit in ["`", "` and `", "{0}", " equally well", "the sheet fits `", "is ", ", and ", "„", "\u{1f}"] {
            let text = unit.repeat(100_000);
            let told = message(&format!("the sheet fits `{text}` and `{text}` equally well"), "lt");
            assert!(told.is_some_and(|told| told.len() > 2 * text.len()), "{unit}");
            let _ = message(&format!("is {text}, not a workbook or a csv"), "lt");
            let _ = message(&format!("read as `{text}` although {text}"), "lt");
            let _ = message(&text, "lt");
        }
    }

    proptest! {
        #[test]
        fn no_translation_loses_a_value(values in prop::collection::vec("[A-ZÄŠ€#]{1,9}", 6), number in 0_u32..99_999) {
            for (at, (language, _)) in SOURCES.iter().enumerate() {
                for text in source(at).messages.into_keys() {
                    let mut english = String::new();
                    let mut kept = Vec::new();
                    for piece in parse(&text) {
                        let value = match piece {
                            Piece::Letters(letters) => {
                                english.push_str(&letters);
                                continue;
                            }
                            Piece::Slot(_, Kind::Phrase | Kind::Phrases | Kind::List | Kind::Clauses) => "a PDF".to_owned(),
                            Piece::Slot(_, Kind::Date) => "30 June 2016".to_owned(),
                            Piece::Slot(_, Kind::Number | Kind::Figure | Kind::Amount) => number.to_string(),
                            Piece::Slot(_, Kind::Day) => "2016-06-30".to_owned(),
                            Piece::Slot(slot, Kind::Any | Kind::Message) => values[slot].clone(),
                        };
                        english.push_str(&value);
                        kept.push(value);
                    }
                    let told = message(&english, language);
                    prop_assert!(told.is_some(), "{language}: {english}");
                    let told = told.unwrap_or_default();
                    for value in kept.iter().filter(|value| *value != "a PDF") {
                        prop_assert!(told.contains(value.as_str()), "{language}: {told}: without {value}");
                    }
                }
            }
        }

        #[test]
        fn any_text_is_translated_or_not_without_harm(text in ".{0,80}", inside in "[-`a-z0-9 ,;:(){}“”]{0,40}") {
            for text in [&text, &inside, &format!("the column `{inside}` is missing"), &format!("is {inside} ({text})")] {
                for language in LANGUAGES {
                    let _ = message(text, language);
                }
            }
            prop_assert_eq!(slots(&text).len(), parse(&text).iter().filter(|p| matches!(p, Piece::Slot(..))).count());
        }
    }

    // The sources themselves.

    /// Texts of the sources below that no partner is ever shown.
    const NOT_SHOWN: &[&str] = &[
        "SELECT {} FROM submission",
        "a request that is none",
        "a worker without pipes",
        "no process can be started that reads files",
        "there is neither a number nor a name",
    ];

    /// The files whose texts reach partners.
    fn sources() -> Vec<PathBuf> {
        fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
            for entry in fs::read_dir(folder).expect("a folder of sources") {
                let path = entry.expect("an entry").path();
                // What is proposed for an unknown file goes to whoever declares its layout; months are only words.
                if ["layout/propose", "tests.rs", "months.rs"].into_iter().any(|other| path.ends_with(other)) {
                    continue;
                }
                if path.is_dir() {
                    collect(&path, files);
                } else if path.extension().is_some_and(|extension| extension == "rs") {
                    files.push(path);
                }
            }
        }
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut files = ["freshness.rs", "reading.rs", "sources.rs", "totals.rs", "answer/tell.rs"]
            .map(|name| source.join("app").join(name))
            .to_vec();
        for folder in ["ingest", "layout", "validate"] {
            collect(&source.join(folder), &mut files);
        }
        files.sort();
        files
    }

    /// Three words or more, two of them no values, or a sentence of two: as no name, path or format has.
    fn is_prose(literal: &str) -> bool {
        let text = between(literal).join(" {} ");
        let is_word = |word: &&str| {
            let word = word.trim_start_matches(['`', '(', '“']);
            word.starts_with(char::is_alphanumeric) && word.contains(char::is_lowercase)
        };
        let words = text.split_whitespace().filter(is_word).count();
        let values = text.split_whitespace().filter(|word| *word == "{}").count();
        words >= 2 && (words + values >= 3 || literal.ends_with('.')) && !literal.contains('<')
    }

    #[test]
    fn every_text_of_the_sources_has_a_translation() {
        let Source { messages, phrases, .. } = source(0);
        let keys: Vec<&String> = messages.keys().chain(phrases.keys()).collect();
        let of_rules = |text: &str| rules::ALL.iter().any(|rule| [rule.title, rule.why, rule.fix].contains(&text));
        let mut untold = Vec::new();
        let mut seen = 0;
        for path in sources() {
            let code = fs::read_to_string(&path).expect("text");
            for literal in literals(&code).iter().filter(|literal| is_prose(literal)) {
                seen += 1;
                // A literal within a text, or with a space at its end, is a part of another that is built from it.
                let part = literal.trim() != literal || keys.iter().any(|key| key.contains(literal.as_str()));
                let known = keys.iter().any(|key| can_give(literal, key)) || of_rules(literal) || part;
                if !known && !NOT_SHOWN.contains(&literal.as_str()) {
                    untold.push(format!("{}: {literal}", path.display()));
                }
            }
        }
        assert!(seen > 100, "only {seen} texts were found: the sources read differently now");
        assert!(
            untold.is_empty(),
            "put these into all files of src/finding/translations, or into NOT_SHOWN if no partner sees them:\n{}",
            untold.join("\n")
        );
    }

    #[test]
    fn every_translation_is_of_a_text_of_the_sources() {
        let mut all: BTreeSet<String> = BTreeSet::new();
        for path in sources().into_iter().chain([Path::new(env!("CARGO_MANIFEST_DIR")).join("src/app/assemble.rs")]) {
            all.extend(literals(&fs::read_to_string(&path).expect("text")));
        }
        let letters = |text: &str| between(text).concat().chars().filter(|c| c.is_alphabetic()).count();
        let all: Vec<&String> = all.iter().filter(|text| letters(text) >= 2 || *text == JOINT).collect();
        let Source { messages, phrases, .. } = source(0);
        let dead = |key: &&String| !all.iter().any(|text| can_give(text, key));
        let dead: Vec<&String> = messages.keys().chain(phrases.keys()).filter(dead).collect();
        assert!(dead.is_empty(), "nothing says these any more, take them out of all files: {dead:#?}");
    }
}
