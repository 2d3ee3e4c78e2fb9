//! `scoreboard trace`.

use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

use super::Exit;
use super::args::TraceArgs;
use super::output::{Output, bold, count, plain, table};
use super::progress::Progress;
use crate::app::project::Project;
use crate::app::trace::{AnswerLeaf, Asked, Leaf, Read, Traced};
use crate::app::{Stopped, trace};
use crate::model::trace::Brings;

/// Rows that a terminal is shown.
const ROWS: usize = 30;

pub fn main(args: &TraceArgs, output: &Output) -> Result<Exit, Stopped> {
    let project = Project::open(&args.common.project)?;
    let progress = Progress::new(output.is_json());
    let most = if args.all || output.is_json() { usize::MAX } else { ROWS };
    let asked = Asked {
        code: args.code.clone(),
        by: args.by.clone(),
        as_of: args.as_of,
        known_at: args.known_at,
        run: args.run.clone(),
        audience: args.audience,
        most,
    };
    let traced = trace::trace(&project, &asked, &|stage, done, of| progress.tell(stage, done, of))?;
    if output.is_json() {
        output.json(&answer(&traced));
    } else {
        tell(&traced, most, "", output);
    }
    Ok(Exit::Fine)
}

fn number(value: Option<Decimal>) -> Option<String> {
    value.map(|value| if value.is_zero() { "0".to_owned() } else { value.normalize().to_string() })
}

fn answer(traced: &Traced) -> Json {
    let brings = |one: &Brings| json!({ "counts": one.counts, "amount": number(one.amount), "identity": one.identity, "by_name": one.by_name });
    let cells = |cells: &[Read]| {
        let cell = |one: &Read| json!({ "field": one.field, "cell": one.cell.to_string(), "text": one.text });
        cells.iter().map(cell).collect::<Vec<_>>()
    };
    let row = |leaf: &Leaf| {
        json!({
            "partner": leaf.partner, "file": leaf.file, "hash": leaf.hash, "sheet": leaf.sheet, "row": leaf.row,
            "key": leaf.key, "date": leaf.date.map(|day| day.to_string()), "brings": brings(&leaf.brings),
            "below": leaf.below.as_ref().map(brings), "counted_with": leaf.joined, "cells": cells(&leaf.cells),
        })
    };
    let of_survey = |leaf: &AnswerLeaf| {
        let one = &leaf.answer;
        json!({
            "wave": one.wave_title, "paired": one.paired, "enterprise": one.enterprise, "stratum": one.stratum,
            "population": one.population, "weight": number(Some(one.weight)), "y": number(Some(one.y)),
            "x": number(one.x), "inside": one.inside, "file": one.file, "hash": leaf.hash, "sheet": one.sheet,
            "cells": cells(&leaf.cells),
        })
    };
    let by: serde_json::Map<String, Json> =
        traced.by.iter().map(|(field, value)| (field.clone(), Json::String(value.clone()))).collect();
    json!({
        "indicator": traced.code.as_str(), "title": traced.title, "by": by, "unit": traced.unit, "catalogue": traced.catalogue,
        "value": number(traced.value.known()), "state": traced.value.state(), "again": number(traced.again),
        "coverage": { "reported": traced.coverage.reported, "due": traced.coverage.due },
        "cut_off": traced.cut_off.map(|day| day.to_string()), "since_then": number(traced.since_then),
        "formula": traced.formula, "held": traced.held,
        "rows": traced.rows.iter().map(row).collect::<Vec<_>>(),
        "sub_totals": traced
            .sub_totals
            .iter()
            .map(|one| json!({
                "file": one.file, "hash": one.hash, "sheet": one.sheet, "rows": one.rows, "value": number(one.value),
            }))
            .collect::<Vec<_>>(),
        "not_counted": traced
            .not_counted
            .iter()
            .map(|one| json!({
                "file": one.file, "sheet": one.sheet, "row": one.row, "key": one.key, "why": one.why,
            }))
            .collect::<Vec<_>>(),
        "answers": traced.answers.iter().map(of_survey).collect::<Vec<_>>(),
        "parts": traced.parts.iter().map(answer).collect::<Vec<_>>(),
        "inputs": traced.inputs.iter().map(|one| json!({ "hash": one.hash, "partner": one.partner })).collect::<Vec<_>>(),
    })
}

