//! A small mail server for tests: plain, STARTTLS or TLS, faults included. It remembers every mail whose text it got,
//! whatever it answered.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use base64::Engine as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// How the line is kept secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    No,
    /// Offered after the greeting.
    Start,
    /// From the first byte on.
    Whole,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    None,
    /// The first words are these.
    Greets(&'static str),
    /// Mail for an address that holds this is answered so.
    Recipient(&'static str, &'static str),
    /// The whole mail is answered so.
    AfterText(&'static str),
    /// The line is cut when the whole mail has come.
    DropsAfterText,
    /// It says nothing when the whole mail has come.
    HangsAfterText,
    /// It says nothing at all.
    Hangs,
}

/// A mail as it came.
#[derive(Debug, Clone)]
pub struct Seen {
    pub to: Vec<String>,
    pub text: String,
    pub in_secret: bool,
}

impl Seen {
    /// A header with its lines joined.
    pub fn header(&self, name: &str) -> String {
        let head = self.text.split("\r\n\r\n").next().unwrap_or_default().replace("\r\n ", " ");
        let of = |line: &str| Some(line.strip_prefix(name)?.strip_prefix(": ")?.to_owned());
        head.lines().find_map(of).unwrap_or_default()
    }

    /// The subject with its encoded words read.
    pub fn subject(&self) -> String {
        let (mut said, mut encoded_before) = (String::new(), false);
        for (at, word) in self.header("Subject").split(' ').enumerate() {
            let encoded = word.strip_prefix("=?utf-8?b?").and_then(|word| word.strip_suffix("?="));
            // Between two encoded words the space is none.
            if at > 0 && !(encoded_before && encoded.is_some()) {
                said.push(' ');
            }
            encoded_before = encoded.is_some();
            match encoded {
                Some(encoded) => {
                    let bytes = base64::engine::general_purpose::STANDARD.decode(encoded).expect("base64");
                    said.push_str(&String::from_utf8(bytes).expect("UTF-8"));
                }
                None => said.push_str(word),
            }
        }
        said
    }

    /// All parts of text with their encoding undone, as far as tests need it.
    pub fn body(&self) -> String {
        let soft = self.text.replace("=\r\n", "");
        let (mut bytes, mut rest) = (Vec::new(), soft.as_bytes());
        while let Some((first, tail)) = rest.split_first() {
            let hex = (*first == b'=').then(|| std::str::from_utf8(tail.get(..2)?).ok()).flatten();
            if let Some(byte) = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
                bytes.push(byte);
                rest = &tail[2..];
            } else {
                bytes.push(*first);
                rest = tail;
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

struct State {
    seen: Vec<Seen>,
    fault: Fault,
    /// Everything that came as a command, the secrets of signing in among it.
    commands: Vec<String>,
}

pub struct Smtp {
    pub port: u16,
    /// The certificate, as PEM.
    pub certificate: String,
    state: Arc<Mutex<State>>,
    ended: Arc<AtomicBool>,
}

struct Kind {
    tls: Tls,
    config: Arc<ServerConfig>,
    /// Who may send.
    login: Option<(&'static str, &'static str)>,
}

impl Smtp {
    pub fn plain() -> Self {
        Self::start(Tls::No, None)
    }

    pub fn start(tls: Tls, login: Option<(&'static str, &'static str)>) -> Self {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
        let chain = vec![CertificateDer::from(made.cert.der().to_vec())];
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .expect("a server");
        let kind = Arc::new(Kind { tls, config: Arc::new(config), login });
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let state = Arc::new(Mutex::new(State { seen: Vec::new(), fault: Fault::None, commands: Vec::new() }));
        let ended = Arc::new(AtomicBool::new(false));
        let (of_thread, to_end) = (Arc::clone(&state), Arc::clone(&ended));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if to_end.load(Ordering::SeqCst) {
                    break;
                }
                let (state, kind) = (Arc::clone(&of_thread), Arc::clone(&kind));
                thread::spawn(move || {
                    let _ = serve(stream, &state, &kind);
                });
            }
        });
        Self { port, certificate: made.cert.pem(), state, ended }
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.state.lock().expect("not poisoned").seen.clone()
    }

    pub fn commands(&self) -> Vec<String> {
        self.state.lock().expect("not poisoned").commands.clone()
    }

    /// From now on this goes wrong.
    pub fn fault(&self, fault: Fault) {
        self.state.lock().expect("not poisoned").fault = fault;
    }

    pub fn forget(&self) {
        self.state.lock().expect("not poisoned").seen.clear();
    }
}

impl Drop for Smtp {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

trait Both: Read + Write {}
impl<T: Read + Write> Both for T {}

fn secret(stream: TcpStream, kind: &Kind) -> Box<dyn Both> {
    let connection = ServerConnection::new(Arc::clone(&kind.config)).expect("a server");
    Box::new(StreamOwned::new(connection, stream))
}

fn serve(stream: TcpStream, state: &Mutex<State>, kind: &Kind) -> std::io::Result<()> {
    let raw = stream.try_clone()?;
    let fault = state.lock().expect("not poisoned").fault.clone();
    if fault == Fault::Hangs {
        thread::sleep(Duration::from_secs(20));
        return Ok(());
    }
    let mut in_secret = kind.tls == Tls::Whole;
    let first: Box<dyn Both> = if in_secret { secret(stream, kind) } else { Box::new(stream) };
    let mut line = BufReader::new(first);
    let say = |line: &mut BufReader<Box<dyn Both>>, text: &str| {
        line.get_mut().write_all(format!("{text}\r\n").as_bytes())?;
        line.get_mut().flush()
    };
    if let Fault::Greets(words) = &fault {
        return say(&mut line, words);
    }
    say(&mut line, "220 mail.example ready")?;
    let (mut to, mut signed) = (Vec::new(), kind.login.is_none());
    loop {
        let mut command = String::new();
        if line.read_line(&mut command)? == 0 {
            return Ok(());
        }
        let command = command.trim_end().to_owned();
        state.lock().expect("not poisoned").commands.push(command.clone());
        let word = command.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        match word.as_str() {
            "EHLO" => {
                say(&mut line, "250-mail.example")?;
                if kind.tls == Tls::Start && !in_secret {
                    say(&mut line, "250-STARTTLS")?;
                }
                if kind.login.is_some() {
                    say(&mut line, "250-AUTH PLAIN LOGIN")?;
                }
                say(&mut line, "250 OK")?;
            }
            "STARTTLS" => {
                say(&mut line, "220 go on")?;
                in_secret = true;
                line = BufReader::new(secret(raw.try_clone()?, kind));
            }
            "AUTH" => {
                let given = command.split(' ').nth(2).unwrap_or_default();
                let wanted = kind.login.map(|(user, secret)| format!("\0{user}\0{secret}")).unwrap_or_default();
                signed = base64::engine::general_purpose::STANDARD.encode(wanted) == given;
                let answer = if signed { "235 welcome" } else { "535 5.7.8 not you" };
                say(&mut line, answer)?;
            }
            "MAIL" if !signed => say(&mut line, "530 5.7.0 sign in first")?,
            "MAIL" | "RSET" | "NOOP" => {
                to.clear();
                say(&mut line, "250 OK")?;
            }
            "RCPT" => match &fault {
                Fault::Recipient(part, answer) if command.contains(part) => say(&mut line, answer)?,
                _ => {
                    let address = command.split(['<', '>']).nth(1).unwrap_or_default();
                    to.push(address.to_owned());
                    say(&mut line, "250 OK")?;
                }
            },
            "DATA" => {
                say(&mut line, "354 go on")?;
                let mut text = String::new();
                loop {
                    let mut next = String::new();
                    if line.read_line(&mut next)? == 0 {
                        return Ok(());
                    }
                    if next == ".\r\n" {
                        break;
                    }
                    text.push_str(next.strip_prefix('.').unwrap_or(&next));
                }
                state.lock().expect("not poisoned").seen.push(Seen { to: to.clone(), text, in_secret });
                match &fault {
                    Fault::DropsAfterText => return raw.shutdown(std::net::Shutdown::Both),
                    Fault::HangsAfterText => {
                        thread::sleep(Duration::from_secs(20));
                        return Ok(());
                    }
                    Fault::AfterText(answer) => say(&mut line, answer)?,
                    _ => say(&mut line, "250 taken")?,
                }
            }
            "QUIT" => return say(&mut line, "221 bye"),
            _ => say(&mut line, "500 what?")?,
        }
    }
}
