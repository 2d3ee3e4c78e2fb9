//! Names of organisations as they are compared: words without case, accents and legal form, in any order, and the
//! abbreviations that a name holds or could have.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::model::fold::fold;

/// Legal forms at the beginning or the end of a name, folded, their letters joined: "S. p. A." is `spa`.
const LEGAL_FORMS: &[&str] = &[
    "ab",
    "ag",
    "aie",
    "aisbl",
    "aps",
    "as",
    "asbl",
    "ass",
    "asociace",
    "bv",
    "bvba",
    "cic",
    "co",
    "company",
    "coop",
    "corp",
    "cv",
    "cvba",
    "da",
    "doo",
    "dd",
    "ead",
    "eeig",
    "eg",
    "ei",
    "eirl",
    "eood",
    "ev",
    "geie",
    "gie",
    "gmbh",
    "gmbh & co kg",
    "ggmbh",
    "hf",
    "ik",
    "inc",
    "ivs",
    "jdoo",
    "kb",
    "kd",
    "kft",
    "kg",
    "kk",
    "ks",
    "lda",
    "llc",
    "llp",
    "limited",
    "ltd",
    "mb",
    "nv",
    "nyrt",
    "oe",
    "ou",
    "oy",
    "oyj",
    "ood",
    "ops",
    "plc",
    "ry",
    "sa",
    "saoc",
    "sarl",
    "sas",
    "sasu",
    "sc",
    "sca",
    "scarl",
    "sce",
    "scpa",
    "scrl",
    "se",
    "sia",
    "sl",
    "sll",
    "slne",
    "snc",
    "sp",
    "sp j",
    "sp k",
    "sp zoo",
    "spa",
    "spol sro",
    "spolka zoo",
    "sprl",
    "srl",
    "sro",
    "stichting",
    "tmi",
    "uab",
    "ug",
    "unip lda",
    "ve",
    "verein",
    "viesoji istaiga",
    "vof",
    "vsi",
    "vzw",
    "zoo",
    "zrt",
    "zs",
    "zu",
];

/// Words that abbreviations leave out.
const SMALL: &[&str] = &[
    "a", "al", "an", "and", "aus", "d", "da", "das", "de", "degli", "dei", "del", "della", "delle", "der", "des", "di",
    "die", "do", "dos", "du", "e", "el", "en", "et", "for", "fur", "i", "ir", "im", "in", "l", "la", "las", "le",
    "les", "los", "na", "of", "og", "on", "para", "per", "pour", "pro", "si", "the", "to", "u", "un", "und", "van",
    "voor", "von", "w", "y", "z", "za", "zu", "&",
];

/// Words that many organisations bear: they tell less than their number in one project says.
const COMMON: &[&str] = &[
    "agency",
    "agentur",
    "alliance",
    "asociacion",
    "asociatia",
    "associacao",
    "association",
    "associazione",
    "business",
    "center",
    "centre",
    "centro",
    "chamber",
    "cluster",
    "clusterul",
    "clusters",
    "consortium",
    "europe",
    "european",
    "federation",
    "foundation",
    "fondazione",
    "group",
    "grupo",
    "hub",
    "initiative",
    "innovation",
    "institut",
    "institute",
    "international",
    "klaster",
    "klasteris",
    "klastr",
    "klub",
    "network",
    "netzwerk",
    "park",
    "pole",
    "polo",
    "region",
    "society",
    "technologies",
    "technology",
    "union",
    "verband",
];

/// So many words the longest legal form has.
const LONGEST_FORM: usize = 4;

/// The lists as sets: each name is held against them several times.
struct Known {
    forms: BTreeSet<&'static str>,
    small: BTreeSet<&'static str>,
    common: BTreeSet<&'static str>,
}

static KNOWN: LazyLock<Known> = LazyLock::new(|| Known {
    forms: LEGAL_FORMS.iter().copied().collect(),
    small: SMALL.iter().copied().collect(),
    common: COMMON.iter().chain(SMALL).copied().collect(),
});

/// A name in its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    pub words: BTreeSet<String>,
    /// The words as they follow each other, without what stands between them.
    pub together: String,
    /// "A - B", "B (A)" and "A / B" are the parts A and B; a name without such marks is one part.
    pub parts: Vec<BTreeSet<String>>,
    /// Words that may stand for a longer name: those in capitals, and those that are a part of their own.
    pub short: BTreeSet<String>,
    /// What the words of a part, or of all of it, could be shortened to.
    pub initials: BTreeSet<String>,
}

impl Name {
    pub fn of(text: &str) -> Self {
        let mut short = BTreeSet::new();
        let mut initials = BTreeSet::new();
        let mut parts = Vec::new();
        let mut all: Vec<String> = Vec::new();
        for part in split(text) {
            let words = without_legal_form(words(part));
            // "Acme, UAB": a legal form in a part of its own.
            if words.is_empty() || is_legal_form(&words) {
                continue;
            }
            if let [word] = words.as_slice()
                && is_short(word)
            {
                short.insert(word.clone());
            }
            short.extend(capitals(part));
            initials.extend(initials_of(&words));
            all.extend(words.iter().cloned());
            parts.push(words.into_iter().collect());
        }
        if all.is_empty() {
            // Nothing but a legal form is a name all the same.
            all = words(text);
            parts.push(all.iter().cloned().collect());
        }
        initials.extend(initials_of(&all));
        Self { together: all.concat(), words: all.into_iter().collect(), parts, short, initials }
    }

