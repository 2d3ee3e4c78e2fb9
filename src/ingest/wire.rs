//! A read workbook as bytes, from the worker process that read it to the one that asked.
//!
//! Both ends are the same program, so there is no version. What comes back is not trusted all the same: a worker
//! that a hostile file took over may send anything. Every length is held against what is there.

use chrono::{Datelike as _, NaiveDate};

use super::grid::{Cell, Currency, ErrorKind, FileKind, Merge, Note, Row, Sheet, TextId, Texts, Workbook};
use super::{Limits, Options, Refusal};
use crate::finding::{CellRef, Severity, rules};

const KINDS: [FileKind; 9] = [
    FileKind::Xlsx,
    FileKind::Xlsm,
    FileKind::Xlsb,
    FileKind::Xls,
    FileKind::Ods,
    FileKind::Csv,
    FileKind::Json,
    FileKind::Xml,
    FileKind::Lsa,
];

/// A file to read: its name, what to hold it against, its bytes.
pub(super) struct Request {
    pub name: String,
    pub options: Options,
    pub bytes: Vec<u8>,
}

/// What a worker is to do: the first byte of a request.
const READ: u8 = 0;
const OTHER: u8 = 1;

/// A request as the worker gets it.
pub(super) enum Job<'a> {
    Read(Request),
    Other(&'a [u8]),
}

pub(super) fn other(request: &[u8]) -> Vec<u8> {
    [&[OTHER], request].concat()
}

pub(super) fn read_job(bytes: &[u8]) -> Option<Job<'_>> {
    match bytes.split_first()? {
        (&READ, request) => read_request(request).map(Job::Read),
        (&OTHER, request) => Some(Job::Other(request)),
        _ => None,
    }
}

pub(super) fn request(name: &str, options: &Options, bytes: &[u8]) -> Vec<u8> {
    let mut out = Out(Vec::with_capacity(bytes.len() + name.len() + 64));
    out.u8(READ);
    let Options { limits: Limits { file_bytes, unzipped_bytes, ratio, rows, columns }, encoding } = options;
    out.text(name);
    for limit in [*file_bytes, *unzipped_bytes, *ratio, u64::from(*rows), u64::from(*columns)] {
        out.u64(limit);
    }
    out.maybe_text(encoding.as_deref());
    out.u64(bytes.len() as u64);
    out.0.extend_from_slice(bytes);
    out.0
}

fn read_request(bytes: &[u8]) -> Option<Request> {
    let mut from = In(bytes);
    let name = from.text()?;
    let (file_bytes, unzipped_bytes, ratio) = (from.u64()?, from.u64()?, from.u64()?);
    let (rows, columns) = (u32::try_from(from.u64()?).ok()?, u16::try_from(from.u64()?).ok()?);
    let encoding = from.maybe_text()?;
    let length = usize::try_from(from.u64()?).ok()?;
    let bytes = from.take(length)?.to_vec();
    let limits = Limits { file_bytes, unzipped_bytes, ratio, rows, columns };
    Some(Request { name, options: Options { limits, encoding }, bytes })
}

pub(super) fn answer(read: &Result<Workbook, Refusal>) -> Vec<u8> {
    let mut out = Out(Vec::new());
    match read {
        Ok(workbook) => {
            out.u8(1);
            out.workbook(workbook);
        }
        Err(refusal) => {
            out.u8(0);
            out.text(refusal.rule.id);
            out.text(&refusal.message);
            out.maybe_text(refusal.help.as_deref());
        }
    }
    out.0
}

/// None for bytes that no worker of ours sends.
pub(super) fn read_answer(bytes: &[u8]) -> Option<Result<Workbook, Refusal>> {
    let mut from = In(bytes);
    match from.u8()? {
        1 => from.workbook().map(Ok),
        0 => {
            let rule = rules::by_id(&from.text()?)?;
            let (message, help) = (from.text()?, from.maybe_text()?);
            Some(Err(Refusal { rule, message, help }))
        }
        _ => None,
    }
}

struct Out(Vec<u8>);

impl Out {
    fn u8(&mut self, value: u8) {
        self.0.push(value);
    }

    fn u32(&mut self, value: u32) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    fn u64(&mut self, value: u64) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    /// No list of a sheet is longer than its cells, which are counted.
    fn length(&mut self, length: usize) {
        self.u32(u32::try_from(length).unwrap_or(u32::MAX));
    }

