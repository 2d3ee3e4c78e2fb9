//! Countries: ISO codes, the EU's own codes, names.
//!
//! What it is for: the two letters of a country that a cell names by code or by name (English, French, German,
//! its own language). What it does not do: codes of three letters and misspelt names are never taken, only
//! answered with a suggestion, because a programme must be able to put such a decision on record. Whether a
//! valid code is the one that was meant (AU for AT) is not seen here.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use strsim::osa_distance;

use super::country_names::NAMES;
use super::country_table::COUNTRIES;
use crate::model::fold::fold;

/// What a text is among countries. Every code is ISO 3166-1 alpha-2, or XK for Kosovo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountryMatch {
    /// The text is this code, in capitals or not.
    Code(&'static str),
    /// The text is a code of the EU that is not ISO: EL (here GR), UK (GB), XK (itself).
    EuCode(&'static str),
    /// The text is a name of this country.
    Name(&'static str),
    /// No country.
    None {
        /// The country that may be meant, if only one comes near.
        suggestion: Option<&'static str>,
    },
}

impl CountryMatch {
    /// The code, however it was written; `None` if it was no country.
    pub fn code(self) -> Option<&'static str> {
        match self {
            Self::Code(code) | Self::EuCode(code) | Self::Name(code) => Some(code),
            Self::None { .. } => None,
        }
    }
}

/// Codes of the EU that differ from ISO, and what they are here.
const EU_CODES: [(&str, &str); 3] = [("EL", "GR"), ("UK", "GB"), ("XK", "XK")];

/// Longer texts are no countries.
const LONGEST_TEXT: usize = 80;

/// Names, folded, with their codes.
static BY_NAME: LazyLock<BTreeMap<String, &'static str>> = LazyLock::new(|| {
    let table = COUNTRIES.iter().map(|(code, _, name)| (*code, *name));
    let more = NAMES.iter().flat_map(|(code, names)| names.split('|').map(move |name| (*code, name)));
    table.chain(more).map(|(code, name)| (fold_name(name), code)).collect()
});

/// The two letters of every country, in their order.
pub fn codes() -> impl Iterator<Item = &'static str> {
    COUNTRIES.iter().map(|(code, _, _)| *code)
}

/// Reads a country.
pub fn read_country(text: &str) -> CountryMatch {
    let text = text.trim();
    if let Some(found) = by_code(text) {
        return found;
    }
    if text.is_empty() || text.len() > LONGEST_TEXT {
        return CountryMatch::None { suggestion: None };
    }
    let name = fold_name(text);
    match BY_NAME.get(&name) {
        Some(code) => CountryMatch::Name(code),
        None => CountryMatch::None { suggestion: suggestion(&name) },
    }
}

fn by_code(text: &str) -> Option<CountryMatch> {
    if text.len() != 2 {
        return None;
    }
    let upper = text.to_ascii_uppercase();
    if let Some((_, code)) = EU_CODES.iter().find(|(eu, _)| *eu == upper) {
        return Some(CountryMatch::EuCode(code));
    }
    let at = COUNTRIES.binary_search_by_key(&upper.as_str(), |(code, _, _)| code).ok()?;
    COUNTRIES.get(at).map(|(code, _, _)| CountryMatch::Code(code))
}

fn fold_name(text: &str) -> String {
    let folded = fold(text).replace(" & ", " and ");
    match folded.strip_prefix("the ") {
        Some(rest) => rest.to_owned(),
        None => folded,
    }
}

/// The one country that a folded text comes near to: by its code of three letters, by the letters of such a
/// code in another order, by the beginning of a name, or by a slip (one in four letters) in a name.
fn suggestion(folded: &str) -> Option<&'static str> {
    let three = folded.len() == 3 && folded.is_ascii();
    if three {
        let upper = folded.to_ascii_uppercase();
        let exact = COUNTRIES.iter().find(|(_, three, _)| *three == upper);
        if let Some((code, _, _)) = exact {
            return Some(code);
        }
        let same = COUNTRIES.iter().filter(|(_, three, _)| sorted(three) == sorted(&upper));
        if let Some(code) = only(same.map(|(code, _, _)| *code)) {
            return Some(code);
        }
    }
    let letters = folded.chars().count();
    if letters < 3 {
        return None;
    }
    let longer = BY_NAME.range(folded.to_owned()..);
    let begins = longer.take_while(|(name, _)| name.starts_with(folded));
    if let Some(code) = only(begins.map(|(_, code)| *code)) {
        return Some(code);
    }
    let most = letters / 4;
    let near: Vec<(usize, &'static str)> = BY_NAME
        .iter()
        .filter(|(name, _)| name.chars().count().abs_diff(letters) <= most)
        .map(|(name, code)| (osa_distance(folded, name), *code))
        .filter(|(slips, _)| *slips <= most)
        .collect();
    let fewest = near.iter().map(|(slips, _)| *slips).min()?;
    let nearest = near.iter().filter(|(slips, _)| *slips == fewest);
    only(nearest.map(|(_, code)| *code))
}

