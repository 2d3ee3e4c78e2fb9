//! A picture named by a report: PNG or JPEG, whole, and of a size that a page can hold. Bytes in, no file is read here.

use super::form::FormFault;
use crate::model::presentation::{Logo, LogoKind};

/// Gives the bytes of a file of the project by its name, which is a path relative to it.
pub type OpenPicture<'a> = &'a dyn Fn(&str) -> Result<Vec<u8>, FormFault>;

/// Larger files make every workbook of the report as much larger.
pub const MOST_BYTES: usize = 1_000_000;
const MOST_PIXELS: u32 = 4_000;

/// What a file holds, if it is a picture that can be shown.
///
/// # Errors
/// Why it cannot.
pub fn read(bytes: Vec<u8>) -> Result<Logo, &'static str> {
    if bytes.len() > MOST_BYTES {
        return Err("is larger than 1 000 000 bytes");
    }
    let (kind, size) = if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        (LogoKind::Png, png(&bytes))
    } else if bytes.starts_with(&[0xFF, 0xD8]) {
        (LogoKind::Jpeg, jpeg(&bytes))
    } else {
        return Err("is neither PNG nor JPEG");
    };
    let (width, height) = size.ok_or("is a damaged picture")?;
    if [width, height].iter().any(|side| !(1..=MOST_PIXELS).contains(side)) {
        return Err("is not between 1 and 4 000 pixels wide and high");
    }
    Ok(Logo { kind, bytes, width, height })
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    four.try_into().ok().map(u32::from_be_bytes)
}

/// Width and height, where every part lies within the file and the last is there.
fn png(bytes: &[u8]) -> Option<(u32, u32)> {
    let head = bytes.get(12..16)? == b"IHDR";
    let size = (word(bytes, 16)?, word(bytes, 20)?);
    let mut at = 8;
    loop {
        let length = usize::try_from(word(bytes, at)?).ok()?;
        let kind = bytes.get(at + 4..at + 8)?;
        // Length, kind and checksum are four bytes each.
        let next = at.checked_add(length)?.checked_add(12)?;
        if next > bytes.len() {
            return None;
        }
        if kind == b"IEND" {
            return head.then_some(size);
        }
        at = next;
    }
}

/// Width and height from the frame, where the file goes on to its end mark.
fn jpeg(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    let mut size = None;
    loop {
        if *bytes.get(at)? != 0xFF {
            return None;
        }
        let marker = *bytes.get(at + 1)?;
        if marker == 0xFF {
            at += 1;
            continue;
        }
        // The picture's data: what follows is no longer made of parts.
        if marker == 0xDA {
            let ends = bytes.windows(2).skip(at).any(|pair| pair == [0xFF, 0xD9]);
            return size.filter(|_| ends);
        }
        let length = usize::from(u16::from_be_bytes([*bytes.get(at + 2)?, *bytes.get(at + 3)?]));
        let part = bytes.get(at + 4..at.checked_add(2)?.checked_add(length)?)?;
        if matches!(marker, 0xC0..=0xCF) && !matches!(marker, 0xC4 | 0xC8 | 0xCC) {
            let two = |from: usize| Some(u32::from(u16::from_be_bytes([*part.get(from)?, *part.get(from + 1)?])));
            size = Some((two(3)?, two(1)?));
        }
        at += 2 + length;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One pixel.
    const PNG: &[u8] = &[
        0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0, 0, 1,
        8, 2, 0, 0, 0, 0x90, 0x77, 0x53, 0xde, 0, 0, 0, 12, b'I', b'D', b'A', b'T', 0x78, 0x9c, 0x63, 0x60, 0x60, 0x60,
        0, 0, 0, 4, 0, 1, 0xf6, 0x17, 0x38, 0x55, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82,
    ];

    #[test]
    fn a_picture_tells_its_size_and_a_part_of_one_is_refused() {
        let logo = read(PNG.to_vec()).unwrap();
        assert_eq!((logo.kind, logo.width, logo.height), (LogoKind::Png, 1, 1));
        for length in 8..PNG.len() {
            assert_eq!(read(PNG[..length].to_vec()), Err("is a damaged picture"), "{length} bytes");
        }
        assert_eq!(read(b"<svg/>".to_vec()), Err("is neither PNG nor JPEG"));
        assert_eq!(read(vec![0; MOST_BYTES + 1]), Err("is larger than 1 000 000 bytes"));
    }

    #[test]
    fn a_jpeg_tells_its_size_by_its_frame() {
        let frame = [0xFF, 0xC0, 0, 11, 8, 0, 20, 0, 60, 1, 1, 0x11, 0];
        let scan = [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, 0x55];
        let whole: Vec<u8> = [&[0xFF, 0xD8][..], &frame, &scan, &[0xFF, 0xD9]].concat();
        let logo = read(whole.clone()).unwrap();
        assert_eq!((logo.kind, logo.width, logo.height), (LogoKind::Jpeg, 60, 20));
        assert!(read(whole[..whole.len() - 2].to_vec()).is_err(), "without its end");
        assert!(read([&[0xFF, 0xD8][..], &scan, &[0xFF, 0xD9]].concat()).is_err(), "without its frame");
    }
}
