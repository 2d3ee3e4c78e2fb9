//! Which numbers must stay back so that none that is withheld can be computed from the others.
//!
//! A number is a [`Number`]; what links them is a [`Relation`]. Numbers from too few enterprises are *primary*: whoever
//! knows everything published must not be able to tell them to ± 20 %. For each of them the smallest set of other numbers
//! is sought that lets it move that far, up and down, while all relations hold (the linear programme of Castro and
//! Fischetti, cell by cell): these are withheld too. Then each of those is looked at: what is left open of it must be at
//! least 40 % of it wide. And all that is open in one sum must come from three enterprises together.

use std::collections::{BTreeMap, BTreeSet};

use super::simplex::Simplex;

/// How wide, as a share of the number, to each side.
const SHARE: f64 = 0.2;
/// What a narrowing must miss by to count: linear programmes are solved in `f64`.
const MARGIN: f64 = 1e-6;
/// Columns times rows of the largest linear programme: above, all of what hangs together is withheld.
const LARGEST: usize = 4_000_000;
/// From fewer enterprises than this nothing is told.
pub const FEWEST: usize = 3;

/// What the public knows of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// Out already, or nothing: it cannot be taken back.
    Fixed,
    /// About to be published, and can be withheld. The dearer, the later.
    Open { cost: u32 },
    /// Stands in no output, but links others.
    Hidden,
}

#[derive(Debug, Clone)]
pub struct Number {
    pub value: f64,
    pub whole: bool,
    /// It cannot be less.
    pub floor: Option<f64>,
    pub known: Known,
    pub primary: bool,
    /// The enterprises it comes from.
    pub from: BTreeSet<u64>,
}

/// `Σ a·x = 0`, or `≤ 0`.
#[derive(Debug, Clone)]
pub struct Relation {
    pub terms: Vec<(usize, f64)>,
    pub equal: bool,
}

/// The numbers and what links them.
#[derive(Debug, Default)]
pub struct System {
    pub numbers: Vec<Number>,
    pub relations: Vec<Relation>,
}

/// The numbers to withhold: primary ones that would be published, those that are withheld anyway, and those that keep
/// both from being computed.
pub fn withheld(system: &System, anyway: &BTreeSet<usize>) -> BTreeSet<usize> {
    let mut all = BTreeSet::new();
    for (numbers, relations) in parts(system) {
        let open = |at: &usize| matches!(system.numbers[*at].known, Known::Open { .. });
        let held = numbers.iter().copied().filter(|at| anyway.contains(at) && open(at)).collect();
        all.extend(Part { system, numbers, relations, held }.protect());
    }
    all
}

/// Numbers that hang together, by relations; what is known for certain links nothing.
fn parts(system: &System) -> Vec<(Vec<usize>, Vec<usize>)> {
    let mut head: Vec<usize> = (0..system.numbers.len()).collect();
    let free = |at: usize| system.numbers[at].known != Known::Fixed;
    for relation in &system.relations {
        let mut last = None;
        for (at, _) in relation.terms.iter().filter(|(at, _)| free(*at)) {
            let here = root(&mut head, *at);
            if let Some(before) = last {
                head[here] = before;
            }
            last = Some(root(&mut head, *at));
        }
    }
    let mut parts: BTreeMap<usize, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
    for at in (0..system.numbers.len()).filter(|at| free(*at)) {
        parts.entry(root(&mut head, at)).or_default().0.push(at);
    }
    for (index, relation) in system.relations.iter().enumerate() {
        if let Some((at, _)) = relation.terms.iter().find(|(at, _)| free(*at)) {
            parts.entry(root(&mut head, *at)).or_default().1.push(index);
        }
    }
    parts.into_values().collect()
}

/// Which number stands for all that hang together with this one.
fn root(head: &mut [usize], mut at: usize) -> usize {
    while head[at] != at {
        head[at] = head[head[at]];
        at = head[at];
    }
    at
}

struct Part<'a> {
    system: &'a System,
    numbers: Vec<usize>,
    relations: Vec<usize>,
    held: BTreeSet<usize>,
}

/// Who may move in a linear programme.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Movers {
    /// What the public does not know.
    Unknown,
    /// That, and what could be withheld, at its cost.
    All,
}

