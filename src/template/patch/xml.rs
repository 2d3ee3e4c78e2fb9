//! A part as text, with the places of its elements, so that a change is a cut or an insertion between bytes that stay.
//!
//! Deliberately no document tree that is written out again: what is not ours must come out as it came in.

use std::borrow::Cow;
use std::ops::Range;

use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::Event;

use super::Unpatchable;

/// Elements that one part may have at the depths that are looked at.
const MAX_NODES: usize = 2_000_000;

/// The namespace of everything in workbooks that Excel writes unless told otherwise.
pub(super) const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
pub(super) const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// An element: where its tags stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Node {
    /// Of the root zero.
    pub depth: usize,
    /// With its prefix.
    pub name: Range<usize>,
    pub open: Range<usize>,
    /// None for `<an/>`.
    pub close: Option<Range<usize>>,
}

impl Node {
    /// From its first to its last byte.
    pub fn span(&self) -> Range<usize> {
        self.open.start..self.close.as_ref().unwrap_or(&self.open).end
    }

    /// What stands between its tags.
    pub fn inside(&self) -> Range<usize> {
        self.open.end..self.close.as_ref().map_or(self.open.end, |close| close.start)
    }

    pub fn local<'a>(&self, text: &'a str) -> &'a str {
        let name = &text[self.name.clone()];
        name.split_once(':').map_or(name, |(_, local)| local)
    }

    /// `x:` of `x:worksheet`, else nothing.
    pub fn prefix<'a>(&self, text: &'a str) -> &'a str {
        let name = &text[self.name.clone()];
        name.find(':').map_or("", |colon| &name[..=colon])
    }

    /// The attribute with this local name.
    pub fn attribute<'a>(&self, text: &'a str, name: &str) -> Option<Cow<'a, str>> {
        let tag = &text[self.open.clone()];
        let (_, value) = attributes(tag).find(|(full, _)| full.rsplit(':').next() == Some(name))?;
        Some(decode(&tag[value]))
    }
}

/// The elements of a well-formed text down to `deepest`, in the order of their first tags. The first is the root.
pub(super) fn nodes(text: &str, deepest: usize) -> Result<Vec<Node>, Unpatchable> {
    let damaged = || Unpatchable::Damaged("a part of it is not well-formed".to_owned());
    let mut reader = Reader::from_str(text);
    let mut found: Vec<Node> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let (mut depth, mut start) = (0_usize, 0_usize);
    loop {
        let event = reader.read_event().map_err(|_| damaged())?;
        let end = usize::try_from(reader.buffer_position()).map_err(|_| damaged())?;
        match event {
            Event::Start(_) | Event::Empty(_) => {
                let empty = matches!(event, Event::Empty(_));
                if depth == 0 && !found.is_empty() || !text.is_char_boundary(start) || !text.is_char_boundary(end) {
                    return Err(damaged());
                }
                if depth <= deepest {
                    if found.len() >= MAX_NODES {
                        return Err(Unpatchable::TooLarge);
                    }
                    let tag = text.get(start..end).filter(|tag| tag.starts_with('<')).ok_or_else(damaged)?;
                    let length = tag[1..].find(|c: char| c.is_ascii_whitespace() || c == '/' || c == '>');
                    let name = start + 1..start + 1 + length.ok_or_else(damaged)?;
                    if !empty {
                        open.push(found.len());
                    }
                    found.push(Node { depth, name, open: start..end, close: None });
                }
                depth += usize::from(!empty);
            }
            Event::End(_) => {
                depth = depth.checked_sub(1).ok_or_else(damaged)?;
                if depth <= deepest {
                    let node = open.pop().and_then(|at| found.get_mut(at)).ok_or_else(damaged)?;
                    node.close = Some(start..end);
                }
            }
            Event::DocType(_) => return Err(damaged()),
            Event::Eof => break,
            _ => {}
        }
        start = end;
    }
    if depth == 0 && !found.is_empty() { Ok(found) } else { Err(damaged()) }
}

/// The elements in a part of a text, with places in the whole. Depths count from the element that stands there.
pub(super) fn nodes_in(text: &str, span: Range<usize>, deepest: usize) -> Result<Vec<Node>, Unpatchable> {
    let at = span.start;
    let moved = |range: Range<usize>| range.start + at..range.end + at;
    let found = nodes(&text[span], deepest)?.into_iter().map(|node| Node {
        depth: node.depth,
        name: moved(node.name),
        open: moved(node.open),
        close: node.close.map(moved),
    });
    Ok(found.collect())
}

