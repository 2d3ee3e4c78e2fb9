//! `[[source]]`: what kind it is; and of a survey server the survey and wave that its answers belong to.

use std::time::Duration;

use super::catalog::{Partner, Survey};
use super::reader::{At, Table};
use super::secret::{self, masked, refuse};
use super::{files, place};
use crate::finding::suggest::nearest;
use crate::finding::{Place, rules};
use crate::model::code::{SourceCode, SurveyCode, WaveCode};
use crate::model::hosts::listed;
use crate::model::source::{Completion, Source, SurveyKind, SurveySource};

/// The survey and the wave that a source feeds, whatever else is wrong with it.
pub fn feeds(table: &Table<'_>) -> Option<(String, String)> {
    Some((table.text("survey")?.value, table.text("wave")?.value))
}

/// What kind of source it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Survey(SurveyKind),
    Files(place::Kind),
}

/// A source of either kind.
pub fn read(
    table: &Table<'_>,
    surveys: &[Survey],
    partners: &[(Place, Partner)],
    hosts: &[String],
) -> Option<(Place, Source)> {
    refuse(table);
    let code = table.code("code", SourceCode::new);
    let of_surveys = SurveyKind::ALL.iter().map(|(name, kind)| (*name, Kind::Survey(*kind)));
    let of_files = place::SOURCES.iter().map(|(name, kind)| (*name, Kind::Files(*kind)));
    let kinds: Vec<(&str, Kind)> = of_surveys.chain(of_files).collect();
    match table.required_choice("kind", &kinds)?.value {
        Kind::Survey(kind) => survey(table, code, kind, surveys, hosts),
        Kind::Files(kind) => files::read(table, code, kind, partners, hosts),
    }
}

fn survey(
    table: &Table<'_>,
    code: Option<At<SourceCode>>,
    kind: SurveyKind,
    surveys: &[Survey],
    hosts: &[String],
) -> Option<(Place, Source)> {
    let allow_http = table.boolean("allow_http").unwrap_or(false);
    let url = table.required_text("url").and_then(|text| url(table, &text, allow_http, hosts));
    let form = table.required_text("form").and_then(|text| form(table, &text, kind));
    let secret = secret::required(table, "secret", "secret_file");
    let user = secret::optional(table, "user", "user_file");
    if user.is_none() && kind.needs_user() {
        let span = table.span.start..table.span.start + 1;
        table.report(
            table
                .error(&rules::MISSING_KEY, &span, "`source` needs `user`")
                .help("Write the name of the environment variable that holds the user's name, or `user_file`."),
        );
    }
    let (survey, wave) = wave(table, surveys);
    let page = page(table, kind);
    let completion = table
        .choice("completion", &[("complete", Completion::Complete), ("all", Completion::All)])
        .map_or(Completion::Complete, |at| at.value);
    let not_asked = table.text("not_asked").map(|at| at.value).filter(|text| !text.trim().is_empty());
    for (key, set) in [("completion", table.has("completion")), ("not_asked", not_asked.is_some())] {
        if set && kind != SurveyKind::LimeSurvey {
            let message = format!("`{key}` is told by LimeSurvey alone");
            table.bad(&table.span_of(key), message, "Take the line out: other servers do not say it.");
        }
    }
    let seconds = |key, default, range| Duration::from_secs(table.bounded(key, default, range).unsigned_abs());
    let (timeout, total) = (seconds("timeout_seconds", 60, 1..=600), seconds("total_seconds", 1_800, 1..=86_400));
    table.finish_discreetly();
    let code = code?;
    Some((
        table.place(&code.span),
        Source::Survey(SurveySource {
            code: code.value,
            kind,
            url: url?,
            form: form?,
            secret: secret?,
            user: user.unwrap_or_default(),
            survey: survey?,
            wave: wave?,
            page,
            completion,
            not_asked,
            timeout,
            total,
        }),
    ))
}

/// An address that a secret may be sent to.
pub(super) fn url(table: &Table<'_>, text: &At<String>, allow_http: bool, hosts: &[String]) -> Option<String> {
    let url = text.value.trim().trim_end_matches('/');
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') || rest.contains(['?', '#']) {
        let message = "`url` holds a name to sign in, a question mark or a `#`".to_owned();
        table.report(masked(table, &text.span, message));
        return None;
    }
    reachable(table, text, url, allow_http, hosts).then(|| url.to_owned())
}

