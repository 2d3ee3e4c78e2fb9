//! What is expected of each group of rows: aggregates compared with numbers or with each other.
//!
//! `COUNT(DISTINCT country) >= 2`, `COUNT(*) BETWEEN 3 AND 5`: every aggregate becomes a column of a query, and the
//! comparison a condition over those columns.

use sqlparser::ast::{Expr, Ident, Spanned as _};

use super::Problem;
use super::expression::{Checker, Kind, Scope, characters, parse};
use super::measure::{self, Measure};
use crate::finding::rules;

/// A checked expectation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupCondition {
    /// As written.
    pub source: String,
    /// The condition over the columns `value_0`, `value_1` …
    pub sql: String,
    /// In the order of those columns.
    pub measures: Vec<Measure>,
}

/// Checks an expectation over groups of rows.
///
/// # Errors
/// Every problem, with its position in the text.
pub fn check(text: &str, scope: &Scope) -> Result<GroupCondition, Vec<Problem>> {
    let mut tree = parse(text)?;
    let mut taking = Taking { text, scope, measures: Vec::new(), problems: Vec::new() };
    taking.take(&mut tree);
    let Taking { measures, mut problems, .. } = taking;
    if !problems.is_empty() {
        return Err(problems);
    }
    let columns: Scope = measures.iter().enumerate().map(|(at, measure)| (column(at), measure.kind())).collect();
    let mut checker = Checker::new(text, &columns);
    let typed = checker.expression(&tree);
    match checker.finish(typed) {
        Ok(condition) if condition.kind == Kind::Boolean && !measures.is_empty() => {
            Ok(GroupCondition { source: text.to_owned(), sql: condition.sql, measures })
        }
        Ok(_) => {
            problems.push(Problem {
                rule: &rules::EXPRESSION_TYPE,
                message: "a condition over aggregates is needed here".into(),
                start: 0,
                width: text.chars().count(),
                suggestion: None,
                help: Some("For example COUNT(DISTINCT country) >= 2, or COUNT(*) BETWEEN 3 AND 5.".into()),
            });
            Err(problems)
        }
        Err(problems) => Err(problems),
    }
}

/// The name of an aggregate's column.
pub fn column(at: usize) -> String {
    format!("value_{at}")
}

/// Takes the aggregates out of a tree and leaves the names of their columns.
struct Taking<'a> {
    text: &'a str,
    scope: &'a Scope,
    measures: Vec<Measure>,
    problems: Vec<Problem>,
}

impl Taking<'_> {
    fn take(&mut self, tree: &mut Expr) {
        match tree {
            Expr::Function(call) => {
                let span = call.span();
                let source = call.to_string();
                match measure::of_call(self.text, self.scope, call) {
                    Ok(measure) => {
                        *tree = Expr::Identifier(Ident::with_span(span, column(self.measures.len())));
                        self.measures.push(Measure { source, ..measure });
                    }
                    Err(problems) => self.problems.extend(problems),
                }
            }
            Expr::BinaryOp { left, right, .. } => {
                self.take(left);
                self.take(right);
            }
            Expr::Nested(inner) | Expr::UnaryOp { expr: inner, .. } => self.take(inner),
            Expr::Between { expr, low, high, .. } => {
                for part in [expr, low, high] {
                    self.take(part);
                }
            }
            Expr::Value(_) => {}
            other => {
                let (start, width) = characters(other.span());
                self.problems.push(Problem {
                    rule: &rules::EXPRESSION_NOT_ALLOWED,
                    message: format!("`{other}` stands outside an aggregate"),
                    start,
                    width,
                    suggestion: None,
                    help: Some("A group has no single value of a field: count, add up, or take MIN or MAX.".into()),
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope() -> Scope {
        [("country", Kind::Text), ("companies", Kind::Integer), ("value", Kind::Decimal)]
            .into_iter()
            .map(|(name, kind)| (name.to_owned(), kind))
            .collect()
    }

    #[test]
    fn aggregates_become_columns_and_the_rest_a_condition_over_them() {
        let checked = check("COUNT(DISTINCT country) >= 2 AND COUNT(*) BETWEEN 3 AND 5", &scope()).expect("sound");
        assert_eq!(checked.sql, "value_0 >= 2 AND value_1 BETWEEN 3 AND 5");
        let all: Vec<String> = checked.measures.iter().map(Measure::sql).collect();
        assert_eq!(all, ["COUNT(DISTINCT country)", "COUNT(*)"]);
        assert_eq!(checked.measures[0].source, "COUNT(DISTINCT country)");
        let filtered = check("COUNT(*) FILTER (WHERE country = 'DE') >= 1", &scope()).expect("sound");
        assert_eq!(filtered.measures[0].sql(), "COUNT(*) FILTER (WHERE country = 'DE')");
        assert!(check("COUNT(DISTINCT country) = MAX(companies)", &scope()).is_ok());
    }

    #[test]
    fn a_problem_points_at_its_own_characters() {
        let problem = |text: &str| {
            let problems = check(text, &scope()).expect_err("a problem");
            (problems[0].rule.id, problems[0].start, problems[0].width)
        };
        assert_eq!(problem("COUNT(*) >= 2 AND country = 'DE'"), ("expression-not-allowed", 18, 7));
        assert_eq!(problem("COUNT(DISTINCT contry) >= 2"), ("unknown-field", 15, 6));
        assert_eq!(problem("AVG(companies) >= 2").0, "expression-not-allowed");
        assert_eq!(problem("COUNT(*)").0, "expression-type");
        assert_eq!(problem("1 = 1").0, "expression-type");
        assert_eq!(problem("COUNT(*) = 'two'").0, "expression-type");
    }
}
