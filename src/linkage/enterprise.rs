//! Enterprises: a VAT or register number, or a name, as one normalised identity.
//!
//! What it is for: counting an enterprise once though its number is spelled "LT 300 123 456" here and
//! "lt-300123456" there. What it does not do: it checks no check digit and links no VAT number to a register
//! number ([`super::number`] does), and it never finds a number inside a name. Legal forms stay part of a name.

use std::fmt;

use super::register::{compact, country_of_vat, identify, is_number};
use crate::model::country::{CountryMatch, read_country};
use crate::model::fold::fold;

/// How an enterprise is known. At least one of the two is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enterprise {
    /// `vat:LT300123456`, `reg:LT:300123456` (country known) or `reg:300123456`. In capitals, without marks.
    pub number: Option<String>,
    /// `name|CC`: the name folded, the ISO code of the country, `?` where that is not known.
    pub name: Option<String>,
}

/// Why a cell gives no enterprise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnterpriseProblem {
    /// Neither cell nor name says anything.
    Empty,
    /// Only something that stands for nothing: "n/a", "?", "000000000".
    Placeholder,
}

impl fmt::Display for EnterpriseProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "there is neither a number nor a name",
            Self::Placeholder => "this stands for no enterprise",
        })
    }
}

impl std::error::Error for EnterpriseProblem {}

/// Folded texts that stand for nothing.
const PLACEHOLDERS: &[&str] = &[
    "",
    "na",
    "n a",
    "n app",
    "none",
    "nil",
    "null",
    "unknown",
    "not known",
    "tbd",
    "tbc",
    "x",
    "xx",
    "xxx",
    "?",
    "??",
    "aucun",
    "inconnu",
    "keine",
    "unbekannt",
    "nera",
    "nezinoma",
    "brak",
];

/// Reads an enterprise from its cell, and from the cells with its name and its country where the row has them.
///
/// A cell is a number when it has 5 to 15 letters and digits after spaces, dots, dashes, slashes and colons are
/// taken out, with at least 5 digits and at least as many digits as letters; otherwise it is a name. A name in
/// its own cell goes before a name in the cell of the number. A country that is no country counts as not known.
pub fn read_enterprise(cell: &str, name: Option<&str>, country: Option<&str>) -> Result<Enterprise, EnterpriseProblem> {
    let country = country.and_then(|text| read_country(text).code());
    let names = [name.unwrap_or_default(), cell];
    if names.iter().all(|text| text.trim().is_empty()) {
        return Err(EnterpriseProblem::Empty);
    }
    if let Some(compact) = compact(cell).filter(|compact| is_number(compact)) {
        let digits = compact.bytes().filter(u8::is_ascii_digit);
        let stands_for_something = !digits.clone().all(|digit| digit == b'0');
        let identity = stands_for_something.then(|| identify(&compact, country));
        let of_vat = identity.as_deref().and_then(country_of_vat);
        let name = name.and_then(|name| identify_name(name, country.or(of_vat)));
        return match (&identity, &name) {
            (None, None) => Err(EnterpriseProblem::Placeholder),
            _ => Ok(Enterprise { number: identity, name }),
        };
    }
    names
        .iter()
        .find_map(|name| identify_name(name, country))
        .map(|name| Enterprise { number: None, name: Some(name) })
        .ok_or(EnterpriseProblem::Placeholder)
}

/// `name|CC`; `None` if nothing of a name is there.
fn identify_name(text: &str, country: Option<&str>) -> Option<String> {
    let (text, said) = name_and_country(text.trim());
    let plain: String = text
        .chars()
        .map(|c| match c {
            ',' | ';' | '|' => ' ',
            c => c,
        })
        .filter(|c| !matches!(c, '"' | '“' | '”' | '„' | '«' | '»' | '‟'))
        .collect();
    let folded = join_letters(&fold(&plain));
    if PLACEHOLDERS.contains(&folded.as_str()) || PLACEHOLDERS.contains(&fold(&plain).as_str()) {
        return None;
    }
    Some(format!("{folded}|{}", said.or(country).unwrap_or("?")))
}

