//! Dates written as text.
//!
//! What it is for: ISO dates, dates with dots, slashes or dashes, and dates with the name of a month in any
//! official language of the EU that names months. "31/12/2015" proves that the day comes first, "03/04/2016"
//! has two readings; the column decides, as for numbers (see [`super::number`]).
//!
//! What it does not do: it reads no numbers of days as Excel counts them (the grid knows those cells), guesses
//! no century, and moves no instant between zones: the day of "2015-12-31T23:30:00Z" is the day as written.

use chrono::NaiveDate;

use super::affix::clean;
use super::months::{self, is_filler, is_polish};
use crate::model::fold::fold;
use crate::model::locale::Locale;

/// What a text says, as far as it says it by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateText {
    /// One reading only.
    One(NaiveDate),
    /// "03/04/2016": the two readings always differ.
    Two {
        /// The date if the day is written first.
        day_first: NaiveDate,
        /// The date if the month is written first.
        month_first: NaiveDate,
    },
    /// A date with a year of two digits: 1915 or 2015 is not for us to say.
    TwoDigitYear,
    /// Empty, words, a day that does not exist, or a year outside 1900 to 2100.
    NotADate,
}

/// The orders that the texts of a column prove.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateEvidence {
    /// No text proves one.
    None,
    /// Some prove that the day comes first, none that the month does.
    DayFirst,
    /// Some prove that the month comes first, none that the day does.
    MonthFirst,
    /// Both are proved: the column contradicts itself.
    Both,
}

/// A date after the column had its say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateDecision {
    /// One date.
    Value(NaiveDate),
    /// Two readings that nothing decides, or that column and locale decide differently.
    Ambiguous {
        /// The date if the day is written first.
        day_first: NaiveDate,
        /// The date if the month is written first.
        month_first: NaiveDate,
    },
    /// See [`DateText::TwoDigitYear`].
    TwoDigitYear,
    /// See [`DateText::NotADate`].
    NotADate,
}

/// Longer texts are no dates.
const LONGEST_TEXT: usize = 80;
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2100;

type Reading = (DateText, Option<bool>);
const NOT_A_DATE: Reading = (DateText::NotADate, None);

/// Reads a text date, with a time of day behind it or not. The second value is what the text proves about the
/// order: `Some(true)` the day first, `Some(false)` the month first. Dates with dots and with month names have
/// one order only and prove nothing about slashes.
pub fn parse_date(text: &str) -> (DateText, Option<bool>) {
    if text.len() > LONGEST_TEXT {
        return NOT_A_DATE;
    }
    let text = clean(text);
    without_time(&text).and_then(|day| in_digits(day).or_else(|| in_words(day))).unwrap_or(NOT_A_DATE)
}

/// What the texts of one column prove about the order of day and month.
pub fn column_date_evidence(proofs: impl Iterator<Item = Option<bool>>) -> DateEvidence {
    let (mut day, mut month) = (false, false);
    for day_first in proofs.flatten() {
        day |= day_first;
        month |= !day_first;
    }
    match (day, month) {
        (false, false) => DateEvidence::None,
        (true, false) => DateEvidence::DayFirst,
        (false, true) => DateEvidence::MonthFirst,
        (true, true) => DateEvidence::Both,
    }
}

/// Decides a date by its column. Two readings become a value only if the column proves one order and the
/// partner's locale, where known, does not say otherwise. A locale alone decides nothing.
pub fn decide_date(date: &DateText, evidence: DateEvidence, locale: Option<Locale>) -> DateDecision {
    let allowed = |day_first: bool| locale.is_none_or(|locale| locale.day_first == day_first);
    match *date {
        DateText::One(date) => DateDecision::Value(date),
        DateText::TwoDigitYear => DateDecision::TwoDigitYear,
        DateText::NotADate => DateDecision::NotADate,
        DateText::Two { day_first, month_first } => match evidence {
            DateEvidence::DayFirst if allowed(true) => DateDecision::Value(day_first),
            DateEvidence::MonthFirst if allowed(false) => DateDecision::Value(month_first),
            _ => DateDecision::Ambiguous { day_first, month_first },
        },
    }
}

/// Takes the time of day off the end. `None` if there is a colon and no time.
fn without_time(text: &str) -> Option<&str> {
    let Some(colon) = text.find(':') else {
        return Some(text);
    };
    let at = text.get(..colon)?.rfind([' ', 'T', 't'])?;
    let time = text.get(at + 1..)?;
    is_time(time).then(|| text.get(..at))?.map(|day| day.trim_end_matches([' ', ',']))
}

