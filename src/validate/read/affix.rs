//! What stands around the digits of a number: sign, percent sign, currency, "k", "Mio.".
//!
//! What it is for: cutting a text such as "−€ 1 200 k" into its parts, each of them known. What it does not
//! do: it reads no digits (see [`super::number`]), and it skips no word that it does not know: "12 families"
//! and "ca. 12" are no numbers. A sign or unit that means several things ("kr", "¥", "mil", "T") is unknown.

use crate::model::fold::is_invisible;

/// The parts of a text number.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parts<'a> {
    pub(super) negative: bool,
    /// Digits with commas, points, apostrophes and spaces between them, and nothing else.
    pub(super) digits: &'a str,
    pub(super) percent: bool,
    /// ISO 4217 code.
    pub(super) currency: Option<&'static str>,
    /// Power of ten to multiply by: 0, 3 or 6.
    pub(super) zeros: u32,
}

/// What stands on one side of the digits.
#[derive(Default)]
struct Unit {
    percent: bool,
    currency: Option<&'static str>,
    zeros: u32,
    /// A small "m": millions beside a currency ("€5m"), metres alone.
    small_m: bool,
}

const CURRENCIES: &[&str] = &[
    "EUR", "USD", "GBP", "CHF", "NOK", "SEK", "DKK", "ISK", "PLN", "CZK", "HUF", "RON", "BGN", "HRK", "RSD", "MKD",
    "ALL", "BAM", "MDL", "UAH", "TRY", "GEL", "AMD", "AZN", "ILS", "CAD", "AUD", "NZD", "JPY", "CNY", "INR", "BRL",
    "MXN", "CLP", "COP", "ARS", "PEN", "ZAR", "SGD", "HKD", "KRW", "TWD", "THB", "MYR", "IDR", "VND", "AED", "SAR",
    "QAR", "EGP", "MAD", "TND", "LTL", "LVL", "EEK",
];

/// Signs of one currency only. Capitals count: "12 ft" are feet.
const CURRENCY_SIGNS: &[(&str, &str)] = &[
    ("€", "EUR"),
    ("$", "USD"),
    ("US$", "USD"),
    ("£", "GBP"),
    ("C$", "CAD"),
    ("CA$", "CAD"),
    ("A$", "AUD"),
    ("AU$", "AUD"),
    ("R$", "BRL"),
    ("zł", "PLN"),
    ("Kč", "CZK"),
    ("Ft", "HUF"),
    ("лв", "BGN"),
    ("лв.", "BGN"),
    ("Fr.", "CHF"),
    ("SFr.", "CHF"),
    ("₺", "TRY"),
    ("₴", "UAH"),
    ("₹", "INR"),
    ("₪", "ILS"),
];

/// Words for the euro, in small letters.
const EURO_WORDS: &[&str] = &["eur", "eur.", "euro", "euros", "eurai", "eurų"];

/// Spellings of "per cent", in small letters.
const PERCENT_WORDS: &[&str] = &[
    "%",
    "percent",
    "per cent",
    "pct",
    "pct.",
    "prozent",
    "pour cent",
    "procent",
    "proc.",
    "proc",
    "procentų",
    "procentai",
    "procento",
    "por ciento",
    "por cento",
    "per cento",
];

/// Words for thousand and million, in small letters, longer ones before their beginnings.
const MULTIPLIERS: &[(&str, u32)] = &[
    ("tūkst.", 3),
    ("tūkst", 3),
    ("tukst.", 3),
    ("tukst", 3),
    ("tsd.", 3),
    ("tsd", 3),
    ("tys.", 3),
    ("tys", 3),
    ("thousand", 3),
    ("mio.", 6),
    ("mio", 6),
    ("mln.", 6),
    ("mln", 6),
    ("millionen", 6),
    ("millions", 6),
    ("million", 6),
];

/// White space of every kind as one space each, marks that look alike as one, nothing invisible.
pub(super) fn clean(text: &str) -> String {
    let plain = text.chars().filter_map(|c| match c {
        c if is_invisible(c) => None,
        '’' | '‘' | 'ʼ' | '′' | '´' | '`' => Some('\''),
        '−' | '–' | '\u{2010}' | '\u{2011}' => Some('-'),
        c if c.is_whitespace() => Some(' '),
        c => Some(c),
    });
    plain.collect::<String>().trim().to_owned()
}

