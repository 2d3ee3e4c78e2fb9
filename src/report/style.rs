//! What cells look like: the palette and the type sizes. Nothing else chooses a colour; `format` has the numbers.
//!
//! A sheet says what a cell *is* ([`Look`]); this file says how that is drawn ([`Look::face`]), for every kind of output.

pub use super::format::{Kind, NumberFormat};
use crate::model::scoreboard::{ReportingState, Status};

/// The one accent: a deep petrol. Everything else is ink, greys, and the four tones of a status.
pub const ACCENT: u32 = rgb(0x0F, 0x5E, 0x6E);
/// Of bars behind figures.
pub const ACCENT_TINT: u32 = rgb(0xBF, 0xDD, 0xE3);
pub const ACCENT_PALE: u32 = rgb(0xEE, 0xF5, 0xF6);
/// Behind the figures of a heat map, from little to much.
pub const HEAT: [u32; 5] = [mix(ACCENT, 4), mix(ACCENT, 11), mix(ACCENT, 19), mix(ACCENT, 28), mix(ACCENT, 40)];
/// Of what should be there by now, between the actual and the target.
pub const SHORT: u32 = rgb(0xA9, 0xB5, 0xBD);
pub const INK: u32 = rgb(0x1E, 0x2A, 0x32);
pub const WHITE: u32 = rgb(0xFF, 0xFF, 0xFF);
pub const GREY: u32 = rgb(0x5F, 0x6D, 0x76);
pub const FAINT: u32 = rgb(0x8E, 0x9A, 0xA2);
pub const HAIR: u32 = rgb(0xDB, 0xE1, 0xE5);
pub const GOOD: u32 = rgb(0x24, 0x75, 0x46);
pub const FAIR: u32 = rgb(0xA3, 0x65, 0x00);
pub const BAD: u32 = rgb(0xB2, 0x36, 0x2B);

/// Behind a cell of a template that must be filled in, one that stands twice, and one that was kept out.
pub const MISSING: u32 = rgb(0xFF, 0xF2, 0xCC);
pub const TWICE: u32 = rgb(0xFB, 0xDC, 0xC4);
pub const KEPT_OUT: u32 = rgb(0xF9, 0xDD, 0xDC);

const fn rgb(red: u32, green: u32, blue: u32) -> u32 {
    red << 16 | green << 8 | blue
}

/// The colours of a page, by the names that its looks use.
pub struct Scheme {
    pub paper: u32,
    pub card: u32,
    pub ink: u32,
    pub grey: u32,
    pub line: u32,
    pub accent: u32,
    pub tint: u32,
    pub pale: u32,
    pub good: u32,
    pub fair: u32,
    pub bad: u32,
}

pub const LIGHT: Scheme = Scheme {
    paper: rgb(0xF5, 0xF8, 0xF9),
    card: WHITE,
    ink: INK,
    grey: rgb(0x55, 0x63, 0x6C),
    line: HAIR,
    accent: ACCENT,
    tint: ACCENT_TINT,
    pale: ACCENT_PALE,
    good: GOOD,
    fair: rgb(0x8A, 0x54, 0x00),
    bad: BAD,
};

pub const DARK: Scheme = Scheme {
    paper: rgb(0x10, 0x17, 0x1B),
    card: rgb(0x18, 0x21, 0x27),
    ink: rgb(0xE8, 0xEE, 0xF1),
    grey: rgb(0xA4, 0xB3, 0xBB),
    line: rgb(0x2F, 0x3C, 0x44),
    accent: rgb(0x7C, 0xC8, 0xD6),
    tint: rgb(0x1F, 0x4B, 0x56),
    pale: rgb(0x1C, 0x2A, 0x31),
    good: rgb(0x7B, 0xCF, 0x9B),
    fair: rgb(0xE8, 0xB8, 0x66),
    bad: rgb(0xF2, 0x93, 0x88),
};

/// So many hundredths of a colour on white.
pub const fn mix(color: u32, share: u32) -> u32 {
    const fn channel(color: u32, shift: u32, share: u32) -> u32 {
        let part = (color >> shift) & 0xFF;
        (255 - (255 - part) * share / 100) << shift
    }
    channel(color, 16, share) | channel(color, 8, share) | channel(color, 0, share)
}

/// The accent of a report, in the place of the usual one and of its tints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Palette(pub Option<u32>);

impl Palette {
    pub fn of(self, color: u32) -> u32 {
        let Some(accent) = self.0 else { return color };
        match color {
            ACCENT => accent,
            ACCENT_TINT => mix(accent, 27),
            ACCENT_PALE => mix(accent, 7),
            _ => {
                let shares = [4, 11, 19, 28, 40];
                HEAT.iter().zip(shares).find(|(heat, _)| **heat == color).map_or(color, |(_, share)| mix(accent, share))
            }
        }
    }
}

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
            Status::NoTarget | Status::NoData | Status::NotDue | Status::Uncertain => Self::Quiet,
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
    /// A cause, set in below what it explains.
    Because,
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
    /// On the ground of [`HEAT`], of a heat map.
    Heat(u8),
    /// Something stands here, in several lines.
    Held,
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

/// Where a text stands in a row that is higher than it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vertical {
    Middle,
    Top,
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
    pub font: &'static str,
    pub vertical: Vertical,
    /// Set in from the edge that it is aligned to, in steps of `measure::INSET`.
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
            font: FONT,
            vertical: Vertical::Middle,
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
            Self::Prose => Face { vertical: Vertical::Top, ..base },
            Self::Reason | Self::Label => Face { color: GREY, vertical: Vertical::Top, ..base },
            Self::Because => Face { color: GREY, inset: 2, ..base },
            Self::Note => Face { points: 9, color: GREY, ..base },
            Self::NoteRight => Face { points: 9, color: GREY, align: Align::Right, inset: 1, ..base },
            Self::Mono => Face { points: 9, font: MONO, vertical: Vertical::Top, ..base },
            Self::Head => Face { points: 9, bold: true, color: ACCENT, ..base },
            Self::HeadRight => Face { align: Align::Right, inset: 1, ..Self::Head.face() },
            Self::HeadFilter => Face { inset: 2, ..Self::HeadRight.face() },
            Self::Text => base,
            Self::Strong => Face { bold: true, ..base },
            Self::StrongTop => Face { bold: true, vertical: Vertical::Top, ..base },
            Self::Link => Face { bold: true, color: ACCENT, ..base },
            Self::BackLink => Face { points: 9, color: ACCENT, wrap: false, ..base },
            Self::Figure => right,
            Self::StrongFigure => Face { bold: true, ..right },
            Self::FaintFigure => Face { color: GREY, ..right },
            Self::Heat(level) => Face { fill: HEAT.get(usize::from(level)).copied(), ..right },
            Self::Held => Face { fill: HEAT.get(2).copied(), ..base },
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
