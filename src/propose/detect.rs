//! Where the tables of a sheet stand: blocks parted by blank rows and columns, the header of each, and what around
//! them is title, total or note. Knows no kinds and no definitions. Start with [`areas`].

use std::collections::BTreeSet;
use std::ops::Range;

use super::grid::{Class, class, year};
use crate::ingest::{Cell, Sheet};
use crate::layout::header::Header;
use crate::layout::labels::fold_label;
use crate::layout::table::TOTALS;

/// Rows of a block in which its header is looked for.
const DEPTH: usize = 60;
/// Rows below a cell that tell whether it begins a column of data.
const BELOW: usize = 30;
/// Lines of a header: as many as a layout can declare.
const LINES: u32 = 6;
/// A column of two whose texts are this long on average is prose.
const PROSE: usize = 60;

/// A table. Rows are indices of the sheet's kept rows, but for the header's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Area {
    /// The first row of the header, counted from zero, and of how many rows it is.
    pub header: Option<(u32, u32)>,
    /// From the left: those with a label or with data.
    pub columns: Vec<u16>,
    /// Rows of data.
    pub body: Vec<usize>,
    /// Rows among the data that begin with a word for totals.
    pub totals: Vec<usize>,
    /// The first row below that is no data: a note, a total without a word, the next table.
    pub ends_at: Option<usize>,
    /// The row above the header that holds one text.
    pub title: Option<usize>,
    /// Whether blank rows stand between rows of data.
    pub blank_inside: bool,
    /// Whether a blank row parts the data from what stands below.
    pub blank_after: bool,
}

/// The tables of a sheet, from the top, then from the left; and whether anything was left over that is none.
pub fn areas(sheet: &Sheet) -> Vec<Area> {
    let rows = Rows::new(sheet);
    let blocks = rows.blocks();
    let mut areas: Vec<Area> = Vec::new();
    for (at, block) in blocks.iter().enumerate() {
        for span in rows.spans(block) {
            let known = |area: &&Area| area.body.iter().any(|i| block.contains(i)) && Rows::overlaps(area, &span);
            if areas.iter().any(|area| known(&area)) {
                continue;
            }
            let Some(mut area) = rows.table(block.clone(), &span) else { continue };
            rows.extend(&mut area, &blocks[at + 1..], &span);
            rows.trim(&mut area);
            if rows.is_worth(&area) {
                area.title = rows.title(&area, areas.last());
                areas.push(area);
            }
        }
    }
    areas
}

struct Rows<'a> {
    sheet: &'a Sheet,
    classes: Vec<Vec<(u16, Class)>>,
}

impl<'a> Rows<'a> {
    fn new(sheet: &'a Sheet) -> Self {
        // Each distinct text is read once.
        let mut known: Vec<Option<Class>> = vec![None; sheet.texts_len()];
        let mut of = |(column, cell): &(u16, Cell)| {
            let slot = if let Cell::Text(id) = cell { known.get_mut(id.0 as usize) } else { None };
            let class = match slot {
                Some(slot) => *slot.get_or_insert_with(|| class(sheet, *cell)),
                None => class(sheet, *cell),
            };
            (*column, class)
        };
        let classes = (0..sheet.rows.len()).map(|i| sheet.row(i).iter().map(&mut of).collect()).collect();
        Self { sheet, classes }
    }

    fn index(&self, i: usize) -> u32 {
        self.sheet.rows[i].index
    }

    /// Runs of kept rows without a blank row between them. A row under a merged cell is not blank.
    fn blocks(&self) -> Vec<Range<usize>> {
        let tall: Vec<(u32, u32)> = self
            .sheet
            .merges
            .iter()
            .filter(|merge| merge.last.row > merge.first.row)
            .map(|merge| (merge.first.row, merge.last.row))
            .collect();
        let bridged = |from: u32, to: u32| {
            let until = tall.partition_point(|(first, _)| *first <= from);
            tall[until.saturating_sub(200)..until].iter().any(|(_, last)| *last + 1 >= to)
        };
        let mut blocks: Vec<Range<usize>> = Vec::new();
        for i in 0..self.sheet.rows.len() {
            match blocks.last_mut() {
                Some(block) if self.index(i) == self.index(i - 1) + 1 || bridged(self.index(i - 1), self.index(i)) => {
                    block.end = i + 1;
                }
                _ => blocks.push(i..i + 1),
            }
        }
        blocks
    }

