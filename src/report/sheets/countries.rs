//! Countries × indicators: every figure that is counted by country, one grid for each field that holds countries.

use std::collections::BTreeSet;

use super::grid::{self, Column, Grid};
use super::{Context, field_label, heading, section};
use crate::model::country::codes;
use crate::model::scoreboard::Breakdown;
use crate::report::book::{Cell, Sheet};
use crate::report::canvas::Canvas;
use crate::report::prose;
use crate::report::style::Look;
use crate::report::words;

pub fn sheet(context: Context) -> Option<Sheet> {
    let known: BTreeSet<&str> = codes().collect();
    let all: Vec<Column<'_>> = context
        .scoreboard
        .indicators
        .iter()
        .zip(context.names)
        .flat_map(|(one, sheet)| one.breakdowns.iter().map(move |breakdown| Column { one, sheet, breakdown }))
        .filter(|column| is_by_country(column.breakdown, &known))
        .collect();
    let mut fields: Vec<(&str, String)> = Vec::new();
    for breakdown in all.iter().map(|column| column.breakdown) {
        if !fields.iter().any(|(known, _)| *known == breakdown.field) {
            fields.push((&breakdown.field, field_label(breakdown)));
        }
    }
    let of = |field: &str| all.iter().filter(|one| one.breakdown.field == field).copied().collect::<Vec<_>>();
    let widest = fields.iter().map(|(field, _)| of(field).len()).max()?;
    let last = grid::last(widest);
    let mut canvas = Canvas::new(context.tongue, words::COUNTRIES, grid::widths(widest));
    heading(&mut canvas, context, last, words::COUNTRIES, prose::COUNTRIES);
    super::frozen(&mut canvas, 3, 2);
    canvas.gap(10);
    let several = fields.len() > 1;
    for (field, label) in fields {
        section(&mut canvas, last, &label);
        let columns = of(field);
        let mut lines = grid::lines(&columns);
        lines.sort_by(|a, b| (!known.contains(a.value), a.name).cmp(&(!known.contains(b.value), b.name)));
        grid::write(&mut canvas, &Grid { head: label, lines, columns });
    }
    if several {
        canvas.sheet().print.repeat = Some((1, 1));
    }
    canvas.span(1, last, Cell::text(prose::COUNTRIES_LEGEND), Look::Note.plain()).end();
    Some(canvas.finish())
}

/// Whether its lines are countries, but for what was not given or is withheld.
fn is_by_country(breakdown: &Breakdown, known: &BTreeSet<&str>) -> bool {
    let values: Vec<&str> = breakdown.figures.iter().map(grid::key).collect();
    let plain = |value: &&str| !value.starts_with('(') && !value.starts_with("withheld");
    values.iter().any(|value| known.contains(value)) && values.iter().filter(|v| plain(v)).all(|v| known.contains(v))
}
