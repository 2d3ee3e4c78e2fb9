//! Requests to object stores that speak as Amazon S3 does: signed addresses, and what their answers mean.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::Url;
use rusty_s3::actions::{GetObject, HeadObject, PutObject};
use rusty_s3::{Bucket as Signed, S3Action, UrlStyle};

use super::client::{Answer, Client};
use super::xml::Node;
use super::{Credentials, Failure};
use crate::finding::rules;
use crate::model::place::Bucket;

/// A signature is good for as long as one request may take, with its tries.
const VALID: Duration = Duration::from_hours(1);

/// A bucket with who signs in.
pub struct Signer {
    bucket: Signed,
    credentials: rusty_s3::Credentials,
}

impl Signer {
    /// # Errors
    /// When the address and the name make no bucket.
    pub fn new(bucket: &Bucket, credentials: &Credentials) -> Result<Self, Failure> {
        let none = || Failure::new(&rules::FETCH_REFUSED, "`endpoint` and `bucket` make no address");
        let endpoint = Url::parse(&bucket.endpoint).map_err(|_| none())?;
        let style = if bucket.path_style { UrlStyle::Path } else { UrlStyle::VirtualHost };
        let signed = Signed::new(endpoint, style, bucket.name.clone(), bucket.region.clone()).map_err(|_| none())?;
        let key = credentials.user.as_ref().map_or("", |user| user.reveal());
        Ok(Self { bucket: signed, credentials: rusty_s3::Credentials::new(key, credentials.secret.reveal()) })
    }

    /// The server's address, without a slash at its end.
    pub fn origin(&self) -> String {
        self.bucket.base_url().origin().ascii_serialization()
    }

    /// A page of what lies below a prefix.
    pub fn list(&self, prefix: &str, token: Option<&str>, now: DateTime<Utc>) -> String {
        // An object without a name is the bucket itself, and asking it for itself lists it.
        let mut action = GetObject::new(&self.bucket, Some(&self.credentials), "");
        let query = action.query_mut();
        query.insert("list-type", "2");
        query.insert("encoding-type", "url");
        query.insert("max-keys", "1000");
        query.insert("prefix", prefix.to_owned());
        if let Some(token) = token {
            query.insert("continuation-token", token.to_owned());
        }
        signed(&action, now)
    }

    pub fn get(&self, key: &str, now: DateTime<Utc>) -> String {
        signed(&GetObject::new(&self.bucket, Some(&self.credentials), key), now)
    }

    pub fn head(&self, key: &str, now: DateTime<Utc>) -> String {
        signed(&HeadObject::new(&self.bucket, Some(&self.credentials), key), now)
    }

    pub fn put(&self, key: &str, now: DateTime<Utc>) -> String {
        signed(&PutObject::new(&self.bucket, Some(&self.credentials), key), now)
    }
}

/// The path and the query of a signed address.
fn signed<'a>(action: &impl S3Action<'a>, now: DateTime<Utc>) -> String {
    let at = std::time::SystemTime::from(now);
    let url = match at.try_into() {
        Ok(at) => action.sign_with_time(VALID, &at),
        Err(_) => action.sign(VALID),
    };
    format!("{}?{}", url.path(), url.query().unwrap_or_default())
}

/// What an answer that is no good one means. The store's words are taken by field: others may hold a signature.
pub fn complaint(client: &Client<'_>, answer: &Answer) -> Failure {
    let node = Node::parse(&answer.body);
    let part = |name| node.as_ref().and_then(|node| node.text_of(name)).map(|text| client.quote(text.as_bytes()));
    let (code, words) = (part("Code").unwrap_or_default(), part("Message").unwrap_or_default());
    let status = answer.status;
    let said = match (code.is_empty(), words.is_empty()) {
        (true, _) => String::new(),
        (false, true) => format!(": {code}"),
        (false, false) => format!(": {code}, “{words}”"),
    };
    let help = match code.as_str() {
        "SignatureDoesNotMatch" => "Compare the secret key, `region` and `endpoint` with what the provider shows.",
        "RequestTimeTooSkewed" | "RequestExpired" => "Set the clock of this machine right.",
        "NoSuchBucket" => "Compare `bucket`, `endpoint` and `path_style` with what the provider shows.",
        "AccessDenied" => "Give the key the rights to list, read and write in this bucket.",
        "InvalidAccessKeyId" => "Compare the access key with what the provider shows.",
        _ => rules::FETCH_REFUSED.fix,
    };
    Failure::new(&rules::FETCH_REFUSED, format!("the object store refuses (status {status}){said}")).help(help)
}
