//! The workbook before it is a file: a pure grid of typed cells, with everything that a writer must know as data.
//!
//! Read [`Sheet`] and [`Cell`] first. Nothing here knows xlsx; rows and columns count from zero. [`Book::to_text`] is
//! what tests compare.

use std::fmt::Write as _;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::axis::Axis;
use super::language::own;
use super::style::{Kind, NumberFormat, Rule, Style};
use crate::finding::CellRef;
use crate::finding::written::Writing;
use crate::model::presentation::{ChartUse, Logo};
use crate::model::trace::Number;

/// The longest text that a cell holds, in UTF-16 units.
const LONGEST: usize = 32_767;

#[derive(Debug, Clone, PartialEq)]
pub struct Book {
    pub title: String,
    pub subject: String,
    pub author: String,
    /// The workbook's day of creation: as-of.
    pub created: NaiveDate,
    /// At the foot of every printed page: left and centre. The page number stands right.
    pub foot: [String; 2],
    /// In the place of the usual accent.
    pub accent: Option<u32>,
    /// The page number, with `&P` for it and `&N` for how many there are.
    pub page: String,
    /// How days and numbers are written.
    pub writing: Writing,
    pub sheets: Vec<Sheet>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    pub name: String,
    /// Whether its tab bears the accent.
    pub accent: bool,
    /// Widths in pixels.
    pub columns: Vec<u32>,
    pub rows: Vec<Row>,
    pub spans: Vec<Area>,
    /// The first row and column that scroll.
    pub freeze: (u32, u16),
    pub filter: Option<Area>,
    pub print: Print,
    pub charts: Vec<Chart>,
    pub pictures: Vec<Picture>,
    /// Bars behind shares, from nothing to the whole.
    pub bars: Vec<Area>,
    /// Where numbers that are declared rather than counted are told: what links lead to.
    pub anchors: Vec<(Number, CellRef)>,
    /// Texts of ours that no table translates: they stand in English.
    pub untold: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Row {
    /// In pixels; zero until it is measured.
    pub height: u32,
    pub cells: Vec<Placed>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    pub column: u16,
    pub cell: Cell,
    pub style: Style,
    /// What the number is.
    pub of: Option<Number>,
    /// Where its sources stand.
    pub to: Option<Lead>,
}

impl Placed {
    pub fn new(column: u16, cell: Cell, style: Style) -> Self {
        Self { column, cell, style, of: None, to: None }
    }
}

/// A way from a number to what it is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lead {
    pub sheet: String,
    pub cell: CellRef,
    /// What is found there.
    pub tip: String,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing but its looks.
    Blank,
    Text(String),
    Number(Decimal),
    Date(NaiveDate),
    /// A live formula and what it gives.
    Formula {
        text: String,
        cached: Decimal,
    },
    /// To a cell of this book. Where `live`, the text is that cell's own and follows it.
    Link {
        sheet: String,
        cell: CellRef,
        text: String,
        live: bool,
    },
}

impl Cell {
    /// Text of ours, which is told in the language of the report; what is not ours in it is marked by [`own`]. One line, no control characters, and never a formula.
    pub fn text(text: impl AsRef<str>) -> Self {
        Self::Text(clean(text.as_ref(), false))
    }

    /// Text that is not ours, such as a title, a name or what a row says: the same in every language.
    pub fn verbatim(text: impl AsRef<str>) -> Self {
        Self::Text(own(clean(text.as_ref(), false)))
    }

    /// The same, with its line breaks.
    pub fn verbatim_lines(text: impl AsRef<str>) -> Self {
        Self::Text(own(clean(text.as_ref(), true)))
    }

    /// Text whose line breaks are meant.
    pub fn lines(text: impl AsRef<str>) -> Self {
        Self::Text(clean(text.as_ref(), true))
    }

    pub fn link(sheet: &str, cell: CellRef, text: impl AsRef<str>) -> Self {
        Self::Link { sheet: sheet.to_owned(), cell, text: clean(text.as_ref(), false), live: false }
    }

