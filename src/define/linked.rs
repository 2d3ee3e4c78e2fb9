//! Results of the catalogue and the outputs that they come from: a result without its output explains nothing, and a target
//! of more results than outputs cannot be met.

use rust_decimal::Decimal;

use super::catalog::Indicator;
use super::reader::Findings;
use super::standard::{self, Entry, OpenEntry};
use crate::finding::{Finding, Place, rules};
use crate::model::scoreboard::Level;
use crate::model::target::TargetValue;

pub fn check(indicators: &[(Place, Indicator)], open: OpenEntry<'_>, findings: &Findings) {
    let entry = |one: &Indicator| -> Option<Entry> {
        let name = one.catalogue.as_ref()?;
        standard::parse(name, &open(name)?)
    };
    for (place, result) in indicators {
        let Some(entry) = entry(result).filter(|entry| entry.level != Level::Output && !entry.links.is_empty()) else {
            continue;
        };
        let outputs: Vec<&Indicator> = indicators
            .iter()
            .map(|(_, other)| other)
            .filter(|other| other.catalogue.as_ref().is_some_and(|name| entry.links.contains(name)))
            .collect();
        let tell = |message: String, help: String| {
            let finding = Finding::warning(&rules::STANDARD_LINK, place.clone(), message);
            findings.borrow_mut().push(finding.help(help));
        };
        let links = entry.links.join(", ");
        if outputs.is_empty() {
            let message = format!("`{}` is a result, and no output that it comes from is counted", result.code);
            tell(message, format!("Count one of {links} beside it."));
            continue;
        }
        let bound: Option<Decimal> = outputs.iter().map(|output| value(output)).sum();
        if let Some((target, bound)) = value(result).zip(bound)
            && entry.at_most_outputs
            && target > bound
        {
            let codes: Vec<String> = outputs.iter().map(|output| format!("`{}`", output.code)).collect();
            let message = format!(
                "the target of `{}` is {}, more than the {} of {}",
                result.code,
                target.normalize(),
                bound.normalize(),
                codes.join(" and ")
            );
            tell(message, "There cannot be more results than the outputs that they come from.".to_owned());
        }
    }
}

/// The target as a number that stands by itself; of a range its upper end.
fn value(indicator: &Indicator) -> Option<Decimal> {
    match indicator.targets.current()?.value {
        TargetValue::Value(value) => Some(value),
        TargetValue::Range { to, .. } => Some(to),
        TargetValue::Increase(_) | TargetValue::IncreasePercent(_) => None,
    }
}
