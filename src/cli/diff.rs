//! `scoreboard diff`.

use serde_json::json;

use super::Exit;
use super::args::DiffArgs;
use super::output::Output;
use super::progress::Progress;
use crate::app::project::Project;
use crate::app::{Stopped, diff};

pub fn main(args: &DiffArgs, output: &Output) -> Result<Exit, Stopped> {
    let project = Project::open(&args.common.project)?.reading_apart();
    let progress = Progress::new(output.is_json());
    let compared = diff::run(&project, &args.earlier, args.later.as_deref(), args.as_of, &|stage, done, of| {
        progress.tell(stage, done, of);
    })?;
    drop(progress);
    if output.is_json() {
        output.json(&json!({
            "run": compared.run, "as_of": compared.as_of.to_string(),
            "changes": super::changes::answer(&compared.changes),
        }));
        return Ok(Exit::Fine);
    }
    output.line(&format!("Run {}, as of {}", compared.run, compared.as_of.format("%-d %B %Y")));
    super::changes::tell(&compared.changes, output);
    Ok(Exit::Fine)
}
