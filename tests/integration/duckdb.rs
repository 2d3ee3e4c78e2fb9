//! Every planned query of the root programme and of the examples on another SQL engine: the answers must be equal, exactly.

use std::fs::{self, File};
use std::process::Command;

use polars::prelude::{DataFrame, ParquetWriter};
use scoreboard::app::assemble::counting;
use scoreboard::app::project::Project as Folder;
use scoreboard::app::state::State;
use scoreboard::compute::plan::{Plan, Until};
use scoreboard::compute::{group_checks, matrix};
use scoreboard::define::catalog::{Committed, How};
use scoreboard::sql::frame::{query, text};
use scoreboard::sql::measure;
use scoreboard::store::Store;
use serde_json::{Value, json};

use crate::figures;
use crate::project::{Project, repository};

fn rows(frame: &DataFrame) -> Vec<Vec<Value>> {
    let names: Vec<String> = frame.get_column_names().iter().map(ToString::to_string).collect();
    (0..frame.height()).map(|row| names.iter().map(|name| json!(text(frame, name, row))).collect()).collect()
}

/// What a project's queries are asked of: its definitions, and its rows up to its as-of date, by table.
struct Asked {
    folder: Folder,
    tables: Vec<(String, DataFrame)>,
}

impl Asked {
    fn of(project: &Project) -> Self {
        project.run_later(&["ingest"]).expect(0);
        let folder = Folder::open(project.path()).expect("definitions");
        let mut store = Store::open(&folder.store()).expect("a store");
        let entries = store.ledger_mut().entries().expect("entries");
        let state = State::replay(&entries, &folder.catalog.reading_hash);
        let counting = counting(&folder, &store, &state, folder.as_of(None)).expect("rows");
        let tables = counting.records.tables.iter().map(|(name, frame)| (name.clone(), frame.clone())).collect();
        Self { folder, tables }
    }

    fn answer(&self, sql: &str) -> Value {
        let tables: Vec<(&str, &DataFrame)> = self.tables.iter().map(|(name, frame)| (name.as_str(), frame)).collect();
        let answer = query(&tables, sql).unwrap_or_else(|error| panic!("{error} in {sql}"));
        json!({ "sql": sql, "rows": rows(&answer) })
    }

    /// Every query that the project's indicators plan.
    fn planned(&self, until: Until) -> Vec<Value> {
        let mut queries = Vec::new();
        for indicator in &self.folder.catalog.indicators {
            let How::Rows { from, measure } = &indicator.how else { continue };
            let plan = Plan { catalog: &self.folder.catalog, from, measure, accumulation: indicator.accumulation };
            queries.extend(plan.all(&indicator.by, until).iter().map(|sql| self.answer(sql)));
            if let Some(Committed { from, measure }) = &indicator.committed {
                let plan = Plan { from, measure, ..plan };
                queries.extend(plan.all(&[], until).iter().map(|sql| self.answer(sql)));
            }
        }
        for collection in &self.folder.catalog.collections {
            let checks = collection.group_checks.iter();
            queries.extend(checks.map(|check| self.answer(&group_checks::plan(collection, check))));
        }
        for plan in self.folder.catalog.reports.iter().flat_map(|report| &report.matrices) {
            let collection = self.folder.catalog.collection(&plan.from).expect("a collection");
            queries.extend([false, true].map(|split| self.answer(&matrix::plan(collection, plan, split))));
        }
        queries
    }

    /// `DuckDB` reads the same rows and must answer the same.
    fn hold_against_duckdb(&self, queries: &[Value]) {
        let out = tempfile::tempdir().expect("a folder");
        for (name, frame) in &self.tables {
            let file = File::create(out.path().join(format!("{name}.parquet"))).expect("created");
            ParquetWriter::new(file).finish(&mut frame.clone()).expect("written");
        }
        #[allow(clippy::disallowed_methods, reason = "a fixture, not the store")]
        fs::write(out.path().join("queries.json"), serde_json::to_vec(queries).expect("JSON")).expect("written");
        let script = repository().join(".ci/duckdb_check.py");
        let status = Command::new("python3").arg(script).arg(out.path()).status().expect("python3");
        assert!(status.success(), "DuckDB answers differently; see above");
    }
}

#[test]
#[ignore = "needs duckdb"]
fn planned_queries_of_the_examples_give_the_same_on_duckdb() {
    for name in crate::examples::folders() {
        println!("{name}");
        let asked = Asked::of(&Project::example(&name));
        let day = asked.folder.as_of(None);
        let queries = asked.planned(Until { day, period: asked.folder.catalog.programme.calendar.number_of(day) });
        asked.hold_against_duckdb(&queries);
    }
}

#[test]
#[ignore = "needs duckdb"]
fn planned_queries_give_the_same_on_duckdb() {
    let asked = Asked::of(&Project::laser_go());
    let mut queries = asked.planned(Until { day: "2016-05-31".parse().expect("a day"), period: 5 });
    // Arithmetic that LASER-GO has no use for, over the same rows.
    let agreements =
        asked.folder.catalog.collections.iter().find(|one| one.code.as_str() == "agreements").expect("agreements");
    for measure in [
        "SUM(value * 2)",
        "SUM(2 * value - 1.5)",
        "SUM(CASE WHEN status = 'signed' THEN value ELSE 0 END)",
        "SUM(CASE WHEN value >= 100000.5 THEN 1 ELSE 0 END)",
        "SUM(COALESCE(jobs, 0.25))",
        "SUM(-value)",
        "COUNT(*) FILTER (WHERE value BETWEEN 1000 AND 250000.75)",
        "COUNT(*) FILTER (WHERE value NOT IN (250000, 99999.5) OR value IS NULL)",
        "COUNT(DISTINCT market) FILTER (WHERE counterpart LIKE '%a%' AND NOT signed_on < DATE '2016-01-01')",
        "MIN(value)",
        "MAX(jobs)",
    ] {
        let checked =
            measure::check(measure, &agreements.scope()).unwrap_or_else(|problems| panic!("{measure}: {problems:?}"));
        let sql = format!("SELECT {} AS value FROM agreements", checked.sql());
        queries.push(asked.answer(&sql));
    }
    assert!(queries.len() > 40, "only {} queries", queries.len());
    asked.hold_against_duckdb(&queries);
}

#[test]
#[ignore = "needs duckdb"]
fn planned_queries_of_other_currencies_committed_figures_and_means_give_the_same_on_duckdb() {
    let until = Until { day: "2016-05-31".parse().expect("a day"), period: 5 };
    let missing: &[&[&str]] = &[&["'4", "2016-04-20", "70", "USD", ""], &["'5", "2016-04-21", "9", "DKK", ""]];
    for (project, fewest) in [(figures::in_currencies(missing), 12), (figures::grants(), 8)] {
        let asked = Asked::of(&project);
        let queries = asked.planned(until);
        assert!(queries.len() >= fewest, "only {} queries", queries.len());
        asked.hold_against_duckdb(&queries);
    }
}
