//! Organisations counted once, from the cells of the inbox: equal numbers and names, numbers that a country's rule makes
//! one, and what decisions.toml says. Which pairs may be one is taken as the output lists them, their likelihood too:
//! what follows from them for a count is worked out here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::rc::Rc;

use scoreboard::define::catalog::{Field, FieldKind};
use scoreboard::model::scoreboard::{Scoreboard, SourceSheet};
use scoreboard::model::trace::Listed;
use unicode_normalization::UnicodeNormalization as _;

use super::figures::{Ground, Told};

/// Who reports each organisation, by its key; read once for each field.
pub type Reported = Rc<BTreeMap<String, BTreeSet<String>>>;

/// Keys of organisations, and which of them are one.
#[derive(Debug, Clone, Default)]
pub struct Once {
    above: BTreeMap<String, String>,
}

impl Once {
    fn root(&self, key: &str) -> String {
        let mut at = key;
        while let Some(above) = self.above.get(at) {
            at = above;
        }
        at.to_owned()
    }

    fn join(&mut self, one: &str, other: &str) {
        let (one, other) = (self.root(one), self.root(other));
        if one != other {
            self.above.insert(one, other);
        }
    }

    fn count<'a>(&self, keys: impl IntoIterator<Item = &'a String>) -> usize {
        keys.into_iter().map(|key| self.root(key)).collect::<BTreeSet<_>>().len()
    }
}

/// As decided, and as it would be if every pair that is listed were one.
#[derive(Debug, Default)]
pub struct Joined {
    once: Once,
    least: Once,
}

impl Joined {
    /// Whether a key is one with an organisation as the output names it.
    pub fn is_one(&self, key: &str, identity: &str) -> bool {
        self.once.root(key) == self.once.root(&written(identity, &[key.to_owned(), identity.to_owned()].into()))
    }
}

