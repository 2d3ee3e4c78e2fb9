//! A workbook that the reader reads, patched: it is read again with the very same cells, and patching it once more
//! changes nothing. Whatever the kind of file, it can also be written anew.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use scoreboard_fuzz::finding::{CellRef, Severity};
use scoreboard_fuzz::ingest::{FileKind, Limits, Options, Sheet, Workbook, read};
use scoreboard_fuzz::patch::{FindingsSheet, Mark, Remark, Returned, patch, rebuild};
use scoreboard_fuzz::{forgive_libraries, hold, mutate, watch};

fuzz_target!(init: watch(), |data: &[u8]| {
    // What was patched is larger than what came.
    let limits = Limits { file_bytes: 16_000_000, unzipped_bytes: 32_000_000, ..hold::limits() };
    let options = Options { limits: limits.clone(), encoding: None };
    let records = data.starts_with(b"\xD0\xCF\x11\xE0") || mutate::names_part(data, "workbook.bin");
    let Ok(workbook) = forgive_libraries(records, || read("a.xlsx", data, &options)) else { return };
    let returned = returned(&workbook);
    if matches!(workbook.kind, FileKind::Xlsx | FileKind::Xlsm) {
        if let Ok(patched) = patch(data, &returned, &limits) {
            let again = read("a.xlsx", &patched, &options).expect("what was patched is read");
            same_cells(&workbook, &again);
            let twice = patch(&patched, &returned, &limits).expect("what was patched is patched again");
            assert!(twice == patched, "patching twice is not patching once");
        }
    } else if let Ok(anew) = rebuild(&workbook, &returned) {
        let again = read("a.xlsx", &anew, &Options::default()).expect("what was written anew is read");
        assert_eq!(again.sheets.len(), workbook.sheets.len() + 1);
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| { mutate::file(data, size, max_size, seed) });

/// Something to say at the first cells of each sheet, and at one that is empty.
fn returned(workbook: &Workbook) -> Returned {
    let severities = [Severity::Info, Severity::Warning, Severity::Error];
    let mut marks = Vec::new();
    for sheet in &workbook.sheets {
        let cells = (0..sheet.rows.len().min(3)).flat_map(|i| {
            let row = sheet.rows[i].index;
            sheet.row(i).iter().take(3).map(move |(column, _)| CellRef::new(row, *column))
        });
        for (at, cell) in cells.chain([CellRef::new(7, 3)]).enumerate() {
            let text = format!("<{at}> & \"this\"");
            marks.push(Mark { sheet: sheet.name.clone(), cell, severity: severities[at % 3], text });
        }
    }
    let remark = |mark: &Mark| Remark {
        severity: mark.severity,
        sheet: Some(mark.sheet.clone()),
        cell: Some(mark.cell),
        cells: vec!["error".into(), mark.cell.to_string(), mark.text.clone()],
    };
    let rows = marks.iter().map(remark).collect();
    let sheet = FindingsSheet { name: "Findings".into(), language: "en".into(), rows, ..FindingsSheet::default() };
    Returned { marks, sheet }
}

fn same_cells(before: &Workbook, after: &Workbook) {
    let shown = |sheet: &Sheet| -> Vec<String> {
        let row = |i: usize| {
            let place = sheet.rows[i].index;
            sheet.row(i).iter().map(move |(column, cell)| {
                let kind = format!("{cell:?}");
                let kind = kind.split('(').next().unwrap_or_default().to_owned();
                format!("{} {kind} {}", CellRef::new(place, *column), sheet.display(*cell))
            })
        };
        (0..sheet.rows.len()).flat_map(row).collect()
    };
    for sheet in &before.sheets {
        let same = after.sheets.iter().find(|other| other.name == sheet.name);
        // A sheet of findings of ours, which came back, is written anew.
        let Some(same) = same else { panic!("the sheet {} is gone", sheet.name) };
        if sheet.rows.first().is_some()
            && shown(sheet).first().is_some_and(|cell| cell.contains("_scoreboard_findings"))
        {
            continue;
        }
        assert_eq!(shown(same), shown(sheet), "cells of {}", sheet.name);
        assert_eq!((same.hidden, &same.hidden_rows, &same.merges), (sheet.hidden, &sheet.hidden_rows, &sheet.merges));
    }
}
