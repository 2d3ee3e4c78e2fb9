//! Survey servers that behave as documented, and servers that misbehave: all answers come, or none and the reason.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use chrono::{DateTime, Utc};
use scoreboard::fetch::{Changes, Fetched, Pages, Previous, fetch};
use scoreboard::http::{Credentials, Failure, Secret, Surroundings};
use scoreboard::model::code::{SourceCode, SurveyCode, WaveCode};
use scoreboard::model::secret::SecretName;
use scoreboard::model::source::{Completion, SurveyKind, SurveySource};
use serde_json::{Value, json};

use super::project::{Answer, Project, answer as answer_of, figure};
use super::server::{Fault, Reply, Seen, Server};

/// What must never be seen anywhere.
pub const TOKEN: &str = "9f4c2b7e1a8d4f6095b3c7e2d1a0f8b6c4e3d2a1";
const USER: &str = "monitoring.lead";

/// A world in which no time passes but what a fetch waits for.
struct World {
    pauses: RefCell<Vec<Duration>>,
}

impl Surroundings for World {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(1_467_280_800, 0).expect("an instant")
    }

    fn elapsed(&self) -> Duration {
        self.pauses.borrow().iter().sum()
    }

    fn pause(&self, time: Duration) {
        self.pauses.borrow_mut().push(time);
    }

    fn chance(&self) -> f64 {
        1.0
    }

    fn progress(&self, _: u64, _: u64) {}
}

/// A fetch as a test makes it, again and again with the same spool.
struct Attempt {
    source: SurveySource,
    world: World,
    pages: Memory,
    limit: u64,
}

#[derive(Default)]
struct Memory(RefCell<BTreeMap<String, Vec<u8>>>);

impl Pages for Memory {
    fn read(&self, name: &str) -> Option<Vec<u8>> {
        self.0.borrow().get(name).cloned()
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), String> {
        self.0.borrow_mut().insert(name.to_owned(), bytes.to_vec());
        Ok(())
    }

    fn clear(&self) -> Result<(), String> {
        self.0.borrow_mut().clear();
        Ok(())
    }
}

impl Attempt {
    fn of(kind: SurveyKind, form: &str, server: &Server) -> Self {
        let source = SurveySource {
            code: SourceCode::new("s").expect("a code"),
            kind,
            url: server.url.clone(),
            form: form.to_owned(),
            secret: SecretName::Variable("TOKEN".to_owned()),
            user: Some(SecretName::Variable("USER".to_owned())),
            survey: SurveyCode::new("turnover").expect("a code"),
            wave: WaveCode::new("baseline").expect("a code"),
            page: kind.largest_page().map_or(1, |most| most.min(1_000)),
            completion: Completion::Complete,
            not_asked: None,
            timeout: Duration::from_secs(20),
            total: Duration::from_mins(30),
        };
        let world = World { pauses: RefCell::default() };
        Self { source, world, pages: Memory::default(), limit: 50_000_000 }
    }

    fn page(mut self, page: u32) -> Self {
        self.source.page = page;
        self
    }

    fn run_after(&self, previous: Option<&Fetched>) -> Result<Fetched, Failure> {
        let credentials = Credentials { user: Secret::new(USER), secret: Secret::new(TOKEN).expect("a secret") };
        let previous = previous.map(|fetched| Previous { document: fetched.document.clone(), at: self.world.now() });
        let result = fetch(&self.source, &credentials, &self.world, &self.pages, previous.as_ref(), self.limit);
        let shown = match &result {
            Ok(fetched) => {
                let pages: Vec<_> = fetched.pages.iter().map(|page| String::from_utf8_lossy(&page.bytes)).collect();
                format!("{} {:?} {}", String::from_utf8_lossy(&fetched.document), fetched.notes, pages.join(" "))
            }
            Err(failure) => format!("{failure:?} {failure}"),
        };
        let basic = base64::engine::general_purpose::STANDARD.encode(format!("{USER}:{TOKEN}"));
        for secret in [TOKEN, USER, SESSION, &basic] {
            assert!(!shown.contains(secret), "a secret is shown: {shown}");
        }
        result
    }

    fn run(&self) -> Result<Fetched, Failure> {
        self.run_after(None)
    }

    fn fails(&self, rule: &str, says: &str) {
        let Err(failure) = self.run() else { panic!("it did not fail with {rule}") };
        assert_eq!((failure.rule.id, failure.message.contains(says)), (rule, true), "{failure:?}");
    }

    fn pauses(&self) -> Vec<u64> {
        self.world.pauses.borrow().iter().map(Duration::as_secs).collect()
    }
}

/// A session of a server, as secret as the password.
const SESSION: &str = "kY7sessionkeyQx2";

// KoboToolbox.

fn answer(id: usize) -> Value {
    json!({ "_id": id, "_uuid": format!("u{id}"), "meta/rootUuid": format!("uuid:{id}"), "firm/turnover": format!("{id}000") })
}

fn answers(count: usize) -> Vec<Value> {
    (1..=count).map(answer).collect()
}

/// As documented: `start`, `limit` (at most `most`), a count, and who may ask.
fn kobo(seen: &Seen, answers: &[Value], most: usize) -> Reply {
    if !seen.head.to_lowercase().contains(&format!("authorization: token {TOKEN}")) {
        return Reply { body: b"{\"detail\":\"Invalid token.\"}".to_vec(), ..Reply::status(401) };
    }
    let number = |name: &str, default: usize| seen.query(name).and_then(|text| text.parse().ok()).unwrap_or(default);
    if seen.path.starts_with("/api/v2/assets/aXyZ/data/?") {
        let (start, limit) = (number("start", 0), number("limit", 100).min(most));
        let page: Vec<&Value> = answers.iter().skip(start).take(limit).collect();
        return Reply::json(&json!({ "count": answers.len(), "next": null, "previous": null, "results": page }));
    }
    if seen.path.starts_with("/api/v2/assets/aXyZ/?") {
        return Reply::json(&json!({ "content": { "survey": [], "choices": [] } }));
    }
    Reply { body: b"{\"detail\":\"Not found.\"}".to_vec(), ..Reply::status(404) }
}

