//! How wide a text is and how many lines it takes, from the letter widths of Calibri: no font file is read, so that
//! every machine lays a sheet out alike.
//!
//! A little too wide on purpose: a spare pixel is better than a cut word.

use super::style::Face;

/// Pixels between a cell's text and its edges, both together.
pub const PADDING: u32 = 8;
/// What a text is set in from the edge of its fill.
pub const INSET: u32 = 9;

/// Hundredths of a pixel at eleven points.
fn letter(c: char) -> u32 {
    match c {
        ' ' | '\'' => 340,
        '\u{202f}' => 250,
        ',' | '.' | ':' | ';' | 'I' | '`' | 'i' | 'j' | 'l' => 390,
        '!' | '(' | ')' | '-' | 'J' | '[' | ']' | 'f' | 'r' | 't' | '{' | '}' | '·' => 500,
        '"' | '/' | 'L' | '\\' | 'c' | 's' | 'z' => 630,
        'B' | 'C' | 'K' | 'P' | 'R' | 'X' | 'b' | 'd' | 'h' | 'n' | 'o' | 'p' | 'q' | 'u' => 800,
        'e' => 760,
        'A' | 'D' | 'G' | 'H' | 'U' | 'V' => 910,
        '&' | 'N' | 'O' | 'Q' | '–' => 990,
        '%' | 'w' => 1070,
        'M' | 'm' | '…' | '→' | '←' => 1200,
        '@' | 'W' | '●' | '▲' | '▼' | '○' | '◇' | '□' | '✓' | '✕' | '—' => 1330,
        // Hiragana and what follows it is as wide as it is high.
        c if c >= '\u{3000}' => 1470,
        c if c.is_ascii() => 730,
        _ => 800,
    }
}

/// The width of a text on one line, in pixels, without padding.
pub fn width(text: &str, face: Face) -> u32 {
    let sum: u64 = text.chars().map(|c| if face.mono { 810 } else { u64::from(letter(c)) }).sum();
    let bold = if face.bold { 106 } else { 102 };
    u32::try_from(sum * u64::from(face.points) * bold / (11 * 100 * 100)).unwrap_or(u32::MAX / 4) + 1
}

/// The width of the longest word: what a wrapped text needs at least.
pub fn longest_word(text: &str, face: Face) -> u32 {
    text.split([' ', '\n']).map(|word| width(word, face)).max().unwrap_or(0)
}

/// How many lines a text takes in a cell of this width.
pub fn lines(text: &str, face: Face, cell: u32) -> u32 {
    let inset = if face.inset { INSET } else { 0 };
    let room = cell.saturating_sub(PADDING + inset).max(1);
    let space = width(" ", face);
    let mut count = 0;
    for paragraph in text.split('\n') {
        let (mut line, mut rows) = (0, 1);
        for word in paragraph.split(' ') {
            let word = width(word, face);
            if line > 0 && line + space + word > room {
                rows += 1;
                line = 0;
            }
            line += if line > 0 { space + word } else { word };
            // A word longer than the line is broken wherever the line ends.
            rows += line.saturating_sub(1) / room;
            line = if line > room { line % room } else { line };
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
