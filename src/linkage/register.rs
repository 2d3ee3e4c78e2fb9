//! VAT and register numbers: what is one, of which kind, and its one spelling.
//!
//! What it is for: [`super::enterprise`]. What it does not do: no check digits, no lengths by country (programmes
//! use test numbers and old ones), and no kinds of register within a country: "HRB 12345" of two German courts
//! is one number here.

use crate::model::country::read_country;

/// Countries whose VAT numbers begin with their two letters: the EU (EL for Greece), Northern Ireland (XI), the
/// United Kingdom, Norway, Switzerland. With each the letters that may follow the two at once; digits always may.
const VAT_PREFIXES: &[(&str, &str)] = &[
    ("AT", "U"),
    ("BE", ""),
    ("BG", ""),
    ("CH", "E"),
    ("CY", ""),
    ("CZ", ""),
    ("DE", ""),
    ("DK", ""),
    ("EE", ""),
    ("EL", ""),
    ("ES", ANY),
    ("FI", ""),
    ("FR", ANY),
    ("GB", ""),
    ("HR", ""),
    ("HU", ""),
    ("IE", ""),
    ("IT", ""),
    ("LT", ""),
    ("LU", ""),
    ("LV", ""),
    ("MT", ""),
    ("NL", ""),
    ("NO", ""),
    ("PL", ""),
    ("PT", ""),
    ("RO", ""),
    ("SE", ""),
    ("SI", ""),
    ("SK", ""),
    ("XI", ""),
];
const ANY: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// Prefixes that people write, and those that the numbers have.
const PREFIX_ALIASES: [(&str, &str); 2] = [("GR", "EL"), ("UK", "GB")];

/// Words before a number that only say what it is, longer ones before their beginnings.
const LABELS: &[&str] = &[
    "VATNUMBER",
    "VATNO",
    "VATNR",
    "VATID",
    "VAT",
    "USTIDNR",
    "USTID",
    "UID",
    "PVM",
    "TVA",
    "BTW",
    "SIREN",
    "SIRET",
    "KVK",
    "CVR",
];

/// Words behind a Swiss or Norwegian number that say that it is a VAT number.
const VAT_ENDINGS: [&str; 4] = ["MWST", "TVA", "IVA", "MVA"];

/// The letters and digits of a text, in capitals, without the words that only say what the number is. `None` if
/// there is anything that no number has.
pub(super) fn compact(cell: &str) -> Option<String> {
    if cell.len() > 80 {
        return None;
    }
    let mut compact = String::with_capacity(cell.len());
    for c in cell.chars() {
        match c {
            c if c.is_ascii_alphanumeric() => compact.push(c.to_ascii_uppercase()),
            '.' | '-' | '/' | ':' | '_' | '\u{2010}'..='\u{2015}' | '−' | '\u{200b}'..='\u{200f}' | '\u{feff}' => {}
            c if c.is_whitespace() => {}
            _ => return None,
        }
    }
    for label in LABELS {
        if let Some(rest) = compact.strip_prefix(label) {
            return Some(rest.to_owned());
        }
    }
    Some(compact)
}

/// Whether letters and digits are a number rather than a name.
pub(super) fn is_number(compact: &str) -> bool {
    let bare = without_ending(compact);
    let digits = bare.bytes().filter(u8::is_ascii_digit).count();
    (5..=15).contains(&bare.len()) && digits >= 5 && digits * 2 >= bare.len()
}

/// "CHE123456789MWST" and "NO123456789MVA" without the word behind them.
fn without_ending(compact: &str) -> &str {
    let has_ending = compact.starts_with("CHE") || compact.starts_with("NO");
    let ending = VAT_ENDINGS.iter().find_map(|ending| compact.strip_suffix(ending));
    ending.filter(|_| has_ending).unwrap_or(compact)
}

/// The identity of a number: `vat:…`, `reg:CC:…` or `reg:…`.
pub(super) fn identify(compact: &str, country: Option<&str>) -> String {
    let number = without_ending(compact);
    match (vat(number), country) {
        (Some(vat), _) => format!("vat:{vat}"),
        (None, Some(country)) => format!("reg:{country}:{number}"),
        (None, None) => format!("reg:{number}"),
    }
}

/// The VAT number with the prefix of its country, if it has the form of one: "HRB 12345" (a German register)
/// and "SIREN 123 456 789" begin with two such letters and are none.
fn vat(number: &str) -> Option<String> {
    let (written, rest) = number.split_at_checked(2)?;
    let alias = PREFIX_ALIASES.iter().find(|(alias, _)| *alias == written);
    let prefix = alias.map_or(written, |(_, prefix)| prefix);
    let (prefix, letters) = VAT_PREFIXES.iter().find(|(known, _)| *known == prefix)?;
    let next = rest.chars().next()?;
    let fits = next.is_ascii_digit() || letters.contains(next);
    fits.then(|| format!("{prefix}{rest}"))
}

/// The country of `vat:LT…`, by ISO.
pub(super) fn country_of_vat(identity: &str) -> Option<&'static str> {
    match identity.strip_prefix("vat:")?.get(..2)? {
        "XI" => Some("GB"),
        prefix => read_country(prefix).code(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_longer_label_stands_before_the_labels_that_it_begins_with() {
        for (at, label) in LABELS.iter().enumerate() {
            assert!(LABELS.iter().take(at).all(|earlier| !label.starts_with(earlier)), "{label}");
        }
    }

    #[test]
    fn every_prefix_is_a_country() {
        for (prefix, _) in VAT_PREFIXES {
            assert!(country_of_vat(&format!("vat:{prefix}1")).is_some(), "{prefix}");
        }
    }
}
