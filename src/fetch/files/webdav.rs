//! A folder of a `WebDAV` server, such as Nextcloud or `SharePoint`: asked folder by folder, because many servers refuse to
//! list everything at once.

use reqwest::Method;

use super::{Asked, Got, Item, Left, Mark, client, counted, sound};
use crate::finding::rules;
use crate::http::Failure;
use crate::http::client::{Client, Request, decoded, is_anything, split};
use crate::http::xml::Node;

const PROPERTIES: &[u8] = b"<?xml version=\"1.0\" encoding=\"utf-8\"?><d:propfind xmlns:d=\"DAV:\"><d:prop>\
    <d:resourcetype/><d:getetag/><d:getlastmodified/><d:getcontentlength/></d:prop></d:propfind>";
const FOLDERS: usize = 500;
const DEEPEST: usize = 12;

pub(super) struct Shelf<'a> {
    asked: &'a Asked<'a>,
    client: Client<'a>,
    /// The folder's path, as written, without a slash at its end.
    base: &'a str,
}

impl<'a> Shelf<'a> {
    pub fn open(asked: &'a Asked<'a>, url: &'a str) -> Result<Self, Failure> {
        let (origin, base) = split(url);
        Ok(Self { asked, client: client(asked, origin)?, base })
    }

    /// What lies in a folder, by its path as written.
    fn look(&mut self, path: &str) -> Result<Vec<Entry>, Failure> {
        let request = Request { is_whole: is_multistatus, ..Request::of(propfind()?, path) };
        let request = request.body("application/xml; charset=utf-8", PROPERTIES).header("depth", "1");
        let answer = self.client.send(&request.statuses(&[207, 405, 501]))?;
        if answer.status != 207 || !is_multistatus(&answer.body) {
            let message = format!("the server does not speak WebDAV at this address (status {})", answer.status);
            let help = "For Nextcloud write https://HOST/remote.php/dav/files/USER/FOLDER.";
            return Err(Failure::new(&rules::FETCH_REFUSED, message).help(help));
        }
        let strange = || Failure::strange("the server lists a folder in a form that is not WebDAV's");
        let mut entries = entries(&answer.body).ok_or_else(strange)?;
        for entry in entries.iter_mut().filter(|entry| !entry.path.starts_with('/')) {
            entry.path = format!("{}/{}", path.trim_end_matches('/'), entry.path.trim_start_matches("./"));
        }
        Ok(entries)
    }
}

fn propfind() -> Result<Method, Failure> {
    Method::from_bytes(b"PROPFIND").map_err(|_| Failure::strange("no request can be made"))
}

fn is_multistatus(body: &[u8]) -> bool {
    Node::parse(body).is_some_and(|node| node.is("multistatus"))
}

/// One line of a list.
#[derive(Debug, PartialEq, Eq)]
struct Entry {
    /// As the server writes it, without scheme and host.
    path: String,
    folder: bool,
    mark: Mark,
}

/// The entries of a multistatus answer. Those that the server itself says are not there are passed over.
fn entries(body: &[u8]) -> Option<Vec<Entry>> {
    let node = Node::parse(body).filter(|node| node.is("multistatus"))?;
    let good = |status: &str| status.split_whitespace().nth(1).is_some_and(|code| code.starts_with('2'));
    let mut entries = Vec::new();
    for response in node.all("response") {
        if response.text_of("status").is_some_and(|status| !good(status)) {
            continue;
        }
        let href = response.text_of("href")?;
        let path = match href.split_once("://") {
            Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
            None => href,
        };
        let props = || {
            let found = response.all("propstat").filter(|stat| stat.text_of("status").is_none_or(good));
            found.filter_map(|stat| stat.first("prop"))
        };
        let text = |name: &str| props().find_map(|prop| prop.text_of(name)).map(str::to_owned);
        let folder =
            props().filter_map(|prop| prop.first("resourcetype")).any(|kind| kind.first("collection").is_some());
        let mark = Mark {
            etag: text("getetag"),
            modified: text("getlastmodified"),
            bytes: text("getcontentlength").and_then(|length| length.parse().ok()),
        };
        entries.push(Entry { path: path.to_owned(), folder, mark });
    }
    Some(entries)
}

