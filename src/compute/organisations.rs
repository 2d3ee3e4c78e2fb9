//! Organisations counted once: which identities of rows are one by a country's rule or by decision, which may be, and
//! what that makes of the rows. docs/methods.md, "Counting once".

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::{DataFrame, IntoSeries as _, NewChunkedArray as _, PolarsResult, StringChunked};

use crate::define::Catalog;
use crate::define::catalog::{Collection, Decision, Field, FieldKind};
use crate::finding::suggest::nearest;
use crate::finding::{Finding, rules};
use crate::linkage::decide::Groups;
use crate::linkage::pair::{self, Candidate};
use crate::linkage::{name_and_country, number};
use crate::model::code::{CollectionCode, FieldCode};
use crate::model::country::read_country;
use crate::model::evidence::KnownAs;
use crate::sql::frame::{integer, text};

/// An organisation as rows name it.
#[derive(Debug, Clone, Default)]
pub struct Node {
    /// Its number, or its name with the country; of a field of texts what is written.
    pub identity: String,
    pub known: pair::Organisation,
    /// Who reports it, in the order of codes; and who does in which of the lists.
    pub partners: BTreeSet<String>,
    pub reported: BTreeMap<usize, BTreeSet<String>>,
    /// Where it stands first: section, row, field.
    pub first: Option<(i64, i64, String)>,
}

/// What stands in a row's own column, and which of the organisations it is.
type Written = (Option<String>, Option<usize>);

/// All organisations of the rows that count.
#[derive(Debug, Default)]
pub struct Organisations {
    /// In the order of their identities.
    pub nodes: Vec<Node>,
    /// Each field that names any, with its collection.
    pub lists: Vec<(CollectionCode, FieldCode)>,
    /// Pairs that may be one and that nobody has decided, the likeliest first.
    pub candidates: Vec<Candidate>,
    /// What is one by rule or decision.
    groups: Groups,
    /// The same, if all candidates were one too.
    least: Groups,
    at: BTreeMap<String, usize>,
    /// Of a group, by its first node: the identity that it is counted by.
    shown: BTreeMap<usize, String>,
    /// Why a node is counted with others.
    why: BTreeMap<usize, String>,
    pub findings: Vec<Finding>,
}

/// The column with the identity that would be counted if every likely pair were one.
pub fn least(field: &str) -> String {
    format!("{field}__least")
}

/// The column with the reason why a row's organisation is counted with another.
pub fn joined(field: &str) -> String {
    format!("{field}__joined")
}

/// The column with the name beside an enterprise's number.
fn name_of(field: &str) -> String {
    format!("{field}__name")
}

impl Node {
    /// As a decision writes it: a number as it is, a name with its country in brackets.
    pub fn written(&self) -> String {
        match (&self.known.number, self.identity.rsplit_once('|')) {
            (None, Some((name, "?"))) => name.to_owned(),
            (None, Some((name, country))) => format!("{name} ({country})"),
            _ => self.identity.clone(),
        }
    }
}

pub(super) fn is_number(identity: &str) -> bool {
    identity.starts_with("vat:") || identity.starts_with("reg:")
}

impl Organisations {
    /// Of these tables, each with its collection.
    pub fn of(catalog: &Catalog, tables: &[(&Collection, DataFrame)]) -> Self {
        let mut found: BTreeMap<String, Node> = BTreeMap::new();
        let mut lists = Vec::new();
        for (collection, frame) in tables {
            for field in collection.fields.iter().filter(|field| field.names_organisations()) {
                gather(frame, field, lists.len(), &mut found);
                lists.push((collection.code.clone(), field.code.clone()));
            }
        }
        Self { lists, ..Self::joined(found.into_values().collect(), &catalog.decisions) }
    }

    /// Of these, in the order of their identities, each of which stands there once.
    pub fn joined(nodes: Vec<Node>, decisions: &[Decision]) -> Self {
        let at = nodes.iter().enumerate().map(|(at, node)| (node.identity.clone(), at)).collect();
        let groups = Groups::of(nodes.len());
        let mut all = Self { nodes, groups, at, ..Self::default() };
        all.link();
        let apart = all.decide(decisions);
        all.name_groups();
        let known: Vec<pair::Organisation> = all.nodes.iter().map(|node| node.known.clone()).collect();
        let is_apart = |one: usize, other: usize| {
            let (one, other) = (all.groups.find(one), all.groups.find(other));
            apart.iter().any(|(a, b)| {
                let (a, b) = (all.groups.find(*a), all.groups.find(*b));
                (a, b) == (one, other) || (b, a) == (one, other)
            })
        };
        let settled = |one: usize, other: usize| all.groups.together(one, other) || is_apart(one, other);
        all.candidates = pair::candidates(&known, &settled);
        let mut least = all.groups.clone();
        for Candidate { pair: (one, other), .. } in &all.candidates {
            least.join(*one, *other);
        }
        all.least = least;
        all
    }