/// "10:00", "9:05:07 PM", "10:00:00.000Z", "10:00:00+02:00".
fn is_time(text: &str) -> bool {
    let upper = text.to_ascii_uppercase();
    let half = upper.strip_suffix("AM").or_else(|| upper.strip_suffix("PM"));
    let clock = half.unwrap_or(&upper).trim_end();
    let clock = clock.strip_suffix('Z').unwrap_or(clock);
    let clock = match clock.split_once(['+', '-']) {
        Some((clock, offset)) if is_offset(offset) => clock,
        Some(_) => return false,
        None => clock,
    };
    let (clock, fraction) = clock.split_once(['.', ',']).unwrap_or((clock, "0"));
    let mut parts = clock.split(':');
    let mut below = |limit: u32, needed: bool| match parts.next() {
        Some(part) => number(part, 1..=2).is_some_and(|value| value < limit),
        None => !needed,
    };
    let hours = if half.is_some() { 13 } else { 24 };
    let fits = below(hours, true) && below(60, true) && below(60, false);
    fits && parts.next().is_none() && number(fraction, 1..=9).is_some()
}

fn is_offset(text: &str) -> bool {
    let digits = text.replace(':', "");
    matches!(digits.len(), 2 | 4) && number(&digits, 2..=4).is_some()
}