impl Part<'_> {
    fn protect(mut self) -> BTreeSet<usize> {
        let number = |at: usize| &self.system.numbers[at];
        let mut primary: Vec<usize> = self.numbers.iter().copied().filter(|at| number(*at).primary).collect();
        if primary.is_empty() && self.held.is_empty() {
            return self.held;
        }
        let open = |at: &usize| matches!(number(*at).known, Known::Open { .. });
        self.held.extend(primary.iter().copied().filter(open));
        if self.numbers.len() * 2 * self.relations.len() > LARGEST {
            self.hold_all();
            return self.held;
        }
        // Large ones first: what protects them often does for the small ones.
        primary.sort_by(|a, b| number(*b).value.abs().total_cmp(&number(*a).value.abs()).then(a.cmp(b)));
        for at in &primary {
            let need = need(number(*at));
            let room = number(*at).floor.map_or(f64::INFINITY, |floor| number(*at).value - floor);
            for (sign, need) in [(1.0, need), (-1.0, need.min(room))] {
                let (set, _) = self.pattern(*at, sign, need);
                self.hold(set);
            }
        }
        // Each round withholds one at least, or is the last.
        loop {
            let before = self.held.len();
            self.together();
            self.widen();
            if self.held.len() == before {
                return self.held;
            }
        }
    }

    fn hold_all(&mut self) {
        let all =
            self.numbers.iter().copied().filter(|at| matches!(self.system.numbers[*at].known, Known::Open { .. }));
        self.held.extend(all);
    }

    fn unknown(&self, at: usize) -> bool {
        match self.system.numbers[at].known {
            Known::Fixed => false,
            Known::Open { .. } => self.held.contains(&at),
            Known::Hidden => true,
        }
    }

    /// The cheapest set that lets a number move so far, or as far as what is out already allows; and whether it suffices.
    fn pattern(&self, at: usize, sign: f64, far: f64) -> (Vec<usize>, bool) {
        if far <= 0.0 {
            return (Vec::new(), true);
        }
        let mut moves = Moves::new(self, Movers::All, at, sign, far);
        let reached = moves.run(at, sign);
        let set = if reached > far * MARGIN { moves.cheapest(self, at, sign, far * MARGIN) } else { Vec::new() };
        (set, reached >= far * (1.0 - MARGIN))
    }

    fn hold(&mut self, set: Vec<usize>) {
        self.held.extend(set);
    }

    /// What withholding a set costs beyond what is withheld already.
    fn cost(&self, set: &[usize]) -> u32 {
        let of = |at: &usize| match self.system.numbers[*at].known {
            Known::Open { cost } if !self.held.contains(at) => cost,
            _ => 0,
        };
        set.iter().map(of).sum()
    }

    /// What is open of a number: how far it can go down and up.
    fn open(&self, at: usize) -> (f64, f64) {
        let far = |sign| Moves::new(self, Movers::Unknown, at, sign, f64::INFINITY).run(at, sign);
        (far(-1.0), far(1.0))
    }

    /// Numbers withheld for the sake of others must not be computable either.
    fn widen(&mut self) {
        let second: Vec<usize> = self.held.iter().copied().filter(|at| !self.system.numbers[*at].primary).collect();
        for at in second {
            let number = &self.system.numbers[at];
            let need = need(number);
            let (down, up) = self.open(at);
            let width = if number.whole { (down + MARGIN).floor() + (up + MARGIN).floor() } else { down + up };
            let wanted = if number.whole { (2.0 * SHARE * number.value.abs()).ceil() } else { 2.0 * need };
            if width >= wanted * (1.0 - MARGIN) {
                continue;
            }
            // To the side that costs less; where neither is enough, to both.
            let sides = [1.0, -1.0].map(|sign| self.pattern(at, sign, wanted));
            let enough = sides.iter().filter(|(_, enough)| *enough).min_by_key(|(set, _)| self.cost(set));
            if let Some((set, _)) = enough {
                self.hold(set.clone());
            } else {
                for (set, _) in sides {
                    self.hold(set);
                }
            }
        }
    }

    /// What is open in one sum is known as a sum: it must come from enough enterprises.
    fn together(&mut self) {
        for index in self.relations.clone() {
            let relation = &self.system.relations[index];
            if !relation.equal {
                continue;
            }
            loop {
                let hidden: Vec<usize> =
                    relation.terms.iter().map(|(at, _)| *at).filter(|at| self.unknown(*at)).collect();
                let from: BTreeSet<u64> =
                    hidden.iter().flat_map(|at| self.system.numbers[*at].from.iter().copied()).collect();
                if hidden.is_empty() || from.is_empty() || from.len() >= FEWEST {
                    break;
                }
                let candidates = relation.terms.iter().filter_map(|(at, _)| match self.system.numbers[*at].known {
                    Known::Open { cost } if !self.held.contains(at) => Some((cost, self.size(*at), *at)),
                    _ => None,
                });
                let Some((.., next)) = candidates.min() else { break };
                self.held.insert(next);
            }
        }
    }

    /// For choosing between equals: the number of enterprises behind it.
    fn size(&self, at: usize) -> usize {
        self.system.numbers[at].from.len()
    }
}

