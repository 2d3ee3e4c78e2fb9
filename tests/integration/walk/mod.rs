//! Every number of an output, walked: what it is, where it came from, and the same number again from the cells of the
//! inbox. A number that does not say what it is, or that its leaves do not give, fails by name.
//!
//! Exempt, since they are no figures: dates, the row numbers of the sheet Kept out (they say where, not how much), and how
//! likely an undecided pair is one organisation, which is an estimate and joins nothing.

mod declared;
mod estimates;
mod figures;
mod leaves;
mod once;
mod pace;

use std::collections::BTreeMap;

use calamine::{Data, Reader as _, Xlsx};
use scoreboard::app::assemble::assemble;
use scoreboard::app::project::Project as Folder;
use scoreboard::app::state::State;
use scoreboard::finding::CellRef;
use scoreboard::model::scoreboard::Scoreboard;
use scoreboard::model::trace::{Counted, Listed, Number, Part};
use scoreboard::report::book::{Book, Placed};
use scoreboard::store::Store;
use serde_json::Value;

use crate::project::{Project, repository};
use figures::Ground;

/// What a walk saw.
#[derive(Debug, Default)]
struct Walk {
    cells: usize,
    linked: usize,
    exempt: usize,
    failed: Vec<String>,
}

impl Walk {
    fn say(&self, of: &str) {
        let resolved = self.cells - self.failed.len();
        let share = 100.0 * resolved as f64 / (self.cells.max(1)) as f64;
        println!(
            "{of}: {} numbers, {resolved} recomputed from their leaves ({share:.1} %), {} with a link, {} exempt",
            self.cells, self.linked, self.exempt
        );
        assert!(
            self.failed.is_empty(),
            "{of}: {} unresolved:\n{}",
            self.failed.len(),
            self.failed[..self.failed.len().min(150)].join("\n")
        );
        assert!(self.cells > 0, "{of}: nothing was walked");
    }
}

/// Equal to nine digits: a workbook knows no more than sixteen, and estimates are rounded to twelve.
fn same(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1e-3)
}

/// A project with what was published of it.
struct Walked {
    project: Project,
    folder: Folder,
    board: Scoreboard,
    book: Book,
}

impl Walked {
    /// Runs the project as a lead would, and takes its internal report.
    fn new(project: Project) -> Self {
        let answer = project.run(&["run"]);
        assert!(answer.code < 2, "{}{}", answer.out, answer.err);
        let folder = Folder::open(project.path()).expect("definitions");
        let mut store = Store::open(&folder.store()).expect("a store");
        let entries = store.ledger_mut().entries().expect("entries");
        let state = State::replay(&entries, &folder.catalog.reading_hash);
        let report = folder.catalog.reports.iter().find(|one| !one.audience.is_restricted()).expect("a report");
        let (board, _) = assemble(&folder, &store, &state, report, folder.as_of(None), &[]).expect("a scoreboard");
        let book = scoreboard::report::book(&board);
        Self { project, folder, board, book }
    }

