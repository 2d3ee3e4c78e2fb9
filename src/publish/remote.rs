//! Files to a place outside the project: a folder, PUT, `WebDAV`, an object store. Each is there whole or not at all.

use std::path::{Path, PathBuf};

use super::folder;
use crate::finding::rules;
use crate::http::client::{Answer, Client, Request, decoded, encoded, is_anything, split};
use crate::http::s3::{Signer, complaint};
use crate::http::{Access, Endpoint, Failure, Surroundings};
use crate::model::place::{Address, Place, Remote};
use crate::store::{atomic, fault};
use reqwest::Method;

/// Of one answer: some give back what lies there.
const ANSWER_BYTES: u64 = 64_000_000;
/// How many numbered names are tried beside one that is locked.
const TRIES: u32 = 9;

/// What is delivered.
pub struct Parcel<'p> {
    pub name: &'p str,
    /// What it is called while it is half there. The same for every day's version: what a kill left is written over and
    /// moved by the next delivery, whatever the date in its name.
    pub half: &'p str,
    pub bytes: &'p [u8],
    /// What the server called the version that was delivered last, where it stands still.
    pub before: Option<&'p str>,
}

/// Where it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivered {
    /// For people, without secrets.
    pub place: String,
    /// What the server calls this version.
    pub etag: Option<String>,
    /// False where the same bytes lay there already.
    pub sent: bool,
}

/// Whether the version of the last delivery still lies there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lies {
    There,
    /// It is gone, or another one lies there.
    No,
    /// The place does not tell.
    Unknown,
}

/// Who brings files to one place.
pub struct Courier<'a> {
    way: Way<'a>,
}