/// Full names and places of values of the attributes in a tag.
pub(super) fn attributes(tag: &str) -> impl Iterator<Item = (&str, Range<usize>)> {
    let mut at = tag.find(|c: char| c.is_ascii_whitespace()).unwrap_or(tag.len());
    std::iter::from_fn(move || {
        let rest = &tag[at..];
        let name = at + rest.find(|c: char| !c.is_ascii_whitespace() && c != '/' && c != '>')?;
        let equals = name + tag[name..].find('=')?;
        let open = equals + tag[equals..].find(['"', '\''])?;
        let quote = char::from(tag.as_bytes()[open]);
        let close = open + 1 + tag[open + 1..].find(quote)?;
        at = close + 1;
        Some((tag[name..equals].trim_end(), open + 1..close))
    })
}

/// What a raw value or text means.
pub(super) fn decode(raw: &str) -> Cow<'_, str> {
    let plain: Cow<'_, str> =
        if raw.contains(['\n', '\t', '\r']) { raw.replace(['\n', '\t', '\r'], " ").into() } else { raw.into() };
    match plain {
        Cow::Borrowed(raw) => unescape(raw).unwrap_or(Cow::Borrowed(raw)),
        Cow::Owned(raw) => unescape(&raw).map(Cow::into_owned).unwrap_or(raw).into(),
    }
}

/// The prefix that the root gives to a namespace (with its colon; empty for the default), if it gives one.
pub(super) fn prefix_of(root_tag: &str, namespace: &str) -> Option<String> {
    attributes(root_tag).find_map(|(name, value)| {
        let prefix = name.strip_prefix("xmlns").filter(|_| root_tag[value] == *namespace)?;
        if prefix.is_empty() { Some(String::new()) } else { Some(format!("{}:", prefix.strip_prefix(':')?)) }
    })
}

/// Whether the root gives this namespace to its prefix.
pub(super) fn is_bound(root_tag: &str, prefix: &str, namespace: &str) -> bool {
    let wanted = if prefix.is_empty() { "xmlns".to_owned() } else { format!("xmlns:{}", prefix.trim_end_matches(':')) };
    attributes(root_tag).any(|(name, value)| name == wanted && root_tag[value] == *namespace)
}

/// An attribute that names a relationship, in an element of this root: with the namespace where the root lacks it.
pub(super) fn relation_attribute(root_tag: &str, id: &str) -> String {
    match prefix_of(root_tag, RELATIONS).filter(|prefix| !prefix.is_empty()) {
        Some(prefix) => format!(r#"{prefix}id="{}""#, escape(id)),
        None => format!(r#"xmlns:r="{RELATIONS}" r:id="{}""#, escape(id)),
    }
}

/// Elements of ours, written without prefix, as they must stand in a part whose elements have one.
pub(super) fn prefixed(xml: &str, prefix: &str) -> String {
    if prefix.is_empty() {
        return xml.to_owned();
    }
    let mut out = String::with_capacity(xml.len() + 64);
    for (at, piece) in xml.split('<').enumerate() {
        match piece.strip_prefix('/') {
            _ if at == 0 => out.push_str(piece),
            Some(rest) => out.push_str(&format!("</{prefix}{rest}")),
            None => out.push_str(&format!("<{prefix}{piece}")),
        }
    }
    out
}

/// A text as it may stand between tags and in quotes: without characters that no XML may hold.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => {}
            c => out.push(c),
        }
    }
    out
}

/// Like [`escape`], for the texts of cells and comments, where Excel reads `_x0041_` as `A`.
pub(super) fn escape_text(text: &str) -> String {
    let escaped = escape(text);
    let mut out = String::with_capacity(escaped.len());
    let mut rest = escaped.as_str();
    while let Some(at) = rest.find("_x") {
        let code = rest.as_bytes().get(at + 2..at + 7);
        let coded = code.is_some_and(|code| code[4] == b'_' && code[..4].iter().all(u8::is_ascii_hexdigit));
        out.push_str(&rest[..at]);
        out.push_str(if coded { "_x005F_x" } else { "_x" });
        rest = &rest[at + 2..];
    }
    out + rest
}

/// The text cut to so many characters, with a sign that it was.
pub(super) fn shorten(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most.saturating_sub(1)) {
        Some((at, last)) if at + last.len_utf8() < text.len() => format!("{}…", &text[..at]).into(),
        _ => text.into(),
    }
}

/// Changes of a text, made together.
#[derive(Debug, Default)]
pub(super) struct Edits(Vec<(Range<usize>, String)>);

impl Edits {
    pub fn cut(&mut self, span: Range<usize>) {
        self.replace(span, String::new());
    }

    pub fn insert(&mut self, at: usize, xml: String) {
        self.replace(at..at, xml);
    }

