//! A sheet's own part: marks as conditional formats, and the pointer to the drawing of its comments.
//!
//! A mark is a format whose condition always holds and names us, so that we find it again. No byte of the cells changes.

use std::collections::BTreeMap;
use std::ops::Range;

use super::Unpatchable;
use super::xml::{self, Edits, MAIN, Node, nodes, nodes_in, place};
use crate::finding::{CellRef, Severity};

#[rustfmt::skip]
pub(super) const ORDER: [&str; 39] = [
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr", "sheetProtection",
    "protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate", "customSheetViews", "mergeCells",
    "phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup",
    "headerFooter", "rowBreaks", "colBreaks", "customProperties", "cellWatches", "ignoredErrors", "smartTags",
    "drawing", "legacyDrawing", "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems",
    "tableParts", "extLst",
];

/// What our conditions begin with; the severity follows.
pub(super) const CONDITION: &str = "LEN(\"scoreboard:";

/// Ranges that one format names.
const RANGES: usize = 400;

/// What was seen of a sheet.
pub(super) struct Seen {
    root: Node,
    children: Vec<Node>,
    /// Formats of ours, or rules of ours in formats that hold others too.
    ours: Vec<Range<usize>>,
    priority: u32,
    /// The element that points to the drawing of comments, and its relationship.
    pub legacy: Option<(Range<usize>, String)>,
    pub merges: Vec<(CellRef, CellRef)>,
    /// First and last column, and pixels, of columns with a width of their own.
    pub widths: Vec<(u16, u16, u32)>,
}

pub(super) fn look(text: &str) -> Result<Seen, Unpatchable> {
    let mut all = nodes(text, 1)?;
    let children = all.split_off(1);
    let root = all.remove(0);
    let odd = |why: &str| Unpatchable::Damaged(format!("a sheet of it {why}"));
    let tag = &text[root.open.clone()];
    match root.local(text) {
        "worksheet" if xml::is_bound(tag, root.prefix(text), MAIN) => {}
        _ if tag.contains("http://purl.oclc.org/") => return Err(Unpatchable::Strict),
        _ => return Err(odd("is not what it should be")),
    }
    if !children.iter().any(|child| child.local(text) == "sheetData") {
        return Err(odd("holds no cells"));
    }
    let mut seen = Seen {
        root,
        children: Vec::new(),
        ours: Vec::new(),
        priority: 0,
        legacy: None,
        merges: Vec::new(),
        widths: Vec::new(),
    };
    for child in &children {
        match child.local(text) {
            "conditionalFormatting" => look_at_rules(text, child, &mut seen)?,
            "extLst" => seen.priority = seen.priority.max(highest_priority(&text[child.span()])),
            "legacyDrawing" => {
                let id = child.attribute(text, "id").ok_or_else(|| odd("points to no drawing"))?;
                seen.legacy = Some((child.span(), id.into_owned()));
            }
            "AlternateContent" if text[child.span()].contains("legacyDrawing") => {
                return Err(odd("has a drawing of comments in two forms"));
            }
            "mergeCells" => {
                for merge in nodes_in(text, child.span(), 1)? {
                    let place = merge.attribute(text, "ref");
                    let corners = place.as_deref().and_then(|place| place.split_once(':'));
                    seen.merges.extend(corners.and_then(|(a, b)| Some((CellRef::parse(a)?, CellRef::parse(b)?))));
                }
            }
            "cols" => {
                let columns = nodes_in(text, child.span(), 1)?;
                seen.widths = columns.iter().filter_map(|column| width(text, column)).collect();
            }
            _ => {}
        }
    }
    seen.children = children;
    Ok(seen)
}

fn width(text: &str, column: &Node) -> Option<(u16, u16, u32)> {
    let number = |name| column.attribute(text, name)?.parse::<f64>().ok();
    let hidden = matches!(column.attribute(text, "hidden").as_deref(), Some("1" | "true"));
    let whole = |value: f64| Some(value).filter(|value| (1.0..=16_384.0).contains(value)).map(|value| value as u16 - 1);
    let characters = if hidden { 0.0 } else { number("width")?.clamp(0.0, 255.0) };
    Some((whole(number("min")?)?, whole(number("max")?)?, (characters * 7.0 + 5.0) as u32 * u32::from(!hidden)))
}

