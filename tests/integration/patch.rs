//! Workbooks returned to partners: nothing changes but what we add, what we add is what Excel takes, and it goes again.

#![allow(
    clippy::disallowed_methods,
    clippy::case_sensitive_file_extension_comparisons,
    reason = "fixtures, not the store; parts of our own naming"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Cursor, Read as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use proptest::prelude::*;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use rust_xlsxwriter::{
    Chart, ChartType, ConditionalFormatCell, ConditionalFormatCellRule, DataValidation, Format, Formula, Image, Note,
    ProtectionOptions, Table, TableColumn, Workbook as Book,
};
use scoreboard::finding::{CellRef, Severity};
use scoreboard::ingest::{self, FileKind, Limits, Options, Sheet, Workbook};
use scoreboard::template::patch::{FindingsSheet, Mark, Remark, Returned, Unpatchable, patch, rebuild};
use zip::ZipArchive;

/// Children of a worksheet in the order of ECMA-376, `CT_Worksheet`.
#[rustfmt::skip]
const SHEET_ORDER: [&str; 38] = [
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr", "sheetProtection",
    "protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate", "customSheetViews", "mergeCells",
    "phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup",
    "headerFooter", "rowBreaks", "colBreaks", "customProperties", "cellWatches", "ignoredErrors", "smartTags",
    "drawing", "legacyDrawing", "legacyDrawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts",
    "extLst",
];
/// Of `CT_Workbook`.
#[rustfmt::skip]
const BOOK_ORDER: [&str; 19] = [
    "fileVersion", "fileSharing", "workbookPr", "workbookProtection", "bookViews", "sheets", "functionGroups",
    "externalReferences", "definedNames", "calcPr", "oleSize", "customWorkbookViews", "pivotCaches", "smartTagPr",
    "smartTagTypes", "webPublishing", "fileRecoveryPr", "webPublishObjects", "extLst",
];
/// Of `CT_Stylesheet`.
#[rustfmt::skip]
const STYLE_ORDER: [&str; 11] = [
    "numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "tableStyles", "colors",
    "extLst",
];

fn at(text: &str) -> CellRef {
    CellRef::parse(text).unwrap()
}

fn mark(sheet: &str, cell: &str, severity: Severity, text: &str) -> Mark {
    Mark { sheet: sheet.into(), cell: at(cell), severity, text: text.into() }
}

/// Marks with the sheet that lists them.
fn returned(marks: Vec<Mark>) -> Returned {
    let rows = marks.iter().map(|mark| Remark {
        severity: mark.severity,
        sheet: Some(mark.sheet.clone()),
        cell: Some(mark.cell),
        cells: vec![mark.severity.as_str().into(), format!("{} {}", mark.sheet, mark.cell), mark.text.clone()],
    });
    let rows = rows.collect();
    let sheet = FindingsSheet {
        name: "Findings".into(),
        language: "en".into(),
        heading: "What we found in your report".into(),
        lines: vec!["Not accepted yet: 2 errors, 1 warning.".into()],
        columns: vec!["Severity".into(), "Place".into(), "What".into()],
        rows,
        changes_heading: "What changed".into(),
        changes: vec![vec!["Cell".into(), "Before".into(), "Now".into()], vec!["B7".into(), "1".into(), "2".into()]],
    };
    Returned { marks, sheet }
}

fn patched(bytes: &[u8], returned: &Returned) -> Vec<u8> {
    patch(bytes, returned, &Limits::default()).unwrap_or_else(|why| panic!("not patched: {why}"))
}

fn read(name: &str, bytes: &[u8]) -> Workbook {
    ingest::read(name, bytes, &Options::default()).unwrap_or_else(|refusal| panic!("{name} is not read: {refusal}"))
}

