//! `manifest.json`: what a bundle holds, with hashes. Its shape is a promise: old bundles must be verified for ever.

use serde::{Deserialize, Serialize};

/// What the file says that it is.
pub const WHAT: &str = "scoreboard bundle";
pub const SCHEMA: u32 = 1;

pub const MANIFEST: &str = "manifest.json";
pub const README: &str = "README.txt";
pub const LEDGER: &str = "ledger.jsonl";
pub const FINDINGS: &str = "findings.json";
pub const DECISIONS: &str = "decisions.json";
pub const INPUTS: &str = "inputs/";
pub const OUTPUTS: &str = "outputs/";
pub const DEFINITIONS: &str = "definitions/";
/// Definitions of earlier runs, by their names in the store.
pub const EARLIER: &str = "definitions-earlier/";
/// What was kept of earlier runs that this one was held against, by hash.
pub const RUNS: &str = "runs/";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub what: String,
    pub schema: u32,
    /// The version of the program that made the run.
    pub program: String,
    pub programme: String,
    pub run: String,
    pub as_of: String,
    pub known_at: Option<String>,
    pub audience: String,
    /// As the outputs print it.
    pub ledger_head: String,
    /// The last entry of the ledger's chain, which is the run's. None where the ledger is not in the bundle.
    pub chain_head: Option<String>,
    /// The name of the definitions of this run.
    pub definitions: Option<String>,
    pub inputs: Vec<Input>,
    pub outputs: Vec<OutputFile>,
    /// Every other file of the bundle, in the order of the alphabet.
    pub files: Vec<Member>,
}

/// A file that was received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    pub path: String,
    /// What it was called.
    pub name: String,
    pub sha256: String,
    pub received: String,
}

/// A file that was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputFile {
    pub path: String,
    pub report: String,
    pub sha256: String,
    /// Whether it is what the run published, byte by byte.
    pub as_published: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    pub path: String,
    pub bytes: u64,
    pub sha256: String,
}
