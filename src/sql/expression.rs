//! A row expression: parsed, held against the allow-list, typed, and written again for the plan.
//!
//! What comes out holds only what Polars and other SQL engines compute alike: integers are widened to BIGINT and
//! decimals to DECIMAL(38, 6) where they meet, because Polars adds literals in Int32 and wraps in silence.

use std::collections::{BTreeMap, BTreeSet};

use sqlparser::ast::{
    BinaryOperator, CaseWhen, DataType, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, Spanned as _,
    UnaryOperator, Value,
};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Span, Token};

use super::Problem;
use crate::finding::suggest::nearest;
use crate::finding::{Rule, rules};

/// What an expression gives, and what a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Integer,
    Decimal,
    Date,
    Boolean,
    /// A bare NULL: fits anything.
    Null,
}

impl Kind {
    pub fn is_number(self) -> bool {
        matches!(self, Self::Integer | Self::Decimal)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "a whole number",
            Self::Decimal => "a number",
            Self::Date => "a date",
            Self::Boolean => "a condition",
            Self::Null => "NULL",
        }
    }
}

/// The names that an expression may use.
pub type Scope = BTreeMap<String, Kind>;

/// A checked expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expression {
    /// As written.
    pub source: String,
    /// As planned.
    pub sql: String,
    pub kind: Kind,
    pub fields: BTreeSet<String>,
}

/// Checks a condition: for `where`, `expect`, `population`, FILTER.
pub fn condition(text: &str, scope: &Scope) -> Result<Expression, Vec<Problem>> {
    let expression = check(text, scope)?;
    if expression.kind == Kind::Boolean && !expression.fields.is_empty() {
        return Ok(expression);
    }
    let message = if expression.kind == Kind::Boolean {
        "the condition names no field: it says the same of every row".to_owned()
    } else {
        format!("a condition is needed here, this is {}", expression.kind.name())
    };
    Err(vec![Problem {
        rule: &rules::EXPRESSION_TYPE,
        message,
        start: 0,
        width: text.chars().count(),
        suggestion: None,
        help: Some("Compare it with something, for example `status = 'signed'`.".into()),
    }])
}

/// Checks an expression over a row.
pub fn check(text: &str, scope: &Scope) -> Result<Expression, Vec<Problem>> {
    let tree = parse(text)?;
    let mut checker = Checker::new(text, scope);
    let typed = checker.expression(&tree);
    checker.finish(typed)
}

/// One expression and nothing after it.
pub(super) fn parse(text: &str) -> Result<Expr, Vec<Problem>> {
    let whole = |message: String| {
        let (message, start) = split_position(&message);
        vec![Problem {
            rule: &rules::EXPRESSION_SYNTAX,
            message,
            start,
            width: 1,
            suggestion: None,
            help: Some("Text stands in single quotes, names stand bare: status = 'signed'.".into()),
        }]
    };
    let mut parser = Parser::new(&GenericDialect {})
        .with_recursion_limit(60)
        .try_with_sql(text)
        .map_err(|error| whole(error.to_string()))?;
    let tree = parser.parse_expr().map_err(|error| whole(error.to_string()))?;
    let rest = parser.peek_token();
    if rest.token == Token::EOF {
        return Ok(tree);
    }
    let (start, _) = characters(rest.span);
    Err(vec![Problem {
        rule: &rules::EXPRESSION_SYNTAX,
        message: format!("`{}` is not expected here", rest.token),
        start,
        width: rest.token.to_string().chars().count(),
        suggestion: None,
        help: Some("One expression on one line; join conditions with AND or OR.".into()),
    }])
}

/// The parser's message without its prefix and position, and the position in characters.
fn split_position(message: &str) -> (String, usize) {
    let message = message.trim_start_matches("sql parser error: ").replace("sql parser error", "");
    let Some((text, place)) = message.split_once(" at Line: ") else {
        return (message.to_lowercase_first(), 0);
    };
    let column: usize = place
        .split("Column: ")
        .nth(1)
        .map(|rest| rest.chars().take_while(char::is_ascii_digit).collect::<String>())
        .and_then(|digits| digits.parse().ok())
        .unwrap_or(1);
    (text.to_lowercase_first(), column.saturating_sub(1))
}

trait LowercaseFirst {
    fn to_lowercase_first(&self) -> String;
}

impl LowercaseFirst for str {
    fn to_lowercase_first(&self) -> String {
        let mut characters = self.chars();
        characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
    }
}

