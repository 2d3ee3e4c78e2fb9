//! Declared checks, run by the SQL engine over the rows that are otherwise sound.

use polars::prelude::{BooleanChunked, DataFrame};

use super::rows::Rows;
use crate::define::catalog::Check;
use crate::sql::frame;

/// For each check the rows for which it is FALSE; NULL passes.
///
/// # Errors
/// What the engine refuses, as text: a fault of this program, since every check was tried when it was defined.
pub fn failing(frame: &DataFrame, checks: &[Check], rows: &Rows) -> Result<Vec<Vec<usize>>, String> {
    if checks.is_empty() || rows.is_empty() {
        return Ok(vec![Vec::new(); checks.len()]);
    }
    let columns: Vec<String> =
        checks.iter().enumerate().map(|(i, check)| format!("({}) AS c{i}", check.expect.sql)).collect();
    let sql = format!("SELECT {} FROM submission", columns.join(", "));
    let result = frame::query(&[("submission", frame)], &sql).map_err(|error| error.to_string())?;
    (0..checks.len())
        .map(|i| {
            let column = result.column(&format!("c{i}")).map_err(|error| error.to_string())?;
            let truth: &BooleanChunked = column.bool().map_err(|error| error.to_string())?;
            // A check without any field is one value for all rows.
            let single = (truth.len() == 1 && rows.len() > 1).then(|| truth.get(0)).flatten();
            Ok((0..rows.len()).filter(|row| single.or_else(|| truth.get(*row)) == Some(false)).collect())
        })
        .collect()
}
