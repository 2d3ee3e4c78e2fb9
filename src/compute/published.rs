//! Published figures beside what the rows give, with a finding for each that cannot be right.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::define::Catalog;
use crate::finding::{Finding, Place, rules};
use crate::model::number::display;
use crate::model::published::{Disagreement, Held, Outcome, Published, Relation, Statement};
use crate::model::scoreboard::IndicatorResult;
use crate::model::value::Value;

/// Puts what was published beside the figures of these indicators.
pub fn judge(catalog: &Catalog, results: &mut [IndicatorResult]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for result in results {
        let declared = catalog.indicator(&result.code).map_or(&[][..], |indicator| &indicator.published);
        let mut all = Vec::new();
        for (at, (place, said)) in declared.iter().enumerate() {
            let one = one(result, said, declared, at);
            findings.extend(told(result, &one, place, &declared[..at]));
            all.push(one);
        }
        result.published = all;
    }
    findings
}

fn one(result: &IndicatorResult, said: &Statement, all: &[(Place, Statement)], at: usize) -> Published {
    let (name, found) = figure(result, said);
    let mut disagrees = Vec::new();
    for (position, other) in all.iter().map(|(_, other)| other).enumerate() {
        if position != at && contradicts(said, other) {
            disagrees.push(Disagreement::Other { value: other.value, source: other.source.clone() });
        }
    }
    let sum: Decimal = said.parts.iter().sum();
    if !said.parts.is_empty() && !said.relation.holds(sum, said.value) {
        disagrees.push(Disagreement::Parts { sum });
    }
    if said.by.is_none() && said.relation == Relation::Is {
        disagrees.extend(lines(result, said, all));
    }
    let outcome = outcome(said, &found, !disagrees.is_empty());
    Published { said: said.clone(), name, found, outcome, disagrees }
}

/// The figure that it is held against.
fn figure(result: &IndicatorResult, said: &Statement) -> (String, Value) {
    if let Some((field, value)) = &said.by {
        let lines = result.breakdowns.iter().filter(|breakdown| breakdown.field == *field);
        let found = lines
            .flat_map(|breakdown| breakdown.figures.iter().zip(&breakdown.names))
            .find(|(figure, _)| figure.by.last().is_some_and(|(_, own)| own == value));
        return match found {
            // A line stands for the cut-off, as the total does.
            Some((figure, name)) if stands_for(result, said) => (name.clone(), figure.value.clone()),
            Some((_, name)) => (name.clone(), Value::NotApplicable),
            None => (value.clone(), Value::NotApplicable),
        };
    }
    if let Some(on) = said.on {
        if let Some(point) = result.trajectory.iter().find(|point| point.on == on && point.actual.is_some()) {
            return (String::new(), point.actual.map_or(Value::NotApplicable, Value::Known));
        }
        if !stands_for(result, said) {
            return (String::new(), Value::NotApplicable);
        }
    }
    (String::new(), result.total.value.clone())
}

/// Whether the figure of now is one of the day that was spoken of.
fn stands_for(result: &IndicatorResult, said: &Statement) -> bool {
    said.on.zip(result.total.cut_off).is_none_or(|(on, cut_off)| on >= cut_off)
}

/// `disputed`: what was published cannot all be right, whatever the rows give. Only real rows that give it stand above that.
pub(super) fn outcome(said: &Statement, found: &Value, disputed: bool) -> Outcome {
    let rows = found.known().map_or(Outcome::NotCompared, |found| given(said, found));
    if disputed && !(said.rows == Held::Real && rows == Outcome::Agrees) { Outcome::Contradicted } else { rows }
}

