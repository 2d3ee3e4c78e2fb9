//! Our sheet: what a tired person needs, from the top: the verdict, then one line a finding with a link to its cell.

use std::collections::BTreeSet;

use super::book::{MARK, quoted};
use super::styles::Faces;
use super::xml::{MAIN, escape, escape_text, shorten};
use super::{FindingsSheet, Remark, sign};
use crate::finding::{CellRef, Severity};

/// What Excel takes in a cell, and in a sheet.
const MOST_CHARACTERS: usize = 32_767;
const MOST_LINKS: usize = 60_000;
const MOST_ROWS: u32 = 1_048_000;

/// Of the columns that hold text, in characters.
const NARROWEST: usize = 9;
const WIDEST: usize = 52;
/// All columns together, so that a page of A4 holds them in letters that can be read.
const PAGE: usize = 150;

/// What is said where cells are not marked, by language; `{}` is their number.
const UNMARKED: [(&str, &str); 5] = [
    ("en", "{} more cells are not marked: there are too many. They stand in this list only."),
    ("de", "{} weitere Zellen sind nicht markiert: Es sind zu viele. Sie stehen nur in dieser Liste."),
    (
        "fr",
        "{} autres cellules ne sont pas marquées : elles sont trop nombreuses. Elles figurent seulement dans cette liste.",
    ),
    ("nl", "{} andere cellen zijn niet gemarkeerd: het zijn er te veel. Ze staan alleen in deze lijst."),
    ("lt", "Dar {} langeliai nepažymėti: jų per daug. Jie nurodyti tik šiame sąraše."),
];

/// How many lines stand above the list, so that its row can be known before it is written.
pub(super) fn head_row(sheet: &FindingsSheet, unmarked: usize) -> Option<u32> {
    let lines: usize = lines(sheet, unmarked).len();
    (!sheet.rows.is_empty()).then(|| u32::try_from(lines).unwrap_or(u32::MAX / 2).saturating_add(3))
}

fn lines(sheet: &FindingsSheet, unmarked: usize) -> Vec<String> {
    let mut lines = sheet.lines.clone();
    if unmarked > 0 {
        let language = sheet.language.split(['-', '_']).next().unwrap_or_default();
        let text = UNMARKED.iter().find(|(code, _)| *code == language).unwrap_or(&UNMARKED[0]).1;
        lines.push(text.replace("{}", &unmarked.to_string()));
    }
    let room: usize = widths(sheet).iter().sum::<usize>().max(80);
    lines.iter().flat_map(|line| wrap(line, room)).collect()
}

/// Cut at spaces: a line that stands over the columns is not wrapped by the program that shows it.
fn wrap(text: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for (at, paragraph) in text.lines().enumerate() {
        if at > 0 {
            lines.push(String::new());
        }
        for word in paragraph.split(' ') {
            let Some(line) = lines.last_mut() else { continue };
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > room {
                lines.push(word.to_owned());
            } else {
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(word);
            }
        }
    }
    lines
}

/// Of the columns, in characters.
fn widths(sheet: &FindingsSheet) -> Vec<usize> {
    let columns = sheet.columns.len().max(sheet.changes.iter().map(Vec::len).max().unwrap_or(0));
    let heads = sheet.columns.iter().map(String::as_str).enumerate();
    let cells = sheet.rows.iter().take(2_000).flat_map(|row| row.cells.iter().map(String::as_str).enumerate());
    let mut widths = vec![NARROWEST; columns];
    for (column, text) in heads.chain(cells) {
        if let Some(width) = widths.get_mut(column) {
            let longest = text.lines().map(|line| line.chars().count()).max().unwrap_or(0);
            *width = (*width).max(longest + 2).min(WIDEST);
        }
    }
    // The sign before the word, and changes, which share the columns but may take more lines.
    if let Some(first) = widths.first_mut() {
        *first = (*first + 2).max(12);
    }
    while widths.iter().sum::<usize>() > PAGE {
        match widths.iter_mut().max() {
            Some(width) if *width > 20 => *width -= 1,
            _ => break,
        }
    }
    widths
}

