//! Real files of other people, where they are at hand: `../shared/corpus`, with what a correct reader gets of each in
//! its CATALOGUE.md (counted with openpyxl, xlrd and python's csv). None of them may be in this repository.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a file that is not as it should be ends the test"
)]

use std::fs;
use std::path::{Path, PathBuf};

use scoreboard::finding::{CellRef, rules};
use scoreboard::ingest::{self, Cell, Options, Refusal, Sheet, Workbook};

const CORPUS: &str = "../shared/corpus";

/// How a file's name starts, rows and cells of each sheet, and some cells as a person sees them: `Sheet!B2=text`.
type Known = (&'static str, &'static [(usize, usize)], &'static [&'static str]);

const READ: &[Known] = &[
    ("S01__", &[(6, 83), (8, 90)], &[]),
    ("S02__", &[(6, 83), (9, 98), (9, 84), (13, 131)], &[]),
    ("S08__", &[(5, 103)], &[]),
    ("S22__", &[(31, 2_995)], &[]),
    // Four cells fewer than in the catalogue: they hold nothing but spaces.
    ("S25__", &[(41, 170), (19, 60), (2, 2)], &[]),
    ("S30__", &[(13, 55), (23, 89), (5, 9)], &[]),
    ("S17__", &[(260, 22_920)], &[]),
    ("S20z_", &[(33, 9_347)], &[]),
    ("I13__", &[(50, 500), (0, 0), (0, 0)], &[]),
    ("I14__", &[(27, 203)], &[]),
    ("I14c_", &[(24, 197)], &[]),
    ("I15__", &[(146, 876), (1, 6)], &[]),
    ("I19__", &[(197, 1_970)], &[]),
    ("I20__", &[(6, 45), (7, 57)], &[]),
    ("I21__", &[(56, 13_674), (2, 5)], &[]),
    ("N01__", &[(19, 82), (19, 81)], &["arts!C6=69", "arts!D6=TRUE"]),
    ("N02__", &[(7, 21)], &["Sheet1!B3=2147483647", "Sheet1!A3=2147483647"]),
    (
        "N04__",
        &[(11, 21), (8, 15), (8, 15), (7, 13)],
        &["logical_coercion!A4=1", "logical_coercion!A5=2016-01-01", "logical_coercion!A6=TRUE"],
    ),
    ("N05__", &[(1, 5)], &["Sheet1!A1=2000-01-01", "Sheet1!E1=2000-01-01"]),
    ("N06__", &[(7, 7), (0, 0), (0, 0)], &["Feuil1!A1=#DIV/0!", "Feuil1!A5=#REF!", "Feuil1!A7=#N/A"]),
    ("N07__", &[(3, 6)], &["Sheet1!A1=2021-01-01", "Sheet1!A2=2021-01-02"]),
    ("N08__", &[(4, 7), (0, 0), (0, 0)], &["Visible!A1=1", "Visible!B3=6"]),
    ("N09__", &[(4, 7), (0, 0), (0, 0)], &["Visible!A1=1", "Visible!B3=6"]),
    ("N10__", &[(2, 22)], &[]),
    (
        "N11__",
        &[(5, 5)],
        &[
            "sheet1!A1=Split\nLine",
            "sheet1!A2=Value  With spaces",
            "sheet1!A3=Value   With 3 spaces",
            "sheet1!A4= Value   With spaces before and after ",
            "sheet1!A5=  Value   With 2 spaces before and after  ",
        ],
    ),
    ("N13__", &[(0, 0)], &[]),
    ("N14__", &[(3, 4), (5, 11), (0, 0)], &["First Sheet!A1=Test spreadsheet"]),
    ("N15__", &[(7, 28), (0, 0), (0, 0)], &["Sheet1!C2=1st Inline String"]),
    ("N16__", &[(18, 46), (0, 0), (0, 0)], &["Feuil1!C6=1", "Feuil1!C20=225"]),
    ("N17__", &[(21, 48)], &[]),
    ("N20__", &[(1, 7)], &["Sheet1!A1=TestA", "Sheet1!E1=TestE", "Sheet1!G1=TestG", "Sheet1!J1=A", "Sheet1!K1=TestK"]),
    ("N29__", &[(5, 5), (68, 470), (62, 368), (68, 470), (60, 365), (59, 361)], &[]),
    ("N26__", &[(4, 10)], &[]),
    // Thirty cells fewer than in the catalogue: they hold nothing but spaces.
    ("N27__", &[(214, 4_393)], &[]),
    ("N34__", &[(7, 52)], &[]),
    ("X05__", &[(11, 66), (0, 0), (0, 0)], &[]),
    ("N19__", &[(40, 384), (36, 362), (36, 362)], &[]),
    ("N21__", &[(3, 9)], &["!C2=25,5"]),
    ("N22__", &[(2, 6)], &["!A1=première", "!B2=cinquième"]),
    ("N23__", &[(2, 6)], &["!A1=première"]),
    ("N24__", &[(5, 10)], &["!C1=12.345,67", "!A4=WAHR"]),
    ("N25__", &[(2, 4)], &["!A1=A", "!B2=3"]),
    ("N31__", &[(2, 3)], &[]),
    ("E02__", &[(17_029, 119_203)], &[]),
];