    /// Joins numbers that a country's rule makes one.
    fn link(&mut self) {
        let mut by_base: BTreeMap<String, usize> = BTreeMap::new();
        for at in 0..self.nodes.len() {
            let Some(number) = &self.nodes[at].known.number else { continue };
            let Some(base) = number::base(number) else { continue };
            let first = *by_base.entry(base).or_insert(at);
            if self.groups.join(first, at) {
                let says = "two numbers of one organisation, by the rule of its country".to_owned();
                self.why.entry(first).or_insert_with(|| says.clone());
                self.why.entry(at).or_insert(says);
            }
        }
    }

    /// Follows decisions; gives the pairs that are two. An organisation that no row names is told.
    fn decide(&mut self, decisions: &[Decision]) -> Vec<(usize, usize)> {
        let mut apart = Vec::new();
        for decision in decisions {
            let ends = [(&decision.one, &decision.keys.0), (&decision.other, &decision.keys.1)];
            let found: Vec<usize> = ends.iter().filter_map(|(written, key)| self.named(written, key)).collect();
            for (written, key) in ends {
                if self.named(written, key).is_none() {
                    self.unknown(decision, written);
                }
            }
            let [one, other] = found.as_slice() else { continue };
            if !decision.same {
                apart.push((*one, *other));
            } else if self.groups.join(*one, *other) {
                let says =
                    format!("decided by {} on {}: {}", decision.by, decision.on.format("%-d %B %Y"), decision.because);
                for at in [*one, *other] {
                    let why = self.why.entry(at).or_default();
                    let gap = if why.is_empty() { "" } else { "; " };
                    *why = format!("{why}{gap}{says}");
                }
            }
        }
        apart
    }

    /// The organisation that a decision names: as it is written, by its number or name; by a name that one number came
    /// with, if it is one only.
    fn named(&self, written: &str, key: &str) -> Option<usize> {
        let exact = self.at.get(written).or_else(|| self.at.get(key)).copied();
        exact.or_else(|| {
            let (name, country) = key.rsplit_once('|')?;
            let fits = |node: &Node| node.known.country == country && node.known.names.contains(name);
            let mut fitting = (0..self.nodes.len()).filter(|at| fits(&self.nodes[*at]));
            let first = fitting.next()?;
            fitting.all(|at| self.groups.together(first, at)).then_some(first)
        })
    }

    fn unknown(&mut self, decision: &Decision, written: &str) {
        let message = format!("no row names the organisation `{written}`");
        let finding = Finding::warning(&rules::DECISION_UNKNOWN, decision.place.clone(), message);
        let names = self.nodes.iter().map(|node| node.identity.as_str());
        let help = "The decision has no effect. Write the organisation as its rows do: its number, or its name with the \
                    country in brackets.";
        let finding = finding.suggest(nearest(written, names)).help(help);
        self.findings.push(finding);
    }

    /// A group is counted by its number, a VAT number before others; without one by the first of its names.
    fn name_groups(&mut self) {
        for (at, node) in self.nodes.iter().enumerate() {
            let group = self.groups.find(at);
            let rank = |identity: &str| (!is_number(identity), !identity.starts_with("vat:"), identity.to_owned());
            let shown = self.shown.entry(group).or_insert_with(|| node.identity.clone());
            if rank(&node.identity) < rank(shown) {
                shown.clone_from(&node.identity);
            }
        }
    }

    /// As reports keep them.
    pub fn known(&self) -> Vec<KnownAs> {
        let known = |node: &Node| KnownAs {
            identity: node.identity.clone(),
            number: node.known.number.clone(),
            names: node.known.names.clone(),
            country: node.known.country.clone(),
        };
        self.nodes.iter().map(known).collect()
    }

    pub fn position(&self, identity: &str) -> Option<usize> {
        self.at.get(identity).copied()
    }

    /// The first of those that are one with it; the same, if all candidates were one.
    pub fn group(&self, at: usize) -> (usize, usize) {
        (self.groups.find(at), self.least.find(at))
    }

    /// Why it is counted with another.
    pub fn why(&self, at: usize) -> Option<&str> {
        self.why.get(&at).map(String::as_str)
    }

    /// How many there are, once rules and decisions are followed.
    pub fn counted(&self) -> usize {
        (0..self.nodes.len()).filter(|at| self.groups.find(*at) == *at).count()
    }

    /// How many there are, if every likely pair is one.
    pub fn at_least(&self) -> usize {
        (0..self.nodes.len()).filter(|at| self.least.find(*at) == *at).count()
    }

    /// What an organisation would be counted as if every likely pair were one.
    pub fn least_of(&self, at: usize) -> usize {
        self.least.find(at)
    }