pub(super) fn characters(span: Span) -> (usize, usize) {
    let start = usize::try_from(span.start.column.saturating_sub(1)).unwrap_or(0);
    let end = usize::try_from(span.end.column.saturating_sub(1)).unwrap_or(0);
    (start, end.saturating_sub(start).max(1))
}

/// SQL text with the kind that it gives.
#[derive(Debug, Clone)]
pub(super) struct Typed {
    pub sql: String,
    pub kind: Kind,
    /// A bare literal number, which takes the type of its neighbour.
    literal: bool,
    /// What a number can be at most, whatever its sign.
    most: f64,
}

/// What `validate` lets in at most, of whole numbers and of decimals.
const LARGEST_INTEGER: f64 = 1e12;
const LARGEST_DECIMAL: f64 = 1e15;
/// Beyond this an Int64 wraps, or a sum over millions of rows leaves Decimal(38, 6).
const EXACT_INTEGER: f64 = 9e18;
const EXACT_DECIMAL: f64 = 1e24;

/// Walks a tree, collecting problems; what could not be typed is None and not reported twice.
pub(super) struct Checker<'a> {
    text: &'a str,
    scope: &'a Scope,
    pub fields: BTreeSet<String>,
    pub problems: Vec<Problem>,
}

impl<'a> Checker<'a> {
    pub fn new(text: &'a str, scope: &'a Scope) -> Self {
        Self { text, scope, fields: BTreeSet::new(), problems: Vec::new() }
    }

    pub fn finish(self, typed: Option<Typed>) -> Result<Expression, Vec<Problem>> {
        match typed {
            Some(typed) if self.problems.is_empty() => {
                let sql = if typed.literal { widen(&typed, typed.kind) } else { typed.sql };
                Ok(Expression { source: self.text.to_owned(), sql, kind: typed.kind, fields: self.fields })
            }
            _ => Err(self.problems),
        }
    }

    pub fn problem(
        &mut self,
        rule: &'static Rule,
        span: Span,
        message: impl Into<String>,
        help: &str,
    ) -> Option<Typed> {
        let (start, width) = characters(span);
        self.problems.push(Problem {
            rule,
            message: message.into(),
            start,
            width,
            suggestion: None,
            help: (!help.is_empty()).then(|| help.to_owned()),
        });
        None
    }

    fn not_allowed(&mut self, tree: &Expr, what: &str, help: &str) -> Option<Typed> {
        self.problem(&rules::EXPRESSION_NOT_ALLOWED, tree.span(), what, help)
    }

    fn mismatch(&mut self, tree: &Expr, message: String) -> Option<Typed> {
        self.problem(
            &rules::EXPRESSION_TYPE,
            tree.span(),
            message,
            "Numbers stand bare, text in single quotes, dates as DATE '2016-01-31'.",
        )
    }

