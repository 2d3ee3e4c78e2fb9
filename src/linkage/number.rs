//! Numbers of organisations: whether the check digits of a VAT or register number are right, and which numbers of two
//! kinds are certainly one organisation's.
//!
//! Only rules that a country publishes are here. A number of a form that is not known is neither right nor wrong, and a
//! number whose check digits are wrong is linked to nothing: a slip of the pen may be anybody's number.

use super::digits::{luhn, mod_11_10, modulo, sum};

/// What its check digits say of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checked {
    Right,
    Wrong,
    /// There are none, or nobody publishes how they are made.
    Unknown,
}

/// A number in its parts: `vat:LT…`, `reg:LT:…` or `reg:…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number<'a> {
    pub kind: Kind,
    /// Two letters: `EL` for Greece and `XI` for Northern Ireland in a VAT number, else ISO; empty if not known.
    pub country: &'a str,
    /// Without the country.
    pub rest: &'a str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Vat,
    Register,
}

impl<'a> Number<'a> {
    pub fn of(identity: &'a str) -> Option<Self> {
        if let Some(vat) = identity.strip_prefix("vat:") {
            let (country, rest) = vat.split_at_checked(2)?;
            return Some(Self { kind: Kind::Vat, country, rest });
        }
        let register = identity.strip_prefix("reg:")?;
        let (country, rest) = register.split_once(':').unwrap_or(("", register));
        Some(Self { kind: Kind::Register, country, rest })
    }

    /// Whether two numbers are of one register: then two different ones are two organisations, if both are right.
    pub fn same_register(&self, other: &Self) -> bool {
        self.kind == other.kind && self.country == other.country && !self.country.is_empty()
    }
}

/// Checks the digits of an identity.
pub fn check(identity: &str) -> Checked {
    let Some(number) = Number::of(identity) else { return Checked::Unknown };
    let right = match number.kind {
        Kind::Vat => vat(number.country, number.rest),
        Kind::Register => register(number.country, number.rest),
    };
    match right {
        Some(true) => Checked::Right,
        Some(false) => Checked::Wrong,
        None => Checked::Unknown,
    }
}

/// What all numbers of one organisation have in common, where a country's rule says so: two identities with one base
/// are one organisation. None of a number that is wrong or stands alone.
pub fn base(identity: &str) -> Option<String> {
    if check(identity) != Checked::Right {
        return None;
    }
    let Number { kind, country, rest } = Number::of(identity)?;
    let base = match (country, kind) {
        // A French VAT number ends with the company's SIREN, its establishments' SIRET begin with it.
        ("FR", Kind::Vat) => rest.get(2..)?,
        ("FR", Kind::Register) => rest.get(..9)?,
        // A Swedish one is the organisation's number and 01.
        ("SE", Kind::Vat) => rest.get(..10)?,
        ("HU", Kind::Register) => rest.get(..8)?,
        ("BE", Kind::Register) if rest.len() == 9 => return Some(format!("BE:0{rest}")),
        // A Czech VAT number of eight digits is the IČO; of persons it is another one.
        ("CZ", _) if rest.len() == 8 => rest,
        ("CH", Kind::Vat) => rest.strip_prefix('E')?,
        ("CH", Kind::Register) => rest.strip_prefix("CHE").unwrap_or(rest),
        ("XI" | "GB", Kind::Vat) => return Some(format!("GB:{}", rest.get(..9)?)),
        ("BE" | "BG" | "DK" | "ES" | "FI" | "HR" | "HU" | "IT" | "LV" | "NO" | "PL" | "PT" | "RO" | "SE" | "SI", _)
        | ("GR", Kind::Register) => rest,
        ("EL", Kind::Vat) => return Some(format!("GR:{rest}")),
        _ => return None,
    };
    Some(format!("{country}:{base}"))
}

/// The one number with right check digits that comes of this one by swapping two neighbours, if there is only one.
pub fn swapped(identity: &str) -> Option<String> {
    if check(identity) != Checked::Wrong {
        return None;
    }
    let mut found = None;
    let letters: Vec<char> = identity.chars().collect();
    for at in 1..letters.len() {
        let (one, next) = (letters[at - 1], letters[at]);
        if one == next || !one.is_ascii_digit() || !next.is_ascii_digit() {
            continue;
        }
        let mut other = letters.clone();
        other.swap(at - 1, at);
        let other: String = other.into_iter().collect();
        if check(&other) == Checked::Right && found.replace(other).is_some() {
            return None;
        }
    }
    found
}