impl super::Shelf for Shelf<'_> {
    fn list(&mut self, left: &mut Vec<Left>) -> Result<Vec<Item>, Failure> {
        let home = decoded(self.base);
        let (mut items, mut seen) = (Vec::new(), 0);
        let mut folders = vec![(format!("{}/", self.base), 0)];
        while let Some((folder, depth)) = folders.pop() {
            seen += 1;
            if seen > FOLDERS {
                let message = format!("holds more than {FOLDERS} folders");
                return Err(Failure::new(&rules::FETCH_UNREADABLE, message));
            }
            let own = decoded(folder.trim_end_matches('/'));
            for entry in self.look(&folder)? {
                let path = decoded(entry.path.trim_end_matches('/'));
                if path == own {
                    continue;
                }
                let Some(name) = path.strip_prefix(&home).and_then(|rest| rest.strip_prefix('/')).and_then(sound)
                else {
                    left.push(Left {
                        name: entry.path,
                        why: "lies outside of the folder that was asked for".to_owned(),
                    });
                    continue;
                };
                if entry.folder {
                    // A list may hold what lies deeper; each folder is asked once.
                    let inside = path.strip_prefix(&own).is_some_and(|rest| rest.matches('/').count() == 1);
                    if self.asked.source.subfolders && inside && depth < DEEPEST {
                        folders.push((format!("{}/", entry.path.trim_end_matches('/')), depth + 1));
                    }
                    continue;
                }
                if name.contains('/') && !self.asked.source.subfolders {
                    continue;
                }
                items.push(Item { name, mark: entry.mark, address: entry.path });
                counted(self.asked, items.len())?;
            }
        }
        items.sort_by(|a, b| a.name.cmp(&b.name));
        items.dedup_by(|a, b| a.name == b.name);
        Ok(items)
    }

    fn get(&mut self, item: &Item) -> Result<Got, Failure> {
        let answer = self.client.send(&Request::get(&item.address, is_anything).statuses(&[404, 423]))?;
        Ok(match answer.status {
            404 => Got::Left("went away while it was asked for".to_owned()),
            423 => Got::Left("is locked: somebody works on it".to_owned()),
            _ => {
                let mut mark = item.mark.clone();
                // What came may be newer than the list.
                if let Some(etag) = answer.header("etag").filter(|_| mark.etag.is_none()) {
                    mark.etag = Some(etag.to_owned());
                }
                Got::File(answer.body, mark)
            }
        })
    }

    fn requests(&self) -> u32 {
        self.client.requests()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_in_every_form_that_servers_give() {
        let text = r#"<?xml version="1.0"?><D:multistatus xmlns:D="DAV:" xmlns:oc="http://owncloud.org/ns">
          <D:response><D:href>https://cloud.example/dav/in/</D:href><D:propstat><D:prop><D:resourcetype><D:collection/></D:resourcetype></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>
          <D:response><D:href>/dav/in/M%C3%A4rz%20%26%20Co.xlsx</D:href>
            <D:propstat><D:prop><D:getetag>"a&amp;1"</D:getetag><D:getcontentlength>12</D:getcontentlength><D:resourcetype/></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>
            <D:propstat><D:prop><D:getlastmodified>never</D:getlastmodified></D:prop><D:status>HTTP/1.1 404 Not Found</D:status></D:propstat></D:response>
          <D:response><D:href>/dav/in/gone.xlsx</D:href><D:status>HTTP/1.1 404 Not Found</D:status></D:response>
        </D:multistatus>"#;
        let found = entries(text.as_bytes()).expect("a list");
        let mark = Mark { etag: Some("\"a&1\"".into()), modified: None, bytes: Some(12) };
        assert_eq!(found[0], Entry { path: "/dav/in/".into(), folder: true, mark: Mark::default() });
        assert_eq!(found[1], Entry { path: "/dav/in/M%C3%A4rz%20%26%20Co.xlsx".into(), folder: false, mark });
        assert_eq!(found.len(), 2);
        assert_eq!(entries(b"<html><body>Sign in</body></html>"), None);
    }
}
