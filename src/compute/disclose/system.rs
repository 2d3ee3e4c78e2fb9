//! From snapshots to numbers and relations: what can be computed from what, in this output and from those before it.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::cells::{Cell, Name, Quantity, Slot, Snapshot};
use super::protect::{Known, Number, Relation, System, withheld};
use rust_decimal::prelude::ToPrimitive as _;

/// An output of before: what it was made of, and which numbers it told.
#[derive(Debug, Clone, Default)]
pub struct Earlier {
    pub snapshot: Snapshot,
    pub told: BTreeMap<Name, Decimal>,
    /// Figures that no relation holds, as records keep them.
    pub figures: BTreeSet<String>,
}

/// The figures to withhold, given what was published before, the latest output first.
pub fn decide(now: &Snapshot, before: &[Earlier]) -> BTreeSet<Slot> {
    let mut build = Build::default();
    build.snapshot(now, Out::New);
    for earlier in before {
        build.snapshot(&earlier.snapshot, Out::Before(&earlier.told));
        build.changes(now, earlier);
    }
    let primary = |name: &Name| {
        now.cell(name).is_some_and(|cell| cell.is_unsafe(now.quantities.get(&name.0).is_some_and(|q| q.money)))
    };
    let mut slots: BTreeSet<Slot> = now.never.clone();
    for earlier in before {
        slots.extend(now.behind.keys().filter(|slot| !may_follow(now, earlier, slot)).cloned());
    }
    // A figure is withheld whole: what it alone would tell is withheld with it, and must not be computable either.
    loop {
        let told: BTreeSet<&Name> =
            now.tells.iter().filter(|(slot, _)| !slots.contains(slot)).flat_map(|(_, names)| names).collect();
        let with = now.tells.iter().filter(|(slot, _)| slots.contains(slot)).flat_map(|(_, names)| names);
        let forced: BTreeSet<&Name> = with.filter(|name| !told.contains(name)).collect();
        let at = |name: &Name| build.index.get(&(name.clone(), now.cell(name)?.value)).copied();
        let held = withheld(&build.system, &forced.into_iter().filter_map(at).collect());
        let held: BTreeSet<&Name> =
            build.index.iter().filter(|(_, at)| held.contains(at)).map(|((name, _), _)| name).collect();
        let before = slots.len();
        let falls = |names: &BTreeSet<Name>| names.iter().any(|name| held.contains(name) || primary(name));
        slots.extend(now.tells.iter().filter(|(_, names)| falls(names)).map(|(slot, _)| slot.clone()));
        if slots.len() == before {
            return slots;
        }
    }
}

/// Whether a figure that no relation holds differs by nobody, or by enough enterprises, from what was published of it.
fn may_follow(now: &Snapshot, earlier: &Earlier, slot: &Slot) -> bool {
    let (Some(after), Some(before)) = (now.behind.get(slot), earlier.snapshot.behind.get(slot)) else { return true };
    if !earlier.figures.contains(&slot.to_string()) {
        return true;
    }
    let as_cell = |from: &BTreeMap<u64, Decimal>| Cell { value: Decimal::ZERO, from: from.clone() };
    !as_cell(after).since(&as_cell(before)).is_unsafe(false)
}

#[derive(Clone, Copy)]
enum Out<'a> {
    New,
    Before(&'a BTreeMap<Name, Decimal>),
}

/// A number is one and the same wherever its name and value are: a reader who sees a figure unchanged may think so.
type Identity = (Name, Decimal);

#[derive(Default)]
struct Build {
    system: System,
    index: BTreeMap<Identity, usize>,
}

/// How much it costs a reader to go without: the headline most.
fn cost(place: &str, last: bool, out: bool) -> Known {
    if !out {
        return Known::Hidden;
    }
    Known::Open {
        cost: if last {
            1000
        } else if place.starts_with("at ") {
            30
        } else {
            10
        },
    }
}

