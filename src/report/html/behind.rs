//! Which rows, or answers of a survey, each figure is counted from, and what they come to.
//!
//! The page stays small: of all rows at most [`MOST`] are in it, shared out so that every indicator has some.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::page::Page;
use crate::model::number::{percentage, quotient};
use crate::model::presentation::SheetKind;
use crate::model::scoreboard::{
    Accumulation, AnswerRow, EvidenceRow, Figure, IndicatorResult, Scoreboard, WaveEstimate,
};
use crate::model::trace::{Made, Standing, Taking};
use crate::report::language::own;
use crate::report::prose;
use crate::report::sheets::{number_format, point_name};
use crate::report::words::page as ours;

/// Rows in the page.
const MOST: usize = 10_000;

/// A line of a breakdown, or another figure of an indicator; the total is under nothing.
pub type Key = (String, String);

/// Rows dated after the cut-off.
pub const AFTER: (&str, &str) = ("after", "");
/// The total on a day of the trajectory, in the form 2016-05-31.
pub const ON: &str = "on";
/// An estimate of a wave, by its position.
pub const WAVE: &str = "wave";

/// The rows of every indicator, as far as the audience may see them.
pub struct Rows<'a> {
    pub of: BTreeMap<&'a str, Own<'a>>,
    /// Rows of one indicator that are in the page.
    pub most: usize,
}

/// What one indicator is counted or estimated from.
pub struct Own<'a> {
    pub rows: Vec<&'a EvidenceRow>,
    pub answers: Vec<&'a AnswerRow>,
    /// Positions among the rows or the answers.
    pub lines: BTreeMap<Key, Vec<usize>>,
    pub result: &'a IndicatorResult,
}

impl<'a> Rows<'a> {
    pub fn new(board: &'a Scoreboard) -> Self {
        let shown = !board.audience.is_restricted() && board.presentation.sheets.contains(&SheetKind::Evidence);
        let mut of: BTreeMap<&str, Own> = BTreeMap::new();
        for result in board.indicators.iter().filter(|_| shown) {
            of.insert(
                result.code.as_str(),
                Own { rows: Vec::new(), answers: Vec::new(), lines: BTreeMap::new(), result },
            );
        }
        let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, row) in board.evidence.rows.iter().enumerate() {
            if let Some(own) = of.get_mut(row.indicator.as_str()) {
                own.put_row(row);
                places.entry(row.indicator.as_str()).or_default().push(at);
            }
        }
        for answer in &board.evidence.answers {
            if let Some(own) = of.get_mut(answer.indicator.as_str()) {
                own.put_answer(answer);
            }
        }
        of.retain(|_, own| !own.rows.is_empty() || !own.answers.is_empty());
        for (code, own) in &mut of {
            own.put_days(board, places.get(code).map_or(&[], Vec::as_slice));
        }
        let counts: Vec<usize> = of.values().map(Own::len).collect();
        Self { of, most: share_out(&counts, MOST) }
    }

    /// How many rows a figure is counted from.
    pub fn behind(&self, one: &IndicatorResult, by: Option<(&str, &str)>) -> usize {
        let (field, value) = by.unwrap_or_default();
        let own = self.of.get(one.code.as_str());
        own.and_then(|own| own.lines.get(&(field.to_owned(), value.to_owned()))).map_or(0, Vec::len)
    }
}

impl<'a> Own<'a> {
    pub fn len(&self) -> usize {
        self.rows.len() + self.answers.len()
    }

    fn line(&mut self, key: (&str, &str), at: usize) {
        self.lines.entry((key.0.to_owned(), key.1.to_owned())).or_default().push(at);
    }

    fn put_row(&mut self, row: &'a EvidenceRow) {
        let at = self.rows.len();
        self.rows.push(row);
        let standing = row.standing;
        if matches!(standing, Standing::Counts | Standing::Record) {
            self.line(("", ""), at);
        }
        if standing == Standing::After {
            self.line(AFTER, at);
        }
        for (place, breakdown) in self.result.breakdowns.iter().enumerate() {
            let own = row.by.get(place).map(String::as_str);
            let (stands, value) = if breakdown.field == "partner" {
                (matches!(standing, Standing::Counts | Standing::Partner), own.or(Some(row.partner.as_str())))
            } else {
                (matches!(standing, Standing::Counts | Standing::Record), own)
            };
            // A stock's line of a period is the state at its end.
            let state = breakdown.field == "period" && self.result.accumulation == Accumulation::Stock;
            if let Some(value) = value.filter(|_| stands && !state) {
                self.line((&breakdown.field, value), at);
            }
        }
    }

    fn put_answer(&mut self, answer: &'a AnswerRow) {
        let at = self.answers.len();
        self.answers.push(answer);
        let Some(facts) = &self.result.estimate else { return };
        for (place, wave) in facts.waves.iter().enumerate() {
            if is_of(answer, wave) {
                self.line((WAVE, &place.to_string()), at);
            }
        }
        if answer.paired == facts.change.is_some() {
            self.line(("", ""), at);
            for (place, breakdown) in self.result.breakdowns.iter().enumerate() {
                if let Some(value) = answer.by.get(place) {
                    self.line((&breakdown.field, value), at);
                }
            }
        }
    }