    fn cells(&self, i: usize, span: &Range<u16>) -> &[(u16, Class)] {
        let cells = &self.classes[i];
        let from = cells.partition_point(|(column, _)| *column < span.start);
        let to = cells.partition_point(|(column, _)| *column < span.end);
        &cells[from..to]
    }

    /// Groups of columns of a block. An empty column parts two groups where their rows are not filled together.
    fn spans(&self, block: &Range<usize>) -> Vec<Range<u16>> {
        let mut filled: BTreeSet<u16> = BTreeSet::new();
        for i in block.clone() {
            filled.extend(self.classes[i].iter().map(|(column, _)| *column));
        }
        let mut spans: Vec<Range<u16>> = Vec::new();
        for column in filled {
            match spans.last_mut() {
                Some(span) if span.end == column => span.end = column + 1,
                _ => spans.push(column..column + 1),
            }
        }
        let mut joined: Vec<Range<u16>> = Vec::new();
        for span in spans {
            let together = |last: &Range<u16>| {
                let has = |i: usize, span: &Range<u16>| !self.cells(i, span).is_empty();
                let both = block.clone().filter(|i| has(*i, last) && has(*i, &span)).count();
                let either = block.clone().filter(|i| has(*i, last) || has(*i, &span)).count();
                either == 1 || both * 10 >= either * 7 || last.len() == 1 || span.len() == 1
            };
            match joined.last_mut() {
                Some(last) if together(last) => last.end = span.end,
                _ => joined.push(span),
            }
        }
        joined
    }

    fn overlaps(area: &Area, span: &Range<u16>) -> bool {
        area.columns.iter().any(|column| span.contains(column))
    }

    /// Whether a row can be a line of a header: texts, or years and months beside each other.
    fn is_label_like(&self, i: usize, span: &Range<u16>) -> bool {
        let cells = self.cells(i, span);
        let data: Vec<u16> = cells.iter().filter(|(_, class)| class.is_data()).map(|(column, _)| *column).collect();
        if data.is_empty() {
            return cells.iter().any(|(_, class)| *class == Class::Text);
        }
        let cell = |column: u16| self.sheet.row(i).iter().find(|(at, _)| *at == column).map(|(_, cell)| *cell);
        let years: Option<Vec<u16>> =
            data.iter().map(|column| cell(*column).and_then(|cell| year(self.sheet, cell))).collect();
        if let Some(years) = years {
            let step = |pair: &[u16]| pair[0].abs_diff(pair[1]) == 1;
            return years.len() >= 3 && years.windows(2).filter(|pair| step(pair)).count() * 2 >= years.len();
        }
        let days: BTreeSet<_> =
            data.iter().filter_map(|c| if let Some(Cell::Date(day)) = cell(*c) { Some(day) } else { None }).collect();
        days.len() >= 3 && days.len() == data.len()
    }

    /// The table of a block within some columns, as far as the block goes.
    fn table(&self, block: Range<usize>, span: &Range<u16>) -> Option<Area> {
        let rows: Vec<usize> = block.filter(|i| !self.cells(*i, span).is_empty()).collect();
        let widest = rows.iter().map(|i| self.cells(*i, span).len()).max().unwrap_or(0);
        if widest < 2 {
            return None;
        }
        let (first, header) = match self.body_start(&rows, span) {
            Some(at) => self.header_above(&rows, at, span),
            None => self.all_text(&rows, widest, span)?,
        };
        let body: Vec<usize> = rows[first..].to_vec();
        let columns = self.columns(header, &body, span);
        Some(Area {
            header,
            columns,
            body,
            totals: Vec::new(),
            ends_at: None,
            title: None,
            blank_inside: false,
            blank_after: false,
        })
    }

