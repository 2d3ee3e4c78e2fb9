//! Copies of the sheets that count, cell by cell as they came, for the workbook. Read again only where there is room.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::project::Project;
use super::reading::workbook;
use super::state::State;
use super::{Stopped, fault};
use crate::finding::CellRef;
use crate::ingest::{Cell, Sheet, Workbook};
use crate::model::scoreboard::{CopiedCell, Evidence, SheetCopy};
use crate::store::Store;

/// A sheet that goes further down than this is no table that people look at.
const ROWS: u32 = 20_000;

/// A sheet to copy: hash of its file, name, sheet, title.
type Wanted = (String, String, String, String);

/// Puts copies into the evidence, if what counts is no more than `limit` cells.
pub fn gather(
    project: &Project,
    store: &Store,
    state: &State,
    evidence: &mut Evidence,
    limit: u64,
) -> Result<(), Stopped> {
    let (wanted, cells) = wanted(project, state, evidence);
    if limit == 0 || cells > limit {
        evidence.not_copied = (limit > 0).then_some(cells);
        return Ok(());
    }
    let mut books: BTreeMap<String, Workbook> = BTreeMap::new();
    for (hash, file, sheet, title) in wanted {
        if !books.contains_key(&hash) {
            let bytes = store.files().get(&hash)?;
            let read = workbook(&file, &bytes, &project.catalog, &project.reader)?;
            let book = read.map_err(|refusal| fault("a file that was read before cannot be read again", refusal))?;
            books.insert(hash.clone(), book);
        }
        let Some(found) = books.get(&hash).and_then(|book| book.sheets.iter().find(|one| one.name == sheet)) else {
            continue;
        };
        evidence.copies.push(SheetCopy { cells: copied(found), file, sheet, title });
    }
    Ok(())
}

/// The sheets of submissions and of survey answers, each once, and how many cells their rows have in all.
fn wanted(project: &Project, state: &State, evidence: &Evidence) -> (Vec<Wanted>, u64) {
    let calendar = &project.catalog.programme.calendar;
    let mut seen: BTreeSet<(String, String)> = BTreeSet::new();
    let (mut wanted, mut cells) = (Vec::new(), 0);
    for source in &evidence.sources {
        cells += source.rows * source.columns.len() as u64;
        if seen.insert((source.hash.clone(), source.sheet.clone())) {
            let period = source.covers.and_then(|day| calendar.period(calendar.number_of(day)));
            let period = period.map_or_else(String::new, |period| format!(" {}", period.label));
            let title = format!("{}{period} {}", source.partner, source.collection).replace('_', " ");
            wanted.push((source.hash.clone(), source.file.clone(), source.sheet.clone(), title));
        }
    }
    for survey in &project.catalog.surveys {
        for wave in &survey.waves {
            for (file, table) in state.wave(survey.code.as_str(), wave.code.as_str()) {
                cells += table.accepted * table.columns.len() as u64;
                let (hash, name) = (&file.received.file, &file.received.name);
                if seen.insert((hash.clone(), table.sheet.clone())) {
                    let title = format!("{} {}", survey.code, wave.code).replace('_', " ");
                    wanted.push((hash.clone(), name.clone(), table.sheet.clone(), title));
                }
            }
        }
    }
    (wanted, cells)
}

fn copied(sheet: &Sheet) -> Vec<(CellRef, CopiedCell)> {
    let rows = sheet.rows.iter().enumerate().take_while(|(_, row)| row.index < ROWS);
    let cells = rows.flat_map(|(at, row)| {
        sheet.row(at).iter().map(move |(column, cell)| (CellRef::new(row.index, *column), as_it_came(sheet, *cell)))
    });
    cells.collect()
}

fn as_it_came(sheet: &Sheet, cell: Cell) -> CopiedCell {
    // The shortest digits that give the same number again.
    let exact = |value: f64| value.to_string().parse::<Decimal>().ok();
    let number = match cell {
        Cell::Number(value) | Cell::Money(value, _) => exact(value).map(CopiedCell::Number),
        Cell::Percent(value) => exact(value).map(CopiedCell::Percent),
        Cell::Date(day) => Some(CopiedCell::Date(day)),
        _ => None,
    };
    number.unwrap_or_else(|| CopiedCell::Text(sheet.display(cell)))
}
