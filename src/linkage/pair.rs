//! Pairs of organisations that may be one: found without comparing each with each, scored, with the reasons in words.

use std::collections::{BTreeMap, BTreeSet};

use strsim::{jaro_winkler, osa_distance};

use super::name::{Name, is_common};
use super::number::{Checked, Number, check};
use super::score::{Field, Model, NOTHING, Patterns};

/// An organisation as it was reported.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Organisation {
    /// `vat:…` or `reg:…`, if any.
    pub number: Option<String>,
    /// As written, or folded; several where one number came with several.
    pub names: BTreeSet<String>,
    /// By ISO; empty if not known.
    pub country: String,
}

/// Two organisations that may be one.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Positions in the list that was given; the lower first.
    pub pair: (usize, usize),
    /// How likely it is that they are one, in thousandths of one.
    pub probability: f64,
    /// How much the comparison speaks for it, in bits.
    pub bits: f64,
    pub reasons: Vec<Reason>,
}

/// What speaks for a pair, or against it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    SameWords,
    SameButSpelling,
    PartOfOther,
    WordsInOther,
    SomeWords,
    Initials,
    Abbreviation,
    NumbersAlike,
    SameCountry,
    OtherKindOfNumber,
    OtherNames,
    OtherNumbers,
    OtherCountry,
}

impl Reason {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SameWords => "the names have the same words",
            Self::SameButSpelling => "the names differ in spelling only",
            Self::PartOfOther => "one name is a part of the other",
            Self::WordsInOther => "one name holds all words of the other that tell them from others",
            Self::SomeWords => "the names share words that few others have",
            Self::Initials => "one name holds the first letters of the other's words",
            Self::Abbreviation => "both names hold the same abbreviation",
            Self::NumbersAlike => "the numbers differ in one digit, or in the order of two",
            Self::SameCountry => "same country",
            Self::OtherKindOfNumber => "their numbers are of two registers",
            Self::OtherNames => "the names share hardly a word",
            Self::OtherNumbers => "two numbers of one register",
            Self::OtherCountry => "two countries",
        }
    }
}

/// From this probability on a pair is shown, and counts in the lower bound while nobody has decided.
pub const LIKELY: f64 = 0.5;

/// A word, or other sign, that more organisations have brings nothing together.
const MOST_OF_A_SIGN: usize = 24;
/// Of the names of one number so many are looked at.
const NAMES: usize = 4;
/// Neighbours in the order of the alphabet that are compared.
const NEIGHBOURS: usize = 2;

/// Levels of agreement, and what is expected of them: same, and other among pairs that share a sign.
fn expected() -> Model {
    let names = Field::new(&[0.03, 0.07, 0.12, 0.18, 0.20, 0.40], &[0.70, 0.24, 0.04, 0.012, 0.005, 0.003]);
    let short = Field::new(&[0.65, 0.15, 0.20], &[0.955, 0.04, 0.005]);
    let numbers = Field::new(&[0.02, 0.18, 0.45, 0.35], &[0.60, 0.20, 0.18, 0.02]);
    let country = Field::new(&[0.03, 0.97], &[0.60, 0.40]);
    Model::expected(vec![names, short, numbers, country], 0.05)
}

/// Everything of an organisation that is compared.
struct Prepared {
    names: Vec<Name>,
    number: Option<(String, Checked)>,
    country: String,
}

