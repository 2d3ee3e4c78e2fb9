//! The formula of a figure with its numbers put in, and the same figure computed again from its leaves.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::project::Project;
use super::trace::Traced;
use crate::compute::status::shown;
use crate::model::number::{percentage, quotient};
use crate::model::scoreboard::{AnswerRow, EvidenceRow, Figure, IndicatorResult, Scoreboard};
use crate::model::target::Trajectory;
use crate::model::trace::{Brings, Made, Taking};

/// Amounts that are written out; of more, the first and the last.
const WRITTEN: usize = 8;

pub struct Formula {
    pub lines: Vec<String>,
    pub again: Option<Decimal>,
}

/// How the figure comes about.
pub fn of(
    result: &IndicatorResult,
    figure: &Figure,
    rows: &[&EvidenceRow],
    answers: &[&AnswerRow],
    parts: &[Traced],
) -> Formula {
    let brings: Vec<&Brings> = rows.iter().map(|row| &row.brings).collect();
    let percent = result.unit.is_percent();
    let again = |taking: Taking, brings: &[&Brings]| taking.of(brings.iter().copied());
    match &result.made {
        Made::Rows(taking) => {
            let value = again(*taking, &brings);
            Formula { lines: vec![taken(*taking, &brings, value)], again: value }
        }
        Made::Ratio { .. } | Made::Mean => {
            let (of, to) =
                if let Made::Ratio { of, to } = &result.made { (of, to) } else { (&Taking::Sum, &Taking::Count) };
            let percent = percent && result.made != Made::Mean;
            let below: Vec<&Brings> = rows.iter().filter_map(|row| row.below.as_ref()).collect();
            let (n, d) = (again(*of, &brings), again(*to, &below));
            let mut lines = vec![
                format!("numerator: {}", taken(*of, &brings, n)),
                format!("denominator: {}", taken(*to, &below, d)),
            ];
            let value = n.zip(d).and_then(|(n, d)| divided(n, d, percent));
            lines.extend(division(n, d, value, percent));
            Formula { lines, again: value }
        }
        Made::Quotient { .. } | Made::Sum(_) => derived(result, parts, percent),
        Made::Answers => estimated(result, figure, answers),
    }
}

/// What is decided or contracted, from its own rows.
pub fn committed(figure: &Figure, rows: &[&EvidenceRow]) -> String {
    let brings: Vec<&Brings> = rows.iter().map(|row| &row.brings).collect();
    let taking = if brings.iter().any(|brings| brings.identity.is_some()) {
        Taking::Distinct
    } else if brings.iter().any(|brings| brings.amount.is_some()) {
        Taking::Sum
    } else {
        Taking::Count
    };
    match figure.value.known() {
        Some(value) => format!("committed: {}", taken(taking, &brings, Some(value))),
        None => format!("committed: {}", figure.value.state().replace('_', " ")),
    }
}

/// For those who see no rows: of a ratio its two numbers.
pub fn bare(figure: &Figure, percent: bool) -> Formula {
    let line = division(figure.numerator, figure.denominator, figure.value.known(), percent);
    Formula { lines: line.into_iter().collect(), again: None }
}

fn divided(n: Decimal, d: Decimal, percent: bool) -> Option<Decimal> {
    if percent { percentage(n, d) } else { quotient(n, d) }
}

/// Weighted sums have more digits than an exact quotient takes: ten decimals of it are enough to look at.
fn approximately(n: Decimal, d: Decimal, percent: bool) -> Option<Decimal> {
    let hundred = if percent { Decimal::ONE_HUNDRED } else { Decimal::ONE };
    n.checked_div(d)?.checked_mul(hundred).map(|value| value.round_dp(10))
}

fn division(n: Option<Decimal>, d: Option<Decimal>, value: Option<Decimal>, percent: bool) -> Option<String> {
    let (n, d) = n.zip(d)?;
    let hundred = if percent { "100 × " } else { "" };
    let value = value.map_or_else(|| "not computable".to_owned(), plain);
    Some(format!("{hundred}{} / {} = {value}", plain(n), plain(d)))
}

fn plain(value: Decimal) -> String {
    if value.is_zero() { "0".to_owned() } else { value.normalize().to_string() }
}

