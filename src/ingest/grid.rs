//! What a file turns into: sheets of cells with their places. Type to read first: [`Sheet`].

use chrono::NaiveDate;

use crate::finding::{CellRef, Rule, Severity};

/// What a file turned out to be, whatever its name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FileKind {
    #[default]
    Xlsx,
    /// An xlsx with macros, which are never run.
    Xlsm,
    Xlsb,
    Xls,
    Ods,
    Csv,
    /// Answers as `KoboToolbox`, ODK Central and `LimeSurvey` give them.
    Json,
    /// Answers as `EUSurvey` gives them.
    Xml,
    /// An archive of `LimeSurvey`.
    Lsa,
}

impl FileKind {
    /// The ending of its name.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Xlsm => "xlsm",
            Self::Xlsb => "xlsb",
            Self::Xls => "xls",
            Self::Ods => "ods",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Xml => "xml",
            Self::Lsa => "lsa",
        }
    }
}

/// Everything that was read of one file.
#[derive(Debug, Clone, Default)]
pub struct Workbook {
    pub kind: FileKind,
    /// Whether it bears a digital signature, which any change would break.
    pub signed: bool,
    /// In the order of the file; a csv is one sheet without a name. Chart sheets hold no cells and are left out.
    pub sheets: Vec<Sheet>,
    pub notes: Vec<Note>,
}

/// What was tolerated, and is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub rule: &'static Rule,
    pub severity: Severity,
    /// A lower-case phrase without a full stop.
    pub message: String,
    pub sheet: Option<String>,
    pub cell: Option<CellRef>,
}

/// A text of one sheet. Equal texts of a sheet have one id, so that a reader can remember what it made of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextId(pub u32);

/// An error value of a spreadsheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrorKind(u8);

/// The error values that programs write; the last stands for any other.
#[rustfmt::skip]
const ERRORS: [&str; 17] = [
    "#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA", "#SPILL!", "#CALC!", "#FIELD!",
    "#BLOCKED!", "#CONNECT!", "#UNKNOWN!", "#BUSY!", "#PYTHON!", "#ERROR!",
];

/// As Excel shows them in other languages, and in English.
#[rustfmt::skip]
const LOCAL_ERRORS: [(&str, &str); 19] = [
    ("#NUL!", "#NULL!"), ("#LEEG!", "#NULL!"), ("#WERT!", "#VALUE!"), ("#VALEUR!", "#VALUE!"), ("#WAARDE!", "#VALUE!"),
    ("#BEZUG!", "#REF!"), ("#VERW!", "#REF!"), ("#NOM?", "#NAME?"), ("#NAAM?", "#NAME?"), ("#ZAHL!", "#NUM!"),
    ("#NOMBRE!", "#NUM!"), ("#GETAL!", "#NUM!"), ("#NV", "#N/A"), ("#N/B", "#N/A"), ("#ÜBERLAUF!", "#SPILL!"),
    ("#PROPAGATION!", "#SPILL!"), ("#OVERLOOP!", "#SPILL!"), ("#DAL/0!", "#DIV/0!"), ("#DEEL/0!", "#DIV/0!"),
];

impl ErrorKind {
    pub(super) fn parse(text: &str) -> Self {
        let index = ERRORS.iter().position(|error| *error == text).unwrap_or(ERRORS.len() - 1);
        Self(u8::try_from(index).unwrap_or(0))
    }

    /// The error that a text shows, as programs in English, German, French, Dutch and Lithuanian write it.
    pub fn shown_as(text: &str) -> Option<Self> {
        let text = text.trim();
        if !text.starts_with('#') {
            return None;
        }
        let english = LOCAL_ERRORS.iter().find(|(local, _)| *local == text).map_or(text, |(_, english)| english);
        ERRORS.contains(&english).then(|| Self::parse(english))
    }

    pub(super) fn index(self) -> u8 {
        self.0
    }

    pub(super) fn from_index(index: u8) -> Option<Self> {
        (usize::from(index) < ERRORS.len()).then_some(Self(index))
    }

    /// As it stands in the cell: `#REF!`.
    pub fn as_str(self) -> &'static str {
        ERRORS[usize::from(self.0)]
    }
}

/// The currency that a number format shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Currency(u8);

/// Codes, and the signs that stand for them in formats.
const CURRENCIES: [(&str, &str); 15] = [
    ("EUR", "€"),
    ("USD", "$"),
    ("GBP", "£"),
    ("JPY", "¥"),
    ("PLN", "zł"),
    ("CZK", "Kč"),
    ("HUF", "Ft"),
    ("CHF", "Fr."),
    ("SEK", "SEK"),
    ("NOK", "NOK"),
    ("DKK", "DKK"),
    ("RON", "lei"),
    ("BGN", "лв."),
    ("CNY", "CN¥"),
    ("CAD", "CA$"),
];

impl Currency {
    /// From a code or sign as a format holds it.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let at = CURRENCIES.iter().position(|(code, sign)| *code == text || *sign == text)?;
        u8::try_from(at).ok().map(Self)
    }

    pub(super) fn index(self) -> u8 {
        self.0
    }

    pub(super) fn from_index(index: u8) -> Option<Self> {
        (usize::from(index) < CURRENCIES.len()).then_some(Self(index))
    }

    /// Its ISO code.
    pub fn as_str(self) -> &'static str {
        CURRENCIES[usize::from(self.0)].0
    }
}

