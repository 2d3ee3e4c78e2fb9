//! A bundle as bytes: the same files give the same zip. Opened as what comes from outside: nothing of it is trusted.

use std::collections::BTreeMap;
use std::io::{Cursor, Write as _};

use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::ingest::guard::Package;
use crate::ingest::{Limits, Refusal};

/// Files by their path in the bundle.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Larger than this no bundle may be.
pub const LARGEST: u64 = 2_000_000_000;

/// What a bundle may be: more than any programme needs, and less than what fills a machine.
const LIMITS: Limits =
    Limits { file_bytes: LARGEST, unzipped_bytes: 4_000_000_000, ratio: 400, rows: 1_048_576, columns: 16_384 };

/// Packs files in the order of their names, without dates.
pub fn pack(files: &Files) -> Result<Vec<u8>, ZipError> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(name.as_str(), options)?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// The files of a bundle, in memory: nothing is written where it says.
///
/// # Errors
/// Why it is not opened: too large, cut off, or with names that lead out of it.
pub fn open(bytes: &[u8]) -> Result<Files, String> {
    let size = bytes.len() as u64;
    if size > LIMITS.file_bytes {
        return Err(format!("is {} MB large; the limit is {} MB", size / 1_000_000, LIMITS.file_bytes / 1_000_000));
    }
    let says = |refusal: Refusal| refusal.message;
    let mut package = Package::open(bytes, &LIMITS).map_err(says)?;
    let names = package.names().map_err(says)?;
    if let Some(name) = names.iter().find(|name| !is_harmless(name)) {
        return Err(format!("holds a file whose name leads out of it, as in attacks: “{}”", name.escape_debug()));
    }
    package.measure_all().map_err(says)?;
    let mut files = Files::new();
    for (index, name) in names.into_iter().enumerate() {
        if !name.ends_with('/') {
            files.insert(name, package.unpack(index).map_err(says)?);
        }
    }
    Ok(files)
}

/// A path of plain names, with `/` between them.
fn is_harmless(name: &str) -> bool {
    let name = name.strip_suffix('/').unwrap_or(name);
    let plain = |part: &str| {
        !part.is_empty() && part != "." && part != ".." && !part.chars().any(|c| c.is_control() || "\\:".contains(c))
    };
    name.split('/').all(plain)
}

/// A name that any system can unpack, and that says what the file was called.
pub fn readable(name: &str) -> String {
    let part = |part: &str| {
        let allowed = |c: char| c.is_alphanumeric() || " ._-()+,".contains(c);
        let plain: String = part.chars().map(|c| if allowed(c) { c } else { '_' }).collect();
        // Windows takes neither names that end in a full stop or a space, nor those of dots alone.
        let plain = plain.trim_matches([' ', '.']).to_owned();
        if plain.is_empty() { "_".to_owned() } else { plain }
    };
    name.split('/').map(part).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_files_are_the_same_bytes_and_come_back() {
        let files: Files =
            [("b/ž.txt", b"one".to_vec()), ("a.json", vec![0; 5_000])].map(|(n, b)| (n.to_owned(), b)).into();
        let bytes = pack(&files).expect("packed");
        assert_eq!(pack(&files).expect("packed"), bytes);
        assert_eq!(open(&bytes), Ok(files));
    }

    #[test]
    fn a_bundle_that_attacks_or_is_cut_off_is_refused() {
        let refused = |name: &str, content: Vec<u8>| {
            let bytes = pack(&[(name.to_owned(), content)].into()).expect("packed");
            open(&bytes).expect_err("refused")
        };
        for name in ["../evil", "/etc/evil", "a/../../evil", "C:evil", "a\\..\\evil", "a//b"] {
            let why = refused(name, vec![1]);
            assert!(why.contains("leads out of it"), "{name}: {why}");
        }
        let bomb = refused("inputs/bomb", vec![0; 20_000_000]);
        assert!(bomb.contains("as in attacks"), "{bomb}");
        let whole = pack(&[("a".to_owned(), b"text".repeat(500))].into()).expect("packed");
        for length in [0, 10, whole.len() / 2, whole.len() - 1] {
            assert!(open(&whole[..length]).is_err(), "{length} of {} bytes", whole.len());
        }
    }

    #[test]
    fn names_are_readable_and_can_be_unpacked_anywhere() {
        assert_eq!(readable("Q1/Litek ataskaita (2).xlsx"), "Q1/Litek ataskaita (2).xlsx");
        assert_eq!(readable("fetch:kobo.json"), "fetch_kobo.json");
        assert_eq!(readable("../a\\b?."), "_/a_b_");
    }
}
