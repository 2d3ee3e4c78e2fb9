//! How days and numbers are written inside sentences, in each language that the program speaks.
//!
//! Code writes English (`31 May 2016`, `1 234.5`). What it wrote is read back here and written as the language does;
//! whatever is no day or no number stays as it is.

use chrono::{Datelike as _, NaiveDate};

/// A language's way of writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writing {
    English,
    German,
    French,
    Dutch,
    Lithuanian,
}

/// The months of a language, each whole and short.
type Months = [(&'static str, &'static str); 12];

const ENGLISH: Months = [
    ("January", "Jan"),
    ("February", "Feb"),
    ("March", "Mar"),
    ("April", "Apr"),
    ("May", "May"),
    ("June", "Jun"),
    ("July", "Jul"),
    ("August", "Aug"),
    ("September", "Sep"),
    ("October", "Oct"),
    ("November", "Nov"),
    ("December", "Dec"),
];
const GERMAN: Months = [
    ("Januar", "Jan."),
    ("Februar", "Feb."),
    ("März", "März"),
    ("April", "Apr."),
    ("Mai", "Mai"),
    ("Juni", "Juni"),
    ("Juli", "Juli"),
    ("August", "Aug."),
    ("September", "Sept."),
    ("Oktober", "Okt."),
    ("November", "Nov."),
    ("Dezember", "Dez."),
];
const FRENCH: Months = [
    ("janvier", "janv."),
    ("février", "févr."),
    ("mars", "mars"),
    ("avril", "avr."),
    ("mai", "mai"),
    ("juin", "juin"),
    ("juillet", "juil."),
    ("août", "août"),
    ("septembre", "sept."),
    ("octobre", "oct."),
    ("novembre", "nov."),
    ("décembre", "déc."),
];
const DUTCH: Months = [
    ("januari", "jan."),
    ("februari", "feb."),
    ("maart", "mrt."),
    ("april", "apr."),
    ("mei", "mei"),
    ("juni", "jun."),
    ("juli", "jul."),
    ("augustus", "aug."),
    ("september", "sep."),
    ("oktober", "okt."),
    ("november", "nov."),
    ("december", "dec."),
];
/// In the genitive, as a day wants it.
const LITHUANIAN: Months = [
    ("sausio", "01"),
    ("vasario", "02"),
    ("kovo", "03"),
    ("balandžio", "04"),
    ("gegužės", "05"),
    ("birželio", "06"),
    ("liepos", "07"),
    ("rugpjūčio", "08"),
    ("rugsėjo", "09"),
    ("spalio", "10"),
    ("lapkričio", "11"),
    ("gruodžio", "12"),
];

impl Writing {
    /// Of a tag such as `de` or `de-AT`; English for a language that is not known.
    pub fn of(language: &str) -> Self {
        let primary = language.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        match primary.as_str() {
            "de" => Self::German,
            "fr" => Self::French,
            "nl" => Self::Dutch,
            "lt" => Self::Lithuanian,
            _ => Self::English,
        }
    }

