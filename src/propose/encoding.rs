//! Whether the texts of a csv that was read as Windows-1252 make more sense in another encoding of one byte.

use encoding_rs::{Encoding, ISO_8859_2, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1253, WINDOWS_1257};

use crate::finding::rules;
use crate::ingest::{TextId, Workbook};

const OTHERS: [&Encoding; 5] = [WINDOWS_1250, ISO_8859_2, WINDOWS_1257, WINDOWS_1251, WINDOWS_1253];
/// Words that must be mended before another encoding is worth a word.
const ENOUGH: usize = 3;

/// The encoding to propose for a file whose encoding was guessed; None where nothing was.
pub fn better(workbook: &Workbook) -> Option<&'static str> {
    if !workbook.notes.iter().any(|note| note.rule == &rules::ENCODING) {
        return None;
    }
    let texts: Vec<&str> = workbook
        .sheets
        .iter()
        .flat_map(|sheet| (0..sheet.texts_len()).map(move |id| sheet.text(TextId(u32::try_from(id).unwrap_or(0)))))
        .filter(|text| !text.is_ascii())
        .collect();
    // Icelandic alone has thorns in Windows-1252, and it has other letters beside them.
    let icelandic = texts.iter().any(|text| text.contains(['ú', 'ý', 'ö']));
    let thorns: &[char] = if icelandic { &[] } else { &['ð', 'Ð', 'þ', 'Þ'] };
    let odd_now: usize = texts.iter().map(|text| oddities(text) + count(text, thorns)).sum();
    let mut best = (odd_now, WINDOWS_1252);
    for encoding in OTHERS {
        let odd: usize = texts
            .iter()
            .map(|text| {
                let (bytes, _, _) = WINDOWS_1252.encode(text);
                let read = encoding.decode_without_bom_handling(&bytes).0;
                // No language of Central Europe but Albanian and Slovak has these, and rarely.
                let rare: &[char] =
                    if [WINDOWS_1250, ISO_8859_2].contains(&encoding) { &['ë', 'Ë', 'ŕ', 'Ŕ'] } else { &[] };
                oddities(&read) + count(&read, rare)
            })
            .sum();
        if odd + ENOUGH <= odd_now && odd < best.0 {
            best = (odd, encoding);
        }
    }
    Some(match best.1.name() {
        "ISO-8859-2" => "iso-8859-2",
        "windows-1250" => "windows-1250",
        "windows-1251" => "windows-1251",
        "windows-1253" => "windows-1253",
        "windows-1257" => "windows-1257",
        _ => "windows-1252",
    })
}

fn count(text: &str, letters: &[char]) -> usize {
    text.chars().filter(|c| letters.contains(c)).count()
}

/// Signs that no word has: those that are no letters beside a letter, a capital after a small letter, letters of two
/// scripts, control characters.
fn oddities(text: &str) -> usize {
    let letters: Vec<char> = text.chars().collect();
    let beside = |at: usize| {
        let before = at.checked_sub(1).and_then(|at| letters.get(at));
        [before, letters.get(at + 1)].into_iter().flatten().any(|c| c.is_alphabetic())
    };
    let is_odd = |at: usize| {
        let c = letters[at];
        if c.is_ascii() {
            return false;
        }
        let before = at.checked_sub(1).and_then(|at| letters.get(at)).copied().unwrap_or(' ');
        let after = letters.get(at + 1).copied().unwrap_or(' ');
        let quote = matches!(c, '’' | '‘' | '“' | '”' | '„' | '–' | '—' | '…' | '«' | '»' | '\u{a0}' | '¿' | '¡' | '°');
        let sign = !c.is_alphabetic() && !quote && beside(at);
        let hump = c.is_uppercase() && before.is_lowercase();
        let latin = |c: char| c.is_ascii_alphabetic();
        let foreign = (c as u32 >= 0x370) && c.is_alphabetic() && (latin(before) || latin(after));
        let inverted = matches!(c, '¿' | '¡') && before.is_alphabetic();
        c.is_control() || c == '\u{fffd}' || sign || hump || foreign || inverted
    };
    (0..letters.len()).filter(|at| is_odd(*at)).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::{Options, read};

    #[test]
    fn central_european_texts_are_told_from_western_ones() {
        let polish = "Tytuł;Wartość\nDróg krajowych;Częstochowa\nMiłomłyn;Łódź\n";
        let french = "Libellé;Intitulé\nFinancé à hauteur de l'été;Réalisé\nÎle-de-France;Où\n";
        let lithuanian =
            "Pavadinimas;Vertė\nĮmonių skaičius;Šiaulių\nKlaipėdos apskritis;Žvėryno\nPlungė;Mažeikių rajonas\n";
        let icelandic =
            "Heiti;Staður\nÞróun og hönnun;Reykjavík\nMálþing;Ísafjörður\nSamstarf fyrirtækja;Akureyri, þú\n";
        for (text, encoding, expected) in [
            (icelandic, WINDOWS_1252, "windows-1252"),
            (polish, WINDOWS_1250, "windows-1250"),
            (french, WINDOWS_1252, "windows-1252"),
            (lithuanian, WINDOWS_1257, "windows-1257"),
        ] {
            let (bytes, _, _) = encoding.encode(text);
            let workbook = read("a.csv", &bytes, &Options::default()).unwrap();
            assert_eq!(better(&workbook), Some(expected), "{text}");
        }
        let workbook = read("a.csv", polish.as_bytes(), &Options::default()).unwrap();
        assert_eq!(better(&workbook), None);
    }
}
