//! Choices and yes or no: texts held against a list of known ones.
//!
//! What it is for: finding the option that a cell means when it is spelled a little differently ("Signed " for
//! "signed"), and naming the nearest one when it is not the same. What it does not do: a near option is
//! suggested and never taken, and a text that folds to two options is none of them.

use strsim::{damerau_levenshtein, jaro_winkler};

use crate::model::fold::fold;

/// What a text is among options. Numbers are indices into the options.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChoiceMatch {
    /// The text is spelled as one of the texts of this option.
    Exact(usize),
    /// The text is one of this option's after [`fold`].
    LookAlike(usize),
    /// No option, or several.
    None {
        /// The option to suggest: the nearest by spelling, or the first of several that fit.
        nearest: Option<usize>,
    },
}

/// Longer texts are compared, but nothing near is looked for.
const LONGEST_SUGGESTION: usize = 100;

/// The option that a text means. Each option is a list of its texts: code, labels in all languages, other names.
///
/// Spelling decides before trimmed spelling, and that before folded spelling; in each step a text that belongs
/// to several options belongs to none.
pub fn match_choice(text: &str, options: &[Vec<String>]) -> ChoiceMatch {
    let trimmed = text.trim();
    let folded = fold(text);
    let none = |nearest| ChoiceMatch::None { nearest };
    if folded.is_empty() && trimmed.is_empty() {
        return none(None);
    }
    match only(options, |name| name == text) {
        Hits::One(at) => return ChoiceMatch::Exact(at),
        Hits::Several(first) => return none(Some(first)),
        Hits::None => {}
    }
    match only(options, |name| name.trim() == trimmed) {
        Hits::One(at) => return ChoiceMatch::LookAlike(at),
        Hits::Several(first) => return none(Some(first)),
        Hits::None => {}
    }
    if folded.is_empty() {
        return none(None);
    }
    match only(options, |name| fold(name) == folded) {
        Hits::One(at) => ChoiceMatch::LookAlike(at),
        Hits::Several(first) => none(Some(first)),
        Hits::None => none(nearest_option(&folded, options)),
    }
}

enum Hits {
    None,
    One(usize),
    Several(usize),
}

fn only(options: &[Vec<String>], is_same: impl Fn(&str) -> bool) -> Hits {
    let mut hits =
        options.iter().enumerate().filter(|(_, names)| names.iter().any(|name| is_same(name))).map(|(at, _)| at);
    match (hits.next(), hits.next()) {
        (None, _) => Hits::None,
        (Some(at), None) => Hits::One(at),
        (Some(first), Some(_)) => Hits::Several(first),
    }
}

/// The option with the nearest name: at most two slips (half of the letters of a short name), or a Jaro-Winkler
/// similarity of 0.88. Fewer slips come first, then the greater similarity, then the order of the options.
fn nearest_option(folded: &str, options: &[Vec<String>]) -> Option<usize> {
    if folded.len() > LONGEST_SUGGESTION {
        return None;
    }
    let mut best: Option<(usize, usize, f64)> = None;
    for (at, names) in options.iter().enumerate() {
        for name in names.iter().map(|name| fold(name)) {
            if name.is_empty() || name.len() > LONGEST_SUGGESTION {
                continue;
            }
            let slips = damerau_levenshtein(folded, &name);
            let likeness = jaro_winkler(folded, &name);
            let letters = folded.chars().count().max(name.chars().count());
            let is_near = slips <= 2 && slips * 2 <= letters;
            if !is_near && likeness < 0.88 {
                continue;
            }
            if best.is_none_or(|(_, fewest, most)| slips < fewest || (slips == fewest && likeness > most)) {
                best = Some((at, slips, likeness));
            }
        }
    }
    best.map(|(at, _, _)| at)
}

/// Folded words for yes and no in the official languages of the EU, Norwegian, and as Excel writes truth.
const YES: &[&str] = &[
    "yes",
    "oui",
    "ja",
    "si",
    "sim",
    "tak",
    "taip",
    "ano",
    "igen",
    "kylla",
    "jah",
    "da",
    "да",
    "ναι",
    "iva",
    "true",
    "vrai",
    "wahr",
    "vero",
    "verdadero",
    "verdadeiro",
    "prawda",
    "waar",
    "1",
];
const NO: &[&str] = &[
    "no", "non", "nein", "nee", "nao", "nie", "ne", "nem", "ei", "nej", "nei", "nu", "не", "οχι", "le", "false",
    "faux", "falsch", "falso", "falsz", "onwaar", "0",
];

