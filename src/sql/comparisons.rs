//! What an expression compares its fields with: so that a misspelt option is found before it makes a silent zero.

use std::ops::ControlFlow;

use sqlparser::ast::{BinaryOperator, Expr, Value, visit_expressions};

use super::expression::{characters, parse};

/// A text that an expression compares a field with: where it stands, counted in characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    pub field: String,
    pub text: String,
    pub start: usize,
    pub width: usize,
}

/// Every `field = 'text'`, `<>` and `IN` of an expression or measure. Empty if it cannot be parsed.
pub fn comparisons(text: &str) -> Vec<Compared> {
    let mut found = Vec::new();
    if let Ok(tree) = parse(text) {
        let _ = visit_expressions(&tree, |one: &Expr| {
            match one {
                Expr::BinaryOp { left, op: BinaryOperator::Eq | BinaryOperator::NotEq, right } => {
                    compare(left, right, &mut found);
                    compare(right, left, &mut found);
                }
                Expr::InList { expr, list, .. } => list.iter().for_each(|item| compare(expr, item, &mut found)),
                _ => {}
            }
            ControlFlow::<()>::Continue(())
        });
    }
    found
}

fn compare(field: &Expr, literal: &Expr, found: &mut Vec<Compared>) {
    if let (Expr::Identifier(name), Expr::Value(value)) = (field, literal)
        && let Value::SingleQuotedString(text) = &value.value
    {
        let (start, width) = characters(value.span);
        found.push(Compared { field: name.value.clone(), text: text.clone(), start, width });
    }
}