/// A workbook with everything that a sheet can have and `rust_xlsxwriter` can write.
fn rich() -> Vec<u8> {
    let mut book = Book::new();
    book.define_name("Factor", "=Data!$B$2").unwrap();
    let sheet = book.add_worksheet().set_name("Data").unwrap();
    sheet.write_row(0, 0, ["Name", "Amount", "When"]).unwrap();
    for row in 1..20_u32 {
        sheet.write_string(row, 0, format!("Firm {row}")).unwrap();
        sheet.write_number_with_format(row, 1, f64::from(row) * 1.5, &Format::new().set_num_format("0.00")).unwrap();
        sheet.write_formula(row, 2, Formula::new(format!("=B{}*Factor", row + 1)).set_result("7")).unwrap();
    }
    sheet.insert_note(1, 0, &Note::new("Please check this name.").set_author("Ann")).unwrap();
    sheet.insert_note(4, 1, &Note::new("From the books & <ledgers>.").set_author("Ben")).unwrap();
    let list = DataValidation::new().allow_list_strings(&["a", "b"]).unwrap();
    sheet.add_data_validation(1, 4, 19, 4, &list).unwrap();
    let columns = ["Name", "Amount", "When"].map(|name| TableColumn::new().set_header(name));
    sheet.add_table(0, 0, 19, 2, &Table::new().set_columns(&columns)).unwrap();
    let high = ConditionalFormatCell::new()
        .set_rule(ConditionalFormatCellRule::GreaterThan(10))
        .set_format(Format::new().set_bold());
    sheet.add_conditional_format(1, 1, 19, 1, &high).unwrap();
    let mut chart = Chart::new(ChartType::Column);
    chart.add_series().set_values("Data!$B$2:$B$20");
    sheet.insert_chart(2, 8, &chart).unwrap();
    sheet.set_freeze_panes(1, 0).unwrap();
    sheet.set_header("&CReport");
    let locked = book.add_worksheet().set_name("It's locked").unwrap();
    locked.merge_range(0, 0, 2, 3, "Title", &Format::new()).unwrap();
    locked.insert_image(5, 5, &Image::new_from_buffer(&picture()).unwrap()).unwrap();
    locked.write_url(8, 0, "https://example.org/").unwrap();
    locked.protect_with_options(&ProtectionOptions::default());
    book.add_worksheet().set_name("Nothing").unwrap();
    book.add_worksheet().set_name("FINDINGS").unwrap().set_hidden(true);
    book.save_to_buffer().unwrap()
}

