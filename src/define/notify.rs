//! `[mail]`, `[[channel]]`, `[reminders]`: who is told what, and by which way.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use lettre::message::Mailbox;

use super::catalog::{Partner, Programme, Report};
use super::reader::{At, Table};
use super::{secret, server};
use crate::finding::suggest::nearest;
use crate::finding::{Finding, Place, rules};
use crate::model::code::is_code;
use crate::model::notify::{Address, Channel, Event, Mail, Post, Reminders, Security, Server, Telling, Way};
use crate::model::secret::SecretName;

/// Bytes of the attachments of one mail, in megabytes: many servers take no more than 25 with all that is around them.
const ATTACH_MB: i64 = 10;
/// Days after which partners are reminded where nothing else is said.
const STEPS: [i64; 4] = [-7, 0, 3, 10];
const SENT_BACK: [i64; 2] = [3, 10];
/// As far as days may lie from what they are counted from.
const FARTHEST: i64 = 365;

/// What the tables of some files say. `partners` stand with their places.
pub fn read(
    roots: &[&Table<'_>],
    programme: &Programme,
    partners: &[(Place, &Partner)],
    reports: &[Report],
) -> Telling {
    let mail = one(roots, "mail");
    let reminders = one(roots, "reminders");
    let tables: Vec<Table<'_>> = roots.iter().flat_map(|root| root.tables("channel")).collect();
    let mut channels: Vec<(Place, Channel)> = Vec::new();
    for table in &tables {
        if let Some((place, channel)) = channel(table, programme, reports) {
            if matches!(channel.way, Way::Mail(_)) && mail.is_none() {
                without_mail(table, "a channel of kind `mail`");
            }
            channels.push((place, channel));
        }
    }
    if let Some(root) = roots.first() {
        super::unique(channels.iter().map(|(at, one)| (one.code.as_str(), at)), "channel", root.findings());
    }
    for mailing in reports.iter().flat_map(|report| &report.mailings).filter(|_| mail.is_none()) {
        let message = format!("the destination `{}` is of kind `mail`, and no file declares `[mail]`", mailing.code);
        let finding = Finding::error(&rules::MISSING_KEY, Place::Project, message);
        if let Some(root) = roots.first() {
            root.report(finding.help("Write [mail] into a file of pipelines/."));
        }
    }
    let telling = Telling {
        mail: mail.as_ref().and_then(|table| self::mail(table)),
        channels: channels.into_iter().map(|(_, channel)| channel).collect(),
        reminders: reminders.as_ref().map(|table| self::reminders(table)),
    };
    if let Some(table) = &reminders {
        if mail.is_none() {
            without_mail(table, "`[reminders]`");
        }
        for (place, partner) in partners {
            let wrong = partner.contact.as_deref().filter(|contact| contact.parse::<Mailbox>().is_err());
            if let Some(contact) = wrong {
                let message = format!("`{contact}` of `{}` is no mail address, so it cannot be reminded", partner.code);
                let finding = Finding::error(&rules::BAD_VALUE, place.clone(), message);
                table.report(finding.help("Write `contact` as in monitoring@cluster.example."));
            }
        }
    }
    telling
}

/// The one table of a name that some files hold.
fn one<'a>(roots: &[&Table<'a>], key: &'static str) -> Option<Table<'a>> {
    let mut found = roots.iter().filter_map(|root| root.table(key));
    let first = found.next()?;
    for other in found {
        let message = format!("`{key}` stands in two files");
        other.bad(&(other.span.start..other.span.start + 1), message, "Take one of them out.");
    }
    Some(first)
}

fn without_mail(table: &Table<'_>, what: &str) {
    let message = format!("{what} needs `[mail]`, which no file declares");
    let help = "Write [mail] with `server` and `from`, or with `outbox` for a folder from which mail is taken.";
    table.bad(&(table.span.start..table.span.start + 1), message, help);
}

fn mail(table: &Table<'_>) -> Option<Mail> {
    secret::refuse(table);
    let from = table.required_text("from").and_then(|text| address(table, &text, "from"));
    let reply_to = table.text("reply_to").and_then(|text| address(table, &text, "reply_to"));
    let megabytes = table.bounded("attach_mb", ATTACH_MB, 1..=100);
    let outbox = table.text("outbox").map(|text| PathBuf::from(text.value));
    let server = mail_server(table, outbox.is_some());
    table.finish_discreetly();
    let post = match outbox {
        Some(folder) => Post::Outbox(folder),
        None => Post::Server(server?),
    };
    Some(Mail { from: from?, reply_to, attach_bytes: megabytes.unsigned_abs() * 1_000_000, post })
}

