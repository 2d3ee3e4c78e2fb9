//! `EUSurvey`, web service: results are prepared, waited for and taken; a count and a list of deletions beside them.

use std::io::{Cursor, Read as _};
use std::time::Duration;

use chrono::TimeDelta;
use quick_xml::Reader;
use quick_xml::events::Event;
use zip::ZipArchive;

use super::answers::{AnswerSet, joined, split};
use super::spool::Spool;
use super::{Gathered, Previous, Trouble};
use crate::finding::rules;
use crate::http::Failure;
use crate::http::client::{Client, Request, encoded, is_anything};
use crate::model::source::SurveySource;

const FIRST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

pub(super) fn gather(
    source: &SurveySource,
    client: &mut Client<'_>,
    spool: &mut Spool<'_>,
    previous: Option<&Previous>,
) -> Result<Gathered, Trouble> {
    let form = encoded(&source.form);
    let said = count(&form, client)?;
    let all = results(&form, "0", "N", client, spool)?;
    let whole = split(&all).ok_or_else(|| Failure::strange("the results are no whole document of EUSurvey"))?;
    let mut sets = whole.sets;
    let gathered = sets.len() as u64;
    let expected = said.unwrap_or(gathered);
    if gathered != expected {
        let message = format!("the server said {expected} answers and gave {gathered}");
        let failure = Failure::incomplete(message).help(
            "The server counts only now and then: run again in an hour. If it stays so, tell those who run the server.",
        );
        return Err(if count(&form, client)? == said { Trouble::Final(failure) } else { Trouble::Changed(failure) });
    }
    twice(&sets)?;
    let mut notes = Vec::new();
    if said.is_none() {
        notes.push("the server does not say how many answers it has: nothing holds their number".to_owned());
    }
    let mut deleted = None;
    if let Some(previous) = previous.filter(|_| !sets.iter().any(AnswerSet::is_anonymous)) {
        // The hour of the server may be another one: a day more is asked for than was missed.
        let since = (previous.at - TimeDelta::days(1)).format("%Y-%m-%d_%H-%M-%S").to_string();
        let edits = results(&form, &since, "U", client, spool)?;
        let edits = split(&edits).ok_or_else(|| Failure::strange("the edits are no whole document of EUSurvey"))?;
        later(&mut sets, edits.sets)?;
        deleted = match client
            .send(&Request::get(&format!("/webservice/getDeletedContributions/{form}"), is_anything).once())
        {
            Ok(answer) => Some(ids(&String::from_utf8_lossy(&answer.body))),
            Err(failure) => {
                notes.push(format!("which answers were deleted is not known: {failure}"));
                None
            }
        };
    }
    client.surroundings().progress(gathered, expected);
    Ok(Gathered { document: joined(source.code.as_str(), &whole.survey, sets), answers: gathered, notes, deleted })
}

/// How many answers the server says it has. None where it has no such service.
fn count(form: &str, client: &mut Client<'_>) -> Result<Option<u64>, Failure> {
    let path = format!("/webservice/getSurveyMetadata/{form}");
    let (status, body) = accepted(client, &path, &[404])?;
    if status == 404 {
        return Ok(None);
    }
    let text = String::from_utf8_lossy(&body);
    let number = text.split("<Results>").nth(1).and_then(|rest| rest.split("</Results>").next()?.trim().parse().ok());
    number.map(Some).ok_or_else(|| {
        Failure::strange(format!("the server does not say how many answers it has but “{}”", client.quote(&body)))
    })
}

/// Prepared results, once they are there.
fn results(
    form: &str,
    since: &str,
    kind: &str,
    client: &mut Client<'_>,
    spool: &mut Spool<'_>,
) -> Result<String, Failure> {
    // Two prepared files a day and survey are what the server's quota is made for: none is prepared twice.
    let label = format!("results {kind}");
    let bytes = if let Some(bytes) = spool.page(&label) {
        bytes
    } else {
        let task = prepared(&format!("{form}/true/{since}/0/{kind}"), &format!("task {kind}"), client, spool)?;
        let bytes = wait(&task, client)?;
        spool.keep(&label, &bytes)?;
        bytes
    };
    let bytes = if bytes.starts_with(b"PK") { unpacked(&bytes, client)? } else { bytes };
    String::from_utf8(bytes).map_err(|_| Failure::strange("the results are not text in UTF-8"))
}