impl Build {
    fn number(&mut self, key: &str, place: &str, cell: &Cell, quantity: &Quantity, known: Known) -> usize {
        // Nobody's zero is known to be one.
        let known = if cell.from.is_empty() { Known::Fixed } else { known };
        let growth = quantity.free_growth && place.starts_with("to ");
        let primary = cell.is_unsafe(quantity.money) && !growth;
        let identity = ((key.to_owned(), place.to_owned()), cell.value);
        if let Some(at) = self.index.get(&identity) {
            let number = &mut self.system.numbers[*at];
            number.primary |= primary;
            number.known = match (number.known, known) {
                (Known::Fixed, _) | (_, Known::Fixed) => Known::Fixed,
                (Known::Open { cost }, _) | (_, Known::Open { cost }) => Known::Open { cost },
                _ => Known::Hidden,
            };
            return *at;
        }
        let at = self.push(cell, quantity, known, primary);
        if growth {
            self.system.numbers[at].from.clear();
        }
        self.index.insert(identity, at);
        at
    }

    fn push(&mut self, cell: &Cell, quantity: &Quantity, known: Known, primary: bool) -> usize {
        let told = matches!(known, Known::Open { .. });
        self.system.numbers.push(Number {
            value: cell.value.to_f64().unwrap_or(f64::MAX),
            whole: quantity.whole,
            // Zeros are told, so a count that is not told is one at least.
            floor: (quantity.floor && !cell.value.is_sign_negative()).then_some(if quantity.whole && told {
                1.0
            } else {
                0.0
            }),
            known,
            primary,
            from: cell.from.keys().copied().collect(),
        });
        self.system.numbers.len() - 1
    }

    /// A relation that the true numbers satisfy: what does not hold tells nothing.
    fn relate(&mut self, terms: Vec<(usize, f64)>, equal: bool) {
        let of = |at: usize| self.system.numbers[at].value;
        let sum: f64 = terms.iter().map(|(at, coefficient)| of(*at) * coefficient).sum();
        let size = terms.iter().map(|(at, _)| of(*at).abs()).fold(1.0, f64::max);
        let holds = if equal { sum.abs() <= size * 1e-9 } else { sum <= size * 1e-9 };
        if holds && terms.iter().any(|(at, _)| self.system.numbers[*at].known != Known::Fixed) {
            self.system.relations.push(Relation { terms, equal });
        }
    }

    fn snapshot(&mut self, snapshot: &Snapshot, out: Out<'_>) {
        let told: BTreeSet<&Name> = match out {
            Out::New => snapshot.tells.values().flatten().collect(),
            Out::Before(told) => told.keys().collect(),
        };
        for (key, quantity) in &snapshot.quantities {
            self.quantity(key, quantity, |place, cell, last| {
                let name = (key.clone(), place.to_owned());
                match out {
                    Out::New => cost(place, last, told.contains(&name)),
                    Out::Before(values) if values.get(&name) == Some(&cell.value) => Known::Fixed,
                    Out::Before(_) => Known::Hidden,
                }
            });
        }
        for (whole, parts) in &snapshot.sums {
            let at = |name: &Name| Some(*self.index.get(&(name.clone(), snapshot.cell(name)?.value))?);
            let Some(whole) = at(whole) else { continue };
            let Some(parts) = parts.iter().map(at).collect::<Option<Vec<usize>>>() else { continue };
            let terms = std::iter::once((whole, -1.0)).chain(parts.into_iter().map(|part| (part, 1.0))).collect();
            self.relate(terms, true);
        }
    }

