//! The formats of the workbook: ours are added behind those that are there, or found among them, so that no index moves.

use std::collections::BTreeMap;

use super::Unpatchable;
use super::archive::Archive;
use super::relations::{ContentTypes, Relations};
use super::xml::{self, Edits, MAIN, Node, nodes, place};
use crate::finding::Severity;

const ORDER: [&str; 11] = [
    "numFmts",
    "fonts",
    "fills",
    "borders",
    "cellStyleXfs",
    "cellXfs",
    "cellStyles",
    "dxfs",
    "tableStyles",
    "colors",
    "extLst",
];

/// What a table holds that is not there, so that index 0 stays what programs take it for.
const FIRST: [(&str, &[&str]); 5] = [
    ("fonts", &[r#"<font><sz val="11"/><name val="Calibri"/><family val="2"/></font>"#]),
    (
        "fills",
        &[r#"<fill><patternFill patternType="none"/></fill>"#, r#"<fill><patternFill patternType="gray125"/></fill>"#],
    ),
    ("borders", &["<border><left/><right/><top/><bottom/><diagonal/></border>"]),
    ("cellXfs", &[r#"<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>"#]),
    ("dxfs", &[]),
];

/// Excel takes no more cell formats than 65,490.
const MOST: usize = 65_000;

/// Indices of formats for our sheet, and of the marks by severity.
pub(super) struct Faces {
    pub title: usize,
    pub line: usize,
    pub head: usize,
    pub text: usize,
    pub link: usize,
    /// Info, warning, error.
    pub words: [usize; 3],
    pub marks: [usize; 3],
}

/// Colours of a severity: of its word, of a marked cell, of the frame of a marked cell.
fn colors(severity: Severity) -> (&'static str, &'static str, &'static str) {
    match severity {
        Severity::Info => ("FF0F5E6E", "FFDCEEF2", "FF0F5E6E"),
        Severity::Warning => ("FFA36500", "FFFFEBC2", "FFA36500"),
        Severity::Error => ("FFB2362B", "FFFAD4D0", "FFB2362B"),
    }
}

const SEVERITIES: [Severity; 3] = [Severity::Info, Severity::Warning, Severity::Error];

/// Adds our formats to the workbook.
pub(super) fn add(
    archive: &mut Archive<'_>,
    relations: &mut Relations,
    types: &mut ContentTypes,
    folder: &str,
) -> Result<Faces, Unpatchable> {
    let path = match relations.only("styles")?.and_then(|relation| relation.path.clone()) {
        Some(path) => path,
        None => {
            let path = archive.free(&format!("{folder}styles"), ".xml");
            let empty = format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<styleSheet xmlns=\"{MAIN}\"></styleSheet>"
            );
            archive.set(&path, empty);
            relations.add("styles", &path)?;
            types.set(&path, "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml")?;
            path
        }
    };
    let before = archive.needed(&path)?;
    let (after, faces) = extend(&before)?;
    if after != before {
        archive.set(&path, after);
    }
    Ok(faces)
}

fn extend(text: &str) -> Result<(String, Faces), Unpatchable> {
    let nodes = nodes(text, 2)?;
    if nodes[0].local(text) != "styleSheet" {
        return Err(Unpatchable::Damaged("its formats are not what they should be".to_owned()));
    }
    let mut styles = Styles::of(text, &nodes);
    let font = |bold: bool, size: u8, color: &str, line: bool| {
        let (bold, line) = (if bold { "<b/>" } else { "" }, if line { "<u/>" } else { "" });
        format!(
            r#"<font>{bold}{line}<sz val="{size}"/><color rgb="{color}"/><name val="Calibri"/><family val="2"/></font>"#
        )
    };
    let ink = "FF1E2A32";
    let hair =
        r#"<border><left/><right/><top/><bottom style="thin"><color rgb="FFDBE1E5"/></bottom><diagonal/></border>"#;
    let fill = |color: &str| {
        format!(
            r#"<fill><patternFill patternType="solid"><fgColor rgb="{color}"/><bgColor indexed="64"/></patternFill></fill>"#
        )
    };
    let (no_fill, no_border) = (0, 0);
    let title = styles.index("fonts", &font(true, 16, ink, false));
    let title = styles.format(title, no_fill, no_border, r#"<alignment vertical="center"/>"#);
    let plain = styles.index("fonts", &font(false, 11, ink, false));
    let line = styles.format(plain, no_fill, no_border, r#"<alignment vertical="top"/>"#);
    let white = styles.index("fonts", &font(true, 11, "FFFFFFFF", false));
    let accent = styles.index("fills", &fill("FF0F5E6E"));
    let head = styles.format(white, accent, no_border, r#"<alignment vertical="center" wrapText="1"/>"#);
    let hair = styles.index("borders", hair);
    let wrapped = r#"<alignment vertical="top" wrapText="1"/>"#;
    let body = styles.format(plain, no_fill, hair, wrapped);
    let blue = styles.index("fonts", &font(false, 11, "FF0F5E6E", true));
    let link = styles.format(blue, no_fill, hair, wrapped);
    let words = SEVERITIES.map(|severity| {
        let font = styles.index("fonts", &font(true, 11, colors(severity).0, false));
        styles.format(font, no_fill, hair, wrapped)
    });
    let marks = SEVERITIES.map(|severity| {
        let (_, back, frame) = colors(severity);
        let side = |name: &str| format!(r#"<{name} style="thin"><color rgb="{frame}"/></{name}>"#);
        let sides: String = ["left", "right", "top", "bottom"].into_iter().map(side).collect();
        let fill = format!(r#"<fill><patternFill patternType="solid"><fgColor rgb="{back}"/><bgColor rgb="{back}"/></patternFill></fill>"#);
        styles.index("dxfs", &format!("<dxf>{fill}<border>{sides}</border></dxf>"))
    });
    let faces = Faces { title, line, head, text: body, link, words, marks };
    if styles.tables.get("cellXfs").is_some_and(|table| table.count() > MOST) {
        return Err(Unpatchable::TooLarge);
    }
    Ok((styles.write(), faces))
}

struct Table<'a> {
    node: Option<&'a Node>,
    /// As they stand.
    there: Vec<&'a str>,
    new: Vec<String>,
}

impl Table<'_> {
    fn count(&self) -> usize {
        self.there.len() + self.new.len()
    }
}

struct Styles<'a> {
    text: &'a str,
    nodes: &'a [Node],
    prefix: &'a str,
    tables: BTreeMap<&'static str, Table<'a>>,
    based: bool,
}

impl<'a> Styles<'a> {
    fn of(text: &'a str, nodes: &'a [Node]) -> Self {
        let prefix = nodes[0].prefix(text);
        let mut tables = BTreeMap::new();
        for (name, first) in FIRST {
            let at = nodes.iter().position(|node| node.depth == 1 && node.local(text) == name);
            let there: Vec<&str> = at.map_or(Vec::new(), |at| {
                nodes[at + 1..].iter().take_while(|node| node.depth == 2).map(|node| &text[node.span()]).collect()
            });
            let new = if there.is_empty() {
                first.iter().map(|xml| xml::prefixed(xml, prefix)).collect()
            } else {
                Vec::new()
            };
            tables.insert(name, Table { node: at.map(|at| &nodes[at]), there, new });
        }
        let based = nodes.iter().any(|node| node.depth == 1 && node.local(text) == "cellStyleXfs");
        Self { text, nodes, prefix, tables, based }
    }

    /// The index of an entry, which is added where it is not there.
    fn index(&mut self, table: &str, entry: &str) -> usize {
        let entry = xml::prefixed(entry, self.prefix);
        let Some(table) = self.tables.get_mut(table) else { return 0 };
        let mut all = table.there.iter().copied().chain(table.new.iter().map(String::as_str));
        if let Some(at) = all.position(|known| known == entry) {
            return at;
        }
        table.new.push(entry);
        table.count() - 1
    }

    fn format(&mut self, font: usize, fill: usize, border: usize, alignment: &str) -> usize {
        let base = if self.based { r#" xfId="0""# } else { "" };
        // A quoted prefix keeps a text a text when somebody edits it, whatever it begins with.
        let entry = format!(
            r#"<xf numFmtId="0" fontId="{font}" fillId="{fill}" borderId="{border}"{base} quotePrefix="1" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1">{alignment}</xf>"#
        );
        self.index("cellXfs", &entry)
    }

    fn write(self) -> String {
        let mut edits = Edits::default();
        let children: Vec<Node> = self.nodes.iter().filter(|node| node.depth == 1).cloned().collect();
        for (name, table) in &self.tables {
            if table.new.is_empty() {
                continue;
            }
            let (entries, count) = (table.new.concat(), table.count());
            match table.node {
                Some(node) => {
                    edits.append(self.text, node, &entries);
                    let tag = &self.text[node.open.clone()];
                    if let Some((_, value)) = xml::attributes(tag).find(|(name, _)| *name == "count") {
                        let at = node.open.start;
                        edits.replace(at + value.start..at + value.end, count.to_string());
                    }
                }
                None => {
                    let xml = format!(r#"<{name} count="{count}">{}</{name}>"#, "\u{0}");
                    let xml = xml::prefixed(&xml, self.prefix).replace('\0', &entries);
                    match &self.nodes[0].close {
                        Some(_) => edits.insert(place(self.text, &self.nodes[0], &children, &ORDER, name), xml),
                        None => edits.append(self.text, &self.nodes[0], &xml),
                    }
                }
            }
        }
        edits.apply(self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_added_once_and_behind_the_others() {
        let text = format!(
            r#"<x:styleSheet xmlns:x="{MAIN}"><x:fonts count="1"><x:font/></x:fonts><x:fills count="1"><x:fill/></x:fills><x:cellXfs><x:xf/></x:cellXfs><x:dxfs count="0"/></x:styleSheet>"#
        );
        let (once, faces) = extend(&text).unwrap();
        let (twice, again) = extend(&once).unwrap();
        assert_eq!(once, twice);
        assert_eq!(faces.marks, again.marks);
        assert_eq!(faces.marks, [0, 1, 2]);
        assert!(once.contains(r#"<x:dxfs count="3"><x:dxf>"#), "{once}");
        assert!(once.contains("<x:fonts count=\"8\"><x:font/><x:font>"), "{once}");
        let tables: Vec<String> =
            nodes(&once, 1).unwrap()[1..].iter().map(|node| node.local(&once).to_owned()).collect();
        assert_eq!(tables, ["fonts", "fills", "borders", "cellXfs", "dxfs"]);
        assert!(faces.title > 0, "format 0 stays that of plain cells");
    }

    #[test]
    fn a_workbook_without_formats_gets_those_that_programs_expect_first() {
        for text in [format!(r#"<styleSheet xmlns="{MAIN}"></styleSheet>"#), format!(r#"<styleSheet xmlns="{MAIN}"/>"#)]
        {
            let (written, _) = extend(&text).unwrap();
            let all = nodes(&written, 2).unwrap();
            let names: Vec<&str> = all.iter().filter(|node| node.depth == 1).map(|node| node.local(&written)).collect();
            let mut sorted = names.clone();
            sorted.sort_by_key(|name| ORDER.iter().position(|known| known == name));
            assert_eq!(names, sorted);
            assert!(written.contains("gray125"));
        }
    }
}