fn sorted(text: &str) -> Vec<u8> {
    let mut letters = text.as_bytes().to_vec();
    letters.sort_unstable();
    letters
}

/// The code, if all are the same.
fn only(mut codes: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let first = codes.next()?;
    codes.all(|code| code == first).then_some(first)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn none(suggestion: Option<&'static str>) -> CountryMatch {
        CountryMatch::None { suggestion }
    }

    #[test]
    fn the_table_is_sorted_and_no_code_stands_twice() {
        assert!(COUNTRIES.is_sorted_by(|one, next| one.0 < next.0));
        let three: BTreeSet<&str> = COUNTRIES.iter().map(|(_, three, _)| *three).collect();
        assert_eq!(three.len(), COUNTRIES.len());
    }

    #[test]
    fn no_name_means_two_countries() {
        for (code, names) in NAMES {
            for name in names.split('|') {
                assert_eq!(BY_NAME.get(&fold_name(name)), Some(code), "{name}");
                assert!(!name.is_empty(), "{code}");
            }
        }
        for (code, _, name) in COUNTRIES {
            assert_eq!(read_country(name), CountryMatch::Name(code));
            assert_eq!(read_country(code), CountryMatch::Code(code));
        }
    }

    #[test]
    fn every_extra_name_belongs_to_a_known_code() {
        for (code, _) in NAMES {
            assert!(by_code(code).is_some(), "{code}");
        }
    }

    #[test]
    fn codes_are_read_in_capitals_or_not() {
        assert_eq!(read_country("LT"), CountryMatch::Code("LT"));
        assert_eq!(read_country(" lt "), CountryMatch::Code("LT"));
        assert_eq!(read_country("AU"), CountryMatch::Code("AU"));
        assert_eq!(read_country("AT"), CountryMatch::Code("AT"));
    }

    #[test]
    fn the_codes_of_the_union_are_valid_and_marked() {
        assert_eq!(read_country("EL"), CountryMatch::EuCode("GR"));
        assert_eq!(read_country("UK"), CountryMatch::EuCode("GB"));
        assert_eq!(read_country("GR"), CountryMatch::Code("GR"));
        assert_eq!(read_country("EL").code(), Some("GR"));
    }

    #[test]
    fn names_are_read_in_english_french_german_and_the_own_language() {
        for (name, code) in [
            ("Lithuania", "LT"),
            ("Lituanie", "LT"),
            ("Litauen", "LT"),
            ("LIETUVA", "LT"),
            ("Österreich", "AT"),
            ("Ελλάδα", "GR"),
            ("the Netherlands", "NL"),
            ("Bosnia & Herzegovina", "BA"),
            ("Côte d’Ivoire", "CI"),
            ("Czech Republic", "CZ"),
            ("Türkiye", "TR"),
            ("Turkey", "TR"),
            ("USA", "US"),
            ("U.K.", "GB"),
            ("pays bas", "NL"),
        ] {
            assert_eq!(read_country(name), CountryMatch::Name(code), "{name}");
        }
    }

    #[test]
    fn three_letters_are_suggested_and_not_taken() {
        for (text, code) in [("SRB", "RS"), ("SBR", "RS"), ("MKD", "MK"), ("alb", "AL"), ("GER", "DE"), ("CRO", "HR")] {
            assert_eq!(read_country(text), none(Some(code)), "{text}");
        }
    }

    #[test]
    fn a_misspelt_name_is_suggested_if_only_one_is_near() {
        assert_eq!(read_country("Lithuenia"), none(Some("LT")));
        assert_eq!(read_country("Slovennia"), none(Some("SI")));
        assert_eq!(read_country("Belgim"), none(Some("BE")));
    }

    #[test]
    fn what_is_no_country_is_none() {
        for text in ["", "-", "XX", "EU", "SLO", "Congo", "Korea", "Europe", "LT, LV", "12"] {
            assert_eq!(read_country(text).code(), None, "{text}");
        }
        assert_eq!(read_country("XX"), none(None));
        assert_eq!(read_country(&"x".repeat(200)), none(None));
    }
}
