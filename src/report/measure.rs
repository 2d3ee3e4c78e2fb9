//! How wide a text is and how many lines it takes, from the letter widths of Calibri: no font file is read, so that
//! every machine lays a sheet out alike.
//!
//! A little too wide on purpose: a spare pixel is better than a cut word.

use super::style::{Face, MONO};

/// Pixels between a cell's text and its edges, both together.
const PADDING: u32 = 8;
/// What a text is set in further, in pixels a step.
pub const INSET: u32 = 9;

/// What a cell needs beside its text.
pub fn margins(face: Face) -> u32 {
    PADDING + u32::from(face.inset) * INSET
}

/// Advance widths of the characters from space to tilde, in thousandths of the type size (Calibri's, which Carlito shares).
const LETTERS: [u64; 95] = [
    226, 326, 401, 498, 507, 715, 682, 221, 303, 303, 498, 498, 250, 306, 252, 386, 507, 507, 507, 507, 507, 507, 507,
    507, 507, 507, 268, 268, 498, 498, 498, 463, 894, 579, 544, 533, 615, 488, 459, 631, 623, 252, 319, 520, 420, 855,
    646, 662, 517, 673, 543, 459, 487, 642, 567, 890, 519, 487, 468, 307, 386, 307, 498, 498, 291, 479, 525, 423, 525,
    498, 305, 471, 525, 229, 239, 455, 229, 799, 525, 527, 525, 525, 349, 391, 335, 525, 452, 715, 433, 453, 395, 314,
    460, 314, 498,
];

fn letter(c: char) -> u64 {
    if let Some(width) = u32::from(c).checked_sub(32).and_then(|index| LETTERS.get(index as usize)) {
        return *width;
    }
    match c {
        '\u{a0}' | '\u{202f}' | '·' | '‘' | '’' => 252,
        '–' | '≈' | '≥' | '±' | '−' | '“' | '”' => 500,
        // Arrows, and the symbols of a status, which come from other fonts.
        '\u{2000}'..='\u{2bff}' => 920,
        // Hiragana and what follows it is as wide as it is high.
        c if c >= '\u{3000}' => 1000,
        c if c.is_uppercase() => 640,
        _ => 540,
    }
}

/// Units in a pixel: widths are added up in units and rounded once.
const UNITS: u64 = 72 * 1000 * 100;

fn units(text: &str, face: Face) -> u64 {
    let sum: u64 = text.chars().map(|c| if face.font == MONO { 551 } else { letter(c) }).sum();
    // Screens round each letter to whole pixels: five per cent more is enough for that, and three for bold.
    sum * u64::from(face.points) * if face.bold { 108 } else { 105 } * 96
}

/// The width of a text on one line, in pixels, without padding.
pub fn width(text: &str, face: Face) -> u32 {
    u32::try_from(units(text, face).div_ceil(UNITS)).unwrap_or(u32::MAX / 4)
}

/// The width of the longest word: what a wrapped text needs at least.
pub fn longest_word(text: &str, face: Face) -> u32 {
    text.split([' ', '\n']).map(|word| width(word, face)).max().unwrap_or(0)
}

/// How many lines a text takes in a cell of this width.
pub fn lines(text: &str, face: Face, cell: u32) -> u32 {
    let room = u64::from(cell.saturating_sub(margins(face)).max(1)) * UNITS;
    let space = units(" ", face);
    let mut count = 0;
    for paragraph in text.split('\n') {
        let (mut line, mut rows) = (0, 1);
        for word in paragraph.split(' ') {
            let word = units(word, face);
            if line > 0 && line + space + word > room {
                rows += 1;
                line = 0;
            }
            line += if line > 0 { space + word } else { word };
            // A word longer than the line is broken wherever the line ends.
            while line > room {
                rows += 1;
                line -= room;
            }
        }
        count += rows;
    }
    count
}

/// The height of one line, in pixels.
pub fn line_height(face: Face) -> u32 {
    (face.points * 17).div_ceil(10)
}

/// A text in pieces of at most so many lines, so that no row grows beyond what a spreadsheet can show.
pub fn pieces(text: &str, face: Face, cell: u32, limit: u32) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for word in text.split_inclusive([' ', '\n']) {
        let Some(last) = pieces.last_mut() else { break };
        if !last.is_empty() && lines(&format!("{last}{word}"), face, cell) > limit {
            pieces.push(word.to_owned());
        } else {
            last.push_str(word);
        }
    }
    pieces.iter().map(|piece| piece.trim_end().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::style::Look;
    use super::*;

    #[test]
    fn a_text_takes_more_lines_where_it_has_less_room() {
        let face = Look::Text.face();
        let text = "Sum of the value of the cooperation agreements between members of the clusters that are signed.";
        assert_eq!(lines(text, face, 2000), 1);
        let (wide, narrow) = (lines(text, face, 400), lines(text, face, 200));
        assert!(1 < wide && wide < narrow, "{wide} {narrow}");
        assert_eq!(lines("a\nb\nc", face, 2000), 3);
        assert!(lines(&"x".repeat(400), face, 200) > 10);
    }

    #[test]
    fn pieces_lose_no_word() {
        let text = "one two three four five six seven eight nine ten";
        let pieces = pieces(text, Look::Text.face(), 80, 2);
        assert!(pieces.len() > 2);
        assert_eq!(pieces.join(" "), text);
    }
}
