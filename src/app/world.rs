//! The world as requests see it: the clock, chance, and secrets by the names of variables and files.

use std::hash::{BuildHasher as _, RandomState};
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::Progress;
use super::project::Project;
use crate::clock::{self, Stopwatch};
use crate::define::Catalog;
use crate::finding::{Finding, Place, rules};
use crate::http::guard::Guard;
use crate::http::{Access, Credentials, Secret, Surroundings};
use crate::model::place::{Address, Place as Spot, Remote};
use crate::model::secret::SecretName;

/// A user's name and a secret. `place` is what they are for; files are looked for in the project's folder.
///
/// # Errors
/// When one is not there.
pub fn credentials(
    root: &Path,
    place: &Place,
    user: Option<&SecretName>,
    secret: &SecretName,
) -> Result<Credentials, Box<Finding>> {
    Ok(Credentials {
        user: user.map(|user| self::secret(root, place, user)).transpose()?,
        secret: self::secret(root, place, secret)?,
    })
}

/// The secret that stands in a place.
///
/// # Errors
/// When there is none.
pub fn secret(root: &Path, place: &Place, name: &SecretName) -> Result<Secret, Box<Finding>> {
    let text = match name {
        SecretName::Variable(name) => std::env::var(name).ok(),
        SecretName::File(path) => std::fs::read_to_string(root.join(path)).ok(),
    };
    text.and_then(|text| Secret::new(&text)).ok_or_else(|| {
        let why = match name {
            SecretName::Variable(_) => "is not set, or is not one line of text",
            SecretName::File(_) => "cannot be read, or is not one line of text",
        };
        let finding = Finding::error(&rules::SECRET_MISSING, place.clone(), format!("{name} {why}"));
        Box::new(finding.help(rules::SECRET_MISSING.fix))
    })
}

/// What it takes to reach a place.
///
/// # Errors
/// When a secret is not there.
pub fn access(project: &Project, place: &Place, remote: &Remote) -> Result<Access, Box<Finding>> {
    let root = &project.root;
    let login = remote.place.login();
    let login = login.map(|login| credentials(root, place, login.user.as_ref(), &login.secret)).transpose()?;
    let address = match &remote.place {
        Spot::Url { address: Address::Secret(name), .. } => Some(secret(root, place, name)?),
        _ => None,
    };
    Ok(Access { login, address, guard: Guard { private: remote.private, lists: hosts(&project.catalog) } })
}

/// Narrows what definitions allow on this machine: hosts, with commas between.
const HOSTS: &str = "SCOREBOARD_HOSTS";

/// The lists of hosts that may be reached: that of the definitions, and that of this machine.
fn hosts(catalog: &Catalog) -> Vec<Vec<String>> {
    let own = std::env::var(HOSTS).unwrap_or_default();
    let own = own.split(',').map(str::trim).filter(|host| !host.is_empty()).map(str::to_owned).collect();
    vec![catalog.programme.hosts.clone(), own]
}

/// Whether this machine lets a server be asked that definitions name.
///
/// # Errors
/// Why not.
pub fn permitted(catalog: &Catalog, place: &Place, url: &str) -> Result<(), Box<Finding>> {
    Guard { private: true, lists: hosts(catalog) }.permits(url).map_err(|refused| {
        Box::new(Finding::error(&rules::HOST_REFUSED, place.clone(), refused.to_string()).help(rules::HOST_REFUSED.fix))
    })
}

/// Files with secrets that lie in the project where everybody on this machine can read them.
pub fn exposed(root: &Path, catalog: &Catalog) -> Vec<Finding> {
    let files = catalog.secrets().filter_map(|name| match name {
        SecretName::File(path) => Some(path),
        SecretName::Variable(_) => None,
    });
    let mut open: Vec<&PathBuf> = files.filter(|path| path.is_relative() && is_open(&root.join(path))).collect();
    open.sort();
    open.dedup();
    let finding = |path: &PathBuf| {
        let place = Place::File { file: path.display().to_string() };
        let message = "lies in the project's folder, and everybody on this machine can read it";
        Finding::warning(&rules::SECRET_EXPOSED, place, message).help(rules::SECRET_EXPOSED.fix)
    };
    open.into_iter().map(finding).collect()
}

#[cfg(unix)]
fn is_open(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o004 != 0)
}

/// Windows keeps lists of who may read a file, which the standard library does not show.
#[cfg(not(unix))]
fn is_open(_: &Path) -> bool {
    false
}

/// The world outside, as it is.
pub struct World<'a> {
    watch: Stopwatch,
    /// What progress is told of.
    stage: &'a str,
    progress: Progress<'a>,
}

impl<'a> World<'a> {
    /// Time counts from now.
    pub fn new(stage: &'a str, progress: Progress<'a>) -> Self {
        Self { watch: Stopwatch::start(), stage, progress }
    }
}

impl Surroundings for World<'_> {
    fn now(&self) -> DateTime<Utc> {
        clock::now()
    }

    fn elapsed(&self) -> Duration {
        self.watch.elapsed()
    }

    fn pause(&self, time: Duration) {
        std::thread::sleep(time);
    }

    fn chance(&self) -> f64 {
        // Its keys are new each time, which is all that is needed here.
        f64::from(u32::try_from(RandomState::new().hash_one(0) >> 32).unwrap_or(0)) / f64::from(u32::MAX)
    }

    fn progress(&self, answers: u64, of: u64) {
        let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        (self.progress)(self.stage, count(answers), count(of));
    }
}
