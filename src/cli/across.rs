//! `scoreboard across`.

use std::path::{Path, PathBuf};

use super::Exit;
use super::args::{AcrossArgs, Format};
use super::output::{Output, bold, count, table};
use super::progress::Progress;
use crate::app::Stopped;
use crate::app::across::{Request, run, write};
use crate::app::proposals::proposal;
use crate::compute::status::shown;
use crate::model::across::{Across, Total, Undecided, decision_line};

pub fn main(args: &AcrossArgs, output: &Output) -> Result<Exit, Stopped> {
    let request = Request { paths: args.paths.clone(), as_of: args.as_of, audience: args.audience.map(Into::into) };
    let progress = Progress::new(output.is_json());
    let answered = run(&request, &|stage, done, of| progress.tell(stage, done, of))?;
    drop(progress);
    if args.propose {
        output.text(&proposals(&answered.across));
        return Ok(Exit::Fine);
    }
    if args.format == Format::Json {
        output.json(&answered.json());
    } else {
        tell(&answered.across, output);
        output.findings(&answered.findings);
    }
    // For machines the answer is the report; a workbook is written where somebody asks for it.
    let wanted = args.out.clone().or_else(|| (args.format == Format::Human).then(|| PathBuf::from("across.xlsx")));
    if let Some(path) = wanted {
        let path = write(&path, &answered)?;
        said(&path, output);
    }
    Ok(Exit::Fine)
}

fn said(path: &Path, output: &Output) {
    if !output.is_json() {
        output.line(&format!("→ {}", path.display()));
    }
}

fn tell(across: &Across, output: &Output) {
    output.line(&bold(&across.title));
    output.line(&format!(
        "{} · {} by several",
        count(across.programmes.len() as u64, "programme", "programmes"),
        count(across.matched.len() as u64, "indicator", "indicators")
    ));
    output.line("");
    let mut lines = Vec::new();
    for one in &across.matched {
        let together = match (&one.total, &one.once) {
            (Total::Sum { value, .. }, _) => shown(*value, &one.entries[0].unit),
            (_, Some(once)) => {
                let least = if once.at_least < once.together {
                    format!(" (at least {})", once.at_least)
                } else {
                    String::new()
                };
                format!("{} counted once{least}, {} in several", once.together, once.several)
            }
            (Total::Not(why), None) => why.says().to_owned(),
        };
        lines.push(vec![one.title.clone(), count(one.entries.len() as u64, "programme", "programmes"), together]);
    }
    for set in &across.sets {
        let said = format!("{} dropped, {} new, {} in both", set.dropped.len(), set.added.len(), set.kept.len());
        lines.push(vec![set.title.clone(), "2 programmes".to_owned(), said]);
    }
    for line in table(&lines) {
        output.line(&line);
    }
    let undecided = across.open.as_ref().map_or(0, |open| open.all);
    if undecided > 0 {
        let pairs = count(undecided as u64, "pair", "pairs");
        output.line("");
        output.line(&format!(
            "{pairs} of organisations of two programmes may be one: --propose writes them as comments for the file of decisions."
        ));
    }
    output.line("");
}

/// Decisions to fill in, as comments: whoever only saves them has decided nothing.
fn proposals(across: &Across) -> String {
    let pairs = across.open.iter().flat_map(|open| &open.pairs);
    let line = |pair: &Undecided| decision_line(&pair.one.identity, &pair.other.identity);
    pairs.map(|pair| proposal(pair.probability, &pair.reasons, &line(pair))).collect()
}