/// Digits only, of these lengths.
fn digits(text: &str, lengths: &[usize]) -> Option<Vec<u32>> {
    if !lengths.contains(&text.len()) {
        return None;
    }
    text.chars().map(|c| c.to_digit(10)).collect()
}

/// Whether a VAT number is right; None where nobody can say. What does not have the form of its country is wrong.
fn vat(country: &str, rest: &str) -> Option<bool> {
    let all = |lengths: &[usize]| digits(rest, lengths);
    Some(match country {
        "AT" => {
            let Some(d) = rest.strip_prefix('U').and_then(|rest| digits(rest, &[8])) else { return Some(false) };
            let crossed: u32 = d[..7].iter().zip([1, 2, 1, 2, 1, 2, 1]).map(|(d, by)| d * by / 10 + d * by % 10).sum();
            d[7] == (96 - crossed) % 10
        }
        "BE" => all(&[9, 10]).is_some_and(|d| belgian(&d)),
        "BG" => match all(&[9, 10]) {
            Some(d) if d.len() == 9 => bulgarian(&d),
            // Ten digits are a person's, of several kinds.
            Some(_) => return None,
            None => false,
        },
        "CH" => rest.strip_prefix('E').and_then(|rest| digits(rest, &[9])).is_some_and(|d| swiss(&d)),
        "CY" => cypriot(rest),
        "CZ" => match all(&[8, 9, 10]) {
            Some(d) if d.len() == 8 => czech(&d),
            Some(_) => return None,
            None => false,
        },
        "DE" | "HR" => all(&[if country == "DE" { 9 } else { 11 }]).is_some_and(|d| mod_11_10(&d)),
        "DK" => all(&[8]).is_some_and(|d| danish(&d)),
        "EE" => all(&[9]).is_some_and(|d| sum(&d, &[3, 7, 1, 3, 7, 1, 3, 7, 1]).is_multiple_of(10)),
        "EL" => all(&[9]).is_some_and(|d| greek(&d)),
        "ES" => spanish(rest)?,
        "FI" => all(&[8]).is_some_and(|d| finnish(&d)),
        "FR" => french(rest)?,
        "GB" | "XI" => match all(&[9, 12]) {
            Some(d) => {
                let left = sum(&d[..9], &[8, 7, 6, 5, 4, 3, 2, 10, 1]) % 97;
                matches!(left, 0 | 42)
            }
            // Government departments and health authorities have five letters and digits.
            None if rest.len() == 5 => return None,
            None => false,
        },
        "HU" => all(&[8]).is_some_and(|d| hungarian(&d)),
        "IE" => irish(rest),
        "IT" => all(&[11]).is_some_and(|d| luhn(&d)),
        "LT" => all(&[9, 12]).is_some_and(|d| lithuanian(&d)),
        "LU" => all(&[8]).is_some_and(|d| modulo(&d[..6], 89) == modulo(&d[6..], 100)),
        "LV" => match all(&[11]) {
            Some(d) if d[0] > 3 => latvian(&d),
            Some(_) => return None,
            None => false,
        },
        "MT" => all(&[8]).is_some_and(|d| sum(&d, &[3, 4, 6, 7, 8, 9, 10, 1]).is_multiple_of(37)),
        "NL" => dutch(rest),
        "NO" => all(&[9]).is_some_and(|d| norwegian(&d)),
        "PL" => all(&[10]).is_some_and(|d| polish(&d)),
        "PT" => all(&[9]).is_some_and(|d| d[8] == (11 - sum(&d[..8], &[9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 11 % 10),
        "RO" => romanian(rest),
        "SE" => all(&[12]).is_some_and(|d| luhn(&d[..10])),
        "SI" => all(&[8]).is_some_and(|d| slovene(&d)),
        "SK" => all(&[10]).is_some_and(|d| modulo(&d, 11) == 0),
        _ => return None,
    })
}

/// Whether a register number is right. A country has several registers: a form that is not known is nobody's fault.
fn register(country: &str, rest: &str) -> Option<bool> {
    let all = |lengths: &[usize]| digits(rest, lengths);
    match country {
        "BE" => all(&[9, 10]).map(|d| belgian(&d)),
        "BG" => all(&[9]).map(|d| bulgarian(&d)),
        "CH" => digits(rest.strip_prefix("CHE").unwrap_or(rest), &[9]).map(|d| swiss(&d)),
        "CZ" | "SK" => all(&[8]).map(|d| czech(&d)),
        "DK" => all(&[8]).map(|d| danish(&d)),
        "EE" => all(&[8]).map(|d| estonian(&d)),
        "ES" => spanish(rest),
        "FI" => all(&[8]).map(|d| finnish(&d)),
        "FR" => all(&[9, 14]).map(|d| luhn(&d)),
        "GR" => all(&[9]).map(|d| greek(&d)),
        "HR" => all(&[11]).map(|d| mod_11_10(&d)),
        "HU" => all(&[11]).map(|d| hungarian(&d[..8])),
        "IT" => all(&[11]).map(|d| luhn(&d)),
        "LT" => all(&[9]).map(|d| lithuanian(&d)),
        "LV" => all(&[11]).filter(|d| d[0] > 3).map(|d| latvian(&d)),
        "NO" => all(&[9]).map(|d| norwegian(&d)),
        "PL" => all(&[9, 10]).map(|d| if d.len() == 10 { polish(&d) } else { regon(&d) }),
        "PT" => all(&[9]).map(|d| d[8] == (11 - sum(&d[..8], &[9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 11 % 10),
        "RO" => {
            (5..=10).contains(&rest.len()).then(|| romanian(rest)).filter(|_| rest.bytes().all(|b| b.is_ascii_digit()))
        }
        "SE" => all(&[10]).map(|d| luhn(&d)),
        "SI" => all(&[8]).map(|d| slovene(&d)),
        _ => None,
    }
}

fn belgian(d: &[u32]) -> bool {
    let (body, check) = d.split_at(d.len() - 2);
    modulo(check, 100) == 97 - modulo(body, 97)
}

fn bulgarian(d: &[u32]) -> bool {
    let first = sum(&d[..8], &[1, 2, 3, 4, 5, 6, 7, 8]) % 11;
    let check = if first == 10 { sum(&d[..8], &[3, 4, 5, 6, 7, 8, 9, 10]) % 11 % 10 } else { first };
    d[8] == check
}

fn swiss(d: &[u32]) -> bool {
    d[8] == (11 - sum(&d[..8], &[5, 4, 3, 2, 7, 6, 5, 4]) % 11) % 11
}

fn cypriot(rest: &str) -> bool {
    const ODD: [u32; 10] = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21];
    let Some(d) = rest.get(..8).and_then(|rest| digits(rest, &[8])) else { return false };
    let total: u32 = d.iter().enumerate().map(|(at, d)| if at % 2 == 0 { ODD[*d as usize] } else { *d }).sum();
    let letter = char::from_u32(u32::from('A') + total % 26);
    rest.chars().skip(8).collect::<Vec<_>>() == letter.into_iter().collect::<Vec<_>>()
}

fn czech(d: &[u32]) -> bool {
    let check = (11 - sum(&d[..7], &[8, 7, 6, 5, 4, 3, 2]) % 11) % 11;
    d[7] == (if check == 0 { 1 } else { check }) % 10
}

fn danish(d: &[u32]) -> bool {
    sum(d, &[2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11) && d[0] != 0
}

fn estonian(d: &[u32]) -> bool {
    let first = sum(&d[..7], &[1, 2, 3, 4, 5, 6, 7]) % 11;
    let check = if first == 10 { sum(&d[..7], &[3, 4, 5, 6, 7, 8, 9]) % 11 % 10 } else { first };
    d[7] == check
}

fn finnish(d: &[u32]) -> bool {
    sum(d, &[7, 9, 10, 5, 8, 4, 2, 1]).is_multiple_of(11)
}

fn greek(d: &[u32]) -> bool {
    d[8] == sum(&d[..8], &[256, 128, 64, 32, 16, 8, 4, 2]) % 11 % 10
}

fn hungarian(d: &[u32]) -> bool {
    sum(d, &[9, 7, 3, 1, 9, 7, 3, 1]).is_multiple_of(10)
}

fn french(rest: &str) -> Option<bool> {
    let Some(siren) = rest.get(2..).and_then(|rest| digits(rest, &[9])) else { return Some(false) };
    let key = digits(rest.get(..2)?, &[2])?;
    // Monaco's begin with 000 and have no check digit of their own.
    let sound = luhn(&siren) || siren[..3] == [0, 0, 0];
    Some(sound && modulo(&key, 100) == (12 + 3 * modulo(&siren, 97)) % 97)
}

/// Of an organisation (a letter, then seven digits and a digit or letter) or of a person (eight digits and a letter).
fn spanish(rest: &str) -> Option<bool> {
    const PERSON: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    const LETTERS: &[u8; 10] = b"JABCDEFGHI";
    let mut letters = rest.chars();
    let (first, last) = (letters.next()?, letters.next_back()?);
    if rest.len() != 9 {
        return None;
    }
    let person = |text: &str| {
        let number = digits(text, &[8])?;
        Some(last == char::from(PERSON[modulo(&number, 23) as usize]))
    };
    match first {
        '0'..='9' => person(rest.get(..8)?),
        'X' => person(&format!("0{}", rest.get(1..8)?)),
        'Y' => person(&format!("1{}", rest.get(1..8)?)),
        'Z' => person(&format!("2{}", rest.get(1..8)?)),
        'A'..='W' => {
            let Some(d) = rest.get(1..8).and_then(|body| digits(body, &[7])) else { return Some(false) };
            let doubled = |d: u32| d * 2 / 10 + d * 2 % 10;
            let total: u32 = d.iter().enumerate().map(|(at, d)| if at % 2 == 0 { doubled(*d) } else { *d }).sum();
            let check = (10 - total % 10) % 10;
            let letter = char::from(LETTERS[check as usize]);
            Some(last == letter || last.to_digit(10) == Some(check))
        }
        _ => None,
    }
}

fn irish(rest: &str) -> bool {
    const LETTERS: &[u8; 23] = b"WABCDEFGHIJKLMNOPQRSTUV";
    let value = |c: char| LETTERS.iter().position(|letter| char::from(*letter) == c);
    if !rest.is_ascii() || !matches!(rest.len(), 8 | 9) {
        return false;
    }
    // Before 2013 the second place could be a letter: the first digit then stands behind the others.
    let body = match rest.as_bytes()[1] {
        b'0'..=b'9' => rest[..7].to_owned(),
        _ => format!("0{}{}", &rest[2..7], &rest[..1]),
    };
    let more = rest.chars().nth(8).map_or(Some(0), value);
    let (Some(body), Some(more)) = (digits(&body, &[7]), more) else { return false };
    let total = sum(&body, &[8, 7, 6, 5, 4, 3, 2]) as usize + 9 * more;
    rest.chars().nth(7).and_then(value) == Some(total % 23)
}

fn lithuanian(d: &[u32]) -> bool {
    let (body, check) = d.split_at(d.len() - 1);
    let weighted = |from: u32| -> u32 { body.iter().zip(from..).map(|(d, at)| d * (1 + at % 9)).sum::<u32>() % 11 };
    let first = weighted(0);
    let expected = if first == 10 { weighted(2) % 10 } else { first };
    check == [expected]
}

fn latvian(d: &[u32]) -> bool {
    sum(d, &[9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1]) % 11 == 3
}

/// Nine digits by the old rule, or everything by the one of 2020: NL and all that follows, modulo 97.
fn dutch(rest: &str) -> bool {
    let Some(d) = rest.get(..9).and_then(|rest| digits(rest, &[9])) else { return false };
    let tail = rest.get(9..).and_then(|tail| tail.strip_prefix('B')).and_then(|tail| digits(tail, &[2]));
    let Some(tail) = tail else { return false };
    let old = sum(&d[..8], &[9, 8, 7, 6, 5, 4, 3, 2]) % 11 == d[8];
    // N is 23, L 21, B 11.
    let whole: Vec<u32> = [2, 3, 2, 1].into_iter().chain(d).chain([1, 1]).chain(tail).collect();
    old || modulo(&whole, 97) == 1
}

fn norwegian(d: &[u32]) -> bool {
    sum(d, &[3, 2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
}

fn polish(d: &[u32]) -> bool {
    d[9] == sum(&d[..9], &[6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11
}

fn regon(d: &[u32]) -> bool {
    d[8] == sum(&d[..8], &[8, 9, 2, 3, 4, 5, 6, 7]) % 11 % 10
}

fn romanian(rest: &str) -> bool {
    let Some(d) = digits(rest, &[2, 3, 4, 5, 6, 7, 8, 9, 10]) else { return false };
    let (body, check) = d.split_at(d.len() - 1);
    let weights = [7, 5, 3, 2, 1, 7, 5, 3, 2];
    check == [10 * sum(body, &weights[9 - body.len()..]) % 11 % 10]
}

fn slovene(d: &[u32]) -> bool {
    let check = 11 - sum(&d[..7], &[8, 7, 6, 5, 4, 3, 2]) % 11;
    d[0] != 0 && check != 11 && d[7] == check % 10
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Numbers that tax offices and registers print as examples, or that companies publish of themselves.
    const RIGHT: &[&str] = &[
        "vat:ATU13585627",
        "vat:BE0428759497",
        "vat:BG175074752",
        "vat:CHE107787577",
        "vat:CY10259033P",
        "vat:CZ25123891",
        "vat:DE136695976",
        "vat:DK13585628",
        "vat:EE100594102",
        "vat:EL094259216",
        "vat:ES54362315K",
        "vat:ESX2482300W",
        "vat:ESB58378431",
        "vat:FI20774740",
        "vat:FR40303265045",
        "vat:GB980780684",
        "vat:HR33392005961",
        "vat:HU12892312",
        "vat:IE6433435F",
        "vat:IE6433435OA",
        "vat:IE8D79739I",
        "vat:IT00743110157",
        "vat:LT119511515",
        "vat:LT100001919017",
        "vat:LU15027442",
        "vat:LV40003521600",
        "vat:MT11679112",
        "vat:NL004495445B01",
        "vat:NO995525828",
        "vat:PL8567346215",
        "vat:PT501964843",
        "vat:RO18547290",
        "vat:SE123456789701",
        "vat:SI50223054",
        "vat:SK2022749619",
        "reg:EE:12345678",
        "reg:FR:552008443",
        "reg:FR:73282932000074",
        "reg:PL:192598184",
        "reg:CZ:25123891",
    ];

    #[test]
    fn numbers_that_are_printed_as_examples_are_right() {
        for number in RIGHT {
            assert_eq!(check(number), Checked::Right, "{number}");
        }
    }

    #[test]
    fn one_wrong_digit_is_seen_in_every_country() {
        for number in RIGHT {
            let at = number.rfind(|c: char| c.is_ascii_digit()).expect("a digit");
            // Of a Swedish, Dutch or long British number the end is no check digit.
            let at = if number.contains(":SE") || number.contains(":NL") { 10 } else { at };
            let seen = (0..10)
                .filter(|digit| {
                    let mut other = (*number).to_owned();
                    other.replace_range(at..=at, &digit.to_string());
                    other != *number && check(&other) == Checked::Wrong
                })
                .count();
            assert!(seen >= 8, "{number}: {seen} of 9 wrong digits seen");
        }
    }

    #[test]
    fn a_form_of_no_country_is_wrong_as_a_vat_number_and_unknown_as_a_register_number() {
        assert_eq!(check("vat:LT12345"), Checked::Wrong);
        assert_eq!(check("reg:LT:12345"), Checked::Unknown);
        assert_eq!(check("reg:DE:HRB12345"), Checked::Unknown);
        assert_eq!(check("reg:123456789"), Checked::Unknown);
        assert_eq!(check("acme|LT"), Checked::Unknown);
    }

    #[test]
    fn numbers_of_two_kinds_are_one_where_the_country_says_so() {
        for (one, other) in [
            ("vat:FR40303265045", "reg:FR:303265045"),
            ("reg:FR:732829320", "reg:FR:73282932000074"),
            ("vat:BE0428759497", "reg:BE:428759497"),
            ("vat:SE123456789701", "reg:SE:1234567897"),
            ("vat:CHE107787577", "reg:CH:CHE107787577"),
            ("vat:CZ25123891", "reg:CZ:25123891"),
            ("vat:EL094259216", "reg:GR:094259216"),
            ("vat:GB980780684", "vat:XI980780684"),
            ("vat:NO995525828", "reg:NO:995525828"),
        ] {
            assert!(base(one).is_some(), "{one}");
            assert_eq!(base(one), base(other), "{one} and {other}");
        }
    }

    #[test]
    fn a_wrong_number_and_one_that_stands_alone_are_linked_to_nothing() {
        for number in ["vat:FR41303265045", "vat:DE136695976", "vat:EE100594102", "reg:EE:12345678", "vat:SK2022749619"]
        {
            assert_eq!(base(number), None, "{number}");
        }
    }

    #[test]
    fn two_digits_in_the_wrong_order_are_put_right_if_there_is_one_way_only() {
        assert_eq!(swapped("vat:DK13585682").as_deref(), Some("vat:DK13585628"));
        assert_eq!(swapped("vat:DK13585628"), None, "it is right");
        assert_eq!(swapped("vat:LT12345"), None);
    }

    proptest! {
        #[test]
        fn any_text_is_checked_without_trouble(number in "(vat|reg):([A-Z]{2}:?)?[A-Z0-9+*é]{0,13}") {
            let _ = (check(&number), base(&number), swapped(&number));
        }
    }
}
