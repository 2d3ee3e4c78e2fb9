//! Small file servers for tests of sources and destinations: `WebDAV` and an object store, with what they hold in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use crate::server::{Reply, Seen, Server};

/// What a server holds, by path or key.
pub type Held = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

/// A `WebDAV` server with one folder, which clients call `/dav/in` or `/dav/out`.
pub struct Dav {
    pub held: Held,
    pub server: Server,
}

/// The hash of some bytes as an `ETag`.
pub fn etag(bytes: &[u8]) -> String {
    format!("\"{}\"", scoreboard::store::hash_of(bytes))
}

impl Dav {
    /// `moves`: the status of MOVE; 201 moves.
    pub fn start(moves: u16) -> Self {
        let held: Held = Arc::default();
        let inside = Arc::clone(&held);
        let server = Server::start(move |seen| dav(seen, &mut inside.lock().expect("held"), moves));
        Self { held, server }
    }

    pub fn put(&self, path: &str, bytes: impl Into<Vec<u8>>) {
        self.held.lock().expect("held").insert(path.to_owned(), bytes.into());
    }

    pub fn names(&self) -> Vec<String> {
        self.held.lock().expect("held").keys().cloned().collect()
    }
}

pub fn dav(seen: &Seen, held: &mut BTreeMap<String, Vec<u8>>, moves: u16) -> Reply {
    // user:secret
    if seen.header("authorization") != Some("Basic dXNlcjpodW50ZXIyMg==") {
        return Reply::text("who are you? hunter22").with(401);
    }
    let path = seen.path.trim_end_matches('/').to_owned();
    match seen.method.as_str() {
        "PROPFIND" => list(&path, held),
        "GET" | "HEAD" => match held.get(&path) {
            Some(bytes) if seen.method == "GET" => Reply::text(bytes.clone()).header("etag", &etag(bytes)),
            Some(bytes) => Reply::text("").header("etag", &etag(bytes)),
            None => Reply::status(404),
        },
        "PUT" => {
            held.insert(path, seen.bytes.clone());
            Reply::status(201)
        }
        "MOVE" if moves == 201 => {
            let to = seen.header("destination").and_then(|to| to.split_once("://")).expect("a destination").1;
            let to = to[to.find('/').expect("a path")..].to_owned();
            let bytes = held.remove(&path).expect("a file");
            held.insert(to, bytes);
            Reply::status(201)
        }
        "MOVE" => Reply::status(moves),
        "DELETE" => Reply::status(if held.remove(&path).is_some() { 204 } else { 404 }),
        _ => Reply::status(405),
    }
}

/// Folder and files one step below, with the odd forms that servers give: absolute and relative addresses, properties
/// that are missing, an entry that is gone.
fn list(path: &str, held: &BTreeMap<String, Vec<u8>>) -> Reply {
    let folder = |path: &str| {
        format!(
            "<d:response><d:href>{path}/</d:href><d:propstat><d:prop><d:resourcetype><d:collection/></d:resourcetype>\
             </d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>"
        )
    };
    let mut lines = vec![folder(path)];
    let inside = format!("{path}/");
    for (name, bytes) in held.iter().filter(|(name, _)| name.starts_with(&inside)) {
        let rest = &name[inside.len()..];
        if let Some((first, _)) = rest.split_once('/') {
            lines.push(folder(&format!("{path}/{first}")));
            continue;
        }
        lines.push(format!(
            "<d:response><d:href>https://elsewhere.example{name}</d:href><d:propstat><d:prop><d:getetag>{}</d:getetag>\
             <d:getcontentlength>{}</d:getcontentlength><d:resourcetype/></d:prop><d:status>HTTP/1.1 200 OK</d:status>\
             </d:propstat><d:propstat><d:prop><d:getlastmodified/></d:prop><d:status>HTTP/1.1 404 Not Found</d:status>\
             </d:propstat></d:response>",
            etag(bytes).replace('"', "&quot;"),
            bytes.len()
        ));
    }
    lines.push(format!(
        "<d:response><d:href>{path}/gone.csv</d:href><d:status>HTTP/1.1 404 Not Found</d:status></d:response>"
    ));
    lines.push(
        "<d:response><d:href>/dav/../etc/passwd</d:href><d:propstat><d:prop/></d:propstat></d:response>".to_owned(),
    );
    let text = format!("<?xml version=\"1.0\"?><d:multistatus xmlns:d=\"DAV:\">{}</d:multistatus>", lines.concat());
    Reply::text(text).with(207)
}

/// An object store with one bucket, `kpi`, which lists two objects a page.
pub struct Store {
    pub held: Held,
    pub server: Server,
}

impl Store {
    pub fn start() -> Self {
        let held: Held = Arc::default();
        let inside = Arc::clone(&held);
        let server = Server::start(move |seen| store(seen, &mut inside.lock().expect("held")));
        Self { held, server }
    }

    pub fn put(&self, key: &str, bytes: impl Into<Vec<u8>>) {
        self.held.lock().expect("held").insert(key.to_owned(), bytes.into());
    }
}

fn store(seen: &Seen, held: &mut BTreeMap<String, Vec<u8>>) -> Reply {
    let refused = |code: &str| {
        let signature = seen.query("X-Amz-Signature").unwrap_or_default();
        let text = format!(
            "<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>no</Message>\
             <SignatureProvided>{signature}</SignatureProvided></Error>"
        );
        Reply::text(text).with(403)
    };
    if seen.query("X-Amz-Credential").is_none_or(|who| !who.starts_with("KEYID")) {
        return refused("InvalidAccessKeyId");
    }
    if seen.query("X-Amz-Signature").is_none_or(|signature| signature.len() != 64) {
        return refused("SignatureDoesNotMatch");
    }
    let path = seen.path.split('?').next().unwrap_or_default();
    let Some(key) = path.strip_prefix("/kpi/") else { return refused("NoSuchBucket") };
    match (seen.method.as_str(), key) {
        ("GET", "") => {
            let prefix = seen.query("prefix").unwrap_or_default().replace("%2F", "/");
            let from: usize = seen.query("continuation-token").map_or(0, |token| token[1..].parse().expect("a token"));
            let all: Vec<_> = held.iter().filter(|(key, _)| key.starts_with(&prefix)).collect();
            let page = all.iter().skip(from).take(2).map(|(key, bytes)| {
                let (key, etag) = (key.replace(' ', "+"), etag(bytes).replace('"', "&quot;"));
                format!("<Contents><Key>{key}</Key><ETag>{etag}</ETag><Size>{}</Size></Contents>", bytes.len())
            });
            let page: String = page.collect();
            let more = if all.len() > from + 2 {
                format!("<IsTruncated>true</IsTruncated><NextContinuationToken>t{}</NextContinuationToken>", from + 2)
            } else {
                "<IsTruncated>false</IsTruncated>".to_owned()
            };
            Reply::text(format!("<ListBucketResult><EncodingType>url</EncodingType>{more}{page}</ListBucketResult>"))
        }
        ("PUT", key) => {
            held.insert(key.to_owned(), seen.bytes.clone());
            Reply::text("").header("etag", &etag(&seen.bytes))
        }
        (_, key) => match held.get(&key.replace("%20", " ")) {
            Some(bytes) if seen.method == "HEAD" => Reply::text("").header("etag", &etag(bytes)),
            Some(bytes) => Reply::text(bytes.clone()).header("etag", &etag(bytes)),
            None => Reply::status(404),
        },
    }
}
