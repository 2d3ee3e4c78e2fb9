//! Every planned query on another SQL engine: the answers must be equal, exactly.

use std::fs::{self, File};
use std::process::Command;

use polars::prelude::{DataFrame, ParquetWriter};
use scoreboard::app::assemble::counting;
use scoreboard::app::project::Project as Folder;
use scoreboard::app::state::State;
use scoreboard::compute::plan::{Plan, Until};
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

/// Every planned query of a project with what Polars answers, after `more` over the same rows; held against DuckDB.
fn same_on_duckdb(project: &Project, until: Until, fewest: usize, more: &[(&str, &str)]) {
    project.run(&["ingest"]).expect(0);
    let folder = Folder::open(project.path()).expect("definitions");
    let mut store = Store::open(&folder.store()).expect("a store");
    let entries = store.ledger_mut().entries().expect("entries");
    let state = State::replay(&entries, &folder.catalog.reading_hash);
    let as_of = folder.as_of(None);
    let counting = counting(&folder, &store, &state, as_of).expect("rows");
    let tables: Vec<(&str, &DataFrame)> =
        counting.records.tables.iter().map(|(name, frame)| (name.as_str(), frame)).collect();
    let out = tempfile::tempdir().expect("a folder");
    for (name, frame) in &tables {
        let file = File::create(out.path().join(format!("{name}.parquet"))).expect("created");
        ParquetWriter::new(file).finish(&mut (*frame).clone()).expect("written");
    }
    let mut queries = Vec::new();
    let mut ask = |sql: String| {
        let answer = query(&tables, &sql).unwrap_or_else(|error| panic!("{error} in {sql}"));
        queries.push(json!({ "sql": sql, "rows": rows(&answer) }));
    };
    for indicator in &folder.catalog.indicators {
        let How::Rows { from, measure } = &indicator.how else { continue };
        let (catalog, accumulation) = (&folder.catalog, indicator.accumulation);
        Plan { catalog, from, measure, accumulation }.all(&indicator.by, until).into_iter().for_each(&mut ask);
        if let Some(Committed { from, measure }) = &indicator.committed {
            Plan { catalog, from, measure, accumulation }.all(&[], until).into_iter().for_each(&mut ask);
        }
    }
    for (table, measure) in more {
        let collection = folder.catalog.collections.iter().find(|one| one.code.as_str() == *table).expect("a table");
        let checked =
            measure::check(measure, &collection.scope()).unwrap_or_else(|problems| panic!("{measure}: {problems:?}"));
        ask(format!("SELECT {} AS value FROM {table}", checked.sql()));
    }
    assert!(queries.len() >= fewest, "only {} queries", queries.len());
    #[allow(clippy::disallowed_methods, reason = "a fixture, not the store")]
    fs::write(out.path().join("queries.json"), serde_json::to_vec(&queries).expect("JSON")).expect("written");
    let script = repository().join(".ci/duckdb_check.py");
    let status = Command::new("python3").arg(script).arg(out.path()).status().expect("python3");
    assert!(status.success(), "DuckDB answers differently; see above");
}

#[test]
#[ignore = "needs duckdb"]
fn planned_queries_give_the_same_on_duckdb() {
    // Arithmetic that LASER-GO has no use for, over the same rows.
    let more = [
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
    ];
    let more = more.map(|measure| ("agreements", measure));
    let until = Until { day: "2016-05-31".parse().expect("a day"), period: 5 };
    same_on_duckdb(&Project::laser_go(), until, 41, &more);
}

#[test]
#[ignore = "needs duckdb"]
fn planned_queries_of_other_currencies_committed_figures_and_means_give_the_same_on_duckdb() {
    let until = Until { day: "2016-05-31".parse().expect("a day"), period: 5 };
    let missing: &[&[&str]] = &[&["'4", "2016-04-20", "70", "USD", ""], &["'5", "2016-04-21", "9", "DKK", ""]];
    same_on_duckdb(&figures::in_currencies(missing), until, 12, &[]);
    same_on_duckdb(&figures::grants(), until, 8, &[]);
}
