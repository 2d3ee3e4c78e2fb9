//! How numbers are shown: the number formats of units, as spreadsheets write them and as a reader sees them.

use rust_decimal::Decimal;

use crate::finding::written::Writing;
use crate::model::number;
use crate::model::unit::Unit;

/// What a number counts, which decides its decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    General,
    /// Counts and money.
    Whole,
    OneDecimal,
    /// Money to the cent: in the rows of evidence, and where amounts are small.
    Cents,
    /// Figures so small that fewer decimals would not tell them apart.
    Fine,
    /// A figure whose unit is per cent: 25 is shown as 25.0 %.
    PerCent,
    /// A part of one: 0.25 is shown as 25 %.
    Share,
    /// 0.254 is shown as 25.4 %.
    FineShare,
    Day,
}

/// How a number is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct NumberFormat {
    pub kind: Kind,
    /// Not from the programme's documents: shown with `≈`.
    pub illustrative: bool,
    /// The upper end of a range, shown behind the number.
    pub to: Option<Decimal>,
    /// A sign before the number, such as that of a status.
    pub mark: Option<char>,
    /// A difference: with its plus too.
    pub signed: bool,
}

impl NumberFormat {
    pub const GENERAL: Self = Self::new(Kind::General);
    pub const WHOLE: Self = Self::new(Kind::Whole);
    pub const SHARE: Self = Self::new(Kind::Share);
    pub const FINE_SHARE: Self = Self::new(Kind::FineShare);
    pub const DAY: Self = Self::new(Kind::Day);

    const fn new(kind: Kind) -> Self {
        Self { kind, illustrative: false, to: None, mark: None, signed: false }
    }

    /// By unit: money and counts whole, per cent and FTE with one decimal. Other units get a decimal where one of
    /// their figures has a fraction, so that a median of 19.5 days does not read 20.
    pub fn of_unit(unit: &Unit, fractions: bool) -> Self {
        Self::new(if unit.is_percent() {
            Kind::PerCent
        } else if unit.is_money() {
            Kind::Whole
        } else if unit.as_str() == "FTE" || fractions {
            Kind::OneDecimal
        } else {
            Kind::Whole
        })
    }

    /// By unit, with as many decimals as it takes to tell these figures apart: money in small amounts to the cent.
    pub fn telling(unit: &Unit, values: impl Iterator<Item = Decimal>) -> Self {
        let (mut fractions, mut largest) = (false, Decimal::ZERO);
        for value in values {
            fractions |= !value.fract().is_zero();
            largest = largest.max(value.abs());
        }
        if !fractions || unit.is_percent() {
            return Self::of_unit(unit, fractions);
        }
        match (largest < Decimal::ONE, largest < Decimal::ONE_THOUSAND) {
            (true, _) => Self::new(Kind::Fine),
            (_, true) if unit.is_money() => Self::new(Kind::Cents),
            _ => Self::of_unit(unit, true),
        }
    }

    #[must_use]
    pub fn marked(self, mark: char) -> Self {
        Self { mark: Some(mark), ..self }
    }

    #[must_use]
    pub fn signed(self) -> Self {
        Self { signed: true, illustrative: false, to: None, ..self }
    }

    #[must_use]
    pub fn illustrative(self, illustrative: bool) -> Self {
        Self { illustrative, ..self }
    }

    #[must_use]
    pub fn up_to(self, to: Option<Decimal>) -> Self {
        Self { to, ..self }
    }

    pub fn decimals(self) -> u32 {
        match self.kind {
            Kind::Cents => 2,
            Kind::Fine => 4,
            Kind::OneDecimal | Kind::PerCent | Kind::FineShare => 1,
            Kind::General | Kind::Whole | Kind::Share | Kind::Day => 0,
        }
    }

    /// As spreadsheets write it; None for the default. The minus is a true one.
    pub fn code(self) -> Option<String> {
        self.code_in(Writing::English)
    }

    /// The same, with days and literal numbers as the language writes them.
    pub fn code_in(self, writing: Writing) -> Option<String> {
        self.code_with("", writing)
    }

    /// With as much room at the right as an inset text has: `LibreOffice` forgets the inset of some numbers.
    pub fn inset_code(self, writing: Writing) -> Option<String> {
        self.code_with("_x_)", writing)
    }

