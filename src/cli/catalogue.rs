//! `scoreboard catalogue`.

use serde_json::{Value, json};

use super::Exit;
use super::args::CatalogueArgs;
use super::output::{Output, bold, table};
use crate::app::Stopped;
use crate::app::standards::{Found, sample, search};

/// Columns of a terminal that texts are broken for.
const WIDTH: usize = 100;
/// Where the texts of an entry begin.
const INDENT: usize = 16;

pub fn main(args: &CatalogueArgs, output: &Output) -> Result<Exit, Stopped> {
    let asked = args.search.join(" ");
    let found = search(&asked)?;
    if output.is_json() {
        output.json(&answer(&found));
    } else if found.only().is_some() {
        whole(&found, output);
    } else {
        list(&found, output);
    }
    Ok(Exit::Fine)
}

fn list(found: &Found, output: &Output) {
    for (set, entries) in &found.sets {
        output.line(&bold(&set.title));
        for line in wrapped(&set.about, WIDTH) {
            output.line(&line);
        }
        let longest = entries.iter().map(|entry| entry.name.len()).max().unwrap_or(0);
        // Behind the name, the level and the spaces between them; an ellipsis says that there is more.
        let width = WIDTH.saturating_sub(longest + 14);
        let title = |text: &str| wrapped(text, width).into_iter().next().unwrap_or_default();
        let rows: Vec<Vec<String>> = entries
            .iter()
            .map(|entry| {
                let (full, level) = (entry.title.get("en"), entry.level.as_str().to_owned());
                let short = title(full);
                let short = if short.len() < full.len() { format!("{short} …") } else { short };
                vec![format!("  {}", entry.name), level, short]
            })
            .collect();
        for line in table(&rows) {
            output.line(&line);
        }
        output.line("");
    }
    let one = found.entries().next().map_or("", |entry| entry.name.as_str());
    output.line(&format!("The whole of one: scoreboard catalogue {one}"));
}

fn whole(found: &Found, output: &Output) {
    let Some(entry) = found.only() else { return };
    let line = |label: &str, text: &str| {
        for (at, part) in wrapped(text, WIDTH - INDENT).into_iter().enumerate() {
            output.line(&format!("{:<INDENT$}{part}", if at == 0 { label } else { "" }));
        }
    };
    output.line(&bold(&format!("{}: {}", entry.name, entry.title.get("en"))));
    for language in entry.title.languages().filter(|language| *language != "en") {
        line("", &format!("{language}: {}", entry.title.get(language)));
    }
    output.line("");
    line("Unit", &entry.unit);
    line("Level", entry.level.as_str());
    line("Definition", &entry.definition);
    line("Counts", &entry.counts);
    line("Does not count", &entry.does_not_count);
    line("Counting rule", &entry.counting);
    line(
        "Adds up",
        match entry.accumulation.as_str() {
            "flow" if entry.or_stock => "over periods (flow), or as a list that stands (stock)",
            "flow" => "over periods (flow)",
            "stock" => "not over periods: the latest counts (stock)",
            _ => "never: it is computed anew wherever it stands (rate)",
        },
    );
    line("Direction", entry.direction.as_str());
    line("Measured", &entry.measured);
    line("EU code", entry.common.as_deref().unwrap_or(""));
    line("Split by", &entry.split.join(", "));
    let label = if entry.level.as_str() == "output" { "Results of it" } else { "Comes from" };
    line(label, &entry.links.join(", "));
    if entry.at_most_outputs {
        line("", "It cannot be more than these together.");
    }
    for (at, need) in entry.needs.iter().enumerate() {
        line(if at == 0 { "Rows need" } else { "" }, &format!("{}: {}", need.role, need.what));
    }
    line("Measure", entry.measure.as_deref().unwrap_or("none that fits every project"));
    line("Evidence", &entry.evidence);
    line("Source", &entry.source);
    line("Read there", if entry.confirmed { "yes" } else { "no: see the note" });
    line("Note", entry.note.as_deref().unwrap_or(""));
    output.line("\nTo use it, in indicators/NAME.toml:\n");
    for part in sample(entry).lines() {
        output.line(part);
    }
}

/// A text broken between words; a word that is longer than a line stands by itself.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn answer(found: &Found) -> Value {
    let entries = found.entries().map(|entry| {
        let titles: serde_json::Map<String, Value> =
            entry.title.languages().map(|language| (language.to_owned(), entry.title.get(language).into())).collect();
        let needs = entry.needs.iter().map(|need| json!({ "role": need.role, "what": need.what }));
        json!({
            "name": entry.name, "title": titles, "unit": entry.unit, "level": entry.level.as_str(),
            "definition": entry.definition, "counts": entry.counts, "does_not_count": entry.does_not_count,
            "counting": entry.counting, "accumulation": entry.accumulation.as_str(), "or_stock": entry.or_stock,
            "direction": entry.direction.as_str(), "measured": entry.measured, "common": entry.common,
            "split": entry.split, "links": entry.links, "at_most_outputs": entry.at_most_outputs,
            "needs": needs.collect::<Vec<_>>(), "measure": entry.measure, "evidence": entry.evidence,
            "source": entry.source, "confirmed": entry.confirmed, "note": entry.note, "toml": sample(entry),
        })
    });
    json!({ "entries": entries.collect::<Vec<_>>() })
}