/// Whether an address is one of a server that definitions may name, over a line that others cannot read.
pub(super) fn reachable(table: &Table<'_>, text: &At<String>, url: &str, allow_http: bool, hosts: &[String]) -> bool {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    let plain = rest.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'\\'));
    if !matches!(scheme, "http" | "https") || host.is_empty() || !plain {
        table.bad(&text.span, "`url` is not the address of a server", "Write it as in https://eu.kobotoolbox.org.");
        return false;
    }
    let loopback = host == "localhost" || host == "::1" || host.starts_with("127.");
    if scheme == "http" && !loopback && !allow_http {
        table.bad(
            &text.span,
            "`url` begins with http://: the secret could be read on its way",
            "Write https://, or `allow_http = true` for a server of your own network.",
        );
        return false;
    }
    if !listed(hosts, host) {
        let message = format!("{host} is not among `hosts` of `[network]`");
        table.bad(&text.span, message, "Add it to `hosts` in scoreboard.toml if it may be reached.");
        return false;
    }
    true
}

fn form(table: &Table<'_>, text: &At<String>, kind: SurveyKind) -> Option<String> {
    let form = text.value.trim();
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (sound, help) = match kind {
        SurveyKind::Odk => (
            form.split_once('/').is_some_and(|(project, form)| digits(project) && !form.is_empty()),
            "For ODK Central write the project's number and the form, as in \"7/turnover_2016\".",
        ),
        SurveyKind::LimeSurvey => (digits(form), "For LimeSurvey write the survey's number, as in \"896447\"."),
        SurveyKind::Kobo | SurveyKind::EuSurvey => (
            !form.is_empty() && !form.contains('/'),
            "Write the asset's uid (Kobo) or the survey's alias (EUSurvey), without a `/`.",
        ),
    };
    if !sound {
        table.bad(&text.span, "`form` does not name a survey of this kind of server", help);
    }
    sound.then(|| form.to_owned())
}

fn wave(table: &Table<'_>, surveys: &[Survey]) -> (Option<SurveyCode>, Option<WaveCode>) {
    let (Some(survey), Some(wave)) = (table.required_text("survey"), table.required_text("wave")) else {
        return (None, None);
    };
    let Some(found) = surveys.iter().find(|known| known.code.as_str() == survey.value) else {
        let names = surveys.iter().map(|survey| survey.code.as_str());
        let message = format!("no survey is called `{}`", survey.value);
        table.report(table.error(&rules::UNKNOWN_SURVEY, &survey.span, message).suggest(nearest(&survey.value, names)));
        return (None, None);
    };
    let Some(known) = found.waves.iter().find(|known| known.code.as_str() == wave.value) else {
        let names: Vec<&str> = found.waves.iter().map(|wave| wave.code.as_str()).collect();
        let message = format!("`{}` has no wave `{}`", found.code, wave.value);
        let finding = table.error(&rules::BAD_VALUE, &wave.span, message);
        table.report(
            finding
                .help(format!("Its waves are {}.", names.join(", ")))
                .suggest(nearest(&wave.value, names.iter().copied())),
        );
        return (None, None);
    };
    (Some(found.code.clone()), Some(known.code.clone()))
}

fn page(table: &Table<'_>, kind: SurveyKind) -> u32 {
    let Some(most) = kind.largest_page() else {
        if table.has("page") {
            let span = table.span_of("page");
            table.bad(&span, "this server gives no pages", "Take `page` out: all answers come in one file.");
        }
        return 1;
    };
    let default = i64::from(most.min(1_000));
    u32::try_from(table.bounded("page", default, 1..=i64::from(most))).unwrap_or(most)
}

#[cfg(test)]
mod tests {
    use super::super::{SourceFile, load};
    use crate::finding::{Finding, render};

    const PIPELINE: &str = r#"schema = 1
[collection]
code = "members"
title = "Members"
[[collection.field]]
code = "firm"
label = "Firm"
kind = "enterprise"
[survey]
code = "turnover"
title = "Turnover"
frame = "members"
match = "firm"
respondent = "vat"
submitted = "sent_on"
[[survey.wave]]
code = "baseline"
role = "baseline"
on = 2015-05-31
[[survey.question]]
code = "vat"
label = "VAT"
kind = "enterprise"
[[survey.question]]
code = "sent_on"
label = "Sent on"
kind = "date"
[[source]]
code = "kobo_eu"
kind = "kobo"
url = "https://eu.kobotoolbox.org/"
form = "aXyZ12"
secret = "KOBO_TOKEN"
survey = "turnover"
wave = "baseline"
"#;

