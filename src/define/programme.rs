//! `scoreboard.toml`: the programme, its partners, its folders and limits.

use chrono_tz::Tz;

use super::catalog::{Collection, Folders, Limits, Partner, Programme, SubmissionRules};
use super::folders::STORE;
use super::reader::{Findings, Table};
use crate::finding::suggest::nearest;
use crate::finding::{CellRef, Finding, Place, rules};
use crate::model::code::{CollectionCode, PartnerCode};
use crate::model::country::{CountryMatch, read_country};
use crate::model::locale::locale;
use crate::model::period::{Calendar, PeriodUnit};

/// The programme, where it is whole, and its partners with their places.
type Head = (Option<Programme>, Vec<(Place, Partner)>);

/// Reads `scoreboard.toml`. None if it has no `[programme]`.
pub fn read(root: &Table<'_>) -> Option<Head> {
    let partners: Vec<(Place, Partner)> = root.tables("partner").iter().filter_map(partner).collect();
    super::unique(partners.iter().map(|(at, partner)| (partner.code.as_str(), at)), "partner", root.findings());
    let folders = folders(root);
    let limits = limits(root);
    let submission = submission(root);
    let hosts = hosts(root);
    let table = root.required_table("programme")?;
    let code = table.code("code", |text| crate::model::code::is_code(text).then(|| text.to_owned()));
    let title = table.required_text("title");
    let (start, end) = (table.required_date("start"), table.required_date("end"));
    let as_of = table.date("as_of");
    let currency = table.text("currency");
    let unit = table.choice("period", &PeriodUnit::NAMES).map_or(PeriodUnit::Quarter, |at| at.value);
    let from_start = table.choice("period_from", &[("calendar", false), ("start", true)]).is_some_and(|at| at.value);
    let zone = table.text("time_zone");
    let language = table.text("language").map_or_else(|| "en".to_owned(), |at| at.value);
    let contact = table.text("contact").map(|at| at.value);
    let illustrative = table.words("illustrative").map(|words| words.get(&language).to_owned());
    table.finish();
    if let Some(currency) = &currency
        && (currency.value.len() != 3 || !currency.value.bytes().all(|b| b.is_ascii_uppercase()))
    {
        table.bad(
            &currency.span,
            format!("`{}` is not a currency", currency.value),
            "Use its ISO code, for example EUR.",
        );
    }
    let time_zone = zone.map_or(Some(Tz::UTC), |zone| {
        let parsed = zone.value.parse::<Tz>().ok();
        if parsed.is_none() {
            let suggestion = nearest(&zone.value, chrono_tz::TZ_VARIANTS.iter().map(|tz| tz.name()));
            let finding =
                table.error(&rules::BAD_VALUE, &zone.span, format!("no time zone is called `{}`", zone.value));
            table.report(finding.help("Use an IANA name, for example Europe/Vilnius.").suggest(suggestion));
        }
        parsed
    });
    let programme = (|| {
        let (start, end) = (start?, end?);
        if end.value <= start.value {
            table.bad(&end.span, "the programme ends before it starts", "Put `end` after `start`.");
        }
        if let Some(as_of) = &as_of
            && as_of.value < start.value
        {
            table.bad(&as_of.span, "as_of lies before the programme's start", "Put `as_of` on or after `start`.");
        }
        Some(Programme {
            code: code?.value,
            title: title?.value,
            as_of: as_of.map(|at| at.value),
            currency: currency.map_or_else(|| "EUR".to_owned(), |at| at.value),
            calendar: Calendar { start: start.value, end: end.value, unit, from_start },
            time_zone: time_zone?,
            language,
            folders,
            limits,
            submission,
            hosts,
            contact,
            illustrative,
        })
    })();
    Some((programme, partners))
}

fn partner(table: &Table<'_>) -> Option<(Place, Partner)> {
    let code = table.code("code", PartnerCode::new);
    let name = table.required_text("name");
    let country = table.required_text("country");
    if let Some(country) = &country
        && !matches!(read_country(&country.value), CountryMatch::Code(_) | CountryMatch::EuCode(_))
    {
        let message = format!("`{}` is not a country code", country.value);
        let finding = table.error(&rules::BAD_VALUE, &country.span, message).help("Use two letters, for example LT.");
        let known = read_country(&country.value);
        let suggestion = if let CountryMatch::None { suggestion } = known { suggestion } else { known.code() };
        table.report(finding.suggest(suggestion));
    }
    let language = table.text("language").map_or_else(|| "en".to_owned(), |at| at.value);
    let written = table.text("locale").map_or_else(|| language.clone(), |at| at.value);
    if let Some(at) = table.text("locale").filter(|at| locale(&at.value).is_none()) {
        let help = "Use a language and a country, for example de-AT: it says how numbers and dates are written.";
        table.bad(&at.span, format!("no locale is called `{}`", at.value), help);
    }
    let contact = table.text("contact").map(|at| at.value);
    let also_called = table.texts("also_called").into_iter().map(|at| at.value).collect();
    let collections = table.has("collections").then(|| {
        let codes = table.texts("collections");
        codes.iter().filter_map(|text| table.make_code(text, CollectionCode::new)).map(|at| at.value).collect()
    });
    table.finish();
    let code = code?;
    Some((
        table.place(&code.span),
        Partner {
            code: code.value,
            name: name?.value,
            country: country?.value,
            language,
            locale: written,
            contact,
            also_called,
            collections,
        },
    ))
}