/// A cell that holds something. Empty cells, and texts of nothing but white space, are not kept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell {
    /// With its leading and trailing spaces.
    Text(TextId),
    /// Never infinite. Also a time of day, a duration, and a date that is none (before 1900, after 9999).
    Number(f64),
    /// A number that is shown with a percent sign, as it is stored: 0.25 for 25 %.
    Percent(f64),
    /// A number that is shown with a currency.
    Money(f64, Currency),
    /// A number that is shown as a date. The time of day is dropped.
    Date(NaiveDate),
    Bool(bool),
    Error(ErrorKind),
    /// A formula without a stored value, as programs write it that do not calculate: nobody knows what it gives.
    Uncalculated,
}

/// Cells that are shown as one, by their corners. Only the first of them should hold something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Merge {
    pub first: CellRef,
    pub last: CellRef,
}

impl Merge {
    pub fn covers(&self, at: CellRef) -> bool {
        (self.first.row..=self.last.row).contains(&at.row)
            && (self.first.column..=self.last.column).contains(&at.column)
    }
}

/// A row that holds something: its place in the sheet, and where its cells stand in the sheet's list of cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Counted from zero, blank rows among them: row 17 of Excel is 16.
    pub index: u32,
    pub(super) start: u32,
    pub(super) end: u32,
}

/// One sheet. Cells stand in one list, row after row, and point to the sheet's distinct texts.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    /// Empty for a csv.
    pub name: String,
    pub hidden: bool,
    /// Only rows that hold something, from the top.
    pub rows: Vec<Row>,
    /// Rows that hold something and are hidden, from the top.
    pub hidden_rows: Vec<u32>,
    /// Columns that hold something and are hidden, from the left.
    pub hidden_columns: Vec<u16>,
    /// In the order of their first cells: row, then column.
    pub merges: Vec<Merge>,
    pub(super) cells: Vec<(u16, Cell)>,
    pub(super) texts: Texts,
}

/// Distinct texts, one after another in one allocation.
#[derive(Debug, Clone, Default)]
pub(super) struct Texts {
    pub all: String,
    pub ends: Vec<u32>,
}

impl Texts {
    pub fn get(&self, id: TextId) -> Option<&str> {
        let index = id.0 as usize;
        let start = index.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.all.get(start as usize..*self.ends.get(index)? as usize)
    }

    pub fn push(&mut self, text: &str) -> TextId {
        let id = TextId(length(self.ends.len()));
        self.all.push_str(text);
        self.ends.push(length(self.all.len()));
        id
    }
}

/// No file within the limits holds so much that this would cut a length.
pub(super) fn length(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

impl Sheet {
    /// The text of an id of this sheet; empty for any other id.
    pub fn text(&self, id: TextId) -> &str {
        self.texts.get(id).unwrap_or_default()
    }

    /// How many distinct texts there are: ids count from zero to here.
    pub fn texts_len(&self) -> usize {
        self.texts.ends.len()
    }

    /// The cells of `rows[i]`, from the left, with their columns. `i` counts kept rows; `rows[i].index` is the place.
    pub fn row(&self, i: usize) -> &[(u16, Cell)] {
        self.rows.get(i).and_then(|row| self.cells.get(row.start as usize..row.end as usize)).unwrap_or(&[])
    }

    /// The cell at a place, if it holds something.
    pub fn cell(&self, at: CellRef) -> Option<Cell> {
        let i = self.rows.binary_search_by_key(&at.row, |row| row.index).ok()?;
        let cells = self.row(i);
        cells.binary_search_by_key(&at.column, |(column, _)| *column).ok().map(|k| cells[k].1)
    }

    /// What a person sees in the cell, but for decimals and separators of its format.
    pub fn display(&self, cell: Cell) -> String {
        match cell {
            Cell::Text(id) => self.text(id).to_owned(),
            Cell::Number(value) => number(value),
            Cell::Percent(value) => number(value * 100.0) + "%",
            Cell::Money(value, currency) => format!("{} {}", number(value), currency.as_str()),
            Cell::Date(date) => date.to_string(),
            Cell::Bool(value) => if value { "TRUE" } else { "FALSE" }.to_owned(),
            Cell::Error(error) => error.as_str().to_owned(),
            Cell::Uncalculated => "=?".to_owned(),
        }
    }
}

/// With 15 significant digits, as Excel shows numbers: 0.1 + 0.2 is 0.3.
pub(super) fn number(value: f64) -> String {
    let rounded: f64 = format!("{value:.14e}").parse().unwrap_or(value);
    // Adding zero turns -0 into 0.
    (rounded + 0.0).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_as_excel_shows_them() {
        let sheet = Sheet::default();
        for (cell, seen) in [
            (Cell::Number(0.1 + 0.2), "0.3"),
            (Cell::Number(-0.0), "0"),
            (Cell::Number(1_250_000.0), "1250000"),
            (Cell::Number(1e21), "1000000000000000000000"),
            (Cell::Percent(0.07), "7%"),
            (Cell::Percent(0.285), "28.5%"),
            (Cell::Bool(true), "TRUE"),
            (Cell::Error(ErrorKind::parse("#N/A")), "#N/A"),
            (Cell::Error(ErrorKind::parse("Err:502")), "#ERROR!"),
        ] {
            assert_eq!(sheet.display(cell), seen);
        }
    }

    #[test]
    fn a_text_that_shows_an_error_is_known() {
        for (text, shown) in [
            (" #N/A ", Some("#N/A")),
            ("#BEZUG!", Some("#REF!")),
            ("#VALEUR!", Some("#VALUE!")),
            ("#SPILL!", Some("#SPILL!")),
            ("#1", None),
            ("#", None),
            ("no. #REF!", None),
        ] {
            assert_eq!(ErrorKind::shown_as(text).map(ErrorKind::as_str), shown, "{text}");
        }
    }

    #[test]
    fn a_cell_is_small() {
        assert_eq!(size_of::<Cell>(), 16);
    }
}