/// Cuts a cleaned text into its parts. `None` when it holds no digit or anything that is not known.
pub(super) fn cut(text: &str) -> Option<Parts<'_>> {
    let is_digit = |c: char| c.is_ascii_digit();
    let first = text.find(is_digit)?;
    let end = text.rfind(is_digit)? + 1;
    let mut prefix = text.get(..first)?;
    // ".5" begins with its mark; "Mio.5" does not.
    if let Some(before) = prefix.strip_suffix(['.', ','])
        && !before.ends_with(char::is_alphanumeric)
    {
        prefix = before;
    }
    let digits = text.get(prefix.len()..end)?;
    let is_mark = |c: char| matches!(c, ',' | '.' | '\'' | ' ');
    if !digits.chars().all(|c| is_digit(c) || is_mark(c)) {
        return None;
    }
    let (negative, before) = signed(prefix)?;
    let before = unit(before)?;
    let after = unit(text.get(end..)?.trim())?;

    let percent = before.percent || after.percent;
    let currency = before.currency.or(after.currency);
    let zeros = before.zeros + after.zeros;
    let twice = (before.percent && after.percent)
        || (before.currency.is_some() && after.currency.is_some())
        || (before.zeros > 0 && after.zeros > 0);
    let percent_of_money = percent && (currency.is_some() || zeros > 0);
    let alone = currency.is_none() && (before.zeros > 0 || after.small_m);
    if twice || percent_of_money || alone {
        return None;
    }
    Some(Parts { negative, digits, percent, currency, zeros })
}

/// Takes the sign off what stands before the digits. It must touch what it belongs to: "- 5" may be a bullet.
fn signed(prefix: &str) -> Option<(bool, &str)> {
    let (sign, rest) = if let Some(rest) = prefix.strip_prefix(['-', '+']) {
        (prefix.chars().next(), rest)
    } else if let Some(rest) = prefix.strip_suffix(['-', '+']) {
        (prefix.chars().next_back(), rest)
    } else {
        (None, prefix)
    };
    if sign.is_some() && (rest.starts_with(' ') || rest.contains(['-', '+'])) {
        return None;
    }
    Some((sign == Some('-'), rest.trim()))
}

/// Reads "", "%", "€", "k", "k€", "Mio. EUR" and their like.
fn unit(text: &str) -> Option<Unit> {
    if text.is_empty() {
        return Some(Unit::default());
    }
    let lower = text.to_lowercase();
    if PERCENT_WORDS.contains(&lower.as_str()) {
        return Some(Unit { percent: true, ..Unit::default() });
    }
    if let Some(code) = currency(text) {
        return Some(Unit { currency: Some(code), ..Unit::default() });
    }
    let (word, zeros) = multiplier(text, &lower)?;
    let rest = text.get(word.len()..)?.trim_start();
    let currency = match rest {
        "" => None,
        _ => Some(currency(rest)?),
    };
    Some(Unit { percent: false, currency, zeros, small_m: word == "m" })
}

/// The multiplier that a text begins with, as the table or the text spells it, and its power of ten.
fn multiplier<'a>(text: &'a str, lower: &str) -> Option<(&'a str, u32)> {
    if let Some((word, zeros)) = MULTIPLIERS.iter().find(|(word, _)| lower.starts_with(word)) {
        return Some((*word, *zeros));
    }
    match text.get(..1)? {
        letter @ ("k" | "K") => Some((letter, 3)),
        letter @ ("m" | "M") => Some((letter, 6)),
        _ => None,
    }
}

/// The currency that a text names and nothing else. Codes count in capitals only: "12 all" is not 12 lek.
fn currency(text: &str) -> Option<&'static str> {
    if let Some(code) = CURRENCIES.iter().find(|code| **code == text) {
        return Some(code);
    }
    if EURO_WORDS.contains(&text.to_lowercase().as_str()) {
        return Some("EUR");
    }
    CURRENCY_SIGNS.iter().find(|(sign, _)| *sign == text).map(|(_, code)| *code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_longer_word_stands_before_the_words_that_it_begins_with() {
        for (at, (word, _)) in MULTIPLIERS.iter().enumerate() {
            for (earlier, _) in MULTIPLIERS.iter().take(at) {
                assert!(!word.starts_with(earlier), "{word} is never reached");
            }
        }
    }

    #[test]
    fn every_sign_means_a_known_currency() {
        for (sign, code) in CURRENCY_SIGNS {
            assert!(CURRENCIES.contains(code), "{sign}");
        }
    }

    #[test]
    fn words_are_listed_in_small_letters() {
        let multipliers = MULTIPLIERS.iter().map(|(word, _)| word);
        for word in multipliers.chain(PERCENT_WORDS).chain(EURO_WORDS) {
            assert_eq!(*word, word.to_lowercase());
        }
    }

    #[test]
    fn clean_leaves_one_kind_of_space_apostrophe_and_minus() {
        assert_eq!(clean("\u{a0}1\u{202f}234\t’−–\u{200b}5 "), "1 234 '--5");
    }
}