    /// The words, in the order of the alphabet.
    pub fn sorted(&self) -> String {
        self.words.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
    }
}

/// Whether a word says little about who it is, in any project.
pub fn is_common(word: &str) -> bool {
    KNOWN.common.contains(word)
}

fn split(text: &str) -> impl Iterator<Item = &str> {
    let dashes = [" - ", " – ", " — ", " | "];
    let marks = ['(', ')', '[', ']', '/', ',', ';', ':'];
    let by_dash =
        dashes.iter().fold(vec![text], |parts, dash| parts.iter().flat_map(|part| part.split(dash)).collect());
    by_dash.into_iter().flat_map(move |part| part.split(marks)).map(str::trim).filter(|part| !part.is_empty())
}

/// Folded words; single letters beside each other are one: "e. V." is `ev`.
fn words(part: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut after_letter = false;
    let folded = fold(part);
    for word in folded.split(|c: char| !(c.is_alphanumeric() || c == '&')).filter(|word| !word.is_empty()) {
        let is_letter = word.chars().count() == 1 && word.chars().all(char::is_alphabetic);
        match words.last_mut() {
            Some(last) if after_letter && is_letter => last.push_str(word),
            _ => words.push(word.to_owned()),
        }
        after_letter = is_letter;
    }
    words
}

fn without_legal_form(mut words: Vec<String>) -> Vec<String> {
    loop {
        let longest = LONGEST_FORM.min(words.len().saturating_sub(1));
        let found = (1..=longest).rev().find(|length| is_legal_form(&words[words.len() - length..]));
        if let Some(length) = found {
            words.truncate(words.len() - length);
        } else if words.len() > 1 && is_legal_form(&words[..1]) {
            words.remove(0);
        } else {
            return words;
        }
    }
}

fn is_legal_form(words: &[String]) -> bool {
    match words {
        [word] => KNOWN.forms.contains(word.as_str()),
        words => KNOWN.forms.contains(words.join(" ").as_str()),
    }
}

fn is_short(word: &str) -> bool {
    (2..=12).contains(&word.chars().count())
}

/// Words of a text that are written in capitals, where not all of it is.
fn capitals(text: &str) -> Vec<String> {
    let is_capital = |word: &str| word.chars().count() > 1 && word.chars().all(char::is_uppercase);
    let all: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    if all.len() > 1 && all.iter().all(|word| is_capital(word)) {
        return Vec::new();
    }
    all.into_iter().filter(|word| is_capital(word)).map(fold).filter(|word| is_short(word)).collect()
}

fn initials_of(words: &[String]) -> Vec<String> {
    let of = |skip: bool| -> Option<String> {
        let chosen: Vec<&String> = words.iter().filter(|word| !skip || !KNOWN.small.contains(word.as_str())).collect();
        (3..=10).contains(&chosen.len()).then(|| chosen.iter().filter_map(|word| word.chars().next()).collect())
    };
    // "… cluster" and "… association" are often left out at the end.
    let without_last = || match words.split_last() {
        Some((last, rest)) if is_common(last) => {
            let chosen: Vec<&String> = rest.iter().filter(|word| !KNOWN.small.contains(word.as_str())).collect();
            (3..=10).contains(&chosen.len()).then(|| chosen.iter().filter_map(|word| word.chars().next()).collect())
        }
        _ => None,
    };
    [of(false), of(true), without_last()].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(words: &str) -> BTreeSet<String> {
        words.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn legal_forms_accents_case_and_marks_do_not_matter() {
        for (one, other) in [
            ("Acme GmbH", "ACME G.m.b.H."),
            ("Acme GmbH & Co. KG", "Acme"),
            ("UAB „Saulėtekis“", "Sauletekis, UAB"),
            ("VšĮ Klaipėdos mokslas", "Klaipedos mokslas"),
            ("Acme S.p.A.", "ACME SPA"),
            ("Société Dupont S.A.R.L.", "societe dupont"),
            ("Acme Sp. z o.o.", "Acme sp. z o. o."),
            ("Nanoprogress z.s.", "Nanoprogress, z. s."),
            ("Netz e. V.", "Netz e.V"),
            ("Acme s.r.o.", "Acme spol. s r.o."),
            ("Oy Acme Ab", "Acme Oy"),
        ] {
            assert_eq!(Name::of(one).words, Name::of(other).words, "{one} and {other}");
        }
    }

    #[test]
    fn a_name_in_two_parts_has_both_in_any_order() {
        let one = Name::of("POINTEX - Polo Innovazione Tessile");
        let other = Name::of("Polo Innovazione Tessile (POINTEX)");
        assert_eq!(one.words, other.words);
        assert_eq!(one.parts, [set("pointex"), set("polo innovazione tessile")]);
        assert!(one.short.contains("pointex"));
    }

    #[test]
    fn a_name_knows_what_it_could_be_shortened_to() {
        let name = Name::of("Secured Communicating Solutions cluster");
        assert!(name.initials.contains("scs") && name.initials.contains("scsc"), "{:?}", name.initials);
        let name = Name::of("Associação para o Pólo das Tecnologias");
        assert!(name.initials.contains("apt") || name.initials.contains("aopt"), "{:?}", name.initials);
        assert!(Name::of("Pole SCS").short.contains("scs"));
    }

    #[test]
    fn a_name_in_capitals_is_no_list_of_abbreviations() {
        assert!(Name::of("MEDICEN PARIS REGION").short.is_empty());
        assert!(Name::of("GmbH").words.contains("gmbh"), "nothing else is left");
    }
}
