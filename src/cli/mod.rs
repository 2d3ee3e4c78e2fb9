//! The command line: one file a command, exit codes, terminal output. The only module that prints.

mod across;
mod answer;
mod args;
mod bundle;
mod catalogue;
mod changes;
mod check;
mod close;
mod diff;
mod explain;
mod export;
mod fetch;
mod ingest;
mod init;
mod layout;
mod log;
mod notify;
mod organisations;
mod output;
mod progress;
mod publish;
mod run;
mod runs;
mod schedule;
mod standing;
mod status;
mod template;
mod trace;
mod verify;

use std::process::ExitCode;

use clap::Parser as _;

use crate::app::Stopped;
use crate::ingest::serve;
use args::{Command, Format};
use output::Output;

/// Exit codes, as supervisors and scripts read them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exit {
    /// Published, or all in order.
    Fine = 0,
    /// Published, but a gate failed, or there are errors and `--strict` asks about them; `check` found errors.
    Attention = 1,
    /// Could not run; nothing was published.
    Stopped = 2,
}

/// Parses the arguments and runs the command.
pub fn main() -> ExitCode {
    let arguments = match args::Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are no mistakes.
            let mistake = error.use_stderr();
            let _ = error.print();
            return ExitCode::from(if mistake { Exit::Stopped as u8 } else { Exit::Fine as u8 });
        }
    };
    let output = Output::new(arguments.format());
    let result = match &arguments.command {
        Command::Init(init) => init::main(init, &output),
        Command::Run(run) => run::main(run, &output),
        Command::Check(check) => check::main(check, &output),
        Command::Ingest(ingest) => ingest::main(ingest, &output),
        Command::Answer(answer) => answer::main(answer, &output),
        Command::Fetch(fetch) => fetch::main(fetch, &output),
        Command::Publish(publish) => publish::main(publish, &output),
        Command::Layout(layout) => layout::main(layout, &output),
        Command::Close(close) => close::main(close, &output),
        Command::Diff(diff) => diff::main(diff, &output),
        Command::Explain(explain) => explain::main(explain, &output),
        Command::Organisations(organisations) => organisations::main(organisations, &output),
        Command::Catalogue(catalogue) => catalogue::main(catalogue, &output),
        Command::Export(export) => export::main(export, &output),
        Command::Runs(runs) => runs::main(runs, &output),
        Command::Notify(notify) => notify::main(notify, &output),
        Command::Status(status) => status::main(status, &output),
        Command::Trace(trace) => trace::main(trace, &output),
        Command::Template(template) => template::main(template, &output),
        Command::Bundle(bundle) => bundle::main(bundle, &output),
        Command::Schedule(schedule) => schedule::main(schedule, &output),
        Command::Verify(verify) => verify::main(verify, &output),
        Command::Across(across) => across::main(across, &output),
        // A worker whose parent is gone has nobody to tell.
        Command::ReadFiles(bounds) => {
            Ok(serve(bounds.memory, &crate::app::answer::mark).map_or(Exit::Stopped, |()| Exit::Fine))
        }
    };
    let exit = result.unwrap_or_else(|Stopped(findings)| {
        if arguments.format() == Format::Json {
            output.json(&serde_json::json!({ "stopped": true, "findings": output::findings_json(&findings) }));
        } else {
            output.findings(&findings);
        }
        Exit::Stopped
    });
    ExitCode::from(exit as u8)
}
