//! The ways that messages go: lines to mail servers, webhooks, folders. A way that is down is tried once a time.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::super::project::Project;
use super::super::world::{World, secret};
use crate::finding::Place;
use crate::http::{Secret, Surroundings as _};
use crate::model::hash::hash_of;
use crate::model::notify::{Address, Channel, Mail, Post, Server, Way};
use crate::model::secret::SecretName;
use crate::notify::mail::{Attachment, Draft, message_id, write};
use crate::notify::note::Note;
use crate::notify::smtp::{Line, Login, Taken};
use crate::notify::{Before, Refused, card, webhook};
use crate::store::{atomic, fault};

/// A message that is ready.
pub struct Message<'m> {
    /// `reminders`, or the channel's code.
    pub channel: &'m str,
    pub way: To<'m>,
    /// What it tells, in order.
    pub keys: Vec<String>,
    /// Its Message-ID, where it was sent before; None: as its keys give it.
    pub id: Option<String>,
    pub note: Note,
    pub attachments: Vec<Attachment>,
    /// For machines: what it is about.
    pub about: Value,
    /// Of a mailing: what the ledger says of each file, once it is sent.
    pub receipts: Vec<Value>,
}

/// To whom.
pub enum To<'m> {
    /// One person; others get a copy.
    Person(&'m str, &'m [String]),
    Channel(&'m Channel),
}

impl Message<'_> {
    /// For people, without secrets.
    pub fn receivers(&self) -> Vec<String> {
        match &self.way {
            To::Person(to, cc) => std::iter::once((*to).to_owned()).chain(cc.iter().cloned()).collect(),
            To::Channel(channel) => match &channel.way {
                Way::Mail(to) => to.clone(),
                Way::Teams(_) => vec![format!("Teams ({})", channel.code)],
                Way::Slack(_) => vec![format!("Slack ({})", channel.code)],
                Way::Json { address: Address::Plain(url), .. } => vec![url.clone()],
                Way::Json { .. } => vec![format!("webhook ({})", channel.code)],
                Way::Folder(path) => vec![path.display().to_string()],
            },
        }
    }

    /// Of a mail: its Message-ID.
    pub fn id(&self, project: &Project) -> String {
        if let Some(id) = &self.id {
            return id.clone();
        }
        let from = project.catalog.telling.mail.as_ref().map_or("", |mail| mail.from.as_str());
        message_id(&project.catalog.programme.code, self.channel, &self.keys, from)
    }
}

/// All ways, opened when they are needed.
pub struct Ways<'w> {
    project: &'w Project,
    world: World<'w>,
    line: Option<Line<'w>>,
}

impl<'w> Ways<'w> {
    pub fn new(project: &'w Project, world: World<'w>) -> Self {
        Self { project, world, line: None }
    }

    /// Waits, because a server asks for it.
    pub fn pause(&self, time: Duration) {
        self.world.pause(time);
    }

    /// Sends one message by its way.
    ///
    /// # Errors
    /// How it was refused.
    pub fn send(&mut self, message: &Message<'_>, before: Before<'_>) -> Result<Taken, Refused> {
        match &message.way {
            To::Person(to, cc) => self.mail(message, (&[(*to).to_owned()], cc), Some(to), before),
            To::Channel(channel) => match &channel.way {
                Way::Mail(to) => self.mail(message, (to, &[]), None, before),
                Way::Teams(name) => self.post(name, None, &card::teams(&message.note), before),
                Way::Slack(name) => self.post(name, None, &card::slack(&message.note), before),
                Way::Json { address, secret } => {
                    let json = card::json(&message.note, &message.keys, &message.about);
                    match address {
                        Address::Secret(name) => self.post(name, secret.as_ref(), &json, before),
                        Address::Plain(url) => {
                            let url = Secret::new(url).ok_or_else(|| Refused::Ever("no address".to_owned()))?;
                            self.post_to(&url, secret.as_ref(), &json, before)
                        }
                    }
                }
                Way::Folder(path) => {
                    let json = card::json(&message.note, &message.keys, &message.about);
                    let bytes = format!("{json:#}\n").into_bytes();
                    put(&self.project.root.join(path), message, "json", &bytes, before)
                }
            },
        }
    }

