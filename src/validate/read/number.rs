//! Numbers written as text, and numbers as a cell shows them.
//!
//! What it is for: every spelling of a number that partners use, in every locale, with percent sign, currency
//! and "k" or "Mio.". A text proves its decimal mark ("1.234,50"), leaves it open ("12") or has two readings
//! ("1.234"). [`parse_number`] says which; [`column_evidence`] adds up what a column proves; [`decide`] chooses.
//!
//! What it does not do: it never chooses a reading from the locale alone, and it does not round text, convert
//! money or apply a percent sign: "12,5 %" reads as 12.5 with `percent_sign`.

use rust_decimal::{Decimal, RoundingStrategy};

use super::affix::{self, Parts};
use crate::model::locale::Locale;

/// What a text says, as far as it says it by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberText {
    /// One reading only.
    One(Decimal),
    /// "1.234" or "1,234": the two readings always differ.
    Two {
        /// The value if the comma is the decimal mark.
        comma_decimal: Decimal,
        /// The value if the point is the decimal mark.
        point_decimal: Decimal,
    },
    /// Empty, words, "(5)", "1e3", a broken group, more than 28 digits, or 10²² and more.
    NotANumber,
}

/// A text number with all that stood around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParsedNumber {
    /// The value as written, multiplied by `multiplier`. All decimals that the text has are kept.
    pub reading: NumberText,
    /// Whether the text says "per cent" ("12 %" reads as 12).
    pub percent_sign: bool,
    /// ISO 4217 code of the currency that the text names; `None` if it names none.
    pub currency: Option<&'static str>,
    /// What `reading` was multiplied by: 1, 1 000 ("k€", "tūkst.") or 1 000 000 ("M€", "Mio.").
    pub multiplier: u32,
    /// The decimal mark that this text proves, `','` or `'.'`.
    pub evidence: Option<char>,
}

/// The decimal marks that the texts of a column prove.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// No text proves one.
    None,
    /// Some prove the comma, none the point.
    Comma,
    /// Some prove the point, none the comma.
    Point,
    /// Both are proved: the column contradicts itself.
    Both,
}

/// A number after the column had its say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// One value.
    Value(Decimal),
    /// Two readings that nothing decides, or that column and locale decide differently.
    Ambiguous {
        /// The value if the comma is the decimal mark.
        comma_decimal: Decimal,
        /// The value if the point is the decimal mark.
        point_decimal: Decimal,
    },
    /// No number.
    NotANumber,
}

/// Longer texts are no numbers.
const LONGEST_TEXT: usize = 80;
/// A value of this power of ten or more is refused, so that six decimals always fit a `Decimal`.
const LARGEST_POWER: u32 = 22;
/// Digits that a `Decimal` holds whatever they are.
const MOST_DIGITS: usize = 28;
/// Decimals that the store keeps.
const DECIMALS: u32 = 6;

/// Reads a text number. Never fails: what cannot be read is [`NumberText::NotANumber`], with nothing else set.
pub fn parse_number(text: &str) -> ParsedNumber {
    try_parse(text).unwrap_or(ParsedNumber {
        reading: NumberText::NotANumber,
        percent_sign: false,
        currency: None,
        multiplier: 1,
        evidence: None,
    })
}

/// What the texts of one column prove about the decimal mark.
pub fn column_evidence<'a>(texts: impl Iterator<Item = &'a ParsedNumber>) -> Evidence {
    let (mut comma, mut point) = (false, false);
    for mark in texts.filter_map(|number| number.evidence) {
        comma |= mark == ',';
        point |= mark == '.';
    }
    match (comma, point) {
        (false, false) => Evidence::None,
        (true, false) => Evidence::Comma,
        (false, true) => Evidence::Point,
        (true, true) => Evidence::Both,
    }
}

/// Decides a number by its column. Two readings become a value only if the column proves one decimal mark and
/// the partner's locale, where known, does not say otherwise. A locale alone decides nothing.
pub fn decide(number: &NumberText, evidence: Evidence, locale: Option<Locale>) -> Decision {
    let allowed = |mark: char| locale.is_none_or(|locale| locale.decimal == mark);
    match *number {
        NumberText::One(value) => Decision::Value(value),
        NumberText::NotANumber => Decision::NotANumber,
        NumberText::Two { comma_decimal, point_decimal } => match evidence {
            Evidence::Comma if allowed(',') => Decision::Value(comma_decimal),
            Evidence::Point if allowed('.') => Decision::Value(point_decimal),
            _ => Decision::Ambiguous { comma_decimal, point_decimal },
        },
    }
}

