//! What an estimate takes from an answer: y, and the x that it is held against.

use std::collections::BTreeMap;

use super::WaveInput;
use super::survey::Prepared;
use super::weighting::number;
use crate::define::catalog::Estimate;
use crate::sql::frame::{query, text};

/// y and x of an answer; None if it cannot be used for this estimate.
pub type Pick<'a> = Box<dyn Fn(&WaveInput, usize) -> Option<(f64, f64)> + 'a>;

/// # Errors
/// What the SQL engine refuses, as text.
pub fn pick<'a>(estimate: &'a Estimate, prepared: &'a Prepared<'a>) -> Result<Pick<'a>, String> {
    Ok(match estimate {
        Estimate::Ratio { of, to } => Box::new(move |input, row| {
            Some((number(&input.rows, of.as_str(), row)?, number(&input.rows, to.as_str(), row)?))
        }),
        Estimate::Total(of) | Estimate::Mean(of) | Estimate::Median(of) => {
            Box::new(move |input, row| Some((number(&input.rows, of.as_str(), row)?, 1.0)))
        }
        Estimate::Share(condition) => {
            let mut truths: BTreeMap<&str, Vec<Option<f64>>> = BTreeMap::new();
            for input in prepared.waves.iter().filter_map(|(_, input, _)| *input) {
                let rows = &input.rows;
                // The section comes along so that a condition of constants alone has as many answers as there are rows.
                let sql = format!("SELECT section, ({}) AS truth__ FROM wave__", condition.sql);
                let answer = query(&[("wave__", rows)], &sql).map_err(|error| error.to_string())?;
                let truth = |row| text(&answer, "truth__", row).map(|truth| f64::from(u8::from(truth == "true")));
                truths.insert(input.wave.as_str(), (0..rows.height()).map(truth).collect());
            }
            Box::new(move |input, row| {
                let truth = truths.get(input.wave.as_str())?.get(row).copied().flatten()?;
                Some((truth, 1.0))
            })
        }
    })
}
