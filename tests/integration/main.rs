//! The program as its users meet it: through the binary, on project folders.
//!
//! `project` is the fixture. Tests that need more than Rust are ignored with what they need; `.ci/run` runs them all.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test ends where its fixture fails")]
#![allow(clippy::print_stdout, reason = "a test says what it could not try, and what it counted")]

mod across;
mod answer;
mod bundle;
mod catalogue;
mod changes;
mod closing;
mod columns;
mod corpus;
mod corpus_cases;
mod corpus_ingest;
mod coverage;
mod crash;
mod definitions;
mod disclose;
mod drift;
mod duckdb;
mod estimates;
mod examples;
mod exports;
mod faults;
mod febrl;
mod fetch;
mod figures;
mod forms;
mod indicators;
mod init;
mod intruder;
mod kept_out;
mod languages;
mod laser_go;
mod layout_keys;
mod layouts;
mod notify;
mod office;
mod organisations;
mod page;
mod patch;
mod project;
mod propose;
mod publish;
mod readme;
mod rebuild;
mod refusals;
mod reports;
mod runs;
mod sameness;
mod sandbox;
mod says;
mod schedule;
mod schema;
mod server;
mod shelves;
mod smtp;
mod sources;
mod submissions;
mod surveys;
mod tamper;
mod template;
mod together;
mod trace;
mod walk;
mod waves;
mod weighting;
