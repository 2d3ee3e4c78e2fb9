//! Changes a workbook from inside: unpacks it, changes one part, packs it again.
//!
//! A changed byte in a deflated zip breaks a checksum and nothing else is ever reached. So parts are changed where
//! they stand unpacked, and stored unpacked; XML is changed by tags and attributes, binary parts by records. What is
//! no workbook becomes a minimal one. One time in sixteen bytes are changed blindly, which is for the zip reader.

use std::io::{Cursor, Read as _};

use libfuzzer_sys::fuzzer_mutate;
use zip::ZipArchive;

use crate::records::{self, Coding, Record};
use crate::{forgive_libraries, minimal};

/// Parts that no reader opens cost time and find nothing.
const OPENED: [&str; 8] =
    [".rels", "workbook.", "sheet", "strings.", "styles.", "content.xml", "manifest.xml", "mimetype"];
/// What attributes and texts are replaced by.
#[rustfmt::skip]
const TELLING: [&str; 44] = [
    "", "0", "1", "-1", "2", "59", "60", "255", "256", "1023", "1024", "16384", "65535", "65536", "1048576", "1048577",
    "4294967295", "4294967296", "-2147483649", "9999999", "99999999999999999999", "1e308", "1e-320", "1e999", "inf", "NaN",
    "A1", "a1", "$B$2", "XFD1048576", "XFE1", "AAA1", "A0", "A1:A1", "B2:A1", "A1:XFD1048576", "true", "e", "s", "str",
    "#N/A", "&#0;", "&amp;", "2016-06-30T25:61:61",
];

/// splitmix64: the fuzzer's seed decides all.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % sides.max(1) as u64) as usize
    }
}

/// The mutator of libFuzzer: changes `data[..size]` in place, to at most `max_size` bytes.
pub fn file(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut dice = Dice(u64::from(seed));
    let changed = match dice.roll(16) {
        0 => None,
        _ => forgive_libraries(true, || inside(&data[..size], max_size, &mut dice)),
    };
    match changed.filter(|changed| !changed.is_empty() && changed.len() <= max_size.min(data.len())) {
        Some(changed) => {
            data[..changed.len()].copy_from_slice(&changed);
            changed.len()
        }
        None => fuzzer_mutate(data, size, max_size),
    }
}

/// Whether a zip names a part that ends so. Names stand in it as they are, in whatever capitals.
pub fn names_part(bytes: &[u8], end: &str) -> bool {
    bytes.starts_with(b"PK") && bytes.windows(end.len()).any(|window| window.eq_ignore_ascii_case(end.as_bytes()))
}

fn inside(bytes: &[u8], max_size: usize, dice: &mut Dice) -> Option<Vec<u8>> {
    if bytes.starts_with(b"PK\x03\x04") {
        zip(bytes, max_size, dice)
    } else if bytes.starts_with(b"\xD0\xCF\x11\xE0") {
        std::panic::catch_unwind(|| stream(bytes)).ok().flatten().and_then(|stream| {
            let mut records = records::read(&stream, Coding::Biff8);
            change_records(&mut records, dice);
            if dice.roll(8) > 0 {
                records::mend_offsets(&mut records);
            }
            minimal::compound(&records::write(&records, Coding::Biff8))
        })
    } else if dice.roll(4) == 0 {
        minimal::packages().into_iter().nth(dice.roll(4))
    } else {
        None
    }
}

fn stream(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes)).ok()?;
    let name = if file.is_stream("/Workbook") { "/Workbook" } else { "/Book" };
    let mut stream = Vec::new();
    file.open_stream(name).ok()?.take(bytes.len() as u64).read_to_end(&mut stream).ok()?;
    Some(stream)
}

fn zip(bytes: &[u8], max_size: usize, dice: &mut Dice) -> Option<Vec<u8>> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut parts = Vec::new();
    for index in 0..zip.len().min(100) {
        let part = zip.by_index(index).ok()?;
        let name = part.name().ok()?.into_owned();
        let lower = name.to_ascii_lowercase();
        if !OPENED.iter().any(|opened| lower.contains(opened)) && dice.roll(4) > 0 {
            continue;
        }
        let mut content = Vec::new();
        part.take(max_size as u64 + 1).read_to_end(&mut content).ok()?;
        if content.len() <= max_size {
            parts.push((name, content));
        }
    }
    if parts.is_empty() {
        return None;
    }
    let at = dice.roll(parts.len());
    match dice.roll(32) {
        0 => drop(parts.remove(at)),
        1 => {
            let other = dice.roll(parts.len());
            let content = parts[other].1.clone();
            parts[at].1 = content;
        }
        2 => {
            let (name, content) = parts[at].clone();
            parts.push((change_name(&name, dice), content));
        }
        3 => parts[at].0 = change_name(&parts[at].0, dice),
        _ => {
            // Small parts matter as much as large ones, and a sheet more than all others.
            let sheets: Vec<usize> =
                (0..parts.len()).filter(|i| parts[*i].0.to_lowercase().contains("sheet")).collect();
            let at = if sheets.is_empty() || dice.roll(2) == 0 { at } else { sheets[dice.roll(sheets.len())] };
            let binary = parts[at].0.ends_with(".bin");
            let content = &mut parts[at].1;
            for _ in 0..=dice.roll(3) {
                if binary {
                    let mut records = records::read(content, Coding::Biff12);
                    change_records(&mut records, dice);
                    *content = records::write(&records, Coding::Biff12);
                } else {
                    change_xml(content, dice);
                }
            }
        }
    }
    minimal::stored(&parts)
}

