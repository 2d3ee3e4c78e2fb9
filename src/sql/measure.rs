//! A measure: one exact aggregate over rows, with or without a FILTER.

use std::collections::BTreeSet;

use sqlparser::ast::{
    DuplicateTreatment, Expr, Function as Call, FunctionArg, FunctionArgExpr, FunctionArguments, Spanned as _,
};

use super::Problem;
use super::expression::{Checker, Expression, Kind, Scope, parse};
use crate::finding::rules;

/// The exact aggregates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    Count,
    CountDistinct,
    Sum,
    Min,
    Max,
}

impl Function {
    /// Whether figures of parts add up to the figure of the whole.
    pub fn is_additive(self) -> bool {
        matches!(self, Self::Count | Self::Sum)
    }
}

/// A checked aggregate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// As written.
    pub source: String,
    pub function: Function,
    /// None for `COUNT(*)`.
    pub argument: Option<Expression>,
    pub filter: Option<Expression>,
}

impl Measure {
    /// What it gives: counts are integers, the rest what their argument is.
    pub fn kind(&self) -> Kind {
        match self.function {
            Function::Count | Function::CountDistinct => Kind::Integer,
            _ => self.argument.as_ref().map_or(Kind::Integer, |argument| argument.kind),
        }
    }

    /// The aggregate as planned.
    pub fn sql(&self) -> String {
        let argument = self.argument.as_ref().map_or("*", |argument| argument.sql.as_str());
        let call = match self.function {
            Function::Count => format!("COUNT({argument})"),
            Function::CountDistinct => format!("COUNT(DISTINCT {argument})"),
            // Whole numbers are added as decimals: Int64 wraps in silence.
            Function::Sum if self.argument.as_ref().is_some_and(|argument| argument.kind == Kind::Integer) => {
                format!("SUM(CAST({argument} AS DECIMAL(38, 6)))")
            }
            Function::Sum => format!("SUM({argument})"),
            Function::Min => format!("MIN({argument})"),
            Function::Max => format!("MAX({argument})"),
        };
        self.filter.as_ref().map_or(call.clone(), |filter| format!("{call} FILTER (WHERE {})", filter.sql))
    }

    pub fn fields(&self) -> BTreeSet<String> {
        let parts = [self.argument.as_ref(), self.filter.as_ref()];
        parts.into_iter().flatten().flat_map(|part| part.fields.iter().cloned()).collect()
    }

    /// The field whose distinct values are counted, where the argument is one.
    pub fn distinct_field(&self) -> Option<&str> {
        let argument = self.argument.as_ref().filter(|_| self.function == Function::CountDistinct)?;
        (argument.fields.len() == 1 && argument.fields.contains(&argument.sql)).then_some(argument.sql.as_str())
    }
}

/// Checks `COUNT(*)`, `COUNT(DISTINCT f)`, `SUM(expression)`, `MIN(f)`, `MAX(f)`, each with or without FILTER.
pub fn check(text: &str, scope: &Scope) -> Result<Measure, Vec<Problem>> {
    let tree = parse(text)?;
    let Expr::Function(call) = &tree else {
        // Arithmetic around aggregates, or no aggregate at all.
        let help = if matches!(&tree, Expr::BinaryOp { .. }) {
            "One aggregate a measure; a quotient is `ratio = { of = \"…\", to = \"…\" }`, a combination a `derived` indicator."
        } else {
            "For example COUNT(*), COUNT(DISTINCT enterprise), SUM(value)."
        };
        return Err(vec![refuse(text, "a measure is one aggregate over rows", help)]);
    };
    of_call(text, scope, call)
}

/// The aggregate of one call, which stands somewhere in this text.
pub(super) fn of_call(text: &str, scope: &Scope, call: &Call) -> Result<Measure, Vec<Problem>> {
    let name = call.name.to_string().to_uppercase();
    let function = match name.as_str() {
        "COUNT" => Function::Count,
        "SUM" => Function::Sum,
        "MIN" => Function::Min,
        "MAX" => Function::Max,
        "AVG" => {
            let help =
                "Use `ratio = { of = \"SUM(x)\", to = \"COUNT(x)\" }`: both parts stay visible and totals are right.";
            return Err(vec![refuse(text, "AVG is not allowed in a measure", help)]);
        }
        _ => return Err(vec![refuse(text, &format!("{name} is no exact aggregate"), "COUNT, SUM, MIN and MAX are.")]),
    };
    arguments(text, scope, call, function)
}

