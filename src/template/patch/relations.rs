//! Who points to whom: relationships of a part, and the list of content types.

use super::Unpatchable;
use super::archive::Archive;
use super::xml::{self, Edits, RELATIONS, escape, nodes};

pub(super) struct Relation {
    pub id: String,
    /// The last word of its type.
    pub kind: String,
    /// Of strict OOXML.
    pub strict: bool,
    /// The path of the part that it points to; None for something outside.
    pub path: Option<String>,
}

/// The relationships of one part. Changes are kept here until [`save`](Self::save).
pub(super) struct Relations {
    /// Of the part that holds them.
    path: String,
    text: Option<String>,
    changed: bool,
    pub list: Vec<Relation>,
}

const EMPTY: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"></Relationships>";

/// The content type of relationships.
const LIST: &str = "application/vnd.openxmlformats-package.relationships+xml";

impl Relations {
    /// `part` is a path, or nothing for the package itself.
    pub fn of(archive: &mut Archive<'_>, part: &str) -> Result<Self, Unpatchable> {
        let path = rels_path(part);
        let mut relations = Self { text: archive.text(&path)?, path, changed: false, list: Vec::new() };
        let Some(text) = &relations.text else { return Ok(relations) };
        let folder = part.rsplit_once('/').map_or("", |(folder, _)| folder);
        for node in nodes(text, 1)?.iter().filter(|node| node.depth == 1 && node.local(text) == "Relationship") {
            let value = |name| node.attribute(text, name).unwrap_or_default();
            let (id, kind) = (value("Id").into_owned(), value("Type"));
            let outside = value("TargetMode") == "External";
            let path = (!outside).then(|| resolve(folder, &value("Target")));
            let strict = kind.starts_with("http://purl.oclc.org/");
            let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
            relations.list.push(Relation { id, kind, strict, path });
        }
        Ok(relations)
    }

    /// The part of this kind. There may be only one: of two nobody knows which counts.
    pub fn only(&self, kind: &str) -> Result<Option<&Relation>, Unpatchable> {
        let mut found = self.list.iter().filter(|relation| relation.kind == kind && relation.path.is_some());
        let first = found.next();
        if found.next().is_some() {
            return Err(Unpatchable::Damaged(format!("a sheet of it has two parts of the kind {kind}")));
        }
        Ok(first)
    }

    pub fn by_id(&self, id: &str) -> Option<&Relation> {
        self.list.iter().find(|relation| relation.id == id)
    }

