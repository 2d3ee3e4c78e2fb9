//! Builds one sheet from top to bottom: the writer of a sheet says what stands in a row; widths, heights and page
//! breaks come out of the content here.

use super::book::{Area, Cell, Chart, ChartKind, Lead, Placed, Print, Row, Scale, Sheet};
use super::language::{Tongue, own};
use super::measure;
use super::style::{Look, NumberFormat, Rule, Style};
use super::words;
use crate::finding::CellRef;
use crate::model::presentation::ChartUse;
use crate::model::trace::Number;

/// The least height of a row with something in it, in pixels.
const LINE: u32 = 22;
/// Of a filter, in the corner of its head.
const BUTTON: u32 = 16;
/// What a spreadsheet can show of one row.
const TALLEST: u32 = 540;
/// A landscape A4 page within its margins, at 96 pixels an inch.
const PAGE: (u32, u32) = (1030, 690);

/// How wide a column may become. Numbers and dates are never cut: they widen it beyond.
#[derive(Debug, Clone, Copy)]
pub struct Width {
    pub least: u32,
    pub most: u32,
}

pub const fn fixed(width: u32) -> Width {
    Width { least: width, most: width }
}

pub const fn between(least: u32, most: u32) -> Width {
    Width { least, most }
}

/// The column left of everything: air.
pub const MARGIN: Width = fixed(14);

pub struct Canvas {
    tongue: Tongue,
    sheet: Sheet,
    widths: Vec<Width>,
    row: Row,
    /// Spans of the row that is being written.
    spans: Vec<(u16, u16)>,
    /// First and last rows of what one page should hold.
    blocks: Vec<(u32, u32)>,
}

impl Canvas {
    /// Everything that is put on it is told in this language, before it is measured.
    pub fn new(tongue: Tongue, name: &str, widths: Vec<Width>) -> Self {
        let print = Print { scale: Scale::OnePageWide, repeat: Some((1, 1)), breaks: Vec::new() };
        let sheet = Sheet {
            name: words::sheet_name(tongue, name),
            accent: false,
            columns: Vec::new(),
            rows: Vec::new(),
            spans: Vec::new(),
            freeze: (0, 0),
            filter: None,
            print,
            charts: Vec::new(),
            pictures: Vec::new(),
            bars: Vec::new(),
            anchors: Vec::new(),
            untold: Vec::new(),
        };
        Self { tongue, sheet, widths, row: Row::default(), spans: Vec::new(), blocks: Vec::new() }
    }

    pub fn sheet(&mut self) -> &mut Sheet {
        &mut self.sheet
    }

    /// The language of what is put here.
    pub fn tongue(&self) -> Tongue {
        self.tongue
    }

    /// The row that is being written.
    pub fn at(&self) -> u32 {
        u32::try_from(self.sheet.rows.len()).unwrap_or(u32::MAX)
    }

    pub fn put(&mut self, column: u16, cell: Cell, style: Style) -> &mut Self {
        let cell = match cell {
            Cell::Text(text) => Cell::Text(self.told(&text)),
            Cell::Link { sheet, cell, text, live } => {
                Cell::Link { sheet: words::sheet_name(self.tongue, &sheet), cell, text: self.told(&text), live }
            }
            other => other,
        };
        self.row.cells.push(Placed::new(column, cell, style));
        self
    }

    /// Says what the number that was put last is.
    pub fn of(&mut self, number: Number) -> &mut Self {
        if let Some(placed) = self.row.cells.last_mut() {
            placed.of = Some(number);
        }
        self
    }

    /// Where the sources stand of the number that was put last. The sheet's name and the tip are told already.
    pub fn leads(&mut self, to: Lead) -> &mut Self {
        if let Some(placed) = self.row.cells.last_mut() {
            placed.to = Some(to);
        }
        self
    }

    /// Links from this number lead to the row that is being written.
    pub fn anchor(&mut self, number: Number, column: u16) -> &mut Self {
        let at = CellRef::new(self.at(), column);
        self.sheet.anchors.push((number, at));
        self
    }

    /// A text of ours for a part of a cell: told already when it is put.
    pub fn say(&mut self, text: &str) -> String {
        own(self.told(text))
    }

    fn told(&mut self, text: &str) -> String {
        self.tongue.tell(text, &mut self.sheet.untold)
    }

    pub fn text(&mut self, column: u16, text: impl AsRef<str>, look: Look) -> &mut Self {
        self.put(column, Cell::text(text), look.plain())
    }

    /// Words that are not ours: see [`Cell::verbatim`].
    pub fn verbatim(&mut self, column: u16, text: impl AsRef<str>, look: Look) -> &mut Self {
        self.put(column, Cell::verbatim(text), look.plain())
    }

