//! The domain in types: codes, periods, values with their states, targets, figures, submissions.
//!
//! Read [`value::Value`] and [`scoreboard::Scoreboard`] first. Nothing here reads a file, a clock or a connection,
//! and nothing here is an `f64`: figures are exact decimals.

pub mod absent;
pub mod across;
pub mod audience;
pub mod chain;
pub mod changes;
pub mod closing;
pub mod code;
pub mod country;
mod country_names;
mod country_table;
pub mod cron;
pub mod destination;
pub mod evidence;
pub mod export;
pub mod fold;
pub mod freshness;
pub mod hash;
pub mod hosts;
pub mod letter;
pub mod locale;
pub mod matrix;
pub mod notify;
pub mod number;
pub mod organisations;
pub mod pace;
pub mod period;
pub mod phrases;
pub mod place;
pub mod presentation;
pub mod published;
pub mod schedule;
pub mod scoreboard;
pub mod secret;
pub mod share;
pub mod source;
pub mod submission;
pub mod target;
pub mod trace;
pub mod unit;
pub mod value;
pub mod words;
