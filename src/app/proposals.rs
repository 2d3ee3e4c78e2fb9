//! Undecided pairs as comments to fill in: of one programme into its `decisions.toml`, across programmes to be put there.
//!
//! Comments, because half a decision would stop every run: whoever fills in one and takes its marks away has decided
//! that one, the others stay undecided.

use std::fs;

use rust_decimal::Decimal;

use super::Stopped;
use super::definitions::DECISIONS;
use super::project::Project;
use crate::model::across::decision_line;
use crate::model::organisations::Pair;
use crate::store::{StoreError, atomic};

const HEAD: &str = "# Who decided what of organisations and countries. Proposals are comments: fill in what you decide, and take its # away.\nschema = 1\n";

/// What was written where.
#[derive(Debug)]
pub struct Proposed {
    pub file: &'static str,
    /// Pairs that were added, and pairs that stood there already, as comments too.
    pub added: usize,
    pub there: usize,
}

/// Adds the pairs that do not stand there to the project's decisions. Nothing that stands there is changed.
///
/// # Errors
/// A file that cannot be read or written.
pub fn run(project: &Project, pairs: &[Pair]) -> Result<Proposed, Stopped> {
    let path = project.root.join(DECISIONS);
    let before = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => HEAD.to_owned(),
        Err(error) => return Err(StoreError::io("read", &path)(error).into()),
    };
    let new: Vec<&Pair> = pairs.iter().filter(|pair| !before.contains(&named(pair))).collect();
    if !new.is_empty() {
        let mut text = before;
        if !text.ends_with('\n') {
            text.push('\n');
        }
        text.extend(new.iter().map(|pair| proposal(pair.probability, &pair.reasons, &named(pair))));
        atomic::write(&path, text.as_bytes())?;
    }
    Ok(Proposed { file: DECISIONS, added: new.len(), there: pairs.len() - new.len() })
}

fn named(pair: &Pair) -> String {
    decision_line(&pair.one.identity, &pair.other.identity)
}

/// A decision that nobody has made: `line` names the pair.
pub fn proposal(probability: Decimal, reasons: &[&str], line: &str) -> String {
    format!(
        "\n# {:.1} %: {}\n# [[decision]]\n# {line}\n# verdict = \"\"      # same or different\n# by = \"\"           # who decides\n# because = \"\"\n# on = \n",
        probability * Decimal::ONE_HUNDRED,
        reasons.join("; "),
    )
}