fn kobo_server(count: usize, most: usize) -> Server {
    let all = answers(count);
    Server::start(move |seen| kobo(seen, &all, most))
}

fn rows(fetched: &Fetched, list: &str) -> usize {
    let document: Value = serde_json::from_slice(&fetched.document).expect("JSON");
    document[list].as_array().expect("a list").len()
}

#[test]
fn all_pages_of_kobo_come_and_the_same_answers_give_the_same_bytes() {
    let server = kobo_server(231, 1_000);
    let attempt = Attempt::of(SurveyKind::Kobo, "aXyZ", &server).page(100);
    let first = attempt.run().expect("fetched");
    assert_eq!((first.answers, rows(&first, "results"), first.requests), (231, 231, 4));
    assert_eq!((first.pages.len(), first.notes.len(), first.changes.new.len()), (3, 0, 231));
    let fresh = Attempt::of(SurveyKind::Kobo, "aXyZ", &server);
    let second = fresh.run_after(Some(&first)).expect("fetched");
    assert_eq!(
        (second.document == first.document, second.changes == Changes::default(), second.requests),
        (true, true, 2)
    );
}

#[test]
fn a_server_that_gives_100_of_1000_is_noticed_and_asked_for_the_rest() {
    let server = kobo_server(231, 100);
    let fetched = Attempt::of(SurveyKind::Kobo, "aXyZ", &server).run().expect("fetched");
    assert_eq!(fetched.answers, 231);
    assert_eq!(fetched.notes, ["the server gives 100 answers a page where 1000 were asked for"]);
    assert_eq!(server.asked("/data/"), 3);
}

#[test]
fn a_server_that_said_231_and_gave_230_fails() {
    let mut all = answers(231);
    let server = Server::start(move |seen| {
        all.truncate(230);
        let mut reply = kobo(seen, &all, 1_000);
        reply.body = String::from_utf8_lossy(&reply.body).replace("\"count\":230", "\"count\":231").into_bytes();
        reply
    });
    let attempt = Attempt::of(SurveyKind::Kobo, "aXyZ", &server).page(100);
    attempt.fails("fetch-incomplete", "the server said 231 answers and gave 230");
    assert!(attempt.pages.0.borrow().is_empty(), "pages that contradict each other are not gone on with");
}

#[test]
fn an_answer_on_two_pages_fails() {
    let mut all = answers(150);
    all[120] = answer(7);
    let server = Server::start(move |seen| kobo(seen, &all, 1_000));
    let attempt = Attempt::of(SurveyKind::Kobo, "aXyZ", &server).page(100);
    attempt.fails("fetch-incomplete", "uuid:7 came on two pages");
    assert_eq!(server.asked("/data/"), 2);
}

#[test]
fn a_number_that_changes_meanwhile_begins_anew_and_one_that_never_settles_fails() {
    let mut asked = 0;
    let server = Server::start(move |seen| {
        asked += 1;
        kobo(seen, &answers(if asked == 1 { 150 } else { 151 }), 1_000)
    });
    let fetched = Attempt::of(SurveyKind::Kobo, "aXyZ", &server).page(100).run().expect("fetched");
    assert_eq!((fetched.answers, server.asked("/data/")), (151, 4));

    let mut count = 150;
    let server = Server::start(move |seen| {
        count += 1;
        kobo(seen, &answers(count), 1_000)
    });
    Attempt::of(SurveyKind::Kobo, "aXyZ", &server).page(100).fails("fetch-incomplete", "while they were fetched");
    assert_eq!(server.asked("/data/"), 6, "three rounds of two pages");
}

#[test]
fn what_may_pass_is_tried_again_and_what_does_not_is_not() {
    let status = |replies: Vec<Reply>| {
        let mut replies = replies.into_iter();
        Server::start(move |seen| replies.next().unwrap_or_else(|| kobo(seen, &answers(3), 1_000)))
    };
    let server = status(vec![Reply::status(500), Reply::status(503)]);
    let attempt = Attempt::of(SurveyKind::Kobo, "aXyZ", &server);
    assert_eq!(attempt.run().expect("fetched").requests, 4);
    assert_eq!(attempt.pauses(), [1, 2]);

    let server = status(vec![Reply::status(429).header("Retry-After", "7")]);
    let attempt = Attempt::of(SurveyKind::Kobo, "aXyZ", &server);
    attempt.run().expect("fetched");
    assert_eq!(attempt.pauses(), [7]);

    let server = status(vec![Reply::status(429).header("Retry-After", "Thu, 30 Jun 2016 10:00:30 GMT")]);
    let attempt = Attempt::of(SurveyKind::Kobo, "aXyZ", &server);
    attempt.run().expect("fetched");
    assert_eq!(attempt.pauses(), [30]);

    let server = status(vec![Reply::status(429).header("Retry-After", "86400")]);
    Attempt::of(SurveyKind::Kobo, "aXyZ", &server).fails("fetch-unreachable", "it asks to wait 86400 seconds");
    assert_eq!(server.seen().len(), 1);

    let server = Server::start(|_| Reply::status(502));
    let attempt = Attempt::of(SurveyKind::Kobo, "aXyZ", &server);
    attempt.fails("fetch-unreachable", "status 502 (asked 5 times)");
    assert_eq!((attempt.pauses(), server.seen().len()), (vec![1, 2, 4, 8], 5));

    for code in [400, 401, 403, 404, 410] {
        let server = Server::start(move |_| Reply::status(code));
        Attempt::of(SurveyKind::Kobo, "aXyZ", &server).fails("fetch-refused", &code.to_string());
        assert_eq!(server.seen().len(), 1, "{code}");
    }
}

