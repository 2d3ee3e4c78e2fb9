//! Opens a zip within the limits: nothing is unpacked that was not measured first.
//!
//! The directory of the archive is held against the limits before anything is unpacked. What it says about sizes
//! can be trusted then, because the zip crate fails as soon as a part grows past its declared size or its checksum
//! is wrong, and refuses names that stand twice. Parts that nobody asks for (pictures, macros) are never unpacked.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Seek, Write, copy, sink};

use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::{Limits, Refusal};
use crate::finding::rules;

/// Real workbooks have some dozen parts; a directory of millions takes long to read.
const MAX_PARTS: usize = 10_000;
/// Bytes that one entry takes in the directory, at least.
const ENTRY_BYTES: usize = 46;
/// Parts smaller than this may be packed as tightly as they like.
const RATIO_FROM: u64 = 1 << 20;
/// Parts other than sheets and texts: lists of sheets and of formats. Reading formats takes many times their size.
pub(super) const SMALL_PART: u64 = 32 << 20;

/// A zip whose directory lies within the limits.
pub(crate) struct Package<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    /// Index by path: lower case, `/` between folders, none in front.
    parts: BTreeMap<String, usize>,
    ratio: u64,
}

impl<'a> Package<'a> {
    pub fn open(bytes: &'a [u8], limits: &Limits) -> Result<Self, Refusal> {
        if bytes.len() > MAX_PARTS * ENTRY_BYTES
            && bytes.windows(4).filter(|window| *window == b"PK\x01\x02").count() > MAX_PARTS
        {
            return Err(too_many_parts());
        }
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|error| match error {
            ZipError::Io(_) | ZipError::InvalidArchive(_) => {
                Refusal::damaged("is a zip archive, as workbooks are, without its end: cut off or damaged")
            }
            error => Refusal::damaged(format!("is a zip archive that cannot be opened ({error})")),
        })?;
        if zip.len() > MAX_PARTS {
            return Err(too_many_parts());
        }
        let (mut packed, mut unpacked) = (0_u64, 0_u64);
        let mut parts = BTreeMap::new();
        let twice = || Refusal::damaged("is a zip archive with two parts of one name");
        if zip.has_duplicate_names() {
            return Err(twice());
        }
        for index in 0..zip.len() {
            let entry = zip.by_index_data(index).map_err(|error| unreadable(&error))?;
            packed = packed.saturating_add(entry.compressed_size());
            unpacked = unpacked.saturating_add(entry.size());
            if let Ok(name) = entry.name()
                && parts.insert(normal(&name), index).is_some()
            {
                return Err(twice());
            }
        }
        if unpacked > limits.unzipped_bytes {
            let (size, limit) = (unpacked / 1_000_000, limits.unzipped_bytes / 1_000_000);
            return Err(Refusal::new(&rules::FILE_TOO_LARGE, format!("unpacks to {size} MB; the limit is {limit} MB")));
        }
        if packed > bytes.len() as u64 {
            return Err(Refusal::damaged("is a zip archive whose parts overlap, as in attacks"));
        }
        Ok(Self { zip, parts, ratio: limits.ratio })
    }

    /// The part of this path, whatever its capital letters.
    pub fn find(&self, path: &str) -> Option<usize> {
        self.parts.get(&normal(path)).copied()
    }

    /// All paths in lower case, in alphabetical order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.parts.keys().map(String::as_str)
    }

    /// The name of each part as it is written, in the order of the directory.
    pub fn names(&mut self) -> Result<Vec<String>, Refusal> {
        let name = |index| -> Result<String, Refusal> {
            let entry = self.zip.by_index_data(index).map_err(|error| unreadable(&error))?;
            entry.name().map(std::borrow::Cow::into_owned).map_err(|error| unreadable(&error))
        };
        (0..self.zip.len()).map(name).collect()
    }

    pub fn len(&self) -> usize {
        self.zip.len()
    }

    /// Unpacked size, after which the part is known to be within the limits.
    pub fn measure(&mut self, index: usize) -> Result<u64, Refusal> {
        let entry = self.zip.by_index_data(index).map_err(|error| unreadable(&error))?;
        let (packed, unpacked) = (entry.compressed_size(), entry.size());
        if entry.encrypted() {
            return Err(Refusal::new(&rules::FILE_ENCRYPTED, "is a zip archive with a password"));
        }
        if unpacked > RATIO_FROM && unpacked > packed.saturating_mul(self.ratio) {
            let name = entry.name().unwrap_or_default();
            let message = format!(
                "unpacks to more than {} times its size in part “{name}” ({unpacked} bytes from {packed}), as in attacks",
                self.ratio
            );
            return Err(Refusal::new(&rules::FILE_TOO_LARGE, message));
        }
        Ok(unpacked)
    }

    /// Measures every part, for readers that unpack by themselves.
    pub fn measure_all(&mut self) -> Result<(), Refusal> {
        (0..self.zip.len()).try_for_each(|index| self.measure(index).map(drop))
    }

    pub fn unpack(&mut self, index: usize) -> Result<Vec<u8>, Refusal> {
        let size = self.measure(index)?;
        let mut part = self.zip.by_index(index).map_err(|error| unreadable(&error))?;
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
        part.read_to_end(&mut bytes).map_err(|error| unreadable(&error.into()))?;
        whole(bytes.len() as u64, size)?;
        Ok(bytes)
    }

    pub fn unpack_small(&mut self, index: usize) -> Result<Vec<u8>, Refusal> {
        let size = self.measure(index)?;
        if size > SMALL_PART {
            let message = format!("holds a list of sheets or formats of {} MB", size / 1_000_000);
            return Err(Refusal::new(&rules::FILE_TOO_LARGE, message));
        }
        self.unpack(index)
    }

    /// The first bytes of a part, up to `limit`.
    pub fn peek(&mut self, index: usize, limit: u64) -> Result<Vec<u8>, Refusal> {
        self.measure(index)?;
        let part = self.zip.by_index(index).map_err(|error| unreadable(&error))?;
        let mut bytes = Vec::new();
        part.take(limit).read_to_end(&mut bytes).map_err(|error| unreadable(&error.into()))?;
        Ok(bytes)
    }

    /// Unpacks a part into nothing, to see that it is whole.
    fn try_out(&mut self, index: usize) -> Result<(), Refusal> {
        let size = self.measure(index)?;
        let mut part = self.zip.by_index(index).map_err(|error| unreadable(&error))?;
        let real = copy(&mut part, &mut sink()).map_err(|error| unreadable(&error.into()))?;
        whole(real, size)
    }

    /// Copies a part packed as it is, under another name.
    pub fn copy_packed<W: Write + Seek>(
        &mut self,
        index: usize,
        to: &mut ZipWriter<W>,
        name: &str,
    ) -> Result<(), Refusal> {
        self.try_out(index)?;
        let part = self.zip.by_index_raw(index).map_err(|error| unreadable(&error))?;
        to.raw_copy_file_rename(part, name).map_err(|error| unreadable(&error))
    }

    /// Copies a part with its name, date and packed bytes.
    pub fn copy_as_is<W: Write + Seek>(&mut self, index: usize, to: &mut ZipWriter<W>) -> Result<(), Refusal> {
        self.try_out(index)?;
        let part = self.zip.by_index_raw(index).map_err(|error| unreadable(&error))?;
        to.raw_copy_file(part).map_err(|error| unreadable(&error))
    }

    /// Writes other bytes in the place of a part, under its name and with its date.
    pub fn replace<W: Write + Seek>(
        &mut self,
        index: usize,
        to: &mut ZipWriter<W>,
        bytes: &[u8],
    ) -> Result<(), Refusal> {
        let part = self.zip.by_index_data(index).map_err(|error| unreadable(&error))?;
        let name = part.name().map_err(|error| unreadable(&error))?.into_owned();
        let date = part.last_modified().unwrap_or_default();
        let options = SimpleFileOptions::default().last_modified_time(date);
        to.start_file(name, options).map_err(|error| unreadable(&error))?;
        to.write_all(bytes).map_err(|error| unreadable(&error.into()))
    }
}

/// Adds a part to an archive in memory, not packed.
pub(super) fn store<W: Write + Seek>(to: &mut ZipWriter<W>, name: &str, bytes: &[u8]) -> Result<(), Refusal> {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    to.start_file(name, options).map_err(|error| unreadable(&error))?;
    to.write_all(bytes).map_err(|error| unreadable(&error.into()))
}

fn normal(path: &str) -> String {
    path.replace('\\', "/").trim_start_matches('/').to_ascii_lowercase()
}

/// A part that is shorter than its directory says is as suspect as one that is longer.
fn whole(real: u64, declared: u64) -> Result<(), Refusal> {
    if real == declared {
        return Ok(());
    }
    Err(Refusal::damaged(format!("holds a part of {real} bytes where its directory says {declared}")))
}

fn unreadable(error: &ZipError) -> Refusal {
    Refusal::damaged(format!("holds a part that cannot be unpacked ({error})"))
}

fn too_many_parts() -> Refusal {
    Refusal::new(&rules::FILE_TOO_LARGE, format!("is a zip archive of more than {MAX_PARTS} parts"))
}
