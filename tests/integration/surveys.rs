//! Real exports of survey tools, where they are at hand (`../shared/corpus`): what its CATALOGUE.md says that one must get
//! of each, counted there with other tools.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use scoreboard::ingest::{self, Cell, Options, Sheet, Workbook};

const FOLDER: &str = "../shared/corpus/01-survey-exports";

/// The file whose name, or whose folder's, starts like this. None: the corpus is not at hand.
fn open(start: &str) -> Option<Workbook> {
    let mut folders = vec![PathBuf::from(FOLDER)];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if path.is_dir() {
                folders.push(path);
            } else if name.starts_with(start) {
                let bytes = fs::read(&path).expect("read");
                let read = ingest::read(&name, &bytes, &Options::default());
                return Some(read.unwrap_or_else(|refusal| panic!("{start} was refused: {refusal}")));
            }
        }
    }
    None
}

/// What stands in a column below its header, which may stand in another row than the first; empty cells are left out.
fn column<'s>(sheet: &'s Sheet, header_row: u32, label: &str) -> Vec<(Cell, &'s Sheet)> {
    let at = |i: usize| sheet.row(i).iter().find(|(_, cell)| sheet.display(*cell).trim() == label).map(|(at, _)| *at);
    let header = sheet.rows.iter().position(|row| row.index == header_row).expect("a header");
    let found = at(header).unwrap_or_else(|| panic!("no column {label}"));
    (header + 1..sheet.rows.len())
        .filter_map(|i| sheet.row(i).iter().find(|(column, _)| *column == found).map(|(_, cell)| (*cell, sheet)))
        .collect()
}

fn texts(cells: Vec<(Cell, &Sheet)>) -> Vec<String> {
    cells.into_iter().map(|(cell, sheet)| sheet.display(cell)).collect()
}

/// As text: these sums have few digits.
fn sum(cells: Vec<(Cell, &Sheet)>) -> String {
    texts(cells).iter().map(|text| text.parse::<f64>().expect("a number")).sum::<f64>().to_string()
}

/// How often each text stands there; `separator` parts several answers in one cell.
fn times(texts: &[String], separator: Option<char>) -> BTreeMap<String, usize> {
    let mut times = BTreeMap::new();
    for text in texts {
        let parts: Vec<&str> = match separator {
            Some(separator) => text.split(separator).map(str::trim).filter(|part| !part.is_empty()).collect(),
            None => vec![text.as_str()],
        };
        for part in parts {
            *times.entry(part.to_owned()).or_default() += 1;
        }
    }
    times
}

fn counts(texts: &[String], separator: Option<char>) -> Vec<usize> {
    let mut counts: Vec<usize> = times(texts, separator).into_values().collect();
    counts.sort_unstable_by(|a, b| b.cmp(a));
    counts
}

#[test]
fn answers_of_kobo_as_json_give_what_the_catalogue_says() {
    if let Some(workbook) = open("S11d") {
        let sheet = &workbook.sheets[0];
        // Three groups in three versions of the form, one question.
        let sexes = times(&texts(column(sheet, 0, "hh_sex")), None);
        assert_eq!((sexes["1"], sexes["2"], sheet.rows.len()), (4, 2, 7));
        assert_eq!(counts(&texts(column(sheet, 0, "pet_type")), Some(' ')), [3, 2, 2, 2, 1]);
    }
    if let Some(workbook) = open("S12d") {
        let sheet = &workbook.sheets[0];
        let pets = texts(column(sheet, 0, "pet_type"));
        let times = times(&pets, Some(' '));
        assert_eq!((times["4"], times["3"], times["5"]), (3, 2, 2));
        assert_eq!((pets.len(), sheet.rows.len() - 1), (4, 5), "one was not asked or did not answer");
    }
}

#[test]
fn answers_of_kobo_as_workbooks_give_what_the_catalogue_says() {
    if let Some(workbook) = open("S01__") {
        let sheet = &workbook.sheets[1];
        let ages = column(sheet, 0, "family_members/Family_member_age");
        assert_eq!((ages.len(), sum(ages)), (6, "206".to_owned()));
        assert_eq!(texts(column(sheet, 0, "_parent_index")), ["1", "1", "1", "2", "3", "5", "5"]);
    }
    if let Some(workbook) = open("S02__") {
        let rows: Vec<usize> = workbook.sheets.iter().map(|sheet| sheet.rows.len() - 1).collect();
        assert_eq!(rows, [5, 8, 8, 12]);
        let ratings = column(&workbook.sheets[1], 0, "topics_discussed/topic_details/Discussion_rating");
        assert_eq!((ratings.len(), sum(ratings)), (8, "28".to_owned()));
        let parents = times(&texts(column(&workbook.sheets[1], 0, "_parent_index")), None);
        assert_eq!(
            parents.into_iter().collect::<Vec<_>>(),
            [("1".into(), 1), ("2".into(), 3), ("4".into(), 1), ("5".into(), 3)]
        );
    }
    if let Some(workbook) = open("S04__") {
        let numbers = ["What_about_on_a_scale_of_1_10", "group_ta7dy01/group_question_2_number"];
        let sums: Vec<String> = numbers.iter().map(|label| sum(column(&workbook.sheets[0], 0, label))).collect();
        assert!(sums.contains(&"98.5".to_owned()), "{sums:?}");
        let none = workbook.sheets[0].rows.len();
        let words: Vec<String> = (0..none)
            .flat_map(|i| workbook.sheets[0].row(i).iter().map(|(_, cell)| workbook.sheets[0].display(*cell)))
            .collect();
        assert_eq!(times(&words, None)["None"], 2);
    }
    if let Some(workbook) = open("S05__") {
        assert_eq!(sum(column(&workbook.sheets[0], 0, "Enter_a_number")), "37");
        let dates = texts(column(&workbook.sheets[0], 0, "group_lw2py86/Enter_a_date_in_group"));
        assert_eq!(dates, ["2024-02-14", "2024-10-10"]);
    }
    if let Some(workbook) = open("S08__") {
        let label = "transport/available_transportation_types_to_referral_facility";
        let words = texts(column(&workbook.sheets[0], 0, label));
        let told: Vec<&String> = words.iter().filter(|text| *text != "n/a").collect();
        assert_eq!(told, ["none", "ambulance bicycle", "ambulance", "taxi other"]);
    }
}

