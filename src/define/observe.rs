//! What definitions are asked for: every table with the keys that its reader looks at, and what it takes for each.
//!
//! The readers are the one list of keys that there is; the JSON schema for editors is made of what they ask while they
//! read samples that hold every table (`tests/integration/schema.rs`).

use std::collections::{BTreeMap, BTreeSet};

/// What a reader takes for a key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    Text,
    Code,
    /// A text, or one a language.
    Words,
    Whole(Option<(i64, i64)>),
    Number,
    Truth,
    Day,
    /// One of these words.
    Choice(Vec<String>),
    /// A text or a list of texts.
    Texts,
    /// A list of numbers.
    Numbers,
    /// A list of lists of texts.
    Groups,
    Table,
    /// A table or a list of tables.
    Tables,
}

/// A key of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Key {
    pub shapes: BTreeSet<Shape>,
    /// Of how many tables it was required.
    pub required: usize,
}

/// A table, over all that were read of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TableKeys {
    pub read: usize,
    pub keys: BTreeMap<&'static str, Key>,
    /// It holds names of the project beside or in place of keys.
    pub is_open: bool,
}

/// Tables by where they stand: the kind of file, then keys with dots between.
pub type Observed = BTreeMap<String, TableKeys>;

/// What one table was asked for.
pub type Asked = BTreeMap<&'static str, (BTreeSet<Shape>, bool)>;

/// Adds what one table was asked for.
pub fn add(observed: &mut Observed, at: &str, asked: &Asked, is_open: bool) {
    let table = observed.entry(at.to_owned()).or_default();
    table.read += 1;
    table.is_open |= is_open;
    for (name, (shapes, required)) in asked {
        let key = table.keys.entry(name).or_default();
        key.shapes.extend(shapes.iter().cloned());
        key.required += usize::from(*required);
    }
}