fn highest_priority(xml: &str) -> u32 {
    let values = xml.split("priority=").skip(1).filter_map(|rest| {
        let digits: String = rest.chars().skip(1).take_while(char::is_ascii_digit).take(9).collect();
        digits.parse().ok()
    });
    values.max().unwrap_or(0)
}

fn look_at_rules(text: &str, child: &Node, seen: &mut Seen) -> Result<(), Unpatchable> {
    let inner = nodes_in(text, child.span(), 2)?;
    let mut ours = Vec::new();
    let mut others = false;
    for (at, node) in inner.iter().enumerate().filter(|(_, node)| node.depth == 1) {
        let formula =
            inner[at + 1..].iter().take_while(|node| node.depth == 2).find(|node| node.local(text) == "formula");
        let condition = formula.map(|formula| xml::decode(&text[formula.inside()]).trim().to_owned());
        if condition.is_some_and(|condition| condition.starts_with(CONDITION)) {
            ours.push(node.span());
        } else {
            others = true;
            seen.priority = seen.priority.max(highest_priority(&text[node.open.clone()]));
        }
    }
    if others || ours.is_empty() {
        seen.ours.extend(ours);
    } else {
        seen.ours.push(child.span());
    }
    Ok(())
}

/// What happens to the pointer to the drawing of comments.
pub(super) enum Legacy {
    Stays,
    Goes,
    /// With the id of its relationship.
    Comes(String),
}

/// The sheet without our old marks and with the new ones. `formats` are indices by severity: info, warning, error.
pub(super) fn edit(
    text: &str,
    seen: &Seen,
    marks: &BTreeMap<CellRef, Severity>,
    formats: [usize; 3],
    legacy: &Legacy,
) -> String {
    let mut edits = Edits::default();
    let tag = &text[seen.root.open.clone()];
    let prefix = seen.root.prefix(text);
    for span in &seen.ours {
        edits.cut(span.clone());
    }
    let mut xml = String::new();
    let mut priority = seen.priority;
    for (severity, format) in [Severity::Error, Severity::Warning, Severity::Info].iter().zip(formats.iter().rev()) {
        let cells: Vec<CellRef> = marks.iter().filter(|(_, found)| *found == severity).map(|(cell, _)| *cell).collect();
        for ranges in ranges(&cells).chunks(RANGES) {
            priority = priority.saturating_add(1);
            xml += &format!(
                r#"<conditionalFormatting sqref="{}"><cfRule type="expression" dxfId="{format}" priority="{priority}"><formula>{}{}")&gt;0</formula></cfRule></conditionalFormatting>"#,
                ranges.join(" "),
                CONDITION,
                severity.as_str()
            );
        }
    }
    if !xml.is_empty() {
        let at = place(text, &seen.root, &seen.children, &ORDER, "conditionalFormatting");
        edits.insert(at, xml::prefixed(&xml, prefix));
    }
    match (legacy, &seen.legacy) {
        (Legacy::Goes, Some((span, _))) => edits.cut(span.clone()),
        (Legacy::Comes(id), _) => {
            let xml = format!("<legacyDrawing {}/>", xml::relation_attribute(tag, id));
            let at = place(text, &seen.root, &seen.children, &ORDER, "legacyDrawing");
            edits.insert(at, xml::prefixed(&xml, prefix));
        }
        _ => {}
    }
    edits.apply(text)
}

/// Cells below each other as one range: `B2:B9`. `cells` are in the order of rows.
fn ranges(cells: &[CellRef]) -> Vec<String> {
    let mut by_column: Vec<CellRef> = cells.to_vec();
    by_column.sort_by_key(|cell| (cell.column, cell.row));
    let mut runs: Vec<(CellRef, CellRef)> = Vec::new();
    for cell in by_column {
        match runs.last_mut() {
            Some((_, last)) if last.column == cell.column && last.row + 1 == cell.row => *last = cell,
            _ => runs.push((cell, cell)),
        }
    }
    let name = |(first, last): (CellRef, CellRef)| {
        if first == last { first.to_string() } else { format!("{first}:{last}") }
    };
    runs.into_iter().map(name).collect()
}