#[test]
fn answers_of_odk_give_what_the_catalogue_says() {
    if let Some(workbook) = open("S16__") {
        let sheet = &workbook.sheets[0];
        assert_eq!(texts(column(sheet, 0, "__system/reviewState")), ["approved"]);
        assert_eq!(texts(column(sheet, 0, "corner1-Latitude")), ["-31.895004"]);
        assert_eq!(texts(column(sheet, 0, "corner1-Longitude")), ["115.7747006"]);
        let attachments = ["__system/attachmentsExpected", "__system/attachmentsPresent"];
        assert!(attachments.iter().all(|label| sum(column(sheet, 0, label)) == "5"));
    }
    if let Some(workbook) = open("S13b") {
        let codes = workbook.sheets[0].rows.len();
        let words: Vec<String> = (0..codes)
            .flat_map(|i| workbook.sheets[0].row(i).iter().map(|(_, cell)| workbook.sheets[0].display(*cell)))
            .collect();
        assert!(
            ["09929760", "08173089"].iter().all(|code| words.iter().any(|word| word == code)),
            "leading zeros stay"
        );
        assert_eq!(codes, 8);
    }
}

#[test]
fn answers_of_limesurvey_give_what_the_catalogue_says() {
    if let Some(workbook) = open("S17__") {
        let sheet = &workbook.sheets[0];
        let languages = times(&texts(column(sheet, 0, "startlanguage")), None);
        assert_eq!((languages["de"], languages["en"], sheet.rows.len()), (225, 34, 260));
        assert_eq!(counts(&texts(column(sheet, 0, "DQ02")), None), [113, 58, 38, 28, 20]);
        let third = times(&texts(column(sheet, 0, "DT02[SQ003]")), None);
        assert_eq!((third["Yes"], third["No"]), (176, 83));
    }
    if let Some(workbook) = open("S18__") {
        let sheet = &workbook.sheets[0];
        assert_eq!(sheet.rows.len() - 1, 2);
        assert_eq!(texts(column(sheet, 0, "submitdate")), ["1980-01-01 00:00:00", "1980-01-01 00:00:00"]);
        // Eleven parts of one question: ticked or not, since each of the two ticked something.
        let labels: Vec<String> = sheet.row(0).iter().map(|(_, cell)| sheet.display(*cell)).collect();
        let parts: Vec<&String> =
            labels.iter().filter(|label| label.ends_with(']') && label.contains("[SQ0")).collect();
        assert_eq!(parts.len(), 11, "{labels:?}");
        let ticks: Vec<String> = parts.iter().map(|label| sum(column(sheet, 0, label))).collect();
        assert_eq!(ticks, ["1", "1", "0", "0", "0", "0", "0", "0", "1", "0", "1"]);
    }
    let four: Option<Vec<usize>> = ["S20a", "infanzia2", "infanzia3", "infanzia4"]
        .iter()
        .map(|start| open(start).map(|workbook| workbook.sheets[0].rows.len() - 1))
        .collect();
    if let Some(rows) = four {
        assert_eq!(rows, [8, 11, 3, 10]);
    }
}

#[test]
fn answers_of_eusurvey_give_what_the_catalogue_says() {
    let Some(workbook) = open("S22__") else { return };
    let sheet = &workbook.sheets[0];
    let header = sheet.rows.iter().position(|row| row.index == 3).expect("row 4");
    assert_eq!(sheet.rows.len() - header - 1, 28);
    let of = |start: &str| {
        let label =
            sheet.row(header).iter().map(|(_, cell)| sheet.display(*cell)).find(|label| label.starts_with(start));
        texts(column(sheet, 3, label.unwrap_or_else(|| panic!("no question {start}")).trim()))
    };
    assert_eq!(counts(&of("Are specific definitions of software levels"), None), [12, 10, 6]);
    assert_eq!(counts(&of("How are you involved"), Some(';')), [25, 14, 8, 3]);
}

#[test]
fn answers_of_google_forms_give_what_the_catalogue_says() {
    if let Some(workbook) = open("S23__") {
        let answers = times(&texts(column(&workbook.sheets[0], 0, "Select all that apply")), Some(','));
        assert_eq!(answers.into_values().collect::<Vec<_>>(), [1, 2, 3, 1]);
        assert!(texts(column(&workbook.sheets[0], 0, "When is your birthday?")).contains(&"2002-05-08".to_owned()));
    }
    if let Some(workbook) = open("S24__") {
        let days = times(&texts(column(&workbook.sheets[0], 0, "Select all that apply")), Some(';'));
        let expected = [("Monday", 3), ("Sunday", 3), ("Tuesday", 2), ("Wednesday", 3)];
        assert_eq!(days.into_iter().collect::<Vec<_>>(), expected.map(|(day, times)| (day.to_owned(), times)));
    }
}