    fn findings(from: &str, to: &str) -> Vec<Finding> {
        assert!(PIPELINE.contains(from), "{from}");
        let head = "schema = 1\n[programme]\ncode = \"p\"\ntitle = \"P\"\nstart = 2015-01-01\nend = 2016-12-31\n";
        let indicator = "schema = 1\n[[indicator]]\ncode = \"n\"\nunit = \"firms\"\nfrom = \"members\"\nmeasure = \"COUNT(*)\"\naccumulation = \"stock\"\n";
        let file = |name: &str, text: String| SourceFile { name: name.into(), text };
        let (_, findings) = load(&[
            file("scoreboard.toml", head.into()),
            file("indicators/a.toml", indicator.into()),
            file("pipelines/a.toml", PIPELINE.replace(from, to)),
        ]);
        findings.into_iter().filter(Finding::is_error).collect()
    }

    #[test]
    fn a_source_feeds_a_wave_that_needs_no_file_names_then() {
        assert_eq!(findings("KOBO", "KOBO"), []);
        let without = findings("wave = \"baseline\"\n", "wave = \"follow_up\"\n");
        let texts: Vec<&str> = without.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(texts, ["`wave` needs `files`", "`turnover` has no wave `follow_up`"]);
    }

    #[test]
    fn what_looks_like_a_secret_is_refused_and_never_shown() {
        let token = "4f9d1b0c6f1d4a9f8e2b7c3a5d6e7f8091a2b3c4";
        let line = "secret = \"KOBO_TOKEN\"";
        for bad in [
            format!("secret = \"{token}\""),
            format!("secret = \"{}\"", token.to_uppercase().replace('4', "A")),
            format!("{line}\ntoken = \"{token}\""),
            format!("{line}\npassword = \"{token}\""),
            format!("{line}\ntokn = \"{token}\""),
        ] {
            let findings = findings(line, &bad);
            let told = |finding: &Finding| ["secret-in-definition", "unknown-key"].contains(&finding.rule.id);
            assert!(findings.iter().any(told), "{bad}");
            let shown: String = findings.iter().map(render).collect();
            assert!(!shown.to_lowercase().contains(&token[..12]), "{shown}");
        }
        let shown: String = findings("https://eu", "https://me:hunter2@eu").iter().map(render).collect();
        assert!(shown.contains("secret-in-definition") && !shown.contains("hunter2"), "{shown}");
    }

    #[test]
    fn a_secret_may_stand_in_a_file_and_nowhere_twice() {
        let line = "secret = \"KOBO_TOKEN\"";
        assert_eq!(findings(line, "secret_file = \"/run/secrets/kobo\""), []);
        assert_eq!(findings(line, "secret_file = \"secrets/kobo\""), []);
        assert_eq!(findings(line, "secret_file = 'C:\\secrets\\kobo'"), []);
        for bad in [
            "secret_file = \"kobo\"",
            "secret_file = \"4f9d1b0c6f1d4a9f8e2b7c3a5d6e7f80/91a2b3c4\"",
            "secret_file = \"./kobo\"\nsecret = \"KOBO_TOKEN\"",
            "",
        ] {
            let told = findings(line, bad);
            assert_eq!(told.len(), 1, "{bad}: {told:?}");
            assert!(!render(&told[0]).contains("91a2b3c4"), "{bad}");
        }
    }

    #[test]
    fn an_address_without_encryption_must_be_allowed() {
        let plain = "http://kobo.example";
        assert_eq!(findings("https://eu.kobotoolbox.org/", plain).len(), 1);
        assert_eq!(findings("https://eu.kobotoolbox.org/\"", &format!("{plain}\"\nallow_http = true")), []);
        assert_eq!(findings("https://eu.kobotoolbox.org/", "http://127.0.0.1:8080"), []);
        assert_eq!(findings("https://eu.kobotoolbox.org/", "ftp://x").len(), 1);
    }

    #[test]
    fn each_server_has_its_own_rules() {
        let of = |kind: &str, form: &str, more: &str| {
            let to = format!("kind = \"{kind}\"\nform = \"{form}\"\n{more}\nurl = \"https://x.example\"");
            findings("kind = \"kobo\"\nurl = \"https://eu.kobotoolbox.org/\"\nform = \"aXyZ12\"", &to)
        };
        assert_eq!(of("odk", "7/turnover", "user = \"ODK_USER\"\npage = 5000"), []);
        assert_eq!(of("limesurvey", "896447", "user = \"L_USER\"\ncompletion = \"all\"\nnot_asked = \"n/a\""), []);
        assert_eq!(of("eusurvey", "turnover", "user = \"EU_USER\""), []);
        for (kind, form, more) in [
            ("odk", "turnover", "user = \"U\""),
            ("odk", "7/turnover", ""),
            ("limesurvey", "abc", "user = \"U\""),
            ("kobo", "a", "page = 2000"),
            ("kobo", "a", "completion = \"all\""),
            ("eusurvey", "turnover", "user = \"U\"\npage = 5"),
        ] {
            assert_eq!(of(kind, form, more).len(), 1, "{kind} {form} {more}");
        }
    }
}