struct Writer<'a> {
    rows: String,
    links: String,
    link_count: usize,
    row: u32,
    last_column: u16,
    faces: &'a Faces,
}

impl Writer<'_> {
    /// A row of texts from the second column on, each with its format.
    fn row<'t>(&mut self, height: Option<u32>, cells: impl Iterator<Item = (&'t str, usize)>) {
        if self.row >= MOST_ROWS {
            return;
        }
        let number = self.row + 1;
        let height = height.map_or(String::new(), |height| format!(r#" ht="{height}" customHeight="1""#));
        self.rows += &format!(r#"<row r="{number}"{height}>"#);
        if self.row == 0 {
            self.rows += &format!(r#"<c r="A1" t="inlineStr"><is><t>{MARK}</t></is></c>"#);
        }
        for (column, (text, format)) in (1_u16..=16_000).zip(cells) {
            let place = CellRef::new(self.row, column);
            self.last_column = self.last_column.max(column);
            if text.is_empty() {
                self.rows += &format!(r#"<c r="{place}" s="{format}"/>"#);
                continue;
            }
            let text = escape_text(&shorten(text, MOST_CHARACTERS));
            self.rows += &format!(
                r#"<c r="{place}" s="{format}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>"#
            );
        }
        self.rows += "</row>";
        self.row += 1;
    }

    fn link(&mut self, column: u16, sheet: &str, cell: CellRef) {
        if self.link_count >= MOST_LINKS || self.row >= MOST_ROWS {
            return;
        }
        self.link_count += 1;
        let (from, to) = (CellRef::new(self.row, column), escape(&format!("{}!{cell}", quoted(sheet))));
        self.links += &format!(r#"<hyperlink ref="{from}" location="{to}" display="{to}"/>"#);
    }
}

/// The whole part. `sheets` are the names that a link may lead to.
pub(super) fn write(
    sheet: &FindingsSheet,
    unmarked: usize,
    sheets: &BTreeSet<String>,
    faces: &Faces,
    has_views: bool,
) -> String {
    let mut out = Writer { rows: String::new(), links: String::new(), link_count: 0, row: 0, last_column: 1, faces };
    out.row(Some(30), std::iter::once((sheet.heading.as_str(), faces.title)));
    for line in lines(sheet, unmarked) {
        out.row(None, std::iter::once((line.as_str(), faces.line)));
    }
    let head = head_row(sheet, unmarked);
    if head.is_some() {
        out.row(None, std::iter::empty());
        out.row(Some(22), sheet.columns.iter().map(|text| (text.as_str(), faces.head)));
        for remark in &sheet.rows {
            write_remark(&mut out, remark, sheet.columns.len(), sheets);
        }
    }
    if !sheet.changes.is_empty() {
        out.row(None, std::iter::empty());
        for (at, change) in sheet.changes.iter().enumerate() {
            let format = if at == 0 { faces.head } else { faces.text };
            out.row((at == 0).then_some(22), change.iter().map(|text| (text.as_str(), format)));
        }
    }
    let widths: String = widths(sheet)
        .iter()
        .enumerate()
        .map(|(at, width)| format!(r#"<col min="{0}" max="{0}" width="{width}" customWidth="1"/>"#, at + 2))
        .collect();
    let last = CellRef::new(out.row.saturating_sub(1), out.last_column);
    // Rows above a list that is far down would leave no room below them.
    let views = match head.filter(|row| *row < 16) {
        _ if !has_views => String::new(),
        Some(row) => format!(
            r#"<sheetViews><sheetView showGridLines="0" workbookViewId="0"><pane ySplit="{row}" topLeftCell="A{0}" activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft" activeCell="B{0}" sqref="B{0}"/></sheetView></sheetViews>"#,
            row + 1
        ),
        None => r#"<sheetViews><sheetView showGridLines="0" workbookViewId="0"/></sheetViews>"#.to_owned(),
    };
    let links = if out.links.is_empty() { String::new() } else { format!("<hyperlinks>{}</hyperlinks>", out.links) };
    let tab = if sheet.rows.iter().any(|row| row.severity == Severity::Error) { "FFB2362B" } else { "FF0F5E6E" };
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<worksheet xmlns=\"{MAIN}\"><sheetPr><tabColor rgb=\"{tab}\"/><pageSetUpPr fitToPage=\"1\"/></sheetPr><dimension ref=\"A1:{last}\"/>{views}<sheetFormatPr defaultRowHeight=\"15\"/><cols><col min=\"1\" max=\"1\" width=\"2\" hidden=\"1\" customWidth=\"1\"/>{widths}</cols><sheetData>{}</sheetData>{links}<pageMargins left=\"0.5\" right=\"0.5\" top=\"0.6\" bottom=\"0.6\" header=\"0.3\" footer=\"0.3\"/><pageSetup paperSize=\"9\" orientation=\"landscape\" fitToHeight=\"0\"/><headerFooter><oddFooter>&amp;C&amp;P / &amp;N</oddFooter></headerFooter></worksheet>",
        out.rows
    )
}

fn write_remark(out: &mut Writer<'_>, remark: &Remark, columns: usize, sheets: &BTreeSet<String>) {
    let faces = out.faces;
    let target = remark.sheet.as_deref().filter(|sheet| sheets.contains(*sheet));
    if let Some(sheet) = target {
        out.link(2, sheet, remark.cell.unwrap_or(CellRef::new(0, 0)));
    }
    let word = match remark.cells.first() {
        Some(word) => format!("{} {word}", sign(remark.severity)),
        None => sign(remark.severity).to_string(),
    };
    let severity = faces.words[remark.severity as usize];
    let place = if target.is_some() { faces.link } else { faces.text };
    let rest = (1..columns.max(remark.cells.len())).map(|column| {
        let text = remark.cells.get(column).map_or("", String::as_str);
        (text, if column == 1 { place } else { faces.text })
    });
    out.row(None, std::iter::once((word.as_str(), severity)).chain(rest));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::patch::xml::nodes;

    fn faces() -> Faces {
        Faces { title: 1, line: 2, head: 3, text: 4, link: 5, words: [6, 7, 8], marks: [0, 1, 2] }
    }

    fn sheet() -> FindingsSheet {
        FindingsSheet {
            name: "Befunde".into(),
            language: "de-AT".into(),
            heading: "=1+1".into(),
            lines: vec!["Eine Zeile".into()],
            columns: vec!["Gewicht".into(), "Zelle".into(), "Was".into()],
            rows: vec![
                Remark {
                    severity: Severity::Error,
                    sheet: Some("It's <1>".into()),
                    cell: Some(CellRef::new(6, 1)),
                    cells: vec!["Fehler".into(), "B7".into(), "=HYPERLINK(\"x\")\u{1}".into()],
                },
                Remark {
                    severity: Severity::Info,
                    sheet: Some("gone".into()),
                    cell: None,
                    cells: vec!["Hinweis".into()],
                },
            ],
            changes: vec![vec!["Was sich änderte".into()], vec!["B8".into()]],
        }
    }

    #[test]
    fn the_list_has_its_link_its_mark_and_no_formula() {
        let sheets = BTreeSet::from(["It's <1>".to_owned()]);
        let xml = write(&sheet(), 7, &sheets, &faces(), true);
        nodes(&xml, 9).unwrap();
        assert!(xml.contains(r#"<hyperlink ref="C6" location="'It''s &lt;1&gt;'!B7""#), "{xml}");
        assert_eq!(xml.matches("<hyperlink ").count(), 1, "no link to a sheet that is not there");
        assert!(xml.contains("7 weitere Zellen"));
        assert!(xml.contains("✕ Fehler") && xml.contains("○ Hinweis"));
        assert!(!xml.contains("<f>") && !xml.contains('\u{1}'));
        assert_eq!(head_row(&sheet(), 7), Some(5));
        assert!(xml.contains(r#"<row r="5" ht="22" customHeight="1"><c r="B5" s="3""#));
    }

    #[test]
    fn long_lines_are_cut_at_spaces() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("a\n\nb", 7), ["a", "", "b"]);
    }
}