    fn text(&mut self, text: &str) {
        self.length(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }

    fn maybe_text(&mut self, text: Option<&str>) {
        self.u8(u8::from(text.is_some()));
        self.text(text.unwrap_or_default());
    }

    fn place(&mut self, place: CellRef) {
        self.u32(place.row);
        self.u32(u32::from(place.column));
    }

    fn workbook(&mut self, workbook: &Workbook) {
        let kind = KINDS.iter().position(|kind| *kind == workbook.kind).unwrap_or(0);
        self.u8(u8::try_from(kind).unwrap_or(0));
        self.u8(u8::from(workbook.signed));
        self.length(workbook.notes.len());
        for note in &workbook.notes {
            self.text(note.rule.id);
            self.text(note.severity.as_str());
            self.text(&note.message);
            self.maybe_text(note.sheet.as_deref());
            self.u8(u8::from(note.cell.is_some()));
            self.place(note.cell.unwrap_or(CellRef::new(0, 0)));
        }
        self.length(workbook.sheets.len());
        for sheet in &workbook.sheets {
            self.sheet(sheet);
        }
    }

    fn sheet(&mut self, sheet: &Sheet) {
        self.0.reserve(sheet.cells.len() * 12 + sheet.rows.len() * 8 + sheet.texts.all.len() + 1024);
        self.text(&sheet.name);
        self.u8(u8::from(sheet.hidden));
        self.text(&sheet.texts.all);
        self.length(sheet.texts.ends.len());
        sheet.texts.ends.iter().for_each(|end| self.u32(*end));
        self.length(sheet.hidden_rows.len());
        sheet.hidden_rows.iter().for_each(|row| self.u32(*row));
        self.length(sheet.hidden_columns.len());
        sheet.hidden_columns.iter().for_each(|column| self.u32(u32::from(*column)));
        self.length(sheet.merges.len());
        for merge in &sheet.merges {
            self.place(merge.first);
            self.place(merge.last);
        }
        self.length(sheet.rows.len());
        for row in &sheet.rows {
            self.u32(row.index);
            self.u32(row.end - row.start);
        }
        self.length(sheet.cells.len());
        for (column, cell) in &sheet.cells {
            let (tag, extra, payload) = packed(*cell);
            self.0.extend_from_slice(&column.to_le_bytes());
            self.0.extend_from_slice(&[tag, extra]);
            self.u64(payload);
        }
    }
}

/// A cell as a tag, a byte and eight bytes.
fn packed(cell: Cell) -> (u8, u8, u64) {
    match cell {
        Cell::Text(id) => (0, 0, u64::from(id.0)),
        Cell::Number(value) => (1, 0, value.to_bits()),
        Cell::Percent(value) => (2, 0, value.to_bits()),
        Cell::Money(value, currency) => (3, currency.index(), value.to_bits()),
        Cell::Date(day) => (4, 0, u64::from(day.num_days_from_ce().unsigned_abs())),
        Cell::Bool(value) => (5, u8::from(value), 0),
        Cell::Error(error) => (6, error.index(), 0),
        Cell::Uncalculated => (7, 0, 0),
    }
}

fn unpacked(tag: u8, extra: u8, payload: u64, texts: usize) -> Option<Cell> {
    let number = || Some(f64::from_bits(payload)).filter(|value| value.is_finite());
    Some(match tag {
        0 => Cell::Text(TextId(u32::try_from(payload).ok().filter(|id| (*id as usize) < texts)?)),
        1 => Cell::Number(number()?),
        2 => Cell::Percent(number()?),
        3 => Cell::Money(number()?, Currency::from_index(extra)?),
        4 => Cell::Date(NaiveDate::from_num_days_from_ce_opt(i32::try_from(payload).ok()?)?),
        5 => Cell::Bool(extra != 0),
        6 => Cell::Error(ErrorKind::from_index(extra)?),
        7 => Cell::Uncalculated,
        _ => return None,
    })
}

struct In<'a>(&'a [u8]);

