//! What a number's format adds to it: a percent sign, a currency, a date. The same for every kind of workbook.

use chrono::NaiveDate;

use super::grid::{Cell, Currency, ErrorKind};

/// How a number is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    Plain,
    Percent,
    Money(Currency),
}

impl Shown {
    /// Reads a format such as `#,##0.00 [$€-407]`.
    pub fn of(format: &str) -> Self {
        if shows_percent(format) {
            return Self::Percent;
        }
        currency(format).map_or(Self::Plain, Self::Money)
    }

    /// A format that programs know by number. Those of money show the currency of the reader's country: none.
    pub fn builtin(number: u16) -> Self {
        if matches!(number, 9 | 10) { Self::Percent } else { Self::Plain }
    }
}

/// No spreadsheet has infinite numbers, but calamine reads the word `inf`.
pub(super) fn number(value: f64, shown: Shown) -> Cell {
    match shown {
        _ if !value.is_finite() => Cell::Error(ErrorKind::parse("#NUM!")),
        Shown::Percent => Cell::Percent(value),
        Shown::Money(currency) => Cell::Money(value, currency),
        Shown::Plain => Cell::Number(value),
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
