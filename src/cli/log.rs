//! The log of work that is done by itself: lines for people on a terminal, JSON otherwise. Other commands have none.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

use super::args::LogForm;

/// The environment variable with the level: `error`, `warn`, `info`, `debug`, or as the filters of tracing have it.
const LEVEL: &str = "SCOREBOARD_LOG";

/// From now on what is done is told on standard error.
pub fn start(form: Option<LogForm>) {
    let terminal = std::io::stderr().is_terminal();
    let form = form.unwrap_or(if terminal { LogForm::Human } else { LogForm::Json });
    // Libraries may say what they are asked to say: addresses with names, for one.
    let level = std::env::var(LEVEL).ok().filter(|text| !text.trim().is_empty());
    let filter = level.and_then(|level| {
        let ours = level.chars().all(char::is_alphanumeric);
        EnvFilter::try_new(if ours { format!("off,scoreboard={level}") } else { level }).ok()
    });
    let filter = filter.unwrap_or_else(|| EnvFilter::new("off,scoreboard=info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_timer(OurClock);
    // A second start in one process would be a fault of ours, and no reason to stop.
    let _ = match form {
        LogForm::Human => builder.with_ansi(terminal).with_target(false).try_init(),
        LogForm::Json => builder.json().flatten_event(true).with_current_span(false).try_init(),
    };
}

/// Lines bear the hour by which the work is done.
struct OurClock;

impl tracing_subscriber::fmt::time::FormatTime for OurClock {
    fn format_time(&self, writer: &mut tracing_subscriber::fmt::format::Writer<'_>) -> std::fmt::Result {
        write!(writer, "{}", crate::schedule::now().format("%Y-%m-%dT%H:%M:%SZ"))
    }
}