    pub fn replace(&mut self, span: Range<usize>, xml: String) {
        self.0.push((span, xml));
    }

    /// Puts elements at the end of an element, also of one that is empty.
    pub fn append(&mut self, text: &str, node: &Node, xml: &str) {
        match &node.close {
            Some(close) => self.insert(close.start, xml.to_owned()),
            None => {
                let slash = node.open.end - 2;
                self.replace(slash..node.open.end, format!(">{xml}</{}>", &text[node.name.clone()]));
            }
        }
    }

    pub fn apply(mut self, text: &str) -> String {
        self.0.sort_by_key(|(span, _)| (span.start, span.end));
        let mut out = String::with_capacity(text.len() + self.0.iter().map(|(_, xml)| xml.len()).sum::<usize>());
        let mut at = 0;
        for (span, xml) in self.0 {
            out.push_str(text.get(at..span.start).unwrap_or_default());
            out.push_str(&xml);
            at = at.max(span.end);
        }
        out + text.get(at..).unwrap_or_default()
    }
}

/// Where an element belongs among the children of the root: behind the last that must stand before it. `order` is the
/// order of the schema; what it does not know belongs to what stands before, and an `mc:AlternateContent` stands for
/// what is in it.
pub(super) fn place(text: &str, root: &Node, children: &[Node], order: &[&str], name: &str) -> usize {
    let rank = |name: &str| order.iter().position(|known| *known == name);
    let wanted = rank(name);
    let within = |child: &Node| {
        let inner = nodes_in(text, child.span(), 2).unwrap_or_default();
        inner.iter().filter(|node| node.depth == 2).find_map(|node| rank(node.local(text)))
    };
    let rank_of = |child: &Node| match child.local(text) {
        "AlternateContent" => within(child),
        name => rank(name),
    };
    let before = children.iter().take_while(|child| rank_of(child).is_none_or(|rank| Some(rank) <= wanted));
    before.last().map_or(root.open.end, |child| child.span().end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_found_where_they_stand_also_behind_signs_in_quotes() {
        let text = "<?xml version=\"1.0\"?>\n<x:a p=\"1 > 0\"><!-- <b/> --><x:b q='&lt;\"'/><c>é<d/></c></x:a>\n";
        let found = nodes(text, 1).unwrap();
        let names: Vec<(&str, &str, usize)> =
            found.iter().map(|node| (node.prefix(text), node.local(text), node.depth)).collect();
        assert_eq!(names, [("x:", "a", 0), ("x:", "b", 1), ("", "c", 1)]);
        assert_eq!(found[1].attribute(text, "q").unwrap(), "<\"");
        assert_eq!(&text[found[2].span()], "<c>é<d/></c>");
        assert_eq!(&text[found[2].inside()], "é<d/>");
    }

    #[test]
    fn what_is_not_well_formed_is_refused() {
        for text in ["", "x", "<a>", "<a></b>", "<a/><b/>", "<!DOCTYPE a><a/>", "</a>", "<a b=\"", "<a><"] {
            assert!(nodes(text, 9).is_err(), "{text}");
        }
    }

    #[test]
    fn a_change_leaves_the_rest_as_it_is() {
        let text = "<a><b/>\n<c></c></a>";
        let found = nodes(text, 1).unwrap();
        let mut edits = Edits::default();
        edits.append(text, &found[2], "<e/>");
        edits.append(text, &found[1], "<d/>");
        edits.insert(found[1].span().end, "<n/>".to_owned());
        assert_eq!(edits.apply(text), "<a><b><d/></b><n/>\n<c><e/></c></a>");
    }

    #[test]
    fn texts_are_escaped_for_xml_and_for_excel() {
        assert_eq!(escape_text("a<b>&\"\u{0}\u{b}\u{FFFF}é"), "a&lt;b&gt;&amp;&quot;é");
        assert_eq!(escape_text("_x0041_x0042_ _x_ _xyz"), "_x005F_x0041_x005F_x0042_ _x_ _xyz");
        assert_eq!(shorten("äöü", 3), "äöü");
        assert_eq!(shorten("äöüß", 3), "äö…");
    }

    #[test]
    fn our_elements_take_the_prefix_of_the_part() {
        assert_eq!(prefixed("<a b=\"1\"><c/>t</a>", "x:"), "<x:a b=\"1\"><x:c/>t</x:a>");
        let root =
            "<x:w xmlns:x='m' xmlns:rel=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\">";
        assert_eq!(prefix_of(root, "m").as_deref(), Some("x:"));
        assert_eq!(relation_attribute(root, "rId1"), "rel:id=\"rId1\"");
        assert!(relation_attribute("<w>", "rId1").starts_with("xmlns:r="));
    }
}