    fn code_with(self, room: &str, writing: Writing) -> Option<String> {
        let (digits, unit) = match self.kind {
            Kind::General => return None,
            Kind::Day => {
                return Some(format!("[$-{}]{} mmm yyyy{room}", writing.spreadsheet_code(), writing.day_of_month()));
            }
            Kind::Whole => ("#,##0", ""),
            Kind::OneDecimal => ("#,##0.0", ""),
            Kind::Cents => ("#,##0.00", ""),
            Kind::Fine => ("#,##0.0000", ""),
            Kind::PerCent => ("#,##0.0", " %"),
            // The bare sign multiplies by a hundred.
            Kind::Share => ("0\" \"%", ""),
            Kind::FineShare => ("0.0\" \"%", ""),
        };
        let mark = self.before();
        let display = |to| writing.numbers(&number::display(to, self.decimals()));
        let to = self.to.map_or(String::new(), |to| format!("–{}", display(to)));
        // One pair of quotes on each side: two that touch would be read as a quote.
        let quoted = |text: &str| if text.is_empty() { String::new() } else { format!("\"{text}\"") };
        let (before, below) = (quoted(&mark), quoted(&format!("{mark}−")));
        let after = quoted(&format!("{unit}{to}"));
        if self.signed {
            let above = quoted(&format!("{mark}+"));
            return Some(format!(
                "{above}{digits}{after}{room};{below}{digits}{after}{room};{before}{digits}{after}{room}"
            ));
        }
        Some(format!("{before}{digits}{after}{room};{below}{digits}{after}{room}"))
    }

    /// What stands before the number.
    fn before(self) -> String {
        let mark = self.mark.map_or(String::new(), |mark| format!("{mark} "));
        if self.illustrative { format!("{mark}≈ ") } else { mark }
    }

    /// The number as the format shows it, for measuring and for sentences.
    pub fn shown(self, value: Decimal) -> String {
        let scaled = match self.kind {
            Kind::Share | Kind::FineShare => value.checked_mul(Decimal::ONE_HUNDRED).unwrap_or(value),
            _ => value,
        };
        if self.kind == Kind::General {
            return scaled.normalize().to_string();
        }
        let plus = if self.signed && value > Decimal::ZERO { "+" } else { "" };
        let mark = format!("{}{plus}", self.before());
        let to = self.to.map_or(String::new(), |to| format!("–{}", number::display(to, self.decimals())));
        let unit = if matches!(self.kind, Kind::PerCent | Kind::Share | Kind::FineShare) { " %" } else { "" };
        format!("{mark}{}{unit}{to}", number::display(scaled, self.decimals()).replace('-', "−"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_follow_the_unit() {
        for (unit, fractions, expect) in [
            ("EUR", true, "1\u{202f}235"),
            ("%", false, "1\u{202f}234.5 %"),
            ("FTE", false, "1\u{202f}234.5"),
            ("SMEs", false, "1\u{202f}234"),
            ("days", true, "1\u{202f}234.5"),
        ] {
            let value = if unit == "EUR" { "1234.6" } else { "1234.5" };
            let format = NumberFormat::of_unit(&Unit::new(unit), fractions);
            assert_eq!(format.shown(value.parse().unwrap()), expect, "{unit}");
        }
    }

    #[test]
    fn small_figures_are_told_apart() {
        for (unit, values, expect) in [
            ("EUR", ["2.41", "2"], "2.41"),
            ("EUR", ["2.41", "40000"], "2"),
            ("EUR", ["2", "3"], "2"),
            ("EUR per job", ["0.024", "0.021"], "0.0240"),
            ("%", ["2.41", "3"], "2.4 %"),
        ] {
            let [first, second] = values.map(|value| value.parse::<Decimal>().unwrap());
            let format = NumberFormat::telling(&Unit::new(unit), [first, second].into_iter());
            assert_eq!(format.shown(first), expect, "{unit} {values:?}");
        }
    }

    #[test]
    fn a_difference_has_its_sign_and_a_mark_stands_before_it() {
        let format = NumberFormat::WHOLE.signed();
        assert_eq!([5, -5, 0].map(|value| format.shown(value.into())), ["+5", "−5", "0"]);
        assert_eq!(format.code().as_deref(), Some("\"+\"#,##0;\"−\"#,##0;#,##0"));
        assert_eq!(NumberFormat::WHOLE.marked('◔').shown(12.into()), "◔ 12");
    }

    #[test]
    fn an_illustrative_range_says_both() {
        let format = NumberFormat::WHOLE.illustrative(true).up_to(Some(Decimal::from(170)));
        assert_eq!(format.shown(Decimal::from(50)), "≈ 50–170");
        assert_eq!(format.code().as_deref(), Some("\"≈ \"#,##0\"–170\";\"≈ −\"#,##0\"–170\""));
    }
}
