//! Exports of survey servers in small: each way in which a question is not answered, and each trap of the formats.

use std::io::{Cursor, Write as _};

use serde_json::{Value, json};

use super::super::{FileKind, Options, Refusal, Sheet, Workbook, read};

fn read_as(name: &str, bytes: &[u8]) -> Result<Workbook, Refusal> {
    read(name, bytes, &Options::default())
}

fn json_file(value: &Value) -> Workbook {
    read_as("data.json", value.to_string().as_bytes()).expect("an export")
}

/// A sheet as lines of `name=value`, for each row.
fn rows(sheet: &Sheet) -> Vec<Vec<String>> {
    let header: Vec<(u16, String)> =
        sheet.row(0).iter().map(|(column, cell)| (*column, sheet.display(*cell))).collect();
    let name = |column: u16| header.iter().find(|(at, _)| *at == column).map_or("?", |(_, name)| name.as_str());
    let line = |row: usize| {
        sheet.row(row).iter().map(|(column, cell)| format!("{}={}", name(*column), sheet.display(*cell))).collect()
    };
    (1..sheet.rows.len()).map(line).collect()
}

fn record(id: u64, more: Value) -> Value {
    let mut record = json!({ "_id": id, "_uuid": format!("u{id}") });
    if let (Value::Object(all), Value::Object(more)) = (&mut record, more) {
        all.extend(more);
    }
    record
}

fn kobo(records: &[Value]) -> Value {
    json!({ "count": records.len(), "next": null, "previous": null, "results": records })
}

#[test]
fn a_question_that_moved_between_groups_is_one_question() {
    let of = |id, path: &str, version: &str| record(id, json!({ path: "1", "__version__": version }));
    let workbook = json_file(&kobo(&[of(1, "v0/sex", "a"), of(2, "v1/sex", "b"), of(3, "sex", "c")]));
    assert_eq!(workbook.kind, FileKind::Json);
    let all = rows(&workbook.sheets[0]);
    assert!(all.iter().all(|row| row.contains(&"sex=1".to_owned())), "{all:?}");
}

#[test]
fn two_questions_of_one_name_keep_their_groups() {
    let one = record(1, json!({ "firm/name": "Ada", "person/name": "Bo", "__version__": "a" }));
    let all = rows(&json_file(&kobo(&[one])).sheets[0]);
    assert!(all[0].contains(&"firm/name=Ada".to_owned()) && all[0].contains(&"person/name=Bo".to_owned()), "{all:?}");
}

#[test]
fn what_a_server_adds_is_never_taken_for_a_question() {
    let one = record(1, json!({ "g/uuid": "x", "formhub/uuid": "y", "meta/instanceID": "z" }));
    let all = rows(&json_file(&kobo(&[one])).sheets[0]);
    for cell in ["uuid=x", "formhub/uuid=y", "meta/instanceID=z", "_id=1"] {
        assert!(all[0].contains(&cell.to_owned()), "{cell}: {all:?}");
    }
}

#[test]
fn texts_become_numbers_by_whole_columns_and_only_where_nothing_is_lost() {
    let of = |id, n: &str, code: &str, mixed: &str| record(id, json!({ "n": n, "code": code, "mixed": mixed }));
    let all = rows(&json_file(&kobo(&[of(1, "1.500", "09929760", "12"), of(2, "-3", "8", "about 12")])).sheets[0]);
    assert_eq!(all[0], ["_id=1", "_uuid=u1", "code=09929760", "mixed=12", "n=1.5"]);
    let sheet = &json_file(&kobo(&[of(1, "1.500", "09929760", "12"), of(2, "-3", "8", "about 12")])).sheets[0];
    let texts = sheet.row(1).iter().filter(|(_, cell)| matches!(cell, super::super::Cell::Text(_))).count();
    assert_eq!(texts, 3, "the uuid, the code and the mixed column stay text");
}

#[test]
fn repeats_are_sheets_that_name_their_answer() {
    let one = record(
        7,
        json!({ "hh/child": [
        { "hh/child/age": "3", "hh/child/toy": [{ "hh/child/toy/name": "ball" }] }, { "hh/child/age": "5" },
    ] }),
    );
    let two = record(8, json!({ "hh/child": [{ "hh/child/age": "9" }] }));
    let workbook = json_file(&kobo(&[one, two]));
    let names: Vec<&str> = workbook.sheets.iter().map(|sheet| sheet.name.as_str()).collect();
    assert_eq!(names, ["", "child", "toy"]);
    assert_eq!(
        rows(&workbook.sheets[1])[2],
        ["_index=3", "_parent_table_name=submissions", "_parent_index=2", "_submission__id=8", "age=9"]
    );
    assert_eq!(
        rows(&workbook.sheets[2])[0][1..4],
        ["_parent_table_name=child", "_parent_index=1", "_submission__id=7"]
    );
}

