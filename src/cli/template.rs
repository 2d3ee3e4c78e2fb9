//! `scoreboard template`.

use serde_json::{Value, json};

use super::Exit;
use super::args::TemplateArgs;
use super::output::{Output, bold, count};
use super::progress::Progress;
use crate::app::Stopped;
use crate::app::project::Project;
use crate::app::template::{Made, Options, run};

pub fn main(args: &TemplateArgs, output: &Output) -> Result<Exit, Stopped> {
    let project = Project::open(&args.common.project)?.reading_apart();
    let progress = Progress::new(output.is_json());
    let options = Options {
        partner: args.partner.clone(),
        period: args.period.clone(),
        out: args.out.clone(),
        language: args.language.clone(),
    };
    let made = run(&project, &options, &|stage, done, of| progress.tell(stage, done, of))?;
    drop(progress);
    if output.is_json() {
        output.json(&json!({ "templates": made.iter().map(answer).collect::<Vec<_>>() }));
    } else {
        for one in &made {
            tell(one, output);
        }
    }
    Ok(Exit::Fine)
}

fn answer(made: &Made) -> Value {
    let rows = |(code, filled, kept_out): &(String, usize, usize)| json!({ "collection": code, "rows": filled, "kept_out": kept_out });
    json!({
        "partner": made.partner, "period": made.period, "language": made.language, "template": made.version,
        "reporting_date": made.reporting_date.to_string(), "revision": made.revision,
        "workbook": made.receipt.path, "instead_of": made.receipt.instead_of, "hash": made.receipt.hash,
        "prefilled": made.rows.iter().map(rows).collect::<Vec<_>>(),
    })
}

fn tell(made: &Made, output: &Output) {
    let filled: usize = made.rows.iter().map(|(_, filled, _)| filled).sum();
    let kept_out: usize = made.rows.iter().map(|(_, _, kept_out)| kept_out).sum();
    let rows = match (filled, kept_out) {
        (0, _) => "nothing reported yet".to_owned(),
        (_, 0) => format!("{} reported already", count(filled as u64, "row", "rows")),
        _ => format!("{} reported already, {kept_out} of them not counted", count(filled as u64, "row", "rows")),
    };
    output.line(&format!("{}, {}, in {}: {rows}", bold(&made.partner), made.period, made.language));
    if let Some(wanted) = &made.receipt.instead_of {
        output.line(&format!("{} could not be replaced, it is probably open in Excel", wanted.display()));
    }
    output.line(&format!("→ {}", made.receipt.path.display()));
}