fn mail_server(table: &Table<'_>, instead: bool) -> Option<Server> {
    let text = if instead { table.text("server") } else { table.required_text("server") };
    let security = table.choice("security", &Security::NAMES).map_or(Security::Tls, |at| at.value);
    let port = table.bounded("port", i64::from(security.port()), 1..=65_535);
    let allow_plain = table.boolean("allow_plain").unwrap_or(false);
    let user = secret::optional(table, "user", "user_file");
    let password = secret::optional(table, "secret", "secret_file");
    let ca_file = table.text("ca_file").map(|text| PathBuf::from(text.value));
    let seconds = table.bounded("timeout_seconds", 30, 1..=600).unsigned_abs();
    if user.is_some() != password.is_some() {
        let message = "`user` and `secret` belong together";
        table.bad(
            &(table.span.start..table.span.start + 1),
            message,
            "Name both, or none for a server that asks nobody.",
        );
    }
    let text = text?;
    if instead {
        table.bad(&text.span, "mail goes to `server` or into `outbox`, not both", "Take one of them out.");
        return None;
    }
    let host = text.value.trim().to_owned();
    let letters = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':');
    if host.is_empty() || !host.chars().all(letters) {
        table.bad(&text.span, "`server` is not the name of a mail server", "Write it as in smtp.office365.com.");
        return None;
    }
    let loopback = host == "localhost" || host == "::1" || host.starts_with("127.");
    if security == Security::None && !loopback && !allow_plain {
        table.bad(
            &table.span_of("security"),
            "without TLS everybody on the way can read the mail, and the password",
            "Write \"tls\" or \"starttls\", or `allow_plain = true` for a server of your own network.",
        );
    }
    let port = u16::try_from(port).unwrap_or(security.port());
    let (user, secret) = (user.flatten(), password.flatten());
    Some(Server { host, port, security, user, secret, ca_file, timeout: Duration::from_secs(seconds) })
}

/// A mail address, with or without a name before it.
fn address(table: &Table<'_>, text: &At<String>, key: &str) -> Option<String> {
    let sound = text.value.parse::<Mailbox>().is_ok() && !text.value.contains(['\r', '\n']);
    if !sound {
        let message = format!("`{}` of `{key}` is no mail address", text.value.escape_debug());
        table.bad(
            &text.span,
            message,
            "Write it as in monitoring@example.eu, or \"Monitoring <monitoring@example.eu>\".",
        );
    }
    sound.then(|| text.value.clone())
}

pub(super) fn addresses(table: &Table<'_>, key: &'static str) -> Vec<String> {
    table.texts(key).iter().filter_map(|text| address(table, text, key)).collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Mail,
    Teams,
    Slack,
    Json,
    File,
}

const KINDS: [(&str, Kind); 5] =
    [("mail", Kind::Mail), ("teams", Kind::Teams), ("slack", Kind::Slack), ("json", Kind::Json), ("file", Kind::File)];

fn channel(table: &Table<'_>, programme: &Programme, reports: &[Report]) -> Option<(Place, Channel)> {
    secret::refuse(table);
    let code = table.code("code", |text| is_code(text).then(|| text.to_owned()));
    let kind = table.required_choice("kind", &KINDS);
    let way = kind.and_then(|kind| way(table, kind.value, &programme.hosts));
    let report = report(table, reports);
    let on = events(table, report);
    let attach = attachments(table, way.as_ref());
    let language = table.text("language").map_or_else(|| programme.language.clone(), |at| at.value);
    table.finish_discreetly();
    let code = code?;
    let place = table.place(&code.span);
    let report = report?.code.clone();
    Some((place, Channel { code: code.value, way: way?, on, attach, report, language }))
}

/// Each kind has keys of its own; all are asked for, so that a wrong one is told as what it is.
fn way(table: &Table<'_>, kind: Kind, hosts: &[String]) -> Option<Way> {
    let to = addresses(table, "to");
    let url = table.text("url");
    let url_secret = secret::optional(table, "url_secret", "url_secret_file");
    let bearer = secret::optional(table, "secret", "secret_file");
    let path = table.text("path");
    let allow_http = table.boolean("allow_http").unwrap_or(false);
    let given = [
        ("to", table.has("to"), &[Kind::Mail] as &[Kind]),
        ("url", url.is_some(), &[Kind::Json]),
        ("url_secret", url_secret.is_some(), &[Kind::Teams, Kind::Slack, Kind::Json]),
        ("secret", bearer.is_some(), &[Kind::Json]),
        ("path", path.is_some(), &[Kind::File]),
    ];
    for (key, _, kinds) in given.iter().filter(|(_, given, kinds)| *given && !kinds.contains(&kind)) {
        let names: Vec<&str> = KINDS.iter().filter(|(_, known)| kinds.contains(known)).map(|(name, _)| *name).collect();
        let message = format!("`{key}` is no key of a channel of this kind");
        let finding = table.error(&rules::BAD_VALUE, &table.span_of("kind"), message);
        table.report(finding.help(format!("It belongs to channels of the kind {}.", names.join(", "))));
    }
    let needs = |key: &str, help: &str| {
        let span = table.span.start..table.span.start + 1;
        table.report(table.error(&rules::MISSING_KEY, &span, format!("`channel` needs `{key}`")).help(help));
    };
    let webhook = || -> Option<SecretName> {
        if url_secret.is_none() {
            needs("url_secret", "Write the name of the environment variable that holds the webhook's whole address.");
        }
        url_secret.clone().flatten()
    };
    match kind {
        Kind::Mail => {
            if !table.has("to") {
                needs("to", "Write to = [\"lead@example.eu\"].");
            }
            (!to.is_empty()).then_some(Way::Mail(to))
        }
        Kind::Teams => webhook().map(Way::Teams),
        Kind::Slack => webhook().map(Way::Slack),
        Kind::Json => {
            let address = match (&url, &url_secret) {
                (Some(text), None) => Address::Plain(server::url(table, text, allow_http, hosts)?),
                (None, Some(name)) => Address::Secret(name.clone()?),
                (Some(text), Some(_)) => {
                    table.bad(&text.span, "`url` and `url_secret` name two addresses", "Leave one of them.");
                    return None;
                }
                (None, None) => {
                    needs("url", "Write the address, or `url_secret` where nobody else may know it.");
                    return None;
                }
            };
            Some(Way::Json { address, secret: bearer.flatten() })
        }
        Kind::File => {
            if path.is_none() {
                needs("path", "Write the folder for the messages, such as path = \"data/messages\".");
            }
            path.map(|text| Way::Folder(PathBuf::from(text.value)))
        }
    }
}