#[test]
fn a_question_with_several_answers_is_empty_where_nobody_answered() {
    let mut document = kobo(&[record(1, json!({ "firm/m": "us jp" })), record(2, json!({}))]);
    document["scoreboard"] = json!({ "select_multiple": { "firm/m": ["us", "jp", "cn"] } });
    let all = rows(&json_file(&document).sheets[0]);
    assert_eq!(all[0][2..], ["m=us jp", "m/us=1", "m/jp=1", "m/cn=0"]);
    assert_eq!(all[1].len(), 2, "{all:?}");
}

#[test]
fn one_page_of_several_is_refused() {
    let mut page = kobo(&[record(1, json!({}))]);
    page["count"] = json!(231);
    let refusal = read_as("data.json", page.to_string().as_bytes()).expect_err("one page");
    assert_eq!(refusal.message, "holds 1 answers of the 231 that it counts: one page, not all");
    let odk = json!({ "@odata.context": "x", "value": [{ "__id": "a" }], "@odata.nextLink": "y" });
    assert!(read_as("data.json", odk.to_string().as_bytes()).is_err());
}

#[test]
fn odata_is_read_with_groups_points_and_repeats() {
    let document = json!({
        "@odata.context": "https://x/$metadata#Submissions",
        "value": [{
            "__id": "uuid:1", "__system": { "submissionDate": "2023-12-04T08:30:26.154Z", "status": null },
            "site": { "status": "open", "at": { "type": "Point", "coordinates": [115.77, -31.895, 6.9], "properties": { "accuracy": 4.5 } } },
            "jobs": [{ "__id": "j", "__Submissions-id": "uuid:1", "n": 2 }],
            "jobs@odata.navigationLink": "Submissions('uuid%3A1')/jobs",
        }],
    });
    let workbook = json_file(&document);
    let row = rows(&workbook.sheets[0]).remove(0);
    for cell in [
        "status=open",
        "at-Latitude=-31.895",
        "at-Longitude=115.77",
        "at-Altitude=6.9",
        "at-Accuracy=4.5",
        "__system/submissionDate=2023-12-04T08:30:26.154Z",
    ] {
        assert!(row.contains(&cell.to_owned()), "{cell}: {row:?}");
    }
    assert!(!row.iter().any(|cell| cell.contains("navigationLink")));
    assert!(rows(&workbook.sheets[1])[0].contains(&"n=2".to_owned()));
}

#[test]
fn limesurvey_tells_not_shown_from_left_empty_where_it_can() {
    let row =
        |id: &str, text: Value, number: Value| json!({ "id": id, "T": text, "N": number, "M[a]": "", "M[b]": "" });
    let mut ticked = row("3", json!("x"), json!("4.5"));
    ticked["M[a]"] = json!("Y");
    let document = json!({
        "responses": [row("1", json!(""), json!(null)), row("2", json!(null), json!("7")), ticked, { "id": null, "T": null }],
        "scoreboard": { "select_multiple": { "M": [] }, "not_asked": "not asked" },
    });
    let all = rows(&json_file(&document).sheets[0]);
    assert_eq!(all[0], ["id=1"], "left empty, and a number of which nobody knows");
    assert_eq!(all[1], ["N=7", "T=not asked", "id=2"]);
    assert_eq!(all[2], ["M[a]=1", "M[b]=0", "N=4.5", "T=x", "id=3"]);
    assert_eq!(all.len(), 3, "the blank record of an empty survey is none");
    let list = json!([{ "id": "1", "submitdate": "2016-05-04 10:00:00", "Q": "a" }]);
    assert_eq!(rows(&json_file(&list).sheets[0])[0], ["Q=a", "id=1", "submitdate=2016-05-04 10:00:00"]);
}

const EUSURVEY: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<Results create="2016-06-01_10-00-00"><Survey id="1" uid="u" alias="a"><Elements lang="EN">
<Section id="s" type="Section" bid="ID1">About you</Section>
<Question id="q1" type="Free Text" bid="ID2">Your &lt;b&gt;name&lt;/b&gt; &amp;amp; role</Question>
<Question id="q2" type="Multiple Choice" bid="markets">Markets</Question>
<Answer id="a1" type="Choice Answer" bid="us">United States</Answer><Answer id="a2" type="Choice Answer" bid="ID9">Japan</Answer>
<Question id="q3" type="Date" bid="founded">Founded</Question>
<MatrixTitle id="m" type="Matrix" bid="ID4">How far</MatrixTitle>
<MatrixQuestion id="m1" type="Single Choice Matrix Question" bid="m_sales">Sales</MatrixQuestion>
<MatrixAnswer id="ma1" type="Matrix Answer" bid="low">Low</MatrixAnswer>
<TableTitle id="t" type="Table" bid="ID5">Staff</TableTitle>
<TableQuestion id="t1" type="Table Question" bid="women">Women</TableQuestion>
<TableAnswer id="ta1" type="Table Answer" bid="y2015">2015</TableAnswer>
</Elements><Elements lang="FR"><Question id="q1" type="Free Text" bid="ID2">Votre nom</Question></Elements></Survey>
<Answers><AnswerSet id="k-1" create="2016-05-04_10-00-00" last="2016-05-05_09-30-00" list="1" lang="EN" user="" invitation="">
<Answer qid="q1">Ada &amp; Bo</Answer><Answer aid="a1" qid="q2"/><Answer aid="a2" qid="q2"/><Answer qid="q3">31/12/2015</Answer>
<Answer aid="ma1" qid="m1"/><Answer qid="t1" aid="ta1">12</Answer></AnswerSet>
<AnswerSet id="k-2" create="2016-05-06_10-00-00" last="2016-05-06_10-00-00" list="2" lang="FR"/></Answers></Results>
"#;

