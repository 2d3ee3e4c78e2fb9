//! The workbook part: which sheet is which part, our sheet among them, and the hidden name by which we know it again.

use super::Unpatchable;
use super::archive::Archive;
use super::relations::{ContentTypes, Relations, rels_path};
use super::xml::{self, Edits, MAIN, Node, escape, nodes, place};

/// The hidden name that points to the first cell of our sheet, and the text that stands there.
pub(super) const MARK: &str = "_scoreboard_findings";

#[rustfmt::skip]
const ORDER: [&str; 19] = [
    "fileVersion", "fileSharing", "workbookPr", "workbookProtection", "bookViews", "sheets", "functionGroups",
    "externalReferences", "definedNames", "calcPr", "oleSize", "customWorkbookViews", "pivotCaches", "smartTagPr",
    "smartTagTypes", "webPublishing", "fileRecoveryPr", "webPublishObjects", "extLst",
];

const WORKSHEET: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml";

/// A sheet of the workbook.
pub(super) struct BookSheet {
    pub name: String,
    /// None for charts and macros.
    pub path: Option<String>,
}

pub(super) struct Book {
    /// Of its part.
    path: String,
    text: String,
    pub relations: Relations,
    /// In their order, charts among them.
    pub sheets: Vec<BookSheet>,
    /// Where our sheet stands among them.
    pub ours: Option<usize>,
    /// Whether sheets can say how they are shown.
    pub has_views: bool,
}

/// Our sheet, once it has a name and a place.
pub(super) struct Home {
    pub name: String,
    pub path: String,
}

impl Book {
    pub fn read(archive: &mut Archive<'_>) -> Result<Self, Unpatchable> {
        let roots = Relations::of(archive, "")?;
        let book = roots.only("officeDocument")?;
        let book = book.ok_or_else(|| damaged("it does not say where its workbook part is"))?;
        if book.strict {
            return Err(Unpatchable::Strict);
        }
        let path = book.path.clone().unwrap_or_default();
        let text = archive.needed(&path)?;
        let relations = Relations::of(archive, &path)?;
        let all = nodes(&text, 2)?;
        let tag = &text[all[0].open.clone()];
        if all[0].local(&text) != "workbook" || !xml::is_bound(tag, all[0].prefix(&text), MAIN) {
            let strict = tag.contains("http://purl.oclc.org/");
            return Err(if strict {
                Unpatchable::Strict
            } else {
                damaged("its workbook part is not what it should be")
            });
        }
        let mut sheets = Vec::new();
        for node in children(&text, &all, "sheets") {
            let id = node.attribute(&text, "id").unwrap_or_default();
            let relation = relations.by_id(&id);
            let relation = relation.ok_or_else(|| damaged("it does not say where one of its sheets is"))?;
            let path = relation.path.clone().filter(|_| relation.kind == "worksheet");
            sheets.push(BookSheet { name: node.attribute(&text, "name").unwrap_or_default().into_owned(), path });
        }
        let has_views = children(&text, &all, "bookViews").next().is_some();
        let mut book = Self { path, relations, sheets, ours: None, has_views, text };
        let pointed = children(&book.text, &all, "definedNames")
            .find(|name| name.attribute(&book.text, "name").is_some_and(|name| name == MARK))
            .and_then(|name| sheet_named(&xml::decode(&book.text[name.inside()])));
        let ours = pointed.and_then(|name| book.sheets.iter().position(|sheet| sheet.name == name));
        if let Some((at, path)) = ours.and_then(|at| Some((at, book.sheets[at].path.clone()?)))
            && bears_mark(archive, &book.relations, &path)?
        {
            book.ours = Some(at);
        }
        Ok(book)
    }

    /// The folder of the workbook part, with its `/`.
    pub fn folder(&self) -> String {
        self.path.rfind('/').map_or(String::new(), |slash| self.path[..=slash].to_owned())
    }

