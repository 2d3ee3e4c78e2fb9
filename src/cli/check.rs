//! `scoreboard check`.

use serde_json::json;

use super::Exit;
use super::args::Check;
use super::output::{Output, count, findings_json};
use crate::app::{Stopped, check};
use crate::finding::Finding;

pub fn main(args: &Check, output: &Output) -> Result<Exit, Stopped> {
    let checked = check::run(&args.common.project)?;
    let errors = checked.findings.iter().filter(|finding| finding.is_error()).count();
    if output.is_json() {
        output.json(&json!({
            "indicators": checked.indicators, "collections": checked.collections, "surveys": checked.surveys,
            "examples": checked.examples, "errors": errors, "findings": findings_json(&checked.findings),
        }));
    } else {
        output.list(&checked.findings);
        if errors == 0 {
            output.line(&format!(
                "The definitions are sound: {}, {}, {}; {}.",
                count(checked.indicators as u64, "indicator", "indicators"),
                count(checked.collections as u64, "collection", "collections"),
                count(checked.surveys as u64, "survey", "surveys"),
                match checked.examples {
                    0 => "they have no worked examples".to_owned(),
                    1 => "the worked example is right".to_owned(),
                    several => format!("all {several} worked examples are right"),
                },
            ));
        } else {
            output.line(&format!(
                "{} in the definitions. Nothing is computed until they are mended.",
                count(errors as u64, "error", "errors")
            ));
        }
    }
    Ok(if checked.findings.iter().any(Finding::is_error) { Exit::Attention } else { Exit::Fine })
}
