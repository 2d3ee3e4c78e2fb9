//! Sheets as they came: every cell at its own address, so that a trace ends where the partner wrote.

use std::collections::BTreeSet;

use super::{Context, short_name};
use crate::finding::CellRef;
use crate::model::scoreboard::{CopiedCell, SheetCopy};
use crate::model::trace::{Counted, Number};
use crate::report::book::{Cell, Sheet};
use crate::report::canvas::{Canvas, between};
use crate::report::language::own;
use crate::report::style::{Look, NumberFormat};
use crate::report::words;

/// A name for each copy, unlike every other sheet's.
pub fn names(copies: &[SheetCopy], mut taken: BTreeSet<String>) -> Vec<String> {
    let mut names = Vec::new();
    for copy in copies {
        let short = short_name(&copy.title).unwrap_or_default();
        let begin: String = short.chars().take(27).collect();
        let numbered = (2..=taken.len() + 2).map(|n| format!("{} {n}", begin.trim_end()));
        let name = std::iter::once(short.clone())
            .chain(numbered)
            .find(|name| !name.is_empty() && !taken.contains(&name.to_lowercase()))
            .unwrap_or(short);
        taken.insert(name.to_lowercase());
        names.push(name);
    }
    names
}

pub fn sheet(context: Context, copy: &SheetCopy, name: &str) -> Sheet {
    let last = copy.cells.iter().map(|(at, _)| at.column).max().unwrap_or(0);
    // The way back stands right of everything: nothing may move what came.
    let back = last + 2;
    let mut canvas = Canvas::new(context.tongue, name, vec![between(64, 260); usize::from(back) + 1]);
    let rows = copy.cells.iter().map(|(at, _)| at.row).max().unwrap_or(0);
    let mut cells = copy.cells.iter().peekable();
    for row in 0..=rows {
        while let Some((at, cell)) = cells.next_if(|(at, _)| at.row == row) {
            let plain = Look::Figure;
            let original = Number::Counted(Counted::Original);
            match cell {
                CopiedCell::Text(text) => canvas.put(at.column, Cell::verbatim_lines(text), Look::Text.plain()),
                CopiedCell::Number(value) => {
                    canvas.put(at.column, Cell::Number(*value), plain.with(NumberFormat::GENERAL)).of(original)
                }
                CopiedCell::Percent(value) => {
                    canvas.put(at.column, Cell::Number(*value), plain.with(NumberFormat::FINE_SHARE)).of(original)
                }
                CopiedCell::Date(day) => canvas.put(at.column, Cell::Date(*day), plain.with(NumberFormat::DAY)),
            };
        }
        if row == 0 {
            let about = format!("← {}", own(format!("{} › {}", copy.file, copy.sheet)));
            canvas.put(back, Cell::link(words::EVIDENCE, CellRef::new(0, 0), about), Look::BackLink.plain());
        }
        canvas.end();
    }
    canvas.sheet().print.repeat = None;
    canvas.finish()
}
