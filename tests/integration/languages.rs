//! What reports of real projects say is told whole in every language: no text of ours stays English.

use std::collections::BTreeSet;

use scoreboard::app::assemble::assemble;
use scoreboard::app::project::Project as Folder;
use scoreboard::app::state::State;
use scoreboard::model::audience::Audience;
use scoreboard::report::book;
use scoreboard::store::Store;

use crate::project::Project;

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
        for language in ["de", "fr", "nl"] {
            for audience in [Audience::Internal, Audience::Public] {
                board.audience = audience;
                language.clone_into(&mut board.presentation.language);
                for sheet in book(&board).sheets {
                    looked_at += sheet.cells().count();
                    untold.extend(sheet.untold.into_iter().map(|text| (language.to_owned(), text)));
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