    fn ground(&self) -> Ground<'_> {
        Ground::new(&self.folder, &self.board, self.project.path())
    }

    fn published(&self) -> Xlsx<std::io::Cursor<Vec<u8>>> {
        let path = self.folder.out().join(format!("{}.xlsx", self.board.report));
        Xlsx::new(std::io::Cursor::new(std::fs::read(path).expect("a workbook"))).expect("a workbook")
    }

    fn json(&self, report: &str) -> Value {
        let path = self.folder.out().join(format!("{report}.json"));
        serde_json::from_slice(&std::fs::read(path).expect("figures")).expect("JSON")
    }

    /// Each number of the workbook as published.
    fn workbook(&self, ground: &Ground<'_>) -> Walk {
        let mut walk = Walk::default();
        walk.failed.extend(ground.wrong.iter().cloned());
        walk.cells += ground.wrong.len();
        let mut published = self.published();
        let copies: Vec<&str> =
            self.book.sheets.iter().filter(|sheet| is_copy(sheet)).map(|sheet| sheet.name.as_str()).collect();
        for sheet in &self.book.sheets {
            let placed: BTreeMap<(u32, u16), &Placed> =
                sheet.cells().map(|(at, placed)| ((at.row, at.column), placed)).collect();
            let range = published.worksheet_range(&sheet.name).expect("the sheet");
            let (top, left) = range.start().unwrap_or((0, 0));
            for (row, column, data) in range.used_cells() {
                let found = match data {
                    Data::Float(number) => *number,
                    Data::Int(number) => *number as f64,
                    _ => continue,
                };
                let at =
                    CellRef::new(top + u32::try_from(row).unwrap(), u16::try_from(left as usize + column).unwrap());
                let place = format!("{} › {at}", sheet.name);
                walk.cells += 1;
                let Some(of) = placed.get(&(at.row, at.column)).and_then(|placed| placed.of.as_ref()) else {
                    walk.failed.push(format!("{place}: {found} does not say what it is"));
                    continue;
                };
                walk.linked += usize::from(placed[&(at.row, at.column)].to.is_some());
                let again = match of {
                    Number::Counted(Counted::Place | Counted::Likely { .. }) => {
                        walk.cells -= 1;
                        walk.exempt += 1;
                        continue;
                    }
                    Number::Counted(Counted::Original) => {
                        let position = copies.iter().position(|name| *name == sheet.name);
                        self.original(ground, position, at)
                    }
                    of => ground.number(of),
                };
                match again {
                    Ok(again) if same(again, found) => {}
                    Ok(again) => walk.failed.push(format!("{place}: {found}, from its leaves {again} ({of:?})")),
                    Err(why) => walk.failed.push(format!("{place}: {found}: {why} ({of:?})")),
                }
            }
        }
        walk
    }

    /// The cell of the inbox that a cell of a copy is.
    fn original(&self, ground: &Ground<'_>, position: Option<usize>, at: CellRef) -> Result<f64, String> {
        let copy = position.and_then(|position| self.board.evidence.copies.get(position)).ok_or("no copy")?;
        let read = ground.inbox.borrow_mut().number(&copy.file, &copy.sheet, at, "en");
        read.ok_or_else(|| "no number in the inbox".to_owned())
    }

    /// Each number of the figures in the JSON of a report: of one for the public, what it shows.
    fn figures(&self, ground: &Ground<'_>, report: &str) -> Walk {
        let mut walk = Walk::default();
        let json = self.json(report);
        let keys = [
            ("value", Part::Value),
            ("numerator", Part::Numerator),
            ("denominator", Part::Denominator),
            ("rows", Part::Rows),
            ("upper", Part::Upper),
            ("lower", Part::Lower),
            ("baseline", Part::Baseline),
            ("target", Part::Target),
            ("expected", Part::Expected),
            ("progress", Part::Progress),
            ("achievement", Part::Achievement),
        ];
        for figure in json["figures"].as_array().expect("figures") {
            let code = scoreboard::model::code::IndicatorCode::new(figure["indicator"].as_str().unwrap()).unwrap();
            let by: Vec<(String, String)> = figure["by"]
                .as_object()
                .expect("fields")
                .iter()
                .map(|(field, value)| (field.clone(), value.as_str().unwrap().to_owned()))
                .collect();
            for (key, part) in keys {
                let number = if figure[key].is_object() { &figure[key]["from"] } else { &figure[key] };
                let Some(found) = number.as_f64() else { continue };
                walk.cells += 1;
                let unreported = key == "rows" && found == 0.0;
                let again = ground.number(&Number::Figure { indicator: code.clone(), by: by.clone(), part });
                match again {
                    Ok(again) if same(again, found) => {}
                    _ if unreported => {}
                    Ok(again) => walk.failed.push(format!("{code} {by:?} {key}: {found}, from its leaves {again}")),
                    Err(why) => walk.failed.push(format!("{code} {by:?} {key}: {found}: {why}")),
                }
            }
        }
        walk
    }

    /// Each count of organisations in the JSON of the internal report.
    fn organisations(&self, ground: &Ground<'_>) -> Walk {
        let mut walk = Walk::default();
        let json = self.json(self.board.report.as_str());
        let lists = json["organisations"]["lists"].as_array().cloned().unwrap_or_default();
        let mut look = |list: usize, what: Listed, found: &Value| {
            walk.cells += 1;
            let (again, found) = (ground.listed(list, &what), found.as_f64());
            if again.as_ref().ok().copied() != found {
                walk.failed.push(format!("list {list}, {what:?}: {found:?}, from its leaves {again:?}"));
            }
        };
        for (at, list) in lists.iter().enumerate() {
            for (key, what) in [("written", Listed::Written), ("once", Listed::Once), ("least", Listed::Least)] {
                look(at, what, &list[key]);
            }
            let partners: Vec<&str> =
                list["partners"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
            for (row, one) in partners.iter().enumerate() {
                look(at, Listed::Shared((*one).to_owned()), &list["shared"][row]);
                for (column, other) in partners.iter().enumerate() {
                    let both = Listed::Both((*one).to_owned(), (*other).to_owned());
                    look(at, both, &list["overlap"][row][column]);
                }
            }
        }
        walk
    }
}