fn change_name(name: &str, dice: &mut Dice) -> String {
    match dice.roll(4) {
        0 => name.to_uppercase(),
        1 => name.replace('/', "\\"),
        2 => format!("/{name}"),
        _ => name.replace('1', "2"),
    }
}

/// Bytes as libFuzzer changes them: with its dictionary and with what the program compared.
fn change_bytes(bytes: &mut Vec<u8>, dice: &mut Dice) {
    let size = bytes.len();
    bytes.resize(size + 1 + dice.roll(64), 0);
    let room = bytes.len();
    let size = fuzzer_mutate(bytes, size, room);
    bytes.truncate(size);
}

fn change_xml(xml: &mut Vec<u8>, dice: &mut Dice) {
    let tags: Vec<usize> = xml.iter().enumerate().filter(|(_, byte)| **byte == b'<').map(|(at, _)| at).collect();
    let quotes: Vec<usize> =
        xml.iter().enumerate().filter(|(_, byte)| matches!(byte, b'"' | b'\'')).map(|(at, _)| at).collect();
    let span = |dice: &mut Dice| {
        let from = dice.roll(tags.len());
        let to = (from + 1 + dice.roll(8)).min(tags.len());
        tags[from]..tags.get(to).copied().unwrap_or(xml.len())
    };
    match dice.roll(10) {
        // A run of tags twice, or elsewhere, or gone.
        0 if !tags.is_empty() => {
            let (piece, to) = (xml[span(dice)].to_vec(), tags[dice.roll(tags.len())]);
            xml.splice(to..to, piece);
        }
        1 if !tags.is_empty() => {
            let span = span(dice);
            xml.drain(span);
        }
        2 if !tags.is_empty() => {
            let (from, to) = (span(dice), span(dice));
            let piece = xml[from].to_vec();
            xml.splice(to, piece);
        }
        // The value of an attribute.
        3..=5 if quotes.len() > 1 => {
            let pair = dice.roll(quotes.len() / 2) * 2;
            let value = quotes[pair] + 1..quotes[pair + 1];
            let other = dice.roll(quotes.len() / 2) * 2;
            let new = match dice.roll(3) {
                0 => xml[quotes[other] + 1..quotes[other + 1]].to_vec(),
                1 => {
                    let mut value = xml[value.clone()].to_vec();
                    change_bytes(&mut value, dice);
                    value
                }
                _ => TELLING[dice.roll(TELLING.len())].as_bytes().to_vec(),
            };
            xml.splice(value, new);
        }
        // What stands between two tags.
        6 if tags.len() > 1 => {
            let from = tags[dice.roll(tags.len() - 1)];
            let Some(open) = xml[from..].iter().position(|byte| *byte == b'>').map(|skip| from + skip + 1) else {
                return;
            };
            let close = xml[open..].iter().position(|byte| *byte == b'<').map_or(xml.len(), |skip| open + skip);
            xml.splice(open..close, TELLING[dice.roll(TELLING.len())].bytes());
        }
        _ => change_bytes(xml, dice),
    }
}

fn change_records(records: &mut Vec<Record>, dice: &mut Dice) {
    if records.is_empty() {
        records.push((0, vec![0; 8]));
    }
    let (at, other) = (dice.roll(records.len()), dice.roll(records.len()));
    match dice.roll(10) {
        0 => {
            let record = records[at].clone();
            records.insert(other, record);
        }
        1 if records.len() > 1 => drop(records.remove(at)),
        2 => records.swap(at, other),
        3 => records[at].0 = records[other].0,
        4 => {
            let cut = dice.roll(records[at].1.len() + 1);
            records[at].1.truncate(cut);
        }
        // A number of two or four bytes.
        5..=7 if records[at].1.len() >= 2 => {
            let data = &mut records[at].1;
            let telling = [
                0,
                1,
                0x7F,
                0x80,
                0xFF,
                0x100,
                0x3FF,
                0x400,
                0x7FFF,
                0x8000,
                0xFFFF,
                0x1_0000,
                0x10_0000,
                0x7FFF_FFFF,
                u32::MAX,
            ];
            let number = telling[dice.roll(telling.len())].to_le_bytes();
            let width = if dice.roll(2) == 0 || data.len() < 4 { 2 } else { 4 };
            let place = dice.roll(data.len() - width + 1);
            data[place..place + width].copy_from_slice(&number[..width]);
        }
        _ => change_bytes(&mut records[at].1, dice),
    }
}
