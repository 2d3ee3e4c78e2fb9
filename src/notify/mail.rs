//! A message as mail: plain text, the same as a page, and what is attached.
//!
//! The same message has the same bytes, its date apart, and the same Message-ID: a reader that gets it twice all the
//! same can tell that it is one.

use std::time::SystemTime;

use chrono::{DateTime, Utc};
use lettre::address::Envelope;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment as Attached, Mailbox, Message, MultiPart, SinglePart};

use super::html::page;
use super::note::Note;
use crate::model::hash::hash_of;
use crate::model::notify::Mail;

/// A file that goes along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Everything that a mail is made of.
#[derive(Debug)]
pub struct Draft<'d> {
    pub mail: &'d Mail,
    pub to: &'d [String],
    pub cc: &'d [String],
    pub message_id: &'d str,
    pub date: DateTime<Utc>,
    pub note: &'d Note,
    pub attachments: &'d [Attachment],
}

/// Who it goes to, and its bytes.
#[derive(Debug)]
pub struct Letter {
    pub envelope: Envelope,
    pub bytes: Vec<u8>,
}

/// The Message-ID of what these keys tell to somebody, within angle brackets.
pub fn message_id(programme: &str, channel: &str, keys: &[String], from: &str) -> String {
    let domain =
        from.parse::<Mailbox>().map_or_else(|_| "localhost".to_owned(), |mailbox| mailbox.email.domain().to_owned());
    let hash = hash_of(format!("{programme}\n{channel}\n{}", keys.join("\n")).as_bytes());
    format!("<{}@{domain}>", &hash[..32])
}

/// Writes the mail.
///
/// # Errors
/// An address that is none, in words.
pub fn write(draft: &Draft<'_>) -> Result<Letter, String> {
    let mailbox =
        |text: &str| text.parse::<Mailbox>().map_err(|_| format!("`{}` is no mail address", super::note::clean(text)));
    let mut builder = Message::builder()
        .from(mailbox(&draft.mail.from)?)
        .subject(draft.note.subject.clone())
        .message_id(Some(draft.message_id.to_owned()))
        .date(SystemTime::from(draft.date));
    if let Some(reply_to) = &draft.mail.reply_to {
        builder = builder.reply_to(mailbox(reply_to)?);
    }
    for to in draft.to {
        builder = builder.to(mailbox(to)?);
    }
    for cc in draft.cc {
        builder = builder.cc(mailbox(cc)?);
    }
    // Signs of its own, so that nothing in the message can be taken for them, and the same each time.
    let boundary = |part: &str| hash_of(format!("{part} {}", draft.message_id).as_bytes())[..32].to_owned();
    let text = MultiPart::alternative()
        .boundary(boundary("text"))
        .singlepart(SinglePart::plain(draft.note.text()))
        .singlepart(SinglePart::html(page(draft.note)));
    let parts = if draft.attachments.is_empty() {
        text
    } else {
        let mixed = MultiPart::mixed().boundary(boundary("all")).multipart(text);
        draft.attachments.iter().fold(mixed, |parts, file| {
            parts.singlepart(Attached::new(file.name.clone()).body(file.bytes.clone(), content_type(&file.name)))
        })
    };
    let mut message = builder.multipart(parts).map_err(|error| format!("no mail can be made: {error}"))?;
    // So that no absence note answers a machine.
    for (name, value) in [
        (HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated"),
        (HeaderName::new_from_ascii_str("X-Auto-Response-Suppress"), "All"),
    ] {
        message.headers_mut().insert_raw(HeaderValue::new(name, value.to_owned()));
    }
    Ok(Letter { envelope: message.envelope().clone(), bytes: message.formatted() })
}

fn content_type(name: &str) -> ContentType {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
    let kind = match ending.as_str() {
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "xlsm" => "application/vnd.ms-excel.sheet.macroEnabled.12",
        "html" => "text/html; charset=utf-8",
        "json" => "application/json",
        _ => "application/octet-stream",
    };
    ContentType::parse(kind).unwrap_or(ContentType::TEXT_PLAIN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::notify::Post;

    fn written(note: &Note, to: &str, attachments: &[Attachment]) -> Result<String, String> {
        let mail = Mail {
            from: "Monitoring <m@example.eu>".into(),
            reply_to: Some("lead@example.eu".into()),
            attach_bytes: 1,
            post: Post::Outbox("x".into()),
        };
        let date = DateTime::from_timestamp(1_467_280_800, 0).expect("an instant");
        let id = message_id("p", "lead", &["a".into()], &mail.from);
        let (to, cc) = ([to.to_owned()], []);
        let draft = Draft { mail: &mail, to: &to, cc: &cc, message_id: &id, date, note, attachments };
        Ok(String::from_utf8(write(&draft)?.bytes).expect("ASCII"))
    }

    #[test]
    fn the_same_message_has_the_same_bytes() {
        let note = Note { subject: "S".into(), heading: "Grüße".into(), ..Note::default() }.cleaned();
        let files = [Attachment { name: "Übersicht.xlsx".into(), bytes: vec![0, 255, 3] }];
        let one = written(&note, "a@example.eu", &files).expect("written");
        assert_eq!(one, written(&note, "a@example.eu", &files).expect("written"));
        assert!(one.is_ascii(), "every server takes it");
        assert!(one.contains("Date: Thu, 30 Jun 2016 10:00:00 +0000"), "{one}");
        assert!(one.contains("Auto-Submitted: auto-generated"), "{one}");
    }

    #[test]
    fn no_text_of_others_becomes_a_line_of_the_head() {
        let note = Note { subject: "A\r\nBcc: all@example.eu\r\n\r\nbody".into(), ..Note::default() };
        // Cleaned or not: the library folds what it is given, and we give it one line.
        for note in [note.clone(), note.cleaned()] {
            let mail = written(&note, "a@example.eu", &[]).expect("written");
            let head = mail.split("\r\n\r\n").next().expect("a head");
            assert!(!head.lines().any(|line| line.to_ascii_lowercase().starts_with("bcc:")), "{head}");
        }
        assert!(written(&Note::default(), "a@example.eu\r\nBcc: b@example.eu", &[]).is_err());
        assert!(written(&Note::default(), "not an address", &[]).is_err());
    }
}
