//! Places outside a project where files come from and go to, as definitions declare them.

use std::path::PathBuf;
use std::time::Duration;

use super::secret::SecretName;

/// A place, and how it is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remote {
    pub place: Place,
    /// It may lie in an inner network.
    pub private: bool,
    /// Of one request.
    pub timeout: Duration,
    /// Of all that is done there at one time.
    pub total: Duration,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Relative paths begin at the project.
    Folder(PathBuf),
    /// One address: of one file, or of a folder that takes files by PUT.
    Url {
        address: Address,
        login: Option<Login>,
    },
    /// A folder, without a slash at its end.
    WebDav {
        url: String,
        login: Option<Login>,
    },
    S3(Bucket),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    Written(String),
    /// The whole of it is a secret, as a link that lets in whoever has it.
    Secret(SecretName),
}

/// Who signs in: with a name and a password; without a name, with a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    pub user: Option<SecretName>,
    pub secret: SecretName,
}

/// A bucket of an object store that speaks as Amazon S3 does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    pub endpoint: String,
    pub region: String,
    pub name: String,
    /// Empty, or with a slash at its end.
    pub prefix: String,
    /// The bucket stands in the path, not in the host's name.
    pub path_style: bool,
    /// The access key's id and the secret.
    pub login: Login,
}

impl Place {
    pub fn login(&self) -> Option<&Login> {
        match self {
            Self::Folder(_) => None,
            Self::Url { login, .. } | Self::WebDav { login, .. } => login.as_ref(),
            Self::S3(bucket) => Some(&bucket.login),
        }
    }

    /// The places of its secrets.
    pub fn secrets(&self) -> impl Iterator<Item = &SecretName> {
        let address = match self {
            Self::Url { address: Address::Secret(name), .. } => Some(name),
            _ => None,
        };
        address.into_iter().chain(self.login().into_iter().flat_map(Login::secrets))
    }
}

impl Login {
    fn secrets(&self) -> impl Iterator<Item = &SecretName> {
        self.user.iter().chain([&self.secret])
    }
}