    pub fn expression(&mut self, tree: &Expr) -> Option<Typed> {
        match tree {
            Expr::Identifier(name) => self.field(name),
            Expr::Value(value) => self.literal(tree, &value.value),
            Expr::TypedString(typed) if typed.data_type == DataType::Date => self.date(tree, &typed.value.value),
            Expr::Nested(inner) => {
                let inner = self.expression(inner)?;
                // A literal sheds its brackets: it may be rewritten with a type.
                if inner.literal { Some(inner) } else { Some(Typed { sql: format!("({})", inner.sql), ..inner }) }
            }
            Expr::IsNull(inner) | Expr::IsNotNull(inner) => {
                let inner = self.expression(inner)?;
                let not = if matches!(tree, Expr::IsNotNull(_)) { "NOT " } else { "" };
                Some(boolean(format!("{} IS {not}NULL", inner.sql)))
            }
            Expr::UnaryOp { op: UnaryOperator::Not, expr } => {
                let inner = self.condition(expr)?;
                Some(boolean(format!("NOT {inner}")))
            }
            Expr::UnaryOp { op: UnaryOperator::Minus, expr } => {
                let inner = self.number(expr)?;
                Some(Typed { sql: format!("-{}", inner.sql), ..inner })
            }
            Expr::UnaryOp { op: UnaryOperator::Plus, expr } => self.number(expr),
            Expr::BinaryOp { left, op, right } => self.binary(tree, left, op, right),
            Expr::Between { expr, negated, low, high } => {
                let (value, low, high) = (self.expression(expr), self.expression(low), self.expression(high));
                let (value, low, high) = (value?, low?, high?);
                self.comparable(tree, &value, &low)?;
                self.comparable(tree, &value, &high)?;
                let not = if *negated { "NOT " } else { "" };
                let [value, low, high] = alike([&value, &low, &high]);
                Some(boolean(format!("{value} {not}BETWEEN {low} AND {high}")))
            }
            Expr::InList { expr, list, negated } => {
                let value = self.expression(expr);
                let items: Vec<Option<Typed>> = list.iter().map(|item| self.expression(item)).collect();
                let (value, items) = (value?, items.into_iter().collect::<Option<Vec<_>>>()?);
                for item in &items {
                    self.comparable(tree, &value, item)?;
                }
                let kind = common(std::iter::once(&value).chain(&items));
                let list: Vec<String> = items.iter().map(|item| compared(item, kind)).collect();
                let not = if *negated { "NOT " } else { "" };
                Some(boolean(format!("{} {not}IN ({})", compared(&value, kind), list.join(", "))))
            }
            Expr::Like { negated, any: false, expr, pattern, escape_char: None } => {
                let (value, pattern) = (self.expression(expr), self.expression(pattern));
                let (value, pattern) = (value?, pattern?);
                if value.kind != Kind::Text || pattern.kind != Kind::Text {
                    return self.mismatch(tree, "LIKE compares text with a pattern in quotes".into());
                }
                let not = if *negated { "NOT " } else { "" };
                Some(boolean(format!("{} {not}LIKE {}", value.sql, pattern.sql)))
            }
            Expr::Case { operand: None, conditions, else_result, .. } => {
                self.case(tree, conditions, else_result.as_deref())
            }
            Expr::Case { operand: Some(_), .. } => self.not_allowed(
                tree,
                "CASE with a value after it is not allowed",
                "Write CASE WHEN status = 'signed' THEN … END.",
            ),
            Expr::Function(function) => {
                let name = function.name.to_string().to_uppercase();
                match (&function.args, name.as_str()) {
                    (FunctionArguments::List(list), "COALESCE")
                        if function.filter.is_none() && function.over.is_none() =>
                    {
                        let items: Vec<Option<Typed>> = list.args.iter().map(|arg| self.argument(tree, arg)).collect();
                        let items = items.into_iter().collect::<Option<Vec<_>>>()?;
                        let (sql, kind, most) = self.unify(tree, &items)?;
                        Some(Typed { sql: format!("COALESCE({})", sql.join(", ")), kind, literal: false, most })
                    }
                    (_, "COUNT" | "SUM" | "MIN" | "MAX" | "AVG") => self.not_allowed(
                        tree,
                        &format!("{name} counts over rows and cannot stand inside a row's expression"),
                        "Aggregates stand in `measure` and `ratio`, once, at the beginning.",
                    ),
                    (_, "ROUND") => self.not_allowed(
                        tree,
                        "ROUND is not allowed: SQL engines round halves differently",
                        "Figures are kept exact and rounded when shown.",
                    ),
                    _ => self.not_allowed(
                        tree,
                        &format!("the function {name} is not allowed"),
                        "COALESCE is the only function over a row.",
                    ),
                }
            }
            _ => self.not_allowed(
                tree,
                &format!("`{tree}` is not within the allowed SQL"),
                "Comparisons, AND, OR, NOT, IN, BETWEEN, IS NULL, LIKE, CASE, + - * and COALESCE are.",
            ),
        }
    }

    fn field(&mut self, name: &Ident) -> Option<Typed> {
        if let Some(quote) = name.quote_style {
            return self.problem(
                &rules::EXPRESSION_NOT_ALLOWED,
                name.span,
                format!("{quote}{}{quote} is a quoted name", name.value),
                &format!("For text write '{}' in single quotes; for a field write its name bare.", name.value),
            );
        }
        if let Some(kind) = self.scope.get(&name.value) {
            self.fields.insert(name.value.clone());
            return Some(Typed { sql: name.value.clone(), kind: *kind, literal: false, most: largest(*kind) });
        }
        let (start, width) = characters(name.span);
        let suggestion = nearest(&name.value, self.scope.keys().map(String::as_str)).map(str::to_owned);
        let names: Vec<&str> = self.scope.keys().map(String::as_str).filter(|name| !name.contains("__")).collect();
        self.problems.push(Problem {
            rule: &rules::UNKNOWN_FIELD,
            message: format!("no field is called `{}`", name.value),
            start,
            width,
            suggestion,
            help: Some(format!("The fields here are {}.", names.join(", "))),
        });
        None
    }

