//! HTTP with bounds: time, size, tries, and one host. The only file that sees secrets and the network.
//!
//! A redirect is followed only where a request says so, and each step is checked by the [`Guard`]; secrets stay with
//! the first host.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use chrono::DateTime;
use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, COOKIE, HeaderMap, HeaderValue, LOCATION, RETRY_AFTER,
    SET_COOKIE,
};
use reqwest::{Method, RequestBuilder, Response, Url, redirect};
use tokio::runtime::Runtime;

use super::guard::{Guard, Refused, Resolver, proxies};
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

/// How often a redirect is followed.
const HOPS: u32 = 5;

/// What came back.
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
    headers: HeaderMap,
    /// The path of the address that answered, as it is written there.
    pub path: String,
}

impl Answer {
    /// A header of the answer, where it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// What a request sends.
pub struct Content<'r> {
    /// Its media type.
    pub kind: &'r str,
    pub bytes: Cow<'r, [u8]>,
}

/// What a request asks for, and what is a good answer.
pub struct Request<'r> {
    pub method: Method,
    /// After the source's URL, with its query.
    pub path: &'r str,
    pub body: Option<Content<'r>>,
    pub headers: Vec<(&'static str, String)>,
    /// Besides 200: statuses that mean something.
    pub statuses: &'r [u16],
    /// Whether a body is whole. One that is not is asked for again.
    pub is_whole: fn(&[u8]) -> bool,
    pub tries: u32,
    /// Whether a redirect is followed.
    pub follows: bool,
}

impl<'r> Request<'r> {
    pub fn get(path: &'r str, is_whole: fn(&[u8]) -> bool) -> Self {
        Self {
            method: Method::GET,
            path,
            body: None,
            headers: Vec::new(),
            statuses: &[],
            is_whole,
            tries: TRIES,
            follows: false,
        }
    }

    /// Sends JSON.
    pub fn post(path: &'r str, body: String, is_whole: fn(&[u8]) -> bool) -> Self {
        let body = Some(Content { kind: "application/json", bytes: body.into_bytes().into() });
        Self { method: Method::POST, body, ..Self::get(path, is_whole) }
    }

    /// A request of another method, whose answer is looked at by its status.
    pub fn of(method: Method, path: &'r str) -> Self {
        Self { method, ..Self::get(path, is_anything) }
    }

    #[must_use]
    pub fn body(self, kind: &'r str, bytes: &'r [u8]) -> Self {
        Self { body: Some(Content { kind, bytes: bytes.into() }), ..self }
    }

    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
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
    /// Of one body.
    bytes: u64,
    /// Of all of them.
    most: u64,
    requests: u32,
    /// Bytes of all bodies.
    received: u64,
    guard: Option<Guard>,
}

/// What became of one try.
enum Tried {
    Answered(Answer),
    /// May be better next time, after the time that the server asks for.
    Again(Failure, Option<u64>),
    Failed(Failure),
}

impl<'a> Client<'a> {
    /// For a server that a definition names, and of which no redirect is followed.
    ///
    /// # Errors
    /// When no request can be made here at all.
    pub fn new(
        endpoint: Endpoint<'a>,
        credentials: &Credentials,
        surroundings: &'a dyn Surroundings,
        bytes: u64,
    ) -> Result<Self, Failure> {
        let most = bytes.saturating_mul(OVERHEAD);
        Self::make(endpoint, Some(credentials), surroundings, (bytes, most), None)
    }

    /// For an address that must satisfy a guard, with or without somebody who signs in. `bytes` bounds one body and all.
    ///
    /// # Errors
    /// When the guard does not permit the address, or no request can be made here at all.
    pub fn guarded(
        endpoint: Endpoint<'a>,
        credentials: Option<&Credentials>,
        surroundings: &'a dyn Surroundings,
        bytes: (u64, u64),
        guard: Guard,
    ) -> Result<Self, Failure> {
        Self::make(endpoint, credentials, surroundings, bytes, Some(guard))
    }

