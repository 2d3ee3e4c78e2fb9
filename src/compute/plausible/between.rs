//! One enterprise in two waves: amounts that moved by a factor of a thousand, or much more than those of the others.

use super::{Held, median};
use crate::finding::{Finding, rules};

/// log10 of about a thousand: 500 to 2 000.
const THOUSAND: std::ops::RangeInclusive<f64> = 2.7..=3.3;
const JUMP: f64 = 5.0;
/// Of the distance from the median, in units of the median distance (scaled to a normal distribution's deviation).
const ROBUST: f64 = 3.5;
const TO_DEVIATION: f64 = 1.4826;
/// Fewer pairs do not say what is usual.
const ENOUGH: usize = 8;

/// What moved too far between two waves, told at the later answer.
pub fn moved(before: &Held<'_>, after: &Held<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let fields: Vec<_> = after.numeric().collect();
    for field in &fields {
        let code = field.code.as_str();
        let logs: Vec<(usize, usize, f64)> = after
            .matched
            .answers
            .iter()
            .filter_map(|(member, row)| {
                // The population may have changed between the waves: the same enterprise, wherever it stands.
                let known = before.matched.frame.again(&after.matched.frame.members[*member])?;
                let first = before.matched.answers.get(&known)?;
                let (from, to) = (before.number(code, *first)?, after.number(code, *row)?);
                (from > 0.0 && to > 0.0).then(|| (*first, *row, libm::log10(to / from)))
            })
            .collect();
        let Some(middle) = median(&mut logs.iter().map(|(.., log)| *log).collect::<Vec<f64>>()) else { continue };
        let spread = median(&mut logs.iter().map(|(.., log)| (log - middle).abs()).collect::<Vec<f64>>());
        let spread = spread.unwrap_or(0.0) * TO_DEVIATION;
        for (first, row, log) in &logs {
            let was = before.text(code, *first).unwrap_or_default();
            let title = before.wave.title.get(after.language());
            if THOUSAND.contains(&log.abs()) && log.abs() - middle.abs() > 2.0 {
                let which =
                    if *log < 0.0 { "this one is probably in thousands" } else { "that one was probably in thousands" };
                let message = format!("about a thousand times {} than the {was} of {title}: {which}", larger(*log));
                findings.push(after.warn(&rules::UNIT_DOUBTFUL, *row, code, message));
                continue;
            }
            let far = if spread > 0.0 { (log - middle).abs() / spread > ROBUST } else { (log - middle).abs() > 0.0 };
            if logs.len() >= ENOUGH && libm::pow(10.0, log.abs()) > JUMP && far {
                let times = libm::pow(10.0, log.abs());
                let message = format!("{times:.0} times {} than the {was} of {title}", larger(*log));
                findings.push(after.warn(&rules::JUMP_DOUBTFUL, *row, code, message));
            }
        }
    }
    findings
}

fn larger(log: f64) -> &'static str {
    if log > 0.0 { "larger" } else { "smaller" }
}