/// Candidates among these, the likeliest first; `known` pairs are left out: they are one already, or decided.
pub fn candidates(all: &[Organisation], known: &dyn Fn(usize, usize) -> bool) -> Vec<Candidate> {
    let prepared: Vec<Prepared> = all.iter().map(prepare).collect();
    let weights = Weights::of(&prepared);
    let mut patterns = Patterns::new();
    let mut compared = Vec::new();
    for (one, other) in pairs(&prepared) {
        let levels = levels(&prepared[one], &prepared[other], &weights);
        *patterns.entry(levels.to_vec()).or_default() += 1;
        compared.push(((one, other), levels));
    }
    let model = expected().fitted(&patterns);
    let mut found: Vec<Candidate> = compared
        .into_iter()
        .filter(|(_, levels)| tells(*levels))
        .map(|(pair, levels)| Candidate {
            pair,
            probability: rounded(model.probability(&levels)),
            bits: rounded(model.bits(&levels)),
            reasons: reasons(levels),
        })
        .filter(|candidate| candidate.probability >= LIKELY && !known(candidate.pair.0, candidate.pair.1))
        .collect();
    found.sort_by(|a, b| {
        b.probability.total_cmp(&a.probability).then(b.bits.total_cmp(&a.bits)).then(a.pair.cmp(&b.pair))
    });
    found
}

/// Whether anything but some words in common speaks for a pair: those alone are no reason, however few have them.
fn tells([names, short, numbers, _]: [u8; 4]) -> bool {
    (2..=5).contains(&names) || short == 2 || numbers == 3
}

fn rounded(value: f64) -> f64 {
    libm::round(value * 1000.0) / 1000.0
}

fn prepare(one: &Organisation) -> Prepared {
    let number = one.number.clone().map(|number| {
        let checked = check(&number);
        (number, checked)
    });
    let names = one.names.iter().take(NAMES).map(|name| Name::of(name)).collect();
    Prepared { names, number, country: one.country.clone() }
}

/// How much a word tells: much if few organisations bear it.
struct Weights {
    of_word: BTreeMap<String, f64>,
}

impl Weights {
    fn of(all: &[Prepared]) -> Self {
        let mut times: BTreeMap<&str, u32> = BTreeMap::new();
        for one in all {
            let words: BTreeSet<&str> =
                one.names.iter().flat_map(|name| name.words.iter().map(String::as_str)).collect();
            for word in words {
                *times.entry(word).or_default() += 1;
            }
        }
        let all = all.len() as f64;
        let weight = |word: &str, times: u32| {
            let weight = libm::log2(1.0 + all / f64::from(times));
            if is_common(word) { weight / 4.0 } else { weight }
        };
        Self { of_word: times.into_iter().map(|(word, times)| (word.to_owned(), weight(word, times))).collect() }
    }

    fn sum<'a>(&self, words: impl IntoIterator<Item = &'a String>) -> f64 {
        words.into_iter().filter_map(|word| self.of_word.get(word)).sum()
    }
}

/// Pairs that share a sign that few have: a word or its beginning, an abbreviation, a part of a number; or that stand
/// beside each other when names are sorted.
fn pairs(all: &[Prepared]) -> BTreeSet<(usize, usize)> {
    let mut blocks: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut sorted: Vec<(String, usize)> = Vec::new();
    for (at, one) in all.iter().enumerate() {
        for sign in signs(one) {
            blocks.entry(sign).or_default().push(at);
        }
        sorted.extend(one.names.iter().map(|name| (name.sorted(), at)));
    }
    let mut pairs = BTreeSet::new();
    let mut add = |one: usize, other: usize| {
        if one != other {
            pairs.insert((one.min(other), one.max(other)));
        }
    };
    for block in blocks.values().filter(|block| block.len() <= MOST_OF_A_SIGN) {
        for (at, one) in block.iter().enumerate() {
            for other in &block[at + 1..] {
                add(*one, *other);
            }
        }
    }
    sorted.sort();
    for window in sorted.windows(NEIGHBOURS + 1) {
        for (_, other) in &window[1..] {
            add(window[0].1, *other);
        }
    }
    if let [.., (_, one), (_, other)] = sorted.as_slice() {
        add(*one, *other);
    }
    pairs
}

