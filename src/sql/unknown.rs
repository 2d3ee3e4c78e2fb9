//! Conditions over values that are there and that nobody knows: an amount without a rate of exchange stands as NULL in
//! the tables, as if the cell were empty. Comparisons with it are NULL, which is right; `IS NULL`, COALESCE and CASE
//! would take it for an empty cell. Here they are written so that they do not.

use sqlparser::ast::{BinaryOperator, Expr, UnaryOperator};

use super::expression::parse;

/// A planned condition that is NULL or right where a field's value is not known. `unknown` gives, for a field of which
/// that can be, the column that is not NULL where it is so.
pub fn careful(sql: &str, unknown: &dyn Fn(&str) -> Option<String>) -> String {
    match parse(sql) {
        Ok(tree) if takes_null_for_empty(&tree) => written(&tree, unknown),
        _ => sql.to_owned(),
    }
}

fn written(tree: &Expr, unknown: &dyn Fn(&str) -> Option<String>) -> String {
    match tree {
        Expr::Nested(inner) => format!("({})", written(inner, unknown)),
        Expr::BinaryOp { left, op: op @ (BinaryOperator::And | BinaryOperator::Or), right } => {
            format!("{} {op} {}", written(left, unknown), written(right, unknown))
        }
        Expr::UnaryOp { op: UnaryOperator::Not, expr } => format!("NOT ({})", written(expr, unknown)),
        Expr::IsNull(inner) | Expr::IsNotNull(inner) if marker(inner, unknown).is_some() => {
            let marker = marker(inner, unknown).unwrap_or_default();
            let (and, not) = if matches!(tree, Expr::IsNull(_)) { ("AND", "") } else { ("OR", "NOT ") };
            format!("({inner} IS {not}NULL {and} {marker} IS {not}NULL)")
        }
        _ if takes_null_for_empty(tree) => {
            let mut fields = Vec::new();
            walk(tree, &mut |part| {
                if let Expr::Identifier(name) = part {
                    fields.extend(unknown(&name.value).map(|marker| (name.value.clone(), marker)));
                }
            });
            if fields.is_empty() {
                return tree.to_string();
            }
            let any: Vec<String> = fields.iter().map(|(_, marker)| format!("{marker} IS NOT NULL")).collect();
            // Where one is not known its comparison with itself is the NULL that is wanted; another one's is FALSE or NULL.
            let null: Vec<String> = fields.iter().map(|(field, _)| format!("{field} <> {field}")).collect();
            format!("(CASE WHEN {} THEN ({}) ELSE ({tree}) END)", any.join(" OR "), null.join(" OR "))
        }
        _ => tree.to_string(),
    }
}

fn marker(tree: &Expr, unknown: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    match tree {
        Expr::Identifier(name) => unknown(&name.value),
        Expr::Nested(inner) => marker(inner, unknown),
        _ => None,
    }
}

/// Whether something in it asks for NULL, so that it may be TRUE or FALSE where NULL goes in.
fn takes_null_for_empty(tree: &Expr) -> bool {
    let mut found = false;
    walk(tree, &mut |part| {
        found |= matches!(part, Expr::IsNull(_) | Expr::IsNotNull(_) | Expr::Function(_) | Expr::Case { .. });
    });
    found
}

/// All parts of what the allow-list lets through.
fn walk(tree: &Expr, visit: &mut dyn FnMut(&Expr)) {
    use sqlparser::ast::{FunctionArg, FunctionArgExpr, FunctionArguments};
    visit(tree);
    match tree {
        Expr::Nested(inner) | Expr::IsNull(inner) | Expr::IsNotNull(inner) => walk(inner, visit),
        Expr::UnaryOp { expr, .. } | Expr::Cast { expr, .. } => walk(expr, visit),
        Expr::BinaryOp { left, right, .. } => {
            walk(left, visit);
            walk(right, visit);
        }
        Expr::Between { expr, low, high, .. } => {
            for part in [expr, low, high] {
                walk(part, visit);
            }
        }
        Expr::InList { expr, list, .. } => {
            walk(expr, visit);
            for part in list {
                walk(part, visit);
            }
        }
        Expr::Like { expr, pattern, .. } => {
            walk(expr, visit);
            walk(pattern, visit);
        }
        Expr::Case { conditions, else_result, .. } => {
            for when in conditions {
                walk(&when.condition, visit);
                walk(&when.result, visit);
            }
            if let Some(part) = else_result {
                walk(part, visit);
            }
        }
        Expr::Function(function) => {
            if let FunctionArguments::List(list) = &function.args {
                for argument in &list.args {
                    if let FunctionArg::Unnamed(FunctionArgExpr::Expr(part)) = argument {
                        walk(part, visit);
                    }
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_asks_for_null_does_not_take_the_unknown_for_empty() {
        let unknown = |field: &str| (field == "cost" || field == "fee").then(|| format!("{field}__norate"));
        let careful = |sql: &str| super::careful(sql, &unknown);
        for same in ["cost > CAST(1 AS DECIMAL(38, 6))", "status = 'signed' AND NOT cost < fee", "no IS NULL"] {
            assert_eq!(careful(same), same);
        }
        assert_eq!(careful("cost IS NULL"), "(cost IS NULL AND cost__norate IS NULL)");
        assert_eq!(
            careful("kind = 'weir' AND NOT (cost IS NOT NULL)"),
            "kind = 'weir' AND NOT (((cost IS NOT NULL OR cost__norate IS NOT NULL)))"
        );
        assert_eq!(
            careful("COALESCE(cost, 0) > 0 OR kind IS NULL"),
            "(CASE WHEN cost__norate IS NOT NULL THEN (cost <> cost) ELSE (COALESCE(cost, 0) > 0) END) OR kind IS NULL"
        );
        assert_eq!(
            careful("CASE WHEN cost IS NULL THEN fee ELSE 1 END = 1"),
            "(CASE WHEN cost__norate IS NOT NULL OR fee__norate IS NOT NULL THEN (cost <> cost OR fee <> fee) \
             ELSE (CASE WHEN cost IS NULL THEN fee ELSE 1 END = 1) END)"
        );
    }
}