/// Where the box of a comment stands: right of its cell, as wide as text reads well, whatever the columns' widths.
pub(super) fn box_of(seen: &Seen, cell: CellRef, comment: &str) -> super::vml::Shape {
    const WIDE: u32 = 330;
    const LAST_COLUMN: u16 = 16_383;
    const LAST_ROW: u32 = 1_048_575;
    let pixels = |column: u16| {
        seen.widths.iter().find(|(first, last, _)| (*first..=*last).contains(&column)).map_or(64, |(_, _, wide)| *wide)
    };
    // A box right of the last columns is drawn left of them.
    let start = (cell.column + 1).min(LAST_COLUMN - 6);
    let (mut end, mut width) = (start, 0);
    while width < WIDE && end < LAST_COLUMN && end < start + 40 {
        width += pixels(end);
        end += 1;
    }
    let lines: usize = comment.lines().map(|line| line.chars().count() / 50 + 1).sum::<usize>() + 1;
    let height = u32::try_from(lines).unwrap_or(1).clamp(3, 24);
    let first = cell.row.min(LAST_ROW - height - 1);
    super::vml::Shape { cell, columns: start..end, rows: first..first + height }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(places: &[(&str, Severity)]) -> BTreeMap<CellRef, Severity> {
        places.iter().map(|(at, severity)| (CellRef::parse(at).unwrap(), *severity)).collect()
    }

    #[test]
    fn marks_stand_at_their_place_of_the_schema_and_go_without_a_trace() {
        for (p, xmlns) in [("", "xmlns"), ("x:", "xmlns:x")] {
            let text = format!(
                r#"<{p}worksheet {xmlns}="{MAIN}"><{p}sheetData/><{p}mergeCells><{p}mergeCell ref="A1:B1"/></{p}mergeCells>
<{p}conditionalFormatting sqref="A1"><{p}cfRule type="expression" priority="7"><{p}formula>A1&gt;0</{p}formula></{p}cfRule></{p}conditionalFormatting><{p}pageMargins left="1"/><{p}tableParts/></{p}worksheet>"#
            );
            let seen = look(&text).unwrap();
            assert_eq!(seen.merges, [(CellRef::new(0, 0), CellRef::new(0, 1))]);
            let new = marks(&[("B2", Severity::Error), ("B3", Severity::Error), ("C9", Severity::Info)]);
            let once = edit(&text, &seen, &new, [4, 5, 6], &Legacy::Comes("rId3".to_owned()));
            assert!(once.contains(r#"sqref="B2:B3""#) && once.contains(r#"dxfId="6" priority="8""#), "{once}");
            assert!(once.contains(r#"dxfId="4" priority="9""#));
            let names: Vec<String> =
                nodes(&once, 1).unwrap()[1..].iter().map(|node| node.local(&once).to_owned()).collect();
            let mut sorted = names.clone();
            sorted.sort_by_key(|name| ORDER.iter().position(|known| known == name));
            assert_eq!(names, sorted);
            let again = look(&once).unwrap();
            assert_eq!(edit(&once, &again, &new, [4, 5, 6], &Legacy::Stays), once);
            assert_eq!(edit(&once, &again, &BTreeMap::new(), [4, 5, 6], &Legacy::Goes), text);
        }
    }

    #[test]
    fn a_rule_of_ours_leaves_the_others_of_its_format() {
        let text = format!(
            r#"<worksheet xmlns="{MAIN}"><sheetData/><conditionalFormatting sqref="A1"><cfRule priority="1"><formula>LEN(&quot;scoreboard:error&quot;)&gt;0</formula></cfRule><cfRule priority="2"><formula>1</formula></cfRule></conditionalFormatting></worksheet>"#
        );
        let back = edit(&text, &look(&text).unwrap(), &BTreeMap::new(), [0; 3], &Legacy::Stays);
        assert!(back.contains(r#"sqref="A1"><cfRule priority="2">"#), "{back}");
    }

    #[test]
    fn sheets_that_cannot_be_changed_safely_are_refused() {
        let strict = r#"<worksheet xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main"><sheetData/></worksheet>"#;
        assert!(matches!(look(strict), Err(Unpatchable::Strict)));
        let twofold = format!(
            r#"<worksheet xmlns="{MAIN}" xmlns:mc="m"><sheetData/><mc:AlternateContent><mc:Choice><legacyDrawing id="1"/></mc:Choice></mc:AlternateContent></worksheet>"#
        );
        for text in [twofold, format!(r#"<worksheet xmlns="{MAIN}"/>"#), format!(r#"<chartsheet xmlns="{MAIN}"/>"#)] {
            assert!(matches!(look(&text), Err(Unpatchable::Damaged(_))), "{text}");
        }
    }
}
