//! The patcher on workbooks as few programs write them: prefixes, other places, signatures, threads, odd encodings.

use std::io::{Cursor, Read as _, Write as _};

use proptest::prelude::*;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::xml::MAIN;
use super::*;

const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// A workbook of one sheet in parts with the prefix `x:` and places that nobody else uses.
fn odd() -> Vec<(String, String)> {
    let part = |path: &str, text: String| (path.to_owned(), text);
    vec![
        part(
            "[Content_Types].xml",
            format!(
                r#"<t:Types xmlns:t="{PACKAGE}/content-types"><t:Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><t:Default Extension="xml" ContentType="application/xml"/></t:Types>"#
            ),
        ),
        part(
            "_rels/.rels",
            format!(
                r#"<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="a" Type="{OFFICE}/officeDocument" Target="/book/b.xml"/></Relationships>"#
            ),
        ),
        part(
            "book/_rels/b.xml.rels",
            format!(
                r#"<p:Relationships xmlns:p="{PACKAGE}/relationships"><p:Relationship Id="s" Type="{OFFICE}/worksheet" Target="s/one.xml"/></p:Relationships>"#
            ),
        ),
        part(
            "book/b.xml",
            format!(
                r#"<?xml version="1.0"?><x:workbook xmlns:x="{MAIN}"><x:sheets><x:sheet name="One &amp; only" sheetId="4" q:id="s" xmlns:q="{OFFICE}"/></x:sheets><x:calcPr/></x:workbook>"#
            ),
        ),
        part(
            "book/s/one.xml",
            format!(
                "\u{FEFF}<x:worksheet xmlns:x=\"{MAIN}\"><x:sheetData><x:row><x:c><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>"
            ),
        ),
    ]
}

fn packed(parts: &[(String, String)]) -> Vec<u8> {
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, text) in parts {
        out.start_file(path.as_str(), SimpleFileOptions::default()).unwrap();
        out.write_all(text.as_bytes()).unwrap();
    }
    out.finish().unwrap().into_inner()
}

fn part(bytes: &[u8], path: &str) -> String {
    let mut text = String::new();
    ZipArchive::new(Cursor::new(bytes)).unwrap().by_name(path).unwrap().read_to_string(&mut text).unwrap();
    text
}

fn returned(cells: &[&str]) -> Returned {
    let mark = |cell: &&str| Mark {
        sheet: "One & only".into(),
        cell: CellRef::parse(cell).unwrap(),
        severity: Severity::Error,
        text: "wrong".into(),
    };
    Returned { marks: cells.iter().map(mark).collect(), sheet: FindingsSheet::default() }
}

fn tried(parts: &[(String, String)], cells: &[&str]) -> Result<Vec<u8>, Unpatchable> {
    patch(&packed(parts), &returned(cells), &Limits::default())
}

fn with(mut parts: Vec<(String, String)>, path: &str, text: &str) -> Vec<(String, String)> {
    parts.retain(|(known, _)| known != path);
    parts.push((path.to_owned(), text.to_owned()));
    parts
}

fn changed(mut parts: Vec<(String, String)>, path: &str, from: &str, to: &str) -> Vec<(String, String)> {
    let (_, text) = parts.iter_mut().find(|(known, _)| known == path).unwrap();
    assert!(text.contains(from), "{text}");
    *text = text.replace(from, to);
    parts
}

