//! Small files made by hand: what a correct reader gets, and what is refused and why.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use chrono::NaiveDate;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::*;
use crate::finding::CellRef;

const ROOT: &str = r#"<Relationships><Relationship Id="r1" Type="http://x/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const STYLES: &str = r#"<styleSheet><numFmts><numFmt numFmtId="164" formatCode="0.0%;[Red]\-0.0%"/><numFmt numFmtId="165" formatCode="0&quot; %&quot;"/>
    <numFmt numFmtId="166" formatCode="dd\.mm\.yyyy"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="9"/>
    <xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="166"/><xf numFmtId="20"/><xf numFmtId="46"/></cellXfs></styleSheet>"#;

fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        zip.start_file(*name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A workbook of sheets given as `name`, attributes of `<sheet>`, and the rows.
fn book_with(properties: &str, sheets: &[(&str, &str, &str)], strings: &str) -> Vec<u8> {
    let mut book = format!("<workbook>{properties}<sheets>");
    let mut relations = String::from(
        r#"<Relationships><Relationship Id="s" Type="http://x/styles" Target="styles.xml"/><Relationship Id="t" Type="http://x/sharedStrings" Target="sharedStrings.xml"/>"#,
    );
    let mut parts: Vec<(String, String)> = Vec::new();
    for (number, (name, attributes, rows)) in sheets.iter().enumerate() {
        let _ = write!(book, r#"<sheet name="{name}" r:id="rId{number}" {attributes}/>"#);
        let _ = write!(
            relations,
            r#"<Relationship Id="rId{number}" Type="http://x/worksheet" Target="/xl/worksheets/sheet{number}.xml"/>"#
        );
        parts.push((
            format!("xl/worksheets/sheet{number}.xml"),
            format!(
                r#"<?xml version="1.0"?><worksheet><dimension ref="B9:A1"/><sheetData>{rows}</sheetData></worksheet>"#
            ),
        ));
    }
    parts.push(("_rels/.rels".into(), ROOT.into()));
    parts.push(("xl/workbook.xml".into(), book + "</sheets></workbook>"));
    parts.push(("xl/_rels/workbook.xml.rels".into(), relations + "</Relationships>"));
    parts.push(("xl/styles.xml".into(), STYLES.into()));
    parts.push(("xl/sharedStrings.xml".into(), format!(r#"<sst uniqueCount="99999999999999999">{strings}</sst>"#)));
    let parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    zipped(&parts)
}

fn book(rows: &str) -> Vec<u8> {
    book_with(
        "",
        &[("Data", "", rows)],
        "<si><t>Signed</t></si><si><t xml:space=\"preserve\"> a &amp; b </t></si><si><t>Signed</t></si>",
    )
}

fn read_book(bytes: &[u8]) -> Workbook {
    read("partner.xlsx", bytes, &Options::default()).unwrap()
}

fn limited(limits: Limits) -> Options {
    Options { limits, ..Options::default() }
}

fn refused(name: &str, bytes: &[u8]) -> Refusal {
    let refusal = read(name, bytes, &Options::default()).unwrap_err();
    assert!(refusal.message.starts_with(char::is_lowercase) && !refusal.message.ends_with('.'), "{}", refusal.message);
    refusal
}

/// Every cell as `A1=what a person sees`.
fn seen(sheet: &Sheet) -> Vec<String> {
    let mut seen = Vec::new();
    for (i, row) in sheet.rows.iter().enumerate() {
        for (column, cell) in sheet.row(i) {
            seen.push(format!("{}={}", CellRef::new(row.index, *column), sheet.display(*cell)));
        }
    }
    seen
}

fn cell(sheet: &Sheet, at: &str) -> Option<Cell> {
    sheet.cell(CellRef::parse(at).unwrap())
}

fn day(year: i32, month: u32, day: u32) -> Option<Cell> {
    NaiveDate::from_ymd_opt(year, month, day).map(Cell::Date)
}

#[test]
fn texts_are_read_whatever_way_they_are_stored_and_equal_ones_share_an_id() {
    let workbook = read_book(&book(
        r#"<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>2</v></c></row>
           <row r="2"><c r="A2" t="inlineStr"><is><r><t>Sig</t></r><r><t>ned</t></r></is></c>
           <c r="B2" t="str"><f>"Sig"&amp;"ned"</f><v>Signed</v></c><c r="C2" t="inlineStr"><is><t xml:space="preserve">  </t></is></c></row>"#,
    ));
    let sheet = &workbook.sheets[0];
    assert_eq!(seen(sheet), ["A1=Signed", "B1= a & b ", "C1=Signed", "A2=Signed", "B2=Signed"]);
    assert_eq!(sheet.texts_len(), 2);
    assert_eq!(cell(sheet, "A1"), cell(sheet, "B2"));
    assert_eq!((sheet.name.as_str(), sheet.hidden, workbook.notes.len()), ("Data", false, 0));
}

#[test]
fn numbers_are_what_their_format_says() {
    let workbook = read_book(&book(
        r#"<row r="4"><c r="A4"><v>12.5</v></c><c r="B4" s="1"><v>42551</v></c><c r="C4" s="5"><v>42551.75</v></c><c r="D4" s="2"><v>0.25</v></c>
           <c r="E4" s="3"><v>0.285</v></c><c r="F4" s="4"><v>25</v></c><c r="G4" s="6"><v>0.5</v></c><c r="H4" s="7"><v>10.5</v></c>
           <c r="I4" s="1"><v>99999999</v></c><c r="J4" s="1"><v>-1</v></c><c r="K4" t="b"><v>1</v></c><c r="L4" s="99"><v>1E3</v></c>
           <c r="M4" t="d"><v>2016-06-30T00:00:00</v></c><c r="N4" s="3"/></row>"#,
    ));
    let sheet = &workbook.sheets[0];
    assert_eq!(sheet.rows[0].index, 3);
    for (at, expected) in [
        ("A4", Some(Cell::Number(12.5))),
        ("B4", day(2016, 6, 30)),
        ("C4", day(2016, 6, 30)),
        ("D4", Some(Cell::Percent(0.25))),
        ("E4", Some(Cell::Percent(0.285))),
        // A sign in quotes does not multiply: 25 is stored, and 25 % is what people see.
        ("F4", Some(Cell::Text(TextId(0)))),
        ("G4", Some(Cell::Number(0.5))),
        ("H4", Some(Cell::Number(10.5))),
        ("I4", Some(Cell::Number(99_999_999.0))),
        ("J4", Some(Cell::Number(-1.0))),
        ("K4", Some(Cell::Bool(true))),
        ("L4", Some(Cell::Number(1000.0))),
        ("M4", day(2016, 6, 30)),
        ("N4", None),
    ] {
        assert_eq!(cell(sheet, at), expected, "{at}");
    }
}

#[test]
fn days_are_counted_from_1904_where_the_workbook_says_so() {
    let rows = r#"<row r="1"><c r="A1" s="1"><v>42735</v></c></row>"#;
    let workbook = read_book(&book_with(r#"<workbookPr date1904="1"/>"#, &[("S", "", rows)], ""));
    assert_eq!(cell(&workbook.sheets[0], "A1"), day(2021, 1, 1));
}

#[test]
fn error_values_are_kept_even_those_that_are_new_to_the_reader() {
    let workbook = read_book(&book(
        r#"<row r="1"><c r="A1" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="B1" t="e"><v>#SPILL!</v></c><c r="C1" t="e"><v>Err:502</v></c><c r="D1" t="e"><v>#N/A</v></c>
           <c r="E1"><v>inf</v></c></row>"#,
    ));
    assert_eq!(seen(&workbook.sheets[0]), ["A1=#DIV/0!", "B1=#SPILL!", "C1=#ERROR!", "D1=#N/A", "E1=#NUM!"]);
    assert!(matches!(cell(&workbook.sheets[0], "B1"), Some(Cell::Error(_))));
}

#[test]
fn a_formula_that_nobody_calculated_is_unknown() {
    let workbook = read_book(&book(
        r#"<row r="2"><c r="A2"><f>SUM(B:B)</f></c><c r="B2"><f>1+1</f><v>2</v></c><c r="C2"><f>1</f><v></v></c><c r="D2"><f t="shared" si="0"/><v/></c>
           <c r="E2" t="str"><f>IF(B2,"","x")</f><v></v></c><c r="F2" t="str"><f>""</f></c></row>"#,
    ));
    assert_eq!(seen(&workbook.sheets[0]), ["A2==?", "B2=2", "C2==?", "D2==?"]);
    assert_eq!(cell(&workbook.sheets[0], "C2"), Some(Cell::Uncalculated));
    assert_eq!(workbook.notes, []);
}

#[test]
fn hidden_sheets_and_rows_are_read_and_said() {
    let rows = r#"<row r="1"><c r="A1"><v>1</v></c></row><row r="2" hidden="1"><c r="A2"><v>2</v></c></row><row r="3" hidden="true"/><row hidden="1"><c><v>3</v></c></row>"#;
    let sheets = [("Open", "", rows), ("Shut", r#"state="hidden""#, ""), ("Locked", r#"state="veryHidden""#, "")];
    let workbook = read_book(&book_with("", &sheets, ""));
    assert_eq!(workbook.sheets.iter().map(|sheet| sheet.hidden).collect::<Vec<_>>(), [false, true, true]);
    assert_eq!(workbook.sheets[0].hidden_rows, [1, 3]);
    assert_eq!(seen(&workbook.sheets[0]), ["A1=1", "A2=2", "A4=3"]);
    assert_eq!(workbook.notes[0].message, "rows 2, 4 are hidden and hold data");
}

#[test]
fn a_prefix_before_every_element_makes_no_difference() {
    let sheet = r#"<x:worksheet xmlns:x="u"><x:sheetData><x:row r="2" hidden="1"><x:c r="A2" t="e"><x:v>#CALC!</x:v></x:c><x:c r="B2"><x:f>1</x:f></x:c></x:row></x:sheetData></x:worksheet>"#;
    let rels = r#"<Relationships><Relationship Id="a" Type="t/worksheet" Target="s.xml"/></Relationships>"#;
    let workbook = read_book(&zipped(&[
        ("_rels/.rels", ROOT.as_bytes()),
        (
            "xl\\workbook.xml",
            br#"<x:workbook xmlns:x="u"><x:sheets><x:sheet name="A &amp; B" r:id="a"/></x:sheets></x:workbook>"#,
        ),
        ("xl/_rels/workbook.xml.rels", rels.as_bytes()),
        ("XL/S.xml", sheet.as_bytes()),
    ]));
    assert_eq!(workbook.sheets[0].name, "A & B");
    assert_eq!(seen(&workbook.sheets[0]), ["A2=#CALC!", "B2==?"]);
    assert_eq!(workbook.sheets[0].hidden_rows, [1]);
    assert_eq!(workbook.notes.len(), 1);
}

#[test]
fn a_cell_far_away_is_refused_by_name_and_an_empty_one_costs_nothing() {
    let far = refused("a.xlsx", &book(r#"<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#));
    assert_eq!(far.rule, &rules::FILE_TOO_LARGE);
    assert!(far.message.contains("XFD1048576") && far.message.contains("Data"), "{}", far.message);
    let workbook =
        read_book(&book(r#"<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576" s="3"/></row>"#));
    assert_eq!(seen(&workbook.sheets[0]), ["A1=1"]);
}

#[test]
fn places_that_no_sheet_has_are_refused() {
    for rows in [
        r#"<row r="1"><c r="A99999999999"><v>1</v></c></row>"#,
        r#"<row r="1"><c r="AAAAAAAAAA1"><v>1</v></c></row>"#,
        r#"<row r="4294967297"><c><v>1</v></c></row>"#,
        r#"<row r="0"><c><v>1</v></c></row>"#,
    ] {
        assert_eq!(refused("a.xlsx", &book(rows)).rule, &rules::FILE_TRUNCATED, "{rows}");
    }
}

#[test]
fn bombs_and_lies_about_sizes_are_refused() {
    let relations = ("xl/_rels/workbook.xml.rels", &b"<Relationships/>"[..]);
    let bomb = zipped(&[("xl/workbook.xml", &vec![b' '; 8 << 20]), relations, ("_rels/.rels", ROOT.as_bytes())]);
    let refusal = refused("a.xlsx", &bomb);
    assert_eq!(refusal.rule, &rules::FILE_TOO_LARGE);
    assert!(refusal.message.contains("times"), "{}", refusal.message);

    let small = limited(Limits { unzipped_bytes: 1_000, ..Limits::default() });
    assert_eq!(read("a.xlsx", &bomb, &small).unwrap_err().rule, &rules::FILE_TOO_LARGE);
    let small = limited(Limits { file_bytes: 1_000, ..Limits::default() });
    assert_eq!(read("a.xlsx", &bomb, &small).unwrap_err().rule, &rules::FILE_TOO_LARGE);

    // The directory says that the sheet has fewer, or more, bytes than it has.
    for (lie, real) in [(100_u32, 5_000), (5_100, 5_000)] {
        let mut bytes = zipped(&[("_rels/.rels", &vec![b'x'; real]), ("xl/workbook.xml", b"<workbook/>")]);
        let entry = bytes.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
        bytes[entry + 24..entry + 28].copy_from_slice(&lie.to_le_bytes());
        assert_eq!(refused("a.xlsx", &bytes).rule, &rules::FILE_TRUNCATED);
    }
}

#[test]
fn what_is_cut_off_or_damaged_is_refused() {
    let whole = book(r#"<row r="1"><c r="A1" t="s"><v>0</v></c></row>"#);
    assert_eq!(refused("a.xlsx", &whole[..whole.len() - 30]).rule, &rules::FILE_TRUNCATED);
    assert_eq!(refused("a.xlsx", &whole[..whole.len() / 2]).rule, &rules::FILE_TRUNCATED);
    let mut flipped = whole.clone();
    flipped[60] ^= 0x55;
    assert_eq!(refused("a.xlsx", &flipped).rule, &rules::FILE_TRUNCATED);
    let unknown_text =
        refused("a.xlsx", &book(r#"<row r="1"><c r="A1"><v>1</v></c><c r="B1" t="s"><v>77</v></c></row>"#));
    assert!(unknown_text.message.contains("after cell A1"), "{}", unknown_text.message);
    let unended = book(r#"<row r="1"><c r="A1"><v>1</v></c><!--"#);
    assert_eq!(refused("a.xlsx", &unended).rule, &rules::FILE_TRUNCATED);
    let twice = book_with("", &[("S", "", ""), ("S", "", "")], "");
    assert_eq!(refused("a.xlsx", &twice).rule, &rules::FILE_TRUNCATED);
}

#[test]
fn document_types_are_refused_in_every_part() {
    let declaration = "<?xml version=\"1.0\"?><!-- x --><!DOCTYPE sst [<!ENTITY a \"b\">]>";
    let rels = r#"<Relationships><Relationship Id="a" Type="t/worksheet" Target="s.xml"/></Relationships>"#;
    let book = r#"<workbook><sheets><sheet name="S" id="a"/></sheets></workbook>"#;
    for part in 0..4 {
        let mut texts =
            [ROOT.to_owned(), book.to_owned(), rels.to_owned(), "<worksheet><sheetData/></worksheet>".to_owned()];
        let names = ["_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/s.xml"];
        texts[part].insert_str(0, declaration);
        let parts: Vec<(&str, &[u8])> = names.into_iter().zip(texts.iter().map(String::as_bytes)).collect();
        let refusal = refused("a.xlsx", &zipped(&parts));
        assert_eq!(refusal.message, "holds an XML document type declaration, as attacks do", "{}", names[part]);
    }
}

#[test]
fn other_kinds_of_files_are_refused_by_name() {
    let mut encrypted = vec![0; 2048];
    encrypted[..8].copy_from_slice(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
    let old = |stream: &str| {
        let mut bytes = encrypted.clone();
        let name: Vec<u8> = stream.encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes[1024..1024 + name.len()].copy_from_slice(&name);
        bytes[1088] = u8::try_from(name.len() + 2).unwrap();
        bytes
    };
    let mut lock = vec![b' '; 165];
    (lock[0], lock[55], lock[56]) = (4, 4, 0);
    let ods = b"application/vnd.oasis.opendocument.spreadsheet";
    for (name, bytes, rule, says) in [
        ("a.xlsx", Vec::new(), &rules::FILE_EMPTY, "zero bytes"),
        ("a.xlsx", zipped(&[]), &rules::FILE_EMPTY, "without any parts"),
        ("a.xlsx", old("EncryptedPackage"), &rules::FILE_ENCRYPTED, "password"),
        ("a.xlsx", old("Workbook"), &rules::FILE_TRUNCATED, "cannot be read as an Excel 97–2003 workbook"),
        ("a.doc", old("WordDocument"), &rules::FILE_TYPE, "Word"),
        ("a.xlsb", zipped(&[("xl/workbook.bin", b"x")]), &rules::FILE_TRUNCATED, "cannot be read as a binary workbook"),
        ("a.ods", zipped(&[("mimetype", ods), ("content.xml", b"<x/>")]), &rules::FILE_TYPE, "holds no sheet"),
        (
            "a.ods",
            zipped(&[("mimetype", ods), ("META-INF/manifest.xml", b"<m:encryption-data/>")]),
            &rules::FILE_ENCRYPTED,
            "password",
        ),
        ("a.xlsx", zipped(&[("word/document.xml", b"<x/>")]), &rules::FILE_TYPE, "Word"),
        ("a.xlsx", zipped(&[("test.txt", b"x")]), &rules::FILE_TYPE, "zip archive of other files"),
        ("a.xls", b" <html><table><tr><td>1</td></tr></table></html>".to_vec(), &rules::FILE_TYPE, "web page"),
        ("a.csv", b"%PDF-1.7 ...".to_vec(), &rules::FILE_TYPE, "PDF"),
        ("a.csv", b"\x89PNG\r\n\x1a\n".to_vec(), &rules::FILE_TYPE, "picture"),
        ("a.xlsx", lock, &rules::FILE_TYPE, "lock file"),
        (".~lock.a.xlsx#", b",me,pc,01.01.2016 10:00,file:///home/me;".to_vec(), &rules::FILE_TYPE, "lock file"),
        ("a.xls", b"file not found!".to_vec(), &rules::FILE_TYPE, "plain text"),
        ("a.md", b"a,b\n1,2\n".to_vec(), &rules::FILE_TYPE, ".md"),
        ("a.json", b"{\"a\": [1, 2]}\n".to_vec(), &rules::FILE_TYPE, "JSON"),
        ("a.xml", b"<!DOCTYPE a [<!ENTITY b \"c\">]><a/>".to_vec(), &rules::FILE_TYPE, "document type"),
        ("a.csv", b"a,b\0\n".to_vec(), &rules::FILE_TYPE, "zero bytes"),
    ] {
        let refusal = refused(name, &bytes);
        assert_eq!(refusal.rule, rule, "{name}: {}", refusal.message);
        assert!(refusal.message.contains(says), "{name}: {}", refusal.message);
    }
}

#[test]
fn a_wrong_extension_is_no_reason_to_refuse() {
    let workbook = read("a.csv", &book(r#"<row r="1"><c r="A1"><v>1</v></c></row>"#), &Options::default()).unwrap();
    assert_eq!((seen(&workbook.sheets[0]), workbook.notes[0].rule), (vec!["A1=1".to_owned()], &rules::FILE_TYPE));
    let workbook = read("a.XLS", b"No.\tStatus\n1\tsigned\n", &Options::default()).unwrap();
    assert_eq!(seen(&workbook.sheets[0]), ["A1=No.", "B1=Status", "A2=1", "B2=signed"]);
    assert_eq!(workbook.notes[0].rule, &rules::FILE_TYPE);
}

#[test]
fn csv_is_read_with_its_separator_its_quotes_and_the_rows_that_excel_shows() {
    for (text, expected) in [
        ("No.;Value\n1;1,5\n2;2,5\n", vec!["A1=No.", "B1=Value", "A2=1", "B2=1,5", "A3=2", "B3=2,5"]),
        ("a,b\n\"x, \"\"y\"\"\",2\n", vec!["A1=a", "B1=b", "A2=x, \"y\"", "B2=2"]),
        ("a\tb\r\n1\t\r\n", vec!["A1=a", "B1=b", "A2=1"]),
        ("sep=|\r\na|b,c\r\n", vec!["A1=a", "B1=b,c"]),
        (
            "a,b\r\n\r\n\r\n\"two\r\nlines\",2\r\n\r\nc,3",
            vec!["A1=a", "B1=b", "A4=two\r\nlines", "B4=2", "A6=c", "B6=3"],
        ),
        ("\n\nTitle\n\na;b\n", vec!["A3=Title", "A5=a", "B5=b"]),
        ("code\r1\r\r2\r", vec!["A1=code", "A2=1", "A4=2"]),
        ("\"0\",\"a\"\n", vec!["A1=0", "B1=a"]),
        ("name\n5\" pipe\n", vec!["A1=name", "A2=5\" pipe"]),
    ] {
        let workbook = read("a.csv", text.as_bytes(), &Options::default()).unwrap();
        assert_eq!(seen(&workbook.sheets[0]), expected, "{text:?}");
        assert_eq!(workbook.notes, []);
        assert_eq!(workbook.sheets[0].name, "");
    }
}

#[test]
fn csv_says_what_is_odd_and_refuses_what_swallows_rows() {
    let workbook = read("a.csv", b"Report\nname;n\ncaf\xE9;1\nx;2;3\n", &Options::default()).unwrap();
    let notes: Vec<_> =
        workbook.notes.iter().map(|note| (note.rule.id, note.cell.map(|cell| cell.to_string()))).collect();
    assert_eq!(notes, [("encoding", None), ("ragged-row", Some("A4".to_owned()))]);
    assert_eq!(seen(&workbook.sheets[0])[3], "A3=café");

    let refusal = refused("a.csv", b"a,b\n1,\"open\n2,x\n3,y\n");
    assert_eq!(refusal.rule, &rules::FILE_TRUNCATED);
    assert!(refusal.message.contains("row 2"), "{}", refusal.message);

    let narrow = limited(Limits { columns: 2, ..Limits::default() });
    let refusal = read("a.csv", b"a,b,c\n", &narrow).unwrap_err();
    assert_eq!((refusal.rule, refusal.message.contains("C1")), (&rules::FILE_TOO_LARGE, true));
}

#[test]
fn an_ods_keeps_spaces_kinds_repeats_merges_and_what_is_hidden() {
    let content = r#"<office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x" xmlns:style="s" xmlns:calcext="c">
<office:automatic-styles><style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style></office:automatic-styles>
<office:body><office:spreadsheet>
<table:table table:name="Data"><table:table-column table:number-columns-repeated="2"/><table:table-column table:visibility="collapse"/>
<table:table-row><table:table-cell office:value-type="string" table:number-columns-spanned="2"><text:p>a<text:s text:c="2"/>b &amp; c</text:p><text:p>d</text:p></table:table-cell><table:covered-table-cell/><table:table-cell office:value-type="float" office:value="7"><text:p>7</text:p></table:table-cell></table:table-row>
<table:table-row table:visibility="collapse"><table:table-cell office:value-type="percentage" office:value="0.25"><text:p>25 %</text:p></table:table-cell><table:table-cell office:value-type="currency" office:currency="EUR" office:value="12.5"><text:p>12,50 €</text:p></table:table-cell></table:table-row>
<table:table-row table:number-rows-repeated="3"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>
<table:table-row table:number-rows-repeated="2"><table:table-cell office:value-type="date" office:date-value="2016-06-30T10:00:00"><office:annotation><text:p>a remark</text:p></office:annotation><text:p>30.06.16</text:p></table:table-cell><table:table-cell office:value-type="boolean" office:boolean-value="true"/><table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value="" calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell><table:table-cell table:formula="of:=1+1"/></table:table-row>
<table:table-row table:number-rows-repeated="1048569"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>
</table:table>
<table:table table:name="Aside" table:style-name="ta2"><table:table-row><table:table-cell office:value-type="time" office:time-value="PT12H00M00S"><text:p>12:00</text:p></table:table-cell></table:table-row></table:table>
</office:spreadsheet></office:body></office:document-content>"#;
    let kind = b"application/vnd.oasis.opendocument.spreadsheet".as_slice();
    let bytes = zipped(&[("mimetype", kind), ("content.xml", content.as_bytes())]);
    let workbook = read("a.ods", &bytes, &Options::default()).unwrap();
    let shown = |sheet: &Sheet| -> Vec<String> {
        let row = |i: usize| {
            let cells = sheet.row(i).iter();
            cells
                .map(|(c, cell)| format!("{}={}", CellRef::new(sheet.rows[i].index, *c), sheet.display(*cell)))
                .collect::<Vec<_>>()
        };
        (0..sheet.rows.len()).flat_map(row).collect()
    };
    assert_eq!(
        shown(&workbook.sheets[0]),
        [
            "A1=a  b & c\nd",
            "C1=7",
            "A2=25%",
            "B2=12.5 EUR",
            "A6=2016-06-30",
            "B6=TRUE",
            "C6=#DIV/0!",
            "D6==?",
            "A7=2016-06-30",
            "B7=TRUE",
            "C7=#DIV/0!",
            "D7==?"
        ]
    );
    let sheet = &workbook.sheets[0];
    assert_eq!((sheet.hidden_rows.as_slice(), sheet.hidden_columns.as_slice()), ([1].as_slice(), [2].as_slice()));
    assert_eq!(sheet.merges, [Merge { first: CellRef::new(0, 0), last: CellRef::new(0, 1) }]);
    assert!(workbook.sheets[1].hidden && !sheet.hidden);
    assert_eq!(shown(&workbook.sheets[1]), ["A1=0.5"]);
}
