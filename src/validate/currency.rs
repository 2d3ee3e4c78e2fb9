//! Amounts whose row names their currency: a cell that shows another one is a contradiction, and nobody knows which holds.

use super::column::Problem;
use super::read::number::parse_number;
use super::rows::Column;
use crate::define::catalog::{Field, FieldCurrency};
use crate::finding::{Severity, rules};
use crate::ingest::{Cell, Sheet};

/// Problems of one column, whose field's currency stands in another.
pub fn contradictions(
    field: &Field,
    sheet: &Sheet,
    cells: &[Option<Cell>],
    columns: &[(String, Column)],
) -> Vec<Problem> {
    let Some(FieldCurrency::Field(named)) = &field.currency else { return Vec::new() };
    let Some((_, named)) = columns.iter().find(|(name, _)| name == named.as_str()) else { return Vec::new() };
    let problem = |(row, cell): (usize, &Option<Cell>)| {
        let shown = match (*cell)? {
            Cell::Money(_, currency) => currency.as_str().to_owned(),
            Cell::Text(id) => parse_number(sheet.text(id)).currency?.to_owned(),
            _ => return None,
        };
        let said = named.text(row)?.trim().to_uppercase();
        (said != shown).then(|| Problem {
            row,
            rule: &rules::CURRENCY_OTHER,
            severity: Severity::Error,
            message: format!("the amount is in {shown}, not in {said}"),
            help: "Correct the cell, or the currency of its row.".to_owned(),
            suggestion: None,
        })
    };
    cells.iter().enumerate().filter_map(problem).collect()
}