/// A PNG of one pixel.
fn picture() -> Vec<u8> {
    let hex = "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc000000301010018dd8db00000000049454e44ae426082";
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

fn rich_marks() -> Vec<Mark> {
    vec![
        mark("Data", "A2", Severity::Error, "this firm is not in the register"),
        mark("Data", "A2", Severity::Info, "it is counted once"),
        mark("Data", "B9", Severity::Warning, "=cmd|' /C calc'!A0 <&> \u{1} _x0041_"),
        mark("Data", "C21", Severity::Error, "a cell that holds nothing"),
        mark("It's locked", "C2", Severity::Error, "inside a merged range"),
        mark("It's locked", "XFD1048576", Severity::Info, "the last cell"),
        mark("gone", "A1", Severity::Error, "a sheet that is not there"),
    ]
}

#[test]
fn nothing_changes_but_what_we_add() {
    let before = rich();
    let after = patched(&before, &returned(rich_marks()));
    only_added("rich", &before, &after);
    same_cells("rich.xlsx", &before, &after, "Findings 2");
    let comments = part(&after, "xl/comments1.xml");
    let theirs = comments.find("Please check this name.").unwrap();
    let ours = comments.find("this firm is not in the register\n○ it is counted once").unwrap();
    assert!(theirs < ours, "theirs stands above ours");
    let sheet = part(&after, "xl/worksheets/sheet2.xml");
    assert!(sheet.contains(r#"sqref="A1""#), "a mark inside a merged range stands at its first cell: {sheet}");
    assert!(sheet.contains(r#"sqref="XFD1048576""#));
}

#[test]
fn patching_twice_is_patching_once_and_without_findings_nothing_is_left() {
    let before = rich();
    let once = patched(&before, &returned(rich_marks()));
    let twice = patched(&once, &returned(rich_marks()));
    assert_eq!(parts(&once), parts(&twice));
    let others = returned(vec![mark("Nothing", "B2", Severity::Warning, "elsewhere")]);
    assert_eq!(parts(&patched(&once, &others)).len(), parts(&patched(&before, &others)).len());
    undone("rich", &before, &once);
}

/// The sheets and comments of a file that was patched and comes back without findings are the original ones.
fn undone(name: &str, before: &[u8], once: &[u8]) {
    let back = parts(&patched(once, &returned(Vec::new())));
    let before = parts(before);
    let free = ["[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"];
    for (path, bytes) in &before {
        let now = back.get(path).map_or(&[][..], Vec::as_slice);
        let same = now == bytes || now == bom_aside(bytes);
        assert!(free.contains(&path.as_str()) || same, "{name}: {path} is not as it was");
    }
    let more = back.keys().filter(|path| !before.contains_key(*path)).count();
    assert!(more <= 2, "{name}: our sheet, and formats where there were none: {:?}", back.keys());
}

fn bom_aside(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}

#[test]
fn a_sheet_that_lost_its_marks_gets_others() {
    let first = patched(&rich(), &returned(rich_marks()));
    let second = patched(&first, &returned(vec![mark("Data", "A2", Severity::Warning, "still odd")]));
    let comments = part(&second, "xl/comments1.xml");
    assert!(comments.contains("Please check this name.") && comments.contains("still odd"));
    assert!(!comments.contains("register") && !comments.contains("holds nothing"));
    assert!(!part(&second, "xl/worksheets/sheet1.xml").contains("scoreboard:error"));
    assert!(!part(&second, "xl/worksheets/sheet2.xml").contains("scoreboard:"));
    assert!(problems(&second).is_empty(), "{:?}", problems(&second));
}

#[test]
fn more_cells_than_are_marked_stand_in_the_list() {
    let mut marks: Vec<Mark> = (0..2_500_u32)
        .map(|row| Mark { cell: CellRef::new(row, 3), ..mark("Data", "A1", Severity::Info, "many") })
        .collect();
    marks.push(mark("Data", "A9", Severity::Error, "the gravest"));
    let before = rich();
    let after = patched(&before, &returned(marks));
    only_added("many", &before, &after);
    let comments = part(&after, "xl/comments1.xml");
    assert!(comments.contains("the gravest"));
    assert_eq!(comments.matches("<comment ").count(), 2_000 + 2);
    assert!(part(&after, "xl/worksheets/sheet5.xml").contains("501 more cells are not marked"));
}

#[test]
fn a_long_text_is_cut_and_leads_to_the_list() {
    let after = patched(&rich(), &returned(vec![mark("Nothing", "A1", Severity::Error, &"long ".repeat(20_000))]));
    let comments = part(&after, "xl/comments2.xml");
    assert!(comments.len() < 2_500 && comments.contains("…\n→ Findings 2"));
    let sheet = part(&after, "xl/worksheets/sheet5.xml");
    assert!(read("x.xlsx", &after).sheets.last().unwrap().rows.len() > 4 && sheet.len() < 40_000);
}

#[test]
fn what_was_read_of_other_files_is_written_anew_and_marked() {
    let csv = "name;share;when\n=1+1;25%;2016-05-03\nAnn;7%;2016-06-01\n".as_bytes();
    let workbook = read("a.csv", csv);
    let marks = returned(vec![mark("", "A2", Severity::Error, "looks like a formula")]);
    let bytes = rebuild(&workbook, &marks).unwrap();
    assert_eq!(bytes, rebuild(&workbook, &marks).unwrap(), "the same answer is the same bytes");
    assert!(problems(&bytes).is_empty(), "{:?}", problems(&bytes));
    let again = read("a.xlsx", &bytes);
    assert_eq!(again.sheets.len(), 2);
    assert_eq!(shown(&again.sheets[0]), shown(&workbook.sheets[0]));
    assert!(!part(&bytes, "xl/worksheets/sheet1.xml").contains("<f>"));
    assert!(part(&bytes, "xl/comments1.xml").contains("looks like a formula"));
    let rich = read("rich.xlsx", &rich());
    let again = read("rich.xlsx", &rebuild(&rich, &returned(rich_marks())).unwrap());
    for (sheet, copy) in rich.sheets.iter().zip(&again.sheets) {
        assert_eq!((&sheet.name, sheet.hidden, &sheet.merges), (&copy.name, copy.hidden, &copy.merges));
        assert_eq!(shown(sheet), shown(copy));
    }
}

#[test]
fn what_is_no_workbook_is_refused_by_name() {
    let limits = Limits::default();
    let try_out = |bytes: &[u8]| patch(bytes, &returned(Vec::new()), &limits);
    assert_eq!(try_out(b"a;b\n"), Err(Unpatchable::Format));
    assert!(matches!(try_out(&rich()[..5_000]), Err(Unpatchable::Refused(_))));
    let small = Limits { file_bytes: 100, ..Limits::default() };
    assert_eq!(patch(&rich(), &returned(Vec::new()), &small), Err(Unpatchable::TooLarge));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn marks_anywhere_with_any_text_break_nothing(
        marks in prop::collection::vec((0..3_usize, 0..40_u32, 0..12_u16, 0..3_usize, any::<String>()), 0..30)
    ) {
        let sheets = ["Data", "It's locked", "Nothing"];
        let severities = [Severity::Info, Severity::Warning, Severity::Error];
        let marks: Vec<Mark> = marks.into_iter().map(|(sheet, row, column, severity, text)| Mark {
            sheet: sheets[sheet].into(),
            cell: CellRef::new(row, column),
            severity: severities[severity],
            text,
        }).collect();
        let before = rich();
        let once = patched(&before, &returned(marks.clone()));
        only_added("any", &before, &once);
        prop_assert_eq!(parts(&patched(&once, &returned(marks))), parts(&once));
        undone("any", &before, &once);
    }
}

/// Every workbook of other people that is read is patched, or the reason is one that is known.
#[test]
fn real_files_are_patched_and_nothing_else_in_them_changes() {
    let (mut done, mut refused) = (0, Vec::new());
    for (path, bytes, workbook) in corpus() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let marks = marks_of(&workbook);
        match patch(&bytes, &returned(marks.clone()), &Limits::default()) {
            Ok(after) => {
                only_added(&name, &bytes, &after);
                let sheet = if workbook.sheets.iter().any(|sheet| sheet.name == "Findings") {
                    "Findings 2"
                } else {
                    "Findings"
                };
                same_cells(&name, &bytes, &after, sheet);
                assert_eq!(parts(&patched(&after, &returned(marks))), parts(&after), "{name}: twice is once");
                undone(&name, &bytes, &after);
                done += 1;
            }
            Err(why) => refused.push(format!("{name}: {why}")),
        }
        // Whatever is refused is written anew.
        let again = rebuild(&workbook, &returned(marks_of(&workbook))).unwrap_or_else(|why| panic!("{name}: {why}"));
        assert!(problems(&again).is_empty(), "{name}: {:?}", problems(&again));
    }
    println!("{done} patched; refused: {refused:#?}");
    assert!(refused.iter().all(|why| why.starts_with("N14__")), "{refused:#?}");
}

/// Our rich workbook, some of the root programme's inbox, and the corpus, patched, in a folder.
fn folder_of_patched(corpus_too: bool) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    // Others walk all cells up to the last one.
    let near = || returned(rich_marks().into_iter().filter(|mark| mark.cell.row < 100).collect());
    write("rich.xlsx", &patched(&rich(), &near()));
    write("again.xlsx", &rebuild(&read("rich.xlsx", &rich()), &near()).unwrap());
    let inbox = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/inbox");
    let mut files = Vec::new();
    for name in ["HTS Quartalsbericht 4", "LASER-GO_OpticsValley_P5_2016-06-10_rev1", "litek_ataskaita_P5"] {
        let path = inbox.join(format!("{name}.xlsx"));
        let bytes = fs::read(&path).unwrap();
        let workbook = read("x.xlsx", &bytes);
        files.push((path, bytes, workbook));
    }
    if corpus_too {
        // openpyxl takes minutes for the largest.
        files.extend(corpus().into_iter().filter(|(_, bytes, _)| bytes.len() < 100_000));
    }
    for (number, (path, bytes, workbook)) in files.into_iter().enumerate() {
        // A csv under the name of a workbook, and strict files, are no part of this.
        if let Ok(after) = patch(&bytes, &returned(marks_of(&workbook)), &Limits::default()) {
            let name: String = path.file_stem().unwrap().to_string_lossy().chars().take(30).collect();
            write(&format!("{number}-{name}.xlsx"), &after);
        }
    }
    folder
}

const LOAD: &str = r#"
import pathlib, sys, warnings
import openpyxl
warnings.simplefilter("ignore")
seen = 0
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.xlsx")):
    book = openpyxl.load_workbook(path)
    ours = [s for s in book.worksheets if s["A1"].value == "_scoreboard_findings"]
    comments = [c.comment.text for s in book.worksheets for row in s.iter_rows() for c in row if c.comment]
    if len(ours) != 1 or not any("--- scoreboard ---" in text for text in comments):
        sys.exit(f"{path.name}: {len(ours)} sheets of ours, {len(comments)} comments")
    if not [s for s in book.worksheets if list(s.conditional_formatting)]:
        sys.exit(f"{path.name}: no cell is marked")
    if not [1 for row in ours[0].iter_rows() for c in row if c.hyperlink]:
        sys.exit(f"{path.name}: no link")
    seen += 1
print(seen, "workbooks")
"#;

fn load_with_openpyxl(folder: &Path) {
    let out = Command::new("python3").args(["-c", LOAD]).arg(folder).output().expect("python3");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    println!("{}", String::from_utf8_lossy(&out.stdout));
}

#[test]
#[ignore = "needs openpyxl"]
fn openpyxl_loads_what_was_patched() {
    load_with_openpyxl(folder_of_patched(true).path());
}

#[test]
#[ignore = "needs libreoffice"]
fn libreoffice_draws_and_saves_what_was_patched_and_we_know_it_again() {
    let folder = folder_of_patched(false);
    let books: Vec<PathBuf> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    let profile = format!("-env:UserInstallation=file://{}/profile", folder.path().display());
    for kind in ["pdf", "xlsx"] {
        let out = folder.path().join(kind);
        let ran = Command::new("soffice")
            .args([&profile, "--headless", "--convert-to", kind, "--outdir"])
            .arg(&out)
            .args(&books)
            .output()
            .expect("soffice runs");
        assert!(ran.status.success(), "soffice could not convert to {kind}");
        assert_eq!(fs::read_dir(&out).unwrap().count(), books.len());
    }
    load_with_openpyxl(&folder.path().join("xlsx"));
    for book in &books {
        let saved = fs::read(folder.path().join("xlsx").join(book.file_name().unwrap())).unwrap();
        let workbook = read("saved.xlsx", &saved);
        let back = patched(&saved, &returned(Vec::new()));
        let after = read("back.xlsx", &back);
        assert_eq!(workbook.sheets.len(), after.sheets.len(), "{}: our sheet is found again", book.display());
        for (path, bytes) in parts(&back) {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            assert!(
                !text.contains("scoreboard:") && !text.contains("--- scoreboard ---"),
                "{}: {path}",
                book.display()
            );
        }
    }
}

fn marks_of(workbook: &Workbook) -> Vec<Mark> {
    let mut marks = Vec::new();
    for sheet in &workbook.sheets {
        for cell in ["A1", "B2", "D7"] {
            marks.push(mark(&sheet.name, cell, Severity::Error, "an error here"));
        }
        if let Some(row) = sheet.rows.last() {
            let last = sheet.row(sheet.rows.len() - 1).last().unwrap().0;
            let cell = CellRef::new(row.index, last);
            marks.push(Mark { cell, ..mark(&sheet.name, "A1", Severity::Warning, "the last cell") });
        }
    }
    marks
}

fn corpus() -> Vec<(PathBuf, Vec<u8>, Workbook)> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from("../shared/corpus")];
    if !Path::new("../shared/corpus").is_dir() {
        println!("corpus absent: ../shared/corpus is not there, so nothing is tested here");
        return found;
    }
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = fs::read(&path).unwrap();
            if let Ok(workbook) = ingest::read(&path.to_string_lossy(), &bytes, &Options::default())
                && matches!(workbook.kind, FileKind::Xlsx | FileKind::Xlsm)
            {
                found.push((path, bytes, workbook));
            }
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

fn parts(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut part = archive.by_index(index).unwrap();
            let mut bytes = Vec::new();
            part.read_to_end(&mut bytes).unwrap();
            (part.name().unwrap().into_owned(), bytes)
        })
        .collect()
}

