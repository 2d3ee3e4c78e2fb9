//! What moved, on the terminal: the causes with numbers, then each figure with the amounts due to them.

use super::output::{Output, bold, count, plain, table};
use crate::app::changes::json;
use crate::compute::status::shown;
use crate::model::changes::{Aspect, Changes, Moved};
use crate::model::scoreboard::Status;
use crate::model::unit::Unit;
use crate::model::value::Value;

pub fn answer(changes: &Changes) -> serde_json::Value {
    json(changes)
}

/// All of it.
pub fn tell(changes: &Changes, output: &Output) {
    let day = changes.since_as_of.format("%-d %B %Y");
    output.line(&bold(&format!("Since run {}, as of {day}", changes.since)));
    if changes.causes.is_empty() && changes.moved.is_empty() {
        output.line("Nothing came, nothing was changed, no figure moved.");
    }
    for (number, cause) in (1..).zip(&changes.causes) {
        output.line(&format!("[{number}] {}: {}", cause.kind.as_str().replace('_', " "), plain(&cause.says)));
    }
    output.line("");
    let rows: Vec<Vec<String>> = changes.moved.iter().map(row).collect();
    for line in table(&rows) {
        output.line(&line);
    }
    if changes.moved.is_empty() && !changes.causes.is_empty() {
        output.line("No figure moved.");
    }
    for note in &changes.notes {
        output.line(&format!("Note: {}", plain(note)));
    }
    output.line("");
}

/// One line, after a run that has published the rest.
pub fn hint(changes: &Changes, output: &Output) {
    let moved = count(changes.moved.len() as u64, "figure has moved", "figures have moved");
    let causes = count(changes.causes.len() as u64, "cause was found", "causes were found");
    let more = format!("`scoreboard diff {}` tells them", changes.since);
    output.line(&format!("{moved} since run {}, {causes}: {more}.", changes.since));
}

fn row(moved: &Moved) -> Vec<String> {
    let title = if moved.aspect == Aspect::Target { format!("{}, target", moved.title) } else { moved.title.clone() };
    let name =
        if moved.by.is_empty() { plain(&title) } else { format!("  {} · {}", plain(&title), plain(&moved.name)) };
    let due: Vec<String> = moved
        .due
        .iter()
        .map(|due| match due.amount {
            Some(amount) => format!("[{}] {}", due.cause + 1, signed(amount)),
            None => format!("[{}]", due.cause + 1),
        })
        .collect();
    let status = moved
        .status
        .filter(|(before, after)| before != after)
        .map(|(before, after)| format!("{} → {}", status(before), status(after)));
    vec![
        name,
        format!("{} → {}", value(&moved.before, &moved.unit), value(&moved.after, &moved.unit)),
        moved.difference.map_or_else(String::new, signed),
        due.join(", "),
        status.unwrap_or_default(),
    ]
}

fn value(value: &Value, unit: &Unit) -> String {
    value.known().map_or_else(|| value.state().replace('_', " "), |known| shown(known, unit))
}

fn signed(amount: rust_decimal::Decimal) -> String {
    let text = crate::model::number::display(amount, amount.normalize().scale());
    if amount.is_sign_negative() { text } else { format!("+{text}") }
}

fn status(status: Option<Status>) -> String {
    status.map_or("none", Status::as_str).replace('_', " ")
}
