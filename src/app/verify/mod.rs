//! `scoreboard verify`: whether the store, or a bundle, still says what it said.
//!
//! `store` looks at the project's own store, `bundle` at a file from outside, which is computed again and compared.
//! What a head proves alone, and what only the whole output does: docs/methods.md, section 16.

mod bundle;
mod chain;
mod compare;
mod output;
mod printed;
mod rows;
mod store;

pub use bundle::bundle;
pub use store::{Asked, store};

/// What came of it.
#[derive(Debug, Default)]
pub struct Verdict {
    /// What was verified, in a sentence.
    pub of: String,
    /// What was looked at and is in order, in sentences.
    pub sound: Vec<String>,
    pub differences: Vec<Difference>,
    /// What a reader must know.
    pub remarks: Vec<String>,
    /// Figures that were computed again; None where nothing can be.
    pub figures: Option<usize>,
}

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// A file, a ledger entry, a figure, a cell.
    pub place: String,
    pub says: String,
}

/// So many are told one by one.
const TOLD: usize = 60;

impl Verdict {
    fn differs(&mut self, place: impl Into<String>, says: impl Into<String>) {
        self.differences.push(Difference { place: place.into(), says: says.into() });
    }

    /// Cuts a list that nobody would read to its end.
    fn cut(mut self) -> Self {
        let more = self.differences.len().saturating_sub(TOLD);
        if more > 0 {
            self.differences.truncate(TOLD);
            self.remarks.push(format!("{more} more differences are not listed."));
        }
        self
    }
}