/// Restrictions of partners name collections that exist.
pub fn check_partners(partners: &[(Place, Partner)], collections: &[Collection], findings: &Findings) {
    for (place, partner) in partners {
        for code in partner.collections.iter().flatten() {
            if !collections.iter().any(|collection| collection.code == *code) {
                let message = format!("the partner `{}` takes part in `{code}`, which no file defines", partner.code);
                let names = collections.iter().map(|collection| collection.code.as_str());
                let finding = Finding::error(&rules::UNKNOWN_COLLECTION, place.clone(), message);
                findings.borrow_mut().push(finding.suggest(nearest(code.as_str(), names)));
            }
        }
    }
}

fn folders(root: &Table<'_>) -> Folders {
    let table = root.table("folders");
    let folder = |key, default: &str| {
        let declared = table.as_ref().and_then(|table| table.text(key));
        declared.map_or_else(|| default.into(), |at| at.value.into())
    };
    let folders = Folders {
        inbox: folder("inbox", "data/inbox"),
        store: folder("store", STORE),
        out: folder("out", "data/out"),
        templates: folder("templates", "data/templates"),
    };
    if let Some(table) = &table {
        table.finish();
        for (key, folder) in [("store", &folders.store), ("out", &folders.out), ("templates", &folders.templates)] {
            if folder.starts_with(&folders.inbox) || folders.inbox.starts_with(folder) {
                table.bad(
                    &table.span_of(key),
                    format!("`{key}` and `inbox` lie in each other"),
                    "What is written would be read as a submission: name another folder.",
                );
            }
        }
    }
    folders
}

fn limits(root: &Table<'_>) -> Limits {
    let table = root.table("limits");
    let limit = |key, default, most| {
        let value = table.as_ref().map_or(default, |table| table.bounded(key, default, 1..=most));
        u64::try_from(value).unwrap_or(0)
    };
    let limits = Limits {
        file_bytes: limit("file_mb", 50, 2_000) * 1_000_000,
        unzipped_bytes: limit("unzipped_mb", 500, 20_000) * 1_000_000,
        ratio: limit("ratio", 200, 2_000),
        rows: u32::try_from(limit("rows", 1_048_576, 1_048_576)).unwrap_or(u32::MAX),
        columns: u16::try_from(limit("columns", 1_024, 16_384)).unwrap_or(u16::MAX),
        memory_bytes: limit("memory_mb", 2_000, 100_000) * 1_000_000,
        seconds: limit("seconds", 60, 3_600),
    };
    if let Some(table) = &table {
        table.finish();
    }
    limits
}

/// `[network] hosts`: what may be reached at all.
fn hosts(root: &Table<'_>) -> Vec<String> {
    let Some(table) = root.table("network") else { return Vec::new() };
    let is_host = |pattern: &str| {
        let name = pattern.strip_prefix("*.").unwrap_or(pattern).trim_matches(['[', ']']);
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':'))
    };
    let sound = |pattern: &super::reader::At<String>| {
        let sound = is_host(&pattern.value);
        if !sound {
            let help = "Write files.example.org, or *.example.org for every host below it, without https:// and port.";
            table.bad(&pattern.span, format!("`{}` is no host", pattern.value), help);
        }
        sound
    };
    let hosts = table.texts("hosts").into_iter().filter(sound).map(|at| at.value).collect();
    table.finish();
    hosts
}

fn submission(root: &Table<'_>) -> SubmissionRules {
    let Some(table) = root.table("submission") else { return SubmissionRules::default() };
    let file_names: Vec<String> = table
        .texts("file_names")
        .into_iter()
        .filter(|pattern| {
            let known = ["{partner}", "{period}", "{reporting_date}", "{revision}"];
            let rest = known.iter().fold(pattern.value.clone(), |text, name| text.replace(name, ""));
            let sound = !rest.contains(['{', '}']);
            if !sound {
                table.bad(
                    &pattern.span,
                    format!("`{}` holds a name in braces that is not known", pattern.value),
                    format!("Known are {}.", known.join(", ")),
                );
            }
            sound
        })
        .map(|at| at.value)
        .collect();
    let cells = table.table("cells");
    let cell = |key| {
        let cells = cells.as_ref()?;
        let text = cells.text(key)?;
        if CellRef::parse(&text.value).is_none() {
            cells.bad(&text.span, format!("`{}` is not a cell", text.value), "Write it as in Excel, for example B1.");
        }
        Some(text.value)
    };
    let rules = SubmissionRules {
        file_names,
        partner_cell: cell("partner"),
        period_cell: cell("period"),
        reporting_date_cell: cell("reporting_date"),
        revision_cell: cell("revision"),
    };
    if let Some(cells) = &cells {
        cells.finish();
    }
    table.finish();
    rules
}