fn taken(taking: Taking, brings: &[&Brings], value: Option<Decimal>) -> String {
    let counting: Vec<&&Brings> = brings.iter().filter(|brings| brings.counts).collect();
    let amounts: Vec<Decimal> = counting.iter().filter_map(|brings| brings.amount).collect();
    let value = value.map_or_else(|| "nothing".to_owned(), plain);
    match taking {
        Taking::Sum if amounts.is_empty() => format!("the sum of no amounts = {value}"),
        Taking::Sum if amounts.len() <= WRITTEN => {
            format!("{} = {value}", amounts.iter().copied().map(plain).collect::<Vec<_>>().join(" + "))
        }
        Taking::Sum => {
            let first: Vec<String> = amounts.iter().take(WRITTEN - 1).copied().map(plain).collect();
            let last = amounts.last().copied().map(plain).unwrap_or_default();
            format!("{} + … + {last} = {value} ({} amounts)", first.join(" + "), amounts.len())
        }
        Taking::Count => format!("{value} rows count"),
        Taking::Distinct => {
            let named: BTreeSet<&String> =
                counting.iter().filter(|brings| brings.by_name).filter_map(|brings| brings.identity.as_ref()).collect();
            let beside = if named.is_empty() {
                String::new()
            } else {
                format!("; {} more are known by name only and count in the upper bound", named.len())
            };
            format!("{value} different in {} rows{beside}", counting.len())
        }
        Taking::Least => format!("the least of {} values = {value}", amounts.len()),
        Taking::Greatest => format!("the greatest of {} values = {value}", amounts.len()),
        Taking::Median => {
            format!("number {} of {} values in order = {value}", amounts.len().div_ceil(2), amounts.len())
        }
    }
}

fn derived(result: &IndicatorResult, parts: &[Traced], percent: bool) -> Formula {
    let values: Option<Vec<Decimal>> = parts.iter().map(|part| part.value.known()).collect();
    match (&result.made, values.as_deref()) {
        (Made::Quotient { .. }, Some([n, d])) => {
            let value = divided(*n, *d, percent);
            Formula { lines: division(Some(*n), Some(*d), value, percent).into_iter().collect(), again: value }
        }
        (Made::Sum(_), Some(values)) => {
            let sum = values.iter().copied().try_fold(Decimal::ZERO, Decimal::checked_add);
            let all = values.iter().copied().map(plain).collect::<Vec<_>>().join(" + ");
            Formula { lines: sum.map(|sum| format!("{all} = {}", plain(sum))).into_iter().collect(), again: sum }
        }
        _ => Formula { lines: vec!["a part is not known".to_owned()], again: None },
    }
}

/// Answers, and Σ w·y and Σ w·x.
#[derive(Default)]
struct Sums {
    answers: usize,
    inside: usize,
    population: Option<u64>,
    y: Decimal,
    x: Decimal,
    w: Decimal,
}

/// By wave and stratum: answers, weights, and what they add up to. Sums are shown; the estimator is described in
/// docs/methods.md.
fn estimated(result: &IndicatorResult, figure: &Figure, answers: &[&AnswerRow]) -> Formula {
    let mut lines = Vec::new();
    let mut waves: BTreeMap<(bool, usize), Vec<&AnswerRow>> = BTreeMap::new();
    for row in answers {
        waves.entry((!row.paired, row.wave)).or_default().push(row);
    }
    let paired = answers.iter().any(|row| row.paired);
    let last = waves.keys().filter(|(single, _)| *single != paired).map(|(_, wave)| *wave).max();
    let mut again = None;
    for ((single, wave), rows) in waves {
        let mut strata: BTreeMap<&str, Sums> = BTreeMap::new();
        for row in &rows {
            let sums = strata.entry(row.stratum.as_str()).or_default();
            sums.answers += 1;
            sums.population = row.population;
            if row.inside {
                sums.inside += 1;
                sums.y += row.weight * row.y;
                sums.x += row.weight * row.x.unwrap_or_default();
                sums.w += row.weight;
            }
        }
        let on_pairs = if single { "" } else { ", on the pairs" };
        let title = rows.first().map(|row| row.wave_title.as_str()).unwrap_or_default();
        lines.push(format!("{title}{on_pairs}:"));
        let ratio = rows.iter().any(|row| row.x.is_some());
        for (name, sums) in &strata {
            let of = sums.population.map_or_else(String::new, |all| format!(" of {all} in the frame"));
            let x = if ratio { format!(", Σ w·x = {}", plain(sums.x.round_dp(6))) } else { String::new() };
            lines.push(format!(
                "  {name}: {} answers{of}, {} inside the population; Σ w·y = {}{x}",
                sums.answers,
                sums.inside,
                plain(sums.y.round_dp(6))
            ));
        }
        let (y, x): (Decimal, Decimal) = strata.values().fold(Default::default(), |(y, x), s| (y + s.y, x + s.x));
        let weights: Decimal = strata.values().map(|sums| sums.w).sum();
        let is_median = result.method.iter().any(|line| line.contains("Woodruff"));
        let is_total = figure.denominator.is_none() && !is_median;
        if is_median {
            lines.push("  the smallest y that half of the weights do not exceed".to_owned());
            continue;
        }
        let (n, d) = (y, if ratio { x } else { weights });
        if is_total {
            lines.push(format!("  total = {}", plain(y.round_dp(6))));
        } else {
            let hundred = result.unit.is_percent() && figure.value.known().is_some();
            let value = approximately(n, d, hundred);
            let one = division(Some(n.round_dp(6)), Some(d.round_dp(6)), value, hundred);
            lines.extend(one.map(|line| format!("  {line}")));
        }
        if single != paired && Some(wave) == last {
            again = if is_total { Some(y) } else { approximately(n, d, result.unit.is_percent()) };
        }
    }
    if let Some(change) =
        result.estimate.as_ref().and_then(|facts| facts.change.as_ref()).filter(|_| figure.by.is_empty())
    {
        lines.push(format!("change = {} {}", plain(change.value), change.unit));
    }
    // The estimators add up in another order: what agrees to nine digits is the same.
    let same = |again: &Decimal, value: &Decimal| (*value - *again).abs() <= value.abs() * Decimal::new(1, 9);
    let again = again.map(|again| figure.value.known().filter(|value| same(&again, value)).unwrap_or(again));
    Formula { lines, again }
}

