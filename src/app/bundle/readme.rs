//! `README.txt` of a bundle: what an evaluator needs to know, in plain words.

use crate::app::rebuild::Rebuilt;
use crate::app::runs::written;
use crate::model::audience::Audience;

/// The text for whoever opens the zip.
pub fn text(then: &Rebuilt, audience: Audience) -> String {
    let programme = &then.project.catalog.programme;
    let known = then
        .known_at
        .map_or_else(String::new, |instant| format!(", with what had been received by {}", written(instant)));
    let head = format!(
        "{}\nScoreboard as of {}{known}\nRun {}, made by scoreboard {}, for {} use\n",
        programme.title,
        then.as_of,
        then.entry.code,
        then.entry.version(),
        audience.as_str(),
    );
    let rest = if audience == Audience::Internal { INTERNAL } else { RESTRICTED };
    format!("{head}\n{rest}")
}

const INTERNAL: &str = "\
What is in here
  outputs/              the scoreboards of this run: open the .xlsx first
  inputs/               every file that partners and surveys sent, as it came
  definitions/          what was counted and how: text files that people can read
  definitions-earlier/  the same for earlier runs, for what changed since them
  runs/                 the figures of the run before, which this one was held against
  ledger.jsonl          what happened, in order: what was received when, how it was read, what was published
  decisions.json        which submission counts, which does not, and why
  findings.json         everything that was found wrong or odd, cell by cell
  manifest.json         the name, size and SHA-256 of every file here

What you can do with it
  scoreboard verify THIS.zip
reads the inputs again under the definitions, computes every figure again, and says for each that differs what stands in the
outputs and what came out. It also finds files that were changed, taken away or exchanged, and a ledger from which entries were
taken. It needs nothing but the program and this file, and it writes nothing but a temporary folder. The program is free:
any copy of the version above gives the same bytes; another version gives the same figures, or says which differ.

What it cannot find out
Whoever makes a bundle could forge all of it together. The run's code and the head of the ledger stand in every output: compare
them with those in the scoreboard that you were given at the time. `scoreboard verify THIS.zip --head HASH` looks for a head.

This bundle is for internal use: it holds what partners and enterprises reported, row by row. Do not pass it on.
";

const RESTRICTED: &str = "\
What is in here
  outputs/       the scoreboards of this run for this audience: open the .xlsx first
  manifest.json  the name, size and SHA-256 of every file here

It holds neither what partners and enterprises sent nor the definitions and the ledger: those tell of single enterprises. So it
shows that these files belong together and were not changed, and `scoreboard verify THIS.zip` checks that; the figures can be
computed again only from the bundle for internal use, which the programme keeps.
";
