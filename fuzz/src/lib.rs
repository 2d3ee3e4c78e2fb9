//! What the fuzz targets share: the readers, included by path; what must hold of everything that they give; and a
//! mutator that changes workbooks from inside.
//!
//! Start with `hold`; `mutate` is why fuzzing finds anything in a zip.

#[path = "../../src/finding/mod.rs"]
pub mod finding;
#[path = "../../src/ingest/mod.rs"]
pub mod ingest;
#[path = "../../src/model/mod.rs"]
pub mod model;
#[path = "../../src/template/patch/mod.rs"]
pub mod patch;

pub mod hold;
pub mod minimal;
pub mod mutate;
mod panics;
mod records;

pub use panics::{forgive_libraries, watch};
