//! Cells of the inbox, read by calamine and csv directly and turned into numbers by rules of the test's own: nothing of
//! the program's readers is used.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use calamine::{Data, Range, Reader as _, open_workbook_auto};
use scoreboard::finding::CellRef;
use unicode_normalization::UnicodeNormalization as _;

pub struct Inbox {
    folder: PathBuf,
    sheets: BTreeMap<(String, String), Range<Data>>,
}

impl Inbox {
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), sheets: BTreeMap::new() }
    }

    fn sheet(&mut self, file: &str, sheet: &str) -> &Range<Data> {
        let key = (file.to_owned(), sheet.to_owned());
        if !self.sheets.contains_key(&key) {
            let range = read(&self.folder.join(file), sheet);
            self.sheets.insert(key.clone(), range);
        }
        &self.sheets[&key]
    }

    pub fn cell(&mut self, file: &str, sheet: &str, at: CellRef) -> Data {
        self.sheet(file, sheet).get_value((at.row, at.column.into())).cloned().unwrap_or(Data::Empty)
    }

    /// What a person sees there, spaces at the ends left out.
    pub fn text(&mut self, file: &str, sheet: &str, at: CellRef) -> String {
        match self.cell(file, sheet, at) {
            Data::Empty => String::new(),
            Data::String(text) => text.trim().to_owned(),
            Data::Float(number) => number.to_string(),
            Data::Int(number) => number.to_string(),
            other => other.to_string().trim().to_owned(),
        }
    }

    /// The number there, be it typed as a number or as a text in the ways of this locale.
    pub fn number(&mut self, file: &str, sheet: &str, at: CellRef, locale: &str) -> Option<f64> {
        match self.cell(file, sheet, at) {
            Data::Float(number) => Some(number),
            Data::Int(number) => i32::try_from(number).ok().map(f64::from),
            Data::String(text) => number_in(&text, locale),
            _ => None,
        }
    }

    /// Whether a row holds one of these texts, folded.
    pub fn row_says(&mut self, file: &str, sheet: &str, row: u32, names: &[String]) -> bool {
        let range = self.sheet(file, sheet);
        let last = range.end().map_or(0, |(_, column)| column);
        let texts = (0..=last).filter_map(|column| range.get_value((row, column)));
        texts.map(|data| folded(&data.to_string())).any(|text| names.contains(&text))
    }

    /// Rows below a header that hold something in this column.
    pub fn filled(&mut self, file: &str, sheet: &str, column: u16) -> Vec<u32> {
        let range = self.sheet(file, sheet);
        let Some((last, _)) = range.end() else { return Vec::new() };
        let is_filled =
            |row: &u32| range.get_value((*row, column.into())).is_some_and(|data| !data.to_string().trim().is_empty());
        (0..=last).filter(is_filled).collect()
    }
}

fn read(path: &Path, sheet: &str) -> Range<Data> {
    let is_csv = path.extension().is_some_and(|ext| ext.eq_ignore_ascii_case("csv"));
    if !is_csv {
        let mut book = open_workbook_auto(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        return book.worksheet_range(sheet).unwrap_or_else(|error| panic!("{} {sheet}: {error}", path.display()));
    }
    let bytes = std::fs::read(path).expect("a csv");
    let text =
        String::from_utf8(bytes.clone()).unwrap_or_else(|_| bytes.iter().map(|byte| char::from(*byte)).collect());
    // A position of the reader lies before the second half of a line's end.
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let first = text.lines().next().unwrap_or_default();
    let delimiter = if first.matches(';').count() > first.matches(',').count() { b';' } else { b',' };
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    let (mut cells, mut broken) = (Vec::new(), 0);
    for record in reader.records() {
        let record = record.expect("a line");
        // The reader skips empty lines; its position knows how many there were. A line break within a field makes no row.
        let line = record.position().map_or(0, |position| u32::try_from(position.line()).expect("few lines") - 1);
        let row = line - broken;
        broken += u32::try_from(record.iter().map(|field| field.matches('\n').count()).sum::<usize>()).expect("few");
        for (column, field) in (0..).zip(record.iter()) {
            cells.push(calamine::Cell::new((row, column), Data::String(field.to_owned())));
        }
    }
    Range::from_sparse(cells)
}

/// Spaces group everywhere; the last of comma and point parts the decimals where the locale says so.
pub fn number_in(text: &str, locale: &str) -> Option<f64> {
    let bare: String = text.chars().filter(|c| c.is_ascii_digit() || matches!(c, ',' | '.' | '-' | '+')).collect();
    if !bare.chars().any(|c| c.is_ascii_digit()) {
        return None;
    }
    // The last mark parts the decimals, unless it stands more than once or before exactly three digits: then the locale
    // says what it does.
    let last = bare.rfind([',', '.']);
    let plain = match last {
        None => bare,
        Some(at) => {
            let mark = &bare[at..=at];
            let (whole, rest) = (&bare[..at], &bare[at + 1..]);
            let other = if mark == "," { '.' } else { ',' };
            let of_locale = if matches!(locale.get(..2), Some("en")) { "." } else { "," };
            let decimal = whole.contains(other) || (!whole.contains(mark) && (rest.len() != 3 || mark == of_locale));
            let digits = whole.replace([',', '.'], "");
            if decimal { format!("{digits}.{rest}") } else { format!("{digits}{rest}") }
        }
    };
    plain.parse().ok()
}

/// Letters and digits alone, in capitals.
pub fn folded(text: &str) -> String {
    text.nfkc().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}