/// A copy holds what came, and the way back in its first row.
fn is_copy(sheet: &scoreboard::report::book::Sheet) -> bool {
    sheet.cells().any(|(_, placed)| placed.of == Some(Number::Counted(Counted::Original)))
        || sheet.rows.first().is_some_and(|row| {
            row.cells.last().is_some_and(|placed| {
                matches!(&placed.cell, scoreboard::report::book::Cell::Link { text, .. } if text.contains(" › "))
            })
        })
}

/// Walks the workbook and the figures of a project; every number must come out again.
fn walk(name: &str, project: Project) {
    let walked = Walked::new(project);
    let ground = walked.ground();
    walked.workbook(&ground).say(&format!("{name}, workbook"));
    if walked.board.organisations.is_some() {
        walked.organisations(&ground).say(&format!("{name}, organisations"));
    }
    for report in &walked.folder.catalog.reports {
        let shown =
            |code: &scoreboard::model::code::IndicatorCode| walked.board.indicators.iter().any(|one| one.code == *code);
        if report.indicators.iter().all(shown) {
            walked.figures(&ground, report.code.as_str()).say(&format!("{name}, figures of {}", report.code));
        }
    }
}

fn example(name: &str) {
    let folder = repository().join("examples").join(name);
    walk(name, Project::copy_of(&folder));
}

#[test]
fn every_number_of_the_root_programme_comes_out_again_from_the_cells_of_its_inbox() {
    walk("laser_go", Project::laser_go());
}

#[test]
fn every_number_of_the_examples_comes_out_again_from_the_cells_of_their_inboxes() {
    for name in ["escp_4i_second", "ttc", "reina_plus"] {
        example(name);
    }
}

#[test]
fn counts_of_organisations_come_out_again_with_what_was_decided_of_them() {
    walk("undecided organisations", crate::organisations::project());
    let project = crate::organisations::project();
    project.file("decisions.toml", crate::organisations::DECIDED);
    walk("decided organisations", project);
}

#[test]
fn a_number_that_its_cells_do_not_give_is_found() {
    let mut walked = Walked::new(Project::laser_go());
    let total =
        &mut walked.board.indicators.iter_mut().find(|one| one.code.as_str() == "cooperation_volume").unwrap().total;
    total.value = scoreboard::model::value::Value::Known(4_049_101.into());
    walked.book = scoreboard::report::book(&walked.board);
    let path = walked.folder.out().join(format!("{}.xlsx", walked.board.report));
    let bytes = scoreboard::report::workbook(&walked.board).expect("written");
    scoreboard::store::atomic::write(&path, &bytes).expect("written");
    let failed = walked.workbook(&walked.ground()).failed;
    assert!(failed.iter().any(|one| one.contains("Summary") && one.contains("4049101")), "{failed:?}");
    // What hangs on it is found too, and nothing else.
    assert!(failed.iter().all(|one| one.contains("cooperation_volume")), "{failed:?}");
}

#[test]
fn a_cell_of_the_inbox_that_says_something_else_is_found() {
    let project = Project::laser_go();
    let walked = Walked::new(project);
    let mut ground = walked.ground();
    assert!(ground.wrong.is_empty(), "{:?}", ground.wrong);
    // The same scoreboard over an inbox in which one agreement is worth a euro more.
    ground.add_to_an_amount("cooperation_volume", 1.0);
    let failed = walked.workbook(&ground).failed;
    assert!(
        failed.iter().any(|one| one.starts_with("Summary › ") && one.contains("from its leaves 4049101")),
        "{failed:?}"
    );
}
