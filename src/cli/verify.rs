//! `scoreboard verify`.

use serde_json::json;

use super::Exit;
use super::args::VerifyArgs;
use super::output::{Output, bold, count, plain};
use super::progress::Progress;
use crate::app::Stopped;
use crate::app::project::Project;
use crate::app::verify::{self, Asked, Verdict};

pub fn main(args: &VerifyArgs, output: &Output) -> Result<Exit, Stopped> {
    let head = args.head.as_deref();
    let progress = Progress::new(output.is_json());
    let tell_progress = |stage: &str, done, of| progress.tell(stage, done, of);
    let verdict = if let Some(path) = &args.bundle {
        verify::bundle(path, Project::apart(), head, &tell_progress)?
    } else {
        let asked = Asked { head: args.head.clone(), output: args.output.clone(), deep: args.deep };
        verify::store(&Project::open(&args.common.project)?.reading_apart(), &asked, &tell_progress)?
    };
    drop(progress);
    if output.is_json() {
        output.json(&answer(&verdict, args.bundle.is_some()));
    } else {
        tell(&verdict, output);
    }
    let nothing_computed = args.bundle.is_some() && verdict.figures.is_none();
    Ok(match (verdict.differences.is_empty(), nothing_computed) {
        (false, _) => Exit::Attention,
        (true, true) => Exit::Stopped,
        (true, false) => Exit::Fine,
    })
}

fn answer(verdict: &Verdict, computed: bool) -> serde_json::Value {
    json!({
        "of": verdict.of,
        "agrees": verdict.differences.is_empty() && (!computed || verdict.figures.is_some()),
        "figures": verdict.figures, "sound": verdict.sound, "remarks": verdict.remarks,
        "differences": verdict.differences.iter()
            .map(|one| json!({ "place": one.place, "says": one.says })).collect::<Vec<_>>(),
    })
}

fn tell(verdict: &Verdict, output: &Output) {
    output.line(&bold(&plain(&verdict.of)));
    for line in &verdict.sound {
        output.line(&format!("✓ {}", plain(line)));
    }
    for one in &verdict.differences {
        output.line(&format!("✗ {}: {}", plain(&one.place), plain(&one.says)));
    }
    for line in &verdict.remarks {
        output.line(&format!("! {}", plain(line)));
    }
    output.line("");
    output.line(&match (verdict.differences.len(), verdict.figures) {
        (0, Some(figures)) => {
            format!("All of it agrees: {} computed again.", count(figures as u64, "figure", "figures"))
        }
        (0, None) => "All that can be looked at here is as it should be.".to_owned(),
        (differences, _) => format!("{} found.", count(differences as u64, "difference", "differences")),
    });
}
