//! Which organisations are one: numbers checked and linked, names compared, pairs scored, decisions followed.
//!
//! Nothing is joined by a score. What is joined: equal numbers, numbers that a country's rule links, equal names of one
//! country, and what somebody decided. Start with [`pair::candidates`]; docs/methods.md, "Counting once".

pub mod decide;
mod digits;
mod enterprise;
pub mod name;
pub mod number;
pub mod pair;
mod register;
pub mod score;

pub use enterprise::{EnterpriseProblem, name_and_country, read_enterprise};
