//! The workbook that a partner sent, returned: marks and comments at the cells, a sheet with all findings, and nothing
//! else touched.
//!
//! [`patch`] changes an xlsx or xlsm as a zip of texts: parts that need no change go over as they are packed, in the
//! others bytes are cut and inserted and no byte of a cell changes. A file that we patched before loses our old marks
//! first, so that patching twice is patching once. What cannot be patched without risk is refused by name
//! ([`Unpatchable`]); [`rebuild`] writes an xlsx with the values as they were read instead.
//!
//! The way of a file: `archive` opens the zip, `book` finds the sheets and makes room for ours, `styles` adds formats,
//! `sheet`, `comments` and `vml` mark the cells, `findings` writes our sheet. `xml` is what all of them stand on.

mod archive;
mod book;
mod comments;
mod findings;
mod rebuild;
mod relations;
mod sheet;
mod styles;
mod vml;
mod xml;

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;

use crate::finding::{CellRef, Severity};
use crate::ingest::{Limits, Refusal};
use archive::Archive;
use book::Book;
use relations::{ContentTypes, Relations};
use sheet::Legacy;

pub use rebuild::rebuild;

/// What a partner gets back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Returned {
    pub marks: Vec<Mark>,
    pub sheet: FindingsSheet,
}

/// Something to say at a cell. Several marks of one cell are told together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    pub sheet: String,
    pub cell: CellRef,
    pub severity: Severity,
    pub text: String,
}

/// The sheet that lists everything, in the partner's language.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FindingsSheet {
    /// As wished: another name is found where the workbook has it already.
    pub name: String,
    /// `de`, `fr-BE`: for what is said where there are too many cells to mark.
    pub language: String,
    pub heading: String,
    /// The verdict, counts, what to do: each a line.
    pub lines: Vec<String>,
    /// Heads of the list. The first column is for the severity, the second for the place.
    pub columns: Vec<String>,
    pub rows: Vec<Remark>,
    /// Over what changed since the last submission.
    pub changes_heading: String,
    /// What changed, below the list: a row of heads, then its rows. May be empty.
    pub changes: Vec<Vec<String>>,
}

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    pub severity: Severity,
    /// Where the link leads to: to the top of the sheet without a cell, nowhere without a sheet.
    pub sheet: Option<String>,
    pub cell: Option<CellRef>,
    /// Below the heads: the severity in words (a sign is put before it), the place (which bears the link), the rest.
    pub cells: Vec<String>,
}

/// Why a file is not patched. `Display` is a lower-case phrase without a full stop.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unpatchable {
    #[error("bears a digital signature, which any change would break")]
    Signed,
    #[error("is no workbook of the kinds xlsx and xlsm")]
    Format,
    #[error("is a workbook of the kind “Strict Open XML”, which knows no comments at cells")]
    Strict,
    #[error("holds a part in an encoding that is not changed safely")]
    Encoding,
    #[error("is larger than what is changed")]
    TooLarge,
    #[error("cannot be changed safely: {0}")]
    Damaged(String),
    #[error("{0}")]
    Refused(Refusal),
}

/// The author of our comments.
const AUTHOR: &str = "scoreboard";
/// Cells that are marked in one workbook.
const MOST_MARKS: usize = 2_000;
/// Of what is said at one cell.
const MOST_CHARACTERS: usize = 1_000;
/// The grid of Excel.
const ROWS: u32 = 1_048_576;
const COLUMNS: u16 = 16_384;

const COMMENTS: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml";
const DRAWING: &str = "application/vnd.openxmlformats-officedocument.vmlDrawing";

/// The sign of a severity: never colour alone.
fn sign(severity: Severity) -> char {
    match severity {
        Severity::Info => '○',
        Severity::Warning => '▲',
        Severity::Error => '✕',
    }
}

/// What is said at a cell.
#[derive(Debug, Clone)]
struct Said {
    severity: Severity,
    texts: Vec<(Severity, String)>,
}

type Marks = BTreeMap<CellRef, Said>;

