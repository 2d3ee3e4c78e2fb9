//! `formats`, `[report.iati]` and `[report.dhis2]`: where else a report's figures go, and what they are called there.

use std::collections::BTreeMap;
use std::time::Duration;

use super::catalog::{Indicator, Partner};
use super::reader::{At, Table};
use super::secret;
use super::server::url;
use crate::finding::rules;
use crate::finding::suggest::nearest;
use crate::model::country;
use crate::model::export::{Dhis2, Element, Exports, Format, Iati, Organisation, Series};

pub fn read(table: &Table<'_>, indicators: &[Indicator], partners: &[Partner], hosts: &[String]) -> Exports {
    let names: Vec<&str> = Format::NAMES.iter().map(|(name, _)| *name).collect();
    let asked = table.texts("formats");
    let mut formats: Vec<Format> = Vec::new();
    for name in &asked {
        match Format::NAMES.iter().find(|(known, _)| *known == name.value) {
            Some((_, format)) if formats.contains(format) => {}
            Some((_, format)) => formats.push(*format),
            None => {
                let finding =
                    table.error(&rules::BAD_VALUE, &name.span, format!("no format is called `{}`", name.value));
                let finding = finding.help(format!("Besides workbook and JSON there are {}.", names.join(", ")));
                table.report(finding.suggest(nearest(&name.value, names.iter().copied())));
            }
        }
    }
    let declared = table.table("iati");
    let iati = declared.as_ref().and_then(iati);
    let dhis2 = table.table("dhis2").and_then(|dhis2| self::dhis2(&dhis2, indicators, partners, hosts));
    if formats.contains(&Format::Iati) && declared.is_none() {
        let span = asked.iter().find(|name| name.value == "iati").map_or(0..1, |name| name.span.clone());
        let finding = table.error(&rules::MISSING_KEY, &span, "an IATI file needs `[report.iati]`");
        table.report(finding.help("It says who publishes the activity, and under which identifier."));
    }
    if formats.contains(&Format::EuTable) && !indicators.iter().any(|indicator| indicator.common.is_some()) {
        let span = asked.iter().find(|name| name.value == "eu_table").map_or(0..1, |name| name.span.clone());
        let finding = table.error(&rules::MISSING_KEY, &span, "no indicator is one of the EU's common indicators");
        table.report(finding.help("Write common = \"RCO01\" into each indicator that is one."));
    }
    Exports { formats, iati, dhis2 }
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A code of a code list, which the standard writes as digits.
fn code(table: &Table<'_>, key: &'static str, most: u32, list: &str) -> Option<String> {
    let text = table.text(key)?;
    if digits(&text.value) && text.value.parse::<u32>().is_ok_and(|number| (1..=most).contains(&number)) {
        return Some(text.value);
    }
    table.bad(
        &text.span,
        format!("`{key}` is no code of {list}"),
        format!("Write a number from 1 to {most} in quotes."),
    );
    None
}

fn organisation(table: &Table<'_>) -> Option<Organisation> {
    let reference = table.text("ref").map(|at| at.value);
    let kind = code(table, "type", 90, "the code list OrganisationType");
    let name = table.required_text("name")?.value;
    Some(Organisation { reference, kind, name })
}

/// `{ code = "LT", percentage = 40 }`.
fn shared(
    table: &Table<'_>,
    key: &'static str,
    sound: impl Fn(&str) -> bool,
    help: &str,
) -> Vec<(String, Option<String>)> {
    let read = |one: &Table<'_>| {
        let code = one.required_text("code");
        let share = one.decimal("percentage");
        one.finish();
        let code = code?;
        if !sound(&code.value) {
            one.bad(&code.span, format!("`{}` is no code here", code.value), help.to_owned());
        }
        Some((code.value, share))
    };
    let all: Vec<(String, Option<At<rust_decimal::Decimal>>)> = table.tables(key).iter().filter_map(read).collect();
    let shares: Vec<rust_decimal::Decimal> = all.iter().filter_map(|(_, share)| Some(share.as_ref()?.value)).collect();
    let whole = shares.iter().sum::<rust_decimal::Decimal>() == rust_decimal::Decimal::ONE_HUNDRED;
    // One alone is the whole of it.
    if all.len() > 1 && (shares.len() < all.len() || !whole) {
        table.bad(
            &table.span_of(key),
            "several countries, or several regions, need a `percentage` each, and together 100",
            "For example [{ code = \"LT\", percentage = 40 }, { code = \"FR\", percentage = 60 }].",
        );
    }
    all.into_iter().map(|(code, share)| (code, share.map(|at| at.value.normalize().to_string()))).collect()
}

