//! The whole decision, on tables small enough to reckon by hand.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::cells::{Cell, Lines, Name, Quantity, Slot, Snapshot};
use super::system::{Earlier, decide};
use crate::model::code::IndicatorCode;

fn code() -> IndicatorCode {
    IndicatorCode::new("volume").expect("a code")
}

fn cell(parts: &[(u64, i64)]) -> Cell {
    let from: BTreeMap<u64, Decimal> = parts.iter().map(|(who, amount)| (*who, Decimal::from(*amount))).collect();
    Cell { value: from.values().copied().sum(), from }
}

fn line(place: &str) -> Slot {
    let (field, value) = place.split_once('=').expect("field and value");
    Slot::Line(code(), field.into(), value.into())
}

/// A total with lines of one breakdown, all of it shown.
fn snapshot(lines: &[(&str, Cell)]) -> Snapshot {
    let mut all = Cell::default();
    for (_, cell) in lines {
        all.value += cell.value;
        for (who, amount) in &cell.from {
            *all.from.entry(*who).or_default() += amount;
        }
    }
    let cells: BTreeMap<String, Cell> = lines.iter().map(|(place, cell)| ((*place).to_owned(), cell.clone())).collect();
    let tells = cells
        .keys()
        .map(|place| (line(place), place.clone()))
        .chain([(Slot::Total(code()), "at -".to_owned())])
        .map(|(slot, place)| (slot, BTreeSet::from([("sum".to_owned(), place)])))
        .collect();
    let quantity = Quantity {
        money: true,
        floor: true,
        states: vec![("at -".into(), all)],
        lines: vec![Lines { cells, add_up: true }],
        ..Quantity::default()
    };
    Snapshot { quantities: BTreeMap::from([("sum".to_owned(), quantity)]), tells, ..Snapshot::default() }
}

fn earlier(snapshot: Snapshot, withheld: &BTreeSet<Slot>) -> Earlier {
    let (told, _) = super::told(&snapshot, withheld);
    Earlier { snapshot, told, figures: BTreeSet::new() }
}

#[test]
fn a_small_cell_takes_another_with_it() {
    let of_one = ("market=japan", cell(&[(1, 50)]));
    let small = ("market=china", cell(&[(2, 30), (3, 40), (4, 30)]));
    let large = ("market=usa", cell(&[(5, 300), (6, 300), (7, 300), (8, 100)]));
    let held = decide(&snapshot(&[of_one, small, large]), &[]);
    // The total says 1150; with both others published japan would be 50. One of them stays back, and not the total.
    assert!(held.contains(&line("market=japan")));
    assert_eq!(held.len(), 2, "{held:?}");
    assert!(!held.contains(&Slot::Total(code())));
}

#[test]
fn nothing_is_withheld_where_nothing_is_small() {
    let three = |from: u64| cell(&[(from, 30), (from + 1, 40), (from + 2, 30)]);
    let held =
        decide(&snapshot(&[("market=japan", three(1)), ("market=usa", three(4)), ("market=korea", cell(&[]))]), &[]);
    assert_eq!(held, BTreeSet::new());
}

#[test]
fn two_small_cells_alone_hide_too_little_together() {
    // Their sum is known, and comes from two: a third must go.
    let lines = [
        ("market=japan", cell(&[(1, 50)])),
        ("market=china", cell(&[(2, 60)])),
        ("market=usa", cell(&[(5, 300), (6, 300), (7, 300)])),
    ];
    let held = decide(&snapshot(&lines), &[]);
    assert!(held.len() >= 3, "{held:?}");
}

#[test]
fn what_was_published_before_is_not_taken_as_cover() {
    let before = snapshot(&[
        ("market=japan", cell(&[(1, 50), (2, 40), (3, 40)])),
        ("market=usa", cell(&[(5, 300), (6, 300), (7, 300)])),
        ("market=china", cell(&[(8, 30), (9, 40), (10, 30)])),
    ]);
    let earlier = earlier(before.clone(), &decide(&before, &[]));
    // One enterprise more in japan: 25 would be told by the difference.
    let now = snapshot(&[
        ("market=japan", cell(&[(1, 50), (2, 40), (3, 40), (4, 25)])),
        ("market=usa", cell(&[(5, 300), (6, 300), (7, 300)])),
        ("market=china", cell(&[(8, 30), (9, 40), (10, 30)])),
    ]);
    assert_eq!(decide(&now, &[]), BTreeSet::new(), "alone it could be shown");
    let held = decide(&now, std::slice::from_ref(&earlier));
    // The others are out already, so the total tells japan: both stay back.
    assert!(held.contains(&line("market=japan")) && held.contains(&Slot::Total(code())), "{held:?}");
    assert!(!held.contains(&line("market=usa")));
    assert_eq!(decide(&before, &[earlier]), BTreeSet::new(), "unchanged it may be said again");
}

#[test]
fn the_pattern_of_before_is_kept_where_it_must_be() {
    // Before, japan and china stayed back: their sum is known. Published china would tell japan.
    let lines = |usa: u64| {
        let mut large: Vec<(u64, i64)> = (0..usa).map(|who| (20 + who, 10)).collect();
        large.push((19, 5));
        [
            ("market=japan", cell(&[(1, 50)])),
            ("market=china", cell(&[(2, 20), (3, 20), (4, 20)])),
            ("market=usa", cell(&large)),
        ]
    };
    let before = snapshot(&lines(3));
    let first: BTreeSet<Slot> = BTreeSet::from([line("market=japan"), line("market=china")]);
    let held = decide(&snapshot(&lines(9)), &[earlier(before, &first)]);
    assert!(held.contains(&line("market=china")) && held.contains(&line("market=japan")), "{held:?}");
}

#[test]
fn names_are_told_by_quantity_and_place() {
    let board = snapshot(&[("market=japan", cell(&[(1, 50)]))]);
    let name: Name = ("sum".into(), "market=japan".into());
    assert_eq!(board.cell(&name).map(|cell| cell.value), Some(Decimal::from(50)));
}
