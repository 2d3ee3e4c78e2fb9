//! What a number's format adds to it: a percent sign, a currency, a date. The same for every kind of workbook.

use chrono::NaiveDate;

use super::grid::{self, Cell, Currency, ErrorKind};

/// How a number is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    Plain,
    Percent,
    Money(Currency),
    /// Beside a word that multiplies it, while the number itself is not multiplied: 12 is shown as `12 k€`.
    Worded(&'static str, Option<Currency>),
}

/// Words that multiply what stands before them; a single letter does so beside a currency only, but for `k`.
const MULTIPLIERS: [&str; 19] = [
    "tūkst.",
    "tūkst",
    "tsd.",
    "tsd",
    "tys.",
    "tys",
    "thousand",
    "millionen",
    "millions",
    "million",
    "mio.",
    "mio",
    "mln.",
    "mln",
    "k",
    "K",
    "T",
    "m",
    "M",
];

impl Shown {
    /// Reads a format such as `#,##0.00 [$€-407]`.
    pub fn of(format: &str) -> Self {
        if shows_percent(format) {
            return Self::Percent;
        }
        if let Some(worded) = worded(format) {
            return worded;
        }
        currency(format).map_or(Self::Plain, Self::Money)
    }

    /// A format that programs know by number. Those of money show the currency of the reader's country: none.
    pub fn builtin(number: u16) -> Self {
        if matches!(number, 9 | 10) { Self::Percent } else { Self::Plain }
    }
}

impl Shown {
    /// What a person sees where that is not the number that is stored. It is for `validate` to read, like all texts.
    pub fn seen(self, value: f64) -> Option<String> {
        let Self::Worded(word, currency) = self else { return None };
        let currency = currency.map_or("", Currency::as_str);
        value.is_finite().then(|| format!("{} {word} {currency}", grid::number(value)).trim_end().to_owned())
    }
}

/// No spreadsheet has infinite numbers, but calamine reads the word `inf`.
pub(super) fn number(value: f64, shown: Shown) -> Cell {
    match shown {
        _ if !value.is_finite() => Cell::Error(ErrorKind::parse("#NUM!")),
        Shown::Percent => Cell::Percent(value),
        Shown::Money(currency) => Cell::Money(value, currency),
        Shown::Plain | Shown::Worded(..) => Cell::Number(value),
    }
}

/// A serial number of days as a date, or as the number that it is where it is no date of Excel's: a time of day, a
/// day after 9999, and 29 February 1900, which Excel believes in.
pub(super) fn date(serial: f64, epoch_1904: bool) -> Cell {
    // Days from 1 January of year 1 to the day before the epoch.
    let (epoch, end) = if epoch_1904 { (695_056, 2_957_004.0) } else { (693_594, 2_958_466.0) };
    if !(1.0..end).contains(&serial) {
        return number(serial, Shown::Plain);
    }
    #[allow(clippy::cast_possible_truncation, reason = "lies within the range above")]
    let days = serial as i32;
    let missing = match days {
        60 if !epoch_1904 => return Cell::Number(serial),
        1..60 if !epoch_1904 => 1,
        _ => 0,
    };
    NaiveDate::from_num_days_from_ce_opt(epoch + days + missing).map_or(Cell::Number(serial), Cell::Date)
}

/// Whether a format multiplies by a hundred and adds the sign. A sign in quotes or after `\` is only a decoration.
fn shows_percent(format: &str) -> bool {
    let mut characters = format.chars();
    let mut quoted = false;
    while let Some(character) = characters.next() {
        match character {
            '"' => quoted = !quoted,
            '\\' | '_' | '*' if !quoted => drop(characters.next()),
            '%' if !quoted => return true,
            ';' if !quoted => return false,
            _ => {}
        }
    }
    false
}

/// The words of a format's first section, if they multiply and no comma behind the digits says that the format does.
fn worded(format: &str) -> Option<Shown> {
    let mut words = String::new();
    let mut scaled = false;
    let mut characters = format.chars();
    while let Some(character) = characters.next() {
        match character {
            ';' => break,
            '"' => words.extend(characters.by_ref().take_while(|character| *character != '"')),
            '\\' => words.extend(characters.next()),
            '_' | '*' => drop(characters.next()),
            '[' => {
                let inside: String = characters.by_ref().take_while(|character| *character != ']').collect();
                words.extend(inside.strip_prefix('$').and_then(|name| name.split('-').next()).map(str::to_owned));
            }
            ',' => scaled = true,
            '0' | '#' | '?' => scaled = false,
            '.' | '-' | '+' | '(' | ')' => {}
            other => words.push(other),
        }
    }
    let words = words.trim();
    if scaled || words.is_empty() {
        return None;
    }
    if words == "%" {
        return Some(Shown::Worded("%", None));
    }
    let lower = words.to_lowercase();
    let fits = |word: &&&str| if word.len() == 1 { words.starts_with(**word) } else { lower.starts_with(**word) };
    let word = *MULTIPLIERS.iter().find(fits)?;
    let rest = words.get(word.len()..)?.trim();
    let currency = Currency::parse(rest);
    let is_clear = if rest.is_empty() { word == "k" || word.len() > 1 } else { currency.is_some() };
    is_clear.then_some(Shown::Worded(word, currency))
}