    /// The identity that an organisation is counted by.
    pub fn identity(&self, at: usize) -> &str {
        self.shown.get(&self.groups.find(at)).map_or(&self.nodes[at].identity, |shown| shown)
    }

    /// Rows with the identities that count, and beside each the one that would count if all likely pairs were one.
    ///
    /// # Errors
    /// What Polars refuses.
    pub fn put_into(&self, frame: &mut DataFrame, fields: &[Field]) -> PolarsResult<()> {
        for field in fields.iter().filter(|field| field.names_organisations()) {
            let name = field.code.as_str();
            let rows = frame.height();
            let with_name = field.kind == FieldKind::Enterprise;
            let written: Vec<Written> = (0..rows)
                .map(|row| {
                    let own = text(frame, name, row);
                    let identity = own.clone().or_else(|| text(frame, &name_of(name), row).filter(|_| with_name));
                    (own, identity.and_then(|identity| self.at.get(&identity).copied()))
                })
                .collect();
            let column = |called: &str, of: &dyn Fn(&Written) -> Option<String>| {
                StringChunked::from_iter_options(called.into(), written.iter().map(of)).into_series()
            };
            let counted = |at: usize| self.identity(at).to_owned();
            // What is joined to a number has that number; what is joined to a name alone has the name.
            let numbers = column(name, &|(own, at)| {
                let joined = at.map(counted).filter(|identity| !with_name || is_number(identity));
                joined.or_else(|| own.clone())
            });
            let least = column(&least(name), &|(_, at)| at.map(|at| self.nodes[self.least.find(at)].identity.clone()));
            let why = column(&joined(name), &|(_, at)| self.why.get(&(*at)?).cloned());
            if with_name {
                let named: Vec<Option<String>> = (0..rows).map(|row| text(frame, &name_of(name), row)).collect();
                let names = written.iter().zip(named).map(|((own, at), named)| match (own, at) {
                    (None, Some(at)) if !is_number(self.identity(*at)) => Some(counted(*at)),
                    _ => named,
                });
                let names = StringChunked::from_iter_options(name_of(name).as_str().into(), names).into_series();
                frame.with_column(names.into())?;
            }
            for series in [numbers, least, why] {
                frame.with_column(series.into())?;
            }
        }
        Ok(())
    }

    /// The same for answers, which are matched with rows.
    ///
    /// # Errors
    /// What Polars refuses.
    pub fn put_into_answers(&self, rows: &mut DataFrame, respondent: &str) -> PolarsResult<()> {
        if self.why.is_empty() || rows.column(respondent).is_err() {
            return Ok(());
        }
        let numbers: Vec<Option<String>> = (0..rows.height())
            .map(|row| {
                let own = text(rows, respondent, row);
                let identity = own.clone().or_else(|| text(rows, &name_of(respondent), row))?;
                let at = self.at.get(&identity).copied();
                at.map(|at| self.identity(at).to_owned()).filter(|identity| is_number(identity)).or(own)
            })
            .collect();
        let series = StringChunked::from_iter_options(respondent.into(), numbers.into_iter()).into_series();
        rows.with_column(series.into())?;
        Ok(())
    }
}

fn gather(frame: &DataFrame, field: &Field, list: usize, found: &mut BTreeMap<String, Node>) {
    let name = field.code.as_str();
    let is_enterprise = field.kind == FieldKind::Enterprise;
    for row in 0..frame.height() {
        let own = text(frame, name, row);
        let named = text(frame, &name_of(name), row).filter(|_| is_enterprise);
        let Some(identity) = own.clone().or_else(|| named.clone()) else { continue };
        let node = found.entry(identity.clone()).or_insert_with(|| Node { identity, ..Node::default() });
        if node.first.is_none() {
            let at = |column: &str| integer(frame, column, row);
            node.first = at("section").zip(at("place")).map(|(section, place)| (section, place, name.to_owned()));
        }
        let partner = text(frame, "partner", row);
        node.reported.entry(list).or_default().extend(partner.clone());
        node.partners.extend(partner);
        if is_enterprise {
            let (called, country) = named.as_deref().and_then(|named| named.rsplit_once('|')).unwrap_or_default();
            node.known.number = own.filter(|own| is_number(own));
            if !called.is_empty() {
                node.known.names.insert(called.to_owned());
            }
            if node.known.country.is_empty() {
                country.clone_into(&mut node.known.country);
            }
        } else if node.known.names.is_empty() {
            let (called, said) = name_and_country(&node.identity);
            let beside = field.country.as_ref().and_then(|country| text(frame, country.as_str(), row));
            let beside = beside.as_deref().and_then(|country| read_country(country).code());
            node.known.country = said.or(beside).unwrap_or_default().to_owned();
            node.known.names = [called.to_owned()].into();
        }
    }
}