/// The decimal that a number cell shows: 15 significant digits, as Excel keeps them, then at most 6 decimals,
/// both rounded half-even. `None` for NaN, the infinities, and 10²² or more.
pub fn from_cell(value: f64) -> Option<Decimal> {
    if !value.is_finite() {
        return None;
    }
    if let Some(exact) = short_decimal(value) {
        return Some(exact);
    }
    let shown = format!("{value:.14e}");
    let (digits, exponent) = shown.split_once('e')?;
    let power = exponent.parse::<i32>().ok()? - 14;
    let digits = digits.replace('.', "").parse::<i128>().ok()?;
    if power < -28 {
        return Some(Decimal::ZERO);
    }
    let exact = if power < 0 {
        Decimal::try_from_i128_with_scale(digits, power.unsigned_abs()).ok()?
    } else {
        let factor = 10_i128.checked_pow(power.unsigned_abs())?;
        Decimal::try_from_i128_with_scale(digits.checked_mul(factor)?, 0).ok()?
    };
    let rounded = exact.round_dp_with_strategy(DECIMALS, RoundingStrategy::MidpointNearestEven);
    in_range(rounded).then(|| rounded.normalize())
}

/// The way that nearly all cells take. If `value` is the double next to a decimal with at most 15 digits, six
/// of them decimals, then that decimal is what 15 digits show: two such decimals never share a double.
fn short_decimal(value: f64) -> Option<Decimal> {
    let millionths = (value * 1e6).round();
    if millionths.abs() >= 1e15 || (millionths / 1e6).to_bits() != value.to_bits() {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "a whole number below 10^15")]
    let millionths = millionths as i64;
    Some(Decimal::new(millionths, DECIMALS).normalize())
}

fn in_range(value: Decimal) -> bool {
    value.trunc().mantissa().unsigned_abs() < 10_u128.pow(LARGEST_POWER)
}

fn try_parse(text: &str) -> Option<ParsedNumber> {
    if text.len() > LONGEST_TEXT {
        return None;
    }
    let text = affix::clean(text);
    let parts = affix::cut(&text)?;
    let (reading, evidence) = read_digits(&parts)?;
    Some(ParsedNumber {
        reading,
        percent_sign: parts.percent,
        currency: parts.currency,
        multiplier: 10_u32.pow(parts.zeros),
        evidence,
    })
}