    fn quantity(&mut self, key: &str, quantity: &Quantity, known: impl Fn(&str, &Cell, bool) -> Known) {
        let last = quantity.last().map(|(place, _)| place.as_str());
        let add = |this: &mut Self, place: &str, cell: &Cell| {
            let known = known(place, cell, Some(place) == last);
            this.number(key, place, cell, quantity, known)
        };
        let states: Vec<usize> = quantity.states.iter().map(|(place, cell)| add(self, place, cell)).collect();
        let grown: Vec<usize> = quantity.grown.iter().map(|(place, cell)| add(self, place, cell)).collect();
        let periods: Vec<usize> = quantity.periods.iter().map(|(place, cell)| add(self, place, cell)).collect();
        for (at, more) in grown.iter().enumerate() {
            let mut terms = vec![(*more, 1.0), (states[at], -1.0)];
            if let Some(before) = at.checked_sub(1) {
                terms.push((states[before], 1.0));
            }
            self.relate(terms, true);
        }
        // What is new in a period is among what was counted in it, and that among what was counted so far.
        for (at, period) in periods.iter().enumerate() {
            if let (Some(more), Some(state)) = (grown.get(at), states.get(at)) {
                self.relate(vec![(*more, 1.0), (*period, -1.0)], false);
                self.relate(vec![(*period, 1.0), (*state, -1.0)], false);
            }
        }
        let Some(total) = states.last().copied() else { return };
        for lines in &quantity.lines {
            let cells: Vec<usize> = lines.cells.iter().map(|(place, cell)| add(self, place, cell)).collect();
            let sum = cells.iter().map(|at| (*at, 1.0));
            let exact: Decimal = lines.cells.values().map(|cell| cell.value).sum();
            // Enterprises that stand in one line each add up too, and a reader may guess that they do.
            if lines.add_up || quantity.last().is_some_and(|(_, cell)| cell.value == exact) {
                self.relate(sum.chain([(total, -1.0)]).collect(), true);
                continue;
            }
            self.relate(cells.iter().map(|at| (*at, -1.0)).chain([(total, 1.0)]).collect(), false);
            for at in cells {
                self.relate(vec![(at, 1.0), (total, -1.0)], false);
            }
        }
    }

    /// Of a number that was published and is another now, the change is known wherever the new one is.
    fn changes(&mut self, now: &Snapshot, earlier: &Earlier) {
        for (key, quantity) in &now.quantities {
            let Some(before) = earlier.snapshot.quantities.get(key) else { continue };
            let old: BTreeMap<&str, &Cell> = before.cells().map(|(place, cell)| (place.as_str(), cell)).collect();
            for (place, cell) in quantity.cells() {
                if let Some(was) = old.get(place.as_str()) {
                    self.change(key, quantity, (place, cell), (place, was), earlier);
                }
            }
            // The headline is followed from output to output, whatever its day.
            if let (Some((place, cell)), Some((before, was))) = (quantity.last(), before.last())
                && place != before
            {
                self.change(key, quantity, (place, cell), (before, was), earlier);
            }
        }
    }

    fn change(
        &mut self,
        key: &str,
        quantity: &Quantity,
        (place, cell): (&str, &Cell),
        (before, was): (&str, &Cell),
        earlier: &Earlier,
    ) {
        let name = |place: &str| (key.to_owned(), place.to_owned());
        let (new, old) = (self.index.get(&(name(place), cell.value)), self.index.get(&(name(before), was.value)));
        let (Some(new), Some(old)) = (new.copied(), old.copied()) else { return };
        if new == old {
            return;
        }
        if earlier.told.get(&name(before)) != Some(&was.value) {
            if quantity.flow {
                self.relate(vec![(old, 1.0), (new, -1.0)], false);
            }
            return;
        }
        let change = cell.since(was);
        let floor = quantity.floor && change.value.is_sign_positive();
        let shape = Quantity { whole: quantity.whole, floor, ..Quantity::default() };
        let primary = change.is_unsafe(quantity.money) && !quantity.free_growth;
        let known = if change.from.is_empty() { Known::Fixed } else { Known::Hidden };
        let at = self.push(&change, &shape, known, primary);
        if quantity.free_growth {
            self.system.numbers[at].from.clear();
        }
        self.relate(vec![(new, 1.0), (old, -1.0), (at, -1.0)], true);
    }
}