/// The partner's own file with what was found in it. `bytes` are those of an xlsx or xlsm.
pub fn patch(bytes: &[u8], returned: &Returned, limits: &Limits) -> Result<Vec<u8>, Unpatchable> {
    let mut archive = Archive::open(bytes, limits)?;
    let mut types = ContentTypes::of(&mut archive)?;
    let mut book = Book::read(&mut archive)?;
    let (marks, unmarked) = by_sheet(&book, &returned.marks);
    let folder = book.folder();
    let faces = styles::add(&mut archive, &mut book.relations, &mut types, &folder)?;
    // Heads of the list are not those of what changed, which may go on over pages too.
    let titles = findings::head_row(&returned.sheet, unmarked).filter(|_| returned.sheet.changes.is_empty());
    let home = book.settle(&mut archive, &mut types, &returned.sheet.name, titles)?;
    let none = Marks::new();
    let mut names = BTreeSet::new();
    for (at, sheet) in book.sheets.iter().enumerate() {
        let Some(path) = sheet.path.as_deref().filter(|_| book.ours != Some(at)) else { continue };
        names.insert(sheet.name.clone());
        let place = Place { path, number: at, folder: &folder, home: &home.name };
        let marks = marks.get(&at).unwrap_or(&none);
        mark(&mut archive, &mut types, &place, marks, faces.marks)?;
    }
    let page = findings::write(&returned.sheet, unmarked, &names, &faces, book.has_views);
    archive.set(&home.path, page);
    book.save(&mut archive, &mut types)?;
    types.save(&mut archive);
    archive.finish()
}

/// Marks by place of the sheet, the gravest first where there are too many; and how many cells are left out.
fn by_sheet(book: &Book, marks: &[Mark]) -> (BTreeMap<usize, Marks>, usize) {
    let places: BTreeMap<&str, usize> =
        book.sheets.iter().enumerate().rev().map(|(at, sheet)| (sheet.name.as_str(), at)).collect();
    let mut found: BTreeMap<(usize, CellRef), Said> = BTreeMap::new();
    for mark in marks {
        let at = places.get(mark.sheet.as_str()).copied();
        let at = at.filter(|at| Some(*at) != book.ours && book.sheets[*at].path.is_some());
        let Some(at) = at.filter(|_| mark.cell.row < ROWS && mark.cell.column < COLUMNS) else { continue };
        let said = found.entry((at, mark.cell)).or_insert(Said { severity: mark.severity, texts: Vec::new() });
        said.severity = said.severity.max(mark.severity);
        said.texts.push((mark.severity, mark.text.clone()));
    }
    let left_out = found.len().saturating_sub(MOST_MARKS);
    let mut all: Vec<((usize, CellRef), Said)> = found.into_iter().collect();
    all.sort_by_key(|((at, cell), said)| (std::cmp::Reverse(said.severity), *at, *cell));
    all.truncate(MOST_MARKS);
    let mut sheets: BTreeMap<usize, Marks> = BTreeMap::new();
    for ((at, cell), said) in all {
        sheets.entry(at).or_default().insert(cell, said);
    }
    (sheets, left_out)
}

/// Which sheet is marked.
struct Place<'a> {
    path: &'a str,
    /// Among the sheets of the workbook.
    number: usize,
    /// Of the workbook part.
    folder: &'a str,
    /// The name of our sheet.
    home: &'a str,
}

fn mark(
    archive: &mut Archive<'_>,
    types: &mut ContentTypes,
    place: &Place<'_>,
    marks: &Marks,
    formats: [usize; 3],
) -> Result<(), Unpatchable> {
    // A sheet that is too large to be changed was too large to be marked before.
    if marks.is_empty() && !archive.is_small(place.path)? {
        return Ok(());
    }
    let mut relations = Relations::of(archive, place.path)?;
    let comments = relations.only("comments")?.map(|relation| (relation.id.clone(), relation.path.clone()));
    let remarks = match &comments {
        Some((_, Some(path))) => Some(archive.needed(path)?),
        _ => None,
    };
    if marks.is_empty() && remarks.as_deref().is_none_or(|text| !text.contains(comments::LINE)) {
        let text = archive.text(place.path)?;
        // Only sheets with something of ours are looked at more closely; no byte of any other is judged.
        if text.is_none_or(|text| !text.contains("scoreboard:")) {
            return Ok(());
        }
    }
    let text = archive.needed(place.path)?;
    let seen = sheet::look(&text)?;
    let marks = &unmerged(marks, &seen.merges);
    let untouched = threads(archive, &relations)?;
    let said = marks.iter().map(|(cell, said)| (*cell, told(said, place.home))).collect();
    let before = remarks.clone().unwrap_or_else(comments::empty);
    let edited = comments::edit(&before, &said, &untouched)?;
    if !edited.is_empty || remarks.is_some() {
        match comments.clone() {
            Some((id, Some(path))) if edited.is_empty && !edited.removed.is_empty() => {
                relations.remove(&id)?;
                types.remove(&path)?;
                archive.remove(&path);
            }
            Some((_, Some(path))) if edited.text != before => drop(archive.set(&path, edited.text.clone())),
            Some(_) => {}
            None => {
                let path = archive.free(&format!("{}comments", place.folder), ".xml");
                relations.add("comments", &path)?;
                types.set(&path, COMMENTS)?;
                archive.set(&path, edited.text.clone());
            }
        }
    }
    let shapes: Vec<vml::Shape> = edited
        .added
        .iter()
        .map(|cell| sheet::box_of(&seen, *cell, said.get(cell).map_or("", String::as_str)))
        .collect();
    let legacy = draw(archive, types, &mut relations, place, &seen, &edited.removed, &shapes)?;
    let severities = marks.iter().map(|(cell, said)| (*cell, said.severity)).collect();
    let after = sheet::edit(&text, &seen, &severities, formats, &legacy);
    if after != text {
        archive.set(place.path, after);
    }
    relations.save(archive, types)
}