/// The report whose figures are told: as named, else the first for internal readers, else the first.
fn report<'r>(table: &Table<'_>, reports: &'r [Report]) -> Option<&'r Report> {
    let Some(text) = table.text("report") else {
        return reports.iter().find(|report| !report.audience.is_restricted()).or(reports.first());
    };
    let found = reports.iter().find(|report| report.code.as_str() == text.value);
    if found.is_none() {
        let names: Vec<&str> = reports.iter().map(|report| report.code.as_str()).collect();
        let finding = table.error(&rules::BAD_VALUE, &text.span, format!("no report is called `{}`", text.value));
        let finding = finding.help(format!("The reports are {}.", names.join(", ")));
        table.report(finding.suggest(nearest(&text.value, names.iter().copied())));
    }
    found
}

fn events(table: &Table<'_>, report: Option<&Report>) -> BTreeSet<Event> {
    if !table.has("on") {
        let span = table.span.start..table.span.start + 1;
        let names: Vec<&str> = Event::NAMES.iter().map(|(name, _)| *name).collect();
        let finding = table.error(&rules::MISSING_KEY, &span, "`channel` needs `on`");
        table.report(finding.help(format!("Write on = [\"success\", \"failure\"]; there are {}.", names.join(", "))));
    }
    let mut events = BTreeSet::new();
    for text in table.texts("on") {
        let Some((name, event)) = Event::NAMES.iter().find(|(name, _)| *name == text.value) else {
            let names: Vec<&str> = Event::NAMES.iter().map(|(name, _)| *name).collect();
            let finding = table.error(&rules::BAD_VALUE, &text.span, format!("`on` cannot hold `{}`", text.value));
            let suggestion = nearest(&text.value, names.iter().copied());
            table.report(finding.help(format!("It holds {}.", names.join(", "))).suggest(suggestion));
            continue;
        };
        if report.is_some_and(|report| report.audience.is_restricted()) && *event != Event::Success {
            let message =
                format!("`{name}` tells of partners and of earlier runs what readers of this report do not see");
            table.bad(&text.span, message, "A channel of a report for funders or the public has on = [\"success\"].");
            continue;
        }
        events.insert(*event);
    }
    events
}

fn attachments(table: &Table<'_>, way: Option<&Way>) -> Vec<String> {
    let mut endings = Vec::new();
    for text in table.texts("attach") {
        if !matches!(text.value.as_str(), "xlsx" | "html" | "json") {
            let message = format!("`attach` cannot hold `{}`", text.value);
            table.bad(&text.span, message, "It holds xlsx, html or json.");
        } else if matches!(way, Some(Way::Mail(_)) | None) {
            endings.push(text.value);
        } else {
            table.bad(
                &text.span,
                "only mail has attachments",
                "Take `attach` out: other channels tell where the files are.",
            );
        }
    }
    endings
}

fn reminders(table: &Table<'_>) -> Reminders {
    let reminders = Reminders {
        steps: days(table, "steps", -FARTHEST, &STEPS),
        sent_back: days(table, "sent_back", 0, &SENT_BACK),
        attach_template: table.boolean("attach_template").unwrap_or(true),
        cc: addresses(table, "cc"),
    };
    table.finish();
    reminders
}

/// `[{ days = -7 }, { days = 3 }]`, in order and each once.
fn days(table: &Table<'_>, key: &'static str, least: i64, default: &[i64]) -> Vec<i64> {
    if !table.has(key) {
        return default.to_vec();
    }
    let mut days = BTreeSet::new();
    for step in table.tables(key) {
        if let Some(at) = step.required("days", step.integer("days")) {
            if (least..=FARTHEST).contains(&at.value) {
                days.insert(at.value);
            } else {
                let message = format!("`days` must lie between {least} and {FARTHEST}");
                step.bad(&at.span, message, "Negative days lie before the day on which a report is due.");
            }
        }
        step.finish();
    }
    days.into_iter().collect()
}