fn iati(table: &Table<'_>) -> Option<Iati> {
    let identifier = table.required_text("identifier");
    let description = table.required_text("description");
    let reporting = table.required_table("reporting_org").and_then(|org| {
        let read = organisation(&org);
        for key in ["ref", "type"] {
            if !org.has(key) {
                let head = org.span.start..org.span.start + 1;
                org.report(org.error(&rules::MISSING_KEY, &head, format!("`reporting_org` needs `{key}`")));
            }
        }
        org.finish();
        read
    });
    let tables = table.tables("participating_org");
    let participating: Vec<(Organisation, String)> = tables
        .iter()
        .filter_map(|org| {
            let read = organisation(org);
            let role = code(org, "role", 4, "the code list OrganisationRole");
            if !org.has("role") {
                org.report(org.error(
                    &rules::MISSING_KEY,
                    &(org.span.start..org.span.start + 1),
                    "`participating_org` needs `role`",
                ));
            }
            org.finish();
            Some((read?, role?))
        })
        .collect();
    let status = code(table, "status", 6, "the code list ActivityStatus").unwrap_or_else(|| "2".to_owned());
    let countries = shared(
        table,
        "recipient_country",
        |code| country::codes().any(|known| known == code),
        "Write the two letters of ISO 3166-1, as in \"LT\".",
    );
    let regions = shared(table, "recipient_region", digits, "Write the number of the region, as in \"89\" for Europe.");
    let sectors = table
        .tables("sector")
        .iter()
        .filter_map(|one| {
            let code = one.required_text("code");
            let vocabulary = one.text("vocabulary").map_or_else(|| "1".to_owned(), |at| at.value);
            one.finish();
            Some((code?.value, vocabulary))
        })
        .collect::<Vec<_>>();
    table.finish();
    let head = table.span.start..table.span.start + 1;
    for (missing, message, help) in [
        (
            tables.is_empty(),
            "an activity has at least one `participating_org`",
            "For example { name = \"LITEK\", role = \"4\" }.",
        ),
        (sectors.is_empty(), "an activity has a `sector`", "For example sector = { code = \"32130\" }."),
        (
            countries.is_empty() && regions.is_empty(),
            "an activity has a `recipient_country` or a `recipient_region`",
            "For example recipient_region = { code = \"89\" }, which is Europe.",
        ),
    ] {
        if missing {
            table.report(table.error(&rules::MISSING_KEY, &head, message).help(help));
        }
    }
    Some(Iati {
        identifier: identifier?.value,
        description: description?.value,
        reporting: reporting?,
        participating,
        status,
        countries,
        regions,
        sectors,
    })
}

