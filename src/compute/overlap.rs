//! What is told of organisations: how many each two partners report, pairs that may be one, what was decided.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::Inputs;
use super::organisations::{Node, Organisations, is_number};
use crate::define::Catalog;
use crate::define::catalog::{Collection, Field, FieldKind, How, RowMeasure};
use crate::finding::{CellRef, Place};
use crate::linkage::pair::Candidate;
use crate::model::code::IndicatorCode;
use crate::model::organisations::{CountryDecided, Decided, List, Named, Organisations as Told, Pair};
use crate::model::submission::Submission;

/// None where no organisation has two partners, no pair is open and nothing was decided.
pub fn told(inputs: &Inputs<'_>, shown: &[IndicatorCode]) -> Option<Told> {
    let organisations = &inputs.records.organisations;
    let lists: Vec<List> = (0..organisations.lists.len())
        .filter_map(|at| list(inputs.catalog, organisations, at, shown))
        .filter(|list| list.written > 0 && (list.overlaps() || !list.counted_by.is_empty()))
        .collect();
    let told = Told {
        lists,
        pairs: pairs(organisations, inputs.submissions),
        decisions: decisions(inputs.catalog),
        countries: countries(inputs.catalog),
    };
    let any = told.lists.iter().any(List::overlaps)
        || !(told.pairs.is_empty() && told.decisions.is_empty() && told.countries.is_empty());
    any.then_some(told)
}

/// One field, with what its rows say.
fn list(catalog: &Catalog, organisations: &Organisations, at: usize, shown: &[IndicatorCode]) -> Option<List> {
    let (collection, field) = organisations.lists.get(at)?;
    let (collection, field) = (catalog.collection(collection)?, field.as_str());
    let definition = collection.field(field)?;
    let mut once: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let (mut written, mut least) = (0, BTreeSet::new());
    for (node, one) in organisations.nodes.iter().enumerate() {
        let Some(partners) = one.reported.get(&at) else { continue };
        written += 1;
        least.insert(organisations.least_of(node));
        once.entry(organisations.identity(node)).or_default().extend(partners.iter().map(String::as_str));
    }
    let any: BTreeSet<&str> = once.values().flatten().copied().collect();
    let partners: Vec<&str> =
        catalog.partners.iter().map(|partner| partner.code.as_str()).filter(|code| any.contains(code)).collect();
    let places: BTreeMap<&str, usize> = partners.iter().enumerate().map(|(at, code)| (*code, at)).collect();
    let mut shared = vec![0; partners.len()];
    let mut overlap = vec![vec![0; partners.len()]; partners.len()];
    // By organisation: each has few partners, however many there are of both.
    for who in once.values() {
        let who: Vec<usize> = who.iter().filter_map(|code| places.get(code).copied()).collect();
        for one in &who {
            shared[*one] += usize::from(who.len() > 1);
            for other in &who {
                overlap[*one][*other] += 1;
            }
        }
    }
    let needs_number = definition.kind == FieldKind::Enterprise;
    let words = |text: &crate::model::words::Words| text.get(&catalog.programme.language).to_owned();
    Some(List {
        collection: collection.code.to_string(),
        field: field.to_owned(),
        title: words(&collection.title),
        label: words(&definition.label),
        written,
        once: once.len(),
        least: least.len(),
        by_name: once.keys().filter(|identity| needs_number && !is_number(identity)).count(),
        shared,
        overlap,
        partners: partners.into_iter().map(str::to_owned).collect(),
        counted_by: counted_by(catalog, collection, definition, shown),
    })
}

/// Indicators that count the organisations of a field once.
fn counted_by(
    catalog: &Catalog,
    collection: &Collection,
    field: &Field,
    shown: &[IndicatorCode],
) -> Vec<IndicatorCode> {
    let counts = |code: &&IndicatorCode| match catalog.indicator(code).map(|one| &one.how) {
        Some(How::Rows { from, measure: RowMeasure::One(measure) }) => {
            measure.distinct_field() == Some(field.code.as_str())
                && from.iter().any(|from| from.collection == collection.code)
        }
        _ => false,
    };
    shown.iter().filter(counts).cloned().collect()
}

/// Pairs that nobody has decided, the likeliest first.
pub fn pairs(organisations: &Organisations, submissions: &[Submission]) -> Vec<Pair> {
    let named = |at: usize| named(&organisations.nodes[at], submissions);
    let pair = |candidate: &Candidate| Pair {
        one: named(candidate.pair.0),
        other: named(candidate.pair.1),
        probability: decimal(candidate.probability),
        bits: decimal(candidate.bits),
        reasons: candidate.reasons.iter().map(|reason| reason.as_str()).collect(),
    };
    organisations.candidates.iter().map(pair).collect()
}

fn decimal(value: f64) -> Decimal {
    Decimal::try_from(value).unwrap_or_default().round_dp(3).normalize()
}

fn named(node: &Node, submissions: &[Submission]) -> Named {
    let place = node.first.as_ref().and_then(|(section, row, field)| {
        let submission = submissions.iter().find(|submission| submission.section == *section)?;
        let row = u32::try_from(*row).ok()?;
        Some(Place::Cell {
            file: submission.name.clone(),
            sheet: submission.sheet.clone(),
            cell: Some(submission.cell(field, row).unwrap_or(CellRef::new(row, 0))),
        })
    });
    Named {
        identity: node.written(),
        names: node.known.names.iter().cloned().collect(),
        partners: node.partners.iter().cloned().collect(),
        place,
    }
}

fn decisions(catalog: &Catalog) -> Vec<Decided> {
    let decided = catalog.decisions.iter().map(|one| Decided {
        one: one.one.clone(),
        other: one.other.clone(),
        same: one.same,
        by: one.by.clone(),
        because: one.because.clone(),
        on: one.on,
    });
    decided.collect()
}

fn countries(catalog: &Catalog) -> Vec<CountryDecided> {
    let decided = catalog.countries.iter().map(|one| CountryDecided {
        written: one.written.clone(),
        is: one.is.clone(),
        of: one.of.clone(),
        by: one.by.clone(),
        because: one.because.clone(),
        on: one.on,
    });
    decided.collect()
}
