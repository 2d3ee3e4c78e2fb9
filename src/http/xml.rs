//! Small XML answers of file servers as a tree, by local names: which prefix a server takes says nothing.

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, Event};

/// Deeper than any answer of a file server.
const DEEPEST: usize = 40;

/// An element, its own text and the elements within it.
#[derive(Debug, Default)]
pub struct Node {
    name: String,
    text: String,
    children: Vec<Self>,
}

impl Node {
    /// None for what is no XML, is cut off, or declares a document type, as attacks do.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
        let mut open = vec![Self::default()];
        loop {
            match reader.read_event().ok()? {
                Event::Start(tag) => {
                    if open.len() > DEEPEST {
                        return None;
                    }
                    open.push(Self { name: local(tag.name().as_ref()), ..Self::default() });
                }
                Event::Empty(tag) => {
                    let node = Self { name: local(tag.name().as_ref()), ..Self::default() };
                    open.last_mut()?.children.push(node);
                }
                Event::End(_) => {
                    let node = open.pop()?;
                    open.last_mut()?.children.push(node);
                }
                Event::Text(text) => open.last_mut()?.text.push_str(&text.xml_content(XmlVersion::Implicit1_0)),
                Event::CData(text) => open.last_mut()?.text.push_str(&text.xml_content(XmlVersion::Implicit1_0)),
                Event::GeneralRef(named) => open.last_mut()?.text.push(letter(&named)?),
                Event::DocType(_) => return None,
                Event::Eof => break,
                _ => {}
            }
        }
        let mut root = open.pop().filter(|_| open.is_empty())?;
        (root.children.len() == 1).then(|| root.children.remove(0))
    }

    pub fn is(&self, name: &str) -> bool {
        self.name == name
    }

    /// The elements of a name within it.
    pub fn all<'n>(&'n self, name: &'n str) -> impl Iterator<Item = &'n Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    pub fn first(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// Its text, without white space around it.
    pub fn text(&self) -> &str {
        self.text.trim()
    }

    /// The text of an element within it; None where that is empty or not there.
    pub fn text_of(&self, name: &str) -> Option<&str> {
        self.first(name).map(Self::text).filter(|text| !text.is_empty())
    }
}

fn local(name: &str) -> String {
    name.rsplit(':').next().unwrap_or(name).to_owned()
}

fn letter(named: &BytesRef<'_>) -> Option<char> {
    if let Some(letter) = named.resolve_char_ref().ok()? {
        return Some(letter);
    }
    match named.xml_content(XmlVersion::Implicit1_0).as_ref() {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_references_and_cut_off_answers() {
        let node = Node::parse(
            b"<?xml version=\"1.0\"?><x:a xmlns:x=\"DAV:\"><x:b>1 &amp; &#x32;</x:b><c/><b><![CDATA[<3>]]></b></x:a>",
        );
        let node = node.expect("a tree");
        let texts: Vec<&str> = node.all("b").map(Node::text).collect();
        assert!(node.is("a") && node.first("c").is_some());
        assert_eq!(texts, ["1 & 2", "<3>"]);
        assert_eq!(node.text_of("c"), None);
        for bad in ["<a><b></a>", "<a>", "", "text", "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "<a>&x;</a>"] {
            assert!(Node::parse(bad.as_bytes()).is_none(), "{bad}");
        }
        assert!(Node::parse("<a>".repeat(50).as_bytes()).is_none());
    }
}