/// A number of that many digits and nothing else.
fn number(text: &str, digits: std::ops::RangeInclusive<usize>) -> Option<u32> {
    let plain = digits.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

/// A year of four digits, 1900 to 2100, a month and a day that it has.
fn day_of(year: &str, month: u32, day: u32) -> Option<NaiveDate> {
    let year = i32::try_from(number(year, 4..=4)?).ok()?;
    if YEARS.contains(&year) { NaiveDate::from_ymd_opt(year, month, day) } else { None }
}

fn one(date: Option<NaiveDate>) -> Reading {
    (date.map_or(DateText::NotADate, DateText::One), None)
}

/// Three numbers between dashes, slashes or dots. `None`: not of this form.
fn in_digits(text: &str) -> Option<Reading> {
    let mark = text.chars().find(|c| matches!(c, '-' | '/' | '.'))?;
    // "2015. 12. 31." and "31.12.2015." end with a dot in some languages.
    let text = if mark == '.' { text.strip_suffix('.').unwrap_or(text) } else { text };
    let mut parts = text.split(mark).map(str::trim);
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let (a, b, c) = (number(first, 1..=4)?, number(second, 1..=2)?, number(third, 1..=4)?);
    Some(match (first.len(), third.len()) {
        (4, 1 | 2) => one(day_of(first, b, c)),
        (1 | 2, 4) if mark == '.' => one(day_of(third, b, a)),
        (1 | 2, 4) => either_order(third, a, b),
        (1 | 2, 1 | 2) if is_short_date(first, b, third) => (DateText::TwoDigitYear, None),
        _ => NOT_A_DATE,
    })
}

fn either_order(year: &str, a: u32, b: u32) -> Reading {
    match (day_of(year, b, a), day_of(year, a, b)) {
        (Some(day_first), Some(month_first)) if day_first != month_first => {
            let two = DateText::Two { day_first, month_first };
            (two, None)
        }
        (Some(date), Some(_)) => one(Some(date)),
        (Some(date), None) => (DateText::One(date), Some(true)),
        (None, Some(date)) => (DateText::One(date), Some(false)),
        (None, None) => NOT_A_DATE,
    }
}

/// Whether three short numbers can be a date in any order, with a year of two digits at an end.
fn is_short_date(first: &str, second: u32, third: &str) -> bool {
    let is_day = |a: u32, b: u32| (1..=12).contains(&a) && (1..=31).contains(&b);
    let with = |short: &str, year: &str| {
        let short = number(short, 1..=2).unwrap_or_default();
        year.len() == 2 && (is_day(short, second) || is_day(second, short))
    };
    with(first, third) || with(third, first)
}

/// A day, the name of a month and a year, with the small words between them.
fn in_words(text: &str) -> Option<Reading> {
    let folded = fold(text);
    let words = || folded.split(' ').map(|word| word.trim_matches([',', '\'']));
    let polish = words().any(is_polish);
    let mut parts = words().filter(|word| !word.is_empty() && !is_filler(word));
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let month = |word: &str| months::month(word, polish);
    if let Some(month) = month(second) {
        return match first.len() {
            4 if number(first, 4..=4).is_some() => Some(one(day_of(first, month, ordinal(third)?))),
            _ => Some(named(third, month, ordinal(first)?)),
        };
    }
    if let Some(month) = month(first) {
        return Some(named(third, month, ordinal(second)?));
    }
    // Latvian: "2015. gada 31. decembris".
    Some(one(day_of(first, month(third)?, ordinal(second)?)))
}

fn named(year: &str, month: u32, day: u32) -> Reading {
    if number(year, 2..=2).is_some() && (1..=31).contains(&day) {
        return (DateText::TwoDigitYear, None);
    }
    one(day_of(year, month, day))
}

/// The day of "31", "1st", "1er", "1º".
fn ordinal(word: &str) -> Option<u32> {
    let digits = ["st", "nd", "rd", "th", "er", "o", "a", "e"]
        .iter()
        .find_map(|ending| word.strip_suffix(ending))
        .unwrap_or(word);
    number(digits, 1..=2)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
    }

    #[track_caller]
    fn reads(text: &str, date: NaiveDate, proof: Option<bool>) {
        assert_eq!(parse_date(text), (DateText::One(date), proof), "{text:?}");
    }

    #[track_caller]
    fn refused(text: &str) {
        assert_eq!(parse_date(text), NOT_A_DATE, "{text:?}");
    }

    #[test]
    fn a_year_in_front_leaves_one_reading() {
        for text in [
            "2015-12-31",
            " 2015/12/31 ",
            "2015.12.31",
            "2015. 12. 31.",
            "2015-12-31T10:00:00Z",
            "2015-12-31 10:00:00",
            "2015-12-31T23:30:00.000+02:00",
            "2015-12-31 10:00",
            "2015‑12‑31",
        ] {
            reads(text, day(2015, 12, 31), None);
        }
        reads("2016-3-4", day(2016, 3, 4), None);
        refused("2015-31-12");
    }

    #[test]
    fn dots_put_the_day_first_and_prove_nothing_about_slashes() {
        reads("31.12.2015", day(2015, 12, 31), None);
        reads("3.4.2016", day(2016, 4, 3), None);
        reads("31. 12. 2015", day(2015, 12, 31), None);
        reads("31.12.2015.", day(2015, 12, 31), None);
        reads("31.12.2015 10:00", day(2015, 12, 31), None);
        refused("12.31.2015");
    }

    #[test]
    fn a_day_above_twelve_proves_the_order() {
        reads("31/12/2015", day(2015, 12, 31), Some(true));
        reads("31-12-2015", day(2015, 12, 31), Some(true));
        reads("12/31/2015", day(2015, 12, 31), Some(false));
        reads("12/31/2015, 9:05:07 PM", day(2015, 12, 31), Some(false));
    }

    #[test]
    fn a_day_that_could_be_a_month_has_two_readings() {
        let two = DateText::Two { day_first: day(2016, 4, 3), month_first: day(2016, 3, 4) };
        for text in ["03/04/2016", "3/4/2016", "03-04-2016", "3/4/2016 10:00"] {
            assert_eq!(parse_date(text), (two, None), "{text}");
        }
        reads("04/04/2016", day(2016, 4, 4), None);
    }

    #[test]
    fn months_are_read_by_name() {
        for text in [
            "31 Dec 2015",
            "31-Dec-2015",
            "December 31, 2015",
            "31st of December 2015",
            "2015 December 31",
            "31 décembre 2015",
            "31. Dezember 2015",
            "31 de diciembre de 2015",
            "31 dicembre 2015",
            "31 de dezembro de 2015",
            "31 december 2015",
            "31 grudnia 2015 r.",
            "2015 m. gruodžio 31 d.",
            "2015 m. gruodžio 31 d. 10:00",
            "31 ΔΕΚΕΜΒΡΊΟΥ 2015",
            "31 декември 2015 г.",
            "2015. gada 31. decembris",
        ] {
            reads(text, day(2015, 12, 31), None);
        }
        reads("1er août 2015", day(2015, 8, 1), None);
        reads("5 MÄRZ 2015", day(2015, 3, 5), None);
        reads("1º de maio de 2015", day(2015, 5, 1), None);
        reads("3 Mar 2016", day(2016, 3, 3), None);
    }

    #[test]
    fn listopad_is_november_in_poland_and_october_in_croatia() {
        refused("3 listopada 2015");
        refused("3. listopada 2015.");
        reads("3 listopada 2015 r.", day(2015, 11, 3), None);
        reads("3 lip 2015 r.", day(2015, 7, 3), None);
        reads("3 listopadu 2015", day(2015, 11, 3), None);
    }

    #[test]
    fn a_year_of_two_digits_is_said() {
        for text in ["31/12/15", "31.12.15", "3-4-16", "15-12-31", "31 Dec 15", "31-Dec-15", "31 Dec '15", "Dec 31, 15"]
        {
            assert_eq!(parse_date(text), (DateText::TwoDigitYear, None), "{text}");
        }
        refused("99.99.99");
        refused("1.2.3");
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for text in
            ["31/02/2015", "29.02.2015", "2015-02-30", "00/01/2015", "31 June 2015", "32 May 2015", "31/31/2015"]
        {
            refused(text);
        }
        reads("29/02/2016", day(2016, 2, 29), Some(true));
    }

    #[test]
    fn years_are_those_of_people_now_alive() {
        reads("2061-01-05", day(2061, 1, 5), None);
        reads("31/12/1900", day(1900, 12, 31), Some(true));
        for text in ["0206-01-05", "31/12/0206", "2101-01-01", "1899-12-31", "31 Dec 0206", "20155-01-01"] {
            refused(text);
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "-",
            "Dec 2015",
            "2015",
            "2015-12",
            "42369",
            "31 Xyz 2015",
            "31/12-2015",
            "1.5",
            "10:30",
            "20151231",
            "2015-12-31T25:00",
            "2015-12-31T10:00:00Q",
            "2015-12-31 10",
            "31/12/2015 31/12/2015",
            "2015-Q4",
            "end of 2015",
            "1/2/3/2015",
            "31 Dec 2015 ok",
            "12:00 31/12/2015",
        ] {
            refused(text);
        }
    }

    #[test]
    fn two_readings_need_the_column_and_no_contradiction_of_the_locale() {
        let british = crate::model::locale::locale("en-GB");
        let american = crate::model::locale::locale("en-US");
        let (date, _) = parse_date("03/04/2016");
        let column = |texts: &[&str]| column_date_evidence(texts.iter().map(|text| parse_date(text).1));
        let open = DateDecision::Ambiguous { day_first: day(2016, 4, 3), month_first: day(2016, 3, 4) };
        let day_first = column(&["03/04/2016", "31/12/2015"]);
        let month_first = column(&["12/31/2015"]);
        assert_eq!(decide_date(&date, day_first, british), DateDecision::Value(day(2016, 4, 3)));
        assert_eq!(decide_date(&date, day_first, None), DateDecision::Value(day(2016, 4, 3)));
        assert_eq!(decide_date(&date, month_first, american), DateDecision::Value(day(2016, 3, 4)));
        assert_eq!(decide_date(&date, month_first, british), open);
        assert_eq!(decide_date(&date, column(&["31.12.2015"]), british), open);
        assert_eq!(decide_date(&date, column(&["31/12/2015", "12/31/2015"]), british), open);
    }

    proptest! {
        #[test]
        fn a_date_written_in_any_order_never_reads_as_another_in_silence(
            days in prop::collection::vec((0_u64..73_000).prop_map(|n| day(1900, 1, 1) + chrono::Days::new(n)), 1..6),
            form in prop::sample::select(vec![
                "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y", "%-d.%-m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%-m/%-d/%Y",
                "%d-%m-%Y", "%d %b %Y", "%B %-d, %Y", "%Y-%m-%dT%H:%M:%SZ", "%m/%d/%Y %I:%M:%S %p",
            ]),
            tag in prop::sample::select(vec!["", "lt-LT", "en-US"]),
        ) {
            let texts: Vec<String> = days
                .iter()
                .map(|day| day.and_time(chrono::NaiveTime::MIN).format(form).to_string())
                .collect();
            let column: Vec<Reading> = texts.iter().map(|text| parse_date(text)).collect();
            let evidence = column_date_evidence(column.iter().map(|(_, proof)| *proof));
            prop_assert_ne!(evidence, DateEvidence::Both);
            for (day, (text, _)) in days.iter().zip(&column) {
                match decide_date(text, evidence, crate::model::locale::locale(tag)) {
                    DateDecision::Value(read) => prop_assert_eq!(read, *day),
                    DateDecision::Ambiguous { day_first, month_first } => {
                        prop_assert!(day_first == *day || month_first == *day);
                        prop_assert_ne!(day_first, month_first);
                    }
                    other => prop_assert!(false, "{:?} gave {:?}", texts, other),
                }
            }
        }

        #[test]
        fn any_text_at_all_is_read_or_refused(text in ".{0,40}", short in "[0-9/.: -]{1,14}") {
            for text in [text, short] {
                if let (DateText::One(date), _) = parse_date(&text) {
                    prop_assert!(YEARS.contains(&chrono::Datelike::year(&date)));
                }
            }
        }
    }
}
