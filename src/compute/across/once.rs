//! Organisations counted once over several programmes: joined by numbers that a country's rule links and by decisions,
//! with the range that pairs leave which nobody has decided. Everything of it is for internal readers alone.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::{Side, at_hand, counts_once};
use crate::compute::organisations::{Node, Organisations, is_number};
use crate::define::catalog::Decision;
use crate::finding::{Finding, Place};
use crate::linkage::name_and_country;
use crate::linkage::pair::{Candidate, Organisation};
use crate::model::across::{Decided, Named, Once, Open, Standing, Undecided};
use crate::model::fold::fold;
use crate::model::scoreboard::{IndicatorResult, Scoreboard};

/// Names of those that stand in several programmes, and pairs that may be one: more are counted and not listed.
const LISTED: usize = 500;

/// A matched indicator: each programme's position and result.
type Entries<'a> = Vec<(usize, &'a IndicatorResult)>;

/// By matched indicator, the programmes whose rows count an organisation.
type Places = BTreeMap<usize, BTreeSet<usize>>;

/// Whom a row counts: one of a group of organisations, or a text that names none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Who {
    Group(usize),
    Text(String),
}

/// All organisations of all programmes.
pub struct Crowd {
    all: Organisations,
    /// By matched indicator, by entry: identities of rows that count, and whether a name is all that is known.
    counted: Vec<Vec<BTreeMap<String, bool>>>,
    /// By group: all that are one.
    members: BTreeMap<usize, Vec<usize>>,
    /// Decisions of the report's own file that fit nothing.
    pub findings: Vec<Finding>,
}

impl Crowd {
    pub fn of(sides: &[Side<'_>], matched: &[Entries<'_>], own: &[Decision]) -> Self {
        let counted: Vec<Vec<BTreeMap<String, bool>>> = matched
            .iter()
            .map(|entries| entries.iter().map(|(at, one)| identities(sides[*at].board, one)).collect())
            .collect();
        let nodes = nodes(sides, matched, &counted);
        let mut decisions = own.to_vec();
        for side in sides {
            decisions.extend(side.catalog.decisions.iter().map(|one| of_programme(side.name, one)));
        }
        let mut all = Organisations::joined(nodes, &decisions);
        let told = |finding: &Finding| own.iter().any(|one| one.place == finding.place);
        let findings = std::mem::take(&mut all.findings).into_iter().filter(told).collect();
        let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for at in 0..all.nodes.len() {
            members.entry(all.group(at).0).or_default().push(at);
        }
        Self { all, counted, members, findings }
    }

    fn who(&self, identity: &str) -> Who {
        self.all
            .position(identity)
            .map_or_else(|| Who::Text(identity.to_owned()), |at| Who::Group(self.all.group(at).0))
    }

    /// The same, if all that may be one were one.
    fn least(&self, who: &Who) -> Who {
        match who {
            Who::Group(at) => Who::Group(self.all.group(*at).1),
            Who::Text(text) => Who::Text(fold(text)),
        }
    }

    fn called(&self, who: &Who) -> String {
        match who {
            Who::Group(at) => self.all.identity(*at).to_owned(),
            Who::Text(text) => text.clone(),
        }
    }