    fn make(
        endpoint: Endpoint<'a>,
        credentials: Option<&Credentials>,
        surroundings: &'a dyn Surroundings,
        (bytes, most): (u64, u64),
        guard: Option<Guard>,
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
        if let Some(guard) = &guard {
            let mut inner = proxies();
            let named = Url::parse(endpoint.url).ok().filter(|_| guard.private);
            inner.extend(named.and_then(|url| url.host_str().map(str::to_owned)));
            builder = builder.dns_resolver(Arc::new(Resolver { inner }));
        }
        let http = builder.build().map_err(|error| broken(error.without_url().to_string()))?;
        let (mut password, mut secrets) = (String::new(), Vec::new());
        if let Some(credentials) = credentials {
            let secret = credentials.secret.reveal();
            let user = credentials.user.as_ref().map(|user| user.reveal().to_owned()).unwrap_or_default();
            let basic = basic(&user, secret);
            password = format!("Basic {basic}");
            secrets = vec![secret.to_owned(), basic];
            // A name is no secret by itself, but nothing says that it may be shown.
            secrets.extend(Some(user).filter(|user| !user.is_empty()));
        }
        Ok(Self {
            http,
            runtime,
            endpoint,
            surroundings,
            authorization: None,
            password,
            secrets,
            bytes,
            most,
            requests: 0,
            received: 0,
            guard,
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
                    return if self.received > self.most { Err(self.too_large()) } else { Ok(answer) };
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
        let Ok(first) = Url::parse(&format!("{}{}", self.endpoint.url, request.path)) else {
            return Tried::Failed(Failure::new(&rules::FETCH_REFUSED, "the address is none that can be asked"));
        };
        let mut url = first.clone();
        // Some file servers let nobody in who does not bring back what they gave on the way.
        let mut cookies: Vec<(String, String)> = Vec::new();
        for _ in 0..=HOPS {
            if let Some(guard) = &self.guard
                && let Err(refused) = guard.permit(&url, &first)
            {
                return Tried::Failed(self.refused(&refused));
            }
            let home = url.origin() == first.origin();
            let mut builder = self.request(request, &url, home).timeout(time);
            let host = url.host_str().unwrap_or_default().to_owned();
            let own: Vec<&str> =
                cookies.iter().filter(|(of, _)| *of == host).map(|(_, cookie)| cookie.as_str()).collect();
            if !own.is_empty() {
                builder = builder.header(COOKIE, own.join("; "));
            }
            let result = self.runtime.block_on(async {
                let mut response = builder.send().await?;
                let body = self.body(&mut response).await?;
                Ok::<_, reqwest::Error>((response, body))
            });
            let (response, body) = match result {
                Ok((response, Some(body))) => (response, body),
                Ok((_, None)) => return Tried::Failed(self.too_large()),
                Err(error) => return self.broken(error, time),
            };
            if !(request.follows && matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308)) {
                return self.judge(request, &response, body, &url);
            }
            let set = response.headers().get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
            cookies.extend(set.filter_map(|text| Some((host.clone(), text.split(';').next()?.to_owned()))));
            match next(&url, &response) {
                Ok(to) => url = to,
                Err(why) => return Tried::Failed(Failure::new(&rules::FETCH_REFUSED, why)),
            }
        }
        let message = format!("the server sends on more than {HOPS} times");
        Tried::Failed(Failure::new(&rules::FETCH_REFUSED, message))
    }

    /// One request; what is secret goes to the first host alone.
    fn request(&self, request: &Request<'_>, url: &Url, home: bool) -> RequestBuilder {
        let mut builder = self.http.request(request.method.clone(), url.clone());
        builder = builder.header(ACCEPT, "*/*").header(ACCEPT_ENCODING, "identity");
        if let Some(header) = self.authorization.as_ref().filter(|_| home) {
            builder = builder.header(AUTHORIZATION, header.clone());
        }
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
        }
        if let Some(content) = &request.body {
            builder = builder.header(CONTENT_TYPE, content.kind).body(content.bytes.to_vec());
        }
        builder
    }

    /// What a request that came to nothing means.
    fn broken(&self, error: reqwest::Error, time: Duration) -> Tried {
        let error = error.without_url();
        let mut cause: Option<&dyn std::error::Error> = Some(&error);
        while let Some(one) = cause {
            if let Some(refused) = one.downcast_ref::<Refused>() {
                return Tried::Failed(self.refused(refused));
            }
            cause = one.source();
        }
        Tried::Again(self.unreachable(&error, time), None)
    }

    fn refused(&self, refused: &Refused) -> Failure {
        Failure::new(&rules::HOST_REFUSED, self.hidden(&refused.to_string())).help(rules::HOST_REFUSED.fix)
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

    fn judge(&self, request: &Request<'_>, response: &Response, body: Vec<u8>, url: &Url) -> Tried {
        let status = response.status().as_u16();
        if status == 200 || request.statuses.contains(&status) {
            return if status != 200 || (request.is_whole)(&body) {
                let (headers, path) = (response.headers().clone(), url.path().to_owned());
                Tried::Answered(Answer { status, body, headers, path })
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
                    .help("Look at the secret that is named in the definition, and at the rights of its owner."),
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
                Tried::Again(failure, self.wished(response.headers()))
            }
            _ => Tried::Failed(Failure::new(
                &rules::FETCH_REFUSED,
                format!("the server refuses the request (status {status}){said}"),
            )),
        }
    }

    /// For how many seconds the server that gave an answer asks to be left alone.
    pub fn wish(&self, answer: &Answer) -> Option<u64> {
        self.wished(&answer.headers)
    }

    /// `Retry-After`: seconds, or an instant.
    fn wished(&self, headers: &HeaderMap) -> Option<u64> {
        let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
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
            .help("Make `page` of a survey's source smaller, or raise `file_mb` of `[limits]` in scoreboard.toml.")
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

/// Where a redirect leads.
fn next(from: &Url, response: &Response) -> Result<Url, String> {
    let to = response.headers().get(LOCATION).and_then(|to| to.to_str().ok()).and_then(|to| from.join(to).ok());
    let to = to.ok_or("the server sends on and does not say where")?;
    if !matches!(to.scheme(), "http" | "https") || (from.scheme() == "https" && to.scheme() == "http") {
        return Err("the server sends on to an address without encryption, which is not followed".to_owned());
    }
    Ok(to)
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

/// The other way: what cannot be decoded stays as it is.
pub fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut plain, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while at < bytes.len() {
        let pair = text.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        if let Some(byte) = pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            plain.push(byte);
            at += 3;
        } else {
            plain.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}

/// An address as the server and the path on it.
pub fn split(url: &str) -> (&str, &str) {
    let host = url.find("://").map_or(0, |at| at + 3);
    url[host..].find('/').map_or((url, ""), |at| url.split_at(host + at))
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
    fn an_address_is_taken_apart() {
        assert_eq!(decoded("a%2Fb%3Fc%C3%A9 100%"), "a/b?cé 100%");
        assert_eq!(split("https://h:8/a/b?c"), ("https://h:8", "/a/b?c"));
        assert_eq!(split("https://h"), ("https://h", ""));
    }

    #[test]
    fn what_could_end_a_path_is_encoded() {
        assert_eq!(encoded("a/b?c=d&é"), "a%2Fb%3Fc%3Dd%26%C3%A9");
    }
}
