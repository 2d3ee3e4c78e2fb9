//! The smallest workbook of each kind that has one of everything which its reader looks at.

use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::records::{self, Coding, Record};

/// All of them.
pub fn packages() -> [Vec<u8>; 4] {
    [xlsx(), ods(), xlsb(), xls()]
}

/// A zip of these parts, not packed: a fuzzer can change what stands in it.
pub fn stored(parts: &[(String, Vec<u8>)]) -> Option<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, bytes) in parts {
        zip.start_file(name.as_str(), options).ok()?;
        zip.write_all(bytes).ok()?;
    }
    zip.finish().ok().map(Cursor::into_inner)
}

fn package(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let parts: Vec<_> = parts.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())).collect();
    stored(&parts).expect("fits into a zip")
}

fn xlsx() -> Vec<u8> {
    package(&[
        ("_rels/.rels", br#"<Relationships><Relationship Id="r" Type="x/officeDocument" Target="xl/workbook.xml"/></Relationships>"#),
        ("xl/workbook.xml", br#"<workbook xmlns:r="r"><workbookPr date1904="0"/><sheets><sheet name="One" sheetId="1" r:id="a"/><sheet name="Two" sheetId="2" state="hidden" r:id="b"/></sheets><calcPr calcMode="auto" fullCalcOnLoad="0"/></workbook>"#),
        ("xl/_rels/workbook.xml.rels", br#"<Relationships><Relationship Id="a" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="b" Type="x/worksheet" Target="/xl/worksheets/sheet2.xml"/><Relationship Id="s" Type="x/styles" Target="styles.xml"/><Relationship Id="t" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#),
        ("xl/styles.xml", br##"<styleSheet><numFmts count="2"><numFmt numFmtId="164" formatCode="#,##0.00 [$&#8364;-407]"/><numFmt numFmtId="165" formatCode="dd\.mm\.yyyy"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="9"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="46"/></cellXfs></styleSheet>"##),
        ("xl/sharedStrings.xml", br#"<sst count="3" uniqueCount="2"><si><t>Signed</t></si><si><r><t xml:space="preserve"> a </t></r><r><t>b</t></r><rPh><t>x</t></rPh></si></sst>"#),
        ("xl/worksheets/sheet1.xml", br#"<?xml version="1.0" encoding="UTF-8"?><worksheet><dimension ref="A1:F4"/><cols><col min="2" max="3" hidden="1"/></cols><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="inlineStr"><is><t>in &amp; out</t></is></c></row><row r="2" hidden="1"><c r="A2"><v>12.5</v></c><c r="B2" s="1"><v>42551</v></c><c r="C2" s="2"><v>0.25</v></c><c r="D2" s="3"><v>1E3</v></c><c r="E2" t="b"><v>1</v></c></row><row><c t="e"><v>#REF!</v></c><c t="str"><f>A1</f><v>x</v></c><c><f>1+1</f></c><c t="d"><v>2016-06-30T00:00:00</v></c><c s="5"><v>1.5</v></c></row></sheetData><mergeCells><mergeCell ref="A1:B1"/></mergeCells></worksheet>"#),
        ("xl/worksheets/sheet2.xml", br#"<x:worksheet xmlns:x="u"><x:sheetData><x:row r="3"><x:c r="B3" s="4"><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>"#),
    ])
}

fn ods() -> Vec<u8> {
    package(&[
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", br#"<manifest:manifest><manifest:file-entry manifest:full-path="content.xml"/></manifest:manifest>"#),
        ("content.xml", br##"<office:document-content><office:automatic-styles><style:style style:name="ta2"><style:table-properties table:display="false"/></style:style></office:automatic-styles><office:body><office:spreadsheet><table:table table:name="One"><table:table-column table:number-columns-repeated="2"/><table:table-column table:visibility="collapse"/><table:table-row><table:table-cell office:value-type="string" table:number-columns-spanned="2"><text:p>a<text:s text:c="2"/>b &amp; c<text:tab/></text:p><text:p>d<text:line-break/></text:p></table:table-cell><table:covered-table-cell/><table:table-cell office:value-type="float" office:value="7"><text:p>7</text:p></table:table-cell></table:table-row><table:table-row table:visibility="collapse"><table:table-cell office:value-type="percentage" office:value="0.25"/><table:table-cell office:value-type="currency" office:currency="EUR" office:value="12.5"/></table:table-row><table:table-row table:number-rows-repeated="3"><table:table-cell table:number-columns-repeated="4" office:value-type="date" office:date-value="2016-06-30T10:00:00"><office:annotation><text:p>note</text:p></office:annotation></table:table-cell><table:table-cell office:value-type="boolean" office:boolean-value="true"/><table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value="" calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell><table:table-cell table:formula="of:=1"/></table:table-row></table:table><table:table table:name="Two" table:style-name="ta2"><table:table-row><table:table-cell office:value-type="time" office:time-value="PT12H30M00S"/></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"##),
    ])
}

fn xlsb() -> Vec<u8> {
    let part = |records: &[Record]| records::write(records, Coding::Biff12);
    let wide = |text: &str| {
        let letters: Vec<u16> = text.encode_utf16().collect();
        let mut bytes = (letters.len() as u32).to_le_bytes().to_vec();
        letters.iter().for_each(|letter| bytes.extend(letter.to_le_bytes()));
        bytes
    };
    let numbers = |numbers: &[u32]| numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>();
    let sheet =
        |state: u32, relation: &str, name: &str| (156, [numbers(&[state, 1]), wide(relation), wide(name)].concat());
    let cell = |column: u32, style: u8, value: &[u8]| [&column.to_le_bytes()[..], &[style, 0, 0, 0], value].concat();
    let row = |row: u32, flags: u8| (0, [numbers(&[row, 0]), vec![0, 1, 0, flags, 0], numbers(&[1, 0, 7])].concat());
    let style = |format: u16| (47, [&[0xFF, 0xFF][..], &format.to_le_bytes(), &[0; 12]].concat());
    let book = part(&[
        (131, vec![]),
        (153, vec![0; 12]),
        (143, vec![]),
        sheet(0, "rId1", "One"),
        (144, vec![]),
        (157, vec![0; 26]),
        (132, vec![]),
    ]);
    let page = part(&[
        (129, vec![]),
        (148, numbers(&[0, 2, 0, 7])),
        (390, vec![]),
        (60, [numbers(&[1, 2, 2560, 0]), vec![1, 0]].concat()),
        (391, vec![]),
        (145, vec![]),
        row(0, 0),
        (7, cell(0, 0, &0_u32.to_le_bytes())),
        (5, cell(1, 1, &42_551_f64.to_le_bytes())),
        (5, cell(2, 2, &0.25_f64.to_le_bytes())),
        (2, cell(3, 3, &((1250_u32 << 2) | 2).to_le_bytes())),
        row(1, 0x10),
        (4, cell(0, 0, &[1])),
        (3, cell(1, 0, &[0x17])),
        (6, cell(2, 0, &wide("text"))),
        (9, cell(3, 0, &[&2.5_f64.to_le_bytes()[..], &[0; 10]].concat())),
        (8, cell(4, 0, &[&wide("f")[..], &[0; 10]].concat())),
        (11, cell(5, 0, &[0x07, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])),
        (146, vec![]),
        (177, numbers(&[1])),
        (176, numbers(&[0, 0, 0, 1])),
        (178, vec![]),
        (130, vec![]),
    ]);
    let texts = part(&[(159, numbers(&[1, 1])), (19, [vec![0], wide("Signed")].concat()), (160, vec![])]);
    let styles = part(&[
        (278, vec![]),
        (615, numbers(&[1])),
        (44, [164_u16.to_le_bytes().to_vec(), wide("#,##0 \"€\"")].concat()),
        (616, vec![]),
        (617, numbers(&[4])),
        style(0),
        style(14),
        style(9),
        style(164),
        (618, vec![]),
        (279, vec![]),
    ]);
    package(&[
        ("_rels/.rels", br#"<Relationships><Relationship Id="r" Type="x/officeDocument" Target="xl/workbook.bin"/></Relationships>"#),
        ("xl/_rels/workbook.bin.rels", br#"<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.bin"/></Relationships>"#),
        ("xl/workbook.bin", &book),
        ("xl/worksheets/sheet1.bin", &page),
        ("xl/sharedStrings.bin", &texts),
        ("xl/styles.bin", &styles),
    ])
}

fn xls() -> Vec<u8> {
    let words = |words: &[u16]| words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>();
    let begin = |kind: u16| (0x0809, words(&[0x0600, kind, 0x0DBB, 0x07CC, 0, 0, 6, 0]));
    let text = |text: &str| [words(&[text.len() as u16]), vec![0], text.as_bytes().to_vec()].concat();
    let style = |format: u16| (0x00E0, [words(&[0, format]), vec![0; 16]].concat());
    let cell = |row: u16, column: u16, style: u16, value: &[u8]| [&words(&[row, column, style])[..], value].concat();
    let mut records: Vec<Record> = vec![
        begin(5),
        (0x0042, words(&[1200])),
        (0x0022, words(&[0])),
        (0x041E, [words(&[164]), text("#,##0 \"EUR\"")].concat()),
        style(0),
        style(14),
        style(9),
        style(164),
        (0x0085, [vec![0, 0, 0, 0, 0, 0, 3, 0], b"One".to_vec()].concat()),
        (0x0085, [vec![0, 0, 0, 0, 1, 0, 3, 0], b"Two".to_vec()].concat()),
        (0x00FC, [vec![2, 0, 0, 0, 2, 0, 0, 0], text("Signed"), text("b")].concat()),
        (0x000A, vec![]),
        begin(0x10),
        (0x007D, words(&[1, 2, 0, 0, 1, 0])),
        (0x0200, words(&[0, 0, 3, 0, 0, 6, 0])),
        (0x0208, words(&[1, 0, 6, 0, 0, 0, 0x20, 0])),
        (0x00FD, cell(0, 0, 0, &[0, 0, 0, 0])),
        (0x0203, cell(0, 1, 1, &42_551_f64.to_le_bytes())),
        (0x0203, cell(0, 2, 2, &0.25_f64.to_le_bytes())),
        (0x027E, cell(1, 0, 3, &((1250_u32 << 2) | 2).to_le_bytes())),
        (0x00BD, [words(&[1, 1, 0]), vec![2, 0, 0, 4], words(&[2]), vec![6, 0, 0, 4], words(&[2])].concat()),
        (0x0205, cell(2, 0, 0, &[1, 0])),
        (0x0205, cell(2, 1, 0, &[0x17, 1])),
        (0x0006, cell(2, 2, 0, &[&2.5_f64.to_le_bytes()[..], &[0; 8], &[3, 0, 0x1E, 1, 0]].concat())),
        (0x0006, cell(2, 3, 0, &[0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0, 3, 0, 0x1E, 1, 0])),
        (0x0207, text("f")),
        (0x0204, [words(&[2, 4, 0]), text("label")].concat()),
        (0x00E5, words(&[1, 0, 0, 0, 1])),
        (0x000A, vec![]),
        begin(0x10),
        (0x000A, vec![]),
    ];
    records::mend_offsets(&mut records);
    compound(&records::write(&records, Coding::Biff8)).expect("fits into a compound file")
}

/// An OLE compound file around a workbook stream.
pub fn compound(stream: &[u8]) -> Option<Vec<u8>> {
    let mut file = cfb::CompoundFile::create_with_version(cfb::Version::V3, Cursor::new(Vec::new())).ok()?;
    file.create_stream("/Workbook").ok()?.write_all(stream).ok()?;
    file.flush().ok()?;
    Some(file.into_inner().into_inner())
}
