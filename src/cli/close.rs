//! `scoreboard close`.

use serde_json::json;

use super::Exit;
use super::args::CloseArgs;
use super::output::{Output, count};
use crate::app::Stopped;
use crate::app::closing::{Request, close};
use crate::app::project::Project;

pub fn main(args: &CloseArgs, output: &Output) -> Result<Exit, Stopped> {
    let project = Project::open(&args.common.project)?;
    let request = Request { period: args.period.clone(), because: args.because.clone(), who: args.who.clone() };
    let closed = close(&project, &request)?;
    if output.is_json() {
        output.json(&json!({
            "closed": closed.label, "run": closed.run, "because": closed.because, "who": closed.who,
            "figures": closed.figures.len(),
        }));
    } else {
        let figures = count(closed.figures.len() as u64, "indicator stands", "indicators stand");
        output.line(&format!("{} is closed: {figures} as run {} published it.", closed.label, closed.run));
        output.line("What comes later for it stands in the next period, with its cause.");
    }
    Ok(Exit::Fine)
}
