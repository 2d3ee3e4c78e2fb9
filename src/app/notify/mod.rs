//! `scoreboard notify`: people are told what they have to know, each thing once.
//!
//! What is due is a function of definitions, ledger and day (`events`, `expected`). Each message is written down right
//! before it is on its way and again after: a kill in between leaves a message that may have arrived, which is told and
//! not sent again.

mod board;
mod compose;
mod events;
mod expected;
mod lost;
mod mailing;
mod post;
mod trouble;

use std::time::Duration;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde_json::{Value, json};

use super::answer::{self, Answer};
use super::attempt::Attempt;
use super::prefill::Prefill;
use super::project::Project;
use super::runs::Run;
use super::state::State;
use super::world::World;
use super::{Progress, Stopped, ingest, template};
use crate::clock;
use crate::define::catalog::Partner;
use crate::finding::{Finding, Place, rules};
use crate::model::notify::{Channel, Reminders, Way};
use crate::notify::Refused;
use crate::notify::due::{self, Expected, SentBack, Step};
use crate::notify::history::{History, Record, Stage, Verdict};
use crate::notify::mail::Attachment;
use crate::notify::note::Note;
use crate::store::{Entry, Kind, Store, StoreError, atomic};
use board::Board;
use compose::{Along, Beside};
use events::{Facts, Part, Tells};
use lost::Lost;
use post::{Message, To, Ways};

pub use lost::{Again, Coming, Outlook, Pending, again, outlook};
pub use mailing::mail_outputs;
pub use trouble::{is_open, mended, trouble, trouble_of_store};

/// The channel of mails to partners.
const REMINDERS: &str = "reminders";
/// So long servers are waited for that ask for it, all messages of one time together.
const PATIENCE: Duration = Duration::from_mins(2);
const SHORTEST_WISH: Duration = Duration::from_secs(1);
/// So often one message is tried at one time, as its server asks for it.
const TRIES: u32 = 3;

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Say what would be sent, and send nothing.
    pub dry_run: bool,
    /// The work that has just ended, whose outcome is told to those who asked for it.
    pub attempt: Option<Attempt>,
}

/// What became of one message.
#[derive(Debug)]
pub struct Notice {
    /// For people: a person, a channel, without secrets.
    pub to: String,
    pub subject: String,
    /// Err: why it was not sent.
    pub result: Result<(), Finding>,
    /// What it tells.
    pub keys: Vec<String>,
    pub attached: Vec<String>,
    /// As plain text.
    pub text: String,
}

/// Sends what is due and was not sent yet. One message that fails does not stop the others.
///
/// # Errors
/// When the store cannot be read, or what is sent cannot be written down: then nothing more is sent.
pub fn run(project: &Project, options: &Options, progress: Progress<'_>) -> Result<Vec<Notice>, Stopped> {
    let Some(mut work) = Work::open(project, options.dry_run, progress)? else { return Ok(Vec::new()) };
    work.all(options.attempt.as_ref(), progress)
}

/// The work of telling.
struct Work<'p> {
    project: &'p Project,
    store: Store,
    entries: Vec<Entry>,
    state: State,
    history: History,
    now: DateTime<Utc>,
    /// As the programme counts days: as declared, else today in its zone.
    today: NaiveDate,
    dry_run: bool,
    /// For how long servers that ask for it are waited for still, in all.
    patience: Duration,
    /// The message of the past that is sent once more, and nothing else; None: all that is due.
    lost: Option<Lost>,
}

impl<'p> Work<'p> {
    /// None where there is nobody to tell, or nothing that could be told.
    fn open(project: &'p Project, dry_run: bool, progress: Progress<'_>) -> Result<Option<Self>, Stopped> {
        let mailings = project.catalog.reports.iter().any(|report| !report.mailings.is_empty());
        if project.catalog.telling.is_empty() && !mailings {
            return Ok(None);
        }
        let mut store = if dry_run { Store::aside(&project.store())? } else { Store::open(&project.store())? };
        if !dry_run {
            for folder in project.catalog.telling.folders() {
                // Nobody else puts messages there meanwhile: the store is ours.
                atomic::sweep(&project.root.join(folder), &post::is_ours);
            }
        }
        // What lies in the inbox already, or was read under other definitions, must not be asked for.
        let received = if ingest::precondition(project).is_ok() {
            Some(ingest::run(project, &mut store, progress)?.state)
        } else {
            None
        };
        let entries = store.ledger_mut().entries()?;
        let state = received.unwrap_or_else(|| State::replay(&entries, &project.catalog.reading_hash));
        let history = History::of(&entries);
        let (now, today) = (clock::now(), project.as_of(None));
        Ok(Some(Self { project, store, entries, state, history, now, today, dry_run, patience: PATIENCE, lost: None }))
    }

