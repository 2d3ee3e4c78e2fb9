//! Matrices: what is there by two things at once, drawn with its gaps, and the gaps as a list.

use super::{Context, heading, heads, section};
use crate::model::matrix::{Matrix, MatrixCell, MatrixPart};
use crate::report::book::{Cell, Sheet};
use crate::report::canvas::{Canvas, MARGIN, between};
use crate::report::language::own;
use crate::report::matrix as told;
use crate::report::style::{Look, Rule};
use crate::report::words::{self, head};

const NAME: u16 = 1;
const FIRST: u16 = 2;

pub fn sheet(context: Context) -> Option<Sheet> {
    let matrices = &context.scoreboard.matrices;
    let widest = matrices.iter().map(|one| one.columns.len()).max()?;
    let last = NAME + u16::try_from(widest.max(5)).unwrap_or(NAME);
    let mut widths = vec![MARGIN, between(150, 240)];
    widths.extend(std::iter::repeat_n(between(110, 170), widest.max(5)));
    let mut canvas = Canvas::new(context.tongue, words::MAP, widths);
    heading(&mut canvas, context, last, words::MAP, told::ABOUT);
    super::frozen(&mut canvas, 3, 2);
    canvas.gap(10);
    for matrix in matrices {
        section(&mut canvas, last, &own(&matrix.title));
        for line in told::lines(matrix) {
            canvas.span(NAME, last, Cell::text(line), Look::Note.plain()).end();
        }
        for part in &matrix.parts {
            block(&mut canvas, matrix, part, last);
        }
        gaps(&mut canvas, matrix, last);
    }
    canvas.span(NAME, last, Cell::text(told::LEGEND), Look::Note.plain()).end();
    Some(canvas.finish())
}

fn block(canvas: &mut Canvas, matrix: &Matrix, part: &MatrixPart, last: u16) {
    let start = canvas.gap(8);
    canvas.span(NAME, last, Cell::text(told::part(matrix, part)), Look::Strong.plain()).end();
    canvas.text(NAME, told::axes(matrix), Look::Head);
    for (at, name) in (FIRST..).zip(&matrix.columns) {
        canvas.verbatim(at, name, Look::Head);
    }
    let edge = NAME + u16::try_from(matrix.columns.len()).unwrap_or(0);
    canvas.end_ruled(NAME, edge, Rule::Below);
    for (name, cells) in matrix.rows.iter().zip(&part.cells) {
        canvas.verbatim(NAME, name, Look::Text);
        for (at, cell) in (FIRST..).zip(cells) {
            match content(part, cell) {
                Some(text) => canvas.put(at, Cell::verbatim_lines(text), Look::Held.plain()),
                None => canvas.text(at, told::absence(part), Look::AbsentText),
            };
        }
        canvas.end_ruled(NAME, edge, Rule::Hair);
    }
    canvas.keep_from(start);
}

/// What is counted, and by which names.
fn content(part: &MatrixPart, cell: &MatrixCell) -> Option<String> {
    let value = cell.value.filter(|_| part.reported)?.normalize();
    Some(if cell.names.is_empty() { value.to_string() } else { format!("{value}\n{}", cell.names.join(", ")) })
}

/// One line for each row in which something is missing.
fn gaps(canvas: &mut Canvas, matrix: &Matrix, last: u16) {
    let start = canvas.gap(12);
    section(canvas, last, told::GAPS);
    heads(canvas, NAME, &[(head::PLACE, Look::Head), (head::MISSING, Look::Head)]);
    // The whole repeats what all its parts lack.
    let parts = &matrix.parts[usize::from(matrix.split_by.is_some()).min(matrix.parts.len())..];
    let mut any = false;
    for part in parts {
        for (row, missing) in part.gaps() {
            any = true;
            let place = if part.name.is_empty() {
                own(&matrix.rows[row])
            } else {
                own(format!("{} · {}", part.name, matrix.rows[row]))
            };
            let missing: Vec<&str> = missing.iter().map(|at| matrix.columns[*at].as_str()).collect();
            canvas.text(NAME, place, Look::Text);
            canvas.span(FIRST, last, Cell::verbatim(missing.join(", ")), Look::Text.plain());
            canvas.end_ruled(NAME, last, Rule::Hair);
        }
    }
    if !any {
        canvas.span(NAME, last, Cell::text(told::NO_GAP), Look::Text.plain()).end();
    }
    canvas.gap(16);
    canvas.keep_from(start);
}
