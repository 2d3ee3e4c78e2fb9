//! What each file of the corpus must come to: see `corpus_ingest.rs`.

use super::corpus_ingest::Case;

pub const CASES: &[Case] = &[];