fn signs(one: &Prepared) -> BTreeSet<String> {
    let mut signs = BTreeSet::new();
    for name in &one.names {
        for word in &name.words {
            signs.insert(format!("w {word}"));
            let letters: Vec<char> = word.chars().collect();
            if letters.len() > 5 {
                signs.insert(format!("b {}", letters[..5].iter().collect::<String>()));
            }
        }
        signs.extend(name.short.iter().chain(&name.initials).map(|short| format!("w {short}")));
        signs.insert(format!("r {}", name.together.chars().take(12).collect::<String>()));
    }
    if let Some((number, _)) = &one.number {
        let digits: Vec<char> = number.chars().filter(char::is_ascii_digit).collect();
        // A slip in one half leaves the other.
        let (first, last) = digits.split_at(digits.len() / 2);
        signs.insert(format!("f {} {}", digits.len(), first.iter().collect::<String>()));
        signs.insert(format!("l {} {}", digits.len(), last.iter().collect::<String>()));
    }
    signs
}

fn levels(one: &Prepared, other: &Prepared, weights: &Weights) -> [u8; 4] {
    let both = one.names.iter().flat_map(|name| other.names.iter().map(move |beside| (name, beside)));
    let (mut names, mut short) = (NOTHING, NOTHING);
    for (name, beside) in both {
        let level = |best: u8, level: u8| if best == NOTHING { level } else { best.max(level) };
        names = level(names, name_level(name, beside, weights));
        short = level(short, short_level(name, beside));
    }
    let number =
        one.number.as_ref().zip(other.number.as_ref()).map_or(NOTHING, |(one, other)| number_level(one, other));
    let country = match (one.country.as_str(), other.country.as_str()) {
        ("" | "?", _) | (_, "" | "?") => NOTHING,
        (one, other) => u8::from(one == other),
    };
    [names, short, number, country]
}

fn name_level(one: &Name, other: &Name, weights: &Weights) -> u8 {
    if one.words == other.words || one.together == other.together {
        return 5;
    }
    let (shorter, longer) =
        if weights.sum(&one.words) <= weights.sum(&other.words) { (one, other) } else { (other, one) };
    let (in_shorter, in_longer) = (weights.sum(&shorter.words), weights.sum(&longer.words));
    let (mut shared, mut alike) = (0.0, 0.0);
    for word in &shorter.words {
        let weight = weights.of_word.get(word).copied().unwrap_or(0.0);
        if longer.words.contains(word) {
            shared += weight;
            alike += weight;
        } else if longer.words.iter().any(|beside| are_alike(word, beside)) {
            alike += weight;
        }
    }
    if alike >= 0.98 * in_shorter && alike >= 0.85 * in_longer {
        return 4;
    }
    let is_part = |of: &Name, whole: &BTreeSet<String>| of.parts.len() > 1 && of.parts.contains(whole);
    let tells = |words: &BTreeSet<String>| words.iter().any(|word| !is_common(word)) && words.len() > 1;
    if is_part(longer, &shorter.words) && tells(&shorter.words)
        || is_part(shorter, &longer.words) && tells(&longer.words)
    {
        return 3;
    }
    if shared >= 0.95 * in_shorter && shorter.words.iter().filter(|word| !is_common(word)).count() > 1 {
        return 2;
    }
    u8::from(alike >= 0.45 * in_shorter)
}

/// Words that differ by a slip of the pen: long enough, without digits, almost the same.
fn are_alike(one: &str, other: &str) -> bool {
    let plain = |word: &str| word.chars().count() >= 5 && !word.contains(|c: char| c.is_ascii_digit());
    // Most words are of another length or begin otherwise: these need no closer look.
    let near = one.len().abs_diff(other.len()) <= 3 && one.chars().next() == other.chars().next();
    near && plain(one) && plain(other) && jaro_winkler(one, other) >= 0.93
}