    fn columns(&self, header: Option<(u32, u32)>, body: &[usize], span: &Range<u16>) -> Vec<u16> {
        let mut columns: BTreeSet<u16> =
            body.iter().flat_map(|i| self.cells(*i, span)).map(|(column, _)| *column).collect();
        if let Some((row, lines)) = header {
            let labels = Header::read(self.sheet, row, lines);
            columns.extend(labels.columns().map(|(column, _)| column).filter(|column| span.contains(column)));
        }
        columns.into_iter().collect()
    }

    /// The first row of data: it holds numbers or dates where the rows below do. An index of `rows`.
    fn body_start(&self, rows: &[usize], span: &Range<u16>) -> Option<usize> {
        let mut counts: Vec<usize> = rows.iter().map(|i| self.cells(*i, span).len()).collect();
        counts.sort_unstable();
        let typical = counts.get(counts.len() / 2).copied().unwrap_or(0);
        let begins = |at: usize, column: u16| {
            let below = rows[at + 1..].iter().take(BELOW);
            let there = below.filter_map(|i| self.cells(*i, span).iter().find(|(c, _)| *c == column));
            let (mut data, mut all) = (0, 0);
            for (_, class) in there {
                data += usize::from(class.is_data() || *class == Class::Nothing);
                all += 1;
            }
            data * 10 >= all * 6
        };
        (0..rows.len().min(DEPTH)).find(|at| {
            let cells = self.cells(rows[*at], span);
            cells.len() >= typical.div_ceil(2).max(2)
                && !self.is_label_like(rows[*at], span)
                && cells.iter().any(|(column, class)| class.is_data() && begins(*at, *column))
        })
    }

    /// The header above the first row of data, and the row of data that follows it. Nearest is best, unless a row further
    /// up names more columns: then the rows between are data too, of nothing but texts.
    fn header_above(&self, rows: &[usize], first: usize, span: &Range<u16>) -> (usize, Option<(u32, u32)>) {
        let below: BTreeSet<u16> =
            rows[first..].iter().flat_map(|i| self.cells(*i, span)).map(|(column, _)| *column).collect();
        let fits = |at: &usize| self.cells(rows[*at], span).len() >= 2 && self.is_label_like(rows[*at], span);
        let Some(nearest) = (0..first).rev().find(fits) else { return (first, None) };
        let (near, told) = self.lines_above(self.index(rows[nearest]), &below, span);
        let covers = |at: usize| self.told(self.index(rows[at]), 1, &below);
        let best =
            (0..nearest).filter(fits).map(|at| (covers(at), at)).max_by_key(|(told, at)| (*told, usize::MAX - at));
        if let Some((more, at)) = best
            && !self.is_tags(rows[nearest])
            && more * 10 >= below.len() * 6
            && (more > told
                || (near.1 == 1 && more == told)
                || (near.1 > 1 && self.is_enough(more, &below, near, span)))
        {
            return (at + 1, Some(self.lines_above(self.index(rows[at]), &below, span).0));
        }
        // A subheading may stand between header and data: it is read as a row then, and kept out.
        (nearest + 1, Some(near))
    }

    /// Whether one line tells nearly all columns, and no merged cell says that several lines belong together.
    fn is_enough(&self, told: usize, below: &BTreeSet<u16>, lines: (u32, u32), span: &Range<u16>) -> bool {
        told * 10 >= below.len() * 8 && !(lines.0..lines.0 + lines.1).any(|row| self.merged_in(row, span))
    }

    /// A header by its lowest line, with the lines above that are needed to tell columns apart; and how many it tells.
    fn lines_above(&self, low: u32, below: &BTreeSet<u16>, span: &Range<u16>) -> ((u32, u32), usize) {
        let mut lines = 1;
        let most = LINES.min(low + 1);
        while self.told(low, lines, below) < below.len() {
            let more = (lines + 1..=most).find(|more| self.told(low, *more, below) > self.told(low, lines, below));
            let Some(more) = more else { break };
            let is_line = |row: u32| self.stands_at(row, span) || self.is_blank(row);
            if !(low + 1 - more..low + 1 - lines).all(is_line) {
                break;
            }
            lines = more;
        }
        ((low + 1 - lines, lines), self.told(low, lines, below))
    }

