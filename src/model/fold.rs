//! Texts as they are compared: labels, options, names of sheets and partners. One folding for all of them.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A text as it is compared: NFKD without marks, in small letters, trimmed, with one space for inner white
/// space, dashes and `_./`. Letters that have no mark to lose lose their stroke (ß ss, ł l, ø o, æ ae). A minus
/// before a first digit stays: "-1" is not "1".
pub fn fold(text: &str) -> String {
    let text = text.trim_start();
    let mut folded = Folded::default();
    if let Some(rest) = text.strip_prefix(['-', '−'])
        && rest.starts_with(|c: char| c.is_ascii_digit())
    {
        folded.text.push('-');
    }
    if text.is_ascii() {
        text.chars().for_each(|c| folded.push(c.to_ascii_lowercase()));
    } else {
        let plain = text.chars().filter_map(unmarked).nfkd();
        let letters = plain.filter(|c| !is_combining_mark(*c));
        letters.flat_map(char::to_lowercase).for_each(|c| folded.push(c));
    }
    folded.text
}

/// A folded text that grows letter by letter.
#[derive(Default)]
struct Folded {
    text: String,
    gap: bool,
}

impl Folded {
    fn push(&mut self, letter: char) {
        let is_dash = matches!(letter, '-' | '\u{2010}'..='\u{2015}' | '−');
        if is_dash || matches!(letter, '_' | '.' | '/') || letter.is_whitespace() {
            self.gap = true;
            return;
        }
        if self.gap && !matches!(self.text.as_str(), "" | "-") {
            self.text.push(' ');
        }
        self.gap = false;
        match letter {
            'ß' => self.text.push_str("ss"),
            'æ' => self.text.push_str("ae"),
            'œ' => self.text.push_str("oe"),
            'ł' => self.text.push('l'),
            'ø' => self.text.push('o'),
            'đ' => self.text.push('d'),
            'ħ' => self.text.push('h'),
            'ı' => self.text.push('i'),
            'ς' => self.text.push('σ'),
            other => self.text.push(other),
        }
    }
}

/// Letters that nobody sees and nobody typed: web pages and word processors put them between others.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}')
}

/// One apostrophe for all that look like it, and nothing invisible.
fn unmarked(c: char) -> Option<char> {
    match c {
        '’' | '‘' | 'ʼ' | '′' | '´' | '`' => Some('\''),
        c if is_invisible(c) => None,
        c => Some(c),
    }
}

/// A record's key as it is compared: without case, and with one space where there were several. Signs stay, since
/// `1-1` and `1.1` are two keys.
pub fn fold_key(text: &str) -> String {
    text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_forgets_marks_capitals_and_separators() {
        for (text, folded) in [
            ("  Signed ", "signed"),
            ("En-négociation", "en negociation"),
            ("in__negotiation/now.", "in negotiation now"),
            ("STRASSE", "strasse"),
            ("Straße", "strasse"),
            ("Łódź", "lodz"),
            ("l’accord", "l'accord"),
            ("a\u{a0}\tb", "a b"),
            ("cluster–to–cluster", "cluster to cluster"),
            ("ΕΛΛΆΣ", "ελλασ"),
            ("Ελλάς", "ελλασ"),
            ("so\u{ad}ft\u{200b}", "soft"),
            ("-1", "-1"),
            ("- 1", "1"),
            ("−1", "-1"),
            ("...", ""),
        ] {
            assert_eq!(fold(text), folded, "{text:?}");
        }
    }
}
