//! The program as its users meet it: through the binary, on project folders.
//!
//! `project` is the fixture. Tests that need more than Rust are ignored with what they need; `.ci/run` runs them all.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test ends where its fixture fails")]

mod answer;
mod columns;
mod corpus;
mod crash;
mod definitions;
mod disclose;
mod duckdb;
mod estimates;
mod indicators;
mod intruder;
mod kept_out;
mod laser_go;
mod layouts;
mod office;
mod project;
mod readme;
mod refusals;
mod sandbox;
mod submissions;
