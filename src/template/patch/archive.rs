//! The zip: parts that nobody changes go over as they are packed, the others are written in their places.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Write as _};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::Unpatchable;
use super::xml;
use crate::ingest::Limits;
use crate::ingest::guard::Package;

/// Larger parts are not changed.
const LARGEST: u64 = 128 << 20;

pub(super) struct Archive<'a> {
    package: Package<'a>,
    changed: BTreeMap<usize, Vec<u8>>,
    removed: BTreeSet<usize>,
    added: BTreeMap<String, Vec<u8>>,
}

impl<'a> Archive<'a> {
    pub fn open(bytes: &'a [u8], limits: &Limits) -> Result<Self, Unpatchable> {
        if bytes.len() as u64 > limits.file_bytes {
            return Err(Unpatchable::TooLarge);
        }
        if !bytes.starts_with(b"PK\x03\x04") {
            return Err(Unpatchable::Format);
        }
        let package = Package::open(bytes, limits).map_err(Unpatchable::Refused)?;
        if package.find("mimetype").is_some() || package.paths().any(|path| path.ends_with("workbook.bin")) {
            return Err(Unpatchable::Format);
        }
        let signed = |path: &str| path.starts_with("_xmlsignatures/") || path.rsplit('.').next() == Some("sigs");
        if package.paths().any(signed) {
            return Err(Unpatchable::Signed);
        }
        Ok(Self { package, changed: BTreeMap::new(), removed: BTreeSet::new(), added: BTreeMap::new() })
    }

    /// Whether a part is there, and small enough to be changed.
    pub fn is_small(&mut self, path: &str) -> Result<bool, Unpatchable> {
        let Some(index) = self.package.find(path) else { return Ok(false) };
        Ok(self.package.measure(index).map_err(Unpatchable::Refused)? <= LARGEST)
    }

    /// A part as it stands now.
    pub fn text(&mut self, path: &str) -> Result<Option<String>, Unpatchable> {
        if let Some(bytes) = self.added.get(path) {
            return text(bytes).map(Some);
        }
        let Some(index) = self.package.find(path).filter(|index| !self.removed.contains(index)) else {
            return Ok(None);
        };
        if let Some(bytes) = self.changed.get(&index) {
            return text(bytes).map(Some);
        }
        if self.package.measure(index).map_err(Unpatchable::Refused)? > LARGEST {
            return Err(Unpatchable::TooLarge);
        }
        text(&self.package.unpack(index).map_err(Unpatchable::Refused)?).map(Some)
    }

    /// A part that must be there.
    pub fn needed(&mut self, path: &str) -> Result<String, Unpatchable> {
        self.text(path)?.ok_or_else(|| Unpatchable::Damaged(format!("it lacks its part {path}")))
    }

    /// Changes a part, or adds it; says whether it is new.
    pub fn set(&mut self, path: &str, text: String) -> bool {
        match self.package.find(path) {
            Some(index) => {
                self.removed.remove(&index);
                self.changed.insert(index, text.into_bytes());
                false
            }
            None => self.added.insert(path.to_owned(), text.into_bytes()).is_none(),
        }
    }

    pub fn remove(&mut self, path: &str) {
        if let Some(index) = self.package.find(path) {
            self.changed.remove(&index);
            self.removed.insert(index);
        }
        self.added.remove(path);
    }

    /// The first path of this form that no part has: `xl/comments{}.xml`.
    pub fn free(&self, before: &str, after: &str) -> String {
        let mut number = 1_u32;
        loop {
            let path = format!("{before}{number}{after}");
            let folded = path.to_ascii_lowercase();
            let taken = self.added.keys().any(|added| added.to_ascii_lowercase() == folded);
            if !taken && self.package.find(&path).is_none() {
                return path;
            }
            number += 1;
        }
    }

    pub fn finish(mut self) -> Result<Vec<u8>, Unpatchable> {
        let mut out = ZipWriter::new(Cursor::new(Vec::new()));
        for index in 0..self.package.len() {
            if self.removed.contains(&index) {
                continue;
            }
            match self.changed.get(&index) {
                Some(bytes) => self.package.replace(index, &mut out, bytes),
                None => self.package.copy_as_is(index, &mut out),
            }
            .map_err(Unpatchable::Refused)?;
        }
        let failed = |error: &dyn std::fmt::Display| Unpatchable::Damaged(error.to_string());
        for (path, bytes) in &self.added {
            out.start_file(path.as_str(), SimpleFileOptions::default()).map_err(|error| failed(&error))?;
            out.write_all(bytes).map_err(|error| failed(&error))?;
        }
        Ok(out.finish().map_err(|error| failed(&error))?.into_inner())
    }
}

/// In UTF-8 or ASCII, as every known program writes; without a byte order mark.
fn text(bytes: &[u8]) -> Result<String, Unpatchable> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|_| Unpatchable::Encoding)?;
    if text.contains('\0') {
        return Err(Unpatchable::Encoding);
    }
    if let Some(declaration) = text.strip_prefix("<?xml").and_then(|rest| rest.split("?>").next()) {
        let tag = format!("<?xml {declaration}");
        let known = |name: &str| ["utf-8", "utf8", "us-ascii"].iter().any(|known| known.eq_ignore_ascii_case(name));
        if xml::attributes(&tag).any(|(name, value)| name == "encoding" && !known(&tag[value])) {
            return Err(Unpatchable::Encoding);
        }
    }
    Ok(text.to_owned())
}
