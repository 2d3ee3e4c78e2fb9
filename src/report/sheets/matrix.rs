//! Partners × indicators: every figure that is counted by partner, as a heat map of the way to each partner's target.

use super::grid::{self, Column, Grid};
use super::{Context, heading};
use crate::report::book::{Cell, Sheet};
use crate::report::canvas::Canvas;
use crate::report::prose;
use crate::report::style::Look;
use crate::report::words::{self, head};

/// None with fewer than two partners: then it would only repeat the summary.
pub fn sheet(context: Context) -> Option<Sheet> {
    let board = context.scoreboard;
    let columns: Vec<Column<'_>> = board
        .indicators
        .iter()
        .zip(context.names)
        .filter_map(|(one, sheet)| {
            let breakdown = one.breakdowns.iter().find(|breakdown| breakdown.field == "partner")?;
            Some(Column { one, sheet, breakdown })
        })
        .collect();
    let partners = &board.programme.partners;
    if columns.is_empty() || partners.len() < 2 {
        return None;
    }
    let lines = partners.iter().map(|one| grid::Line { value: one.code.as_str(), name: &one.name }).collect();
    let last = grid::last(columns.len());
    let mut canvas = Canvas::new(context.tongue, words::MATRIX, grid::widths(columns.len()));
    heading(&mut canvas, context, last, words::MATRIX, prose::MATRIX);
    super::frozen(&mut canvas, 3, 2);
    canvas.gap(10);
    grid::write(&mut canvas, &Grid { head: head::PARTNER.to_owned(), lines, columns });
    canvas.span(1, last, Cell::text(prose::MATRIX_LEGEND), Look::Note.plain()).end();
    Some(canvas.finish())
}