/// What a person sees of a number that is displayed as this text, if words in it multiply the number. None where they
/// do not, and where what is displayed is the number already divided: then the number is what was meant.
pub(super) fn as_displayed(value: f64, text: &str) -> Option<String> {
    // Nearly every number ends here.
    if !text.contains(|c: char| c.is_alphabetic() || c == '%') {
        return None;
    }
    let is_mark = |c: char| matches!(c, '\'' | '’' | '−');
    let format = text.chars().filter(|c| !is_mark(*c)).map(|c| if c.is_ascii_digit() { '0' } else { c });
    let shown = worded(&format.collect::<String>())?;
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let all: f64 = digits.parse().ok()?;
    let is_displayed = |decimals: i32| {
        let unit = 10_f64.powi(-decimals);
        (value.abs() - all * unit).abs() <= 0.501 * unit
    };
    // Behind the last comma or point that stands before a digit.
    let mut behind = text
        .char_indices()
        .filter(|(at, c)| matches!(c, ',' | '.') && text[at + 1..].starts_with(|next: char| next.is_ascii_digit()));
    let decimals =
        behind.next_back().map_or(0, |(at, _)| text[at + 1..].chars().take_while(char::is_ascii_digit).count());
    match decimals {
        // A group, or three decimals of what was divided by a thousand: the column may tell.
        3 if is_displayed(0) => Some(text.trim().to_owned()),
        decimals => is_displayed(i32::try_from(decimals).ok()?).then(|| shown.seen(value)).flatten(),
    }
}

/// The currency in the first section of a format: `[$€-407]`, `"USD"`, or a bare sign.
fn currency(format: &str) -> Option<Currency> {
    let mut rest = format;
    while let Some(first) = rest.chars().next() {
        let (inside, after) = match first {
            ';' => return None,
            '[' => rest[1..].split_once(']').unwrap_or((&rest[1..], "")),
            '"' => rest[1..].split_once('"').unwrap_or((&rest[1..], "")),
            _ => (&rest[..first.len_utf8()], &rest[first.len_utf8()..]),
        };
        let name = if first == '[' {
            inside.strip_prefix('$').map_or("", |name| name.split('-').next().unwrap_or(name))
        } else {
            inside
        };
        if let Some(found) = Currency::parse(name) {
            return Some(found);
        }
        rest = after;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_in_a_format_multiplies_unless_the_format_does() {
        for (format, seen) in [
            ("#,##0\" k€\"", Some("12.5 k EUR")),
            ("0.0\\ \"Mio.\" [$€-407]", Some("12.5 mio. EUR")),
            ("0\"M€\";-0\"M€\"", Some("12.5 M EUR")),
            ("0\" Tsd.\"", Some("12.5 tsd.")),
            ("0\"k\"", Some("12.5 k")),
            ("0\" %\"", Some("12.5 %")),
            ("#,##0,\" k€\"", None),
            ("0.0,,\" M€\"", None),
            ("0\" T€\"", Some("12.5 T EUR")),
            ("0\" M\"", None),
            ("0\" Mitarbeiter\"", None),
            ("0\" kg\"", None),
            ("#,##0.00 [$€-407]", None),
            ("_-* #,##0.00\\ _€_-", None),
        ] {
            assert_eq!(Shown::of(format).seen(12.5).as_deref(), seen, "{format}");
        }
    }

    #[test]
    fn a_displayed_word_multiplies_unless_the_number_is_larger_than_displayed() {
        for (value, text, seen) in [
            (892.0, "892 k€", Some("892 k EUR")),
            (12.5, "12,5 Mio. €", Some("12.5 mio EUR")),
            (12.54, "12,5 k€", Some("12.54 k EUR")),
            (1_250.0, "1.250,00 k€", Some("1250 k EUR")),
            (1_250.0, "1\u{202f}250 k€", Some("1250 k EUR")),
            (12.345, "12,345 k€", Some("12.345 k EUR")),
            (12_345.0, "12,345 k€", Some("12,345 k€")),
            (12_345.0, "12 k€", None),
            (1_234_567.0, "1,23 M€", None),
            (892.0, "892,00 €", None),
            (892.0, "892", None),
        ] {
            assert_eq!(as_displayed(value, text).as_deref(), seen, "{value} as {text}");
        }
    }

    #[test]
    fn serial_numbers_are_dates_as_excel_counts_them() {
        let day = |year, month, day| Cell::Date(NaiveDate::from_ymd_opt(year, month, day).unwrap());
        assert_eq!(date(1.0, false), day(1900, 1, 1));
        assert_eq!(date(59.0, false), day(1900, 2, 28));
        assert_eq!(date(60.0, false), Cell::Number(60.0));
        assert_eq!(date(61.0, false), day(1900, 3, 1));
        assert_eq!(date(42_551.75, false), day(2016, 6, 30));
        assert_eq!(date(2_958_465.0, false), day(9999, 12, 31));
        assert_eq!(date(2_958_466.0, false), Cell::Number(2_958_466.0));
        assert_eq!(date(1.0, true), day(1904, 1, 2));
        assert_eq!(date(35_064.0, true), day(2000, 1, 1));
        for none in [0.0, 0.75, -3.0] {
            assert_eq!(date(none, false), Cell::Number(none));
        }
        for none in [f64::NAN, f64::INFINITY] {
            assert_eq!(date(none, false), Cell::Error(ErrorKind::parse("#NUM!")));
        }
    }
}
