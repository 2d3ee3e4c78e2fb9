//! What is fetched, as a pipeline declares it: answers of survey servers, and files of folders and stores.

use std::time::Duration;

use super::code::{PartnerCode, SourceCode, SurveyCode, WaveCode};
use super::place::Remote;
use super::secret::SecretName;

/// The program that serves the survey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SurveyKind {
    Kobo,
    Odk,
    LimeSurvey,
    EuSurvey,
}

impl SurveyKind {
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

/// A survey on a server. It names the places of secrets, never a secret.
#[derive(Debug, Clone)]
pub struct SurveySource {
    pub code: SourceCode,
    pub kind: SurveyKind,
    /// Without a `/` at its end, a question mark or a user name.
    pub url: String,
    /// The survey on that server: an asset's uid, `PROJECT/FORM`, a survey's number, an alias.
    pub form: String,
    /// The token or password.
    pub secret: SecretName,
    /// The user's name.
    pub user: Option<SecretName>,
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

impl SurveySource {
    /// What the answers are called where they are received. No file of an inbox is called so.
    pub fn file_name(&self) -> String {
        let extension = if self.kind == SurveyKind::EuSurvey { "xml" } else { "json" };
        format!("fetch:{}.{extension}", self.code)
    }
}

/// A place that holds files of partners.
#[derive(Debug, Clone)]
pub struct FileSource {
    pub code: SourceCode,
    pub from: Remote,
    /// Patterns of names; none: all files.
    pub files: Vec<String>,
    /// Folders within the place are looked through, too.
    pub subfolders: bool,
    /// What the one file of an address is called.
    pub name: Option<String>,
    /// Everything that lies there is this partner's.
    pub partner: Option<PartnerCode>,
    /// How many files may lie there.
    pub most_files: u32,
    /// Bytes that one fetch brings, at most.
    pub most_bytes: u64,
}

impl FileSource {
    /// What a file is called where it is received: with the source before it, so that equal names stay apart.
    pub fn file_name(&self, name: &str) -> String {
        format!("fetch:{}/{name}", self.code)
    }

    /// Whether a received file of this name came from here.
    pub fn holds(&self, received: &str) -> bool {
        received
            .strip_prefix("fetch:")
            .and_then(|rest| rest.split_once('/'))
            .is_some_and(|(code, _)| code == self.code.as_str())
    }
}

/// How what a source gives comes, as the ledger says it.
pub fn channel(source: &SourceCode) -> String {
    format!("fetch:{source}")
}

/// A `[[source]]`.
#[derive(Debug, Clone)]
pub enum Source {
    Survey(SurveySource),
    Files(FileSource),
}

impl Source {
    pub fn code(&self) -> &SourceCode {
        match self {
            Self::Survey(survey) => &survey.code,
            Self::Files(files) => &files.code,
        }
    }

    /// The places of its secrets.
    pub fn secrets(&self) -> Vec<&SecretName> {
        match self {
            Self::Survey(survey) => survey.user.iter().chain([&survey.secret]).collect(),
            Self::Files(files) => files.from.place.secrets().collect(),
        }
    }
}
