//! HTTP with bounds: time, size, tries, and one host. The only file that sees secrets and the network.

use std::time::Duration;

use chrono::DateTime;
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, HeaderValue, LOCATION, RETRY_AFTER};
use reqwest::{Method, RequestBuilder, Response, redirect};
use tokio::runtime::Runtime;

use super::secret::basic;
use super::{Credentials, Endpoint, Failure, Surroundings};
use crate::finding::rules;

/// How often one request is made, at most.
const TRIES: u32 = 5;
/// Before the second try; doubled before each later one.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// A server that asks for more patience than this is asked again another day.
const LONGEST_WISH: u64 = 600;
/// How much may come in all, in pages, for what may be as large as one file: pages say more than that file does, and
/// some come twice.
const OVERHEAD: u64 = 4;
/// Characters of a server's own words in a message.
const QUOTED: usize = 160;

/// What came back.
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

/// What a request asks for, and what is a good answer.
pub struct Request<'r> {
    pub method: Method,
    /// After the source's URL, with its query.
    pub path: &'r str,
    pub body: Option<String>,
    /// Besides 200: statuses that mean something.
    pub statuses: &'r [u16],
    /// Whether a body is whole. One that is not is asked for again.
    pub is_whole: fn(&[u8]) -> bool,
    pub tries: u32,
}

impl<'r> Request<'r> {
    pub fn get(path: &'r str, is_whole: fn(&[u8]) -> bool) -> Self {
        Self { method: Method::GET, path, body: None, statuses: &[], is_whole, tries: TRIES }
    }

    pub fn post(path: &'r str, body: String, is_whole: fn(&[u8]) -> bool) -> Self {
        Self { method: Method::POST, body: Some(body), ..Self::get(path, is_whole) }
    }

    #[must_use]
    pub fn statuses(self, statuses: &'r [u16]) -> Self {
        Self { statuses, ..self }
    }

    /// For what can be done without.
    #[must_use]
    pub fn once(self) -> Self {
        Self { tries: 1, ..self }
    }
}

pub struct Client<'a> {
    http: reqwest::Client,
    runtime: Runtime,
    endpoint: Endpoint<'a>,
    surroundings: &'a dyn Surroundings,
    authorization: Option<HeaderValue>,
    /// The header of Basic authentication.
    password: String,
    /// What must stand in no message.
    secrets: Vec<String>,
    bytes: u64,
    requests: u32,
    /// Bytes of all bodies.
    received: u64,
}

/// What became of one try.
enum Tried {
    Answered(Answer),
    /// May be better next time, after the time that the server asks for.
    Again(Failure, Option<u64>),
    Failed(Failure),
}

