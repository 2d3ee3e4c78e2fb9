//! `[[source]]` that is a place with partners' files.

use super::catalog::Partner;
use super::place::{self, Kind};
use super::reader::{At, Table};
use crate::finding::suggest::nearest;
use crate::finding::{Place, rules};
use crate::model::code::{PartnerCode, SourceCode};
use crate::model::source::{FileSource, Source};

pub(super) fn read(
    table: &Table<'_>,
    code: Option<At<SourceCode>>,
    kind: Kind,
    partners: &[(Place, Partner)],
    hosts: &[String],
) -> Option<(Place, Source)> {
    let from = place::read(table, kind, hosts);
    let is_folder = kind != Kind::Url;
    let (mut files, mut subfolders, mut name, mut most_files) = (Vec::new(), false, None, 1);
    if is_folder {
        files = table.texts("files").into_iter().map(|at| at.value).collect();
        subfolders = table.boolean("subfolders").unwrap_or(false);
        most_files = u32::try_from(table.bounded("most_files", 2_000, 1..=20_000)).unwrap_or(1);
    } else {
        name = table.text("name").and_then(|text| self::name(table, text));
    }
    let most_bytes = table.bounded("total_mb", 2_000, 1..=100_000).unsigned_abs() * 1_000_000;
    let partner = table.text("partner").and_then(|text| whose(table, &text, partners));
    for (key, wrong) in [("survey", true), ("wave", true), ("form", true), ("name", is_folder), ("files", !is_folder)] {
        if wrong && table.has(key) {
            let message = format!("`{key}` says nothing of a source of this kind");
            table.bad(&table.span_of(key), message, "Take the line out; docs/sources.md has an example of each kind.");
        }
    }
    table.finish_discreetly();
    let code = code?;
    Some((
        table.place(&code.span),
        Source::Files(FileSource {
            code: code.value,
            from: from?,
            files,
            subfolders,
            name,
            partner,
            most_files,
            most_bytes,
        }),
    ))
}

fn name(table: &Table<'_>, text: At<String>) -> Option<String> {
    let bad = text.value.contains(['/', '\\']) || text.value.starts_with('.') || text.value.trim().is_empty();
    if bad {
        table.bad(&text.span, "`name` is not the name of a file", "Write it as in \"litek.xlsx\", without a folder.");
    }
    (!bad).then_some(text.value)
}

fn whose(table: &Table<'_>, text: &At<String>, partners: &[(Place, Partner)]) -> Option<PartnerCode> {
    let found = partners.iter().find(|(_, partner)| partner.code.as_str() == text.value);
    if found.is_none() {
        let message = format!("no partner is called `{}`", text.value);
        let names = partners.iter().map(|(_, partner)| partner.code.as_str());
        table.report(table.error(&rules::UNKNOWN_PARTNER, &text.span, message).suggest(nearest(&text.value, names)));
    }
    found.map(|(_, partner)| partner.code.clone())
}