    fn mail(
        &mut self,
        message: &Message<'_>,
        (to, cc): (&[String], &[String]),
        needed: Option<&str>,
        before: Before<'_>,
    ) -> Result<Taken, Refused> {
        let project = self.project;
        let none = || Refused::Now("no file declares `[mail]`".to_owned());
        let mail: &'w Mail = project.catalog.telling.mail.as_ref().ok_or_else(none)?;
        let draft = Draft {
            mail,
            to,
            cc,
            message_id: &message.id(project),
            date: crate::clock::now(),
            note: &message.note,
            attachments: &message.attachments,
        };
        let letter = write(&draft).map_err(Refused::Ever)?;
        match &mail.post {
            Post::Outbox(path) => put(&project.root.join(path), message, "eml", &letter.bytes, before),
            Post::Server(server) => {
                if self.line.is_none() {
                    self.line = Some(self.open(server, &mail.from)?);
                }
                let line = self.line.as_mut().ok_or_else(none)?;
                line.send(&letter, needed, before)
            }
        }
    }

    fn open(&self, server: &'w Server, from: &str) -> Result<Line<'w>, Refused> {
        let login = match (&server.user, &server.secret) {
            (Some(user), Some(secret)) => Some(Login { user: self.secret(user)?, secret: self.secret(secret)? }),
            _ => None,
        };
        let trusted = server.ca_file.as_ref().map(|path| {
            let path = self.project.root.join(path);
            std::fs::read(&path).map_err(|error| Refused::Now(format!("{} cannot be read: {error}", path.display())))
        });
        Ok(Line::new(server, from, login, trusted.transpose()?))
    }

    fn secret(&self, name: &SecretName) -> Result<Secret, Refused> {
        secret(&self.project.root, &Place::Project, name).map_err(|finding| Refused::Now(finding.message))
    }

    /// To an address that is a secret as a whole.
    fn post(
        &self,
        name: &SecretName,
        bearer: Option<&SecretName>,
        json: &Value,
        before: Before<'_>,
    ) -> Result<Taken, Refused> {
        let address = self.secret(name)?;
        let url = address.reveal();
        let host = url.split_once("://").map_or("", |(_, rest)| rest);
        let loopback = host.starts_with("127.") || host.starts_with("localhost") || host.starts_with("[::1]");
        if !(url.starts_with("https://") || (url.starts_with("http://") && loopback)) {
            return Err(Refused::Now(format!("{name} holds no address that begins with https://")));
        }
        self.post_to(&address, bearer, json, before)
    }

    fn post_to(
        &self,
        address: &Secret,
        bearer: Option<&SecretName>,
        json: &Value,
        before: Before<'_>,
    ) -> Result<Taken, Refused> {
        let bearer = bearer.map(|name| self.secret(name)).transpose()?;
        webhook::post(address, bearer, json, &self.world, before).map(|()| Taken::default())
    }
}

/// Characters of the name of a message's file.
const NAME: usize = 16;

/// Whether a file has the name that [`put`] gives, whatever follows.
pub fn is_ours(name: &str) -> bool {
    name.split_once('.')
        .is_some_and(|(stem, _)| stem.len() == NAME && stem.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Writes a message as a file of its own, whole or not at all, under a name that its keys give.
fn put(folder: &Path, message: &Message<'_>, ending: &str, bytes: &[u8], before: Before<'_>) -> Result<Taken, Refused> {
    let name = &hash_of(format!("{}\n{}", message.channel, message.keys.join("\n")).as_bytes())[..NAME];
    let path = folder.join(format!("{name}.{ending}"));
    before().map_err(Refused::Unwritten)?;
    fault::point();
    match atomic::write(&path, bytes) {
        Ok(()) => Ok(Taken::default()),
        // The name is the last thing that is given: what bears it is whole.
        Err(_) if path.is_file() => Ok(Taken::default()),
        Err(error) => Err(Refused::Now(error.to_string())),
    }
}