    /// The number by which spreadsheets know the language, in hexadecimal.
    pub fn spreadsheet_code(self) -> &'static str {
        match self {
            Self::English => "809",
            Self::German => "407",
            Self::French => "40C",
            Self::Dutch => "413",
            Self::Lithuanian => "427",
        }
    }

    /// The day of a month as number formats of spreadsheets have it.
    pub fn day_of_month(self) -> &'static str {
        if self == Self::German { "d." } else { "d" }
    }

    /// The mark before the decimals.
    pub fn decimal_mark(self) -> char {
        if self == Self::English { '.' } else { ',' }
    }

    fn months(self) -> &'static Months {
        match self {
            Self::English => &ENGLISH,
            Self::German => &GERMAN,
            Self::French => &FRENCH,
            Self::Dutch => &DUTCH,
            Self::Lithuanian => &LITHUANIAN,
        }
    }

    fn written(self, day: NaiveDate, short: bool) -> String {
        let (whole, brief) = self.months().get(day.month0() as usize).copied().unwrap_or_default();
        let month = if short { brief } else { whole };
        let (year, on) = (day.year(), day.day());
        match self {
            Self::German => format!("{on}. {month} {year}"),
            Self::French if on == 1 => format!("1er {month} {year}"),
            Self::English | Self::Dutch | Self::French => format!("{on} {month} {year}"),
            Self::Lithuanian if short => format!("{year}-{month}-{on:02}"),
            Self::Lithuanian => format!("{year} m. {month} {on} d."),
        }
    }

    /// `31 May 2016` with the month in whole.
    pub fn long_day(self, day: NaiveDate) -> String {
        self.written(day, false)
    }

    /// `30 Sep 2016`.
    pub fn short_day(self, day: NaiveDate) -> String {
        self.written(day, true)
    }

    /// An English day as this language writes it, long or short as it was; None for what is no day.
    pub fn day(self, english: &str) -> Option<String> {
        let day = english_day(english)?;
        let month = english.split(' ').nth(1)?;
        let short = ENGLISH.iter().any(|(whole, brief)| *brief == month && whole != brief);
        Some(self.written(day, short))
    }

    /// Numbers in a text with the decimal mark of this language.
    pub fn numbers(self, english: &str) -> String {
        let mark = self.decimal_mark();
        let mut before = ' ';
        let mut characters = english.chars().peekable();
        let mut out = String::with_capacity(english.len());
        while let Some(c) = characters.next() {
            let decimal = c == '.' && before.is_ascii_digit() && characters.peek().is_some_and(char::is_ascii_digit);
            out.push(if decimal { mark } else { c });
            before = c;
        }
        out
    }
}

/// Reads `31 May 2016` or `30 Sep 2016`.
pub fn english_day(text: &str) -> Option<NaiveDate> {
    let mut parts = text.split(' ');
    let (on, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    let month = (1..).zip(&ENGLISH).find(|(_, (whole, brief))| *whole == month || *brief == month)?.0;
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if parts.next().is_some() || !is_number(on) || !is_number(year) {
        return None;
    }
    NaiveDate::from_ymd_opt(year.parse().ok()?, month, on.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_written_as_each_language_does() {
        for (language, long, short, first) in [
            ("en", "30 September 2016", "30 Sep 2016", "1 May 2016"),
            ("de-AT", "30. September 2016", "30. Sept. 2016", "1. Mai 2016"),
            ("fr", "30 septembre 2016", "30 sept. 2016", "1er mai 2016"),
            ("nl", "30 september 2016", "30 sep. 2016", "1 mei 2016"),
            ("lt", "2016 m. rugsėjo 30 d.", "2016-09-30", "2016 m. gegužės 1 d."),
        ] {
            let writing = Writing::of(language);
            assert_eq!(writing.day("30 September 2016").as_deref(), Some(long));
            assert_eq!(writing.day("30 Sep 2016").as_deref(), Some(short));
            assert_eq!(writing.day("1 May 2016").as_deref(), Some(first));
        }
        for text in ["30 Septembre 2016", "31 June 2016", "2016-09-30", "30 Sep 2016 x", "-1 May 2016", ""] {
            assert_eq!(Writing::German.day(text), None, "{text}");
        }
    }

    #[test]
    fn every_month_is_read_back() {
        for (month, (whole, brief)) in (1..).zip(&ENGLISH) {
            let day = NaiveDate::from_ymd_opt(2016, month, 7);
            assert_eq!(english_day(&format!("7 {whole} 2016")), day);
            assert_eq!(english_day(&format!("7 {brief} 2016")), day);
            assert_eq!(day.map(|day| day.format("%-d %B %Y").to_string()), Some(format!("7 {whole} 2016")));
            assert_eq!(day.map(|day| day.format("%-d %b %Y").to_string()), Some(format!("7 {brief} 2016")));
        }
    }

    #[test]
    fn only_the_mark_before_decimals_changes() {
        assert_eq!(Writing::German.numbers("EUR 1\u{202f}234.50, a.b 3. 4"), "EUR 1\u{202f}234,50, a.b 3. 4");
        assert_eq!(Writing::English.numbers("1.5"), "1.5");
    }
}