fn arguments(text: &str, scope: &Scope, call: &Call, function: Function) -> Result<Measure, Vec<Problem>> {
    let FunctionArguments::List(list) = &call.args else {
        return Err(vec![refuse(text, "the aggregate has no argument", "")]);
    };
    if call.over.is_some() || !call.within_group.is_empty() || !list.clauses.is_empty() || list.args.len() != 1 {
        return Err(vec![refuse(text, "the aggregate takes one argument, and FILTER at most", "")]);
    }
    let distinct = list.duplicate_treatment == Some(DuplicateTreatment::Distinct);
    let function = match (function, distinct) {
        (Function::Count, true) => Function::CountDistinct,
        (_, true) => return Err(vec![refuse(text, "DISTINCT goes with COUNT only", "")]),
        (function, false) => function,
    };
    let mut problems = Vec::new();
    let argument = match &list.args[0] {
        FunctionArg::Unnamed(FunctionArgExpr::Wildcard) if function == Function::Count => None,
        FunctionArg::Unnamed(FunctionArgExpr::Expr(inner)) => {
            let mut checker = Checker::new(text, scope);
            let typed = checker.expression(inner);
            if let Some(typed) = &typed {
                let fits = match function {
                    Function::Sum | Function::Min | Function::Max => typed.kind.is_number(),
                    _ => true,
                };
                if !fits {
                    let message = "a number is needed here";
                    checker.problem(
                        &rules::EXPRESSION_TYPE,
                        inner.span(),
                        message,
                        "COUNT(DISTINCT f) counts the values of a text.",
                    );
                }
            }
            checker.finish(typed).map_err(|more| problems.extend(more)).ok()
        }
        _ => return Err(vec![refuse(text, "`*` goes with COUNT only", "")]),
    };
    let filter = call.filter.as_ref().and_then(|filter| {
        let mut checker = Checker::new(text, scope);
        let typed = checker.expression(filter);
        if typed.as_ref().is_some_and(|typed| typed.kind != Kind::Boolean) {
            checker.problem(&rules::EXPRESSION_TYPE, filter.span(), "FILTER (WHERE …) needs a condition", "");
        }
        checker.finish(typed).map_err(|more| problems.extend(more)).ok()
    });
    for part in [argument.as_ref(), filter.as_ref()].into_iter().flatten().filter(|part| part.fields.is_empty()) {
        let help = "COUNT(*) counts rows; SUM adds up a field.";
        problems.push(refuse(text, &format!("`{}` names no field", part.sql), help));
    }
    if problems.is_empty() {
        Ok(Measure { source: text.to_owned(), function, argument, filter })
    } else {
        Err(problems)
    }
}

fn refuse(text: &str, message: &str, help: &str) -> Problem {
    Problem {
        rule: &rules::EXPRESSION_NOT_ALLOWED,
        message: message.to_owned(),
        start: 0,
        width: text.chars().count(),
        suggestion: None,
        help: (!help.is_empty()).then(|| help.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope() -> Scope {
        [("status", Kind::Text), ("value", Kind::Decimal), ("jobs", Kind::Integer), ("enterprise", Kind::Text)]
            .into_iter()
            .map(|(name, kind)| (name.to_owned(), kind))
            .collect()
    }

    #[test]
    fn the_exact_aggregates_are_allowed() {
        for (text, sql) in [
            ("COUNT(*)", "COUNT(*)"),
            ("count(distinct enterprise)", "COUNT(DISTINCT enterprise)"),
            ("SUM(value) FILTER (WHERE status = 'signed')", "SUM(value) FILTER (WHERE status = 'signed')"),
            (
                "SUM(CASE WHEN status = 'x' THEN 1 ELSE 0 END)",
                "SUM(CAST(CASE WHEN status = 'x' THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END AS DECIMAL(38, 6)))",
            ),
            ("MAX(jobs)", "MAX(jobs)"),
        ] {
            assert_eq!(check(text, &scope()).expect("a good measure").sql(), sql);
        }
        assert_eq!(check("COUNT(DISTINCT enterprise)", &scope()).expect("good").distinct_field(), Some("enterprise"));
    }

    #[test]
    fn a_division_an_average_and_a_sum_of_text_are_refused() {
        for (text, rule) in [
            ("SUM(value) / COUNT(*)", "expression-not-allowed"),
            ("AVG(value)", "expression-not-allowed"),
            ("SUM(status)", "expression-type"),
            ("SUM(vlaue)", "unknown-field"),
            ("SUM(DISTINCT value)", "expression-not-allowed"),
            ("COUNT(1)", "expression-not-allowed"),
            ("SUM(CASE WHEN 1 = 1 THEN 2 END)", "expression-not-allowed"),
            ("COUNT(*) FILTER (WHERE TRUE)", "expression-not-allowed"),
            ("value", "expression-not-allowed"),
            ("COUNT(*) OVER ()", "expression-not-allowed"),
            ("SUM(value) FILTER (WHERE jobs)", "expression-type"),
        ] {
            assert_eq!(check(text, &scope()).expect_err("a problem")[0].rule.id, rule, "{text}");
        }
    }
}
