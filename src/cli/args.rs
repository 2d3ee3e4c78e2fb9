//! What can be typed. Parsing has no effects.

use std::net::SocketAddr;
use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::app::known::KnownAt;
use crate::ingest::WORKER_COMMAND;
use crate::model::audience::Audience;

/// Partner workbooks and survey answers in, a traced scoreboard workbook out.
#[derive(Debug, Parser)]
#[command(name = "scoreboard", version, arg_required_else_help = true, max_term_width = 100)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start a project folder that runs at once: a small one, or like one of the examples
    Init(InitArgs),
    /// Read what is new in the inbox, compute every figure, publish the scoreboard
    Run(Run),
    /// Check the definitions and run every indicator's worked examples
    Check(Check),
    /// Read what is new in the inbox into the store, and say what was found
    Ingest(Ingest),
    /// Answer partners: verdict, findings cell by cell, what changed, and their workbook with the cells marked
    Answer(AnswerArgs),
    /// Fetch survey answers and partners' files from the declared sources into the store
    Fetch(Fetch),
    /// Deliver the scoreboards of the last run to the destinations that the reports declare
    Publish(Publish),
    /// Look at a workbook that is not declared, and propose a declaration
    Layout(LayoutArgs),
    /// Close a period: what was published for it stands, later changes appear in the next one
    Close(CloseArgs),
    /// Show which figures moved between two runs, and why, with the amount due to each cause
    Diff(DiffArgs),
    /// Explain an indicator's figure, or what a finding means
    Explain(Explain),
    /// Show the standard indicators that definitions use by name
    Catalogue(CatalogueArgs),
    /// Trace a figure to the cells that it came from, with the numbers put in
    Trace(TraceArgs),
    /// Show which organisations may be one, with the reasons, and how many each two partners share
    Organisations(OrganisationsArgs),
    /// Write a report in the form that another system reads, or send it to DHIS2
    Export(Export),
    /// List runs: when, what set them off, inputs and outputs, how long they took, what came of them
    Runs(RunsArgs),
    /// Show who has reported what, for which period
    Status(StatusArgs),
    /// Tell people what is due: reminders to partners, news to those who run the programme, each once
    Notify(NotifyArgs),
    /// Write the workbook that a partner fills in, with what it has reported already
    Template(TemplateArgs),
    /// Put a run into one zip for the evaluator: inputs, definitions, ledger, findings, outputs, all with hashes
    Bundle(BundleArgs),
    /// Do what the declared schedules say, at their hours, until it is stopped
    Schedule(ScheduleArgs),
    /// Put several programmes side by side: figures of one kind, sums where they add up, organisations counted once
    Across(AcrossArgs),
    /// Verify the store; or compute a bundle again, and say whether every figure agrees
    Verify(VerifyArgs),
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
pub struct InitArgs {
    /// The folder to make: one that does not exist yet, or an empty one
    #[arg(value_name = "DIR", required_unless_present = "list")]
    pub folder: Option<PathBuf>,
    /// A copy of this example, such as rocket
    #[arg(long, value_name = "NAME", conflicts_with_all = ["title", "start", "end", "partners"])]
    pub like: Option<String>,
    /// List the examples, make nothing
    #[arg(long, conflicts_with_all = ["folder", "like", "title", "start", "end", "partners"])]
    pub list: bool,
    /// The programme's title [default: made of the folder's name]
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// Its first day [default: the first of the quarter half a year ago]
    #[arg(long, value_name = "DAY")]
    pub start: Option<NaiveDate>,
    /// Its last day [default: two years after the first]
    #[arg(long, value_name = "DAY")]
    pub end: Option<NaiveDate>,
    /// A partner and its country, such as "City Museum:BE"; again for each [default: two made up ones]
    #[arg(long = "partner", value_name = "NAME:COUNTRY")]
    pub partners: Vec<String>,
    /// How to answer
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

#[derive(Debug, Args)]
pub struct CatalogueArgs {
    /// A name, an EU code such as RCO87, or words in English, German, French, Dutch or Lithuanian [default: all]
    #[arg(value_name = "SEARCH")]
    pub search: Vec<String>,
    /// How to answer
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

#[derive(Debug, Args)]
#[allow(clippy::struct_field_names, reason = "--dry-run is what people type")]
pub struct Run {
    #[command(flatten)]
    pub common: Common,
    /// The day of the scoreboard: rows dated later are not looked at [default: as declared, else today]
    #[arg(long, value_name = "DAY")]
    pub as_of: Option<NaiveDate>,
    /// Only what had been received by then: a day (all of it) or an instant such as 2016-05-31T18:00:00+02:00
    /// [default: all]
    #[arg(long, value_name = "INSTANT")]
    pub known_at: Option<KnownAt>,
    /// Where the scoreboards go, instead of the project's folder for them: for a look at another day
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Say what would be found and what would change; receive nothing and publish nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Exit with 1 if anything was refused or kept out
    #[arg(long)]
    pub strict: bool,
}

#[derive(Debug, Args)]
pub struct NotifyArgs {
    #[command(flatten)]
    pub common: Common,
    /// Show what would be sent, and what comes next; send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Send once more what may not have arrived, by its key
    #[arg(long, value_name = "KEY", conflicts_with = "dry_run")]
    pub again: Option<String>,
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
pub struct AnswerArgs {
    /// Files of the inbox by name, or paths of files to look at without receiving them [default: every file that counts
    /// or was refused]
    #[arg(value_name = "FILE")]
    pub files: Vec<String>,
    #[command(flatten)]
    pub common: Common,
    /// Only what this partner sent
    #[arg(long, value_name = "CODE")]
    pub partner: Option<String>,
    /// Where the marked workbooks go [default: answers in the project's folder for scoreboards]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Say it only, write no workbook
    #[arg(long)]
    pub no_workbook: bool,
    /// Exit with 1 if there are errors
    #[arg(long)]
    pub strict: bool,
}

#[derive(Debug, Args)]
pub struct Fetch {
    /// Sources, by code [default: all that are declared]
    #[arg(value_name = "SOURCE")]
    pub sources: Vec<String>,
    #[command(flatten)]
    pub common: Common,
    /// Fetch and compare, but write nothing
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Args)]
pub struct Publish {
    #[command(flatten)]
    pub common: Common,
    /// Say what would be delivered, and deliver nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Deliver what was delivered already, too, and replace what somebody else put in its place
    #[arg(long)]
    pub again: bool,
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
pub struct CloseArgs {
    /// The period, such as P3 or 2016-Q2
    #[arg(value_name = "PERIOD")]
    pub period: String,
    #[command(flatten)]
    pub common: Common,
    /// Why, for whoever reads the ledger
    #[arg(long, value_name = "TEXT")]
    pub because: Option<String>,
    /// Who closes it
    #[arg(long, value_name = "NAME")]
    pub who: Option<String>,
}

#[derive(Debug, Args)]
pub struct DiffArgs {
    /// The earlier run: its code, a beginning of it, last or previous
    #[arg(value_name = "RUN")]
    pub earlier: String,
    /// The later run [default: what a run would give now]
    #[arg(value_name = "RUN")]
    pub later: Option<String>,
    #[command(flatten)]
    pub common: Common,
    /// The day of the scoreboard, where it is held against what a run would give now
    #[arg(long, value_name = "DAY", conflicts_with = "later")]
    pub as_of: Option<NaiveDate>,
}

#[derive(Debug, Args)]
pub struct OrganisationsArgs {
    #[command(flatten)]
    pub common: Common,
    /// The day of the scoreboard
    #[arg(long, value_name = "DAY")]
    pub as_of: Option<NaiveDate>,
    /// Add the pairs to decisions.toml, as comments to fill in; nothing that stands there changes
    #[arg(long)]
    pub propose: bool,
    /// Also show how many organisations each two partners report
    #[arg(long, conflicts_with = "propose")]
    pub matrix: bool,
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
    /// Only what had been received by then: a day (all of it) or an instant such as 2016-05-31T18:00:00+02:00
    /// [default: all]
    #[arg(long, value_name = "INSTANT")]
    pub known_at: Option<KnownAt>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportForm {
    /// Figures and the rows behind them, for spreadsheets
    Csv,
    /// The same as Parquet, exact
    Parquet,
    /// Results of the International Aid Transparency Initiative, version 2.03
    Iati,
    /// Data values of a DHIS2 server
    Dhis2,
    /// The EU's common indicators by year
    EuTable,
}

#[derive(Debug, Args)]
pub struct Export {
    /// The form
    #[arg(value_enum, value_name = "FORM")]
    pub form: ExportForm,
    #[command(flatten)]
    pub common: Common,
    /// The report, by code [default: the first that declares this form, else the first internal one]
    #[arg(long, value_name = "CODE")]
    pub report: Option<String>,
    /// The day of the scoreboard
    #[arg(long, value_name = "DAY")]
    pub as_of: Option<NaiveDate>,
    /// Where the files go [default: the project's folder for scoreboards]
    #[arg(long, value_name = "DIR")]
    pub to: Option<PathBuf>,
    /// Send it to the DHIS2 server that the report declares
    #[arg(long)]
    pub send: bool,
    /// With --send: the server checks the values and keeps nothing
    #[arg(long, requires = "send")]
    pub dry_run: bool,
    /// Exit with 1 if a figure does not fit
    #[arg(long)]
    pub strict: bool,
}

#[derive(Debug, Args)]
pub struct TraceArgs {
    /// An indicator's code
    pub code: String,
    #[command(flatten)]
    pub common: Common,
    /// One line of a breakdown, such as market=usa or partner=litek; given again, what several have in common
    #[arg(long, value_name = "FIELD=VALUE", value_parser = field_and_value)]
    pub by: Vec<(String, String)>,
    /// The day of the scoreboard
    #[arg(long, value_name = "DAY")]
    pub as_of: Option<NaiveDate>,
    /// Only what had been received by then: a day (all of it) or an instant such as 2016-05-31T18:00:00+02:00
    /// [default: all]
    #[arg(long, value_name = "INSTANT")]
    pub known_at: Option<KnownAt>,
    /// The figure as a run of the past had it: its code, a beginning of it, last or previous
    #[arg(long, value_name = "RUN", conflicts_with_all = ["as_of", "known_at"])]
    pub run: Option<String>,
    /// For whom: funder and public see counts and hashes, but no row
    #[arg(long, value_parser = audience, default_value = "internal")]
    pub audience: Audience,
    /// Every row and answer, however many
    #[arg(long)]
    pub all: bool,
}

fn field_and_value(text: &str) -> Result<(String, String), String> {
    let (field, value) = text.split_once('=').ok_or("write FIELD=VALUE, such as partner=litek")?;
    Ok((field.trim().to_owned(), value.trim().to_owned()))
}

fn audience(text: &str) -> Result<Audience, String> {
    let found = Audience::NAMES.iter().find(|(name, _)| *name == text);
    let names = || Audience::NAMES.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    found.map(|(_, audience)| *audience).ok_or_else(|| format!("one of {}", names()))
}

#[derive(Debug, Args)]
pub struct RunsArgs {
    /// One of them: its number in the list, its run's code, the beginning of it, `last` or `previous` [default: all]
    #[arg(value_name = "RUN")]
    pub run: Option<String>,
    #[command(flatten)]
    pub common: Common,
    /// Only so many, the newest [default: 20; all with --format json]
    #[arg(long, value_name = "N", conflicts_with = "run")]
    pub last: Option<usize>,
}

#[derive(Debug, Args)]
pub struct StatusArgs {
    #[command(flatten)]
    pub common: Common,
    /// The day by which reports are due
    #[arg(long, value_name = "DAY")]
    pub as_of: Option<NaiveDate>,
    /// Only what had been received by then: a day (all of it) or an instant such as 2016-05-31T18:00:00+02:00
    /// [default: all]
    #[arg(long, value_name = "INSTANT")]
    pub known_at: Option<KnownAt>,
    /// Only what is late, was sent back, or may not have arrived
    #[arg(long)]
    pub late: bool,
    /// Only of this partner
    #[arg(long, value_name = "CODE")]
    pub partner: Option<String>,
    /// Only of this collection
    #[arg(long, value_name = "CODE")]
    pub collection: Option<String>,
    /// Only reports for this period, such as P3 or 2016-Q2
    #[arg(long, value_name = "PERIOD")]
    pub period: Option<String>,
    /// Exit with 1 if something is older than `fail_after_days` of `[[freshness]]` allows
    #[arg(long)]
    pub check: bool,
}

#[derive(Debug, Args)]
#[group(id = "whose", required = true, multiple = false, args = ["partner", "all"])]
pub struct TemplateArgs {
    #[command(flatten)]
    pub common: Common,
    /// For the partner with this code
    #[arg(long, value_name = "CODE")]
    pub partner: Option<String>,
    /// For every partner
    #[arg(long)]
    pub all: bool,
    /// The period to report, such as P3 or 2016-Q2 [default: the latest that has ended by today, else the first]
    #[arg(long, value_name = "PERIOD")]
    pub period: Option<String>,
    /// Where the workbooks go [default: `templates` of `[folders]`, which is data/templates]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// The language of the workbooks, such as fr [default: that of each partner]
    #[arg(long, value_name = "LANGUAGE")]
    pub language: Option<String>,
}

#[derive(Debug, Args)]
pub struct BundleArgs {
    /// The run: its code, the beginning of it, `last` or `previous`
    #[arg(value_name = "RUN", default_value = "last")]
    pub run: String,
    #[command(flatten)]
    pub common: Common,
    /// The zip to write [default: in `bundles` of the project's folder for scoreboards]
    #[arg(long, value_name = "FILE")]
    pub to: Option<PathBuf>,
    /// For whom: without inputs, definitions and ledger for others than the programme itself
    #[arg(long, value_enum, default_value_t = For::Internal)]
    pub audience: For,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum For {
    Internal,
    Funder,
    Public,
}

impl From<For> for Audience {
    fn from(audience: For) -> Self {
        match audience {
            For::Internal => Self::Internal,
            For::Funder => Self::Funder,
            For::Public => Self::Public,
        }
    }
}

#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// A bundle, which needs no project [default: the project's store]
    #[arg(value_name = "BUNDLE")]
    pub bundle: Option<PathBuf>,
    #[command(flatten)]
    pub common: Common,
    /// Also look for this head of the ledger, as an output prints it; its first 12 digits will do
    #[arg(long, value_name = "HASH")]
    pub head: Option<String>,
    /// Also hold this workbook, page or JSON file against the store: its head, its run, its bytes, all computed again
    #[arg(long, value_name = "FILE", conflicts_with = "bundle")]
    pub output: Option<PathBuf>,
    /// Read every file again under the definitions of every run, not only of the last one and of today
    #[arg(long, conflicts_with = "bundle")]
    pub deep: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogForm {
    /// Lines for people
    Human,
    /// One JSON object a line
    Json,
}

#[derive(Debug, Args)]
#[group(id = "what", multiple = false, args = ["once", "list", "now"])]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct ScheduleArgs {
    #[command(flatten)]
    pub common: Common,
    /// Do what is due now, then end: for cron, systemd timers and the Windows Task Scheduler
    #[arg(long)]
    pub once: bool,
    /// Show when each schedule is due next, and what came of it last
    #[arg(long)]
    pub list: bool,
    /// Do the work of this schedule now, whatever the hour, then end
    #[arg(long, value_name = "CODE")]
    pub now: Option<String>,
    /// Stand by while another scheduler works on this store, and take over when it ends
    #[arg(long, conflicts_with = "what")]
    pub wait: bool,
    /// Tell health and metrics here, such as 127.0.0.1:9464: /healthz, /readyz, /metrics [default: nowhere]
    #[arg(long, value_name = "ADDRESS", conflicts_with = "what")]
    pub listen: Option<SocketAddr>,
    /// Let --listen take an address that other machines can reach: nobody is asked for a password there
    #[arg(long, requires = "listen")]
    pub listen_anywhere: bool,
    /// How the log on standard error is written [default: human on a terminal, else json]
    #[arg(long, value_enum)]
    pub log: Option<LogForm>,
}

#[derive(Debug, Args)]
pub struct AcrossArgs {
    /// Project folders; or one file that lists them and says what belongs together: see docs/across.md
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    /// Where the report goes: a workbook, a page where the name ends in .html, or JSON where it ends in .json [default:
    /// across.xlsx]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Whom it is for: each programme is told as its own report for that audience tells it [default: as the file says,
    /// else internal]
    #[arg(long, value_enum)]
    pub audience: Option<For>,
    /// The day of every scoreboard [default: as each programme declares, else today]
    #[arg(long, value_name = "DAY")]
    pub as_of: Option<NaiveDate>,
    /// Write no report: write the undecided pairs of organisations of two programmes as comments for the file of decisions
    #[arg(long)]
    pub propose: bool,
    /// How to answer
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

#[derive(Debug, Args)]
pub struct ReadFiles {
    /// What the process may allocate, in bytes
    pub memory: u64,
}

impl Arguments {
    pub fn format(&self) -> Format {
        match &self.command {
            Command::Init(init) => init.format,
            Command::Run(run) => run.common.format,
            Command::Check(check) => check.common.format,
            Command::Ingest(ingest) => ingest.common.format,
            Command::Answer(answer) => answer.common.format,
            Command::Fetch(fetch) => fetch.common.format,
            Command::Publish(publish) => publish.common.format,
            Command::Layout(layout) => layout.common.format,
            Command::Close(close) => close.common.format,
            Command::Diff(diff) => diff.common.format,
            Command::Explain(explain) => explain.common.format,
            Command::Catalogue(catalogue) => catalogue.format,
            Command::Trace(trace) => trace.common.format,
            Command::Organisations(organisations) => organisations.common.format,
            Command::Export(export) => export.common.format,
            Command::Runs(runs) => runs.common.format,
            Command::Status(status) => status.common.format,
            Command::Notify(notify) => notify.common.format,
            Command::Template(template) => template.common.format,
            Command::Bundle(bundle) => bundle.common.format,
            Command::Schedule(schedule) => schedule.common.format,
            Command::Verify(verify) => verify.common.format,
            Command::Across(across) => across.format,
            Command::ReadFiles(_) => Format::Human,
        }
    }
}