    /// A link that shows what stands in the cell it leads to.
    pub fn live_link(sheet: &str, cell: CellRef, text: impl AsRef<str>) -> Self {
        Self::Link { sheet: sheet.to_owned(), cell, text: clean(text.as_ref(), false), live: true }
    }

    pub fn count(count: usize) -> Self {
        Self::Number(Decimal::from(count))
    }

    /// What a reader sees.
    pub fn shown(&self, number: NumberFormat) -> String {
        match self {
            Self::Blank => String::new(),
            Self::Text(text) | Self::Link { text, .. } => text.clone(),
            Self::Number(value) | Self::Formula { cached: value, .. } => number.shown(*value),
            Self::Date(day) => day.format("%-d %b %Y").to_string(),
        }
    }

    /// Numbers and dates turn into `####` where their column is too narrow; texts only wrap.
    pub fn is_rigid(&self) -> bool {
        matches!(self, Self::Number(_) | Self::Date(_) | Self::Formula { .. })
    }
}

/// Without what no cell may hold: control characters, characters that turn the direction of what follows, and
/// whatever goes beyond the limit of a cell.
pub(super) fn clean(text: &str, breaks: bool) -> String {
    let harmless = |c: char| {
        !c.is_control() && !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}')
    };
    if text.len() <= LONGEST && text.chars().all(harmless) {
        return text.to_owned();
    }
    let mut out: String = text
        .chars()
        .filter_map(|c| match c {
            '\n' if breaks => Some('\n'),
            '\n' | '\t' => Some(' '),
            c => harmless(c).then_some(c),
        })
        .collect();
    if out.len() > LONGEST && out.encode_utf16().count() > LONGEST {
        let mut units = 0;
        out = out
            .chars()
            .take_while(|c| {
                units += c.len_utf16();
                units < LONGEST
            })
            .collect();
        out.push('…');
    }
    out
}

/// A rectangle of cells, both corners included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Area {
    pub first: CellRef,
    pub last: CellRef,
}

impl Area {
    pub fn new(first: (u32, u16), last: (u32, u16)) -> Self {
        Self { first: CellRef::new(first.0, first.1), last: CellRef::new(last.0, last.1) }
    }

    /// Part of one column.
    pub fn column(column: u16, first: u32, last: u32) -> Self {
        Self::new((first, column), (last, column))
    }
}

impl std::fmt::Display for Area {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.first, self.last)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Print {
    pub scale: Scale,
    /// Rows that stand again on every page.
    pub repeat: Option<(u32, u32)>,
    /// A page begins at each of these rows.
    pub breaks: Vec<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    OnePage,
    /// And as many pages long as it takes, with breaks of its own.
    OnePageWide,
}

/// A picture that lies over cells.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    pub logo: Logo,
    /// Its right edge is that of this column.
    pub last_column: u16,
    pub row: u32,
    /// As drawn, in pixels.
    pub width: u32,
    pub height: u32,
    pub alt: String,
}

/// A chart over cells of its own sheet, or of the one that is named.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    pub kind: ChartKind,
    /// What a report leaves it out by.
    pub usage: ChartUse,
    pub sheet: Option<String>,
    pub first: CellRef,
    pub last_column: u16,
    /// The row that is made tall enough to hold the chart's end.
    pub last_row: u32,
    pub height: u32,
    pub title: String,
    /// For those who do not see it.
    pub alt: String,
    pub categories: Area,
    pub series: Vec<Series>,
    pub number: NumberFormat,
    /// The axis of values, if it is not left to the spreadsheet.
    pub axis: Option<Axis>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChartKind {
    /// Lines over days, with a mark on the axis every so many months.
    /// `months` lie between two marks; without it each point has its own, as far apart as the next.
    Days { months: Option<u32> },
    /// Lying bars, the first on top.
    Bars,
    /// Standing bars, from left to right: for periods.
    Columns,
    /// Dots with their intervals.
    Intervals,
    /// Lying bars over each other, the first behind: actual on the way to its target, and what should be there by
    /// now; in a cell, or over a sheet's width.
    Bullet { wide: bool },
    /// A line the size of a cell, without axes: a chart and no sparkline, since `LibreOffice` prints sparklines as dots.
    Trend,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    pub name: String,
    pub values: Area,
    pub role: Role,
    /// How far the interval reaches above and below.
    pub interval: Option<(Area, Area)>,
    /// Points without a figure: they get no label.
    pub absent: Vec<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Actual,
    Expected,
    Milestone,
    Target,
    /// The way to the target as it was first decided.
    Original,
    Projected,
    /// An end of the projection's band.
    Bound,
}

