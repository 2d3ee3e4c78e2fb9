//! A survey server that answers are fetched from, as a pipeline declares it.

use std::time::Duration;

use super::code::{SourceCode, SurveyCode, WaveCode};

/// The program that serves the survey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceKind {
    Kobo,
    Odk,
    LimeSurvey,
    EuSurvey,
}

impl SourceKind {
    pub const ALL: [(&'static str, Self); 4] =
        [("kobo", Self::Kobo), ("odk", Self::Odk), ("limesurvey", Self::LimeSurvey), ("eusurvey", Self::EuSurvey)];

    /// Most answers that may be asked for at once; None where the server gives all in one file.
    pub fn largest_page(self) -> Option<u32> {
        match self {
            Self::Kobo => Some(1_000),
            Self::Odk | Self::LimeSurvey => Some(10_000),
            Self::EuSurvey => None,
        }
    }

    /// Whether one signs in with a name besides the secret.
    pub fn needs_user(self) -> bool {
        self != Self::Kobo
    }
}

/// Which responses of a `LimeSurvey` are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completion {
    /// Those that were submitted.
    Complete,
    /// Those that were begun, too.
    All,
}

/// A `[[source]]`. It names the environment variables that hold secrets, never a secret.
#[derive(Debug, Clone)]
pub struct Source {
    pub code: SourceCode,
    pub kind: SourceKind,
    /// Without a `/` at its end, a question mark or a user name.
    pub url: String,
    /// The survey on that server: an asset's uid, `PROJECT/FORM`, a survey's number, an alias.
    pub form: String,
    /// The environment variable with the token or password.
    pub secret: String,
    /// The environment variable with the user's name.
    pub user: Option<String>,
    pub survey: SurveyCode,
    pub wave: WaveCode,
    pub page: u32,
    pub completion: Completion,
    /// What stands for a question that was never shown, where the server tells.
    pub not_asked: Option<String>,
    /// Of one request.
    pub timeout: Duration,
    /// Of the whole fetch.
    pub total: Duration,
}

impl Source {
    /// What the answers are called where they are received. No file of an inbox is called so.
    pub fn file_name(&self) -> String {
        let extension = if self.kind == SourceKind::EuSurvey { "xml" } else { "json" };
        format!("fetch:{}.{extension}", self.code)
    }

    /// How they come, as the ledger says it.
    pub fn channel(&self) -> String {
        format!("fetch:{}", self.code)
    }
}
