//! A raw table and its definition → typed rows, findings, and the rows kept out with their reasons.
//!
//! Start with [`table::read`]. Errors keep a row out, warnings let it in; all are collected. Nothing is guessed cell
//! by cell: texts of a column are held against the whole column first.

pub mod absent;
mod checks;
mod choices;
pub mod column;
mod country;
mod currency;
pub mod frame;
pub mod read;
pub mod rows;
pub mod table;

pub use rows::{Column, Rows};
pub use table::{Outcome, Speaker};
