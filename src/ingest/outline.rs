//! Where an xlsx keeps what: the parts of its sheets, shared texts and formats, by following its relationships.
//!
//! Parts may have any name: only `_rels/.rels` is fixed. Namespaces are not looked at, because strict OOXML uses
//! other ones than what Excel writes.

use std::borrow::Cow;
use std::collections::BTreeMap;

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::Refusal;
use super::guard::Package;
use super::{scan, xlsb};
use crate::finding::rules;

/// What the workbook part says.
pub(super) struct Outline {
    pub sheets: Vec<SheetPart>,
    /// Days are counted from 1904, as old Macs did.
    pub epoch_1904: bool,
    /// Whether results of formulas wait for a calculation: by hand, or when the workbook is opened next.
    pub may_be_stale: bool,
    pub strings: Option<usize>,
    pub styles: Option<usize>,
}

pub(super) struct SheetPart {
    pub name: String,
    pub hidden: bool,
    /// In the package.
    pub index: usize,
}

/// A relationship: the last word of its type, and the path that it points to.
struct Relation {
    kind: String,
    path: String,
}

pub(super) fn read(package: &mut Package<'_>) -> Result<Outline, Refusal> {
    let roots = relations(package, "_rels/.rels", "")?;
    let book = roots.into_values().find(|relation| relation.kind == "officeDocument");
    let book = book.ok_or_else(|| Refusal::damaged("does not say where its workbook part is"))?.path;
    let (folder, file) = book.rsplit_once('/').unwrap_or(("", &book));
    let relations = relations(package, &format!("{folder}/_rels/{file}.rels"), folder)?;
    let part_of = |package: &Package<'_>, kind: &str| {
        relations.values().find(|relation| relation.kind == kind).and_then(|relation| package.find(&relation.path))
    };
    let (strings, styles) = (part_of(package, "sharedStrings"), part_of(package, "styles"));
    let mut outline = Outline { sheets: Vec::new(), epoch_1904: false, may_be_stale: false, strings, styles };
    each_element(package, &book, |package, element| {
        match element.local_name().as_ref() {
            "workbookPr" => outline.epoch_1904 |= attribute(element, "date1904").is_some_and(|value| is_true(&value)),
            "calcPr" => {
                outline.may_be_stale |= attribute(element, "calcMode").is_some_and(|mode| mode == "manual")
                    || attribute(element, "fullCalcOnLoad").is_some_and(|value| is_true(&value));
            }
            "sheet" => {
                let found = sheet(package, element, &relations)?;
                // One part read as two sheets would count everything in it twice.
                if let Some(found) = &found
                    && let Some(twin) =
                        outline.sheets.iter().find(|sheet| sheet.index == found.index || sheet.name == found.name)
                {
                    return Err(Refusal::damaged(format!("holds the sheet “{}” twice", twin.name)));
                }
                outline.sheets.extend(found);
            }
            _ => {}
        }
        Ok(())
    })?;
    if outline.sheets.is_empty() {
        return Err(Refusal::new(&rules::FILE_TYPE, "holds no worksheet, only charts or macros"));
    }
    Ok(outline)
}

/// The parts of a binary workbook's sheets, by name.
pub(super) fn binary_sheets(package: &mut Package<'_>) -> Result<BTreeMap<String, String>, Refusal> {
    let relations = relations(package, "xl/_rels/workbook.bin.rels", "xl")?;
    let Some(index) = package.find("xl/workbook.bin") else { return Ok(BTreeMap::new()) };
    let sheets = xlsb::bundle(&package.unpack_small(index)?).into_iter();
    Ok(sheets.filter_map(|(name, id)| Some((name, relations.get(&id)?.path.clone()))).collect())
}

/// None for a sheet that holds no cells.
fn sheet(
    package: &Package<'_>,
    element: &BytesStart<'_>,
    relations: &BTreeMap<String, Relation>,
) -> Result<Option<SheetPart>, Refusal> {
    let name = attribute(element, "name").unwrap_or_default();
    let relation = attribute(element, "id").and_then(|id| relations.get(&id));
    let relation = relation.ok_or_else(|| Refusal::damaged(format!("does not say where its sheet “{name}” is")))?;
    match relation.kind.as_str() {
        "worksheet" => {}
        "chartsheet" | "dialogsheet" => return Ok(None),
        _ if relation.kind.to_ascii_lowercase().contains("macrosheet") => return Ok(None),
        kind => return Err(Refusal::damaged(format!("holds the sheet “{name}” of the unknown kind “{kind}”"))),
    }
    let index = package.find(&relation.path);
    let index = index.ok_or_else(|| Refusal::damaged(format!("lacks its sheet “{name}” ({})", relation.path)))?;
    let hidden = attribute(element, "state").is_some_and(|state| state != "visible");
    Ok(Some(SheetPart { name, hidden, index }))
}

fn relations(package: &mut Package<'_>, path: &str, folder: &str) -> Result<BTreeMap<String, Relation>, Refusal> {
    let mut relations = BTreeMap::new();
    each_element(package, path, |_, element| {
        if element.local_name().as_ref() == "Relationship"
            && let Some(id) = attribute(element, "Id")
            && let Some(kind) = attribute(element, "Type")
            && let Some(target) = attribute(element, "Target")
        {
            let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
            relations.insert(id, Relation { kind, path: resolve(folder, &target) });
        }
        Ok(())
    })?;
    Ok(relations)
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

/// Shows all start tags of a part to `look`.
fn each_element(
    package: &mut Package<'_>,
    path: &str,
    mut look: impl FnMut(&Package<'_>, &BytesStart<'_>) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let lacks = || Refusal::damaged(format!("lacks its part {path}: cut off, or no workbook"));
    let index = package.find(path).ok_or_else(lacks)?;
    let bytes = package.unpack_small(index)?;
    scan::check_prolog(&bytes)?;
    let mut reader = Reader::from_reader(bytes.as_slice());
    loop {
        match reader.read_event() {
            Ok(Event::Start(element) | Event::Empty(element)) => look(package, &element)?,
            Ok(Event::Eof) => return Ok(()),
            Ok(_) => {}
            Err(error) => return Err(Refusal::damaged(format!("holds a damaged part {path} ({error})"))),
        }
    }
}

/// The attribute of this name, whatever its namespace.
fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = element.attributes();
    let mut named =
        attributes.with_checks(false).flatten().filter(|attribute| attribute.key.local_name().as_ref() == name);
    named.next()?.normalized_value(XmlVersion::Implicit1_0).ok().map(Cow::into_owned)
}

fn is_true(value: &str) -> bool {
    matches!(value, "1" | "true" | "on")
}

#[cfg(test)]
mod tests {
    use super::resolve;

    #[test]
    fn targets_are_seen_from_the_folder_of_the_part_that_names_them() {
        for (folder, target, path) in [
            ("xl", "worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("xl", "/xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("xl/a", "../sheets/./s.xml", "xl/sheets/s.xml"),
            ("", "xl/workbook.xml", "xl/workbook.xml"),
            ("", "../../etc/passwd", "etc/passwd"),
        ] {
            assert_eq!(resolve(folder, target), path);
        }
    }
}
