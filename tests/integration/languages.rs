//! What reports of real projects say is told whole in every language: no text of ours stays English, nor a part of one.

use std::collections::{BTreeMap, BTreeSet};

use scoreboard::app::assemble::assemble;
use scoreboard::app::project::Project as Folder;
use scoreboard::app::state::State;
use scoreboard::model::audience::Audience;
use scoreboard::report::book;
use scoreboard::report::book::{Book, Cell, Sheet};
use scoreboard::store::Store;

use crate::project::Project;

const TABLES: [(&str, &str); 3] = [
    ("de", include_str!("../../src/report/translations/de.toml")),
    ("fr", include_str!("../../src/report/translations/fr.toml")),
    ("nl", include_str!("../../src/report/translations/nl.toml")),
];

/// Several words of English that stand in a text of ours and in no translation.
fn english(table: &str) -> BTreeSet<String> {
    let tables: BTreeMap<String, BTreeMap<String, String>> = toml::from_str(table).expect("a table");
    let told: Vec<&String> = tables.values().flat_map(BTreeMap::values).collect();
    let keys = tables.values().flat_map(BTreeMap::keys);
    let between = keys.flat_map(|key| key.split('{').map(|part| part.split_once('}').map_or(part, |(_, rest)| rest)));
    between
        .map(|words| words.trim().to_owned())
        .filter(|words| words.len() >= 12 && words.split(' ').count() >= 3)
        .filter(|words| !told.iter().any(|told| told.contains(words.as_str())))
        .collect()
}

/// The texts of a book, in their order.
fn texts(book: &Book) -> Vec<&str> {
    let cells = book.sheets.iter().flat_map(Sheet::cells);
    cells
        .filter_map(|(_, placed)| if let Cell::Text(text) = &placed.cell { Some(text.as_str()) } else { None })
        .collect()
}

/// Every text of ours in the workbooks of a project that a table lacks, with its language.
fn untold(project: &Project, untold: &mut BTreeSet<(String, String)>) -> usize {
    project.run(&["run"]);
    let folder = Folder::open(project.path()).unwrap_or_else(|stopped| panic!("it opens: {stopped:?}"));
    let mut store = Store::open(&folder.store()).expect("a store");
    let state = State::replay(&store.ledger_mut().entries().expect("entries"), &folder.catalog.reading_hash);
    let mut looked_at = 0;
    for report in &folder.catalog.reports {
        let (mut board, _) = assemble(&folder, &store, &state, report, folder.as_of(None), &[])
            .unwrap_or_else(|stopped| panic!("it is computed: {stopped:?}"));
        for (language, table) in TABLES {
            let english = english(table);
            assert!(english.len() > 300, "{language}");
            for audience in [Audience::Internal, Audience::Public] {
                board.audience = audience;
                "en".clone_into(&mut board.presentation.language);
                let before = book(&board);
                language.clone_into(&mut board.presentation.language);
                let told = book(&board);
                let (before, after) = (texts(&before), texts(&told));
                assert_eq!(before.len(), after.len());
                looked_at += after.len();
                for (_, text) in before.iter().zip(&after).filter(|(before, after)| before != after) {
                    if let Some(words) = english.iter().find(|words| text.contains(words.as_str())) {
                        untold.insert((language.to_owned(), format!("“{words}” in “{text}”")));
                    }
                }
                for sheet in &told.sheets {
                    untold.extend(sheet.untold.iter().map(|text| (language.to_owned(), text.clone())));
                }
            }
        }
    }
    looked_at
}

#[test]
fn every_text_of_real_reports_is_told_in_every_language() {
    let mut missing = BTreeSet::new();
    let mut looked_at = untold(&Project::laser_go(), &mut missing);
    for name in ["reina_plus", "ttc", "escp_4i_second"] {
        looked_at += untold(&Project::example(name), &mut missing);
    }
    assert!(looked_at > 5_000, "only {looked_at} cells were looked at");
    assert!(
        missing.is_empty(),
        "put these into all files of src/report/translations, or mark what is not ours with `own`: {missing:#?}"
    );
}