    fn literal(&mut self, tree: &Expr, value: &Value) -> Option<Typed> {
        match value {
            Value::Number(digits, false) => {
                let kind = if digits.contains('.') { Kind::Decimal } else { Kind::Integer };
                let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
                if digits.contains(['e', 'E']) || whole.len() > 12 || fraction.len() > 6 {
                    let message = format!("the number {digits} cannot be exact");
                    return self.not_allowed(tree, &message, "At most 12 digits before the point and 6 after it.");
                }
                Some(Typed { sql: digits.clone(), kind, literal: true, most: digits.parse().unwrap_or(f64::INFINITY) })
            }
            Value::SingleQuotedString(text) => Some(Typed {
                sql: format!("'{}'", text.replace('\'', "''")),
                kind: Kind::Text,
                literal: false,
                most: 0.0,
            }),
            Value::Null => Some(Typed { sql: "NULL".into(), kind: Kind::Null, literal: false, most: 0.0 }),
            Value::Boolean(value) => Some(boolean(value.to_string().to_uppercase())),
            Value::DoubleQuotedString(text) => self.not_allowed(
                tree,
                "text in double quotes is not allowed",
                &format!("Write '{text}' in single quotes."),
            ),
            other => self.not_allowed(tree, &format!("{other} is not allowed here"), ""),
        }
    }

    fn date(&mut self, tree: &Expr, value: &Value) -> Option<Typed> {
        let Value::SingleQuotedString(text) = value else {
            return self.not_allowed(tree, "a date is written DATE '2016-01-31'", "");
        };
        match text.parse::<chrono::NaiveDate>() {
            Ok(day) => Some(Typed { sql: format!("DATE '{day}'"), kind: Kind::Date, literal: false, most: 0.0 }),
            Err(_) => self.mismatch(tree, format!("'{text}' is not a date")),
        }
    }

    fn condition(&mut self, tree: &Expr) -> Option<String> {
        let typed = self.expression(tree)?;
        if typed.kind == Kind::Boolean {
            return Some(typed.sql);
        }
        self.mismatch(tree, format!("a condition is needed here, this is {}", typed.kind.name()));
        None
    }

    fn number(&mut self, tree: &Expr) -> Option<Typed> {
        let typed = self.expression(tree)?;
        if typed.kind.is_number() {
            return Some(typed);
        }
        self.mismatch(tree, format!("a number is needed here, this is {}", typed.kind.name()))
    }

    fn binary(&mut self, tree: &Expr, left: &Expr, op: &BinaryOperator, right: &Expr) -> Option<Typed> {
        match op {
            BinaryOperator::And | BinaryOperator::Or => {
                let (left, right) = (self.condition(left), self.condition(right));
                Some(boolean(format!("{} {op} {}", left?, right?)))
            }
            BinaryOperator::Eq
            | BinaryOperator::NotEq
            | BinaryOperator::Lt
            | BinaryOperator::LtEq
            | BinaryOperator::Gt
            | BinaryOperator::GtEq => {
                let (left, right) = (self.expression(left), self.expression(right));
                let (left, right) = (left?, right?);
                self.comparable(tree, &left, &right)?;
                let [left, right] = alike([&left, &right]);
                Some(boolean(format!("{left} {op} {right}")))
            }
            BinaryOperator::Plus | BinaryOperator::Minus | BinaryOperator::Multiply => {
                let (left, right) = (self.number(left), self.number(right));
                let (left, right) = (left?, right?);
                let both = left.kind == Kind::Decimal && right.kind == Kind::Decimal;
                if *op == BinaryOperator::Multiply && both {
                    return self.not_allowed(
                        tree,
                        "the product of two decimals has more decimals than are kept",
                        "Multiply a decimal by a whole number, or let the partners report the product.",
                    );
                }
                let kind = if left.kind == Kind::Decimal || right.kind == Kind::Decimal {
                    Kind::Decimal
                } else {
                    Kind::Integer
                };
                // A factor stays whole; what is added takes the type of the sum.
                let part =
                    |typed: &Typed| widen(typed, if *op == BinaryOperator::Multiply { typed.kind } else { kind });
                let most =
                    if *op == BinaryOperator::Multiply { left.most * right.most } else { left.most + right.most };
                if most > if kind == Kind::Integer { EXACT_INTEGER } else { EXACT_DECIMAL } {
                    return self.not_allowed(
                        tree,
                        "the result may become too large to be exact",
                        "Multiply by a small whole number, or let the partners report the product.",
                    );
                }
                Some(Typed { sql: format!("{} {op} {}", part(&left), part(&right)), kind, literal: false, most })
            }
            BinaryOperator::Divide => self.not_allowed(
                tree,
                "a division inside an expression is not allowed",
                "Use `ratio = { of = \"…\", to = \"…\" }`: it divides once, exactly, and keeps both parts.",
            ),
            _ => self.not_allowed(tree, &format!("the operator {op} is not allowed"), ""),
        }
    }