enum Way<'a> {
    Folder { folder: PathBuf, shown: String },
    Put { client: Client<'a>, path: String, query: String, shown: String, block: bool },
    WebDav { client: Client<'a>, origin: String, path: String, made: bool },
    S3 { client: Client<'a>, signer: Signer, prefix: String, shown: String, surroundings: &'a dyn Surroundings },
}

/// The server of a place, for which a courier needs a name that outlives it: the place itself may be a secret.
///
/// # Errors
/// When the place makes no address.
pub fn origin(to: &Remote, access: &Access) -> Result<String, Failure> {
    let missing = || Failure::new(&rules::SECRET_MISSING, "the address is not there");
    Ok(match &to.place {
        Place::Folder(_) => String::new(),
        Place::Url { address: Address::Written(url), .. } | Place::WebDav { url, .. } => split(url).0.to_owned(),
        Place::Url { address: Address::Secret(_), .. } => {
            split(access.address.as_ref().ok_or_else(missing)?.reveal()).0.to_owned()
        }
        Place::S3(bucket) => Signer::new(bucket, access.login.as_ref().ok_or_else(missing)?)?.origin(),
    })
}

impl<'a> Courier<'a> {
    /// Makes ready. `origin` is what [`origin`] gave; `root` is where relative paths begin.
    ///
    /// # Errors
    /// When the place is not there, or must not be reached.
    pub fn open(
        to: &'a Remote,
        root: &Path,
        origin: &'a str,
        access: &Access,
        surroundings: &'a dyn Surroundings,
    ) -> Result<Self, Failure> {
        let missing = || Failure::new(&rules::SECRET_MISSING, "there is nobody who signs in");
        let endpoint = Endpoint {
            url: origin,
            timeout: to.timeout,
            total: to.total,
            unknown: ("the folder", "Compare the address of the destination with the one in a browser."),
        };
        let client = || {
            let bytes = (ANSWER_BYTES, ANSWER_BYTES * 100);
            let (login, guard) = (access.login.as_ref(), access.guard.clone());
            let mut client = Client::guarded(endpoint, login, surroundings, bytes, guard)?;
            match &access.login {
                _ if matches!(to.place, Place::S3(_)) => {}
                Some(login) if login.user.is_some() => client.authorize_by_password()?,
                Some(login) => client.authorize(&format!("Bearer {}", login.secret.reveal()))?,
                None => {}
            }
            Ok::<_, Failure>(client)
        };
        let way = match &to.place {
            Place::Folder(path) => {
                let folder = root.join(path);
                let shown = path.display().to_string();
                if !folder.is_dir() {
                    // Made anew it might be a folder of this machine where a share should be.
                    let help = "Connect the share, or make the folder.";
                    let message = format!("the folder {shown} is not there");
                    return Err(Failure::new(&rules::FETCH_UNREACHABLE, message).help(help));
                }
                Way::Folder { folder, shown }
            }
            Place::Url { address, .. } => {
                let mut client = client()?;
                let url = match (address, &access.address) {
                    (Address::Written(url), _) => url.as_str(),
                    (Address::Secret(_), Some(url)) => url.reveal(),
                    (Address::Secret(_), None) => return Err(missing()),
                };
                let rest = split(url).1;
                let (path, query) = rest.split_once('?').map_or((rest, String::new()), |(p, q)| (p, format!("?{q}")));
                let path = path.trim_end_matches('/').to_owned();
                let secret = matches!(address, Address::Secret(_));
                let shown = if secret { origin.to_owned() } else { format!("{origin}{path}") };
                if secret {
                    client.hide(url);
                    for part in [path.as_str(), query.trim_start_matches('?')].into_iter().filter(|part| part.len() > 8)
                    {
                        client.hide(part);
                    }
                }
                let block = origin.ends_with(".blob.core.windows.net");
                Way::Put { client, path, query, shown, block }
            }
            Place::WebDav { url, .. } => {
                let path = split(url).1.to_owned();
                Way::WebDav { client: client()?, origin: origin.to_owned(), path, made: false }
            }
            Place::S3(bucket) => {
                let signer = Signer::new(bucket, access.login.as_ref().ok_or_else(missing)?)?;
                let shown = format!("s3://{}/{}", bucket.name, bucket.prefix);
                Way::S3 { client: client()?, signer, prefix: bucket.prefix.clone(), shown, surroundings }
            }
        };
        Ok(Self { way })
    }

    /// Takes away what a crash left half written of a report's files. Elsewhere than in folders the next delivery does,
    /// which writes over it.
    pub fn clear(&self, report: &str) {
        if let Way::Folder { folder, .. } = &self.way {
            atomic::sweep(folder, &|name| name.starts_with(report));
        }
    }

    /// Whether what was delivered under a name still lies there.
    ///
    /// # Errors
    /// When the place cannot be asked.
    pub fn lies(&mut self, name: &str, bytes: &[u8], etag: Option<&str>) -> Result<Lies, Failure> {
        let (client, path) = match &mut self.way {
            Way::Folder { folder, .. } => {
                let same = std::fs::read(folder.join(name)).is_ok_and(|there| there == bytes);
                return Ok(if same { Lies::There } else { Lies::No });
            }
            Way::Put { client, path, query, .. } => (client, format!("{path}/{}{query}", encoded(name))),
            Way::WebDav { client, path, .. } => (client, format!("{path}/{}", encoded(name))),
            Way::S3 { client, signer, prefix, surroundings, .. } => {
                let path = signer.head(&format!("{prefix}{name}"), surroundings.now());
                (client, path)
            }
        };
        let answer = head(client, &path)?;
        Ok(match (answer.status, answer.header("etag"), etag) {
            (200, Some(there), Some(etag)) if there == etag => Lies::There,
            (404 | 410, ..) | (200, Some(_), Some(_)) => Lies::No,
            _ => Lies::Unknown,
        })
    }

    /// Brings a file.
    ///
    /// # Errors
    /// When it is not there now; what lay there before does still.
    pub fn deliver(&mut self, parcel: &Parcel<'_>) -> Result<Delivered, Failure> {
        match &mut self.way {
            Way::Folder { folder, shown } => {
                let receipt = folder::deliver(folder, parcel.name, parcel.bytes)
                    .map_err(|error| Failure::new(&rules::DISK, error.to_string()))?;
                let name = receipt.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let place = Path::new(shown.as_str()).join(name).display().to_string();
                Ok(Delivered { place, etag: None, sent: receipt.written })
            }
            Way::Put { client, path, query, shown, block } => {
                let to = format!("{path}/{}{query}", encoded(parcel.name));
                let mut request = put(&to, parcel.bytes, parcel.name);
                if *block {
                    request = request.header("x-ms-blob-type", "BlockBlob");
                }
                if let Some(before) = parcel.before {
                    request = request.header("if-match", before);
                }
                let answer = ask(client, &request.statuses(&[201, 202, 204, 412]))?;
                if answer.status == 412 {
                    // An answer that was lost, or a kill before the receipt: then it is ours that lies there.
                    let there = client.send(&Request::get(&to, is_anything).statuses(&[404, 405]).once());
                    if let Some(there) = there.ok().filter(|there| there.body == parcel.bytes) {
                        let place = format!("{shown}/{}", parcel.name);
                        return Ok(Delivered { place, etag: etag(&there), sent: true });
                    }
                    let message = "somebody else changed it there since the last delivery";
                    let help = "Look at it; scoreboard publish --again replaces it.";
                    return Err(Failure::new(&rules::FETCH_REFUSED, message).help(help));
                }
                Ok(Delivered { place: format!("{shown}/{}", parcel.name), etag: etag(&answer), sent: true })
            }
            Way::WebDav { client, origin, path, made } => webdav(client, origin, path, made, parcel),
            Way::S3 { client, signer, prefix, shown, surroundings } => {
                let to = signer.put(&format!("{prefix}{}", parcel.name), surroundings.now());
                let request = put(&to, parcel.bytes, parcel.name).statuses(&[400, 403, 404, 412]);
                let answer = ask(client, &request)?;
                if answer.status != 200 {
                    return Err(complaint(client, &answer));
                }
                Ok(Delivered { place: format!("{shown}{}", parcel.name), etag: etag(&answer), sent: true })
            }
        }
    }
}

/// Sends what changes something there.
fn ask(client: &mut Client<'_>, request: &Request<'_>) -> Result<Answer, Failure> {
    fault::point();
    let answer = client.send(request);
    fault::point();
    answer
}

fn etag(answer: &Answer) -> Option<String> {
    answer.header("etag").map(str::to_owned)
}

fn head(client: &mut Client<'_>, path: &str) -> Result<Answer, Failure> {
    let statuses = [204, 400, 401, 403, 404, 405, 410, 501];
    client.send(&Request::of(Method::HEAD, path).statuses(&statuses))
}

fn put<'r>(path: &'r str, bytes: &'r [u8], name: &str) -> Request<'r> {
    Request::of(Method::PUT, path).body(media(name), bytes)
}

/// The media type of a file that a report writes.
pub fn media(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "html" => "text/html; charset=utf-8",
        "json" => "application/json",
        "csv" => "text/csv; charset=utf-8",
        "xml" => "application/xml",
        _ => "application/octet-stream",
    }
}