/// What the figure is held against: each with its place, and the expected path with its numbers.
pub fn held(project: &Project, board: &Scoreboard, result: &IndicatorResult, figure: &Figure) -> Vec<String> {
    let mut lines = Vec::new();
    let at = |line: Option<u32>| line.map_or_else(String::new, |line| format!(" ({}:{line})", result.declared.file));
    let amount = |value| shown(value, &result.unit);
    if let Some(baseline) = figure.baseline {
        let estimated = if result.baseline.is_none() && result.estimate.is_some() { " (estimated)" } else { "" };
        lines.push(format!("baseline {}{estimated}{}", amount(baseline), at(result.declared.baseline)));
    }
    let Some(target) = figure.target else { return lines };
    let place = match figure.by.first() {
        Some((field, value)) if field == "partner" => {
            let mut own = result.declared.partner_targets.iter();
            own.find(|(partner, _)| partner.as_str() == value).map(|(_, line)| *line)
        }
        _ => result.declared.targets.last().copied(),
    };
    lines.push(format!("target {} by {}{}", amount(target.value), target.on, at(place)));
    let baseline = figure.baseline.unwrap_or_default();
    if let (Some(expected), Some(day)) = (figure.expected, figure.cut_off) {
        let steps = project.catalog.indicator(&result.code).is_some_and(|one| one.trajectory == Trajectory::Steps);
        let start = result.baseline.as_ref().and_then(|baseline| baseline.on).unwrap_or(board.programme.start);
        let mut points = vec![(start, baseline)];
        if figure.by.is_empty() {
            points.extend(result.milestones.iter().map(|milestone| (milestone.on, milestone.value)));
        }
        points.push((target.on, target.value));
        let before = points.iter().rev().find(|(on, _)| *on <= day);
        let after = points.iter().find(|(on, _)| *on > day);
        let path = match (before, after) {
            (Some((from, low)), Some((to, high))) if !steps && from < to => format!(
                "{} + ({} − {}) × {} / {} days from {from} to {to}",
                plain(*low),
                plain(*high),
                plain(*low),
                (day - *from).num_days(),
                (*to - *from).num_days()
            ),
            (Some((from, _)), _) => format!("as declared for {from}"),
            _ => "before the start".to_owned(),
        };
        lines.push(format!("expected on {day}: {path} = {}", plain(expected)));
    }
    if let (Some(progress), Some(value)) = (figure.progress, figure.value.known()) {
        let (a, b, t) = (plain(value), plain(baseline), plain(target.value));
        lines.push(format!("progress ({a} − {b}) / ({t} − {b}) = {}", plain(progress)));
    }
    if let (Some(rate), Some(value)) = (figure.achievement, figure.value.known()) {
        lines.push(format!("achievement {} / {} = {}", plain(value), plain(target.value), plain(rate)));
    }
    lines
}
