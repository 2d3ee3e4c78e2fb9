//! Fills a [`Sheet`]: cells in any order, each distinct text once, limits held.

use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};

use super::grid::{Cell, Merge, Row, Sheet, TextId, Texts, length};
use super::shown::{Shown, number};
use super::{Limits, Refusal};
use crate::finding::{CellRef, rules};

/// Cells that one file may hold.
const MAX_CELLS: usize = 20_000_000;
/// Merged ranges that one sheet may have; those further down are not looked at.
const MAX_MERGES: usize = 100_000;

pub(super) struct SheetBuilder<'a> {
    sheet: Sheet,
    texts: Interner,
    limits: &'a Limits,
    /// Cells that the sheets before this one hold.
    cells_before: usize,
    in_order: bool,
}

impl<'a> SheetBuilder<'a> {
    pub fn new(name: &str, limits: &'a Limits, cells_before: usize) -> Self {
        let sheet = Sheet { name: name.to_owned(), ..Sheet::default() };
        Self { sheet, texts: Interner::default(), limits, cells_before, in_order: true }
    }

    /// Makes room, at most for as many cells as stand in a large sheet.
    pub fn reserve(&mut self, rows: usize, cells: usize) {
        self.sheet.rows.reserve_exact(rows.min(1 << 16));
        self.sheet.cells.reserve_exact(cells.min(1 << 20));
    }

    /// A text as a cell; None for white space, which counts as an empty cell.
    pub fn text(&mut self, text: &str) -> Option<Cell> {
        (!text.trim().is_empty()).then(|| Cell::Text(self.texts.by_content(&mut self.sheet.texts, text)))
    }

    /// Like [`text`](Self::text), faster where one string comes again and again from the same place in memory.
    /// That place must hold the same text for as long as this builder lives.
    pub fn shared_text(&mut self, text: &str) -> Option<Cell> {
        self.texts.by_address(&mut self.sheet.texts, text).map(Cell::Text)
    }

    /// A number as its format shows it.
    pub fn number(&mut self, value: f64, shown: Shown) -> Option<Cell> {
        match shown.seen(value) {
            Some(text) => self.text(&text),
            None => Some(number(value, shown)),
        }
    }

    pub fn push(&mut self, at: CellRef, cell: Cell) -> Result<(), Refusal> {
        if at.row >= self.limits.rows || at.column >= self.limits.columns {
            return Err(self.too_far(at));
        }
        if self.cells_before + self.sheet.cells.len() >= MAX_CELLS {
            let message = format!("holds more than {} million cells", MAX_CELLS / 1_000_000);
            return Err(Refusal::new(&rules::FILE_TOO_LARGE, message));
        }
        let end = length(self.sheet.cells.len());
        match self.sheet.rows.last_mut() {
            Some(row) if row.index == at.row => {
                self.in_order &= self.sheet.cells.last().is_some_and(|(column, _)| *column < at.column);
                row.end = end + 1;
            }
            last => {
                self.in_order &= last.is_none_or(|row| row.index < at.row);
                self.sheet.rows.push(Row { index: at.row, start: end, end: end + 1 });
            }
        }
        self.sheet.cells.push((at.column, cell));
        Ok(())
    }

    fn too_far(&self, at: CellRef) -> Refusal {
        let sheet =
            if self.sheet.name.is_empty() { String::new() } else { format!(" of sheet “{}”", self.sheet.name) };
        let Limits { rows, columns, .. } = self.limits;
        let message = format!("cell {at}{sheet} lies beyond the limit of {rows} rows and {columns} columns");
        Refusal::new(&rules::FILE_TOO_LARGE, message)
    }

    /// What is hidden may hold nothing, and come in any order.
    pub fn finish(mut self, extras: Extras) -> Sheet {
        if !self.in_order {
            sort(&mut self.sheet);
        }
        let Extras { hidden, mut hidden_rows, hidden_columns, mut merges } = extras;
        let rows = &self.sheet.rows;
        hidden_rows.retain(|hidden| rows.binary_search_by_key(hidden, |row| row.index).is_ok());
        hidden_rows.sort_unstable();
        hidden_rows.dedup();
        let mut hidden_columns: Vec<u16> = hidden_columns.into_iter().filter(|(first, last)| first <= last).fold(
            Vec::new(),
            |mut columns, (first, last)| {
                columns.extend(first..=last.min(self.limits.columns));
                columns
            },
        );
        hidden_columns.sort_unstable();
        hidden_columns.dedup();
        if !hidden_columns.is_empty() {
            let filled: BTreeSet<u16> = self.sheet.cells.iter().map(|(column, _)| *column).collect();
            hidden_columns.retain(|column| filled.contains(column));
        }
        // Damaged files hold ranges that end before they begin.
        merges.retain(|merge| merge.first.row <= merge.last.row && merge.first.column <= merge.last.column);
        merges.sort_by_key(|merge| (merge.first.row, merge.first.column));
        merges.truncate(MAX_MERGES);
        Sheet { hidden, hidden_rows, hidden_columns, merges, ..self.sheet }
    }
}