fn part(bytes: &[u8], path: &str) -> String {
    let found = parts(bytes).remove(path);
    String::from_utf8(found.unwrap_or_else(|| panic!("no {path} in {:?}", parts(bytes).keys()))).unwrap()
}

/// Names, packed bytes and dates in the order of the archive.
fn packed(bytes: &[u8]) -> Vec<(String, Vec<u8>, Option<zip::DateTime>)> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut part = archive.by_index_raw(index).unwrap();
            let mut bytes = Vec::new();
            part.read_to_end(&mut bytes).unwrap();
            (part.name().unwrap().into_owned(), bytes, part.last_modified())
        })
        .collect()
}

fn shown(sheet: &Sheet) -> Vec<(u32, u16, String)> {
    let rows = sheet.rows.iter().enumerate();
    rows.flat_map(|(i, row)| sheet.row(i).iter().map(|(column, cell)| (row.index, *column, sheet.display(*cell))))
        .collect()
}

/// Our reader sees the same sheets and cells, and the sheet of findings behind them.
fn same_cells(name: &str, before: &[u8], after: &[u8], findings: &str) {
    let (before, after) = (read(name, before), read(name, after));
    assert_eq!(before.kind, after.kind);
    assert_eq!(before.sheets.len() + 1, after.sheets.len(), "{name}");
    for (sheet, copy) in before.sheets.iter().zip(&after.sheets) {
        assert_eq!((&sheet.name, sheet.hidden, &sheet.merges), (&copy.name, copy.hidden, &copy.merges), "{name}");
        assert_eq!(sheet.hidden_rows, copy.hidden_rows);
        assert_eq!(shown(sheet), shown(copy), "{name}, {}", sheet.name);
    }
    let ours = after.sheets.last().unwrap();
    assert_eq!(ours.name, findings, "{name}");
    assert_eq!(ours.cell(at("A1")).map(|cell| ours.display(cell)).as_deref(), Some("_scoreboard_findings"));
}