    /// How many of some columns a header of so many lines tells apart.
    fn told(&self, low: u32, lines: u32, below: &BTreeSet<u16>) -> usize {
        let header = Header::read(self.sheet, low + 1 - lines, lines);
        let labels = header.columns().filter(|(column, _)| below.contains(column)).map(|(_, label)| fold_label(&label));
        labels.collect::<BTreeSet<String>>().len()
    }

    fn is_blank(&self, row: u32) -> bool {
        self.sheet.rows.binary_search_by_key(&row, |row| row.index).is_err()
    }

    /// A line of hashtags, as humanitarian data have it below their header.
    fn is_tags(&self, i: usize) -> bool {
        self.sheet.row(i).iter().all(|(_, cell)| self.sheet.display(*cell).trim_start().starts_with('#'))
    }

    /// Whether something of these columns stands in a row, were it the lower part of a merged cell.
    fn stands_at(&self, row: u32, span: &Range<u16>) -> bool {
        let filled = self.sheet.rows.binary_search_by_key(&row, |row| row.index).is_ok_and(|i| {
            // A title stands alone; what has a header's line beside it does not.
            self.cells(i, span).len() >= 2 || self.merged_in(row, span)
        });
        filled || self.merged_in(row, span)
    }

    fn merged_in(&self, row: u32, span: &Range<u16>) -> bool {
        let whole = |merge: &&crate::ingest::Merge| {
            let columns = merge.last.column - merge.first.column + 1;
            usize::from(columns) >= span.len().max(2)
        };
        let touches = |merge: &&crate::ingest::Merge| {
            (merge.first.row..=merge.last.row).contains(&row)
                && span.contains(&merge.first.column)
                && merge.first.row + LINES > row
        };
        let until = self.sheet.merges.partition_point(|merge| merge.first.row <= row);
        self.sheet.merges[until.saturating_sub(1_000)..until].iter().filter(touches).any(|merge| !whole(&merge))
    }

    /// A block of nothing but texts: its first full row is the header, with all that its merged cells cover.
    fn all_text(&self, rows: &[usize], widest: usize, span: &Range<u16>) -> Option<(usize, Option<(u32, u32)>)> {
        let is_full = |i: &usize| {
            let cells = self.cells(*i, span);
            let texts = self.sheet.row(*i).iter().filter(|(column, _)| span.contains(column));
            let distinct: BTreeSet<String> = texts.map(|(_, cell)| fold_label(&self.sheet.display(*cell))).collect();
            cells.len() * 10 >= widest * 6 && cells.len() >= 2 && distinct.len() == cells.len()
        };
        let merged = |i: &usize| self.merged_in(self.index(*i), span) && self.cells(*i, span).len() >= 2;
        let at = rows.iter().take(DEPTH).position(|i| is_full(i) || merged(i))?;
        let first = self.index(rows[at]);
        let mut last = first;
        loop {
            let touching = self.sheet.merges.iter().take_while(|merge| merge.first.row <= last);
            let inside = touching.filter(|merge| merge.first.row >= first && span.contains(&merge.first.column));
            let needed = inside
                .map(|merge| {
                    let wide = merge.last.column > merge.first.column;
                    let whole = usize::from(merge.last.column - merge.first.column) + 1 >= span.len();
                    merge.last.row + u32::from(wide && !whole)
                })
                .max()
                .unwrap_or(last);
            if needed <= last || needed - first >= LINES {
                break;
            }
            last = needed;
        }
        let below = rows.partition_point(|i| self.index(*i) <= last);
        Some((below, Some((first, last - first + 1))))
    }

