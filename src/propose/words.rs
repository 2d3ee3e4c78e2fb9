//! Words of labels that tell what a column is about, folded, in the languages of partners.

use crate::model::fold::fold;

pub const MONEY: &[&str] = &[
    "eur",
    "€",
    "usd",
    "$",
    "gbp",
    "£",
    "pln",
    "chf",
    "zl",
    "amount",
    "amounts",
    "betrag",
    "gesamtbetrag",
    "montant",
    "importe",
    "importo",
    "bedrag",
    "suma",
    "kwota",
    "budget",
    "budzet",
    "biudzetas",
    "cost",
    "costs",
    "kosten",
    "gesamtkosten",
    "cout",
    "couts",
    "coste",
    "costo",
    "koszt",
    "wartosc",
    "dofinansowanie",
    "finansejums",
    "finansavimas",
    "grant",
    "grants",
    "funds",
    "funding",
    "expenditure",
    "ausgaben",
    "depenses",
    "umsatz",
    "turnover",
    "revenue",
    "apyvarta",
    "price",
    "preis",
    "prix",
    "kaina",
    "salary",
    "investment",
];

pub const SHARE: &[&str] = &[
    "%",
    "percent",
    "percentage",
    "pct",
    "rate",
    "share",
    "prozent",
    "anteil",
    "quote",
    "satz",
    "taux",
    "pourcentage",
    "part",
    "procent",
    "procentas",
    "dalis",
    "udzial",
    "percentuale",
    "porcentaje",
    "tasa",
];

pub const IDENTIFIER: &[&str] = &[
    "id",
    "uid",
    "uuid",
    "key",
    "no",
    "nr",
    "n°",
    "no.",
    "number",
    "num",
    "numero",
    "nummer",
    "numer",
    "numeris",
    "code",
    "kod",
    "kodas",
    "ref",
    "reference",
    "identifier",
    "registro",
    "kennung",
    "kennzahl",
    "aktenzeichen",
    "postcode",
    "plz",
];

pub const PLACE: &[&str] =
    &["country", "countries", "land", "lander", "pays", "pais", "paese", "kraj", "salis", "valstybe", "zeme", "stat"];

/// Whether one of the words stands in a label by itself.
pub fn speaks_of(label: &str, words: &[&str]) -> bool {
    let folded = fold(label);
    let is_mark = |c: char| matches!(c, '%' | '€' | '$' | '£');
    let apart = |c: char| !(c.is_alphanumeric() || c == '°');
    folded.split(apart).any(|word| words.contains(&word))
        || folded.chars().filter(|c| is_mark(*c)).any(|c| words.contains(&c.to_string().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_count_only_whole() {
        assert!(speaks_of("Wartość projektu", MONEY) && speaks_of("cost_EUR", MONEY) && speaks_of("Price in €", MONEY));
        assert!(!speaks_of("Costume", MONEY) && !speaks_of("Notes", IDENTIFIER));
        assert!(speaks_of("Projekt-Nr.", IDENTIFIER) && speaks_of("_id", IDENTIFIER));
        assert!(speaks_of("Union co-financing rate, as per priority axis", SHARE));
    }
}
