//! A line to a mail server. It says exactly how far a mail came: before its text is sent nothing has happened, after it
//! only the server's answer tells.

use lettre::Address;
use lettre::address::Envelope;
use lettre::message::Mailbox;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{Certificate, SmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};

use super::mail::Letter;
use super::note::{clean, shorten};
use super::{Before, Refused};
use crate::http::Secret;
use crate::model::notify::{Security, Server};
use crate::store::fault;

/// Characters of a server's own words in a message.
const QUOTED: usize = 200;

/// Who signs in.
pub struct Login {
    pub user: Secret,
    pub secret: Secret,
}

/// One line, kept open from mail to mail.
pub struct Line<'s> {
    server: &'s Server,
    /// By which name this machine introduces itself.
    hello: ClientId,
    login: Option<Login>,
    /// Certificates to trust besides the system's, as PEM.
    trusted: Option<Vec<u8>>,
    open: Option<SmtpConnection>,
    /// Why the server cannot be used: others are not made to wait for it too.
    down: Option<String>,
}

/// What the server took.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Addresses that it will never take, with its words.
    pub refused: Vec<(String, String)>,
}

impl<'s> Line<'s> {
    /// `from`: whose mail it carries; the domain in it is the name that servers are told.
    pub fn new(server: &'s Server, from: &str, login: Option<Login>, trusted: Option<Vec<u8>>) -> Self {
        let domain = from.parse::<Mailbox>().ok().map(|mailbox| mailbox.email.domain().to_owned());
        let hello = domain.filter(|domain| domain.is_ascii()).map_or_else(ClientId::default, ClientId::Domain);
        Self { server, hello, login, trusted, open: None, down: None }
    }

    /// Sends one mail. `needed`: the address without which it makes no sense to send it to others.
    ///
    /// # Errors
    /// How it was refused.
    pub fn send(&mut self, letter: &Letter, needed: Option<&str>, before: Before<'_>) -> Result<Taken, Refused> {
        if let Some(why) = &self.down {
            return Err(Refused::Now(why.clone()));
        }
        let kept = self.open.is_some();
        let mut connection = self.connection()?;
        let taken = match self.announce(&mut connection, letter, needed) {
            // A line that was kept may have been cut meanwhile: nothing has happened yet.
            Err((Refused::Now(_), true)) if kept => {
                connection = self.connection()?;
                self.announce(&mut connection, letter, needed).map_err(|(refused, _)| refused)?
            }
            Err((refused, broken)) => {
                if !broken && connection.command(Rset).is_ok() {
                    self.open = Some(connection);
                }
                return Err(refused);
            }
            Ok(taken) => taken,
        };
        before().map_err(Refused::Unwritten)?;
        fault::point();
        let answer = connection.message(&letter.bytes);
        fault::point();
        match answer {
            Ok(_) => {
                self.open = Some(connection);
                Ok(taken)
            }
            Err(error) if error.is_transient() => Err(Refused::Now(self.said("did not take the mail", &error))),
            Err(error) if error.is_permanent() => Err(Refused::Ever(self.said("refuses the mail", &error))),
            Err(error) => Err(Refused::Unknown(self.said("did not say whether it took the mail", &error))),
        }
    }

    /// The line that is open, else a new one, signed in.
    fn connection(&mut self) -> Result<SmtpConnection, Refused> {
        if let Some(open) = self.open.take() {
            return Ok(open);
        }
        let connected = self.connect();
        connected.map_err(|why| {
            self.down = Some(why.clone());
            Refused::Now(why)
        })
    }