#[test]
fn known_files_give_what_others_counted_in_them() {
    let files = files();
    for (start, sheets, cells) in READ {
        let Some(path) = files.iter().find(|path| name(path).starts_with(start)) else { continue };
        let workbook = read(path).unwrap_or_else(|refusal| panic!("{start} was refused: {refusal}"));
        let counts: Vec<(usize, usize)> = workbook.sheets.iter().map(count).collect();
        assert_eq!(counts, *sheets, "{start}");
        for expected in *cells {
            let (place, text) = expected.split_once('=').unwrap();
            assert_eq!(seen(&workbook, place), text, "{start} {place}");
        }
    }
}

#[test]
fn known_files_tell_what_is_hidden_and_how_numbers_are_meant() {
    let files = files();
    let open = |start: &str| files.iter().find(|path| name(path).starts_with(start)).map(|path| read(path).unwrap());
    if let Some(workbook) = open("N08__") {
        let hidden: Vec<bool> = workbook.sheets.iter().map(|sheet| sheet.hidden).collect();
        assert_eq!(hidden, [false, true, true]);
    }
    if let Some(workbook) = open("N19__") {
        // Row 31 is hidden too, and holds nothing.
        assert_eq!(workbook.sheets[0].hidden_rows, [4, 5, 18, 19, 33, 34]);
        assert!(workbook.notes.iter().any(|note| note.rule == &rules::HIDDEN_ROW));
    }
    if let Some(workbook) = open("N31__") {
        let sheet = &workbook.sheets[0];
        assert_eq!((sheet.hidden_rows.as_slice(), sheet.hidden_columns.as_slice()), ([3].as_slice(), [0].as_slice()));
    }
    for (start, merges) in [("N34__", 6), ("N26__", 5), ("N27__", 79), ("N13__", 50_000)] {
        if let Some(workbook) = open(start) {
            assert_eq!(workbook.sheets[0].merges.len(), merges, "{start}");
        }
    }
    if let Some(workbook) = open("S25__") {
        assert_eq!(workbook.sheets[0].hidden_columns, [5]);
    }
    if let Some(workbook) = open("N17__") {
        let holds = |wanted: &dyn Fn(Cell) -> bool| {
            let sheet = &workbook.sheets[0];
            (0..sheet.rows.len()).any(|i| sheet.row(i).iter().any(|(_, cell)| wanted(*cell)))
        };
        assert!(holds(&|cell| cell == Cell::Percent(0.2)), "the percentage of N17");
        assert!(
            holds(&|cell| matches!(cell, Cell::Money(value, _) if (value - 3.03).abs() < 1e-9)),
            "the money of N17"
        );
        assert!(holds(&|cell| matches!(cell, Cell::Error(error) if error.as_str() == "#NAME?")), "the error of N17");
        assert!(holds(&|cell| matches!(cell, Cell::Date(day) if day.to_string() == "2017-03-09")), "the date of N17");
    }
    if let Some(workbook) = open("S09__") {
        let ragged = workbook.notes.iter().filter(|note| note.rule == &rules::RAGGED_ROW);
        let rows: Vec<u32> = ragged.filter_map(|note| note.cell).map(|cell| cell.row + 1).collect();
        assert_eq!(rows, [2, 3, 4, 5]);
    }
    if let Some(workbook) = open("N22__") {
        assert_eq!(workbook.notes[0].rule, &rules::ENCODING);
    }
    if let Some(workbook) = open("N07__") {
        // A duration of 255:10:10.
        let duration = workbook.sheets[0].cell(CellRef::new(2, 0));
        assert!(matches!(duration, Some(Cell::Number(days)) if (days * 86_400.0 - 918_610.0).abs() < 0.5));
    }
}

