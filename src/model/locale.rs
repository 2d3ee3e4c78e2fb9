//! How a partner's locale writes numbers and dates.
//!
//! What it is for: turning the tag of `scoreboard.toml` ("lt-LT") into the two facts that a reader needs.
//! What it does not do: it decides nothing by itself. A locale can only contradict what a column proves
//! (see `validate::read::number::decide`), because a workbook often comes from a colleague's machine.
//! Source of the facts: Unicode CLDR. Group marks are not listed: a reader accepts all of them.

use super::country::{CountryMatch, read_country};

/// How numbers and dates are written in one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Locale {
    /// The mark before the decimals: `','` or `'.'`.
    pub decimal: char,
    /// Whether `03/04/2016` is the third of April (`true`) or the fourth of March.
    pub day_first: bool,
}

/// Languages of the EU and of its neighbours.
const LANGUAGES: &[&str] = &[
    "az", "be", "bg", "bs", "ca", "cs", "cy", "da", "de", "el", "en", "es", "et", "eu", "fi", "fr", "ga", "gl", "he",
    "hr", "hu", "hy", "is", "it", "ka", "lb", "lt", "lv", "mk", "mt", "nb", "nl", "nn", "no", "pl", "pt", "rm", "ro",
    "ru", "sk", "sl", "sq", "sr", "sv", "tr", "uk",
];

/// Countries whose machines write a decimal comma in English too (`en-DE`, `en-LT`).
const COMMA_IN_ENGLISH: &[&str] = &[
    "AL", "AT", "BA", "BE", "BG", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "ID", "IS", "IT", "LT",
    "LU", "LV", "MD", "ME", "MK", "NL", "NO", "PL", "PT", "RO", "RS", "SE", "SI", "SK", "TR", "UA", "ZA",
];

/// Spanish with a decimal point.
const POINT_IN_SPANISH: &[&str] = &["BZ", "CU", "DO", "GT", "HN", "MX", "NI", "PA", "PE", "PR", "SV", "US"];

/// English and Spanish with the month before the day.
const MONTH_FIRST_IN_ENGLISH: &[&str] = &["AS", "GU", "MH", "MP", "PH", "PR", "UM", "US", "VI"];
const MONTH_FIRST_IN_SPANISH: &[&str] = &["PA", "PR"];

/// The locale of a tag such as `lt-LT`, `de-AT`, `fr`, `en_GB` or `sr-Latn-RS`, capitals or not.
///
/// A language alone means its usual country, `en` meaning `en-GB`. A tag with an unknown language, an unknown
/// country or anything else in it is `None`: nothing is assumed about it.
pub fn locale(tag: &str) -> Option<Locale> {
    let mut parts = tag.trim().split(['-', '_']);
    let language = parts.next()?.to_ascii_lowercase();
    if !LANGUAGES.contains(&language.as_str()) {
        return None;
    }
    let mut rest = parts.next();
    if rest.is_some_and(is_script) {
        rest = parts.next();
    }
    let region = match rest {
        Some(text) => Some(region(text)?),
        None => None,
    };
    if parts.next().is_some() {
        return None;
    }
    let is_in = |list: &[&str]| region.is_some_and(|code| list.contains(&code));
    let decimal_point = match language.as_str() {
        "cy" | "ga" | "he" | "mt" | "rm" => true,
        "de" => is_in(&["CH", "LI"]),
        "it" => is_in(&["CH"]),
        "es" => is_in(POINT_IN_SPANISH),
        "en" => !is_in(COMMA_IN_ENGLISH),
        _ => false,
    };
    let month_first = match language.as_str() {
        "en" => is_in(MONTH_FIRST_IN_ENGLISH),
        "es" => is_in(MONTH_FIRST_IN_SPANISH),
        _ => false,
    };
    Some(Locale { decimal: if decimal_point { '.' } else { ',' }, day_first: !month_first })
}

fn is_script(part: &str) -> bool {
    part.len() == 4 && part.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// The ISO code of a region. The EU's own codes (`en-UK`, `el-EL`) are taken for what they mean.
fn region(part: &str) -> Option<&'static str> {
    if part.len() != 2 {
        return None;
    }
    match read_country(part) {
        CountryMatch::Code(code) | CountryMatch::EuCode(code) => Some(code),
        CountryMatch::Name(_) | CountryMatch::None { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMA: Option<Locale> = Some(Locale { decimal: ',', day_first: true });
    const POINT: Option<Locale> = Some(Locale { decimal: '.', day_first: true });
    const AMERICAN: Option<Locale> = Some(Locale { decimal: '.', day_first: false });

    #[test]
    fn most_of_europe_writes_a_comma_and_the_day_first() {
        for tag in ["lt-LT", "de-AT", "fr", "fr-CH", "pt-BR", "sr-Latn-RS", "nb", "hu", "el-CY"] {
            assert_eq!(locale(tag), COMMA, "{tag}");
        }
    }

    #[test]
    fn every_official_language_of_the_union_is_known() {
        for tag in [
            "bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr", "hu", "it", "lt", "lv", "mt", "nl",
            "pl", "pt", "ro", "sk", "sl", "sv",
        ] {
            assert!(locale(tag).is_some(), "{tag}");
        }
    }

    #[test]
    fn the_islands_and_german_switzerland_write_a_point() {
        for tag in ["en-GB", "en", "en-IE", "ga", "mt-MT", "en-CY", "de-CH", "de-LI", "it-CH", "es-MX"] {
            assert_eq!(locale(tag), POINT, "{tag}");
        }
    }

    #[test]
    fn the_united_states_write_the_month_first() {
        assert_eq!(locale("en-US"), AMERICAN);
        assert_eq!(locale("es-US"), POINT);
    }

    #[test]
    fn english_on_the_continent_keeps_the_comma_of_the_country() {
        assert_eq!(locale("en-DE"), COMMA);
        assert_eq!(locale("en-LT"), COMMA);
        assert_eq!(locale("en-CH"), POINT);
    }

    #[test]
    fn capitals_underscores_and_the_codes_of_the_union_are_understood() {
        assert_eq!(locale(" LT_lt "), COMMA);
        assert_eq!(locale("en-UK"), POINT);
        assert_eq!(locale("el-EL"), COMMA);
    }

    #[test]
    fn an_unknown_tag_is_none() {
        for tag in ["", "xx", "fr-XX", "LT", "lithuanian", "fr-FR-x-y", "fr-", "en-150", "de-DE-1996"] {
            let expected = if tag == "LT" { COMMA } else { None };
            assert_eq!(locale(tag), expected, "{tag}");
        }
    }
}
