//! What a report says of chains: what workbook and page share.

use super::language::own;
use super::words;
use crate::model::chain::{Chain, Cohort, Open};
use crate::model::number::quotient;
use crate::report::style::NumberFormat;
use rust_decimal::Decimal;

pub const LEGEND: &str = "By the period in which a record began: how many reached each step up to the day of the scoreboard, \
    their share, and the median of the days until then. Young cohorts have had less time.";
pub const BEGAN: &str = "Began in";

/// What is followed, and what a reader must know.
pub fn lines(chain: &Chain) -> Vec<String> {
    let mut lines = vec![format!("Records of {}.", own(&chain.collection))];
    if chain.coverage.reported < chain.coverage.due {
        lines.push(format!("{} partners have reported.", chain.coverage));
    }
    lines
}

/// The period of a cohort; all of them under an empty label.
pub fn cohort(cohort: &Cohort) -> String {
    if cohort.label.is_empty() { words::ALL.to_owned() } else { own(&cohort.label) }
}

/// `12 · 40 % · 21 days`.
pub fn reached(cohort: &Cohort, step: usize) -> String {
    let count = cohort.reached.get(step).copied().unwrap_or(0);
    let share = quotient(Decimal::from(count), Decimal::from(cohort.began));
    let share = share.map_or_else(String::new, |share| format!(" · {}", NumberFormat::SHARE.shown(share)));
    let days = cohort.days.get(step).copied().flatten();
    let days = days.map_or_else(String::new, |days| format!(" · {days} days"));
    format!("{count}{share}{days}")
}

/// Over the list of what is open.
pub fn open(chain: &Chain) -> String {
    let total: usize = chain.open.iter().map(|one| one.count).sum();
    if total == 0 {
        return format!("Nothing has waited for more than {} days.", chain.open_after);
    }
    let step = chain.steps.get(1).map_or("", String::as_str);
    format!("{total} without “{}” for more than {} days:", own(step), chain.open_after)
}

/// One partner's line.
pub fn open_line(one: &Open) -> String {
    let more = if one.count > one.keys.len() { ", …" } else { "" };
    format!("{}, the oldest for {} days: {}", one.count, one.longest, own(format!("{}{more}", one.keys.join(", "))))
}