impl<'a> In<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(head)
    }

    fn u8(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    fn u32(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        self.take(8)?.try_into().ok().map(u64::from_le_bytes)
    }

    /// A length of things that take at least `each` bytes: no more of them than bytes are left.
    fn length(&mut self, each: usize) -> Option<usize> {
        let length = self.u32()? as usize;
        (length.checked_mul(each)? <= self.0.len()).then_some(length)
    }

    fn list<T>(&mut self, each: usize, mut read: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let length = self.length(each)?;
        let mut list = Vec::with_capacity(length);
        for _ in 0..length {
            list.push(read(self)?);
        }
        Some(list)
    }

    fn text(&mut self) -> Option<String> {
        let length = self.u32()? as usize;
        str::from_utf8(self.take(length)?).ok().map(str::to_owned)
    }

    #[allow(clippy::option_option, reason = "none came, it says none, or it says one")]
    fn maybe_text(&mut self) -> Option<Option<String>> {
        let there = self.u8()? != 0;
        let text = self.text()?;
        Some(there.then_some(text))
    }

    fn place(&mut self) -> Option<CellRef> {
        Some(CellRef::new(self.u32()?, u16::try_from(self.u32()?).ok()?))
    }

    fn workbook(&mut self) -> Option<Workbook> {
        let kind = *KINDS.get(usize::from(self.u8()?))?;
        let signed = self.u8()? != 0;
        let notes = self.list(4, |from| {
            let (rule, severity) = (rules::by_id(&from.text()?)?, Severity::parse(&from.text()?)?);
            let (message, sheet) = (from.text()?, from.maybe_text()?);
            let there = from.u8()? != 0;
            let cell = from.place()?;
            Some(Note { rule, severity, message, sheet, cell: there.then_some(cell) })
        })?;
        let sheets = self.list(1, Self::sheet)?;
        Some(Workbook { kind, signed, sheets, notes })
    }

    fn sheet(&mut self) -> Option<Sheet> {
        let (name, hidden, all) = (self.text()?, self.u8()? != 0, self.text()?);
        let ends = self.list(4, Self::u32)?;
        let hidden_rows = self.list(4, Self::u32)?;
        let hidden_columns = self.list(4, |from| u16::try_from(from.u32()?).ok())?;
        let merges = self.list(16, |from| Some(Merge { first: from.place()?, last: from.place()? }))?;
        let mut start = 0;
        let rows = self.list(8, |from| {
            let (index, cells) = (from.u32()?, from.u32()?);
            let end = u32::checked_add(start, cells)?;
            let row = Row { index, start, end };
            start = end;
            Some(row)
        })?;
        let texts = ends.len();
        let cells = self.list(12, |from| {
            let column = u16::from_le_bytes(from.take(2)?.try_into().ok()?);
            let (tag, extra, payload) = (from.u8()?, from.u8()?, from.u64()?);
            Some((column, unpacked(tag, extra, payload, texts)?))
        })?;
        Some(Sheet { name, hidden, rows, hidden_rows, hidden_columns, merges, cells, texts: Texts { all, ends } })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Workbook {
        let text = "name;amount\nLéa;12\nBo;\"x\ny\"\n";
        super::super::read("a.csv", text.as_bytes(), &Options::default()).expect("a csv")
    }

    #[test]
    fn what_is_sent_is_what_arrives() {
        let mut workbook = sample();
        let sheet = &mut workbook.sheets[0];
        sheet.merges.push(Merge { first: CellRef::new(1, 0), last: CellRef::new(2, 1) });
        sheet.cells[1].1 = Cell::Money(-1.5, Currency::parse("€").expect("known"));
        sheet.cells[2].1 = Cell::Date(NaiveDate::from_ymd_opt(2016, 6, 30).expect("a day"));
        sheet.cells[3].1 = Cell::Uncalculated;
        let arrived = read_answer(&answer(&Ok(workbook.clone()))).expect("whole").expect("read");
        assert_eq!(format!("{arrived:?}"), format!("{workbook:?}"));
        let refusal = Refusal::damaged("is cut off");
        assert_eq!(read_answer(&answer(&Err(refusal.clone()))).expect("whole").unwrap_err(), refusal);
    }

    #[test]
    fn a_request_arrives_whole() {
        let options = Options { encoding: Some("windows-1250".into()), ..Options::default() };
        let request = request("ä.csv", &options, b"a;b");
        let Some(Job::Read(read)) = read_job(&request) else { panic!("not a request to read") };
        assert_eq!((read.name.as_str(), read.options, read.bytes.as_slice()), ("ä.csv", options, b"a;b".as_slice()));
        assert!(matches!(read_job(&other(b"x")), Some(Job::Other(b"x"))));
    }

    #[test]
    fn nothing_that_a_hostile_worker_sends_is_trusted() {
        let sound = answer(&Ok(sample()));
        for cut in 0..sound.len() {
            assert!(read_answer(&sound[..cut]).is_none(), "cut at {cut}");
        }
        // Any byte changed: read as something else, or refused, but never a panic or a huge allocation.
        for at in 0..sound.len() {
            for value in [0, 0x7f, 0xff] {
                let mut changed = sound.clone();
                changed[at] = value;
                if let Some(Ok(workbook)) = read_answer(&changed) {
                    for sheet in &workbook.sheets {
                        for i in 0..sheet.rows.len() {
                            sheet.row(i).iter().for_each(|(_, cell)| drop(sheet.display(*cell)));
                        }
                    }
                }
            }
        }
    }
}
