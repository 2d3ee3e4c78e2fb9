//! Expressions of definitions: text → checked, typed, rewritten so that every engine gives the same figure.
//!
//! There is no language of our own: the parser is the one that Polars brings. [`expression::check`] holds its tree
//! against an allow-list; what is not on it is a [`Problem`] that points into the text. [`frame`] runs what was
//! checked. This module knows neither TOML nor collections: it sees names and kinds.

pub mod comparisons;
pub mod expression;
pub mod frame;
pub mod group;
pub mod measure;
pub mod unknown;

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

/// Columns that stand beside the fields of every collection.
const BESIDE: [&str; 4] = ["partner", "period", "place", "section"];

/// Whether SQL engines keep a word for themselves: no field and no table may be called so.
pub fn is_reserved(word: &str) -> bool {
    RESERVED.contains(&word)
}

/// Whether no field may be called so: reserved, or the name of a column that stands beside all fields.
pub fn is_taken(word: &str) -> bool {
    is_reserved(word) || BESIDE.contains(&word)
}

const RESERVED: &[&str] = &[
    "all",
    "analyze",
    "and",
    "any",
    "as",
    "asc",
    "between",
    "by",
    "case",
    "cast",
    "check",
    "cluster",
    "collate",
    "column",
    "constraint",
    "create",
    "cross",
    "cube",
    "current_catalog",
    "current_date",
    "current_time",
    "current_timestamp",
    "current_user",
    "default",
    "delete",
    "desc",
    "distinct",
    "distribute",
    "drop",
    "else",
    "end",
    "except",
    "exclude",
    "exists",
    "explain",
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
    "localtime",
    "localtimestamp",
    "minus",
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
    "returning",
    "right",
    "rollup",
    "select",
    "session_user",
    "set",
    "some",
    "sort",
    "struct",
    "table",
    "then",
    "to",
    "top",
    "trim",
    "true",
    "union",
    "unique",
    "unnest",
    "update",
    "user",
    "using",
    "values",
    "view",
    "when",
    "where",
    "window",
    "with",
];

#[cfg(test)]
mod tests {
    use polars::prelude::{DataFrame, NamedFrom as _, Series};
    use sqlparser::keywords::{ALL_KEYWORDS, ALL_KEYWORDS_INDEX};

    use super::*;

    /// In every place of a plan where the name of a field or of a collection may stand.
    fn works(word: &str) -> bool {
        let column = |name: &str| Series::new(name.into(), ["a", "b"]).into();
        let frame = DataFrame::new(2, vec![column(word), column("section"), column("x__")]).unwrap();
        let as_field = [
            format!(
                "SELECT {word} AS by_value, COUNT(*) AS value FROM t WHERE ({word} = 'a') GROUP BY {word} ORDER BY by_value NULLS LAST"
            ),
            format!(
                "SELECT section, {word}, x__ FROM (SELECT section, {word}, x__ FROM t WHERE {word} IS NOT NULL) AS rows__ ORDER BY {word} NULLS LAST"
            ),
            format!("SELECT COUNT(DISTINCT {word}) FILTER (WHERE {word} <> 'b') AS value FROM t"),
            format!(
                "SELECT CASE WHEN {word} IN ('a') THEN 1 ELSE 0 END AS value FROM t WHERE NOT ({word} LIKE 'b%') OR {word} BETWEEN 'a' AND 'b'"
            ),
            format!("SELECT t.{word} AS value FROM t"),
        ];
        let as_table = format!("SELECT COUNT(*) AS value FROM {word} WHERE section = 'a'");
        as_field.iter().all(|sql| frame::query(&[("t", &frame)], sql).is_ok())
            && frame::query(&[(word, &frame)], &as_table).is_ok()
    }

    #[test]
    fn no_word_that_breaks_a_plan_may_be_the_name_of_a_field_or_collection() {
        assert_eq!(ALL_KEYWORDS.len(), ALL_KEYWORDS_INDEX.len());
        let words: Vec<String> = ALL_KEYWORDS.iter().map(|word| word.to_lowercase()).collect();
        let codes = words.iter().filter(|word| crate::model::code::is_code(word) && !is_reserved(word));
        let broken: Vec<&String> = codes.filter(|word| !works(word)).collect();
        assert!(broken.is_empty(), "{broken:?}");
        assert!(works("harmless") && !works("cluster"), "the trial itself tells one from the other");
    }
}
