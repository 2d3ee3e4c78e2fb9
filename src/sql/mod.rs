//! Expressions of definitions: text → checked, typed, rewritten so that every engine gives the same figure.
//!
//! There is no language of our own: the parser is the one that Polars brings. [`expression::check`] holds its tree
//! against an allow-list; what is not on it is a [`Problem`] that points into the text. [`frame`] runs what was
//! checked. This module knows neither TOML nor collections: it sees names and kinds.

pub mod comparisons;
pub mod expression;
pub mod frame;
pub mod measure;

use crate::finding::Rule;

pub use expression::{Expression, Kind, Scope};
pub use measure::{Function, Measure};

/// Something wrong in an expression: where, counted in characters from its beginning, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub rule: &'static Rule,
    pub message: String,
    pub start: usize,
    pub width: usize,
    pub suggestion: Option<String>,
    pub help: Option<String>,
}

/// Words that SQL engines keep for themselves: no field may be called so.
pub const RESERVED: &[&str] = &[
    "all",
    "and",
    "any",
    "as",
    "asc",
    "between",
    "by",
    "case",
    "cast",
    "check",
    "collate",
    "column",
    "constraint",
    "create",
    "cross",
    "default",
    "delete",
    "desc",
    "distinct",
    "drop",
    "else",
    "end",
    "except",
    "exists",
    "false",
    "fetch",
    "filter",
    "for",
    "foreign",
    "from",
    "full",
    "group",
    "having",
    "in",
    "inner",
    "insert",
    "intersect",
    "interval",
    "into",
    "is",
    "join",
    "lateral",
    "left",
    "like",
    "limit",
    "natural",
    "not",
    "null",
    "offset",
    "on",
    "or",
    "order",
    "outer",
    "primary",
    "qualify",
    "references",
    "right",
    "select",
    "set",
    "some",
    "table",
    "then",
    "to",
    "true",
    "union",
    "unique",
    "update",
    "using",
    "values",
    "when",
    "where",
    "window",
    "with",
];