/// Reads digits and marks: the readings and the decimal mark that they prove.
fn read_digits(parts: &Parts<'_>) -> Option<(NumberText, Option<char>)> {
    let text = parts.digits;
    let value = |whole: &str, fraction: &str| to_decimal(parts, whole, fraction);
    let one = |value: Decimal, mark: Option<char>| Some((NumberText::One(value), mark));

    let spaced = text.find([' ', '\'']).and_then(|at| text.get(at..)?.chars().next());
    let Some(at) = text.rfind([',', '.']) else {
        let is_plain = spaced.is_none_or(|group| is_grouped(text, group));
        return if is_plain { one(value(text, "")?, None) } else { None };
    };
    let (whole, rest) = text.split_at_checked(at)?;
    let (mark, other) = if rest.starts_with(',') { (',', '.') } else { ('.', ',') };
    let fraction = rest.get(1..)?;

    if let Some(group) = spaced.or(whole.contains(other).then_some(other)) {
        return if is_grouped(whole, group) { one(value(whole, fraction)?, Some(mark)) } else { None };
    }
    if whole.contains(mark) {
        // The same mark twice can only stand between groups.
        return if is_grouped(text, mark) { one(value(text, "")?, Some(other)) } else { None };
    }
    let as_decimal = value(whole, fraction)?;
    if !is_grouped(text, mark) {
        return one(as_decimal, Some(mark));
    }
    let as_group = value(text, "")?;
    let (comma_decimal, point_decimal) = if mark == ',' { (as_decimal, as_group) } else { (as_group, as_decimal) };
    Some((NumberText::Two { comma_decimal, point_decimal }, None))
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a text is digits in groups of three: 1 to 3 digits that do not begin with 0, then 3 each.
fn is_grouped(text: &str, mark: char) -> bool {
    let mut groups = text.split(mark);
    let first = groups.next().unwrap_or_default();
    (1..=3).contains(&first.len())
        && is_digits(first)
        && !first.starts_with('0')
        && groups.all(|group| group.len() == 3 && is_digits(group))
}

/// The value of digits, with the sign and the multiplier of the text. Marks in `whole` are group marks that
/// were checked before. `None` if a digit is missing or there are too many.
fn to_decimal(parts: &Parts<'_>, whole: &str, fraction: &str) -> Option<Decimal> {
    if !is_digits(fraction) || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    let mut digits: String = whole.chars().filter(char::is_ascii_digit).chain(fraction.chars()).collect();
    let decimals = u32::try_from(fraction.len()).ok()?;
    let scale = decimals.saturating_sub(parts.zeros);
    for _ in decimals..parts.zeros {
        digits.push('0');
    }
    if digits.trim_start_matches('0').len() > MOST_DIGITS {
        return None;
    }
    let size = digits.parse::<i128>().ok()?;
    let signed = if parts.negative { -size } else { size };
    let value = Decimal::try_from_i128_with_scale(signed, scale).ok()?;
    in_range(value).then(|| value.normalize())
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use proptest::prelude::*;

    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::from_str(text).unwrap_or(Decimal::MAX)
    }

    fn one(text: &str) -> NumberText {
        NumberText::One(decimal(text))
    }

    fn two(comma: &str, point: &str) -> NumberText {
        NumberText::Two { comma_decimal: decimal(comma), point_decimal: decimal(point) }
    }

    #[track_caller]
    fn check(text: &str, reading: NumberText, evidence: Option<char>) {
        let parsed = parse_number(text);
        assert_eq!((parsed.reading, parsed.evidence), (reading, evidence), "{text:?}");
    }

    #[track_caller]
    fn refused(text: &str) {
        check(text, NumberText::NotANumber, None);
    }

    #[test]
    fn plain_digits_have_one_reading_and_prove_nothing() {
        for (text, value) in [("0", "0"), ("12", "12"), (" 1234 ", "1234"), ("007", "7"), ("+5", "5")] {
            check(text, one(value), None);
        }
    }

    #[test]
    fn spaces_and_apostrophes_mark_thousands_in_groups_of_three() {
        for text in ["1 234 567", "1\u{a0}234\u{a0}567", "1\u{202f}234\u{202f}567", "1'234'567", "1’234’567"] {
            check(text, one("1234567"), None);
        }
        for text in ["12 34", "1  234", "1234 567", "0 123", "012 345 678", "1'23", "1 234'567", "1 234 56"] {
            refused(text);
        }
    }

    #[test]
    fn a_mark_that_cannot_stand_between_groups_is_decimal_and_proves_it() {
        check("12,5", one("12.5"), Some(','));
        check("12.5", one("12.5"), Some('.'));
        check("1 234,50", one("1234.5"), Some(','));
        check("1 234,567", one("1234.567"), Some(','));
        check("1'234.5", one("1234.5"), Some('.'));
        check("1234,567", one("1234.567"), Some(','));
        check("1.2345", one("1.2345"), Some('.'));
        check(".5", one("0.5"), Some('.'));
        check("-,50", one("-0.5"), Some(','));
    }

    #[test]
    fn of_two_marks_the_last_is_decimal() {
        check("1.234,50", one("1234.5"), Some(','));
        check("1,234.50", one("1234.5"), Some('.'));
        check("1.234.567,891", one("1234567.891"), Some(','));
        for text in ["1.23,5", "1,234,5", "1.234,567.8", "1.234,5,6", "0.123,5", "1 234.567,8", "12,34,567"] {
            refused(text);
        }
    }

    #[test]
    fn a_mark_that_stands_twice_is_a_group_mark_and_proves_the_other() {
        check("1.234.567", one("1234567"), Some(','));
        check("1,234,567", one("1234567"), Some('.'));
        for text in ["1.2.3", "12.05.2015", "0.123.456", "1.234.56", "1..234"] {
            refused(text);
        }
    }

    #[test]
    fn one_mark_before_three_digits_has_two_readings() {
        check("1.234", two("1234", "1.234"), None);
        check("1,234", two("1.234", "1234"), None);
        check("-123.456", two("-123456", "-123.456"), None);
        check("1.000", two("1000", "1"), None);
    }

    #[test]
    fn a_group_never_begins_with_zero() {
        check("0,123", one("0.123"), Some(','));
        check("0.123", one("0.123"), Some('.'));
        check("012.345", one("12.345"), Some('.'));
    }

    #[test]
    fn minus_signs_are_read_where_they_touch_what_they_belong_to() {
        for text in ["-5", "−5", "–5", "-€5", "€-5", "€ -5", "-5 €", "-€ 5"] {
            assert_eq!(parse_number(text).reading, one("-5"), "{text:?}");
        }
        for text in ["- 5", "5-", "(5)", "--5", "+-5", "-", "- € 5", "-€-5"] {
            refused(text);
        }
        check("-0", one("0"), None);
    }

    #[test]
    fn words_dates_exponents_and_nothing_at_all_are_no_numbers() {
        for text in [
            "",
            " ",
            "abc",
            "12 families",
            "ca. 12",
            "1e3",
            "1E+03",
            "12.",
            "12,",
            "12 / 13",
            "10-49",
            "< 10",
            "½",
            "١٢",
            "12:30",
            "31/12/2015",
            "#REF!",
            "n/a",
            "12 months",
            "5 m",
            "5 T",
            "12 mil",
            "0x1F",
            "12%%",
            "1,-",
        ] {
            refused(text);
        }
    }

    #[test]
    fn a_percent_sign_or_word_is_said_and_not_applied() {
        for (text, value) in [
            ("12 %", "12"),
            ("12,5%", "12.5"),
            ("%12", "12"),
            ("12.5 percent", "12.5"),
            ("12 pct.", "12"),
            ("12\u{a0}procentų", "12"),
        ] {
            let parsed = parse_number(text);
            assert_eq!((parsed.reading, parsed.percent_sign), (one(value), true), "{text:?}");
        }
        for text in ["12 ‰", "% 12 %", "12 €%", "12 k%", "12 % of sales"] {
            refused(text);
        }
    }

    #[test]
    fn a_currency_is_named_by_sign_code_or_word() {
        for (text, code) in [
            ("€ 1 200", "EUR"),
            ("1 200 EUR", "EUR"),
            ("EUR1200", "EUR"),
            ("1200 eur", "EUR"),
            ("1 200 eurų", "EUR"),
            ("1200€", "EUR"),
            ("$1200", "USD"),
            ("US$ 1200", "USD"),
            ("1200 zł", "PLN"),
            ("CHF 1'200", "CHF"),
        ] {
            let parsed = parse_number(text);
            assert_eq!((parsed.reading, parsed.currency), (one("1200"), Some(code)), "{text:?}");
        }
        for text in ["1200 kr", "¥1200", "12 all", "12 try", "12 ft", "€ 12 EUR", "12 EUR/month", "12 XXX"] {
            refused(text);
        }
    }

    #[test]
    fn thousands_and_millions_are_multiplied_and_said() {
        for (text, value, multiplier, currency) in [
            ("12 k€", "12000", 1_000, Some("EUR")),
            ("12k €", "12000", 1_000, Some("EUR")),
            ("EUR 12k", "12000", 1_000, Some("EUR")),
            ("k€ 12", "12000", 1_000, Some("EUR")),
            ("12 K", "12000", 1_000, None),
            ("1,5 M€", "1500000", 1_000_000, Some("EUR")),
            ("€5m", "5000000", 1_000_000, Some("EUR")),
            ("1,5 MEUR", "1500000", 1_000_000, Some("EUR")),
            ("1,5 Mio. EUR", "1500000", 1_000_000, Some("EUR")),
            ("2 Mio", "2000000", 1_000_000, None),
            ("1,5 mln. Eur", "1500000", 1_000_000, Some("EUR")),
            ("12 tūkst. Eur", "12000", 1_000, Some("EUR")),
            ("12 TŪKST.", "12000", 1_000, None),
            ("12 Tsd. €", "12000", 1_000, Some("EUR")),
            ("3 million", "3000000", 1_000_000, None),
        ] {
            let parsed = parse_number(text);
            assert_eq!(parsed.reading, one(value), "{text:?}");
            assert_eq!((parsed.multiplier, parsed.currency), (multiplier, currency), "{text:?}");
        }
        check("1,234 M€", two("1234000", "1234000000"), None);
        for text in ["k 12", "12 kk€", "k€ 12 k", "Mio.5", "12 Mrd. €", "12 T€", "m 5", "12 km"] {
            refused(text);
        }
    }

    #[test]
    fn decimals_are_kept_and_too_many_digits_are_refused() {
        check("0,12345678", one("0.12345678"), Some(','));
        check("0.1234567890123456789012345678 k", one("123.4567890123456789012345678"), Some('.'));
        check("9999999999999999999999", one("9999999999999999999999"), None);
        refused("10000000000000000000000");
        refused("0.12345678901234567890123456789");
        refused(&"9".repeat(100));
        refused("10000000000000000000 M€");
    }

    fn evidence(texts: &[&str]) -> Evidence {
        let column: Vec<ParsedNumber> = texts.iter().map(|text| parse_number(text)).collect();
        column_evidence(column.iter())
    }

    #[test]
    fn a_column_proves_what_its_texts_agree_on() {
        assert_eq!(evidence(&["12", "1.234", "", "words"]), Evidence::None);
        assert_eq!(evidence(&["1.234", "12,5"]), Evidence::Comma);
        assert_eq!(evidence(&["1,234,567", "1.234"]), Evidence::Point);
        assert_eq!(evidence(&["12,5", "12.5"]), Evidence::Both);
    }

    #[test]
    fn two_readings_need_the_column_and_no_contradiction_of_the_locale() {
        let comma = crate::model::locale::locale("lt-LT");
        let point = crate::model::locale::locale("en-GB");
        let number = parse_number("1.234").reading;
        let open = Decision::Ambiguous { comma_decimal: decimal("1234"), point_decimal: decimal("1.234") };
        assert_eq!(decide(&number, Evidence::Comma, comma), Decision::Value(decimal("1234")));
        assert_eq!(decide(&number, Evidence::Comma, None), Decision::Value(decimal("1234")));
        assert_eq!(decide(&number, Evidence::Point, point), Decision::Value(decimal("1.234")));
        assert_eq!(decide(&number, Evidence::None, comma), open);
        assert_eq!(decide(&number, Evidence::None, None), open);
        assert_eq!(decide(&number, Evidence::Comma, point), open);
        assert_eq!(decide(&number, Evidence::Both, comma), open);
    }

    #[test]
    fn one_reading_stands_whatever_the_column_says() {
        let value = Decision::Value(decimal("12.5"));
        assert_eq!(decide(&one("12.5"), Evidence::Both, None), value);
        assert_eq!(decide(&NumberText::NotANumber, Evidence::Comma, None), Decision::NotANumber);
    }

    #[test]
    fn a_cell_gives_the_decimal_that_it_shows() {
        for (value, shown) in [
            (0.0, "0"),
            (-0.0, "0"),
            (0.1 + 0.2, "0.3"),
            (1.1 * 3.0, "3.3"),
            (22000.37, "22000.37"),
            (-0.5, "-0.5"),
            (1e15, "1000000000000000"),
            (123_456_789_012_345.67, "123456789012346"),
            (1.0 / 3.0, "0.333333"),
            (5e-324, "0"),
            (9.9e21, "9900000000000000000000"),
        ] {
            assert_eq!(from_cell(value), Some(decimal(shown)), "{value}");
        }
    }

    #[test]
    fn a_cell_rounds_the_seventh_decimal_half_even() {
        assert_eq!(from_cell(0.123_456_5), Some(decimal("0.123456")));
        assert_eq!(from_cell(0.123_457_5), Some(decimal("0.123458")));
        assert_eq!(from_cell(-0.123_456_51), Some(decimal("-0.123457")));
    }

    #[test]
    fn a_cell_without_a_finite_or_storable_number_gives_none() {
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e22, -1e300] {
            assert_eq!(from_cell(value), None, "{value}");
        }
    }

    /// Writes a decimal as a locale does.
    fn written(value: Decimal, mark: char, group: &str) -> String {
        let text = value.abs().to_string();
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let mut out = String::new();
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at).is_multiple_of(3) {
                out.push_str(group);
            }
            out.push(digit);
        }
        if !fraction.is_empty() {
            out.push(mark);
            out.push_str(fraction);
        }
        if value.is_sign_negative() { format!("-{out}") } else { out }
    }

    fn any_decimal() -> impl Strategy<Value = Decimal> {
        let sizes = prop_oneof![-9_999_999_999_999_i64..10_000_000_000_000, -99_999_i64..100_000];
        (sizes, 0_u32..=6).prop_map(|(size, scale)| Decimal::new(size, scale))
    }

    /// Decimal mark, group mark, tag.
    fn any_style() -> impl Strategy<Value = (char, &'static str, &'static str)> {
        prop::sample::select(vec![
            (',', "", "lt-LT"),
            (',', " ", "fr-FR"),
            (',', "\u{a0}", "lt-LT"),
            (',', "\u{202f}", "fr-FR"),
            (',', ".", "de-DE"),
            ('.', ",", "en-GB"),
            ('.', "", "en-GB"),
            ('.', "'", "de-CH"),
            ('.', "’", "de-CH"),
        ])
    }

    proptest! {
        #[test]
        fn a_decimal_written_in_any_locale_never_reads_as_another_in_silence(
            values in prop::collection::vec(any_decimal(), 1..6),
            (mark, group, tag) in any_style(),
            declared in prop::sample::select(vec!["", "lt-LT", "en-GB"]),
        ) {
            let texts: Vec<String> = values.iter().map(|value| written(*value, mark, group)).collect();
            let column: Vec<ParsedNumber> = texts.iter().map(|text| parse_number(text)).collect();
            let evidence = column_evidence(column.iter());
            prop_assert_ne!(evidence, Evidence::Both);
            for (value, parsed) in values.iter().zip(&column) {
                for known in [tag, declared] {
                    match decide(&parsed.reading, evidence, crate::model::locale::locale(known)) {
                        Decision::Value(read) => prop_assert_eq!(read, *value),
                        Decision::Ambiguous { comma_decimal, point_decimal } => {
                            prop_assert!(comma_decimal == *value || point_decimal == *value);
                            prop_assert_ne!(comma_decimal, point_decimal);
                        }
                        Decision::NotANumber => prop_assert!(false, "{:?} was refused", texts),
                    }
                }
            }
        }

        #[test]
        fn with_proof_in_the_column_every_decimal_is_read(value in any_decimal(), (mark, group, tag) in any_style()) {
            let proof = parse_number(&written(Decimal::new(125, 1), mark, group));
            let parsed = parse_number(&written(value, mark, group));
            let evidence = column_evidence([proof, parsed].iter());
            let decision = decide(&parsed.reading, evidence, crate::model::locale::locale(tag));
            prop_assert_eq!(decision, Decision::Value(value));
        }

        #[test]
        fn any_text_at_all_is_read_or_refused(text in ".{0,40}") {
            let parsed = parse_number(&text);
            if parsed.reading == NumberText::NotANumber {
                prop_assert_eq!(parsed, parse_number(""));
            }
        }

        #[test]
        fn two_numbers_with_anything_between_them_are_none(
            first in "[0-9]{1,3}",
            between in "[^0-9., '\u{a0}\u{202f}]{1,3}",
            second in "[0-9]{1,3}",
        ) {
            let text = format!("{first}{between}{second}");
            let nothing = between.chars().all(|c| affix::clean(&format!("0{c}0")) == "00");
            let mark = between.chars().any(|c| matches!(affix::clean(&format!("0{c}0")).as_str(), "0 0" | "0'0"));
            if !nothing && !mark {
                prop_assert_eq!(parse_number(&text).reading, NumberText::NotANumber, "{:?}", text);
            }
        }

        #[test]
        fn text_of_marks_and_digits_keeps_its_digits(text in "[0-9., ']{1,12}") {
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            let same = |value: Decimal| digits.trim_start_matches('0').starts_with(
                value.mantissa().to_string().trim_start_matches('0').trim_end_matches('0'),
            );
            match parse_number(&text).reading {
                NumberText::One(value) => prop_assert!(same(value)),
                NumberText::Two { comma_decimal, point_decimal } => {
                    prop_assert!(same(comma_decimal) && same(point_decimal));
                }
                NumberText::NotANumber => {}
            }
        }

        #[test]
        fn a_cell_that_holds_a_decimal_gives_it_back(
            size in -999_999_999_999_999_i64..1_000_000_000_000_000,
            scale in 0_u32..=6,
        ) {
            let value = Decimal::new(size, scale);
            let cell: f64 = value.to_string().parse().unwrap_or(f64::NAN);
            prop_assert_eq!(from_cell(cell), Some(value));
        }

        #[test]
        fn the_short_way_and_the_long_way_agree(value in prop::num::f64::NORMAL, small in -1e9_f64..1e9) {
            for value in [value, small, (small * 100.0).round() / 100.0] {
                let Some(short) = short_decimal(value) else { continue };
                let long = format!("{value:.14e}");
                let long = Decimal::from_scientific(&long).map(|long| long.round_dp(6));
                prop_assert_eq!(Ok(short), long);
            }
        }
    }
}