fn short_level(one: &Name, other: &Name) -> u8 {
    let holds = |short: &Name, long: &Name| {
        let both = |word: &&String| short.short.contains(*word) || short.words.contains(*word);
        long.initials.iter().any(|initials| both(&initials) && initials.chars().count() > 2)
    };
    // The first letters of words that both names have say nothing more than the words.
    let apart = one.words != other.words;
    if apart && (holds(one, other) || holds(other, one)) {
        return 2;
    }
    u8::from(
        one.short.iter().any(|short| !is_common(short) && (other.short.contains(short) || other.words.contains(short))),
    )
}

fn number_level((one, first): &(String, Checked), (other, second): &(String, Checked)) -> u8 {
    let same_register = Number::of(one).zip(Number::of(other)).is_some_and(|(one, other)| one.same_register(&other));
    let right = [first, second].iter().all(|checked| **checked == Checked::Right);
    match (same_register, right, osa_distance(one, other)) {
        (true, true, _) => 0,
        (_, _, 0..=1) => 3,
        (true, ..) => 1,
        (false, ..) => 2,
    }
}

fn reasons([names, short, numbers, country]: [u8; 4]) -> Vec<Reason> {
    let mut reasons = vec![];
    reasons.extend(match names {
        5 => Some(Reason::SameWords),
        4 => Some(Reason::SameButSpelling),
        3 => Some(Reason::PartOfOther),
        2 => Some(Reason::WordsInOther),
        1 => Some(Reason::SomeWords),
        0 => Some(Reason::OtherNames),
        _ => None,
    });
    reasons.extend(match short {
        2 => Some(Reason::Initials),
        1 if names != 5 => Some(Reason::Abbreviation),
        _ => None,
    });
    reasons.extend(match numbers {
        3 => Some(Reason::NumbersAlike),
        2 => Some(Reason::OtherKindOfNumber),
        0 | 1 => Some(Reason::OtherNumbers),
        _ => None,
    });
    reasons.extend(match country {
        1 => Some(Reason::SameCountry),
        0 => Some(Reason::OtherCountry),
        _ => None,
    });
    reasons
}

#[cfg(test)]
mod tests {
    use super::*;

    fn organisation(text: &str) -> Organisation {
        let (name, country) = text.rsplit_once(" @").unwrap_or((text, ""));
        Organisation { names: [name.to_owned()].into(), country: country.to_owned(), ..Organisation::default() }
    }

    /// Each line one organisation as several people write it: written for this test, after what lists really hold.
    const SAME: &[&[&str]] = &[
        &["POINTEX - Polo Innovazione Tessile @IT", "Polo Innovazione Tessile (POINTEX) @IT"],
        &["Association for Applied Lasers (AAL) @SI", "Association for Applied Lasers @SI"],
        &["Nordlicht Photonik GmbH @DE", "NORDLICHT Photonik G.m.b.H. @DE"],
        &["UAB Šviesos technika @LT", "Sviesos technika, UAB @LT"],
        &["Baltic Wind Forum e.V. @DE", "BalticWind-Forum e. V. @DE"],
        &["Pôle Aqua Valley @FR", "Pole Aqua-Valley @FR"],
        &["Mechatronics Alliance Styria @AT", "Mechatronic Alliance Styria @AT"],
        &["Industrial Robotics Network Flanders (IRNF) @BE", "IRNF @BE"],
        &["Clúster d'Envasos de Lleida @ES", "Cluster d'Envasos de Lleida, S.L. @ES"],
        &["Hanza Food Laboratories Sp. z o.o. @PL", "HANZA Food Laboratories sp. z o. o. @PL"],
        &["Instytut Mikrofal - Gdansk Microwave Cluster @PL", "Gdansk Microwave Cluster @PL"],
        &["Lahden Muotoilu Oy @FI", "Lahden Muotoilu @FI"],
        &["Vidzeme Timber Association @LV", "Vidzemes Timber Association @LV"],
        &["Tessile Biellese SpA @IT", "Tessile Biellese S.p.A. (Biella) @IT"],
        &["Smart Harbour Cluster Rijeka d.o.o. @HR", "Smart Harbour Cluster Rijeka @HR"],
    ];