#[test]
fn prefixes_and_places_are_those_of_the_file() {
    let once = tried(&odd(), &["B2"]).unwrap();
    let book = part(&once, "book/b.xml");
    assert!(book.contains("</x:sheets><x:definedNames><x:definedName "), "{book}");
    assert!(book.contains(r#"<x:sheet name="Findings" sheetId="5" xmlns:r="#), "{book}");
    let sheet = part(&once, "book/s/one.xml");
    assert!(sheet.contains("</x:sheetData><x:conditionalFormatting sqref=\"B2\"><x:cfRule "), "{sheet}");
    assert!(sheet.contains("<x:legacyDrawing "), "{sheet}");
    assert!(part(&once, "book/_rels/b.xml.rels").contains("<p:Relationship Id=\"rId1\""));
    assert!(part(&once, "[Content_Types].xml").contains("<t:Default Extension=\"vml\""));
    assert!(part(&once, "book/comments1.xml").contains("wrong"));
    let twice = patch(&once, &returned(&["B2"]), &Limits::default()).unwrap();
    assert_eq!(once, twice);
    let back = patch(&once, &returned(&[]), &Limits::default()).unwrap();
    let original = &odd()[4].1;
    assert_eq!(part(&back, "book/s/one.xml"), original.trim_start_matches('\u{FEFF}'));
}

#[test]
fn signed_and_strict_files_and_other_kinds_are_refused_by_name() {
    assert_eq!(tried(&with(odd(), "_xmlsignatures/sig1.xml", "<a/>"), &[]), Err(Unpatchable::Signed));
    let strict = "http://purl.oclc.org/ooxml/spreadsheetml/main";
    assert_eq!(tried(&changed(odd(), "book/b.xml", MAIN, strict), &[]), Err(Unpatchable::Strict));
    assert_eq!(tried(&changed(odd(), "book/s/one.xml", MAIN, strict), &["A1"]), Err(Unpatchable::Strict));
    assert_eq!(tried(&with(odd(), "xl/workbook.bin", ""), &[]), Err(Unpatchable::Format));
    assert_eq!(tried(&with(odd(), "mimetype", ""), &[]), Err(Unpatchable::Format));
}

#[test]
fn what_would_come_out_broken_is_refused() {
    let latin =
        changed(odd(), "book/b.xml", "<?xml version=\"1.0\"?>", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>");
    assert_eq!(tried(&latin, &[]), Err(Unpatchable::Encoding));
    let wide: String = "<\0a\0/\0>\0".into();
    assert_eq!(tried(&with(odd(), "book/s/one.xml", &wide), &["A1"]), Err(Unpatchable::Encoding));
    for broken in [
        with(odd(), "book/s/one.xml", "<x:worksheet>"),
        with(odd(), "book/s/one.xml", "<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"),
        changed(odd(), "book/b.xml", "q:id=\"s\"", "q:id=\"t\""),
        changed(odd(), "book/s/one.xml", "</x:sheetData>", "</x:sheetData><x:legacyDrawing id=\"gone\"/>"),
    ] {
        assert!(matches!(tried(&broken, &["A1"]), Err(Unpatchable::Damaged(_))));
    }
}

#[test]
fn a_cell_with_a_thread_is_marked_and_gets_no_comment() {
    let relations = format!(
        r#"<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId7" Type="http://schemas.microsoft.com/office/2017/10/relationships/threadedComment" Target="../threads.xml"/></Relationships>"#
    );
    let parts = with(odd(), "book/s/_rels/one.xml.rels", &relations);
    let parts = with(
        parts,
        "book/threads.xml",
        r#"<ThreadedComments><threadedComment ref="B2"><text>hm</text></threadedComment></ThreadedComments>"#,
    );
    let once = tried(&parts, &["B2", "B3"]).unwrap();
    assert!(part(&once, "book/s/one.xml").contains("sqref=\"B2:B3\""));
    let comments = part(&once, "book/comments1.xml");
    assert!(comments.contains("ref=\"B3\"") && !comments.contains("ref=\"B2\""), "{comments}");
}

#[test]
fn a_name_that_points_to_a_sheet_of_the_partner_does_not_make_it_ours() {
    let names = r#"</x:sheets><x:definedNames><x:definedName name="_scoreboard_findings">'One &amp; only'!$A$1</x:definedName></x:definedNames>"#;
    let once = tried(&changed(odd(), "book/b.xml", "</x:sheets>", names), &[]).unwrap();
    assert!(part(&once, "book/s/one.xml").contains("<x:v>1</x:v>"), "the partner's sheet stays");
    let book = part(&once, "book/b.xml");
    assert_eq!(book.matches("_scoreboard_findings").count(), 1);
    assert!(book.contains("'Findings'!$A$1"), "{book}");
}

#[test]
fn our_sheet_is_found_again_after_another_program_saved_it() {
    let names = r#"<x:sheet name="Umbenannt" sheetId="9" state="hidden" r:id="f" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"/></x:sheets><x:definedNames><x:definedName name="Other">1</x:definedName><x:definedName name="_scoreboard_findings">Umbenannt!$A$1</x:definedName><x:definedName name="_xlnm.Print_Titles" localSheetId="1">Umbenannt!$5:$5</x:definedName></x:definedNames>"#;
    let parts = changed(odd(), "book/b.xml", "</x:sheets>", names);
    let more = format!(
        r#"<p:Relationship Id="f" Type="{OFFICE}/worksheet" Target="s/two.xml"/><p:Relationship Id="t" Type="{OFFICE}/sharedStrings" Target="texts.xml"/></p:Relationships>"#
    );
    let parts = changed(parts, "book/_rels/b.xml.rels", "</p:Relationships>", &more);
    let sheet = format!(
        r#"<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1" t="s"><v>1</v></c></row></sheetData></worksheet>"#
    );
    let parts = with(parts, "book/s/two.xml", &sheet);
    let texts = format!(r#"<sst xmlns="{MAIN}"><si><t>a</t></si><si><t>_scoreboard_findings</t></si></sst>"#);
    let once = tried(&with(parts, "book/texts.xml", &texts), &["A1"]).unwrap();
    let book = part(&once, "book/b.xml");
    assert_eq!(book.matches("<x:sheet ").count(), 2, "{book}");
    assert!(book.contains("state=\"visible\"") && book.contains("<x:definedName name=\"Other\">1<"), "{book}");
    assert_eq!(book.matches("Print_Titles").count(), 0, "no list, no row to repeat: {book}");
    assert!(part(&once, "book/s/two.xml").contains("inlineStr"));
}

/// All parts of the odd workbook after it was patched: one of each kind.
fn patched_parts() -> Vec<(String, String)> {
    let once = tried(&odd(), &["B2", "C9"]).unwrap();
    let names: Vec<String> =
        ZipArchive::new(Cursor::new(&once)).unwrap().file_names().map(|n| n.unwrap().into_owned()).collect();
    names.into_iter().map(|name| (name.clone(), part(&once, &name))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// What comes out of a damaged file is a refusal or a workbook whose parts can be read.
    #[test]
    fn damage_anywhere_makes_no_broken_file(
        place in 0..1_000_usize,
        part_at in 0..20_usize,
        length in 0..60_usize,
        piece in prop::sample::select(vec![
            "", "<", ">", "/>", "</", "\"", "'", "&", "<a>", "</a>", "<x:sheetData/>", "<authors/>", "<?", "<!--", "]]>", "é", "=",
            "<x:conditionalFormatting/>", "<text/>", "<comment/>", "--- scoreboard ---", "<v:shape>", "<legacyDrawing/>", "99999999999",
        ]),
        cells in prop::sample::select(vec![vec![], vec!["B2"], vec!["A1", "D4"]]),
    ) {
        let mut parts = patched_parts();
        let at = part_at % parts.len();
        let text = &mut parts[at].1;
        let position = |wish: usize| (0..=wish.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let start = position(text.len() * place / 1_000);
        let end = position(start + length).max(start);
        text.replace_range(start..end, piece);
        if let Ok(after) = tried(&parts, &cells) {
            for path in ["[Content_Types].xml", "book/b.xml", "book/_rels/b.xml.rels", "book/styles1.xml"] {
                // What came in broken and was not touched is not ours to mend.
                let touched = parts.iter().any(|(name, text)| name == path && *text != part(&after, path));
                prop_assert!(!touched || xml::nodes(part(&after, path).trim_start_matches('\u{FEFF}'), 9).is_ok(), "{} is broken", path);
            }
        }
    }
}