    /// Adds the blocks below that go on in the same way, and notes where the table ends.
    fn extend(&self, area: &mut Area, below: &[Range<usize>], span: &Range<u16>) {
        for block in below {
            let rows: Vec<usize> = block.clone().filter(|i| !self.cells(*i, span).is_empty()).collect();
            let Some(next) = rows.first() else { continue };
            if !self.goes_on(area, &rows, span) {
                area.ends_at = Some(*next);
                area.blank_after = !area.body.is_empty();
                return;
            }
            area.blank_inside |= !area.body.is_empty();
            area.body.extend(rows);
            area.columns = self.columns(area.header, &area.body, span);
        }
    }

    fn goes_on(&self, area: &Area, rows: &[usize], span: &Range<u16>) -> bool {
        let Some(first) = rows.first() else { return false };
        if self.begins_like_total(*first) {
            return false;
        }
        if area.body.is_empty() {
            // A header, a blank row, and the data.
            let inside = |i: &usize| self.cells(*i, span).iter().all(|(column, _)| area.columns.contains(column));
            let counts = rows.iter().map(|i| self.cells(*i, span).len()).max().unwrap_or(0);
            return rows.iter().all(inside) && counts >= 2 && !self.is_new_header(area, *first);
        }
        let typed = self.typed(area, span);
        let width = area.columns.len();
        let counts = rows.iter().map(|i| self.cells(*i, span).len()).max().unwrap_or(0);
        if counts < width.div_ceil(2).max(2) {
            return false;
        }
        if typed.is_empty() {
            return !self.is_new_header(area, *first);
        }
        let of_typed = rows.iter().flat_map(|i| self.cells(*i, span)).filter(|(c, _)| typed.contains(c));
        let (mut data, mut all) = (0, 0);
        for (_, class) in of_typed {
            data += usize::from(class.is_data());
            all += usize::from(*class != Class::Nothing);
        }
        data > 0 && data * 10 >= all * 7 && !(self.is_label_like(*first, span) && rows.len() > 1)
    }

    /// Whether a row repeats the header, or has texts that no row above has in as short a form.
    fn is_new_header(&self, area: &Area, i: usize) -> bool {
        let Some((row, lines)) = area.header else { return false };
        let header = Header::read(self.sheet, row, lines);
        let labels: BTreeSet<String> = header.columns().map(|(_, label)| fold_label(&label)).collect();
        self.sheet.row(i).iter().any(|(_, cell)| labels.contains(&fold_label(&self.sheet.display(*cell))))
    }

    /// Columns most of whose cells are numbers, dates or truth values.
    fn typed(&self, area: &Area, span: &Range<u16>) -> BTreeSet<u16> {
        let is_typed = |column: &u16| {
            let (mut data, mut all) = (0, 0);
            for i in &area.body {
                if let Some((_, class)) = self.cells(*i, span).iter().find(|(c, _)| c == column) {
                    data += usize::from(class.is_data());
                    all += usize::from(*class != Class::Nothing);
                }
            }
            all > 0 && data * 10 >= all * 7
        };
        area.columns.iter().copied().filter(is_typed).collect()
    }