#[test]
fn known_files_are_refused_for_what_they_are() {
    let files = files();
    for (start, rule) in [
        ("N12__", &rules::FILE_ENCRYPTED),
        ("N18__", &rules::FILE_ENCRYPTED),
        ("N30__", &rules::FILE_ENCRYPTED),
        ("I18__", &rules::FILE_TYPE),
        ("X01__", &rules::FILE_TYPE),
        ("X02__", &rules::FILE_TOO_LARGE),
        ("X03__", &rules::FILE_TYPE),
        ("X06__", &rules::FILE_TYPE),
        ("X07__", &rules::FILE_TRUNCATED),
        ("X08__", &rules::FILE_TYPE),
        ("X09__", &rules::FILE_TYPE),
        ("X10__", &rules::FILE_TYPE),
        ("X11__", &rules::FILE_TYPE),
        ("X13__", &rules::FILE_TYPE),
    ] {
        let Some(path) = files.iter().find(|path| name(path).starts_with(start)) else { continue };
        let refusal = read(path).expect_err(start);
        assert_eq!(refusal.rule, rule, "{start}: {refusal}");
    }
}

#[test]
fn every_file_is_read_or_refused_with_a_reason_also_when_cut_off() {
    for path in files() {
        let bytes = fs::read(&path).unwrap();
        // What an upload that broke off leaves, and what a flipped bit does.
        let half = &bytes[..bytes.len() / 2];
        let mut flipped = bytes.clone();
        if let Some(byte) = flipped.get_mut(bytes.len() / 3) {
            *byte ^= 0x10;
        }
        for bytes in [bytes.as_slice(), half, &flipped] {
            if let Err(refusal) = ingest::read(name(&path), bytes, &Options::default()) {
                assert!(refusal.message.starts_with(char::is_lowercase), "{}: {refusal}", path.display());
                assert!(!refusal.message.contains("survive"), "{}: its reader panicked", path.display());
            }
        }
    }
}

/// All files of the corpus; none where it is not at hand.
fn files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(CORPUS)];
    if !Path::new(CORPUS).is_dir() {
        println!("corpus absent: {CORPUS} is not there, so nothing is tested here");
        return found;
    }
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

fn read(path: &Path) -> Result<Workbook, Refusal> {
    ingest::read(name(path), &fs::read(path).unwrap(), &Options::default())
}

fn count(sheet: &Sheet) -> (usize, usize) {
    (sheet.rows.len(), (0..sheet.rows.len()).map(|i| sheet.row(i).len()).sum())
}

fn seen(workbook: &Workbook, place: &str) -> String {
    let (sheet, at) = place.split_once('!').unwrap();
    let sheet = workbook.sheets.iter().find(|candidate| candidate.name == sheet).unwrap();
    sheet.cell(CellRef::parse(at).unwrap()).map_or(String::new(), |cell| sheet.display(cell))
}
