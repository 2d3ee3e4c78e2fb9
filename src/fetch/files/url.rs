//! One file at an address.

use super::{Arrived, Asked, EMPTY, Left, Mark, Receive, Seen, client, sound};
use crate::finding::rules;
use crate::http::Failure;
use crate::http::client::{Answer, Request, decoded, is_anything};
use crate::model::place::Address;

pub(super) fn fetch(asked: &Asked<'_>, address: &Address, receive: Receive<'_>) -> Result<Seen, Failure> {
    let url = match (address, &asked.access.address) {
        (Address::Written(url), _) => url.clone(),
        (Address::Secret(_), Some(url)) => url.reveal().to_owned(),
        (Address::Secret(_), None) => return Err(Failure::new(&rules::SECRET_MISSING, "the address is not there")),
    };
    let mut client = client(asked, &url)?;
    let mut request = Request { follows: true, ..Request::get("", is_anything).statuses(&[304]) };
    // Whatever it was called last time: there is one file.
    if let Some(mark) = asked.known.values().next() {
        if let Some(etag) = &mark.etag {
            request = request.header("if-none-match", etag);
        }
        if let Some(modified) = &mark.modified {
            request = request.header("if-modified-since", modified);
        }
    }
    let answer = client.send(&request)?;
    let mut seen = Seen { requests: client.requests(), ..Seen::default() };
    if answer.status == 304 {
        seen.unchanged = 1;
        return Ok(seen);
    }
    let name = name(asked, &answer);
    let page = answer.header("content-type").is_some_and(|kind| kind.to_lowercase().starts_with("text/html"));
    if page && answer.body.trim_ascii_start().starts_with(b"<") {
        let message = "the server gives a web page in place of a file: a page to sign in, or an expired link";
        let help = "Open the address in a browser where nobody is signed in: it must give the file itself.";
        return Err(Failure::strange(message).help(help));
    }
    if answer.body.is_empty() {
        seen.left.push(Left { name, why: EMPTY.to_owned() });
        return Ok(seen);
    }
    let text = |header| answer.header(header).map(str::to_owned);
    let mark = Mark { etag: text("etag"), modified: text("last-modified"), bytes: Some(answer.body.len() as u64) };
    asked.surroundings.progress(1, 1);
    receive(Arrived { name, mark, bytes: answer.body })?;
    Ok(seen)
}

/// As declared, else as the server calls it, else as the address ends, else by the source's code.
fn name(asked: &Asked<'_>, answer: &Answer) -> String {
    let declared = asked.source.name.clone();
    let told = || answer.header("content-disposition").and_then(told);
    let path = || answer.path.rsplit('/').next().map(decoded);
    let usable = |name: String| {
        let bare = name.rsplit(['/', '\\']).next().unwrap_or_default().trim_start_matches('.').trim().to_owned();
        sound(&bare).filter(|bare| bare.contains('.'))
    };
    declared.or_else(|| told().and_then(usable)).or_else(|| path().and_then(usable)).unwrap_or_else(|| {
        let kind = answer.header("content-type").unwrap_or_default();
        let ending = if kind.starts_with("text/csv") { "csv" } else { "xlsx" };
        format!("{}.{ending}", asked.source.code)
    })
}

/// The name in `Content-Disposition`: in its newer form, else in the older one.
fn told(header: &str) -> Option<String> {
    let parts = || header.split(';').filter_map(|part| part.trim().split_once('='));
    let of = |name: &str| parts().find(|(key, _)| key.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value.trim());
    let newer = of("filename*").and_then(|value| value.splitn(3, '\'').nth(2)).map(decoded);
    newer.or_else(|| of("filename").map(|value| value.trim_matches('"').to_owned())).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn a_name_is_read_in_both_forms() {
        assert_eq!(told("attachment; filename=\"a b.xlsx\"").as_deref(), Some("a b.xlsx"));
        let both = "attachment; filename=\"M_rz.xlsx\"; filename*=UTF-8''M%C3%A4rz.xlsx";
        assert_eq!(told(both).as_deref(), Some("März.xlsx"));
        assert_eq!(told("inline"), None);
    }
}
