//! `scoreboard notify`: people are told what they have to know, each thing once.

use super::attempt::Attempt;
use super::project::Project;
use super::{Progress, Stopped};
use crate::finding::Finding;

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Say what would be sent, and send nothing.
    pub dry_run: bool,
    /// The work that has just ended, whose outcome is told to those who asked for it.
    pub attempt: Option<Attempt>,
}

/// What became of one message.
#[derive(Debug)]
pub struct Notice {
    /// For people: a person, a channel, without secrets.
    pub to: String,
    pub subject: String,
    /// Err: why it was not sent.
    pub result: Result<(), Finding>,
}

/// Sends what is due and was not sent yet. One message that fails does not stop the others.
pub fn run(_: &Project, _: &Options, _: Progress<'_>) -> Result<Vec<Notice>, Stopped> {
    Ok(Vec::new())
}