    /// A cell over several columns.
    pub fn span(&mut self, first: u16, last: u16, cell: Cell, style: Style) -> &mut Self {
        if last > first {
            self.spans.push((first, last));
        }
        self.put(first, cell, style)
    }

    /// Makes a cell written earlier reach down to the row that is being written.
    pub fn join(&mut self, first: (u32, u16), last_column: u16) {
        let last = (self.at(), last_column);
        self.sheet.spans.retain(|span| (span.first.row, span.first.column) != first);
        self.sheet.spans.push(Area::new(first, last));
    }

    /// Ends the row; its height will come from its content.
    pub fn end(&mut self) -> u32 {
        let at = self.at();
        for (first, last) in std::mem::take(&mut self.spans) {
            self.sheet.spans.push(Area::new((at, first), (at, last)));
        }
        let mut row = std::mem::take(&mut self.row);
        row.cells.sort_by_key(|placed| placed.column);
        self.sheet.rows.push(row);
        at
    }

    /// Ends the row with a line along it from one column to another.
    pub fn end_ruled(&mut self, first: u16, last: u16, rule: Rule) -> u32 {
        for column in first..=last {
            match self.row.cells.iter_mut().find(|placed| placed.column == column) {
                Some(placed) => placed.style.rule = rule,
                None if self.spans.iter().any(|(from, to)| *from < column && column <= *to) => {}
                None => {
                    let style = Style { look: Look::Text, number: NumberFormat::GENERAL, rule };
                    self.row.cells.push(Placed::new(column, Cell::Blank, style));
                }
            }
        }
        self.end()
    }

    /// Ends the row at this height, whatever is in it.
    pub fn end_at(&mut self, height: u32) -> u32 {
        self.row.height = height;
        self.end()
    }

    /// An empty row.
    pub fn gap(&mut self, height: u32) -> u32 {
        self.end_at(height)
    }

    /// What was written from this row on should stay on one page.
    pub fn keep_from(&mut self, first: u32) {
        self.blocks.push((first, self.at().saturating_sub(1)));
    }

    pub fn chart(&mut self, mut chart: Chart) {
        chart.title = self.told(&chart.title);
        chart.alt = self.told(&chart.alt);
        chart.sheet = chart.sheet.map(|sheet| words::sheet_name(self.tongue, &sheet));
        for series in &mut chart.series {
            series.name = self.told(&series.name);
        }
        self.sheet.charts.push(chart);
    }

    /// Charts of other uses are left out, and take no room.
    pub fn draw_only(&mut self, uses: impl Fn(ChartUse) -> bool) {
        self.sheet.charts.retain(|chart| uses(chart.usage));
    }

    /// Measures everything.
    pub fn finish(mut self) -> Sheet {
        self.sheet.columns = self.column_widths();
        self.row_heights();
        self.hold_charts();
        if !self.blocks.is_empty() && self.sheet.print.scale == Scale::OnePageWide {
            self.paginate();
        }
        self.sheet
    }

    fn column_widths(&self) -> Vec<u32> {
        let mut columns: Vec<u32> = self.widths.iter().map(|width| width.least).collect();
        let mut spanned: Vec<Area> = self.sheet.spans.clone();
        spanned.sort_by_key(|span| (span.first.row, span.first.column));
        let is_spanned = |row: u32, column: u16| {
            spanned.binary_search_by_key(&(row, column), |span| (span.first.row, span.first.column)).ok()
        };
        for (at, placed) in self.sheet.cells() {
            let index = usize::from(at.column);
            let (Some(limit), Some(current)) = (self.widths.get(index), columns.get(index).copied()) else { continue };
            if is_spanned(at.row, at.column).is_some() || placed.cell == Cell::Blank {
                continue;
            }
            if current >= limit.most && !placed.cell.is_rigid() {
                continue;
            }
            let face = placed.style.look.face();
            let text = self.shown(placed);
            let heading = matches!(placed.style.look, Look::Head | Look::HeadRight | Look::HeadFilter);
            let widest = if heading {
                measure::longest_word(&text, face)
            } else {
                text.split('\n').map(|line| measure::width(line, face)).max().unwrap_or(0)
            };
            let button = if self.sheet.filter.is_some_and(|area| area.first.row == at.row) { BUTTON } else { 0 };
            let wanted = widest + measure::margins(face) + button;
            let wanted = if placed.cell.is_rigid() { wanted } else { wanted.min(limit.most) };
            if let Some(column) = columns.get_mut(index) {
                *column = current.max(wanted);
            }
        }
        // A figure over several columns needs its room too.
        for (at, placed) in self.sheet.cells().filter(|(_, placed)| placed.cell.is_rigid()) {
            let Some(span) = is_spanned(at.row, at.column).and_then(|index| spanned.get(index)) else { continue };
            let text = self.shown(placed);
            let face = placed.style.look.face();
            let wanted = measure::width(&text, face) + measure::margins(face);
            let room = sum(&columns, span.first.column, span.last.column);
            if let Some(last) = columns.get_mut(usize::from(span.last.column)) {
                *last += wanted.saturating_sub(room);
            }
        }
        columns
    }