#[test]
fn a_slow_server_is_not_waited_for_and_the_whole_is_bounded_too() {
    let server = Server::start(|_| Reply::text("{}").fault(Fault::Slow(Duration::from_secs(3))));
    let mut attempt = Attempt::of(SurveyKind::Kobo, "aXyZ", &server);
    attempt.source.timeout = Duration::from_millis(80);
    attempt.fails("fetch-unreachable", "did not answer within 0.08 seconds (asked 5 times)");
    let server = Server::start(|_| Reply::status(500));
    let mut attempt = Attempt::of(SurveyKind::Kobo, "aXyZ", &server);
    attempt.source.total = Duration::from_secs(5);
    attempt.fails("fetch-unreachable", "status 500");
    assert_eq!(attempt.pauses(), [1, 2], "four seconds more are not left");
}

#[test]
fn a_fetch_that_was_cut_off_goes_on_where_it_ended() {
    let broken = Arc::new(AtomicBool::new(true));
    let (is_broken, all) = (Arc::clone(&broken), answers(250));
    let server = Server::start(move |seen| {
        let cut = seen.path.contains("start=200") && is_broken.load(Ordering::SeqCst);
        kobo(seen, &all, 1_000).fault(if cut { Fault::CutOff } else { Fault::None })
    });
    let attempt = Attempt::of(SurveyKind::Kobo, "aXyZ", &server).page(100);
    attempt.fails("fetch-unreachable", "cut off");
    assert_eq!((server.asked("start=0&"), server.asked("start=200&")), (1, 5));
    broken.store(false, Ordering::SeqCst);
    let fetched = attempt.run().expect("fetched");
    assert_eq!((fetched.answers, fetched.pages.len()), (250, 3));
    assert_eq!((server.asked("start=0&"), server.asked("start=100&")), (1, 1), "no page was asked for twice");
}

#[test]
fn pages_of_another_question_are_not_gone_on_with() {
    let server = kobo_server(120, 1_000);
    let attempt = Attempt::of(SurveyKind::Kobo, "aXyZ", &server).page(100);
    attempt.run().expect("fetched");
    let mut other = Attempt::of(SurveyKind::Kobo, "aXyZ", &server).page(50);
    other.pages = Memory(RefCell::new(attempt.pages.0.take()));
    assert_eq!(other.run().expect("fetched").pages.len(), 3);
    assert_eq!(server.asked("limit=50&"), 3);
}

#[test]
fn no_secret_goes_to_another_host() {
    let other = Server::start(|_| Reply::text("{}"));
    let to = format!("{}/data?format=json", other.url);
    for status in [301, 302, 307] {
        let to = to.clone();
        let server = Server::start(move |_| Reply::status(status).header("Location", &to));
        Attempt::of(SurveyKind::Kobo, "aXyZ", &server).fails("fetch-refused", "sends on to 127.0.0.1");
        assert_eq!(server.seen().len(), 1);
    }
    assert_eq!(other.seen().len(), 0);
}

