//! `scoreboard`: partner workbooks and survey answers in, a traced scoreboard workbook out.
//!
//! Data flows one way through the modules, in the order of this list; docs/architecture.md draws it and says what
//! each may import. Good places to start: [`define::load`], [`model::scoreboard::Scoreboard`].

pub mod app;
pub mod cli;
pub mod clock;
pub mod compute;
pub mod define;
pub mod finding;
pub mod ingest;
pub mod layout;
pub mod model;
pub mod publish;
pub mod report;
pub mod sql;
pub mod store;
pub mod validate;