    fn comparable(&mut self, tree: &Expr, left: &Typed, right: &Typed) -> Option<()> {
        let fits = left.kind == right.kind
            || (left.kind.is_number() && right.kind.is_number())
            || left.kind == Kind::Null
            || right.kind == Kind::Null;
        if left.kind == Kind::Null || right.kind == Kind::Null {
            self.not_allowed(tree, "a comparison with NULL is never true", "Write IS NULL or IS NOT NULL.");
            return None;
        }
        if !fits {
            self.mismatch(tree, format!("{} is compared with {}", left.kind.name(), right.kind.name()));
            return None;
        }
        Some(())
    }

    fn case(&mut self, tree: &Expr, conditions: &[CaseWhen], otherwise: Option<&Expr>) -> Option<Typed> {
        let mut whens = Vec::new();
        let mut results = Vec::new();
        for when in conditions {
            whens.push(self.condition(&when.condition));
            results.push(self.expression(&when.result));
        }
        if let Some(otherwise) = otherwise {
            results.push(self.expression(otherwise));
        }
        let whens = whens.into_iter().collect::<Option<Vec<_>>>()?;
        let results = results.into_iter().collect::<Option<Vec<_>>>()?;
        let (results, kind, most) = self.unify(tree, &results)?;
        let mut sql = String::from("CASE");
        for (when, result) in whens.iter().zip(&results) {
            sql.push_str(&format!(" WHEN {when} THEN {result}"));
        }
        if otherwise.is_some() {
            sql.push_str(&format!(" ELSE {}", results.last()?));
        }
        sql.push_str(" END");
        Some(Typed { sql, kind, literal: false, most })
    }

    /// One kind for the branches of CASE or COALESCE.
    fn unify(&mut self, tree: &Expr, items: &[Typed]) -> Option<(Vec<String>, Kind, f64)> {
        let mut kind = Kind::Null;
        for item in items {
            kind = match (kind, item.kind) {
                (Kind::Null, other) | (other, Kind::Null) => other,
                (a, b) if a == b => a,
                (a, b) if a.is_number() && b.is_number() => Kind::Decimal,
                (a, b) => {
                    self.mismatch(tree, format!("one branch is {}, another {}", a.name(), b.name()));
                    return None;
                }
            };
        }
        let most = items.iter().map(|item| item.most).fold(0.0, f64::max);
        Some((items.iter().map(|item| widen(item, kind)).collect(), kind, most))
    }

    fn argument(&mut self, tree: &Expr, argument: &FunctionArg) -> Option<Typed> {
        match argument {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(inner)) => self.expression(inner),
            _ => self.not_allowed(tree, "only plain expressions can stand here", ""),
        }
    }
}

fn boolean(sql: String) -> Typed {
    Typed { sql, kind: Kind::Boolean, literal: false, most: 0.0 }
}

fn largest(kind: Kind) -> f64 {
    match kind {
        Kind::Integer => LARGEST_INTEGER,
        Kind::Decimal => LARGEST_DECIMAL,
        _ => 0.0,
    }
}

/// Decimal, if one of several compared things is: an engine would compare 12 with 12.5 as floats.
fn common<'t>(mut items: impl Iterator<Item = &'t Typed>) -> Option<Kind> {
    items.any(|item| item.kind == Kind::Decimal).then_some(Kind::Decimal)
}

fn compared(item: &Typed, kind: Option<Kind>) -> String {
    kind.map_or_else(|| item.sql.clone(), |kind| widen(item, kind))
}

fn alike<const N: usize>(items: [&Typed; N]) -> [String; N] {
    let kind = common(items.iter().copied());
    items.map(|item| compared(item, kind))
}

