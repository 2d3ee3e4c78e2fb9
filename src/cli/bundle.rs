//! `scoreboard bundle`.

use serde_json::json;

use super::Exit;
use super::args::BundleArgs;
use super::output::{Output, count};
use super::progress::Progress;
use crate::app::Stopped;
use crate::app::bundle::{Request, run};
use crate::app::project::Project;

pub fn main(args: &BundleArgs, output: &Output) -> Result<Exit, Stopped> {
    let project = Project::open(&args.common.project)?.reading_apart();
    let request = Request { run: args.run.clone(), to: args.to.clone(), audience: args.audience.into() };
    let progress = Progress::new(output.is_json());
    let bundled = run(&project, &request, &|stage, done, of| progress.tell(stage, done, of))?;
    drop(progress);
    let manifest = &bundled.manifest;
    if output.is_json() {
        output.json(&json!({
            "bundle": bundled.path, "sha256": bundled.hash, "run": manifest.run, "audience": manifest.audience,
            "inputs": manifest.inputs.len(), "outputs": manifest.outputs.len(), "files": manifest.files.len(),
            "differs": bundled.differs,
        }));
    } else {
        output.line(&format!(
            "The bundle of run {}, as of {}, for {} use",
            manifest.run, manifest.as_of, manifest.audience
        ));
        output.line(&format!(
            "{}, {}, {} in all",
            count(manifest.inputs.len() as u64, "input", "inputs"),
            count(manifest.outputs.len() as u64, "output", "outputs"),
            count(manifest.files.len() as u64 + 1, "file", "files"),
        ));
        for line in &bundled.differs {
            output.line(&format!("! {line}"));
        }
        output.line(&format!("SHA-256 {}", bundled.hash));
        output.line(&format!("→ {}", bundled.path.display()));
    }
    Ok(if bundled.differs.is_empty() { Exit::Fine } else { Exit::Attention })
}
