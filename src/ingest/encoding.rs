//! Bytes → text: UTF-8, UTF-16 with a byte order mark, else Windows-1252. Refuses what is no text.

use std::borrow::Cow;
use std::str::from_utf8;

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::Refusal;
use crate::finding::rules;

/// A text, and how it was read.
#[derive(Debug)]
pub(super) struct Decoded<'a> {
    pub text: Cow<'a, str>,
    /// True where nothing but the bytes that are no UTF-8 says that it is Windows-1252.
    pub guessed: bool,
}

/// `declared` is the encoding's name where somebody said it; a byte order mark knows better.
pub(super) fn decode<'a>(bytes: &'a [u8], declared: Option<&str>) -> Result<Decoded<'a>, Refusal> {
    let decoded = if let Some(rest) = bytes.strip_prefix(b"\xEF\xBB\xBF") {
        let text = from_utf8(rest).map_err(|error| {
            Refusal::damaged(format!("says that it is UTF-8 and is not, from byte {} on", error.valid_up_to() + 4))
        })?;
        Decoded { text: text.into(), guessed: false }
    } else if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        let encoding = if bytes[0] == 0xFF { UTF_16LE } else { UTF_16BE };
        let text = encoding.decode_without_bom_handling_and_without_replacement(&bytes[2..]);
        let text = text.ok_or_else(|| Refusal::damaged("is UTF-16 text that is damaged or cut off in a character"))?;
        Decoded { text, guessed: false }
    } else if let Some(encoding) = declared.and_then(|name| Encoding::for_label(name.as_bytes())) {
        let text = encoding.decode_without_bom_handling_and_without_replacement(bytes);
        let text = text.ok_or_else(|| Refusal::damaged(format!("is not text in {}, as declared", encoding.name())))?;
        Decoded { text, guessed: false }
    } else {
        match from_utf8(bytes) {
            Ok(text) => Decoded { text: text.into(), guessed: false },
            // Valid to its last, unfinished letter, with others that are whole: no other encoding looks like this.
            Err(error) if error.error_len().is_none() && !bytes[..error.valid_up_to()].is_ascii() => {
                return Err(Refusal::damaged("is UTF-8 text that is cut off in the middle of a letter"));
            }
            Err(_) => Decoded { text: WINDOWS_1252.decode_without_bom_handling(bytes).0, guessed: true },
        }
    };
    if decoded.text.contains('\0') {
        return Err(Refusal::new(&rules::FILE_TYPE, "holds zero bytes, which no text does: a binary file of an unknown kind, or UTF-16 without a byte order mark")
            .help("Save it as CSV UTF-8, or as .xlsx."));
    }
    let odd = decoded.text.chars().filter(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r')).count();
    if odd * 50 > decoded.text.len() {
        return Err(Refusal::new(&rules::FILE_TYPE, "is no text: a binary file of an unknown kind"));
    }
    if decoded.text.trim().is_empty() {
        return Err(Refusal::new(&rules::FILE_EMPTY, "is empty: nothing but white space"));
    }
    Ok(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_encoding_gives_the_same_text() {
        let utf16: Vec<u16> = "né;€".encode_utf16().collect();
        let le: Vec<u8> = [0xFEFF].iter().chain(&utf16).flat_map(|unit: &u16| unit.to_le_bytes()).collect();
        let be: Vec<u8> = [0xFEFF].iter().chain(&utf16).flat_map(|unit: &u16| unit.to_be_bytes()).collect();
        for (bytes, guessed) in [
            ("né;€".as_bytes(), false),
            ("\u{feff}né;€".as_bytes(), false),
            (&le, false),
            (&be, false),
            (b"n\xE9;\x80", true),
        ] {
            let decoded = decode(bytes, None).unwrap();
            assert_eq!((decoded.text.as_ref(), decoded.guessed), ("né;€", guessed));
        }
    }

    #[test]
    fn what_is_cut_off_or_no_text_is_refused() {
        for (bytes, rule) in [
            (&b"n\xC3\xA9;caf\xC3"[..], &rules::FILE_TRUNCATED),
            (b"\xEF\xBB\xBFcaf\xE9;1", &rules::FILE_TRUNCATED),
            (b"\xFF\xFEa\0b", &rules::FILE_TRUNCATED),
            (b"a\0b\0c", &rules::FILE_TYPE),
            (b"\x01\x02\x03\x04abc", &rules::FILE_TYPE),
            (b" \r\n\t", &rules::FILE_EMPTY),
        ] {
            assert_eq!(decode(bytes, None).unwrap_err().rule, rule, "{bytes:?}");
        }
    }
}
