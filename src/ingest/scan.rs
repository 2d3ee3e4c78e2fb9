//! One look over the raw XML of a part before calamine reads it: for what calamine does not tell (hidden rows,
//! formulas without a value) and for what it trips over.
//!
//! What it trips over is mended in place, without moving a byte: a declared range or count is taken on trust (a
//! count of a billion texts would be reserved), so both are renamed; an error value that it does not know fails the
//! whole sheet, so cells of type `e` become `d`, whose text comes through as it stands. A cell reference that no
//! spreadsheet has would overflow, so it is refused.

use std::ops::Range;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::Refusal;
use super::grid::Merge;
use crate::finding::{CellRef, rules};

/// What calamine does not tell of a sheet.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    /// Whether the sheet was looked over at all.
    pub looked: bool,
    pub hidden_rows: Vec<u32>,
    /// First and last columns of hidden ranges.
    pub hidden_columns: Vec<(u16, u16)>,
    pub merges: Vec<Merge>,
    pub formulas: u32,
    /// Cells and rows that stand in the part, empty ones among them: what to make room for.
    pub cells: usize,
    pub rows: usize,
    /// Formulas that no program ever calculated.
    pub uncalculated: Vec<CellRef>,
}

/// A table of texts takes many times its size in memory when they are short: `<si/>` is five bytes.
const MAX_TEXTS: usize = 5_000_000;

/// Encodings in which everything that is looked for here stands as it does in ASCII.
const ENCODINGS: [&[u8]; 5] = [b"utf-8", b"utf8", b"us-ascii", b"iso-8859-1", b"windows-1252"];

/// Refuses what calamine would take in its stride and should not: a document type declaration, which can stand only
/// before the first element, and encodings such as UTF-16, in which nothing here would be found.
pub(super) fn check_prolog(xml: &[u8]) -> Result<(), Refusal> {
    let encoding = || Refusal::damaged("holds a part in an encoding that no spreadsheet program writes");
    if xml.starts_with(b"\xFF\xFE") || xml.starts_with(b"\xFE\xFF") || xml.iter().take(4).any(|byte| *byte == 0) {
        return Err(encoding());
    }
    let mut at = 0;
    while let Some(tag) = next_tag(xml, at) {
        let rest = &xml[tag..];
        at = match rest.first() {
            Some(b'!') if rest.starts_with(b"!--") => find(xml, tag, b"-->"),
            Some(b'!') => {
                return Err(Refusal::new(&rules::FILE_TYPE, "holds an XML document type declaration, as attacks do"));
            }
            Some(b'?') => {
                let end = find(xml, tag, b"?>");
                let declaration = &xml[(tag + 1).min(end)..end];
                let known = |name: &[u8]| ENCODINGS.iter().any(|known| known.eq_ignore_ascii_case(name));
                if Attributes::of(declaration)
                    .any(|(name, value)| declaration[name].ends_with(b"encoding") && !known(&declaration[value]))
                {
                    return Err(encoding());
                }
                end
            }
            _ => break,
        };
    }
    Ok(())
}

/// Renames the count that the table of shared texts declares in its first tag, found with the parser that calamine
/// uses, set as calamine sets it.
pub(super) fn mend_strings(xml: &mut [u8]) -> Result<(), Refusal> {
    const COUNT: &[u8] = b"uniqueCount";
    let mut reader = Reader::from_reader(&*xml);
    reader.config_mut().check_end_names = false;
    reader.config_mut().expand_empty_elements = true;
    let end = loop {
        match reader.read_event() {
            Ok(Event::Start(element)) if element.local_name().as_ref() == "sst" => break reader.buffer_position(),
            Ok(Event::Decl(_) | Event::PI(_) | Event::Comment(_) | Event::Text(_)) => {}
            _ => return Err(Refusal::damaged("holds a damaged table of texts")),
        }
    };
    if texts_in(xml) > MAX_TEXTS {
        let message = format!("holds more than {} million different texts", MAX_TEXTS / 1_000_000);
        return Err(Refusal::new(&rules::FILE_TOO_LARGE, message));
    }
    let end = usize::try_from(end).unwrap_or(xml.len());
    let mut head = &mut xml[..end];
    while let Some(at) = head.windows(COUNT.len()).position(|window| window == COUNT) {
        head = &mut head[at..];
        head[0] = b'U';
    }
    Ok(())
}

/// How many texts a table has, at most: tags `si`, or `x:si`.
fn texts_in(xml: &[u8]) -> usize {
    let (mut at, mut texts) = (0, 0);
    while let Some(tag) = next_tag(xml, at) {
        at = tag;
        let name = xml[tag..].iter().take(20).position(|byte| *byte == b':').map_or(tag, |colon| tag + colon + 1);
        texts += usize::from(xml[tag..].starts_with(b"si") || xml[name..].starts_with(b"si"));
    }
    texts
}