    fn connect(&self) -> Result<SmtpConnection, String> {
        let Server { host, port, security, timeout, .. } = self.server;
        let tls = match security {
            Security::None => None,
            Security::Tls | Security::StartTls => Some(self.trust()?),
        };
        let at_once = tls.as_ref().filter(|_| *security == Security::Tls);
        let connection = SmtpConnection::connect((host.as_str(), *port), Some(*timeout), &self.hello, at_once, None);
        let mut connection = connection.map_err(|error| self.said("cannot be used", &error))?;
        if *security == Security::StartTls {
            if !connection.can_starttls() {
                return Err(self.about("does not offer STARTTLS, and nothing is sent without it"));
            }
            if let Some(tls) = &tls {
                connection
                    .starttls(tls, &self.hello)
                    .map_err(|error| self.said("cannot be spoken to in secret", &error))?;
            }
        }
        if let Some(login) = &self.login {
            let credentials = Credentials::new(login.user.reveal().to_owned(), login.secret.reveal().to_owned());
            let signed = connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials);
            signed.map_err(|error| self.said("refuses the sign-in", &error))?;
        }
        Ok(connection)
    }

    fn trust(&self) -> Result<TlsParameters, String> {
        let mut builder = TlsParameters::builder(self.server.host.clone());
        if let Some(pem) = &self.trusted {
            let certificate = Certificate::from_pem(pem).map_err(|_| self.about("has a `ca_file` that is no PEM"))?;
            builder = builder.add_root_certificate(certificate);
        }
        builder.build_rustls().map_err(|error| self.said("cannot be spoken to in secret", &error))
    }

    /// From whom it comes and who gets it. With each refusal, whether the line is broken.
    fn announce(
        &self,
        connection: &mut SmtpConnection,
        letter: &Letter,
        needed: Option<&str>,
    ) -> Result<Taken, (Refused, bool)> {
        let broken = |error: &Error| !error.is_transient() && !error.is_permanent();
        let Letter { envelope, .. } = letter;
        let mut parameters = Vec::new();
        if needs_more_than_ascii(envelope) {
            if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
                let why = self.about("does not take addresses with other letters than those of ASCII");
                return Err((Refused::Ever(why), false));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        connection.command(Mail::new(envelope.from().cloned(), parameters)).map_err(|error| {
            (Refused::Now(self.said("does not take mail from this sender", &error)), broken(&error))
        })?;
        let mut taken = Taken::default();
        for address in envelope.to() {
            let Err(error) = connection.command(Rcpt::new(address.clone(), Vec::new())) else { continue };
            let why = self.said(&format!("does not take mail for {address}"), &error);
            if !error.is_permanent() {
                return Err((Refused::Now(why), broken(&error)));
            }
            if needed.is_some_and(|needed| is_address(address, needed)) {
                return Err((Refused::Ever(why), false));
            }
            taken.refused.push((address.to_string(), why));
        }
        if taken.refused.len() == envelope.to().len() {
            let why = taken.refused.into_iter().map(|(_, why)| why).collect::<Vec<_>>().join("; ");
            return Err((Refused::Ever(why), false));
        }
        connection
            .command(Data)
            .map_err(|error| (Refused::Now(self.said("does not take the mail now", &error)), broken(&error)))?;
        Ok(taken)
    }

    fn about(&self, what: &str) -> String {
        format!("the mail server {}:{} {what}", self.server.host, self.server.port)
    }

    /// With the server's own words, short, on one line and without secrets.
    fn said(&self, what: &str, error: &Error) -> String {
        let mut words = error.to_string();
        if let Some(login) = &self.login {
            for secret in [login.secret.reveal(), login.user.reveal()] {
                words = words.replace(secret, "…");
            }
        }
        self.about(&format!("{what}: {}", shorten(&clean(&words), QUOTED)))
    }
}

fn needs_more_than_ascii(envelope: &Envelope) -> bool {
    let plain = |address: &Address| AsRef::<str>::as_ref(address).is_ascii();
    !envelope.to().iter().chain(envelope.from()).all(plain)
}

fn is_address(address: &Address, mailbox: &str) -> bool {
    mailbox.parse::<Mailbox>().is_ok_and(|mailbox| mailbox.email == *address)
}
