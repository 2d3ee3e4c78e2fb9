//! A progress bar on a terminal, silence elsewhere.

use std::io::IsTerminal as _;
use std::sync::Mutex;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar that follows the stages of a run.
pub struct Progress {
    bar: Option<Mutex<(ProgressBar, String)>>,
}

impl Progress {
    pub fn new(silent: bool) -> Self {
        if silent || !std::io::stderr().is_terminal() {
            return Self { bar: None };
        }
        let bar = ProgressBar::new(0);
        if let Ok(style) = ProgressStyle::with_template("{msg:<10} {bar:32} {pos}/{len}") {
            bar.set_style(style);
        }
        Self { bar: Some(Mutex::new((bar, String::new()))) }
    }

    /// Called by the stages, from any thread.
    pub fn tell(&self, stage: &str, done: usize, of: usize) {
        let Some(Ok(mut bar)) = self.bar.as_ref().map(Mutex::lock) else { return };
        if bar.1 != stage {
            stage.clone_into(&mut bar.1);
            bar.0.set_message(stage.to_owned());
            bar.0.set_length(of as u64);
        }
        bar.0.set_position(done as u64);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(Ok(bar)) = self.bar.as_ref().map(Mutex::lock) {
            bar.0.finish_and_clear();
        }
    }
}
