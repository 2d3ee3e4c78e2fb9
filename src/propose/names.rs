//! Codes made from labels and sheet names, and file name patterns made from a file's name.

use std::collections::BTreeSet;

use crate::model::code::is_code;
use crate::model::fold::fold;
use crate::sql::is_taken;

/// Longer codes are cut at a word: they have to be typed in expressions.
const LONGEST: usize = 40;

/// A code from a text, or `fallback` where no letter of it can stand in one; with a number behind it where taken.
pub fn code(text: &str, fallback: &str, taken: &mut BTreeSet<String>) -> String {
    let mut plain = plain(text);
    if !is_code(&plain) {
        fallback.clone_into(&mut plain);
    }
    if is_taken(&plain) {
        plain.push_str("_value");
    }
    let mut code = plain.clone();
    let mut number = 2;
    while !taken.insert(code.clone()) {
        code = format!("{plain}_{number}");
        number += 1;
    }
    code
}

fn plain(text: &str) -> String {
    let mut code = String::new();
    for letter in fold(text).chars() {
        if letter.is_ascii_alphanumeric() {
            code.push(letter);
        } else if !code.is_empty() && !code.ends_with('_') {
            code.push('_');
        }
    }
    if code.starts_with(|c: char| c.is_ascii_digit()) {
        code.insert_str(0, "c_");
    }
    if code.len() > LONGEST {
        let cut = code[..=LONGEST].rfind('_').filter(|at| *at > LONGEST / 3).unwrap_or(LONGEST);
        code.truncate(cut);
    }
    code.trim_end_matches('_').to_owned()
}

/// The name of a file as a pattern for the next one: a `*` for each run of digits, which are dates and revisions.
/// The name itself where little would be left of it.
pub fn file_pattern(name: &str) -> String {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let mut pattern = String::new();
    let mut letters = 0;
    for c in stem.chars() {
        if c.is_ascii_digit() || c == '*' {
            // What stands between two numbers of a date goes with them.
            let before = pattern.trim_end_matches(['-', '_', '.', ' ']);
            if before.ends_with('*') {
                let length = before.len();
                pattern.truncate(length);
            } else {
                pattern.push('*');
            }
        } else {
            letters += usize::from(c.is_alphabetic());
            pattern.push(c);
        }
    }
    if letters < 4 {
        return name.to_owned();
    }
    if ending.is_empty() { pattern } else { format!("{pattern}.{ending}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(texts: &[&str]) -> Vec<String> {
        let mut taken = BTreeSet::new();
        texts.iter().map(|text| code(text, "column_b", &mut taken)).collect()
    }

    #[test]
    fn codes_are_made_of_labels_in_any_script() {
        let made = codes(&["Wert (EUR)", "Début / date", "2015", "Страна", "Value", "value", "Period", "Select", "__"]);
        let expected = [
            "wert_eur",
            "debut_date",
            "c_2015",
            "column_b",
            "value",
            "value_2",
            "period_value",
            "select_value",
            "column_b_2",
        ];
        assert_eq!(made, expected);
    }

    #[test]
    fn a_long_label_is_cut_at_a_word() {
        let made = codes(&["Gesamtbetrag der förderfähigen Ausgaben des Vorhabens in Euro"]);
        assert_eq!(made, ["gesamtbetrag_der_forderfahigen_ausgaben"]);
    }

    #[test]
    fn dates_and_revisions_in_a_file_name_are_left_open() {
        for (name, pattern) in [
            ("alpha_P2_2016-06-15_r1.xlsx", "alpha_P*_r*.xlsx"),
            ("Wales 2014_2020.csv", "Wales *.csv"),
            ("2016-06.csv", "2016-06.csv"),
            ("liste.xls", "liste.xls"),
        ] {
            assert_eq!(file_pattern(name), pattern);
        }
    }
}