fn dhis2(table: &Table<'_>, indicators: &[Indicator], partners: &[Partner], hosts: &[String]) -> Option<Dhis2> {
    let allow_http = table.boolean("allow_http").unwrap_or(false);
    let url = table.required_text("url").and_then(|text| url(table, &text, allow_http, hosts));
    let secret = secret::required(table, "secret", "secret_file");
    let user = secret::optional(table, "user", "user_file").flatten();
    let data_set = table.text("data_set").map(|at| at.value);
    let org_unit = table.required_text("org_unit");
    let scheme = table.text("scheme").map_or_else(
        || "uid".to_owned(),
        |at| {
            let attribute = at.value.strip_prefix("attribute:").is_some_and(|id| !id.is_empty());
            if !attribute && !["uid", "code", "name"].contains(&at.value.as_str()) {
                let suggestion = nearest(&at.value, ["uid", "code", "name"].into_iter());
                let finding = table.error(&rules::BAD_VALUE, &at.span, format!("`scheme` cannot be `{}`", at.value));
                table.report(finding.help("It is uid, code, name or attribute:ID.").suggest(suggestion));
            }
            at.value
        },
    );
    let mut units = BTreeMap::new();
    if let Some(declared) = table.table("partner_org_unit") {
        for (name, value) in declared.entries() {
            if !partners.iter().any(|partner| partner.code.as_str() == name.value) {
                let suggestion = nearest(&name.value, partners.iter().map(|partner| partner.code.as_str()));
                let message = format!("no partner is called `{}`", name.value);
                declared.report(declared.error(&rules::UNKNOWN_PARTNER, &name.span, message).suggest(suggestion));
            }
            if let Some(unit) = value.get_ref().as_str() {
                units.insert(name.value, unit.to_owned());
            } else {
                declared.bad(&value.span(), "an organisation unit is a text", "Write it in double quotes.");
            }
        }
    }
    let mut elements = BTreeMap::new();
    if let Some(declared) = table.required_table("element") {
        for (name, one) in declared.inner_tables() {
            let Some(indicator) = indicators.iter().find(|indicator| indicator.code.as_str() == name.value) else {
                let message = format!("no indicator is called `{}`", name.value);
                let suggestion = nearest(&name.value, indicators.iter().map(|indicator| indicator.code.as_str()));
                declared.report(declared.error(&rules::UNKNOWN_INDICATOR, &name.span, message).suggest(suggestion));
                continue;
            };
            if let Some(read) = element(&one, indicator) {
                elements.insert(name.value, read);
            }
        }
    }
    let seconds = |key, default, range| Duration::from_secs(table.bounded(key, default, range).unsigned_abs());
    let (timeout, total) = (seconds("timeout_seconds", 60, 1..=600), seconds("total_seconds", 600, 1..=86_400));
    table.finish_discreetly();
    Some(Dhis2 {
        url: url?,
        secret: secret?,
        user,
        data_set,
        org_unit: org_unit?.value,
        partners: units,
        scheme,
        elements,
        timeout,
        total,
    })
}

fn element(table: &Table<'_>, indicator: &Indicator) -> Option<Element> {
    let actual = table.required_text("actual");
    let target = table.text("target").map(|at| at.value);
    let by_period = indicator.by.iter().any(|field| field == "period");
    let series = table.choice("series", &Series::NAMES);
    let usual = if by_period { Series::Periods } else { Series::Total };
    if let Some(at) = series.as_ref().filter(|at| at.value == Series::Periods && !by_period) {
        table.bad(
            &at.span,
            format!("`{}` is not broken down by period", indicator.code),
            "Add \"period\" to its `by`, or write series = \"total\".",
        );
    }
    let whole = table.boolean("whole").unwrap_or(false);
    let field = table.text("by");
    let mut combos = BTreeMap::new();
    if let Some(declared) = table.table("category_option_combo") {
        for (name, value) in declared.entries() {
            if let Some(combo) = value.get_ref().as_str() {
                combos.insert(name.value, combo.to_owned());
            } else {
                declared.bad(&value.span(), "an option combination is a text", "Write it in double quotes.");
            }
        }
    }
    if let Some(at) = field.as_ref().filter(|at| !indicator.by.contains(&at.value)) {
        let finding =
            table.error(&rules::UNKNOWN_FIELD, &at.span, format!("the indicator has no breakdown by `{}`", at.value));
        table.report(finding.suggest(nearest(&at.value, indicator.by.iter().map(String::as_str))));
    }
    if field.is_none() && !combos.is_empty() {
        table.bad(
            &table.span_of("category_option_combo"),
            "option combinations need `by`",
            "Say by which field, as in by = \"market\".",
        );
    }
    table.finish();
    Some(Element {
        actual: actual?.value,
        target,
        series: series.map_or(usual, |at| at.value),
        whole,
        categories: field.map(|at| (at.value, combos)),
    })
}
