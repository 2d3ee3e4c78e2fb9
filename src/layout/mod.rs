//! Which sheet is which table, which column which field, and whose a file is.
//!
//! The field list of a collection is the one contract of both sides: labels found here are the labels that a
//! template writes. Nothing here reads a value: [`RawTable`] says where values stand, `validate` reads them.

pub mod declared;
pub mod header;
pub mod labels;
pub mod marks;
pub mod pattern;
pub mod plan;
pub mod raw;
pub mod repeats;
mod several;
pub mod submission;
pub mod table;

pub use labels::{Labels, Target};
pub use raw::{Held, RawTable, Source};
pub use submission::Identity;
