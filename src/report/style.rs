//! What cells look like: the palette, the type sizes, the number formats of units. Nothing else chooses a colour.
//!
//! A sheet says what a cell *is* ([`Look`]); this file says how that is drawn ([`Look::face`]), for every kind of output.

use rust_decimal::Decimal;

use crate::model::number;
use crate::model::scoreboard::{ReportingState, Status};
use crate::model::unit::Unit;

/// The one accent: a deep petrol. Everything else is ink, greys, and the four tones of a status.
pub const ACCENT: u32 = 0x00_0F_5E_6E;
/// Of bars behind figures.
pub const ACCENT_TINT: u32 = 0x00_BF_DD_E3;
pub const ACCENT_PALE: u32 = 0x00_EE_F5_F6;
pub const INK: u32 = 0x00_1E_2A_32;
pub const GREY: u32 = 0x00_5F_6D_76;
pub const FAINT: u32 = 0x00_8E_9A_A2;
pub const HAIR: u32 = 0x00_DB_E1_E5;
pub const GOOD: u32 = 0x00_24_75_46;
pub const FAIR: u32 = 0x00_A3_65_00;
pub const BAD: u32 = 0x00_B2_36_2B;

pub const FONT: &str = "Calibri";
pub const MONO: &str = "Consolas";

/// How a thing stands, for colour; symbol and word always stand beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tone {
    Good,
    Fair,
    Bad,
    Quiet,
}

impl Tone {
    pub fn of_status(status: Status) -> Self {
        match status {
            Status::Achieved | Status::OnTrack => Self::Good,
            Status::AtRisk => Self::Fair,
            Status::OffTrack | Status::Missed => Self::Bad,
            Status::NoTarget | Status::NoData | Status::NotDue => Self::Quiet,
        }
    }

    pub fn of_reporting(state: ReportingState) -> Self {
        match state {
            ReportingState::Reported => Self::Good,
            ReportingState::Late => Self::Fair,
            ReportingState::Missing => Self::Bad,
            ReportingState::NotTakingPart => Self::Quiet,
        }
    }

    fn color(self) -> u32 {
        match self {
            Self::Good => GOOD,
            Self::Fair => FAIR,
            Self::Bad => BAD,
            Self::Quiet => GREY,
        }
    }
}

/// What a cell is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Look {
    /// Of the whole scoreboard.
    Title,
    /// Of one sheet.
    SheetTitle,
    Subtitle,
    Section,
    Headline,
    Prose,
    /// A sentence that says why.
    Reason,
    Note,
    NoteRight,
    Label,
    Mono,
    Head,
    HeadRight,
    /// Right, clear of the button of a filter.
    HeadFilter,
    Text,
    Strong,
    /// Beside running text.
    StrongTop,
    Link,
    BackLink,
    Figure,
    StrongFigure,
    FaintFigure,
    /// A state word where a figure would stand.
    Absent,
    AbsentText,
    Mark(Tone),
    /// A mark of several lines.
    Stamp(Tone),
    Chip(Tone),
    ChipWord(Tone),
    KpiLabel,
    /// The figure of an indicator's sheet; the second is for figures too long for the first.
    Hero,
    SmallHero,
    Kpi,
    KpiAbsent,
    KpiMark(Tone),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    Left,
    Right,
}

/// A line along a cell's edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    None,
    /// Thin and pale, below a row.
    Hair,
    /// Accent, below a heading.
    Below,
    /// Ink, above a total.
    Above,
}

/// How a [`Look`] is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Face {
    pub points: u32,
    pub bold: bool,
    pub italic: bool,
    pub color: u32,
    pub fill: Option<u32>,
    pub align: Align,
    pub wrap: bool,
    pub mono: bool,
    /// At the top of its row rather than in the middle.
    pub top: bool,
    /// Set in from the edge that it is aligned to, in steps of [`super::measure::INSET`].
    pub inset: u8,
}

