//! The drawing that shows comments: one hidden shape for each.
//!
//! Excel writes these parts as HTML of its own (`<br>` is never closed), so they are searched, not parsed.

use std::collections::BTreeSet;
use std::ops::Range;

use super::Unpatchable;
use super::xml::{Edits, prefix_of};
use crate::finding::CellRef;

/// A shape to draw.
pub(super) struct Shape {
    pub cell: CellRef,
    /// First column and row of the box, and the ones after its last.
    pub columns: Range<u16>,
    pub rows: Range<u32>,
}

/// Shapes are numbered in blocks of 1024; ours begin far above those of a workbook's own sheets.
const FIRST_BLOCK: usize = 100;
const BLOCK: usize = 1024;

/// A part without shapes. `sheet` is the place of the sheet in the workbook.
pub(super) fn empty(sheet: usize) -> String {
    let block = FIRST_BLOCK + 3 * sheet;
    format!(
        r#"<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="{},{},{}"/></o:shapelayout></xml>"#,
        block,
        block + 1,
        block + 2
    )
}

pub(super) struct Edited {
    pub text: String,
    /// Whether no shape is left.
    pub is_empty: bool,
}

/// Takes the shapes of some comments out and puts new ones in.
pub(super) fn edit(
    text: &str,
    removed: &BTreeSet<CellRef>,
    added: &[Shape],
    sheet: usize,
) -> Result<Edited, Unpatchable> {
    let damaged = || Unpatchable::Damaged("the drawing of its comments is not what it should be".to_owned());
    let root = root_tag(text).ok_or_else(damaged)?;
    let tag = &text[root.clone()];
    let vml = prefix_of(tag, "urn:schemas-microsoft-com:vml").ok_or_else(damaged)?;
    let excel = prefix_of(tag, "urn:schemas-microsoft-com:office:excel");
    let office = prefix_of(tag, "urn:schemas-microsoft-com:office:office").filter(|prefix| !prefix.is_empty());
    let mut edits = Edits::default();
    let (mut left, mut highest) = (0_usize, (FIRST_BLOCK + 3 * sheet) * BLOCK);
    let mut own = None;
    for shape in shapes(text, &vml) {
        let raw = &text[shape.clone()];
        if cell_of(raw).is_some_and(|cell| removed.contains(&cell)) {
            edits.cut(shape);
        } else {
            left += 1;
            own = own.max(number_of(raw));
        }
    }
    if let Some(own) = own {
        highest = own;
    }
    if !added.is_empty() {
        let excel = excel.ok_or_else(damaged)?;
        let mut xml = String::new();
        if !text.contains("\"_x0000_t202\"") && !text.contains("'_x0000_t202'") {
            let kind = office.as_ref().map_or(String::new(), |office| format!(r#" {office}spt="202""#));
            let path = office.as_ref().map_or(String::new(), |office| format!(r#" {office}connecttype="rect""#));
            xml += &format!(
                r#"<{vml}shapetype id="_x0000_t202" coordsize="21600,21600"{kind} path="m,l,21600r21600,l21600,xe"><{vml}stroke joinstyle="miter"/><{vml}path gradientshapeok="t"{path}/></{vml}shapetype>"#
            );
        }
        for (at, shape) in added.iter().enumerate() {
            let number = highest.saturating_add(at + 1);
            xml += &draw(shape, number, &vml, &excel, office.as_deref());
        }
        match text[root.end..].rfind("</") {
            Some(at) if !tag.ends_with("/>") => edits.insert(root.end + at, xml),
            _ => return Err(damaged()),
        }
    }
    Ok(Edited { text: edits.apply(text), is_empty: left + added.len() == 0 })
}

fn draw(shape: &Shape, number: usize, vml: &str, excel: &str, office: Option<&str>) -> String {
    let Shape { cell, columns, rows } = shape;
    let inset = office.map_or(String::new(), |office| format!(r#" {office}insetmode="auto""#));
    let path = office.map_or(String::new(), |office| format!(r#"<{vml}path {office}connecttype="none"/>"#));
    let anchor = format!("{}, 12, {}, 4, {}, 12, {}, 4", columns.start, rows.start, columns.end, rows.end);
    format!(
        r##"<{vml}shape id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;margin-left:60pt;margin-top:2pt;width:240pt;height:80pt;z-index:1;visibility:hidden" fillcolor="#ffffe1"{inset}><{vml}fill color2="#ffffe1"/><{vml}shadow on="t" color="black" obscured="t"/>{path}<{vml}textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></{vml}textbox><{excel}ClientData ObjectType="Note"><{excel}MoveWithCells/><{excel}SizeWithCells/><{excel}Anchor>{anchor}</{excel}Anchor><{excel}AutoFill>False</{excel}AutoFill><{excel}Row>{}</{excel}Row><{excel}Column>{}</{excel}Column></{excel}ClientData></{vml}shape>"##,
        cell.row, cell.column
    )
}

/// The first tag that is no declaration and no comment.
fn root_tag(text: &str) -> Option<Range<usize>> {
    let mut at = 0;
    loop {
        let open = at + text[at..].find('<')?;
        let rest = &text[open..];
        let end = open + rest.find('>')? + 1;
        at = if rest.starts_with("<!--") {
            open + rest.find("-->")? + 3
        } else if rest.starts_with("<?") {
            end
        } else if rest.starts_with("<!") {
            return None;
        } else {
            return Some(open..end);
        };
    }
}

/// Where shapes stand, from their first to their last byte.
fn shapes(text: &str, prefix: &str) -> Vec<Range<usize>> {
    let (open, close) = (format!("<{prefix}shape"), format!("</{prefix}shape>"));
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(skip) = text[at..].find(&open) {
        let start = at + skip;
        let name_end = start + open.len();
        at = name_end;
        if !text[name_end..].starts_with([' ', '\t', '\r', '\n', '>', '/']) {
            continue;
        }
        let Some(end) = text[name_end..].find(&close) else { break };
        at = name_end + end + close.len();
        found.push(start..at);
    }
    found
}

/// The cell whose comment a shape shows.
fn cell_of(shape: &str) -> Option<CellRef> {
    let number = |name: &str| {
        let (_, rest) = shape.split_once(&format!("{name}>"))?;
        rest.split('<').next()?.trim().parse::<u32>().ok()
    };
    let note = shape.contains("ObjectType=\"Note\"") || shape.contains("ObjectType='Note'");
    let column = number("Column").filter(|_| note)?;
    Some(CellRef::new(number("Row")?, u16::try_from(column).ok()?))
}

/// 1025 of `_x0000_s1025`.
fn number_of(shape: &str) -> Option<usize> {
    let tag = shape.split('>').next()?;
    let numbers = tag.split("_x0000_s").skip(1).filter_map(|rest| {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).take(12).collect();
        digits.parse().ok()
    });
    numbers.max()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(row: u32, column: u16) -> Shape {
        Shape { cell: CellRef::new(row, column), columns: column + 1..column + 4, rows: row..row + 4 }
    }

    #[test]
    fn shapes_come_behind_the_others_with_numbers_of_their_own_and_go_again() {
        let theirs = "<xml xmlns:v=\"urn:schemas-microsoft-com:vml\"\n xmlns:x=\"urn:schemas-microsoft-com:office:excel\"><v:shapetype id=\"_x0000_t202\"/><v:shape id=\"_x0000_s1027\"><v:textbox><br></v:textbox><x:ClientData ObjectType=\"Note\"><x:Row>1</x:Row><x:Column>1</x:Column></x:ClientData></v:shape>\n</xml>";
        let once = edit(theirs, &BTreeSet::new(), &[shape(4, 0), shape(9, 2)], 0).unwrap();
        assert!(once.text.contains("_x0000_s1028") && once.text.contains("_x0000_s1029"));
        assert!(!once.is_empty);
        let ours = BTreeSet::from([CellRef::new(4, 0), CellRef::new(9, 2)]);
        let back = edit(&once.text, &ours, &[], 0).unwrap();
        assert_eq!(back.text, theirs);
        let none = edit(&back.text, &BTreeSet::from([CellRef::new(1, 1)]), &[], 0).unwrap();
        assert!(none.is_empty);
    }

    #[test]
    fn a_new_part_numbers_its_shapes_by_its_sheet() {
        let first = edit(&empty(0), &BTreeSet::new(), &[shape(0, 0)], 0).unwrap().text;
        let second = edit(&empty(1), &BTreeSet::new(), &[shape(0, 0)], 1).unwrap().text;
        assert_eq!(number_of(&first[first.find("<v:shape ").unwrap()..]), Some(102_401));
        assert_eq!(number_of(&second[second.find("<v:shape ").unwrap()..]), Some(105_473));
    }

    #[test]
    fn a_part_that_is_no_drawing_is_refused() {
        for text in ["", "<html>", "<!DOCTYPE x><xml/>", "<xml xmlns:v=\"urn:schemas-microsoft-com:vml\"/>"] {
            assert!(edit(text, &BTreeSet::new(), &[shape(0, 0)], 0).is_err(), "{text}");
        }
    }
}