#[test]
fn a_body_without_an_end_is_not_read_to_its_end() {
    let server = Server::start(|_| Reply::text("").fault(Fault::Endless));
    let mut attempt = Attempt::of(SurveyKind::Kobo, "aXyZ", &server);
    attempt.limit = 3_000_000;
    attempt.fails("fetch-unreadable", "more than 3 MB");
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn a_survey_without_an_end_is_not_fetched_to_its_end() {
    let server = Server::start(|seen| {
        let start: usize = seen.query("start").and_then(|text| text.parse().ok()).unwrap_or(0);
        let page: Vec<Value> = (start..start + 1_000).map(answer).collect();
        Reply::json(&json!({ "count": u64::MAX, "next": null, "previous": null, "results": page }))
    });
    let mut attempt = Attempt::of(SurveyKind::Kobo, "aXyZ", &server);
    attempt.limit = 1_000_000;
    attempt.fails("fetch-unreadable", "more than 1 MB");
    assert!(server.seen().len() < 100);
}

#[test]
fn an_error_inside_a_200_is_no_survey_without_answers() {
    for body in ["<html>Sign in</html>", "{\"detail\": \"Invalid token\"}", "[]", "null", "{\"count\":3}", ""] {
        let server = Server::start(move |_| Reply::text(body));
        let attempt = Attempt::of(SurveyKind::Kobo, "aXyZ", &server);
        attempt.fails("fetch-unreadable", "");
    }
}

#[test]
fn what_a_server_sends_back_of_a_secret_is_not_shown() {
    let server = Server::start(|seen| Reply { body: seen.head.clone().into_bytes(), ..Reply::status(400) });
    let attempt = Attempt::of(SurveyKind::Kobo, "aXyZ", &server);
    attempt.fails("fetch-refused", "status 400");
}

#[test]
fn edits_and_deletions_are_seen_from_one_fetch_to_the_next() {
    let server = kobo_server(5, 1_000);
    let first = Attempt::of(SurveyKind::Kobo, "aXyZ", &server).run().expect("fetched");
    let mut all = answers(6);
    // An edit changes `_uuid`, and nothing tells when it was made.
    all[1] = json!({ "_id": 2, "_uuid": "edited", "meta/rootUuid": "uuid:2", "firm/turnover": "9" });
    all.remove(3);
    let server = Server::start(move |seen| kobo(seen, &all, 1_000));
    let second = Attempt::of(SurveyKind::Kobo, "aXyZ", &server).run_after(Some(&first)).expect("fetched");
    let changes = second.changes;
    assert_eq!(
        (changes.new, changes.edited, changes.deleted),
        (vec!["uuid:6".into()], vec!["uuid:2".into()], vec!["uuid:4".into()])
    );
}

#[test]
fn a_server_that_shows_nearly_nothing_any_more_is_told() {
    let first = Attempt::of(SurveyKind::Kobo, "aXyZ", &kobo_server(20, 1_000)).run().expect("fetched");
    let after = |count| {
        let server = kobo_server(count, 1_000);
        Attempt::of(SurveyKind::Kobo, "aXyZ", &server).run_after(Some(&first)).expect("fetched").notes
    };
    assert_eq!(after(10), [""; 0]);
    assert_eq!(after(0), ["20 of the 20 answers of the last fetch are gone: did somebody lose a right to see them?"]);
}

// LimeSurvey.

/// A survey as `RemoteControl` 2 serves it. Numbers of responses have gaps.
struct Lime {
    responses: Vec<Value>,
    /// What `get_summary` says, where it lies.
    said: Option<usize>,
    broken_json: bool,
    calls: Vec<(String, Value)>,
}

impl Lime {
    fn new(ids: &[u64]) -> Self {
        let response = |id: &u64| json!({ "id": id.to_string(), "submitdate": "2016-05-04 10:00:00", "Q1[SQ001]": "Y", "Q1[SQ002]": "", "T": null });
        Self { responses: ids.iter().map(response).collect(), said: None, broken_json: false, calls: Vec::new() }
    }

    fn reply(&mut self, seen: &Seen) -> Reply {
        let call = seen.json();
        let (method, params) = (call["method"].as_str().unwrap_or_default().to_owned(), call["params"].clone());
        self.calls.push((method.clone(), params.clone()));
        let answer = |result: Value| Reply::json(&json!({ "id": 1, "result": result, "error": null }));
        if method == "get_session_key" {
            let sound = params == json!([USER, TOKEN]);
            return answer(if sound { json!(SESSION) } else { json!({ "status": "Invalid user name or password" }) });
        }
        if params[0] != SESSION {
            return answer(json!({ "status": "Invalid session key" }));
        }
        match method.as_str() {
            "get_summary" => {
                let count = self.said.unwrap_or(self.responses.len()).to_string();
                answer(json!({ "completed_responses": count, "incomplete_responses": "0", "full_responses": count }))
            }
            "export_responses" => {
                let (from, to) = (params[7].as_u64().unwrap_or(0), params[8].as_u64().unwrap_or(u64::MAX));
                let inside = |row: &&Value| {
                    row["id"].as_str().and_then(|id| id.parse::<u64>().ok()).is_some_and(|id| (from..=to).contains(&id))
                };
                let rows: Vec<&Value> = self.responses.iter().filter(inside).collect();
                if rows.is_empty() {
                    return answer(json!({ "status": "No Data, could not get max id." }));
                }
                let text = match params[2].as_str() {
                    Some("csv") => {
                        let line = |row: &&Value| format!("\"{}\",\"Y\"\n", row["id"].as_str().unwrap_or_default());
                        format!("\u{feff}\"id\",\"Q1[SQ001]\"\n{}", rows.iter().map(line).collect::<String>())
                    }
                    _ if self.broken_json => "{\"responses\": [{\"id\":\"1\"},,".to_owned(),
                    _ => json!({ "responses": rows }).to_string(),
                };
                answer(json!(base64::engine::general_purpose::STANDARD.encode(text)))
            }
            "list_questions" => answer(json!([{ "title": "Q1", "type": "M", "parent_qid": "0" }])),
            "release_session_key" => answer(json!("OK")),
            _ => answer(json!({ "status": "unknown method" })),
        }
    }
}

fn lime_server(mut lime: Lime) -> Server {
    Server::start(move |seen| lime.reply(seen))
}

fn methods(server: &Server) -> Vec<String> {
    server.seen().iter().map(|seen| seen.json()["method"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn responses_of_limesurvey_come_by_ranges_over_gaps_and_the_session_ends() {
    let server = lime_server(Lime::new(&[1, 2, 3, 40, 41, 900]));
    let attempt = Attempt::of(SurveyKind::LimeSurvey, "896447", &server).page(10);
    let fetched = attempt.run().expect("fetched");
    assert_eq!((fetched.answers, rows(&fetched, "responses")), (6, 6));
    let exports: Vec<Value> =
        server.seen().iter().map(Seen::json).filter(|call| call["method"] == "export_responses").collect();
    // Explicit: only what was submitted, by codes, in short form.
    let params = exports[0]["params"].as_array().expect("params");
    assert_eq!(
        params[1..],
        [
            json!(896_447),
            json!("json"),
            Value::Null,
            json!("complete"),
            json!("code"),
            json!("short"),
            json!(1),
            json!(10)
        ]
    );
    assert!(server.seen().iter().all(|seen| seen.path == "/index.php/admin/remotecontrol" && seen.method == "POST"));
    assert_eq!(methods(&server).last().map(String::as_str), Some("release_session_key"));
    let document: Value = serde_json::from_slice(&fetched.document).expect("JSON");
    assert_eq!(document["scoreboard"]["select_multiple"], json!({ "Q1": [] }));
}

#[test]
fn limesurvey_that_counts_more_than_it_gives_fails_and_the_session_ends_all_the_same() {
    let server = lime_server(Lime { said: Some(4), ..Lime::new(&[1, 2, 3]) });
    Attempt::of(SurveyKind::LimeSurvey, "896447", &server).fails("fetch-incomplete", "said 4 answers and gave 3");
    assert_eq!(methods(&server).last().map(String::as_str), Some("release_session_key"));
    assert!(methods(&server).len() < 40);
}

#[test]
fn errors_of_limesurvey_inside_a_200_are_errors() {
    let server = Server::start(|_| {
        Reply::json(&json!({ "id": 1, "result": { "status": "Invalid user name or password" }, "error": null }))
    });
    Attempt::of(SurveyKind::LimeSurvey, "1", &server).fails("fetch-refused", "Invalid user name or password");
    assert_eq!(server.seen().len(), 1);
    let server = Server::start(|_| Reply::json(&json!({ "id": 1, "result": null, "error": "unknown method" })));
    Attempt::of(SurveyKind::LimeSurvey, "1", &server).fails("fetch-refused", "unknown method");
    // One that sends the session key back.
    let mut lime = Lime::new(&[1]);
    let server = Server::start(move |seen| {
        if seen.body.contains("export_responses") {
            return Reply::json(
                &json!({ "id": 1, "result": { "status": format!("no rights: {SESSION}") }, "error": null }),
            );
        }
        lime.reply(seen)
    });
    Attempt::of(SurveyKind::LimeSurvey, "1", &server).fails("fetch-refused", "no rights: …");
    assert_eq!(methods(&server).last().map(String::as_str), Some("release_session_key"));
}

#[test]
fn json_of_limesurvey_that_is_broken_is_asked_for_as_csv() {
    let server = lime_server(Lime { broken_json: true, ..Lime::new(&[1, 2]) });
    let fetched = Attempt::of(SurveyKind::LimeSurvey, "1", &server).run().expect("fetched");
    assert_eq!((fetched.answers, fetched.notes.len()), (2, 1));
    assert!(fetched.notes[0].contains("csv"), "{:?}", fetched.notes);
}

#[test]
fn an_empty_survey_is_no_failure() {
    let server = lime_server(Lime::new(&[]));
    assert_eq!(Attempt::of(SurveyKind::LimeSurvey, "1", &server).run().expect("fetched").answers, 0);
    let server = kobo_server(0, 1_000);
    assert_eq!(Attempt::of(SurveyKind::Kobo, "aXyZ", &server).run().expect("fetched").answers, 0);
}

// ODK Central.

struct Odk {
    answers: Vec<Value>,
    deleted: Vec<Value>,
    count: Option<usize>,
    links_to: String,
}

impl Odk {
    fn new(ids: &[&str]) -> Self {
        let answer = |id: &&str| json!({ "__id": format!("uuid:{id}"), "__system": { "updatedAt": null, "deletedAt": null }, "firm": { "turnover": 12.5, "markets": "us jp" }, "jobs": [{ "__id": "j1", "kind": "new" }] });
        Self {
            answers: ids.iter().map(answer).collect(),
            deleted: Vec::new(),
            count: None,
            links_to: "https://other.example".into(),
        }
    }

    fn reply(&self, seen: &Seen) -> Reply {
        if seen.path == "/v1/sessions" {
            let sound = seen.json() == json!({ "email": USER, "password": TOKEN });
            return if sound {
                Reply::json(&json!({ "token": SESSION, "expiresAt": "2016-07-01T00:00:00Z" }))
            } else {
                Reply::status(401)
            };
        }
        if !seen.head.to_lowercase().contains(&format!("authorization: bearer {}", SESSION.to_lowercase())) {
            return Reply::status(401);
        }
        if seen.path.starts_with("/v1/projects/7/forms/turnover%202016/fields") {
            return Reply::json(
                &json!([{ "path": "/firm/markets", "selectMultiple": true }, { "path": "/firm/turnover" }]),
            );
        }
        if seen.path.contains("deletedAt") {
            return Reply::json(&json!({ "value": self.deleted }));
        }
        if seen.path.starts_with("/v1/projects/7/forms/turnover%202016.svc/Submissions?") {
            assert_eq!((seen.query("%24count"), seen.query("%24expand")), (Some("true"), Some("*")));
            let top: usize = seen.query("%24top").and_then(|text| text.parse().ok()).unwrap_or(usize::MAX);
            let start: usize = seen.query("%24skiptoken").and_then(|text| text.parse().ok()).unwrap_or(0);
            let page: Vec<&Value> = self.answers.iter().skip(start).take(top).collect();
            let mut body = json!({ "value": page, "@odata.count": self.count.unwrap_or(self.answers.len()) });
            if start + top < self.answers.len() {
                body["@odata.nextLink"] = json!(format!("{}/x?%24skiptoken={}", self.links_to, start + top));
            }
            return Reply::json(&body);
        }
        Reply::status(if seen.method == "DELETE" { 200 } else { 404 })
    }
}

fn odk_server(odk: Odk) -> Server {
    Server::start(move |seen| odk.reply(seen))
}

#[test]
fn all_pages_of_odk_come_by_their_cursor_whatever_host_the_link_names() {
    let server = odk_server(Odk::new(&["c", "a", "b", "e", "d"]));
    let fetched = Attempt::of(SurveyKind::Odk, "7/turnover 2016", &server).page(2).run().expect("fetched");
    assert_eq!((fetched.answers, rows(&fetched, "value"), fetched.pages.len()), (5, 5, 3));
    let document: Value = serde_json::from_slice(&fetched.document).expect("JSON");
    assert_eq!(document["value"][0]["__id"], "uuid:a");
    assert_eq!(document["scoreboard"]["select_multiple"], json!({ "firm/markets": ["jp", "us"] }));
    let last = server.seen().last().cloned().expect("a request");
    assert_eq!((last.method.as_str(), last.path.as_str()), ("DELETE", "/v1/sessions/current"));
}

#[test]
fn odk_without_sessions_is_given_the_password() {
    let odk = Odk::new(&["a"]);
    let server = Server::start(move |seen| {
        let basic = base64::engine::general_purpose::STANDARD.encode(format!("{USER}:{TOKEN}"));
        if seen.path == "/v1/sessions" {
            return Reply::status(404);
        }
        let signed = seen.head.contains(&format!("Basic {basic}"));
        let head = format!("authorization: Bearer {SESSION}");
        if signed { odk.reply(&Seen { head, ..seen.clone() }) } else { Reply::status(401) }
    });
    assert_eq!(Attempt::of(SurveyKind::Odk, "7/turnover 2016", &server).run().expect("fetched").answers, 1);
}

#[test]
fn odk_that_counts_otherwise_than_it_gives_fails() {
    let server = odk_server(Odk { count: Some(3), ..Odk::new(&["a", "b"]) });
    Attempt::of(SurveyKind::Odk, "7/turnover 2016", &server).fails("fetch-incomplete", "said 3 answers and gave 2");
    let server = odk_server(Odk::new(&["a", "b", "a"]));
    Attempt::of(SurveyKind::Odk, "7/turnover 2016", &server)
        .page(2)
        .fails("fetch-incomplete", "uuid:a came on two pages");
}

#[test]
fn deletions_of_odk_are_held_against_its_own_list() {
    let server = odk_server(Odk::new(&["a", "b", "c"]));
    let first = Attempt::of(SurveyKind::Odk, "7/turnover 2016", &server).run().expect("fetched");
    let mut odk = Odk::new(&["a"]);
    odk.answers[0]["__system"]["updatedAt"] = json!("2016-06-01T00:00:00Z");
    odk.deleted = vec![json!({ "__id": "uuid:b" })];
    let server = odk_server(odk);
    let second = Attempt::of(SurveyKind::Odk, "7/turnover 2016", &server).run_after(Some(&first)).expect("fetched");
    assert_eq!((second.changes.edited.len(), second.changes.deleted.len()), (1, 2));
    assert_eq!(second.notes, ["1 answer is gone that the server does not list as deleted"]);
}

// EUSurvey.

struct Eu {
    sets: Vec<(&'static str, &'static str, &'static str)>,
    edited: Vec<(&'static str, &'static str, &'static str)>,
    results: usize,
    waits: usize,
    kind: String,
}

impl Eu {
    fn new() -> Self {
        let sets = vec![("b-2", "2016-05-02_10-00-00", "200"), ("a-1", "2016-05-01_10-00-00", "100")];
        Self { sets, edited: Vec::new(), results: 2, waits: 2, kind: String::new() }
    }

    fn reply(&mut self, seen: &Seen) -> Reply {
        let basic = base64::engine::general_purpose::STANDARD.encode(format!("{USER}:{TOKEN}"));
        if !seen.head.contains(&format!("Basic {basic}")) {
            return Reply::status(403);
        }
        let path = seen.path.strip_prefix("/webservice/").unwrap_or_default();
        if path == "getSurveyMetadata/turnover" {
            return Reply::text(format!("<Survey id='1'><Results>{}</Results></Survey>", self.results));
        }
        if let Some(rest) = path.strip_prefix("prepareResults/turnover/true/") {
            self.kind = if rest.contains("/U?") { "U".into() } else { "N".into() };
            return Reply { status: 201, ..Reply::text("4711") };
        }
        if path == "getResults/4711" {
            if self.waits > 0 {
                self.waits -= 1;
                return Reply::status(204);
            }
            let set = |(id, last, value): &(&str, &str, &str)| {
                format!(
                    "<AnswerSet id=\"{id}\" create=\"{last}\" last=\"{last}\"><Answer qid=\"q\">{value}</Answer></AnswerSet>"
                )
            };
            let sets = if self.kind == "U" { &self.edited } else { &self.sets };
            let sets: String = sets.iter().map(set).collect();
            return Reply::text(format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Results create=\"x\"><Survey id=\"1\"><Elements lang=\"EN\"><Question id=\"q\" type=\"Number\" bid=\"turnover\">Turnover</Question></Elements></Survey><Answers>{sets}</Answers></Results>"
            ));
        }
        if path == "getDeletedContributions/turnover" {
            return Reply::text("<DeletedContributions><Contribution id='c-3'/></DeletedContributions>");
        }
        Reply::status(412)
    }
}

fn eu_server(mut eu: Eu) -> Server {
    Server::start(move |seen| eu.reply(seen))
}

#[test]
fn results_of_eusurvey_are_prepared_waited_for_and_counted() {
    let server = eu_server(Eu::new());
    let attempt = Attempt::of(SurveyKind::EuSurvey, "turnover", &server);
    let first = attempt.run().expect("fetched");
    assert_eq!((first.answers, attempt.pauses(), server.asked("prepareResults")), (2, vec![2, 4], 1));
    let text = String::from_utf8(first.document.clone()).expect("text");
    assert!(text.find("a-1") < text.find("b-2"), "sorted");
    assert!(server.seen().iter().any(|seen| seen.path.contains("/true/0/0/N?") && seen.path.contains("xmlonly=true")));

    let server = eu_server(Eu {
        edited: vec![("a-1", "2016-06-01_10-00-00", "150")],
        sets: vec![Eu::new().sets[1]],
        results: 1,
        ..Eu::new()
    });
    let second = Attempt::of(SurveyKind::EuSurvey, "turnover", &server).run_after(Some(&first)).expect("fetched");
    assert!(String::from_utf8_lossy(&second.document).contains(">150<"), "the later of two texts counts");
    assert_eq!((second.changes.edited, second.changes.deleted), (vec!["a-1".to_owned()], vec!["b-2".to_owned()]));
    assert_eq!(second.notes, ["1 answer is gone that the server does not list as deleted"]);
    assert_eq!(server.asked("/U?"), 1);
}

#[test]
fn eusurvey_that_counts_otherwise_refuses_or_is_used_up_fails() {
    let server = eu_server(Eu { results: 3, ..Eu::new() });
    Attempt::of(SurveyKind::EuSurvey, "turnover", &server).fails("fetch-incomplete", "said 3 answers and gave 2");
    assert_eq!(server.asked("prepareResults"), 1, "nothing changed: asking again is of no use");
    let server = eu_server(Eu::new());
    Attempt::of(SurveyKind::EuSurvey, "unknown", &server).fails("fetch-refused", "status 412");
    let server = Server::start(|_| Reply::status(429));
    Attempt::of(SurveyKind::EuSurvey, "turnover", &server).fails("fetch-refused", "used up for today");
    assert_eq!(server.seen().len(), 1);
    let server = eu_server(Eu { waits: 1_000, ..Eu::new() });
    let attempt = Attempt::of(SurveyKind::EuSurvey, "turnover", &server);
    attempt.fails("fetch-unreachable", "was not done after 1800 seconds");
    // The next run waits for what this one had prepared: a user's requests are counted.
    attempt.world.pauses.borrow_mut().clear();
    attempt.fails("fetch-unreachable", "was not done after 1800 seconds");
    assert_eq!(server.asked("prepareResults"), 1);
}

#[test]
fn an_archive_of_eusurvey_is_opened() {
    let mut eu = Eu::new();
    let server = Server::start(move |seen| {
        let mut reply = eu.reply(seen);
        if reply.body.starts_with(b"<?xml") {
            let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
            zip.start_file("result.xml", zip::write::SimpleFileOptions::default()).expect("begun");
            zip.write_all(&reply.body).expect("written");
            reply.body = zip.finish().expect("whole").into_inner();
        }
        reply
    });
    let fetched = Attempt::of(SurveyKind::EuSurvey, "turnover", &server).run().expect("fetched");
    assert_eq!(fetched.answers, 2);
    assert!(fetched.document.starts_with(b"<?xml") && fetched.pages[1].bytes.starts_with(b"PK"));
}

#[test]
fn eusurvey_that_does_not_count_is_told() {
    let mut eu = Eu::new();
    let server =
        Server::start(
            move |seen| {
                if seen.path.contains("getSurveyMetadata") { Reply::status(404) } else { eu.reply(seen) }
            },
        );
    let fetched = Attempt::of(SurveyKind::EuSurvey, "turnover", &server).run().expect("fetched");
    assert_eq!((fetched.answers, fetched.notes.len()), (2, 1));
}

#[test]
fn contributions_without_keys_are_counted_all_the_same() {
    let mut eu = Eu::new();
    eu.sets = vec![("Anonymous", "2016-05-02_10-00-00", "5"), ("Anonymous", "2016-05-02_10-00-00", "5")];
    let first = Attempt::of(SurveyKind::EuSurvey, "turnover", &eu_server(eu)).run().expect("fetched");
    assert_eq!((first.answers, first.changes.new.len()), (2, 2));
}

// The command.

/// A programme of three members who are asked for their turnover by Kobo.
fn project(server: &Server) -> Project {
    let project = Project::empty();
    let source = format!(
        "[[source]]\ncode = \"kobo_eu\"\nkind = \"kobo\"\nurl = \"{}\"\nform = \"aXyZ\"\nsecret = \"KOBO_TOKEN\"\nsurvey = \"turnover\"\nwave = \"baseline\"\n",
        server.url
    );
    project
        .file("scoreboard.toml", "schema = 1\n[programme]\ncode = \"p\"\ntitle = \"P\"\nstart = 2016-01-01\nend = 2016-12-31\nas_of = 2016-06-30\n[[partner]]\ncode = \"alpha\"\nname = \"Alpha\"\ncountry = \"LT\"\nlocale = \"lt-LT\"\n[submission]\nfile_names = [\"{partner}*\"]\n")
        .file("pipelines/survey.toml", format!("{SURVEY}{source}"))
        .file("indicators/a.toml", "schema = 1\n[[indicator]]\ncode = \"mean_turnover\"\nunit = \"EUR\"\nsurvey = \"turnover\"\nestimate = { mean = \"turnover\" }\n")
        .file("data/inbox/alpha_members.csv", "VAT\nLT100001111\nLT100002222\nLT100003333\nLT100004444\n");
    project
}

const SURVEY: &str = r#"schema = 1
[collection]
code = "members"
title = "Members"
[[collection.field]]
code = "vat"
label = "VAT"
kind = "enterprise"
[survey]
code = "turnover"
title = "Turnover"
frame = "members"
match = "vat"
respondent = "vat_no"
submitted = "sent_on"
locale = "lt-LT"
[[survey.wave]]
code = "baseline"
role = "baseline"
on = 2016-05-31
[[survey.question]]
code = "vat_no"
label = "VAT number"
kind = "enterprise"
required = true
[[survey.question]]
code = "sent_on"
label = "Sent on"
also_called = ["_submission_time"]
kind = "date"
required = true
[[survey.question]]
code = "turnover"
label = "Turnover"
kind = "money"
required = true
"#;

fn firm(id: usize, turnover: &str) -> Value {
    json!({
        "_id": id, "_uuid": format!("u{id}"), "meta/rootUuid": format!("uuid:{id}"), "_attachments": [],
        "_submission_time": "2016-05-04T14:48:51", "firm/vat_no": format!("LT10000{id}{id}{id}{id}"), "money/turnover": turnover,
    })
}

/// A Kobo server whose answers a test may change.
fn live() -> (Server, Arc<Mutex<Vec<Value>>>) {
    let answers = Arc::new(Mutex::new(vec![firm(1, "1.500"), firm(2, "2.500"), firm(3, "3.5")]));
    let to_serve = Arc::clone(&answers);
    (Server::start(move |seen| kobo(seen, &to_serve.lock().expect("answers"), 1_000)), answers)
}

fn command(project: &Project, args: &[&str], now: &str) -> Answer {
    let mut command = project.command(args);
    command.env("KOBO_TOKEN", TOKEN).env("SCOREBOARD_NOW", now);
    let said = answer_of(&command.output().expect("the command runs"));
    assert!(!said.out.contains(TOKEN) && !said.err.contains(TOKEN), "the secret is shown");
    said
}

fn mean(project: &Project, now: &str) -> String {
    command(project, &["run"], now).expect(0);
    let json = project.json();
    figure(&json, "mean_turnover", &[])["value"].to_string()
}

/// Every file below a folder, with its bytes.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { all.extend(files(&path)) } else { all.push((path.clone(), fs::read(&path).expect("read"))) }
    }
    all.sort();
    all
}

#[test]
fn what_is_fetched_counts_as_if_it_had_come_by_hand() {
    let (server, answers) = live();
    let project = project(&server);
    command(&project, &["fetch"], "2016-06-01T08:00:00Z").expect(0).says("3 answers (3 new, 0 edited, 0 deleted)");
    // 1.5, 2.5 and 3.5: a point is a decimal point in a server's numbers, whatever the survey's locale.
    assert_eq!(mean(&project, "2016-06-01T08:01:00Z"), "2.5");
    assert_eq!(super::project::places(&project.json(), "date-as-text"), [""; 0], "no respondent typed it");
    let before = project.outputs();
    command(&project, &["fetch"], "2016-06-02T08:00:00Z").expect(0).says("3 answers (0 new, 0 edited, 0 deleted)");
    assert_eq!(mean(&project, "2016-06-02T08:01:00Z"), "2.5");
    assert_eq!(project.outputs(), before, "a fetch without anything new changes no output");

    answers.lock().expect("answers").push(firm(4, "6.5"));
    answers.lock().expect("answers")[0] = firm(1, "9.5");
    command(&project, &["fetch", "kobo_eu"], "2016-06-03T08:00:00Z")
        .expect(0)
        .says("4 answers (1 new, 1 edited, 0 deleted)");
    assert_eq!(mean(&project, "2016-06-03T08:01:00Z"), "5.5");
    // Back to what it was: the same bytes as two days ago are the latest again.
    *answers.lock().expect("answers") = vec![firm(1, "1.500"), firm(2, "2.500"), firm(3, "3.5")];
    command(&project, &["fetch"], "2016-06-04T08:00:00Z").expect(0).says("3 answers (0 new, 1 edited, 1 deleted)");
    assert_eq!(mean(&project, "2016-06-04T08:01:00Z"), "2.5");

    for (path, bytes) in files(project.path()) {
        let secret = bytes.windows(TOKEN.len()).any(|window| window == TOKEN.as_bytes());
        assert!(!secret, "{} holds the secret", path.display());
    }
    assert!(files(&project.path().join("data/store/spool")).iter().all(|(path, _)| path.ends_with("lock")));
}

#[test]
fn every_page_is_kept_as_it_came_and_the_ledger_names_it() {
    let (server, _) = live();
    let project = project(&server);
    command(&project, &["fetch"], "2016-06-01T08:00:00Z").expect(0);
    let pages: Vec<Vec<u8>> =
        files(&project.path().join("data/store/files")).into_iter().map(|(_, bytes)| bytes).collect();
    let raw = pages.iter().filter(|bytes| bytes.starts_with(b"{\"count\":3,\"next\":null")).count();
    assert_eq!((pages.len(), raw), (2, 2), "one page, and the whole");
    let ledger = fs::read(project.path().join("data/store/ledger.sqlite")).expect("read");
    assert!(String::from_utf8_lossy(&ledger).contains("\"channel\":\"fetch:kobo_eu\""));
}

#[test]
fn a_dry_run_writes_nothing() {
    let (server, _) = live();
    let project = project(&server);
    let before = files(project.path());
    command(&project, &["fetch", "--dry-run"], "2016-06-01T08:00:00Z").expect(0).says("3 answers (3 new");
    assert_eq!(files(project.path()), before);
}

#[test]
fn exit_codes_tell_whether_all_some_or_none_came() {
    let (server, _) = live();
    let project = project(&server);
    let second = SURVEY_SOURCE.replace("URL", &server.url);
    project.file("pipelines/z_second.toml", second);
    let both = command(&project, &["fetch", "--format", "json"], "2016-06-01T08:00:00Z").expect(1);
    let said: Value = serde_json::from_str(&both.out).expect("JSON");
    assert_eq!((&said["failed"], &said["sources"][0]["answers"]), (&json!(1), &json!(3)));
    assert_eq!(said["sources"][1]["findings"][0]["rule"], "fetch-refused");
    command(&project, &["fetch", "other"], "2016-06-01T08:00:00Z")
        .expect(2)
        .says("does not know the form (status 404)");
    command(&project, &["fetch", "kobo"], "2016-06-01T08:00:00Z").expect(2).says("did you mean `kobo_eu`?");
    answer_of(&project.command(&["fetch", "kobo_eu"]).env_remove("KOBO_TOKEN").output().expect("runs"))
        .expect(2)
        .says("KOBO_TOKEN is not set");
    Project::small().run(&["fetch"]).expect(2).says("no `[[source]]` is declared");
}

const SURVEY_SOURCE: &str = "schema = 1\n[[source]]\ncode = \"other\"\nkind = \"kobo\"\nurl = \"URL\"\nform = \"gone\"\nsecret = \"KOBO_TOKEN\"\nsurvey = \"turnover\"\nwave = \"baseline\"\n";

#[test]
fn a_kill_at_any_point_of_a_fetch_loses_nothing() {
    let (server, _) = live();
    let mut crashes = 0;
    for point in 1.. {
        let project = project(&server);
        let mut killed = project.command(&["fetch"]);
        killed.env("KOBO_TOKEN", TOKEN).env("SCOREBOARD_CRASH_AT", point.to_string());
        if killed.output().expect("runs").status.success() {
            break;
        }
        crashes += 1;
        command(&project, &["fetch"], "2016-06-01T08:00:00Z").expect(0).says("3 answers");
        assert_eq!(mean(&project, "2016-06-01T08:01:00Z"), "2.5", "killed at point {point}");
    }
    assert!(crashes > 10, "only {crashes} points");
}

#[test]
fn an_export_that_is_dropped_into_the_inbox_counts_like_a_fetched_one() {
    let (server, answers) = live();
    let project = project(&server);
    project.replace("pipelines/survey.toml", "on = 2016-05-31", "on = 2016-05-31\nfiles = \"kobo*.json\"");
    let document = json!({ "count": 3, "next": null, "previous": null, "results": *answers.lock().expect("answers") });
    project.file("data/inbox/kobo_export.json", document.to_string());
    assert_eq!(mean(&project, "2016-06-01T08:01:00Z"), "2.5");
    // A page of several is no export: it is refused, and the estimate does not stand on it.
    let page = json!({ "count": 231, "results": [firm(1, "1")] });
    project.file("data/inbox/kobo_page.json", page.to_string());
    command(&project, &["run"], "2016-06-01T08:02:00Z").expect(0);
    assert_eq!(super::project::places(&project.json(), "file-truncated"), ["kobo_page.json"]);
    assert_eq!(figure(&project.json(), "mean_turnover", &[])["value"].to_string(), "2.5");
}

#[test]
fn two_surveys_without_an_answer_are_two_documents() {
    let (server, answers) = live();
    answers.lock().expect("answers").clear();
    let project = project(&server);
    project.file("pipelines/z_second.toml", SURVEY_SOURCE.replace("URL", &server.url).replace("gone", "aXyZ"));
    command(&project, &["fetch"], "2016-06-01T08:00:00Z").expect(0);
    command(&project, &["run"], "2016-06-01T08:01:00Z").expect(0);
    let before = project.outputs();
    command(&project, &["fetch"], "2016-06-02T08:00:00Z").expect(0).says("0 answers (0 new, 0 edited, 0 deleted)");
    command(&project, &["run"], "2016-06-02T08:01:00Z").expect(0).says("Nothing has changed");
    assert_eq!(project.outputs(), before);
}
