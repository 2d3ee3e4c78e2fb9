//! `scoreboard publish`: the outputs of the last run, delivered to the destinations that their reports declare.

use super::project::Project;
use super::{Progress, Stopped};
use crate::finding::Finding;

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Say what would be delivered, and deliver nothing.
    pub dry_run: bool,
}

/// What became of one output at one destination.
#[derive(Debug)]
pub struct Delivery {
    /// The destination's code.
    pub destination: String,
    pub output: String,
    /// Where it lies now; Err: why it does not. Without a change since the last delivery nothing is sent.
    pub result: Result<Receipt, Finding>,
}

/// What the receiver said.
#[derive(Debug)]
pub struct Receipt {
    /// For people: a path or an address, without secrets.
    pub place: String,
    /// False where the same bytes lay there already.
    pub sent: bool,
}

/// Delivers what was not delivered yet. One destination that fails does not stop the others.
pub fn run(_: &Project, _: &Options, _: Progress<'_>) -> Result<Vec<Delivery>, Stopped> {
    Ok(Vec::new())
}