    fn expected(&self) -> Vec<Expected> {
        expected::expected(self.project, &self.state, self.today)
    }

    /// Reminders first, so that what became of them can be told to those who run the programme.
    fn all(&mut self, attempt: Option<&Attempt>, progress: Progress<'_>) -> Result<Vec<Notice>, Stopped> {
        let project = self.project;
        let telling = &project.catalog.telling;
        let mut ways = Ways::new(project, World::new("telling", progress));
        let mut notices = Vec::new();
        let expected = self.expected();
        if let Some(reminders) = &telling.reminders {
            let steps = due::steps(&expected, &reminders.steps, self.today);
            let returned = expected::returned(project, &self.state);
            let sent_back = due::sent_back(&returned, &reminders.sent_back, self.today);
            for (at, partner) in project.catalog.partners.iter().enumerate() {
                progress("telling", at + 1, project.catalog.partners.len());
                let own = |code: &str| code == partner.code.as_str();
                let steps = steps.iter().filter(|step| own(&step.partner) && self.may(&step.key()));
                let sent_back = sent_back.iter().filter(|one| own(&one.file.partner) && self.may(&one.key()));
                let (steps, sent_back): (Vec<Step>, Vec<SentBack>) =
                    (steps.cloned().collect(), sent_back.cloned().collect());
                if !steps.is_empty() || !sent_back.is_empty() {
                    notices.extend(self.remind(&mut ways, reminders, partner, &steps, sent_back)?);
                }
            }
        }
        let steps = telling.reminders.as_ref().map_or(&[][..], |reminders| reminders.steps.as_slice());
        let deadlines = due::deadlines(&expected, steps, self.today);
        for channel in &telling.channels {
            let facts = Facts { project, entries: &self.entries, attempt, deadlines: &deadlines, now: self.now };
            let mut parts = facts.parts(channel, &self.store, &self.history)?;
            parts.retain(|part| self.may(&part.key));
            if !parts.is_empty() {
                notices.extend(self.tell(&mut ways, channel, &parts)?);
            }
        }
        Ok(notices)
    }

    /// Whether a key is to be told now: of what is sent once more, whatever became of it before.
    fn may(&self, key: &str) -> bool {
        match &self.lost {
            Some(lost) => lost.keys.iter().any(|one| one == key),
            None => self.history.verdict(key, self.now) == Verdict::Yes,
        }
    }

    /// By which keys and which Message-ID a message goes that tells these: what is sent once more stays what it was, also
    /// where a part of it is over.
    fn named(&self, keys: Vec<String>) -> (Vec<String>, Option<String>) {
        self.lost.as_ref().map_or((keys, None), |lost| (lost.keys.clone(), lost.id.clone()))
    }

