//! Places where files come from and go to: folders, addresses, `WebDAV`, object stores.

use std::path::PathBuf;
use std::time::Duration;

use super::reader::{At, Table};
use super::secret::{self, masked};
use super::server::{reachable, url};
use crate::finding::rules;
use crate::model::place::{Address, Bucket, Login, Place, Remote};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Folder,
    Url,
    WebDav,
    S3,
    /// People: no place of files.
    Mail,
}

pub(super) const SOURCES: [(&str, Kind); 4] =
    [("folder", Kind::Folder), ("url", Kind::Url), ("webdav", Kind::WebDav), ("s3", Kind::S3)];
pub(super) const DESTINATIONS: [(&str, Kind); 5] =
    [("folder", Kind::Folder), ("put", Kind::Url), ("webdav", Kind::WebDav), ("s3", Kind::S3), ("mail", Kind::Mail)];

/// Parts of an address by which it lets in whoever has it.
const KEYS: [&str; 12] = [
    "sig",
    "signature",
    "token",
    "access_token",
    "auth",
    "authkey",
    "key",
    "api_key",
    "apikey",
    "password",
    "secret",
    "credential",
];

/// Reads what a place of this kind needs.
pub(super) fn read(table: &Table<'_>, kind: Kind, hosts: &[String]) -> Option<Remote> {
    let place = match kind {
        Kind::Folder => table.required_text("path").and_then(|text| folder(table, &text)).map(Place::Folder),
        Kind::Url => {
            let address = address(table, hosts);
            let login = login(table);
            Some(Place::Url { address: address?, login })
        }
        Kind::WebDav => {
            let allow_http = table.boolean("allow_http").unwrap_or(false);
            let url = table.required_text("url").and_then(|text| url(table, &text, allow_http, hosts));
            let login = login(table);
            Some(Place::WebDav { url: url?, login })
        }
        Kind::S3 => bucket(table, hosts).map(Place::S3),
        Kind::Mail => return None,
    };
    let private = kind != Kind::Folder && table.boolean("allow_private").unwrap_or(false);
    let seconds = |key, default, range| Duration::from_secs(table.bounded(key, default, range).unsigned_abs());
    let (timeout, total) = (seconds("timeout_seconds", 60, 1..=600), seconds("total_seconds", 1_800, 1..=86_400));
    Some(Remote { place: place?, private, timeout, total })
}

fn folder(table: &Table<'_>, text: &At<String>) -> Option<PathBuf> {
    let path = text.value.trim();
    if path.is_empty() {
        table.bad(&text.span, "`path` names no folder", "Write it as in \"/mnt/partners\" or '\\\\server\\share'.");
        return None;
    }
    Some(PathBuf::from(path))
}

fn login(table: &Table<'_>) -> Option<Login> {
    let user = secret::optional(table, "user", "user_file").flatten();
    let secret = secret::optional(table, "secret", "secret_file").flatten();
    if user.is_some() && secret.is_none() {
        let span = table.span.start..table.span.start + 1;
        let finding = table.error(&rules::MISSING_KEY, &span, "`user` needs `secret` or `secret_file`");
        table.report(finding.help("Name the place of the password, too."));
    }
    Some(Login { user, secret: secret? })
}

/// An address with its query, or the place of one that is a secret.
fn address(table: &Table<'_>, hosts: &[String]) -> Option<Address> {
    let allow_http = table.boolean("allow_http").unwrap_or(false);
    let hidden = secret::optional(table, "url_secret", "url_secret_file");
    let Some(text) = table.text("url") else {
        if hidden.is_none() {
            let span = table.span.start..table.span.start + 1;
            let finding =
                table.error(&rules::MISSING_KEY, &span, "`url`, `url_secret` or `url_secret_file` must be given");
            table.report(finding.help("Write the address, or where the address stands if it must stay secret."));
        }
        return hidden.flatten().map(Address::Secret);
    };
    if hidden.is_some() {
        table.bad(&text.span, "`url` and `url_secret` name two addresses", "Leave one of them.");
    }
    let url = text.value.trim();
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let query = rest.split_once('?').map_or("", |(_, query)| query);
    let names = query.split('&').map(|part| part.split('=').next().unwrap_or_default().to_lowercase());
    let key = |name: &str| KEYS.contains(&name) || name.starts_with("x-amz-") || name.starts_with("x-goog-");
    if authority.contains('@') || names.into_iter().any(|name| key(&name)) {
        let message =
            "`url` lets in whoever has it, or holds a name to sign in: name its place with `url_secret`".to_owned();
        table.report(masked(table, &text.span, message));
        return None;
    }
    if rest.contains('#') {
        table.bad(&text.span, "`url` holds a `#`", "Leave out what follows it: no server sees that.");
        return None;
    }
    reachable(table, &text, url, allow_http, hosts).then(|| Address::Written(url.to_owned()))
}

fn bucket(table: &Table<'_>, hosts: &[String]) -> Option<Bucket> {
    let allow_http = table.boolean("allow_http").unwrap_or(false);
    let endpoint = table.required_text("endpoint").and_then(|text| url(table, &text, allow_http, hosts));
    let region = table.text("region").map_or_else(|| "us-east-1".to_owned(), |at| at.value);
    let name = table.required_text("bucket");
    let prefix = table.text("prefix").map_or_else(String::new, |at| at.value);
    let path_style = table.boolean("path_style").unwrap_or(true);
    let user = secret::required(table, "user", "user_file");
    let secret = secret::required(table, "secret", "secret_file");
    let name = name?;
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    if !(3..=63).contains(&name.value.len()) || !name.value.bytes().all(letter) || name.value.contains("..") {
        table.bad(
            &name.span,
            "`bucket` is no name of a bucket",
            "It has 3 to 63 small letters, digits, dots and dashes.",
        );
        return None;
    }
    let prefix = prefix.trim_matches('/');
    if prefix.split('/').any(|part| matches!(part, "." | "..")) {
        table.bad(&table.span_of("prefix"), "`prefix` holds a part that leads elsewhere", "Leave out `.` and `..`.");
        return None;
    }
    let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
    let login = Login { user: Some(user?), secret: secret? };
    Some(Bucket { endpoint: endpoint?, region, name: name.value, prefix, path_style, login })
}