pub(super) fn scan_sheet(xml: &mut [u8]) -> Result<Facts, Refusal> {
    let prefix = root_prefix(xml);
    let mut facts = Facts { looked: true, ..Facts::default() };
    let mut at = 0;
    let mut next_row = 0_u32;
    // Where a cell stands that does not say it: after the one before.
    let mut next_column = 0_u16;
    // The attributes of the current cell, and whether it has a formula without a value so far.
    let mut cell = 0..0;
    let mut formula = false;
    while let Some(tag) = next_tag(xml, at) {
        at = tag;
        let closing = xml.get(tag) == Some(&b'/');
        let name = tag + usize::from(closing) + prefix.len();
        let Some(rest) = xml.get(name..) else { break };
        if !prefix.is_empty() && !xml[..name].ends_with(&prefix) {
            continue;
        }
        match rest {
            [b'c', ..] if closing && formula && ends_name(rest, 1) => {
                formula = false;
                let place = CellRef::new(next_row.saturating_sub(1), next_column.saturating_sub(1));
                facts.uncalculated.extend(uncalculated(&xml[cell.clone()], place));
            }
            _ if closing => {}
            [b'v', ..] if ends_name(rest, 1) => {
                formula &= matches!(rest, [_, b'/', ..] | [_, b'>', b'<', ..] | [_, b' ', b'/', ..]);
            }
            [b'c', ..] if ends_name(rest, 1) => {
                formula = false;
                facts.cells += 1;
                cell = attributes(xml, name + 1);
                at = cell.end;
                prepare_cell(&mut xml[cell.clone()])?;
                next_column = column_of(&xml[cell.clone()]).unwrap_or(next_column).saturating_add(1);
            }
            [b'f', ..] if ends_name(rest, 1) => {
                formula = true;
                facts.formulas = facts.formulas.saturating_add(1);
            }
            [b'c', b'o', b'l', ..] if ends_name(rest, 3) => {
                facts.hidden_columns.extend(hidden_columns(&xml[attributes(xml, name + 3)]));
            }
            [b'm', b'e', b'r', b'g', b'e', b'C', b'e', b'l', b'l', ..] if ends_name(rest, 9) => {
                facts.merges.extend(merge(&xml[attributes(xml, name + 9)]));
            }
            [b'r', b'o', b'w', ..] if ends_name(rest, 3) => {
                let attributes = attributes(xml, name + 3);
                at = attributes.end;
                let (row, hidden) = prepare_row(&xml[attributes], next_row)?;
                next_row = row + 1;
                next_column = 0;
                facts.rows += 1;
                if hidden {
                    facts.hidden_rows.push(row);
                }
            }
            [b'd', b'i', b'm', ..] if rest.starts_with(b"dimension") => xml[name] = b'D',
            [b'!', b'-', b'-', ..] => at = find(xml, name, b"-->"),
            [b'!', ..] => at = find(xml, name, b"]]>"),
            _ => {}
        }
    }
    Ok(facts)
}

/// The cell of a formula without a value; None if its value is an empty text.
fn uncalculated(cell: &[u8], place: CellRef) -> Option<CellRef> {
    let mut at = place;
    for (name, value) in Attributes::of(cell) {
        match (&cell[name], &cell[value]) {
            (b"t", b"str") => return None,
            (b"r", value) => at = str::from_utf8(value).ok().and_then(CellRef::parse).unwrap_or(place),
            _ => {}
        }
    }
    Some(at)
}

/// The column that a cell says it stands in.
fn column_of(cell: &[u8]) -> Option<u16> {
    let mut attributes = Attributes::of(cell);
    let (_, value) = attributes.find(|(name, _)| &cell[name.clone()] == b"r")?;
    let letters = cell[value].iter().take_while(|byte| byte.is_ascii_alphabetic());
    let column = letters.fold(0_u32, |column, letter| {
        column.saturating_mul(26).saturating_add(u32::from(letter.to_ascii_uppercase() - b'A') + 1)
    });
    u16::try_from(column.checked_sub(1)?).ok()
}

/// First and last of the columns that a `col` hides.
fn hidden_columns(tag: &[u8]) -> Option<(u16, u16)> {
    let (mut first, mut last, mut hidden) = (None, None, false);
    for (name, value) in Attributes::of(tag) {
        let number = || str::from_utf8(&tag[value.clone()]).ok()?.parse::<u16>().ok()?.checked_sub(1);
        match &tag[name] {
            b"min" => first = number(),
            b"max" => last = number(),
            b"hidden" => hidden = matches!(&tag[value.clone()], b"1" | b"true"),
            _ => {}
        }
    }
    Some((first?, last?)).filter(|_| hidden)
}