    fn remind(
        &mut self,
        ways: &mut Ways<'_>,
        reminders: &'p Reminders,
        partner: &'p Partner,
        steps: &[Step],
        sent_back: Vec<SentBack>,
    ) -> Result<Vec<Notice>, Stopped> {
        let project = self.project;
        let keys: Vec<String> = steps.iter().map(Step::key).chain(sent_back.iter().map(SentBack::key)).collect();
        let mut along = Along { template: false, answers: false, too_large: Vec::new() };
        let mut attachments = Attachments::new(project);
        let mut answered = Vec::new();
        for one in sent_back {
            let answer = answer::to_received(project, &self.store, &self.state, &one.file.hash)?;
            if let Some((answer, subject)) = &answer
                && partner.contact.is_some()
                && let Some(file) = self.returned(answer, subject)?
            {
                along.answers |= attachments.add(file, &mut along.too_large);
            }
            answered.push((one, answer.map(|(answer, _)| answer)));
        }
        if reminders.attach_template
            && partner.contact.is_some()
            && let Some(step) = steps.iter().max_by_key(|step| step.due_on)
        {
            along.template = attachments.add(self.template(partner, &step.period)?, &mut along.too_large);
        }
        let note = compose::reminder(project, partner, steps, &answered, &along, self.today);
        let Some(contact) = partner.contact.as_deref() else {
            return Ok(vec![self.without_contact(partner, keys, &note)?]);
        };
        let about = json!({ "partner": partner.code.as_str() });
        let way = To::Person(contact, &reminders.cc);
        let (attachments, receipts) = (attachments.files, Vec::new());
        let (keys, id) = self.named(keys);
        let message = Message { channel: REMINDERS, way, keys, id, note, attachments, about, receipts };
        self.send(ways, &message)
    }

    /// Nobody can be reminded: that is told once, to those who run the programme.
    fn without_contact(&mut self, partner: &Partner, keys: Vec<String>, note: &Note) -> Result<Notice, Stopped> {
        let (subject, text) = (note.subject.clone(), note.text());
        let why = format!("{} has no contact, so nobody was reminded", partner.name);
        let record = Record {
            keys: keys.clone(),
            state: Stage::Failed,
            channel: REMINDERS.to_owned(),
            to: vec![partner.name.clone()],
            subject: subject.clone(),
            message_id: String::new(),
            body: String::new(),
            why: Some(why.clone()),
            permanent: true,
            not_before: None,
        };
        self.record(&record)?;
        let finding = Finding::warning(&rules::NO_CONTACT, Place::Project, why).help(rules::NO_CONTACT.fix);
        let finding = finding.partner(Some(partner.code.as_str()));
        Ok(Notice { to: partner.name.clone(), subject, result: Err(finding), keys, attached: Vec::new(), text })
    }

    /// The partner's workbook for a period, with what it has reported.
    fn template(&self, partner: &Partner, period: &str) -> Result<Attachment, Stopped> {
        let calendar = &self.project.catalog.programme.calendar;
        let number = calendar.parse(period).unwrap_or(1);
        let period = calendar.period(number).ok_or_else(|| super::fault("no such period", period))?;
        let mut prefill = Prefill::new(self.project, &self.store, &self.state);
        let today = self.now.with_timezone(&self.project.catalog.programme.time_zone).date_naive();
        let of = (Some(&mut prefill), Some(&self.state));
        let written = template::write(self.project, of, (partner, &period), (&partner.language, today))?;
        Ok(Attachment { name: written.name, bytes: written.bytes })
    }

    /// The partner's own file with the cells marked; None where it cannot be read.
    fn returned(&self, answer: &Answer, subject: &answer::Subject) -> Result<Option<Attachment>, Stopped> {
        if self.dry_run {
            let name = subject.name.rsplit(['/', '\\']).next().unwrap_or(&subject.name).to_owned();
            return Ok(Some(Attachment { name, bytes: Vec::new() }));
        }
        let given = answer::give(self.project, answer, subject, &self.project.out().join("answers"))?;
        let file = given.path.and_then(|path| {
            let name = path.file_name()?.to_string_lossy().into_owned();
            Some(Attachment { name, bytes: std::fs::read(&path).ok()? })
        });
        Ok(file)
    }

    fn tell(&mut self, ways: &mut Ways<'_>, channel: &Channel, parts: &[Part]) -> Result<Vec<Notice>, Stopped> {
        let facts =
            Facts { project: self.project, entries: &self.entries, attempt: None, deadlines: &[], now: self.now };
        let run = facts.run().map(|(run, body)| (run, body.clone()));
        let message = self.message(channel, parts, run.as_ref());
        self.send(ways, &message)
    }

