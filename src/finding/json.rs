//! Findings as JSON: in `scoreboard.json`, on the terminal with `--format json`, and kept in the ledger.

use serde_json::{Value, json};

use super::{CellRef, Finding, Place, Severity, rules};

/// `{rule, severity, message, place: {file, line, column, sheet, cell}, found, help, suggestion, partner}`;
/// what does not apply is null.
pub fn to_json(finding: &Finding) -> Value {
    let place = match &finding.place {
        Place::Project => json!({ "kind": "project" }),
        Place::File { file } => json!({ "kind": "file", "file": file }),
        Place::Definition { file, line, column, width, snippet } => {
            json!({ "kind": "definition", "file": file, "line": line, "column": column, "width": width, "snippet": snippet })
        }
        Place::Cell { file, sheet, cell } => {
            json!({ "kind": "cell", "file": file, "sheet": sheet, "cell": cell.map(|cell| cell.to_string()) })
        }
    };
    json!({
        "rule": finding.rule.id,
        "severity": finding.severity.as_str(),
        "message": finding.message,
        "place": place,
        "found": finding.found,
        "help": finding.help,
        "suggestion": finding.suggestion,
        "partner": finding.partner,
    })
}

/// Reads what [`to_json`] wrote. None for anything else, a rule of a newer program among it.
pub fn from_json(value: &Value) -> Option<Finding> {
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let place = value.get("place")?;
    let number = |key: &str| place.get(key).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
    let place = match place.get("kind")?.as_str()? {
        "project" => Place::Project,
        "file" => Place::File { file: text(place, "file")? },
        "definition" => Place::Definition {
            file: text(place, "file")?,
            line: number("line")?,
            column: number("column")?,
            width: number("width")?,
            snippet: text(place, "snippet")?,
        },
        "cell" => Place::Cell {
            file: text(place, "file")?,
            sheet: text(place, "sheet")?,
            cell: text(place, "cell").and_then(|cell| CellRef::parse(&cell)),
        },
        _ => return None,
    };
    Some(Finding {
        rule: rules::by_id(value.get("rule")?.as_str()?)?,
        severity: Severity::parse(value.get("severity")?.as_str()?)?,
        message: text(value, "message")?,
        place,
        found: text(value, "found"),
        help: text(value, "help"),
        suggestion: text(value, "suggestion"),
        partner: text(value, "partner"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let place = Place::Cell { file: "a.xlsx".into(), sheet: "S".into(), cell: CellRef::parse("C7") };
        let finding = Finding::warning(&rules::NUMBER_AS_TEXT, place, "m").found("1 200").partner(Some("litek"));
        assert_eq!(from_json(&to_json(&finding)), Some(finding));
    }
}