    pub fn add(&mut self, kind: &str, path: &str) -> Result<String, Unpatchable> {
        let numbers = self.list.iter().filter_map(|relation| relation.id.strip_prefix("rId")?.parse::<u32>().ok());
        let id = format!("rId{}", numbers.max().unwrap_or(0).saturating_add(1));
        let text = self.text.get_or_insert_with(|| EMPTY.to_owned());
        let nodes = nodes(text, 0)?;
        let target = escape(path);
        let element = format!(r#"<Relationship Id="{id}" Type="{RELATIONS}/{kind}" Target="/{target}"/>"#);
        let mut edits = Edits::default();
        edits.append(text, &nodes[0], &xml::prefixed(&element, nodes[0].prefix(text)));
        *text = edits.apply(text);
        self.changed = true;
        let path = Some(path.to_owned());
        self.list.push(Relation { id: id.clone(), kind: kind.to_owned(), strict: false, path });
        Ok(id)
    }

    pub fn remove(&mut self, id: &str) -> Result<(), Unpatchable> {
        let Some(text) = &mut self.text else { return Ok(()) };
        let mut edits = Edits::default();
        for node in nodes(text, 1)?.iter().filter(|node| node.depth == 1) {
            if node.attribute(text, "Id").is_some_and(|value| value == id) {
                edits.cut(node.span());
            }
        }
        *text = edits.apply(text);
        self.changed = true;
        self.list.retain(|relation| relation.id != id);
        Ok(())
    }

    /// A list from which the last was removed goes too.
    pub fn save(self, archive: &mut Archive<'_>, types: &mut ContentTypes) -> Result<(), Unpatchable> {
        match self.text {
            Some(_) if self.changed && self.list.is_empty() => {
                archive.remove(&self.path);
                types.remove(&self.path)
            }
            Some(text) if self.changed => {
                // Some programs name the type of each such part, and of no other.
                if archive.set(&self.path, text) {
                    types.set_by_extension(&self.path, "rels", LIST)?;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// Where the relationships of a part stand.
pub(super) fn rels_path(part: &str) -> String {
    let (folder, file) = part.rsplit_once('/').map_or(("", part), |(folder, file)| (folder, file));
    if folder.is_empty() { format!("_rels/{file}.rels") } else { format!("{folder}/_rels/{file}.rels") }
}

/// `../sheets/a.xml` seen from `xl/books` is `xl/sheets/a.xml`.
fn resolve(folder: &str, target: &str) -> String {
    let mut path: Vec<&str> = Vec::new();
    let from = if target.starts_with('/') { "" } else { folder };
    for step in from.split('/').chain(target.split('/')) {
        match step {
            "" | "." => {}
            ".." => drop(path.pop()),
            step => path.push(step),
        }
    }
    path.join("/")
}

/// `[Content_Types].xml`.
pub(super) struct ContentTypes {
    text: String,
    before: String,
}

const TYPES: &str = "[Content_Types].xml";

impl ContentTypes {
    pub fn of(archive: &mut Archive<'_>) -> Result<Self, Unpatchable> {
        let text = archive.needed(TYPES)?;
        nodes(&text, 0)?;
        Ok(Self { before: text.clone(), text })
    }

    /// Says what a part is.
    pub fn set(&mut self, part: &str, kind: &str) -> Result<(), Unpatchable> {
        self.remove(part)?;
        self.append(&format!(r#"<Override PartName="/{}" ContentType="{kind}"/>"#, escape(part)))
    }

    /// Says what a part is by its extension, as Excel does for drawings of comments.
    pub fn set_by_extension(&mut self, part: &str, extension: &str, kind: &str) -> Result<(), Unpatchable> {
        let nodes = nodes(&self.text, 1)?;
        let mut defaults = nodes.iter().filter(|node| node.depth == 1 && node.local(&self.text) == "Default");
        let named = |node: &&xml::Node| {
            node.attribute(&self.text, "Extension").is_some_and(|value| value.eq_ignore_ascii_case(extension))
        };
        match defaults.find(named) {
            Some(node) if node.attribute(&self.text, "ContentType").is_some_and(|value| value == kind) => Ok(()),
            Some(_) => self.set(part, kind),
            None => self.append(&format!(r#"<Default Extension="{extension}" ContentType="{kind}"/>"#)),
        }
    }

    pub fn remove(&mut self, part: &str) -> Result<(), Unpatchable> {
        let path = format!("/{part}");
        let mut edits = Edits::default();
        for node in nodes(&self.text, 1)?.iter().filter(|node| node.depth == 1) {
            if node.attribute(&self.text, "PartName").is_some_and(|name| name.eq_ignore_ascii_case(&path)) {
                edits.cut(node.span());
            }
        }
        self.text = edits.apply(&self.text);
        Ok(())
    }

    fn append(&mut self, element: &str) -> Result<(), Unpatchable> {
        let nodes = nodes(&self.text, 0)?;
        let mut edits = Edits::default();
        edits.append(&self.text, &nodes[0], &xml::prefixed(element, nodes[0].prefix(&self.text)));
        self.text = edits.apply(&self.text);
        Ok(())
    }

    pub fn save(self, archive: &mut Archive<'_>) {
        if self.text != self.before {
            archive.set(TYPES, self.text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relationships_of_a_part_stand_in_a_folder_beside_it() {
        assert_eq!(rels_path("xl/worksheets/sheet1.xml"), "xl/worksheets/_rels/sheet1.xml.rels");
        assert_eq!(rels_path("book.xml"), "_rels/book.xml.rels");
        assert_eq!(rels_path(""), "_rels/.rels");
        assert_eq!(resolve("xl/worksheets", "../comments1.xml"), "xl/comments1.xml");
        assert_eq!(resolve("xl/worksheets", "/xl/comments1.xml"), "xl/comments1.xml");
    }
}