#[test]
fn eusurvey_is_read_by_short_names_and_texts() {
    let workbook = read_as("result.xml", EUSURVEY.as_bytes()).expect("results");
    assert_eq!(workbook.kind, FileKind::Xml);
    let all = rows(&workbook.sheets[0]);
    let expected = [
        "id=k-1",
        "create=2016-05-04 10:00:00",
        "last=2016-05-05 09:30:00",
        "lang=EN",
        "Your name & role=Ada & Bo",
        "markets=us; Japan",
        "markets/us=1",
        "markets/Japan=1",
        "founded=2015-12-31",
        "m_sales=low",
        "women / y2015=12",
    ];
    assert_eq!(all[0], expected);
    assert_eq!(all[1], ["id=k-2", "create=2016-05-06 10:00:00", "last=2016-05-06 10:00:00", "lang=FR"]);
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("result.xml", zip::write::SimpleFileOptions::default()).expect("begun");
    zip.write_all(EUSURVEY.as_bytes()).expect("written");
    let packed = read_as("results.zip", &zip.finish().expect("whole").into_inner()).expect("results");
    assert_eq!((rows(&packed.sheets[0]), packed.notes.len()), (all, 0));
    for cut in [EUSURVEY.len() / 2, EUSURVEY.len() - 12] {
        assert!(read_as("result.xml", &EUSURVEY.as_bytes()[..cut]).is_err(), "cut at {cut}");
    }
    let attack = EUSURVEY.replace("<Results", "<!DOCTYPE x [<!ENTITY a \"b\">]><Results");
    assert!(read_as("result.xml", attack.as_bytes()).is_err());
}

#[test]
fn an_archive_of_limesurvey_is_read_by_the_codes_of_its_questions() {
    let questionnaire = r#"<?xml version="1.0" encoding="UTF-8"?><document><LimeSurveyDocType>Survey</LimeSurveyDocType>
<questions><fields><fieldname>qid</fieldname></fields><rows>
<row><qid><![CDATA[3]]></qid><parent_qid><![CDATA[0]]></parent_qid><type><![CDATA[M]]></type><title><![CDATA[markets]]></title></row>
<row><qid><![CDATA[31]]></qid><parent_qid><![CDATA[0]]></parent_qid><type><![CDATA[N]]></type><title><![CDATA[turnover]]></title></row>
</rows></questions><subquestions><rows>
<row><qid>4</qid><parent_qid>3</parent_qid><type>M</type><title>1</title></row><row><qid>5</qid><parent_qid>3</parent_qid><type>M</type><title>SQ2</title></row>
</rows></subquestions></document>"#;
    let responses = r#"<?xml version="1.0" encoding="UTF-8"?><document><LimeSurveyDocType>Responses</LimeSurveyDocType><responses><fields><fieldname>id</fieldname></fields><rows>
<row><id><![CDATA[1]]></id><submitdate><![CDATA[2016-05-04 10:00:00]]></submitdate><_9X2X3SQ2><![CDATA[Y]]></_9X2X3SQ2><_9X2X3other/><_9X2X31><![CDATA[1250.5]]></_9X2X31></row>
<row><id><![CDATA[2]]></id><_9X2X3SQ2/></row></rows></responses></document>"#;
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in [("survey_9.lss", questionnaire), ("survey_9_responses.lsr", responses)] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).expect("begun");
        zip.write_all(text.as_bytes()).expect("written");
    }
    let bytes = zip.finish().expect("whole").into_inner();
    let workbook = read_as("export.lsa", &bytes).expect("an archive");
    assert_eq!(workbook.kind, FileKind::Lsa);
    let all = rows(&workbook.sheets[0]);
    assert_eq!(all[0], ["id=1", "markets[SQ2]=1", "submitdate=2016-05-04 10:00:00", "turnover=1250.5"]);
    assert_eq!(all[1], ["id=2"], "shown, and nothing ticked: not answered");
}

#[test]
fn other_json_and_xml_is_refused_as_before() {
    for (name, text, what) in [
        ("a.json", "{\"a\": 1}", "JSON"),
        ("a.json", "[1, 2]", "JSON"),
        ("a.json", "{\"results\": []}", "JSON"),
        ("a.xml", "<?xml version='1.0'?><iati/>", "XML"),
        ("a.json", "{\"count\": 3, \"results\": [}", "JSON"),
    ] {
        let refusal = read_as(name, text.as_bytes()).expect_err(text);
        assert!(refusal.message.contains(what), "{text}: {refusal}");
    }
}

#[test]
fn nesting_without_end_is_refused() {
    let deep = format!("{{\"count\":1,\"results\":[{}{}]}}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(read_as("deep.json", deep.as_bytes()).is_err());
}