    /// Names and registers our sheet: the one that is there, else a new one behind the others. `titles` is the row
    /// (counted from one) that is printed on each page.
    pub fn settle(
        &mut self,
        archive: &mut Archive<'_>,
        types: &mut ContentTypes,
        wish: &str,
        titles: Option<u32>,
    ) -> Result<Home, Unpatchable> {
        let all = nodes(&self.text, 2)?;
        let (root, prefix) = (&all[0], all[0].prefix(&self.text));
        let mut edits = Edits::default();
        let at = self.ours.unwrap_or(self.sheets.len());
        let home = match self.ours.and_then(|at| self.sheets.get(at)) {
            Some(BookSheet { name, path: Some(path) }) => {
                // What others put on it goes with what it held.
                archive.remove(&rels_path(path));
                if let Some(node) = children(&self.text, &all, "sheets").nth(at)
                    && let Some((_, value)) =
                        xml::attributes(&self.text[node.open.clone()]).find(|(name, _)| *name == "state")
                {
                    let at = node.open.start;
                    edits.replace(at + value.start..at + value.end, "visible".to_owned());
                }
                Home { name: name.clone(), path: path.clone() }
            }
            _ => {
                let taken: Vec<String> = self.sheets.iter().map(|sheet| sheet.name.to_lowercase()).collect();
                let name = free_name(wish, &taken);
                let path = archive.free(&format!("{}worksheets/sheet", self.folder()), ".xml");
                let id = self.relations.add("worksheet", &path)?;
                types.set(&path, WORKSHEET)?;
                let list = all.iter().find(|node| node.depth == 1 && node.local(&self.text) == "sheets");
                let list = list.ok_or_else(|| damaged("it lists no sheets"))?;
                let numbers = children(&self.text, &all, "sheets")
                    .filter_map(|node| node.attribute(&self.text, "sheetId")?.parse::<u32>().ok());
                let number = numbers.max().unwrap_or(0).saturating_add(1);
                let relation = xml::relation_attribute(&self.text[root.open.clone()], &id);
                let element = format!(r#"<sheet name="{}" sheetId="{number}" {relation}/>"#, escape(&name));
                edits.append(&self.text, list, &xml::prefixed(&element, prefix));
                Home { name, path }
            }
        };
        for name in children(&self.text, &all, "definedNames") {
            let value = |wanted| name.attribute(&self.text, wanted).unwrap_or_default();
            let titles = value("name") == "_xlnm.Print_Titles" && value("localSheetId") == at.to_string();
            if value("name") == MARK || titles {
                edits.cut(name.span());
            }
        }
        let quoted = escape(&quoted(&home.name));
        let mut names = format!(r#"<definedName name="{MARK}" hidden="1">{quoted}!$A$1</definedName>"#);
        if let Some(row) = titles {
            names += &format!(
                r#"<definedName name="_xlnm.Print_Titles" localSheetId="{at}">{quoted}!${row}:${row}</definedName>"#
            );
        }
        match all.iter().find(|node| node.depth == 1 && node.local(&self.text) == "definedNames") {
            Some(list) => edits.append(&self.text, list, &xml::prefixed(&names, prefix)),
            None => {
                let outer: Vec<Node> = all.iter().filter(|node| node.depth == 1).cloned().collect();
                let at = place(&self.text, root, &outer, &ORDER, "definedNames");
                edits.insert(at, xml::prefixed(&format!("<definedNames>{names}</definedNames>"), prefix));
            }
        }
        self.text = edits.apply(&self.text);
        Ok(home)
    }

    pub fn save(self, archive: &mut Archive<'_>) {
        archive.set(&self.path, self.text);
        self.relations.save(archive);
    }
}

fn damaged(why: &str) -> Unpatchable {
    Unpatchable::Damaged(why.to_owned())
}

/// The elements in one of the lists of the workbook part.
fn children<'a>(text: &'a str, all: &'a [Node], list: &str) -> impl Iterator<Item = &'a Node> {
    let first = all.iter().position(|node| node.depth == 1 && node.local(text) == list).map_or(all.len(), |at| at + 1);
    all[first..].iter().take_while(|node| node.depth == 2)
}

/// The sheet of `'My sheet'!$A$1`.
fn sheet_named(reference: &str) -> Option<String> {
    let (sheet, _) = reference.trim().trim_start_matches('=').rsplit_once('!')?;
    let plain = sheet.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    Some(plain.map_or_else(|| sheet.to_owned(), |quoted| quoted.replace("''", "'")))
}

/// As it stands in a formula.
pub(super) fn quoted(sheet: &str) -> String {
    format!("'{}'", sheet.replace('\'', "''"))
}

/// A name that a sheet may have and none has: 31 characters as Excel counts them.
pub(super) fn free_name(wish: &str, taken: &[String]) -> String {
    let clean: String = wish
        .chars()
        .filter(|c| !c.is_control() && !"[]:*?/\\".contains(*c))
        .collect::<String>()
        .trim_matches(['\'', ' '])
        .to_owned();
    let clean = if clean.is_empty() || clean.eq_ignore_ascii_case("history") { "Findings".to_owned() } else { clean };
    let cut = |room: usize| {
        let mut left = room;
        let fits = |c: &char| {
            let fits = c.len_utf16() <= left;
            left = left.saturating_sub(c.len_utf16());
            fits
        };
        clean.chars().take_while(fits).collect::<String>()
    };
    let mut name = cut(31);
    let mut number = 2_u32;
    while taken.contains(&name.to_lowercase()) {
        let end = format!(" {number}");
        name = cut(31 - end.len()) + &end;
        number += 1;
    }
    name
}

/// Whether the first cell of a sheet holds our text: a name alone may point to any sheet.
fn bears_mark(archive: &mut Archive<'_>, relations: &Relations, path: &str) -> Result<bool, Unpatchable> {
    if !archive.is_small(path)? {
        return Ok(false);
    }
    let text = archive.needed(path)?;
    let Some(start) = text.find("sheetData") else { return Ok(false) };
    // The first cell stands at the front of the cells, and is short.
    let Some(end) = text[start..].find("</").and_then(|_| text[start..].find("row>")).map(|at| start + at) else {
        return Ok(false);
    };
    let row = &text[start..end];
    if row.contains(&format!(">{MARK}<")) {
        return Ok(true);
    }
    let shared = row.contains("t=\"s\"");
    let index = row.split("v>").nth(1).and_then(|rest| rest.split('<').next()?.parse::<usize>().ok());
    let strings = relations.only("sharedStrings")?.and_then(|relation| relation.path.clone());
    let (Some(index), Some(strings)) = (index.filter(|_| shared), strings) else { return Ok(false) };
    if !archive.is_small(&strings)? {
        return Ok(false);
    }
    let text = archive.needed(&strings)?;
    let texts = nodes(&text, 1)?;
    Ok(texts.iter().filter(|node| node.depth == 1).nth(index).is_some_and(|node| text[node.inside()].contains(MARK)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_fits_and_is_free() {
        assert_eq!(free_name("Findings", &[]), "Findings");
        assert_eq!(free_name("Findings", &["findings".to_owned(), "findings 2".to_owned()]), "Findings 3");
        assert_eq!(free_name("a/b[c]:d*?'", &[]), "abcd");
        assert_eq!(free_name("", &[]), "Findings");
        let long = free_name(&"😀".repeat(20), &["😀".repeat(15)]);
        assert_eq!(long, "😀".repeat(14) + " 2");
    }

    #[test]
    fn a_reference_names_its_sheet() {
        assert_eq!(sheet_named("'It''s me'!$A$1").as_deref(), Some("It's me"));
        assert_eq!(sheet_named("Befunde!$A$1").as_deref(), Some("Befunde"));
        assert_eq!(sheet_named("$Findings.$A$1"), None);
        assert_eq!(quoted("It's me"), "'It''s me'");
    }
}
