//! Where a secret stands: definitions name the place, never the secret.

use std::fmt;
use std::path::PathBuf;

/// The place of a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretName {
    /// An environment variable.
    Variable(String),
    /// A file with one line. Relative paths begin at the project.
    File(PathBuf),
}

impl fmt::Display for SecretName {
    /// For people: which place is meant.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => write!(f, "the environment variable {name}"),
            Self::File(path) => write!(f, "the file {}", path.display()),
        }
    }
}