/// The number of a task that prepares results; the one that an interrupted fetch waited for, where there was one.
fn prepared(what: &str, label: &str, client: &mut Client<'_>, spool: &mut Spool<'_>) -> Result<String, Failure> {
    let number = |body: &[u8]| {
        let text = String::from_utf8_lossy(body).trim().to_owned();
        (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(text)
    };
    if let Some(task) = spool.page(label).as_deref().and_then(number) {
        return Ok(task);
    }
    // Short names are shown only when they are asked for.
    let path = format!("/webservice/prepareResults/{what}?xmlonly=true&meta=true");
    let body = accepted(client, &path, &[201])?.1;
    let task = number(&body).ok_or_else(|| {
        Failure::strange(format!("the server prepares no results but says “{}”", client.quote(&body)))
    })?;
    spool.keep(label, &body)?;
    Ok(task)
}

/// The document in an archive, which servers give that do not know how to give it alone.
fn unpacked(bytes: &[u8], client: &Client<'_>) -> Result<Vec<u8>, Failure> {
    let strange = || Failure::strange("the server gives an archive without results in it");
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| strange())?;
    let part = archive.by_name("result.xml").map_err(|_| strange())?;
    let mut document = Vec::new();
    part.take(client.limit() + 1).read_to_end(&mut document).map_err(|_| strange())?;
    if document.len() as u64 > client.limit() { Err(client.too_large()) } else { Ok(document) }
}

fn wait(task: &str, client: &mut Client<'_>) -> Result<Vec<u8>, Failure> {
    let path = format!("/webservice/getResults/{task}");
    let mut pause = FIRST_PAUSE;
    loop {
        let (status, body) = accepted(client, &path, &[204])?;
        if status == 200 {
            return Ok(body);
        }
        // The time for the whole fetch ends this, too: `send` looks at it first.
        client.surroundings().pause(pause);
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Sends a request; statuses with a meaning of their own become failures that say it.
fn accepted(client: &mut Client<'_>, path: &str, good: &[u16]) -> Result<(u16, Vec<u8>), Failure> {
    let statuses: Vec<u16> = good.iter().copied().chain([412, 429]).collect();
    let answer = client.send(&Request::get(path, is_anything).statuses(&statuses))?;
    match answer.status {
        412 => Err(Failure::new(&rules::FETCH_REFUSED, "the server does not know the survey or the task (status 412)")
            .help("`form` is the alias of the survey; it must be published.")),
        429 => Err(Failure::new(&rules::FETCH_REFUSED, "the requests of this user are used up for today (status 429)")
            .help("Run again tomorrow; fetch once a day.")),
        status => Ok((status, answer.body)),
    }
}

/// Each answer once.
fn twice(sets: &[AnswerSet]) -> Result<(), Failure> {
    let mut ids: Vec<&str> = sets.iter().filter(|set| !set.is_anonymous()).map(|set| set.id.as_str()).collect();
    ids.sort_unstable();
    match ids.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(Failure::incomplete(format!("the answer {} came twice", pair[0]))),
        None => Ok(()),
    }
}

/// Puts later edits in the place of what they edited.
fn later(sets: &mut [AnswerSet], edits: Vec<AnswerSet>) -> Result<(), Failure> {
    for edit in edits {
        let Some(set) = sets.iter_mut().find(|set| set.id == edit.id) else {
            return Err(Failure::incomplete(format!("the edited answer {} is not among all answers", edit.id)));
        };
        if edit.last > set.last {
            *set = edit;
        }
    }
    Ok(())
}

/// Ids of `<Contribution id='…'/>`.
fn ids(text: &str) -> Vec<String> {
    let mut reader = Reader::from_str(text);
    let mut ids = Vec::new();
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(tag) | Event::Empty(tag) if tag.name().as_ref() == "Contribution" => {
                let id = tag.attributes().flatten().find(|attribute| attribute.key.as_ref() == "id");
                ids.extend(id.map(|id| id.value.into_owned()));
            }
            Event::Eof => break,
            _ => {}
        }
    }
    ids
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(id: &str, last: &str, text: &str) -> AnswerSet {
        AnswerSet { id: id.into(), created: String::new(), last: last.into(), text: text.into() }
    }

    #[test]
    fn an_edit_counts_where_it_is_later_and_must_be_of_a_known_answer() {
        let mut sets = vec![set("a", "2016-01-01", "old"), set("b", "2016-01-05", "new")];
        later(&mut sets, vec![set("a", "2016-01-02", "edited"), set("b", "2016-01-04", "stale")]).expect("known");
        assert_eq!((sets[0].text.as_str(), sets[1].text.as_str()), ("edited", "new"));
        assert!(later(&mut sets, vec![set("c", "2016-01-02", "")]).is_err());
    }

    #[test]
    fn deleted_answers_are_listed_by_id() {
        let list = "<DeletedContributions uid='u' alias='a'>\n<Contribution id='x1' created='…' deleted='…'/>\n</DeletedContributions>";
        assert_eq!(ids(list), ["x1"]);
    }
}
