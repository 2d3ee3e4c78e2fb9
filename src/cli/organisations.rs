//! `scoreboard organisations`.

use serde_json::{Value, json};

use super::Exit;
use super::args::OrganisationsArgs;
use super::output::{Output, bold, count, table};
use super::progress::Progress;
use crate::app::Stopped;
use crate::app::organisations::{self, Answer, Named, Pair};
use crate::app::project::Project;
use crate::model::across::decision_line;

pub fn main(args: &OrganisationsArgs, output: &Output) -> Result<Exit, Stopped> {
    let project = Project::open(&args.common.project)?.reading_apart();
    let progress = Progress::new(output.is_json());
    let answer = organisations::run(&project, args.as_of, &|stage, done, of| progress.tell(stage, done, of))?;
    drop(progress);
    if output.is_json() {
        output.json(&as_json(&answer));
    } else if args.propose {
        output.text(&skeleton(&answer.pairs));
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
    let counted = count(answer.counted as u64, "organisation", "organisations");
    let least = if answer.least < answer.counted {
        format!("; at least {}, if every pair below is one", answer.least)
    } else {
        String::new()
    };
    output.line(&format!("{counted}, of {} as reported{least}", answer.reported));
    for pair in &answer.pairs {
        output.line("");
        output.line(&bold(&format!("{} %  ({} bits)", rounded(pair.probability * 100.0), rounded(pair.bits))));
        for one in [&pair.one, &pair.other] {
            output.line(&format!("  {}", said(one)));
        }
        output.line(&format!("  {}", pair.reasons.join("; ")));
    }
    if !answer.pairs.is_empty() {
        output.line("");
        output.line("Decide them in decisions.toml: scoreboard organisations --propose writes it to fill in.");
    }
}

fn rounded(value: f64) -> String {
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

/// Decisions to fill in. Whoever only saves it has decided nothing: it does not pass `check`.
fn skeleton(pairs: &[Pair]) -> String {
    let mut text = String::from("schema = 1\n");
    for pair in pairs {
        let line = decision_line(&pair.one.identity, &pair.other.identity);
        text.push_str(&decision(&line, &rounded(pair.probability * 100.0), &pair.reasons));
    }
    text
}

/// One of them: its pair, how likely it is, and why.
pub fn decision(line: &str, percent: &str, reasons: &[&str]) -> String {
    format!(
        "\n# {percent} %: {}\n[[decision]]\n{line}\nverdict = \"\"      # same or different\nby = \"\"\nbecause = \"\"\n# on = the day, such as 2026-11-27\n",
        reasons.join("; "),
    )
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
            "probability": pair.probability, "bits": pair.bits, "reasons": pair.reasons,
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