    /// Look-alikes: no two of them are one.
    const OTHERS: &[&str] = &[
        "gi-Cluster @EL",
        "si-Cluster @EL",
        "Green Tech Cluster Styria @AT",
        "Green-Tech Cluster @LV",
        "Pole Mer Bretagne Atlantique @FR",
        "Pôle Mer Méditerranée - Business & Innovation Sea Cluster @FR",
        "ICT Cluster @BG",
        "Automotive Cluster Bulgaria @BG",
        "Packaging Cluster @ES",
        "Madrid Aerospace Cluster @ES",
        "Cluster of Applied Earth Sciences @HU",
        "ArchEnergy Cluster @HU",
        "House of Energy @DK",
        "House of Food @DK",
        "Life Science Nord @DE",
        "Life Science Austria @AT",
        "Triple Steel 2.0 @SE",
        "Triple Steel 3.0 @SE",
        "Logistics in Wallonia @BE",
        "Logistics Flanders @BE",
        "Fondazione Torino Wireless @IT",
        "Fondazione Milano Musica @IT",
        "Alpha Optics SARL @FR",
        "Alpha Metals SARL @FR",
        "Firm 0017 GmbH @DE",
        "Firm 0018 GmbH @DE",
        "Media Evolution @SE",
        "Media Deals @SE",
        "Transmedia Bayern @DE",
        "Textil Bayern @DE",
        "Baden Connected e.V. @DE",
        "Umwelt Connected e.V. @DE",
    ];

    #[test]
    fn names_of_one_organisation_are_found_and_look_alikes_are_not() {
        let same: Vec<(usize, &str)> =
            SAME.iter().enumerate().flat_map(|(at, all)| all.iter().map(move |one| (at, *one))).collect();
        let others = OTHERS.iter().enumerate().map(|(at, one)| (at + SAME.len(), *one));
        let all: Vec<(usize, &str)> = same.into_iter().chain(others).collect();
        let known: Vec<Organisation> = all.iter().map(|(_, text)| organisation(text)).collect();
        let found = candidates(&known, &|_, _| false);
        let of = |candidate: &Candidate| (all[candidate.pair.0], all[candidate.pair.1]);
        let wrong: Vec<_> = found.iter().map(of).filter(|(one, other)| one.0 != other.0).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
        let groups: BTreeSet<usize> = found.iter().map(of).map(|(one, _)| one.0).collect();
        let missed: Vec<&&[&str]> = (0..SAME.len()).filter(|at| !groups.contains(at)).map(|at| &SAME[at]).collect();
        assert!(missed.is_empty(), "{missed:?}");
    }

    #[test]
    fn two_right_numbers_of_one_register_speak_for_two_and_a_slip_for_one() {
        let firm =
            |number: &str| Organisation { number: Some(number.to_owned()), ..organisation("Sviesos technika @LT") };
        let pair = |one: &str, other: &str| candidates(&[firm(one), firm(other)], &|_, _| false);
        assert_eq!(pair("vat:LT119511515", "vat:LT100001919017"), [], "two registrations");
        let slip = pair("vat:LT119511515", "vat:LT119511551");
        assert_eq!(slip.len(), 1);
        assert!(slip[0].reasons.contains(&Reason::NumbersAlike), "{slip:?}");
    }

    #[test]
    fn probabilities_do_not_depend_on_what_is_decided() {
        let names: Vec<&str> = SAME.iter().flat_map(|all| all.iter().copied()).collect();
        let known: Vec<Organisation> = names.iter().map(|text| organisation(text)).collect();
        let first = candidates(&known, &|_, _| false);
        let without = candidates(&known, &|one, other| (one, other) == first[0].pair);
        assert_eq!(without, first[1..]);
    }
}