impl Book {
    /// All of it as text, a cell a line: place, look, content.
    pub fn to_text(&self) -> String {
        let mut out = format!("{} | {} | {} | {}\n", self.title, self.subject, self.author, self.created);
        let _ = writeln!(out, "foot: {} | {}", self.foot[0], self.foot[1]);
        for sheet in &self.sheets {
            sheet.to_text(&mut out);
        }
        out
    }
}

impl Sheet {
    /// The text and number of each cell, in the order of reading.
    pub fn cells(&self) -> impl Iterator<Item = (CellRef, &Placed)> {
        (0..)
            .zip(&self.rows)
            .flat_map(|(row, line)| line.cells.iter().map(move |placed| (CellRef::new(row, placed.column), placed)))
    }

    fn to_text(&self, out: &mut String) {
        let _ = writeln!(out, "\n== {} ==  freeze {:?}, {:?}", self.name, self.freeze, self.print);
        for (at, placed) in self.cells() {
            let Style { look, number, rule } = placed.style;
            let content = match &placed.cell {
                Cell::Blank => continue,
                Cell::Text(text) => format!("{text:?}"),
                Cell::Number(value) => value.normalize().to_string(),
                Cell::Date(day) => day.to_string(),
                Cell::Formula { text, cached } => format!("{text} → {}", cached.normalize()),
                Cell::Link { sheet, cell, text, .. } => format!("{text:?} → {sheet}!{cell}"),
            };
            let code = if number.kind == Kind::General { None } else { number.code() };
            let _ = write!(out, "{at} {look:?}");
            let _ = code.map_or(Ok(()), |code| write!(out, " [{code}]"));
            let _ = if rule == Rule::None { Ok(()) } else { write!(out, " {rule:?}") };
            let _ = write!(out, ": {content}");
            let to = placed.to.as_ref();
            let _ = to.map_or(Ok(()), |to| write!(out, " ⇒ {}!{} {:?}", to.sheet, to.cell, to.tip));
            out.push('\n');
        }
        for (name, areas) in [("span", &self.spans), ("bar", &self.bars)] {
            for area in areas {
                let _ = writeln!(out, "{name} {area}");
            }
        }
        let _ = self.filter.map_or(Ok(()), |area| writeln!(out, "filter {area}"));
        for chart in &self.charts {
            let over = chart.sheet.as_ref().map_or(String::new(), |sheet| format!("{sheet}!"));
            let _ = writeln!(
                out,
                "chart {:?} at {} {:?} over {over}{}",
                chart.kind, chart.first, chart.title, chart.categories
            );
            for series in &chart.series {
                let _ = writeln!(out, "  {:?} {:?} {}", series.role, series.name, series.values);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_holds_no_control_character_and_no_more_than_it_can() {
        assert_eq!(Cell::text("a\u{0}b\u{1b}[31m\r\n\u{202e}c"), Cell::Text("ab[31m c".into()));
        assert_eq!(Cell::lines("a\nb"), Cell::Text("a\nb".into()));
        let Cell::Text(long) = Cell::text("𝄞".repeat(20_000)) else { panic!("a text") };
        assert!(long.ends_with('…') && long.encode_utf16().count() <= LONGEST);
    }
}
