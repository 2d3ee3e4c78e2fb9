//! To a DHIS2 server: one request, and its answer told value by value.

use serde_json::Value as Json;

use crate::export::dhis2::{Payload, Summary, summary};
use crate::http::client::{Client, Request, encoded, is_json};
use crate::http::{Credentials, Endpoint, Failure, Surroundings};
use crate::model::export::Dhis2;

/// The answer tells of each value once; far below this.
const ANSWER_BYTES: u64 = 64_000_000;

/// Sends a data value set. With `dry_run` the server checks it, and keeps nothing.
///
/// # Errors
/// When the server cannot be reached, refuses to talk, or answers in no form that is documented. Values that it does
/// not take are no error: they stand in the summary.
pub fn send(
    to: &Dhis2,
    payload: &Payload,
    credentials: &Credentials,
    surroundings: &dyn Surroundings,
    dry_run: bool,
) -> Result<Summary, Failure> {
    let endpoint = Endpoint {
        url: &to.url,
        timeout: to.timeout,
        total: to.total,
        unknown: (
            "its interface for data values",
            "Compare `url` of `[report.dhis2]` with the address in a browser, without /api.",
        ),
    };
    let mut client = Client::new(endpoint, credentials, surroundings, ANSWER_BYTES)?;
    if credentials.user.is_some() {
        client.authorize_by_password()?;
    } else {
        client.authorize(&format!("ApiToken {}", credentials.secret.reveal()))?;
    }
    let scheme = encoded(&to.scheme);
    let path = format!(
        "/api/dataValueSets?dataElementIdScheme={scheme}&orgUnitIdScheme={scheme}&categoryOptionComboIdScheme={scheme}\
         &importStrategy=CREATE_AND_UPDATE&dryRun={dry_run}"
    );
    // Values that were refused come with 409, and with the same summary.
    let answer = client.send(&Request::post(&path, payload.json.to_string(), is_json).statuses(&[409]))?;
    let json: Json = serde_json::from_slice(&answer.body).unwrap_or(Json::Null);
    summary(&json, &payload.names).ok_or_else(|| {
        Failure::strange(format!("the server gives no import summary but “{}”", client.quote(&answer.body)))
    })
}