/// How far a number must be able to move, to each side.
fn need(number: &Number) -> f64 {
    let share = number.value.abs() * SHARE;
    if number.whole && share > 0.0 { share.ceil().max(1.0) } else { share }
}

/// Moves away from the true numbers, as a linear programme: of each number a column up and one down.
struct Moves {
    simplex: Simplex,
    columns: Vec<usize>,
    scale: f64,
    place: BTreeMap<usize, usize>,
}

impl Moves {
    fn new(part: &Part<'_>, movers: Movers, aim: usize, sign: f64, far: f64) -> Self {
        let numbers = &part.system.numbers;
        let moving = |at: usize| match movers {
            Movers::Unknown => part.unknown(at),
            Movers::All => numbers[at].known != Known::Fixed,
        };
        let columns: Vec<usize> = part.numbers.iter().copied().filter(|at| moving(*at)).collect();
        let place: BTreeMap<usize, usize> = columns.iter().enumerate().map(|(column, at)| (*at, column)).collect();
        let scale = columns.iter().map(|at| numbers[*at].value.abs()).fold(1.0, f64::max);
        let mut caps = Vec::with_capacity(columns.len() * 2);
        for at in &columns {
            let number = &numbers[*at];
            let down = number.floor.map_or(f64::INFINITY, |floor| (number.value - floor).max(0.0) / scale);
            let (mut up, mut down) = (f64::INFINITY, down);
            if *at == aim {
                // One way only, and no further than asked for.
                if sign > 0.0 { (up, down) = (far / scale, 0.0) } else { (up, down) = (0.0, down.min(far / scale)) }
            }
            caps.extend([up, down]);
        }
        let mut rows = Vec::new();
        for index in &part.relations {
            let relation = &part.system.relations[*index];
            let terms: Vec<(usize, f64)> = relation
                .terms
                .iter()
                .filter_map(|(at, coefficient)| Some((*place.get(at)?, *coefficient)))
                .flat_map(|(column, coefficient)| [(2 * column, coefficient), (2 * column + 1, -coefficient)])
                .collect();
            if terms.is_empty() {
                continue;
            }
            let stands: f64 = relation.terms.iter().map(|(at, coefficient)| numbers[*at].value * coefficient).sum();
            rows.push((terms, (!relation.equal).then_some((-stands / scale).max(0.0))));
        }
        Self { simplex: Simplex::new(&caps, &rows), columns, scale, place }
    }

    fn column(&self, at: usize, sign: f64) -> usize {
        2 * self.place.get(&at).copied().unwrap_or(0) + usize::from(sign < 0.0)
    }

    /// How far the number goes.
    fn run(&mut self, at: usize, sign: f64) -> f64 {
        if !self.place.contains_key(&at) {
            return 0.0;
        }
        let column = self.column(at, sign);
        let mut objective = vec![0.0; self.columns.len() * 2];
        objective[column] = 1.0;
        if self.simplex.maximise(&objective) { self.simplex.value(column) * self.scale } else { f64::INFINITY }
    }

    /// With the number where it is, what else must move that is published, as little and as cheap as can be.
    fn cheapest(&mut self, part: &Part<'_>, at: usize, sign: f64, tiny: f64) -> Vec<usize> {
        let column = self.column(at, sign);
        let mut objective = vec![0.0; self.columns.len() * 2];
        // It stays: nothing is worth going back for.
        objective[column] = 1e6;
        for (index, number) in self.columns.iter().enumerate() {
            if let Known::Open { cost } = part.system.numbers[*number].known
                && !part.held.contains(number)
            {
                objective[2 * index] = -f64::from(cost);
                objective[2 * index + 1] = -f64::from(cost);
            }
        }
        self.simplex.maximise(&objective);
        let moves = |index: usize| {
            (self.simplex.value(2 * index) - self.simplex.value(2 * index + 1)).abs() * self.scale > tiny
        };
        let published = |number: usize| matches!(part.system.numbers[number].known, Known::Open { .. });
        (0..self.columns.len()).filter(|i| published(self.columns[*i]) && moves(*i)).map(|i| self.columns[i]).collect()
    }
}
