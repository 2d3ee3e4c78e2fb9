//! What figures are made of, as data: how an indicator comes about, and the answers behind an estimate with the weights
//! that it used.

use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive as _;

use super::estimate::{Answer, Design, Pair, pair_weights, weights};
use super::estimation::Estimation;
use super::survey::ends;
use super::wave::place_of;
use crate::define::catalog::{Derived, Estimate, How, Indicator, Pairing, RowMeasure};
use crate::finding::Place;
use crate::model::scoreboard::AnswerRow;
use crate::model::trace::{Made, Taking};
use crate::sql::Function;

/// How an indicator comes about.
pub fn made(indicator: &Indicator) -> Made {
    let taking = |function: Function| match function {
        Function::Count => Taking::Count,
        Function::CountDistinct => Taking::Distinct,
        Function::Sum => Taking::Sum,
        Function::Min => Taking::Least,
        Function::Max => Taking::Greatest,
    };
    match &indicator.how {
        How::Rows { measure: RowMeasure::One(measure), .. } => Made::Rows(taking(measure.function)),
        How::Rows { measure: RowMeasure::Ratio { of, to }, .. } => {
            Made::Ratio { of: taking(of.function), to: taking(to.function) }
        }
        How::Rows { measure: RowMeasure::Mean { .. }, .. } => Made::Mean,
        How::Rows { measure: RowMeasure::Median(_), .. } => Made::Rows(Taking::Median),
        How::Survey { .. } => Made::Answers,
        How::Derived(Derived::Ratio { of, to }) => Made::Quotient { of: of.clone(), to: to.clone() },
        How::Derived(Derived::Sum(parts)) => Made::Sum(parts.clone()),
    }
}

/// One usable answer of one wave: member of the frame, row of the wave, weight, y and x.
struct Used {
    at: usize,
    row: usize,
    weight: f64,
    y: f64,
    x: f64,
}

/// Which answers a list of them is.
#[derive(Clone, Copy)]
struct Basis<'a> {
    paired: bool,
    wave: usize,
    /// The wave whose frame the members are of.
    frame: usize,
    used: &'a [Used],
}

impl Estimation<'_> {
    /// The answers of every wave by itself, and those of the pairs where the figure is a change on pairs.
    pub(super) fn evidence(&self, indicator: &Indicator, groups: &[Vec<Vec<Option<String>>>]) -> Vec<AnswerRow> {
        let mut rows = Vec::new();
        if matches!(&indicator.how, How::Survey { change: Some((_, Pairing::Paired)), .. })
            && let Some((first, last)) = ends(&self.prepared.waves)
        {
            let (before, after) = self.used_pairs(first, last);
            for (wave, used) in [(first, &before), (last, &after)] {
                rows.extend(self.told(indicator, groups, Basis { paired: true, wave, frame: first, used }));
            }
        }
        for wave in 0..self.prepared.waves.len() {
            let used = self.used(wave);
            rows.extend(self.told(indicator, groups, Basis { paired: false, wave, frame: wave, used: &used }));
        }
        rows
    }

    fn used(&self, wave: usize) -> Vec<Used> {
        let (_, input, matched) = &self.prepared.waves[wave];
        let Some(input) = input else { return Vec::new() };
        let usable = self.answers(wave);
        let design: Design<'_> = self.design(wave, &usable.margins);
        let Ok(weights) = weights(&usable.rows, &design) else { return Vec::new() };
        // In the very order in which the answers were taken.
        let taken = matched.complete().filter(|(_, row)| (self.pick)(input, *row).is_some());
        let of = |(((at, row), answer), weight): (((usize, usize), &Answer), f64)| Used {
            at,
            row,
            weight,
            y: answer.y,
            x: answer.x,
        };
        taken.zip(&usable.rows).zip(weights).map(of).collect()
    }

    fn used_pairs(&self, first: usize, last: usize) -> (Vec<Used>, Vec<Used>) {
        let waves = &self.prepared.waves;
        let (Some(before), Some(after)) = (waves[first].1, waves[last].1) else { return (Vec::new(), Vec::new()) };
        let usable = self.pairs(first, last);
        let Ok(weights) = pair_weights(&usable.rows, &self.design(first, &usable.margins)) else {
            return (Vec::new(), Vec::new());
        };
        let both = |(_, row, later): &&(usize, usize, usize)| {
            (self.pick)(before, *row).is_some() && (self.pick)(after, *later).is_some()
        };
        let taken = self.prepared.pairs.iter().filter(both);
        let of = |(((at, row, later), pair), weight): ((&(usize, usize, usize), &Pair), f64)| {
            let one = |row, y, x| Used { at: *at, row, weight, y, x };
            (one(*row, pair.y0, pair.x0), one(*later, pair.y1, pair.x1))
        };
        taken.zip(&usable.rows).zip(weights).map(of).unzip()
    }

    fn told(&self, indicator: &Indicator, groups: &[Vec<Vec<Option<String>>>], basis: Basis<'_>) -> Vec<AnswerRow> {
        let (wave, input, _) = &self.prepared.waves[basis.wave];
        let Some(input) = input else { return Vec::new() };
        let matched = &self.prepared.waves[basis.frame].2;
        let fields: Vec<&str> = match self.estimate {
            Estimate::Ratio { of, to } => vec![of.as_str(), to.as_str()],
            Estimate::Total(of) | Estimate::Mean(of) | Estimate::Median(of) => vec![of.as_str()],
            Estimate::Share(condition) => condition.fields.iter().map(String::as_str).collect(),
        };
        let is_ratio = matches!(self.estimate, Estimate::Ratio { .. });
        let exact = |value: f64| Decimal::from_f64(value).unwrap_or_default().normalize();
        let row = |used: &Used| {
            let member = &matched.frame.members[used.at];
            let stratum = &matched.weights.strata()[matched.weights.stratum(member)];
            let mut cells = Vec::new();
            let (mut file, mut sheet) = (String::new(), String::new());
            for field in &fields {
                if let Place::Cell { file: of, sheet: on, cell: Some(cell) } = place_of(input, used.row, field) {
                    (file, sheet) = (of, on);
                    cells.push(((*field).to_owned(), cell));
                }
            }
            let group = |values: &Vec<Vec<Option<String>>>| {
                values[basis.frame][used.at].clone().unwrap_or_else(|| super::weighting::NOT_GIVEN.to_owned())
            };
            AnswerRow {
                indicator: indicator.code.clone(),
                paired: basis.paired,
                wave: basis.wave,
                wave_title: self.prepared.result.waves[basis.wave].title.clone(),
                on: wave.on,
                enterprise: member.identity().to_owned(),
                stratum: stratum.name.clone(),
                population: stratum.population,
                weight: exact(used.weight),
                y: exact(used.y),
                x: is_ratio.then(|| exact(used.x)),
                inside: self.domains[basis.frame][used.at],
                by: groups.iter().map(group).collect(),
                file,
                sheet,
                cells,
            }
        };
        basis.used.iter().map(row).collect()
    }
}