/// What the rows alone say of it.
fn given(said: &Statement, found: Decimal) -> Outcome {
    let holds = said.relation.holds(found, said.value);
    match said.rows {
        Held::Real | Held::Illustrative if holds => Outcome::Agrees,
        Held::Real => Outcome::Contradicted,
        // There can only be more of the whole than of a part: what a part exceeds is wrong, what it reaches is reached. A part
        // that happens to be as much as was published says nothing of the rest.
        Held::Partial => match said.relation {
            Relation::AtLeast | Relation::MoreThan if holds => Outcome::Agrees,
            Relation::Is | Relation::About | Relation::AtMost if !holds && found > said.value => Outcome::Contradicted,
            _ => Outcome::Open,
        },
        // The average of a part says nothing against that of the whole, nor do rows that somebody wrote contradict anybody.
        Held::Sample | Held::Illustrative => Outcome::Open,
    }
}

/// Two numbers for one thing, both said to be exact.
fn contradicts(one: &Statement, other: &Statement) -> bool {
    let same_day = one.on.zip(other.on).is_none_or(|(one, other)| one == other);
    let exact = one.relation == Relation::Is && other.relation == Relation::Is;
    one.by == other.by && same_day && exact && one.value != other.value
}

/// Breakdowns whose lines add up to the total, while the published lines do not add up to the published total.
fn lines(result: &IndicatorResult, total: &Statement, all: &[(Place, Statement)]) -> Vec<Disagreement> {
    let mut found = Vec::new();
    for breakdown in result.breakdowns.iter().filter(|breakdown| breakdown.additive) {
        let mut lines: BTreeMap<&str, Decimal> = BTreeMap::new();
        for (_, said) in all {
            if let Some((field, value)) = &said.by
                && *field == breakdown.field
                && said.relation == Relation::Is
                && said.on == total.on
            {
                lines.entry(value).or_insert(said.value);
            }
        }
        let sum: Decimal = lines.values().sum();
        let known = breakdown.figures.iter().filter_map(|figure| figure.by.last());
        let whole = !lines.is_empty() && known.into_iter().all(|(_, value)| lines.contains_key(value.as_str()));
        if sum > total.value || (whole && sum != total.value) {
            found.push(Disagreement::Lines { label: breakdown.label.clone(), sum });
        }
    }
    found
}

/// Of two that disagree with each other the later says so.
fn told(result: &IndicatorResult, one: &Published, place: &Place, earlier: &[(Place, Statement)]) -> Vec<Finding> {
    let said = &one.said;
    let of = if one.name.is_empty() { String::new() } else { format!(" [{}]", one.name) };
    let published = words(said);
    let mut findings = Vec::new();
    if let Some(found) = one.found.known()
        && given(said, found) == Outcome::Contradicted
    {
        let message = format!(
            "`{}`{of}: the rows give {}, published was {published} ({})",
            result.code,
            plain(found),
            said.source
        );
        let finding = Finding::warning(&rules::PUBLISHED_CONTRADICTED, place.clone(), message);
        findings.push(finding.help("Both stand as they are. Look at what each of them counts."));
    }
    for disagreement in &one.disagrees {
        if let Disagreement::Other { value, source } = disagreement
            && !earlier.iter().any(|(_, other)| other.value == *value && other.source == *source)
        {
            continue;
        }
        let message = match disagreement {
            Disagreement::Other { value, source } => format!(
                "`{}`{of}: published was {published} ({}), and {} ({source})",
                result.code,
                said.source,
                plain(*value)
            ),
            Disagreement::Parts { sum } => format!(
                "`{}`{of}: published was {published} ({}), of which the parts add up to {}",
                result.code,
                said.source,
                plain(*sum)
            ),
            Disagreement::Lines { label, sum } => format!(
                "`{}`: published was {published} ({}), while its figures by “{label}” add up to {}",
                result.code,
                said.source,
                plain(*sum)
            ),
        };
        let finding = Finding::warning(&rules::PUBLISHED_DISAGREE, place.clone(), message);
        findings.push(finding.help("No rows can give both. Ask whoever published them."));
    }
    findings
}

/// `135`, `about 2 000`.
fn words(said: &Statement) -> String {
    let word =
        if said.relation == Relation::Is { String::new() } else { said.relation.as_str().replace('_', " ") + " " };
    format!("{word}{}", plain(said.value))
}

