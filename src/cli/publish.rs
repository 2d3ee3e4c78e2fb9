//! `scoreboard publish`.

use serde_json::{Value, json};

use super::Exit;
use super::args::Publish;
use super::output::{Output, bold, findings_json};
use super::progress::Progress;
use crate::app::Stopped;
use crate::app::project::Project;
use crate::app::publish::{Delivery, Options, run};

pub fn main(args: &Publish, output: &Output) -> Result<Exit, Stopped> {
    let project = Project::open(&args.common.project)?;
    let progress = Progress::new(output.is_json());
    let options = Options { dry_run: args.dry_run, again: args.again };
    let deliveries = run(&project, &options, &|stage, done, of| progress.tell(stage, done, of))?;
    drop(progress);
    let failed = deliveries.iter().filter(|delivery| delivery.result.is_err()).count();
    if output.is_json() {
        output.json(&json!({
            "dry_run": args.dry_run, "failed": failed, "deliveries": deliveries.iter().map(answer).collect::<Vec<_>>(),
        }));
    } else if deliveries.is_empty() {
        output.line("Nothing to deliver: no report declares a destination, or nothing was published yet.");
    } else {
        for delivery in &deliveries {
            tell(delivery, args.dry_run, output);
        }
    }
    Ok(match failed {
        0 => Exit::Fine,
        _ if failed < deliveries.len() => Exit::Attention,
        _ => Exit::Stopped,
    })
}

fn answer(delivery: &Delivery) -> Value {
    let mut answer = json!({
        "destination": delivery.destination, "output": delivery.output, "audience": delivery.audience.as_str(),
    });
    match &delivery.result {
        Ok(receipt) => {
            answer["place"] = json!(receipt.place);
            answer["sent"] = json!(receipt.sent);
        }
        Err(finding) => answer["findings"] = json!(findings_json(std::slice::from_ref(finding))),
    }
    answer
}

fn tell(delivery: &Delivery, dry_run: bool, output: &Output) {
    let (to, audience) = (bold(&delivery.destination), delivery.audience.as_str());
    let what = &delivery.output;
    match &delivery.result {
        Ok(receipt) => {
            let became = match (dry_run, receipt.sent) {
                (true, true) => "would be delivered".to_owned(),
                (_, false) => "there already".to_owned(),
                (false, true) => format!("delivered to {}", receipt.place),
            };
            output.line(&format!("{to}: {what} ({audience}) {became}"));
        }
        Err(finding) => {
            output.line(&format!("{to}: {what} ({audience}) not delivered"));
            output.list(std::slice::from_ref(finding));
        }
    }
}