/// Parts that we have no business with are the same packed bytes, at the same place, with the same date; sheets have
/// nothing more than marks and a pointer to comments; no problem is new.
fn only_added(name: &str, before: &[u8], after: &[u8]) {
    let ours = |path: &str| {
        matches!(path, "[Content_Types].xml" | "xl/workbook.xml" | "xl/_rels/workbook.xml.rels" | "xl/styles.xml")
            || path.starts_with("xl/worksheets/_rels/")
            || path.starts_with("xl/comments")
            || path.ends_with(".vml")
            || path.starts_with("xl/worksheets/sheet")
    };
    let after_packed = packed(after);
    let before_packed = packed(before);
    for (old, new) in before_packed.iter().zip(&after_packed) {
        assert_eq!((&old.0, &old.2), (&new.0, &new.2), "{name}: order and dates stay");
        assert!(old.1 == new.1 || ours(&old.0), "{name}: {} was touched", old.0);
    }
    let (old, new) = (parts(before), parts(after));
    for (path, text) in &old {
        let (text, now) = (String::from_utf8_lossy(bom_aside(text)), String::from_utf8_lossy(bom_aside(&new[path])));
        if path.starts_with("xl/worksheets/sheet") {
            let (were, are) = (children(&text), children(&now));
            let added: Vec<&(String, String)> = are.iter().filter(|child| !were.contains(child)).collect();
            let stays: Vec<&(String, String)> = are.iter().filter(|child| !added.contains(child)).collect();
            assert_eq!(stays, were.iter().collect::<Vec<_>>(), "{name}: {path} lost something");
            let kinds: BTreeSet<&str> = added.iter().map(|(kind, _)| kind.as_str()).collect();
            let ours = kinds.iter().all(|kind| matches!(*kind, "conditionalFormatting" | "legacyDrawing"));
            assert!(ours, "{name}: {path} got {kinds:?}");
        } else if path == "xl/styles.xml" {
            // Everything stands where it stood: only more stands behind it.
            let (were, are) = (styles(&text), styles(&now));
            for (table, entries) in were {
                assert_eq!(are[&table][..entries.len()], entries, "{name}: {table} moved");
            }
        } else if path.ends_with(".vml") || path.starts_with("xl/comments") {
            let words = |text: &str| {
                text.split(['<', '>']).filter(|piece| piece.len() > 3).map(str::to_owned).collect::<Vec<_>>()
            };
            let are = words(&now);
            let mut from = 0;
            for word in words(&text) {
                let found = are[from..].iter().position(|piece| *piece == word);
                from += found.unwrap_or_else(|| panic!("{name}: {path} lost {word}"));
            }
        }
    }
    let known = problems(before);
    let new: Vec<String> = problems(after).into_iter().filter(|problem| !known.contains(problem)).collect();
    assert!(new.is_empty(), "{name}: {new:#?}");
}