fn plain(value: Decimal) -> String {
    let short = value.round_dp(2).normalize();
    display(short, short.scale())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(relation: Relation, rows: Held, value: &str) -> Statement {
        Statement {
            value: value.parse().unwrap(),
            relation,
            by: None,
            on: None,
            source: "Guide".into(),
            note: None,
            rows,
            parts: Vec::new(),
        }
    }

    #[test]
    fn an_outcome_follows_from_the_rows_and_the_relation() {
        let judged = |relation, rows, value: &str, found: &str, disputed| {
            outcome(&said(relation, rows, value), &Value::Known(found.parse().unwrap()), disputed)
        };
        assert_eq!(judged(Relation::Is, Held::Real, "14", "14", false), Outcome::Agrees);
        assert_eq!(judged(Relation::Is, Held::Real, "14", "13", false), Outcome::Contradicted);
        assert_eq!(judged(Relation::Is, Held::Sample, "2.9", "4.2", false), Outcome::Open);
        assert_eq!(judged(Relation::About, Held::Sample, "6", "6.07", false), Outcome::Open);
        assert_eq!(judged(Relation::MoreThan, Held::Illustrative, "200", "201", false), Outcome::Agrees);
        assert_eq!(judged(Relation::MoreThan, Held::Illustrative, "200", "200", false), Outcome::Open);
        assert_eq!(judged(Relation::Is, Held::Illustrative, "16", "15", false), Outcome::Open, "invented rows");
        let nothing = outcome(&said(Relation::Is, Held::Real, "1"), &Value::NotReported, false);
        assert_eq!(nothing, Outcome::NotCompared);
    }

    #[test]
    fn a_part_gives_nothing_by_chance_and_is_never_more_than_the_whole() {
        let judged =
            |relation, found: &str| given(&said(relation, Held::Partial, "11"), found.parse::<Decimal>().unwrap());
        for found in ["6", "11"] {
            assert_eq!(judged(Relation::Is, found), Outcome::Open);
            assert_eq!(judged(Relation::About, found), Outcome::Open);
            assert_eq!(judged(Relation::AtMost, found), Outcome::Open);
        }
        assert_eq!(judged(Relation::Is, "12"), Outcome::Contradicted);
        assert_eq!(judged(Relation::AtMost, "12"), Outcome::Contradicted);
        assert_eq!(judged(Relation::AtLeast, "10"), Outcome::Open);
        assert_eq!(judged(Relation::AtLeast, "12"), Outcome::Agrees);
    }

    #[test]
    fn published_figures_that_disagree_are_contradicted_unless_real_rows_give_one() {
        let judged =
            |rows, found: &str| outcome(&said(Relation::Is, rows, "24"), &Value::Known(found.parse().unwrap()), true);
        assert_eq!(judged(Held::Real, "24"), Outcome::Agrees);
        for rows in [Held::Partial, Held::Illustrative, Held::Sample] {
            assert_eq!(judged(rows, "24"), Outcome::Contradicted);
            assert_eq!(judged(rows, "12"), Outcome::Contradicted);
        }
        assert_eq!(outcome(&said(Relation::Is, Held::Real, "24"), &Value::NotReported, true), Outcome::Contradicted);
    }

    #[test]
    fn two_exact_numbers_for_one_thing_disagree_and_lower_bounds_do_not() {
        let (one, other) = (said(Relation::Is, Held::Real, "24"), said(Relation::Is, Held::Real, "23"));
        assert!(contradicts(&one, &other));
        assert!(!contradicts(&one, &said(Relation::AtLeast, Held::Real, "23")));
        let line = Statement { by: Some(("country".into(), "FR".into())), ..other.clone() };
        assert!(!contradicts(&one, &line));
        let day = |text: &str| Some(text.parse().unwrap());
        let (then, now) = (Statement { on: day("2016-01-01"), ..one }, Statement { on: day("2017-01-01"), ..other });
        assert!(!contradicts(&then, &now), "each stands for its day");
    }
}