    /// What a channel is told.
    fn message<'c>(&self, channel: &'c Channel, parts: &[Part], run: Option<&(Run, Value)>) -> Message<'c> {
        let project = self.project;
        let board = run.and_then(|(run, _)| Board::of(project, channel, run));
        let is_published = parts.iter().any(|part| matches!(part.tells, Tells::Success | Tells::Turned { .. }));
        let mut beside = Beside::default();
        let mut attachments = Attachments::new(project);
        if let (true, Some((run, body))) = (is_published, run) {
            if let (Some(board), Way::Mail(_)) = (&board, &channel.way) {
                for (_, file) in board.files(&channel.attach) {
                    let name = file.name.clone();
                    if attachments.add(file, &mut beside.too_large) {
                        beside.attached.push(name);
                    }
                }
            }
            beside.places = self.places(channel, &run.code);
            let count = |key: &str| body[key].as_u64().unwrap_or(0);
            let inside = board.as_ref().is_some_and(|board| !board.is_restricted());
            beside.counts = inside.then(|| (count("errors"), count("warnings"), count("kept_out")));
        }
        let note = compose::summary(project, channel, parts, board.as_ref(), &beside);
        let about = json!({
            "programme": project.catalog.programme.code, "run": run.map(|(run, _)| run.code.as_str()),
            "as_of": run.map(|(run, _)| run.as_of.to_string()),
        });
        let (keys, id) = self.named(parts.iter().map(|part| part.key.clone()).collect());
        let way = To::Channel(channel);
        let (attachments, receipts) = (attachments.files, Vec::new());
        Message { channel: &channel.code, way, keys, id, note, attachments, about, receipts }
    }

    /// Where the files of a channel's report were delivered to, as the receipts say.
    fn places(&self, channel: &Channel, run: &str) -> Vec<String> {
        let delivered = self.entries.iter().filter(|entry| entry.kind == Kind::Delivered).map(|entry| &entry.body);
        let own = delivered.filter(|body| body["run"] == run && body["report"] == channel.report.as_str());
        // Who else gets mail is nobody's to know.
        let own = own.filter(|body| body["kind"] != "mail");
        let mut places: Vec<String> = own.filter_map(|body| body["place"].as_str().map(str::to_owned)).collect();
        places.sort();
        places.dedup();
        places
    }

    /// Sends a message, or says that it would be sent. A server that asks for a little patience is asked again.
    fn send(&mut self, ways: &mut Ways<'_>, message: &Message<'_>) -> Result<Vec<Notice>, Stopped> {
        let mut tried = 1;
        loop {
            let (notice, wish) = self.send_once(ways, message)?;
            let pause = wish.map(|wish| wish.max(SHORTEST_WISH)).filter(|wish| tried < TRIES && *wish <= self.patience);
            let Some(pause) = pause else { return Ok(vec![notice]) };
            // What is written down by now is that it was not taken: whoever ends the program here loses nothing.
            ways.pause(pause);
            self.patience -= pause;
            self.now = clock::now();
            tried += 1;
        }
    }

    /// What became of it, and how long the server asks to be left alone.
    fn send_once(&mut self, ways: &mut Ways<'_>, message: &Message<'_>) -> Result<(Notice, Option<Duration>), Stopped> {
        let receivers = message.receivers();
        let notice = |result| Notice {
            to: receivers.join(", "),
            subject: message.note.subject.clone(),
            result,
            keys: message.keys.clone(),
            attached: message.attachments.iter().map(|file| file.name.clone()).collect(),
            text: message.note.text(),
        };
        if self.dry_run {
            return Ok((notice(Ok(())), None));
        }
        let record = |state: Stage, why: Option<String>, permanent: bool| Record {
            keys: message.keys.clone(),
            state,
            channel: message.channel.to_owned(),
            to: receivers.clone(),
            subject: message.note.subject.clone(),
            message_id: message.id(self.project),
            body: message.note.hash(),
            why,
            permanent,
            not_before: None,
        };
        let about_to = record(Stage::AboutTo, None, false);
        let mut unwritten: Option<StoreError> = None;
        let (store, now) = (&mut self.store, self.now);
        let sent = ways.send(message, &mut || {
            let written = store.ledger_mut().append(now, &[(Kind::Notice, about_to.to_json())]);
            written.map_err(|error| {
                let why = error.to_string();
                unwritten = Some(error);
                why
            })
        });
        let first = receivers.first().cloned().unwrap_or_default();
        let mut wish = None;
        let (ended, result) = match sent {
            Ok(taken) if taken.refused.is_empty() => (record(Stage::Sent, None, false), Ok(())),
            Ok(taken) => {
                let why = taken.refused.into_iter().map(|(_, why)| why).collect::<Vec<_>>().join("; ");
                let message = format!("a message did not reach all: {why}");
                let finding = Finding::warning(&rules::NOTICE_FAILED, Place::Project, message);
                (record(Stage::Sent, Some(why), false), Err(finding.help("Correct the address in the definitions.")))
            }
            Err(Refused::Unwritten(why)) => {
                return Err(unwritten.map_or_else(|| super::fault("nothing can be written down", why), Stopped::from));
            }
            Err(refused) => {
                let finding = not_sent(&first, message_key(&message.keys), &refused);
                let mut ended = match &refused {
                    Refused::Unknown(why) => record(Stage::Unknown, Some(why.clone()), false),
                    Refused::Ever(why) => record(Stage::Failed, Some(why.clone()), true),
                    Refused::Now(why) | Refused::Later(why, _) | Refused::Unwritten(why) => {
                        record(Stage::Failed, Some(why.clone()), false)
                    }
                };
                if let Refused::Later(_, seconds) = refused {
                    wish = Some(Duration::from_secs(seconds));
                    ended.not_before = later(clock::now(), seconds);
                }
                (ended, Err(finding))
            }
        };
        let receipts = message.receipts.iter().filter(|_| ended.state == Stage::Sent);
        let mut entries = vec![(Kind::Notice, ended.to_json())];
        entries.extend(receipts.map(|receipt| (Kind::Delivered, receipt.clone())));
        self.store.ledger_mut().append(self.now, &entries)?;
        self.history.add(&ended, self.now);
        Ok((notice(result), wish))
    }

    fn record(&mut self, record: &Record) -> Result<(), Stopped> {
        if self.dry_run {
            return Ok(());
        }
        self.store.ledger_mut().append(self.now, &[(Kind::Notice, record.to_json())])?;
        self.history.add(record, self.now);
        Ok(())
    }
}