/// Letters and digits of a name, without accents.
fn plain(name: &str) -> String {
    name.nfkd().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Countries whose VAT numbers begin with their letters, and what may follow besides a digit.
const VAT: &str = "AT BE BG CH CY CZ DE DK EE EL ES FI FR GB HR HU IE IT LT LU LV MT NL NO PL PT RO SE SI SK XI";
const LABELS: [&str; 15] = [
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

fn country(text: &str) -> String {
    match text.trim().to_uppercase().as_str() {
        "EL" => "GR".to_owned(),
        "UK" => "GB".to_owned(),
        other => other.to_owned(),
    }
}

/// `V` and a VAT number, `R` and a country with its number; None if a cell holds no number.
fn number(cell: &str, of: &str) -> Option<String> {
    let mut bare: String = cell.to_uppercase().chars().filter(char::is_ascii_alphanumeric).collect();
    if let Some(rest) = LABELS.iter().find_map(|label| bare.strip_prefix(label)) {
        bare = rest.to_owned();
    }
    let digits = bare.chars().filter(char::is_ascii_digit).count();
    if !(5..=15).contains(&bare.len()) || digits < 5 || digits * 2 < bare.len() {
        return None;
    }
    let (prefix, rest) = bare.split_at(2);
    let prefix = match prefix {
        "GR" => "EL",
        "UK" => "GB",
        prefix => prefix,
    };
    let next = rest.chars().next()?;
    let letter = matches!((prefix, next), ("AT", 'U') | ("CH", 'E') | ("ES" | "FR", _));
    let is_vat = VAT.split(' ').any(|known| known == prefix) && (next.is_ascii_digit() || letter);
    Some(if is_vat { format!("V{prefix}{rest}") } else { format!("R{of}{bare}") })
}

/// Luhn's rule, of the countries that use it.
fn is_right(digits: &str) -> bool {
    let sum: u32 = digits
        .chars()
        .rev()
        .filter_map(|c| c.to_digit(10))
        .enumerate()
        .map(|(at, digit)| match (at % 2, digit) {
            (1, digit) if digit > 4 => digit * 2 - 9,
            (1, digit) => digit * 2,
            (_, digit) => digit,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// What two numbers of one organisation have in common.
fn base(key: &str) -> Option<String> {
    let (kind, rest) = key.split_at_checked(1)?;
    let (of, digits) = rest.split_at_checked(2)?;
    let of = if of == "EL" { "GR" } else { of };
    let same = match (of, kind) {
        ("FR", "V") => digits.get(2..11)?,
        ("FR", "R") => digits.get(..9)?,
        ("SE", "V") => digits.get(..10)?,
        ("CH", _) => digits.trim_start_matches(['C', 'H', 'E']),
        ("HU", _) => digits.get(..8)?,
        ("XI" | "GB", "V") => digits.get(..9)?,
        ("CZ", _) if digits.len() == 8 => digits,
        ("BE" | "BG" | "DK" | "ES" | "FI" | "GR" | "HR" | "IT" | "LV" | "NO" | "PL" | "PT" | "RO" | "SE" | "SI", _) => {
            digits
        }
        _ => return None,
    };
    let luhn = matches!(of, "FR" | "SE" | "IT");
    (!luhn || is_right(same)).then(|| format!("{of} {same}"))
}

/// The key of an organisation as a decision or a pair writes it: its number, its name with the country, its text.
fn written(text: &str, keys: &BTreeSet<String>) -> String {
    if let Some(vat) = text.strip_prefix("vat:") {
        return format!("V{vat}");
    }
    if let Some(register) = text.strip_prefix("reg:") {
        return format!("R{}", register.replace(':', ""));
    }
    if keys.contains(text) {
        return text.to_owned();
    }
    match text.strip_suffix(')').and_then(|text| text.rsplit_once(" (")) {
        Some((name, of)) => format!("{}|{}", plain(name), country(of)),
        None => number(text, "").unwrap_or_else(|| text.to_owned()),
    }
}

impl Ground<'_> {
    /// What an organisation is known by in a row of a sheet. None where nothing stands there.
    pub fn organisation(&self, source: &SourceSheet, field: &Field, row: u32) -> Option<String> {
        let text = |name: &str| {
            let at = source.cell(name, row)?;
            Some(self.inbox.borrow_mut().text(&source.file, &source.sheet, at)).filter(|text| !text.is_empty())
        };
        let cell = text(field.code.as_str());
        if field.kind != FieldKind::Enterprise {
            return cell;
        }
        let of = field.country.as_ref().and_then(|code| text(code.as_str())).unwrap_or_else(|| {
            let partners = &self.folder.catalog.partners;
            partners.iter().find(|one| one.code.as_str() == source.partner).expect("a partner").country.clone()
        });
        let of = country(&of);
        let known = cell.as_deref().and_then(|cell| number(cell, &of));
        let name = || field.name.as_ref().and_then(|code| text(code.as_str())).or(cell.clone());
        known.or_else(|| name().map(|name| format!("{}|{of}", plain(&name))))
    }

    /// Reads decisions as plain TOML, and the pairs of the output.
    pub fn join(&self, board: &Scoreboard, project: &Path) -> Joined {
        let mut keys = BTreeSet::new();
        for collection in &self.folder.catalog.collections {
            for field in collection.fields.iter().filter(|field| field.names_organisations()) {
                keys.extend(self.reported(collection.code.as_str(), field.code.as_str()).keys().cloned());
            }
        }
        let mut once = Once::default();
        let mut bases: BTreeMap<String, String> = BTreeMap::new();
        for key in &keys {
            if let Some(base) = base(key) {
                let first = bases.entry(base).or_insert_with(|| key.clone()).clone();
                once.join(&first, key);
            }
        }
        let decisions = std::fs::read_to_string(project.join("decisions.toml")).unwrap_or_default();
        let decisions: toml::Table = decisions.parse().expect("TOML");
        for one in decisions.get("decision").and_then(toml::Value::as_array).into_iter().flatten() {
            let pair: Vec<&str> =
                one["pair"].as_array().expect("a pair").iter().filter_map(|one| one.as_str()).collect();
            if one["verdict"].as_str() == Some("same") {
                once.join(&written(pair[0], &keys), &written(pair[1], &keys));
            }
        }
        let mut least = once.clone();
        for pair in board.organisations.iter().flat_map(|all| &all.pairs) {
            let [one, other] = [&pair.one, &pair.other].map(|one| written(&one.identity, &keys));
            assert!(keys.contains(&one) && keys.contains(&other), "{one} or {other} stands in no cell");
            least.join(&one, &other);
        }
        Joined { once, least }
    }

    /// Who reports each organisation in one field of a collection.
    fn reported(&self, collection: &str, field: &str) -> Reported {
        let key = (collection.to_owned(), field.to_owned());
        if let Some(known) = self.reported.borrow().get(&key) {
            return Rc::clone(known);
        }
        let found = Rc::new(self.read_reported(collection, field));
        self.reported.borrow_mut().insert(key, Rc::clone(&found));
        found
    }

    fn read_reported(&self, collection: &str, field: &str) -> BTreeMap<String, BTreeSet<String>> {
        let collection = self.folder.catalog.collections.iter().find(|one| one.code.as_str() == collection);
        let collection = collection.expect("a collection");
        let field = collection.field(field).expect("a field");
        let mut reported: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let sources = self.board.evidence.sources.iter();
        for source in sources.filter(|source| source.collection == collection.code.as_str()) {
            for row in self.accepted_rows(source, collection) {
                if let Some(key) = self.organisation(source, field, row) {
                    reported.entry(key).or_default().insert(source.partner.clone());
                }
            }
        }
        reported
    }

    /// A number of one list of organisations.
    pub fn listed(&self, list: usize, what: &Listed) -> Told {
        let list = self.board.organisations.as_ref().and_then(|all| all.lists.get(list)).ok_or("no such list")?;
        let reported = self.reported(&list.collection, &list.field);
        let mut partners: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        for (key, who) in reported.iter() {
            partners.entry(self.joined.once.root(key)).or_default().extend(who.iter().map(String::as_str));
        }
        let count = |fits: &dyn Fn(&BTreeSet<&str>) -> bool| partners.values().filter(|who| fits(who)).count();
        Ok(match what {
            Listed::Written => reported.len(),
            Listed::Once => self.joined.once.count(reported.keys()),
            Listed::Least => self.joined.least.count(reported.keys()),
            Listed::Shared(one) => count(&|who| who.len() > 1 && who.contains(one.as_str())),
            Listed::Both(one, other) => count(&|who| who.contains(one.as_str()) && who.contains(other.as_str())),
        } as f64)
    }

    /// How many these rows of the evidence name at least, if every pair that is listed is one.
    pub fn least(&self, rows: &[usize], field: &str) -> Told {
        let mut keys = BTreeSet::new();
        for at in rows {
            let row = &self.board.evidence.rows[*at];
            if !row.brings.counts || row.brings.by_name || row.brings.identity.is_none() {
                continue;
            }
            let source = self.board.evidence.source(row).ok_or("no source")?;
            let field = self.field(row, field).ok_or("no such field")?;
            keys.insert(self.organisation(source, field, row.cell.row).ok_or("nothing stands there")?);
        }
        Ok(self.joined.least.count(&keys) as f64)
    }
}