fn method(name: &str) -> Result<Method, Failure> {
    Method::from_bytes(name.as_bytes()).map_err(|_| Failure::strange("no request can be made"))
}

/// Written beside its name and moved there; where the server moves nothing, written at once, which servers do whole.
fn webdav(
    client: &mut Client<'_>,
    origin: &str,
    folder: &str,
    made: &mut bool,
    parcel: &Parcel<'_>,
) -> Result<Delivered, Failure> {
    let at = |name: &str| format!("{folder}/{}", encoded(name));
    let (wanted, half) = (at(parcel.name), at(parcel.half));
    let good = [201, 204, 404, 409, 423];
    let mut written = ask(client, &put(&half, parcel.bytes, parcel.name).statuses(&good))?;
    // Servers answer so where the folder is not there yet.
    if matches!(written.status, 404 | 409) && !*made {
        *made = true;
        ask(client, &Request::of(method("MKCOL")?, folder).statuses(&[201, 405, 409]))?;
        written = ask(client, &put(&half, parcel.bytes, parcel.name).statuses(&good))?;
    }
    if matches!(written.status, 404 | 409 | 423) {
        let message =
            format!("the server has no such folder, or does not let anybody write there (status {})", written.status);
        return Err(Failure::new(&rules::FETCH_REFUSED, message));
    }
    let moved = Request::of(method("MOVE")?, &half)
        .header("destination", format!("{origin}{wanted}"))
        .header("overwrite", "T")
        .statuses(&[201, 204, 400, 403, 405, 412, 423, 501, 502]);
    let mut name = parcel.name.to_owned();
    let status = ask(client, &moved)?.status;
    if !matches!(status, 200 | 201 | 204) {
        name = beside(client, &at, parcel)?;
        // Half a name in the way of nobody is no reason to fail.
        let _ = ask(client, &Request::of(Method::DELETE, &half).statuses(&[204, 404]).once());
    }
    let etag = head(client, &at(&name)).ok().and_then(|answer| etag(&answer));
    Ok(Delivered { place: format!("{origin}{}", decoded(&at(&name))), etag, sent: true })
}

/// Writes without a move; under a numbered name where somebody has the file open.
fn beside(client: &mut Client<'_>, at: &dyn Fn(&str) -> String, parcel: &Parcel<'_>) -> Result<String, Failure> {
    let (stem, ending) = parcel.name.rsplit_once('.').unwrap_or((parcel.name, ""));
    let names = std::iter::once(parcel.name.to_owned()).chain((2..=TRIES).map(|n| format!("{stem} ({n}).{ending}")));
    for name in names {
        let path = at(&name);
        let answer = ask(client, &put(&path, parcel.bytes, parcel.name).statuses(&[201, 204, 423]))?;
        if answer.status != 423 {
            return Ok(name);
        }
    }
    Err(Failure::new(&rules::FETCH_REFUSED, "somebody has the file and all numbered ones beside it open (status 423)"))
}

#[cfg(test)]
mod tests {
    use super::media;

    #[test]
    fn every_output_has_its_media_type() {
        assert!(media("a.evidence.parquet").ends_with("octet-stream"));
        assert!(media("a_2016-05-31.xlsx").ends_with("sheet"));
    }
}
