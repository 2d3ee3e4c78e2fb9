//! A message posted to a web address, once: what may have arrived is not posted again.

use std::time::Duration;

use serde_json::Value;

use super::{Before, Refused};
use crate::finding::rules;
use crate::http::client::{Client, Request, is_anything};
use crate::http::{Credentials, Endpoint, Secret, Surroundings};
use crate::store::fault;

const TIMEOUT: Duration = Duration::from_secs(30);
/// Of an answer, of which only the status matters.
const BYTES: u64 = 1_000_000;
/// Every answer is one, good or bad: what it means is decided here.
const ANSWERS: [u16; 24] = [
    201, 202, 203, 204, 205, 206, 400, 401, 403, 404, 405, 408, 409, 410, 413, 415, 422, 429, 500, 501, 502, 503, 504,
    507,
];

/// Posts a message. Without `secret` the address itself is kept out of every text.
///
/// # Errors
/// How it was refused.
pub fn post(
    address: &Secret,
    secret: Option<Secret>,
    message: &Value,
    surroundings: &dyn Surroundings,
    before: Before<'_>,
) -> Result<(), Refused> {
    let endpoint = Endpoint {
        url: address.reveal(),
        timeout: TIMEOUT,
        // Counted from when the work began, which may have been long.
        total: surroundings.elapsed() + TIMEOUT,
        unknown: ("this address", "Look at the address of the webhook."),
    };
    let bearer = secret.as_ref().map(|secret| format!("Bearer {}", secret.reveal()));
    let credentials = Credentials { user: None, secret: secret.unwrap_or_else(|| address.clone()) };
    let not = |failure: crate::http::Failure| Refused::Now(failure.message);
    let mut client = Client::new(endpoint, &credentials, surroundings, BYTES).map_err(not)?;
    client.hide(address.reveal());
    if let Some(bearer) = &bearer {
        client.authorize(bearer).map_err(not)?;
    }
    before().map_err(Refused::Unwritten)?;
    fault::point();
    let answer = client.send(&Request::post("", message.to_string(), is_anything).statuses(&ANSWERS).once());
    fault::point();
    match answer {
        Ok(answer) => judge(answer.status, client.wish(&answer), &client.quote(&answer.body)),
        Err(failure) if failure.rule == &rules::FETCH_REFUSED => Err(Refused::Ever(failure.message)),
        // Nothing can have arrived where no connection came about.
        Err(failure) if failure.message.starts_with("the server cannot be reached") => {
            Err(Refused::Now(failure.message))
        }
        Err(failure) => Err(Refused::Unknown(failure.message)),
    }
}

/// `wish`: for so many seconds the server asks to be left alone.
fn judge(status: u16, wish: Option<u64>, said: &str) -> Result<(), Refused> {
    let words = if said.is_empty() { String::new() } else { format!(": “{said}”") };
    let why = format!("the server answers with status {status}{words}");
    match (status, wish) {
        (429 | 503, Some(seconds)) => Err(Refused::Later(why, seconds)),
        (200..=299, _) => Ok(()),
        // Somebody in between gave up on the one that may have taken it.
        (502 | 504, _) => Err(Refused::Unknown(why)),
        (400 | 404 | 405 | 410 | 413 | 415 | 422, _) => Err(Refused::Ever(why)),
        _ => Err(Refused::Now(why)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_answer_means() {
        assert_eq!(judge(202, Some(5), ""), Ok(()));
        let of = |status| judge(status, None, "x").expect_err("refused");
        for status in [401, 403, 408, 409, 429, 500, 503] {
            assert!(matches!(of(status), Refused::Now(_)), "{status}");
        }
        for status in [400, 404, 410] {
            assert!(matches!(of(status), Refused::Ever(_)), "{status}");
        }
        for status in [429, 503] {
            let asks = judge(status, Some(90), "").expect_err("refused");
            assert_eq!(asks, Refused::Later(format!("the server answers with status {status}"), 90));
        }
        assert!(matches!(judge(500, Some(90), ""), Err(Refused::Now(_))), "of these alone it is said what it means");
        assert_eq!(of(504), Refused::Unknown("the server answers with status 504: “x”".into()));
    }
}