/// Changes the drawing of a sheet's comments.
fn draw(
    archive: &mut Archive<'_>,
    types: &mut ContentTypes,
    relations: &mut Relations,
    place: &Place<'_>,
    seen: &sheet::Seen,
    removed: &BTreeSet<CellRef>,
    shapes: &[vml::Shape],
) -> Result<Legacy, Unpatchable> {
    if removed.is_empty() && shapes.is_empty() {
        return Ok(Legacy::Stays);
    }
    let Some((_, id)) = &seen.legacy else {
        if shapes.is_empty() {
            return Ok(Legacy::Stays);
        }
        let path = archive.free(&format!("{}drawings/vmlDrawing", place.folder), ".vml");
        let edited = vml::edit(&vml::empty(place.number), removed, shapes, place.number)?;
        let id = relations.add("vmlDrawing", &path)?;
        types.set_by_extension(&path, "vml", DRAWING)?;
        archive.set(&path, edited.text);
        return Ok(Legacy::Comes(id));
    };
    let path = relations.by_id(id).and_then(|relation| relation.path.clone());
    let path = path.ok_or_else(|| Unpatchable::Damaged("a sheet of it points to no drawing".to_owned()))?;
    let before = archive.needed(&path)?;
    let edited = vml::edit(&before, removed, shapes, place.number)?;
    if edited.is_empty {
        let id = id.clone();
        relations.remove(&id)?;
        types.remove(&path)?;
        archive.remove(&path);
        return Ok(Legacy::Goes);
    }
    if edited.text != before {
        archive.set(&path, edited.text);
    }
    Ok(Legacy::Stays)
}

/// Cells of one merged range are shown as its first: so what is said of one is said there.
fn unmerged(marks: &Marks, merges: &[(CellRef, CellRef)]) -> Marks {
    let mut moved: BTreeMap<CellRef, CellRef> = BTreeMap::new();
    for (first, last) in merges {
        let rows = CellRef::new(first.row, 0)..=CellRef::new(last.row.max(first.row), u16::MAX);
        for (cell, _) in marks.range(rows) {
            if (first.column..=last.column).contains(&cell.column) {
                moved.insert(*cell, *first);
            }
        }
    }
    let mut all = Marks::new();
    for (cell, said) in marks {
        let cell = moved.get(cell).unwrap_or(cell);
        let there = all.entry(*cell).or_insert(Said { severity: said.severity, texts: Vec::new() });
        there.severity = there.severity.max(said.severity);
        there.texts.extend(said.texts.iter().cloned());
    }
    all
}

/// The cells with a thread of comments.
fn threads(archive: &mut Archive<'_>, relations: &Relations) -> Result<BTreeSet<CellRef>, Unpatchable> {
    let mut cells = BTreeSet::new();
    let paths = relations.list.iter().filter(|relation| relation.kind == "threadedComment");
    for path in paths.filter_map(|relation| relation.path.as_deref()) {
        let text = archive.needed(path)?;
        let nodes = xml::nodes(&text, 1)?;
        cells.extend(nodes.iter().filter_map(|node| CellRef::parse(&node.attribute(&text, "ref")?)));
    }
    Ok(cells)
}

/// What a comment says, within its length.
fn told(said: &Said, home: &str) -> String {
    let lines: Vec<String> =
        said.texts.iter().map(|(severity, text)| format!("{} {}", sign(*severity), text.trim())).collect();
    let whole = lines.join("\n");
    if whole.chars().count() <= MOST_CHARACTERS {
        return whole;
    }
    format!("{}\n→ {home}", xml::shorten(&whole, MOST_CHARACTERS))
}

#[cfg(test)]
mod tests;