    /// What a reader sees of a cell.
    fn shown(&self, placed: &Placed) -> String {
        match placed.cell {
            Cell::Date(day) => self.tongue.short_day(day),
            _ => placed.cell.shown(placed.style.number),
        }
    }

    fn row_heights(&mut self) {
        let mut last_of_span = std::collections::BTreeMap::new();
        for span in &self.sheet.spans {
            // What reaches over several rows is not measured: its rows are.
            let last = if span.first.row == span.last.row { Some(span.last.column) } else { None };
            last_of_span.insert((span.first.row, span.first.column), last);
        }
        for (at, row) in (0..).zip(&mut self.sheet.rows) {
            if row.height > 0 {
                continue;
            }
            let mut height = LINE;
            for placed in &row.cells {
                let last = match last_of_span.get(&(at, placed.column)) {
                    Some(None) => continue,
                    Some(Some(last)) => *last,
                    None => placed.column,
                };
                height = height.max(needs(placed, sum(&self.sheet.columns, placed.column, last)));
            }
            row.height = height.min(TALLEST);
        }
        self.joined_heights();
    }

    /// The last row of what reaches over several rows grows until its text fits.
    fn joined_heights(&mut self) {
        for span in self.sheet.spans.iter().filter(|span| span.last.row > span.first.row) {
            let (first, last) = (span.first.row as usize, span.last.row as usize);
            let placed = self
                .sheet
                .rows
                .get(first)
                .and_then(|row| row.cells.iter().find(|placed| placed.column == span.first.column));
            let Some(placed) = placed else { continue };
            let wanted = needs(placed, sum(&self.sheet.columns, span.first.column, span.last.column));
            let above: u32 = self.sheet.rows.iter().take(last).skip(first).map(|row| row.height).sum();
            if let Some(row) = self.sheet.rows.get_mut(last) {
                row.height = row.height.max(wanted.saturating_sub(above)).min(TALLEST);
            }
        }
    }

    /// The last row of each chart grows until the chart ends above it.
    fn hold_charts(&mut self) {
        let in_cells = [ChartKind::Trend, ChartKind::Bullet { wide: false }];
        for chart in self.sheet.charts.iter().filter(|chart| !in_cells.contains(&chart.kind)) {
            let (first, last) = (chart.first.row as usize, chart.last_row as usize);
            let used: u32 = self.sheet.rows.iter().take(last).skip(first).map(|row| row.height).sum();
            if let Some(row) = self.sheet.rows.get_mut(last) {
                row.height = row.height.max((chart.height + 14).saturating_sub(used)).min(TALLEST);
            }
        }
    }

    /// A page break before each block that would be cut. The sheet is made one page wide by whatever prints it, so the
    /// scale is only guessed here: what has wider letters makes its columns wider and its pages longer in one.
    fn paginate(&mut self) {
        let width: u32 = self.sheet.columns.iter().sum();
        let percent = (PAGE.0 * 97 / width.max(1)).clamp(10, 100);
        let page = PAGE.1 * 96 / percent;
        let height = |from: u32, to: u32| -> u32 {
            self.sheet.rows.iter().take(to as usize + 1).skip(from as usize).map(|row| row.height).sum()
        };
        let repeated = self.sheet.print.repeat.map_or(0, |(from, to)| height(from, to));
        let (mut top, mut breaks, mut header) = (0, Vec::new(), 0);
        for (first, last) in &self.blocks {
            let fits = repeated + height(*first, *last) <= page;
            if fits && *first > top && header + height(top, *last) > page {
                breaks.push(*first);
                (top, header) = (*first, repeated);
            } else if !fits {
                // Too long for any page: it begins where it stands, unless its chart would be cut, and the next part
                // begins a new one.
                if *first > top && header + height(top, *first) + TALLEST > page {
                    breaks.push(*first);
                }
                (top, header) = (*first, page);
            }
        }
        self.sheet.print.breaks = breaks;
    }
}

/// The height that a cell of this width needs.
fn needs(placed: &Placed, width: u32) -> u32 {
    let face = placed.style.look.face();
    let count = match &placed.cell {
        // Where the font is not at hand another one takes its place, and its letters are wider.
        Cell::Text(text) | Cell::Link { text, .. } if face.wrap => measure::lines(text, face, width * 88 / 100),
        _ => 1,
    };
    count * measure::line_height(face) + if count > 1 { 9 } else { 5 }
}

/// The width of columns together.
pub fn sum(columns: &[u32], first: u16, last: u16) -> u32 {
    columns.iter().take(usize::from(last) + 1).skip(usize::from(first)).sum()
}