/// A figure, and below it what it derives from.
fn tell(traced: &Traced, most: usize, indent: &str, output: &Output) {
    let line = |text: &str| output.line(&format!("{indent}{text}"));
    let by: String = traced.by.iter().map(|(field, value)| format!(", {field} = {value}")).collect();
    line(&bold(&plain(&format!("{} ({}{by})", traced.title, traced.code))));
    let value = number(traced.value.known()).unwrap_or_else(|| traced.value.state().replace('_', " "));
    let day = traced.cut_off.map_or_else(String::new, |day| format!(" on {}", day.format("%-d %B %Y")));
    line(&format!("{value} {}{day}; coverage {}", traced.unit, traced.coverage));
    if let Some(name) = &traced.catalogue {
        let place = if traced.declared.is_empty() { String::new() } else { format!(" [{}]", traced.declared) };
        line(&format!("  defined as {name} of the catalogue{place}"));
    }
    for formula in &traced.formula {
        line(&format!("  {formula}"));
    }
    match (traced.again, traced.value.known()) {
        (Some(again), Some(value)) if again == value => line("  computed again from the cells below: the same"),
        (Some(again), Some(_)) => {
            line(&format!("  computed again from the cells below: {}", number(Some(again)).unwrap_or_default()));
        }
        _ => {}
    }
    for held in &traced.held {
        line(&format!("  {held}"));
    }
    if let Some(since) = number(traced.since_then) {
        line(&format!("  since then: {since} more"));
    }
    rows(traced, most, &line);
    answers(traced, most, &line);
    if !traced.not_counted.is_empty() {
        line("");
        line(&format!("Not counted: {}", count(traced.not_counted.len() as u64, "row", "rows")));
        for aside in traced.not_counted.iter().take(most) {
            let key = if aside.key.is_empty() { String::new() } else { format!(" {}", aside.key) };
            line(&plain(&format!("  {} › {} › row {}{key}: {}", aside.file, aside.sheet, aside.row, aside.why)));
        }
        more(traced.not_counted.len(), most, &line);
    }
    if !traced.inputs.is_empty() {
        line("");
        line("Rows are not shown to this audience. The files that count, by SHA-256:");
        for input in &traced.inputs {
            line(&format!("  {}  {}", input.hash, input.partner.as_deref().unwrap_or("")));
        }
    }
    for part in &traced.parts {
        output.line("");
        tell(part, most, &format!("{indent}    "), output);
    }
}

fn rows(traced: &Traced, most: usize, line: &dyn Fn(&str)) {
    if traced.sub_totals.is_empty() {
        return;
    }
    line("");
    line("By sheet:");
    let lines: Vec<Vec<String>> = traced
        .sub_totals
        .iter()
        .map(|one| {
            let rows = count(one.rows as u64, "row", "rows");
            let value = number(one.value).unwrap_or_default();
            let hash: String = one.hash.chars().take(12).collect();
            vec![format!("  {hash}"), plain(&format!("{} › {}", one.file, one.sheet)), rows, value]
        })
        .collect();
    for text in table(&lines) {
        line(&text);
    }
    line("");
    line("Rows, with their cells as they came:");
    for leaf in traced.rows.iter().take(most) {
        line(&plain(&format!("  {} › {} › row {}  {}", leaf.file, leaf.sheet, leaf.row, brought(leaf))));
        if let Some(why) = &leaf.joined {
            line(&plain(&format!("      counted as one with another: {why}")));
        }
        line(&format!("      {}", as_they_came(&leaf.cells)));
    }
    more(traced.rows.len(), most, line);
}

/// What a row brings.
fn brought(leaf: &Leaf) -> String {
    let one = |brings: &Brings| match (&brings.amount, &brings.identity) {
        _ if !brings.counts => "nothing".to_owned(),
        (Some(amount), _) => number(Some(*amount)).unwrap_or_default(),
        (_, Some(identity)) => identity.clone(),
        _ => "1".to_owned(),
    };
    match &leaf.below {
        Some(below) => format!("→ {} of {}", one(&leaf.brings), one(below)),
        None => format!("→ {}", one(&leaf.brings)),
    }
}

fn as_they_came(cells: &[Read]) -> String {
    let cell = |read: &Read| {
        let text = read.text.as_deref().unwrap_or("…");
        plain(&format!("{} {} “{text}”", read.cell, read.field))
    };
    cells.iter().map(cell).collect::<Vec<_>>().join("  ")
}

fn answers(traced: &Traced, most: usize, line: &dyn Fn(&str)) {
    if traced.answers.is_empty() {
        return;
    }
    line("");
    line("Answers, with weight w, y, and x that it is held against:");
    for leaf in traced.answers.iter().take(most) {
        let one = &leaf.answer;
        let pairs = if one.paired { ", pair" } else { "" };
        let x = number(one.x).map_or_else(String::new, |x| format!(" x {x}"));
        let outside = if one.inside { "" } else { " (outside the population: counts as zero)" };
        line(&plain(&format!(
            "  {} › {}  {}{pairs}, {}, {}: w {} y {}{x}{outside}",
            one.file,
            one.sheet,
            one.wave_title,
            one.stratum,
            one.enterprise,
            one.weight.round_dp(6).normalize(),
            number(Some(one.y)).unwrap_or_default(),
        )));
        line(&format!("      {}", as_they_came(&leaf.cells)));
    }
    more(traced.answers.len(), most, line);
}

/// How many are not shown, and how to see them.
fn more(all: usize, most: usize, line: &dyn Fn(&str)) {
    if all > most {
        line(&format!("  … and {} more: add --all, or --format json", all - most));
    }
}