impl<'a> Client<'a> {
    pub fn new(
        endpoint: Endpoint<'a>,
        credentials: &Credentials,
        surroundings: &'a dyn Surroundings,
        bytes: u64,
    ) -> Result<Self, Failure> {
        let broken =
            |error: String| Failure::new(&rules::FETCH_UNREACHABLE, format!("no request can be made: {error}"));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| broken(error.to_string()))?;
        let mut builder = reqwest::Client::builder()
            .redirect(redirect::Policy::none())
            .user_agent(concat!("scoreboard/", env!("CARGO_PKG_VERSION")));
        if is_loopback(endpoint.url) {
            builder = builder.no_proxy();
        }
        let http = builder.build().map_err(|error| broken(error.to_string()))?;
        let secret = credentials.secret.reveal();
        let user = credentials.user.as_ref().map(|user| user.reveal().to_owned()).unwrap_or_default();
        let encoded = basic(&user, secret);
        let mut secrets = vec![secret.to_owned(), encoded.clone()];
        // A name is no secret by itself, but nothing says that it may be shown.
        secrets.extend(Some(user).filter(|user| !user.is_empty()));
        let password = format!("Basic {encoded}");
        Ok(Self {
            http,
            runtime,
            endpoint,
            surroundings,
            authorization: None,
            password,
            secrets,
            bytes,
            requests: 0,
            received: 0,
        })
    }

    /// Sends name and password with every request from now on.
    pub fn authorize_by_password(&mut self) -> Result<(), Failure> {
        let header = self.password.clone();
        self.authorize(&header)
    }

    /// Sends this with every request from now on.
    pub fn authorize(&mut self, header: &str) -> Result<(), Failure> {
        let mut value = HeaderValue::from_str(header)
            .map_err(|_| Failure::new(&rules::SECRET_MISSING, "the secret holds a sign that no header can hold"))?;
        value.set_sensitive(true);
        self.authorization = Some(value);
        Ok(())
    }

    /// From now on this is kept out of messages, too.
    pub fn hide(&mut self, secret: &str) {
        self.secrets.push(secret.to_owned());
    }

    pub fn requests(&self) -> u32 {
        self.requests
    }

    pub fn surroundings(&self) -> &'a dyn Surroundings {
        self.surroundings
    }

    /// Asks until there is an answer that is one, within the bounds.
    pub fn send(&mut self, request: &Request<'_>) -> Result<Answer, Failure> {
        let mut tried = 0;
        loop {
            tried += 1;
            let left = self.left()?;
            self.requests += 1;
            let (failure, wish) = match self.attempt(request, left) {
                Tried::Answered(answer) => {
                    self.received = self.received.saturating_add(answer.body.len() as u64);
                    let most = self.bytes.saturating_mul(OVERHEAD);
                    return if self.received > most { Err(self.too_large()) } else { Ok(answer) };
                }
                Tried::Failed(failure) => return Err(failure),
                Tried::Again(failure, wish) => (failure, wish),
            };
            if tried >= request.tries {
                let times = if tried == 1 { String::new() } else { format!(" (asked {tried} times)") };
                return Err(Failure { message: format!("{}{times}", failure.message), ..failure });
            }
            let pause = match wish {
                Some(seconds) if seconds > LONGEST_WISH => {
                    let message = format!("{}; it asks to wait {seconds} seconds", failure.message);
                    return Err(Failure { message, ..failure });
                }
                Some(seconds) => Duration::from_secs(seconds),
                None => backoff(tried, self.surroundings.chance()),
            };
            if pause >= self.left()? {
                return Err(failure);
            }
            self.surroundings.pause(pause);
        }
    }

    /// What is left of the time for the whole fetch.
    fn left(&self) -> Result<Duration, Failure> {
        let total = self.endpoint.total;
        let left = total.saturating_sub(self.surroundings.elapsed());
        if left.is_zero() {
            let message = format!("was not done after {} seconds", total.as_secs());
            return Err(Failure::new(&rules::FETCH_UNREACHABLE, message).help(
                "Run again: it goes on where it ended. Raise `total_seconds` of the source if it is only slow.",
            ));
        }
        Ok(left)
    }

    fn attempt(&self, request: &Request<'_>, left: Duration) -> Tried {
        let time = self.endpoint.timeout.min(left);
        let mut builder: RequestBuilder =
            self.http.request(request.method.clone(), format!("{}{}", self.endpoint.url, request.path));
        builder = builder.timeout(time).header(ACCEPT, "*/*").header(ACCEPT_ENCODING, "identity");
        if let Some(header) = &self.authorization {
            builder = builder.header(AUTHORIZATION, header.clone());
        }
        if let Some(body) = &request.body {
            builder = builder.header(CONTENT_TYPE, "application/json").body(body.clone());
        }
        let result = self.runtime.block_on(async {
            let mut response = builder.send().await?;
            let body = self.body(&mut response).await?;
            Ok::<_, reqwest::Error>((response, body))
        });
        let (response, body) = match result {
            Ok((response, Some(body))) => (response, body),
            Ok((_, None)) => return Tried::Failed(self.too_large()),
            Err(error) => return Tried::Again(self.unreachable(&error, time), None),
        };
        self.judge(request, &response, body)
    }

    /// The body, unless it is larger than all that may come.
    async fn body(&self, response: &mut Response) -> Result<Option<Vec<u8>>, reqwest::Error> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if (body.len() + chunk.len()) as u64 > self.bytes {
                return Ok(None);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Some(body))
    }

    fn judge(&self, request: &Request<'_>, response: &Response, body: Vec<u8>) -> Tried {
        let status = response.status().as_u16();
        if status == 200 || request.statuses.contains(&status) {
            return if status != 200 || (request.is_whole)(&body) {
                Tried::Answered(Answer { status, body })
            } else {
                let message = format!("its answer is cut off or not in the expected form: “{}”", self.quote(&body));
                Tried::Again(Failure::strange(message), None)
            };
        }
        let words = self.quote(&body);
        let said = if words.is_empty() { String::new() } else { format!(": “{words}”") };
        match status {
            300..=399 => {
                let to = response.headers().get(LOCATION).and_then(|to| to.to_str().ok()).unwrap_or_default();
                let host =
                    to.split("://").nth(1).map_or("another page", |rest| rest.split(['/', '?']).next().unwrap_or(""));
                let message = format!("the server sends on to {}, which is not followed", self.hidden(host));
                Tried::Failed(
                    Failure::new(&rules::FETCH_REFUSED, message)
                        .help("Write the address in `url` to which the server sends; secrets go to no other host."),
                )
            }
            401 | 403 => Tried::Failed(
                Failure::new(&rules::FETCH_REFUSED, format!("the server refuses the sign-in (status {status}){said}"))
                    .help("Look at the environment variable that `secret` names, and at the rights of its owner."),
            ),
            404 => Tried::Failed(
                Failure::new(
                    &rules::FETCH_REFUSED,
                    format!("the server does not know {} (status 404){said}", self.endpoint.unknown.0),
                )
                .help(self.endpoint.unknown.1),
            ),
            429 | 500..=599 => {
                let failure =
                    Failure::new(&rules::FETCH_UNREACHABLE, format!("the server answers with status {status}{said}"));
                let wish = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
                Tried::Again(failure, wish.and_then(|value| self.seconds(value)))
            }
            _ => Tried::Failed(Failure::new(
                &rules::FETCH_REFUSED,
                format!("the server refuses the request (status {status}){said}"),
            )),
        }
    }

    /// `Retry-After`: seconds, or an instant.
    fn seconds(&self, value: &str) -> Option<u64> {
        let value = value.trim();
        value.parse().ok().or_else(|| {
            let until = DateTime::parse_from_rfc2822(value).ok()?;
            u64::try_from((until.to_utc() - self.surroundings.now()).num_seconds()).ok().or(Some(0))
        })
    }

    fn unreachable(&self, error: &reqwest::Error, time: Duration) -> Failure {
        let message = if error.is_timeout() {
            format!("the server did not answer within {} seconds", time.as_secs_f64())
        } else if error.is_connect() {
            format!("the server cannot be reached: {}", self.hidden(&innermost(error)))
        } else {
            format!("the answer of the server was cut off: {}", self.hidden(&innermost(error)))
        };
        Failure::new(&rules::FETCH_UNREACHABLE, message)
    }

    /// Bytes of a page, and of the whole.
    pub fn limit(&self) -> u64 {
        self.bytes
    }

    pub fn too_large(&self) -> Failure {
        let message = format!("the server gives more than {} MB", self.bytes / 1_000_000);
        Failure::new(&rules::FETCH_UNREADABLE, message)
            .help("Make `page` of the source smaller, or raise `file_mb` of `[limits]` in scoreboard.toml.")
    }

    /// What a server said, short, on one line, without secrets.
    pub fn quote(&self, said: &[u8]) -> String {
        let text = self.hidden(&String::from_utf8_lossy(&said[..said.len().min(4_096)]));
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let short: String = line.chars().filter(|letter| !letter.is_control()).take(QUOTED).collect();
        if short.len() < line.len() { format!("{short}…") } else { short }
    }

    fn hidden(&self, text: &str) -> String {
        self.secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), "…"))
    }
}