/// The children of the root: local names and whole texts.
fn children(xml: &str) -> Vec<(String, String)> {
    elements(xml, 1).into_iter().map(|(name, _, text)| (name, text)).collect()
}

/// The entries of each table of formats.
fn styles(xml: &str) -> BTreeMap<String, Vec<String>> {
    let tables = elements(xml, 1);
    tables
        .into_iter()
        .filter(|(name, ..)| STYLE_ORDER.contains(&name.as_str()))
        .map(|(name, _, text)| (name, elements(&text, 1).into_iter().map(|(.., text)| text).collect()))
        .collect()
}

type Element = (String, BTreeMap<String, String>, String);

/// Elements at a depth: local name, attributes by local name, text.
fn elements(xml: &str, wanted: usize) -> Vec<Element> {
    let mut reader = Reader::from_str(xml);
    let (mut depth, mut start) = (0_usize, 0_usize);
    let mut found: Vec<Element> = Vec::new();
    let mut begun = 0;
    let attributes = |tag: &BytesStart<'_>| -> BTreeMap<String, String> {
        tag.attributes()
            .map(|attribute| attribute.expect("attributes without twins"))
            .map(|a| {
                (a.key.local_name().as_ref().to_owned(), quick_xml::escape::unescape(&a.value).unwrap().into_owned())
            })
            .collect()
    };
    loop {
        let event = reader.read_event().unwrap_or_else(|error| panic!("not well-formed: {error}\n{xml:.300}"));
        let end = usize::try_from(reader.buffer_position()).unwrap();
        match event {
            Event::Start(tag) => {
                if depth == wanted {
                    begun = start;
                    found.push((tag.local_name().as_ref().to_owned(), attributes(&tag), String::new()));
                }
                depth += 1;
            }
            Event::Empty(tag) if depth == wanted => {
                found.push((tag.local_name().as_ref().to_owned(), attributes(&tag), xml[start..end].to_owned()));
            }
            Event::End(_) => {
                depth -= 1;
                if depth == wanted {
                    xml[begun..end].clone_into(&mut found.last_mut().unwrap().2);
                }
            }
            Event::Eof => return found,
            _ => {}
        }
        start = end;
    }
}

