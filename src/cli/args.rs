//! What can be typed. Parsing has no effects.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::ingest::WORKER_COMMAND;

/// Partner workbooks and survey answers in, a traced scoreboard workbook out.
#[derive(Debug, Parser)]
#[command(name = "scoreboard", version, arg_required_else_help = true, max_term_width = 100)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read what is new in the inbox, compute every figure, publish the scoreboard
    Run(Run),
    /// Check the definitions and run every indicator's worked examples
    Check(Check),
    /// Read what is new in the inbox into the store, and say what was found
    Ingest(Ingest),
    /// Look at a workbook that is not declared, and propose a declaration
    Layout(LayoutArgs),
    /// Explain an indicator's figure, or what a finding means
    Explain(Explain),
    /// Show who has reported what, for which period
    Status(StatusArgs),
    /// Read files for another process of this program: a worker
    #[command(name = WORKER_COMMAND, hide = true)]
    ReadFiles(ReadFiles),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Human,
    /// For machines: one JSON object on standard output
    Json,
}

#[derive(Debug, Args)]
pub struct Common {
    /// The project folder: the one that holds scoreboard.toml
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub project: PathBuf,
    /// How to answer
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

#[derive(Debug, Args)]
pub struct Run {
    #[command(flatten)]
    pub common: Common,
    /// The day of the scoreboard: rows dated later are not looked at [default: as declared, else today]
    #[arg(long, value_name = "DAY")]
    pub as_of: Option<NaiveDate>,
    /// Exit with 1 if anything was refused or kept out
    #[arg(long)]
    pub strict: bool,
}

#[derive(Debug, Args)]
pub struct Check {
    #[command(flatten)]
    pub common: Common,
}

#[derive(Debug, Args)]
pub struct Ingest {
    #[command(flatten)]
    pub common: Common,
    /// Tell each partner's findings in that partner's language, where there is a translation (de, fr, nl, lt)
    #[arg(long)]
    pub partner_language: bool,
    /// Exit with 1 if anything was refused or kept out
    #[arg(long)]
    pub strict: bool,
}

#[derive(Debug, Args)]
pub struct LayoutArgs {
    /// The workbook or csv
    pub file: PathBuf,
    #[command(flatten)]
    pub common: Common,
    /// Look at this sheet only, hidden or not
    #[arg(long, value_name = "NAME")]
    pub sheet: Option<String>,
}

#[derive(Debug, Args)]
pub struct Explain {
    /// An indicator's code, or the id of a finding such as number-ambiguous
    pub code: String,
    #[command(flatten)]
    pub common: Common,
    /// The day of the scoreboard
    #[arg(long, value_name = "DAY")]
    pub as_of: Option<NaiveDate>,
}

#[derive(Debug, Args)]
pub struct StatusArgs {
    #[command(flatten)]
    pub common: Common,
    /// The day by which reports are due
    #[arg(long, value_name = "DAY")]
    pub as_of: Option<NaiveDate>,
}

#[derive(Debug, Args)]
pub struct ReadFiles {
    /// What the process may allocate, in bytes
    pub memory: u64,
}

impl Arguments {
    pub fn format(&self) -> Format {
        match &self.command {
            Command::Run(run) => run.common.format,
            Command::Check(check) => check.common.format,
            Command::Ingest(ingest) => ingest.common.format,
            Command::Layout(layout) => layout.common.format,
            Command::Explain(explain) => explain.common.format,
            Command::Status(status) => status.common.format,
            Command::ReadFiles(_) => Format::Human,
        }
    }
}