fn merge(tag: &[u8]) -> Option<Merge> {
    let (_, value) = Attributes::of(tag).find(|(name, _)| &tag[name.clone()] == b"ref")?;
    let (first, last) = str::from_utf8(&tag[value]).ok()?.split_once(':')?;
    Some(Merge { first: CellRef::parse(first)?, last: CellRef::parse(last)? })
}

fn prepare_cell(cell: &mut [u8]) -> Result<(), Refusal> {
    let mut error = None;
    for (name, value) in Attributes::of(cell) {
        match (&cell[name], &cell[value.clone()]) {
            (b"r", reference) => {
                let letters = reference.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
                if letters > 3 || reference.len() - letters > 7 {
                    return Err(impossible(reference));
                }
            }
            (b"t", b"e") => error = Some(value.start),
            _ => {}
        }
    }
    if let Some(kind) = error {
        cell[kind] = b'd';
    }
    Ok(())
}

/// The place of a row, counted from zero (`next` where it does not say), and whether it is hidden.
fn prepare_row(row: &[u8], next: u32) -> Result<(u32, bool), Refusal> {
    let (mut place, mut hidden) = (next, false);
    for (name, value) in Attributes::of(row) {
        match (&row[name], &row[value]) {
            (b"r", number) => {
                place = match str::from_utf8(number).ok().and_then(|number| number.parse::<u32>().ok()) {
                    Some(number @ 1..=9_999_999) => number - 1,
                    _ => return Err(impossible(number)),
                }
            }
            (b"hidden", value) => hidden = matches!(value, b"1" | b"true"),
            _ => {}
        }
    }
    Ok((place, hidden))
}

fn impossible(reference: &[u8]) -> Refusal {
    let reference: String = String::from_utf8_lossy(reference).chars().take(30).collect();
    Refusal::damaged(format!("names a place that no sheet has: “{reference}”"))
}

/// The `x:` of `<x:worksheet`, as some programs write it.
fn root_prefix(xml: &[u8]) -> Vec<u8> {
    let mut at = 0;
    while let Some(tag) = next_tag(xml, at) {
        at = tag;
        if let Some(b'?' | b'!') = xml.get(tag) {
            continue;
        }
        let name = xml[tag..].split(|byte| is_after_name(*byte)).next().unwrap_or(&[]);
        return name.iter().position(|byte| *byte == b':').map_or(Vec::new(), |colon| name[..=colon].to_vec());
    }
    Vec::new()
}

/// Where the next tag's name begins.
fn next_tag(xml: &[u8], from: usize) -> Option<usize> {
    xml.get(from..)?.iter().position(|byte| *byte == b'<').map(|skip| from + skip + 1)
}

/// Where `what` ends, the end of the text if it is not there.
fn find(xml: &[u8], from: usize, what: &[u8]) -> usize {
    xml[from..].windows(what.len()).position(|window| window == what).map_or(xml.len(), |skip| from + skip + what.len())
}

/// Whether the name that begins here has this length.
fn ends_name(tag: &[u8], length: usize) -> bool {
    tag.get(length).is_some_and(|byte| is_after_name(*byte))
}

fn is_after_name(byte: u8) -> bool {
    matches!(byte, b' ' | b'>' | b'/' | b'\t' | b'\r' | b'\n')
}

/// From the end of a tag's name to its `>`. No attribute of rows and cells can hold that character.
fn attributes(xml: &[u8], from: usize) -> Range<usize> {
    from..xml[from..].iter().position(|byte| *byte == b'>').map_or(xml.len(), |skip| from + skip)
}

/// Where the names and values of attributes stand. Holds no borrow, so that a value can be changed on the way.
struct Attributes<'a> {
    tag: &'a [u8],
    at: usize,
}

impl<'a> Attributes<'a> {
    fn of(tag: &'a [u8]) -> Self {
        Self { tag, at: 0 }
    }
}

impl Iterator for Attributes<'_> {
    type Item = (Range<usize>, Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        let after =
            |from: usize, is: fn(u8) -> bool| Some(from + self.tag.get(from..)?.iter().position(|byte| is(*byte))?);
        let name = after(self.at, |byte| !byte.is_ascii_whitespace())?;
        let name_end = after(name, |byte| byte == b'=' || byte.is_ascii_whitespace())?;
        let open = after(name_end, |byte| matches!(byte, b'"' | b'\''))?;
        let close = if self.tag[open] == b'"' {
            after(open + 1, |byte| byte == b'"')
        } else {
            after(open + 1, |byte| byte == b'\'')
        }?;
        self.at = close + 1;
        Some((name..name_end, open + 1..close))
    }
}