    /// The total on each day of the trajectory, and of a stock each period.
    fn put_days(&mut self, board: &'a Scoreboard, places: &[usize]) {
        if self.rows.is_empty() {
            return;
        }
        let local = |global: usize| places.binary_search(&global).ok();
        for point in self.result.trajectory.iter().filter(|point| point.actual.is_some()) {
            let at: Vec<usize> = board.evidence.on(self.result, point.on).filter_map(|(at, _)| local(at)).collect();
            let stock = self.result.accumulation == Accumulation::Stock;
            let period = self.result.breakdowns.iter().any(|breakdown| breakdown.field == "period");
            if stock && period && !at.is_empty() {
                self.lines.insert(("period".to_owned(), point.label.clone()), at.clone());
            }
            if !at.is_empty() {
                self.lines.insert((ON.to_owned(), point.on.to_string()), at);
            }
        }
    }

    /// How many rows, and what they come to: the figure made once more.
    pub fn said(&self, page: &Page, key: &Key, at: &[usize]) -> String {
        if self.rows.is_empty() {
            return self.estimated(at);
        }
        let rows = || at.iter().filter_map(|at| self.rows.get(*at)).copied();
        let above = || rows().map(|row| &row.brings);
        let below = || rows().filter_map(|row| row.below.as_ref());
        let exact = |value: Option<Decimal>| value.map(|value| own(page.exact(value))).unwrap_or_default();
        let count = at.len();
        let figure = self.figure(key);
        let point = self.result.trajectory.iter().find(|point| key.0 == ON && point.on.to_string() == key.1);
        let shown = figure.and_then(|figure| figure.value.known()).or_else(|| point?.actual);
        let (text, agrees) = match &self.result.made {
            Made::Rows(taking) => {
                let made = taking.of(above());
                (ours::made(*taking, count, &exact(made)), made.is_some() && made == shown)
            }
            Made::Ratio { .. } | Made::Mean => {
                let (of, to) = match &self.result.made {
                    Made::Ratio { of, to } => (*of, *to),
                    _ => (Taking::Sum, Taking::Count),
                };
                let (made, over) = (of.of(above()), to.of(below()));
                let divide = if self.result.unit.is_percent() { percentage } else { quotient };
                let whole = made.zip(over).and_then(|(above, below)| divide(above, below));
                (ours::made_ratio(count, &exact(made), &exact(over)), whole.is_some() && whole == shown)
            }
            Made::Answers | Made::Quotient { .. } | Made::Sum(_) => (ours::rows(count), false),
        };
        if agrees { format!("✓ {text}") } else { text }
    }

    /// How many answers, and what their weighted amounts come to in each wave.
    fn estimated(&self, at: &[usize]) -> String {
        let number = number_format(self.result);
        let waves = self.result.estimate.iter().flat_map(|facts| &facts.waves);
        let mut parts = vec![ours::answers(at.len())];
        for wave in waves {
            let own = || at.iter().filter_map(|at| self.answers.get(*at)).copied().filter(|answer| is_of(answer, wave));
            let weighted = |value: fn(&AnswerRow) -> Option<Decimal>| {
                own().try_fold(Decimal::ZERO, |sum, answer| sum.checked_add(answer.weight.checked_mul(value(answer)?)?))
            };
            let (Some(y), true) = (weighted(|answer| Some(answer.y)), own().next().is_some()) else { continue };
            let made = match weighted(|answer| answer.x) {
                Some(x) if self.result.unit.is_percent() => percentage(y, x),
                Some(x) => quotient(y, x),
                None => Some(y),
            };
            if let Some(made) = made {
                parts.push(ours::estimated(&point_name(&wave.title), &number.shown(made)));
            }
        }
        parts.join(" · ")
    }

    /// The figure that a key is for, where it stands in the scoreboard with its parts.
    fn figure(&self, (field, value): &Key) -> Option<&'a Figure> {
        if field.is_empty() {
            return Some(&self.result.total);
        }
        let breakdown = self.result.breakdowns.iter().find(|breakdown| breakdown.field == *field)?;
        breakdown.figures.iter().find(|figure| figure.by.last().is_some_and(|(_, own)| own == value))
    }
}

/// Whether an answer was used for this estimate of a wave.
fn is_of(answer: &AnswerRow, wave: &WaveEstimate) -> bool {
    answer.on == wave.on && answer.paired == (wave.title == prose::on_pairs(&answer.wave_title))
}

/// The most that each may have so that all together have no more than `limit`.
fn share_out(counts: &[usize], limit: usize) -> usize {
    let mut sorted = counts.to_vec();
    sorted.sort_unstable();
    let (mut left, mut most) = (limit, 0);
    for (at, count) in sorted.iter().enumerate() {
        let share = left / (sorted.len() - at);
        if share < *count {
            return share;
        }
        most = *count;
        left -= count;
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_shared_out_so_that_every_indicator_has_some() {
        assert_eq!(share_out(&[3, 5], 100), 5);
        assert_eq!(share_out(&[1, 90_000, 90_000], 10_001), 5_000);
        assert_eq!(share_out(&[], 10), 0);
    }
}