    fn begins_like_total(&self, i: usize) -> bool {
        let Some((_, Cell::Text(id))) = self.sheet.row(i).first() else { return false };
        let text = fold_label(self.sheet.text(*id));
        TOTALS.iter().any(|word| {
            text.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', ':', ',', '(']))
        })
    }

    /// Takes notes off the end, and totals out of the rows.
    fn trim(&self, area: &mut Area) {
        let span = area.columns.first().copied().unwrap_or(0)..area.columns.last().map_or(0, |last| last + 1);
        let typed = self.typed(area, &span);
        while let Some(last) = area.body.last().copied() {
            let cells = self.cells(last, &span);
            let fits = cells.iter().any(|(column, class)| typed.contains(column) && class.is_data());
            let breaks = cells.iter().any(|(column, class)| typed.contains(column) && *class == Class::Text);
            let alone = cells.len() == 1 && area.columns.len() > 1;
            // One column of data proves little: a word in it may be a slip.
            let foreign = if typed.is_empty() {
                alone && self.is_note(last)
            } else {
                let is_rest = self.is_note(last) || typed.len() * 2 >= area.columns.len();
                !fits && ((alone && is_rest) || (breaks && typed.len() >= 2))
            };
            if !foreign && !self.adds_up(area, &typed) {
                break;
            }
            area.body.pop();
            let gap = area.body.last().is_some_and(|before| self.index(last) > self.index(*before) + 1);
            area.blank_after = gap;
            area.ends_at = Some(last);
        }
        area.blank_inside = area.body.windows(2).any(|pair| self.index(pair[1]) > self.index(pair[0]) + 1);
        let totals: Vec<usize> = area.body.iter().copied().filter(|i| self.begins_like_total(*i)).collect();
        if totals.len() < area.body.len() {
            area.body.retain(|i| !totals.contains(i));
            area.totals = totals;
        }
    }

    /// Whether the last row, which lacks cells that the others have, holds the sums of the columns above.
    fn adds_up(&self, area: &Area, typed: &BTreeSet<u16>) -> bool {
        let Some((last, above)) = area.body.split_last().filter(|(_, above)| above.len() >= 3) else { return false };
        let number = |i: usize, column: u16| {
            let found = self.sheet.row(i).iter().find(|(at, _)| *at == column)?;
            match found.1 {
                Cell::Number(value) | Cell::Money(value, _) => Some(value),
                _ => None,
            }
        };
        let fewest = above.iter().map(|i| self.sheet.row(*i).len()).min().unwrap_or(0);
        if self.sheet.row(*last).len() >= fewest {
            return false;
        }
        let mut sums = 0;
        for column in typed {
            let Some(total) = number(*last, *column) else { continue };
            let sum: f64 = above.iter().filter_map(|i| number(*i, *column)).sum();
            if (sum - total).abs() > 1e-6 * total.abs().max(1.0) {
                return false;
            }
            sums += 1;
        }
        sums > 0
    }

    fn is_worth(&self, area: &Area) -> bool {
        let (columns, rows) = (area.columns.len(), area.body.len() + area.totals.len());
        match area.header {
            Some(_) => columns >= 2 && (rows >= 2 || columns >= 3),
            None => columns >= 2 && rows >= 2 && !self.is_prose(area) && self.is_half_data(area),
        }
    }

    /// Whether a row of one text is a note, not a value.
    fn is_note(&self, i: usize) -> bool {
        let Some((_, cell)) = self.sheet.row(i).first() else { return false };
        let text = self.sheet.display(*cell);
        let folded = fold_label(&text);
        let words =
            ["note", "source", "quelle", "anmerkung", "hinweis", "remarque", "uwaga", "zrodlo", "pastaba", "bron"];
        text.chars().count() > 40
            || text.trim_start().starts_with(['*', '(', '†'])
            || words.iter().any(|word| folded.starts_with(word))
    }

    /// Without a header only numbers and dates tell a table from a form.
    fn is_half_data(&self, area: &Area) -> bool {
        let classes = || area.body.iter().flat_map(|i| &self.classes[*i]);
        classes().filter(|(_, class)| class.is_data()).count() * 2 >= classes().count()
    }

    fn is_prose(&self, area: &Area) -> bool {
        let texts = area.body.iter().flat_map(|i| self.sheet.row(*i)).filter_map(|(_, cell)| match cell {
            Cell::Text(id) => Some(self.sheet.text(*id).chars().count()),
            _ => None,
        });
        let (mut letters, mut count) = (0, 0);
        for length in texts {
            letters += length;
            count += 1;
        }
        count > 0 && letters / count >= PROSE
    }

    /// The nearest row above with one text, not above another table.
    fn title(&self, area: &Area, before: Option<&Area>) -> Option<usize> {
        let top = area.header.map(|(row, _)| row).or(area.body.first().map(|i| self.index(*i)))?;
        let first = self.sheet.rows.partition_point(|row| row.index < top);
        let floor = before.and_then(|area| area.body.last()).map_or(0, |last| last + 1);
        let span = area.columns.first().copied()?..area.columns.last()? + 1;
        (floor.min(first)..first).rev().take(5).find(|i| {
            let cells = self.cells(*i, &span);
            cells.len() == 1 && cells[0].1 == Class::Text && self.sheet.row(*i).len() == 1
        })
    }
}