    /// Counted over all programmes that have this indicator; None where it counts no organisations once, or not all
    /// rows are at hand.
    pub fn once(&self, sides: &[Side<'_>], at: usize, entries: &Entries<'_>) -> Option<Once> {
        if !counts_once(entries) || !at_hand(sides, entries) {
            return None;
        }
        let mut standing: BTreeMap<Who, BTreeSet<usize>> = BTreeMap::new();
        let mut named: BTreeSet<Who> = BTreeSet::new();
        for (position, identities) in self.counted[at].iter().enumerate() {
            for (identity, by_name) in identities {
                let who = self.who(identity);
                // What a decision joins to a number is known by that number.
                if *by_name && !is_number(&self.called(&who)) {
                    named.insert(who);
                } else {
                    standing.entry(who).or_default().insert(position);
                }
            }
        }
        let each = (0..entries.len()).map(|position| {
            let own = standing.values().filter(|who| who.contains(&position)).count();
            entries[position].1.total.value.known().map(|_| own)
        });
        let mut shared = Vec::new();
        for first in 0..entries.len() {
            for second in first + 1..entries.len() {
                let both = standing.values().filter(|who| who.contains(&first) && who.contains(&second)).count();
                shared.push((first, second, both));
            }
        }
        let several: Vec<(&Who, &BTreeSet<usize>)> = standing.iter().filter(|(_, who)| who.len() > 1).collect();
        let mut names: Vec<Standing> = several
            .iter()
            .map(|(who, entries)| Standing {
                identity: self.called(who),
                entries: entries.iter().copied().collect(),
                also: self.also(at, who),
            })
            .collect();
        names.sort_by(|a, b| a.identity.cmp(&b.identity));
        names.truncate(LISTED);
        Some(Once {
            each: each.collect(),
            together: standing.len(),
            at_least: standing.keys().map(|who| self.least(who)).collect::<BTreeSet<Who>>().len(),
            at_most: standing.len() + named.iter().filter(|who| !standing.contains_key(who)).count(),
            shared,
            several: several.len(),
            names,
        })
    }

    /// What else is counted with it, and why.
    fn also(&self, at: usize, who: &Who) -> Vec<(String, String)> {
        let Who::Group(group) = who else { return Vec::new() };
        let shown = self.all.identity(*group);
        let here = |identity: &str| self.counted[at].iter().any(|identities| identities.contains_key(identity));
        let others = self.members.get(group).into_iter().flatten().map(|at| (*at, &self.all.nodes[*at]));
        others
            .filter(|(_, node)| node.identity != shown && here(&node.identity))
            .map(|(at, node)| (node.written(), self.all.why(at).unwrap_or_default().to_owned()))
            .collect()
    }

    /// What nobody has decided, and what the report's own file decides.
    pub fn open(&self, matched: &[Entries<'_>], own: &[Decision]) -> Open {
        // By group: the matched indicators that count it, and the programmes in which they do.
        let mut standing: BTreeMap<usize, Places> = BTreeMap::new();
        for (at, (entries, identities)) in
            matched.iter().zip(&self.counted).enumerate().filter(|(_, (entries, _))| counts_once(entries))
        {
            for ((programme, _), identities) in entries.iter().zip(identities) {
                for identity in identities.keys() {
                    if let Who::Group(group) = self.who(identity) {
                        standing.entry(group).or_default().entry(at).or_default().insert(*programme);
                    }
                }
            }
        }
        let mut open = Open::default();
        let mut within: BTreeMap<usize, usize> = BTreeMap::new();
        for candidate in &self.all.candidates {
            let [one, other] = [candidate.pair.0, candidate.pair.1].map(|at| standing.get(&self.all.group(at).0));
            let Some((one, other)) = one.zip(other) else { continue };
            let matched: Vec<usize> = one.keys().filter(|at| other.contains_key(at)).copied().collect();
            let programmes: BTreeSet<usize> =
                matched.iter().flat_map(|at| one[at].iter().chain(&other[at])).copied().collect();
            match programmes.len() {
                0 => {}
                1 => *within.entry(programmes.into_iter().next().unwrap_or_default()).or_default() += 1,
                _ => {
                    open.all += 1;
                    if open.pairs.len() < LISTED {
                        open.pairs.push(self.undecided(candidate, matched, (one, other)));
                    }
                }
            }
        }
        open.within = within.into_iter().collect();
        open.decisions = own.iter().map(decided).collect();
        open
    }

    fn undecided(&self, candidate: &Candidate, matched: Vec<usize>, (one, other): (&Places, &Places)) -> Undecided {
        let named = |at: usize, standing: &Places| {
            let node = &self.all.nodes[at];
            let programmes: BTreeSet<usize> = matched.iter().flat_map(|at| &standing[at]).copied().collect();
            let beside =
                if node.known.number.is_some() { node.known.names.iter().cloned().collect() } else { Vec::new() };
            Named { identity: node.written(), names: beside, programmes: programmes.into_iter().collect() }
        };
        Undecided {
            one: named(candidate.pair.0, one),
            other: named(candidate.pair.1, other),
            probability: thousandths(candidate.probability),
            bits: thousandths(candidate.bits),
            reasons: candidate.reasons.iter().map(|reason| reason.as_str()).collect(),
            matched,
        }
    }
}

/// A score has three places: that is all of it.
fn thousandths(value: f64) -> Decimal {
    format!("{value:.3}").parse().unwrap_or_default()
}

fn decided(one: &Decision) -> Decided {
    Decided {
        pair: [one.one.clone(), one.other.clone()],
        same: one.same,
        by: one.by.clone(),
        because: one.because.clone(),
        on: one.on,
    }
}

/// A decision of a programme's own, with its folder before the file.
pub fn of_programme(name: &str, one: &Decision) -> Decision {
    let mut one = one.clone();
    if let Place::Definition { file, .. } = &mut one.place {
        *file = format!("{name}/{file}");
    }
    one
}

/// Identities of the rows that count in a total, each with whether a name is all that is known.
fn identities(board: Option<&Scoreboard>, one: &IndicatorResult) -> BTreeMap<String, bool> {
    let mut found = BTreeMap::new();
    for (_, row) in board.iter().flat_map(|board| board.evidence.behind(one, &one.total)) {
        if let Some(identity) = row.brings.identity.as_ref().filter(|_| row.brings.counts) {
            found
                .entry(identity.clone())
                .and_modify(|by_name| *by_name &= row.brings.by_name)
                .or_insert(row.brings.by_name);
        }
    }
    found
}

/// Every organisation that some programme knows, and the texts of programmes that count the same as ones that do.
fn nodes(sides: &[Side<'_>], matched: &[Entries<'_>], counted: &[Vec<BTreeMap<String, bool>>]) -> Vec<Node> {
    let mut found: BTreeMap<String, Node> = BTreeMap::new();
    for (programme, side) in sides.iter().enumerate() {
        for known in side.board.iter().flat_map(|board| &board.evidence.organisations) {
            let node = found.entry(known.identity.clone()).or_default();
            node.identity.clone_from(&known.identity);
            node.known.number.clone_from(&known.number);
            node.known.names.extend(known.names.iter().cloned());
            if node.known.country.is_empty() {
                node.known.country.clone_from(&known.country);
            }
            node.partners.insert(sides[programme].name.to_owned());
        }
    }
    for (entries, identities) in matched.iter().zip(counted).filter(|(entries, _)| counts_once(entries)) {
        let texts: BTreeSet<&String> = identities.iter().flat_map(BTreeMap::keys).collect();
        // What one of them declares to be organisations is so in all that are matched with it.
        if !texts.iter().any(|text| found.contains_key(*text)) {
            continue;
        }
        for ((programme, _), identities) in entries.iter().zip(identities) {
            for identity in identities.keys() {
                let node = found.entry(identity.clone()).or_insert_with(|| text(identity));
                node.partners.insert(sides[*programme].name.to_owned());
            }
        }
    }
    found.into_values().collect()
}

fn text(identity: &str) -> Node {
    let (called, country) = name_and_country(identity);
    let known = Organisation {
        number: None,
        names: [called.to_owned()].into(),
        country: country.unwrap_or_default().to_owned(),
    };
    Node { identity: identity.to_owned(), known, ..Node::default() }
}
