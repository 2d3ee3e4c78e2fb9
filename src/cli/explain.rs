//! `scoreboard explain`.

use serde_json::json;

use super::Exit;
use super::args::Explain;
use super::output::{Output, bold};
use super::progress::Progress;
use super::run::value;
use crate::app::explain::Explained;
use crate::app::project::Project;
use crate::app::{Stopped, explain};
use crate::compute::status::shown;
use crate::model::scoreboard::{IndicatorResult, InputFile};

pub fn main(args: &Explain, output: &Output) -> Result<Exit, Stopped> {
    let explained = if let Some(rule) = explain::rule(&args.code) {
        rule
    } else {
        let project = Project::open(&args.common.project)?;
        let progress = Progress::new(output.is_json());
        explain::indicator(&project, &args.code, (args.as_of, args.known_at), &|stage, done, of| {
            progress.tell(stage, done, of);
        })?
    };
    match explained {
        Explained::Rule(rule) if output.is_json() => {
            output.json(&json!({ "rule": rule.id, "title": rule.title, "why": rule.why, "fix": rule.fix }));
        }
        Explained::Rule(rule) => {
            output.line(&bold(&format!("{}: {}", rule.id, rule.title)));
            output.line(&format!("\nWhy it matters  {}\nWhat to do      {}", rule.why, rule.fix));
        }
        Explained::Indicator { result, inputs } if output.is_json() => output.json(&answer(&result, &inputs)),
        Explained::Indicator { result, inputs } => tell(&result, &inputs, output),
    }
    Ok(Exit::Fine)
}

fn answer(result: &IndicatorResult, inputs: &[InputFile]) -> serde_json::Value {
    let number = |value: Option<rust_decimal::Decimal>| value.map(|value| value.normalize().to_string());
    json!({
        "indicator": result.code.as_str(), "title": result.title, "definition": result.definition, "method": result.method,
        "sql": result.sql, "unit": result.unit.as_str(), "catalogue": result.catalogue, "value": number(result.total.value.known()),
        "state": result.total.value.state(), "numerator": number(result.total.numerator), "denominator": number(result.total.denominator),
        "upper": number(result.total.upper), "lower": number(result.total.lower), "expected": number(result.total.expected), "progress": number(result.total.progress),
        "status": result.total.status.map(crate::model::scoreboard::Status::as_str), "reason": result.total.reason,
        "inputs": inputs.iter().map(|input| json!({ "name": input.name, "hash": input.hash, "partner": input.partner })).collect::<Vec<_>>(),
    })
}

fn tell(result: &IndicatorResult, inputs: &[InputFile], output: &Output) {
    let total = &result.total;
    output.line(&bold(&format!("{} ({})", result.title, result.code)));
    output.line(&result.definition);
    if let Some(name) = &result.catalogue {
        output.line(&format!("Defined as {name} of the catalogue."));
    }
    output.line("");
    for line in &result.method {
        output.line(line);
    }
    for sql in &result.sql {
        output.line(&format!("\n    {sql}"));
    }
    output.line("");
    output.line(&format!("Value     {}", value(result)));
    if let Some((of, to)) = total.numerator.zip(total.denominator) {
        output.line(&format!("          {} divided by {}", of.normalize(), to.normalize()));
    }
    if let Some(estimate) = &result.estimate {
        output.line(&format!("          {}", estimate.method));
        for note in &estimate.notes {
            output.line(&format!("          {note}"));
        }
    }
    let covered = if result.estimate.is_some() { "enterprises" } else { "partners" };
    output.line(&format!("Coverage  {} {covered}", total.coverage));
    if let Some(day) = total.cut_off {
        output.line(&format!("Cut-off   {}", day.format("%-d %B %Y")));
    }
    if let Some(expected) = total.expected {
        output.line(&format!("Expected  {}", shown(expected, &result.unit)));
    }
    output.line(&format!("Status    {}", total.status.map_or("", |status| status.as_str()).replace('_', " ")));
    output.line(&format!("Why       {}", total.reason));
    output.line("");
    output.line("Inputs that count:");
    for input in inputs {
        output.line(&format!("  {}  {}", &input.hash[..12], input.name));
    }
}