impl Look {
    pub fn face(self) -> Face {
        let base = Face {
            points: 10,
            bold: false,
            italic: false,
            color: INK,
            fill: None,
            align: Align::Left,
            wrap: true,
            mono: false,
            top: false,
            inset: 0,
        };
        let strip = Face { fill: Some(ACCENT_PALE), inset: 1, ..base };
        let right = Face { align: Align::Right, wrap: false, inset: 1, ..base };
        match self {
            Self::Title => Face { points: 22, bold: true, wrap: false, ..base },
            Self::SheetTitle => Face { points: 18, bold: true, ..base },
            Self::Subtitle => Face { points: 11, color: GREY, ..base },
            Self::Section => Face { points: 12, bold: true, color: ACCENT, ..base },
            Self::Headline => Face { points: 13, bold: true, color: ACCENT, ..base },
            Self::Prose => Face { top: true, ..base },
            Self::Reason => Face { color: GREY, top: true, ..base },
            Self::Note => Face { points: 9, color: GREY, ..base },
            Self::NoteRight => Face { points: 9, color: GREY, align: Align::Right, inset: 1, ..base },
            Self::Label => Face { color: GREY, top: true, ..base },
            Self::Mono => Face { points: 9, mono: true, top: true, ..base },
            Self::Head => Face { points: 9, bold: true, color: ACCENT, ..base },
            Self::HeadRight => Face { align: Align::Right, inset: 1, ..Self::Head.face() },
            Self::HeadFilter => Face { inset: 2, ..Self::HeadRight.face() },
            Self::Text => base,
            Self::Strong => Face { bold: true, ..base },
            Self::StrongTop => Face { bold: true, top: true, ..base },
            Self::Link => Face { bold: true, color: ACCENT, ..base },
            Self::BackLink => Face { points: 9, color: ACCENT, wrap: false, ..base },
            Self::Figure => right,
            Self::StrongFigure => Face { bold: true, ..right },
            Self::FaintFigure => Face { color: GREY, ..right },
            Self::Absent => Face { color: FAINT, italic: true, wrap: true, ..right },
            Self::AbsentText => Face { color: FAINT, italic: true, ..base },
            Self::Mark(tone) => Face { bold: true, color: tone.color(), ..base },
            Self::Stamp(tone) => Face { color: tone.color(), ..base },
            Self::Chip(tone) => Face { points: 20, bold: true, color: tone.color(), wrap: false, ..base },
            Self::ChipWord(tone) => Face { color: tone.color(), wrap: false, ..base },
            Self::KpiLabel => Face { points: 9, color: GREY, ..strip },
            Self::Hero => Face { points: 26, bold: true, color: ACCENT, wrap: false, ..strip },
            Self::SmallHero => Face { points: 16, ..Self::Hero.face() },
            Self::Kpi => Face { points: 15, wrap: false, ..strip },
            Self::KpiAbsent => Face { points: 12, italic: true, color: FAINT, ..strip },
            Self::KpiMark(tone) => Face { points: 15, bold: true, color: tone.color(), wrap: false, ..strip },
        }
    }

    pub fn plain(self) -> Style {
        Style { look: self, number: NumberFormat::GENERAL, rule: Rule::None }
    }

    pub fn with(self, number: NumberFormat) -> Style {
        Style { look: self, number, rule: Rule::None }
    }
}

/// The whole of a cell's appearance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Style {
    pub look: Look,
    pub number: NumberFormat,
    pub rule: Rule,
}

/// What a number counts, which decides its decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    General,
    /// Counts and money.
    Whole,
    OneDecimal,
    /// Money to the cent, in the rows of evidence.
    Cents,
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
}

impl NumberFormat {
    pub const GENERAL: Self = Self::new(Kind::General);
    pub const WHOLE: Self = Self::new(Kind::Whole);
    pub const SHARE: Self = Self::new(Kind::Share);
    pub const FINE_SHARE: Self = Self::new(Kind::FineShare);
    pub const DAY: Self = Self::new(Kind::Day);

    const fn new(kind: Kind) -> Self {
        Self { kind, illustrative: false, to: None }
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
            Kind::OneDecimal | Kind::PerCent | Kind::FineShare => 1,
            Kind::General | Kind::Whole | Kind::Share | Kind::Day => 0,
        }
    }

    /// As spreadsheets write it; None for the default. The minus is a true one.
    pub fn code(self) -> Option<String> {
        self.code_with("")
    }

    /// With as much room at the right as an inset text has: LibreOffice forgets the inset of some numbers.
    pub fn inset_code(self) -> Option<String> {
        self.code_with("_x_,")
    }

    fn code_with(self, room: &str) -> Option<String> {
        let body = match self.kind {
            Kind::General => return None,
            Kind::Day => return Some(format!("[$-809]d mmm yyyy{room}")),
            Kind::Whole => "#,##0",
            Kind::OneDecimal => "#,##0.0",
            Kind::Cents => "#,##0.00",
            Kind::PerCent => "#,##0.0\" %\"",
            Kind::Share => "0\" \"%",
            Kind::FineShare => "0.0\" \"%",
        };
        let mark = if self.illustrative { "\"≈ \"" } else { "" };
        let to = self.to.map_or(String::new(), |to| format!("\"–{}\"", number::display(to, self.decimals())));
        Some(format!("{mark}{body}{to}{room};{mark}\"−\"{body}{to}{room}"))
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
        let mark = if self.illustrative { "≈ " } else { "" };
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
    fn an_illustrative_range_says_both() {
        let format = NumberFormat::WHOLE.illustrative(true).up_to(Some(Decimal::from(170)));
        assert_eq!(format.shown(Decimal::from(50)), "≈ 50–170");
        assert_eq!(format.code().as_deref(), Some("\"≈ \"#,##0\"–170\";\"≈ \"\"−\"#,##0\"–170\""));
    }
}
