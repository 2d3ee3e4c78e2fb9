//! What a report says of rows that somebody made up: at its top, and beside the figures that count them.

use super::language::own;
use super::style::NumberFormat;
use crate::model::scoreboard::{IndicatorResult, Scoreboard};

/// One line below the title; None where all rows are what they seem.
pub fn line(board: &Scoreboard) -> Option<String> {
    if let Some(why) = &board.programme.illustrative {
        return Some(every(why));
    }
    let made_up = board.indicators.iter().filter(|one| !one.illustrative.is_empty());
    let mut whys: Vec<&str> = Vec::new();
    for why in made_up.clone().flat_map(|one| &one.illustrative) {
        if !whys.contains(&why.as_str()) {
            whys.push(why);
        }
    }
    (!whys.is_empty()).then(|| some(made_up.count(), board.indicators.len(), &whys.join(" ")))
}

/// Beside the figures of one indicator.
pub fn beside(one: &IndicatorResult) -> Vec<String> {
    one.illustrative.iter().map(|why| rows(why)).collect()
}

/// A figure that counts such rows bears their mark.
pub fn marked(one: &IndicatorResult, number: NumberFormat) -> NumberFormat {
    number.illustrative(!one.illustrative.is_empty())
}

fn every(why: &str) -> String {
    format!("≈ Illustrative rows behind every figure: {}", own(why))
}

fn some(marked: usize, all: usize, whys: &str) -> String {
    format!("≈ Illustrative rows behind {marked} of {all} indicators, whose figures are marked ≈: {}", own(whys))
}

fn rows(why: &str) -> String {
    format!("≈ Illustrative rows: {}", own(why))
}
