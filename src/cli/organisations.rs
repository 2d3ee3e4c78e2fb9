//! `scoreboard organisations`.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde_json::{Value, json};

use super::Exit;
use super::args::OrganisationsArgs;
use super::output::{Output, bold, count, table};
use super::progress::Progress;
use crate::app::Stopped;
use crate::app::organisations::{self, Answer};
use crate::app::project::Project;
use crate::app::proposals;
use crate::model::organisations::{Named, Pair};

pub fn main(args: &OrganisationsArgs, output: &Output) -> Result<Exit, Stopped> {
    let project = Project::open(&args.common.project)?.reading_apart();
    let progress = Progress::new(output.is_json());
    let answer = organisations::run(&project, args.as_of, &|stage, done, of| progress.tell(stage, done, of))?;
    drop(progress);
    if output.is_json() {
        output.json(&as_json(&answer));
    } else if args.propose {
        propose(&project, &answer, output)?;
    } else {
        tell(&answer, output);
        if args.matrix {
            matrix(&answer, output);
        }
        output.findings(&answer.findings);
    }
    Ok(Exit::Fine)
}

fn tell(answer: &Answer, output: &Output) {
    if !answer.declared {
        output.line("No field says which organisation a row is of: give one the kind `enterprise`, or a text `organisation = true`.");
        return;
    }
    let counted = count(answer.counted as u64, "organisation", "organisations");
    let least = if answer.least < answer.counted {
        format!("; at least {}, if every pair below is one", answer.least)
    } else {
        String::new()
    };
    output.line(&format!("{counted}, of {} as reported{least}", answer.reported));
    for pair in &answer.pairs {
        output.line("");
        output.line(&bold(&format!(
            "{} %  ({} bits)",
            rounded(pair.probability * Decimal::ONE_HUNDRED),
            rounded(pair.bits)
        )));
        for one in [&pair.one, &pair.other] {
            output.line(&format!("  {}", said(one)));
        }
        output.line(&format!("  {}", pair.reasons.join("; ")));
    }
    if !answer.pairs.is_empty() {
        output.line("");
        output.line("Decide them in decisions.toml: scoreboard organisations --propose adds them there, to fill in.");
    }
}

fn rounded(value: Decimal) -> String {
    format!("{value:.1}")
}

fn said(one: &Named) -> String {
    let names: Vec<&str> = one.names.iter().map(String::as_str).filter(|name| !one.identity.contains(*name)).collect();
    let names = if names.is_empty() { String::new() } else { format!(" ({})", names.join(", ")) };
    let place = one.place.as_ref().map_or_else(String::new, |place| format!(", {place}"));
    format!("{}{names}, by {}{place}", one.identity, one.partners.join(", "))
}

fn matrix(answer: &Answer, output: &Output) {
    let mut rows = vec![vec![String::new()]];
    rows[0].extend(answer.partners.iter().cloned());
    for one in &answer.partners {
        let of = |other: &String| answer.overlap.get(&(one.clone(), other.clone())).copied().unwrap_or(0).to_string();
        rows.push(std::iter::once(one.clone()).chain(answer.partners.iter().map(of)).collect());
    }
    output.line("");
    output.line("Organisations that two partners report; with itself: all that one reports");
    for line in table(&rows) {
        output.line(&line);
    }
}

/// Undecided pairs into the file of decisions; says what became of them.
fn propose(project: &Project, answer: &Answer, output: &Output) -> Result<(), Stopped> {
    let proposed = proposals::run(project, &answer.pairs)?;
    let file = proposed.file;
    if proposed.added + proposed.there == 0 {
        output.line("No pair is undecided: nothing to propose.");
        return Ok(());
    }
    if proposed.there > 0 {
        output.line(&format!("{} in {file} already.", count(proposed.there as u64, "pair stands", "pairs stand")));
    }
    if proposed.added > 0 {
        output.line(&format!(
            "{} added to {file}, as comments. Fill in those that you decide and take their # away; the others stay undecided.",
            count(proposed.added as u64, "pair", "pairs")
        ));
    }
    Ok(())
}

fn as_json(answer: &Answer) -> Value {
    let named = |one: &Named| {
        json!({
            "identity": one.identity, "names": one.names, "partners": one.partners,
            "place": one.place.as_ref().map(ToString::to_string),
        })
    };
    let pair = |pair: &Pair| {
        json!({
            "one": named(&pair.one), "other": named(&pair.other),
            "probability": pair.probability.to_f64(), "bits": pair.bits.to_f64(), "reasons": pair.reasons,
        })
    };
    let overlap = answer.overlap.iter().map(|((one, other), shared)| json!([one, other, shared]));
    json!({
        "reported": answer.reported, "counted": answer.counted, "at_least": answer.least,
        "pairs": answer.pairs.iter().map(pair).collect::<Vec<_>>(),
        "overlap": overlap.collect::<Vec<_>>(),
        "findings": super::output::findings_json(&answer.findings),
    })
}