/// Doubled each time, and a little apart from others who were turned away at the same moment.
fn backoff(tried: u32, chance: f64) -> Duration {
    let pause = FIRST_PAUSE.saturating_mul(1 << (tried - 1).min(10)).min(LONGEST_PAUSE);
    pause.mul_f64(0.5 + chance.clamp(0.0, 1.0) / 2.0)
}

fn innermost(error: &reqwest::Error) -> String {
    let mut error: &dyn std::error::Error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

fn is_loopback(url: &str) -> bool {
    let host = url.split("://").nth(1).unwrap_or_default();
    host.starts_with("localhost") || host.starts_with("127.") || host.starts_with("[::1]")
}

/// A text for one part of a path or a query.
pub fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// For requests whose answer is JSON.
pub fn is_json(body: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok()
}

/// For requests whose answer is nothing, or is looked at later.
pub fn is_anything(_: &[u8]) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_stay_apart() {
        let seconds: Vec<f64> = (1..=8).map(|tried| backoff(tried, 1.0).as_secs_f64()).collect();
        assert_eq!(seconds, [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]);
        assert_eq!(backoff(3, 0.0), Duration::from_secs(2));
    }

    #[test]
    fn what_could_end_a_path_is_encoded() {
        assert_eq!(encoded("a/b?c=d&é"), "a%2Fb%3Fc%3Dd%26%C3%A9");
    }
}
