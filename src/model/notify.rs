//! Who is told what, and by which way: as definitions say it. Nothing here decides a figure.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::code::ReportCode;
use super::secret::SecretName;

/// Everything that definitions say of telling people.
#[derive(Debug, Clone, Default)]
pub struct Telling {
    pub mail: Option<Mail>,
    pub channels: Vec<Channel>,
    pub reminders: Option<Reminders>,
}

impl Telling {
    pub fn is_empty(&self) -> bool {
        self.channels.is_empty() && self.reminders.is_none()
    }

    /// Every folder that messages are put into, relative to the project.
    pub fn folders(&self) -> impl Iterator<Item = &Path> {
        let outbox = self.mail.iter().filter_map(|mail| match &mail.post {
            Post::Outbox(path) => Some(path.as_path()),
            Post::Server(_) => None,
        });
        outbox.chain(self.channels.iter().filter_map(|channel| match &channel.way {
            Way::Folder(path) => Some(path.as_path()),
            _ => None,
        }))
    }

    /// Every secret that is named.
    pub fn secrets(&self) -> impl Iterator<Item = &SecretName> {
        let server = self.mail.iter().filter_map(|mail| match &mail.post {
            Post::Server(server) => Some(server),
            Post::Outbox(_) => None,
        });
        let signing = server.flat_map(|server| server.user.iter().chain(&server.secret));
        signing.chain(self.channels.iter().flat_map(|channel| channel.way.secrets()))
    }
}

/// How mail leaves.
#[derive(Debug, Clone)]
pub struct Mail {
    /// With or without a name before it: `Monitoring <monitoring@example.eu>`.
    pub from: String,
    pub reply_to: Option<String>,
    /// Attachments of one mail may have so many bytes in all.
    pub attach_bytes: u64,
    pub post: Post,
}

/// Who carries it.
#[derive(Debug, Clone)]
pub enum Post {
    Server(Server),
    /// A folder from which something else takes it: one `.eml` file a mail. Relative paths begin at the project.
    Outbox(PathBuf),
}

/// A server that takes mail.
#[derive(Debug, Clone)]
pub struct Server {
    pub host: String,
    pub port: u16,
    pub security: Security,
    pub user: Option<SecretName>,
    pub secret: Option<SecretName>,
    /// Certificates to trust besides those of the system, as PEM. Relative paths begin at the project.
    pub ca_file: Option<PathBuf>,
    /// For connecting, and for each answer.
    pub timeout: Duration,
}

/// How the line to a mail server is kept secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// From the first byte on.
    Tls,
    /// After the greeting; without it nothing is sent.
    StartTls,
    None,
}

impl Security {
    pub const NAMES: [(&'static str, Self); 3] =
        [("tls", Self::Tls), ("starttls", Self::StartTls), ("none", Self::None)];

    /// The port on which servers expect it.
    pub fn port(self) -> u16 {
        match self {
            Self::Tls => 465,
            Self::StartTls => 587,
            Self::None => 25,
        }
    }
}

/// Somebody who wants to know.
#[derive(Debug, Clone)]
pub struct Channel {
    pub code: String,
    pub way: Way,
    pub on: BTreeSet<Event>,
    /// Endings of the report's files that go along: `xlsx`.
    pub attach: Vec<String>,
    /// Whose figures are told.
    pub report: ReportCode,
    pub language: String,
}

/// By which way a channel is reached.
#[derive(Debug, Clone)]
pub enum Way {
    Mail(Vec<String>),
    /// The address is a secret: whoever knows it may write there.
    Teams(SecretName),
    Slack(SecretName),
    Json {
        address: Address,
        /// Sent as `Authorization: Bearer …`.
        secret: Option<SecretName>,
    },
    /// One JSON file a message. Relative paths begin at the project.
    Folder(PathBuf),
}

impl Way {
    fn secrets(&self) -> Vec<&SecretName> {
        match self {
            Self::Teams(secret) | Self::Slack(secret) => vec![secret],
            Self::Json { address, secret } => {
                let of_address = if let Address::Secret(name) = address { Some(name) } else { None };
                of_address.into_iter().chain(secret).collect()
            }
            Self::Mail(_) | Self::Folder(_) => Vec::new(),
        }
    }
}

/// Where a message is posted to.
#[derive(Debug, Clone)]
pub enum Address {
    Plain(String),
    Secret(SecretName),
}

/// What a channel may want to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Event {
    /// Nothing was published.
    Failure,
    /// Published, but a gate failed, or a source, a delivery or a message did.
    Attention,
    /// The status of an indicator is another than in the run before.
    StatusTurned,
    /// Something new was published.
    Success,
    /// Work was done, whether or not anything was new.
    Always,
    /// The day on which a partner failed to report has passed.
    DeadlineMissed,
    /// Reports are due soon.
    DeadlineNear,
}

impl Event {
    pub const NAMES: [(&'static str, Self); 7] = [
        ("failure", Self::Failure),
        ("attention", Self::Attention),
        ("status_turned", Self::StatusTurned),
        ("success", Self::Success),
        ("always", Self::Always),
        ("deadline_missed", Self::DeadlineMissed),
        ("deadline_near", Self::DeadlineNear),
    ];

    pub fn as_str(self) -> &'static str {
        Self::NAMES.iter().find(|(_, event)| *event == self).map_or("", |(name, _)| name)
    }
}

/// When partners are reminded.
#[derive(Debug, Clone)]
pub struct Reminders {
    /// Days after the day on which a report is due; negative ones lie before it. In their order, each once.
    pub steps: Vec<i64>,
    /// Days after a file came of which something was refused or kept out.
    pub sent_back: Vec<i64>,
    pub attach_template: bool,
    pub cc: Vec<String>,
}
