//! A bucket of an object store, or what lies below a prefix in it.

use super::{Asked, Got, Item, Left, Mark, Receive, Seen, client, counted, sound, walk};
use crate::finding::rules;
use crate::http::Failure;
use crate::http::client::{Client, Request, decoded, is_anything};
use crate::http::s3::{Signer, complaint};
use crate::http::xml::Node;
use crate::model::place::Bucket;

/// Pages of a thousand.
const PAGES: usize = 200;

struct Shelf<'a> {
    asked: &'a Asked<'a>,
    bucket: &'a Bucket,
    signer: &'a Signer,
    client: Client<'a>,
}

pub(super) fn fetch(asked: &Asked<'_>, bucket: &Bucket, receive: Receive<'_>) -> Result<Seen, Failure> {
    let login = asked.access.login.as_ref();
    let login = login.ok_or_else(|| Failure::new(&rules::SECRET_MISSING, "there is nobody who signs in"))?;
    let signer = Signer::new(bucket, login)?;
    let origin = signer.origin();
    let client = client(asked, &origin)?;
    walk(asked, &mut Shelf { asked, bucket, signer: &signer, client }, receive)
}

/// A page of a list.
struct Page {
    /// With how each is called in the bucket.
    items: Vec<(String, Mark)>,
    next: Option<String>,
}

fn page(body: &[u8]) -> Option<Page> {
    let node = Node::parse(body).filter(|node| node.is("ListBucketResult"))?;
    let encoded = node.text_of("EncodingType") == Some("url");
    let read = |key: &str| if encoded { decoded(&key.replace('+', "%20")) } else { key.to_owned() };
    let mut items = Vec::new();
    for one in node.all("Contents") {
        let mark = Mark {
            etag: one.text_of("ETag").map(str::to_owned),
            modified: one.text_of("LastModified").map(str::to_owned),
            bytes: one.text_of("Size").and_then(|size| size.parse().ok()),
        };
        items.push((read(one.text_of("Key")?), mark));
    }
    let more = node.text_of("IsTruncated") == Some("true");
    let next = node.text_of("NextContinuationToken").map(str::to_owned);
    // A list that is cut off without a way to go on would end early, unseen.
    if more && next.is_none() {
        return None;
    }
    Some(Page { items, next: next.filter(|_| more) })
}

impl super::Shelf for Shelf<'_> {
    fn list(&mut self, left: &mut Vec<Left>) -> Result<Vec<Item>, Failure> {
        let (mut items, mut token): (Vec<Item>, Option<String>) = (Vec::new(), None);
        for _ in 0..PAGES {
            let path = self.signer.list(&self.bucket.prefix, token.as_deref(), self.asked.surroundings.now());
            let answer = self.client.send(&Request::get(&path, is_anything).statuses(&[400, 403, 404]))?;
            if answer.status != 200 {
                return Err(complaint(&self.client, &answer));
            }
            let page = page(&answer.body)
                .ok_or_else(|| Failure::strange("the object store lists a bucket in a form that is not S3's"))?;
            for (key, mark) in page.items {
                let Some(rest) = key.strip_prefix(&self.bucket.prefix) else { continue };
                // Some programs keep empty objects in place of folders.
                if rest.is_empty() || rest.ends_with('/') || (rest.contains('/') && !self.asked.source.subfolders) {
                    continue;
                }
                match sound(rest) {
                    Some(name) => items.push(Item { name, mark, address: key }),
                    None => left.push(Left { name: key, why: "has a name that cannot be used".to_owned() }),
                }
                counted(self.asked, items.len())?;
            }
            if page.next.is_none() {
                return Ok(items);
            }
            if page.next == token {
                return Err(Failure::strange("the object store gives the same page of its list again"));
            }
            token = page.next;
        }
        Err(Failure::new(&rules::FETCH_UNREADABLE, format!("lists more than {PAGES} pages")))
    }

    fn get(&mut self, item: &Item) -> Result<Got, Failure> {
        let path = self.signer.get(&item.address, self.asked.surroundings.now());
        let answer = self.client.send(&Request::get(&path, is_anything).statuses(&[400, 403, 404]))?;
        match answer.status {
            200 => Ok(Got::File(answer.body, item.mark.clone())),
            404 => Ok(Got::Left("went away while it was asked for".to_owned())),
            _ => Err(complaint(&self.client, &answer)),
        }
    }

    fn requests(&self) -> u32 {
        self.client.requests()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_what_lies_there_and_how_to_go_on() {
        let text = |more: &str, token: &str| {
            format!(
                "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><EncodingType>url</EncodingType>\
                 <IsTruncated>{more}</IsTruncated>{token}<Contents><Key>in/a+b%2B%C3%A4.xlsx</Key>\
                 <ETag>&quot;e&quot;</ETag><Size>7</Size></Contents></ListBucketResult>"
            )
        };
        let token = "<NextContinuationToken>t</NextContinuationToken>";
        let first = page(text("true", token).as_bytes()).expect("a page");
        assert_eq!(first.items[0].0, "in/a b+ä.xlsx");
        assert_eq!((first.items[0].1.etag.as_deref(), first.next.as_deref()), (Some("\"e\""), Some("t")));
        assert_eq!(page(text("false", token).as_bytes()).expect("a page").next, None);
        assert!(page(text("true", "").as_bytes()).is_none());
        assert!(page(b"<Error><Code>AccessDenied</Code></Error>").is_none());
    }
}