/// A name without "(LT)" or "(Lithuania)" at its end, and that country.
pub fn name_and_country(text: &str) -> (&str, Option<&'static str>) {
    let inside = text.strip_suffix(')').and_then(|text| text.rsplit_once('('));
    match inside.map(|(before, inside)| (before.trim_end(), read_country(inside))) {
        Some((before, CountryMatch::Code(code) | CountryMatch::EuCode(code) | CountryMatch::Name(code)))
            if !before.is_empty() =>
        {
            (before, Some(code))
        }
        _ => (text, None),
    }
}

/// "acme s r o" as "acme sro", so that "S.A." and "SA" are the same.
fn join_letters(folded: &str) -> String {
    let mut joined = String::with_capacity(folded.len());
    let mut after_letter = false;
    for word in folded.split(' ') {
        let mut letters = word.chars();
        let is_letter = letters.next().is_some_and(char::is_alphabetic) && letters.next().is_none();
        if !(joined.is_empty() || after_letter && is_letter) {
            joined.push(' ');
        }
        joined.push_str(word);
        after_letter = is_letter;
    }
    joined
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn number(cell: &str, country: Option<&str>, identity: &str) {
        let read = read_enterprise(cell, None, country);
        let expected = Enterprise { number: Some(identity.to_owned()), name: None };
        assert_eq!(read, Ok(expected), "{cell:?}");
    }

    #[track_caller]
    fn name(cell: &str, country: Option<&str>, identity: &str) {
        let read = read_enterprise(cell, None, country);
        let expected = Enterprise { number: None, name: Some(identity.to_owned()) };
        assert_eq!(read, Ok(expected), "{cell:?}");
    }

    #[test]
    fn all_spellings_of_a_vat_number_are_one_identity() {
        for cell in [
            "LT300123456",
            "LT 300 123 456",
            "lt-300123456",
            "LT300.123.456",
            " LT\u{a0}300123456",
            "VAT: LT300123456",
            "PVM LT 300123456",
        ] {
            number(cell, None, "vat:LT300123456");
            number(cell, Some("DE"), "vat:LT300123456");
        }
    }

    #[test]
    fn prefixes_of_greece_northern_ireland_and_the_neighbours_are_kept() {
        number("EL123456789", None, "vat:EL123456789");
        number("GR 123456789", None, "vat:EL123456789");
        number("XI123456789", None, "vat:XI123456789");
        number("UK123456789", None, "vat:GB123456789");
        number("ATU12345678", None, "vat:ATU12345678");
        number("AT100000", None, "vat:AT100000");
        number("ESX1234567X", None, "vat:ESX1234567X");
        number("FRAB123456789", None, "vat:FRAB123456789");
        number("NL123456789B01", None, "vat:NL123456789B01");
    }

    #[test]
    fn the_word_behind_a_swiss_or_norwegian_number_is_no_part_of_it() {
        for cell in ["CHE-123.456.789", "CHE-123.456.789 MWST", "CHE-123.456.789 TVA"] {
            number(cell, None, "vat:CHE123456789");
        }
        number("NO 123 456 789 MVA", None, "vat:NO123456789");
    }

    #[test]
    fn other_numbers_are_register_numbers_of_the_country_if_it_is_known() {
        number("30012345", Some("LT"), "reg:LT:30012345");
        number("300-12345", Some("Lithuania"), "reg:LT:30012345");
        number("30012345", None, "reg:30012345");
        number("30012345", Some("nowhere"), "reg:30012345");
        number("123456789", Some("EL"), "reg:GR:123456789");
        number("012345", None, "reg:012345");
    }

    #[test]
    fn a_register_number_that_begins_like_a_country_is_no_vat_number() {
        number("HRB 12345", Some("DE"), "reg:DE:HRB12345");
        number("SIREN 123 456 789", Some("FR"), "reg:FR:123456789");
        number("LTU300123456", None, "reg:LTU300123456");
    }

    #[test]
    fn what_has_too_few_or_too_many_digits_is_a_name() {
        name("Studio 54", None, "studio 54|?");
        name("1234", None, "1234|?");
        name("Enterprise 100000 GmbH & Co", None, "enterprise 100000 gmbh & co|?");
        name("1234567890123456", None, "1234567890123456|?");
        name("Acme, LT300123456", Some("LT"), "acme lt300123456|LT");
    }

    #[test]
    fn a_name_is_folded_and_keeps_its_legal_form_and_country() {
        for cell in ["UAB „Saulėtekis“", "uab Sauletekis", "UAB \"SAULĖTEKIS\""] {
            name(cell, Some("LT"), "uab sauletekis|LT");
        }
        name("Acme S.A.", Some("fr"), "acme sa|FR");
        name("Acme SA (BE)", Some("fr"), "acme sa|BE");
        name("Acme SA (Belgium)", None, "acme sa|BE");
        name("Acme (Group)", None, "acme (group)|?");
        name("Acme s.r.o.", Some("CZ"), "acme sro|CZ");
        name("a|b Ltd", Some("UK"), "ab ltd|GB");
    }

    #[test]
    fn a_name_beside_a_number_is_kept_with_the_country_of_the_vat_number() {
        let read = read_enterprise("EL123456789", Some("Acme"), None);
        let expected = Enterprise { number: Some("vat:EL123456789".to_owned()), name: Some("acme|GR".to_owned()) };
        assert_eq!(read, Ok(expected));
    }

    #[test]
    fn the_name_of_its_own_cell_goes_before_words_in_the_cell_of_the_number() {
        let read = read_enterprise("no VAT number", Some("Acme"), Some("LT"));
        assert_eq!(read.map(|read| read.name), Ok(Some("acme|LT".to_owned())));
        let read = read_enterprise("Acme", Some("n/a"), Some("LT"));
        assert_eq!(read.map(|read| read.name), Ok(Some("acme|LT".to_owned())));
    }

    #[test]
    fn what_stands_for_nothing_is_no_enterprise() {
        assert_eq!(read_enterprise("", None, Some("LT")), Err(EnterpriseProblem::Empty));
        assert_eq!(read_enterprise(" ", Some("\u{a0}"), None), Err(EnterpriseProblem::Empty));
        for cell in ["n/a", "N.A.", "-", "?", "none", "000000000", "LT000000000", "x"] {
            assert_eq!(read_enterprise(cell, None, None), Err(EnterpriseProblem::Placeholder), "{cell}");
            let named = read_enterprise(cell, Some("Acme"), None);
            let expected = Enterprise { number: None, name: Some("acme|?".to_owned()) };
            assert_eq!(named, Ok(expected), "{cell}");
        }
    }

    proptest! {
        #[test]
        fn marks_and_capitals_never_change_the_identity_of_a_number(
            number in "(LT|AT|DE|)[0-9]{6,12}",
            marks in prop::collection::vec(prop::sample::select(vec!["", " ", "-", ".", "\u{a0}", "/"]), 14),
        ) {
            let lower = number.to_lowercase();
            let marked = lower.chars().zip(&marks).flat_map(|(c, mark)| std::iter::once(c).chain(mark.chars()));
            let spelled: String = marked.collect();
            prop_assert_eq!(read_enterprise(&spelled, None, Some("LV")), read_enterprise(&number, None, Some("LV")));
        }

        #[test]
        fn any_text_gives_an_identity_or_a_reason(cell in ".{0,30}", name in ".{0,20}", country in "[A-Z]{0,3}") {
            if let Ok(read) = read_enterprise(&cell, Some(&name), Some(&country)) {
                prop_assert!(read.number.is_some() || read.name.is_some());
                prop_assert!(read.name.is_none_or(|name| name.matches('|').count() == 1));
            }
        }
    }
}