/// What a sheet has besides cells.
#[derive(Debug, Default)]
pub(super) struct Extras {
    pub hidden: bool,
    pub hidden_rows: Vec<u32>,
    /// First and last columns of hidden ranges.
    pub hidden_columns: Vec<(u16, u16)>,
    pub merges: Vec<Merge>,
}

/// Puts rows and cells in order. Where one place has two cells the later one counts, as in Excel.
fn sort(sheet: &mut Sheet) {
    let mut all: Vec<(u32, u16, Cell)> = Vec::with_capacity(sheet.cells.len());
    for (i, row) in sheet.rows.iter().enumerate() {
        all.extend(sheet.row(i).iter().map(|(column, cell)| (row.index, *column, *cell)));
    }
    all.sort_by_key(|(row, column, _)| (*row, *column));
    sheet.rows.clear();
    sheet.cells.clear();
    for (row, column, cell) in all {
        let end = length(sheet.cells.len());
        match (sheet.rows.last_mut(), sheet.cells.last_mut()) {
            (Some(last), Some(before)) if last.index == row && before.0 == column => before.1 = cell,
            (Some(last), _) if last.index == row => {
                last.end = end + 1;
                sheet.cells.push((column, cell));
            }
            _ => {
                sheet.rows.push(Row { index: row, start: end, end: end + 1 });
                sheet.cells.push((column, cell));
            }
        }
    }
}

/// Finds the id of a text. The texts themselves stand in the sheet.
#[derive(Default)]
struct Interner {
    /// Keyed, so that nobody can send texts that all fall on one hash.
    state: RandomState,
    by_hash: HashMap<u64, TextId, BuildHasherDefault<Ready>>,
    by_address: HashMap<u64, Option<TextId>, BuildHasherDefault<Ready>>,
}

impl Interner {
    fn by_content(&mut self, texts: &mut Texts, text: &str) -> TextId {
        let hash = self.state.hash_one(text);
        if let Some(id) = self.by_hash.get(&hash)
            && texts.get(*id) == Some(text)
        {
            return *id;
        }
        // Two texts with one hash, once in 2⁶⁴, share the entry in turn: each gets right ids, perhaps several.
        let id = texts.push(text);
        self.by_hash.insert(hash, id);
        id
    }

    fn by_address(&mut self, texts: &mut Texts, text: &str) -> Option<TextId> {
        // Spread, because the map takes its buckets from the low bits and allocations are aligned.
        let address = (text.as_ptr().addr() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(32);
        if let Some(id) = self.by_address.get(&address) {
            return *id;
        }
        let id = (!text.trim().is_empty()).then(|| self.by_content(texts, text));
        self.by_address.insert(address, id);
        id
    }
}

/// The hasher of keys that are hashes already.
#[derive(Default)]
struct Ready(u64);

impl Hasher for Ready {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_in_any_order_come_out_in_order_and_the_later_of_two_counts() {
        let limits = Limits::default();
        let mut builder = SheetBuilder::new("S", &limits, 0);
        for (at, value) in [("B3", 1.0), ("A3", 2.0), ("C1", 3.0), ("B3", 4.0), ("A1", 5.0)] {
            builder.push(CellRef::parse(at).unwrap(), Cell::Number(value)).unwrap();
        }
        let sheet = builder.finish(Extras {
            hidden_rows: vec![2, 1, 2],
            hidden_columns: vec![(1, 1), (7, 9)],
            merges: vec![
                Merge { first: CellRef::new(2, 1), last: CellRef::new(1, 1) },
                Merge { first: CellRef::new(0, 0), last: CellRef::new(0, 1) },
            ],
            ..Extras::default()
        });
        assert_eq!(sheet.hidden_columns, [1]);
        assert_eq!(sheet.merges, [Merge { first: CellRef::new(0, 0), last: CellRef::new(0, 1) }]);
        let places: Vec<u32> = sheet.rows.iter().map(|row| row.index).collect();
        assert_eq!(places, [0, 2]);
        assert_eq!(sheet.row(0), [(0, Cell::Number(5.0)), (2, Cell::Number(3.0))]);
        assert_eq!(sheet.row(1), [(0, Cell::Number(2.0)), (1, Cell::Number(4.0))]);
        assert_eq!(sheet.hidden_rows, [2]);
        assert_eq!(sheet.cell(CellRef::new(2, 1)), Some(Cell::Number(4.0)));
        assert_eq!(sheet.cell(CellRef::new(1, 1)), None);
    }

    #[test]
    fn equal_texts_have_one_id_and_white_space_has_none() {
        let limits = Limits::default();
        let mut builder = SheetBuilder::new("S", &limits, 0);
        let (one, two) = (String::from("signed "), String::from("signed "));
        let cells =
            [builder.shared_text(&one), builder.shared_text(&two), builder.text(&one), builder.shared_text(&one)];
        assert_eq!(cells, [Some(Cell::Text(TextId(0))); 4]);
        assert_eq!(builder.text(" \u{a0}\t"), None);
        let sheet = builder.finish(Extras::default());
        assert_eq!((sheet.texts_len(), sheet.text(TextId(0))), (1, "signed "));
    }
}
