//! `[[report.destination]]`: where a report's outputs are delivered.

use super::notify::addresses;
use super::place;
use super::reader::{Findings, Table};
use super::secret::refuse;
use crate::finding::rules;
use crate::finding::suggest::nearest;
use crate::finding::{Finding, Place};
use crate::model::code::SourceCode;
use crate::model::destination::{Destination, Mailing, Names};

/// Ends of the names of what a report may write.
const FILES: [&str; 6] = ["xlsx", "html", "json", "csv", "parquet", "xml"];

/// Those that are places, and those that are people.
pub(super) fn read(table: &Table<'_>, hosts: &[String]) -> (Vec<Destination>, Vec<Mailing>) {
    let (mut destinations, mut mailings) = (Vec::new(), Vec::new());
    for table in table.tables("destination") {
        match one(&table, hosts) {
            Some(One::Place(destination)) => destinations.push(destination),
            Some(One::Mail(mailing)) => mailings.push(mailing),
            None => {}
        }
    }
    (destinations, mailings)
}

enum One {
    Place(Destination),
    Mail(Mailing),
}

/// Reports codes that stand twice, in one report or in several: receipts go by them.
pub(super) fn unique<'a>(all: impl Iterator<Item = &'a SourceCode>, findings: &Findings) {
    let mut seen: Vec<&str> = Vec::new();
    for one in all {
        let code = one.as_str();
        if seen.contains(&code) {
            let message = format!("two destinations are called `{code}`");
            let finding = Finding::error(&rules::DUPLICATE_CODE, Place::Project, message);
            findings.borrow_mut().push(finding.help("Give each a code of its own: receipts are kept by it."));
        }
        seen.push(code);
    }
}

fn one(table: &Table<'_>, hosts: &[String]) -> Option<One> {
    refuse(table);
    let code = table.code("code", SourceCode::new);
    let kind = table.required_choice("kind", &place::DESTINATIONS)?.value;
    let people = (kind == place::Kind::Mail).then(|| table.required("to", Some(addresses(table, "to"))));
    let to = place::read(table, kind, hosts);
    let mut files = Vec::new();
    for name in table.texts("files") {
        if FILES.contains(&name.value.as_str()) {
            files.push(name.value);
            continue;
        }
        let finding = table.error(&rules::BAD_VALUE, &name.span, format!("no output ends in `{}`", name.value));
        let finding = finding.help(format!("It is one of {}.", FILES.join(", ")));
        table.report(finding.suggest(nearest(&name.value, FILES.iter().copied())));
    }
    if files.is_empty() {
        files.push("xlsx".to_owned());
    }
    let names = table.choice("names", &Names::ALL).map_or(Names::Both, |at| at.value);
    table.finish_discreetly();
    let code = code?.value;
    match people {
        None => Some(One::Place(Destination { code, to: to?, files, names })),
        Some(to) => to.filter(|to| !to.is_empty()).map(|to| One::Mail(Mailing { code, to, files })),
    }
}