/// With the type said where an engine would otherwise choose its own.
fn widen(typed: &Typed, kind: Kind) -> String {
    match kind {
        Kind::Integer if typed.literal => format!("CAST({} AS BIGINT)", typed.sql),
        Kind::Decimal if typed.literal => format!("CAST('{}' AS DECIMAL(38, 6))", typed.sql),
        Kind::Decimal if typed.kind == Kind::Integer => format!("CAST({} AS DECIMAL(38, 6))", typed.sql),
        _ => typed.sql.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope() -> Scope {
        [
            ("status", Kind::Text),
            ("value", Kind::Decimal),
            ("jobs", Kind::Integer),
            ("signed_on", Kind::Date),
            ("hours", Kind::Decimal),
        ]
        .into_iter()
        .map(|(name, kind)| (name.to_owned(), kind))
        .collect()
    }

    fn sql(text: &str) -> String {
        check(text, &scope()).expect("a good expression").sql
    }

    fn problem(text: &str) -> (String, usize, usize) {
        let problems = check(text, &scope()).expect_err("a problem");
        (problems[0].rule.id.to_owned(), problems[0].start, problems[0].width)
    }

    #[test]
    fn what_is_allowed_is_written_again_with_its_types() {
        assert_eq!(sql("status = 'signed' AND jobs > 10"), "status = 'signed' AND jobs > 10");
        assert_eq!(sql("value > 10.5"), "value > CAST('10.5' AS DECIMAL(38, 6))");
        assert_eq!(
            sql("jobs IN (1, (2.5))"),
            "CAST(jobs AS DECIMAL(38, 6)) IN (CAST('1' AS DECIMAL(38, 6)), CAST('2.5' AS DECIMAL(38, 6)))"
        );
        assert_eq!(
            sql("value BETWEEN 1 AND 2"),
            "value BETWEEN CAST('1' AS DECIMAL(38, 6)) AND CAST('2' AS DECIMAL(38, 6))"
        );
        assert_eq!(
            sql("CASE WHEN status = 'x' THEN 1 ELSE 0 END"),
            "CASE WHEN status = 'x' THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END"
        );
        assert_eq!(sql("COALESCE(value, 0)"), "COALESCE(value, CAST('0' AS DECIMAL(38, 6)))");
        assert_eq!(sql("value * 2"), "value * CAST(2 AS BIGINT)");
        assert_eq!(sql("value + jobs"), "value + CAST(jobs AS DECIMAL(38, 6))");
        assert_eq!(sql("signed_on <= date '2016-05-31'"), "signed_on <= DATE '2016-05-31'");
        assert_eq!(sql("status not in ('a', 'b') or status is null"), "status NOT IN ('a', 'b') OR status IS NULL");
        assert_eq!(sql("status LIKE 'sig%'"), "status LIKE 'sig%'");
    }

    #[test]
    fn a_problem_points_at_its_own_characters() {
        assert_eq!(problem("status = 'signed' AND vlaue > 10"), ("unknown-field".into(), 22, 5));
        assert_eq!(problem("value / 2 > 1").0, "expression-not-allowed");
        assert_eq!(problem("ROUND(value) > 1"), ("expression-not-allowed".into(), 0, 11));
        assert_eq!(problem("SUM(value) > 1").0, "expression-not-allowed");
        assert_eq!(problem("status = 5").0, "expression-type");
        assert_eq!(problem("signed_on > '2016-01-01'").0, "expression-type");
        assert_eq!(problem("value * hours > 1").0, "expression-not-allowed");
        assert_eq!(problem("status = \"signed\"").0, "expression-not-allowed");
        assert_eq!(problem("status = NULL").0, "expression-not-allowed");
        assert_eq!(problem("jobs * jobs > 1").0, "expression-not-allowed");
        assert_eq!(problem("jobs * 1000000 * 1000000 > 1").0, "expression-not-allowed");
        assert_eq!(problem("value > 1234567890123").0, "expression-not-allowed");
        assert_eq!(condition("1 = 1", &scope()).expect_err("a problem")[0].rule.id, "expression-type");
        assert_eq!(problem("value > ").0, "expression-syntax");
        assert_eq!(problem("value > 1; DROP TABLE x").0, "expression-syntax");
        assert_eq!(problem("(SELECT 1) = 1").0, "expression-not-allowed");
    }

    #[test]
    fn all_problems_of_an_expression_are_told_at_once() {
        assert_eq!(check("stauts = 'x' AND vlaue > 1", &scope()).expect_err("problems").len(), 2);
    }

    #[test]
    fn nesting_without_end_is_refused() {
        let deep = format!("{}1{} > 0", "(".repeat(5000), ")".repeat(5000));
        assert!(check(&deep, &scope()).is_err());
    }
}