/// What Excel would want to repair.
fn problems(bytes: &[u8]) -> BTreeSet<String> {
    let mut wrong = BTreeSet::new();
    let parts = parts(bytes);
    let text = |path: &str| {
        let bytes = parts.get(path).map_or(&[][..], |bytes| bom_aside(bytes));
        String::from_utf8_lossy(bytes).into_owned()
    };
    let types = elements(&text("[Content_Types].xml"), 1);
    for path in parts.keys().filter(|path| *path != "[Content_Types].xml" && !path.ends_with('/')) {
        let named = |kind: &str, key: &str, value: &str| {
            types.iter().any(|(name, of, _)| name == kind && of[key].eq_ignore_ascii_case(value))
        };
        let extension = path.rsplit('.').next().unwrap();
        if !named("Override", "PartName", &format!("/{path}")) && !named("Default", "Extension", extension) {
            wrong.insert(format!("{path} has no content type"));
        }
    }
    let mut overrides = BTreeSet::new();
    for (_, of, _) in types.iter().filter(|(name, ..)| name == "Override") {
        if !overrides.insert(of["PartName"].to_lowercase()) {
            wrong.insert(format!("{} has two content types", of["PartName"]));
        }
        if !parts.keys().any(|path| format!("/{path}").eq_ignore_ascii_case(&of["PartName"])) {
            wrong.insert(format!("{} has a content type and is not there", of["PartName"]));
        }
    }
    for path in parts.keys().filter(|path| path.ends_with(".rels")) {
        let folder = path.split("_rels/").next().unwrap();
        let mut ids = BTreeSet::new();
        for (_, of, _) in elements(&text(path), 1) {
            if !ids.insert(of["Id"].clone()) {
                wrong.insert(format!("{path}: {} twice", of["Id"]));
            }
            if of.get("TargetMode").is_none_or(|mode| mode != "External") {
                let target = resolved(folder, &of["Target"]);
                if !parts.keys().any(|path| path.eq_ignore_ascii_case(&target)) {
                    wrong.insert(format!("{path}: {target} is not there"));
                }
            }
        }
    }
    let ordered = |wrong: &mut BTreeSet<String>, path: &str, order: &[&str]| {
        let ranks: Vec<usize> = elements(&text(path), 1)
            .iter()
            .filter_map(|(name, ..)| order.iter().position(|known| known == name))
            .collect();
        if !ranks.is_sorted() {
            wrong.insert(format!("{path}: its elements are not in the order of the schema"));
        }
        for name in ["definedNames", "legacyDrawing", "dxfs", "hyperlinks", "sheets"] {
            if elements(&text(path), 1).iter().filter(|(found, ..)| found == name).count() > 1 {
                wrong.insert(format!("{path}: two {name}"));
            }
        }
    };
    ordered(&mut wrong, "xl/workbook.xml", &BOOK_ORDER);
    ordered(&mut wrong, "xl/styles.xml", &STYLE_ORDER);
    let tables = if parts.contains_key("xl/styles.xml") { styles(&text("xl/styles.xml")) } else { BTreeMap::new() };
    let size = |table: &str| tables.get(table).map_or(0, Vec::len);
    for (name, of, _) in elements(&text("xl/styles.xml"), 1) {
        if of.get("count").is_some_and(|count| tables.contains_key(&name) && *count != size(&name).to_string()) {
            wrong.insert(format!("xl/styles.xml: {name} are miscounted"));
        }
    }
    for (_, of, _) in elements(&text("xl/styles.xml"), 2).iter().filter(|(name, ..)| name == "xf") {
        for (key, table) in [("fontId", "fonts"), ("fillId", "fills"), ("borderId", "borders")] {
            if of.get(key).is_some_and(|at| at.parse::<usize>().unwrap() >= size(table)) {
                wrong.insert(format!("xl/styles.xml: no {key} {}", of[key]));
            }
        }
    }
    let sheets = elements(&text("xl/workbook.xml"), 2);
    let mut seen = BTreeSet::new();
    let mut count = 0;
    for (_, of, _) in sheets.iter().filter(|(name, ..)| name == "sheet") {
        count += 1;
        for key in ["name", "sheetId", "id"] {
            if !seen.insert(format!("{key} {}", of[key].to_lowercase())) {
                wrong.insert(format!("two sheets have the {key} {}", of[key]));
            }
        }
        if of["name"].encode_utf16().count() > 31 {
            wrong.insert(format!("{} is too long a name", of["name"]));
        }
    }
    let mut names = BTreeSet::new();
    for (_, of, _) in sheets.iter().filter(|(name, ..)| name == "definedName") {
        if !names.insert((of["name"].to_lowercase(), of.get("localSheetId").cloned())) {
            wrong.insert(format!("the name {} twice", of["name"]));
        }
        if of.get("localSheetId").is_some_and(|at| at.parse::<usize>().unwrap() >= count) {
            wrong.insert(format!("the name {} belongs to no sheet", of["name"]));
        }
    }
    for path in parts.keys().filter(|path| path.starts_with("xl/worksheets/sheet")) {
        ordered(&mut wrong, path, &SHEET_ORDER);
        let xml = text(path);
        let folder = "xl/worksheets/";
        let rels = elements(&text(&format!("{folder}_rels/{}.rels", path.strip_prefix(folder).unwrap())), 1);
        for (name, of, _) in elements(&xml, 1) {
            let id = of.get("id").filter(|_| matches!(name.as_str(), "legacyDrawing" | "drawing"));
            if id.is_some_and(|id| !rels.iter().any(|(_, of, _)| of["Id"] == *id)) {
                wrong.insert(format!("{path}: {name} has no relationship"));
            }
        }
        let mut priorities = BTreeSet::new();
        for (_, of, _) in elements(&xml, 2).iter().filter(|(name, ..)| name == "cfRule") {
            if !priorities.insert(of["priority"].clone()) {
                wrong.insert(format!("{path}: two rules of priority {}", of["priority"]));
            }
            if of.get("dxfId").is_some_and(|at| at.parse::<usize>().unwrap() >= size("dxfs")) {
                wrong.insert(format!("{path}: no format {}", of["dxfId"]));
            }
        }
        for (_, of, _) in elements(&xml, 3).iter().filter(|(name, ..)| name == "c") {
            if of.get("s").is_some_and(|at| at.parse::<usize>().unwrap() >= size("cellXfs").max(1)) {
                wrong.insert(format!("{path}: a cell of no format"));
            }
        }
        let links: Vec<Element> = elements(&xml, 2).into_iter().filter(|(name, ..)| name == "hyperlink").collect();
        if let Some((_, of, _)) = links.iter().find(|(_, of, _)| of.get("location").is_some_and(|to| to.len() > 2_000))
        {
            wrong.insert(format!("{path}: the link of {} is too long", of["ref"]));
        }
    }
    for path in parts.keys().filter(|path| path.starts_with("xl/comments") && path.ends_with(".xml")) {
        let mut cells = BTreeSet::new();
        let all = elements(&text(path), 2);
        let authors = all.iter().filter(|(name, ..)| name == "author").count();
        for (_, of, _) in all.iter().filter(|(name, ..)| name == "comment") {
            if !cells.insert(of["ref"].clone()) {
                wrong.insert(format!("{path}: two comments at {}", of["ref"]));
            }
            if of["authorId"].parse::<usize>().unwrap() >= authors {
                wrong.insert(format!("{path}: a comment of nobody"));
            }
        }
    }
    for path in parts.keys().filter(|path| path.ends_with(".vml")) {
        let mut ids = BTreeSet::new();
        for (_, of, _) in elements(&text(path), 1).iter().filter(|(name, ..)| name.starts_with("shape")) {
            if !of.get("id").is_none_or(|id| ids.insert(id.clone())) {
                wrong.insert(format!("{path}: two shapes {}", of["id"]));
            }
        }
    }
    wrong
}

fn resolved(folder: &str, target: &str) -> String {
    let mut path: Vec<&str> = Vec::new();
    for step in (if target.starts_with('/') { "" } else { folder }).split('/').chain(target.split('/')) {
        match step {
            "" | "." => {}
            ".." => drop(path.pop()),
            step => path.push(step),
        }
    }
    path.join("/")
}
