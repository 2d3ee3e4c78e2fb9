//! `scoreboard`: partner workbooks and survey answers in, a traced scoreboard workbook out.
//!
//! Data flows one way through the modules, in the order of this list; docs/architecture.md draws it and says what
//! each may import. Good places to start: [`define::load`], [`model::scoreboard::Scoreboard`].
//!
//! ```
//! use scoreboard::define::{SourceFile, load};
//!
//! let file = |name: &str, text: &str| SourceFile { name: name.into(), text: text.into() };
//! let (catalog, findings) = load(&[
//!     file("scoreboard.toml", "schema = 1\n[programme]\ncode = 'p'\ntitle = 'P'\nstart = 2026-01-01\nend = 2026-12-31\n"),
//!     file("indicators/a.toml", "schema = 1\n[[indicator]]\ncode = 'a'\nunit = 'EUR'\nfrom = 'agreements'\nmeasure = 'SUM(v)'\n"),
//! ]);
//! assert!(catalog.is_none(), "no file defines `agreements`");
//! assert_eq!(findings[0].rule.id, "unknown-collection");
//! assert_eq!(findings[0].place.to_string(), "indicators/a.toml:5:8");
//! ```

pub mod app;
pub mod cli;
pub mod clock;
pub mod compute;
pub mod define;
pub mod export;
pub mod fetch;
pub mod finding;
pub mod http;
pub mod ingest;
pub mod layout;
pub mod linkage;
pub mod model;
pub mod notify;
pub mod propose;
pub mod publish;
pub mod report;
pub mod schedule;
pub mod sql;
pub mod store;
pub mod template;
pub mod validate;