/// Why a message did not arrive, or may not have.
fn not_sent(to: &str, key: &str, refused: &Refused) -> Finding {
    let failed = |why: &str| {
        Finding::error(&rules::NOTICE_FAILED, Place::Project, format!("the message to {to} was not sent: {why}"))
    };
    match refused {
        Refused::Now(why) | Refused::Unwritten(why) => failed(why).help("It is tried again later by itself."),
        Refused::Later(why, seconds) => {
            failed(&format!("{why}; it asks to wait {seconds} seconds")).help("It is tried again later by itself.")
        }
        Refused::Ever(why) => failed(why).help(rules::NOTICE_FAILED.fix),
        Refused::Unknown(why) => {
            let message = format!("the message to {to} may not have arrived: {why}");
            let help = format!("It is not sent again by itself: scoreboard notify --again {key}");
            Finding::warning(&rules::NOTICE_UNKNOWN, Place::Project, message).help(help)
        }
    }
}

fn later(now: DateTime<Utc>, seconds: u64) -> Option<DateTime<Utc>> {
    now.checked_add_signed(TimeDelta::try_seconds(i64::try_from(seconds).ok()?)?)
}

fn message_key(keys: &[String]) -> &str {
    keys.first().map_or("", String::as_str)
}

/// Files of one mail, within the bound.
struct Attachments {
    files: Vec<Attachment>,
    left: u64,
}

impl Attachments {
    fn new(project: &Project) -> Self {
        Self { files: Vec::new(), left: project.catalog.telling.mail.as_ref().map_or(0, |mail| mail.attach_bytes) }
    }

    /// False where there is no room for it.
    fn add(&mut self, file: Attachment, too_large: &mut Vec<String>) -> bool {
        let size = file.bytes.len() as u64;
        if size > self.left {
            too_large.push(file.name);
            return false;
        }
        self.left -= size;
        self.files.push(file);
        true
    }
}