/// Yes or no, in words of any official language of the EU, as `true`/`false`, or as `1`/`0`.
///
/// Single letters and signs ("y", "x", "✓") are `None`: they mean different things in different languages.
pub fn yes_no(text: &str) -> Option<bool> {
    let folded = fold(text);
    if YES.contains(&folded.as_str()) {
        Some(true)
    } else if NO.contains(&folded.as_str()) {
        Some(false)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn options() -> Vec<Vec<String>> {
        let names: [&[&str]; 3] = [
            &["signed", "Signé", "Unterschrieben"],
            &["in_negotiation", "In negotiation", "En négociation"],
            &["cancelled", "Annulé"],
        ];
        names.iter().map(|names| names.iter().map(ToString::to_string).collect()).collect()
    }

    fn none(nearest: Option<usize>) -> ChoiceMatch {
        ChoiceMatch::None { nearest }
    }

    #[test]
    fn the_spelling_of_an_option_is_exact_in_every_language() {
        assert_eq!(match_choice("signed", &options()), ChoiceMatch::Exact(0));
        assert_eq!(match_choice("En négociation", &options()), ChoiceMatch::Exact(1));
    }

    #[test]
    fn another_spelling_of_the_same_letters_is_a_look_alike() {
        for text in ["Signed ", "SIGNE", "signé", "signed\u{a0}"] {
            assert_eq!(match_choice(text, &options()), ChoiceMatch::LookAlike(0), "{text:?}");
        }
        assert_eq!(match_choice("In-Negotiation", &options()), ChoiceMatch::LookAlike(1));
    }

    #[test]
    fn a_near_option_is_suggested_and_not_taken() {
        assert_eq!(match_choice("singed", &options()), none(Some(0)));
        assert_eq!(match_choice("canceled", &options()), none(Some(2)));
        assert_eq!(match_choice("negotiation", &options()), none(None));
        assert_eq!(match_choice("done", &options()), none(None));
    }

    #[test]
    fn an_empty_text_is_no_option() {
        for text in ["", "  ", "-"] {
            assert_eq!(match_choice(text, &options()), none(None), "{text:?}");
        }
    }

    #[test]
    fn a_text_that_fits_two_options_is_neither() {
        let scale: Vec<Vec<String>> = ["1-2", "1/2", "-1", "1"].iter().map(|text| vec![(*text).to_owned()]).collect();
        assert_eq!(match_choice("1-2", &scale), ChoiceMatch::Exact(0));
        assert_eq!(match_choice("1_2", &scale), none(Some(0)));
        assert_eq!(match_choice("1 ", &scale), ChoiceMatch::LookAlike(3));
        assert_eq!(match_choice("-1 ", &scale), ChoiceMatch::LookAlike(2));
        let twice = vec![vec!["other".to_owned()], vec!["other".to_owned()]];
        assert_eq!(match_choice("other", &twice), none(Some(0)));
    }

    #[test]
    fn a_short_text_suggests_nothing_that_shares_no_letter() {
        let short = vec![vec!["si".to_owned()], vec!["no".to_owned()]];
        assert_eq!(match_choice("xy", &short), none(None));
    }

    #[test]
    fn yes_and_no_are_words_of_many_languages() {
        for text in ["Yes", "OUI", "ja", "sí", "Sì", "Taip", "tak", "sim", "Áno", "TRUE", "1", "WAHR", " igen. ", "Ναι"]
        {
            assert_eq!(yes_no(text), Some(true), "{text}");
        }
        for text in ["no", "Non", "nein", "nee", "ne", "Nie", "Não", "FALSE", "0", "FALSCH", "fałsz", "ΌΧΙ", "Nē"]
        {
            assert_eq!(yes_no(text), Some(false), "{text}");
        }
        for text in ["", "x", "y", "n", "t", "✓", "yes/no", "maybe", "2", "-1", "1.0", "n/a"] {
            assert_eq!(yes_no(text), None, "{text}");
        }
    }

    #[test]
    fn no_word_means_both_yes_and_no_and_all_are_folded() {
        for word in YES {
            assert!(!NO.contains(word));
        }
        for word in YES.iter().chain(NO) {
            assert_eq!(fold(word), *word);
        }
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in ".{0,30}", ascii in "[-_./ a-zA-Z0-9]{0,12}") {
            for text in [text, ascii] {
                let folded = fold(&text);
                prop_assert_eq!(fold(&folded), folded);
            }
        }

        #[test]
        fn a_match_is_always_equal_after_folding(
            text in "[-_ a-c1-2é]{0,5}",
            names in prop::collection::vec("[-_ a-c1-2é]{0,5}", 0..6),
        ) {
            let options: Vec<Vec<String>> = names.iter().map(|name| vec![name.clone()]).collect();
            match match_choice(&text, &options) {
                ChoiceMatch::Exact(at) => prop_assert_eq!(names.get(at), Some(&text)),
                ChoiceMatch::LookAlike(at) => prop_assert_eq!(names.get(at).map(|name| fold(name)), Some(fold(&text))),
                ChoiceMatch::None { nearest } => prop_assert!(nearest.is_none_or(|at| at < names.len())),
            }
        }
    }
}
