//! Readers of single cells: one text in, a typed value out, or the reason why there is none.
//!
//! What they are for: numbers, dates and choices as partners really write them.
//! A reader sees one text. Where that text has two readings ("1.234", "03/04/2016") it returns both; the
//! whole column and the partner's locale then decide ([`number::decide`], [`date::decide_date`]), or nobody
//! does. No reader guesses, and none is silent about a second reading.
//!
//! What they do not do: they know no field, no finding and no grid, they hold no state, and they neither
//! round nor convert. Start with [`number::parse_number`]; [`date`] follows the same pattern.

pub mod choice;
pub mod date;
pub mod number;

mod affix;
mod months;
